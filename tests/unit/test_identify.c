/* SPDX-License-Identifier: MIT */
#include "identify/identify.h"
#include "identify/ndpi.h"
#include "identify/registry.h"
#include "said.h"
#include "test.h"

#include <inttypes.h>

#define TURNS_MAX 6

/* `want`: name/confidence, then what is shown as evidence. */
static const struct vector {
    const char *name, *want;
    struct said turn[TURNS_MAX];
} vectors[] = {
    {"SSH, both banners",
     "ssh/strong [SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3]",
     {S("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n"), C("SSH-2.0-OpenSSH_9.2p1\r\n")}},
    {"SSH, the client first",
     "ssh/strong [SSH-2.0-dropbear_2022.83]",
     {C("SSH-2.0-dropbear_2022.83\r\n")}},
    {"SSH 1.99", "ssh/strong [SSH-1.99-Cisco-1.25]", {S("SSH-1.99-Cisco-1.25\n")}},
    {"an SSH banner that never ends", "raw/strong []", {S("SSH-2.0-")}},
    {"SMTP by its greeting",
     "smtp/strong [220 mail.example.org ESMTP Postfix]",
     {S("220 mail.example.org ESMTP Postfix\r\n"), C("EHLO me\r\n")}},
    {"SMTP by its client",
     "smtp/strong [220 mail.example.org ready]",
     {S("220 mail.example.org ready\r\n"), C("ehlo me\r\n")}},
    {"FTP by its greeting",
     "ftp/strong [220 (vsFTPd 3.0.3)]",
     {S("220 (vsFTPd 3.0.3)\r\n"), C("USER anonymous\r\n")}},
    {"FTP by its client",
     "ftp/strong [220-Welcome aboard]",
     {S("220-Welcome aboard\r\n220 \r\n"), C("AUTH TLS\r\n")}},
    {"220 and then chat", "raw/strong []", {S("220 boats in the harbour\r\n"), C("so many\r\n")}},
    {"POP3",
     "pop3/strong [+OK Dovecot (Debian) ready.]",
     {S("+OK Dovecot (Debian) ready.\r\n"), C("CAPA\r\n")}},
    {"IMAP by its greeting",
     "imap/strong [* OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS] Dovecot ready.]",
     {S("* OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS] Dovecot ready.\r\n")}},
    {"IMAP by its client",
     "imap/strong [* OK ready]",
     {S("* OK ready\r\n"), C("a1 LOGIN bob secret\r\n")}},
    {"IRC by its client",
     "irc/strong [USER bob 0 * :Bob]",
     {C("NICK bob\r\nUSER bob 0 * :Bob\r\n"), S(":irc.example NOTICE * :hi\r\n")}},
    {"IRC by its server",
     "irc/strong [:irc.example.net NOTICE * :*** Looking up your hostname]",
     {S(":irc.example.net NOTICE * :*** Looking up your hostname\r\n")}},
    {"VNC", "vnc/strong [RFB 003.008]", {S("RFB 003.008\n"), C("RFB 003.008\n")}},
    {"Redis", "redis/strong [PING]", {C("*1\r\n$4\r\nPING\r\n"), S("+PONG\r\n")}},
    {"Redis SET", "redis/strong [SET]", {C("*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n")}},
    {"MQTT 3.1.1",
     "mqtt/strong [MQTT]",
     {C("\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04"
        "abcd"),
      S("\x20\x02\x00\x00")}},
    {"MQTT 3.1",
     "mqtt/strong [MQIsdp]",
     {C("\x10\x12\x00\x06MQIsdp\x03\x02\x00\x3c\x00\x04"
        "abcd")}},
    {"MySQL",
     "mysql/strong [8.0.31]",
     {S("\x4a\x00\x00\x00\x0a"
        "8.0.31\x00\x08\x00\x00\x00"
        "ABCDEFGH\x00\xff\xff\xff\x02\x00\xff\xdf\x15\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
        "ABCDEFGHIJKL\x00mysql_native_password\x00")}},
    {"PostgreSQL SSLRequest",
     "postgresql/strong []",
     {C("\x00\x00\x00\x08\x04\xd2\x16\x2f"), S("N")}},
    {"PostgreSQL startup",
     "postgresql/strong [user]",
     {C("\x00\x00\x00\x13\x00\x03\x00\x00user\x00"
        "bob\x00\x00"),
      S("R\x00\x00\x00\x08\x00\x00\x00\x00")}},
    {"RDP",
     "rdp/strong []",
     {C("\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00\x01\x00\x08\x00\x0b\x00\x00\x00")}},
    {"RDP with a cookie",
     "rdp/strong [Cookie: mstshash=bob]",
     {C("\x03\x00\x00\x2b\x26\xe0\x00\x00\x00\x00\x00"
        "Cookie: mstshash=bob\r\n\x01\x00\x08\x00\x0b\x00\x00\x00")}},
    {"Telnet",
     "telnet/strong []",
     {S("\xff\xfd\x18\xff\xfd\x20\xff\xfd\x23"), C("\xff\xfb\x18\xff\xfb\x20")}},
    {"Redis, typed", "redis/strong [PING]", {C("PING\r\nSET a b\r\n"), S("+PONG\r\n+OK\r\n")}},
    {"PING, answered by a person", "raw/strong []", {C("PING\r\n"), S("pong, and so on\r\n")}},
    {"NATS",
     "nats/strong [INFO {\"server_id\":]",
     {S("INFO {\"server_id\":\"NA\",\"version\":\"2.9.10\"} \r\n"), C("CONNECT {}\r\n")}},
    {"AMQP 0-9-1", "amqp/strong []", {C("AMQP\x00\x00\x09\x01")}},
    {"AMQP 1.0 after SASL",
     "amqp/strong []",
     {C("AMQP\x03\x01\x00\x00"), S("AMQP\x03\x01\x00\x00")}},
    {"AMQP of no version", "raw/strong []", {C("AMQP\x00\x00\x09\x02")}},
    {"AMQP from the middle: heartbeat", "amqp/strong []", {S("\x08\x00\x00\x00\x00\x00\x00\xce")}},
    {"AMQP from the middle: Basic.Ack",
     "amqp/strong []",
     {C("\x01\x00\x01\x00\x00\x00\x0d\x00\x3c\x00\x50\x00\x00\x00\x00\x00\x00\x00\x01\x00\xce")}},
    {"AMQP from the middle: the body of a message, and the next one's method",
     "amqp/strong []",
     {S("\x03\x00\x01\x00\x00\x00\x02hi\xce"
        "\x01\x00\x01\x00\x00\x00\x05\x00\x3c\x00\x3c\x00\xce")}},
    {"AMQP from the middle: a content header",
     "amqp/strong []",
     {S("\x02\x00\x01\x00\x00\x00\x0e\x00\x3c\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00"
        "\xce")}},
    {"AMQP 1.0 from the middle: transfer",
     "amqp/strong []",
     {C("\x00\x00\x00\x20\x02\x00\x00\x00\x00\x53\x14\xc0\x13")}},
    {"as AMQP, but its end is missing",
     "raw/strong []",
     {C("\x01\x00\x01\x00\x00\x00\x05\x00\x3c\x00\x3c\x00\xcd")}},
    {"as AMQP, but of no class",
     "raw/strong []",
     {C("\x01\x00\x01\x00\x00\x00\x05\x00\x3d\x00\x3c\x00\xce")}},
    {"memcached", "memcached/strong [END]", {C("get foo\r\n"), S("END\r\n")}},
    {"memcached, one word",
     "memcached/strong [VERSION 1.6.18]",
     {C("version\r\n"), S("VERSION 1.6.18\r\n")}},
    {"get, and another answer", "raw/strong []", {C("get foo\r\n"), S("Endless foo\r\n")}},
    {"memcached, binary",
     "memcached/strong []",
     {C("\x80\x0b\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x07\x00\x00\x00\x00\x00\x00"
        "\x00"
        "\x00"),
      S("\x81\x0b\x00\x00\x00\x00\x00\x00\x00\x00\x00\x06\x00\x00\x00\x07\x00\x00\x00\x00\x00\x00"
        "\x00"
        "\x00"
        "1.6.18")}},
    {"Telnet to a client that types",
     "telnet/strong []",
     {C("root\r\n"), S("\xff\xfb\x25\xff\xfb\x26\xff\xfd\x18"), C("secret\r\n")}},
    {"X11", "x11/strong []", {C("l\x00\x0b\x00\x00\x00\x00\x00\x00\x00\x00\x00")}},
    {"X11, the other way round",
     "x11/strong []",
     {C("B\x00\x00\x0b\x00\x00\x00\x12\x00\x10\x00\x00MIT-MAGIC-COOKIE-1\x00\x00")}},
    {"HTTP/2 with prior knowledge",
     "http2/strong [PRI * HTTP/2.0]",
     {C("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"),
      S("\x00\x00\x00\x04\x00\x00\x00\x00\x00")}},
    {"HTTP/2, the server first",
     "http2/strong [PRI * HTTP/2.0]",
     {S("\x00\x00\x00\x04\x00\x00\x00\x00\x00"), C("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")}},
    {"LDAP bind",
     "ldap/strong []",
     {C("\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\x80\x00")}},
    {"LDAP search",
     "ldap/strong []",
     {C("\x30\x29\x02\x01\x02\x63\x24\x04\x04"
        "dc="
        "x\x0a\x01\x02\x0a\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00\x87\x0bobjectclass0\x00")}},
    {"LDAP StartTLS",
     "ldap/strong []",
     {C("\x30\x1d\x02\x01\x01\x77\x18\x80\x16"
        "1.3.6.1.4.1.1466.20037")}},
    {"LDAP with long lengths",
     "ldap/strong []",
     {C("\x30\x84\x00\x00\x00\x10\x02\x01\x01\x60\x84\x00\x00\x00\x07\x02\x01\x03\x04\x00\x80"
        "\x00")}},
    {"BER, but an operation that is none",
     "raw/strong []",
     {C("\x30\x0c\x02\x01\x01\x6f\x07\x02\x01\x03\x04\x00\x80\x00")}},
    {"zeros and text", "raw/strong []", {C("00:00:01 two ships, one berth\n"), S("0 messages\n")}},
    {"Git",
     "git/strong [git-upload-pack /r.git]",
     {C("0030git-upload-pack /r.git\x00host=10.80.2.12\x00\x00version=2\x00")}},
    {"rsync", "rsync/strong [@RSYNCD: 31.0]", {S("@RSYNCD: 31.0\n"), C("@RSYNCD: 31.0\n")}},
    {"SMB 2",
     "smb/strong [SMB]",
     {C("\x00\x00\x00\xb0\xfeSMB\x40\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")}},
    {"iperf3",
     "iperf3/strong [5s2diudspqmnh2wx43njgkzsnd2wbyi33bwa]",
     {C("5s2diudspqmnh2wx43njgkzsnd2wbyi33bwa\x00"), S("\x09")}},
    {"OpenVPN over TCP",
     "openvpn/strong []",
     {C("\x00\x0e\x38\x1b\xd2\x7c\xe9\xfa\xc0\x30\x38\x00\x00\x00\x00\x00")}},
    {"OpenVPN over TCP with --tls-auth",
     "openvpn/strong []",
     {C("\x00\x2a\x38\x1b\xd2\x7c\xe9\xfa\xc0\x30\x38"
        "hmac-hmac-hmac-hmac-"
        "\x00\x00\x00\x01\x65\x01\x02\x03\x00\x00\x00\x00\x00")}},
    {"OpenVPN over TCP with --tls-crypt",
     "openvpn/probable []",
     {C("\x00\x36\x38\x1b\xd2\x7c\xe9\xfa\xc0\x30\x38\x00\x00\x00\x01\x65\x01\x02\x03"
        "tag-tag-tag-tag-tag-tag-tag-tag-"
        "crypt")}},
    {"SOCKS 5", "socks/strong []", {C("\x05\x02\x00\x02"), S("\x05\x00")}},
    {"SOCKS 5, a request and never an answer",
     "socks/strong [quay.example]",
     {C("\5\1\0\5\1\0\3\x0cquay.example\0\x50")}},
    {"five, one, nothing: too little for SOCKS 5", "raw/strong []", {C("\5\1\0")}},
    {"PROXY header, version 1",
     "proxy/strong []",
     {C("PROXY TCP4 192.0.2.1 192.0.2.80 4567 80\r\n"), S("HTTP/1.1 200 OK\r\n")}},
    {"PROXY header, version 2",
     "proxy/strong []",
     {C("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\2\1\xc0\0\2\x50\x11\xd7\0\x50")}},
    {"a PROXY header that is none",
     "raw/strong []",
     {C("PROXY TCP4 192.0.2.1 192.0.2.80 4567\r\n"), S("what?\n"), C("PROXY TCP4\n")}},
    {"SOCKS 4a",
     "socks/strong []",
     {C("\x04\x01\x00\x50\x00\x00\x00\x01me\0quay.example\0"),
      S("\x00\x5a\x00\x00\x00\x00\x00\x00")}},
    {"DNS over TCP",
     "dns/strong [example\\x03com]",
     {C("\x00\x1d\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07"
        "example\x03"
        "com\x00\x00\x01\x00\x01")}},
    {"TLS",
     "tls/strong []",
     {C("\x16\x03\x01\x00\x31\x01\x00\x00\x2d\x03\x03"
        "abcdefghijklmnopqrstuvwxyz012345\x00\x00\x02\x13\x01\x01\x00\x00\x00")}},
    {"BitTorrent",
     "bittorrent/strong [\\x13BitTorrent protocol]",
     {C("\x13"
        "BitTorrent protocol\x00\x00\x00\x00\x00\x10\x00\x05"
        "hhhhhhhhhhhhhhhhhhhh-UT3550-............")}},
    {"HTTP", "http/strong", {C("GET / HTTP/1.1\r\nHost: a\r\n\r\n")}},
    /* nDPI's */
    {"SIP, by nDPI",
     "sip/strong",
     {C("REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/TCP 10.0.0.1\r\n\r\n")}},
    {"RTSP, by nDPI",
     "rtsp/strong",
     {C("OPTIONS rtsp://10.0.0.1/ RTSP/1.0\r\nCSeq: 1\r\n\r\n"),
      S("RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n")}},
    {"XMPP, by nDPI",
     "jabber/strong",
     {C("<?xml version='1.0'?><stream:stream to='example.com' xmlns='jabber:client' "
        "xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>")}},
    {"MongoDB, by nDPI",
     "mongodb/strong",
     {C("\x3a\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\xd4\x07\x00\x00\x00\x00\x00\x00"
        "admin.$cmd\x00\x00\x00\x00\x00\xff\xff\xff\xff\x13\x00\x00\x00\x10ismaster\x00\x01\x00"
        "\x00\x00\x00")}},
    /* nobody's */
    {"chat",
     "raw/strong []",
     {S("hello from the quay\n"), C("hi\n"), S("two ships, one berth\n"), C("bye\n")}},
    {"twelve bytes and nothing more", "raw/strong []", {C("hello, quay\n")}},
    {"GE and nothing more", "raw/strong []", {C("GE")}},
    {"one byte each", "raw/strong []", {C("\x05"), S("\x00")}},
    {"a method that is none, then a line", "raw/strong []", {C("GETAWAY now\n"), S("why?\n")}},
};

