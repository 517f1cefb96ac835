/* SPDX-License-Identifier: MIT */
#include "layers/ws_trail.h"

#define SEARCH_COSTS  4 /* bits, and log2 of the offset */
#define ENDS_TOGETHER 7 /* bits: a length that leads to the stream's last byte */
#define NOTHING_DUE   UINT32_MAX

/* Sums of bits. 30: one flow of noise in a thousand million. */
#define PROBABLE      30
#define PROBABLE_MUTE 40 /* where nothing that a client says fits */
#define STRONG        45
#define CERTAIN       60
#define CLIENT_LEAST  10
#define SERVER_ALONE  36
#define SERVER_PLAIN  20 /* two frames of text that could be another protocol's */
#define SERVER_STRONG 72
#define FEW_FRAMES    2
#define ENOUGH_FRAMES 3
#define ENOUGH_STRONG 6

static unsigned log2_of(uint32_t n)
{
    unsigned bits = 0;

    while (n >>= 1)
        bits++;
    return bits;
}

static int32_t score_of(const struct ws_trail_chain *c)
{
    return (int32_t)c->bits - (c->start == 0 ? 0 : (int32_t)(SEARCH_COSTS + log2_of(c->start)));
}

/* ---- how sure ---- */

static enum confidence sure_of(const struct ws_trail_best *client,
                               const struct ws_trail_best *server)
{
    const bool up = client->score >= CLIENT_LEAST, down = server->score > 0;
    const int32_t bits = (up ? client->score : 0) + (down ? server->score : 0);
    const bool both_strong =
        up && down && client->strong > 0 && (server->strong > 0 || server->score >= SERVER_PLAIN);

    if (!up) { /* no key anywhere: other protocols have a length before their text, too */
        if (bits < SERVER_ALONE || server->strong < ENOUGH_FRAMES)
            return CONFIDENCE_NONE;
        return bits >= SERVER_STRONG && server->strong >= ENOUGH_STRONG ? CONFIDENCE_STRONG
                                                                        : CONFIDENCE_PROBABLE;
    }
    if (bits >= CERTAIN && both_strong && client->frames >= FEW_FRAMES &&
        server->frames >= FEW_FRAMES)
        return CONFIDENCE_CERTAIN;
    if (bits >= STRONG && (both_strong || client->frames >= ENOUGH_FRAMES))
        return CONFIDENCE_STRONG;
    if (bits >= (client->strong > 0 ? PROBABLE : PROBABLE_MUTE) &&
        (down || client->frames >= FEW_FRAMES))
        return CONFIDENCE_PROBABLE;
    return CONFIDENCE_NONE;
}

struct ws_trail_verdict ws_trail_verdict(const struct ws_trail *t)
{
    const struct ws_trail_best *a = t->side[TO_SERVER].best, *b = t->side[TO_CLIENT].best;
    struct ws_trail_verdict v = {.confidence = sure_of(&a[1], &b[0]), .by = {a[1], b[0]}};

    if (!t->turned_too)
        return v;
    const enum confidence turned = sure_of(&b[1], &a[0]);
    if (turned <= v.confidence)
        return v;
    return (struct ws_trail_verdict){.confidence = turned, .reversed = true, .by = {a[0], b[1]}};
}

/* ---- one direction ---- */

static void find_due(struct ws_trail_side *s)
{
    s->due = NOTHING_DUE;
    for (unsigned i = 0; i < TRAIL_CHAINS; i++)
        if (s->chain[i].used && s->chain[i].next < s->due)
            s->due = s->chain[i].next;
}

static void note_best(struct ws_trail_side *s, const struct ws_trail_chain *c)
{
    struct ws_trail_best *best = &s->best[c->masked];
    const int32_t score = score_of(c);

    if (score > best->score)
        *best = (struct ws_trail_best){score, c->start, c->frames, c->strong};
}

