/* SPDX-License-Identifier: MIT */
#include "output/follow_text.h"

#include "base/utf8.h"
#include "output/escape.h"
#include "output/json_view.h"
#include "output/terminal.h"
#include "output/websocket_text.h"
#include "output/wording.h"

#define PACKET              8 /* columns */
#define SECONDS             13
#define INDENT              "        "
#define HEX_ROW             16   /* bytes a line */
#define SWITCHING_PROTOCOLS 101  /* RFC 9110 s15.2.2 */
#define HEX_MOST            1024 /* bytes of one message */
#define BEFORE_JSON         32   /* bytes, as Socket.IO's packet type or SockJS' "a" */
#define RECORD_SEPARATOR    0x1e /* ends a JSON text in SignalR, and is not shown */

static void text(struct conversation *c, const char *own)
{
    buffer_append_text(c->out, own);
}

static void number(struct conversation *c, uint64_t value)
{
    buffer_append_u64(c->out, value);
}

static void end_line(struct conversation *c)
{
    terminal_color(c->out, c->color, COLOR_PLAIN);
    buffer_append_byte(c->out, '\n');
}

static void use_color(struct conversation *c, enum direction d)
{
    terminal_color(c->out, c->color, d == TO_SERVER ? COLOR_CYAN : COLOR_YELLOW);
}

/* Where a line belongs. */
struct moment {
    const struct flow_info *flow;
    uint64_t packet;
    int64_t time_ns;
};

static struct moment moment_of(const struct event *e)
{
    return (struct moment){.flow = e->flow, .packet = e->packet, .time_ns = e->time_ns};
}

/* Of a request that is told with its answer. */
static struct moment asked_at(const struct event *e, uint64_t packet, int64_t time_ns)
{
    return packet == 0 ? moment_of(e)
                       : (struct moment){.flow = e->flow, .packet = packet, .time_ns = time_ns};
}

/* "      12     0.001234    +0.000120 > " */
static void begin_line(struct conversation *c, struct moment when, const char *mark)
{
    terminal_color(c->out, c->color, COLOR_DIM);
    terminal_number(c->out, when.packet, PACKET);
    terminal_seconds(c->out, when.time_ns - when.flow->start_ns, SECONDS);
    text(c, "  +");
    terminal_seconds(c->out, when.time_ns - c->last_ns, 0);
    terminal_color(c->out, c->color, COLOR_PLAIN);
    text(c, " ");
    text(c, mark);
    text(c, " ");
    c->last_ns = when.time_ns;
}

static void begin_sent(struct conversation *c, struct moment when, enum direction d)
{
    begin_line(c, when, d == TO_SERVER ? ">" : "<");
    use_color(c, d);
}

static void detail(struct conversation *c, const char *name, struct bytes captured)
{
    if (captured.len == 0)
        return;
    text(c, INDENT);
    text(c, name);
    text(c, ": ");
    escape_terminal(c->out, captured);
    end_line(c);
}

void follow_text_flow(struct conversation *c, const struct flow_info *f)
{
    char client[ENDPOINT_TEXT_ROOM], server[ENDPOINT_TEXT_ROOM];

    endpoint_text(&f->client, client);
    endpoint_text(&f->server, server);
    terminal_color(c->out, c->color, COLOR_BOLD);
    text(c, "flow ");
    number(c, f->id);
    text(c, "  ");
    text(c, client);
    text(c, " -> ");
    text(c, server);
    end_line(c);
    c->last_ns = f->start_ns;
    c->upgrade_told = false;
}

static void write_request(struct conversation *c, const struct http_event *h)
{
    escape_terminal(c->out, h->method);
    text(c, " ");
    escape_terminal(c->out, h->url);
    text(c, " ");
    escape_terminal(c->out, h->protocol);
    if (h->request_length > 0) {
        text(c, ", body ");
        terminal_size(c->out, h->request_length);
    }
    end_line(c);
    detail(c, "host", h->host);
    detail(c, "user-agent", h->user_agent);
    detail(c, "referer", h->referer);
    detail(c, "origin", h->origin);
}

static void write_answer(struct conversation *c, const struct event *e)
{
    const struct http_event *h = &e->as.http;

    begin_sent(c, moment_of(e), TO_CLIENT);
    if (h->status == 0) {
        text(c, "no answer");
        end_line(c);
        return;
    }
    number(c, h->status);
    text(c, ", body ");
    terminal_size(c->out, h->response_length);
    end_line(c);
    detail(c, "content-type", h->content_type);
    detail(c, "location", h->redirect);
}

/* An upgrade was told as its handshake, which comes first; what remains of it is a refusal's body.
 */
