/* SPDX-License-Identifier: MIT */
/* flow_sample.h - an office's port 80 as events, for the tests of table and report: what the
 * laboratory's capture holds, without a capture. */
#ifndef TESTS_UNIT_FLOW_SAMPLE_H
#define TESTS_UNIT_FLOW_SAMPLE_H

#include "model/sink.h"
#include "tests/unit/test.h"

#define SAMPLE_START INT64_C(1790000000000000000) /* 2026-09-21 */

/* One row gives `times` flows. Evidence is {packets after the flow's first, what, detail}. */
struct sample_row {
    const char *layers; /* "tcp http websocket" */
    const char *app;
    uint8_t client, server; /* last bytes of 10.80.1.x and 10.80.0.x */
    uint16_t port;
    const char *expected;
    enum confidence confidence;
    enum ladder ladder;
    enum shape shape;
    const char *host, *path, *sni;
    const char *rule;
    uint32_t rule_line;
    uint32_t times, packets, bytes;
    struct {
        uint8_t after;
        const char *what, *detail;
    } seen[3];
};

#define SAMPLE_WEB "http, websocket"

static const struct sample_row sample_rows[] = {
    {"tcp http",
     "http",
     1,
     10,
     80,
     SAMPLE_WEB,
     CONFIDENCE_CERTAIN,
     0,
     0,
     "www.office.example",
     "/style.css",
     NULL,
     NULL,
     0,
     14,
     11,
     6920,
     {{3, "an HTTP request line", "GET /style.css HTTP/1.1"},
      {5, "an HTTP status line", "HTTP/1.1 200 OK"}}},
    {"tcp http",
     "http",
     2,
     10,
     80,
     SAMPLE_WEB,
     CONFIDENCE_CERTAIN,
     LADDER_REFUSED,
     0,
     "www.office.example",
     "/chat",
     NULL,
     NULL,
     0,
     4,
     9,
     2110,
     {{3, "an HTTP request line", "GET /chat HTTP/1.1"},
      {5, "the upgrade was refused", "HTTP/1.1 403 Forbidden"}}},
    {"tcp http websocket",
     "websocket",
     1,
     10,
     80,
     SAMPLE_WEB,
     CONFIDENCE_CERTAIN,
     LADDER_FRAMED,
     0,
     "www.office.example",
     "/chat?token=s3cret",
     NULL,
     NULL,
     0,
     2,
     58,
     14210,
     {{3, "an HTTP request line", "GET /chat HTTP/1.1"},
      {5, "101 with the right Sec-WebSocket-Accept", ""},
      {6, "a legal chain of masked frames", ""}}},
    {"tcp http websocket",
     "websocket",
     2,
     11,
     80,
     SAMPLE_WEB,
     CONFIDENCE_CERTAIN,
     LADDER_FRAMED,
     0,
     "chat.office.example",
     "/socket",
     NULL,
     NULL,
     0,
     2,
     61,
     18830,
     {{3, "an HTTP request line", "GET /socket HTTP/1.1"},
      {5, "101 with the right Sec-WebSocket-Accept", ""}}},
    {"tcp http",
     "http",
     2,
     14,
     80,
     SAMPLE_WEB,
     CONFIDENCE_CERTAIN,
     LADDER_GRANTED,
     0,
     "liar.example",
     "/ws",
     NULL,
     NULL,
     0,
     1,
     9,
     1330,
     {{3, "an HTTP request line", "GET /ws HTTP/1.1"},
      {5, "101 with a wrong Sec-WebSocket-Accept", "c2Vydm9lIQ=="}}},
    {"tcp http ssh",
     "ssh",
     3,
     15,
     80,
     SAMPLE_WEB,
     CONFIDENCE_STRONG,
     LADDER_UNFRAMED,
     0,
     "cdn.example",
     "/v2/stream",
     NULL,
     "tunnels-in-the-web",
     31,
     1,
     96,
     41220,
     {{3, "an HTTP request line", "GET /v2/stream HTTP/1.1"},
      {5, "101 with the right Sec-WebSocket-Accept", ""},
      {6, "SSH identification string", "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3"}}},
    {"tcp http websocket ssh",
     "ssh",
     3,
     30,
     80,
     SAMPLE_WEB,
     CONFIDENCE_STRONG,
     LADDER_FRAMED,
     0,
     "tunnel.example",
     "/",
     NULL,
     "tunnels-in-the-web",
     31,
     1,
     71,
     20114,
     {{3, "an HTTP request line", "GET / HTTP/1.1"},
      {5, "101 with the right Sec-WebSocket-Accept", ""},
      {8, "SSH identification string", "SSH-2.0-OpenSSH_9.2p1"}}},
    {"tcp raw",
     "raw",
     2,
     16,
     80,
     SAMPLE_WEB,
     CONFIDENCE_PROBABLE,
     0,
     SHAPE_TEXT,
     NULL,
     NULL,
     NULL,
     "port-80-is-for-the-web",
     24,
     4,
     22,
     1904,
     {{3, "lines of text, no protocol", "hello, anybody there?"}}},
    {"tcp raw",
     "raw",
     3,
     17,
     80,
     SAMPLE_WEB,
     CONFIDENCE_PROBABLE,
     0,
     SHAPE_LENGTH_PREFIXED,
     NULL,
     NULL,
     NULL,
     "port-80-is-for-the-web",
     24,
     1,
     40,
     5202,
     {{3, "messages that say their length first", "\x01\x20\x07"}}},
    {"tcp raw",
     "raw",
     3,
     18,
     80,
     SAMPLE_WEB,
     CONFIDENCE_PROBABLE,
     0,
     SHAPE_RANDOM,
     NULL,
     NULL,
     NULL,
     "port-80-is-for-the-web",
     24,
     1,
     31,
     10934,
     {{3, "bytes that look random", "\x8e\xfe\x03\x99"}}},
    {"tcp ssh",
     "ssh",
     2,
     19,
     80,
     SAMPLE_WEB,
     CONFIDENCE_CERTAIN,
     0,
     0,
     NULL,
     NULL,
     NULL,
     "port-80-is-for-the-web",
     24,
     1,
     64,
     15332,
     {{3, "SSH identification string", "SSH-2.0-OpenSSH_9.2p1"}}},
    {"tcp smtp",
     "smtp",
     1,
     20,
     80,
     SAMPLE_WEB,
     CONFIDENCE_STRONG,
     0,
     0,
     NULL,
     NULL,
     NULL,
     "port-80-is-for-the-web",
     24,
     1,
     27,
     3420,
     {{3, "nDPI: SMTP", "220 mail.office.example ESMTP"}}},
    {"tcp redis",
     "redis",
     2,
     21,
     80,
     SAMPLE_WEB,
     CONFIDENCE_STRONG,
     0,
     0,
     NULL,
     NULL,
     NULL,
     "port-80-is-for-the-web",
     24,
     1,
     19,
     1720,
     {{3, "nDPI: Redis", "*1\r\n$4\r\nPING\r\n"}}},
    {"tcp mqtt",
     "mqtt",
     2,
     22,
     80,
     SAMPLE_WEB,
     CONFIDENCE_STRONG,
     0,
     0,
     NULL,
     NULL,
     NULL,
     "port-80-is-for-the-web",
     24,
     6,
     14,
     1180,
     {{3, "nDPI: MQTT", "\x10\x1d"}}},
    {"tcp tls",
     "tls",
     2,
     23,
     80,
     SAMPLE_WEB,
     CONFIDENCE_CERTAIN,
     0,
     0,
     NULL,
     NULL,
     "secure.office.example",
     "port-80-is-for-the-web",
     24,
     2,
     26,
     9877,
     {{3, "a TLS ClientHello", ""}}},
    {"tcp bittorrent",
     "bittorrent",
     3,
     24,
     80,
     SAMPLE_WEB,
     CONFIDENCE_CERTAIN,
     0,
     0,
     NULL,
     NULL,
     NULL,
     "no-bittorrent",
     17,
     2,
     410,
     612770,
     {{3, "BitTorrent handshake (BEP 3)",
       "\x13"
       "BitTorrent protocol"}}},
    {"tcp http bittorrent",
     "bittorrent",
     3,
     25,
     80,
     SAMPLE_WEB,
     CONFIDENCE_CERTAIN,
     0,
     0,
     "tracker.example",
     "/announce?info_hash=x",
     NULL,
     "no-bittorrent",
     17,
     5,
     10,
     1744,
     {{3, "a tracker announce (BEP 3)", "GET /announce?info_hash="}}},
    {"tcp http connect tls",
     "tls",
     2,
     29,
     80,
     SAMPLE_WEB,
     CONFIDENCE_STRONG,
     0,
     0,
     NULL,
     NULL,
     "secure.office.example",
     NULL,
     0,
     1,
     38,
     12400,
     {{3, "an HTTP CONNECT that was granted", "CONNECT secure.office.example:443"},
      {7, "a TLS ClientHello", ""}}},
    {"tcp",
     "none",
     3,
     26,
     80,
     SAMPLE_WEB,
     CONFIDENCE_NONE,
     0,
     0,
     NULL,
     NULL,
     NULL,
     NULL,
     0,
     3,
     3,
     180,
     {{0}}},
    {"tcp tls",
     "tls",
     1,
     23,
     443,
     "tls",
     CONFIDENCE_CERTAIN,
     0,
     0,
     NULL,
     NULL,
     "secure.office.example",
     NULL,
     0,
     5,
     44,
     40211,
     {{3, "a TLS ClientHello", ""}, {5, "a TLS ServerHello", ""}}},
    {"udp dns",
     "dns",
     1,
     53,
     53,
     "dns",
     CONFIDENCE_STRONG,
     0,
     0,
     NULL,
     NULL,
     NULL,
     NULL,
     0,
     4,
     2,
     260,
     {{0, "nDPI: DNS", ""}}},
};

