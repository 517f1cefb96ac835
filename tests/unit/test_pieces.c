/* SPDX-License-Identifier: MIT */
/* Overlapping fragments under each policy: the shapes by hand, then at random against a model that
 * knows of each unit from which fragment it is. */
#include "decode/pieces.h"
#include "random.h"
#include "test.h"

#define UNITS 8192

static struct pieces pieces;
static uint8_t fragment[UNITS * PIECE_UNIT];

static void touch(uint32_t from, uint32_t to)
{
    for (uint32_t i = from * PIECE_UNIT / PAGE_BYTES; i <= (to * PIECE_UNIT - 1) / PAGE_BYTES; i++)
        if (pieces.page[i] == NULL)
            pieces.page[i] = calloc(1, sizeof(*pieces.page[i]));
}

static void clear(void)
{
    for (size_t i = 0; i < PAGES; i++)
        free(pieces.page[i]);
    pieces = (struct pieces){0};
}

/* A fragment of units [from, to), all of whose bytes are `letter`. */
static struct placed add(enum overlap_policy policy, uint8_t letter, uint32_t from, uint32_t to)
{
    const size_t len = (size_t)(to - from) * PIECE_UNIT;

    touch(from, to);
    memset(fragment, letter, len);
    const struct bytes copy = test_copy(bytes_of(fragment, len));
    const struct placed placed = pieces_place(&pieces, policy, from * PIECE_UNIT, copy);
    free((void *)(uintptr_t)copy.at);
    return placed;
}

static uint8_t at(uint32_t unit)
{
    const size_t byte = (size_t)unit * PIECE_UNIT;
    const struct page *page = pieces.page[byte / PAGE_BYTES];
    return page != NULL ? page->data[byte % PAGE_BYTES] : 0;
}

struct shape {
    const char *name;
    const char *fragments; /* letter, first unit, unit behind: as they come */
    const char *want[OVERLAP_POLICIES];
};

