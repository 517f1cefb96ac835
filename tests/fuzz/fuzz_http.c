/* SPDX-License-Identifier: MIT */
/* fuzz_http.c - a transcript for the layer http: one byte that chooses the interest and seeds the
 * cuts, then turns that begin with 0xff and a letter: C and S say something, L and M lose two
 * bytes' worth of the client's and the server's. However the turns are cut, the events, what is
 * carried and where HTTP ends must be the same, and no memory may stay behind.
 */
#include <assert.h>

#include "tests/unit/http_transcript.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TURN        0xff
#define ALLOWED     (512u * 1024) /* bytes a flow may hold */
#define BY_BYTE     1u
#define INTEREST(c) ((c)&1 ? 0u : (uint32_t)INTEREST_HTTP)

struct script {
    struct bytes left;
    uint32_t interest;
    struct digest *digest;
};

/* The next turn; false: the end. */
static bool next_turn(struct script *s, struct turn *out)
{
    while (s->left.len > 0 && s->left.at[0] != TURN)
        s->left = bytes_after(s->left, 1);
    if (s->left.len < 2)
        return false;
    const uint8_t kind = s->left.at[1];
    s->left = bytes_after(s->left, 2);
    const uint8_t *end = s->left.len > 0 ? memchr(s->left.at, TURN, s->left.len) : NULL;
    const size_t n = end != NULL ? (size_t)(end - s->left.at) : s->left.len;
    *out = (struct turn){.direction = kind == 'S' || kind == 'M' ? TO_CLIENT : TO_SERVER,
                         .bytes = bytes_first(s->left, n)};
    if ((kind == 'L' || kind == 'M') && n >= 2)
        out->gap = 1u + (uint64_t)s->left.at[0] * 256 + s->left.at[1];
    s->left = bytes_after(s->left, n);
    return true;
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

/* seed 0: whole turns; BY_BYTE; else pieces of any size. */
static char *run(struct script s, uint32_t seed)
{
    struct http_run r;
    struct turn t;

    run_begin(&r, s.interest, s.digest);
    while (next_turn(&s, &t)) {
        if (t.gap > 0)
            harness_run(&r.x, &layer_http, r.state, &t, 1, 0);
        while (t.gap == 0 && t.bytes.len > 0) {
            struct turn piece = t;
            piece.bytes = bytes_first(t.bytes, next_cut(&seed, t.bytes.len));
            t.bytes = bytes_after(t.bytes, piece.bytes.len);
            harness_run(&r.x, &layer_http, r.state, &piece, 1, 0);
        }
    }
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
    char *whole = run(s, 0), *bytes = run(s, BY_BYTE), *cut = run(s, 2u + data[0]);
    assert(strcmp(whole, bytes) == 0);
    assert(strcmp(whole, cut) == 0);
    free(whole);
    free(bytes);
    free(cut);
    return 0;
}
