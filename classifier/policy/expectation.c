/* SPDX-License-Identifier: MIT */
/* expectation.c - has a flow become what its test expects? */
#include "policy/expectation.h"

#include <inttypes.h>

#include "base/buffer.h"
#include "policy/tests.h"

/* "verdict is allow, not block": each after a semicolon. */
static void append_is(struct buffer *why, const char *what, const char *is, const char *wanted)
{
    buffer_append_text(why, why->len > 0 ? "; " : "");
    buffer_printf(why, "%s is %s, not %s", what, is, wanted);
}

static const char *or_default(const char *rule)
{
    return rule != NULL ? rule : "the default";
}

static const char *or_unknown(const char *word)
{
    return word != NULL && word[0] != '\0' ? word : "not known";
}

static bool same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void check_verdict(const struct expectation *x, const struct flow_info *f,
                          struct buffer *why)
{
    if (x->verdict != VERDICT_NONE && f->verdict != x->verdict)
        append_is(why, "verdict", or_unknown(verdict_name(f->verdict)), verdict_name(x->verdict));
    if (x->has_rule && !same(x->rule, f->rule))
        append_is(why, "rule", or_default(f->rule), or_default(x->rule));
    const uint64_t leaked = f->leaked_bytes[TO_SERVER] + f->leaked_bytes[TO_CLIENT];
    if (x->has_leaked && f->verdict != VERDICT_BLOCK) {
        append_is(why, "verdict", or_unknown(verdict_name(f->verdict)),
                  "block, so nothing is leaked or held back");
    } else if (x->has_leaked && range_set_has(&x->leaked.as.ranges, leaked) == x->leaked.negated) {
        buffer_append_text(why, why->len > 0 ? "; " : "");
        buffer_printf(why, "%" PRIu64 " bytes had leaked", leaked);
    }
}

static void check_identity(const struct expectation *x, const struct flow_info *f,
                           struct buffer *why)
{
    const struct bytes app = bytes_of_text(f->app);

    if (x->has_app && (f->app == NULL || text_set_has(&x->app.as.text, app) == x->app.negated))
        append_is(why, "app", or_unknown(f->app), "as expected");
    if (f->confidence < x->confidence)
        append_is(why, "confidence", or_unknown(confidence_name(f->confidence)),
                  confidence_name(x->confidence));
    if (x->has_mismatch && (f->mismatch == TRI_YES) != x->mismatch)
        append_is(why, "mismatch", x->mismatch ? "false" : "true", x->mismatch ? "true" : "false");
}

static bool is_expected(const struct expectation *x, uint32_t id)
{
    for (size_t i = 0; i < x->alert_count; i++)
        if (x->alert_id[i] == id)
            return true;
    return false;
}

static void check_alerts(const struct policy *p, const struct expectation *x, const uint64_t *fired,
                         struct buffer *why)
{
    for (size_t i = 0; x->has_alerts && i < p->listed; i++) {
        const struct rule_info *rule = &p->rule[i].info;
        const bool has = bit_is_set(fired, i);
        if (rule->action != RULE_ALERT || has == is_expected(x, rule->id))
            continue;
        buffer_append_text(why, why->len > 0 ? "; " : "");
        buffer_printf(why, has ? "the alert %s was not expected" : "no alert %s", rule->name);
    }
}

bool test_means_flow(const struct policy *p, const struct rules_test *t,
                     const struct flow_info *flow, const uint64_t *fired)
{
    const struct condition_list *list = &p->rule[t->selector - 1].conditions;
    bool meant = bit_is_set(fired, t->selector - 1);

    for (size_t i = 0; meant && i < list->count; i++) {
        const struct condition *c = &list->at[i];
        if (strcmp(c->key->name, "app") != 0 || c->value.as.text.patterns.count > 0)
            continue;
        meant = flow->app != NULL &&
                text_set_has(&c->value.as.text, bytes_of_text(flow->app)) != c->value.negated;
    }
    return meant;
}

bool test_flow_meets(const struct policy *p, const struct rules_test *t,
                     const struct flow_info *flow, const uint64_t *fired, struct buffer *why)
{
    const size_t before = why->len;

    check_verdict(t->expect, flow, why);
    check_identity(t->expect, flow, why);
    check_alerts(p, t->expect, fired, why);
    return why->len == before && !why->failed;
}

bool test_count_meets(const struct rules_test *t, uint64_t flows, struct buffer *why)
{
    const struct expectation *x = t->expect;

    if (!x->has_count && flows == 0)
        buffer_append_text(why, "no flow in the capture is meant by \"flow\"");
    else if (x->has_count && range_set_has(&x->count.as.ranges, flows) == x->count.negated)
        buffer_printf(why, "count is %" PRIu64, flows);
    else
        return true;
    return false;
}

size_t policy_fired_words(const struct policy *p)
{
    return (p->rule_count + 63) / 64;
}
