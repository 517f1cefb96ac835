/* SPDX-License-Identifier: MIT */
#include "flow/flow.h"

#include <stdlib.h>

#include "flow/secret.h"

#define CHUNK_NODES 64U
#define LINE        64U /* bytes of a cache line: nodes begin with one */
#define FIRST_SLOTS 1024U
#define SPOKES      4096U /* seconds; more than FLOW_TIMEOUT_MAX */
#define SECOND_NS   1000000000LL
#define ASIDE       SPOKES /* one more spoke, which never turns up */

struct slot {
    uint32_t tag;   /* low bits of the hash: home slot and quick comparison */
    uint32_t index; /* of the node; FLOW_NOBODY = free */
};

/* What no packet touches: where a node stands. By the same indices as the nodes. */
struct place {
    uint32_t queued;        /* coarse_time() of last_ns when it was put into its queue */
    uint32_t before, after; /* on its spoke */
    uint32_t idler, busier; /* in the queue of its worth */
    uint32_t tag;
    uint16_t spoke;
    uint8_t worth;
    uint8_t begun_high; /* and its lower 32 bits: flow_begun() */
    uint32_t begun;
};

/* From idle to busy: where a node stands tells when its last packet came, or that it came later. */
struct queue {
    uint32_t idlest, busiest;
    size_t count;
};

struct flow_table {
    struct budget *budget;
    struct flow_secret secret;
    size_t count;
    struct slot *slots;
    uint32_t slot_mask;
    uint8_t **chunks; /* CHUNK_NODES nodes each, and then their places */
    uint32_t chunk_count, chunk_room;
    uint32_t nodes_used; /* indices given out so far */
    uint32_t free_first; /* list of returned nodes, through `after` */
    int64_t turned_to_s; /* the next second whose spoke is looked at */
    uint32_t spoke_first[SPOKES + 1], spoke_last[SPOKES + 1];
    struct queue queue[FLOW_WORTHS];
    size_t bytes, share; /* of nodes and index: held, and allowed; 0 = no limit */
};

/* A free node keeps this in `spoke`. */
#define NO_SPOKE UINT16_MAX

_Static_assert(sizeof(struct flow_node) == LINE, "what a packet touches is one line");

static struct flow_node *first_node(uint8_t *chunk)
{
    return (struct flow_node *)(void *)(chunk + (-(uintptr_t)chunk & (LINE - 1)));
}

static struct flow_node *node_at(const struct flow_table *t, uint32_t index)
{
    return first_node(t->chunks[index / CHUNK_NODES]) + index % CHUNK_NODES;
}

static struct place *place_at(const struct flow_table *t, uint32_t index)
{
    struct flow_node *first = first_node(t->chunks[index / CHUNK_NODES]);
    return (struct place *)(void *)(first + CHUNK_NODES) + index % CHUNK_NODES;
}

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
        table_give(t, t->chunks[i], CHUNK_BYTES);
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

_Static_assert(sizeof(struct flow_key) == 40, "no padding: it is hashed as it lies");

/* Half of one of the key's addresses, as it lies. */
static uint64_t half_of(const struct flow_key *key, unsigned which)
{
    uint64_t half;

    memcpy(&half, (const uint8_t *)key->addr + which * sizeof(half), sizeof(half));
    return half;
}

/* Asked for every packet: without a call, and by the fields as they were written. */
static bool same_key(const struct flow_key *a, const struct flow_key *b)
{
    uint64_t differ = (uint64_t)(a->port[0] ^ b->port[0]) | (uint64_t)(a->port[1] ^ b->port[1]) |
                      (a->transport ^ b->transport);

    for (unsigned i = 0; i < 4; i++)
        differ |= half_of(a, i) ^ half_of(b, i);
    return differ == 0;
}

/* Where the tag's node stands, or the free slot where it would. */
static uint32_t slot_of(const struct flow_table *t, uint32_t tag, const struct flow_key *key)
{
    uint32_t at = tag & t->slot_mask;

    for (; t->slots[at].index != FLOW_NOBODY; at = (at + 1) & t->slot_mask) {
        if (t->slots[at].tag == tag && same_key(&node_at(t, t->slots[at].index)->key, key))
            break;
    }
    return at;
}

uint64_t flow_hash(const struct flow_table *t, const struct flow_key *key)
{
    return flow_secret_hash(&t->secret, key);
}

