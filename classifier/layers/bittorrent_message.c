/* SPDX-License-Identifier: MIT */
#include "layers/bittorrent_message.h"

/* The length of each message, type included: exactly, or at least. 0: not a known type. */
static const struct {
    uint8_t length;
    bool more;
} form[] = {
    [PEER_CHOKE] = {1, false},         [PEER_UNCHOKE] = {1, false},
    [PEER_INTERESTED] = {1, false},    [PEER_NOT_INTERESTED] = {1, false},
    [PEER_HAVE] = {5, false},          [PEER_BITFIELD] = {2, true},
    [PEER_REQUEST] = {13, false},      [PEER_PIECE] = {9, true},
    [PEER_CANCEL] = {13, false},       [PEER_PORT] = {3, false},
    [PEER_SUGGEST] = {5, false},       [PEER_HAVE_ALL] = {1, false},
    [PEER_HAVE_NONE] = {1, false},     [PEER_REJECT] = {13, false},
    [PEER_ALLOWED_FAST] = {5, false},  [PEER_EXTENDED] = {2, true},
    [PEER_HASH_REQUEST] = {49, false}, [PEER_HASHES] = {49, true},
    [PEER_HASH_REJECT] = {49, false},
};

bool peer_message_known(uint8_t type)
{
    return type < sizeof(form) / sizeof(form[0]) && form[type].length > 0;
}

bool peer_message_fits(uint8_t type, uint32_t length)
{
    return length == form[type].length || (length > form[type].length && form[type].more);
}
