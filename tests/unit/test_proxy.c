/* SPDX-License-Identifier: MIT */
#include "dialogue.h"
#include "layers/layers.h"

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define V4        "\xc0\x00\x02\x01\xc0\x00\x02\x50\x11\xd7\x00\x50" /* 192.0.2.1:4567 > .80:80 */
#define V6                                                                                         \
    "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"                                                   \
    "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02"                                                   \
    "\x11\xd7\x00\x50"
#define NULS_50                                                                                    \
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" \
    "\0\0\0\0"
/* Two paths of 108 bytes. */
#define SOCKET_PATHS "/run/a\0\0" NULS_50 NULS_50 "/run/b\0\0" NULS_50 NULS_50
#define GET          "GET / HTTP/1.1"
#define OK           "HTTP/1.1 200"

/* The longest line: 107 bytes with its CRLF. */
#define LONGEST                                                                                    \
    "PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535 and much more of what is not to "   \
    "be "                                                                                          \
    "read at all."

static const struct dialogue vectors[] = {
    {"v1, IPv4",
     "(PROXY header: client 192.0.2.1:4567) claim(strong) become(?) >" GET " <" OK,
     {UP("PROXY TCP4 192.0.2.1 192.0.2.80 4567 80\r\n" GET), DOWN(OK)}},
    {"v1, IPv6",
     "(PROXY header: client [2001:db8::1]:4567) claim(strong) become(?) >" GET " <" OK,
     {UP("PROXY TCP6 2001:db8::1 2001:DB8::2 4567 80\r\n"), UP(GET), DOWN(OK)}},
    {"v1, UNKNOWN",
     "(PROXY header: client not named) claim(strong) become(?) >" GET,
     {UP("PROXY UNKNOWN\r\n" GET)}},
    {"v1, UNKNOWN with more",
     "(PROXY header: client not named) claim(strong) become(?) >" GET,
     {UP("PROXY UNKNOWN ffff::1 anything\r\n" GET)}},
    {"v1, the longest line",
     "(PROXY header: client not named) claim(strong) become(?) >" GET,
     {UP(LONGEST "\r\n" GET)}},
    {"v2, IPv4",
     "(PROXY header: client 192.0.2.1:4567) claim(strong) become(?) >" GET " <" OK,
     {UP(SIGNATURE "\x21\x11\x00\x0c" V4 GET), DOWN(OK)}},
    {"v2, IPv6 and TLVs",
     "(PROXY header: client [2001:db8::1]:4567) claim(strong) become(?) >" GET " <" OK,
     {UP(SIGNATURE "\x21\x21\x00\x2b" V6 "\x03\x00\x04\x12\x34\x56\x78" GET), DOWN(OK)}},
    {"v2, datagrams",
     "(PROXY header: client 192.0.2.1:4567) claim(strong) become(?)",
     {UP(SIGNATURE "\x21\x12\x00\x0c" V4)}},
    {"v2, a Unix socket",
     "(PROXY header: client on the socket /run/a) claim(strong) become(?) >" GET,
     {UP(SIGNATURE "\x21\x31\x00\xd8" SOCKET_PATHS GET)}},
    {"v2, LOCAL",
     "(PROXY header: the proxy itself) claim(strong) become(?) >" GET,
     {UP(SIGNATURE "\x20\x00\x00\x00" GET)}},
    {"v2, LOCAL with an address that does not count",
     "(PROXY header: the proxy itself) claim(strong) become(?) >" GET,
     {UP(SIGNATURE "\x20\xff\x00\x03"
                   "abc" GET)}},
    {"v2, unspecified",
     "(PROXY header: client not named) claim(strong) become(?) >" GET,
     {UP(SIGNATURE "\x21\x00\x00\x02"
                   "ab" GET)}},
    {"the server speaks first",
     "(PROXY header: client 192.0.2.1:4567) claim(strong) become(?) >EHLO <220 hello",
     {UP("PROXY TCP4 192.0.2.1 192.0.2.80 4567 25\r\n"), DOWN("220 hello"), UP("EHLO")}},
    {"a hole in the header", "", {UP(SIGNATURE "\x21"), HOLE(TO_SERVER, 5), UP(GET), DOWN(OK)}},
    {"a hole in what the server says first",
     "(PROXY header: client not named) claim(strong) become(?) >EHLO <22[gap 4]ello",
     {DOWN("22"), HOLE(TO_CLIENT, 4), UP("PROXY UNKNOWN\r\nEHLO"), DOWN("ello")}},
};

