/* SPDX-License-Identifier: MIT */
#include "identify/first_byte.h"

#include "model/packet.h"

static uint64_t ask_all(enum direction d, uint8_t byte, uint64_t asked)
{
    const struct opening_turn turn = {.direction = d, .bytes = bytes_of(&byte, 1)};
    struct opening o = {
        .direction_known = true, .transport = TRANSPORT_TCP, .turn = &turn, .turns = 1, .last = d};
    uint64_t refused = 0;

    o.seen[d] = turn.bytes;
    for (uint64_t left = asked; left != 0; left &= left - 1) {
        const struct layer *l = registry_layer((size_t)__builtin_ctzll(left));
        if (l->recognise(&o).answer == PROBE_NO)
            refused |= left & -left;
    }
    return refused;
}

uint64_t first_byte_refused(struct first_byte *f, const struct identify_context *c,
                            enum direction d, uint8_t byte, uint64_t asked)
{
    uint64_t *refused = &f->refused[d][byte];

    if (c->transport != TRANSPORT_TCP || c->inner || c->midstream || !c->direction_known)
        return 0;
    if (*refused == 0)
        *refused = ask_all(d, byte, asked);
    return *refused;
}
