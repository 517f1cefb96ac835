/* SPDX-License-Identifier: MIT */
#include "output/websocket_text.h"

#include "model/websocket.h"

const char *websocket_opcode_name(uint8_t opcode)
{
    static const char *const name[] = {
        [WS_CONTINUATION] = "continuation",
        [WS_TEXT] = "text",
        [WS_BINARY] = "binary",
        [WS_CLOSE] = "close",
        [WS_PING] = "ping",
        [WS_PONG] = "pong",
    };

    return opcode < sizeof(name) / sizeof(name[0]) ? name[opcode] : NULL;
}

void websocket_opcode_text(struct buffer *out, uint8_t opcode)
{
    const char *name = websocket_opcode_name(opcode);

    if (name != NULL) {
        buffer_append_text(out, name);
        return;
    }
    buffer_append_text(out, WEBSOCKET_UNKNOWN);
    buffer_append_u64(out, opcode);
}

/* RFC 6455 s7.4.1 and IANA's "WebSocket Close Code Number Registry". */
const char *websocket_close_name(uint16_t code)
{
    static const struct {
        uint16_t code;
        const char *name;
    } row[] = {
        {1000, "normal closure"},
        {1001, "going away"},
        {1002, "protocol error"},
        {1003, "unsupported data"},
        {1005, "no status received: never on the wire"},
        {1006, "abnormal closure: never on the wire"},
        {1007, "invalid payload"},
        {1008, "policy violation"},
        {1009, "message too big"},
        {1010, "extension required"},
        {1011, "internal error"},
        {1012, "service restart"},
        {1013, "try again later"},
        {1014, "bad gateway"},
        {1015, "TLS handshake: never on the wire"},
        {3000, "unauthorized"},
        {3003, "forbidden"},
        {3008, "timeout"},
    };

    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
        if (row[i].code == code)
            return row[i].name;
    return NULL;
}