static const uint16_t ports[] = {80, 22, 443, 40001};

static struct identify_context context_on(uint16_t port)
{
    const uint8_t client[4] = {10, 80, 1, 2}, server[4] = {10, 80, 0, 10};

    return (struct identify_context){
        .client = {.addr = addr_from_ipv4(client), .port = 50123},
        .server = {.addr = addr_from_ipv4(server), .port = port},
        .transport = TRANSPORT_TCP,
        .time_ns = 1,
    };
}

struct stream {
    struct identifier *i;
    struct identify s;
    struct identify_context c;
    struct identity id;
    char shown[512];
};

static void show(struct stream *x)
{
    const struct bytes d = x->id.detail;
    int at = snprintf(x->shown, sizeof(x->shown), "%s/%s [", x->id.name,
                      confidence_name(x->id.confidence));

    for (size_t i = 0; i < d.len; i++)
        at += snprintf(x->shown + at, sizeof(x->shown) - (size_t)at,
                       d.at[i] >= ' ' && d.at[i] < 127 ? "%c" : "\\x%02x", d.at[i]);
    (void)snprintf(x->shown + at, sizeof(x->shown) - (size_t)at, "]");
}

/* What the short way says of a stream's first bytes, the long way says. */
static bool agrees(const struct stream *x, bool first, enum direction d, struct bytes in)
{
    struct recognition said;
    size_t used;
    const struct layer *l = first ? identify_usual(&x->c, d, in, &said, &used) : NULL;

    return l == NULL || (x->id.result == IDENTIFIED_LAYER && x->id.layer == l &&
                         x->id.name == l->name && x->id.confidence == said.confidence &&
                         x->id.why == said.why && bytes_equal(x->id.detail, said.detail) &&
                         !x->id.reversed && x->id.used == used && x->id.opening[d].len == used);
}

