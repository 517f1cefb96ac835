/* SPDX-License-Identifier: MIT */
#include "layers/ws_handshake.h"

#include "base/apart.h"
#include "layers/http_value.h"
#include "layers/ws_extension.h"

#include <limits.h>

#define SWITCHING_PROTOCOLS 101
#define UPGRADE_REQUIRED    426 /* RFC 9110 s15.5.22 */
#define WS_VERSION          13  /* RFC 6455 s4.1 */
#define KEY_LEN             24  /* base64 of 16 bytes: 22 digits and "==" */
#define KEY_DIGITS          22
#define KEY_MAX             128 /* longer ones are no keys and are not hashed */
#define OFFERS_COMPARED     32  /* subprotocols: more than anybody offers */

static const struct bytes GUID = {(const uint8_t *)"258EAFA5-E914-47DA-95CA-C5AB0DC85B11", 36};

bool ws_handshake_named(const struct http_head *head)
{
    return http_head_has(head, HTTP_UPGRADE, "websocket");
}

/* Without a branch: the compiler takes many at once. */
static bool is_base64_digit(uint8_t c)
{
    const uint8_t letter = (uint8_t)((c | 0x20) - 'a'), digit = (uint8_t)(c - '0');
    return (letter < 26) | (digit < 10) | (c == '+') | (c == '/');
}

bool ws_handshake_key_valid(struct bytes key)
{
    if (key.len != KEY_LEN || key.at[KEY_DIGITS] != '=' || key.at[KEY_DIGITS + 1] != '=')
        return false;
    uint8_t good = 1;
    for (size_t i = 0; i < KEY_DIGITS; i++)
        good &= is_base64_digit(key.at[i]);
    return good != 0;
}

/* RFC 6455 s3, s4.1: an absolute path without a fragment, or an http URI. */
static void check_target(struct http_head *r)
{
    static const struct bytes http = {(const uint8_t *)"http://", 7};
    static const struct bytes https = {(const uint8_t *)"https://", 8};
    const struct bytes target = r->line.target;

    if (bytes_find_byte(target, '#') != NULL)
        http_fault(&r->faults, WS_TARGET_FRAGMENT);
    if (target.at[0] != '/' && !bytes_start_with_nocase(target, http) &&
        !bytes_start_with_nocase(target, https))
        http_fault(&r->faults, WS_TARGET_FORM);
}

static bool is_token(struct bytes text)
{
    return http_token_length(text) == text.len;
}

/* Is `name` among the first ones of the list? Honest lists are short. */
static bool is_among(struct bytes name, struct bytes list, unsigned count)
{
    struct bytes item;

    while (count-- > 0 && http_split_next(&list, ',', &item))
        if (bytes_equal(item, name))
            return true;
    return false;
}

/* RFC 6455 s4.1: tokens, and each once. */
APART static void check_subprotocols(struct http_head *r)
{
    uint8_t scratch[HTTP_LIST_ROOM];
    const struct bytes all = http_head_list(r, HTTP_WS_PROTOCOL, scratch);
    struct bytes name, rest = all;

    for (unsigned n = 0; http_split_next(&rest, ',', &name); n++) {
        if (!is_token(name))
            http_fault(&r->faults, WS_SUBPROTOCOL_INVALID);
        if (is_among(name, all, n < OFFERS_COMPARED ? n : OFFERS_COMPARED))
            http_fault(&r->faults, WS_SUBPROTOCOL_REPEATED);
    }
}

/* Sec-WebSocket-Version as a number: RFC 6455 s4.3 has no leading zeros. */
static int read_version(struct bytes text)
{
    uint64_t n = 0;

    if (!http_number(text, &n) || n > UINT8_MAX || (text.len > 1 && text.at[0] == '0'))
        return -1;
    return (int)n;
}

