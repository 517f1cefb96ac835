/* SPDX-License-Identifier: MIT */
/* A slot of the stack that is being identified, and what happens when it is known. */
#include "engine/inside.h"
#include "engine/shed.h"

bool unknown_push(struct engine *e, struct conn *c)
{
    if (c->depth >= STACK_DEPTH) {
        tell_exception(e, c, EXCEPTION_DEPTH);
        return false;
    }
    c->stack[c->depth++] = (struct slot){.kind = SLOT_UNKNOWN};
    return true;
}

void unknown_lose(struct unknown *u, enum direction d, uint64_t n)
{
    if (u == NULL || (u->id.kept_len[d] == 0 && !u->id.ended[d]))
        return; /* what comes next is the first that anyone knows of */
    if (u->lost[d] == 0)
        u->after[d] = u->id.kept_len[direction_other(d)];
    u->lost[d] += n;
}

void unknown_free(struct engine *e, struct slot *s)
{
    struct unknown *u = s->state;

    if (u == NULL)
        return;
    identify_end(e->identifier, &u->id);
    if (!s->passing)
        budget_free(&e->budget, u, sizeof(*u));
    s->state = NULL;
}

/* By a layer that reads, and does not only wrap. */
static bool is_carried(const struct conn *c, unsigned level)
{
    return level > 0 && c->stack[level - 1].kind == SLOT_LAYER;
}

/* Is it the payload of messages, and not a stream that was wrapped or carried? */
static bool carried_by_messages(const struct conn *c, unsigned level)
{
    return is_carried(c, level) && !c->stack[level - 1].layer->carries_stream;
}

/* Over UDP only a stream is carried. */
static uint8_t transport_of(const struct conn *c, unsigned level)
{
    return level > 0 ? TRANSPORT_TCP : (uint8_t)c->node->key.transport;
}

