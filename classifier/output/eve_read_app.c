/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "output/eve_read.h"
#include "output/eve_words.h"

#define HOST_PORT_ROOM 8     /* ":65535" */
#define HOST_PORT_MAX  99999 /* of five digits, as a client may send them */

/* "hostname" and "http_port" are one Host field again. */
static struct bytes read_host(struct eve_line *l, const struct json_value *in, struct eve_store *s)
{
    const struct bytes name = eve_bytes(l, in, "hostname");
    uint8_t *room = s->name[0];
    char port[HOST_PORT_ROOM];

    if (!eve_has(l, in, "http_port"))
        return name;
    const int len = snprintf(port, sizeof(port), ":%u",
                             (unsigned)eve_number(l, in, "http_port", HOST_PORT_MAX));
    const struct bytes kept = bytes_first(name, sizeof(s->name[0]) - (size_t)len);
    if (kept.len > 0)
        memcpy(room, kept.at, kept.len);
    memcpy(room + kept.len, port, (size_t)len);
    return bytes_of(room, kept.len + (size_t)len);
}

void eve_read_http(struct eve_line *l, struct event *e, struct eve_store *s)
{
    const struct json_value *in = eve_object(l, l->top, "http");

    e->as.http = (struct http_event){
        .method = eve_bytes(l, in, "http_method"),
        .host = read_host(l, in, s),
        .url = eve_bytes(l, in, "url"),
        .user_agent = eve_bytes(l, in, "http_user_agent"),
        .referer = eve_bytes(l, in, "http_refer"),
        .protocol = eve_bytes(l, in, "protocol"),
        .content_type = eve_bytes(l, in, "http_content_type"),
        .redirect = eve_bytes(l, in, "redirect"),
        .status = (uint16_t)eve_number(l, in, "status", UINT16_MAX),
        .response_length = eve_number(l, in, "length", UINT64_MAX),
        .request_length = eve_number(l, l->more, "request_length", UINT64_MAX),
        .origin = eve_bytes(l, l->more, "origin"),
        .upgrade = eve_true(l, l->more, "upgrade"),
        .response_only = eve_true(l, l->more, "response_only"),
    };
}

static uint16_t tls_version(struct bytes text)
{
    for (unsigned n = 0; eve_tls_word(n) != NULL; n++)
        if (bytes_equal(text, bytes_of_text(eve_tls_word(n))))
            return (uint16_t)(EVE_TLS_FIRST + n);
    if (!bytes_start_with(text, bytes_of_text(EVE_TLS_NUMBER)))
        return 0;
    return (uint16_t)strtoul((const char *)text.at + sizeof(EVE_TLS_NUMBER) - 1, NULL, 16);
}

void eve_read_tls(struct eve_line *l, struct event *e, struct eve_store *s)
{
    const struct json_value *in = eve_object(l, l->top, "tls");
    const struct json_value *list = eve_array(l, l->more, "alpn_offered");
    const struct json_value *ja3 = eve_object(l, in, "ja3"), *ja3s = eve_object(l, in, "ja3s");
    struct tls_event *t = &e->as.tls;

    *t = (struct tls_event){
        .final = true,
        .sni = eve_bytes(l, in, "sni"),
        .version = tls_version(eve_bytes(l, in, "version")),
        .alpn_offered = s->alpn,
        .alpn = eve_bytes(l, l->more, "alpn"),
        .ja3 = eve_bytes(l, ja3, "string"),
        .ja3_hash = eve_bytes(l, ja3, "hash"),
        .ja3s = eve_bytes(l, ja3s, "string"),
        .ja3s_hash = eve_bytes(l, ja3s, "hash"),
        .ja4 = eve_bytes(l, in, "ja4"),
    };
    for (const struct json_value *v = json_tree_first(l->tree, list);
         v != NULL && t->alpn_offered_count < EVE_ALPN_MAX; v = json_tree_next(l->tree, list, v))
        if (v->kind == JSON_STRING)
            s->alpn[t->alpn_offered_count++] = v->text;
}

/* What the writer took apart is one text again: "a, b". */
static struct bytes read_list(struct eve_line *l, const char *member, uint8_t room[EVE_LIST_ROOM])
{
    const struct json_value *list = eve_array(l, l->more, member);
    size_t len = 0;