/* Everything in an identity is read while its bytes live. */
static void give(struct stream *x, enum direction d, struct bytes in)
{
    const struct bytes copy = test_copy(in);
    const bool first = x->s.turns == 0;

    if (x->id.result == IDENTIFIED_NOT_YET) {
        x->id = identify_feed(x->i, &x->s, &x->c, d, copy);
        CHECK(agrees(x, first, d, copy), "the short way");
        if (x->id.result != IDENTIFIED_NOT_YET) {
            size_t sum = 0;
            for (int k = 0; k < 2; k++)
                for (size_t n = 0; n < x->id.opening[k].len; n++)
                    sum += x->id.opening[k].at[n];
            CHECK(sum != 1, "the opening can be read");
            CHECK(x->id.used <= copy.len, "no more is used than was given");
            show(x);
        } else {
            CHECK(x->id.used == copy.len, "undecided: all was kept");
        }
    }
    free((void *)(uintptr_t)copy.at);
}

static void end(struct stream *x)
{
    for (int d = TO_SERVER; d <= TO_CLIENT; d++)
        if (x->id.result == IDENTIFIED_NOT_YET) {
            x->id = identify_ended(x->i, &x->s, &x->c, (enum direction)d);
            if (x->id.result != IDENTIFIED_NOT_YET)
                show(x);
        }
    identify_end(x->i, &x->s);
}

