/* SPDX-License-Identifier: MIT */
/* http_transcript.h - runs the layer http over a transcript and writes down what it says.
 *
 *     Q(GET,/path,host)              EVENT_HTTP_REQUEST; "!ws" in it: asked for WebSocket
 *     A(host,/path,origin)           host.asked_for
 *     H(GET,/path,200,0,12)          EVENT_HTTP: status, body bytes of request and response
 *     W(accepted,101)                EVENT_HANDSHAKE
 *     become(..) leave claim(..) climb(..) anomaly(..)  as layer_harness.h has them
 *     > "..." < "..."                what was carried to the server, to the client
 */
#ifndef TESTS_UNIT_HTTP_TRANSCRIPT_H
#define TESTS_UNIT_HTTP_TRANSCRIPT_H

#include "layer_harness.h"
#include "layers/http_shape.h"
#include "layers/layers.h"

#define TURNS_MAX 12
#define LOST      "\x01lost " /* a turn that begins so is a gap; the number of bytes follows */

struct transcript {
    const char *name;
    const char *turns[TURNS_MAX]; /* "C..." from the client, "S..." from the server */
    const char *log;
};

static inline void say_part(struct harness *x, struct bytes b)
{
    buffer_append(&x->log, bytes_first(b, 60));
}

static inline void http_describe(struct harness *x, const struct event *e)
{
    const struct http_event *q = &e->as.http;

    if (e->kind == EVENT_HANDSHAKE) {
        buffer_printf(&x->log, "W(%s,%u%s%s) ", ladder_name(e->as.handshake.ladder),
                      e->as.handshake.status, e->as.handshake.deflate ? ",deflate" : "",
                      e->as.handshake.cross_origin ? ",cross" : "");
        return;
    }
    if (e->kind != EVENT_HTTP && e->kind != EVENT_HTTP_REQUEST)
        return;
    buffer_append_text(&x->log, e->kind == EVENT_HTTP ? "H(" : "Q(");
    say_part(x, q->method);
    buffer_append_text(&x->log, ",");
    say_part(x, q->url);
    if (e->kind == EVENT_HTTP) {
        buffer_printf(&x->log, ",%u,%llu,%llu%s) ", q->status,
                      (unsigned long long)q->request_length, (unsigned long long)q->response_length,
                      q->response_only ? ",only" : "");
        return;
    }
    buffer_append_text(&x->log, ",");
    say_part(x, q->host);
    buffer_append_text(&x->log, q->upgrade ? ",!ws) " : ") ");
}

static inline void http_asked_for(struct host *h, struct bytes host, struct bytes url,
                                  struct bytes origin)
{
    struct harness *x = (struct harness *)h;

    buffer_append_text(&x->log, "A(");
    say_part(x, host);
    buffer_append_text(&x->log, ",");
    say_part(x, url);
    buffer_append_text(&x->log, ",");
    say_part(x, origin);
    buffer_append_text(&x->log, ") ");
}

static inline struct turn turn_of(const char *text)
{
    struct turn t = {.direction = text[0] == 'C' ? TO_SERVER : TO_CLIENT,
                     .bytes = bytes_of_text(text + 1)};

    if (strncmp(text + 1, LOST, strlen(LOST)) == 0)
        t.gap = strtoull(text + 1 + strlen(LOST), NULL, 10);
    return t;
}

static inline size_t turns_of(const struct transcript *t, struct turn turns[TURNS_MAX])
{
    size_t n = 0;

    for (; n < TURNS_MAX && t->turns[n] != NULL; n++)
        turns[n] = turn_of(t->turns[n]);
    return n;
}

static inline size_t longest_turn(const struct turn *turns, size_t count)
{
    size_t longest = 0;

    for (size_t i = 0; i < count; i++)
        if (turns[i].gap == 0 && turns[i].bytes.len > longest)
            longest = turns[i].bytes.len;
    return longest;
}

/* Reads what the next layer would read: it must still be there. */
static inline void http_become(struct host *h, const char *protocol, const void *arg)
{
    const struct handshake *w = arg;

    harness_become(h, protocol, arg);
    if (w == NULL)
        return;
    const struct bytes parts[] = {w->host, w->path, w->client_extensions, w->extensions,
                                  w->subprotocol};
    size_t sum = 0;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        for (size_t n = 0; n < parts[i].len; n++)
            sum += parts[i].at[n] != 0;
    CHECK(w->ladder == ((struct harness *)h)->ladder && (w->path.len == 0 || sum > 0),
          "the handshake is handed over");
}

struct http_run {
    struct harness x;
    void *state;
};

static inline void run_begin(struct http_run *r, uint32_t interest, struct digest *digest)
{
    harness_begin(&r->x, interest, digest);
    r->x.describe = http_describe;
    r->x.host.become = http_become;
    r->x.host.shapes = http_shapes_create(NULL);
    r->state = calloc(1, layer_http.state_size);
    if (r->state == NULL || r->x.host.shapes == NULL)
        abort();
}

static inline void say_carried(struct harness *x, enum direction d)
{
    if (x->carried[d].len == 0)
        return;
    buffer_append_text(&x->log, d == TO_SERVER ? ">\"" : "<\"");
    buffer_append(&x->log, buffer_bytes(&x->carried[d]));
    buffer_append_text(&x->log, "\" ");
}

/* Closes the layer; the log is complete after it. Free the state, and harness_end(), after that. */
static inline const char *run_log(struct http_run *r)
{
    layer_http.close(r->state, &r->x.host, CLOSE_FINISHED);
    say_carried(&r->x, TO_SERVER);
    say_carried(&r->x, TO_CLIENT);
    return harness_log(&r->x);
}

static inline void run_end(struct http_run *r)
{
    free(r->state);
    http_shapes_free(r->x.host.shapes);
    harness_end(&r->x);
}

#endif
