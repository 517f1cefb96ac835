/* SPDX-License-Identifier: MIT */
/* engine.h: whole connections, as packets, and what is said of them. */
#include "conversation.h"

#define ASK                                                                                        \
    "GET /chat HTTP/1.1\r\nHost: chat.example.com\r\nUpgrade: websocket\r\n"                       \
    "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"                       \
    "Sec-WebSocket-Version: 13\r\n\r\n"
#define GRANT                                                                                      \
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"            \
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
#define WRONG                                                                                      \
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"            \
    "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n"
#define MASKED_HELLO "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58" /* RFC 6455 s5.7 */
#define HELLO        "\x81\x05Hello"
#define PING         "\x89\x05Hello"
#define CLOSE        "\x88\x02\x03\xe8"

struct said {
    enum direction direction;
    struct bytes bytes;
};

#define UP(text)                                                                                   \
    {                                                                                              \
        TO_SERVER,                                                                                 \
        {                                                                                          \
            (const uint8_t *)(text), sizeof(text) - 1                                              \
        }                                                                                          \
    }
#define DOWN(text)                                                                                 \
    {                                                                                              \
        TO_CLIENT,                                                                                 \
        {                                                                                          \
            (const uint8_t *)(text), sizeof(text) - 1                                              \
        }                                                                                          \
    }

struct vector {
    const char *name;
    struct said said[8];
    const char *want;
};

