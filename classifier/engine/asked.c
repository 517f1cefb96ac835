/* SPDX-License-Identifier: MIT */
#include "engine/asked.h"

#include "layers/http_head.h"

static size_t header_bytes(const struct engine *e)
{
    return policy_headers(e->config.policy) * sizeof(struct fact);
}

/* NULL: there is no memory. */
static struct kept_facts *kept_of(struct engine *e, struct conn *c)
{
    if (c->kept == NULL)
        c->kept = budget_alloc(&e->budget, sizeof(*c->kept) + header_bytes(e));
    if (c->kept != NULL)
        c->kept->header = (struct fact *)(c->kept + 1);
    return c->kept;
}

static void set_text(struct engine *e, struct fact *f, struct bytes text, bool there)
{
    text = bytes_first(text, KEPT_MAX);
    f->known = there ? KNOWN_VALUE : KNOWN_ABSENT;
    if (bytes_equal(f->value, text))
        return;
    texts_give(&e->texts, &f->value);
    f->value = texts_keep(&e->texts, text);
    if (f->value.len < text.len) /* no memory: neither is it known, nor that it is not there */
        f->known = KNOWN_NEVER;
}

static void unset(struct engine *e, struct fact *f, enum known known)
{
    texts_give(&e->texts, &f->value);
    f->known = known;
}

/* All values of a header, with a NUL between them. */
static void set_header(struct engine *e, struct fact *f, struct bytes fields, struct bytes name)
{
    uint8_t all[KEPT_MAX];
    struct bytes value;
    size_t len = 0;
    bool there = false;

    while (http_fields_next(&fields, name, &value)) {
        if (there && len < sizeof(all))
            all[len++] = '\0';
        value = bytes_first(value, sizeof(all) - len);
        if (value.len > 0)
            memcpy(all + len, value.at, value.len);
        len += value.len;
        there = true;
    }
    set_text(e, f, bytes_of(all, len), there);
}

/* Those of the request, or of the response. */
static void set_headers(struct engine *e, struct kept_facts *k, struct bytes fields,
                        bool of_response)
{
    const size_t count = policy_headers(e->config.policy);
    bool response;

    for (size_t i = 0; i < count; i++) {
        const struct bytes name = policy_header(e->config.policy, i, &response);
        if (response == of_response)
            set_header(e, &k->header[i], fields, name);
    }
}

static void unset_headers(struct engine *e, struct kept_facts *k, bool of_response,
                          enum known known)
{
    const size_t count = policy_headers(e->config.policy);
    bool response;

    for (size_t i = 0; i < count; i++) {
        policy_header(e->config.policy, i, &response);
        if (response == of_response)
            unset(e, &k->header[i], known);
    }
}

/* What the request line and the known fields say. */
static void learn_request_texts(struct engine *e, struct kept_facts *k,
                                const struct http_event *http)
{
    const uint8_t *mark = bytes_find_byte(http->url, '?');
    const struct bytes query = mark != NULL
                                   ? bytes_after(http->url, (size_t)(mark - http->url.at) + 1)
                                   : bytes_of(NULL, 0);

    set_text(e, &k->text[KEPT_METHOD], http->method, http->method.len > 0);
    set_text(e, &k->text[KEPT_QUERY], query, mark != NULL);
    set_text(e, &k->text[KEPT_USER_AGENT], http->user_agent, http->user_agent.len > 0);
}

/* Its response has not come yet. */
static void learn_request(struct engine *e, struct kept_facts *k, const struct http_event *http)
{
    learn_request_texts(e, k, http);
    set_headers(e, k, http->fields, false);
    unset_headers(e, k, true, KNOWN_NOT_YET);
    k->status.known = KNOWN_NOT_YET;
    k->requests++;
}

/* All conditions of a rule are asked of one request and its response: where others were read in
 * between, the request is told again; of its headers no more is known. */