/* Does a frame stand here that goes on with the chain? `here`: what is seen from there on. */
static bool extend(struct ws_trail_side *s, struct ws_trail_chain *c, struct bytes here)
{
    struct ws_header f;

    if (!ws_read_header(here, &f) || f.frame.masked != c->masked)
        return false;
    const struct ws_worth worth = ws_worth_of(&f, here, bytes_after(here, f.size), &c->run);
    if (worth.answer != WS_WORTH_SOME)
        return false;
    c->next = (uint32_t)(s->at + f.size + f.frame.length);
    c->bits = (uint16_t)(c->bits < UINT16_MAX - UINT8_MAX ? c->bits + worth.bits : c->bits);
    c->frames = (uint8_t)(c->frames + (worth.bits > 0 && c->frames < UINT8_MAX));
    c->strong = (uint8_t)(c->strong + (worth.strong && c->strong < UINT8_MAX));
    note_best(s, c);
    return true;
}

/* A place for a new chain: a free one, or that of the oldest among the poorest. */
static struct ws_trail_chain *place_for_chain(struct ws_trail_side *s)
{
    struct ws_trail_chain *poorest = &s->chain[0];

    for (unsigned i = 0; i < TRAIL_CHAINS; i++) {
        struct ws_trail_chain *c = &s->chain[i];
        if (!c->used)
            return c;
        if (c->bits < poorest->bits || (c->bits == poorest->bits && c->start < poorest->start))
            poorest = c;
    }
    return poorest;
}

/* Returns which kinds of chains (1: unmasked, 2: masked) go on here. */
static unsigned extend_chains(struct ws_trail_side *s, struct bytes here)
{
    unsigned kinds = 0;

    for (unsigned i = 0; i < TRAIL_CHAINS; i++) {
        struct ws_trail_chain *c = &s->chain[i];
        if (!c->used || c->next != s->at)
            continue;
        c->used = extend(s, c, here);
        if (c->used)
            kinds |= c->masked ? 2 : 1;
    }
    return kinds;
}

static void begin_chain(struct ws_trail_side *s, struct bytes here, unsigned kinds)
{
    if (here.len < 2 || !ws_worth_may_begin[here.at[0]] || s->at >= WS_TRAIL_STARTS)
        return;
    struct ws_trail_chain fresh = {.start = s->at, .masked = here.at[1] & 0x80, .used = true};
    if (kinds & (fresh.masked ? 2 : 1)) /* the chain that goes on here is worth more */
        return;
    if (!extend(s, &fresh, here))
        return;
    *place_for_chain(s) = fresh; /* what was there may have been due: then nothing is found there */
    if (fresh.next < s->due)
        s->due = fresh.next;
}

static void try_here(struct ws_trail_side *s, struct bytes here)
{
    unsigned kinds = 0;

    if (s->at == s->due) {
        kinds = extend_chains(s, here);
        find_due(s);
    }
    begin_chain(s, here, kinds);
}

/* From `s->at`, whose byte is in.at[0], up to `end`: the next place that is to be tried. */
static size_t next_place(const struct ws_trail_side *s, struct bytes in, size_t from, size_t end)
{
    const uint32_t origin = s->at - (uint32_t)from;
    const size_t due = s->due != NOTHING_DUE && s->due - origin < end ? s->due - origin : end;
    const size_t starts = origin < WS_TRAIL_STARTS ? WS_TRAIL_STARTS - origin : 0;
    const size_t stop = starts < due ? starts : due;
    size_t n = from;

    while (n < stop && !ws_worth_may_begin[in.at[n]])
        n++;
    return n < stop ? n : due;
}

/* Tries the first `count` bytes of `in`, which stand at s->at. Returns how many were tried: fewer
 * when it is sure enough. */
static size_t run(struct ws_trail *t, enum direction d, struct bytes in, size_t count,
                  enum confidence until)
{
    struct ws_trail_side *s = &t->side[d];
    size_t n = 0;

    for (;;) {
        const size_t place = next_place(s, in, n, count);
        s->at += (uint32_t)(place - n);
        n = place;
        if (n == count)
            return n;
        const int32_t before[2] = {s->best[0].score, s->best[1].score};
        try_here(s, bytes_first(bytes_after(in, n), TRAIL_REACH));
        if (until != CONFIDENCE_NONE &&
            (s->best[0].score > before[0] || s->best[1].score > before[1]) &&
            ws_trail_verdict(t).confidence >= until)
            return n;
        s->at++;
        n++;
    }
}

