/* SPDX-License-Identifier: MIT */
#include "base/cursor.h"
#include "layers/bittorrent.h"
#include "layers/mse_shape.h"
#include "mse_talk.h"

#define PROTOCOL PEER_PROTOCOL

/* A turn of so many bytes of noise; behind them, what is said in the clear. */
struct words {
    char who; /* '>' to the server, '<' to the client; 0: the end */
    size_t noise;
    const char *clear;
    size_t clear_len;
};

static uint64_t noise_state;

static uint8_t noise_byte(void)
{
    noise_state = noise_state * 6364136223846793005U + 1442695040888963407U; /* Knuth, MMIX */
    return (uint8_t)(noise_state >> 56);
}

static uint8_t *words_bytes(const struct words *w, size_t *len)
{
    uint8_t *at = malloc(w->noise + w->clear_len + 1);

    if (at == NULL)
        abort();
    for (size_t i = 0; i < w->noise; i++)
        at[i] = noise_byte();
    if (w->clear_len > 0)
        memcpy(at + w->noise, w->clear, w->clear_len);
    *len = w->noise + w->clear_len;
    return at;
}

/* `cut`: bytes of a piece; 0: whole turns. `before`: the first piece of each turn. */
static void say(struct mse_talk *t, const struct words *w, size_t before, size_t cut)
{
    noise_state = 7;
    for (; w->who != 0; w++) {
        size_t len;
        uint8_t *at = words_bytes(w, &len);
        const enum direction d = w->who == '>' ? TO_SERVER : TO_CLIENT;
        struct bytes left = bytes_of(at, len);
        const size_t first = bytes_first(left, before).len;
        if (first > 0)
            mse_talk_piece(t, d, bytes_first(left, first));
        left = bytes_after(left, first);
        while (left.len > 0) {
            const struct bytes piece = bytes_first(left, cut > 0 ? cut : left.len);
            mse_talk_piece(t, d, piece);
            left = bytes_after(left, piece.len);
        }
        free(at);
    }
}

static void check_one(const char *name, const struct words *w, const char *want, size_t before,
                      size_t cut)
{
    struct mse_talk t;

    mse_talk_begin(&t);
    say(&t, w, before, cut);
    CHECK_TEXT(mse_talk_log(&t), want, name);
    mse_talk_end(&t);
}

/* Whole, byte by byte, in segments, and each turn cut in two at many places. */
static void check(const char *name, const struct words *w, const char *want)
{
    check_one(name, w, want, 0, 0);
    check_one(name, w, want, 0, 1);
    check_one(name, w, want, 0, 1448);
    for (size_t before = 1; before < 1200; before += before < 130 ? 1 : 37)
        check_one(name, w, want, before, 0);
}

#define NOISE(who, n)                                                                              \
    {                                                                                              \
        (who), (n), NULL, 0                                                                        \
    }
#define CLEAR(who, n, text)                                                                        \
    {                                                                                              \
        (who), (n), (text), sizeof(text) - 1                                                       \
    }
#define END                                                                                        \
    {                                                                                              \
        0, 0, NULL, 0                                                                              \
    }

#define GREETING                                                                                   \
    PROTOCOL "\0\0\0\0\0\x10\0\x05"                                                                \
             "01234567890123456789-TR3000-abcdefghijkl"
#define INTERESTED "\0\0\0\x01\x02"
#define UNCHOKE    "\0\0\0\x01\x01"
#define REQUEST    "\0\0\0\x0d\x06\0\0\0\0\0\0\0\0\0\0\x40\0"

