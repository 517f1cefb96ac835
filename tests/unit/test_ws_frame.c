/* SPDX-License-Identifier: MIT */
#include "layers/ws_frame.h"
#include "base/buffer.h"
#include "test.h"

struct vector {
    const char *name;
    struct bytes wire;
    const char *want; /* first byte, header size, length, m masked, mask, faults to server/client */
};

#define V(name, wire, want)                                                                        \
    {                                                                                              \
        name, {(const uint8_t *)(wire), sizeof(wire) - 1}, want                                    \
    }

static const struct vector vectors[] = {
    V("RFC 6455 s5.7: text", "\x81\x05Hello", "81 2 5 - 0 40 0"),
    V("RFC 6455 s5.7: masked", "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58",
      "81 6 5 m 37fa213d 0 80"),
    V("RFC 6455 s5.7: 256 bytes", "\x82\x7e\x01\x00", "82 4 256 - 0 40 0"),
    V("RFC 6455 s5.7: 64 KiB", "\x82\x7f\0\0\0\0\0\1\0\0", "82 10 65536 - 0 40 0"),
    V("masked, 16-bit length", "\x82\xfe\x01\x00\1\2\3\4", "82 8 256 m 1020304 0 80"),
    V("masked, 64-bit length", "\x82\xff\0\0\0\1\0\0\0\0\1\2\3\4",
      "82 14 4294967296 m 1020304 0 80"),
    V("least 16-bit length", "\x82\x7e\x00\x7e", "82 4 126 - 0 40 0"),
    V("not minimal: 16 bits", "\x82\x7e\x00\x7d", "82 4 125 - 0 50 10"),
    V("not minimal: 64 bits", "\x82\x7f\0\0\0\0\0\0\xff\xff", "82 10 65535 - 0 50 10"),
    V("top bit", "\x82\x7f\x80\0\0\0\0\0\0\0", "82 10 9223372036854775808 - 0 60 20"),
    V("RSV1 on text", "\xc1\x00", "c1 2 0 - 0 40 0"),
    V("RSV1 on a continuation", "\xc0\x00", "c0 2 0 - 0 240 200"),
    V("RSV1 on a ping", "\xc9\x00", "c9 2 0 - 0 140 100"),
    V("RSV2", "\xa1\x00", "a1 2 0 - 0 41 1"),
    V("RSV1 and RSV2 on a ping", "\xe9\x00", "e9 2 0 - 0 41 1"),
    V("RSV1 on a reserved opcode", "\xcb\x00", "cb 2 0 - 0 43 3"),
    V("the largest length", "\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff",
      "82 10 9223372036854775807 - 0 40 0"),
    V("reserved opcodes", "\x83\x00\x87\x00\x8b\x00\x8f\x00",
      "83 2 0 - 0 42 2 87 2 0 - 0 42 2 "
      "8b 2 0 - 0 42 2 8f 2 0 - 0 42 2"),
    V("fragmented control", "\x09\x00", "09 2 0 - 0 44 4"),
    V("long control", "\x89\x7e\x00\x7e", "89 4 126 - 0 48 8"),
};

static void describe(struct buffer *log, const struct ws_header *f)
{
    buffer_printf(log, "%s%02x %u %llu %c %x %x %x", log->len > 0 ? " " : "",
                  (unsigned)(f->frame.fin << 7 | f->frame.rsv << 4 | f->frame.opcode), f->size,
                  (unsigned long long)f->frame.length, f->frame.masked ? 'm' : '-', f->frame.mask,
                  ws_header_faults(f, TO_SERVER, true), ws_header_faults(f, TO_CLIENT, true));
}

static void feed(struct ws_decoder *d, struct bytes in, struct buffer *log, struct buffer *payload)
{
    struct ws_header f, again;

    while (in.len > 0) {
        if (d->in_payload) {
            buffer_append(payload, ws_take_payload(d, &in));
        } else if (ws_take_header(d, &in, &f)) {
            describe(log, &f);
            ws_current(d, &again);
            CHECK(memcmp(&f.frame.length, &again.frame.length, 8) == 0 && f.size == again.size &&
                      f.frame.opcode == ws_current_opcode(d),
                  "the current frame");
        }
    }
}

static void check(const struct vector *v, size_t cut)
{
    struct ws_decoder d = {0};
    struct buffer log = {0}, payload = {0};

    for (size_t at = 0; at < v->wire.len;) {
        const size_t n = cut == 1 ? 1 : cut > 1 && at == 0 ? cut - 1 : v->wire.len - at;
        const struct bytes piece = test_copy(bytes_first(bytes_after(v->wire, at), n));
        feed(&d, piece, &log, &payload);
        free((void *)(uintptr_t)piece.at);
        at += piece.len;
    }
    buffer_append_byte(&log, 0);
    CHECK_TEXT((const char *)log.at, v->want, v->name);
    if (d.header[1] == 5)
        CHECK(payload.len == 5 && memcmp(payload.at, "Hello", 5) == 0, "payload");
    buffer_free(&log);
    buffer_free(&payload);
}

static void test_order(void)
{
    struct ws_header text = {.frame = {.opcode = WS_TEXT}}, more = {0};
    struct ws_header ping = {.frame = {.opcode = WS_PING}};

    CHECK(ws_order_faults(&text, false) == 0, "a message begins");
    CHECK(ws_order_faults(&text, true) == WS_FAULT_INTERLEAVED, "a message inside a message");
    CHECK(ws_order_faults(&more, true) == 0, "a message goes on");
    CHECK(ws_order_faults(&more, false) == WS_FAULT_CONTINUES_NOTHING, "nothing to go on with");
    CHECK(ws_order_faults(&ping, true) == 0 && ws_order_faults(&ping, false) == 0, "ping");
}

static void test_senseless(void)
{
    struct ws_header f = {.frame = {.opcode = 3, .length = 5}};

    CHECK(!ws_is_senseless(&f, WS_FAULT_OPCODE | WS_FAULT_MASKED), "one fault of structure");
    CHECK(ws_is_senseless(&f, WS_FAULT_OPCODE | WS_FAULT_RSV), "two of them");
    CHECK(ws_is_senseless(&f, WS_FAULT_TOP_BIT), "the top bit");
    f.frame.length = UINT64_C(1) << 40;
    CHECK(ws_is_senseless(&f, WS_FAULT_OPCODE), "one, and huge");
    CHECK(!ws_is_senseless(&f, WS_FAULT_MASKED), "none, and huge");
    CHECK(ws_is_senseless(&f, WS_FAULT_RSV1_CONTROL), "RSV1 is of structure, too");
    CHECK(!ws_is_senseless(&f, WS_FAULT_AFTER_CLOSE | WS_FAULT_INTERLEAVED), "order is not");
}

static void test_loss(void)
{
    struct ws_decoder d = {0};
    struct ws_header f;
    struct bytes in = LITERAL("\x82\x0a"
                              "abc");

    CHECK(ws_take_header(&d, &in, &f) && d.in_payload, "header");
    CHECK(ws_take_payload(&d, &in).len == 3 && d.left == 7, "some payload");
    ws_skip_payload(&d, 6);
    CHECK(d.in_payload && d.left == 1, "a hole in it");
    ws_skip_payload(&d, 1);
    CHECK(!d.in_payload, "the rest is lost");
}

int main(void)
{
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
        for (size_t cut = 0; cut <= vectors[i].wire.len; cut++)
            check(&vectors[i], cut);
    test_order();
    test_senseless();
    test_loss();
    CHECK(sizeof(struct ws_decoder) == 24, "as the header says");
    return test_end();
}
