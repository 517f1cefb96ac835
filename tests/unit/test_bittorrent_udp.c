/* SPDX-License-Identifier: MIT */
#include "layers/bittorrent_socket.h"
#include "layers/layers.h"
#include "said.h"
#include "utp_build.h"

#define TURNS 8

#define ID   "20:abcdefghij0123456789"
#define HASH "20:mnopqrstuvwxyz123456"
#define PING "d1:ad2:id" ID "e1:q4:ping1:t2:aa1:y1:qe"
#define PONG "d1:rd2:id" ID "e1:t2:aa1:y1:re"
#define WANT                                                                                       \
    "d1:ad2:id" ID "9:info_hash" HASH "e1:q9:get_peers1:t2:bb1:v4:LT\x01\x02"                      \
    "1:y1:qe"
#define HAVE                                                                                       \
    "d1:rd2:id" ID                                                                                 \
    "5:nodes26:01234567890123456789axje.u5:token1:x6:valuesl6:axje.u6:idhtnmee1:t2:bb1:y1:re"
#define ANNOUNCE_PEER                                                                              \
    "d1:ad2:id" ID "9:info_hash" HASH "4:porti6881e5:token1:xe1:q13:announce_peer1:t2:cc1:y1:qe"
#define REFUSED "d1:eli203e9:bad tokene1:t2:cc1:y1:ee"

#define TX        "\xca\xfe\xba\xbe"
#define CONN      "\x01\x02\x03\x04\x05\x06\x07\x08"
#define CONNECT   "\x00\x00\x04\x17\x27\x10\x19\x80\0\0\0\0" TX
#define CONNECTED "\0\0\0\0" TX CONN
#define EIGHT     "\0\0\0\0\0\0\0\0"
#define ANNOUNCE(peer)                                                                             \
    CONN "\0\0\0\x01" TX "abcdefghijklmnopqrst" peer EIGHT EIGHT EIGHT                             \
         "\0\0\0\x02\0\0\0\0\0\0\0\x07\xff\xff\xff\xff\x1a\xe1"
#define ANNOUNCED                                                                                  \
    "\0\0\0\x01" TX "\0\0\x07\x08\0\0\0\x01\0\0\0\x02\x0a\0\0\x01\x1a\xe1\x0a\0\0\x02\x1a\xe2"
#define NO      "\0\0\0\x03" TX "no such torrent"
#define SCRAPE  CONN "\0\0\0\x02" TX "abcdefghijklmnopqrst"
#define SCRAPED "\0\0\0\x02" TX "\0\0\0\x01\0\0\0\x02\0\0\0\x03"
#define QB      "-qB4520-7sdfg8asd9f0"
#define NOBODY  "\x9f\x01\x88\x70\xaa\x13\x02\xd0\xc5\x7b\x77\x31\x10\xe9\x8d\x3a\x5c\xf1\x66\x02"
#define LSD                                                                                        \
    "BT-SEARCH * HTTP/1.1\r\nHost: 239.192.152.143:6771\r\nPort: 6881\r\n"                         \
    "Infohash: 6162633435363738393031323334353637383930\r\n"                                       \
    "Infohash: 7879703435363738393031323334353637383930\r\n\r\n\r\n"

