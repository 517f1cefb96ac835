/* SPDX-License-Identifier: MIT */
/* ws_offers.h - what WebTorrent's peers say to each other through their tracker: offers and answers
 * of WebRTC (SDP, RFC 8829), in strings of JSON.
 *
 * In:    the bytes of one direction's messages, cut anywhere.
 * Out:   EVENT_BITTORRENT "webtorrent" with the endpoints and names of their candidates (RFC 8839
 *        s5.1, s5.4) and the info-hash, at the end of each message that has any. Names of mDNS are
 *        passed over; so is TCP.
 * State: struct ws_offers; at most OFFERS_MAX of each a message, and of a line its first
 *        OFFERS_LINE bytes.
 */
#ifndef LAYERS_WS_OFFERS_H
#define LAYERS_WS_OFFERS_H

#include "model/layer.h"

#define OFFERS_MAX  64
#define OFFERS_LINE 160

struct ws_offers {
    uint8_t line[OFFERS_LINE]; /* of a string, or between two; escapes as written */
    uint8_t len;
    bool escape;     /* a backslash was the last */
    uint8_t expects; /* enum expects, ws_offers.c */
    bool has_info_hash;
    uint8_t info_hash[20];
    uint8_t end_count, name_count;
    struct endpoint end[OFFERS_MAX];
    struct endpoint name[OFFERS_MAX]; /* known_peer.h */
};

void ws_offers_feed(struct ws_offers *o, struct bytes in);
/* The message is over: tells what it had, and is ready for the next. */
void ws_offers_end(struct ws_offers *o, struct host *h, enum direction d);

#endif
