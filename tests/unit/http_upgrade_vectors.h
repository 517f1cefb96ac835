/* SPDX-License-Identifier: MIT */
/* http_upgrade_vectors.h - the upgrade ladder: what is asked, refused, granted, pretended and lost.
 *
 * As in http_vectors.h, tokens stand in alphabetical order. */
#ifndef TESTS_UNIT_HTTP_UPGRADE_VECTORS_H
#define TESTS_UNIT_HTTP_UPGRADE_VECTORS_H

#include "http_vectors.h"

#define WS_ASK_VERSION(version)                                                                    \
    "CGET /chat HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"              \
    "Sec-WebSocket-Version: " version "\r\n" WS_KEY "\r\n"
#define REFUSAL                                                                                    \
    "SHTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"        \
    "Content-Length: 0\r\n\r\n"
#define EVIL_GET     "GET /admin HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define CLIENT_FRAME "\x81\x82mask\x05\x08"
#define SERVER_FRAME "\x81\x02hi"

/* draft-hixie-thewebsocketprotocol-76 s1.2 */
#define HIXIE_76                                                                                   \
    "CGET /demo HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nSec-WebSocket-Key2: 12998 5 Y3 1  "  \
    ".P00\r\nSec-WebSocket-Protocol: sample\r\nUpgrade: WebSocket\r\n"                             \
    "Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5\r\nOrigin: http://h\r\n\r\n^n:ds[4U"
#define HIXIE_76_HEAD                                                                              \
    "SHTTP/1.1 101 WebSocket Protocol Handshake\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n"  \
    "Sec-WebSocket-Origin: http://h\r\nSec-WebSocket-Location: ws://h/demo\r\n"                    \
    "Sec-WebSocket-Protocol: sample\r\n\r\n"
#define HIXIE_75                                                                                   \
    "CGET /demo HTTP/1.1\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\nHost: h\r\n"              \
    "Origin: http://h\r\nWebSocket-Protocol: sample\r\n\r\n"

