/* SPDX-License-Identifier: MIT */
/* flow_info.h - all that is known of a flow, as outputs see it. A view: borrowed for one call. */
#ifndef MODEL_FLOW_INFO_H
#define MODEL_FLOW_INFO_H

#include "base/bytes.h"
#include "model/endpoint.h"
#include "model/label.h"
#include "model/packet.h"

#define FLOW_LAYERS 8

/* Why somebody thinks so: "packet 12: 101 with the right Sec-WebSocket-Accept". */
struct evidence {
    uint64_t packet;
    const char *what;    /* a sentence of static lifetime */
    struct bytes detail; /* bytes from the wire, at most EVIDENCE_DETAIL: hostile, may be empty */
    uint8_t bits; /* its weight among signs that count together (host.weigh); 0: stands alone */
};

#define EVIDENCE_DETAIL 64
#define EVIDENCE_MAX    16 /* entries a flow */

/* What a WebSocket said. Direction-indexed. */
struct ws_totals {
    uint64_t messages[2], frames[2], payload[2]; /* payload: bytes on the wire, unmasked length */
    uint32_t text[2], binary[2], pings[2], pongs[2];
    uint16_t close_code; /* of the first close frame; 0 = none seen */
    int8_t close_by;     /* enum direction of that frame; -1 = none seen */
    bool compressed;     /* permessage-deflate was agreed or seen */
};

/* How a WebSocket fared. Direction-indexed, by who sent the message or the ping. */
struct ws_figures {
    int64_t first_ns, last_ns;            /* of the frames */
    int64_t idle_ns[2], idle_until_ns[2]; /* the longest time without a frame, and when it ended */
    uint64_t largest[2];                  /* message: payload bytes on the wire */
    uint64_t smallest[2];                 /* the same; 0 when messages[d] == 0, too */
    uint64_t deflated[2]; /* payload bytes on the wire of the compressed messages that were inflated
                             whole */
    uint64_t inflated[2]; /* what those became */
    struct ws_round_trips {
        uint32_t count; /* pings answered by the pong with their bytes (RFC 6455 s5.5.3) */
        int64_t least_ns, most_ns, sum_ns;
    } ping[2];
};

enum flow_state { FLOW_NEW, FLOW_ESTABLISHED, FLOW_CLOSED };
enum flow_end { FLOW_GOES_ON, FLOW_TIMEOUT, FLOW_FINISHED, FLOW_FORCED, FLOW_EVICTED, FLOW_REUSED };

struct tcp_info {
    uint8_t flags[2];    /* all that were seen, by direction */
    uint64_t missing[2]; /* bytes of gaps, by direction of the data */
    uint32_t retransmissions[2];
    uint32_t out_of_order[2];
    uint8_t state; /* enum tcp_state, below */
};
enum tcp_state { /* as Suricata's EVE names them */
                 TCP_STATE_NONE,
                 TCP_STATE_SYN_SENT,
                 TCP_STATE_SYN_RECV,
                 TCP_STATE_ESTABLISHED,
                 TCP_STATE_FIN_WAIT1,
                 TCP_STATE_FIN_WAIT2,
                 TCP_STATE_TIME_WAIT,
                 TCP_STATE_CLOSED
};

struct ndpi_info {
    const char *proto;    /* nDPI's own spelling; NULL = was not asked, or does not know */
    const char *category; /* or NULL */
    const char *const *risks;
    uint8_t risk_count;
};

/* Texts (not bytes), but for `source`, stay as long as flows are told: one pointer, one text. */
struct flow_info {
    uint64_t id;        /* EVE's flow_id: below 2^53, the same on every run of the same capture */
    const char *source; /* capture file or interface */
    bool live;
    struct endpoint client, server;
    uint8_t transport;    /* enum transport */
    bool direction_known; /* a SYN, or what the layers said; else client and server are a guess */
    uint8_t vlan_count;
    uint16_t vlan[PACKET_VLANS];
    int64_t start_ns, end_ns;
    uint64_t first_packet, last_packet;
    uint64_t packets[2], bytes[2], payload_bytes[2]; /* by direction; bytes: whole frames */
    enum flow_state state;
    enum flow_end end;
    struct tcp_info tcp; /* TRANSPORT_TCP only */

    const char *layers[FLOW_LAYERS]; /* bottom first: "tcp", "http", "websocket" */
    uint8_t layer_count;
    const char *app; /* the innermost application; "none": not a byte; NULL: not known yet */
    enum confidence confidence;
    const char *expected; /* EVENT_FLOW, EVENT_ALERT: "http, websocket"; NULL: promised nothing */
    enum tri mismatch;    /* the same events */
    enum ladder ladder;
    enum tri tunnel; /* its WebSocket is one; NOT_YET: it may be */
    enum shape shape;
    enum verdict verdict;
    bool alerted;     /* a block or alert rule matched */
    const char *rule; /* NULL: the default */
    uint32_t rule_line;
    uint64_t verdict_packet;                     /* where it became certain; 0 = at the end */
    uint64_t leaked_bytes[2], leaked_packets[2]; /* of a block: had passed before it could fire */
    uint32_t anomalies;                          /* how many were raised */
    /* From here on: what no table says of flows (output/summary_scribe.c). */
    struct bytes host, path, origin, subprotocol, sni; /* as last seen; empty = not seen */
    struct bytes info_hash, peer_client;               /* BitTorrent: 20 bytes; text */
    struct ndpi_info ndpi;
    const struct evidence *evidence;
    uint8_t evidence_count;
    const struct ws_totals *ws;          /* NULL: no WebSocket */
    const struct ws_figures *ws_figures; /* NULL: nobody asked (INTEREST_FIGURES), or no frame */
    const char *speaks; /* what its text messages say they are: "socket.io"; NULL: not known */
};

#endif
