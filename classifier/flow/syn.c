/* SPDX-License-Identifier: MIT */
#include "flow/syn.h"

#include "base/fetch.h"
#include "base/simd_among.h"
#include "base/sort.h"

#define LINE              64U /* bytes of a cache line */
#define RINGS             (SYN_RING / SYN_PLACES)
#define TIMEOUT_NS        (SYN_TIMEOUT_S * 1000000000LL)
#define NO_TAG            0    /* the place is free */
#define FLAGS_THAT_MATTER 0x3f /* without ECE and CWR (RFC 3168 s6.1.1) */
#define IPV4_AT           12   /* in an address */

_Static_assert(RINGS % FLOW_LANES == 0, "a ring belongs to one lane");
_Static_assert(SYN_PLACES == SIMD_AMONG, "a ring is looked through at once");

/* All that there is to know of a SYN over IPv4 that was sent once: in a flood nothing else is
 * written. Addresses and ports are of who sent it, and of whom it asks: which of them is which side
 * matters when it is taken out, as few are. */
struct noted {
    uint64_t end[2]; /* of the address the last four bytes */
    uint32_t seq, first_len;
    int64_t first_ns;
    uint64_t ordinal;
    const char *source;
    uint64_t first_packet;
    uint8_t ttl, window_shift;
    bool has_rest; /* there is more to know of it */
};
_Static_assert(sizeof(struct noted) == LINE, "one cache line");

