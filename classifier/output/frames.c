/* SPDX-License-Identifier: MIT */
#include "output/output.h"

#include <stdlib.h>

#include "output/escape.h"
#include "output/terminal.h"
#include "output/websocket_text.h"

enum column { PACKET = 8, SECONDS = 13, PORT = 5, OPCODE = 12, LENGTH = 13 }; /* widths */

struct frames {
    struct sink sink;
    struct out *out;
    bool color;
    bool started;     /* the columns were named */
    uint64_t flow_id; /* of the last line */
};

static void name_columns(struct frames *f, struct buffer *b)
{
    terminal_colored(
        b, f->color, COLOR_DIM,
        "  packet      seconds  ports          opcode       fin rsv       length  mask");
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
}

static void write_mask(struct buffer *b, const struct ws_frame_event *frame)
{
    if (!frame->masked) {
        buffer_append_text(b, "  -");
        return;
    }
    buffer_append_text(b, "  ");
    buffer_append_hex(b, frame->mask, 8);
}

static void write_frame(struct frames *f, struct buffer *b, const struct event *e)
{
    const bool to_server = e->direction == TO_SERVER;
    const struct ws_frame_event *frame = &e->as.frame;

    terminal_number(b, e->packet, PACKET);
    terminal_seconds(b, e->time_ns - e->flow->start_ns, SECONDS);
    buffer_append_text(b, "  ");
    terminal_color(b, f->color, to_server ? COLOR_CYAN : COLOR_YELLOW);
    terminal_number(b, e->flow->client.port, PORT);
    buffer_append_text(b, to_server ? " > " : " < ");
    terminal_number(b, e->flow->server.port, PORT);
    buffer_append_text(b, "  ");
    write_opcode(b, frame->opcode);
    terminal_color(b, f->color, COLOR_PLAIN);
    write_flags(b, frame);
    terminal_number(b, frame->length, LENGTH);
    write_mask(b, frame);
    buffer_append_byte(b, '\n');
}

static void on_event(void *ctx, const struct event *e)
{
    struct frames *f = ctx;
    struct buffer *b = out_buffer(f->out);

    if (e->kind != EVENT_FRAME || e->flow == NULL)
        return;
    const bool first = !f->started;
    if (first)
        name_columns(f, b);
    if (first || f->flow_id != e->flow->id)
        introduce(f, b, e->flow);
    write_frame(f, b, e);
    out_record(f->out);
    if (e->flow->live)
        out_flush(f->out);
}

struct frames *frames_create(struct out *out, bool color, struct err *err)
{
    struct frames *f = calloc(1, sizeof(*f));

    if (f == NULL) {
        err_set(err, "--frames: out of memory");
        return NULL;
    }
    f->sink = (struct sink){.event = on_event, .ctx = f, .interest = INTEREST_FRAMES};
    f->out = out;
    f->color = color;
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
