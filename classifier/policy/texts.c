/* SPDX-License-Identifier: MIT */
/* texts.c - the facts that are texts, and whether a set of texts has one of them. */
#include "policy/matches.h"

static void add(struct texts *t, struct bytes text)
{
    if (t->count < TEXTS_MAX)
        t->at[t->count++] = text;
}

/* RFC 9110 s7.2: Host = uri-host [ ":" port ]. A name's final dot (RFC 1034 s3.1) says nothing. */
static struct bytes bare_host(struct bytes host)
{
    size_t len = host.len;

    while (len > 0 && host.at[len - 1] >= '0' && host.at[len - 1] <= '9')
        len--;
    if (len > 0 && host.at[len - 1] == ':')
        host.len = len - 1;
    if (host.len > 1 && host.at[host.len - 1] == '.')
        host.len--;
    return host;
}

static struct bytes without_query(struct bytes path)
{
    const uint8_t *mark = bytes_find_byte(path, '?');
    return mark != NULL ? bytes_first(path, (size_t)(mark - path.at)) : path;
}

static void names(struct texts *t, const char *const *name, size_t count)
{
    t->known = count > 0 ? KNOWN_VALUE : KNOWN_NOT_YET;
    for (size_t i = 0; i < count; i++)
        add(t, bytes_of_text(name[i]));
}

/* The value as it was sent, and as people write it where that differs. */
static void sent(struct texts *t, const struct fact *f, struct bytes (*plain)(struct bytes sent))
{
    t->known = f->known;
    if (f->known != KNOWN_VALUE)
        return;
    add(t, f->value);
    if (plain != NULL && plain(f->value).len < f->value.len)
        add(t, plain(f->value));
}

enum known known_of(const struct facts *f, enum known told, bool of_hello)
{
    if (told != KNOWN_NOT_YET)
        return told;
    if (f->over)
        return KNOWN_NEVER;
    for (size_t i = 0; of_hello && i < f->layer_count; i++)
        if (strcmp(f->layers[i], "tls") == 0)
            return KNOWN_NOT_YET; /* recognised, but its hello goes on */
    return f->settled ? KNOWN_NEVER : KNOWN_NOT_YET;
}

/* Values with a NUL between them, which none of them can have. */
static void kept(struct texts *t, const struct facts *f, const struct fact *fact, bool of_hello)
{
    t->known = known_of(f, fact != NULL ? fact->known : KNOWN_NOT_YET, of_hello);
    if (fact == NULL || t->known != KNOWN_VALUE)
        return;
    struct bytes left = fact->value;
    for (const uint8_t *nul; (nul = bytes_find_byte(left, '\0')) != NULL;) {
        const struct bytes one = bytes_first(left, (size_t)(nul - left.at));
        add(t, one);
        left = bytes_after(left, one.len + 1);
    }
    add(t, left);
}

static void kept_text(struct texts *t, const struct facts *f, enum kept_text which)
{
    const bool of_hello = which >= KEPT_ALPN;
    kept(t, f, f->kept != NULL ? &f->kept->text[which] : NULL, of_hello);
}

static void header(struct texts *t, const struct facts *f, uint32_t number)
{
    kept(t, f, f->kept != NULL ? &f->kept->header[number] : NULL, false);
}

/* What opens its payload to another protocol: tunnels, proxies and WebSockets. */
static bool carries(const char *layer)
{
    static const char *const carriers[] = {"websocket", "connect", "socks", "proxy", "tls"};

    for (size_t i = 0; i < sizeof(carriers) / sizeof(carriers[0]); i++)
        if (strcmp(layer, carriers[i]) == 0)
            return true;
    return false;
}

/* The names above the lowest carrier. */
static void inside(struct texts *t, const struct facts *f)
{
    size_t at = 0;

    while (at < f->layer_count && !carries(f->layers[at]))
        at++;
    if (at >= f->layer_count) {
        t->known = facts_settled(f) ? KNOWN_NEVER : KNOWN_NOT_YET;
        return;
    }
    names(t, f->layers + at + 1, f->layer_count - at - 1);
    if (t->count == 0 && facts_settled(f))
        t->known = KNOWN_ABSENT;
}

