/* SPDX-License-Identifier: MIT */
/* remote.c - other people's screens and doors: RDP, Telnet. */
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

/* Two commands in a row, or one from each side. */
static struct recognition telnet_probe(const struct opening *o)
{
    enum { COMMAND_LEN = 3 };
    enum probe first[2], second[2];

    for (int d = TO_SERVER; d <= TO_CLIENT; d++) {
        first[d] = telnet_command(o->seen[d]);
        second[d] = telnet_command(bytes_after(o->seen[d], COMMAND_LEN));
        if (first[d] == PROBE_NO)
            return probe_no();
    }
    for (int d = TO_SERVER; d <= TO_CLIENT; d++)
        if (first[d] == PROBE_YES && second[d] == PROBE_YES)
            return probe_yes("Telnet option negotiation (RFC 855)", bytes_of(NULL, 0),
                             (enum direction)d);
    if (first[TO_SERVER] == PROBE_YES && first[TO_CLIENT] == PROBE_YES)
        return probe_yes("Telnet option negotiation (RFC 855)", bytes_of(NULL, 0), TO_CLIENT);
    return probe_more(o, o->ended[TO_SERVER] ? TO_CLIENT : TO_SERVER);
}

static struct recognition rdp_recognise(const struct opening *o)
{
    return probe_either_way(o, rdp_probe);
}

const struct layer layer_rdp = {.name = "rdp", .application = true, .recognise = rdp_recognise};
const struct layer layer_telnet = {
    .name = "telnet", .application = true, .recognise = telnet_probe};
