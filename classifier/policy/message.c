/* SPDX-License-Identifier: MIT */
/* message.c - a message passes: which rules that wait for one has it matched? */
#include "model/websocket.h"
#include "policy/worker.h"

/* RFC 6455 s5.5: control frames have the top bit of the opcode set, and may come between the
 * fragments of a data message. */
#define CONTROL_BIT 8

static struct message_slot *slot_of(struct policy_worker *w, struct policy_flow *f,
                                    const struct message_facts *m)
{
    struct message_slot **slot = &f->slot[m->direction][(m->opcode & CONTROL_BIT) != 0];

    if (*slot == NULL)
        *slot = budget_alloc(w->budget, w->slot_bytes);
    return *slot;
}

const struct message_slot *message_slot_of(const struct policy_flow *f,
                                           const struct message_facts *m)
{
    return f->slot[m->direction][(m->opcode & CONTROL_BIT) != 0];
}

static void begin(const struct policy_worker *w, struct message_slot *slot)
{
    if (slot->stream != NULL && slot->running)
        bank_stream_restart(slot->stream); /* the one before never ended */
    memset(slot->hits, 0, bank_words(&w->policy->content) * sizeof(uint64_t));
    slot->running = true;
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

/* Asks the rules that wait. True when one need wait no longer. */
static bool ask_waiting(const struct question *q, struct policy_flow *f, bool found)
{
    const struct policy *p = q->policy;
    const size_t words = (p->message_count + 63) / 64;
    bool changed = false;

    if (!found && f->waiting == f->finding)
        return false;
    for (size_t word = 0; word < words; word++) {
        uint64_t left = waiting_rules(p, f)[word];
        for (; left != 0; left &= left - 1) {
            const size_t number = word * 64 + (size_t)__builtin_ctzll(left);
            const struct rule *r = &p->rule[p->message_rule[number]];
            if (r->finds && !found)
                continue;
            const bool matched = r->rate != NULL ? count_message(q, f, r) : meets(q, r);
            if (!matched)
                continue;
            stop_waiting(p, f, r);
            changed = true;
        }
    }
    return changed;
}

static struct question question_of(struct policy_worker *w, const struct facts *facts,
                                   const struct message_facts *m, const struct message_slot *slot)
{
    return (struct question){.policy = w->policy,
                             .worker = w,
                             .facts = facts,
                             .message = m,
                             .hits = slot->hits,
                             .blind = slot->blind};
}

static void end(const struct policy_worker *w, const struct policy_flow *f,
                struct message_slot *slot)
{
    slot->running = false;
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
    struct message_slot *slot = f != NULL && f->waiting > 0 ? slot_of(w, f, m) : NULL;

    if (slot == NULL)
        return false;
    const bool unannounced = m->ended && !slot->running; /* there was no memory when it began */
    if (!m->ended || unannounced)
        begin(w, slot);
    slot->blind |= unannounced;
    if (m->ended)
        end(w, f, slot);
    const struct question q = question_of(w, facts, m, slot);
    return ask_waiting(&q, f, slot->hit);
}

/* Searches the next bytes, with the stream that the message's first bytes opened. */
static void search(struct policy_worker *w, struct message_slot *slot, struct bytes slice)
{
    if (slot->stream == NULL && !slot->blind)
        slot->stream = bank_stream_open(&w->policy->content, w->budget);
    slot->blind |= slot->stream == NULL;
    if (!slot->blind)
        slot->hit |= bank_stream_feed(slot->stream, w->scratch, slice, slot->hits);
}

bool policy_payload(struct policy_worker *w, struct policy_flow *f, const struct facts *facts,
                    const struct message_facts *m, struct bytes slice)
{
    struct message_slot *slot = f != NULL && f->waiting > 0 ? slot_of(w, f, m) : NULL;

    if (slot == NULL || !slot->running)
        return false;
    if (f->scanning > 0)
        search(w, slot, slice);
    const struct question q = question_of(w, facts, m, slot);
    return ask_waiting(&q, f, slot->hit);
}
