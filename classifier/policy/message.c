/* SPDX-License-Identifier: MIT */
/* message.c - a message or a frame passes: which rules that wait for one has it matched? */
#include "model/websocket.h"
#include "policy/heeds.h"
#include "policy/message.h"

/* RFC 6455 s5.5: control frames have the top bit of the opcode set, and may come between the
 * fragments of a data message. */
#define CONTROL_BIT 8

static bool is_control(uint8_t opcode)
{
    return (opcode & CONTROL_BIT) != 0;
}

static struct message_slot *slot_of(struct policy_worker *w, struct policy_flow *f,
                                    enum direction d, uint8_t opcode)
{
    struct message_slot **slot = &f->slot[d][is_control(opcode)];

    if (*slot == NULL)
        *slot = budget_alloc(w->budget, w->slot_bytes);
    return *slot;
}

bool message_question(struct policy_worker *w, const struct policy_flow *f,
                      const struct message_facts *m, struct message_facts *whole,
                      struct question *out)
{
    const struct message_slot *slot = f->slot[m->direction][is_control(m->opcode)];

    if (slot == NULL)
        return false;
    *whole = *m;
    whole->compressed = slot->compressed;
    whole->number = f->messages[m->direction][is_control(m->opcode)];
    *out = (struct question){.policy = w->policy,
                             .worker = w,
                             .message = whole,
                             .hits = slot->hits,
                             .violations = slot->violations,
                             .json = slot->json,
                             .blind = slot->blind};
    return true;
}

static void begin(const struct policy_worker *w, struct policy_flow *f, struct message_slot *slot,
                  const struct message_facts *m)
{
    if (slot->stream != NULL && slot->running)
        bank_stream_restart(slot->stream); /* the one before never ended */
    if (slot->json != NULL)
        json_search_begin(w->policy, slot->json);
    if (slot->hit)
        memset(slot->hits, 0, hit_words(w->policy) * sizeof(uint64_t));
    memset(slot->violations, 0, sizeof(slot->violations));
    slot->running = true;
    slot->compressed = m->compressed;
    slot->whole = m->whole;
    f->messages[m->direction][is_control(m->opcode)]++;
    slot->hit = false;
    slot->blind = false;
}

/* Has this message all that the rule asks of one? */
static bool meets(const struct question *q, const struct rule *r)
{
    for (size_t i = 0; i < r->message.count; i++)
        if (r->message.at[i].key->match(q, &r->message.at[i]) != ANSWER_YES)
            return false;
    return true;
}

/* A rule that counts: each message that has ended and is all that it asks for. */
static bool count_message(const struct question *q, struct policy_flow *f, const struct rule *r)
{
    return q->message->ended && rate_wants(r->rate, q->message->opcode) && meets(q, r) &&
           rates_message(q->worker, f, q->facts, r->rate);
}

/* The rules that this message might meet: those that need no hit, and those whose patterns hit. */
static void find_candidates(const struct question *q, bool found)
{
    const struct policy *p = q->policy;
    uint64_t *candidate = q->worker->candidate;

    memcpy(candidate, p->message_plain, (p->message_count + 63) / 64 * sizeof(*candidate));
    for (size_t word = 0; found && word < hit_words(p); word++)
        for (uint64_t left = q->hits[word]; left != 0; left &= left - 1) {
            const size_t hit = word * 64 + (size_t)__builtin_ctzll(left);
            for (uint32_t i = p->hit_start[hit]; i < p->hit_start[hit + 1]; i++)
                bit_set(candidate, p->hit_rule[i]);
        }
}

/* Asks the rules that wait. True when one need wait no longer. */
static bool ask_waiting(const struct question *q, struct policy_flow *f, bool found)
{
    const struct policy *p = q->policy;
    const size_t words = (p->message_count + 63) / 64;
    bool changed = false;

    if (!found && f->waiting == f->finding)
        return false;
    find_candidates(q, found);
    for (size_t word = 0; word < words; word++) {
        uint64_t left = waiting_rules(p, f)[word] & q->worker->candidate[word];
        for (; left != 0; left &= left - 1) {
            const size_t number = word * 64 + (size_t)__builtin_ctzll(left);
            const struct rule *r = &p->rule[p->message_rule[number]];
            const bool matched = r->rate != NULL ? count_message(q, f, r) : meets(q, r);
            if (!matched)
                continue;
            stop_waiting(p, f, r);
            changed = true;
        }
    }
    return changed;
}

/* What was raised since the last word on a message of this direction is of this one. */
static void take_pending(struct policy_flow *f, const struct message_facts *m,
                         struct message_slot *slot)
{
    struct message_slot *data = f->slot[m->direction][0];

    for (size_t i = 0; data != NULL && i < ANOMALY_WORDS; i++) {
        slot->violations[i] |= data->pending[i];
        data->pending[i] = 0;
    }
}

/* Asks of the message as it is; what only its slot knows is added. */
static bool ask(struct policy_worker *w, struct policy_flow *f, const struct facts *facts,
                const struct message_facts *m, struct message_slot *slot)
{
    struct message_facts whole;
    struct question q;

    take_pending(f, m, slot);
    if (!message_question(w, f, m, &whole, &q))
        return false;
    q.facts = facts;
    return ask_waiting(&q, f, slot->hit);
}

