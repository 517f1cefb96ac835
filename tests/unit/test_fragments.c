/* SPDX-License-Identifier: MIT */
/* Fragments that are made to mislead: overlaps, extension headers, tunnels, copies. */
#include "fragment_build.h"

#include "decode/defrag.h"

#define SECOND INT64_C(1000000000)

static struct cutter c;

static enum overlap_policy policy_of_host(const void *ctx, const struct addr *host)
{
    const enum overlap_policy *policy = ctx;

    CHECK(host->byte[15] == 2, "the receiver is asked for");
    return *policy;
}

static void begin(struct scene *s, const enum overlap_policy *policy)
{
    const struct hash_key key = hash_key_from_seed(7);

    s->decoder = decoder_create(&s->budget, &key, NULL);
    decoder_overlap(s->decoder, policy_of_host, policy);
}

static bool says(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

/* Decodes what the cutter holds, at that time. */
static enum decoded at_time(struct scene *s, int64_t time_ns)
{
    struct packet p;
    enum anomaly what;
    const struct frame f = {.linktype = 101,
                            .time_ns = time_ns,
                            .wire_len = (uint32_t)c.b.len,
                            .data = build_bytes(&c.b)};

    if (s->decoder == NULL) {
        const struct hash_key key = hash_key_from_seed(7);
        s->decoder = decoder_create(&s->budget, &key, NULL);
    }
    return decode_frame(s->decoder, &f, &p, &what);
}

/* A decoy for bytes 24 to 48 comes first, then the real ones: 24 to 48, or more of them. */
static void say_with_decoy(enum overlap_policy policy, size_t from, size_t len, char *text)
{
    struct scene s = {0};

    begin(&s, &policy);
    cut_segment(&c, false);
    cut(&c, false, TRANSPORT_TCP, 24, 24);
    memset(build_at(&c.b) + 20, 'x', 24);
    scene_say(&s, build_bytes(&c.b), text);
    if (from > 0)
        cut_say(&c, &s, 0, 24, text);
    cut_say(&c, &s, 48, c.len - 48, text);
    cut_say(&c, &s, from, len, text);
    scene_end(&s);
}

/* Which datagram is read depends on whose it is. */
static void test_policy(void)
{
    const enum overlap_policy real_wins[] = {OVERLAP_LINUX_OLD, OVERLAP_LAST};
    const enum overlap_policy covers[] = {OVERLAP_BSD, OVERLAP_SOLARIS, OVERLAP_LINUX_OLD,
                                          OVERLAP_LAST};
    char text[TEXT_ROOM];

    for (size_t i = 0; i < 2; i++) {
        say_with_decoy(real_wins[i], 24, 24, text);
        CHECK_TEXT(text, "pending", "the decoy had filled the hole before");
    }
    for (size_t i = 0; i < 4; i++) {
        say_with_decoy(covers[i], 0, 48, text);
        CHECK_TEXT(text, CUT_WANT " ! fragment_overlap", "begins earlier");
    }
    say_with_decoy(OVERLAP_FIRST, 0, 48, text);
    CHECK(strstr(text, "bad ! fragment_overlap") != NULL, "the decoy is read, its sum is wrong");
    CHECK(strstr(text, "GETxxxx") == NULL && strstr(text, "xxxxxxxx") != NULL, "as it stands");
    say_with_decoy(OVERLAP_WINDOWS, 0, 48, text);
    CHECK(strstr(text, "xxxxxxxx") != NULL, "Windows: the same end is not enough");
    say_with_decoy(OVERLAP_LINUX, 0, 48, text);
    CHECK_TEXT(text, "bad ! fragment_overlap", "Linux drops it all");
}

/* Who does not drop what he has goes on without a fragment that lies beyond the end. */
static void test_beyond_the_end(void)
{
    const enum overlap_policy policy = OVERLAP_FIRST;
    char text[TEXT_ROOM];
    struct scene s = {0};

    begin(&s, &policy);
    cut_segment(&c, false);
    cut_say(&c, &s, 48, c.len - 48, text);
    cut(&c, false, TRANSPORT_TCP, 40, 24);
    build_put16(build_at(&c.b) + 6, 0x2000 | 200);
    cut_sum(&c);
    scene_say(&s, build_bytes(&c.b), text);
    CHECK_TEXT(text, "bad ! fragment_overlap", "beyond the end");
    cut_say(&c, &s, 0, 48, text);
    CHECK_TEXT(text, CUT_WANT, "and it did no harm");
    scene_end(&s);
}

/* Whole units of a fragment that has some more bytes: Linux's alone, and not over IPv6. */
static void test_ragged(void)
{
    static const char *const want[OVERLAP_POLICIES] = {
        [OVERLAP_LINUX] = "pending ! fragment_length_wrong",
        [OVERLAP_LINUX_OLD] = "pending ! fragment_length_wrong",
        [OVERLAP_FIRST] = "bad ! fragment_length_wrong",
        [OVERLAP_LAST] = "bad ! fragment_length_wrong",
        [OVERLAP_WINDOWS] = "bad ! fragment_length_wrong",
        [OVERLAP_BSD] = "bad ! fragment_length_wrong",
        [OVERLAP_SOLARIS] = "bad ! fragment_length_wrong"};
    char text[TEXT_ROOM];

    for (int i = 0; i < OVERLAP_POLICIES; i++) {
        const enum overlap_policy policy = (enum overlap_policy)i;
        struct scene s = {0};
        begin(&s, &policy);
        cut_segment(&c, false);
        cut_say(&c, &s, 0, 43, text);
        CHECK_TEXT(text, want[i], "43 bytes, and not the last");
        cut_say(&c, &s, 40, c.len - 40, text);
        CHECK_TEXT(text, policy <= OVERLAP_LINUX_OLD ? CUT_WANT : "pending", "40 of them are used");
        cut_segment(&c, true);
        cut_say_6(&c, &s, 0, 43, text);
        CHECK_TEXT(text, "bad ! fragment_length_wrong", "RFC 8200 s4.5");
        scene_end(&s);
    }
}

/* RFC 5722 in every order of three fragments, of which the second overlaps the first. */
static void test_overlap_ipv6(bool differs)
{
    static const size_t from[] = {0, 24, 32}, end[] = {32, 48, CUT_LEN};
    char text[TEXT_ROOM];
    size_t order[3];

    for (int n = 0; n < 6; n++) {
        struct scene s = {0};
        unsigned told = 0, whole = 0;
        permutation(n, order, 3);
        cut_segment(&c, true);
        for (size_t i = 0; i < 3; i++) {
            cut(&c, true, TRANSPORT_TCP, from[order[i]], end[order[i]] - from[order[i]]);
            build_at(&c.b)[48] ^= differs && order[i] == 1;
            scene_say(&s, build_bytes(&c.b), text);
            told += strstr(text, "bad ! fragment_overlap_ipv6") != NULL;
            whole += says(text, CUT_WANT_6);
        }
        /* when the second comes last, the datagram is whole without it */
        CHECK(told == (order[2] != 1) && whole == (order[2] == 1), "dropped, and told once");
        CHECK(decoder_stats(s.decoder)->datagrams_dropped == told, "counted");
        scene_end(&s);
    }
}

/* What was dropped stays so until its time is over; exact copies are no overlap. */
static void test_dropped(void)
{
    char text[TEXT_ROOM];
    struct scene s = {0};

    cut_segment(&c, true);
    cut_say_6(&c, &s, 0, 32, text);
    cut_say_6(&c, &s, 0, 32, text);
    CHECK_TEXT(text, "pending ! fragment_small", "a copy");
    cut_say_6(&c, &s, 0, 40, text);
    CHECK_TEXT(text, "bad ! fragment_overlap_ipv6", "no copy");
    cut_say_6(&c, &s, 0, 32, text);
    cut_say_6(&c, &s, 32, c.len - 32, text);
    CHECK_TEXT(text, "pending", "dropped, too");
    cut(&c, true, TRANSPORT_TCP, 0, 32);
    CHECK(at_time(&s, DEFRAG_LONG_NS) == DECODED_PENDING, "the last that is dropped");
    CHECK(at_time(&s, DEFRAG_LONG_NS + 6) == DECODED_PENDING, "a new one begins");
    cut(&c, true, TRANSPORT_TCP, 32, c.len - 32);
    CHECK(at_time(&s, DEFRAG_LONG_NS + 6) == DECODED_PACKET, "and becomes whole");
    CHECK(decoder_stats(s.decoder)->datagrams_expired == 0, "what was dropped did not expire");
    scene_end(&s);

    s = (struct scene){0};
    cut_say_6(&c, &s, 32, c.len - 32, text);
    cut_say_6(&c, &s, 32, 24, text);
    CHECK_TEXT(text, "bad ! fragment_overlap_ipv6", "inside");
    scene_end(&s);
    s = (struct scene){0};
    cut_say_6(&c, &s, 40, c.len - 40, text);
    c.len = 32;
    cut_say_6(&c, &s, 16, 16, text);
    CHECK_TEXT(text, "bad ! fragment_overlap_ipv6", "two ends");
    scene_end(&s);
}

static void test_timeouts(void)
{
    static const struct {
        bool ipv6;
        enum overlap_policy policy;
        int64_t seconds;
    } rows[] = {
        {false, OVERLAP_LINUX, 30}, {false, OVERLAP_WINDOWS, 60}, {true, OVERLAP_LINUX, 60}};

    for (size_t i = 0; i < 3; i++)
        for (int late = 0; late < 2; late++) {
            struct scene s = {0};
            begin(&s, &rows[i].policy);
            cut_segment(&c, rows[i].ipv6);
            cut(&c, rows[i].ipv6, TRANSPORT_TCP, 0, 32);
            at_time(&s, SECOND);
            c.id++; /* one that is in the way: it came first, and stays longer */
            cut(&c, rows[i].ipv6, TRANSPORT_TCP, 0, 32);
            at_time(&s, 2 * SECOND);
            cut(&c, rows[i].ipv6, TRANSPORT_TCP, 32, c.len - 32);
            const int64_t time_ns = (2 + rows[i].seconds) * SECOND + late;
            CHECK(at_time(&s, time_ns) == (late ? DECODED_PENDING : DECODED_PACKET),
                  "just in time");
            scene_end(&s);
        }
}

/* A mirror port sends each frame twice. The copy of the last fragment must not wait for the next
 * datagram with that identification, and complete it with old bytes. */
static void test_copies(bool ipv6)
{
    const char *want = ipv6 ? CUT_WANT_6 : CUT_WANT;
    char text[TEXT_ROOM];
    struct scene s = {0};

    for (int round = 0; round < 2; round++) {
        cut_segment(&c, ipv6);
        if (round == 1) {     /* another datagram */
            c.whole[16] ^= 1; /* its sum */
            c.whole[40] ^= 1;
        }
        for (size_t i = 0; i < 4; i++) {
            cut(&c, ipv6, TRANSPORT_TCP, i / 2 * 32, i < 2 ? 32 : c.len - 32);
            scene_say(&s, build_bytes(&c.b), text);
            const bool whole = i == 2;
            CHECK(strncmp(text, whole ? "tcp" : "pending", 3) == 0, "once");
            if (whole && round == 0)
                CHECK_TEXT(text, want, "copies change nothing");
            if (i > 0)
                CHECK(says(text, "pending ! fragment_small") == (i == 1), "and are not odd");
        }
    }
    const struct decode_stats *n = decoder_stats(s.decoder);
    CHECK(n->reassembled == 2 && n->fragments_repeated == 4, "counted");
    decoder_flush(s.decoder);
    CHECK(n->datagrams_expired == 0, "none is left over");
    scene_end(&s);
}

static void test_flush(void)
{
    char text[TEXT_ROOM];
    struct scene s = {0};

    cut_segment(&c, false);
    for (c.id = 1; c.id <= 3; c.id++)
        cut_say(&c, &s, 0, 32, text);
    decoder_flush(s.decoder);
    CHECK(decoder_stats(s.decoder)->datagrams_expired == 3, "never finished");
    c.id = 3;
    cut_say(&c, &s, 32, c.len - 32, text);
    CHECK_TEXT(text, "pending", "of another capture");
    scene_end(&s);
}

#define DESTINATION_OPTIONS "\0\0\1\4\0\0\0\0" /* its next header is put in front */

/* Headers before the fragment header (hop-by-hop, routing), and behind it (destination options). */
static void test_extensions(void)
{
    char text[TEXT_ROOM];
    size_t order[3];

    for (int n = 0; n < 6; n++) {
        struct scene s = {0};
        cut_segment(&c, true);
        BUILD_FRONT(&c.b, DESTINATION_OPTIONS);
        build_at(&c.b)[0] = TRANSPORT_TCP;
        cut_keep(&c);
        permutation(n, order, 3);
        for (size_t i = 0; i < 3; i++) {
            const size_t from = order[i] * 32;
            cut_ipv6_part(&c, 60, from, order[i] == 2 ? c.len - from : 32);
            BUILD_FRONT(&c.b, "\x2c\0\0\0\0\0\0\0"); /* routing, no segments left */
            BUILD_FRONT(&c.b, "\x2b\0\1\4\0\0\0\0"); /* hop-by-hop */
            build_ipv6_header(&c.b, 0);
            scene_say(&s, build_bytes(&c.b), text);
        }
        CHECK(says(text, CUT_WANT_6), "through all of them, in any order");
        scene_end(&s);
    }
}

/* RFC 7112: the chain of headers may not be cut; RFC 3128: nor TCP's. */
static void test_tiny(void)
{
    static const struct {
        const char *name;
        size_t from, len;
        const char *want;
    } rows[] = {{"options, but no TCP", 0, 8, "pending ! fragment_tiny"},
                {"half of TCP", 0, 24, "pending ! fragment_tiny"},
                {"all of TCP", 0, 32, "pending ! fragment_small"},
                {"the rest", 32, 24, "pending"}};
    char text[TEXT_ROOM];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct scene s = {0};
        cut_segment(&c, true);
        BUILD_FRONT(&c.b, DESTINATION_OPTIONS);
        build_at(&c.b)[0] = TRANSPORT_TCP;
        cut_keep(&c);
        cut(&c, true, 60, rows[i].from, rows[i].len);
        scene_say(&s, build_bytes(&c.b), text);
        CHECK_TEXT(text, rows[i].want, rows[i].name);
        scene_end(&s);
    }
    struct scene s = {0};
    cut_segment(&c, false);
    cut_say(&c, &s, 8, 16, text);
    CHECK_TEXT(text, "pending ! fragment_tiny", "the flags of the first fragment, again");
    cut_say(&c, &s, 24, 16, text);
    CHECK_TEXT(text, "pending", "behind the header");
    scene_end(&s);
}

