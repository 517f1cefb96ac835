/* SPDX-License-Identifier: MIT */
#include "engine/tcp.h"

/* For a direction whose receiver was not captured. */
#define PATIENCE_PACKETS 64U
#define PATIENCE_NS      1000000000LL

struct doubted {
    struct doubted *next;
    struct packet packet; /* its payload is `data` */
    int64_t since_ns;
    uint16_t waited; /* packets of the connection */
    uint8_t side;
    uint8_t why;  /* enum doubt */
    bool differs; /* from what was read in its place, or that goes on behind its FIN */
    bool recut;   /* it begins in what was read already */
    uint8_t data[];
};

static size_t size_of(const struct doubted *d)
{
    return sizeof(*d) + d->packet.payload.len;
}

static void release(struct engine *e, struct doubted *d)
{
    budget_free(&e->budget, d, size_of(d));
}

static bool has_fin(const struct packet *p)
{
    return (p->flags & TCP_FIN) != 0;
}

/* Has the stream nothing to learn from these bytes and this FIN? */
static bool is_old(const struct stream *s, const struct packet *p)
{
    const int64_t end = tcp_ahead(s, p->seq + p->payload_len);
    return end < 0 || (end == 0 && (!has_fin(p) || s->fin_seen));
}

static bool is_behind_fin(const struct stream *s, const struct packet *p)
{
    const uint32_t fin = s->origin + (uint32_t)s->fin;
    return s->fin_seen && (int32_t)(p->seq + p->payload_len - fin) > 0;
}

/* A keep-alive may bring a byte in the place of the last one, which was the FIN (RFC 9293 s3.8.4).
 */
static bool is_keep_alive(const struct stream *s, const struct packet *p)
{
    return p->payload_len == 1 && p->seq == s->origin + (uint32_t)s->fin;
}

/* Unlike its sender's others, wherever it lies. */
static enum doubt oddity_of(const struct habit *h, const struct packet *p)
{
    if ((p->flags & TCP_ACK) == 0)
        return DOUBT_NO_ACK;
    if (tcp_ttl_fell(h, p))
        return DOUBT_TTL;
    if (p->has_signature && !h->signs)
        return DOUBT_SIGNATURE;
    if (p->has_timestamp && h->stamped && (int32_t)(p->timestamp - h->recent) < 0)
        return DOUBT_TIMESTAMP;
    return DOUBT_NONE;
}

bool doubt_is_odd(const struct conn *c, unsigned side, const struct packet *p)
{
    return oddity_of(&c->habit[side], p) != DOUBT_NONE;
}

enum doubt doubt_of(const struct conn *c, unsigned side, const struct packet *p)
{
    const struct stream *s = &c->stream[side];
    const struct habit *h = &c->habit[side];

    if ((p->flags & TCP_RST) != 0 || (p->payload_len == 0 && !has_fin(p)))
        return DOUBT_NONE;
    if ((p->flags & TCP_SYN) != 0)
        return !s->started && (p->flags & TCP_ACK) == 0 ? DOUBT_SYN_DATA : DOUBT_NONE;
    if (!s->started || is_old(s, p))
        return DOUBT_NONE;
    const enum doubt odd = oddity_of(h, p);
    if (odd != DOUBT_NONE)
        return odd;
    if (c->reset_exact)
        return DOUBT_RESET;
    if (is_behind_fin(s, p))
        return DOUBT_FIN;
    if (h->heard && (int32_t)(p->seq + p->payload_len - h->edge) > 0)
        return DOUBT_WINDOW;
    return DOUBT_NONE;
}

static void tell_doubted(struct engine *e, struct conn *c, const struct doubted *d)
{
    static const enum anomaly name[DOUBTS] = {
        [DOUBT_TTL] = STREAM_TTL_LOW,          [DOUBT_TIMESTAMP] = STREAM_TIMESTAMP_OLD,
        [DOUBT_NO_ACK] = STREAM_ACK_MISSING,   [DOUBT_SIGNATURE] = STREAM_SIGNATURE_UNASKED,
        [DOUBT_WINDOW] = STREAM_OUT_OF_WINDOW, [DOUBT_SYN_DATA] = STREAM_SYN_DATA_DIFFERS,
        [DOUBT_FIN] = STREAM_DATA_AFTER_FIN,   [DOUBT_RESET] = STREAM_DATA_AFTER_RESET,
    };
    const struct stream *s = &c->stream[d->side];
    const int64_t offset = (int64_t)s->next + tcp_ahead(s, d->packet.seq);

    if (d->why == DOUBT_FIN && is_keep_alive(s, &d->packet))
        return;
    if (d->why == DOUBT_RESET && d->side != c->reset_side)
        return; /* it was on its way when the RST was */
    tell_anomaly(e, c, name[d->why], conn_direction(c, d->side), offset > 0 ? (uint64_t)offset : 0);
}

