/* SPDX-License-Identifier: MIT */
/* permessage-deflate through the layer: the examples of RFC 7692 s7.2.3, every negotiation against
 * zlib's own deflate, loss, nonsense, bombs, and memory that runs out. */
#include "ws_script.h"
#include "random.h"

#define FRAMED "claim(certain) climb(framed) "

struct vector {
    const char *name;
    struct bytes wire;
    const char *want;
};

#define V(name, wire, want)                                                                        \
    {                                                                                              \
        name, {(const uint8_t *)(wire), sizeof(wire) - 1}, want                                    \
    }

static const struct vector vectors[] = {
    V("RFC 7692 s7.2.3.1", "\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00", FRAMED "<1/1/5w7z=Hello"),
    V("RFC 7692 s7.2.3.1: fragmented", "\x41\x03\xf2\x48\xcd\x80\x04\xc9\xc9\x07\x00",
      FRAMED "<1/2/5w7z=Hello"),
    V("a ping between compressed fragments",
      "\x41\x03\xf2\x48\xcd\x89\x01p\x80\x04\xc9\xc9\x07\x00", FRAMED "<9/1/1=p <1/2/5w7z=Hello"),
    V("RFC 7692 s7.2.3.2: the window is shared",
      "\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00\xc1\x05\xf2\x00\x11\x00\x00",
      FRAMED "<1/1/5w7z=Hello <1/1/5z=Hello"),
    V("RFC 7692 s7.2.3.3: a block without compression",
      "\xc1\x0b\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", FRAMED "<1/1/5w11z=Hello"),
    V("RFC 7692 s7.2.3.4: a final block, then the window is shared",
      "\xc1\x08\xf3\x48\xcd\xc9\xc9\x07\x00\x00\xc1\x05\xf2\x00\x11\x00\x00",
      FRAMED "<1/1/5w8z=Hello <1/1/5z=Hello"),
    V("a final block and nothing after it", "\xc1\x07\xf3\x48\xcd\xc9\xc9\x07\x00\x81\x01x",
      FRAMED "<1/1/5w7z=Hello <1/1/1=x"),
    V("RFC 7692 s7.2.3.5: two blocks",
      "\xc1\x0d\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", FRAMED "<1/1/5w13z=Hello"),
    V("RFC 7692 s7.2.3.6: empty", "\xc1\x01\x00\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00",
      FRAMED "<1/1/0w1z= <1/1/5w7z=Hello"),
    V("no payload at all", "\xc1\x00\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00",
      FRAMED "<1/1/0z= <1/1/5w7z=Hello"),
    V("mixed with messages that are not compressed",
      "\x81\x01x\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00\x81\x01y\xc1\x05\xf2\x00\x11\x00\x00",
      FRAMED "<1/1/1=x <1/1/5w7z=Hello <1/1/1=y <1/1/5z=Hello"),
    V("RFC 7692 s6.1: RSV1 on a continuation, and on a ping",
      "\x41\x03\xf2\x48\xcd\xc0\x04\xc9\xc9\x07\x00\xc9\x00",
      FRAMED "anomaly(websocket_rsv1_on_continuation) <1/2/5w7z=Hello "
             "anomaly(websocket_rsv1_on_control) <9/1/0="),
    V("does not inflate", "\x81\x01x\xc1\x03\x07\x07\x07\x81\x01y",
      FRAMED "<1/1/1=x anomaly(websocket_inflate_failed) <1/1/0w3z!= <1/1/1=y"),
    V("ends inside a block", "\x81\x01x\xc1\x04\xf2\x48\xcd\xc9\x81\x01y",
      FRAMED "<1/1/1=x anomaly(websocket_inflate_failed) <1/1/4z!=Helh <1/1/1=y"),
    V("bad UTF-8 after inflation", "\xc1\x08\x00\x02\x00\xfd\xff\x41\xff\x00",
      "anomaly(websocket_bad_utf8) " FRAMED "<1/1/2w8z=x41ff"),
    V("refers to what was never there", "\xc1\x05\xf2\x00\x11\x00\x00",
      "anomaly(websocket_inflate_failed) " FRAMED "<1/1/1w5z!=H"),
};