static void check_version(struct http_head *r, struct ws_request *q)
{
    q->version = (int16_t)read_version(r->value[HTTP_WS_VERSION]);
    if (r->count[HTTP_WS_VERSION] == 0) {
        http_fault(&r->faults, WS_VERSION_MISSING);
        q->unfit = true;
        return;
    }
    if (r->count[HTTP_WS_VERSION] > 1)
        http_fault(&r->faults, WS_VERSION_REPEATED);
    if (q->version != WS_VERSION)
        http_fault(&r->faults, WS_VERSION_WRONG);
    q->strange = q->version < 0 || q->version > WS_VERSION;
}

static void check_key(struct http_head *r, struct ws_request *q)
{
    const struct bytes key = r->value[HTTP_WS_KEY];

    q->keys_valid = ws_handshake_key_valid(key);
    if (r->count[HTTP_WS_KEY] == 0)
        http_fault(&r->faults, WS_KEY_MISSING);
    else if (!q->keys_valid)
        http_fault(&r->faults, WS_KEY_INVALID);
    if (r->count[HTTP_WS_KEY] > 1)
        http_fault(&r->faults, WS_KEY_REPEATED);
    q->unfit |= !q->keys_valid || r->count[HTTP_WS_KEY] > 1;
}

struct ws_request ws_handshake_read_request(struct http_head *r)
{
    uint8_t scratch[HTTP_LIST_ROOM];
    struct ws_request q = {.version = -1, .draft = (uint8_t)ws_draft_of(r)};
    const bool get = bytes_equal(r->line.method, bytes_of_text("GET"));
    const bool connection = http_head_has(r, HTTP_CONNECTION, "Upgrade");

    if (!get)
        http_fault(&r->faults, WS_NOT_GET);
    if (r->line.minor == 0)
        http_fault(&r->faults, WS_HTTP_VERSION);
    if (!connection)
        http_fault(&r->faults, WS_CONNECTION_MISSING);
    if (r->count[HTTP_ORIGIN] > 1)
        http_fault(&r->faults, WS_ORIGIN_REPEATED);
    check_target(r);
    q.unfit = !get || r->line.minor == 0 || !connection || r->count[HTTP_HOST] == 0;
    if (q.draft != WS_RFC_6455) {
        http_fault(&r->faults, WS_DRAFT);
        q.keys_valid = q.draft == WS_HIXIE_76 && ws_draft_numbers(r, q.challenge);
        return q;
    }
    check_version(r, &q);
    check_key(r, &q);
    if (r->count[HTTP_WS_PROTOCOL] > 0)
        check_subprotocols(r);
    if (r->count[HTTP_WS_EXTENSIONS] > 0)
        ws_extensions_check_offers(http_head_list(r, HTTP_WS_EXTENSIONS, scratch), &r->faults);
    return q;
}

static bool accept_is(struct bytes accept, struct bytes key, struct digest *digest)
{
    uint8_t joined[KEY_MAX + 36], sum[SHA1_LEN];
    char text[BASE64_ROOM(SHA1_LEN)];

    if (key.len == 0 || key.len > KEY_MAX || digest == NULL)
        return false;
    memcpy(joined, key.at, key.len);
    memcpy(joined + key.len, GUID.at, GUID.len);
    digest_sha1(digest, bytes_of(joined, key.len + GUID.len), sum);
    const size_t len = base64_encode(bytes_of(sum, SHA1_LEN), text);
    return bytes_equal(accept, bytes_of(text, len));
}

struct authority {
    struct bytes host;
    uint64_t port; /* 0: not said */
};

static struct authority split_authority(struct bytes text)
{
    struct authority a = {.host = text};
    size_t colon = text.len;

    if (bytes_find_byte(text, ':') == NULL)
        return a;
    while (colon > 0 && text.at[colon - 1] != ':' && text.at[colon - 1] != ']')
        colon--;
    if (colon == 0 || text.at[colon - 1] == ']')
        return a;
    if (http_number(bytes_after(text, colon), &a.port) || colon == text.len)
        a.host = bytes_first(text, colon - 1);
    return a;
}

