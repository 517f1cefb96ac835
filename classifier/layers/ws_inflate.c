/* SPDX-License-Identifier: MIT */
#include "layers/ws_inflate.h"

#include <stddef.h>
#define ZLIB_CONST
#include <zlib.h>

#define LEAST_BITS  9 /* zlib's deflate makes 9 of an agreed 8, and senders are built on it */
#define MOST_BITS   15
#define MOST_WINDOW (1U << MOST_BITS)

/* z_stream.data_type after inflate(): zlib.h */
#define BETWEEN_BLOCKS 128
#define UNUSED_BITS    63

/* zlib believes a distance beyond the window when it falls on bytes that the same call has made. So
 * that the answer does not depend on the cuts, a stream with a small window, where that can happen,
 * is given to zlib in blocks whose borders do not depend on them either. */
#define INPUT_BLOCK 512 /* bytes */

#define UNKNOWN_LOW  0x00 /* what stands for an unknown byte in `main`, */
#define UNKNOWN_HIGH 0xff /* and in `shadow` */

struct ws_inflater {
    z_stream main, shadow;
    uint64_t certain; /* clear bytes since the last that depended on lost history */
    uint32_t window;  /* bytes */
    bool shadowing;
    bool final; /* the input ended with a final block: RFC 7692 s7.2.3.4 */
    bool failed;
    bool filled;    /* the last call filled its room: there may be more of the same input */
    bool flushing;  /* nothing more to wait for */
    uint16_t given; /* of the block, to zlib */
    uint16_t have;  /* in the block */
    uint8_t block[INPUT_BLOCK];
};

/* zlib gives no size to free: it is kept before the memory. */
union sized { /* aligned as any memory */
    size_t size;
    max_align_t align;
};

static void *take_memory(void *opaque, uInt items, uInt bytes)
{
    struct host *h = opaque;
    const size_t size = (size_t)items * bytes + sizeof(union sized);
    union sized *memory = h->alloc(h, size);

    if (memory == NULL)
        return NULL;
    memory->size = size;
    return memory + 1;
}

static void give_memory(void *opaque, void *at)
{
    struct host *h = opaque;
    union sized *memory = (union sized *)at - 1;

    h->free(h, memory, memory->size);
}

static bool start(struct host *h, z_stream *s, uint32_t window)
{
    int bits = LEAST_BITS;

    while (1U << bits < window)
        bits++;
    *s = (z_stream){.zalloc = take_memory, .zfree = give_memory, .opaque = h};
    return inflateInit2(s, -bits) == Z_OK;
}

static void stop(struct host *h, z_stream *s)
{
    s->opaque = h;
    inflateEnd(s);
}

struct ws_inflater *ws_inflater_create(struct host *h, uint8_t window_bits)
{
    struct ws_inflater *z = h->alloc(h, sizeof(*z));
    const unsigned bits = window_bits < LEAST_BITS  ? LEAST_BITS
                          : window_bits > MOST_BITS ? MOST_BITS
                                                    : window_bits;

    if (z == NULL)
        return NULL;
    z->window = 1U << bits;
    if (start(h, &z->main, z->window))
        return z;
    h->free(h, z, sizeof(*z));
    return NULL;
}

static void stop_shadowing(struct host *h, struct ws_inflater *z)
{
    if (z->shadowing)
        stop(h, &z->shadow);
    z->shadowing = false;
}

void ws_inflater_free(struct host *h, struct ws_inflater *z)
{
    if (z == NULL)
        return;
    stop_shadowing(h, z);
    stop(h, &z->main);
    h->free(h, z, sizeof(*z));
}

void ws_inflater_begin(struct ws_inflater *z)
{
    z->flushing = false;
    z->filled = false;
    z->given = z->have = 0;
}

void ws_inflater_reset(struct ws_inflater *z)
{
    inflateReset(&z->main);
    if (z->shadowing)
        inflateReset(&z->shadow);
    z->final = false;
    z->failed = false;
}

/* A window full of bytes that stand for unknown ones. */
static bool fill_history(struct host *h, z_stream *s, uint8_t unknown, uint32_t window)
{
    uint8_t history[MOST_WINDOW];

    memset(history, unknown, window);
    s->opaque = h;
    return inflateReset(s) == Z_OK && inflateSetDictionary(s, history, window) == Z_OK;
}

void ws_inflater_lose_history(struct host *h, struct ws_inflater *z)
{
    if (!z->shadowing)
        z->shadowing = start(h, &z->shadow, z->window);
    z->final = false;
    z->certain = 0;
    z->failed = !z->shadowing || !fill_history(h, &z->main, UNKNOWN_LOW, z->window) ||
                !fill_history(h, &z->shadow, UNKNOWN_HIGH, z->window);
}

