/* SPDX-License-Identifier: MIT */
#include "layers/http_head.h"

#include "base/lines.h"
#include "base/load.h"
#include "layers/http_value.h"

#define LINE_END 2                /* bytes: CR LF */
#define WORD     sizeof(uint64_t) /* bytes */
#define NAME_MAX 24               /* bytes of a name that is known: three words */

struct known_name {
    uint8_t len;
    char text[NAME_MAX];
};

static const struct known_name NAMES[HTTP_FIELDS] = {
#define NAME(text)                                                                                 \
    {                                                                                              \
        sizeof(text) - 1, text                                                                     \
    }
    [HTTP_HOST] = NAME("Host"),
    [HTTP_USER_AGENT] = NAME("User-Agent"),
    [HTTP_REFERER] = NAME("Referer"),
    [HTTP_ORIGIN] = NAME("Origin"),
    [HTTP_CONTENT_TYPE] = NAME("Content-Type"),
    [HTTP_LOCATION] = NAME("Location"),
    [HTTP_CONTENT_LENGTH] = NAME("Content-Length"),
    [HTTP_TRANSFER_ENCODING] = NAME("Transfer-Encoding"),
    [HTTP_CONNECTION] = NAME("Connection"),
    [HTTP_UPGRADE] = NAME("Upgrade"),
    [HTTP_WS_KEY] = NAME("Sec-WebSocket-Key"),
    [HTTP_WS_VERSION] = NAME("Sec-WebSocket-Version"),
    [HTTP_WS_ACCEPT] = NAME("Sec-WebSocket-Accept"),
    [HTTP_WS_PROTOCOL] = NAME("Sec-WebSocket-Protocol"),
    [HTTP_WS_EXTENSIONS] = NAME("Sec-WebSocket-Extensions"),
    [HTTP_WS_ORIGIN] = NAME("Sec-WebSocket-Origin"),
    [HTTP_WS_KEY1] = NAME("Sec-WebSocket-Key1"),
    [HTTP_WS_KEY2] = NAME("Sec-WebSocket-Key2"),
    [HTTP_WS_75_PROTOCOL] = NAME("WebSocket-Protocol"),
    [HTTP_WS_75_LOCATION] = NAME("WebSocket-Location"),
    [HTTP_WS_76_LOCATION] = NAME("Sec-WebSocket-Location"),
#undef NAME
};

#define CASE_BIT 0x20 /* of an ASCII letter; digits have it, too */

/* A place of its own for each of these names, by its length, first and last byte. */
#define PLACES 64U
#define PLACE(len, first, last)                                                                    \
    (((len)*LEN_FACTOR + ((first) | CASE_BIT) * FIRST_FACTOR +                                     \
      ((last) | CASE_BIT) * LAST_FACTOR) %                                                         \
     PLACES)
#define LEN_FACTOR   1U
#define FIRST_FACTOR 2U
#define LAST_FACTOR  23U

