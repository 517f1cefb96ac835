/* SPDX-License-Identifier: MIT */
/* http_vectors.h - transcripts of HTTP/1 connections and what the layer must say of them.
 *
 * Tokens stand in alphabetical order, because the two directions may be read in any order. */
#ifndef TESTS_UNIT_HTTP_VECTORS_H
#define TESTS_UNIT_HTTP_VECTORS_H

#include "http_transcript.h"

/* Key and Accept of RFC 6455 s1.3. */
#define WS_KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define WS_ASK_HEAD                                                                                \
    "GET /chat HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"               \
    "Sec-WebSocket-Version: 13\r\n" WS_KEY
#define WS_ASK_TEXT         WS_ASK_HEAD "\r\n"
#define WS_ASK_WITH(fields) "C" WS_ASK_HEAD fields "\r\n"
#define WS_ASK              "C" WS_ASK_TEXT
#define WS_101                                                                                     \
    "HTTP/1.1 101 Switching Protocols\r\n"                                                         \
    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
#define WS_ACCEPT "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
#define WS_GRANT  "S" WS_101 WS_ACCEPT "\r\n"

#define GET             "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
#define OK(body_length) "HTTP/1.1 200 OK\r\nContent-Length: " body_length "\r\n\r\n"

static const struct transcript TRANSCRIPTS[] = {
    /* Ordinary traffic. */
    {"curl and nginx",
     {"CGET /index.html HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: curl/7.88.1\r\n"
      "Accept: */*\r\n\r\n",
      "SHTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Sun, 22 Nov 2026 05:33:00 GMT\r\n"
      "Content-Type: text/html\r\nContent-Length: 13\r\nLast-Modified: Tue, 04 Apr 2023\r\n"
      "Connection: keep-alive\r\nETag: \"642bfa-d\"\r\nAccept-Ranges: bytes\r\n\r\n"
      "<p>hello</p>\n"},
     "H(GET,/index.html,200,0,13) Q(GET,/index.html,www.example.com) claim(certain) "
     "claim(strong)"},
    {"Chromium and Apache, chunked",
     {"CGET /a?b=c HTTP/1.1\r\nHost: localhost:8080\r\nConnection: keep-alive\r\n"
      "sec-ch-ua: \"Chromium\";v=\"120\"\r\nUpgrade-Insecure-Requests: 1\r\n"
      "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36\r\nAccept: text/html\r\n"
      "Accept-Encoding: gzip, deflate, br\r\nAccept-Language: en-US,en;q=0.9\r\n\r\n",
      "SHTTP/1.1 200 OK\r\nServer: Apache/2.4.57 (Debian)\r\nUpgrade: h2,h2c\r\n"
      "Connection: Upgrade, Keep-Alive\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n7;x=y\r\n, world\r\n0\r\nX-Trailer: 1\r\n\r\n"},
     "H(GET,/a?b=c,200,0,12) Q(GET,/a?b=c,localhost:8080) claim(certain) claim(strong)"},
    {"bare line feeds",
     {"CGET /x HTTP/1.0\nHost: h\n\n", "SHTTP/1.0 200 OK\nContent-Length: 2\n\nok"},
     "H(GET,/x,200,0,2) Q(GET,/x,h) claim(certain) claim(strong)"},
    {"empty lines before a request",
     {"C\r\n" GET "\r\n\r\n" GET, "S" OK("0") OK("0")},
     "H(GET,/,200,0,0) H(GET,/,200,0,0) Q(GET,/,h) Q(GET,/,h) claim(certain) claim(strong)"},
    {"keep-alive",
     {"C" GET, "S" OK("1") "a", "CPOST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
      "SHTTP/1.1 201 Created\r\nLocation: /p/1\r\nContent-Length: 0\r\n\r\n"},
     "H(GET,/,200,0,1) H(POST,/p,201,3,0) Q(GET,/,h) Q(POST,/p,h) claim(certain) claim(strong)"},
    {"pipelining",
     {"CGET /1 HTTP/1.1\r\nHost: h\r\n\r\nHEAD /2 HTTP/1.1\r\nHost: h\r\n\r\n"
      "POST /3 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"
      "GET /4 HTTP/1.1\r\nHost: h\r\n\r\n",
      "S" OK("1") "1" OK("999") OK("2") "33"
                                        "HTTP/1.1 304 Not Modified\r\n\r\n"},
     "H(GET,/1,200,0,1) H(GET,/4,304,0,0) H(HEAD,/2,200,0,0) H(POST,/3,200,2,2) Q(GET,/1,h) "
     "Q(GET,/4,h) Q(HEAD,/2,h) Q(POST,/3,h) claim(certain) claim(strong)"},
    {"100-continue",
     {"CPOST /u HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n",
      "SHTTP/1.1 100 Continue\r\n\r\n", "Cbody", "SHTTP/1.1 204 No Content\r\n\r\n"},
     "H(POST,/u,204,4,0) Q(POST,/u,h) claim(certain) claim(strong)"},
    {"103 early hints",
     {"C" GET, "SHTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" OK("2") "ok"},
     "H(GET,/,200,0,2) Q(GET,/,h) claim(certain) claim(strong)"},
    {"an answer before the body is sent",
     {"CPOST /u HTTP/1.1\r\nHost: h\r\nContent-Length: 8\r\n\r\nbody",
      "SHTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n", "Cbody" GET, "S" OK("1") "x"},
     "H(GET,/,200,0,1) H(POST,/u,413,8,0) Q(GET,/,h) Q(POST,/u,h) claim(certain) claim(strong)"},
    {"until close",
     {"C" GET, "SHTTP/1.0 200 OK\r\n\r\nall of it\r\n\r\nHTTP/1.1 404 text\r\n"},
     "H(GET,/,200,0,32) Q(GET,/,h) claim(certain) claim(strong)"},
    {"cut off inside a body",
     {"C" GET, "S" OK("10") "half"},
     "H(GET,/,200,0,4) Q(GET,/,h) claim(certain) claim(strong)"},
    {"cut off inside a request's body",
     {"CPOST /u HTTP/1.1\r\nHost: h\r\nContent-Length: 8\r\n\r\nbod"},
     "H(POST,/u,0,3,0) Q(POST,/u,h) claim(strong)"},
    {"never answered", {"C" GET}, "H(GET,/,0,0,0) Q(GET,/,h) claim(strong)"},
    {"the answer alone", {"S" OK("2") "ok"}, "H(,,200,0,2,only) claim(strong)"},
    {"a server closes an idle connection",
     {"C" GET, "S" OK("0"), "SHTTP/1.1 408 Request Timeout\r\n\r\n"},
     "H(,,408,0,0,only) H(GET,/,200,0,0) Q(GET,/,h) claim(certain) claim(strong)"},
    {"absolute form",
     {"CGET http://a.test/x HTTP/1.1\r\nHost: b.test\r\n\r\n", "S" OK("0")},
     "H(GET,http://a.test/x,200,0,0) Q(GET,http://a.test/x,a.test) claim(certain) claim(strong)"},
    {"a method nobody knows",
     {"CFROB /x HTTP/1.1\r\nHost: h\r\n\r\n", "SHTTP/1.1 501 No\r\nContent-Length: 0\r\n\r\n"},
     "H(FROB,/x,501,0,0) Q(FROB,/x,h) claim(certain) claim(strong)"},
    /* CONNECT. */
    {"a tunnel",
     {"CCONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n", "SHTTP/1.1 200 Established\r\n\r\n",
      "C\x16\x03\x01", "S\x16\x03\x03"},
     "<\"\x16\x03\x03\" >\"\x16\x03\x01\" H(CONNECT,h:443,200,0,0) Q(CONNECT,h:443,h:443) "
     "become(connect) claim(certain) claim(strong)"},
    {"a tunnel refused",
     {"CCONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n",
      "SHTTP/1.1 407 Auth\r\nContent-Length: 2\r\n\r\nno",
      "CCONNECT h:443 HTTP/1.1\r\nHost: h\r\nProxy-Authorization: x\r\n\r\n",
      "SHTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nSSH-2.0-x\r\n"},
     "<\"SSH-2.0-x\r\n\" H(CONNECT,h:443,200,0,0) H(CONNECT,h:443,407,0,2) "
     "Q(CONNECT,h:443,h:443) Q(CONNECT,h:443,h:443) become(connect) claim(certain) "
     "claim(strong)"},
    /* Upgrades. */
    {"WebSocket",
     {WS_ASK, WS_GRANT "\x81\x02hi", "C\x81\x82mask\x05\x08"},
     "<\"\x81\x02hi\" >\"\x81\x82mask\x05\x08\" H(GET,/chat,101,0,0) Q(GET,/chat,h,!ws) "
     "W(accepted,101) become(websocket) claim(certain) claim(strong) climb(accepted) "
     "climb(asked)"},
    {"WebSocket on a used connection",
     {"C" GET, "S" OK("1") "x", WS_ASK, WS_GRANT "\x81\x00"},
     "<\"\x81\" H(GET,/,200,0,1) H(GET,/chat,101,0,0) Q(GET,/,h) Q(GET,/chat,h,!ws) "
     "W(accepted,101) become(websocket) claim(certain) claim(strong) climb(accepted) "
     "climb(asked)"},
    {"WebSocket with compression",
     {WS_ASK_WITH("Origin: http://h\r\nSec-WebSocket-Extensions: permessage-deflate; "
                  "client_max_window_bits\r\n"),
      "S" WS_101 WS_ACCEPT "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"},
     "H(GET,/chat,101,0,0) Q(GET,/chat,h,!ws) W(accepted,101,deflate) become(websocket) "
     "claim(certain) claim(strong) climb(accepted) climb(asked)"},
    {"a page of another site",
     {WS_ASK_WITH("Origin: https://evil.test\r\n"), WS_GRANT},
     "H(GET,/chat,101,0,0) Q(GET,/chat,h,!ws) W(accepted,101,cross) become(websocket) "
     "claim(certain) claim(strong) climb(accepted) climb(asked)"},
    {"wrong Accept, then SSH",
     {WS_ASK, "S" WS_101 "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\nSSH-2.0-x\r\n",
      "CSSH-2.0-y\r\n"},
     "<\"SSH-2.0-x\r\n\" >\"SSH-2.0-y\r\n\" H(GET,/chat,101,0,0) Q(GET,/chat,h,!ws) "
     "W(granted,101) anomaly(websocket_accept_wrong) become(websocket) claim(certain) "
     "claim(strong) climb(asked) climb(granted)"},
    {"no Accept, no Upgrade",
     {WS_ASK, "SHTTP/1.1 101 Sure\r\n\r\n\x82"},
     "<\"\x82\" H(GET,/chat,101,0,0) Q(GET,/chat,h,!ws) W(granted,101) "
     "anomaly(websocket_accept_missing) anomaly(websocket_connection_unanswered) "
     "anomaly(websocket_upgrade_missing) become(websocket) claim(certain) claim(strong) "
     "climb(asked) climb(granted)"},
    {"refused, and HTTP goes on",
     {WS_ASK, "SHTTP/1.1 426 Upgrade Required\r\nContent-Length: 2\r\n\r\nno", "C" GET,
      "S" OK("0")},
     "H(GET,/,200,0,0) H(GET,/chat,426,0,2) Q(GET,/,h) Q(GET,/chat,h,!ws) W(refused,426) "
     "anomaly(http_426_without_upgrade) claim(certain) claim(strong) climb(asked) climb(refused)"},
    {"refused, but frames were sent in hope",
     {WS_ASK "\x81\x82mask\x05\x08\n" GET, "SHTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n",
      "S" OK("1") "x"},
     "H(GET,/,200,0,1) H(GET,/chat,400,0,0) Q(GET,/,h) Q(GET,/chat,h,!ws) W(refused,400) "
     "anomaly(upgrade_optimistic_data) anomaly(websocket_data_before_answer) claim(certain) "
     "claim(strong) climb(asked) climb(refused)"},
    {"a wrong version: 426, then smuggled requests",
     {"CGET /chat HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 1777\r\n" WS_KEY "\r\n" GET,
      "SHTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n" OK("1") "x"},
     "H(GET,/,200,0,1) H(GET,/chat,426,0,0) Q(GET,/,h) Q(GET,/chat,h,!ws) W(refused,426) "
     "anomaly(http_426_without_upgrade) anomaly(upgrade_smuggling) "
     "anomaly(websocket_data_before_answer) anomaly(websocket_version_unanswered) "
     "anomaly(websocket_version_wrong) claim(certain) claim(strong) climb(asked) climb(refused)"},
    {"every fault of a request for WebSocket",
     {"CPOST /chat HTTP/1.1\r\nUpgrade: WebSocket\r\nSec-WebSocket-Key: short\r\n"
      "Sec-WebSocket-Key: short\r\n\r\n",
      "SHTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n"},
     "H(POST,/chat,400,0,0) Q(POST,/chat,,!ws) W(refused,400) anomaly(http_host_missing) "
     "anomaly(websocket_connection_missing) anomaly(websocket_key_invalid) "
     "anomaly(websocket_key_repeated) anomaly(websocket_not_get) "
     "anomaly(websocket_version_missing) claim(certain) climb(asked) climb(refused)"},
    {"h2c refused",
     {"CGET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
      "HTTP2-Settings: AAMAAABk\r\n\r\n" GET,
      "S" OK("1") "x" OK("1") "y"},
     "H(GET,/,200,0,1) H(GET,/,200,0,1) Q(GET,/,h) Q(GET,/,h) claim(certain) claim(strong)"},
    {"Upgrade that is not asked for: no Connection, HTTP/1.0",
     {"CGET /1 HTTP/1.1\r\nHost: h\r\nUpgrade: h2c\r\n\r\n"
      "GET /2 HTTP/1.0\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n" GET},
     "H(GET,/,0,0,0) H(GET,/1,0,0,0) H(GET,/2,0,0,0) Q(GET,/,h) Q(GET,/1,h) Q(GET,/2,h) "
     "claim(strong)"},
    {"h2c granted",
     {"CGET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\nPRI * HTTP/2.0",
      "SHTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n\x01\x02"},
     "<\"\x01\x02\" >\"PRI * HTTP/2.0\" H(GET,/,101,0,0) Q(GET,/,h) become(?) claim(certain) "
     "claim(strong)"},
    {"an upgrade with a body",
     {"CPOST /containers/x/attach HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\n"
      "Upgrade: tcp\r\nContent-Length: 2\r\n\r\n{}ls\n",
      "SHTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nbin\n"},
     "<\"bin\n\" >\"ls\n\" H(POST,/containers/x/attach,101,2,0) "
     "Q(POST,/containers/x/attach,docker) become(?) claim(certain) claim(strong)"},
    {"101 to nothing asked",
     {"C" GET, "S" WS_101 WS_ACCEPT "\r\n\x81"},
     "<\"\x81\" H(GET,/,101,0,0) Q(GET,/,h) W(granted,101) anomaly(http_unasked_101) "
     "become(websocket) claim(certain) claim(strong) climb(granted)"},
    {"an upgrade never answered",
     {WS_ASK "\x81\x82mask\x05\x08"},
     "H(GET,/chat,0,0,0) Q(GET,/chat,h,!ws) claim(strong) climb(asked)"},
    {"only the last of a pipeline is upgraded",
     {"C" GET "GET /chat HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\n" WS_KEY "\r\n\x81\x80mask",
      "S" OK("1") "x" WS_101 WS_ACCEPT "\r\n\x8a\x01z"},
     "<\"\x8a\x01z\" >\"\x81\x80mask\" H(GET,/,200,0,1) H(GET,/chat,101,0,0) Q(GET,/,h) "
     "Q(GET,/chat,h,!ws) W(accepted,101) anomaly(websocket_data_before_answer) become(websocket) "
     "claim(certain) claim(strong) climb(accepted) climb(asked)"},
    /* What was no HTTP after all. */
    {"a fake prelude, then SSH both ways",
     {"CGET #abc# HTTP/1.1\r\n\r\nSSH-2.0-y\r\n", "SSSH-2.0-x\r\n"},
     "<\"SSH-2.0-x\r\n\" >\"SSH-2.0-y\r\n\" Q(GET,#abc#,) anomaly(http_host_missing) leave"},
    {"a fake exchange, then SSH",
     {"C" GET "SSH-2.0-y\r\n", "S" OK("0") "SSH-2.0-x\r\n"},
     "<\"SSH-2.0-x\r\n\" >\"SSH-2.0-y\r\n\" H(GET,/,200,0,0) Q(GET,/,h) become(?) "
     "claim(certain) claim(strong)"},
    {"the client's first word is none",
     {"CEHLO x\r\n", "S250 y\r\n"},
     "<\"250 y\r\n\" >\"EHLO x\r\n\" leave"},
    {"the client's first line is none, and long",
     {"CGET /a-target-of-more-bytes-than-are-judged-before-the-line-has-ended HTTQ/1.1\r\nA: b"},
     ">\"GET /a-target-of-more-bytes-than-are-judged-before-the-line-has-ended HTTQ/1.1\r\nA: b\" "
     "leave"},
    {"the server's first word is none",
     {"C" GET, "S<html>no head</html>"},
     "<\"<html>no head</html>\" Q(GET,/,h) claim(strong) leave"},
    /* What is wrong, and still HTTP. */
    {"CL.TE smuggling",
     {"CPOST / HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n"
      "0\r\n\r\nGET /admin HTTP/1.1\r\nHost: h\r\n\r\n",
      "S" OK("0") OK("0")},
     "H(GET,/admin,200,0,0) H(POST,/,200,0,0) Q(GET,/admin,h) Q(POST,/,h) "
     "anomaly(http_length_and_chunked) claim(certain) claim(strong)"},
    {"TE.TE smuggling",
     {"CPOST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding : x\r\n"
      "Content-Length: 4\r\n\r\n5c\r\nGET /admin HTTP/1.1\r\nHost: h\r\n\r\n",
      "SHTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n"},
     "H(GET,/admin,0,0,0) H(POST,/,400,0,0) Q(GET,/admin,h) Q(POST,/,h) "
     "anomaly(http_bad_field) anomaly(http_length_and_chunked) anomaly(http_transfer_coding) "
     "claim(certain) claim(strong)"},
    {"lengths that differ",
     {"CPOST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nab" GET,
      "S" OK("0") OK("0")},
     "H(GET,/,200,0,0) H(POST,/,200,2,0) Q(GET,/,h) Q(POST,/,h) anomaly(http_length_conflict) "
     "claim(certain) claim(strong)"},
    {"a body longer than it said",
     {"CHEAD / HTTP/1.1\r\nHost: h\r\n\r\n", "S" OK("5") "hello", "C" GET, "S" OK("2") "ok"},
     "H(GET,/,200,0,2) H(HEAD,/,200,0,0) Q(GET,/,h) Q(HEAD,/,h) anomaly(http_not_a_response) "
     "claim(certain) claim(strong)"},
    {"a bad request between good ones",
     {"C" GET "nonsense\r\n",
      "S" OK("1") "x"
                  "HTTP/1.1 400 Bad\r\nContent-Length: 1\r\n\r\ny",
      "C" GET, "S" OK("0")},
     "H(,,400,0,1,only) H(GET,/,200,0,0) H(GET,/,200,0,1) Q(GET,/,h) Q(GET,/,h) "
     "anomaly(http_not_a_request) claim(certain) claim(strong)"},
    {"a bad chunk, then found again",
     {"C" GET, "SHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n", "C" GET,
      "S" OK("0")},
     "H(GET,/,200,0,0) H(GET,/,200,0,2) Q(GET,/,h) Q(GET,/,h) anomaly(http_bad_chunk) "
     "claim(certain) claim(strong)"},
    {"spaces in a request line, folds, two hosts",
     {"CGET  /x HTTP/1.1\r\nHost: h\r\nHost: i\r\nA: b\r\n c\r\n\r\n", "S" OK("0")},
     "H(GET,/x,200,0,0) Q(GET,/x,h) anomaly(http_host_repeated) anomaly(http_obs_fold) "
     "anomaly(http_request_line_space) claim(certain) claim(strong)"},
};

