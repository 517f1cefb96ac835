/* SPDX-License-Identifier: MIT */
#include "decode/defrag.h"

#include "decode/pieces.h"

#define BUCKETS 1024 /* a power of two */

struct datagram {
    struct fragment_key key;
    struct datagram *chain;         /* same bucket */
    struct datagram *older, *newer; /* by the first fragment's arrival */
    int64_t first_ns, timeout_ns;
    uint32_t length;    /* bytes of the payload; 0 = the last fragment is not here yet */
    uint32_t end;       /* the furthest byte seen */
    uint32_t wire_len;  /* bytes of all frames so far */
    uint8_t protocol;   /* of the fragment at offset 0 */
    uint8_t ttl;        /* the lowest so far */
    uint8_t policy;     /* enum overlap_policy */
    bool address_moved; /* of the fragment at offset 0 */
    bool dropped;       /* and so will be what else comes of it (RFC 5722 s4) */
    struct pieces pieces;
};

struct defrag {
    struct budget *budget;
    struct hash_key key;
    struct decode_stats *stats;
    decode_overlap *overlap;
    const void *overlap_ctx;
    struct datagram *bucket[BUCKETS];
    struct datagram *oldest, *newest;
    size_t datagrams, bytes; /* held */
    size_t bytes_max;
    /* the latest datagram that became whole */
    struct fragment_key whole_key;
    uint32_t whole_len; /* 0: none */
    int64_t whole_ns;
    uint8_t whole[PAGES * PAGE_BYTES];
};

struct defrag *defrag_create(struct budget *budget, const struct hash_key *key,
                             struct decode_stats *stats)
{
    struct defrag *d = budget_alloc(budget, sizeof(*d));

    if (d == NULL)
        return NULL;
    d->budget = budget;
    d->key = *key;
    d->stats = stats;
    d->bytes_max = DEFRAG_BYTES;
    if (budget->limit != 0 && budget->limit / DEFRAG_SHARE < DEFRAG_BYTES)
        d->bytes_max = budget->limit / DEFRAG_SHARE;
    return d;
}

void defrag_overlap(struct defrag *d, decode_overlap *overlap, const void *ctx)
{
    d->overlap = overlap;
    d->overlap_ctx = ctx;
}

static struct datagram **bucket_of(struct defrag *d, const struct fragment_key *key)
{
    return &d->bucket[hash_bytes(&d->key, bytes_of(key, sizeof(*key))) & (BUCKETS - 1)];
}

static void give(struct defrag *d, void *memory, size_t bytes)
{
    if (memory == NULL)
        return;
    budget_free(d->budget, memory, bytes);
    d->bytes -= bytes;
}

static void give_pages(struct defrag *d, struct datagram *g)
{
    for (size_t i = 0; i < PAGES; i++) {
        give(d, g->pieces.page[i], sizeof(*g->pieces.page[i]));
        g->pieces.page[i] = NULL;
    }
}

static void forget(struct defrag *d, struct datagram *g)
{
    struct datagram **at = bucket_of(d, &g->key);

    while (*at != g)
        at = &(*at)->chain;
    *at = g->chain;
    *(g->older != NULL ? &g->older->newer : &d->oldest) = g->newer;
    *(g->newer != NULL ? &g->newer->older : &d->newest) = g->older;
    give_pages(d, g);
    give(d, g, sizeof(*g));
    d->datagrams--;
}

static void forget_expired(struct defrag *d, struct datagram *g)
{
    d->stats->datagrams_expired += !g->dropped;
    forget(d, g);
}

static void evict(struct defrag *d, struct datagram *g)
{
    d->stats->datagrams_evicted += !g->dropped;
    forget(d, g);
}

void defrag_flush(struct defrag *d)
{
    while (d->oldest != NULL)
        forget_expired(d, d->oldest);
    d->whole_len = 0;
}

void defrag_free(struct defrag *d)
{
    if (d == NULL)
        return;
    defrag_flush(d);
    budget_free(d->budget, d, sizeof(*d));
}

/* Room is made at the cost of the oldest datagram, but never of `keep`. */
static void *take(struct defrag *d, size_t bytes, const struct datagram *keep)
{
    for (;;) {
        void *memory = d->bytes + bytes <= d->bytes_max ? budget_alloc(d->budget, bytes) : NULL;
        if (memory != NULL) {
            d->bytes += bytes;
            return memory;
        }
        struct datagram *victim = d->oldest == keep && keep != NULL ? keep->newer : d->oldest;
        if (victim == NULL)
            return NULL;
        evict(d, victim);
    }
}

/* Times may be anything, and may go backwards. */
static bool is_over(int64_t since_ns, int64_t now_ns, int64_t timeout_ns)
{
    return now_ns > since_ns && (uint64_t)now_ns - (uint64_t)since_ns > (uint64_t)timeout_ns;
}

