/* SPDX-License-Identifier: MIT */
#include "stream/stream.h"

#include <stdlib.h>

#define RESET_TOLERANCE (1LL << 20) /* bytes ahead of what was captured */

struct held_segment {
    struct held_segment *before, *after;
    uint64_t offset;
    uint32_t len;
    uint8_t data[];
};

static uint64_t end_of(const struct held_segment *h)
{
    return h->offset + h->len;
}

static size_t size_of(const struct held_segment *h)
{
    return sizeof(*h) + h->len;
}

/* The offset that `seq` means, near where the stream is now. Negative: before the first byte. */
static int64_t offset_of(const struct stream *s, uint32_t seq)
{
    const uint32_t expected = s->origin + (uint32_t)s->next;
    return (int64_t)s->next + (int32_t)(seq - expected);
}

static void start(struct stream *s, const struct packet *p)
{
    s->started = true;
    s->syn_seen = (p->flags & TCP_SYN) != 0;
    s->origin = p->seq + (s->syn_seen ? 1 : 0);
}

static void hand_on(struct stream *s, struct bytes in, const struct stream_events *ev)
{
    if (in.len == 0)
        return;
    s->next += in.len;
    ev->bytes(ev->ctx, in);
}

static void give_up_until(struct stream *s, uint64_t offset, const struct stream_events *ev)
{
    const uint64_t missing = offset - s->next;

    s->next = offset;
    ev->gap(ev->ctx, missing);
}

static void release(struct stream *s, struct held_segment *h, struct budget *budget)
{
    if (h->before != NULL)
        h->before->after = h->after;
    else
        s->head = h->after;
    if (h->after != NULL)
        h->after->before = h->before;
    else
        s->tail = h->before;
    s->held_bytes -= h->len;
    s->held_segments--;
    budget_free(budget, h, size_of(h));
}

static void note_end(struct stream *s)
{
    if (s->fin_seen && s->next >= s->fin)
        s->ended = true;
}

/* The first held segment, now that nothing is missing before it; what of it was handed on already
 * is not again. */
static void hand_on_first(struct stream *s, const struct stream_events *ev)
{
    struct held_segment *h = s->head;
    const uint64_t seen = s->next - h->offset;

    if (seen < h->len)
        hand_on(s, bytes_of(h->data + seen, h->len - (size_t)seen), ev);
    release(s, h, ev->budget);
}

/* Everything held that now follows without a hole. */
static void hand_on_held(struct stream *s, const struct stream_events *ev)
{
    while (s->head != NULL && s->head->offset <= s->next)
        hand_on_first(s, ev);
    s->hole_acknowledged = s->head != NULL && s->acknowledged > s->next;
    s->hole_packets = 0;
}

static void give_up_hole(struct stream *s, const struct stream_events *ev)
{
    give_up_until(s, s->head->offset, ev);
    hand_on_held(s, ev);
    note_end(s);
}

/* From `h` (NULL: before all) on to the held segment that begins last at or before `offset`. */
static struct held_segment *advance(const struct stream *s, struct held_segment *h, uint64_t offset)
{
    struct held_segment *after = h != NULL ? h->after : s->head;

    while (after != NULL && after->offset <= offset) {
        h = after;
        after = after->after;
    }
    return h;
}

/* The same, looked for where it mostly is: at the end, or before everything. */
static struct held_segment *held_before(const struct stream *s, uint64_t offset)
{
    struct held_segment *h = s->tail;

    if (s->head != NULL && offset < s->head->offset)
        return NULL;
    while (h != NULL && h->offset > offset)
        h = h->before;
    return h;
}

