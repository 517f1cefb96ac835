/* SPDX-License-Identifier: MIT */
#include "layers/bittorrent_socket.h"
#include "layers/layers.h"
#include "utp_build.h"

#define STEPS 24

#define C(type, id, seq, ack, text)                                                                \
    {                                                                                              \
        TO_SERVER, UTP_##type, id, seq, ack, text, NULL, 0                                         \
    }
#define S(type, id, seq, ack, text)                                                                \
    {                                                                                              \
        TO_CLIENT, UTP_##type, id, seq, ack, text, NULL, 0                                         \
    }
#define C_EXT(type, id, seq, ack, text, ext)                                                       \
    {                                                                                              \
        TO_SERVER, UTP_##type, id, seq, ack, text, ext, sizeof(ext) - 1                            \
    }
#define S_EXT(type, id, seq, ack, text, ext)                                                       \
    {                                                                                              \
        TO_CLIENT, UTP_##type, id, seq, ack, text, ext, sizeof(ext) - 1                            \
    }

#define SACK   "\x01\x00\x04\x0f\x00\x00\x00"
#define REASON "\x03\x00\x04\x00\x00\x00\x1f"
#define BITS   "\x02\x00\x08\0\0\0\0\0\0\0\0"
#define BOTH   "\x02\x01\x08\0\0\0\0\0\0\0\0\x00\x04\x01\x00\x00\x00"

/* The client calls: 500 is its id, 501 the one it sends with. */
#define CALL C(SYN, 500, 100, 0, NULL), S(STATE, 500, 7000, 100, NULL)

