/* SPDX-License-Identifier: MIT */
/* Figures of a WebSocket: each scene whole, at every cut and byte by byte. Times are the turns'. */
#include "ws_script.h"

#define MS        INT64_C(1000000)
#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define C         TO_SERVER
#define S         TO_CLIENT
#define AT(ms, d, text)                                                                            \
    {                                                                                              \
        (ms) * MS,                                                                                 \
        {                                                                                          \
            d, {(const uint8_t *)(text), sizeof(text) - 1}, 0                                      \
        }                                                                                          \
    }
#define LOST(ms, d, n)                                                                             \
    {                                                                                              \
        (ms) * MS,                                                                                 \
        {                                                                                          \
            d, {NULL, 0}, n                                                                        \
        }                                                                                          \
    }

struct step {
    int64_t at_ns;
    struct turn turn;
};

static void run(struct ws_script *s, const struct handshake *shake, uint32_t interest,
                const struct step *steps, size_t count, size_t cut)
{
    const struct layer *l = &layer_websocket;
    void *state = calloc(1, l->state_size);

    if (state == NULL)
        abort();
    script_begin(s, interest, NULL);
    s->harness.host.time_ns = steps[0].at_ns;
    l->open(state, &s->harness.host, shake);
    for (size_t i = 0; i < count; i++) {
        s->harness.host.time_ns = steps[i].at_ns;
        harness_run(&s->harness, l, state, &steps[i].turn, 1, cut);
    }
    l->close(state, &s->harness.host, CLOSE_FINISHED);
    script_summarise(s, state);
    free(state);
}

/* Times in milliseconds, by direction: first-last, largest/smallest, idle@until, pings. */
static void describe(struct buffer *b, const struct ws_figures *f)
{
    buffer_printf(b, "%lld-%lld", (long long)(f->first_ns / MS), (long long)(f->last_ns / MS));
    for (int d = 0; d < 2; d++) {
        const struct ws_round_trips *r = &f->ping[d];
        buffer_printf(b, " %c %llu/%llu idle %lld@%lld", "><"[d],
                      (unsigned long long)f -> largest[d], (unsigned long long)f -> smallest[d],
                      (long long)(f->idle_ns[d] / MS), (long long)(f->idle_until_ns[d] / MS));
        if (r->count > 0)
            buffer_printf(b, " ping %ux %lld..%lld sum %lld", r->count,
                          (long long)(r->least_ns / MS), (long long)(r->most_ns / MS),
                          (long long)(r->sum_ns / MS));
        if (f->deflated[d] > 0)
            buffer_printf(b, " deflated %llu to %llu", (unsigned long long)f->inflated[d],
                          (unsigned long long)f->deflated[d]);
    }
    buffer_append_byte(b, 0);
}

static void check(const char *name, const struct handshake *shake, const struct step *steps,
                  size_t count, const char *want)
{
    size_t most = 0;

    for (size_t i = 0; i < count; i++)
        most = steps[i].turn.bytes.len > most ? steps[i].turn.bytes.len : most;
    for (size_t cut = 0; cut <= most + 1; cut++) {
        struct buffer told = {0};
        struct ws_script s;
        run(&s, shake, INTEREST_FIGURES | INTEREST_VALIDITY, steps, count, cut);
        describe(&told, &s.figures);
        CHECK_TEXT((const char *)told.at, want, name);
        buffer_free(&told);
        script_end(&s);
    }
}

#define SCENE(steps, want) check(#steps, &ws_plain, steps, LENGTH(steps), want)

