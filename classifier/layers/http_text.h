/* SPDX-License-Identifier: MIT */
/* http_text.h - the strings of a head that must outlive it, in one compact block.
 *
 * Each is cut at a limit (the table in http_text.c), so a block has at most HTTP_TEXT_MAX bytes.
 */
#ifndef LAYERS_HTTP_TEXT_H
#define LAYERS_HTTP_TEXT_H

#include "layers/http_head.h"

enum http_text_part {
    /* of a request */
    TEXT_METHOD,
    TEXT_URL,
    TEXT_PROTOCOL,
    TEXT_HOST,
    TEXT_USER_AGENT,
    TEXT_REFERER,
    TEXT_ORIGIN,
    TEXT_UPGRADE,
    TEXT_WS_KEY,
    TEXT_WS_PROTOCOLS,
    TEXT_WS_EXTENSIONS,
    TEXT_REQUEST_PARTS,
    /* of a response */
    TEXT_CONTENT_TYPE = 0,
    TEXT_REDIRECT,
    TEXT_RESPONSE_PROTOCOL,
    TEXT_RESPONSE_PARTS,
};

#define HTTP_TEXT_MAX 8192 /* bytes of a block, at most */

struct http_text; /* one block */

/* NULL when there is no memory. Free it with http_text_free(). */
struct http_text *http_text_of_request(struct host *h, const struct http_head *head);
struct http_text *http_text_of_response(struct host *h, const struct http_head *head);

/* No bytes when `t` is NULL. */
struct bytes http_text_part(const struct http_text *t, enum http_text_part p);
/* Of a request: is the part as long as any may be? */
bool http_text_may_be_cut(const struct http_text *t, enum http_text_part p);
size_t http_text_size(const struct http_text *t);         /* bytes of memory; NULL: 0 */
void http_text_free(struct http_text *t, struct host *h); /* NULL is fine */

#endif
