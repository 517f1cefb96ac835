/* SPDX-License-Identifier: MIT */
/* What a connection remembers of what its layers saw: names for rules and reports, and evidence. */
#include "engine/asked.h"
#include "engine/peer.h"
#include "engine/skim.h"

#define NAME_MAX_BYTES 1024U
#define EVIDENCE_STEP  4U

static struct names *names_of(struct engine *e, struct conn *c)
{
    if (c->names == NULL)
        c->names = budget_alloc(&e->budget, sizeof(*c->names));
    return c->names;
}

static void change_name(struct engine *e, struct names *names, enum name_of which,
                        struct bytes text)
{
    if (names->of[which].at != NULL)
        texts_change(&e->texts, &names->of[which], text);
    else
        names->of[which] = texts_keep(&e->texts, text);
}

static inline void put_name(struct engine *e, struct names *names, enum name_of which,
                            struct bytes text)
{
    text = bytes_first(text, NAME_MAX_BYTES);
    names->known[which] = text.len > 0 ? KNOWN_VALUE : KNOWN_ABSENT;
    if (!bytes_equal(names->of[which], text))
        change_name(e, names, which, text);
}

static void learn_name(struct engine *e, struct conn *c, enum name_of which, struct bytes text)
{
    struct names *names = names_of(e, c);

    if (names != NULL)
        put_name(e, names, which, text);
}

static struct bytes path_of(struct bytes url)
{
    const uint8_t *mark = bytes_find_byte(url, '?');

    return mark != NULL ? bytes_first(url, (size_t)(mark - url.at)) : url;
}

void learn_asked_for(struct engine *e, struct conn *c, struct bytes host, struct bytes url,
                     struct bytes origin)
{
    struct names *names = names_of(e, c);

    if (names == NULL)
        return;
    put_name(e, names, NAME_HOST, host);
    put_name(e, names, NAME_PATH, path_of(url));
    put_name(e, names, NAME_ORIGIN, origin);
}

static void learn_request(struct engine *e, struct conn *c, const struct http_event *http)
{
    learn_asked_for(e, c, http->host, http->url, http->origin);
}

static void learn_handshake(struct engine *e, struct conn *c, const struct handshake *h)
{
    learn_name(e, c, NAME_HOST, h->host);
    learn_name(e, c, NAME_PATH, path_of(h->path));
    learn_name(e, c, NAME_ORIGIN, h->origin);
    learn_name(e, c, NAME_SUBPROTOCOL, h->subprotocol);
}

static bool has_name(const struct conn *c, enum name_of which)
{
    return c->names != NULL && c->names->of[which].len > 0;
}

/* HTTP, a WebSocket or WebRTC that is BitTorrent's. */
static bool is_of_tracker(const char *kind)
{
    return strcmp(kind, "http-tracker") == 0 || strcmp(kind, "webtorrent") == 0 ||
           strcmp(kind, "webrtc") == 0 || strcmp(kind, "web-seed") == 0;
}

/* What is looked up in the DHT is not yet shared: it gives way to what is. */
static void learn_bittorrent(struct engine *e, struct conn *c, const struct bittorrent_event *b)
{
    if (b->has_info_hash && (strcmp(b->kind, "dht") != 0 || !has_name(c, NAME_INFO_HASH)))
        learn_name(e, c, NAME_INFO_HASH, bytes_of(b->info_hash, sizeof(b->info_hash)));
    if (b->client != NULL)
        learn_name(e, c, NAME_PEER_CLIENT, bytes_of_text(b->client));
    if (is_of_tracker(b->kind) && c->tracker < b->confidence) {
        c->tracker = (uint8_t)b->confidence;
        tell_rules(e, c, false);
    }
}

static void learn_tunnel(struct conn *c, enum anomaly what)
{
    if (what == WS_TUNNEL)
        c->tunnel = TRI_YES;
    else if (what == WS_RANDOM_PAYLOAD && c->tunnel == TRI_NO)
        c->tunnel = TRI_NOT_YET;
}

/* Nothing more will be heard of its hellos. */
static void learn_hello(struct engine *e, struct conn *c, const struct tls_event *tls)
{
    learn_name(e, c, NAME_SNI, tls->sni);
    if (tls->unread && c->names != NULL)
        c->names->known[NAME_SNI] = KNOWN_NEVER;
}

static void learn_names(struct engine *e, struct conn *c, const struct event *ev)
{
    switch (ev->kind) {
    case EVENT_HTTP_REQUEST: learn_request(e, c, &ev->as.http); break;
    case EVENT_HTTP_STATUS:
        if (ev->as.http.stale && !ev->as.http.response_only)
            learn_request(e, c, &ev->as.http);
        break;
    case EVENT_HANDSHAKE: learn_handshake(e, c, &ev->as.handshake); break;
    case EVENT_TLS: learn_hello(e, c, &ev->as.tls); break;
    case EVENT_BITTORRENT:
        learn_bittorrent(e, c, &ev->as.bittorrent);
        peer_learn(e, c, ev);
        break;
    case EVENT_ANOMALY:
        c->anomalies++;
        learn_tunnel(c, ev->as.anomaly.id);
        break;
    case EVENT_HTTP:
    case EVENT_HTTP_SLOW:
    case EVENT_MESSAGE_BEGIN:
    case EVENT_PAYLOAD:
    case EVENT_MESSAGE:
    case EVENT_FRAME:
    case EVENT_ALERT:
    case EVENT_FLOW:
    case EVENT_STATS: break;
    }
}

