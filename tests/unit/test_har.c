/* SPDX-License-Identifier: MIT */
#include "output_fixture.h"

static void tell(struct har *h, const struct event *e)
{
    struct sink *sink = har_sink(h);
    sink->event(sink->ctx, e);
}

static void tell_message(struct har *h, const struct flow_info *f, enum direction d,
                         struct ws_message_event m)
{
    struct event e = fixture_event(EVENT_MESSAGE, f, 9, 90);

    e.direction = d;
    e.as.message = m;
    tell(h, &e);
}

static void tell_all(struct har *h, const struct flow_info *f, const struct flow_info *other)
{
    struct event e = fixture_event(EVENT_HTTP, f, 4, 10);

    e.as.http = (struct http_event){.method = bytes_of_text("GET"),
                                    .host = bytes_of_text("example.com:8080"),
                                    .url = bytes_of_text("/a?x=1&y"),
                                    .protocol = bytes_of_text("HTTP/1.1"),
                                    .status = 200,
                                    .response_length = 12,
                                    .request_packet = 3,
                                    .request_time_ns = f->start_ns};
    tell(h, &e);
    e = fixture_event(EVENT_HANDSHAKE, f, 6, 20);
    e.as.handshake = (struct handshake){.ladder = LADDER_ACCEPTED,
                                        .status = 101,
                                        .version = 13,
                                        .host = bytes_of_text("chat.example.com"),
                                        .path = bytes_of_text("/chat"),
                                        .key = bytes_of_text("k=="),
                                        .accept = bytes_of_text("a=")};
    tell(h, &e);
    e = fixture_event(EVENT_HTTP, f, 6, 20); /* the same once more: told as a WebSocket */
    e.as.http = (struct http_event){.upgrade = true, .status = 101};
    tell(h, &e);
    tell_message(h, f, TO_SERVER,
                 (struct ws_message_event){.opcode = WS_TEXT,
                                           .complete = true,
                                           .length = 4,
                                           .payload = bytes_of_text("a\"\n\xff")});
    tell_message(
        h, other, TO_CLIENT,
        (struct ws_message_event){.opcode = WS_BINARY, .length = 9, .payload = LITERAL("\0\1\2")});
    e = fixture_event(EVENT_FLOW, f, 10, 100);
    tell(h, &e);
    e.flow = other;
    tell(h, &e);
}

static void check_entries(void)
{
    struct flow_info f = fixture_flow(), other = fixture_flow();
    struct fixture x;
    struct err err = {""};
    struct har *h = har_create(fixture_begin(&x), "1.0", &err);

    f.end = other.end = FLOW_FINISHED;
    other.id = 8;
    other.host = bytes_of(NULL, 0);
    tell_all(h, &f, &other);
    CHECK(har_finish(h, &err), "finished");
    har_free(h);
    const char *text = fixture_end(&x);
    static const char *const wanted[] = {
        "{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"portwarden\",\"version\":\"1.0\"}",
        "\"startedDateTime\":\"2026-11-22T05:16:01.123456Z\",\"time\":10.000",
        "\"url\":\"http://example.com:8080/a?x=1&y\"",
        "\"queryString\":[{\"name\":\"x\",\"value\":\"1\"},{\"name\":\"y\",\"value\":\"\"}]",
        "\"url\":\"ws://chat.example.com/chat\"",
        "{\"name\":\"Sec-WebSocket-Key\",\"value\":\"k==\"}",
        "{\"name\":\"Sec-WebSocket-Accept\",\"value\":\"a=\"}",
        ("{\"type\":\"send\",\"time\":1795324561.213456,\"opcode\":1,\"data\":"
         "\"a\\\"\\n\xef\xbf\xbd\"}"),
        "\"url\":\"ws://192.168.100.254:80/\"",
        "\"data\":\"AAEC\",\"_length\":9,\"_incomplete\":true}",
        "\n]}}\n",
    };
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
        CHECK(strstr(text, wanted[i]) != NULL, wanted[i]);
    size_t entries = 0;
    for (const char *at = text; (at = strstr(at, "startedDateTime")) != NULL; at++)
        entries++;
    CHECK(entries == 3, "one HTTP exchange, two WebSockets");
    fixture_free(&x);
}

static void check_unfinished(void)
{
    const struct flow_info f = fixture_flow();
    struct fixture x;
    struct har *h = har_create(fixture_begin(&x), "1.0", NULL);

    tell_message(h, &f, TO_SERVER, (struct ws_message_event){.opcode = WS_TEXT});
    har_free(h); /* nothing leaks */
    har_free(NULL);
    fixture_end(&x);
    fixture_free(&x);
}

int main(void)
{
    check_entries();
    check_unfinished();
    return test_end();
}