static const struct vector vectors[] = {
    {"http",
     {UP("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), DOWN("HTTP/1.1 204 No Content\r\n\r\n")},
     "http/204 tcp>http app=http/certain allow:-\n"},
    {"websocket",
     {UP(ASK), DOWN(GRANT), UP(MASKED_HELLO), DOWN(HELLO PING), UP(MASKED_HELLO), DOWN(CLOSE)},
     "http/101 >1/5 <1/5 <9/5 >1/5 <8/2 (websocket_close_unanswered) "
     "tcp>http>websocket app=websocket/certain framed allow:-\n"},
    {"frames in the segment of the 101",
     {UP(ASK), DOWN(GRANT HELLO HELLO)},
     "http/101 <1/5 <1/5 tcp>http>websocket app=websocket/certain framed allow:-\n"},
    {"an upgrade refused",
     {UP(ASK), DOWN("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno")},
     "http/403 tcp>http app=http/certain refused allow:-\n"},
    {"a wrong Accept, and nothing follows",
     {UP(ASK), DOWN(WRONG)},
     "(websocket_accept_wrong) http/101 tcp>http app=http/certain granted allow:-\n"},
    {"a wrong Accept, and frames all the same",
     {UP(ASK), DOWN(WRONG), UP(MASKED_HELLO), DOWN(HELLO)},
     "(websocket_accept_wrong) http/101 >1/5 <1/5 "
     "tcp>http>websocket app=websocket/certain framed allow:-\n"},
    {"no frames but SSH",
     {UP(ASK), DOWN(GRANT), DOWN("SSH-2.0-OpenSSH_9.2\r\n"), UP("SSH-2.0-OpenSSH_9.2\r\n")},
     "http/101 (websocket_unframed) tcp>http>ssh app=ssh/strong unframed mismatch allow:-\n"},
    {"SSH",
     {DOWN("SSH-2.0-OpenSSH_9.2\r\n"), UP("SSH-2.0-OpenSSH_9.2\r\n")},
     "tcp>ssh app=ssh/strong mismatch allow:-\n"},
    {"BitTorrent",
     {UP("\x13"
         "BitTorrent protocol"
         "\0\0\0\0\0\x10\0\5"
         "aaaaaaaaaaaaaaaaaaaa"
         "-TR2940-bbbbbbbbbbbb"),
      DOWN("\x13"
           "BitTorrent protocol"
           "\0\0\0\0\0\x10\0\5"
           "aaaaaaaaaaaaaaaaaaaa"
           "-qB4520-cccccccccccc")},
     "tcp>bittorrent app=bittorrent/certain mismatch allow:-\n"},
    {"an announce to a tracker",
     {UP("GET /announce?info_hash=aaaaaaaaaaaaaaaaaaaa&peer_id=-TR2940-bbbbbbbbbbbb&port=6881 "
         "HTTP/1.1\r\nHost: t\r\n\r\n"),
      DOWN("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nde")},
     "http/200 tcp>http>bittorrent app=bittorrent/certain mismatch allow:-\n"},
    {"a chat",
     {UP("hello, is anybody there?\n"), DOWN("yes, I am\n"), UP("fine, good bye then\n")},
     "tcp>raw app=raw/strong shape=text mismatch allow:-\n"},
    {"an answer that begins like HTTP and is none",
     {UP("GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
      DOWN("HTTP/1.1 200 OK\r\n\xff\xfe\xff\xff : no head\r\n\r\n"),
      UP("hello there, this is no request\r\n")},
     "(http_bad_field) http/200 tcp>http>raw app=raw/strong shape=text mismatch allow:-\n"},
    {"CONNECT, and SSH inside",
     {UP("CONNECT far:22 HTTP/1.1\r\nHost: far:22\r\n\r\n"), DOWN("HTTP/1.1 200 OK\r\n\r\n"),
      DOWN("SSH-2.0-OpenSSH_9.2\r\n"), UP("SSH-2.0-OpenSSH_9.2\r\n")},
     "http/200 tcp>http>connect>ssh app=ssh/strong mismatch allow:-\n"},
    {"a PROXY header, HTTP, CONNECT, and SSH inside",
     {UP("PROXY TCP4 192.0.2.1 192.0.2.80 4567 80\r\nCONNECT far:22 HTTP/1.1\r\nHost: "
         "far:22\r\n\r\n"),
      DOWN("HTTP/1.1 200 OK\r\n\r\n"), DOWN("SSH-2.0-OpenSSH_9.2\r\n")},
     "http/200 tcp>proxy>http>connect>ssh app=ssh/strong mismatch allow:-\n"},
    {"two PROXY headers, a WebSocket",
     {UP("PROXY UNKNOWN\r\n\r\n\r\n\0\r\nQUIT\n\x20\0\0\0" ASK), DOWN(GRANT HELLO)},
     "http/101 <1/5 tcp>proxy>proxy>http>websocket app=websocket/certain framed allow:-\n"},
    {"SOCKS, and SSH inside",
     {UP("\5\1\0"), DOWN("\5\0"), UP("\5\1\0\1\xc0\0\2\1\0\x16"),
      DOWN("\5\0\0\1\0\0\0\0\0\0SSH-2.0-OpenSSH_9.2\r\n"), UP("SSH-2.0-OpenSSH_9.2\r\n")},
     "tcp>socks>ssh app=ssh/strong mismatch allow:-\n"},
    {"SOCKS without waiting, HTTP inside",
     {UP("\5\1\0\5\1\0\1\xc0\0\2\1\0\x50GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
      DOWN("\5\0\5\0\0\1\0\0\0\0\0\0HTTP/1.1 204 No Content\r\n\r\n")},
     "http/204 tcp>socks>http app=http/certain allow:-\n"},
    {"SOCKS, refused",
     {UP("\4\1\0\x50\0\0\0\1\0quay.example\0"), DOWN("\0\x5b\0\0\0\0\0\0")},
     "tcp>socks app=socks/certain mismatch allow:-\n"},
    {"never a byte", {{0}}, "tcp app=none/ allow:-\n"},
};

enum manner { WHOLE, BYTES, HALVES, TWICE, SWAPPED, MANNERS };

/* One turn, cut and sent in one of the manners that must not matter. */
static void say(struct talk *t, const struct said *s, enum manner manner)
{
    const size_t n = s->bytes.len;
    const size_t step = manner == BYTES ? 1 : manner == WHOLE ? n : (n + 1) / 2;
    const uint32_t start = t->sent[s->direction];

    if (manner == SWAPPED && n > 1) {
        talk_segment(t, s->direction, TCP_ACK, start + (uint32_t)step, bytes_after(s->bytes, step));
        talk_say(t, s->direction, bytes_first(s->bytes, step));
        t->sent[s->direction] = start + (uint32_t)n;
        return;
    }
    for (size_t at = 0; at < n; at += step) {
        const struct bytes piece = bytes_first(bytes_after(s->bytes, at), step);
        talk_say(t, s->direction, piece);
        if (manner == TWICE)
            talk_segment(t, s->direction, TCP_ACK, start + (uint32_t)at, piece);
    }
}

static void test_vectors(void)
{
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        for (enum manner manner = WHOLE; manner < MANNERS; manner++) {
            struct talk t;
            talk_begin(&t, NULL, 0);
            talk_open(&t);
            for (const struct said *s = vectors[i].said; s->bytes.len > 0; s++)
                say(&t, s, manner);
            talk_close(&t);
            talk_end(&t, vectors[i].want, vectors[i].name);
        }
    }
}

/* One direction captured, and no answer in it: what follows a request to upgrade is still read. */
static void test_asked_one_way(void)
{
    enum { PAYLOAD = 4000, HEADER = 8 };
    uint8_t frame[HEADER + PAYLOAD] = {0x82, 0xfe, PAYLOAD >> 8, PAYLOAD & 0xff};
    struct talk t;

    talk_begin(&t, NULL, 0);
    talk_segment(&t, TO_SERVER, TCP_SYN, 0, LITERAL(""));
    talk_say(&t, TO_SERVER, LITERAL(ASK));
    for (uint8_t n = 0; n < 5; n++) {
        frame[4] = n; /* the masking key */
        talk_say(&t, TO_SERVER, bytes_of(frame, sizeof(frame)));
    }
    talk_end(&t,
             "(http_data_before_upgrade_answer) http/0 >2/4000 >2/4000 >2/4000 >2/4000 >2/4000 "
             "tcp>http>websocket app=websocket/strong asked allow:-\n",
             "frames without an answer to the upgrade");
}

static void test_half_open(void)
{
    struct talk t;

    talk_begin(&t, NULL, 0);
    talk_segment(&t, TO_SERVER, TCP_SYN, 0, LITERAL(""));
    talk_segment(&t, TO_SERVER, TCP_SYN, 0, LITERAL(""));
    t.client_port++;
    talk_segment(&t, TO_SERVER, TCP_SYN, 0, LITERAL(""));
    talk_segment(&t, TO_CLIENT, TCP_RST | TCP_ACK, 0, LITERAL(""));
    talk_end(&t, "tcp app=none/ allow:-\ntcp app=none/ allow:-\n", "one unanswered, one refused");
}

static void test_reuse(void)
{
    struct talk t;

    talk_begin(&t, NULL, 0);
    talk_open(&t);
    talk_say(&t, TO_SERVER, LITERAL("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    talk_say(&t, TO_CLIENT, LITERAL("HTTP/1.1 204 No Content\r\n\r\n"));
    talk_close(&t);
    t.isn[0] += 100000;
    t.isn[1] += 100000;
    t.sent[0] = t.sent[1] = 0;
    talk_open(&t);
    talk_say(&t, TO_CLIENT, LITERAL("SSH-2.0-OpenSSH_9.2\r\n"));
    talk_close(&t);
    talk_end(&t,
             "http/204 tcp>http app=http/certain allow:-\n"
             "tcp>ssh app=ssh/strong mismatch allow:-\n",
             "two connections between the same ports");
}

/* The start was not captured, and the server's port is the higher one. */
static void test_midstream(void)
{
    struct talk t;

    talk_begin(&t, NULL, 0);
    t.client_port = 1000;
    t.server_port = 50000;
    talk_say(&t, TO_CLIENT, LITERAL("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    talk_say(&t, TO_SERVER, LITERAL("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    talk_say(&t, TO_CLIENT, LITERAL("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"));
    const char *log = talk_log(&t);
    CHECK(strstr(log, "tcp>http app=http") != NULL, "known without its start");
    CHECK(strstr(log, "http/404") != NULL, "the second exchange is whole");
    talk_free(&t);
}

static void test_gap(void)
{
    struct talk t;

    talk_begin(&t, NULL, 0);
    talk_open(&t);
    talk_say(&t, TO_SERVER, LITERAL(ASK));
    talk_say(&t, TO_CLIENT, LITERAL(GRANT));
    talk_say(&t, TO_SERVER, LITERAL("\x82\x8a\1\1\1\1ab"));
    t.sent[TO_SERVER] += 5; /* never captured */
    talk_say(&t, TO_SERVER, LITERAL("xyz" MASKED_HELLO));
    talk_say(&t, TO_CLIENT, LITERAL(HELLO));
    talk_close(&t);
    talk_end(&t,
             "http/101 <1/5 (stream_gap) >2/10! >1/5 "
             "tcp>http>websocket app=websocket/certain framed missing=5/0 allow:-\n",
             "a gap inside a payload loses that message only");
}

static void test_verdict(void)
{
    struct talk t;

    talk_begin(
        &t,
        "version: 1\nrules:\n"
        "  - {name: chat, action: alert, match: {host: chat.example.com}}\n"
        "  - {name: hello, action: block, match: {app: websocket, message: {contains: lo}}}\n",
        0);
    t.packets_matter = true;
    talk_open(&t);
    talk_say(&t, TO_SERVER, LITERAL(ASK));
    talk_say(&t, TO_CLIENT, LITERAL(GRANT));
    talk_say(&t, TO_CLIENT, LITERAL("\x01\x04Hell"));
    talk_say(&t, TO_CLIENT, LITERAL("\x80\x01o"));
    talk_close(&t);
    talk_log(&t);
    const char *log = (const char *)t.log.at;
    CHECK(strstr(log, "alert:chat at packet 4 ") != NULL, "the alert fires with the request");
    char want[80];
    snprintf(want, sizeof(want), "block:hello at packet 7 leaked=%u/%u",
             (unsigned)(80 + 40 + sizeof(ASK) - 1), (unsigned)(40 + 40 + sizeof(GRANT) - 1 + 46));
    CHECK(strstr(log, want) != NULL, "the block fires with the packet that made it certain");
    CHECK(strstr(log, "block:hello\n") != NULL, "and is the flow's verdict");
    if (tests_failed > 0)
        printf("    got:  %s    want: %s\n", log, want);
    talk_free(&t);
}

/* Many flows in little memory: evicted, counted, never over the limit. */
static void test_memory(void)
{
    struct talk t;

    talk_begin(&t, NULL, 6U << 20);
    t.sink.interest = 0;
    for (unsigned i = 0; i < 20000; i++) {
        t.client_port = (uint16_t)(i % 30000 + 10000);
        t.server_port = (uint16_t)(80 + i / 30000);
        t.sent[0] = t.sent[1] = 0;
        talk_open(&t);
        talk_say(&t, TO_SERVER, LITERAL("half a request line of a slow"));
    }
    const struct engine_totals totals = engine_totals(t.engine);
    CHECK(totals.flows == 20000, "every flow is counted");
    CHECK(totals.flows_evicted > 0, "some made room for others");
    CHECK(totals.memory_peak <= 6U << 20, "the limit holds");
    talk_log(&t);
    talk_free(&t);
}

/* Time that jumps forward and back, and packets of length nothing. */
static void test_time(void)
{
    struct talk t;

    talk_begin(&t, NULL, 0);
    talk_open(&t);
    t.now_ns = 4000000000LL * 1000000000LL;
    talk_say(&t, TO_SERVER, LITERAL("late\n"));
    t.now_ns = 0;
    talk_say(&t, TO_CLIENT, LITERAL("early\n"));
    const char *log = talk_log(&t);
    CHECK(strncmp(log, "tcp app=none/ allow:-\n", 22) == 0, "the idle connection timed out");
    CHECK(strstr(log, "app=raw") != NULL, "what came later is a flow of its own");
    talk_free(&t);
}

int main(void)
{
    test_vectors();
    test_asked_one_way();
    test_half_open();
    test_reuse();
    test_midstream();
    test_gap();
    test_verdict();
    test_memory();
    test_time();
    return test_end();
}
