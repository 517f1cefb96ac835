/* SPDX-License-Identifier: MIT */
/* Loss in every place of a frame, and what is found again after it: each vector whole, at every cut
 * and byte by byte. (Every gap at every place of one stream: test_websocket.c. All captures:
 * tests/loss.) */
#include "ws_script.h"

#define FRAMED       "claim(certain) climb(framed) "
#define LOST_AT_LAST "anomaly(websocket_lost_sync)"
#define LOST         LOST_AT_LAST " "

#define TURN(d, text)                                                                              \
    {                                                                                              \
        d, {(const uint8_t *)(text), sizeof(text) - 1}, 0                                          \
    }
#define GAP(d, n)                                                                                  \
    {                                                                                              \
        d, {NULL, 0}, n                                                                            \
    }
#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define CHECK_LOSS(name, shake, turns, want)                                                       \
    script_check(name, shake, WS_INTEREST_ALL, turns, LENGTH(turns), 1, want)

#define UP   TO_SERVER
#define DOWN TO_CLIENT

static void test_places(void)
{
    static const struct turn begun[] = {TURN(DOWN, "\x81\x05Hello\x82"), GAP(DOWN, 4),
                                        TURN(DOWN, "rest\x81\x05World\x81\x03you")};
    static const struct turn length[] = {TURN(DOWN, "\x81\x05Hello\x82\x7e\x01"), GAP(DOWN, 200),
                                         TURN(DOWN, "rest\x81\x05World\x81\x03you")};
    static const struct turn boundary[] = {TURN(DOWN, "\x81\x05Hello"), GAP(DOWN, 9),
                                           TURN(DOWN, "\x81\x05World\x81\x03you")};
    static const struct turn up[] = {TURN(UP, "\x81\x85\1\2\3\4Igohn"), GAP(UP, 11),
                                     TURN(UP, "\x82\x84\5\6\7\x08"
                                              "abcd\x82\x83\1\5\2\7xyz")};
    static const struct turn both[] = {TURN(DOWN, "\x81\x05Hello"), GAP(DOWN, 20), GAP(UP, 30),
                                       TURN(UP, "\x81\x85\1\2\3\4Igohn"),
                                       TURN(DOWN, "\x81\x05World")};
    static const struct turn several[] = {TURN(DOWN, "\x81\x05Hello\x82\x09"),
                                          GAP(DOWN, 3),
                                          TURN(DOWN, "abc"),
                                          GAP(DOWN, 3),
                                          TURN(DOWN, "\x81\x05World\x81"),
                                          GAP(DOWN, 8),
                                          TURN(DOWN, "\x81\x05"
                                                     "Again")};

    CHECK_LOSS("a header that had begun", &ws_plain, begun,
               FRAMED "<1/1/5=Hello " LOST "<1/1/5=World <1/1/3=you");
    CHECK_LOSS("inside a length", &ws_plain, length,
               FRAMED "<1/1/5=Hello " LOST "<1/1/5=World <1/1/3=you");
    CHECK_LOSS("whole frames, from one boundary to another", &ws_plain, boundary,
               FRAMED "<1/1/5=Hello " LOST "<1/1/5=World <1/1/3=you");
    CHECK_LOSS("binary, masked", &ws_plain, up,
               FRAMED ">1/1/5=Hello " LOST ">2/1/4=dddl >2/1/3=y|x");
    CHECK_LOSS("both directions", &ws_plain, both,
               FRAMED "<1/1/5=Hello " LOST LOST ">1/1/5=Hello <1/1/5=World");
    CHECK_LOSS("several", &ws_plain, several,
               FRAMED "<1/1/5=Hello <2/1/9!=abc <1/1/5=World " LOST "<1/1/5=Again");
}

