/* SPDX-License-Identifier: MIT */
#include "layers/ws_extension.h"
#include "layers/ws_handshake.h"
#include "model/endpoint.h"
#include "test.h"

#define KEY    "dGhlIHNhbXBsZSBub25jZQ==" /* RFC 6455 s1.3 */
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

static struct digest *digest;

static void test_keys(void)
{
    CHECK(ws_handshake_key_valid(LITERAL(KEY)), "RFC 6455 s1.3");
    CHECK(ws_handshake_key_valid(LITERAL("azAZ09+/azAZ09+/azAZ09==")), "the whole alphabet");
    CHECK(ws_handshake_key_valid(LITERAL("++++++++++++++++++++//==")), "any 22 digits");
    CHECK(!ws_handshake_key_valid(LITERAL("")), "empty");
    CHECK(!ws_handshake_key_valid(LITERAL("dGhlIHNhbXBsZSBub25jZQ=")), "short");
    CHECK(!ws_handshake_key_valid(LITERAL("dGhlIHNhbXBsZSBub25jZQ===")), "long");
    CHECK(!ws_handshake_key_valid(LITERAL("dGhlIHNhbXBsZSBub25jZQAA")), "18 bytes");
    CHECK(!ws_handshake_key_valid(LITERAL("dGhlIHNhbXBsZSBub25jZQA=")), "17 bytes");
    CHECK(!ws_handshake_key_valid(LITERAL("dGhlIHNhbXBsZSBub25jZ=A=")), "padding in the middle");
    CHECK(!ws_handshake_key_valid(LITERAL("dGhlIHNhbXBsZSBub25jZ-==")), "URL alphabet");
}

static const struct {
    const char *origin, *host;
    bool cross;
} ORIGINS[] = {
    {"http://a.test", "a.test", false},
    {"http://A.test", "a.TEST", false},
    {"http://a.test", "a.test:80", false},
    {"http://a.test:80", "a.test", false},
    {"https://a.test", "a.test", false}, /* TLS may have ended at a proxy */
    {"https://a.test", "a.test:443", false},
    {"https://a.test", "a.test:80", true},
    {"http://a.test:8080", "a.test:8080", false},
    {"http://a.test:8080", "a.test", true},
    {"http://a.test", "a.test:8080", true},
    {"http://a.test", "b.test", true},
    {"http://a.test", "a.test.evil", true},
    {"http://[::1]:8080", "[::1]:8080", false},
    {"http://[::1]", "[::1]:80", false},
    {"http://[::1]", "[::2]", true},
    {"null", "a.test", true},
    {"file://", "a.test", true},
    {"", "a.test", true},
    {"http://a.test:", "a.test", false},
};

static void test_origins(void)
{
    for (size_t i = 0; i < sizeof(ORIGINS) / sizeof(ORIGINS[0]); i++)
        CHECK(ws_handshake_cross_origin(bytes_of_text(ORIGINS[i].origin),
                                        bytes_of_text(ORIGINS[i].host)) == ORIGINS[i].cross,
              ORIGINS[i].origin);
}

/* takeover: 's' and 'c' for the parameters that are there; bits: to-server, to-client. */
static const struct {
    const char *answer, *offers;
    bool agreed, invalid, unoffered;
    bool no_takeover_to_server, no_takeover_to_client;
    uint8_t bits_to_server, bits_to_client;
} EXTENSIONS[] = {
#define PD "permessage-deflate"
    {"", PD, 0, 0, 0, 0, 0, 15, 15},
    {PD, PD, 1, 0, 0, 0, 0, 15, 15},
    {"Permessage-Deflate", PD, 1, 0, 0, 0, 0, 15, 15},
    {PD "; server_no_context_takeover", PD, 1, 0, 0, 0, 1, 15, 15},
    {PD "; client_no_context_takeover", PD, 1, 0, 0, 1, 0, 15, 15},
    {PD ";server_no_context_takeover;client_no_context_takeover", PD, 1, 0, 0, 1, 1, 15, 15},
    {PD "; server_max_window_bits=8", PD, 1, 0, 0, 0, 0, 15, 8},
    {PD "; client_max_window_bits=10", PD "; client_max_window_bits", 1, 0, 0, 0, 0, 10, 15},
    {PD "; client_max_window_bits=\"10\"", PD "; client_max_window_bits=\"12\"", 1, 0, 0, 0, 0, 10,
     15},
    {PD "; client_max_window_bits=13", PD "; client_max_window_bits=12", 1, 1, 0, 0, 0, 13, 15},
    {PD "; client_max_window_bits=10", PD, 1, 1, 0, 0, 0, 10, 15}, /* s7.1.2.2 */
    {PD "; client_max_window_bits", PD "; client_max_window_bits", 1, 1, 0, 0, 0, 15, 15},
    {PD "; server_max_window_bits", PD, 1, 1, 0, 0, 0, 15, 15},
    {PD "; server_max_window_bits=7", PD, 1, 1, 0, 0, 0, 15, 15},
    {PD "; server_max_window_bits=16", PD, 1, 1, 0, 0, 0, 15, 15},
    {PD "; server_max_window_bits=010", PD, 1, 1, 0, 0, 0, 15, 15},
    {PD "; server_max_window_bits=1x", PD, 1, 1, 0, 0, 0, 15, 15},
    {PD "; server_no_context_takeover=1", PD, 1, 1, 0, 0, 1, 15, 15},
    {PD "; server_no_context_takeover; server_no_context_takeover", PD, 1, 1, 0, 0, 1, 15, 15},
    {PD "; unknown", PD, 1, 1, 0, 0, 0, 15, 15},
    {PD, PD "; server_no_context_takeover", 1, 1, 0, 0, 0, 15, 15},
    {PD, PD "; server_no_context_takeover, " PD, 1, 0, 0, 0, 0, 15, 15}, /* the second offer */
    {PD "; server_max_window_bits=11", PD "; server_max_window_bits=10", 1, 1, 0, 0, 0, 15, 11},
    {PD "; server_max_window_bits=9", PD "; server_max_window_bits=10", 1, 0, 0, 0, 0, 15, 9},
    {PD, "", 1, 0, 1, 0, 0, 15, 15},
    {"x-foo", PD, 0, 0, 1, 0, 0, 15, 15},
    {PD ", x-foo", "x-foo, " PD, 1, 0, 0, 0, 0, 15, 15},
    {PD "," PD, PD, 1, 1, 0, 0, 0, 15, 15},
    {"x-webkit-deflate-frame", "x-webkit-deflate-frame", 0, 0, 0, 0, 0, 15, 15},
};