/* cut 0: whole turns; 1: byte by byte; else in two before byte cut-1. */
static const char *run(struct stream *x, const struct vector *v, size_t cut)
{
    for (size_t t = 0; t < TURNS_MAX && v->turn[t].len > 0; t++) {
        const struct bytes b = bytes_of(v->turn[t].bytes, v->turn[t].len);
        const enum direction d = v->turn[t].direction;
        if (cut == 1) {
            for (size_t n = 0; n < b.len; n++)
                give(x, d, bytes_of(b.at + n, 1));
        } else {
            const size_t first = cut == 0 || cut - 1 > b.len ? b.len : cut - 1;
            if (first > 0)
                give(x, d, bytes_first(b, first));
            if (first < b.len)
                give(x, d, bytes_after(b, first));
        }
    }
    end(x);
    return x->shown;
}

static void test_vectors(struct identifier *i)
{
    for (size_t n = 0; n < sizeof(vectors) / sizeof(vectors[0]); n++) {
        const struct vector *v = &vectors[n];
        size_t longest = 0;
        char whole[512];
        for (size_t t = 0; t < TURNS_MAX; t++)
            longest = v->turn[t].len > longest ? v->turn[t].len : longest;
        for (size_t p = 0; p < sizeof(ports) / sizeof(ports[0]); p++)
            for (size_t cut = 0; cut <= longest + 1; cut++) {
                struct stream x = {.i = i, .c = context_on(ports[p])};
                const char *got = run(&x, v, cut);
                if (cut == 0 && p == 0) {
                    memcpy(whole, x.shown, sizeof(whole));
                    CHECK(strncmp(got, v->want, strlen(v->want)) == 0, v->name);
                    if (strncmp(got, v->want, strlen(v->want)) != 0)
                        printf("    got %s want %s\n", got, v->want);
                } else {
                    CHECK_TEXT(got, whole, v->name);
                }
            }
    }
}