static struct identify_context context_of(const struct engine *e, const struct conn *c,
                                          unsigned level)
{
    return (struct identify_context){
        .client = conn_endpoint(c, c->client_side),
        .server = conn_endpoint(c, 1U - c->client_side),
        .transport = transport_of(c, level),
        .midstream = c->midstream,
        .direction_known = c->direction_known || level > 0,
        .inner = carried_by_messages(c, level),
        .time_ns = e->time.now_ns,
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

/* What the layer was found in, by the directions as they are now; what was kept is turned, too. */
static struct opening seen_again(const struct conn *c, unsigned level, const struct identity *known,
                                 bool turned, struct opening_turn turn[IDENTIFY_TURNS])
{
    struct unknown *u = c->stack[level].state;
    const unsigned first = turned ? 1 : 0;
    const uint64_t lost[2] = {u->lost[first], u->lost[1 - first]};
    const uint16_t after[2] = {u->after[first], u->after[1 - first]};
    struct opening seen = {
        .seen = {known->opening[first], known->opening[1 - first]},
        .ended = {u->id.ended[first], u->id.ended[1 - first]},
        .midstream = c->midstream,
        .direction_known = c->direction_known || level > 0,
        .inner = carried_by_messages(c, level),
        .transport = transport_of(c, level),
        .turn = turn,
        .turns = identify_turns(&u->id, known->opening, turn),
        .last = (enum direction)(u->id.last ^ first),
        .server_port = conn_endpoint(c, 1U - c->client_side).port,
    };

    memcpy(u->lost, lost, sizeof(lost));
    memcpy(u->after, after, sizeof(after));
    for (uint8_t i = 0; turned && i < seen.turns; i++)
        turn[i].direction = direction_other(turn[i].direction);
    return seen;
}

/* Nobody claims what a layer carries: that layer is the application, and nothing is on it. */
static void carry_no_more(struct engine *e, struct conn *c, unsigned level)
{
    c->stack[level - 1].quiet = true;
    unknown_free(e, &c->stack[level]);
    c->depth = (uint8_t)level;
    tell_rules(e, c, false);
}

/* A direction that was told when `client_side` was the client's. */
static enum direction direction_now(const struct conn *c, uint8_t client_side, enum direction then)
{
    return c->client_side == client_side ? then : direction_other(then);
}

/* What is read again, and how far that is. */
struct again {
    struct engine *e;
    struct conn *c;
    unsigned level;
    uint8_t client_side; /* when it was seen */
    size_t at[2];
    uint64_t lost[2];
    const uint16_t *after;
};

static void lose_again(struct again *a, enum direction d)
{
    if (a->lost[d] > 0)
        stack_gap(a->e, a->c, a->level, direction_now(a->c, a->client_side, d), a->lost[d]);
    a->lost[d] = 0;
}

/* And where the other direction lost something, that. */
static void feed_again(struct again *a, enum direction d, struct bytes in)
{
    const enum direction other = direction_other(d);

    while (in.len > 0) {
        const bool here = a->lost[other] > 0 && a->after[other] < a->at[d] + in.len;
        const size_t before = a->after[other] > a->at[d] ? a->after[other] - a->at[d] : 0;
        const struct bytes part = bytes_first(in, here ? before : in.len);
        stack_feed(a->e, a->c, a->level, direction_now(a->c, a->client_side, d), part);
        a->at[d] += part.len;
        in = bytes_after(in, part.len);
        if (here)
            lose_again(a, other);
    }
}

/* Gives the new reader what was seen, turn by turn, and says what of it was lost, where it was. Who
 * was taken for the server may prove to be the client on the way. */
static void read_again(struct engine *e, struct conn *c, unsigned level, const struct opening *seen,
                       const struct unknown *u)
{
    const bool datagrams = seen->transport == TRANSPORT_UDP;
    const uint32_t cut = e->host.cut; /* the last one's; of the others nothing is known */
    struct again a = {.e = e, .c = c, .level = level, .client_side = c->client_side};

    a.after = u->after;
    memcpy(a.lost, u->lost, sizeof(a.lost));
    for (uint8_t i = 0; i < seen->turns; i++) {
        e->host.cut = datagrams && i + 1 < seen->turns ? 0 : cut;
        feed_again(&a, seen->turn[i].direction, seen->turn[i].bytes);
    }
    for (int d = TO_SERVER; d <= TO_CLIENT && !datagrams; d++) {
        feed_again(&a, (enum direction)d, bytes_after(seen->seen[d], a.at[d]));
        lose_again(&a, (enum direction)d);
    }
}

/* Sets the reader of the slot. `seen`: by the directions as they are now. */
static void hand_over(struct engine *e, struct conn *c, unsigned level,
                      const struct identity *known, const struct opening *seen)
{
    struct slot *s = &c->stack[level];
    struct slot old = {.state = s->state, .passing = s->passing};
    const struct unknown *u = s->state;

    if (known->result == IDENTIFIED_NDPI)
        *s = (struct slot){.name = known->name, .kind = SLOT_NAMED};
    else
        slot_open(e, c, level, known->layer, NULL);
    s->confidence = (uint8_t)known->confidence;
    inside_known(e, c, level, known->name);
    slot_join(e, c, level, seen);
    read_again(e, c, level, seen, u);
    unknown_free(e, &old);
}

/* The slot is known; `datagram`, of which more may have come than was kept, is its last. Returns
 * whether the directions were turned. */
static bool adopt(struct engine *e, struct conn *c, unsigned level, struct identity *known,
                  struct bytes datagram)
{
    struct unknown *u = c->stack[level].state;
    const struct identify_context context = context_of(e, c, level);
    const bool turned = turn_around(c, level, known);
    struct opening_turn turn[IDENTIFY_TURNS];

    if (known->ndpi.proto != NULL || known->ndpi.risk_count > 0)
        c->ndpi = known->ndpi;
    if (known->result == IDENTIFIED_RAW && is_carried(c, level) &&
        !(carried_by_messages(c, level) && inside_behind_header(e, c, &context, u, known))) {
        carry_no_more(e, c, level);
        return turned;
    }
    if (known->why != NULL)
        learn_evidence(e, c, known->why, known->detail);
    if (known->confidence >= CONFIDENCE_STRONG)
        c->direction_known = true;
    const struct opening seen = seen_again(c, level, known, turned, turn);
    if (context.transport == TRANSPORT_UDP && datagram.len > 0 && seen.turns > 0)
        turn[seen.turns - 1].bytes = datagram;
    hand_over(e, c, level, known, &seen);
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

/* Undecided: more must come. Without memory it stays unknown, and the end will say so. */
static void keep(struct engine *e, struct slot *s)
{
    struct unknown *u = s->state;

    if (!s->passing)
        return;
    s->passing = false;
    s->state = budget_alloc(&e->budget, sizeof(*u));
    if (s->state != NULL)
        memcpy(s->state, u, sizeof(*u));
    else
        identify_end(e->identifier, &u->id);
}

/* What one look at a stream's first bytes came to. */
struct usual {
    size_t read;      /* bytes, and it is known; 0: look closer */
    uint64_t refused; /* for identify.refused */
};

/* What adopt() does where nothing was kept, and nothing lost. */
static struct usual adopt_usual(struct engine *e, struct conn *c, unsigned level, enum direction d,
                                struct bytes in)
{
    const struct identify_context context = context_of(e, c, level);
    struct recognition said;
    size_t used;

    if (c->refused != 0)
        return (struct usual){.refused = c->refused};
    const struct layer *l = identify_usual(&context, d, in, &said, &used);
    if (l == NULL || l->join != NULL)
        return (struct usual){.refused =
                                  said.answer == PROBE_NO ? registry_bit(registry_layer(0)) : 0};
    learn_evidence(e, c, said.why, said.detail);
    c->direction_known = true;
    slot_open(e, c, level, l, NULL);
    c->stack[level].confidence = (uint8_t)said.confidence;
    inside_known(e, c, level, l->name);
    stack_feed(e, c, level, d, bytes_first(in, used));
    tell_rules(e, c, false);
    return (struct usual){.read = used};
}

size_t unknown_feed(struct engine *e, struct conn *c, unsigned level, enum direction *d,
                    struct bytes in)
{
    struct slot *s = &c->stack[level];
    struct usual usual = {.read = 0};

    if (s->state == NULL)
        usual = adopt_usual(e, c, level, *d, in);
    if (usual.read > 0)
        return usual.read;
    const struct identify_context context = context_of(e, c, level);
    struct unknown first;

    if (s->state == NULL) { /* mostly the first bytes decide */
        first = (struct unknown){.id.refused = usual.refused};
        s->state = &first;
        s->passing = true;
    }
    struct unknown *u = s->state;
    if (u->id.ended[*d]) {
        unknown_lose(u, *d, in.len);
        return in.len;
    }
    struct identity known = identify_feed(e->identifier, &u->id, &context, *d, in);
    if (known.result == IDENTIFIED_NOT_YET) {
        unknown_lose(u, *d, in.len - known.used);
        keep(e, s);
        return in.len;
    }
    if (adopt(e, c, level, &known, in))
        *d = direction_other(*d);
    return context.transport == TRANSPORT_UDP ? in.len : known.used;
}

bool unknown_ended(struct engine *e, struct conn *c, unsigned level, enum direction d)
{
    const struct identify_context context = context_of(e, c, level);
    struct unknown *u = unknown_of(e, c, level);

    if (u == NULL)
        return false;
    if (u->id.kept_len[d] == 0 && !c->closed && context.transport == TRANSPORT_TCP) {
        u->id.refused = c->refused; /* who said no, said it of a connection's start */
        u->id.heard = 0;
        c->midstream = true; /* a hole before the first byte: what follows is the start as far as
                                anyone knows */
        return false;
    }
    struct identity known = identify_ended(e->identifier, &u->id, &context, d);
    if (known.result == IDENTIFIED_NOT_YET)
        return false;
    adopt(e, c, level, &known, bytes_of(NULL, 0));
    return true;
}
