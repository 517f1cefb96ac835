/* SPDX-License-Identifier: MIT */
/* The short way of the frames that a flood is made of: Ethernet, IPv4 without options, whole, a SYN
 * and nothing else, both sums right. All is looked at before anything is written. */
#include "decode/bare_syn.h"

#include <arpa/inet.h>

#include "decode/checksum.h"
#include "decode/plain.h"
#include "decode/transport.h"

/* Where things are in such a frame. */
enum frame_place {
    TYPE_AT = 12, /* of Ethernet; then IP's version, header length, type of service, length */
    IP_AT = ETHERNET_SIZE,
    FRAGMENT_AT = IP_AT + 6, /* then time to live and protocol */
    TTL_AT = IP_AT + 8,
    SOURCE_AT = IP_AT + 12,
    DESTINATION_AT = IP_AT + 16,
    TCP_AT = IP_AT + IPV4_SIZE,
    HEADER_AT = TCP_AT + 12,
    OPTIONS_AT = TCP_AT + TCP_SIZE
};

_Static_assert(BARE_SYN_FLAGS_AT == TCP_AT + 13 && BARE_SYN_LEAST == OPTIONS_AT, "as here");

/* Of a TCP header and its pseudo-header, without the addresses. */
static inline uint64_t sum_of_tcp(const uint8_t *tcp, size_t header)
{
    uint64_t sum = (uint64_t)htons((uint16_t)header) + htons(TRANSPORT_TCP);

    sum += plain_four(tcp) + plain_four(tcp + 4) + plain_four(tcp + 8) + plain_four(tcp + 12) +
           plain_four(tcp + 16);
    for (size_t at = TCP_SIZE; at < header; at += 4)
        sum += plain_four(tcp + at);
    return sum;
}

static inline bool sums_are_right(const uint8_t *frame, size_t header)
{
    const uint64_t addresses = plain_four(frame + SOURCE_AT) + plain_four(frame + DESTINATION_AT);
    const uint64_t ip =
        plain_four(frame + IP_AT) + plain_four(frame + IP_AT + 4) + plain_four(frame + TTL_AT);

    return checksum_is_right(ip + addresses) &&
           checksum_is_right(sum_of_tcp(frame + TCP_AT, header) + addresses);
}

/* Ethernet's type, IP's version, header length and total length, all at once. */
static inline bool has_front(const uint8_t *frame, size_t header)
{
    const uint64_t kept = (uint64_t)PLAIN_TYPE_FIELDS << 32 | UINT64_C(0xffff) << 16;
    const uint64_t wanted = (uint64_t)PLAIN_TYPE_IPV4 << 32 | (uint64_t)(TCP_AT - IP_AT + header)
                                                                  << 16;

    return (load_u64(frame + TYPE_AT) & htobe64(kept)) == htobe64(wanted);
}

/* `header`: bytes of TCP's, which are there. */
static inline bool is_bare_syn(const struct frame *f, size_t header)
{
    const uint8_t *at = f->data.at;

    return has_front(at, header) &&
           plain_is_like(at + FRAGMENT_AT, PLAIN_WHOLE_FIELDS, PLAIN_WHOLE_TCP) &&
           f->linktype == LINKTYPE_ETHERNET && sums_are_right(at, header);
}

static uint8_t window_shift_of(struct bytes options)
{
    struct packet p = {.flags = TCP_SYN};

    transport_tcp_options(&p, options);
    return p.window_shift;
}

static inline void read_ends(const uint8_t *at, struct bare_syn *out)
{
    out->end[0] = bare_syn_end(load_u32(at + SOURCE_AT), load_be16(at + TCP_AT));
    out->end[1] = bare_syn_end(load_u32(at + DESTINATION_AT), load_be16(at + TCP_AT + 2));
}

void bare_syn_read_rest(const struct frame *f, struct bare_syn *out)
{
    out->seq = load_be32(f->data.at + TCP_AT + 4);
    out->wire_len = frame_wire_len(f);
    out->number = f->number;
    out->time_ns = f->time_ns;
    out->ttl = f->data.at[TTL_AT];
}

static bool begins_with_options(const struct frame *f, struct bare_syn *out)
{
    const size_t header = (size_t)(f->data.at[HEADER_AT] >> 4) * 4;

    if (header <= TCP_SIZE || header > f->data.len - TCP_AT || !is_bare_syn(f, header))
        return false;
    read_ends(f->data.at, out);
    out->window_shift = window_shift_of(bytes_of(f->data.at + OPTIONS_AT, header - TCP_SIZE));
    return true;
}

/* Nothing but its flags may tell it from other frames: they are looked at first. */
bool bare_syn_begins(const struct frame *f, struct bare_syn *out)
{
    if (!bare_syn_may_be(f))
        return false;
    if (f->data.at[HEADER_AT] >> 4 != TCP_SIZE / 4)
        return begins_with_options(f, out);
    if (!is_bare_syn(f, TCP_SIZE))
        return false;
    read_ends(f->data.at, out);
    out->window_shift = 0;
    return true;
}
