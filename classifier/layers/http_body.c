/* SPDX-License-Identifier: MIT */
#include "layers/http_body.h"

#include "layers/http_value.h"

#define HEX_DIGITS_MAX 15 /* of a chunk size: less than 2^60, so sums do not wrap */
#define NO_CONTENT     204
#define NOT_MODIFIED   304

/* Content-Length may be repeated, also as a list, when all say the same (RFC 9110 s8.6). */
static bool read_length(struct http_head *head, uint64_t *length)
{
    uint8_t scratch[HTTP_LIST_ROOM];
    struct bytes item, list = http_head_list(head, HTTP_CONTENT_LENGTH, scratch);
    bool any = false;
    uint64_t n = 0;

    if (http_number(list, length))
        return true;
    while (http_split_next(&list, ',', &item)) {
        if (!http_number(item, &n)) {
            http_fault(&head->faults, HTTP_LENGTH_INVALID);
            return false;
        }
        if (any && n != *length)
            http_fault(&head->faults, HTTP_LENGTH_CONFLICT);
        else
            *length = n;
        any = true;
    }
    if (!any)
        http_fault(&head->faults, HTTP_LENGTH_INVALID);
    return any;
}

/* Is chunked the last coding, applied once (RFC 9112 s6.1)? */
static bool is_chunked(struct http_head *head)
{
    static const struct bytes chunked = {(const uint8_t *)"chunked", 7};
    uint8_t scratch[HTTP_LIST_ROOM];
    struct bytes item, list = http_head_list(head, HTTP_TRANSFER_ENCODING, scratch);
    bool last = false;
    unsigned times = 0;

    while (http_split_next(&list, ',', &item)) {
        last = bytes_equal_nocase(item, chunked);
        times += last;
    }
    if (!last || times > 1)
        http_fault(&head->faults, HTTP_TRANSFER_CODING);
    return last;
}

struct http_body http_body_of(struct http_head *head, enum http_body_rule rule)
{
    const uint16_t status = head->line.status;
    const enum http_body_state otherwise = rule == BODY_OF_RESPONSE ? BODY_UNTIL_CLOSE : BODY_DONE;
    struct http_body b = {.state = (uint8_t)otherwise};

    if (rule == BODY_NEVER || status / 100 == 1 || status == NO_CONTENT || status == NOT_MODIFIED)
        return (struct http_body){.state = BODY_DONE};
    if (head->count[HTTP_TRANSFER_ENCODING] > 0) {
        if (head->count[HTTP_CONTENT_LENGTH] > 0)
            http_fault(&head->faults, HTTP_LENGTH_AND_CHUNKED);
        if (is_chunked(head))
            b.state = BODY_CHUNK_SIZE;
        else if (rule == BODY_OF_REQUEST)
            b.state = BODY_LOST;
        return b;
    }
    if (head->count[HTTP_CONTENT_LENGTH] > 0 && read_length(head, &b.left))
        b.state = b.left > 0 ? BODY_LENGTH : BODY_DONE;
    return b;
}

static void chunk_line_ends(struct http_body *b)
{
    if (b->digits == 0)
        b->state = BODY_LOST;
    else
        b->state = b->left > 0 ? BODY_CHUNK_DATA : BODY_TRAILER;
    b->digits = 0;
    b->had_cr = false;
}

static void chunk_size_byte(struct http_body *b, uint8_t c)
{
    const int value = hex_digit_value(c);

    if (value >= 0 && (b->left > 0 || value > 0 || b->digits == 0)) {
        if (++b->digits > HEX_DIGITS_MAX)
            b->state = BODY_LOST;
        b->left = b->left << 4 | (unsigned)value;
    } else if (value == 0) {
        return; /* leading zeros say nothing */
    } else if (b->digits > 0 && c == '\n') {
        chunk_line_ends(b);
    } else if (b->digits > 0 && (c == ';' || c == ' ' || c == '\t' || c == '\r')) {
        b->state = BODY_CHUNK_EXT; /* RFC 9112 s7.1.1 */
    } else {
        b->state = BODY_LOST;
    }
}

