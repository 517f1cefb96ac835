/* SPDX-License-Identifier: MIT */
#include "policy/worker.h"

#include "policy/message.h"

#include <stdlib.h>

static void take_all(uint64_t *bits, size_t count)
{
    for (size_t i = 0; i < count; i++)
        bits[i / 64] |= UINT64_C(1) << (i % 64);
}

/* A flow that has seen nothing: every rule is open. */
static void set_fresh(const struct policy *p, struct policy_flow *f)
{
    f->first = NO_RULE;
    f->open = (uint32_t)p->rule_count;
    f->waiting = (uint32_t)p->message_count;
    take_all(open_rules(f), p->rule_count);
    take_all(waiting_rules(p, f), p->message_count);
    f->framing = (uint32_t)p->frame_count;
    take_all(framing_rules(p, f), p->frame_count);
    for (size_t i = 0; i < p->message_count; i++) {
        f->scanning += p->rule[p->message_rule[i]].scans;
        f->finding += p->rule[p->message_rule[i]].finds;
        f->parsing += p->rule[p->message_rule[i]].parses;
    }
}

static bool prepare_scratch(struct policy_worker *w)
{
    const struct policy *p = w->policy;

    w->field = calloc(field_count(p), sizeof(*w->field));
    if (w->field == NULL)
        return false;
    for (uint32_t i = 0; i < field_count(p); i++) {
        const struct bank *bank = field_bank(p, i);
        const size_t words = bank_words(bank);
        if (words == 0)
            continue;
        w->field[i].hits = calloc(words, sizeof(uint64_t));
        if (w->field[i].hits == NULL || !bank_scratch(bank, &w->scratch))
            return false;
    }
    if (!bank_scratch(&p->content, &w->scratch))
        return false;
    const size_t bytes = bank_scratch_bytes(w->scratch);
    if (!budget_take(w->budget, bytes))
        return false;
    w->scratch_bytes = bytes;
    return true;
}

struct policy_worker *policy_worker_create(const struct policy *p, struct budget *budget,
                                           struct err *err)
{
    const size_t words =
        (p->rule_count + 63) / 64 + (p->message_count + 63) / 64 + (p->frame_count + 63) / 64;
    struct policy_worker *w = calloc(1, sizeof(*w));

    if (w == NULL) {
        err_set(err, "not enough memory to match rules");
        return NULL;
    }
    w->policy = p;
    w->moment = 1;
    w->budget = budget;
    w->flow_bytes = sizeof(struct policy_flow) + words * sizeof(uint64_t);
    w->slot_bytes = sizeof(struct message_slot) + hit_words(p) * sizeof(uint64_t);
    w->candidate = calloc((p->message_count + 63) / 64 + 1, sizeof(uint64_t));
    w->fresh = calloc(1, w->flow_bytes);
    w->spare = calloc(1, w->flow_bytes);
    if (w->candidate == NULL || w->fresh == NULL || w->spare == NULL || !prepare_scratch(w)) {
        err_set(err, "not enough memory to match rules");
        policy_worker_free(w);
        return NULL;
    }
    if (p->rate_count > 0 && (w->rates = rates_create(p, budget, err)) == NULL) {
        policy_worker_free(w);
        return NULL;
    }
    set_fresh(p, w->fresh);
    return w;
}

void policy_worker_free(struct policy_worker *w)
{
    if (w == NULL)
        return;
    for (size_t i = 0; w->field != NULL && i < field_count(w->policy); i++)
        free(w->field[i].hits);
    free(w->field);
    budget_give(w->budget, w->scratch_bytes);
    bank_scratch_free(w->scratch);
    rates_free(w->rates);
    free(w->candidate);
    free(w->fresh);
    free(w->spare);
    free(w);
}

struct policy_flow *policy_flow_create(struct policy_worker *w)
{
    if (w->policy->rule_count == 0)
        return NULL;
    struct policy_flow *f = budget_alloc(w->budget, w->flow_bytes);
    if (f != NULL)
        memcpy(f, w->fresh, w->flow_bytes);
    return f;
}

void free_slots(struct policy_worker *w, struct policy_flow *f)
{
    for (size_t i = 0; i < 4; i++) {
        struct message_slot *slot = f->slot[i / 2][i % 2];
        if (slot == NULL)
            continue;
        if (slot->stream != NULL)
            bank_stream_close(&w->policy->content, w->budget, slot->stream);
        budget_free(w->budget, slot->json, json_search_bytes(w->policy));
        budget_free(w->budget, slot, w->slot_bytes);
        f->slot[i / 2][i % 2] = NULL;
    }
}

void policy_flow_free(struct policy_worker *w, struct policy_flow *f)
{
    if (f == NULL)
        return;
    free_slots(w, f);
    budget_free(w->budget, f, w->flow_bytes);
}
