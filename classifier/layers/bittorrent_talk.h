/* SPDX-License-Identifier: MIT */
/* bittorrent_talk.h - what BitTorrent says over UDP in messages: DHT (dht.h), trackers
 * (udp_tracker.h), the local network (lsd.h).
 *
 * In:    each datagram of a flow. One socket speaks all of them, and uTP (utp_socket.h) besides.
 * Out:   EVENT_BITTORRENT "dht", "udp-tracker", "lsd" for each that says something; evidence: the
 *        first of each kind, and the first answer; certain when an answer has the transaction of a
 *        question. Answers that name nobody are read, and make no event.
 * State: struct bittorrent_talk, a value type, zero-filled = ready: the last BITTORRENT_ASKED
 *        questions, so that an answer can be told what it answers, and about which torrent.
 */
#ifndef LAYERS_BITTORRENT_TALK_H
#define LAYERS_BITTORRENT_TALK_H

#include "model/layer.h"

#define BITTORRENT_ASKED 4

struct bittorrent_question {
    const char *kind;   /* "dht", "udp-tracker"; NULL: none */
    const char *action; /* static lifetime */
    uint8_t transaction[8];
    uint8_t transaction_len; /* as it was; what is longer than the array is cut */
    uint8_t sender;          /* enum direction */
    uint8_t tracker_action;
    bool has_info_hash;
    uint8_t info_hash[20];
};

struct bittorrent_talk {
    struct bittorrent_question asked[BITTORRENT_ASKED];
    uint8_t next;
    uint8_t noted; /* a bit each: what the evidence has already */
    uint8_t sure;  /* enum confidence: the most that was claimed */
};

/* False: it is none of them, and nothing was done. */
bool bittorrent_talk_feed(struct bittorrent_talk *t, struct host *h, enum direction d,
                          struct bytes datagram);

/* Pure. YES for one whole message, where the datagram alone says so, or with the question it
 * answers; never MORE. */
struct recognition bittorrent_talk_recognise(const struct opening *o);

#endif
