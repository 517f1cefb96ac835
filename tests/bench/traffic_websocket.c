/* SPDX-License-Identifier: MIT */
/* WebSocket connections: small text messages, large binary ones, and very many that are open. */
#include <stdlib.h>

#include "tests/bench/traffic.h"

#define MASKED     0x80
#define FIN_TEXT   0x81
#define FIN_BINARY 0x82
#define LARGE      65536U

void websocket_upgrade(struct traffic *t, struct flow *f, const char *extensions)
{
    struct buffer *said = &t->said;

    flow_connect(t, f);
    buffer_clear(said);
    buffer_append_text(said,
                       "GET /chat HTTP/1.1\r\nHost: chat.example.com\r\nUpgrade: websocket\r\n"
                       "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                       "Origin: http://chat.example.com\r\nSec-WebSocket-Version: 13\r\n");
    buffer_append_text(said, extensions);
    buffer_append_text(said, "\r\n");
    flow_say(t, f, CLIENT, buffer_bytes(said));
    buffer_clear(said);
    buffer_append_text(said, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                             "Connection: Upgrade\r\n"
                             "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
    buffer_append_text(said, extensions);
    buffer_append_text(said, "\r\n");
    flow_say(t, f, SERVER, buffer_bytes(said));
}

void websocket_open(struct traffic *t, struct flow *f, uint32_t number)
{
    flow_number(t, f, number);
    websocket_upgrade(t, f, "");
}

/* RFC 6455 s5.2. A client's frame is masked, each with a key of its own. `payload` is not in
 * `said`. */
void websocket_frame(struct traffic *t, struct flow *f, enum side side, int first,
                     struct bytes payload)
{
    struct buffer *said = &t->said;
    const uint8_t masked = side == CLIENT ? MASKED : 0;
    const size_t len = payload.len;
    const uint32_t key = side == CLIENT ? traffic_random(t) : 0;

    buffer_clear(said);
    buffer_append_byte(said, (uint8_t)first);
    buffer_append_byte(said, (uint8_t)(masked | (len < 126 ? len : len < LARGE ? 126 : 127)));
    if (len >= 126)
        put_number(said, len, len < LARGE ? 2 : 8);
    if (masked != 0)
        put_number(said, key, 4);
    for (size_t i = 0; i < len; i++)
        buffer_append_byte(said, (uint8_t)(payload.at[i] ^ key >> (24 - 8 * (i % 4))));
    flow_say(t, f, side, buffer_bytes(said));
}

static struct bytes fox(size_t len)
{
    static uint8_t text[LARGE];

    for (size_t i = 0; text[len - 1] == 0; i++)
        text[i] = (uint8_t) "the quick brown fox jumps over a lazy dog"[i % 41];
    return bytes_of(text, len);
}

void websocket_text(struct traffic *t, struct flow *f, enum side side, size_t len)
{
    websocket_frame(t, f, side, FIN_TEXT, fox(len));
}

void websocket_small_turn(struct traffic *t, struct flow *f)
{
    websocket_text(t, f, CLIENT, 10 + traffic_below(t, 80));
    websocket_text(t, f, SERVER, 10 + traffic_below(t, 200));
}

/* One flow after the other: 64 KiB from each side in turn, and what acknowledges them. */
void websocket_large(struct traffic *t, uint32_t flows, uint32_t messages)
{
    for (uint32_t n = 0; n < flows; n++) {
        struct flow f;
        websocket_open(t, &f, n);
        for (uint32_t i = 0; i < messages; i++) {
            const enum side side = i % 2 == 0 ? CLIENT : SERVER;
            websocket_frame(t, &f, side, FIN_BINARY, fox(LARGE));
            flow_acknowledge(t, &f, side == CLIENT ? SERVER : CLIENT);
        }
        flow_finish(t, &f);
    }
}

/* All are opened, each says something in both directions, all are closed; and again. */
void websocket_million(struct traffic *t, uint32_t flows, uint32_t rounds)
{
    struct flow *f = calloc(flows, sizeof(*f));

    for (uint32_t round = 0; f != NULL && round < rounds; round++) {
        for (uint32_t n = 0; n < flows; n++)
            websocket_open(t, &f[n], n);
        for (uint32_t n = 0; n < flows; n++) {
            websocket_text(t, &f[n], CLIENT, 10 + traffic_below(t, 20));
            websocket_text(t, &f[n], SERVER, 10 + traffic_below(t, 20));
        }
        for (uint32_t n = 0; n < flows; n++)
            flow_finish(t, &f[n]);
    }
    free(f);
}
