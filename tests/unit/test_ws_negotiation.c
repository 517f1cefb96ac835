/* SPDX-License-Identifier: MIT */
/* permessage-deflate in every negotiation (RFC 7692 s7): all pairs of windows, all four
 * combinations of context takeover, both directions at once, and in them every kind of message that
 * a sender may make; windows that are broken; memory by the window's size, and when there is none.
 */
#include "ws_script.h"
#include "random.h"

#define FRAMED   "claim(certain) climb(framed) "
#define MESSAGES 24

/* ---- senders ---- */

struct sender {
    z_stream z;
    bool no_takeover;
};

static void sender_open(struct sender *s, int bits, bool no_takeover)
{
    deflate_open(&s->z,
                 bits < 9 ? 9 : bits); /* zlib cannot do 8, and looks back 250 bytes with 9 */
    s->no_takeover = no_takeover;
}

static void press(struct sender *s, struct bytes clear, int flush, struct buffer *out)
{
    uint8_t room[4096];

    s->z.next_in = (Bytef *)(uintptr_t)clear.at;
    s->z.avail_in = (uInt)clear.len;
    do {
        s->z.next_out = room;
        s->z.avail_out = sizeof(room);
        deflate(&s->z, flush);
        buffer_append(out, bytes_of(room, sizeof(room) - s->z.avail_out));
    } while (s->z.avail_out == 0);
}

/* A final block, after which the window stays (RFC 7692 s7.2.3.4). `closed`: nothing follows it,
 * which RFC 7692 does not allow, and senders do. */
static void press_final(struct sender *s, struct bytes clear, bool closed, struct buffer *out)
{
    uint8_t window[32768];
    uInt len = 0;

    press(s, clear, Z_FINISH, out);
    deflateGetDictionary(&s->z, window, &len);
    deflateReset(&s->z);
    deflateSetDictionary(&s->z, window, len);
    if (!closed)
        buffer_append_byte(out, 0);
}

enum kind {
    SYNC,
    FULL_FLUSH,    /* inside, too: 00 00 ff ff in the payload, and no look back over it */
    PARTIAL_FLUSH, /* inside */
    FINAL,
    FINAL_CLOSED,
    FINAL_AND_MORE, /* another block after the final one */
    STORED,
    FIXED,
    HUFFMAN_ONLY,
    EMPTY,     /* 00 */
    NO_LENGTH, /* RSV1, and no payload at all */
    PLAIN,     /* not compressed */
    KINDS
};

static void set(struct sender *s, int level, int strategy, struct buffer *out)
{
    uint8_t room[64];

    s->z.next_out = room;
    s->z.avail_out = sizeof(room);
    s->z.avail_in = 0;
    deflateParams(&s->z, level, strategy);
    buffer_append(out, bytes_of(room, sizeof(room) - s->z.avail_out));
}

static void press_sync(struct sender *s, struct bytes clear, struct buffer *out)
{
    press(s, clear, Z_SYNC_FLUSH, out);
    out->len -= 4; /* 00 00 ff ff */
}

static void press_set(struct sender *s, int level, int strategy, struct bytes clear,
                      struct buffer *out)
{
    set(s, level, strategy, out);
    press_sync(s, clear, out);
    set(s, 6, Z_DEFAULT_STRATEGY, out);
}

static void press_message(struct sender *s, enum kind k, struct bytes clear, struct buffer *out)
{
    const struct bytes half = bytes_first(clear, clear.len / 2);
    const struct bytes rest = bytes_after(clear, clear.len / 2);

    switch (k) {
    case SYNC: press_sync(s, clear, out); break;
    case FULL_FLUSH:
        press(s, half, Z_FULL_FLUSH, out);
        press_sync(s, rest, out);
        break;
    case PARTIAL_FLUSH:
        press(s, half, Z_PARTIAL_FLUSH, out);
        press_sync(s, rest, out);
        break;
    case FINAL: press_final(s, clear, false, out); break;
    case FINAL_CLOSED: press_final(s, clear, true, out); break;
    case FINAL_AND_MORE:
        press_final(s, half, true, out);
        press_sync(s, rest, out);
        break;
    case STORED: press_set(s, 0, Z_DEFAULT_STRATEGY, clear, out); break;
    case FIXED: press_set(s, 6, Z_FIXED, clear, out); break;
    case HUFFMAN_ONLY: press_set(s, 6, Z_HUFFMAN_ONLY, clear, out); break;
    case EMPTY: buffer_append_byte(out, 0); break;
    case PLAIN: buffer_append(out, clear); break;
    case NO_LENGTH:
    case KINDS: break;
    }
    if (s->no_takeover)
        deflateReset(&s->z);
}

