/* SPDX-License-Identifier: MIT */
#include "decode/pieces.h"

#define WORD_UNITS 64U
#define WORDS      (PAGES * PAGE_WORDS)

/* Units [from, to). */
struct run {
    uint32_t from, to;
};

static uint64_t have_word(const struct pieces *p, uint32_t word)
{
    const struct page *page = p->page[word / PAGE_WORDS];
    return page != NULL ? page->have[word % PAGE_WORDS] : 0;
}

static uint64_t begins_word(const struct pieces *p, uint32_t word)
{
    const struct page *page = p->page[word / PAGE_WORDS];
    return page != NULL ? page->begins[word % PAGE_WORDS] : 0;
}

static bool is_filled(const struct pieces *p, uint32_t unit)
{
    return (have_word(p, unit / WORD_UNITS) >> unit % WORD_UNITS & 1) != 0;
}

/* The first unit of the piece in which `unit` is: its bit is set. */
static uint32_t piece_from(const struct pieces *p, uint32_t unit)
{
    uint32_t word = unit / WORD_UNITS;
    uint64_t bits = begins_word(p, word) & UINT64_MAX >> (WORD_UNITS - 1 - unit % WORD_UNITS);

    while (bits == 0)
        bits = begins_word(p, --word);
    return word * WORD_UNITS + WORD_UNITS - 1 - (uint32_t)__builtin_clzll(bits);
}

/* The unit behind the piece in which `unit` is: empty, or another piece's first. */
static uint32_t piece_to(const struct pieces *p, uint32_t unit)
{
    uint64_t mask = UINT64_MAX << (unit + 1) % WORD_UNITS;

    for (uint32_t word = (unit + 1) / WORD_UNITS; word < WORDS; word++) {
        const uint64_t bits = (begins_word(p, word) | ~have_word(p, word)) & mask;
        if (bits != 0)
            return word * WORD_UNITS + (uint32_t)__builtin_ctzll(bits);
        mask = UINT64_MAX;
    }
    return WORDS * WORD_UNITS;
}

/* What begins at or around `unit`: a piece, or the hole up to the next. */
static struct run run_at(const struct pieces *p, uint32_t unit, uint32_t limit)
{
    struct run run = {unit, unit + 1};

    if (is_filled(p, unit))
        return (struct run){piece_from(p, unit), piece_to(p, unit)};
    while (run.to < limit && !is_filled(p, run.to))
        run.to++;
    return run;
}

/* Whose bytes stand where both have some. */
static bool newer_wins(enum overlap_policy policy, struct run newer, struct run older)
{
    switch (policy) {
    case OVERLAP_LAST: return true;
    case OVERLAP_LINUX_OLD: return newer.from <= older.from;
    case OVERLAP_BSD: return newer.from < older.from;
    case OVERLAP_WINDOWS: return newer.from < older.from && newer.to > older.to;
    case OVERLAP_SOLARIS: return newer.from < older.from && newer.to >= older.to;
    case OVERLAP_LINUX: /* the rest it drops: pieces_crosses() */
    case OVERLAP_FIRST:
    case OVERLAP_POLICIES: break;
    }
    return false;
}

/* The fragment's bytes for these units; the last unit may be shorter. */
static struct bytes slice(struct bytes fragment, uint32_t first, struct run run)
{
    return bytes_first(bytes_after(fragment, (size_t)(run.from - first) * PIECE_UNIT),
                       (size_t)(run.to - run.from) * PIECE_UNIT);
}

static bool is_same(const struct pieces *p, uint32_t unit, struct bytes b)
{
    size_t at = (size_t)unit * PIECE_UNIT;

    while (b.len > 0) {
        const struct bytes part = bytes_first(b, PAGE_BYTES - at % PAGE_BYTES);
        if (memcmp(p->page[at / PAGE_BYTES]->data + at % PAGE_BYTES, part.at, part.len) != 0)
            return false;
        b = bytes_after(b, part.len);
        at += part.len;
    }
    return true;
}

static void copy(struct pieces *p, uint32_t unit, struct bytes b)
{
    size_t at = (size_t)unit * PIECE_UNIT;

    while (b.len > 0) {
        const struct bytes part = bytes_first(b, PAGE_BYTES - at % PAGE_BYTES);
        memcpy(p->page[at / PAGE_BYTES]->data + at % PAGE_BYTES, part.at, part.len);
        b = bytes_after(b, part.len);
        at += part.len;
    }
}

static void mark(struct pieces *p, uint32_t unit, bool begins)
{
    struct page *page = p->page[unit / (PAGE_WORDS * WORD_UNITS)];
    const uint32_t word = unit / WORD_UNITS % PAGE_WORDS;
    const uint64_t bit = UINT64_C(1) << unit % WORD_UNITS;

    page->have[word] |= bit;
    page->begins[word] = begins ? page->begins[word] | bit : page->begins[word] & ~bit;
}

/* Units that are the new fragment's now; `goes_on`: so is the one before. */
static void take(struct pieces *p, struct run run, bool goes_on)
{
    for (uint32_t unit = run.from; unit < run.to; unit++)
        mark(p, unit, unit == run.from && !goes_on);
}

bool pieces_crosses(const struct pieces *p, uint32_t offset, size_t len)
{
    const uint32_t from = offset / PIECE_UNIT;
    const uint32_t to = from + (uint32_t)((len + PIECE_UNIT - 1) / PIECE_UNIT);
    uint32_t unit = from;

    while (unit < to && !is_filled(p, unit))
        unit++;
    return unit < to && (unit > from || piece_to(p, unit) < to);
}

void pieces_append(struct pieces *p, uint32_t offset)
{
    mark(p, offset / PIECE_UNIT, false);
}

struct placed pieces_place(struct pieces *p, enum overlap_policy policy, uint32_t offset,
                           struct bytes fragment)
{
    const uint32_t first = offset / PIECE_UNIT;
    const struct run newer = {first,
                              first + (uint32_t)((fragment.len + PIECE_UNIT - 1) / PIECE_UNIT)};
    struct placed placed = {0};
    bool goes_on = false;

    for (uint32_t unit = newer.from; unit < newer.to;) {
        const bool filled = is_filled(p, unit);
        const struct run older = run_at(p, unit, newer.to);
        const struct run both = {unit, older.to < newer.to ? older.to : newer.to};
        const struct bytes bytes = slice(fragment, first, both);
        const bool same = filled && is_same(p, unit, bytes);
        const bool wins = !filled || newer_wins(policy, newer, older);

        placed.overlaps |= filled;
        placed.differs |= filled && !same;
        placed.again |= same && older.from == newer.from && older.to == newer.to;
        if (wins) {
            copy(p, unit, bytes);
            take(p, both, goes_on);
            if (older.to > newer.to) /* what is left of the older one */
                mark(p, newer.to, true);
        }
        p->units += filled ? 0 : both.to - both.from;
        goes_on = wins;
        unit = both.to;
    }
    return placed;
}
