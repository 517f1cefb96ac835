/* SPDX-License-Identifier: MIT */
/* bare_syn.h - a SYN and nothing else, over IPv4: all that a flood of them leaves behind. */
#ifndef MODEL_BARE_SYN_H
#define MODEL_BARE_SYN_H

#include <stdint.h>

/* Of sender and receiver, in this order. The rest as in struct packet. */
struct bare_syn {
    uint64_t address[2]; /* the last half of a struct addr, as it lies there */
    uint16_t port[2];
    uint32_t seq, wire_len;
    uint64_t number, ordinal;
    int64_t time_ns;
    uint8_t ttl, window_shift;
};

#endif
