/* SPDX-License-Identifier: MIT */
/* transport.c - TCP (RFC 9293) and UDP (RFC 768) headers, and whether their checksums are right. */
#include "decode/transport.h"

#include "decode/checksum.h"

/* Longer IP packets never crossed an Ethernet: a card merged them (LRO), or was to cut them, and
 * their checksum is some segment's or nobody's. */
#define ETHERNET_MTU 1500

enum tcp_option {
    OPTION_END = 0,
    OPTION_NOP = 1,
    OPTION_WINDOW = 3, /* RFC 7323 s2.2 */
    OPTION_TIMESTAMP = 8,
    OPTION_MD5 = 19,           /* RFC 2385 s3.0 */
    OPTION_AUTHENTICATION = 29 /* RFC 5925 s2.2 */
};

/* RFC 7323 s3.2; nearly everyone puts two NOPs before it (appendix A) */
#define TIMESTAMP_SIZE 10
#define TIMESTAMP_HEAD 0x0101080a
#define WINDOW_SIZE    3
#define WINDOW_MOST    14 /* RFC 7323 s2.3: more means this */

/* Left to the sender's card: 0, or the pseudo-header's sum for the card to go on from (Linux's
 * CHECKSUM_PARTIAL), which some drivers take without the length when the card also cuts. */
static bool is_offloaded(const struct packet *p, uint16_t field, uint16_t pseudo, size_t ip_len)
{
    return field == 0 || field == pseudo || field == checksum_pseudo(p, p->transport, 0) ||
           ip_len > ETHERNET_MTU;
}

enum checksum transport_checksum(const struct packet *p, struct bytes whole, size_t ip_len)
{
    const uint16_t pseudo = checksum_pseudo(p, p->transport, whole.len);

    if (checksum_add(pseudo, checksum_sum(whole)) == 0xffff)
        return CHECKSUM_GOOD;
    const uint8_t *field =
        whole.at + (p->transport == TRANSPORT_TCP ? TCP_CHECKSUM_AT : UDP_CHECKSUM_AT);
    return is_offloaded(p, load_u16(field), pseudo, ip_len) ? CHECKSUM_OFFLOADED : CHECKSUM_BAD;
}

static enum checksum judge(const struct walk *w)
{
    if (w->ip_checksum_bad)
        return CHECKSUM_BAD;
    if (w->left.len < w->wire || w->address_moved)
        return CHECKSUM_UNKNOWN;
    return transport_checksum(w->out, w->left, w->ip_len);
}

static void count_checksum(struct walk *w)
{
    w->stats->checksum_bad += w->out->checksum == CHECKSUM_BAD;
    w->stats->checksum_offloaded += w->out->checksum == CHECKSUM_OFFLOADED;
}

static void take_timestamp(struct packet *out, const uint8_t *value)
{
    out->has_timestamp = true;
    out->timestamp = load_be32(value);
}

static void read_option(struct packet *out, const uint8_t *at, size_t size)
{
    const uint8_t kind = at[0];

    if (kind == OPTION_TIMESTAMP && size == TIMESTAMP_SIZE)
        take_timestamp(out, at + 2);
    else if (kind == OPTION_WINDOW && size == WINDOW_SIZE && (out->flags & TCP_SYN) != 0)
        out->window_shift = (uint8_t)(1 + (at[2] < WINDOW_MOST ? at[2] : WINDOW_MOST));
    else if (kind == OPTION_MD5 || kind == OPTION_AUTHENTICATION)
        out->has_signature = true;
}

void transport_tcp_options(struct packet *out, struct bytes options)
{
    if (options.len >= TIMESTAMP_SIZE + 2 && load_be32(options.at) == TIMESTAMP_HEAD) {
        take_timestamp(out, options.at + 4);
        options = bytes_after(options, TIMESTAMP_SIZE + 2);
    }
    while (options.len >= 2 && options.at[0] != OPTION_END) {
        const size_t size = options.at[0] == OPTION_NOP ? 1 : options.at[1];
        if (size == 0 || size > options.len)
            return;
        read_option(out, options.at, size);
        options = bytes_after(options, size);
    }
}

enum header transport_tcp(struct walk *w)
{
    struct packet *out = w->out;

    if (w->left.len < TCP_SIZE)
        return walk_bad(w, DECODE_TRUNCATED);
    const size_t header = (size_t)(w->left.at[12] >> 4) * 4;
    if (header < TCP_SIZE || header > w->wire)
        return walk_bad(w, DECODE_TCP_HEADER_LENGTH);
    transport_tcp_fields(out, w->left, header);
    out->payload_len = (uint32_t)(w->wire - header);
    out->checksum = (uint8_t)judge(w);
    count_checksum(w);
    return HEADER_FOUND;
}

enum header transport_udp(struct walk *w)
{
    const uint8_t *at = w->left.at;
    struct packet *out = w->out;

    if (w->left.len < UDP_SIZE)
        return walk_bad(w, DECODE_TRUNCATED);
    /* 0: a jumbogram (RFC 2675 s4) or segmentation offload */
    const size_t length = load_be16(at + 4) != 0 ? load_be16(at + 4) : w->wire;
    if (length < UDP_SIZE || length > w->wire)
        return walk_bad(w, DECODE_UDP_LENGTH);
    walk_limit(w, length);
    transport_udp_fields(out, w->left);
    out->payload_len = (uint32_t)(w->wire - UDP_SIZE);
    const bool absent = !w->ipv6 && transport_udp_sum_is_absent(w->left);
    out->checksum = absent && !w->ip_checksum_bad ? CHECKSUM_UNKNOWN : (uint8_t)judge(w);
    const enum header next = tunnel_over_udp(out->dst.port, out->payload);
    if (next == HEADER_FOUND)
        count_checksum(w);
    else
        walk_past(w, UDP_SIZE);
    return next;
}
