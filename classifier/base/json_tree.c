/* SPDX-License-Identifier: MIT */
#include "base/json_tree.h"

#include <stdlib.h>

#include "base/json_text.h"

#define FIRST_ROOM  256
#define SURROGATE   0xd800U /* to 0xdfff: RFC 8259 s7, RFC 2781 s2.1 */
#define LOW_HALF    0xdc00U
#define PAIRS_BEGIN 0x10000U
#define HALF_BITS   10
#define REPLACEMENT 0xfffdU

struct parse {
    struct json_tree *tree;
    uint8_t *at, *end;
    uint32_t open[JSON_TREE_DEPTH]; /* containers that have not ended */
    unsigned depth;
};

static bool fail(struct parse *p, const char *fault)
{
    if (p->tree->fault == NULL)
        p->tree->fault = fault;
    return false;
}

static void skip_space(struct parse *p)
{
    while (p->at < p->end && json_is_space(*p->at))
        p->at++;
}

static bool is_next(const struct parse *p, char c)
{
    return p->at < p->end && *p->at == (uint8_t)c;
}

static struct json_value *add(struct parse *p, enum json_kind kind)
{
    struct json_tree *t = p->tree;

    if (t->count == t->room) {
        const size_t room = t->room > 0 ? 2 * t->room : FIRST_ROOM;
        struct json_value *at =
            room <= JSON_TREE_VALUES ? realloc(t->at, room * sizeof(*at)) : NULL;
        if (at == NULL) {
            fail(p, room <= JSON_TREE_VALUES ? "out of memory" : "too many values");
            return NULL;
        }
        t->at = at;
        t->room = room;
    }
    struct json_value *v = &t->at[t->count++];
    *v = (struct json_value){.kind = (uint8_t)kind, .end = (uint32_t)t->count};
    return v;
}

/* ---- strings ---- */

static bool hex4(struct parse *p, uint32_t *out)
{
    *out = 0;
    if (p->end - p->at < 4)
        return fail(p, "a \\u without four digits");
    for (int i = 0; i < 4; i++) {
        const int digit = hex_digit_value(*p->at++);
        if (digit < 0)
            return fail(p, "a \\u without four digits");
        *out = *out << 4 | (uint32_t)digit;
    }
    return true;
}

static bool is_half(uint32_t point, uint32_t first)
{
    return point - first < (1U << HALF_BITS);
}

/* After a backslash and the u. */
static bool unescape_point(struct parse *p, uint32_t *point)
{
    uint32_t low = 0;

    if (!hex4(p, point))
        return false;
    if (is_half(*point, SURROGATE) && p->end - p->at >= 2 && p->at[0] == '\\' && p->at[1] == 'u') {
        uint8_t *const before = p->at;
        p->at += 2;
        if (!hex4(p, &low))
            return false;
        if (is_half(low, LOW_HALF))
            *point = PAIRS_BEGIN + ((*point - SURROGATE) << HALF_BITS) + (low - LOW_HALF);
        else
            p->at = before;
    }
    if (is_half(*point, SURROGATE) || is_half(*point, LOW_HALF))
        *point = REPLACEMENT;
    return true;
}

/* RFC 3629 s3. Never more bytes than its escape had. */
static uint8_t *put_utf8(uint8_t *to, uint32_t point)
{
    static const uint8_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    const int len = point < 0x80 ? 1 : point < 0x800 ? 2 : point < PAIRS_BEGIN ? 3 : 4;

    if (len == 1) {
        *to = (uint8_t)point;
        return to + 1;
    }
    for (int i = len - 1; i > 0; i--) {
        to[i] = (uint8_t)(0x80 | (point & 0x3f));
        point >>= 6;
    }
    to[0] = (uint8_t)(lead[len] | point);
    return to + len;
}

static bool unescape(struct parse *p, uint8_t **to)
{
    static const char from[] = "\"\\/bfnrt", plain[] = "\"\\/\b\f\n\r\t";
    uint32_t point;

    p->at++;
    if (p->at == p->end)
        return fail(p, "a string that does not end");
    const uint8_t c = *p->at++;
    if (c == 'u') {
        if (!unescape_point(p, &point))
            return false;
        *to = put_utf8(*to, point);
        return true;
    }
    const char *known = c != 0 ? strchr(from, c) : NULL;
    if (known == NULL)
        return fail(p, "an unknown escape in a string");
    *(*to)++ = (uint8_t)plain[known - from];
    return true;
}

static bool is_plain(uint8_t c)
{
    return c >= ' ' && c != '"' && c != '\\';
}

/* At the opening quote. What is unescaped is never longer than what it was, so it stays behind. */
static bool read_string(struct parse *p, struct bytes *out)
{
    uint8_t *const start = ++p->at, *to = start;

    while (p->at < p->end && is_plain(*p->at))
        p->at++;
    to = p->at;
    while (p->at < p->end && *p->at != '"') {
        if (*p->at < ' ')
            return fail(p, "a control character in a string");
        if (*p->at != '\\')
            *to++ = *p->at++;
        else if (!unescape(p, &to))
            return false;
    }
    if (p->at == p->end)
        return fail(p, "a string that does not end");
    p->at++;
    *to = '\0'; /* on the closing quote, or before it */
    *out = bytes_of(start, (size_t)(to - start));
    return true;
}

/* ---- numbers and words ---- */