#define SAMPLE_ROWS (sizeof(sample_rows) / sizeof(sample_rows[0]))

static inline struct addr sample_addr(uint8_t net, uint8_t host)
{
    const uint8_t four[4] = {10, 80, net, host};
    return addr_from_ipv4(four);
}

static inline bool sample_mismatch(const struct sample_row *r)
{
    return r->confidence != CONFIDENCE_NONE && strstr(r->expected, r->app) == NULL;
}

static inline struct bytes sample_layers(const char *text, const char *out[FLOW_LAYERS], uint8_t *n)
{
    static const char *const name[] = {"tcp",        "udp",     "http",  "websocket", "ssh",
                                       "raw",        "smtp",    "redis", "mqtt",      "tls",
                                       "bittorrent", "connect", "dns"};
    struct bytes left = bytes_of_text(text);

    for (*n = 0; left.len > 0;) {
        size_t len = bytes_find(left, LITERAL(" "));
        for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++)
            if (bytes_equal(bytes_first(left, len), bytes_of_text(name[i])))
                out[(*n)++] = name[i];
        left = bytes_after(left, len + 1);
    }
    return left;
}

static inline void sample_emit(struct sink *sink, struct event *e)
{
    sink->event(sink->ctx, e);
}

static inline void sample_handshake(struct sink *sink, const struct flow_info *f)
{
    struct event e = {.kind = EVENT_HANDSHAKE, .packet = f->first_packet + 5, .flow = f};
    struct handshake *h = &e.as.handshake;

    h->ladder =
        f->ladder == LADDER_FRAMED || f->ladder == LADDER_UNFRAMED ? LADDER_ACCEPTED : f->ladder;
    h->host = f->host;
    h->path = f->path;
    h->origin = LITERAL("http://www.office.example");
    h->has_origin = true;
    h->cross_origin = !bytes_equal(f->host, LITERAL("www.office.example"));
    h->subprotocol = f->path.len == 18 ? LITERAL("chat.v1") : LITERAL("");
    sample_emit(sink, &e);
}