/* RFC 791 s3.2: 68 bytes go everywhere, and are filled as far as units of 8 do. */
static void test_small(bool ipv6, size_t most)
{
    static struct cutter big;
    char text[TEXT_ROOM];

    for (size_t len = 24; len <= 88; len += 8) {
        struct scene s = {0};
        big.len = 400;
        cut(&big, ipv6, TRANSPORT_TCP, 0, len);
        scene_say(&s, build_bytes(&big.b), text);
        CHECK_TEXT(text, len <= most ? "pending ! fragment_small" : "pending", "the first");
        cut(&big, ipv6, TRANSPORT_TCP, 160, len);
        scene_say(&s, build_bytes(&big.b), text);
        CHECK_TEXT(text, "pending", "another");
        scene_end(&s);
    }
}

/* RFC 6946: an atomic fragment has nothing to do with others of its identification. */
static void test_atomic_between(void)
{
    char text[TEXT_ROOM];
    struct scene s = {0};

    cut_segment(&c, true);
    cut_say_6(&c, &s, 0, 32, text);
    cut_say_6(&c, &s, 0, c.len, text);
    CHECK_TEXT(text, CUT_WANT_6, "it stands alone");
    cut_say_6(&c, &s, 32, c.len - 32, text);
    CHECK_TEXT(text, CUT_WANT_6, "and the others are put together");
    scene_end(&s);
}

