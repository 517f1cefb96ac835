/* SPDX-License-Identifier: MIT */
/* application.h - what the layers http, tls and bittorrent saw. Borrowed, as all events. */
#ifndef MODEL_APPLICATION_H
#define MODEL_APPLICATION_H

#include "base/bytes.h"
#include "model/endpoint.h"
#include "model/label.h"

struct http_event {
    struct bytes method, host, url, user_agent, referer, origin, protocol; /* of the request */
    struct bytes content_type, redirect;                                   /* of the response */
    uint16_t status;                                                       /* 0: not answered */
    uint64_t request_length;  /* body bytes, as sent (after removing chunk framing) */
    uint64_t response_length; /* the same */
    bool upgrade;             /* asked to become a WebSocket */
    bool response_only;       /* the request was not captured */
    uint64_t request_packet;  /* 0: not seen */
    int64_t request_time_ns;  /* of that packet */
    struct bytes fields;      /* EVENT_HTTP_REQUEST, _RESPONSE: the head's field lines as sent */
    bool stale;               /* EVENT_HTTP_STATUS: later requests were read before it */
};

struct tls_event {
    bool final;  /* false: the ClientHello alone, for rules; outputs get the final one */
    bool unread; /* with `final`: neither hello could be read; for rules alone */
    struct bytes sni;
    const struct bytes *alpn_offered; /* alpn_offered_count of them */
    uint8_t alpn_offered_count;
    struct bytes alpn; /* what the server chose; empty when unseen (TLS 1.3 encrypts it) */
    uint16_t version;  /* the negotiated one as on the wire, 0x0303 = TLS 1.2; 0 = no ServerHello */
    uint16_t client_version; /* the highest the client offers */
    /* If somebody wants them (INTEREST_FINGERPRINTS; outputs of the final event): what programs are
     * known by. JA3's and JA3S's text, its hash in hexadecimal. Empty: unknown. */
    struct bytes ja3, ja3_hash, ja3s, ja3s_hash, ja4;
};

/* What a peer's handshake says that it can do, ored: bits of its 8 reserved bytes. */
enum peer_ability {
    PEER_CAN_DHT = 1 << 0,      /* BEP 5 */
    PEER_CAN_FAST = 1 << 1,     /* BEP 6 */
    PEER_CAN_EXTENDED = 1 << 2, /* BEP 10 */
    PEER_CAN_V2 = 1 << 3,       /* BEP 52 */
};

/* What a BitTorrent message says. Peers have (part of) the torrent; nodes speak the DHT. */
struct bittorrent_event {
    const char *kind;   /* "peer", "mse", "utp", "dht", "http-tracker", "udp-tracker", "lsd", "pex",
                           "webtorrent", "webrtc", "web-seed" (docs/eve.md) */
    const char *action; /* "get_peers", "announce", "started" ...: static lifetime; NULL: none */
    bool has_info_hash, has_peer_id;
    uint8_t info_hash[20], peer_id[20];
    const char *client; /* "libtorrent 2.0.8", or NULL: not known */
    bool encrypted;
    uint8_t abilities;            /* enum peer_ability */
    uint16_t listen_port;         /* where the sender says it can be reached; 0: did not say */
    const struct endpoint *peers; /* at most BITTORRENT_PEERS of each */
    const struct endpoint *nodes;
    const struct endpoint *names; /* of WebRTC's sides: known_peer.h */
    uint16_t peer_count, node_count, name_count;
    enum confidence confidence;
};

#define BITTORRENT_PEERS 200

#endif
