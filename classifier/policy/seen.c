/* SPDX-License-Identifier: MIT */
/* seen.c - the facts as text, for `--explain`. A key of texts needs nothing here; another has its
 * row, or is explained without a value. */
#include "policy/seen.h"

#include <inttypes.h>

#include "model/websocket.h"
#include "policy/explain.h"
#include "policy/matches.h"

typedef void seen_fn(struct buffer *out, const struct question *q,
                     const struct condition *c); /* a function, not a struct */

static void append_cut(struct buffer *out, struct bytes text)
{
    buffer_append(out, bytes_first(text, EXPLAINED_SEEN));
    buffer_append_text(out, text.len > EXPLAINED_SEEN ? ".." : "");
}

/* All texts of a field: the same host with and without its port is one. */
static void append_texts(struct buffer *out, const struct question *q, const struct condition *c)
{
    const struct texts *texts = texts_of(q, c->field);
    const bool several =
        c->key->field != FIELD_HOST && c->key->field != FIELD_PATH && c->key->field != FIELD_SNI;

    if (texts->known == KNOWN_ABSENT)
        buffer_append_text(out, "there is none");
    if (texts->known != KNOWN_VALUE)
        return;
    for (size_t i = 0; i < (several ? texts->count : 1); i++) {
        buffer_append_text(out, i > 0 ? ", " : "");
        append_cut(out, texts->at[i]);
    }
}

static void append_address(struct buffer *out, const struct addr *a)
{
    char text[ADDR_TEXT_ROOM];

    addr_text(a, text);
    buffer_append_text(out, text);
}

static void see_client(struct buffer *out, const struct question *q, const struct condition *c)
{
    (void)c;
    append_address(out, &q->facts->client.addr);
}

static void see_server(struct buffer *out, const struct question *q, const struct condition *c)
{
    (void)c;
    append_address(out, &q->facts->server.addr);
}

static void see_client_port(struct buffer *out, const struct question *q, const struct condition *c)
{
    (void)c;
    buffer_append_u64(out, q->facts->client.port);
}

static void see_server_port(struct buffer *out, const struct question *q, const struct condition *c)
{
    (void)c;
    buffer_append_u64(out, q->facts->server.port);
}

static void see_proto(struct buffer *out, const struct question *q, const struct condition *c)
{
    (void)c;
    buffer_append_text(out, q->facts->transport == TRANSPORT_UDP ? "udp" : "tcp");
}

/* "ssh where http, websocket was promised" */
static void see_mismatch(struct buffer *out, const struct question *q, const struct condition *c)
{
    (void)c;
    const struct facts *f = q->facts;
    const char *promised = policy_promise(q->policy, f->transport, f->server.port);

    buffer_append_text(out, f->app != NULL ? f->app : "nothing known");
    if (promised != NULL)
        buffer_printf(out, " where %s is promised", promised);
    else
        buffer_append_text(out, ", and the port promises nothing");
}

static void see_count(struct buffer *out, const struct question *q, const struct condition *c)
{
    const uint64_t count = q->facts->count[c->key->field];

    if (c->key->kind == VALUE_DURATION)
        buffer_printf(out, "%" PRIu64 " ms", count / 1000000);
    else
        buffer_append_u64(out, count);
}

static void see_ladder(struct buffer *out, const struct question *q, const struct condition *c)
{
    (void)c;
    buffer_append_text(out, ladder_name(q->facts->ladder));
}

static void see_vlan(struct buffer *out, const struct question *q, const struct condition *c)
{
    (void)c;
    for (size_t i = 0; i < q->facts->vlan_count; i++)
        buffer_printf(out, "%s%u", i > 0 ? ", " : "", q->facts->vlan[i]);
    buffer_append_text(out, q->facts->vlan_count == 0 ? "there is none" : "");
}

static void see_number(struct buffer *out, const struct number_fact *n, bool hexadecimal)
{
    if (n->known == KNOWN_ABSENT)
        buffer_append_text(out, "there is none");
    if (n->known == KNOWN_VALUE)
        buffer_printf(out, hexadecimal ? "0x%04" PRIx64 : "%" PRIu64, n->value);
}

