/* SPDX-License-Identifier: MIT */
/* The inflater against zlib's, on the same stream: whatever the bytes, the cuts, the window and the
 * memory, a byte that is called certain is the one that zlib makes, nothing is missing, and both
 * find the same streams wrong at the same byte.
 *
 * Input: 4 bytes of options (below), then the stream: as it is, or what zlib's deflate makes of it,
 * in messages.
 */
#include <assert.h>

#include "layers/ws_inflate.h"
#include "tests/unit/deflate_build.h"
#include "tests/unit/layer_harness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CLEAR_MOST (1U << 20)
#define UNKNOWN    0xa5 /* what zlib is told the lost history was */

struct options {
    uint8_t window_bits; /* that were agreed */
    uint8_t made_bits;   /* that deflate is told */
    uint8_t level, strategy;
    bool compress;  /* the input is clear text */
    bool lost;      /* the history is not known */
    bool takeover;  /* messages refer to earlier ones */
    bool final;     /* each message ends with a final block */
    uint64_t cuts;  /* seeds the pseudo-random cuts; 0: none */
    size_t message; /* clear bytes of each */
    size_t memory;  /* 0: no limit */
};

static struct options read_options(const uint8_t at[4])
{
    return (struct options){.window_bits = (uint8_t)(8 + at[0] % 8),
                            .made_bits = (uint8_t)(9 + (at[0] >> 3) % 7),
                            .compress = at[0] & 64,
                            .lost = at[0] & 128,
                            .level = at[1] % 10,
                            .strategy = at[1] / 10 % 5,
                            .takeover = at[1] & 128,
                            .final = at[3] & 1,
                            .cuts = at[2],
                            .message = 1 + (size_t)at[3] * at[3],
                            .memory = at[3] & 2 ? 0 : (size_t)at[3] * 200};
}

/* ---- the streams ---- */

/* Messages as RFC 7692 has them, but with their tails, one after the other. */
static void compress_input(const struct options *o, struct bytes clear, struct buffer *out)
{
    z_stream z = {0};

    if (deflateInit2(&z, o->level, Z_DEFLATED, -o->made_bits, 8, o->strategy) != Z_OK)
        abort();
    while (clear.len > 0) {
        deflate_all(&z, bytes_first(clear, o->message),
                    o->final      ? Z_FINISH
                    : o->takeover ? Z_SYNC_FLUSH
                                  : Z_FULL_FLUSH,
                    out);
        if (o->final)
            deflateReset(&z);
        clear = bytes_after(clear, o->message);
    }
    deflateEnd(&z);
}

/* ---- zlib ---- */

/* True: the stream is good as far as it goes. */
static bool zlib_inflate(const struct options *o, struct bytes in, struct buffer *out)
{
    z_stream z = {0};
    uint8_t unknown[32768];
    int result = Z_OK;

    memset(unknown, UNKNOWN, sizeof(unknown));
    if (inflateInit2(&z, -15) != Z_OK)
        abort();
    if (o->lost)
        inflateSetDictionary(&z, unknown, sizeof(unknown));
    z.next_in = (Bytef *)(uintptr_t)in.at;
    z.avail_in = (uInt)in.len;
    buffer_reserve(out, CLEAR_MOST);
    z.next_out = out->at;
    z.avail_out = CLEAR_MOST;
    while (result == Z_OK && z.avail_out > 0) {
        result = inflate(&z, Z_SYNC_FLUSH);
        if (result == Z_STREAM_END && z.avail_in > 0)
            result = inflateResetKeep(&z);
    }
    out->len = CLEAR_MOST - z.avail_out;
    inflateEnd(&z);
    return result == Z_OK || result == Z_BUF_ERROR || result == Z_STREAM_END;
}

/* ---- ours ---- */

struct ours {
    struct harness x;
    struct buffer clear, known;
    enum ws_inflate_fault fault;
};

static size_t next_cut(uint64_t *state, size_t most)
{
    if (*state == 0)
        return most;
    *state = *state * 6364136223846793005U + 1442695040888963407U;
    const size_t n = 1 + (size_t)(*state >> 40) % (*state >> 63 ? 3 : 400);
    return n < most ? n : most;
}