    for (const struct json_value *v = json_tree_first(l->tree, list); v != NULL;
         v = json_tree_next(l->tree, list, v)) {
        if (v->kind != JSON_STRING || v->text.len + 2 > EVE_LIST_ROOM - len)
            continue;
        if (len > 0) {
            memcpy(room + len, ", ", 2);
            len += 2;
        }
        memcpy(room + len, v->text.at, v->text.len);
        len += v->text.len;
    }
    return bytes_of(room, len);
}

static const char *ladder_word(unsigned n)
{
    return n <= LADDER_UNFRAMED ? ladder_name((enum ladder)n) : NULL;
}

void eve_read_handshake(struct eve_line *l, struct event *e, struct eve_store *s)
{
    const struct json_value *in = l->more;

    e->as.handshake = (struct handshake){
        .ladder = (enum ladder)eve_word(l, in, "ladder", ladder_word, LADDER_NONE),
        .status = (uint16_t)eve_number(l, in, "status", UINT16_MAX),
        .host = eve_bytes(l, in, "host"),
        .path = eve_bytes(l, in, "path"),
        .origin = eve_bytes(l, in, "origin"),
        .has_origin = eve_has(l, in, "origin"),
        .cross_origin = eve_true(l, in, "cross_origin"),
        .version = eve_has(l, in, "version") ? (int)eve_number(l, in, "version", INT32_MAX) : -1,
        .draft = eve_name(l, in, "draft"),
        .key_valid = eve_true(l, in, "key_valid"),
        .accept_valid = eve_true(l, in, "accept_valid"),
        .client_protocols = read_list(l, "client_protocols", s->list[0]),
        .subprotocol = eve_bytes(l, in, "subprotocol"),
        .client_extensions = read_list(l, "client_extensions", s->list[1]),
        .extensions = read_list(l, "extensions", s->list[2]),
        .transport = eve_name(l, in, "transport"),
    };
}

static uint16_t read_endpoints(struct eve_line *l, const char *member, struct endpoint *out)
{
    const struct json_value *list = eve_array(l, l->more, member);
    uint16_t n = 0;

    for (const struct json_value *v = json_tree_first(l->tree, list);
         v != NULL && n < BITTORRENT_PEERS; v = json_tree_next(l->tree, list, v)) {
        out[n].port = (uint16_t)eve_number(l, v, "port", UINT16_MAX);
        if (eve_addr(l, v, "ip", &out[n].addr))
            n++;
    }
    return n;
}

static uint8_t read_abilities(struct eve_line *l)
{
    const struct json_value *list = eve_array(l, l->more, "abilities");
    uint8_t abilities = 0;

    for (const struct json_value *v = json_tree_first(l->tree, list); v != NULL;
         v = json_tree_next(l->tree, list, v))
        for (unsigned n = 0; n < EVE_PEER_ABILITIES; n++)
            if (bytes_equal(v->text, bytes_of_text(eve_ability_word(n))))
                abilities |= (uint8_t)(1U << n);
    return abilities;
}

static const char *confidence_word(unsigned n)
{
    return n <= CONFIDENCE_CERTAIN ? confidence_name((enum confidence)n) : NULL;
}

void eve_read_bittorrent(struct eve_line *l, struct event *e, struct eve_store *s)
{
    struct bittorrent_event *b = &e->as.bittorrent;
    const struct json_value *in = l->more;

    *b = (struct bittorrent_event){
        .kind = eve_name(l, in, "kind"),
        .action = eve_name(l, in, "action"),
        .client = eve_name(l, in, "client"),
        .encrypted = eve_true(l, in, "encrypted"),
        .abilities = read_abilities(l),
        .listen_port = (uint16_t)eve_number(l, in, "listen_port", UINT16_MAX),
        .peers = s->peers,
        .nodes = s->nodes,
        .peer_count = read_endpoints(l, "peers", s->peers),
        .node_count = read_endpoints(l, "nodes", s->nodes),
        .confidence =
            (enum confidence)eve_word(l, in, "confidence", confidence_word, CONFIDENCE_NONE),
    };
    b->has_info_hash = eve_hex(l, in, "info_hash", b->info_hash, sizeof(b->info_hash));
    b->has_peer_id = eve_hex(l, in, "peer_id", b->peer_id, sizeof(b->peer_id));
    if (b->kind == NULL)
        eve_fault(l, "kind", "absent");
    if (bytes_equal(eve_bytes(l, in, "sender"), bytes_of_text("server")))
        e->direction = TO_CLIENT;
}
