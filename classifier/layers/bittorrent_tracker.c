/* SPDX-License-Identifier: MIT */
#include "layers/bittorrent_tracker.h"

#include "layers/bittorrent_peer_id.h"
#include "layers/probe.h"

#define HASH_LEN 20

/* RFC 3986 s2.1; -1: no hexadecimal digit. */
static int hex_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
        return (c | 0x20) - 'a' + 10;
    return -1;
}

/* The value must be exactly twenty bytes once decoded. */
static bool decode_twenty(struct bytes in, uint8_t out[HASH_LEN])
{
    size_t n = 0;

    for (size_t i = 0; i < in.len; i++) {
        uint8_t byte = in.at[i];
        if (byte == '%') {
            const int high = i + 2 < in.len ? hex_value(in.at[i + 1]) : -1;
            const int low = i + 2 < in.len ? hex_value(in.at[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            byte = (uint8_t)(high << 4 | low);
            i += 2;
        }
        if (n == HASH_LEN)
            return false;
        out[n++] = byte;
    }
    return n == HASH_LEN;
}

/* Takes the next "name=value" of a query. */
static bool next_parameter(struct bytes *query, struct bytes *name, struct bytes *value)
{
    if (query->len == 0)
        return false;
    const struct bytes pair = bytes_first(*query, bytes_find(*query, TEXT("&")));
    const size_t equals = bytes_find(pair, TEXT("="));

    *name = bytes_first(pair, equals);
    *value = bytes_after(pair, equals + 1);
    *query = bytes_after(*query, pair.len + 1);
    return true;
}

static bool has_port(struct bytes value)
{
    for (size_t i = 0; i < value.len; i++)
        if (value.at[i] < '0' || value.at[i] > '9')
            return false;
    return value.len > 0 && value.len <= 5;
}

bool bittorrent_tracker_request(struct bytes url, struct bittorrent_event *out)
{
    const size_t mark = bytes_find(url, TEXT("?"));
    const struct bytes path = bytes_first(url, mark);
    struct bytes query = bytes_after(url, mark + 1);
    struct bytes name, value;
    bool port = false;

    *out = (struct bittorrent_event){.kind = "http-tracker", .confidence = CONFIDENCE_STRONG};
    while (next_parameter(&query, &name, &value)) {
        if (bytes_equal(name, TEXT("info_hash")) && !out->has_info_hash)
            out->has_info_hash = decode_twenty(value, out->info_hash);
        else if (bytes_equal(name, TEXT("peer_id")) && !out->has_peer_id)
            out->has_peer_id = decode_twenty(value, out->peer_id);
        else if (bytes_equal(name, TEXT("port")))
            port = has_port(value);
    }
    if (out->has_peer_id)
        out->client = peer_id_product(out->peer_id);
    /* BEP 48: a scrape names torrents and nobody. An announce is one whatever its path. */
    const bool scrape = bytes_find(path, TEXT("/scrape")) < path.len;
    return out->has_info_hash && ((out->has_peer_id && port) || scrape);
}
