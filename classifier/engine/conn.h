/* SPDX-License-Identifier: MIT */
/* conn.h - one flow and all that is known of it. Private to engine/.
 *
 * What belongs to a sender is indexed by side (flow.h: 0 is the lower address and port), because
 * who is the client may become known late; conn_direction() translates.
 */
#ifndef ENGINE_CONN_H
#define ENGINE_CONN_H

#include "engine/habit.h"
#include "engine/names.h"
#include "engine/slot.h"
#include "flow/flow.h"
#include "model/facts.h"
#include "model/layer.h"
#include "policy/policy.h"
#include "stream/stream.h"

#define STACK_DEPTH (FLOW_LAYERS - 1) /* above tcp or udp */

struct alternate; /* alternate.c: the second reading of a stream whose bytes are disputed */
struct doubted;   /* tcp_doubt.c: a segment set aside */

struct conn {
    /* What every packet touches: four cache lines, and the node's. */
    struct flow_node *node; /* the flow table's */
    struct habit habit[2];
    uint8_t client_side, depth, tcp_state, ladder;
    uint8_t tcp_flags[2];
    uint8_t alternates;       /* how many were begun */
    bool closed : 1;          /* no more bytes will be read; waits for stragglers */
    bool direction_known : 1; /* by SYN or by what the layers said */
    bool midstream : 1;       /* its start was not captured */
    bool proven : 1;          /* known, and both sides have spoken: shed.c */
    bool reset_doubted : 1;   /* a RST that may be forged: tcp_reset.c */
    bool reset_exact : 1; /* and only proof to the contrary undoes it: nothing is read till then */
    bool genuine : 1;     /* the client hears the answers: rates.c */
    bool calm : 1;        /* established, and nothing waits to be settled: calm.c */
    bool watched;         /* what was taught before it began may not be known yet: peer.h */
    bool quick;           /* calm.c: calm, and more: a frame need not become a packet */
    uint8_t skims;        /* enum skims, where quick */
    bool carry_wanted, carried_known; /* the same: the host's, for it */
    const struct layer *skimmer;      /* the same: who skims, and its state */
    void *skimmed;
    uint64_t packets[2], bytes[2], payload[2];
    uint64_t last_packet;
    const char *source; /* of its last packet */
    struct stream stream[2];
    struct slot stack[STACK_DEPTH];
    struct doubted *doubted; /* in order of arrival; mostly none */
    struct alternate *alternate;
    int64_t start_ns;
    uint8_t tracker;     /* HTTP or a WebSocket that is BitTorrent's: enum confidence of that */
    uint8_t tunnel;      /* enum tri, as in flow_info */
    bool alerted;        /* a block or alert rule matched */
    bool told, spared;   /* live: its app was told; shed.c: passed over once */
    bool excepted;       /* an exception decided: the rules do not */
    bool new_syn;        /* a SYN of another connection was seen: new_isn */
    bool second_reading; /* alternate.c: of another connection */
    uint32_t new_isn;
    uint32_t fin_ack[2];   /* what the first FIN of a side acknowledged */
    uint32_t rate_epoch;   /* of the bans that were looked at */
    uint64_t reset_end[2]; /* reset_doubted: a genuine one lets nobody acknowledge more than this */
    uint64_t reset_packet;
    uint32_t reset_seq;
    uint8_t reset_side;             /* that sent it */
    bool reset_survived, reset_odd; /* it went on behind it; a receiver may never have had it */
    uint64_t refused; /* registry bits of layers that left: they are not tried again */
    uint64_t id;      /* EVE's flow_id */
    uint8_t vlan_count, evidence_count, evidence_room;
    uint8_t exceptions; /* enum policy_exception, a bit each */
    uint8_t speaks_confidence, speaks_level;
    uint16_t vlan[PACKET_VLANS];
    uint32_t anomalies;
    uint32_t retransmissions[2], out_of_order[2];
    uint64_t missing[2];
    int64_t held; /* bytes of the budget beside this, about */
    uint64_t first_packet;
    struct known_peer *known_peer; /* how one of its ends is known: peer.c; NULL: is not */
    const char *speaks;            /* what its messages say they are: of static lifetime, or NULL */
    struct evidence *evidence;
    struct names *names;
    struct kept_facts *kept; /* asked.h: what rules ask for, or NULL */
    struct ndpi_info ndpi;
    struct policy_flow *policy;
    struct explanation *explanation; /* the explainer's; NULL: nobody asked */
    struct policy_result result;
    uint64_t verdict_packet, leaked_bytes[2], leaked_packets[2]; /* leaked: by side */
};

#define CONN_LINE 64 /* bytes of a cache line: a connection begins with one (base/pool.h) */
_Static_assert(offsetof(struct conn, packets) == 1 * CONN_LINE, "line by line");
_Static_assert(offsetof(struct conn, stream) == 2 * CONN_LINE, "line by line");
_Static_assert(sizeof(struct stream) == CONN_LINE, "a line for each");

static inline enum direction conn_direction(const struct conn *c, unsigned side)
{
    return side == c->client_side ? TO_SERVER : TO_CLIENT;
}

static inline struct endpoint conn_endpoint(const struct conn *c, unsigned side)
{
    return (struct endpoint){.addr = c->node->key.addr[side], .port = c->node->key.port[side]};
}

#endif
