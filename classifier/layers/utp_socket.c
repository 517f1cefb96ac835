/* SPDX-License-Identifier: MIT */
#include "layers/utp_socket.h"

#define COUNTED 8 /* agreements of a kind, and no further */
#define STALE_AFTER                                                                                \
    512 /* packets of the flow without one of a connection: its end was not captured */

/* --- whose is it? ----------------------------------------------------------------------------- */

static bool ids_fit(const struct utp_connection *c, enum direction d, const struct utp_packet *p)
{
    const enum direction other = direction_other(d);

    if (p->type == UTP_RESET) /* libutp resets by the id it was sent */
        return (c->has_id[d] && c->id[d] == p->id) || (c->has_id[other] && c->id[other] == p->id);
    if (c->has_id[d])
        return c->id[d] == p->id;
    const int apart = c->has_id[other] ? utp_distance(c->id[other], p->id) : 0;
    return apart == 1 || apart == -1;
}

static bool is_its(const struct utp_connection *c, enum direction d, const struct utp_packet *p)
{
    if (!c->used)
        return false;
    if (p->type == UTP_SYN)
        return c->called && c->caller == d && c->id[direction_other(d)] == p->id &&
               c->call_seq == p->seq;
    return ids_fit(c, d, p);
}

static bool is_believed(const struct utp_connection *c)
{
    return c->used && (c->went_on > 0 || c->answered[0] > 0 || c->answered[1] > 0);
}

static void drop_bytes(struct utp_connection *c, struct host *h)
{
    utp_stream_drop(&c->stream[TO_SERVER], h);
    utp_stream_drop(&c->stream[TO_CLIENT], h);
}

static void drop(struct utp_connection *c, struct host *h)
{
    drop_bytes(c, h);
    *c = (struct utp_connection){.used = false};
}

/* Its packets are still known as its own, and step no further. */
static void pass(struct utp_connection *c, struct host *h)
{
    drop_bytes(c, h);
    c->passed = c->over = true;
}

/* Who has to go for a new one: the carried never, an unused one first, then one that is over, then
 * one that is not believed, then the one that was silent for longest. */
static unsigned rank_of(const struct utp_socket *s, const struct utp_connection *c)
{
    if (s->carried > 0 && c == &s->connection[s->carried - 1])
        return 0;
    return !c->used ? 4 : c->over ? 3 : !is_believed(c) ? 2 : 1;
}

static struct utp_connection *room_for_another(struct utp_socket *s, struct host *h)
{
    struct utp_connection *best = &s->connection[0];

    for (size_t i = 1; i < UTP_CONNECTIONS; i++) {
        struct utp_connection *c = &s->connection[i];
        const unsigned rank = rank_of(s, c), best_rank = rank_of(s, best);
        if (rank > best_rank || (rank == best_rank && c->touched < best->touched))
            best = c;
    }
    drop(best, h);
    best->used = true;
    return best;
}

static struct utp_connection *connection_of(struct utp_socket *s, struct host *h, enum direction d,
                                            const struct utp_packet *p)
{
    struct utp_connection *found = NULL;

    for (size_t i = 0; i < UTP_CONNECTIONS; i++)
        if (is_its(&s->connection[i], d, p) && (found == NULL || found->over))
            found = &s->connection[i];
    return found != NULL || p->type == UTP_RESET ? found : room_for_another(s, h);
}

/* --- is it one? ------------------------------------------------------------------------------- */

static void count(uint8_t *n)
{
    if (*n < COUNTED)
        ++*n;
}

static void judge(struct utp_connection *c, enum direction d, const struct utp_packet *p)
{
    const enum direction other = direction_other(d);

    if (c->seen[d] && utp_agree(&c->last[d], p, true) == UTP_GOES_ON)
        count(&c->went_on);
    if (c->seen[other] && utp_agree(&c->last[other], p, false) == UTP_ANSWERS)
        count(&c->answered[d]);
    c->last[d] = *p;
    c->last[d].payload = bytes_of(NULL, 0);
    c->seen[d] = true;
}

/* Does the other side use the same id? In uTP they are one apart, but for a SYN and its answer. */
static bool is_mirrored(const struct utp_socket *s, enum direction d, const struct utp_packet *p)
{
    const enum direction other = direction_other(d);

    for (size_t i = 0; i < UTP_CONNECTIONS; i++) {
        const struct utp_connection *c = &s->connection[i];
        if (c->used && !c->called && c->has_id[other] && !c->has_id[d] && c->id[other] == p->id)
            return true;
    }
    return false;
}

