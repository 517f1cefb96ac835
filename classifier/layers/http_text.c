/* SPDX-License-Identifier: MIT */
#include "layers/http_text.h"

struct http_text {
    uint32_t size;                    /* of the whole block */
    uint16_t end[TEXT_REQUEST_PARTS]; /* of each part in `at` */
    uint8_t at[];
};

static const uint16_t REQUEST_LIMITS[TEXT_REQUEST_PARTS] = {
    [TEXT_METHOD] = HTTP_METHOD_MAX,
    [TEXT_URL] = 2048,
    [TEXT_PROTOCOL] = 8,
    [TEXT_HOST] = 256,
    [TEXT_USER_AGENT] = 512,
    [TEXT_REFERER] = 1024,
    [TEXT_ORIGIN] = 512,
    [TEXT_UPGRADE] = 128,
    [TEXT_WS_KEY] = 128,
    [TEXT_WS_PROTOCOLS] = HTTP_LIST_ROOM,
    [TEXT_WS_EXTENSIONS] = HTTP_LIST_ROOM,
};

static const uint16_t RESPONSE_LIMITS[TEXT_RESPONSE_PARTS] = {
    [TEXT_CONTENT_TYPE] = 256,
    [TEXT_REDIRECT] = 2048,
    [TEXT_RESPONSE_PROTOCOL] = 8,
};

static struct http_text *copy(struct host *h, const struct bytes *part, const uint16_t *limits,
                              unsigned count)
{
    uint16_t end[TEXT_REQUEST_PARTS];
    size_t len = 0;

    for (unsigned i = 0; i < TEXT_REQUEST_PARTS; i++) {
        len += i < count ? bytes_first(part[i], limits[i]).len : 0;
        end[i] = (uint16_t)len;
    }
    const size_t size = sizeof(struct http_text) + len;
    struct http_text *t = h->alloc(h, size);
    if (t == NULL)
        return NULL;
    t->size = (uint32_t)size;
    memcpy(t->end, end, sizeof(end));
    for (unsigned i = 0, from = 0; i < count; from = end[i++])
        if (end[i] > from)
            memcpy(t->at + from, part[i].at, end[i] - from);
    return t;
}

struct http_text *http_text_of_request(struct host *h, const struct http_head *head)
{
    uint8_t protocols[HTTP_LIST_ROOM], extensions[HTTP_LIST_ROOM], upgrade[HTTP_LIST_ROOM];
    const struct bytes *origin = http_head_origin(head);
    struct bytes part[TEXT_REQUEST_PARTS] = {
        [TEXT_METHOD] = head->line.method,
        [TEXT_URL] = head->line.target,
        [TEXT_PROTOCOL] = head->line.protocol,
        [TEXT_HOST] = http_head_host(head),
        [TEXT_USER_AGENT] = head->value[HTTP_USER_AGENT],
        [TEXT_REFERER] = head->value[HTTP_REFERER],
        [TEXT_ORIGIN] = origin != NULL ? *origin : bytes_of(NULL, 0),
        [TEXT_UPGRADE] = http_head_list(head, HTTP_UPGRADE, upgrade),
        [TEXT_WS_KEY] = head->value[HTTP_WS_KEY],
        [TEXT_WS_PROTOCOLS] = http_head_list(
            head, head->count[HTTP_WS_PROTOCOL] > 0 ? HTTP_WS_PROTOCOL : HTTP_WS_75_PROTOCOL,
            protocols),
        [TEXT_WS_EXTENSIONS] = http_head_list(head, HTTP_WS_EXTENSIONS, extensions),
    };

    return copy(h, part, REQUEST_LIMITS, TEXT_REQUEST_PARTS);
}

struct http_text *http_text_of_response(struct host *h, const struct http_head *head)
{
    struct bytes part[TEXT_RESPONSE_PARTS] = {
        [TEXT_CONTENT_TYPE] = head->value[HTTP_CONTENT_TYPE],
        [TEXT_REDIRECT] = head->value[HTTP_LOCATION],
        [TEXT_RESPONSE_PROTOCOL] = head->line.protocol,
    };

    return copy(h, part, RESPONSE_LIMITS, TEXT_RESPONSE_PARTS);
}

struct bytes http_text_part(const struct http_text *t, enum http_text_part p)
{
    if (t == NULL)
        return bytes_of(NULL, 0);
    const size_t from = p > 0 ? t->end[p - 1] : 0;
    return bytes_of(t->at + from, t->end[p] - from);
}

bool http_text_may_be_cut(const struct http_text *t, enum http_text_part p)
{
    return http_text_part(t, p).len == REQUEST_LIMITS[p];
}

size_t http_text_size(const struct http_text *t)
{
    return t != NULL ? t->size : 0;
}

void http_text_free(struct http_text *t, struct host *h)
{
    if (t != NULL)
        h->free(h, t, t->size);
}
