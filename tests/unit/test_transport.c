/* SPDX-License-Identifier: MIT */
/* Checksums of every kind, and lengths that lie. */
#include "decode_scene.h"

#include "base/simd.h"
#include "decode/checksum.h"

static struct build b;

static void check(const char *name, const char *want)
{
    struct scene s = {0};
    char text[TEXT_ROOM];

    scene_say(&s, build_bytes(&b), text);
    CHECK_TEXT(text, want, name);
    scene_end(&s);
}

#define TCP   "tcp 10.0.0.1:1234 > 10.0.0.2:80 5/5 hello "
#define UDP   "udp 10.0.0.1:1234 > 10.0.0.2:80 5/5 hello "
#define UDP_6 "udp [2001:db8::1]:1234 > [2001:db8::2]:80 5/5 hello "

/* The sum of a pseudo-header, as Linux leaves it for the card to finish. */
static uint32_t partial(size_t length, uint8_t protocol)
{
    return build_sum((uint32_t)(protocol + length), LITERAL("\x0a\0\0\1\x0a\0\0\2"));
}

static void tcp_with(size_t checksum)
{
    build_hello(&b);
    build_put16(build_at(&b) + 20 + 16, checksum);
}

static void test_tcp_checksums(void)
{
    build_hello(&b);
    check("right", TCP "good");
    build_at(&b)[b.len - 1] ^= 1;
    check("one bit flipped", "tcp 10.0.0.1:1234 > 10.0.0.2:80 5/5 helln bad");
    tcp_with(0);
    check("left to the card", TCP "offloaded");
    tcp_with(partial(25, TRANSPORT_TCP));
    check("partial", TCP "offloaded");
    tcp_with(partial(0, TRANSPORT_TCP));
    check("partial, without the length", TCP "offloaded");
    tcp_with(partial(26, TRANSPORT_TCP));
    check("partial, of another length", TCP "bad");
}

static void test_ip_checksums(void)
{
    build_hello(&b);
    build_at(&b)[8]--; /* a router that forgot */
    check("IPv4 header", TCP "bad ! ip_checksum_wrong");
    build_put16(build_at(&b) + 10, 0);
    check("IPv4 header, left to the card", TCP "good");
}

static void test_udp_checksums(void)
{
    b.len = 0;
    BUILD_FRONT(&b, "hello");
    build_udp(&b, 80);
    build_ipv4(&b, TRANSPORT_UDP);
    check("right", UDP "good");
    build_put16(build_at(&b) + 26, 0);
    check("absent", UDP "unknown");
    build_put16(build_at(&b) + 26, 1);
    check("wrong", UDP "bad");
    b.len = 0;
    BUILD_FRONT(&b, "hello");
    build_udp(&b, 80);
    build_ipv6(&b, TRANSPORT_UDP);
    check("right over IPv6", UDP_6 "good");
    build_put16(build_at(&b) + 46, 0);
    check("IPv6 does not let it be absent", UDP_6 "offloaded");
}

/* Segmentation offload: longer than 16 bits say, or than any Ethernet carries. */
static void test_large(void)
{
    static uint8_t payload[60000];
    struct scene s = {0};
    struct packet p;
    enum anomaly what;

    for (int zero = 0; zero < 2; zero++) {
        b.len = 0;
        build_front(&b, bytes_of(payload, sizeof(payload)));
        build_tcp(&b);
        build_ipv4(&b, TRANSPORT_TCP);
        build_at(&b)[20 + 17]++;
        if (zero)
            memset(build_at(&b) + 2, 0, 2);
        build_put16(build_at(&b) + 10, 0);
        CHECK(scene_decode(&s, 101, build_bytes(&b), b.len, &p, &what) == DECODED_PACKET, "large");
        CHECK(p.checksum == CHECKSUM_OFFLOADED, "no card ever sent this as it is");
        CHECK(p.payload_len == sizeof(payload), "its length is the frame's when IP has no room");
    }
    scene_end(&s);
}

static void test_lengths(void)
{
    build_hello(&b);
    build_at(&b)[0] = 0x55;
    check("version 5", "bad ! ip_version_wrong");
    build_hello(&b);
    build_at(&b)[0] = 0x44;
    check("an IPv4 header of 16 bytes", "bad ! ip_header_length");
    build_hello(&b);
    build_put16(build_at(&b) + 2, 19);
    check("IPv4 shorter than its header", "bad ! ip_length_wrong");
    build_put16(build_at(&b) + 2, b.len + 1);
    check("IPv4 longer than the frame", "bad ! ip_length_wrong");
    build_hello(&b);
    build_at(&b)[20 + 12] = 0x40;
    check("a TCP header of 16 bytes", "bad ! tcp_header_length");
    build_at(&b)[20 + 12] = 0x70;
    check("a TCP header longer than the packet", "bad ! tcp_header_length");
    b.len = 0;
    BUILD_FRONT(&b, "hello");
    build_udp(&b, 80);
    build_put16(build_at(&b) + 4, 7);
    build_ipv4(&b, TRANSPORT_UDP);
    check("UDP shorter than its header", "bad ! udp_length_wrong");
    build_put16(build_at(&b) + 24, 14);
    check("UDP longer than IP", "bad ! udp_length_wrong");
    b.len = 0;
    BUILD_FRONT(&b, "hello!!!");
    build_udp(&b, 80);
    build_put16(build_at(&b) + 4, 13);
    build_ipv4(&b, 0);
    build_at(&b)[9] = TRANSPORT_UDP;
    build_put16(build_at(&b) + 10, 0);
    check("UDP shorter than IP", UDP "unknown");
}

