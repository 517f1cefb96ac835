/* SPDX-License-Identifier: MIT */
/* layers.h - the layers portwarden speaks itself, as the registry lists them. Each is one file
 * beside this. */
#ifndef LAYERS_LAYERS_H
#define LAYERS_LAYERS_H

#include "model/layer.h"

extern const struct layer layer_http;       /* http.c: RFC 9110, 9112 */
extern const struct layer layer_websocket;  /* websocket.c: RFC 6455, 7692 */
extern const struct layer layer_hixie;      /* hixie.c: WebSocket before RFC 6455 */
extern const struct layer layer_connect;    /* connect.c: the inside of an HTTP CONNECT tunnel */
extern const struct layer layer_proxy;      /* proxy.c: HAProxy's PROXY header */
extern const struct layer layer_socks;      /* socks.c: RFC 1928, 1929, SOCKS 4 and 4a */
extern const struct layer layer_tls;        /* tls.c: RFC 8446, 5246: hellos */
extern const struct layer layer_bittorrent; /* bittorrent.c: BEP 3 */
extern const struct layer layer_bittorrent_udp; /* bittorrent_udp.c: BEP 5, 14, 15 */
extern const struct layer layer_utp;            /* utp.c: BEP 29 */
extern const struct layer layer_mse;            /* mse.c: encrypted BitTorrent */
extern const struct layer layer_raw;            /* raw.c: nobody's, with its shape */

#endif
