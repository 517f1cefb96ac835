/* SPDX-License-Identifier: MIT */
/* BitTorrent: peers over TCP (BEP 3) and over uTP (BEP 29), the DHT (BEP 5), UDP trackers
 * (BEP 15). */
#include "tests/bench/traffic.h"

#define BLOCK    16384U
#define PIECES   2048U
#define UTP_MOST 1380U
#define PEERS    50U /* in a tracker's answer */

enum peer_message { HAVE = 4, BITFIELD = 5, REQUEST = 6, PIECE = 7 };
enum utp_type { UTP_DATA = 0x01, UTP_FIN = 0x11, UTP_STATE = 0x21, UTP_SYN = 0x41 };
enum torrent_kind { PEER_TCP, PEER_UTP, DHT, TRACKER, TORRENT_KINDS };

static void put_hash(struct buffer *b, uint32_t number)
{
    for (uint32_t i = 0; i < 20; i++)
        buffer_append_byte(b, (uint8_t)((number % 8 + 1) * (i * 37 + 11)));
}

static void put_peer_id(struct buffer *b, uint32_t number)
{
    buffer_printf(b, "-qB4620-%012u", number);
}

/* BEP 3, and that of the extension protocol and the DHT (BEP 10, 5) in the reserved bytes. */
void torrent_greeting(struct buffer *b, enum side side, uint32_t number)
{
    static const uint8_t reserved[8] = {0, 0, 0, 0, 0, 0x10, 0, 0x05};

    buffer_append_byte(b, 19);
    buffer_append_text(b, "BitTorrent protocol");
    buffer_append(b, bytes_of(reserved, sizeof(reserved)));
    put_hash(b, number);
    put_peer_id(b, 2 * number + side);
    put_number(b, 1 + PIECES / 8, 4);
    buffer_append_byte(b, BITFIELD);
    for (uint32_t i = 0; i < PIECES / 8; i++)
        buffer_append_byte(b, (uint8_t)(side == CLIENT ? 0 : 0xff));
}

/* The client asks for two blocks and says what it has; the server sends one. */
void torrent_message(struct traffic *t, struct buffer *b, enum side side)
{
    const uint32_t piece = traffic_below(t, PIECES);

    for (int i = 0; side == CLIENT && i < 2; i++) {
        put_number(b, 13, 4);
        buffer_append_byte(b, REQUEST);
        put_number(b, piece, 4);
        put_number(b, (uint64_t)i * BLOCK, 4);
        put_number(b, BLOCK, 4);
    }
    if (side == CLIENT) {
        put_number(b, 5, 4);
        buffer_append_byte(b, HAVE);
        put_number(b, piece, 4);
    } else {
        put_number(b, 9 + BLOCK, 4);
        buffer_append_byte(b, PIECE);
        put_number(b, piece, 4);
        put_number(b, 0, 4);
        traffic_noise(t, b, BLOCK);
    }
}

static void tcp_turn(struct traffic *t, struct flow *f)
{
    for (enum side side = CLIENT; side <= SERVER; side++) {
        buffer_clear(&t->said);
        if (f->step == 0)
            torrent_greeting(&t->said, side, f->number);
        else
            torrent_message(t, &t->said, side);
        flow_say(t, f, side, buffer_bytes(&t->said));
        flow_acknowledge(t, f, side == CLIENT ? SERVER : CLIENT);
    }
}

/* ---- uTP: `seq` counts packets here ---- */

static void utp_send(struct traffic *t, struct flow *f, enum side side, enum utp_type type,
                     struct bytes data)
{
    const bool called = side == CLIENT && type != UTP_SYN; /* the caller sends with its id + 1 */
    const uint16_t id = (uint16_t)(f->number * 7 + (called ? 1 : 0));
    struct buffer packet = {0};

    buffer_append_byte(&packet, (uint8_t)type);
    buffer_append_byte(&packet, 0);
    put_number(&packet, id, 2);
    put_number(&packet, (uint32_t)t->clock_us, 4);
    put_number(&packet, type == UTP_SYN ? 0 : 20000, 4);
    put_number(&packet, 1U << 20, 4);
    put_number(&packet, f->seq[side] & 0xffff, 2);
    put_number(&packet, type == UTP_SYN ? 0 : (f->seq[1 - side] - 1) & 0xffff, 2);
    buffer_append(&packet, data);
    flow_datagram(t, f, side, buffer_bytes(&packet));
    buffer_free(&packet);
    if (type != UTP_STATE)
        f->seq[side]++;
}

static void utp_say(struct traffic *t, struct flow *f, enum side side, struct bytes said)
{
    for (; said.len > 0; said = bytes_after(said, UTP_MOST)) {
        utp_send(t, f, side, UTP_DATA, bytes_first(said, UTP_MOST));
        utp_send(t, f, 1 - side, UTP_STATE, bytes_of("", 0));
    }
}

