/* SPDX-License-Identifier: MIT */
/* turns.h - a fuzzer's input as a conversation, and one layer run over it in three cuts,
 * and without skimming.
 *
 * Input: one byte that seeds the cuts, then turns: a kind (bit 0: to the client, bit 1: a gap), a
 * length in two bytes, little-endian, and that many bytes (none for a gap).
 */
#ifndef TESTS_FUZZ_TURNS_H
#define TESTS_FUZZ_TURNS_H

#include <assert.h>

#include "base/cursor.h"
#include "base/hash.h"
#include "tests/unit/layer_harness.h"

enum { KIND_TO_CLIENT = 1, KIND_GAP = 2 };
enum cutting { WHOLE, UNSKIMMED, BYTE_BY_BYTE, SEEDED };

/* The next turn; false: the end. */
static inline bool fuzz_turn(struct cursor *c, struct turn *out)
{
    const uint8_t kind = cursor_u8(c);
    const size_t len = (size_t)cursor_u8(c) | (size_t)cursor_u8(c) << 8;

    if (c->truncated)
        return false;
    *out = (struct turn){.direction = (kind & KIND_TO_CLIENT) != 0 ? TO_CLIENT : TO_SERVER};
    if ((kind & KIND_GAP) != 0)
        out->gap = 1 + len;
    else
        out->bytes = cursor_take(c, len < c->left.len ? len : c->left.len);
    return true;
}

/* How much of what is left comes next. */
static inline size_t fuzz_cut(enum cutting how, uint32_t *seed, size_t left)
{
    if (how == WHOLE || how == UNSKIMMED)
        return left;
    if (how == BYTE_BY_BYTE)
        return 1;
    *seed = *seed * 1664525U + 1013904223U; /* Numerical Recipes */
    return 1 + (*seed >> 16) % left;
}

static inline void fuzz_describe(struct harness *h, const struct event *e)
{
    if (e->kind == EVENT_TLS)
        buffer_printf(&h->log, "tls(%d %zu %zu %u %x %x %.*s %.*s) ", e->as.tls.final,
                      e->as.tls.sni.len, e->as.tls.alpn.len, e->as.tls.alpn_offered_count,
                      e->as.tls.version, e->as.tls.client_version, (int)e->as.tls.ja4.len,
                      (const char *)e->as.tls.ja4.at, (int)e->as.tls.ja3s.len,
                      (const char *)e->as.tls.ja3s.at);
    if (e->kind == EVENT_BITTORRENT)
        buffer_printf(&h->log, "bittorrent(%d %02x %s) ", e->direction,
                      e->as.bittorrent.info_hash[0],
                      e->as.bittorrent.client != NULL ? e->as.bittorrent.client : "?");
}

/* What was carried, as a number. */
static inline void fuzz_carried(struct harness *h, enum direction d)
{
    const struct hash_key key = hash_key_from_seed(1);

    if (h->carried[d].len > 0)
        buffer_printf(&h->log, "carried(%d %016llx) ", d,
                      (unsigned long long)hash_bytes(&key, buffer_bytes(&h->carried[d])));
}

/* The log of one run, to be freed. */
static inline char *fuzz_layer_log(const struct layer *l, struct bytes script, enum cutting how,
                                   uint32_t seed)
{
    struct cursor c = cursor_over(script);
    struct flow_info info = {0};
    struct err err = {0};
    struct digest *digest = digest_create(&err);
    struct harness h;
    struct turn t;
    void *state = calloc(1, l->state_size);

    harness_begin(&h, UINT32_MAX, digest);
    h.describe = fuzz_describe;
    h.feeds_all = how == UNSKIMMED;
    while (fuzz_turn(&c, &t)) {
        if (t.gap > 0)
            harness_run(&h, l, state, &t, 1, 0);
        while (t.gap == 0 && t.bytes.len > 0) {
            struct turn piece = t;
            piece.bytes = bytes_first(t.bytes, fuzz_cut(how, &seed, t.bytes.len));
            t.bytes = bytes_after(t.bytes, piece.bytes.len);
            harness_run(&h, l, state, &piece, 1, 0);
        }
    }
    if (l->summarise != NULL)
        l->summarise(state, &info);
    buffer_printf(&h.log, "%s %zu ", shape_name(info.shape), info.peer_client.len);
    if (l->close != NULL)
        l->close(state, &h.host, CLOSE_FINISHED);
    fuzz_carried(&h, TO_SERVER);
    fuzz_carried(&h, TO_CLIENT);
    char *log = strdup(harness_log(&h));
    assert(h.budget.used == 0);
    harness_end(&h);
    digest_free(digest);
    free(state);
    return log;
}

/* However the turns are cut, skimmed or not, a layer says the same and keeps no memory. */
static inline void fuzz_layer(const struct layer *l, const uint8_t *data, size_t size)
{
    if (size < 1)
        return;
    const struct bytes script = bytes_of(data + 1, size - 1);
    char *whole = fuzz_layer_log(l, script, WHOLE, 0);
    char *fed = fuzz_layer_log(l, script, UNSKIMMED, 0);
    char *bytes = fuzz_layer_log(l, script, BYTE_BY_BYTE, 0);
    char *cut = fuzz_layer_log(l, script, SEEDED, data[0]);
    assert(strcmp(whole, fed) == 0);
    assert(strcmp(whole, bytes) == 0);
    assert(strcmp(whole, cut) == 0);
    free(whole);
    free(fed);
    free(bytes);
    free(cut);
}

#endif
