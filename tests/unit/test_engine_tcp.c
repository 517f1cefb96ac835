/* SPDX-License-Identifier: MIT */
/* engine/tcp*.c: decoys, forged RSTs, and odd but honest segments. Each vector is a conversation in
 * which HTTP is asked and answered, and something happens in between. */
#include "conversation.h"

#define OPTIONS 40
#define ASK     "GET /real HTTP/1.1\r\nHost: a\r\n\r\n"
#define FAKE    "GET /fake HTTP/1.1\r\nHost: a\r\n\r\n"
#define ANSWER  "HTTP/1.1 204 No Content\r\n\r\n"
#define ASK_LEN (sizeof(ASK) - 1)
#define GOOD    "http/204 tcp>http app=http/certain allow:-\n"

#define LINKTYPE_ETHERNET 1

/* What a packet is wrapped into. */
enum wrap { BARE, VLAN_10, VLAN_20, GRE };

static struct bytes header_of(enum wrap w)
{
    switch (w) {
    case BARE: break;
    case VLAN_10: return LITERAL("\2\0\0\0\0\1\2\0\0\0\0\2\x81\0\0\x0a\x08\0");
    case VLAN_20: return LITERAL("\2\0\0\0\0\1\2\0\0\0\0\2\x81\0\0\x14\x08\0");
    case GRE: return LITERAL("\x45\0\0\0\0\0\0\0\x40\x2f\0\0\xc0\0\2\1\xc0\0\2\2\0\0\x08\0");
    }
    return LITERAL("");
}

/* A segment of which everything can be said; what is 0 is as usual. */
struct shot {
    enum direction from;
    uint8_t flags; /* 0: ACK */
    int32_t at;    /* offset of its data */
    const char *data;
    size_t len;
    uint8_t ttl;
    uint32_t timestamp;
    uint16_t urgent, window;
    int32_t ack;                /* added to what was received */
    bool signs, scaled, broken; /* broken: its checksum is wrong */
    enum wrap wrap;
};

static void put_options(uint8_t *at, const struct shot *s)
{
    memset(at, 1, OPTIONS); /* no operation */
    if (s->timestamp != 0) {
        at[2] = 8;
        at[3] = 10;
        talk_put(at + 4, s->timestamp, 4);
        talk_put(at + 8, 0, 4);
    }
    if (s->signs) {
        at[16] = 19;
        at[17] = 18;
    }
    if (s->scaled) {
        at[36] = 3;
        at[37] = 3;
        at[38] = 7;
    }
}

static void shoot(struct talk *t, const struct shot *s)
{
    const size_t headers = TALK_HEADERS + OPTIONS;
    const struct bytes wrap = header_of(s->wrap);
    uint8_t *start = calloc(1, wrap.len + headers + s->len);
    const bool tagged = s->wrap == VLAN_10 || s->wrap == VLAN_20;
    const struct frame frame = {.number = ++t->number,
                                .time_ns = t->now_ns += TALK_STEP_NS,
                                .linktype = tagged ? LINKTYPE_ETHERNET : LINKTYPE_RAW,
                                .wire_len = (uint32_t)(wrap.len + headers + s->len),
                                .data = bytes_of(start, wrap.len + headers + s->len)};
    const bool up = s->from == TO_SERVER;
    const uint8_t flags = s->flags != 0 ? s->flags : TCP_ACK;
    const enum direction other = direction_other(s->from);

    if (start == NULL)
        abort();
    uint8_t *p = start + wrap.len;
    memcpy(start, wrap.at, wrap.len);
    p[0] = 0x45;
    p[8] = s->ttl != 0 ? s->ttl : 64;
    p[9] = TRANSPORT_TCP;
    talk_put(p + 2, (uint32_t)(headers + s->len), 2);
    talk_put(p + 12, up ? 0x0a000001 : 0x0a000002, 4);
    talk_put(p + 16, up ? 0x0a000002 : 0x0a000001, 4);
    talk_put(p + 20, up ? t->client_port : t->server_port, 2);
    talk_put(p + 22, up ? t->server_port : t->client_port, 2);
    talk_put(p + 24, t->isn[s->from] + (uint32_t)s->at + ((flags & TCP_SYN) != 0 ? 0 : 1), 4);
    if ((flags & TCP_ACK) != 0)
        talk_put(p + 28, t->isn[other] + 1 + t->sent[other] + (uint32_t)s->ack, 4);
    p[32] = (uint8_t)((20 + OPTIONS) / 4 << 4);
    p[33] = flags;
    talk_put(p + 34, s->window != 0 ? s->window : 64000, 2);
    talk_put(p + 36, s->broken ? 0xbad1 : 0, 2);
    talk_put(p + 38, s->urgent, 2);
    put_options(p + TALK_HEADERS, s);
    if (s->len > 0)
        memcpy(p + headers, s->data, s->len);
    engine_frame(t->engine, &frame);
    free(start);
}

