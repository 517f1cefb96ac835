/* SPDX-License-Identifier: MIT */
/* raw.c - the layer raw: a stream that nobody claims, with its shape. Reads SHAPE_BYTES of each
 * direction, and after that nothing.
 *
 * A stream whose start was not captured may still turn out to be a WebSocket, once a long message
 * that began before is over: its frames are looked for (ws_trail.h) until there can be none.
 *
 * Or to be a BitTorrent peer's, once the block that began before is over (bittorrent_seek.h).
 *
 * A stream of random bytes may turn out to be encrypted BitTorrent, by the lengths of its turns
 * (mse_grammar.h), wherever the capture began. */
#include "layers/raw.h"

#include "layers/bittorrent.h"
#include "layers/bittorrent_seek.h"
#include "layers/layers.h"
#include "layers/mse.h"
#include "layers/noise.h"
#include "layers/shape.h"
#include "layers/ws_join.h"
#include "model/packet.h"

#define NOISE_LOOK 512

struct raw {
    struct shape_stats shape;
    struct shape_fresh fresh[2]; /* for it */
    struct mse_grammar *grammar; /* NULL: no datagrams, or not random */
    uint32_t again[2];           /* bytes of the opening still to be fed: their turns are weighed */
    bool ripe;                   /* the turns say that it is BitTorrent: mse takes over */
    struct ws_trail *trail;      /* NULL: not midstream, or nothing is left to be found */
    struct bittorrent_seek *seek; /* the same; one a direction */
};

static void stop_weighing(struct raw *r, struct host *h)
{
    if (r->grammar != NULL)
        h->free(h, r->grammar, sizeof(*r->grammar));
    r->grammar = NULL;
}

static void raw_open(void *state, struct host *h, const void *arg)
{
    struct raw *r = state;
    const struct raw_given_back *given = arg;

    if (given == NULL)
        return;
    h->claim(h, CONFIDENCE_PROBABLE);
    if (given->grammar == NULL)
        return;
    r->grammar = h->alloc(h, sizeof(*r->grammar));
    if (r->grammar != NULL)
        *r->grammar = *given->grammar;
}

static bool may_be_noise(struct bytes seen)
{
    struct noise noise = {0};

    noise_feed(&noise, bytes_first(seen, NOISE_LOOK));
    return noise.bytes < NOISE_LEAST || noise_holds(&noise, NOISE_LENIENT);
}

static void weigh_turns(struct raw *r, struct host *h, const struct opening *o)
{
    if (o->inner || !may_be_noise(o->seen[TO_SERVER]) || !may_be_noise(o->seen[TO_CLIENT]))
        return;
    r->grammar = h->alloc(h, sizeof(*r->grammar));
    if (r->grammar != NULL)
        r->grammar->midstream = o->midstream;
    for (uint8_t n = 0; r->grammar != NULL && n < o->turns; n++) {
        mse_grammar_turn(r->grammar, o->turn[n].direction);
        mse_grammar_feed(r->grammar, o->turn[n].bytes);
        r->again[o->turn[n].direction] += (uint32_t)o->turn[n].bytes.len;
    }
}

static void raw_join(void *state, struct host *h, const struct opening *o)
{
    struct raw *r = state;

    if (o->transport == TRANSPORT_UDP)
        return;
    weigh_turns(r, h, o);
    if (!o->midstream)
        return;
    r->trail = h->alloc(h, sizeof(*r->trail));
    if (r->trail != NULL)
        r->trail->turned_too = !o->direction_known;
    r->seek = h->alloc(h, 2 * sizeof(*r->seek));
}

static void stop_looking(struct raw *r, struct host *h)
{
    if (r->trail != NULL)
        h->free(h, r->trail, sizeof(*r->trail));
    r->trail = NULL;
}

static void stop_seeking(struct raw *r, struct host *h)
{
    if (r->seek != NULL)
        h->free(h, r->seek, 2 * sizeof(*r->seek));
    r->seek = NULL;
}

