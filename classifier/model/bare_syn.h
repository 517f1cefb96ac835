/* SPDX-License-Identifier: MIT */
/* bare_syn.h - a SYN and nothing else, over IPv4: all that a flood of them leaves behind. */
#ifndef MODEL_BARE_SYN_H
#define MODEL_BARE_SYN_H

#include <endian.h>
#include <stdint.h>

/* An end in a word: the address, as it lies on the wire and a little-endian machine reads it, and
 * above it the port. */
#define BARE_SYN_PORT_AT 32
static inline uint64_t bare_syn_end(uint32_t address, uint16_t port)
{
    return (uint64_t)port << BARE_SYN_PORT_AT | le32toh(address);
}

/* As in struct packet. */
struct bare_syn {
    uint64_t end[2]; /* who sent it, and whom it asks */
    uint32_t seq, wire_len;
    uint64_t number, ordinal;
    int64_t time_ns;
    uint8_t ttl, window_shift;
};

#endif
