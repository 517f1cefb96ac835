/* SPDX-License-Identifier: MIT */
#include "layers/ws_join.h"

#include <stdio.h>

#include "layers/ws_detail.h"
#include "layers/ws_midstream.h"

#define CONFIRM_BYTES (256U * 1024) /* of a direction: after that it is as sure as it gets */

/* Where the next frame begins is not known, and that is nobody's fault. */
static void search_silently(struct websocket *ws, struct host *h, enum direction d)
{
    struct ws_detail_side *x = ws_detail_side(ws, h, d);

    ws->side[d].lost = true;
    if (x != NULL)
        x->held.after_loss = true;
}

static struct ws_join *begin(struct websocket *ws, struct host *h)
{
    struct ws_join *m = NULL;

    ws->opening = false;
    for (int d = 0; d < 2; d++) {
        ws->side[d].resumed = true;
        ws->side[d].hole = true;
        ws->side[d].history_lost = true;
    }
    if (ws_detail(ws, h) != NULL)
        m = ws->detail->join = h->alloc(h, sizeof(*m));
    ws->joined = m != NULL;
    return m;
}

static void find_place(struct websocket *ws, struct host *h, enum direction d, bool found,
                       uint32_t skip)
{
    if (!found || ws->detail == NULL || ws->detail->join == NULL)
        search_silently(ws, h, d);
    else
        ws->detail->join->skip[d] = skip;
}

void ws_join_seen(struct websocket *ws, struct host *h, const struct opening *o)
{
    const struct ws_trail_verdict v = ws_midstream_look(o);

    begin(ws, h);
    for (int i = TO_SERVER; i <= TO_CLIENT; i++)
        find_place(ws, h, (enum direction)i, v.by[i].score > 0, v.by[i].start);
}

void ws_join_at(struct websocket *ws, struct host *h, const struct ws_joined *joined)
{
    struct ws_join *m = begin(ws, h);

    if (m != NULL)
        m->trail = joined->trail;
    for (int i = TO_SERVER; i <= TO_CLIENT; i++)
        find_place(ws, h, (enum direction)i, joined->found[i], joined->skip[i]);
    h->claim(h, CONFIDENCE_PROBABLE);
}

/* One sentence with the numbers. */
static void note_frames(struct host *h, const struct ws_trail_verdict *v)
{
    char text[EVIDENCE_DETAIL];
    const struct ws_trail_best *up = &v->by[TO_SERVER], *down = &v->by[TO_CLIENT];
    const int len = snprintf(text, sizeof(text), "%u (%u strong) to server, %u (%u strong) back",
                             up->frames, up->strong, down->frames, down->strong);

    h->note(h, "frames in a row, strong ones with content that fits",
            bytes_of(text, (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1));
}

static void become_surer(struct ws_join *m, struct host *h)
{
    const struct ws_trail_verdict v = ws_trail_verdict(&m->trail);

    if (v.confidence <= m->told || v.confidence < CONFIDENCE_STRONG)
        return;
    m->told = v.confidence;
    note_frames(h, &v);
    h->claim(h, v.confidence);
}

static void forget(struct websocket *ws, struct host *h)
{
    struct ws_join *m = ws->detail->join;

    ws->detail->join = NULL;
    ws->joined = false;
    h->free(h, m, sizeof(*m));
}

static bool is_done(const struct ws_join *m)
{
    const uint32_t up = m->trail.side[TO_SERVER].at, down = m->trail.side[TO_CLIENT].at;

    return m->skip[0] == 0 && m->skip[1] == 0 &&
           (m->told == CONFIDENCE_CERTAIN || up > CONFIRM_BYTES || down > CONFIRM_BYTES);
}

size_t ws_join_feed(struct websocket *ws, struct host *h, enum direction d, struct bytes in)
{
    struct ws_join *m = ws->detail->join;
    const size_t skipped = bytes_first(in, m->skip[d]).len;

    /* Piece by piece, to where it becomes surer: that must not depend on the cuts. */
    while (m->told < CONFIDENCE_CERTAIN && in.len > 0) {
        const enum confidence next =
            m->told < CONFIDENCE_STRONG ? CONFIDENCE_STRONG : CONFIDENCE_CERTAIN;
        in = bytes_after(in, ws_trail_feed(&m->trail, d, in, next));
        become_surer(m, h);
    }
    m->skip[d] -= (uint32_t)skipped;
    ws->pace[d].offset += skipped;
    if (is_done(m))
        forget(ws, h);
    return skipped;
}

uint64_t ws_join_gap(struct websocket *ws, struct host *h, enum direction d, uint64_t n)
{
    struct ws_join *m = ws->detail->join;
    const uint64_t skipped = n < m->skip[d] ? n : m->skip[d];

    ws_trail_gap(&m->trail, d, n);
    become_surer(m, h);
    m->skip[d] -= (uint32_t)skipped;
    ws->pace[d].offset += skipped;
    return skipped;
}

void ws_join_close(struct websocket *ws, struct host *h)
{
    struct ws_join *m = ws->detail->join;

    ws_trail_end(&m->trail, TO_SERVER);
    ws_trail_end(&m->trail, TO_CLIENT);
    become_surer(m, h);
    if (m->told == CONFIDENCE_NONE) {
        const struct ws_trail_verdict v = ws_trail_verdict(&m->trail);
        note_frames(h, &v);
    }
    forget(ws, h);
}
