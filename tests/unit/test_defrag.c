/* SPDX-License-Identifier: MIT */
/* Fragments, through decode_frame() as they come. */
#include "decode_scene.h"

#include "decode/defrag.h"

#define PIECES       5
#define PIECE        16  /* bytes of each fragment but the last */
#define PERMUTATIONS 120 /* 5! */
#define MORE         0x2000

static struct build b;
static uint8_t whole[400]; /* a TCP segment or a packet in a tunnel: what is cut */
static size_t whole_len;

static const uint8_t message[] =
    "GET /chat HTTP/1.1\r\nUpgrade: websocket\r\nHost: x\r\n"; /* with TCP: over four pieces */

#define WANT                                                                                       \
    "tcp 10.0.0.1:1234 > 10.0.0.2:80 49/49 GET /chat HTTP/1.1\r\nUpgrade: websocket\r\nHost: "     \
    "x\r\n good"
#define WANT_6                                                                                     \
    "tcp [2001:db8::1]:1234 > [2001:db8::2]:80 49/49 GET /chat HTTP/1.1\r\nUpgrade: "              \
    "websocket\r\nHost: x\r\n"                                                                     \
    " good"

static void make_segment(bool ipv6)
{
    b.len = 0;
    build_front(&b, bytes_of(message, sizeof(message) - 1));
    build_tcp(&b);
    if (ipv6)
        build_checksum(&b, LITERAL(BUILD_IPV6_ADDRESSES), TRANSPORT_TCP);
    else
        build_checksum(&b, LITERAL("\x0a\0\0\1\x0a\0\0\2"), TRANSPORT_TCP);
    whole_len = b.len;
    memcpy(whole, build_at(&b), whole_len);
}

/* One fragment of `whole`, as a raw IP packet in b. */
static void make_fragment(bool ipv6, uint8_t protocol, size_t from, size_t len)
{
    const bool more = from + len < whole_len;

    b.len = 0;
    build_front(&b, bytes_of(whole + from, len));
    if (!ipv6) {
        build_ipv4_fragment(&b, protocol, from / 8 | (more ? MORE : 0));
        return;
    }
    BUILD_FRONT(&b, "\0\0\0\0\0\0\0\7");
    build_at(&b)[0] = protocol;
    build_put16(build_at(&b) + 2, from | (more ? 1 : 0));
    build_ipv6_header(&b, 44);
}

static void make_piece(bool ipv6, uint8_t protocol, size_t i)
{
    const size_t from = i * PIECE;
    make_fragment(ipv6, protocol, from, i == PIECES - 1 ? whole_len - from : PIECE);
}

/* The n-th order of PIECES things (Lehmer code). */
static void permutation(int n, size_t order[PIECES])
{
    size_t left[PIECES];

    for (size_t i = 0; i < PIECES; i++)
        left[i] = i;
    for (size_t i = 0, base = PIECES; i < PIECES; i++, base--) {
        const size_t pick = (size_t)n % base;
        n /= (int)base;
        order[i] = left[pick];
        memmove(left + pick, left + pick + 1, (base - pick - 1) * sizeof(left[0]));
    }
}

static void test_orders(bool ipv6, const char *want)
{
    char text[TEXT_ROOM];
    size_t order[PIECES];
    struct scene s = {0};

    make_segment(ipv6);
    for (int n = 0; n < PERMUTATIONS; n++) {
        permutation(n, order);
        for (size_t i = 0; i < PIECES; i++) {
            make_piece(ipv6, TRANSPORT_TCP, order[i]);
            scene_say(&s, build_bytes(&b), text);
            /* the first piece is too short for a TCP header: RFC 3128 */
            const char *early = order[i] == 0 ? "pending ! fragment_tiny" : "pending";
            if (i < PIECES - 1)
                CHECK_TEXT(text, early, "a hole is left");
        }
        text[strlen(want)] = '\0'; /* the tiny first piece is said when it comes last */
        CHECK_TEXT(text, want, "every order gives the same packet");
    }
    CHECK(decoder_stats(s.decoder)->reassembled == PERMUTATIONS, "counted");
    scene_end(&s);
}

static void test_repeats(void)
{
    char text[TEXT_ROOM];
    struct scene s = {0};

    make_segment(false);
    make_piece(false, TRANSPORT_TCP, 4);
    scene_say(&s, build_bytes(&b), text);
    scene_say(&s, build_bytes(&b), text);
    CHECK_TEXT(text, "pending", "the same fragment again");
    make_fragment(false, TRANSPORT_TCP, 8, 48);
    scene_say(&s, build_bytes(&b), text);
    build_at(&b)[20 + 40] ^= 1; /* a letter */
    scene_say(&s, build_bytes(&b), text);
    CHECK_TEXT(text, "pending ! fragment_overlap", "the same place with other bytes");
    make_fragment(false, TRANSPORT_TCP, 0, 64);
    scene_say(&s, build_bytes(&b), text);
    CHECK_TEXT(text, WANT, "overlaps that agree; of those that do not, the first wins");
    scene_end(&s);
}

