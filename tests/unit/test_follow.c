/* SPDX-License-Identifier: MIT */
#include "output_fixture.h"

static const struct follow_options plain = {.columns = 60};

static struct event message(const struct flow_info *f, uint64_t packet, enum direction d,
                            struct ws_message_event m)
{
    struct event e = fixture_event(EVENT_MESSAGE, f, packet, (int64_t)packet * 10);

    e.direction = d;
    e.as.message = m;
    e.as.message.fin = e.as.message.complete = true;
    return e;
}

static void tell(struct sink *sink, const struct event *e)
{
    sink->event(sink->ctx, e);
}

static void tell_messages(struct sink *sink, const struct flow_info *f)
{
    static const uint8_t binary[] = {0,    1,   2,    'H', 'e', 'l', 'l', 'o', 0xff,
                                     '\n', '~', 0x7f, ' ', 'w', 'o', 'r', 'l', 'd'};
    struct event e = message(f, 8, TO_SERVER,
                             (struct ws_message_event){.opcode = WS_TEXT,
                                                       .length = 17,
                                                       .wire_length = 9,
                                                       .compressed = true,
                                                       .fragments = 2,
                                                       .payload = LITERAL("one\n\033[2J\ntwo")});
    tell(sink, &e);
    e = message(f, 9, TO_CLIENT,
                (struct ws_message_event){.opcode = WS_BINARY,
                                          .length = sizeof(binary),
                                          .payload = bytes_of(binary, sizeof(binary))});
    e.as.message.complete = false;
    tell(sink, &e);
    e = message(
        f, 10, TO_CLIENT,
        (struct ws_message_event){.opcode = WS_PING, .length = 2, .payload = LITERAL("hi")});
    tell(sink, &e);
    e = message(f, 11, TO_SERVER,
                (struct ws_message_event){.opcode = WS_CLOSE,
                                          .length = 5,
                                          .close_code = 1001,
                                          .close_reason = LITERAL("\abye"),
                                          .payload = LITERAL("\x03\xe9\abye")});
    tell(sink, &e);
}

static void tell_story(struct sink *sink)
{
    static const struct evidence evidence[] = {
        {6, "101 with the right Accept", {NULL, 0}, 0},
        {8, "a legal frame", {(const uint8_t *)"\033", 1}, 0}};
    struct flow_info f = fixture_flow(), other = fixture_flow();

    other.id = 8;
    other.client.port++;
    f.evidence = evidence;
    f.evidence_count = 2;
    f.verdict = VERDICT_ALLOW;
    struct event e = fixture_event(EVENT_HTTP, &f, 4, 1);
    e.as.http = (struct http_event){.method = bytes_of_text("GET"),
                                    .url = bytes_of_text("/page\033"),
                                    .protocol = bytes_of_text("HTTP/1.1"),
                                    .host = bytes_of_text("chat.example.com"),
                                    .status = 200,
                                    .content_type = bytes_of_text("text/html"),
                                    .response_length = 1200};
    tell(sink, &e);
    e.flow = &other;
    tell(sink, &e);
    e = fixture_event(EVENT_HANDSHAKE, &f, 6, 2);
    e.as.handshake = (struct handshake){.ladder = LADDER_ACCEPTED,
                                        .status = 101,
                                        .request_packet = 5,
                                        .request_time_ns = f.start_ns + 3 * FIXTURE_MS / 2,
                                        .path = bytes_of_text("/chat"),
                                        .origin = bytes_of_text("http://evil"),
                                        .cross_origin = true,
                                        .subprotocol = bytes_of_text("v1")};
    tell(sink, &e);
    e = fixture_event(EVENT_HTTP, &f, 6, 2);
    e.as.http = (struct http_event){.url = bytes_of_text("/chat"), .upgrade = true, .status = 101};
    tell(sink, &e);
    tell_messages(sink, &f);
    e = fixture_event(EVENT_ANOMALY, &f, 12, 120);
    e.as.anomaly.id = WS_ACCEPT_WRONG;
    tell(sink, &e);
    e = fixture_event(EVENT_ALERT, &f, 12, 120);
    e.as.alert = (struct alert_event){.rule = "watch", .action = "alert"};
    tell(sink, &e);
    e = fixture_event(EVENT_FLOW, &f, 13, 130);
    tell(sink, &e);
    e.flow = NULL;
    e.kind = EVENT_STATS;
    tell(sink, &e);
}

