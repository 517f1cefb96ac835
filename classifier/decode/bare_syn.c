/* SPDX-License-Identifier: MIT */
/* The short way of the frames that a flood is made of: Ethernet, IPv4 without options, whole, a SYN
 * and nothing else, both sums right. All is looked at before anything is written. */
#include "decode/bare_syn.h"

#include <arpa/inet.h>

#include "decode/checksum.h"
#include "decode/transport.h"

#define LINKTYPE_ETHERNET  1
#define ETHERTYPE_IPV4     0x0800
#define IPV4_NO_OPTIONS    0x45   /* version and header length */
#define IPV4_FRAGMENT_BITS 0x3fff /* more fragments, offset */

/* Where things are in such a frame. */
enum frame_place {
    ETHERTYPE_AT = 12,
    IP_AT = 14,
    LENGTH_AT = IP_AT + 2,
    FRAGMENT_AT = IP_AT + 6,
    TTL_AT = IP_AT + 8,
    PROTOCOL_AT = IP_AT + 9,
    SOURCE_AT = IP_AT + 12,
    DESTINATION_AT = IP_AT + 16,
    TCP_AT = IP_AT + 20,
    HEADER_AT = TCP_AT + 12,
    FLAGS_AT = TCP_AT + 13,
    OPTIONS_AT = TCP_AT + TCP_SIZE
};

static inline uint64_t four_at(const uint8_t *at)
{
    uint32_t four;
    memcpy(&four, at, sizeof(four));
    return four;
}

/* RFC 4291 s2.5.5.2: ff ff before the address, in one word as it is read again. */
static inline uint64_t mapped_at(const uint8_t *four)
{
    static const uint8_t before[CHECKSUM_WORD] = {0, 0, 0xff, 0xff};
    static const uint8_t kept[CHECKSUM_WORD] = {0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff};

    return (checksum_word(four - 4) & checksum_word(kept)) | checksum_word(before);
}

/* Of a TCP header and its pseudo-header, without the addresses. */
static inline uint64_t sum_of_tcp(const uint8_t *tcp, size_t header)
{
    uint64_t sum = (uint64_t)htons((uint16_t)header) + htons(TRANSPORT_TCP);

    sum +=
        four_at(tcp) + four_at(tcp + 4) + four_at(tcp + 8) + four_at(tcp + 12) + four_at(tcp + 16);
    for (size_t at = TCP_SIZE; at < header; at += 4)
        sum += four_at(tcp + at);
    return sum;
}

static inline bool sums_are_right(const uint8_t *frame, size_t header)
{
    const uint64_t addresses = four_at(frame + SOURCE_AT) + four_at(frame + DESTINATION_AT);
    const uint64_t ip =
        four_at(frame + IP_AT) + four_at(frame + IP_AT + 4) + four_at(frame + TTL_AT);

    return checksum_is_right(ip + addresses) &&
           checksum_is_right(sum_of_tcp(frame + TCP_AT, header) + addresses);
}

/* Nothing but its flags may tell it from other frames: they are looked at first. */
static inline bool is_bare_syn(const struct frame *f)
{
    const uint8_t *at = f->data.at;

    if (f->data.len < OPTIONS_AT || at[FLAGS_AT] != TCP_SYN || f->linktype != LINKTYPE_ETHERNET ||
        wire_be16(at + ETHERTYPE_AT) != ETHERTYPE_IPV4 || at[IP_AT] != IPV4_NO_OPTIONS ||
        at[PROTOCOL_AT] != TRANSPORT_TCP)
        return false;
    const size_t header = (size_t)(at[HEADER_AT] >> 4) * 4;
    return header >= TCP_SIZE && header <= f->data.len - TCP_AT &&
           wire_be16(at + LENGTH_AT) == TCP_AT - IP_AT + header &&
           (wire_be16(at + FRAGMENT_AT) & IPV4_FRAGMENT_BITS) == 0 && sums_are_right(at, header);
}

static uint8_t window_shift_of(struct bytes options)
{
    struct packet p = {.flags = TCP_SYN};

    transport_tcp_options(&p, options);
    return p.window_shift;
}

bool bare_syn_read(const struct frame *f, struct bare_syn *out)
{
    const uint8_t *at = f->data.at;

    if (!is_bare_syn(f))
        return false;
    const size_t options = (size_t)(at[HEADER_AT] >> 4) * 4 - TCP_SIZE;
    out->address[0] = mapped_at(at + SOURCE_AT);
    out->address[1] = mapped_at(at + DESTINATION_AT);
    out->port[0] = wire_be16(at + TCP_AT);
    out->port[1] = wire_be16(at + TCP_AT + 2);
    out->seq = wire_be32(at + TCP_AT + 4);
    out->wire_len = f->wire_len > f->data.len ? f->wire_len : (uint32_t)f->data.len;
    out->number = f->number;
    out->time_ns = f->time_ns;
    out->ttl = at[TTL_AT];
    out->window_shift = options > 0 ? window_shift_of(bytes_of(at + OPTIONS_AT, options)) : 0;
    return true;
}
