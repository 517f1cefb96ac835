/* SPDX-License-Identifier: MIT */
/* service.c - stores and queues: Redis, MQTT, NATS, MySQL, PostgreSQL. */
#include "base/cursor.h"
#include "layers/named.h"
#include "layers/probe.h"

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* RESP: a sign, a number without leading zero, CRLF. Takes it from the cursor. */
static enum probe resp_number(struct cursor *c, uint8_t sign, uint32_t most, uint32_t *out)
{
    uint32_t value = 0;
    size_t n = 1;

    if (c->left.len == 0)
        return PROBE_MORE;
    if (c->left.at[0] != sign)
        return PROBE_NO;
    for (; n < c->left.len && is_digit(c->left.at[n]); n++) {
        value = value * 10 + (uint32_t)(c->left.at[n] - '0');
        if (value == 0 || value > most)
            return PROBE_NO;
    }
    const enum probe crlf = probe_sign(bytes_after(c->left, n), TEXT("\r\n"));
    if (crlf == PROBE_YES && value > 0) {
        cursor_skip(c, n + 2);
        *out = value;
        return PROBE_YES;
    }
    return crlf == PROBE_NO || (n < c->left.len && value == 0) ? PROBE_NO : PROBE_MORE;
}

/* An array of bulk strings whose first is a command: "*1 $4 PING", each followed by CRLF. */
static enum probe redis_command(struct bytes seen, struct bytes *command)
{
    enum { ARGUMENTS_MAX = 1024 * 1024, COMMAND_MAX = 32 };
    struct cursor c = cursor_over(seen);
    uint32_t arguments, len;

    const enum probe array = resp_number(&c, '*', ARGUMENTS_MAX, &arguments);
    if (array != PROBE_YES)
        return array;
    const enum probe bulk = resp_number(&c, '$', COMMAND_MAX, &len);
    if (bulk != PROBE_YES)
        return bulk;
    const struct bytes word = bytes_first(c.left, len);
    for (size_t i = 0; i < word.len; i++)
        if (!byte_is_letter(word.at[i]) && !(i > 0 && (word.at[i] == '.' || word.at[i] == '_')))
            return PROBE_NO;
    *command = word;
    return word.len < len ? PROBE_MORE : probe_sign(bytes_after(c.left, len), TEXT("\r\n"));
}

/* RESP, "Inline commands": what a person types, answered by a RESP value. */
static struct recognition redis_inline(const struct opening *o)
{
    enum { LINE_LEN_MAX = 512 };
    static const struct bytes commands[] = {
        TABLE_TEXT("PING"),     TABLE_TEXT("INFO"), TABLE_TEXT("GET "),    TABLE_TEXT("SET "),
        TABLE_TEXT("KEYS "),    TABLE_TEXT("DEL "), TABLE_TEXT("SELECT "), TABLE_TEXT("CONFIG "),
        TABLE_TEXT("FLUSHALL"), TABLE_TEXT("INCR ")};
    static const struct bytes answers[] = {TABLE_TEXT("+PONG\r\n"), TABLE_TEXT("+OK\r\n"),
                                           TABLE_TEXT("-ERR "),     TABLE_TEXT("-NOAUTH "),
                                           TABLE_TEXT("$-1\r\n"),   TABLE_TEXT("-DENIED "),
                                           TABLE_TEXT(":0\r\n"),    TABLE_TEXT(":1\r\n")};
    enum probe asked = PROBE_NO, answered = PROBE_NO;
    struct bytes line = {0};

    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]) && asked == PROBE_NO; i++)
        asked = probe_sign_nocase(o->seen[TO_SERVER], commands[i]);
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]) && answered != PROBE_YES; i++) {
        const enum probe p = probe_sign(o->seen[TO_CLIENT], answers[i]);
        answered = p == PROBE_NO ? answered : p;
    }
    const bool whole = probe_line(o->seen[TO_SERVER], LINE_LEN_MAX, &line);
    if (asked == PROBE_NO || answered == PROBE_NO || (whole && !probe_printable(line)) ||
        (!whole && o->seen[TO_SERVER].len >= LINE_LEN_MAX))
        return probe_no();
    if (!whole || answered == PROBE_MORE)
        return probe_more(o, whole ? TO_CLIENT : TO_SERVER);
    return probe_yes("Redis command and answer (RESP)", line, TO_SERVER);
}

