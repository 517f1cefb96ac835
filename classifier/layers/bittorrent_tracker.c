/* SPDX-License-Identifier: MIT */
#include "layers/bittorrent_tracker.h"

#include "layers/bittorrent_peer_id.h"
#include "layers/probe.h"

#define CASE_BIT 0x20 /* of an ASCII letter */
#define HASH_LEN 20

/* Exactly twenty bytes, once decoded (RFC 3986 s2.1). */
static bool decode_twenty(struct bytes in, uint8_t out[HASH_LEN])
{
    size_t n = 0;

    for (size_t i = 0; i < in.len; i++) {
        uint8_t byte = in.at[i];
        if (byte == '%') {
            const int high = i + 2 < in.len ? hex_digit_value(in.at[i + 1]) : -1;
            const int low = i + 2 < in.len ? hex_digit_value(in.at[i + 2]) : -1;
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

static const char *event_name(struct bytes value)
{
    static const char *const names[] = {"started", "stopped", "completed", "paused"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (bytes_equal(value, bytes_of_text(names[i])))
            return names[i];
    return "announce";
}

/* What a query says, as far as a tracker or a web seed asks for it. */
struct asked {
    bool piece;  /* BEP 17 */
    bool hidden; /* BEP 8: a hash of the info-hash */
};

static void read_parameter(struct bytes name, struct bytes value, struct asked *asked,
                           struct bittorrent_event *out)
{
    uint8_t hash[HASH_LEN];
    uint16_t port;

    if (bytes_equal(name, TEXT("info_hash")) && !out->has_info_hash)
        out->has_info_hash = decode_twenty(value, out->info_hash);
    else if (bytes_equal(name, TEXT("sha_ih")))
        asked->hidden = decode_twenty(value, hash);
    else if (bytes_equal(name, TEXT("peer_id")) && !out->has_peer_id)
        out->has_peer_id = decode_twenty(value, out->peer_id);
    else if (bytes_equal(name, TEXT("port")))
        out->listen_port = port_from_text(value, &port) ? port : 0;
    else if (bytes_equal(name, TEXT("event")))
        out->action = event_name(value);
    else if (bytes_equal(name, TEXT("piece")))
        asked->piece = port_from_text(value, &port); /* a number, at least */
}

bool bittorrent_tracker_request(struct bytes url, struct bittorrent_event *out)
{
    const size_t mark = bytes_find(url, TEXT("?"));
    const struct bytes path = bytes_first(url, mark);
    struct bytes query = bytes_after(url, mark + 1);
    struct bytes name, value;
    struct asked asked = {.piece = false};

    *out = (struct bittorrent_event){
        .kind = "http-tracker", .action = "announce", .confidence = CONFIDENCE_STRONG};
    while (next_parameter(&query, &name, &value))
        read_parameter(name, value, &asked, out);
    if (out->has_peer_id)
        out->client = peer_id_product(out->peer_id);
    if (out->has_info_hash && asked.piece && !out->has_peer_id) {
        out->kind = "web-seed"; /* BEP 17 */
        out->action = NULL;
        return true;
    }
    if (asked.hidden) {
        out->action = "obfuscated"; /* BEP 8: the port is hidden, too */
        out->listen_port = 0;
        return out->has_peer_id;
    }
    /* BEP 48: a scrape names torrents and nobody. An announce is one whatever its path. */
    if (bytes_find(path, TEXT("/scrape")) < path.len && !out->has_peer_id)
        out->action = "scrape";
    return out->has_info_hash &&
           ((out->has_peer_id && out->listen_port != 0) || strcmp(out->action, "scrape") == 0);
}

bool bittorrent_user_agent(struct bytes name)
{
    static const struct bytes programs[] = {
        TABLE_TEXT("BiglyBT"),    TABLE_TEXT("BitTorrent"),  TABLE_TEXT("Azureus"),
        TABLE_TEXT("Deluge"),     TABLE_TEXT("FrostWire"),   TABLE_TEXT("KTorrent"),
        TABLE_TEXT("libtorrent"), TABLE_TEXT("PicoTorrent"), TABLE_TEXT("qBittorrent"),
        TABLE_TEXT("rtorrent"),   TABLE_TEXT("Tixati"),      TABLE_TEXT("Transmission"),
        TABLE_TEXT("Tribler"),    TABLE_TEXT("uTorrent"),    TABLE_TEXT("Vuze"),
        TABLE_TEXT("WebTorrent"),
    };

    static const char starts[] = "abdfklpqrtuvw";

    if (name.len == 0 || memchr(starts, name.at[0] | CASE_BIT, sizeof(starts)) == NULL)
        return false;
    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
        const struct bytes rest = bytes_after(name, programs[i].len);
        if (bytes_start_with_nocase(name, programs[i]) &&
            (rest.len == 0 || rest.at[0] == '/' || rest.at[0] == ' '))
            return true;
    }
    return false;
}
