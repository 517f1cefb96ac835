/* SPDX-License-Identifier: MIT */
/* The peer wire from the middle, and what peers tell each other: each vector whole, at every cut,
 * byte by byte. */
#include "layer_harness.h"
#include "layers/bittorrent.h"
#include "layers/bittorrent_seek.h"
#include "layers/layers.h"
#include "said.h"

#define HELLO(id)                                                                                  \
    "\x13"                                                                                         \
    "BitTorrent protocol\x00\x00\x00\x00\x00\x10\x00\x05"                                          \
    "abcdefghijklmnopqrst" id
#define QB         "-qB4520-7sdfg8asd9f0"
#define TR         "-TR2940-abcdefghijkl"
#define KEEP_ALIVE "\x00\x00\x00\x00"
#define CHOKE      "\x00\x00\x00\x01\x00"
#define HAVE       "\x00\x00\x00\x05\x04\x00\x00\x00\x07"
#define REQUEST    "\x00\x00\x00\x0d\x06\x00\x00\x00\x01\x00\x00\x40\x00\x00\x00\x40\x00"
#define LAST_ONE   "\x00\x00\x00\x0d\x06\x00\x00\x00\x09\x00\x00\x40\x00\x00\x00\x12\x34"
#define ODD        "\x00\x00\x00\x0d\x06\x00\x00\x00\x09\x00\x00\x41\x00\x00\x00\x40\x00"
#define HUGE       "\x00\x00\x00\x0d\x06\x00\x00\x00\x09\x00\x00\x40\x00\x00\x40\x00\x00"
#define PIECE                                                                                      \
    "\x00\x00\x00\x0d\x07\x00\x00\x00\x01\x00\x00\x40\x00"                                         \
    "data"
#define TYPE_99                                                                                    \
    "\x00\x00\x00\x05\x63"                                                                         \
    "abcd"
#define TAIL "the end of a block \x00\x00\x07 and more of it \x00\x00\x00\x0d\x06"
#define EXTENDED                                                                                   \
    "\x00\x00\x00\x3e\x14\x00"                                                                     \
    "d1:md6:ut_pexi3ee1:pi6881e1:v13:quay/1.2 test6:yourip4:\x0a\x00\x00\x01"                      \
    "e"
#define PEX                                                                                        \
    "\x00\x00\x00\x31\x14\x03"                                                                     \
    "d5:added12:\x0a\x00\x00\x05\x1a\xe1\x0a\x00\x00\x06\x1a\xe1"                                  \
    "7:added.f2:\x00\x00"                                                                          \
    "6:added60:e"
#define PORT "\x00\x00\x00\x03\x09\x1a\xe9"

#define IN(literal)                                                                                \
    {                                                                                              \
        (const uint8_t *)(literal), sizeof(literal) - 1                                            \
    }

static const struct {
    const char *name;
    struct bytes in;
    bool found;
    size_t used; /* where it is found */
} streams[] = {
    {"two requests", IN(REQUEST REQUEST), true, 34},
    {"in the middle of a block", IN(TAIL REQUEST LAST_ONE HAVE CHOKE), true,
     sizeof(TAIL REQUEST LAST_ONE HAVE) - 1 - 4},
    {"a request and two of the small ones", IN("xx" REQUEST HAVE KEEP_ALIVE HAVE), true, 41 - 4},
    {"a message of 64 KiB begins nothing",
     IN("\x00\x01\x00\x00\x14\x00"
        "d5:added" REQUEST REQUEST),
     true, 14 + 34},
    {"a request alone", IN(REQUEST KEEP_ALIVE CHOKE), false, 26},
    {"haves alone", IN(HAVE HAVE HAVE HAVE HAVE HAVE), false, 54},
    {"a block at no multiple begins nothing", IN(ODD ODD ODD), false, 51},
    {"a type that nobody knows ends it", IN(REQUEST TYPE_99 HAVE HAVE), false, 44},
    {"a block too large ends it", IN(REQUEST HUGE HAVE HAVE), false, 52},
    {"peer exchange", IN("xy" PEX HAVE HAVE), true, sizeof("xy" PEX HAVE HAVE) - 1 - 4},
    {"another extension begins nothing",
     IN("\x00\x00\x00\x0e\x14\x05"
        "d4:quayi1ee" HAVE HAVE),
     false,
     sizeof("\x00\x00\x00\x0e\x14\x05"
            "d4:quayi1ee" HAVE HAVE) -
         1},
    {"what breaks it may begin another", IN(REQUEST "\x01" REQUEST REQUEST), true, 52},
};

static void test_seek(void)
{
    for (size_t i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
        for (size_t cut = 0; cut <= streams[i].in.len; cut++) {
            const struct bytes first = test_copy(bytes_first(streams[i].in, cut));
            const struct bytes rest = test_copy(bytes_after(streams[i].in, cut));
            struct bittorrent_seek s = {.len = 0}, b = {.len = 0};
            size_t used = bittorrent_seek(&s, first);
            if (!s.found)
                used += bittorrent_seek(&s, rest);
            CHECK(s.found == streams[i].found && used == streams[i].used, streams[i].name);
            for (used = 0; used < streams[i].in.len && !b.found; used++)
                (void)bittorrent_seek(&b, bytes_of(streams[i].in.at + used, 1));
            CHECK(b.found == streams[i].found && used == streams[i].used, streams[i].name);
            free((void *)(uintptr_t)first.at);
            free((void *)(uintptr_t)rest.at);
        }
    }
}

