/* SPDX-License-Identifier: MIT */
/* stream.h: whatever the order, cuts and repeats of the segments, the same bytes and gaps come out.
 */
#include "stream/stream.h"

#include "base/buffer.h"
#include "test.h"

#define ISN    0xfffffff0U /* every test wraps */
#define SECOND 1000000000LL

struct fixture {
    struct stream stream;
    struct buffer log;
    struct budget budget;
    struct stream_events ev;
    int64_t now;
};

static void on_bytes(void *ctx, struct bytes in)
{
    buffer_append(&((struct fixture *)ctx)->log, in);
}

static void on_gap(void *ctx, uint64_t n)
{
    buffer_printf(&((struct fixture *)ctx)->log, "[%llu]", (unsigned long long)n);
}

static void on_overlap(void *ctx, uint64_t offset, bool replaced)
{
    (void)replaced;
    buffer_printf(&((struct fixture *)ctx)->log, "!%llu!", (unsigned long long)offset);
}

static void begin(struct fixture *f)
{
    *f = (struct fixture){.ev = {.bytes = on_bytes, .gap = on_gap, .overlap_differs = on_overlap}};
    f->ev.ctx = f;
    f->ev.budget = &f->budget;
}

static enum stream_said segment(struct fixture *f, uint8_t flags, uint32_t seq, const char *data)
{
    const struct bytes copy = test_copy(bytes_of_text(data));
    const struct packet p = {.seq = seq,
                             .flags = flags,
                             .time_ns = f->now,
                             .payload = copy,
                             .payload_len = (uint32_t)copy.len};
    const enum stream_said said = stream_segment(&f->stream, &p, &f->ev);

    free((void *)(uintptr_t)copy.at);
    return said;
}

/* Data at an offset from the first byte. */
static enum stream_said data(struct fixture *f, uint32_t offset, const char *text)
{
    return segment(f, TCP_ACK, ISN + 1 + offset, text);
}

static const char *finish(struct fixture *f)
{
    stream_finish(&f->stream, &f->ev);
    if (f->stream.ended)
        buffer_append_text(&f->log, ".");
    buffer_append_byte(&f->log, 0);
    return (const char *)f->log.at;
}

static void end(struct fixture *f, const char *want, const char *name)
{
    CHECK_TEXT(finish(f), want, name);
    CHECK(f->budget.used == 0, "nothing is held at the end");
    buffer_free(&f->log);
}

struct piece {
    uint32_t offset;
    const char *text;
};

struct vector {
    const char *name;
    struct piece pieces[8];
    const char *want;
};

/* Segments in order of arrival; a FIN at 12 is assumed to have been seen last. */
static const struct vector vectors[] = {
    {"in order", {{0, "abcd"}, {4, "efgh"}, {8, "ijkl"}}, "abcdefghijkl."},
    {"reversed", {{8, "ijkl"}, {4, "efgh"}, {0, "abcd"}}, "abcdefghijkl."},
    {"repeated",
     {{0, "abcd"}, {0, "abcd"}, {4, "efgh"}, {0, "abcdefgh"}, {8, "ijkl"}},
     "abcdefghijkl."},
    {"grown on repetition", {{0, "abcd"}, {0, "abcdefgh"}, {4, "efghijkl"}}, "abcdefghijkl."},
    {"held twice", {{4, "efgh"}, {4, "efgh"}, {0, "abcd"}, {8, "ijkl"}}, "abcdefghijkl."},
    {"held pieces joined by one",
     {{2, "c"}, {5, "f"}, {8, "ijkl"}, {0, "abcdefgh"}},
     "abcdefghijkl."},
    {"early piece spans held ones",
     {{5, "f"}, {8, "i"}, {4, "efghijkl"}, {0, "abcd"}},
     "abcdefghijkl."},
    {"early piece begins in a held one", {{4, "efg"}, {6, "ghijkl"}, {0, "abcd"}}, "abcdefghijkl."},
    {"never captured", {{0, "abcd"}, {8, "ijkl"}}, "abcd[4]ijkl."},
    {"start never captured", {{4, "efgh"}, {8, "ijkl"}}, "[4]efghijkl."},
    {"end never captured", {{0, "abcd"}}, "abcd[8]."},
    {"held twice, differently",
     {{4, "efgh"}, {4, "EFGH"}, {0, "abcd"}, {8, "ijkl"}},
     "!4!abcdefghijkl."},
    {"in order over held", {{4, "efgh"}, {0, "abcdEFGHijkl"}}, "!4!abcdEFGHijkl."},
    {"half over held", {{4, "efgh"}, {2, "cdeX"}, {0, "ab"}, {8, "ijkl"}}, "!5!abcdeXghijkl."},
};