/* What else there is: over IPv6, in a VLAN, or when it was sent again. */
struct rest {
    uint8_t addr_start[2][IPV4_AT]; /* in the same order */
    int64_t last_ns;
    uint64_t last_packet;
    uint64_t more_bytes; /* of those sent again */
    uint32_t more_packets;
    uint16_t vlan[PACKET_VLANS];
    uint8_t vlan_count;
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

static void put_end(struct endpoint *e, uint64_t end)
{
    const uint32_t four = htole32((uint32_t)end);

    memcpy(e->addr.byte + IPV4_AT, &four, sizeof(four));
    e->port = (uint16_t)(end >> BARE_SYN_PORT_AT);
}

/* The key, and the side that sent it. */
static unsigned key_at(const struct syn_ring *r, uint32_t place, struct flow_key *out)
{
    const struct noted *n = &r->at[place];
    struct endpoint end[2];

    for (unsigned i = 0; i < 2; i++) {
        memcpy(end[i].addr.byte, n->has_rest ? r->rest[place].addr_start[i] : mapped, IPV4_AT);
        put_end(&end[i], n->end[i]);
    }
    return flow_key_between(&end[0], &end[1], TRANSPORT_TCP, out);
}

/* The place of this key's SYN, and the side that sent it; SYN_RING: there is none. It is mostly one
 * of the last that came to the ring. */
static uint32_t place_of(const struct syn_ring *r, uint32_t ring, uint16_t tag,
                         const struct flow_key *key, unsigned *side)
{
    uint32_t i = r->next[ring];

    if (!simd_among(r->tag[ring], tag))
        return SYN_RING;
    for (uint32_t left = SYN_PLACES; left > 0; left--) {
        i = (i - 1) % SYN_PLACES;
        if (r->tag[ring][i] != tag)
            continue;
        const uint32_t place = ring * SYN_PLACES + i;
        struct flow_key here;
        *side = key_at(r, place, &here);
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

static void begin_rest(struct syn_ring *r, uint32_t place, const struct flow_key *key,
                       unsigned side)
{
    struct rest *more = &r->rest[place];

    *more =
        (struct rest){.last_ns = r->at[place].first_ns, .last_packet = r->at[place].first_packet};
    memcpy(more->addr_start[0], key->addr[side].byte, IPV4_AT);
    memcpy(more->addr_start[1], key->addr[1 - side].byte, IPV4_AT);
    r->at[place].has_rest = true;
}

/* One came to that ring. No ring's time is before the earliest of all. */
static inline void begin_time(struct syn_ring *r, uint32_t ring, int64_t now_ns)
{
    if (now_ns >= r->ring_ns[ring])
        return;
    r->ring_ns[ring] = now_ns;
    if (now_ns < r->earliest_ns)
        r->earliest_ns = now_ns;
}

/* All of it is written at once: what stood there need not be fetched. Returns its place. */
static inline uint32_t note_first(struct syn_ring *r, uint32_t ring, uint16_t tag,
                                  const struct bare_syn *s)
{
    const uint32_t place = take_place(r, ring, tag);
    struct noted *n = &r->at[place];

    n->end[0] = s->end[0];
    n->end[1] = s->end[1];
    n->seq = s->seq;
    n->first_ns = s->time_ns;
    n->ordinal = s->ordinal;
    n->source = r->source;
    n->first_packet = s->number;
    n->first_len = s->wire_len;
    n->ttl = s->ttl;
    n->window_shift = s->window_shift;
    n->has_rest = false;
    begin_time(r, ring, s->time_ns);
    return place;
}

static uint64_t end_of(const struct flow_key *key, unsigned side)
{
    return bare_syn_end(load_u32(key->addr[side].byte + IPV4_AT), key->port[side]);
}

/* The same of any other. */
static void note_any(struct syn_ring *r, const struct flow_key *key, uint16_t tag, unsigned side,
                     const struct packet *p)
{
    const struct bare_syn s = {
        .end = {end_of(key, side), end_of(key, 1 - side)},
        .seq = p->seq,
        .wire_len = p->wire_len,
        .number = p->number,
        .ordinal = p->ordinal,
        .time_ns = p->time_ns,
        .ttl = p->ttl,
        .window_shift = p->window_shift,
    };
    const uint32_t place = note_first(r, ring_of(key), tag, &s);

    if (is_ipv4(key) && p->vlan_count == 0)
        return;
    begin_rest(r, place, key, side);
    r->rest[place].vlan_count = p->vlan_count;
    memcpy(r->rest[place].vlan, p->vlan, sizeof(p->vlan));
}

static void note_again(struct syn_ring *r, uint32_t place, const struct flow_key *key,
                       unsigned side, const struct packet *p)
{
    if (!r->at[place].has_rest)
        begin_rest(r, place, key, side);
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
    unsigned first_side;
    const uint32_t place = place_of(r, ring, tag, key, &first_side);

    if (place == SYN_RING) {
        note_any(r, key, tag, side, p);
        return SYN_FIRST;
    }
    if (first_side != side)
        return SYN_CROSSED;
    const bool again = r->at[place].seq == p->seq;
    note_again(r, place, key, side, p);
    return again ? SYN_AGAIN : SYN_FIRST;
}

struct syn_spot syn_spot_of(const uint64_t end[2], uint64_t hash)
{
    return (struct syn_spot){.ring = flow_spread_syn(end) % RINGS, .tag = tag_of(hash)};
}

bool syn_is_new(const struct syn_ring *r, struct syn_spot spot)
{
    return !simd_among(r->tag[spot.ring], spot.tag);
}

void syn_note_at(struct syn_ring *r, struct syn_spot spot, const struct bare_syn *s)
{
    note_first(r, spot.ring, spot.tag, s);
}

/* All that is known of the SYN but its key and side; its place is free then. */
static inline void take_out(struct syn_ring *r, uint32_t place, struct syn *out)
{
    const struct noted *n = &r->at[place];

    *out = (struct syn){.first_ns = n->first_ns,
                        .last_ns = n->first_ns,
                        .first_packet = n->first_packet,
                        .last_packet = n->first_packet,
                        .ordinal = n->ordinal,
                        .bytes = n->first_len,
                        .packets = 1,
                        .seq = n->seq,
                        .source = n->source,
                        .ttl = n->ttl,
                        .window_shift = n->window_shift};
    if (n->has_rest) {
        out->vlan_count = r->rest[place].vlan_count;
        memcpy(out->vlan, r->rest[place].vlan, sizeof(out->vlan));
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

    unsigned side;
    const uint32_t place = place_of(r, ring, tag, key, &side);

    if (place == SYN_RING)
        return false;
    take_out(r, place, out);
    out->key = *key;
    out->side = (uint8_t)side;
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
        const uint32_t place = (uint32_t)due->value;
        take_out(r, place, out);
        out->side = (uint8_t)key_at(r, place, &out->key);
        return true;
    }
    return false;
}
