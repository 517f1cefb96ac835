/* SPDX-License-Identifier: MIT */
#include "dialogue.h"
#include "layers/held.h"
#include "layers/layers.h"
#include "layers/socks_message.h"

#define GET "GET / HTTP/1.1"
#define OK  "HTTP/1.1 200"

#define HELLO    UP("\x05\x01\x00")     /* no login */
#define LOGINS   UP("\x05\x02\x00\x02") /* or a password */
#define NO_LOGIN DOWN("\x05\x00")
#define PASSWORD DOWN("\x05\x02")
#define LOGIN    UP("\x01\x03me!\x06secret")
#define ASK_NAME "\x05\x01\x00\x03\x0esecure.example\x01\xbb"
#define GRANT    "\x05\x00\x00\x01\x0a\x00\x00\x01\x11\xd7"
#define TO_NAME  "(SOCKS5 CONNECT to secure.example:443)"
#define GRANTED  " claim(certain) (the SOCKS server grants it)"
#define UNSEEN   " (the SOCKS server's answer was not seen)"

static const struct dialogue vectors[] = {
    {"CONNECT by name",
     TO_NAME GRANTED " become(?) >" GET " <" OK,
     {HELLO, NO_LOGIN, UP(ASK_NAME), DOWN(GRANT), UP(GET), DOWN(OK)}},
    {"CONNECT by IPv4",
     "(SOCKS5 CONNECT to 192.0.2.1:80)" GRANTED " become(?) <SSH-2.0-x",
     {HELLO, NO_LOGIN, UP("\x05\x01\x00\x01\xc0\x00\x02\x01\x00\x50"), DOWN(GRANT "SSH-2.0-x")}},
    {"CONNECT by IPv6, answered by name and by IPv6",
     "(SOCKS5 CONNECT to [2001:db8::1]:80)" GRANTED " become(?) >" GET,
     {HELLO, NO_LOGIN, UP("\x05\x01\x00\x04\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\x00\x50"),
      DOWN("\x05\x00\x00\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), UP(GET)}},
    {"the server's name may be empty",
     TO_NAME GRANTED " become(?)",
     {HELLO, NO_LOGIN, UP(ASK_NAME), DOWN("\x05\x00\x00\x03\x00\x00\x00")}},
    {"with a password",
     TO_NAME GRANTED " become(?) >" GET,
     {LOGINS, PASSWORD, LOGIN, DOWN("\x01\x00"), UP(ASK_NAME), DOWN(GRANT), UP(GET)}},
    {"with no password at all",
     TO_NAME GRANTED " become(?)",
     {LOGINS, PASSWORD, UP("\x01\x00\x00"), DOWN("\x05\x00"), UP(ASK_NAME), DOWN(GRANT)}},
    {"a wrong password",
     "(the SOCKS server refuses the user name or password)",
     {LOGINS, PASSWORD, LOGIN, DOWN("\x01\x01")}},
    {"all at once, without waiting",
     TO_NAME GRANTED " become(?) >" GET " <" OK,
     {UP("\x05\x01\x00" ASK_NAME GET), DOWN("\x05\x00" GRANT OK)}},
    {"no method is good enough",
     "(the SOCKS server accepts no method of the client's)",
     {HELLO, DOWN("\x05\xff")}},
    {"GSSAPI",
     "(a SOCKS method that is not read any further)",
     {UP("\x05\x01\x01"), DOWN("\x05\x01"), UP("\x01\x01\x00\x02xx"), DOWN("\x01\x01\x00\x00")}},
    {"refused, with an address and without",
     TO_NAME " claim(certain) (the SOCKS server refuses: connection refused)",
     {HELLO, NO_LOGIN, UP(ASK_NAME), DOWN("\x05\x05\x00\x01\0\0\0\0\0\0")}},
    {"refused for a reason that RFC 1928 does not have",
     TO_NAME " claim(certain) (the SOCKS server refuses: for a reason of its own)",
     {HELLO, NO_LOGIN, UP(ASK_NAME), DOWN("\x05\xf2")}},
    {"BIND: two replies",
     "(SOCKS5 BIND for 192.0.2.1:21)" GRANTED " become(?) <220 data",
     {HELLO, NO_LOGIN, UP("\x05\x02\x00\x01\xc0\x00\x02\x01\x00\x15"), DOWN(GRANT), DOWN(GRANT),
      DOWN("220 data")}},
    {"BIND: nobody comes",
     "(SOCKS5 BIND for 192.0.2.1:21) claim(certain) "
     "(the SOCKS server refuses: TTL expired)",
     {HELLO, NO_LOGIN, UP("\x05\x02\x00\x01\xc0\x00\x02\x01\x00\x15"), DOWN(GRANT),
      DOWN("\x05\x06")}},
    {"UDP ASSOCIATE: nothing inside",
     "(SOCKS5 UDP ASSOCIATE from 0.0.0.0:0)" GRANTED,
     {HELLO, NO_LOGIN, UP("\x05\x03\x00\x01\0\0\0\0\0\0"), DOWN(GRANT), UP("more")}},
    {"Tor's RESOLVE",
     "(SOCKS5 RESOLVE of quay.example:0)" GRANTED,
     {HELLO, NO_LOGIN, UP("\x05\xf0\x00\x03\x0cquay.example\x00\x00"), DOWN(GRANT)}},
    {"SOCKS 4",
     "(SOCKS4 CONNECT to 192.0.2.1:80)" GRANTED " become(?) >" GET " <" OK,
     {UP("\x04\x01\x00\x50\xc0\x00\x02\x01me\0"), DOWN("\x00\x5a\x00\x00\x00\x00\x00\x00"), UP(GET),
      DOWN(OK)}},
    {"SOCKS 4a, without a user",
     "(SOCKS4a CONNECT to quay.example:80)" GRANTED " become(?) >" GET " <" OK,
     {UP("\x04\x01\x00\x50\0\0\0\x01\0quay.example\0"), DOWN("\x00\x5a\x00\x00\x00\x00\x00\x00"),
      UP(GET), DOWN(OK)}},
    {"SOCKS 4 refuses",
     "(SOCKS4 BIND for 192.0.2.1:80) claim(certain) "
     "(the SOCKS server refuses: rejected or failed)",
     {UP("\x04\x02\x00\x50\xc0\x00\x02\x01me\0"), DOWN("\x00\x5b\x00\x00\x00\x00\x00\x00")}},
    {"a command that is none",
     "anomaly(socks_malformed)",
     {HELLO, NO_LOGIN, UP("\x05\x09\x00\x01\xc0\x00\x02\x01\x00\x50")}},
    {"a reply that is none",
     TO_NAME " anomaly(socks_malformed)",
     {HELLO, NO_LOGIN, UP(ASK_NAME), DOWN("HTTP/1.1 400"), UP(GET)}},
    {"SOCKS 4 inside SOCKS 5",
     "anomaly(socks_malformed)",
     {HELLO, NO_LOGIN, UP("\x04\x01\x00\x50\xc0\x00\x02\x01me\0")}},
    {"never answered", TO_NAME UNSEEN, {HELLO, NO_LOGIN, UP(ASK_NAME)}},
    {"one direction was captured", TO_NAME UNSEEN, {HELLO, UP(ASK_NAME), UP(GET)}},
    {"and the other met a hole",
     TO_NAME UNSEEN " become(?) >" GET " <[gap 12]",
     {HELLO, UP(ASK_NAME), UP(GET), HOLE(TO_CLIENT, 12)}},
    {"the answer to the login was lost",
     TO_NAME UNSEEN " become(?) >" GET " <[gap 20]",
     {LOGINS, DOWN("\x05"), HOLE(TO_CLIENT, 20), LOGIN, UP(ASK_NAME), UP(GET)}},
    {"half a reply",
     TO_NAME UNSEEN " become(?) >" GET " <[gap 7]" OK,
     {HELLO, NO_LOGIN, UP(ASK_NAME), DOWN("\x05\x00\x00"), HOLE(TO_CLIENT, 7), UP(GET), DOWN(OK)}},
    {"half a request", "", {HELLO, NO_LOGIN, UP("\x05\x01"), HOLE(TO_SERVER, 9), DOWN(GRANT)}},
    {"a hole in what the client says without waiting",
     TO_NAME GRANTED " become(?) >GET[gap 4]HTTP",
     {HELLO, NO_LOGIN, UP(ASK_NAME "GET"), HOLE(TO_SERVER, 4), DOWN(GRANT), UP("HTTP")}},
};

/* --- recognition ------------------------------------------------------------------------------ */

static const struct asked {
    const char *name;
    enum probe goes_on, ended; /* the answers while both directions go on, and at the end */
    struct turn up, down;
} asked[] = {
    {"a greeting alone", PROBE_MORE, PROBE_NO, HELLO, DOWN("")},
    {"its answer alone: clients speak first", PROBE_NO, PROBE_NO, UP(""), NO_LOGIN},
    {"an answer to half a greeting", PROBE_NO, PROBE_NO, UP("\x05\x02\x00"), NO_LOGIN},
    {"a greeting and its answer", PROBE_YES, PROBE_YES, HELLO, NO_LOGIN},
    {"no acceptable method", PROBE_YES, PROBE_YES, HELLO, DOWN("\x05\xff")},
    {"half an answer", PROBE_MORE, PROBE_NO, HELLO, DOWN("\x05")},
    {"a method that was not offered", PROBE_NO, PROBE_NO, HELLO, DOWN("\x05\x02")},
    {"no methods", PROBE_NO, PROBE_NO, UP("\x05\x00"), DOWN("")},
    {"too many methods", PROBE_NO, PROBE_NO, UP("\x05\x11"), DOWN("")},
    {"another's answer", PROBE_NO, PROBE_NO, HELLO, DOWN("HTTP/1.1 400")},
    {"a request before any answer", PROBE_MORE, PROBE_YES, UP("\x05\x01\x00" ASK_NAME), DOWN("")},
    {"half a request before any answer", PROBE_MORE, PROBE_NO, UP("\x05\x01\x00\x05\x01\x00\x03"),
     DOWN("")},
    {"something else before any answer", PROBE_NO, PROBE_NO, UP("\x05\x01\x00GET /"), DOWN("")},
    {"something else and an answer", PROBE_NO, PROBE_NO, UP("\x05\x01\x00GET /"), NO_LOGIN},
    {"a name that is none", PROBE_NO, PROBE_NO, UP("\x05\x01\x00\x05\x01\x00\x03\x02\x01x\x00\x50"),
     DOWN("")},
    {"SOCKS 4 inside SOCKS 5", PROBE_NO, PROBE_NO, UP("\x05\x01\x00\x04\x01"), NO_LOGIN},
    {"a login follows", PROBE_YES, PROBE_YES, UP("\x05\x01\x02\x01\x01"), PASSWORD},
    {"no login follows", PROBE_NO, PROBE_NO, UP("\x05\x01\x02\x05\x01"), PASSWORD},
    {"SOCKS 4, not answered", PROBE_MORE, PROBE_NO, UP("\x04\x01\x00\x50\xc0\x00\x02\x01me\0"),
     DOWN("")},
    {"SOCKS 4a, not answered", PROBE_MORE, PROBE_YES, UP("\x04\x01\x00\x50\0\0\0\x01\0quay\0"),
     DOWN("")},
    {"SOCKS 4, half answered", PROBE_MORE, PROBE_NO, UP("\x04\x01\x00\x50\xc0\x00\x02\x01me\0"),
     DOWN("\x00\x5a")},
    {"SOCKS 4", PROBE_YES, PROBE_YES, UP("\x04\x01\x00\x50\xc0\x00\x02\x01me\0"),
     DOWN("\x00\x5d\0\0\0\0\0\0")},
    {"SOCKS 4, no answer of its", PROBE_NO, PROBE_NO, UP("\x04\x01\x00\x50\xc0\x00\x02\x01me\0"),
     DOWN("\x00\x5e")},
    {"SOCKS 4 has no UDP", PROBE_NO, PROBE_NO, UP("\x04\x03"), DOWN("")},
    {"a user that is none", PROBE_NO, PROBE_NO, UP("\x04\x01\x00\x50\xc0\x00\x02\x01\x01\x02\0"),
     DOWN("")},
    {"another protocol", PROBE_NO, PROBE_NO, UP("GET"), DOWN("")},
};

static void test_recognised(void)
{
    for (size_t n = 0; n < sizeof(asked) / sizeof(asked[0]); n++) {
        const struct asked *a = &asked[n];
        CHECK(dialogue_ask(&layer_socks, a->up.bytes, a->down.bytes, false).answer == a->goes_on,
              a->name);
        CHECK(dialogue_ask(&layer_socks, a->up.bytes, a->down.bytes, true).answer == a->ended,
              a->name);
    }
}

/* A SOCKS 4 user without an end is none. */
static void test_endless_user(void)
{
    uint8_t wire[8 + SOCKS_TEXT_MAX + 1] = {4, 1, 0, 80, 192, 0, 2, 1};
    const struct bytes nothing = {0};

    memset(wire + 8, 'u', sizeof(wire) - 8);
    CHECK(dialogue_ask(&layer_socks, bytes_of(wire, sizeof(wire) - 1), nothing, false).answer ==
              PROBE_MORE,
          "the longest user");
    CHECK(dialogue_ask(&layer_socks, bytes_of(wire, sizeof(wire)), nothing, false).answer ==
              PROBE_NO,
          "longer than the longest user");
}

/* The client's side of a capture without the server's: what can be held is held, then read. */
static void test_unheard_flood(void)
{
    enum { DATA = 3 * HTTP_KEPT_MAX };
    static const char opening[] = "\x05\x01\x00" ASK_NAME;
    struct buffer wire = {0};

    buffer_append(&wire, bytes_of(opening, sizeof(opening) - 1));
    for (size_t i = 0; i < DATA; i++)
        buffer_append_byte(&wire, (uint8_t)('a' + i % 23));
    for (size_t step = 1; step <= wire.len; step = step * 7 + 1) {
        const struct bytes all = buffer_bytes(&wire);
        void *state = calloc(1, layer_socks.state_size);
        struct harness x;
        harness_begin(&x, 0, NULL);
        x.host.note = dialogue_note;
        for (size_t at = 0; at < all.len; at += step)
            harness_feed(&x, &layer_socks, state, TO_SERVER,
                         bytes_first(bytes_after(all, at), step));
        layer_socks.close(state, &x.host, CLOSE_FINISHED);
        CHECK(
            bytes_equal(buffer_bytes(&x.carried[TO_SERVER]), bytes_after(all, sizeof(opening) - 1)),
            "every byte is carried");
        CHECK(x.budget.peak <= 2 * HTTP_KEPT_MAX + HTTP_KEPT_MAX, "bounded");
        CHECK_TEXT(harness_log(&x), TO_NAME UNSEEN " become(?)", "goes on without an answer");
        harness_end(&x);
        free(state);
    }
    buffer_free(&wire);
}

/* Without memory nothing is read, and nothing breaks. */
static void test_no_memory(void)
{
    for (size_t limit = 1; limit < 4096; limit += 512) {
        void *state = calloc(1, layer_socks.state_size);
        struct harness x;
        harness_begin(&x, 0, NULL);
        x.budget.limit = limit;
        harness_feed(&x, &layer_socks, state, TO_SERVER, LITERAL("\x05\x01\x00" ASK_NAME GET));
        harness_feed(&x, &layer_socks, state, TO_CLIENT, LITERAL("\x05\x00" GRANT OK));
        layer_socks.close(state, &x.host, CLOSE_FINISHED);
        CHECK(x.became == (limit > 1024), "as far as the memory goes");
        harness_end(&x);
        free(state);
    }
}

int main(void)
{
    for (size_t n = 0; n < sizeof(vectors) / sizeof(vectors[0]); n++)
        dialogue_check(&layer_socks, &vectors[n]);
    test_recognised();
    test_endless_user();
    test_unheard_flood();
    test_no_memory();
    return test_end();
}
