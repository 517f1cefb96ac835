/* SPDX-License-Identifier: MIT */
#include "layers/ws_keep.h"

#define KEEP_FIRST 256 /* bytes */

size_t ws_keep_limit(const struct host *h, uint8_t opcode)
{
    const size_t asked = h->interest & INTEREST_KEEP ? h->payload_limit : 0;
    return opcode == WS_CLOSE && asked < WS_CONTROL_MAX ? WS_CONTROL_MAX : asked;
}

void ws_keep_begin(struct host *h, struct ws_keep *k)
{
    if (h->interest & INTEREST_KEEP)
        k->sum = sha256_begin(h->digest);
}

static bool keep_reserve(struct host *h, struct ws_keep *k, size_t need, size_t limit)
{
    size_t room = k->room > 0 ? k->room : KEEP_FIRST;

    if (need <= k->room)
        return true;
    while (room < need)
        room *= 2;
    room = room < limit ? room : limit;
    uint8_t *at = h->alloc(h, room);
    if (at == NULL)
        return false;
    if (k->len > 0)
        memcpy(at, k->at, k->len);
    if (k->at != NULL)
        h->free(h, k->at, k->room);
    k->at = at;
    k->room = room;
    return true;
}

void ws_keep_add(struct host *h, struct ws_keep *k, struct bytes clear, size_t limit)
{
    if (k->sum != NULL)
        sha256_add(k->sum, clear);
    clear = bytes_first(clear, limit - k->len);
    if (clear.len == 0 || !keep_reserve(h, k, k->len + clear.len, limit))
        return;
    memcpy(k->at + k->len, clear.at, clear.len);
    k->len += clear.len;
}

void ws_keep_report(const struct host *h, struct ws_keep *k, struct ws_message_event *out)
{
    if (!(h->interest & INTEREST_KEEP))
        return;
    out->payload = bytes_first(bytes_of(k->at, k->len), h->payload_limit);
    out->has_sha256 = k->sum != NULL;
    sha256_end(k->sum, out->sha256);
    k->sum = NULL;
}

void ws_keep_forget(struct host *h, struct ws_keep *k)
{
    sha256_end(k->sum, NULL);
    if (k->at != NULL)
        h->free(h, k->at, k->room);
    *k = (struct ws_keep){0};
}
