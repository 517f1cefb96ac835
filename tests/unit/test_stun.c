/* SPDX-License-Identifier: MIT */
#include "layer_harness.h"
#include "layers/named.h"
#include "layers/probe.h"

#define HEAD(type, length)                                                                         \
    type length "\x21\x12\xa4\x42"                                                                 \
                "transaction."
#define REQUEST(length) HEAD("\0\x01", length)

static void describe(struct harness *h, const struct event *e)
{
    buffer_printf(&h->log, "%s(%s) ", e->as.bittorrent.kind,
                  confidence_name(e->as.bittorrent.confidence));
}

/* Twice: it is told once. */
static void check(const char *name, struct bytes datagram, enum confidence ice, const char *want)
{
    static const struct known_peer offered = {.source = PEER_OFFERED};
    struct harness h;
    void *state = calloc(1, layer_stun.state_size);

    harness_begin(&h, UINT32_MAX, NULL);
    h.describe = describe;
    h.peer = &offered;
    h.ice = ice;
    harness_feed(&h, &layer_stun, state, TO_SERVER, datagram);
    harness_feed(&h, &layer_stun, state, TO_CLIENT, datagram);
    CHECK_TEXT(harness_log(&h), want, name);
    harness_end(&h);
    free(state);
}

static void test_checks(void)
{
    static const char names[] = REQUEST("\0\x14") "\x80\x22\0\x03"
                                                  "lib\0"
                                                  "\0\x06\0\x05"
                                                  "abcd:"
                                                  "\0\0\0";
    static const char both[] = REQUEST("\0\x10") "\0\x06\0\x09"
                                                 "uPTb:T6a4"
                                                 "\0\0\0";

    check("both names", LITERAL(both), CONFIDENCE_STRONG, "webrtc(strong)");
    check("one name", LITERAL(both), CONFIDENCE_PROBABLE, "webrtc(probable)");
    check("nobody's names", LITERAL(both), CONFIDENCE_NONE, "");
    check("half a name", LITERAL(names), CONFIDENCE_STRONG, "");
    check("no attribute", LITERAL(REQUEST("\0\0")), CONFIDENCE_STRONG, "");
    check("an answer", LITERAL(HEAD("\1\1", "\0\0")), CONFIDENCE_STRONG, "");
    check("an attribute too long", LITERAL(REQUEST("\0\x08") "\0\x06\0\x40uPTb"), CONFIDENCE_STRONG,
          "");
    check("its length is wrong", LITERAL(REQUEST("\0\x10") "\0\x06\0\x09uPTb:T6a4"),
          CONFIDENCE_STRONG, "");
    check("DTLS",
          LITERAL("\x16\xfe\xfd\0\0\0\0\0\0\0\0\0\x04"
                  "abcd"),
          CONFIDENCE_STRONG, "");
}

static void test_recognised(void)
{
    static const struct {
        const char *name;
        struct bytes datagram;
        enum probe answer;
    } vector[] = {
        {"a binding request (RFC 5769 s2)", TABLE_TEXT(REQUEST("\0\0")), PROBE_YES},
        {"its length", TABLE_TEXT(REQUEST("\0\x04")), PROBE_NO},
        {"no words", TABLE_TEXT(REQUEST("\0\x01") "a"), PROBE_NO},
        {"its first bits", TABLE_TEXT(HEAD("\x40\x01", "\0\0")), PROBE_NO},
        {"another cookie", TABLE_TEXT("\0\x01\0\0\x21\x12\xa4\x43transaction."), PROBE_NO},
        {"short", TABLE_TEXT("\0\x01\0\0\x21\x12\xa4\x42"), PROBE_NO},
    };

    for (size_t i = 0; i < sizeof(vector) / sizeof(vector[0]); i++) {
        const struct opening o = {.seen = {vector[i].datagram}, .transport = 17};
        CHECK(layer_stun.recognise(&o).answer == vector[i].answer, vector[i].name);
    }
}

int main(void)
{
    test_checks();
    test_recognised();
    return test_end();
}