static const struct shape shapes[] = {
    {"equal",
     "a26b26",
     {[OVERLAP_FIRST] = "..aaaa",
      [OVERLAP_LAST] = "..bbbb",
      [OVERLAP_LINUX_OLD] = "..bbbb",
      [OVERLAP_BSD] = "..aaaa",
      [OVERLAP_WINDOWS] = "..aaaa",
      [OVERLAP_SOLARIS] = "..aaaa"}},
    {"same start, shorter",
     "a26b24",
     {[OVERLAP_FIRST] = "..aaaa",
      [OVERLAP_LAST] = "..bbaa",
      [OVERLAP_LINUX_OLD] = "..bbaa",
      [OVERLAP_BSD] = "..aaaa",
      [OVERLAP_WINDOWS] = "..aaaa",
      [OVERLAP_SOLARIS] = "..aaaa"}},
    {"same start, longer",
     "a26b28",
     {[OVERLAP_FIRST] = "..aaaabb",
      [OVERLAP_LAST] = "..bbbbbb",
      [OVERLAP_LINUX_OLD] = "..bbbbbb",
      [OVERLAP_BSD] = "..aaaabb",
      [OVERLAP_WINDOWS] = "..aaaabb",
      [OVERLAP_SOLARIS] = "..aaaabb"}},
    {"earlier start, ends inside",
     "a26b04",
     {[OVERLAP_FIRST] = "bbaaaa",
      [OVERLAP_LAST] = "bbbbaa",
      [OVERLAP_LINUX_OLD] = "bbbbaa",
      [OVERLAP_BSD] = "bbbbaa",
      [OVERLAP_WINDOWS] = "bbaaaa",
      [OVERLAP_SOLARIS] = "bbaaaa"}},
    {"earlier start, same end",
     "a26b06",
     {[OVERLAP_FIRST] = "bbaaaa",
      [OVERLAP_LAST] = "bbbbbb",
      [OVERLAP_LINUX_OLD] = "bbbbbb",
      [OVERLAP_BSD] = "bbbbbb",
      [OVERLAP_WINDOWS] = "bbaaaa",
      [OVERLAP_SOLARIS] = "bbbbbb"}},
    {"covers",
     "a26b08",
     {[OVERLAP_FIRST] = "bbaaaabb",
      [OVERLAP_LAST] = "bbbbbbbb",
      [OVERLAP_LINUX_OLD] = "bbbbbbbb",
      [OVERLAP_BSD] = "bbbbbbbb",
      [OVERLAP_WINDOWS] = "bbbbbbbb",
      [OVERLAP_SOLARIS] = "bbbbbbbb"}},
    {"inside",
     "a26b35",
     {[OVERLAP_FIRST] = "..aaaa",
      [OVERLAP_LAST] = "..abba",
      [OVERLAP_LINUX_OLD] = "..aaaa",
      [OVERLAP_BSD] = "..aaaa",
      [OVERLAP_WINDOWS] = "..aaaa",
      [OVERLAP_SOLARIS] = "..aaaa"}},
    {"later start, same end",
     "a26b46",
     {[OVERLAP_FIRST] = "..aaaa",
      [OVERLAP_LAST] = "..aabb",
      [OVERLAP_LINUX_OLD] = "..aaaa",
      [OVERLAP_BSD] = "..aaaa",
      [OVERLAP_WINDOWS] = "..aaaa",
      [OVERLAP_SOLARIS] = "..aaaa"}},
    {"later start, later end",
     "a26b48",
     {[OVERLAP_FIRST] = "..aaaabb",
      [OVERLAP_LAST] = "..aabbbb",
      [OVERLAP_LINUX_OLD] = "..aaaabb",
      [OVERLAP_BSD] = "..aaaabb",
      [OVERLAP_WINDOWS] = "..aaaabb",
      [OVERLAP_SOLARIS] = "..aaaabb"}},
    {"a piece that was cut begins where it was cut",
     "a02b14c13",
     {[OVERLAP_FIRST] = "aabb",
      [OVERLAP_LAST] = "accb",
      [OVERLAP_LINUX_OLD] = "aacb",
      [OVERLAP_BSD] = "aacb",
      [OVERLAP_WINDOWS] = "aabb",
      [OVERLAP_SOLARIS] = "aabb"}},
    {"over two and the hole between",
     "a02c46b08",
     {[OVERLAP_FIRST] = "aabbccbb",
      [OVERLAP_LAST] = "bbbbbbbb",
      [OVERLAP_LINUX_OLD] = "bbbbbbbb",
      [OVERLAP_BSD] = "aabbbbbb",
      [OVERLAP_WINDOWS] = "aabbbbbb",
      [OVERLAP_SOLARIS] = "aabbbbbb"}},
};

static void test_shapes(void)
{
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
        for (int policy = 0; policy < OVERLAP_POLICIES; policy++) {
            const char *want = shapes[i].want[policy];
            char got[9] = "";
            if (policy == OVERLAP_LINUX)
                continue; /* it drops them: test_crosses() */
            for (const char *f = shapes[i].fragments; *f != '\0'; f += 3)
                add((enum overlap_policy)policy, (uint8_t)f[0], (uint32_t)(f[1] - '0'),
                    (uint32_t)(f[2] - '0'));
            for (uint32_t unit = 0; want[unit] != '\0'; unit++)
                got[unit] = (char)(at(unit) != 0 ? at(unit) : '.');
            CHECK_TEXT(got, want, shapes[i].name);
            clear();
        }
}

static void test_placed(void)
{
    struct placed p = add(OVERLAP_LINUX_OLD, 'a', 100, 200);

    CHECK(!p.overlaps && !p.differs && !p.again, "alone");
    p = add(OVERLAP_LINUX_OLD, 'a', 200, 300);
    CHECK(!p.overlaps && !p.differs && !p.again, "beside");
    p = add(OVERLAP_LINUX_OLD, 'a', 100, 200);
    CHECK(p.overlaps && !p.differs && p.again, "an exact copy");
    p = add(OVERLAP_LINUX_OLD, 'a', 100, 199);
    CHECK(p.overlaps && !p.differs && !p.again, "the same bytes, but no copy");
    p = add(OVERLAP_LINUX_OLD, 'a', 250, 251);
    CHECK(p.overlaps && !p.differs && !p.again, "inside");
    p = add(OVERLAP_FIRST, 'b', 200, 300);
    CHECK(p.overlaps && p.differs && !p.again, "the same place with other bytes");
    p = add(OVERLAP_FIRST, 'a', 0, UNITS);
    CHECK(p.overlaps && !p.differs && !p.again, "everything");
    CHECK(pieces.units == UNITS, "and nothing else is missing");
    clear();
}

