/* SPDX-License-Identifier: MIT */
#include "policy/node.h"

#include <stdlib.h>
#include <yaml.h>

struct reader {
    yaml_parser_t parser;
    struct bytes text;
    struct arena *arena;
    const struct source *source;
};

const char *node_kind_name(const struct node *n)
{
    switch (n->kind) {
    case NODE_SCALAR: return n->text.len > 0 || n->quoted ? "text" : "nothing";
    case NODE_LIST: return "a list";
    case NODE_MAP: return "a map";
    }
    return "";
}

struct node *node_get(const struct node *map, const char *key)
{
    for (struct node *n = map->first; n != NULL; n = n->next)
        if (node_is(n, key))
            return n->value;
    return NULL;
}

static struct node place_of(const yaml_mark_t *mark)
{
    return (struct node){.line = (uint32_t)mark->line + 1, .column = (uint32_t)mark->column + 1};
}

/* libyaml gives a byte offset, not a line, where the text is not even characters. */
static struct node place_of_offset(struct bytes text, size_t offset)
{
    struct node place = {.line = 1, .column = 1};

    for (size_t i = 0; i < offset && i < text.len; i++) {
        place.column++;
        if (text.at[i] == '\n') {
            place.line++;
            place.column = 1;
        }
    }
    return place;
}

static bool syntax_fault(const struct reader *r)
{
    const yaml_parser_t *p = &r->parser;
    const char *what = p->problem != NULL ? p->problem : "cannot be read";

    if (p->error == YAML_MEMORY_ERROR)
        return fault_memory(r->source);
    if (p->error == YAML_READER_ERROR) {
        const struct node place = place_of_offset(r->text, p->problem_offset);
        return fault(r->source, &place, "not valid YAML: %s", what);
    }
    const struct node place = place_of(&p->problem_mark);
    if (p->context != NULL && strstr(p->context, "an alias") != NULL)
        return fault(r->source, &place, "a value that begins with * needs quotes: '*.example'");
    if (p->context != NULL)
        return fault(r->source, &place, "not valid YAML: %s %s", what, p->context);
    return fault(r->source, &place, "not valid YAML: %s", what);
}

static bool next_event(struct reader *r, yaml_event_t *e)
{
    return yaml_parser_parse(&r->parser, e) ? true : syntax_fault(r);
}

static bool tag_fault(const struct reader *r, const yaml_event_t *e, const yaml_char_t *tag)
{
    const struct node place = place_of(&e->start_mark);
    char said[QUOTE_ROOM];

    quote(bytes_of_text((const char *)tag), said);
    if (said[0] == '!' && said[1] != '!')
        return fault(r->source, &place, "\"%s\" is a YAML tag; to negate write {not: %s}", said,
                     said[1] != '\0' ? said + 1 : "value");
    return fault(r->source, &place, "the YAML tag \"%s\" has no meaning in rules", said);
}

static struct node *new_node(struct reader *r, const yaml_event_t *e, enum node_kind kind)
{
    struct node *n = arena_alloc(r->arena, sizeof(*n));

    if (n == NULL) {
        fault_memory(r->source);
        return NULL;
    }
    *n = place_of(&e->start_mark);
    n->file = r->source->name;
    n->kind = kind;
    return n;
}

static struct node *read_scalar(struct reader *r, const yaml_event_t *e)
{
    struct node *n = NULL;

    if (e->data.scalar.tag != NULL)
        tag_fault(r, e, e->data.scalar.tag);
    else
        n = new_node(r, e, NODE_SCALAR);
    if (n == NULL)
        return NULL;
    n->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    const char *copy = arena_text(r->arena, bytes_of(e->data.scalar.value, e->data.scalar.length));
    if (copy == NULL) {
        fault_memory(r->source);
        return NULL;
    }
    n->text = bytes_of(copy, e->data.scalar.length);
    return n;
}

static int compare_keys(const void *a, const void *b)
{
    const struct node *x = *(const struct node *const *)a, *y = *(const struct node *const *)b;
    const size_t len = x->text.len < y->text.len ? x->text.len : y->text.len;
    const int order = len > 0 ? memcmp(x->text.at, y->text.at, len) : 0;

    if (order != 0)
        return order;
    if (x->text.len != y->text.len)
        return x->text.len < y->text.len ? -1 : 1;
    return x->line != y->line ? (x->line < y->line ? -1 : 1) : (x->column < y->column ? -1 : 1);
}

