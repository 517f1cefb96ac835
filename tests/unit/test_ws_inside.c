/* SPDX-License-Identifier: MIT */
/* ws_inside.h and ws_tunnel.h through the layer: whole, at every cut and byte by byte; the memory
 * goes back. Nothing else is asked for, as in a plain analysis. */
#include "ws_script.h"

#define ENDS "a=candidate:1 1 udp 1 192.0.2.1 5000 typ host\\r\\na=ice-ufrag:p9eK\\r\\n"
#define PADDING                                                                                    \
    "a=fingerprint:sha-256 73:C4:7E:4F:1D:46:7A:30:5C:6C:54:3B:B2:6F:6F:BA:87:6D:B5:74:1E:A4:BF:"  \
    "51:4B:A5:6B:DC:98:B2:F2:A6\\r\\na=setup:actpass\\r\\na=mid:0\\r\\na=sctp-port:5000\\r\\n"     \
    "a=max-message-size:262144\\r\\na=extmap-allow-mixed\\r\\na=msid-semantic: WMS\\r\\n"
#define FRAMED  "claim(certain) climb(framed) "
#define NOTHING INTEREST_ANOMALIES

struct line {
    enum direction direction;
    int first;
    const char *text;
};

#define UP(text)                                                                                   \
    {                                                                                              \
        TO_SERVER, FIN | WS_TEXT, text                                                             \
    }
#define DOWN(text)                                                                                 \
    {                                                                                              \
        TO_CLIENT, FIN | WS_TEXT, text                                                             \
    }
#define BIN_UP(text)                                                                               \
    {                                                                                              \
        TO_SERVER, FIN | WS_BINARY, text                                                           \
    }
#define BIN_DOWN(text)                                                                             \
    {                                                                                              \
        TO_CLIENT, FIN | WS_BINARY, text                                                           \
    }
#define PING                                                                                       \
    {                                                                                              \
        TO_CLIENT, FIN | WS_PING, "ping"                                                           \
    }

#define LINES 10

struct scene {
    const char *name;
    const char *want[2]; /* clear, compressed */
    struct line line[LINES];
};

/* What is said of a compressed first message comes after its frame was found to be legal. */
static const struct scene scenes[] = {
    {"Socket.IO",
     {"speaks(engine.io,strong) " FRAMED "speaks(socket.io,strong) speaks(socket.io,certain)",
      FRAMED "speaks(engine.io,strong) speaks(socket.io,strong) speaks(socket.io,certain)"},
     {DOWN("0{\"sid\":\"x\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":20000}"),
      UP("40"), DOWN("40{\"sid\":\"y\"}"), UP("42[\"a\"]"), DOWN("42[\"b\"]")}},
    {"Engine.IO alone, after a ping",
     {FRAMED "speaks(engine.io,strong) speaks(engine.io,certain)",
      FRAMED "speaks(engine.io,strong) speaks(engine.io,certain)"},
     {PING, DOWN("0{\"sid\":\"x\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":20000}"),
      UP("3"), DOWN("2")}},
    {"chat",
     {"claim(certain) climb(framed)", "claim(certain) climb(framed)"},
     {UP("hello"), DOWN("hi there"), UP("42"), DOWN("o"), UP("{\"text\":\"x\"}"), DOWN("[1,2]")}},
    {"too late",
     {"claim(certain) climb(framed)", "claim(certain) climb(framed)"},
     {UP("a"), UP("b"), UP("c"), UP("d"), UP("42[\"event\"]"), DOWN("x")}},
    {"a WebTorrent tracker",
     {"speaks(webtorrent,strong) tracker(-WW0013-abcdefghijkl) claim(certain) climb(framed)",
      FRAMED "speaks(webtorrent,strong) tracker(-WW0013-abcdefghijkl)"},
     {UP("{\"action\":\"announce\",\"info_hash\":\"abcdefghijklmnopqrst\",\"peer_id\":"
         "\"-WW0013-abcdefghijkl\",\"numwant\":5}")}},
    /* The first is longer than what is judged; the later ones are read although all is decided. */
    {"WebTorrent's offers",
     {"speaks(webtorrent,strong) tracker(-WW0013-abcdefghijkl) claim(certain) climb(framed) "
      "offer(2,2)> speaks(webtorrent,certain) offer(1,1)< offer(0,1)>",
      "speaks(webtorrent,strong) tracker(-WW0013-abcdefghijkl) claim(certain) climb(framed) "
      "offer(2,2)> speaks(webtorrent,certain) offer(1,1)< offer(0,1)>"},
     {UP("{\"action\":\"announce\",\"info_hash\":\"abcdefghijklmnopqrst\",\"peer_id\":"
         "\"-WW0013-abcdefghijkl\",\"offers\":[{\"offer\":{\"sdp\":\"" ENDS PADDING
         "\"}},{\"offer\":{\"sdp\":\"" ENDS PADDING "\"}}]}"),
      DOWN("{\"action\":\"announce\",\"offer\":{\"sdp\":\"" ENDS "\"},"
           "\"info_hash\":\"abcdefghijklmnopqrst\",\"peer_id\":\"-WW0013-abcdefghijkl\"}"),
      UP("{\"answer\":{\"sdp\":\"a=ice-ufrag:T6a4\\r\\n" PADDING "\"}}")}},
};

