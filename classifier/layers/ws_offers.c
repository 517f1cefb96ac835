/* SPDX-License-Identifier: MIT */
#include "layers/ws_offers.h"

#include <stdio.h>

#include "layers/json_keys.h"

/* What the next string, or what is between two, is. */
enum expects { ANYTHING, COLON, INFO_HASH };

enum { CANDIDATE_UDP = 2, CANDIDATE_ADDRESS = 4, CANDIDATE_PORT = 5 };

/* Behind "candidate:", words: foundation, component, transport, priority, address, port. */
static struct bytes word_of(struct bytes line, unsigned n)
{
    for (; n > 0; n--)
        line = bytes_after(line, bytes_find(line, bytes_of_text(" ")) + 1);
    return bytes_first(line, bytes_find(line, bytes_of_text(" ")));
}

static void read_candidate(struct ws_offers *o, struct bytes line)
{
    const struct bytes address = word_of(line, CANDIDATE_ADDRESS);
    const struct bytes port = word_of(line, CANDIDATE_PORT);
    const bool six = bytes_find_byte(address, ':') != NULL;
    char text[ENDPOINT_TEXT_ROOM];

    if (o->end_count == OFFERS_MAX ||
        !bytes_equal_nocase(word_of(line, CANDIDATE_UDP), bytes_of_text("udp")))
        return;
    const int n = snprintf(text, sizeof(text), six ? "[%.*s]:%.*s" : "%.*s:%.*s", (int)address.len,
                           (const char *)address.at, (int)port.len, (const char *)port.at);
    if (n > 0 && (size_t)n < sizeof(text) && endpoint_from_text(text, &o->end[o->end_count]))
        o->end_count++;
}

/* In `line`, behind `prefix`; nothing, if it does not begin so. */
static struct bytes behind(struct bytes line, const char *prefix)
{
    const struct bytes p = bytes_of_text(prefix);

    return bytes_start_with(line, p) ? bytes_after(line, p.len) : bytes_of(NULL, 0);
}

static void read_line(struct ws_offers *o, struct bytes line)
{
    const struct bytes attribute = behind(line, "a=");
    const struct bytes candidate = behind(attribute.len > 0 ? attribute : line, "candidate:");
    const struct bytes name = behind(attribute, "ice-ufrag:");

    if (candidate.len > 0)
        read_candidate(o, candidate);
    if (o->name_count < OFFERS_MAX && ice_name(name, &o->name[o->name_count]))
        o->name_count++;
}

/* Twenty bytes, as characters of ISO 8859-1. */
static void read_info_hash(struct ws_offers *o, struct bytes text)
{
    uint8_t hash[sizeof(o->info_hash)];
    uint32_t point;
    size_t n = 0;

    while (n < sizeof(hash) && json_next_character(&text, &point) && point <= UINT8_MAX)
        hash[n++] = (uint8_t)point;
    if (n < sizeof(hash) || text.len > 0)
        return;
    memcpy(o->info_hash, hash, sizeof(hash));
    o->has_info_hash = true;
}

static void line_ends(struct ws_offers *o)
{
    const struct bytes line = bytes_of(o->line, o->len);
    const enum expects was = (enum expects)o->expects;

    o->len = 0;
    o->expects = ANYTHING;
    if (was == INFO_HASH)
        read_info_hash(o, line);
    else if (was == COLON)
        o->expects = bytes_find_byte(line, ':') != NULL ? INFO_HASH : ANYTHING;
    else if (bytes_equal(line, bytes_of_text("info_hash")))
        o->expects = COLON;
    else
        read_line(o, line);
}

static void append(struct ws_offers *o, uint8_t c)
{
    if (o->len < OFFERS_LINE)
        o->line[o->len++] = c;
}

/* SDP's lines end with "\r\n", as JSON writes it; so may bytes of an info-hash. */
static bool is_line_end(const struct ws_offers *o, uint8_t escaped)
{
    return o->expects != INFO_HASH && (escaped == 'r' || escaped == 'n');
}

void ws_offers_feed(struct ws_offers *o, struct bytes in)
{
    for (size_t i = 0; i < in.len; i++) {
        const uint8_t c = in.at[i];
        if (o->escape) {
            o->escape = false;
            if (is_line_end(o, c)) {
                line_ends(o);
                continue;
            }
            append(o, '\\');
            append(o, c);
        } else if (c == '\\') {
            o->escape = true;
        } else if (c == '"') {
            line_ends(o);
        } else {
            append(o, c);
        }
    }
}

void ws_offers_end(struct ws_offers *o, struct host *h, enum direction d)
{
    struct event e = {.kind = EVENT_BITTORRENT, .direction = d};
    struct bittorrent_event *b = &e.as.bittorrent;

    *b = (struct bittorrent_event){.kind = "webtorrent",
                                   .action = "offer",
                                   .confidence = CONFIDENCE_STRONG,
                                   .has_info_hash = o->has_info_hash,
                                   .peers = o->end,
                                   .peer_count = o->end_count,
                                   .names = o->name,
                                   .name_count = o->name_count};
    memcpy(b->info_hash, o->info_hash, sizeof(b->info_hash));
    if (o->end_count + o->name_count > 0)
        h->emit(h, &e);
    *o = (struct ws_offers){.len = 0};
}
