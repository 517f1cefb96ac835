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
    struct http_faults faults;
};

/* How an answer departs from an offer, as bits. */
enum departure {
    BITS_UNOFFERED = 1 << 0,
    BITS_WIDER = 1 << 1,
    TAKEOVER_IGNORED = 1 << 2,
    OFFER_INVALID = 1 << 3,
    DEPARTURES_ALL = BITS_UNOFFERED | BITS_WIDER | TAKEOVER_IGNORED | OFFER_INVALID,
};

static const struct bytes DEFLATE = {(const uint8_t *)"permessage-deflate", 18};

/* RFC 9110 s5.6.4; RFC 6455 s9.1 wants a token inside, so a backslash has no place here. */
static struct bytes unquote(struct bytes value)
{
    if (value.len >= 2 && value.at[0] == '"' && value.at[value.len - 1] == '"')
        return bytes_of(value.at + 1, value.len - 2);
    return value;
}

static bool is_token(struct bytes text)
{
    return text.len > 0 && http_token_length(text) == text.len;
}

/* RFC 6455 s9.1: token [ "=" ( token | quoted-string that is a token inside ) ] */
static bool is_parameter(struct bytes text)
{
    const size_t name = http_token_length(text);
    const struct bytes rest = http_trim(bytes_after(text, name));

    if (name == 0)
        return false;
    return rest.len == 0 ||
           (rest.at[0] == '=' && is_token(unquote(http_trim(bytes_after(rest, 1)))));
}

/* Cuts the name off an element. */
static struct bytes element_name(struct bytes *element)
{
    struct bytes name = {0};

    (void)http_split_next(element, ';', &name);
    return name;
}

static bool is_well_formed(struct bytes element)
{
    struct bytes part;

    if (!is_token(element_name(&element)))
        return false;
    while (http_split_next(&element, ';', &part))
        if (!is_parameter(part))
            return false;
    return true;
}

