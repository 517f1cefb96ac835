/* SPDX-License-Identifier: MIT */
#include "layers/ws_inflate.h"

/* In one go there may be two literals, or a match. */
#define GO_OUT (2 + WS_WINDOW_SPOILT)
/* The longest symbol and distance, with the numbers that follow. */
#define GO_BITS (15 + 5 + 15 + 13)

_Static_assert(DEFLATE_BITS_FULL >= GO_BITS, "a refill is enough for one go");

const uint8_t ws_inflate_tail[WS_INFLATE_TAIL] = {0x00, 0x00, 0xff, 0xff};

struct ws_inflater {
    struct ws_window window;
    struct deflate_block block;
    struct deflate_codes *codes; /* NULL, or what deflate_needs_codes() */
    uint64_t bits;               /* struct deflate_bits, between calls */
    uint8_t count;               /* of them */
    uint8_t fault;               /* enum ws_inflate_fault */
    bool ending;                 /* the tail is in the input */
};

_Static_assert(sizeof(struct ws_inflater) <= 128, "as the header says");

struct ws_inflater *ws_inflater_create(struct host *h, uint8_t window_bits)
{
    struct ws_inflater *z = h->alloc(h, sizeof(*z));

    if (z == NULL || ws_window_open(h, &z->window, window_bits))
        return z;
    h->free(h, z, sizeof(*z));
    return NULL;
}

static void forget_codes(struct host *h, struct ws_inflater *z)
{
    if (z->codes != NULL)
        h->free(h, z->codes, sizeof(*z->codes));
    z->codes = NULL;
}

void ws_inflater_free(struct host *h, struct ws_inflater *z)
{
    if (z == NULL)
        return;
    forget_codes(h, z);
    ws_window_close(h, &z->window);
    h->free(h, z, sizeof(*z));
}

void ws_inflater_begin(struct ws_inflater *z)
{
    z->block.final = false;
    z->ending = false;
}

/* All but the window as after create. */
static void restart(struct host *h, struct ws_inflater *z)
{
    forget_codes(h, z);
    z->block = (struct deflate_block){0};
    z->bits = 0;
    z->count = 0;
    z->fault = WS_INFLATES;
}

void ws_inflater_reset(struct host *h, struct ws_inflater *z)
{
    restart(h, z);
    ws_window_reset(h, &z->window);
}

void ws_inflater_lose_history(struct host *h, struct ws_inflater *z)
{
    restart(h, z);
    if (!ws_window_lose(h, &z->window))
        z->fault = WS_INFLATE_NO_MEMORY;
}

void ws_inflater_end(struct ws_inflater *z)
{
    z->ending = true;
}

bool ws_inflater_ends(const struct ws_inflater *z)
{
    return z->ending;
}

/* ---- content ---- */

/* Bytes that were taken from the stream as bits. */
static void read_taken(struct ws_inflater *z, struct deflate_bits *b)
{
    struct ws_window *w = &z->window;

    while (b->count > 0 && z->block.stored > 0 && w->at < w->room) { /* a multiple of 8 */
        ws_window_put(w, (uint8_t)deflate_take(b, 8));
        z->block.stored--;
    }
    if (b->count == 0)
        b->bits = 0; /* bytes are now taken past them */
}

static bool read_stored(struct ws_inflater *z, struct deflate_bits *b)
{
    struct ws_window *w = &z->window;

    read_taken(z, b);
    if (b->count == 0 && b->left.len > 0) {
        uint32_t n = w->room - w->at;
        n = z->block.stored < n ? z->block.stored : n;
        n = b->left.len < n ? (uint32_t)b->left.len : n;
        memcpy(w->ring + w->at, b->left.at, n);
        if (w->known != NULL)
            memset(w->known + w->at, 1, n);
        ws_window_made(w, n);
        b->left = bytes_after(b->left, n);
        z->block.stored = (uint16_t)(z->block.stored - n);
    }
    if (z->block.stored > 0)
        return w->at == w->room;
    z->block.state = DEFLATE_BLOCK;
    return true;
}

