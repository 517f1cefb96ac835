/* SPDX-License-Identifier: MIT */
#include "output/output.h"

#include <stdlib.h>

#include "base/fetch.h"
#include "output/eve_body.h"
#include "output/eve_events.h"
#include "output/eve_head.h"

/* Who writes lines: the output itself, or in its name a worker of several. */
struct writer {
    struct eve_common common;
    struct eve_heads *heads;
    const struct input_note *input; /* what was read; NULL: not known yet */
};

struct eve {
    struct sink sink;
    struct out *out;
    struct writer *own;
};

/* How each kind is written; no body: it is not. */
static const struct line {
    eve_body *body;
    bool by_sender;    /* src is who sent it; else src is the client */
    uint32_t interest; /* what must be asked for, that the line can say all it has to */
} lines[] = {
    [EVENT_HTTP_REQUEST] = {0},
    [EVENT_HTTP_STATUS] = {0},
    [EVENT_HTTP_SLOW] = {0},
    [EVENT_HTTP] = {eve_http, false, INTEREST_HTTP},
    [EVENT_TLS] = {eve_tls, false, INTEREST_TLS},
    [EVENT_HANDSHAKE] = {eve_handshake, false, INTEREST_HANDSHAKES},
    [EVENT_MESSAGE_BEGIN] = {0},
    [EVENT_PAYLOAD] = {0},
    [EVENT_MESSAGE] = {eve_message, true, INTEREST_MESSAGES | INTEREST_VALIDITY},
    [EVENT_FRAME] = {eve_frame, true, INTEREST_FRAMES},
    [EVENT_BITTORRENT] = {eve_bittorrent, false, INTEREST_BITTORRENT},
    [EVENT_ANOMALY] = {eve_anomaly, true, INTEREST_ANOMALIES | INTEREST_VALIDITY},
    [EVENT_ALERT] = {eve_alert, false, 0},
    [EVENT_FLOW] = {eve_flow, false, INTEREST_FIGURES},
    [EVENT_STATS] = {eve_stats, false, 0},
};
#define LINES (sizeof(lines) / sizeof(lines[0]))

static void write_line(struct writer *w, const struct event *e, struct buffer *out)
{
    const struct line *line = &lines[e->kind];
    struct json j = json_into(out, false);

    json_object(&j, NULL);
    eve_head(w->heads, &j, e, line->by_sender);
    line->body(&j, e, &w->common);
    if (e->kind == EVENT_STATS && e->as.stats.final && w->input != NULL)
        eve_input(&j, w->input);
    json_end(&j);
    buffer_append_byte(out, '\n');
}

/* Is there a line of it? */
static bool is_written(const struct writer *w, const struct event *e)
{
    return lines[e->kind].body != NULL && eve_events_have(w->common.how.events, e->kind) &&
           (e->kind != EVENT_TLS || e->as.tls.final);
}

/* Between the lines of flows some time passes, and the next will be about as long: its place comes
 * from memory while packets are read. */
static void fetch_next(const struct buffer *out, enum event_kind kind, size_t len)
{
    if (kind == EVENT_FLOW && out->room - out->len >= len)
        fetch_all_to_write(out->at + out->len, len);
}

static void on_event(void *ctx, const struct event *e)
{
    struct eve *eve = ctx;
    struct buffer *out = out_buffer(eve->out);
    const size_t before = out->len;

    if (!is_written(eve->own, e))
        return;
    write_line(eve->own, e, out);
    const size_t len = out->len - before;
    out_record(eve->out);
    fetch_next(out, e->kind, len);
}

/* ---- by workers ---- */

static struct writer *writer_create(const struct eve_options *how, struct err *err)
{
    struct writer *w = calloc(1, sizeof(*w));

    if (w == NULL) {
        err_set(err, "EVE: out of memory");
        return NULL;
    }
    w->common.how = *how;
    w->heads = eve_heads_create(how->live, err);
    if (w->heads != NULL)
        return w;
    free(w);
    return NULL;
}

static void *scribe_create(void *ctx, struct err *err)
{
    const struct eve *eve = ctx;

    return writer_create(&eve->own->common.how, err);
}

static void scribe_free(void *own)
{
    struct writer *w = own;

    if (w != NULL)
        eve_heads_free(w->heads);
    free(w);
}

static void scribe_write(void *own, const struct event *e, struct buffer *text)
{
    if (is_written(own, e))
        write_line(own, e, text);
}

static void scribe_put(void *ctx, struct bytes text)
{
    struct eve *eve = ctx;

    buffer_append(out_buffer(eve->out), text);
    out_record(eve->out);
}

static const struct scribe scribe = {
    .create = scribe_create, .free = scribe_free, .write = scribe_write, .put = scribe_put};

static uint32_t interest_of(const struct eve_options *how)
{
    uint32_t interest = 0;

    for (size_t kind = 0; kind < LINES; kind++)
        if (eve_events_have(how->events, (enum event_kind)kind))
            interest |= lines[kind].interest;
    if (how->payload != PAYLOAD_NONE && eve_events_have(how->events, EVENT_MESSAGE))
        interest |= INTEREST_KEEP;
    return interest;
}

struct eve *eve_create(struct out *out, const struct eve_options *how, struct err *err)
{
    struct eve *eve = calloc(1, sizeof(*eve));

    if (eve == NULL) {
        err_set(err, "EVE: out of memory");
        return NULL;
    }
    eve->sink = (struct sink){
        .event = on_event, .ctx = eve, .interest = interest_of(how), .scribe = &scribe};
    eve->out = out;
    eve->own = writer_create(how, err);
    if (eve->own != NULL)
        return eve;
    eve_free(eve);
    return NULL;
}

struct sink *eve_sink(struct eve *e)
{
    return &e->sink;
}

void eve_note_input(struct eve *e, const struct input_note *in)
{
    e->own->input = in;
}

void eve_free(struct eve *e)
{
    if (e == NULL)
        return;
    scribe_free(e->own);
    free(e);
}