struct owner {
    uint32_t from, to; /* of the piece */
    uint8_t letter;    /* 0: nothing here */
};

static struct owner model[UNITS];

static bool model_wins(int policy, uint32_t from, uint32_t to, const struct owner *o)
{
    const bool earlier = from < o->from;

    switch (policy) {
    case OVERLAP_LAST: return true;
    case OVERLAP_LINUX_OLD: return from <= o->from;
    case OVERLAP_BSD: return earlier;
    case OVERLAP_WINDOWS: return earlier && to > o->to;
    case OVERLAP_SOLARIS: return earlier && to >= o->to;
    default: return false;
    }
}

/* Each piece is a run of units with one letter: letters are not used twice while it matters. */
static void model_pieces(void)
{
    for (uint32_t from = 0, to; from < UNITS; from = to) {
        for (to = from + 1; to < UNITS && model[to].letter == model[from].letter;)
            to++;
        for (uint32_t unit = from; unit < to; unit++) {
            model[unit].from = from;
            model[unit].to = to;
        }
    }
}

static void model_add(int policy, uint8_t letter, uint32_t from, uint32_t to)
{
    for (uint32_t unit = from; unit < to; unit++)
        if (model[unit].letter == 0 || model_wins(policy, from, to, &model[unit]))
            model[unit].letter = letter;
    model_pieces();
}

static bool agrees(void)
{
    uint32_t units = 0;

    for (uint32_t unit = 0; unit < UNITS; unit++) {
        if (at(unit) != model[unit].letter)
            return false;
        units += model[unit].letter != 0;
    }
    return units == pieces.units;
}

static void test_model(void)
{
    for (int round = 0; round < 300; round++) {
        const int policy = round % OVERLAP_POLICIES;
        const uint32_t span = round % 2 == 0 ? 24 : UNITS; /* near each other, and anywhere */
        const uint32_t base = random_below(UNITS - span + 1);
        bool good = true;
        memset(model, 0, sizeof(model));
        for (uint8_t letter = 1; letter < 25; letter++) {
            const uint32_t from = base + random_below(span);
            const uint32_t room = base + span - from;
            const uint32_t to = from + 1 + random_below(room);
            add((enum overlap_policy)policy, letter, from, to);
            model_add(policy, letter, from, to);
            good = good && agrees();
        }
        CHECK(good, "as the model says");
        clear();
    }
}

/* What Linux drops: overlaps, but for those that lie within what came in one go. */
static void test_crosses(void)
{
    static const struct {
        uint32_t from, to;
        bool crosses;
    } rows[] = {{2, 4, false}, {4, 8, true},    {6, 10, false}, {4, 10, true},  {6, 11, true},
                {5, 6, false}, {7, 8, false},   {7, 9, false},  {9, 12, true},  {12, 14, false},
                {4, 5, false}, {11, 13, false}, {8, 12, true},  {13, 20, false}};

    add(OVERLAP_LINUX, 'a', 5, 6);
    add(OVERLAP_LINUX, 'b', 6, 8);
    add(OVERLAP_LINUX, 'c', 8, 10);
    add(OVERLAP_LINUX, 'd', 10, 11);
    pieces_append(&pieces, 8 * PIECE_UNIT);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const size_t len = (size_t)(rows[i].to - rows[i].from) * PIECE_UNIT;
        CHECK(pieces_crosses(&pieces, rows[i].from * PIECE_UNIT, len) == rows[i].crosses, "row");
    }
    clear();
}

int main(void)
{
    test_shapes();
    test_crosses();
    test_placed();
    test_model();
    return test_end();
}
