/* SPDX-License-Identifier: MIT */
/* The stack of layers of a connection: who reads which bytes, and what a layer may ask of its host.
 */
#include "engine/asked.h"
#include "engine/inside.h"
#include "engine/peer.h"
#include "engine/shed.h"
#include "engine/skim.h"

struct call {
    struct call *outer;
    unsigned level;
    bool carry_wanted, carried_known; /* the outer call's */
    bool left;
    struct slot gone; /* where left: the layer and its state, until the call returns */
};

static struct engine *engine_of(struct host *h)
{
    return (struct engine *)h;
}

/* Does anybody above `level` read what it carries? */
static bool carry_wanted(const struct conn *c, unsigned level)
{
    if (c->stack[level].quiet)
        return false;
    if (level + 1 == c->depth)
        return c->depth < STACK_DEPTH;
    return c->stack[level + 1].kind != SLOT_NAMED;
}

/* Has what `level` carries a name? */
static bool carried_known(const struct conn *c, unsigned level)
{
    return level + 1 < c->depth && c->stack[level + 1].kind != SLOT_UNKNOWN;
}

static void call_begin(struct engine *e, struct conn *c, unsigned level, struct call *call)
{
    *call = (struct call){.outer = e->call,
                          .level = level,
                          .carry_wanted = e->host.carry_wanted,
                          .carried_known = e->host.carried_known};
    e->call = call;
    e->host.carry_wanted = carry_wanted(c, level);
    e->host.carried_known = carried_known(c, level);
    e->host.ladder = (enum ladder)c->ladder;
}

static void slot_close(struct engine *e, struct slot *s, enum close_reason why)
{
    if (s->kind == SLOT_LAYER && s->layer->close != NULL)
        s->layer->close(s->state, &e->host, why);
}

static void slot_free(struct engine *e, struct slot *s)
{
    if (s->kind == SLOT_UNKNOWN) {
        unknown_free(e, s);
    } else if (s->state != NULL) {
        if (s->layer->forget != NULL)
            s->layer->forget(s->state, &e->host);
        budget_free(&e->budget, s->state, s->layer->state_size);
    }
    s->state = NULL;
}

static void call_end(struct engine *e, struct conn *c, struct call *call)
{
    struct slot *s = &c->stack[call->level];

    if (call->left) {
        slot_close(e, &call->gone, CLOSE_FINISHED);
        slot_free(e, &call->gone);
    } else if (s->kind == SLOT_WRAPS && s->state != NULL) {
        s->kind = SLOT_LAYER;
        slot_close(e, s, CLOSE_FINISHED);
        s->kind = SLOT_WRAPS;
        slot_free(e, s);
    }
    e->call = call->outer;
    e->host.carry_wanted = call->carry_wanted;
    e->host.carried_known = call->carried_known;
}

/* Takes off everything from `level` on. */
static void pop_to(struct engine *e, struct conn *c, unsigned level)
{
    while (c->depth > level) {
        struct slot *s = &c->stack[--c->depth];
        slot_close(e, s, CLOSE_FINISHED);
        slot_free(e, s);
        *s = (struct slot){0};
    }
}

bool slot_open(struct engine *e, struct conn *c, unsigned level, const struct layer *l,
               const void *arg)
{
    struct slot *s = &c->stack[level];
    struct call call;

    *s = (struct slot){.layer = l, .name = l->name, .kind = SLOT_LAYER};
    if (l->transparent) {
        s->kind = SLOT_WRAPS;
        return true;
    }
    if (l->state_size > 0) {
        s->state = budget_alloc(&e->budget, l->state_size);
        if (s->state == NULL) { /* known, but there is no memory to read it */
            s->kind = SLOT_NAMED;
            return false;
        }
    }
    if (l->open != NULL) {
        call_begin(e, c, level, &call);
        l->open(s->state, &e->host, arg);
        call_end(e, c, &call);
    }
    return true;
}

void slot_join(struct engine *e, struct conn *c, unsigned level, const struct opening *o)
{
    const struct slot *s = &c->stack[level];
    struct call call;

    if (s->kind != SLOT_LAYER || s->layer->join == NULL)
        return;
    call_begin(e, c, level, &call);
    s->layer->join(s->state, &e->host, o);
    call_end(e, c, &call);
}

/* `d` follows when the layer finds that the directions are the other way round. */
static size_t layer_feed(struct engine *e, struct conn *c, unsigned level, enum direction *d,
                         struct bytes in)
{
    const struct slot *s = &c->stack[level];
    const uint8_t client_side = c->client_side;
    struct call call;

    if (s->layer->feed == NULL)
        return in.len;
    call_begin(e, c, level, &call);
    const size_t used = s->layer->feed(s->state, &e->host, *d, in);
    if (c->client_side != client_side)
        *d = direction_other(*d);
    const bool moved = call.left || s->kind == SLOT_WRAPS;
    call_end(e, c, &call);
    return moved ? used : in.len;
}

