/* SPDX-License-Identifier: MIT */
/* Lines made of hostile strings are JSON all the same; and EVE asks for what it shows, no more. */
#include "json_check.h"
#include "output/eve_events.h"
#include "output/json_put.h"
#include "output_fixture.h"
#include "random.h"

/* Strings of random bytes in every place that takes bytes from the wire. */
static void test_hostile(void)
{
    static const struct eve_options printable = {.events = EVE_ALL, .payload = PAYLOAD_PRINTABLE};
    struct fixture x;
    struct eve *eve = eve_create(fixture_begin(&x), &printable, NULL);
    struct sink *sink = eve_sink(eve);
    struct flow_info f = fixture_flow();
    uint8_t bytes[64];

    srand(1);
    for (int i = 0; i < 3000; i++) {
        for (size_t k = 0; k < sizeof(bytes); k++)
            bytes[k] = (uint8_t)(rand() >> 7);
        const struct bytes b = bytes_of(bytes, (size_t)rand() % sizeof(bytes));
        const struct evidence evidence = {1, "x", b, 0};
        f.evidence = &evidence;
        f.evidence_count = 1;
        struct event e = fixture_event(EVENT_HTTP, &f, 1, i);
        e.as.http = (struct http_event){b, b, b, b, b, b, b, b, b, .status = 200};
        sink->event(sink->ctx, &e);
        e.kind = EVENT_HANDSHAKE;
        e.as.handshake = (struct handshake){.host = b,
                                            .path = b,
                                            .client_protocols = b,
                                            .subprotocol = b,
                                            .client_extensions = b,
                                            .extensions = b,
                                            .origin = b,
                                            .has_origin = true};
        sink->event(sink->ctx, &e);
        e.kind = EVENT_MESSAGE;
        e.as.message = (struct ws_message_event){.payload = b, .close_reason = b};
        sink->event(sink->ctx, &e);
        e.kind = EVENT_TLS;
        e.as.tls = (struct tls_event){.final = true,
                                      .sni = b,
                                      .alpn = b,
                                      .alpn_offered = &b,
                                      .alpn_offered_count = 1,
                                      .ja3 = b,
                                      .ja3_hash = b,
                                      .ja3s = b,
                                      .ja3s_hash = b,
                                      .ja4 = b};
        sink->event(sink->ctx, &e);
        e.kind = EVENT_FLOW;
        sink->event(sink->ctx, &e);
    }
    eve_free(eve);
    const char *text = fixture_end(&x);
    CHECK(strlen(text) > 1000000 && json_check_lines(text), "random bytes, still JSON");
    fixture_free(&x);
}

/* What stands between two texts of a flow's line is never more than there is room for: with every
 * number at its greatest and no text at all, it is all one run. */
static void test_longest_run(void)
{
    static const struct eve_options flows = {.events = EVE_USUAL};
    struct fixture x;
    struct eve *eve = eve_create(fixture_begin(&x), &flows, NULL);
    struct flow_info f;
    struct ws_totals totals;
    struct ws_figures figures;

    memset(&f, 0x7f, sizeof(f));
    memset(&totals, 0x7f, sizeof(totals));
    memset(&figures, 0x7f, sizeof(figures));
    f.ws = &totals;
    f.ws_figures = &figures;
    figures.first_ns = figures.ping[0].sum_ns = figures.ping[1].sum_ns = 0;
    f.source = f.app = f.speaks = f.rule = f.expected = f.ndpi.proto = NULL;
    f.live = f.direction_known = f.alerted = totals.compressed = false;
    f.layer_count = f.evidence_count = f.vlan_count = 0;
    f.host = f.path = f.origin = f.subprotocol = bytes_of(NULL, 0);
    f.sni = f.info_hash = f.peer_client = bytes_of(NULL, 0);
    f.transport = TRANSPORT_TCP;
    f.tcp.state = TCP_STATE_ESTABLISHED;
    f.state = FLOW_ESTABLISHED;
    f.end = FLOW_TIMEOUT;
    f.confidence = CONFIDENCE_PROBABLE;
    f.ladder = LADDER_ACCEPTED;
    f.shape = SHAPE_LENGTH_PREFIXED;
    f.mismatch = f.tunnel = TRI_NOT_YET;
    f.verdict = VERDICT_BLOCK;
    const struct event e = fixture_event(EVENT_FLOW, &f, UINT64_MAX, 0);
    eve_sink(eve)->event(eve_sink(eve)->ctx, &e);
    eve_free(eve);
    const char *text = fixture_end(&x);
    CHECK(strstr(text, "pongs_toclient") != NULL && strstr(text, "out_of_order_toclient") != NULL &&
              strstr(text, "leaked_pkts_toclient") != NULL && json_check_lines(text),
          "a line with all numbers");
    CHECK(strlen(text) < JSON_PUT_RUN, "fits");
    fixture_free(&x);
}

