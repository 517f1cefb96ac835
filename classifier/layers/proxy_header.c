/* SPDX-License-Identifier: MIT */
#include "layers/proxy_header.h"

#include <stdio.h>

#include "base/cursor.h"
#include "layers/probe.h"

/* --- version 1: a line of text (s2.1) --------------------------------------------------------- */

#define V1_START     "PROXY "
#define V1_MAX       107 /* bytes, with CRLF */
#define V1_TEXT_ROOM 128

/* Are these the letters of addresses and ports? */
static bool has_address_letters(struct bytes in)
{
    static const char letters[] = "0123456789abcdefABCDEF.: ";

    for (size_t i = 0; i < in.len; i++)
        if (memchr(letters, in.at[i], sizeof(letters) - 1) == NULL)
            return false;
    return true;
}

/* What stands before the next space, or at the end. */
static struct bytes next_field(struct bytes *left)
{
    const struct bytes field = bytes_first(*left, bytes_find(*left, TEXT(" ")));

    *left = bytes_after(*left, field.len + 1);
    return field;
}

static bool endpoint_of(struct bytes addr, struct bytes port, bool ipv6, struct endpoint *out)
{
    char text[V1_TEXT_ROOM];

    if (addr.len == 0 || port.len == 0 || (port.len > 1 && port.at[0] == '0'))
        return false;
    (void)snprintf(text, sizeof(text), ipv6 ? "[%.*s]:%.*s" : "%.*s:%.*s", (int)addr.len,
                   (const char *)addr.at, (int)port.len, (const char *)port.at);
    return endpoint_from_text(text, out);
}

/* "192.0.2.1 192.0.2.80 4567 80" */
static bool parse_addresses(struct bytes text, bool ipv6, struct endpoint *client)
{
    struct bytes left = text;
    const struct bytes from = next_field(&left), to = next_field(&left);
    const struct bytes from_port = next_field(&left);
    struct endpoint server;

    return endpoint_of(from, from_port, ipv6, client) && endpoint_of(to, left, ipv6, &server);
}

/* TCP4 or TCP6. `whole`: what follows has its CRLF, which is not in `text`. */
static enum probe parse_tcp(struct bytes text, bool whole, bool ipv6, struct proxy_header *out)
{
    if (!whole && text.len > 0 && text.at[text.len - 1] == '\r')
        text.len--;
    if (!has_address_letters(text))
        return PROBE_NO;
    if (!whole)
        return PROBE_MORE;
    out->client = PROXY_ADDRESS;
    return parse_addresses(text, ipv6, &out->address) ? PROBE_YES : PROBE_NO;
}

/* What may follow UNKNOWN. */
static bool ends_or_space(struct bytes rest, bool whole)
{
    return rest.len == 0 || rest.at[0] == ' ' || (!whole && rest.len == 1 && rest.at[0] == '\r');
}

static enum probe parse_v1(struct bytes in, struct proxy_header *out)
{
    const struct bytes line = bytes_first(in, V1_MAX);
    const size_t end = bytes_find(line, TEXT("\r\n"));
    const bool whole = end < line.len;
    const struct bytes rest = bytes_after(bytes_first(line, end), sizeof(V1_START) - 1);
    const enum probe tcp4 = probe_sign(rest, TEXT("TCP4 ")), tcp6 = probe_sign(rest, TEXT("TCP6 "));
    const enum probe unknown = probe_sign(rest, TEXT("UNKNOWN"));

    out->len = end + sizeof("\r\n") - 1;
    if (!whole && line.len == V1_MAX)
        return PROBE_NO;
    if (tcp4 == PROBE_YES || tcp6 == PROBE_YES)
        return parse_tcp(bytes_after(rest, sizeof("TCP4 ") - 1), whole, tcp6 == PROBE_YES, out);
    if (unknown == PROBE_YES && !ends_or_space(bytes_after(rest, sizeof("UNKNOWN") - 1), whole))
        return PROBE_NO;
    if (whole)
        return unknown; /* and whatever stands after it */
    return tcp4 == PROBE_NO && tcp6 == PROBE_NO && unknown == PROBE_NO ? PROBE_NO : PROBE_MORE;
}

