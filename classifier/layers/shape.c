/* SPDX-License-Identifier: MIT */
#include "layers/shape.h"

#include "base/load.h"

#define LENGTH_MAX (1U << 20)

/* A way of writing a message's length, and how many messages in a row it takes to believe it: a
 * one-byte length leads somewhere in any bytes, a four-byte one hardly ever. */
static const struct prefix {
    uint8_t width;
    bool little;   /* little-endian */
    bool included; /* the length counts itself */
    uint8_t enough;
} prefixes[SHAPE_PREFIXES] = {
    {4, false, false, 2}, {4, true, false, 2}, {4, false, true, 2}, {4, true, true, 2},
    {2, false, false, 3}, {2, true, false, 3}, {2, false, true, 3}, {2, true, true, 3},
    {1, false, false, 5}, {1, false, true, 5},
};

static void length_is_read(struct prefix_chain *c, const struct prefix *p)
{
    const uint32_t self = p->included ? p->width : 0;

    c->have = 0;
    if (c->value <= self || c->value > LENGTH_MAX)
        c->broken = true;
    c->left = c->value - self;
    c->value = 0;
}

/* All of a length at once, where it is there. */
static uint32_t whole_length(const uint8_t *at, const struct prefix *p)
{
    if (p->width == 1)
        return at[0];
    if (p->width == 2)
        return p->little ? load_le16(at) : load_be16(at);
    return p->little ? load_le32(at) : load_be32(at);
}

static void chain_feed(struct prefix_chain *c, const struct prefix *p, struct bytes in)
{
    while (in.len > 0 && !c->broken) {
        if (c->left > 0) {
            const struct bytes body = bytes_first(in, c->left);
            c->left -= (uint32_t)body.len;
            in = bytes_after(in, body.len);
            if (c->left == 0 && c->messages < UINT16_MAX)
                c->messages++;
            continue;
        }
        if (c->have == 0 && in.len >= p->width) {
            c->value = whole_length(in.at, p);
            in = bytes_after(in, p->width);
            length_is_read(c, p);
            continue;
        }
        c->value |= (uint32_t)in.at[0] << 8 * (p->little ? c->have : p->width - 1 - c->have);
        in = bytes_after(in, 1);
        if (++c->have == p->width)
            length_is_read(c, p);
    }
}

static bool chain_at_boundary(const struct prefix_chain *c)
{
    return c->left == 0 && c->have == 0;
}

/* The other side speaks: whoever writes messages has ended one. (A four-byte length needs no such
 * help, and both may speak at once.) */
static void turn_ends(struct shape_side *side)
{
    for (size_t i = 0; i < SHAPE_PREFIXES && !side->no_chain; i++)
        if (prefixes[i].width < 4 && !chain_at_boundary(&side->chain[i]))
            side->chain[i].broken = true;
}

/* Of characters that text does not have. */
static unsigned count_controls(const struct byte_counts *c)
{
    enum { BELL = 7, BACKSPACE = 8, FORM_FEED = 12, ESCAPE = 27, DELETE = 127 };
    const uint8_t *of = c->of;

    return byte_counts_sum(c, 0, ' ') - of['\t'] - of['\n'] - of['\r'] - of[BELL] - of[BACKSPACE] -
           of[FORM_FEED] - of[ESCAPE] + of[DELETE];
}

static void sum_up(struct shape_side *side, const struct byte_counts *c, size_t bytes)
{
    enum { ASCII = 128, LATIN_1_FIRST = 0xa0 }; /* of ISO 8859-1's letters; below are controls */

    noise_add(&side->noise, c, bytes);
    const unsigned latin_1_controls = byte_counts_sum(c, ASCII, LATIN_1_FIRST - ASCII);
    const unsigned others = byte_counts_sum(c, LATIN_1_FIRST, 256 - LATIN_1_FIRST);
    side->control = (uint16_t)(side->control + count_controls(c));
    side->high = (uint16_t)(side->high + latin_1_controls + others);
    side->high_control = (uint16_t)(side->high_control + latin_1_controls);
}

static void count_bytes(struct shape_side *side, struct bytes in)
{
    struct byte_counts c;

    for (; in.len > 0; in = bytes_after(in, BYTE_COUNTS_MAX)) {
        const struct bytes part = bytes_first(in, BYTE_COUNTS_MAX);
        byte_counts_take(&c, part);
        sum_up(side, &c, part.len);
    }
}

static void count_short(struct shape_side *side, struct shape_fresh *fresh, struct bytes in)
{
    while (in.len > 0) {
        const struct bytes part = bytes_first(in, (size_t)BYTE_COUNTS_MAX - fresh->bytes);
        byte_counts_add(&fresh->counts, part);
        fresh->bytes = (uint8_t)(fresh->bytes + part.len);
        if (fresh->bytes == BYTE_COUNTS_MAX) {
            sum_up(side, &fresh->counts, fresh->bytes);
            *fresh = (struct shape_fresh){.bytes = 0};
        }
        in = bytes_after(in, part.len);
    }
}

