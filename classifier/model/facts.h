/* SPDX-License-Identifier: MIT */
/* facts.h - what is known of a flow, as rules see it. Filled by the engine, read by policy/. */
#ifndef MODEL_FACTS_H
#define MODEL_FACTS_H

#include "base/bytes.h"
#include "model/anomaly.h"
#include "model/endpoint.h"
#include "model/flow_info.h"
#include "model/label.h"

/* A field is read off its carrier (a request, a handshake, a ClientHello). */
enum known {
    KNOWN_NOT_YET, /* the carrier may still come */
    KNOWN_VALUE,
    KNOWN_ABSENT, /* the carrier came without the field: `x` is no, `not: x` is yes */
    KNOWN_NEVER,  /* the carrier will never come: `x` and `not: x` are both no */
};

struct fact {
    enum known known;
    struct bytes value;
};

struct number_fact {
    enum known known;
    uint64_t value;
};

/* What is kept, counted and told to the rules only because one of them asks for it. */
enum asks {
    ASK_REQUESTS = 1 << 0,     /* kept_facts: of requests */
    ASK_RESPONSES = 1 << 1,    /* kept_facts: of responses; EVENT_HTTP_STATUS */
    ASK_TLS = 1 << 2,          /* kept_facts: of hellos */
    ASK_ANOMALIES = 1 << 3,    /* kept_facts.anomalies */
    ASK_COUNTS = 1 << 4,       /* facts.count, after each packet */
    ASK_FRAMES = 1 << 5,       /* kept_facts.fragments; EVENT_FRAME */
    ASK_TORRENTS = 1 << 6,     /* a new info-hash or client is told at once */
    ASK_VIOLATIONS = 1 << 7,   /* policy_violation() */
    ASK_FINGERPRINTS = 1 << 8, /* kept_facts: of hellos */
    ASK_NAMES = 1 << 9,        /* what else a request, a handshake or a hello says: told at once */
    ASK_SURE = 1 << 10,        /* more than CONFIDENCE_PROBABLE: told when it is reached */
};

enum kept_text {
    KEPT_METHOD,
    KEPT_QUERY,
    KEPT_USER_AGENT,
    KEPT_ALPN,
    KEPT_ALPN_OFFERED, /* several, with a NUL between them */
    KEPT_JA3,          /* its hash */
    KEPT_JA3S,         /* the same */
    KEPT_JA4,
    KEPT_TEXTS
};

#define ANOMALY_WORDS ((ANOMALY_COUNT + 63) / 64)
#define INFO_HASH_LEN 20

/* Of the latest request, its response, and the hellos. Unless known says so, the carrier has not
 * come yet. */
struct kept_facts {
    struct fact text[KEPT_TEXTS];
    struct number_fact status, tls_version, tls_offered; /* TLS versions as on the wire */
    struct number_fact cross_origin;                     /* of the WebSocket handshake: 0 or 1 */
    uint64_t requests, fragments;                        /* of the flow so far */
    uint64_t anomalies[ANOMALY_WORDS];                   /* a bit for each that the flow had */
    struct fact *header; /* by number in policy_headers(); several values, with a NUL between */
};

/* What only grows while the flow lives. */
enum flow_count {
    COUNT_PACKETS,
    COUNT_PACKETS_TO_SERVER,
    COUNT_PACKETS_TO_CLIENT,
    COUNT_BYTES,
    COUNT_BYTES_TO_SERVER,
    COUNT_BYTES_TO_CLIENT,
    COUNT_REQUESTS,
    COUNT_MESSAGES,
    COUNT_MESSAGES_TO_SERVER,
    COUNT_MESSAGES_TO_CLIENT,
    COUNT_FRAMES,
    COUNT_FRAGMENTS,
    COUNT_PINGS,
    COUNT_DURATION, /* nanoseconds */
    FLOW_COUNTS
};

struct facts {
    struct endpoint client, server;
    uint8_t transport;    /* enum transport */
    int64_t time_ns;      /* of its last packet */
    bool second_reading;  /* of disputed bytes: what happens in it does not count */
    bool proven;          /* TCP: the client hears the answers: its address is no forgery */
    bool direction_known; /* false: client, server and their ports are NOT_YET */
    const char *app;      /* NULL = not yet */
    bool presumed;        /* app is what others said of the ends: not a byte has shown it yet */
    const char *layers[FLOW_LAYERS];
    uint8_t layer_count;
    enum confidence confidence; /* of app */
    bool settled;               /* identification is over: app and layers will not change */
    bool over;                  /* the flow has ended: whatever is NOT_YET is now NO */
    struct fact host, path, origin, subprotocol, sni;

    enum ladder ladder;
    int64_t start_ns;                   /* time of the first packet */
    const char *interface;              /* live; NULL: a file */
    const uint16_t *vlan;               /* vlan_count of them */
    const struct ndpi_info *ndpi;       /* NULL: was not asked */
    struct fact info_hash, peer_client; /* INFO_HASH_LEN bytes; text */
    const struct kept_facts *kept;      /* NULL: no rule asks, or nothing came */
    uint64_t count[FLOW_COUNTS];        /* ASK_COUNTS */
    uint8_t vlan_count;
};

#endif