static const struct vector {
    const char *name;
    struct said turn[TURNS];
    const char *want;
} vectors[] = {
    {"DHT: an answer has its question's transaction",
     {C(PING), S(PONG)},
     "claim(strong) dht> ping strong; claim(certain)"},
    {"DHT: an answer tells of the torrent that was asked for",
     {C(WANT), S(HAVE)},
     "claim(strong) dht> get_peers mno (libtorrent) strong; claim(certain) "
     "dht< get_peers mno 2+1 certain;"},
    {"DHT: an answer to another transaction",
     {C(PING), S(HAVE)},
     "claim(strong) dht> ping strong; dht< 2+1 strong;"},
    {"DHT: its own question is not answered by the same side",
     {C(PING), C(PONG)},
     "claim(strong) dht> ping strong;"},
    {"DHT: announces its port, and is refused",
     {C(ANNOUNCE_PEER), S(REFUSED)},
     "claim(strong) dht> announce_peer mno port 6881 strong; claim(certain)"},
    {"DHT: several at once, answered in another order",
     {C(PING), C(WANT), C(ANNOUNCE_PEER), S(HAVE), S(PONG)},
     "claim(strong) dht> ping strong; dht> get_peers mno (libtorrent) strong; "
     "dht> announce_peer mno port 6881 strong; claim(certain) dht< get_peers mno 2+1 certain;"},
    {"tracker: connect, announce",
     {C(CONNECT), S(CONNECTED), C(ANNOUNCE(QB)), S(ANNOUNCED)},
     "claim(strong) udp-tracker> connect strong; claim(certain) "
     "udp-tracker> started abc (qBittorrent 4.5.2) port 6881 strong; "
     "udp-tracker< started abc 2+0 certain;"},
    {"tracker: scrape and an error",
     {C(CONNECT), C(SCRAPE), S(SCRAPED), C(SCRAPE), S(NO)},
     "claim(strong) udp-tracker> connect strong; udp-tracker> scrape abc probable; "
     "claim(certain) udp-tracker> scrape abc probable; udp-tracker< error abc certain;"},
    {"tracker: an answer nobody asked for",
     {C(CONNECT), S(ANNOUNCED)},
     "claim(strong) udp-tracker> connect strong;"},
    {"the local network: an event for each torrent",
     {C(LSD)},
     "claim(strong) lsd> announce abc port 6881 strong; lsd> announce xyp port 6881 strong;"},
    {"anything else is stepped over",
     {C(PING), C("hello"), C(""), S("\x21\x00"), S(PONG)},
     "claim(strong) dht> ping strong; claim(certain)"},
};

static void test_vectors(void)
{
    for (size_t n = 0; n < sizeof(vectors) / sizeof(vectors[0]); n++) {
        const struct vector *v = &vectors[n];
        struct harness h;
        void *state = calloc(1, layer_bittorrent_udp.state_size);
        harness_begin(&h, INTEREST_BITTORRENT, NULL);
        h.describe = utp_describe;
        for (size_t i = 0; i < TURNS && v->turn[i].bytes != NULL; i++)
            harness_feed(&h, &layer_bittorrent_udp, state, v->turn[i].direction,
                         bytes_of(v->turn[i].bytes, v->turn[i].len));
        layer_bittorrent_udp.close(state, &h.host, CLOSE_FINISHED);
        CHECK_TEXT(harness_log(&h), v->want, v->name);
        harness_end(&h);
        free(state);
    }
}

/* --- who is asked, and says yes ----------------------------------------------------------------
 */

static struct recognition ask(const struct layer *l, const struct said *turn, size_t count,
                              uint16_t port)
{
    struct opening_turn turns[TURNS];
    struct opening o = {.transport = 17, .server_port = port, .turn = turns};
    struct bytes last = {0};

    for (size_t i = 0; i < count; i++) {
        last = test_copy(bytes_of(turn[i].bytes, turn[i].len));
        turns[i] = (struct opening_turn){turn[i].direction, last};
    }
    o.turns = (uint8_t)count;
    o.seen[turn[count - 1].direction] = last;
    struct recognition r = l->recognise(&o);
    r.detail = bytes_of(NULL, 0); /* it borrows what goes now */
    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)turns[i].bytes.at);
    return r;
}