static void end(struct policy_worker *w, const struct policy_flow *f, struct message_slot *slot)
{
    slot->running = false;
    if (slot->json != NULL && f->parsing > 0)
        slot->hit |= json_search_end(w, slot->json, slot->hits);
    if (slot->stream == NULL)
        return;
    if (f->scanning > 0)
        slot->hit |= bank_stream_end(slot->stream, w->scratch, slot->hits);
    else
        bank_stream_restart(slot->stream);
}

bool policy_message(struct policy_worker *w, struct policy_flow *f, const struct facts *facts,
                    const struct message_facts *m)
{
    struct message_slot *slot =
        f != NULL && f->waiting > 0 ? slot_of(w, f, m->direction, m->opcode) : NULL;

    if (slot == NULL)
        return false;
    const bool unannounced = m->ended && !slot->running; /* there was no memory when it began */
    if (!m->ended || unannounced)
        begin(w, f, slot, m);
    slot->blind |= unannounced;
    if (m->ended)
        end(w, f, slot);
    return ask(w, f, facts, m, slot);
}

/* Is it not begun in the middle of what is not settled? */
static bool is_between(const struct message_slot *slot)
{
    uint64_t raised = 0;

    for (size_t i = 0; slot != NULL && i < ANOMALY_WORDS; i++)
        raised |= slot->pending[i];
    return raised == 0 && (slot == NULL || !slot->running);
}

const struct simd_text *policy_part(const struct policy *p)
{
    return bank_part(&p->content);
}

/* Would a message be heeded whatever is in it? One that needs no hit, or JSON. */
static bool heeds_any(const struct policy_flow *f, enum direction d, uint8_t opcode)
{
    return f->waiting != f->finding || f->parsing > 0 ||
           !is_between(f->slot[d][is_control(opcode)]);
}

bool policy_heeds_without(struct policy_flow *f, enum direction d, uint8_t opcode)
{
    if (f == NULL || f->waiting == 0)
        return false;
    if (heeds_any(f, d, opcode))
        return true;
    f->messages[d][is_control(opcode)]++;
    return false;
}

bool policy_heeds(struct policy_worker *w, struct policy_flow *f, enum direction d, uint8_t opcode,
                  struct bytes clear)
{
    if (f == NULL || f->waiting == 0)
        return false;
    return heeds_any(f, d, opcode) || bank_meets(&w->policy->content, w->scratch, clear) ||
           policy_heeds_without(f, d, opcode);
}

/* Searches the next bytes, with the stream that the message's first bytes opened; there is none
 * where all of them came at once, and do not hit. */
static void search(struct policy_worker *w, struct message_slot *slot, struct bytes slice)
{
    if (slice.len == slot->whole && !bank_meets(&w->policy->content, w->scratch, slice))
        return;
    if (slot->stream == NULL && !slot->blind)
        slot->stream = bank_stream_open(&w->policy->content, w->budget);
    slot->blind |= slot->stream == NULL;
    if (!slot->blind)
        slot->hit |= bank_stream_feed(slot->stream, w->scratch, slice, slot->hits);
}

static void parse(struct policy_worker *w, struct message_slot *slot, struct bytes slice)
{
    if (slot->json == NULL && !slot->blind)
        slot->json = budget_alloc(w->budget, json_search_bytes(w->policy));
    slot->blind |= slot->json == NULL;
    if (!slot->blind)
        slot->hit |= json_search_feed(w, slot->json, slice, slot->hits);
}

bool policy_payload(struct policy_worker *w, struct policy_flow *f, const struct facts *facts,
                    const struct message_facts *m, struct bytes slice)
{
    struct message_slot *slot =
        f != NULL && f->waiting > 0 ? slot_of(w, f, m->direction, m->opcode) : NULL;

    if (slot == NULL || !slot->running)
        return false;
    if (f->scanning > 0)
        search(w, slot, slice);
    if (f->parsing > 0 && !is_control(m->opcode))
        parse(w, slot, slice);
    return ask(w, f, facts, m, slot);
}

void policy_violation(struct policy_worker *w, struct policy_flow *f, enum direction d,
                      enum anomaly what)
{
    struct message_slot *slot = f != NULL && f->waiting > 0 ? slot_of(w, f, d, WS_TEXT) : NULL;

    if (slot != NULL)
        bit_set(slot->pending, what);
}

/* Has this frame all that the rule asks of one? */
static bool frame_meets(const struct question *q, const struct rule *r)
{
    for (size_t i = 0; i < r->frame.count; i++)
        if (r->frame.at[i].key->match(q, &r->frame.at[i]) != ANSWER_YES)
            return false;
    return true;
}

bool policy_frame(struct policy_worker *w, struct policy_flow *f,
                  const struct ws_frame_facts *frame)
{
    const struct policy *p = w->policy;
    const struct question q = {.policy = p, .worker = w, .frame = frame};
    bool changed = false;

    if (f == NULL || f->framing == 0)
        return false;
    for (size_t word = 0; word < (p->frame_count + 63) / 64; word++)
        for (uint64_t left = framing_rules(p, f)[word]; left != 0; left &= left - 1) {
            const size_t number = word * 64 + (size_t)__builtin_ctzll(left);
            const struct rule *r = &p->rule[p->frame_rule[number]];
            if (!frame_meets(&q, r))
                continue;
            stop_framing(p, f, r);
            changed = true;
        }
    return changed;
}