/* One more than the field; 0: none. */
static const uint8_t FIELD_AT[PLACES] = {
    [PLACE(4, 'h', 't')] = HTTP_HOST + 1,
    [PLACE(10, 'u', 't')] = HTTP_USER_AGENT + 1,
    [PLACE(7, 'r', 'r')] = HTTP_REFERER + 1,
    [PLACE(6, 'o', 'n')] = HTTP_ORIGIN + 1,
    [PLACE(12, 'c', 'e')] = HTTP_CONTENT_TYPE + 1,
    [PLACE(8, 'l', 'n')] = HTTP_LOCATION + 1,
    [PLACE(14, 'c', 'h')] = HTTP_CONTENT_LENGTH + 1,
    [PLACE(17, 't', 'g')] = HTTP_TRANSFER_ENCODING + 1,
    [PLACE(10, 'c', 'n')] = HTTP_CONNECTION + 1,
    [PLACE(7, 'u', 'e')] = HTTP_UPGRADE + 1,
    [PLACE(17, 's', 'y')] = HTTP_WS_KEY + 1,
    [PLACE(21, 's', 'n')] = HTTP_WS_VERSION + 1,
    [PLACE(20, 's', 't')] = HTTP_WS_ACCEPT + 1,
    [PLACE(22, 's', 'l')] = HTTP_WS_PROTOCOL + 1,
    [PLACE(24, 's', 's')] = HTTP_WS_EXTENSIONS + 1,
    [PLACE(20, 's', 'n')] = HTTP_WS_ORIGIN + 1,
    [PLACE(18, 's', '1')] = HTTP_WS_KEY1 + 1,
    [PLACE(18, 's', '2')] = HTTP_WS_KEY2 + 1,
    [PLACE(18, 'w', 'l')] = HTTP_WS_75_PROTOCOL + 1,
    [PLACE(18, 'w', 'n')] = HTTP_WS_75_LOCATION + 1,
    [PLACE(22, 's', 'n')] = HTTP_WS_76_LOCATION + 1,
};

size_t http_head_end(struct bytes in, size_t scanned)
{
    /* The blank line's end may be 3 bytes away from what was seen of it: LF CR LF. */
    size_t from = scanned > 2 ? scanned - 2 : 0;

    while (from < in.len) {
        const uint8_t *hit = memchr(in.at + from, '\n', in.len - from);
        if (hit == NULL)
            return 0;
        size_t next = (size_t)(hit - in.at) + 1;
        from = next;
        if (next < in.len && in.at[next] == '\r')
            next++;
        if (next < in.len && in.at[next] == '\n')
            return next + 1;
    }
    return 0;
}

/* Takes one line off `rest`, without its end. A line that folds goes on (RFC 9112 s5.2). */
static struct bytes next_line(struct bytes *rest, bool *folded)
{
    size_t end = 0, next = 0;

    for (;;) {
        const uint8_t *hit = memchr(rest->at + next, '\n', rest->len - next);
        end = hit != NULL ? (size_t)(hit - rest->at) : rest->len;
        next = hit != NULL ? end + 1 : end;
        if (next >= rest->len || (rest->at[next] != ' ' && rest->at[next] != '\t') || end == 0)
            break;
        *folded = true;
    }
    const struct bytes line = bytes_first(*rest, end);
    *rest = bytes_after(*rest, next);
    return line;
}

static struct bytes without_cr(struct bytes line)
{
    if (line.len > 0 && line.at[line.len - 1] == '\r')
        line.len--;
    return line;
}

/* The only field that the name may be of; HTTP_FIELDS: none. The name has a byte at least. */
static enum http_field field_like(struct bytes name)
{
    const unsigned field = FIELD_AT[PLACE((unsigned)name.len, name.at[0], name.at[name.len - 1])];

    return field > 0 && NAMES[field - 1].len == name.len ? (enum http_field)(field - 1)
                                                         : HTTP_FIELDS;
}

static bool is_name_of(enum http_field f, struct bytes name)
{
    return bytes_equal_nocase(bytes_of(NAMES[f].text, NAMES[f].len), name);
}

static enum http_field field_named(struct bytes name)
{
    const enum http_field f = name.len > 0 ? field_like(name) : HTTP_FIELDS;

    return f != HTTP_FIELDS && is_name_of(f, name) ? f : HTTP_FIELDS;
}

/* Cuts "name: value"; no name where there is no field. */
static struct bytes split_line(struct bytes line, struct bytes *value, bool *bad)
{
    const uint8_t *colon = bytes_find_byte(line, ':');

    *bad = colon == NULL || colon == line.at;
    if (*bad)
        return bytes_of(NULL, 0);
    const struct bytes name = bytes_first(line, (size_t)(colon - line.at));
    *value = http_trim(bytes_after(line, name.len + 1));
    *bad = !http_is_tchar(name.at[name.len - 1]) || !http_is_tchar(name.at[0]);
    return *bad ? http_trim(name) : name;
}

