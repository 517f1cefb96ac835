/* SPDX-License-Identifier: MIT */
/* tls.c - the layer tls: both hellos, and nothing after them (RFC 8446, RFC 5246).
 *
 * In:    the records of both directions, cut anywhere.
 * Out:   EVENT_TLS when the ClientHello is whole (final = false), and once more when the
 * ServerHello is, or an alert came instead, or the stream ended (final = true; with neither hello,
 * unread). Evidence, claims.
 * State: struct tls, and one hello of at most TLS_HELLO_MAX bytes a direction, from the host's
 * memory, given back with the final event. After both hellos nothing is looked at.
 */
#include "base/cursor.h"
#include "layers/layers.h"
#include "layers/tls_fingerprint.h"
#include "layers/tls_hello.h"
#include "layers/tls_record.h"

#define FIRST_ROOM 1024
#define SSLV2_SIGN 11 /* bytes that tell an SSL 2.0 hello */

enum side_state {
    SIDE_START,  /* nothing came yet: SSL 2.0 or a record */
    SIDE_HEADER, /* in a record's header */
    SIDE_BODY,   /* in a record's body */
    SIDE_DONE,   /* its hello was read, or never will be: dead for ever, and cheap */
};

struct side {
    enum side_state state;
    uint8_t head[SSLV2_SIGN]; /* of the record, or of an SSL 2.0 hello */
    uint8_t head_len;
    uint32_t left;   /* bytes of the record's body still to come */
    uint64_t offset; /* bytes of the direction read so far */
    uint8_t *hello;  /* the handshake message with its header */
    uint32_t len, room;
    bool good; /* the hello is whole and follows the grammar */
};

struct tls {
    struct side side[2]; /* by direction */
    bool told;           /* the final event was emitted */
};

static struct bytes hello_body(const struct side *s)
{
    return bytes_after(bytes_of(s->hello, s->len), TLS_HANDSHAKE_HEADER);
}

static void forget(struct side *s, struct host *h)
{
    if (s->hello != NULL)
        h->free(h, s->hello, s->room);
    s->hello = NULL;
    s->len = 0;
    s->room = 0;
}

/* Which is work: only if somebody wants them. */
static void emit_with_fingerprints(struct host *h, struct event *e, const struct tls_hello *client,
                                   const struct tls_hello *server)
{
    struct tls_event *t = &e->as.tls;
    struct ja3 ja3, ja3s;
    char ja4[JA4_LEN];

    if (client->suites.len > 0 && tls_ja3(client, h->digest, &ja3)) {
        t->ja3 = bytes_of(ja3.text, ja3.len);
        t->ja3_hash = bytes_of(ja3.hash, ja3.hash_len);
    }
    if (client->suites.len > 0 && tls_ja4(client, h->digest, ja4))
        t->ja4 = bytes_of(ja4, sizeof(ja4));
    if (server->suites.len > 0 && tls_ja3s(server, h->digest, &ja3s)) {
        t->ja3s = bytes_of(ja3s.text, ja3s.len);
        t->ja3s_hash = bytes_of(ja3s.hash, ja3s.hash_len);
    }
    h->emit(h, e);
}

static void emit(struct tls *t, struct host *h, bool final)
{
    const uint32_t wanted = final ? INTEREST_TLS | INTEREST_FINGERPRINTS : INTEREST_FINGERPRINTS;
    struct event e = {.kind = EVENT_TLS, .direction = TO_SERVER};
    struct tls_hello client = {0}, server = {0};

    e.as.tls.final = final;
    e.as.tls.unread = !t->side[TO_SERVER].good && !t->side[TO_CLIENT].good;
    if (t->side[TO_SERVER].good && tls_client_hello(hello_body(&t->side[TO_SERVER]), &client)) {
        e.as.tls.sni = client.sni;
        e.as.tls.client_version = client.version;
        e.as.tls.alpn_offered = client.alpn;
        e.as.tls.alpn_offered_count = client.alpn_count;
    }
    if (t->side[TO_CLIENT].good && tls_server_hello(hello_body(&t->side[TO_CLIENT]), &server)) {
        e.as.tls.version = server.version;
        if (server.alpn_count > 0)
            e.as.tls.alpn = server.alpn[0];
    }
    if ((h->interest & wanted) != 0 && h->digest != NULL)
        emit_with_fingerprints(h, &e, &client, &server);
    else
        h->emit(h, &e);
}