/* One with a longer timeout may stand before others; those are found out when they are looked for.
 */
static void expire(struct defrag *d, int64_t now_ns)
{
    while (d->oldest != NULL && is_over(d->oldest->first_ns, now_ns, d->oldest->timeout_ns))
        forget_expired(d, d->oldest);
}

static struct datagram *find(struct defrag *d, const struct fragment *f)
{
    struct datagram *g = *bucket_of(d, &f->key);

    while (g != NULL && memcmp(&g->key, &f->key, sizeof(f->key)) != 0)
        g = g->chain;
    if (g == NULL || !is_over(g->first_ns, f->time_ns, g->timeout_ns))
        return g;
    forget_expired(d, g);
    return NULL;
}

/* A copy of a fragment of the datagram that has just become whole: a mirror port sends each twice.
 * It must not lie in wait for the next datagram with that identification. (Another datagram that
 * begins with the same fragment has the same checksum in it, and is the same.) */
static bool is_echo(const struct defrag *d, const struct fragment *f)
{
    const size_t end = f->offset + f->data.len;

    return end <= d->whole_len && f->more == (end < d->whole_len) &&
           memcmp(&f->key, &d->whole_key, sizeof(f->key)) == 0 &&
           !is_over(d->whole_ns, f->time_ns, DEFRAG_ECHO_NS) &&
           !is_over(f->time_ns, d->whole_ns, DEFRAG_ECHO_NS) &&
           memcmp(d->whole + f->offset, f->data.at, f->data.len) == 0;
}

static void enlist(struct defrag *d, struct datagram *g)
{
    struct datagram **bucket = bucket_of(d, &g->key);

    g->chain = *bucket;
    *bucket = g;
    g->older = d->newest;
    *(d->newest != NULL ? &d->newest->newer : &d->oldest) = g;
    d->newest = g;
    d->datagrams++;
}

static enum overlap_policy policy_of(const struct defrag *d, const struct fragment *f)
{
    return d->overlap != NULL ? d->overlap(d->overlap_ctx, &f->key.dst) : OVERLAP_LINUX;
}

static struct datagram *begin(struct defrag *d, const struct fragment *f)
{
    if (d->datagrams == DEFRAG_DATAGRAMS)
        evict(d, d->oldest);
    struct datagram *g = take(d, sizeof(*g), NULL);
    if (g == NULL)
        return NULL;
    g->key = f->key;
    g->first_ns = f->time_ns;
    g->ttl = f->ttl;
    g->policy = (uint8_t)policy_of(d, f);
    g->timeout_ns =
        f->key.ipv6 || g->policy == OVERLAP_WINDOWS ? DEFRAG_LONG_NS : DEFRAG_TIMEOUT_NS;
    enlist(d, g);
    return g;
}

static bool touch_pages(struct defrag *d, struct datagram *g, const struct fragment *f)
{
    const size_t last = (f->offset + f->data.len - 1) / PAGE_BYTES;
    struct page **page = g->pieces.page;

    for (size_t i = f->offset / PAGE_BYTES; i <= last; i++) {
        if (page[i] == NULL)
            page[i] = take(d, sizeof(*page[i]), g);
        if (page[i] == NULL)
            return false;
    }
    return true;
}

/* Two ends that disagree, or bytes beyond the end: the fragment is not of this datagram. */
static bool fits(const struct datagram *g, const struct fragment *f)
{
    const uint32_t end = f->offset + (uint32_t)f->data.len;

    if (g->length != 0 && (end > g->length || (!f->more && end != g->length)))
        return false;
    return f->more || end >= g->end;
}

static void note(struct datagram *g, const struct fragment *f)
{
    const uint32_t end = f->offset + (uint32_t)f->data.len;

    if (!f->more)
        g->length = end;
    if (end > g->end)
        g->end = end;
    if (f->ttl < g->ttl)
        g->ttl = f->ttl;
    g->wire_len += f->wire_len;
    if (f->offset != 0)
        return;
    g->protocol = f->protocol;
    g->address_moved = f->address_moved;
}

static void join(struct defrag *d, struct datagram *g, struct fragment_whole *whole)
{
    for (size_t at = 0; at < g->length; at += PAGE_BYTES)
        memcpy(d->whole + at, g->pieces.page[at / PAGE_BYTES]->data, PAGE_BYTES);
    d->whole_key = g->key;
    d->whole_len = g->length;
    *whole = (struct fragment_whole){.data = bytes_of(d->whole, g->length),
                                     .protocol = g->protocol,
                                     .ttl = g->ttl,
                                     .address_moved = g->address_moved,
                                     .wire_len = g->wire_len};
    forget(d, g);
    d->stats->reassembled++;
}

