/* SPDX-License-Identifier: MIT */
/* packet.h - a frame as captured, and the packet that was found in it. */
#ifndef MODEL_PACKET_H
#define MODEL_PACKET_H

#include "base/bytes.h"
#include "model/endpoint.h"

/* Two times can be subtracted, and some hours added. */
#define FRAME_TIME_MIN (-(INT64_C(1) << 61)) /* ns: 1896 */
#define FRAME_TIME_MAX (INT64_C(1) << 62)    /* 2116 */

/* What capture gives: borrowed until the next frame is asked for. */
struct frame {
    uint64_t number;    /* in its file or on its interface, from 1 */
    int64_t time_ns;    /* since 1970-01-01 UTC, FRAME_TIME_MIN to _MAX; may go backwards */
    uint32_t linktype;  /* LINKTYPE_ value of https://www.tcpdump.org/linktypes.html (not DLT_) */
    uint32_t interface; /* of its file, from 0 (pcapng has several) */
    uint32_t wire_len;  /* bytes on the wire; more than data.len when the snaplen cut it */
    struct bytes data;
};

static inline uint32_t frame_wire_len(const struct frame *f)
{
    return f->wire_len > f->data.len ? f->wire_len : (uint32_t)f->data.len;
}

enum transport {
    TRANSPORT_NONE = 0,
    TRANSPORT_TCP = 6,
    TRANSPORT_UDP = 17
}; /* IP protocol numbers */

enum tcp_flag { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16, TCP_URG = 32 };

enum checksum {
    CHECKSUM_UNKNOWN, /* cut by the snaplen, a fragment, or absent (UDP over IPv4, RFC 768) */
    CHECKSUM_GOOD,
    CHECKSUM_BAD,
    CHECKSUM_OFFLOADED, /* zero or the pseudo-header's partial sum: the sender's card was to fill it
                           in */
};

#define PACKET_VLANS 4

/* What decode finds: one TCP segment or UDP datagram. Borrows from the frame or the defragmenter.
 */
struct packet {
    uint64_t number;  /* of the frame (the last fragment's) */
    uint64_t ordinal; /* the same, counted over all inputs, from 1 */
    int64_t time_ns;
    struct endpoint src, dst;
    uint32_t wire_len;    /* bytes of its frame, or of all frames of its fragments, on the wire */
    struct bytes payload; /* of TCP or UDP, as captured */
    uint32_t payload_len; /* bytes as the headers say; more than payload.len when cut */
    uint8_t transport;    /* enum transport */
    uint8_t flags;        /* enum tcp_flag, ored */
    uint8_t ttl;          /* or hop limit; the innermost IP header's */
    uint8_t checksum;     /* enum checksum, of TCP or UDP */
    uint32_t seq, ack;    /* TCP, host order */
    uint16_t window;      /* TCP, unscaled */
    uint16_t urgent;      /* TCP urgent pointer */
    uint32_t timestamp;
    uint16_t vlan[PACKET_VLANS]; /* outermost first */
    uint8_t vlan_count;
    uint8_t window_shift; /* of a SYN: 1 + the shift of TCP option 3; 0: absent */
    bool has_timestamp;   /* TCP option 8, RFC 7323 */
    bool has_signature;   /* TCP option 19 (RFC 2385) or 29 (RFC 5925) */
};

#endif
