/* SPDX-License-Identifier: MIT */
#include "policy/bank.h"

#include <stdio.h>
#include <stdlib.h>

#include <hs/hs.h>

#include "base/digits.h"

#define PATTERN_FLAGS (HS_FLAG_DOTALL | HS_FLAG_SINGLEMATCH)
#define SCAN_MAX      (1u << 30) /* bytes a call: Hyperscan counts in unsigned int */

size_t bank_words(const struct bank *b)
{
    return (b->count + 63) / 64;
}

/* Keeps `regex`, or gives it back. */
static bool add(struct bank *b, char *regex, unsigned flags, const struct node *where,
                const struct source *s)
{
    if (b->count == b->room) {
        const uint32_t room = b->room > 0 ? b->room * 2 : 16;
        struct bank_pattern *grown = realloc(b->pattern, room * sizeof(*grown));
        if (grown == NULL) {
            free(regex);
            return fault_memory(s);
        }
        b->pattern = grown;
        b->room = room;
    }
    struct bank_pattern *p = &b->pattern[b->count++];
    p->regex = regex;
    p->flags = flags;
    p->where = where;
    parts_add(&b->parts, regex, (flags & HS_FLAG_CASELESS) != 0);
    return true;
}

/* Hyperscan's messages end in a full stop, as a sentence of ours does not. */
static bool pattern_fault(const struct source *s, const struct node *where,
                          const hs_compile_error_t *e)
{
    const char *said = e != NULL && e->message != NULL ? e->message : "it cannot be compiled";
    const int len = (int)strcspn(said, "\n") - (strlen(said) > 0 && said[strlen(said) - 1] == '.');

    return fault(s, where, "this pattern cannot be used: %.*s", len, said);
}

/* Would it compile, and can it not match the empty text? */
static bool usable(const char *regex, unsigned flags, const struct node *where,
                   const struct source *s)
{
    hs_compile_error_t *error = NULL;
    hs_expr_info_t *info = NULL;

    if (hs_expression_info(regex, flags, &info, &error) != HS_SUCCESS) {
        pattern_fault(s, where, error);
        hs_free_compile_error(error);
        return false;
    }
    const bool empty = info->min_width == 0;
    free(info); /* Hyperscan's default allocator is malloc() */
    if (empty)
        return fault(s, where, "this pattern matches the empty text, so it would match everything");
    return true;
}

static bool add_checked(struct bank *b, char *regex, unsigned flags, const struct node *where,
                        const struct source *s)
{
    if (regex == NULL)
        return fault_memory(s);
    if (usable(regex, flags, where, s))
        return add(b, regex, flags, where, s);
    free(regex);
    return false;
}

bool bank_add_regex(struct bank *b, struct bytes regex, bool nocase, const struct node *where,
                    const struct source *s)
{
    if (regex.len == 0)
        return fault(s, where, "an empty pattern matches everything");
    if (regex.len > PATTERN_MAX)
        return fault(s, where, "a pattern of more than %d bytes", PATTERN_MAX);
    if (bytes_find_byte(regex, '\0') != NULL)
        return fault(s, where, "a pattern cannot hold a NUL byte; write \\x00");
    const unsigned flags = PATTERN_FLAGS | (nocase ? HS_FLAG_CASELESS : 0);
    return add_checked(b, strndup((const char *)regex.at, regex.len), flags, where, s);
}

bool bank_add_literal(struct bank *b, struct bytes text, const struct node *where,
                      const struct source *s)
{
    if (text.len == 0)
        return fault(s, where, "an empty text is in everything");
    if (text.len > PATTERN_MAX)
        return fault(s, where, "a text of more than %d bytes", PATTERN_MAX);
    char *regex = malloc(text.len * 4 + 1); /* \xHH for each byte */
    if (regex == NULL)
        return fault_memory(s);
    for (size_t i = 0; i < text.len; i++) {
        memcpy(regex + i * 4, "\\x", 2);
        digits_put_hex((uint8_t *)regex + i * 4 + 2, text.at[i]);
    }
    regex[text.len * 4] = '\0';
    return add_checked(b, regex, PATTERN_FLAGS, where, s);
}

