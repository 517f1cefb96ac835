/* SPDX-License-Identifier: MIT */
/* transport.h - the fields of TCP (RFC 9293) and UDP (RFC 768) headers. Private to decode/. */
#ifndef DECODE_TRANSPORT_H
#define DECODE_TRANSPORT_H

#include "decode/walk.h"

enum transport_size { TCP_SIZE = 20, TCP_CHECKSUM_AT = 16, UDP_SIZE = 8, UDP_CHECKSUM_AT = 6 };

#define TCP_FLAG_BITS 0x3f

/* What lies between the fixed header and the data. */
void transport_tcp_options(struct packet *out, struct bytes options);

/* A TCP header is all there, but for its options. */
static inline void transport_tcp_fields(struct packet *out, struct bytes segment, size_t header)
{
    const uint8_t *at = segment.at;

    out->transport = TRANSPORT_TCP;
    out->src.port = load_be16(at);
    out->dst.port = load_be16(at + 2);
    out->seq = load_be32(at + 4);
    out->ack = load_be32(at + 8);
    out->flags = at[13] & TCP_FLAG_BITS;
    out->window = load_be16(at + 14);
    out->urgent = load_be16(at + 18);
    out->payload = bytes_after(segment, header);
    out->payload_len = (uint32_t)out->payload.len;
    if (header > TCP_SIZE)
        transport_tcp_options(out, bytes_after(bytes_first(segment, header), TCP_SIZE));
}

/* A UDP header is all there. */
static inline void transport_udp_fields(struct packet *out, struct bytes datagram)
{
    out->transport = TRANSPORT_UDP;
    out->src.port = load_be16(datagram.at);
    out->dst.port = load_be16(datagram.at + 2);
    out->payload = bytes_after(datagram, UDP_SIZE);
    out->payload_len = (uint32_t)out->payload.len;
}

static inline bool transport_udp_sum_is_absent(struct bytes datagram)
{
    return load_be16(datagram.at + UDP_CHECKSUM_AT) == 0;
}

#endif
