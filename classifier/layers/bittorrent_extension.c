/* SPDX-License-Identifier: MIT */
#include "layers/bittorrent_extension.h"

#include "layers/bencode.h"
#include "layers/probe.h"

struct extension_handshake extension_handshake_read(struct bytes dictionary)
{
    struct extension_handshake out = {.listen_port = 0};
    struct bytes extensions;
    int64_t n;

    (void)bencode_find_string(dictionary, TEXT("v"), &out.client);
    if (bencode_find_integer(dictionary, TEXT("p"), &n) && n > 0 && n <= UINT16_MAX)
        out.listen_port = (uint16_t)n;
    if (bencode_find(dictionary, TEXT("m"), &extensions) &&
        bencode_find_integer(extensions, TEXT("ut_pex"), &n) && n > 0 && n <= UINT8_MAX)
        out.pex_id = (uint8_t)n;
    return out;
}

void extension_pex_read(struct bytes dictionary, struct endpoint_list *out)
{
    struct bytes list;

    if (bencode_find_string(dictionary, TEXT("added"), &list))
        compact_add_each(out, list, COMPACT_IPV4, COMPACT_IPV4);
    if (bencode_find_string(dictionary, TEXT("added6"), &list))
        compact_add_each(out, list, COMPACT_IPV6, COMPACT_IPV6);
}