/* A long packet with a wrong sum was merged or left to be cut by a card, but not if it was cut. */
static void test_long(void)
{
    struct packet p;
    enum anomaly what;

    for (size_t first = 0; first < 2; first++) {
        struct scene s = {0};
        enum decoded last = DECODED_OTHER;
        cut_segment(&c, false);
        c.len = 3600;
        memset(c.whole + CUT_LEN, 'x', c.len - CUT_LEN);
        for (size_t i = 0; i < 2; i++) {
            cut(&c, false, TRANSPORT_TCP, (first + i) % 2 * 1800, 1800);
            last = scene_decode(&s, 101, build_bytes(&c.b), c.b.len, &p, &what);
        }
        CHECK(last == DECODED_PACKET && p.checksum == CHECKSUM_BAD, "not offloaded");
        scene_end(&s);
    }
}

/* The lowest, whatever came last. */
static void test_ttl(void)
{
    struct packet p;
    enum anomaly what;

    for (size_t first = 0; first < 2; first++) {
        struct scene s = {0};
        enum decoded last = DECODED_OTHER;
        cut_segment(&c, false);
        for (size_t i = 0; i < 2; i++) {
            const size_t part = (first + i) % 2;
            cut(&c, false, TRANSPORT_TCP, part * 32, part == 0 ? 32 : c.len - 32);
            build_at(&c.b)[8] = part == 0 ? 3 : 64;
            cut_sum(&c);
            last = scene_decode(&s, 101, build_bytes(&c.b), c.b.len, &p, &what);
        }
        CHECK(last == DECODED_PACKET && p.ttl == 3, "of the fragment that goes least far");
        scene_end(&s);
    }
}

