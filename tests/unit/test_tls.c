/* SPDX-License-Identifier: MIT */
#include "layer_harness.h"
#include "layers/layers.h"
#include "layers/tls_hello.h"
#include "layers/tls_record.h"
#include "tls_vectors.h"

#define ALERT "\x15\x03\x03\x00\x02\x02\x28"

static void describe(struct harness *h, const struct event *e)
{
    const struct tls_event *t = &e->as.tls;

    if (e->kind != EVENT_TLS || t->unread) /* for rules: nothing is to be hoped for any more */
        return;
    buffer_printf(&h->log, "%s(%.*s offers ", t->final ? "final" : "client", (int)t->sni.len,
                  t->sni.len > 0 ? (const char *)t->sni.at : "");
    for (size_t i = 0; i < t->alpn_offered_count; i++)
        buffer_printf(&h->log, "%.*s,", (int)t->alpn_offered[i].len,
                      (const char *)t->alpn_offered[i].at);
    buffer_printf(&h->log, "%04x chose %.*s %04x) ", t->client_version, (int)t->alpn.len,
                  t->alpn.len > 0 ? (const char *)t->alpn.at : "", t->version);
}

static const struct vector {
    const char *name, *want;
    struct {
        enum direction direction;
        const char *bytes;
        size_t len;
        uint64_t gap;
    } turn[4];
} vectors[] = {
    {"TLS 1.3",
     "claim(strong) client(secure.quay.example offers h2,http/1.1,0304 chose  0000) "
     "final(secure.quay.example offers h2,http/1.1,0304 chose  0304) claim(certain)",
     {{TO_SERVER, TLS13_CLIENT, sizeof(TLS13_CLIENT) - 1, 0},
      {TO_CLIENT, TLS13_SERVER, sizeof(TLS13_SERVER) - 1, 0}}},
    {"TLS 1.2 with a chosen protocol",
     "claim(strong) client(www.quay.example offers h2,http/1.1,0303 chose  0000) "
     "final(www.quay.example offers h2,http/1.1,0303 chose http/1.1 0303) claim(certain)",
     {{TO_SERVER, TLS12_CLIENT, sizeof(TLS12_CLIENT) - 1, 0},
      {TO_CLIENT, TLS12_SERVER, sizeof(TLS12_SERVER) - 1, 0}}},
    {"HelloRetryRequest names the version",
     "claim(strong) client(retry.quay.example offers 0304 chose  0000) "
     "final(retry.quay.example offers 0304 chose  0304) claim(certain)",
     {{TO_SERVER, RETRY_CLIENT, sizeof(RETRY_CLIENT) - 1, 0},
      {TO_CLIENT, RETRY_SERVER, sizeof(RETRY_SERVER) - 1, 0}}},
    {"an alert instead of a ServerHello",
     "claim(strong) client(retry.quay.example offers 0304 chose  0000) "
     "final(retry.quay.example offers 0304 chose  0000)",
     {{TO_SERVER, RETRY_CLIENT, sizeof(RETRY_CLIENT) - 1, 0},
      {TO_CLIENT, ALERT, sizeof(ALERT) - 1, 0}}},
    {"no answer at all",
     "claim(strong) client(retry.quay.example offers 0304 chose  0000) "
     "final(retry.quay.example offers 0304 chose  0000)",
     {{TO_SERVER, RETRY_CLIENT, sizeof(RETRY_CLIENT) - 1, 0}}},
    {"the ServerHello was lost",
     "claim(strong) client(retry.quay.example offers 0304 chose  0000) "
     "final(retry.quay.example offers 0304 chose  0000)",
     {{TO_SERVER, RETRY_CLIENT, sizeof(RETRY_CLIENT) - 1, 0},
      {TO_CLIENT, "\x16\x03\x03", 3, 0},
      {TO_CLIENT, NULL, 0, 500}}},
    {"the ClientHello was lost",
     "claim(strong) final( offers 0000 chose http/1.1 0303)",
     {{TO_SERVER, NULL, 0, 500}, {TO_CLIENT, TLS12_SERVER, sizeof(TLS12_SERVER) - 1, 0}}},
    {"a hello of no form",
     "anomaly(tls_malformed)",
     {{TO_SERVER,
       "\x16\x03\x01\x00\x2e\x01\x00\x00\x2a\x03\x03"
       "abcdefghijklmnopqrstuvwxyz012345\xff\x00\x02\x13\x01\x01\x00\x00",
       51, 0}}},
    {"a record that is none",
     "anomaly(tls_malformed)",
     {{TO_SERVER, "\x16\x03\x01\x00\x04\x01\x00\x00\x2aGET /", 14, 0}}},
    {"SSL 2.0 has nothing to tell, its answer has",
     "claim(strong) final( offers 0000 chose http/1.1 0303)",
     {{TO_SERVER,
       "\x80\x1c\x01\x03\x01\x00\x03\x00\x00\x00\x10\x00\x00\x05"
       "0123456789abcdef",
       30, 0},
      {TO_CLIENT, TLS12_SERVER, sizeof(TLS12_SERVER) - 1, 0}}},
};

