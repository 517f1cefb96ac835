/* SPDX-License-Identifier: MIT */
/* fuzz_hixie.c - frames of the drafts before RFC 6455: one byte that seeds the cuts, then the bytes
 * of both directions; 0xfe turns around, 0xfd loses two bytes. However they are cut, what is told
 * must be the same. */
#include <assert.h>

#include "layers/layers.h"
#include "tests/unit/layer_harness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TURN_AROUND 0xfe
#define LOSE        0xfd
#define EVERYTHING                                                                                 \
    (INTEREST_MESSAGES | INTEREST_FRAMES | INTEREST_KEEP | INTEREST_PAYLOAD | INTEREST_VALIDITY)

static void describe(struct harness *x, const struct event *e)
{
    if (e->kind == EVENT_MESSAGE)
        buffer_printf(&x->log, "M(%d %u %llu %d %zu) ", e->direction, e->as.message.opcode,
                      (unsigned long long)e->as.message.length, e->as.message.complete,
                      e->as.message.payload.len);
}

static size_t run_length(struct bytes in)
{
    size_t n = 0;

    while (n < in.len && in.at[n] != TURN_AROUND && in.at[n] != LOSE)
        n++;
    return n;
}

static char *run(struct bytes in, size_t cut, struct digest *digest)
{
    struct harness x;
    enum direction d = TO_SERVER;
    void *state = calloc(1, layer_hixie.state_size);

    harness_begin(&x, EVERYTHING, digest);
    x.describe = describe;
    layer_hixie.open(state, &x.host, NULL);
    while (in.len > 0) {
        const size_t n = run_length(in);
        for (size_t at = 0; at < n; at += cut)
            harness_feed(&x, &layer_hixie, state, d,
                         bytes_first(bytes_of(in.at + at, n - at), cut));
        if (n < in.len && in.at[n] == TURN_AROUND)
            d = direction_other(d);
        else if (n < in.len)
            layer_hixie.gap(state, &x.host, d, 2);
        in = bytes_after(in, n + 1);
    }
    layer_hixie.close(state, &x.host, CLOSE_FINISHED);
    assert(x.budget.used == 0 && x.budget.peak <= 2 * 4096);
    char *log = strdup(harness_log(&x));
    harness_end(&x);
    free(state);
    return log;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct digest *digest;

    if (digest == NULL)
        digest = digest_create(NULL);
    if (size < 1)
        return 0;
    const struct bytes in = bytes_of(data + 1, size - 1);
    char *whole = run(in, SIZE_MAX, digest), *bytes = run(in, 1, digest);
    char *cut = run(in, 2u + data[0], digest);
    assert(strcmp(whole, bytes) == 0 && strcmp(whole, cut) == 0);
    free(whole);
    free(bytes);
    free(cut);
    return 0;
}
