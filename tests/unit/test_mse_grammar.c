/* SPDX-License-Identifier: MIT */
#include "layers/mse_grammar.h"
#include "layer_harness.h"
#include "layers/layers.h"

#define A TO_SERVER
#define B TO_CLIENT

static uint64_t noise_state = 1;

static void noise(uint8_t *at, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        noise_state = noise_state * 6364136223846793005U + 1442695040888963407U;
        at[i] = (uint8_t)(noise_state >> 56);
    }
}

/* Lengths, of B and A in turns; 0 ends. Each turn in two pieces, the first of `cut` bytes. */
static struct mse_grammar weigh(const uint32_t *lengths, size_t cut, bool midstream)
{
    struct mse_grammar g = {.midstream = midstream};
    enum direction d = B;

    for (; *lengths > 0; lengths++, d = direction_other(d)) {
        uint8_t *at = malloc(*lengths);
        if (at == NULL)
            abort();
        noise(at, *lengths);
        const struct bytes all = bytes_of(at, *lengths), first = bytes_first(all, cut);
        mse_grammar_turn(&g, d);
        mse_grammar_feed(&g, first);
        mse_grammar_turn(&g, d);
        mse_grammar_feed(&g, bytes_after(all, first.len));
        free(at);
    }
    return g;
}

static void test_fits(void)
{
    static const struct {
        const char *name;
        bool fits;
        uint32_t lengths[24];
    } talk[] = {
        {"a download", true, {5000, 133, 16397, 17, 32794, 50, 9}},
        {"requests between parts of blocks", true, {900, 34, 13325, 9, 19469, 26, 16397, 17, 9}},
        {"one block is chance", false, {5000, 130, 16397, 132, 700}},
        {"requests alone", false, {60, 17, 40, 34, 41, 51, 42, 68, 43, 85, 44, 102, 45, 119, 46}},
        {"always the same", false, {17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17}},
        {"a block twice is no chance", true, {16397, 23, 16397, 23, 700}},
        {"a message behind a block", true, {800, 17, 16402, 14, 9}},
        {"TLS 1.3 is as long as a block and a have", false, {800, 122, 16406, 122, 16406, 122, 90}},
        {"pages", false, {811, 118, 9000, 121, 433, 118, 99, 117, 22000, 118, 5100, 122, 900}},
    };

    for (size_t i = 0; i < sizeof(talk) / sizeof(talk[0]); i++)
        for (size_t cut = 0; cut < 20; cut++) {
            const struct mse_grammar g = weigh(talk[i].lengths, cut, false);
            CHECK(mse_grammar_fits(&g) == talk[i].fits, talk[i].name);
        }
}

/* Met in its middle: the first turn may have begun before, the last counts when all is over. */
static void test_middle(void)
{
    static const struct {
        const char *name;
        bool from_start, midstream; /* fits, where the grammar begins so */
        uint32_t lengths[12];
    } talk[] = {
        {"a request first", false, true, {34, 32794, 60}},
        {"blocks, answered", false, true, {98382, 163}},
        {"the last turn", true, true, {900, 133, 34, 40, 16397}},
        {"a block without its head", false, true, {16384, 14, 17, 9}},
        {"a block without its head, alone", false, false, {16384, 118, 700, 119}},
        {"a file of a block's length", false, false, {16397}},
        {"one block among many turns", false, false, {800, 118, 700, 16397, 118, 800}},
    };

    for (size_t i = 0; i < sizeof(talk) / sizeof(talk[0]); i++)
        for (unsigned midstream = 0; midstream < 2; midstream++) {
            struct mse_grammar g = weigh(talk[i].lengths, 3, midstream != 0);
            mse_grammar_end(&g);
            CHECK(mse_grammar_fits(&g) == (midstream ? talk[i].midstream : talk[i].from_start),
                  talk[i].name);
        }
}

