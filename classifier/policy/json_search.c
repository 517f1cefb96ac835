/* SPDX-License-Identifier: MIT */
#include "policy/json_search.h"

#include "policy/worker.h"

/* One call of the reader's. */
struct reading {
    struct policy_worker *worker;
    const struct policy *policy;
    struct json_search *search;
    uint64_t *hits;
    bool fresh;
};

size_t json_search_bytes(const struct policy *p)
{
    return sizeof(struct json_search) + 2 * p->json_path_count;
}

void json_search_begin(const struct policy *p, struct json_search *s)
{
    memset(s, 0, json_search_bytes(p));
}

static uint8_t *on_levels(const struct reading *r)
{
    return r->search->of_path;
}

static uint8_t *key_fits(const struct reading *r)
{
    return r->search->of_path + r->policy->json_path_count;
}

static bool in_array(const struct json_search *s)
{
    return s->level > 0 && (s->arrays >> (s->level - 1) & 1) != 0;
}

/* Is what comes now on the path, with all containers around it? */
static bool is_on(const struct reading *r, size_t path)
{
    const struct json_search *s = r->search;
    const struct json_path *p = &r->policy->json_path[path];

    if (on_levels(r)[path] != s->level || p->steps < s->level)
        return false;
    if (s->level == 0)
        return true;
    const struct json_step *step = &p->step[s->level - 1];
    if (!in_array(s))
        return key_fits(r)[path] != 0;
    return step->item && (step->any || step->index == s->index[s->level]);
}

static void hit(struct reading *r, const struct json_test *t)
{
    const size_t bit = r->policy->content.count + t->id;
    uint64_t *word = &r->hits[bit / 64];

    r->fresh |= (*word >> (bit % 64) & 1) == 0;
    *word |= UINT64_C(1) << (bit % 64);
}

static void on_key(void *ctx, struct bytes text, bool cut)
{
    struct reading *r = ctx;
    const struct json_search *s = r->search;

    for (size_t i = 0; i < r->policy->json_path_count; i++) {
        const struct json_path *p = &r->policy->json_path[i];
        const struct json_step *step =
            s->level > 0 && p->steps >= s->level ? &p->step[s->level - 1] : NULL;
        key_fits(r)[i] =
            step != NULL && !step->item && (step->any || (!cut && bytes_equal(step->key, text)));
    }
}

/* The container, or the value, that was at this place of an array is over. */
static void next_item(struct json_search *s)
{
    if (in_array(s))
        s->index[s->level]++;
}

static void on_enter(void *ctx, bool array)
{
    struct reading *r = ctx;
    struct json_search *s = r->search;
    const uint64_t bit = UINT64_C(1) << s->level;

    for (size_t i = 0; i < r->policy->json_path_count; i++) {
        const struct json_path *p = &r->policy->json_path[i];
        if (!is_on(r, i))
            continue;
        for (const struct json_test *t = p->steps == s->level ? p->test : NULL; t; t = t->next)
            if (t->any)
                hit(r, t);
        on_levels(r)[i] = (uint8_t)(s->level + 1);
    }
    s->arrays = array ? s->arrays | bit : s->arrays & ~bit;
    s->level++;
    s->index[s->level] = 0;
}

static void on_leave(void *ctx)
{
    struct reading *r = ctx;
    struct json_search *s = r->search;

    s->level--;
    for (size_t i = 0; i < r->policy->json_path_count; i++)
        if (on_levels(r)[i] > s->level)
            on_levels(r)[i] = s->level;
    next_item(s);
}

static const uint64_t *scan(const struct reading *r, const struct json_path *p, struct bytes text)
{
    const struct bank *bank = &r->policy->field[FIELD_JSON];
    uint64_t *hits = r->worker->field[FIELD_JSON].hits;

    if (!p->patterns)
        return NULL;
    memset(hits, 0, bank_words(bank) * sizeof(*hits));
    bank_scan(bank, r->worker->scratch, text, hits);
    return hits;
}

static void on_value(void *ctx, enum json_type type, struct bytes text, bool cut)
{
    struct reading *r = ctx;
    struct json_search *s = r->search;

    for (size_t i = 0; i < r->policy->json_path_count; i++) {
        const struct json_path *p = &r->policy->json_path[i];
        if (p->steps != s->level || !is_on(r, i))
            continue;
        s->unsure |= cut;
        const uint64_t *hits = cut || type != JSON_IS_STRING ? NULL : scan(r, p, text);
        for (const struct json_test *t = p->test; t != NULL; t = t->next)
            if (t->any || (!cut && json_test_has(t, type, text, hits)))
                hit(r, t);
    }
    next_item(s);
}

static struct json_events events_of(struct reading *r)
{
    return (struct json_events){on_enter, on_leave, on_key, on_value, r};
}

/* Up to the first bracket: white space, and what Socket.IO and Engine.IO write before it. */
static struct bytes skip_prefix(struct json_search *s, struct bytes in)
{
    while (in.len > 0 && !s->begun && !s->dead) {
        const uint8_t c = in.at[0];
        s->begun = c == '{' || c == '[';
        if (s->begun)
            break;
        s->dead = !(c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '-' || c == ',' ||
                    (c >= '0' && c <= '9'));
        in = bytes_after(in, 1);
    }
    return in;
}

bool json_search_feed(struct policy_worker *w, struct json_search *s, struct bytes in,
                      uint64_t *hits)
{
    struct reading r = {.worker = w, .policy = w->policy, .search = s, .hits = hits};
    const struct json_events ev = events_of(&r);

    in = skip_prefix(s, in);
    if (s->dead || in.len == 0)
        return false;
    json_stream_feed(&s->reader, in, &ev);
    s->dead = !json_stream_alive(&s->reader);
    return r.fresh;
}

bool json_search_end(struct policy_worker *w, struct json_search *s, uint64_t *hits)
{
    struct reading r = {.worker = w, .policy = w->policy, .search = s, .hits = hits};
    const struct json_events ev = events_of(&r);

    s->whole = s->begun && !s->dead && json_stream_end(&s->reader, &ev);
    return r.fresh;
}
