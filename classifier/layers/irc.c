/* SPDX-License-Identifier: MIT */
/* irc.c - IRC by its registration (RFC 2812 s3.1) or by what the server says first (s2.4). */
#include "layers/named.h"
#include "layers/probe.h"

#define LINE_LEN_MAX 512 /* RFC 2812 s2.3 */

enum registration { SAID_CAP = 1, SAID_PASS = 2, SAID_NICK = 4, SAID_USER = 8 };

static unsigned command_of(struct bytes line)
{
    if (bytes_start_with_nocase(line, TEXT("CAP LS")))
        return SAID_CAP;
    if (bytes_start_with_nocase(line, TEXT("PASS ")))
        return SAID_PASS;
    if (bytes_start_with_nocase(line, TEXT("NICK ")))
        return SAID_NICK;
    if (bytes_start_with_nocase(line, TEXT("USER ")))
        return SAID_USER;
    return 0;
}

/* A client registers by NICK and USER, perhaps after CAP LS and PASS. */
static struct recognition by_registration(const struct opening *o)
{
    const struct bytes all = bytes_first(o->seen[TO_SERVER], LINE_LEN_MAX);
    struct bytes left = all;
    struct bytes line;
    unsigned said = 0;

    while (probe_line(left, left.len, &line)) {
        const unsigned command = command_of(line);
        if (command == 0 || (said & command) != 0 || !probe_printable(line))
            return probe_no();
        said |= command;
        if ((said & SAID_NICK) != 0 && (said & (SAID_USER | SAID_CAP)) != 0)
            return probe_yes("IRC registration (RFC 2812 s3.1)", line, TO_SERVER);
        left = bytes_after(left, (size_t)(line.at - left.at) + line.len);
        left = bytes_after(left, left.len > 0 && left.at[0] == '\r' ? 2 : 1);
    }
    if (all.len == LINE_LEN_MAX || (left.len >= 5 && command_of(left) == 0 && left.at[0] != 'C'))
        return probe_no();
    if (!probe_printable(bytes_first(left, left.len > 0 ? left.len - 1 : 0)))
        return probe_no();
    return probe_more(o, TO_SERVER);
}

static bool is_server_name(struct bytes b)
{
    for (size_t i = 0; i < b.len; i++) {
        const uint8_t c = b.at[i];
        const bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
        if (!letter && !(c >= '0' && c <= '9') && c != '.' && c != '-' && c != '_')
            return false;
    }
    return b.len > 0;
}

/* ":" server SP ( "001" / "NOTICE" ) SP: RFC 2812 s2.3.1. */
static struct recognition by_server(const struct opening *o)
{
    const struct bytes all = bytes_first(o->seen[TO_CLIENT], LINE_LEN_MAX);
    struct bytes line;

    if (probe_sign(all, TEXT(":")) == PROBE_NO)
        return probe_no();
    if (!probe_line(all, LINE_LEN_MAX, &line))
        return all.len < LINE_LEN_MAX ? probe_more(o, TO_CLIENT) : probe_no();
    const size_t space = bytes_find(line, TEXT(" "));
    const struct bytes command = bytes_after(line, space + 1);
    const bool welcome = bytes_start_with(command, TEXT("001 ")); /* RPL_WELCOME */
    if (space >= line.len || !is_server_name(bytes_after(bytes_first(line, space), 1)) ||
        !probe_printable(line) || !(welcome || bytes_start_with(command, TEXT("NOTICE "))))
        return probe_no();
    return probe_yes("IRC server's message (RFC 2812 s2.3.1)", line, TO_CLIENT);
}

static struct recognition irc_probe(const struct opening *o)
{
    const struct recognition client = by_registration(o);
    const struct recognition server = by_server(o);

    if (client.answer == PROBE_YES)
        return client;
    /* What one side has begun to say must fit; a side that said nothing yet decides nothing. */
    if ((o->seen[TO_SERVER].len > 0 && client.answer == PROBE_NO) ||
        (o->seen[TO_CLIENT].len > 0 && server.answer == PROBE_NO))
        return probe_no();
    if (server.answer == PROBE_YES)
        return server;
    return client.answer == PROBE_MORE ? client : server;
}

static struct recognition irc_recognise(const struct opening *o)
{
    return probe_either_way(o, irc_probe);
}

const struct layer layer_irc = {.name = "irc", .application = true, .recognise = irc_recognise};
