/* SPDX-License-Identifier: MIT */
#include "policy/json_path.h"

#include "policy/load.h"

#define PATHS_ROOM 16 /* at first */
#define INDEX_MAX  1000000000u
#define PATH_HINT  "a path is written as in $.user.id, items[0].name, items[*] or [\"a key\"]"

static bool path_fault(const struct loader *l, const struct node *n)
{
    char said[QUOTE_ROOM];

    return fault(&l->source, n, "\"%s\" is no path of JSON: " PATH_HINT, quote(n->text, said));
}

static bool starts(struct bytes text, char c)
{
    return text.len > 0 && text.at[0] == (uint8_t)c;
}

/* Up to the next '.' or '['. */
static bool read_member(struct bytes *left, struct json_step *out)
{
    size_t n = 0;

    while (n < left->len && left->at[n] != '.' && left->at[n] != '[')
        n++;
    out->key = bytes_first(*left, n);
    out->any = bytes_equal(out->key, bytes_of_text("*"));
    *left = bytes_after(*left, n);
    return n > 0;
}

/* Between brackets: a number, *, or a key in quotes. */
static bool read_bracket(struct bytes inside, struct json_step *out)
{
    const bool quoted = inside.len >= 2 && (inside.at[0] == '"' || inside.at[0] == '\'') &&
                        inside.at[inside.len - 1] == inside.at[0];

    if (quoted) {
        out->key = bytes_of(inside.at + 1, inside.len - 2);
        return true;
    }
    out->item = true;
    out->any = bytes_equal(inside, bytes_of_text("*"));
    for (size_t i = 0; !out->any && i < inside.len; i++) {
        if (inside.at[i] < '0' || inside.at[i] > '9' || out->index > INDEX_MAX)
            return false;
        out->index = out->index * 10 + (uint32_t)(inside.at[i] - '0');
    }
    return inside.len > 0;
}

/* `left` begins with a bracket. A key in quotes may hold another. */
static bool read_brackets(struct bytes *left, struct json_step *out)
{
    const bool quoted = left->len > 1 && (left->at[1] == '"' || left->at[1] == '\'');
    size_t end = quoted ? 2 : 1;

    while (end < left->len &&
           (left->at[end] != ']' || (quoted && (end < 3 || left->at[end - 1] != left->at[1]))))
        end++;
    if (end == left->len)
        return false;
    const struct bytes inside = bytes_of(left->at + 1, end - 1);
    *left = bytes_after(*left, end + 1);
    return read_bracket(inside, out);
}

static bool read_steps(struct loader *l, const struct node *n, struct json_path *out)
{
    struct bytes left = n->text;
    bool good = true;

    if (starts(left, '$')) {
        left = bytes_after(left, 1);
        good = left.len == 0 || starts(left, '.') || starts(left, '[');
    } else {
        good = left.len > 0 && !starts(left, '.');
    }
    while (good && left.len > 0 && out->steps < JSON_NESTING) {
        if (starts(left, '.'))
            left = bytes_after(left, 1);
        struct json_step *step = &out->step[out->steps++];
        good = starts(left, '[') ? read_brackets(&left, step) : read_member(&left, step);
        good = good && (left.len == 0 || starts(left, '.') || starts(left, '[')) &&
               !bytes_equal(left, bytes_of_text("."));
    }
    if (good && left.len > 0)
        return fault(&l->source, n, "a path of more than %d steps", JSON_NESTING);
    return good || path_fault(l, n);
}

static bool make_room(struct loader *l)
{
    struct policy *p = l->policy;

    if (p->json_path_count < p->json_path_room)
        return true;
    const size_t room = p->json_path_room > 0 ? p->json_path_room * 2 : PATHS_ROOM;
    struct json_path *grown = loader_alloc(l, room, sizeof(*grown));
    if (grown == NULL)
        return false;
    if (p->json_path_count > 0)
        memcpy(grown, p->json_path, p->json_path_count * sizeof(*grown));
    p->json_path = grown;
    p->json_path_room = room;
    return true;
}

uint32_t json_path_number(struct loader *l, const struct node *name)
{
    struct policy *p = l->policy;

    for (uint32_t i = 0; i < p->json_path_count; i++)
        if (bytes_equal(p->json_path[i].text, name->text))
            return i;
    if (p->json_path_count == JSON_PATHS_MAX) {
        fault(&l->source, name, "more than %d paths of JSON", JSON_PATHS_MAX);
        return UINT32_MAX;
    }
    struct json_path path = {.text = name->text,
                             .step = loader_alloc(l, JSON_NESTING, sizeof(*path.step))};
    if (path.step == NULL || !make_room(l) || !read_steps(l, name, &path))
        return UINT32_MAX;
    p->json_path[p->json_path_count] = path;
    return (uint32_t)p->json_path_count++;
}
