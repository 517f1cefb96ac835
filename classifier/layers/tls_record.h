/* SPDX-License-Identifier: MIT */
/* tls_record.h - TLS record headers (RFC 8446 s5.1), and whether an opening begins with them. */
#ifndef LAYERS_TLS_RECORD_H
#define LAYERS_TLS_RECORD_H

#include "model/layer.h"

#define TLS_RECORD_HEADER    5
#define TLS_RECORD_MAX       (16384 + 2048) /* RFC 5246 s6.2.3 */
#define TLS_HANDSHAKE_HEADER 4
#define TLS_HELLO_MAX        65536 /* bytes of a handshake message; no hello is longer */

enum tls_content {
    TLS_CHANGE_CIPHER_SPEC = 20,
    TLS_ALERT,
    TLS_HANDSHAKE,
    TLS_APPLICATION_DATA,
    TLS_HEARTBEAT
};

enum tls_handshake_type { TLS_CLIENT_HELLO = 1, TLS_SERVER_HELLO = 2 };

/* Could these five bytes be a record's header? */
bool tls_record_header_is_sane(const uint8_t header[TLS_RECORD_HEADER]);

static inline uint16_t tls_record_length(const uint8_t header[TLS_RECORD_HEADER])
{
    return (uint16_t)(header[3] << 8 | header[4]);
}

/* An SSL 2.0 record with a ClientHello that offers SSL 3.0 or later (RFC 5246 sE.2)? Decides within
 * eleven bytes; *len is then the length of the whole record. */
enum probe tls_is_sslv2_hello(struct bytes b, size_t *len);

struct recognition tls_recognise(const struct opening *o);

#endif
