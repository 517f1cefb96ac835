/* SPDX-License-Identifier: MIT */
#include "layers/ws_unmask.h"
#include "test.h"

#define MOST 70

/* RFC 6455 s5.3, word for word: octet i of the clear payload is octet i of the masked one XOR octet
 * i MOD 4 of the key. */
static void slow(uint8_t *out, struct bytes in, const uint8_t key[4], uint64_t at)
{
    for (size_t i = 0; i < in.len; i++)
        out[i] = in.at[i] ^ key[(at + i) % 4];
}

static bool is_ascii(const uint8_t *at, size_t len)
{
    uint8_t seen = 0;

    for (size_t i = 0; i < len; i++)
        seen |= at[i];
    return seen < 0x80;
}

/* One byte that is none, in each place. */
static void test_ascii(void)
{
    uint8_t text[MOST] = {0}, out[MOST];

    for (size_t len = 1; len <= MOST; len++) {
        CHECK(ws_unmask(out, bytes_of(text, len), 0x01020304, 0), "ASCII");
        for (size_t at = 0; at < len; at++) {
            text[at] = 0x80;
            CHECK(!ws_unmask(out, bytes_of(text, len), 0x01020304, at), "one byte that is none");
            text[at] = 0;
        }
    }
}

static void test_against_slow(void)
{
    static const uint8_t key[4] = {0x37, 0xfa, 0x21, 0x3d};
    uint8_t masked[MOST], want[MOST];

    for (size_t i = 0; i < MOST; i++)
        masked[i] = (uint8_t)(i * 37 + 11);
    for (size_t len = 0; len <= MOST; len++) {
        for (uint64_t at = 0; at < 9; at++) {
            const uint64_t far = at + (UINT64_C(1) << 40);
            const struct bytes in = test_copy(bytes_of(masked, len));
            uint8_t *out = malloc(len > 0 ? len : 1);
            slow(want, in, key, far);
            const bool ascii = ws_unmask(out, in, 0x37fa213d, far);
            CHECK(memcmp(out, want, len) == 0, "as the RFC has it");
            CHECK(ascii == is_ascii(want, len), "ASCII or not");
            ws_unmask((uint8_t *)(uintptr_t)in.at, in, 0x37fa213d, far);
            CHECK(memcmp(in.at, want, len) == 0, "in place");
            free(out);
            free((void *)(uintptr_t)in.at);
        }
    }
}

int main(void)
{
    uint8_t out[5];

    ws_unmask(out, LITERAL("\x7f\x9f\x4d\x51\x58"), 0x37fa213d, 0);
    CHECK(memcmp(out, "Hello", 5) == 0, "RFC 6455 s5.7");
    test_against_slow();
    test_ascii();
    return test_end();
}
