/* SPDX-License-Identifier: MIT */
#include "output/har.h"

#include "output/clock_text.h"

#define SWITCHING_PROTOCOLS 101
#define NOT_KNOWN           (-1) /* HAR 1.2: "set to -1 if the info is not available" */
#define NS_PER_MS           1000000

static void nothing(struct json *j, const char *key)
{
    json_array(j, key);
    json_end(j);
}

/* The point stands before the last `decimals` digits. */
static void decimal(struct json *j, const char *key, uint64_t value, unsigned decimals)
{
    uint64_t unit = 1;

    for (unsigned i = 0; i < decimals; i++)
        unit *= 10;
    json_u64(j, key, value / unit);
    buffer_append_byte(j->out, '.');
    for (unit /= 10; unit > 0; unit /= 10)
        buffer_append_byte(j->out, (uint8_t)('0' + value / unit % 10));
}

/* Milliseconds with three decimals. */
static void milliseconds(struct json *j, const char *key, int64_t span_ns)
{
    const uint64_t us = span_ns > 0 ? (uint64_t)span_ns / 1000 : 0;

    decimal(j, key, us, 3);
}

/* Seconds since 1970 with six decimals, as Chrome writes a message's time. */
static void seconds(struct json *j, const char *key, int64_t time_ns)
{
    const uint64_t us = time_ns > 0 ? (uint64_t)time_ns / 1000 : 0;

    decimal(j, key, us, 6);
}

/* ISO 8601 with the colon that HAR's readers expect. */
static void started(struct json *j, int64_t time_ns)
{
    struct buffer text = {0};

    clock_text_append(&text, time_ns);
    if (text.len >= 5) {
        text.len -= 5; /* "+0000" */
        buffer_append_byte(&text, 'Z');
    }
    json_buffer(j, "startedDateTime", &text);
    buffer_free(&text);
}

static void header(struct json *j, const char *name, struct bytes value)
{
    if (value.len == 0)
        return;
    json_object(j, NULL);
    json_text(j, "name", name);
    json_string(j, "value", value);
    json_end(j);
}

static void header_number(struct json *j, const char *name, int64_t value)
{
    struct buffer text = {0};

    if (value >= 0) {
        buffer_append_u64(&text, (uint64_t)value);
        header(j, name, buffer_bytes(&text));
        buffer_inherit(j->out, &text);
    }
    buffer_free(&text);
}

static bool is_secure(const struct flow_info *f)
{
    for (uint8_t i = 0; i < f->layer_count; i++)
        if (strcmp(f->layers[i], "tls") == 0)
            return true;
    return false;
}

/* An absolute URL from what the request line and Host said; where Host is unknown, the server's
 * address. */
static void url(struct json *j, const struct flow_info *f, struct bytes host, struct bytes path,
                bool websocket)
{
    struct buffer text = {0};
    char server[ENDPOINT_TEXT_ROOM];

    if (bytes_find(path, bytes_of_text("://")) < bytes_find(path, bytes_of_text("/"))) {
        json_string(j, "url", path); /* the absolute form, to a proxy: RFC 9112 s3.2.2 */
        return;
    }
    endpoint_text(&f->server, server);
    buffer_append_text(&text, websocket ? "ws" : "http");
    buffer_append_text(&text, is_secure(f) ? "s://" : "://");
    buffer_append(&text, host.len > 0 ? host : bytes_of_text(server));
    buffer_append(&text, path.len > 0 ? path : bytes_of_text("/"));
    json_buffer(j, "url", &text);
    buffer_free(&text);
}

/* One member of queryString for each name=value. */
static void query(struct json *j, struct bytes path)
{
    struct bytes left = bytes_after(path, bytes_find(path, bytes_of_text("?")) + 1);

    json_array(j, "queryString");
    while (left.len > 0) {
        const struct bytes pair = bytes_first(left, bytes_find(left, bytes_of_text("&")));
        const size_t name = bytes_find(pair, bytes_of_text("="));
        json_object(j, NULL);
        json_string(j, "name", bytes_first(pair, name));
        json_string(j, "value", bytes_after(pair, name + 1));
        json_end(j);
        left = bytes_after(left, pair.len + 1);
    }
    json_end(j);
}

static void sizes(struct json *j, int64_t body)
{
    json_i64(j, "headersSize", NOT_KNOWN);
    json_i64(j, "bodySize", body);
}

static void content(struct json *j, uint64_t size, struct bytes type)
{
    json_object(j, "content");
    json_u64(j, "size", size);
    json_string(j, "mimeType", type.len > 0 ? type : bytes_of_text("x-unknown"));
    json_end(j);
}

static void timings(struct json *j, int64_t wait_ns, int64_t receive_ns)
{
    json_object(j, "cache");
    json_end(j);
    json_object(j, "timings");
    json_u64(j, "send", 0);
    milliseconds(j, "wait", wait_ns);
    milliseconds(j, "receive", receive_ns);
    json_end(j);
}

static void ends(struct json *j, const struct flow_info *f)
{
    char server[ADDR_TEXT_ROOM];

    addr_text(&f->server.addr, server);
    json_text(j, "serverIPAddress", server);
    json_before(j, "connection");
    buffer_printf(j->out, "\"%u\"", f->client.port);
    json_u64(j, "_flow_id", f->id);
}

/* ---- HTTP ---- */