/* Keeps a copy of `in`, known to overlap nothing, after `before`. False: no room. */
static bool hold_piece(struct stream *s, struct held_segment *before, uint64_t offset,
                       struct bytes in, const struct stream_events *ev)
{
    if (s->held_bytes + in.len > STREAM_HOLD_BYTES || s->held_segments >= STREAM_HOLD_SEGMENTS)
        return false;
    struct held_segment *h = budget_alloc(ev->budget, sizeof(*h) + in.len);
    if (h == NULL)
        return false;
    h->offset = offset;
    h->len = (uint32_t)in.len;
    memcpy(h->data, in.at, in.len);
    h->before = before;
    h->after = before != NULL ? before->after : s->head;
    *(before != NULL ? &before->after : &s->head) = h;
    *(h->after != NULL ? &h->after->before : &s->tail) = h;
    s->held_bytes += h->len;
    s->held_segments++;
    return true;
}

/* How many of `len` bytes at `offset` lie before `until`. */
static size_t before(uint64_t until, uint64_t offset, size_t len)
{
    return until - offset < len ? (size_t)(until - offset) : len;
}

static void compare(const struct held_segment *h, uint64_t offset, struct bytes in,
                    const struct stream_events *ev)
{
    const size_t n = before(end_of(h), offset, in.len);

    if (!bytes_equal(bytes_of(h->data + (offset - h->offset), n), bytes_first(in, n)))
        ev->overlap_differs(ev->ctx, offset);
}

/* STREAM_FIRST_WINS: of a segment that came early, the pieces that nothing held covers. False: no
 * room. */
static bool hold(struct stream *s, uint64_t offset, struct bytes in, const struct stream_events *ev)
{
    struct held_segment *h = held_before(s, offset);

    while (in.len > 0) {
        size_t n;
        if (h != NULL && offset < end_of(h)) {
            n = before(end_of(h), offset, in.len);
            compare(h, offset, in, ev);
        } else {
            const struct held_segment *after = h != NULL ? h->after : s->head;
            n = after != NULL ? before(after->offset, offset, in.len) : in.len;
            if (!hold_piece(s, h, offset, bytes_first(in, n), ev))
                return false;
        }
        offset += n;
        in = bytes_after(in, n);
        h = advance(s, h, offset);
    }
    return true;
}

/* Bytes that follow on what was handed on. What is held came first and wins where both have bytes.
 */
static void in_order(struct stream *s, struct bytes in, const struct stream_events *ev)
{
    if (s->head == NULL) { /* the common path: no copy */
        hand_on(s, in, ev);
        return;
    }
    while (in.len > 0) {
        const size_t n = s->head != NULL ? before(s->head->offset, s->next, in.len) : in.len;
        hand_on(s, bytes_first(in, n), ev);
        in = bytes_after(in, n);
        if (s->head == NULL || s->head->offset > s->next)
            continue;
        compare(s->head, s->next, in, ev);
        const uint64_t at = s->next;
        hand_on_first(s, ev);
        in = bytes_after(in, (size_t)(s->next - at));
    }
    hand_on_held(s, ev);
}

/* Data behind a hole. When it cannot be held, holes are given up until it can, or follows. */
static void early(struct stream *s, uint64_t offset, const struct packet *p,
                  const struct stream_events *ev)
{
    if (s->head == NULL) {
        s->hole_ns = p->time_ns;
        s->hole_packets = 0;
        s->hole_acknowledged = s->acknowledged > s->next;
    }
    while (!hold(s, offset, p->payload, ev)) {
        if (s->head != NULL && s->head->offset < offset) {
            give_up_hole(s, ev);
            continue;
        }
        if (offset > s->next)
            give_up_until(s, offset, ev);
        in_order(s, bytes_after(p->payload, (size_t)(s->next - offset)), ev);
        return;
    }
}

