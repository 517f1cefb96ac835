/* SPDX-License-Identifier: MIT */
#include "output_fixture.h"

static void tell(struct sink *sink, enum event_kind kind, const struct flow_info *f, int64_t ms)
{
    const struct event e = fixture_event(kind, f, 1, ms);

    sink->event(sink->ctx, &e);
}

static void tell_story(struct sink *sink)
{
    struct flow_info chat = fixture_flow(), ssh = fixture_flow(), scan = fixture_flow();

    chat.end = ssh.end = FLOW_GOES_ON;
    chat.app = NULL;
    tell(sink, EVENT_FLOW, &chat, 1); /* not known yet: no line */
    chat.app = "websocket";
    tell(sink, EVENT_HANDSHAKE, &chat, 2);
    tell(sink, EVENT_FLOW, &chat, 3); /* nothing new: no line */

    ssh.id = 8;
    ssh.client.port = 51002;
    ssh.app = "ssh";
    ssh.layer_count = 2;
    ssh.confidence = CONFIDENCE_STRONG;
    ssh.ladder = LADDER_NONE;
    ssh.mismatch = TRI_YES;
    ssh.host = bytes_of_text("\033]0;evil\a");
    tell(sink, EVENT_FLOW, &ssh, 4);
    ssh.verdict = VERDICT_BLOCK;
    ssh.rule = "web-only";
    struct event alert = fixture_event(EVENT_ALERT, &ssh, 4, 5);
    alert.as.alert = (struct alert_event){.blocked = true, .rule = "web-only", .action = "block"};
    sink->event(sink->ctx, &alert);
    tell(sink, EVENT_FLOW, &ssh, 6); /* the alert said it: no line */
    ssh.end = FLOW_FINISHED;
    tell(sink, EVENT_FLOW, &ssh, 7);

    chat.end = FLOW_FINISHED;
    tell(sink, EVENT_FLOW, &chat, 8);
    scan.id = 9;
    scan.app = "none";
    scan.payload_bytes[0] = scan.payload_bytes[1] = 0;
    tell(sink, EVENT_FLOW, &scan, 9); /* never carried a byte: no line */
    tell(sink, EVENT_STATS, NULL, 10);
}

static void check(int columns, const char *want, const char *name)
{
    struct fixture x;
    struct live *live = live_create(fixture_begin(&x), false, columns, NULL);

    tell_story(live_sink(live));
    live_free(live);
    const char *got = fixture_end(&x);
    CHECK_TEXT(got, want, name);
    for (const char *at = got; *at != '\0'; at += strcspn(at, "\n") + 1)
        CHECK(strcspn(at, "\n") <= (size_t)columns, "no line is wider than the terminal");
    fixture_free(&x);
}

int main(void)
{
    check(120,
          "05:16:01.125 + websocket    10.0.0.2:51000 > 192.168.100.254:80      "
          "chat.example.com certain framed http/websocket\n"
          "05:16:01.127 ! ssh          10.0.0.2:51002 > 192.168.100.254:80      "
          "not http, websocket \\x1b]0;evil\\x07 strong\n"
          "05:16:01.128 X ssh          10.0.0.2:51002 > 192.168.100.254:80      "
          "block web-only \\x1b]0;evil\\x07 strong\n"
          "05:16:01.130 - ssh          10.0.0.2:51002 > 192.168.100.254:80      "
          "2.500s 1.2 kB > 4.3 kB < web-only not http, webso..\n"
          "05:16:01.131 - websocket    10.0.0.2:51000 > 192.168.100.254:80      "
          "2.500s 1.2 kB > 4.3 kB < chat.example.com certain..\n",
          "120 columns");
    check(80,
          "05:16:01 + websocket    10.0.0.2:51000 > 192.168.100.254:80      "
          "chat.example...\n"
          "05:16:01 ! ssh          10.0.0.2:51002 > 192.168.100.254:80      "
          "not http, web..\n"
          "05:16:01 X ssh          10.0.0.2:51002 > 192.168.100.254:80      "
          "block web-onl..\n"
          "05:16:01 - ssh          10.0.0.2:51002 > 192.168.100.254:80      "
          "2.500s 1.2 kB..\n"
          "05:16:01 - websocket    10.0.0.2:51000 > 192.168.100.254:80      "
          "2.500s 1.2 kB..\n",
          "80 columns");
    live_free(NULL);
    return test_end();
}