static void tell_final(struct tls *t, struct host *h)
{
    if (t->told)
        return;
    t->told = true;
    emit(t, h, true);
    if (t->side[TO_SERVER].good && t->side[TO_CLIENT].good)
        h->claim(h, CONFIDENCE_CERTAIN);
    forget(&t->side[TO_SERVER], h);
    forget(&t->side[TO_CLIENT], h);
}

/* This direction is read as far as it will be. */
static void finish(struct tls *t, struct host *h, enum direction d)
{
    t->side[d].state = SIDE_DONE;
    if (!t->side[d].good)
        forget(&t->side[d], h);
    if (t->side[direction_other(d)].state == SIDE_DONE)
        tell_final(t, h);
}

static void malformed(struct tls *t, struct host *h, enum direction d)
{
    host_anomaly(h, TLS_MALFORMED, d, t->side[d].offset);
    finish(t, h, d);
}

static void note_hello(struct host *h, enum direction d, const struct tls_hello *hello)
{
    const struct bytes version = bytes_of_text(tls_version_name(hello->version));

    if (d == TO_CLIENT)
        h->note(h, "TLS ServerHello (RFC 8446 s4.1.3), version", version);
    else if (hello->sni.len > 0)
        h->note(h, "TLS ClientHello (RFC 8446 s4.1.2) for server name", hello->sni);
    else
        h->note(h, "TLS ClientHello (RFC 8446 s4.1.2) without a server name, up to", version);
}

static void hello_is_whole(struct tls *t, struct host *h, enum direction d)
{
    struct side *s = &t->side[d];
    struct tls_hello hello;

    s->good = d == TO_SERVER ? tls_client_hello(hello_body(s), &hello)
                             : tls_server_hello(hello_body(s), &hello);
    if (!s->good) {
        malformed(t, h, d);
        return;
    }
    note_hello(h, d, &hello);
    h->claim(h, CONFIDENCE_STRONG);
    if (d == TO_SERVER && !t->told)
        emit(t, h, false);
    finish(t, h, d);
}

/* Room for `need` bytes in all. False: the host has no memory to give. */
static bool reserve(struct side *s, struct host *h, uint32_t need)
{
    uint32_t room = s->room > 0 ? s->room : FIRST_ROOM;

    if (need <= s->room)
        return true;
    while (room < need)
        room *= 2;
    uint8_t *at = h->alloc(h, room);
    if (at == NULL)
        return false;
    if (s->len > 0)
        memcpy(at, s->hello, s->len);
    if (s->hello != NULL)
        h->free(h, s->hello, s->room);
    s->hello = at;
    s->room = room;
    return true;
}

/* The whole message's length, header included; 0: its header is not whole. */
static uint32_t message_length(const struct side *s)
{
    if (s->len < TLS_HANDSHAKE_HEADER)
        return 0;
    return TLS_HANDSHAKE_HEADER +
           ((uint32_t)s->hello[1] << 16 | (uint32_t)s->hello[2] << 8 | s->hello[3]);
}

/* Gathers handshake bytes; returns how many of `in` belong to the hello. */
static size_t gather(struct tls *t, struct host *h, enum direction d, struct bytes in)
{
    struct side *s = &t->side[d];
    const uint32_t known = message_length(s);
    const uint32_t goal = known > 0 ? known : TLS_HANDSHAKE_HEADER;
    const struct bytes take = bytes_first(in, goal - s->len);

    if (!reserve(s, h, s->len + (uint32_t)take.len)) {
        h->note(h, "no memory to read the TLS hello (--memory)", bytes_of(NULL, 0));
        finish(t, h, d);
        return take.len;
    }
    if (take.len > 0)
        memcpy(s->hello + s->len, take.at, take.len);
    s->len += (uint32_t)take.len;
    const uint32_t length = message_length(s);
    const uint8_t type = d == TO_SERVER ? TLS_CLIENT_HELLO : TLS_SERVER_HELLO;
    if ((s->len > 0 && s->hello[0] != type) || length > TLS_HELLO_MAX)
        malformed(t, h, d);
    else if (length > 0 && s->len == length)
        hello_is_whole(t, h, d);
    return take.len;
}

