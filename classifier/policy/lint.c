/* SPDX-License-Identifier: MIT */
/* lint.c - rules that can never match by themselves: conditions that hold for nothing, or not
 * together. Said only where it is certain. */
#include <stdarg.h>
#include <stdio.h>

#include "policy/matches.h"
#include "policy/notes.h"

void note_rule(struct notes *n, const struct rule *r, const char *code, const char *format, ...)
{
    char sentence[512];
    va_list args;

    if (n->count++ > NOTES_MAX)
        return;
    va_start(args, format);
    vsnprintf(sentence, sizeof(sentence), format, args);
    va_end(args);
    if (n->count > NOTES_MAX) {
        code = "more";
        snprintf(sentence, sizeof(sentence),
                 "more than %d warnings and hints: the rest is not told", NOTES_MAX);
    }
    const struct policy_note note = {.kind = n->kind,
                                     .code = code,
                                     .file = r->info.file != NULL ? r->info.file : n->file,
                                     .line = r->info.line,
                                     .column = r->column,
                                     .rule = r->info.name,
                                     .sentence = sentence};
    n->ear->hear(n->ear->ctx, &note);
}

static const struct condition *find(const struct condition_list *list, match_fn *match)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->at[i].key->match == match)
            return &list->at[i];
    return NULL;
}

/* Every port, every address, every word is in it. */
static bool has_everything(const struct condition *c)
{
    static const struct addr first, last = {.byte = {255, 255, 255, 255, 255, 255, 255, 255, 255,
                                                     255, 255, 255, 255, 255, 255, 255}};
    const struct value *v = &c->value;
    const enum value_kind kind = c->key->kind;
    unsigned words = 0;

    if (kind == VALUE_PORT)
        return v->as.ranges.count == 1 && v->as.ranges.at[0].low == 0 &&
               v->as.ranges.at[0].high == UINT16_MAX;
    if (kind == VALUE_SIZE || kind == VALUE_NUMBER)
        return v->as.ranges.count == 1 && v->as.ranges.at[0].low == 0 &&
               v->as.ranges.at[0].high >= INT64_MAX;
    if (kind == VALUE_ADDRESS)
        return v->as.addresses.count == 1 &&
               addr_compare(&v->as.addresses.at[0].low, &first) == 0 &&
               addr_compare(&v->as.addresses.at[0].high, &last) == 0;
    if (kind != VALUE_WORDS)
        return false;
    while (c->key->words[words] != NULL)
        words++;
    return v->as.words == (UINT32_C(1) << words) - 1;
}

/* {not: ...} of all there is. */
static bool find_empty(struct notes *n, const struct rule *r, const struct condition_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct condition *c = &list->at[i];
        if (!c->value.negated || !has_everything(c))
            continue;
        note_rule(n, r, "impossible",
                  "the rule \"%s\" can never match: \"%s\" excludes every value there is",
                  r->info.name, c->key->name);
        return true;
    }
    return false;
}

static bool is_of(const struct key *key, const char *const *layers)
{
    for (size_t i = 0; layers[i] != NULL; i++)
        if (strcmp(key->layer, layers[i]) == 0)
            return true;
    return false;
}

/* The first condition on a field of one of these layers, or "message". */
static const char *asks_of(const struct rule *r, const char *const *layers)
{
    for (size_t i = 0; i < r->conditions.count; i++)
        if (is_of(r->conditions.at[i].key, layers))
            return r->conditions.at[i].key->name;
    return r->has_message ? "message" : r->has_frame ? "frame" : NULL;
}

static bool asks_only_udp(const struct rule *r)
{
    const struct condition *proto = find(&r->conditions, match_proto);
    const uint32_t udp = 2; /* the second word of proto_words */

    return proto != NULL && (proto->value.negated ? (proto->value.as.words & ~udp) != 0 &&
                                                        (proto->value.as.words & udp) == 0
                                                  : proto->value.as.words == udp);
}

static bool asks_only_none(const struct rule *r)
{
    for (size_t i = 0; i < r->conditions.count; i++) {
        const struct condition *c = &r->conditions.at[i];
        const struct text_set *set = &c->value.as.text;
        if (c->key->match == match_names && c->field == FIELD_APP && !c->value.negated &&
            set->exact_count == 1 && set->glob_count == 0 && set->patterns.count == 0 &&
            bytes_equal(set->exact[0], bytes_of_text("none")))
            return true;
    }
    return false;
}

static bool port_promises(const struct policy *p, uint64_t port)
{
    return policy_promise(p, TRANSPORT_TCP, (uint16_t)port) != NULL ||
           policy_promise(p, TRANSPORT_UDP, (uint16_t)port) != NULL;
}

/* Does any of the ports promise something? Then one may break it. */
static bool some_port_promises(const struct policy *p, const struct condition *c)
{
    const struct range_set *set = &c->value.as.ranges;

    if (c->value.negated) /* some port that promises is hardly left out */
        for (uint64_t port = 0; port <= UINT16_MAX; port++)
            if (port_promises(p, port) && !range_set_has(set, port))
                return true;
    for (size_t i = 0; !c->value.negated && i < set->count; i++)
        for (uint64_t port = set->at[i].low; port <= set->at[i].high; port++)
            if (port_promises(p, port))
                return true;
    return false;
}

static bool find_unbreakable(struct notes *n, const struct rule *r)
{
    const struct condition *mismatch = find(&r->conditions, match_mismatch);
    const struct condition *port = find(&r->conditions, match_server_port);

    if (mismatch == NULL || mismatch->value.as.words == 0 || port == NULL ||
        some_port_promises(n->policy, port))
        return false;
    note_rule(
        n, r, "impossible",
        "the rule \"%s\" can never match: its server ports promise nothing, so nothing breaks "
        "their promise (mismatch: true)",
        r->info.name);
    return true;
}

static void look_at(struct notes *n, const struct rule *r)
{
    static const char *const of_streams[] = {"http", "websocket", "tls", NULL};
    static const char *const of_bytes[] = {"http", "websocket", "tls", "bittorrent", NULL};
    const char *stream = asks_of(r, of_streams), *bytes = asks_of(r, of_bytes);

    if (find_empty(n, r, &r->conditions) || find_empty(n, r, &r->message) || find_unbreakable(n, r))
        return;
    if (asks_only_udp(r) && stream != NULL)
        note_rule(n, r, "impossible",
                  "the rule \"%s\" can never match: it asks for UDP, and for \"%s\", which is read "
                  "over TCP",
                  r->info.name, stream);
    else if (asks_only_none(r) && bytes != NULL)
        note_rule(n, r, "impossible",
                  "the rule \"%s\" can never match: a flow with the app \"none\" never carried a "
                  "byte, and so no \"%s\"",
                  r->info.name, bytes);
}

void lint_impossible(struct notes *n)
{
    for (size_t i = 0; i < n->policy->listed; i++)
        look_at(n, &n->policy->rule[i]);
}