/* As soon as the banner is whole: nothing of the rest is waited for. */
/* Nobody knows them by their first turns. */
static const struct vector slow[] = {
    {"chat",
     "raw/strong []",
     {S("hello from the quay, all of you that come here tonight, and welcome aboard my ship\n"),
      C("hi\n"), S("two ships, one berth\n"), C("bye\n"), S("which one is it to be then?\n")}},
    {"XMPP after a greeting",
     "jabber/strong",
     {S("this is the gate of the example network, which says a line or two before it listens\n"),
      C("<?xml version='1.0'?><stream:stream to='example.com' xmlns='jabber:client' "
        "xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"),
      S("<?xml version='1.0'?>")}},
    {"TeamViewer, by its fourth turn",
     "teamviewer/strong",
     {C("\x17\x24\x0a\x20\x00\x00\x80\x00\x00\x00\x01\x02"),
      S("\x17\x24\x0a\x20\x00\x01\x80\x00\x00\x00\x01\x02"),
      C("\x17\x24\x0a\x20\x00\x02\x80\x00\x00\x00\x01\x02"),
      S("\x17\x24\x0a\x20\x00\x03\x80\x00\x00\x00\x01\x02"),
      C("\x17\x24\x0a\x20\x00\x04\x80\x00\x00\x00\x01\x02")}},
    {"bytes",
     "raw/strong []",
     {C("\x01\x02\x03\x04"), S("\x05\x06\x07\x08"), C("\xff"), S("\xfe"), C("\xfd\x01")}},
};

/* More conversations at once than are remembered, turn by turn: nDPI is told the rest of some and
 * all of others again, and says of each what it says of it alone. */
