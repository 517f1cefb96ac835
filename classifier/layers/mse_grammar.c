/* SPDX-License-Identifier: MIT */
#include "layers/mse_grammar.h"

#define REQUEST        17 /* bytes, with the length before it (BEP 3) */
#define BLOCK          16397
#define BLOCK_HEAD     13
#define TLS_13_RECORD  16406 /* a full one: a block, and a have */
#define REST_MAX       204   /* bytes of small messages behind blocks */
#define PIPELINE       204   /* bytes above which a turn is requests or anything */
#define REST_MARKS     2     /* the ends of that many turns may be where blocks began */
#define BLOCKS_COUNTED 64

/* Quarters of bits. Of 8,376 large turns of real peers 60 in 100 were whole blocks, 16 in 1000 had
 * one small message more. */
#define BLOCKS_NOW      44 /* of 16397 lengths, the one */
#define BLOCKS_SINCE    32 /* the same, from the end of an earlier turn */
#define BLOCKS_AGAIN    4
#define BLOCKS_HEADLESS 24 /* files are sent in 16384 bytes, too */
#define BLOCKS_AND      14
#define BLOCKS_AND_ONE  22 /* small message */
#define NOT_BLOCKS      (-2)
#define ODD_PIPELINE    (-3)
#define LEAST           (-8)
#define ENOUGH          32 /* and more where more was tried */
#define ENOUGH_TURNS    4
#define BITS            4
#define REFUTED         2
#define KINDS           2  /* of lengths, that must fit */
#define TWICE           2  /* such a length: no chance */
#define FEW_TURNS       3  /* among which a whole block is no chance */
#define LOOKED_AT       64 /* turns whose beginnings are compared */
#define UNIT            4  /* bytes in which some protocols count */
#define LOW_BITS        15
#define ALIKE_WITHIN    4
#define ALIKE_LEAST     36

/* By what is left of a small turn after its requests: 9 is `have`, 5 `unchoke` or `interested`, 4
 * nothing said to keep alive, 14, 1 (18) and 10 (27) are sums. Measured on 1,361 turns. */
static const int8_t by_rest[REQUEST] = {9, 0, -2, -6, 2, 2, -2, -6, -6, 6, 0, -6, -6, -6, 0, 0, -6};

/* What is short and one message, or two, comes oftener still. */
static int short_turn_adds(uint32_t len)
{
    switch (len) {
    case 4:
    case 5:
    case 13: return 8; /* a block's header that was sent alone */
    case 9:
    case 17:
    case 34: return 6;
    case 14:
    case 18: return 4;
    default: return 0;
    }
}

static void count_kind(struct mse_grammar *g)
{
    g->kinds = (uint8_t)(g->kinds < UINT8_MAX ? g->kinds + 1 : g->kinds);
}

/* Sets bit `n`; false: it was set. */
static bool count_once(uint64_t *set, uint32_t n)
{
    const uint64_t bit = UINT64_C(1) << (n & 63);
    const bool fresh = (set[n >> 6] & bit) == 0;

    set[n >> 6] |= bit;
    return fresh;
}

static int small_turn(struct mse_grammar *g, struct mse_side *s, uint32_t len)
{
    const int worth = by_rest[len % REQUEST] + short_turn_adds(len);

    if (worth < 0)
        return len > PIPELINE ? ODD_PIPELINE : worth;
    if (!count_once(s->counted, len))
        return 0;
    g->requests = (uint8_t)(g->requests + (len % REQUEST == 0 && g->requests < UINT8_MAX));
    if (len % REQUEST == 0 || short_turn_adds(len) > 0)
        count_kind(g);
    return worth;
}

static int whole_blocks(struct mse_grammar *g, struct mse_side *s, uint32_t blocks, bool now)
{
    g->blocks = (uint16_t)(g->blocks < UINT16_MAX ? g->blocks + 1 : g->blocks);
    s->marks = 0; /* what ends together is not counted twice */
    if (g->blocks <= TWICE)
        count_kind(g);
    if (!count_once(&s->blocks_counted, blocks < BLOCKS_COUNTED ? blocks : 0))
        return BLOCKS_AGAIN;
    return now ? BLOCKS_NOW : BLOCKS_SINCE;
}

static void count_nearly(struct mse_grammar *g)
{
    g->nearly = (uint8_t)(g->nearly < UINT8_MAX ? g->nearly + 1 : g->nearly);
    count_kind(g);
}

static int large_turn(struct mse_grammar *g, struct mse_side *s)
{
    for (unsigned i = 0; i < s->marks && i < REST_MARKS; i++) {
        const uint32_t len = s->at - s->mark[i], rest = len % BLOCK;
        if (len < BLOCK || rest > REST_MAX || len == TLS_13_RECORD)
            continue;
        if (!count_once(s->rests_counted, rest))
            break;
        count_nearly(g);
        return short_turn_adds(rest) > 0 ? BLOCKS_AND_ONE : BLOCKS_AND;
    }
    return NOT_BLOCKS;
}

/* It may have begun before: what fits counts, and what does not says nothing. A block's head goes
 * out by itself in many programs: what is left may begin behind it. */
static int first_turn(struct mse_grammar *g, struct mse_side *s)
{
    if (!g->midstream)
        return s->turn > MSE_SMALL_MAX ? large_turn(g, s) : 0;
    if (s->turn % BLOCK == BLOCK - BLOCK_HEAD) {
        count_nearly(g);
        return BLOCKS_HEADLESS;
    }
    const int worth = s->turn > MSE_SMALL_MAX ? large_turn(g, s) : small_turn(g, s, s->turn);
    return worth > 0 ? worth : 0;
}

