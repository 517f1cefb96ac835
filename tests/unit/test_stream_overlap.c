/* SPDX-License-Identifier: MIT */
/* stream.h: whose bytes are read where segments overlap, by the receiver's system. */
#include "base/buffer.h"
#include "random.h"
#include "stream/stream.h"
#include "test.h"

#define ISN   0xfffffff0U /* every test wraps */
#define ROOM  24
#define COUNT 4

struct fixture {
    struct stream stream;
    struct buffer log;
    struct budget budget;
    struct stream_events ev;
    unsigned differed;
    uint64_t where; /* the first time */
    bool replaced;
};

static void on_bytes(void *ctx, struct bytes in)
{
    buffer_append(&((struct fixture *)ctx)->log, in);
}

static void on_gap(void *ctx, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        buffer_append_byte(&((struct fixture *)ctx)->log, '?');
}

static void on_overlap(void *ctx, uint64_t offset, bool replaced)
{
    struct fixture *f = ctx;

    if (f->differed++ > 0)
        return;
    f->where = offset;
    f->replaced = replaced;
}

static void data(struct fixture *f, uint32_t offset, struct bytes in)
{
    const struct bytes copy = test_copy(in);
    const struct packet p = {.seq = ISN + 1 + offset,
                             .flags = TCP_ACK,
                             .payload = copy,
                             .payload_len = (uint32_t)copy.len};

    stream_segment(&f->stream, &p, &f->ev);
    free((void *)(uintptr_t)copy.at);
}

static void begin(struct fixture *f, enum overlap_policy policy)
{
    *f = (struct fixture){.ev = {.bytes = on_bytes, .gap = on_gap, .overlap_differs = on_overlap}};
    f->ev.ctx = f;
    f->ev.budget = &f->budget;
    f->stream.overlap = (uint8_t)policy;
    stream_start_at(&f->stream, ISN + 1);
}

static const char *finish(struct fixture *f)
{
    stream_finish(&f->stream, &f->ev);
    buffer_append_byte(&f->log, 0);
    CHECK(f->budget.used == 0 && f->stream.held_bytes == 0 && f->stream.held_segments == 0,
          "nothing is held at the end");
    return (const char *)f->log.at;
}

/* stream.h's table, a letter for each of the shapes below. */
static const struct {
    enum overlap_policy policy;
    const char *wins;
} table[] = {
    {OVERLAP_FIRST, "ooooooooo"},   {OVERLAP_LAST, "nnnnnnnnn"}, {OVERLAP_LINUX, "nnnoonooo"},
    {OVERLAP_WINDOWS, "nnnoooooo"}, {OVERLAP_BSD, "nnnoooooo"},  {OVERLAP_SOLARIS, "onnonnoon"},
};

/* The new segment, over one of 8 .. 12. */
static const struct {
    uint32_t from, to;
    const char *name;
} shapes[] = {
    {5, 10, "begins and ends earlier"},
    {5, 12, "begins earlier"},
    {5, 15, "covers"},
    {8, 10, "begins with it, shorter"},
    {8, 12, "equal"},
    {8, 15, "begins with it, longer"},
    {9, 11, "inside"},
    {10, 12, "inside, ends with it"},
    {10, 15, "ends later"},
};

static const char old_bytes[] = "abcdefghijklmnopqrstuvwx",
                  new_bytes[] = "ABCDEFGHIJKLMNOPQRSTUVWX";

