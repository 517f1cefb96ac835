/* SPDX-License-Identifier: MIT */
/* flow.h against a plain model: a list that is searched from one end to the other. */
#include <time.h>

#include "flow/flow.h"
#include "flow/ghost.h"
#include "flow/secret.h"
#include "flow/syn.h"

#include "test.h"

#define SECOND 1000000000LL
#define MODEL  3000

struct fixture {
    struct budget budget;
    struct flow_table *table;
};

static void begin(struct fixture *f, size_t limit)
{
    const struct hash_key key = hash_key_from_seed(7);
    struct err err = {0};

    *f = (struct fixture){.budget = {.limit = limit}};
    f->table = flow_table_create(&f->budget, &key, &err);
    CHECK(f->table != NULL, "a table");
}

static void end(struct fixture *f)
{
    flow_table_free(f->table);
    CHECK(f->budget.used == 0, "all memory given back");
}

static struct flow_key key_of(uint32_t number)
{
    struct packet p = {.transport = TRANSPORT_TCP, .src = {.port = 80}};
    struct flow_key key;
    uint8_t four[4] = {10, (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number};

    p.dst.addr = addr_from_ipv4(four);
    p.dst.port = (uint16_t)(number * 7);
    flow_key_of(&p, &key);
    return key;
}

static struct flow_node *find(struct flow_table *t, const struct flow_key *key)
{
    return flow_find(t, key, flow_hash(t, key));
}

static void test_key(void)
{
    const uint8_t a[4] = {10, 0, 0, 1}, b[4] = {10, 0, 0, 2};
    struct packet there = {.transport = TRANSPORT_TCP, .src = {.port = 80}, .dst = {.port = 5000}};
    struct packet back = {.transport = TRANSPORT_TCP, .src = {.port = 5000}, .dst = {.port = 80}};
    struct flow_key x, y;

    there.src.addr = back.dst.addr = addr_from_ipv4(a);
    there.dst.addr = back.src.addr = addr_from_ipv4(b);
    CHECK(flow_key_of(&there, &x) == 0 && flow_key_of(&back, &y) == 1,
          "the lower address is side 0");
    CHECK(memcmp(&x, &y, sizeof(x)) == 0, "both directions, one key");
    there.dst.addr = there.src.addr;
    CHECK(flow_key_of(&there, &x) == 0, "with one address, the lower port");
}

/* Create, find and remove in a fixed pseudo-random order; the model says what must be there. */
static void test_against_model(void)
{
    struct fixture f;
    struct flow_node *model[MODEL] = {0};
    uint32_t number[MODEL];
    uint32_t random = 1;
    size_t count = 0;

    begin(&f, 0);
    for (int step = 0; step < 60000; step++) {
        random = random * 1664525 + 1013904223;
        const uint32_t n = (random >> 8) % MODEL;
        const struct flow_key key = key_of(n);
        struct flow_node *found = find(f.table, &key);
        if (found != model[n]) {
            CHECK(0, "find agrees with the model");
            break;
        }
        if (model[n] == NULL) {
            model[n] = flow_create(f.table, &key, 0, 60);
            number[n] = n;
            model[n]->owner = &number[n];
            count++;
        } else if ((random & 1) != 0) {
            flow_remove(f.table, model[n]);
            model[n] = NULL;
            count--;
        }
    }
    CHECK(flow_count(f.table) == count, "the count agrees");
    size_t seen = 0;
    for (struct flow_node *n = NULL; (n = flow_each(f.table, n)) != NULL;)
        seen += model[*(uint32_t *)n->owner] == n;
    CHECK(seen == count, "each gives every node once");
    end(&f);
}

static size_t expire(struct fixture *f, int64_t now)
{
    struct flow_node *n;
    size_t count = 0;

    while ((n = flow_next_expired(f->table, now)) != NULL) {
        CHECK(n->last_ns + n->timeout_s * SECOND <= now, "it has expired");
        flow_remove(f->table, n);
        count++;
    }
    return count;
}

static void test_expiry(void)
{
    struct fixture f;
    struct flow_key key;
    struct flow_node *n;

    begin(&f, 0);
    for (uint32_t i = 0; i < 100; i++) {
        key = key_of(i);
        flow_create(f.table, &key, i * SECOND, 60);
    }
    CHECK(expire(&f, 60 * SECOND) == 0, "none before its time");
    CHECK(expire(&f, 70 * SECOND) == 10, "those idle for more than a minute");
    key = key_of(50);
    n = find(f.table, &key);
    n->last_ns = 500 * SECOND;
    CHECK(expire(&f, 400 * SECOND) == 89, "a node that was used again stays");
    n->timeout_s = FLOW_TIMEOUT_MAX;
    CHECK(expire(&f, 3000 * SECOND) == 0, "a longer timeout");
    flow_set_timeout(f.table, n, 10);
    CHECK(expire(&f, 3001 * SECOND) == 1, "a shorter one");
    flow_create(f.table, &key, 5000 * SECOND, 60);
    CHECK(expire(&f, INT64_MAX) == 1, "a clock that jumps to the end of time");
    CHECK(expire(&f, -900 * SECOND) == 0, "time begins anew");
    flow_create(f.table, &key, -900 * SECOND, 60);
    CHECK(expire(&f, -700 * SECOND) == 1, "before 1970");
    end(&f);
}

/* A capture whose clock goes back by a hundred years and on again: seconds in which nothing can
 * expire are not counted one by one (a packet would cost a second). */
static void test_clock_leaps(void)
{
    enum { LEAPS = 20 };
    const int64_t late = INT64_C(4200000000) * SECOND;
    struct fixture f;
    const clock_t begun = clock();
    const struct flow_key old = key_of(1), new = key_of(2), third = key_of(3);
    size_t expired = 0;

    begin(&f, 0);
    for (int i = 0; i < LEAPS; i++) {
        const int64_t now = late + i * 5000 * SECOND;
        expired += expire(&f, now);
        flow_create(f.table, &old, 0, 60);
        flow_create(f.table, &third, 10000 * SECOND, 60);
        flow_create(f.table, &new, now, 60);
        struct flow_node *n = flow_next_expired(f.table, now + 2 * SECOND);
        CHECK(n != NULL && memcmp(&n->key, &new, sizeof(new)) != 0, "an old one");
        expired += expire(&f, now + 2 * SECOND);
        CHECK(flow_count(f.table) == 1, "the one that goes on stays");
    }
    CHECK(expired == 3 * LEAPS - 1, "each once");
    CHECK(clock() - begun < CLOCKS_PER_SEC, "in no time");
    end(&f);
}

static void test_oldest(void)
{
    struct fixture f;
    struct flow_key key;
    uint32_t number[10];

    begin(&f, 0);
    CHECK(flow_idlest(f.table, FLOW_UNPROVEN) == NULL, "an empty table has none");
    for (uint32_t i = 0; i < 10; i++) {
        key = key_of(i);
        number[i] = i;
        flow_create(f.table, &key, i * SECOND, 60)->owner = &number[i];
    }
    key = key_of(0);
    find(f.table, &key)->last_ns = 99 * SECOND;
    CHECK(*(uint32_t *)flow_idlest(f.table, FLOW_UNPROVEN)->owner == 1, "the idlest");
    CHECK(flow_idlest(f.table, FLOW_PROVEN) == NULL, "none is worth more yet");
    for (uint32_t i = 1; i < 9; i++) {
        key = key_of(i);
        flow_set_worth(f.table, find(f.table, &key), FLOW_PROVEN);
    }
    CHECK(flow_count_worth(f.table, FLOW_PROVEN) == 8, "eight are worth more");
    CHECK(*(uint32_t *)flow_idlest(f.table, FLOW_UNPROVEN)->owner == 9,
          "0 had a packet after 9 was made");
    CHECK(*(uint32_t *)flow_idlest(f.table, FLOW_PROVEN)->owner == 1, "the idlest of those");
    key = key_of(1);
    flow_remove(f.table, find(f.table, &key));
    CHECK(*(uint32_t *)flow_idlest(f.table, FLOW_PROVEN)->owner == 2, "then the next");
    end(&f);
}

static void test_memory(void)
{
    struct fixture f;
    uint32_t made = 0;

    begin(&f, 1U << 20);
    flow_set_share(f.table, 1U << 19);
    for (uint32_t i = 0; i < 100000; i++) {
        const struct flow_key key = key_of(i);
        if (flow_create(f.table, &key, 0, 60) == NULL)
            break;
        made++;
    }
    CHECK(made > 1000 && made < 100000, "creation stops at the limit");
    CHECK(f.budget.used <= 1U << 19, "nodes and index keep to their share");
    flow_remove(f.table, flow_idlest(f.table, FLOW_UNPROVEN));
    const struct flow_key key = key_of(200000);
    CHECK(flow_create(f.table, &key, 0, 60) != NULL, "where one went, one finds room");
    end(&f);
}

static uint64_t hash_under(uint64_t seed, const struct flow_key *key)
{
    const struct hash_key k = hash_key_from_seed(seed);
    const struct flow_secret secret = flow_secret_from(&k);

    const struct ends ends = flow_key_ends(key);

    return flow_secret_hash(&secret, &ends);
}

static enum syn_noted note(struct syn_ring *r, const struct flow_key *key, unsigned side,
                           const struct packet *p)
{
    return syn_note(r, key, hash_under(2, key), side, p);
}

static bool take(struct syn_ring *r, const struct flow_key *key, struct syn *out)
{
    return syn_take(r, key, hash_under(2, key), out);
}

static struct packet syn_at(int64_t now_ns)
{
    return (struct packet){.transport = TRANSPORT_TCP,
                           .flags = TCP_SYN,
                           .seq = 7,
                           .number = 3,
                           .time_ns = now_ns,
                           .wire_len = 60};
}

static void test_syns(void)
{
    struct budget budget = {0};
    struct syn_ring *r = syn_ring_create(&budget, NULL);
    struct packet p = syn_at(0);
    const struct flow_key a = key_of(1), b = key_of(2);
    struct syn s;

    CHECK(syn_is_bare(&p), "a SYN and nothing else");
    p.payload_len = 1;
    CHECK(!syn_is_bare(&p), "with data it is more");
    p = syn_at(0);
    p.flags |= TCP_ACK;
    CHECK(!syn_is_bare(&p), "an answer is more");
    p = syn_at(0);
    CHECK(!take(r, &a, &s), "nothing there yet");
    note(r, &a, 1, &p);
    p.number = 4;
    note(r, &a, 1, &p);
    p = syn_at(SECOND);
    note(r, &b, 0, &p);
    CHECK(!note(r, &a, 0, &p), "the other side's crosses it");
    CHECK(take(r, &a, &s) && s.packets == 2 && s.bytes == 120 && s.side == 1, "counted together");
    CHECK(s.first_packet == 3 && s.last_packet == 4, "first and last");
    CHECK(!take(r, &a, &s), "taken once");
    CHECK(!syn_take_expired(r, 61 * SECOND, &s), "not yet");
    CHECK(syn_take_expired(r, 62 * SECOND, &s), "timed out");
    CHECK(memcmp(&s.key, &b, sizeof(b)) == 0, "the one that nobody took");
    CHECK(!syn_take_expired(r, INT64_MAX, &s), "no more");
    syn_ring_free(r, &budget);
    CHECK(budget.used == 0, "all memory given back");
}

/* More than the ring holds: the oldest make room, and each of the others is found. */
static void test_syn_flood(void)
{
    struct budget budget = {0};
    struct syn_ring *r = syn_ring_create(&budget, NULL);
    const struct packet p = syn_at(0);
    struct flow_key key;
    struct syn s;
    uint32_t found = 0;

    for (uint32_t i = 0; i < 3 * SYN_RING; i++) {
        key = key_of(i);
        note(r, &key, 0, &p);
    }
    CHECK(syn_overwritten(r) == 2 * SYN_RING, "the rest was overwritten, and counted");
    for (uint32_t i = 0; i < 3 * SYN_RING; i++) {
        key = key_of(i);
        found += take(r, &key, &s);
    }
    CHECK(found == SYN_RING, "those in the ring are found");
    note(r, &key, 0, &p);
    CHECK(syn_take_expired(r, INT64_MAX, &s) && !syn_take_expired(r, INT64_MAX, &s),
          "the ring goes on");
    syn_ring_free(r, &budget);
}

/* Where all have one tag each is found all the same, wherever in its ring it stands. */
static void test_syns_alike(void)
{
    struct budget budget = {0};
    struct syn_ring *r = syn_ring_create(&budget, NULL);
    const uint32_t count = 3 * SYN_RING, step = 40961; /* odd */
    uint32_t found = 0, wrong = 0;
    struct flow_key key;
    struct syn s;

    for (uint32_t i = 0; i < count; i++) {
        struct packet p = syn_at(0);
        key = key_of(i);
        p.seq = i;
        syn_note(r, &key, 1, i % 2, &p);
    }
    for (uint32_t n = 0; n < count; n++) {
        const uint32_t i = (uint32_t)((uint64_t)n * step % count);
        key = key_of(i);
        if (!syn_take(r, &key, 1, &s))
            continue;
        found++;
        wrong += memcmp(&s.key, &key, sizeof(key)) != 0 || s.side != i % 2 || s.seq != i;
        wrong += syn_take(r, &key, 1, &s);
    }
    CHECK(found == SYN_RING && wrong == 0, "each is found, and itself");
    syn_ring_free(r, &budget);
}

/* Under another key the same is found, in the same order: the engine can take a key that nobody
 * knows, and say the same each time. Over IPv6 and with tags, too. */
static void test_syns_keys(void)
{
    struct budget budget = {0};
    struct syn_ring *a = syn_ring_create(&budget, NULL);
    struct syn_ring *b = syn_ring_create(&budget, NULL);
    const uint32_t count = SYN_RING / 2;

    for (uint32_t i = 0; i < count; i++) {
        struct flow_key key = key_of(i);
        struct packet p = syn_at(0);
        p.ordinal = 2 * i + 1;
        p.vlan_count = PACKET_VLANS;
        p.vlan[PACKET_VLANS - 1] = (uint16_t)i;
        key.transport = TRANSPORT_TCP;
        if (i % 2 == 0)
            key.addr[0] = addr_from_ipv4((const uint8_t[4]){9, 8, 7, 6});
        else
            memset(key.addr[1].byte, 0x20, 12);
        CHECK(note(a, &key, 0, &p) == SYN_FIRST, "noted");
        CHECK(syn_note(b, &key, hash_under(77, &key), 0, &p) == SYN_FIRST,
              "noted under another key");
    }
    for (uint32_t i = 0; i < count; i++) {
        struct syn x = {0}, y = {0};
        CHECK(syn_take_expired(a, INT64_MAX, &x) && syn_take_expired(b, INT64_MAX, &y), "taken");
        CHECK(memcmp(&x.key, &y.key, sizeof(x.key)) == 0, "the same");
        CHECK(x.ordinal == 2 * i + 1 && x.packets == 1 && x.bytes == 60, "in their order");
        CHECK(x.vlan_count == PACKET_VLANS && x.vlan[PACKET_VLANS - 1] == i, "tags");
        CHECK(addr_is_ipv4(&x.key.addr[0]) == (i % 2 == 0), "of either family");
        CHECK(x.key.addr[1].byte[1] == (i % 2 != 0 ? 0x20 : 0), "with all its address");
        CHECK(x.key.addr[1].byte[15] == (uint8_t)i && x.key.port[0] == 80, "and its ends");
    }
    syn_ring_free(a, &budget);
    syn_ring_free(b, &budget);
    CHECK(budget.used == 0, "all memory given back");
}

/* Every field of the key counts, under every secret another way; and machines without a product of
 * 128 bits have the same one. */
static void test_hash(void)
{
    const struct flow_key key = key_of(5);
    uint64_t x = 0x0123456789abcdefU, y = 0xfedcba9876543210U;
    unsigned same = 0, differ = 0;

    for (size_t bit = 0; bit < 8 * sizeof(key); bit++) {
        struct flow_key other = key;
        ((uint8_t *)&other)[bit / 8] ^= (uint8_t)(1 << bit % 8);
        same += hash_under(2, &key) == hash_under(2, &other);
        same += (uint32_t)hash_under(2, &key) == (uint32_t)hash_under(2, &other);
    }
    CHECK(same == 0, "no bit of the key is without weight");
    CHECK(hash_under(2, &key) != hash_under(3, &key), "nor the secret");
    for (unsigned i = 0; i < 1000; i++) {
        const struct hash_product a = hash_multiply(x, y), b = hash_multiply_by_halves(x, y);
        differ += a.low != b.low || a.high != b.high;
        x = i % 3 == 0 ? ~x : a.low ^ a.high;
        y = i % 7 == 0 ? UINT64_MAX : y * 3 + a.high;
    }
    CHECK(differ == 0, "products by halves");
}

/* One lane's SYNs and what is told of them, alone and among all others. */
struct lane_told {
    uint64_t ordinal[SYN_RING];
    uint32_t count;
};

static void note_lane_told(struct lane_told *told, unsigned lane, struct syn_ring *r,
                           int64_t now_ns)
{
    struct syn s;

    while (syn_take_expired(r, now_ns, &s))
        if (flow_lane(&s.key) == lane)
            told->ordinal[told->count++] = s.ordinal;
}

/* Times go back and forth; some are taken; more come than there is room for. */
static struct lane_told tell_lane(unsigned lane, bool others)
{
    struct budget budget = {0};
    struct syn_ring *r = syn_ring_create(&budget, NULL);
    struct lane_told told = {0};
    struct syn s;

