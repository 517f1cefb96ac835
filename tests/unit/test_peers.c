/* SPDX-License-Identifier: MIT */
/* The table of endpoints known to take part in BitTorrent: strength, age, room. */
#include "flow/peers.h"
#include "test.h"

#define S 1000000000LL

static struct endpoint end_of(uint32_t host, uint16_t port)
{
    const uint8_t four[4] = {(uint8_t)(host >> 24), (uint8_t)(host >> 16), (uint8_t)(host >> 8),
                             (uint8_t)host};
    return (struct endpoint){.addr = addr_from_ipv4(four), .port = port};
}

static void learn(struct peers *p, uint32_t host, uint16_t port, enum peer_source source,
                  int64_t at_s)
{
    const struct endpoint who = end_of(host, port);
    const struct known_peer how = {.source = source,
                                   .has_info_hash = true,
                                   .info_hash = {(uint8_t)source},
                                   .time_ns = at_s * S};
    peers_learn(p, &who, &how);
}

/* -1: not known. */
static int known(const struct peers *p, uint32_t host, uint16_t port, int64_t at_s)
{
    const struct endpoint who = end_of(host, port);
    const struct known_peer *k = peers_find(p, &who, at_s * S);

    return k != NULL ? (int)k->source : -1;
}

static void begin(struct peers *p, struct budget *b, size_t limit)
{
    const struct hash_key key = hash_key_from_seed(7);

    *b = (struct budget){.limit = limit};
    peers_setup(p, b, limit, &key);
}

static void end(struct peers *p, const struct budget *b)
{
    peers_free(p);
    CHECK(b->used == 0, "all memory was given back");
}

static void test_strength_and_age(void)
{
    struct budget b;
    struct peers p;

    begin(&p, &b, 0);
    CHECK(known(&p, 1, 6881, 0) == -1 && b.used == 0, "nothing is known, nothing is held");
    learn(&p, 1, 6881, PEER_EXCHANGED, 100);
    CHECK(known(&p, 1, 6881, 100) == PEER_EXCHANGED, "named by another peer");
    CHECK(known(&p, 1, 6882, 100) == -1, "not another port");
    CHECK(known(&p, 2, 6881, 100) == -1, "nor another host");
    learn(&p, 1, 6881, PEER_DHT_NODE, 200);
    CHECK(known(&p, 1, 6881, 200) == PEER_EXCHANGED, "the stronger source stays");
    learn(&p, 1, 6881, PEER_SEEN, 300);
    CHECK(known(&p, 1, 6881, 300) == PEER_SEEN, "a stronger one takes its place");
    CHECK(known(&p, 1, 6881, 300 + PEER_LIFE_S) == PEER_SEEN, "as long as it lives");
    CHECK(known(&p, 1, 6881, 301 + PEER_LIFE_S) == -1, "and no longer");
    CHECK(known(&p, 1, 6881, 299 - PEER_LIFE_S) == -1, "nor in another time");
    learn(&p, 1, 6881, PEER_DHT_NODE, 302 + PEER_LIFE_S);
    CHECK(known(&p, 1, 6881, 302 + PEER_LIFE_S) == PEER_DHT_NODE, "a weaker one after it is over");
    CHECK(known(&p, 1, 6881, 303 + PEER_LIFE_S + PEER_LIFE_WEAK_S) == -1, "lives shorter");
    learn(&p, 1, 0, PEER_SEEN, 100);
    CHECK(known(&p, 1, 0, 100) == -1, "nobody listens on port 0");
    end(&p, &b);
}

static void test_room(void)
{
    struct budget b;
    struct peers p;
    unsigned strong = 0, weak = 0;

    begin(&p, &b, 1U << 20);
    for (uint32_t host = 1; host <= 100; host++)
        learn(&p, host, 6881, PEER_TRACKER, 10);
    for (uint32_t host = 1000; host < 101000; host++)
        learn(&p, host, 6881, PEER_DHT_NODE, 11);
    for (uint32_t host = 1; host <= 100; host++)
        strong += known(&p, host, 6881, 12) == PEER_TRACKER;
    for (uint32_t host = 1000; host < 101000; host++)
        weak += known(&p, host, 6881, 12) == PEER_DHT_NODE;
    CHECK(strong > 90, "a flood of weak names does not drive strong ones out");
    CHECK(weak > 200 && weak < 1000, "as many as there is room for");
    CHECK(b.peak <= (1U << 20) / PEERS_PART, "which is a part of the limit");
    CHECK(p.learnt - p.forgotten == strong + weak, "and all are counted");
    end(&p, &b);

    begin(&p, &b, 64);
    learn(&p, 1, 6881, PEER_SEEN, 1);
    CHECK(known(&p, 1, 6881, 1) == -1, "without memory nothing is learnt");
    end(&p, &b);
}

static unsigned alike(struct peers *p, uint32_t client, uint32_t server, uint16_t port,
                      int64_t at_s)
{
    const struct endpoint c = end_of(client, 1), s = end_of(server, port);

    const unsigned others = peers_alike(p, &c.addr, &s, at_s * S);
    peers_note_alike(p, &c.addr, &s, at_s * S);
    return others;
}

static void test_alike(void)
{
    struct budget b;
    struct peers p;

    begin(&p, &b, 0);
    CHECK(alike(&p, 1, 10, 5000, 0) == 0, "the first");
    CHECK(alike(&p, 1, 10, 5000, 1) == 0, "again the same server");
    CHECK(alike(&p, 1, 10, 5001, 1) == 0, "another port of the same server");
    CHECK(alike(&p, 1, 11, 5000, 2) == 0, "another server, but the same port: a service");
    CHECK(alike(&p, 1, 12, 6000, 3) == 1, "another port on another server");
    CHECK(alike(&p, 1, 13, 7000, 4) == 2, "and one more");
    CHECK(alike(&p, 2, 13, 7000, 4) == 0, "another client");
    CHECK(alike(&p, 1, 14, 443, 5) >= 2, "a well-known port counts those others");
    CHECK(alike(&p, 1, 15, 9000, 400) == 0, "five minutes later all is forgotten");
    end(&p, &b);
}

int main(void)
{
    test_strength_and_age();
    test_room();
    test_alike();
    return test_end();
}
