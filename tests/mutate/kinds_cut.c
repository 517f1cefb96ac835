/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "tests/mutate/kinds.h"

#define MOST_PIECES    5
#define BYTEWISE_FIRST 700   /* bytes of each direction */
#define JOINED_MOST    60000 /* bytes of a segment */
#define WINDOW         6     /* segments */
#define OVERLAP_MOST   200U  /* bytes, at either end */
#define TAIL           4096U /* bytes behind a segment that may come again */
#define NONE           SIZE_MAX

static void *array(size_t count, size_t size)
{
    void *at = calloc(count + 1, size);

    if (at == NULL)
        abort();
    return at;
}

/* The bytes [from, to) of a segment: SYN stays with the first, FIN and PSH with the last. */
static void add_piece(struct trace *out, const struct parcel *p, size_t from, size_t to)
{
    struct segment s = segment_of(p);

    if (to < s.payload.len)
        s.flags &= (uint8_t) ~(TCP_FIN | TCP_PSH);
    if (from > 0 && (s.flags & TCP_SYN) != 0) {
        s.seq++;
        s.flags &= (uint8_t)~TCP_SYN;
    }
    s.seq += (uint32_t)from;
    s.payload = bytes_of(s.payload.at + from, to - from);
    const struct parcel piece = trace_segment(out, p, &s);
    trace_add(out, &piece);
}

static bool may_cut(const struct parcel *p)
{
    return has_data(p) && (flags_of(p) & TCP_URG) == 0 && p->end - p->payload > 1;
}

void split(struct trace *out, const struct trace *in, struct rng *r)
{
    for (size_t i = 0; i < in->count; i++) {
        const struct parcel *p = &in->at[i];
        const size_t len = p->end - p->payload;
        size_t from = 0;
        if (!may_cut(p)) {
            trace_add(out, p);
            continue;
        }
        for (uint32_t left = rng_below(r, MOST_PIECES); left > 0 && from + 1 < len; left--) {
            const size_t to = from + 1 + rng_below(r, (uint32_t)(len - from - 1));
            add_piece(out, p, from, to);
            from = to;
        }
        add_piece(out, p, from, len);
    }
}

void bytewise(struct trace *out, const struct trace *in, struct rng *r)
{
    size_t *seen = array(in->lanes, sizeof(*seen)); /* by lane */

    for (size_t i = 0; i < in->count; i++) {
        const struct parcel *p = &in->at[i];
        const size_t len = p->end - p->payload;
        if (!may_cut(p)) {
            trace_add(out, p);
            continue;
        }
        seen[p->lane] += len;
        if (seen[p->lane] <= BYTEWISE_FIRST) {
            for (size_t at = 0; at < len; at++)
                add_piece(out, p, at, at + 1);
            continue;
        }
        const size_t half = 1 + rng_below(r, (uint32_t)len - 1);
        add_piece(out, p, 0, half);
        add_piece(out, p, half, len);
    }
    free(seen);
}

/* Runs: data of one direction that nobody of the connection answered in between. Gives, for each
 * parcel, the next one of its run. */
static size_t *runs_of(const struct trace *t)
{
    size_t *next = array(t->count, sizeof(*next));
    size_t *last = array(t->lanes, sizeof(*last)); /* + 1, by lane */

    for (size_t i = 0; i < t->count; i++) {
        const struct parcel *p = &t->at[i];
        next[i] = NONE;
        if (p->lane == NO_LANE)
            continue;
        last[p->lane ^ 1] = 0;
        if (is_plain_data(p) && last[p->lane] != 0)
            next[last[p->lane] - 1] = i;
        last[p->lane] = is_plain_data(p) ? i + 1 : 0;
    }
    free(last);
    return next;
}

/* The place in the run of what follows this byte for byte; or NONE. */
static size_t follower(const struct trace *t, const size_t *next, size_t i)
{
    const size_t n = next[i];

    if (n == NONE || t->at[n].payload != t->at[i].payload)
        return NONE;
    const struct segment a = segment_of(&t->at[i]), b = segment_of(&t->at[n]);
    return (a.flags & TCP_FIN) == 0 && a.seq + (uint32_t)a.payload.len == b.seq ? n : NONE;
}

/* The segment at `i` and what follows it, as far as `most` bytes. */
static struct bytes with_followers(struct trace *out, const struct trace *in, const size_t *next,
                                   size_t i, size_t most)
{
    const struct bytes own = segment_of(&in->at[i]).payload;
    uint8_t *joined = trace_bytes(out, own.len + most);
    size_t len = own.len;

    memcpy(joined, own.at, own.len);
    while (len < own.len + most && (i = follower(in, next, i)) != NONE) {
        const struct bytes more = bytes_first(segment_of(&in->at[i]).payload, own.len + most - len);
        memcpy(joined + len, more.at, more.len);
        len += more.len;
    }
    return bytes_of(joined, len);
}

void coalesce(struct trace *out, const struct trace *in, struct rng *r)
{
    size_t *next = runs_of(in);
    bool *gone = array(in->count, sizeof(*gone));

    for (size_t i = 0; i < in->count; i++) {
        if (gone[i])
            continue;
        if (!is_plain_data(&in->at[i]) || next[i] == NONE) {
            trace_add(out, &in->at[i]);
            continue;
        }
        struct segment s = segment_of(&in->at[i]);
        size_t more = 0;
        for (size_t n = i; (n = follower(in, next, n)) != NONE && rng_chance(r, 80);) {
            const struct segment joined = segment_of(&in->at[n]);
            if (s.payload.len + more + joined.payload.len > JOINED_MOST)
                break;
            more += joined.payload.len;
            s.flags |= joined.flags;
            s.ack = joined.ack;
            gone[n] = true;
        }
        s.payload = with_followers(out, in, next, i, more);
        const struct parcel whole = trace_segment(out, &in->at[i], &s);
        trace_add(out, &whole);
    }
    free(gone);
    free(next);
}

