/* SPDX-License-Identifier: MIT */
/* json_text.h - what everybody who reads a JSON text needs (RFC 8259). */
#ifndef BASE_JSON_TEXT_H
#define BASE_JSON_TEXT_H

#include "base/bytes.h"

static inline bool json_is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static inline struct bytes json_skip_space(struct bytes in)
{
    size_t n = 0;

    while (n < in.len && json_is_space(in.at[n]))
        n++;
    return bytes_after(in, n);
}

#endif
