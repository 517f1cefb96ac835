/* SPDX-License-Identifier: MIT */
#include "layers/ws_search.h"

#include "layers/ws_mask.h"
#include "layers/ws_message.h"
#include "layers/ws_weigh.h"

/* Bits (ws_weigh.h) that are asked of a place. The further the search has come, the more places
 * have been tried, and the less is one more of them worth. */
#define ENOUGH_AT_ONCE        12 /* for the first place after a loss */
#define ENOUGH_AT_ONCE_SMALL  10 /* the same, from a sender of small frames */
#define ENOUGH_AFTER_LOSS     13
#define ENOUGH_AFTER_NONSENSE 22
#define ENOUGH_ANYWHERE       36

#define SMALL_FRAMES 1024 /* bytes: mostly each has a segment of its own */
#define FIRST_ROOM   4096 /* bytes */
#define LEAST_FRAMES 4    /* that make a habit */

bool ws_hold(struct host *h, struct ws_held *held, struct bytes in, uint32_t room)
{
    if (held->at == NULL) {
        held->at = h->alloc_bare(h, room);
        held->room = held->at != NULL ? room : 0;
    }
    if (held->at == NULL || held->room - held->len < in.len)
        return false;
    if (in.len > 0)
        memcpy(held->at + held->len, in.at, in.len);
    held->len += (uint32_t)in.len;
    return true;
}

void ws_release(struct host *h, struct ws_held *held)
{
    if (held->at != NULL)
        h->free(h, held->at, held->room);
    *held = (struct ws_held){0};
}

static struct bytes held_bytes(const struct ws_held *held)
{
    return bytes_after(bytes_of(held->at, held->len), held->from);
}

/* Makes room: what was passed by goes, and the memory doubles while something is waited for. False:
 * there is none. */
static bool make_room(struct host *h, struct ws_held *held)
{
    struct ws_held wider = {0};

    if (held->from >= held->room / 2) {
        memmove(held->at, held->at + held->from, held->len - held->from);
        held->len -= held->from;
        held->from = 0;
        return true;
    }
    if (held->room == WS_SEARCH_ROOM || !ws_hold(h, &wider, held_bytes(held), held->room * 2))
        return false;
    wider.began = held->began;
    wider.need = held->need;
    wider.before = held->before;
    wider.after_loss = held->after_loss;
    h->free(h, held->at, held->room);
    *held = wider;
    return true;
}

enum filled { FILLED, FILLED_NOTHING, FILLED_NO_MEMORY };

/* Takes what there is room for off `in`; makes room when there is none. */
static enum filled fill(struct host *h, struct ws_held *held, struct bytes *in)
{
    if (held->at == NULL && !ws_hold(h, held, bytes_of(NULL, 0), FIRST_ROOM))
        return FILLED_NO_MEMORY;
    if (held->len == held->room && in->len > 0 && !make_room(h, held))
        return FILLED_NOTHING;
    const struct bytes some = bytes_first(*in, held->room - held->len);
    ws_hold(h, held, some, held->room);
    *in = bytes_after(*in, some.len);
    return FILLED;
}

static int enough_at(const struct ws_held *held, uint64_t tried, const struct ws_habit *habit)
{
    int bits = held->after_loss ? ENOUGH_AFTER_LOSS : ENOUGH_AFTER_NONSENSE;

    if (tried == 0 && held->after_loss)
        return habit->average > 0 && habit->average <= SMALL_FRAMES ? ENOUGH_AT_ONCE_SMALL
                                                                    : ENOUGH_AT_ONCE;
    for (; tried > 0; tried >>= 1)
        bits++;
    return bits < ENOUGH_ANYWHERE ? bits : ENOUGH_ANYWHERE;
}

static struct ws_weigh_rule rule_of(const struct websocket *ws, enum direction d)
{
    const struct ws_side *s = &ws->side[d];
    const struct ws_totals *t = &ws->totals;
    const uint64_t messages = t->text[d] + t->binary[d], control = t->pings[d] + t->pongs[d];
    const uint64_t data = t->frames[d] > control ? t->frames[d] - control : 0;
    struct ws_weigh_rule rule = {
        .chain = {.direction = d,
                  .masked = (d == TO_SERVER) != ((s->told & WS_FAULTS_OF_MASKING) != 0),
                  .mask_repeats = true,
                  .deflate = s->deflate,
                  .in_midst = true},
        .habit = {.text = t->text[d],
                  .binary = t->binary[d],
                  .continued = data > messages ? data - messages : 0,
                  .pings = t->pings[d],
                  .pongs = t->pongs[d],
                  .mask = ws->pace[d].last_mask,
                  .mask_repeats = ws_mask_repeats(&ws->pace[d]),
                  .empty = data > 0 && t->payload[d] == 0,
                  .in_message = s->message.fragments > 0 && !s->message.fin,
                  .closing = ws->side[direction_other(d)].closed,
                  .close_code = t->close_code},
        .reach = WS_SEARCH_REACH,
    };
    if (data >= LEAST_FRAMES)
        rule.habit.average = t->payload[d] / data;
    return rule;
}

/* Cheap. An empty continuation is no place to begin: zeros are that. */
static bool may_begin(const struct ws_weigh_rule *r, struct bytes here)
{
    if (!ws_weigh_may_begin(here.at[0]))
        return false;
    if (here.len < 2)
        return true;
    return here.at[1] >> 7 == r->chain.masked &&
           ((here.at[0] & 0x0f) != WS_CONTINUATION || (here.at[1] & 0x7f) != 0);
}

