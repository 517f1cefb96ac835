/* SPDX-License-Identifier: MIT */
#include "decode_scene.h"

struct vector {
    const char *name;
    uint32_t linktype;
    void (*build)(struct build *b);
    const char *want; /* as describe() says it */
};

#define HELLO   "tcp 10.0.0.1:1234 > 10.0.0.2:80 5/5 hello good"
#define HELLO_6 "tcp [2001:db8::1]:1234 > [2001:db8::2]:80 5/5 hello good"

static void tcp_options(struct build *b)
{
    BUILD_FRONT(b, "hello");
    BUILD_FRONT(b, "\1\1\x08\x0a\0\0\0\x63\0\0\0\1");
    build_tcp(b);
    build_at(b)[12] = 0x80;
    build_ipv4(b, TRANSPORT_TCP);
}

/* MSS, SACK permitted, then the timestamp, as in a SYN */
static void tcp_options_syn(struct build *b)
{
    BUILD_FRONT(b, "hello");
    BUILD_FRONT(b, "\2\4\5\xb4\4\2\x08\x0a\0\0\0\x63\0\0\0\0\1\3\3\7");
    build_tcp(b);
    build_at(b)[12] = 0xa0;
    build_ipv4(b, TRANSPORT_TCP);
}

static void tcp_options_broken(struct build *b)
{
    BUILD_FRONT(b, "hello");
    BUILD_FRONT(b, "\2\0\x08\x0a\0\0\0\x63\0\0\0\0");
    build_tcp(b);
    build_at(b)[12] = 0x80;
    build_ipv4(b, TRANSPORT_TCP);
}

static void raw_ipv6(struct build *b)
{
    BUILD_FRONT(b, "hello");
    build_tcp(b);
    build_ipv6(b, TRANSPORT_TCP);
}

static void ethernet(struct build *b)
{
    build_hello(b);
    build_ethernet(b, 0x0800);
}

static void ethernet_padded(struct build *b)
{
    ethernet(b);
    build_pad(b, 20);
}

static void ethernet_ipv6(struct build *b)
{
    raw_ipv6(b);
    build_ethernet(b, 0x86dd);
}

static void vlan(struct build *b)
{
    build_hello(b);
    build_tag(b, 0x6005, 0x0800);
    build_ethernet(b, 0x8100);
}

static void qinq(struct build *b)
{
    build_hello(b);
    build_tag(b, 6, 0x0800);
    build_tag(b, 5, 0x8100);
    build_ethernet(b, 0x88a8);
}

static void five_tags(struct build *b)
{
    build_hello(b);
    build_tag(b, 5, 0x0800);
    for (size_t id = 4; id > 0; id--)
        build_tag(b, id, 0x8100);
    build_ethernet(b, 0x9100);
}

static void snap(struct build *b)
{
    build_hello(b);
    BUILD_FRONT(b, "\xaa\xaa\x03\0\0\0\x08\0");
    build_ethernet(b, b->len);
}

static void arp(struct build *b)
{
    BUILD_FRONT(b, "\0\1\x08\0\6\4\0\1");
    build_ethernet(b, 0x0806);
}

static void mpls(struct build *b)
{
    build_hello(b);
    BUILD_FRONT(b, "\0\1\0\x40\0\2\1\x40");
    build_ethernet(b, 0x8847);
}

static void mpls_pseudowire(struct build *b)
{
    ethernet(b);
    BUILD_FRONT(b, "\0\2\1\x40\0\0\0\7");
    build_ethernet(b, 0x8847);
}

static void pppoe_session(struct build *b)
{
    build_hello(b);
    BUILD_FRONT(b, "\0\x21");
    const size_t len = b->len;
    BUILD_FRONT(b, "\x11\0\0\1\0\0");
    build_put16(build_at(b) + 4, len);
}

static void pppoe(struct build *b)
{
    pppoe_session(b);
    build_ethernet(b, 0x8864);
    build_pad(b, 9);
}

static void ppp(struct build *b)
{
    raw_ipv6(b);
    BUILD_FRONT(b, "\0\x57");
}

static void ppp_compressed(struct build *b)
{
    build_hello(b);
    BUILD_FRONT(b, "\x21");
}

static void ppp_hdlc(struct build *b)
{
    build_hello(b);
    BUILD_FRONT(b, "\xff\3\0\x21");
}

static void cisco_hdlc(struct build *b)
{
    build_hello(b);
    BUILD_FRONT(b, "\x0f\0\x08\0");
}

static void null_little(struct build *b)
{
    build_hello(b);
    BUILD_FRONT(b, "\2\0\0\0");
}

static void null_big(struct build *b)
{
    build_hello(b);
    BUILD_FRONT(b, "\0\0\0\2");
}

static void null_freebsd(struct build *b)
{
    raw_ipv6(b);
    BUILD_FRONT(b, "\x1c\0\0\0");
}

static void loop_openbsd(struct build *b)
{
    raw_ipv6(b);
    BUILD_FRONT(b, "\0\0\0\x18");
}

