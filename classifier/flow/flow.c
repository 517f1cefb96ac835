/* SPDX-License-Identifier: MIT */
#include "flow/flow.h"

#include <stdlib.h>

#include "base/apart.h"
#include "flow/table.h"

#define FIRST_SLOTS 1024U

#define CHUNK_BYTES (CHUNK_NODES * (sizeof(struct flow_node) + sizeof(struct place)) + LINE - 1)

/* Within the table's share of the budget. */
static void *table_alloc(struct flow_table *t, size_t bytes)
{
    if (t->share != 0 && t->bytes + bytes > t->share)
        return NULL;
    void *memory = budget_alloc(t->budget, bytes);
    if (memory != NULL)
        t->bytes += bytes;
    return memory;
}

static void table_give(struct flow_table *t, void *memory, size_t bytes)
{
    budget_free(t->budget, memory, bytes);
    t->bytes -= bytes;
}

static struct slot *slots_create(struct flow_table *t, uint32_t count)
{
    struct slot *slots = table_alloc(t, count * sizeof(*slots));

    for (uint32_t i = 0; slots != NULL && i < count; i++)
        slots[i].index = FLOW_NOBODY;
    return slots;
}

struct flow_table *flow_table_create(struct budget *budget, const struct hash_key *key,
                                     struct err *err)
{
    struct flow_table *t = calloc(1, sizeof(*t));

    if (t == NULL) {
        err_set(err, "out of memory");
        return NULL;
    }
    t->budget = budget;
    t->secret = flow_secret_from(key);
    t->free_first = FLOW_NOBODY;
    t->turned_to_s = INT64_MIN;
    t->slot_mask = FIRST_SLOTS - 1;
    t->slots = slots_create(t, FIRST_SLOTS);
    for (uint32_t i = 0; i <= SPOKES; i++)
        t->spoke_first[i] = t->spoke_last[i] = FLOW_NOBODY;
    for (unsigned worth = 0; worth < FLOW_WORTHS; worth++)
        t->queue[worth] = (struct queue){.idlest = FLOW_NOBODY, .busiest = FLOW_NOBODY};
    if (t->slots != NULL)
        return t;
    err_set(err, "the memory limit is too small for a flow table");
    free(t);
    return NULL;
}

void flow_table_free(struct flow_table *t)
{
    if (t == NULL)
        return;
    for (uint32_t i = 0; i < t->chunk_count; i++)
        table_give(t, t->chunks[i].memory, CHUNK_BYTES);
    table_give(t, t->slots, (t->slot_mask + 1) * sizeof(*t->slots));
    free(t->chunks);
    free(t);
}

void flow_set_share(struct flow_table *t, size_t bytes)
{
    t->share = bytes;
}

size_t flow_count(const struct flow_table *t)
{
    return t->count;
}

/* Asked for every packet: without a call, and by the words as they were written. */
static inline bool same_key(const struct flow_key *a, const struct flow_key *b)
{
    uint64_t differ = 0;

    for (unsigned i = 0; i < FLOW_KEY_WORDS; i++)
        differ |= flow_key_word(a, i) ^ flow_key_word(b, i);
    return differ == 0;
}

/* Where that node stands, or the first free slot: FLOW_NOBODY. */
static uint32_t slot_of(const struct flow_table *t, uint32_t tag, uint32_t index)
{
    uint32_t at = tag & t->slot_mask;

    while (t->slots[at].index != index)
        at = (at + 1) & t->slot_mask;
    return at;
}

uint64_t flow_hash(const struct flow_table *t, const struct flow_key *key)
{
    const struct ends ends = flow_key_ends(key);

    return flow_secret_hash(&t->secret, &ends);
}

uint64_t flow_hash_syn(const struct flow_table *t, const uint64_t end[2])
{
    return flow_secret_syn(&t->secret, end);
}

struct flow_node *flow_find(struct flow_table *t, const struct flow_key *key, uint64_t hash)
{
    const uint32_t tag = (uint32_t)hash;

    for (uint32_t at = tag & t->slot_mask;; at = (at + 1) & t->slot_mask) {
        const struct slot s = t->slots[at];
        if (s.index == FLOW_NOBODY)
            return NULL;
        if (s.tag != tag)
            continue;
        struct flow_node *n = node_at(t, s.index);
        if (same_key(&n->key, key)) {
            recent_begin(&t->recents, n);
            return n;
        }
    }
}

/* Two slots at once, of which the greater index is nobody's: whether the first is taken is as good
 * as random, and no branch depends on it. A free one that still has the tag says yes, too. */
bool flow_may_be(const struct flow_table *t, uint64_t hash)
{
    const uint32_t tag = (uint32_t)hash;

    for (uint32_t at = tag;; at += 2) {
        const struct slot a = t->slots[at & t->slot_mask], b = t->slots[(at + 1) & t->slot_mask];
        if (a.tag == tag || b.tag == tag)
            return true;
        if ((a.index > b.index ? a.index : b.index) == FLOW_NOBODY)
            return false;
    }
}

