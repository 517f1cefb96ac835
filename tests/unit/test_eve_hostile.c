/* SPDX-License-Identifier: MIT */
/* Lines made of hostile strings are JSON all the same; and EVE asks for what it shows, no more. */
#include "json_check.h"
#include "output/eve_events.h"
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
        e.as.tls = (struct tls_event){
            .final = true, .sni = b, .alpn = b, .alpn_offered = &b, .alpn_offered_count = 1};
        sink->event(sink->ctx, &e);
        e.kind = EVENT_FLOW;
        sink->event(sink->ctx, &e);
    }
    eve_free(eve);
    const char *text = fixture_end(&x);
    CHECK(strlen(text) > 1000000 && json_check_lines(text), "random bytes, still JSON");
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
    test_interest();
    return test_end();
}
