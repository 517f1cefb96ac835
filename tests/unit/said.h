/* SPDX-License-Identifier: MIT */
/* said.h - who said what, for tables of vectors: C("...") is the client, S("...") the server. */
#ifndef TESTS_UNIT_SAID_H
#define TESTS_UNIT_SAID_H

#include <stddef.h>

#include "model/endpoint.h"

struct said {
    enum direction direction;
    const char *bytes;
    size_t len;
};

#define C(literal)                                                                                 \
    {                                                                                              \
        TO_SERVER, literal, sizeof(literal) - 1                                                    \
    }
#define S(literal)                                                                                 \
    {                                                                                              \
        TO_CLIENT, literal, sizeof(literal) - 1                                                    \
    }

#endif