#define DATA(text) .data = (text), .len = sizeof(text) - 1
#define CLIENT     .from = TO_SERVER
#define SERVER     .from = TO_CLIENT

enum step {
    SHOT, /* the vector's next */
    HANDSHAKE,
    REAL,   /* the request */
    FIRST,  /* its first half */
    SECOND, /* its second half */
    REPLY,  /* the answer */
    CLOSE,
    CLIENT_ACKS,
    MANY, /* 70 empty ACKs of the client */
    END
};

struct vector {
    const char *name;
    enum step step[12];
    struct shot shot[5];
    const char *want;
};

static const struct vector vectors[] = {
    {"nothing odd", {HANDSHAKE, REAL, REPLY, CLOSE, END}, {{0}}, GOOD},

    /* low TTL */
    {"a decoy that dies on the way",
     {HANDSHAKE, SHOT, REAL, REPLY, CLOSE, END},
     {{CLIENT, DATA(FAKE), .ttl = 5}},
     "(ttl_low) " GOOD},
    {"the same bytes: nothing was hidden",
     {HANDSHAKE, SHOT, REAL, REPLY, CLOSE, END},
     {{CLIENT, DATA(ASK), .ttl = 5}},
     GOOD},
    {"decoys around real halves that come in disorder",
     {HANDSHAKE, SHOT, SECOND, SHOT, FIRST, SHOT, REPLY, CLOSE, END},
     {{CLIENT, DATA(FAKE), .ttl = 5},
      {CLIENT, DATA(FAKE), .ttl = 5},
      {CLIENT, DATA(FAKE), .ttl = 5}},
     "(ttl_low) (ttl_low) " GOOD},
    {"a longer way, and acknowledged: genuine",
     {HANDSHAKE, SHOT, REPLY, END},
     {{CLIENT, DATA(ASK), .ttl = 20}},
     "http/204 tcp>http app=http/certain allow:-\n"},
    {"a load balancer answers the SYN, and the server is farther away",
     {SHOT, SHOT, CLIENT_ACKS, REAL, REPLY, CLOSE, END},
     {{CLIENT, .flags = TCP_SYN}, {SERVER, .flags = TCP_SYN | TCP_ACK, .ttl = 255}},
     GOOD},
    {"a FIN that dies on the way",
     {HANDSHAKE, SHOT, REAL, REPLY, CLOSE, END},
     {{CLIENT, .flags = TCP_FIN | TCP_ACK, .ttl = 5}},
     "(ttl_low) " GOOD},
    {"one direction, nothing else comes: read, and told",
     {SHOT, SHOT, SHOT, MANY, END},
     {{CLIENT, .flags = TCP_SYN}, {CLIENT}, {CLIENT, DATA(ASK), .ttl = 5}},
     "(ttl_low) http/0 tcp>http app=http/strong allow:-\n"},
    {"one direction, and the real one comes late",
     {SHOT, SHOT, SHOT, REAL, MANY, END},
     {{CLIENT, .flags = TCP_SYN}, {CLIENT}, {CLIENT, DATA(FAKE), .ttl = 5}},
     "(ttl_low) http/0 tcp>http app=http/strong allow:-\n"},

    /* PAWS */
    {"an old timestamp",
     {SHOT, SHOT, SHOT, SHOT, REAL, REPLY, CLOSE, END},
     {{CLIENT, .flags = TCP_SYN, .timestamp = 1000000},
      {SERVER, .flags = TCP_SYN | TCP_ACK, .timestamp = 500},
      {CLIENT, .timestamp = 1000001},
      {CLIENT, DATA(FAKE), .timestamp = 400000}},
     "(timestamp_old) " GOOD},
    {"one that was overtaken by its retransmission, and a decoy in its place",
     {SHOT, SHOT, SHOT, SHOT, SHOT, REPLY, CLOSE, END},
     {{CLIENT, .flags = TCP_SYN, .timestamp = 1000000},
      {SERVER, .flags = TCP_SYN | TCP_ACK, .timestamp = 500},
      {CLIENT, .data = ASK, .len = 10, .timestamp = 1000200},
      {CLIENT, DATA(ASK), .timestamp = 1000010},
      {CLIENT, .data = "XXXXX", .len = 5, .timestamp = 1000010, .ttl = 3}},
     GOOD},
    {"timestamps that wrap",
     {SHOT, SHOT, SHOT, SHOT, REPLY, CLOSE, END},
     {{CLIENT, .flags = TCP_SYN, .timestamp = 0xfffffff0U},
      {SERVER, .flags = TCP_SYN | TCP_ACK, .timestamp = 500},
      {CLIENT, .timestamp = 0xfffffffeU},
      {CLIENT, DATA(ASK), .timestamp = 3}},
     GOOD},
    {"in the upper half of all numbers, and the first that is known is not in order",
     {SHOT, SHOT, SHOT, SHOT, SHOT, END},
     {{CLIENT, .flags = TCP_SYN, .timestamp = 0xb0000000U},
      {SERVER, .flags = TCP_SYN | TCP_ACK, .timestamp = 500},
      {CLIENT, .at = 10, .data = &ASK[10], .len = ASK_LEN - 10, .timestamp = 0xb0000001U},
      {CLIENT, .data = ASK, .len = 5, .timestamp = 0xb0000001U},
      {CLIENT, .at = 5, .data = &ASK[5], .len = 5, .timestamp = 0xb0000002U}},
     "http/0 tcp>http app=http/strong allow:-\n"},
    {"a decoy in what is old already begins no second reading",
     {HANDSHAKE, FIRST, SHOT, SHOT, SECOND, REPLY, CLOSE, END},
     {{CLIENT, .data = FAKE, .len = 10, .ttl = 5}, {CLIENT, .data = ASK, .len = 10}},
     GOOD},
    {"a keep-alive in place of the byte that a second reading waits for",
     {HANDSHAKE, SHOT, SHOT, SHOT, SHOT, SHOT, REPLY, CLOSE, END},
     {{CLIENT, .data = ASK, .len = ASK_LEN - 1},
      {CLIENT, .at = ASK_LEN - 1, .data = "\n", .len = 1},
      {CLIENT, .data = ASK, .len = ASK_LEN - 1},
      {SERVER, .ack = ASK_LEN},
      {CLIENT, .at = ASK_LEN - 1, DATA("\0")}},
     GOOD},
    {"a keep-alive with a byte in a second reading that waits for the start",
     {HANDSHAKE, REAL, SHOT, SHOT, SHOT, SHOT, SHOT, REPLY, CLOSE, END},
     {{CLIENT, .data = ASK, .len = 10},
      {CLIENT, .at = 20, .data = &ASK[20], .len = ASK_LEN - 20},
      {SERVER},
      {CLIENT, .at = ASK_LEN - 1, DATA("\0")},
      {CLIENT, .at = 10, .data = &ASK[10], .len = 10}},
     GOOD},
    {"old by reordering: TS.Recent is of what was acknowledged",
     {SHOT, SHOT, SHOT, SHOT, SHOT, REPLY, CLOSE, END},
     {{CLIENT, .flags = TCP_SYN, .timestamp = 10},
      {SERVER, .flags = TCP_SYN | TCP_ACK, .timestamp = 500},
      {CLIENT, .timestamp = 11},
      {CLIENT, .at = 10, .data = &ASK[10], .len = ASK_LEN - 10, .timestamp = 13},
      {CLIENT, .data = ASK, .len = 10, .timestamp = 12}},
     GOOD},

    /* flags, options */
    {"data without ACK",
     {HANDSHAKE, SHOT, REAL, REPLY, CLOSE, END},
     {{CLIENT, DATA(FAKE), .flags = TCP_PSH}},
     "(ack_missing) " GOOD},
    {"an MD5 signature out of nowhere",
     {HANDSHAKE, SHOT, REAL, REPLY, CLOSE, END},
     {{CLIENT, DATA(FAKE), .signs = true}},
     "(signature_unasked) " GOOD},
    {"all is signed",
     {SHOT, SHOT, SHOT, SHOT, SHOT, CLOSE, END},
     {{CLIENT, .flags = TCP_SYN, .signs = true},
      {SERVER, .flags = TCP_SYN | TCP_ACK, .signs = true},
      {CLIENT, .signs = true},
      {CLIENT, DATA(ASK), .signs = true},
      {SERVER, DATA(ANSWER), .signs = true, .ack = ASK_LEN}},
     GOOD},
    {"an urgent byte stays in line",
     {HANDSHAKE, SHOT, REPLY, CLOSE, END},
     {{CLIENT, DATA(ASK), .flags = TCP_ACK | TCP_URG, .urgent = 3}},
     "(urgent_byte) " GOOD},

    {"and that has taught nobody to sign",
     {HANDSHAKE, SHOT, SHOT, REAL, REPLY, CLOSE, END},
     {{CLIENT, .flags = TCP_RST, .signs = true}, {CLIENT, DATA(FAKE), .signs = true}},
     "(signature_unasked) (reset_ignored) " GOOD},
    {"without the urgent byte it is another host",
     {HANDSHAKE, SHOT, SHOT, SHOT, CLOSE, END},
     {{CLIENT, DATA("GET /real HTTP/1.1\r\nHost: aX"), .flags = TCP_ACK | TCP_URG, .urgent = 27},
      {CLIENT, .at = 27, .data = "\r\n\r\n", .len = 4},
      {SERVER, DATA(ANSWER), .ack = ASK_LEN}},
     "(urgent_byte) (evasion_ambiguous) http/204 tcp>http app=http/certain allow:-\n"},
    {"the byte is in the next segment, which comes first",
     {HANDSHAKE, SHOT, SHOT, SHOT, CLOSE, END},
     {{CLIENT, .at = 26, .data = "X\r\n\r\n", .len = 5},
      {CLIENT, .data = ASK, .len = 26, .flags = TCP_ACK | TCP_URG, .urgent = 27},
      {SERVER, DATA(ANSWER), .ack = ASK_LEN}},
     "(evasion_ambiguous) http/204 tcp>http app=http/certain allow:-\n"},
    {"another method, which is nobody's answer",
     {HANDSHAKE, SHOT, SHOT, CLOSE, END},
     {{CLIENT, DATA("GEXT /real HTTP/1.1\r\nHost: a\r\n\r\n"), .flags = TCP_ACK | TCP_URG,
       .urgent = 3},
      {SERVER, DATA(ANSWER), .ack = ASK_LEN + 1}},
     "(urgent_byte) http/204 tcp>http app=http/certain allow:-\n"},
    {"without the urgent byte it is HTTP",
     {HANDSHAKE, SHOT, SHOT, CLOSE, END},
     {{CLIENT, DATA("\1" ASK), .flags = TCP_ACK | TCP_URG, .urgent = 1},
      {SERVER, DATA(ANSWER), .ack = ASK_LEN + 1}},
     "(urgent_byte) (evasion_ambiguous) tcp>raw app=raw/strong shape=binary mismatch allow:-\n"},
    {"Telnet: an honest urgent byte",
     {HANDSHAKE, SHOT, SHOT, SHOT, SHOT, CLOSE, END},
     {{SERVER, DATA("\xff\xfd\x18\xff\xfd\x20\xff\xfd\x23\xff\xfd\x27")},
      {CLIENT, DATA("\xff\xfb\x18\xff\xfb\x20\xff\xfb\x23\xff\xfb\x27"), .ack = 12},
      {CLIENT, .at = 12, DATA("\xff\xf4\xff\xf2"), .flags = TCP_ACK | TCP_URG, .urgent = 4,
       .ack = 12},
      {SERVER, .at = 12, DATA("\r\nlogin: "), .ack = 16}},
     "(urgent_byte) tcp>telnet app=telnet/strong mismatch allow:-\n"},
    {"rlogin",
     {HANDSHAKE, SHOT, SHOT, SHOT, SHOT, CLOSE, END},
     {{CLIENT, DATA("\0me\0you\0xterm/38400\0")},
      {SERVER, DATA("\0"), .ack = 20},
      {SERVER, .at = 1, DATA("\x80"), .flags = TCP_ACK | TCP_URG, .urgent = 1, .ack = 20},
      {SERVER, .at = 2, DATA("Last login: today\r\n$ "), .ack = 20}},
     "(urgent_byte) tcp>raw app=raw/strong shape=binary mismatch allow:-\n"},
    {"FTP: ABOR",
     {HANDSHAKE, SHOT, SHOT, SHOT, SHOT, CLOSE, END},
     {{SERVER, DATA("220 ready\r\n")},
      {CLIENT, DATA("USER a\r\n"), .ack = 11},
      {CLIENT, .at = 8,
       DATA("\xff\xf4\xff\xf2"
            "ABOR\r\n"),
       .flags = TCP_ACK | TCP_URG, .urgent = 4, .ack = 11},
      {SERVER, .at = 11, DATA("226 aborted\r\n"), .ack = 18}},
     "(urgent_byte) tcp>ftp app=ftp/strong mismatch allow:-\n"},

    /* wrong checksums */
    {"decoys with a wrong checksum",
     {HANDSHAKE, SHOT, SHOT, SHOT, SHOT, REAL, REPLY, CLOSE, END},
     {{CLIENT, DATA(FAKE), .broken = true},
      {CLIENT, .flags = TCP_RST, .broken = true},
      {CLIENT, .flags = TCP_FIN | TCP_ACK, .broken = true},
      {CLIENT, .flags = TCP_SYN, .at = 5000, .broken = true}},
     "(bad_checksum) (bad_checksum) (bad_checksum) (bad_checksum) " GOOD},
    {"they begin no flow after its end",
     {HANDSHAKE, REAL, REPLY, CLOSE, SHOT, SHOT, SHOT, SHOT, END},
     {{CLIENT, .flags = TCP_SYN, .at = 5000, .broken = true},
      {CLIENT, .at = 5000, DATA(FAKE), .broken = true},
      {SERVER, .flags = TCP_SYN | TCP_ACK, .broken = true},
      {CLIENT, .flags = TCP_RST, .broken = true}},
     GOOD "(bad_checksum) (bad_checksum) (bad_checksum) (bad_checksum) "},
    {"nor after a RST, nor before anything",
     {SHOT, HANDSHAKE, REAL, SHOT, SHOT, END},
     {{CLIENT, .flags = TCP_SYN, .broken = true},
      {SERVER, .flags = TCP_RST},
      {CLIENT, .flags = TCP_SYN, .at = 5000, .broken = true}},
     "(bad_checksum) (bad_checksum) http/0 tcp>http app=http/strong allow:-\n"},

    /* the window */
    {"before the first byte",
     {HANDSHAKE, SHOT, REAL, REPLY, CLOSE, END},
     {{CLIENT, .at = -10000, DATA(FAKE)}},
     "(out_of_window) " GOOD},
    {"a keep-alive with a byte",
     {HANDSHAKE, SHOT, REAL, SHOT, REPLY, SHOT, CLOSE, END},
     {{CLIENT, .at = -1, DATA("\0")},
      {CLIENT, .at = ASK_LEN - 1, DATA("\0")},
      {SERVER, .at = sizeof(ANSWER) - 2, DATA("\0")}},
     GOOD},
    {"probes of a closed window, then it opens",
     {SHOT, SHOT, CLIENT_ACKS, SHOT, SHOT, REAL, REPLY, CLOSE, END},
     {{CLIENT, .flags = TCP_SYN, .scaled = true},
      {SERVER, .flags = TCP_SYN | TCP_ACK, .window = 1, .scaled = true},
      {CLIENT, .at = 1, .data = &ASK[1], .len = 1},
      {SERVER}},
     GOOD},
    {"beyond a window of 10 bytes: other bytes come there later",
     {SHOT, SHOT, CLIENT_ACKS, SHOT, SHOT, REAL, REPLY, CLOSE, END},
     {{CLIENT, .flags = TCP_SYN},
      {SERVER, .flags = TCP_SYN | TCP_ACK, .window = 10},
      {CLIENT, .at = 10, .data = "XXXXXXXXXX", .len = 10},
      {SERVER}},
     "(out_of_window) " GOOD},

    /* RST */
    {"a RST in the window, and the connection goes on",
     {HANDSHAKE, SHOT, REAL, REPLY, CLOSE, END},
     {{CLIENT, .flags = TCP_RST, .at = 500}},
     "http/204 (reset_ignored) tcp>http app=http/certain allow:-\n"},
    {"a RST outside of it",
     {HANDSHAKE, REAL, SHOT, REPLY, CLOSE, END},
     {{CLIENT, .flags = TCP_RST, .at = -66000}},
     "(reset_out_of_window) " GOOD},
    {"a RST that dies on the way",
     {HANDSHAKE, SHOT, REAL, REPLY, CLOSE, END},
     {{CLIENT, .flags = TCP_RST, .ttl = 3}},
     "(reset_ignored) " GOOD},
    {"a RST that is right",
     {HANDSHAKE, REAL, SHOT, REPLY, END},
     {{SERVER, .flags = TCP_RST}},
     "(data_after_reset) http/0 tcp>http app=http/strong allow:-\n"},
    {"a RST that is right and false: what follows is acknowledged",
     {HANDSHAKE, SHOT, REAL, REPLY, CLOSE, END},
     {{CLIENT, .flags = TCP_RST}},
     "(reset_ignored) " GOOD},
    {"the same between the halves of a request, from the server",
     {HANDSHAKE, FIRST, SHOT, SECOND, REPLY, CLOSE, END},
     {{SERVER, .flags = TCP_RST | TCP_ACK, .ack = 10}},
     "(reset_ignored) " GOOD},
    {"and with the answer on its way",
     {HANDSHAKE, REAL, SHOT, REPLY, CLIENT_ACKS, CLOSE, END},
     {{CLIENT, .flags = TCP_RST, .at = ASK_LEN}},
     "http/204 (reset_ignored) tcp>http app=http/certain allow:-\n"},
    {"before the SYN is answered",
     {SHOT, SHOT, SHOT, CLIENT_ACKS, REAL, REPLY, CLOSE, END},
     {{CLIENT, .flags = TCP_SYN}, {CLIENT, .flags = TCP_RST}, {SERVER, .flags = TCP_SYN | TCP_ACK}},
     "(reset_ignored) " GOOD},
    {"with a signature out of nowhere",
     {HANDSHAKE, SHOT, REAL, REPLY, CLOSE, END},
     {{CLIENT, .flags = TCP_RST, .signs = true}},
     "(reset_ignored) " GOOD},
    {"a RST that is right, and its sender sends on, and nobody hears it",
     {HANDSHAKE, SHOT, REAL, END},
     {{CLIENT, .flags = TCP_RST}},
     "(data_after_reset) tcp app=?/ allow:-\n"},
    {"what was on its way when the RST came",
     {HANDSHAKE, REAL, SHOT, SHOT, END},
     {{CLIENT, .flags = TCP_RST, .at = ASK_LEN}, {SERVER, DATA(ANSWER)}},
     "http/0 tcp>http app=http/strong allow:-\n"},
    {"a RST, and the ports are used again",
     {HANDSHAKE, REAL, SHOT, SHOT, SHOT, END},
     {{SERVER, .flags = TCP_RST},
      {CLIENT, .flags = TCP_SYN, .at = 100000},
      {SERVER, .flags = TCP_RST | TCP_ACK, .ack = 100000 - (int32_t)ASK_LEN}},
     "http/0 tcp>http app=http/strong allow:-\ntcp app=none/ allow:-\n"},
    {"a RST in the window, and silence",
     {HANDSHAKE, REAL, REPLY, SHOT, END},
     {{CLIENT, .flags = TCP_RST, .at = 500}},
     "http/204 tcp>http app=http/certain allow:-\n"},

    /* SYN */
    {"data on a SYN, taken (RFC 7413)",
     {SHOT, SHOT, CLIENT_ACKS, REPLY, CLOSE, END},
     {{CLIENT, .flags = TCP_SYN, DATA(ASK)}, {SERVER, .flags = TCP_SYN | TCP_ACK, .ack = ASK_LEN}},
     GOOD},
    {"refused, and sent again",
     {SHOT, SHOT, CLIENT_ACKS, REAL, REPLY, CLOSE, END},
     {{CLIENT, .flags = TCP_SYN, DATA(ASK)}, {SERVER, .flags = TCP_SYN | TCP_ACK}},
     GOOD},
    {"refused, and other data follows",
     {SHOT, SHOT, CLIENT_ACKS, REAL, REPLY, CLOSE, END},
     {{CLIENT, .flags = TCP_SYN, DATA(FAKE)}, {SERVER, .flags = TCP_SYN | TCP_ACK}},
     "(syn_data_differs) " GOOD},
    {"data on a SYN, and nothing else",
     {SHOT, END},
     {{CLIENT, .flags = TCP_SYN, DATA(ASK)}},
     "http/0 tcp>http app=http/strong allow:-\n"},
    {"a simultaneous open",
     {SHOT, SHOT, SHOT, SHOT, REAL, REPLY, CLOSE, END},
     {{CLIENT, .flags = TCP_SYN},
      {SERVER, .flags = TCP_SYN},
      {CLIENT, .flags = TCP_SYN | TCP_ACK},
      {SERVER, .flags = TCP_SYN | TCP_ACK}},
     GOOD},
    {"a split handshake: the server's SYN and ACK come apart",
     {SHOT, SHOT, SHOT, SHOT, SHOT, REPLY, CLOSE, END},
     {{CLIENT, .flags = TCP_SYN},
      {SERVER},
      {SERVER, .flags = TCP_SYN},
      {CLIENT, .flags = TCP_SYN | TCP_ACK},
      {CLIENT, DATA(ASK)}},
     GOOD},

    /* the two directions on different ways */
    {"different VLANs",
     {SHOT, SHOT, SHOT, SHOT, SHOT, CLOSE, END},
     {{CLIENT, .flags = TCP_SYN, .wrap = VLAN_10},
      {SERVER, .flags = TCP_SYN | TCP_ACK, .wrap = VLAN_20},
      {CLIENT, .wrap = VLAN_10},
      {CLIENT, DATA(ASK), .wrap = VLAN_10},
      {SERVER, DATA(ANSWER), .ack = ASK_LEN, .wrap = VLAN_20}},
     GOOD},
    {"one of them in a tunnel",
     {SHOT, SHOT, SHOT, SHOT, SHOT, CLOSE, END},
     {{CLIENT, .flags = TCP_SYN, .wrap = GRE},
      {SERVER, .flags = TCP_SYN | TCP_ACK},
      {CLIENT, .wrap = GRE},
      {CLIENT, DATA(ASK), .wrap = GRE},
      {SERVER, DATA(ANSWER), .ack = ASK_LEN}},
     GOOD},
    {"the tunnel begins in the middle",
     {HANDSHAKE, SHOT, REPLY, CLOSE, END},
     {{CLIENT, DATA(ASK), .wrap = GRE}},
     GOOD},

    /* FIN */
    {"data behind both FINs",
     {HANDSHAKE, REAL, REPLY, CLOSE, SHOT, END},
     {{CLIENT, .at = ASK_LEN + 1, DATA(FAKE)}},
     GOOD "(data_after_fin) http/0 tcp>http app=http/strong allow:-\n"},
    {"data behind both FINs, of which the last is not acknowledged",
     {HANDSHAKE, REAL, REPLY, SHOT, SHOT, SHOT, END},
     {{CLIENT, .flags = TCP_FIN | TCP_ACK, .at = ASK_LEN},
      {SERVER, .flags = TCP_FIN | TCP_ACK, .at = sizeof(ANSWER) - 1, .ack = 1},
      {CLIENT, .at = ASK_LEN + 1, DATA(FAKE)}},
     "http/204 (data_after_fin) tcp>http app=http/certain allow:-\n"},
    {"data behind the FIN",
     {HANDSHAKE, REAL, SHOT, SHOT, REPLY, END},
     {{CLIENT, .flags = TCP_FIN | TCP_ACK, .at = ASK_LEN}, {CLIENT, .at = ASK_LEN + 1, DATA(FAKE)}},
     "http/204 (data_after_fin) tcp>http app=http/certain allow:-\n"},
    {"a false FIN: what follows is acknowledged",
     {HANDSHAKE, SHOT, REAL, SHOT, REPLY, END},
     {{CLIENT, .flags = TCP_FIN | TCP_ACK}, {SERVER}},
     GOOD},
    {"a keep-alive of the FIN",
     {HANDSHAKE, REAL, SHOT, SHOT, REPLY, END},
     {{CLIENT, .flags = TCP_FIN | TCP_ACK, .at = ASK_LEN}, {CLIENT, .at = ASK_LEN, DATA("\0")}},
     GOOD},
};