#define U_SYN   "\x41\x00\x12\x34\x00\x00\x10\x00\0\0\0\0\x00\x10\x00\x00\x33\x33\0\0"
#define U_SYN_2 "\x41\x00\x12\x34\x00\x20\x10\x00\0\0\0\0\x00\x10\x00\x00\x33\x33\0\0"
#define U_CALL  "\x41\x00\x98\x01\x00\x20\x10\x00\0\0\0\0\x00\x10\x00\x00\x91\xa0\0\0"
#define U_COUNT "\x41\x00\x12\x35\x00\x20\x10\x00\0\0\0\0\x00\x10\x00\x00\x91\xa0\0\0"
#define U_STATE "\x21\x00\x12\x34\x77\x00\x10\x00\0\0\0\1\x00\x10\x00\x00\x70\x01\x33\x33"
#define U_DATA  "\x01\x00\x12\x35\x00\x01\x10\x00\0\0\0\1\x00\x10\x00\x00\x33\x34\x70\x00xyz"
#define U_MORE  "\x01\x00\x12\x35\x00\x01\x20\x00\0\0\0\1\x00\x10\x00\x00\x33\x35\x70\x00xyz"
#define U_ACK   "\x21\x00\x12\x34\x77\x01\x10\x00\0\0\0\1\x00\x10\x00\x00\x70\x01\x33\x35"
#define U_SAME  "\x21\x00\x12\x35\x77\x01\x10\x00\0\0\0\1\x00\x10\x00\x00\x70\x01\x33\x35"
/* Xray-core issue 6735: a query for "ab" with identifier 0x4100. */
#define DNS_20                                                                                     \
    "\x41\x00\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x02"                                         \
    "ab\x00\x00\x01\x00\x01"

static const struct question {
    const char *name;
    struct said turn[TURNS];
    uint16_t port;
    enum probe bittorrent, utp;
} questions[] = {
    {"DHT", {C(PING)}, 6881, PROBE_YES, PROBE_NO},
    {"DHT on a DNS port", {C(PING)}, 53, PROBE_YES, PROBE_NO},
    {"tracker, connect", {C(CONNECT)}, 80, PROBE_YES, PROBE_NO},
    {"tracker, an announce of a known program", {C(ANNOUNCE(QB))}, 80, PROBE_YES, PROBE_NO},
    {"tracker, an announce of nobody's", {C(ANNOUNCE(NOBODY))}, 80, PROBE_NO, PROBE_NO},
    {"and its answer", {C(ANNOUNCE(NOBODY)), S(ANNOUNCED)}, 80, PROBE_YES, PROBE_NO},
    {"a scrape and its answer", {C(SCRAPE), S(SCRAPED)}, 80, PROBE_YES, PROBE_NO},
    {"a scrape and another's answer", {C(SCRAPE), S(ANNOUNCED)}, 80, PROBE_NO, PROBE_NO},
    {"an answer before its request", {S(SCRAPED), C(SCRAPE)}, 80, PROBE_NO, PROBE_NO},
    {"the local network", {C(LSD)}, 6771, PROBE_YES, PROBE_NO},
    {"text", {C("BT-SEARCH * HTTP/1.1\r\n\r\n")}, 6771, PROBE_NO, PROBE_NO},

    {"uTP: one packet says nothing", {C(U_SYN)}, 6881, PROBE_NO, PROBE_MORE},
    {"a SYN sent again", {C(U_SYN), C(U_SYN_2)}, 6881, PROBE_NO, PROBE_YES},
    {"calls again, as another connection", {C(U_SYN), C(U_CALL)}, 6881, PROBE_NO, PROBE_YES},
    {"an id that counts", {C(U_SYN), C(U_COUNT)}, 6881, PROBE_NO, PROBE_MORE},
    {"and captured twice", {C(U_SYN), C(U_SYN)}, 6881, PROBE_NO, PROBE_MORE},
    {"a SYN and its STATE", {C(U_SYN), S(U_STATE)}, 6881, PROBE_NO, PROBE_YES},
    {"on a DNS port, too", {C(U_SYN), S(U_STATE)}, 53, PROBE_NO, PROBE_YES},
    {"but not one side alone", {C(U_SYN), C(U_SYN_2)}, 53, PROBE_NO, PROBE_MORE},
    {"midstream, one side", {C(U_DATA), C(U_MORE)}, 6881, PROBE_NO, PROBE_YES},
    {"midstream, both", {C(U_MORE), S(U_ACK)}, 6881, PROBE_NO, PROBE_YES},
    {"both with the same id", {C(U_MORE), S(U_SAME), C(U_DATA)}, 6881, PROBE_NO, PROBE_MORE},
    {"behind a DHT message", {C(PING), C(U_SYN), S(U_STATE)}, 6881, PROBE_NO, PROBE_YES},
    {"behind something else", {C("hello"), C(U_SYN), S(U_STATE)}, 6881, PROBE_NO, PROBE_NO},
    {"a DNS query", {C(DNS_20), C(DNS_20)}, 53, PROBE_NO, PROBE_NO},
    {"too short", {C("\x21\x00\x12\x34")}, 6881, PROBE_NO, PROBE_NO},
};