static void test_times_and_sizes(void)
{
    static const struct step talk[] = {
        AT(1000, C, "\x81\x83\0\0\0\0abc"), AT(1500, S, "\x82\x05hello\x89\x00"),
        AT(1700, C, "\x81\x80\0\0\0\1"),    AT(4700, C, "\x01\x84\0\0\0\2abcd\x80\x84\0\0\0\3efgh"),
        AT(9700, S, "\x82\x02yo"),
    };
    static const struct step one_way[] = {AT(1000, S,
                                             "\x81\x03"
                                             "abc")};
    static const struct step pings_only[] = {AT(7, S,
                                                "\x8a\x03"
                                                "abc"),
                                             AT(9, S, "\x8a\x00")};
    static const struct step unfinished[] = {AT(1, S,
                                                "\x81\x03"
                                                "abc\x01\x01x"),
                                             AT(5, S, "\x82\x7f\0\0\0\0\0\1\0\0x")};
    static const struct step back_in_time[] = {AT(9, S, "\x81\x01x"), AT(5, S, "\x81\x01x"),
                                               AT(8, S, "\x81\x01x")};

    SCENE(talk, "1000-9700 > 8/0 idle 3000@4700 < 5/2 idle 8200@9700");
    SCENE(one_way, "1000-1000 > 0/0 idle 0@0 < 3/3 idle 0@0");
    SCENE(pings_only, "7-9 > 0/0 idle 0@0 < 0/0 idle 2@9");
    SCENE(unfinished, "1-5 > 0/0 idle 0@0 < 3/3 idle 4@5");
    SCENE(back_in_time, "9-9 > 0/0 idle 0@0 < 1/1 idle 3@8");
}

static void test_round_trips(void)
{
    static const struct step both[] = {
        AT(100, C, "\x89\x84\0\0\0\0ping"), AT(130, S, "\x8a\x04ping\x89\x01s"),
        AT(180, C, "\x8a\x81\1\2\3\4r"),    AT(200, C, "\x89\x84\1\1\1\1ping"),
        AT(290, S, "\x8a\x04qhof"),
    };
    static const struct step latest_only[] = {
        AT(100, S,
           "\x89\x01"
           "a"),
        AT(200, S,
           "\x89\x01"
           "b"),
        AT(250, C, "\x8a\x81\0\0\0\0b"),
        AT(260, C, "\x8a\x81\0\0\0\1b"), /* its key's first byte is 0, too: b again */
        AT(270, C, "\x8a\x81\0\0\0\2a"), /* too late: it was passed over */
    };
    static const struct step in_order[] = {
        AT(100, S,
           "\x89\x01"
           "a\x89\x01"
           "b\x89\x01"
           "c\x89\x01"
           "d\x89\x01"
           "e"),
        AT(120, C, "\x8a\x81\0\0\0\0a"), /* five waited: the oldest was forgotten */
        AT(130, C, "\x8a\x81\0\0\0\1b\x8a\x81\0\0\0\2c"),
        AT(140, C, "\x8a\x81\0\0\0\3e"),
    };
    static const struct step unsolicited[] = {AT(100, C, "\x8a\x80\0\0\0\0\x8a\x81\0\0\0\1x"),
                                              AT(200, S, "\x8a\x02hi"),
                                              AT(300, S, "\x89\x00"),
                                              AT(310, S, "\x8a\x00"),
                                              AT(350, C, "\x8a\x81\0\0\0\2x"),
                                              AT(360, C, "\x8a\x80\0\0\0\3")};
    static const struct step too_long[] = {AT(1, S,
                                              "\x81\x01x\x89\x7e\x00\x80"
                                              "0123456789abcdef0123456789abcdef"
                                              "0123456789abcdef0123456789abcdef"
                                              "0123456789abcdef0123456789abcdef"
                                              "0123456789abcdef0123456789abcdef"),
                                           AT(2, C, "\x8a\x80\0\0\0\0")};
    static const struct step clock_set_back[] = {AT(100, S, "\x89\x01x"),
                                                 AT(40, C, "\x8a\x81\0\0\0\0x")};

    SCENE(both, "100-290 > 0/0 idle 80@180 ping 2x 30..90 sum 120 < 0/0 idle 160@290 "
                "ping 1x 50..50 sum 50");
    SCENE(latest_only, "100-270 > 0/0 idle 10@260 < 0/0 idle 100@200 ping 1x 50..50 sum 50");
    SCENE(in_order, "100-140 > 0/0 idle 10@130 < 0/0 idle 0@0 ping 3x 30..40 sum 100");
    SCENE(unsolicited, "100-360 > 0/0 idle 250@350 < 0/0 idle 100@300 ping 1x 60..60 sum 60");
    SCENE(too_long, "1-2 > 0/0 idle 0@0 < 1/1 idle 0@0");
    SCENE(clock_set_back, "100-100 > 0/0 idle 0@0 < 0/0 idle 0@0 ping 1x 0..0 sum 0");
}