/* It was decided in the middle of these bytes that nobody wants them. */
static bool is_quiet(const struct conn *c, unsigned level)
{
    return level > 0 && c->stack[level - 1].quiet;
}

void stack_feed(struct engine *e, struct conn *c, unsigned level, enum direction d, struct bytes in)
{
    while (in.len > 0) {
        if (level >= c->depth && (is_quiet(c, level) || !unknown_push(e, c)))
            return;
        switch ((enum slot_kind)c->stack[level].kind) {
        case SLOT_UNKNOWN: in = bytes_after(in, unknown_feed(e, c, level, &d, in)); break;
        case SLOT_LAYER: in = bytes_after(in, layer_feed(e, c, level, &d, in)); break;
        case SLOT_WRAPS: level++; break;
        case SLOT_NAMED: return;
        }
    }
}

void stack_skims(struct conn *c)
{
    unsigned level = 0;

    c->skims = SKIMS_NOT;
    while (level < c->depth && c->stack[level].kind == SLOT_WRAPS)
        level++;
    const struct slot *s = &c->stack[level];
    if (level == c->depth || s->kind == SLOT_UNKNOWN)
        return;
    if (s->kind == SLOT_NAMED || s->layer->feed == NULL) {
        c->skims = SKIMS_ALL;
    } else if (s->layer->skim != NULL) {
        c->skims = SKIMS_LAYER;
        c->skimmer = s->layer;
        c->skimmed = s->state;
        c->carry_wanted = carry_wanted(c, level);
        c->carried_known = carried_known(c, level);
    }
}

static void layer_gap(struct engine *e, struct conn *c, unsigned level, enum direction d,
                      uint64_t n)
{
    const struct slot *s = &c->stack[level];
    struct call call;

    if (s->layer->gap == NULL)
        return;
    call_begin(e, c, level, &call);
    s->layer->gap(s->state, &e->host, d, n);
    call_end(e, c, &call);
}

void stack_gap(struct engine *e, struct conn *c, unsigned level, enum direction d, uint64_t n)
{
    while (level < c->depth) {
        struct slot *s = &c->stack[level];
        switch ((enum slot_kind)s->kind) {
        case SLOT_UNKNOWN:
            if (unknown_ended(e, c, level, d))
                continue;
            unknown_lose(s->state, d, n);
            return;
        case SLOT_LAYER: layer_gap(e, c, level, d, n); return;
        case SLOT_WRAPS: level++; break;
        case SLOT_NAMED: return;
        }
    }
    c->midstream =
        true; /* nobody is there yet: what comes next begins in the middle of something */
}

void stack_close(struct engine *e, struct conn *c, enum close_reason why)
{
    unsigned level = 0;

    while (level < c->depth) {
        struct call call;
        if (c->stack[level].kind == SLOT_UNKNOWN && !unknown_ended(e, c, level, TO_SERVER))
            unknown_ended(e, c, level, TO_CLIENT);
        if (level >= c->depth || c->stack[level].kind != SLOT_LAYER) {
            level++;
            continue;
        }
        call_begin(e, c, level, &call);
        slot_close(e, &c->stack[level], why);
        const bool replaced = call.left; /* then who took the place closes next */
        call_end(e, c, &call);
        level += !replaced;
    }
}

void stack_free(struct engine *e, struct conn *c)
{
    while (c->depth > 0)
        slot_free(e, &c->stack[--c->depth]);
}

/* What a layer asks of its host. */

static void on_emit(struct host *h, struct event *ev)
{
    struct engine *e = engine_of(h);
    tell(e, e->conn, ev);
}

static void on_carry(struct host *h, enum direction d, struct bytes in)
{
    struct engine *e = engine_of(h);
    const struct call *call = e->call;

    if (call->left) {
        stack_feed(e, e->conn, call->level, d, in);
    } else if (carry_wanted(e->conn, call->level)) {
        if (h->message_begins)
            inside_message(e->conn, call->level + 1, d);
        stack_feed(e, e->conn, call->level + 1, d, in);
        h->carry_wanted = carry_wanted(e->conn, call->level);
        h->carried_known = carried_known(e->conn, call->level);
    }
    h->message_begins = false;
}

static void on_carry_gap(struct host *h, enum direction d, uint64_t n)
{
    struct engine *e = engine_of(h);
    const struct call *call = e->call;

    stack_gap(e, e->conn, call->left ? call->level : call->level + 1, d, n);
}

static void on_become(struct host *h, const char *protocol, const void *arg)
{
    struct engine *e = engine_of(h);
    struct conn *c = e->conn;
    const unsigned level = e->call->level;
    const struct layer *l = protocol != NULL ? registry_find(protocol) : NULL;

    pop_to(e, c, level + 1);
    c->stack[level].kind = SLOT_WRAPS;
    c->stack[level].quiet = false;
    if (c->depth == STACK_DEPTH)
        tell_exception(e, c, EXCEPTION_DEPTH);
    if (l == NULL || c->depth == STACK_DEPTH)
        return;
    c->depth++;
    slot_open(e, c, level + 1, l, arg);
    tell_rules(e, c, false);
}

