/* SPDX-License-Identifier: MIT */
/* Who refuses a first byte, refuses all that begins with it: each layer is asked about streams of
 * noise, of small numbers, of text, and of what protocols begin with, and about their first byte.
 */
#include "identify/first_byte.h"
#include "identify/registry.h"
#include "model/packet.h"
#include "random.h"
#include "test.h"

#define STREAMS 20000
#define LONGEST 300

static const struct identify_context captured = {.transport = TRANSPORT_TCP,
                                                 .direction_known = true};

static const char *const beginnings[] = {
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "HTTP/1.1 200 OK\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "SSH-2.0-OpenSSH_9.2\r\n",
    "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n",
    "\x16\x03\x01\x02",
    "\023BitTorrent protocol",
    "RFB 003.008\n",
    "\x10\x10",
    "*1\r\n$4\r\nPING\r\n",
    "+PONG\r\n",
    "220 mail.example.org ESMTP\r\n",
    "220 ftp ready\r\n",
    "+OK ready\r\n",
    "* OK IMAP4rev1\r\n",
    "NICK a\r\nUSER a 0 * :a\r\n",
    ":irc.example.org NOTICE * :a\r\n",
    "\x03",
    "\x05\x01",
    "\x05\x02",
    "\x04\x01",
    "git-upload-pack /a",
    "0032git-upload-pack",
    "@RSYNCD: 31.0\n",
    "INFO {\"server_id\":\"a\"}\r\n",
    "AMQP",
    "get key\r\n",
    "VERSION 1.6\r\n",
    "l",
    "B",
    "\xff\xfd\x18",
    "\x30\x0c\x02\x01",
    "EHLO a\r\n",
    "USER a\r\n",
    "CONNECT a:1 HTTP/1.1\r\n\r\n",
    "hello there\r\n",
};

static size_t make(uint8_t at[LONGEST])
{
    const size_t len = 1 + random_below(LONGEST - 1);
    const unsigned kind = random_below(4);
    const char *said = beginnings[random_below(sizeof(beginnings) / sizeof(beginnings[0]))];

    for (size_t i = 0; i < len; i++)
        at[i] = (uint8_t)(kind == 0   ? random_below(256)
                          : kind == 1 ? random_below(32) * (random_below(3) == 0)
                                      : ' ' + random_below(95));
    for (size_t i = 0; kind == 3 && i < len && said[i] != '\0'; i++)
        at[i] = (uint8_t)said[i];
    return len;
}

/* Returns who says anything but NO of the stream, of those who refused its first byte. */
static uint64_t ask(uint64_t refused, enum direction d, struct bytes b, bool ended)
{
    const struct opening_turn turn = {d, b};
    struct opening o = {.direction_known = true,
                        .transport = TRANSPORT_TCP,
                        .turn = &turn,
                        .turns = 1,
                        .last = d,
                        .ended = {ended, ended}};
    uint64_t wrong = 0;

    o.seen[d] = b;
    for (uint64_t left = refused; left != 0; left &= left - 1)
        if (registry_layer((size_t)__builtin_ctzll(left))->recognise(&o).answer != PROBE_NO)
            wrong |= left & -left;
    return wrong;
}

static void check_contexts(struct first_byte *f, uint64_t asked)
{
    struct identify_context c = captured;

    CHECK(first_byte_refused(f, &c, TO_SERVER, 'S', asked) != 0, "most refuse");
    c.midstream = true;
    CHECK(first_byte_refused(f, &c, TO_SERVER, 'S', asked) == 0, "the start was not seen");
    c = captured;
    c.inner = true;
    CHECK(first_byte_refused(f, &c, TO_SERVER, 'S', asked) == 0, "the payload of messages");
    c = captured;
    c.direction_known = false;
    CHECK(first_byte_refused(f, &c, TO_SERVER, 'S', asked) == 0, "who is the server?");
    c = captured;
    c.transport = TRANSPORT_UDP;
    CHECK(first_byte_refused(f, &c, TO_SERVER, 'S', asked) == 0, "datagrams");
}

int main(void)
{
    static struct first_byte f;
    const uint64_t asked = registry_asked(false);
    uint8_t at[LONGEST];
    uint64_t wrong = 0, ever = 0;

    check_contexts(&f, asked);
    for (unsigned n = 0; n < STREAMS; n++) {
        const size_t len = make(at);
        const struct bytes b = test_copy(bytes_of(at, len));
        const enum direction d = random_below(2) == 0 ? TO_SERVER : TO_CLIENT;
        const uint64_t refused = first_byte_refused(&f, &captured, d, at[0], asked);
        ever |= refused;
        wrong |= ask(refused, d, b, false) | ask(refused, d, b, true);
        free((void *)(uintptr_t)b.at);
    }
    for (size_t n = 0; registry_layer(n) != NULL; n++)
        CHECK((wrong >> n & 1) == 0, registry_layer(n)->name);
    CHECK(ever != 0 && (ever & ~asked) == 0, "of those that are asked");
    return test_end();
}