/* What was lost is not counted, and nothing else suffers. */
static void test_loss(void)
{
    static const struct step pong[] = {
        AT(100, C, "\x89\x81\0\0\0\0a"),
        AT(110, S, "\x81\x01x\x8a\x01"),
        LOST(110, S, 1),
        AT(200, C, "\x89\x81\0\0\0\0b"),
        AT(230, S,
           "\x8a\x01"
           "b"),
    };
    static const struct step message[] = {AT(1, S, "\x81\x01x\x82\x04"), LOST(2, S, 4),
                                          AT(3, S, "\x81\x02zz")};
    static const struct step header[] = {AT(1, S, "\x81\x01x\x89\x01p"), LOST(2, S, 999),
                                         AT(3, S, "\x81\x05Hello\x89\x01q"),
                                         AT(8, C, "\x8a\x81\0\0\0\0q")};

    SCENE(pong, "100-230 > 0/0 idle 100@200 ping 1x 30..30 sum 30 < 1/1 idle 120@230");
    SCENE(message, "1-3 > 0/0 idle 0@0 < 2/1 idle 2@3");
    SCENE(header, "1-8 > 0/0 idle 0@0 < 5/1 idle 2@3 ping 1x 5..5 sum 5");
}

/* "Hello" of RFC 7692 s7.2.3.1; one that was cut by a loss, and one that does not inflate. */
static void test_inflation(void)
{
    static const struct step steps[] = {
        AT(1, S, "\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00\x81\x01x"),
        AT(2, S, "\x41\x03\xf2\x00\x11\x80\x02\x00\x00"), /* Hello, by the window */
        AT(3, S, "\xc1\x03\x07\x07\x07"),
        AT(4, C, "\xc1\x87\0\0\0\0\xf2\x48"),
        LOST(4, C, 5),
    };
    check("inflation", &ws_deflate, steps, LENGTH(steps),
          "1-4 > 0/0 idle 0@0 < 7/1 idle 1@2 deflated 10 to 12");
}

/* Nobody asked: nothing is allocated. No memory: there are none, and everything is read. */
static void test_absence(void)
{
    static const struct turn turns[] = {{S, {(const uint8_t *)"\x89\x01p\x81\x01x", 6}, 0},
                                        {C, {(const uint8_t *)"\x8a\x81\0\0\0\0p", 7}, 0}};
    struct ws_script s;

    script_begin(&s, 0, NULL);
    script_run(&s, &ws_plain, turns, 2, 0);
    CHECK(s.harness.budget.peak == 0, "nobody asked");
    script_end(&s);
    for (size_t room = 1; room < 1024; room += 31) {
        script_begin(&s, INTEREST_FIGURES | INTEREST_MESSAGES, NULL);
        s.harness.budget.limit = room;
        script_run(&s, &ws_plain, turns, 2, 0);
        CHECK_TEXT(harness_log(&s.harness), "claim(certain) climb(framed) <9/1/1 <1/1/1 >10/1/1",
                   "all is read");
        CHECK(s.figures.ping[S].count == (s.figures.largest[S] == 1), "all figures, or none");
        script_end(&s);
    }
}

int main(void)
{
    test_times_and_sizes();
    test_round_trips();
    test_loss();
    test_inflation();
    test_absence();
    return test_end();
}
