/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "tests/mutate/kinds.h"

#define WRAP_WITHIN   300U /* bytes of a direction */
#define MOST_CUTS     3
#define MOST_EDGES    (MOST_CUTS + 2)
#define PAD_MOST      24U
#define ETHERNET      1
#define MORE          1U /* IPv6: more fragments follow */
#define MORE_V4       0x2000U
#define ETHERNET_LEN  14U
#define FIRST_LEAST   80 /* bytes in a first fragment */
#define FRAGMENT_NEXT 44 /* RFC 8200 s4.5 */

static void *by_lane(const struct trace *t, size_t size)
{
    void *at = calloc(t->lanes + 1, size);

    if (at == NULL)
        abort();
    return at;
}

/* --- sequence numbers --- */

/* What is added to those of one direction: a new connection gets a new one. */
struct shift {
    uint32_t first, by;
    bool known;
};

static uint32_t shift_of(struct shift *s, uint32_t seq, bool syn, struct rng *r)
{
    if (!s->known || (syn && s->first != seq))
        *s = (struct shift){seq, 0U - rng_below(r, WRAP_WITHIN) - seq, true};
    return s->by;
}

/* Are there packets of TCP in it that are not ours to shift? Their lane is not always known: then
 * all is left as it is. */
static bool *spared_lanes(const struct trace *t)
{
    bool *spared = by_lane(t, sizeof(*spared)), all = false;

    for (size_t i = 0; i < t->count; i++) {
        const struct parcel *p = &t->at[i];
        if (!p->broken)
            continue;
        if (p->lane == NO_LANE)
            all = true;
        else
            spared[p->lane] = spared[p->lane ^ 1] = true;
    }
    if (all)
        memset(spared, true, t->lanes);
    return spared;
}

void wrap(struct trace *out, const struct trace *in, struct rng *r)
{
    struct shift *shift = by_lane(in, sizeof(*shift));
    bool *spared = spared_lanes(in);

    for (size_t i = 0; i < in->count; i++) {
        const struct parcel *p = &in->at[i];
        if (!p->tcp || spared[p->lane]) {
            trace_add(out, p);
            continue;
        }
        struct segment s = segment_of(p);
        const uint32_t ack = s.ack;
        s.seq += shift_of(&shift[p->lane], s.seq, (s.flags & TCP_SYN) != 0, r);
        if ((s.flags & TCP_ACK) != 0)
            s.ack += shift_of(&shift[p->lane ^ 1], ack, false, r);
        const struct parcel shifted = trace_segment(out, p, &s);
        trace_add(out, &shifted);
    }
    free(spared);
    free(shift);
}

/* --- fields that routers change, bytes that cards add --- */

void route(struct trace *out, const struct trace *in, struct rng *r)
{
    for (size_t i = 0; i < in->count; i++) {
        if (!in->at[i].tcp) {
            trace_add(out, &in->at[i]);
            continue;
        }
        uint8_t *bytes;
        const struct parcel p = trace_copy(out, &in->at[i], &bytes);
        uint8_t *ip = bytes + p.ip, *ttl = ip + (is_ipv4(&p) ? 8 : 7);
        if (*ttl > 8)
            *ttl = (uint8_t)(*ttl - rng_below(r, 3));
        if (is_ipv4(&p)) {
            put_be(ip + 1, rng_below(r, 256), 1);
            put_be(ip + 4, rng_next(r), 2);
            ipv4_checksum(ip);
        } else {
            put_be(ip, 0x60000000 | (rng_next(r) & 0x0fffffff), 4);
        }
        trace_add(out, &p);
    }
}

