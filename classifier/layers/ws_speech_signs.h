/* SPDX-License-Identifier: MIT */
/* ws_speech_signs.h - what one message is a sign of: private to the files ws_speech*.c.
 *
 * Pure functions of the message and of what was heard before it.
 */
#ifndef LAYERS_WS_SPEECH_SIGNS_H
#define LAYERS_WS_SPEECH_SIGNS_H

#include "layers/json_keys.h"
#include "layers/ws_speech.h"

enum sign_grade {
    SIGN_NONE,
    SIGN_HINT,   /* too little to say anything, but it makes FOLLOWs believable */
    SIGN_FOLLOW, /* strong once something else was heard of the protocol, else nothing */
    SIGN_WEAK,   /* probable, and strong once something strong was heard or it was agreed upon */
    SIGN_STRONG,
};

struct sign {
    enum speech speech;
    enum sign_grade grade;
    const char *why;
};

struct hearing {
    struct bytes text;
    bool whole;
    enum direction direction;
    uint64_t known; /* bit: enum speech of which something was heard, hints included */
    bool inner;     /* the string inside a SockJS message */
};

static inline uint64_t speech_bit(enum speech s)
{
    return UINT64_C(1) << s;
}

static inline struct sign sign_of(enum speech speech, enum sign_grade grade, const char *why)
{
    return (struct sign){.speech = speech, .grade = grade, .why = why};
}

static inline struct sign no_sign(void)
{
    return (struct sign){.speech = SPEECH_NONE};
}

static inline bool speech_known(const struct hearing *m, enum speech s)
{
    return (m->known & speech_bit(s)) != 0;
}

/* Is the message, as far as it is there, this JSON text alone? `mark`: what may stand behind it. */
static inline bool speech_is_alone(const struct hearing *m, const struct json_top *top,
                                   uint8_t mark)
{
    if (!top->closed)
        return !m->whole;
    return top->after.len == 0 || top->after.at[0] == '\n' || top->after.at[0] == mark;
}

struct sign speech_read(const struct hearing *m);   /* ws_speech_text.c: of any message */
struct sign speech_object(const struct hearing *m); /* ws_speech_object.c: '{' */
struct sign speech_list(const struct hearing *m);   /* ws_speech_list.c: '[' */
struct sign
speech_sockjs_messages(const struct hearing *m, /* ws_speech_list.c: a list of strings */
                       struct bytes list);

#endif
