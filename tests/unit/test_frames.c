/* SPDX-License-Identifier: MIT */
#include "output_fixture.h"

static void send_frame(struct sink *sink, const struct flow_info *f, uint64_t packet,
                       struct ws_frame_event frame)
{
    struct event e = fixture_event(EVENT_FRAME, f, packet, (int64_t)packet * 10);

    e.direction = frame.masked ? TO_SERVER : TO_CLIENT;
    e.as.frame = frame;
    sink->event(sink->ctx, &e);
}

static void send_some(struct sink *sink)
{
    struct flow_info f = fixture_flow(), other = fixture_flow();
    struct event not_a_frame = fixture_event(EVENT_FLOW, &f, 1, 0);

    other.id = 8;
    other.client.port = 9;
    other.host = bytes_of_text("\033[2Jevil");
    send_frame(sink, &f, 6, (struct ws_frame_event){WS_TEXT, 4, true, true, 0x37fa213d, 5});
    send_frame(sink, &f, 7, (struct ws_frame_event){WS_CONTINUATION, 0, false, false, 0, 70000});
    send_frame(sink, &other, 8, (struct ws_frame_event){11, 3, true, false, 0, 0});
    send_frame(sink, &f, 9, (struct ws_frame_event){WS_CLOSE, 0, true, true, 0, 2});
    sink->event(sink->ctx, &not_a_frame);
}

static void check(bool color, const char *want, const char *name)
{
    struct fixture x;
    struct frames *frames = frames_create(fixture_begin(&x), color, NULL);

    CHECK(frames_sink(frames)->interest == INTEREST_FRAMES, "asks for frames alone");
    send_some(frames_sink(frames));
    frames_free(frames);
    CHECK_TEXT(fixture_end(&x), want, name);
    fixture_free(&x);
}

int main(void)
{
    check(false,
          "  packet      seconds  ports          opcode       fin rsv       length  mask\n"
          "flow 7  10.0.0.2:51000 -> 192.168.100.254:80  chat.example.com/chat\n"
          "       6     0.060000  51000 >    80  text         fin 1--            5  37fa213d\n"
          "       7     0.070000  51000 <    80  continuation  -  ---        70000  -\n"
          "flow 8  10.0.0.2:9 -> 192.168.100.254:80  \\x1b[2Jevil/chat\n"
          "       8     0.080000      9 <    80  unknown-11   fin -23            0  -\n"
          "flow 7  10.0.0.2:51000 -> 192.168.100.254:80  chat.example.com/chat\n"
          "       9     0.090000  51000 >    80  close        fin ---            2  00000000\n",
          "frames");
    frames_free(NULL);
    return test_end();
}
