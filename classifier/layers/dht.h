/* SPDX-License-Identifier: MIT */
/* dht.h - one message of BitTorrent's DHT: KRPC (BEP 5; BEP 32, 33, 42, 43, 44, 51).
 *
 * In:    one datagram.
 * Out:   true, where the whole of it is one bencoded dictionary, its keys in whatever order, that
 *        has a transaction (t), a type (y), and what that type needs: a query (q) with arguments
 *        (a), an answer (r), an error (e); a sender's id of 20 bytes in the first two.
 * State: none; what is found borrows from the datagram.
 */
#ifndef LAYERS_DHT_H
#define LAYERS_DHT_H

#include "base/bytes.h"
#include "layers/compact_peers.h"

#define DHT_ID_LEN 20

enum dht_kind { DHT_QUERY, DHT_ANSWER, DHT_ERROR };

struct dht_message {
    enum dht_kind kind;
    const char *query; /* "get_peers"; "other" when it is not one of the BEPs'; NULL: no query */
    struct bytes transaction;
    struct bytes id;            /* of the sender; empty in an error */
    struct bytes target;        /* 20 bytes that it asks for, or none */
    bool names_torrent;         /* and they are an info-hash */
    bool token;                 /* has one: leave to announce, or that leave given back */
    bool implied_port;          /* listens where it sends from, whatever `port` says (BEP 5) */
    bool read_only;             /* answers nobody (BEP 43) */
    uint16_t port;              /* announce_peer: where it listens; 0: did not say */
    struct bytes nodes, nodes6; /* 26 and 38 bytes each */
    struct bytes values;        /* bencoded strings of 6 or 18 bytes, one after the other */
    struct bytes samples;       /* info-hashes, 20 bytes each (BEP 51) */
    struct bytes version;       /* of the sender's program, as it writes it (v) */
};

bool dht_read(struct bytes datagram, struct dht_message *out);

/* Who has the torrent, and who may know of more. */
void dht_peers(const struct dht_message *m, struct endpoint_list *out);
void dht_nodes(const struct dht_message *m, struct endpoint_list *out);

/* "libtorrent"; NULL: it does not say, or nobody's known sign. Static lifetime. */
const char *dht_client(const struct dht_message *m);

#endif