static void null_darwin(struct build *b)
{
    raw_ipv6(b);
    BUILD_FRONT(b, "\x1e\0\0\0");
}

static void null_strange(struct build *b)
{
    build_hello(b);
    BUILD_FRONT(b, "\2\0\2\0");
}

static void sll(struct build *b)
{
    build_hello(b);
    BUILD_FRONT(b, "\0\0\0\1\0\6\2\0\0\0\0\1\0\0\x08\0");
}

static void sll2_vlan(struct build *b)
{
    build_hello(b);
    build_tag(b, 7, 0x0800);
    BUILD_FRONT(b, "\x81\0\0\0\0\0\0\3\0\1\0\6\2\0\0\0\0\1\0\0");
}

static void ipip(struct build *b)
{
    build_hello(b);
    build_ipv4(b, 4);
    build_ethernet(b, 0x0800);
}

static void six_in_four(struct build *b)
{
    raw_ipv6(b);
    build_ipv4(b, 41);
}

static void four_in_six(struct build *b)
{
    build_hello(b);
    build_ipv6(b, 4);
}

static void gre(struct build *b)
{
    build_hello(b);
    BUILD_FRONT(b, "\0\0\x08\0");
    build_ipv4(b, 47);
}

static void gre_all_fields(struct build *b)
{
    build_hello(b);
    BUILD_FRONT(b, "\xb0\0\x08\0\1\2\0\0\0\0\0\x09\0\0\0\1");
    build_ipv4(b, 47);
}

static void gre_bridged(struct build *b)
{
    vlan(b);
    BUILD_FRONT(b, "\0\0\x65\x58");
    build_ipv4(b, 47);
}

static void gre_pptp(struct build *b)
{
    build_hello(b);
    BUILD_FRONT(b, "\xff\3\0\x21");
    BUILD_FRONT(b, "\x30\x81\x88\x0b\0\x30\0\1\0\0\0\1\0\0\0\2");
    build_ipv4(b, 47);
}

static void gre_keepalive(struct build *b)
{
    BUILD_FRONT(b, "\0\0\0\0");
    build_ipv4(b, 47);
}

static void erspan1(struct build *b)
{
    ethernet(b);
    BUILD_FRONT(b, "\0\0\x88\xbe");
    build_ipv4(b, 47);
}

static void erspan2(struct build *b)
{
    ethernet(b);
    BUILD_FRONT(b, "\x10\0\x88\xbe\0\0\0\1\x10\0\0\0\0\0\0\0");
    build_ipv4(b, 47);
}

static void erspan3(struct build *b)
{
    ethernet(b);
    BUILD_FRONT(b, "\0\0\0\0\0\0\0\0");
    BUILD_FRONT(b, "\x10\0\x22\xeb\0\0\0\1\x20\0\0\0\0\0\0\0\0\0\0\1");
    build_ipv4(b, 47);
}

static void vxlan(struct build *b)
{
    vlan(b);
    BUILD_FRONT(b, "\x08\0\0\0\0\0\x05\0");
    build_udp(b, 4789);
    build_ipv4(b, TRANSPORT_UDP);
}

static void not_vxlan(struct build *b)
{
    BUILD_FRONT(b, "d1:ad2:id20");
    build_udp(b, 4789);
    build_ipv4(b, TRANSPORT_UDP);
}

static void geneve(struct build *b)
{
    ethernet(b);
    BUILD_FRONT(b, "\2\0\x65\x58\0\0\5\0\1\2\3\4\5\6\7\x08");
    build_udp(b, 6081);
    build_ipv6(b, TRANSPORT_UDP);
}

static void too_deep(struct build *b)
{
    build_hello(b);
    for (int i = 0; i <= DECODE_DEPTH; i++)
        build_ipv4(b, 4);
}

static void deep_enough(struct build *b)
{
    build_hello(b);
    for (int i = 0; i < DECODE_DEPTH; i++)
        build_ipv4(b, 4);
}