enum tunnel_kind { VXLAN, GENEVE, GRE, IP_IN_IP, VLANS, TUNNELS };

/* Puts the fragment into the first or the second of two tunnels. */
static void wrap(enum tunnel_kind kind, size_t which)
{
    switch (kind) {
    case VXLAN:
        build_ethernet(&c.b, 0x0800);
        BUILD_FRONT(&c.b, "\x08\0\0\0\0\0\0\0");
        build_at(&c.b)[6] = (uint8_t)which;
        build_udp(&c.b, 4789);
        build_ipv4(&c.b, TRANSPORT_UDP);
        break;
    case GENEVE:
        build_ethernet(&c.b, 0x0800);
        BUILD_FRONT(&c.b, "\0\0\x65\x58\0\0\0\0");
        build_at(&c.b)[6] = (uint8_t)which;
        build_udp(&c.b, 6081);
        build_ipv4(&c.b, TRANSPORT_UDP);
        break;
    case GRE:
        BUILD_FRONT(&c.b, "\x20\0\x08\0\0\0\0\0");
        build_at(&c.b)[7] = (uint8_t)which;
        build_ipv4(&c.b, 47);
        break;
    case IP_IN_IP:
        build_ipv4(&c.b, 4);
        build_at(&c.b)[19] = (uint8_t)(8 + which);
        cut_sum(&c);
        break;
    case VLANS:
        build_tag(&c.b, which, 0x0800);
        build_tag(&c.b, 9, 0x8100);
        build_ethernet(&c.b, 0x88a8);
        return;
    case TUNNELS: break;
    }
    build_ethernet(&c.b, 0x0800);
}

