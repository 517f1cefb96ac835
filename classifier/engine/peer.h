/* SPDX-License-Identifier: MIT */
/* peer.h - correlation: who takes part in BitTorrent is learnt from one flow, and told of another.
 *
 * In:    BitTorrent events of confidence strong or better, from flows as they are read.
 * Out:   evidence with source, age and info-hash for a flow to (or, where the client's port means
 *        something, from) such an endpoint; the flow is BitTorrent's, probably, from its first
 *        packet, unless its bytes say something else.
 * State: the table in flow/peers.h; a copy of the entry with each flow that it told something.
 */
#ifndef ENGINE_PEER_H
#define ENGINE_PEER_H

#include "engine/worker.h"

void peer_learn(struct engine *e, struct conn *c, const struct event *ev);
/* Is an end of this connection known? Told once, as evidence. */
void peer_look(struct engine *e, struct conn *c);
const struct known_peer *peer_known(struct engine *e, struct conn *c); /* NULL: no */
/* Of the names of WebRTC's two sides, and the ends: was one in a WebTorrent offer? `strong`: two.
 */
const struct known_peer *peer_known_ice(struct engine *e, struct conn *c,
                                        const struct endpoint names[2], enum confidence *sure);
/* To how many others the client made connections of that shape: host.others_alike. */
unsigned peer_others_alike(struct engine *e, struct conn *c);
/* Does that say what the connection is? Not where its bytes say something else. */
bool peer_decides(const struct conn *c, const struct slot *app);
void peer_free(struct engine *e, struct conn *c);

#endif
