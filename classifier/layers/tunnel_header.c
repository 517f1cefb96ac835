/* SPDX-License-Identifier: MIT */
#include "layers/tunnel_header.h"

#include "base/cursor.h"
#include "layers/probe.h"

#define UUID_LEN   16
#define TROJAN_KEY 56 /* SHA-224 in hexadecimal */

/* Kinds of addresses: VLESS counts them 1, 2, 3; Trojan as SOCKS does, 1, 3, 4. */
static void skip_address(struct cursor *c, bool v4, bool name, bool v6)
{
    if (v4)
        cursor_skip(c, 4);
    else if (name)
        cursor_skip(c, cursor_u8(c));
    else if (v6)
        cursor_skip(c, 16);
    else
        c->truncated = true; /* no address */
}

/* Version 0, id, options, command, port, address. */
static size_t vless_request(struct bytes in)
{
    struct cursor c = cursor_over(in);

    if (cursor_u8(&c) != 0)
        return 0;
    cursor_skip(&c, UUID_LEN);
    cursor_skip(&c, cursor_u8(&c));
    const uint8_t command = cursor_u8(&c);
    cursor_skip(&c, 2);
    const uint8_t kind = cursor_u8(&c);
    skip_address(&c, kind == 1, kind == 2, kind == 3);
    return c.truncated || command < 1 || command > 2 ? 0 : in.len - c.left.len;
}

/* Version 0, options. */
static size_t vless_answer(struct bytes in)
{
    struct cursor c = cursor_over(in);

    if (cursor_u8(&c) != 0)
        return 0;
    cursor_skip(&c, cursor_u8(&c));
    return c.truncated ? 0 : in.len - c.left.len;
}

struct tunnel_header tunnel_header_vless(const struct bytes seen[2])
{
    struct tunnel_header h = {.len = {vless_request(seen[0]), vless_answer(seen[1])}};

    h.what = h.len[0] > 0 && (h.len[1] > 0 || seen[1].len == 0) ? "VLESS" : NULL;
    return h;
}

static bool is_hexadecimal(struct bytes in)
{
    for (size_t i = 0; i < in.len; i++)
        if (!(in.at[i] >= '0' && in.at[i] <= '9') && !(in.at[i] >= 'a' && in.at[i] <= 'f'))
            return false;
    return in.len > 0;
}

/* Key, CRLF, command, address, port, CRLF. */
struct tunnel_header tunnel_header_trojan(const struct bytes seen[2])
{
    struct cursor c = cursor_over(seen[0]);
    const bool key = is_hexadecimal(cursor_take(&c, TROJAN_KEY));
    const bool ends = bytes_equal(cursor_take(&c, 2), TEXT("\r\n"));
    const uint8_t command = cursor_u8(&c), kind = cursor_u8(&c);

    skip_address(&c, kind == 1, kind == 3, kind == 4);
    cursor_skip(&c, 2);
    if (!bytes_equal(cursor_take(&c, 2), TEXT("\r\n")) || c.truncated || !key || !ends ||
        (command != 1 && command != 3))
        return (struct tunnel_header){.what = NULL};
    return (struct tunnel_header){.len = {seen[0].len - c.left.len, 0}, .what = "Trojan"};
}
