/* SPDX-License-Identifier: MIT */
#include "layers/ws_opening.h"

#include "layers/ws_search.h"

enum first { FIRST_FRAMES, FIRST_CUT, FIRST_NONSENSE };

static uint32_t faults_of(const struct ws_header *f, const struct ws_side *s, enum direction d)
{
    return ws_header_faults(f, d, s->deflate) | ws_order_faults(f, false);
}

/* The wrong use of masks is not what makes bytes no frame. */
static bool is_legal(uint32_t faults)
{
    return (faults & ~(uint32_t)WS_FAULTS_OF_MASKING) == 0;
}

/* One fault, and bytes that are no text: perhaps a sender with a fault. What follows tells. */
static bool is_nearly_legal(const struct ws_header *f, uint32_t faults)
{
    if (faults == WS_FAULT_TOP_BIT) /* nothing can follow: the other direction tells */
        return true;
    return (faults & (faults - 1)) == 0 && !(faults & WS_FAULT_TOP_BIT) &&
           (f->frame.fin || f->frame.rsv == 0);
}

/* `seen`: the direction from its first byte, at most OPENING_MAX. */
static enum first first_frame(const struct ws_side *s, enum direction d, struct bytes seen)
{
    struct ws_header f;

    if (!ws_read_header(seen, &f))
        return FIRST_CUT;
    const uint32_t faults = faults_of(&f, s, d);
    if (!is_legal(faults) && !is_nearly_legal(&f, faults))
        return FIRST_NONSENSE;
    if (seen.len - f.size >= f.frame.length && is_legal(faults))
        return FIRST_FRAMES;
    if (seen.len - f.size < f.frame.length ||
        !ws_read_header(bytes_after(seen, f.size + f.frame.length), &f))
        return is_legal(faults) || seen.len < OPENING_MAX ? FIRST_CUT : FIRST_NONSENSE;
    uint32_t next = faults_of(&f, s, d);
    if (faults & WS_FAULT_CONTROL_FRAGMENTED) /* its rest may follow */
        next &= ~(uint32_t)WS_FAULT_CONTINUES_NOTHING;
    return is_legal(next) ? FIRST_FRAMES : FIRST_NONSENSE;
}

static struct bytes held_of(const struct websocket *ws, enum direction d)
{
    const struct ws_detail_side *x = ws_detail_side_of(ws, d);

    return x != NULL ? bytes_of(x->held.at, x->held.len) : bytes_of(NULL, 0);
}

/* What is held of both directions is read as frames, and so is all that comes. */
static void open_up(struct websocket *ws, struct host *h, enum direction d)
{
    const enum direction order[] = {direction_other(d), d};

    ws->opening = false;
    for (int i = 0; i < 2; i++) {
        struct ws_detail_side *x = ws_detail_side_of(ws, order[i]);
        if (x == NULL)
            return;
        struct ws_held mine = x->held;
        x->held = (struct ws_held){0};
        ws_read(ws, h, order[i], bytes_of(mine.at, mine.len), false);
        ws_release(h, &mine);
    }
}

static void give_back(struct websocket *ws, struct host *h, enum direction d)
{
    const struct bytes held = held_of(ws, d);
    struct ws_detail_side *x;

    if (held.len > 0)
        h->carry(h, d, held);
    if ((x = ws_detail_side_of(ws, d)) != NULL)
        ws_release(h, &x->held);
}

/* As much of `seen` as it takes to know: not what happened to come with it. */
static struct bytes least_nonsense(const struct ws_side *s, enum direction d, struct bytes seen)
{
    size_t n = 1;

    while (n < seen.len && n < EVIDENCE_DETAIL &&
           first_frame(s, d, bytes_first(seen, n)) != FIRST_NONSENSE)
        n++;
    return bytes_first(seen, n);
}

/* `seen` of direction `d`, part of which may be held, is no frame. */
static void unframed(struct websocket *ws, struct host *h, enum direction d, struct bytes seen)
{
    ws->opening = false;
    ws->left = true;
    if (ws->shaken) {
        h->climb(h, LADDER_UNFRAMED);
        h->note(h, "the bytes after the 101 are no WebSocket frames",
                least_nonsense(&ws->side[d], d, seen));
        host_anomaly(h, WS_UNFRAMED, d, 0);
    }
    h->leave(h);
    give_back(ws, h, direction_other(d));
    give_back(ws, h, d);
}

/* Holds `in`, unless that was done. False: no memory. */
static bool hold_first(struct websocket *ws, struct host *h, enum direction d, struct bytes in,
                       uint32_t before)
{
    struct ws_detail_side *x = ws_detail_side(ws, h, d);
    return x != NULL && (before > 0 || ws_hold(h, &x->held, in, OPENING_MAX));
}

size_t ws_opening_feed(struct websocket *ws, struct host *h, enum direction d, struct bytes in)
{
    struct ws_detail_side *x = ws_detail_side_of(ws, d);
    const uint32_t before = x != NULL ? x->held.len : 0;
    struct bytes seen = bytes_first(in, OPENING_MAX);

    if (before > 0) {
        ws_hold(h, &x->held, bytes_first(in, OPENING_MAX - before), OPENING_MAX);
        seen = held_of(ws, d);
    }
    const enum first first = first_frame(&ws->side[d], d, seen);
    if (first == FIRST_CUT && seen.len < OPENING_MAX && hold_first(ws, h, d, in, before))
        return in.len;
    if (before > 0)
        x->held.len = before; /* the rest is still in `in` */
    if (first == FIRST_NONSENSE) {
        unframed(ws, h, d, seen);
        return 0;
    }
    open_up(ws, h, d);
    ws_read(ws, h, d, in, false);
    return in.len;
}

void ws_opening_end(struct websocket *ws, struct host *h)
{
    open_up(ws, h, TO_CLIENT);
}