/* An empty line: CR LF or LF. */
static void line_end_byte(struct http_body *b, uint8_t c, enum http_body_state otherwise)
{
    if (c == '\r' && !b->had_cr) {
        b->had_cr = true;
    } else if (c == '\n') {
        b->state = b->state == BODY_TRAILER ? BODY_DONE : BODY_CHUNK_SIZE;
        b->left = 0;
    } else {
        b->state = (uint8_t)otherwise;
    }
}

/* Skips to the line end; in.len when it is not there. */
static size_t skip_line(struct bytes in, bool *ended)
{
    const uint8_t *end = bytes_find_byte(in, '\n');

    *ended = end != NULL;
    return end != NULL ? (size_t)(end - in.at) + 1 : in.len;
}

static size_t skip_data(struct http_body *b, size_t available)
{
    const size_t n = b->left < available ? (size_t)b->left : available;

    b->left -= n;
    b->seen += n;
    if (b->left == 0) {
        b->state = b->state == BODY_LENGTH ? BODY_DONE : BODY_CHUNK_END;
        b->had_cr = false;
    }
    return n;
}

static size_t skip_rest_of_line(struct http_body *b, struct bytes in)
{
    bool ended;
    const size_t n = skip_line(in, &ended);

    if (ended && b->state == BODY_CHUNK_EXT)
        chunk_line_ends(b);
    else if (ended)
        b->state = BODY_TRAILER;
    b->had_cr = false;
    return n;
}

static size_t body_step(struct http_body *b, struct bytes in)
{
    switch ((enum http_body_state)b->state) {
    case BODY_LENGTH:
    case BODY_CHUNK_DATA: return skip_data(b, in.len);
    case BODY_UNTIL_CLOSE: b->seen += in.len; return in.len;
    case BODY_CHUNK_SIZE: chunk_size_byte(b, in.at[0]); return 1;
    case BODY_CHUNK_EXT:
    case BODY_TRAILER_LINE: return skip_rest_of_line(b, in);
    case BODY_CHUNK_END: line_end_byte(b, in.at[0], BODY_LOST); return 1;
    case BODY_TRAILER: line_end_byte(b, in.at[0], BODY_TRAILER_LINE); return 1;
    case BODY_DONE:
    case BODY_LOST: break;
    }
    return 0;
}

size_t http_body_feed(struct http_body *b, struct bytes in)
{
    size_t used = 0;

    while (used < in.len && b->state != BODY_DONE && b->state != BODY_LOST)
        used += body_step(b, bytes_after(in, used));
    return used;
}

bool http_body_next(struct http_body *b, struct bytes *in, struct bytes *data)
{
    const bool content =
        b->state == BODY_LENGTH || b->state == BODY_CHUNK_DATA || b->state == BODY_UNTIL_CLOSE;

    if (b->state == BODY_DONE || b->state == BODY_LOST || in->len == 0)
        return false;
    const size_t n = body_step(b, *in);
    *data = bytes_first(*in, content ? n : 0);
    *in = bytes_after(*in, n);
    return true;
}

uint64_t http_body_gap(struct http_body *b, uint64_t n)
{
    if (b->state == BODY_UNTIL_CLOSE) {
        b->seen += n;
        return n;
    }
    if (b->state != BODY_LENGTH && b->state != BODY_CHUNK_DATA) {
        b->state = BODY_LOST;
        return 0;
    }
    const bool past_end = n > b->left;
    const uint64_t mine = past_end ? b->left : n;
    b->left -= mine;
    b->seen += mine;
    if (b->left == 0)
        b->state = b->state == BODY_LENGTH ? BODY_DONE : BODY_CHUNK_END;
    b->had_cr = false;
    if (past_end && b->state == BODY_CHUNK_END)
        b->state = BODY_LOST;
    return mine;
}