static bool is_ragged(const struct fragment *f)
{
    return f->more && f->data.len % PIECE_UNIT != 0;
}

/* What no sender may make (RFC 791 s3.2, RFC 8200 s4.5). */
static enum anomaly fault_of(const struct fragment *f)
{
    if (f->data.len == 0 || is_ragged(f))
        return DECODE_FRAGMENT_LENGTH;
    if (f->header + f->offset + f->data.len > DEFRAG_DATAGRAM)
        return DECODE_FRAGMENT_TOO_LONG;
    return ANOMALY_NONE;
}

static enum defrag_result refuse(struct defrag *d, enum anomaly why, enum anomaly *what)
{
    d->stats->fragments_refused++;
    *what = why;
    return DEFRAG_REFUSED;
}

/* Linux since 4.19 (ip_frag_queue): of what overlaps it takes nothing, and it drops what it has,
 * save when the new fragment lies within one that is here, or within several that came one behind
 * the other. What comes later is of another datagram. */
static bool is_linux(const struct datagram *g)
{
    return !g->key.ipv6 && g->policy == OVERLAP_LINUX;
}

/* It contradicts what is here. IPv6: that is the end of the whole datagram (RFC 5722 s4). */
static enum defrag_result contradict(struct defrag *d, struct datagram *g, enum anomaly *what)
{
    d->stats->fragments_overlapping++;
    if (!g->key.ipv6 && !is_linux(g))
        return refuse(d, DECODE_FRAGMENT_OVERLAP, what);
    d->stats->datagrams_dropped++;
    if (is_linux(g)) {
        forget(d, g);
        return refuse(d, DECODE_FRAGMENT_OVERLAP, what);
    }
    give_pages(d, g);
    g->dropped = true;
    return refuse(d, DECODE_FRAGMENT_OVERLAP_IPV6, what);
}

static enum defrag_result place(struct defrag *d, struct datagram *g, const struct fragment *f,
                                enum anomaly *what)
{
    if (is_linux(g) && pieces_crosses(&g->pieces, f->offset, f->data.len))
        return contradict(d, g, what);
    const struct placed placed =
        pieces_place(&g->pieces, (enum overlap_policy)g->policy, f->offset, f->data);

    d->stats->fragments_repeated += placed.again;
    if (placed.overlaps && !placed.again && g->key.ipv6)
        return contradict(d, g, what);
    d->stats->fragments_overlapping += placed.overlaps && !placed.again;
    if (placed.differs)
        *what = DECODE_FRAGMENT_OVERLAP;
    if (is_linux(g) && f->offset > 0 && f->offset == g->end)
        pieces_append(&g->pieces, f->offset);
    note(g, f);
    const bool whole =
        g->length != 0 && g->pieces.units == (g->length + PIECE_UNIT - 1) / PIECE_UNIT;
    return whole ? DEFRAG_WHOLE : DEFRAG_WAITS;
}

static enum defrag_result add(struct defrag *d, const struct fragment *f,
                              struct fragment_whole *whole, enum anomaly *what)
{
    const enum anomaly fault = fault_of(f);

    if (fault != ANOMALY_NONE)
        return refuse(d, fault, what);
    expire(d, f->time_ns);
    struct datagram *g = find(d, f);
    if (g == NULL && is_echo(d, f)) {
        d->stats->fragments_repeated++;
        return DEFRAG_WAITS;
    }
    if (g == NULL)
        g = begin(d, f);
    if (g != NULL && g->dropped) {
        d->stats->fragments_refused++;
        return DEFRAG_WAITS;
    }
    if (g != NULL && !fits(g, f))
        return contradict(d, g, what);
    if (g == NULL || !touch_pages(d, g, f))
        return refuse(d, DECODE_FRAGMENT_REFUSED, what);
    const enum defrag_result result = place(d, g, f, what);
    if (result == DEFRAG_WHOLE) {
        d->whole_ns = f->time_ns;
        join(d, g, whole);
    }
    return result;
}

enum defrag_result defrag_add(struct defrag *d, const struct fragment *f,
                              struct fragment_whole *whole, enum anomaly *what)
{
    d->stats->fragments++;
    const enum overlap_policy policy = policy_of(d, f);
    if (!is_ragged(f) || f->key.ipv6 || (policy != OVERLAP_LINUX && policy != OVERLAP_LINUX_OLD))
        return add(d, f, whole, what);
    /* Linux takes the whole units of a fragment that has some more bytes, and nobody else does. */
    struct fragment cut = *f;
    cut.data = bytes_first(f->data, f->data.len - f->data.len % PIECE_UNIT);
    *what = DECODE_FRAGMENT_LENGTH;
    return add(d, &cut, whole, what);
}