static size_t digits(const struct parse *p)
{
    size_t n = 0;

    while (p->at + n < p->end && p->at[n] >= '0' && p->at[n] <= '9')
        n++;
    return n;
}

/* RFC 8259 s6 */
static bool read_number(struct parse *p, struct bytes *out)
{
    const uint8_t *const start = p->at;

    p->at += is_next(p, '-');
    const size_t whole = digits(p);
    if (whole == 0 || (whole > 1 && *p->at == '0'))
        return fail(p, "no value where one should be");
    p->at += whole;
    if (is_next(p, '.')) {
        p->at++;
        const size_t fraction = digits(p);
        if (fraction == 0)
            return fail(p, "a number that ends with its point");
        p->at += fraction;
    }
    if (is_next(p, 'e') || is_next(p, 'E')) {
        p->at++;
        p->at += is_next(p, '+') || is_next(p, '-');
        const size_t exponent = digits(p);
        if (exponent == 0)
            return fail(p, "a number without its exponent");
        p->at += exponent;
    }
    *out = bytes_of(start, (size_t)(p->at - start));
    return true;
}

static bool read_word(struct parse *p, struct json_value *v)
{
    static const struct {
        const char *word;
        enum json_kind kind;
    } words[] = {{"true", JSON_TRUE}, {"false", JSON_FALSE}, {"null", JSON_NULL}};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        const struct bytes word = bytes_of_text(words[i].word);
        if (bytes_start_with(bytes_of(p->at, (size_t)(p->end - p->at)), word)) {
            v->kind = (uint8_t)words[i].kind;
            p->at += word.len;
            return true;
        }
    }
    v->kind = JSON_NUMBER;
    return read_number(p, &v->text);
}

/* ---- values ---- */

static bool open_container(struct parse *p, struct json_value *v)
{
    if (p->depth == JSON_TREE_DEPTH)
        return fail(p, "too many containers inside each other");
    v->kind = *p->at++ == '{' ? JSON_OBJECT : JSON_ARRAY;
    p->open[p->depth++] = (uint32_t)(v - p->tree->at);
    return true;
}

static bool in_object(const struct parse *p)
{
    return p->depth > 0 && p->tree->at[p->open[p->depth - 1]].kind == JSON_OBJECT;
}

static bool read_key(struct parse *p, struct bytes *key)
{
    if (!is_next(p, '"'))
        return fail(p, "a member without a name");
    if (!read_string(p, key))
        return false;
    skip_space(p);
    if (!is_next(p, ':'))
        return fail(p, "a member without a value");
    p->at++;
    skip_space(p);
    return true;
}

/* A value, or the beginning of a container: then `*opened`. */
static bool read_value(struct parse *p, bool *opened)
{
    struct bytes key = {NULL, 0};

    if (in_object(p) && !read_key(p, &key))
        return false;
    struct json_value *v = add(p, JSON_NULL);
    if (v == NULL)
        return false;
    v->key = key;
    *opened = is_next(p, '{') || is_next(p, '[');
    if (*opened)
        return open_container(p, v);
    if (is_next(p, '"')) {
        v->kind = JSON_STRING;
        return read_string(p, &v->text);
    }
    return read_word(p, v);
}

/* Ends the containers that end here; afterwards another value follows, or all is over. */
static bool close_containers(struct parse *p, bool fresh)
{
    for (;;) {
        skip_space(p);
        if (p->depth == 0)
            return true;
        if (is_next(p, in_object(p) ? '}' : ']')) {
            p->tree->at[p->open[--p->depth]].end = (uint32_t)p->tree->count;
            p->at++;
            fresh = false;
            continue;
        }
        if (fresh)
            return true;
        if (!is_next(p, ','))
            return fail(p, p->at == p->end ? "it ends too early" : "no comma between two values");
        p->at++;
        skip_space(p);
        return true;
    }
}

bool json_tree_read(struct json_tree *t, uint8_t *text, size_t len)
{
    struct parse p = {.tree = t, .at = text, .end = text + len};
    bool opened = false, good;

    t->count = 0;
    t->fault = NULL;
    skip_space(&p);
    do {
        good = read_value(&p, &opened) && close_containers(&p, opened);
    } while (good && p.depth > 0);
    if (good && p.at < p.end)
        good = fail(&p, "something follows its end");
    t->fault_at = (size_t)(p.at - text);
    return good;
}

void json_tree_free(struct json_tree *t)
{
    free(t->at);
    *t = (struct json_tree){0};
}

const struct json_value *json_tree_next(const struct json_tree *t, const struct json_value *in,
                                        const struct json_value *last)
{
    return last->end < in->end ? &t->at[last->end] : NULL;
}

const struct json_value *json_tree_first(const struct json_tree *t, const struct json_value *in)
{
    const size_t next = in != NULL ? (size_t)(in - t->at) + 1 : 0;

    return in != NULL && next < in->end ? &t->at[next] : NULL;
}

const struct json_value *json_tree_member(const struct json_tree *t,
                                          const struct json_value *object, const char *name)
{
    const struct bytes wanted = bytes_of_text(name);

    if (object == NULL || object->kind != JSON_OBJECT)
        return NULL;
    for (const struct json_value *v = json_tree_first(t, object); v != NULL;
         v = json_tree_next(t, object, v))
        if (bytes_equal(v->key, wanted))
            return v;
    return NULL;
}