void overlap(struct trace *out, const struct trace *in, struct rng *r)
{
    size_t *next = runs_of(in);
    size_t *before = array(in->count, sizeof(*before)); /* + 1: what it follows, byte for byte */

    for (size_t i = 0; i < in->count; i++) {
        const struct parcel *p = &in->at[i];
        const size_t n = is_plain_data(p) ? follower(in, next, i) : NONE;
        if (n != NONE)
            before[n] = i + 1;
        if (!is_plain_data(p) || (n == NONE && before[i] == 0) || !rng_chance(r, 60)) {
            trace_add(out, p);
            continue;
        }
        struct segment s = segment_of(p);
        const struct bytes old =
            before[i] != 0 ? segment_of(&in->at[before[i] - 1]).payload : bytes_of(NULL, 0);
        const struct bytes own = with_followers(out, in, next, i, rng_below(r, OVERLAP_MOST));
        const size_t early = old.len > 0 ? rng_below(r, OVERLAP_MOST) % (old.len + 1) : 0;
        uint8_t *bytes = trace_bytes(out, early + own.len);
        if (early > 0)
            memcpy(bytes, old.at + old.len - early, early);
        memcpy(bytes + early, own.at, own.len);
        s.seq -= (uint32_t)early;
        s.payload = bytes_of(bytes, early + own.len);
        const struct parcel wide = trace_segment(out, p, &s);
        trace_add(out, &wide);
    }
    free(before);
    free(next);
}

/* The parcels at these places change places; times stay. */
static void shuffle(struct trace *t, const size_t *place, size_t count, struct rng *r)
{
    for (size_t i = 0; i + 1 < count; i++) {
        const size_t left = count - i, window = left < WINDOW ? left : WINDOW;
        const size_t a = place[i], b = place[i + rng_below(r, (uint32_t)window)];
        const struct parcel p = t->at[a];
        const int64_t a_ns = p.frame.time_ns, b_ns = t->at[b].frame.time_ns;
        t->at[a] = t->at[b];
        t->at[b] = p;
        t->at[a].frame.time_ns = a_ns;
        t->at[b].frame.time_ns = b_ns;
    }
}

/* Not the first data of a connection whose start was not captured: what comes before it is nowhere.
 */
void reorder(struct trace *out, const struct trace *in, struct rng *r)
{
    split(out, in, r);

    size_t *next = runs_of(out), *place = array(out->count, sizeof(*place));
    bool *done = array(out->count, sizeof(*done)), *started = array(out->lanes, sizeof(*started));
    for (size_t i = 0; i < out->count; i++) {
        const struct parcel *p = &out->at[i];
        size_t count = 0;
        if (p->tcp && (flags_of(p) & TCP_SYN) != 0)
            started[p->lane] = started[p->lane ^ 1] = true;
        if (done[i] || !is_plain_data(p))
            continue;
        const uint32_t lane = p->lane;
        for (size_t n = i; n != NONE; n = next[n]) {
            place[count++] = n;
            done[n] = true;
        }
        if (started[lane])
            shuffle(out, place, count, r);
        started[lane] = true;
    }
    free(started);
    free(done);
    free(place);
    free(next);
}

/* The last bytes of a direction, without a hole. */
struct tail {
    uint32_t end; /* sequence number */
    uint32_t len;
    uint8_t bytes[TAIL];
};

static void tail_add(struct tail *t, const struct segment *s)
{
    const struct bytes in =
        bytes_after(s->payload, s->payload.len > TAIL ? s->payload.len - TAIL : 0);

    if ((s->flags & TCP_SYN) != 0 || t->end != s->seq)
        t->len = 0;
    const uint32_t keep = t->len + in.len > TAIL ? (uint32_t)(TAIL - in.len) : t->len;
    memmove(t->bytes, t->bytes + t->len - keep, keep);
    if (in.len > 0)
        memcpy(t->bytes + keep, in.at, in.len);
    t->len = keep + (uint32_t)in.len;
    t->end = s->seq + (uint32_t)s->payload.len + ((s->flags & TCP_SYN) != 0 ? 1 : 0);
}

void recut(struct trace *out, const struct trace *in, struct rng *r)
{
    struct tail *tails = array(in->lanes, sizeof(*tails)); /* by lane */

    for (size_t i = 0; i < in->count; i++) {
        const struct parcel *p = &in->at[i];
        trace_add(out, p);
        if (!has_data(p) || (flags_of(p) & (TCP_RST | TCP_URG)) != 0)
            continue;
        struct segment s = segment_of(p);
        struct tail *t = &tails[p->lane];
        tail_add(t, &s);
        if ((s.flags & TCP_FIN) != 0 || !rng_chance(r, 40))
            continue;
        const uint32_t from = rng_below(r, t->len), len = 1 + rng_below(r, t->len - from);
        s.seq = t->end - t->len + from;
        s.flags &= (uint8_t)~TCP_SYN;
        s.payload = bytes_of(t->bytes + from, len);
        const struct parcel again = trace_segment(out, p, &s);
        trace_add(out, &again);
    }
    free(tails);
}
