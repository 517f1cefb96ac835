/* SPDX-License-Identifier: MIT */
/* fuzz_utp.c - the layer utp, in two ways, by the input's first byte.
 *
 * Even: datagrams (turns.h), whatever they are. All memory comes back, also when the layer is
 * replaced by itself.
 * Odd: a right connection, of which the input chooses the ids, the first numbers, how long each
 * packet is, how far it is late, and which come twice: what is carried is what was sent, in order.
 */
#include "layers/bittorrent_socket.h"
#include "layers/layers.h"
#include "tests/unit/utp_build.h"
#include "turns.h"

#define PACKETS 96
#define LATE    16 /* packets that one may be late */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* --- whatever ----------------------------------------------------------------------------------
 */

struct chain {
    struct harness host;
    void *state[2]; /* the layer's, and its successor's */
};

static void on_replace(struct host *h, const char *protocol, const void *arg, bool reversed)
{
    struct chain *c = (struct chain *)h;

    (void)reversed;
    if (strcmp(protocol, "utp") != 0) {
        c->host.left = true;
        return;
    }
    c->state[1] = calloc(1, layer_utp.state_size);
    layer_utp.open(c->state[1], h, arg);
}

/* The one that left is closed when its call returns. */
static void settle(struct chain *c)
{
    if (c->state[1] == NULL)
        return;
    layer_utp.close(c->state[0], &c->host.host, CLOSE_FINISHED);
    free(c->state[0]);
    c->state[0] = c->state[1];
    c->state[1] = NULL;
}

static void run_anything(struct bytes script)
{
    struct cursor c = cursor_over(script);
    struct chain chain = {.state = {calloc(1, layer_utp.state_size), NULL}};
    struct turn t;

    harness_begin(&chain.host, INTEREST_BITTORRENT, NULL);
    chain.host.host.replace = on_replace;
    chain.host.describe = fuzz_describe;
    layer_utp.open(chain.state[0], &chain.host.host, NULL);
    while (!chain.host.left && fuzz_turn(&c, &t)) {
        const struct bytes datagram = test_copy(t.bytes);
        layer_utp.feed(chain.state[0], &chain.host.host, t.direction, datagram);
        settle(&chain);
        free((void *)(uintptr_t)datagram.at);
    }
    layer_utp.close(chain.state[0], &chain.host.host, CLOSE_FINISHED);
    assert(chain.host.budget.used == 0);
    harness_end(&chain.host);
    free(chain.state[0]);
}

/* --- a right one -------------------------------------------------------------------------------
 */

struct sent {
    struct step step;
    unsigned due; /* when it comes, in packets */
    bool twice;
    char text[16];
};

struct right {
    struct harness host;
    void *state;
    uint32_t clock;
    uint16_t id, seq[2];
    struct buffer want[2];
};

static void deliver(struct right *r, const struct step *s)
{
    struct buffer b = {0};

    r->clock += 7;
    utp_build(&b, s, r->clock);
    layer_utp.feed(r->state, &r->host.host, s->direction, buffer_bytes(&b));
    buffer_free(&b);
}

static void call(struct right *r)
{
    const struct step syn = {TO_SERVER, UTP_SYN, r->id, r->seq[0], 0, NULL, NULL, 0};
    const struct step state = {TO_CLIENT, UTP_STATE, r->id, r->seq[1], r->seq[0], NULL, NULL, 0};

    deliver(r, &syn);
    deliver(r, &state);
    r->seq[0]++;
}

/* Three bytes a packet: direction, length and "twice"; how late; a letter. */
static size_t plan(struct right *r, struct cursor *c, struct sent sent[PACKETS])
{
    size_t n = 0;

    while (n < PACKETS && c->left.len >= 3) {
        const uint8_t kind = cursor_u8(c), late = cursor_u8(c), letter = cursor_u8(c);
        struct sent *s = &sent[n];
        const unsigned d = kind & 1;
        *s = (struct sent){.due = (unsigned)n + late % LATE, .twice = (kind & 2) != 0};
        memset(s->text, 'a' + letter % 26, 1 + (kind >> 2) % 15);
        s->step = (struct step){(enum direction)d,
                                UTP_DATA,
                                (uint16_t)(r->id + (d == TO_SERVER ? 1 : 0)),
                                r->seq[d]++,
                                (uint16_t)(r->seq[1 - d] - 1),
                                s->text,
                                NULL,
                                0};
        buffer_append_text(&r->want[d], s->text);
        n++;
    }
    return n;
}

static void send_all(struct right *r, struct sent sent[PACKETS], size_t count)
{
    for (unsigned now = 0; now < count + LATE; now++)
        for (size_t i = 0; i < count; i++) {
            sent[i].step.text = sent[i].text;
            if (sent[i].due == now || (sent[i].twice && sent[i].due + 3 == now))
                deliver(r, &sent[i].step);
        }
}

static void run_right(struct bytes script)
{
    struct cursor c = cursor_over(script);
    struct sent sent[PACKETS];
    struct right r = {.state = calloc(1, layer_utp.state_size)};

    r.id = cursor_be16(&c);
    r.seq[0] = cursor_be16(&c);
    r.seq[1] = cursor_be16(&c);
    harness_begin(&r.host, INTEREST_BITTORRENT, NULL);
    layer_utp.open(r.state, &r.host.host, NULL);
    call(&r);
    const size_t count = plan(&r, &c, sent);
    send_all(&r, sent, count);
    layer_utp.close(r.state, &r.host.host, CLOSE_FINISHED);
    for (int d = TO_SERVER; d <= TO_CLIENT; d++) {
        assert(bytes_equal(buffer_bytes(&r.host.carried[d]), buffer_bytes(&r.want[d])));
        buffer_free(&r.want[d]);
    }
    assert(r.host.budget.used == 0);
    harness_end(&r.host);
    free(r.state);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    if ((data[0] & 1) == 0)
        run_anything(bytes_of(data + 1, size - 1));
    else
        run_right(bytes_of(data + 1, size - 1));
    return 0;
}
