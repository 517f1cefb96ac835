/* SPDX-License-Identifier: MIT */
/* The short way of the frames that a flood is made of: Ethernet, IPv4 without options, whole, a SYN
 * and nothing else, both sums right. All is looked at before anything is written. */
#include "decode/bare_syn.h"

#include <arpa/inet.h>

#include "decode/checksum.h"
#include "decode/transport.h"

#define LINKTYPE_ETHERNET 1

/* Where things are in such a frame. */
enum frame_place {
    TYPE_AT = 12, /* of Ethernet; then IP's version, header length and type of service */
    IP_AT = 14,
    LENGTH_AT = IP_AT + 2,
    FRAGMENT_AT = IP_AT + 6, /* then time to live and protocol */
    TTL_AT = IP_AT + 8,
    SOURCE_AT = IP_AT + 12,
    DESTINATION_AT = IP_AT + 16,
    TCP_AT = IP_AT + 20,
    HEADER_AT = TCP_AT + 12,
    FLAGS_AT = TCP_AT + 13,
    OPTIONS_AT = TCP_AT + TCP_SIZE
};

/* Fields that follow each other, compared at once: first byte uppermost. */
#define TYPE_FIELDS     0xffffff00U
#define TYPE_IPV4_PLAIN 0x08004500U /* without options */
#define WHOLE_FIELDS    0x3fff00ffU /* more fragments, offset; protocol */
#define WHOLE_TCP       TRANSPORT_TCP

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

static inline bool is_like(const uint8_t *at, uint32_t fields, uint32_t wanted)
{
    uint32_t four;
    memcpy(&four, at, sizeof(four));
    return (four & htonl(fields)) == htonl(wanted);
}

/* `header`: bytes of TCP's, which are there. */
static inline bool is_bare_syn(const struct frame *f, size_t header)
{
    const uint8_t *at = f->data.at;

    return is_like(at + TYPE_AT, TYPE_FIELDS, TYPE_IPV4_PLAIN) &&
           is_like(at + FRAGMENT_AT, WHOLE_FIELDS, WHOLE_TCP) &&
           wire_be16(at + LENGTH_AT) == TCP_AT - IP_AT + header &&
           f->linktype == LINKTYPE_ETHERNET && sums_are_right(at, header);
}

static uint8_t window_shift_of(struct bytes options)
{
    struct packet p = {.flags = TCP_SYN};

    transport_tcp_options(&p, options);
    return p.window_shift;
}

static inline void read_fields(const struct frame *f, struct bare_syn *out)
{
    const uint8_t *at = f->data.at;

    out->address[0] = mapped_at(at + SOURCE_AT);
    out->address[1] = mapped_at(at + DESTINATION_AT);
    out->port[0] = wire_be16(at + TCP_AT);
    out->port[1] = wire_be16(at + TCP_AT + 2);
    out->seq = wire_be32(at + TCP_AT + 4);
    out->wire_len = f->wire_len > f->data.len ? f->wire_len : (uint32_t)f->data.len;
    out->number = f->number;
    out->time_ns = f->time_ns;
    out->ttl = at[TTL_AT];
    out->window_shift = 0;
}

static bool read_with_options(const struct frame *f, struct bare_syn *out)
{
    const size_t header = (size_t)(f->data.at[HEADER_AT] >> 4) * 4;

    if (header <= TCP_SIZE || header > f->data.len - TCP_AT || !is_bare_syn(f, header))
        return false;
    read_fields(f, out);
    out->window_shift = window_shift_of(bytes_of(f->data.at + OPTIONS_AT, header - TCP_SIZE));
    return true;
}

/* Nothing but its flags may tell it from other frames: they are looked at first. */
bool bare_syn_read(const struct frame *f, struct bare_syn *out)
{
    if (f->data.len < OPTIONS_AT || f->data.at[FLAGS_AT] != TCP_SYN)
        return false;
    if (f->data.at[HEADER_AT] >> 4 != TCP_SIZE / 4)
        return read_with_options(f, out);
    if (!is_bare_syn(f, TCP_SIZE))
        return false;
    read_fields(f, out);
    return true;
}
