/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "tests/mutate/kinds.h"

#define LATE_MOST   6            /* packets */
#define LATE_NS     2000000000LL /* nor does a network keep anything longer: captures have pauses */
#define DECOY_AFTER 1            /* data segments of a direction before its decoys come */
#define DECOY_MOST                                                                                 \
    1300 /* bytes: the checksum of what never crossed an Ethernet is not looked at                 \
          */

static void *by_lane(const struct trace *t, size_t size)
{
    void *at = calloc(t->lanes + 1, size);

    if (at == NULL)
        abort();
    return at;
}

/* --- copies --- */

struct late {
    const struct parcel *p;
    uint32_t due; /* packets from now; p NULL: free */
};

void duplicate(struct trace *out, const struct trace *in, struct rng *r)
{
    struct late late[LATE_MOST + 1] = {{0}};

    for (size_t i = 0; i < in->count; i++) {
        const struct parcel *p = &in->at[i];
        const bool syn = p->tcp && (flags_of(p) & TCP_SYN) != 0;
        struct late *room = NULL;
        trace_add(out, p);
        for (size_t n = 0; n <= LATE_MOST; n++) {
            struct late *l = &late[n];
            if (l->p != NULL && syn && (l->p->lane | 1) == (p->lane | 1))
                l->p = NULL; /* nothing outlives its connection (RFC 9293 s3.4.3) */
            if (l->p != NULL && p->frame.time_ns > l->p->frame.time_ns + LATE_NS)
                l->p = NULL;
            if (l->p != NULL && l->due-- == 0) {
                struct parcel again = *l->p;
                again.frame.time_ns = p->frame.time_ns;
                trace_add(out, &again);
                l->p = NULL;
            }
            if (l->p == NULL)
                room = l;
        }
        if (room != NULL && is_plain_data(p) && (flags_of(p) & TCP_FIN) == 0 && rng_chance(r, 33))
            *room = (struct late){p, rng_below(r, LATE_MOST)};
    }
}

void mirror(struct trace *out, const struct trace *in, struct rng *r)
{
    (void)r;
    for (size_t i = 0; i < in->count; i++) {
        trace_add(out, &in->at[i]);
        if (in->at[i].tcp)
            trace_add(out, &in->at[i]);
    }
}

/* --- segments that say nothing --- */

/* One direction, as keep-alives need it. */
struct idle {
    const struct parcel *last; /* its last packet; NULL: none, or it has ended */
    uint32_t end;              /* sequence number after its data */
    bool spoke;
};

/* RFC 9293 s3.8.4: of who has heard that all was received, the byte before the next one, or no byte
 * at all. The byte is garbage. */
static void add_keepalive(struct trace *out, const struct idle *of, int64_t now, struct rng *r)
{
    static const uint8_t garbage[] = {0};
    struct segment s = segment_of(of->last);

    s.seq = of->end - 1;
    s.flags = TCP_ACK;
    s.payload = bytes_of(garbage, rng_below(r, 2));
    struct parcel probe = trace_segment(out, of->last, &s);
    probe.frame.time_ns = now;
    trace_add(out, &probe);
}

static void note_idle(struct idle *own, const struct parcel *p)
{
    const struct segment s = segment_of(p);
    const uint32_t end = s.seq + (uint32_t)s.payload.len;

    if ((s.flags & (TCP_SYN | TCP_FIN | TCP_RST)) != 0) {
        *own = (struct idle){0};
    } else if (!own->spoke || (int32_t)(end - own->end) >= 0) {
        own->spoke |= s.payload.len > 0;
        own->end = end;
        own->last = p;
    }
}

void keepalive(struct trace *out, const struct trace *in, struct rng *r)
{
    struct idle *idle = by_lane(in, sizeof(*idle));

    for (size_t i = 0; i < in->count; i++) {
        const struct parcel *p = &in->at[i];
        trace_add(out, p);
        if (!p->tcp)
            continue;
        note_idle(&idle[p->lane], p);
        struct idle *other = &idle[p->lane ^ 1];
        if ((flags_of(p) & (TCP_SYN | TCP_FIN | TCP_RST)) != 0)
            *other = (struct idle){0};
        else if (other->spoke && segment_of(p).ack == other->end && rng_chance(r, 30))
            add_keepalive(out, other, p->frame.time_ns, r);
    }
    free(idle);
}