static void test_vectors(void)
{
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        const struct turn t = {TO_CLIENT, vectors[i].wire, 0};
        script_check(vectors[i].name, &ws_deflate, WS_INTEREST_ALL, &t, 1, 1, vectors[i].want);
    }
}

/* ---- every negotiation ---- */

/* Text as programs send it: much of it was said before. */
static void make_text(struct buffer *b, size_t words)
{
    buffer_clear(b);
    for (size_t i = 0; i < words; i++) {
        const uint32_t key = random_below(40), value = random_below(100000);
        buffer_printf(b, "\"key%u\":%u,", key, value);
    }
}

struct sender {
    z_stream z;
    bool no_takeover;
};

/* One compressed message in one to three frames, with a ping between them. */
static void put_compressed(struct buffer *wire, enum direction d, struct sender *s,
                           struct bytes clear, bool final)
{
    struct buffer small = {0};

    deflate_message(&s->z, clear, final ? Z_FINISH : Z_SYNC_FLUSH, &small);
    if (s->no_takeover)
        deflateReset(&s->z);
    const struct bytes all = buffer_bytes(&small);
    const size_t a = random_below((uint32_t)all.len + 1), b = a + random_below(200);
    put_frame(wire, d, RSV1 | WS_TEXT, bytes_first(all, a));
    put_frame(wire, d, 0, bytes_first(bytes_after(all, a), b - a));
    put_text(wire, d, FIN | WS_PING, "p");
    put_frame(wire, d, FIN, bytes_after(all, b));
    buffer_free(&small);
}

static void expect(struct buffer *want, enum direction d, struct bytes clear, size_t wire_len)
{
    buffer_printf(want, "%c9/1/1=p %c1/3/%zu", "><"[d], "><"[d], clear.len);
    if (wire_len != clear.len)
        buffer_printf(want, "w%zu", wire_len);
    buffer_append_text(want, "z=");
    log_payload(want, clear);
    buffer_append_byte(want, ' ');
}

/* RFC 7692 s7.1: the sender's parameters govern its direction, whatever the other's are. */
static void test_negotiation(enum direction d, bool no_takeover, int bits)
{
    struct handshake shake = ws_deflate;
    struct sender s = {.no_takeover = no_takeover};
    struct buffer wire = {0}, text = {0}, want = {0};

    shake.no_context_takeover[d] = no_takeover;
    shake.no_context_takeover[direction_other(d)] = !no_takeover;
    shake.window_bits[d] = (uint8_t)bits;
    shake.window_bits[direction_other(d)] = 15;
    deflate_open(&s.z, bits < 9 ? 9 : bits); /* zlib cannot do 8 */
    buffer_append_text(&want, FRAMED);
    for (int i = 0; i < 12; i++) {
        make_text(&text, 1 + random_below(i == 5 ? 5000 : 60));
        struct buffer message = {0};
        put_compressed(&message, d, &s, buffer_bytes(&text), i == 3);
        size_t wire_len = 0;
        for (size_t at = 0; at < message.len;) { /* sums up what its data frames carry */
            const uint8_t len7 = message.at[at + 1] & 127;
            const size_t len =
                len7 < 126 ? len7 : (size_t)(message.at[at + 2] << 8 | message.at[at + 3]);
            wire_len += (message.at[at] & 15) < 8 ? len : 0;
            at += 2U + (len7 < 126 ? 0 : 2) + (d == TO_SERVER ? 4 : 0) + len;
        }
        expect(&want, d, buffer_bytes(&text), wire_len);
        buffer_append(&wire, buffer_bytes(&message));
        buffer_free(&message);
    }
    want.at[want.len - 1] = 0;
    const struct turn t = {d, buffer_bytes(&wire), 0};
    script_check("negotiation", &shake, WS_INTEREST_ALL, &t, 1, 3001, (const char *)want.at);
    deflateEnd(&s.z);
    buffer_free(&wire);
    buffer_free(&text);
    buffer_free(&want);
}