static void test_many(struct identifier *i)
{
    enum { MANY = DPI_TALKS + 200, SLOW = sizeof(slow) / sizeof(slow[0]) };
    struct stream *x = calloc(MANY, sizeof(*x));

    for (size_t n = 0; x != NULL && n < MANY; n++)
        x[n] = (struct stream){.i = i, .c = context_on(ports[n % 4])};
    for (size_t t = 0; x != NULL && t < TURNS_MAX; t++)
        for (size_t n = 0; n < MANY; n++) {
            const struct said *s = &slow[n % SLOW].turn[t];
            if (s->len > 0)
                give(&x[n], s->direction, bytes_of(s->bytes, s->len));
        }
    for (size_t n = 0; x != NULL && n < MANY; n++) {
        struct stream alone = {.i = i, .c = x[n].c};
        end(&x[n]);
        CHECK_TEXT(x[n].shown, run(&alone, &slow[n % SLOW], 0), slow[n % SLOW].name);
        CHECK(strncmp(x[n].shown, slow[n % SLOW].want, strlen(slow[n % SLOW].want)) == 0,
              x[n].shown);
    }
    free(x);
}

static void test_latency(struct identifier *i)
{
    struct stream x = {.i = i, .c = context_on(80)};

    give(&x, TO_CLIENT, LITERAL("SSH-2.0-OpenSSH_9.2p1\r"));
    CHECK(x.id.result == IDENTIFIED_NOT_YET, "the banner is not whole");
    give(&x, TO_CLIENT, LITERAL("\n"));
    CHECK(x.id.result == IDENTIFIED_LAYER, "SSH with the line feed");
    end(&x);

    struct stream chat = {.i = i, .c = context_on(80)};
    for (int n = 0; n < IDENTIFY_TURNS; n++)
        give(&chat, n % 2 == 0 ? TO_CLIENT : TO_SERVER, LITERAL("ahoy there\n"));
    CHECK(chat.id.result == IDENTIFIED_NOT_YET, "a chat may still be something");
    give(&chat, TO_CLIENT, LITERAL("x"));
    CHECK(chat.id.result == IDENTIFIED_RAW, "raw after IDENTIFY_TURNS turns");
    CHECK(chat.id.opening[0].len + chat.id.opening[1].len == IDENTIFY_TURNS * 11,
          "with all that was said");
    end(&chat);

    struct stream silent = {.i = i, .c = context_on(80)};
    end(&silent);
    CHECK(silent.id.result == IDENTIFIED_NOT_YET, "a stream without a byte is nobody's");
}

/* One direction full is enough, and what does not fit is not taken. */
static void test_full(struct identifier *i)
{
    struct bytes big = bytes_of(calloc(1, 10000), 10000);
    for (size_t n = 0; n < big.len; n++)
        ((uint8_t *)(uintptr_t)big.at)[n] = (uint8_t)("the tide is high. "[n % 18]);
    for (size_t step = 1; step <= 10000; step = step * 3 + 1) {
        struct stream x = {.i = i, .c = context_on(80)};
        size_t given = 0;
        while (given < big.len && x.id.result == IDENTIFIED_NOT_YET) {
            const struct bytes part = bytes_first(bytes_after(big, given), step);
            x.id = identify_feed(i, &x.s, &x.c, TO_SERVER, part);
            given += x.id.used;
        }
        CHECK(x.id.result == IDENTIFIED_RAW, "raw when the opening says no more");
        CHECK(given == 2048, "at the same byte however it was cut");
        CHECK(x.id.opening[0].len == given, "what was taken is in the opening");
        end(&x);
    }
    free((void *)(uintptr_t)big.at);
}

/* What a stream's budget refuses ends the search honestly. */
static void test_budget(void)
{
    struct budget none = {.limit = 100};
    struct err err = {{0}};
    struct identifier *i = identifier_create(&none, &err);
    struct stream x = {.i = i, .c = context_on(80)};

    give(&x, TO_SERVER, LITERAL("mystery"));
    CHECK(x.id.result == IDENTIFIED_RAW && x.id.confidence == CONFIDENCE_PROBABLE,
          "no memory: raw, and not sure of it");
    end(&x);
    struct stream ssh = {.i = i, .c = context_on(80)};
    give(&ssh, TO_CLIENT, LITERAL("SSH-2.0-x\r\n"));
    CHECK(ssh.id.result == IDENTIFIED_LAYER, "what needs no memory is still recognised");
    end(&ssh);
    CHECK(none.used == 0, "all was given back");
    identifier_free(i);
}