static void test_refused(void)
{
    char text[TEXT_ROOM];
    struct scene s = {0};

    make_segment(false);
    make_fragment(false, TRANSPORT_TCP, 0, 32);
    scene_say(&s, build_bytes(&b), text);
    CHECK_TEXT(text, "pending", "begins");
    make_fragment(false, TRANSPORT_TCP, 32, 12);
    scene_say(&s, build_bytes(&b), text);
    CHECK_TEXT(text, "bad ! fragment_length_wrong", "not a multiple of 8, and not the last");
    whole_len = 32;
    make_fragment(false, TRANSPORT_TCP, 16, 0);
    build_put16(build_at(&b) + 10, 0);
    scene_say(&s, build_bytes(&b), text);
    CHECK_TEXT(text, "bad ! fragment_length_wrong", "empty");
    make_fragment(false, TRANSPORT_TCP, 8, 16);
    build_put16(build_at(&b) + 6, 1); /* says it is the last, at 24, when 32 are here */
    build_put16(build_at(&b) + 10, 0);
    scene_say(&s, build_bytes(&b), text);
    CHECK_TEXT(text, "bad ! fragment_overlap", "an end before what was seen");
    make_fragment(false, TRANSPORT_TCP, 0, 32);
    build_put16(build_at(&b) + 6, 0x1fff);
    build_put16(build_at(&b) + 10, 0);
    scene_say(&s, build_bytes(&b), text);
    CHECK_TEXT(text, "bad ! fragment_too_long", "the ping of death");
    make_fragment(false, TRANSPORT_TCP, 0, 32);
    build_put16(build_at(&b) + 6, MORE);
    scene_say(&s, build_bytes(&b), text);
    CHECK_TEXT(text, "bad ! ip_checksum_wrong", "its receiver drops it, so do we");
    scene_end(&s);
}

/* The end is known: what lies beyond it is of another datagram. */
static void test_beyond_the_end(void)
{
    char text[TEXT_ROOM];
    struct scene s = {0};

    make_segment(false);
    make_piece(false, TRANSPORT_TCP, PIECES - 1);
    scene_say(&s, build_bytes(&b), text);
    make_fragment(false, TRANSPORT_TCP, 40, 24);
    build_put16(build_at(&b) + 6, MORE | 8); /* ends at 88, the datagram at 69 */
    build_put16(build_at(&b) + 10, 0);
    scene_say(&s, build_bytes(&b), text);
    CHECK_TEXT(text, "bad ! fragment_overlap", "beyond the end");
    make_fragment(false, TRANSPORT_TCP, 0, 64);
    scene_say(&s, build_bytes(&b), text);
    CHECK_TEXT(text, WANT, "and it did no harm");
    scene_end(&s);
}

/* RFC 8200 s4.5: the next header is that of the first fragment, whatever the others say. */
static void test_protocol_of_first(void)
{
    char text[TEXT_ROOM];
    struct scene s = {0};

    make_segment(true);
    make_fragment(true, 59, 32, whole_len - 32);
    scene_say(&s, build_bytes(&b), text);
    make_fragment(true, TRANSPORT_TCP, 0, 32);
    scene_say(&s, build_bytes(&b), text);
    CHECK_TEXT(text, WANT_6, "the first fragment's word counts");
    scene_end(&s);
}

static void test_atomic(void)
{
    char text[TEXT_ROOM];
    struct scene s = {0};

    make_segment(true);
    make_fragment(true, TRANSPORT_TCP, 0, whole_len);
    scene_say(&s, build_bytes(&b), text);
    CHECK_TEXT(text, WANT_6, "a fragment that is all there is");
    CHECK(decoder_stats(s.decoder)->fragments == 0, "needs no memory");
    scene_end(&s);
}

/* A whole IP packet, cut up inside another: 10.0.0.1 talks to 10.0.0.2 in a tunnel. */
static void test_tunnel(void)
{
    char text[TEXT_ROOM];
    struct scene s = {0};

    build_hello(&b);
    whole_len = b.len;
    memcpy(whole, build_at(&b), whole_len);
    make_fragment(false, 4, 24, whole_len - 24);
    scene_say(&s, build_bytes(&b), text);
    make_fragment(false, 4, 0, 24);
    scene_say(&s, build_bytes(&b), text);
    CHECK_TEXT(text, "tcp 10.0.0.1:1234 > 10.0.0.2:80 5/5 hello good", "a tunnel in fragments");
    scene_end(&s);
}