/* Who hears the other side answers it. */
static void note_silence(struct utp_socket *s, const struct utp_connection *c, enum direction d,
                         const struct utp_packet *p)
{
    const unsigned more = is_mirrored(s, d, p) ? UTP_UNANSWERED_MOST + 1 : 1;

    s->spoke[d] = true;
    if (c->answered[TO_SERVER] > 0 || c->answered[TO_CLIENT] > 0)
        s->unanswered = 0;
    else if (s->spoke[direction_other(d)] && s->unanswered <= UTP_UNANSWERED_MOST)
        s->unanswered = (uint8_t)(s->unanswered + more);
}

/* A SYN that was answered, and the answer taken up; else more of the same is wanted. */
static enum utp_sureness sureness_of(const struct utp_connection *c)
{
    enum { ENOUGH = 2 };
    const unsigned least = c->called ? 1 : ENOUGH;

    if (c->answered[TO_SERVER] >= least && c->answered[TO_CLIENT] >= least)
        return UTP_STRONG;
    return is_believed(c) ? UTP_PROBABLE : UTP_NOTHING;
}

/* --- its bytes -------------------------------------------------------------------------------- */

static bool is_carried(const struct utp_socket *s, const struct utp_connection *c)
{
    return s->carried > 0 && c == &s->connection[s->carried - 1];
}

/* What is on top knows before it sees a byte that the connection's start was not captured. */
static void begin_carrying(struct utp_socket *s, const struct utp_connection *c, struct host *h)
{
    if (!s->begun && !c->called) {
        h->carry_gap(h, TO_SERVER, 1);
        h->carry_gap(h, TO_CLIENT, 1);
    }
    s->begun = true;
}

/* One packet's bytes, and how many of them were not captured. */
static void carry(struct utp_socket *s, struct utp_connection *c, struct host *h, enum direction d,
                  const struct utp_packet *p)
{
    begin_carrying(s, c, h);
    if (p->payload.len > 0)
        h->carry(h, d, p->payload);
    if (p->cut > 0)
        h->carry_gap(h, d, p->cut);
}

/* In the order of the capture, as far as each direction's numbers allow. */
static void carry_waiting(struct utp_socket *s, struct utp_connection *c, struct host *h)
{
    const struct utp_held *first[2];

    while (first[0] = utp_stream_head(&c->stream[0]), first[1] = utp_stream_head(&c->stream[1]),
           first[0] != NULL || first[1] != NULL) {
        const enum direction d =
            first[0] == NULL || (first[1] != NULL && first[1]->arrival < first[0]->arrival)
                ? TO_CLIENT
                : TO_SERVER;
        const struct utp_packet p = {.payload = bytes_of(first[d]->data, first[d]->len),
                                     .cut = first[d]->cut};
        carry(s, c, h, d, &p);
        utp_stream_pop(&c->stream[d], h);
    }
}

static void skip(struct utp_socket *s, struct utp_connection *c, struct host *h, enum direction d,
                 uint16_t last)
{
    utp_stream_skip(&c->stream[d], last);
    begin_carrying(s, c, h);
    h->carry_gap(h, d, UTP_GAP_UNKNOWN);
    carry_waiting(s, c, h);
}

/* What waits for its connection's turn has less room than what waits for a packet; what nobody
 * reads does not wait. */
static bool may_wait(const struct utp_socket *s, const struct utp_connection *c,
                     const struct host *h, enum direction d)
{
    return is_carried(s, c) ? h->carry_wanted : c->stream[d].held_bytes < UTP_BESIDE_BYTES;
}

static void wait_for(struct utp_socket *s, struct utp_connection *c, struct host *h,
                     enum direction d, const struct utp_packet *p)
{
    const uint16_t before = (uint16_t)(p->seq - 1);

    if (may_wait(s, c, h, d) && utp_stream_hold(&c->stream[d], h, p, s->arrivals))
        return;
    if (is_carried(s, c) && utp_stream_in_vain(&c->stream[d], before))
        skip(s, c, h, d, before);
}

static void take_bytes(struct utp_socket *s, struct utp_connection *c, struct host *h,
                       enum direction d, const struct utp_packet *p)
{
    struct utp_stream *stream = &c->stream[d];
    const enum utp_place place = utp_stream_place(stream, p->seq);

    if (place == UTP_SEEN)
        return;
    if (place == UTP_EARLY || !is_carried(s, c)) {
        wait_for(s, c, h, d, p);
        return;
    }
    carry(s, c, h, d, p);
    utp_stream_advance(stream, h, p->type == UTP_FIN);
    carry_waiting(s, c, h);
}

/* Every packet but SYN and RESET says up to where the other side's came. */
static void take_acknowledgement(struct utp_socket *s, struct utp_connection *c, struct host *h,
                                 enum direction of, uint16_t ack)
{
    if (is_carried(s, c) && utp_stream_in_vain(&c->stream[of], ack))
        skip(s, c, h, of, ack);
}