static void learn_response(struct engine *e, struct kept_facts *k, const struct http_event *http)
{
    if (http->stale) {
        for (unsigned t = KEPT_METHOD; t <= KEPT_USER_AGENT; t++)
            unset(e, &k->text[t], KNOWN_NEVER);
        unset_headers(e, k, false, KNOWN_NEVER);
        if (!http->response_only)
            learn_request_texts(e, k, http);
    }
    set_headers(e, k, http->fields, true);
    k->status = (struct number_fact){KNOWN_VALUE, http->status};
}

/* Unknown is not absent: it could not be told. */
static void set_fingerprint(struct engine *e, struct fact *f, struct bytes text)
{
    if (text.len > 0)
        set_text(e, f, text, true);
    else
        unset(e, f, KNOWN_NEVER);
}

static void learn_offers(struct engine *e, struct kept_facts *k, const struct tls_event *tls)
{
    uint8_t all[KEPT_MAX];
    size_t len = 0;

    for (unsigned i = 0; i < tls->alpn_offered_count; i++) {
        const struct bytes one = bytes_first(tls->alpn_offered[i], sizeof(all) - len);
        if (one.len > 0)
            memcpy(all + len, one.at, one.len);
        len += one.len;
        if (i + 1U < tls->alpn_offered_count && len < sizeof(all))
            all[len++] = '\0';
    }
    set_text(e, &k->text[KEPT_ALPN_OFFERED], bytes_of(all, len), tls->alpn_offered_count > 0);
    k->tls_offered = (struct number_fact){KNOWN_VALUE, tls->client_version};
    set_fingerprint(e, &k->text[KEPT_JA3], tls->ja3_hash);
    set_fingerprint(e, &k->text[KEPT_JA4], tls->ja4);
}

#define TLS_1_3 0x0304

static void learn_hellos(struct engine *e, struct kept_facts *k, const struct tls_event *tls)
{
    if (tls->client_version != 0)
        learn_offers(e, k, tls);
    if (!tls->final)
        return;
    if (tls->client_version == 0) {
        k->text[KEPT_ALPN_OFFERED].known = KNOWN_NEVER;
        k->tls_offered.known = KNOWN_NEVER;
        k->text[KEPT_JA3].known = KNOWN_NEVER;
        k->text[KEPT_JA4].known = KNOWN_NEVER;
    }
    set_fingerprint(e, &k->text[KEPT_JA3S], tls->ja3s_hash);
    k->tls_version =
        (struct number_fact){tls->version != 0 ? KNOWN_VALUE : KNOWN_NEVER, tls->version};
    if (tls->version != 0 && (tls->alpn.len > 0 || tls->version < TLS_1_3))
        set_text(e, &k->text[KEPT_ALPN], tls->alpn, tls->alpn.len > 0);
    else
        k->text[KEPT_ALPN].known = KNOWN_NEVER; /* RFC 8446 s4.3.1: encrypted */
}

static bool learn_anomaly(struct kept_facts *k, enum anomaly what)
{
    const uint64_t bit = UINT64_C(1) << (what % 64);
    const bool fresh = (k->anomalies[what / 64] & bit) == 0;

    k->anomalies[what / 64] |= bit;
    return fresh;
}

/* What a rule must ask for to have it kept. */
static uint32_t asks_for(const struct event *ev)
{
    switch (ev->kind) {
    case EVENT_HTTP_REQUEST: return ASK_REQUESTS | ASK_RESPONSES;
    case EVENT_HTTP_STATUS: return ASK_RESPONSES;
    case EVENT_HANDSHAKE: return ASK_REQUESTS;
    case EVENT_TLS: return ASK_TLS;
    case EVENT_ANOMALY: return ASK_ANOMALIES;
    case EVENT_FRAME: return ASK_FRAMES;
    case EVENT_HTTP:
    case EVENT_HTTP_SLOW:
    case EVENT_MESSAGE_BEGIN:
    case EVENT_PAYLOAD:
    case EVENT_MESSAGE:
    case EVENT_BITTORRENT:
    case EVENT_ALERT:
    case EVENT_FLOW:
    case EVENT_STATS: break;
    }
    return 0;
}