static void take_clear(struct ours *s, struct ws_clear clear)
{
    buffer_append(&s->clear, clear.bytes);
    for (size_t i = 0; i < clear.bytes.len; i++)
        buffer_append_byte(&s->known, i < clear.certain);
}

static void inflate_piece(struct ours *s, struct ws_inflater *z, struct bytes piece)
{
    const struct bytes copy = test_copy(piece);
    struct bytes in = copy;
    struct deflate_codes room;
    struct ws_clear clear;

    do {
        clear = ws_inflate(&s->x.host, z, &in, &room);
        take_clear(s, clear);
    } while (clear.more && s->clear.len < CLEAR_MOST);
    assert(in.len == 0 || ws_inflater_fault(z) != WS_INFLATES || s->clear.len >= CLEAR_MOST);
    ws_inflate_pause(&s->x.host, z, &room);
    free((void *)(uintptr_t)copy.at);
}

static void our_inflate(struct ours *s, const struct options *o, struct bytes in)
{
    uint64_t cuts = o->cuts;

    harness_begin(&s->x, 0, NULL);
    s->x.budget.limit = o->memory;
    struct ws_inflater *z = ws_inflater_create(&s->x.host, o->window_bits);
    if (z == NULL) {
        s->fault = WS_INFLATE_NO_MEMORY;
        return;
    }
    ws_inflater_begin(z);
    if (o->lost)
        ws_inflater_lose_history(&s->x.host, z);
    while (in.len > 0 && ws_inflater_fault(z) == WS_INFLATES && s->clear.len < CLEAR_MOST) {
        const size_t n = next_cut(&cuts, in.len);
        inflate_piece(s, z, bytes_first(in, n));
        in = bytes_after(in, n);
    }
    s->fault = ws_inflater_fault(z);
    ws_inflater_free(&s->x.host, z);
}

static void compare(const struct options *o, const struct ours *s, const struct buffer *theirs,
                    bool good)
{
    const size_t n = s->clear.len < theirs->len ? s->clear.len : theirs->len;

    for (size_t i = 0; i < n; i++)
        assert(!s->known.at[i] || s->clear.at[i] == theirs->at[i]);
    if (s->fault == WS_INFLATE_NO_MEMORY) {
        assert(o->memory > 0 && s->clear.len <= theirs->len);
        return;
    }
    if (s->clear.len >= CLEAR_MOST || theirs->len >= CLEAR_MOST)
        return; /* neither was read to its end */
    assert(s->clear.len == theirs->len);
    assert((s->fault == WS_INFLATES) == good);
    if (!o->lost && o->window_bits == 15)
        for (size_t i = 0; i < n; i++)
            assert(s->known.at[i]);
}

static size_t first_doubt(const struct ours *s)
{
    const uint8_t *at = s->known.len > 0 ? memchr(s->known.at, 0, s->known.len) : NULL;
    return at != NULL ? (size_t)(at - s->known.at) : SIZE_MAX;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buffer stream = {0}, theirs = {0};
    struct ours whole = {0}, cut = {0};

    if (size < 4)
        return 0;
    struct options o = read_options(data);
    const struct bytes rest = bytes_of(data + 4, size - 4);
    if (o.compress)
        compress_input(&o, rest, &stream);
    else
        buffer_append(&stream, rest);
    const bool good = zlib_inflate(&o, buffer_bytes(&stream), &theirs);
    our_inflate(&cut, &o, buffer_bytes(&stream));
    compare(&o, &cut, &theirs, good);
    o.cuts = 0;
    our_inflate(&whole, &o, buffer_bytes(&stream));
    compare(&o, &whole, &theirs, good);
    if (o.memory == 0) /* where doubts begin depends on the bytes alone */
        assert(first_doubt(&whole) == first_doubt(&cut));
    harness_end(&whole.x);
    harness_end(&cut.x);
    assert(tests_failed == 0);
    buffer_free(&whole.clear);
    buffer_free(&whole.known);
    buffer_free(&cut.clear);
    buffer_free(&cut.known);
    buffer_free(&stream);
    buffer_free(&theirs);
    return 0;
}