static const char story[] =
    "flow 7  10.0.0.2:51000 -> 192.168.100.254:80\n"
    "       4     0.001000  +0.001000 > GET /page\\x1b HTTP/1.1\n"
    "        host: chat.example.com\n"
    "       4     0.001000  +0.000000 < 200, body 1.2 kB\n"
    "        content-type: text/html\n"
    "       5     0.001500  +0.000500 > WebSocket upgrade of /chat\n"
    "        origin (not the host's): http://evil\n"
    "       6     0.002000  +0.000500 < 101, WebSocket accepted\n"
    "        subprotocol: v1\n"
    "       8     0.080000  +0.078000 > text 17 B, compressed from 9 B, fragments: 2\n"
    "        one\n"
    "        \\x1b[2J\n"
    "        two\n"
    "        ... 5 more bytes\n"
    "       9     0.090000  +0.010000 < binary 18 B, incomplete\n"
    "        00000000  00 01 02 48 65 6c 6c 6f  ff 0a 7e 7f 20 77 6f 72  ...Hello..~. wor\n"
    "        00000010  6c 64                                             ld\n"
    "      10     0.100000  +0.010000 < ping 2 B\n"
    "        hi\n"
    "      11     0.110000  +0.010000 > close 1001 going away: \\x07bye\n"
    "      12     0.120000  +0.010000 ! websocket_accept_wrong: Sec-WebSocket-Accept does not "
    "answer Sec-WebSocket-Key (RFC 6455 s4.2.2)\n"
    "      12     0.120000  +0.000000 ! alert by rule watch\n"
    "      13     0.130000  +0.010000 = websocket, certain (tcp > http > websocket); 1.2 kB > "
    "4.3 kB <; allow\n"
    "        packet 6: 101 with the right Accept\n"
    "        packet 8: a legal frame: \\x1b\n";

static void check(const char *flow, const char *want)
{
    struct fixture x;
    struct follow *follow = follow_create(fixture_begin(&x), flow, &plain, NULL);

    CHECK(follow != NULL, flow);
    CHECK(!follow_found(follow), "not found before it came");
    tell_story(follow_sink(follow));
    CHECK(follow_found(follow) == (want[0] != '\0'), "found when it came");
    follow_free(follow);
    CHECK_TEXT(fixture_end(&x), want, flow);
    fixture_free(&x);
}

/* A refusal is told once as a handshake, and its body as the answer; what follows is told in full.
 */
static void test_refusal(void)
{
    const struct flow_info f = fixture_flow();
    struct fixture x;
    struct follow *follow = follow_create(fixture_begin(&x), "7", &plain, NULL);
    struct event e = fixture_event(EVENT_HANDSHAKE, &f, 6, 2);

    e.as.handshake =
        (struct handshake){.ladder = LADDER_REFUSED, .status = 403, .path = bytes_of_text("/chat")};
    tell(follow_sink(follow), &e);
    e = fixture_event(EVENT_HTTP, &f, 7, 3);
    e.as.http = (struct http_event){.method = bytes_of_text("GET"),
                                    .url = bytes_of_text("/chat"),
                                    .upgrade = true,
                                    .status = 403,
                                    .response_length = 9};
    tell(follow_sink(follow), &e);
    tell(follow_sink(follow), &e);
    follow_free(follow);
    CHECK_TEXT(fixture_end(&x),
               "flow 7  10.0.0.2:51000 -> 192.168.100.254:80\n"
               "       6     0.002000  +0.002000 > WebSocket upgrade of /chat\n"
               "       6     0.002000  +0.000000 < 403, WebSocket refused\n"
               "       7     0.003000  +0.001000 < 403, body 9 B\n"
               "       7     0.003000  +0.000000 > GET /chat \n"
               "       7     0.003000  +0.000000 < 403, body 9 B\n",
               "a refusal");
    fixture_free(&x);
}

