/* SPDX-License-Identifier: MIT */
#include "decode/defrag.h"

#define UNIT       8 /* bytes: offsets count in these (RFC 791 s3.2) */
#define PAGE_BYTES 2048
#define PAGE_UNITS (PAGE_BYTES / UNIT)
#define PAGES      (65536 / PAGE_BYTES)
#define BUCKETS    1024 /* a power of two */

struct page {
    uint8_t have[PAGE_UNITS / 8]; /* a bit for each unit that is filled */
    uint8_t data[PAGE_BYTES];
};

/* A datagram with holes. Pages come as they are touched, so that a lone fragment at a high offset
 * costs one page. */
struct datagram {
    struct fragment_key key;
    struct datagram *chain;         /* same bucket */
    struct datagram *older, *newer; /* by the first fragment's arrival */
    int64_t first_ns;
    uint32_t length;   /* bytes of the payload; 0 = the last fragment is not here yet */
    uint32_t units;    /* filled */
    uint32_t end;      /* the furthest byte seen */
    uint32_t wire_len; /* bytes of all frames so far */
    uint8_t protocol;  /* of the fragment at offset 0 */
    struct page *page[PAGES];
};

struct defrag {
    struct budget *budget;
    struct hash_key key;
    struct decode_stats *stats;
    struct datagram *bucket[BUCKETS];
    struct datagram *oldest, *newest;
    size_t datagrams, bytes; /* held */
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
    return d;
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

static void forget(struct defrag *d, struct datagram *g)
{
    struct datagram **at = bucket_of(d, &g->key);

    while (*at != g)
        at = &(*at)->chain;
    *at = g->chain;
    *(g->older != NULL ? &g->older->newer : &d->oldest) = g->newer;
    *(g->newer != NULL ? &g->newer->older : &d->newest) = g->older;
    for (size_t i = 0; i < PAGES; i++)
        give(d, g->page[i], sizeof(*g->page[i]));
    give(d, g, sizeof(*g));
    d->datagrams--;
}

void defrag_free(struct defrag *d)
{
    if (d == NULL)
        return;
    while (d->oldest != NULL)
        forget(d, d->oldest);
    budget_free(d->budget, d, sizeof(*d));
}

/* Room is made at the cost of the oldest datagram, but never of `keep`. */
static void *take(struct defrag *d, size_t bytes, const struct datagram *keep)
{
    for (;;) {
        void *memory = d->bytes + bytes <= DEFRAG_BYTES ? budget_alloc(d->budget, bytes) : NULL;
        if (memory != NULL) {
            d->bytes += bytes;
            return memory;
        }
        struct datagram *victim = d->oldest == keep && keep != NULL ? keep->newer : d->oldest;
        if (victim == NULL)
            return NULL;
        d->stats->fragments_refused++;
        forget(d, victim);
    }
}

/* Times may be anything, and may go backwards. */
static bool is_over(const struct datagram *g, int64_t now_ns)
{
    return now_ns > g->first_ns &&
           (uint64_t)now_ns - (uint64_t)g->first_ns > (uint64_t)DEFRAG_TIMEOUT_NS;
}

static void expire(struct defrag *d, int64_t now_ns)
{
    while (d->oldest != NULL && is_over(d->oldest, now_ns)) {
        d->stats->fragments_expired++;
        forget(d, d->oldest);
    }
}

static struct datagram *find(struct defrag *d, const struct fragment_key *key)
{
    struct datagram *g = *bucket_of(d, key);

