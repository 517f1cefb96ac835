/* SPDX-License-Identifier: MIT */
/* The second reading of a stream: when it begins and ends is said in alternate.h. */
#include "engine/alternate.h"

#include "engine/answers.h"
#include "engine/tcp.h"

#define URGENT_MOST 16 /* bytes: of more, the rest stays in line */

static const char *const how[OVERLAP_POLICIES] = {
    [OVERLAP_LINUX] = "overlapping bytes read as Linux does",
    [OVERLAP_LINUX_OLD] = "overlapping bytes read as Linux before 4.19 does",
    [OVERLAP_FIRST] = "overlapping bytes read with those that came first",
    [OVERLAP_LAST] = "overlapping bytes read with those that came last",
    [OVERLAP_WINDOWS] = "overlapping bytes read as Windows does",
    [OVERLAP_BSD] = "overlapping bytes read as BSD does",
    [OVERLAP_SOLARIS] = "overlapping bytes read as Solaris does",
};

static const char urgent_in_line[] = "urgent bytes read in line";

struct alternate {
    struct conn conn;
    const char *main, *other;     /* how they read, in words */
    uint64_t urgent[URGENT_MOST]; /* offsets of bytes that this reading leaves out */
    unsigned urgent_count;
    enum direction direction; /* of the dispute */
    uint64_t offset;
    uint64_t read;  /* bytes */
    bool suspected; /* nobody has seen yet that the bytes differ */
    bool behind;    /* it has not yet read as far as the first */
    bool lost;      /* and never will */
};

/* What it stands for while the second reading goes on. */
struct stage {
    struct conn *conn;
    struct sink *sinks;
    bool live;
};

static struct stage enter(struct engine *e, struct alternate *a)
{
    const struct stage before = {e->conn, e->config.sinks, e->config.live};

    e->conn = &a->conn;
    e->config.sinks = NULL;
    e->config.live = false;
    return before;
}

static void leave(struct engine *e, const struct stage *before)
{
    e->conn = before->conn;
    e->config.sinks = before->sinks;
    e->config.live = before->live;
}

/* --- reading ---------------------------------------------------------------------------------- */

struct reading {
    struct engine *engine;
    struct alternate *alternate;
    unsigned side;
};

/* How many of `in`, the first of which is at `offset`, stand before an urgent byte. */
static size_t before_urgent(const struct alternate *a, uint64_t offset, struct bytes in)
{
    size_t n = in.len;

    for (unsigned i = 0; i < a->urgent_count; i++)
        if (a->urgent[i] - offset < n)
            n = (size_t)(a->urgent[i] - offset);
    return n;
}

static void on_bytes(void *ctx, struct bytes in)
{
    const struct reading *r = ctx;
    struct alternate *a = r->alternate;
    const enum direction d = conn_direction(&a->conn, r->side);
    uint64_t offset = a->conn.stream[r->side].next - in.len;

    a->read += in.len;
    while (d == a->direction && a->urgent_count > 0 && in.len > 0) {
        const size_t n = before_urgent(a, offset, in);
        if (n > 0)
            stack_feed(r->engine, &a->conn, 0, d, bytes_first(in, n));
        in = bytes_after(in, n + 1);
        offset += n + 1;
    }
    if (in.len > 0)
        stack_feed(r->engine, &a->conn, 0, d, in);
}

static void on_gap(void *ctx, uint64_t n)
{
    const struct reading *r = ctx;
    struct conn *c = &r->alternate->conn;

    c->missing[r->side] += n;
    r->alternate->lost = r->alternate->behind;
    stack_gap(r->engine, c, 0, conn_direction(c, r->side), n);
}

static void on_overlap(void *ctx, uint64_t offset, bool replaced)
{
    (void)ctx;
    (void)offset;
    (void)replaced;
}

