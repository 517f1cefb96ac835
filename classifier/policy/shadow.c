/* SPDX-License-Identifier: MIT */
/* shadow.c - rules that can never match, because an earlier one takes whatever they could.
 *
 * Said only where it is certain: the earlier rule has no condition that the later one has not, and
 * each of its values holds all that the later one's does.
 */
#include <stdio.h>

#include "policy/load.h"
#include "policy/notes.h"

/* Pairs of rules that are looked at in full: enough for 4,000 rules with the same keys, and some
 * tens of milliseconds. */
#define PAIRS_MAX 8000000u

static const struct condition *find(const struct condition_list *list, const struct condition *like)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->at[i].key == like->key && list->at[i].field == like->field &&
            bytes_equal(list->at[i].name, like->name))
            return &list->at[i];
    return NULL;
}

bool conditions_cover(const struct condition_list *wide, const struct condition_list *narrow)
{
    for (size_t i = 0; i < wide->count; i++) {
        const struct condition *c = &wide->at[i], *same = find(narrow, c);
        if (same == NULL || !value_covers(c->key, &c->value, &same->value))
            return false;
    }
    return true;
}

/* Might it, by its keys alone? */
static bool has_fewer_keys(const struct rule *a, const struct rule *b)
{
    return (a->conditions.keys & ~b->conditions.keys) == 0 &&
           (a->message.keys & ~b->message.keys) == 0 && (!a->has_message || b->has_message) &&
           (a->frame.keys & ~b->frame.keys) == 0 && (!a->has_frame || b->has_frame);
}

static bool shadows(const struct rule *early, const struct rule *late)
{
    return early->confidence <= late->confidence &&
           conditions_cover(&early->conditions, &late->conditions) &&
           conditions_cover(&early->message, &late->message) &&
           conditions_cover(&early->frame, &late->frame);
}

typedef void found_shadow(void *ctx, const struct rule *late, const struct rule *early);

static void find_shadows(const struct policy *p, found_shadow *found, void *ctx)
{
    unsigned pairs = 0;

    for (size_t late = 1; late < p->rule_count && pairs < PAIRS_MAX; late++) {
        const struct rule *r = &p->rule[late];
        for (size_t early = 0; early < late && r->info.action != RULE_ALERT; early++) {
            const struct rule *e = &p->rule[early];
            if (e->info.action == RULE_ALERT || e->rate != NULL || !has_fewer_keys(e, r))
                continue;
            pairs++;
            if (shadows(e, r)) {
                found(ctx, r, e);
                break;
            }
        }
    }
}

static void warn_of(void *ctx, const struct rule *late, const struct rule *early)
{
    const struct loader *l = ctx;
    char sentence[512];

    const bool same = strcmp(late->info.file, early->info.file) == 0;
    snprintf(sentence, sizeof(sentence),
             "%s:%u:%u: the rule \"%s\" can never match: \"%s\" in line %u%s%s%s takes all its "
             "flows",
             late->info.file, late->info.line, late->column, late->info.name, early->info.name,
             early->info.line, same ? "" : " of \"", same ? "" : early->info.file,
             same ? "" : "\"");
    l->warn(l->ctx, sentence);
}

void warn_of_shadows(struct loader *l)
{
    if (l->warn != NULL)
        find_shadows(l->policy, warn_of, l);
}

static void note_shadow(void *ctx, const struct rule *late, const struct rule *early)
{
    const bool blocks = late->info.action == RULE_BLOCK;

    if (late->info.action == early->info.action)
        note_rule(ctx, late, "shadowed",
                  "the rule \"%s\" can never match: \"%s\" in line %u takes all its flows",
                  late->info.name, early->info.name, early->info.line);
    else
        note_rule(ctx, late, "contradicted",
                  "the rule \"%s\" can never %s: it contradicts \"%s\" in line %u, which stands "
                  "first and %s all its flows",
                  late->info.name, blocks ? "block" : "allow", early->info.name, early->info.line,
                  blocks ? "allows" : "blocks");
}

void lint_shadows(struct notes *n)
{
    find_shadows(n->policy, note_shadow, n);
}