/* Do BitTorrent messages follow one another in that direction? Returns how much it took. */
static size_t seek(struct raw *r, struct host *h, enum direction d, struct bytes in)
{
    struct bittorrent_seek *s = &r->seek[d];
    const size_t used = bittorrent_seek(s, in);

    if (!s->found)
        return in.len;
    struct bittorrent_resumed resumed = {.begin = {BEGINS_ANYWHERE, BEGINS_ANYWHERE},
                                         .confidence = CONFIDENCE_STRONG};
    resumed.begin[d] = BEGINS_WITH_MESSAGE;
    resumed.skip[d] = s->skip;
    h->note(h, "BitTorrent messages (BEP 3); their connection began before",
            bytes_of(s->last, s->last_len));
    h->replace(h, "bittorrent", &resumed, false);
    return used;
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

static bool is_ripe(const struct raw *r)
{
    return mse_grammar_fits(r->grammar) && shape_of_short(&r->shape, r->fresh) == SHAPE_RANDOM;
}

static void give_to_mse(const struct raw *r, struct host *h)
{
    const struct mse_joined joined = {.grammar = r->grammar};

    h->replace(h, "mse", &joined, false);
}

/* Returns how much of `in` came before it was ripe. */
static size_t hear_turns(struct raw *r, enum direction d, struct bytes in)
{
    const size_t before = bytes_first(in, r->again[d]).len;
    const struct bytes fresh = bytes_after(in, before);

    r->again[d] -= (uint32_t)before;
    r->ripe = r->ripe || (fresh.len > 0 && mse_grammar_turn(r->grammar, d) && is_ripe(r));
    if (r->ripe)
        return before;
    mse_grammar_feed(r->grammar, fresh);
    return in.len;
}

static size_t raw_feed(void *state, struct host *h, enum direction d, struct bytes in)
{
    struct raw *r = state;
    size_t used;

    if (r->grammar != NULL) {
        used = hear_turns(r, d, in);
        if (r->ripe) {
            give_to_mse(r, h);
            return used;
        }
    }
    if (r->trail != NULL) {
        used = ws_trail_feed(r->trail, d, in, CONFIDENCE_PROBABLE);
        if (used < in.len) {
            give_over(r, h, d);
            return used;
        }
        if (ws_trail_is_over(r->trail, TO_SERVER) || ws_trail_is_over(r->trail, TO_CLIENT))
            stop_looking(r, h);
    }
    if (r->seek != NULL) {
        used = seek(r, h, d, in);
        if (r->seek[d].found)
            return used;
    }
    shape_feed_short(&r->shape, r->fresh, d, in);
    return in.len;
}

/* Nothing is found in these bytes: what they look like is nobody's to hear before the end. */
static size_t raw_skim(void *state, struct host *h, enum direction d, struct bytes in)
{
    struct raw *r = state;

    (void)h;
    if (r->trail != NULL || r->seek != NULL || r->again[d] > 0)
        return 0;
    if (r->grammar != NULL)
        (void)hear_turns(r, d, in);
    if (r->ripe)
        return 0;
    shape_feed_short(&r->shape, r->fresh, d, in);
    return in.len;
}

static void raw_gap(void *state, struct host *h, enum direction d, uint64_t n)
{
    struct raw *r = state;

    (void)h;
    shape_gap(&r->shape, d, n);
    r->again[d] = 0;
    if (r->grammar != NULL)
        mse_grammar_gap(r->grammar, d, n);
    if (r->trail != NULL)
        ws_trail_gap(r->trail, d, n);
    if (r->seek != NULL)
        bittorrent_seek_gap(&r->seek[d], n);
}

static void raw_close(void *state, struct host *h, enum close_reason why)
{
    struct raw *r = state;

    (void)why;
    if (r->grammar != NULL && mse_grammar_end(r->grammar) && is_ripe(r))
        give_to_mse(r, h);
    stop_looking(r, h);
    stop_weighing(r, h);
    stop_seeking(r, h);
}

static void raw_summarise(const void *state, struct flow_info *out)
{
    const struct raw *r = state;
    out->shape = shape_of_short(&r->shape, r->fresh);
}

const struct layer layer_raw = {
    .name = "raw",
    .application = true,
    .state_size = sizeof(struct raw),
    .open = raw_open,
    .join = raw_join,
    .feed = raw_feed,
    .skim = raw_skim,
    .gap = raw_gap,
    .close = raw_close,
    .summarise = raw_summarise,
};