/* ---- every negotiation ---- */

/* Text as programs send it: much of it was said before, near and far. */
static void make_text(struct buffer *b, size_t words)
{
    buffer_clear(b);
    for (size_t i = 0; i < words; i++) {
        const uint32_t key = random_below(40), value = random_below(100000);
        buffer_printf(b, "\"key%u\":%u,", key, value);
    }
}

/* In one to three frames, with pings between. Returns how many. */
static unsigned put_frames(struct buffer *wire, enum direction d, int first, struct bytes all)
{
    const unsigned frames = 1 + random_below(3);

    for (unsigned i = 0; i < frames; i++) {
        const bool last = i + 1 == frames;
        const size_t n = last ? all.len : random_below((uint32_t)all.len + 1);
        put_frame(wire, d, (i == 0 ? first : 0) | (last ? FIN : 0), bytes_first(all, n));
        all = bytes_after(all, n);
        if (!last)
            put_text(wire, d, FIN | WS_PING, "p");
    }
    return frames;
}

static void put_message(struct buffer *wire, struct buffer *want, enum direction d,
                        struct sender *s, enum kind k)
{
    struct buffer text = {0}, payload = {0};

    if (k != EMPTY && k != NO_LENGTH)
        make_text(&text, 1 + random_below(random_below(12) == 0 ? 3000 : 40));
    press_message(s, k, buffer_bytes(&text), &payload);
    const unsigned frames =
        put_frames(wire, d, WS_TEXT | (k == PLAIN ? 0 : RSV1), buffer_bytes(&payload));
    for (unsigned i = 1; i < frames; i++)
        buffer_printf(want, "%c9/1/1=p ", "><"[d]);
    buffer_printf(want, "%c1/%u/%zu", "><"[d], frames, text.len);
    if (payload.len != text.len)
        buffer_printf(want, "w%zu", payload.len);
    buffer_append_text(want, k == PLAIN ? "=" : "z=");
    log_payload(want, buffer_bytes(&text));
    buffer_append_byte(want, ' ');
    buffer_free(&text);
    buffer_free(&payload);
}

/* RFC 7692 s7.1: what a sender may do is governed by its own parameters. */
static void test_negotiation(const int bits[2], const bool no_takeover[2])
{
    struct handshake shake = ws_deflate;
    struct sender senders[2];
    struct buffer wire[MESSAGES] = {0}, want = {0};
    struct turn turns[MESSAGES];

    for (int d = 0; d < 2; d++) {
        shake.window_bits[d] = (uint8_t)bits[d];
        shake.no_context_takeover[d] = no_takeover[d];
        sender_open(&senders[d], bits[d], no_takeover[d]);
    }
    buffer_append_text(&want, FRAMED);
    for (unsigned i = 0; i < MESSAGES; i++) {
        const enum direction d = (enum direction)random_below(2);
        const enum kind k = (enum kind)(i < KINDS ? i : random_below(KINDS));
        put_message(&wire[i], &want, d, &senders[d], k);
        turns[i] = (struct turn){d, buffer_bytes(&wire[i]), 0};
    }
    want.at[want.len - 1] = 0;
    /* the first frame may be a fragment: the claims then come before any message all the same */
    script_check("negotiation", &shake, WS_INTEREST_ALL, turns, MESSAGES, 500 + random_below(3000),
                 (const char *)want.at);
    for (unsigned i = 0; i < MESSAGES; i++)
        buffer_free(&wire[i]);
    for (int d = 0; d < 2; d++)
        deflateEnd(&senders[d].z);
    buffer_free(&want);
}

static void test_negotiations(void)
{
    for (int client = 8; client <= 15; client++)
        for (int server = 8; server <= 15; server++)
            for (int t = 0; t < 4; t++)
                test_negotiation((const int[]){client, server},
                                 (const bool[]){(t & 1) != 0, (t & 2) != 0});
}

/* ---- windows that are broken ---- */

/* A stored block of `text`, then a fixed one with a match of 3 bytes from `distance` back. Only for
 * distances whose code is followed by 8 bits or fewer of 256..1024: codes 16..19. */
