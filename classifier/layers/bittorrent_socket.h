/* SPDX-License-Identifier: MIT */
/* bittorrent_socket.h - the state that the layers "bittorrent" over UDP and "utp" share: one socket
 * speaks messages and uTP, and a flow goes from one layer to the other. */
#ifndef LAYERS_BITTORRENT_SOCKET_H
#define LAYERS_BITTORRENT_SOCKET_H

#include "layers/bittorrent_talk.h"
#include "layers/utp_socket.h"

struct bittorrent_socket {
    struct bittorrent_talk talk;
    struct utp_socket *utp; /* NULL: no uTP yet */
    uint8_t sure;           /* enum utp_sureness: the most of any connection */
    uint8_t strange;        /* datagrams that are neither */
    bool paired;            /* uTP's own signs were noted as strong */
    bool known;             /* an end of the flow is known to take part in BitTorrent */
    bool told;              /* the event "utp" was emitted */
};

/* One uTP packet. False: there is no memory for it. */
bool bittorrent_socket_utp(struct bittorrent_socket *s, struct host *h, enum direction d,
                           const struct utp_packet *p);

/* The layer utp goes on with it, in the place of the one that is asked: `s` is empty afterwards,
 * unless there was no memory for that layer. */
void bittorrent_socket_give(struct bittorrent_socket *s, struct host *h);
/* That layer takes it: what replace() gave to open(). */
void bittorrent_socket_take(struct bittorrent_socket *s, const void *given);

void bittorrent_socket_close(struct bittorrent_socket *s, struct host *h);

#endif