static const struct vector {
    const char *name;
    struct step step[STEPS];
    const char *want;       /* the log */
    const char *carried[2]; /* by direction */
} vectors[] = {
    {"a connection from its start",
     {CALL, C(DATA, 501, 101, 6999, "hello"), S(DATA, 500, 7000, 101, "welcome"),
      C(STATE, 501, 102, 7000, NULL), C(DATA, 501, 102, 7000, " there")},
     "claim(probable) claim(strong) utp> strong;",
     {"hello there", "welcome"}},
    {"called by the server",
     {S(SYN, 9, 1, 0, NULL), C(STATE, 9, 50, 1, NULL), S(DATA, 10, 2, 49, "from the server"),
      C(DATA, 9, 50, 2, "from the client")},
     "claim(probable) claim(strong) utp> strong;",
     {"from the client", "from the server"}},
    {"a SYN that nobody answers",
     {C(SYN, 500, 100, 0, NULL), C(SYN, 500, 100, 0, NULL), C(SYN, 500, 100, 0, NULL)},
     "claim(probable) utp> probable;",
     {"", ""}},
    {"a SYN that is refused",
     {C(SYN, 500, 100, 0, NULL), S(RESET, 500, 31, 100, NULL)},
     "claim(probable) utp> probable;",
     {"", ""}},
    {"out of order",
     {CALL, C(DATA, 501, 101, 6999, "1"), C(DATA, 501, 103, 6999, "3"),
      C(DATA, 501, 104, 6999, "4"), S_EXT(STATE, 500, 7000, 101, NULL, SACK),
      C(DATA, 501, 102, 6999, "2"), C(DATA, 501, 105, 6999, "5")},
     "claim(probable) claim(strong) utp> strong;",
     {"12345", ""}},
    {"twice, and cut otherwise: the first counts",
     {CALL, C(DATA, 501, 101, 6999, "ab"), C(DATA, 501, 101, 6999, "abc"),
      C(DATA, 501, 103, 6999, "ef"), C(DATA, 501, 103, 6999, "EF"), C(DATA, 501, 102, 6999, "cd")},
     "claim(probable) claim(strong) utp> strong;",
     {"abcdef", ""}},
    {"extensions: bits, selective acknowledgement, reason, one after the other",
     {C_EXT(SYN, 500, 100, 0, NULL, BITS), S(STATE, 500, 7000, 100, NULL),
      C_EXT(DATA, 501, 101, 6999, "x", BOTH), C_EXT(FIN, 501, 102, 6999, NULL, REASON)},
     "claim(probable) claim(strong) utp> strong;",
     {"x", ""}},
    {"numbers wrap",
     {C(SYN, 65535, 65533, 0, NULL), S(STATE, 65535, 65535, 65533, NULL),
      C(DATA, 0, 65534, 65534, "a"), C(DATA, 0, 0, 65534, "c"), C(DATA, 0, 65535, 65534, "b"),
      S(DATA, 65535, 65535, 0, "y"), S(DATA, 65535, 0, 0, "z"), C(DATA, 0, 1, 0, "d")},
     "claim(probable) claim(strong) utp> strong;",
     {"abcd", "yz"}},
    {"bytes with the FIN, and nothing behind it",
     {CALL, C(DATA, 501, 101, 6999, "a"), C(FIN, 501, 102, 6999, "b"),
      C(DATA, 501, 103, 6999, "c")},
     "claim(probable) claim(strong) utp> strong;",
     {"ab", ""}},
    {"what waited behind the FIN is nothing",
     {CALL, C(DATA, 501, 101, 6999, "a"), C(DATA, 501, 104, 6999, "d"), C(FIN, 501, 103, 6999, "c"),
      C(DATA, 501, 102, 6999, "b")},
     "claim(probable) claim(strong) utp> strong;",
     {"abc", ""}},
    {"the same id both ways: it is taken back",
     {C(DATA, 501, 101, 6999, "lo"), C(DATA, 501, 102, 6999, "there"),
      S(STATE, 501, 7000, 102, NULL), S(STATE, 501, 7000, 103, NULL)},
     "claim(probable) replace(raw)",
     {"", ""}},
    {"midstream: a gap of unknown length in front",
     {C(DATA, 501, 101, 6999, "lo"), S(STATE, 500, 7000, 101, NULL),
      C(DATA, 501, 102, 6999, "there"), S(DATA, 500, 7000, 102, "hi"),
      C(STATE, 501, 103, 7000, NULL)},
     "claim(probable) claim(strong) utp> strong;",
     {"[gap 1]lothere", "[gap 1]hi"}},
    {"midstream, one side alone",
     {C(DATA, 501, 101, 6999, "lo"), C(DATA, 501, 102, 6999, "there")},
     "claim(probable) utp> probable;",
     {"[gap 1]lothere", "[gap 1]"}},
    {"lost, and acknowledged: what is left comes when no more will",
     {CALL, C(DATA, 501, 101, 6999, "a"), C(DATA, 501, 104, 6999, "d"),
      S(STATE, 500, 7000, 104, NULL), C(DATA, 501, 105, 6999, "e")},
     "claim(probable) claim(strong) utp> strong;",
     {"a[gap 1073741824]de", ""}},
    {"a second connection after the first",
     {CALL, C(DATA, 501, 101, 6999, "first"), C(FIN, 501, 102, 6999, NULL), C(SYN, 800, 1, 0, NULL),
      S(STATE, 800, 60, 1, NULL), C(DATA, 801, 2, 59, "second")},
     "claim(probable) claim(strong) utp> strong; replace(utp)",
     {"first", ""}},
    {"two at once: the first is carried",
     {C(SYN, 500, 100, 0, NULL), S(SYN, 800, 1, 0, NULL), S(STATE, 500, 7000, 100, NULL),
      C(STATE, 800, 60, 1, NULL), C(DATA, 501, 101, 6999, "first"), S(DATA, 801, 2, 59, "second"),
      C(DATA, 501, 102, 6999, " and more")},
     "claim(probable) claim(strong) utp> strong;",
     {"first and more", ""}},
    {"two at once, the first is reset: the other takes its place with what waited",
     {C(SYN, 500, 100, 0, NULL), S(SYN, 800, 1, 0, NULL), S(STATE, 500, 7000, 100, NULL),
      C(STATE, 800, 60, 1, NULL), C(DATA, 501, 101, 6999, "first"), S(DATA, 801, 2, 59, "second"),
      S(RESET, 500, 5, 101, NULL), S(DATA, 801, 3, 59, " goes on")},
     "claim(probable) claim(strong) utp> strong; replace(utp)",
     {"first", ""}},
    {"an id of nobody's is not carried",
     {CALL, C(DATA, 501, 101, 6999, "a"), C(DATA, 900, 1, 1, "who?"), C(DATA, 501, 102, 6999, "b")},
     "claim(probable) claim(strong) utp> strong;",
     {"ab", ""}},
    {"a DHT message beside it",
     {C(SYN, 500, 100, 0, NULL), C(SYN, 500, 100, 0, NULL),
      C(OTHER, 0, 0, 0, "d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe")},
     "claim(probable) claim(strong) dht> ping strong; utp> strong;",
     {"", ""}},
    {"datagrams of another kind: it is taken back",
     {C(DATA, 501, 101, 6999, "lo"), C(DATA, 501, 102, 6999, "there"),
      C(OTHER, 0, 0, 0, "something else"), C(OTHER, 0, 0, 0, "something else")},
     "claim(probable) replace(raw)",
     {"[gap 1]lothere", "[gap 1]"}},
    {"and strong it is not",
     {CALL, C(DATA, 501, 101, 6999, "a"), C(OTHER, 0, 0, 0, "something else"),
      C(OTHER, 0, 0, 0, "something else"), C(OTHER, 0, 0, 0, "something else")},
     "claim(probable) claim(strong) utp> strong;",
     {"a", ""}},
};

