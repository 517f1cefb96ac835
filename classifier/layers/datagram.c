/* SPDX-License-Identifier: MIT */
/* datagram.c - protocols of small datagrams: NTP, TFTP. */
#include "base/cursor.h"
#include "layers/named.h"
#include "layers/probe.h"

/* The datagram being asked about: over UDP one direction has bytes. */
static enum direction sender(const struct opening *o)
{
    return o->seen[TO_SERVER].len > 0 ? TO_SERVER : TO_CLIENT;
}

/* RFC 5905 s7.3. Times are anything; the fixed fields are few and small, which noise is not. */
static struct recognition ntp_recognise(const struct opening *o)
{
    enum { PACKET_LEN = 48, MAC_MAX = 24, STRATUM_MAX = 16, POLL_MAX = 17 };
    enum { PRECISION_MIN = 0xe0, PRECISION_CLIENT_MAX = 0x20, SHORT_MAX = 16 /* seconds */ };
    const enum direction d = sender(o);
    const struct bytes seen = o->seen[d];
    struct cursor c = cursor_over(seen);

    const uint8_t flags = cursor_u8(&c);
    const uint8_t stratum = cursor_u8(&c);
    const uint8_t poll = cursor_u8(&c);
    const uint8_t precision = cursor_u8(&c);
    const uint16_t delay = cursor_be16(&c);
    cursor_skip(&c, 2);
    const uint16_t dispersion = cursor_be16(&c);
    const unsigned version = flags >> 3 & 7, mode = flags & 7;
    if (seen.len < PACKET_LEN || seen.len > PACKET_LEN + MAC_MAX || seen.len % 4 != 0)
        return probe_no();
    if (version < 1 || version > 4 || mode < 1 || mode > 5 || stratum > STRATUM_MAX ||
        poll > POLL_MAX || (precision < PRECISION_MIN && precision > PRECISION_CLIENT_MAX) ||
        delay >= SHORT_MAX || dispersion >= SHORT_MAX)
        return probe_no();
    return probe_yes("NTP packet (RFC 5905 s7.3)", bytes_of(NULL, 0), d);
}

/* Takes a string with its NUL: printable ASCII, not empty. */
static bool take_string(struct cursor *c, struct bytes *out)
{
    const uint8_t *nul = bytes_find_byte(c->left, 0);

    if (nul == NULL)
        return false;
    *out = cursor_take(c, (size_t)(nul - c->left.at));
    cursor_skip(c, 1);
    return out->len > 0 && probe_printable(*out);
}

/* RFC 2347 s2, RFC 2348, RFC 2349, RFC 7440: names and values to the datagram's end. */
static bool are_tftp_options(struct cursor *c)
{
    static const struct bytes names[] = {TABLE_TEXT("blksize"), TABLE_TEXT("tsize"),
                                         TABLE_TEXT("timeout"), TABLE_TEXT("windowsize")};
    struct bytes name, value;

    while (c->left.len > 0) {
        bool known = false;
        if (!take_string(c, &name) || !take_string(c, &value))
            return false;
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
            known = known || bytes_equal_nocase(name, names[i]);
        if (!known)
            return false;
    }
    return true;
}

/* RFC 1350 s5: a request names a file and a mode; RFC 2347 s4: an acknowledgement of options
 * begins the transfer, from another port. Data and plain acknowledgements are anybody's. */
static struct recognition tftp_recognise(const struct opening *o)
{
    enum { READ_REQUEST = 1, WRITE_REQUEST = 2, OPTION_ACK = 6 };
    const enum direction d = sender(o);
    struct cursor c = cursor_over(o->seen[d]);
    struct bytes file = {0}, mode;

    const uint16_t opcode = cursor_be16(&c);
    if (c.truncated || c.left.len == 0)
        return probe_no();
    if (opcode == OPTION_ACK && are_tftp_options(&c))
        return probe_yes("TFTP option acknowledgement (RFC 2347)", bytes_of(NULL, 0), d);
    if ((opcode != READ_REQUEST && opcode != WRITE_REQUEST) || !take_string(&c, &file) ||
        !take_string(&c, &mode))
        return probe_no();
    const bool known = bytes_equal_nocase(mode, TEXT("octet")) ||
                       bytes_equal_nocase(mode, TEXT("netascii")) ||
                       bytes_equal_nocase(mode, TEXT("mail"));
    if (!known || !are_tftp_options(&c))
        return probe_no();
    return probe_yes("TFTP request (RFC 1350 s5)", file, d);
}

const struct layer layer_tftp = {.name = "tftp", .application = true, .recognise = tftp_recognise};
const struct layer layer_ntp = {.name = "ntp", .application = true, .recognise = ntp_recognise};
