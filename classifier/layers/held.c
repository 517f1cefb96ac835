/* SPDX-License-Identifier: MIT */
#include "layers/held.h"

/* Nothing is kept behind a hole, nor without memory. */
static size_t keep(struct held *w, struct host *h, enum direction d, struct bytes in)
{
    const size_t n = w->lost[d] == 0 ? http_kept_add(&w->kept[d], h, in) : 0;
    return n != SIZE_MAX ? n : 0;
}

size_t held_feed(struct held *w, struct host *h, enum direction d, struct bytes in, held_read *read)
{
    size_t used = 0;

    while (used < in.len) {
        const size_t n = keep(w, h, d, bytes_after(in, used));
        used += n;
        if (n == 0) {
            w->lost[d] += in.len - used;
            used = in.len;
        }
        if (read(w, h))
            return used;
    }
    return used;
}

void held_drop(struct held *w, struct host *h, enum direction d, size_t n)
{
    http_kept_drop(&w->kept[d], h, n);
}

void held_hand_over(struct held *w, struct host *h)
{
    for (enum direction d = TO_SERVER; d <= TO_CLIENT; d++) {
        if (w->kept[d].len > 0)
            h->carry(h, d, held_bytes(w, d));
        if (w->lost[d] > 0)
            h->carry_gap(h, d, w->lost[d]);
    }
    held_free(w, h);
}

void held_free(struct held *w, struct host *h)
{
    http_kept_free(&w->kept[TO_SERVER], h);
    http_kept_free(&w->kept[TO_CLIENT], h);
    *w = (struct held){0};
}
