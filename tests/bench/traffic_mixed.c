/* SPDX-License-Identifier: MIT */
/* All that meets on port 80: WebSocket, HTTP with keep-alive, a chat in lines, SSH, TLS, BitTorrent
 * and bytes that say nothing. */
#include "tests/bench/traffic.h"

enum mixed_kind { WEBSOCKET, HTTP, CHAT, SSH, TLS, PEER, NOISE, MIXED_KINDS };

typedef void say(struct traffic *t, struct flow *f, enum side side, struct buffer *b);

static void put_words(struct traffic *t, struct buffer *b, uint32_t n)
{
    static const char *const words[] = {"hello",  "are",   "you",  "there", "the",
                                        "server", "is",    "down", "again", "well",
                                        "then",   "lunch", "at",   "noon"};

    for (; n > 0; n--)
        buffer_printf(b, "%s%c", words[traffic_below(t, 14)], n > 1 ? ' ' : '.');
}

static void say_http(struct traffic *t, struct flow *f, enum side side, struct buffer *b)
{
    const struct bytes line = bytes_of_text("<p>It is here, in all sizes and colours.</p>\n");
    const uint32_t page = traffic_below(t, 10000), len = 200 + traffic_below(t, 1800);

    if (side == CLIENT) {
        buffer_printf(b,
                      "GET /shop/item/%u?from=%u HTTP/1.1\r\nHost: www%u.example.com\r\n"
                      "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 "
                      "Firefox/128.0\r\nAccept: text/html,application/xhtml+xml,*/*;q=0.8\r\n"
                      "Accept-Language: en-US,en;q=0.5\r\nCookie: session=%08x%08x\r\n"
                      "Connection: keep-alive\r\n\r\n",
                      page, f->step, f->number % 50, f->number * 2654435761U, f->number);
        return;
    }
    buffer_printf(b,
                  "HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Tue, 14 Nov 2023 22:13:20 GMT\r\n"
                  "Content-Type: text/html; charset=utf-8\r\nContent-Length: %u\r\n"
                  "Connection: keep-alive\r\nCache-Control: no-cache\r\n\r\n",
                  len);
    for (uint32_t left = len; left > 0; left -= left < line.len ? left : (uint32_t)line.len)
        buffer_append(b, bytes_first(line, left));
}

static void say_chat(struct traffic *t, struct flow *f, enum side side, struct buffer *b)
{
    (void)f;
    buffer_append_text(b, side == CLIENT ? "<anna> " : "<ben> ");
    put_words(t, b, 3 + traffic_below(t, 12));
    buffer_append_text(b, "\n");
}

static void say_ssh(struct traffic *t, struct flow *f, enum side side, struct buffer *b)
{
    const uint32_t len = 32 + 16 * traffic_below(t, 40);

    if (f->step == 0) {
        buffer_append_text(b, side == CLIENT ? "SSH-2.0-OpenSSH_9.2p1\r\n"
                                             : "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n");
        return;
    }
    put_number(b, len - 4, 4); /* RFC 4253 s6: length, padding, payload */
    buffer_append_byte(b, 8);
    if (f->step == 1)
        buffer_append_byte(b, 20); /* KEXINIT */
    traffic_noise(t, b, len - 5 - (f->step == 1 ? 1 : 0));
}

/* A record of RFC 8446 s5.1 */
static void put_record(struct traffic *t, struct buffer *b, uint8_t type, uint32_t len)
{
    buffer_append_byte(b, type);
    put_number(b, 0x0303, 2);
    put_number(b, len, 2);
    if (t != NULL)
        traffic_noise(t, b, len);
}

