/* SPDX-License-Identifier: MIT */
#include "output/eve_merge.h"

#include <stdlib.h>

#define FIRST_ROOM  4096
#define TOGETHER_NS 1000000000LL /* two sensors' clocks, and the way between them */

void eve_merge_init(struct eve_merge *m)
{
    *m = (struct eve_merge){.key = hash_key_random()};
}

void eve_merge_free(struct eve_merge *m)
{
    free(m->slot);
    *m = (struct eve_merge){.slot = NULL};
}

static uint64_t never_free(uint64_t hash)
{
    return hash != 0 ? hash : 1;
}

uint64_t eve_merge_ends(const struct eve_merge *m, const struct flow_info *f)
{
    struct {
        struct endpoint low, high;
        uint32_t transport;
    } ends;
    const int by = addr_compare(&f->client.addr, &f->server.addr);
    const bool ordered = by < 0 || (by == 0 && f->client.port <= f->server.port);

    memset(&ends, 0, sizeof(ends)); /* padding too: it is hashed as it lies */
    ends.low = ordered ? f->client : f->server;
    ends.high = ordered ? f->server : f->client;
    ends.transport = f->transport;
    return never_free(hash_bytes(&m->key, bytes_of(&ends, sizeof(ends))));
}

uint64_t eve_merge_line(const struct eve_merge *m, struct bytes line)
{
    return never_free(hash_bytes(&m->key, line));
}

static bool is_same(const struct eve_told *t, int64_t start_ns, int64_t end_ns)
{
    const bool together =
        start_ns - t->start_ns <= TOGETHER_NS && t->start_ns - start_ns <= TOGETHER_NS;

    return together || (start_ns < t->end_ns && t->start_ns < end_ns);
}

typedef bool told_fn(const struct eve_told *t, int64_t start_ns, int64_t end_ns);

static bool is_told(const struct eve_merge *m, uint64_t what, const int64_t span[2], uint32_t file,
                    told_fn *same)
{
    size_t alike = 0;

    for (size_t at = what; m->room > 0; at++) {
        const struct eve_told *t = &m->slot[at & (m->room - 1)];
        if (t->what == 0)
            return false;
        if (t->what != what)
            continue;
        if (t->file != file && same(t, span[0], span[1]))
            return true;
        if (++alike == EVE_MERGE_ALIKE)
            return false;
    }
    return false;
}

bool eve_merge_flow_told(const struct eve_merge *m, uint64_t what, const struct flow_info *f,
                         uint32_t file)
{
    const int64_t span[2] = {f->start_ns, f->end_ns};

    return is_told(m, what, span, file, is_same);
}

static bool is_within(const struct eve_told *t, int64_t at_ns, int64_t same_ns)
{
    (void)same_ns;
    return at_ns >= t->start_ns - TOGETHER_NS && at_ns <= t->end_ns;
}

bool eve_merge_moment_told(const struct eve_merge *m, uint64_t what, int64_t time_ns, uint32_t file)
{
    const int64_t span[2] = {time_ns, time_ns};

    return is_told(m, what, span, file, is_within);
}

/* The first free slot; NULL: too many of the same stand there. */
static struct eve_told *slot_for(const struct eve_merge *m, uint64_t what)
{
    size_t alike = 0;

    for (size_t at = what;; at++) {
        struct eve_told *t = &m->slot[at & (m->room - 1)];
        if (t->what == 0)
            return t;
        alike += t->what == what;
        if (alike == EVE_MERGE_ALIKE)
            return NULL;
    }
}

static bool grow(struct eve_merge *m)
{
    struct eve_merge larger = *m;

    larger.room = m->room > 0 ? 2 * m->room : FIRST_ROOM;
    larger.slot = calloc(larger.room, sizeof(*larger.slot));
    if (larger.slot == NULL)
        return false;
    for (size_t i = 0; i < m->room; i++)
        if (m->slot[i].what != 0)
            *slot_for(&larger, m->slot[i].what) = m->slot[i]; /* no more of a kind than before */
    struct eve_told *old = m->slot;
    m->slot = larger.slot;
    m->room = larger.room;
    free(old);
    return true;
}

void eve_merge_tell(struct eve_merge *m, uint64_t what, int64_t start_ns, int64_t end_ns,
                    uint32_t file)
{
    struct eve_told *t = NULL;

    if (m->count < EVE_MERGE_FLOWS && (2 * m->count < m->room || grow(m)))
        t = slot_for(m, what);
    if (t == NULL) {
        m->untold++;
        return;
    }
    *t = (struct eve_told){what, start_ns, end_ns, file};
    m->count++;
}
