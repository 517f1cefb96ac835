/* SPDX-License-Identifier: MIT */
#include "layer_harness.h"
#include "layers/bencode.h"
#include "layers/bittorrent_peer_id.h"
#include "layers/bittorrent_tracker.h"
#include "layers/layers.h"
#include "random.h"

#define RESERVED "\x00\x00\x00\x00\x00\x10\x00\x05"
#define HELLO(id)                                                                                  \
    "\x13"                                                                                         \
    "BitTorrent protocol" RESERVED "abcdefghijklmnopqrst" id
#define QB "-qB4520-7sdfg8asd9f0"
#define TR "-TR2940-abcdefghijkl"

#define INTERESTED "\x00\x00\x00\x01\x02"
#define KEEP_ALIVE "\x00\x00\x00\x00"
#define REQUEST    "\x00\x00\x00\x0d\x06\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x40\x00"
#define PIECE                                                                                      \
    "\x00\x00\x00\x0d\x07\x00\x00\x00\x01\x00\x00\x00\x00"                                         \
    "data"
#define EXTENDED                                                                                   \
    "\x00\x00\x00\x27\x14\x00"                                                                     \
    "d1:md6:ut_pexi1ee1:v13:quay/1.2 test"                                                         \
    "e"

struct said {
    enum direction direction;
    const char *bytes;
    size_t len;
    uint64_t gap;
};

#define C(literal)                                                                                 \
    {                                                                                              \
        TO_SERVER, literal, sizeof(literal) - 1, 0                                                 \
    }
#define S(literal)                                                                                 \
    {                                                                                              \
        TO_CLIENT, literal, sizeof(literal) - 1, 0                                                 \
    }
#define C_LOST(n)                                                                                  \
    {                                                                                              \
        TO_SERVER, NULL, 0, n                                                                      \
    }

static void describe(struct harness *h, const struct event *e)
{
    const struct bittorrent_event *b = &e->as.bittorrent;

    if (e->kind == EVENT_BITTORRENT)
        buffer_printf(&h->log, "%s(%c %.4s %s) ", b->kind, e->direction == TO_SERVER ? '>' : '<',
                      (const char *)b->info_hash, b->client != NULL ? b->client : "?");
}

static const struct vector {
    const char *name, *want, *client;
    struct said turn[4];
} vectors[] = {
    {"both handshakes",
     "claim(strong) peer(> abcd qBittorrent 4.5.2) claim(certain) "
     "peer(< abcd Transmission 2.94)",
     "",
     {C(HELLO(QB)), S(HELLO(TR))}},
    {"one handshake and messages",
     "claim(strong) peer(> abcd qBittorrent 4.5.2) claim(certain)",
     "",
     {C(HELLO(QB) KEEP_ALIVE INTERESTED REQUEST PIECE)}},
    {"an extension handshake tells the name",
     "claim(strong) peer(> abcd qBittorrent 4.5.2) claim(certain)",
     "quay/1.2 test",
     {C(HELLO(QB) EXTENDED INTERESTED REQUEST)}},
    {"a gap inside a piece loses nothing else",
     "claim(strong) peer(> abcd qBittorrent 4.5.2) claim(certain)",
     "",
     {C(HELLO(QB) "\x00\x00\x00\x59\x07"
                  "12345678"),
      C_LOST(80), C(INTERESTED REQUEST)}},
    {"a gap over a header ends the reading",
     "claim(strong) peer(> abcd qBittorrent 4.5.2)",
     "",
     {C(HELLO(QB)), C_LOST(81), C("\x00\x00\x00\x02\x02 nonsense")}},
    {"a gap inside the handshake: messages are found behind it, and read on",
     "claim(strong)",
     "",
     {C("\x13"
        "BitTorrent protocol" RESERVED "abcdef"),
      C_LOST(34), C(REQUEST REQUEST REQUEST INTERESTED PIECE INTERESTED)}},
    {"a gap inside a length",
     "claim(strong) peer(> abcd qBittorrent 4.5.2) claim(certain)",
     "",
     {C(HELLO(QB) "\x00\x00"), C_LOST(40), C(REQUEST REQUEST REQUEST INTERESTED PIECE INTERESTED)}},
    {"a message of the wrong length",
     "claim(strong) peer(> abcd qBittorrent 4.5.2) "
     "anomaly(bittorrent_malformed)",
     "",
     {C(HELLO(QB) "\x00\x00\x00\x02\x02x and more")}},
    {"a message too long",
     "claim(strong) peer(> abcd qBittorrent 4.5.2) "
     "anomaly(bittorrent_malformed)",
     "",
     {C(HELLO(QB) "\x7f\x00\x00\x02\x02x and more")}},
    {"a handshake that is none",
     "anomaly(bittorrent_malformed)",
     "",
     {C("\x13"
        "BitTorrent Protocol" RESERVED "abcdefghijklmnopqrst" QB)}},
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
            struct flow_info info = {0};
            struct harness h;
            void *state = calloc(1, layer_bittorrent.state_size);
            harness_begin(&h, INTEREST_BITTORRENT, NULL);
            h.describe = describe;
            harness_run(&h, &layer_bittorrent, state, turns, count, cut);
            layer_bittorrent.summarise(state, &info);
            CHECK(bytes_equal(info.peer_client, bytes_of_text(v->client)), v->name);
            layer_bittorrent.close(state, &h.host, CLOSE_FINISHED);
            CHECK_TEXT(harness_log(&h), v->want, v->name);
            harness_end(&h);
            free(state);
        }
    }
}

