/* SPDX-License-Identifier: MIT */
/* The short way to what most streams are. */
#include "identify/identify.h"

#include "identify/registry.h"
#include "model/packet.h"

const struct layer *identify_usual(const struct identify_context *c, enum direction d,
                                   struct bytes in, struct recognition *said, size_t *used)
{
    const struct layer *l = registry_layer(0);
    const struct opening_turn turn = {.direction = d, .bytes = bytes_first(in, IDENTIFY_ENOUGH)};
    struct opening o = {.direction_known = c->direction_known,
                        .transport = c->transport,
                        .turn = &turn,
                        .turns = 1,
                        .last = d,
                        .server_port = c->server.port};

    *said = (struct recognition){.answer = PROBE_MORE};
    if (c->transport != TRANSPORT_TCP || c->inner || c->midstream)
        return NULL;
    o.seen[d] = turn.bytes;
    *used = turn.bytes.len;
    *said = l->recognise(&o);
    return said->answer == PROBE_YES && said->confidence >= CONFIDENCE_STRONG ? l : NULL;
}