static void test_fragments(void)
{
    static const struct turn ping[] = {TURN(DOWN, "\x01\x02He\x89\x08pi"), GAP(DOWN, 4),
                                       TURN(DOWN, "ng\x80\x03llo\x81\x01x")};
    static const struct turn between[] = {TURN(DOWN, "\x01\x02He"), GAP(DOWN, 6),
                                          TURN(DOWN, "\x80\x03llo\x81\x05World\x81\x03you")};
    static const struct turn first[] = {TURN(DOWN, "\x81\x05Hello"), GAP(DOWN, 4),
                                        TURN(DOWN, "\x00\x03two\x00\x05three\x80\x04"
                                                   "four\x81\x05World")};
    static const struct turn inside[] = {TURN(DOWN, "\x01\x02He\x00\x04l"), GAP(DOWN, 2),
                                         TURN(DOWN, "o\x80\x01!\x81\x01x")};

    CHECK_LOSS("inside a ping inside a message: that ping only", &ws_plain, ping,
               FRAMED "<9/1/8!=ping <1/2/5=Hello <1/1/1=x");
    CHECK_LOSS("between fragments: nobody knows what was there", &ws_plain, between,
               FRAMED "<1/1/2!=He " LOST "<0/1/3!=llo <1/1/5=World <1/1/3=you");
    CHECK_LOSS("the first fragment", &ws_plain, first,
               FRAMED "<1/1/5=Hello " LOST "<0/3/12!=twothreefour <1/1/5=World");
    CHECK_LOSS("inside a fragment: that message only", &ws_plain, inside,
               FRAMED "<1/3/7!=Helo! <1/1/1=x");
}

