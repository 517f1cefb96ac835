/* SPDX-License-Identifier: MIT */
/* pair.h - the key of a TCP connection over IPv4, by the words in which such keys differ: for the
 * short way of a SYN that nothing is known of. */
#ifndef FLOW_PAIR_H
#define FLOW_PAIR_H

#include "flow/flow.h"
#include "model/bare_syn.h"

/* By side, as in struct flow_key. */
struct flow_pair {
    uint64_t address[2]; /* the last half of each: the first is 0 */
    uint16_t port[2];
    unsigned side; /* that sent the SYN */
};

/* As flow_key_of(): no branch depends on what is as good as random. */
static inline struct flow_pair flow_pair_of(const struct bare_syn *s)
{
    const uint64_t a = be64toh(s->address[0]), b = be64toh(s->address[1]);
    const unsigned side = (a > b) | ((a == b) & (s->port[0] > s->port[1]));
    const uint64_t turn = 0 - (uint64_t)side;
    const uint64_t address = (s->address[0] ^ s->address[1]) & turn;
    const uint64_t port = (s->port[0] ^ s->port[1]) & turn;

    return (struct flow_pair){
        .address = {s->address[0] ^ address, s->address[1] ^ address},
        .port = {(uint16_t)(s->port[0] ^ port), (uint16_t)(s->port[1] ^ port)},
        .side = side,
    };
}

static inline struct flow_key flow_pair_key(const struct flow_pair *p)
{
    const uint64_t word[FLOW_KEY_WORDS] = {0, p->address[0], 0, p->address[1],
                                           flow_key_ports(p->port[0], p->port[1], TRANSPORT_TCP)};
    struct flow_key key;

    memcpy(&key, word, sizeof(key));
    return key;
}

/* flow_hash() of its key. */
uint64_t flow_pair_hash(const struct flow_table *t, const struct flow_pair *p);
/* flow_spread() of its key. */
uint32_t flow_pair_spread(const struct flow_pair *p);

#endif
