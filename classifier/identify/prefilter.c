/* SPDX-License-Identifier: MIT */
/* What the dissectors of nDPI 4.2 for TCP look for, each by its name there. The dissectors of what
 * portwarden speaks itself are not among them, and those that heed addresses alone find none here.
 */
#include "identify/prefilter.h"

#include "base/load.h"
#include "model/packet.h"

#define LENGTH_OF(array) (sizeof(array) / sizeof((array)[0]))
#define LOWER            0x20 /* of ASCII letters */

/* --- what a turn begins with ------------------------------------------------------------------ */

struct sign {
    uint8_t len;
    char bytes[14];
};

#define SIGN(first, rest) (first),
static const uint8_t first_byte[] = {
#include "identify/prefilter_signs.h"
};
#undef SIGN

#define SIGN(first, rest) {sizeof(rest) - 1, rest},
static const struct sign after_first[] = {
#include "identify/prefilter_signs.h"
};
#undef SIGN

static bool has_sign(struct bytes b)
{
    const uint8_t *at = memchr(first_byte, b.at[0], sizeof(first_byte));
    const uint8_t *end = first_byte + sizeof(first_byte);

    for (; at != NULL; at = memchr(at, b.at[0], (size_t)(end - at))) {
        const struct sign *s = &after_first[at - first_byte];
        if (b.len > s->len && b.at[1] == (uint8_t)s->bytes[0] &&
            memcmp(b.at + 1, s->bytes, s->len) == 0)
            return true;
        at++;
    }
    return false;
}

/* Signs that stand behind the first byte. */
static const struct {
    uint8_t at, len;
    char bytes[8];
} later_signs[] = {
    {1, 2, "\x05\x08"},              /* dofus */
    {1, 2, "\x05\x0c"},              /* guildwars */
    {1, 2, "\x04\x0c"},              /* guildwars */
    {1, 2, "\x28\x66"},              /* zeromq */
    {1, 3, "\x00\x00\x00"},          /* thunder, skinny */
    {2, 4, "1234"},                  /* tvuplayer */
    {2, 4, "\x00\x01\x1a\x2b"},      /* pptp */
    {2, 8, "WORLD OF"},              /* world_of_warcraft */
    {6, 6, "\x00\x00\x02\x00\x00@"}, /* lotus_notes */
    {13, 2, "2\r"},                  /* dnscrypt */
    {14, 2, "\x00\x00"},             /* mongodb */
};

static bool has_later_sign(struct bytes b)
{
    for (size_t i = 0; i < LENGTH_OF(later_signs); i++) {
        const uint8_t *at = b.at + later_signs[i].at;
        const size_t len = later_signs[i].len;
        if (b.len >= later_signs[i].at + len && at[0] == (uint8_t)later_signs[i].bytes[0] &&
            at[1] == (uint8_t)later_signs[i].bytes[1] && memcmp(at, later_signs[i].bytes, len) == 0)
            return true;
    }
    return false;
}

/* --- headers ---------------------------------------------------------------------------------- */

#define SHORT          2   /* bytes: zeromq, steam, warcraft3 */
#define SMALL          1   /* what these are */
#define AFP_LEN        16  /* of a header */
#define AFP_MOST       128 /* bytes in all */
#define AFP_COMMANDS   8
#define CASSANDRA_LEN  9
#define CASSANDRA_LAST 4    /* version */
#define CASSANDRA_BACK 0x80 /* bit of the version, from the server */
#define CASSANDRA_OP   0x10 /* the last */
#define DIAMETER_LEN   20
#define IEC60870_START 0x68
#define TELEGRAM_START 0xef
#define TELEGRAM_LEN   56
#define TELEGRAM_LONG  0x7f
#define DRDA_MAGIC     0xd0
#define DRDA_LEN       10

static bool is_small(struct bytes b)
{
    const uint8_t *p = b.at;

    if (b.len <= SHORT)
        return p[0] <= SMALL || p[0] == 'E'; /* whatsapp */
    if (b.len >= AFP_LEN && b.len <= AFP_MOST && p[0] <= 1 && p[1] <= AFP_COMMANDS)
        return true;
    if (b.len >= DIAMETER_LEN && p[0] == 1 && (p[4] & 0x0f) == 0)
        return true;
    return b.len >= CASSANDRA_LEN && (p[0] & ~CASSANDRA_BACK) <= CASSANDRA_LAST &&
           (p[1] & 0xf0) == 0 && p[4] <= CASSANDRA_OP;
}

/* Does a field say how long all is, or most of it? */
static bool tells_length(struct bytes b)
{
    const uint8_t *p = b.at;
    const size_t n = b.len;

    if (n < 4)
        return false;
    if (load_le16(p) == n || load_be16(p + 1) == n || load_be16(p + 2) == n)
        return true; /* florensia, hpvirtgrp, mssql_tds */
    if (n < DRDA_LEN)
        return false;
    return load_le16(p + 8) == n || load_be32(p + 4) + 8 == n || /* dcerpc, someip */
           (p[2] == DRDA_MAGIC && load_be16(p) == load_be16(p + 6) + 6U);
}

