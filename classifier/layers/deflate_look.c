/* SPDX-License-Identifier: MIT */
#include "layers/deflate_look.h"

#include "layers/deflate_block.h"

struct looker {
    struct deflate_bits in;
    struct deflate_block block;
    struct deflate_look out;
    struct deflate_codes codes;
};

static void count_literal(struct looker *l, uint32_t byte)
{
    l->out.literals++;
    if (byte < ' ' && byte != '\t' && byte != '\n' && byte != '\r')
        l->out.controls++;
}

/* The next code, and past it and its number. 0 (no entry is): the bits have ended. */
static uint32_t next_entry(struct deflate_bits *in, const uint32_t *table, unsigned bits)
{
    deflate_refill(in);
    uint32_t e = table[in->bits & ((UINT64_C(1) << bits) - 1)];

    if ((e & DEFLATE_SPECIAL) && (e & DEFLATE_SECOND)) {
        if (in->count < (e & DEFLATE_DROP))
            return 0;
        const unsigned more = (e & DEFLATE_CODE) >> DEFLATE_CODE_AT;
        deflate_drop(in, e & DEFLATE_DROP);
        e = table[(e >> DEFLATE_VALUE_AT) + (in->bits & ((UINT64_C(1) << more) - 1))];
    }
    if (in->count < (e & DEFLATE_DROP))
        return 0;
    deflate_drop(in, e & DEFLATE_DROP);
    return e;
}

static bool is_no_code(uint32_t e)
{
    return (e & DEFLATE_SPECIAL) && !(e & DEFLATE_BLOCK_END);
}

/* True: the block has ended. Else out.wrong, or the bits have ended. */
static bool look_at_codes(struct looker *l)
{
    const struct deflate_block *k = &l->block;
    const uint32_t *symbols = k->fixed ? deflate_fixed_symbols : l->codes.symbols;
    const uint32_t *distances = k->fixed ? deflate_fixed_distances : l->codes.distances;
    const unsigned symbol_bits = k->fixed ? DEFLATE_FIXED_BITS : k->symbol_bits;
    const unsigned distance_bits = k->fixed ? DEFLATE_FIXED_DISTANCE : k->distance_bits;

    for (;;) {
        uint32_t e = next_entry(&l->in, symbols, symbol_bits);
        if (e & DEFLATE_BLOCK_END)
            return true;
        if (e & DEFLATE_LITERAL) {
            count_literal(l, e >> DEFLATE_VALUE_AT);
            continue;
        }
        if (e != 0 && !is_no_code(e))
            e = next_entry(&l->in, distances, distance_bits);
        l->out.wrong = is_no_code(e);
        if (e == 0 || l->out.wrong)
            return false;
    }
}

static bool look_at_stored(struct looker *l)
{
    for (; l->block.stored > 0; l->block.stored--) {
        if (!deflate_has(&l->in, 8))
            return false;
        count_literal(l, deflate_take(&l->in, 8));
    }
    return true;
}

/* Until the bits end. The last block of a whole message is what its sender took off, and we put
 * back: it ends with the bits. */
static void look_at_blocks(struct looker *l)
{
    while (deflate_read_head(&l->block, &l->in, &l->codes)) {
        if (!(l->block.state == DEFLATE_STORED ? look_at_stored(l) : look_at_codes(l)))
            return;
        if (l->block.final) /* RFC 7692 s7.2.3.4: what follows begins at a byte */
            deflate_align(&l->in);
        l->block.state = DEFLATE_BLOCK;
        l->out.ends = l->in.count + l->in.left.len == 0;
        if (l->out.ends)
            return;
    }
    l->out.wrong = l->block.state == DEFLATE_BAD;
}

struct deflate_look deflate_look(struct bytes message, bool whole)
{
    static const uint8_t tail[] = {0x00, 0x00, 0xff, 0xff}; /* RFC 7692 s7.2.2 */
    uint8_t room[DEFLATE_LOOK_MAX + sizeof(tail)];
    struct looker l;

    memset(&l, 0, offsetof(struct looker, codes));
    const size_t len = bytes_first(message, DEFLATE_LOOK_MAX).len;
    if (len > 0)
        memcpy(room, message.at, len);
    memcpy(room + len, tail, sizeof(tail));
    l.in.left = bytes_of(room, whole ? len + sizeof(tail) : len);
    look_at_blocks(&l);
    l.out.ends = l.out.ends && whole;
    l.out.wrong = l.out.wrong || (whole && !l.out.ends);
    return l.out;
}