struct flow_node *flow_find(struct flow_table *t, const struct flow_key *key, uint64_t hash)
{
    const uint32_t index = t->slots[slot_of(t, (uint32_t)hash, key)].index;

    return index != FLOW_NOBODY ? node_at(t, index) : NULL;
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
        uint8_t **chunks = realloc(t->chunks, room * sizeof(*chunks));
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
    t->chunks[t->chunk_count++] = chunk;
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

static int64_t second_of(int64_t ns)
{
    return ns / SECOND_NS;
}

/* Behind the others of its spoke: the first is always the one that waits longest. */
static void wheel_put(struct flow_table *t, uint32_t index, uint16_t spoke)
{
    struct place *n = place_at(t, index);

    n->spoke = spoke;
    n->after = FLOW_NOBODY;
    n->before = t->spoke_last[n->spoke];
    if (n->before != FLOW_NOBODY)
        place_at(t, n->before)->after = index;
    else
        t->spoke_first[n->spoke] = index;
    t->spoke_last[n->spoke] = index;
}

static void wheel_add(struct flow_table *t, uint32_t index, int64_t second)
{
    wheel_put(t, index, (uint16_t)((uint64_t)second % SPOKES));
}

static void wheel_remove(struct flow_table *t, uint32_t index)
{
    const struct place *n = place_at(t, index);

    if (n->before != FLOW_NOBODY)
        place_at(t, n->before)->after = n->after;
    else
        t->spoke_first[n->spoke] = n->after;
    if (n->after != FLOW_NOBODY)
        place_at(t, n->after)->before = n->before;
    else
        t->spoke_last[n->spoke] = n->before;
}

/* In milliseconds, about; only good for telling that there was a packet since. */
static uint32_t coarse_time(int64_t ns)
{
    return (uint32_t)((uint64_t)ns >> 20);
}

/* At the busy end. */
static void queue_add(struct flow_table *t, const struct flow_node *node)
{
    struct place *n = place_at(t, node->index);
    struct queue *q = &t->queue[n->worth];

    n->queued = coarse_time(node->last_ns);
    n->busier = FLOW_NOBODY;
    n->idler = q->busiest;
    if (n->idler != FLOW_NOBODY)
        place_at(t, n->idler)->busier = node->index;
    else
        q->idlest = node->index;
    q->busiest = node->index;
    q->count++;
}

static void queue_remove(struct flow_table *t, uint32_t index)
{
    const struct place *n = place_at(t, index);
    struct queue *q = &t->queue[n->worth];

    if (n->idler != FLOW_NOBODY)
        place_at(t, n->idler)->busier = n->busier;
    else
        q->idlest = n->busier;
    if (n->busier != FLOW_NOBODY)
        place_at(t, n->busier)->idler = n->idler;
    else
        q->busiest = n->idler;
    q->count--;
}

static int64_t expires_s(const struct flow_node *n)
{
    return second_of(n->last_ns) + n->timeout_s + 1;
}

/* The second in whose spoke a node is looked at: when it expires, but never in the part already
 * turned past. */
static int64_t due_s(const struct flow_table *t, const struct flow_node *n)
{
    const int64_t due = expires_s(n);
    const int64_t last = t->turned_to_s + (int64_t)SPOKES - 1;

    if (due < t->turned_to_s)
        return t->turned_to_s;
    return due < last ? due : last;
}

struct flow_node *flow_create(struct flow_table *t, const struct flow_key *key, int64_t now_ns,
                              uint32_t timeout_s)
{
    const size_t slots = (size_t)t->slot_mask + 1, count = t->count + 1;

    if (count * 4 > slots * 3 && !grow(t) && count * 8 > slots * 7)
        return NULL;
    const uint32_t index = take_index(t);
    if (index == FLOW_NOBODY)
        return NULL;
    struct flow_node *n = node_at(t, index);
    const uint32_t tag = (uint32_t)flow_hash(t, key);
    if (t->turned_to_s == INT64_MIN) /* nobody asked yet who has expired */
        t->turned_to_s = second_of(now_ns);
    *n = (struct flow_node){
        .key = *key, .last_ns = now_ns, .timeout_s = (uint16_t)timeout_s, .index = index};
    *place_at(t, index) = (struct place){.tag = tag};
    t->slots[slot_of(t, tag, key)] = (struct slot){.tag = tag, .index = index};
    wheel_add(t, index, due_s(t, n));
    queue_add(t, n);
    t->count++;
    return n;
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
    slot_remove(t, slot_of(t, place->tag, &n->key));
    wheel_remove(t, n->index);
    queue_remove(t, n->index);
    place->spoke = NO_SPOKE;
    place->after = t->free_first;
    t->free_first = n->index;
    t->count--;
}

void flow_set_timeout(struct flow_table *t, struct flow_node *n, uint32_t timeout_s)
{
    n->timeout_s = (uint16_t)timeout_s;
    wheel_remove(t, n->index);
    wheel_add(t, n->index, due_s(t, n));
}

/* Moves a node whose last packet came after it was put on its spoke. False: it stands where it
 * should. */
static bool move_if_refreshed(struct flow_table *t, struct flow_node *n, int64_t second)
{
    const int64_t due = due_s(t, n);

    if (due <= second)
        return false;
    wheel_remove(t, n->index);
    wheel_add(t, n->index, due);
    return true;
}

/* The clock may leap by a century (the times of a file are what its writer likes): not every second
 * between is looked at. All nodes move to the last round before now. */
static void catch_up(struct flow_table *t, int64_t now_s)
{
    t->turned_to_s = now_s - SPOKES;
    for (struct flow_node *n = NULL; (n = flow_each(t, n)) != NULL;) {
        wheel_remove(t, n->index);
        wheel_add(t, n->index, due_s(t, n));
    }
}

struct flow_node *flow_next_expired(struct flow_table *t, int64_t now_ns)
{
    const int64_t now_s = second_of(now_ns);

