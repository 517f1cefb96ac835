/* SPDX-License-Identifier: MIT */
/* show_keys.c - the tables of keys, for people: `rules show --keys`, and the tables of
 * docs/rules.md. */
#include "base/buffer.h"
#include "policy/key.h"
#include "policy/policy.h"

static const struct table {
    const char *title;
    const struct key *keys;
} tables[] = {
    {"match", match_keys},
    {"message", message_keys},
    {"frame", frame_keys},
};

static int widest(const struct table *t, size_t (*width)(const struct key *k))
{
    size_t most = 0;

    for (const struct key *k = t->keys; k->name != NULL; k++)
        most = width(k) > most ? width(k) : most;
    return (int)most;
}

static size_t name_width(const struct key *k)
{
    return strlen(k->name);
}

static size_t type_width(const struct key *k)
{
    return strlen(key_type(k));
}

/* Without the marks of Markdown. */
static void plain(struct buffer *out, const char *text)
{
    for (; *text != '\0'; text++)
        if (*text != '`')
            buffer_append_byte(out, (uint8_t)*text);
}

static void words(struct buffer *out, const struct key *k, const char *mark)
{
    for (size_t i = 0; k->words != NULL && k->words[i] != NULL; i++)
        buffer_printf(out, "%s%s%s%s", i > 0 ? ", " : ": ", mark, k->words[i], mark);
}

static void show_table(struct buffer *out, const struct table *t)
{
    const int names = widest(t, name_width), types = widest(t, type_width);
    const char *layer = "";

    buffer_printf(out, "%s:\n", t->title);
    for (const struct key *k = t->keys; k->name != NULL; k++) {
        if (strcmp(layer, k->layer) != 0)
            buffer_printf(out, "\n  %s\n", k->layer);
        layer = k->layer;
        buffer_printf(out, "    %-*s  %-*s  %s: %s\n", names, k->name, types, key_type(k), k->name,
                      k->example);
        buffer_printf(out, "    %*s  ", names, "");
        plain(out, k->what);
        words(out, k, "");
        buffer_append_byte(out, '\n');
    }
}

/* A | in a table's cell ends it, even inside code. */
static void cell(struct buffer *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '|')
            buffer_append_byte(out, '\\');
        buffer_append_byte(out, (uint8_t)*text);
    }
}

static void show_markdown(struct buffer *out, const struct table *t)
{
    buffer_append_text(out, "| key | type | layer | asks | example |\n|---|---|---|---|---|\n");
    for (const struct key *k = t->keys; k->name != NULL; k++) {
        buffer_printf(out, "| `%s` | %s | %s | ", k->name, key_type(k), k->layer);
        cell(out, k->what);
        words(out, k, "`");
        buffer_append_text(out, " | `");
        cell(out, k->example);
        buffer_append_text(out, "` |\n");
    }
}

void policy_show_keys(struct buffer *out, bool markdown)
{
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        if (i > 0)
            buffer_append_byte(out, '\n');
        if (markdown)
            show_markdown(out, &tables[i]);
        else
            show_table(out, &tables[i]);
    }
}