static struct recognition redis_probe(const struct opening *o)
{
    struct bytes command = {0};

    switch (redis_command(o->seen[TO_SERVER], &command)) {
    case PROBE_YES: return probe_yes("Redis command (RESP array)", command, TO_SERVER);
    case PROBE_MORE: return probe_more(o, TO_SERVER);
    case PROBE_NO: break;
    }
    return redis_inline(o);
}

/* Its server says first who it is, in JSON (NATS protocol, "INFO"). */
static struct recognition nats_probe(const struct opening *o)
{
    static const struct bytes sign = TABLE_TEXT("INFO {\"server_id\":");

    if (o->seen[TO_CLIENT].len == 0 && o->seen[TO_SERVER].len > 0)
        return probe_no();
    switch (probe_sign(o->seen[TO_CLIENT], sign)) {
    case PROBE_YES: return probe_yes("NATS server's INFO", sign, TO_CLIENT);
    case PROBE_MORE: return probe_more(o, TO_CLIENT);
    case PROBE_NO: break;
    }
    return probe_no();
}

/* A variable byte integer (MQTT 5.0 s1.5.5). */
static uint32_t mqtt_length(struct cursor *c)
{
    uint32_t value = 0;

    for (unsigned shift = 0; shift <= 21; shift += 7) {
        const uint8_t byte = cursor_u8(c);
        value |= (uint32_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0)
            break;
    }
    return value;
}

/* MQTT 5.0 s3.1: CONNECT, its length, the protocol's name and version. */
static struct recognition mqtt_probe(const struct opening *o)
{
    enum { CONNECT = 0x10, RESERVED_FLAG = 0x01 };
    struct cursor c = cursor_over(o->seen[TO_SERVER]);

    if (probe_sign(o->seen[TO_SERVER], TEXT("\x10")) == PROBE_NO)
        return probe_no();
    cursor_skip(&c, 1);
    const uint32_t length = mqtt_length(&c);
    if (c.truncated)
        return probe_more(o, TO_SERVER);
    const struct bytes at_name = c.left;
    const enum probe now = probe_sign(at_name, TEXT("\0\4MQTT"));
    const enum probe old = probe_sign(at_name, TEXT("\0\6MQIsdp"));
    if (length < 12 || (now == PROBE_NO && old == PROBE_NO))
        return probe_no();
    cursor_skip(&c, now == PROBE_NO ? 8 : 6);
    const uint8_t level = cursor_u8(&c);
    const uint8_t flags = cursor_u8(&c);
    if (c.truncated)
        return probe_more(o, TO_SERVER);
    if (level < 3 || level > 5 || (flags & RESERVED_FLAG) != 0)
        return probe_no();
    return probe_yes("MQTT CONNECT (MQTT 5.0 s3.1)",
                     bytes_after(bytes_first(at_name, now == PROBE_NO ? 8 : 6), 2), TO_SERVER);
}

/* Protocol::HandshakeV10: length, sequence 0, protocol 10, version NUL, thread, 8 bytes, NUL. */
static struct recognition mysql_probe(const struct opening *o)
{
    enum {
        VERSION_AT = 5,
        VERSION_MAX = 64,
        THREAD_AND_SALT = 12,
        LENGTH_MIN = 32,
        LENGTH_MAX = 512
    };
    const struct bytes seen = o->seen[TO_CLIENT];
    const struct bytes version = bytes_first(bytes_after(seen, VERSION_AT), VERSION_MAX);
    size_t n = 0;