    if (t->count == 0) {
        t->turned_to_s = now_s + 1; /* as if flows had been there */
        return NULL;
    }
    if (now_s - t->turned_to_s > 2 * (int64_t)SPOKES)
        catch_up(t, now_s);
    while (t->turned_to_s <= now_s) {
        const uint32_t first = t->spoke_first[(uint64_t)t->turned_to_s % SPOKES];
        if (first == FLOW_NOBODY)
            t->turned_to_s++;
        else if (!move_if_refreshed(t, node_at(t, first), t->turned_to_s))
            return node_at(t, first);
    }
    return NULL;
}

void flow_set_begun(struct flow_table *t, const struct flow_node *n, uint64_t begun)
{
    struct place *at = place_at(t, n->index);

    at->begun = (uint32_t)begun;
    at->begun_high = (uint8_t)(begun >> 32);
}

uint64_t flow_begun(const struct flow_table *t, const struct flow_node *n)
{
    const struct place *at = place_at(t, n->index);

    return (uint64_t)at->begun_high << 32 | at->begun;
}

void flow_set_aside(struct flow_table *t, struct flow_node *n)
{
    wheel_remove(t, n->index);
    wheel_put(t, n->index, ASIDE);
}

void flow_set_worth(struct flow_table *t, struct flow_node *n, enum flow_worth worth)
{
    queue_remove(t, n->index);
    place_at(t, n->index)->worth = (uint8_t)worth;
    queue_add(t, n);
}

size_t flow_count_worth(const struct flow_table *t, enum flow_worth worth)
{
    return t->queue[worth].count;
}

struct flow_node *flow_first(const struct flow_table *t, enum flow_worth worth)
{
    const struct queue *q = &t->queue[worth];

    return q->count > 0 ? node_at(t, q->idlest) : NULL;
}

void flow_requeue(struct flow_table *t, struct flow_node *n)
{
    queue_remove(t, n->index);
    queue_add(t, n);
}

/* Who had a packet since it was queued goes to the busy end: each packet moves a node once at
 * most. */
struct flow_node *flow_idlest(struct flow_table *t, enum flow_worth worth)
{
    for (size_t left = t->queue[worth].count; left > 0; left--) {
        struct flow_node *n = flow_first(t, worth);
        if (coarse_time(n->last_ns) == place_at(t, n->index)->queued)
            return n;
        flow_requeue(t, n);
    }
    return flow_first(t, worth);
}

struct flow_node *flow_each(struct flow_table *t, struct flow_node *last)
{
    for (uint32_t i = last != NULL ? last->index + 1 : 0; i < t->nodes_used; i++)
        if (place_at(t, i)->spoke != NO_SPOKE)
            return node_at(t, i);
    return NULL;
}
