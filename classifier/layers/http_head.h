/* SPDX-License-Identifier: MIT */
/* http_head.h - a whole head: first line and fields (RFC 9112 s2.1, s5).
 *
 * In:    the bytes of one head, from its first line to its blank line. CRLF and bare LF end a line.
 * Out:   the fields portwarden knows, borrowed, and what is wrong with them. O(bytes), no memory.
 * State: none.
 */
#ifndef LAYERS_HTTP_HEAD_H
#define LAYERS_HTTP_HEAD_H

#include "layers/http_faults.h"
#include "layers/http_line.h"

enum http_field {
    HTTP_HOST,
    HTTP_USER_AGENT,
    HTTP_REFERER,
    HTTP_ORIGIN,
    HTTP_CONTENT_TYPE,
    HTTP_LOCATION,
    HTTP_CONTENT_LENGTH,
    HTTP_TRANSFER_ENCODING,
    HTTP_CONNECTION,
    HTTP_UPGRADE,
    HTTP_WS_KEY,
    HTTP_WS_VERSION,
    HTTP_WS_ACCEPT,
    HTTP_WS_PROTOCOL,
    HTTP_WS_EXTENSIONS,
    HTTP_WS_ORIGIN,      /* hybi-04 to hybi-10 */
    HTTP_WS_KEY1,        /* hixie-76 */
    HTTP_WS_KEY2,        /* the same */
    HTTP_WS_75_PROTOCOL, /* hixie-75 */
    HTTP_WS_75_LOCATION, /* the same, in its answer */
    HTTP_WS_76_LOCATION, /* hixie-76, in its answer */
    HTTP_FIELDS
};

#define HTTP_REPEATS 8 /* values of one name that are looked at: keeps the work per head linear */

struct http_head {
    struct http_line line;
    struct bytes fields;             /* the field lines */
    struct bytes value[HTTP_FIELDS]; /* the first of each name, trimmed */
    uint8_t count[HTTP_FIELDS];      /* how many of that name; stops at HTTP_REPEATS */
    struct bytes after;              /* hixie-76: the 16 bytes that follow its answer's head */
    struct http_faults faults;
};

/* The length of the head that `in` begins with, its blank line included; 0: not whole yet. The
 * first `scanned` bytes were looked at before. */
size_t http_head_end(struct bytes in, size_t scanned);

/* False: the first line is none. A head cut short (no blank line) is read as far as it goes. */
bool http_head_parse(struct bytes head, enum direction d, struct http_head *out);
/* The same, line by line. */
bool http_head_parse_by_lines(struct bytes head, enum direction d, struct http_head *out);
/* Both at once, for a head that is whole and has nothing wrong with it but what its values say:
 * returns its length. 0: anything else; `out` is spoilt. */
size_t http_head_read(struct bytes in, enum direction d, struct http_head *out);

/* Reads field lines alone, up to a blank line or the end. `out` is zero-filled, but for its line.
 */
void http_head_parse_fields(struct bytes fields, struct http_head *out);

/* The next value of the field `name`, whatever its case, in field lines; takes the lines up to it
 * off `fields`. False: there is none. */
bool http_fields_next(struct bytes *fields, struct bytes name, struct bytes *value);

#define HTTP_LIST_ROOM 512

/* All values of a field as one list (RFC 9110 s5.2): borrowed from the head, or joined in
 * `scratch`, where what finds no room is left out. */
static inline struct bytes http_head_list(const struct http_head *h, enum http_field f,
                                          uint8_t scratch[HTTP_LIST_ROOM]);
struct bytes http_head_join(const struct http_head *h, enum http_field f,
                            uint8_t scratch[HTTP_LIST_ROOM]);

/* Is `token`, whatever its case, in any of the field's lists? */
static inline bool http_head_has(const struct http_head *h, enum http_field f, const char *token);
bool http_head_has_token(const struct http_head *h, enum http_field f, struct bytes token);

/* The field by which a request says whose page sent it; NULL: it does not. */
const struct bytes *http_head_origin(const struct http_head *h);

/* Whom a request is for: the authority in its target, else Host (RFC 9112 s3.3). */
struct bytes http_head_host(const struct http_head *h);

static inline struct bytes http_head_list(const struct http_head *h, enum http_field f,
                                          uint8_t scratch[HTTP_LIST_ROOM])
{
    return h->count[f] <= 1 ? h->value[f] : http_head_join(h, f, scratch);
}

static inline bool http_head_has(const struct http_head *h, enum http_field f, const char *token)
{
    const struct bytes as_usual = bytes_of_text(token);

    return h->count[f] > 0 &&
           (bytes_equal(h->value[f], as_usual) || http_head_has_token(h, f, as_usual));
}

#endif
