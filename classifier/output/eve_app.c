/* SPDX-License-Identifier: MIT */
#include "output/eve_body.h"

#include <stdio.h>

#include "output/eve_words.h"

static bool is_port(struct bytes digits)
{
    for (size_t i = 0; i < digits.len; i++)
        if (digits.at[i] < '0' || digits.at[i] > '9')
            return false;
    return digits.len > 0 && digits.len <= 5; /* 65535 */
}

/* Host = uri-host [ ":" port ] (RFC 9110 s7.2). Suricata has the two apart; a Host that is not of
 * that form is all hostname. */
static void write_host(struct json *j, struct bytes host)
{
    size_t colon = host.len;

    while (colon > 0 && host.at[colon - 1] != ':' && host.at[colon - 1] != ']')
        colon--;
    const bool found = colon > 0 && host.at[colon - 1] == ':';
    const struct bytes port = found ? bytes_after(host, colon) : bytes_of(NULL, 0);
    if (!is_port(port)) {
        eve_string_if(j, "hostname", host);
        return;
    }
    uint64_t number = 0;
    for (size_t i = 0; i < port.len; i++)
        number = number * 10 + (uint64_t)(port.at[i] - '0');
    json_string(j, "hostname", bytes_first(host, colon - 1));
    json_u64(j, "http_port", number);
}

/* What Suricata's http object has no place for; nothing for the usual request. */
static void write_http_more(struct json *j, const struct http_event *h)
{
    if (h->request_length == 0 && h->origin.len == 0 && !h->upgrade && !h->response_only)
        return;
    json_object(j, "portwarden");
    eve_u64_if(j, "request_length", h->request_length);
    eve_string_if(j, "origin", h->origin);
    if (h->upgrade)
        json_bool(j, "upgrade", true);
    if (h->response_only)
        json_bool(j, "response_only", true);
    json_end(j);
}

void eve_http(struct json *j, const struct event *e, struct eve_common *c)
{
    const struct http_event *h = &e->as.http;

    (void)c;
    json_object(j, "http");
    write_host(j, h->host);
    eve_string_if(j, "url", h->url);
    eve_string_if(j, "http_user_agent", h->user_agent);
    eve_string_if(j, "http_content_type", h->content_type);
    eve_string_if(j, "http_refer", h->referer);
    eve_string_if(j, "http_method", h->method);
    eve_string_if(j, "protocol", h->protocol);
    if (h->status != 0) {
        json_u64(j, "status", h->status);
        eve_string_if(j, "redirect", h->redirect);
        json_u64(j, "length", h->response_length);
    }
    json_end(j);
    write_http_more(j, h);
}

/* Suricata's names of the versions; an unknown one is its number. */
static void write_tls_version(struct json *j, uint16_t version)
{
    const char *word = version >= EVE_TLS_FIRST ? eve_tls_word(version - EVE_TLS_FIRST) : NULL;
    char number[sizeof(EVE_TLS_NUMBER "0000")];

    snprintf(number, sizeof(number), EVE_TLS_NUMBER "%04x", (unsigned)version);
    json_text(j, "version", word != NULL ? word : version == 0 ? EVE_TLS_UNKNOWN : number);
}

static void write_ja3(struct json *j, const char *name, struct bytes text, struct bytes hash)
{
    if (text.len == 0)
        return;
    json_object(j, name);
    eve_string_if(j, "hash", hash);
    json_string(j, "string", text);
    json_end(j);
}

void eve_tls(struct json *j, const struct event *e, struct eve_common *c)
{
    const struct tls_event *t = &e->as.tls;

    (void)c;
    json_object(j, "tls");
    eve_string_if(j, "sni", t->sni);
    write_tls_version(j, t->version);
    write_ja3(j, "ja3", t->ja3, t->ja3_hash);
    write_ja3(j, "ja3s", t->ja3s, t->ja3s_hash);
    eve_string_if(j, "ja4", t->ja4);
    json_end(j);
    if (t->alpn_offered_count == 0 && t->alpn.len == 0)
        return;
    json_object(j, "portwarden");
    if (t->alpn_offered_count > 0) {
        json_array(j, "alpn_offered");
        for (uint8_t i = 0; i < t->alpn_offered_count; i++)
            json_string(j, NULL, t->alpn_offered[i]);
        json_end(j);
    }
    eve_string_if(j, "alpn", t->alpn);
    json_end(j);
}

static void write_endpoints(struct json *j, const char *name, const struct endpoint *list,
                            uint16_t count)
{
    char text[ADDR_TEXT_ROOM];

    if (count == 0)
        return;
    json_array(j, name);
    for (uint16_t i = 0; i < count; i++) {
        json_object(j, NULL);
        json_string(j, "ip", bytes_of(text, addr_text(&list[i].addr, text)));
        json_u64(j, "port", list[i].port);
        json_end(j);
    }
    json_end(j);
}

static void write_abilities(struct json *j, uint8_t abilities)
{
    if (abilities == 0)
        return;
    json_array(j, "abilities");
    for (unsigned i = 0; i < EVE_PEER_ABILITIES; i++)
        if ((abilities >> i & 1) != 0)
            json_text(j, NULL, eve_ability_word(i));
    json_end(j);
}

void eve_bittorrent(struct json *j, const struct event *e, struct eve_common *c)
{
    const struct bittorrent_event *b = &e->as.bittorrent;

    (void)c;
    json_object(j, "portwarden");
    json_text(j, "kind", b->kind);
    eve_text_if(j, "action", b->action);
    if (b->has_info_hash)
        json_hex(j, "info_hash", bytes_of(b->info_hash, sizeof(b->info_hash)));
    if (b->has_peer_id)
        json_hex(j, "peer_id", bytes_of(b->peer_id, sizeof(b->peer_id)));
    eve_text_if(j, "client", b->client);
    if (e->direction == TO_CLIENT)
        json_text(j, "sender", "server");
    json_bool(j, "encrypted", b->encrypted);
    write_abilities(j, b->abilities);
    if (b->listen_port != 0)
        json_u64(j, "listen_port", b->listen_port);
    write_endpoints(j, "peers", b->peers, b->peer_count);
    write_endpoints(j, "nodes", b->nodes, b->node_count);
    eve_text_if(j, "confidence", confidence_name(b->confidence));
    json_end(j);
}