static void see_status(struct buffer *out, const struct question *q, const struct condition *c)
{
    (void)c;
    if (q->facts->kept != NULL)
        see_number(out, &q->facts->kept->status, false);
}

static void see_version(struct buffer *out, const struct question *q, const struct condition *c)
{
    if (q->facts->kept != NULL)
        see_number(out,
                   c->key->match == match_tls_version ? &q->facts->kept->tls_version
                                                      : &q->facts->kept->tls_offered,
                   true);
}

static void see_cross_origin(struct buffer *out, const struct question *q,
                             const struct condition *c)
{
    const struct kept_facts *kept = q->facts->kept;

    (void)c;
    if (kept != NULL && kept->cross_origin.known == KNOWN_VALUE)
        buffer_append_text(out, kept->cross_origin.value != 0 ? "true" : "false");
}

static void see_anomalies(struct buffer *out, const struct question *q, const struct condition *c)
{
    const struct kept_facts *kept = q->facts->kept;
    const size_t before = out->len;

    (void)c;
    for (size_t i = 1; kept != NULL && i < ANOMALY_COUNT; i++)
        if (bit_is_set(kept->anomalies, i) && out->len - before < EXPLAINED_SEEN)
            buffer_printf(out, "%s%s", out->len > before ? ", " : "",
                          anomaly_info((enum anomaly)i)->name);
    buffer_append_text(out, out->len == before ? "none" : "");
}

static void see_info_hash(struct buffer *out, const struct question *q, const struct condition *c)
{
    const struct fact *hash = &q->facts->info_hash;

    (void)c;
    for (size_t i = 0; hash->known == KNOWN_VALUE && i < hash->value.len; i++)
        buffer_append_hex(out, hash->value.at[i], 2);
}

static void see_direction_of_message(struct buffer *out, const struct question *q,
                                     const struct condition *c)
{
    (void)c;
    buffer_append_text(out, q->message->direction == TO_SERVER ? "to-server" : "to-client");
}

static void see_opcode(struct buffer *out, const struct question *q, const struct condition *c)
{
    (void)c;
    static const struct {
        uint8_t opcode;
        const char *name;
    } names[] = {{WS_TEXT, "text"},
                 {WS_BINARY, "binary"},
                 {WS_CLOSE, "close"},
                 {WS_PING, "ping"},
                 {WS_PONG, "pong"}};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].opcode == q->message->opcode)
            buffer_append_text(out, names[i].name);
}

static void see_size(struct buffer *out, const struct question *q, const struct condition *c)
{
    (void)c;
    buffer_printf(out, "%" PRIu64 " bytes", q->message->size);
}

static void see_content(struct buffer *out, const struct question *q, const struct condition *c)
{
    (void)c;
    buffer_append_text(out, q->blind || q->message->incomplete ? "not all of it was seen" : "");
}

/* By the function that asks, so that keys that ask alike are seen alike. */
static const struct row {
    match_fn *match;
    seen_fn *see;
} rows[] = {
    {match_client, see_client},
    {match_server, see_server},
    {match_client_port, see_client_port},
    {match_server_port, see_server_port},
    {match_proto, see_proto},
    {match_mismatch, see_mismatch},
    {match_count, see_count},
    {match_ladder, see_ladder},
    {match_vlan, see_vlan},
    {match_status, see_status},
    {match_tls_version, see_version},
    {match_tls_offered, see_version},
    {match_cross_origin, see_cross_origin},
    {match_anomaly, see_anomalies},
    {match_info_hash, see_info_hash},
};

/* Of `message`, by name. */
static const struct message_row {
    const char *key;
    seen_fn *see;
} message_rows[] = {
    {"direction", see_direction_of_message},
    {"opcode", see_opcode},
    {"size", see_size},
    {"contains", see_content},
    {"regex", see_content},
};

void seen_append(struct buffer *out, const struct question *q, const struct condition *c)
{
    for (size_t i = 0; q->message != NULL && i < sizeof(message_rows) / sizeof(message_rows[0]);
         i++)
        if (strcmp(message_rows[i].key, c->key->name) == 0)
            message_rows[i].see(out, q, c);
    if (q->message != NULL)
        return;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].match == c->key->match)
            rows[i].see(out, q, c);
    if (c->key->kind == VALUE_TEXT)
        append_texts(out, q, c);
}