static void describe_inside(struct harness *h, const struct event *e)
{
    const struct bittorrent_event *b = &e->as.bittorrent;

    if (e->kind == EVENT_BITTORRENT && b->peer_count + b->name_count > 0)
        buffer_printf(&h->log, "offer(%u,%u)%c ", (unsigned)b->peer_count, (unsigned)b->name_count,
                      e->direction == TO_SERVER ? '>' : '<');
    else if (e->kind == EVENT_BITTORRENT)
        buffer_printf(&h->log, "tracker(%.20s) ", (const char *)e->as.bittorrent.peer_id);
}

static void make(const struct scene *s, bool deflate, struct buffer out[LINES], struct turn *turns)
{
    z_stream z[2];

    for (int d = 0; d < 2; d++)
        deflate_open(&z[d], 15);
    for (size_t i = 0; i < LINES && s->line[i].text != NULL; i++) {
        const struct line *l = &s->line[i];
        struct buffer wire = {0};
        const bool packed = deflate && (l->first & 8) == 0;
        if (packed)
            deflate_message(&z[l->direction], bytes_of_text(l->text), Z_SYNC_FLUSH, &wire);
        put_frame(&out[i], l->direction, l->first | (packed ? RSV1 : 0),
                  packed ? buffer_bytes(&wire) : bytes_of_text(l->text));
        turns[i] = (struct turn){l->direction, buffer_bytes(&out[i]), 0};
        buffer_free(&wire);
    }
    for (int d = 0; d < 2; d++)
        deflateEnd(&z[d]);
}

static void check_scene(const struct scene *s, bool deflate)
{
    struct buffer out[LINES] = {0};
    struct turn turns[LINES];
    size_t count = 0, most = 0;

    make(s, deflate, out, turns);
    while (count < LINES && s->line[count].text != NULL) {
        most = turns[count].bytes.len > most ? turns[count].bytes.len : most;
        count++;
    }
    for (size_t cut = 0; cut <= most; cut++) {
        struct ws_script run;
        script_begin(&run, NOTHING, NULL);
        run.harness.describe = describe_inside;
        script_run(&run, deflate ? &ws_deflate : &ws_plain, turns, count, cut);
        CHECK_TEXT(harness_log(&run.harness), s->want[deflate], s->name);
        script_end(&run);
    }
    for (size_t i = 0; i < LINES; i++)
        buffer_free(&out[i]);
}

/* One message in two fragments, the last of them empty, and a gap in another. */
static void test_fragments(void)
{
    struct buffer a = {0}, b = {0};

    put_text(&a, TO_SERVER, WS_TEXT, "42[\"ev");
    put_text(&a, TO_SERVER, WS_CONTINUATION, "ent\"]");
    put_text(&a, TO_SERVER, FIN | WS_CONTINUATION, "");
    const struct turn fragments[] = {{TO_SERVER, buffer_bytes(&a), 0}};
    script_check("in fragments", &ws_plain, NOTHING, fragments, 1, 1,
                 FRAMED "speaks(socket.io,strong)");
    put_text(&b, TO_SERVER, FIN | WS_TEXT, "42[\"event\",\"something that is lost\"]");
    const struct bytes whole = buffer_bytes(&b);
    const struct turn gap[] = {{TO_SERVER, bytes_first(whole, 20), 0},
                               {TO_SERVER, {NULL, 0}, 10},
                               {TO_SERVER, bytes_after(whole, 30), 0}};
    script_check("a hole in it", &ws_plain, NOTHING, gap, 3, 1, "");
    buffer_free(&a);
    buffer_free(&b);
}

