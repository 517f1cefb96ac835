/* SPDX-License-Identifier: MIT */
#include "layers/http_shape.h"

#include "base/lines.h"
#include "base/load.h"

#include <stdlib.h>

#define LINE_END      2 /* bytes: CR LF */
#define WORD          sizeof(uint64_t)
#define EACH          UINT64_C(0x0101010101010101)
#define SHAPE_LONGEST 1024U /* bytes of a head that is remembered */
#define SHAPE_LINES   32U
#define CHANGES_MOST  4U /* lines that may differ: with more it is cheaper to read all of them */
#define PATIENCE_MOST 6U /* after so many misses one head of 64 is compared */

/* The first field of its name. */
struct shape_value {
    uint16_t at, line_end;
    uint8_t field;
};

struct http_shape {
    uint32_t len;
    uint8_t lines, values;
    uint16_t end[SHAPE_LINES];   /* of each line, its CR LF included */
    uint16_t colon[SHAPE_LINES]; /* in it; of the first line and the empty one: its end */
    struct shape_value value[HTTP_FIELDS];
    struct http_head head; /* what it says: in `text` */
    uint8_t text[SHAPE_LONGEST];
};

struct shape_row {
    struct http_shape *at[HTTP_SHAPES]; /* the last one that was met first */
    uint8_t misses;                     /* one after the other, up to PATIENCE_MOST */
    uint8_t rest;                       /* heads that are not compared */
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

/* How many bytes are the same, up to `most`? */
static size_t same_bytes(const uint8_t *a, const uint8_t *b, size_t most)
{
    size_t n = 0;

    for (; n + 4 * WORD <= most; n += 4 * WORD)
        if (((load_u64(a + n) ^ load_u64(b + n)) |
             (load_u64(a + n + WORD) ^ load_u64(b + n + WORD)) |
             (load_u64(a + n + 2 * WORD) ^ load_u64(b + n + 2 * WORD)) |
             (load_u64(a + n + 3 * WORD) ^ load_u64(b + n + 3 * WORD))) != 0)
            break;
    for (; n + WORD <= most; n += WORD) {
        const uint64_t differs = load_le64(a + n) ^ load_le64(b + n);
        if (differs != 0)
            return n + (size_t)__builtin_ctzll(differs) / 8;
    }
    while (n < most && a[n] == b[n])
        n++;
    return n;
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

/* How far both were read: what follows `was` of the shape is compared with what follows `is`. */
struct walk {
    const struct http_shape *shape;
    struct bytes in;
    size_t was, is;
    unsigned line, value; /* of the shape: what comes next */
    struct http_head *out;
};

/* Where the line that goes on at `at` has its CR LF; 0: other controls stand in it, a tab even, or
 * it does not end. Of eight bytes, the first one below a space is found for sure. */
static size_t clean_end(struct bytes in, size_t at)
{
    for (; at + WORD <= in.len; at += WORD) {
        const uint64_t x = load_le64(in.at + at), low = (x - EACH * ' ') & ~x & EACH * 0x80;
        if (low != 0) {
            at += (size_t)__builtin_ctzll(low) / 8;
            break;
        }
    }
    while (at < in.len && in.at[at] >= ' ')
        at++;
    return at + 1 < in.len && in.at[at] == '\r' && in.at[at + 1] == '\n' ? at : 0;
}

/* A line that is not the shape's: its name must be, or it must be the first. */
static bool take_changed(struct walk *w, size_t same, enum direction d)
{
    const struct http_shape *s = w->shape;

    while (s->end[w->line] <= w->was + same)
        w->line++;
    const size_t colon = s->colon[w->line], end = s->end[w->line];
    const size_t at = w->is + same, stop = clean_end(w->in, at);
    const bool bare = same > 0 && w->in.at[at - 1] == '\r'; /* an LF was behind it */
    if (stop == 0 || bare || (w->line > 0 && w->was + same <= colon))
        return false;
    if (w->line == 0) {
        const struct bytes line = bytes_first(w->in, stop);
        if (!http_line_parse(line, d, &w->out->line) || w->out->line.sloppy)
            return false;
    } else if (w->value < s->values && s->value[w->value].line_end == end) {
        const size_t value = w->is + (colon + 1 - w->was);
        w->out->value[s->value[w->value++].field] =
            bytes_trim(bytes_of(w->in.at + value, stop - value));
    }
    w->is = stop + LINE_END;
    w->was = end;
    w->line++;
    return true;
}

/* What stands in lines that are the shape's. */
static void take_same(struct walk *w, size_t same)
{
    const struct http_shape *s = w->shape;
    const uint8_t *at = w->in.at + w->is;

    if (w->was == 0 && same >= s->end[0])
        move_line(&w->out->line, s->text, at);
    for (; w->value < s->values && s->value[w->value].line_end <= w->was + same; w->value++)
        w->out->value[s->value[w->value].field].at = at + (s->value[w->value].at - w->was);
}

/* The length of the head, if it is of this shape; 0: it is not. */
static size_t read_alike(const struct http_shape *s, struct bytes in, enum direction d,
                         struct http_head *out)
{
    struct walk w = {.shape = s, .in = in, .out = out};

    *out = s->head;
    for (unsigned changes = 0; changes <= CHANGES_MOST; changes++) {
        const size_t left = s->len - w.was, there = in.len - w.is;
        const size_t same = same_bytes(s->text + w.was, in.at + w.is, left < there ? left : there);
        take_same(&w, same);
        if (same == left) {
            const size_t len = w.is + same, first = out->line.text.len + LINE_END;
            out->fields = bytes_of(in.at + first, len - first);
            return len <= LINES_LONGEST ? len : 0;
        }
        if (!take_changed(&w, same, d))
            return 0;
    }
    return 0;
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
        at += len;
    }
    return at == text.len;
}

static unsigned line_of(const struct http_shape *s, size_t at)
{
    unsigned line = 0;

    while (s->end[line] <= at)
        line++;
    return line;
}

/* In the order of their lines. */
static void find_values(struct http_shape *s)
{
    s->values = 0;
    for (unsigned f = 0; f < HTTP_FIELDS; f++) {
        if (s->head.count[f] == 0)
            continue;
        const size_t at = (size_t)(s->head.value[f].at - s->text);
        unsigned n = s->values++;
        for (; n > 0 && s->value[n - 1].at > at; n--)
            s->value[n] = s->value[n - 1];
        s->value[n] = (struct shape_value){
            .at = (uint16_t)at, .line_end = s->end[line_of(s, at)], .field = (uint8_t)f};
    }
}

static void remember(struct http_shape *s, struct bytes head, const struct http_head *says)
{
    s->len = 0;
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

size_t http_shapes_read(struct http_shapes *s, struct bytes in, enum direction d,
                        struct http_head *out)
{
    struct shape_row *row = s != NULL ? &s->row[d] : NULL;

    if (row == NULL || row->rest > 0) {
        if (row != NULL)
            row->rest--;
        return http_head_read(in, d, out);
    }
    for (unsigned n = 0; n < HTTP_SHAPES && row->at[n]->len > 0; n++) {
        const size_t len = read_alike(row->at[n], in, d, out);
        if (len == 0)
            continue;
        row->misses = 0;
        if (n > 0)
            bring_forward(row, n);
        return len;
    }
    return read_anew(row, in, d, out);
}
