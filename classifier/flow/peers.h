/* SPDX-License-Identifier: MIT */
/* peers.h - endpoints that take part in BitTorrent, as far as the traffic itself has told.
 *
 * In:    endpoints from trackers, the DHT, other peers, local announcements, and servers of peer
 *        connections, each with when and where it was named.
 * Out:   whether an endpoint is one, and how that is known; to how many others a host made
 *        connections of the same encrypted shape lately.
 * State: at most PEERS_MAX endpoints and ALIKE_HOSTS hosts, less where --memory is small; taken
 *        with the first endpoint. Entries expire (PEER_LIFE_S); of four that share a place the
 *        expired goes first, then the weaker, then the older. The key is address and port, never
 *        an address alone or a pair of them: many hosts share an address.
 */
#ifndef FLOW_PEERS_H
#define FLOW_PEERS_H

#include "base/budget.h"
#include "base/hash.h"
#include "model/endpoint.h"
#include "model/known_peer.h"

#define PEERS_MAX        65536U
#define PEERS_PART       32   /* at most this part of --memory */
#define PEER_LIFE_S      1800 /* a tracker's usual interval (BEP 3) */
#define PEER_LIFE_WEAK_S 1200 /* up to PEER_DHT: named by others, unasked */
#define ALIKE_HOSTS      1024U
#define ALIKE_NS         300000000000LL

struct peers {
    struct budget *budget;
    size_t limit; /* bytes of endpoints */
    struct hash_key key;
    struct peer_place *place; /* NULL: nothing was learnt yet */
    uint32_t places;          /* a power of 2 */
    struct alike_host *hosts;
    uint64_t learnt, forgotten; /* endpoints; forgotten: before their time, for another */
};

/* `memory`: bytes, of which endpoints take a part; 0: no limit but their number. */
void peers_setup(struct peers *p, struct budget *budget, size_t memory, const struct hash_key *key);
void peers_free(struct peers *p);

/* `how->time_ns` is now; captures that are read one after the other may go back. Without memory
 * nothing is learnt. */
void peers_learn(struct peers *p, const struct endpoint *who, const struct known_peer *how);
/* NULL: not known, or too long ago. Borrowed until the next call of peers_learn(). */
const struct known_peer *peers_find(const struct peers *p, const struct endpoint *who,
                                    int64_t now_ns);
/* Remembers a connection of `client` to `server`, on a port above 1023. */
void peers_note_alike(struct peers *p, const struct addr *client, const struct endpoint *server,
                      int64_t now_ns);
/* To how many other addresses, each on a port of its own above 1023, there were such in ALIKE_NS;
 * at most 3. */
unsigned peers_alike(const struct peers *p, const struct addr *client,
                     const struct endpoint *server, int64_t now_ns);

#endif
