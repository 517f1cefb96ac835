/* SPDX-License-Identifier: MIT */
/* message.h - what is remembered of a message that is passing, and what may be asked of it. */
#ifndef POLICY_MESSAGE_H
#define POLICY_MESSAGE_H

#include "policy/json_search.h"
#include "policy/worker.h"

/* A message that is passing. */
struct message_slot {
    struct hs_stream *stream; /* NULL: nothing was searched yet */
    struct json_search *json; /* NULL: nothing was read as JSON yet */
    uint64_t whole;           /* its bytes, if they were known when it began */
    bool running;
    bool compressed;
    bool hit;   /* some pattern did, or some test of JSON */
    bool blind; /* some of it was not searched */
    uint64_t violations[ANOMALY_WORDS];
    uint64_t pending[ANOMALY_WORDS]; /* data: raised since the last word on any message of this
                                        direction; of the message that is spoken of next */
    uint64_t hits[];                 /* by pattern of the content bank, then by test of JSON */
};

/* Bits of message_slot.hits, in words. */
static inline size_t hit_words(const struct policy *p)
{
    return (p->content.count + (size_t)p->json_count + 63) / 64;
}

/* The question of `m`, with what only its slot knows put into `whole`. False: it is not searched.
 */
bool message_question(struct policy_worker *w, const struct policy_flow *f,
                      const struct message_facts *m, struct message_facts *whole,
                      struct question *out);

#endif