/* A final block that ends where the room for clear bytes does, and more input after it. */
static void test_chunk_borders(int bits)
{
    struct handshake shake = ws_deflate;
    uint8_t clear[2 * 8192 + 2];

    memset(clear, 'a', sizeof(clear));
    shake.window_bits[TO_CLIENT] = (uint8_t)bits;
    for (size_t len = 8190; len <= sizeof(clear); len += len == 8194 ? 8188 : 1) {
        struct buffer wire = {0}, small = {0}, want = {0};
        z_stream z;
        deflate_open(&z, bits);
        deflate_message(&z, bytes_of(clear, len), Z_FINISH, &small);
        small.len--; /* goes on with another block */
        deflate_message(&z, LITERAL("bc"), Z_SYNC_FLUSH, &small);
        put_frame(&wire, TO_CLIENT, FIN | RSV1 | WS_BINARY, buffer_bytes(&small));
        buffer_printf(&want, FRAMED "<2/1/%zuw%zuz", len + 2, small.len);
        buffer_append_byte(&want, 0);
        const struct turn t = {TO_CLIENT, buffer_bytes(&wire), 0};
        struct ws_script s;
        for (size_t cut = 0; cut < small.len; cut++) {
            script_begin(&s, INTEREST_MESSAGES | INTEREST_VALIDITY, NULL);
            script_run(&s, &shake, &t, 1, cut);
            CHECK_TEXT(harness_log(&s.harness), (const char *)want.at, "chunk borders");
            script_end(&s);
        }
        deflateEnd(&z);
        buffer_free(&wire);
        buffer_free(&small);
        buffer_free(&want);
    }
}

/* ---- loss ---- */

#define MESSAGES 120

static struct buffer sent[MESSAGES];

/* What is told as complete is right to the last byte, and in the end all is complete again. */
static void judge_log(struct ws_script *run, bool no_takeover, size_t hole_in)
{
    const char *whole = harness_log(&run->harness);
    char *log = strdup(whole);
    size_t at = 0, late = 0;

    for (char *word = strtok(log, " "); word != NULL; word = strtok(NULL, " ")) {
        struct buffer want = {0};
        if (*word != '<')
            continue;
        log_payload(&want, buffer_bytes(&sent[at]));
        buffer_append_byte(&want, 0);
        if (strchr(word, '!') == NULL || strchr(word, '!') > strchr(word, '=')) {
            late += at >= MESSAGES - 20;
            CHECK_TEXT(strchr(word, '=') + 1, (const char *)want.at, "complete means right");
            CHECK(at != hole_in, "the damaged one is not complete");
        } else {
            CHECK(!no_takeover || at == hole_in, "only the damaged one is incomplete");
        }
        at++;
        buffer_free(&want);
    }
    CHECK(at == MESSAGES, "all messages are told");
    CHECK(late == 20, "in the end all is certain again");
    CHECK((strstr(whole, "history_lost") != NULL) == !no_takeover, "lost history is told");
    free(log);
}

/* One message damaged: with context takeover the later ones refer to it. */
static void test_lost_history(bool no_takeover, size_t hole_in)
{
    struct handshake shake = ws_deflate;
    struct sender s = {.no_takeover = no_takeover};
    struct buffer wire = {0};
    size_t hole = 0;
    struct ws_script run;

    shake.no_context_takeover[TO_CLIENT] = no_takeover;
    shake.window_bits[TO_CLIENT] = 10; /* a small window is soon full of certain bytes */
    deflate_open(&s.z, 10);
    for (size_t i = 0; i < MESSAGES; i++) {
        struct buffer small = {0};
        sent[i] = (struct buffer){0};
        if (i <= 60 || i > 90)
            make_text(&sent[i], 3 + random_below(20));
        for (size_t k = 0; i > 60 && i <= 90 && k < 400; k++) /* never said before */
            buffer_append_byte(&sent[i], (uint8_t)(' ' + random_below(95)));
        deflate_message(&s.z, buffer_bytes(&sent[i]), Z_SYNC_FLUSH, &small);
        if (no_takeover)
            deflateReset(&s.z);
        put_frame(&wire, TO_CLIENT, FIN | RSV1 | WS_TEXT, buffer_bytes(&small));
        if (i == hole_in)
            hole = wire.len - small.len / 2;
        buffer_free(&small);
    }
    const struct turn t[] = {{TO_CLIENT, bytes_first(buffer_bytes(&wire), hole), 0},
                             {TO_CLIENT, {NULL, 0}, 5},
                             {TO_CLIENT, bytes_after(buffer_bytes(&wire), hole + 5), 0}};
    script_begin(&run, WS_INTEREST_ALL, NULL);
    script_run(&run, &shake, t, 3, 0);
    judge_log(&run, no_takeover, hole_in);
    script_check("lost history", &shake, WS_INTEREST_ALL, t, 3, 2003,
                 (const char *)run.harness.log.at);
    script_end(&run);
    for (size_t i = 0; i < MESSAGES; i++)
        buffer_free(&sent[i]);
    buffer_free(&wire);
    deflateEnd(&s.z);
}