static void begin_search(struct ws_held *held, uint64_t offset, bool after_loss, uint8_t before)
{
    held->began = offset;
    held->need = 0;
    held->after_loss = after_loss;
    held->before = before;
}

/* Moves `from` to where frames begin. False: not yet. */
static bool seek(struct websocket *ws, enum direction d, struct ws_held *held, enum ws_then then,
                 bool full)
{
    struct ws_pace *p = &ws->pace[d];
    struct ws_weigh_rule rule = rule_of(ws, d);

    if (held->len - held->from < held->need && then == WS_THEN_MORE && !full)
        return false;
    for (held->need = 0; held->from < held->len; p->offset++) {
        const struct bytes here = bytes_first(held_bytes(held), WS_SEARCH_REACH);
        const uint8_t before = held->before;
        held->before = here.at[0];
        const uint64_t tried = p->offset - held->began;
        rule.first = held->after_loss && tried == 0;
        if (!may_begin(&rule, here)) {
            held->from++;
            continue;
        }
        rule.enough = enough_at(held, tried, &rule.habit);
        rule.before = before;
        rule.then = here.len == held->len - held->from ? then : WS_THEN_MORE;
        const struct ws_weight w = ws_weigh(&rule, here);
        if (w.end == WS_CHAIN_HOLDS)
            return true;
        if (w.end == WS_CHAIN_SHORT && !full) {
            held->before = before;
            held->need = (uint32_t)w.need;
            return false;
        }
        held->from++;
    }
    held->len = held->from = 0;
    return false;
}

/* A senseless header has just been read: the search begins at its second byte. */
static void hold_header(struct websocket *ws, struct host *h, enum direction d)
{
    struct ws_side *s = &ws->side[d];
    struct ws_detail_side *x = ws_detail_side(ws, h, d);
    struct ws_header f;

    ws_current(&s->decoder, &f);
    ws->pace[d].offset++;
    if (x == NULL ||
        !ws_hold(h, &x->held, bytes_of(s->decoder.header + 1, f.size - 1U), FIRST_ROOM))
        ws->pace[d].offset += f.size - 1U;
    if (x != NULL)
        begin_search(&x->held, ws->pace[d].offset, false, s->decoder.header[0]);
}

/* Reads the frames that were found. False: they ended in nonsense, the search goes on there. */
static bool read_held(struct websocket *ws, struct host *h, enum direction d, struct ws_held *held)
{
    struct ws_side *s = &ws->side[d];
    struct ws_header f;

    s->lost = false;
    s->resumed = true;
    held->from += (uint32_t)ws_read_frames(ws, h, d, held_bytes(held));
    if (!s->lost) {
        ws_release(h, held);
        return true;
    }
    ws_current(&s->decoder, &f);
    held->from -= f.size - 1U;
    ws->pace[d].offset++;
    begin_search(held, ws->pace[d].offset, false, s->decoder.header[0]);
    return false;
}

/* False: `in` is used up, and nothing was found. */
static bool search(struct websocket *ws, struct host *h, enum direction d, struct bytes *in,
                   enum ws_then then)
{
    struct ws_detail_side *x = ws_detail_side(ws, h, d);
    enum filled filled = FILLED_NO_MEMORY;

    if (in->len == 0 && (x == NULL || x->held.len == 0))
        return false;
    do {
        if (x == NULL || (filled = fill(h, &x->held, in)) == FILLED_NO_MEMORY) {
            ws->pace[d].offset += in->len;
            return false;
        }
        while (seek(ws, d, &x->held, in->len == 0 ? then : WS_THEN_MORE, filled == FILLED_NOTHING))
            if (read_held(ws, h, d, &x->held))
                return true;
    } while (in->len > 0);
    return false;
}

static void read_all(struct websocket *ws, struct host *h, enum direction d, struct bytes in,
                     enum ws_then then)
{
    struct ws_side *s = &ws->side[d];

    for (;;) {
        if (!s->lost) {
            in = bytes_after(in, ws_read_frames(ws, h, d, in));
            if (!s->lost)
                return;
            hold_header(ws, h, d);
        }
        if (!search(ws, h, d, &in, then))
            return;
    }
}

void ws_read(struct websocket *ws, struct host *h, enum direction d, struct bytes in, bool ended)
{
    read_all(ws, h, d, in, ended ? WS_THEN_END : WS_THEN_MORE);
}

void ws_gap(struct websocket *ws, struct host *h, enum direction d, uint64_t n)
{
    struct ws_side *s = &ws->side[d];
    struct ws_detail_side *x;

    read_all(ws, h, d, bytes_of(NULL, 0), WS_THEN_LOSS);
    if (!s->lost) {
        ws_read_gap(ws, h, d, n);
    } else {
        ws->pace[d].offset += n;
        if (h->carry_wanted)
            h->carry_gap(h, d, n);
    }
    if (!s->lost || (x = ws_detail_side(ws, h, d)) == NULL)
        return;
    /* Nothing, when the direction was not lost before. */
    ws->pace[d].offset += x->held.len - x->held.from;
    x->held.len = x->held.from = 0;
    begin_search(&x->held, ws->pace[d].offset, true, 0);
}