/* Both wait for the bytes before them. */
static void check_held(size_t row, size_t n)
{
    const uint32_t from = shapes[n].from, to = shapes[n].to;
    const uint32_t hole = from < 8 ? from : 8, end = to > 12 ? to : 12;
    const bool wins = table[row].wins[n] == 'n';
    char want[ROOM + 1] = "abcdefghijklmnopqrstuvwx", name[100];
    struct fixture f;

    for (uint32_t i = from; i < to; i++)
        if (wins || i < 8 || i >= 12)
            want[i] = new_bytes[i];
    snprintf(name, sizeof(name), "%s: %s, held", overlap_name(table[row].policy), shapes[n].name);
    begin(&f, table[row].policy);
    data(&f, 8, bytes_of(old_bytes + 8, 4));
    data(&f, from, bytes_of(new_bytes + from, to - from));
    CHECK(f.differed == 1 && f.where == (from > 8 ? from : 8) && f.replaced == wins, name);
    data(&f, 0, bytes_of(old_bytes, hole));
    data(&f, end, bytes_of(old_bytes + end, ROOM - end));
    CHECK_TEXT(finish(&f), want, name);
    buffer_free(&f.log);
}

/* The new one follows on what was handed on, of which it may repeat some. */
static void check_in_order(size_t row, size_t n, uint32_t ready)
{
    const uint32_t from = shapes[n].from, to = shapes[n].to;
    const uint32_t end = to > 12 ? to : 12;
    const bool wins = table[row].wins[n] == 'n';
    char want[ROOM + 1] = "abcdefghijklmnopqrstuvwx", name[100];
    struct fixture f;

    for (uint32_t i = ready; i < to; i++)
        if (wins || i < 8 || i >= 12)
            want[i] = new_bytes[i];
    snprintf(name, sizeof(name), "%s: %s, after %u", overlap_name(table[row].policy),
             shapes[n].name, ready);
    begin(&f, table[row].policy);
    data(&f, 0, bytes_of(old_bytes, ready));
    data(&f, 8, bytes_of(old_bytes + 8, 4));
    data(&f, from, bytes_of(new_bytes + from, to - from));
    CHECK(f.differed == 1 && f.where == 8 && f.replaced == wins, name);
    CHECK(f.log.len == end, "all of it follows");
    data(&f, end, bytes_of(old_bytes + end, ROOM - end));
    CHECK_TEXT(finish(&f), want, name);
    buffer_free(&f.log);
}

static void test_table(void)
{
    for (size_t row = 0; row < sizeof(table) / sizeof(table[0]); row++) {
        for (size_t n = 0; n < sizeof(shapes) / sizeof(shapes[0]); n++)
            check_held(row, n);
        for (size_t n = 0; n < 3; n++) {
            check_in_order(row, n, 5);
            check_in_order(row, n, 7); /* its start repeats what was handed on */
        }
    }
}

/* Several overlaps at once: first and last go by the order of arrival, Linux by where segments
 * begin, then by where they end (tcp_data_queue_ofo keeps them whole). */
struct sent {
    uint32_t from, to;
};

static size_t winner_of(enum overlap_policy policy, const struct sent *s, uint32_t at)
{
    size_t best = COUNT;

    for (size_t i = 0; i < COUNT; i++) {
        if (at < s[i].from || at >= s[i].to)
            continue;
        if (best == COUNT || policy == OVERLAP_LAST ||
            (policy == OVERLAP_LINUX &&
             (s[i].from < s[best].from || (s[i].from == s[best].from && s[i].to > s[best].to))))
            best = i;
    }
    return best;
}

static void check_random(enum overlap_policy policy)
{
    char want[ROOM + 1] = "?", letters[COUNT][ROOM];
    struct sent s[COUNT];
    uint32_t end = 1;
    struct fixture f;

    begin(&f, policy);
    for (size_t i = 0; i < COUNT; i++) {
        s[i].from = 1 + random_below(ROOM - 4);
        s[i].to = s[i].from + 1 + random_below(ROOM - s[i].from);
        end = s[i].to > end ? s[i].to : end;
        memset(letters[i], 'a' + (int)i, ROOM);
        data(&f, s[i].from, bytes_of(letters[i], s[i].to - s[i].from));
    }
    for (uint32_t at = 1; at < end; at++) {
        const size_t best = winner_of(policy, s, at);
        want[at] = (char)(best == COUNT ? '?' : 'a' + (int)best);
    }
    want[end] = '\0';
    CHECK_TEXT(finish(&f), want, overlap_name(policy));
    buffer_free(&f.log);
}