static struct stream_events events_of(struct reading *r)
{
    return (struct stream_events){.bytes = on_bytes,
                                  .gap = on_gap,
                                  .overlap_differs = on_overlap,
                                  .ctx = r,
                                  .budget = &r->engine->budget};
}

/* ACKs without data do not come here: what the first reading knows of them. */
static void take_acks(struct alternate *a, const struct conn *c, int64_t now_ns)
{
    for (unsigned n = 0; n < 2; n++) {
        const struct stream *s = &c->stream[n];
        if (s->peer_acks)
            stream_acknowledge(&a->conn.stream[n], s->origin + (uint32_t)s->acknowledged, now_ns);
    }
}

static void read_segment(struct engine *e, struct alternate *a, unsigned side,
                         const struct packet *p)
{
    const struct stage before = enter(e, a);

    for (unsigned n = 0; n < 2; n++) {
        struct reading r = {e, a, n};
        const struct stream_events ev = events_of(&r);
        if (n == side)
            stream_segment(&a->conn.stream[n], p, &ev);
        stream_patience(&a->conn.stream[n], e->time.now_ns, &ev);
    }
    leave(e, &before);
}

static void close_reading(struct engine *e, struct alternate *a, enum close_reason why)
{
    const struct stage before = enter(e, a);

    for (unsigned side = 0; side < 2; side++) {
        struct reading r = {e, a, side};
        const struct stream_events ev = events_of(&r);
        stream_finish(&a->conn.stream[side], &ev);
    }
    a->conn.closed = true;
    stack_close(e, &a->conn, why);
    tell_rules(e, &a->conn, true);
    leave(e, &before);
}

void alternate_free(struct engine *e, struct conn *c)
{
    struct alternate *a = c->alternate;

    if (a == NULL)
        return;
    if (!a->conn.closed)
        close_reading(e, a, CLOSE_INPUT_ENDED);
    for (unsigned side = 0; side < 2; side++)
        stream_drop(&a->conn.stream[side], &e->budget);
    stack_free(e, &a->conn);
    learn_free(e, &a->conn);
    policy_flow_free(e->policy, a->conn.policy);
    budget_free(&e->budget, a, sizeof(*a));
    c->alternate = NULL;
}

/* --- beginning -------------------------------------------------------------------------------- */

static unsigned side_of(const struct conn *c, enum direction d)
{
    return d == TO_SERVER ? c->client_side : 1U - c->client_side;
}

/* Was anything delivered? */
static bool is_silent(const struct conn *c)
{
    return c->stream[0].next == 0 && c->stream[1].next == 0;
}

/* All that was delivered, where it is still kept; else NULL. */
static const struct identify *kept_of(const struct conn *c)
{
    if (c->depth != 1 || c->stack[0].kind != SLOT_UNKNOWN || c->stack[0].state == NULL)
        return NULL;
    const struct identify *id = &((const struct unknown *)c->stack[0].state)->id;
    for (int d = TO_SERVER; d <= TO_CLIENT; d++)
        if (id->kept_len[d] != c->stream[side_of(c, (enum direction)d)].next)
            return NULL;
    return id->turns_over || c->missing[0] + c->missing[1] > 0 ? NULL : id;
}

/* Another connection that knows what was known of this one before its first byte. NULL: no memory.
 */
static struct alternate *create(struct engine *e, struct conn *c, unsigned side)
{
    struct alternate *a = budget_alloc(&e->budget, sizeof(*a));

    if (a == NULL)
        return NULL;
    a->direction = conn_direction(c, side);
    a->conn = (struct conn){
        .node = c->node,
        .client_side = c->client_side,
        .tcp_state = c->tcp_state,
        .direction_known = c->direction_known,
        .midstream = c->midstream,
        .id = c->id,
        .start_ns = c->start_ns,
        .first_packet = c->first_packet,
        .exceptions = c->exceptions,
        .excepted = c->excepted,
        .second_reading = true,
        .known_peer = c->known_peer,
        .policy = policy_flow_create(e->policy),
    };
    memcpy(a->conn.payload, c->payload, sizeof(c->payload));
    if (c->excepted)
        a->conn.result = c->result;
    c->alternate = a;
    c->alternates++;
    for (unsigned n = 0; n < 2; n++)
        if (!stream_copy(&a->conn.stream[n], &c->stream[n], &e->budget)) {
            alternate_free(e, c);
            return NULL;
        }
    return a;
}