/* A block of which only the start was captured, and the next where it should be. */
static void test_gap(void)
{
    struct bittorrent_seek s = {.len = 0};
    const struct bytes block = LITERAL("\x00\x00\x40\x09\x07\x00\x00\x00\x01\x00\x00\x40\x00");

    CHECK(bittorrent_seek(&s, block) == block.len && !s.found, "the start of a block");
    bittorrent_seek_gap(&s, 16384);
    CHECK(bittorrent_seek(&s, block) == block.len && s.found, "and of the next, behind its hole");
    s = (struct bittorrent_seek){.len = 0};
    (void)bittorrent_seek(&s, block);
    bittorrent_seek_gap(&s, 16385);
    CHECK(bittorrent_seek(&s, block) == block.len && !s.found, "one byte more is lost");
}

static void describe(struct harness *h, const struct event *e)
{
    const struct bittorrent_event *b = &e->as.bittorrent;

    if (e->kind != EVENT_BITTORRENT)
        return;
    buffer_printf(&h->log, "%s%c", b->kind, e->direction == TO_SERVER ? '>' : '<');
    if (b->action != NULL)
        buffer_printf(&h->log, " %s", b->action);
    if (b->has_info_hash)
        buffer_printf(&h->log, " %.4s", (const char *)b->info_hash);
    if (b->abilities != 0)
        buffer_printf(&h->log, " can %u", b->abilities);
    if (b->listen_port != 0)
        buffer_printf(&h->log, " port %u", b->listen_port);
    for (uint16_t i = 0; i < b->peer_count; i++) {
        char text[ENDPOINT_TEXT_ROOM];
        endpoint_text(&b->peers[i], text);
        buffer_printf(&h->log, " %s", text);
    }
    buffer_append_text(&h->log, " ");
}

#define TURNS 4

static const struct vector {
    const char *name, *want;
    struct bittorrent_resumed resumed;
    struct said said[TURNS];
} vectors[] = {
    {"the extension handshake tells the port, and by which number it wants peers",
     "claim(strong) peer> abcd can 7 claim(certain) peer< abcd can 7 peer> extended abcd port 6881 "
     "pex< abcd 10.0.0.5:6881 10.0.0.6:6881",
     {.begin = {BEGINS_WITH_HANDSHAKE, BEGINS_WITH_HANDSHAKE}},
     {C(HELLO(QB)), S(HELLO(TR)), C(EXTENDED), S(PEX)}},
    {"a number that nobody gave means nothing",
     "claim(strong) peer> abcd can 7 claim(certain) peer< abcd can 7",
     {.begin = {BEGINS_WITH_HANDSHAKE, BEGINS_WITH_HANDSHAKE}},
     {C(HELLO(QB)), S(HELLO(TR) PEX)}},
    {"the port of the DHT node",
     "claim(strong) peer> abcd can 7 claim(certain) dht> port abcd port 6889",
     {.begin = {BEGINS_WITH_HANDSHAKE, BEGINS_WITH_HANDSHAKE}},
     {C(HELLO(QB) HAVE CHOKE PORT)}},
    {"both directions from anywhere",
     "claim(strong) claim(certain)",
     {.begin = {BEGINS_ANYWHERE, BEGINS_ANYWHERE}},
     {C(TAIL REQUEST REQUEST PIECE), S(TAIL HAVE REQUEST REQUEST)}},
    {"one with its handshake, the other from a message on",
     "claim(strong) peer< abcd can 7",
     {.begin = {BEGINS_WITH_MESSAGE, BEGINS_WITH_HANDSHAKE}, .skip = {3, 0}},
     {C("abc" HAVE REQUEST), S(HELLO(QB))}},
    {"a message that breaks the rules",
     "anomaly(bittorrent_malformed)",
     {.begin = {BEGINS_WITH_MESSAGE, BEGINS_ANYWHERE}},
     {C(HAVE "\x00\x00\x00\x07\x04 nonsense")}},
};

static void test_vectors(void)
{
    for (size_t n = 0; n < sizeof(vectors) / sizeof(vectors[0]); n++) {
        const struct vector *v = &vectors[n];
        struct turn turns[TURNS];
        size_t count = 0, longest = 0;
        for (; count < TURNS && v->said[count].len > 0; count++) {
            turns[count] =
                (struct turn){.direction = v->said[count].direction,
                              .bytes = bytes_of(v->said[count].bytes, v->said[count].len)};
            longest = v->said[count].len > longest ? v->said[count].len : longest;
        }
        for (size_t cut = 0; cut <= longest + 1; cut++) {
            struct harness h;
            void *state = calloc(1, layer_bittorrent.state_size);
            harness_begin(&h, INTEREST_BITTORRENT, NULL);
            h.describe = describe;
            layer_bittorrent.open(state, &h.host, &v->resumed);
            harness_run(&h, &layer_bittorrent, state, turns, count, cut);
            layer_bittorrent.close(state, &h.host, CLOSE_FINISHED);
            CHECK_TEXT(harness_log(&h), v->want, v->name);
            harness_end(&h);
            free(state);
        }
    }
}

static void test_recognise(void)
{
    const struct bytes good = LITERAL(TAIL REQUEST REQUEST);

    for (size_t n = 0; n <= good.len; n++) {
        const struct bytes copy = test_copy(bytes_first(good, n));
        struct opening o = {.seen[TO_CLIENT] = copy, .midstream = true};
        const enum probe want = n < good.len ? PROBE_MORE : PROBE_YES;
        const struct recognition r = layer_bittorrent.recognise(&o);
        CHECK(r.answer == want, "from the middle");
        CHECK(want != PROBE_YES || bytes_equal(r.detail, LITERAL(REQUEST)), "it shows the message");
        o.midstream = false;
        CHECK(n == 0 || layer_bittorrent.recognise(&o).answer == PROBE_NO, "not from the start");
        free((void *)(uintptr_t)copy.at);
    }
}

int main(void)
{
    test_seek();
    test_gap();
    test_vectors();
    test_recognise();
    return test_end();
}
