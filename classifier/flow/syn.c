/* SPDX-License-Identifier: MIT */
#include "flow/syn.h"

#include "base/fetch.h"
#include "base/sort.h"

#define LINE              64U /* bytes of a cache line */
#define RINGS             (SYN_RING / SYN_PLACES)
#define TIMEOUT_NS        (SYN_TIMEOUT_S * 1000000000LL)
#define NO_TAG            0    /* the place is free */
#define FLAGS_THAT_MATTER 0x3f /* without ECE and CWR (RFC 3168 s6.1.1) */
#define IPV4_AT           12   /* in an address */
#define IPV4_IN_HALF      4    /* in its last half */

_Static_assert(RINGS % FLOW_LANES == 0, "a ring belongs to one lane");

enum noted_bit { SIDE_BIT = 1, REST_BIT = 2 /* there is more to know of it */ };

/* All that there is to know of a SYN over IPv4 that was sent once: in a flood nothing else is
 * written. */
struct noted {
    uint8_t addr_end[2][4]; /* by side */
    uint16_t port[2];
    uint32_t seq;
    int64_t first_ns;
    uint64_t ordinal;
    const char *source;
    uint64_t first_packet;
    uint32_t first_len;
    uint8_t bits; /* of enum noted_bit */
    uint8_t ttl, window_shift, vlan_count;
    uint16_t vlan[PACKET_VLANS];
};
_Static_assert(sizeof(struct noted) == LINE, "one cache line");

/* What else there is: over IPv6, or when it was sent again. */
struct rest {
    uint8_t addr_start[2][IPV4_AT]; /* by side */
    int64_t last_ns;
    uint64_t last_packet;
    uint64_t more_bytes; /* of those sent again */
    uint32_t more_packets;
};

struct syn_ring {
    struct noted at[SYN_RING]; /* ring by ring */
    uint16_t tag[RINGS][SYN_PLACES];
    uint8_t next[RINGS]; /* the place to be written next: the oldest */
    const char *source;
    void *block; /* this, aligned */
    uint64_t overwritten;
    int64_t earliest_ns;    /* no SYN here came before; INT64_MAX: there is none */
    int64_t ring_ns[RINGS]; /* nor in that ring */
    uint32_t due_count, due_told;
    struct sort_record due[SYN_RING]; /* timed out, and still to be told: ordinal, place */
    struct sort_record sort_room[SYN_RING];
    struct rest rest[SYN_RING];
};

static const uint8_t mapped[IPV4_AT] = {[10] = 0xff, [11] = 0xff}; /* RFC 4291 s2.5.5.2 */

struct syn_ring *syn_ring_create(struct budget *budget, struct err *err)
{
    uint8_t *block = budget_alloc(budget, sizeof(struct syn_ring) + LINE - 1);

    if (block == NULL) {
        err_set(err, "the memory limit is too small for the table of unanswered SYNs");
        return NULL;
    }
    struct syn_ring *r = (struct syn_ring *)(void *)(block + (-(uintptr_t)block & (LINE - 1)));
    r->block = block;
    r->source = "";
    r->earliest_ns = INT64_MAX;
    for (uint32_t ring = 0; ring < RINGS; ring++)
        r->ring_ns[ring] = INT64_MAX;
    return r;
}

void syn_ring_free(struct syn_ring *r, struct budget *budget)
{
    if (r != NULL)
        budget_free(budget, r->block, sizeof(*r) + LINE - 1);
}

uint64_t syn_overwritten(const struct syn_ring *r)
{
    return r->overwritten;
}

bool syn_is_bare(const struct packet *p)
{
    return p->transport == TRANSPORT_TCP && (p->flags & FLAGS_THAT_MATTER) == TCP_SYN &&
           p->payload_len == 0;
}

void syn_source(struct syn_ring *r, const char *source)
{
    r->source = source;
}

static uint16_t tag_of(uint64_t hash)
{
    const uint16_t tag = (uint16_t)(hash >> 48);

    return tag != NO_TAG ? tag : 1;
}

static uint32_t ring_of(const struct flow_key *key)
{
    return flow_spread(key) % RINGS;
}

static bool is_ipv4(const struct flow_key *key)
{
    return memcmp(key->addr[0].byte, mapped, IPV4_AT) == 0 &&
           memcmp(key->addr[1].byte, mapped, IPV4_AT) == 0;
}

static struct flow_key key_at(const struct syn_ring *r, uint32_t place)
{
    const struct noted *n = &r->at[place];
    struct flow_key key = {.port = {n->port[0], n->port[1]}, .transport = TRANSPORT_TCP};

    for (unsigned side = 0; side < 2; side++) {
        const uint8_t *start = (n->bits & REST_BIT) != 0 ? r->rest[place].addr_start[side] : mapped;
        memcpy(key.addr[side].byte, start, IPV4_AT);
        memcpy(key.addr[side].byte + IPV4_AT, n->addr_end[side], sizeof(n->addr_end[side]));
    }
    return key;
}