static void put_look_back(struct buffer *out, struct bytes text, unsigned distance)
{
    const unsigned bases[] = {257, 385, 513, 769, 1025}, extras[] = {7, 7, 8, 8};
    uint64_t bits = 0;
    unsigned at = 0, code = 3;

    buffer_append_byte(out, 0);
    for (int i = 0; i < 4; i++)
        buffer_append_byte(out, (uint8_t)((i < 2 ? text.len : ~text.len) >> (i % 2 * 8)));
    buffer_append(out, text);
    while (distance < bases[code])
        code--;
    bits |= 1U << 1; /* not final, fixed */
    at = 3;
    bits |= UINT64_C(0x40) << at; /* length 3: 0000001, most significant first */
    at += 7;
    for (unsigned i = 0; i < 5; i++)
        bits |= (uint64_t)((16 + code) >> (4 - i) & 1) << at++;
    bits |= (uint64_t)(distance - bases[code]) << at;
    at += extras[code] + 7; /* and the end of the block: 0000000 */
    at += 3;                /* the empty stored block whose rest is the tail */
    for (unsigned i = 0; i < at; i += 8)
        buffer_append_byte(out, (uint8_t)(bits >> i));
}

/* RFC 7692 s7.1.2: exactly the agreed window is allowed. zlib makes 9 of 8, and that is, too. */
static void test_window_edge(int agreed, unsigned distance, bool broken)
{
    struct handshake shake = ws_deflate;
    struct buffer text = {0}, payload = {0}, wire = {0}, want = {0};

    shake.window_bits[TO_CLIENT] = (uint8_t)agreed;
    make_text(&text, 120);
    put_look_back(&payload, buffer_bytes(&text), distance);
    buffer_append(&text, bytes_of(text.at + text.len - distance, 3));
    put_frame(&wire, TO_CLIENT, FIN | RSV1 | WS_TEXT, buffer_bytes(&payload));
    buffer_printf(&want,
                  "%s" FRAMED "<1/1/%zuw%zuz=", broken ? "anomaly(websocket_deflate_window) " : "",
                  text.len, payload.len);
    log_payload(&want, buffer_bytes(&text));
    buffer_append_byte(&want, 0);
    const struct turn t = {TO_CLIENT, buffer_bytes(&wire), 0};
    script_check("the window's edge", &shake, WS_INTEREST_ALL, &t, 1, 7, (const char *)want.at);
    buffer_free(&text);
    buffer_free(&payload);
    buffer_free(&wire);
    buffer_free(&want);
}

/* A sender that ignores what was agreed: told once, and read all the same. */
static void test_broken_window(int agreed)
{
    static const char told[] = "anomaly(websocket_deflate_window) ";
    struct handshake shake = ws_deflate;
    struct sender sender;
    struct buffer wire = {0}, want = {0};
    struct ws_script s;

    shake.window_bits[TO_CLIENT] = (uint8_t)agreed;
    sender_open(&sender, 15, false);
    buffer_append_text(&want, FRAMED);
    for (int i = 0; i < 60; i++)
        put_message(&wire, &want, TO_CLIENT, &sender, SYNC);
    want.at[want.len - 1] = 0;
    const struct turn t = {TO_CLIENT, buffer_bytes(&wire), 0};
    for (size_t cut = 0; cut < wire.len; cut += 1 + random_below(6000)) {
        script_begin(&s, WS_INTEREST_ALL, NULL);
        script_run(&s, &shake, &t, 1, cut);
        char *log = strdup(harness_log(&s.harness));
        char *at = strstr(log, told);
        CHECK(at != NULL, "a broken window is told");
        if (at != NULL)
            memmove(at, at + strlen(told), strlen(at + strlen(told)) + 1);
        CHECK_TEXT(log, (const char *)want.at, "once, and every message is read");
        free(log);
        script_end(&s);
    }
    deflateEnd(&sender.z);
    buffer_free(&wire);
    buffer_free(&want);
}

/* No three bytes come twice: nothing for deflate to look back to. */
static void make_noise(struct buffer *b, size_t len)
{
    static uint8_t seen[1U << 21]; /* a bit for each three bytes */
    uint32_t last = 0;

    buffer_clear(b);
    memset(seen, 0, sizeof(seen));
    while (b->len < len) {
        const uint32_t three = (last << 8 | random_below(256)) & 0xffffff;
        if (seen[three / 8] >> three % 8 & 1)
            continue;
        seen[three / 8] |= (uint8_t)(1U << three % 8);
        buffer_append_byte(b, (uint8_t)three);
        last = three;
    }
}