void follow_text_http(struct conversation *c, const struct event *e)
{
    const struct http_event *h = &e->as.http;
    const bool told = h->upgrade && c->upgrade_told;

    c->upgrade_told = false;
    if (!told && !h->response_only) {
        begin_sent(c, asked_at(e, h->request_packet, h->request_time_ns), TO_SERVER);
        write_request(c, h);
    }
    if (!told || h->status != SWITCHING_PROTOCOLS)
        write_answer(c, e);
}

void follow_text_handshake(struct conversation *c, const struct event *e)
{
    const struct handshake *h = &e->as.handshake;

    begin_sent(c, asked_at(e, h->request_packet, h->request_time_ns), TO_SERVER);
    text(c, "WebSocket upgrade of ");
    escape_terminal(c->out, h->path);
    end_line(c);
    detail(c, "host", h->host);
    detail(c, h->cross_origin ? "origin (not the host's)" : "origin", h->origin);
    detail(c, "subprotocols", h->client_protocols);
    detail(c, "extensions", h->client_extensions);
    begin_sent(c, moment_of(e), TO_CLIENT);
    number(c, h->status);
    text(c, ", WebSocket ");
    text(c, ladder_name(h->ladder));
    if (h->ladder == LADDER_GRANTED)
        text(c, ", but Sec-WebSocket-Accept does not answer the key");
    end_line(c);
    detail(c, "subprotocol", h->subprotocol);
    detail(c, "extensions", h->extensions);
    c->upgrade_told = true;
}

/* The object or array in a text, which may have a few bytes before it. Empty: there is none. */
static struct bytes json_in(struct bytes text)
{
    size_t at = 0;

    while (at < text.len && at < BEFORE_JSON && text.at[at] != '{' && text.at[at] != '[')
        at++;
    const struct bytes json = bytes_after(text, at);
    return json_view_valid(json) ? json : bytes_of(NULL, 0);
}

static void write_json(struct conversation *c, struct bytes before, struct bytes json,
                       enum direction d)
{
    struct json_view view = {.left = json, .columns = c->columns - strlen(INDENT)};
    struct buffer line = {0};

    buffer_append(&line, before);
    while (json_view_line(&view, &line)) {
        text(c, INDENT);
        use_color(c, d);
        escape_terminal(c->out, buffer_bytes(&line));
        end_line(c);
        buffer_clear(&line);
    }
    buffer_inherit(c->out, &line);
    buffer_free(&line);
}

static void write_lines(struct conversation *c, struct bytes payload, enum direction d)
{
    while (payload.len > 0) {
        const size_t line = bytes_find(payload, bytes_of("\n", 1));
        text(c, INDENT);
        use_color(c, d);
        escape_terminal(c->out, bytes_first(payload, line));
        end_line(c);
        payload = bytes_after(payload, line + 1);
    }
}

/* JSON that is too wide for one line is shown in several. */
static void write_text(struct conversation *c, struct bytes payload, enum direction d)
{
    const bool separated = payload.len > 0 && payload.at[payload.len - 1] == RECORD_SEPARATOR;
    const struct bytes whole = bytes_first(payload, payload.len - separated);
    const struct bytes json = json_in(whole);

    if (json.len == 0 || strlen(INDENT) + payload.len <= c->columns)
        write_lines(c, payload, d);
    else
        write_json(c, bytes_first(whole, whole.len - json.len), json, d);
}

/* "        00000010  48 65 6c 6c 6f ...                                Hello" */
static void write_hex_row(struct conversation *c, size_t offset, struct bytes row, enum direction d)
{
    text(c, INDENT);
    use_color(c, d);
    buffer_append_hex(c->out, offset, 8);
    text(c, " ");
    for (size_t i = 0; i < HEX_ROW; i++) {
        text(c, i == HEX_ROW / 2 ? "  " : " ");
        if (i < row.len)
            buffer_append_hex(c->out, row.at[i], 2);
        else
            text(c, "  ");
    }
    text(c, "  ");
    for (size_t i = 0; i < row.len; i++)
        buffer_append_byte(c->out, row.at[i] >= ' ' && row.at[i] <= '~' ? row.at[i] : '.');
    end_line(c);
}

static size_t write_hex(struct conversation *c, struct bytes payload, enum direction d)
{
    const struct bytes shown = bytes_first(payload, HEX_MOST);

    for (size_t at = 0; at < shown.len; at += HEX_ROW)
        write_hex_row(c, at, bytes_first(bytes_after(shown, at), HEX_ROW), d);
    return shown.len;
}

