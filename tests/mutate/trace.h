/* SPDX-License-Identifier: MIT */
/* trace.h - a capture in memory, whose TCP segments can be written again, otherwise.
 *
 * Ours to rewrite are TCP segments directly in IPv4 or IPv6, captured whole, with a good (or an
 * offloaded) checksum; all else is copied as it is.
 */
#ifndef TESTS_MUTATE_TRACE_H
#define TESTS_MUTATE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "model/packet.h"

#define NO_LANE  UINT32_MAX
#define IPV6_LEN 40U

/* A captured frame, and what is known of it. Offsets are of `data`; 0: there is none. */
struct parcel {
    struct frame frame;
    uint32_t ip, l4, payload, end; /* headers and what follows; end: of the IP packet */
    uint32_t pppoe;                /* its length field */
    uint32_t lane; /* one direction of a pair of endpoints; `lane ^ 1` is the other */
    uint8_t protocol;
    bool tcp;       /* ours to rewrite */
    bool datagram;  /* ours to fragment: whole, no options, no extension headers */
    bool broken;    /* of TCP, but not ours: cut short, a fragment, a bad checksum */
    bool offloaded; /* the checksum is the pseudo-header's */
};

struct chunk;

struct trace {
    struct parcel *at;
    size_t count, room;
    uint32_t lanes;
    struct chunk *chunks; /* the bytes of frames that were made here */
};

/* What of a segment is written otherwise. */
struct segment {
    uint32_t seq, ack;
    uint8_t flags;
    struct bytes payload;
};

/* False: it could not be read; says so. */
bool trace_read(struct trace *t, const char *path);
/* As a pcap file with nanoseconds; only frames of the first one's link type can be in it. */
bool trace_write(const struct trace *t, const char *path);
void trace_free(struct trace *t);
/* Frees `from`, but for the bytes that were made there. */
void trace_adopt(struct trace *t, struct trace *from);

/* One more parcel, whose bytes must outlive the trace. */
void trace_add(struct trace *t, const struct parcel *p);
/* Bytes that live as long as the trace. */
uint8_t *trace_bytes(struct trace *t, size_t len);
/* A copy whose bytes may be changed: `*bytes`. Not added. */
struct parcel trace_copy(struct trace *t, const struct parcel *p, uint8_t **bytes);
/* `like`, with another segment in it, lengths and checksums that fit. Not added. */
struct parcel trace_segment(struct trace *t, const struct parcel *like, const struct segment *s);
/* The same, with `more` bytes put in at `where`, which is at or before the IP header. Not ours to
 * rewrite any more. */
struct parcel trace_wrapped(struct trace *t, const struct parcel *like, uint32_t where,
                            struct bytes more);

/* After bytes of an IP header were changed: the IPv4 checksum of the header at `ip`. */
void ipv4_checksum(uint8_t *ip);

/* Is it wrong, and not one that a card was to fill in? */
bool is_checksum_bad(const struct parcel *p);

static inline uint32_t get_be(const uint8_t *at, unsigned bytes)
{
    uint32_t v = 0;

    while (bytes-- > 0)
        v = v << 8 | *at++;
    return v;
}

static inline void put_be(uint8_t *at, uint32_t v, unsigned bytes)
{
    while (bytes-- > 0)
        *at++ = (uint8_t)(v >> 8 * bytes);
}

static inline uint8_t flags_of(const struct parcel *p)
{
    return p->frame.data.at[p->l4 + 13];
}

static inline bool is_ipv4(const struct parcel *p)
{
    return p->frame.data.at[p->ip] >> 4 == 4;
}

static inline struct segment segment_of(const struct parcel *p)
{
    const uint8_t *tcp = p->frame.data.at + p->l4;

    return (struct segment){get_be(tcp + 4, 4), get_be(tcp + 8, 4), flags_of(p),
                            bytes_of(p->frame.data.at + p->payload, p->end - p->payload)};
}

static inline bool has_data(const struct parcel *p)
{
    return p->tcp && p->end > p->payload;
}

/* May it be cut, joined, overtaken? */
static inline bool is_plain_data(const struct parcel *p)
{
    return has_data(p) && (flags_of(p) & (TCP_SYN | TCP_RST | TCP_URG)) == 0;
}

#endif