void acks(struct trace *out, const struct trace *in, struct rng *r)
{
    for (size_t i = 0; i < in->count; i++) {
        const struct parcel *p = &in->at[i];
        trace_add(out, p);
        if (!p->tcp || (flags_of(p) & (TCP_SYN | TCP_FIN | TCP_RST | TCP_ACK)) != TCP_ACK)
            continue;
        struct segment s = segment_of(p);
        s.seq += (uint32_t)s.payload.len;
        s.flags = TCP_ACK;
        s.payload.len = 0;
        for (uint32_t n = rng_below(r, 4); n > 0; n--) {
            uint8_t *bytes;
            const struct parcel like = trace_copy(out, p, &bytes);
            if (rng_chance(r, 50))
                put_be(bytes + p->l4 + 14, rng_next(r), 2); /* the window */
            const struct parcel noise = trace_segment(out, &like, &s);
            trace_add(out, &noise);
        }
    }
}

/* --- decoys: their receiver never reads them --- */

/* The segment with other bytes, or with a flag that would end all. */
static struct parcel decoy_of(struct trace *out, const struct parcel *p, struct rng *r)
{
    static const uint8_t flags[] = {TCP_ACK | TCP_PSH, TCP_ACK | TCP_PSH, TCP_ACK | TCP_FIN,
                                    TCP_ACK | TCP_RST, TCP_RST,           TCP_SYN};
    static const char *const lies[] = {"GET / HTTP/1.1\r\nHost: decoy.example\r\n\r\n",
                                       "SSH-2.0-decoy\r\n", "\x16\x03\x01\x02\x00\x01"};
    struct segment s = segment_of(p);
    const uint8_t chosen = flags[rng_below(r, sizeof(flags))];
    uint8_t *bytes = trace_bytes(out, s.payload.len);

    for (size_t i = 0; i < s.payload.len; i++)
        bytes[i] = (uint8_t)rng_next(r);
    s.flags = chosen;
    s.payload = (chosen & TCP_PSH) == 0 ? bytes_of(NULL, 0)
                : rng_chance(r, 50)     ? bytes_of_text(lies[rng_below(r, 3)])
                                        : bytes_first(bytes_of(bytes, s.payload.len), DECOY_MOST);
    struct parcel decoy = trace_segment(out, p, &s);
    decoy.tcp = decoy.datagram = false;
    return decoy;
}

/* `spoil` makes a decoy of it; true: the packet is of use for that. */
static void decoys(struct trace *out, const struct trace *in, struct rng *r,
                   bool (*spoil)(struct parcel *p, uint8_t *bytes, struct rng *r))
{
    uint32_t *seen = by_lane(in, sizeof(*seen));
    bool *over = by_lane(in, sizeof(*over));

    for (size_t i = 0; i < in->count; i++) {
        const struct parcel *p = &in->at[i];
        const bool before = rng_chance(r, 50);
        if (!before)
            trace_add(out, p);
        if (p->tcp) /* after the end they would be a connection of their own */
            over[p->lane] = over[p->lane ^ 1] = (flags_of(p) & (TCP_FIN | TCP_RST)) != 0 ||
                                                (over[p->lane] && (flags_of(p) & TCP_SYN) == 0);
        if (has_data(p) && !over[p->lane] && seen[p->lane]++ >= DECOY_AFTER && rng_chance(r, 30)) {
            const struct parcel plain = decoy_of(out, p, r);
            uint8_t *bytes;
            struct parcel spoilt = trace_copy(out, &plain, &bytes);
            if (spoil(&spoilt, bytes, r))
                trace_add(out, &spoilt);
        }
        if (before)
            trace_add(out, p);
    }
    free(over);
    free(seen);
}

static bool spoil_checksum(struct parcel *p, uint8_t *bytes, struct rng *r)
{
    const uint32_t right = get_be(bytes + p->l4 + 16, 2);

    put_be(bytes + p->l4 + 16, right ^ (1 + rng_below(r, 0xfffe)), 2);
    return is_checksum_bad(p);
}

void badsum(struct trace *out, const struct trace *in, struct rng *r)
{
    decoys(out, in, r, spoil_checksum);
}

static bool spoil_ip(struct parcel *p, uint8_t *bytes, struct rng *r)
{
    const uint32_t right = get_be(bytes + p->ip + 10, 2);

    if (!is_ipv4(p))
        return false;
    const uint32_t wrong = right ^ (1 + rng_below(r, 0xfffe));
    put_be(bytes + p->ip + 10, wrong, 2);
    return wrong != 0 && wrong != 0xffff && right != 0; /* offloaded; the other zero */
}

