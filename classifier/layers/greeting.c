/* SPDX-License-Identifier: MIT */
/* greeting.c - protocols in which somebody first says a line: SSH, SMTP, FTP, POP3, IMAP, VNC. */
#include "layers/named.h"
#include "layers/probe.h"

#define LINE_MAX_BYTES 512 /* RFC 5321 s4.5.3.1.5; the others are shorter */

/* The first line of direction `d`, when it can be one. */
static enum probe first_line(const struct opening *o, enum direction d, struct bytes *line)
{
    const struct bytes seen = bytes_first(o->seen[d], LINE_MAX_BYTES);

    if (!probe_line(seen, LINE_MAX_BYTES, line))
        return seen.len < LINE_MAX_BYTES && !o->ended[d] ? PROBE_MORE : PROBE_NO;
    return probe_printable(*line) ? PROBE_YES : PROBE_NO;
}

/* Is the client's first line one of these commands (a whole word)? */
static enum probe client_says(const struct opening *o, const struct bytes *words, size_t count)
{
    struct bytes line;
    const enum probe got = first_line(o, TO_SERVER, &line);

    if (got != PROBE_YES)
        return got;
    for (size_t i = 0; i < count; i++)
        if (bytes_start_with_nocase(line, words[i]) &&
            (line.len == words[i].len || line.at[words[i].len] == ' '))
            return PROBE_YES;
    return PROBE_NO;
}

/* Clients of these protocols wait for the greeting. */
static bool server_first(const struct opening *o)
{
    return o->seen[TO_CLIENT].len > 0 || o->seen[TO_SERVER].len == 0;
}

/* A server's greeting decides on its own by a word in it, or waits for what the client answers. */
struct greeting {
    struct bytes sign;            /* the greeting begins with it */
    struct bytes word;            /* and says so if this is in it */
    struct bytes not_word;        /* and is another's if this is in it */
    const struct bytes *commands; /* what its clients say first */
    size_t command_count;
    const char *by_word, *by_command; /* evidence */
};

static struct recognition greeted(const struct opening *o, const struct greeting *g)
{
    struct bytes line;
    const enum probe sign = probe_sign(o->seen[TO_CLIENT], g->sign);

    if (sign == PROBE_NO || !server_first(o))
        return probe_no();
    const enum probe got = first_line(o, TO_CLIENT, &line);
    if (got == PROBE_NO)
        return probe_no();
    if (sign == PROBE_MORE || got == PROBE_MORE)
        return probe_more(o, TO_CLIENT);
    if (g->not_word.len > 0 && probe_has_nocase(line, g->not_word))
        return probe_no();
    if (probe_has_nocase(line, g->word))
        return probe_yes(g->by_word, line, TO_CLIENT);
    const enum probe said = client_says(o, g->commands, g->command_count);
    if (said == PROBE_YES)
        return probe_yes(g->by_command, line, TO_CLIENT);
    return said == PROBE_MORE ? probe_more(o, TO_SERVER) : probe_no();
}

static struct recognition smtp_probe(const struct opening *o)
{
    static const struct bytes commands[] = {TABLE_TEXT("EHLO"), TABLE_TEXT("HELO"),
                                            TABLE_TEXT("LHLO")};
    static const struct greeting smtp = {.sign = TABLE_TEXT("220"),
                                         .word = TABLE_TEXT("SMTP"),
                                         .commands = commands,
                                         .command_count = 3,
                                         .by_word = "SMTP greeting (RFC 5321 s4.2)",
                                         .by_command = "greeting 220, answered by EHLO (RFC 5321)"};
    return greeted(o, &smtp);
}

static struct recognition ftp_probe(const struct opening *o)
{
    static const struct bytes commands[] = {
        TABLE_TEXT("USER"), TABLE_TEXT("AUTH"), TABLE_TEXT("FEAT"), TABLE_TEXT("SYST"),
        TABLE_TEXT("OPTS"), TABLE_TEXT("HOST"), TABLE_TEXT("CLNT")};
    static const struct greeting ftp = {.sign = TABLE_TEXT("220"),
                                        .word = TABLE_TEXT("FTP"),
                                        .not_word = TABLE_TEXT("SMTP"),
                                        .commands = commands,
                                        .command_count = 7,
                                        .by_word = "FTP greeting (RFC 959 s5.4)",
                                        .by_command = "greeting 220, answered by an FTP command"};
    return greeted(o, &ftp);
}

static struct recognition pop3_probe(const struct opening *o)
{
    static const struct bytes commands[] = {TABLE_TEXT("USER"), TABLE_TEXT("APOP"),
                                            TABLE_TEXT("CAPA"), TABLE_TEXT("AUTH"),
                                            TABLE_TEXT("STLS"), TABLE_TEXT("QUIT")};
    static const struct greeting pop3 = {.sign = TABLE_TEXT("+OK"),
                                         .word = TABLE_TEXT("POP3"),
                                         .commands = commands,
                                         .command_count = 6,
                                         .by_word = "POP3 greeting (RFC 1939 s4)",
                                         .by_command = "greeting +OK, answered by a POP3 command"};
    return greeted(o, &pop3);
}

