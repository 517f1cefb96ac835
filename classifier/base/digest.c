/* SPDX-License-Identifier: MIT */
/* The plain functions. OpenSSL 3 would rather have everybody come by its providers; that way the
 * sum of a handshake costs a quarter more, and the start of the program a third of all it costs. */
#define OPENSSL_API_COMPAT 0x10101000L

#include "base/digest.h"

#include "base/load.h"

#include <endian.h>
#include <openssl/crypto.h>
#include <openssl/md5.h>
#include <openssl/sha.h>
#include <stdlib.h>

struct digest {
    SHA_CTX sha1;
    MD5_CTX md5;
    SHA256_CTX sha256;
    uint64_t lacked; /* running sums that there was no memory for */
};

struct sha256 {
    SHA256_CTX context;
};

const char *digest_library_version(void)
{
    return OpenSSL_version(OPENSSL_VERSION);
}

struct digest *digest_create(struct err *err)
{
    struct digest *d = calloc(1, sizeof(*d));

    if (d == NULL)
        err_set(err, "out of memory");
    return d;
}

void digest_free(struct digest *d)
{
    free(d);
}

bool digest_md5(struct digest *d, struct bytes in, uint8_t out[MD5_LEN])
{
    return MD5_Init(&d->md5) == 1 && MD5_Update(&d->md5, in.at, in.len) == 1 &&
           MD5_Final(out, &d->md5) == 1;
}

static void put_be32(uint8_t *at, uint32_t n)
{
    n = htobe32(n);
    memcpy(at, &n, sizeof(n));
}

/* Few bytes, all at once: the blocks are laid out here (RFC 3174 s4), which the running sum of the
 * library would copy, and wipe behind itself. */
void digest_sha1(struct digest *d, struct bytes in, uint8_t out[SHA1_LEN])
{
    SHA_CTX *sum = &d->sha1;
    const uint64_t bits = (uint64_t)in.len * 8;
    uint8_t last[2 * SHA_CBLOCK] = {0};

    SHA1_Init(sum);
    for (; in.len >= SHA_CBLOCK; in = bytes_after(in, SHA_CBLOCK))
        SHA1_Transform(sum, in.at);
    if (in.len > 0)
        memcpy(last, in.at, in.len);
    last[in.len] = 0x80;
    const size_t len = in.len + 1 + sizeof(bits) <= SHA_CBLOCK ? SHA_CBLOCK : sizeof(last);
    put_be32(last + len - 8, (uint32_t)(bits >> 32));
    put_be32(last + len - 4, (uint32_t)bits);
    for (size_t at = 0; at < len; at += SHA_CBLOCK)
        SHA1_Transform(sum, last + at);
    const uint32_t words[] = {sum->h0, sum->h1, sum->h2, sum->h3, sum->h4};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        put_be32(out + 4 * i, words[i]);
}

void digest_sha256(struct digest *d, struct bytes in, uint8_t out[SHA256_LEN])
{
    SHA256_Init(&d->sha256);
    SHA256_Update(&d->sha256, in.at, in.len);
    SHA256_Final(out, &d->sha256);
}

struct sha256 *sha256_begin(struct digest *d)
{
    struct sha256 *s = malloc(sizeof(*s));

    if (s != NULL)
        SHA256_Init(&s->context);
    else
        d->lacked++;
    return s;
}

uint64_t digest_lacked(const struct digest *d)
{
    return d->lacked;
}

void sha256_add(struct sha256 *s, struct bytes in)
{
    SHA256_Update(&s->context, in.at, in.len);
}

void sha256_end(struct sha256 *s, uint8_t out[SHA256_LEN])
{
    if (s != NULL && out != NULL)
        SHA256_Final(out, &s->context);
    free(s);
}

static const char DIGIT[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

#define EACH        UINT64_C(0x0101010101010101) /* a byte of a word */
#define EACH_TWO    UINT64_C(0x0001000100010001)
#define EACH_FOUR   UINT64_C(0x0000000100000001)
#define DIGITS_FROM 6 /* bytes that are eight digits */

/* Where each byte, below 64, is `least` or more: 1. */
static uint64_t at_least(uint64_t x, uint8_t least)
{
    return (x + EACH * (uint8_t)(0x80 - least)) >> 7 & EACH;
}

/* Of 48 bits, eight digits, the first one on top: "A" for 0, and on from there; the letters in
 * lower case begin at 26, the figures at 52, '+' and '/' are 62 and 63. */
static uint64_t eight_digits(uint64_t x)
{
    x = (x >> 24) << 32 | (x & 0xffffff);
    x = (x & EACH_FOUR * 0xfff000) << 4 | (x & EACH_FOUR * 0xfff);
    x = (x & EACH_TWO * 0xfc0) << 2 | (x & EACH_TWO * 0x3f);
    return x + EACH * 'A' + at_least(x, 26) * ('a' - 'A' - 26) -
           at_least(x, 52) * ('a' - '0' + 26) - at_least(x, 62) * ('0' + 10 - '+') +
           at_least(x, 63) * ('/' - '+' - 1);
}

static void put_digits(char to[4], uint32_t three)
{
    for (unsigned i = 0; i < 4; i++)
        to[i] = DIGIT[three >> (18 - 6 * i) & 63];
}

size_t base64_encode(struct bytes in, char *out)
{
    char *to = out;
    size_t i = 0;

    for (; i + DIGITS_FROM <= in.len; i += DIGITS_FROM, to += sizeof(uint64_t)) {
        const uint64_t six = (uint64_t)load_be32(in.at + i) << 16 | load_be16(in.at + i + 4);
        const uint64_t digits = htobe64(eight_digits(six));
        memcpy(to, &digits, sizeof(digits));
    }
    for (; i + 3 <= in.len; i += 3, to += 4)
        put_digits(to, (uint32_t)in.at[i] << 16 | (uint32_t)in.at[i + 1] << 8 | in.at[i + 2]);
    if (i < in.len) {
        const bool two = i + 2 == in.len;
        put_digits(to, (uint32_t)in.at[i] << 16 | (two ? (uint32_t)in.at[i + 1] << 8 : 0));
        to[3] = '=';
        if (!two)
            to[2] = '=';
        to += 4;
    }
    *to = '\0';
    return (size_t)(to - out);
}
