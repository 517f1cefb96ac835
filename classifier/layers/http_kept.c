/* SPDX-License-Identifier: MIT */
#include "layers/http_kept.h"

#define FIRST_ROOM 1024
#define ROOM_MAX   (2 * HTTP_KEPT_MAX)

static bool grow(struct http_kept *k, struct host *h, size_t len)
{
    uint32_t room = k->room > 0 ? k->room : FIRST_ROOM;

    while (room < len && room < ROOM_MAX)
        room *= 2;
    if (room == k->room && room < ROOM_MAX)
        room *= 2;
    uint8_t *at = h->alloc_bare(h, room);
    if (at == NULL)
        return false;
    if (k->len > 0)
        memcpy(at, k->at + k->from, k->len);
    h->free(h, k->at, k->room);
    k->at = at;
    k->from = 0;
    k->room = room;
    return true;
}

/* Room for `more` after the bytes. Moving them is paid for by the bytes taken off before. */
static bool make_room(struct http_kept *k, struct host *h, size_t more)
{
    const size_t len = k->len + more;

    if (k->from + len <= k->room)
        return true;
    if (len > k->room || k->from < k->len)
        return grow(k, h, len);
    memmove(k->at, k->at + k->from, k->len);
    k->from = 0;
    return true;
}

size_t http_kept_add(struct http_kept *k, struct host *h, struct bytes in)
{
    const size_t n = bytes_first(in, HTTP_KEPT_MAX - k->len).len;

    if (n == 0)
        return 0;
    if (!make_room(k, h, n))
        return SIZE_MAX;
    memcpy(k->at + k->from + k->len, in.at, n);
    k->len += (uint32_t)n;
    return n;
}

void http_kept_drop(struct http_kept *k, struct host *h, size_t n)
{
    if (n >= k->len) {
        http_kept_free(k, h);
        return;
    }
    k->from += (uint32_t)n;
    k->len -= (uint32_t)n;
}

void http_kept_free(struct http_kept *k, struct host *h)
{
    if (k->at != NULL)
        h->free(h, k->at, k->room);
    *k = (struct http_kept){0};
}
