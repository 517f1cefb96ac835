/* SPDX-License-Identifier: MIT */
/* digest.h - MD5, SHA-1, SHA-256 and base64. The only door to libcrypto.
 *
 * A `struct digest` belongs to one worker and is set up once, so that hashing a handshake
 * or a message allocates nothing.
 */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include "base/bytes.h"
#include "base/err.h"

#define MD5_LEN        16
#define SHA1_LEN       20
#define SHA256_LEN     32
#define BASE64_ROOM(n) (((n) + 2) / 3 * 4 + 1) /* with the NUL */

struct digest;
struct sha256; /* one running SHA-256 */

const char *digest_library_version(void);

struct digest *digest_create(struct err *err);
void digest_free(struct digest *d); /* NULL is fine */

/* False: this libcrypto has no MD5. */
bool digest_md5(struct digest *d, struct bytes in, uint8_t out[MD5_LEN]);
void digest_sha1(struct digest *d, struct bytes in, uint8_t out[SHA1_LEN]);
void digest_sha256(struct digest *d, struct bytes in, uint8_t out[SHA256_LEN]);

/* A running SHA-256 over slices. `sha256_begin` gives NULL when memory ran out, which
 * digest_lacked() counts. */
struct sha256 *sha256_begin(struct digest *d);
uint64_t digest_lacked(const struct digest *d);
void sha256_add(struct sha256 *s, struct bytes in);
/* Ends and frees it. `out` may be NULL: the sum is not wanted any more. NULL `s` is fine. */
void sha256_end(struct sha256 *s, uint8_t out[SHA256_LEN]);

/* Writes BASE64_ROOM(in.len) bytes with the NUL; returns the length without it. RFC 4648 s4. */
size_t base64_encode(struct bytes in, char *out);

#endif