/* nDPI was asked, and knows it: it has a category then, and none or some risks. */
static void witness(struct texts *t, const struct facts *f, enum text_field which)
{
    const struct ndpi_info *n = f->ndpi;

    if (n == NULL || (n->proto == NULL && n->risk_count == 0)) {
        t->known = KNOWN_NOT_YET;
        return;
    }
    if (which == FIELD_RISK)
        names(t, n->risks, n->risk_count);
    else
        names(t, &n->category, n->category != NULL);
    t->known = t->count > 0 ? KNOWN_VALUE : KNOWN_ABSENT;
}

static void read_texts(struct texts *t, const struct facts *f, uint32_t which)
{
    t->count = 0;
    if (which >= FIELD_COUNT) {
        header(t, f, which - FIELD_COUNT);
        return;
    }
    switch ((enum text_field)which) {
    case FIELD_APP: names(t, &f->app, f->app != NULL); return;
    case FIELD_LAYERS: names(t, f->layers, f->layer_count); return;
    case FIELD_INSIDE: inside(t, f); return;
    case FIELD_CATEGORY:
    case FIELD_RISK: witness(t, f, (enum text_field)which); return;
    case FIELD_INTERFACE: names(t, &f->interface, f->interface != NULL); return;
    case FIELD_HOST: sent(t, &f->host, bare_host); return;
    case FIELD_PATH: sent(t, &f->path, without_query); return;
    case FIELD_ORIGIN: sent(t, &f->origin, NULL); return;
    case FIELD_SUBPROTOCOL: sent(t, &f->subprotocol, NULL); return;
    case FIELD_SNI: sent(t, &f->sni, bare_host); return;
    case FIELD_PEER_CLIENT: sent(t, &f->peer_client, NULL); return;
    case FIELD_METHOD: kept_text(t, f, KEPT_METHOD); return;
    case FIELD_QUERY: kept_text(t, f, KEPT_QUERY); return;
    case FIELD_USER_AGENT: kept_text(t, f, KEPT_USER_AGENT); return;
    case FIELD_ALPN: kept_text(t, f, KEPT_ALPN); return;
    case FIELD_ALPN_OFFERED: kept_text(t, f, KEPT_ALPN_OFFERED); return;
    case FIELD_JA3: kept_text(t, f, KEPT_JA3); return;
    case FIELD_JA3S: kept_text(t, f, KEPT_JA3S); return;
    case FIELD_JA4: kept_text(t, f, KEPT_JA4); return;
    case FIELD_HEADER:
    case FIELD_JSON:
    case FIELD_COUNT: break;
    }
    t->known = KNOWN_NEVER;
}

const struct texts *texts_of(const struct question *q, uint32_t which)
{
    struct field *field = &q->worker->field[which];

    if (field->read != q->worker->moment) {
        read_texts(&field->texts, q->facts, which);
        field->read = q->worker->moment;
    }
    return &field->texts;
}

/* All regular expressions about one field are searched for at once. */
static const uint64_t *hits_in(const struct question *q, uint32_t which)
{
    struct field *field = &q->worker->field[which];
    const struct bank *bank = field_bank(q->policy, which);

    if (field->searched == q->worker->moment)
        return field->hits;
    memset(field->hits, 0, bank_words(bank) * sizeof(uint64_t));
    for (size_t i = 0; i < field->texts.count; i++)
        bank_scan(bank, q->worker->scratch, field->texts.at[i], field->hits);
    field->searched = q->worker->moment;
    return field->hits;
}

bool texts_match(const struct question *q, const struct condition *c)
{
    const struct text_set *set = &c->value.as.text;
    const struct texts *texts = texts_of(q, c->field);

    for (size_t i = 0; i < texts->count; i++)
        if (text_set_has(set, texts->at[i]))
            return true;
    return set->patterns.count > 0 && pattern_set_hit(&set->patterns, hits_in(q, c->field));
}

void forget_texts(struct policy_worker *w)
{
    w->moment++;
}