static void test_handshakes(void)
{
    static const struct words rc4[] = {
        NOISE('>', 384), NOISE('<', 409),   NOISE('>', 519), NOISE('<', 456),
        NOISE('>', 235), NOISE('<', 95),    NOISE('>', 34),  NOISE('<', 32794),
        NOISE('>', 51),  NOISE('<', 49191), NOISE('>', 17),  NOISE('<', 16397),
        NOISE('>', 26),  NOISE('<', 5),     NOISE('>', 4),   END};
    static const struct words late[] = {
        NOISE('>', 396), NOISE('<', 451), NOISE('>', 361), NOISE('<', 59),
        NOISE('>', 68),  NOISE('<', 293), NOISE('>', 229), END};
    static const struct words late_and_short[] = {NOISE('>', 396),
                                                  NOISE('<', 451),
                                                  NOISE('>', 361),
                                                  NOISE('<', 59),
                                                  NOISE('>', 67),
                                                  NOISE('<', 293),
                                                  END};
    static const struct words broken_off[] = {NOISE('>', 278), NOISE('<', 329), NOISE('>', 277),
                                              END};
    static const struct words refused[] = {NOISE('>', 278), NOISE('<', 329), NOISE('>', 277),
                                           NOISE('<', 354), END};
    static const struct words refused_late[] = {NOISE('>', 314), NOISE('<', 561), NOISE('>', 65),
                                                NOISE('<', 14),  NOISE('>', 68),  END};
    static const struct words greets_unasked[] = {NOISE('>', 314), NOISE('<', 561), NOISE('>', 65),
                                                  NOISE('<', 527), END};
    static const struct words long_answer[] = {NOISE('>', 278), NOISE('<', 329), NOISE('>', 277),
                                               NOISE('<', 851), END};
    static const struct words short_key[] = {NOISE('>', 95),  NOISE('<', 329), NOISE('>', 277),
                                             NOISE('<', 300), NOISE('>', 277), END};
    static const struct words long_pad[] = {NOISE('>', 609), NOISE('<', 329), NOISE('>', 277),
                                            NOISE('<', 300), NOISE('>', 277), END};
    static const struct words server_first[] = {NOISE('<', 200), NOISE('>', 329), NOISE('<', 277),
                                                NOISE('>', 300), NOISE('<', 277), END};
    static const struct words short_proof[] = {NOISE('>', 200), NOISE('<', 329), NOISE('>', 55),
                                               NOISE('<', 300), NOISE('>', 277), END};
    static const struct words short_answer[] = {NOISE('>', 200), NOISE('<', 329), NOISE('>', 124),
                                                NOISE('<', 13),  NOISE('>', 277), END};
    static const struct words rlpx[] = {NOISE('>', 307), NOISE('<', 210), NOISE('>', 160),
                                        NOISE('<', 160), NOISE('>', 64),  END};

    check("RC4, and blocks follow", rc4, "is(probable) mse(probable) claim(strong) mse(strong)");
    check("A's handshake after B's answer", late, "is(probable) mse(probable)");
    check("then it has 68 bytes", late_and_short, "no");
    check("broken off after the proof", broken_off, "is(guess)");
    check("ended with B's answer", refused, "is(probable) mse(probable)");
    check("ended with A's greeting", refused_late, "is(probable) mse(probable)");
    check("B greets before A", greets_unasked, "is(guess)");
    check("B's answer is too long", long_answer, "is(guess)");
    check("too short for a key", short_key, "no");
    check("too much padding", long_pad, "no");
    check("the server does not speak first", server_first, "no");
    check("too short for a proof", short_proof, "no");
    check("too short for an answer", short_answer, "no");
    check("RLPx before EIP-8", rlpx, "no");
}

static void test_in_the_clear(void)
{
    static const struct words early[] = {NOISE('>', 113),
                                         NOISE('<', 131),
                                         NOISE('>', 605),
                                         CLEAR('<', 311, GREETING UNCHOKE),
                                         CLEAR('>', 0, INTERESTED REQUEST),
                                         END};
    static const struct words late[] = {NOISE('>', 350),
                                        NOISE('<', 148),
                                        NOISE('>', 208),
                                        NOISE('<', 53),
                                        NOISE('>', 68),
                                        CLEAR('<', 0, GREETING UNCHOKE),
                                        CLEAR('>', 0, INTERESTED REQUEST),
                                        END};
    static const struct words late_and_clear[] = {
        NOISE('>', 350),           NOISE('<', 148),
        NOISE('>', 208),           NOISE('<', 453),
        CLEAR('>', 0, GREETING),   CLEAR('<', 0, GREETING UNCHOKE),
        CLEAR('>', 0, INTERESTED), END};

    check("B greets in the clear", early,
          "is(strong) claim(certain) mse(certain) become(bittorrent)");
    check("A greets late, B in the clear", late,
          "is(strong) claim(certain) mse(certain) become(bittorrent)");
    check("A greets late in the clear", late_and_clear,
          "is(probable) mse(probable) claim(certain) mse(certain) become(bittorrent)");
}