/* The next node with that tag from a slot on, which moves behind it; NULL: no more. */
static inline struct flow_node *next_tagged(const struct flow_table *t, uint32_t tag, uint32_t *at)
{
    for (;; (*at)++) {
        const struct slot s = t->slots[*at & t->slot_mask];
        if (s.index == FLOW_NOBODY)
            return NULL;
        if (s.tag == tag) {
            (*at)++;
            return node_at(t, s.index);
        }
    }
}

/* How addresses and ports differ from the key's, sent by the one side or the other. */
static inline uint64_t differ(const struct flow_key *key, const uint64_t *src, const uint64_t *dst,
                              uint64_t ports)
{
    return (flow_key_word(key, 0) ^ src[0]) | (flow_key_word(key, 1) ^ src[1]) |
           (flow_key_word(key, 2) ^ dst[0]) | (flow_key_word(key, 3) ^ dst[1]) |
           (flow_key_word(key, 4) ^ ports);
}

/* Which way round it is, is as good as random: no branch depends on it. */
struct flow_node *flow_find_between(const struct flow_table *t, const struct ends *ends,
                                    unsigned *side)
{
    const uint32_t tag = (uint32_t)flow_secret_hash(&t->secret, ends);
    const uint64_t sent = flow_key_ends_ports(ends->ports, ends->transport);
    const uint64_t answered = flow_key_ends_ports(flow_ports_turned(ends->ports), ends->transport);
    uint32_t at = tag;

    for (struct flow_node *n; (n = next_tagged(t, tag, &at)) != NULL;) {
        const uint64_t straight = differ(&n->key, ends->src, ends->dst, sent);
        *side = straight != 0;
        const uint64_t turned = differ(&n->key, ends->dst, ends->src, answered);
        if ((straight < turned ? straight : turned) == 0)
            return n;
    }
    return NULL;
}

/* The first halves are 0, and the same either way. */
static struct flow_node *find_ipv4(const struct flow_table *t, const uint8_t addresses[8],
                                   const uint8_t ports[4], unsigned *side)
{
    const uint64_t src = ends_ipv4(load_u32(addresses));
    const uint64_t dst = ends_ipv4(load_u32(addresses + 4));
    const uint32_t both = load_be32(ports);
    const uint64_t sent = flow_key_ends_ports(both, TRANSPORT_TCP);
    const uint64_t answered = flow_key_ends_ports(flow_ports_turned(both), TRANSPORT_TCP);
    const uint32_t tag =
        (uint32_t)flow_secret_mix(&t->secret, flow_secret_end_ipv4(src, both >> 16),
                                  flow_secret_end_ipv4(dst, both & UINT16_MAX), TRANSPORT_TCP);
    uint32_t at = tag;

    for (struct flow_node *n; (n = next_tagged(t, tag, &at)) != NULL;) {
        const uint64_t a = flow_key_word(&n->key, 1), b = flow_key_word(&n->key, 3);
        const uint64_t last = flow_key_word(&n->key, 4);
        const uint64_t first = flow_key_word(&n->key, 0) | flow_key_word(&n->key, 2);
        const uint64_t straight = (a ^ src) | (b ^ dst) | (last ^ sent);
        const uint64_t turned = (a ^ dst) | (b ^ src) | (last ^ answered);
        *side = straight != 0;
        if ((first | (straight < turned ? straight : turned)) == 0)
            return n;
    }
    return NULL;
}

APART static struct flow_node *find_and_note(struct flow_table *t, const uint8_t addresses[8],
                                             const uint8_t ports[4], unsigned *side)
{
    struct flow_node *n = find_ipv4(t, addresses, ports, side);

    if (n != NULL)
        recent_note(&t->recents, load_u64(addresses), load_u32(ports), *side, n);
    return n;
}

const struct recent *flow_expect_ipv4(const struct flow_table *t, const uint8_t addresses[8],
                                      const uint8_t ports[4])
{
    return &t->recents.of[recent_place(load_u64(addresses), load_u32(ports))];
}

static struct flow_node nobody = {.owner = &nobody};
const struct recent flow_nobody = {.node = &nobody};

const struct flow_node *flow_expected(const struct recent *at)
{
    return at->node;
}

struct flow_node *flow_find_ipv4(struct flow_table *t, const uint8_t addresses[8],
                                 const uint8_t ports[4], unsigned *side)
{
    struct flow_node *n = recent_find(&t->recents, load_u64(addresses), load_u32(ports), side);

    return n != NULL ? n : find_and_note(t, addresses, ports, side);
}

struct flow_node *flow_find_expected(struct flow_table *t, const struct recent *at,
                                     const uint8_t ends[12], unsigned *side)
{
    struct flow_node *n = recent_at(at, load_u64(ends), load_u32(ends + 8), side);

    return n != NULL ? n : find_and_note(t, ends, ends + 8, side);
}

