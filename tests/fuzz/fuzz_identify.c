/* SPDX-License-Identifier: MIT */
/* fuzz_identify.c - whose bytes are these, however they are cut? A conversation (turns.h); the
 * seed's lowest bits choose midstream, inner and datagrams, which nobody cuts. nDPI is asked too.
 * Also the pure readers that take one run of bytes. */
#include "identify/identify.h"
#include "layers/bencode.h"
#include "layers/bittorrent_tracker.h"
#include "turns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SEED_MIDSTREAM = 1, SEED_INNER = 2, SEED_DATAGRAMS = 4 };

struct stream {
    struct identifier *i;
    struct identify s;
    struct identify_context c;
    struct identity id;
    char said[256];
    size_t taken[2];
};

static void keep_answer(struct stream *x)
{
    unsigned sum = 0;

    for (size_t n = 0; n < x->id.detail.len; n++)
        sum = sum * 31 + x->id.detail.at[n];
    (void)snprintf(x->said, sizeof(x->said), "%s/%d/%d/%u", x->id.name, x->id.confidence,
                   x->id.reversed, sum);
    assert(x->id.opening[TO_SERVER].len == x->taken[TO_SERVER]);
    assert(x->id.opening[TO_CLIENT].len == x->taken[TO_CLIENT]);
}

static void give(struct stream *x, const struct turn *t, enum cutting how, uint32_t *seed)
{
    struct bytes left = t->bytes;

    while (left.len > 0 && x->id.result == IDENTIFIED_NOT_YET) {
        const struct bytes piece = test_copy(bytes_first(left, fuzz_cut(how, seed, left.len)));
        x->id = identify_feed(x->i, &x->s, &x->c, t->direction, piece);
        x->taken[t->direction] += x->id.used;
        left = bytes_after(left, piece.len);
        if (x->id.result != IDENTIFIED_NOT_YET)
            keep_answer(x);
        else
            assert(x->id.used == piece.len);
        free((void *)(uintptr_t)piece.at);
    }
}

static void end(struct stream *x, enum direction d)
{
    if (x->id.result != IDENTIFIED_NOT_YET || x->s.ended[d])
        return;
    x->id = identify_ended(x->i, &x->s, &x->c, d);
    if (x->id.result != IDENTIFIED_NOT_YET)
        keep_answer(x);
}

static void run(struct identifier *i, struct bytes script, enum cutting how, uint32_t seed,
                char said[256])
{
    struct cursor c = cursor_over(script);
    struct stream x = {
        .i = i,
        .c = {.transport = (seed & SEED_DATAGRAMS) != 0 ? TRANSPORT_UDP : TRANSPORT_TCP,
              .client.port = 50000,
              .server.port = 80,
              .midstream = (seed & SEED_MIDSTREAM) != 0,
              .inner = (seed & SEED_INNER) != 0}};
    struct turn t;

    while (fuzz_turn(&c, &t)) {
        if (t.gap > 0)
            end(&x, t.direction);
        else if (!x.s.ended[t.direction])
            give(&x, &t, how, &seed);
    }
    end(&x, TO_SERVER);
    end(&x, TO_CLIENT);
    identify_end(i, &x.s);
    memcpy(said, x.said, sizeof(x.said));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct budget budget;
    static struct identifier *i;
    char whole[256], bytes[256], cut[256];
    struct bittorrent_event e;
    struct bytes value;

    if (i == NULL)
        i = identifier_create(&budget, NULL);
    if (i == NULL || size < 1)
        return 0;
    const struct bytes script = bytes_of(data + 1, size - 1);
    run(i, script, WHOLE, data[0], whole);
    if ((data[0] & SEED_DATAGRAMS) == 0) {
        run(i, script, BYTE_BY_BYTE, data[0], bytes);
        run(i, script, SEEDED, data[0], cut);
        assert(strcmp(whole, bytes) == 0);
        assert(strcmp(whole, cut) == 0);
    }
    assert(budget.used == 0);
    (void)bittorrent_tracker_request(script, &e);
    (void)bencode_find_string(script, bytes_of("v", 1), &value);
    return 0;
}
