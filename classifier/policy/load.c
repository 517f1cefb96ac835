/* SPDX-License-Identifier: MIT */
/* load.c - a rules file: its sections, and the policy that comes of them. Rules: load_rule.c. */
#include "policy/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "model/event.h"
#include "policy/list.h"
#include "policy/tests.h"
#include "policy/value_read.h"

#define FIRST_READ 4096 /* bytes */

static const char *const sections[] = {"version", "default",    "groups",   "ports",
                                       "overlap", "exceptions", "timezone", "include",
                                       "rules",   "tests",      NULL};

void *loader_alloc(struct loader *l, size_t count, size_t size)
{
    void *memory = arena_alloc(&l->policy->arena, count * size); /* count: nodes of the file */

    if (memory == NULL)
        fault_memory(&l->source);
    return memory;
}

bool check_keys(const struct loader *l, const struct node *map, const char *what,
                const char *const *known)
{
    bool good = true;

    for (const struct node *n = map->first; n != NULL; n = n->next) {
        size_t i = 0;
        while (known[i] != NULL && !node_is(n, known[i]))
            i++;
        if (known[i] != NULL)
            continue;
        good = fault_unknown(&l->source, n, what, known);
        if (!fault_goes_on(&l->source))
            return false;
    }
    return good;
}

bool refuse_keys(const struct loader *l, const struct node *map, const char *const *later)
{
    for (const struct node *n = map->first; n != NULL; n = n->next)
        for (size_t i = 0; later[i] != NULL; i++)
            if (node_is(n, later[i]))
                return fault(&l->source, n, "\"%s\" is not in this version of portwarden",
                             later[i]);
    return true;
}

static bool check_version(const struct loader *l, const struct node *root)
{
    const struct node *n = node_get(root, "version");
    char said[QUOTE_ROOM];

    if (n == NULL)
        return fault(&l->source, root, "no \"version\": a rules file begins with version: 1");
    if (n->kind != NODE_SCALAR)
        return fault(&l->source, n, "\"version\" is the number 1, not %s", node_kind_name(n));
    if (!node_is(n, "1"))
        return fault(&l->source, n, "version \"%s\" is not known; this portwarden reads version 1",
                     quote(n->text, said));
    return true;
}

static bool read_default(struct loader *l, const struct node *n)
{
    static const char *const words[] = {"allow", "block", NULL};

    if (n->kind != NODE_SCALAR)
        return fault(&l->source, n, "\"default\" is allow or block, not %s", node_kind_name(n));
    if (node_is(n, "allow"))
        l->policy->fallback = RULE_ALLOW;
    else if (node_is(n, "block"))
        l->policy->fallback = RULE_BLOCK;
    else
        return fault_unknown(&l->source, n, "default", words);
    return true;
}

static bool read_timezone(struct loader *l, const struct node *n)
{
    return value_read_timezone(l, n, &l->policy->timezone_ns);
}

static int compare_groups(const void *a, const void *b)
{
    return strcmp(((const struct group *)a)->name, ((const struct group *)b)->name);
}

static bool read_group(struct loader *l, const struct node *name, struct group *out)
{
    static const struct key key = {.name = "groups", .kind = VALUE_ADDRESS};
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    struct value value = {0};
    char said[QUOTE_ROOM];

    for (size_t i = 0; i < name->text.len; i++)
        if (name->text.at[i] == '\0' || strchr(letters, name->text.at[i]) == NULL)
            return fault(&l->source, name, "\"%s\" is no group name: letters, digits, - and _",
                         quote(name->text, said));
    if (name->text.len == 0)
        return fault(&l->source, name, "a group without a name");
    if (name->value->kind == NODE_MAP && !is_list_file(name->value))
        return fault(&l->source, name->value, "a group is a list of addresses, not a map");
    if (!value_read(l, &key, name->value, &value))
        return false;
    *out = (struct group){(const char *)name->text.at, name->value, value.as.addresses};
    return true;
}

