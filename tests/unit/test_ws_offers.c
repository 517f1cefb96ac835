/* SPDX-License-Identifier: MIT */
#include "layers/ws_offers.h"

#include "layer_harness.h"

#define HASH "\"info_hash\":\"'h\\u0000\\r\\n\\\"4567890123456\\u00e9\""

static void describe(struct harness *h, const struct event *e)
{
    const struct bittorrent_event *b = &e->as.bittorrent;
    char text[ENDPOINT_TEXT_ROOM];

    buffer_printf(&h->log, "%s", b->has_info_hash ? "hash " : "");
    for (uint16_t i = 0; i < b->peer_count; i++) {
        endpoint_text(&b->peers[i], text);
        buffer_printf(&h->log, "%s ", text);
    }
    for (uint16_t i = 0; i < b->name_count; i++)
        buffer_printf(&h->log, "%.15s(%u) ", (const char *)b->names[i].addr.byte + 1,
                      (unsigned)b->names[i].port);
}

static void check(const char *name, const char *text, const char *want)
{
    for (size_t cut = 1; cut < 40; cut++) {
        struct ws_offers o = {.len = 0};
        struct harness h;
        struct bytes left = bytes_of_text(text);
        harness_begin(&h, UINT32_MAX, NULL);
        h.describe = describe;
        while (left.len > 0) {
            const struct bytes piece = bytes_first(left, cut);
            ws_offers_feed(&o, piece);
            left = bytes_after(left, piece.len);
        }
        ws_offers_end(&o, &h.host, TO_SERVER);
        CHECK_TEXT(harness_log(&h), want, name);
        CHECK(o.end_count + o.name_count + o.len == 0, "ready for the next");
        harness_end(&h);
    }
}

static void test_vectors(void)
{
    static const struct {
        const char *name, *text, *want;
    } vector[] = {
        {"an offer (RFC 8839 s5.1)",
         "{\"offers\":[{\"offer\":{\"type\":\"offer\",\"sdp\":\"v=0\\r\\n"
         "a=candidate:1906870635 1 udp 2113937151 10.80.1.1 49344 typ host generation 0\\r\\n"
         "a=ice-ufrag:BxV2\\r\\na=ice-pwd:sD1/9K1bh1X1ddiAwX+vznLs\\r\\n\"}}]," HASH "}",
         "hash 10.80.1.1:49344 BxV2(4)"},
        {"IPv6, and as libraries write it",
         "{\"sdp\":\"a=candidate:1 1 UDP 2122317823 2001:db8::7 6881 typ host\\n"
         "a=ice-ufrag:abcdefghijklmnopqrst\\n\"}",
         "[2001:db8::7]:6881 abcdefghijklmno(20)"},
        {"a candidate alone", "{\"candidate\":\"candidate:1 1 udp 1 192.0.2.1 5000 typ srflx\"}",
         "192.0.2.1:5000"},
        {"a name of mDNS, TCP, half a line",
         "{\"sdp\":\"a=candidate:1 1 udp 1 96a5abdd-e4e6-4add.local 50133 typ host\\r\\n"
         "a=candidate:1 1 tcp 1 192.0.2.1 9 typ host tcptype active\\r\\n"
         "a=candidate:1 1 udp 1 192.0.2.1\\r\\na=ice-ufrag:p9eK\\r\\n\"}",
         "p9eK(4)"},
        {"names that are none",
         "{\"sdp\":\"a=ice-ufrag:abc\\r\\na=ice-ufrag:a:bcd\\r\\na=ice-ufrag:\\r\\n\"}", ""},
        {"an answer of the tracker", "{\"action\":\"announce\"," HASH "}", ""},
        {"a short hash", "{\"info_hash\":\"abc\",\"sdp\":\"a=ice-ufrag:p9eK\\r\\n\"}", "p9eK(4)"},
        {"ports out of range", "{\"sdp\":\"a=candidate:1 1 udp 1 192.0.2.1 70000 typ host\\r\\n\"}",
         ""},
    };

    for (size_t i = 0; i < sizeof(vector) / sizeof(vector[0]); i++)
        check(vector[i].name, vector[i].text, vector[i].want);
}

/* Whoever offers without end fills one message's room, and no more. */
static void test_bounds(void)
{
    static const char line[] = "a=candidate:1 1 udp 1 192.0.2.1 5000 typ host\\r\\n"
                               "a=ice-ufrag:p9eK\\r\\n";
    struct ws_offers o = {.len = 0};
    uint8_t long_line[4 * OFFERS_LINE];

    memset(long_line, 'x', sizeof(long_line));
    for (unsigned i = 0; i < 4 * OFFERS_MAX; i++) {
        ws_offers_feed(&o, bytes_of(long_line, sizeof(long_line)));
        ws_offers_feed(&o, LITERAL("\\n"));
        ws_offers_feed(&o, LITERAL(line));
    }
    CHECK(o.end_count == OFFERS_MAX && o.name_count == OFFERS_MAX, "bounded");
}

int main(void)
{
    test_vectors();
    test_bounds();
    return test_end();
}
