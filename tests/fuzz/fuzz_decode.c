/* SPDX-License-Identifier: MIT */
/* fuzz_decode.c - frames through one decoder: link type (an index), bytes cut off, length (2),
 * data, again and again. Two decoders with other hash keys, one of which goes step by step, must
 * say the same. The receiver's address says its overlap policy; link type 255 ends a capture.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/cursor.h"
#include "decode/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MEMORY    (1u << 20)
#define FRAME_MAX 2048
#define FLUSH     255 /* as a link type */

struct twin {
    struct budget budget;
    struct decoder *decoder;
    struct packet out;
    enum anomaly what;
    enum decoded result;
};

static enum overlap_policy policy_of(const void *ctx, const struct addr *host)
{
    (void)ctx;
    return (enum overlap_policy)(host->byte[sizeof(host->byte) - 1] % OVERLAP_POLICIES);
}

static void run(struct twin *t, bool steps, const struct frame *f)
{
    t->result = (steps ? decode_step_by_step : decode_frame)(t->decoder, f, &t->out, &t->what);
    assert(t->result != DECODED_BAD || t->what != ANOMALY_NONE);
    assert(t->out.vlan_count <= PACKET_VLANS);
    if (t->result != DECODED_PACKET)
        return;
    assert(t->out.payload_len >= t->out.payload.len);
    volatile uint8_t sum = 0;
    for (size_t i = 0; i < t->out.payload.len; i++)
        sum = (uint8_t)(sum + t->out.payload.at[i]);
}

static void compare(const struct twin *a, const struct twin *b)
{
    const struct decode_stats *x = decoder_stats(a->decoder), *y = decoder_stats(b->decoder);

    assert(a->result == b->result && a->what == b->what);
    assert(memcmp(x, y, sizeof(*x)) == 0);
    if (a->result != DECODED_PACKET)
        return;
    assert(bytes_equal(a->out.payload, b->out.payload));
    assert(a->out.payload_len == b->out.payload_len && a->out.checksum == b->out.checksum);
    assert(addr_compare(&a->out.src.addr, &b->out.src.addr) == 0);
    assert(a->out.timestamp == b->out.timestamp && a->out.window_shift == b->out.window_shift);
}

static void one_frame(struct cursor *c, struct twin twins[2], struct frame *f)
{
    static const uint32_t linktypes[] = {1, 101, 0, 108, 113, 276, 9, 50, 51, 228, 229, 104, 7};
    const uint8_t link = cursor_u8(c);
    const uint8_t cut = cursor_u8(c);
    const size_t len = cursor_be16(c) % FRAME_MAX;
    const struct bytes body = bytes_first(c->left, len);
    uint8_t *copy = malloc(body.len > 0 ? body.len : 1);

    assert(copy != NULL);
    memcpy(copy, body.at != NULL ? body.at : copy, body.len);
    cursor_skip(c, body.len);
    f->number++;
    f->time_ns += (int64_t)cut * 1000000000;
    f->linktype = linktypes[link % (sizeof(linktypes) / sizeof(linktypes[0]))];
    f->data = bytes_of(copy, body.len);
    f->wire_len = (uint32_t)body.len + cut;
    for (int i = 0; i < 2; i++)
        run(&twins[i], i > 0, f);
    compare(&twins[0], &twins[1]);
    for (int i = 0; link == FLUSH && i < 2; i++)
        decoder_flush(twins[i].decoder);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cursor c = cursor_over(bytes_of(data, size));
    struct twin twins[2] = {{.budget = {.limit = MEMORY}}, {.budget = {.limit = MEMORY}}};
    struct frame f = {0};

    for (uint64_t i = 0; i < 2; i++) {
        const struct hash_key key = hash_key_from_seed(i + 1);
        twins[i].decoder = decoder_create(&twins[i].budget, &key, NULL);
        assert(twins[i].decoder != NULL);
        decoder_overlap(twins[i].decoder, policy_of, NULL);
    }
    while (c.left.len > 0 && !c.truncated)
        one_frame(&c, twins, &f);
    for (int i = 0; i < 2; i++) {
        decoder_free(twins[i].decoder);
        assert(twins[i].budget.used == 0);
    }
    return 0;
}