static bool keys_differ(const struct reader *r, const struct node *map)
{
    struct node **key = calloc(map->count + 1, sizeof(struct node *));
    char said[QUOTE_ROOM];
    bool good = key != NULL;
    size_t count = 0;

    if (!good)
        fault_memory(r->source);
    for (struct node *n = map->first; good && n != NULL; n = n->next)
        key[count++] = n;
    if (count > 1)
        qsort(key, count, sizeof(struct node *), compare_keys);
    for (size_t i = 1; good && i < count; i++)
        if (bytes_equal(key[i - 1]->text, key[i]->text))
            good = fault(r->source, key[i], "\"%s\" is here twice; first in line %u",
                         quote(key[i]->text, said), key[i - 1]->line);
    free(key);
    return good;
}

static struct node *read_node(struct reader *r, const yaml_event_t *e, unsigned depth);

/* Reads the next event and the node that begins with it; NULL at `end` with *ended set. */
static struct node *read_next(struct reader *r, yaml_event_type_t end, unsigned depth, bool *ended)
{
    yaml_event_t e;

    if (!next_event(r, &e))
        return NULL;
    *ended = e.type == end;
    struct node *n = *ended ? NULL : read_node(r, &e, depth);
    yaml_event_delete(&e);
    return n;
}

static bool read_items(struct reader *r, struct node *list, unsigned depth)
{
    struct node **link = &list->first;
    bool ended = false;

    while ((*link = read_next(r, YAML_SEQUENCE_END_EVENT, depth, &ended)) != NULL) {
        list->count++;
        link = &(*link)->next;
    }
    return ended;
}

static bool read_pairs(struct reader *r, struct node *map, unsigned depth)
{
    struct node **link = &map->first;
    bool ended = false;

    while ((*link = read_next(r, YAML_MAPPING_END_EVENT, depth, &ended)) != NULL) {
        struct node *key = *link;
        if (key->kind != NODE_SCALAR)
            return fault(r->source, key, "a key is a word, not %s", node_kind_name(key));
        key->value = read_next(r, YAML_NO_EVENT, depth, &ended);
        if (key->value == NULL)
            return false;
        map->count++;
        link = &key->next;
    }
    return ended && keys_differ(r, map);
}

static struct node *read_collection(struct reader *r, const yaml_event_t *e, unsigned depth)
{
    const bool is_list = e->type == YAML_SEQUENCE_START_EVENT;
    const yaml_char_t *tag = is_list ? e->data.sequence_start.tag : e->data.mapping_start.tag;
    struct node *n = NULL;

    if (tag != NULL)
        tag_fault(r, e, tag);
    else
        n = new_node(r, e, is_list ? NODE_LIST : NODE_MAP);
    if (n == NULL)
        return NULL;
    if (depth >= NODE_DEPTH) {
        fault(r->source, n, "nested more than %d levels deep", NODE_DEPTH);
        return NULL;
    }
    const bool good = is_list ? read_items(r, n, depth + 1) : read_pairs(r, n, depth + 1);
    return good ? n : NULL;
}

static struct node *read_node(struct reader *r, const yaml_event_t *e, unsigned depth)
{
    if (e->type == YAML_SCALAR_EVENT)
        return read_scalar(r, e);
    if (e->type == YAML_SEQUENCE_START_EVENT || e->type == YAML_MAPPING_START_EVENT)
        return read_collection(r, e, depth);
    const struct node place = place_of(&e->start_mark);
    char said[QUOTE_ROOM];
    if (e->type == YAML_ALIAS_EVENT)
        fault(r->source, &place, "\"*%s\" is a YAML alias; a value that begins with * needs quotes",
              quote(bytes_of_text((const char *)e->data.alias.anchor), said));
    else
        fault(r->source, &place, "not valid YAML");
    return NULL;
}

/* Stream start, document start, the root, document end, stream end. */
static struct node *read_document(struct reader *r)
{
    struct node *root = NULL;
    yaml_event_t e;
    bool more = true;

    while (more && next_event(r, &e)) {
        const yaml_event_type_t type = e.type;
        if (type == YAML_DOCUMENT_START_EVENT && root != NULL) {
            const struct node place = place_of(&e.start_mark);
            fault(r->source, &place, "a rules file is one YAML document; here a second begins");
            root = NULL;
            more = false;
        } else if (type == YAML_STREAM_END_EVENT) {
            more = false;
        } else if (type != YAML_STREAM_START_EVENT && type != YAML_DOCUMENT_START_EVENT &&
                   type != YAML_DOCUMENT_END_EVENT) {
            root = read_node(r, &e, 0);
            more = root != NULL;
        }
        yaml_event_delete(&e);
    }
    return more ? NULL : root; /* still more: next_event() said what is wrong */
}

struct node *node_read(struct bytes text, struct arena *a, const struct source *s)
{
    struct reader r = {.text = text, .arena = a, .source = s};

    if (!yaml_parser_initialize(&r.parser)) {
        fault_memory(s);
        return NULL;
    }
    yaml_parser_set_input_string(&r.parser, text.at, text.len);
    struct node *root = read_document(&r);
    yaml_parser_delete(&r.parser);
    return root;
}