static bool hex_fault(const struct source *s, const struct node *where)
{
    char said[QUOTE_ROOM];

    return fault(s, where, "\"%s\" are no bytes: two hexadecimal digits for each, or ??",
                 quote(where->text, said));
}

/* The next byte of the digits as a pattern: \xHH, or `.`; false: it is none. */
static bool take_byte(struct bytes *digits, char out[5])
{
    const uint8_t *at = digits->at;

    if (digits->len < 2)
        return false;
    const bool any = at[0] == '?' && at[1] == '?';
    if (!any && (hex_digit_value(at[0]) < 0 || hex_digit_value(at[1]) < 0))
        return false;
    snprintf(out, 5, any ? "." : "\\x%c%c", at[0], at[1]);
    *digits = bytes_after(*digits, 2);
    return true;
}

bool bank_add_hex(struct bank *b, struct bytes digits, const struct node *where,
                  const struct source *s)
{
    char one[5];
    size_t len = 0;

    if (digits.len > PATTERN_MAX)
        return fault(s, where, "a text of more than %d bytes", PATTERN_MAX);
    char *regex = malloc(digits.len * 2 + 1);
    if (regex == NULL)
        return fault_memory(s);
    regex[0] = '\0';
    while ((digits = bytes_trim(digits)).len > 0) {
        if (!take_byte(&digits, one)) {
            free(regex);
            return hex_fault(s, where);
        }
        memcpy(regex + len, one, strlen(one) + 1);
        len += strlen(one);
    }
    return add_checked(b, regex, PATTERN_FLAGS, where, s);
}

/* The same for texts that are not cut. Where that fails, there are still streams. */
static bool compile_whole(struct bank *b, const char *const *regex, const unsigned *flags,
                          const unsigned *id)
{
    hs_compile_error_t *error = NULL;

    if (b->count <= BANK_WHOLE_MAX)
        hs_compile_multi(regex, flags, id, b->count, HS_MODE_BLOCK, NULL, &b->whole, &error);
    hs_free_compile_error(error);
    return hs_stream_size(b->database, &b->stream_bytes) == HS_SUCCESS;
}

static bool compile(struct bank *b, const char *const *regex, const unsigned *flags,
                    const unsigned *id, const struct source *s)
{
    const unsigned mode = b->streaming ? HS_MODE_STREAM : HS_MODE_BLOCK;
    hs_compile_error_t *error = NULL;

    if (hs_compile_multi(regex, flags, id, b->count, mode, NULL, &b->database, &error) ==
        HS_SUCCESS)
        return !b->streaming || compile_whole(b, regex, flags, id);
    const bool named = error != NULL && error->expression >= 0;
    pattern_fault(s, b->pattern[named ? error->expression : 0].where, error);
    hs_free_compile_error(error);
    return false;
}

bool bank_cost(const struct bank *b, uint32_t id, struct pattern_cost *out)
{
    const unsigned mode = b->streaming ? HS_MODE_STREAM : HS_MODE_BLOCK;
    const struct bank_pattern *p = &b->pattern[id];
    hs_database_t *database = NULL;
    hs_compile_error_t *error = NULL;

    *out = (struct pattern_cost){0};
    const bool good = hs_compile(p->regex, p->flags, mode, NULL, &database, &error) == HS_SUCCESS &&
                      hs_database_size(database, &out->bytes) == HS_SUCCESS &&
                      (!b->streaming || hs_stream_size(database, &out->state) == HS_SUCCESS);
    hs_free_compile_error(error);
    hs_free_database(database);
    return good;
}

bool bank_compile(struct bank *b, const struct source *s)
{
    if (b->count == 0)
        return true;
    const char **regex = calloc(b->count, sizeof(*regex));
    unsigned *number = calloc(b->count, 2 * sizeof(*number)); /* flags, then identifiers */
    bool good = regex != NULL && number != NULL;
    if (!good)
        fault_memory(s);
    for (uint32_t i = 0; good && i < b->count; i++) {
        regex[i] = b->pattern[i].regex;
        number[i] = b->pattern[i].flags;
        number[b->count + i] = i;
    }
    good = good && compile(b, regex, number, number + b->count, s);
    free(regex);
    free(number);
    return good;
}

