/* SPDX-License-Identifier: MIT */
#include "layers/compact_peers.h"

#include "base/cursor.h"

#define IPV4_LEN 4

static bool is_nobody(const struct endpoint *e)
{
    static const struct addr none = {{0}};
    static const uint8_t no_four[IPV4_LEN];
    const struct addr none_of_ipv4 = addr_from_ipv4(no_four);

    return e->port == 0 || addr_compare(&e->addr, &none) == 0 ||
           addr_compare(&e->addr, &none_of_ipv4) == 0;
}

void compact_add(struct endpoint_list *list, struct bytes in, size_t size)
{
    struct cursor c = cursor_over(bytes_first(in, size));
    struct endpoint e;

    if (size != COMPACT_IPV4 && size != COMPACT_IPV6)
        return;
    const struct bytes address = cursor_take(&c, size - 2);
    e.port = cursor_be16(&c);
    if (c.truncated || list->count == list->room)
        return;
    if (size == COMPACT_IPV4)
        e.addr = addr_from_ipv4(address.at);
    else
        memcpy(e.addr.byte, address.at, sizeof(e.addr.byte));
    if (!is_nobody(&e))
        list->at[list->count++] = e;
}

void compact_add_each(struct endpoint_list *list, struct bytes in, size_t step, size_t size)
{
    for (; in.len >= step && list->count < list->room; in = bytes_after(in, step))
        compact_add(list, bytes_after(bytes_first(in, step), step - size), size);
}
