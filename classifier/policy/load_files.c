/* SPDX-License-Identifier: MIT */
/* load_files.c - a rules file and those that it includes, as documents: each file once, what is
 * included before what includes it. */
#include <stdio.h>
#include <sys/stat.h>

#include "policy/load.h"
#include "policy/text_file.h"

static const char *const only_in_the_first[] = {"default",  "ports", "overlap", "exceptions",
                                                "timezone", "tests", NULL};

/* Which file it is, whatever it is called. */
static bool identify(const char *path, struct document *out)
{
    struct stat about;

    if (stat(path, &about) != 0)
        return false;
    out->device = (uint64_t)about.st_dev;
    out->inode = (uint64_t)about.st_ino;
    return true;
}

static bool is_same(const struct document *a, const struct document *b)
{
    return a->inode != 0 && a->inode == b->inode && a->device == b->device;
}

static bool was_read(const struct documents *all, const struct document *d)
{
    for (const struct document *other = all->first; other != NULL; other = other->next)
        if (is_same(other, d))
            return true;
    return false;
}

/* Is it one of those that are just being read? */
static bool includes_itself(const struct document *d)
{
    for (const struct document *by = d->by; by != NULL; by = by->by)
        if (is_same(by, d))
            return true;
    return false;
}

static unsigned depth_of(const struct document *d)
{
    unsigned depth = 0;

    for (const struct document *by = d->by; by != NULL; by = by->by)
        depth++;
    return depth;
}

static bool parse(struct loader *l, struct bytes text, struct document *d)
{
    const struct source source = {d->name, l->source.err, l->source.ear};
    const struct node start = {.line = 1, .column = 1};

    if (text.len > RULES_FILE_MAX)
        return fault(&source, &start, "more than %u MiB of rules", RULES_FILE_MAX >> 20);
    d->root = node_read(text, &l->policy->arena, &source);
    if (d->root == NULL) /* node_read() has said why, unless nothing is there */
        return fault(&source, &start, "the file is empty; a rules file begins with version: 1");
    if (d->root->kind != NODE_MAP)
        return fault(&source, d->root, "a rules file is a map that begins with version: 1, not %s",
                     node_kind_name(d->root));
    return true;
}

static bool read_document(struct loader *l, struct bytes text, struct document *d,
                          struct documents *all);

static bool include(struct loader *l, const struct node *name, const struct document *by,
                    struct documents *all)
{
    struct document *d = loader_alloc(l, 1, sizeof(*d));
    struct buffer text = {0};

    if (d == NULL)
        return false;
    *d = (struct document){.name = path_beside(l, name), .by = by};
    if (d->name == NULL)
        return false;
    if (identify(d->name, d) && includes_itself(d))
        return fault(&l->source, name, "\"%s\" includes itself", d->name);
    if (was_read(all, d))
        return true;
    if (depth_of(d) > INCLUDE_DEPTH)
        return fault(&l->source, name, "files that include each other more than %d deep",
                     INCLUDE_DEPTH);
    if (++all->count > INCLUDE_FILES)
        return fault(&l->source, name, "more than %d files", INCLUDE_FILES);
    const char *why = text_file_read(d->name, RULES_FILE_MAX, &text);
    const bool good = why == NULL
                          ? read_document(l, buffer_bytes(&text), d, all)
                          : fault(&l->source, name, "\"%s\" cannot be read: %s", d->name, why);
    buffer_free(&text);
    return good;
}

/* `include`: a name, or a list of names. */
static bool read_includes(struct loader *l, const struct document *d, struct documents *all)
{
    const struct node *n = node_get(d->root, "include");

    if (n == NULL)
        return true;
    if (n->kind == NODE_MAP)
        return fault(&l->source, n, "\"include\" is the name of a file, or a list of names");
    for (const struct node *name = n->kind == NODE_LIST ? n->first : n; name != NULL;
         name = name->next) {
        if (name->kind != NODE_SCALAR)
            return fault(&l->source, name, "\"include\" is the name of a file, not %s",
                         node_kind_name(name));
        if (!include(l, name, d, all))
            return false;
    }
    return true;
}

static bool read_document(struct loader *l, struct bytes text, struct document *d,
                          struct documents *all)
{
    if (!parse(l, text, d) || !read_includes(l, d, all))
        return false;
    if (all->last != NULL)
        all->last->next = d;
    else
        all->first = d;
    all->last = d;
    return true;
}

bool read_documents(struct loader *l, struct bytes text, struct documents *out)
{
    struct document *d = loader_alloc(l, 1, sizeof(*d));

    if (d == NULL)
        return false;
    d->name = l->source.name;
    identify(d->name, d);
    return read_document(l, text, d, out);
}

void warn_of_passed_over(const struct loader *l, const struct document *d)
{
    char sentence[256];

    for (const struct node *n = d->root->first; n != NULL && l->warn != NULL; n = n->next)
        for (size_t i = 0; only_in_the_first[i] != NULL; i++) {
            if (!node_is(n, only_in_the_first[i]))
                continue;
            snprintf(sentence, sizeof(sentence),
                     "%s:%u:%u: \"%s\" counts only in the file that is loaded, not in one that is "
                     "included",
                     d->name, n->line, n->column, only_in_the_first[i]);
            l->warn(l->ctx, sentence);
        }
}
