/* SPDX-License-Identifier: MIT */
/* Layout of a line, from the left: time, mark, app, client > server, then what matters most first,
 * cut at the terminal's width:
 *
 *   05:16:01.123 + websocket    10.0.0.2:51000 > 10.0.0.1:80             chat.example.com certain
 *   05:16:02.001 ! ssh          10.0.0.2:51002 > 10.0.0.1:80             not http, websocket strong
 *   05:16:09.812 - websocket    10.0.0.2:51000 > 10.0.0.1:80             9.812s 1.2 kB > 3.4 kB <
 */
#include "output/output.h"

#include <stdlib.h>

#include "output/clock_text.h"
#include "output/terminal.h"

#define SHOWN   1024 /* flows remembered, so that a flow is shown again only when it changed */
#define APP     12   /* columns */
#define ENDS    40
#define DETAILS 15  /* at least, however narrow the terminal */
#define WIDE    100 /* columns from which milliseconds are shown */

struct live {
    struct sink sink;
    struct out *out;
    bool color;
    size_t columns;
    struct buffer details; /* scratch */
    struct shown {
        uint64_t flow_id;
        char app[APP + 1]; /* as shown; "" = empty entry */
        bool blocked, mismatch;
    } shown[SHOWN]; /* by the low bits of the flow's id */
};

/* What a line is about, in rising order of alarm. */
enum mark { MARK_ENDED, MARK_DECIDED, MARK_ALERT, MARK_MISMATCH, MARK_BLOCKED };

static const struct {
    char letter;
    enum color color;
} marks[] = {
    [MARK_ENDED] = {'-', COLOR_DIM},    [MARK_DECIDED] = {'+', COLOR_GREEN},
    [MARK_ALERT] = {'?', COLOR_YELLOW}, [MARK_MISMATCH] = {'!', COLOR_YELLOW},
    [MARK_BLOCKED] = {'X', COLOR_RED},
};

/* True when something is new that a person would want to know. */
static bool remember(struct live *l, const struct flow_info *f)
{
    struct shown *s = &l->shown[f->id % SHOWN];
    const bool blocked = f->verdict == VERDICT_BLOCK, mismatch = f->mismatch == TRI_YES;

    if (s->flow_id == f->id && s->app[0] != '\0' && strncmp(s->app, f->app, APP) == 0 &&
        s->blocked == blocked && s->mismatch == mismatch)
        return false;
    *s = (struct shown){.flow_id = f->id, .blocked = blocked, .mismatch = mismatch};
    strncpy(s->app, f->app, APP);
    return true;
}

/* Details are words with one blank between. What was captured is escaped with the whole line. */
static void separate(struct buffer *b)
{
    if (b->len > 0)
        buffer_append_byte(b, ' ');
}

static void word(struct buffer *b, struct bytes text)
{
    if (text.len == 0)
        return;
    separate(b);
    buffer_append(b, text);
}

static void own_word(struct buffer *b, const char *text)
{
    word(b, bytes_of_text(text));
}

/* tcp is under everything: it is not worth the columns. */
static void write_layers(struct buffer *b, const struct flow_info *f)
{
    if (f->layer_count <= 2)
        return;
    own_word(b, f->layers[1]);
    for (uint8_t i = 2; i < f->layer_count; i++) {
        buffer_append_byte(b, '/');
        buffer_append_text(b, f->layers[i]);
    }
}

static void write_finding(struct buffer *b, const struct flow_info *f)
{
    if (f->verdict == VERDICT_BLOCK)
        own_word(b, f->rule != NULL ? f->rule : "default");
    if (f->mismatch == TRI_YES && f->expected != NULL) {
        own_word(b, "not");
        own_word(b, f->expected);
    }
}

static void write_nature(struct buffer *b, const struct flow_info *f)
{
    word(b, f->host.len > 0 ? f->host : f->sni);
    own_word(b, confidence_name(f->confidence));
    own_word(b, ladder_name(f->ladder));
    write_layers(b, f);
}

static void write_volume(struct buffer *b, const struct flow_info *f)
{
    separate(b);
    terminal_span(b, f->end_ns - f->start_ns);
    buffer_append_byte(b, ' ');
    terminal_size(b, f->payload_bytes[TO_SERVER]);
    buffer_append_text(b, " > ");
    terminal_size(b, f->payload_bytes[TO_CLIENT]);
    buffer_append_text(b, " <");
}

