/* SPDX-License-Identifier: MIT */
/* key.c - of which flow is a packet? */
#include "flow/flow.h"

/* Who sends is as good as random: no branch depends on it. */
unsigned flow_key_of(const struct packet *p, struct flow_key *out)
{
    uint64_t src = addr_half(&p->src.addr, 0), dst = addr_half(&p->dst.addr, 0);

    if (src == dst) {
        src = addr_half(&p->src.addr, 8);
        dst = addr_half(&p->dst.addr, 8);
    }
    const unsigned side = (src > dst) | ((src == dst) & (p->src.port > p->dst.port));
    out->addr[side] = p->src.addr;
    out->addr[1 - side] = p->dst.addr;
    out->port[side] = p->src.port;
    out->port[1 - side] = p->dst.port;
    out->transport = p->transport;
    return side;
}
