/* SPDX-License-Identifier: MIT */
/* raw.c - the layer raw: a stream that nobody claims, with its shape. Reads SHAPE_BYTES of each
 * direction, and after that nothing.
 *
 * A stream whose start was not captured may still turn out to be a WebSocket, once a long message
 * that began before is over: its frames are looked for (ws_trail.h) until there can be none. */
#include "layers/layers.h"
#include "layers/shape.h"
#include "layers/ws_join.h"
#include "model/packet.h"

struct raw {
    struct shape_stats shape;
    struct ws_trail *trail; /* NULL: not midstream, or nothing is left to be found */
};

static void raw_join(void *state, struct host *h, const struct opening *o)
{
    struct raw *r = state;

    if (!o->midstream || o->transport == TRANSPORT_UDP)
        return;
    r->trail = h->alloc(h, sizeof(*r->trail));
    if (r->trail != NULL)
        r->trail->turned_too = !o->direction_known;
}

static void stop_looking(struct raw *r, struct host *h)
{
    if (r->trail != NULL)
        h->free(h, r->trail, sizeof(*r->trail));
    r->trail = NULL;
}

/* What the websocket layer needs to go on: by its directions, not ours, where they are turned. */
static struct ws_joined joined_of(const struct ws_trail *t, const struct ws_trail_verdict *v,
                                  enum direction d)
{
    struct ws_joined j = {.found = {false, false}};

    for (int i = TO_SERVER; i <= TO_CLIENT; i++) {
        const enum direction then = (enum direction)i;
        const enum direction now = v->reversed ? direction_other(then) : then;
        uint32_t next = t->side[then].at;
        j.found[now] = then == d || ws_trail_next(t, then, now == TO_SERVER, &next);
        j.skip[now] = next - t->side[then].at;
        j.trail.side[now] = t->side[then];
        j.trail.side[now].held_len = 0;
    }
    return j;
}

/* A frame of direction `d` has decided: websocket takes over, from what the trail holds on. */
static void give_over(struct raw *r, struct host *h, enum direction d)
{
    const struct ws_trail *t = r->trail;
    const struct ws_trail_verdict v = ws_trail_verdict(t);
    const struct ws_joined joined = joined_of(t, &v, d);
    const struct handshake shake = {.deflate = true, .window_bits = {15, 15}, .joined = &joined};

    h->note(h, "WebSocket frames follow one another; their connection began before the capture",
            bytes_first(bytes_of(t->side[d].held, t->side[d].held_len), WS_HEADER_MAX));
    h->replace(h, "websocket", &shake, v.reversed);
    for (int i = TO_SERVER; i <= TO_CLIENT; i++) {
        const enum direction then = (enum direction)i;
        const struct ws_trail_side *s = &t->side[then];
        if (s->held_len > 0)
            h->carry(h, v.reversed ? direction_other(then) : then, bytes_of(s->held, s->held_len));
    }
    stop_looking(r, h);
}

static size_t raw_feed(void *state, struct host *h, enum direction d, struct bytes in)
{
    struct raw *r = state;
    size_t used = in.len;

    if (r->trail != NULL) {
        used = ws_trail_feed(r->trail, d, in, CONFIDENCE_PROBABLE);
        if (used < in.len) {
            give_over(r, h, d);
            return used;
        }
        if (ws_trail_is_over(r->trail, TO_SERVER) || ws_trail_is_over(r->trail, TO_CLIENT))
            stop_looking(r, h);
    }
    shape_feed(&r->shape, d, in);
    return used;
}

static void raw_gap(void *state, struct host *h, enum direction d, uint64_t n)
{
    struct raw *r = state;

    (void)h;
    shape_gap(&r->shape, d, n);
    if (r->trail != NULL)
        ws_trail_gap(r->trail, d, n);
}

static void raw_close(void *state, struct host *h, enum close_reason why)
{
    (void)why;
    stop_looking(state, h);
}

static void raw_summarise(const void *state, struct flow_info *out)
{
    const struct raw *r = state;
    out->shape = shape_of(&r->shape);
}

const struct layer layer_raw = {
    .name = "raw",
    .application = true,
    .state_size = sizeof(struct raw),
    .join = raw_join,
    .feed = raw_feed,
    .gap = raw_gap,
    .close = raw_close,
    .summarise = raw_summarise,
};
