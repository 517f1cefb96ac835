/* SPDX-License-Identifier: MIT */
#include "output/output.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "output/escape.h"
#include "output/terminal.h"
#include "output/websocket_text.h"

enum column {
    PACKET = 8,
    SECONDS = 13,
    OPCODE = 12,
    LENGTH = 10,
    BEFORE_PAYLOAD = 63
}; /* widths */

#define WAITING_MOST 64  /* frames whose payload has not come yet, of as many flows */
#define START_MOST   128 /* bytes of a payload that are shown */

/* A frame whose header was read: its line waits for the start of its payload. */
struct waiting {
    uint64_t flow_id, packet;
    int64_t since_ns; /* the flow's start */
    enum direction direction;
    struct ws_frame_event frame;
    uint8_t message; /* the opcode of the message it belongs to, once payload came */
    uint8_t start_len;
    uint8_t start[START_MOST];
};

struct frames {
    struct sink sink;
    struct out *out;
    bool color;
    size_t payload_columns;
    bool started;     /* the columns were named */
    uint64_t flow_id; /* of the last line */
    size_t waiting_count;
    struct waiting waiting[WAITING_MOST];
};

static void name_columns(struct frames *f, struct buffer *b)
{
    terminal_colored(b, f->color, COLOR_DIM,
                     "  packet      seconds    opcode       fin rsv mask     length  payload");
    buffer_append_byte(b, '\n');
    f->started = true;
}

/* "flow 7  10.0.0.2:51000 -> 10.0.0.1:80  chat.example.com/chat" */
static void introduce(struct frames *f, struct buffer *b, const struct flow_info *flow)
{
    char client[ENDPOINT_TEXT_ROOM], server[ENDPOINT_TEXT_ROOM];

    endpoint_text(&flow->client, client);
    endpoint_text(&flow->server, server);
    terminal_color(b, f->color, COLOR_BOLD);
    buffer_append_text(b, "flow ");
    buffer_append_u64(b, flow->id);
    buffer_append_text(b, "  ");
    buffer_append_text(b, client);
    buffer_append_text(b, " -> ");
    buffer_append_text(b, server);
    terminal_color(b, f->color, COLOR_PLAIN);
    buffer_append_text(b, flow->host.len + flow->path.len > 0 ? "  " : "");
    escape_terminal(b, flow->host);
    escape_terminal(b, flow->path);
    buffer_append_byte(b, '\n');
    f->flow_id = flow->id;
}

static void write_opcode(struct buffer *b, uint8_t opcode)
{
    const size_t from = b->len;

    websocket_opcode_text(b, opcode);
    for (size_t width = b->len - from; width < OPCODE; width++)
        buffer_append_byte(b, ' ');
}

static void write_flags(struct buffer *b, const struct ws_frame_event *frame)
{
    buffer_append_text(b, frame->fin ? " fin " : "  -  ");
    for (uint8_t bit = 0; bit < 3; bit++) /* RSV1 is the highest */
        buffer_append_byte(b, (frame->rsv >> (2 - bit) & 1) != 0 ? (uint8_t)('1' + bit) : '-');
    buffer_append_text(b, frame->masked ? " mask " : "   -  ");
}

/* The start of a text may end inside a character. */
static bool is_readable(struct bytes start)
{
    struct utf8 u = {0};

    for (size_t i = 0; i < start.len; i++)
        if (start.at[i] < ' ' && start.at[i] != '\n' && start.at[i] != '\r' && start.at[i] != '\t')
            return false;
    return utf8_feed(&u, start) == start.len;
}

static void write_hex(struct buffer *b, struct bytes start, size_t columns)
{
    for (size_t i = 0; i < start.len && 3 * i + 1 < columns; i++) {
        buffer_append_text(b, i > 0 ? " " : "");
        buffer_append_hex(b, start.at[i], 2);
    }
}

/* RFC 6455 s5.5.1: a code, then a reason. */
static void write_close(struct buffer *b, struct bytes body, size_t columns)
{
    const size_t from = b->len;
    const uint16_t code = (uint16_t)(body.at[0] << 8 | body.at[1]);
    const char *name = websocket_close_name(code);

    buffer_append_u64(b, code);
    buffer_append_text(b, name != NULL ? " " : "");
    buffer_append_text(b, name != NULL ? name : "");
    buffer_append_text(b, body.len > 2 ? ": " : "");
    escape_terminal(b, bytes_after(body, 2));
    terminal_fit(b, from, columns);
}