/* How the block being read is decoded. */
struct tables {
    const uint32_t *symbols, *distances;
    uint64_t symbol_mask, distance_mask;
};

static struct tables tables_of(const struct deflate_block *k, const struct deflate_codes *c)
{
    if (k->fixed)
        return (struct tables){deflate_fixed_symbols, deflate_fixed_distances,
                               (1U << DEFLATE_FIXED_BITS) - 1, (1U << DEFLATE_FIXED_DISTANCE) - 1};
    return (struct tables){c->symbols, c->distances, (1U << k->symbol_bits) - 1,
                           (1U << k->distance_bits) - 1};
}

/* Where decoding is. */
struct place {
    uint64_t bits;
    unsigned count;
    uint32_t at, have;
};

static inline unsigned value_of(uint32_t entry)
{
    return entry >> DEFLATE_VALUE_AT;
}

/* The number that an entry and the bits after its code tell. */
static inline unsigned number_of(uint32_t entry, uint64_t bits)
{
    const uint64_t known = bits & ((UINT64_C(1) << (entry & DEFLATE_DROP)) - 1);
    return value_of(entry) + (unsigned)(known >> ((entry & DEFLATE_CODE) >> DEFLATE_CODE_AT));
}

/* The entry for the next bits, by way of the second table where needed; that code's first part is
 * dropped. */
static inline uint32_t look_up(const uint32_t *table, uint64_t mask, uint64_t *bits,
                               unsigned *count)
{
    uint32_t entry = table[*bits & mask];

    if (entry & DEFLATE_SECOND) {
        const unsigned index = (entry & DEFLATE_CODE) >> DEFLATE_CODE_AT;
        *bits >>= entry & DEFLATE_DROP;
        *count -= entry & DEFLATE_DROP;
        entry = table[value_of(entry) + (*bits & ((1U << index) - 1))];
    }
    return entry;
}

/* `n` bytes from a place that does not overlap the next WS_WINDOW_STRIDE; up to WS_WINDOW_STRIDE
 * too many. */
static inline void copy_strides(uint8_t *to, const uint8_t *from, unsigned n)
{
    const uint8_t *const end = to + n;

    do {
        memcpy(to, from, WS_WINDOW_STRIDE);
        to += WS_WINDOW_STRIDE;
        from += WS_WINDOW_STRIDE;
    } while (to < end);
}

static inline void copy_near(uint8_t *to, unsigned distance, unsigned n)
{
    if (distance == 1) {
        memset(to, to[-1], n);
        return;
    }
    for (unsigned i = 0; i < n; i++)
        to[i] = *(to + i - distance);
}

/* Is it a code whose bits, with those of its number, are all there? `count`: what look_up() left,
 * which may have dropped more than there was. */
static inline bool is_there(uint32_t entry, unsigned count)
{
    return count <= DEFLATE_BITS_MOST && (entry & DEFLATE_DROP) <= count;
}

/* The match that `entry`, a length's, begins: at most WS_WINDOW_SPOILT bytes are written. Returns
 * its length; 0: it is rare, and left to read_match(). */
static inline unsigned match_quickly(const struct ws_window *w, struct deflate_bits *b,
                                     const struct tables *t, uint32_t entry, struct place p)
{
    uint64_t bits = p.bits;
    unsigned count = p.count;
    const unsigned length = number_of(entry, bits);

    bits >>= entry & DEFLATE_DROP;
    count -= entry & DEFLATE_DROP;
    entry = look_up(t->distances, t->distance_mask, &bits, &count);
    if (entry & DEFLATE_SPECIAL || !is_there(entry, count))
        return 0;
    const uint32_t distance = number_of(entry, bits);
    if (distance > w->limit || distance > p.have)
        return 0;
    const uint32_t from = p.at >= distance ? p.at - distance : w->room + p.at - distance;
    if (from + length + WS_WINDOW_STRIDE > w->room || (distance < WS_WINDOW_STRIDE && from > p.at))
        return 0;
    if (distance >= WS_WINDOW_STRIDE)
        copy_strides(w->ring + p.at, w->ring + from, length);
    else
        copy_near(w->ring + p.at, distance, length);
    b->bits = bits >> (entry & DEFLATE_DROP);
    b->count = count - (entry & DEFLATE_DROP);
    return length;
}