static void hold(struct ws_trail_side *s, struct bytes in)
{
    if (in.len > 0)
        memmove(s->held, in.at, in.len);
    s->held_len = (uint16_t)in.len;
}

/* How many of so many bytes have enough behind them to be judged. */
static size_t judged(size_t len)
{
    return len < TRAIL_REACH ? 0 : len - TRAIL_REACH + 1;
}

/* Tries what is held, with `in` behind it. Returns how much of `in` has been used or is held;
 * `stopped`: it is sure enough. */
static size_t run_held(struct ws_trail *t, enum direction d, struct bytes in, enum confidence until,
                       bool *stopped)
{
    struct ws_trail_side *s = &t->side[d];
    uint8_t room[2 * TRAIL_REACH];
    const size_t had = s->held_len;
    const struct bytes more = bytes_first(in, TRAIL_REACH);

    memcpy(room, s->held, had);
    if (more.len > 0)
        memcpy(room + had, more.at, more.len);
    const struct bytes all = bytes_of(room, had + more.len);
    const size_t tried = run(t, d, all, judged(all.len), until);
    *stopped = tried < judged(all.len);
    if (*stopped && tried < had) {
        hold(s, bytes_after(bytes_of(room, had), tried));
        return 0;
    }
    if (tried >= had) {
        s->held_len = 0;
        return tried - had;
    }
    hold(s, bytes_after(all, tried));
    return more.len;
}

size_t ws_trail_feed(struct ws_trail *t, enum direction d, struct bytes in, enum confidence until)
{
    struct ws_trail_side *s = &t->side[d];
    const size_t len = in.len;
    bool stopped = false;

    if (s->held_len > 0) {
        in = bytes_after(in, run_held(t, d, in, until, &stopped));
        if (stopped || in.len == 0)
            return len - in.len;
    }
    const size_t tried = run(t, d, in, judged(in.len), until);
    in = bytes_after(in, tried);
    if (tried < judged(in.len + tried))
        return len - in.len;
    hold(s, in);
    return len;
}

/* What is held is tried with what there is. */
static void flush(struct ws_trail *t, enum direction d)
{
    struct ws_trail_side *s = &t->side[d];
    uint8_t room[TRAIL_REACH];
    const size_t len = s->held_len;

    if (len == 0)
        return;
    memcpy(room, s->held, len);
    s->held_len = 0;
    run(t, d, bytes_of(room, len), len, CONFIDENCE_NONE);
}

void ws_trail_gap(struct ws_trail *t, enum direction d, uint64_t n)
{
    struct ws_trail_side *s = &t->side[d];

    flush(t, d);
    if (s->at < WS_TRAIL_BYTES) /* beyond, nothing is looked for */
        s->at += (uint32_t)(n < WS_TRAIL_BYTES ? n : WS_TRAIL_BYTES);
    for (unsigned i = 0; i < TRAIL_CHAINS; i++)
        if (s->chain[i].next < s->at)
            s->chain[i].used = false;
    find_due(s);
}

void ws_trail_end(struct ws_trail *t, enum direction d)
{
    struct ws_trail_side *s = &t->side[d];

    flush(t, d);
    for (unsigned i = 0; i < TRAIL_CHAINS; i++) {
        struct ws_trail_chain *c = &s->chain[i];
        if (!c->used || c->next != s->at || c->bits == 0)
            continue;
        c->bits = (uint16_t)(c->bits + ENDS_TOGETHER);
        note_best(s, c);
    }
}

bool ws_trail_next(const struct ws_trail *t, enum direction d, bool masked, uint32_t *next)
{
    const struct ws_trail_side *s = &t->side[d];
    const struct ws_trail_best *best = &s->best[masked];

    for (unsigned i = 0; i < TRAIL_CHAINS; i++) {
        const struct ws_trail_chain *c = &s->chain[i];
        if (c->used && best->score > 0 && c->masked == masked && c->start == best->start) {
            *next = c->next;
            return true;
        }
    }
    return false;
}

bool ws_trail_is_over(const struct ws_trail *t, enum direction d)
{
    const struct ws_trail_side *s = &t->side[d];

    return s->at >= WS_TRAIL_BYTES || (s->at >= WS_TRAIL_STARTS && s->due == NOTHING_DUE);
}
