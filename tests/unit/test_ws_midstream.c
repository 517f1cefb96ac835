/* SPDX-License-Identifier: MIT */
/* A WebSocket whose handshake was not captured, through the whole engine: what is asked, at every
 * cut; and the trail of frames alone. */
#include "layers/ws_midstream.h"
#include "tests/unit/conversation.h"
#include "tests/unit/ws_script.h"

#include "model/packet.h"

#define BIG   70000
#define TURNS 12

struct say {
    enum direction direction;
    struct buffer bytes;
};

struct scene {
    struct say says[TURNS];
    size_t count;
};

static struct buffer *say(struct scene *s, enum direction d)
{
    s->says[s->count].direction = d;
    return &s->says[s->count++].bytes;
}

static void say_text(struct scene *s, enum direction d, const char *text)
{
    put_text(say(s, d), d, FIN | WS_TEXT, text);
}

static void say_binary(struct scene *s, enum direction d, const char *bytes, size_t len)
{
    put_frame(say(s, d), d, FIN | WS_BINARY, bytes_of(bytes, len));
}

static void scene_free(struct scene *s)
{
    for (size_t i = 0; i < s->count; i++)
        buffer_free(&s->says[i].bytes);
}

enum { WHOLE, BYTE_BY_BYTE, IN_TWO };

/* Without a SYN: from sequence number 1 on. `cut`: where each turn is cut in two. */
static const char *play(struct talk *t, const struct scene *s, int how, size_t cut)
{
    talk_begin(t, NULL, 0);
    t->server_port = 9000;
    for (size_t i = 0; i < s->count; i++) {
        const enum direction d = s->says[i].direction;
        struct bytes rest = buffer_bytes(&s->says[i].bytes);
        while (rest.len > 0) {
            const size_t step = how == BYTE_BY_BYTE               ? 1
                                : how == IN_TWO && cut < rest.len ? cut
                                                                  : rest.len;
            const struct bytes part = bytes_first(rest, step < 60000 ? step : 60000);
            talk_say(t, d, part);
            rest = bytes_after(rest, part.len);
            how = how == IN_TWO ? WHOLE : how;
        }
    }
    talk_close(t);
    return talk_log(t);
}

/* What one side says, then the other, then the rest: when it is recognised does not matter. */
static void sort_log(const char *log, char *out, size_t room)
{
    static const char *const kinds[] = {">", "<", ""};
    size_t len = 0;

    for (size_t k = 0; k < 3; k++)
        for (const char *at = log; *at != 0; at += strcspn(at, " ") + (strchr(at, ' ') != NULL)) {
            const size_t n = strcspn(at, " ");
            const bool mine = k == 2 ? *at != '>' && *at != '<' : *at == kinds[k][0];
            if (mine && len + n + 2 < room)
                len += (size_t)snprintf(out + len, room - len, "%.*s ", (int)n, at);
        }
    out[len > 0 ? len - 1 : 0] = 0;
}

static void expect_log(const char *log, const char *want, const char *name)
{
    char sorted[1000];

    sort_log(log, sorted, sizeof(sorted));
    CHECK_TEXT(sorted, want, name);
}

/* The same, whole, at every cut of the first turn, and byte by byte. */
static void expect(struct scene *s, const char *want, const char *name)
{
    struct talk t;

    expect_log(play(&t, s, WHOLE, 0), want, name);
    talk_free(&t);
    expect_log(play(&t, s, BYTE_BY_BYTE, 0), want, name);
    talk_free(&t);
    for (size_t cut = 1; cut < s->says[0].bytes.len && cut < 60; cut++) {
        expect_log(play(&t, s, IN_TWO, cut), want, name);
        talk_free(&t);
    }
    scene_free(s);
}