/* A record that is no handshake, before the hello. */
static void other_record(struct tls *t, struct host *h, enum direction d)
{
    switch ((enum tls_content)t->side[d].head[0]) {
    case TLS_CHANGE_CIPHER_SPEC: /* RFC 8446 sD.4: may stand anywhere */
    case TLS_HANDSHAKE: break;
    case TLS_ALERT: /* refused, or ended, before a hello */
        h->note(h, "TLS alert instead of a hello", bytes_of(NULL, 0));
        finish(t, h, d);
        break;
    case TLS_APPLICATION_DATA: /* midstream: the hello is past */
    case TLS_HEARTBEAT: finish(t, h, d); break;
    }
}

static size_t read_header(struct tls *t, struct host *h, enum direction d, struct bytes in)
{
    struct side *s = &t->side[d];
    const struct bytes take = bytes_first(in, (size_t)TLS_RECORD_HEADER - s->head_len);

    memcpy(s->head + s->head_len, take.at, take.len);
    s->head_len = (uint8_t)(s->head_len + take.len);
    if (s->head_len < TLS_RECORD_HEADER)
        return take.len;
    s->head_len = 0;
    if (!tls_record_header_is_sane(s->head)) {
        malformed(t, h, d);
        return take.len;
    }
    s->left = tls_record_length(s->head);
    s->state = SIDE_BODY;
    other_record(t, h, d);
    return take.len;
}

static size_t read_body(struct tls *t, struct host *h, enum direction d, struct bytes in)
{
    struct side *s = &t->side[d];
    const struct bytes part = bytes_first(in, s->left);
    const size_t used = s->head[0] == TLS_HANDSHAKE ? gather(t, h, d, part) : part.len;

    s->left -= (uint32_t)used;
    if (s->state == SIDE_BODY && s->left == 0)
        s->state = SIDE_HEADER;
    return used;
}

/* The first bytes: an SSL 2.0 hello has nothing that we tell; a record's header is kept. */
static size_t read_start(struct tls *t, struct host *h, enum direction d, struct bytes in)
{
    struct side *s = &t->side[d];
    size_t len;

    s->head[s->head_len++] = in.at[0];
    switch (tls_is_sslv2_hello(bytes_of(s->head, s->head_len), &len)) {
    case PROBE_MORE: break;
    case PROBE_YES:
        h->note(h, "SSL 2.0 ClientHello (RFC 5246 sE.2)", bytes_of(NULL, 0));
        finish(t, h, d);
        break;
    case PROBE_NO:
        s->state = SIDE_HEADER;
        if (s->head_len >= TLS_RECORD_HEADER)
            malformed(t, h, d); /* SSL 2.0 that went wrong: a record says NO at its first byte */
        break;
    }
    return 1;
}

static size_t tls_feed(void *state, struct host *h, enum direction d, struct bytes in)
{
    struct tls *t = state;
    struct side *s = &t->side[d];
    struct bytes left = in;

    while (left.len > 0 && s->state != SIDE_DONE) {
        size_t used = 0;
        switch (s->state) {
        case SIDE_START: used = read_start(t, h, d, left); break;
        case SIDE_HEADER: used = read_header(t, h, d, left); break;
        case SIDE_BODY: used = read_body(t, h, d, left); break;
        case SIDE_DONE: break;
        }
        s->offset += used;
        left = bytes_after(left, used);
    }
    return in.len;
}

/* Behind the hellos there is nothing to read. */
static size_t tls_skim(void *state, struct host *h, enum direction d, struct bytes in)
{
    (void)h;
    return ((const struct tls *)state)->side[d].state == SIDE_DONE ? in.len : 0;
}

static void tls_gap(void *state, struct host *h, enum direction d, uint64_t n)
{
    struct tls *t = state;

    t->side[d].offset += n;
    if (t->side[d].state != SIDE_DONE)
        finish(t, h, d);
}

static void tls_close(void *state, struct host *h, enum close_reason why)
{
    (void)why;
    tell_final(state, h);
    /* What was gathered after the final event, or without one. */
    forget(&((struct tls *)state)->side[TO_SERVER], h);
    forget(&((struct tls *)state)->side[TO_CLIENT], h);
}

const struct layer layer_tls = {
    .name = "tls",
    .application = true,
    .state_size = sizeof(struct tls),
    .recognise = tls_recognise,
    .feed = tls_feed,
    .skim = tls_skim,
    .gap = tls_gap,
    .close = tls_close,
};