/* Here the answers depend on which direction came first, and may: what a loss hides is guessed from
 * the order. */
static const struct transcript IN_ORDER[] = {
    {"inside a body of known length",
     {"C" GET, "S" OK("10") "ab", "S" LOST "5", "Scde" OK("0"), "C" GET},
     "H(GET,/,200,0,0) H(GET,/,200,0,10) Q(GET,/,h) Q(GET,/,h) claim(certain) claim(strong)"},
    {"to the end of a body",
     {"C" GET, "S" OK("10") "ab", "S" LOST "8", "C" GET, "S" OK("0")},
     "H(GET,/,200,0,0) H(GET,/,200,0,10) Q(GET,/,h) Q(GET,/,h) claim(certain) claim(strong)"},
    {"past the end of a body",
     {"C" GET, "S" OK("10") "ab", "S" LOST "100", "C" GET, "Sbody of it" OK("0")},
     "H(GET,/,200,0,0) H(GET,/,200,0,10) Q(GET,/,h) Q(GET,/,h) claim(certain) claim(strong)"},
    {"inside a chunk",
     {"C" GET, "SHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n01", "S" LOST "6",
      "S89\r\n0\r\n\r\n" OK("0"), "C" GET},
     "H(GET,/,200,0,0) H(GET,/,200,0,10) Q(GET,/,h) Q(GET,/,h) claim(certain) claim(strong)"},
    {"a fake exchange without a length, then SSH",
     {"C" GET "SSH-2.0-y\r\n", "SHTTP/1.1 200 Connection established\r\n\r\n", "SSSH-2.0-x\r\n"},
     "<\"SSH-2.0-x\r\n\" >\"SSH-2.0-y\r\n\" H(GET,/,200,0,0) Q(GET,/,h) become(?) claim(certain) "
     "claim(strong)"},
    {"over an answer's head",
     {"C" GET, "SHTTP/1.1 200 OK\r\nContent-Le", "S" LOST "20", "Slost body",
      "CGET /2 HTTP/1.1\r\nHost: h\r\n\r\n", "S" OK("1") "x"},
     "H(GET,/,0,0,0) H(GET,/2,200,0,1) Q(GET,/,h) Q(GET,/2,h) claim(certain) claim(strong)"},
    {"after an answer that waits for its request",
     {"S" OK("2") "ok" OK("1"), "S" LOST "9", "S\n" OK("3") "abc", "C" GET},
     "H(,,200,0,1,only) H(,,200,0,2,only) H(,,200,0,3,only) H(GET,/,0,0,0) Q(GET,/,h) "
     "claim(strong)"},
    {"over a request",
     {"C" GET, "S" OK("1") "x", "C" LOST "40", "S" OK("2") "yy", "C" GET, "S" OK("3") "zzz"},
     "H(,,200,0,2,only) H(GET,/,200,0,1) H(GET,/,200,0,3) Q(GET,/,h) Q(GET,/,h) "
     "claim(certain) claim(strong)"},
    {"past the body of a request for an upgrade",
     {"CPOST /x HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
      "Content-Length: 2\r\n\r\n{",
      "C" LOST "4", "Cls",
      "SHTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nbin"},
     "<\"bin\" >\"[gap 5]\" H(POST,/x,101,2,0) Q(POST,/x,h) become(?) claim(certain) "
     "claim(strong)"},
    {"in what was sent before an upgrade's answer",
     {WS_ASK "\x81\x82mask", "C" LOST "2", "C\x81", WS_GRANT},
     ">\"\x81\x82mask[gap 3]\" H(GET,/chat,101,0,0) Q(GET,/chat,h,!ws) W(accepted,101) "
     "anomaly(websocket_data_before_answer) become(websocket) claim(certain) claim(strong) "
     "climb(accepted) climb(asked)"},
};

#endif