void bank_free(struct bank *b)
{
    for (uint32_t i = 0; i < b->count; i++)
        free(b->pattern[i].regex);
    free(b->pattern);
    hs_free_database(b->database);
    hs_free_database(b->whole);
    *b = (struct bank){0};
}

bool bank_scratch(const struct bank *b, struct hs_scratch **scratch)
{
    return (b->database == NULL || hs_alloc_scratch(b->database, scratch) == HS_SUCCESS) &&
           (b->whole == NULL || hs_alloc_scratch(b->whole, scratch) == HS_SUCCESS);
}

size_t bank_scratch_bytes(const struct hs_scratch *scratch)
{
    size_t bytes = 0;

    if (scratch == NULL || hs_scratch_size(scratch, &bytes) != HS_SUCCESS)
        return 0;
    return bytes;
}

void bank_scratch_free(struct hs_scratch *scratch)
{
    hs_free_scratch(scratch);
}

struct hit_list {
    uint64_t *hits;
    bool fresh;
};

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                    void *context)
{
    struct hit_list *list = context;
    const uint64_t bit = UINT64_C(1) << (id % 64);

    (void)from, (void)to, (void)flags;
    list->fresh = list->fresh || (list->hits[id / 64] & bit) == 0;
    list->hits[id / 64] |= bit;
    return 0;
}

void bank_scan(const struct bank *b, struct hs_scratch *scratch, struct bytes text, uint64_t *hits)
{
    struct hit_list list = {.hits = hits};

    if (b->database == NULL || text.len == 0)
        return; /* no pattern matches the empty text */
    text = bytes_first(text, SCAN_MAX);
    hs_scan(b->database, (const char *)text.at, (unsigned)text.len, 0, scratch, on_match, &list);
}

static int on_any(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                  void *context)
{
    (void)id, (void)from, (void)to, (void)flags, (void)context;
    return 1; /* no more of them */
}

bool bank_meets(const struct bank *b, struct hs_scratch *scratch, struct bytes text)
{
    if (b->whole == NULL || text.len > SCAN_MAX)
        return true;
    return parts_may_hit(&b->parts, text) &&
           hs_scan(b->whole, (const char *)text.at, (unsigned)text.len, 0, scratch, on_any, NULL) !=
               HS_SUCCESS;
}

const struct simd_text *bank_part(const struct bank *b)
{
    return b->whole != NULL && b->parts.find_one != NULL ? &b->parts.first : NULL;
}

struct hs_stream *bank_stream_open(const struct bank *b, struct budget *budget)
{
    struct hs_stream *stream = NULL;

    if (!budget_take(budget, b->stream_bytes))
        return NULL;
    if (hs_open_stream(b->database, 0, &stream) == HS_SUCCESS)
        return stream;
    budget->lacked++;
    budget_give(budget, b->stream_bytes);
    return NULL;
}

bool bank_stream_feed(struct hs_stream *stream, struct hs_scratch *scratch, struct bytes text,
                      uint64_t *hits)
{
    struct hit_list list = {.hits = hits};

    while (text.len > 0) {
        const struct bytes part = bytes_first(text, SCAN_MAX);
        hs_scan_stream(stream, (const char *)part.at, (unsigned)part.len, 0, scratch, on_match,
                       &list);
        text = bytes_after(text, part.len);
    }
    return list.fresh;
}

bool bank_stream_end(struct hs_stream *stream, struct hs_scratch *scratch, uint64_t *hits)
{
    struct hit_list list = {.hits = hits};

    hs_reset_stream(stream, 0, scratch, on_match, &list);
    return list.fresh;
}

void bank_stream_restart(struct hs_stream *stream)
{
    hs_reset_stream(stream, 0, NULL, NULL, NULL);
}

void bank_stream_close(const struct bank *b, struct budget *budget, struct hs_stream *stream)
{
    hs_close_stream(stream, NULL, NULL, NULL);
    budget_give(budget, b->stream_bytes);
}
