/* SPDX-License-Identifier: MIT */
#include "base/buffer.h"
#include "layers/lsd.h"
#include "layers/udp_tracker.h"
#include "test.h"

#define MAGIC  "\x00\x00\x04\x17\x27\x10\x19\x80"
#define CONN   "\x01\x02\x03\x04\x05\x06\x07\x08"
#define TX     "\xca\xfe\xba\xbe"
#define HASH   "abcdefghijklmnopqrst"
#define HASH_B "bcdefghijklmnopqrstu"
#define PEER   "-qB4520-7sdfg8asd9f0"
#define EIGHT  "\0\0\0\0\0\0\0\0"
#define ANNOUNCE(event)                                                                            \
    CONN "\0\0\0\x01" TX HASH PEER EIGHT EIGHT EIGHT "\0\0\0" event "\0\0\0\0\0\0\0\x07\xff\xff"   \
         "\xff\xff\x1a\xe1"
#define ANNOUNCED "\0\0\0\x01" TX "\0\0\x07\x08\0\0\0\x01\0\0\0\x02"
#define V6(last)  "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0" last "\x1a\xe1"

#define M(literal)                                                                                 \
    {                                                                                              \
        (const uint8_t *)(literal), sizeof(literal) - 1                                            \
    }

static const char *const action_names[] = {"connect", "announce", "scrape", "error"};

static const struct vector {
    const char *name;
    struct bytes datagram;
    const char *request, *answer;
} vectors[] = {
    {"BEP 15 connect", M(MAGIC "\0\0\0\0" TX), "connect", "no"},
    {"BEP 15 connect's answer", M("\0\0\0\0" TX CONN), "no", "connect"},
    {"BEP 15 announce", M(ANNOUNCE("\x02")), "started abc -qB4520 6881", "no"},
    {"BEP 15 regular announce", M(ANNOUNCE("\x00")), "announce abc -qB4520 6881", "no"},
    {"BEP 15 completed", M(ANNOUNCE("\x01")), "completed abc -qB4520 6881", "no"},
    {"BEP 15 stopped", M(ANNOUNCE("\x03")), "stopped abc -qB4520 6881", "no"},
    {"an event of nobody's", M(ANNOUNCE("\x04")), "no", "no"},
    {"BEP 41 URL", M(ANNOUNCE("\x02") "\x02\x0c/dir?a=b&c=d"),
     "started abc -qB4520 6881 /dir?a=b&c=d", "no"},
    {"BEP 41 nothing, URL in two, end",
     M(ANNOUNCE("\x02") "\x01\x02\x04/dir\x02\x02?a\x00 what ever"),
     "started abc -qB4520 6881 /dir", "no"},
    {"BEP 41 an option of the future", M(ANNOUNCE("\x02") "\x09\x03xyz\x02\x01/"),
     "started abc -qB4520 6881 /", "no"},
    {"BEP 41 cut short", M(ANNOUNCE("\x02") "\x02\x0c/dir"), "no", "no"},
    {"BEP 15 announce's answer", M(ANNOUNCED "\x0a\0\0\x01\x1a\xe1\x0a\0\0\x02\x1a\xe2"), "no",
     "announce 10.0.0.1:6881 10.0.0.2:6882"},
    {"BEP 15 nobody else there", M(ANNOUNCED), "no", "announce"},
    {"BEP 7 over IPv6", M(ANNOUNCED V6("\x01") V6("\x02")), "no",
     "announce [2001:db8::1]:6881 [2001:db8::2]:6881"},
    {"three IPv4 endpoints are as long as one of IPv6",
     M(ANNOUNCED "\x0a\0\0\x01\x1a\xe1\x0a\0\0\x02\x1a\xe1\x0a\0\0\x03\x1a\xe1"), "no",
     "announce 10.0.0.1:6881 10.0.0.2:6881 10.0.0.3:6881"},
    {"BEP 15 scrape of two", M(CONN "\0\0\0\x02" TX HASH HASH_B), "scrape abc", "no"},
    {"BEP 15 scrape of nothing", M(CONN "\0\0\0\x02" TX), "no", "no"},
    {"BEP 15 scrape's answer", M("\0\0\0\x02" TX "\0\0\0\x01\0\0\0\x02\0\0\0\x03"), "no", "scrape"},
    {"BEP 15 error", M("\0\0\0\x03" TX "no such torrent"), "no", "error"},
    {"a tracker that gives out the magic as its connection id", M(MAGIC "\0\0\0\x02" TX HASH),
     "scrape abc", "no"},
    {"the magic with another action", M(MAGIC "\0\0\0\x03" TX HASH), "no", "no"},
    {"another magic", M(CONN "\0\0\0\0" TX), "no", "no"},
    {"connect and more", M(MAGIC "\0\0\0\0" TX "x"), "no", "no"},
    {"nothing", M(""), "no", "no"},
};

