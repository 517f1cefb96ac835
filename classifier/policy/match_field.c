/* SPDX-License-Identifier: MIT */
/* match_field.c - fields that are read off a request, a response, a handshake or a hello. */
#include "policy/matches.h"

/* Will no further request come that could bring another host, path or origin? */
static bool requests_are_over(const struct facts *f)
{
    const char *top = f->layer_count > 0 ? f->layers[f->layer_count - 1] : "";
    bool has_http = false;

    for (size_t i = 0; i + 1 < f->layer_count; i++)
        has_http = has_http || strcmp(f->layers[i], "http") == 0;
    return has_http && strcmp(top, "bittorrent") != 0; /* a tracker is asked again and again */
}

static enum answer ask_field(const struct question *q, const struct condition *c, bool last)
{
    const struct texts *texts = texts_of(q, c->field);
    bool is = false;

    switch (texts->known) {
    case KNOWN_NOT_YET: return ANSWER_NOT_YET;
    case KNOWN_NEVER: return ANSWER_NO;
    case KNOWN_ABSENT: break;
    case KNOWN_VALUE: is = texts_match(q, c); break;
    }
    return is != c->value.negated ? ANSWER_YES : last ? ANSWER_NO : ANSWER_NO_NOW;
}

enum answer match_field(const struct question *q, const struct condition *c)
{
    return ask_field(q, c, requests_are_over(q->facts));
}

/* A connection has one of each hello. */
enum answer match_hello_field(const struct question *q, const struct condition *c)
{
    return ask_field(q, c, true);
}

/* A number read off the same carriers as the texts. */
static enum answer ask_number(const struct number_fact *n, const struct question *q,
                              const struct condition *c, bool is)
{
    const bool hello = c->key->asks == ASK_TLS;
    const bool last = hello || requests_are_over(q->facts);
    const enum known known = known_of(q->facts, n != NULL ? n->known : KNOWN_NOT_YET, hello);

    if (known == KNOWN_NOT_YET)
        return ANSWER_NOT_YET;
    if (known == KNOWN_NEVER)
        return ANSWER_NO;
    is = is && known == KNOWN_VALUE;
    return is != c->value.negated ? ANSWER_YES : last ? ANSWER_NO : ANSWER_NO_NOW;
}

enum answer match_status(const struct question *q, const struct condition *c)
{
    const struct number_fact *n = q->facts->kept != NULL ? &q->facts->kept->status : NULL;
    return ask_number(n, q, c, n != NULL && range_set_has(&c->value.as.ranges, n->value));
}

enum answer match_cross_origin(const struct question *q, const struct condition *c)
{
    const struct number_fact *n = q->facts->kept != NULL ? &q->facts->kept->cross_origin : NULL;
    return ask_number(n, q, c, n != NULL && (n->value != 0) == (c->value.as.words != 0));
}

/* In the order of the words in keys.c: as on the wire (RFC 8446 s4.1.2, RFC 6101). */
static bool is_version(const struct number_fact *n, const struct condition *c)
{
    static const uint16_t versions[] = {0x0002, 0x0300, 0x0301, 0x0302, 0x0303, 0x0304};

    for (size_t i = 0; n != NULL && i < sizeof(versions) / sizeof(versions[0]); i++)
        if (n->value == versions[i])
            return (c->value.as.words >> i & 1) != 0;
    return false;
}

enum answer match_tls_version(const struct question *q, const struct condition *c)
{
    const struct number_fact *n = q->facts->kept != NULL ? &q->facts->kept->tls_version : NULL;
    return ask_number(n, q, c, is_version(n, c));
}

enum answer match_tls_offered(const struct question *q, const struct condition *c)
{
    const struct number_fact *n = q->facts->kept != NULL ? &q->facts->kept->tls_offered : NULL;
    return ask_number(n, q, c, is_version(n, c));
}