/* A look back to what was forgotten, as it was agreed: unknown bytes, no wrong ones. */
static void test_forgotten(void)
{
    struct handshake shake = ws_deflate;
    struct sender sender;
    struct buffer noise = {0}, small = {0}, wire = {0};
    struct ws_script s;

    shake.window_bits[TO_CLIENT] = 9;
    sender_open(&sender, 15, false);
    make_noise(&noise, 20000);
    for (int i = 0; i < 4; i++) {
        buffer_clear(&small);
        press_sync(&sender, i == 3 ? LITERAL("#+!~") : buffer_bytes(&noise), &small);
        put_frame(&wire, TO_CLIENT, FIN | RSV1 | WS_BINARY, buffer_bytes(&small));
    }
    const struct turn t = {TO_CLIENT, buffer_bytes(&wire), 0};
    for (size_t cut = 0; cut < wire.len; cut += 3001) {
        script_begin(&s, INTEREST_MESSAGES | INTEREST_VALIDITY | INTEREST_ANOMALIES, NULL);
        script_run(&s, &shake, &t, 1, cut);
        const char *log = harness_log(&s.harness);
        CHECK(strncmp(log, FRAMED "<2/1/20000w", sizeof(FRAMED) + 10) == 0, "the first is whole");
        CHECK(strstr(log, "anomaly(websocket_deflate_window) anomaly(websocket_history_lost)") !=
                  NULL,
              "the second looks back to what was forgotten");
        CHECK(strstr(log, "z! ") != NULL, "and is incomplete");
        CHECK(strstr(log, "<2/1/4w") != NULL && strstr(strstr(log, "<2/1/4w"), "!") == NULL,
              "the last is whole");
        script_end(&s);
    }
    deflateEnd(&sender.z);
    buffer_free(&noise);
    buffer_free(&small);
    buffer_free(&wire);
}

/* ---- memory ---- */

/* What is held of one direction between two messages, after `messages` of about 80 bytes. */
static size_t held(int bits, int messages, bool lose_some, uint32_t interest)
{
    struct handshake shake = ws_deflate;
    const struct layer *l = &layer_websocket;
    void *state = calloc(1, l->state_size);
    struct sender sender;
    struct ws_script s;

    shake.window_bits[TO_CLIENT] = (uint8_t)bits;
    sender_open(&sender, bits, false);
    script_begin(&s, interest, NULL);
    s.harness.host.carry_wanted = false;
    l->open(state, &s.harness.host, &shake);
    for (int i = 0; i < messages; i++) {
        struct buffer wire = {0}, text = {0}, small = {0};
        if (lose_some)
            make_noise(&text, 80);
        else
            make_text(&text, 6);
        press_sync(&sender, buffer_bytes(&text), &small);
        put_frame(&wire, TO_CLIENT, FIN | RSV1 | (lose_some ? WS_BINARY : WS_TEXT),
                  buffer_bytes(&small));
        if (lose_some && i == messages / 2) {
            l->feed(state, &s.harness.host, TO_CLIENT, bytes_first(buffer_bytes(&wire), 10));
            l->gap(state, &s.harness.host, TO_CLIENT, wire.len - 10);
        } else {
            l->feed(state, &s.harness.host, TO_CLIENT, buffer_bytes(&wire));
        }
        buffer_free(&wire);
        buffer_free(&text);
        buffer_free(&small);
    }
    const size_t used = s.harness.budget.used;
    l->close(state, &s.harness.host, CLOSE_FINISHED);
    deflateEnd(&sender.z);
    script_end(&s);
    free(state);
    return used;
}

static void test_memory(void)
{
    for (int bits = 8; bits <= 15; bits++) {
        const size_t window = (size_t)1 << bits;
        CHECK(held(bits, 1, false, INTEREST_VALIDITY) < 3000, "a ring of 2 KiB at first");
        CHECK(held(bits, 700, false, INTEREST_VALIDITY) < window + 3000, "no more than the window");
        CHECK(held(bits, 1400, true, INTEREST_VALIDITY) < window + 3000, "also after a loss");
    }
    CHECK(held(15, 400, false, 0) < 600, "nobody reads: no window");
}

/* Bombs in many flows, on a small budget: each is told, as one or as not read, and all memory is
 * bounded by the budget. */