/* Compared without a branch, many at once. */
static bool has_tag(const uint16_t tags[SYN_PLACES], uint16_t tag)
{
    uint16_t any = 0;

    for (uint32_t i = 0; i < SYN_PLACES; i++)
        any = (uint16_t)(any | (tags[i] == tag ? UINT16_MAX : 0));
    return any != 0;
}

/* The place of this key's SYN; SYN_RING: there is none. */
static uint32_t place_of(const struct syn_ring *r, uint32_t ring, uint16_t tag,
                         const struct flow_key *key)
{
    for (uint32_t i = 0; i < SYN_PLACES; i++) {
        if (r->tag[ring][i] != tag)
            continue;
        const uint32_t place = ring * SYN_PLACES + i;
        const struct flow_key here = key_at(r, place);
        if (memcmp(&here, key, sizeof(here)) == 0)
            return place;
    }
    return SYN_RING;
}

static void give_place(struct syn_ring *r, uint32_t place)
{
    r->tag[place / SYN_PLACES][place % SYN_PLACES] = NO_TAG;
}

/* The oldest place of the ring; who stands there makes room. The one after it is on its way from
 * memory until the ring's next SYN comes. */
static uint32_t take_place(struct syn_ring *r, uint32_t ring, uint16_t tag)
{
    const uint32_t i = r->next[ring], after = (i + 1) % SYN_PLACES;

    r->next[ring] = (uint8_t)after;
    fetch_to_write(&r->at[ring * SYN_PLACES + after]);
    r->overwritten += r->tag[ring][i] != NO_TAG;
    r->tag[ring][i] = tag;
    return ring * SYN_PLACES + i;
}

static void begin_rest(struct syn_ring *r, uint32_t place, const struct flow_key *key)
{
    struct rest *more = &r->rest[place];

    *more =
        (struct rest){.last_ns = r->at[place].first_ns, .last_packet = r->at[place].first_packet};
    for (unsigned side = 0; side < 2; side++)
        memcpy(more->addr_start[side], key->addr[side].byte, IPV4_AT);
    r->at[place].bits |= REST_BIT;
}

/* One came to that place. */
static void begin_time(struct syn_ring *r, uint32_t place, int64_t now_ns)
{
    int64_t *ring_ns = &r->ring_ns[place / SYN_PLACES];

    if (now_ns < *ring_ns)
        *ring_ns = now_ns;
    if (now_ns < r->earliest_ns)
        r->earliest_ns = now_ns;
}

/* All of it is written at once: what stood there need not be fetched. */
static void note_first(struct syn_ring *r, uint32_t place, const struct flow_key *key,
                       unsigned side, const struct packet *p)
{
    struct noted *n = &r->at[place];

    n->port[0] = key->port[0];
    n->port[1] = key->port[1];
    n->seq = p->seq;
    n->first_ns = p->time_ns;
    n->first_packet = p->number;
    n->ordinal = p->ordinal;
    n->source = r->source;
    n->first_len = p->wire_len;
    n->bits = side != 0 ? SIDE_BIT : 0;
    n->ttl = p->ttl;
    n->window_shift = p->window_shift;
    n->vlan_count = p->vlan_count;
    memcpy(n->addr_end[0], key->addr[0].byte + IPV4_AT, sizeof(n->addr_end[0]));
    memcpy(n->addr_end[1], key->addr[1].byte + IPV4_AT, sizeof(n->addr_end[1]));
    memcpy(n->vlan, p->vlan, sizeof(n->vlan));
    if (!is_ipv4(key))
        begin_rest(r, place, key);
    begin_time(r, place, p->time_ns);
}

static void note_again(struct syn_ring *r, uint32_t place, const struct flow_key *key,
                       const struct packet *p)
{
    if ((r->at[place].bits & REST_BIT) == 0)
        begin_rest(r, place, key);
    struct rest *more = &r->rest[place];
    more->last_ns = p->time_ns;
    more->last_packet = p->number;
    more->more_bytes += p->wire_len;
    more->more_packets++;
    r->at[place].seq = p->seq; /* another try with another number: the last one counts */
    r->at[place].source = r->source;
    r->at[place].ttl = p->ttl;
    r->at[place].window_shift = p->window_shift;
}

enum syn_noted syn_note(struct syn_ring *r, const struct flow_key *key, uint64_t hash,
                        unsigned side, const struct packet *p)
{
    const uint32_t ring = ring_of(key);
    const uint16_t tag = tag_of(hash);
    const uint32_t place = has_tag(r->tag[ring], tag) ? place_of(r, ring, tag, key) : SYN_RING;

    if (place == SYN_RING) {
        note_first(r, take_place(r, ring, tag), key, side, p);
        return SYN_FIRST;
    }
    if ((r->at[place].bits & SIDE_BIT) != side)
        return SYN_CROSSED;
    const bool again = r->at[place].seq == p->seq;
    note_again(r, place, key, p);
    return again ? SYN_AGAIN : SYN_FIRST;
}