/* A message that does not inflate: with takeover the next are doubtful where they look back. */
static void test_nonsense(void)
{
    struct handshake alone = ws_deflate;
    const struct turn t = {TO_CLIENT,
                           LITERAL("\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00" /* Hello */
                                   "\xc1\x03\x07\x07\x07"
                                   "\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00" /* says all itself */
                                   "\xc1\x05\xf2\x00\x11\x00\x00"),       /* looks back 5 */
                           0};
    const struct turn back = {TO_CLIENT,
                              LITERAL("\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00"
                                      "\xc1\x03\x07\x07\x07"
                                      "\xc1\x05\xf2\x00\x11\x00\x00"
                                      "\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00"),
                              0};

    script_check("nonsense, with takeover", &ws_deflate, WS_INTEREST_ALL, &t, 1, 1,
                 FRAMED "<1/1/5w7z=Hello anomaly(websocket_inflate_failed) <1/1/0w3z!= "
                        "<1/1/5w7z=Hello <1/1/5z=Hello");
    script_check("nonsense, and a look back over it", &ws_deflate, WS_INTEREST_ALL, &back, 1, 1,
                 FRAMED "<1/1/5w7z=Hello anomaly(websocket_inflate_failed) <1/1/0w3z!= "
                        "anomaly(websocket_history_lost) <1/1/5z!=x4800000000 <1/1/5w7z=Hello");
    alone.no_context_takeover[TO_CLIENT] = true;
    script_check("nonsense, without takeover", &alone, WS_INTEREST_ALL, &t, 1, 1,
                 FRAMED "<1/1/5w7z=Hello anomaly(websocket_inflate_failed) <1/1/0w3z!= "
                        "<1/1/5w7z=Hello anomaly(websocket_inflate_failed) <1/1/1w5z!=H");
}

/* ---- bombs ---- */

static uint64_t delivered;

static void count_payload(struct harness *x, const struct event *e)
{
    if (e->kind == EVENT_PAYLOAD)
        delivered += e->as.payload.slice.len;
    if (e->kind == EVENT_MESSAGE)
        buffer_printf(&x->log, "%llu%s ", (unsigned long long)e->as.message.length,
                      e->as.message.complete ? "" : "!");
}

static char noted[200];

static void keep_note(struct host *h, const char *what, struct bytes detail)
{
    (void)h;
    if (strstr(what, "bomb") != NULL)
        snprintf(noted + strlen(noted), sizeof(noted) - strlen(noted), "%.*s.", (int)detail.len,
                 (const char *)detail.at);
}

static void put_zeros(struct buffer *wire, z_stream *z, size_t mebibytes)
{
    static uint8_t zeros[1024 * 1024];
    struct buffer small = {0};

    for (size_t i = 0; i < mebibytes; i++) {
        deflate_message(z, bytes_of(zeros, sizeof(zeros)), Z_SYNC_FLUSH, &small);
        if (i + 1 < mebibytes)
            buffer_append(&small, LITERAL("\x00\x00\xff\xff"));
    }
    put_frame(wire, TO_CLIENT, FIN | RSV1 | WS_BINARY, buffer_bytes(&small));
    buffer_free(&small);
}

