/* SPDX-License-Identifier: MIT */
/* facts.h - what is known of a flow, as rules see it. Filled by the engine, read by policy/. */
#ifndef MODEL_FACTS_H
#define MODEL_FACTS_H

#include "base/bytes.h"
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

struct facts {
    struct endpoint client, server;
    uint8_t transport;    /* enum transport */
    bool direction_known; /* false: client, server and their ports are NOT_YET */
    const char *app;      /* NULL = not yet */
    bool presumed;        /* app is what others said of the ends: not a byte has shown it yet */
    const char *layers[FLOW_LAYERS];
    uint8_t layer_count;
    enum confidence confidence; /* of app */
    bool settled;               /* identification is over: app and layers will not change */
    bool over;                  /* the flow has ended: whatever is NOT_YET is now NO */
    struct fact host, path, origin, subprotocol, sni;
};

/* A WebSocket message as it passes, for `message:` conditions. */
struct message_facts {
    enum direction direction;
    uint8_t opcode; /* enum ws_opcode */
    uint64_t size;  /* bytes so far (after inflation); final when `ended` */
    bool ended;
    bool incomplete; /* with `ended`: some of it was never seen, so that neither its size nor what
                        it does not contain is known */
};

#endif
