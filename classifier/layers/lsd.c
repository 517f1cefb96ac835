/* SPDX-License-Identifier: MIT */
#include "layers/lsd.h"

#include "layers/probe.h"

#define REQUEST_LINE "BT-SEARCH * HTTP/1.1\r\n"

/* Takes the next line and splits it at its colon. False: no line is left, the empty one that ends
 * the headers, or no header. */
static bool next_header(struct bytes *lines, struct bytes *name, struct bytes *value)
{
    struct bytes line;

    if (!probe_line(*lines, lines->len, &line))
        return false;
    const size_t colon = bytes_find(line, TEXT(":"));
    const uint8_t *lf = bytes_find_byte(*lines, '\n');
    *lines = bytes_after(*lines, (size_t)(lf - lines->at) + 1);
    *name = bytes_first(line, colon);
    *value = bytes_trim(bytes_after(line, colon + 1));
    return colon > 0 && colon < line.len;
}

static bool read_hash(struct bytes text, uint8_t hash[LSD_HASH_LEN])
{
    if (text.len != (size_t)2 * LSD_HASH_LEN)
        return false;
    for (size_t i = 0; i < LSD_HASH_LEN; i++) {
        const int high = hex_digit_value(text.at[2 * i]);
        const int low = hex_digit_value(text.at[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        hash[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

bool lsd_next_hash(struct lsd_announcement *a, uint8_t hash[LSD_HASH_LEN])
{
    struct bytes name, value;

    while (next_header(&a->lines, &name, &value))
        if (bytes_equal_nocase(name, TEXT("Infohash")) && read_hash(value, hash))
            return true;
    return false;
}

bool lsd_read(struct bytes datagram, struct lsd_announcement *out)
{
    uint8_t hash[LSD_HASH_LEN];
    struct bytes name, value;

    *out = (struct lsd_announcement){.port = 0};
    if (!bytes_start_with(datagram, TEXT(REQUEST_LINE)))
        return false;
    out->lines = bytes_after(datagram, sizeof(REQUEST_LINE) - 1);
    for (struct bytes lines = out->lines; next_header(&lines, &name, &value);) {
        if (bytes_equal_nocase(name, TEXT("Port")) && !port_from_text(value, &out->port))
            out->port = 0;
        else if (bytes_equal_nocase(name, TEXT("cookie")))
            out->cookie = value;
    }
    struct lsd_announcement again = *out;
    return out->port != 0 && lsd_next_hash(&again, hash);
}