/* The segment's bytes as captured; `offset` may be before what was handed on. */
static enum stream_said take_payload(struct stream *s, int64_t offset, const struct packet *p,
                                     const struct stream_events *ev)
{
    const int64_t end = offset + (int64_t)p->payload_len;

    if (p->payload_len == 0)
        return STREAM_NOTHING_NEW;
    if (offset - (int64_t)s->next > STREAM_WINDOW)
        return STREAM_NOTHING_NEW;
    if (end <= (int64_t)s->next)
        return STREAM_REPEATED;
    if (offset > (int64_t)s->next) {
        early(s, (uint64_t)offset, p, ev);
        return STREAM_EARLY;
    }
    in_order(s, bytes_after(p->payload, (size_t)((int64_t)s->next - offset)), ev);
    if ((int64_t)s->next < end && s->head == NULL) /* the snaplen cut the rest off */
        give_up_until(s, (uint64_t)end, ev);
    return STREAM_IN_ORDER;
}

void stream_start_at(struct stream *s, uint32_t seq)
{
    s->started = true;
    s->syn_seen = true;
    s->origin = seq;
}

enum stream_said stream_segment(struct stream *s, const struct packet *p,
                                const struct stream_events *ev)
{
    if (!s->started && p->payload_len == 0 && (p->flags & (TCP_SYN | TCP_FIN)) == 0)
        return STREAM_NOTHING_NEW; /* a keep-alive's sequence number would mislead */
    if (!s->started)
        start(s, p);
    const uint32_t data_seq = p->seq + ((p->flags & TCP_SYN) != 0 ? 1 : 0);
    const int64_t offset = offset_of(s, data_seq);
    if ((p->flags & TCP_FIN) != 0 && !s->fin_seen && offset >= 0 &&
        offset - (int64_t)s->next <= STREAM_WINDOW) {
        s->fin_seen = true;
        s->fin = (uint64_t)offset + p->payload_len;
    }
    const enum stream_said said = take_payload(s, offset, p, ev);
    note_end(s);
    return said;
}

void stream_acknowledge(struct stream *s, uint32_t ack, int64_t now_ns)
{
    s->peer_acks = true;
    if (!s->started)
        return;
    const int64_t offset = offset_of(s, ack);
    if (offset <= (int64_t)s->acknowledged || offset - (int64_t)s->next > STREAM_WINDOW)
        return;
    s->acknowledged = (uint64_t)offset;
    if (s->head == NULL || s->hole_acknowledged || s->acknowledged <= s->next)
        return;
    s->hole_acknowledged = true;
    s->hole_ns = now_ns;
    s->hole_packets = 0;
}

void stream_patience(struct stream *s, int64_t now_ns, const struct stream_events *ev)
{
    if (s->head == NULL)
        return;
    if (s->hole_acknowledged) {
        s->hole_packets++;
        if (s->hole_packets > STREAM_PATIENCE_PACKETS || now_ns - s->hole_ns > STREAM_PATIENCE_NS)
            give_up_hole(s, ev);
    } else if (!s->peer_acks && now_ns - s->hole_ns > STREAM_ONE_SIDED_NS) {
        give_up_hole(s, ev);
    }
}

void stream_finish(struct stream *s, const struct stream_events *ev)
{
    while (s->head != NULL)
        give_up_hole(s, ev);
    uint64_t last = s->fin_seen ? s->fin : s->acknowledged;
    if (!s->fin_seen && last == s->next + 1)
        last =
            s->next; /* most likely a FIN that was not captured: it is acknowledged like a byte */
    if (s->started && last > s->next)
        give_up_until(s, last, ev);
    note_end(s);
}

void stream_drop(struct stream *s, struct budget *budget)
{
    while (s->head != NULL)
        release(s, s->head, budget);
}

bool stream_reset_plausible(const struct stream *s, uint32_t seq)
{
    if (!s->started)
        return true;
    const int64_t ahead = offset_of(s, seq) - (int64_t)s->next;
    return ahead >= -1 && ahead <= RESET_TOLERANCE;
}

bool stream_is_over(const struct stream *s)
{
    return s->ended && s->acknowledged > s->fin;
}

uint32_t stream_end_seq(const struct stream *s)
{
    return s->origin + (uint32_t)s->fin + 1;
}