static uint64_t default_port(struct bytes scheme)
{
    static const struct {
        const char *scheme;
        uint64_t port;
    } ports[] = {{"http", 80}, {"ws", 80}, {"https", 443}, {"wss", 443}};

    for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
        if (bytes_equal_nocase(scheme, bytes_of_text(ports[i].scheme)))
            return ports[i].port;
    return 0;
}

APART static bool is_other_site(struct bytes scheme, struct bytes site, struct bytes host)
{
    struct authority page = split_authority(site);
    const struct authority target = split_authority(host);

    if (page.port == 0)
        page.port = default_port(scheme);
    const uint64_t port = target.port != 0 ? target.port : default_port(scheme);
    return page.port != port || !bytes_equal_nocase(page.host, target.host);
}

bool ws_handshake_cross_origin(struct bytes origin, struct bytes host)
{
    static const struct bytes scheme_end = {(const uint8_t *)"://", 3};

    const size_t at = bytes_find(origin, scheme_end);
    if (at == origin.len) /* "null", or no origin at all: of no site */
        return true;
    const struct bytes site = bytes_after(origin, at + scheme_end.len);
    if (bytes_equal(site, host)) /* mostly; then each has the other's port, said or not */
        return false;
    return is_other_site(bytes_first(origin, at), site, host);
}

APART static void check_subprotocol(const struct handshake *h, const struct ws_ask *ask,
                                    struct http_head *response)
{
    if (response->count[HTTP_WS_PROTOCOL] > 1 || bytes_find_byte(h->subprotocol, ',') != NULL)
        http_fault(&response->faults, WS_SUBPROTOCOL_SEVERAL);
    else if (!is_token(h->subprotocol))
        http_fault(&response->faults, WS_SUBPROTOCOL_INVALID);
    /* Names differ by case (s4.1). */
    if (ask != NULL && !is_among(h->subprotocol, ask->protocols, UINT_MAX))
        http_fault(&response->faults, WS_SUBPROTOCOL_UNOFFERED);
}

static void check_accept(struct handshake *h, const struct ws_ask *ask, struct http_head *response,
                         struct digest *digest)
{
    const struct bytes accept = response->value[HTTP_WS_ACCEPT];
    const bool right = ask != NULL && accept_is(accept, ask->key, digest);

    h->accept_valid = right && response->count[HTTP_WS_ACCEPT] == 1;
    if (response->count[HTTP_WS_ACCEPT] > 1)
        http_fault(&response->faults, WS_ACCEPT_REPEATED);
    if (response->count[HTTP_WS_ACCEPT] == 0)
        http_fault(&response->faults, WS_ACCEPT_MISSING);
    else if (ask != NULL && !right)
        http_fault(&response->faults, WS_ACCEPT_WRONG);
}

static void check_upgrade(struct http_head *response)
{
    static const struct bytes websocket = {(const uint8_t *)"websocket", 9};
    const struct bytes named = response->value[HTTP_UPGRADE];
    const bool alone = response->count[HTTP_UPGRADE] == 1 &&
                       (bytes_equal(named, websocket) || bytes_equal_nocase(named, websocket));

    if (!alone)
        http_fault(&response->faults,
                   ws_handshake_named(response) ? WS_UPGRADE_NOT_ALONE : WS_UPGRADE_MISSING);
    if (!http_head_has(response, HTTP_CONNECTION, "Upgrade"))
        http_fault(&response->faults, WS_CONNECTION_UNANSWERED);
}

APART static void check_extensions(struct handshake *h, const struct ws_ask *ask,
                                   struct http_head *response)
{
    const struct bytes *offers = ask != NULL ? &ask->extensions : NULL;
    const struct ws_deflate deflate = ws_extensions_read(h->extensions, offers, &response->faults);

    if (response->count[HTTP_WS_EXTENSIONS] > 1)
        http_fault(&response->faults, WS_EXTENSIONS_REPEATED);
    h->deflate = deflate.agreed;
    for (int d = 0; d < 2; d++) {
        h->no_context_takeover[d] = deflate.no_context_takeover[d];
        h->window_bits[d] = deflate.window_bits[d];
    }
}

