/* SPDX-License-Identifier: MIT */
#include "layers/ws_webtorrent.h"

#include "layers/bittorrent_peer_id.h"

/* Exactly twenty characters. */
static bool read_twenty(const struct json_top *top, const char *key, uint8_t out[PEER_ID_LEN])
{
    struct json_value v;
    uint32_t point;
    size_t n = 0;

    if (!json_find(top, key, &v) || v.kind != JSON_STRING || !v.whole)
        return false;
    while (v.text.len > 0) {
        if (n == PEER_ID_LEN || !json_next_character(&v.text, &point) || point > UINT8_MAX)
            return false;
        out[n++] = (uint8_t)point;
    }
    return n == PEER_ID_LEN;
}

bool ws_webtorrent_read(const struct json_top *top, struct bittorrent_event *out)
{
    struct json_value action;

    *out = (struct bittorrent_event){.kind = "webtorrent", .confidence = CONFIDENCE_STRONG};
    if (!json_find(top, "action", &action) ||
        (!bytes_equal(action.text, bytes_of_text("announce")) &&
         !bytes_equal(action.text, bytes_of_text("scrape"))))
        return false;
    out->has_info_hash = read_twenty(top, "info_hash", out->info_hash);
    out->has_peer_id = read_twenty(top, "peer_id", out->peer_id);
    if (out->has_peer_id)
        out->client = peer_id_product(out->peer_id);
    return out->has_info_hash;
}

void ws_webtorrent_tell(struct host *h, struct bytes message)
{
    struct event e = {.kind = EVENT_BITTORRENT, .direction = TO_SERVER};
    struct json_top top;

    if (json_read(message, &top) && ws_webtorrent_read(&top, &e.as.bittorrent) &&
        e.as.bittorrent.has_peer_id)
        h->emit(h, &e);
}