/* Of one file they do. */
static bool groups_differ(const struct loader *l)
{
    const struct policy *p = l->policy;

    for (size_t i = 1; i < p->group_count; i++)
        if (strcmp(p->group[i - 1].name, p->group[i].name) == 0)
            return fault(&l->source, p->group[i].source, "the group \"%s\" is in \"%s\", too",
                         p->group[i].name, p->group[i - 1].source->file);
    return true;
}

/* A group may not name another: none can be found while they are read. */
static bool read_groups(struct loader *l, const struct node *n)
{
    struct policy *p = l->policy;
    const size_t before = p->group_count;
    size_t count = 0;
    struct group *group;

    if (n->kind != NODE_MAP)
        return fault(&l->source, n, "\"groups\" is a map, as in groups: {office: [10.0.0.0/8]}");
    group = loader_alloc(l, before + n->count, sizeof(*group));
    if (group == NULL)
        return false;
    if (before > 0)
        memcpy(group, p->group, before * sizeof(*group));
    p->group_count = 0; /* none is found while they are read */
    for (const struct node *name = n->first; name != NULL; name = name->next)
        if (!read_group(l, name, &group[before + count++]))
            return false;
    p->group = group;
    p->group_count = before + n->count;
    qsort(group, p->group_count, sizeof(*group), compare_groups);
    p->home = group_find(p, bytes_of_text("home"));
    return groups_differ(l);
}

