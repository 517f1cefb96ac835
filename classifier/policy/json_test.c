/* SPDX-License-Identifier: MIT */
/* json_test.c - what a rule asks of a value in a JSON text: texts, numbers, true, false, null. */
#include <math.h>
#include <stdlib.h>

#include "policy/json_path.h"
#include "policy/value_read.h"

#define NUMBER_ROOM 128 /* bytes of a number that is compared; a longer one is none */

static const struct {
    const char *text;
    enum json_word word;
} words[] = {{"true", JSON_TRUE}, {"false", JSON_FALSE}, {"null", JSON_NULL}};

static uint8_t word_of(struct bytes text)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (bytes_equal(text, bytes_of_text(words[i].text)))
            return (uint8_t)words[i].word;
    return 0;
}

/* A decimal number at the start of the text, which it takes off. long double holds every 64-bit
 * integer where it has 64 bits of mantissa. */
static bool take_number(struct bytes *text, long double *out)
{
    char copy[NUMBER_ROOM];
    const size_t len = text->len < sizeof(copy) - 1 ? text->len : sizeof(copy) - 1;
    char *end = copy;

    if (len == 0 || (text->at[0] != '-' && (text->at[0] < '0' || text->at[0] > '9')))
        return false; /* neither "inf" nor white space */
    memcpy(copy, text->at, len);
    copy[len] = '\0';
    if (strncmp(copy, "0x", 2) == 0 || strncmp(copy, "-0x", 3) == 0)
        return false;
    *out = strtold(copy, &end);
    *text = bytes_after(*text, (size_t)(end - copy));
    return end != copy;
}

static bool is_number(struct bytes text, long double *out)
{
    return take_number(&text, out) && text.len == 0;
}

/* ">5", ">=5", "<5", "<=5", and without quotes "5", "1-10", "-1.5". */
static bool read_range(const struct node *n, struct json_range *out)
{
    struct bytes text = n->text;
    const bool above = bytes_start_with(text, bytes_of_text(">"));
    const bool below = bytes_start_with(text, bytes_of_text("<"));
    const bool with = (above || below) && text.len > 1 && text.at[1] == '=';
    long double number;

    *out = (struct json_range){.low = -HUGE_VALL, .high = HUGE_VALL};
    if (above || below) {
        if (!is_number(bytes_trim(bytes_after(text, with ? 2 : 1)), &number))
            return false;
        *(above ? &out->low : &out->high) = number;
        *(above ? &out->above_low : &out->below_high) = !with;
        return true;
    }
    if (n->quoted || !take_number(&text, &out->low))
        return false;
    out->high = out->low;
    return text.len == 0 || (text.at[0] == '-' && is_number(bytes_after(text, 1), &out->high) &&
                             out->high >= out->low);
}

/* Chains the texts of the value to be read as any text is; the rest is taken here. */
static bool sort_out(struct loader *l, const struct node *first, struct json_test *t,
                     struct node **texts)
{
    size_t count = 0;

    for (const struct node *n = first; n != NULL; n = n->next)
        count++;
    t->range = loader_alloc(l, count, sizeof(*t->range));
    struct node *copy = loader_alloc(l, count, sizeof(*copy));
    if (t->range == NULL || copy == NULL)
        return false;
    for (const struct node *n = first; n != NULL; n = n->next) {
        const uint8_t word = n->quoted ? 0 : word_of(n->text);
        t->words |= word;
        if (word != 0)
            continue;
        if (read_range(n, &t->range[t->range_count])) {
            t->range_count++;
            continue;
        }
        *copy = *n;
        copy->next = *texts;
        *texts = copy++;
    }
    return true;
}

static bool read_values(struct loader *l, const struct node *n, struct json_test *t)
{
    static const struct key text_key = {.name = "json", .kind = VALUE_TEXT, .field = FIELD_JSON};
    struct node *texts = NULL;
    struct value text = {0};

    for (const struct node *item = n; item != NULL; item = item->next)
        if (item->kind != NODE_SCALAR)
            return fault(&l->source, item,
                         "\"json\" compares texts, numbers, true, false and null; not %s",
                         node_kind_name(item));
    if (!sort_out(l, n, t, &texts) ||
        (texts != NULL && !value_read_text(l, &text_key, texts, &text)))
        return false;
    t->text = text.as.text;
    return true;
}

bool json_test_read(struct loader *l, const struct node *name, const struct node *value,
                    struct value *out)
{
    struct policy *p = l->policy;
    const uint32_t number = json_path_number(l, name);
    struct json_test *t = loader_alloc(l, 1, sizeof(*t));
    const struct node *n = value;

    if (t == NULL || number == UINT32_MAX)
        return false;
    if (n->kind == NODE_MAP) {
        if (n->count != 1 || !node_is(n->first, "not"))
            return fault(&l->source, n,
                         "the path \"%.*s\" takes a value, a list of values or {not: ...}",
                         (int)name->text.len, (const char *)name->text.at);
        out->negated = true;
        n = n->first->value;
    }
    t->any = !n->quoted && (node_is(n, "present") || node_is(n, "absent"));
    if (t->any)
        out->negated = out->negated != node_is(n, "absent");
    else if (n->kind == NODE_LIST && n->count == 0)
        return fault(&l->source, n, "an empty list, so nothing could match");
    else if (!read_values(l, n->kind == NODE_LIST ? n->first : n, t))
        return false;
    t->id = p->json_count++;
    t->next = p->json_path[number].test;
    p->json_path[number].test = t;
    p->json_path[number].patterns |= t->text.patterns.count > 0;
    out->as.json = t;
    return true;
}

static bool in_range(const struct json_range *r, long double number)
{
    return (r->above_low ? number > r->low : number >= r->low) &&
           (r->below_high ? number < r->high : number <= r->high);
}

bool json_test_has(const struct json_test *t, enum json_type type, struct bytes text,
                   const uint64_t *hits)
{
    long double number;

    if (t->any)
        return true;
    if (type == JSON_IS_WORD)
        return (t->words & word_of(text)) != 0;
    if (type == JSON_IS_STRING)
        return text_set_has(&t->text, text) ||
               (t->text.patterns.count > 0 && pattern_set_hit(&t->text.patterns, hits));
    if (t->range_count == 0 || !is_number(text, &number))
        return false;
    for (size_t i = 0; i < t->range_count; i++)
        if (in_range(&t->range[i], number))
            return true;
    return false;
}

/* Is all that `narrow` has in one range of `wide`? */
static bool range_covered(const struct json_test *wide, const struct json_range *narrow)
{
    for (size_t i = 0; i < wide->range_count; i++) {
        const struct json_range *w = &wide->range[i];
        const bool low =
            narrow->low > w->low || (narrow->low == w->low && (narrow->above_low || !w->above_low));
        const bool high = narrow->high < w->high ||
                          (narrow->high == w->high && (narrow->below_high || !w->below_high));
        if (low && high)
            return true;
    }
    return false;
}

bool json_test_covers(const struct json_test *wide, const struct json_test *narrow)
{
    if (wide->any || narrow->any)
        return wide->any;
    for (size_t i = 0; i < narrow->range_count; i++)
        if (!range_covered(wide, &narrow->range[i]))
            return false;
    return (narrow->words & ~wide->words) == 0 && text_set_covers(&wide->text, &narrow->text);
}
