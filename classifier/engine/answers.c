/* SPDX-License-Identifier: MIT */
#include "engine/answers.h"

#include <stdio.h>

static bool same_name(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool same_layers(const struct facts *a, const struct facts *b)
{
    if (a->layer_count != b->layer_count)
        return false;
    for (unsigned i = 0; i < a->layer_count; i++)
        if (!same_name(a->layers[i], b->layers[i]))
            return false;
    return true;
}

/* Was the carrier of the name read? */
static bool is_read(const struct fact *f)
{
    return f->known == KNOWN_VALUE || f->known == KNOWN_ABSENT;
}

static enum answers compare_facts(const struct fact *a, const struct fact *b, bool over)
{
    if (a->known == b->known && bytes_equal(a->value, b->value))
        return ANSWERS_SAME;
    if (is_read(a) && is_read(b))
        return ANSWERS_DIFFER;
    return over && (a->known == KNOWN_VALUE || b->known == KNOWN_VALUE) ? ANSWERS_DIFFER
                                                                        : ANSWERS_OPEN;
}

static enum answers compare_layers(const struct facts *a, const struct facts *b)
{
    const bool known = (a->app != NULL && b->app != NULL) || a->over;

    if (same_name(a->app, b->app) && same_layers(a, b))
        return ANSWERS_SAME;
    return known ? ANSWERS_DIFFER : ANSWERS_OPEN;
}

/* A limit or a ban is no answer to what these bytes are. */
static enum answers compare_verdicts(const struct policy_result *a, const struct policy_result *b)
{
    if (a->counted || b->counted)
        return ANSWERS_SAME;
    if (a->verdict == b->verdict && a->final == b->final)
        return ANSWERS_SAME;
    return a->final && b->final && a->verdict != b->verdict ? ANSWERS_DIFFER : ANSWERS_OPEN;
}

enum answers answers_compare(const struct conn *c, const struct conn *other, bool over)
{
    struct facts a, b;

    view_facts(c, over, &a);
    view_facts(other, over, &b);
    const enum answers each[] = {
        compare_layers(&a, &b),
        compare_facts(&a.host, &b.host, over),
        compare_facts(&a.sni, &b.sni, over),
        compare_verdicts(&c->result, &other->result),
    };
    enum answers all = ANSWERS_SAME;
    for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++)
        all = each[i] > all ? each[i] : all;
    return all;
}

void answers_note(struct engine *e, struct conn *c, const struct conn *reading, const char *how)
{
    char text[EVIDENCE_DETAIL + 1];
    struct facts f;
    int len = 0;

    view_facts(reading, reading->closed, &f);
    for (unsigned i = 0; i < f.layer_count && len < EVIDENCE_DETAIL; i++)
        len +=
            snprintf(text + len, sizeof(text) - (size_t)len, "%s%s", i > 0 ? ">" : "", f.layers[i]);
    const struct bytes name = f.host.value.len > 0 ? f.host.value : f.sni.value;
    if (len < EVIDENCE_DETAIL && name.len > 0)
        len += snprintf(text + len, sizeof(text) - (size_t)len, " %.*s", (int)name.len,
                        (const char *)name.at);
    if (len < EVIDENCE_DETAIL && reading->result.verdict != VERDICT_NONE)
        snprintf(text + len, sizeof(text) - (size_t)len, " %s",
                 verdict_name(reading->result.verdict));
    learn_evidence(e, c, how, bytes_first(bytes_of_text(text), EVIDENCE_DETAIL));
}