/* --- version 2: binary (s2.2) ----------------------------------------------------------------- */

#define V2_SIGNATURE TEXT("\r\n\r\n\0\r\nQUIT\n")

enum {
    V2_FIXED = 16, /* bytes up to the addresses */
    V2_VERSION = 2,
    V2_LOCAL = 0,
    V2_PROXY = 1,
    V2_UNSPEC = 0, /* address families */
    V2_INET = 1,
    V2_INET6 = 2,
    V2_UNIX = 3,
    V2_STREAM = 1, /* protocols */
    V2_DGRAM = 2,
    IPV4_LEN = 4,
    PATH_LEN = 108, /* of a socket, filled up with NULs */
};

/* Bytes of the addresses and ports of both sides. */
static size_t addresses_len(uint8_t family)
{
    static const size_t len[] = {[V2_UNSPEC] = 0, [V2_INET] = 12, [V2_INET6] = 36, [V2_UNIX] = 216};
    return len[family];
}

static bool is_family(uint8_t family, uint8_t protocol)
{
    return family == V2_UNSPEC ||
           (family <= V2_UNIX && (protocol == V2_STREAM || protocol == V2_DGRAM));
}

/* The source's address, the destination's, and then their ports. */
static struct endpoint read_endpoint(struct cursor c, uint8_t family)
{
    struct endpoint e = {0};

    if (family == V2_INET) {
        e.addr = addr_from_ipv4(cursor_take(&c, IPV4_LEN).at);
        cursor_skip(&c, IPV4_LEN);
    } else {
        const struct bytes source = cursor_take(&c, sizeof(e.addr.byte));
        if (source.len == sizeof(e.addr.byte))
            memcpy(e.addr.byte, source.at, sizeof(e.addr.byte));
        cursor_skip(&c, sizeof(e.addr.byte));
    }
    e.port = cursor_be16(&c);
    return e;
}

static void read_client(struct bytes block, uint8_t family, struct proxy_header *out)
{
    if (family == V2_UNIX) {
        out->client = PROXY_SOCKET;
        out->path = bytes_first(block, PATH_LEN);
        out->path = bytes_first(out->path, bytes_find(out->path, TEXT("\0")));
    } else if (family != V2_UNSPEC) {
        out->client = PROXY_ADDRESS;
        out->address = read_endpoint(cursor_over(block), family);
    }
}

static enum probe parse_v2(struct bytes in, struct proxy_header *out)
{
    struct cursor c = cursor_over(in);

    cursor_skip(&c, V2_SIGNATURE.len);
    const uint8_t first = cursor_u8(&c), second = cursor_u8(&c);
    const uint8_t command = first & 15, family = second >> 4, protocol = second & 15;
    const bool local = command == V2_LOCAL;
    const size_t length = cursor_be16(&c);
    if (in.len > V2_SIGNATURE.len && (first >> 4 != V2_VERSION || command > V2_PROXY))
        return PROBE_NO;
    if (c.truncated)
        return PROBE_MORE;
    /* s2.2: of a LOCAL header the rest is to be ignored, whatever it says. */
    if (V2_FIXED + length > PROXY_HEADER_MAX ||
        (!local && (!is_family(family, protocol) || length < addresses_len(family))))
        return PROBE_NO;
    if (c.left.len < length)
        return PROBE_MORE;
    out->len = V2_FIXED + length;
    if (local)
        out->client = PROXY_ITSELF;
    else
        read_client(c.left, family, out);
    return PROBE_YES;
}

enum probe proxy_header_parse(struct bytes in, struct proxy_header *out)
{
    const enum probe v1 = probe_sign(in, TEXT(V1_START)), v2 = probe_sign(in, V2_SIGNATURE);

    *out = (struct proxy_header){.client = PROXY_UNKNOWN};
    if (v1 == PROBE_YES)
        return parse_v1(in, out);
    if (v2 == PROBE_YES)
        return parse_v2(in, out);
    return v1 == PROBE_MORE || v2 == PROBE_MORE ? PROBE_MORE : PROBE_NO;
}