/* ---- noise ---- */

static uint64_t seed = 0x9e3779b97f4a7c15U;

static void put_noise(struct buffer *b, size_t n)
{
    while (n-- > 0) {
        seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
        buffer_append_byte(b, (uint8_t)(seed >> 33));
    }
}

enum noise {
    NOISE,
    NOISE_MARKED,
    NOISE_ALIKE,
    NOISE_ONE_WAY,
    NOISE_SHORT,
    NOISE_COUNTER,
    NOISE_ECHO,
    NOISE_VIDEO,
    NOISE_TRANSPORT,
    NOISE_LARGE,
    NOISE_LARGE_ALIKE,
    NOISE_BEFORE_TEXT
};

#define TS_PACKET 188 /* ISO 13818-1 s2.4.3.2 */

static void put_payload(struct buffer *b, enum noise kind, int n)
{
    if (kind == NOISE_MARKED && n < 2)
        buffer_append(b, LITERAL("\x1a\x45\xdf\xa3"));
    if (kind == NOISE_ALIKE || kind == NOISE_LARGE_ALIKE)
        buffer_append_byte(b, 0x0a);
    for (int i = 0; kind == NOISE_COUNTER && i < 240; i++)
        buffer_append_byte(b, (uint8_t)(i / 8));
    if (kind == NOISE_VIDEO) {
        buffer_append(b, LITERAL("\x00\x00\x00\x01\x41"));
        put_noise(b, 700);
    }
    for (int i = 0; kind == NOISE_TRANSPORT && i < 5; i++) {
        buffer_append_byte(b, 0x47);
        put_noise(b, TS_PACKET - 1);
    }
    if (kind >= NOISE_LARGE)
        put_noise(b, 700);
    if (kind != NOISE_COUNTER && kind != NOISE_TRANSPORT)
        put_noise(b, kind == NOISE_SHORT ? 60 : 200);
}

#define NOISE_TURNS 12

static void check_noise(const char *name, enum noise kind, const char *want)
{
    struct buffer frame[NOISE_TURNS] = {0};
    struct turn turns[NOISE_TURNS];
    uint64_t echo = 0;

    for (int n = 0; n < NOISE_TURNS; n++) {
        const enum direction d = kind == NOISE_ONE_WAY ? TO_SERVER : (enum direction)(n & 1);
        struct buffer payload = {0};
        if (kind == NOISE_ECHO && n % 2 == 0)
            echo = seed;
        else if (kind == NOISE_ECHO)
            seed = echo;
        put_payload(&payload, kind, n);
        const bool is_text = kind == NOISE_BEFORE_TEXT && n == NOISE_TURNS - 1;
        if (is_text)
            put_text(&frame[n], d, FIN | WS_TEXT, "bye");
        else
            put_frame(&frame[n], d, FIN | WS_BINARY, buffer_bytes(&payload));
        turns[n] = (struct turn){d, buffer_bytes(&frame[n]), 0};
        buffer_free(&payload);
    }
    script_check(name, &ws_plain, NOTHING, turns, NOISE_TURNS, 17, want);
    for (uint32_t all = 0; all < 2; all++) { /* who looks on changes no finding */
        struct ws_script s;
        script_begin(&s, all ? NOTHING | INTEREST_MESSAGES | INTEREST_PAYLOAD : NOTHING, NULL);
        script_run(&s, &ws_plain, turns, NOISE_TURNS, 0);
        CHECK((strstr(harness_log(&s.harness), "random_payload") != NULL) ==
                  (strstr(want, "random_payload") != NULL),
              name);
        script_end(&s);
    }
    for (int n = 0; n < NOISE_TURNS; n++)
        buffer_free(&frame[n]);
}

