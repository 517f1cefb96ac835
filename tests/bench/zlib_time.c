/* SPDX-License-Identifier: MIT */
/* zlib_time.c - what zlib itself needs for the messages of the workload `deflate`, each whole and
 * unmasked, with the state of its stream: make_traffic deflate-messages | zlib_time
 *
 * Prints CPU seconds, messages and clear bytes. Reading the input is not in the time.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buffer.h"
#include <zlib.h>

#define STREAMS     65536
#define WINDOW_BITS 15
#define MOST        (1U << 20) /* clear bytes of a message */

struct total {
    uint64_t messages, clear;
};

static double cpu_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void read_all(struct buffer *b)
{
    static uint8_t room[1U << 20];
    size_t n;

    while ((n = fread(room, 1, sizeof(room), stdin)) > 0)
        buffer_append(b, bytes_of(room, n));
}

/* An empty message ends its stream. */
static void one_message(z_stream **streams, uint32_t n, struct bytes in, struct total *sum)
{
    static uint8_t room[MOST];
    z_stream *z = streams[n];

    if (in.len == 0) {
        inflateEnd(z);
        free(z);
        streams[n] = NULL;
        return;
    }
    if (z == NULL) {
        z = streams[n] = calloc(1, sizeof(*z));
        if (z == NULL || inflateInit2(z, -WINDOW_BITS) != Z_OK)
            abort();
    }
    z->next_in = (Bytef *)(uintptr_t)in.at;
    z->avail_in = (uInt)in.len;
    z->next_out = room;
    z->avail_out = sizeof(room);
    if (inflate(z, Z_SYNC_FLUSH) != Z_OK || z->avail_in > 0)
        abort();
    sum->messages++;
    sum->clear += sizeof(room) - z->avail_out;
}

int main(void)
{
    static z_stream *streams[STREAMS];
    struct buffer all = {0};
    struct total sum = {0};

    read_all(&all);
    const double begin = cpu_seconds();
    for (struct bytes left = buffer_bytes(&all); left.len > 0;) {
        uint32_t head[2];
        memcpy(head, left.at, sizeof(head));
        left = bytes_after(left, sizeof(head));
        if (head[0] >= STREAMS || head[1] > left.len)
            return 2;
        one_message(streams, head[0], bytes_first(left, head[1]), &sum);
        left = bytes_after(left, head[1]);
    }
    printf("%.4f %" PRIu64 " %" PRIu64 "\n", cpu_seconds() - begin, sum.messages, sum.clear);
    buffer_free(&all);
    return 0;
}