/* The `n`-th flow of a row, with `id`. */
static inline void sample_flow(struct sink *sink, const struct sample_row *r, uint32_t n,
                               uint64_t id)
{
    struct evidence seen[3] = {{0}};
    const struct ws_totals ws = {.messages = {9, 11},
                                 .frames = {12, 13},
                                 .payload = {812, 1990},
                                 .text = {9, 8},
                                 .close_code = 1000,
                                 .compressed = r->client == 1};
    struct flow_info f = {.id = UINT64_C(0x12345678) * id % (UINT64_C(1) << 53),
                          .source = "port80.pcap",
                          .transport = r->layers[0] == 'u' ? TRANSPORT_UDP : TRANSPORT_TCP,
                          .direction_known = true,
                          .end = FLOW_FINISHED,
                          .app = r->app,
                          .state = FLOW_CLOSED,
                          .confidence = r->confidence,
                          .expected = r->expected,
                          .ladder = r->ladder,
                          .shape = r->shape,
                          .rule = r->rule,
                          .rule_line = r->rule_line,
                          .evidence = seen};

    f.client =
        (struct endpoint){sample_addr(1, (uint8_t)(r->client + n % 3)), (uint16_t)(34000 + id)};
    f.server = (struct endpoint){sample_addr(0, r->server), r->port};
    f.first_packet = 20 * id + 1;
    f.last_packet = f.first_packet + r->packets;
    f.start_ns = SAMPLE_START + (int64_t)id * 400000000;
    f.end_ns = f.start_ns + 1500000000;
    f.packets[TO_SERVER] = r->packets / 2;
    f.packets[TO_CLIENT] = r->packets - r->packets / 2;
    f.bytes[TO_SERVER] = r->bytes / 4 + n * 7;
    f.bytes[TO_CLIENT] = r->bytes - r->bytes / 4;
    f.tcp.flags[TO_SERVER] = TCP_SYN | TCP_ACK;
    sample_layers(r->layers, f.layers, &f.layer_count);
    f.mismatch = sample_mismatch(r) ? TRI_YES : TRI_NO;
    f.host = bytes_of_text(r->host);
    f.path = bytes_of_text(r->path);
    f.sni = bytes_of_text(r->sni);
    f.ws = strstr(r->layers, "websocket") != NULL ? &ws : NULL;
    f.verdict = r->rule != NULL ? VERDICT_BLOCK : VERDICT_ALLOW;
    for (f.evidence_count = 0; f.evidence_count < 3 && r->seen[f.evidence_count].what != NULL;
         f.evidence_count++)
        seen[f.evidence_count] = (struct evidence){
            f.first_packet + r->seen[f.evidence_count].after, r->seen[f.evidence_count].what,
            bytes_of_text(r->seen[f.evidence_count].detail), 0};
    if (f.verdict == VERDICT_BLOCK && f.evidence_count > 0) {
        f.verdict_packet = seen[f.evidence_count - 1].packet;
        f.leaked_bytes[TO_SERVER] = UINT64_C(140) + 20U * r->seen[0].after;
        f.leaked_bytes[TO_CLIENT] = 74;
    }
    if (f.ladder != LADDER_NONE)
        sample_handshake(sink, &f);
    struct event e = {.kind = EVENT_FLOW, .packet = f.last_packet, .time_ns = f.end_ns, .flow = &f};
    sample_emit(sink, &e);
}

static inline void sample_anomaly(struct sink *sink, enum anomaly id, uint64_t packet)
{
    struct event e = {.kind = EVENT_ANOMALY, .packet = packet};

    e.as.anomaly.id = id;
    sample_emit(sink, &e);
}

/* 62 flows, a few anomalies, two alerts. */
static inline uint64_t sample_feed(struct sink *sink)
{
    uint64_t id = 0;

    for (size_t i = 0; i < SAMPLE_ROWS; i++)
        for (uint32_t n = 0; n < sample_rows[i].times; n++)
            sample_flow(sink, &sample_rows[i], n, ++id);
    sample_anomaly(sink, WS_ACCEPT_WRONG, 466);
    sample_anomaly(sink, STREAM_BAD_CHECKSUM, 12);
    sample_anomaly(sink, STREAM_BAD_CHECKSUM, 15);
    for (uint64_t i = 0; i < 2; i++) {
        struct event e = {.kind = EVENT_ALERT, .packet = 310 + i};
        e.as.alert = (struct alert_event){.rule = "chat-from-elsewhere",
                                          .rule_id = 4,
                                          .line = 38,
                                          .severity = 2,
                                          .action = "alert"};
        sample_emit(sink, &e);
    }
    return id;
}

#endif
