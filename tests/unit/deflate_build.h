/* SPDX-License-Identifier: MIT */
/* deflate_build.h - bytes as zlib compresses them. */
#ifndef TESTS_UNIT_DEFLATE_BUILD_H
#define TESTS_UNIT_DEFLATE_BUILD_H

#include <zlib.h>

#include "base/buffer.h"

static inline void deflate_all(z_stream *z, struct bytes clear, int flush, struct buffer *out)
{
    uint8_t room[4096];

    z->next_in = (Bytef *)(uintptr_t)clear.at;
    z->avail_in = (uInt)clear.len;
    do {
        z->next_out = room;
        z->avail_out = sizeof(room);
        deflate(z, flush);
        buffer_append(out, bytes_of(room, sizeof(room) - z->avail_out));
    } while (z->avail_out == 0);
}

#endif
