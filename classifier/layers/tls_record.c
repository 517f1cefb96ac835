/* SPDX-License-Identifier: MIT */
#include "layers/tls_record.h"

#include "base/cursor.h"
#include "layers/probe.h"
#include "layers/tls_hello.h"

#define HELLO_MIN  38 /* version, random and the shortest of the rest */
#define SIGNATURE  6  /* handshake type, length, version: what is looked at */
#define MAJOR_BYTE 3  /* of every version from SSL 3.0 on */
#define MINOR_MAX  4

bool tls_record_header_is_sane(const uint8_t header[TLS_RECORD_HEADER])
{
    const uint16_t len = tls_record_length(header);

    return header[0] >= TLS_CHANGE_CIPHER_SPEC && header[0] <= TLS_HEARTBEAT &&
           header[1] == MAJOR_BYTE && header[2] <= MINOR_MAX && len > 0 && len <= TLS_RECORD_MAX;
}

/* The first handshake bytes, which a strange client may spread over several records.
 * Returns how many there are; -1: these are no handshake records. */
static int handshake_start(struct bytes b, uint8_t out[SIGNATURE])
{
    static const uint8_t sign[] = {TLS_HANDSHAKE, MAJOR_BYTE};
    int n = 0;

    while (n < SIGNATURE && b.len > 0) {
        if (probe_sign(b, bytes_of(sign, sizeof(sign))) == PROBE_NO)
            return -1;
        if (b.len < TLS_RECORD_HEADER)
            return b.len > 2 && b.at[2] > MINOR_MAX ? -1 : n;
        if (!tls_record_header_is_sane(b.at))
            return -1;
        const struct bytes body =
            bytes_first(bytes_after(b, TLS_RECORD_HEADER), tls_record_length(b.at));
        for (size_t i = 0; i < body.len && n < SIGNATURE; i++)
            out[n++] = body.at[i];
        b = bytes_after(b, TLS_RECORD_HEADER + body.len);
    }
    return n;
}

/* Does this direction begin with a hello of that type? */
static enum probe hello_probe(struct bytes seen, enum tls_handshake_type type)
{
    uint8_t start[SIGNATURE] = {0};
    const int n = handshake_start(seen, start);

    if (n < 0 || (n > 0 && start[0] != type))
        return PROBE_NO;
    if (n < SIGNATURE)
        return PROBE_MORE;
    const uint32_t len = (uint32_t)start[1] << 16 | (uint32_t)start[2] << 8 | start[3];
    if (len < HELLO_MIN || len > TLS_HELLO_MAX || start[4] != MAJOR_BYTE || start[5] > MINOR_MAX)
        return PROBE_NO;
    return PROBE_YES;
}

enum probe tls_is_sslv2_hello(struct bytes b, size_t *len)
{
    enum { LONG_HEADER = 0x80, FIXED = 9, SPEC_LEN = 3, CHALLENGE_MIN = 16, CHALLENGE_MAX = 32 };
    struct cursor c = cursor_over(b);

    const uint16_t header = cursor_be16(&c);
    const uint8_t type = cursor_u8(&c);
    const uint8_t major = cursor_u8(&c);
    const uint8_t minor = cursor_u8(&c);
    if ((b.len > 0 && (b.at[0] & LONG_HEADER) == 0) || (b.len > 2 && type != TLS_CLIENT_HELLO) ||
        (b.len > 3 && major != MAJOR_BYTE) || minor > MINOR_MAX)
        return PROBE_NO;
    const uint16_t specs = cursor_be16(&c);
    const uint16_t session = cursor_be16(&c);
    const uint16_t challenge = cursor_be16(&c);
    if (c.truncated)
        return PROBE_MORE;
    *len = 2 + (size_t)(header & 0x7fff);
    const bool good = specs > 0 && specs % SPEC_LEN == 0 && (session == 0 || session == 16) &&
                      challenge >= CHALLENGE_MIN && challenge <= CHALLENGE_MAX &&
                      *len == (size_t)2 + FIXED + specs + session + challenge;
    return good ? PROBE_YES : PROBE_NO;
}

/* Midstream: a record, and then another of them or one from the other side. */
static struct recognition records_probe(const struct opening *o)
{
    enum probe first[2], second[2];

    for (int d = TO_SERVER; d <= TO_CLIENT; d++) {
        const struct bytes seen = o->seen[d];
        first[d] = second[d] = PROBE_MORE;
        if (seen.len >= TLS_RECORD_HEADER) {
            first[d] = tls_record_header_is_sane(seen.at) ? PROBE_YES : PROBE_NO;
            const struct bytes next =
                bytes_after(seen, TLS_RECORD_HEADER + (size_t)tls_record_length(seen.at));
            if (next.len >= TLS_RECORD_HEADER)
                second[d] = tls_record_header_is_sane(next.at) ? PROBE_YES : PROBE_NO;
        }
        if (first[d] == PROBE_NO || second[d] == PROBE_NO)
            return probe_no();
    }
    const enum direction d = first[TO_SERVER] == PROBE_YES ? TO_SERVER : TO_CLIENT;
    if (second[d] != PROBE_YES && !(first[0] == PROBE_YES && first[1] == PROBE_YES))
        return probe_more(o, o->ended[d] ? direction_other(d) : d);
    struct recognition r =
        probe_yes("TLS records, seen midstream (RFC 8446 s5.1)", bytes_of(NULL, 0), d);
    r.confidence = CONFIDENCE_PROBABLE;
    return r;
}

static struct recognition sslv2_probe(const struct opening *o)
{
    size_t len;

    switch (tls_is_sslv2_hello(o->seen[TO_SERVER], &len)) {
    case PROBE_NO: return probe_no();
    case PROBE_MORE: return probe_more(o, TO_SERVER);
    case PROBE_YES: break;
    }
    struct recognition r =
        probe_yes("SSL 2.0 ClientHello (RFC 5246 sE.2)", bytes_of(NULL, 0), TO_SERVER);
    r.confidence = CONFIDENCE_PROBABLE;
    return r;
}

static struct recognition hellos_probe(const struct opening *o)
{
    const enum probe client = hello_probe(o->seen[TO_SERVER], TLS_CLIENT_HELLO);
    const enum probe server = hello_probe(o->seen[TO_CLIENT], TLS_SERVER_HELLO);

    if (client == PROBE_YES)
        return probe_yes("TLS ClientHello (RFC 8446 s4.1.2)", bytes_of(NULL, 0), TO_SERVER);
    if (client == PROBE_NO)
        return sslv2_probe(o);
    if (server == PROBE_YES)
        return probe_yes("TLS ServerHello (RFC 8446 s4.1.3)", bytes_of(NULL, 0), TO_CLIENT);
    if (server == PROBE_NO)
        return probe_no();
    return probe_more(o, o->ended[TO_SERVER] ? TO_CLIENT : TO_SERVER);
}

struct recognition tls_recognise(const struct opening *o)
{
    const struct recognition hellos = probe_either_way(o, hellos_probe);

    if (!o->midstream || hellos.answer == PROBE_YES)
        return hellos;
    const struct recognition records = records_probe(o);
    return records.answer == PROBE_NO ? hellos : records;
}
