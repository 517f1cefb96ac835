/* SPDX-License-Identifier: MIT */
#include "layers/utp_stream.h"

#define RING_BYTES (UTP_HOLD_PACKETS * sizeof(struct utp_held *))

void utp_stream_start(struct utp_stream *s, uint16_t next)
{
    s->next = next;
    s->started = true;
}

enum utp_place utp_stream_place(const struct utp_stream *s, uint16_t seq)
{
    const int ahead = utp_distance(s->next, seq);

    return ahead < 0 || s->ended ? UTP_SEEN : ahead == 0 ? UTP_NEXT : UTP_EARLY;
}

static struct utp_held **place_of(const struct utp_stream *s, uint16_t seq)
{
    return &s->ring[seq % UTP_HOLD_PACKETS];
}

static size_t size_of(const struct utp_held *p)
{
    return sizeof(*p) + p->len;
}

bool utp_stream_hold(struct utp_stream *s, struct host *h, const struct utp_packet *p,
                     uint32_t arrival)
{
    if (utp_distance(s->next, p->seq) >= (int)UTP_HOLD_PACKETS || p->payload.len > UINT16_MAX ||
        s->held_bytes + p->payload.len > UTP_HOLD_BYTES)
        return false;
    if (s->held > 0 && *place_of(s, p->seq) != NULL)
        return true;
    struct utp_held *held = h->alloc(h, sizeof(*held) + p->payload.len);
    if (held != NULL && s->ring == NULL)
        s->ring = h->alloc(h, RING_BYTES);
    if (held == NULL || s->ring == NULL) {
        h->free(h, held, sizeof(*held) + p->payload.len);
        return false;
    }
    held->arrival = arrival;
    held->cut = p->cut;
    held->len = (uint16_t)p->payload.len;
    held->fin = p->type == UTP_FIN;
    if (p->payload.len > 0)
        memcpy(held->data, p->payload.at, p->payload.len);
    *place_of(s, p->seq) = held;
    s->held++;
    s->held_bytes += held->len;
    return true;
}

const struct utp_held *utp_stream_head(const struct utp_stream *s)
{
    return s->held > 0 ? *place_of(s, s->next) : NULL;
}

static void release(struct utp_stream *s, struct host *h, struct utp_held **place)
{
    struct utp_held *held = *place;

    s->held--;
    s->held_bytes -= held->len;
    h->free(h, held, size_of(held));
    *place = NULL;
    if (s->held > 0)
        return;
    h->free(h, s->ring, RING_BYTES);
    s->ring = NULL;
}

void utp_stream_pop(struct utp_stream *s, struct host *h)
{
    struct utp_held **place = place_of(s, s->next);
    const bool fin = (*place)->fin;

    release(s, h, place);
    utp_stream_advance(s, h, fin);
}

bool utp_stream_in_vain(struct utp_stream *s, uint16_t last)
{
    if (!s->started || s->ended || utp_distance(s->next, last) < 0 || utp_stream_head(s) != NULL)
        return false;
    return ++s->vainly > UTP_PATIENCE;
}

void utp_stream_skip(struct utp_stream *s, uint16_t last)
{
    s->vainly = 0;
    if (s->held == 0)
        s->next = (uint16_t)(last + 1);
    while (utp_stream_head(s) == NULL && utp_distance(s->next, last) >= 0)
        s->next++;
}

void utp_stream_drop(struct utp_stream *s, struct host *h)
{
    for (size_t i = 0; s->held > 0 && i < UTP_HOLD_PACKETS; i++)
        if (s->ring[i] != NULL)
            release(s, h, &s->ring[i]);
}

void utp_stream_advance(struct utp_stream *s, struct host *h, bool fin)
{
    s->next++;
    s->vainly = 0;
    s->ended = s->ended || fin;
    if (s->ended)
        utp_stream_drop(s, h);
}