/* Fragments of one datagram on two VLANs are not of one datagram. */
static void test_vlans(void)
{
    struct scene s = {0};
    struct packet p;
    enum anomaly what;

    make_segment(false);
    for (size_t vlan = 1; vlan <= 2; vlan++) {
        make_fragment(false, TRANSPORT_TCP, vlan == 1 ? 0 : 32, vlan == 1 ? 32 : whole_len - 32);
        build_tag(&b, vlan, 0x0800);
        build_ethernet(&b, 0x8100);
        CHECK(scene_decode(&s, 1, build_bytes(&b), b.len, &p, &what) == DECODED_PENDING, "apart");
    }
    scene_end(&s);
}

static void test_cut_by_snaplen(void)
{
    struct scene s = {0};
    struct packet p;
    enum anomaly what;

    make_segment(false);
    make_fragment(false, TRANSPORT_TCP, 0, 32);
    const struct bytes cut = bytes_first(build_bytes(&b), b.len - 1);
    CHECK(scene_decode(&s, 101, cut, b.len, &p, &what) == DECODED_BAD, "its end is not here");
    CHECK(what == DECODE_TRUNCATED, "and it says so");
    scene_end(&s);
}

/* All frames of the datagram are counted, not only the one that completed it. */
static void test_wire_length(void)
{
    struct scene s = {0};
    struct packet p;
    enum anomaly what;
    size_t wire = 0;

    make_segment(false);
    make_fragment(false, TRANSPORT_TCP, 0, 32);
    wire += b.len;
    CHECK(scene_decode(&s, 101, build_bytes(&b), b.len, &p, &what) == DECODED_PENDING, "the first");
    make_fragment(false, TRANSPORT_TCP, 32, whole_len - 32);
    wire += b.len;
    CHECK(scene_decode(&s, 101, build_bytes(&b), b.len, &p, &what) == DECODED_PACKET, "the last");
    CHECK(p.wire_len == wire, "bytes of both frames");
    scene_end(&s);
}

static enum decoded add(struct scene *s, uint32_t id, int64_t time_ns, size_t from)
{
    struct packet p;
    enum anomaly what;

    make_fragment(false, TRANSPORT_TCP, from, from == 0 ? 32 : whole_len - from);
    build_put16(build_at(&b) + 4, id);
    build_put16(build_at(&b) + 10, 0);
    build_at(&b)[12] = (uint8_t)(id >> 16);
    const struct frame f = {
        .linktype = 101, .wire_len = (uint32_t)b.len, .data = build_bytes(&b), .time_ns = time_ns};
    return decode_frame(s->decoder, &f, &p, &what);
}

static void test_expiry(void)
{
    const struct hash_key key = hash_key_from_seed(1);
    struct scene s = {0};

    s.decoder = decoder_create(&s.budget, &key, NULL);
    make_segment(false);
    CHECK(add(&s, 1, 0, 0) == DECODED_PENDING, "half");
    CHECK(add(&s, 2, -INT64_MAX, 0) == DECODED_PENDING, "a clock that goes backwards");
    CHECK(add(&s, 1, DEFRAG_TIMEOUT_NS, 32) == DECODED_PACKET, "in time");
    CHECK(add(&s, 1, 0, 0) == DECODED_PENDING, "half");
    CHECK(add(&s, 1, DEFRAG_TIMEOUT_NS + 1, 32) == DECODED_PENDING, "too late");
    CHECK(decoder_stats(s.decoder)->fragments_expired == 2, "both that never ended");
    scene_end(&s);
}

/* A flood of first fragments: memory stays bounded, and the newest still get through. */
static void test_flood(size_t limit)
{
    const struct hash_key key = hash_key_from_seed(1);
    struct scene s = {.budget = {.limit = limit}};

    s.decoder = decoder_create(&s.budget, &key, NULL);
    make_segment(false);
    for (uint32_t id = 0; id < 20000; id++)
        add(&s, id, 0, 0);
    CHECK(s.budget.used < DEFRAG_BYTES + (1 << 20), "bounded");
    CHECK(limit == 0 || s.budget.peak <= limit, "within the budget");
    CHECK(decoder_stats(s.decoder)->fragments_refused > 10000, "the oldest went");
    CHECK(add(&s, 19999, 0, 32) == DECODED_PACKET, "the newest is still there");
    scene_end(&s);
}

int main(void)
{
    test_orders(false, WANT);
    test_orders(true, WANT_6);
    test_repeats();
    test_refused();
    test_beyond_the_end();
    test_protocol_of_first();
    test_atomic();
    test_tunnel();
    test_vlans();
    test_cut_by_snaplen();
    test_wire_length();
    test_expiry();
    test_flood(0);
    test_flood(1 << 20);
    return test_end();
}