/* One stream, as far as `in` or the room goes. Returns the bytes made; false in `good`: no DEFLATE.
 */
static size_t run(z_stream *s, struct bytes *in, uint8_t *room, bool *good, bool *final)
{
    int result = Z_OK;

    s->next_in = in->at;
    s->avail_in = (uInt)(in->len < UINT32_MAX ? in->len : UINT32_MAX);
    s->next_out = room;
    s->avail_out = WS_INFLATE_CHUNK;
    do {
        result = inflate(s, Z_SYNC_FLUSH);
        *final = result == Z_STREAM_END;
        if (*final) /* a new block may follow, and the window stays */
            inflateResetKeep(s);
    } while (*final && s->avail_in > 0 && s->avail_out > 0);
    *good = result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR;
    *in = bytes_after(*in, (size_t)(s->next_in - in->at));
    return WS_INFLATE_CHUNK - s->avail_out;
}

/* Where the same input gave other bytes, they depend on what was lost. Returns how many bytes at
 * the front do not, and notes how long ago the last one did. */
static size_t compare(struct ws_inflater *z, const uint8_t *a, const uint8_t *b, size_t len)
{
    size_t front = 0, last = len;

    while (front < len && a[front] == b[front])
        front++;
    while (last > front && a[last - 1] == b[last - 1])
        last--;
    z->certain = front < len ? len - last : z->certain + len;
    return front;
}

static size_t count_certain(struct host *h, struct ws_inflater *z, struct bytes in,
                            struct bytes clear)
{
    uint8_t room[WS_INFLATE_CHUNK];
    bool good, final;

    z->shadow.opaque = h;
    const size_t made = run(&z->shadow, &in, room, &good, &final);
    if (made != clear.len) { /* the same bits make the same length */
        z->failed = true;
        return 0;
    }
    const size_t certain = compare(z, clear.at, room, made);
    if (z->certain >= z->window)
        stop_shadowing(h, z);
    return certain;
}

static struct ws_clear inflate_some(struct host *h, struct ws_inflater *z, struct bytes *in,
                                    uint8_t room[WS_INFLATE_CHUNK])
{
    const struct bytes before = *in;
    struct ws_clear clear = {.certain = 0};
    bool good = false;

    z->filled = false;
    if (z->final && in->len == 0)
        return clear;
    z->main.opaque = h;
    clear.bytes = bytes_of(room, run(&z->main, in, room, &good, &z->final));
    z->failed = !good;
    z->filled = clear.bytes.len == WS_INFLATE_CHUNK;
    clear.certain = z->shadowing ? count_certain(h, z, before, clear.bytes) : clear.bytes.len;
    return clear;
}

/* Once the block has been given to zlib, it is filled anew. True when it is to be given, too. */
static bool next_block(struct ws_inflater *z, struct bytes *in)
{
    if (z->given == z->have)
        z->given = z->have = 0;
    const struct bytes some = bytes_first(*in, (size_t)(INPUT_BLOCK - z->have));

    if (some.len > 0)
        memcpy(z->block + z->have, some.at, some.len);
    z->have = (uint16_t)(z->have + some.len);
    *in = bytes_after(*in, some.len);
    return z->have == INPUT_BLOCK || z->flushing;
}

struct ws_clear ws_inflate(struct host *h, struct ws_inflater *z, struct bytes *in,
                           uint8_t room[WS_INFLATE_CHUNK])
{
    struct ws_clear clear = {.certain = 0};

    if (z->failed)
        return clear;
    if (z->window == MOST_WINDOW)
        return inflate_some(h, z, in, room);
    do {
        if (!z->filled && !next_block(z, in))
            return clear;
        struct bytes left = bytes_of(z->block + z->given, (size_t)(z->have - z->given));
        clear = inflate_some(h, z, &left, room);
        z->given = (uint16_t)(z->have - left.len);
    } while (clear.bytes.len == 0 && in->len > 0 && !z->failed);
    return clear;
}

bool ws_inflate_flush(struct ws_inflater *z)
{
    z->flushing = true;
    return z->have > z->given;
}

struct bytes ws_inflate_tail(const struct ws_inflater *z)
{
    static const uint8_t tail[] = {0x00, 0x00, 0xff, 0xff};
    return bytes_of(tail, z->final ? 0 : sizeof(tail));
}

bool ws_inflater_at_end(const struct ws_inflater *z)
{
    return !z->failed && (z->final || ((z->main.data_type & BETWEEN_BLOCKS) &&
                                       (z->main.data_type & UNUSED_BITS) == 0));
}

bool ws_inflater_failed(const struct ws_inflater *z)
{
    return z->failed;
}
