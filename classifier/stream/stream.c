/* SPDX-License-Identifier: MIT */
#include "stream/stream.h"

#include "stream/hold.h"

#define RESET_TOLERANCE (1LL << 20) /* bytes ahead of what was captured */

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
    hold_release(s, h, ev->budget);
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

/* Where it meets the first held segment: whose bytes are handed on? Returns how many of its own are
 * done with. */
static size_t meet_first(struct stream *s, const struct arrival *a, const struct stream_events *ev)
{
    struct held_segment *h = s->head;
    const uint64_t at = s->next;

    if (hold_new_wins(s, a, h)) {
        const size_t n = bytes_before(hold_end(h), at, a->in.len);
        hand_on(s, bytes_first(a->in, n), ev);
        if (s->next >= hold_end(h))
            hold_release(s, h, ev->budget);
    } else {
        hand_on_first(s, ev);
    }
    return (size_t)(s->next - at);
}

/* Bytes that follow on what was handed on, perhaps over what is held. */
static void in_order(struct stream *s, struct arrival a, const struct stream_events *ev)
{
    while (a.in.len > 0) {
        size_t n = bytes_before(s->head != NULL ? s->head->offset : UINT64_MAX, s->next, a.in.len);
        hand_on(s, bytes_first(a.in, n), ev);
        arrival_move_on(&a, n);
        if (a.in.len > 0 && s->head != NULL)
            arrival_move_on(&a, meet_first(s, &a, ev));
    }
    hand_on_held(s, ev);
}

/* Data behind a hole. When it cannot be held, holes are given up until it can, or follows. */
static void early(struct stream *s, struct arrival a, int64_t now_ns,
                  const struct stream_events *ev)
{
    if (s->head == NULL) {
        s->hole_ns = now_ns;
        s->hole_packets = 0;
        s->hole_acknowledged = s->acknowledged > s->next;
    }
    hold_make_way(s, &a, ev->budget);
    while (!hold_arrival(s, a, ev)) {
        if (s->head != NULL && s->head->offset < a.offset) {
            give_up_hole(s, ev);
            continue;
        }
        if (a.offset > s->next)
            give_up_until(s, a.offset, ev);
        arrival_move_on(&a, (size_t)(s->next - a.offset));
        in_order(s, a, ev);
        return;
    }
}

/* What of a segment was not handed on yet. */
static struct arrival arrival_of(const struct stream *s, int64_t offset, const struct packet *p)
{
    const int64_t next = (int64_t)s->next;
    struct arrival a = {.from = offset, .to = offset + (int64_t)p->payload_len};

    a.offset = (uint64_t)(offset > next ? offset : next);
    a.in = bytes_after(p->payload, (size_t)((int64_t)a.offset - offset));
    return a;
}

/* The segment's bytes where some are held; in the common case there are none. */
static void take_over_held(struct stream *s, int64_t offset, const struct packet *p,
                           const struct stream_events *ev)
{
    const struct arrival a = arrival_of(s, offset, p);
    uint64_t where;

    if (a.in.len == 0)
        return;
    const struct held_segment *h = hold_differs(s, &a, &where);
    if (h != NULL)
        ev->overlap_differs(ev->ctx, where, hold_new_wins(s, &a, h));
    if (offset > (int64_t)s->next)
        early(s, a, p->time_ns, ev);
    else
        in_order(s, a, ev);
}

/* RFC 9293 s3.8.4: the byte of a keep-alive may be anything. This one is held already. */
static bool is_keep_alive(const struct stream *s, int64_t offset, const struct packet *p)
{
    if (p->payload_len != 1 || s->head == NULL || offset + 1 != (int64_t)s->acknowledged)
        return false;
    const struct held_segment *h = hold_before(s, (uint64_t)offset);
    return h != NULL && (uint64_t)offset < hold_end(h);
}

/* The segment's bytes as captured; `offset` may be before what was handed on. */
static enum stream_said take_payload(struct stream *s, int64_t offset, const struct packet *p,
                                     const struct stream_events *ev)
{
    const int64_t end = offset + (int64_t)p->payload_len, next = (int64_t)s->next;

    if (p->payload_len == 0)
        return STREAM_NOTHING_NEW;
    if (offset - next > STREAM_WINDOW)
        return STREAM_NOTHING_NEW;
    if (end <= next || is_keep_alive(s, offset, p))
        return STREAM_REPEATED;
    if (offset > next || s->head != NULL)
        take_over_held(s, offset, p, ev);
    else
        hand_on(s, bytes_after(p->payload, (size_t)(next - offset)), ev);
    if (offset > next)
        return STREAM_EARLY;
    if ((int64_t)s->next < end && s->head == NULL) /* the snaplen cut the rest off */
        give_up_until(s, (uint64_t)end, ev);
    return offset < next ? STREAM_GROWN : STREAM_IN_ORDER;
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
    const int64_t behind = offset + (int64_t)p->payload_len - (int64_t)s->next;
    /* An end before what was handed on is a lie: its receiver drops it as old. */
    if ((p->flags & TCP_FIN) != 0 && !s->fin_seen && behind >= 0 && behind <= STREAM_WINDOW) {
        s->fin_seen = true;
        s->fin = (uint64_t)offset + p->payload_len;
    }
    const enum stream_said said = take_payload(s, offset, p, ev);
    note_end(s);
    return said;
}

void stream_fin(struct stream *s)
{
    s->fin_seen = s->ended = true;
    s->fin = s->next;
}

void stream_acknowledge(struct stream *s, uint32_t ack, int64_t now_ns)
{
    if (!s->peer_acks)
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

void stream_give_up(struct stream *s, const struct stream_events *ev)
{
    while (s->head != NULL)
        give_up_hole(s, ev);
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

bool stream_contradicts(const struct stream *s, const struct packet *p)
{
    const int64_t offset = offset_of(s, p->seq), end = offset + (int64_t)p->payload_len;
    uint64_t where;

    if (s->head == NULL || end <= (int64_t)s->next || end - (int64_t)s->next > STREAM_WINDOW)
        return false;
    if ((p->flags & TCP_FIN) != 0 && (int64_t)hold_end(s->tail) > end)
        return true;
    const struct arrival a = arrival_of(s, offset, p);
    return a.in.len > 0 && hold_differs(s, &a, &where) != NULL;
}

bool stream_reset_plausible(const struct stream *s, uint32_t seq)
{
    if (!s->started)
        return true;
    const int64_t ahead = offset_of(s, seq) - (int64_t)s->next;
    return ahead >= -1 && ahead <= RESET_TOLERANCE;
}

bool stream_is_received(const struct stream *s)
{
    return s->fin_seen && s->acknowledged > s->fin;
}

bool stream_is_over(const struct stream *s)
{
    return s->ended && stream_is_received(s);
}

uint32_t stream_end_seq(const struct stream *s)
{
    return s->origin + (uint32_t)s->fin + 1;
}
