/* SPDX-License-Identifier: MIT */
#include "policy/list.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "base/hash.h"
#include "policy/text_file.h"
#include "policy/value_read.h"

#define NAME_LONGEST   1024 /* bytes of a text that is looked up; a longer one is in no list */
#define DOMAIN_LONGEST 255  /* RFC 1035 s2.3.4 */
#define LINES_ROOM     4096 /* addresses at first */
#define LOAD_FACTOR    2    /* slots for each entry, at least */

bool is_list_file(const struct node *n)
{
    return n->kind == NODE_MAP && n->count == 1 && node_is(n->first, "file");
}

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/* The next entry, without its comment and the space around it; empty: the line has none. */
static struct bytes take_entry(struct bytes *rest)
{
    const uint8_t *end = bytes_find_byte(*rest, '\n');
    struct bytes line = bytes_first(*rest, end != NULL ? (size_t)(end - rest->at) : rest->len);

    *rest = bytes_after(*rest, line.len + 1);
    if (line.len > 0 && line.at[line.len - 1] == '\r')
        line.len--;
    for (const uint8_t *mark = line.at; line.len > 0; mark++) {
        mark = memchr(mark, '#', line.len - (size_t)(mark - line.at));
        if (mark == NULL)
            break;
        if (mark == line.at || mark[-1] == ' ' || mark[-1] == '\t') {
            line = bytes_first(line, (size_t)(mark - line.at));
            break;
        }
    }
    return bytes_trim(line);
}

/* Where an entry stands, for sentences: a line has no column. */
static struct node place_of(const struct list *s, struct bytes entry, uint32_t line)
{
    return (struct node){.file = s->path, .line = line, .text = entry};
}

/* Its slot, or the empty one where it would be. Behind the last entry there is room to compare. */
static uint32_t *slot_of(const struct text_list *t, struct bytes text)
{
    size_t i = (size_t)hash_bytes(&t->key, text) & (t->slots - 1);

    while (t->slot[i] != 0) {
        const uint8_t *entry = t->text + t->slot[i] - 1;
        if (memcmp(entry, text.at, text.len) == 0 && entry[text.len] == '\n')
            break;
        i = (i + 1) & (t->slots - 1);
    }
    return &t->slot[i];
}

static bool has(const struct text_list *t, struct bytes text)
{
    return *slot_of(t, text) != 0;
}

/* `room` holds the text with a free byte before it. Of a.b.c: .a.b.c, .b.c, .c; *.b.c and *.c. */
static bool has_domain(const struct text_list *t, uint8_t *room, size_t len)
{
    room[0] = '.';
    for (size_t i = 0; i < len; i++) {
        if (room[i] != '.')
            continue;
        const struct bytes below = bytes_of(room + i, len + 1 - i);
        if (has(t, below))
            return true;
        if (i == 0)
            continue;
        const uint8_t before = room[i - 1];
        room[i - 1] = '*';
        const bool is = has(t, bytes_of(room + i - 1, len + 2 - i));
        room[i - 1] = before;
        if (is)
            return true;
    }
    return false;
}

bool list_has_text(const struct list *s, struct bytes text)
{
    uint8_t room[NAME_LONGEST + 1];

    if (text.len == 0 || text.len > NAME_LONGEST || s->count == 0)
        return false;
    for (size_t i = 0; i < text.len; i++)
        room[i + 1] = s->kind != LIST_TEXTS ? lower(text.at[i]) : text.at[i];
    return has(&s->texts, bytes_of(room + 1, text.len)) ||
           (s->kind == LIST_DOMAINS && text.len <= DOMAIN_LONGEST &&
            has_domain(&s->texts, room, text.len));
}

/* A list that is being read. */
struct reading {
    struct loader *loader;
    const struct node *where; /* that names it */
    struct list *list;
    struct bytes text;
};

static bool too_many(const struct reading *r)
{
    return r->list->count >= LIST_ENTRIES_MAX &&
           !fault(&r->loader->source, r->where, "the list \"%s\" has more than %u entries",
                  r->list->path, LIST_ENTRIES_MAX);
}

static bool no_memory(const struct reading *r)
{
    return fault_memory(&r->loader->source);
}

static bool check_text(const struct reading *r, struct bytes entry, uint32_t line)
{
    const struct node place = place_of(r->list, entry, line);

    if (entry.len > NAME_LONGEST)
        return fault(&r->loader->source, &place, "an entry of more than %d bytes", NAME_LONGEST);
    if (bytes_find_byte(entry, '\0') != NULL)
        return fault(&r->loader->source, &place, "an entry with a NUL byte");
    return true;
}

/* The entries one behind the other, which takes no more room than the file did. */
static bool pack_texts(struct reading *r)
{
    struct list *s = r->list;
    struct bytes rest = r->text;
    uint8_t *out = malloc(r->text.len + NAME_LONGEST + 2);
    uint32_t line = 0;

    s->texts.text = out;
    if (out == NULL)
        return no_memory(r);
    while (rest.len > 0) {
        struct bytes entry = take_entry(&rest);
        line++;
        if (entry.len > 0 && (too_many(r) || !check_text(r, entry, line)))
            return false;
        if (s->kind == LIST_DOMAINS && entry.len > 1 && entry.at[entry.len - 1] == '.')
            entry.len--; /* RFC 1034 s3.1: the root */
        for (size_t i = 0; i < entry.len; i++)
            *out++ = s->kind != LIST_TEXTS ? lower(entry.at[i]) : entry.at[i];
        if (entry.len > 0)
            *out++ = '\n';
        s->count += entry.len > 0;
    }
    memset(out, 0, (size_t)(s->texts.text + r->text.len + NAME_LONGEST + 2 - out));
    return true;
}