/* Whatever the policy: every byte comes from a segment that was sent there, nothing else is a gap,
 * and a copy of the stream says the same. */
static void check_sound(enum overlap_policy policy)
{
    static const char alphabet[] = "abcdefgh";
    bool may[ROOM + 1][sizeof(alphabet)] = {{false}};
    struct fixture f, g;
    uint32_t end = 1;

    begin(&f, policy);
    begin(&g, policy);
    for (size_t i = 0; i < sizeof(alphabet) - 1; i++) {
        char letters[ROOM];
        const uint32_t from = 1 + random_below(ROOM - 4);
        const uint32_t to = from + 1 + random_below(ROOM - from);
        memset(letters, alphabet[i], ROOM);
        if (i == sizeof(alphabet) / 2)
            CHECK(stream_copy(&g.stream, &f.stream, &g.budget), "copied");
        data(&f, from, bytes_of(letters, to - from));
        if (i >= sizeof(alphabet) / 2)
            data(&g, from, bytes_of(letters, to - from));
        for (uint32_t at = from; at < to; at++)
            may[at][i] = may[at][sizeof(alphabet) - 1] = true;
        end = to > end ? to : end;
    }
    const char *got = finish(&f);
    CHECK(strlen(got) == end, "as long as what was sent");
    for (uint32_t at = 0; at < end && got[at] != '\0'; at++)
        CHECK(got[at] == '?' ? !may[at][sizeof(alphabet) - 1] : may[at][got[at] - 'a'],
              "sent, and sent there");
    CHECK_TEXT(finish(&g), got, "the copy");
    buffer_free(&f.log);
    buffer_free(&g.log);
}

static void test_random(void)
{
    for (int i = 0; i < 1000; i++) {
        check_random(OVERLAP_FIRST);
        check_random(OVERLAP_LAST);
        check_random(OVERLAP_LINUX);
        for (int policy = 0; policy < OVERLAP_POLICIES; policy++)
            check_sound((enum overlap_policy)policy);
    }
}

/* Segments of which others leave one byte each still cost what they cost: the bound holds. */
static void test_bound(void)
{
    static const uint8_t zeros[60000];
    struct fixture f;

    begin(&f, OVERLAP_LINUX);
    for (uint32_t i = 200; i > 0; i--) {
        data(&f, 2 * i, bytes_of(zeros, sizeof(zeros)));
        CHECK(f.budget.used <= STREAM_HOLD_BYTES + STREAM_HOLD_SEGMENTS * 64, "bounded");
        CHECK(f.stream.held_bytes <= STREAM_HOLD_BYTES, "and known");
    }
    CHECK(f.differed == 0, "equal bytes are no difference");
    finish(&f);
    buffer_free(&f.log);
}

/* No memory: what came is handed on all the same, with its holes. */
static void test_no_memory(void)
{
    struct fixture f;

    begin(&f, OVERLAP_LINUX);
    f.budget.limit = 100;
    data(&f, 4, LITERAL("efgh"));
    data(&f, 2, LITERAL("CDEFGHIJ"));
    CHECK_TEXT(finish(&f), "??CDEFGHIJ", "no memory");
    buffer_free(&f.log);
}

static void test_copy_without_memory(void)
{
    struct fixture f;
    struct stream copy;
    struct budget none = {.limit = 10};

    begin(&f, OVERLAP_LINUX);
    data(&f, 4, LITERAL("efgh"));
    CHECK(!stream_copy(&copy, &f.stream, &none), "no memory for a copy");
    CHECK(copy.head == NULL && none.used == 0, "and nothing is left of it");
    finish(&f);
    buffer_free(&f.log);
}

int main(void)
{
    test_table();
    test_random();
    test_bound();
    test_no_memory();
    test_copy_without_memory();
    return test_end();
}
