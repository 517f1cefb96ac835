/* SPDX-License-Identifier: MIT */
#include "stream/hold.h"

static size_t size_of(const struct held_segment *h)
{
    return sizeof(*h) + h->room;
}

void hold_release(struct stream *s, struct held_segment *h, struct budget *budget)
{
    if (h->before != NULL)
        h->before->after = h->after;
    else
        s->head = h->after;
    if (h->after != NULL)
        h->after->before = h->before;
    else
        s->tail = h->before;
    s->held_bytes -= h->room;
    s->held_segments--;
    budget_free(budget, h, size_of(h));
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

/* Looked for where it mostly is: at the end, or before everything. */
struct held_segment *hold_before(const struct stream *s, uint64_t offset)
{
    struct held_segment *h = s->tail;

    if (s->head != NULL && offset < s->head->offset)
        return NULL;
    while (h != NULL && h->offset > offset)
        h = h->before;
    return h;
}

static void link_after(struct stream *s, struct held_segment *before, struct held_segment *h)
{
    h->before = before;
    h->after = before != NULL ? before->after : s->head;
    *(before != NULL ? &before->after : &s->head) = h;
    *(h->after != NULL ? &h->after->before : &s->tail) = h;
    s->held_bytes += h->room;
    s->held_segments++;
}

/* Keeps a copy of the first `n` bytes, known to overlap nothing, after `before`. False: no room. */
static bool hold_piece(struct stream *s, struct held_segment *before, const struct arrival *a,
                       size_t n, const struct stream_events *ev)
{
    if (s->held_bytes + n > STREAM_HOLD_BYTES || s->held_segments >= STREAM_HOLD_SEGMENTS)
        return false;
    struct held_segment *h = budget_alloc(ev->budget, sizeof(*h) + n);
    if (h == NULL)
        return false;
    h->offset = a->offset;
    h->len = h->room = (uint32_t)n;
    h->from = (uint64_t)a->from;
    h->to = (uint64_t)a->to;
    memcpy(h->data, a->in.at, n);
    link_after(s, before, h);
    return true;
}

/* The first held segment that has bytes in common with it. */
static struct held_segment *first_overlapped(const struct stream *s, const struct arrival *a)
{
    struct held_segment *h = hold_before(s, a->offset);

    if (h == NULL || hold_end(h) <= a->offset)
        h = h != NULL ? h->after : s->head;
    return h != NULL && h->offset < a->offset + a->in.len ? h : NULL;
}

/* Of the same bytes, which differ: where. False: nowhere. */
static bool find_difference(const struct held_segment *h, const struct arrival *a, uint64_t *where)
{
    const uint64_t start = a->offset > h->offset ? a->offset : h->offset;
    const uint8_t *held = h->data + (start - h->offset), *in = a->in.at + (start - a->offset);
    const size_t n = bytes_before(hold_end(h), start, a->in.len - (size_t)(start - a->offset));
    size_t i = 0;

    if (memcmp(held, in, n) == 0)
        return false;
    while (held[i] == in[i])
        i++;
    *where = start + i;
    return true;
}

/* Linux keeps segments as they came, and reads those that begin first; the others cut them down as
 * they come, so that what is left of one is compared. */
bool hold_new_wins(const struct stream *s, const struct arrival *a, const struct held_segment *h)
{
    const bool whole = s->overlap == OVERLAP_LINUX || s->overlap == OVERLAP_LINUX_OLD;
    const int64_t from = (int64_t)(whole ? h->from : h->offset);
    const int64_t to = (int64_t)(whole ? h->to : hold_end(h));

    switch ((enum overlap_policy)s->overlap) {
    case OVERLAP_LINUX:
    case OVERLAP_LINUX_OLD: return a->from < from || (a->from == from && a->to > to);
    case OVERLAP_WINDOWS:
    case OVERLAP_BSD: return a->from < from;
    case OVERLAP_SOLARIS: return a->from <= from ? a->to >= to : a->to > to;
    case OVERLAP_LAST: return true;
    case OVERLAP_FIRST:
    case OVERLAP_POLICIES: break;
    }
    return false;
}

const struct held_segment *hold_differs(const struct stream *s, const struct arrival *a,
                                        uint64_t *where)
{
    const struct held_segment *h = first_overlapped(s, a);

    while (h != NULL && h->offset < a->offset + a->in.len) {
        if (find_difference(h, a, where))
            return h;
        h = h->after;
    }
    return NULL;
}

/* Takes from `h` what the winner has. A winner inside another (under OVERLAP_LAST, or when the
 * snaplen cut off its end) takes its place there. */
static void cut(struct stream *s, struct held_segment *h, const struct arrival *a,
                struct budget *budget)
{
    const uint64_t end = a->offset + a->in.len;

    if (a->offset > h->offset && end < hold_end(h)) {
        memcpy(h->data + (a->offset - h->offset), a->in.at, a->in.len);
    } else if (a->offset > h->offset) {
        h->len = (uint32_t)(a->offset - h->offset);
    } else if (end < hold_end(h)) {
        h->len = (uint32_t)(hold_end(h) - end);
        memmove(h->data, h->data + (end - h->offset), h->len);
        h->offset = end;
    } else {
        hold_release(s, h, budget);
    }
}

void hold_make_way(struct stream *s, const struct arrival *a, struct budget *budget)
{
    struct held_segment *h = first_overlapped(s, a);

    while (h != NULL && h->offset < a->offset + a->in.len) {
        struct held_segment *after = h->after;
        if (hold_new_wins(s, a, h))
            cut(s, h, a, budget);
        h = after;
    }
}

bool hold_arrival(struct stream *s, struct arrival a, const struct stream_events *ev)
{
    struct held_segment *h = hold_before(s, a.offset);

    while (a.in.len > 0) {
        size_t n;
        if (h != NULL && a.offset < hold_end(h)) {
            n = bytes_before(hold_end(h), a.offset, a.in.len);
        } else {
            const struct held_segment *after = h != NULL ? h->after : s->head;
            n = after != NULL ? bytes_before(after->offset, a.offset, a.in.len) : a.in.len;
            if (!hold_piece(s, h, &a, n, ev))
                return false;
        }
        arrival_move_on(&a, n);
        h = advance(s, h, a.offset);
    }
    return true;
}

bool stream_copy(struct stream *to, const struct stream *from, struct budget *budget)
{
    *to = *from;
    to->head = to->tail = NULL;
    to->held_bytes = to->held_segments = 0;
    for (const struct held_segment *h = from->head; h != NULL; h = h->after) {
        struct held_segment *copy = budget_alloc(budget, size_of(h));
        if (copy == NULL) {
            stream_drop(to, budget);
            return false;
        }
        memcpy(copy, h, sizeof(*h) + h->len);
        link_after(to, to->tail, copy);
    }
    return true;
}

void stream_drop(struct stream *s, struct budget *budget)
{
    while (s->head != NULL)
        hold_release(s, s->head, budget);
}
