/* SPDX-License-Identifier: MIT */
/* traffic.h - the TCP connections of a capture, segment by segment, with each direction's bytes put
 * together: what the loss test takes segments from. */
#ifndef TESTS_LOSS_TRAFFIC_H
#define TESTS_LOSS_TRAFFIC_H

#include <stdlib.h>

#include "capture/capture.h"
#include "decode/decode.h"

struct segment {
    struct frame frame;    /* its bytes are a copy */
    struct frame *earlier; /* the other fragments of its datagram */
    size_t earlier_count;
    unsigned side;  /* who sent it: 0 is the endpoint `a` of its conversation */
    int64_t offset; /* of its first payload byte in that direction */
    uint32_t len;   /* payload bytes as captured; 0: cannot be taken away */
    bool removed;
};

/* Half-open, in stream offsets of one direction. */
struct range {
    int64_t from, to;
};

struct conversation {
    struct endpoint a, b;
    uint32_t origin[2]; /* sequence number of offset 0, by side */
    bool known[2];      /* the origin is */
    bool data, taken[2];
    uint32_t last_seq[2];
    struct segment *segments;
    size_t count, room;
    uint8_t *bytes[2]; /* by side */
    bool *have[2];
    int64_t len[2];
};

struct traffic {
    struct conversation *at;
    size_t count, room;
    struct frame *fragments; /* of a datagram that is not whole yet */
    size_t fragment_count, fragment_room;
};

static inline void *traffic_grow(void *at, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return at;
    *room = *room > 0 ? *room * 2 : 64;
    at = realloc(at, *room * size);
    if (at == NULL)
        abort();
    return at;
}

static inline bool same_endpoint(const struct endpoint *x, const struct endpoint *y)
{
    return x->port == y->port && addr_compare(&x->addr, &y->addr) == 0;
}

