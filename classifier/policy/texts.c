/* SPDX-License-Identifier: MIT */
/* texts.c - the facts that are texts, and whether a set of texts has one of them. */
#include "policy/worker.h"

static void add(struct texts *t, struct bytes text)
{
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

static struct texts names(const char *const *name, size_t count)
{
    struct texts t = {.known = count > 0 ? KNOWN_VALUE : KNOWN_NOT_YET};

    for (size_t i = 0; i < count; i++)
        add(&t, bytes_of_text(name[i]));
    return t;
}

/* The value as it was sent, and as people write it where that differs. */
static struct texts sent(const struct fact *f, struct bytes (*plain)(struct bytes sent))
{
    struct texts t = {.known = f->known};

    if (f->known != KNOWN_VALUE)
        return t;
    add(&t, f->value);
    if (plain != NULL && plain(f->value).len < f->value.len)
        add(&t, plain(f->value));
    return t;
}

static struct texts read_texts(const struct facts *f, enum text_field which)
{
    switch (which) {
    case FIELD_APP: return names(&f->app, f->app != NULL);
    case FIELD_LAYERS: return names(f->layers, f->layer_count);
    case FIELD_HOST: return sent(&f->host, bare_host);
    case FIELD_PATH: return sent(&f->path, without_query);
    case FIELD_ORIGIN: return sent(&f->origin, NULL);
    case FIELD_SUBPROTOCOL: return sent(&f->subprotocol, NULL);
    case FIELD_SNI: return sent(&f->sni, bare_host);
    case FIELD_COUNT: break;
    }
    return (struct texts){.known = KNOWN_NEVER};
}

const struct texts *texts_of(const struct question *q, enum text_field which)
{
    struct field *field = &q->worker->field[which];

    if (!field->ready) {
        field->texts = read_texts(q->facts, which);
        field->ready = true;
    }
    return &field->texts;
}

/* All regular expressions about one field are searched for at once. */
static const uint64_t *hits_in(const struct question *q, enum text_field which)
{
    struct field *field = &q->worker->field[which];
    const struct bank *bank = &q->policy->field[which];

    if (field->searched)
        return field->hits;
    memset(field->hits, 0, bank_words(bank) * sizeof(uint64_t));
    for (size_t i = 0; i < field->texts.count; i++)
        bank_scan(bank, q->worker->scratch, field->texts.at[i], field->hits);
    field->searched = true;
    return field->hits;
}

bool texts_match(const struct question *q, const struct condition *c)
{
    const struct text_set *set = &c->value.as.text;
    const struct texts *texts = texts_of(q, c->key->field);

    for (size_t i = 0; i < texts->count; i++)
        if (text_set_has(set, texts->at[i]))
            return true;
    return set->patterns.count > 0 && pattern_set_hit(&set->patterns, hits_in(q, c->key->field));
}

void forget_texts(struct policy_worker *w)
{
    for (size_t i = 0; i < FIELD_COUNT; i++)
        w->field[i].ready = w->field[i].searched = false;
}
