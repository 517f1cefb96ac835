/* SPDX-License-Identifier: MIT */
/* Fragments, through decode_frame() as they come. */
#include "fragment_build.h"

#include "decode/defrag.h"

#define PIECES       5
#define PIECE        16  /* bytes of each fragment but the last */
#define PERMUTATIONS 120 /* 5! */

static struct cutter c;

static void cut_piece(bool ipv6, size_t i)
{
    const size_t from = i * PIECE;
    cut(&c, ipv6, TRANSPORT_TCP, from, i == PIECES - 1 ? c.len - from : PIECE);
}

static void test_orders(bool ipv6, const char *want)
{
    char text[TEXT_ROOM];
    size_t order[PIECES];
    struct scene s = {0};

    cut_segment(&c, ipv6);
    for (int n = 0; n < PERMUTATIONS; n++) {
        permutation(n, order, PIECES);
        c.id++;
        for (size_t i = 0; i < PIECES; i++) {
            cut_piece(ipv6, order[i]);
            scene_say(&s, build_bytes(&c.b), text);
            /* the TCP header is in two pieces: RFC 3128 */
            const char *early = order[i] <= 1 ? "pending ! fragment_tiny" : "pending";
            if (i < PIECES - 1)
                CHECK_TEXT(text, early, "a hole is left");
        }
        text[strlen(want)] = '\0'; /* the tiny pieces are said when they come last */
        CHECK_TEXT(text, want, "every order gives the same packet");
    }
    CHECK(decoder_stats(s.decoder)->reassembled == PERMUTATIONS, "counted");
    scene_end(&s);
}

static void test_repeats(void)
{
    char text[TEXT_ROOM];
    struct scene s = {0};

    cut_segment(&c, false);
    cut_piece(false, 4);
    scene_say(&s, build_bytes(&c.b), text);
    scene_say(&s, build_bytes(&c.b), text);
    CHECK_TEXT(text, "pending", "the same fragment again");
    CHECK(decoder_stats(s.decoder)->fragments_repeated == 1, "counted");
    cut_say(&c, &s, 24, 32, text);
    build_at(&c.b)[20 + 8] ^= 1; /* a letter */
    scene_say(&s, build_bytes(&c.b), text);
    CHECK_TEXT(text, "pending ! fragment_overlap", "the same place with other bytes");
    cut_say(&c, &s, 32, 8, text);
    CHECK_TEXT(text, "pending", "the first ones are still there");
    cut_say(&c, &s, 0, 64, text);
    CHECK_TEXT(text, "bad ! fragment_overlap", "Linux drops it all");
    CHECK(decoder_stats(s.decoder)->fragments_overlapping == 3, "counted");
    scene_end(&s);
}

static void test_refused(void)
{
    char text[TEXT_ROOM];
    struct scene s = {0};

    cut_segment(&c, false);
    cut_say(&c, &s, 0, 32, text);
    CHECK_TEXT(text, "pending ! fragment_small", "begins");
    cut_say(&c, &s, 32, 7, text);
    CHECK_TEXT(text, "bad ! fragment_length_wrong", "not the last, and no unit of 8");
    c.len = 32;
    cut_say(&c, &s, 16, 0, text);
    CHECK_TEXT(text, "bad ! fragment_length_wrong", "empty");
    cut(&c, false, TRANSPORT_TCP, 8, 16);
    build_put16(build_at(&c.b) + 6, 1); /* says it is the last, at 24, when 32 are here */
    cut_sum(&c);
    scene_say(&s, build_bytes(&c.b), text);
    CHECK_TEXT(text, "bad ! fragment_overlap", "an end before what was seen");
    cut(&c, false, TRANSPORT_TCP, 0, 32);
    build_put16(build_at(&c.b) + 6, 0x1fff);
    cut_sum(&c);
    scene_say(&s, build_bytes(&c.b), text);
    CHECK_TEXT(text, "bad ! fragment_too_long", "the ping of death");
    build_put16(build_at(&c.b) + 6, 0x1ffc); /* 65,504 + 32 + the header */
    cut_sum(&c);
    scene_say(&s, build_bytes(&c.b), text);
    CHECK_TEXT(text, "bad ! fragment_too_long", "the header counts");
    cut(&c, false, TRANSPORT_TCP, 0, 32);
    build_put16(build_at(&c.b) + 6, MORE);
    scene_say(&s, build_bytes(&c.b), text);
    CHECK_TEXT(text, "bad ! ip_checksum_wrong", "its receiver drops it, so do we");
    scene_end(&s);
}

