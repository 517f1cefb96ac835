/* SPDX-License-Identifier: MIT */
#include "layers/http_line.h"

#include "base/load.h"
#include "layers/http_value.h"

#define DEL         0x7f
#define VERSION_LEN 8 /* "HTTP/1.1" */

static const struct bytes VERSION_NAME = {(const uint8_t *)"HTTP/1.", 7};

/* RFC 9110 s9.3, RFC 5789, RFC 4918 (WebDAV) and its family, UPnP, caches. */
static const struct method {
    uint8_t len;
    char name[HTTP_METHOD_MAX];
} METHODS[] = {
    {3, "GET"},          {4, "POST"},      {4, "HEAD"},   {3, "PUT"},         {7, "CONNECT"},
    {7, "OPTIONS"},      {6, "DELETE"},    {5, "PATCH"},  {5, "TRACE"},       {8, "PROPFIND"},
    {4, "COPY"},         {9, "PROPPATCH"}, {5, "MKCOL"},  {4, "MOVE"},        {4, "LOCK"},
    {6, "UNLOCK"},       {6, "REPORT"},    {5, "MERGE"},  {10, "MKACTIVITY"}, {10, "MKCALENDAR"},
    {8, "CHECKOUT"},     {6, "SEARCH"},    {6, "NOTIFY"}, {9, "SUBSCRIBE"},   {3, "ACL"},
    {8, "M-SEARCH"},     {4, "BIND"},      {6, "REBIND"}, {6, "UNBIND"},      {5, "PURGE"},
    {11, "UNSUBSCRIBE"}, {4, "LINK"},      {6, "UNLINK"}, {5, "QUERY"},
};

#define EACH UINT64_C(0x0101010101010101)
#define WORD sizeof(uint64_t)

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static size_t blanks(struct bytes in)
{
    size_t n = 0;

    while (n < in.len && byte_is_blank(in.at[n]))
        n++;
    return n;
}

static bool is_known(struct bytes method)
{
    for (size_t i = 0; i < sizeof(METHODS) / sizeof(METHODS[0]); i++)
        if (method.len == METHODS[i].len && method.at[0] == (uint8_t)METHODS[i].name[0] &&
            memcmp(method.at, METHODS[i].name, method.len) == 0)
            return true;
    return false;
}

/* As far as they go, are these the bytes of "HTTP/1.x"? */
static bool version_begins(struct bytes in)
{
    if (in.len <= VERSION_NAME.len)
        return bytes_start_with(VERSION_NAME, in);
    return bytes_start_with(in, VERSION_NAME) && is_digit(in.at[VERSION_NAME.len]);
}

static bool is_version(const uint8_t at[VERSION_LEN])
{
    static const uint8_t one[VERSION_LEN] = {'H', 'T', 'T', 'P', '/', '1', '.', '1'};

    return (load_le64(at) ^ load_le64(one)) << 8 == 0 && is_digit(at[VERSION_LEN - 1]);
}

/* Any byte that no target may have: a control character, whatever the server's patience. All are
 * looked at, so that the compiler may take many at once; so below. */
static bool has_control(struct bytes in)
{
    uint8_t found = 0;

    for (size_t i = 0; i < in.len; i++)
        found |= (uint8_t)((in.at[i] < ' ' && in.at[i] != '\t') || in.at[i] == DEL);
    return found != 0;
}

static bool has_blank(struct bytes in)
{
    uint8_t found = 0;

    for (size_t i = 0; i < in.len; i++)
        found |= (uint8_t)(in.at[i] == ' ' || in.at[i] == '\t');
    return found != 0;
}

/* Of eight bytes, is any a control, a blank, DEL or beyond ASCII? Only a byte that is one borrows
 * from the next. */
static bool word_is_odd(uint64_t x)
{
    return (((x - EACH * (' ' + 1)) | (x + EACH) | x) & EACH * 0x80) != 0;
}

/* Mostly a target is: nothing but the letters and signs of ASCII. False: look closer. The version
 * stands behind it: a word can be read wherever it begins, and what is not its own is blotted out.
 */
bool http_target_is_plain(struct bytes target)
{
    const size_t whole = target.len / WORD * WORD;
    const uint64_t others = ~UINT64_C(0) << 8 * (target.len - whole);

    for (size_t i = 0; i < whole; i += WORD)
        if (word_is_odd(load_le64(target.at + i)))
            return false;
    return !word_is_odd((load_le64(target.at + whole) & ~others) | (EACH * 'a' & others));
}

/* Nearly every request has one of these. Elsewhere, 0. */
static size_t usual_method(struct bytes line)
{
    if (line.len < sizeof("POST"))
        return 0;
    if (memcmp(line.at, "GET ", 4) == 0)
        return 3;
    return memcmp(line.at, "POST", 4) == 0 && line.at[4] == ' ' ? 4 : 0;
}

static bool parse_request(struct bytes line, struct http_line *out)
{
    const size_t usual = usual_method(line);
    const size_t method =
        usual > 0 ? usual : http_token_length(bytes_first(line, HTTP_METHOD_MAX + 1));
    const struct bytes rest = bytes_trim(bytes_after(line, method + 1));

    if (rest.at == NULL || method == 0 || method > HTTP_METHOD_MAX || rest.len <= VERSION_LEN ||
        !byte_is_blank(line.at[method]))
        return false;
    out->text = line;
    out->method = bytes_first(line, method);
    out->protocol = bytes_of(rest.at + (rest.len - VERSION_LEN), VERSION_LEN);
    out->target = bytes_trim(bytes_first(rest, rest.len - VERSION_LEN - 1));
    if (!is_version(out->protocol.at) || out->target.len == 0 ||
        !byte_is_blank(rest.at[rest.len - VERSION_LEN - 1]))
        return false;
    const bool plain = http_target_is_plain(out->target);
    if (!plain && has_control(out->target))
        return false;
    out->known_method = usual > 0 || is_known(out->method);
    out->minor = (uint8_t)(out->protocol.at[VERSION_LEN - 1] - '0');
    out->sloppy = line.len != method + out->target.len + VERSION_LEN + 2;
    if (plain || !has_blank(out->target))
        return true;
    out->sloppy = true;
    return out->known_method;
}