static const struct transcript UPGRADES[] = {
    {"100 and 103 before the 101",
     {WS_ASK, "SHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" WS_101
                  WS_ACCEPT "\r\n" SERVER_FRAME},
     "<\"\x81\x02hi\" H(GET,/chat,101,0,0) Q(GET,/chat,h,!ws) W(accepted,101) become(websocket) "
     "claim(certain) claim(strong) climb(accepted) climb(asked)"},
    {"refused, then granted on the same connection",
     {WS_ASK_VERSION("99"), REFUSAL, WS_ASK, WS_GRANT, "C" CLIENT_FRAME},
     ">\"\x81\x82mask\x05\x08\" H(GET,/chat,101,0,0) H(GET,/chat,426,0,0) Q(GET,/chat,h,!ws) "
     "Q(GET,/chat,h,!ws) W(accepted,101) W(refused,426) anomaly(websocket_version_wrong) "
     "become(websocket) claim(certain) claim(strong) climb(accepted) climb(asked) climb(asked) "
     "climb(refused)"},
    {"refused twice with a body",
     {WS_ASK, "SHTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\nno", WS_ASK,
      "SHTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n"},
     "H(GET,/chat,401,0,2) H(GET,/chat,403,0,2) Q(GET,/chat,h,!ws) Q(GET,/chat,h,!ws) "
     "W(refused,401) W(refused,403) claim(certain) claim(strong) climb(asked) climb(asked) "
     "climb(refused) climb(refused)"},
    {"asked with a body",
     {"CPOST /chat HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nContent-Length: 8\r\n" WS_KEY "\r\n" CLIENT_FRAME,
      WS_GRANT, "C" CLIENT_FRAME},
     ">\"\x81\x82mask\x05\x08\" H(POST,/chat,101,8,0) Q(POST,/chat,h,!ws) W(accepted,101) "
     "anomaly(websocket_granted_anyway) anomaly(websocket_not_get) become(websocket) "
     "claim(certain) claim(strong) climb(accepted) climb(asked)"},
    {"an upgrade in a body is none",
     {"CPOST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 144\r\n\r\n" WS_ASK_TEXT,
      "S" OK("129") WS_101 WS_ACCEPT "\r\n"},
     "H(POST,/x,200,144,129) Q(POST,/x,h) claim(certain) claim(strong)"},
    {"h2c, websocket",
     {"CGET /chat HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c, websocket\r\n"
      "Sec-WebSocket-Version: 13\r\n" WS_KEY "\r\n",
      WS_GRANT},
     "H(GET,/chat,101,0,0) Q(GET,/chat,h,!ws) W(accepted,101) become(websocket) claim(certain) "
     "claim(strong) climb(accepted) climb(asked)"},
    {"another protocol than was asked for",
     {WS_ASK, "SHTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n\x01"},
     "<\"\x01\" H(GET,/chat,101,0,0) Q(GET,/chat,h,!ws) anomaly(upgrade_unoffered) become(?) "
     "claim(certain) claim(strong) climb(asked)"},
    {"101 that names nothing",
     {"CGET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n",
      "SHTTP/1.1 101 S\r\n\r\n\x01"},
     "<\"\x01\" H(GET,/,101,0,0) Q(GET,/,h) anomaly(http_101_without_upgrade) become(?) "
     "claim(certain) claim(strong)"},
    {"101 with a body that it cannot have",
     {WS_ASK,
      "S" WS_101 WS_ACCEPT "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" SERVER_FRAME},
     "<\"\x81\x02hi\" H(GET,/chat,101,0,0) Q(GET,/chat,h,!ws) W(accepted,101) "
     "anomaly(http_interim_length) anomaly(http_interim_transfer_encoding) become(websocket) "
     "claim(certain) claim(strong) climb(accepted) climb(asked)"},
    {"a key without Upgrade",
     {"CGET /chat HTTP/1.1\r\nHost: h\r\nSec-WebSocket-Version: 13\r\n" WS_KEY "\r\n",
      "SHTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n"},
     "H(GET,/chat,426,0,0) Q(GET,/chat,h) anomaly(http_426_without_upgrade) "
     "anomaly(websocket_upgrade_unasked) claim(certain) claim(strong)"},
    {"granted to what had to be refused",
     {"CGET /chat HTTP/1.0\r\nHost: h\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" WS_KEY
      "\r\n",
      WS_GRANT},
     "H(GET,/chat,101,0,0) Q(GET,/chat,h,!ws) W(accepted,101) "
     "anomaly(websocket_connection_missing) anomaly(websocket_granted_anyway) "
     "anomaly(websocket_http_version) become(websocket) claim(certain) claim(strong) "
     "climb(accepted) climb(asked)"},
    {"version 8 spoken",
     {WS_ASK_VERSION("8"), WS_GRANT SERVER_FRAME, "C" CLIENT_FRAME},
     "<\"\x81\x02hi\" >\"\x81\x82mask\x05\x08\" H(GET,/chat,101,0,0) Q(GET,/chat,h,!ws) "
     "W(accepted,101) anomaly(websocket_version_wrong) become(websocket) claim(certain) "
     "claim(strong) climb(accepted) climb(asked)"},
    {"version 8 refused, HTTP goes on",
     {WS_ASK_VERSION("8"), REFUSAL, "C" GET, "S" OK("0")},
     "H(GET,/,200,0,0) H(GET,/chat,426,0,0) Q(GET,/,h) Q(GET,/chat,h,!ws) W(refused,426) "
     "anomaly(websocket_version_wrong) claim(certain) claim(strong) climb(asked) climb(refused)"},
    /* 0ang3el: a proxy that believes in the upgrade passes all that follows. */
    {"a version of nobody, refused, and requests go on",
     {WS_ASK_VERSION("1777"), REFUSAL, "C" EVIL_GET, "S" OK("0")},
     "H(GET,/admin,200,0,0) H(GET,/chat,426,0,0) Q(GET,/admin,localhost) Q(GET,/chat,h,!ws) "
     "W(refused,426) anomaly(upgrade_smuggling) anomaly(websocket_version_wrong) claim(certain) "
     "claim(strong) climb(asked) climb(refused)"},
    {"refused, and a tunnel all the same",
     {WS_ASK_VERSION("1777"), REFUSAL, "C" CLIENT_FRAME, "S" SERVER_FRAME, "C" CLIENT_FRAME},
     "<\"\x81\x02hi\" >\"\x81\x82mask\x05\x08\x81\x82mask\x05\x08\" H(GET,/chat,426,0,0) "
     "Q(GET,/chat,h,!ws) W(refused,426) anomaly(upgrade_smuggling) "
     "anomaly(websocket_version_wrong) become(websocket) claim(certain) claim(strong) climb(asked) "
     "climb(refused)"},
    {"refused, and only the client goes on with frames",
     {WS_ASK, REFUSAL, "C" CLIENT_FRAME CLIENT_FRAME},
     "H(GET,/chat,426,0,0) Q(GET,/chat,h,!ws) W(refused,426) anomaly(upgrade_optimistic_data) "
     "claim(certain) claim(strong) climb(asked) climb(refused)"},
    {"refused, and only the server goes on with frames",
     {WS_ASK, REFUSAL, "S" SERVER_FRAME SERVER_FRAME},
     "H(GET,/chat,426,0,0) Q(GET,/chat,h,!ws) W(refused,426) anomaly(http_not_a_response) "
     "claim(certain) claim(strong) climb(asked) climb(refused)"},
    {"refused, a stray line of the server, HTTP goes on",
     {WS_ASK, REFUSAL, "Snoise\n" OK("1") "x", "C" GET},
     "H(GET,/,200,0,1) H(GET,/chat,426,0,0) Q(GET,/,h) Q(GET,/chat,h,!ws) W(refused,426) "
     "anomaly(http_not_a_response) claim(certain) claim(strong) climb(asked) climb(refused)"},
    {"a tunnel refused and used all the same",
     {"CCONNECT h:22 HTTP/1.1\r\nHost: h\r\n\r\n", "SHTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n",
      "C\x01\x02", "S\x03\x04"},
     "<\"\x03\x04\" >\"\x01\x02\" H(CONNECT,h:22,403,0,0) Q(CONNECT,h:22,h:22) "
     "anomaly(upgrade_smuggling) become(?) claim(certain) claim(strong)"},
    /* Drafts. */
    {"hixie-76",
     {HIXIE_76, HIXIE_76_HEAD "8jKS'y:G*Co,Wxa-\xff", "C\x81"},
     "<\"\xff\" >\"\x81\" H(GET,/demo,101,8,0) Q(GET,/demo,h,!ws) W(accepted,101) "
     "anomaly(websocket_draft) become(hixie) claim(certain) claim(strong) climb(accepted) "
     "climb(asked)"},
    {"hixie-76 with a wrong answer",
     {HIXIE_76, HIXIE_76_HEAD "8jKS'y:G*Co,Wxa+\xff"},
     "<\"\xff\" H(GET,/demo,101,8,0) Q(GET,/demo,h,!ws) W(granted,101) "
     "anomaly(websocket_accept_wrong) anomaly(websocket_draft) become(hixie) claim(certain) "
     "claim(strong) climb(asked) climb(granted)"},
    {"hixie-76 refused",
     {HIXIE_76, "SHTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n", "C" GET},
     "H(GET,/,0,0,0) H(GET,/demo,400,8,0) Q(GET,/,h) Q(GET,/demo,h,!ws) W(refused,400) "
     "anomaly(websocket_draft) claim(certain) claim(strong) climb(asked) climb(refused)"},
    {"hixie-75",
     {HIXIE_75, "SHTTP/1.1 101 Web Socket Protocol Handshake\r\nUpgrade: WebSocket\r\n"
                "Connection: Upgrade\r\nWebSocket-Origin: http://h\r\n"
                "WebSocket-Location: ws://h/demo\r\nWebSocket-Protocol: sample\r\n\r\n\xff"},
     "<\"\xff\" H(GET,/demo,101,0,0) Q(GET,/demo,h,!ws) W(granted,101) anomaly(websocket_draft) "
     "become(hixie) claim(certain) claim(strong) climb(asked) climb(granted)"},
    {"like hixie-75, but the server speaks RFC 6455",
     {HIXIE_75, "S" WS_101 WS_ACCEPT "\r\n" SERVER_FRAME},
     "<\"\x81\x02hi\" H(GET,/demo,101,0,0) Q(GET,/demo,h,!ws) W(granted,101) "
     "anomaly(websocket_accept_wrong) anomaly(websocket_draft) become(websocket) claim(certain) "
     "claim(strong) climb(asked) climb(granted)"},
};

