/* SPDX-License-Identifier: MIT */
/* ghost.h - connections that ended lately: their stragglers (a FIN sent again, a late ACK) begin no
 * new flow.
 *
 * A fixed, direct-mapped table: a newer ghost may take an older one's place. Then a straggler is
 * told as a flow that began before the capture, which is no more than it would be without this.
 */
#ifndef FLOW_GHOST_H
#define FLOW_GHOST_H

#include "flow/flow.h"

#define GHOSTS   4096U
#define GHOST_NS 10000000000LL /* how long stragglers may come */
#define GHOST_REACH                                                                                \
    (4U << 20) /* bytes of sequence numbers before the end that a straggler may have */

struct ghost {
    struct flow_key key;
    uint32_t end[2]; /* by side: the sequence number after its FIN */
    int64_t ended_ns;
    bool live;
};

#define GHOST_WINDOW (64U << 10) /* bytes behind the end: of the same connection */

struct ghost_table;

struct ghost_table *ghost_table_create(struct budget *budget, struct err *err);
void ghost_table_free(struct ghost_table *t, struct budget *budget); /* NULL is fine */
/* Forgets them all: what comes now is of another time. */
void ghost_clear(struct ghost_table *t);
/* As in struct ghost. */
void ghost_add(struct ghost_table *t, const struct flow_key *key, const uint32_t end[2],
               int64_t ended_ns);
/* Belongs this packet of no known connection to one that has ended? */
bool ghost_is_straggler(const struct ghost_table *t, const struct flow_key *key, unsigned side,
                        const struct packet *p);
/* Or are these bytes from behind its end? */
bool ghost_goes_on(const struct ghost_table *t, const struct flow_key *key, unsigned side,
                   const struct packet *p);

#endif
