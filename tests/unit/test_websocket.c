/* SPDX-License-Identifier: MIT */
/* The layer as a whole: what is no WebSocket, what was lost, what is carried. */
#include "ws_script.h"

#define FRAMED   "claim(certain) climb(framed) "
#define UNFRAMED "climb(unframed) anomaly(websocket_unframed) leave"

#define TURN(d, text)                                                                              \
    {                                                                                              \
        d, {(const uint8_t *)(text), sizeof(text) - 1}, 0                                          \
    }
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* ---- after the 101: frames, or not ---- */

/* Whatever the cut: every byte of both directions comes back, in order. */
static void check_unframed(const char *name, const struct turn *turns, size_t count,
                           const char *want)
{
    struct buffer all[2] = {0};

    for (size_t t = 0; t < count; t++)
        buffer_append(&all[turns[t].direction], turns[t].bytes);
    for (size_t cut = 0; cut < 100; cut++) {
        struct ws_script s;
        script_begin(&s, WS_INTEREST_ALL, NULL);
        script_run(&s, &ws_plain, turns, count, cut);
        CHECK_TEXT(harness_log(&s.harness), want, name);
        for (int d = 0; d < 2; d++)
            CHECK(bytes_equal(buffer_bytes(&s.harness.carried[d]), buffer_bytes(&all[d])), name);
        script_end(&s);
    }
    buffer_free(&all[0]);
    buffer_free(&all[1]);
}

