/* SPDX-License-Identifier: MIT */
/* The key that is made without branches against one made field by field, of addresses and ports
 * that differ in every place or in none. */
#include "flow/key.h"

#include "random.h"
#include "test.h"

#define PACKETS 200000

static void pick(struct endpoint *e)
{
    static const uint8_t bytes[] = {0, 1, 0x7f, 0x80, 0xff};
    const bool ipv4 = random_below(2) == 0;

    memset(&e->addr, 0, sizeof(e->addr));
    e->addr.byte[10] = e->addr.byte[11] = ipv4 ? 0xff : 0;
    e->addr.byte[ipv4 ? 12 + random_below(4) : random_below(16)] = bytes[random_below(5)];
    e->port = (uint16_t)(bytes[random_below(5)] << 8 | bytes[random_below(5)]);
}

static unsigned slow_key(const struct packet *p, struct flow_key *out)
{
    const int order = memcmp(&p->src.addr, &p->dst.addr, sizeof(p->src.addr));
    const unsigned side = order > 0 || (order == 0 && p->src.port > p->dst.port);

    out->addr[side] = p->src.addr;
    out->addr[1 - side] = p->dst.addr;
    out->port[side] = p->src.port;
    out->port[1 - side] = p->dst.port;
    out->transport = p->transport;
    return side;
}

static void test_against_slow(void)
{
    unsigned differ = 0, of_side[2] = {0, 0}, same_address = 0;

    for (unsigned i = 0; i < PACKETS; i++) {
        struct packet p = {.transport = i % 2 != 0 ? TRANSPORT_TCP : TRANSPORT_UDP};
        struct flow_key fast, slow;
        pick(&p.src);
        pick(&p.dst);
        memset(&fast, 0xaa, sizeof(fast));
        const unsigned side = slow_key(&p, &slow);
        differ += flow_key_of(&p, &fast) != side || memcmp(&fast, &slow, sizeof(slow)) != 0;
        of_side[side]++;
        same_address += memcmp(&p.src.addr, &p.dst.addr, sizeof(p.src.addr)) == 0;
    }
    CHECK(differ == 0, "the same key, and the same side");
    CHECK(of_side[0] > PACKETS / 4 && of_side[1] > PACKETS / 4, "both sides sent");
    CHECK(same_address > PACKETS / 100, "ports decided, too");
}

int main(void)
{
    test_against_slow();
    return test_end();
}