static void test_bomb(void)
{
    struct buffer wire = {0}, text = {0};
    struct ws_script s;
    struct sender sender = {.no_takeover = false};

    deflate_open(&sender.z, 15);
    make_text(&text, 50);
    static const uint8_t even[512 * 1024]; /* an empty canvas is no bomb */
    struct buffer small = {0};
    deflate_message(&sender.z, bytes_of(even, sizeof(even)), Z_SYNC_FLUSH, &small);
    put_frame(&wire, TO_CLIENT, FIN | RSV1 | WS_BINARY, buffer_bytes(&small));
    buffer_clear(&small);
    const size_t before = wire.len;
    put_zeros(&wire, &sender.z, 1);
    const size_t one = wire.len - before - 4; /* its header */
    put_zeros(&wire, &sender.z, 70);
    deflate_message(&sender.z, buffer_bytes(&text), Z_SYNC_FLUSH, &small);
    put_frame(&wire, TO_CLIENT, FIN | RSV1 | WS_TEXT, buffer_bytes(&small));
    const struct turn t = {TO_CLIENT, buffer_bytes(&wire), 0};
    for (size_t cut = 0; cut < 20000; cut += 9999) {
        script_begin(&s, WS_INTEREST_ALL, NULL);
        s.harness.host.carry_wanted = false;
        s.harness.describe = count_payload;
        s.harness.host.note = keep_note;
        noted[0] = 0;
        delivered = 0;
        script_run(&s, &ws_deflate, &t, 1, cut);
        char log[400];
        snprintf(log, sizeof(log), "%s", harness_log(&s.harness));
        CHECK(strstr(log, "1048576 ") != NULL && strstr(log, "73400320! ") != NULL, "bomb lengths");
        size_t bombs = 0;
        for (const char *at = log; (at = strstr(at, "websocket_inflate_bomb")) != NULL; at++)
            bombs++;
        CHECK(bombs == 2, "each bomb is told once");
        char sizes[100];
        snprintf(sizes, sizeof(sizes), "%zu bytes became 1048576, %zu:1.", one, 1048576 / one);
        CHECK_TEXT(noted, sizes, "the first is noted, with its sizes");
        const char *last = strrchr(log, ' ') + 1;
        CHECK((size_t)strtol(last, NULL, 10) == text.len && strchr(last, '!') == NULL,
              "the context survives");
        CHECK(delivered == sizeof(even) + 1048576 + 64 * 1048576 + text.len, "delivery is bounded");
        script_end(&s);
    }
    deflateEnd(&sender.z);
    buffer_free(&small);
    buffer_free(&wire);
    buffer_free(&text);
}

/* ---- memory that runs out ---- */

static void test_memory(void)
{
    struct digest *digest = digest_create(NULL);
    struct sender sender = {.no_takeover = false};
    struct buffer wire = {0}, text = {0};

    deflate_open(&sender.z, 9);
    for (int i = 0; i < 3; i++) {
        struct buffer one = {0};
        make_text(&text, 100);
        deflate_message(&sender.z, buffer_bytes(&text), Z_SYNC_FLUSH, &one);
        put_frame(&wire, TO_CLIENT, (i == 1 ? 0 : FIN) | RSV1 | WS_TEXT, buffer_bytes(&one));
        buffer_free(&one);
    }
    const struct turn t = {TO_CLIENT, buffer_bytes(&wire), 0};
    for (size_t limit = 1; limit < 60000; limit += 61) {
        struct ws_script s;
        script_begin(&s, WS_INTEREST_ALL | INTEREST_KEEP, digest);
        s.harness.budget.limit = limit;
        script_run(&s, &ws_deflate, &t, 1, limit % 300);
        CHECK(s.totals.messages[1] == 3, "frames are read without memory");
        script_end(&s);
    }
    deflateEnd(&sender.z);
    buffer_free(&wire);
    buffer_free(&text);
    digest_free(digest);
}

int main(void)
{
    test_vectors();
    for (int bits = 8; bits <= 15; bits++)
        for (int combination = 0; combination < 4; combination++)
            test_negotiation((enum direction)(combination & 1), combination >> 1, bits);
    test_chunk_borders(10);
    test_chunk_borders(15);
    for (size_t hole_in = 0; hole_in < 60; hole_in += 7) {
        test_lost_history(false, hole_in);
        test_lost_history(true, hole_in);
    }
    test_nonsense();
    test_bomb();
    test_memory();
    return test_end();
}