static void take_ask(struct handshake *h, const struct ws_ask *ask)
{
    h->host = ask->host;
    h->path = ask->path;
    h->origin = ask->origin;
    h->has_origin = ask->has_origin;
    h->cross_origin = ask->has_origin && ws_handshake_cross_origin(ask->origin, ask->host);
    h->version = ask->request.version;
    h->draft = ws_draft_name((enum ws_draft)ask->request.draft, ask->request.version);
    h->key = ask->key;
    h->key_valid = ask->request.keys_valid;
    h->client_protocols = ask->protocols;
    h->client_extensions = ask->extensions;
}

/* RFC 6455 s4.2.2: which versions the server speaks, where it does not speak the client's. */
static void check_refusal(const struct ws_ask *ask, struct http_head *response)
{
    if (response->line.status == UPGRADE_REQUIRED && ask != NULL &&
        ask->request.version != WS_VERSION && response->count[HTTP_WS_VERSION] == 0)
        http_fault(&response->faults, WS_VERSION_UNANSWERED);
}

enum ws_draft ws_handshake_draft(const struct ws_request *asked, const struct http_head *response)
{
    if (asked == NULL || response->count[HTTP_WS_ACCEPT] > 0)
        return ws_draft_of_answer(response);
    return (enum ws_draft)asked->draft;
}

RARE static void check_draft(struct handshake *h, const struct ws_ask *ask,
                             struct http_head *response, struct digest *digest)
{
    if (h->subprotocol.len == 0)
        h->subprotocol = response->value[HTTP_WS_75_PROTOCOL];
    if (ask == NULL)
        return;
    const struct ws_request *q = &ask->request;
    h->accept_valid = q->draft == WS_HIXIE_76 && q->keys_valid &&
                      ws_draft_answers(q->challenge, response->after, digest);
    if (q->draft == WS_HIXIE_76 && !h->accept_valid)
        http_fault(&response->faults, WS_ACCEPT_WRONG);
}

static void check_switch(struct handshake *h, const struct ws_ask *ask, struct http_head *response,
                         struct digest *digest)
{
    check_upgrade(response);
    if (ask != NULL && ask->request.unfit)
        http_fault(&response->faults, WS_GRANTED_ANYWAY);
    const enum ws_draft draft = ws_handshake_draft(ask != NULL ? &ask->request : NULL, response);
    h->draft = ws_draft_name(draft, h->version);
    if (draft != WS_RFC_6455) {
        check_draft(h, ask, response, digest);
    } else {
        check_accept(h, ask, response, digest);
        if (response->count[HTTP_WS_EXTENSIONS] > 0)
            check_extensions(h, ask, response);
    }
    if (h->subprotocol.len > 0)
        check_subprotocol(h, ask, response);
    h->ladder = h->accept_valid ? LADDER_ACCEPTED : LADDER_GRANTED;
}

void ws_handshake_check_answer(const struct ws_ask *ask, struct http_head *response,
                               struct digest *digest, uint8_t extensions_room[HTTP_LIST_ROOM],
                               struct handshake *out)
{
    *out = (struct handshake){.ladder = LADDER_REFUSED,
                              .status = response->line.status,
                              .version = -1,
                              .transport = "h1",
                              .window_bits = {WS_WINDOW_BITS_MAX, WS_WINDOW_BITS_MAX}};
    if (ask != NULL)
        take_ask(out, ask);
    if (response->line.status != SWITCHING_PROTOCOLS) {
        check_refusal(ask, response);
        return;
    }
    out->accept = response->value[HTTP_WS_ACCEPT];
    out->subprotocol = response->value[HTTP_WS_PROTOCOL];
    out->extensions = http_head_list(response, HTTP_WS_EXTENSIONS, extensions_room);
    check_switch(out, ask, response, digest);
}