static void test_vectors(void)
{
    for (size_t n = 0; n < sizeof(vectors) / sizeof(vectors[0]); n++) {
        const struct vector *v = &vectors[n];
        struct turn turns[4];
        size_t count = 0, longest = 0;
        for (; count < 4 && (v->turn[count].len > 0 || v->turn[count].gap > 0); count++) {
            turns[count] = (struct turn){v->turn[count].direction,
                                         bytes_of(v->turn[count].bytes, v->turn[count].len),
                                         v->turn[count].gap};
            longest = v->turn[count].len > longest ? v->turn[count].len : longest;
        }
        for (size_t cut = 0; cut <= longest + 1; cut++) {
            struct harness h;
            void *state = calloc(1, layer_tls.state_size);
            harness_begin(&h, INTEREST_TLS, NULL);
            h.describe = describe;
            harness_run(&h, &layer_tls, state, turns, count, cut);
            layer_tls.close(state, &h.host, CLOSE_FINISHED);
            CHECK_TEXT(harness_log(&h), v->want, v->name);
            harness_end(&h);
            free(state);
        }
    }
}

static void describe_prints(struct harness *h, const struct event *e)
{
    const struct tls_event *t = &e->as.tls;

    if (e->kind == EVENT_TLS)
        buffer_printf(&h->log, "%s(%.*s %.*s %.*s) ", t->final ? "final" : "client",
                      (int)t->ja4.len, t->ja4.len > 0 ? (const char *)t->ja4.at : "",
                      (int)t->ja3_hash.len, t->ja3_hash.len > 0 ? (const char *)t->ja3_hash.at : "",
                      (int)t->ja3s.len, t->ja3s.len > 0 ? (const char *)t->ja3s.at : "");
}

#define JA4 "t12d1508h2_d68b136fe8d9_e7e480e5a997"
#define JA3 "104774240db569f8f87b1a28206b25e5"

/* Only what somebody wants, wherever the hellos are cut, and of whole hellos alone. */
static void test_prints(void)
{
    static const struct {
        uint32_t interest;
        bool lost;
        const char *want;
    } rows[] = {
        {INTEREST_FINGERPRINTS, false,
         "claim(strong) client(" JA4 " " JA3 " ) "
         "final(" JA4 " " JA3 " 771,49196,65281-11-35-16-23) claim(certain)"},
        {INTEREST_TLS, false,
         "claim(strong) client(  ) "
         "final(" JA4 " " JA3 " 771,49196,65281-11-35-16-23) claim(certain)"},
        {0, false, "claim(strong) client(  ) final(  ) claim(certain)"},
        {INTEREST_TLS, true, "claim(strong) final(  771,49196,65281-11-35-16-23)"},
    };
    struct err err = {0};
    struct digest *digest = digest_create(&err);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct turn turns[] = {
            {TO_SERVER, bytes_of(TLS12_CLIENT, sizeof(TLS12_CLIENT) - (rows[i].lost ? 41 : 1)), 0},
            {TO_SERVER, bytes_of(NULL, 0), rows[i].lost ? 40 : 0},
            {TO_CLIENT, bytes_of(TLS12_SERVER, sizeof(TLS12_SERVER) - 1), 0}};
        for (size_t cut = 0; cut <= sizeof(TLS12_CLIENT); cut++) {
            struct harness h;
            void *state = calloc(1, layer_tls.state_size);
            harness_begin(&h, rows[i].interest, digest);
            h.describe = describe_prints;
            harness_run(&h, &layer_tls, state, turns, 3, cut);
            layer_tls.close(state, &h.host, CLOSE_FINISHED);
            CHECK_TEXT(harness_log(&h), rows[i].want, "fingerprints");
            harness_end(&h);
            free(state);
        }
    }
    digest_free(digest);
}

