/* SPDX-License-Identifier: MIT */
/* utp.h - one packet of uTP, the transport that BitTorrent has over UDP (BEP 29), and whether two
 * of them go together.
 *
 * In:    one datagram.
 * Out:   its header, where it can be one of version 1: 20 bytes, extensions to their end, and no
 *        payload where there is none.
 * State: none; the payload borrows from the datagram.
 *
 * A header says little: its first two bytes are all that is fixed, and many protocols begin with
 * them (a DNS query with identifier 0x4100 is one). So nothing is believed of one packet: see
 * utp_agree(). Version 0, which uTorrent spoke for some months before 2010, fixes even less, and
 * nobody speaks it any more: it is not read.
 */
#ifndef LAYERS_UTP_H
#define LAYERS_UTP_H

#include "base/bytes.h"
#include "model/endpoint.h"

enum utp_type { UTP_DATA, UTP_FIN, UTP_STATE, UTP_RESET, UTP_SYN };

struct utp_packet {
    enum utp_type type;
    uint16_t id;     /* of the connection: each side's own, one apart */
    uint32_t sent;   /* microseconds, by the sender's clock */
    uint32_t delay;  /* how long the last packet of the other side took, by both their clocks */
    uint32_t window; /* bytes */
    uint16_t seq;    /* of this packet; of STATE, which has none of its own, the next one's */
    uint16_t ack;    /* the last that came in order */
    bool known;      /* has only extensions that somebody defined */
    struct bytes payload;
    uint32_t cut; /* bytes of the payload that were not captured */
};

/* `cut`: bytes at its end that were sent and not captured. */
bool utp_read(struct bytes datagram, uint32_t cut, struct utp_packet *out);

/* How far `to` is behind `from`, which is a little: sequence numbers wrap. */
static inline int utp_distance(uint16_t from, uint16_t to)
{
    return (int16_t)(uint16_t)(to - from);
}

enum utp_agreement {
    UTP_UNRELATED, /* or it cannot be told */
    UTP_GOES_ON,   /* one sender, one connection, clock and numbers went on as they should */
    UTP_ANSWERS,   /* the other side's connection id, and both know of each other's numbers */
};

/* Do `a` and, later, `b` belong to one connection? Each yes is worth 20 bits or more against bytes
 * that are anything. */
enum utp_agreement utp_agree(const struct utp_packet *a, const struct utp_packet *b,
                             bool same_sender);

#endif