static void test_extensions(void)
{
    for (size_t i = 0; i < sizeof(EXTENSIONS) / sizeof(EXTENSIONS[0]); i++) {
        const struct bytes answer = test_copy(bytes_of_text(EXTENSIONS[i].answer));
        const struct bytes offers = test_copy(bytes_of_text(EXTENSIONS[i].offers));
        const struct ws_extensions x = ws_extensions_read(answer, offers, true);
        CHECK(x.deflate.agreed == EXTENSIONS[i].agreed, EXTENSIONS[i].answer);
        CHECK(x.deflate_invalid == EXTENSIONS[i].invalid, EXTENSIONS[i].answer);
        CHECK(x.unoffered == EXTENSIONS[i].unoffered, EXTENSIONS[i].answer);
        CHECK(x.deflate.no_context_takeover[TO_SERVER] == EXTENSIONS[i].no_takeover_to_server &&
                  x.deflate.no_context_takeover[TO_CLIENT] == EXTENSIONS[i].no_takeover_to_client,
              EXTENSIONS[i].answer);
        CHECK(x.deflate.window_bits[TO_SERVER] == EXTENSIONS[i].bits_to_server &&
                  x.deflate.window_bits[TO_CLIENT] == EXTENSIONS[i].bits_to_client,
              EXTENSIONS[i].answer);
        free((void *)(uintptr_t)answer.at);
        free((void *)(uintptr_t)offers.at);
    }
    const struct ws_extensions x =
        ws_extensions_read(LITERAL(PD "; client_max_window_bits=9"), bytes_of(NULL, 0), false);
    CHECK(x.deflate.agreed && !x.unoffered && !x.deflate_invalid, "offers unknown: no blame");
}

#define UPGRADE "Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"
#define GOOD    "Host: h\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " KEY "\r\n"

static const struct {
    const char *head;
    enum anomaly fault; /* the first; ANOMALY_NONE: good */
} REQUESTS[] = {
    {"GET /c HTTP/1.1\r\n" UPGRADE GOOD, ANOMALY_NONE},
    {"GET /c HTTP/1.1\r\nconnection: UPGRADE\r\nupgrade: h2c, websocket\r\n" GOOD, ANOMALY_NONE},
    {"POST /c HTTP/1.1\r\n" UPGRADE GOOD, WS_NOT_GET},
    {"GET /c HTTP/1.0\r\n" UPGRADE GOOD, WS_NOT_GET},
    {"GET /c HTTP/1.1\r\nUpgrade: websocket\r\n" GOOD, WS_CONNECTION_MISSING},
    {"GET /c HTTP/1.1\r\n" UPGRADE "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: " KEY "\r\n",
     WS_VERSION_WRONG},
    {"GET /c HTTP/1.1\r\n" UPGRADE "Sec-WebSocket-Key: " KEY "\r\n", WS_VERSION_WRONG},
    {"GET /c HTTP/1.1\r\n" UPGRADE "Sec-WebSocket-Version: 13\r\n", WS_KEY_MISSING},
    {"GET /c HTTP/1.1\r\n" UPGRADE "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n",
     WS_KEY_INVALID},
    {"GET /c HTTP/1.1\r\n" UPGRADE GOOD "Sec-WebSocket-Key: " KEY "\r\n", WS_KEY_REPEATED},
};

