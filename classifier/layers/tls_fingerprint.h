/* SPDX-License-Identifier: MIT */
/* tls_fingerprint.h - by what the programs behind hellos are known again: JA3, JA3S, JA4.
 *
 * In:    a hello that tls_hello.h has read.
 * Out:   texts, written where the caller says. False: more than TLS_LISTED_MAX entries of one kind.
 * State: none.
 *
 * JA3: version, cipher suites, extensions, groups and point formats, in their order and in decimal;
 * its hash is their MD5. JA3S: version, cipher suite and extensions of the answer. JA4 (FoxIO,
 * "JA4: TLS Client Fingerprinting"; none of the methods called JA4+): counts and sorted lists, so
 * that it stays the same where a browser shuffles its extensions. GREASE (RFC 8701) counts nowhere.
 */
#ifndef LAYERS_TLS_FINGERPRINT_H
#define LAYERS_TLS_FINGERPRINT_H

#include "base/digest.h"
#include "layers/tls_hello.h"

#define TLS_LISTED_MAX  512 /* cipher suites, extensions, groups, or algorithms of signatures */
#define TLS_FORMATS_MAX 255 /* point formats: RFC 8422 s5.1.2 */

#define JA3_ROOM (3 * TLS_LISTED_MAX * sizeof("65535") + TLS_FORMATS_MAX * sizeof("255") + 16)
#define JA4_LEN  36

struct ja3 {
    char text[JA3_ROOM];
    size_t len;
    char hash[2 * MD5_LEN]; /* hexadecimal */
    size_t hash_len;        /* 0: this libcrypto has no MD5 */
};

bool tls_ja3(const struct tls_hello *client, struct digest *digest, struct ja3 *out);
bool tls_ja3s(const struct tls_hello *server, struct digest *digest, struct ja3 *out);
bool tls_ja4(const struct tls_hello *client, struct digest *digest, char out[JA4_LEN]);

#endif
