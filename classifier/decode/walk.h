/* SPDX-License-Identifier: MIT */
/* walk.h - a frame on its way down, header by header. Private to decode/.
 *
 * Each header's function reads the start of `left`, moves past it and returns what comes next; the
 * loop is in decode.c. No function calls another header's function, so depth costs no stack.
 */
#ifndef DECODE_WALK_H
#define DECODE_WALK_H

#include "base/load.h"
#include "decode/decode.h"
#include "decode/defrag.h"
#include "decode/header.h"

struct walk {
    struct decode_stats *stats;
    struct defrag *defrag;
    const struct frame *frame;
    struct packet *out;
    struct bytes left; /* captured and not yet read */
    size_t wire;       /* what `left` was on the wire: left.len, or more when the snaplen cut it */
    size_t ip_len;     /* of the innermost IP packet, with its header */
    enum anomaly what;
    uint32_t tunnel;       /* which: a mark of the way in; 0 outside */
    uint8_t depth;         /* tunnels entered */
    uint8_t protocol;      /* IP protocol number of what comes next */
    bool ipv6;             /* the innermost IP header is version 6 */
    bool address_moved;    /* a routing header holds the address that the checksum covers */
    bool ip_checksum_bad;  /* of the innermost IPv4 header */
    bool numbered_payload; /* GRE carries a sequence number: which ERSPAN this is */
};

/* Moves past `n` bytes, which must be there. */
static inline void walk_past(struct walk *w, size_t n)
{
    w->left.at += n;
    w->left.len -= n;
    w->wire -= n;
}

/* Only the next `n` bytes belong to what follows; the rest is padding or a trailer. */
static inline void walk_limit(struct walk *w, size_t n)
{
    if (n < w->wire)
        w->wire = n;
    if (n < w->left.len)
        w->left.len = n;
}

static inline enum header walk_bad(struct walk *w, enum anomaly what)
{
    w->what = what;
    return HEADER_BAD;
}

/* Fragments that came another way are of another datagram. Only a mark: it decides nothing alone.
 */
static inline void walk_mark(struct walk *w, uint32_t value)
{
    w->tunnel = (w->tunnel ^ value) * 0x9e3779b1U + 1; /* Knuth's multiplicative hash */
}

/* One more packet inside a packet. */
static inline enum header walk_into(struct walk *w, enum header next)
{
    if (w->depth == DECODE_DEPTH)
        return walk_bad(w, DECODE_TOO_DEEP);
    if (w->depth++ == 0)
        w->stats->tunnelled++;
    for (size_t i = 0; i < sizeof(w->out->src.addr.byte); i += 4) {
        walk_mark(w, load_be32(w->out->src.addr.byte + i));
        walk_mark(w, load_be32(w->out->dst.addr.byte + i));
    }
    return next;
}

#endif
