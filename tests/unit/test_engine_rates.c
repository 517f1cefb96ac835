/* SPDX-License-Identifier: MIT */
/* Rules that count, through the whole engine: packets in, verdicts out. */
#include "conversation.h"

#define BAN_WITHIN(event, over, within)                                                            \
    "version: 1\nrules:\n- name: r\n  action: block\n  match: {event: " event "}\n"                \
    "  rate: {by: client, over: " over ", within: " within "}\n  for: 1m\n"
#define BAN(event, over) BAN_WITHIN(event, over, "10s")

#define GET    "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"
#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
#define SECOND 1000000000LL

static void next_connection(struct talk *t)
{
    t->client_port++;
    t->sent[0] = t->sent[1] = 0;
    t->isn[0] += 1000000;
    t->isn[1] += 1000000;
}

static void request(struct talk *t)
{
    talk_open(t);
    talk_say(t, TO_SERVER, LITERAL(GET));
    talk_say(t, TO_CLIENT, LITERAL(ANSWER));
    talk_close(t);
    next_connection(t);
}

static void check_log(struct talk *t, const char *want, const char *name)
{
    talk_end(t, want, name);
}

#define ALLOWED "http/200 tcp>http app=http/certain allow:-\n"
#define BLOCKED "http/200 tcp>http app=http/certain block:r\n"
#define BROKEN  "block:r http/200 tcp>http app=http/certain block:r\n"

static void finish(struct talk *t)
{
    talk_log(t);
    talk_free(t);
}

static void test_ban(void)
{
    struct talk t;

    talk_begin(&t, BAN("request", "2"), 0);
    for (int i = 0; i < 5; i++)
        request(&t);
    t.now_ns += 61 * SECOND;
    request(&t);
    check_log(&t, ALLOWED ALLOWED BROKEN BLOCKED BLOCKED ALLOWED, "a ban, and after it");
}

/* The connection that the ban finds open. */
static void test_running(void)
{
    struct talk t;

    talk_begin(&t, BAN("request", "2"), 0);
    talk_open(&t);
    talk_say(&t, TO_SERVER, LITERAL(GET));
    talk_say(&t, TO_CLIENT, LITERAL(ANSWER));
    const struct talk first = t;
    next_connection(&t);
    request(&t);
    request(&t);
    t.client_port = first.client_port;
    memcpy(t.isn, first.isn, sizeof(t.isn));
    memcpy(t.sent, first.sent, sizeof(t.sent));
    talk_say(&t, TO_SERVER, LITERAL(GET));
    talk_close(&t);
    check_log(&t, "http/200 " ALLOWED BROKEN "http/0 tcp>http app=http/certain block:r\n",
              "a connection that runs");
}

/* The ACK of a SYN-ACK that went to somebody else acknowledges something else. */
static void test_forged(void)
{
    struct talk t;

    talk_begin(&t, BAN("request", "2"), 0);
    for (int i = 0; i < 9; i++) {
        talk_segment(&t, TO_SERVER, TCP_SYN, 0, LITERAL(""));
        talk_segment(&t, TO_CLIENT, TCP_SYN | TCP_ACK, 0, LITERAL(""));
        t.sent[TO_CLIENT] = 123456789; /* a guess */
        talk_say(&t, TO_SERVER, LITERAL(GET));
        t.sent[TO_CLIENT] = 0;
        next_connection(&t);
    }
    t.log.len = 0;
    request(&t);
    CHECK(bytes_start_with(buffer_bytes(&t.log), LITERAL(ALLOWED)),
          "requests in somebody's name do not ban him");
    t.log.len = 0;
    for (int i = 0; i < 2; i++)
        request(&t);
    CHECK(bytes_start_with(buffer_bytes(&t.log), LITERAL(ALLOWED BROKEN)), "his own do");
    finish(&t);
}

static void syns(struct talk *t, int count)
{
    for (int i = 0; i < count; i++) {
        talk_segment(t, TO_SERVER, TCP_SYN, 0, LITERAL(""));
        next_connection(t);
    }
}

static void test_syns(void)
{
    struct talk t;

    talk_begin(&t, BAN("connection", "3"), 0);
    syns(&t, 3);
    CHECK(t.log.len == 0, "up to the limit");
    syns(&t, 1);
    CHECK(bytes_equal(buffer_bytes(&t.log), LITERAL("block:r ")), "told at once");
    syns(&t, 3);
    check_log(&t,
              "block:r tcp app=none/ block:r\n"
              "tcp app=none/ allow:-\ntcp app=none/ allow:-\ntcp app=none/ allow:-\n"
              "tcp app=none/ block:r\ntcp app=none/ block:r\ntcp app=none/ block:r\n",
              "bare SYNs");
    talk_begin(&t, BAN("connection", "3"), 0);
    for (int i = 0; i < 9; i++)
        talk_segment(&t, TO_SERVER, TCP_SYN, 0, LITERAL(""));
    check_log(&t, "tcp app=none/ allow:-\n", "a SYN that is sent again is one");
    talk_begin(&t, BAN("established", "3"), 0);
    syns(&t, 9);
    CHECK(t.log.len == 0, "a SYN is no connection");
    finish(&t);
}

static void test_unfinished(void)
{
    struct talk t;

    talk_begin(&t, BAN_WITHIN("unfinished-request", "1", "2m"), 0);
    for (int i = 0; i < 3; i++) {
        talk_open(&t);
        talk_say(&t, TO_SERVER, LITERAL("GET / HTTP/1.1\r\nHost: a.example\r\n"));
        t.now_ns += 6 * SECOND;
        talk_say(&t, TO_SERVER, LITERAL("X-a: b\r\n"));
        t.now_ns += 6 * SECOND;
        talk_say(&t, TO_SERVER, LITERAL("X-c: d\r\n"));
        talk_close(&t);
        next_connection(&t);
    }
    CHECK(bytes_find(buffer_bytes(&t.log), LITERAL("block:r ")) < t.log.len, "Slowloris");
    finish(&t);
    talk_begin(&t, BAN_WITHIN("unfinished-request", "1", "2m"), 0);
    for (int i = 0; i < 5; i++) {
        talk_open(&t);
        talk_say(&t, TO_SERVER, LITERAL("GET / HTTP/1.1\r\n"));
        t.now_ns += 6 * SECOND;
        talk_say(&t, TO_SERVER, LITERAL("\r\n"));
        t.now_ns += 30 * SECOND;
        talk_say(&t, TO_SERVER, LITERAL("GET / HTTP/1.1\r\n\r\n"));
        talk_close(&t);
        next_connection(&t);
    }
    CHECK(bytes_find(buffer_bytes(&t.log), LITERAL("block:r")) == t.log.len, "a slow honest one");
    finish(&t);
}

/* What follows in another file has nothing to do with it. */
static void test_flush(void)
{
    struct talk t;

    talk_begin(&t, BAN("request", "2"), 0);
    for (int i = 0; i < 3; i++)
        request(&t);
    engine_flush(t.engine);
    request(&t);
    check_log(&t, ALLOWED ALLOWED BROKEN ALLOWED, "another capture");
}

int main(void)
{
    test_ban();
    test_running();
    test_forged();
    test_syns();
    test_unfinished();
    test_flush();
    return test_end();
}
