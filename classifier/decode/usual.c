/* SPDX-License-Identifier: MIT */
#include "decode/usual.h"

#include <arpa/inet.h>

#include "base/apart.h"
#include "decode/checksum.h"
#include "decode/plain.h"
#include "decode/transport.h"
#include "model/ends.h"

enum usual_size {
    IPV4_SRC_AT = 12,
    IPV4_DST_AT = 16,
    IPV6_SRC_AT = 8,
    IPV6_DST_AT = 24,
    FRAME_LEAST = ETHERNET_SIZE + IPV4_SIZE + UDP_SIZE
};

enum ethertype { ETHERTYPE_IPV4 = 0x0800, ETHERTYPE_IPV6 = 0x86dd };

#define IPV4_FRAGMENT_BITS 0x3fff /* more fragments, offset */

/* What is left of the frame, and what kind of packet it is. */
struct way {
    const uint8_t *front; /* of the frame */
    struct bytes left;
    uint64_t addresses; /* their sum, below 2^63 */
    uint16_t type;      /* of Ethernet */
    uint8_t protocol;   /* of IP */
    bool tagged;
};

/* What no header may say. Field by field: most of the others are always said, and need no zeros. */
static inline void begin(const struct frame *f, uint64_t ordinal, struct packet *out)
{
    out->number = f->number;
    out->ordinal = ordinal;
    out->time_ns = f->time_ns;
    out->wire_len = frame_wire_len(f);
    out->timestamp = 0;
    memset(out->vlan, 0, sizeof(out->vlan));
    out->vlan_count = 0;
    out->window_shift = 0;
    out->has_timestamp = false;
    out->has_signature = false;
}

/* False: IP does not follow. */
APART static bool pass_other_link(const struct frame *f, struct way *w, struct packet *out)
{
    struct plain_start s;

    if (!plain_start_at(f, &s))
        return false;
    if (s.tag != NULL) {
        w->tagged = true;
        out->vlan_count = 1;
        out->vlan[0] = load_be16(s.tag) & PLAIN_VLAN_BITS;
    }
    w->type = s.ipv6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4;
    w->left = s.ip;
    return true;
}

static inline bool pass_link(const struct frame *f, struct way *w, struct packet *out)
{
    if (f->linktype != LINKTYPE_ETHERNET || f->data.len < FRAME_LEAST)
        return pass_other_link(f, w, out);
    w->type = load_be16(f->data.at + ETHERNET_SIZE - 2);
    if (w->type != ETHERTYPE_IPV4 && w->type != ETHERTYPE_IPV6)
        return pass_other_link(f, w, out);
    w->left = bytes_of(f->data.at + ETHERNET_SIZE, f->data.len - ETHERNET_SIZE);
    return true;
}

/* Two words, each written at once, as they are read again. */
static inline struct addr mapped_at(const uint8_t *four)
{
    const uint64_t first = 0, last = ends_ipv4(load_u32(four));
    struct addr a;

    memcpy(a.byte, &first, sizeof(first));
    memcpy(a.byte + sizeof(first), &last, sizeof(last));
    return a;
}

/* Its header's sum is right, too. */
static inline bool pass_ipv4(struct way *w, struct packet *out)
{
    const uint8_t *at = w->left.at;

    if (w->left.len < IPV4_SIZE || at[0] != PLAIN_NO_OPTIONS)
        return false;
    const size_t total = load_be16(at + 2);
    if (total < IPV4_SIZE || total > w->left.len || (load_be16(at + 6) & IPV4_FRAGMENT_BITS) != 0)
        return false;
    const uint64_t first = plain_four(at) + plain_four(at + 4) + plain_four(at + 8);
    w->addresses = plain_four(at + IPV4_SRC_AT) + plain_four(at + IPV4_DST_AT);
    if (!checksum_is_right(first + w->addresses))
        return false;
    w->protocol = at[9];
    out->ttl = at[8];
    out->src.addr = mapped_at(at + IPV4_SRC_AT);
    out->dst.addr = mapped_at(at + IPV4_DST_AT);
    w->left = bytes_of(at + IPV4_SIZE, total - IPV4_SIZE);
    return true;
}

