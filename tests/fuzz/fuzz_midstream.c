/* SPDX-License-Identifier: MIT */
/* Any bytes of two directions through the trail of frames, whole and cut: the same chains are
 * found, and the recogniser and raw survive. The first byte says how to cut, the second how to
 * divide. */
#include <stdlib.h>

#include "layers/layers.h"
#include "layers/ws_midstream.h"
#include "model/packet.h"
#include "tests/unit/layer_harness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void follow(struct ws_trail *t, const struct bytes side[2], size_t step)
{
    for (int d = 0; d < 2; d++) {
        struct bytes rest = side[d];
        while (rest.len > 0) {
            const struct bytes part = test_copy(bytes_first(rest, step));
            if (ws_trail_feed(t, (enum direction)d, part, CONFIDENCE_NONE) != part.len)
                abort();
            free((void *)(uintptr_t)part.at);
            rest = bytes_after(rest, step);
        }
        ws_trail_end(t, (enum direction)d);
    }
}

static void same(const struct ws_trail *a, const struct ws_trail *b)
{
    for (int d = 0; d < 2; d++)
        for (int masked = 0; masked < 2; masked++) {
            const struct ws_trail_best *x = &a->side[d].best[masked], *y = &b->side[d].best[masked];
            if (x->score != y->score || x->start != y->start || x->frames != y->frames)
                abort();
        }
}

/* Once recognised, always: more of one direction changes nothing. */
static void grow(const struct bytes side[2], size_t step)
{
    bool yes = false;

    for (size_t n = step; n < side[0].len && n < OPENING_MAX; n += step) {
        const struct opening o = {
            .seen = {bytes_first(side[0], n), bytes_first(side[1], OPENING_MAX)},
            .midstream = true,
            .transport = TRANSPORT_TCP};
        const bool now = ws_midstream_recognise(&o).answer == PROBE_YES;
        if (yes && !now)
            abort();
        yes = now;
    }
}

static void read_raw(const struct opening *o, const struct bytes side[2], size_t step)
{
    struct harness x;
    uint8_t *state = calloc(1, layer_raw.state_size);

    if (state == NULL)
        abort();
    harness_begin(&x, 0, NULL);
    layer_raw.join(state, &x.host, o);
    for (int d = 0; d < 2 && !x.left; d++) {
        struct bytes rest = side[d];
        while (rest.len > 0 && !x.left) {
            const struct bytes part = bytes_first(rest, step);
            const size_t used = layer_raw.feed(state, &x.host, (enum direction)d, part);
            if (used > part.len || (used < part.len && !x.left))
                abort();
            rest = bytes_after(rest, part.len);
        }
        if (!x.left)
            layer_raw.gap(state, &x.host, (enum direction)d, step);
    }
    layer_raw.close(state, &x.host, CLOSE_FINISHED);
    if (x.host.carry_wanted && x.budget.used != 0)
        abort();
    buffer_free(&x.log);
    buffer_free(&x.carried[0]);
    buffer_free(&x.carried[1]);
    free(state);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const size_t step = 1 + data[0] % 64, up = (size - 2) * data[1] / 255;
    const struct bytes in = bytes_of(data + 2, size - 2);
    const struct bytes side[2] = {bytes_first(in, up), bytes_after(in, up)};
    const struct opening o = {
        .seen = {bytes_first(side[0], OPENING_MAX), bytes_first(side[1], OPENING_MAX)},
        .ended = {true, true},
        .midstream = true,
        .transport = TRANSPORT_TCP};
    struct ws_trail whole = {.turned_too = true}, cut = {.turned_too = true};

    follow(&whole, side, size);
    follow(&cut, side, step);
    same(&whole, &cut);
    (void)ws_midstream_recognise(&o);
    grow(side, step);
    read_raw(&o, side, step);
    return 0;
}
