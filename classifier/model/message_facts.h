/* SPDX-License-Identifier: MIT */
/* message_facts.h - a WebSocket message or frame as it passes, as rules see it. */
#ifndef MODEL_MESSAGE_FACTS_H
#define MODEL_MESSAGE_FACTS_H

#include "model/endpoint.h"
#include "model/websocket.h"

/* A WebSocket message as it passes, for `message:` conditions. */
struct message_facts {
    enum direction direction;
    uint8_t opcode; /* enum ws_opcode */
    uint64_t size;  /* bytes so far (after inflation); final when `ended` */
    uint64_t whole; /* when it begins: the bytes that it will have; 0: that is not known */
    bool ended;
    bool compressed;     /* RFC 7692 */
    uint16_t close_code; /* with `ended`, of a close frame; 0: it has none */
    uint32_t fragments;  /* with `ended`: frames that it came in */
    uint64_t number; /* from 1: among the data or control messages of its direction. Filled in by
                        policy/ */
    bool incomplete; /* with `ended`: some of it was never seen, so that neither its size nor what
                        it does not contain is known */
};

/* A WebSocket frame's header, for `frame:` conditions. */
struct ws_frame_facts {
    enum direction direction;
    struct ws_frame_event header;
};

#endif
