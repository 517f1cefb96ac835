/* SPDX-License-Identifier: MIT */
/* dns.c - a DNS message that is one from its first byte to its last (RFC 1035 s4.1): over UDP, over
 * TCP behind its length (s4.2.2); mDNS (RFC 6762) and LLMNR (RFC 4795) are the same message on
 * ports of their own. */
#include "base/cursor.h"
#include "layers/named.h"
#include "layers/probe.h"
#include "model/packet.h"

#define HEADER_LEN   12
#define LABEL_MAX    63
#define NAME_MAX_LEN 255
#define RECORDS_MAX  512 /* a message has room for more; none has them */
#define MDNS_PORT    5353
#define LLMNR_PORT   5355

/* RFC 1035 s4.1.4. A compressed name ends with its pointer. */
static bool skip_name(struct cursor *c)
{
    enum { POINTER = 0xc0 };
    size_t len = 0;

    while (!c->truncated && len <= NAME_MAX_LEN) {
        const uint8_t label = cursor_u8(c);
        if (label == 0)
            return !c->truncated;
        if ((label & POINTER) == POINTER) {
            cursor_skip(c, 1);
            return !c->truncated;
        }
        if (label > LABEL_MAX)
            return false;
        cursor_skip(c, label);
        len += 1 + (size_t)label;
    }
    return false;
}

/* RFC 1035 s3.2.4, and the top bit that mDNS uses (RFC 6762 s5.4, s10.2). */
static bool is_class(uint16_t class)
{
    class &= 0x7fff;
    return (class >= 1 && class <= 4) || class == 254 || class == 255;
}

static bool skip_question(struct cursor *c)
{
    if (!skip_name(c))
        return false;
    const uint16_t type = cursor_be16(c);
    const uint16_t class = cursor_be16(c);
    return !c->truncated && type != 0 && is_class(class);
}

static bool skip_record(struct cursor *c)
{
    enum { OPT = 41 }; /* RFC 6891 s6.1.2: its class is a size */

    if (!skip_name(c))
        return false;
    const uint16_t type = cursor_be16(c);
    const uint16_t class = cursor_be16(c);
    cursor_skip(c, 4); /* time to live */
    const uint16_t len = cursor_be16(c);
    cursor_skip(c, len);
    return !c->truncated && type != 0 && (type == OPT || is_class(class));
}

struct header {
    uint16_t flags, questions;
    unsigned records;
};

static bool read_header(struct cursor *c, struct header *h)
{
    enum { OPCODE_MAX = 5, OPCODE_STATUS = 2, MUST_BE_ZERO = 0x40, RESPONSE = 0x8000 };

    cursor_skip(c, 2); /* identifier */
    h->flags = cursor_be16(c);
    h->questions = cursor_be16(c);
    h->records = cursor_be16(c);
    h->records += cursor_be16(c);
    h->records += cursor_be16(c);
    const unsigned opcode = h->flags >> 11 & 15;
    if (c->truncated || opcode > OPCODE_MAX || (h->flags & MUST_BE_ZERO) != 0)
        return false;
    return h->questions + h->records > 0 && h->questions + h->records <= RECORDS_MAX;
}

/* The whole of it must be a message: nothing left over, nothing missing. */
static bool is_message(struct bytes b)
{
    struct cursor c = cursor_over(b);
    struct header h = {0};

    if (!read_header(&c, &h))
        return false;
    for (unsigned i = 0; i < h.questions; i++)
        if (!skip_question(&c))
            return false;
    for (unsigned i = 0; i < h.records; i++)
        if (!skip_record(&c))
            return false;
    return c.left.len == 0;
}

/* The first name of a message, as it is on the wire but for its first length byte. */
static struct bytes first_name(struct bytes message)
{
    const struct bytes name = bytes_after(message, HEADER_LEN + 1);

    return bytes_first(name, bytes_find(name, bytes_of("", 1)));
}

static struct recognition datagram_probe(const struct opening *o)
{
    const enum direction d = o->seen[TO_SERVER].len > 0 ? TO_SERVER : TO_CLIENT;

    if (!is_message(o->seen[d]))
        return probe_no();
    return probe_yes("DNS message (RFC 1035 s4.1)", first_name(o->seen[d]), d);
}

/* RFC 1035 s4.2.2: the message's length in two bytes, then the message. */
static struct recognition stream_probe(const struct opening *o)
{
    struct cursor c = cursor_over(o->seen[TO_SERVER]);
    struct header h = {0};

    const uint16_t length = cursor_be16(&c);
    if (c.truncated)
        return probe_more(o, TO_SERVER);
    if (length < HEADER_LEN || length > OPENING_MAX - 2)
        return probe_no();
    struct cursor head = cursor_over(bytes_first(c.left, HEADER_LEN));
    if (head.left.len == HEADER_LEN && !read_header(&head, &h))
        return probe_no();
    if (c.left.len < length)
        return probe_more(o, TO_SERVER);
    const struct bytes message = bytes_first(c.left, length);
    if (!is_message(message))
        return probe_no();
    return probe_yes("DNS message over TCP (RFC 1035 s4.2.2)", first_name(message), TO_SERVER);
}

static bool on_port_of_its_own(const struct opening *o)
{
    return o->server_port == MDNS_PORT || o->server_port == LLMNR_PORT;
}

static struct recognition dns_recognise(const struct opening *o)
{
    if (o->transport == TRANSPORT_UDP && !o->inner)
        return on_port_of_its_own(o) ? probe_no() : datagram_probe(o);
    return probe_either_way(o, stream_probe);
}

static struct recognition mdns_recognise(const struct opening *o)
{
    return o->server_port == MDNS_PORT ? datagram_probe(o) : probe_no();
}

static struct recognition llmnr_recognise(const struct opening *o)
{
    return o->server_port == LLMNR_PORT ? datagram_probe(o) : probe_no();
}

const struct layer layer_dns = {.name = "dns", .application = true, .recognise = dns_recognise};
const struct layer layer_mdns = {.name = "mdns", .application = true, .recognise = mdns_recognise};
const struct layer layer_llmnr = {
    .name = "llmnr", .application = true, .recognise = llmnr_recognise};