static void test_vectors(void)
{
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        struct fixture f;
        begin(&f);
        segment(&f, TCP_SYN, ISN, "");
        for (const struct piece *p = vectors[i].pieces; p->text != NULL; p++)
            data(&f, p->offset, p->text);
        segment(&f, TCP_FIN | TCP_ACK, ISN + 13, "");
        end(&f, vectors[i].want, vectors[i].name);
    }
}

/* All orders of six pieces, some overlapping: the same text always. */
static void test_permutations(void)
{
    static const struct piece pieces[6] = {{0, "abc"}, {3, "de"},  {4, "efgh"},
                                           {8, "i"},   {9, "jkl"}, {7, "hij"}};

    for (unsigned n = 0; n < 720; n++) {
        unsigned left[6] = {0, 1, 2, 3, 4, 5}, code = n;
        struct fixture f;
        begin(&f);
        segment(&f, TCP_SYN, ISN, "");
        for (unsigned size = 6; size > 0; size--) {
            const unsigned pick = code % size;
            code /= size;
            data(&f, pieces[left[pick]].offset, pieces[left[pick]].text);
            memmove(&left[pick], &left[pick + 1], (size - pick - 1) * sizeof(left[0]));
        }
        segment(&f, TCP_FIN, ISN + 13, "");
        end(&f, "abcdefghijkl.", "permutation");
    }
}

static void test_what_is_said(void)
{
    struct fixture f;

    begin(&f);
    CHECK(segment(&f, TCP_SYN, ISN, "") == STREAM_NOTHING_NEW, "a SYN is no data");
    CHECK(data(&f, 0, "ab") == STREAM_IN_ORDER, "in order");
    CHECK(data(&f, 0, "ab") == STREAM_REPEATED, "repeated");
    CHECK(data(&f, 1, "bc") == STREAM_GROWN, "repeated in part");
    CHECK(data(&f, 4, "ef") == STREAM_EARLY, "early");
    CHECK(data(&f, 0x50000000, "zz") == STREAM_NOTHING_NEW, "outside any window");
    CHECK(data(&f, 1, "b") == STREAM_REPEATED, "a keep-alive's byte");
    end(&f, "abc[1]ef", "no FIN");
}

static void test_patience(void)
{
    struct fixture f;

    begin(&f);
    segment(&f, TCP_SYN, ISN, "");
    data(&f, 2, "cd");
    for (int i = 0; i < 1000; i++)
        stream_patience(&f.stream, f.now, &f.ev);
    CHECK(f.log.len == 0, "with the other side unheard, packets alone do not end patience");
    stream_acknowledge(&f.stream, ISN + 1, f.now);
    stream_patience(&f.stream, f.now += 3600 * SECOND, &f.ev);
    CHECK(f.log.len == 0,
          "a hole that is not acknowledged will be filled: the sender must repeat it");
    stream_acknowledge(&f.stream, ISN + 5, f.now);
    stream_patience(&f.stream, f.now, &f.ev);
    CHECK(f.log.len == 0, "a capture may hold the acknowledgement before the data");
    for (unsigned i = 0; i < STREAM_PATIENCE_PACKETS; i++)
        stream_patience(&f.stream, f.now, &f.ev);
    end(&f, "[2]cd", "an acknowledged hole is given up after some packets");

    begin(&f);
    segment(&f, TCP_SYN, ISN, "");
    stream_acknowledge(&f.stream, ISN + 5, f.now);
    data(&f, 2, "cd");
    stream_patience(&f.stream, f.now + 2 * SECOND, &f.ev);
    CHECK(f.log.len == 5, "or after some time");
    end(&f, "[2]cd", "acknowledged before it was held");

    begin(&f);
    segment(&f, TCP_SYN, ISN, "");
    data(&f, 2, "cd");
    stream_patience(&f.stream, f.now + 11 * SECOND, &f.ev);
    CHECK(f.log.len == 5, "one direction only: after a longer time");
    end(&f, "[2]cd", "one-sided");
}

