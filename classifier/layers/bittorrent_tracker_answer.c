/* SPDX-License-Identifier: MIT */
/* What a tracker answers over HTTP: a bencoded dictionary, often gzipped (RFC 1952). */
#include <stdio.h>

#include "layers/bencode.h"
#include "layers/bittorrent_tracker.h"
#include "layers/probe.h"
#include "layers/ws_inflate.h"

#define WINDOW_BITS 15

enum gzip_flag { FHCRC = 2, FEXTRA = 4, FNAME = 8, FCOMMENT = 16 }; /* RFC 1952 s2.3.1 */

static void skip_text(struct cursor *c)
{
    const uint8_t *nul = bytes_find_byte(c->left, 0);

    cursor_skip(c, nul != NULL ? (size_t)(nul - c->left.at) + 1 : c->left.len);
}

/* What follows gzip's header; nothing: it is none. */
static struct bytes deflated(struct bytes body)
{
    enum { MAGIC = 0x1f8b, DEFLATE = 8, REST_OF_HEADER = 6 };
    struct cursor c = cursor_over(body);

    if (cursor_be16(&c) != MAGIC || cursor_u8(&c) != DEFLATE)
        return bytes_of(NULL, 0);
    const uint8_t flags = cursor_u8(&c);
    cursor_skip(&c, REST_OF_HEADER);
    if ((flags & FEXTRA) != 0) {
        const uint8_t low = cursor_u8(&c);
        cursor_skip(&c, (size_t)cursor_u8(&c) << 8 | low);
    }
    if ((flags & FNAME) != 0)
        skip_text(&c);
    if ((flags & FCOMMENT) != 0)
        skip_text(&c);
    if ((flags & FHCRC) != 0)
        cursor_skip(&c, 2);
    return c.truncated ? bytes_of(NULL, 0) : c.left;
}

/* Returns how many bytes it became. */
static size_t inflate(struct host *h, struct bytes in, uint8_t out[TRACKER_ANSWER_MAX])
{
    struct ws_inflater *z = ws_inflater_create(h, WINDOW_BITS);
    struct deflate_codes codes;
    size_t len = 0;
    bool more = true;

    if (z == NULL)
        return 0;
    ws_inflater_begin(z);
    while (more && len < TRACKER_ANSWER_MAX && ws_inflater_fault(z) == WS_INFLATES) {
        const struct ws_clear clear = ws_inflate(h, z, &in, &codes);
        const struct bytes take = bytes_first(clear.bytes, TRACKER_ANSWER_MAX - len);
        if (take.len > 0)
            memcpy(out + len, take.at, take.len);
        len += take.len;
        more = clear.more;
    }
    ws_inflater_free(h, z);
    return len;
}

/* BEP 3: a list of dictionaries, each with "ip" (text) and "port". */
static void read_dictionaries(struct bytes list, struct endpoint_list *out)
{
    struct cursor c = cursor_over(bytes_after(list, 1));

    while (c.left.len > 0 && c.left.at[0] == 'd') {
        const struct bytes from = c.left;
        char text[ENDPOINT_TEXT_ROOM];
        struct bytes ip;
        struct endpoint e;
        int64_t port;
        if (!bencode_skip(&c))
            return;
        const struct bytes peer = bytes_first(from, from.len - c.left.len);
        if (!bencode_find_string(peer, TEXT("ip"), &ip) || ip.len >= ADDR_TEXT_ROOM ||
            !bencode_find_integer(peer, TEXT("port"), &port) || port <= 0 || port > UINT16_MAX)
            continue;
        const bool six = bytes_find_byte(ip, ':') != NULL;
        snprintf(text, sizeof(text), six ? "[%.*s]:%u" : "%.*s:%u", (int)ip.len,
                 (const char *)ip.at, (unsigned)port);
        if (out->count < out->room && endpoint_from_text(text, &e))
            out->at[out->count++] = e;
    }
}

static bool read_answer(struct bytes dictionary, struct endpoint_list *out)
{
    struct bytes value, list;

    if (!bencode_find(dictionary, TEXT("interval"), &value) &&
        !bencode_find(dictionary, TEXT("peers"), &value) &&
        !bencode_find(dictionary, TEXT("peers6"), &value))
        return false;
    if (bencode_find_string(dictionary, TEXT("peers"), &list))
        compact_add_each(out, list, COMPACT_IPV4, COMPACT_IPV4);
    else if (bencode_find(dictionary, TEXT("peers"), &list) && list.at[0] == 'l')
        read_dictionaries(list, out);
    if (bencode_find_string(dictionary, TEXT("peers6"), &list))
        compact_add_each(out, list, COMPACT_IPV6, COMPACT_IPV6);
    return true;
}

bool bittorrent_tracker_answer(struct host *h, struct bytes body, struct endpoint_list *peers)
{
    const struct bytes zipped = deflated(body);

    if (zipped.len == 0)
        return read_answer(body, peers);
    uint8_t *clear = h->alloc(h, TRACKER_ANSWER_MAX);
    if (clear == NULL)
        return false;
    const bool good = read_answer(bytes_of(clear, inflate(h, zipped, clear)), peers);
    h->free(h, clear, TRACKER_ANSWER_MAX);
    return good;
}
