/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "policy/list.h"
#include "policy/value_read.h"

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/* Orders by length, then bytes; the set's text is in lower case already when `nocase`. */
static int compare_text(struct bytes text, struct bytes of_set, bool nocase)
{
    if (text.len != of_set.len)
        return text.len < of_set.len ? -1 : 1;
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t c = nocase ? lower(text.at[i]) : text.at[i];
        if (c != of_set.at[i])
            return c < of_set.at[i] ? -1 : 1;
    }
    return 0;
}

static int compare_entries(const void *a, const void *b)
{
    return compare_text(*(const struct bytes *)a, *(const struct bytes *)b, false);
}

static bool has_exact(const struct text_set *s, struct bytes text)
{
    size_t low = 0, high = s->exact_count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = compare_text(text, s->exact[middle], s->nocase);
        if (order == 0)
            return true;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

/* Each star tries the shortest run first; only the last star need be tried again. */
bool glob_matches(struct bytes glob, struct bytes text, bool nocase)
{
    size_t g = 0, t = 0, after_star = SIZE_MAX, retry = 0;

    while (t < text.len) {
        const uint8_t c = nocase ? lower(text.at[t]) : text.at[t];
        if (g < glob.len && glob.at[g] == '*') {
            after_star = ++g;
            retry = t;
        } else if (g < glob.len && (glob.at[g] == '?' || glob.at[g] == c)) {
            g++;
            t++;
        } else if (after_star != SIZE_MAX) {
            g = after_star;
            t = ++retry;
        } else {
            return false;
        }
    }
    while (g < glob.len && glob.at[g] == '*')
        g++;
    return g == glob.len;
}

bool text_set_has(const struct text_set *s, struct bytes text)
{
    if (has_exact(s, text))
        return true;
    for (size_t i = 0; i < s->glob_count; i++)
        if (glob_matches(s->glob[i], text, s->nocase))
            return true;
    for (size_t i = 0; i < s->list_count; i++)
        if (list_has_text(s->list[i], text))
            return true;
    return false;
}

bool pattern_set_hit(const struct pattern_set *s, const uint64_t *hits)
{
    for (size_t i = 0; i < s->count; i++)
        if (bit_is_set(hits, s->id[i]))
            return true;
    return false;
}

bool pattern_set_covers(const struct pattern_set *wide, const struct pattern_set *narrow)
{
    for (size_t i = 0; i < narrow->count; i++) {
        const struct bank_pattern *p = &narrow->bank->pattern[narrow->id[i]];
        size_t j = 0;
        while (j < wide->count && (wide->bank->pattern[wide->id[j]].flags != p->flags ||
                                   strcmp(wide->bank->pattern[wide->id[j]].regex, p->regex) != 0))
            j++;
        if (j == wide->count)
            return false;
    }
    return true;
}

static bool has_glob(const struct text_set *s, struct bytes glob)
{
    for (size_t i = 0; i < s->glob_count; i++)
        if (bytes_equal(s->glob[i], glob) || bytes_equal(s->glob[i], bytes_of_text("*")))
            return true;
    return false;
}

static bool has_list(const struct text_set *s, const struct list *list)
{
    for (size_t i = 0; i < s->list_count; i++)
        if (s->list[i] == list)
            return true;
    return has_glob(s, bytes_of_text("*"));
}

bool text_set_covers(const struct text_set *wide, const struct text_set *narrow)
{
    for (size_t i = 0; i < narrow->exact_count; i++)
        if (!text_set_has(wide, narrow->exact[i]))
            return false;
    for (size_t i = 0; i < narrow->glob_count; i++)
        if (!has_glob(wide, narrow->glob[i]))
            return false;
    for (size_t i = 0; i < narrow->list_count; i++)
        if (!has_list(wide, narrow->list[i]))
            return false;
    return has_glob(wide, bytes_of_text("*")) ||
           pattern_set_covers(&wide->patterns, &narrow->patterns);
}

/* Is this character one that a regular expression has, and a path hardly ever? */
static bool looks_like_regex(struct bytes inside)
{
    for (size_t i = 0; i < inside.len; i++) {
        if (inside.at[i] != '\0' && strchr("^$\\|()[]{}+", inside.at[i]) != NULL)
            return true;
        if (inside.at[i] == '.' && i + 1 < inside.len && inside.at[i + 1] == '*')
            return true;
    }
    return false;
}

/* /regex/. A path begins with a slash and may end with one too: /chat/ is that path, and
 * /^\/chat/ a regular expression. */
static bool is_regex(const struct key *key, struct bytes text)
{
    if (text.len < 2 || text.at[0] != '/' || text.at[text.len - 1] != '/')
        return false;
    return key->field != FIELD_PATH || looks_like_regex(bytes_of(text.at + 1, text.len - 2));
}

static bool is_glob(struct bytes text)
{
    return bytes_find_byte(text, '*') != NULL || bytes_find_byte(text, '?') != NULL;
}

static bool add_text(struct loader *l, const struct node *n, struct text_set *set)
{
    uint8_t *copy = loader_alloc(l, n->text.len, 1);

    if (copy == NULL)
        return false;
    for (size_t i = 0; i < n->text.len; i++)
        copy[i] = set->nocase ? lower(n->text.at[i]) : n->text.at[i];
    if (is_glob(n->text))
        set->glob[set->glob_count++] = bytes_of(copy, n->text.len);
    else
        set->exact[set->exact_count++] = bytes_of(copy, n->text.len);
    return true;
}

bool value_read_presence(struct loader *l, bool absent, struct value *out)
{
    struct bytes *any = loader_alloc(l, 1, sizeof(*any));

    if (any == NULL)
        return false;
    *any = bytes_of_text("*");
    out->as.text = (struct text_set){.glob = any, .glob_count = 1};
    out->negated = absent;
    return true;
}

static enum list_kind list_kind_of(const struct key *key)
{
    if ((key->flags & KEY_DOMAIN) != 0)
        return LIST_DOMAINS;
    return (key->flags & KEY_NOCASE) != 0 ? LIST_TEXTS_NOCASE : LIST_TEXTS;
}

static bool add_list(struct loader *l, const struct key *key, const struct node *n,
                     struct text_set *set)
{
    const struct list *list = list_load(l, n, list_kind_of(key));

    if (list != NULL)
        set->list[set->list_count++] = list;
    return list != NULL;
}

/* Not a regular expression: those are counted by the bank. */
static bool add_plain(struct loader *l, const struct key *key, const struct node *n,
                      struct text_set *set)
{
    return is_list_file(n) ? add_list(l, key, n, set) : add_text(l, n, set);
}

bool value_read_text(struct loader *l, const struct key *key, const struct node *first,
                     struct value *out)
{
    struct bank *bank = &l->policy->field[key->field];
    size_t count = 0;

    for (const struct node *n = first; n != NULL; n = n->next)
        count++;
    struct text_set set = {
        .exact = loader_alloc(l, count, sizeof(*set.exact)),
        .glob = loader_alloc(l, count, sizeof(*set.glob)),
        .list = loader_alloc(l, count, sizeof(*set.list)),
        .patterns = {.bank = bank, .id = loader_alloc(l, count, sizeof(*set.patterns.id))},
        .nocase = (key->flags & KEY_NOCASE) != 0,
    };
    if (set.exact == NULL || set.glob == NULL || set.list == NULL || set.patterns.id == NULL)
        return false;
    for (const struct node *n = first; n != NULL; n = n->next) {
        if (is_list_file(n) || !is_regex(key, n->text)) {
            if (!add_plain(l, key, n, &set))
                return false;
            continue;
        }
        const struct bytes inside = bytes_of(n->text.at + 1, n->text.len - 2);
        set.patterns.id[set.patterns.count++] = bank->count;
        if (!bank_add_regex(bank, inside, set.nocase, n, &l->source))
            return false;
    }
    qsort(set.exact, set.exact_count, sizeof(*set.exact), compare_entries);
    out->as.text = set;
    return true;
}
