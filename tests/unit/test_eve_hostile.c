/* SPDX-License-Identifier: MIT */
/* Lines made of hostile strings are JSON all the same; and EVE asks for what it shows, no more. */
#include "json_check.h"
#include "output/eve_events.h"
#include "output/json_put.h"
#include "output_fixture.h"

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

int main(void)
{
    test_hostile();
    test_longest_run();
    test_interest();
    return test_end();
}
