/* SPDX-License-Identifier: MIT */
/* permessage-deflate with context takeover (RFC 7692): JSON as a chat or a ticker would send it. */
#include <stdlib.h>

#include "tests/bench/traffic.h"
#include "tests/unit/deflate_build.h"

#define FIN_RSV1_TEXT 0xc1
#define WINDOW_BITS   15
#define LEVEL         1
#define MEMORY        8
#define TAIL          4 /* 00 00 ff ff, which is not sent: s7.2.1 */

struct speaker {
    z_stream z[2]; /* by side */
    struct buffer clear, small;
};

void deflate_open_flow(struct traffic *t, struct flow *f, uint32_t number)
{
    struct speaker *s = calloc(1, sizeof(*s));

    if (s == NULL)
        abort();
    flow_number(t, f, number);
    for (int side = CLIENT; side <= SERVER; side++)
        if (deflateInit2(&s->z[side], LEVEL, Z_DEFLATED, -WINDOW_BITS, MEMORY,
                         Z_DEFAULT_STRATEGY) != Z_OK)
            abort();
    f->more = s;
    websocket_upgrade(t, f, "Sec-WebSocket-Extensions: permessage-deflate\r\n");
}

static void put_word(struct traffic *t, struct buffer *b)
{
    static const char *const words[] = {
        "price",  "the",     "order", "filled", "user",   "joined",   "channel", "general",
        "status", "pending", "hello", "again",  "thanks", "see",      "you",     "tomorrow",
        "event",  "update",  "of",    "volume", "market", "position", "error",   "timeout"};
    buffer_append_text(b, words[traffic_below(t, sizeof(words) / sizeof(words[0]))]);
}

/* About 80 bytes. */
static void put_record(struct traffic *t, struct buffer *b)
{
    buffer_printf(b, "{\"id\":%u,\"type\":\"", traffic_below(t, 1000000));
    put_word(t, b);
    buffer_printf(b, "\",\"ts\":17%08u,\"text\":\"", traffic_below(t, 100000000));
    for (unsigned n = 2 + traffic_below(t, 3); n > 0; n--) {
        put_word(t, b);
        buffer_append_byte(b, ' ');
    }
    buffer_printf(b, "\",\"v\":%u.%02u}", traffic_below(t, 1000), traffic_below(t, 100));
}

/* Most messages are one record; some are a list of them. */
static void put_json(struct traffic *t, struct buffer *b)
{
    const uint32_t records = traffic_below(t, 4) > 0 ? 1 : 2 + traffic_below(t, 24);

    buffer_append_byte(b, '[');
    for (uint32_t i = 0; i < records; i++) {
        if (i > 0)
            buffer_append_byte(b, ',');
        put_record(t, b);
    }
    buffer_append_byte(b, ']');
}

/* For zlib alone: which stream of which flow, how many bytes, and they. */
static void write_message(const struct traffic *t, uint32_t stream, struct bytes payload)
{
    const uint32_t header[2] = {stream, (uint32_t)payload.len};

    fwrite(header, sizeof(header), 1, t->out);
    fwrite(payload.at, payload.len, 1, t->out);
}

static void say_json(struct traffic *t, struct flow *f, enum side side)
{
    struct speaker *s = f->more;

    buffer_clear(&s->clear);
    buffer_clear(&s->small);
    put_json(t, &s->clear);
    deflate_all(&s->z[side], buffer_bytes(&s->clear), Z_SYNC_FLUSH, &s->small);
    if (t->messages_only)
        write_message(t, 2 * f->number + side, buffer_bytes(&s->small));
    s->small.len -= TAIL;
    websocket_frame(t, f, side, FIN_RSV1_TEXT, buffer_bytes(&s->small));
}

void deflate_turn(struct traffic *t, struct flow *f)
{
    say_json(t, f, CLIENT);
    say_json(t, f, SERVER);
}

void deflate_close_flow(struct traffic *t, struct flow *f)
{
    struct speaker *s = f->more;

    for (uint32_t side = CLIENT; side <= SERVER; side++) {
        deflateEnd(&s->z[side]);
        if (t->messages_only)
            write_message(t, 2 * f->number + side, bytes_of("", 0));
    }
    buffer_free(&s->clear);
    buffer_free(&s->small);
    free(s);
    flow_finish(t, f);
}
