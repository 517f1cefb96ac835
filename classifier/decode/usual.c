/* SPDX-License-Identifier: MIT */
#include "decode/usual.h"

#include <arpa/inet.h>

#include "base/apart.h"
#include "decode/checksum.h"
#include "decode/transport.h"

enum usual_size {
    ETHERNET_SIZE = 14,
    VLAN_SIZE = 4,
    IPV4_SIZE = 20,
    IPV4_SRC_AT = 12,
    IPV4_DST_AT = 16,
    IPV6_SIZE = 40,
    IPV6_SRC_AT = 8,
    IPV6_DST_AT = 24,
    FRAME_LEAST = ETHERNET_SIZE + IPV4_SIZE + UDP_SIZE
};

enum ethertype { ETHERTYPE_IPV4 = 0x0800, ETHERTYPE_CTAG = 0x8100, ETHERTYPE_IPV6 = 0x86dd };

#define LINKTYPE_ETHERNET  1
#define VLAN_ID_BITS       0x0fff
#define IPV4_NO_OPTIONS    0x45   /* version and header length */
#define IPV4_FRAGMENT_BITS 0x3fff /* more fragments, offset */

/* What is left of the frame, and what kind of packet it is. */
struct way {
    struct bytes left;
    uint64_t addresses; /* their sum, wide */
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
    out->wire_len = f->wire_len > f->data.len ? f->wire_len : (uint32_t)f->data.len;
    out->timestamp = 0;
    memset(out->vlan, 0, sizeof(out->vlan));
    out->vlan_count = 0;
    out->window_shift = 0;
    out->has_timestamp = false;
    out->has_signature = false;
}

static inline void pass_link(struct way *w, struct packet *out)
{
    size_t size = ETHERNET_SIZE;

    w->type = wire_be16(w->left.at + ETHERNET_SIZE - 2);
    if (w->type == ETHERTYPE_CTAG) {
        w->tagged = true;
        out->vlan_count = 1;
        out->vlan[0] = wire_be16(w->left.at + ETHERNET_SIZE) & VLAN_ID_BITS;
        w->type = wire_be16(w->left.at + ETHERNET_SIZE + 2);
        size += VLAN_SIZE;
    }
    w->left = bytes_of(w->left.at + size, w->left.len - size);
}

/* The bytes before an IPv4 address are replaced by what makes it an IPv6 address (RFC 4291
 * s2.5.5.2): two words, each written at once, as they are read again. */
static inline struct addr mapped_at(const uint8_t *four)
{
    static const uint8_t before[CHECKSUM_WORD] = {0, 0, 0xff, 0xff};
    static const uint8_t kept[CHECKSUM_WORD] = {0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff};
    const uint64_t first = 0;
    const uint64_t last = (checksum_word(four - 4) & checksum_word(kept)) | checksum_word(before);
    struct addr a;

    memcpy(a.byte, &first, sizeof(first));
    memcpy(a.byte + sizeof(first), &last, sizeof(last));
    return a;
}

static inline uint64_t word_of_four(const uint8_t *at)
{
    uint32_t four;
    memcpy(&four, at, sizeof(four));
    return four;
}

/* Its header's sum is right, too. */
static inline bool pass_ipv4(struct way *w, struct packet *out)
{
    const uint8_t *at = w->left.at;

    if (w->left.len < IPV4_SIZE || at[0] != IPV4_NO_OPTIONS)
        return false;
    const size_t total = wire_be16(at + 2);
    if (total < IPV4_SIZE || total > w->left.len || (wire_be16(at + 6) & IPV4_FRAGMENT_BITS) != 0)
        return false;
    const uint64_t first = word_of_four(at) + word_of_four(at + 4) + word_of_four(at + 8);
    w->addresses = word_of_four(at + IPV4_SRC_AT) + word_of_four(at + IPV4_DST_AT);
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
    const size_t length = wire_be16(at + 4);
    if (length == 0 || length > w->left.len - IPV6_SIZE)
        return false;
    w->addresses = checksum_wide(bytes_of(at + IPV6_SRC_AT, IPV6_SIZE - IPV6_SRC_AT));
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
    const uint64_t sum = checksum_plus(w->addresses, rest);

    if (checksum_is_right(checksum_plus(sum, checksum_wide(w->left))))
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
    const size_t length = wire_be16(at + 4);
    if (length < UDP_SIZE || length > w->left.len)
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
    struct way w = {.left = bytes_of(f->data.at, f->data.len)};

    if (f->linktype != LINKTYPE_ETHERNET || f->data.len < FRAME_LEAST)
        return false;
    begin(f, stats->frames + 1, out);
    pass_link(&w, out);
    if (w.type == ETHERTYPE_IPV4 ? !pass_ipv4(&w, out)
                                 : w.type != ETHERTYPE_IPV6 || !pass_ipv6(&w, out))
        return false;
    if (w.protocol == TRANSPORT_TCP ? !take_tcp(&w, out)
                                    : w.protocol != TRANSPORT_UDP || !take_udp(&w, out))
        return false;
    count(stats, &w, out);
    return true;
}