bool asked_learn(struct engine *e, struct conn *c, const struct event *ev)
{
    struct kept_facts *k = (e->asks & asks_for(ev)) != 0 ? kept_of(e, c) : NULL;

    if (k == NULL)
        return false;
    if (ev->kind == EVENT_HTTP_REQUEST)
        learn_request(e, k, &ev->as.http);
    else if (ev->kind == EVENT_HTTP_STATUS)
        learn_response(e, k, &ev->as.http);
    else if (ev->kind == EVENT_TLS)
        learn_hellos(e, k, &ev->as.tls);
    else if (ev->kind == EVENT_HANDSHAKE)
        k->cross_origin =
            (struct number_fact){ev->as.handshake.has_origin ? KNOWN_VALUE : KNOWN_ABSENT,
                                 ev->as.handshake.cross_origin};
    else if (ev->kind == EVENT_ANOMALY)
        return learn_anomaly(k, ev->as.anomaly.id);
    else
        k->fragments += ev->as.frame.opcode == WS_CONTINUATION;
    return ev->kind != EVENT_FRAME; /* counts are asked after the packet */
}

/* What the WebSocket on the stack has counted; NULL: there is none. */
static const struct ws_totals *totals_of(const struct conn *c)
{
    struct flow_info info;

    info.ws = NULL;
    for (unsigned level = 0; level < c->depth; level++) {
        const struct slot *s = &c->stack[level];
        if (s->kind == SLOT_LAYER && s->layer->summarise != NULL)
            s->layer->summarise(s->state, &info);
    }
    return info.ws;
}

static void count_messages(const struct conn *c, uint64_t count[FLOW_COUNTS])
{
    const struct ws_totals *ws = totals_of(c);

    if (ws == NULL)
        return;
    count[COUNT_MESSAGES_TO_SERVER] = ws->messages[TO_SERVER];
    count[COUNT_MESSAGES_TO_CLIENT] = ws->messages[TO_CLIENT];
    count[COUNT_MESSAGES] = ws->messages[TO_SERVER] + ws->messages[TO_CLIENT];
    count[COUNT_FRAMES] = ws->frames[TO_SERVER] + ws->frames[TO_CLIENT];
    count[COUNT_PINGS] = (uint64_t)ws->pings[TO_SERVER] + ws->pings[TO_CLIENT];
}

static void count_all(const struct conn *c, uint64_t count[FLOW_COUNTS])
{
    const unsigned client = c->client_side;

    count[COUNT_PACKETS_TO_SERVER] = c->packets[client];
    count[COUNT_PACKETS_TO_CLIENT] = c->packets[1 - client];
    count[COUNT_PACKETS] = c->packets[0] + c->packets[1];
    count[COUNT_BYTES_TO_SERVER] = c->bytes[client];
    count[COUNT_BYTES_TO_CLIENT] = c->bytes[1 - client];
    count[COUNT_BYTES] = c->bytes[0] + c->bytes[1];
    count[COUNT_DURATION] = (uint64_t)(c->node->last_ns - c->start_ns);
    count[COUNT_REQUESTS] = c->kept != NULL ? c->kept->requests : 0;
    count[COUNT_FRAGMENTS] = c->kept != NULL ? c->kept->fragments : 0;
    count_messages(c, count);
}

void asked_view(const struct engine *e, const struct conn *c, struct facts *out)
{
    out->interface = e->config.live ? c->source : NULL;
    out->kept = c->kept;
    if ((e->asks & ASK_COUNTS) != 0)
        count_all(c, out->count);
}

void asked_free(struct engine *e, struct conn *c)
{
    struct kept_facts *k = c->kept;

    if (k == NULL)
        return;
    for (unsigned t = 0; t < KEPT_TEXTS; t++)
        texts_give(&e->texts, &k->text[t].value);
    for (size_t i = 0; i < policy_headers(e->config.policy); i++)
        texts_give(&e->texts, &k->header[i].value);
    budget_free(&e->budget, k, sizeof(*k) + header_bytes(e));
    c->kept = NULL;
}
