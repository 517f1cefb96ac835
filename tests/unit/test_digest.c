/* SPDX-License-Identifier: MIT */
/* digest.h: the sums of RFC 3174 and RFC 1321, the digits of RFC 4648; SHA-1 of few bytes against
 * the library's running sum. */
#define OPENSSL_API_COMPAT 0x10101000L

#include "base/digest.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include "random.h"
#include "test.h"

static void sha1_is(struct digest *d, struct bytes in, const char *want)
{
    uint8_t sum[SHA1_LEN];
    char text[2 * SHA1_LEN + 1];

    digest_sha1(d, in, sum);
    for (size_t i = 0; i < SHA1_LEN; i++)
        snprintf(text + 2 * i, 3, "%02x", sum[i]);
    CHECK_TEXT(text, want, "RFC 3174 s7.3");
}

static void test_sha1(struct digest *d)
{
    static const char repeated[] =
        "0123456701234567012345670123456701234567012345670123456701234567";

    sha1_is(d, LITERAL("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
    sha1_is(d, LITERAL("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
    sha1_is(d, LITERAL(""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    sha1_is(d, LITERAL(repeated), "e0c094e867ef46c350ef54a7f59dd60bed92ae83");
}

/* Every length over several blocks. */
static void test_sha1_lengths(struct digest *d)
{
    bool same = true;

    for (size_t len = 0; len <= 300; len++) {
        uint8_t text[300], got[SHA1_LEN], want[SHA1_LEN];
        for (size_t i = 0; i < len; i++)
            text[i] = (uint8_t)random_below(256);
        const struct bytes copy = test_copy(bytes_of(text, len));
        digest_sha1(d, copy, got);
        SHA1(text, len, want);
        same = same && memcmp(got, want, sizeof(got)) == 0;
        free((void *)(uintptr_t)copy.at);
    }
    CHECK(same, "as the library has it");
}

static void test_base64(void)
{
    static const char *const vectors[][2] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
    };
    bool same = true;

    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        char text[BASE64_ROOM(6)];
        const struct bytes in = bytes_of_text(vectors[i][0]);
        CHECK(base64_encode(in, text) == strlen(vectors[i][1]), "the length");
        CHECK_TEXT(text, vectors[i][1], "RFC 4648 s10");
    }
    for (size_t len = 0; len <= 100; len++) {
        uint8_t raw[100];
        char got[BASE64_ROOM(100)];
        unsigned char want[BASE64_ROOM(100)];
        for (size_t i = 0; i < len; i++)
            raw[i] = (uint8_t)random_below(256);
        base64_encode(bytes_of(raw, len), got);
        EVP_EncodeBlock(want, raw, (int)len);
        same = same && strcmp(got, (char *)want) == 0;
    }
    CHECK(same, "as the library has it");
}

int main(void)
{
    struct err err = {0};
    struct digest *d = digest_create(&err);

    CHECK(d != NULL, "memory");
    test_sha1(d);
    test_sha1_lengths(d);
    test_base64();
    digest_free(d);
    return test_end();
}
