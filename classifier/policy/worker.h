/* SPDX-License-Identifier: MIT */
/* worker.h - what matching remembers: per thread (scratch, hits in fields), per flow (which rules
 * are open), per running message (hits in its payload).
 *
 * Bounds, a flow: 3 bits a rule; a flow whose messages are searched: at most four slots (data and
 * control messages of each direction), each a bit per content pattern and test of JSON, one
 * Hyperscan stream, and one struct json_search.
 */
#ifndef POLICY_WORKER_H
#define POLICY_WORKER_H

#include "policy/rates.h"
#include "policy/rules.h"

#define NO_RULE   UINT32_MAX
#define TEXTS_MAX 48 /* of one field: nDPI knows 42 risks */

/* The texts of a field, as rules may spell them: a host with and without its port. */
struct texts {
    enum known known;
    size_t count;
    struct bytes at[TEXTS_MAX];
};

/* What one policy_decide() has worked out about a field, for the first rule that asks. */
struct field {
    uint64_t read, searched; /* at which policy_worker.moment; 0: never */
    struct texts texts;
    uint64_t *hits; /* of the field's bank; NULL: it has no patterns */
};

struct policy_worker {
    const struct policy *policy;
    struct budget *budget;
    struct hs_scratch *scratch;
    size_t scratch_bytes; /* taken from the budget */
    size_t flow_bytes, slot_bytes;
    uint64_t *candidate;       /* by message_number: rules that a message might meet */
    struct field *field;       /* FIELD_COUNT, and one for each header */
    uint64_t moment;           /* from 1: how often the facts were others */
    struct policy_flow *fresh; /* a flow that has seen nothing, to be copied */
    struct rates *rates;       /* NULL: no rule counts */
    struct policy_flow *spare; /* for a flow that got no memory: judged anew each time */
};

struct message_slot; /* message.h */

struct policy_flow {
    struct policy_result result;
    uint32_t first;    /* the first allow or block rule, in file order, that matched; or NO_RULE */
    uint32_t open;     /* rules that may still match */
    uint32_t scanning; /* of those that wait: how many search the payload */
    uint32_t framing;  /* open rules whose `frame` has not matched */
    bool settled;      /* heeds.h */
    /* What every message looks at: */
    uint32_t waiting;                /* open rules whose `message` has not matched */
    uint32_t finding;                /* of these: how many must find something in the payload */
    uint32_t parsing;                /* of these: how many read it as JSON */
    uint64_t messages[2][2];         /* how many began, while a rule waited: as `slot` */
    struct message_slot *slot[2][2]; /* by direction; data, control. NULL: needed for none yet */
    uint64_t rate_fired;   /* by rate.number: its limit was broken here, or it bans who sends */
    uint64_t rate_counted; /* RATE_FLOW: was counted */
    uint64_t bits[]; /* open rules; then rules waiting for a message; then those for a frame */
};

/* Fields of texts: enum text_field, and the headers beyond. */
static inline size_t field_count(const struct policy *p)
{
    return FIELD_COUNT + p->header_count;
}

/* The patterns of all headers are one bank. */
static inline const struct bank *field_bank(const struct policy *p, uint32_t which)
{
    return &p->field[which < FIELD_COUNT ? which : (uint32_t)FIELD_HEADER];
}

static inline uint64_t *open_rules(struct policy_flow *f)
{
    return f->bits;
}

/* By message_number. */
static inline uint64_t *waiting_rules(const struct policy *p, struct policy_flow *f)
{
    return f->bits + (p->rule_count + 63) / 64;
}

/* Is it known surely enough? Confidence may still rise. */
enum answer ask_confidence(const struct facts *f, enum confidence at_least);
/* By frame_number. */
static inline uint64_t *framing_rules(const struct policy *p, struct policy_flow *f)
{
    return waiting_rules(p, f) + (p->message_count + 63) / 64;
}

/* This rule's `message`, or its `frame`, needs no further looking at. */
void stop_waiting(const struct policy *p, struct policy_flow *f, const struct rule *r);
void stop_framing(const struct policy *p, struct policy_flow *f, const struct rule *r);
void free_slots(struct policy_worker *w, struct policy_flow *f);

const struct texts *texts_of(const struct question *q, uint32_t which);
/* What is known of a field of which the carrier has `told` so much. */
enum known known_of(const struct facts *f, enum known told, bool of_hello);
/* Does the set have one of the field's texts? */
bool texts_match(const struct question *q, const struct condition *c);
/* Other facts: what was worked out no longer holds. */
void forget_texts(struct policy_worker *w);

#endif