static void half(struct talk *t, size_t from, size_t to)
{
    talk_segment(t, TO_SERVER, TCP_ACK, (uint32_t)from,
                 bytes_of((const uint8_t *)ASK + from, to - from));
}

static void take_step(struct talk *t, enum step step)
{
    switch (step) {
    case HANDSHAKE: talk_open(t); break;
    case REAL: talk_say(t, TO_SERVER, LITERAL(ASK)); break;
    case FIRST: half(t, 0, 10); break;
    case SECOND: half(t, 10, ASK_LEN); break;
    case REPLY:
        t->sent[TO_SERVER] = ASK_LEN;
        talk_say(t, TO_CLIENT, LITERAL(ANSWER));
        break;
    case CLOSE: talk_close(t); break;
    case CLIENT_ACKS: talk_segment(t, TO_SERVER, TCP_ACK, t->sent[0], LITERAL("")); break;
    case MANY:
        for (unsigned i = 0; i < 70; i++)
            talk_segment(t, TO_SERVER, TCP_ACK, ASK_LEN, LITERAL(""));
        break;
    case SHOT:
    case END: break;
    }
}

static void run(const struct vector *v, uint32_t isn)
{
    const struct shot *shot = v->shot;
    struct talk t;

    talk_begin(&t, NULL, 0);
    t.isn[TO_SERVER] = isn;
    t.isn[TO_CLIENT] = isn * 3;
    for (const enum step *s = v->step; *s != END; s++) {
        if (*s == SHOT)
            shoot(&t, shot++);
        else
            take_step(&t, *s);
    }
    talk_end(&t, v->want, v->name);
}

