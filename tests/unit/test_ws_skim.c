/* SPDX-License-Identifier: MIT */
/* What ws_skim() reads without a word, ws_read_frames() reads to the same end: random traffic, and
 * each kind of host, with and without somebody who heeds every message (then nothing is skimmed).
 */
#include "base/simd.h"
#include "random.h"
#include "ws_script.h"

#define STREAMS 4000
#define TURNS   24
#define LONGEST 600

static const struct simd_text part = {{'a', '#', 'b'}, {0, 0, 0}};

/* A rule that looks for a text. */
static bool heeds_some(struct host *h, enum direction d, uint8_t opcode, struct bytes clear)
{
    (void)h, (void)d, (void)opcode;
    return simd_plain.find_one(&part, clear);
}

static uint64_t asked; /* how often was nobody told? */

static bool heeds_few(struct host *h, enum direction d, uint8_t opcode, struct bytes clear)
{
    const bool heeded = heeds_some(h, d, opcode, clear);

    asked += !heeded;
    return heeded;
}

static uint64_t parted; /* how often was it enough that the part is not there? */

static bool heeds_without(struct host *h, enum direction d, uint8_t opcode)
{
    (void)h, (void)d, (void)opcode;
    parted++;
    return false;
}

/* The part is there, or it was to be asked otherwise. */
static bool heeds_with(struct host *h, enum direction d, uint8_t opcode, struct bytes clear)
{
    CHECK(heeds_some(h, d, opcode, clear), "the part is there");
    return true;
}

static bool heeds_all(struct host *h, enum direction d, uint8_t opcode, struct bytes clear)
{
    (void)h, (void)d, (void)opcode, (void)clear;
    return true;
}

/* As script_describe(), but for messages that a skimming layer need not tell. */
static void describe(struct harness *x, const struct event *e)
{
    struct ws_script *s = (struct ws_script *)x;
    struct buffer *payload = &s->payload[e->direction][0];
    const struct ws_message_event *m = &e->as.message;

    if (e->kind == EVENT_MESSAGE && m->opcode < WS_CLOSE && m->fragments == 1 && m->complete &&
        !m->compressed && !heeds_some(NULL, 0, 0, buffer_bytes(payload)))
        buffer_clear(payload);
    else
        script_describe(x, e);
}

static size_t random_length(void)
{
    const uint32_t kind = random_below(12);
    return kind == 0 ? 0 : kind == 1 ? random_below(LONGEST) : 1 + random_below(130);
}

/* Mostly plain messages, and some of everything else. */
static void put_something(struct buffer *b, enum direction d, uint32_t oddness)
{
    static const char *const text[] = {"hello",        "{\"a\":1",         "a#b",
                                       "caf\xc3\xa9 ", "\xf0\x9f\x98\x80", "\xff"};
    static const uint8_t odd[] = {FIN | WS_BINARY,
                                  FIN | WS_BINARY,
                                  FIN | WS_PING,
                                  FIN | WS_PONG,
                                  WS_TEXT,
                                  FIN | WS_CONTINUATION,
                                  FIN | RSV1 | WS_TEXT,
                                  FIN | RSV2 | WS_TEXT,
                                  WS_BINARY,
                                  FIN | WS_CLOSE,
                                  FIN | 3};
    uint8_t payload[LONGEST + 8];
    const size_t len = random_length();
    const char *unit = text[random_below(random_below(20) == 0 ? 6 : 5)];

    for (size_t i = 0; i < len; i++)
        payload[i] = (uint8_t)unit[i % strlen(unit)];
    if (random_below(12) == 0) {
        put_text(b, d, FIN | WS_TEXT, "5:::{\"name\":\"news\",\"args\":[1]}"); /* Socket.IO */
        return;
    }
    const bool is_odd = random_below(100) < oddness;
    const int first = is_odd ? odd[random_below(sizeof(odd))] : FIN | WS_TEXT;
    if (random_below(200) == 0)
        script_mask = 0x01020304; /* again and again */
    if (random_below(60) == 0 && is_odd)
        d = direction_other(d); /* the mask bit as it should not be */
    put_frame(b, d, first, bytes_of(payload, len));
    if (script_mask == 0x01020304U * 1664525U + 1013904223U && random_below(20) > 0)
        script_mask = 0x01020304;
}

