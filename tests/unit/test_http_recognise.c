/* SPDX-License-Identifier: MIT */
#include "layers/http_recognise.h"
#include "model/packet.h"
#include "test.h"

#define TEXT_50 "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"

/* ended: of the client's direction. */
static const struct {
    const char *name, *client, *server;
    bool midstream, ended;
    enum probe answer;
    enum confidence confidence;
    bool reversed;
} OPENINGS[] = {
    {"a request line", "GET / HTTP/1.1\r\n", "", 0, 0, PROBE_YES, CONFIDENCE_STRONG, 0},
    {"bare line feed", "GET / HTTP/1.0\n", "", 0, 0, PROBE_YES, CONFIDENCE_STRONG, 0},
    {"empty lines first", "\r\n\r\nGET / HTTP/1.1\r\n", "", 0, 0, PROBE_YES, CONFIDENCE_STRONG, 0},
    {"a prefix", "GE", "", 0, 0, PROBE_MORE, 0, 0},
    {"a prefix of the version", "GET /x HTTP/1.", "", 0, 0, PROBE_MORE, 0, 0},
    {"a prefix, and no more", "GE", "", 0, 1, PROBE_NO, 0, 0},
    {"a method nobody knows", "FROB / HTTP/1.1\r\n", "", 0, 0, PROBE_YES, CONFIDENCE_PROBABLE, 0},
    {"a fake prelude", "GET #abc# HTTP/1.1\r\n", "", 0, 0, PROBE_YES, CONFIDENCE_STRONG, 0},
    {"a fake prelude and SSH", "GET / HTTP/1.1\r\n", "SSH-2.0-x\r\n", 0, 0, PROBE_YES,
     CONFIDENCE_STRONG, 0},
    {"a status line", "", "HTTP/1.1 200 OK\r\n", 0, 0, PROBE_YES, CONFIDENCE_STRONG, 0},
    {"a status line so far", "", "HTTP/1.1 200 O", 0, 0, PROBE_MORE, 0, 0},
    {"a long one so far", "", "HTTP/1.1 200 O" TEXT_50, 0, 0, PROBE_YES, CONFIDENCE_STRONG, 0},
    {"a status line and no more", "HTTP/1.1 200 O", "", 1, 1, PROBE_YES, CONFIDENCE_STRONG, 1},
    {"half a status", "", "HTTP/1.1 20", 0, 0, PROBE_MORE, 0, 0},
    {"no status begins with 0", "", "HTTP/1.1 0", 0, 0, PROBE_NO, 0, 0},
    {"no status", "", "HTTP/1.1 2x0 OK\r\n", 0, 0, PROBE_NO, 0, 0},
    {"HTTP/0.9", "GET /\r\n", "", 0, 0, PROBE_NO, 0, 0},
    {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "", 0, 0, PROBE_NO, 0, 0},
    {"RTSP", "OPTIONS rtsp://h/ RTSP/1.0\r\n", "", 0, 0, PROBE_NO, 0, 0},
    {"SIP", "OPTIONS sip:a@b SIP/2.0\r\n", "", 0, 0, PROBE_NO, 0, 0},
    {"ICY", "", "ICY 200 OK\r\n", 0, 0, PROBE_NO, 0, 0},
    {"SMTP client", "EHLO mail.example.com\r\n", "", 0, 0, PROBE_NO, 0, 0},
    {"SMTP server", "", "220 mail ESMTP\r\n", 0, 0, PROBE_NO, 0, 0},
    {"Redis inline", "PING\r\n", "", 0, 0, PROBE_NO, 0, 0},
    {"Redis GET", "GET key\r\n", "", 0, 0, PROBE_NO, 0, 0},
    {"IRC", "NICK guest\r\nUSER a b c :d\r\n", "", 0, 0, PROBE_NO, 0, 0},
    {"a chat line, not ended", "hello there my friend", "", 0, 0, PROBE_NO, 0, 0},
    {"SSH", "SSH-2.0-OpenSSH_9.2\r\n", "", 0, 0, PROBE_NO, 0, 0},
    {"TLS", "\x16\x03\x01\x02", "", 0, 0, PROBE_NO, 0, 0},
    {"BitTorrent",
     "\x13"
     "BitTorrent protocol",
     "", 0, 0, PROBE_NO, 0, 0},
    {"chat to a web server", "hi\r\n", "HTTP/1.1 400 Bad Request\r\n", 0, 0, PROBE_NO, 0, 0},
    {"nothing", "", "", 0, 0, PROBE_MORE, 0, 0},
    {"midstream, turned", "HTTP/1.1 200 OK\r\n", "", 1, 0, PROBE_YES, CONFIDENCE_STRONG, 1},
    {"midstream, turned request", "", "GET / HTTP/1.1\r\n", 1, 0, PROBE_YES, CONFIDENCE_STRONG, 1},
    {"midstream, body first", "GET / HTTP/1.1\r\n", "<p>\n", 1, 0, PROBE_YES, CONFIDENCE_STRONG, 0},
    {"midstream, a body only", "", "<p>\n", 1, 0, PROBE_MORE, 0, 0},
    {"from the start, turned", "HTTP/1.1 200 OK\r\n", "", 0, 0, PROBE_NO, 0, 0},
};

