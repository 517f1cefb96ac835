/* SPDX-License-Identifier: MIT */
#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>

struct digest {
    EVP_MD *sha1, *sha256;
    EVP_MD *md5; /* or NULL: some builds have none */
    EVP_MD_CTX *context;
    uint64_t lacked; /* contexts that there was no memory for */
};

/* A running sum is nothing but libcrypto's own context. */
static EVP_MD_CTX *context_of(struct sha256 *s)
{
    return (EVP_MD_CTX *)s;
}

const char *digest_library_version(void)
{
    return OpenSSL_version(OPENSSL_VERSION);
}

struct digest *digest_create(struct err *err)
{
    struct digest *d = calloc(1, sizeof(*d));

    if (d == NULL) {
        err_set(err, "out of memory");
        return NULL;
    }
    d->sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
    d->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    d->md5 = EVP_MD_fetch(NULL, "MD5", NULL);
    d->context = EVP_MD_CTX_new();
    if (d->sha1 != NULL && d->sha256 != NULL && d->context != NULL)
        return d;
    err_set(err, "libcrypto has no SHA-1 or SHA-256");
    digest_free(d);
    return NULL;
}

void digest_free(struct digest *d)
{
    if (d == NULL)
        return;
    EVP_MD_CTX_free(d->context);
    EVP_MD_free(d->md5);
    EVP_MD_free(d->sha256);
    EVP_MD_free(d->sha1);
    free(d);
}

bool digest_md5(struct digest *d, struct bytes in, uint8_t out[MD5_LEN])
{
    return d->md5 != NULL && EVP_DigestInit_ex2(d->context, d->md5, NULL) == 1 &&
           EVP_DigestUpdate(d->context, in.at, in.len) == 1 &&
           EVP_DigestFinal_ex(d->context, out, NULL) == 1;
}

void digest_sha1(struct digest *d, struct bytes in, uint8_t out[SHA1_LEN])
{
    EVP_DigestInit_ex2(d->context, d->sha1, NULL);
    EVP_DigestUpdate(d->context, in.at, in.len);
    EVP_DigestFinal_ex(d->context, out, NULL);
}

struct sha256 *sha256_begin(struct digest *d)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    if (context != NULL)
        EVP_DigestInit_ex2(context, d->sha256, NULL);
    else
        d->lacked++;
    return (struct sha256 *)context;
}

uint64_t digest_lacked(const struct digest *d)
{
    return d->lacked;
}

void sha256_add(struct sha256 *s, struct bytes in)
{
    EVP_DigestUpdate(context_of(s), in.at, in.len);
}

void sha256_end(struct sha256 *s, uint8_t out[SHA256_LEN])
{
    if (s != NULL && out != NULL)
        EVP_DigestFinal_ex(context_of(s), out, NULL);
    EVP_MD_CTX_free(context_of(s));
}

size_t base64_encode(struct bytes in, char *out)
{
    return (size_t)EVP_EncodeBlock((unsigned char *)out, in.at, (int)in.len);
}
