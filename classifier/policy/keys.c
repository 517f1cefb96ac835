/* SPDX-License-Identifier: MIT */
/* keys.c - the keys of `match`: one row and one function each. To add one, add these. */
#include "policy/worker.h"

static const char *const proto_words[] = {"tcp", "udp", NULL};
static const uint8_t proto_numbers[] = {TRANSPORT_TCP, TRANSPORT_UDP};
/* From CONFIDENCE_PROBABLE up: a guess is never enough for a rule. */
static const char *const confidence_words[] = {"probable", "strong", "certain", NULL};

/* A fact that will not change. */
static enum answer firm(bool is, bool negated)
{
    return is != negated ? ANSWER_YES : ANSWER_NO;
}

/* Who is the client may not be known before the flow ends; then the guess has to do. */
static bool directed(const struct question *q)
{
    return q->facts->direction_known || q->facts->over;
}

static enum answer match_client(const struct question *q, const struct condition *c)
{
    if (!directed(q))
        return ANSWER_NOT_YET;
    return firm(addr_set_has(&c->value.as.addresses, &q->facts->client.addr), c->value.negated);
}

static enum answer match_server(const struct question *q, const struct condition *c)
{
    if (!directed(q))
        return ANSWER_NOT_YET;
    return firm(addr_set_has(&c->value.as.addresses, &q->facts->server.addr), c->value.negated);
}

static enum answer match_client_port(const struct question *q, const struct condition *c)
{
    if (!directed(q))
        return ANSWER_NOT_YET;
    return firm(range_set_has(&c->value.as.ranges, q->facts->client.port), c->value.negated);
}

static enum answer match_server_port(const struct question *q, const struct condition *c)
{
    if (!directed(q))
        return ANSWER_NOT_YET;
    return firm(range_set_has(&c->value.as.ranges, q->facts->server.port), c->value.negated);
}

static enum answer match_proto(const struct question *q, const struct condition *c)
{
    bool is = false;

    for (size_t i = 0; i < sizeof(proto_numbers); i++)
        is = is || ((c->value.as.words >> i & 1) != 0 && q->facts->transport == proto_numbers[i]);
    return firm(is, c->value.negated);
}

static bool is_settled(const struct facts *f)
{
    return f->settled || f->over;
}

/* One of the names of the stack: as long as it may grow, what is not there may still come. */
static enum answer match_names(const struct question *q, const struct condition *c)
{
    const struct texts *texts = texts_of(q, c->key->field);
    const bool settled = is_settled(q->facts);

    if (texts->count == 0)
        return settled ? ANSWER_NO : ANSWER_NOT_YET;
    if (texts_match(q, c))
        return !c->value.negated ? ANSWER_YES : settled ? ANSWER_NO : ANSWER_NO_NOW;
    return settled ? firm(false, c->value.negated) : ANSWER_NOT_YET;
}

static enum answer match_mismatch(const struct question *q, const struct condition *c)
{
    const struct facts *f = q->facts;
    const bool wanted = c->value.as.words != 0, settled = is_settled(f);
    const enum tri broken = policy_mismatch(q->policy, f);

    if (broken == TRI_NOT_YET)
        return ANSWER_NOT_YET;
    if (broken == TRI_YES)
        return wanted ? ANSWER_YES : settled ? ANSWER_NO : ANSWER_NO_NOW;
    if (settled || policy_promise(q->policy, f->transport, f->server.port) == NULL)
        return firm(false, !wanted);
    return wanted ? ANSWER_NO_NOW : ANSWER_NOT_YET; /* kept so far */
}

/* Will no further request come that could bring another host, path or origin? */
static bool requests_are_over(const struct facts *f)
{
    const char *top = f->layer_count > 0 ? f->layers[f->layer_count - 1] : "";
    bool has_http = false;

    for (size_t i = 0; i + 1 < f->layer_count; i++)
        has_http = has_http || strcmp(f->layers[i], "http") == 0;
    return has_http && strcmp(top, "bittorrent") != 0; /* a tracker is asked again and again */
}

/* A field of a request or a hello. */
static enum answer match_field(const struct question *q, const struct condition *c)
{
    const struct texts *texts = texts_of(q, c->key->field);
    const bool last = c->key->field == FIELD_SNI || requests_are_over(q->facts);
    bool is = false;

    switch (texts->known) {
    case KNOWN_NOT_YET: return ANSWER_NOT_YET;
    case KNOWN_NEVER: return ANSWER_NO;
    case KNOWN_ABSENT: break;
    case KNOWN_VALUE: is = texts_match(q, c); break;
    }
    return is != c->value.negated ? ANSWER_YES : last ? ANSWER_NO : ANSWER_NO_NOW;
}

#define NOCASE true

const struct key match_keys[] = {
    {"app", VALUE_TEXT, match_names, NULL, FIELD_APP, NOCASE, true},
    {"layers", VALUE_TEXT, match_names, NULL, FIELD_LAYERS, NOCASE, true},
    {"confidence", VALUE_LEVEL, NULL, confidence_words, 0, false, false}, /* rule.confidence */
    {"client", VALUE_ADDRESS, match_client, NULL, 0, false, false},
    {"server", VALUE_ADDRESS, match_server, NULL, 0, false, false},
    {"client-port", VALUE_PORT, match_client_port, NULL, 0, false, false},
    {"server-port", VALUE_PORT, match_server_port, NULL, 0, false, false},
    {"proto", VALUE_WORDS, match_proto, proto_words, 0, false, false},
    {"mismatch", VALUE_FLAG, match_mismatch, NULL, 0, false, true},
    {"host", VALUE_TEXT, match_field, NULL, FIELD_HOST, NOCASE, false},
    {"path", VALUE_TEXT, match_field, NULL, FIELD_PATH, false, false},
    {"origin", VALUE_TEXT, match_field, NULL, FIELD_ORIGIN, NOCASE, false},
    {"subprotocol", VALUE_TEXT, match_field, NULL, FIELD_SUBPROTOCOL, false, false},
    {"sni", VALUE_TEXT, match_field, NULL, FIELD_SNI, NOCASE, false},
    {NULL, VALUE_TEXT, NULL, NULL, 0, false, false},
};