/* The end of the list, when there is room for `len` bytes more. */
static struct doubted **place_for(struct conn *c, size_t len)
{
    struct doubted **link = &c->doubted;
    size_t bytes = len;
    unsigned n = 1;

    for (; *link != NULL; link = &(*link)->next, n++)
        bytes += (*link)->packet.payload.len;
    return n <= DOUBT_SEGMENTS && bytes <= DOUBT_BYTES ? link : NULL;
}

bool doubt_set_aside(struct engine *e, struct conn *c, unsigned side, const struct packet *p,
                     enum doubt why)
{
    struct doubted **link = place_for(c, p->payload.len);
    struct doubted *d = link != NULL ? budget_alloc(&e->budget, sizeof(*d) + p->payload.len) : NULL;

    if (d == NULL) {
        const struct doubted lost = {.packet = *p, .side = (uint8_t)side, .why = (uint8_t)why};
        if (why == DOUBT_WINDOW)
            return false; /* likelier an ACK that was not captured */
        tell_doubted(e, c, &lost);
        return true;
    }
    *d = (struct doubted){
        .packet = *p, .since_ns = p->time_ns, .side = (uint8_t)side, .why = (uint8_t)why};
    d->recut = c->stream[side].started && tcp_ahead(&c->stream[side], p->seq) < 0;
    if (p->payload.len > 0)
        memcpy(d->data, p->payload.at, p->payload.len);
    d->packet.payload.at = d->data;
    if ((p->flags & TCP_SYN) != 0) { /* the SYN itself is not doubted */
        d->packet.flags = (uint8_t)(p->flags ^ TCP_SYN);
        d->packet.seq++;
    }
    *link = d;
    return true;
}

static bool differ(const struct packet *a, const struct packet *b)
{
    const int64_t shift = (int32_t)(b->seq - a->seq); /* of b's start in a */
    const size_t in_a = shift > 0 ? (size_t)shift : 0;
    const size_t in_b = shift < 0 ? (size_t)-shift : 0;
    const struct bytes x = bytes_after(a->payload, in_a), y = bytes_after(b->payload, in_b);
    const size_t n = x.len < y.len ? x.len : y.len;

    return !bytes_equal(bytes_first(x, n), bytes_first(y, n));
}

/* Nothing follows a FIN. */
static bool has_bytes_behind(const struct packet *fin, const struct packet *p)
{
    return has_fin(fin) && p->payload_len > 0 &&
           (int32_t)(p->seq + p->payload_len - (fin->seq + fin->payload_len)) > 0;
}

void doubt_compare(struct conn *c, unsigned side, const struct packet *p)
{
    if (doubt_is_odd(c, side, p))
        return; /* and old, else it were set aside itself */
    for (struct doubted *d = c->doubted; d != NULL; d = d->next)
        if (d->side == side && !d->differs)
            d->differs = differ(&d->packet, p) || has_bytes_behind(&d->packet, p);
}

static int64_t end_of(const struct stream *s, const struct packet *p)
{
    return (int64_t)s->next + tcp_ahead(s, p->seq + p->payload_len);
}

/* Its start was read from another segment and is not kept. Likelier than that its sender cut it
 * otherwise just when it became odd is that it is a longer decoy, and that what follows was not
 * captured. (Old timestamps are mostly those of segments that were overtaken.) */
static bool is_unlikely(const struct doubted *d)
{
    return d->recut && (d->why == DOUBT_TTL || d->why == DOUBT_NO_ACK || d->why == DOUBT_SIGNATURE);
}

/* One of it and what else is known of its sender is false, and nothing is odd about the latter. */
static bool is_refuted(const struct stream *s, const struct doubted *d)
{
    return d->differs || stream_contradicts(s, &d->packet) ||
           (has_fin(&d->packet) && (int64_t)s->acknowledged > end_of(s, &d->packet) + 1);
}

/* Its receiver has its bytes, and the capture has them from nowhere else. */
static bool is_acknowledged(const struct conn *c, const struct doubted *d)
{
    const struct stream *s = &c->stream[d->side];
    const int64_t end = end_of(s, &d->packet);

    if (d->why == DOUBT_FIN && s->acknowledged <= s->fin + 1)
        return false; /* that is the FIN's */
    return c->habit[d->side].heard && (int64_t)s->acknowledged >= end + has_fin(&d->packet);
}