static void test_chat(void)
{
    struct scene s = {.count = 0};

    say_text(&s, TO_SERVER, "hello");
    say_text(&s, TO_CLIENT, "hello yourself");
    say_text(&s, TO_SERVER, "what is new?");
    expect(&s, ">1/5 >1/12 <1/14 tcp>websocket app=websocket/probable allow:-\n",
           "three short messages are enough");
}

static void test_sure(void)
{
    struct scene s = {.count = 0};

    for (int i = 0; i < 3; i++) {
        say_text(&s, TO_SERVER, i == 0 ? "{\"ask\":\"one\"}" : "{\"ask\":\"more than one\"}");
        say_text(&s, TO_CLIENT, i == 0 ? "{\"answer\":[1,2]}" : "{\"answer\":[2,3,4,5]}");
    }
    expect(&s,
           ">1/13 >1/23 >1/23 <1/16 <1/20 <1/20 "
           "tcp>websocket app=websocket/certain allow:-\n",
           "frames with content that fits, both ways");
}

/* The client's turn begins in a message: its rest belongs to nothing, and nobody is blamed. */
static void test_begun_inside(void)
{
    struct scene s = {.count = 0};
    struct buffer *b = say(&s, TO_SERVER);

    put_text(b, TO_SERVER, FIN | WS_TEXT, "this one began before the capture did");
    buffer_consume(b, 20);
    say_text(&s, TO_SERVER, "{\"type\":\"subscribe\",\"id\":1}");
    say_text(&s, TO_CLIENT, "{\"type\":\"data\",\"id\":1}");
    say_text(&s, TO_SERVER, "{\"type\":\"stop\",\"id\":1}");
    expect(&s, ">1/27 >1/22 <1/22 tcp>websocket app=websocket/strong allow:-\n",
           "the rest of a message in front");
}

static void test_one_side(void)
{
    struct scene client = {.count = 0}, server = {.count = 0}, plain = {.count = 0};

    say_text(&client, TO_SERVER, "first of them");
    say_text(&client, TO_SERVER, "and the second");
    expect(&client, ">1/13 >1/14 tcp>websocket app=websocket/probable allow:-\n",
           "only the client's side was captured");
    say_text(&server, TO_CLIENT, "{\"price\":\"101.5\",\"of\":\"A\"}");
    say_text(&server, TO_CLIENT, "{\"price\":\"99\",\"of\":\"B\"}");
    say_text(&server, TO_CLIENT, "{\"price\":\"101\",\"of\":\"CC\"}");
    expect(&server, "<1/26 <1/23 <1/25 tcp>websocket app=websocket/probable allow:-\n",
           "only the server's, in JSON");
    say_text(&plain, TO_CLIENT, "one line");
    say_text(&plain, TO_CLIENT, "another line");
    say_text(&plain, TO_CLIENT, "a third line");
    expect(&plain, "tcp>raw app=raw/probable shape=binary allow:-\n",
           "a length before text is not enough");
}

/* The lower port is the client's: the frames say who is who. */
static void test_turned(void)
{
    struct scene s = {.count = 0};
    struct talk t;

    script_mask = WS_MASK;
    say_text(&s, TO_SERVER, "{\"type\":\"subscribe\",\"id\":1}");
    say_text(&s, TO_CLIENT, "{\"type\":\"data\",\"id\":1}");
    talk_begin(&t, NULL, 0);
    t.client_port = 1000;
    t.server_port = 2000;
    for (size_t i = 0; i < s.count; i++)
        talk_say(&t, s.says[i].direction, buffer_bytes(&s.says[i].bytes));
    talk_end(&t, ">1/27 <1/22 tcp>websocket app=websocket/strong allow:-\n",
             "masks tell who is the client");
    scene_free(&s);
}

