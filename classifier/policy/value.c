/* SPDX-License-Identifier: MIT */
#include "policy/value.h"

#include "policy/json_path.h"
#include "policy/list.h"
#include "policy/value_read.h"

static bool read_words(struct loader *l, const struct key *key, const struct node *first,
                       struct value *out)
{
    for (const struct node *n = first; n != NULL; n = n->next) {
        uint32_t place = 0;
        while (key->words[place] != NULL && !node_is(n, key->words[place]))
            place++;
        if (key->words[place] == NULL)
            return fault_unknown(&l->source, n, key->name, key->words);
        out->as.words |= UINT32_C(1) << place;
    }
    return true;
}

static bool read_level(struct loader *l, const struct key *key, const struct node *first,
                       struct value *out)
{
    if (!read_words(l, key, first, out))
        return false;
    uint32_t place = 0;
    while (out->as.words >> place != 1)
        place++;
    out->as.words = place;
    return true;
}

static bool read_flag(struct loader *l, const struct key *key, const struct node *first,
                      struct value *out)
{
    if (first->quoted || (!node_is(first, "true") && !node_is(first, "false")))
        return fault(&l->source, first, "\"%s\" is true or false", key->name);
    out->as.words = node_is(first, "true");
    return true;
}

static bool add_pattern(struct loader *l, const struct key *key, const struct node *n)
{
    struct bank *bank = &l->policy->content;

    if (key->kind == VALUE_LITERAL)
        return bank_add_literal(bank, n->text, n, &l->source);
    if (key->kind == VALUE_HEX)
        return bank_add_hex(bank, n->text, n, &l->source);
    return bank_add_regex(bank, n->text, false, n, &l->source);
}

static bool read_patterns(struct loader *l, const struct key *key, const struct node *first,
                          struct value *out)
{
    struct bank *bank = &l->policy->content;
    struct pattern_set *set = &out->as.patterns;
    size_t count = 0;

    for (const struct node *n = first; n != NULL; n = n->next)
        count++;
    *set = (struct pattern_set){.bank = bank, .id = loader_alloc(l, count, sizeof(*set->id))};
    if (set->id == NULL)
        return false;
    for (const struct node *n = first; n != NULL; n = n->next) {
        set->id[set->count++] = bank->count;
        if (!add_pattern(l, key, n))
            return false;
    }
    return true;
}

static bool covers_words(const struct value *wide, const struct value *narrow)
{
    return (narrow->as.words & ~wide->as.words) == 0;
}

static bool covers_same_word(const struct value *wide, const struct value *narrow)
{
    return wide->as.words == narrow->as.words;
}

static bool covers_text(const struct value *wide, const struct value *narrow)
{
    return text_set_covers(&wide->as.text, &narrow->as.text);
}

static bool covers_ranges(const struct value *wide, const struct value *narrow)
{
    return range_set_covers(&wide->as.ranges, &narrow->as.ranges);
}

static bool covers_addresses(const struct value *wide, const struct value *narrow)
{
    return addr_set_covers(&wide->as.addresses, &narrow->as.addresses);
}

static bool covers_patterns(const struct value *wide, const struct value *narrow)
{
    return pattern_set_covers(&wide->as.patterns, &narrow->as.patterns);
}

static bool covers_anomalies(const struct value *wide, const struct value *narrow)
{
    return anomaly_set_covers(&wide->as.anomalies, &narrow->as.anomalies);
}

static bool covers_hashes(const struct value *wide, const struct value *narrow)
{
    return hash_set_covers(&wide->as.hashes, &narrow->as.hashes);
}

static bool covers_json(const struct value *wide, const struct value *narrow)
{
    return json_test_covers(wide->as.json, narrow->as.json);
}