static void write_start(const struct frames *f, struct buffer *b, const struct waiting *w)
{
    const struct bytes start = bytes_of(w->start, w->start_len);

    if (start.len == 0)
        return;
    buffer_append_text(b, "  ");
    if (w->message == WS_CLOSE && start.len >= 2)
        write_close(b, start, f->payload_columns);
    else if (is_readable(start))
        terminal_tail(b, start, f->payload_columns);
    else
        write_hex(b, start, f->payload_columns);
}

static void write_line(struct frames *f, const struct flow_info *flow, const struct waiting *w)
{
    struct buffer *b = out_buffer(f->out);
    const bool to_server = w->direction == TO_SERVER;
    const bool first = !f->started;

    if (first)
        name_columns(f, b);
    if (first || f->flow_id != w->flow_id)
        introduce(f, b, flow);
    terminal_number(b, w->packet, PACKET);
    terminal_seconds(b, w->since_ns, SECONDS);
    terminal_color(b, f->color, to_server ? COLOR_CYAN : COLOR_YELLOW);
    buffer_append_text(b, to_server ? "  > " : "  < ");
    write_opcode(b, w->frame.opcode);
    terminal_color(b, f->color, COLOR_PLAIN);
    write_flags(b, &w->frame);
    terminal_number(b, w->frame.length, LENGTH);
    terminal_color(b, f->color, to_server ? COLOR_CYAN : COLOR_YELLOW);
    write_start(f, b, w);
    terminal_color(b, f->color, COLOR_PLAIN);
    buffer_append_byte(b, '\n');
    out_record(f->out);
    if (flow->live)
        out_flush(f->out);
}

static struct waiting *waiting_of(struct frames *f, uint64_t flow_id)
{
    for (size_t i = 0; i < f->waiting_count; i++)
        if (f->waiting[i].flow_id == flow_id)
            return &f->waiting[i];
    return NULL;
}

/* Writes the line that waits for this flow, if there is one. */
static void settle(struct frames *f, const struct flow_info *flow)
{
    struct waiting *w = waiting_of(f, flow->id);

    if (w == NULL)
        return;
    write_line(f, flow, w);
    *w = f->waiting[--f->waiting_count];
}

static void on_frame(struct frames *f, const struct event *e)
{
    const struct waiting w = {.flow_id = e->flow->id,
                              .packet = e->packet,
                              .since_ns = e->time_ns - e->flow->start_ns,
                              .direction = e->direction,
                              .frame = e->as.frame};

    settle(f, e->flow);
    if (w.frame.length == 0 || f->waiting_count == WAITING_MOST)
        write_line(f, e->flow, &w);
    else
        f->waiting[f->waiting_count++] = w;
}

static void on_payload(struct frames *f, const struct event *e)
{
    struct waiting *w = waiting_of(f, e->flow->id);

    if (w == NULL || w->direction != e->direction)
        return;
    const struct bytes some = bytes_first(e->as.payload.slice, START_MOST - w->start_len);
    memcpy(w->start + w->start_len, some.at, some.len);
    w->start_len = (uint8_t)(w->start_len + some.len);
    w->message = e->as.payload.opcode;
    if (w->start_len == START_MOST)
        settle(f, e->flow);
}

static void on_event(void *ctx, const struct event *e)
{
    struct frames *f = ctx;

    if (e->flow == NULL)
        return;
    if (e->kind == EVENT_FRAME)
        on_frame(f, e);
    else if (e->kind == EVENT_PAYLOAD && e->as.payload.slice.len > 0)
        on_payload(f, e);
    else if (e->kind == EVENT_MESSAGE || e->kind == EVENT_FLOW)
        settle(f, e->flow);
}

struct frames *frames_create(struct out *out, bool color, int columns, struct err *err)
{
    struct frames *f = calloc(1, sizeof(*f));

    if (f == NULL) {
        err_set(err, "--frames: out of memory");
        return NULL;
    }
    f->sink = (struct sink){.event = on_event,
                            .ctx = f,
                            .interest = INTEREST_FRAMES | INTEREST_MESSAGES | INTEREST_PAYLOAD};
    f->out = out;
    f->color = color;
    f->payload_columns = (size_t)columns - BEFORE_PAYLOAD;
    return f;
}

struct sink *frames_sink(struct frames *f)
{
    return &f->sink;
}

void frames_free(struct frames *f)
{
    free(f);
}