static void test_many_bombs(void)
{
    enum { FLOWS = 60, LIMIT = 1 << 20 };
    static uint8_t zeros[3 << 20];
    const struct layer *l = &layer_websocket;
    struct buffer small = {0}, wire = {0};
    void *states[FLOWS];
    struct sender sender;
    struct ws_script s;
    size_t bombs = 0, unread = 0;

    sender_open(&sender, 15, false);
    press_sync(&sender, bytes_of(zeros, sizeof(zeros)), &small);
    put_frame(&wire, TO_CLIENT, FIN | RSV1 | WS_BINARY, buffer_bytes(&small));
    script_begin(&s, INTEREST_VALIDITY | INTEREST_ANOMALIES, NULL);
    s.harness.host.carry_wanted = false;
    s.harness.budget.limit = LIMIT;
    for (int i = 0; i < FLOWS; i++) {
        states[i] = calloc(1, l->state_size);
        l->open(states[i], &s.harness.host, &ws_deflate);
    }
    for (size_t at = 0; at < wire.len; at += 100) /* all at once */
        for (int i = 0; i < FLOWS; i++)
            l->feed(states[i], &s.harness.host, TO_CLIENT,
                    bytes_first(bytes_after(buffer_bytes(&wire), at), 100));
    for (int i = 0; i < FLOWS; i++) {
        l->close(states[i], &s.harness.host, CLOSE_FINISHED);
        free(states[i]);
    }
    const char *log = harness_log(&s.harness);
    for (const char *at = log; (at = strstr(at, "inflate_bomb")) != NULL; at++)
        bombs++;
    for (const char *at = log; (at = strstr(at, "inflate_memory")) != NULL; at++)
        unread++;
    CHECK(s.harness.budget.peak <= LIMIT, "the budget bounds all of them");
    CHECK(bombs > 0 && unread > 0 && bombs + unread == FLOWS, "each is told");
    deflateEnd(&sender.z);
    buffer_free(&small);
    buffer_free(&wire);
    script_end(&s);
}

/* ---- text ---- */

static uint64_t bad_at; /* of the last websocket_bad_utf8 */

static void note_bad(struct host *h, struct event *e)
{
    if (e->kind == EVENT_ANOMALY && e->as.anomaly.id == WS_BAD_UTF8)
        bad_at = e->as.anomaly.offset;
    else
        harness_emit(h, e);
}

/* The offset that is told for a bad byte is its place in the clear message, over all fragments. */
static void check_bad_byte(int first, struct bytes payload, uint64_t want, const char *name)
{
    struct buffer wire = {0};
    struct ws_script s;

    if (first == WS_CLOSE)
        put_frame(&wire, TO_SERVER, FIN | WS_CLOSE, payload);
    else
        put_frames(&wire, TO_SERVER, first, payload);
    const struct turn t = {TO_SERVER, buffer_bytes(&wire), 0};
    for (size_t cut = 0; cut < wire.len + 2; cut++) {
        bad_at = UINT64_MAX;
        script_begin(&s, WS_INTEREST_ALL, NULL);
        s.harness.host.emit = note_bad;
        script_run(&s, &ws_deflate, &t, 1, cut);
        CHECK(bad_at == want, name);
        script_end(&s);
    }
    buffer_free(&wire);
}

static void test_bad_bytes(void)
{
    static const struct {
        const char *text;
        uint64_t bad;
    } texts[] = {{"{\"name\":\"Stra\xc3\x9f"
                  "e \xf0\x9f\x98\x80 \xe4\xbd\xa0\"}",
                  UINT64_MAX},
                 {"{\"name\":\"Stra\xc3(e\"}", 14},
                 {"0123456789abcdef\xf0\x9f\x98", 19}, /* cut at the message's end */
                 {"\xed\xa0\x80 a surrogate", 1},
                 {"fine, fine, fine, fine, fine, fine, fine, \xff", 42}};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct sender sender;
        struct buffer small = {0}, close = {0};
        check_bad_byte(WS_TEXT, bytes_of_text(texts[i].text), texts[i].bad, "plain text");
        sender_open(&sender, 15, false);
        press_sync(&sender, bytes_of_text(texts[i].text), &small);
        check_bad_byte(WS_TEXT | RSV1, buffer_bytes(&small), texts[i].bad, "compressed text");
        buffer_append(&close, LITERAL("\x03\xe8"));
        buffer_append_text(&close, texts[i].text);
        check_bad_byte(WS_CLOSE, buffer_bytes(&close),
                       texts[i].bad == UINT64_MAX ? UINT64_MAX : texts[i].bad + 2, "a reason");
        deflateEnd(&sender.z);
        buffer_free(&small);
        buffer_free(&close);
    }
}

int main(void)
{
    test_bad_bytes();
    test_negotiations();
    for (int agreed = 8; agreed <= 10; agreed++) {
        const unsigned window = agreed == 8 ? 512 : 1U << agreed;
        test_window_edge(agreed, window, false);
        if (agreed < 10)
            test_window_edge(agreed, window + 1, true);
    }
    for (int agreed = 8; agreed <= 14; agreed++)
        test_broken_window(agreed);
    test_forgotten();
    test_memory();
    test_many_bombs();
    return test_end();
}