static const struct vector vectors[] = {
    {"raw IPv4", 101, build_hello, HELLO},
    {"raw IPv6", 101, raw_ipv6, HELLO_6},
    {"IPv4 only", 228, build_hello, HELLO},
    {"IPv6 only", 229, raw_ipv6, HELLO_6},
    {"timestamp where nearly all put it", 101, tcp_options, HELLO " timestamp 99"},
    {"timestamp among other options", 101, tcp_options_syn, HELLO " timestamp 99"},
    {"an option of length 0 ends them", 101, tcp_options_broken, HELLO},
    {"Ethernet", 1, ethernet, HELLO},
    {"Ethernet, padding is not payload", 1, ethernet_padded, HELLO},
    {"Ethernet, IPv6", 1, ethernet_ipv6, HELLO_6},
    {"802.1Q with a priority", 1, vlan, HELLO " vlan 5"},
    {"802.1ad", 1, qinq, HELLO " vlan 5 vlan 6"},
    {"more tags than are kept", 1, five_tags, HELLO " vlan 1 vlan 2 vlan 3 vlan 4"},
    {"SNAP", 1, snap, HELLO},
    {"ARP", 1, arp, "other"},
    {"MPLS", 1, mpls, HELLO},
    {"MPLS pseudowire", 1, mpls_pseudowire, HELLO},
    {"PPPoE on Ethernet, padded", 1, pppoe, HELLO},
    {"PPPoE alone", 51, pppoe_session, HELLO},
    {"PPP", 9, ppp, HELLO_6},
    {"PPP, protocol field compressed", 9, ppp_compressed, HELLO},
    {"PPP in HDLC framing", 50, ppp_hdlc, HELLO},
    {"Cisco HDLC", 104, cisco_hdlc, HELLO},
    {"null, little endian", 0, null_little, HELLO},
    {"null, big endian", 0, null_big, HELLO},
    {"null, FreeBSD's IPv6", 0, null_freebsd, HELLO_6},
    {"null, Darwin's IPv6", 0, null_darwin, HELLO_6},
    {"loop, OpenBSD's IPv6", 108, loop_openbsd, HELLO_6},
    {"null, no family", 0, null_strange, "other"},
    {"Linux cooked v1", 113, sll, HELLO},
    {"Linux cooked v2, VLAN", 276, sll2_vlan, HELLO " vlan 7"},
    {"a link type that nobody knows", 999, build_hello, "other"},
    {"IP in IP", 1, ipip, HELLO},
    {"IPv6 in IPv4", 101, six_in_four, HELLO_6},
    {"IPv4 in IPv6", 101, four_in_six, HELLO},
    {"GRE", 101, gre, HELLO},
    {"GRE with checksum, key and sequence", 101, gre_all_fields, HELLO},
    {"GRE, bridged Ethernet", 101, gre_bridged, HELLO " vlan 5"},
    {"GRE, PPTP", 101, gre_pptp, HELLO},
    {"GRE keepalive", 101, gre_keepalive, "other"},
    {"ERSPAN type I", 101, erspan1, HELLO},
    {"ERSPAN type II", 101, erspan2, HELLO},
    {"ERSPAN type III", 101, erspan3, HELLO},
    {"VXLAN", 101, vxlan, HELLO " vlan 5"},
    {"VXLAN's port, but not VXLAN", 101, not_vxlan,
     "udp 10.0.0.1:1234 > 10.0.0.2:4789 11/11 d1:ad2:id20 good"},
    {"Geneve over IPv6", 101, geneve, HELLO},
    {"tunnels to the limit", 101, deep_enough, HELLO},
    {"tunnels beyond it", 101, too_deep, "bad ! tunnels_too_deep"},
};

#define VECTORS (sizeof(vectors) / sizeof(vectors[0]))

/* What a cut may not change: the headers that were read, and the payload that is there. */
static bool is_prefix(const struct packet *cut, const struct packet *whole)
{
    return cut->payload_len == whole->payload_len && cut->payload.len <= whole->payload.len &&
           bytes_equal(cut->payload, bytes_first(whole->payload, cut->payload.len)) &&
           cut->src.port == whole->src.port && addr_compare(&cut->dst.addr, &whole->dst.addr) == 0;
}

/* As a snaplen cuts (the wire length stays), and as a short frame. */
static void check_cuts(struct scene *s, const struct vector *v, struct bytes frame,
                       const struct packet *whole)
{
    struct packet p;
    enum anomaly what;

    for (size_t cut = 0; cut < frame.len; cut++) {
        const struct bytes piece = test_copy(bytes_first(frame, cut));
        const enum decoded snapped = scene_decode(s, v->linktype, piece, frame.len, &p, &what);
        /* a tunnel's own datagram, when what it carries is cut off */
        const bool outer = snapped == DECODED_PACKET && p.transport != whole->transport;
        CHECK(snapped != DECODED_PACKET || outer || is_prefix(&p, whole), v->name);
        CHECK(snapped != DECODED_BAD || what != ANOMALY_NONE, v->name);
        const enum decoded shorter = scene_decode(s, v->linktype, piece, cut, &p, &what);
        CHECK(shorter != DECODED_BAD || what != ANOMALY_NONE, v->name);
        free((void *)(uintptr_t)piece.at);
    }
}

static void test_vectors(void)
{
    static struct build b;

    for (size_t i = 0; i < VECTORS; i++) {
        const struct vector *v = &vectors[i];
        struct scene s = {0};
        struct packet p;
        enum anomaly what;
        char text[TEXT_ROOM];
        b.len = 0;
        v->build(&b);
        const struct bytes frame = test_copy(build_bytes(&b));
        const enum decoded result = scene_decode(&s, v->linktype, frame, frame.len, &p, &what);
        scene_describe(result, &p, what, text);
        CHECK_TEXT(text, v->want, v->name);
        check_cuts(&s, v, frame, &p);
        free((void *)(uintptr_t)frame.at);
        scene_end(&s);
    }
}

int main(void)
{
    test_vectors();
    return test_end();
}