static int worth_of(struct mse_grammar *g, struct mse_side *s)
{
    for (unsigned i = 0; i < s->marks; i++) {
        const uint32_t len = s->at - s->mark[i];
        if (len > 0 && len % BLOCK == 0)
            return whole_blocks(g, s, len / BLOCK, i == 0);
    }
    if (g->turns == 0)
        return first_turn(g, s);
    return s->turn > MSE_SMALL_MAX ? large_turn(g, s) : small_turn(g, s, s->turn);
}

/* Is the length of the turn, or of what follows, written at its beginning? */
static bool tells_length(const uint8_t *begin, uint32_t n)
{
    for (uint32_t at = 0; at <= 2; at++) {
        const unsigned big = (unsigned)(begin[at] << 8 | begin[at + 1]);
        const unsigned little = (unsigned)(begin[at + 1] << 8 | begin[at]);
        if (big == n || big + 2 + at == n || little == n || little + 2 + at == n)
            return true;
    }
    return false;
}

/* RFC 8446 s5.1: a type, the version 3.x. */
static bool is_tls_record(const uint8_t *begin)
{
    return begin[0] >= 20 && begin[0] <= 24 && begin[1] == 3;
}

/* An encryption does not begin twice alike, nor with its own length, but once in 5,000 times. */
static void look_at_beginning(struct mse_grammar *g, struct mse_side *s)
{
    if (s->turn < sizeof(s->begin) || g->turns >= LOOKED_AT)
        return;
    if (memcmp(s->begin, s->begun_before, 2) == 0 || tells_length(s->begin, s->turn) ||
        is_tls_record(s->begin))
        g->contradictions++;
    memcpy(s->begun_before, s->begin, sizeof(s->begin));
}

static void set_mark(struct mse_side *s)
{
    memmove(s->mark + 1, s->mark, sizeof(s->mark) - sizeof(s->mark[0]));
    s->mark[0] = s->at;
    s->marks = (uint8_t)(s->marks < MSE_MARKS ? s->marks + 1 : s->marks);
}

/* Pages asked for, keys typed: turns of about one length, which is no request's. */
static void count_alike(struct mse_side *s)
{
    const uint32_t least = s->turn < s->turn_before ? s->turn : s->turn_before;
    const uint32_t most = s->turn + s->turn_before - least;

    if (most - least > ALIKE_WITHIN || s->turn < ALIKE_LEAST || s->turn % REQUEST == 0 ||
        s->turn % BLOCK == 0)
        s->alike = 0;
    else if (s->alike < UINT8_MAX)
        s->alike++;
    s->turn_before = s->turn;
}

static void turn_ends(struct mse_grammar *g, struct mse_side *s)
{
    if (s->torn) {
        s->marks = 0;
    } else {
        look_at_beginning(g, s);
        const int sum = g->quarters + worth_of(g, s);
        g->quarters = (int16_t)(sum < LEAST ? LEAST : sum > INT16_MAX ? INT16_MAX : sum);
        g->turns = (uint16_t)(g->turns < UINT16_MAX ? g->turns + 1 : g->turns);
        s->residues = (uint8_t)(s->residues | 1U << s->turn % UNIT);
        g->low_bits = (uint8_t)(g->low_bits | (s->turn & LOW_BITS));
        count_alike(s);
        if (g->shortest == 0 || s->turn < g->shortest - 1)
            g->shortest = s->turn + 1;
    }
    set_mark(s);
    s->turn = 0;
    s->torn = false;
}

bool mse_grammar_end(struct mse_grammar *g)
{
    struct mse_side *s = &g->side[g->speaks];
    const int before = g->quarters;

    if (!g->begun || s->torn || s->turn == 0 || g->turns == 0)
        return false;
    look_at_beginning(g, s);
    const int worth = worth_of(g, s);
    g->quarters = (int16_t)(worth > 0 ? before + worth : before);
    s->turn = 0;
    return worth > 0;
}

bool mse_grammar_turn(struct mse_grammar *g, enum direction d)
{
    const bool ended = g->begun && g->speaks != d;

    if (ended)
        turn_ends(g, &g->side[g->speaks]);
    g->begun = true;
    g->speaks = d;
    if (g->side[d].at == 0)
        set_mark(&g->side[d]); /* what came before ended there */
    return ended;
}

void mse_grammar_feed(struct mse_grammar *g, struct bytes in)
{
    struct mse_side *s = &g->side[g->speaks];

    for (size_t i = s->turn; i < sizeof(s->begin) && i - s->turn < in.len; i++)
        s->begin[i] = in.at[i - s->turn];
    s->turn += (uint32_t)in.len;
    s->at += (uint32_t)in.len;
}

void mse_grammar_gap(struct mse_grammar *g, enum direction d, uint64_t n)
{
    struct mse_side *s = &g->side[d];

    s->at += (uint32_t)n;
    s->torn = true;
    s->marks = 0;
}

uint8_t mse_grammar_bits(const struct mse_grammar *g)
{
    const int bits = g->quarters / BITS;

    return (uint8_t)(bits < 0 ? 0 : bits > UINT8_MAX ? UINT8_MAX : bits);
}

int mse_grammar_margin(const struct mse_grammar *g)
{
    int needed = ENOUGH;

    for (unsigned turns = g->turns / ENOUGH_TURNS; turns > 1; turns /= 2)
        needed += BITS;
    return (g->quarters - needed) / BITS;
}

bool mse_grammar_fits(const struct mse_grammar *g)
{
    const bool few = g->midstream && g->blocks > 0 && g->turns <= FEW_TURNS;

    return mse_grammar_margin(g) >= 0 && !mse_grammar_is_refuted(g) && g->blocks + g->nearly > 0 &&
           g->kinds >= (few ? 1 : KINDS);
}

bool mse_grammar_is_refuted(const struct mse_grammar *g)
{
    return g->contradictions >= REFUTED;
}
