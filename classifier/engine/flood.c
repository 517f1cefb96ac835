/* SPDX-License-Identifier: MIT */
#include "engine/flood.h"

#include "decode/bare_syn.h"

bool flood_frame(struct engine *e, const struct frame *f)
{
    struct bare_syn s;

    if (!bare_syn_read(f, &s) || e->rates != 0 || e->config.trace != NULL)
        return false;
    s.ordinal = decoder_stats(e->decoder)->frames + 1;
    const struct flow_pair pair = flow_pair_of(&s);
    const uint64_t hash = flow_pair_hash(e->flows, &pair);
    if (flow_may_be(e->flows, hash) || !syn_note_new(e->syns, &pair, hash, &s))
        return false;
    bare_syn_count(e->decoder, &s);
    e->host.packet = s.number;
    e->host.time_ns = s.time_ns;
    return true;
}
