/* SPDX-License-Identifier: MIT */
#include "model/endpoint.h"

#include <arpa/inet.h>
#include <stdio.h>

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

size_t addr_text(const struct addr *a, char out[ADDR_TEXT_ROOM])
{
    if (addr_is_ipv4(a))
        inet_ntop(AF_INET, a->byte + sizeof(mapped), out, ADDR_TEXT_ROOM);
    else
        inet_ntop(AF_INET6, a->byte, out, ADDR_TEXT_ROOM);
    return strlen(out);
}

size_t endpoint_text(const struct endpoint *e, char out[ENDPOINT_TEXT_ROOM])
{
    char addr[ADDR_TEXT_ROOM];

    addr_text(&e->addr, addr);
    const char *format = addr_is_ipv4(&e->addr) ? "%s:%u" : "[%s]:%u";
    return (size_t)snprintf(out, ENDPOINT_TEXT_ROOM, format, addr, e->port);
}