static void utp_turn(struct traffic *t, struct flow *f)
{
    if (f->step == 0) {
        utp_send(t, f, CLIENT, UTP_SYN, bytes_of("", 0));
        utp_send(t, f, SERVER, UTP_STATE, bytes_of("", 0));
    }
    for (enum side side = CLIENT; side <= SERVER; side++) {
        buffer_clear(&t->said);
        if (f->step == 0)
            torrent_greeting(&t->said, side, f->number);
        else
            torrent_message(t, &t->said, side);
        utp_say(t, f, side, buffer_bytes(&t->said));
    }
}

/* ---- the DHT and trackers ---- */

static void dht_turn(struct traffic *t, struct flow *f)
{
    struct buffer *b = &t->said;

    buffer_clear(b);
    buffer_append_text(b, "d1:ad2:id20:");
    traffic_noise(t, b, 20);
    buffer_append_text(b, "9:info_hash20:");
    put_hash(b, f->number);
    buffer_printf(b, "e1:q9:get_peers1:t2:%02u1:y1:qe", f->step % 100);
    flow_datagram(t, f, CLIENT, buffer_bytes(b));
    buffer_clear(b);
    buffer_append_text(b, "d1:rd2:id20:");
    traffic_noise(t, b, 20);
    buffer_append_text(b, "5:nodes208:");
    traffic_noise(t, b, 208);
    buffer_printf(b, "5:token4:abcde1:t2:%02u1:y1:re", f->step % 100);
    flow_datagram(t, f, SERVER, buffer_bytes(b));
}

static void tracker_connects(struct traffic *t, struct flow *f, uint32_t transaction)
{
    struct buffer *b = &t->said;

    buffer_clear(b);
    put_number(b, 0x41727101980U, 8); /* the protocol's magic number */
    put_number(b, 0, 4);
    put_number(b, transaction, 4);
    flow_datagram(t, f, CLIENT, buffer_bytes(b));
    buffer_clear(b);
    put_number(b, 0, 4);
    put_number(b, transaction, 4);
    put_number(b, 0x1122334455667788U, 8);
    flow_datagram(t, f, SERVER, buffer_bytes(b));
}

static void tracker_turn(struct traffic *t, struct flow *f)
{
    const uint32_t transaction = traffic_random(t);
    struct buffer *b = &t->said;

    tracker_connects(t, f, transaction);
    buffer_clear(b);
    put_number(b, 0x1122334455667788U, 8);
    put_number(b, 1, 4);
    put_number(b, transaction + 1, 4);
    put_hash(b, f->number);
    put_peer_id(b, f->number);
    put_number(b, 0, 8 * 3);
    put_number(b, 2, 4);
    put_number(b, 0, 8);
    put_number(b, 0x11223344, 4);
    put_number(b, 0xffffffffU, 4);
    put_number(b, 6881, 2);
    flow_datagram(t, f, CLIENT, buffer_bytes(b));
    buffer_clear(b);
    put_number(b, 1, 4);
    put_number(b, transaction + 1, 4);
    put_number(b, 1800, 4);
    put_number(b, 10, 4);
    put_number(b, PEERS, 4);
    traffic_noise(t, b, (size_t)6 * PEERS);
    flow_datagram(t, f, SERVER, buffer_bytes(b));
}

/* ---- whose turn it is ---- */

void torrent_open(struct traffic *t, struct flow *f, uint32_t number)
{
    static const uint16_t port[TORRENT_KINDS] = {51413, 51414, 6881, 6969};
    const uint32_t dice = traffic_below(t, 20);

    flow_number(t, f, number);
    f->addr[SERVER] = 0xc6336400 + number % 256; /* 198.51.100.0/24 */
    f->kind = dice < 4 ? PEER_TCP : dice < 6 ? PEER_UTP : dice < 16 ? DHT : TRACKER;
    f->port[SERVER] = port[f->kind];
    if (f->kind == PEER_TCP)
        flow_connect(t, f);
}

void torrent_turn(struct traffic *t, struct flow *f)
{
    static void (*const turns[TORRENT_KINDS])(struct traffic *, struct flow *) = {
        tcp_turn, utp_turn, dht_turn, tracker_turn};

    turns[f->kind](t, f);
    f->step++;
}

void torrent_close(struct traffic *t, struct flow *f)
{
    if (f->kind == PEER_TCP)
        flow_finish(t, f);
    else if (f->kind == PEER_UTP)
        utp_send(t, f, CLIENT, UTP_FIN, bytes_of("", 0));
}