static void test_midstream(struct identifier *i)
{
    struct stream x = {.i = i, .c = context_on(40001)};

    x.c.midstream = true;
    give(&x, TO_SERVER, LITERAL("220 mail.example.org ESMTP\r\n"));
    CHECK(x.id.result == IDENTIFIED_LAYER && x.id.reversed, "the client is really the server");
    CHECK(x.id.direction == TO_SERVER, "seen where it was seen");
    end(&x);
    struct stream raw = {.i = i, .c = context_on(40001)};
    raw.c.midstream = true;
    give(&raw, TO_SERVER, LITERAL("whatever"));
    end(&raw);
    CHECK(raw.id.result == IDENTIFIED_RAW && raw.id.confidence == CONFIDENCE_PROBABLE,
          "midstream it could be the middle of anything");
}

static const struct datagram {
    const char *name, *want;
    uint16_t port;
    struct said turn[TURNS_MAX];
} datagrams[] = {
    {"DNS query",
     "dns/strong",
     53,
     {C("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07"
        "example\x03"
        "com\x00\x00\x01\x00\x01")}},
    {"DNS where nobody expects it",
     "dns/strong",
     8080,
     {C("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x01\x07"
        "example\x03"
        "com\x00\x00\x01\x00\x01\x00\x00\x29\x10\x00\x00\x00\x00\x00\x00\x00")}},
    {"mDNS",
     "mdns/strong",
     5353,
     {C("\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x05_http\x04_tcp\x05local\x00\x00\x0c"
        "\x80\x01")}},
    {"NTP",
     "ntp/strong",
     123,
     {C("\x23\x00\x06\xec\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
        "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xe6\x01\x02\x03"
        "\x04\x05\x06\x07")}},
    {"STUN",
     "stun/strong",
     3478,
     {C("\x00\x01\x00\x00\x21\x12\xa4\x42"
        "abcdefghijkl")}},
    {"TFTP",
     "tftp/strong [cargo.bin]",
     69,
     {C("\x00\x01"
        "cargo.bin\x00octet\x00tsize\x00"
        "0\x00")}},
    {"TFTP's answer",
     "tftp/strong",
     40001,
     {S("\x00\x06"
        "blksize\x00"
        "512\x00")}},
    {"OpenVPN",
     "openvpn/strong",
     1194,
     {C("\x38\x1b\xd2\x7c\xe9\xfa\xc0\x30\x38\x00\x00\x00\x00\x00")}},
    {"WireGuard",
     "wireguard/strong",
     51820,
     {C("\x01\x00\x00\x00"
        "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567"
        "8901234567890123456789012345678901234567"
        "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")}},
    {"a request for nothing known",
     "raw/strong",
     69,
     {C("\x00\x01"
        "cargo.bin\x00"
        "EBCDIC\x00")}},
    {"one letter", "raw/strong", 7001, {C("t"), S("t")}},
    {"text on port 53", "raw/strong", 53, {C("good morning, harbour master"), S("good morning")}},
    {"text on port 123", "raw/strong", 123, {C("good morning, harbour master"), S("hello")}},
};

static void test_datagrams(struct identifier *i)
{
    for (size_t n = 0; n < sizeof(datagrams) / sizeof(datagrams[0]); n++) {
        struct stream x = {.i = i, .c = context_on(datagrams[n].port)};
        x.c.transport = TRANSPORT_UDP;
        for (size_t t = 0; t < TURNS_MAX && datagrams[n].turn[t].len > 0; t++)
            give(&x, datagrams[n].turn[t].direction,
                 bytes_of(datagrams[n].turn[t].bytes, datagrams[n].turn[t].len));
        end(&x);
        CHECK(strncmp(x.shown, datagrams[n].want, strlen(datagrams[n].want)) == 0,
              datagrams[n].name);
    }
}

/* --- noise: nothing may be anything but raw at "strong" ----------------------------------------*/

static uint64_t noise_state;

static uint32_t noise(void)
{
    noise_state ^= noise_state << 13;
    noise_state ^= noise_state >> 7;
    noise_state ^= noise_state << 17;
    return (uint32_t)(noise_state >> 11);
}

enum noise_kind { NOISE_RANDOM, NOISE_SHORT, NOISE_TEXT, NOISE_SPARSE, NOISE_KINDS };

