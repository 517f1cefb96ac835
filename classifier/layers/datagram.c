/* SPDX-License-Identifier: MIT */
/* datagram.c - protocols of one small datagram each way: NTP, STUN. */
#include "base/cursor.h"
#include "layers/named.h"
#include "layers/probe.h"

/* The datagram being asked about: over UDP one direction has bytes. */
static enum direction sender(const struct opening *o)
{
    return o->seen[TO_SERVER].len > 0 ? TO_SERVER : TO_CLIENT;
}

/* RFC 5905 s7.3. Times are anything; the fixed fields are few and small, which noise is not. */
static struct recognition ntp_recognise(const struct opening *o)
{
    enum { PACKET_LEN = 48, MAC_MAX = 24, STRATUM_MAX = 16, POLL_MAX = 17 };
    enum { PRECISION_MIN = 0xe0, PRECISION_CLIENT_MAX = 0x20, SHORT_MAX = 16 /* seconds */ };
    const enum direction d = sender(o);
    const struct bytes seen = o->seen[d];
    struct cursor c = cursor_over(seen);

    const uint8_t flags = cursor_u8(&c);
    const uint8_t stratum = cursor_u8(&c);
    const uint8_t poll = cursor_u8(&c);
    const uint8_t precision = cursor_u8(&c);
    const uint16_t delay = cursor_be16(&c);
    cursor_skip(&c, 2);
    const uint16_t dispersion = cursor_be16(&c);
    const unsigned version = flags >> 3 & 7, mode = flags & 7;
    if (seen.len < PACKET_LEN || seen.len > PACKET_LEN + MAC_MAX || seen.len % 4 != 0)
        return probe_no();
    if (version < 1 || version > 4 || mode < 1 || mode > 5 || stratum > STRATUM_MAX ||
        poll > POLL_MAX || (precision < PRECISION_MIN && precision > PRECISION_CLIENT_MAX) ||
        delay >= SHORT_MAX || dispersion >= SHORT_MAX)
        return probe_no();
    return probe_yes("NTP packet (RFC 5905 s7.3)", bytes_of(NULL, 0), d);
}

/* RFC 8489 s5: two zero bits, a type, a length in words, the magic cookie. */
static struct recognition stun_recognise(const struct opening *o)
{
    enum { HEADER_LEN = 20, MAGIC_COOKIE = 0x2112A442 };
    const enum direction d = sender(o);
    const struct bytes seen = o->seen[d];
    struct cursor c = cursor_over(seen);

    const uint16_t type = cursor_be16(&c);
    const uint16_t length = cursor_be16(&c);
    const uint32_t cookie = cursor_be32(&c);
    if (seen.len < HEADER_LEN || type >> 14 != 0 || length % 4 != 0 ||
        seen.len != (size_t)length + HEADER_LEN || cookie != MAGIC_COOKIE)
        return probe_no();
    return probe_yes("STUN message with its magic cookie (RFC 8489 s5)", bytes_of(NULL, 0), d);
}

const struct layer layer_ntp = {.name = "ntp", .application = true, .recognise = ntp_recognise};
const struct layer layer_stun = {.name = "stun", .application = true, .recognise = stun_recognise};