/* A chain of units, each with its length. */
static bool is_iec60870(struct bytes b)
{
    if (b.len < 2 || b.at[0] != IEC60870_START || b.at[1] == 0)
        return false;
    const size_t end = b.at[1] + 2U;
    return end == b.len || (end < b.len && b.at[end] == IEC60870_START);
}

static bool is_telegram(struct bytes b)
{
    return b.len > TELEGRAM_LEN && b.at[0] == TELEGRAM_START &&
           (b.at[1] == TELEGRAM_LONG || b.at[1] * 4U < b.len);
}

static bool is_dofus(struct bytes b)
{
    return (b.len == 5 || b.len == 11) && b.at[0] == 'A' && b.at[b.len - 1] == 0;
}

/* --- text ------------------------------------------------------------------------------------- */

#define WORD 4 /* letters of most of the words of ftp_control */

/* The first letters, small; what is not there is blank. */
static uint32_t first_word(struct bytes b)
{
    uint8_t said[WORD];

    for (size_t i = 0; i < WORD; i++)
        said[i] = i < b.len ? b.at[i] | LOWER : LOWER;
    return load_u32(said);
}

/* ftp_control looks for no more than the letters. */
static bool says_ftp(struct bytes b)
{
    static const uint8_t words[][WORD + 1] = {
        "user", "pass", "auth", "abor", "acct", "adat", "allo", "appe", "cdup", "conf", "dele",
        "eprt", "epsv", "feat", "help", "lang", "list", "lprt", "lpsv", "mdtm", "mlsd", "mlst",
        "mode", "nlst", "noop", "opts", "pasv", "pbsz", "port", "prot", "quit", "rein", "rest",
        "retr", "rnfr", "rnto", "site", "size", "smnt", "stat", "stor", "stou", "stru", "syst",
        "type", "xcup", "xmkd", "xpwd", "xrcp", "xrmd", "xrsq", "xsem", "xsen", "host"};
    static const uint8_t shorter[][WORD + 1] = {"ccc ", "cwd ", "enc ", "mic ",
                                                "mkd ", "pwd ", "rmd "};

    if (b.len < WORD - 1 || !byte_is_letter(b.at[0]))
        return false;
    const uint32_t said = first_word(b), three = first_word(bytes_first(b, WORD - 1));
    for (size_t i = 0; i < LENGTH_OF(words); i++)
        if (said == load_u32(words[i]))
            return true;
    for (size_t i = 0; i < LENGTH_OF(shorter); i++)
        if (three == load_u32(shorter[i]))
            return true;
    return false;
}

static bool is_one_of(uint8_t c, const char *marks)
{
    return c == (uint8_t)marks[0] || c == (uint8_t)marks[1];
}

/* ftp_data: a line of a listing. */
static bool lists_files(struct bytes b)
{
    return b.len > WORD && is_one_of(b.at[0], "-d") && is_one_of(b.at[1], "-r") &&
           is_one_of(b.at[2], "-w") && is_one_of(b.at[3], "-x");
}

/* syslog: a priority of up to three digits. */
static bool has_priority(struct bytes b)
{
    size_t i = 1;

    if (b.at[0] != '<')
        return false;
    while (i < b.len && i <= 3 && b.at[i] >= '0' && b.at[i] <= '9')
        i++;
    return i < b.len && b.at[i] == '>';
}

#define SCHEME_WITHIN 32 /* bytes */

/* sip (whose version it is, too), rtsp, ipp: in a request's first line. */
static bool names_scheme(struct bytes b)
{
    const struct bytes start = bytes_first(b, SCHEME_WITHIN);

    for (size_t i = 2; i < start.len; i++) {
        const uint8_t *c = start.at + i;
        if ((c[0] == ':' || c[0] == '/') && (c[-1] | LOWER) == 'p' &&
            ((c[-2] | LOWER) == 'i' || (c[-2] | LOWER) == 's' || (c[-2] | LOWER) == 'p'))
            return true;
    }
    return false;
}

static const uint8_t *find_line_end(struct bytes b)
{
    const uint8_t *at = bytes_find_byte(b, '\r');

    while (at != NULL && at + 1 < b.at + b.len && at[1] != '\n')
        at = bytes_find_byte(bytes_after(b, (size_t)(at + 1 - b.at)), '\r');
    return at != NULL && at + 1 < b.at + b.len ? at : NULL;
}

/* icecast, steam and tvuplayer look for a header in all that has lines, rtsp for its version at the
 * end of the first. */