static void follow_chains(struct shape_side *side, struct bytes in)
{
    bool broken = true;

    for (size_t i = 0; i < SHAPE_PREFIXES; i++) {
        chain_feed(&side->chain[i], &prefixes[i], in);
        broken = broken && side->chain[i].broken;
    }
    side->no_chain = broken;
}

/* All but the counting. Returns the bytes that are looked at. */
static struct bytes take(struct shape_stats *s, enum direction d, struct bytes in)
{
    struct shape_side *side = &s->side[d];
    const struct bytes part = bytes_first(in, (size_t)SHAPE_BYTES - side->taken);

    if (part.len == 0)
        return part;
    if (d != s->last)
        turn_ends(&s->side[s->last]);
    s->last = d;
    side->taken = (uint16_t)(side->taken + part.len);
    if (!side->not_utf8 && utf8_feed(&side->utf8, part) < part.len)
        side->not_utf8 = true;
    if (!side->no_chain)
        follow_chains(side, part);
    return part;
}

void shape_feed(struct shape_stats *s, enum direction d, struct bytes in)
{
    count_bytes(&s->side[d], take(s, d, in));
}

void shape_feed_short(struct shape_stats *s, struct shape_fresh fresh[2], enum direction d,
                      struct bytes in)
{
    count_short(&s->side[d], &fresh[d], take(s, d, in));
}

void shape_gap(struct shape_stats *s, enum direction d, uint64_t n)
{
    struct shape_side *side = &s->side[d];

    side->utf8 = (struct utf8){0};
    for (size_t i = 0; i < SHAPE_PREFIXES; i++) {
        struct prefix_chain *c = &side->chain[i];
        if (n >= c->left)
            c->broken = true;
        else
            c->left -= (uint32_t)n;
    }
}

/* UTF-8, or Latin-1 that is mostly ASCII. */
static bool is_text(const struct shape_side *side)
{
    enum { MOSTLY = 5 }; /* one byte in five may be above 127 */

    if (side->control > 0)
        return false;
    return !side->not_utf8 || (side->high_control == 0 && side->high * MOSTLY <= side->noise.bytes);
}

static bool looks_text(const struct shape_stats *s)
{
    return is_text(&s->side[TO_SERVER]) && is_text(&s->side[TO_CLIENT]);
}

/* A direction too short to tell neither helps nor hinders. */
static bool looks_random(const struct shape_stats *s)
{
    bool any = false;

    for (int d = TO_SERVER; d <= TO_CLIENT; d++) {
        const struct shape_side *side = &s->side[d];
        if (side->noise.bytes < NOISE_LEAST)
            continue;
        if (!noise_holds(&side->noise, NOISE_SHAPE))
            return false;
        any = true;
    }
    return any;
}

/* Short lengths must also end where the stream does, unless more of it came than is looked at. */
static bool chain_holds(const struct shape_side *side, size_t i)
{
    const struct prefix_chain *c = &side->chain[i];

    if (side->noise.bytes == 0)
        return true;
    return !c->broken &&
           (prefixes[i].width == 4 || side->noise.bytes == SHAPE_BYTES || chain_at_boundary(c));
}

static bool looks_prefixed(const struct shape_stats *s, uint8_t width)
{
    for (size_t i = 0; i < SHAPE_PREFIXES; i++) {
        const uint32_t messages =
            (uint32_t)s->side[TO_SERVER].chain[i].messages + s->side[TO_CLIENT].chain[i].messages;
        if (prefixes[i].width == width && messages >= prefixes[i].enough &&
            chain_holds(&s->side[TO_SERVER], i) && chain_holds(&s->side[TO_CLIENT], i))
            return true;
    }
    return false;
}

enum shape shape_of(const struct shape_stats *s)
{
    if (s->side[TO_SERVER].noise.bytes + s->side[TO_CLIENT].noise.bytes == 0)
        return SHAPE_NONE;
    if (looks_text(s))
        return SHAPE_TEXT;
    if (looks_prefixed(s, 4) || looks_prefixed(s, 2))
        return SHAPE_LENGTH_PREFIXED;
    if (looks_random(s))
        return SHAPE_RANDOM;
    return looks_prefixed(s, 1) ? SHAPE_LENGTH_PREFIXED : SHAPE_BINARY;
}

enum shape shape_of_short(const struct shape_stats *s, const struct shape_fresh fresh[2])
{
    struct shape_stats all = *s;

    for (int d = TO_SERVER; d <= TO_CLIENT; d++)
        if (fresh[d].bytes > 0)
            sum_up(&all.side[d], &fresh[d].counts, fresh[d].bytes);
    return shape_of(&all);
}