/* Two tunnels carry the same private addresses and identifications: two datagrams, in any order. */
static void test_tunnels(enum tunnel_kind kind)
{
    size_t order[4];

    for (int n = 0; n < 24; n++) {
        struct scene s = {0};
        unsigned whole = 0;
        permutation(n, order, 4);
        for (size_t i = 0; i < 4; i++) {
            const size_t which = order[i] / 2;
            struct packet p;
            enum anomaly what;
            cut_segment(&c, false);
            memset(c.whole + 32, which == 0 ? 'a' : 'b', c.len - 32);
            cut(&c, false, TRANSPORT_TCP, order[i] % 2 * 32, order[i] % 2 == 0 ? 32 : c.len - 32);
            wrap(kind, which);
            if (scene_decode(&s, 1, build_bytes(&c.b), c.b.len, &p, &what) != DECODED_PACKET)
                continue;
            whole++;
            CHECK(p.payload.len == 49 && p.payload.at[48] == (which == 0 ? 'a' : 'b'), "its own");
            CHECK((what == ANOMALY_NONE || what == DECODE_FRAGMENT_SMALL) && p.src.port == 1234,
                  "nothing else is odd");
        }
        CHECK(whole == 2, "both become whole");
        scene_end(&s);
    }
}

/* The fragments of a datagram, each in a tunnel, and that in fragments again. */
static void test_nested(void)
{
    static struct cutter outer;
    char text[TEXT_ROOM];
    size_t order[4];

    for (int n = 0; n < 24; n++) {
        struct scene s = {0};
        unsigned whole = 0;
        permutation(n, order, 4);
        for (size_t i = 0; i < 4; i++) {
            cut_segment(&c, false);
            cut(&c, false, TRANSPORT_TCP, order[i] / 2 * 32, order[i] < 2 ? 32 : c.len - 32);
            outer.b = c.b;
            cut_keep(&outer);
            outer.id = (uint16_t)(order[i] / 2);
            cut(&outer, false, 4, order[i] % 2 * 24, order[i] % 2 == 0 ? 24 : outer.len - 24);
            scene_say(&s, build_bytes(&outer.b), text);
            whole += says(text, CUT_WANT);
        }
        CHECK(whole == 1, "in any order");
        CHECK(decoder_stats(s.decoder)->reassembled == 3, "two of the tunnel, one inside");
        scene_end(&s);
    }
}

