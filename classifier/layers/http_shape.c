/* SPDX-License-Identifier: MIT */
#include "layers/http_shape.h"

#include "layers/http_alike.h"

#include <stdlib.h>

#define LINE_END      2  /* bytes: CR LF */
#define PATIENCE_MOST 6U /* after so many misses one head of 64 is compared */

struct shape_row {
    struct http_shape *at[HTTP_SHAPES]; /* the last one that was met first */
    uint8_t misses;                     /* one after the other, up to PATIENCE_MOST */
    uint8_t rest;                       /* heads that are not compared */
    bool unlike;                        /* the next one was, in vain */
};

struct http_shapes {
    struct shape_row row[2]; /* by enum direction */
    struct http_shape shape[2][HTTP_SHAPES];
};

struct http_shapes *http_shapes_create(struct err *err)
{
    struct http_shapes *s = calloc(1, sizeof(*s));

    if (s == NULL)
        err_set(err, "out of memory");
    for (unsigned d = 0; s != NULL && d < 2; d++)
        for (unsigned i = 0; i < HTTP_SHAPES; i++)
            s->row[d].at[i] = &s->shape[d][i];
    return s;
}

void http_shapes_free(struct http_shapes *s)
{
    free(s);
}

/* The same place in another copy. */
static void move(struct bytes *b, const uint8_t *from, const uint8_t *to)
{
    if (b->at != NULL)
        b->at = to + (b->at - from);
}

static void move_line(struct http_line *line, const uint8_t *from, const uint8_t *to)
{
    move(&line->text, from, to);
    move(&line->method, from, to);
    move(&line->target, from, to);
    move(&line->protocol, from, to);
}

/* --- comparing -------------------------------------------------------------------------------- */

/* The values, where they stand in this head. */
static void take_values(const struct http_shape *s, const struct http_alike *a, struct bytes in,
                        struct http_head *out)
{
    int moved = 0; /* bytes */
    unsigned n = 0;

    for (unsigned v = 0; v < s->values; v++) {
        const struct shape_value *value = &s->value[v];
        for (; n < a->changes && a->change[n].line < value->line; n++)
            moved = a->change[n].stop + LINE_END - s->end[a->change[n].line];
        if (n < a->changes && a->change[n].line == value->line)
            out->value[value->field] = http_changed_value(&a->change[n], in);
        else
            out->value[value->field].at = in.at + (value->at + moved);
    }
}

/* What a head of this shape says: its length; 0: its first line is none of a clean head. */
static size_t read_alike(const struct http_shape *s, const struct http_alike *a, struct bytes in,
                         enum direction d, struct http_head *out)
{
    *out = s->head;
    if (!http_first_changed(a))
        move_line(&out->line, s->text, in.at);
    else if (!http_line_parse(bytes_first(in, a->change[0].stop), d, &out->line) ||
             out->line.sloppy)
        return 0;
    const size_t first = out->line.text.len + LINE_END;
    out->fields = bytes_of(in.at + first, a->len - first);
    take_values(s, a, in, out);
    return a->len;
}

/* --- remembering ------------------------------------------------------------------------------ */

/* Where lines and names end. False: there are too many. */
static bool find_lines(struct http_shape *s)
{
    const struct bytes text = bytes_of(s->text, s->len);
    size_t at = 0;

    for (s->lines = 0; at < text.len && s->lines < SHAPE_LINES; s->lines++) {
        const struct bytes rest = bytes_after(text, at);
        const size_t len = (size_t)(bytes_find_byte(rest, '\n') - rest.at) + 1;
        const uint8_t *colon = s->lines > 0 ? bytes_find_byte(bytes_first(rest, len), ':') : NULL;
        s->end[s->lines] = (uint16_t)(at + len);
        s->colon[s->lines] = (uint16_t)(colon != NULL ? (size_t)(colon - text.at) : at + len);
        memset(s->line + at, s->lines, len);
        at += len;
    }
    return at == text.len;
}

/* In the order of their lines. */
static void find_values(struct http_shape *s)
{
    s->values = 0;
    memset(s->field, HTTP_FIELDS, sizeof(s->field));
    for (unsigned f = 0; f < HTTP_FIELDS; f++) {
        if (s->head.count[f] == 0)
            continue;
        const size_t at = (size_t)(s->head.value[f].at - s->text);
        unsigned n = s->values++;
        for (; n > 0 && s->value[n - 1].at > at; n--)
            s->value[n] = s->value[n - 1];
        s->value[n] =
            (struct shape_value){.at = (uint16_t)at, .line = s->line[at], .field = (uint8_t)f};
        s->field[s->value[n].line] = (uint8_t)f;
    }
}

static void remember(struct http_shape *s, struct bytes head, const struct http_head *says)
{
    s->len = 0;
    s->use = SHAPE_NEW;
    if (head.len > SHAPE_LONGEST)
        return;
    memcpy(s->text, head.at, head.len);
    s->len = (uint32_t)head.len;
    s->head = *says;
    move_line(&s->head.line, head.at, s->text);
    for (unsigned f = 0; f < HTTP_FIELDS; f++)
        move(&s->head.value[f], head.at, s->text);
    if (find_lines(s))
        find_values(s);
    else
        s->len = 0;
}

/* The n-th comes first. */
static void bring_forward(struct shape_row *row, unsigned n)
{
    struct http_shape *s = row->at[n];

    for (; n > 0; n--)
        row->at[n] = row->at[n - 1];
    row->at[0] = s;
}

static size_t read_anew(struct shape_row *row, struct bytes in, enum direction d,
                        struct http_head *out)
{
    const size_t len = http_head_read(in, d, out);

    if (len == 0)
        return 0;
    if (row->misses < PATIENCE_MOST)
        row->misses++;
    row->rest = (uint8_t)((1U << row->misses) - 2);
    bring_forward(row, HTTP_SHAPES - 1);
    remember(row->at[0], bytes_first(in, len), out);
    return len;
}

static struct http_shape *find(struct shape_row *row, struct bytes in, struct http_alike *out)
{
    for (unsigned n = 0; n < HTTP_SHAPES && row->at[n]->len > 0; n++) {
        if (!http_alike(row->at[n], in, out))
            continue;
        row->misses = 0;
        if (n > 0)
            bring_forward(row, n);
        return row->at[0];
    }
    return NULL;
}

struct http_shape *http_shapes_find(struct http_shapes *s, struct bytes in, enum direction d,
                                    struct http_alike *out)
{
    struct shape_row *row = s != NULL ? &s->row[d] : NULL;

    if (row == NULL || row->rest > 0)
        return NULL;
    struct http_shape *found = find(row, in, out);
    row->unlike = found == NULL;
    return found;
}

size_t http_shapes_read(struct http_shapes *s, struct bytes in, enum direction d,
                        struct http_head *out)
{
    struct shape_row *row = s != NULL ? &s->row[d] : NULL;
    struct http_alike a;

    if (row == NULL || row->rest > 0) {
        if (row != NULL)
            row->rest--;
        return http_head_read(in, d, out);
    }
    const struct http_shape *found = row->unlike ? NULL : find(row, in, &a);
    row->unlike = false;
    return found != NULL ? read_alike(found, &a, in, d, out) : read_anew(row, in, d, out);
}