static bool read_texts(struct reading *r)
{
    struct text_list *t = &r->list->texts;

    if (!pack_texts(r))
        return false;
    t->key = hash_key_from_seed(1); /* who makes a list is trusted */
    for (t->slots = 1; t->slots < r->list->count * LOAD_FACTOR;)
        t->slots *= 2;
    t->slot = calloc(t->slots, sizeof(*t->slot));
    if (t->slot == NULL)
        return no_memory(r);
    const uint8_t *at = t->text;
    for (size_t i = 0; i < r->list->count; i++) {
        const uint8_t *end = memchr(at, '\n', NAME_LONGEST + 1);
        *slot_of(t, bytes_of(at, (size_t)(end - at))) = (uint32_t)(at - t->text) + 1;
        at = end + 1;
    }
    return true;
}

static bool read_addresses(struct reading *r)
{
    struct list *s = r->list;
    struct bytes rest = r->text;
    size_t room = 0;

    for (uint32_t line = 1; rest.len > 0; line++) {
        const struct bytes entry = take_entry(&rest);
        const struct node place = place_of(s, entry, line);
        if (entry.len == 0)
            continue;
        if (s->count == room) {
            room = room > 0 ? room * 2 : LINES_ROOM;
            struct addr_range *grown = realloc(s->addresses.at, room * sizeof(*grown));
            if (grown == NULL)
                return no_memory(r);
            s->addresses.at = grown;
        }
        if (too_many(r) || !address_block_read(r->loader, &place, &s->addresses.at[s->count]))
            return false;
        s->count++;
    }
    s->addresses.count = s->count;
    addr_set_merge(&s->addresses);
    return true;
}

static bool read_hashes(struct reading *r)
{
    struct list *s = r->list;
    struct bytes rest = r->text;
    char said[QUOTE_ROOM];

    s->hashes.at = malloc(r->text.len / HASH_DIGITS * INFO_HASH_LEN + INFO_HASH_LEN);
    if (s->hashes.at == NULL)
        return no_memory(r);
    for (uint32_t line = 1; rest.len > 0; line++) {
        const struct bytes entry = take_entry(&rest);
        const struct node place = place_of(s, entry, line);
        if (entry.len == 0)
            continue;
        if (too_many(r))
            return false;
        if (!hash_from_text(entry, s->hashes.at[s->count]))
            return fault(&r->loader->source, &place,
                         "\"%s\" is no info-hash: 40 hexadecimal digits, or the 64 of version 2",
                         quote(entry, said));
        s->count++;
    }
    s->hashes.count = s->count;
    hash_set_sort(&s->hashes);
    return true;
}

static bool read_list(struct reading *r)
{
    switch (r->list->kind) {
    case LIST_ADDRESSES: return read_addresses(r);
    case LIST_HASHES: return read_hashes(r);
    case LIST_TEXTS:
    case LIST_TEXTS_NOCASE:
    case LIST_DOMAINS: break;
    }
    return read_texts(r);
}

/* It was read before; NULL: it was not. */
static struct list *find(const struct policy *p, const char *path, enum list_kind kind)
{
    struct list *s = p->list;

    while (s != NULL && (s->kind != kind || strcmp(s->path, path) != 0))
        s = s->next;
    return s;
}

const struct list *list_load(struct loader *l, const struct node *n, enum list_kind kind)
{
    const struct node *name = n->first->value;
    struct policy *p = l->policy;
    struct buffer text = {0};
    const char *path = name->kind == NODE_SCALAR ? path_beside(l, name) : NULL;

    if (name->kind != NODE_SCALAR)
        fault(&l->source, name, "\"file\" is the name of a list, not %s", node_kind_name(name));
    if (path == NULL)
        return NULL;
    struct list *s = find(p, path, kind);
    if (s != NULL)
        return s;
    const char *why = text_file_read(path, LIST_FILE_MAX, &text);
    s = why == NULL ? loader_alloc(l, 1, sizeof(*s)) : NULL;
    if (why != NULL)
        fault(&l->source, name, "the list \"%s\" cannot be read: %s", path, why);
    if (s != NULL) {
        *s = (struct list){.path = path, .kind = kind, .next = p->list};
        p->list = s;
        struct reading r = {l, name, s, buffer_bytes(&text)};
        if (!read_list(&r))
            s = NULL; /* what was read of it goes with the policy */
    }
    buffer_free(&text);
    return s;
}

void lists_free(struct list *first)
{
    for (struct list *s = first; s != NULL; s = s->next) {
        free(s->texts.text);
        free(s->texts.slot);
        free(s->addresses.at);
        free(s->hashes.at);
    }
}
