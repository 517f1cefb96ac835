/* SPDX-License-Identifier: MIT */
/* fuzz_mse.c - the layer mse on a conversation (turns.h), from being recognised on, cut in three
 * ways, and without skimming: the same answer, the same log, the same bytes carried. The input's
 * bytes are made noise of, but for turns whose kind has bit 2 set: noise would hardly ever be
 * found. */
#include "turns.h"

#include "tests/unit/mse_talk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { KIND_AS_IT_IS = 4, TURN_MAX = 16500, TURNS_MAX = 24 };

static uint64_t noise_state;

/* A turn of `len` bytes: of the input, and noise where that is over or not wanted. */
static uint8_t *turn_bytes(uint8_t kind, struct bytes said, size_t len)
{
    uint8_t *at = malloc(len + 1);

    assert(at != NULL);
    for (size_t i = 0; i < len; i++) {
        noise_state = noise_state * 6364136223846793005U + 1442695040888963407U;
        at[i] =
            i < said.len && (kind & KIND_AS_IT_IS) != 0 ? said.at[i] : (uint8_t)(noise_state >> 56);
    }
    return at;
}

static void feed(struct mse_talk *t, enum direction d, struct bytes left, enum cutting how,
                 uint32_t *seed)
{
    while (left.len > 0) {
        const struct bytes piece = bytes_first(left, fuzz_cut(how, seed, left.len));
        mse_talk_piece(t, d, piece);
        left = bytes_after(left, piece.len);
    }
}

static void gap(struct mse_talk *t, enum direction d, size_t n)
{
    if (t->said.answer == PROBE_MORE)
        mse_talk_conclude(t);
    const struct turn lost = {.direction = d, .gap = n + 1};
    if (t->said.answer == PROBE_YES)
        harness_run(&t->h, &layer_mse, t->state, &lost, 1, 0);
}

static char *run(struct bytes script, enum cutting how, uint32_t seed)
{
    struct cursor c = cursor_over(script);
    struct mse_talk t;

    noise_state = 1;
    mse_talk_begin(&t);
    t.h.feeds_all = how == UNSKIMMED;
    for (unsigned turns = 0; turns < TURNS_MAX && c.left.len > 3; turns++) {
        const uint8_t kind = cursor_u8(&c);
        const size_t len = ((size_t)cursor_u8(&c) | (size_t)cursor_u8(&c) << 8) % TURN_MAX;
        const enum direction d = (kind & KIND_TO_CLIENT) != 0 ? TO_CLIENT : TO_SERVER;
        if ((kind & KIND_GAP) != 0) {
            gap(&t, d, len);
            continue;
        }
        const struct bytes said = (kind & KIND_AS_IT_IS) != 0
                                      ? cursor_take(&c, len < c.left.len ? len : c.left.len)
                                      : bytes_of(NULL, 0);
        uint8_t *at = turn_bytes(kind, said, len);
        feed(&t, d, bytes_of(at, len), how, &seed);
        free(at);
    }
    mse_talk_log(&t);
    t.h.log.len--; /* its NUL */
    fuzz_carried(&t.h, TO_SERVER);
    fuzz_carried(&t.h, TO_CLIENT);
    char *log = strdup(harness_log(&t.h));
    mse_talk_end(&t);
    return log;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    const struct bytes script = bytes_of(data + 1, size - 1);
    char *whole = run(script, WHOLE, 0);
    char *fed = run(script, UNSKIMMED, 0);
    char *bytes = run(script, BYTE_BY_BYTE, 0);
    char *cut = run(script, SEEDED, data[0]);
    assert(strcmp(whole, fed) == 0);
    assert(strcmp(whole, bytes) == 0);
    assert(strcmp(whole, cut) == 0);
    free(whole);
    free(fed);
    free(bytes);
    free(cut);
    return 0;
}