static const struct kind {
    bool (*read)(struct loader *l, const struct key *key, const struct node *first,
                 struct value *out);
    bool (*covers)(const struct value *wide, const struct value *narrow);
    bool single; /* neither a list nor {not: ...} */
    bool lists;  /* may hold {file: NAME} */
} kinds[] = {
    [VALUE_TEXT] = {value_read_text, covers_text, false, true},
    [VALUE_PORT] = {value_read_ranges, covers_ranges, false, false},
    [VALUE_SIZE] = {value_read_ranges, covers_ranges, false, false},
    [VALUE_ADDRESS] = {value_read_addresses, covers_addresses, false, true},
    [VALUE_WORDS] = {read_words, covers_words, false, false},
    [VALUE_FLAG] = {read_flag, covers_same_word, true, false},
    [VALUE_LEVEL] = {read_level, covers_same_word, true, false},
    [VALUE_LITERAL] = {read_patterns, covers_patterns, false, false},
    [VALUE_REGEX] = {read_patterns, covers_patterns, false, false},
    [VALUE_HEX] = {read_patterns, covers_patterns, false, false},
    [VALUE_JSON] = {NULL, covers_json, false, false}, /* read with its path: json_test_read() */
    [VALUE_NUMBER] = {value_read_ranges, covers_ranges, false, false},
    [VALUE_DURATION] = {value_read_ranges, covers_ranges, false, false},
    [VALUE_TIME] = {value_read_times, covers_ranges, false, false},
    [VALUE_DAYS] = {value_read_days, covers_words, false, false},
    [VALUE_ANOMALY] = {value_read_anomalies, covers_anomalies, false, false},
    [VALUE_HASH] = {value_read_hashes, covers_hashes, false, true},
};

static bool check_scalar(const struct loader *l, const struct key *key, const struct node *n)
{
    const struct source *s = &l->source;

    if (is_list_file(n) && kinds[key->kind].lists)
        return true;
    if (is_list_file(n))
        return fault(s, n, "\"%s\" takes no list from a file", key->name);
    if (n->kind == NODE_MAP)
        return fault(s, n, "\"%s\" takes a value, a list of values or {not: ...}, not a map",
                     key->name);
    if (n->kind == NODE_LIST)
        return fault(s, n, "a list inside the list of \"%s\"", key->name);
    if (n->text.len == 0)
        return fault(s, n, "\"%s\" has no value", key->name);
    return true;
}

static bool unwrap_not(const struct loader *l, const struct key *key, const struct node **n)
{
    const struct node *word = (*n)->first;
    char said[QUOTE_ROOM];

    if ((*n)->count != 1 || !node_is(word, "not"))
        return fault(&l->source, word != NULL ? word : *n,
                     "\"%s\" takes a value, a list of values or {not: ...}; \"%s\" is none of them",
                     key->name, word != NULL ? quote(word->text, said) : "{}");
    *n = word->value;
    return true;
}

bool value_read(struct loader *l, const struct key *key, const struct node *n, struct value *out)
{
    const struct kind *kind = &kinds[key->kind];

    if (kind->single && n->kind != NODE_SCALAR)
        return fault(&l->source, n, "\"%s\" takes one value, not %s", key->name, node_kind_name(n));
    if (n->kind == NODE_MAP && !is_list_file(n)) {
        if (!unwrap_not(l, key, &n))
            return false;
        out->negated = true;
    }
    if (n->kind == NODE_LIST && n->count == 0)
        return fault(&l->source, n, "the list of \"%s\" is empty, so nothing could match",
                     key->name);
    const struct node *first = n->kind == NODE_LIST ? n->first : n;
    for (const struct node *item = first; item != NULL; item = item->next)
        if (!check_scalar(l, key, item))
            return false;
    return kind->read(l, key, first, out);
}

bool value_covers(const struct key *key, const struct value *wide, const struct value *narrow)
{
    if (wide->negated != narrow->negated)
        return false; /* could be, but saying no is always right */
    if (wide->negated)
        return kinds[key->kind].covers(narrow, wide);
    return kinds[key->kind].covers(wide, narrow);
}
