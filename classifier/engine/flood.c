/* SPDX-License-Identifier: MIT */
#include "engine/flood.h"

#include "decode/bare_syn.h"

void flood_setup(struct engine *e)
{
    e->floods = e->rates == 0 && e->config.trace == NULL;
}

struct run {
    size_t count;
    uint64_t bytes;
    int64_t latest_ns;
};

/* As if each had gone its own way: its time, its count, its moment. `last`: of them. */
static void pass_run(struct engine *e, const struct run *r, const struct frame *last)
{
    ticks_pass(&e->time, r->latest_ns);
    decoder_count(e->decoder, r->count, r->bytes);
    e->host.packet = last->number;
    e->host.time_ns = last->time_ns;
    e->now.position += r->count;
    e->now.key = 0;
    e->now.now_ns = e->time.now_ns;
}

/* Nothing is known of its connection. */
static inline bool is_new(const struct engine *e, const uint64_t end[2], struct syn_spot *spot)
{
    const uint64_t hash = flow_hash_syn(e->flows, end);

    *spot = syn_spot_of(end, hash);
    return !flow_may_be(e->flows, hash) && syn_is_new(e->syns, *spot);
}

size_t flood_frames(struct engine *e, const struct frame *f, size_t count)
{
    struct run r = {.latest_ns = INT64_MIN};
    struct syn_spot spot;
    struct bare_syn s;

    if (!e->floods)
        return 0;
    const uint64_t frames = decoder_stats(e->decoder)->frames;
    for (; r.count < count && bare_syn_begins(&f[r.count], &s); r.count++) {
        const struct frame *at = &f[r.count];
        if (at->time_ns >= e->time.next_ns || !is_new(e, s.end, &spot))
            break;
        bare_syn_read_rest(at, &s);
        s.ordinal = frames + r.count + 1;
        syn_note_at(e->syns, spot, &s);
        r.bytes += s.wire_len;
        r.latest_ns = s.time_ns > r.latest_ns ? s.time_ns : r.latest_ns;
    }
    if (r.count > 0)
        pass_run(e, &r, &f[r.count - 1]);
    return r.count;
}
