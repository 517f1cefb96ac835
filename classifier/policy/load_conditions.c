/* SPDX-License-Identifier: MIT */
/* load_conditions.c - the keys of `match` and `message`, with their values. */
#include "model/event.h"
#include "policy/json_path.h"
#include "policy/value_read.h"

#define HEADERS_ROOM 8 /* at first */

static size_t rows_of(const struct key *table)
{
    size_t rows = 0;

    while (table[rows].name != NULL)
        rows++;
    return rows;
}

static bool fault_key(const struct loader *l, const struct node *n, const struct key *table,
                      const char *what)
{
    const char *names[KEYS_MAX + 3] = {0}; /* and the maps that are no conditions */
    size_t count = 0;

    for (const struct key *k = table; k->name != NULL; k++)
        names[count++] = k->name;
    if (table == match_keys) {
        names[count++] = "message";
        names[count++] = "event";
        names[count++] = "frame";
    }
    return fault_unknown(&l->source, n, what, names);
}

/* RFC 9110 s5.1, s5.6.2 */
static bool is_header_name(struct bytes name)
{
    static const char marks[] = "!#$%&'*+-.^_`|~";

    for (size_t i = 0; i < name.len; i++) {
        const uint8_t c = name.at[i], letter = c | 0x20;
        const bool word = (c >= '0' && c <= '9') || (letter >= 'a' && letter <= 'z');
        if (!word && (c == '\0' || strchr(marks, c) == NULL))
            return false;
    }
    return name.len > 0;
}

/* Its number among the headers that rules ask for, whatever its case. */
static bool number_header(struct loader *l, struct bytes name, bool of_response, uint32_t *out)
{
    struct policy *p = l->policy;

    for (*out = 0; *out < p->header_count; ++*out)
        if (p->header[*out].of_response == of_response &&
            bytes_equal_nocase(p->header[*out].name, name))
            return true;
    if (p->header_count == p->header_room) {
        const size_t room = p->header_room > 0 ? p->header_room * 2 : HEADERS_ROOM;
        struct asked_header *grown = loader_alloc(l, room, sizeof(*grown));
        if (grown == NULL)
            return false;
        if (p->header_count > 0)
            memcpy(grown, p->header, p->header_count * sizeof(*grown));
        p->header = grown;
        p->header_room = room;
    }
    p->header[p->header_count++] = (struct asked_header){name, of_response};
    return true;
}

/* An entry of `header` or `response-header`. */
static bool read_header(struct loader *l, const struct node *name, struct condition *c)
{
    const bool of_response = (c->key->asks & ASK_RESPONSES) != 0;
    char said[QUOTE_ROOM];
    uint32_t number = 0;

    if (!is_header_name(name->text))
        return fault(&l->source, name, "\"%s\" is no name of a header", quote(name->text, said));
    if (!number_header(l, name->text, of_response, &number))
        return false;
    c->field = FIELD_COUNT + number;
    return true;
}

/* `present` and `absent`, without quotes, are no texts. */
static bool is_presence(const struct node *n)
{
    return !n->quoted && (node_is(n, "present") || node_is(n, "absent"));
}

static bool read_one(struct loader *l, const struct node *n, struct condition *c)
{
    struct policy *p = l->policy;

    if ((c->key->flags & KEY_HOME) != 0 && p->home == NULL)
        return fault(&l->source, n,
                     "\"%s\" asks by the group \"home\", which is not there; as in groups: {home: "
                     "[10.0.0.0/8]}",
                     c->key->name);
    p->asks |= c->key->asks | ((c->key->flags & KEY_TOLD) != 0 ? (uint32_t)ASK_NAMES : 0);
    c->source = n;
    if ((c->key->flags & KEY_MAP) != 0 && is_presence(n))
        return value_read_presence(l, node_is(n, "absent"), &c->value);
    if (!value_read(l, c->key, n, &c->value))
        return false;
    if (c->key->kind == VALUE_ANOMALY && anomaly_set_of_payload(&c->value.as.anomalies))
        p->interest |= INTEREST_VALIDITY;
    return true;
}

/* A condition for each entry. */
static bool read_map(struct loader *l, const struct key *key, const struct node *map,
                     struct condition_list *out)
{
    if (map->kind != NODE_MAP || map->count == 0)
        return fault(&l->source, map, "\"%s\" is a map of names, as in %s: %s; not %s", key->name,
                     key->name, key->example, map->kind == NODE_MAP ? "{}" : node_kind_name(map));
    for (const struct node *n = map->first; n != NULL; n = n->next) {
        struct condition *c = &out->at[out->count++];
        *c = (struct condition){.key = key, .name = n->text, .source = n->value};
        const bool good = key->kind == VALUE_JSON
                              ? json_test_read(l, n, n->value, &c->value)
                              : read_header(l, n, c) && read_one(l, n->value, c);
        if (!good)
            return false;
    }
    return true;
}

/* `message`, `frame` and `event` are no conditions. */
static bool is_aside(const struct key *table, const struct node *n)
{
    return table == match_keys &&
           (node_is(n, "message") || node_is(n, "frame") || node_is(n, "event"));
}

static size_t count_conditions(const struct node *map)
{
    size_t count = 0;

    for (const struct node *n = map->first; n != NULL; n = n->next)
        count += n->value->kind == NODE_MAP ? n->value->count : 1;
    return count;
}

static bool load_condition(struct loader *l, const struct node *n, const struct key *key,
                           struct condition_list *out)
{
    if ((key->flags & KEY_MAP) != 0)
        return read_map(l, key, n->value, out);
    struct condition *c = &out->at[out->count++];
    *c = (struct condition){.key = key, .field = key->field};
    return read_one(l, n->value, c);
}

bool load_conditions(struct loader *l, const struct node *map, const struct key *table,
                     const char *what, struct condition_list *out)
{
    const size_t rows = rows_of(table);
    bool good = true;

    out->at = loader_alloc(l, count_conditions(map), sizeof(*out->at));
    if (out->at == NULL)
        return false;
    for (const struct node *n = map->first; n != NULL; n = n->next) {
        size_t row = 0;
        if (is_aside(table, n))
            continue;
        while (row < rows && !node_is(n, table[row].name))
            row++;
        if (row == rows)
            good = fault_key(l, n, table, what);
        else if (!load_condition(l, n, &table[row], out))
            good = false;
        else
            out->keys |= UINT64_C(1) << row;
        if (!good && !fault_goes_on(&l->source))
            return false;
    }
    return good;
}
