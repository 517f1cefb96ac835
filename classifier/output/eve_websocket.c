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
static uint8_t *put_opcode(uint8_t *at, uint8_t opcode)
{
    const char *name = websocket_opcode_name(opcode);

    if (name != NULL)
        return json_put_word(at, JSON_KEY("opcode"), name);
    at = json_put_literal(at, JSON_KEY("opcode") "\"" WEBSOCKET_UNKNOWN);
    return json_put_literal(digits_put(at, opcode), "\",");
}

/* The five members of Suricata's schema, which allows no others. */
static uint8_t *put_websocket(struct buffer *out, uint8_t *at, const struct ws_message_event *m,
                              const struct eve_options *how)
{
    at = json_put_literal(at, JSON_KEY("websocket") "{");
    at = json_put_bool(at, JSON_KEY("fin"), m->fin);
    if (m->masked)
        at = json_put_u64(at, JSON_KEY("mask"), m->mask);
    at = put_opcode(at, m->opcode);
    if (how->payload == PAYLOAD_PRINTABLE)
        at = json_put_printable(out, json_put_literal(at, JSON_KEY("payload_printable")),
                                m->payload);
    if (how->payload == PAYLOAD_BASE64)
        at = json_put_base64(out, json_put_literal(at, JSON_KEY("payload_base64")), m->payload);
    return json_put_end(at, '}');
}

static uint8_t *put_message(struct buffer *out, uint8_t *at, const struct ws_message_event *m,
                            const struct eve_options *how)
{
    at = json_put_literal(at, JSON_KEY("portwarden") "{");
    at = json_put_u64(at, JSON_KEY("fragments"), m->fragments);
    at = json_put_u64(at, JSON_KEY("length"), m->length);
    at = json_put_u64(at, JSON_KEY("wire_length"), m->wire_length);
    at = json_put_bool(at, JSON_KEY("compressed"), m->compressed);
    at = json_put_bool(at, JSON_KEY("complete"), m->complete);
    at = json_put_u64_if(at, JSON_KEY("close_code"), m->close_code);
    at = json_put_string_if(out, at, JSON_KEY("close_reason"), m->close_reason);
    if (how->payload == PAYLOAD_NONE)
        return json_put_end(at, '}');
    at = json_put_bool(at, JSON_KEY("payload_truncated"), m->payload.len < m->length);
    if (m->has_sha256)
        at = json_put_hex(out, json_put_literal(at, JSON_KEY("sha256")),
                          bytes_of(m->sha256, sizeof(m->sha256)));
    return json_put_end(at, '}');
}

void eve_message(struct json *j, const struct event *e, struct eve_common *c)
{
    const struct ws_message_event *m = &e->as.message;
    uint8_t *at = json_put_begin(j);

    if (at == NULL)
        return;
    at = put_websocket(j->out, at, m, &c->how);
    json_put_done(j, put_message(j->out, at, m, &c->how));
}

void eve_frame(struct json *j, const struct event *e, struct eve_common *c)
{
    const struct ws_frame_event *f = &e->as.frame;
    uint8_t *at = json_put_begin(j);

    (void)c;
    if (at == NULL)
        return;
    at = json_put_bool(at, JSON_KEY("websocket") "{" JSON_KEY("fin"), f->fin);
    if (f->masked)
        at = json_put_u64(at, JSON_KEY("mask"), f->mask);
    at = json_put_end(put_opcode(at, f->opcode), '}');
    at = json_put_u64(at, JSON_KEY("portwarden") "{" JSON_KEY("rsv"), f->rsv);
    at = json_put_u64(at, JSON_KEY("length"), f->length);
    at = json_put_bool(at, JSON_KEY("masked"), f->masked);
    json_put_done(j, json_put_end(at, '}'));
}
