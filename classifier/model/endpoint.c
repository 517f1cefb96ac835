/* SPDX-License-Identifier: MIT */
#include "model/endpoint.h"

#include <arpa/inet.h>

#include "base/digits.h"

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

struct addr addr_from_ipv4(const uint8_t four[4])
{
    struct addr a;

    memcpy(a.byte, mapped, sizeof(mapped));
    memcpy(a.byte + sizeof(mapped), four, 4);
    return a;
}

bool addr_is_ipv4(const struct addr *a)
{
    return memcmp(a->byte, mapped, sizeof(mapped)) == 0;
}

/* The bits behind the prefix, all 0 or all 1. */
static struct addr fill(struct addr a, unsigned prefix, bool ones)
{
    for (unsigned i = 0; i < sizeof(a.byte); i++) {
        const unsigned kept = prefix <= i * 8 ? 0 : prefix >= i * 8 + 8 ? 8 : prefix - i * 8;
        const uint8_t behind = (uint8_t)(0xff >> kept);
        a.byte[i] = (uint8_t)(ones ? a.byte[i] | behind : a.byte[i] & ~behind);
    }
    return a;
}

struct addr addr_first(const struct addr *a, unsigned prefix)
{
    return fill(*a, prefix, false);
}

struct addr addr_last(const struct addr *a, unsigned prefix)
{
    return fill(*a, prefix, true);
}

/* By hand: every line of output has two of them. */
static size_t ipv4_text(const uint8_t four[4], char *out)
{
    uint8_t *const begin = (uint8_t *)out, *at = begin;

    for (int i = 0; i < 4; i++) {
        at = digits_put(at, four[i]);
        *at++ = i < 3 ? '.' : '\0';
    }
    return (size_t)(at - begin) - 1;
}

size_t addr_text(const struct addr *a, char out[ADDR_TEXT_ROOM])
{
    if (addr_is_ipv4(a))
        return ipv4_text(a->byte + sizeof(mapped), out);
    inet_ntop(AF_INET6, a->byte, out, ADDR_TEXT_ROOM);
    return strlen(out);
}

size_t endpoint_text(const struct endpoint *e, char out[ENDPOINT_TEXT_ROOM])
{
    const bool brackets = !addr_is_ipv4(&e->addr);
    char *at = out;

    if (brackets)
        *at++ = '[';
    at += addr_text(&e->addr, at);
    if (brackets)
        *at++ = ']';
    *at++ = ':';
    at = (char *)digits_put((uint8_t *)at, e->port);
    *at = '\0';
    return (size_t)(at - out);
}

/* 0 .. 65535, digits only. */
bool port_from_text(struct bytes text, uint16_t *out)
{
    unsigned value = 0;

    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        value = value * 10 + (unsigned)(text.at[i] - '0');
        if (value > UINT16_MAX)
            return false;
    }
    *out = (uint16_t)value;
    return text.len > 0;
}

bool addr_from_text(const char *text, struct addr *out)
{
    uint8_t four[4];

    if (strchr(text, ':') != NULL)
        return inet_pton(AF_INET6, text, out->byte) == 1;
    if (inet_pton(AF_INET, text, four) != 1)
        return false;
    *out = addr_from_ipv4(four);
    return true;
}

bool endpoint_from_text(const char *text, struct endpoint *out)
{
    const char *colon = strrchr(text, ':');
    const bool brackets = text[0] == '[';
    char addr[ADDR_TEXT_ROOM];
    uint8_t four[4];

    if (colon == NULL || !port_from_text(bytes_of_text(colon + 1), &out->port))
        return false;
    const char *from = brackets ? text + 1 : text;
    const char *end = brackets ? colon - 1 : colon; /* "[" is not ":", so there is a byte before */
    if (end < from || (size_t)(end - from) >= sizeof(addr) || (brackets && *end != ']'))
        return false;
    memcpy(addr, from, (size_t)(end - from));
    addr[end - from] = '\0';
    if (brackets)
        return inet_pton(AF_INET6, addr, out->addr.byte) == 1;
    if (inet_pton(AF_INET, addr, four) != 1)
        return false;
    out->addr = addr_from_ipv4(four);
    return true;
}
