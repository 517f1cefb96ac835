/* SPDX-License-Identifier: MIT */
/* flood_send.c - packets made in memory and given to the engine. */
#include "floods.h"

#define ETHERNET   14
#define IPV4       20
#define TCP        20
#define UDP        8
#define MOST       1460
#define SERVER     0x0a000001 /* 10.0.0.1 */
#define MORE_FLAG  0x2000     /* RFC 791 s3.1 */
#define LINK_ETHER 1          /* LINKTYPE_ETHERNET */

uint32_t random_below(uint32_t n)
{
    static uint64_t state = 0x9e3779b97f4a7c15U;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 32) * n >> 32);
}

static void put16(uint8_t *at, uint32_t v)
{
    at[0] = (uint8_t)(v >> 8);
    at[1] = (uint8_t)v;
}

static void put32(uint8_t *at, uint32_t v)
{
    put16(at, v >> 16);
    put16(at + 2, v);
}

/* Of the IPv4 header (RFC 1071). That of TCP stays zero, as a network card leaves it. */
static void put_checksum(uint8_t *ip)
{
    uint32_t sum = 0;

    for (unsigned i = 0; i < IPV4; i += 2)
        sum += (uint32_t)(ip[i] << 8 | ip[i + 1]);
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    put16(ip + 10, ~sum & 0xffff);
}

static uint8_t *begin_packet(uint8_t *frame, const struct talk *t, unsigned side, uint8_t protocol)
{
    uint8_t *ip = frame + ETHERNET;

    memset(frame, 0, ETHERNET + IPV4 + TCP);
    frame[12] = 8; /* IPv4 */
    ip[0] = 0x45;
    ip[8] = 64;
    ip[9] = protocol;
    put32(ip + 12, t->addr[side]);
    put32(ip + 16, t->addr[1 - side]);
    return ip + IPV4;
}

static void give(struct world *w, uint8_t *frame, size_t payload)
{
    const size_t len = ETHERNET + IPV4 + payload;

    put16(frame + ETHERNET + 2, (uint32_t)(IPV4 + payload));
    put_checksum(frame + ETHERNET);
    const struct frame f = {.number = ++w->packets,
                            .time_ns = w->time_ns += 100,
                            .linktype = LINK_ETHER,
                            .wire_len = (uint32_t)len,
                            .data = bytes_of(frame, len)};
    engine_frame(w->engine, &f);
}

void flood_begin(struct world *w, struct talk *t, uint32_t client, uint16_t port)
{
    (void)w;
    *t = (struct talk){.addr = {client, SERVER},
                       .port = {port, 80},
                       .seq = {random_below(UINT32_MAX), random_below(UINT32_MAX)}};
}

void flood_segment(struct world *w, struct talk *t, unsigned side, uint8_t flags, struct bytes in)
{
    uint8_t frame[ETHERNET + IPV4 + TCP + MOST];

    do {
        const struct bytes piece = bytes_first(in, MOST);
        uint8_t *tcp = begin_packet(frame, t, side, TRANSPORT_TCP);
        put16(tcp, t->port[side]);
        put16(tcp + 2, t->port[1 - side]);
        put32(tcp + 4, t->seq[side]);
        put32(tcp + 8, (flags & TCP_ACK) != 0 ? t->seq[1 - side] : 0);
        tcp[12] = TCP / 4 << 4;
        tcp[13] = flags;
        put16(tcp + 14, 64000);
        if (piece.len > 0)
            memcpy(tcp + TCP, piece.at, piece.len);
        give(w, frame, TCP + piece.len);
        t->seq[side] += (uint32_t)piece.len + ((flags & (TCP_SYN | TCP_FIN)) != 0 ? 1 : 0);
        in = bytes_after(in, piece.len);
    } while (in.len > 0);
}

void flood_handshake(struct world *w, struct talk *t)
{
    const struct bytes none = {NULL, 0};

    flood_segment(w, t, 0, TCP_SYN, none);
    flood_segment(w, t, 1, TCP_SYN | TCP_ACK, none);
    flood_segment(w, t, 0, TCP_ACK, none);
}

void flood_datagram(struct world *w, const struct talk *t, struct bytes in)
{
    uint8_t frame[ETHERNET + IPV4 + UDP + MOST];
    uint8_t *udp = begin_packet(frame, t, 0, TRANSPORT_UDP);

    put16(udp, t->port[0]);
    put16(udp + 2, t->port[1]);
    put16(udp + 4, (uint32_t)(UDP + in.len));
    memcpy(udp + UDP, in.at, in.len);
    give(w, frame, UDP + in.len);
}

void flood_fragment(struct world *w, uint32_t client, uint16_t id, uint16_t offset)
{
    const struct talk t = {.addr = {client, SERVER}};
    uint8_t frame[ETHERNET + IPV4 + TCP];

    begin_packet(frame, &t, 0, TRANSPORT_UDP);
    put16(frame + ETHERNET + 4, id);
    put16(frame + ETHERNET + 6, (uint32_t)MORE_FLAG | offset / 8U);
    give(w, frame, 8);
}