struct traffic {
    struct buffer bytes[TURNS];
    struct turn turn[TURNS];
};

static void make_traffic(struct traffic *t)
{
    const uint32_t oddness = random_below(3) * 12;

    *t = (struct traffic){0};
    for (size_t i = 0; i < TURNS; i++) {
        t->turn[i].direction = random_below(2) == 0 ? TO_SERVER : TO_CLIENT;
        for (uint32_t frames = 1 + random_below(3); frames > 0; frames--)
            put_something(&t->bytes[i], t->turn[i].direction, oddness);
        t->turn[i].bytes = buffer_bytes(&t->bytes[i]);
        t->turn[i].gap = random_below(oddness > 0 ? 80 : 100000) == 0 ? 1 + random_below(90) : 0;
    }
}

static void run(struct ws_script *s, uint32_t interest, const struct traffic *t, size_t cut,
                bool (*heeds)(struct host *, enum direction, uint8_t, struct bytes))
{
    const struct layer *l = &layer_websocket;
    void *state = calloc(1, l->state_size);

    if (state == NULL)
        abort();
    script_begin(s, interest, NULL);
    s->harness.describe = describe;
    s->harness.host.heeds = heeds;
    s->harness.host.part = heeds == heeds_with ? &part : NULL;
    s->harness.host.heeds_without = heeds == heeds_with ? heeds_without : NULL;
    s->harness.feeds_all = heeds == heeds_all;
    s->harness.host.carry_wanted = false;
    l->open(state, &s->harness.host, t->turn[0].bytes.len % 2 == 0 ? &ws_plain : &ws_deflate);
    for (size_t i = 0; i < TURNS; i++) {
        s->harness.host.time_ns += 1000 * (int64_t)t->turn[i].bytes.len;
        harness_run(&s->harness, l, state, &t->turn[i], 1, cut);
    }
    l->close(state, &s->harness.host, CLOSE_FINISHED);
    script_summarise(s, state);
    free(state);
}

static void check_quick(const struct traffic *t, uint32_t interest, size_t cut,
                        bool (*heeds)(struct host *, enum direction, uint8_t, struct bytes))
{
    struct ws_script quick, slow;

    run(&quick, interest, t, cut, heeds);
    run(&slow, interest, t, cut, heeds_all);
    CHECK_TEXT(harness_log(&quick.harness), harness_log(&slow.harness), "told");
    /* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-*): both were zero-filled */
    CHECK(memcmp(&quick.totals, &slow.totals, sizeof(slow.totals)) == 0, "totals");
    /* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-*): both were zero-filled */
    CHECK(memcmp(&quick.figures, &slow.figures, sizeof(slow.figures)) == 0, "figures");
    script_end(&quick);
    script_end(&slow);
}

static void check(const struct traffic *t, uint32_t interest, size_t cut)
{
    check_quick(t, interest, cut, heeds_few);
    check_quick(t, interest, cut, heeds_with);
}

int main(void)
{
    static const uint32_t interest[] = {
        0,
        INTEREST_FIGURES,
        INTEREST_VALIDITY | INTEREST_FIGURES,
        INTEREST_MESSAGES | INTEREST_PAYLOAD,
        INTEREST_MESSAGES | INTEREST_PAYLOAD | INTEREST_VALIDITY | INTEREST_FIGURES,
        INTEREST_MESSAGES | INTEREST_PAYLOAD | INTEREST_FRAMES,
    };
    struct traffic t;

    for (size_t i = 0; i < STREAMS; i++) {
        make_traffic(&t);
        const size_t cut = random_below(2) == 0 ? 0 : random_below(3) == 0 ? 1 : random_below(300);
        check(&t, interest[i % (sizeof(interest) / sizeof(interest[0]))], cut);
        for (size_t k = 0; k < TURNS; k++)
            buffer_free(&t.bytes[k]);
    }
    CHECK(asked > STREAMS * (TURNS / 4), "most is skimmed");
    CHECK(parted > STREAMS * (TURNS / 8), "much of it without a clear copy");
    return test_end();
}