static void check_carried(struct harness *h, enum direction d, const char *want, const char *name)
{
    buffer_append_byte(&h->carried[d], 0);
    CHECK_TEXT((const char *)h->carried[d].at, want, name);
}

static size_t step_count(const struct step *s)
{
    size_t n = 0;

    while (n < STEPS && (s[n].id > 0 || s[n].text != NULL || s[n].seq > 0))
        n++;
    return n;
}

static void begin(struct harness *h, void *state)
{
    harness_begin(h, INTEREST_BITTORRENT, NULL);
    h->describe = utp_describe;
    layer_utp.open(state, &h->host, NULL);
}

static void feed_steps(struct harness *h, void *state, const struct step *steps, size_t count)
{
    struct buffer b = {0};

    for (size_t i = 0; i < count && !h->left; i++) {
        utp_build(&b, &steps[i], (uint32_t)(1000 + i * 100));
        const struct bytes datagram = test_copy(buffer_bytes(&b));
        layer_utp.feed(state, &h->host, steps[i].direction, datagram);
        free((void *)(uintptr_t)datagram.at);
    }
    buffer_free(&b);
}

/* Nobody goes on with it here: what waits is given back. */
static void log_replace(struct host *h, const char *protocol, const void *arg, bool reversed)
{
    harness_replace(h, protocol, arg, reversed);
    if (arg == NULL)
        return;
    struct bittorrent_socket given;
    bittorrent_socket_take(&given, arg);
    bittorrent_socket_close(&given, h);
}

static void test_vectors(void)
{
    for (size_t n = 0; n < sizeof(vectors) / sizeof(vectors[0]); n++) {
        const struct vector *v = &vectors[n];
        struct harness h;
        void *state = calloc(1, layer_utp.state_size);
        begin(&h, state);
        h.host.replace = log_replace;
        feed_steps(&h, state, v->step, step_count(v->step));
        layer_utp.close(state, &h.host, CLOSE_FINISHED);
        CHECK_TEXT(harness_log(&h), v->want, v->name);
        if (!h.left) {
            check_carried(&h, TO_SERVER, v->carried[TO_SERVER], v->name);
            check_carried(&h, TO_CLIENT, v->carried[TO_CLIENT], v->name);
        }
        harness_end(&h);
        free(state);
    }
}