    for (uint32_t i = 0; i < 3 * SYN_RING; i++) {
        const struct flow_key key = key_of(i), before = key_of(i > 90 ? i - i % 90 : 0);
        struct packet p = syn_at((int64_t)i * SECOND / 250 + (int64_t)(i * 7919 % 41) * SECOND);
        p.ordinal = i + 1;
        if (others || flow_lane(&key) == lane)
            note(r, &key, 0, &p);
        if (others || flow_lane(&before) == lane)
            take(r, &before, &s);
        if (i % 100 == 0)
            note_lane_told(&told, lane, r, p.time_ns);
    }
    note_lane_told(&told, lane, r, INT64_MAX);
    syn_ring_free(r, &budget);
    return told;
}

static void test_lanes(void)
{
    uint32_t flows[FLOW_LANES] = {0};

    for (unsigned lane = 3; lane < FLOW_LANES; lane += 30) {
        static struct lane_told alone, among;
        alone = tell_lane(lane, false);
        among = tell_lane(lane, true);
        CHECK(alone.count > SYN_RING / FLOW_LANES && alone.count == among.count, "as many told");
        CHECK(memcmp(alone.ordinal, among.ordinal, alone.count * sizeof(alone.ordinal[0])) == 0,
              "the same, whoever else is there");
    }
    for (uint32_t i = 0; i < 64000; i++) {
        const struct flow_key key = key_of(i);
        flows[flow_lane(&key)]++;
    }
    for (unsigned lane = 0; lane < FLOW_LANES; lane++)
        CHECK(flows[lane] > 800 && flows[lane] < 1200, "lanes are about alike");
}

static void test_ghosts(void)
{
    struct budget budget = {0};
    struct ghost_table *t = ghost_table_create(&budget, NULL);
    struct packet p = {
        .transport = TRANSPORT_TCP, .flags = TCP_ACK, .seq = 1000, .time_ns = SECOND};
    const struct flow_key key = key_of(1);

    CHECK(!ghost_is_straggler(t, &key, 0, &p), "nobody ended");
    ghost_add(t, &key, (const uint32_t[2]){1000, 0x10}, 0);
    CHECK(ghost_is_straggler(t, &key, 0, &p), "the last ACK");
    p.seq = 999;
    CHECK(ghost_is_straggler(t, &key, 0, &p), "the FIN again");
    p.seq = 1001;
    CHECK(!ghost_is_straggler(t, &key, 0, &p), "more than there was");
    p.seq = 0xfffffff0;
    CHECK(ghost_is_straggler(t, &key, 1, &p), "old data, before the numbers wrapped");
    p.flags = TCP_SYN | TCP_ACK;
    CHECK(!ghost_is_straggler(t, &key, 1, &p), "a new connection");
    p.flags = TCP_ACK;
    p.time_ns = 11 * SECOND;
    CHECK(!ghost_is_straggler(t, &key, 1, &p), "too late");
    p.time_ns = -11 * SECOND;
    CHECK(!ghost_is_straggler(t, &key, 1, &p), "before it ended");
    p.time_ns = 0;
    ghost_clear(t);
    CHECK(!ghost_is_straggler(t, &key, 1, &p), "forgotten");
    const struct flow_key other = key_of(2);
    p.time_ns = 0;
    CHECK(!ghost_is_straggler(t, &other, 1, &p), "another connection");
    ghost_table_free(t, &budget);
    CHECK(budget.used == 0, "all memory given back");
}

/* What is made of a SYN as it came is what is made of the key of its connection. */
static void test_bare_syn(void)
{
    struct budget budget = {0};
    const struct hash_key secret = hash_key_from_seed(3);
    struct flow_table *t = flow_table_create(&budget, &secret, NULL);
    unsigned differ = 0, missed = 0;

    for (uint32_t i = 0; i < 2000; i++) {
        struct packet p = {.transport = TRANSPORT_TCP};
        struct endpoint *const end[2] = {&p.src, &p.dst};
        struct bare_syn s = {0};
        for (unsigned at = 0; at < 2; at++) {
            const uint32_t n = i * 2654435761U >> (at * i % 29);
            memset(end[at]->addr.byte + 10, 0xff, 2);
            memcpy(end[at]->addr.byte + 12, &n, sizeof(n));
            end[at]->port = (uint16_t)(i % (3 + 2 * at));
            s.end[at] = bare_syn_end(n, end[at]->port);
        }
        struct flow_key key;
        flow_key_of(&p, &key);
        const uint64_t hash = flow_hash_syn(t, s.end);
        differ += hash != flow_hash(t, &key) || flow_spread_syn(s.end) != flow_spread(&key);
        missed += flow_find(t, &key, hash) != NULL && !flow_may_be(t, hash);
        if (i % 2 == 0 && flow_find(t, &key, hash) == NULL)
            missed += flow_create(t, &key, 0, 60) == NULL || !flow_may_be(t, hash);
    }
    CHECK(differ == 0, "the same hash and ring");
    CHECK(missed == 0, "a flow that is there may be there");
    CHECK(!flow_may_be(t, 12345), "and one that is not is not");
    flow_table_free(t);
}

/* Few addresses and ports, so that keys differ in one place only, or have ends that are alike. */
static struct packet packet_of(uint32_t n)
{
    struct packet p = {.transport = n % 64 != 0 ? TRANSPORT_TCP : TRANSPORT_UDP};