/* As many symbols as there are room and bits for, quickly. What is rare is left to read_symbol().
 */
static void read_quickly(struct ws_inflater *z, struct deflate_bits *in, const struct tables *t)
{
    struct deflate_bits b = *in;
    struct ws_window *w = &z->window;
    const uint32_t begin = w->at, last = w->room - GO_OUT;
    uint32_t at = w->at;

    while (at <= last) {
        deflate_refill(&b);
        struct place p = {.bits = b.bits, .count = b.count, .at = at};
        uint32_t entry = look_up(t->symbols, t->symbol_mask, &p.bits, &p.count);
        if (!is_there(entry, p.count))
            break;
        if (entry & DEFLATE_LITERAL) {
            w->ring[at++] = (uint8_t)value_of(entry);
            b.bits = p.bits >> (entry & DEFLATE_DROP);
            b.count = p.count - (entry & DEFLATE_DROP);
            entry = t->symbols[b.bits & t->symbol_mask];
            if (!(entry & DEFLATE_LITERAL) || (entry & DEFLATE_DROP) > b.count)
                continue;
            w->ring[at++] = (uint8_t)value_of(entry);
            deflate_drop(&b, entry & DEFLATE_DROP);
        } else if (!(entry & DEFLATE_SPECIAL)) {
            p.have = w->have + (at - begin);
            const unsigned length = match_quickly(w, &b, t, entry, p);
            if (length == 0)
                break;
            at += length;
        } else {
            if (entry & DEFLATE_BLOCK_END) {
                z->block.state = DEFLATE_BLOCK;
                b.bits = p.bits >> (entry & DEFLATE_DROP);
                b.count = p.count - (entry & DEFLATE_DROP);
            }
            break;
        }
    }
    *in = b;
    ws_window_made(w, at - begin);
}

static bool is_nonsense(struct ws_inflater *z)
{
    z->fault = WS_INFLATE_NONSENSE;
    return false;
}

/* `entry` is a length's; its number and a distance follow. */
static bool read_match(struct ws_inflater *z, struct deflate_bits *b, const struct tables *t,
                       uint32_t entry, struct deflate_bits after)
{
    const unsigned length = number_of(entry, after.bits);

    deflate_drop(&after, entry & DEFLATE_DROP);
    entry = look_up(t->distances, t->distance_mask, &after.bits, &after.count);
    if (!is_there(entry, after.count))
        return false;
    if (entry & DEFLATE_SPECIAL)
        return is_nonsense(z);
    const unsigned distance = number_of(entry, after.bits);
    deflate_drop(&after, entry & DEFLATE_DROP);
    if (!ws_window_match(&z->window, length, distance))
        return is_nonsense(z);
    *b = after;
    return true;
}

/* One symbol, and what belongs to it. False: not all of its bits are there, or it is none. */
static bool read_symbol(struct ws_inflater *z, struct deflate_bits *b, const struct tables *t)
{
    deflate_refill(b);
    struct deflate_bits after = *b;
    const uint32_t entry = look_up(t->symbols, t->symbol_mask, &after.bits, &after.count);

    if (!is_there(entry, after.count))
        return false;
    if (entry & DEFLATE_LITERAL) {
        ws_window_put(&z->window, (uint8_t)value_of(entry));
    } else if (entry & DEFLATE_BLOCK_END) {
        z->block.state = DEFLATE_BLOCK;
    } else if (entry & DEFLATE_SPECIAL) {
        return is_nonsense(z);
    } else {
        return read_match(z, b, t, entry, after);
    }
    deflate_drop(&after, entry & DEFLATE_DROP);
    *b = after;
    return true;
}

