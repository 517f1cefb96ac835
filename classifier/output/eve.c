/* SPDX-License-Identifier: MIT */
#include "output/output.h"

#include <stdlib.h>

#include "output/eve_body.h"
#include "output/eve_events.h"
#include "output/eve_head.h"

struct eve {
    struct sink sink;
    struct out *out;
    struct eve_common common;
    struct eve_heads *heads;
    const struct input_note *input; /* what was read; NULL: not known yet */
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

static void write_line(struct eve *eve, const struct event *e, const struct line *line)
{
    struct buffer *out = out_buffer(eve->out);
    struct json j = json_into(out, false);

    json_object(&j, NULL);
    eve_head(eve->heads, &j, e, line->by_sender);
    line->body(&j, e, &eve->common);
    if (e->kind == EVENT_STATS && e->as.stats.final && eve->input != NULL)
        eve_input(&j, eve->input);
    json_end(&j);
    buffer_append_byte(out, '\n');
}

static void on_event(void *ctx, const struct event *e)
{
    struct eve *eve = ctx;
    const struct line *line = &lines[e->kind];

    if (line->body == NULL || !eve_events_have(eve->common.how.events, e->kind) ||
        (e->kind == EVENT_TLS && !e->as.tls.final))
        return;
    write_line(eve, e, line);
    out_record(eve->out);
}

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
    eve->sink = (struct sink){.event = on_event, .ctx = eve, .interest = interest_of(how)};
    eve->out = out;
    eve->common.how = *how;
    eve->heads = eve_heads_create(how->live, err);
    if (eve->heads != NULL)
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
    e->input = in;
}

void eve_free(struct eve *e)
{
    if (e == NULL)
        return;
    eve_heads_free(e->heads);
    free(e);
}
