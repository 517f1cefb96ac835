/* SPDX-License-Identifier: MIT */
/* load_rule.c - one entry of `rules`: its name, its action, and what it matches. */
#include "policy/load.h"

static const char *const rule_keys[] = {"name", "action", "match", "rate", "for", NULL};
static const char *const action_words[] = {"allow", "block", "alert", NULL}; /* enum rule_action */

#define NAME_MAX_BYTES 128

static bool read_name(struct loader *l, const struct node *rule, struct rule *out)
{
    const struct node *n = node_get(rule, "name");

    if (n == NULL)
        return fault(&l->source, rule, "a rule without a \"name\"");
    if (n->kind != NODE_SCALAR)
        return fault(&l->source, n, "the \"name\" of a rule is text, not %s", node_kind_name(n));
    if (n->text.len == 0)
        return fault(&l->source, n, "the \"name\" of a rule is empty");
    if (n->text.len > NAME_MAX_BYTES)
        return fault(&l->source, n, "a rule's name of more than %d bytes", NAME_MAX_BYTES);
    for (size_t i = 0; i < n->text.len; i++)
        if (n->text.at[i] < ' ' || n->text.at[i] == 0x7f)
            return fault(&l->source, n, "a rule's name with control characters");
    out->info.name = (const char *)n->text.at;
    out->info.line = n->line;
    out->info.file = n->file;
    out->column = n->column;
    return true;
}

static bool read_action(struct loader *l, const struct node *rule, struct rule *out)
{
    const struct node *n = node_get(rule, "action");
    unsigned action = RULE_ALLOW;

    if (n == NULL)
        return fault(&l->source, rule, "the rule \"%s\" has no \"action\": allow, block or alert",
                     out->info.name);
    if (n->kind != NODE_SCALAR)
        return fault(&l->source, n, "\"action\" is allow, block or alert, not %s",
                     node_kind_name(n));
    while (action_words[action] != NULL && !node_is(n, action_words[action]))
        action++;
    if (action_words[action] == NULL)
        return fault_unknown(&l->source, n, "action", action_words);
    out->info.action = (enum rule_action)action;
    return true;
}

/* A block asks for more than an alert or an allow, unless told. */
static bool settle_confidence(struct loader *l, struct rule *r)
{
    struct condition_list *list = &r->conditions;
    size_t kept = 0;
    bool identity = false;
    const struct condition *told = NULL;

    for (size_t i = 0; i < list->count; i++) {
        identity = identity || (list->at[i].key->flags & KEY_IDENTITY) != 0;
        if (list->at[i].key->kind == VALUE_LEVEL) {
            told = &list->at[i];
            r->confidence = (enum confidence)(CONFIDENCE_PROBABLE + told->value.as.words);
        }
    }
    if (told != NULL && !identity)
        return fault(
            &l->source, told->source,
            "\"confidence\" says how surely \"app\", \"layers\", \"inside\" or \"mismatch\" must "
            "be known; this rule has none of them");
    if (told == NULL && identity)
        r->confidence = r->info.action == RULE_BLOCK ? CONFIDENCE_STRONG : CONFIDENCE_PROBABLE;
    if (r->confidence > CONFIDENCE_PROBABLE)
        l->policy->asks |= ASK_SURE;
    for (size_t i = 0; i < list->count; i++)
        if (list->at[i].key->match != NULL)
            list->at[kept++] = list->at[i];
    list->count = kept;
    return true;
}

static bool is_content(const struct key *k)
{
    return k->kind == VALUE_LITERAL || k->kind == VALUE_REGEX || k->kind == VALUE_HEX;
}

static bool read_message(struct loader *l, const struct node *n, struct rule *out)
{
    if (n->kind != NODE_MAP)
        return fault(&l->source, n,
                     "\"message\" is a map, as in message: {opcode: text, contains: x}; not %s",
                     node_kind_name(n));
    out->has_message = true;
    if (!load_conditions(l, n, message_keys, "key of \"message\"", &out->message))
        return false;
    for (size_t i = 0; i < out->message.count; i++) {
        const struct condition *c = &out->message.at[i];
        const bool found = is_content(c->key) || c->key->kind == VALUE_JSON;
        out->parses = out->parses || c->key->kind == VALUE_JSON;
        out->scans = out->scans || is_content(c->key);
        out->finds = out->finds || (found && !c->value.negated);
        out->reads_payload = out->reads_payload || found || c->key->kind == VALUE_SIZE;
    }
    return true;
}

static bool read_frame(struct loader *l, const struct node *n, struct rule *out)
{
    if (n->kind != NODE_MAP)
        return fault(&l->source, n, "\"frame\" is a map, as in frame: {fin: false}; not %s",
                     node_kind_name(n));
    out->has_frame = true;
    return load_conditions(l, n, frame_keys, "key of \"frame\"", &out->frame);
}

static bool read_match(struct loader *l, const struct node *rule, struct rule *out)
{
    const struct node *n = node_get(rule, "match");

    if (n == NULL)
        return fault(&l->source, rule, "the rule \"%s\" has no \"match\"; match: {} is every flow",
                     out->info.name);
    if (n->kind != NODE_MAP)
        return fault(&l->source, n, "\"match\" is a map, as in match: {app: http}; not %s",
                     node_kind_name(n));
    const struct node *message = node_get(n, "message"), *frame = node_get(n, "frame");
    if (!load_conditions(l, n, match_keys, "key", &out->conditions) || !settle_confidence(l, out))
        return false;
    return (message == NULL || read_message(l, message, out)) &&
           (frame == NULL || read_frame(l, frame, out));
}

bool load_rule(struct loader *l, const struct node *n, struct rule *out)
{
    if (n->kind != NODE_MAP)
        return fault(&l->source, n, "a rule is a map with name, action and match; not %s",
                     node_kind_name(n));
    bool good = check_keys(l, n, "key of a rule", rule_keys);
    if (!(good || fault_goes_on(&l->source)) || !read_name(l, n, out))
        return false; /* what follows names it */
    good = read_action(l, n, out) && good;
    good = (good || fault_goes_on(&l->source)) && read_match(l, n, out) && good;
    return (good || fault_goes_on(&l->source)) && load_rate(l, n, out) && good;
}
