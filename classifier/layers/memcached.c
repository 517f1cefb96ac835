/* SPDX-License-Identifier: MIT */
/* memcached.c - memcached, by a command and its answer (memcached's protocol.txt and binary
 * protocol). */
#include "base/cursor.h"
#include "layers/named.h"
#include "layers/probe.h"

#define LINE_LEN_MAX 512 /* a key has at most 250 bytes */

/* The first line's first word must be one of these. */
static enum probe first_word(struct bytes seen, const struct bytes *words, size_t count,
                             struct bytes *line)
{
    enum probe best = PROBE_NO;
    const bool whole = probe_line(seen, LINE_LEN_MAX, line);
    const struct bytes have = whole ? *line : seen;
    const struct bytes text = bytes_first(have, bytes_find(have, TEXT("\r")));

    if (have.len >= LINE_LEN_MAX)
        return PROBE_NO;
    for (size_t i = 0; i < count; i++) {
        const enum probe p = probe_sign(have, words[i]);
        const bool ends = have.len <= words[i].len || have.at[words[i].len] == ' ' ||
                          (!whole && have.at[words[i].len] == '\r');
        if (p != PROBE_NO && ends && (p == PROBE_YES || !whole))
            best = whole ? PROBE_YES : PROBE_MORE;
    }
    return best != PROBE_NO && probe_printable(text) ? best : PROBE_NO;
}

static struct recognition text_probe(const struct opening *o)
{
    static const struct bytes commands[] = {
        TABLE_TEXT("get"),       TABLE_TEXT("gets"),    TABLE_TEXT("gat"),
        TABLE_TEXT("gats"),      TABLE_TEXT("set"),     TABLE_TEXT("add"),
        TABLE_TEXT("replace"),   TABLE_TEXT("append"),  TABLE_TEXT("prepend"),
        TABLE_TEXT("cas"),       TABLE_TEXT("incr"),    TABLE_TEXT("decr"),
        TABLE_TEXT("delete"),    TABLE_TEXT("touch"),   TABLE_TEXT("stats"),
        TABLE_TEXT("flush_all"), TABLE_TEXT("version"), TABLE_TEXT("verbosity"),
    };
    static const struct bytes answers[] = {
        TABLE_TEXT("STORED"),    TABLE_TEXT("NOT_STORED"),   TABLE_TEXT("EXISTS"),
        TABLE_TEXT("NOT_FOUND"), TABLE_TEXT("VALUE"),        TABLE_TEXT("END"),
        TABLE_TEXT("STAT"),      TABLE_TEXT("VERSION"),      TABLE_TEXT("DELETED"),
        TABLE_TEXT("TOUCHED"),   TABLE_TEXT("CLIENT_ERROR"),
    };
    struct bytes command, answer;
    const enum probe client =
        first_word(o->seen[TO_SERVER], commands, sizeof(commands) / sizeof(commands[0]), &command);
    if (client == PROBE_NO)
        return probe_no();
    const enum probe server =
        first_word(o->seen[TO_CLIENT], answers, sizeof(answers) / sizeof(answers[0]), &answer);
    if (server == PROBE_NO)
        return probe_no();
    if (client == PROBE_MORE || server == PROBE_MORE)
        return probe_more(o, client == PROBE_MORE ? TO_SERVER : TO_CLIENT);
    return probe_yes("memcached command and answer", answer, TO_CLIENT);
}

/* A header of the binary protocol: magic, opcode, key's and extras' lengths, type 0, status,
 * length of it all. */
static enum probe binary_header(struct bytes seen, uint8_t magic, uint8_t *opcode)
{
    enum { HEADER_LEN = 24, OPCODE_MAX = 0x48, KEY_MAX = 250, EXTRAS_MAX = 20, TYPE_AT = 5 };
    struct cursor c = cursor_over(seen);

    if (seen.len > 0 && seen.at[0] != magic)
        return PROBE_NO;
    if (seen.len > TYPE_AT && seen.at[TYPE_AT] != 0)
        return PROBE_NO;
    if (seen.len < HEADER_LEN)
        return PROBE_MORE;
    cursor_skip(&c, 1);
    *opcode = cursor_u8(&c);
    const uint16_t key = cursor_be16(&c);
    const uint8_t extras = cursor_u8(&c);
    cursor_skip(&c, 3); /* type; virtual bucket or status */
    const uint32_t all = cursor_be32(&c);
    return *opcode > OPCODE_MAX || key > KEY_MAX || extras > EXTRAS_MAX ||
                   (uint32_t)key + extras > all
               ? PROBE_NO
               : PROBE_YES;
}

static struct recognition binary_probe(const struct opening *o)
{
    enum { REQUEST = 0x80, RESPONSE = 0x81 };
    uint8_t asked, answered;
    const enum probe client = binary_header(o->seen[TO_SERVER], REQUEST, &asked);
    const enum probe server = binary_header(o->seen[TO_CLIENT], RESPONSE, &answered);

    if (client == PROBE_NO || server == PROBE_NO)
        return probe_no();
    if (client == PROBE_MORE || server == PROBE_MORE)
        return probe_more(o, client == PROBE_MORE ? TO_SERVER : TO_CLIENT);
    if (asked != answered)
        return probe_no();
    return probe_yes("memcached request and response (binary)", bytes_of(NULL, 0), TO_CLIENT);
}

static struct recognition memcached_probe(const struct opening *o)
{
    const struct recognition text = text_probe(o);

    return text.answer == PROBE_NO ? binary_probe(o) : text;
}

static struct recognition memcached_recognise(const struct opening *o)
{
    return probe_either_way(o, memcached_probe);
}

const struct layer layer_memcached = {
    .name = "memcached", .application = true, .recognise = memcached_recognise};
