/* SPDX-License-Identifier: MIT */
/* ws_tunnel.h - is this WebSocket a tunnel? What its handshake gives away, and payload that looks
 * like noise. (What identification finds inside is the engine's to tell.)
 *
 * noise    binary messages of both directions, and no text, that look random from the first byte:
 *          encrypted, or compressed without a format's mark. Messages that all begin alike have a
 *          form, so has one that begins with zeros, and an echo is a test: no noise.
 * mux      the first message opens a connection in V2Ray's multiplexer, Mux.Cool.
 * State:   value type, zero-filled = ready. Statistics, and a few first bytes.
 */
#ifndef LAYERS_WS_TUNNEL_H
#define LAYERS_WS_TUNNEL_H

#include "layers/shape.h"
#include "model/layer.h"

#define WS_NOISE_LEAST 192  /* bytes of each direction, */
#define WS_NOISE_BOTH  1024 /* and of both together */
#define WS_NOISE_MOST  1024 /* of a direction: more are not looked at */
#define WS_NOISE_ALIKE 3    /* messages, to tell that they begin alike */
#define WS_NOISE_HEAD  12

struct ws_noise {
    struct shape_stats shape;
    uint16_t bytes[2];              /* by direction */
    uint8_t head[2][WS_NOISE_HEAD]; /* of its first message */
    uint8_t first[2];               /* the first byte of its messages */
    uint8_t alike[2], messages[2];  /* how many begin with it; of how many, up to 255 */
    uint8_t synced[2]; /* of its MPEG-TS packets, were they any: those with a sync byte */
};

/* Tells what names and values only tunnels use. */
void ws_tunnel_handshake(struct host *h, const struct handshake *shake);

/* Clear bytes of a binary message; `begins`: its first ones. False: no more of it is needed. */
bool ws_noise_feed(struct ws_noise *n, enum direction d, struct bytes clear, bool begins);
/* Between messages. `over`: no more will come. */
enum tri ws_noise_verdict(const struct ws_noise *n, const struct host *h, bool over);
void ws_noise_tell(const struct ws_noise *n, struct host *h);

#endif