/* HTTP_FIELDS: a name that nobody here asks for, or no field. */
static enum http_field split_field(struct bytes line, struct bytes *value, bool *bad)
{
    return field_named(split_line(line, value, bad));
}

static void add_value(struct http_head *h, enum http_field f, struct bytes value)
{
    if (f == HTTP_FIELDS)
        return;
    if (h->count[f] == 0)
        h->value[f] = value;
    if (h->count[f] < HTTP_REPEATS)
        h->count[f]++;
}

static void read_field(struct http_head *h, struct bytes line)
{
    struct bytes value;
    bool bad;
    const enum http_field f = split_field(line, &value, &bad);

    if (bad)
        http_fault(&h->faults, HTTP_BAD_FIELD);
    add_value(h, f, value);
}

static void check_bytes(struct http_head *h, struct bytes line, bool folded)
{
    const uint8_t *cr = bytes_find_byte(line, '\r');

    if (folded)
        http_fault(&h->faults, HTTP_OBS_FOLD);
    else if (cr != NULL && cr != line.at + line.len - 1)
        http_fault(&h->faults, HTTP_BARE_CR);
}

void http_head_parse_fields(struct bytes fields, struct http_head *out)
{
    bool folded = false;

    out->fields = fields;
    for (struct bytes rest = fields; rest.len > 0; folded = false) {
        const struct bytes line = next_line(&rest, &folded);
        if (without_cr(line).len == 0)
            break;
        check_bytes(out, line, folded);
        read_field(out, line);
    }
}

bool http_head_parse_by_lines(struct bytes head, enum direction d, struct http_head *out)
{
    memset(out, 0, sizeof(*out));
    const uint8_t *end = bytes_find_byte(head, '\n');
    const size_t first = end != NULL ? (size_t)(end - head.at) : head.len;
    if (!http_line_parse(without_cr(bytes_first(head, first)), d, &out->line))
        return false;
    if (out->line.sloppy)
        http_fault(&out->faults, HTTP_REQUEST_LINE_SPACE);
    if (bytes_find_byte(head, 0) != NULL)
        http_fault(&out->faults, HTTP_NUL);
    http_head_parse_fields(bytes_after(head, first + 1), out);
    return true;
}

/* As nearly everybody writes it? Three words that lap over each other are all of a name. At `at` a
 * word can be read: of the shortest name, its colon and two line ends. */
static bool is_spelled(const struct known_name *n, const uint8_t *at)
{
    const uint8_t *text = (const uint8_t *)n->text;
    const uint64_t first = load_le64(at) ^ load_le64(text);

    if (n->len < WORD)
        return first << 8 * (WORD - n->len) == 0;
    const size_t second = n->len > 2 * WORD ? WORD : 0, last = n->len - WORD;
    return (first | (load_u64(at + second) ^ load_u64(text + second)) |
            (load_u64(at + last) ^ load_u64(text + last))) == 0;
}

/* A field whose line ends, without its CR LF, at `end`. False: something is wrong with its name. */
static bool read_clean_field(struct http_head *h, const uint8_t *at, const uint8_t *colon,
                             const uint8_t *end)
{
    const uint8_t *value = colon + 1, *stop = end;

    if (colon >= end || colon == at || !http_is_tchar(*at) || !http_is_tchar(colon[-1]))
        return false;
    const struct bytes name = bytes_of(at, (size_t)(colon - at));
    const enum http_field f = field_like(name);
    if (f == HTTP_FIELDS || (!is_spelled(&NAMES[f], at) && !is_name_of(f, name)))
        return true;
    while (byte_is_blank(*value)) /* up to the CR */
        value++;
    while (byte_is_blank(stop[-1])) /* down to the colon */
        stop--;
    add_value(h, f, bytes_of(value, value < stop ? (size_t)(stop - value) : 0));
    return true;
}

