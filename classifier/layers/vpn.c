/* SPDX-License-Identifier: MIT */
/* vpn.c - tunnels that encrypt themselves, by the packet that begins a session: OpenVPN, WireGuard.
 */
#include "base/cursor.h"
#include "layers/named.h"
#include "layers/probe.h"
#include "model/packet.h"

/* The opcode in the upper five bits, key 0 (OpenVPN's ssl_pkt.h). */
enum hard_reset { HARD_RESET_CLIENT_V2 = 7 << 3, HARD_RESET_CLIENT_V3 = 10 << 3 };

/* opcode, session (8) [, HMAC, number 1 (4), time (4)], no acknowledgements (1), message 0 (4): the
 * first packet of a session, without and with --tls-auth. --tls-crypt encrypts its end. */
static struct recognition hard_reset(struct bytes packet, enum direction d)
{
    enum { PLAIN_LEN = 14, REPLAY_LEN = 8, TAIL_LEN = 5, NUMBER_AT = 9, CRYPT_LEN = 54 };
    enum { SHA512_LEN = 64 };
    static const struct bytes tail = TABLE_TEXT("\0\0\0\0\0"), number = TABLE_TEXT("\0\0\0\1");
    const size_t hmac = packet.len - PLAIN_LEN - REPLAY_LEN;

    if (packet.len < PLAIN_LEN ||
        (packet.at[0] != HARD_RESET_CLIENT_V2 && packet.at[0] != HARD_RESET_CLIENT_V3))
        return probe_no();
    const bool ends = bytes_equal(bytes_after(packet, packet.len - TAIL_LEN), tail);
    if (packet.len == PLAIN_LEN && ends)
        return probe_yes("OpenVPN session begins", bytes_of(NULL, 0), d);
    if (packet.len < PLAIN_LEN + REPLAY_LEN + MD5_LEN)
        return probe_no();
    if (ends && hmac <= SHA512_LEN && hmac % 4 == 0 &&
        bytes_start_with(bytes_after(packet, NUMBER_AT + hmac), number))
        return probe_yes("OpenVPN session begins, authenticated (--tls-auth)", bytes_of(NULL, 0),
                         d);
    if (packet.len < CRYPT_LEN || !bytes_start_with(bytes_after(packet, NUMBER_AT), number) ||
        (packet.at[0] == HARD_RESET_CLIENT_V2 && packet.len != CRYPT_LEN))
        return probe_no();
    struct recognition r =
        probe_yes("OpenVPN session begins, encrypted (--tls-crypt)", bytes_of(NULL, 0), d);
    r.confidence = CONFIDENCE_PROBABLE;
    return r;
}

/* Over TCP each packet stands behind its length. */
static struct recognition openvpn_stream(const struct opening *o)
{
    enum { LENGTH_MIN = 14, LENGTH_MAX = 1400, LENGTH_LEN = 2 };
    struct cursor c = cursor_over(o->seen[TO_SERVER]);

    const uint16_t length = cursor_be16(&c);
    if (c.truncated)
        return probe_more(o, TO_SERVER);
    if (length < LENGTH_MIN || length > LENGTH_MAX ||
        (c.left.len > 0 && c.left.at[0] != HARD_RESET_CLIENT_V2 &&
         c.left.at[0] != HARD_RESET_CLIENT_V3))
        return probe_no();
    if (c.left.len < length)
        return probe_more(o, TO_SERVER);
    return hard_reset(bytes_first(c.left, length), TO_SERVER);
}

static struct recognition openvpn_recognise(const struct opening *o)
{
    if (o->transport != TRANSPORT_UDP || o->inner)
        return probe_either_way(o, openvpn_stream);
    const enum direction d = o->seen[TO_SERVER].len > 0 ? TO_SERVER : TO_CLIENT;
    return hard_reset(o->seen[d], d);
}

/* The WireGuard protocol, "First Message": type 1 and three zeros, 148 bytes, of which the last 16
 * are zero until the server asks for a cookie. */
static struct recognition wireguard_recognise(const struct opening *o)
{
    enum { INITIATION_LEN = 148, MAC2_LEN = 16 };
    static const uint8_t no_mac[MAC2_LEN];
    const enum direction d = o->seen[TO_SERVER].len > 0 ? TO_SERVER : TO_CLIENT;
    const struct bytes seen = o->seen[d];

    if (seen.len != INITIATION_LEN || !bytes_start_with(seen, TEXT("\1\0\0\0")) ||
        !bytes_equal(bytes_after(seen, INITIATION_LEN - MAC2_LEN), bytes_of(no_mac, MAC2_LEN)))
        return probe_no();
    return probe_yes("WireGuard handshake initiation", bytes_of(NULL, 0), d);
}

const struct layer layer_openvpn = {
    .name = "openvpn", .application = true, .recognise = openvpn_recognise};
const struct layer layer_wireguard = {
    .name = "wireguard", .application = true, .recognise = wireguard_recognise};
