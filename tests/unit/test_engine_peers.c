/* SPDX-License-Identifier: MIT */
/* Who takes part in BitTorrent is learnt from one connection, and told of the next. */
#include "conversation.h"

#define ANNOUNCE                                                                                   \
    "GET /announce?info_hash=aaaaaaaaaaaaaaaaaaaa&peer_id=-TR2940-abcdefghijkl&port=51413&event="  \
    "started HTTP/1.1\r\nHost: tracker.example\r\n\r\n"
#define ANSWER(length, body) "HTTP/1.1 200 OK\r\nContent-Length: " length "\r\n\r\n" body
#define COMPACT              "\x0a\x00\x00\x02\x13\x88" /* 10.0.0.2:5000 */
#define PEERS                ANSWER("33", "d8:intervali1800e5:peers6:" COMPACT "e")
#define LISTED               ANSWER("66", LIST)
#define LIST                 "d8:intervali1800e5:peersld2:ip8:10.0.0.27:peer id0:4:porti5000eeee"
#define CHUNKED                                                                                    \
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"                                        \
    "1b\r\nd8:intervali1800e5:peers6:\x0a\r\n6\r\n\x00\x00\x02\x13\x88"                            \
    "e\r\n0\r\n\r\n"
/* gzip of d8:intervali1800e5:peers6:..e */
#define GZIPPED "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 53\r\n\r\n" GZIP
#define GZIP                                                                                       \
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\x4b\xb1\xb0\xca\xcc\x2b\x49\x2d\x2a\x4b\xcc\xc9\x34" \
    "\xb4\x30\x30\x48\x35\xb5\x2a\x48\x4d\x2d\x2a\x36\xb3\xe2\x62\x60\x60\x12\xee\x48\x05\x00\xc3" \
    "\xef\x90\xb4\x21\x00\x00\x00"

#define ROUND_TRIP_NS 25000000LL

#define RULES                                                                                      \
    "version: 1\nrules:\n  - name: p2p\n    action: block\n"                                       \
    "    match: {app: bittorrent, confidence: probable}\n"

/* Nobody's, and no noise. */
#define BINARY                                                                                     \
    "\xc3\x91\xf0\x8f\xc3\x91\xf0\x8f\xc3\x91\xf0\x8f\xc3\x92\xf0\x8f\xc3\x91\xf0\x8f\xc3\x91\xf0" \
    "\x8f"
/* Bytes that nobody knows, not even as MSE. */
#define NOISE "\x9e\x02\xf1\x44\x8a\x10\xee\x71\x03\xbb\x90\x1c"

static void next_connection(struct talk *t, uint16_t port)
{
    t->client_port++;
    t->server_port = port;
    t->now_ns += ROUND_TRIP_NS; /* what was taught takes a while to be known: order.h */
    t->sent[0] = t->sent[1] = 0;
    t->isn[0] += 1000000;
    t->isn[1] += 1000000;
}

/* A tracker's answer, cut before byte `cut`; then a connection to the peer that it named. */
static void track(struct talk *t, struct bytes answer, size_t cut)
{
    talk_open(t);
    talk_say(t, TO_SERVER, LITERAL(ANNOUNCE));
    talk_say(t, TO_CLIENT, bytes_first(answer, cut));
    if (cut < answer.len)
        talk_say(t, TO_CLIENT, bytes_after(answer, cut));
    talk_close(t);
}

static void test_answers(void)
{
    static const struct {
        const char *name;
        struct bytes answer;
    } answers[] = {
        {"compact (BEP 23)", {(const uint8_t *)PEERS, sizeof(PEERS) - 1}},
        {"a list of dictionaries (BEP 3)", {(const uint8_t *)LISTED, sizeof(LISTED) - 1}},
        {"in chunks", {(const uint8_t *)CHUNKED, sizeof(CHUNKED) - 1}},
        {"gzipped", {(const uint8_t *)GZIPPED, sizeof(GZIPPED) - 1}},
    };

    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        for (size_t cut = 1; cut <= answers[i].answer.len; cut++) {
            struct talk t;
            talk_begin(&t, RULES, 0);
            t.packets_matter = true;
            track(&t, answers[i].answer, cut);
            t.log.len = 0;
            next_connection(&t, 5000);
            t.number = 100;
            talk_open(&t);
            talk_say(&t, TO_SERVER, LITERAL(NOISE));
            talk_say(&t, TO_CLIENT, LITERAL(NOISE));
            talk_close(&t);
            talk_end(&t,
                     "block:p2p at packet 102 leaked=40/0 "
                     "tcp>bittorrent app=bittorrent/probable shape=binary block:p2p\n",
                     answers[i].name);
        }
    }
}