/* note_first() of it. */
static void note_pair(struct syn_ring *r, uint32_t place, const struct flow_pair *pair,
                      const struct bare_syn *s)
{
    struct noted *n = &r->at[place];

    n->port[0] = pair->port[0];
    n->port[1] = pair->port[1];
    n->seq = s->seq;
    n->first_ns = s->time_ns;
    n->first_packet = s->number;
    n->ordinal = s->ordinal;
    n->source = r->source;
    n->first_len = s->wire_len;
    n->bits = pair->side != 0 ? SIDE_BIT : 0;
    n->ttl = s->ttl;
    n->window_shift = s->window_shift;
    n->vlan_count = 0;
    for (unsigned side = 0; side < 2; side++)
        memcpy(n->addr_end[side], (const uint8_t *)&pair->address[side] + IPV4_IN_HALF,
               sizeof(n->addr_end[side]));
    memset(n->vlan, 0, sizeof(n->vlan));
    begin_time(r, place, s->time_ns);
}

bool syn_note_new(struct syn_ring *r, const struct flow_pair *pair, uint64_t hash,
                  const struct bare_syn *s)
{
    const uint32_t ring = flow_pair_spread(pair) % RINGS;
    const uint16_t tag = tag_of(hash);

    if (has_tag(r->tag[ring], tag))
        return false;
    note_pair(r, take_place(r, ring, tag), pair, s);
    return true;
}

/* All that is known of the SYN, whose place is free then. */
static void take_out(struct syn_ring *r, uint32_t place, struct syn *out)
{
    const struct noted *n = &r->at[place];

    *out = (struct syn){.key = key_at(r, place),
                        .first_ns = n->first_ns,
                        .last_ns = n->first_ns,
                        .first_packet = n->first_packet,
                        .last_packet = n->first_packet,
                        .ordinal = n->ordinal,
                        .bytes = n->first_len,
                        .packets = 1,
                        .seq = n->seq,
                        .source = n->source,
                        .vlan_count = n->vlan_count,
                        .side = n->bits & SIDE_BIT,
                        .ttl = n->ttl,
                        .window_shift = n->window_shift};
    memcpy(out->vlan, n->vlan, sizeof(out->vlan));
    if ((n->bits & REST_BIT) != 0) {
        out->last_ns = r->rest[place].last_ns;
        out->last_packet = r->rest[place].last_packet;
        out->bytes += r->rest[place].more_bytes;
        out->packets += r->rest[place].more_packets;
    }
    give_place(r, place);
}

bool syn_take(struct syn_ring *r, const struct flow_key *key, uint64_t hash, struct syn *out)
{
    const uint32_t ring = ring_of(key);
    const uint16_t tag = tag_of(hash);

    if (!has_tag(r->tag[ring], tag))
        return false;
    const uint32_t place = place_of(r, ring, tag, key);
    if (place == SYN_RING)
        return false;
    take_out(r, place, out);
    return true;
}

static bool is_due(int64_t first_ns, int64_t now_ns)
{
    return now_ns == INT64_MAX || first_ns + TIMEOUT_NS < now_ns;
}

static void look_for_due(struct syn_ring *r, uint32_t ring, int64_t now_ns)
{
    r->ring_ns[ring] = INT64_MAX;
    for (uint32_t i = 0; i < SYN_PLACES; i++) {
        const uint32_t place = ring * SYN_PLACES + i;
        const struct noted *n = &r->at[place];
        if (r->tag[ring][i] == NO_TAG)
            continue;
        if (is_due(n->first_ns, now_ns))
            r->due[r->due_count++] = (struct sort_record){.key = n->ordinal, .value = place};
        else if (n->first_ns < r->ring_ns[ring])
            r->ring_ns[ring] = n->first_ns;
    }
}

/* At each tick of the clock: mostly one look says that it is too early. */
static void gather_due(struct syn_ring *r, int64_t now_ns)
{
    r->due_count = r->due_told = 0;
    if (r->earliest_ns == INT64_MAX || !is_due(r->earliest_ns, now_ns))
        return;
    r->earliest_ns = INT64_MAX;
    for (uint32_t ring = 0; ring < RINGS; ring++) {
        if (r->ring_ns[ring] != INT64_MAX && is_due(r->ring_ns[ring], now_ns))
            look_for_due(r, ring, now_ns);
        if (r->ring_ns[ring] < r->earliest_ns)
            r->earliest_ns = r->ring_ns[ring];
    }
    sort_records(r->due, r->sort_room, r->due_count);
}

/* It may have been taken since it was found due, and its place be another's. */
static bool is_here(const struct syn_ring *r, const struct sort_record *due)
{
    return r->tag[due->value / SYN_PLACES][due->value % SYN_PLACES] != NO_TAG &&
           r->at[due->value].ordinal == due->key;
}

bool syn_take_expired(struct syn_ring *r, int64_t now_ns, struct syn *out)
{
    if (r->due_told == r->due_count)
        gather_due(r, now_ns);
    while (r->due_told < r->due_count) {
        const struct sort_record *due = &r->due[r->due_told++];
        if (!is_here(r, due))
            continue;
        take_out(r, (uint32_t)due->value, out);
        return true;
    }
    return false;
}
