/* SPDX-License-Identifier: MIT */
#include "layers/ws_window.h"

/* zlib's deflate makes 9 of an agreed 8, and senders are built on it. */
#define LEAST_BITS 9
#define MOST_BITS  15

bool ws_window_open(struct host *h, struct ws_window *w, uint8_t bits)
{
    const unsigned kept = bits < LEAST_BITS ? LEAST_BITS : bits > MOST_BITS ? MOST_BITS : bits;

    *w = (struct ws_window){.room = WS_WINDOW_FIRST, .agreed = 1U << kept, .limit = 1U << kept};
    w->ring = h->alloc(h, w->room);
    return w->ring != NULL;
}

static void forget_doubts(struct host *h, struct ws_window *w)
{
    if (w->known != NULL)
        h->free(h, w->known, w->room);
    w->known = NULL;
}

void ws_window_close(struct host *h, struct ws_window *w)
{
    forget_doubts(h, w);
    h->free(h, w->ring, w->room);
}

void ws_window_reset(struct host *h, struct ws_window *w)
{
    forget_doubts(h, w);
    w->at = w->have = w->forgotten = 0;
    w->match = 0;
    w->outgrown = false;
}

static uint32_t full_room(uint32_t window)
{
    return window + WS_WINDOW_SLACK;
}

/* The bytes of one ring in a larger one, from its start, oldest first. */
static void straighten(const struct ws_window *w, uint8_t *to, const uint8_t *from, uint32_t older)
{
    memcpy(to, from + w->room - older, older);
    memcpy(to + older, from, w->at);
}

/* Bytes of history behind the next byte's place: once the ring went round. */
static uint32_t older_bytes(const struct ws_window *w)
{
    const uint32_t behind = w->room - w->at;
    return w->have > w->at && behind > WS_WINDOW_SPOILT ? behind - WS_WINDOW_SPOILT : 0;
}

static bool grow(struct host *h, struct ws_window *w, uint32_t room)
{
    const uint32_t older = older_bytes(w);
    uint8_t *ring = h->alloc(h, room);
    uint8_t *known = ring != NULL && w->known != NULL ? h->alloc(h, room) : NULL;

    if (ring == NULL || (w->known != NULL && known == NULL)) {
        if (ring != NULL)
            h->free(h, ring, room);
        return false;
    }
    straighten(w, ring, w->ring, older);
    if (known != NULL)
        straighten(w, known, w->known, older);
    forget_doubts(h, w);
    h->free(h, w->ring, w->room);
    w->ring = ring;
    w->known = known;
    w->room = room;
    w->at += older;
    return true;
}

/* All that the ring does not hold any more, or never held, is unknown. */
static bool doubt(struct host *h, struct ws_window *w, uint32_t held)
{
    if (w->known != NULL)
        return true;
    w->known = h->alloc(h, w->room);
    if (w->known == NULL)
        return false;
    memset(w->known, 1, held);
    w->certain = held;
    return true;
}

bool ws_window_lose(struct host *h, struct ws_window *w)
{
    ws_window_reset(h, w);
    if (w->room < full_room(w->limit) && !grow(h, w, full_room(w->limit)))
        return false;
    memset(w->ring, 0, w->room);
    w->have = WS_WINDOW_MOST;
    return doubt(h, w, 0);
}

/* The match looks back beyond the agreed window: from now on the largest is kept. What was
 * forgotten before that is unknown, should it ever be asked for. */
static bool widen(struct host *h, struct ws_window *w)
{
    w->outgrown = false;
    if (w->limit < WS_WINDOW_MOST) {
        w->limit = WS_WINDOW_MOST;
        if (!grow(h, w, full_room(w->limit)))
            return false;
        if (w->known == NULL) {
            w->forgotten = w->have - w->at;
            w->have = w->at;
        }
    }
    if (w->distance <= w->have)
        return true;
    w->have += w->forgotten;
    w->forgotten = 0;
    return doubt(h, w, w->at);
}

bool ws_window_make_room(struct host *h, struct ws_window *w)
{
    const uint32_t full = full_room(w->limit);

    if (w->outgrown)
        return widen(h, w);
    if (w->at < w->room)
        return true;
    if (w->room < full)
        return grow(h, w, w->room * 2 < full ? w->room * 2 : full);
    w->at = 0;
    return true;
}

bool ws_window_match(struct ws_window *w, unsigned length, unsigned distance)
{
    if (distance > w->have + w->forgotten)
        return false;
    w->match = (uint16_t)length;
    w->distance = (uint16_t)distance;
    w->outgrown = distance > w->limit || distance > w->have;
    return true;
}

void ws_window_copy(struct ws_window *w)
{
    const uint32_t n = w->match < w->room - w->at ? w->match : w->room - w->at;
    uint32_t from = w->at >= w->distance ? w->at - w->distance : w->room + w->at - w->distance;

    for (uint32_t i = 0; i < n; i++) {
        w->ring[w->at + i] = w->ring[from];
        if (w->known != NULL)
            w->known[w->at + i] = w->known[from];
        from = from + 1 == w->room ? 0 : from + 1;
    }
    w->match = (uint16_t)(w->match - n);
    ws_window_made(w, n);
}

/* Notes how long ago the last unknown byte was: after a whole ring without one all is known. */
size_t ws_window_certain(struct host *h, struct ws_window *w, uint32_t n)
{
    uint32_t front = 0, last = n;

    if (w->known == NULL)
        return n;
    const uint8_t *known = w->known + w->at - n;
    while (front < n && known[front])
        front++;
    while (last > front && known[last - 1])
        last--;
    w->certain = front < n ? n - last : w->certain + n;
    if (w->certain >= w->room)
        forget_doubts(h, w);
    return front;
}
