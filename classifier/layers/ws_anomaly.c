/* SPDX-License-Identifier: MIT */
#include "layers/ws_anomaly.h"

#include <assert.h>

/* By the bit of ws_side.told, and so first by that of enum ws_fault. */
static const struct {
    enum anomaly id;
    bool again; /* each message may have its own */
} kinds[] = {
    {WS_RSV, false},
    {WS_RESERVED_OPCODE, false},
    {WS_CONTROL_FRAGMENTED, false},
    {WS_CONTROL_TOO_LONG, false},
    {WS_LENGTH_NOT_MINIMAL, false},
    {WS_LENGTH_TOP_BIT, false},
    {WS_CLIENT_UNMASKED, false},
    {WS_SERVER_MASKED, false},
    {WS_RSV1_ON_CONTROL, false},
    {WS_RSV1_ON_CONTINUATION, false},
    {WS_CONTINUES_NOTHING, false},
    {WS_DATA_INTERLEAVED, false},
    {WS_DATA_AFTER_CLOSE, false},
    {WS_FRAME_AFTER_CLOSING, false},
    {WS_MASK_REPEATED, false},
    {WS_MASK_PREDICTABLE, false},
    {WS_CLOSE_UNANSWERED, false},
    {WS_PING_UNANSWERED, false},
    {WS_UNFRAMED, false},
    {WS_LOST_SYNC, true},
    {WS_CLOSE_LENGTH, true},
    {WS_CLOSE_CODE, true},
    {WS_BAD_UTF8, true},
    {WS_INFLATE_FAILED, true},
    {WS_INFLATE_BOMB, true},
    {WS_HISTORY_LOST, true},
    {WS_DEFLATE_WINDOW, false},
    {WS_INFLATE_MEMORY, false},
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

_Static_assert(KINDS <= 32, "a bit for each in ws_side.told");

static void tell_kind(struct ws_side *s, struct host *h, unsigned kind, enum direction d,
                      uint64_t at)
{
    if (s->told >> kind & 1) {
        if (!kinds[kind].again || s->repeats == WS_REPEATS)
            return;
        s->repeats++;
    }
    s->told |= 1U << kind;
    host_anomaly(h, kinds[kind].id, d, at);
}

void ws_anomaly(struct ws_side *s, struct host *h, enum anomaly what, enum direction d, uint64_t at)
{
    unsigned kind = WS_FAULTS;

    while (kind < KINDS - 1 && kinds[kind].id != what)
        kind++;
    assert(kinds[kind].id == what);
    tell_kind(s, h, kind, d, at);
}

void ws_anomaly_faults(struct ws_side *s, struct host *h, uint32_t faults, enum direction d,
                       uint64_t at)
{
    const uint32_t fresh = faults & ~s->told;

    for (unsigned kind = 0; fresh >> kind != 0; kind++)
        if (fresh >> kind & 1)
            tell_kind(s, h, kind, d, at);
}
