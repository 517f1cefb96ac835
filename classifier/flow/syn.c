/* SPDX-License-Identifier: MIT */
#include "flow/syn.h"

#define BUCKETS           SYN_RING /* a power of two */
#define SECOND_NS         1000000000LL
#define FLAGS_THAT_MATTER 0x3f /* without ECE and CWR (RFC 3168 s6.1.1) */

struct syn_ring {
    /* Fixed, so that the same capture gives the same answers: all that a chosen collision gains is
     * a longer walk in a ring of known size. */
    struct hash_key key;
    uint32_t first, count; /* of the ring: the oldest, and how many places are used */
    uint64_t overwritten;
    uint32_t bucket[BUCKETS];
    /* By place, apart from what is remembered: in a flood little else is looked at. */
    struct link {
        uint32_t tag; /* of the key's hash: the bucket, and more */
        uint32_t next;
    } link[SYN_RING];
    struct syn at[SYN_RING];
};

struct syn_ring *syn_ring_create(struct budget *budget, const struct hash_key *key, struct err *err)
{
    struct syn_ring *r = budget_alloc(budget, sizeof(*r));

    if (r == NULL) {
        err_set(err, "the memory limit is too small for the table of unanswered SYNs");
        return NULL;
    }
    r->key = *key;
    for (uint32_t i = 0; i < BUCKETS; i++)
        r->bucket[i] = FLOW_NOBODY;
    return r;
}

void syn_ring_free(struct syn_ring *r, struct budget *budget)
{
    budget_free(budget, r, sizeof(*r));
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

/* The link that leads to this key's SYN; the last of its bucket's links when there is none. */
static uint32_t *link_of(struct syn_ring *r, uint32_t tag, const struct flow_key *key)
{
    uint32_t *link = &r->bucket[tag & (BUCKETS - 1)];

    while (*link != FLOW_NOBODY &&
           (r->link[*link].tag != tag || memcmp(&r->at[*link].key, key, sizeof(*key)) != 0))
        link = &r->link[*link].next;
    return link;
}

static void unlink_syn(struct syn_ring *r, uint32_t *link)
{
    const uint32_t place = *link;

    *link = r->link[place].next;
    r->at[place].live = false;
}

static void unlink_place(struct syn_ring *r, uint32_t place)
{
    uint32_t *link = &r->bucket[r->link[place].tag & (BUCKETS - 1)];

    while (*link != place)
        link = &r->link[*link].next;
    unlink_syn(r, link);
}

static void drop_first(struct syn_ring *r)
{
    r->count--;
    /* An empty ring begins at its start again: mostly it stays in few cache lines. */
    r->first = r->count > 0 ? (r->first + 1) % SYN_RING : 0;
}

/* A free place behind the youngest; the oldest makes room. */
static uint32_t take_place(struct syn_ring *r)
{
    if (r->count == SYN_RING) {
        if (r->at[r->first].live) {
            unlink_place(r, r->first);
            r->overwritten++;
        }
        drop_first(r);
    }
    return (r->first + r->count++) % SYN_RING;
}

enum syn_noted syn_note(struct syn_ring *r, const struct flow_key *key, unsigned side,
                        const struct packet *p, const char *source)
{
    const uint32_t tag = flow_key_tag(key, &r->key);
    uint32_t *link = link_of(r, tag, key);

    if (*link == FLOW_NOBODY) {
        const uint32_t place = take_place(r);
        r->at[place] = (struct syn){.key = *key,
                                    .first_ns = p->time_ns,
                                    .first_packet = p->number,
                                    .live = true,
                                    .vlan_count = p->vlan_count};
        memcpy(r->at[place].vlan, p->vlan, sizeof(p->vlan));
        link = &r->bucket[tag & (BUCKETS - 1)];
        r->link[place] = (struct link){.tag = tag, .next = *link};
        *link = place;
    } else if (r->at[*link].side != side) {
        return SYN_CROSSED;
    }
    struct syn *s = &r->at[*link];
    const bool again = s->packets > 0 && s->seq == p->seq;
    s->seq = p->seq; /* another try with another number: the last one counts */
    s->side = (uint8_t)side;
    s->source = source;
    s->last_ns = p->time_ns;
    s->last_packet = p->number;
    s->ttl = p->ttl;
    s->window_shift = p->window_shift;
    s->bytes += p->wire_len;
    s->packets++;
    return again ? SYN_AGAIN : SYN_FIRST;
}

bool syn_take(struct syn_ring *r, const struct flow_key *key, struct syn *out)
{
    uint32_t *link = link_of(r, flow_key_tag(key, &r->key), key);

    if (*link == FLOW_NOBODY)
        return false;
    *out = r->at[*link];
    unlink_syn(r, link);
    return true;
}

bool syn_take_expired(struct syn_ring *r, int64_t now_ns, struct syn *out)
{
    for (; r->count > 0; drop_first(r)) {
        const struct syn *oldest = &r->at[r->first];
        if (!oldest->live)
            continue;
        if (now_ns != INT64_MAX && oldest->first_ns + SYN_TIMEOUT_S * SECOND_NS >= now_ns)
            return false;
        *out = *oldest;
        unlink_place(r, r->first);
        return true;
    }
    return false;
}