/* --- a packet --------------------------------------------------------------------------------- */

/* Its ids and where its streams begin, as far as this packet tells. */
static void learn(struct utp_connection *c, enum direction d, const struct utp_packet *p)
{
    const enum direction other = direction_other(d);

    if (p->type == UTP_SYN) {
        c->called = true;
        c->caller = (uint8_t)d;
        c->call_seq = p->seq;
        c->id[d] = (uint16_t)(p->id + 1);
        c->id[other] = p->id;
        c->has_id[d] = c->has_id[other] = true;
        utp_stream_start(&c->stream[d], (uint16_t)(p->seq + 1));
        return;
    }
    if (!c->has_id[d]) {
        c->id[d] = p->id;
        c->has_id[d] = true;
    }
    if (!c->stream[d].started) /* the number of the STATE that answers a SYN is the first's, too */
        utp_stream_start(&c->stream[d], p->seq);
}

static bool has_bytes(const struct utp_connection *c)
{
    return utp_stream_head(&c->stream[0]) != NULL || utp_stream_head(&c->stream[1]) != NULL;
}

/* The first that is believed and has bytes is the one that is carried, with what waits of it. */
static void choose(struct utp_socket *s, struct utp_connection *c, struct host *h)
{
    if (s->carried > 0 || !s->may_carry || !is_believed(c))
        return;
    s->carried = (uint8_t)(1 + (c - s->connection));
    carry_waiting(s, c, h);
}

/* Until it is over, and another has bytes. */
static bool is_anothers_turn(const struct utp_socket *s, const struct utp_connection *c)
{
    if (s->carried == 0 || is_carried(s, c) || !is_believed(c) || !has_bytes(c))
        return false;
    const struct utp_connection *now = &s->connection[s->carried - 1];
    return now->over || s->arrivals - now->touched > STALE_AFTER;
}

enum utp_sureness utp_socket_feed(struct utp_socket *s, struct host *h, enum direction d,
                                  const struct utp_packet *p)
{
    struct utp_connection *c = connection_of(s, h, d, p);

    s->arrivals++;
    if (c == NULL)
        return UTP_NOTHING;
    c->touched = s->arrivals;
    judge(c, d, p);
    note_silence(s, c, d, p);
    if (p->type == UTP_RESET) {
        c->over = true;
        return sureness_of(c);
    }
    learn(c, d, p);
    const bool has_some = !c->passed && (p->type == UTP_DATA || p->type == UTP_FIN);
    if (has_some || has_bytes(c))
        choose(s, c, h);
    if (has_some)
        take_bytes(s, c, h, d, p);
    if (p->type != UTP_SYN)
        take_acknowledgement(s, c, h, direction_other(d), p->ack);
    s->wants = is_anothers_turn(s, c) ? (uint8_t)(1 + (c - s->connection)) : 0;
    c->over = c->over || c->stream[0].ended || c->stream[1].ended;
    return sureness_of(c);
}

void utp_socket_carry(struct utp_socket *s, struct host *h)
{
    struct utp_connection *next = s->wants > 0 ? &s->connection[s->wants - 1] : NULL;

    if (s->carried > 0)
        pass(&s->connection[s->carried - 1], h);
    s->carried = s->wants = 0;
    s->may_carry = true;
    s->begun = false;
    for (size_t i = 0; next == NULL && i < UTP_CONNECTIONS; i++)
        if (has_bytes(&s->connection[i]))
            next = &s->connection[i];
    if (next != NULL)
        choose(s, next, h);
}

void utp_socket_waiting(const struct utp_socket *s, struct bytes first[2])
{
    for (int d = TO_SERVER; d <= TO_CLIENT; d++) {
        const struct utp_held *held = utp_stream_head(&s->connection[s->wants - 1].stream[d]);
        first[d] = held != NULL ? bytes_of(held->data, held->len) : bytes_of(NULL, 0);
    }
}

void utp_socket_pass(struct utp_socket *s, struct host *h)
{
    pass(&s->connection[s->wants - 1], h);
    s->wants = 0;
}

void utp_socket_close(struct utp_socket *s, struct host *h)
{
    struct utp_connection *c = s->carried > 0 ? &s->connection[s->carried - 1] : NULL;

    for (int d = TO_SERVER; c != NULL && d <= TO_CLIENT; d++)
        while (c->stream[d].held > 0)
            skip(s, c, h, (enum direction)d, (uint16_t)(c->stream[d].next + UTP_HOLD_PACKETS));
    for (size_t i = 0; i < UTP_CONNECTIONS; i++)
        drop(&s->connection[i], h);
}