/* The end is known: what lies beyond it contradicts it. */
static void test_beyond_the_end(void)
{
    char text[TEXT_ROOM];
    struct scene s = {0};

    cut_segment(&c, false);
    cut_piece(false, PIECES - 1);
    scene_say(&s, build_bytes(&c.b), text);
    cut(&c, false, TRANSPORT_TCP, 40, 24);
    build_put16(build_at(&c.b) + 6, MORE | 8); /* ends at 88, the datagram at 69 */
    cut_sum(&c);
    scene_say(&s, build_bytes(&c.b), text);
    CHECK_TEXT(text, "bad ! fragment_overlap", "beyond the end");
    cut_say(&c, &s, 0, 64, text);
    CHECK_TEXT(text, "pending", "Linux dropped what it had");
    cut_piece(false, PIECES - 1);
    scene_say(&s, build_bytes(&c.b), text);
    CHECK_TEXT(text, CUT_WANT, "and this was the other half");
    scene_end(&s);
}

/* RFC 8200 s4.5: the next header is that of the first fragment, whatever the others say. */
static void test_protocol_of_first(void)
{
    char text[TEXT_ROOM];
    struct scene s = {0};

    cut_segment(&c, true);
    cut(&c, true, 59, 32, c.len - 32);
    scene_say(&s, build_bytes(&c.b), text);
    cut(&c, true, TRANSPORT_TCP, 0, 32);
    scene_say(&s, build_bytes(&c.b), text);
    CHECK_TEXT(text, CUT_WANT_6 " ! fragment_small", "the first fragment's word counts");
    scene_end(&s);
}

static void test_atomic(void)
{
    char text[TEXT_ROOM];
    struct scene s = {0};

    cut_segment(&c, true);
    cut(&c, true, TRANSPORT_TCP, 0, c.len);
    scene_say(&s, build_bytes(&c.b), text);
    CHECK_TEXT(text, CUT_WANT_6, "a fragment that is all there is");
    CHECK(decoder_stats(s.decoder)->fragments == 0, "needs no memory");
    scene_end(&s);
}

/* A whole IP packet, cut up inside another: 10.0.0.1 talks to 10.0.0.2 in a tunnel. */
static void test_tunnel(void)
{
    char text[TEXT_ROOM];
    struct scene s = {0};

    build_hello(&c.b);
    cut_keep(&c);
    cut(&c, false, 4, 24, c.len - 24);
    scene_say(&s, build_bytes(&c.b), text);
    cut(&c, false, 4, 0, 24);
    scene_say(&s, build_bytes(&c.b), text);
    CHECK_TEXT(text, "tcp 10.0.0.1:1234 > 10.0.0.2:80 5/5 hello good ! fragment_small",
               "a tunnel in fragments");
    scene_end(&s);
}

/* Fragments of one datagram on two VLANs are not of one datagram. */
static void test_vlans(void)
{
    struct scene s = {0};
    struct packet p;
    enum anomaly what;

    cut_segment(&c, false);
    for (size_t vlan = 1; vlan <= 2; vlan++) {
        cut(&c, false, TRANSPORT_TCP, vlan == 1 ? 0 : 32, vlan == 1 ? 32 : c.len - 32);
        build_tag(&c.b, vlan, 0x0800);
        build_ethernet(&c.b, 0x8100);
        CHECK(scene_decode(&s, 1, build_bytes(&c.b), c.b.len, &p, &what) == DECODED_PENDING,
              "apart");
    }
    scene_end(&s);
}