static bool parse_status(struct bytes line, struct http_line *out)
{
    if (line.len < HTTP_STATUS_LEN || !is_version(line.at) || line.at[VERSION_LEN] != ' ')
        return false;
    const uint8_t *digit = line.at + VERSION_LEN + 1;
    if (!is_digit(digit[0]) || digit[0] == '0' || !is_digit(digit[1]) || !is_digit(digit[2]) ||
        (line.len > HTTP_STATUS_LEN && !byte_is_blank(line.at[HTTP_STATUS_LEN])))
        return false;
    out->text = line;
    out->protocol = bytes_first(line, VERSION_LEN);
    out->minor = (uint8_t)(line.at[VERSION_LEN - 1] - '0');
    out->status = (uint16_t)((digit[0] - '0') * 100 + (digit[1] - '0') * 10 + (digit[2] - '0'));
    return true;
}

bool http_line_parse(struct bytes line, enum direction d, struct http_line *out)
{
    *out = (struct http_line){0};
    return d == TO_SERVER ? parse_request(line, out) : parse_status(line, out);
}

/* A line end may have begun: its CR. Any other CR rules a first line out. */
static struct bytes without_cr(struct bytes in)
{
    if (in.len > 0 && in.at[in.len - 1] == '\r')
        in.len--;
    return in;
}

static enum probe prefix_of_request(struct bytes in)
{
    const size_t method = http_token_length(bytes_first(in, HTTP_METHOD_MAX + 1));
    struct bytes rest = bytes_after(in, method);

    if (method == 0 || method > HTTP_METHOD_MAX)
        return PROBE_NO;
    if (rest.len == 0)
        return PROBE_MORE;
    if (!byte_is_blank(rest.at[0]) || has_control(without_cr(rest)))
        return PROBE_NO;
    if (is_known(bytes_first(in, method)))
        return PROBE_MORE; /* its target may be anything */
    rest = bytes_after(rest, blanks(rest));
    while (rest.len > 0 && !byte_is_blank(rest.at[0]))
        rest = bytes_after(rest, 1);
    rest = bytes_trim(without_cr(rest));
    return rest.len <= VERSION_LEN && version_begins(rest) ? PROBE_MORE : PROBE_NO;
}

static enum probe prefix_of_status(struct bytes in)
{
    static const struct bytes all = {(const uint8_t *)"HTTP/1.1 200 ", HTTP_STATUS_LEN + 1};

    for (size_t i = 0; i < in.len && i < all.len; i++) {
        const bool digit = is_digit(in.at[i]);
        const bool first = i == VERSION_LEN + 1; /* no status begins with 0 */
        const bool good = is_digit(all.at[i]) && i > 5 ? digit && !(first && in.at[i] == '0')
                          : i == HTTP_STATUS_LEN       ? byte_is_blank(in.at[i]) || in.at[i] == '\r'
                                                       : in.at[i] == all.at[i];
        if (!good)
            return PROBE_NO;
    }
    return PROBE_MORE;
}

enum probe http_line_probe(struct bytes in, enum direction d, struct http_line *out)
{
    struct http_line line;
    const uint8_t *end = bytes_find_byte(in, '\n');

    if (in.len == 0)
        return PROBE_MORE;
    if (end == NULL) {
        in = bytes_first(in, HTTP_PREFIX);
        return d == TO_SERVER ? prefix_of_request(in) : prefix_of_status(in);
    }
    if (!http_line_parse(without_cr(bytes_first(in, (size_t)(end - in.at))), d, &line))
        return PROBE_NO;
    if (out != NULL)
        *out = line;
    return PROBE_YES;
}

/* The last place of `needle` in `in`; SIZE_MAX: nowhere. */
static size_t last_of(struct bytes in, struct bytes needle)
{
    for (size_t at = in.len; at-- > 0;)
        if (bytes_start_with(bytes_after(in, at), needle))
            return at;
    return SIZE_MAX;
}

/* Bytes of a body may stand right before the method: the longest known one that ends there. */
static size_t method_before(struct bytes line, size_t blank)
{
    size_t at = SIZE_MAX;

    for (size_t n = 1; n <= HTTP_METHOD_MAX && n <= blank; n++)
        if (is_known(bytes_of(line.at + blank - n, n)))
            at = blank - n;
    return at;
}

static size_t request_within(struct bytes line)
{
    struct http_line parts;

    if (line.len <= VERSION_LEN || !is_version(line.at + line.len - VERSION_LEN))
        return SIZE_MAX;
    size_t target = line.len - VERSION_LEN - 1; /* over the blank before the version */
    while (target > 0 && !byte_is_blank(line.at[target - 1]))
        target--;
    if (target == 0)
        return SIZE_MAX;
    const size_t at = method_before(line, target - 1);
    const bool good = at != SIZE_MAX && parse_request(bytes_after(line, at), &parts);
    return good ? at : SIZE_MAX;
}

size_t http_line_within(struct bytes line, enum direction d)
{
    struct http_line parts;

    if (line.len > 0 && line.at[line.len - 1] == '\n')
        line.len--;
    line = without_cr(line);
    if (d == TO_SERVER)
        return request_within(line);
    const size_t at = last_of(line, VERSION_NAME);
    return at != SIZE_MAX && parse_status(bytes_after(line, at), &parts) ? at : SIZE_MAX;
}