static bool has_header(struct bytes b)
{
    static const char version[] = "RTSP/1.0";
    const size_t len = sizeof(version) - 1;
    const uint8_t *end = find_line_end(b);

    if (end != NULL && end >= b.at + len && memcmp(end - len, version, len) == 0)
        return true;
    while (end != NULL) {
        if (bytes_start_with_nocase(b, bytes_of_text("Server:")) ||
            bytes_start_with_nocase(b, bytes_of_text("User-Agent:")))
            return true;
        b = bytes_after(b, (size_t)(end + 2 - b.at));
        end = find_line_end(b);
    }
    return false;
}

static bool is_key(struct bytes b)
{
    static const char *const keys[] = {"\"eth1.0\"", "\"worker\":", "\"method\":", "\"blob\":"};

    for (size_t i = 0; i < LENGTH_OF(keys); i++)
        if (b.len > 1 && b.at[1] == (uint8_t)keys[i][1] &&
            bytes_start_with(b, bytes_of_text(keys[i])))
            return true;
    return false;
}

/* mining */
static bool has_key(struct bytes b)
{
    if (bytes_find_byte(b, '{') == NULL)
        return false;
    for (const uint8_t *at = bytes_find_byte(b, '"'); at != NULL; at = bytes_find_byte(b, '"')) {
        b = bytes_after(b, (size_t)(at - b.at));
        if (is_key(b))
            return true;
        b = bytes_after(b, 1);
    }
    return false;
}

/* --- whole conversations ---------------------------------------------------------------------- */

#define Z3950_TURNS 4    /* that it needs */
#define Z3950_KIND  0x1f /* bits of the first byte */
#define Z3950_LEAST 20

/* z39.50: of each turn it heeds so little that noise passes. */
static bool is_z3950(const struct dpi_question *q)
{
    size_t alike = 0;

    for (size_t i = 0; i < q->count; i++)
        alike += q->turns[i].bytes.len > 0 && (q->turns[i].bytes.at[0] & Z3950_KIND) >= Z3950_LEAST;
    return alike >= Z3950_TURNS;
}

/* Ports at which a dissector asks for little more. */
static bool is_of_a_port(uint16_t port)
{
    switch (port) {
    case 20:
    case 43:
    case 88:
    case 502:
    case 1119:
    case 1521:
    case 3724:
    case 4000:
    case 4343:
    case 5001:
    case 5201:
    case 6112:
    case 6113:
    case 6114:
    case 10000:
    case 11095:
    case 30300:
    case 30301:
    case 30302:
    case 30303:
    case 30304:
    case 30305: return true;
    default: return false;
    }
}

/* What heeds no more than a byte asks for it in the first turn: edonkey, rtmp, warcraft3. */
static bool begins_talk(uint8_t first)
{
    static const uint8_t begins[] = {0x03, 0x06, 0xc5, 0xe3, 0xe4, 0xe5, 0xf7, 0xff};

    return memchr(begins, first, sizeof(begins)) != NULL;
}

/* gnutella: the second turn repeats three bytes of the first. */
static bool repeats(const struct dpi_question *q)
{
    if (q->count < 2 || q->turns[0].bytes.len <= 8 || q->turns[1].bytes.len <= 4)
        return false;
    const uint8_t *a = q->turns[0].bytes.at, *b = q->turns[1].bytes.at;
    return a[4] == b[0] && a[6] == b[2] && a[8] == b[4];
}

/* skype_teams, citrix */
static bool is_third(struct bytes b)
{
    return b.len == 3 || b.len == 8 || b.len == 17 ||
           bytes_find(b, bytes_of_text("Citrix")) < b.len;
}

static bool is_heeded(struct bytes b)
{
    return has_sign(b) || has_later_sign(b) || is_small(b) || tells_length(b) || is_iec60870(b) ||
           is_telegram(b) || is_dofus(b) || says_ftp(b) || lists_files(b) || has_priority(b) ||
           names_scheme(b) || has_header(b) || has_key(b);
}

bool prefilter_passes(const struct dpi_question *q)
{
    if (q->transport != TRANSPORT_TCP || !dpi_suits_prefilter())
        return true;
    if (is_of_a_port(q->client_port) || is_of_a_port(q->server_port) || repeats(q) || is_z3950(q))
        return true;
    for (size_t i = 0; i < q->count; i++) {
        const struct bytes b = bytes_first(q->turns[i].bytes, DPI_TURN_MAX);
        if (b.len > 0 &&
            ((i == 0 && begins_talk(b.at[0])) || (i >= 2 && is_third(b)) || is_heeded(b)))
            return true;
    }
    return false;
}

struct dpi_answer prefilter_ask(struct dpi *d, const struct dpi_question *q)
{
    return prefilter_passes(q) ? dpi_ask(d, q) : (struct dpi_answer){0};
}