    for (unsigned end = 0; end < 2; end++) {
        struct endpoint *x = end == 0 ? &p.src : &p.dst;
        const uint8_t four[4] = {10, 0, (uint8_t)(n >> (2 + 4 * end) & 1), 1};
        x->addr = addr_from_ipv4(four);
        if ((n >> 10 & 1) != 0)
            x->addr.byte[n >> 11 & 15] ^= 1; /* mostly not of IPv4 any more */
        x->port = (uint16_t)((n >> (3 + 4 * end) & 3) << (n >> 6 & 8));
    }
    return p;
}

static struct ends ends_of(const struct packet *p)
{
    struct ends e = {.ports = (uint32_t)p->src.port << 16 | p->dst.port, .transport = p->transport};

    memcpy(e.src, p->src.addr.byte, sizeof(e.src));
    memcpy(e.dst, p->dst.addr.byte, sizeof(e.dst));
    return e;
}

static bool is_plain(const struct packet *p)
{
    return addr_is_ipv4(&p->src.addr) && addr_is_ipv4(&p->dst.addr) &&
           p->transport == TRANSPORT_TCP;
}

static void put_wire(const struct packet *p, uint8_t wire[12])
{
    const uint8_t ports[4] = {(uint8_t)(p->src.port >> 8), (uint8_t)p->src.port,
                              (uint8_t)(p->dst.port >> 8), (uint8_t)p->dst.port};

    memcpy(wire, p->src.addr.byte + 12, 4);
    memcpy(wire + 4, p->dst.addr.byte + 12, 4);
    memcpy(wire + 8, ports, sizeof(ports));
}

/* Whom it finds stands where it was expected. */
static struct flow_node *find_wire(struct flow_table *t, const struct packet *p, unsigned *side)
{
    uint8_t wire[12];

