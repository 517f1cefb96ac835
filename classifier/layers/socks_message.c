/* SPDX-License-Identifier: MIT */
#include "layers/socks_message.h"

#include <stdio.h>

#include "base/cursor.h"
#include "layers/probe.h"

enum {
    METHODS_MAX = 16, /* of 255 that could be offered; no client knows more than a handful */
    IPV4_LEN = 4,
    TYPE_IPV4 = 1, /* RFC 1928 s5 */
    TYPE_NAME = 3,
    TYPE_IPV6 = 4,
};

/* --- the agreement on a method ---------------------------------------------------------------- */

enum probe socks_greeting(struct bytes in, struct bytes *methods)
{
    struct cursor c = cursor_over(in);

    if (probe_sign(in, TEXT("\5")) == PROBE_NO)
        return PROBE_NO;
    cursor_skip(&c, 1);
    const uint8_t count = cursor_u8(&c);
    if (!c.truncated && (count == 0 || count > METHODS_MAX))
        return PROBE_NO;
    *methods = cursor_take(&c, count);
    return c.truncated ? PROBE_MORE : PROBE_YES;
}

enum probe socks_choice(struct bytes in, uint8_t *method)
{
    if (probe_sign(in, TEXT("\5")) == PROBE_NO)
        return PROBE_NO;
    if (in.len < SOCKS_CHOICE_LEN)
        return PROBE_MORE;
    *method = in.at[1];
    return PROBE_YES;
}

enum probe socks_login(struct bytes in, size_t *len)
{
    struct cursor c = cursor_over(in);

    if (in.len > 0 && in.at[0] != SOCKS_LOGIN_VERSION)
        return PROBE_NO;
    cursor_skip(&c, 1);
    const uint8_t user_len = cursor_u8(&c);
    cursor_skip(&c, user_len);
    const uint8_t password_len = cursor_u8(&c);
    cursor_skip(&c, password_len);
    *len = in.len - c.left.len;
    return c.truncated ? PROBE_MORE : PROBE_YES;
}

enum probe socks_login_answer(struct bytes in, bool *granted)
{
    /* Some servers give the version of SOCKS instead. */
    if (in.len > 0 && in.at[0] != SOCKS_LOGIN_VERSION && in.at[0] != SOCKS_5)
        return PROBE_NO;
    if (in.len < SOCKS_LOGIN_ANSWER_LEN)
        return PROBE_MORE;
    *granted = in.at[1] == 0;
    return PROBE_YES;
}

/* --- requests --------------------------------------------------------------------------------- */

static bool is_name(struct bytes b)
{
    for (size_t i = 0; i < b.len; i++)
        if (b.at[i] <= ' ' || b.at[i] == 0x7f)
            return false;
    return b.len > 0;
}

/* RFC 1928 s5. NO: no such type. */
static enum probe read_address(struct cursor *c, uint8_t type, struct bytes *name,
                               struct addr *addr)
{
    struct bytes b;

    switch (type) {
    case TYPE_IPV4:
        b = cursor_take(c, IPV4_LEN);
        if (b.len > 0)
            *addr = addr_from_ipv4(b.at);
        break;
    case TYPE_IPV6:
        b = cursor_take(c, sizeof(addr->byte));
        if (b.len > 0)
            memcpy(addr->byte, b.at, b.len);
        break;
    case TYPE_NAME: *name = cursor_take(c, cursor_u8(c)); break;
    default: return PROBE_NO;
    }
    return c->truncated ? PROBE_MORE : PROBE_YES;
}

static const struct {
    uint8_t command;
    const char *by_5, *by_4, *by_4a; /* NULL: that version does not have it */
} commands[] = {
    {SOCKS_CONNECT, "SOCKS5 CONNECT to", "SOCKS4 CONNECT to", "SOCKS4a CONNECT to"},
    {SOCKS_BIND, "SOCKS5 BIND for", "SOCKS4 BIND for", "SOCKS4a BIND for"},
    {SOCKS_UDP, "SOCKS5 UDP ASSOCIATE from", NULL, NULL},
    {SOCKS_RESOLVE, "SOCKS5 RESOLVE of", "SOCKS4 RESOLVE of", "SOCKS4a RESOLVE of"},
    {SOCKS_RESOLVE_ADDRESS, "SOCKS5 RESOLVE_PTR of", NULL, NULL},
};

const char *socks_command_text(const struct socks_request *r)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (commands[i].command == r->command)
            return r->version == SOCKS_5 ? commands[i].by_5
                   : r->name.len > 0     ? commands[i].by_4a
                                         : commands[i].by_4;
    return NULL;
}

static enum probe request_5(struct bytes in, struct socks_request *out)
{
    struct cursor c = cursor_over(in);

    cursor_skip(&c, 1);
    out->command = cursor_u8(&c);
    const uint8_t reserved = cursor_u8(&c), type = cursor_u8(&c);
    if ((in.len > 1 && socks_command_text(out) == NULL) || reserved != 0)
        return PROBE_NO;
    if (c.truncated)
        return PROBE_MORE;
    const enum probe address = read_address(&c, type, &out->name, &out->address.addr);
    if (address != PROBE_YES)
        return address;
    if (type == TYPE_NAME && !is_name(out->name))
        return PROBE_NO;
    out->address.port = cursor_be16(&c);
    out->len = in.len - c.left.len;
    return c.truncated ? PROBE_MORE : PROBE_YES;
}