/* The order of packets, or what a loss hides, is part of the answer. */
static const struct transcript UPGRADES_IN_ORDER[] = {
    {"frames before the 101",
     {WS_ASK, "C" CLIENT_FRAME, WS_GRANT SERVER_FRAME},
     "<\"\x81\x02hi\" >\"\x81\x82mask\x05\x08\" H(GET,/chat,101,0,0) Q(GET,/chat,h,!ws) "
     "W(accepted,101) anomaly(websocket_data_before_answer) become(websocket) claim(certain) "
     "claim(strong) climb(accepted) climb(asked)"},
    {"frames after half of the 101",
     {WS_ASK, "SHTTP/1.1 101 S\r\nUpgr", "C" CLIENT_FRAME,
      "Sade: websocket\r\nConnection: upgrade\r\n" WS_ACCEPT "\r\n"},
     ">\"\x81\x82mask\x05\x08\" H(GET,/chat,101,0,0) Q(GET,/chat,h,!ws) W(accepted,101) "
     "anomaly(websocket_data_before_answer) become(websocket) claim(certain) claim(strong) "
     "climb(accepted) climb(asked)"},
    {"frames after the 101",
     {WS_ASK, WS_GRANT, "C" CLIENT_FRAME},
     ">\"\x81\x82mask\x05\x08\" H(GET,/chat,101,0,0) Q(GET,/chat,h,!ws) W(accepted,101) "
     "become(websocket) claim(certain) claim(strong) climb(accepted) climb(asked)"},
    {"a request before the refusal",
     {WS_ASK GET, REFUSAL, "S" OK("0")},
     "H(GET,/,200,0,0) H(GET,/chat,426,0,0) Q(GET,/,h) Q(GET,/chat,h,!ws) W(refused,426) "
     "anomaly(websocket_data_before_answer) claim(certain) claim(strong) climb(asked) "
     "climb(refused)"},
    {"the request lost",
     {"C" LOST "150", WS_GRANT SERVER_FRAME, "C" CLIENT_FRAME},
     "<\"\x81\x02hi\" >\"[gap 150]\x81\x82mask\x05\x08\" H(,,101,0,0,only) W(granted,101) "
     "become(websocket) claim(strong) climb(granted)"},
    {"the request lost after others",
     {"C" GET, "S" OK("1") "x", "C" LOST "150", WS_GRANT SERVER_FRAME, "C" CLIENT_FRAME},
     "<\"\x81\x02hi\" >\"[gap 150]\x81\x82mask\x05\x08\" H(,,101,0,0,only) H(GET,/,200,0,1) "
     "Q(GET,/,h) W(granted,101) become(websocket) claim(certain) claim(strong) climb(granted)"},
    {"the request's end lost",
     {"CGET /chat HTTP/1.1\r\nHost: h\r\nUpg", "C" LOST "100", WS_GRANT SERVER_FRAME},
     "<\"\x81\x02hi\" >\"[gap 132]\" H(,,101,0,0,only) W(granted,101) become(websocket) "
     "claim(strong) climb(granted)"},
    {"the 101 lost, the server speaks",
     {WS_ASK, "S" LOST "129", "S" SERVER_FRAME},
     "<\"[gap 129]\x81\x02hi\" H(GET,/chat,0,0,0) Q(GET,/chat,h,!ws) become(websocket) "
     "claim(strong) climb(asked)"},
    {"the 101 lost, the client speaks",
     {WS_ASK, "C" CLIENT_FRAME, "S" LOST "129", "S" SERVER_FRAME},
     "<\"[gap 129]\x81\x02hi\" >\"\x81\x82mask\x05\x08\" H(GET,/chat,0,0,0) Q(GET,/chat,h,!ws) "
     "become(websocket) claim(strong) climb(asked)"},
    {"the 101 lost, the client speaks later",
     {WS_ASK, "S" LOST "129", "C" CLIENT_FRAME, "S" SERVER_FRAME},
     "<\"[gap 129]\x81\x02hi\" >\"\x81\x82mask\x05\x08\" H(GET,/chat,0,0,0) Q(GET,/chat,h,!ws) "
     "become(websocket) claim(strong) climb(asked)"},
    {"the start of the 101 lost",
     {WS_ASK, "S" LOST "40", "Sction: Upgrade\r\n" WS_ACCEPT "\r\n" SERVER_FRAME, "C" CLIENT_FRAME},
     "<\"\x81\x02hi\" >\"\x81\x82mask\x05\x08\" H(GET,/chat,101,0,0) Q(GET,/chat,h,!ws) "
     "W(accepted,101) become(websocket) claim(strong) climb(accepted) climb(asked)"},
    {"most of the 101 lost",
     {WS_ASK, "S" LOST "110", "SOo=\r\n\r\n" SERVER_FRAME},
     "<\"\x81\x02hi\" H(GET,/chat,0,0,0) Q(GET,/chat,h,!ws) become(websocket) claim(strong) "
     "climb(asked)"},
    {"all but the end of the 101 lost",
     {WS_ASK, "S" LOST "128", "S\n" SERVER_FRAME},
     "<\"[gap 128]\x81\x02hi\" H(GET,/chat,0,0,0) Q(GET,/chat,h,!ws) become(websocket) "
     "claim(strong) climb(asked)"},
    {"a hole in the 101",
     {WS_ASK, "SHTTP/1.1 101 Switching Protocols\r\nUpg", "S" LOST "30",
      "S\r\n" WS_ACCEPT "\r\n" SERVER_FRAME},
     "<\"\x81\x02hi\" H(GET,/chat,101,0,0) Q(GET,/chat,h,!ws) W(accepted,101) become(websocket) "
     "claim(strong) climb(accepted) climb(asked) climb(granted)"},
    {"the end of the 101 lost",
     {WS_ASK, "S" WS_101 "Sec-WebSocket-Acc", "S" LOST "40", "S" SERVER_FRAME, "C" CLIENT_FRAME},
     "<\"[gap 132]\x81\x02hi\" >\"\x81\x82mask\x05\x08\" H(GET,/chat,0,0,0) Q(GET,/chat,h,!ws) "
     "become(websocket) claim(strong) climb(asked) climb(granted)"},
    {"a hole in a refusal",
     {WS_ASK, "SHTTP/1.1 403 Forbidden\r\nContent-Le", "S" LOST "40", "C" GET, "S" OK("0")},
     "H(GET,/,200,0,0) H(GET,/chat,0,0,0) Q(GET,/,h) Q(GET,/chat,h,!ws) claim(certain) "
     "claim(strong) climb(asked) climb(refused)"},
    {"a refusal lost, HTTP goes on",
     {WS_ASK, "S" LOST "40", "C" GET, "S" OK("0")},
     "H(GET,/,200,0,0) H(GET,/chat,0,0,0) Q(GET,/,h) Q(GET,/chat,h,!ws) claim(certain) "
     "claim(strong) climb(asked)"},
    {"an answer lost, another follows",
     {WS_ASK, "S" LOST "40", "S" OK("0")},
     "H(GET,/chat,200,0,0) Q(GET,/chat,h,!ws) W(refused,200) claim(certain) claim(strong) "
     "climb(asked) climb(refused)"},
    {"an answer before the 101 lost",
     {"C" GET, WS_ASK, "S" LOST "40", WS_GRANT SERVER_FRAME, "C" CLIENT_FRAME},
     "<\"\x81\x02hi\" >\"\x81\x82mask\x05\x08\" H(GET,/,0,0,0) H(GET,/chat,101,0,0) Q(GET,/,h) "
     "Q(GET,/chat,h,!ws) W(accepted,101) become(websocket) claim(certain) claim(strong) "
     "climb(accepted) climb(asked)"},
    {"the answer's end and the 101 lost",
     {"C" GET, WS_ASK, "S" OK("9") "x", "S" LOST "140", "S" SERVER_FRAME, "C" CLIENT_FRAME},
     "<\"[gap 132]\x81\x02hi\" >\"\x81\x82mask\x05\x08\" H(GET,/,200,0,9) H(GET,/chat,0,0,0) "
     "Q(GET,/,h) Q(GET,/chat,h,!ws) become(websocket) claim(certain) claim(strong) climb(asked)"},
    {"the 101 lost in two holes",
     {WS_ASK, "S" LOST "10", "Srade\r\n", "S" LOST "20", "S" SERVER_FRAME},
     "<\"[gap 36]\x81\x02hi\" H(GET,/chat,0,0,0) Q(GET,/chat,h,!ws) become(websocket) "
     "claim(strong) climb(asked)"},
};

#endif