/* Each vector, with sequence numbers that wrap at every place of it. */
static void test_vectors(void)
{
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        run(&vectors[i], 1000000);
        for (uint32_t n = 0; n < 80; n++)
            run(&vectors[i], 0U - n);
        run(&vectors[i], 0x80000000U - 10);
    }
}

/* Decoys that fill what may be set aside. */
static void test_flood(void)
{
    struct talk t;

    talk_begin(&t, NULL, 0);
    t.sink.interest = INTEREST_HTTP;
    talk_open(&t);
    const size_t before = engine_totals(t.engine).memory_peak;
    for (int32_t i = 0; i < 100000; i++)
        shoot(&t, &(struct shot){CLIENT, .at = i % 3000, DATA(FAKE), .ttl = 5});
    CHECK(engine_totals(t.engine).memory_peak < before + (1U << 20), "decoys are bounded");
    take_step(&t, REAL);
    take_step(&t, REPLY);
    talk_close(&t);
    CHECK(strstr(talk_log(&t), "http/204 ") != NULL, "and hide nothing");
    talk_free(&t);
}

static void exchange(struct talk *t)
{
    take_step(t, REAL);
    take_step(t, REPLY);
}

/* The ports of a connection in TIME_WAIT: its server answers the SYN from what it remembers, the
 * client refuses that, and the SYN that is sent again is taken (RFC 5961 s4.2, RFC 6191). */