    put_wire(p, wire);
    struct flow_node *found = flow_find_ipv4(t, wire, wire + 8, side);
    const struct flow_node *expected = flow_expected(flow_expect_ipv4(t, wire, wire + 8));
    return found == NULL || expected == found ? found : NULL;
}

static uint32_t spread_wire(const struct packet *p)
{
    uint8_t wire[12];

    put_wire(p, wire);
    return flow_spread_ipv4(load_u64(wire), load_u32(wire + 8));
}

/* Found, and dealt, by a packet's ends, or by the bytes of its headers, as by its key. */
static void test_between(void)
{
    struct fixture f;
    unsigned found = 0, differ = 0;

    begin(&f, 0);
    for (uint32_t n = 0; n < 1U << 15; n++) {
        const struct packet p = packet_of(n);
        struct flow_key key;
        flow_key_of(&p, &key);
        if (n % 3 != 0 && find(f.table, &key) == NULL)
            flow_create(f.table, &key, 0, 60);
    }
    for (uint32_t n = 0; n < 1U << 15; n++) {
        const struct packet p = packet_of(n);
        const struct ends ends = ends_of(&p);
        struct flow_key key;
        const unsigned side = flow_key_of(&p, &key);
        const struct flow_node *want = find(f.table, &key);
        unsigned got;
        differ += flow_find_between(f.table, &ends, &got) != want;
        differ += want != NULL && got != side;
        differ += flow_spread_ends(&ends) != flow_spread(&key);
        found += want != NULL;
        if (!is_plain(&p))
            continue;
        differ += spread_wire(&p) != flow_spread(&key);
        differ += find_wire(f.table, &p, &got) != want;
        differ += want != NULL && got != side;
    }
    CHECK(differ == 0, "the same flow, and the same side");
    CHECK(found > 1U << 14, "most are there");
    end(&f);
}

/* One of few flows, from one side or the other. */
static struct packet lately_packet(uint32_t i)
{
    const uint32_t few = i * 2654435761U >> 17; /* in no order */
    struct packet p = packet_of(i % 8 != 0 ? few & 0xff : few);

