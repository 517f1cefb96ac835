/* SPDX-License-Identifier: MIT */
/* A slot of the stack that is being identified, and what happens when it is known. */
#include "engine/shed.h"

/* What was seen of one direction while the stream was unknown. */
struct kept {
    struct bytes opening;
    uint64_t lost; /* bytes after it */
};

bool unknown_push(struct engine *e, struct conn *c)
{
    if (c->depth >= STACK_DEPTH) {
        tell_exception(e, c, EXCEPTION_DEPTH);
        return false;
    }
    c->stack[c->depth++] = (struct slot){.kind = SLOT_UNKNOWN};
    return true;
}

void unknown_free(struct engine *e, struct slot *s)
{
    struct unknown *u = s->state;

    if (u == NULL)
        return;
    identify_end(e->identifier, &u->id);
    budget_free(&e->budget, u, sizeof(*u));
    s->state = NULL;
}

/* Is it the payload of messages, and not a stream that was wrapped? */
static bool carried_by_messages(const struct conn *c, unsigned level)
{
    return level > 0 && c->stack[level - 1].kind == SLOT_LAYER;
}

static struct identify_context context_of(const struct engine *e, const struct conn *c,
                                          unsigned level)
{
    return (struct identify_context){
        .client = conn_endpoint(c, c->client_side),
        .server = conn_endpoint(c, 1U - c->client_side),
        .transport = (uint8_t)c->node.key.transport,
        .midstream = c->midstream,
        .direction_known = c->direction_known || level > 0,
        .inner = carried_by_messages(c, level),
        .time_ns = e->now_ns,
    };
}

/* The bytes of the "client" prove to be a server's: only where the start was not captured. */
static bool turn_around(struct conn *c, unsigned level, const struct identity *known)
{
    if (!known->reversed || c->direction_known || level > 0)
        return false;
    c->client_side = (uint8_t)(1U - c->client_side);
    return true;
}

/* Gives the new reader what was kept of one direction, and says what of it was lost. */
static void read_again(struct engine *e, struct conn *c, unsigned level, enum direction d,
                       struct kept kept)
{
    stack_feed(e, c, level, d, kept.opening);
    if (kept.lost > 0)
        stack_gap(e, c, level, d, kept.lost);
}

/* What the layer was found in, by the directions as they are now. */
static struct opening seen_again(const struct conn *c, unsigned level, const struct unknown *u,
                                 const struct identity *known, bool turned)
{
    const unsigned first = turned ? 1 : 0;

    return (struct opening){
        .seen = {known->opening[first], known->opening[1 - first]},
        .ended = {u->id.ended[first], u->id.ended[1 - first]},
        .midstream = c->midstream,
        .direction_known = c->direction_known || level > 0,
        .inner = carried_by_messages(c, level),
        .transport = (uint8_t)c->node.key.transport,
        .server_port = conn_endpoint(c, 1U - c->client_side).port,
    };
}

/* The slot is known: sets its reader and gives it what was kept. Returns whether the directions
 * were turned. */
static bool adopt(struct engine *e, struct conn *c, unsigned level, struct identity *known)
{
    struct slot *s = &c->stack[level];
    struct unknown *u = s->state;
    const struct identify_context context = context_of(e, c, level);
    const bool turned = turn_around(c, level, known);

    if (known->ndpi.proto != NULL || known->ndpi.risk_count > 0)
        c->ndpi = known->ndpi;
    if (known->result == IDENTIFIED_RAW && carried_by_messages(c, level) &&
        !inside_behind_header(e, c, &context, u, known)) {
        /* Nobody claims it: the layer below is the application, and nothing is on it. */
        c->stack[level - 1].quiet = true;
        unknown_free(e, s);
        c->depth = (uint8_t)level;
        tell_rules(e, c, false);
        return turned;
    }
    if (known->why != NULL)
        learn_evidence(e, c, known->why, known->detail);
    if (known->confidence >= CONFIDENCE_STRONG)
        c->direction_known = true;
    if (known->result == IDENTIFIED_NDPI)
        *s = (struct slot){.name = known->name, .kind = SLOT_NAMED};
    else
        slot_open(e, c, level, known->layer, NULL);
    s->confidence = (uint8_t)known->confidence;
    inside_known(e, c, level, known->name);
    const struct opening seen = seen_again(c, level, u, known, turned);
    slot_join(e, c, level, &seen);
    for (unsigned d = 0; d < 2; d++) {
        const unsigned then = turned ? 1 - d : d; /* which direction it was when it was kept */
        const struct kept kept = {known->opening[then], u->lost[then]};
        read_again(e, c, level, (enum direction)d, kept);
    }
    struct slot old = {.state = u};
    unknown_free(e, &old);
    tell_rules(e, c, false);
    return turned;
}

static struct unknown *unknown_of(struct engine *e, struct conn *c, unsigned level)
{
    struct slot *s = &c->stack[level];

    struct unknown *u = s->state;

    if (u != NULL)
        return u;
    u = budget_alloc(&e->budget, sizeof(*u));
    if (u != NULL)
        u->id.refused = c->refused;
    s->state = u;
    return u;
}

size_t unknown_feed(struct engine *e, struct conn *c, unsigned level, enum direction *d,
                    struct bytes in)
{
    const struct identify_context context = context_of(e, c, level);
    struct unknown *u = unknown_of(e, c, level);

    if (u == NULL)
        return in.len; /* no memory: it stays unknown, and the end will say so */
    if (u->id.ended[*d]) {
        u->lost[*d] += in.len;
        return in.len;
    }
    struct identity known = identify_feed(e->identifier, &u->id, &context, *d, in);
    if (known.result == IDENTIFIED_NOT_YET) {
        u->lost[*d] += in.len - known.used;
        return in.len;
    }
    if (adopt(e, c, level, &known))
        *d = direction_other(*d);
    return known.used;
}

bool unknown_ended(struct engine *e, struct conn *c, unsigned level, enum direction d)
{
    const struct identify_context context = context_of(e, c, level);
    struct unknown *u = unknown_of(e, c, level);

    if (u == NULL)
        return false;
    if (u->id.kept_len[d] == 0 && !c->closed && c->node.key.transport == TRANSPORT_TCP) {
        u->id.refused = c->refused; /* who said no, said it of a connection's start */
        c->midstream = true; /* a hole before the first byte: what follows is the start as far as
                                anyone knows */
        return false;
    }
    struct identity known = identify_ended(e->identifier, &u->id, &context, d);
    if (known.result == IDENTIFIED_NOT_YET)
        return false;
    adopt(e, c, level, &known);
    return true;
}
