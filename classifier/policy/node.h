/* SPDX-License-Identifier: MIT */
/* node.h - a YAML document as a tree of nodes that know their line and column. The only door to
 * libyaml.
 *
 * What rules do not need is refused with a sentence: aliases, tags, several documents, keys that
 * are no scalars, a key twice. Bounds: NODE_DEPTH levels; the tree is linear in the text.
 */
#ifndef POLICY_NODE_H
#define POLICY_NODE_H

#include "policy/arena.h"
#include "policy/fault.h"

#define NODE_DEPTH 16 /* levels of nesting; a rules file needs 6 */

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node {
    enum node_kind kind;
    bool quoted;           /* '80' is the text 80, but '' is not "nothing was written" */
    const char *file;      /* that it was written in; NULL: the source's */
    uint32_t line, column; /* from 1; column 0: the whole line */
    struct bytes text;     /* NODE_SCALAR; a NUL follows */
    size_t count;          /* items of a list, keys of a map */
    struct node *first;    /* item, or key */
    struct node *next;     /* item or key of the same list or map */
    struct node *value;    /* of a key; its own `next` is NULL */
};

/* The document's root, in `a`; NULL with the sentence in the source's err. An empty text has none.
 */
struct node *node_read(struct bytes text, struct arena *a, const struct source *s);

/* The value under that key of a map, or NULL. */
struct node *node_get(const struct node *map, const char *key);

/* Is the scalar this word, letter by letter? */
static inline bool node_is(const struct node *n, const char *word)
{
    return n->kind == NODE_SCALAR && bytes_equal(n->text, bytes_of_text(word));
}

/* "text", "a list" ... for sentences. */
const char *node_kind_name(const struct node *n);

#endif
