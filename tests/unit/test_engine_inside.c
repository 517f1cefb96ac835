/* SPDX-License-Identifier: MIT */
/* What WebSocket messages carry, through the whole engine: streams cut into messages in every way,
 * compressed or not, and TCP cut in every way. */
#include "conversation.h"
#include "tls_vectors.h"
#include "ws_script.h"

#define ASK                                                                                        \
    "GET /chat HTTP/1.1\r\nHost: chat.example.com\r\nUpgrade: websocket\r\n"                       \
    "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"                       \
    "Sec-WebSocket-Version: 13\r\n"
#define GRANT                                                                                      \
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"            \
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
#define DEFLATE "Sec-WebSocket-Extensions: permessage-deflate\r\n"

#define LINES 9

struct line {
    enum direction direction;
    uint8_t opcode;
    const char *bytes;
    size_t len;
};

#define UP(text)                                                                                   \
    {                                                                                              \
        TO_SERVER, WS_BINARY, text, sizeof(text) - 1                                               \
    }
#define DOWN(text)                                                                                 \
    {                                                                                              \
        TO_CLIENT, WS_BINARY, text, sizeof(text) - 1                                               \
    }
#define TEXT_UP(text)                                                                              \
    {                                                                                              \
        TO_SERVER, WS_TEXT, text, sizeof(text) - 1                                                 \
    }
#define TEXT_DOWN(text)                                                                            \
    {                                                                                              \
        TO_CLIENT, WS_TEXT, text, sizeof(text) - 1                                                 \
    }
#define PING_DOWN                                                                                  \
    {                                                                                              \
        TO_CLIENT, WS_PING, "are you there", 13                                                    \
    }

struct scene {
    const char *name, *want;
    struct line line[LINES];
    bool in_messages; /* the messages matter: they are not cut */
};

#define SSH_UP   "SSH-2.0-OpenSSH_9.2\r\n"
#define SSH_DOWN "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"
#define TUNNEL   "(websocket_tunnel) "
#define ID       "\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff\x10"
#define KEY56    "0123456789abcdef0123456789abcdef0123456789abcdef01234567"
#define HASH     "abcdefghijklmnopqrst"

/* What lies behind the bytes that are looked at is the head of a TDS message, 258 bytes long:
 * nobody is asked about what is left of a piece. */
#define THREE  "\0\1\2"
#define TWELVE THREE THREE THREE THREE
#define HUNDRED_44                                                                                 \
    TWELVE TWELVE TWELVE TWELVE TWELVE TWELVE TWELVE TWELVE TWELVE TWELVE TWELVE TWELVE
#define COUNTED_BYTES                                                                              \
    HUNDRED_44 HUNDRED_44 HUNDRED_44 HUNDRED_44 HUNDRED_44 HUNDRED_44 HUNDRED_44 HUNDRED_44        \
        HUNDRED_44 HUNDRED_44 HUNDRED_44 HUNDRED_44 HUNDRED_44 HUNDRED_44 HUNDRED_44 HUNDRED_44    \
        "\0\1"

