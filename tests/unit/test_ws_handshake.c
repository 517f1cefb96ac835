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

/* Bits: to-server, to-client. */
static const struct {
    const char *answer, *offers;
    bool agreed;
    enum anomaly fault; /* the first; ANOMALY_NONE: good */
    bool no_takeover_to_server, no_takeover_to_client;
    uint8_t bits_to_server, bits_to_client;
} EXTENSIONS[] = {
#define PD "permessage-deflate"

    {"", PD, 0, ANOMALY_NONE, 0, 0, 15, 15},
    {PD, PD, 1, ANOMALY_NONE, 0, 0, 15, 15},
    {"Permessage-Deflate", PD, 1, ANOMALY_NONE, 0, 0, 15, 15},
    {PD "; server_no_context_takeover", PD, 1, ANOMALY_NONE, 0, 1, 15, 15},
    {PD "; client_no_context_takeover", PD, 1, ANOMALY_NONE, 1, 0, 15, 15},
    {PD ";server_no_context_takeover;client_no_context_takeover", PD, 1, ANOMALY_NONE, 1, 1, 15,
     15},
    {PD "; server_max_window_bits=8", PD, 1, ANOMALY_NONE, 0, 0, 15, 8},
    {PD "; client_max_window_bits=10", PD "; client_max_window_bits", 1, ANOMALY_NONE, 0, 0, 10,
     15},
    {PD "; client_max_window_bits=\"10\"", PD "; client_max_window_bits=\"12\"", 1, ANOMALY_NONE, 0,
     0, 10, 15},
    {PD "; client_max_window_bits=13", PD "; client_max_window_bits=12", 1, WS_DEFLATE_BITS_WIDER,
     0, 0, 13, 15},
    {PD "; client_max_window_bits=10", PD, 1, WS_DEFLATE_BITS_UNOFFERED, 0, 0, 10,
     15}, /* s7.1.2.2 */
    {PD "; client_max_window_bits", PD "; client_max_window_bits", 1, WS_DEFLATE_VALUE, 0, 0, 15,
     15},
    {PD "; server_max_window_bits", PD, 1, WS_DEFLATE_VALUE, 0, 0, 15, 15},
    {PD "; server_max_window_bits=7", PD, 1, WS_DEFLATE_VALUE, 0, 0, 15, 15},
    {PD "; server_max_window_bits=16", PD, 1, WS_DEFLATE_VALUE, 0, 0, 15, 15},
    {PD "; server_max_window_bits=010", PD, 1, WS_DEFLATE_VALUE, 0, 0, 15, 15},
    {PD "; server_max_window_bits=1x", PD, 1, WS_DEFLATE_VALUE, 0, 0, 15, 15},
    {PD "; server_no_context_takeover=1", PD, 1, WS_DEFLATE_VALUE, 0, 1, 15, 15},
    {PD "; server_no_context_takeover; server_no_context_takeover", PD, 1,
     WS_DEFLATE_PARAMETER_REPEATED, 0, 1, 15, 15},
    {PD "; unknown", PD, 1, WS_DEFLATE_PARAMETER_UNKNOWN, 0, 0, 15, 15},
    {PD "; =10", PD, 1, WS_EXTENSION_SYNTAX, 0, 0, 15, 15},
    {PD "; server_max_window_bits=", PD, 1, WS_EXTENSION_SYNTAX, 0, 0, 15, 15},
    {PD "; server_max_window_bits=\"1 0\"", PD, 1, WS_EXTENSION_SYNTAX, 0, 0, 15, 15},
    {"permessage deflate", PD, 0, WS_EXTENSION_SYNTAX, 0, 0, 15, 15},
    {PD, PD "; server_no_context_takeover", 1, WS_DEFLATE_TAKEOVER_IGNORED, 0, 0, 15, 15},
    {PD, PD "; server_no_context_takeover, " PD, 1, ANOMALY_NONE, 0, 0, 15,
     15}, /* the second offer */
    {PD "; server_max_window_bits=11", PD "; server_max_window_bits=10", 1, WS_DEFLATE_BITS_WIDER,
     0, 0, 15, 11},
    {PD, PD "; server_max_window_bits=10", 1, WS_DEFLATE_BITS_WIDER, 0, 0, 15, 15},
    {PD "; server_max_window_bits=9", PD "; server_max_window_bits=10", 1, ANOMALY_NONE, 0, 0, 15,
     9},
    {PD, PD "; server_max_window_bits=77", 1, WS_DEFLATE_INVALID, 0, 0, 15,
     15}, /* to be declined */
    {PD, PD "; x, " PD "; server_max_window_bits=10", 1, WS_DEFLATE_INVALID, 0, 0, 15, 15},
    {PD, "", 1, WS_EXTENSION_UNOFFERED, 0, 0, 15, 15},
    {"x-foo", PD, 0, WS_EXTENSION_UNOFFERED, 0, 0, 15, 15},
    {PD ", x-foo", "x-foo, " PD, 1, ANOMALY_NONE, 0, 0, 15, 15},
    {PD "," PD, PD, 1, WS_DEFLATE_INVALID, 0, 0, 15, 15},
    {"x-webkit-deflate-frame", "x-webkit-deflate-frame", 0, ANOMALY_NONE, 0, 0, 15, 15},
};

