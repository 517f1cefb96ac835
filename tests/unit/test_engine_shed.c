/* SPDX-License-Identifier: MIT */
/* shed.c: who goes when memory is full; and what the rules file says of flows that cannot be read
 * as they should. */
#include <stdlib.h>
#include <unistd.h>

#include "conversation.h"

#define LITTLE (8U << 20)

static void new_port(struct talk *t, unsigned port)
{
    t->client_port = (uint16_t)(10000 + port % 50000);
    t->server_port = (uint16_t)(80 + port / 50000);
    t->sent[0] = t->sent[1] = 0;
}

/* Where connections are opened and never used, the one that speaks stays, however idle. */
static void test_proven_stays(void)
{
    struct talk t;

    talk_begin(&t, NULL, LITTLE);
    new_port(&t, 0);
    talk_open(&t);
    talk_say(&t, TO_SERVER, LITERAL("GET /one HTTP/1.1\r\nHost: a\r\n\r\n"));
    talk_say(&t, TO_CLIENT, LITERAL("HTTP/1.1 204 No Content\r\n\r\n"));
    const uint32_t sent[2] = {t.sent[0], t.sent[1]};
    for (unsigned i = 1; i < 30000; i++) {
        new_port(&t, i);
        talk_open(&t);
    }
    const struct engine_totals totals = engine_totals(t.engine);
    CHECK(totals.flows == 30000 && totals.flows_evicted > 10000, "the flood made room for itself");
    CHECK(totals.memory_peak <= LITTLE, "the limit holds");
    t.log.len = 0;
    new_port(&t, 0);
    memcpy(t.sent, sent, sizeof(sent));
    talk_say(&t, TO_SERVER, LITERAL("GET /two HTTP/1.1\r\nHost: a\r\n\r\n"));
    talk_say(&t, TO_CLIENT, LITERAL("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    CHECK(strncmp(talk_log(&t), "http/200 ", 9) == 0, "it is read on");
    CHECK(engine_totals(t.engine).flows == 30000, "and was not begun again");
    talk_free(&t);
}

/* Many flows that hold much behind a hole: they wait no longer, or end; the limit holds. */
static void test_holes(void)
{
    static const uint8_t block[1400] = {0};
    struct talk t;

    talk_begin(&t, NULL, LITTLE);
    t.sink.interest = 0;
    for (unsigned round = 0; round < 40; round++)
        for (unsigned i = 0; i < 400; i++) {
            new_port(&t, i);
            t.sent[0] = 1 + round * (uint32_t)sizeof(block);
            if (round == 0)
                talk_open(&t);
            t.sent[0] = 1 + round * (uint32_t)sizeof(block);
            talk_say(&t, TO_SERVER, bytes_of(block, sizeof(block)));
        }
    CHECK(engine_totals(t.engine).memory_peak <= LITTLE, "the limit holds");
    talk_log(&t);
    talk_free(&t);
}

static void test_midstream(void)
{
    static const struct {
        const char *word, *want;
    } row[] = {
        {"alert", "alert:exception-midstream "},
        {"block", "block:exception-midstream "},
        {"allow", ""},
    };

    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        char text[200], end[80];
        struct talk t;
        snprintf(text, sizeof(text),
                 "version: 1\nexceptions: {midstream: %s}\nrules:\n"
                 "- {name: all, action: block, match: {app: ssh}}\n",
                 row[i].word);
        talk_begin(&t, text, 0);
        talk_say(&t, TO_CLIENT, LITERAL("SSH-2.0-OpenSSH_9.2\r\n"));
        talk_say(&t, TO_SERVER, LITERAL("SSH-2.0-OpenSSH_9.2\r\n"));
        const char *log = talk_log(&t);
        CHECK(strncmp(log, row[i].want, strlen(row[i].want)) == 0, row[i].word);
        snprintf(end, sizeof(end), " %s:%s\n", i == 2 ? "allow" : "block",
                 i == 0 ? "all" : "exception-midstream");
        CHECK(strstr(log, end) != NULL, "the verdict");
        if (tests_failed > 0)
            printf("    got: %s", log);
        talk_free(&t);
    }
}

/* A 101, and no frames: a layer gives up what had been agreed. */
static void test_error(void)
{
    static const char rules[] = "version: 1\nexceptions: {error: block}\n";
    struct talk t;

    talk_begin(&t, rules, 0);
    talk_open(&t);
    talk_say(
        &t, TO_SERVER,
        LITERAL("GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                "Sec-WebSocket-Version: 13\r\n\r\n"));
    talk_say(&t, TO_CLIENT,
             LITERAL("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\n"
                     "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"));
    talk_say(&t, TO_CLIENT, LITERAL("SSH-2.0-OpenSSH_9.2\r\n"));
    talk_say(&t, TO_SERVER, LITERAL("SSH-2.0-OpenSSH_9.2\r\n"));
    CHECK(strstr(talk_log(&t), " block:exception-error\n") != NULL, "blocked");
    talk_free(&t);
}

/* Ended for room: the exception decides, where no rule had. */
static void test_memory(void)
{
    static const char rules[] = "version: 1\nexceptions: {memory: block}\n";
    struct talk t;

    talk_begin(&t, rules, LITTLE);
    for (unsigned i = 0; i < 8000; i++) {
        new_port(&t, i);
        talk_open(&t);
    }
    CHECK(engine_totals(t.engine).flows_evicted > 0, "some went");
    CHECK(engine_totals(t.engine).flows_blocked == engine_totals(t.engine).flows_evicted,
          "and those are blocked");
    CHECK(strstr(talk_log(&t), "block:exception-memory") != NULL, "by name");
    talk_free(&t);
}

int main(void)
{
    test_proven_stays();
    test_holes();
    test_midstream();
    test_error();
    test_memory();
    return test_end();
}
