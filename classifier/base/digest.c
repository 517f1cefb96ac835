/* SPDX-License-Identifier: MIT */
/* The plain functions. OpenSSL 3 would rather have everybody come by its providers; that way the
 * sum of a handshake costs a quarter more, and the start of the program a third of all it costs. */
#define OPENSSL_API_COMPAT 0x10101000L

#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/md5.h>
#include <openssl/sha.h>
#include <stdlib.h>

struct digest {
    SHA_CTX sha1;
    MD5_CTX md5;
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

void digest_sha1(struct digest *d, struct bytes in, uint8_t out[SHA1_LEN])
{
    SHA1_Init(&d->sha1);
    SHA1_Update(&d->sha1, in.at, in.len);
    SHA1_Final(out, &d->sha1);
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

size_t base64_encode(struct bytes in, char *out)
{
    return (size_t)EVP_EncodeBlock((unsigned char *)out, in.at, (int)in.len);
}
