/* SPDX-License-Identifier: MIT */
#include "layers/json_keys.h"

#include "base/json_text.h"
#include "base/utf8.h"

enum reading { READ_GOOD, READ_CUT, READ_BAD };

/* Where the string that begins `in` ends, or is cut, or is none. */
static size_t string_length(struct bytes in)
{
    size_t n = 0;

    for (;;) {
        while (n < in.len && in.at[n] >= ' ' && in.at[n] != '"' && in.at[n] != '\\')
            n++;
        if (n >= in.len || in.at[n] != '\\')
            return n;
        n += 2; /* and what it escapes */
    }
}

/* `in` begins behind the opening quote. RFC 8259 s7. */
static enum reading read_string(struct bytes *in, struct bytes *text)
{
    const size_t n = string_length(*in);

    *text = bytes_first(*in, n);
    if (n >= in->len) {
        *in = bytes_of(NULL, 0);
        return READ_CUT;
    }
    if (in->at[n] != '"')
        return READ_BAD;
    *in = bytes_after(*in, n + 1);
    return READ_GOOD;
}

/* What is open, one bit a bracket: 1 for a brace. */
struct nesting {
    uint32_t braces;
    unsigned depth;
};

static bool opens(struct nesting *n, uint8_t c)
{
    if (n->depth == JSON_DEPTH)
        return false;
    n->braces = n->braces << 1 | (c == '{' ? 1 : 0);
    n->depth++;
    return true;
}

static bool closes(struct nesting *n, uint8_t c)
{
    const bool brace = n->braces & 1;

    n->braces >>= 1;
    n->depth--;
    return brace == (c == '}');
}

/* `in` begins with a bracket. Only brackets and strings are looked at. */
static enum reading read_nested(struct bytes *in, struct bytes *text)
{
    const struct bytes all = *in;
    struct nesting nesting = {0};
    struct bytes string;
    enum reading r = READ_GOOD;

    do {
        const uint8_t c = in->at[0];
        *in = bytes_after(*in, 1);
        if (c == '"')
            r = read_string(in, &string);
        else if (c == '{' || c == '[')
            r = opens(&nesting, c) ? READ_GOOD : READ_BAD;
        else if (c == '}' || c == ']')
            r = closes(&nesting, c) ? READ_GOOD : READ_BAD;
    } while (r == READ_GOOD && nesting.depth > 0 && in->len > 0);
    *text = bytes_first(all, all.len - in->len);
    return r == READ_GOOD && nesting.depth > 0 ? READ_CUT : r;
}

static enum reading read_number(struct bytes *in, struct bytes *text)
{
    size_t n = 0;

    while (n < in->len && ((in->at[n] >= '0' && in->at[n] <= '9') ||
                           bytes_find_byte(bytes_of("+-.eE", 5), in->at[n]) != NULL))
        n++;
    *text = bytes_first(*in, n);
    *in = bytes_after(*in, n);
    return in->len == 0 ? READ_CUT : READ_GOOD;
}

static enum reading read_word(struct bytes *in, struct bytes *text)
{
    static const char *const words[] = {"true", "false", "null"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        const struct bytes word = bytes_of_text(words[i]);
        if (!bytes_start_with(word, bytes_first(*in, word.len)))
            continue;
        *text = bytes_first(*in, word.len);
        *in = bytes_after(*in, word.len);
        return text->len == word.len ? READ_GOOD : READ_CUT;
    }
    return READ_BAD;
}

static enum reading read_value(struct bytes *in, struct json_value *v)
{
    const uint8_t c = in->at[0];

    if (c == '"') {
        v->kind = JSON_STRING;
        *in = bytes_after(*in, 1);
        return read_string(in, &v->text);
    }
    if (c == '{' || c == '[') {
        v->kind = c == '{' ? JSON_OBJECT : JSON_ARRAY;
        return read_nested(in, &v->text);
    }
    if (c == '-' || (c >= '0' && c <= '9')) {
        v->kind = JSON_NUMBER;
        return read_number(in, &v->text);
    }
    v->kind = JSON_WORD;
    return read_word(in, &v->text);
}