static void test_time_wait(void)
{
    struct talk t;

    talk_begin(&t, NULL, 0);
    for (unsigned round = 0; round < 2; round++) {
        talk_open(&t);
        exchange(&t);
        talk_close(&t);
        const uint32_t old[2] = {t.isn[0] + t.sent[0], t.isn[1] + t.sent[1]};
        t.isn[0] += 50000; /* inside the reach of stragglers */
        t.isn[1] += 70000;
        t.sent[0] = t.sent[1] = 0;
        const int32_t at[2] = {(int32_t)(old[0] - t.isn[0]), (int32_t)(old[1] - t.isn[1])};
        talk_segment(&t, TO_SERVER, TCP_SYN, 0, LITERAL(""));
        shoot(&t, &(struct shot){SERVER, .at = at[1], .ack = at[0]});
        shoot(&t, &(struct shot){CLIENT, .flags = TCP_RST, .at = at[0]});
    }
    talk_open(&t);
    exchange(&t);
    talk_close(&t);
    talk_end(&t, GOOD GOOD GOOD, "three connections of one pair of ports");
}

/* Only one direction was captured. */
static void test_one_way(void)
{
    for (enum direction d = TO_SERVER; d <= TO_CLIENT; d++) {
        struct talk t;
        talk_begin(&t, NULL, 0);
        if (d == TO_SERVER) {
            talk_segment(&t, d, TCP_SYN, 0, LITERAL(""));
            take_step(&t, REAL);
        } else {
            talk_segment(&t, d, TCP_SYN | TCP_ACK, 0, LITERAL(""));
            talk_say(&t, d, LITERAL(ANSWER));
        }
        talk_segment(&t, d, TCP_FIN | TCP_ACK, t.sent[d], LITERAL(""));
        const char *log = talk_log(&t);
        CHECK(strstr(log, "tcp>http app=http") != NULL, "known from one direction");
        CHECK(strchr(log, '(') == NULL, "and nothing odd about it");
        talk_free(&t);
    }
}