static void test_requests(void)
{
    for (size_t i = 0; i < sizeof(REQUESTS) / sizeof(REQUESTS[0]); i++) {
        struct http_head h;
        CHECK(http_head_parse(bytes_of_text(REQUESTS[i].head), TO_SERVER, &h), "a head");
        CHECK(ws_handshake_named(&h), "asks for WebSocket");
        ws_handshake_check_request(&h);
        CHECK(REQUESTS[i].fault == ANOMALY_NONE ? h.faults.count == 0
                                                : h.faults.at[0] == REQUESTS[i].fault,
              REQUESTS[i].head);
    }
    struct http_head h;
    CHECK(http_head_parse(LITERAL("GET / HTTP/1.1\r\nUpgrade: websockets\r\n"), TO_SERVER, &h) &&
              !ws_handshake_named(&h),
          "the whole token only");
}

#define SWITCH "HTTP/1.1 101 S\r\n" UPGRADE

static const struct {
    const char *head;
    enum ladder ladder;
    enum anomaly fault;
} ANSWERS[] = {
    {SWITCH "Sec-WebSocket-Accept: " ACCEPT "\r\n", LADDER_ACCEPTED, ANOMALY_NONE},
    {SWITCH "Sec-WebSocket-Accept:   " ACCEPT " \r\n", LADDER_ACCEPTED, ANOMALY_NONE},
    {SWITCH "Sec-WebSocket-Accept: S3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", LADDER_GRANTED,
     WS_ACCEPT_WRONG},
    {SWITCH "Sec-WebSocket-Accept: " ACCEPT "\r\nSec-WebSocket-Accept: " ACCEPT "\r\n",
     LADDER_GRANTED, WS_ACCEPT_WRONG},
    {SWITCH, LADDER_GRANTED, WS_ACCEPT_MISSING},
    {"HTTP/1.1 101 S\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: " ACCEPT "\r\n",
     LADDER_ACCEPTED, WS_UPGRADE_MISSING},
    {SWITCH "Sec-WebSocket-Accept: " ACCEPT "\r\nSec-WebSocket-Protocol: chat\r\n", LADDER_ACCEPTED,
     ANOMALY_NONE},
    {SWITCH "Sec-WebSocket-Accept: " ACCEPT "\r\nSec-WebSocket-Protocol: Chat\r\n", LADDER_ACCEPTED,
     WS_SUBPROTOCOL_UNOFFERED},
    {SWITCH "Sec-WebSocket-Accept: " ACCEPT "\r\nSec-WebSocket-Extensions: x-foo\r\n",
     LADDER_ACCEPTED, WS_EXTENSION_UNOFFERED},
    {SWITCH "Sec-WebSocket-Accept: " ACCEPT
            "\r\nSec-WebSocket-Extensions: permessage-deflate; x\r\n",
     LADDER_ACCEPTED, WS_DEFLATE_INVALID},
    {"HTTP/1.1 403 No\r\nSec-WebSocket-Accept: " ACCEPT "\r\n", LADDER_REFUSED, ANOMALY_NONE},
};

static const struct ws_ask ASK = {
    .host = {(const uint8_t *)"h", 1},
    .path = {(const uint8_t *)"/c", 2},
    .key = {(const uint8_t *)KEY, 24},
    .protocols = {(const uint8_t *)"superchat, chat", 15},
    .extensions = {(const uint8_t *)"permessage-deflate", 18},
    .version = 13,
};

static void test_answers(void)
{
    uint8_t room[HTTP_LIST_ROOM];

    for (size_t i = 0; i < sizeof(ANSWERS) / sizeof(ANSWERS[0]); i++) {
        struct http_head h;
        CHECK(http_head_parse(bytes_of_text(ANSWERS[i].head), TO_CLIENT, &h), "a head");
        const struct handshake w = ws_handshake_check_answer(&ASK, &h, digest, room);
        CHECK(w.ladder == ANSWERS[i].ladder, ANSWERS[i].head);
        CHECK(w.accept_valid == (w.ladder == LADDER_ACCEPTED), ANSWERS[i].head);
        CHECK(ANSWERS[i].fault == ANOMALY_NONE ? h.faults.count == 0
                                               : h.faults.at[0] == ANSWERS[i].fault,
              ANSWERS[i].head);
        CHECK(w.key_valid && w.version == 13 && w.window_bits[0] == 15 && !w.cross_origin,
              "what was asked");
    }
}

static void test_unknown_request(void)
{
    uint8_t room[HTTP_LIST_ROOM];
    struct http_head h;

    CHECK(http_head_parse(LITERAL(SWITCH "Sec-WebSocket-Accept: " ACCEPT "\r\n"
                                         "Sec-WebSocket-Protocol: chat\r\n"
                                         "Sec-WebSocket-Extensions: permessage-deflate\r\n"),
                          TO_CLIENT, &h),
          "a head");
    const struct handshake w = ws_handshake_check_answer(NULL, &h, digest, room);
    CHECK(w.ladder == LADDER_GRANTED && !w.accept_valid && w.deflate, "granted, not proven");
    CHECK(h.faults.count == 0, "nobody is blamed for what was not captured");
}

int main(void)
{
    digest = digest_create(NULL);
    test_keys();
    test_origins();
    test_extensions();
    test_requests();
    test_answers();
    test_unknown_request();
    digest_free(digest);
    return test_end();
}