static void test_unframed(void)
{
    static const struct turn ssh[] = {TURN(TO_CLIENT, "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"),
                                      TURN(TO_SERVER, "SSH-2.0-PuTTY_0.78\r\n")};
    static const struct turn http[] = {TURN(TO_SERVER, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
                                       TURN(TO_CLIENT, "HTTP/1.1 200 OK\r\n\r\n")};
    static const struct turn tls[] = {
        TURN(TO_SERVER, "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03more")};
    /* one fault only, FIN=0 RSV=3 of "22": the answer tells */
    static const struct turn smtp[] = {TURN(TO_CLIENT, "220 mail.example.com ESMTP\r\n"),
                                       TURN(TO_SERVER, "EHLO there\r\n"),
                                       TURN(TO_CLIENT, "250 ok\r\n")};
    static const struct turn bittorrent[] = {
        TURN(TO_SERVER, "\x13"
                        "BitTorrent protocol12345678abcdefghijabcdefghij-UT3550-123456789012")};
    /* a legal header by chance, cut; then the other side shows that it is none */
    static const struct turn chance[] = {TURN(TO_SERVER, "\x82\xfe\x03\x00random bytes"),
                                         TURN(TO_SERVER, "and more of them"),
                                         TURN(TO_CLIENT, "\xf3\x91\x17 also random")};

    check_unframed("SSH, server first", ssh, LENGTH(ssh), UNFRAMED);
    check_unframed("HTTP without frames", http, LENGTH(http), UNFRAMED);
    check_unframed("TLS without frames", tls, LENGTH(tls), UNFRAMED);
    check_unframed("SMTP without frames", smtp, LENGTH(smtp), UNFRAMED);
    check_unframed("BitTorrent without frames", bittorrent, LENGTH(bittorrent), UNFRAMED);
    check_unframed("a legal header by chance", chance, LENGTH(chance), UNFRAMED);
}

/* Random first bytes: no crash, and whatever is told, whole equals cut. */
static void test_random(void)
{
    uint64_t x = 88172645463325252U;
    size_t unframed = 0;

    for (int round = 0; round < 400; round++) {
        uint8_t noise[2][64];
        for (size_t i = 0; i < sizeof(noise); i++) {
            x ^= x << 13, x ^= x >> 7, x ^= x << 17;
            noise[i / 64][i % 64] = (uint8_t)(x >> 24);
        }
        const struct turn t[] = {{TO_SERVER, bytes_of(noise[0], 64), 0},
                                 {TO_CLIENT, bytes_of(noise[1], 64), 0}};
        struct ws_script s;
        script_begin(&s, WS_INTEREST_ALL, NULL);
        script_run(&s, &ws_plain, t, 2, 0);
        unframed += s.harness.left;
        char *want = strdup(harness_log(&s.harness));
        script_check("random bytes", &ws_plain, WS_INTEREST_ALL, t, 2, 7, want);
        free(want);
        script_end(&s);
    }
    CHECK(unframed > 380, "random bytes are unframed");
}

/* One direction has shown frames: the other may not take it off the stack. */
static void test_half_framed(void)
{
    static const struct turn t[] = {TURN(TO_SERVER, "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"),
                                    TURN(TO_CLIENT, "HTTP/1.1 502 Bad Gateway\r\n\r\n")};
    script_check("an error in plain HTTP after the 101", &ws_plain, WS_INTEREST_ALL, t, 2, 1,
                 FRAMED ">1/1/5=Hello anomaly(websocket_rsv) "
                        "anomaly(websocket_control_fragmented) anomaly(websocket_unframed) "
                        "anomaly(websocket_lost_sync)");
}

/* Opened without a handshake: the same messages, but frames alone make nothing certain. RSV1 can
 * only mean compression. */
static void test_no_handshake(void)
{
    const struct turn t = {TO_CLIENT, LITERAL("\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00\x81\x01x"), 0};
    script_check("no handshake", NULL, WS_INTEREST_ALL, &t, 1, 1, "<1/1/5w7z=Hello <1/1/1=x");
}

/* A first frame of more than is held back. */
static void test_large_first_frame(void)
{
    struct buffer wire = {0}, clear = {0}, want = {0};

    for (int i = 0; i < 9000; i++)
        buffer_append_byte(&clear, (uint8_t)(i * 7));
    put_frame(&wire, TO_SERVER, FIN | WS_BINARY, buffer_bytes(&clear));
    buffer_append_text(&want, FRAMED ">2/1/9000=");
    log_payload(&want, buffer_bytes(&clear));
    buffer_append_byte(&want, 0);
    const struct turn t = {TO_SERVER, buffer_bytes(&wire), 0};
    script_check("large first frame", &ws_plain, WS_INTEREST_ALL, &t, 1, 97, (const char *)want.at);
    buffer_free(&wire);
    buffer_free(&clear);
    buffer_free(&want);
}

/* ---- loss ---- */

struct placed {
    size_t start, header_end, end; /* in the stream; of one message */
    struct buffer told;
};

/* Twelve messages as programs send them: text, binary, pings, one in fragments, a close. */
static size_t make_stream(struct buffer *wire, enum direction d, struct placed *at)
{
    static const struct {
        int first;
        const char *text;
    } frames[] = {
        {FIN | WS_TEXT, "{\"hello\":\"world\"}"},
        {FIN | WS_BINARY, "binary bytes"},
        {FIN | WS_PING, "ping"},
        {FIN | WS_TEXT, "second text"},
        {FIN | WS_TEXT, "third text, longer"},
        {FIN | WS_PONG, "ping"},
        {FIN | WS_TEXT, "fourth text"},
        {FIN | WS_BINARY, "more binary"},
        {FIN | WS_TEXT, "fifth text"},
        {FIN | WS_TEXT, "sixth text"},
        {FIN | WS_TEXT, "seventh text"},
        {FIN | WS_CLOSE, "\x03\xe8"
                         "bye"},
    };

    for (size_t i = 0; i < LENGTH(frames); i++) {
        const struct bytes text = bytes_of_text(frames[i].text);
        at[i] = (struct placed){.start = wire->len};
        put_frame(wire, d, frames[i].first, text);
        at[i].end = wire->len;
        at[i].header_end = wire->len - text.len;
        buffer_printf(&at[i].told, "%c%u/1/%zu=", "><"[d], (unsigned)frames[i].first & 15,
                      text.len);
        log_payload(&at[i].told, text);
        if ((frames[i].first & 15) == WS_CLOSE)
            buffer_append_text(&at[i].told, "(1000,bye)");
        buffer_append_byte(&at[i].told, 0);
    }
    return LENGTH(frames);
}

static const char *find_told(const char *log, const struct placed *p)
{
    return strstr(log, (const char *)p->told.at);
}

static size_t count_complete(const char *log)
{
    size_t count = 0;

    for (const char *at = log; *at != 0; at += strcspn(at, " "), at += strspn(at, " "))
        count += (*at == '<' || *at == '>') && memchr(at, '!', strcspn(at, " =")) == NULL;
    return count;
}

/* What an untouched message must be told as, however the loss lies. */
static void check_loss(const struct placed *at, size_t count, const char *log, size_t from,
                       size_t to)
{
    bool header_lost = false;
    size_t untouched = 0;

    for (size_t i = 0; i < count; i++) {
        const bool touched = from < at[i].end && to > at[i].start;
        header_lost |= from < at[i].header_end && to > at[i].start;
        header_lost |= from < at[i].end && to > at[i].end; /* and something of what follows */
        untouched += !touched;
        if (!touched && find_told(log, &at[i]) == NULL) {
            printf("    gap %zu..%zu, message %zu missing in: %s\n", from, to, i, log);
            CHECK(false, "an untouched message was lost");
        }
    }
    CHECK(count_complete(log) == untouched, "and no message that was never sent");
    CHECK((strstr(log, "websocket_lost_sync") != NULL) == header_lost, "lost sync is told");
}

/* Every gap at every place: each message that it does not touch is decoded. The gap's end is a
 * segment's start, mostly inside a frame. */
static void test_gaps(enum direction d)
{
    struct buffer wire = {0};
    struct placed at[16];
    const size_t count = make_stream(&wire, d, at);

    for (size_t from = 0; from < wire.len; from++) {
        for (size_t to = from + 1; to <= wire.len; to++) {
            const struct turn t[] = {
                {d, bytes_first(buffer_bytes(&wire), from), 0},
                {d, bytes_of(NULL, 0), to - from},
                {d, bytes_after(buffer_bytes(&wire), to), 0},
            };
            struct ws_script s;
            script_begin(&s, WS_INTEREST_ALL, NULL);
            script_run(&s, &ws_plain, t, 3, 0);
            check_loss(at, count, harness_log(&s.harness), from, to);
            script_end(&s);
        }
    }
    for (size_t i = 0; i < count; i++)
        buffer_free(&at[i].told);
    buffer_free(&wire);
}

static void test_gap_vectors(void)
{
    static const struct turn inside[] = {TURN(TO_CLIENT, "\x81\x01x\x82\x0a"
                                                         "abc"),
                                         {TO_CLIENT, {NULL, 0}, 4},
                                         TURN(TO_CLIENT, "hij\x81\x01z")};
    static const struct turn masked[] = {TURN(TO_SERVER, "\x82\x88\1\2\3\4"),
                                         {TO_SERVER, {NULL, 0}, 3},
                                         TURN(TO_SERVER, "\4\1\2\3\4\x81\x81\0\0\0\0z")};
    static const struct turn text[] = {TURN(TO_CLIENT, "\x81\x01x\x81\x06\xc3"),
                                       {TO_CLIENT, {NULL, 0}, 4},
                                       TURN(TO_CLIENT, "\xbc\x81\x01z")};
    static const struct turn whole_rest[] = {TURN(TO_CLIENT, "\x81\x01x\x01\x04"),
                                             {TO_CLIENT, {NULL, 0}, 4},
                                             TURN(TO_CLIENT, "\x80\x01z\x81\x01y")};
    static const struct turn ping[] = {TURN(TO_CLIENT, "\x01\x01x\x89\x04p"),
                                       {TO_CLIENT, {NULL, 0}, 3},
                                       TURN(TO_CLIENT, "\x80\x01z")};
    static const struct turn beyond[] = {TURN(TO_CLIENT, "\x81\x01x\x82\x04"),
                                         {TO_CLIENT, {NULL, 0}, 1000},
                                         TURN(TO_CLIENT, "\x80\x01z\x81\x05Hello\x89\x00")};
    static const struct turn continued[] = {TURN(TO_CLIENT, "\x81\x01x"),
                                            {TO_CLIENT, {NULL, 0}, 1000},
                                            TURN(TO_CLIENT, "\x89\x00\x89\x00\x89\x00\x80\x01z"
                                                            "\x81\x05Hello\x80\x01y")};
    static const struct turn twice[] = {TURN(TO_CLIENT, "\x81\x01x"),
                                        {TO_CLIENT, {NULL, 0}, 50},
                                        TURN(TO_CLIENT, "tail"),
                                        {TO_CLIENT, {NULL, 0}, 50},
                                        TURN(TO_CLIENT, "\x81\x05Hello")};
    static const struct turn first[] = {{TO_CLIENT, {NULL, 0}, 50},
                                        TURN(TO_CLIENT, "\x81\x05Hello")};

    script_check("inside a payload", &ws_plain, WS_INTEREST_ALL, inside, 3, 1,
                 FRAMED "<1/1/1=x <2/1/10!=abchij <1/1/1=z");
    script_check("the mask's phase is kept", &ws_plain, WS_INTEREST_ALL, masked, 3, 1,
                 ">2/1/8!=x0000000000 " FRAMED ">1/1/1=z");
    script_check("text with a hole is not judged", &ws_plain, WS_INTEREST_ALL, text, 3, 1,
                 FRAMED "<1/1/1=x <1/1/6!=xc3bc <1/1/1=z");
    script_check("all of a fragment's payload", &ws_plain, WS_INTEREST_ALL, whole_rest, 3, 1,
                 FRAMED "<1/1/1=x <1/2/5!=z <1/1/1=y");
    script_check("inside a ping inside a message", &ws_plain, WS_INTEREST_ALL, ping, 3, 1,
                 FRAMED "<9/1/4!=p <1/2/2=xz");
    script_check("beyond the payload", &ws_plain, WS_INTEREST_ALL, beyond, 3, 1,
                 FRAMED "<1/1/1=x <2/1/4!= anomaly(websocket_lost_sync) <0/1/1!=z <1/1/5=Hello "
                        "<9/1/0=");
    script_check("a message whose start was lost", &ws_plain, WS_INTEREST_ALL, continued, 3, 1,
                 FRAMED "<1/1/1=x anomaly(websocket_lost_sync) <9/1/0= <9/1/0= <9/1/0= <0/1/1!=z "
                        "<1/1/5=Hello anomaly(websocket_continues_nothing) <0/1/1!=y");
    script_check("two holes", &ws_plain, WS_INTEREST_ALL, twice, 5, 1,
                 FRAMED "<1/1/1=x anomaly(websocket_lost_sync) <1/1/5=Hello");
    script_check("the first bytes are lost", &ws_plain, WS_INTEREST_ALL, first, 2, 1,
                 "anomaly(websocket_lost_sync) " FRAMED "<1/1/5=Hello");
}

/* Frames found far behind the loss, with more before them than the search holds. */
static void test_long_search(void)
{
    struct buffer wire = {0};

    for (int i = 0; i < 50000; i++)
        buffer_append_byte(&wire, (uint8_t)(i % 251));
    for (int i = 0; i < 6; i++)
        put_text(&wire, TO_CLIENT, FIN | WS_TEXT, "found");
    const struct turn t[] = {TURN(TO_CLIENT, "\x81\x01x"),
                             {TO_CLIENT, {NULL, 0}, 1},
                             {TO_CLIENT, buffer_bytes(&wire), 0}};
    script_check("found far behind", &ws_plain, INTEREST_MESSAGES, t, 3, 4999,
                 FRAMED "<1/1/1 anomaly(websocket_lost_sync) "
                        "<1/1/5 <1/1/5 <1/1/5 <1/1/5 <1/1/5 <1/1/5");
    buffer_free(&wire);
}

/* ---- carrying ---- */

static void check_carried(const char *name, uint32_t interest, const struct turn *t, size_t count,
                          const char *to_server, const char *to_client)
{
    for (size_t cut = 0; cut < 60; cut++) {
        struct ws_script s;
        script_begin(&s, interest, NULL);
        script_run(&s, &ws_plain, t, count, cut);
        CHECK(bytes_equal(buffer_bytes(&s.harness.carried[0]), bytes_of_text(to_server)), name);
        CHECK(bytes_equal(buffer_bytes(&s.harness.carried[1]), bytes_of_text(to_client)), name);
        script_end(&s);
    }
}

static void test_carry(void)
{
    struct buffer up = {0};

    put_text(&up, TO_SERVER, FIN | WS_BINARY, "SSH-2.0-");
    put_text(&up, TO_SERVER, FIN | WS_PING, "not carried");
    put_text(&up, TO_SERVER, WS_BINARY, "Open");
    put_text(&up, TO_SERVER, FIN | WS_PONG, "nor this");
    put_text(&up, TO_SERVER, FIN, "SSH\r\n");
    const struct turn t[] = {{TO_SERVER, buffer_bytes(&up), 0},
                             TURN(TO_CLIENT, "\x81\x03one\x82\x04t"),
                             {TO_CLIENT, {NULL, 0}, 2},
                             TURN(TO_CLIENT, "o\x83\x01-\x81\x05three")};
    check_carried("clear binary data, in order", 0, t, LENGTH(t), "SSH-2.0-OpenSSH\r\n", "t[~]o");
    check_carried("the same when all is asked for", WS_INTEREST_ALL, t, LENGTH(t),
                  "SSH-2.0-OpenSSH\r\n", "t[~]o");
    struct ws_script s;
    script_begin(&s, 0, NULL);
    s.harness.host.carry_wanted = false;
    script_run(&s, &ws_plain, t, LENGTH(t), 0);
    CHECK(s.harness.carried[0].len == 0 && s.harness.carried[1].len == 0, "nobody above");
    script_end(&s);
    buffer_free(&up);
}

int main(void)
{
    test_unframed();
    test_random();
    test_half_framed();
    test_no_handshake();
    test_large_first_frame();
    test_gaps(TO_SERVER);
    test_gaps(TO_CLIENT);
    test_gap_vectors();
    test_long_search();
    test_carry();
    return test_end();
}