/* Might the rules say something else now? */
static bool is_news(const struct engine *e, const struct conn *c, const struct event *ev)
{
    switch (ev->kind) {
    case EVENT_HTTP_REQUEST:
    case EVENT_HANDSHAKE:
    case EVENT_TLS: return (e->asks & ASK_NAMES) != 0 || tells_all(e, c);
    case EVENT_BITTORRENT: return (e->asks & ASK_TORRENTS) != 0;
    case EVENT_HTTP:
    case EVENT_HTTP_STATUS:
    case EVENT_HTTP_SLOW:
    case EVENT_MESSAGE_BEGIN:
    case EVENT_PAYLOAD:
    case EVENT_MESSAGE:
    case EVENT_FRAME:
    case EVENT_ANOMALY:
    case EVENT_ALERT:
    case EVENT_FLOW:
    case EVENT_STATS: break;
    }
    return false;
}

void learn_from(struct engine *e, struct conn *c, const struct event *ev)
{
    const bool fresh = e->asks != 0 && asked_learn(e, c, ev);

    learn_names(e, c, ev);
    if (fresh || is_news(e, c, ev))
        tell_rules(e, c, false);
}

static bool more_evidence(struct engine *e, struct conn *c)
{
    const size_t old = c->evidence_room * sizeof(*c->evidence);
    struct evidence *list;

    if (c->evidence_room >= EVIDENCE_MAX)
        return false;
    list = budget_alloc(&e->budget, old + EVIDENCE_STEP * sizeof(*list));
    if (list == NULL)
        return false;
    if (c->evidence != NULL)
        memcpy(list, c->evidence, old);
    budget_free(&e->budget, c->evidence, old);
    c->evidence = list;
    c->evidence_room += EVIDENCE_STEP;
    return true;
}

/* Does the new sentence say what the last one said, and more? Recognition speaks first, then the
 * layer that was recognised: of the same bytes, whichever packets brought them. */
static bool says_more(const struct evidence *last, const char *what, struct bytes detail)
{
    const char *said = last->what;

    if (said == what)
        return bytes_start_with(detail, last->detail);
    while (*said != '\0' && *said == *what) {
        said++;
        what++;
    }
    if (*said != '\0')
        return false;
    return *what != '\0' || bytes_start_with(detail, last->detail);
}

/* Of one line two sentences are said, one after the other. */
static struct bytes keep_detail(struct engine *e, struct bytes last, struct bytes detail)
{
    return bytes_equal(last, detail) ? texts_again(last) : texts_keep(&e->texts, detail);
}

void learn_sign(struct engine *e, struct conn *c, uint8_t bits, const char *what,
                struct bytes detail)
{
    struct evidence *last = c->evidence_count > 0 ? &c->evidence[c->evidence_count - 1] : NULL;
    const struct bytes said = last != NULL ? last->detail : bytes_of(NULL, 0);
    const bool instead = last != NULL && says_more(last, what, detail);

    detail = bytes_first(detail, EVIDENCE_DETAIL);
    if (instead && last->packet == e->host.packet && bytes_equal(said, detail)) {
        last->what = what;
        last->bits = bits;
        return;
    }
    if (!instead && (c->evidence == NULL || c->evidence_count == c->evidence_room) &&
        !more_evidence(e, c))
        return;
    const struct bytes kept = keep_detail(e, said, detail);
    if (instead)
        texts_give(&e->texts, &c->evidence[--c->evidence_count].detail);
    c->evidence[c->evidence_count++] = (struct evidence){
        .packet = e->host.packet,
        .what = what,
        .detail = kept,
        .bits = bits,
    };
}

void learn_evidence(struct engine *e, struct conn *c, const char *what, struct bytes detail)
{
    learn_sign(e, c, 0, what, detail);
}

void learn_free(struct engine *e, struct conn *c)
{
    for (unsigned i = 0; i < c->evidence_count; i++)
        texts_give(&e->texts, &c->evidence[i].detail);
    budget_free(&e->budget, c->evidence, c->evidence_room * sizeof(*c->evidence));
    for (unsigned i = 0; c->names != NULL && i < NAMES; i++)
        if (c->names->of[i].at != NULL)
            texts_give(&e->texts, &c->names->of[i]);
    budget_free(&e->budget, c->names, sizeof(*c->names));
    asked_free(e, c);
    c->evidence = NULL;
    c->names = NULL;
}
