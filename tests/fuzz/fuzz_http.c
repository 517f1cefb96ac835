/* SPDX-License-Identifier: MIT */
/* fuzz_http.c - a transcript for the layer http: one byte that chooses the interest and seeds the
 * cuts, then turns that begin with 0xff and a letter: C and S say something, D and T say it again
 * and again (a byte says how often), L and M lose two bytes' worth of the client's and the
 * server's. However the turns are cut, and whether what nobody is told of is skimmed, the events,
 * what is carried and where HTTP ends must be the same, and no memory may stay behind.
 */
#include <assert.h>

#include "tests/unit/http_transcript.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TURN        0xff
#define ALLOWED     (512u * 1024) /* bytes a flow may hold */
#define BY_BYTE     1u
#define MOST_AGAIN  (64u * 1024) /* bytes a script may say again */
#define INTEREST(c) ((c)&1 ? 0u : (uint32_t)INTEREST_HTTP)

struct script {
    struct bytes left;
    size_t again; /* bytes */
    uint32_t interest;
    struct digest *digest;
};

/* A head longer than any input: what D and T say, and how often. */
static unsigned times(struct script *s, uint8_t kind, struct turn *t)
{
    if ((kind != 'D' && kind != 'T') || t->bytes.len < 2)
        return 1;
    const unsigned wanted = 1u + t->bytes.at[0];
    t->bytes = bytes_after(t->bytes, 1);
    const size_t room = (MOST_AGAIN - s->again) / t->bytes.len;
    const unsigned n = wanted < room ? wanted : (unsigned)room;
    s->again += n * t->bytes.len;
    return n;
}

/* The next turn, and how often it comes; 0: the end. */
static unsigned next_turn(struct script *s, struct turn *out)
{
    while (s->left.len > 0 && s->left.at[0] != TURN)
        s->left = bytes_after(s->left, 1);
    if (s->left.len < 2)
        return 0;
    const uint8_t kind = s->left.at[1];
    s->left = bytes_after(s->left, 2);
    const uint8_t *end = s->left.len > 0 ? memchr(s->left.at, TURN, s->left.len) : NULL;
    const size_t n = end != NULL ? (size_t)(end - s->left.at) : s->left.len;
    *out = (struct turn){.direction =
                             kind == 'S' || kind == 'M' || kind == 'T' ? TO_CLIENT : TO_SERVER,
                         .bytes = bytes_first(s->left, n)};
    if ((kind == 'L' || kind == 'M') && n >= 2)
        out->gap = 1u + (uint64_t)s->left.at[0] * 256 + s->left.at[1];
    s->left = bytes_after(s->left, n);
    return times(s, kind, out);
}

static size_t next_cut(uint32_t *seed, size_t len)
{
    if (*seed == 0)
        return len;
    if (*seed == BY_BYTE)
        return 1;
    *seed = *seed * 1664525u + 1013904223u; /* Numerical Recipes */
    return 1 + (*seed >> 16) % len;
}

static void give(struct http_run *r, const struct turn *t, uint32_t *seed)
{
    struct turn piece = *t;
    struct bytes left = t->bytes;

    if (t->gap > 0)
        harness_run(&r->x, &layer_http, r->state, t, 1, 0);
    while (t->gap == 0 && left.len > 0) {
        piece.bytes = bytes_first(left, next_cut(seed, left.len));
        left = bytes_after(left, piece.bytes.len);
        harness_run(&r->x, &layer_http, r->state, &piece, 1, 0);
    }
}

/* seed 0: whole turns; BY_BYTE; else pieces of any size. */
static char *run(struct script s, uint32_t seed, bool skims)
{
    struct http_run r;
    struct turn t;
    unsigned n;

    run_begin(&r, s.interest, s.digest);
    r.x.feeds_all = !skims;
    if (s.interest == 0)
        r.x.host.asked_for = http_asked_for;
    while ((n = next_turn(&s, &t)) > 0)
        while (n-- > 0)
            give(&r, &t, &seed);
    char *log = strdup(run_log(&r));
    assert(r.x.budget.peak <= ALLOWED);
    assert(r.x.budget.used == 0);
    run_end(&r);
    return log;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct digest *digest;

    if (digest == NULL)
        digest = digest_create(NULL);
    if (size < 1)
        return 0;
    const struct script s = {
        .left = bytes_of(data + 1, size - 1), .interest = INTEREST(data[0]), .digest = digest};
    char *fed = run(s, 0, false), *whole = run(s, 0, true);
    char *bytes = run(s, BY_BYTE, true), *cut = run(s, 2u + data[0], true);
    assert(strcmp(whole, fed) == 0);
    assert(strcmp(whole, bytes) == 0);
    assert(strcmp(whole, cut) == 0);
    free(fed);
    free(whole);
    free(bytes);
    free(cut);
    return 0;
}