static void test_midstream(void)
{
    struct fixture f;

    begin(&f);
    segment(&f, TCP_ACK, 1000, "");
    segment(&f, TCP_ACK, 1001, "bc");
    segment(&f, TCP_ACK, 1000, "a");
    segment(&f, TCP_ACK, 1003, "d");
    end(&f, "bcd", "begins with the first data captured");
}

static void test_tail(void)
{
    struct fixture f;

    begin(&f);
    segment(&f, TCP_SYN, ISN, "");
    data(&f, 0, "ab");
    stream_acknowledge(&f.stream, ISN + 11, 0);
    end(&f, "ab[8]", "acknowledged and never captured");

    begin(&f);
    segment(&f, TCP_SYN, ISN, "");
    data(&f, 0, "ab");
    stream_acknowledge(&f.stream, ISN + 4, 0);
    end(&f, "ab", "one more than the data: a FIN that was not captured");
}

static void test_snaplen(void)
{
    struct fixture f;
    const struct packet cut = {
        .seq = ISN + 1, .flags = TCP_ACK, .payload = LITERAL("abc"), .payload_len = 10};

    begin(&f);
    segment(&f, TCP_SYN, ISN, "");
    stream_segment(&f.stream, &cut, &f.ev);
    data(&f, 10, "kl");
    end(&f, "abc[7]kl", "what the snaplen cut off is a gap at once");
}

/* One byte a segment in the worst order: bounded, and everything that was captured comes out. */
static void test_limits(void)
{
    struct fixture f;
    size_t letters = 0;

    begin(&f);
    segment(&f, TCP_SYN, ISN, "");
    for (uint32_t i = 2 * STREAM_HOLD_SEGMENTS; i > 0; i--) {
        data(&f, 2 * i, "x");
        CHECK(f.stream.held_segments <= STREAM_HOLD_SEGMENTS, "held segments are bounded");
    }
    finish(&f);
    for (size_t i = 0; i < f.log.len; i++)
        letters += f.log.at[i] == 'x';
    CHECK(letters >= STREAM_HOLD_SEGMENTS, "what is held is handed on");
    buffer_free(&f.log);

    begin(&f);
    f.budget.limit = 100;
    segment(&f, TCP_SYN, ISN, "");
    data(&f, 4, "efgh");
    data(&f, 12, "mnop");
    end(&f, "[4]efgh[4]mnop", "without memory a hole is given up at once");
}

static void test_reset(void)
{
    struct fixture f;

    begin(&f);
    CHECK(stream_reset_plausible(&f.stream, 77), "nothing known yet");
    segment(&f, TCP_SYN, ISN, "");
    data(&f, 0, "abcd");
    CHECK(stream_reset_plausible(&f.stream, ISN + 5), "the next byte");
    CHECK(!stream_reset_plausible(&f.stream, ISN + 5 - 1000), "old");
    CHECK(!stream_reset_plausible(&f.stream, ISN + 0x40000000), "far ahead");
    end(&f, "abcd", "reset");
}

/* A decoy that ends the stream before what was handed on ends nothing. */
static void test_old_fin(void)
{
    struct fixture f;

    begin(&f);
    segment(&f, TCP_SYN, ISN, "");
    data(&f, 0, "abcd");
    segment(&f, TCP_FIN | TCP_ACK, ISN + 1, "");
    segment(&f, TCP_FIN | TCP_ACK, ISN + 1, "abc");
    data(&f, 4, "efghijkl");
    segment(&f, TCP_FIN | TCP_ACK, ISN + 9, "ijkl");
    end(&f, "abcdefghijkl.", "FIN before the last byte");
}

/* RFC 9293 s3.8.4 */
static void test_keep_alive(void)
{
    struct fixture f;

    begin(&f);
    segment(&f, TCP_SYN, ISN, "");
    data(&f, 4, "efgh"); /* behind a hole, and acknowledged */
    stream_acknowledge(&f.stream, ISN + 9, 0);
    CHECK(data(&f, 7, "?") == STREAM_REPEATED, "a keep-alive's byte is no byte of the stream");
    CHECK(data(&f, 5, "?") != STREAM_IN_ORDER, "elsewhere it differs");
    data(&f, 0, "abcd");
    end(&f, "!5!abcdefgh", "keep-alive behind a hole");
}

int main(void)
{
    test_vectors();
    test_permutations();
    test_what_is_said();
    test_patience();
    test_midstream();
    test_tail();
    test_snaplen();
    test_limits();
    test_keep_alive();
    test_old_fin();
    test_reset();
    return test_end();
}
