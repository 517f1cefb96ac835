/* SPDX-License-Identifier: MIT */
/* A WebSocket's end through the whole engine: who owed a close frame, and had received the other's
 * before it ended (RFC 6455 s5.5.1)? */
#include "conversation.h"

#define CLOSE      "\x88\x82\0\0\0\0\x03\xe8"
#define SERVER     "\x88\x02\x03\xe8"
#define TOLD       "(websocket_close_unanswered) "
#define FLOW       "tcp>http>websocket app=websocket/certain framed allow:-\n"
#define FLOW_BEGIN "http/101 "

static void begin(struct talk *t)
{
    talk_begin(t, NULL, 0);
    talk_open(t);
    talk_say(t, TO_SERVER,
             LITERAL("GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                     "Sec-WebSocket-Version: 13\r\n\r\n"));
    talk_say(t, TO_CLIENT,
             LITERAL("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\n"
                     "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"));
}

static void fin(struct talk *t, enum direction d)
{
    talk_segment(t, d, TCP_FIN | TCP_ACK, t->sent[d], LITERAL(""));
    t->sent[d]++;
}

static void test_received(void)
{
    struct talk t;

    begin(&t);
    talk_say(&t, TO_SERVER, LITERAL(CLOSE));
    fin(&t, TO_CLIENT);
    fin(&t, TO_SERVER);
    talk_end(&t, FLOW_BEGIN ">8/2 " TOLD FLOW, "the server had received it");
    begin(&t);
    talk_say(&t, TO_CLIENT, LITERAL(SERVER));
    fin(&t, TO_CLIENT);
    fin(&t, TO_SERVER);
    talk_end(&t, FLOW_BEGIN "<8/2 " TOLD FLOW, "the client, with the FIN behind it");
}

static void test_excused(void)
{
    struct talk t;

    begin(&t);
    talk_say(&t, TO_SERVER, LITERAL(CLOSE));
    talk_say(&t, TO_CLIENT, LITERAL(SERVER));
    talk_close(&t);
    talk_end(&t, FLOW_BEGIN ">8/2 <8/2 " FLOW, "answered");
    begin(&t);
    fin(&t, TO_CLIENT);
    talk_say(&t, TO_SERVER, LITERAL(CLOSE));
    fin(&t, TO_SERVER);
    talk_end(&t, FLOW_BEGIN ">8/2 " FLOW, "the server had ended before");
    begin(&t);
    talk_say(&t, TO_SERVER, LITERAL(CLOSE));
    talk_segment(&t, TO_CLIENT, TCP_RST | TCP_ACK, t.sent[TO_CLIENT], LITERAL(""));
    talk_end(&t, FLOW_BEGIN ">8/2 " FLOW, "a reset");
    begin(&t);
    talk_say(&t, TO_SERVER, LITERAL(CLOSE));
    fin(&t, TO_CLIENT);
    talk_end(&t, FLOW_BEGIN ">8/2 " FLOW, "the capture ended");
    begin(&t);
    talk_say(&t, TO_SERVER, LITERAL(CLOSE));
    t.sent[TO_CLIENT] += 2; /* a close frame that was not captured */
    fin(&t, TO_SERVER);
    fin(&t, TO_CLIENT);
    talk_segment(&t, TO_SERVER, TCP_ACK, t.sent[TO_SERVER], LITERAL(""));
    const char *log = talk_log(&t);
    CHECK(strstr(log, "stream_gap") != NULL && strstr(log, TOLD) == NULL, "a hole");
    talk_free(&t);
}

int main(void)
{
    test_received();
    test_excused();
    return test_end();
}
