/* SPDX-License-Identifier: MIT */
#include "layers/ws_handshake.h"

#include "layers/http_value.h"
#include "layers/ws_extension.h"

#define SWITCHING_PROTOCOLS 101
#define WS_VERSION          13 /* RFC 6455 s4.1 */
#define KEY_LEN             24 /* base64 of 16 bytes: 22 digits and "==" */
#define KEY_DIGITS          22
#define KEY_MAX             128 /* longer ones are no keys and are not hashed */

static const struct bytes GUID = {(const uint8_t *)"258EAFA5-E914-47DA-95CA-C5AB0DC85B11", 36};

bool ws_handshake_named(const struct http_head *head)
{
    return http_head_has(head, HTTP_UPGRADE, "websocket");
}

int ws_handshake_version(const struct http_head *request)
{
    uint64_t n = 0;

    if (!http_number(request->value[HTTP_WS_VERSION], &n) || n > UINT8_MAX)
        return -1;
    return (int)n;
}

static bool is_base64_digit(uint8_t c)
{
    const uint8_t letter = c | 0x20; /* lower case */
    return (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

bool ws_handshake_key_valid(struct bytes key)
{
    if (key.len != KEY_LEN || key.at[KEY_DIGITS] != '=' || key.at[KEY_DIGITS + 1] != '=')
        return false;
    for (size_t i = 0; i < KEY_DIGITS; i++)
        if (!is_base64_digit(key.at[i]))
            return false;
    return true;
}

void ws_handshake_check_request(struct http_head *r)
{
    if (!bytes_equal(r->line.method, bytes_of_text("GET")) || r->line.minor == 0)
        http_fault(&r->faults, WS_NOT_GET);
    if (!http_head_has(r, HTTP_CONNECTION, "upgrade"))
        http_fault(&r->faults, WS_CONNECTION_MISSING);
    if (ws_handshake_version(r) != WS_VERSION)
        http_fault(&r->faults, WS_VERSION_WRONG);
    if (r->count[HTTP_WS_KEY] == 0)
        http_fault(&r->faults, WS_KEY_MISSING);
    else if (!ws_handshake_key_valid(r->value[HTTP_WS_KEY]))
        http_fault(&r->faults, WS_KEY_INVALID);
    if (r->count[HTTP_WS_KEY] > 1)
        http_fault(&r->faults, WS_KEY_REPEATED);
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

bool ws_handshake_cross_origin(struct bytes origin, struct bytes host)
{
    static const struct bytes scheme_end = {(const uint8_t *)"://", 3};
    const size_t at = bytes_find(origin, scheme_end);

    if (at == origin.len) /* "null", or no origin at all: of no site */
        return true;
    struct authority page = split_authority(bytes_after(origin, at + scheme_end.len));
    const struct authority target = split_authority(host);
    if (page.port == 0)
        page.port = default_port(bytes_first(origin, at));
    const uint64_t port = target.port != 0 ? target.port : default_port(bytes_first(origin, at));
    return page.port != port || !bytes_equal_nocase(page.host, target.host);
}

static void check_subprotocol(const struct ws_ask *ask, struct http_head *response)
{
    const struct bytes chosen = response->value[HTTP_WS_PROTOCOL];
    struct bytes offers = ask != NULL ? ask->protocols : bytes_of(NULL, 0);
    struct bytes offer;

    if (ask == NULL || response->count[HTTP_WS_PROTOCOL] == 0)
        return;
    while (http_split_next(&offers, ',', &offer)) /* names differ by case (s4.1) */
        if (bytes_equal(offer, chosen) && response->count[HTTP_WS_PROTOCOL] == 1)
            return;
    http_fault(&response->faults, WS_SUBPROTOCOL_UNOFFERED);
}

static void check_accept(struct handshake *h, const struct ws_ask *ask, struct http_head *response,
                         struct digest *digest)
{
    const struct bytes accept = response->value[HTTP_WS_ACCEPT];

    h->ladder = LADDER_GRANTED;
    h->accept_valid =
        ask != NULL && response->count[HTTP_WS_ACCEPT] == 1 && accept_is(accept, ask->key, digest);
    if (h->accept_valid)
        h->ladder = LADDER_ACCEPTED;
    else if (response->count[HTTP_WS_ACCEPT] == 0)
        http_fault(&response->faults, WS_ACCEPT_MISSING);
    else if (ask != NULL)
        http_fault(&response->faults, WS_ACCEPT_WRONG);
    if (!ws_handshake_named(response) || !http_head_has(response, HTTP_CONNECTION, "upgrade"))
        http_fault(&response->faults, WS_UPGRADE_MISSING);
}

static void check_extensions(struct handshake *h, const struct ws_ask *ask,
                             struct http_head *response)
{
    const struct ws_extensions x =
        ws_extensions_read(h->extensions, h->client_extensions, ask != NULL);

    h->deflate = x.deflate.agreed;
    for (int d = 0; d < 2; d++) {
        h->no_context_takeover[d] = x.deflate.no_context_takeover[d];
        h->window_bits[d] = x.deflate.window_bits[d];
    }
    if (x.unoffered)
        http_fault(&response->faults, WS_EXTENSION_UNOFFERED);
    if (x.deflate_invalid)
        http_fault(&response->faults, WS_DEFLATE_INVALID);
}

struct handshake ws_handshake_check_answer(const struct ws_ask *ask, struct http_head *response,
                                           struct digest *digest,
                                           uint8_t extensions_room[HTTP_LIST_ROOM])
{
    struct handshake h = {.ladder = LADDER_REFUSED,
                          .status = response->line.status,
                          .version = -1,
                          .transport = "h1",
                          .window_bits = {WS_WINDOW_BITS_MAX, WS_WINDOW_BITS_MAX}};

    if (ask != NULL) {
        h.host = ask->host;
        h.path = ask->path;
        h.origin = ask->origin;
        h.has_origin = ask->has_origin;
        h.cross_origin = ask->has_origin && ws_handshake_cross_origin(ask->origin, ask->host);
        h.version = ask->version;
        h.key = ask->key;
        h.key_valid = ws_handshake_key_valid(ask->key);
        h.client_protocols = ask->protocols;
        h.client_extensions = ask->extensions;
    }
    if (response->line.status != SWITCHING_PROTOCOLS)
        return h;
    h.accept = response->value[HTTP_WS_ACCEPT];
    h.subprotocol = response->value[HTTP_WS_PROTOCOL];
    h.extensions = http_head_list(response, HTTP_WS_EXTENSIONS, extensions_room);
    check_accept(&h, ask, response, digest);
    check_subprotocol(ask, response);
    check_extensions(&h, ask, response);
    return h;
}