/* Binary of a kind nobody knows: headers and keys alone have to prove it. */
static void test_opaque(void)
{
    static const char noise[] = "\x03\x99\xf0\x17\x55\xaa\x01\x80\xc3\x3c\x10\x02";
    struct scene s = {.count = 0};

    for (size_t i = 0; i < 5; i++) {
        say_binary(&s, TO_SERVER, noise, 3 + i);
        say_binary(&s, TO_CLIENT, noise, 2 + 2 * i);
    }
    expect(&s,
           ">2/3 >2/4 >2/5 >2/6 >2/7 <2/2 <2/4 <2/6 <2/8 <2/10 "
           "tcp>websocket app=websocket/probable allow:-\n",
           "binary messages");
}

static void test_compressed(void)
{
    struct scene s = {.count = 0};
    struct buffer payload = {0};
    z_stream z;

    deflate_open(&z, 15);
    for (int i = 0; i < 4; i++) {
        char text[64];
        const int len = snprintf(text, sizeof(text), "{\"number\":%d,\"name\":\"n%d\"}", i * 37, i);
        deflate_message(&z, bytes_of(text, (size_t)len), Z_SYNC_FLUSH, &payload);
        if (i > 0) /* the first was before the capture: the others refer to it */
            put_frame(say(&s, TO_SERVER), TO_SERVER, FIN | RSV1 | WS_TEXT, buffer_bytes(&payload));
        buffer_clear(&payload);
    }
    deflateEnd(&z);
    buffer_free(&payload);
    struct talk t;
    const char *log = play(&t, &s, WHOLE, 0);
    CHECK(strstr(log, "tcp>websocket app=websocket/") != NULL, "compressed messages");
    CHECK(strstr(log, "lost_sync") == NULL && strstr(log, "unframed") == NULL,
          "what was before the capture is nobody's fault");
    talk_free(&t);
    scene_free(&s);
}

/* Begun inside a message of 70,000 bytes, and then more of them: raw goes on looking. */
static void test_long_messages(void)
{
    struct scene s = {.count = 0};
    char *big = malloc(BIG);
    struct talk t;

    if (big == NULL)
        abort();
    for (size_t i = 0; i < BIG; i++)
        big[i] = (char)(i * 2654435761U >> 13);
    struct buffer *b = say(&s, TO_SERVER);
    put_frame(b, TO_SERVER, FIN | WS_BINARY, bytes_of(big, BIG));
    buffer_consume(b, 12345);
    for (int i = 0; i < 5; i++)
        say_binary(&s, TO_SERVER, big, BIG);
    say_text(&s, TO_CLIENT, "thank you");
    for (int how = WHOLE; how <= IN_TWO; how += IN_TWO) {
        const char *log = play(&t, &s, how, 777);
        CHECK(strstr(log, "tcp>websocket app=websocket/") != NULL, "found behind long messages");
        CHECK(strstr(log, ">2/70000 ") != NULL, "and read from there");
        CHECK(strstr(log, "websocket_lost_sync") == NULL, "without blame");
        talk_free(&t);
    }
    free(big);
    scene_free(&s);
}

/* A hole before the client's first byte: the connection's start was seen, its handshake not. */
static void test_hole_first(void)
{
    struct scene s = {.count = 0};
    struct talk t;

    say_text(&s, TO_SERVER, "{\"type\":\"subscribe\",\"id\":1}");
    say_text(&s, TO_CLIENT, "{\"type\":\"data\",\"id\":1}");
    say_text(&s, TO_SERVER, "{\"type\":\"stop\",\"id\":1}");
    talk_begin(&t, NULL, 0);
    talk_open(&t);
    t.sent[TO_SERVER] += 400;
    t.sent[TO_CLIENT] += 200;
    for (size_t i = 0; i < s.count; i++)
        talk_say(&t, s.says[i].direction, buffer_bytes(&s.says[i].bytes));
    talk_close(&t);
    const char *log = talk_log(&t);
    CHECK(strstr(log, "tcp>websocket app=websocket/strong") != NULL, "a hole where it began");
    talk_free(&t);
    scene_free(&s);
}