static void test_questions(void)
{
    for (size_t n = 0; n < sizeof(questions) / sizeof(questions[0]); n++) {
        const struct question *q = &questions[n];
        size_t count = 0;
        while (count < TURNS && q->turn[count].bytes != NULL)
            count++;
        CHECK(ask(&layer_bittorrent_udp, q->turn, count, q->port).answer == q->bittorrent, q->name);
        const struct recognition r = ask(&layer_utp, q->turn, count, q->port);
        CHECK(r.answer == q->utp, q->name);
        CHECK(r.answer != PROBE_YES || r.confidence == CONFIDENCE_PROBABLE, q->name);
    }
}

/* Each datagram cut at every length: none of them is another message. */
static void test_cuts(void)
{
    static const struct said all[] = {C(PING), C(PONG), C(WANT), C(HAVE), C(REFUSED), C(CONNECT)};

    for (size_t n = 0; n < sizeof(all) / sizeof(all[0]); n++)
        for (size_t len = 0; len < all[n].len; len++) {
            const struct said cut = {all[n].direction, all[n].bytes, len};
            CHECK(ask(&layer_bittorrent_udp, &cut, 1, 6881).answer == PROBE_NO, "cut short");
        }
}

/* --- one socket: the flow goes over to the layer utp -------------------------------------------
 */

static struct harness utp_host;
static void *utp_state;
static bool gone_over;

static void go_over(struct host *h, const char *protocol, const void *arg, bool reversed)
{
    (void)reversed;
    CHECK_TEXT(protocol, "utp", "the layer utp takes the flow");
    gone_over = true;
    utp_host.budget = ((struct harness *)h)->budget;
    ((struct harness *)h)->budget.used = 0; /* what it held goes with the state */
    layer_utp.open(utp_state, &utp_host.host, arg);
}

static void test_goes_over(void)
{
    static const struct said talk[] = {C(PING),   C(U_SYN),  S(U_STATE),      S(PONG),
                                       C(U_DATA), C(U_MORE), C(ANNOUNCE_PEER)};
    void *state = calloc(1, layer_bittorrent_udp.state_size);
    struct harness h;

    utp_state = calloc(1, layer_utp.state_size);
    harness_begin(&utp_host, INTEREST_BITTORRENT, NULL);
    utp_host.describe = utp_describe;
    harness_begin(&h, INTEREST_BITTORRENT, NULL);
    h.describe = utp_describe;
    h.host.replace = go_over;
    for (size_t i = 0; i < sizeof(talk) / sizeof(talk[0]); i++) {
        const struct bytes in = bytes_of(talk[i].bytes, talk[i].len);
        struct harness *now = gone_over ? &utp_host : &h;
        const struct layer *l = gone_over ? &layer_utp : &layer_bittorrent_udp;
        CHECK(l->feed(gone_over ? utp_state : state, &now->host, talk[i].direction, in) == in.len,
              "taken");
    }
    layer_bittorrent_udp.close(state, &h.host, CLOSE_FINISHED);
    layer_utp.close(utp_state, &utp_host.host, CLOSE_FINISHED);
    CHECK_TEXT(harness_log(&h), "claim(strong) dht> ping strong;", "before");
    CHECK_TEXT(harness_log(&utp_host),
               "claim(strong) utp> strong; claim(certain) "
               "dht> announce_peer mno port 6881 strong;",
               "after");
    CHECK(bytes_equal(buffer_bytes(&utp_host.carried[TO_SERVER]), LITERAL("xyzxyz")),
          "what the connection carried");
    harness_end(&h);
    harness_end(&utp_host);
    free(state);
    free(utp_state);
}

int main(void)
{
    test_vectors();
    test_questions();
    test_cuts();
    test_goes_over();
    return test_end();
}