/* Takes the calling layer off the stack; its state lives until its call returns. */
static void take_off(struct engine *e, struct conn *c, struct call *call)
{
    pop_to(e, c, call->level + 1);
    call->left = true;
    call->gone = c->stack[call->level];
}

static void on_leave(struct host *h)
{
    struct engine *e = engine_of(h);
    struct conn *c = e->conn;
    struct call *call = e->call;

    take_off(e, c, call);
    c->refused |= registry_bit(call->gone.layer);
    c->stack[call->level] = (struct slot){.kind = SLOT_UNKNOWN};
    tell_exception(e, c, EXCEPTION_ERROR);
}

static void on_replace(struct host *h, const char *protocol, const void *arg, bool reversed)
{
    struct engine *e = engine_of(h);
    struct conn *c = e->conn;
    struct call *call = e->call;

    take_off(e, c, call);
    if (reversed)
        c->client_side = (uint8_t)(1U - c->client_side);
    slot_open(e, c, call->level, registry_find(protocol), arg);
    tell_rules(e, c, false);
}

static void on_note(struct host *h, const char *what, struct bytes detail)
{
    struct engine *e = engine_of(h);
    learn_evidence(e, e->conn, what, detail);
}

static void on_weigh(struct host *h, uint8_t bits, const char *what, struct bytes detail)
{
    struct engine *e = engine_of(h);
    learn_sign(e, e->conn, bits, what, detail);
}

static const struct known_peer *on_known_peer(struct host *h)
{
    struct engine *e = engine_of(h);
    return peer_known(e, e->conn);
}

static const struct known_peer *on_known_ice(struct host *h, const struct endpoint names[2],
                                             enum confidence *sure)
{
    struct engine *e = engine_of(h);
    return peer_known_ice(e, e->conn, names, sure);
}

static unsigned on_others_alike(struct host *h)
{
    struct engine *e = engine_of(h);
    return peer_others_alike(e, e->conn);
}

/* A layer that is on the stack anyhow is surer of itself than before: does any rule ask how sure?
 */
static bool is_surer_in_vain(const struct engine *e, const struct conn *c, enum confidence before)
{
    return before >= CONFIDENCE_PROBABLE && c->direction_known && (e->asks & ASK_SURE) == 0 &&
           !tells_all(e, c);
}

static void on_claim(struct host *h, enum confidence confidence)
{
    struct engine *e = engine_of(h);
    struct slot *s = &e->conn->stack[e->call->level];
    const enum confidence before = (enum confidence)s->confidence;

    if (e->call->left || before >= confidence)
        return;
    s->confidence = (uint8_t)confidence;
    if (is_surer_in_vain(e, e->conn, before))
        return;
    if (confidence >= CONFIDENCE_STRONG)
        e->conn->direction_known = true;
    tell_rules(e, e->conn, false);
}

static void on_climb(struct host *h, enum ladder rung)
{
    engine_of(h)->conn->ladder = (uint8_t)rung;
    h->ladder = rung;
}

static void on_speaks(struct host *h, const char *name, enum confidence confidence, const char *why,
                      struct bytes detail)
{
    struct engine *e = engine_of(h);
    struct conn *c = e->conn;

    if (c->speaks != NULL && c->speaks_confidence > confidence)
        return;
    c->speaks = name;
    c->speaks_confidence = (uint8_t)confidence;
    c->speaks_level = (uint8_t)e->call->level;
    learn_evidence(e, c, why, detail);
    tell_rules(e, c, false);
}

static void *on_alloc(struct host *h, size_t bytes)
{
    return budget_alloc(&engine_of(h)->budget, bytes);
}

static void *on_alloc_bare(struct host *h, size_t bytes)
{
    return budget_alloc_bare(&engine_of(h)->budget, bytes);
}

static void on_free(struct host *h, void *memory, size_t bytes)
{
    budget_free(&engine_of(h)->budget, memory, bytes);
}

void stack_setup(struct engine *e)
{
    e->host.emit = on_emit;
    e->host.carry = on_carry;
    e->host.carry_gap = on_carry_gap;
    e->host.become = on_become;
    e->host.leave = on_leave;
    e->host.replace = on_replace;
    e->host.note = on_note;
    e->host.claim = on_claim;
    e->host.weigh = on_weigh;
    e->host.known_peer = on_known_peer;
    e->host.known_ice = on_known_ice;
    e->host.others_alike = on_others_alike;
    e->host.climb = on_climb;
    e->host.speaks = on_speaks;
    e->host.alloc = on_alloc;
    e->host.alloc_bare = on_alloc_bare;
    e->host.free = on_free;
}
