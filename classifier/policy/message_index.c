/* SPDX-License-Identifier: MIT */
/* message_index.c - which rules wait for which content pattern, and which may be asked as one: so
 * that a flow costs what it is and what hit in it, however many rules there are. */
#include "policy/json_path.h"
#include "policy/load.h"

/* The bits of message_slot.hits without one of which the rule cannot match: those of its first
 * condition that must find something. */
static size_t needed_hits(const struct policy *p, const struct rule *r, uint32_t *out)
{
    for (size_t i = 0; i < r->message.count; i++) {
        const struct condition *c = &r->message.at[i];
        const bool json = c->key->kind == VALUE_JSON;
        const bool content = c->key->kind == VALUE_LITERAL || c->key->kind == VALUE_REGEX ||
                             c->key->kind == VALUE_HEX;
        if (c->value.negated || (!json && !content))
            continue;
        const struct pattern_set *set = &c->value.as.patterns;
        for (size_t n = 0; out != NULL && content && n < set->count; n++)
            out[n] = set->id[n];
        if (out != NULL && json)
            out[0] = p->content.count + c->value.as.json->id;
        return json ? 1 : set->count; /* the other conditions are asked then */
    }
    return 0;
}

/* Counts the rules of each hit, in the place behind its own; returns how many in all. */
static size_t count_rules(struct policy *p, uint32_t *scratch)
{
    size_t all = 0;

    for (size_t number = 0; number < p->message_count; number++) {
        const size_t count = needed_hits(p, &p->rule[p->message_rule[number]], scratch);
        for (size_t i = 0; i < count; i++)
            p->hit_start[scratch[i] + 1]++;
        if (count == 0)
            bit_set(p->message_plain, number);
        all += count;
    }
    return all;
}

bool index_messages(struct loader *l)
{
    struct policy *p = l->policy;
    const size_t hits = p->content.count + (size_t)p->json_count;

    p->message_plain = loader_alloc(l, (p->message_count + 63) / 64 + 1, sizeof(uint64_t));
    p->hit_start = loader_alloc(l, hits + 2, sizeof(*p->hit_start));
    uint32_t *scratch = loader_alloc(l, hits + 1, sizeof(*scratch));
    if (p->message_plain == NULL || p->hit_start == NULL || scratch == NULL)
        return false;
    p->hit_rule = loader_alloc(l, count_rules(p, scratch) + 1, sizeof(*p->hit_rule));
    uint32_t *next = loader_alloc(l, hits + 1, sizeof(*next));
    if (p->hit_rule == NULL || next == NULL)
        return false;
    for (size_t hit = 0; hit < hits; hit++) {
        p->hit_start[hit + 1] += p->hit_start[hit];
        next[hit] = p->hit_start[hit];
    }
    for (size_t number = 0; number < p->message_count; number++) {
        const size_t count = needed_hits(p, &p->rule[p->message_rule[number]], scratch);
        for (size_t i = 0; i < count; i++)
            p->hit_rule[next[scratch[i]]++] = (uint32_t)number;
    }
    return true;
}

static bool same_conditions(const struct condition_list *a, const struct condition_list *b)
{
    return a->count == b->count && conditions_cover(a, b) && conditions_cover(b, a);
}

static bool is_alike(const struct rule *a, const struct rule *b)
{
    return b->has_message && !b->has_frame && b->rate == NULL && a->info.action == b->info.action &&
           a->confidence == b->confidence && same_conditions(&a->conditions, &b->conditions);
}

/* Of all that begin with `first`. */
static struct alike look(const struct rule *first, size_t count)
{
    struct alike a = {.is = true};

    for (size_t i = 0; i < count; i++) {
        const uint64_t bit = UINT64_C(1) << i;
        a.is = a.is && is_alike(first, &first[i]);
        a.scans |= first[i].scans ? bit : 0;
        a.finds |= first[i].finds ? bit : 0;
        a.parses |= first[i].parses ? bit : 0;
    }
    return a;
}

bool find_alike(struct loader *l)
{
    struct policy *p = l->policy;
    const size_t words = (p->rule_count + 63) / 64;

    p->alike = loader_alloc(l, words + 1, sizeof(*p->alike));
    for (size_t word = 0; p->alike != NULL && word < words; word++) {
        const size_t left = p->rule_count - word * 64;
        p->alike[word] = look(&p->rule[word * 64], left < 64 ? left : 64);
    }
    return p->alike != NULL;
}