/* What was delivered: all of the other side, and `until` of this one. */
static void read_kept(struct engine *e, struct alternate *a, const struct identify *id,
                      uint64_t until)
{
    const struct stage before = enter(e, a);
    size_t at[2] = {0, 0};

    for (unsigned n = 0; id != NULL && n < id->turns; n++) {
        const enum direction d = (id->turn_to_client >> n & 1) != 0 ? TO_CLIENT : TO_SERVER;
        const struct bytes turn = bytes_of(id->kept[d] + at[d], id->turn_len[n]);
        const size_t most = d == a->direction ? (size_t)until - at[d] : turn.len;
        stack_feed(e, &a->conn, 0, d, bytes_first(turn, most));
        at[d] += bytes_first(turn, most).len;
    }
    leave(e, &before);
}

void alternate_begin(struct engine *e, struct conn *c, unsigned side, uint64_t offset,
                     bool replaced)
{
    const struct identify *id = kept_of(c);

    if (c->alternate != NULL || c->alternates == ALTERNATES || (id == NULL && !is_silent(c)))
        return;
    struct alternate *a = create(e, c, side);
    if (a == NULL)
        return;
    a->offset = offset;
    const enum overlap_policy other = replaced ? OVERLAP_FIRST : OVERLAP_LAST;
    a->main = how[c->stream[side].overlap];
    a->other = how[other];
    a->conn.stream[side].overlap = (uint8_t)other;
    read_kept(e, a, id, c->stream[side].next);
}

void alternate_urgent(struct engine *e, struct conn *c, unsigned side, uint64_t offset)
{
    const struct identify *id = kept_of(c);
    struct alternate *a = c->alternate;

    if (a == NULL && c->alternates < ALTERNATES && (id != NULL || is_silent(c))) {
        a = create(e, c, side);
        if (a == NULL)
            return;
        a->offset = offset;
        a->main = urgent_in_line;
        a->other = "urgent bytes left out";
        read_kept(e, a, id, c->stream[side].next);
    }
    if (a == NULL || a->main != urgent_in_line || a->direction != conn_direction(c, side) ||
        a->urgent_count == URGENT_MOST)
        return;
    for (unsigned i = 0; i < a->urgent_count; i++)
        if (a->urgent[i] == offset)
            return; /* it was announced before */
    a->urgent[a->urgent_count++] = offset;
}

static void tell_difference(struct engine *e, struct conn *c, enum direction d, uint64_t offset)
{
    e->counters.tcp_overlaps++;
    tell_anomaly(e, c, STREAM_OVERLAP_DIFFERS, d, offset);
}

/* A segment with bytes that were delivered already, while the other side is silent? (One byte is a
 * keep-alive's, and may be anything: RFC 9293 s3.8.4.) */
static bool is_said_again(const struct conn *c, unsigned side, const struct packet *p,
                          uint64_t *offset)
{
    const struct stream *s = &c->stream[side];

    *offset = p->seq - s->origin;
    return s->syn_seen && !c->midstream && (p->flags & TCP_SYN) == 0 && p->payload.len > 1 &&
           *offset < s->next && c->stream[1 - side].next == 0;
}