static void test_recognise(void)
{
    const struct bytes hello = LITERAL(HELLO(QB));

    for (size_t n = 0; n <= hello.len; n++) {
        const struct bytes copy = test_copy(bytes_first(hello, n));
        const struct opening from_client = {.seen[TO_SERVER] = copy};
        const struct opening from_server = {.seen[TO_CLIENT] = copy};
        const enum probe want = n < 20 ? PROBE_MORE : PROBE_YES;
        CHECK(layer_bittorrent.recognise(&from_client).answer == want, "from the client");
        CHECK(layer_bittorrent.recognise(&from_server).answer == want, "from the server");
        free((void *)(uintptr_t)copy.at);
    }
    const struct opening other = {.seen[TO_SERVER] = LITERAL("\x13"
                                                             "BitTorrent!")};
    CHECK(layer_bittorrent.recognise(&other).answer == PROBE_NO, "almost");
}

static void test_peer_ids(void)
{
    static const struct {
        const char *id, *want;
    } ids[] = {
        {"-qB4520-7sdfg8asd9f0", "qBittorrent 4.5.2"},
        {"-UT3550-abcdefghijkl", "uTorrent 3.5.5"},
        {"-LT20A0-abcdefghijkl", "libtorrent 2.0.10"},
        {"-lt0D80-abcdefghijkl", "libTorrent (rakshasa) 0.13.8"},
        {"-TR2940-abcdefghijkl", "Transmission 2.94"},
        {"-TR4050-abcdefghijkl", "Transmission 4.0.5"},
        {"-DE211s-abcdefghijkl", "Deluge 2.1.1"},
        {"-AZ5763-abcdefghijkl", "Vuze 5.7.6.3"},
        {"A2-1-36-0-abcdefghij", "aria2 1.36.0"},
        {"M7-9-2--abcdefghijkl", "BitTorrent 7.9.2"},
        {"T03I-----abcdefghijk", "BitTornado 0.3.18"},
        {"-WW0102-abcdefghijkl", "WebTorrent 0.1.0.2"},
        {"exbc\x01\x02zzzzzzzzzzzzzz", "BitComet"},
        {"-ZZ1234-abcdefghijkl", ""},
        {"Sabcdefghijklmnopqrs", ""},
        {"Monday morning tides", ""},
        {"-qB", ""},
    };

    for (size_t n = 0; n < sizeof(ids) / sizeof(ids[0]); n++) {
        uint8_t id[PEER_ID_LEN] = {0};
        char client[PEER_CLIENT_ROOM];
        memcpy(id, ids[n].id, strlen(ids[n].id));
        CHECK(peer_id_client(id, client) == (ids[n].want[0] != '\0'), ids[n].id);
        CHECK_TEXT(client, ids[n].want, ids[n].id);
    }
}

static void test_tracker(void)
{
    static const struct {
        const char *url;
        bool want;
    } urls[] = {
        {"/announce?info_hash=%124Vx%9A%BC%DE%F1%23Eg%89%AB%CD%EF%124Vx%9A&peer_id=-UT3550-"
         "abcdefghijkl&port=6881&uploaded=0&downloaded=0&left=0&compact=1&event=started",
         true},
        {"http://tracker.example:80/x/announce.php?peer_id=-TR2940-abcdefghijkl&info_hash="
         "aaaaaaaaaaaaaaaaaaaa&port=51413",
         true},
        {"/scrape?info_hash=aaaaaaaaaaaaaaaaaaaa", true},
        {"/announce?info_hash=aaaaaaaaaaaaaaaaaaa&peer_id=-TR2940-abcdefghijkl&port=1", false},
        {"/announce?info_hash=aaaaaaaaaaaaaaaaaaaaa&peer_id=-TR2940-abcdefghijkl&port=1", false},
        {"/announce?info_hash=%4&peer_id=-TR2940-abcdefghijkl&port=1", false},
        {"/announce?peer_id=-TR2940-abcdefghijkl&port=1", false},
        {"/index.html", false},
        {"/?", false},
        {"", false},
        {"/search?q=info_hash&info_hash=aaaaaaaaaaaaaaaaaaaa", false},
    };
    struct bittorrent_event e;

    for (size_t n = 0; n < sizeof(urls) / sizeof(urls[0]); n++) {
        const struct bytes url = test_copy(bytes_of_text(urls[n].url));
        CHECK(bittorrent_tracker_request(url, &e) == urls[n].want, urls[n].url);
        free((void *)(uintptr_t)url.at);
    }
    CHECK(bittorrent_tracker_request(bytes_of_text(urls[0].url), &e), "an announce");
    CHECK(memcmp(e.info_hash, "\x12\x34\x56\x78\x9a", 5) == 0, "its info hash is decoded");
    CHECK(e.client != NULL && strcmp(e.client, "uTorrent") == 0, "and its client known");
}