static void put_client_hello(struct traffic *t, struct flow *f, struct buffer *b)
{
    struct buffer more = {0};

    put_number(&more, 0, 2); /* server_name: RFC 6066 s3 */
    put_number(&more, 21, 2);
    put_number(&more, 19, 2);
    buffer_append_byte(&more, 0);
    put_number(&more, 16, 2);
    buffer_printf(&more, "www%02u.example.com", f->number % 100);
    put_number(&more, 43U << 16 | 3U, 4); /* supported_versions: TLS 1.3 */
    put_number(&more, 0x020304, 3);
    put_number(&more, 10U << 16 | 4U, 4); /* supported_groups: x25519 */
    put_number(&more, 0x0002001d, 4);
    put_record(NULL, b, 22, (uint32_t)(4 + 2 + 32 + 1 + 32 + 2 + 6 + 2 + 2 + more.len));
    buffer_append_byte(b, 1);
    put_number(b, 2 + 32 + 1 + 32 + 2 + 6 + 2 + 2 + more.len, 3);
    put_number(b, 0x0303, 2);
    traffic_noise(t, b, 32);
    buffer_append_byte(b, 32);
    traffic_noise(t, b, 32);
    put_number(b, 6, 2);
    put_number(b, 0x130113021303U, 6);
    put_number(b, 0x0100, 2);
    put_number(b, more.len, 2);
    buffer_append(b, buffer_bytes(&more));
    buffer_free(&more);
}

static void put_server_hello(struct traffic *t, struct buffer *b)
{
    put_record(NULL, b, 22, 4 + 2 + 32 + 1 + 32 + 2 + 1 + 2 + 6);
    buffer_append_byte(b, 2);
    put_number(b, 2 + 32 + 1 + 32 + 2 + 1 + 2 + 6, 3);
    put_number(b, 0x0303, 2);
    traffic_noise(t, b, 32);
    buffer_append_byte(b, 32);
    traffic_noise(t, b, 32);
    put_number(b, 0x1301, 2);
    buffer_append_byte(b, 0);
    put_number(b, 6, 2);
    put_number(b, 0x002b00020304U, 6);
}

static void say_tls(struct traffic *t, struct flow *f, enum side side, struct buffer *b)
{
    if (f->step > 0)
        put_record(t, b, 23, 60 + traffic_below(t, side == CLIENT ? 300 : 1800));
    else if (side == CLIENT)
        put_client_hello(t, f, b);
    else
        put_server_hello(t, b);
}

static void say_peer(struct traffic *t, struct flow *f, enum side side, struct buffer *b)
{
    if (f->step == 0)
        torrent_greeting(b, side, f->number);
    else if (side == CLIENT || f->step % 8 == 1)
        torrent_message(t, b, side);
    else
        put_number(b, 0, 4); /* keep-alive */
}

static void say_noise(struct traffic *t, struct flow *f, enum side side, struct buffer *b)
{
    (void)f;
    (void)side;
    traffic_noise(t, b, 40 + traffic_below(t, 400));
}

void mixed_open(struct traffic *t, struct flow *f, uint32_t number)
{
    static const uint32_t share[MIXED_KINDS] = {30, 30, 10, 10, 10, 5, 5}; /* of 100 */
    uint32_t dice = traffic_below(t, 100), kind = WEBSOCKET;

    for (; dice >= share[kind]; kind++)
        dice -= share[kind];
    flow_number(t, f, number);
    f->kind = kind;
    f->addr[SERVER] += 16 * kind + number % 16; /* each kind on servers of its own */
    if (kind == WEBSOCKET)
        websocket_upgrade(t, f, "");
    else
        flow_connect(t, f);
}

void mixed_turn(struct traffic *t, struct flow *f)
{
    static say *const says[MIXED_KINDS] = {NULL,    say_http, say_chat, say_ssh,
                                           say_tls, say_peer, say_noise};

    for (enum side side = CLIENT; side <= SERVER; side++) {
        if (f->kind == WEBSOCKET) {
            websocket_text(t, f, side, 10 + traffic_below(t, 200));
            continue;
        }
        buffer_clear(&t->said);
        says[f->kind](t, f, side, &t->said);
        flow_say(t, f, side, buffer_bytes(&t->said));
    }
    if (f->step++ % 2 == 0)
        flow_acknowledge(t, f, CLIENT);
}