static void write_sign(struct host *h, uint8_t bits, const char *what, struct bytes detail)
{
    (void)what;
    (void)detail;
    buffer_printf(&((struct harness *)h)->log, "%u ", bits);
}

static void write_resumed(struct host *h, const char *protocol, const void *arg)
{
    const struct bittorrent_resumed *r = arg;

    harness_become(h, protocol, arg);
    buffer_printf(&((struct harness *)h)->log, "%d+%u ", (int)r->begin[TO_SERVER],
                  (unsigned)r->skip[TO_SERVER]);
}

/* B's answer is not over when its greeting is there: neither signs nor where A's words begin depend
 * on how much of it had come. */
static void test_cut_answer(void)
{
    static const struct words talk[] = {NOISE('>', 282),
                                        NOISE('<', 567),
                                        NOISE('>', 124),
                                        CLEAR('<', 14, GREETING UNCHOKE),
                                        CLEAR('>', 0, INTERESTED REQUEST),
                                        END};

    for (size_t cut = 1; cut < 200; cut++) {
        struct mse_talk t;
        mse_talk_begin(&t);
        t.h.host.weigh = write_sign;
        t.h.host.become = write_resumed;
        say(&t, talk, 0, cut);
        CHECK_TEXT(mse_talk_log(&t),
                   "is(strong) 6 7 claim(certain) mse(certain) become(bittorrent) 1+0",
                   "an answer cut");
        mse_talk_end(&t);
    }
}

/* What is carried is both sides' words from BitTorrent on. */
static void test_carried(void)
{
    static const struct words talk[] = {NOISE('>', 113),
                                        NOISE('<', 131),
                                        NOISE('>', 605),
                                        CLEAR('<', 311, GREETING UNCHOKE),
                                        CLEAR('>', 0, INTERESTED REQUEST),
                                        END};
    struct mse_talk t;

    mse_talk_begin(&t);
    say(&t, talk, 0, 1);
    mse_talk_log(&t);
    CHECK(bytes_equal(buffer_bytes(&t.h.carried[TO_SERVER]), LITERAL(INTERESTED REQUEST)),
          "A's messages");
    CHECK(bytes_equal(buffer_bytes(&t.h.carried[TO_CLIENT]), LITERAL(GREETING UNCHOKE)),
          "B's handshake and messages");
    mse_talk_end(&t);
}

static void test_taken_back(void)
{
    static const struct words pages[] = {
        /* Shadowsocks: nothing is short */
        NOISE('>', 384), NOISE('<', 409), NOISE('>', 319), NOISE('<', 456), NOISE('>', 118),
        NOISE('<', 700), NOISE('>', 120), NOISE('<', 811), NOISE('>', 121), NOISE('<', 9000),
        NOISE('>', 122), NOISE('<', 433), NOISE('>', 118), NOISE('<', 99),  END};
    static const struct words fours[] = {
        /* MTProto */
        NOISE('>', 384), NOISE('<', 408), NOISE('>', 320), NOISE('<', 456), NOISE('>', 16),
        NOISE('<', 204), NOISE('>', 68),  NOISE('<', 812), NOISE('>', 120), END};
    static const char text[] = "GET /index.html HTTP/1.1 and then more text, nothing but text, "
                               "as no cipher ever writes it, for a whole turn and longer still";
    static const struct words plain[] = {NOISE('>', 384), NOISE('<', 409),
                                         NOISE('>', 319), NOISE('<', 1456),
                                         NOISE('>', 118), {'<', 0, text, sizeof(text) - 1},
                                         NOISE('>', 118), END};

    check("no short turn", pages, "is(probable) mse(probable) replace(raw)");
    check("multiples of four", fours, "is(probable) mse(probable) replace(raw)");
    check("text follows", plain, "is(probable) mse(probable) replace(raw)");
}