/* The header's end decides, not a byte before. */
static void test_recognised(void)
{
    for (size_t n = 0; n < sizeof(vectors) / sizeof(vectors[0]); n++) {
        const struct bytes in = vectors[n].turn[0].bytes;
        const size_t get = bytes_find(in, LITERAL(GET));
        if (vectors[n].turn[0].direction != TO_SERVER || vectors[n].turn[1].gap > 0)
            continue;
        for (size_t len = 0; len < get; len++) {
            const struct bytes part = bytes_first(in, len);
            CHECK(dialogue_ask(&layer_proxy, part, bytes_of(NULL, 0), false).answer == PROBE_MORE,
                  vectors[n].name);
            CHECK(dialogue_ask(&layer_proxy, part, bytes_of(NULL, 0), true).answer == PROBE_NO,
                  vectors[n].name);
        }
        CHECK(dialogue_ask(&layer_proxy, bytes_first(in, get), LITERAL(OK), false).confidence ==
                  CONFIDENCE_STRONG,
              vectors[n].name);
    }
}

static void test_refused(void)
{
    static const struct turn none[] = {
        UP("PROXY TCP4 192.0.2.1 192.0.2.80 4567\r\n"),
        UP("PROXY TCP4 192.0.2.1 192.0.2.80 4567 80 1\r\n"),
        UP("PROXY TCP4 192.0.2.1 192.0.2.80 4567 65536\r\n"),
        UP("PROXY TCP4 192.0.2.1 192.0.2.80 04567 80\r\n"),
        UP("PROXY TCP4 192.0.2.1  192.0.2.80 4567 80\r\n"),
        UP("PROXY TCP4 192.0.2.256 192.0.2.80 4567 80\r\n"),
        UP("PROXY TCP4 2001:db8::1 2001:db8::2 4567 80\r\n"),
        UP("PROXY TCP6 192.0.2.1 192.0.2.80 4567 80\r\n"),
        UP("PROXY TCP4 192.0.2.1 192.0.2.80 4567 80\n"),
        UP("PROXY TCP4 192.0.2.1\r192.0.2.80 4567 80\r\n"),
        UP("PROXY TCP4 example.org"),
        UP("PROXY TCP5 "),
        UP("PROXY UNKNOWNS\r\n"),
        UP("PROXY /index.html HTTP/1.1\r\n"),
        UP("proxy TCP4 "),
        UP(LONGEST "!\r"),
        UP("\r\n\r\nGET / HTTP/1.1\r\n"),
        UP(SIGNATURE "\x11"),
        UP(SIGNATURE "\x22"),
        UP(SIGNATURE "\x21\x11\x00\x0b"),
        UP(SIGNATURE "\x21\x13\x00\x0c"),
        UP(SIGNATURE "\x21\x41\x00\x0c"),
        UP(SIGNATURE "\x21\x11\x0f\xf1"),
        UP("SSH-2.0-x\r\n"),
    };

    for (size_t n = 0; n < sizeof(none) / sizeof(none[0]); n++)
        CHECK(dialogue_ask(&layer_proxy, none[n].bytes, bytes_of(NULL, 0), false).answer ==
                  PROBE_NO,
              (const char *)none[n].bytes.at);
}

int main(void)
{
    for (size_t n = 0; n < sizeof(vectors) / sizeof(vectors[0]); n++)
        dialogue_check(&layer_proxy, &vectors[n]);
    test_recognised();
    test_refused();
    return test_end();
}