const struct group *group_find(const struct policy *p, struct bytes name)
{
    size_t low = 0, high = p->group_count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const struct bytes here = bytes_of_text(p->group[middle].name);
        const size_t len = here.len < name.len ? here.len : name.len;
        const int order = len > 0 ? memcmp(name.at, here.at, len) : 0;
        if (order == 0 && name.len == here.len)
            return &p->group[middle];
        if (order < 0 || (order == 0 && name.len < here.len))
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static int compare_names(const void *a, const void *b)
{
    const struct rule_info *x = *(const struct rule_info *const *)a;
    const struct rule_info *y = *(const struct rule_info *const *)b;
    const int order = strcmp(x->name, y->name);

    return order != 0 ? order : x->id < y->id ? -1 : x->id > y->id;
}

static bool taken(const struct loader *l, const struct node *place, const struct rule_info *by,
                  const struct rule_info *rule)
{
    if (strcmp(by->file, rule->file) == 0)
        return fault(&l->source, place, "the name \"%s\" is taken by the rule in line %u",
                     rule->name, by->line);
    return fault(&l->source, place, "the name \"%s\" is taken by the rule in line %u of \"%s\"",
                 rule->name, by->line, by->file);
}

static bool names_differ(struct loader *l)
{
    const struct policy *p = l->policy;
    const struct rule_info **info = calloc(p->rule_count + 1, sizeof(*info));
    bool good = info != NULL;

    if (!good)
        fault_memory(&l->source);
    for (size_t i = 0; good && i < p->rule_count; i++)
        info[i] = &p->rule[i].info;
    if (good)
        qsort(info, p->rule_count, sizeof(*info), compare_names);
    for (size_t i = 1; good && i < p->rule_count; i++) {
        const struct node place = {.file = info[i]->file,
                                   .line = info[i]->line,
                                   .column = p->rule[info[i]->id - 1].column};
        if (strcmp(info[i - 1]->name, info[i]->name) == 0)
            good = taken(l, &place, info[i - 1], info[i]);
    }
    free(info);
    return good;
}

/* What matching needs to know of all rules together. */
static bool gather(struct loader *l)
{
    struct policy *p = l->policy;

    p->message_rule = loader_alloc(l, p->rule_count, sizeof(*p->message_rule));
    p->frame_rule = loader_alloc(l, p->rule_count, sizeof(*p->frame_rule));
    if (p->message_rule == NULL || p->frame_rule == NULL)
        return false;
    for (size_t i = 0; i < p->rule_count; i++) {
        struct rule *r = &p->rule[i];
        if (r->has_frame) {
            r->frame_number = (uint32_t)p->frame_count;
            p->frame_rule[p->frame_count++] = (uint32_t)i;
            p->interest |= INTEREST_FRAMES;
        }
        if (!r->has_message)
            continue;
        r->message_number = (uint32_t)p->message_count;
        p->message_rule[p->message_count++] = (uint32_t)i;
        p->interest |= INTEREST_MESSAGES | (r->reads_payload ? INTEREST_PAYLOAD : 0);
    }
    if (!index_messages(l) || !find_alike(l))
        return false;
    p->interest |= (p->asks & ASK_RESPONSES) != 0 ? INTEREST_STATUS | INTEREST_EXCHANGE : 0;
    p->interest |= (p->asks & ASK_FRAMES) != 0 ? INTEREST_FRAMES : 0;
    p->interest |= (p->asks & ASK_FINGERPRINTS) != 0 ? INTEREST_FINGERPRINTS : 0;
    return true;
}

static bool load_rules(struct loader *l, const struct node *n)
{
    struct policy *p = l->policy;
    bool good = true;

    if (n->kind != NODE_LIST)
        return fault(&l->source, n, "\"rules\" is a list, not %s", node_kind_name(n));
    for (const struct node *rule = n->first; rule != NULL; rule = rule->next) {
        struct rule *out = &p->rule[p->rule_count++];
        out->info.id = (uint32_t)p->rule_count;
        if (load_rule(l, rule, out))
            continue;
        good = false;
        if (!fault_goes_on(&l->source))
            return false;
    }
    return good;
}

static bool compile_patterns(struct loader *l)
{
    struct policy *p = l->policy;

    for (size_t i = 0; i < FIELD_COUNT; i++)
        if (!bank_compile(&p->field[i], &l->source))
            return false;
    return bank_compile(&p->content, &l->source);
}

/* The sections of one file, in the order in which they build on each other. */
static bool load_sections(struct loader *l, const struct document *d)
{
    static const struct {
        const char *name;
        bool (*load)(struct loader *l, const struct node *n);
        bool everywhere; /* else only in the file that is loaded */
    } section[] = {{"default", read_default, false},       {"groups", read_groups, true},
                   {"ports", load_promises, false},        {"overlap", load_overlap, false},
                   {"exceptions", load_exceptions, false}, {"timezone", read_timezone, false}};

    bool good = check_keys(l, d->root, "section", sections);

    good = (good || fault_goes_on(&l->source)) && check_version(l, d->root) && good;
    for (size_t i = 0; i < sizeof(section) / sizeof(section[0]); i++) {
        const struct node *n = node_get(d->root, section[i].name);
        if (!good && !fault_goes_on(&l->source))
            return false;
        if (n != NULL && (section[i].everywhere || d->by == NULL))
            good = section[i].load(l, n) && good;
    }
    return good;
}

/* Room for the rules of all files. */
static bool count_rules(struct loader *l, const struct documents *all)
{
    size_t count = 0;

    for (const struct document *d = all->first; d != NULL; d = d->next) {
        const struct node *n = node_get(d->root, "rules");
        if (n != NULL && n->kind == NODE_LIST)
            count += n->count;
        if (count > RULES_MAX)
            return fault(&l->source, n, "more than %d rules", RULES_MAX);
    }
    l->policy->rule = loader_alloc(l, count, sizeof(*l->policy->rule));
    return l->policy->rule != NULL;
}

/* What a file is, and its groups, before any rule; then the rules of all, in their order. */
static bool load_documents(struct loader *l, const struct documents *all)
{
    bool good = true;

    for (const struct document *d = all->first; d != NULL; d = d->next) {
        if (good || fault_goes_on(&l->source))
            good = load_sections(l, d) && good;
        if (d->by != NULL)
            warn_of_passed_over(l, d);
    }
    if ((!good && !fault_goes_on(&l->source)) || !count_rules(l, all))
        return false;
    for (const struct document *d = all->first; d != NULL; d = d->next) {
        const struct node *n = node_get(d->root, "rules");
        if (n != NULL && (good || fault_goes_on(&l->source)))
            good = load_rules(l, n) && good;
    }
    l->policy->listed = l->policy->rule_count;
    return good && names_differ(l);
}

static bool load(struct loader *l, struct bytes text)
{
    struct documents all = {0};

    if (!read_documents(l, text, &all) || !load_documents(l, &all))
        return false;
    const struct node *tests = l->wants_tests ? node_get(all.last->root, "tests") : NULL;
    if ((tests != NULL && !load_tests(l, tests)) || !gather(l) || !compile_patterns(l))
        return false;
    if (l->source.ear == NULL) /* else lint_shadows() says more */
        warn_of_shadows(l);
    return true;
}

static struct policy *new_policy(struct err *err)
{
    struct policy *p = calloc(1, sizeof(*p));

    if (p == NULL) {
        err_set(err, "not enough memory for a policy");
        return NULL;
    }
    p->content.streaming = true;
    p->fallback = RULE_ALLOW;
    return p;
}

static struct policy *load_with(struct loader *l, struct bytes text)
{
    l->policy = new_policy(l->source.err);
    if (l->policy == NULL || load(l, text))
        return l->policy;
    policy_free(l->policy);
    return NULL;
}

struct policy *policy_load_text(struct bytes text, const char *name, policy_warn *warn, void *ctx,
                                struct err *err)
{
    struct loader l = {.source = {name, err, NULL}, .warn = warn, .ctx = ctx};

    return load_with(&l, text);
}

struct policy *policy_load_tests_text(struct bytes text, const char *name, policy_warn *warn,
                                      void *ctx, struct err *err)
{
    struct loader l = {.source = {name, err, NULL}, .warn = warn, .ctx = ctx, .wants_tests = true};

    return load_with(&l, text);
}

/* The whole file, or one byte more than may be. */
static bool read_file(const char *path, struct buffer *out, struct err *err)
{
    FILE *file = fopen(path, "rb");
    size_t got = 1;

    if (file == NULL) {
        err_set(err, "%s: cannot be opened: %s", path, strerror(errno));
        return false;
    }
    while (got > 0 && out->len <= RULES_FILE_MAX && buffer_reserve(out, FIRST_READ)) {
        got = fread(out->at + out->len, 1, out->room - out->len, file);
        out->len += got;
    }
    const bool good = ferror(file) == 0 && !out->failed;
    if (!good)
        err_set(err, "%s: cannot be read: %s", path, strerror(out->failed ? ENOMEM : errno));
    fclose(file);
    return good;
}

struct policy *policy_load(const char *path, void (*warn)(void *ctx, const char *sentence),
                           void *ctx, struct err *err)
{
    struct policy *p = NULL;
    struct buffer text = {0};

    if (path == NULL)
        return new_policy(err);
    if (read_file(path, &text, err))
        p = policy_load_text(buffer_bytes(&text), path, warn, ctx, err);
    buffer_free(&text);
    return p;
}

static struct policy *load_file(const char *path, struct loader *l)
{
    struct policy *p = NULL;
    struct buffer text = {0};

    if (read_file(path, &text, l->source.err))
        p = load_with(l, buffer_bytes(&text));
    buffer_free(&text);
    return p;
}

struct policy *policy_load_tests(const char *path, void (*warn)(void *ctx, const char *sentence),
                                 void *ctx, struct err *err)
{
    struct loader l = {.source = {path, err, NULL}, .warn = warn, .ctx = ctx, .wants_tests = true};

    return load_file(path, &l);
}

struct policy *policy_load_heard(const char *path, struct fault_ear *ear, policy_warn *warn,
                                 void *ctx, struct err *err)
{
    struct loader l = {.source = {path, err, ear}, .warn = warn, .ctx = ctx, .wants_tests = true};

    return load_file(path, &l);
}

void policy_free(struct policy *p)
{
    if (p == NULL)
        return;
    for (size_t i = 0; i < FIELD_COUNT; i++)
        bank_free(&p->field[i]);
    bank_free(&p->content);
    lists_free(p->list);
    arena_free(&p->arena);
    free(p);
}

uint32_t policy_asks(const struct policy *p)
{
    return p->asks;
}

size_t policy_headers(const struct policy *p)
{
    return p->header_count;
}

struct bytes policy_header(const struct policy *p, size_t number, bool *of_response)
{
    *of_response = p->header[number].of_response;
    return p->header[number].name;
}

uint32_t policy_interest(const struct policy *p)
{
    return p->interest;
}

size_t policy_rule_count(const struct policy *p)
{
    return p->rule_count;
}