struct flow_node *flow_find_lately(const struct flow_table *t, const struct packet *p,
                                   unsigned *side)
{
    const uint64_t src[2] = {flow_address_half(&p->src.addr, 0),
                             flow_address_half(&p->src.addr, 1)};
    const uint64_t dst[2] = {flow_address_half(&p->dst.addr, 0),
                             flow_address_half(&p->dst.addr, 1)};

    if (p->transport != TRANSPORT_TCP || !ends_is_ipv4(src) || !ends_is_ipv4(dst))
        return NULL;
    return recent_find(&t->recents, recent_addresses(&p->src.addr, &p->dst.addr),
                       recent_ports(p->src.port, p->dst.port), side);
}

/* Twice the slots; tags are enough to find the new homes. False: no memory, and nothing changed. */
static bool grow(struct flow_table *t)
{
    const uint32_t old_count = t->slot_mask + 1;
    struct slot *old = t->slots;
    struct slot *slots = slots_create(t, old_count * 2);

    if (slots == NULL)
        return false;
    t->slots = slots;
    t->slot_mask = old_count * 2 - 1;
    for (uint32_t i = 0; i < old_count; i++) {
        if (old[i].index == FLOW_NOBODY)
            continue;
        uint32_t at = old[i].tag & t->slot_mask;
        while (slots[at].index != FLOW_NOBODY)
            at = (at + 1) & t->slot_mask;
        slots[at] = old[i];
    }
    table_give(t, old, old_count * sizeof(*old));
    return true;
}

static bool add_chunk(struct flow_table *t)
{
    if (t->chunk_count == t->chunk_room) {
        const uint32_t room = t->chunk_room > 0 ? t->chunk_room * 2 : 64;
        struct chunk *chunks = realloc(t->chunks, room * sizeof(*chunks));
        if (chunks == NULL) {
            t->budget->lacked++;
            return false;
        }
        t->chunks = chunks;
        t->chunk_room = room;
    }
    uint8_t *chunk = table_alloc(t, CHUNK_BYTES);
    if (chunk == NULL)
        return false;
    t->chunks[t->chunk_count++] = (struct chunk){
        .first = (struct flow_node *)(void *)(chunk + (-(uintptr_t)chunk & (LINE - 1))),
        .memory = chunk,
    };
    return true;
}

/* FLOW_NOBODY: no memory. */
static uint32_t take_index(struct flow_table *t)
{
    uint32_t index = t->free_first;

    if (index != FLOW_NOBODY) {
        t->free_first = place_at(t, index)->after;
    } else {
        if (t->nodes_used == t->chunk_count * CHUNK_NODES && !add_chunk(t))
            return FLOW_NOBODY;
        index = t->nodes_used++;
    }
    return index;
}

struct flow_node *flow_create_hashed(struct flow_table *t, const struct flow_key *key,
                                     uint64_t hash, int64_t now_ns, uint32_t timeout_s)
{
    const size_t slots = (size_t)t->slot_mask + 1, count = t->count + 1;

    if (count * 4 > slots * 3 && !grow(t) && count * 8 > slots * 7)
        return NULL;
    const uint32_t index = take_index(t);
    if (index == FLOW_NOBODY)
        return NULL;
    struct flow_node *n = node_at(t, index);
    const uint32_t tag = (uint32_t)hash;
    *n = (struct flow_node){
        .key = *key, .last_ns = now_ns, .timeout_s = (uint16_t)timeout_s, .index = index};
    *place_at(t, index) = (struct place){.tag = tag};
    t->slots[slot_of(t, tag, FLOW_NOBODY)] = (struct slot){.tag = tag, .index = index};
    wheel_enter(t, n, now_ns);
    recent_begin(&t->recents, n);
    t->count++;
    return n;
}

struct flow_node *flow_create(struct flow_table *t, const struct flow_key *key, int64_t now_ns,
                              uint32_t timeout_s)
{
    return flow_create_hashed(t, key, flow_hash(t, key), now_ns, timeout_s);
}

/* Takes a slot out and moves those behind it up, so that no search meets a hole (Knuth 6.4,
 * algorithm R). */
static void slot_remove(struct flow_table *t, uint32_t hole)
{
    for (uint32_t at = (hole + 1) & t->slot_mask; t->slots[at].index != FLOW_NOBODY;
         at = (at + 1) & t->slot_mask) {
        const uint32_t home = t->slots[at].tag & t->slot_mask;
        if (((at - home) & t->slot_mask) < ((at - hole) & t->slot_mask))
            continue; /* its home lies after the hole */
        t->slots[hole] = t->slots[at];
        hole = at;
    }
    t->slots[hole].index = FLOW_NOBODY;
}

void flow_remove(struct flow_table *t, struct flow_node *n)
{
    struct place *place = place_at(t, n->index);
    slot_remove(t, slot_of(t, place->tag, n->index));
    wheel_leave(t, n);
    recent_end(&t->recents, n);
    place->spoke = NO_SPOKE;
    place->after = t->free_first;
    t->free_first = n->index;
    t->count--;
}

struct flow_node *flow_each(struct flow_table *t, struct flow_node *last)
{
    for (uint32_t i = last != NULL ? last->index + 1 : 0; i < t->nodes_used; i++)
        if (place_at(t, i)->spoke != NO_SPOKE)
            return node_at(t, i);
    return NULL;
}
