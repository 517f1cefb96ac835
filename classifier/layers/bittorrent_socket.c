/* SPDX-License-Identifier: MIT */
#include "layers/bittorrent_socket.h"

bool bittorrent_socket_utp(struct bittorrent_socket *s, struct host *h, enum direction d,
                           const struct utp_packet *p)
{
    if (s->utp == NULL)
        s->utp = h->alloc(h, sizeof(*s->utp));
    if (s->utp == NULL)
        return false;
    const enum utp_sureness sure = utp_socket_feed(s->utp, h, d, p);
    if (sure > s->sure)
        s->sure = (uint8_t)sure;
    return true;
}

void bittorrent_socket_give(struct bittorrent_socket *s, struct host *h)
{
    h->replace(h, "utp", &s, false);
}

void bittorrent_socket_take(struct bittorrent_socket *s, const void *given)
{
    struct bittorrent_socket *const *from = given;

    *s = **from;
    **from = (struct bittorrent_socket){.utp = NULL};
}

void bittorrent_socket_close(struct bittorrent_socket *s, struct host *h)
{
    if (s->utp == NULL)
        return;
    utp_socket_close(s->utp, h);
    h->free(h, s->utp, sizeof(*s->utp));
    s->utp = NULL;
}
