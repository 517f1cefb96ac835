/* SPDX-License-Identifier: MIT */
/* What a connection takes of the memory, by its state, and that it comes back: bytes as the budget
 * counts them, so that every machine has the same. `make bench-memory` shows them with what the
 * pool adds. */
#include "conversation.h"
#include "base/pool.h"
#include "engine/asleep.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

#define FLOWS 2000U

#define ASK                                                                                        \
    "GET /chat HTTP/1.1\r\nHost: chat.example.com\r\nUpgrade: websocket\r\n"                       \
    "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"                       \
    "Origin: https://chat.example.com\r\nSec-WebSocket-Version: 13\r\n"
#define GRANT                                                                                      \
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"            \
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"

static void turn_to(struct talk *t, unsigned n)
{
    t->client_port = (uint16_t)(10000 + n % 50000);
    t->server_port = (uint16_t)(80 + n / 50000);
    t->sent[0] = t->sent[1] = 0;
}

static void bare_syn(struct talk *t)
{
    talk_segment(t, TO_SERVER, TCP_SYN, 0, LITERAL(""));
}

static void undecided(struct talk *t)
{
    talk_open(t);
    talk_say(t, TO_SERVER, LITERAL("\x8f\x01 what is this"));
}

static void websocket_open(struct talk *t)
{
    talk_open(t);
    talk_say(t, TO_SERVER, LITERAL(ASK "\r\n"));
    talk_say(t, TO_CLIENT, LITERAL(GRANT "\r\n"));
}

static void websocket_talk(struct talk *t)
{
    talk_say(t, TO_SERVER, LITERAL("\x81\x85\0\0\0\0Hello"));
    talk_say(t, TO_CLIENT, LITERAL("\x81\x05Hello"));
}

static void websocket(struct talk *t)
{
    websocket_open(t);
    websocket_talk(t);
}

static void deflated(struct talk *t)
{
    static const char offer[] = "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n";
    char ask[600], grant[600];

    snprintf(ask, sizeof(ask), "%s%s", ASK, offer);
    snprintf(grant, sizeof(grant), "%s%s", GRANT, offer);
    talk_open(t);
    talk_say(t, TO_SERVER, bytes_of_text(ask));
    talk_say(t, TO_CLIENT, bytes_of_text(grant));
    /* RFC 7692 s7.2.3.1: "Hello" */
    talk_say(t, TO_SERVER, LITERAL("\xc1\x87\0\0\0\0\xf2\x48\xcd\xc9\xc9\x07\x00"));
}

static void with_hole(struct talk *t)
{
    static const uint8_t text[1000];

    websocket(t);
    t->sent[1] += 500;
    talk_say(t, TO_CLIENT, bytes_of(text, sizeof(text)));
}

/* Puts all to sleep that can; returns how many. */
static size_t all_to_sleep(struct engine *e)
{
    size_t count = 0;

    for (struct flow_node *n = NULL; (n = flow_each(e->flows, n)) != NULL;)
        count += asleep_put(e, n->owner);
    return count;
}

/* Bytes of one, rounded up. The table's index, which doubles, is not among them. */
static void test_state(const char *name, void (*reach)(struct talk *t), size_t awake, size_t asleep)
{
    char text[100];
    struct talk t;

    talk_begin(&t, NULL, (size_t)1 << 30);
    const size_t before = t.engine->budget.live;
    for (unsigned n = 0; n < FLOWS; n++) {
        turn_to(&t, n);
        reach(&t);
    }
    const size_t all = t.engine->budget.live - before;
    snprintf(text, sizeof(text), "%s: %zu bytes, at most %zu", name, all / FLOWS, awake);
    CHECK(all <= awake * FLOWS, text);
    CHECK(all * 10 >= awake * FLOWS * 9, text); /* else the bound is to be lowered */
    if (asleep > 0) {
        CHECK(all_to_sleep(t.engine) == FLOWS, "all can sleep");
        const size_t left = t.engine->budget.live - before;
        snprintf(text, sizeof(text), "%s, asleep: %zu bytes, at most %zu", name, left / FLOWS,
                 asleep);
        CHECK(left <= asleep * FLOWS, text);
        CHECK(left * 10 >= asleep * FLOWS * 9, text);
    }
    engine_flush(t.engine); /* what layers hold they give back when they close */
    talk_free(&t);
}

/* --- rounds: they come, speak twice, and end, each in its way -----------------------------------
 */

#define ROUNDS   10U
#define AT_ONCE  10000U
#define TOGETHER (8U << 20) /* bytes: half of what they would take awake */

static void end_one(struct talk *t, unsigned n)
{
    if (n % 4 < 2)
        talk_close(t);
    else if (n % 4 == 2)
        talk_segment(t, TO_SERVER, TCP_RST | TCP_ACK, t->sent[0], LITERAL(""));
}

static void one_round(struct talk *t)
{
    for (unsigned n = 0; n < AT_ONCE; n++) {
        turn_to(t, n);
        websocket(t);
    }
    turn_to(t, 0);
    CHECK(flow_count(t->engine->flows) == AT_ONCE, "all at once");
    CHECK(flow_count_worth(t->engine->flows, FLOW_ASLEEP) > AT_ONCE / 4, "many sleep");
    for (unsigned n = 0; n < AT_ONCE; n++) {
        turn_to(t, n);
        t->sent[0] = sizeof(ASK "\r\n") - 1 + 11;
        t->sent[1] = sizeof(GRANT "\r\n") - 1 + 7;
        websocket_talk(t);
        end_one(t, n);
        buffer_clear(&t->log);
    }
    t->now_ns += 7200 * 1000000000LL; /* a quarter of them times out */
    engine_tick(t->engine, t->now_ns);
}

/* Bytes that were taken of the machine, whether or not they are held: slabs, and malloc()'s heap
 * where it says how large that is. */
static size_t of_the_machine(const struct engine *e)
{
    size_t bytes = pool_mapped(e->budget.pool);
#ifdef __GLIBC__
    const struct mallinfo2 heap = mallinfo2();
    bytes += heap.arena + heap.hblkhd;
#endif
    return bytes;
}

static void test_rounds(void)
{
    size_t peak = 0, left = 0, machine = 0;
    struct talk t;

    talk_begin(&t, NULL, TOGETHER);
    t.sink.interest = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        one_round(&t);
        const struct engine *e = t.engine;
        CHECK(flow_count(e->flows) == 0 && e->conns == 0 && e->texts.count == 0, "all have gone");
        if (round == 0) {
            left = e->budget.live;
            peak = e->budget.peak;
            machine = of_the_machine(e);
        }
        CHECK(e->budget.live == left, "and all that they held");
        CHECK(e->budget.peak <= peak + peak / 100, "no round holds more than the first");
        CHECK(of_the_machine(e) <= machine + machine / 100, "nor takes more of the machine");
    }
    const struct engine_totals totals = engine_totals(t.engine);
    CHECK(totals.flows == ROUNDS * AT_ONCE && totals.flows_evicted == 0, "none ended for room");
    talk_free(&t);
}

int main(void)
{
    test_state("a bare SYN", bare_syn, 0, 0);
    test_state("established", talk_open, 910, 0);
    test_state("something was said, undecided", undecided, 1260, 0);
    test_state("WebSocket, opened", websocket_open, 1450, 384);
    test_state("WebSocket", websocket, 1610, 436);
    test_state("WebSocket with permessage-deflate", deflated, 4120, 2940);
    test_state("WebSocket with a hole, 1,000 bytes held", with_hole, 2660, 0);
    test_rounds();
    return test_end();
}