static void test_refuted(void)
{
    struct mse_grammar g = {.turns = 0};
    uint8_t turn[40];

    for (unsigned n = 0; n < 6; n++) {
        noise(turn, sizeof(turn));
        turn[1] = 0;
        turn[2] = sizeof(turn) - 3; /* a type, and how much follows */
        mse_grammar_turn(&g, n % 2 == 0 ? A : B);
        mse_grammar_feed(&g, bytes_of(turn, sizeof(turn)));
    }
    CHECK(mse_grammar_is_refuted(&g), "turns begin with their lengths");

    g = (struct mse_grammar){.midstream = true};
    for (unsigned n = 0; n < 4; n++) { /* one each way, and they are no longer the first */
        noise(turn, sizeof(turn));
        memcpy(turn, n % 2 == 0 ? "\x17\x03\x03" : "\x15\x03\x01", 3);
        mse_grammar_turn(&g, n % 2 == 0 ? A : B);
        mse_grammar_feed(&g, bytes_of(turn, sizeof(turn) - n));
    }
    CHECK(mse_grammar_is_refuted(&g), "TLS records (RFC 8446 s5.1)");
}

static void test_gap(void)
{
    static const uint32_t lengths[] = {5000, 133, 16397, 17, 0};
    struct mse_grammar g = weigh(lengths, 0, false);
    const uint16_t turns = g.turns;

    mse_grammar_turn(&g, B);
    mse_grammar_gap(&g, B, 1000);
    mse_grammar_feed(&g, LITERAL("abc"));
    mse_grammar_turn(&g, A);
    CHECK(g.turns == turns + 1, "a turn with a hole is not weighed");
}

/* raw finds it, in the middle of a stream and from whatever cuts. */
static void test_raw(void)
{
    static const uint32_t lengths[] = {5000, 133, 16397, 17, 32794, 50, 9, 4, 5};
    static const size_t cuts[] = {0, 1, 2, 5, 18, 1449};

    for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
        struct harness h;
        void *state = calloc(1, layer_raw.state_size);
        const struct opening o = {.midstream = true, .transport = 6};
        enum direction d = B;
        harness_begin(&h, UINT32_MAX, NULL);
        layer_raw.join(state, &h.host, &o);
        noise_state = 3;
        for (size_t n = 0; n < sizeof(lengths) / sizeof(lengths[0]); n++) {
            uint8_t *at = malloc(lengths[n]);
            if (at == NULL)
                abort();
            noise(at, lengths[n]);
            const struct turn t = {.direction = d, .bytes = bytes_of(at, lengths[n])};
            harness_run(&h, &layer_raw, state, &t, 1, cuts[i]);
            free(at);
            d = direction_other(d);
        }
        layer_raw.close(state, &h.host, CLOSE_FINISHED);
        CHECK(h.carried[A].len == 71 && h.carried[B].len == 32808,
              "it goes on from a turn's first byte");
        CHECK_TEXT(harness_log(&h), "replace(mse)", "raw becomes mse");
        harness_end(&h);
        free(state);
    }
}

/* Where the last turn decides, raw becomes mse as it closes. */
static void test_raw_closes(void)
{
    const struct opening o = {.midstream = true, .transport = 6};
    const struct layer *const raw = &layer_raw;
    uint8_t turn[2 * 16397];
    struct harness h;
    void *state = calloc(1, raw->state_size);

    harness_begin(&h, UINT32_MAX, NULL);
    raw->join(state, &h.host, &o);
    noise_state = 5;
    noise(turn, sizeof(turn));
    const struct turn asked = {.direction = A, .bytes = bytes_of(turn, 34)};
    const struct turn answer = {.direction = B, .bytes = bytes_of(turn, sizeof(turn))};
    harness_run(&h, raw, state, &asked, 1, 0);
    harness_run(&h, raw, state, &answer, 1, 1448);
    CHECK(h.log.len == 0, "not before it is over");
    raw->close(state, &h.host, CLOSE_FINISHED);
    CHECK_TEXT(harness_log(&h), "replace(mse)", "raw becomes mse at the end");
    raw->close(state, &h.host, CLOSE_FINISHED); /* as the engine does with who was replaced */
    harness_end(&h);
    free(state);
}

int main(void)
{
    test_fits();
    test_middle();
    test_refuted();
    test_gap();
    test_raw();
    test_raw_closes();
    return test_end();
}
