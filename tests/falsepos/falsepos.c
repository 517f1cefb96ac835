/* SPDX-License-Identifier: MIT */
/* Streams that are no WebSocket, by the hundred thousand, each begun in its middle, through the
 * recogniser and through raw, which goes on looking: how many are taken for one?
 *
 *   falsepos FLOWS [FILE...]   of each kind as many; files are sliced at random */
#include <stdio.h>
#include <stdlib.h>

#include "layers/layers.h"
#include "layers/ws_midstream.h"
#include "model/packet.h"
#include "tests/falsepos/kinds.h"
#include "tests/unit/layer_harness.h"

#define SEED      UINT64_C(0x706f727477617264)
#define SHORTEST  300
#define FILE_MOST (8U << 20)

struct count {
    unsigned long flows, bytes, recognised, watched;
};

static struct opening opening_of(const struct made *m, bool known)
{
    struct opening o = {.midstream = true, .direction_known = known, .transport = TRANSPORT_TCP};

    for (int d = 0; d < 2; d++) {
        o.seen[d] = bytes_first(buffer_bytes(&m->side[d]), OPENING_MAX);
        o.ended[d] = true;
    }
    return o;
}

/* As the engine would: all of it goes to raw, in pieces like packets. */
static bool is_taken(const struct made *m, const struct opening *o)
{
    static _Alignas(16) uint8_t state[8192];
    struct harness x;
    size_t at[2] = {0, 0};

    harness_begin(&x, 0, NULL);
    if (layer_raw.state_size > sizeof(state))
        abort();
    memset(state, 0, layer_raw.state_size);
    layer_raw.join(state, &x.host, o);
    while (!x.left && (at[0] < m->side[0].len || at[1] < m->side[1].len))
        for (int d = 0; d < 2 && !x.left; d++) {
            const struct bytes rest = bytes_after(buffer_bytes(&m->side[d]), at[d]);
            const struct bytes piece = bytes_first(rest, 1448);
            at[d] += piece.len;
            if (piece.len > 0)
                layer_raw.feed(state, &x.host, (enum direction)d, piece);
        }
    layer_raw.close(state, &x.host, CLOSE_FINISHED);
    /* BitTorrent's are taken for that, and rightly. */
    const bool taken = strncmp(harness_log(&x), "replace(websocket", 17) == 0;
    buffer_free(&x.log);
    buffer_free(&x.carried[0]);
    buffer_free(&x.carried[1]);
    return taken;
}

static void show(const char *kind, const struct made *m, const struct opening *o)
{
    const struct recognition r = ws_midstream_recognise(o);
    const struct ws_trail_verdict v = ws_midstream_look(o);

    printf("    %s: scores %d (%u strong), %d (%u strong), %zu + %zu bytes, %s, at byte %zu:", kind,
           v.by[0].score, v.by[0].strong, v.by[1].score, v.by[1].strong, m->side[0].len,
           m->side[1].len, r.answer == PROBE_YES ? (r.reversed ? "turned" : "as is") : "later",
           r.detail.at != NULL ? (size_t)(r.detail.at - o->seen[r.direction].at) : 0);
    for (size_t i = 0; i < 48 && r.detail.at != NULL &&
                       r.detail.at + i < o->seen[r.direction].at + o->seen[r.direction].len;
         i++)
        printf(" %02x", r.detail.at[i]);
    printf("\n");
}

static void judge(const char *kind, struct made *m, struct dice *r, struct count *c)
{
    for (int d = 0; d < 2; d++) /* captured from somewhere on, mostly not from a record's start */
        if (m->side[d].len > 0 && dice(r, 4) != 0)
            buffer_consume(&m->side[d],
                           dice(r, (uint32_t)(m->side[d].len < 4000 ? m->side[d].len : 4000)));
    const struct opening o = opening_of(m, dice(r, 2) == 0);
    const bool recognised = ws_midstream_recognise(&o).answer == PROBE_YES;
    const bool watched = is_taken(m, &o);
    c->flows++;
    c->bytes += m->side[0].len + m->side[1].len;
    c->recognised += recognised;
    c->watched += watched;
    if ((recognised || watched) && c->recognised + c->watched < 6)
        show(kind, m, &o);
    buffer_clear(&m->side[0]);
    buffer_clear(&m->side[1]);
}

static size_t size_for(struct dice *r)
{
    const uint32_t x = dice(r, 20);

    if (x < 10)
        return SHORTEST + dice(r, 3000);
    return x < 19 ? SHORTEST + dice(r, 12000) : SHORTEST + dice(r, 120000);
}

static void tell(const char *kind, const struct count *c, struct count *all)
{
    printf("  %-20s %8lu flows %9.1f MB   recognised %lu, watched %lu\n", kind, c->flows,
           (double)c->bytes / 1e6, c->recognised, c->watched);
    fflush(stdout);
    all->flows += c->flows;
    all->bytes += c->bytes;
    all->recognised += c->recognised;
    all->watched += c->watched;
}

static void run_kinds(const struct kind *kinds, size_t n, unsigned long flows, struct count *all)
{
    struct made m = {.side = {{0}}};

    for (size_t k = 0; k < n; k++) {
        struct dice r = {{SEED, k + (uint64_t)kinds[k].name[0] * 997}};
        struct count c = {0};
        for (unsigned long i = 0; i < flows; i++) {
            kinds[k].make(&r, &m, size_for(&r));
            judge(kinds[k].name, &m, &r, &c);
        }
        tell(kinds[k].name, &c, all);
    }
    buffer_free(&m.side[0]);
    buffer_free(&m.side[1]);
}

/* Two slices of a file, as two directions. */
static void run_file(const char *path, unsigned long flows, struct count *c)
{
    static uint8_t all[FILE_MOST];
    struct made m = {.side = {{0}}};
    struct dice r = {{SEED, 77}};
    FILE *f = fopen(path, "rb");
    const size_t len = f != NULL ? fread(all, 1, sizeof(all), f) : 0;

    if (f != NULL)
        fclose(f);
    for (unsigned long i = 0; i < flows && len > SHORTEST; i++) {
        for (int d = 0; d < 2; d++) {
            const size_t from = dice(&r, (uint32_t)(len - SHORTEST));
            buffer_append(&m.side[d], bytes_first(bytes_of(all + from, len - from), size_for(&r)));
        }
        judge(path, &m, &r, c);
    }
    buffer_free(&m.side[0]);
    buffer_free(&m.side[1]);
}

int main(int argc, char **argv)
{
    const unsigned long flows = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
    struct count all = {0}, files = {0};

    run_kinds(binary_kinds, binary_kind_count, flows, &all);
    run_kinds(text_kinds, text_kind_count, flows, &all);
    for (int i = 2; i < argc; i++)
        run_file(argv[i], 1 + 2 * flows / (unsigned long)(argc - 2), &files);
    tell("files", &files, &all);
    tell("all", &all, &(struct count){0});
    CHECK(all.flows >= flows * 28, "the flows were made");
    CHECK(all.recognised == 0, "none is recognised");
    CHECK(all.watched == 0, "none is taken later");
    return test_end();
}