void pad(struct trace *out, const struct trace *in, struct rng *r)
{
    for (size_t i = 0; i < in->count; i++) {
        const struct parcel *p = &in->at[i];
        const size_t more = p->tcp && p->frame.linktype == ETHERNET ? rng_below(r, PAD_MOST) : 0;
        if (more == 0) {
            trace_add(out, p);
            continue;
        }
        struct parcel padded = *p;
        uint8_t *bytes = trace_bytes(out, p->frame.data.len + more);
        memcpy(bytes, p->frame.data.at, p->frame.data.len);
        for (size_t n = 0; n < more; n++)
            bytes[p->frame.data.len + n] = (uint8_t)rng_next(r);
        padded.frame.data = bytes_of(bytes, p->frame.data.len + more);
        padded.frame.wire_len += (uint32_t)more;
        trace_add(out, &padded);
    }
}

/* --- fragments --- */

struct cuts {
    uint32_t edge[MOST_EDGES], count; /* multiples of 8, but for the last */
};

static int by_value(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

/* The TCP header stays whole (RFC 3128), and the first fragment is not smaller than those of an
 * honest stack (anomaly fragment_small). */
static struct cuts cuts_of(const struct parcel *p, struct rng *r)
{
    const uint32_t len = p->end - p->l4,
                   head = p->protocol == TRANSPORT_TCP ? p->payload - p->l4 : 8;
    const uint32_t least = head > FIRST_LEAST ? head : FIRST_LEAST;
    const uint32_t first = (least + 7) / 8, last = (len - 1) / 8;
    struct cuts c = {.count = 1};

    for (unsigned n = 0; n < MOST_CUTS && last >= first; n++)
        c.edge[c.count++] = 8 * (first + rng_below(r, last - first + 1));
    c.edge[c.count++] = len;
    qsort(c.edge, c.count, sizeof(c.edge[0]), by_value);
    uint32_t kept = 1;
    for (uint32_t n = 1; n < c.count; n++)
        if (c.edge[n] != c.edge[kept - 1])
            c.edge[kept++] = c.edge[n];
    c.count = kept;
    return c;
}

/* The bytes [from, to) of the packet's payload. */
static struct parcel fragment_of(struct trace *out, const struct parcel *p, uint32_t id,
                                 uint32_t from, uint32_t to)
{
    const bool v4 = is_ipv4(p), more = to < p->end - p->l4;
    const uint32_t extension = v4 ? 0 : 8;
    const size_t len = p->l4 + extension + to - from;
    struct parcel f = *p;
    uint8_t *data = trace_bytes(out, len), *ip = data + p->ip;

    memcpy(data, p->frame.data.at, p->l4);
    memcpy(data + p->l4 + extension, p->frame.data.at + p->l4 + from, to - from);
    if (v4) {
        put_be(ip + 2, 20 + to - from, 2);
        put_be(ip + 4, id, 2);
        put_be(ip + 6, from / 8 | (more ? MORE_V4 : 0), 2);
        ipv4_checksum(ip);
    } else {
        put_be(ip + 4, 8 + to - from, 2);
        put_be(data + p->l4, (uint32_t)ip[6] << 24 | from | (more ? MORE : 0), 4);
        put_be(data + p->l4 + 4, id, 4);
        ip[6] = FRAGMENT_NEXT;
    }
    if (p->pppoe != 0)
        put_be(data + p->pppoe, (uint32_t)len - p->pppoe - 2, 2);
    f.frame.data = bytes_of(data, len);
    f.frame.wire_len = (uint32_t)len;
    f.end = (uint32_t)len;
    f.tcp = f.datagram = false;
    return f;
}

/* In any order, some twice, perhaps two of them in one that comes first (not in IPv6: RFC 5722).
 * The last one is needed, else what came after it would begin a datagram that never ends. */
static void add_fragments(struct trace *out, const struct parcel *p, uint32_t id, struct rng *r)
{
    const struct cuts c = cuts_of(p, r);
    const uint32_t pieces = c.count - 1;
    struct parcel f[MOST_EDGES];
    uint32_t count = 0, last = rng_below(r, pieces);

    if (is_ipv4(p) && pieces > 2 && rng_chance(r, 30)) {
        const struct parcel both = fragment_of(out, p, id, c.edge[0], c.edge[2]);
        trace_add(out, &both);
        last = 2 + rng_below(r, pieces - 2);
    }
    for (uint32_t n = 0; n < pieces; n++)
        if (n != last)
            f[count++] = fragment_of(out, p, id, c.edge[n], c.edge[n + 1]);
    for (uint32_t n = 0; n < count; n++) {
        const uint32_t other = n + rng_below(r, count - n);
        const struct parcel chosen = f[other];
        f[other] = f[n];
        trace_add(out, &chosen);
        if (rng_chance(r, 20))
            trace_add(out, &chosen);
    }
    const struct parcel end = fragment_of(out, p, id, c.edge[last], c.edge[last + 1]);
    trace_add(out, &end);
}

void fragment(struct trace *out, const struct trace *in, struct rng *r)
{
    uint32_t id = rng_next(r);

    for (size_t i = 0; i < in->count; i++) {
        const struct parcel *p = &in->at[i];
        if (p->datagram && p->end - p->l4 > FIRST_LEAST && rng_chance(r, 50))
            add_fragments(out, p, id++, r);
        else
            trace_add(out, p);
    }
}

/* --- around it all --- */

static void put_tags(uint8_t tags[8], struct rng *r)
{
    put_be(tags, 0x88a8, 2);
    put_be(tags + 2, 1 + rng_below(r, 4094), 2);
    put_be(tags + 4, 0x8100, 2);
    put_be(tags + 6, 1 + rng_below(r, 4094), 2);
}

static void tag_each(struct trace *out, const struct trace *in, struct bytes tags[2])
{
    for (size_t i = 0; i < in->count; i++) {
        const struct parcel *p = &in->at[i];
        const unsigned side = p->lane != NO_LANE ? p->lane & 1 : 0;
        struct parcel tagged = *p;
        if (p->frame.linktype == ETHERNET && p->frame.data.len >= ETHERNET_LEN)
            tagged = trace_wrapped(out, p, 12, tags[side]);
        trace_add(out, &tagged);
    }
}

void vlan(struct trace *out, const struct trace *in, struct rng *r)
{
    uint8_t bytes[8];

    put_tags(bytes, r);
    const struct bytes all = bytes_of(bytes, sizeof(bytes));
    const struct bytes tags = rng_chance(r, 50) ? all : bytes_after(all, 4);
    tag_each(out, in, (struct bytes[2]){tags, tags});
}

void vlan_apart(struct trace *out, const struct trace *in, struct rng *r)
{
    uint8_t bytes[2][8];

    put_tags(bytes[0], r);
    put_tags(bytes[1], r);
    tag_each(out, in,
             (struct bytes[2]){bytes_of(bytes[0] + 4, 4), bytes_of(bytes[1], sizeof(bytes[1]))});
}

/* IPv4 around IPv4 or IPv6: directly (RFC 2003, RFC 4213), or with GRE (RFC 2784) in between. */
void tunnel(struct trace *out, const struct trace *in, struct rng *r)
{
    const bool gre = rng_chance(r, 50);

    for (size_t i = 0; i < in->count; i++) {
        const struct parcel *p = &in->at[i];
        uint8_t outer[24] = {0x45, [8] = 64};
        const uint32_t len = gre ? 24 : 20;
        if (!p->tcp || !is_ipv4(p) || p->pppoe != 0 || p->end - p->ip + len > 0xffff) {
            trace_add(out, p);
            continue;
        }
        put_be(outer + 2, len + p->end - p->ip, 2);
        put_be(outer + 9, gre ? 47 : 4, 1);
        put_be(outer + 12, 0xc6120001 + (p->lane & 1), 4);
        put_be(outer + 16, 0xc6120002 - (p->lane & 1), 4);
        put_be(outer + 22, 0x0800, 2);
        ipv4_checksum(outer);
        const struct parcel wrapped = trace_wrapped(out, p, p->ip, bytes_of(outer, len));
        trace_add(out, &wrapped);
    }
}