/* One handshake message over many records, as RFC 8446 s5.1 allows. */
static void test_fragmented(void)
{
    static const uint8_t hello[] = TLS13_CLIENT;
    const struct bytes message = bytes_of(hello + TLS_RECORD_HEADER, sizeof(hello) - 6);

    for (size_t size = 1; size < 40; size += 3) {
        struct buffer wire = {0};
        struct harness h;
        void *state = calloc(1, layer_tls.state_size);
        for (size_t at = 0; at < message.len; at += size) {
            const struct bytes part = bytes_first(bytes_after(message, at), size);
            const uint8_t header[] = {22, 3, 1, 0, (uint8_t)part.len};
            buffer_append(&wire, bytes_of(header, sizeof(header)));
            buffer_append(&wire, part);
        }
        const struct opening o = {.seen[TO_SERVER] = buffer_bytes(&wire)};
        CHECK(layer_tls.recognise(&o).answer == PROBE_YES, "recognised in pieces");
        const struct turn turn = {TO_SERVER, buffer_bytes(&wire), 0};
        harness_begin(&h, INTEREST_TLS, NULL);
        h.describe = describe;
        harness_run(&h, &layer_tls, state, &turn, 1, size % 2 == 0 ? 1 : 0);
        CHECK_TEXT(harness_log(&h),
                   "claim(strong) client(secure.quay.example offers h2,http/1.1,0304 chose  0000)",
                   "read in pieces");
        layer_tls.close(state, &h.host, CLOSE_FINISHED);
        harness_end(&h);
        buffer_free(&wire);
        free(state);
    }
}

/* The answer at each prefix: MORE, and then one answer for ever. */
static void check_prefixes(struct bytes b, enum direction d, bool midstream, enum probe want,
                           size_t decided_by, const char *name)
{
    for (size_t n = 0; n <= b.len; n++) {
        const struct bytes copy = test_copy(bytes_first(b, n));
        struct opening o = {.midstream = midstream};
        o.seen[d] = copy;
        const enum probe got = layer_tls.recognise(&o).answer;
        CHECK(n >= decided_by ? got == want : got == PROBE_MORE, name);
        free((void *)(uintptr_t)copy.at);
    }
}

static void test_recognise(void)
{
    check_prefixes(LITERAL(TLS13_CLIENT), TO_SERVER, false, PROBE_YES, 11, "ClientHello");
    check_prefixes(LITERAL(TLS12_SERVER), TO_CLIENT, false, PROBE_YES, 11, "ServerHello");
    check_prefixes(LITERAL("\x16\x03\x01\x00\x05\x02\x00\x00"), TO_SERVER, false, PROBE_NO, 6,
                   "a client does not say ServerHello");
    check_prefixes(LITERAL("\x16\x03\x09\x00\x05"), TO_SERVER, false, PROBE_NO, 3, "no version");
    check_prefixes(LITERAL("GET / HTTP/1.1"), TO_SERVER, false, PROBE_NO, 1, "HTTP");
    check_prefixes(LITERAL("\x17\x03\x03\x00\x02zz\x17\x03\x03\x00\x02"), TO_SERVER, true,
                   PROBE_YES, 12, "records midstream");
    check_prefixes(LITERAL("\x80\x1c\x01\x03\x01\x00\x03\x00\x00\x00\x10\x00"), TO_SERVER, false,
                   PROBE_YES, 11, "SSL 2.0 hello");
    const struct opening turned = {.seen[TO_CLIENT] = LITERAL(TLS13_CLIENT), .midstream = true};
    CHECK(layer_tls.recognise(&turned).reversed, "a ClientHello from the server");
}

/* RFC 8701: reserved values are nobody's version and nobody's protocol. */
static void test_grease(void)
{
    struct tls_hello h;
    const struct bytes good = LITERAL("\x03\x03"
                                      "abcdefghijklmnopqrstuvwxyz012345\x00\x00\x02\x13\x01\x01\x00"
                                      "\x00\x17"
                                      "\x00\x2b\x00\x07\x06\xfa\xfa\x03\x04\x03\x03"
                                      "\x00\x10\x00\x08\x00\x06\x02\x0a\x0a\x02h2");
    CHECK(tls_client_hello(good, &h), "GREASE is no fault");
    CHECK(h.version == TLS_1_3, "GREASE is no version");
    CHECK(h.alpn_count == 1 && bytes_equal(h.alpn[0], LITERAL("h2")), "nor a protocol");
}

int main(void)
{
    test_vectors();
    test_prints();
    test_fragmented();
    test_recognise();
    test_grease();
    return test_end();
}
