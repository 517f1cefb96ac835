/* SPDX-License-Identifier: MIT */
/* Frames and messages of a WebSocket: read, and what those cost who ask for their payload. */
#include "layers/ws_frame.h"
#include "tests/bench/stages.h"
#include "tests/unit/ws_script.h"

#define MESSAGES 1000
#define ROUND    4096 /* messages of one connection, before another begins */

struct speech {
    struct buffer frames;
    size_t at[MESSAGES + 1];
    uint32_t interest;
    uint64_t seen;
};

static void make_speech(struct speech *s, size_t len)
{
    uint8_t text[65536];

    for (size_t i = 0; i < len; i++)
        text[i] = (uint8_t)("the quick brown fox jumps over a lazy dog"[i % 41]);
    buffer_clear(&s->frames);
    for (size_t i = 0; i < MESSAGES; i++) {
        s->at[i] = s->frames.len;
        put_frame(&s->frames, TO_SERVER, 0x81, bytes_of(text, len));
    }
    s->at[MESSAGES] = s->frames.len;
}

static uint64_t read_frames(void *ctx)
{
    struct speech *s = ctx;
    struct bytes left = buffer_bytes(&s->frames);
    struct ws_decoder d = {0};
    struct ws_header header;

    while (left.len > 0 && ws_take_header(&d, &left, &header)) {
        s->seen += header.size;
        if (d.in_payload)
            ws_take_payload(&d, &left);
    }
    return MESSAGES;
}

static void no_event(struct harness *x, const struct event *e)
{
    (void)x;
    (void)e;
}

/* The layer, each frame a segment of its own. */
static uint64_t read_messages(void *ctx)
{
    const struct speech *s = ctx;
    const struct layer *l = &layer_websocket;
    void *state = calloc(1, l->state_size);
    struct harness x;

    harness_begin(&x, s->interest, NULL);
    x.host.carry_wanted = false;
    x.describe = no_event;
    if (state == NULL)
        abort();
    l->open(state, &x.host, &ws_plain);
    for (size_t i = 0; i < ROUND; i++) {
        const size_t n = i % MESSAGES;
        l->feed(state, &x.host, TO_SERVER,
                bytes_of(s->frames.at + s->at[n], s->at[n + 1] - s->at[n]));
    }
    l->close(state, &x.host, CLOSE_FINISHED);
    buffer_free(&x.log);
    free(state);
    return ROUND;
}

void websocket_stages(void)
{
    static struct speech s;

    make_speech(&s, 50);
    stage("a WebSocket frame's header", "frame", read_frames, &s);
    stage("a message that nobody asked for", "message", read_messages, &s);
    s.interest = INTEREST_MESSAGES;
    stage("a message that is told", "message", read_messages, &s);
    s.interest = WS_INTEREST_ALL;
    stage("a message with its payload, checked", "message", read_messages, &s);
    buffer_free(&s.frames);
}