static void test_openings(void)
{
    for (size_t i = 0; i < sizeof(OPENINGS) / sizeof(OPENINGS[0]); i++) {
        const struct bytes client = test_copy(bytes_of_text(OPENINGS[i].client));
        const struct bytes server = test_copy(bytes_of_text(OPENINGS[i].server));
        const struct opening o = {.seen = {client, server},
                                  .midstream = OPENINGS[i].midstream,
                                  .ended = {OPENINGS[i].ended, false},
                                  .transport = TRANSPORT_TCP};
        const struct recognition r = http_recognise(&o);
        CHECK(r.answer == OPENINGS[i].answer, OPENINGS[i].name);
        if (r.answer == PROBE_YES && OPENINGS[i].answer == PROBE_YES) {
            CHECK(r.confidence == OPENINGS[i].confidence, OPENINGS[i].name);
            CHECK(r.reversed == OPENINGS[i].reversed, OPENINGS[i].name);
            CHECK(r.why != NULL && r.detail.len > 0, OPENINGS[i].name);
        }
        free((void *)(uintptr_t)client.at);
        free((void *)(uintptr_t)server.at);
    }
}

/* More bytes of one direction never turn NO or YES back. */
static void test_monotone(void)
{
    for (size_t i = 0; i < sizeof(OPENINGS) / sizeof(OPENINGS[0]); i++) {
        enum probe before = PROBE_MORE;
        const struct bytes client = bytes_of_text(OPENINGS[i].client);
        if (OPENINGS[i].midstream || OPENINGS[i].server[0] != '\0')
            continue;
        for (size_t n = 0; n <= client.len; n++) {
            const struct opening o = {.seen = {bytes_first(client, n)}, .transport = TRANSPORT_TCP};
            const enum probe now = http_recognise(&o).answer;
            CHECK(before == PROBE_MORE || now == before, OPENINGS[i].name);
            before = now;
        }
    }
}

/* What is shown of a status line does not depend on how much of it came at once. */
static void test_detail(void)
{
    static const char *const lines[] = {"HTTP/1.1 101 Switching\r\nA: b\r\n",
                                        "HTTP/1.1 200 " TEXT_50 TEXT_50 "\r\n"};

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        const struct bytes all = bytes_of_text(lines[i]);
        struct opening o = {.seen = {[TO_CLIENT] = all}, .transport = TRANSPORT_TCP};
        const struct recognition whole = http_recognise(&o);
        struct recognition r = {.answer = PROBE_MORE};
        for (size_t n = 1; n <= all.len && r.answer == PROBE_MORE; n++) {
            o.seen[TO_CLIENT] = bytes_first(all, n);
            r = http_recognise(&o);
        }
        CHECK(r.answer == PROBE_YES && whole.answer == PROBE_YES, lines[i]);
        CHECK(bytes_equal(r.detail, whole.detail), lines[i]);
    }
}

/* A direction that ended without a byte is no wrong word. */
static void test_silent(void)
{
    const struct opening request = {
        .seen = {LITERAL("GET / HTT")}, .ended = {false, true}, .transport = TRANSPORT_TCP};
    const struct opening answer = {.seen = {[TO_CLIENT] = LITERAL("HTTP/1.1 200 OK\r\n")},
                                   .ended = {true, false},
                                   .transport = TRANSPORT_TCP};
    const struct opening nobody = {.ended = {true, true}, .transport = TRANSPORT_TCP};

    CHECK(http_recognise(&request).answer == PROBE_MORE, "the server ended, silent");
    CHECK(http_recognise(&answer).answer == PROBE_YES, "the client ended, silent");
    CHECK(http_recognise(&nobody).answer == PROBE_NO, "both did");
}

static void test_long_line(void)
{
    char line[OPENING_MAX];
    struct opening o = {.seen = {bytes_of(line, sizeof(line))}, .transport = TRANSPORT_TCP};

    memset(line, 'a', sizeof(line));
    memcpy(line, "GET /", 5);
    CHECK(http_recognise(&o).answer == PROBE_MORE, "a long target may go on");
    o.ended[TO_SERVER] = true;
    CHECK(http_recognise(&o).answer == PROBE_YES, "longer than what is kept");
    CHECK(http_recognise(&o).confidence == CONFIDENCE_PROBABLE, "but its end was not seen");
}

static void test_datagrams(void)
{
    const struct opening o = {.seen = {LITERAL("NOTIFY * HTTP/1.1\r\n\r\n")},
                              .transport = TRANSPORT_UDP};

    CHECK(http_recognise(&o).answer == PROBE_NO, "SSDP is not HTTP");
}

int main(void)
{
    test_openings();
    test_monotone();
    test_detail();
    test_silent();
    test_long_line();
    test_datagrams();
    return test_end();
}
