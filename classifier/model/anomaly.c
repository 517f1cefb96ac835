/* SPDX-License-Identifier: MIT */
#include "model/anomaly.h"

#define ANOMALY_ROW(id, name, type, layer, what) [id] = {name, type, layer, what},
static const struct anomaly_info table[ANOMALY_COUNT] = {ANOMALY_LIST(ANOMALY_ROW)};

const struct anomaly_info *anomaly_info(enum anomaly a)
{
    return &table[a];
}

/* RFC 6455 s7.4.1 */
enum { PROTOCOL_ERROR = 1002, INVALID_DATA = 1007, TOO_BIG = 1009 };

static const uint16_t close_codes[ANOMALY_COUNT] = {
    [WS_UNFRAMED] = PROTOCOL_ERROR,         [WS_RSV] = PROTOCOL_ERROR,
    [WS_RSV1_ON_CONTROL] = PROTOCOL_ERROR,  [WS_RSV1_ON_CONTINUATION] = PROTOCOL_ERROR,
    [WS_RESERVED_OPCODE] = PROTOCOL_ERROR,  [WS_CONTROL_FRAGMENTED] = PROTOCOL_ERROR,
    [WS_CONTROL_TOO_LONG] = PROTOCOL_ERROR, [WS_LENGTH_NOT_MINIMAL] = PROTOCOL_ERROR,
    [WS_LENGTH_TOP_BIT] = PROTOCOL_ERROR,   [WS_CLIENT_UNMASKED] = PROTOCOL_ERROR,
    [WS_SERVER_MASKED] = PROTOCOL_ERROR,    [WS_CONTINUES_NOTHING] = PROTOCOL_ERROR,
    [WS_DATA_INTERLEAVED] = PROTOCOL_ERROR, [WS_BAD_UTF8] = INVALID_DATA,
    [WS_CLOSE_LENGTH] = PROTOCOL_ERROR,     [WS_CLOSE_CODE] = PROTOCOL_ERROR,
    [WS_INFLATE_FAILED] = INVALID_DATA,     [WS_INFLATE_BOMB] = TOO_BIG,
    [WS_DEFLATE_WINDOW] = INVALID_DATA,
};

uint16_t anomaly_close_code(enum anomaly a)
{
    return close_codes[a];
}