#define TCP_6 "tcp [2001:db8::1]:1234 > [2001:db8::2]:80 5/5 hello "

static void test_extensions(void)
{
    b.len = 0;
    BUILD_FRONT(&b, "hello");
    build_tcp(&b);
    build_checksum(&b, LITERAL(BUILD_IPV6_ADDRESSES), TRANSPORT_TCP);
    BUILD_FRONT(&b, "\6\1\0\0\0\0\0\1\0\0\0\0\0\0\0\0"); /* authentication would be 51 */
    BUILD_FRONT(&b, "\x3c\2\0\0\0\0\0\1\0\0\0\1\0\0\0\0");
    BUILD_FRONT(&b, "\x33\0\1\4\0\0\0\0");
    build_ipv6_header(&b, 0);
    check("hop-by-hop, authentication, destination", TCP_6 "good");
    build_at(&b)[41] = 0xff;
    check("an extension longer than the packet", "bad ! packet_truncated");

    b.len = 0;
    BUILD_FRONT(&b, "hello");
    build_tcp(&b);
    BUILD_FRONT(&b, "\6\0\0\0\0\0\0\0");
    build_ipv6_header(&b, 43);
    check("a routing header that is used up", TCP_6 "offloaded");
    build_at(&b)[43] = 1;
    build_at(&b)[48 + 16] = 1;
    check("the checksum covers an address further on", TCP_6 "unknown");
    build_at(&b)[6] = 59;
    check("no next header", "other");
}

/* Each way to sum that this machine has. */
static bool all_agree(struct bytes of, uint16_t wanted)
{
    bool agree = checksum_sum(of) == wanted;

    if (of.len >= CHECKSUM_WORD)
        agree = agree && checksum_fold(checksum_wide_plain(of)) == wanted;
#ifdef __x86_64__
    if (of.len >= CHECKSUM_MANY && simd_has_avx2())
        agree = agree && checksum_fold(checksum_wide_avx2(of)) == wanted;
#endif
    return agree;
}

/* Longer than any packet: what a lane holds is not lost. */
static void test_long_sum(void)
{
    const size_t most = 131001; /* build_sum() is not lost, either */
    uint8_t *data = malloc(most);
    bool good = data != NULL;

    for (unsigned fill = 0; good && fill < 3; fill++) {
        memset(data, fill == 0 ? 0 : 0xff, most);
        for (size_t i = 0; fill == 2 && i < most; i++)
            data[i] = (uint8_t)(i * 37 >> 3);
        for (size_t len = most; len > 1000 && good; len = len * 3 / 4) {
            uint8_t slow[2];
            build_put16(slow, build_sum(0, bytes_of(data, len)));
            good = all_agree(bytes_of(data, len), load_u16(slow));
        }
    }
    CHECK(good, "long ones, of nothing, of ones, and of all");
    free(data);
}

/* The fast sum against the slow one, at every length and alignment. */
static void test_sum(void)
{
    uint8_t data[700];
    bool good = true;

    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(i * 37 + 0xf0);
    for (size_t from = 0; from < 8; from++)
        for (size_t len = 1; from + len <= sizeof(data); len++) {
            const struct bytes copy = test_copy(bytes_of(data + from, len));
            uint8_t slow[2];
            build_put16(slow, build_sum(0, copy));
            good = good && all_agree(copy, load_u16(slow));
            free((void *)(uintptr_t)copy.at);
        }
    CHECK(good, "checksum_sum agrees with RFC 1071 word by word");
    memset(data, 0xff, sizeof(data));
    CHECK(checksum_sum(bytes_of(data, sizeof(data))) == 0xffff, "carries are not lost");
    CHECK(checksum_sum(bytes_of(NULL, 0)) == 0, "nothing");
}

/* As a segment: right with the rest that it lacks, and with no other. */
static bool segment_agrees(bool (*sum)(struct bytes b, uint64_t rest), struct bytes of)
{
    const uint64_t lacks = (uint16_t)~checksum_fold(checksum_wide_plain(of));

    return sum(of, lacks) && sum(of, lacks + 0x1fffe) && !sum(of, lacks + 1) &&
           !sum(of, lacks + 0x100);
}