/* What a repeated pattern in a payload, or text in text, looks like is not believed. */
static void test_nothing_invented(void)
{
    static const struct turn pattern[] = {
        TURN(DOWN, "\x82\x05Hello"), GAP(DOWN, 60),
        TURN(DOWN, "x\x82\x02\x82\x02\x82\x02\x82\x02\x82\x02\x82\x02\x82\x02\x82\x02\x82\x02\x82"
                   "\x02\x82\x02\x82\x02\x82\x02\x82\x02\x82\x02\x82\x02\x82\x02\x82\x02\x82\x02")};
    static const struct turn pixels[] = {
        TURN(DOWN, "\x82\x05Hello"), GAP(DOWN, 60),
        TURN(DOWN, "\x82\x02\1\2\x82\x02\1\2\x82\x02\1\2\x82\x02\1\2\x82\x02\1\2\x82\x02\1\2"
                   "\x82\x02\1\2\x82\x02\1\2\x82\x02\1\2\x82\x02\1\2\x82\x02\1\2\x82\x02\1\2")};
    static const struct turn zeros[] = {TURN(DOWN, "\x82\x05Hello"), GAP(DOWN, 60),
                                        TURN(DOWN, "x\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                                                   "\0\0\0\0\0\0\x81\0\0\0\0\0\0\0\0\0\0\0")};
    static const struct turn text[] = {TURN(DOWN, "\x81\x05Hello"), GAP(DOWN, 60),
                                       TURN(DOWN, "\x81"
                                                  "A letter of two bytes was cut here, and "
                                                  "what follows is the rest of its message.")};
    /* Masked text under another key is UTF-8, too: with control characters. */
    static const struct turn key[] = {TURN(UP, "\x81\x85\1\2\3\4Igohn"), GAP(UP, 60),
                                      TURN(UP,
                                           "xyz\x81\xa0"
                                           "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz")};
    static const struct turn ended[] = {TURN(DOWN, "\x82\x05Hello"), GAP(DOWN, 60),
                                        TURN(DOWN, "some bytes of a payload \x82\x02xy")};

    CHECK_LOSS("a pattern", &ws_plain, pattern, FRAMED "<2/1/5=Hello " LOST_AT_LAST);
    CHECK_LOSS("pixels", &ws_plain, pixels, FRAMED "<2/1/5=Hello " LOST_AT_LAST);
    CHECK_LOSS("zeros", &ws_plain, zeros, FRAMED "<2/1/5=Hello " LOST_AT_LAST);
    CHECK_LOSS("text in text", &ws_plain, text, FRAMED "<1/1/5=Hello " LOST_AT_LAST);
    CHECK_LOSS("masked text", &ws_plain, key, FRAMED ">1/1/5=Hello " LOST_AT_LAST);
    CHECK_LOSS("one short frame proves nothing", &ws_plain, ended,
               FRAMED "<2/1/5=Hello " LOST_AT_LAST);
}

/* The end of a stream, where a close frame is expected. */
static void test_close(void)
{
    static const struct turn closing[] = {
        TURN(UP, "\x88\x82\1\2\3\4\2\xea"), TURN(DOWN, "\x81\x05Hello"), GAP(DOWN, 400),
        TURN(DOWN, "the last bytes of a long message that began unseen.\x88\x02\x03\xe8")};
    static const struct turn empty[] = {TURN(DOWN, "\x81\x05Hello"), GAP(DOWN, 400),
                                        TURN(DOWN, "\x88\x00")};

    CHECK_LOSS("the answer to a close frame", &ws_plain, closing,
               FRAMED ">8/1/2=x03e8(1000,) <1/1/5=Hello " LOST "<8/1/2=x03e8(1000,)");
    CHECK_LOSS("an empty one", &ws_plain, empty, FRAMED "<1/1/5=Hello " LOST "<8/1/0=(0,)");
}

/* Frames of 60,000 bytes back to back, and one of 200,000, whose headers are far apart. */
static void test_large(enum direction d, size_t size)
{
    struct buffer wire = {0}, clear = {0}, want = {0};
    uint64_t x = 88172645463325252U;

    for (size_t i = 0; i < size; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        buffer_append_byte(&clear, (uint8_t)(x >> 24));
    }
    for (int i = 0; i < 5; i++) {
        clear.at[0] = (uint8_t)i;
        put_frame(&wire, d, FIN | WS_BINARY, buffer_bytes(&clear));
    }
    put_text(&wire, d, FIN | WS_TEXT, "and text");
    const size_t lost = size / 2, frame = wire.len / 5;
    buffer_printf(&want, LOST FRAMED);
    for (int i = 0; i < 4; i++)
        buffer_printf(&want, "%c2/1/%zu ", "><"[d], size);
    buffer_printf(&want, "%c1/1/8", "><"[d]);
    buffer_append_byte(&want, 0);
    const struct turn t[] = {{d, bytes_of(NULL, 0), lost},
                             {d, bytes_after(buffer_bytes(&wire), frame / 2), 0}};
    script_check("large frames", &ws_plain, INTEREST_MESSAGES, t, 2, 77777, (const char *)want.at);
    buffer_free(&wire);
    buffer_free(&clear);
    buffer_free(&want);
}

/* Compressed messages: with context takeover what refers to the lost one is told as it is. */
static void test_deflate(bool fresh)
{
    static const char *const texts[] = {"the first message of four, to be referred to",
                                        "the second message of four, to be referred to",
                                        "the third message of four, to be referred to",
                                        "something else: 0123456789 abcdefgh"};
    struct handshake shake = ws_deflate;
    struct buffer wire[4] = {0};
    struct ws_script s;
    z_stream z;

    shake.no_context_takeover[DOWN] = fresh;
    deflate_open(&z, 15);
    for (int i = 0; i < 4; i++) {
        struct buffer body = {0};
        deflate_message(&z, bytes_of_text(texts[i]), Z_SYNC_FLUSH, &body);
        put_frame(&wire[i], DOWN, FIN | RSV1 | WS_TEXT, buffer_bytes(&body));
        buffer_free(&body);
        if (fresh)
            deflateReset(&z);
    }
    for (size_t inside = 0; inside < 2; inside++) {
        const size_t kept = inside * 8;
        const struct turn t[] = {{DOWN, buffer_bytes(&wire[0]), 0},
                                 {DOWN, bytes_first(buffer_bytes(&wire[1]), kept), 0},
                                 {DOWN, bytes_of(NULL, 0), wire[1].len - kept},
                                 {DOWN, buffer_bytes(&wire[2]), 0},
                                 {DOWN, buffer_bytes(&wire[3]), 0}};
        script_begin(&s, WS_INTEREST_ALL, NULL);
        script_run(&s, &shake, t, LENGTH(t), 0);
        const char *log = harness_log(&s.harness);
        CHECK((strstr(log, "lost_sync") != NULL) == (inside == 0), "sync is lost with a header");
        CHECK(strstr(log, "<1/1/44") != NULL, "the message before");
        CHECK((strstr(log, "<1/1/45") != NULL) == (inside == 1 && false), "the lost one");
        CHECK(s.totals.messages[DOWN] == 3 + inside, "all others are told");
        CHECK(!fresh || strstr(strstr(log, "<1/1/44") + 1, "<1/1/44") != NULL, "the third");
        script_check("deflate", &shake, WS_INTEREST_ALL, t, LENGTH(t), 1, log);
        script_end(&s);
    }
    for (int i = 0; i < 4; i++)
        buffer_free(&wire[i]);
    deflateEnd(&z);
}

int main(void)
{
    test_places();
    test_fragments();
    test_nothing_invented();
    test_close();
    test_large(UP, 60000);
    test_large(DOWN, 60000);
    test_large(UP, 200000);
    test_large(DOWN, 200000);
    test_deflate(false);
    test_deflate(true);
    return test_end();
}
