/* SPDX-License-Identifier: MIT */
/* After an upgrade that was refused HTTP should go on. Where it does not, whoever speaks next tells
 * what it is: a server that goes on in HTTP had data sent to it in hope (RFC 9931); one that leaves
 * HTTP, too, is at the end of a tunnel that was refused in name only. */
#include "layers/http_ways.h"

void http_tell_smuggling(struct http *s, struct host *h, enum direction d, const char *why)
{
    if (s->smuggling_told)
        return;
    s->smuggling_told = true;
    host_anomaly(h, UPGRADE_SMUGGLING, d, s->side[d].offset);
    h->note(h, why, bytes_of(NULL, 0));
}

void http_refused_over(struct http *s, struct host *h, enum direction d)
{
    struct http_side *side = &s->side[d];

    host_anomaly(h, d == TO_SERVER ? HTTP_OPTIMISTIC_DATA : HTTP_NOT_A_RESPONSE, d, side->offset);
    http_set_phase(side, PHASE_SEEK);
    s->refused = false;
}

void http_refused_stray(struct http *s, struct host *h, enum direction d)
{
    if (s->side[direction_other(d)].phase != PHASE_STRAY) {
        http_set_phase(&s->side[d], PHASE_STRAY);
        return;
    }
    http_tell_smuggling(s, h, TO_SERVER, "the upgrade was refused, and both sides go on with it");
    http_become(s, h, s->refused_websocket ? "websocket" : NULL, NULL);
}

bool http_refused_answer(struct http *s, struct host *h, struct bytes in)
{
    in = bytes_first(bytes_after(in, http_empty_lines(in)), HTTP_STATUS_LEN + 1);
    const enum probe p = http_line_probe(in, TO_CLIENT, NULL);

    if (p == PROBE_NO)
        http_on_stray(s, h, TO_CLIENT);
    if (p == PROBE_NO || in.len <= HTTP_STATUS_LEN)
        return false;
    if (s->side[TO_SERVER].phase == PHASE_STRAY)
        http_refused_over(s, h, TO_SERVER);
    return true;
}