/* A part of the request is not there; then both sides are done. */
static void lose_and_close(struct talk *t)
{
    talk_begin(t, NULL, 0);
    talk_open(t);
    talk_segment(t, TO_SERVER, TCP_ACK, 0, bytes_first(LITERAL(ASK), 10));
    talk_segment(t, TO_SERVER, TCP_ACK, 15, bytes_after(LITERAL(ASK), 15));
    take_step(t, REPLY);
    talk_close(t);
    engine_tick(t->engine, t->now_ns + 500000000);
    CHECK(t->log.len == 0, "what is missing may come late");
}

/* What is missing was received: nobody sends it again. */
static void test_lost_before_close(void)
{
    struct talk t;

    lose_and_close(&t);
    talk_segment(&t, TO_SERVER, TCP_ACK, 10, bytes_first(bytes_after(LITERAL(ASK), 10), 5));
    talk_end(&t, GOOD, "it came late");
    lose_and_close(&t);
    t.now_ns += 2500000000LL;
    engine_tick(t.engine, t.now_ns);
    CHECK(t.log.len > 0, "told without it, and long before the timeout of a connection that lives");
    talk_segment(&t, TO_SERVER, TCP_FIN | TCP_ACK, t.sent[TO_SERVER] - 1, LITERAL(""));
    talk_segment(&t, TO_SERVER, TCP_ACK, 10, bytes_first(bytes_after(LITERAL(ASK), 10), 5));
    CHECK(engine_totals(t.engine).flows == 1, "what comes then is a straggler");
    const char *log = talk_log(&t);
    CHECK(strstr(log, "(stream_gap) ") != NULL && strstr(log, " missing=5/0 ") != NULL,
          "the gap is told");
    talk_free(&t);
}