static void describe_request(struct bytes in, struct buffer *out)
{
    struct udp_tracker_request r;

    if (!udp_tracker_request(in, &r)) {
        buffer_append_text(out, "no");
        return;
    }
    buffer_append_text(out, r.event != NULL ? r.event : action_names[r.action]);
    if (r.info_hash.len > 0)
        buffer_printf(out, " %.3s", (const char *)r.info_hash.at);
    if (r.peer_id.len > 0)
        buffer_printf(out, " %.7s %u", (const char *)r.peer_id.at, r.port);
    if (r.url.len > 0)
        buffer_printf(out, " %.*s", (int)r.url.len, (const char *)r.url.at);
}

static void describe_answer(struct bytes in, struct buffer *out)
{
    struct endpoint at[8];
    struct endpoint_list list = {at, 8, 0};
    char text[ENDPOINT_TEXT_ROOM];
    struct udp_tracker_answer a;

    if (!udp_tracker_answer(in, &a)) {
        buffer_append_text(out, "no");
        return;
    }
    CHECK(bytes_equal(a.transaction, LITERAL(TX)), "the transaction");
    CHECK(udp_tracker_matches(&a, a.action, LITERAL(TX)), "matches its request");
    CHECK(!udp_tracker_matches(&a, a.action, LITERAL("\xca\xfe\xba\xbf")), "and no other");
    CHECK(udp_tracker_matches(&a, TRACKER_SCRAPE, LITERAL(TX)) ==
              (a.action == TRACKER_SCRAPE || a.action == TRACKER_ERROR),
          "an error answers anything");
    buffer_append_text(out, action_names[a.action]);
    udp_tracker_peers(&a, &list);
    for (unsigned i = 0; i < list.count; i++) {
        endpoint_text(&at[i], text);
        buffer_printf(out, " %s", text);
    }
}

static void check_text(struct buffer *out, const char *want, const char *name)
{
    buffer_append_byte(out, 0);
    CHECK_TEXT((const char *)out->at, want, name);
    buffer_free(out);
}

static void test_vectors(void)
{
    for (size_t n = 0; n < sizeof(vectors) / sizeof(vectors[0]); n++) {
        const struct vector *v = &vectors[n];
        const struct bytes exact = test_copy(v->datagram);
        struct buffer request = {0}, answer = {0};
        describe_request(exact, &request);
        check_text(&request, v->request, v->name);
        describe_answer(exact, &answer);
        check_text(&answer, v->answer, v->name);
        free((void *)(uintptr_t)exact.at);
    }
}

/* However short: nothing is read past the end, and no request is whole before its end. */
static void test_cuts(void)
{
    const struct bytes announce = LITERAL(ANNOUNCE("\x02"));
    struct udp_tracker_request r;
    struct udp_tracker_answer a;

    for (size_t n = 0; n < sizeof(vectors) / sizeof(vectors[0]); n++)
        for (size_t len = 0; len < vectors[n].datagram.len; len++) {
            const struct bytes cut = test_copy(bytes_first(vectors[n].datagram, len));
            const bool request = udp_tracker_request(cut, &r);
            CHECK(len >= 16 || !request, vectors[n].name);
            CHECK(!udp_tracker_answer(cut, &a) || len >= 8, vectors[n].name);
            free((void *)(uintptr_t)cut.at);
        }
    for (size_t len = 0; len < announce.len; len++)
        CHECK(!udp_tracker_request(bytes_first(announce, len), &r), "an announce has 98 bytes");
}

