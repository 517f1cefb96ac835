/* SPDX-License-Identifier: MIT */
/* remote.c - other people's screens and doors: RDP, Telnet, X11. */
#include "base/cursor.h"
#include "layers/named.h"
#include "layers/probe.h"

/* [MS-RDPBCGR] s2.2.1.1: TPKT, X.224 Connection Request, then a cookie or an RDP_NEG_REQ. Without
 * either it could be any ISO transport (S7, H.323). */
static struct recognition rdp_probe(const struct opening *o)
{
    enum { VARIABLE_AT = 11, CONNECTION_REQUEST = 0xe0, REQUEST_LEN = 8, LENGTH_MAX = 512 };
    const struct bytes seen = o->seen[TO_SERVER];
    const struct bytes variable = bytes_after(seen, VARIABLE_AT);
    struct cursor c = cursor_over(seen);

    if (probe_sign(seen, TEXT("\3\0")) == PROBE_NO)
        return probe_no();
    cursor_skip(&c, 2);
    const uint16_t length = cursor_be16(&c);
    const uint8_t indicator = cursor_u8(&c);
    const uint8_t code = cursor_u8(&c);
    if (c.truncated)
        return probe_more(o, TO_SERVER);
    if (code != CONNECTION_REQUEST || length != indicator + 5 || length > LENGTH_MAX)
        return probe_no();
    if (length == VARIABLE_AT + REQUEST_LEN && variable.len > 0 && variable.at[0] == 1) {
        if (variable.len < REQUEST_LEN)
            return probe_more(o, TO_SERVER);
        return variable.at[2] == REQUEST_LEN && variable.at[3] == 0
                   ? probe_yes("RDP negotiation request", bytes_of(NULL, 0), TO_SERVER)
                   : probe_no();
    }
    if (probe_sign(variable, TEXT("Cookie: ")) == PROBE_NO)
        return probe_no();
    const size_t end = bytes_find(variable, TEXT("\r\n"));
    if (end == variable.len)
        return seen.len < length ? probe_more(o, TO_SERVER) : probe_no();
    return probe_yes("RDP connection request with a cookie", bytes_first(variable, end), TO_SERVER);
}

/* RFC 854: IAC, WILL / WONT / DO / DONT, an option (RFC 855: 0 to 49 and 255). */
static enum probe telnet_command(struct bytes b)
{
    enum { IAC = 0xff, WILL = 0xfb, DONT = 0xfe, LAST_OPTION = 49, COMMAND_LEN = 3 };

    if ((b.len > 0 && b.at[0] != IAC) || (b.len > 1 && (b.at[1] < WILL || b.at[1] > DONT)) ||
        (b.len > 2 && b.at[2] > LAST_OPTION))
        return PROBE_NO;
    return b.len < COMMAND_LEN ? PROBE_MORE : PROBE_YES;
}

/* Two commands in a row, or one from each side. Who does not negotiate may have typed a little
 * (nc, a script). */
static struct recognition telnet_probe(const struct opening *o)
{
    enum { COMMAND_LEN = 3, TYPED_MAX = 256 };
    enum probe first[2];
    bool typed = false;

    for (int d = TO_SERVER; d <= TO_CLIENT; d++) {
        first[d] = telnet_command(o->seen[d]);
        if (first[d] == PROBE_NO && (typed || o->seen[d].len > TYPED_MAX))
            return probe_no();
        typed = typed || first[d] == PROBE_NO;
    }
    for (int d = TO_SERVER; d <= TO_CLIENT; d++)
        if (first[d] == PROBE_YES &&
            telnet_command(bytes_after(o->seen[d], COMMAND_LEN)) == PROBE_YES)
            return probe_yes("Telnet option negotiation (RFC 855)", bytes_of(NULL, 0),
                             (enum direction)d);
    if (first[TO_SERVER] == PROBE_YES && first[TO_CLIENT] == PROBE_YES)
        return probe_yes("Telnet option negotiation (RFC 855)", bytes_of(NULL, 0), TO_CLIENT);
    return probe_more(o,
                      first[TO_SERVER] == PROBE_NO || o->ended[TO_SERVER] ? TO_CLIENT : TO_SERVER);
}

/* X Window System Protocol s8: byte order, version 11.0, what authorises: at most a name and data.
 */
static struct recognition x11_probe(const struct opening *o)
{
    enum { SETUP_LEN = 12, NAME_MAX_LEN = 64, DATA_MAX_LEN = 256 };
    static const struct bytes little = TABLE_TEXT("l\0\x0b\0\0\0"),
                              big = TABLE_TEXT("B\0\0\x0b\0\0");
    const struct bytes seen = bytes_first(o->seen[TO_SERVER], SETUP_LEN);
    struct cursor c = cursor_over(bytes_after(seen, little.len));
    const bool is_big = seen.len > 0 && seen.at[0] == big.at[0];

    if (probe_sign(seen, is_big ? big : little) == PROBE_NO)
        return probe_no();
    uint16_t name = cursor_be16(&c), data = cursor_be16(&c);
    const uint16_t unused = cursor_be16(&c);
    if (c.truncated)
        return probe_more(o, TO_SERVER);
    if (!is_big) {
        name = (uint16_t)(name >> 8 | name << 8);
        data = (uint16_t)(data >> 8 | data << 8);
    }
    if (name > NAME_MAX_LEN || data > DATA_MAX_LEN || unused != 0)
        return probe_no();
    return probe_yes("X11 connection setup", bytes_of(NULL, 0), TO_SERVER);
}

static struct recognition rdp_recognise(const struct opening *o)
{
    return probe_either_way(o, rdp_probe);
}

static struct recognition x11_recognise(const struct opening *o)
{
    return probe_either_way(o, x11_probe);
}

const struct layer layer_rdp = {.name = "rdp", .application = true, .recognise = rdp_recognise};
const struct layer layer_telnet = {
    .name = "telnet", .application = true, .recognise = telnet_probe};
const struct layer layer_x11 = {.name = "x11", .application = true, .recognise = x11_recognise};