/* The key, and the colon behind it. */
static enum reading read_key(struct bytes *in, struct bytes *key)
{
    if (in->at[0] != '"')
        return READ_BAD;
    *in = bytes_after(*in, 1);
    const enum reading r = read_string(in, key);
    if (r != READ_GOOD)
        return r;
    *in = json_skip_space(*in);
    if (in->len == 0)
        return READ_CUT;
    if (in->at[0] != ':')
        return READ_BAD;
    *in = json_skip_space(bytes_after(*in, 1));
    return in->len == 0 ? READ_CUT : READ_GOOD;
}

/* One value, its key before and the comma behind it. A closing bracket is left. */
static enum reading read_element(struct bytes *in, struct json_top *out)
{
    struct json_value v = {.key = {NULL, 0}};
    enum reading r = out->kind == JSON_OBJECT ? read_key(in, &v.key) : READ_GOOD;

    if (r != READ_GOOD)
        return r;
    r = read_value(in, &v);
    if (r == READ_BAD)
        return r;
    v.whole = r == READ_GOOD;
    if (out->count < JSON_VALUES)
        out->value[out->count++] = v;
    *in = json_skip_space(*in);
    if (in->len == 0)
        return READ_CUT;
    if (in->at[0] == '}' || in->at[0] == ']')
        return READ_GOOD;
    if (in->at[0] != ',')
        return READ_BAD;
    *in = json_skip_space(bytes_after(*in, 1));
    return in->len == 0 ? READ_CUT : in->at[0] == '}' || in->at[0] == ']' ? READ_BAD : READ_GOOD;
}

bool json_read(struct bytes text, struct json_top *out)
{
    const bool object = text.len > 0 && text.at[0] == '{';
    struct bytes in = json_skip_space(bytes_after(text, 1));
    enum reading r = READ_GOOD;

    out->kind = JSON_NONE;
    out->count = 0;
    out->closed = false;
    out->after = bytes_of(NULL, 0);
    if (text.len == 0 || (!object && text.at[0] != '['))
        return false;
    out->kind = object ? JSON_OBJECT : JSON_ARRAY;
    while (r == READ_GOOD && in.len > 0 && in.at[0] != '}' && in.at[0] != ']')
        r = read_element(&in, out);
    if (r == READ_GOOD && in.len > 0) {
        r = in.at[0] == (object ? '}' : ']') ? READ_GOOD : READ_BAD;
        out->closed = r == READ_GOOD;
        out->after = bytes_after(in, 1);
    }
    if (r == READ_BAD)
        out->kind = JSON_NONE;
    return r != READ_BAD;
}

/* Is it this key? `path` ends with a NUL, or with the '.' before an inner key. */
static bool is_key(struct bytes key, const char *path)
{
    size_t n = 0;

    while (n < key.len && key.at[n] == (uint8_t)path[n] && path[n] != '\0')
        n++;
    return n == key.len && (path[n] == '\0' || path[n] == '.');
}

static bool find_key(const struct json_top *top, const char *path, struct json_value *out)
{
    for (unsigned i = 0; i < top->count; i++)
        if (is_key(top->value[i].key, path)) {
            *out = top->value[i];
            return true;
        }
    return false;
}

bool json_find(const struct json_top *top, const char *path, struct json_value *out)
{
    struct json_top inside;

    if (!find_key(top, path, out))
        return false;
    const char *inner = strchr(path, '.');
    if (inner == NULL)
        return true;
    return out->kind == JSON_OBJECT && json_read(out->text, &inside) &&
           find_key(&inside, inner + 1, out);
}

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20; /* lower case */
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Behind "\u": four digits. */
static bool next_hex(struct bytes *text, uint32_t *point)
{
    *point = 0;
    for (size_t i = 0; i < 4; i++) {
        const int digit = i < text->len ? hex_digit(text->at[i]) : -1;
        if (digit < 0)
            return false;
        *point = *point << 4 | (uint32_t)digit;
    }
    *text = bytes_after(*text, 4);
    return true;
}

bool json_next_character(struct bytes *text, uint32_t *point)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";

    if (text->len == 0 || (text->at[0] == '\\' && text->len == 1))
        return false;
    if (text->at[0] != '\\') {
        const size_t n = utf8_decode(*text, point);
        *text = bytes_after(*text, n);
        return n > 0;
    }
    const uint8_t escaped = text->at[1];
    *text = bytes_after(*text, 2);
    if (escaped == 'u')
        return next_hex(text, point);
    const char *at = escaped != 0 ? strchr(from, escaped) : NULL;
    *point = at != NULL ? (uint8_t)to[at - from] : 0;
    return at != NULL;
}