void badip(struct trace *out, const struct trace *in, struct rng *r)
{
    decoys(out, in, r, spoil_ip);
}

static bool spoil_ttl(struct parcel *p, uint8_t *bytes, struct rng *r)
{
    const uint32_t ttl = 1 + rng_below(r, 3);

    put_be(bytes + p->ip + (is_ipv4(p) ? 8 : 7), ttl, 1);
    if (is_ipv4(p))
        ipv4_checksum(bytes + p->ip);
    return true;
}

void lowttl(struct trace *out, const struct trace *in, struct rng *r)
{
    decoys(out, in, r, spoil_ttl);
}

/* --- strangers --- */

/* Addresses that no capture has: 198.18.0.0/15 (RFC 2544), 2001:2::/48 (RFC 5180). */
static void make_strange(const struct parcel *p, uint8_t *bytes, uint32_t who, bool back)
{
    uint8_t *ip = bytes + p->ip, *ports = bytes + p->l4;
    const uint32_t near = who % 250 + 1, far = who / 250 + 1;

    for (unsigned end = 0; end < 2; end++) {
        const uint32_t host = (end == 0) != back ? near : 0x100 + far;
        if (is_ipv4(p)) {
            put_be(ip + 12 + 4 * end, 0xc6120000 + host, 4);
        } else {
            memset(ip + 8 + 16 * end, 0, 16);
            put_be(ip + 8 + 16 * end, 0x20010002, 4);
            put_be(ip + 20 + 16 * end, host, 4);
        }
    }
    put_be(ports + (back ? 2 : 0), 20000 + who, 2);
    put_be(ports + (back ? 0 : 2), 80, 2);
}

static void add_stranger(struct trace *out, const struct parcel *like, int64_t now,
                         const struct segment *s, uint32_t who)
{
    const bool back = who >> 31 != 0;
    uint8_t *bytes;
    struct parcel p = *like;

    p.offloaded = false;
    p = trace_copy(out, &p, &bytes);
    make_strange(&p, bytes, who & 0x7fffffff, back);
    p = trace_segment(out, &p, s);
    p.frame.time_ns = now;
    p.lane = NO_LANE;
    p.tcp = p.datagram = false;
    trace_add(out, &p);
}

/* What a stranger sends next: SYN, answer, request, answer, then noise. */
static void stranger_speaks(struct trace *out, const struct parcel *like, int64_t now, uint32_t who,
                            uint32_t step)
{
    static const char ask[] = "GET /stranger HTTP/1.1\r\nHost: stranger.example\r\n\r\n";
    static const char say[] = "HTTP/1.1 204 No Content\r\n\r\n";
    static const char noise[] = "\x00\xff some bytes \r\n that nobody asked for";
    const uint32_t a = who * 7919 + 1, b = who * 104729 + 5;
    const struct segment script[] = {
        {a, 0, TCP_SYN, bytes_of(NULL, 0)},
        {b, a + 1, TCP_SYN | TCP_ACK, bytes_of(NULL, 0)},
        {a + 1, b + 1, TCP_ACK | TCP_PSH, bytes_of_text(ask)},
        {b + 1, a + sizeof(ask), TCP_ACK | TCP_PSH, bytes_of_text(say)},
        {a + sizeof(ask), b + sizeof(say), TCP_ACK | TCP_PSH, bytes_of(noise, sizeof(noise))},
    };

    if (step < sizeof(script) / sizeof(script[0]))
        add_stranger(out, like, now, &script[step], who | (step % 2) << 31);
}

void interleave(struct trace *out, const struct trace *in, struct rng *r)
{
    const struct parcel *like = NULL;
    uint32_t said[64] = {0}, scans = 0;

    for (size_t i = 0; i < in->count; i++) {
        const struct parcel *p = &in->at[i];
        if (p->tcp)
            like = p;
        trace_add(out, p);
        for (uint32_t n = like != NULL ? rng_below(r, 3) : 0; n > 0; n--) {
            const uint32_t who = rng_below(r, 64);
            if (rng_chance(r, 20))
                stranger_speaks(out, like, p->frame.time_ns, 64 + scans++ % 20000, 0);
            else
                stranger_speaks(out, like, p->frame.time_ns, who, said[who]++);
        }
    }
}