/* A text and its NUL. NO: it is too long. */
static enum probe read_text(struct cursor *c, struct bytes *text)
{
    *text = bytes_first(c->left, bytes_find(bytes_first(c->left, SOCKS_TEXT_MAX + 1), TEXT("\0")));
    if (text->len > SOCKS_TEXT_MAX)
        return PROBE_NO;
    cursor_skip(c, text->len + 1);
    return c->truncated ? PROBE_MORE : PROBE_YES;
}

/* 4a: an address 0.0.0.x says that the name comes last. */
static bool is_by_name(const uint8_t four[IPV4_LEN])
{
    return four[0] == 0 && four[1] == 0 && four[2] == 0 && four[3] != 0;
}

static enum probe request_4(struct bytes in, struct socks_request *out)
{
    struct cursor c = cursor_over(in);
    struct bytes user;

    cursor_skip(&c, 1);
    out->command = cursor_u8(&c);
    out->address.port = cursor_be16(&c);
    const struct bytes four = cursor_take(&c, IPV4_LEN);
    if (in.len > 1 && socks_command_text(out) == NULL)
        return PROBE_NO;
    if (c.truncated)
        return PROBE_MORE;
    const enum probe has_user = read_text(&c, &user);
    if (has_user != PROBE_YES)
        return has_user;
    if (is_by_name(four.at)) {
        const enum probe has_name = read_text(&c, &out->name);
        if (has_name != PROBE_YES)
            return has_name;
        if (!is_name(out->name))
            return PROBE_NO;
    }
    out->address.addr = addr_from_ipv4(four.at);
    out->len = in.len - c.left.len;
    return probe_printable(user) ? PROBE_YES : PROBE_NO;
}

enum probe socks_request(struct bytes in, struct socks_request *out)
{
    *out = (struct socks_request){.version = in.len > 0 ? in.at[0] : 0};
    if (in.len == 0)
        return PROBE_MORE;
    if (out->version != SOCKS_4 && out->version != SOCKS_5)
        return PROBE_NO;
    return out->version == SOCKS_5 ? request_5(in, out) : request_4(in, out);
}

size_t socks_target_text(const struct socks_request *r, char out[SOCKS_TARGET_ROOM])
{
    if (r->name.len == 0)
        return endpoint_text(&r->address, out);
    memcpy(out, r->name.at, r->name.len);
    return r->name.len + (size_t)snprintf(out + r->name.len, SOCKS_TARGET_ROOM - r->name.len, ":%u",
                                          r->address.port);
}

/* --- replies ---------------------------------------------------------------------------------- */

/* RFC 1928 s6 */
static const char *refusal_5(uint8_t code)
{
    static const char *const reasons[] = {
        [1] = "general failure",       [2] = "not allowed by the rules",
        [3] = "network unreachable",   [4] = "host unreachable",
        [5] = "connection refused",    [6] = "TTL expired",
        [7] = "command not supported", [8] = "address type not supported",
    };
    return code < sizeof(reasons) / sizeof(reasons[0]) ? reasons[code] : "for a reason of its own";
}

static enum probe reply_5(struct bytes in, struct socks_reply *out)
{
    struct cursor c = cursor_over(in);
    struct bytes name;
    struct addr addr;

    const uint8_t version = cursor_u8(&c), code = cursor_u8(&c);
    if (in.len > 0 && version != SOCKS_5)
        return PROBE_NO;
    if (c.truncated)
        return PROBE_MORE;
    *out = (struct socks_reply){.len = in.len - c.left.len, .granted = code == 0};
    if (!out->granted) { /* what follows is often left out, or 0 */
        out->reason = refusal_5(code);
        return PROBE_YES;
    }
    cursor_skip(&c, 1);
    const uint8_t type = cursor_u8(&c);
    if (c.truncated)
        return PROBE_MORE;
    const enum probe address = read_address(&c, type, &name, &addr);
    if (address != PROBE_YES)
        return address;
    cursor_skip(&c, sizeof(uint16_t));
    out->len = in.len - c.left.len;
    return c.truncated ? PROBE_MORE : PROBE_YES;
}

static enum probe reply_4(struct bytes in, struct socks_reply *out)
{
    enum { GRANTED = 90, REFUSED, NO_IDENT, OTHER_IDENT, REPLY_LEN = 8 };
    const uint8_t code = in.len > 1 ? in.at[1] : GRANTED;

    if ((in.len > 0 && in.at[0] != 0) || code < GRANTED || code > OTHER_IDENT)
        return PROBE_NO;
    if (in.len < REPLY_LEN)
        return PROBE_MORE;
    *out = (struct socks_reply){.len = REPLY_LEN,
                                .granted = code == GRANTED,
                                .reason = code == REFUSED    ? "rejected or failed"
                                          : code == NO_IDENT ? "no identd at the client"
                                                             : "identd names another user"};
    return PROBE_YES;
}

enum probe socks_reply(struct bytes in, enum socks_version version, struct socks_reply *out)
{
    return version == SOCKS_5 ? reply_5(in, out) : reply_4(in, out);
}