static void test_cut_by_snaplen(void)
{
    struct scene s = {0};
    struct packet p;
    enum anomaly what;

    cut_segment(&c, false);
    cut(&c, false, TRANSPORT_TCP, 0, 32);
    const struct bytes cut = bytes_first(build_bytes(&c.b), c.b.len - 1);
    CHECK(scene_decode(&s, 101, cut, c.b.len, &p, &what) == DECODED_BAD, "its end is not here");
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

    cut_segment(&c, false);
    cut(&c, false, TRANSPORT_TCP, 0, 32);
    wire += c.b.len;
    CHECK(scene_decode(&s, 101, build_bytes(&c.b), c.b.len, &p, &what) == DECODED_PENDING,
          "the first");
    cut(&c, false, TRANSPORT_TCP, 32, c.len - 32);
    wire += c.b.len;
    CHECK(scene_decode(&s, 101, build_bytes(&c.b), c.b.len, &p, &what) == DECODED_PACKET,
          "the last");
    CHECK(p.wire_len == wire, "bytes of both frames");
    scene_end(&s);
}

static enum decoded add(struct scene *s, uint32_t id, int64_t time_ns, size_t from)
{
    struct packet p;
    enum anomaly what;

    cut(&c, false, TRANSPORT_TCP, from, from == 0 ? 32 : c.len - from);
    build_put16(build_at(&c.b) + 4, id);
    build_put16(build_at(&c.b) + 10, 0);
    build_at(&c.b)[12] = (uint8_t)(id >> 16);
    const struct frame f = {.linktype = 101,
                            .wire_len = (uint32_t)c.b.len,
                            .data = build_bytes(&c.b),
                            .time_ns = time_ns};
    return decode_frame(s->decoder, &f, &p, &what);
}

static void test_expiry(void)
{
    const struct hash_key key = hash_key_from_seed(1);
    struct scene s = {0};

    s.decoder = decoder_create(&s.budget, &key, NULL);
    cut_segment(&c, false);
    CHECK(add(&s, 1, 0, 0) == DECODED_PENDING, "half");
    CHECK(add(&s, 2, -INT64_MAX, 0) == DECODED_PENDING, "a clock that goes backwards");
    CHECK(add(&s, 1, DEFRAG_TIMEOUT_NS, 32) == DECODED_PACKET, "in time");
    CHECK(add(&s, 1, 0, 0) == DECODED_PENDING, "half");
    CHECK(add(&s, 1, DEFRAG_TIMEOUT_NS + 1, 32) == DECODED_PENDING, "too late");
    CHECK(decoder_stats(s.decoder)->datagrams_expired == 2, "both that never ended");
    scene_end(&s);
}

/* A flood of first fragments: memory stays bounded, and the newest still get through. */
static void test_flood(size_t limit)
{
    const struct hash_key key = hash_key_from_seed(1);
    struct scene s = {.budget = {.limit = limit}};

    s.decoder = decoder_create(&s.budget, &key, NULL);
    cut_segment(&c, false);
    for (uint32_t id = 0; id < 20000; id++)
        add(&s, id, 0, 0);
    CHECK(s.budget.used < DEFRAG_BYTES + (1 << 20), "bounded");
    CHECK(limit == 0 || s.budget.peak <= limit, "within the budget");
    CHECK(decoder_stats(s.decoder)->datagrams_evicted > 10000, "the oldest went");
    CHECK(add(&s, 19999, 0, 32) == DECODED_PACKET, "the newest is still there");
    scene_end(&s);
}

int main(void)
{
    test_orders(false, CUT_WANT);
    test_orders(true, CUT_WANT_6);
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
