/* SPDX-License-Identifier: MIT */
/* What is done to bytes: checksum, unmasking, UTF-8, inflation, matching, escaping. */
#include <stdio.h>
#include <stdlib.h>

#include "base/simd.h"
#include "base/utf8.h"
#include "decode/checksum.h"
#include "layers/ws_inflate.h"
#include "layers/ws_unmask.h"
#include "output/escape.h"
#include "policy/bank.h"
#include "tests/bench/stages.h"
#include "tests/unit/ws_script.h"

#define TEXT    (1U << 20)
#define SEGMENT 1448U
#define MESSAGE 1024U
#define SMALL   110U
#define MASK    0x37fa213dU

struct text {
    const struct simd *simd; /* of the stages by level */
    struct simd_texts parts;
    struct buffer clear, other;
    size_t piece; /* bytes at a time */
    uint64_t seen;
    struct bank bank;
    struct hs_scratch *scratch;
};

static uint64_t sum_all(void *ctx)
{
    struct text *t = ctx;

    for (struct bytes left = buffer_bytes(&t->clear); left.len > 0;
         left = bytes_after(left, t->piece))
        t->seen += checksum_sum(bytes_first(left, t->piece));
    return t->clear.len;
}

static uint64_t unmask_all(void *ctx)
{
    struct text *t = ctx;

    for (size_t at = 0; at + t->piece <= t->clear.len; at += t->piece)
        ws_unmask(t->other.at + at, bytes_of(t->clear.at + at, t->piece), MASK, at);
    return t->clear.len / t->piece * t->piece;
}

static uint64_t check_utf8(void *ctx)
{
    struct text *t = ctx;

    for (struct bytes left = buffer_bytes(&t->clear); left.len > 0;
         left = bytes_after(left, t->piece)) {
        struct utf8 u = {0};
        t->seen += utf8_feed(&u, bytes_first(left, t->piece));
    }
    return t->clear.len;
}

static uint64_t escape_all(void *ctx)
{
    struct text *t = ctx;

    buffer_clear(&t->other);
    for (struct bytes left = buffer_bytes(&t->clear); left.len > 0;
         left = bytes_after(left, t->piece))
        escape_json(&t->other, bytes_first(left, t->piece));
    return t->clear.len;
}

static uint64_t escape_printable(void *ctx)
{
    struct text *t = ctx;

    buffer_clear(&t->other);
    for (struct bytes left = buffer_bytes(&t->clear); left.len > 0;
         left = bytes_after(left, t->piece))
        escape_json_printable(&t->other, bytes_first(left, t->piece));
    return t->clear.len;
}

static uint64_t match_all(void *ctx)
{
    struct text *t = ctx;
    uint64_t hits[32] = {0};

    for (struct bytes left = buffer_bytes(&t->clear); left.len > 0;
         left = bytes_after(left, t->piece))
        bank_scan(&t->bank, t->scratch, bytes_first(left, t->piece), hits);
    t->seen += hits[0];
    return t->clear.len;
}

static uint64_t unmask_level(void *ctx)
{
    struct text *t = ctx;

    for (size_t at = 0; at + t->piece <= t->clear.len; at += t->piece)
        t->seen += t->simd->unmask(t->other.at + at, bytes_of(t->clear.at + at, t->piece), MASK, 0);
    return t->clear.len / t->piece * t->piece;
}

static uint64_t utf8_level(void *ctx)
{
    struct text *t = ctx;

    for (struct bytes left = buffer_bytes(&t->clear); left.len > 0;
         left = bytes_after(left, t->piece)) {
        struct utf8 u = {0};
        t->seen += utf8_feed_with(t->simd, &u, bytes_first(left, t->piece));
    }
    return t->clear.len;
}

static uint64_t find_level(void *ctx)
{
    struct text *t = ctx;

    for (struct bytes left = buffer_bytes(&t->clear); left.len > 0;
         left = bytes_after(left, t->piece))
        t->seen += t->simd->find(&t->parts, bytes_first(left, t->piece));
    return t->clear.len;
}

static void make_text(struct text *t, const char *sample, size_t piece)
{
    buffer_clear(&t->clear);
    while (t->clear.len < TEXT)
        buffer_append_text(&t->clear, sample);
    buffer_clear(&t->other);
    if (!buffer_reserve(&t->other, 8 * TEXT))
        abort();
    t->piece = piece;
}

/* Words of ten letters that are not in the text. */
static void make_bank(struct text *t, unsigned patterns)
{
    struct err err = {0};
    const struct source s = {.name = "bench", .err = &err};
    const struct node nowhere = {0};

    t->bank = (struct bank){0};
    for (unsigned i = 0; i < patterns; i++) {
        struct buffer word = {0};
        for (unsigned k = 0, rest = i * 7919 + 13; k < 8; k++, rest = rest * 31 + 7)
            buffer_append_byte(&word, (uint8_t)("bcdfghjkmp"[rest % 10]));
        buffer_append_text(&word, "zq");
        if (!bank_add_literal(&t->bank, buffer_bytes(&word), &nowhere, &s))
            abort();
        buffer_free(&word);
    }
    if (!bank_compile(&t->bank, &s) || !bank_scratch(&t->bank, &t->scratch))
        abort();
}