/* RFC 9051 s6: a tag, a space, a command; the tag is the client's choice. */
static enum probe imap_command(const struct opening *o)
{
    static const struct bytes commands[] = {TABLE_TEXT("CAPABILITY"), TABLE_TEXT("LOGIN"),
                                            TABLE_TEXT("STARTTLS"),   TABLE_TEXT("AUTHENTICATE"),
                                            TABLE_TEXT("ID"),         TABLE_TEXT("NOOP"),
                                            TABLE_TEXT("LOGOUT")};
    struct opening after_tag = *o;
    struct bytes line;

    const enum probe got = first_line(o, TO_SERVER, &line);
    if (got != PROBE_YES)
        return got;
    const size_t tag = bytes_find(line, TEXT(" "));
    after_tag.seen[TO_SERVER] = bytes_after(o->seen[TO_SERVER], tag + 1);
    return client_says(&after_tag, commands, sizeof(commands) / sizeof(commands[0]));
}

static struct recognition imap_probe(const struct opening *o)
{
    const struct bytes server = o->seen[TO_CLIENT];
    struct bytes line;

    if (probe_sign_nocase(server, TEXT("* OK")) == PROBE_NO &&
        probe_sign_nocase(server, TEXT("* PREAUTH")) == PROBE_NO)
        return probe_no();
    if (!server_first(o))
        return probe_no();
    const enum probe got = first_line(o, TO_CLIENT, &line);
    if (got != PROBE_YES)
        return got == PROBE_MORE ? probe_more(o, TO_CLIENT) : probe_no();
    if (probe_has_nocase(line, TEXT("IMAP")))
        return probe_yes("IMAP greeting (RFC 9051 s7.1)", line, TO_CLIENT);
    const enum probe said = imap_command(o);
    if (said == PROBE_YES)
        return probe_yes("greeting * OK, answered by an IMAP command", line, TO_CLIENT);
    return said == PROBE_MORE ? probe_more(o, TO_SERVER) : probe_no();
}

/* RFC 4253 s4.2: "SSH-protoversion-softwareversion SP comments CR LF", at most 255 bytes. */
static struct recognition ssh_probe(const struct opening *o)
{
    enum { IDENTIFICATION_MAX = 255 };
    enum direction waiting = TO_SERVER;
    bool more = false;

    for (int d = TO_SERVER; d <= TO_CLIENT; d++) {
        const struct bytes seen = bytes_first(o->seen[d], IDENTIFICATION_MAX);
        struct bytes line;
        if (probe_sign(seen, TEXT("SSH-2.0-")) == PROBE_NO &&
            probe_sign(seen, TEXT("SSH-1.")) == PROBE_NO)
            return probe_no();
        if (probe_line(seen, IDENTIFICATION_MAX, &line) && probe_printable(line))
            return probe_yes("SSH identification string (RFC 4253 s4.2)", line, (enum direction)d);
        if (seen.len == IDENTIFICATION_MAX)
            return probe_no();
        if (!o->ended[d]) {
            more = true;
            waiting = (enum direction)d;
        }
    }
    return more ? probe_more(o, waiting) : probe_no();
}

/* RFC 6143 s7.1.1: "RFB xxx.yyy\n", first from the server. */
static bool is_rfb_version(struct bytes b)
{
    static const char form[] = "RFB 000.000\n";

    for (size_t i = 0; i < b.len; i++)
        if (form[i] == '0' ? b.at[i] < '0' || b.at[i] > '9' : b.at[i] != (uint8_t)form[i])
            return false;
    return true;
}

static struct recognition vnc_probe(const struct opening *o)
{
    enum { VERSION_LEN = 12 };
    const struct bytes seen = bytes_first(o->seen[TO_CLIENT], VERSION_LEN);

    if (!is_rfb_version(seen) || !server_first(o))
        return probe_no();
    if (seen.len < VERSION_LEN)
        return probe_more(o, TO_CLIENT);
    return probe_yes("RFB protocol version (RFC 6143 s7.1.1)", bytes_first(seen, VERSION_LEN - 1),
                     TO_CLIENT);
}

static struct recognition smtp_recognise(const struct opening *o)
{
    return probe_either_way(o, smtp_probe);
}

static struct recognition ftp_recognise(const struct opening *o)
{
    return probe_either_way(o, ftp_probe);
}

static struct recognition pop3_recognise(const struct opening *o)
{
    return probe_either_way(o, pop3_probe);
}

static struct recognition imap_recognise(const struct opening *o)
{
    return probe_either_way(o, imap_probe);
}

static struct recognition vnc_recognise(const struct opening *o)
{
    return probe_either_way(o, vnc_probe);
}

const struct layer layer_ssh = {.name = "ssh", .application = true, .recognise = ssh_probe};
const struct layer layer_smtp = {.name = "smtp", .application = true, .recognise = smtp_recognise};
const struct layer layer_ftp = {.name = "ftp", .application = true, .recognise = ftp_recognise};
const struct layer layer_pop3 = {.name = "pop3", .application = true, .recognise = pop3_recognise};
const struct layer layer_imap = {.name = "imap", .application = true, .recognise = imap_recognise};
const struct layer layer_vnc = {.name = "vnc", .application = true, .recognise = vnc_recognise};