/* The server has spoken, and the client's first bytes were lost: they come before the rest. */
static void test_hole_first_after_server(size_t step)
{
    struct scene s = {.count = 0};
    struct talk t;

    say_text(&s, TO_CLIENT, "{\"type\":\"data\",\"id\":1}");
    say_text(&s, TO_SERVER, "{\"type\":\"subscribe\",\"id\":1}");
    say_text(&s, TO_SERVER, "{\"type\":\"stop\",\"id\":1}");
    talk_begin(&t, NULL, 0);
    talk_open(&t);
    talk_say(&t, TO_CLIENT, buffer_bytes(&s.says[0].bytes));
    t.sent[TO_SERVER] += 114;
    for (size_t i = 1; i < s.count; i++)
        for (struct bytes in = buffer_bytes(&s.says[i].bytes); in.len > 0;
             in = bytes_after(in, step))
            talk_say(&t, TO_SERVER, bytes_first(in, step));
    talk_close(&t);
    const char *log = talk_log(&t);
    CHECK(bytes_start_with(bytes_of_text(log),
                           LITERAL("(stream_gap) <1/22 >1/27 >1/22 tcp>websocket")),
          "a hole before the client's first byte is before the rest");
    talk_free(&t);
    scene_free(&s);
}

/* One turn holds two runs of frames, with nonsense between them: the second is worth more, but the
 * first decided. */
static void test_first_run_decides(void)
{
    struct scene s = {.count = 0};

    say_text(&s, TO_CLIENT, "{\"type\":\"data\",\"id\":1}");
    struct buffer *b = say(&s, TO_SERVER);
    buffer_append(b, LITERAL("\x11\x22\x33"));
    put_text(b, TO_SERVER, FIN | WS_TEXT, "{\"type\":\"first\"}");
    put_text(b, TO_SERVER, FIN | WS_TEXT, "{\"type\":\"second\"}");
    buffer_append(b, LITERAL("\xff\xff\xff\xff\xff\xff\xff\xff\xff"));
    for (int i = 0; i < 5; i++)
        put_text(b, TO_SERVER, FIN | WS_TEXT, "{\"type\":\"later\",\"more\":[1,2,3]}");
    expect(&s,
           ">1/16 >1/17 >1/31 >1/31 >1/31 >1/31 >1/31 <1/22 (websocket_rsv) "
           "(websocket_reserved_opcode) (websocket_control_too_long) (websocket_length_top_bit) "
           "(websocket_lost_sync) tcp>websocket app=websocket/strong allow:-\n",
           "the first run of frames decides");
}

/* ---- the trail alone ---- */

static struct ws_trail_verdict follow(struct bytes up, size_t step)
{
    struct ws_trail t = {.turned_too = true};

    while (up.len > 0) {
        const struct bytes part = test_copy(bytes_first(up, step));
        ws_trail_feed(&t, TO_SERVER, part, CONFIDENCE_NONE);
        free((void *)(uintptr_t)part.at);
        up = bytes_after(up, step);
    }
    ws_trail_end(&t, TO_SERVER);
    return ws_trail_verdict(&t);
}

static void test_trail_cuts(void)
{
    static const char before[] = "the rest of something else, \x81\x85 that is no frame";
    struct buffer b = {0};

    buffer_append_text(&b, before);
    for (int i = 0; i < 9; i++) {
        put_text(&b, TO_SERVER, FIN | WS_TEXT, i % 2 == 0 ? "a short one" : "{\"a\":\"b\"}");
        put_frame(&b, TO_SERVER, FIN | WS_PING, bytes_of("x", (size_t)i % 2));
    }
    const struct ws_trail_verdict whole = follow(buffer_bytes(&b), b.len);
    CHECK(whole.confidence == CONFIDENCE_STRONG, "strong: many frames of one side");
    CHECK(whole.by[TO_SERVER].start == sizeof(before) - 1, "from the first of them");
    test_first_run_decides();
    for (size_t step = 1; step < b.len; step++) {
        const struct ws_trail_verdict cut = follow(buffer_bytes(&b), step);
        CHECK(cut.by[TO_SERVER].score == whole.by[TO_SERVER].score &&
                  cut.by[TO_SERVER].start == whole.by[TO_SERVER].start,
              "the same at any cut");
    }
    buffer_free(&b);
}