static void match_stage(struct text *t, const char *name, unsigned patterns)
{
    make_bank(t, patterns);
    stage(name, "byte", match_all, t);
    bank_scratch_free(t->scratch);
    t->scratch = NULL;
    bank_free(&t->bank);
}

/* ---- by level ---- */

static void level_stage(struct text *t, const char *what, size_t piece, stage_work *work)
{
    char name[80];

    for (unsigned level = 0; level < SIMD_LEVELS; level++) {
        t->simd = simd_at((enum simd_level)level);
        t->piece = piece;
        if (t->simd == NULL)
            continue;
        snprintf(name, sizeof(name), "%s, %zu bytes, %s", what, piece, t->simd->name);
        stage(name, "byte", work, t);
    }
}

/* `t` holds ASCII. */
static void level_stages(struct text *t)
{
    simd_texts_add(&t->parts, 0, (const uint8_t *)"bzq");
    level_stage(t, "unmask", SMALL, unmask_level);
    level_stage(t, "unmask", SEGMENT, unmask_level);
    level_stage(t, "UTF-8, ASCII", SMALL, utf8_level);
    level_stage(t, "UTF-8, ASCII", SEGMENT, utf8_level);
    level_stage(t, "find parts of patterns", SMALL, find_level);
    level_stage(t, "find parts of patterns", SEGMENT, find_level);
}

/* ---- inflation ---- */

struct deflated {
    struct buffer payload; /* of one message, with the tail */
    struct harness x;
    size_t clear;
};

static uint64_t inflate_once(void *ctx)
{
    struct deflated *m = ctx;
    struct ws_inflater *z = ws_inflater_create(&m->x.host, 15);
    struct bytes in = buffer_bytes(&m->payload);
    struct deflate_codes room;
    struct ws_clear clear;
    uint64_t made = 0;

    if (z == NULL)
        abort();
    ws_inflater_begin(z);
    ws_inflater_end(z);
    do {
        clear = ws_inflate(&m->x.host, z, &in, &room);
        made += clear.bytes.len;
    } while (clear.more);
    if (made != m->clear)
        abort();
    ws_inflater_free(&m->x.host, z);
    return made;
}

static void inflate_stage(struct text *t)
{
    struct deflated m = {0};
    z_stream z;

    harness_begin(&m.x, 0, NULL);
    buffer_clear(&t->clear);
    for (uint32_t i = 1; t->clear.len < 64 * MESSAGE; i++)
        buffer_printf(&t->clear,
                      "{\"id\":%u,\"type\":\"price\",\"text\":\"order %u filled\",\"v\":%u}",
                      i * 7919, i * 31, i * 104729);
    deflate_open(&z, 15);
    deflate_message(&z, buffer_bytes(&t->clear), Z_SYNC_FLUSH, &m.payload);
    deflateEnd(&z);
    buffer_append(&m.payload, bytes_of(ws_inflate_tail, WS_INFLATE_TAIL));
    m.clear = t->clear.len;
    stage("inflate, JSON", "byte", inflate_once, &m);
    buffer_free(&m.payload);
    buffer_free(&m.x.log);
}

void byte_stages(void)
{
    static const char fox[] = "The quick brown fox jumps over the lazy dog. ";
    static const char han[] = "\xe4\xbd\xa0\xe5\xa5\xbd\xe4\xb8\x96\xe7\x95\x8c";
    static struct text t;

    make_text(&t, fox, SEGMENT);
    stage("checksum, segments of 1,448 bytes", "byte", sum_all, &t);
    t.piece = 100;
    stage("checksum, segments of 100 bytes", "byte", sum_all, &t);
    t.piece = SEGMENT;
    stage("unmask, segments of 1,448 bytes", "byte", unmask_all, &t);
    t.piece = MESSAGE;
    stage("UTF-8, ASCII, messages of 1 KiB", "byte", check_utf8, &t);
    stage("escape for JSON, ASCII", "byte", escape_all, &t);
    stage("escape for JSON, to be read", "byte", escape_printable, &t);
    level_stages(&t);
    t.piece = MESSAGE;
    match_stage(&t, "match 1 pattern, messages of 1 KiB", 1);
    match_stage(&t, "match 1,000 patterns, messages of 1 KiB", 1000);
    make_text(&t, han, 1020);
    stage("UTF-8, 3 bytes a character", "byte", check_utf8, &t);
    level_stage(&t, "UTF-8, 3 bytes a character", 1020, utf8_level);
    inflate_stage(&t);
    buffer_free(&t.clear);
    buffer_free(&t.other);
}