size_t http_head_read(struct bytes in, enum direction d, struct http_head *out)
{
    struct lines lines;
    const size_t len = lines_find(in, &lines);

    if (len == 0)
        return 0;
    memset(out, 0, sizeof(*out));
    const size_t first = lines_next(lines.ends, 0) + 1;
    if (!http_line_parse(bytes_of(in.at, first - LINE_END), d, &out->line) || out->line.sloppy)
        return 0;
    out->fields = bytes_of(in.at + first, len - first);
    for (size_t at = first, next; at < len - LINE_END; at = next) {
        const size_t colon = lines_next(lines.colons, at);
        next = lines_next(lines.ends, at) + 1;
        if (!read_clean_field(out, in.at + at, in.at + colon, in.at + next - LINE_END))
            return 0;
    }
    return len;
}

bool http_head_parse(struct bytes head, enum direction d, struct http_head *out)
{
    return (head.len > 0 && http_head_read(head, d, out) == head.len) ||
           http_head_parse_by_lines(head, d, out);
}

bool http_fields_next(struct bytes *fields, struct bytes name, struct bytes *value)
{
    bool folded, bad;

    while (fields->len > 0) {
        const struct bytes line = next_line(fields, &folded);
        if (without_cr(line).len == 0)
            break;
        const struct bytes here = split_line(line, value, &bad);
        if (here.len == name.len && bytes_equal_nocase(here, name))
            return true;
    }
    return false;
}

/* Of a field, from 0; n < count. */
static struct bytes nth_value(const struct http_head *h, enum http_field f, unsigned n)
{
    struct bytes value = {0}, rest = h->fields;
    bool folded, bad;

    if (n == 0)
        return h->value[f];
    while (rest.len > 0) {
        const struct bytes line = next_line(&rest, &folded);
        if (without_cr(line).len == 0)
            break;
        if (split_field(line, &value, &bad) == f && n-- == 0)
            return value;
    }
    return bytes_of(NULL, 0);
}

struct bytes http_head_join(const struct http_head *h, enum http_field f,
                            uint8_t scratch[HTTP_LIST_ROOM])
{
    size_t len = 0;

    for (unsigned n = 0; n < h->count[f]; n++) {
        const struct bytes value = nth_value(h, f, n);
        if (len + value.len + 2 > HTTP_LIST_ROOM)
            break;
        if (len > 0) {
            memcpy(scratch + len, ", ", 2);
            len += 2;
        }
        if (value.len > 0)
            memcpy(scratch + len, value.at, value.len);
        len += value.len;
    }
    return bytes_of(scratch, len);
}

bool http_head_has_token(const struct http_head *h, enum http_field f, struct bytes token)
{
    if (http_list_has(h->value[f], token))
        return true;
    for (unsigned n = 1; n < h->count[f]; n++)
        if (http_list_has(nth_value(h, f, n), token))
            return true;
    return false;
}

const struct bytes *http_head_origin(const struct http_head *h)
{
    if (h->count[HTTP_ORIGIN] > 0)
        return &h->value[HTTP_ORIGIN];
    return h->count[HTTP_WS_ORIGIN] > 0 ? &h->value[HTTP_WS_ORIGIN] : NULL;
}

struct bytes http_head_host(const struct http_head *h)
{
    static const struct bytes scheme_end = {(const uint8_t *)"://", 3};
    const struct bytes target = h->line.target;

    if (bytes_equal(h->line.method, bytes_of_text("CONNECT")))
        return target;
    if (target.len == 0 || target.at[0] == '/')
        return h->value[HTTP_HOST];
    const size_t at = bytes_find(target, scheme_end);
    if (at == target.len)
        return h->value[HTTP_HOST];
    struct bytes authority = bytes_after(target, at + scheme_end.len);
    for (size_t i = 0; i < authority.len; i++)
        if (authority.at[i] == '/' || authority.at[i] == '?')
            return bytes_first(authority, i);
    return authority;
}