static enum anomaly first_fault(const struct http_faults *f)
{
    return f->count > 0 ? (enum anomaly)f->at[0] : ANOMALY_NONE;
}

static void test_extensions(void)
{
    for (size_t i = 0; i < sizeof(EXTENSIONS) / sizeof(EXTENSIONS[0]); i++) {
        const struct bytes answer = test_copy(bytes_of_text(EXTENSIONS[i].answer));
        const struct bytes offers = test_copy(bytes_of_text(EXTENSIONS[i].offers));
        struct http_faults faults = {0};
        const struct ws_deflate x = ws_extensions_read(answer, &offers, &faults);
        CHECK(x.agreed == EXTENSIONS[i].agreed, EXTENSIONS[i].answer);
        CHECK(first_fault(&faults) == EXTENSIONS[i].fault, EXTENSIONS[i].answer);
        CHECK(x.no_context_takeover[TO_SERVER] == EXTENSIONS[i].no_takeover_to_server &&
                  x.no_context_takeover[TO_CLIENT] == EXTENSIONS[i].no_takeover_to_client,
              EXTENSIONS[i].answer);
        CHECK(x.window_bits[TO_SERVER] == EXTENSIONS[i].bits_to_server &&
                  x.window_bits[TO_CLIENT] == EXTENSIONS[i].bits_to_client,
              EXTENSIONS[i].answer);
        free((void *)(uintptr_t)answer.at);
        free((void *)(uintptr_t)offers.at);
    }
    struct http_faults faults = {0};
    const struct ws_deflate x =
        ws_extensions_read(LITERAL(PD "; client_max_window_bits=9"), NULL, &faults);
    CHECK(x.agreed && faults.count == 0, "offers unknown: no blame");
}

static const struct {
    const char *offers;
    enum anomaly fault;
} OFFERS[] = {
    {PD "; client_max_window_bits, " PD, ANOMALY_NONE},
    {PD "; client_max_window_bits=15; server_max_window_bits=8; server_no_context_takeover;"
        "client_no_context_takeover",
     ANOMALY_NONE},
    {"foo; a=b; c=\"d\", bar", ANOMALY_NONE},
    {"foo; a=\"b c\"", WS_EXTENSION_SYNTAX},
    {"foo; (a)", WS_EXTENSION_SYNTAX},
    {"foo bar", WS_EXTENSION_SYNTAX},
    {PD "; server_max_window_bits", WS_DEFLATE_VALUE},
    {PD "; client_max_window_bits=16", WS_DEFLATE_VALUE},
    {PD "; client_no_context_takeover=1", WS_DEFLATE_VALUE},
    {PD "; client_max_window_bits; client_max_window_bits=9", WS_DEFLATE_PARAMETER_REPEATED},
    {"foo, " PD "; memory=9", WS_DEFLATE_PARAMETER_UNKNOWN},
};