static void http_request(struct json *j, const struct event *e)
{
    const struct http_event *h = &e->as.http;

    json_object(j, "request");
    json_string(j, "method", h->method);
    url(j, e->flow, h->host, h->url, h->upgrade);
    json_string(j, "httpVersion", h->protocol);
    nothing(j, "cookies");
    json_array(j, "headers");
    header(j, "Host", h->host);
    header(j, "User-Agent", h->user_agent);
    header(j, "Referer", h->referer);
    header(j, "Origin", h->origin);
    json_end(j);
    query(j, h->url);
    sizes(j, h->response_only ? NOT_KNOWN : (int64_t)h->request_length);
    json_end(j);
}

static void http_response(struct json *j, const struct event *e)
{
    const struct http_event *h = &e->as.http;

    json_object(j, "response");
    json_u64(j, "status", h->status);
    json_text(j, "statusText", "");
    json_string(j, "httpVersion", h->protocol);
    nothing(j, "cookies");
    json_array(j, "headers");
    header(j, "Content-Type", h->content_type);
    header(j, "Location", h->redirect);
    json_end(j);
    content(j, h->response_length, h->content_type);
    json_string(j, "redirectURL", h->redirect);
    sizes(j, h->status > 0 ? (int64_t)h->response_length : NOT_KNOWN);
    json_end(j);
}

void har_exchange(struct json *j, const struct event *e)
{
    const int64_t asked = e->as.http.request_packet > 0 ? e->as.http.request_time_ns : e->time_ns;

    json_object(j, NULL);
    started(j, asked);
    milliseconds(j, "time", e->time_ns - asked);
    http_request(j, e);
    http_response(j, e);
    timings(j, e->time_ns - asked, 0);
    ends(j, e->flow);
    json_end(j);
}

/* ---- WebSocket ---- */

static void upgrade_request(struct json *j, const struct event *e)
{
    const struct handshake *h = &e->as.handshake;

    json_object(j, "request");
    json_text(j, "method", "GET");
    url(j, e->flow, h->host, h->path, true);
    json_text(j, "httpVersion", "HTTP/1.1");
    nothing(j, "cookies");
    json_array(j, "headers");
    header(j, "Host", h->host);
    header(j, "Upgrade", bytes_of_text("websocket"));
    header(j, "Connection", bytes_of_text("Upgrade"));
    header(j, "Origin", h->origin);
    header_number(j, "Sec-WebSocket-Version", h->version);
    header(j, "Sec-WebSocket-Key", h->key);
    header(j, "Sec-WebSocket-Protocol", h->client_protocols);
    header(j, "Sec-WebSocket-Extensions", h->client_extensions);
    json_end(j);
    query(j, h->path);
    sizes(j, 0);
    json_end(j);
}

static void upgrade_response(struct json *j, const struct handshake *h)
{
    json_object(j, "response");
    json_u64(j, "status", h->status);
    json_text(j, "statusText", h->status == SWITCHING_PROTOCOLS ? "Switching Protocols" : "");
    json_text(j, "httpVersion", "HTTP/1.1");
    nothing(j, "cookies");
    json_array(j, "headers");
    header(j, "Upgrade", bytes_of_text(h->status == SWITCHING_PROTOCOLS ? "websocket" : ""));
    header(j, "Connection", bytes_of_text(h->status == SWITCHING_PROTOCOLS ? "Upgrade" : ""));
    header(j, "Sec-WebSocket-Accept", h->accept);
    header(j, "Sec-WebSocket-Protocol", h->subprotocol);
    header(j, "Sec-WebSocket-Extensions", h->extensions);
    json_end(j);
    content(j, 0, bytes_of(NULL, 0));
    json_text(j, "redirectURL", "");
    sizes(j, 0);
    json_end(j);
}

void har_websocket_begin(struct json *j, const struct event *e)
{
    const struct handshake *h = &e->as.handshake;
    const int64_t asked = h->request_packet > 0 ? h->request_time_ns : e->time_ns;

    json_object(j, NULL);
    json_text(j, "_resourceType", "websocket");
    started(j, asked);
    upgrade_request(j, e);
    upgrade_response(j, h);
    timings(j, e->time_ns - asked, 0);
    ends(j, e->flow);
    json_text(j, "_ladder", ladder_name(h->ladder));
    json_array(j, "_webSocketMessages");
}

void har_websocket_unseen(struct json *j, const struct event *first)
{
    struct event e = {.kind = EVENT_HANDSHAKE, .time_ns = first->time_ns, .flow = first->flow};

    e.as.handshake =
        (struct handshake){.ladder = first->flow->ladder, .version = -1, .host = first->flow->host};
    har_websocket_begin(j, &e);
}

void har_websocket_end(struct json *j, int64_t started_ns, int64_t end_ns)
{
    json_end(j);
    milliseconds(j, "time", end_ns - started_ns);
    json_end(j);
}

void har_message(struct json *j, const struct event *e)
{
    const struct ws_message_event *m = &e->as.message;

    json_object(j, NULL);
    json_text(j, "type", e->direction == TO_SERVER ? "send" : "receive");
    seconds(j, "time", e->time_ns);
    json_u64(j, "opcode", m->opcode);
    if (m->opcode == WS_TEXT)
        json_string(j, "data", m->payload);
    else
        json_base64(j, "data", m->payload);
    if (m->payload.len < m->length || !m->complete)
        json_u64(j, "_length", m->length);
    if (!m->complete)
        json_bool(j, "_incomplete", true);
    json_end(j);
}