static void check_syntax(struct bytes list, struct http_faults *faults)
{
    struct bytes element;

    while (http_split_next(&list, ',', &element))
        if (!is_well_formed(element))
            http_fault(faults, WS_EXTENSION_SYNTAX);
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

/* Only an offer may leave the number to the server (RFC 7692 s7.1.2.2). */
static bool value_is_good(struct deflate_element *e, enum parameter p, struct bytes value,
                          bool is_answer)
{
    if (p == SERVER_NO_TAKEOVER || p == CLIENT_NO_TAKEOVER)
        return value.len == 0;
    if (value.len == 0)
        return p == CLIENT_BITS && !is_answer;
    e->bits[p] = window_bits(unquote(http_trim(bytes_after(value, 1))));
    return e->bits[p] != 0;
}

static void read_parameter(struct deflate_element *e, struct bytes text, bool is_answer)
{
    const size_t name_len = http_token_length(text);
    const enum parameter p = parameter_named(bytes_first(text, name_len));
    const struct bytes rest = http_trim(bytes_after(text, name_len));

    if (p == PARAMETERS || (rest.len > 0 && rest.at[0] != '=')) {
        http_fault(&e->faults, WS_DEFLATE_PARAMETER_UNKNOWN);
        return;
    }
    if (e->has[p]) {
        http_fault(&e->faults, WS_DEFLATE_PARAMETER_REPEATED);
        return;
    }
    e->has[p] = true;
    if (!value_is_good(e, p, rest, is_answer))
        http_fault(&e->faults, WS_DEFLATE_VALUE);
}

/* Reads an element's parameters, after its name. */
static struct deflate_element read_element(struct bytes parameters, bool is_answer)
{
    struct deflate_element e = {0};
    struct bytes part;

    while (http_split_next(&parameters, ';', &part))
        read_parameter(&e, part, is_answer);
    return e;
}

static void add_faults(struct http_faults *to, const struct http_faults *from)
{
    for (unsigned i = 0; i < from->count; i++)
        http_fault(to, (enum anomaly)from->at[i]);
}

void ws_extensions_check_offers(struct bytes offers, struct http_faults *faults)
{
    struct bytes element;

    check_syntax(offers, faults);
    while (http_split_next(&offers, ',', &element)) {
        if (!bytes_equal_nocase(element_name(&element), DEFLATE))
            continue;
        const struct deflate_element e = read_element(element, false);
        add_faults(faults, &e.faults);
    }
}

/* RFC 7692 s7.1: may a server answer this offer so? */
static unsigned departures(const struct deflate_element *answer,
                           const struct deflate_element *offer)
{
    unsigned found = offer->faults.count > 0 ? OFFER_INVALID : 0;

    if (offer->has[SERVER_NO_TAKEOVER] && !answer->has[SERVER_NO_TAKEOVER])
        found |= TAKEOVER_IGNORED;
    if (offer->bits[SERVER_BITS] != 0 &&
        (!answer->has[SERVER_BITS] || answer->bits[SERVER_BITS] > offer->bits[SERVER_BITS]))
        found |= BITS_WIDER;
    if (answer->has[CLIENT_BITS] && !offer->has[CLIENT_BITS])
        found |= BITS_UNOFFERED;
    if (answer->has[CLIENT_BITS] && offer->bits[CLIENT_BITS] != 0 &&
        answer->bits[CLIENT_BITS] > offer->bits[CLIENT_BITS])
        found |= BITS_WIDER;
    return found;
}

static unsigned how_many(unsigned bits)
{
    unsigned n = 0;

    for (; bits != 0; bits &= bits - 1)
        n++;
    return n;
}

/* From the offer that comes nearest. */
static unsigned least_departures(const struct deflate_element *answer, struct bytes offers)
{
    unsigned least = DEPARTURES_ALL;
    struct bytes element;

    while (http_split_next(&offers, ',', &element)) {
        if (!bytes_equal_nocase(element_name(&element), DEFLATE))
            continue;
        const struct deflate_element offer = read_element(element, false);
        const unsigned found = departures(answer, &offer);
        if (how_many(found) < how_many(least))
            least = found;
    }
    return least;
}

static void tell_departures(unsigned found, struct http_faults *faults)
{
    static const enum anomaly anomaly_of[] = {
        WS_DEFLATE_BITS_UNOFFERED, WS_DEFLATE_BITS_WIDER, WS_DEFLATE_TAKEOVER_IGNORED,
        WS_DEFLATE_INVALID, /* the offer had to be declined */
    };

    for (unsigned i = 0; found >> i != 0; i++)
        if (found >> i & 1)
            http_fault(faults, anomaly_of[i]);
}

static bool is_offered(struct bytes name, struct bytes offers)
{
    struct bytes element;

    while (http_split_next(&offers, ',', &element))
        if (bytes_equal_nocase(element_name(&element), name))
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

struct ws_deflate ws_extensions_read(struct bytes answer, const struct bytes *offers,
                                     struct http_faults *faults)
{
    struct ws_deflate d = {.window_bits = {WS_WINDOW_BITS_MAX, WS_WINDOW_BITS_MAX}};
    struct bytes element;

    check_syntax(answer, faults);
    while (http_split_next(&answer, ',', &element)) {
        const struct bytes name = element_name(&element);
        const bool offered = offers == NULL || is_offered(name, *offers);
        if (!offered)
            http_fault(faults, WS_EXTENSION_UNOFFERED);
        if (!bytes_equal_nocase(name, DEFLATE))
            continue;
        const struct deflate_element e = read_element(element, true);
        add_faults(faults, &e.faults);
        if (offers != NULL && offered)
            tell_departures(least_departures(&e, *offers), faults);
        if (d.agreed)
            http_fault(faults, WS_DEFLATE_INVALID); /* once is all there is to agree on */
        else
            agree(&d, &e);
    }
    return d;
}