static inline bool pass_ipv6(struct way *w, struct packet *out)
{
    const uint8_t *at = w->left.at;

    if (w->left.len < IPV6_SIZE || at[0] >> 4 != 6)
        return false;
    const size_t length = load_be16(at + 4);
    if (length == 0 || length > w->left.len - IPV6_SIZE)
        return false;
    w->addresses = plain_ipv6_addresses(at);
    w->protocol = at[6];
    out->ttl = at[7];
    memcpy(out->src.addr.byte, at + IPV6_SRC_AT, sizeof(out->src.addr.byte));
    memcpy(out->dst.addr.byte, at + IPV6_DST_AT, sizeof(out->dst.addr.byte));
    w->left = bytes_of(at + IPV6_SIZE, length);
    return true;
}

/* The sum is not right: why? */
APART static enum checksum judge_wrong(const struct packet *out, struct bytes whole, uint16_t type)
{
    const size_t ip_size = type == ETHERTYPE_IPV4 ? IPV4_SIZE : IPV6_SIZE;

    return transport_checksum(out, whole, ip_size + whole.len);
}

/* Nearly always good: the segment's sum and the pseudo-header's are one. */
static inline enum checksum judge(const struct way *w, const struct packet *out)
{
    const uint64_t rest = (uint64_t)htons((uint16_t)w->left.len) + htons(w->protocol);

    if (checksum_segment(w->left, w->addresses + rest))
        return CHECKSUM_GOOD;
    return judge_wrong(out, w->left, w->type);
}

static inline bool take_tcp(const struct way *w, struct packet *out)
{
    const uint8_t *at = w->left.at;

    if (w->left.len < TCP_SIZE)
        return false;
    const size_t header = (size_t)(at[12] >> 4) * 4;
    if (header < TCP_SIZE || header > w->left.len)
        return false;
    transport_tcp_fields(out, w->left, header);
    out->checksum = (uint8_t)judge(w, out);
    return true;
}

static inline bool take_udp(struct way *w, struct packet *out)
{
    const uint8_t *at = w->left.at;

    if (w->left.len < UDP_SIZE)
        return false;
    const size_t length = load_be16(at + 4);
    if (length < UDP_SIZE || length > w->left.len ||
        (size_t)(at - w->front) + length < CHECKSUM_MANY)
        return false;
    w->left.len = length;
    transport_udp_fields(out, w->left);
    out->flags = 0;
    out->seq = out->ack = 0;
    out->window = out->urgent = 0;
    const bool absent = w->type == ETHERTYPE_IPV4 && transport_udp_sum_is_absent(w->left);
    out->checksum = absent ? CHECKSUM_UNKNOWN : (uint8_t)judge(w, out);
    return tunnel_over_udp(out->dst.port, out->payload) == HEADER_FOUND;
}

static inline void count(struct decode_stats *stats, const struct way *w, const struct packet *out)
{
    stats->frames++;
    stats->bytes += out->wire_len;
    if (w->type == ETHERTYPE_IPV4)
        stats->packets_ipv4++;
    else
        stats->packets_ipv6++;
    if (w->protocol == TRANSPORT_TCP)
        stats->tcp++;
    else
        stats->udp++;
    stats->vlan += w->tagged;
    if (out->checksum != CHECKSUM_GOOD) {
        stats->checksum_bad += out->checksum == CHECKSUM_BAD;
        stats->checksum_offloaded += out->checksum == CHECKSUM_OFFLOADED;
    }
}

bool usual_packet(const struct frame *f, struct packet *out, struct decode_stats *stats)
{
    struct way w = {.front = f->data.at};

    begin(f, stats->frames + 1, out);
    if (!pass_link(f, &w, out) ||
        (w.type == ETHERTYPE_IPV4 ? !pass_ipv4(&w, out) : !pass_ipv6(&w, out)))
        return false;
    if (w.protocol == TRANSPORT_TCP ? !take_tcp(&w, out)
                                    : w.protocol != TRANSPORT_UDP || !take_udp(&w, out))
        return false;
    count(stats, &w, out);
    return true;
}