static void check_with(const char *name, const struct known_peer *peer, unsigned alike,
                       const struct words *w, const char *want)
{
    struct mse_talk t;

    mse_talk_begin(&t);
    t.h.peer = peer;
    t.h.alike = alike;
    say(&t, w, 0, 0);
    CHECK_TEXT(mse_talk_log(&t), want, name);
    mse_talk_end(&t);
}

static void test_witnesses(void)
{
    static const struct known_peer tracker = {.source = PEER_TRACKER};
    static const struct known_peer node = {.source = PEER_DHT_NODE};
    static const struct words shape[] = {NOISE('>', 384),
                                         NOISE('<', 409),
                                         NOISE('>', 519),
                                         NOISE('<', 456),
                                         NOISE('>', 235),
                                         NOISE('<', 95),
                                         END};
    static const struct words some[] = {NOISE('>', 384),  NOISE('<', 409),   NOISE('>', 519),
                                        NOISE('<', 456),  NOISE('>', 235),   NOISE('<', 95),
                                        NOISE('>', 17),   NOISE('<', 13325), NOISE('>', 24),
                                        NOISE('<', 3072), NOISE('>', 9),     END};
    static const struct words begun[] = {NOISE('>', 278), NOISE('<', 329), NOISE('>', 277), END};

    check_with("a tracker named it", &tracker, 0, shape,
               "is(probable) mse(probable) claim(strong) mse(strong)");
    check_with("a DHT node is no witness", &node, 0, shape, "is(probable) mse(probable)");
    check_with("nor are others alike, alone", NULL, 3, shape, "is(probable) mse(probable)");
    check_with("but with some of its lengths", NULL, 3, some,
               "is(probable) mse(probable) claim(strong) mse(strong)");
    check_with("which do not suffice", NULL, 1, some, "is(probable) mse(probable)");
    check_with("broken off, but known", &tracker, 0, begun,
               "is(guess) claim(probable) mse(probable)");
}

/* What is no noise is refused at once. */
static void test_refused(void)
{
    static const struct {
        const char *name, *bytes;
        size_t len;
    } first[] = {
        {"text", "hello, world", 12},
        {"TLS", "\x16\x03", 2},
        {"zeros", "\x01\x02\0\x7f\x10\0\x99\x88\x77\x66\0\x55\x44\x33\x22\x11", 16},
    };

    for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
        struct mse_talk t;
        mse_talk_begin(&t);
        mse_talk_piece(&t, TO_SERVER, bytes_of(first[i].bytes, first[i].len));
        CHECK(t.said.answer == PROBE_NO, first[i].name);
        mse_talk_log(&t);
        mse_talk_end(&t);
    }
}

/* Of a first turn as long as a key. */
static enum probe asked_about(const uint8_t key[MSE_KEY])
{
    const struct opening_turn turn = {TO_SERVER, bytes_of(key, MSE_KEY)};
    const struct opening o = {
        .seen = {turn.bytes}, .transport = TRANSPORT_TCP, .turn = &turn, .turns = 1};

    return mse_shape(&o).answer;
}

/* A key has no four equal bytes in a row, and no 21 printable ones, wherever they stand. */
static void test_runs(void)
{
    static const struct {
        size_t len;
        bool equal, refused;
    } runs[] = {{3, true, false}, {4, true, true}, {20, false, false}, {21, false, true}};

    for (size_t r = 0; r < sizeof(runs) / sizeof(runs[0]); r++) {
        unsigned taken = 0, tried = 0;
        for (size_t at = 0; at + runs[r].len <= MSE_KEY; at++) {
            for (int again = 0; again < 20; again++, tried++) {
                uint8_t key[MSE_KEY];
                for (size_t i = 0; i < MSE_KEY; i++)
                    key[i] = noise_byte();
                for (size_t i = 0; i < runs[r].len; i++)
                    key[at + i] = runs[r].equal ? 0xe9 : (uint8_t)(' ' + noise_byte() % 95);
                taken += asked_about(key) == PROBE_MORE;
            }
        }
        CHECK(runs[r].refused ? taken == 0 : taken > tried / 3, "runs in a key");
    }
}

int main(void)
{
    test_handshakes();
    test_in_the_clear();
    test_cut_answer();
    test_carried();
    test_taken_back();
    test_witnesses();
    test_refused();
    test_runs();
    return test_end();
}