static void test_interest(void)
{
    static const struct eve_options all = {.events = EVE_ALL, .payload = PAYLOAD_BASE64};
    static const struct eve_options none = {.events = EVE_USUAL};
    struct fixture x;
    struct out *out = fixture_begin(&x);
    struct eve *rich = eve_create(out, &all, NULL), *poor = eve_create(out, &none, NULL);

    CHECK((eve_sink(rich)->interest & (INTEREST_KEEP | INTEREST_FRAMES)) ==
              (INTEREST_KEEP | INTEREST_FRAMES),
          "asks for what it shows");
    CHECK((eve_sink(poor)->interest & (INTEREST_KEEP | INTEREST_FRAMES | INTEREST_PAYLOAD)) == 0,
          "and for nothing else");
    eve_free(rich);
    eve_free(poor);
    eve_free(NULL);
    fixture_end(&x);
    fixture_free(&x);
}

/* A detail of few kinds: what is plain, what is escaped, what is no UTF-8, and what is too long to
 * be kept. Each time in the same memory. */
static struct bytes any_detail(uint8_t room[EVIDENCE_DETAIL + 60])
{
    static const char *const texts[] = {"", "/chat", "GET /chat HTTP/1.1", "a\"b", "\xff\xfe"};
    const char *text = texts[random_below(5)];
    const bool is_long = random_below(9) == 0;

    memset(room, 'x', EVIDENCE_DETAIL + 60);
    memcpy(room, text, strlen(text));
    room[0] = (uint8_t)(room[0] + random_below(2));
    return bytes_of(room, is_long ? EVIDENCE_DETAIL + 60 : strlen(text));
}

/* Nearly alike. */
static struct flow_info any_flow(void)
{
    static const char *const texts[] = {NULL, "http", "websocket", "a\"b"};
    struct flow_info f = fixture_flow();

    f.layer_count = (uint8_t)(1 + random_below(3));
    for (size_t i = 0; i < f.layer_count; i++)
        f.layers[i] = texts[1 + random_below(3)];
    f.app = texts[random_below(4)];
    f.speaks = texts[random_below(2)];
    f.expected = texts[random_below(2)];
    f.confidence = (enum confidence)random_below(CONFIDENCE_CERTAIN + 1);
    f.mismatch = (enum tri)random_below(3);
    f.ladder = (enum ladder)random_below(LADDER_UNFRAMED + 1);
    f.shape = (enum shape)random_below(2);
    f.direction_known = random_below(2);
    f.tcp.state = (uint8_t)random_below(3);
    for (int d = 0; d < 2; d++) {
        f.tcp.flags[d] = (uint8_t)random_below(4);
        f.tcp.missing[d] = random_below(2) * 700;
    }
    f.state = (enum flow_state)random_below(3);
    f.verdict = (enum verdict)random_below(3);
    return f;
}

static char *line_of(struct eve *eve, struct out *out, const struct event *e)
{
    struct sink *sink = eve_sink(eve);
    const size_t from = out_buffer(out)->len;

    sink->event(sink->ctx, e);
    return strndup((char *)out_buffer(out)->at + from, out_buffer(out)->len - from);
}

/* A flow's line from what is kept of those before it is the line written afresh. */
static void test_twins(void)
{
    static const struct eve_options flows = {.events = EVE_USUAL};
    struct out *out = out_open("/dev/null", NULL);
    struct eve *kept = eve_create(out, &flows, NULL);
    size_t same = 0;

    for (int i = 0; i < 5000; i++) {
        static const char *const whats[] = {"one", "another"};
        struct flow_info f = any_flow();
        uint8_t room[2][EVIDENCE_DETAIL + 60];
        const struct evidence seen[2] = {
            {random_below(20000), whats[random_below(2)], any_detail(room[0]), 0},
            {random_below(2), whats[random_below(2)], any_detail(room[1]),
             (uint8_t)(random_below(2) * 3)}};
        f.evidence = seen;
        f.evidence_count = (uint8_t)random_below(3);
        const struct event e = fixture_event(EVENT_FLOW, &f, 1, i);
        struct eve *afresh = eve_create(out, &flows, NULL);
        char *got = line_of(kept, out, &e), *want = line_of(afresh, out, &e);
        same += bytes_equal(bytes_of_text(got), bytes_of_text(want));
        free(got);
        free(want);
        eve_free(afresh);
        out_flush(out);
    }
    CHECK(same == 5000, "kept and afresh");
    eve_free(kept);
    out_close(out, NULL);
}

int main(void)
{
    test_twins();
    test_hostile();
    test_longest_run();
    test_interest();
    return test_end();
}