static bool read_symbols(struct ws_inflater *z, struct deflate_bits *b,
                         const struct deflate_codes *codes)
{
    const struct tables t = tables_of(&z->block, codes);
    struct ws_window *w = &z->window;

    while (w->at < w->room && z->block.state == DEFLATE_CODED) {
        if (w->known == NULL)
            read_quickly(z, b, &t);
        if (z->block.state != DEFLATE_CODED)
            return true;
        if (!read_symbol(z, b, &t))
            return false;
        if (w->outgrown)
            return true;
        ws_window_copy(w);
    }
    return true;
}

/* RFC 7692 s7.2.3.4: after a final block another may follow. Senders that leave that out have
 * nothing to complete with the tail. */
static bool next_block(struct ws_inflater *z, struct deflate_bits *b, struct deflate_codes *codes)
{
    if (z->block.state == DEFLATE_BLOCK && z->block.final) {
        deflate_align(b);
        if (z->ending && deflate_bytes_left(b) == WS_INFLATE_TAIL) {
            *b = (struct deflate_bits){0};
            return false;
        }
    }
    if (deflate_read_head(&z->block, b, codes))
        return true;
    if (z->block.state == DEFLATE_BAD)
        z->fault = WS_INFLATE_NONSENSE;
    return false;
}

/* Until the room is full, or the input used up. */
static void run(struct ws_inflater *z, struct deflate_bits *b, struct deflate_codes *codes)
{
    struct ws_window *w = &z->window;
    bool more = true;

    ws_window_copy(w);
    while (more && w->at < w->room && !w->outgrown) {
        if (z->block.state == DEFLATE_CODED)
            more = read_symbols(z, b, codes);
        else if (z->block.state == DEFLATE_STORED)
            more = read_stored(z, b);
        else
            more = next_block(z, b, codes);
    }
}

struct ws_clear ws_inflate(struct host *h, struct ws_inflater *z, struct bytes *in,
                           struct deflate_codes *room)
{
    struct deflate_bits b = {.bits = z->bits, .count = z->count, .left = *in};
    struct deflate_codes *codes = z->codes != NULL ? z->codes : room;
    struct ws_window *w = &z->window;
    uint32_t begin = w->at;

    while (z->fault == WS_INFLATES) {
        if (!ws_window_make_room(h, w)) {
            z->fault = WS_INFLATE_NO_MEMORY;
            break;
        }
        begin = w->at;
        run(z, &b, codes);
        if (w->at > begin || !w->outgrown)
            break;
    }
    z->bits = b.bits & ((UINT64_C(1) << b.count) - 1);
    z->count = (uint8_t)b.count;
    *in = b.left;
    const uint32_t n = w->at - begin;
    return (struct ws_clear){.bytes = bytes_of(w->ring + begin, n),
                             .certain = ws_window_certain(h, w, n),
                             .more = z->fault == WS_INFLATES && (w->at == w->room || w->outgrown)};
}

void ws_inflate_pause(struct host *h, struct ws_inflater *z, const struct deflate_codes *room)
{
    if (z->fault != WS_INFLATES || !deflate_needs_codes(&z->block)) {
        forget_codes(h, z);
    } else if (z->codes == NULL) {
        z->codes = h->alloc(h, sizeof(*z->codes));
        if (z->codes != NULL)
            *z->codes = *room;
        else
            z->fault = WS_INFLATE_NO_MEMORY;
    }
}

bool ws_inflater_at_end(const struct ws_inflater *z)
{
    return z->fault == WS_INFLATES && z->block.state == DEFLATE_BLOCK && z->count == 0;
}

enum ws_inflate_fault ws_inflater_fault(const struct ws_inflater *z)
{
    return (enum ws_inflate_fault)z->fault;
}

bool ws_inflater_window_broken(const struct ws_inflater *z)
{
    return z->window.limit > z->window.agreed;
}