/* The sender says so; of a control frame, or a message whose start was lost, the bytes do. */
static bool is_text(const struct ws_message_event *m)
{
    struct utf8 u = {0};

    if (m->opcode == WS_TEXT || m->opcode == WS_BINARY)
        return m->opcode == WS_TEXT;
    for (size_t i = 0; i < m->payload.len; i++)
        if (m->payload.at[i] < ' ' && m->payload.at[i] != '\n' && m->payload.at[i] != '\t')
            return false;
    return utf8_feed(&u, m->payload) == m->payload.len;
}

static void write_payload(struct conversation *c, const struct ws_message_event *m,
                          enum direction d)
{
    size_t shown = m->payload.len;

    if (m->opcode == WS_CLOSE)
        return; /* code and reason say it all */
    if (is_text(m))
        write_text(c, m->payload, d);
    else
        shown = write_hex(c, m->payload, d);
    if (shown >= m->length)
        return;
    text(c, INDENT "... ");
    number(c, m->length - shown);
    text(c, " more bytes");
    end_line(c);
}

static void write_close(struct conversation *c, const struct ws_message_event *m)
{
    const char *name = websocket_close_name(m->close_code);

    if (m->close_code == 0)
        return;
    text(c, " ");
    number(c, m->close_code);
    if (name != NULL) {
        text(c, " ");
        text(c, name);
    }
    if (m->close_reason.len > 0)
        text(c, ": ");
    escape_terminal(c->out, m->close_reason);
}

void follow_text_message(struct conversation *c, const struct event *e)
{
    const struct ws_message_event *m = &e->as.message;

    begin_sent(c, moment_of(e), e->direction);
    websocket_opcode_text(c->out, m->opcode);
    if (m->opcode == WS_CLOSE) {
        write_close(c, m);
    } else {
        text(c, " ");
        terminal_size(c->out, m->length);
    }
    if (m->compressed) {
        text(c, ", compressed from ");
        terminal_size(c->out, m->wire_length);
    }
    if (m->fragments > 1) {
        text(c, ", fragments: ");
        number(c, m->fragments);
    }
    if (!m->complete)
        text(c, ", incomplete");
    end_line(c);
    write_payload(c, m, e->direction);
}

void follow_text_anomaly(struct conversation *c, const struct event *e)
{
    const struct anomaly_info *a = anomaly_info(e->as.anomaly.id);

    begin_line(c, moment_of(e), "!");
    terminal_color(c->out, c->color, COLOR_RED);
    text(c, a->name);
    text(c, ": ");
    text(c, a->what);
    end_line(c);
}

void follow_text_alert(struct conversation *c, const struct event *e)
{
    begin_line(c, moment_of(e), "!");
    terminal_color(c->out, c->color, COLOR_RED);
    text(c, e->as.alert.action);
    text(c, " by rule ");
    escape_terminal(c->out, bytes_of_text(e->as.alert.rule));
    end_line(c);
}

static void write_app(struct conversation *c, const struct flow_info *f)
{
    if (f->app == NULL)
        return;
    text(c, f->app);
    if (f->confidence != CONFIDENCE_NONE) {
        text(c, ", ");
        text(c, confidence_name(f->confidence));
    }
    for (uint8_t i = 0; i < f->layer_count; i++) {
        text(c, i == 0 ? " (" : " > ");
        text(c, f->layers[i]);
    }
    text(c, f->layer_count > 0 ? "); " : "; ");
}

static void write_figures(struct conversation *c, const struct flow_info *f)
{
    struct buffer sentence = {0};

    for (size_t next = 0; wording_websocket(&sentence, f, &next); buffer_clear(&sentence)) {
        text(c, INDENT);
        escape_terminal(c->out, buffer_bytes(&sentence));
        end_line(c);
    }
    buffer_inherit(c->out, &sentence);
    buffer_free(&sentence);
}

void follow_text_end(struct conversation *c, const struct event *e)
{
    const struct flow_info *f = e->flow;

    begin_line(c, moment_of(e), "=");
    terminal_color(c->out, c->color, COLOR_BOLD);
    write_app(c, f);
    terminal_size(c->out, f->payload_bytes[TO_SERVER]);
    text(c, " > ");
    terminal_size(c->out, f->payload_bytes[TO_CLIENT]);
    text(c, " <");
    if (f->verdict != VERDICT_NONE) {
        text(c, "; ");
        text(c, verdict_name(f->verdict));
    }
    end_line(c);
    write_figures(c, f);
    for (uint8_t i = 0; i < f->evidence_count; i++) {
        text(c, INDENT "packet ");
        number(c, f->evidence[i].packet);
        text(c, ": ");
        text(c, f->evidence[i].what);
        text(c, f->evidence[i].detail.len > 0 ? ": " : "");
        escape_terminal(c->out, f->evidence[i].detail);
        end_line(c);
    }
}