    p.src.port = (uint16_t)(1024 + (few & 0xff));
    if (i % 2 != 0) {
        const struct endpoint src = p.src;
        p.src = p.dst;
        p.dst = src;
    }
    return p;
}

/* Flows come and go, and some have the same place among the recent ones: what is found lately is
 * what is there, and most is. */
static void test_lately(void)
{
    struct fixture f;
    unsigned lately = 0, there = 0, differ = 0;

    begin(&f, 0);
    for (uint32_t i = 0; i < 200000; i++) {
        const struct packet p = lately_packet(i);
        struct flow_key key;
        const unsigned side = flow_key_of(&p, &key);
        struct flow_node *const want = find(f.table, &key);
        unsigned got = 2;
        const struct flow_node *n = flow_find_lately(f.table, &p, &got);
        differ += n != NULL && (n != want || got != side || !is_plain(&p));
        lately += n != NULL;
        there += want != NULL && is_plain(&p);
        if (is_plain(&p))
            differ += find_wire(f.table, &p, &got) != want || (want != NULL && got != side);
        if (want == NULL)
            flow_create(f.table, &key, 0, 60);
        else if (i % 3 == 0)
            flow_remove(f.table, want);
    }
    CHECK(differ == 0, "none but the one that is there, and its side");
    CHECK(lately > there / 2, "and mostly that");
    end(&f);
}

int main(void)
{
    test_syns();
    test_syn_flood();
    test_syns_alike();
    test_syns_keys();
    test_hash();
    test_lanes();
    test_ghosts();
    test_key();
    test_between();
    test_lately();
    test_against_model();
    test_expiry();
    test_clock_leaps();
    test_oldest();
    test_memory();
    test_bare_syn();
    return test_end();
}
