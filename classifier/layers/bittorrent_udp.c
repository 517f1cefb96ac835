/* SPDX-License-Identifier: MIT */
/* bittorrent_udp.c - the layer bittorrent over UDP: DHT, trackers, the local network.
 *
 * In:    datagrams; see bittorrent_talk.h.
 * Out:   events and evidence of bittorrent_talk.h. A flow on which uTP is spoken, too, goes over to
 *        the layer utp as soon as that is believed, which reads on what this one reads.
 * State: struct bittorrent_socket; uTP packets that are not believed yet wait in it
 *        (utp_socket.h).
 */
#include "layers/bittorrent_socket.h"
#include "layers/layers.h"

static struct recognition bittorrent_udp_recognise(const struct opening *o)
{
    return bittorrent_talk_recognise(o);
}

static size_t bittorrent_udp_feed(void *state, struct host *h, enum direction d, struct bytes in)
{
    struct bittorrent_socket *s = state;
    struct utp_packet p;

    if (!utp_read(in, h->cut, &p)) {
        bittorrent_talk_feed(&s->talk, h, d, in);
        return in.len;
    }
    if (bittorrent_socket_utp(s, h, d, &p) && s->sure > UTP_NOTHING)
        bittorrent_socket_give(s, h);
    return in.len;
}

static void bittorrent_udp_close(void *state, struct host *h, enum close_reason why)
{
    (void)why;
    bittorrent_socket_close(state, h);
}

const struct layer layer_bittorrent_udp = {
    .name = "bittorrent",
    .opened_as = "bittorrent-udp",
    .application = true,
    .state_size = sizeof(struct bittorrent_socket),
    .recognise = bittorrent_udp_recognise,
    .feed = bittorrent_udp_feed,
    .close = bittorrent_udp_close,
};
