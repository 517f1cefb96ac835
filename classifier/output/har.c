/* SPDX-License-Identifier: MIT */
#include "output/har.h"

#include <stdlib.h>

#include "output/flow_map.h"
#include "output/output.h"
#include "output/spool.h"

/* A WebSocket that goes on: its entry so far. */
struct har_flow {
    struct json json;
    struct spooled text;
    int64_t started_ns;
};

struct har {
    struct sink sink;
    struct out *out;
    struct flow_map flows;
    struct spool spool;
    bool any;    /* an entry was written */
    bool failed; /* memory ran out */
};

static void write_piece(void *ctx, struct bytes piece)
{
    struct har *h = ctx;

    buffer_append(out_buffer(h->out), piece);
    out_record(h->out);
}

static void between(struct har *h)
{
    buffer_append_text(out_buffer(h->out), h->any ? ",\n" : "\n");
    h->any = true;
}

static void end_flow(struct har *h, struct har_flow *f, int64_t end_ns)
{
    f->json.out = &f->text.tail;
    har_websocket_end(&f->json, f->started_ns, end_ns);
    between(h);
    spool_take(&h->spool, &f->text, write_piece, h);
    free(f);
}

static void on_over(struct har *h, const struct event *e)
{
    struct har_flow *f =
        e->flow->end != FLOW_GOES_ON ? flow_map_remove(&h->flows, e->flow->id) : NULL;

    if (f != NULL)
        end_flow(h, f, e->flow->end_ns);
}

/* A new entry for this flow; its handshake is written, or `e` is the first message without one. */
static struct har_flow *begin_flow(struct har *h, const struct event *e, int64_t started_ns)
{
    struct har_flow *f = flow_map_remove(&h->flows, e->flow->id);

    if (f != NULL) /* a second upgrade on one connection */
        end_flow(h, f, e->time_ns);
    f = calloc(1, sizeof(*f));
    if (f == NULL || !flow_map_add(&h->flows, e->flow->id, f)) {
        h->failed = true;
        free(f);
        return NULL;
    }
    f->started_ns = started_ns;
    f->json = json_into(&f->text.tail, false);
    return f;
}

static void on_handshake(struct har *h, const struct event *e)
{
    const struct handshake *w = &e->as.handshake;
    struct har_flow *f;

    if (w->ladder == LADDER_REFUSED)
        return; /* an answer like any other: EVENT_HTTP tells it */
    f = begin_flow(h, e, w->request_packet > 0 ? w->request_time_ns : e->time_ns);
    if (f == NULL)
        return;
    har_websocket_begin(&f->json, e);
    spool_settle(&h->spool, &f->text);
}

static void on_message(struct har *h, const struct event *e)
{
    struct har_flow *f = flow_map_find(&h->flows, e->flow->id);

    if (f == NULL) {
        f = begin_flow(h, e, e->time_ns);
        if (f == NULL)
            return;
        har_websocket_unseen(&f->json, e);
    }
    buffer_append_text(&f->text.tail, "\n");
    har_message(&f->json, e);
    spool_settle(&h->spool, &f->text);
}

static void on_http(struct har *h, const struct event *e)
{
    struct json j = json_into(out_buffer(h->out), false);

    if (e->as.http.upgrade && flow_map_find(&h->flows, e->flow->id) != NULL)
        return; /* told as a WebSocket */
    between(h);
    har_exchange(&j, e);
    out_record(h->out);
}

static void on_event(void *ctx, const struct event *e)
{
    struct har *h = ctx;

    if (e->flow == NULL)
        return;
    if (e->kind == EVENT_HTTP)
        on_http(h, e);
    else if (e->kind == EVENT_HANDSHAKE)
        on_handshake(h, e);
    else if (e->kind == EVENT_MESSAGE)
        on_message(h, e);
    else if (e->kind == EVENT_FLOW)
        on_over(h, e);
}

struct har *har_create(struct out *out, const char *version, struct err *err)
{
    struct har *h = calloc(1, sizeof(*h));
    struct json j = json_into(out_buffer(out), false);

    if (h == NULL) {
        err_set(err, "--har: out of memory");
        return NULL;
    }
    h->sink = (struct sink){.event = on_event,
                            .ctx = h,
                            .interest = INTEREST_HTTP | INTEREST_HANDSHAKES | INTEREST_MESSAGES |
                                        INTEREST_KEEP};
    h->out = out;
    json_object(&j, NULL);
    json_object(&j, "log");
    json_text(&j, "version", "1.2");
    json_object(&j, "creator");
    json_text(&j, "name", "portwarden");
    json_text(&j, "version", version);
    json_end(&j);
    json_array(&j, "pages");
    json_end(&j);
    json_array(&j, "entries");
    out_record(out);
    return h;
}

struct sink *har_sink(struct har *h)
{
    return &h->sink;
}

bool har_finish(struct har *h, struct err *err)
{
    buffer_append_text(out_buffer(h->out), "\n]}}\n");
    out_record(h->out);
    if (h->failed)
        err_set(err, "out of memory");
    return !h->failed && spool_good(&h->spool, err);
}

void har_free(struct har *h)
{
    if (h == NULL)
        return;
    for (size_t i = 0; i < h->flows.room; i++) {
        struct har_flow *f = h->flows.slot[i].what;
        if (f != NULL)
            spool_forget(&f->text);
        free(f);
    }
    flow_map_free(&h->flows);
    spool_close(&h->spool);
    free(h);
}