/* One thing wrong in each: none of them goes on with a chain. */
static void test_worth(void)
{
    static const struct {
        const char *name;
        struct bytes frame;
        enum ws_worth_answer answer;
        bool strong;
    } table[] = {
        {"RFC 6455 s5.7, masked",
         {(const uint8_t *)"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11},
         WS_WORTH_SOME,
         true},
        {"RFC 6455 s5.7, unmasked", {(const uint8_t *)"\x81\x05Hello", 7}, WS_WORTH_SOME, false},
        {"not yet all there", {(const uint8_t *)"\x81\x05Hel", 5}, WS_WORTH_WAIT, false},
        {"no UTF-8", {(const uint8_t *)"\x81\x05Hel\xffo", 7}, WS_WORTH_NONE, false},
        {"a key of one byte",
         {(const uint8_t *)"\x81\x84\x20\x20\x20\x20HELO", 10},
         WS_WORTH_SOME,
         false},
        {"RSV2", {(const uint8_t *)"\xa1\x05Hello", 7}, WS_WORTH_NONE, false},
        {"reserved opcode", {(const uint8_t *)"\x83\x05Hello", 7}, WS_WORTH_NONE, false},
        {"length not minimal", {(const uint8_t *)"\x82\x7e\x00\x05Hello", 9}, WS_WORTH_NONE, false},
        {"ping too long", {(const uint8_t *)"\x89\x7e\x01\x00", 4}, WS_WORTH_NONE, false},
        {"continues nothing", {(const uint8_t *)"\x80\x05Hello", 7}, WS_WORTH_NONE, false},
        {"close 1000", {(const uint8_t *)"\x88\x02\x03\xe8", 4}, WS_WORTH_SOME, true},
        {"close 999", {(const uint8_t *)"\x88\x02\x03\xe7", 4}, WS_WORTH_NONE, false},
        {"RFC 7692 s7.2.3.1",
         {(const uint8_t *)"\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00", 9},
         WS_WORTH_SOME,
         false},
        {"the same, masked",
         {(const uint8_t *)"\xc1\x87\x37\xfa\x21\x3d\xc5\xb2\xec\xf4\xfe\xfd\x21", 13},
         WS_WORTH_SOME,
         true},
        {"RFC 7692 s7.2.3.4, BFINAL",
         {(const uint8_t *)"\xc1\x08\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 10},
         WS_WORTH_SOME,
         false},
        {"does not inflate",
         {(const uint8_t *)"\xc1\x07\xf6\x48\xcd\xc9\xc9\x07\x00", 9},
         WS_WORTH_NONE,
         false},
        {"does not end",
         {(const uint8_t *)"\xc1\x06\xf2\x48\xcd\xc9\xc9\x07", 8},
         WS_WORTH_NONE,
         false},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        const struct bytes in = test_copy(table[i].frame);
        struct ws_run run = {0};
        struct ws_header f;
        CHECK(ws_read_header(in, &f), table[i].name);
        const struct ws_worth w = ws_worth_of(&f, in, bytes_after(in, f.size), &run);
        CHECK(w.answer == table[i].answer, table[i].name);
        CHECK(w.strong == table[i].strong, table[i].name);
        free((void *)(uintptr_t)in.at);
    }
}

int main(void)
{
    test_worth();
    test_trail_cuts();
    test_chat();
    test_sure();
    test_begun_inside();
    test_one_side();
    for (size_t step = 1; step < 80; step++)
        test_hole_first_after_server(step);
    test_turned();
    test_opaque();
    test_compressed();
    test_long_messages();
    test_hole_first();
    return test_end();
}