/* It may have been a decoy that was delivered. */
static void begin_again(struct engine *e, struct conn *c, unsigned side, const struct packet *p)
{
    const struct identify *id = kept_of(c);
    const enum direction d = conn_direction(c, side);
    uint64_t offset;

    if (c->alternates == ALTERNATES || !is_said_again(c, side, p, &offset))
        return;
    if (id == NULL && offset > 0)
        return;
    if (id != NULL) {
        const struct bytes kept = bytes_of(id->kept[d], id->kept_len[d]);
        const struct bytes first = bytes_first(bytes_after(kept, offset), p->payload.len);
        if (bytes_start_with(p->payload, first))
            return;
        tell_difference(e, c, d, offset);
    }
    struct alternate *a = create(e, c, side);
    if (a == NULL)
        return;
    a->suspected = id == NULL;
    a->behind = true;
    a->offset = offset;
    a->main = how[OVERLAP_FIRST];
    a->other = how[OVERLAP_LAST];
    a->conn.stream[side].overlap = OVERLAP_LAST;
    a->conn.stream[side].next = offset;
    a->conn.stream[side].ended = false;
    read_kept(e, a, id, offset);
}

/* --- answers ---------------------------------------------------------------------------------- */

static void tell_ambiguous(struct engine *e, struct conn *c)
{
    const struct alternate *a = c->alternate;

    answers_note(e, c, c, a->main);
    answers_note(e, c, &a->conn, a->other);
    tell_anomaly(e, c, STREAM_AMBIGUOUS, a->direction, a->offset);
    c->alternates = ALTERNATES; /* once is enough */
}

/* Both have read as far. */
static void look(struct engine *e, struct conn *c)
{
    struct alternate *a = c->alternate;
    const enum answers answers = answers_compare(c, &a->conn, false);

    if (a->suspected && answers != ANSWERS_SAME)
        tell_difference(e, c, a->direction, a->offset);
    if (answers == ANSWERS_DIFFER)
        tell_ambiguous(e, c);
    if (answers == ANSWERS_DIFFER || (a->suspected && answers == ANSWERS_SAME) ||
        a->read > ALTERNATE_BYTES)
        alternate_free(e, c);
    else
        a->suspected = a->behind = false;
}

/* Its byte may be anything (RFC 9293 s3.8.4), also where this reading waits for it. */
static bool is_keep_alive(const struct stream *s, const struct packet *p)
{
    return p->payload_len == 1 && p->seq + 1 == s->origin + (uint32_t)s->acknowledged;
}

void alternate_segment(struct engine *e, struct conn *c, unsigned side, const struct packet *p)
{
    if (is_keep_alive(&c->stream[side], p))
        return;
    if (doubt_is_odd(c, side, p))
        return; /* it was not read, but for what others had: a decoy in the place of another */
    if (c->alternate == NULL)
        begin_again(e, c, side, p);
    struct alternate *a = c->alternate;
    if (a == NULL)
        return;
    take_acks(a, c, p->time_ns);
    read_segment(e, a, side, p);
    if (a->lost)
        alternate_free(e, c);
    else if (a->conn.stream[0].next == c->stream[0].next &&
             a->conn.stream[1].next == c->stream[1].next)
        look(e, c);
}

/* The receiver acknowledged what was said again, and never the rest of what was said first. */
static bool rest_is_denied(const struct conn *c)
{
    const struct alternate *a = c->alternate;
    const struct stream *s = &a->conn.stream[side_of(&a->conn, a->direction)];

    return s->head == NULL && s->acknowledged == s->next + (s->ended ? 1 : 0); /* a FIN counts */
}

void alternate_end(struct engine *e, struct conn *c, enum close_reason why)
{
    struct alternate *a = c->alternate;

    if (a == NULL)
        return;
    const bool behind = a->behind;
    bool differ =
        behind && rest_is_denied(c) && answers_compare(c, &a->conn, false) == ANSWERS_DIFFER;
    close_reading(e, a, why);
    if (!behind)
        differ = answers_compare(c, &a->conn, true) == ANSWERS_DIFFER;
    if (differ && a->suspected)
        tell_difference(e, c, a->direction, a->offset);
    if (differ)
        tell_ambiguous(e, c);
    alternate_free(e, c);
}
