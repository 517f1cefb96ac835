/* SPDX-License-Identifier: MIT */
#include "output/eve_body.h"

#include "output/websocket_text.h"

/* The length of the first element of a comma-separated list; commas in quoted strings belong to it
 * (RFC 9110 s5.6.1, s5.6.4; RFC 6455 s9.1). */
static size_t element_len(struct bytes list)
{
    bool quoted = false;

    for (size_t at = 0; at < list.len; at++) {
        if (quoted && list.at[at] == '\\')
            at++;
        else if (list.at[at] == '"')
            quoted = !quoted;
        else if (list.at[at] == ',' && !quoted)
            return at;
    }
    return list.len;
}

static void write_list(struct json *j, const char *key, struct bytes list)
{
    if (list.len == 0)
        return;
    json_array(j, key);
    while (list.len > 0) {
        const size_t len = element_len(list);
        const struct bytes element = bytes_trim(bytes_first(list, len));
        if (element.len > 0)
            json_string(j, NULL, element);
        list = bytes_after(list, len + 1);
    }
    json_end(j);
}

void eve_handshake(struct json *j, const struct event *e, struct eve_common *c)
{
    const struct handshake *h = &e->as.handshake;

    (void)c;
    json_object(j, "portwarden");
    json_text(j, "ladder", ladder_name(h->ladder));
    eve_u64_if(j, "status", h->status);
    eve_string_if(j, "host", h->host);
    eve_string_if(j, "path", h->path);
    if (h->has_origin) {
        json_string(j, "origin", h->origin);
        json_bool(j, "cross_origin", h->cross_origin);
    }
    if (h->version >= 0)
        json_i64(j, "version", h->version);
    eve_text_if(j, "draft", h->draft);
    json_bool(j, "key_valid", h->key_valid);
    json_bool(j, "accept_valid", h->accept_valid);
    write_list(j, "client_protocols", h->client_protocols);
    eve_string_if(j, "subprotocol", h->subprotocol);
    write_list(j, "client_extensions", h->client_extensions);
    write_list(j, "extensions", h->extensions);
    eve_text_if(j, "transport", h->transport);
    json_end(j);
}

/* A reserved opcode is named as Suricata names it: "unknown-3". */
static void write_opcode(struct json *j, uint8_t opcode)
{
    json_before(j, "opcode");
    buffer_append_byte(j->out, '"');
    websocket_opcode_text(j->out, opcode);
    buffer_append_byte(j->out, '"');
}

/* The five members of Suricata's schema, which allows no others. */
static void write_websocket(struct json *j, const struct ws_message_event *m,
                            const struct eve_options *how)
{
    json_object(j, "websocket");
    json_bool(j, "fin", m->fin);
    if (m->masked)
        json_u64(j, "mask", m->mask);
    write_opcode(j, m->opcode);
    if (how->payload == PAYLOAD_PRINTABLE)
        json_printable(j, "payload_printable", m->payload);
    if (how->payload == PAYLOAD_BASE64)
        json_base64(j, "payload_base64", m->payload);
    json_end(j);
}

void eve_message(struct json *j, const struct event *e, struct eve_common *c)
{
    const struct ws_message_event *m = &e->as.message;

    write_websocket(j, m, &c->how);
    json_object(j, "portwarden");
    json_u64(j, "fragments", m->fragments);
    json_u64(j, "length", m->length);
    json_u64(j, "wire_length", m->wire_length);
    json_bool(j, "compressed", m->compressed);
    json_bool(j, "complete", m->complete);
    eve_u64_if(j, "close_code", m->close_code);
    eve_string_if(j, "close_reason", m->close_reason);
    if (c->how.payload != PAYLOAD_NONE) {
        json_bool(j, "payload_truncated", m->payload.len < m->length);
        if (m->has_sha256)
            json_hex(j, "sha256", bytes_of(m->sha256, sizeof(m->sha256)));
    }
    json_end(j);
}

void eve_frame(struct json *j, const struct event *e, struct eve_common *c)
{
    const struct ws_frame_event *f = &e->as.frame;

    (void)c;
    json_object(j, "websocket");
    json_bool(j, "fin", f->fin);
    if (f->masked)
        json_u64(j, "mask", f->mask);
    write_opcode(j, f->opcode);
    json_end(j);
    json_object(j, "portwarden");
    json_u64(j, "rsv", f->rsv);
    json_u64(j, "length", f->length);
    json_bool(j, "masked", f->masked);
    json_end(j);
}