static void test_bencode(void)
{
    struct bytes value;
    char deep[200];

    CHECK(bencode_find_string(LITERAL("d1:ali1e3:abce1:v4:quaye"), LITERAL("v"), &value) &&
              bytes_equal(value, LITERAL("quay")),
          "after a list");
    CHECK(!bencode_find_string(LITERAL("d1:v4:qua"), LITERAL("v"), &value), "cut");
    CHECK(!bencode_find_string(LITERAL("d1:vi4ee"), LITERAL("v"), &value), "no string");
    CHECK(!bencode_find_string(LITERAL("d99999999999:v"), LITERAL("v"), &value), "no such length");
    memset(deep, 'l', sizeof(deep));
    deep[0] = 'd';
    memcpy(deep + 1, "1:a", 3);
    CHECK(!bencode_find_string(bytes_of(deep, sizeof(deep)), LITERAL("v"), &value), "too deep");
}

#define MESSAGES 12
#define LONGEST  600

/* Mostly messages that say nothing new, and some of everything else. */
static void put_message(struct buffer *b)
{
    static const uint8_t types[] = {0, 1, 4, 6, 7, 7, 7, 7, 8, 9, 20, 20, 63};
    const uint8_t type = types[random_below(sizeof(types))];
    const uint32_t usual = type == 4 ? 4 : type == 9 ? 2 : 12;
    const uint32_t body = random_below(3) == 0 ? random_below(LONGEST) : usual;
    const uint32_t length = random_below(5) == 0 ? 0 : 1 + (type < 2 ? 0 : body);

    if (random_below(60) == 0) {
        buffer_append_byte(b, (uint8_t)random_below(256)); /* out of step from here on */
        return;
    }
    if (random_below(8) == 0) {
        buffer_append(b, LITERAL(EXTENDED));
        return;
    }
    for (int shift = 24; shift >= 0; shift -= 8)
        buffer_append_byte(b, (uint8_t)(length >> shift));
    for (uint32_t i = 0; i < length; i++)
        buffer_append_byte(b, i == 0 ? type : (uint8_t)random_below(256));
}

static void run_random(struct harness *h, const struct turn *turns, size_t count, size_t cut,
                       bool feeds_all)
{
    struct flow_info info = {0};
    void *state = calloc(1, layer_bittorrent.state_size);

    harness_begin(h, UINT32_MAX, NULL);
    h->describe = describe;
    h->feeds_all = feeds_all;
    harness_run(h, &layer_bittorrent, state, turns, count, cut);
    layer_bittorrent.summarise(state, &info);
    buffer_printf(&h->log, "%.*s", (int)info.peer_client.len, (const char *)info.peer_client.at);
    layer_bittorrent.close(state, &h->host, CLOSE_FINISHED);
    free(state);
}

/* What is skimmed is read to the same end as what is fed. */
static void test_skim(void)
{
    for (unsigned n = 0; n < 3000; n++) {
        struct buffer said[MESSAGES] = {{0}};
        struct turn turns[MESSAGES];
        struct harness fed, skimmed;
        for (size_t i = 0; i < MESSAGES; i++) {
            turns[i] = (struct turn){.direction = i & 1 ? TO_CLIENT : TO_SERVER};
            if (i < 2)
                buffer_append(&said[i], i == 0 ? LITERAL(HELLO(QB)) : LITERAL(HELLO(TR)));
            for (uint32_t more = random_below(4); more > 0; more--)
                put_message(&said[i]);
            turns[i].bytes = buffer_bytes(&said[i]);
            turns[i].gap = i > 1 && random_below(80) == 0 ? 1 + random_below(LONGEST) : 0;
        }
        run_random(&fed, turns, MESSAGES, 0, true);
        run_random(&skimmed, turns, MESSAGES, random_below(100), false);
        CHECK_TEXT(harness_log(&skimmed), harness_log(&fed), "skimmed as it was fed");
        harness_end(&fed);
        harness_end(&skimmed);
        for (size_t i = 0; i < MESSAGES; i++)
            buffer_free(&said[i]);
    }
}

int main(void)
{
    test_vectors();
    test_skim();
    test_recognise();
    test_peer_ids();
    test_tracker();
    test_bencode();
    return test_end();
}