/* It was genuine, so it is how its sender sends now. */
static void take_habit(struct conn *c, const struct doubted *d)
{
    struct habit *h = &c->habit[d->side];
    struct stream *s = &c->stream[d->side];

    if (d->why == DOUBT_TTL)
        h->ttl = d->packet.ttl;
    else if (d->why == DOUBT_TIMESTAMP)
        h->recent = d->packet.timestamp;
    else if (d->why == DOUBT_SIGNATURE)
        h->signs = true;
    else if (d->why == DOUBT_FIN)
        s->fin_seen = s->ended = false; /* it is the FIN that was false */
}

static bool is_waited_for(const struct engine *e, const struct conn *c, struct doubted *d)
{
    if (c->habit[d->side].heard || (d->why == DOUBT_RESET && d->side != c->reset_side))
        return true;
    return d->waited++ < PATIENCE_PACKETS && e->time.now_ns - d->since_ns < PATIENCE_NS;
}

enum fate {
    FATE_OPEN,
    FATE_OLD, /* all of it was read from others */
    FATE_FALSE,
    FATE_GENUINE,
    FATE_UNHEARD, /* nobody was captured who could have acknowledged it */
};

static enum fate fate_of(const struct engine *e, const struct conn *c, struct doubted *d)
{
    const struct stream *s = &c->stream[d->side];

    if (!s->started)
        return FATE_OPEN; /* the SYN that had it is being read */
    if (is_refuted(s, d))
        return FATE_FALSE;
    if (is_old(s, &d->packet))
        return FATE_OLD;
    if (d->why == DOUBT_RESET && !c->reset_exact)
        return FATE_GENUINE; /* it is the RST that was false */
    if (is_acknowledged(c, d))
        return is_unlikely(d) ? FATE_FALSE : FATE_GENUINE;
    return is_waited_for(e, c, d) ? FATE_OPEN : FATE_UNHEARD;
}

/* True: it is settled, and need not be kept. */
static bool settle(struct engine *e, struct conn *c, struct doubted *d)
{
    const enum fate fate = fate_of(e, c, d);

    if (fate == FATE_OPEN || fate == FATE_OLD)
        return fate == FATE_OLD;
    if (fate == FATE_FALSE || (fate == FATE_UNHEARD && d->why != DOUBT_SYN_DATA))
        tell_doubted(e, c, d);
    if (fate == FATE_FALSE)
        return true;
    if (fate == FATE_GENUINE)
        take_habit(c, d);
    tcp_read_late(e, c, d->side, &d->packet);
    return true;
}

void doubt_settle(struct engine *e, struct conn *c)
{
    struct doubted **link = &c->doubted;

    while (*link != NULL) {
        struct doubted *d = *link;
        if (!settle(e, c, d)) {
            link = &d->next;
            continue;
        }
        *link = d->next;
        release(e, d);
    }
}

/* At the end. What the receiver did not acknowledge, though it acknowledged, it did not get; save
 * beyond a window, which may have been opened by an ACK that was not captured. */
static void settle_last(struct engine *e, struct conn *c, const struct doubted *d)
{
    const bool heard = c->habit[d->side].heard || d->why == DOUBT_RESET;

    if (d->why != DOUBT_SYN_DATA && d->why != DOUBT_WINDOW)
        tell_doubted(e, c, d);
    if (!heard || d->why == DOUBT_WINDOW)
        tcp_read_late(e, c, d->side, &d->packet);
}

void doubt_after_end(struct engine *e, struct conn *c, unsigned side, const struct packet *p)
{
    if (p->payload_len == 0 || (p->flags & (TCP_SYN | TCP_RST)) != 0 ||
        !is_behind_fin(&c->stream[side], p))
        return;
    const struct doubted late = {.packet = *p, .side = (uint8_t)side, .why = DOUBT_FIN};
    tell_doubted(e, c, &late);
}

void doubt_end(struct engine *e, struct conn *c)
{
    struct doubted *d;

    doubt_settle(e, c);
    while ((d = c->doubted) != NULL) {
        settle_last(e, c, d);
        c->doubted = d->next;
        release(e, d);
    }
}

void doubt_free(struct engine *e, struct conn *c)
{
    struct doubted *d;

    while ((d = c->doubted) != NULL) {
        c->doubted = d->next;
        release(e, d);
    }
}
