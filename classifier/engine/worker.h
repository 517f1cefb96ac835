/* SPDX-License-Identifier: MIT */
/* worker.h - the engine's inside, shared by the files of engine/ and nobody else. */
#ifndef ENGINE_WORKER_H
#define ENGINE_WORKER_H

#include "base/apart.h"
#include "base/texts.h"
#include "decode/decode.h"
#include "engine/conn.h"
#include "engine/engine.h"
#include "engine/judged.h"
#include "engine/order.h"
#include "engine/sums.h"
#include "engine/ticks.h"
#include "flow/ghost.h"
#include "flow/peers.h"
#include "flow/syn.h"

struct call; /* stack.c: a call into a layer */
struct engine {
    struct host host; /* first: the layers' callbacks cast back */
    struct engine_config config;
    struct budget budget;
    struct decoder *decoder;
    struct flow_table *flows;
    struct syn_ring *syns;
    struct ghost_table *ghosts;
    struct identifier *identifier;
    struct peers peers;
    struct order *order, *own_order;  /* of all workers; of one that is alone: else NULL */
    unsigned place;                   /* which worker, for `order` */
    struct moment now;                /* of the frame, tick or end of input */
    uint64_t calm_frames, calm_bytes; /* still to be counted: calm.c */
    struct ending *ending;            /* ending.c: room to put what ends in order */
    size_t ending_room, ending_count, ending_done;
    struct texts texts; /* that connections keep: names, evidence */
    struct policy_worker *policy;
    size_t conns, conns_most, shed_above; /* how many; may be; bytes of the budget: shed.c */
    uint64_t shed_refused;                /* budget.refused when last looked at */
    struct hash_key id_key;               /* of flow ids: the same on every run */
    const char *source;
    struct ticks time;                                     /* of a worker of several: the head's */
    uint32_t policy_interest, sinks_interest, asks, rates; /* asks, rates: the policy's */
    bool rules, quick, floods;                             /* there are any; calm.c, flood.c */
    struct conn *conn;                                     /* whose bytes are being read */
    unsigned side;                                         /* which sent them */
    struct call *call;                                     /* innermost call into a layer */
    uint32_t packet_len; /* bytes on the wire of the packet that is read; 0: none is */
    struct counters counters;
    struct judgements judgements;
};

/* engine.c: one of several workers, with its share of the memory; `all`: bytes, of all of them. */
struct crew_place {
    struct order *order;
    unsigned number;
    size_t all;
};
struct engine *engine_create_at(const struct engine_config *config, const struct crew_place *place,
                                struct err *err);
/* NULL: err says why. */
struct decoder *engine_decoder(const struct engine_config *config, struct budget *budget,
                               const struct hash_key *key, struct err *err);
/* A frame that was decoded, at e->now. `whole`: there is a packet in it; `odd`: what is odd about
 * it. For who traces: the id of its flow; 0: it has none, or none yet. */
uint64_t engine_packet(struct engine *e, const struct packet *p, bool whole, enum anomaly odd);
/* It can be named from here on. */
void name_conn(struct engine *e, struct conn *c);
/* The flow is over: what it still has to say, its verdict, its record. */
void end_conn(struct engine *e, struct conn *c, enum flow_end end);

/* stack.c: the layers of a connection. */
void stack_setup(struct engine *e);
void stack_feed(struct engine *e, struct conn *c, unsigned level, enum direction d,
                struct bytes in);
void stack_gap(struct engine *e, struct conn *c, unsigned level, enum direction d, uint64_t n);
void stack_close(struct engine *e, struct conn *c, enum close_reason why);
void stack_free(struct engine *e, struct conn *c);

/* unknown.c: a slot that is being identified. */
bool unknown_push(struct engine *e, struct conn *c);
/* Returns how much was used; *d is turned when the client proves to be the server. */
size_t unknown_feed(struct engine *e, struct conn *c, unsigned level, enum direction *d,
                    struct bytes in);
/* The direction met a gap or its end. True: the slot is no longer unknown. */
bool unknown_ended(struct engine *e, struct conn *c, unsigned level, enum direction d);
/* `n` bytes of the direction are not there, or not kept. */
void unknown_lose(struct unknown *u, enum direction d, uint64_t n);
void unknown_free(struct engine *e, struct slot *s);
/* stack.c, for unknown.c. */
bool slot_open(struct engine *e, struct conn *c, unsigned level, const struct layer *l,
               const void *arg);
/* It was recognised in these bytes, which come next. */
void slot_join(struct engine *e, struct conn *c, unsigned level, const struct opening *o);

/* view.c: what is known of a connection; for outputs, with an event of that kind. */
void view_flow(struct engine *e, const struct conn *c, enum event_kind of, bool over,
               struct flow_info *out);
/* The same on every run: made from the key, the first packet's number and its time. */
uint64_t view_flow_id(const struct engine *e, const struct conn *c);
void view_facts(const struct conn *c, bool over, struct facts *out);
void view_what(const struct conn *c, bool over, struct facts *out); /* no names: host, path ... */

/* learn.c */
void learn_from(struct engine *e, struct conn *c, const struct event *ev);
void learn_evidence(struct engine *e, struct conn *c, const char *what, struct bytes detail);
/* The same, with its weight: host.weigh. */
void learn_sign(struct engine *e, struct conn *c, uint8_t bits, const char *what,
                struct bytes detail);
void learn_free(struct engine *e, struct conn *c);

/* tell.c: events to rules and outputs. */
void tell(struct engine *e, struct conn *c, struct event *ev);
RARE void tell_anomaly(struct engine *e, struct conn *c, enum anomaly what, enum direction d,
                       uint64_t offset);
/* Facts changed: what do the rules say now? */
void tell_rules(struct engine *e, struct conn *c, bool over);
void tell_flow(struct engine *e, struct conn *c, enum flow_end end);

#endif