/* Every one of a conversation's datagrams cut short at every length, and again whole behind it. */
static void test_cut_datagrams(void)
{
    const struct step *steps = vectors[0].step;
    const size_t count = step_count(steps);
    struct buffer b = {0};

    for (size_t i = 3; i < count; i++) {
        utp_build(&b, &steps[i], (uint32_t)(1000 + i * 100));
        const size_t whole = b.len;
        for (size_t len = 0; len < 20 && len < whole; len++) {
            struct harness h;
            void *state = calloc(1, layer_utp.state_size);
            begin(&h, state);
            feed_steps(&h, state, steps, i);
            utp_build(&b, &steps[i], (uint32_t)(1000 + i * 100));
            const struct bytes cut = test_copy(bytes_first(buffer_bytes(&b), len));
            layer_utp.feed(state, &h.host, steps[i].direction, cut);
            free((void *)(uintptr_t)cut.at);
            feed_steps(&h, state, steps + i, count - i);
            layer_utp.close(state, &h.host, CLOSE_FINISHED);
            check_carried(&h, TO_SERVER, "hello there", "what is cut is nothing");
            check_carried(&h, TO_CLIENT, "welcome", "what is cut is nothing");
            harness_end(&h);
            free(state);
        }
    }
    buffer_free(&b);
}

/* --- longer ones ------------------------------------------------------------------------------ */

struct talk {
    struct harness h;
    void *state;
    uint32_t clock;
};

static void talk_begin(struct talk *t)
{
    t->state = calloc(1, layer_utp.state_size);
    t->clock = 5000;
    begin(&t->h, t->state);
}

static void talk_end(struct talk *t)
{
    layer_utp.close(t->state, &t->h.host, CLOSE_FINISHED);
    harness_end(&t->h);
    free(t->state);
}

static void say(struct talk *t, struct step s)
{
    struct buffer b = {0};

    t->clock += 10;
    utp_build(&b, &s, t->clock);
    layer_utp.feed(t->state, &t->h.host, s.direction, buffer_bytes(&b));
    buffer_free(&b);
}

static void say_data(struct talk *t, unsigned number)
{
    char text[8];

    (void)snprintf(text, sizeof(text), "%06u", number % 1000000);
    say(t, (struct step)C(DATA, 501, (uint16_t)(101 + number), 6999, text));
}

static void call(struct talk *t)
{
    say(t, (struct step)C(SYN, 500, 100, 0, NULL));
    say(t, (struct step)S(STATE, 500, 7000, 100, NULL));
}

static void check_numbers(struct talk *t, unsigned count, const char *name)
{
    const struct buffer *b = &t->h.carried[TO_SERVER];
    bool right = b->len == (size_t)count * 6;
    char text[8];

    for (unsigned i = 0; right && i < count; i++) {
        (void)snprintf(text, sizeof(text), "%06u", i % 1000000);
        right = memcmp(b->at + (size_t)i * 6, text, 6) == 0;
    }
    CHECK(right, name);
}

/* 150,000 packets: the numbers go round twice, in blocks of eight backwards, each block twice. */
static void test_wrap_and_shuffle(void)
{
    enum { COUNT = 150000, BLOCK = 8 };
    struct talk t;

    talk_begin(&t);
    call(&t);
    for (unsigned at = 0; at < COUNT; at += BLOCK) {
        for (unsigned twice = 0; twice < 2; twice++)
            for (unsigned i = BLOCK; i-- > 0;)
                say_data(&t, at + i);
        say(&t, (struct step)S(STATE, 500, 7000, (uint16_t)(100 + at + BLOCK), NULL));
    }
    check_numbers(&t, COUNT, "in order, each once");
    talk_end(&t);
}

/* Acknowledged and never captured: given up after UTP_PATIENCE packets, and not before. */
static void test_patience(void)
{
    struct talk t;

    talk_begin(&t);
    call(&t);
    say_data(&t, 0);
    for (unsigned i = 2; i < 2 + UTP_PATIENCE; i++) {
        say_data(&t, i);
        say(&t, (struct step)S(STATE, 500, 7000, (uint16_t)(101 + i), NULL));
    }
    CHECK(t.h.carried[TO_SERVER].len == 6, "it is waited for");
    say(&t, (struct step)S(STATE, 500, 7000, 100 + 40, NULL));
    CHECK(t.h.carried[TO_SERVER].len > (size_t)UTP_PATIENCE * 6, "and then no more");
    CHECK(memcmp(t.h.carried[TO_SERVER].at, "000000[gap 1073741824]000002000003", 34) == 0,
          "with a gap in its place");
    talk_end(&t);
}