static const struct scene scenes[] = {
    {"nobody's bytes, and more of them than are looked at",
     "tcp>http>websocket app=websocket/certain",
     {UP(COUNTED_BYTES)},
     true},
    {"SSH", TUNNEL "tcp>http>websocket>ssh app=ssh/strong", {DOWN(SSH_DOWN), UP(SSH_UP)}, false},
    {"SSH, the client first",
     TUNNEL "tcp>http>websocket>ssh app=ssh/strong",
     {UP(SSH_UP), DOWN(SSH_DOWN)},
     false},
    {"SSH, one way", TUNNEL "tcp>http>websocket>ssh app=ssh/strong", {UP(SSH_UP)}, false},
    {"TLS",
     TUNNEL "tcp>http>websocket>tls app=tls/certain",
     {UP(TLS12_CLIENT), DOWN(TLS12_SERVER)},
     false},
    {"HTTP",
     TUNNEL "tcp>http>websocket>http app=http/certain",
     {UP("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), DOWN("HTTP/1.1 204 No Content\r\n\r\n")},
     false},
    {"SOCKS, and TLS inside",
     TUNNEL "tcp>http>websocket>socks>tls app=tls/certain",
     {UP("\5\1\0"), DOWN("\5\0"), UP("\5\1\0\1\xc0\0\2\1\1\xbb"), DOWN("\5\0\0\1\0\0\0\0\0\0"),
      UP(TLS12_CLIENT), DOWN(TLS12_SERVER)},
     false},
    {"VNC",
     "tcp>http>websocket>vnc app=vnc/strong",
     {DOWN("RFB 003.008\n"), UP("RFB 003.008\n"), DOWN("\1\1"), UP("\1")},
     false},
    {"MQTT",
     "tcp>http>websocket>mqtt app=mqtt/strong",
     {UP("\x10\x0f\0\4MQTT\4\2\0\x3c\0\3abc"), DOWN("\x20\2\0\0")},
     false},
    {"BitTorrent",
     TUNNEL "tcp>http>websocket>bittorrent app=bittorrent/certain",
     {UP("\x13"
         "BitTorrent protocol"
         "\0\0\0\0\0\x10\0\5" HASH "-TR2940-bbbbbbbbbbbb"),
      DOWN("\x13"
           "BitTorrent protocol"
           "\0\0\0\0\0\x10\0\5" HASH "-qB4520-cccccccccccc")},
     false},
    {"RTSP, which only nDPI knows",
     TUNNEL "tcp>http>websocket>rtsp app=rtsp/probable",
     {UP("DESCRIBE rtsp://cam.example.com/live RTSP/1.0\r\nCSeq: 2\r\n\r\n"),
      DOWN("RTSP/1.0 200 OK\r\nCSeq: 2\r\n\r\n"),
      UP("SETUP rtsp://cam.example.com/live RTSP/1.0\r\nCSeq: 3\r\n\r\n")},
     false},
    {"text and a ping first",
     TUNNEL "tcp>http>websocket>ssh app=ssh/strong",
     {TEXT_UP("{\"host\":\"far.example.com\",\"port\":22}"), PING_DOWN, TEXT_DOWN("ok"),
      DOWN(SSH_DOWN), UP(SSH_UP)},
     true},
    {"a header in a message of its own",
     TUNNEL "tcp>http>websocket>ssh app=ssh/strong",
     {UP("\7\3\1far.example.com\0\x16"), DOWN(SSH_DOWN), UP(SSH_UP)},
     true},
    {"headers both ways",
     TUNNEL "tcp>http>websocket>ssh app=ssh/strong",
     {UP("\7\3\1far.example.com\0\x16"), DOWN("\7\1"), DOWN(SSH_DOWN), UP(SSH_UP)},
     true},
    {"VLESS",
     TUNNEL "tcp>http>websocket>ssh app=ssh/strong",
     {UP("\0" ID "\0\1\0\x16\2\x07"
         "far.lan" SSH_UP),
      DOWN("\0\0" SSH_DOWN)},
     false},
    {"VLESS, and TLS inside",
     TUNNEL "tcp>http>websocket>tls app=tls/certain",
     {UP("\0" ID "\0\1\1\xbb\1\xc0\0\2\1" TLS12_CLIENT), DOWN("\0\0" TLS12_SERVER)},
     false},
    {"Trojan",
     TUNNEL "tcp>http>websocket>tls app=tls/certain",
     {UP(KEY56 "\r\n\1\3\7far.lan\1\xbb\r\n" TLS12_CLIENT), DOWN(TLS12_SERVER)},
     false},
    {"Socket.IO",
     "tcp>http>websocket>socket.io app=websocket/certain",
     {TEXT_DOWN("0{\"sid\":\"x\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":5000}"),
      TEXT_UP("40"), TEXT_DOWN("40{\"sid\":\"y\"}"), TEXT_UP("42[\"a\"]")},
     true},
    {"Socket.IO with binary attachments",
     "tcp>http>websocket>socket.io app=websocket/certain",
     {TEXT_DOWN("0{\"sid\":\"x\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":5000}"),
      TEXT_UP("451-[\"a\",{\"_placeholder\":true,\"num\":0}]"), UP("\x89PNG\r\n\x1a\n")},
     true},
    {"a WebTorrent tracker",
     "tcp>http>websocket>bittorrent app=bittorrent/certain",
     {TEXT_UP("{\"action\":\"announce\",\"info_hash\":\"" HASH "\",\"peer_id\":"
              "\"-WW0013-abcdefghijkl\",\"numwant\":5,\"offers\":[]}"),
      TEXT_DOWN("{\"action\":\"announce\",\"interval\":120,\"info_hash\":\"" HASH "\"}")},
     true},
    {"chat",
     "tcp>http>websocket app=websocket/certain",
     {TEXT_UP("hello"), TEXT_DOWN("SSH-2.0-OpenSSH_9.2"), TEXT_UP("GET / HTTP/1.1")},
     true},
    {"binary that is nobody's",
     "tcp>http>websocket app=websocket/certain",
     {UP("\1\2\3\4\5\6\7\x8"), DOWN("\1\2\3\4\5\6\7\x8"), UP("\x10\x20\x30")},
     false},
};

/* Deep, but bounded: a SOCKS in a SOCKS in a SOCKS ... */
#define SOCKS_UP   "\4\1\0\x50\xc0\0\2\1\0"
#define SOCKS_DOWN "\0\x5a\0\0\0\0\0\0"

static const struct scene deep = {
    "SOCKS six times, then SSH",
    "",
    {UP(SOCKS_UP SOCKS_UP SOCKS_UP SOCKS_UP SOCKS_UP SOCKS_UP SSH_UP),
     DOWN(SOCKS_DOWN SOCKS_DOWN SOCKS_DOWN SOCKS_DOWN SOCKS_DOWN SOCKS_DOWN SSH_DOWN)},
    false};

/* ---- a run ---- */

static void inside_event(void *ctx, const struct event *e)
{
    struct talk *t = ctx;

    if (e->kind == EVENT_ANOMALY) {
        buffer_printf(&t->log, "(%s) ", anomaly_info(e->as.anomaly.id)->name);
    } else if (e->kind == EVENT_FLOW && e->flow->end != FLOW_GOES_ON) {
        for (unsigned i = 0; i < e->flow->layer_count; i++)
            buffer_printf(&t->log, "%s%s", i > 0 ? ">" : "", e->flow->layers[i]);
        buffer_printf(&t->log, " app=%s/%s", e->flow->app != NULL ? e->flow->app : "?",
                      confidence_name(e->flow->confidence));
    }
}

/* As a plain analysis asks, and no more. */
static void inside_begin(struct talk *t)
{
    struct err err = {0};

    talk_begin(t, NULL, 0);
    engine_free(t->engine);
    t->sink.event = inside_event;
    t->sink.interest = INTEREST_ANOMALIES;
    const struct engine_config config = {.policy = t->policy, .sinks = &t->sink, .seed = 1};
    t->engine = engine_create(&config, &err);
    engine_source(t->engine, "test.pcap");
}

enum pieces { WHOLE, BYTES, FIVES, PIECES };
static const size_t sizes[PIECES] = {SIZE_MAX, 1, 5};

struct making {
    struct talk *t;
    z_stream z[2];
    bool deflate;
    size_t segment; /* bytes of each TCP segment */
};

static void send_frame(struct making *m, enum direction d, int opcode, struct bytes payload)
{
    struct buffer wire = {0}, packed = {0};
    const bool data = (opcode & 8) == 0;

    if (m->deflate && data)
        deflate_message(&m->z[d], payload, Z_SYNC_FLUSH, &packed);
    put_frame(&wire, d, FIN | opcode | (m->deflate && data ? RSV1 : 0),
              m->deflate && data ? buffer_bytes(&packed) : payload);
    for (struct bytes left = buffer_bytes(&wire); left.len > 0;) {
        const struct bytes piece = bytes_first(left, m->segment);
        talk_say(m->t, d, piece);
        left = bytes_after(left, piece.len);
    }
    buffer_free(&wire);
    buffer_free(&packed);
}

/* The stream of a line, in messages of `size` bytes. */
static void send_line(struct making *m, const struct line *l, size_t size)
{
    for (struct bytes left = bytes_of(l->bytes, l->len); left.len > 0;) {
        const struct bytes piece = bytes_first(left, size);
        send_frame(m, l->direction, l->opcode, piece);
        left = bytes_after(left, piece.len);
    }
}

/* `out` gets the log. */
static void run(const struct scene *s, bool deflate, size_t message, size_t segment, char out[512])
{
    struct talk t;
    struct making m = {.t = &t, .deflate = deflate, .segment = segment};

    for (int d = 0; d < 2; d++)
        deflate_open(&m.z[d], 15);
    inside_begin(&t);
    talk_open(&t);
    talk_say(&t, TO_SERVER, bytes_of_text(deflate ? ASK DEFLATE "\r\n" : ASK "\r\n"));
    talk_say(&t, TO_CLIENT, bytes_of_text(deflate ? GRANT DEFLATE "\r\n" : GRANT "\r\n"));
    for (size_t i = 0; i < LINES && s->line[i].bytes != NULL; i++)
        send_line(&m, &s->line[i], s->in_messages ? SIZE_MAX : message);
    send_frame(&m, TO_SERVER, WS_CLOSE, LITERAL("\x03\xe8"));
    send_frame(&m, TO_CLIENT, WS_CLOSE, LITERAL("\x03\xe8"));
    talk_close(&t);
    snprintf(out, 512, "%s", talk_log(&t));
    talk_free(&t);
    for (int d = 0; d < 2; d++)
        deflateEnd(&m.z[d]);
}

static void check_scene(const struct scene *s)
{
    char got[512];

    for (enum pieces message = WHOLE; message < PIECES; message++)
        for (enum pieces segment = WHOLE; segment < PIECES; segment++)
            for (int deflate = 0; deflate < 2; deflate++) {
                run(s, deflate != 0, sizes[message], sizes[segment], got);
                CHECK_TEXT(got, s->want, s->name);
            }
}

static void test_depth(void)
{
    char got[512];

    run(&deep, false, SIZE_MAX, SIZE_MAX, got);
    CHECK_TEXT(got, TUNNEL "tcp>http>websocket>socks>socks>socks>socks>socks app=socks/certain",
               "eight layers, and no more");
}

int main(void)
{
    for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
        check_scene(&scenes[i]);
    test_depth();
    return test_end();
}
