/* SPDX-License-Identifier: MIT */
/* The layer websocket: whatever the bytes, what is told, carried and counted does not depend on the
 * cuts, and all memory comes back.
 *
 * Input: 4 bytes of options (below), then turns: a byte of direction, kind and length, and the
 * bytes.
 */
#include <assert.h>

#include "tests/unit/ws_script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOST_TURNS 64

enum { GAP_KIND = 0x0e, MORE_LENGTH = 0x10 };

struct input {
    struct handshake shake;
    bool seen; /* the handshake was */
    uint32_t interest;
    bool carries, stops_carrying;
    bool skims;    /* somebody heeds some messages, and none is written down */
    bool reads;    /* for all that */
    size_t memory; /* 0: no limit */
    uint64_t cuts; /* seeds the pseudo-random cuts */
    struct turn turns[MOST_TURNS];
    size_t count;
};

static void read_options(struct input *in, const uint8_t at[4])
{
    in->seen = at[0] & 1;
    in->shake =
        (struct handshake){.deflate = at[0] & 2,
                           .no_context_takeover = {at[0] & 4, at[0] & 8},
                           .window_bits = {(uint8_t)(8 + at[1] % 8), (uint8_t)(8 + at[1] / 8 % 8)}};
    in->interest = INTEREST_MESSAGES;
    in->interest |= at[0] & 16 ? INTEREST_PAYLOAD : 0;
    in->interest |= at[0] & 32 ? INTEREST_VALIDITY : 0;
    in->interest |= at[0] & 64 ? INTEREST_KEEP : 0;
    in->interest |= at[0] & 128 ? INTEREST_FRAMES : 0;
    in->interest |= at[2] & 8 ? INTEREST_FIGURES : 0;
    script_heard_all = at[2] & 16;
    in->carries = at[2] & 1;
    in->stops_carrying = at[2] & 2;
    in->skims = at[2] & 32;
    in->memory = at[2] & 4 ? (size_t)at[3] * 300 + 1 : 0;
    in->cuts = 88172645463325252U + at[3];
}

static void read_turns(struct input *in, struct bytes left)
{
    while (left.len > 1 && in->count < MOST_TURNS) {
        const uint8_t op = left.at[0];
        struct turn *t = &in->turns[in->count++];
        *t = (struct turn){.direction = op & 1 ? TO_CLIENT : TO_SERVER};
        if ((op & GAP_KIND) == GAP_KIND) {
            t->gap = 1U + (op >> 4) * (op >> 4);
            left = bytes_after(left, 1);
            continue;
        }
        const size_t len = op & MORE_LENGTH ? left.at[1] * 16U : (op >> 5) * 8U + (op >> 1 & 7);
        left = bytes_after(left, op & MORE_LENGTH ? 2 : 1);
        t->bytes = bytes_first(left, len);
        left = bytes_after(left, len);
    }
}

/* Who is on top loses interest after a while: that may change nothing but what is carried. */
static void carry_and_stop(struct host *h, enum direction d, struct bytes in)
{
    struct harness *x = (struct harness *)h;
    harness_carry(h, d, in);
    if (x->carried[0].len + x->carried[1].len > 40)
        h->carry_wanted = false;
}

static bool heeds_some(struct host *h, enum direction d, uint8_t opcode, struct bytes clear)
{
    (void)h, (void)d, (void)opcode;
    return bytes_find_byte(clear, 'a') != NULL;
}

static size_t next_piece(uint64_t *state, size_t most)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    const size_t n = 1 + (size_t)(*state >> 40) % (*state & 1 ? 3 : 40);
    return n < most ? n : most;
}

static void feed_turn(struct input *in, struct ws_script *s, void *state, const struct turn *t,
                      bool cut)
{
    const struct layer *l = &layer_websocket;
    struct bytes left = t->bytes;

    if (t->gap > 0)
        harness_run(&s->harness, l, state, t, 1, 0);
    while (left.len > 0) {
        const size_t n = cut ? next_piece(&in->cuts, left.len) : left.len;
        harness_feed(&s->harness, l, state, t->direction, bytes_first(left, n));
        left = bytes_after(left, n);
    }
}

static void run(struct input *in, struct ws_script *s, struct digest *digest, bool cut)
{
    const struct layer *l = &layer_websocket;
    void *state = calloc(1, l->state_size);

    assert(state != NULL);
    script_begin(s, in->interest, digest);
    s->harness.host.payload_limit = 50;
    s->harness.host.carry_wanted = in->carries;
    s->harness.budget.limit = in->memory;
    if (in->stops_carrying)
        s->harness.host.carry = carry_and_stop;
    if (in->skims) {
        s->harness.describe = NULL;
        s->harness.feeds_all = in->reads;
        s->harness.host.heeds = in->reads ? NULL : heeds_some;
    }
    l->open(state, &s->harness.host, in->seen ? &in->shake : NULL);
    for (size_t i = 0; i < in->count; i++) {
        s->harness.host.time_ns = (int64_t)(i * i);
        feed_turn(in, s, state, &in->turns[i], cut);
    }
    l->close(state, &s->harness.host, script_heard_all ? CLOSE_FINISHED : CLOSE_INPUT_ENDED);
    script_summarise(s, state);
    free(state);
}

static bool carried_alike(struct ws_script *a, struct ws_script *b)
{
    return bytes_equal(buffer_bytes(&a->harness.carried[0]),
                       buffer_bytes(&b->harness.carried[0])) &&
           bytes_equal(buffer_bytes(&a->harness.carried[1]), buffer_bytes(&b->harness.carried[1]));
}

static void compare(const struct input *in, struct ws_script *whole, struct ws_script *other)
{
    const char *a = harness_log(&whole->harness), *b = harness_log(&other->harness);

    if (in->memory != 0) /* where it runs out depends on who asked first */
        return;
    if (strcmp(a, b) != 0)
        fprintf(stderr, "whole: %s\nother: %s\n", a, b);
    assert(strcmp(a, b) == 0);
    /* NOLINTBEGIN(bugprone-suspicious-memory-comparison,cert-*): all were zero-filled */
    assert(memcmp(&whole->totals, &other->totals, sizeof(other->totals)) == 0);
    assert(memcmp(&whole->figures, &other->figures, sizeof(other->figures)) == 0);
    /* NOLINTEND(bugprone-suspicious-memory-comparison,cert-*) */
    assert(in->stops_carrying || carried_alike(whole, other));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct digest *digest;
    struct input in = {0};
    struct ws_script whole, cut, unskimmed;

    if (digest == NULL)
        digest = digest_create(NULL);
    if (size < 4)
        return 0;
    read_options(&in, data);
    read_turns(&in, bytes_of(data + 4, size - 4));
    run(&in, &whole, digest, false);
    run(&in, &cut, digest, true);
    compare(&in, &whole, &cut);
    in.reads = true;
    run(&in, &unskimmed, digest, false);
    compare(&in, &whole, &unskimmed);
    script_end(&unskimmed);
    script_end(&whole);
    script_end(&cut);
    assert(tests_failed == 0);
    return 0;
}