/* Nobody acknowledges: it waits as long as there is room. */
static void test_hold_is_bounded(void)
{
    enum { FAR = 3 * UTP_HOLD_PACKETS };
    struct talk t;

    talk_begin(&t);
    call(&t);
    say_data(&t, 0);
    size_t most = 0;
    for (unsigned i = 2; i < FAR; i++) {
        say_data(&t, i);
        most = t.h.budget.used > most ? t.h.budget.used : most;
    }
    CHECK(most < (size_t)200 << 10, "small packets, little memory");
    CHECK(t.h.carried[TO_SERVER].len > (size_t)UTP_HOLD_PACKETS * 6, "it goes on behind the gap");
    talk_end(&t);
}

/* Large packets meet the limit in bytes. */
static void test_hold_bytes(void)
{
    static char large[60001];
    struct talk t;
    size_t most = 0;

    memset(large, 'x', sizeof(large) - 1);
    talk_begin(&t);
    call(&t);
    say_data(&t, 0);
    for (unsigned i = 2; i < 200; i++) {
        say(&t, (struct step)C(DATA, 501, (uint16_t)(101 + i), 6999, large));
        most = t.h.budget.used > most ? t.h.budget.used : most;
    }
    CHECK(most < UTP_HOLD_BYTES + ((size_t)32 << 10), "no more than UTP_HOLD_BYTES wait");
    talk_end(&t);
}

/* As many connections at once as there are ids: the carried one stays, memory is bounded. */
static void test_many_connections(void)
{
    struct talk t;
    size_t most = 0;

    talk_begin(&t);
    call(&t);
    say_data(&t, 0);
    for (unsigned id = 1000; id < 60000; id += 2) {
        say(&t, (struct step)C(SYN, (uint16_t)id, 100, 0, NULL));
        say(&t, (struct step)S(STATE, (uint16_t)id, 7000, 100, NULL));
        say(&t, (struct step)C(DATA, (uint16_t)(id + 1), 101, 6999, "beside"));
        if (id % 100 == 0)
            say_data(&t, (id - 900) / 100);
        most = t.h.budget.used > most ? t.h.budget.used : most;
    }
    check_numbers(&t, 591, "the first is read on");
    CHECK(most < (size_t)64 << 10, "the others have little room");
    talk_end(&t);
}

/* What waited is carried by the layer that comes anew, with the confidence there was. */
static struct harness *second;
static void *second_state;

static void on_replace(struct host *h, const char *protocol, const void *arg, bool reversed)
{
    (void)reversed;
    ((struct harness *)h)->left = true;
    CHECK_TEXT(protocol, "utp", "by itself");
    harness_begin(second, INTEREST_BITTORRENT, NULL);
    second->describe = utp_describe;
    second->budget = ((struct harness *)h)->budget;
    layer_utp.open(second_state, &second->host, arg);
}

static void test_anew(void)
{
    const struct vector *v = NULL;
    struct harness first, anew;
    void *state = calloc(1, layer_utp.state_size);

    for (size_t n = 0; n < sizeof(vectors) / sizeof(vectors[0]); n++)
        if (strstr(vectors[n].name, "takes its place") != NULL)
            v = &vectors[n];
    second = &anew;
    second_state = calloc(1, layer_utp.state_size);
    begin(&first, state);
    first.host.replace = on_replace;
    CHECK(v != NULL, "the vector is there");
    if (v != NULL)
        feed_steps(&first, state, v->step, step_count(v->step));
    layer_utp.close(state, &first.host, CLOSE_FINISHED);
    layer_utp.close(second_state, &anew.host, CLOSE_FINISHED);
    CHECK_TEXT(harness_log(&anew), "claim(strong)", "as sure as before, and told once");
    check_carried(&first, TO_SERVER, "first", "the first connection");
    check_carried(&first, TO_CLIENT, "", "the first connection");
    check_carried(&anew, TO_CLIENT, "second goes on", "the second, whole");
    first.budget.used = 0; /* it went with the state */
    harness_end(&first);
    harness_end(&anew);
    free(state);
    free(second_state);
}