static void test_offers(void)
{
    for (size_t i = 0; i < sizeof(OFFERS) / sizeof(OFFERS[0]); i++) {
        struct http_faults faults = {0};
        ws_extensions_check_offers(bytes_of_text(OFFERS[i].offers), &faults);
        CHECK(first_fault(&faults) == OFFERS[i].fault, OFFERS[i].offers);
    }
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
    {"GET /c HTTP/1.0\r\n" UPGRADE GOOD, WS_HTTP_VERSION},
    {"GET http://h/c HTTP/1.1\r\n" UPGRADE GOOD, ANOMALY_NONE},
    {"GET HTTPS://h/c HTTP/1.1\r\n" UPGRADE GOOD, ANOMALY_NONE},
    {"GET /c#d HTTP/1.1\r\n" UPGRADE GOOD, WS_TARGET_FRAGMENT},
    {"GET ws://h/c HTTP/1.1\r\n" UPGRADE GOOD, WS_TARGET_FORM},
    {"GET * HTTP/1.1\r\n" UPGRADE GOOD, WS_TARGET_FORM},
    {"GET /c HTTP/1.1\r\n" UPGRADE GOOD "Origin: http://a\r\nOrigin: http://b\r\n",
     WS_ORIGIN_REPEATED},
    {"GET /c HTTP/1.1\r\n" UPGRADE GOOD "Sec-WebSocket-Version: 13\r\n", WS_VERSION_REPEATED},
    {"GET /c HTTP/1.1\r\n" UPGRADE GOOD "Sec-WebSocket-Protocol: a, b\r\n", ANOMALY_NONE},
    {"GET /c HTTP/1.1\r\n" UPGRADE GOOD "Sec-WebSocket-Protocol: a b\r\n", WS_SUBPROTOCOL_INVALID},
    {"GET /c HTTP/1.1\r\n" UPGRADE GOOD "Sec-WebSocket-Protocol: a, b, A\r\n", ANOMALY_NONE},
    {"GET /c HTTP/1.1\r\n" UPGRADE GOOD "Sec-WebSocket-Protocol: a, b, a\r\n",
     WS_SUBPROTOCOL_REPEATED},
    {"GET /c HTTP/1.1\r\n" UPGRADE GOOD
     "Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: a\r\n",
     WS_SUBPROTOCOL_REPEATED},
    {"GET /c HTTP/1.1\r\n" UPGRADE GOOD "Sec-WebSocket-Extensions: x; =\r\n", WS_EXTENSION_SYNTAX},
    {"GET /c HTTP/1.1\r\n" UPGRADE "Sec-WebSocket-Version: 013\r\nSec-WebSocket-Key: " KEY "\r\n",
     WS_VERSION_WRONG},
    {"GET /c HTTP/1.1\r\nUpgrade: websocket\r\n" GOOD, WS_CONNECTION_MISSING},
    {"GET /c HTTP/1.1\r\n" UPGRADE "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: " KEY "\r\n",
     WS_VERSION_WRONG},
    {"GET /c HTTP/1.1\r\n" UPGRADE "Sec-WebSocket-Key: " KEY "\r\n", WS_VERSION_MISSING},
    {"GET /c HTTP/1.1\r\n" UPGRADE "Origin: http://h\r\n", WS_DRAFT},
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
        (void)ws_handshake_read_request(&h);
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
     LADDER_GRANTED, WS_ACCEPT_REPEATED},
    {SWITCH, LADDER_GRANTED, WS_ACCEPT_MISSING},
    {"HTTP/1.1 101 S\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: " ACCEPT "\r\n",
     LADDER_ACCEPTED, WS_CONNECTION_UNANSWERED},
    {"HTTP/1.1 101 S\r\nConnection: upgrade\r\nSec-WebSocket-Accept: " ACCEPT "\r\n",
     LADDER_ACCEPTED, WS_UPGRADE_MISSING},
    {"HTTP/1.1 101 S\r\nConnection: upgrade\r\nUpgrade: websocket, h2c\r\n"
     "Sec-WebSocket-Accept: " ACCEPT "\r\n",
     LADDER_ACCEPTED, WS_UPGRADE_NOT_ALONE},
    {SWITCH "Sec-WebSocket-Accept: " ACCEPT "\r\nSec-WebSocket-Protocol: superchat, chat\r\n",
     LADDER_ACCEPTED, WS_SUBPROTOCOL_SEVERAL},
    {SWITCH "Sec-WebSocket-Accept: " ACCEPT "\r\nSec-WebSocket-Protocol: super chat\r\n",
     LADDER_ACCEPTED, WS_SUBPROTOCOL_INVALID},
    {SWITCH "Sec-WebSocket-Accept: " ACCEPT "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n"
            "Sec-WebSocket-Extensions:\r\n",
     LADDER_ACCEPTED, WS_EXTENSIONS_REPEATED},
    {SWITCH "Sec-WebSocket-Accept: " ACCEPT "\r\nSec-WebSocket-Protocol: chat\r\n", LADDER_ACCEPTED,
     ANOMALY_NONE},
    {SWITCH "Sec-WebSocket-Accept: " ACCEPT "\r\nSec-WebSocket-Protocol: Chat\r\n", LADDER_ACCEPTED,
     WS_SUBPROTOCOL_UNOFFERED},
    {SWITCH "Sec-WebSocket-Accept: " ACCEPT "\r\nSec-WebSocket-Extensions: x-foo\r\n",
     LADDER_ACCEPTED, WS_EXTENSION_UNOFFERED},
    {SWITCH "Sec-WebSocket-Accept: " ACCEPT
            "\r\nSec-WebSocket-Extensions: permessage-deflate; x\r\n",
     LADDER_ACCEPTED, WS_DEFLATE_PARAMETER_UNKNOWN},
    {"HTTP/1.1 403 No\r\nSec-WebSocket-Accept: " ACCEPT "\r\n", LADDER_REFUSED, ANOMALY_NONE},
    {"HTTP/1.1 426 No\r\nUpgrade: websocket\r\n", LADDER_REFUSED, ANOMALY_NONE}, /* to 13 */
};