/* Short ones, too, behind headers: exact copies of both together. */
static void test_segment(void)
{
    uint8_t data[700];
    bool good = true;

    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(i * 91 >> 2);
    for (size_t len = CHECKSUM_MANY; len < sizeof(data); len++)
        for (size_t from = 0; from + CHECKSUM_WORD <= len; from += from < 40 ? 1 : 97) {
            const struct bytes copy = test_copy(bytes_of(data, len));
            const struct bytes segment = bytes_after(copy, from);
            good = good && segment_agrees(checksum_segment, segment) &&
                   segment_agrees(checksum_segment_plain, segment);
            free((void *)(uintptr_t)copy.at);
        }
    CHECK(good, "each way says the same of a segment");
}

/* The longest, of which each word is as large as can be. */
static void test_longest_segment(void)
{
    uint8_t *data = malloc(CHECKSUM_SEGMENT_MOST);

    if (data != NULL)
        memset(data, 0xff, CHECKSUM_SEGMENT_MOST);
    CHECK(data != NULL && segment_agrees(checksum_segment, bytes_of(data, CHECKSUM_SEGMENT_MOST)) &&
              segment_agrees(checksum_segment_plain, bytes_of(data, CHECKSUM_SEGMENT_MOST)),
          "the longest segment");
    free(data);
}

typedef bool ipv4_right(const uint8_t *ip, size_t length);

/* Right as they are, and wrong with any one bit of the header, or of the segment, changed; but for
 * the two halves of a sum. */
static bool both_agree(ipv4_right *right, uint8_t *ip, size_t length)
{
    bool good = right(ip, length);

    for (size_t i = 0; i < 20 + length; i += i < 60 ? 1 : 37) {
        ip[i] ^= (uint8_t)(1U << i % 8);
        good = good && !right(ip, length);
        ip[i] ^= (uint8_t)(1U << i % 8);
    }
    return good;
}

/* An IPv4 header and `length` bytes of TCP, exactly as long as they are; `fill`: what is in them.
 */
static uint8_t *put_ipv4(size_t length, unsigned fill)
{
    uint8_t *ip = malloc(20 + length);

    if (ip == NULL)
        abort();
    for (size_t i = 0; i < 20 + length; i++)
        ip[i] = (uint8_t)(fill > 255 ? (i + fill) * 91 >> 2 : fill);
    memset(ip + 10, 0, 2);
    memset(ip + 36, 0, 2);
    const struct bytes words[] = {bytes_of(ip, 20), bytes_of(ip + 12, 8 + length)};
    const uint16_t rest = checksum_add(htobe16((uint16_t)length), htobe16(TRANSPORT_TCP));
    const uint16_t header = (uint16_t)~checksum_fold(checksum_wide_plain(words[0]));
    memcpy(ip + 10, &header, 2);
    const uint16_t segment =
        (uint16_t)~checksum_add(checksum_fold(checksum_wide_plain(words[1])), rest);
    memcpy(ip + 36, &segment, 2);
    return ip;
}

/* Both sums at once, of all lengths, with nothing to read before or behind. */
static void test_ipv4(void)
{
    static const unsigned fills[] = {0, 0x7f, 0x80, 0xff, 256, 1000};
    ipv4_right *const ways[] = {checksum_ipv4, checksum_ipv4_plain};
    bool good = true;

    for (size_t length = 20; length <= 65515; length += length < 400 ? 1 : 7001)
        for (size_t i = 0; i < sizeof(fills) / sizeof(fills[0]); i++) {
            uint8_t *ip = put_ipv4(length, fills[i]);
            for (size_t k = 0; k < 2 && (length < 400 || i > 2); k++)
                good = good && both_agree(ways[k], ip, length);
            free(ip);
        }
    CHECK(good, "the sums of IPv4's header and of TCP's segment, in one go");
}

/* Right is what is folded to all ones. */
static void test_right(void)
{
    bool good = true;

    for (uint64_t i = 1; i < 300000; i++) {
        const uint64_t wide[] = {i, i * 0xffff, i * 0xffff + 1, ~i, i * 0x9e3779b97f4a7c15U};
        for (size_t k = 0; k < sizeof(wide) / sizeof(wide[0]); k++)
            good = good && checksum_is_right(wide[k]) == (checksum_fold(wide[k]) == 0xffff);
    }
    CHECK(good && checksum_is_right(UINT64_MAX), "checksum_is_right agrees with the folded sum");
}

int main(void)
{
    test_segment();
    test_longest_segment();
    test_ipv4();
    test_right();
    test_tcp_checksums();
    test_ip_checksums();
    test_udp_checksums();
    test_large();
    test_lengths();
    test_extensions();
    test_sum();
    test_long_sum();
    return test_end();
}