static void test_noise(void)
{
    size_t told = 0;

    check_noise("noise", NOISE, FRAMED "anomaly(websocket_random_payload)");
    check_noise("a mark", NOISE_MARKED, "claim(certain) climb(framed)");
    check_noise("messages that begin alike", NOISE_ALIKE, "claim(certain) climb(framed)");
    check_noise("one way", NOISE_ONE_WAY, "claim(certain) climb(framed)");
    check_noise("too short", NOISE_SHORT, "claim(certain) climb(framed)");
    check_noise("structure", NOISE_COUNTER, "claim(certain) climb(framed)");
    check_noise("an echo", NOISE_ECHO, "claim(certain) climb(framed)");
    check_noise("large messages", NOISE_LARGE, FRAMED "anomaly(websocket_random_payload)");
    check_noise("large messages that begin alike", NOISE_LARGE_ALIKE,
                "claim(certain) climb(framed)");
    check_noise("noise, then text", NOISE_BEFORE_TEXT, FRAMED "anomaly(websocket_random_payload)");
    check_noise("H.264, a start code first", NOISE_VIDEO, "claim(certain) climb(framed)");
    check_noise("MPEG-TS", NOISE_TRANSPORT, "claim(certain) climb(framed)");
    for (int round = 0; round < 200; round++) {
        struct ws_script s;
        struct buffer frame[2] = {0}, payload = {0};
        for (int d = 0; d < 2; d++) {
            buffer_clear(&payload);
            put_noise(&payload, 700);
            put_frame(&frame[d], (enum direction)d, FIN | WS_BINARY, buffer_bytes(&payload));
        }
        const struct turn turns[] = {{TO_SERVER, buffer_bytes(&frame[0]), 0},
                                     {TO_CLIENT, buffer_bytes(&frame[1]), 0}};
        script_begin(&s, NOTHING, NULL);
        script_run(&s, &ws_plain, turns, 2, 0);
        told += strstr(harness_log(&s.harness), "random_payload") != NULL;
        script_end(&s);
        buffer_free(&frame[0]);
        buffer_free(&frame[1]);
        buffer_free(&payload);
    }
    CHECK(told >= 196, "98 of 100 random ones are told");
}

/* Mux.Cool: session 0, new, with data, TCP, port 22, a name. */
static void test_mux(void)
{
    struct buffer frame = {0};

    put_frame(&frame, TO_SERVER, FIN | WS_BINARY,
              LITERAL("\0\x12\0\0\1\1\1\0\x16\2\7far.lan\0\4abcd"));
    const struct turn turns[] = {{TO_SERVER, buffer_bytes(&frame), 0}};
    script_check("Mux.Cool", &ws_plain, NOTHING, turns, 1, 1, FRAMED "anomaly(websocket_tunnel)");
    buffer_free(&frame);
}

/* ---- handshakes of tunnels ---- */

static void check_handshake(const char *offer, const char *agreed, const char *want)
{
    const struct handshake shake = {.ladder = LADDER_ACCEPTED,
                                    .window_bits = {15, 15},
                                    .client_protocols = bytes_of_text(offer),
                                    .subprotocol = bytes_of_text(agreed)};
    struct ws_script s;

    script_begin(&s, NOTHING, NULL);
    script_run(&s, &shake, NULL, 0, 0);
    CHECK_TEXT(harness_log(&s.harness), want, offer);
    script_end(&s);
}

static void test_handshakes(void)
{
    check_handshake("chisel-v3", "chisel-v3", "anomaly(websocket_tunnel)");
    check_handshake("v1, authorization.bearer.eyJhbGciOiJIUzI1NiJ9.e30.x", "v1",
                    "anomaly(websocket_tunnel)");
    check_handshake("graphql-ws, chat", "chat", "");
    check_handshake("binary, base64", "binary", "");
}

int main(void)
{
    for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++) {
        check_scene(&scenes[i], false);
        check_scene(&scenes[i], true);
    }
    test_fragments();
    test_noise();
    test_mux();
    test_handshakes();
    return test_end();
}