static void test_content_decides(void)
{
    static const struct {
        const char *name, *said, *want;
    } cases[] = {
        {"HTTP is HTTP, wherever", "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n",
         "http/0 tcp>http app=http/strong allow:-\n"},
        {"text is no BitTorrent", "hello there, how are you today?\n",
         "tcp>raw app=raw/strong shape=text allow:-\n"},
        {"binary, and not at all random", BINARY BINARY BINARY BINARY,
         "tcp>raw app=raw/strong shape=binary allow:-\n"},
        {"nothing was said", "", "tcp>bittorrent app=bittorrent/probable allow:-\n"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct talk t;
        talk_begin(&t, NULL, 0);
        track(&t, LITERAL(PEERS), SIZE_MAX);
        t.log.len = 0;
        next_connection(&t, 5000);
        talk_open(&t);
        if (cases[i].said[0] != '\0')
            talk_say(&t, TO_SERVER, bytes_of_text(cases[i].said));
        talk_close(&t);
        talk_end(&t, cases[i].want, cases[i].name);
    }
}

/* The tracker's answer is so new that workers side by side need not know of it: then the connection
 * is told later, or at the input's end. */
static void test_taught_just_now(void)
{
    struct talk t;

    talk_begin(&t, RULES, 0);
    t.packets_matter = true;
    track(&t, LITERAL(PEERS), SIZE_MAX);
    t.log.len = 0;
    next_connection(&t, 5000);
    t.now_ns -= ROUND_TRIP_NS;
    t.number = 100;
    talk_open(&t);
    talk_say(&t, TO_SERVER, LITERAL(NOISE));
    t.now_ns += ROUND_TRIP_NS;
    talk_say(&t, TO_CLIENT, LITERAL(NOISE));
    talk_close(&t);
    talk_end(&t,
             "block:p2p at packet 105 leaked=132/40 "
             "tcp>bittorrent app=bittorrent/probable shape=binary block:p2p\n",
             "known by its second packet");

    talk_begin(&t, RULES, 0);
    track(&t, LITERAL(PEERS), SIZE_MAX);
    t.log.len = 0;
    next_connection(&t, 5000);
    t.now_ns -= ROUND_TRIP_NS;
    talk_open(&t);
    talk_say(&t, TO_SERVER, LITERAL(NOISE));
    talk_end(&t, "block:p2p tcp>bittorrent app=bittorrent/probable shape=binary block:p2p\n",
             "known when the input ends");
}

/* In the last frame of all; the connection waits since before. */
static void test_taught_last(void)
{
    struct talk t;

    talk_begin(&t, RULES, 0);
    next_connection(&t, 5000);
    talk_open(&t);
    next_connection(&t, 80);
    talk_open(&t);
    talk_say(&t, TO_SERVER, LITERAL(ANNOUNCE));
    talk_say(&t, TO_CLIENT, LITERAL(PEERS));
    const char *log = talk_log(&t);
    CHECK(strstr(log, "block:p2p tcp>bittorrent app=bittorrent/probable") != NULL, log);
    talk_free(&t);
}

static void test_not_known(void)
{
    struct talk t;

    talk_begin(&t, RULES, 0);
    track(&t, LITERAL(PEERS), SIZE_MAX);
    t.log.len = 0;
    next_connection(&t, 5001); /* another port of that host */
    talk_open(&t);
    talk_say(&t, TO_SERVER, LITERAL(NOISE));
    talk_close(&t);
    next_connection(&t, 5000); /* an hour later */
    t.now_ns += 3600LL * 1000000000LL;
    talk_open(&t);
    talk_say(&t, TO_SERVER, LITERAL(NOISE));
    talk_close(&t);
    talk_end(&t,
             "tcp>raw app=raw/strong shape=binary allow:-\n"
             "tcp>raw app=raw/strong shape=binary allow:-\n",
             "not known, or not any more");
}

/* What follows has nothing to do with it: those addresses may be another network's. */
static void test_other_capture(void)
{
    struct talk t;

    talk_begin(&t, RULES, 0);
    track(&t, LITERAL(PEERS), SIZE_MAX);
    engine_flush(t.engine);
    t.log.len = 0;
    next_connection(&t, 5000);
    talk_open(&t);
    talk_say(&t, TO_SERVER, LITERAL(NOISE));
    talk_close(&t);
    talk_end(&t, "tcp>raw app=raw/strong shape=binary allow:-\n", "another capture");
}

/* A port is judged by what it carries, not by who was said to listen there. */
static void test_mismatch(void)
{
    static const char rules[] = "version: 1\nrules:\n  - name: web\n    action: block\n"
                                "    match: {mismatch: true, confidence: probable}\n"
                                "ports: {5000: http}\n";
    struct talk t;

    talk_begin(&t, rules, 0);
    t.packets_matter = true;
    track(&t, LITERAL(PEERS), SIZE_MAX);
    t.log.len = 0;
    next_connection(&t, 5000);
    talk_open(&t);
    talk_say(&t, TO_SERVER, LITERAL("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"));
    talk_close(&t);
    next_connection(&t, 5000);
    t.number = 200;
    talk_open(&t);
    talk_close(&t);
    next_connection(&t, 5000);
    t.number = 300;
    talk_open(&t);
    talk_say(&t, TO_SERVER, LITERAL(NOISE));
    talk_say(&t, TO_CLIENT, LITERAL(NOISE));
    talk_close(&t);
    talk_end(&t,
             "http/0 tcp>http app=http/strong allow:-\n"
             "tcp>bittorrent app=bittorrent/probable allow:-\n"
             "block:web at packet 307 leaked=172/92 "
             "tcp>bittorrent app=bittorrent/probable shape=binary mismatch block:web\n",
             "mismatch");
}

/* A SYN that nobody answers. */
static void test_half_open(void)
{
    struct talk t;

    talk_begin(&t, NULL, 0);
    track(&t, LITERAL(PEERS), SIZE_MAX);
    t.log.len = 0;
    next_connection(&t, 5000);
    talk_segment(&t, TO_SERVER, TCP_SYN, 0, LITERAL(""));
    talk_end(&t, "tcp>bittorrent app=bittorrent/probable allow:-\n", "a SYN alone");
}

int main(void)
{
    test_answers();
    test_content_decides();
    test_taught_just_now();
    test_taught_last();
    test_not_known();
    test_other_capture();
    test_half_open();
    test_mismatch();
    return test_end();
}
