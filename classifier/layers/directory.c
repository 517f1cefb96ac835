/* SPDX-License-Identifier: MIT */
/* directory.c - LDAP, by the first request of its client (RFC 4511). */
#include "base/cursor.h"
#include "layers/named.h"
#include "layers/probe.h"

enum tag { /* BER */
           INTEGER = 0x02,
           OCTET_STRING = 0x04,
           ENUMERATED = 0x0a,
           SEQUENCE = 0x30,
           BIND_REQUEST = 0x60,     /* RFC 4511 s4.2 */
           SEARCH_REQUEST = 0x63,   /* s4.5.1 */
           EXTENDED_REQUEST = 0x77, /* s4.12 */
           REQUEST_NAME = 0x80,
};

/* Reads on while what it has read makes sense. */
struct ber {
    struct cursor c;
    bool wrong;
};

static void take_tag(struct ber *b, uint8_t tag)
{
    const uint8_t is = cursor_u8(&b->c);
    b->wrong = b->wrong || (!b->c.truncated && is != tag);
}

/* A length in BER's definite form (X.690 s8.1.3). */
static uint32_t take_length(struct ber *b, uint32_t most)
{
    enum { LONG_FORM = 0x80, OCTETS_MAX = 4 };
    const uint8_t first = cursor_u8(&b->c);
    uint32_t length = first;

    if (first >= LONG_FORM) {
        const int octets = first & ~LONG_FORM;
        b->wrong = b->wrong || octets == 0 || octets > OCTETS_MAX;
        length = 0;
        for (int n = 0; n < octets && !b->wrong; n++)
            length = length << 8 | cursor_u8(&b->c);
    }
    if (!b->c.truncated && length > most)
        b->wrong = true;
    return b->wrong || b->c.truncated ? 0 : length;
}

/* An INTEGER or ENUMERATED of one byte. */
static void take_small(struct ber *b, enum tag tag, uint8_t most)
{
    take_tag(b, (uint8_t)tag);
    if (take_length(b, 1) != 1 && !b->c.truncated)
        b->wrong = true;
    if (cursor_u8(&b->c) > most)
        b->wrong = true;
}

static void take_oid(struct ber *b)
{
    enum { OID_LEN_MAX = 64 };

    take_tag(b, REQUEST_NAME);
    for (uint32_t left = take_length(b, OID_LEN_MAX); left > 0 && !b->c.truncated; left--) {
        const uint8_t c = cursor_u8(&b->c);
        if (!b->c.truncated && c != '.' && (c < '0' || c > '9'))
            b->wrong = true;
    }
}

/* How an operation begins: a version; a name, a scope and what to do with aliases; an OID. */
static void take_operation(struct ber *b, uint8_t operation)
{
    enum { VERSION_MAX = 3, NAME_LEN_MAX = 1024, SCOPE_MAX = 3, ALIASES_MAX = 3 };

    switch (operation) {
    case BIND_REQUEST: take_small(b, INTEGER, VERSION_MAX); break;
    case SEARCH_REQUEST:
        take_tag(b, OCTET_STRING);
        cursor_skip(&b->c, take_length(b, NAME_LEN_MAX));
        take_small(b, ENUMERATED, SCOPE_MAX);
        take_small(b, ENUMERATED, ALIASES_MAX);
        break;
    case EXTENDED_REQUEST: take_oid(b); break;
    default: b->wrong = true;
    }
}

/* s4.1.1: a sequence of a message number and an operation, which ends where it does or before
 * controls. */
static struct recognition ldap_probe(const struct opening *o)
{
    enum { NUMBER_LEN_MAX = 4, LENGTH_MAX = 1 << 20 };
    struct ber b = {.c = cursor_over(o->seen[TO_SERVER])};

    take_tag(&b, SEQUENCE);
    const uint32_t length = take_length(&b, LENGTH_MAX);
    take_tag(&b, INTEGER);
    cursor_skip(&b.c, take_length(&b, NUMBER_LEN_MAX));
    const uint8_t operation = cursor_u8(&b.c);
    const uint32_t operation_length = b.c.truncated ? 0 : take_length(&b, LENGTH_MAX);
    if (!b.c.truncated && (operation_length == 0 || operation_length >= length))
        b.wrong = true;
    if (!b.c.truncated && !b.wrong)
        take_operation(&b, operation);
    if (b.wrong)
        return probe_no();
    if (b.c.truncated)
        return probe_more(o, TO_SERVER);
    return probe_yes("LDAP request (RFC 4511 s4.1.1)", bytes_of(NULL, 0), TO_SERVER);
}

static struct recognition ldap_recognise(const struct opening *o)
{
    return probe_either_way(o, ldap_probe);
}

const struct layer layer_ldap = {.name = "ldap", .application = true, .recognise = ldap_recognise};