static const struct ws_ask ASK = {
    .host = {(const uint8_t *)"h", 1},
    .path = {(const uint8_t *)"/c", 2},
    .key = {(const uint8_t *)KEY, 24},
    .protocols = {(const uint8_t *)"superchat, chat", 15},
    .extensions = {(const uint8_t *)"permessage-deflate", 18},
    .request = {.version = 13, .keys_valid = true},
};

static void test_answers(void)
{
    uint8_t room[HTTP_LIST_ROOM];

    for (size_t i = 0; i < sizeof(ANSWERS) / sizeof(ANSWERS[0]); i++) {
        struct http_head h;
        CHECK(http_head_parse(bytes_of_text(ANSWERS[i].head), TO_CLIENT, &h), "a head");
        struct handshake w;
        ws_handshake_check_answer(&ASK, &h, digest, room, &w);
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
    struct handshake w;
    ws_handshake_check_answer(NULL, &h, digest, room, &w);
    CHECK(w.ladder == LADDER_GRANTED && !w.accept_valid && w.deflate, "granted, not proven");
    CHECK(h.faults.count == 0, "nobody is blamed for what was not captured");
}

/* draft-hixie-thewebsocketprotocol-76 s1.3, and s1.2 */
static const struct {
    const char *key1, *key2, *key3, *response;
    bool right;
} CHALLENGES[] = {
    {"4 @1  46546xW%0l 1 5", "12998 5 Y3 1  .P00", "^n:ds[4U", "8jKS'y:G*Co,Wxa-", true},
    {"18x 6]8vM;54 *(5:  {   U1]8  z [  8", "1_ tx7X d  <  nw  334J702) 7]o}` 0", "Tm[K T2u",
     "fQJ,fN/4F4!~K~MH", true},
    {"4 @1  46546xW%0l 1 5", "12998 5 Y3 1  .P00", "^n:ds[4V", "8jKS'y:G*Co,Wxa-", false},
    {"4@146546xW%0l15", "12998 5 Y3 1  .P00", "^n:ds[4U", "8jKS'y:G*Co,Wxa-", false},
    {"4 @1  46546xW%0l 1 6", "12998 5 Y3 1  .P00", "^n:ds[4U", "8jKS'y:G*Co,Wxa-", false},
    {"99999999999999999999 9", "12998 5 Y3 1  .P00", "^n:ds[4U", "8jKS'y:G*Co,Wxa-", false},
};

static void test_challenges(void)
{
    for (size_t i = 0; i < sizeof(CHALLENGES) / sizeof(CHALLENGES[0]); i++) {
        struct http_head h = {.line.minor = 1};
        uint8_t challenge[WS_CHALLENGE_LEN] = {0};
        h.value[HTTP_WS_KEY1] = bytes_of_text(CHALLENGES[i].key1);
        h.value[HTTP_WS_KEY2] = bytes_of_text(CHALLENGES[i].key2);
        const bool good = ws_draft_numbers(&h, challenge);
        memcpy(challenge + WS_CHALLENGE_LEN - WS_KEY3_LEN, CHALLENGES[i].key3, WS_KEY3_LEN);
        CHECK((good && ws_draft_answers(challenge, bytes_of_text(CHALLENGES[i].response),
                                        digest)) == CHALLENGES[i].right,
              CHALLENGES[i].key1);
    }
}

static void test_draft_names(void)
{
    CHECK(ws_draft_name(WS_RFC_6455, 13) == NULL && ws_draft_name(WS_RFC_6455, -1) == NULL &&
              ws_draft_name(WS_RFC_6455, 9) == NULL && ws_draft_name(WS_RFC_6455, 0) == NULL,
          "no draft");
    CHECK(strcmp(ws_draft_name(WS_RFC_6455, 4), "hybi-04") == 0 &&
              strcmp(ws_draft_name(WS_RFC_6455, 8), "hybi-08") == 0,
          "by version");
    CHECK(strcmp(ws_draft_name(WS_HIXIE_75, -1), "hixie-75") == 0 &&
              strcmp(ws_draft_name(WS_HIXIE_76, -1), "hixie-76") == 0,
          "by their fields");
}

int main(void)
{
    digest = digest_create(NULL);
    test_keys();
    test_origins();
    test_extensions();
    test_offers();
    test_challenges();
    test_draft_names();
    test_requests();
    test_answers();
    test_unknown_request();
    digest_free(digest);
    return test_end();
}
