/* SPDX-License-Identifier: MIT */
#include "model/event_copy.h"

/* One copy under way: `failed` once memory ran out. */
struct copying {
    struct scratch *scratch;
    bool failed;
};

static void *take_copy(struct copying *c, const void *from, size_t bytes)
{
    void *to = scratch_take(c->scratch, bytes);

    if (to == NULL)
        c->failed = true;
    else if (bytes > 0)
        memcpy(to, from, bytes);
    return to;
}

static void copy_bytes(struct copying *c, struct bytes *text)
{
    if (text->len > 0)
        text->at = take_copy(c, text->at, text->len);
}

static void copy_all(struct copying *c, struct bytes *const *text, size_t count)
{
    for (size_t i = 0; i < count; i++)
        copy_bytes(c, text[i]);
}

#define COPY_ALL(c, text) copy_all(c, text, sizeof(text) / sizeof((text)[0]))

static void copy_http(struct copying *c, struct http_event *h)
{
    struct bytes *const text[] = {&h->method,   &h->host,   &h->url,      &h->user_agent,
                                  &h->referer,  &h->origin, &h->protocol, &h->content_type,
                                  &h->redirect, &h->fields};
    COPY_ALL(c, text);
}

static void copy_tls(struct copying *c, struct tls_event *t)
{
    struct bytes *const text[] = {&t->sni,  &t->alpn,      &t->ja3, &t->ja3_hash,
                                  &t->ja3s, &t->ja3s_hash, &t->ja4};
    COPY_ALL(c, text);
    struct bytes *offered =
        take_copy(c, t->alpn_offered, t->alpn_offered_count * sizeof(*t->alpn_offered));
    t->alpn_offered = offered;
    for (size_t i = 0; offered != NULL && i < t->alpn_offered_count; i++)
        copy_bytes(c, &offered[i]);
}

static void copy_handshake(struct copying *c, struct handshake *h)
{
    struct bytes *const text[] = {&h->host,        &h->path,
                                  &h->origin,      &h->key,
                                  &h->accept,      &h->client_protocols,
                                  &h->subprotocol, &h->client_extensions,
                                  &h->extensions};
    COPY_ALL(c, text);
    h->joined = NULL; /* for the layer that is opened with it */
}

static const struct endpoint *copy_ends(struct copying *c, const struct endpoint *from,
                                        uint16_t count)
{
    return count > 0 ? take_copy(c, from, count * sizeof(*from)) : NULL;
}

static void copy_bittorrent(struct copying *c, struct bittorrent_event *b)
{
    b->peers = copy_ends(c, b->peers, b->peer_count);
    b->nodes = copy_ends(c, b->nodes, b->node_count);
    b->names = copy_ends(c, b->names, b->name_count);
    if (b->client != NULL)
        b->client = take_copy(c, b->client, strlen(b->client) + 1);
}

static void copy_body(struct copying *c, struct event *e)
{
    struct bytes *const message[] = {&e->as.message.close_reason, &e->as.message.payload};

    switch (e->kind) {
    case EVENT_HTTP_REQUEST:
    case EVENT_HTTP:
    case EVENT_HTTP_STATUS:
    case EVENT_HTTP_SLOW: copy_http(c, &e->as.http); break;
    case EVENT_TLS: copy_tls(c, &e->as.tls); break;
    case EVENT_HANDSHAKE: copy_handshake(c, &e->as.handshake); break;
    case EVENT_PAYLOAD: copy_bytes(c, &e->as.payload.slice); break;
    case EVENT_MESSAGE: COPY_ALL(c, message); break;
    case EVENT_BITTORRENT: copy_bittorrent(c, &e->as.bittorrent); break;
    case EVENT_ALERT:
        if (e->as.alert.rate != NULL)
            e->as.alert.rate = take_copy(c, e->as.alert.rate, sizeof(*e->as.alert.rate));
        break;
    case EVENT_MESSAGE_BEGIN:
    case EVENT_FRAME:
    case EVENT_ANOMALY:
    case EVENT_FLOW:
    case EVENT_STATS: break;
    }
}

static void copy_evidence(struct copying *c, struct flow_info *f)
{
    struct evidence *seen = take_copy(c, f->evidence, f->evidence_count * sizeof(*f->evidence));

    f->evidence = seen;
    for (size_t i = 0; seen != NULL && i < f->evidence_count; i++)
        copy_bytes(c, &seen[i].detail);
}

static const struct flow_info *copy_flow(struct copying *c, const struct flow_info *from)
{
    struct flow_info *f = take_copy(c, from, sizeof(*from));

    if (f == NULL)
        return NULL;
    struct bytes *const text[] = {&f->host, &f->path,      &f->origin,     &f->subprotocol,
                                  &f->sni,  &f->info_hash, &f->peer_client};
    COPY_ALL(c, text);
    copy_evidence(c, f);
    if (f->ws != NULL)
        f->ws = take_copy(c, f->ws, sizeof(*f->ws));
    if (f->ws_figures != NULL)
        f->ws_figures = take_copy(c, f->ws_figures, sizeof(*f->ws_figures));
    return f;
}

struct event *event_copy(struct scratch *s, const struct event *e)
{
    struct copying c = {.scratch = s};
    struct event *copy = take_copy(&c, e, sizeof(*e));

    if (copy == NULL)
        return NULL;
    copy_body(&c, copy);
    if (e->flow != NULL)
        copy->flow = copy_flow(&c, e->flow);
    if (e->of != NULL)
        copy->of = take_copy(&c, e->of, sizeof(*e->of)); /* its addresses; payload is not told */
    return c.failed ? NULL : copy;
}