static inline struct conversation *traffic_find(struct traffic *t, const struct packet *p)
{
    const bool syn = (p->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;

    for (size_t i = t->count; i-- > 0;) {
        struct conversation *c = &t->at[i];
        const bool forth = same_endpoint(&c->a, &p->src) && same_endpoint(&c->b, &p->dst);
        const bool back = same_endpoint(&c->b, &p->src) && same_endpoint(&c->a, &p->dst);
        if (!forth && !back)
            continue;
        if (syn && c->data)
            break; /* the next connection of these ports */
        return c;
    }
    t->at = traffic_grow(t->at, t->count, &t->room, sizeof(*t->at));
    t->at[t->count] = (struct conversation){.a = p->src, .b = p->dst};
    return &t->at[t->count++];
}

static inline struct frame traffic_copy(const struct frame *f)
{
    struct frame out = *f;
    uint8_t *copy = malloc(f->data.len + 1);

    if (copy == NULL)
        abort();
    memcpy(copy, f->data.at, f->data.len);
    out.data = bytes_of(copy, f->data.len);
    return out;
}

static inline void traffic_keep_fragment(struct traffic *t, const struct frame *f)
{
    t->fragments =
        traffic_grow(t->fragments, t->fragment_count, &t->fragment_room, sizeof(*t->fragments));
    t->fragments[t->fragment_count++] = traffic_copy(f);
}

static inline void traffic_add(struct traffic *t, const struct frame *f, const struct packet *p)
{
    struct conversation *c = traffic_find(t, p);
    const unsigned side = same_endpoint(&c->a, &p->src) ? 0 : 1;
    const uint32_t seq = p->seq + ((p->flags & TCP_SYN) != 0 ? 1 : 0);
    const bool counts = p->payload.len > 0 && p->checksum != CHECKSUM_BAD;
    const bool whole = p->payload.at >= f->data.at && p->payload.at <= f->data.at + f->data.len;

    if (!c->known[side] && (p->payload.len > 0 || (p->flags & TCP_SYN) != 0)) {
        c->known[side] = true;
        c->origin[side] = seq;
    }
    c->data |= counts;
    c->segments = traffic_grow(c->segments, c->count, &c->room, sizeof(*c->segments));
    struct segment *s = &c->segments[c->count++];
    *s = (struct segment){
        .frame = traffic_copy(f), .side = side, .len = counts ? (uint32_t)p->payload.len : 0};
    if (!whole) {
        s->earlier = t->fragments;
        s->earlier_count = t->fragment_count;
        t->fragments = NULL;
        t->fragment_count = t->fragment_room = 0;
    }
    s->offset = (int32_t)(seq - c->origin[side]);
    if (!counts || s->offset < 0) {
        s->len = 0;
        return;
    }
    const int64_t end = s->offset + s->len;
    if (end > c->len[side]) {
        c->bytes[side] = realloc(c->bytes[side], (size_t)end);
        c->have[side] = realloc(c->have[side], (size_t)end * sizeof(bool));
        if (c->bytes[side] == NULL || c->have[side] == NULL)
            abort();
        memset(c->have[side] + c->len[side], 0, (size_t)(end - c->len[side]) * sizeof(bool));
        c->len[side] = end;
    }
    for (uint32_t i = 0; i < s->len; i++) {
        if (c->have[side][s->offset + i])
            continue; /* STREAM_FIRST_WINS */
        c->have[side][s->offset + i] = true;
        c->bytes[side][s->offset + i] = p->payload.at[i];
    }
}

static inline void traffic_read(struct traffic *t, const char *path)
{
    struct err err = {0};
    struct budget budget = {.limit = 0};
    const struct hash_key key = {0};
    struct capture *capture = capture_open_file(path, NULL, &err);
    struct decoder *decoder = decoder_create(&budget, &key, &err);
    struct packet p;
    struct frame f;
    enum anomaly odd;

    *t = (struct traffic){0};
    if (capture == NULL || decoder == NULL) {
        printf("FAILED %s: %s\n", path, err.text);
        exit(1);
    }
    while (capture_next(capture, &f, &err) == CAPTURE_FRAME) {
        const enum decoded decoded = decode_frame(decoder, &f, &p, &odd);
        if (decoded == DECODED_PENDING)
            traffic_keep_fragment(t, &f);
        if (decoded == DECODED_PACKET && p.transport == TRANSPORT_TCP)
            traffic_add(t, &f, &p);
    }
    decoder_free(decoder);
    capture_close(capture);
}

static inline void traffic_free_frames(struct frame *at, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)at[i].data.at);
    free(at);
}

static inline void traffic_free(struct traffic *t)
{
    traffic_free_frames(t->fragments, t->fragment_count);
    for (size_t i = 0; i < t->count; i++) {
        struct conversation *c = &t->at[i];
        for (size_t n = 0; n < c->count; n++) {
            free((void *)(uintptr_t)c->segments[n].frame.data.at);
            traffic_free_frames(c->segments[n].earlier, c->segments[n].earlier_count);
        }
        for (int side = 0; side < 2; side++) {
            free(c->bytes[side]);
            free(c->have[side]);
        }
        free(c->segments);
    }
    free(t->at);
}

/* What of the removed segments no other segment holds. Sorted; at most `room`, returns how many. */
static inline size_t traffic_lost(const struct conversation *c, unsigned side, struct range *out,
                                  size_t room)
{
    bool *there = calloc((size_t)c->len[side] + 1, sizeof(bool));
    size_t count = 0;

    if (there == NULL)
        abort();
    for (size_t i = 0; i < c->count; i++) {
        const struct segment *s = &c->segments[i];
        if (s->side == side && !s->removed && s->len > 0)
            memset(there + s->offset, true, s->len);
    }
    for (int64_t at = 0; at < c->len[side] && count < room; at++) {
        if (there[at] || !c->have[side][at])
            continue;
        out[count].from = at;
        while (at < c->len[side] && !there[at] && c->have[side][at])
            at++;
        out[count++].to = at;
    }
    free(there);
    return count;
}

#endif
