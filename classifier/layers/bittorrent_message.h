/* SPDX-License-Identifier: MIT */
/* bittorrent_message.h - the messages of the peer wire: their types, their lengths (BEP 3, 6, 10,
 * 52). */
#ifndef LAYERS_BITTORRENT_MESSAGE_H
#define LAYERS_BITTORRENT_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

/* The handshake, and how it begins. */
#define PEER_GREETING_LEN 68
#define PEER_PROTOCOL_LEN 20
#define PEER_PROTOCOL                                                                              \
    "\x13"                                                                                         \
    "BitTorrent protocol"

#define PEER_LENGTH_LEN  4           /* a message begins with its length, itself not counted */
#define PEER_MESSAGE_MAX (16U << 20) /* a bitfield of 128 million pieces; pieces are 16 KiB */
#define PEER_BLOCK       16384       /* what everybody asks for at once (BEP 3) */

enum peer_message {
    PEER_CHOKE = 0,
    PEER_UNCHOKE = 1,
    PEER_INTERESTED = 2,
    PEER_NOT_INTERESTED = 3,
    PEER_HAVE = 4,
    PEER_BITFIELD = 5,
    PEER_REQUEST = 6,
    PEER_PIECE = 7,
    PEER_CANCEL = 8,
    PEER_PORT = 9, /* of its DHT node (BEP 5) */
    PEER_SUGGEST = 13,
    PEER_HAVE_ALL = 14,
    PEER_HAVE_NONE = 15,
    PEER_REJECT = 16,
    PEER_ALLOWED_FAST = 17,
    PEER_EXTENDED = 20,
    PEER_HASH_REQUEST = 21,
    PEER_HASHES = 22,
    PEER_HASH_REJECT = 23,
};

/* Is it a type that a BEP names? Others are other people's extensions. */
bool peer_message_known(uint8_t type);
/* May a message of that known type be so long? `length` counts the type. */
bool peer_message_fits(uint8_t type, uint32_t length);

#endif
