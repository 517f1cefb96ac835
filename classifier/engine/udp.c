/* SPDX-License-Identifier: MIT */
/* One UDP datagram of a flow. */
#include "engine/rates.h"
#include "engine/tcp.h"

#define TIMEOUT_ONE_WAY_S  60
#define TIMEOUT_ANSWERED_S 180

uint32_t udp_first_timeout(void)
{
    return TIMEOUT_ONE_WAY_S;
}

void udp_packet(struct engine *e, struct conn *c, unsigned side, const struct packet *p)
{
    if (c->packets[1 - side] > 0)
        c->node->timeout_s = TIMEOUT_ANSWERED_S;
    if (p->checksum == CHECKSUM_BAD) {
        tell_anomaly(e, c, STREAM_BAD_CHECKSUM, conn_direction(c, side), 0);
        return;
    }
    if (e->rates != 0 && !c->genuine)
        rates_prove(e, c, side, p);
    e->host.cut = p->payload_len - (uint32_t)p->payload.len;
    stack_feed(e, c, 0, conn_direction(c, side), p->payload);
    e->host.cut = 0;
}