static void make_noise(uint8_t *out, size_t len, enum noise_kind kind)
{
    static const char letters[] = " etaoinshrdlucmfwypvbgkjq\nABCDEFGH0123456789:.,";

    for (size_t n = 0; n < len; n++) {
        const uint8_t byte = (uint8_t)noise();
        if (kind == NOISE_TEXT)
            out[n] = (uint8_t)letters[byte % (sizeof(letters) - 1)];
        else if (kind == NOISE_SPARSE)
            out[n] = byte < 128 ? 0 : byte < 180 ? (uint8_t)(n & 7) : byte;
        else
            out[n] = byte;
    }
}

static void test_noise(struct identifier *i, uint8_t transport)
{
    static const uint16_t noisy[] = {80,   53,  123, 443,  20,   22,   25,   43,
                                     69,   88,  110, 161,  502,  1719, 554,  1883,
                                     3544, 500, 514, 5353, 6379, 9418, 40001};
    uint8_t bytes[600];
    unsigned wrong = 0, others = 0, keys = 0;

    noise_state = 88172645463325252ULL;
    for (unsigned n = 0; n < 8000; n++) {
        const enum noise_kind kind = (enum noise_kind)(n / 3 % NOISE_KINDS);
        struct stream x = {.i = i, .c = context_on(noisy[n % (sizeof(noisy) / sizeof(noisy[0]))])};
        x.c.transport = transport;
        const unsigned turns = 1 + noise() % 5;
        for (unsigned t = 0; t < turns && x.id.result == IDENTIFIED_NOT_YET; t++) {
            const size_t len = 1 + noise() % (kind == NOISE_SHORT ? 40 : sizeof(bytes));
            make_noise(bytes, len, kind);
            give(&x, (n + t) % 2 == 0 ? TO_SERVER : TO_CLIENT, bytes_of(bytes, len));
        }
        end(&x);
        if (x.id.result == IDENTIFIED_RAW)
            continue;
        /* Turns of random bytes, as long as those of its handshake, are all that MSE shows: what
         * follows will tell (mse.c). */
        const bool is_key = kind == NOISE_RANDOM && strcmp(x.id.name, "mse") == 0;
        keys += is_key;
        others += !is_key;
        if (x.id.confidence >= CONFIDENCE_STRONG) {
            wrong++;
            printf("    stream %u on port %u: %s\n", n, x.c.server.port, x.shown);
        }
    }
    CHECK(wrong == 0, "noise is never a protocol at strong");
    CHECK(others < 80, "and less than once in a hundred at probable");
    CHECK(keys < 2000 / 3, "nor is every random stream a handshake of MSE");
}

static void test_registry(void)
{
    CHECK(registry_find("ssh") != NULL && registry_find("tls") != NULL, "layers by name");
    CHECK(registry_find("nobody") == NULL, "no such layer");
    CHECK(!registry_asks(0, true) && registry_asks(0, false), "tls is asked about streams only");
    size_t n = 0;
    while (registry_layer(n) != NULL) {
        const struct layer *l = registry_layer(n);
        CHECK(registry_find(l->opened_as != NULL ? l->opened_as : l->name) == l,
              "names are unique");
        n++;
    }
    CHECK(n <= REGISTRY_MAX, "one bit for each");
}

static void test_usual(void)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    const struct bytes in = bytes_of_text(request);
    struct identify_context c = context_on(80);
    struct recognition said;
    size_t used = 0;

    CHECK(identify_usual(&c, TO_SERVER, in, &said, &used) == registry_find("http"), "a request");
    CHECK(used == in.len && bytes_equal(said.detail, bytes_of_text("GET / HTTP/1.1")), "of it all");
    CHECK(identify_usual(&c, TO_SERVER, bytes_first(in, 3), &said, &used) == NULL, "half a word");
    c.midstream = true;
    CHECK(identify_usual(&c, TO_SERVER, in, &said, &used) == NULL, "joined in the middle");
    c.midstream = false;
    c.inner = true;
    CHECK(identify_usual(&c, TO_SERVER, in, &said, &used) == NULL, "in messages");
}

int main(void)
{
    struct budget budget = {0};
    struct err err = {{0}};
    struct identifier *i = identifier_create(&budget, &err);

    if (i == NULL)
        return 1;
    test_registry();
    test_usual();
    test_vectors(i);
    test_many(i);
    test_latency(i);
    test_full(i);
    test_midstream(i);
    test_datagrams(i);
    test_noise(i, TRANSPORT_TCP);
    test_noise(i, TRANSPORT_UDP);
    CHECK(budget.used == 0, "every stream gave back what it took");
    identifier_free(i);
    test_budget();
    return test_end();
}
