/* SPDX-License-Identifier: MIT */
/* http_body.h - where a message's body ends (RFC 9112 s6, s7.1).
 *
 * In:    the bytes after a head, cut anywhere.
 * Out:   how many of them are the body's; how long it was. Its bytes are skipped, never copied.
 * State: value type, 24 bytes; http_body_of() makes it ready.
 */
#ifndef LAYERS_HTTP_BODY_H
#define LAYERS_HTTP_BODY_H

#include "layers/http_head.h"

enum http_body_state {
    BODY_DONE,
    BODY_LENGTH,      /* `left` more bytes */
    BODY_UNTIL_CLOSE, /* all that comes */
    BODY_CHUNK_SIZE,  /* in a chunk's hexadecimal size */
    BODY_CHUNK_EXT,   /* after it, up to the line end */
    BODY_CHUNK_DATA,  /* `left` more bytes */
    BODY_CHUNK_END,   /* the line end after the data */
    BODY_TRAILER,     /* at the start of a trailer line */
    BODY_TRAILER_LINE,
    BODY_LOST, /* framing that cannot be followed: what comes next is unknown */
};

struct http_body {
    uint64_t left;  /* bytes of the body or chunk still to come; in CHUNK_SIZE: the size so far */
    uint64_t seen;  /* bytes of the body, without chunk framing */
    uint8_t state;  /* enum http_body_state */
    uint8_t digits; /* of this chunk's size */
    bool had_cr;    /* CHUNK_END, TRAILER: its CR was seen */
};

/* What decides besides the head. */
enum http_body_rule {
    BODY_OF_REQUEST,
    BODY_OF_RESPONSE,
    BODY_NEVER, /* the answer to HEAD */
};

/* Faults of the framing fields are added to head->faults. */
struct http_body http_body_of(struct http_head *head, enum http_body_rule rule);

/* Returns how much of `in` is the body's: in.len while it goes on. */
size_t http_body_feed(struct http_body *b, struct bytes in);

/* Takes the next part of the body off `in`; `data`: what of it is content, not framing. False: the
 * body has ended. */
bool http_body_next(struct http_body *b, struct bytes *in, struct bytes *data);

/* `n` bytes were lost. Returns how many of them were the body's for certain; when that is less
 * than `n`, the state is DONE (the body ended within) or LOST. */
uint64_t http_body_gap(struct http_body *b, uint64_t n);

#endif