/* Each datagram in two fragments of another: as deep as tunnels go, and no deeper. */
static void test_depth(void)
{
    char text[TEXT_ROOM];

    for (int depth = DECODE_DEPTH; depth <= DECODE_DEPTH + 1; depth++) {
        struct scene s = {0};
        build_hello(&c.b);
        for (int i = 0; i < depth; i++) {
            cut_keep(&c);
            c.id = (uint16_t)(100 + i);
            cut(&c, false, 4, 24, c.len - 24); /* of this, the second half */
            for (int above = i + 1; above < depth; above++)
                build_ipv4(&c.b, 4);
            scene_say(&s, build_bytes(&c.b), text);
            cut(&c, false, 4, 0, 24); /* and the first goes on */
        }
        scene_say(&s, build_bytes(&c.b), text);
        if (depth == DECODE_DEPTH)
            CHECK(says(text, "tcp 10.0.0.1:1234 > 10.0.0.2:80 5/5 hello good"),
                  "as deep as it goes");
        else
            CHECK_TEXT(text, "bad ! tunnels_too_deep", "no deeper");
        scene_end(&s);
    }
}

/* A million tiny fragments, all of one datagram or each of its own: the memory is bounded. */
static void test_flood(bool one)
{
    struct scene s = {.budget = {.limit = 4 << 20}};
    struct packet p;
    enum anomaly what;
    uint32_t pending = 0;

    cut_segment(&c, false);
    cut(&c, false, TRANSPORT_UDP, 0, 8);
    build_put16(build_at(&c.b) + 10, 0); /* left to the card */
    for (uint32_t i = 0; i < 1000000; i++) {
        build_put16(build_at(&c.b) + 4, one ? 0 : i & 0xffff);
        build_put16(build_at(&c.b) + 14, one ? 0 : i >> 16);
        build_put16(build_at(&c.b) + 6, MORE | i % 4096);
        build_at(&c.b)[20] = (uint8_t)(i >> 12); /* other bytes each time */
        pending += scene_decode(&s, 101, build_bytes(&c.b), c.b.len, &p, &what) == DECODED_PENDING;
    }
    CHECK(pending == 1000000, "each is taken");
    CHECK(s.budget.peak <= s.budget.limit, "within the budget");
    scene_end(&s);
}

int main(void)
{
    test_policy();
    test_beyond_the_end();
    test_ragged();
    test_overlap_ipv6(false);
    test_overlap_ipv6(true);
    test_dropped();
    test_timeouts();
    test_copies(false);
    test_copies(true);
    test_flush();
    test_extensions();
    test_tiny();
    test_small(false, 40);
    test_small(true, 72);
    test_atomic_between();
    test_long();
    test_ttl();
    for (enum tunnel_kind kind = VXLAN; kind < TUNNELS; kind++)
        test_tunnels(kind);
    test_nested();
    test_depth();
    test_flood(true);
    test_flood(false);
    return test_end();
}