static void test_bad_names(void)
{
    static const char *const bad[] = {"",
                                      "x",
                                      "7x",
                                      "10.0.0.2:51000",
                                      "10.0.0.2:51000-",
                                      "10.0.0.2:99999-10.0.0.1:80",
                                      "10.0.0.2-10.0.0.1:80",
                                      "::1:80-::1:81",
                                      "[::1:80-[::1]:81",
                                      "[]:80-[::1]:81",
                                      "[:80-[::1]:81",
                                      "10.0.0.256:1-10.0.0.1:80"};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct err err = {""};
        CHECK(follow_create(NULL, bad[i], &plain, &err) == NULL, bad[i]);
        CHECK(strstr(err.text, "--follow") != NULL, "and says so");
    }
}

static void test_ipv6(void)
{
    struct follow *follow = follow_create(NULL, "[2001:db8::1]:80-[::1]:51000", &plain, NULL);

    CHECK(follow != NULL, "IPv6 in brackets");
    follow_free(follow);
}

/* Binary messages are shown to a bound. */
static void test_bound(void)
{
    static const uint8_t zeros[5000];
    const struct flow_info f = fixture_flow();
    struct fixture x;
    struct follow *follow = follow_create(fixture_begin(&x), "7", &plain, NULL);
    const struct event e =
        message(&f, 1, TO_SERVER,
                (struct ws_message_event){
                    .opcode = WS_BINARY, .length = 6000, .payload = bytes_of(zeros, 5000)});

    tell(follow_sink(follow), &e);
    follow_free(follow);
    CHECK(strstr(fixture_end(&x), "... 4976 more bytes\n") != NULL, "1024 bytes of 6000");
    fixture_free(&x);
}

/* What the flow's last line says of its WebSocket. */
static void test_figures(void)
{
    static const char want[] =
        "        WebSocket messages: client 3, 120 B (largest 70 B); server 40, 5.0 kB (largest "
        "900 B)\n"
        "        compression: server 9.0 kB in 3.0 kB\n"
        "        2 client pings, 2 answered in 1.500 ms (1.000 ms to 2.000 ms); "
        "1 server ping\n"
        "        frames over 1m30s; longest silence: client 25.0s, server 0.250s\n"
        "        closed by the server: 1001 going away\n";
    struct flow_info f = fixture_flow();
    const struct ws_totals totals = {.messages = {3, 40},
                                     .payload = {120, 5000},
                                     .pings = {2, 1},
                                     .close_code = 1001,
                                     .close_by = TO_CLIENT};
    const struct ws_figures figures = {
        .last_ns = 90 * 1000 * FIXTURE_MS,
        .largest = {70, 900},
        .deflated = {0, 3000},
        .inflated = {0, 9000},
        .idle_ns = {25 * 1000 * FIXTURE_MS, 250 * FIXTURE_MS},
        .ping = {{.count = 2,
                  .least_ns = FIXTURE_MS,
                  .most_ns = 2 * FIXTURE_MS,
                  .sum_ns = 3 * FIXTURE_MS}},
    };
    struct fixture x;
    struct follow *follow = follow_create(fixture_begin(&x), "7", &plain, NULL);
    struct event e = fixture_event(EVENT_FLOW, &f, 13, 130);

    f.end = FLOW_FINISHED;
    f.ws = &totals;
    f.ws_figures = &figures;
    tell(follow_sink(follow), &e);
    follow_free(follow);
    CHECK(strstr(fixture_end(&x), want) != NULL, x.text);
    fixture_free(&x);
}

int main(void)
{
    test_figures();
    check("7", story);
    check("10.0.0.2:51000-192.168.100.254:80", story);
    check("192.168.100.254:80 > 10.0.0.2:51000", story);
    check("9", "");
    check("10.0.0.2:51000-192.168.100.254:81", "");
    test_refusal();
    test_bad_names();
    test_ipv6();
    test_bound();
    follow_free(NULL);
    return test_end();
}