    if (seen.len == 0 && o->seen[TO_SERVER].len > 0)
        return probe_no(); /* its server speaks first */
    const unsigned length = seen.len < 2 ? LENGTH_MIN : (unsigned)(seen.at[0] | seen.at[1] << 8);
    if (length < LENGTH_MIN || length > LENGTH_MAX ||
        probe_sign(bytes_after(seen, 2), TEXT("\0\0\x0a")) == PROBE_NO)
        return probe_no();
    while (n < version.len && version.at[n] > ' ' && version.at[n] < 0x7f)
        n++;
    if ((version.len > 0 && !is_digit(version.at[0])) || n == VERSION_MAX ||
        (n < version.len && version.at[n] != 0))
        return probe_no();
    const struct bytes filler = bytes_after(seen, VERSION_AT + n + 1 + THREAD_AND_SALT);
    if (filler.len == 0)
        return probe_more(o, TO_CLIENT);
    if (filler.at[0] != 0)
        return probe_no();
    return probe_yes("MySQL initial handshake (protocol 10)", bytes_first(version, n), TO_CLIENT);
}

/* StartupMessage: length, version 3.x, then names and values, each with its NUL. */
static struct recognition postgresql_startup(const struct opening *o)
{
    enum { LENGTH_MIN = 9, LENGTH_MAX = 10000, NAME_AT = 8, NAME_LEN_MIN = 4, NAME_LEN_MAX = 32 };
    const struct bytes seen = o->seen[TO_SERVER];
    const struct bytes name = bytes_first(bytes_after(seen, NAME_AT), NAME_LEN_MAX);
    struct cursor c = cursor_over(seen);
    size_t n = 0;

    const uint32_t length = cursor_be32(&c);
    if (!c.truncated && (length < LENGTH_MIN || length > LENGTH_MAX))
        return probe_no();
    if (probe_sign(bytes_after(seen, 4), TEXT("\0\3\0")) == PROBE_NO)
        return probe_no();
    while (n < name.len && (byte_is_letter(name.at[n]) || name.at[n] == '_'))
        n++;
    if (n == NAME_LEN_MAX || (n < name.len && (name.at[n] != 0 || n < NAME_LEN_MIN)))
        return probe_no();
    if (n == name.len)
        return probe_more(o, TO_SERVER);
    return probe_yes("PostgreSQL StartupMessage (protocol 3)", bytes_first(name, n), TO_SERVER);
}

static struct recognition postgresql_probe(const struct opening *o)
{
    static const struct {
        struct bytes message;
        const char *why;
    } requests[] = {
        {TABLE_TEXT("\0\0\0\x08\x04\xd2\x16\x2f"), "PostgreSQL SSLRequest"},
        {TABLE_TEXT("\0\0\0\x08\x04\xd2\x16\x30"), "PostgreSQL GSSENCRequest"},
        {TABLE_TEXT("\0\0\0\x10\x04\xd2\x16\x2e"), "PostgreSQL CancelRequest"},
    };
    bool more = false;

    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        const enum probe p = probe_sign(o->seen[TO_SERVER], requests[i].message);
        if (p == PROBE_YES)
            return probe_yes(requests[i].why, bytes_of(NULL, 0), TO_SERVER);
        more = more || p == PROBE_MORE;
    }
    return more ? probe_more(o, TO_SERVER) : postgresql_startup(o);
}

static struct recognition redis_recognise(const struct opening *o)
{
    return probe_either_way(o, redis_probe);
}

static struct recognition nats_recognise(const struct opening *o)
{
    return probe_either_way(o, nats_probe);
}

static struct recognition mqtt_recognise(const struct opening *o)
{
    return probe_either_way(o, mqtt_probe);
}

static struct recognition mysql_recognise(const struct opening *o)
{
    return probe_either_way(o, mysql_probe);
}

static struct recognition postgresql_recognise(const struct opening *o)
{
    return probe_either_way(o, postgresql_probe);
}

const struct layer layer_redis = {
    .name = "redis", .application = true, .recognise = redis_recognise};
const struct layer layer_mqtt = {.name = "mqtt", .application = true, .recognise = mqtt_recognise};
const struct layer layer_mysql = {
    .name = "mysql", .application = true, .recognise = mysql_recognise};
const struct layer layer_postgresql = {
    .name = "postgresql", .application = true, .recognise = postgresql_recognise};
const struct layer layer_nats = {.name = "nats", .application = true, .recognise = nats_recognise};