    while (g != NULL && memcmp(&g->key, key, sizeof(*key)) != 0)
        g = g->chain;
    return g;
}

static struct datagram *begin(struct defrag *d, const struct fragment *f)
{
    if (d->datagrams == DEFRAG_DATAGRAMS) {
        d->stats->fragments_refused++;
        forget(d, d->oldest);
    }
    struct datagram *g = take(d, sizeof(*g), NULL);
    if (g == NULL)
        return NULL;
    struct datagram **bucket = bucket_of(d, &f->key);
    g->key = f->key;
    g->first_ns = f->time_ns;
    g->protocol = f->protocol;
    g->chain = *bucket;
    *bucket = g;
    g->older = d->newest;
    *(d->newest != NULL ? &d->newest->newer : &d->oldest) = g;
    d->newest = g;
    d->datagrams++;
    return g;
}

static bool touch_pages(struct defrag *d, struct datagram *g, const struct fragment *f)
{
    const size_t last = (f->offset + f->data.len - 1) / PAGE_BYTES;

    for (size_t i = f->offset / PAGE_BYTES; i <= last; i++) {
        if (g->page[i] == NULL)
            g->page[i] = take(d, sizeof(*g->page[i]), g);
        if (g->page[i] == NULL)
            return false;
    }
    return true;
}

/* One unit, or the shorter end of the last one. The bytes that came first stay (what other systems
 * do with an overlap is a policy: this is the only place that would ask for it). */
static void place_unit(struct datagram *g, uint32_t offset, struct bytes unit, enum anomaly *what)
{
    struct page *page = g->page[offset / PAGE_BYTES];
    const uint32_t at = offset % PAGE_BYTES;
    const uint8_t bit = (uint8_t)(1 << at / UNIT % 8);
    uint8_t *have = &page->have[at / UNIT / 8];

    if ((*have & bit) == 0) {
        memcpy(page->data + at, unit.at, unit.len);
        *have |= bit;
        g->units++;
    } else if (memcmp(page->data + at, unit.at, unit.len) != 0) {
        *what = DECODE_FRAGMENT_OVERLAP;
    }
}

static void place(struct datagram *g, const struct fragment *f, enum anomaly *what)
{
    for (uint32_t done = 0; done < f->data.len; done += UNIT)
        place_unit(g, f->offset + done, bytes_first(bytes_after(f->data, done), UNIT), what);
    if (f->offset == 0)
        g->protocol = f->protocol;
}

/* Two ends that disagree, or bytes beyond the end: the fragment is not of this datagram. */
static bool fits(struct datagram *g, const struct fragment *f)
{
    const uint32_t end = f->offset + (uint32_t)f->data.len;

    if (g->length != 0 && (end > g->length || (!f->more && end != g->length)))
        return false;
    if (!f->more && end < g->end)
        return false;
    if (!f->more)
        g->length = end;
    if (end > g->end)
        g->end = end;
    return true;
}

static void join(struct defrag *d, struct datagram *g, struct fragment_whole *whole)
{
    for (size_t at = 0; at < g->length; at += PAGE_BYTES)
        memcpy(d->whole + at, g->page[at / PAGE_BYTES]->data, PAGE_BYTES);
    *whole = (struct fragment_whole){
        .data = bytes_of(d->whole, g->length), .protocol = g->protocol, .wire_len = g->wire_len};
    forget(d, g);
    d->stats->reassembled++;
}

/* What no sender may make (RFC 791 s3.2, RFC 8200 s4.5). */
static enum anomaly fault_of(const struct fragment *f)
{
    if (f->data.len == 0 || (f->more && f->data.len % UNIT != 0))
        return DECODE_FRAGMENT_LENGTH;
    if (f->offset + f->data.len > DEFRAG_PAYLOAD)
        return DECODE_FRAGMENT_TOO_LONG;
    return ANOMALY_NONE;
}

static enum defrag_result refuse(struct defrag *d, enum anomaly why, enum anomaly *what)
{
    d->stats->fragments_refused++;
    *what = why;
    return DEFRAG_REFUSED;
}

enum defrag_result defrag_add(struct defrag *d, const struct fragment *f,
                              struct fragment_whole *whole, enum anomaly *what)
{
    const enum anomaly fault = fault_of(f);

    d->stats->fragments++;
    if (fault != ANOMALY_NONE)
        return refuse(d, fault, what);
    expire(d, f->time_ns);
    struct datagram *g = find(d, &f->key);
    if (g == NULL)
        g = begin(d, f);
    if (g == NULL || !touch_pages(d, g, f))
        return refuse(d, DECODE_FRAGMENT_REFUSED, what);
    if (!fits(g, f))
        return refuse(d, DECODE_FRAGMENT_OVERLAP, what);
    place(g, f, what);
    g->wire_len += f->wire_len;
    if (g->length == 0 || g->units != (g->length + UNIT - 1) / UNIT)
        return DEFRAG_WAITS;
    join(d, g, whole);
    return DEFRAG_WHOLE;
}