/* What confirms a RST to which nothing speaks against: that the capture ends is no silence. */
static void test_last_reset(void)
{
    static const struct {
        const char *name;
        struct shot reset;
        int64_t silence_s;
        enum flow_end ended;
    } rows[] = {
        {"in the window, the last packet", {CLIENT, .flags = TCP_RST, .at = 500}, 0, FLOW_FINISHED},
        {"right, the last packet", {CLIENT, .flags = TCP_RST, .at = ASK_LEN}, 0, FLOW_FINISHED},
        {"it died on its way, or the capture is cut",
         {CLIENT, .flags = TCP_RST, .at = ASK_LEN, .ttl = 3},
         0,
         FLOW_FORCED},
        {"nobody says anything for long after it",
         {CLIENT, .flags = TCP_RST, .at = ASK_LEN, .ttl = 3},
         400,
         FLOW_FINISHED},
        {"a signature out of nowhere",
         {CLIENT, .flags = TCP_RST, .at = ASK_LEN, .signs = true},
         0,
         FLOW_FORCED},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct talk t;
        talk_begin(&t, NULL, 0);
        talk_open(&t);
        take_step(&t, REAL);
        take_step(&t, REPLY);
        shoot(&t, &rows[i].reset);
        if (rows[i].silence_s > 0)
            engine_tick(t.engine, t.now_ns + rows[i].silence_s * 1000000000LL);
        CHECK_TEXT(talk_log(&t), GOOD, rows[i].name);
        CHECK(t.ended == rows[i].ended, rows[i].name);
        talk_free(&t);
    }
}

int main(void)
{
    test_vectors();
    test_lost_before_close();
    test_flood();
    test_time_wait();
    test_one_way();
    test_last_reset();
    return test_end();
}
