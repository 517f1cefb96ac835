/* SPDX-License-Identifier: MIT */
/* names.h - what a connection was seen to be called. Private to engine/. */
#ifndef ENGINE_NAMES_H
#define ENGINE_NAMES_H

#include "base/bytes.h"

/* Strings read off the wire, kept in engine.texts; by enum name_of. */
enum name_of {
    NAME_HOST,
    NAME_PATH,
    NAME_ORIGIN,
    NAME_SUBPROTOCOL,
    NAME_SNI,
    NAME_INFO_HASH,
    NAME_PEER_CLIENT,
    NAMES
};

struct names {
    uint8_t known[NAMES]; /* enum known; a request's are in one cache line */
    struct bytes of[NAMES];
};

#endif