static size_t write_ends(struct buffer *b, const struct flow_info *f)
{
    char client[ENDPOINT_TEXT_ROOM], server[ENDPOINT_TEXT_ROOM];
    size_t width = endpoint_text(&f->client, client) + endpoint_text(&f->server, server) + 3;

    buffer_append_text(b, client);
    buffer_append_text(b, " > ");
    buffer_append_text(b, server);
    for (; width < ENDS; width++)
        buffer_append_byte(b, ' ');
    return width;
}

/* What the flow itself says; an end keeps its mark, in that colour. */
static enum mark mark_of(const struct flow_info *f, enum mark usual)
{
    if (f->verdict == VERDICT_BLOCK)
        return MARK_BLOCKED;
    return f->mismatch == TRI_YES ? MARK_MISMATCH : usual;
}

static void write_line(struct live *l, const struct event *e, enum mark mark)
{
    struct buffer *b = out_buffer(l->out);
    const struct flow_info *f = e->flow;
    const size_t from = b->len;

    clock_text_append_time(b, e->time_ns);
    if (l->columns < WIDE && b->len > from)
        b->len -= sizeof(".123") - 1;
    size_t used = b->len - from + APP + 5; /* blanks and mark */
    buffer_append_byte(b, ' ');
    terminal_color(b, l->color, marks[mark == MARK_ENDED ? mark_of(f, mark) : mark].color);
    buffer_append_byte(b, (uint8_t)marks[mark].letter);
    buffer_append_byte(b, ' ');
    terminal_cell(b, bytes_of_text(f->app != NULL ? f->app : "?"), APP, ALIGN_LEFT);
    terminal_color(b, l->color, COLOR_PLAIN);
    buffer_append_byte(b, ' ');
    used += write_ends(b, f);
    buffer_append_byte(b, ' ');
    terminal_tail(b, buffer_bytes(&l->details),
                  l->columns > used + DETAILS ? l->columns - used : DETAILS);
    buffer_append_byte(b, '\n');
    buffer_inherit(b, &l->details);
    out_record(l->out);
}

static void show_decided(struct live *l, const struct event *e)
{
    const struct flow_info *f = e->flow;

    if (f->app == NULL || !remember(l, f))
        return;
    buffer_clear(&l->details);
    write_finding(&l->details, f);
    write_nature(&l->details, f);
    write_line(l, e, mark_of(f, MARK_DECIDED));
}

/* A connection that never carried a byte is no line: a port scan would be all there is to see. The
 * summary counts them. */
static void show_ended(struct live *l, const struct event *e)
{
    const struct flow_info *f = e->flow;

    if (f->payload_bytes[TO_SERVER] + f->payload_bytes[TO_CLIENT] == 0 &&
        f->verdict != VERDICT_BLOCK)
        return;
    buffer_clear(&l->details);
    write_volume(&l->details, f);
    write_finding(&l->details, f);
    write_nature(&l->details, f);
    write_line(l, e, MARK_ENDED);
}

static void show_alert(struct live *l, const struct event *e)
{
    const struct alert_event *a = &e->as.alert;

    if (e->flow->app != NULL)
        remember(l, e->flow); /* this line shows it */
    buffer_clear(&l->details);
    own_word(&l->details, a->action);
    own_word(&l->details, a->rule);
    write_nature(&l->details, e->flow);
    write_line(l, e, a->blocked ? MARK_BLOCKED : MARK_ALERT);
}

static void on_event(void *ctx, const struct event *e)
{
    struct live *l = ctx;

    if (e->flow == NULL)
        return;
    if (e->kind == EVENT_ALERT)
        show_alert(l, e);
    else if (e->kind == EVENT_FLOW && e->flow->end != FLOW_GOES_ON)
        show_ended(l, e);
    else if (e->kind == EVENT_FLOW || e->kind == EVENT_HANDSHAKE)
        show_decided(l, e);
}

struct live *live_create(struct out *out, bool color, int columns, struct err *err)
{
    struct live *l = calloc(1, sizeof(*l));

    if (l == NULL) {
        err_set(err, "out of memory");
        return NULL;
    }
    l->sink = (struct sink){.event = on_event, .ctx = l, .interest = INTEREST_HANDSHAKES};
    l->out = out;
    l->color = color;
    l->columns = columns > 0 ? (size_t)columns : 0;
    return l;
}

struct sink *live_sink(struct live *l)
{
    return &l->sink;
}

void live_free(struct live *l)
{
    if (l == NULL)
        return;
    buffer_free(&l->details);
    free(l);
}