#define HEX_A  "3c01eacbb76e7b9d915b748158bd28b5a07325ea"
#define HEX_B  "4D01EACBB76E7B9D915B748158BD28B5A07325EA"
#define SEARCH "BT-SEARCH * HTTP/1.1\r\n"
#define HOST   "Host: 239.192.152.143:6771\r\n"

static const struct local {
    const char *name;
    struct bytes datagram;
    const char *want;
} locals[] = {
    {"BEP 14", M(SEARCH HOST "Port: 6881\r\nInfohash: " HEX_A "\r\ncookie: x7\r\n\r\n\r\n"),
     "6881 x7 3c"},
    {"BEP 14, several torrents",
     M(SEARCH HOST "Port: 6881\r\nInfohash: " HEX_A "\r\nInfohash: " HEX_B "\r\n\r\n\r\n"),
     "6881  3c 4d"},
    {"the port last, names in any case", M(SEARCH HOST "INFOHASH:" HEX_A "\r\nport:1\r\n\r\n"),
     "1  3c"},
    {"IPv6", M(SEARCH "Host: [ff15::efc0:988f]:6771\r\nPort: 6881\r\nInfohash: " HEX_A "\r\n\r\n"),
     "6881  3c"},
    {"a broken hash beside a right one",
     M(SEARCH "Port: 6881\r\nInfohash: xyz\r\nInfohash: " HEX_A "\r\n\r\n"), "6881  3c"},
    {"no port", M(SEARCH HOST "Infohash: " HEX_A "\r\n\r\n"), "no"},
    {"port 0", M(SEARCH HOST "Port: 0\r\nInfohash: " HEX_A "\r\n\r\n"), "no"},
    {"a port too high", M(SEARCH HOST "Port: 65536\r\nInfohash: " HEX_A "\r\n\r\n"), "no"},
    {"a port with letters", M(SEARCH HOST "Port: 68a1\r\nInfohash: " HEX_A "\r\n\r\n"), "no"},
    {"no hash", M(SEARCH HOST "Port: 6881\r\n\r\n"), "no"},
    {"a hash of 39 digits",
     M(SEARCH "Port: 6881\r\nInfohash: 3c01eacbb76e7b9d915b748158bd28b5a07325e\r\n\r\n"), "no"},
    {"headers end at the empty line", M(SEARCH "Port: 6881\r\n\r\nInfohash: " HEX_A "\r\n\r\n"),
     "no"},
    {"SSDP", M("M-SEARCH * HTTP/1.1\r\nHost: 239.255.255.250:1900\r\n\r\n"), "no"},
    {"nothing", M(""), "no"},
};

static void test_local(void)
{
    for (size_t n = 0; n < sizeof(locals) / sizeof(locals[0]); n++) {
        const struct bytes exact = test_copy(locals[n].datagram);
        struct lsd_announcement a;
        struct buffer out = {0};
        uint8_t hash[LSD_HASH_LEN];
        if (!lsd_read(exact, &a)) {
            buffer_append_text(&out, "no");
        } else {
            buffer_printf(&out, "%u %.*s", a.port, (int)a.cookie.len, (const char *)a.cookie.at);
            while (lsd_next_hash(&a, hash))
                buffer_printf(&out, " %02x", hash[0]);
        }
        check_text(&out, locals[n].want, locals[n].name);
        free((void *)(uintptr_t)exact.at);
        for (size_t len = 0; len < locals[n].datagram.len; len++) {
            const struct bytes cut = test_copy(bytes_first(locals[n].datagram, len));
            if (lsd_read(cut, &a))
                CHECK(len > sizeof(SEARCH) + 40, locals[n].name);
            free((void *)(uintptr_t)cut.at);
        }
    }
}

int main(void)
{
    test_vectors();
    test_cuts();
    test_local();
    return test_end();
}