/* What is on top has a name: another connection takes its place with a handshake only, and one that
 * has none is not asked again. */
static void test_known_inside(void)
{
    static const struct {
        const char *said, *goes_on, *want;
    } next[] = {
        {"\x13"
         "BitTorrent protocol",
         "", "replace(utp)"},
        {"\x13"
         "BitTorr",
         "ent protocol", ""},
        {"no handshake", " at all", ""},
    };

    for (size_t n = 0; n < sizeof(next) / sizeof(next[0]); n++) {
        const struct step steps[] = {
            C(SYN, 500, 100, 0, NULL),         S(STATE, 500, 7000, 100, NULL),
            C(DATA, 501, 101, 6999, "first"),  C(FIN, 501, 102, 6999, NULL),
            C(SYN, 800, 1, 0, NULL),           S(STATE, 800, 60, 1, NULL),
            C(DATA, 801, 2, 59, next[n].said), C(DATA, 801, 3, 59, next[n].goes_on),
            C(DATA, 501, 103, 6999, "late")};
        void *state = calloc(1, layer_utp.state_size);
        struct harness h;
        char want[80];
        begin(&h, state);
        h.host.replace = log_replace;
        h.host.carried_known = true;
        feed_steps(&h, state, steps, sizeof(steps) / sizeof(steps[0]));
        layer_utp.close(state, &h.host, CLOSE_FINISHED);
        (void)snprintf(want, sizeof(want), "claim(probable) claim(strong) utp> strong; %s",
                       next[n].want);
        if (next[n].want[0] == '\0')
            want[strlen(want) - 1] = '\0';
        CHECK_TEXT(harness_log(&h), want, next[n].said);
        check_carried(&h, TO_SERVER, "first", next[n].said);
        harness_end(&h);
        free(state);
    }
}

/* A capture that cuts packets short: what is missing is a gap, whether the packet waited or not. */
static void test_cut_by_the_capture(void)
{
    struct talk t;

    talk_begin(&t);
    call(&t);
    t.h.host.cut = 10;
    say_data(&t, 0);
    say_data(&t, 2);
    t.h.host.cut = 0;
    say_data(&t, 1);
    t.h.host.cut = 5;
    say(&t, (struct step)C(DATA, 501, 104, 6999, NULL));
    say(&t, (struct step)C(OTHER, 0, 0, 0, "d1:ad2:id20:abcdef"));
    t.h.host.cut = 0;
    say_data(&t, 4);
    check_carried(&t.h, TO_SERVER, "000000[gap 10]000001000002[gap 10][gap 5]000004", "gaps");
    talk_end(&t);
}

/* One side is known to take part: two packets are enough to be strong. */
static void test_known_peer(void)
{
    const struct known_peer peer = {.source = PEER_TRACKER};
    struct harness h;
    void *state = calloc(1, layer_utp.state_size);

    begin(&h, state);
    h.peer = &peer;
    feed_steps(&h, state, vectors[2].step, 2);
    layer_utp.close(state, &h.host, CLOSE_FINISHED);
    CHECK_TEXT(harness_log(&h), "claim(strong) utp> strong;", "with a known peer");
    harness_end(&h);
    free(state);
}

int main(void)
{
    test_vectors();
    test_cut_datagrams();
    test_wrap_and_shuffle();
    test_patience();
    test_hold_is_bounded();
    test_hold_bytes();
    test_many_connections();
    test_cut_by_the_capture();
    test_anew();
    test_known_inside();
    test_known_peer();
    return test_end();
}
