/* SPDX-License-Identifier: MIT */
#include "layers/ws_extension.h"

#include "layers/http_value.h"
#include "model/endpoint.h"

/* RFC 7692 s7.1: server_* governs what the server compresses, data to the client. */
enum parameter { SERVER_NO_TAKEOVER, CLIENT_NO_TAKEOVER, SERVER_BITS, CLIENT_BITS, PARAMETERS };

static const char *const PARAMETER_NAMES[PARAMETERS] = {
    [SERVER_NO_TAKEOVER] = "server_no_context_takeover",
    [CLIENT_NO_TAKEOVER] = "client_no_context_takeover",
    [SERVER_BITS] = "server_max_window_bits",
    [CLIENT_BITS] = "client_max_window_bits",
};

/* One element of the header: an offer, or the answer. */
struct deflate_element {
    bool has[PARAMETERS];
    uint8_t bits[PARAMETERS]; /* of the *_BITS ones; 0: named without a value */
    bool valid;
};

static const struct bytes DEFLATE = {(const uint8_t *)"permessage-deflate", 18};

/* RFC 9110 s5.6.4; RFC 6455 s9.1 wants a token inside, so a backslash has no place here. */
static struct bytes unquote(struct bytes value)
{
    if (value.len >= 2 && value.at[0] == '"' && value.at[value.len - 1] == '"')
        return bytes_of(value.at + 1, value.len - 2);
    return value;
}

/* RFC 7692 s7.1.2: decimal, no leading zero, 8..15. */
static uint8_t window_bits(struct bytes value)
{
    uint64_t bits = 0;

    if (value.len == 0 || value.at[0] == '0' || !http_number(value, &bits) ||
        bits < WS_WINDOW_BITS_MIN || bits > WS_WINDOW_BITS_MAX)
        return 0;
    return (uint8_t)bits;
}

static enum parameter parameter_named(struct bytes name)
{
    unsigned p = 0;

    while (p < PARAMETERS && !bytes_equal_nocase(name, bytes_of_text(PARAMETER_NAMES[p])))
        p++;
    return (enum parameter)p;
}

/* False: unknown, repeated, or a value that is missing, superfluous or out of range. */
static bool read_parameter(struct deflate_element *e, struct bytes text, bool is_answer)
{
    const size_t name_len = http_token_length(text);
    const enum parameter p = parameter_named(bytes_first(text, name_len));
    const struct bytes rest = http_trim(bytes_after(text, name_len));
    const bool has_value = rest.len > 0;

    if (p == PARAMETERS || e->has[p] || (has_value && rest.at[0] != '='))
        return false;
    e->has[p] = true;
    if (p == SERVER_NO_TAKEOVER || p == CLIENT_NO_TAKEOVER)
        return !has_value;
    if (!has_value) /* only an offer may leave the number to the server (s7.1.2.2) */
        return p == CLIENT_BITS && !is_answer;
    e->bits[p] = window_bits(unquote(http_trim(bytes_after(rest, 1))));
    return e->bits[p] != 0;
}

static struct deflate_element read_element(struct bytes element, bool is_answer)
{
    struct deflate_element e = {.valid = true};
    struct bytes part;

    (void)http_split_next(&element, ';', &part); /* the name */
    while (http_split_next(&element, ';', &part))
        if (!read_parameter(&e, part, is_answer))
            e.valid = false;
    return e;
}

static struct bytes element_name(struct bytes element)
{
    struct bytes name = {0};

    (void)http_split_next(&element, ';', &name);
    return name;
}

/* RFC 7692 s7.1: may a server answer this offer so? */
static bool answers(const struct deflate_element *answer, const struct deflate_element *offer)
{
    if (!offer->valid || (offer->has[SERVER_NO_TAKEOVER] && !answer->has[SERVER_NO_TAKEOVER]))
        return false;
    if (offer->has[SERVER_BITS] &&
        (!answer->has[SERVER_BITS] || answer->bits[SERVER_BITS] > offer->bits[SERVER_BITS]))
        return false;
    if (!answer->has[CLIENT_BITS])
        return true;
    return offer->has[CLIENT_BITS] &&
           (offer->bits[CLIENT_BITS] == 0 || answer->bits[CLIENT_BITS] <= offer->bits[CLIENT_BITS]);
}

static bool answers_any(const struct deflate_element *answer, struct bytes offers)
{
    struct bytes element;

    while (http_split_next(&offers, ',', &element)) {
        const struct deflate_element offer = read_element(element, false);
        if (bytes_equal_nocase(element_name(element), DEFLATE) && answers(answer, &offer))
            return true;
    }
    return false;
}

static bool is_offered(struct bytes name, struct bytes offers)
{
    struct bytes element;

    while (http_split_next(&offers, ',', &element))
        if (bytes_equal_nocase(element_name(element), name))
            return true;
    return false;
}

static void agree(struct ws_deflate *d, const struct deflate_element *e)
{
    d->agreed = true;
    d->no_context_takeover[TO_SERVER] = e->has[CLIENT_NO_TAKEOVER];
    d->no_context_takeover[TO_CLIENT] = e->has[SERVER_NO_TAKEOVER];
    if (e->bits[CLIENT_BITS] != 0)
        d->window_bits[TO_SERVER] = e->bits[CLIENT_BITS];
    if (e->bits[SERVER_BITS] != 0)
        d->window_bits[TO_CLIENT] = e->bits[SERVER_BITS];
}

struct ws_extensions ws_extensions_read(struct bytes answer, struct bytes offers, bool offers_known)
{
    struct ws_extensions x = {.deflate.window_bits = {WS_WINDOW_BITS_MAX, WS_WINDOW_BITS_MAX}};
    struct bytes element;

    while (http_split_next(&answer, ',', &element)) {
        const struct bytes name = element_name(element);
        const bool offered = !offers_known || is_offered(name, offers);
        if (!offered)
            x.unoffered = true;
        if (!bytes_equal_nocase(name, DEFLATE))
            continue;
        const struct deflate_element e = read_element(element, true);
        if (!e.valid || x.deflate.agreed || (offers_known && offered && !answers_any(&e, offers)))
            x.deflate_invalid = true;
        if (!x.deflate.agreed)
            agree(&x.deflate, &e);
    }
    return x;
}
