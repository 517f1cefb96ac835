/* SPDX-License-Identifier: MIT */
#include "output_fixture.h"

#define COLUMNS 80

static void send_frame(struct sink *sink, const struct flow_info *f, uint64_t packet,
                       struct ws_frame_event frame)
{
    struct event e = fixture_event(EVENT_FRAME, f, packet, (int64_t)packet * 10);

    e.direction = frame.masked ? TO_SERVER : TO_CLIENT;
    e.as.frame = frame;
    sink->event(sink->ctx, &e);
}

static void send_payload(struct sink *sink, const struct flow_info *f, enum direction d,
                         uint8_t opcode, struct bytes slice)
{
    struct event e = fixture_event(EVENT_PAYLOAD, f, 99, 990);

    e.direction = d;
    e.as.payload.opcode = opcode;
    e.as.payload.slice = slice;
    sink->event(sink->ctx, &e);
}

static void send_text(struct sink *sink, const struct flow_info *f, enum direction d,
                      const char *text)
{
    send_payload(sink, f, d, WS_TEXT, bytes_of_text(text));
}

static void send_some(struct sink *sink)
{
    struct flow_info f = fixture_flow(), other = fixture_flow();
    struct event over = fixture_event(EVENT_FLOW, &f, 1, 0);
    struct event other_over = fixture_event(EVENT_FLOW, &other, 1, 0);

    other.id = 8;
    other.host = bytes_of_text("\033[2Jevil");
    send_frame(sink, &f, 6, (struct ws_frame_event){WS_TEXT, 4, true, true, 0x37fa213d, 5, false});
    send_frame(sink, &other, 7, (struct ws_frame_event){WS_BINARY, 0, true, false, 0, 3, false});
    send_text(sink, &f, TO_SERVER, "hel");
    send_text(sink, &f, TO_CLIENT, "not this frame's");
    send_text(sink, &f, TO_SERVER, "lo\033");
    send_frame(sink, &f, 8,
               (struct ws_frame_event){WS_CONTINUATION, 0, false, false, 0, 70000, false});
    send_payload(sink, &other, TO_CLIENT, WS_BINARY, bytes_of("\x00\xff\x10", 3));
    send_frame(sink, &other, 9, (struct ws_frame_event){11, 3, true, false, 0, 0, false});
    for (int i = 0; i < 40; i++) /* its line is written as soon as it is full */
        send_text(sink, &f, TO_CLIENT, "abcd");
    send_frame(sink, &f, 10, (struct ws_frame_event){WS_CLOSE, 0, true, true, 0, 2, false});
    send_payload(sink, &f, TO_SERVER, WS_CLOSE,
                 bytes_of("\x03\xe8"
                          "bye",
                          5));
    other_over.flow = &other;
    sink->event(sink->ctx, &other_over);
    sink->event(sink->ctx, &over);
}

static void check_lines(void)
{
    struct fixture x;
    struct frames *frames = frames_create(fixture_begin(&x), false, COLUMNS, NULL);

    send_some(frames_sink(frames));
    frames_free(frames);
    CHECK_TEXT(fixture_end(&x),
               "  packet      seconds    opcode       fin rsv mask     length  payload\n"
               "flow 7  10.0.0.2:51000 -> 192.168.100.254:80  chat.example.com/chat\n"
               "       6     0.060000  > text         fin 1-- mask          5  68 65 6c 6c 6f 1b\n"
               "flow 8  10.0.0.2:51000 -> 192.168.100.254:80  \\x1b[2Jevil/chat\n"
               "       7     0.070000  < binary       fin ---   -           3  00 ff 10\n"
               "       9     0.090000  < unknown-11   fin -23   -           0\n"
               "flow 7  10.0.0.2:51000 -> 192.168.100.254:80  chat.example.com/chat\n"
               "       8     0.080000  < continuation  -  ---   -       70000  abcdabcdabcdabc..\n"
               "      10     0.100000  > close        fin --- mask          2  1000 normal clo..\n",
               "frames");
    fixture_free(&x);
}

/* More flows wait for their payload than there is room for: no line is lost. */
static void check_crowd(void)
{
    enum { FLOWS = 100 };
    struct fixture x;
    struct frames *frames = frames_create(fixture_begin(&x), false, COLUMNS, NULL);
    struct flow_info f = fixture_flow();
    size_t lines = 0;

    for (uint64_t i = 0; i < FLOWS; i++) {
        f.id = i;
        send_frame(frames_sink(frames), &f, i,
                   (struct ws_frame_event){WS_TEXT, 0, true, true, 1, 5, false});
    }
    for (uint64_t i = 0; i < FLOWS; i++) {
        struct event over = fixture_event(EVENT_FLOW, &f, 1, 0);
        f.id = i;
        frames_sink(frames)->event(frames_sink(frames)->ctx, &over);
    }
    frames_free(frames);
    for (const char *at = fixture_end(&x); (at = strstr(at, "> text")) != NULL; at++)
        lines++;
    CHECK(lines == FLOWS, "a line for each frame");
    fixture_free(&x);
}

int main(void)
{
    check_lines();
    check_crowd();
    frames_free(NULL);
    return test_end();
}
