/* SPDX-License-Identifier: MIT */
#include "layers/tls_fingerprint.h"

#include <stdlib.h>

#include "base/cursor.h"
#include "base/digits.h"

enum extension {
    EXT_SERVER_NAME = 0,
    EXT_GROUPS = 10,
    EXT_POINT_FORMATS = 11,
    EXT_ALGORITHMS = 13,
    EXT_ALPN = 16,
};

/* Values of two bytes without GREASE, in their order. */
struct listed {
    uint16_t at[TLS_LISTED_MAX];
    size_t count;
    bool full; /* there were more */
};

/* Of the extensions. Each list's content, without its length. */
struct extensions {
    struct listed types;
    struct bytes groups, formats, algorithms;
    struct bytes alpn; /* the first name that is no GREASE */
    bool names_server;
};

static void add(struct listed *l, uint16_t value)
{
    if (tls_is_grease(value))
        return;
    if (l->count == TLS_LISTED_MAX)
        l->full = true;
    else
        l->at[l->count++] = value;
}

static void list(struct listed *l, struct bytes values)
{
    struct cursor c = cursor_over(values);

    l->count = 0;
    l->full = false;
    while (c.left.len >= sizeof(uint16_t))
        add(l, cursor_be16(&c));
}

/* RFC 7301 s3.1. */
static struct bytes first_name(struct bytes names)
{
    struct cursor c = cursor_over(names);
    struct bytes name;

    do {
        const uint8_t len = cursor_u8(&c);
        name = cursor_take(&c, len);
    } while (name.len == sizeof(uint16_t) &&
             tls_is_grease((uint16_t)(name.at[0] << 8 | name.at[1])));
    return name;
}

static struct bytes list_of_two(struct bytes content)
{
    struct cursor c = cursor_over(content);
    const uint16_t len = cursor_be16(&c);
    return cursor_take(&c, len);
}

static struct bytes list_of_one(struct bytes content)
{
    struct cursor c = cursor_over(content);
    const uint8_t len = cursor_u8(&c);
    return cursor_take(&c, len);
}

static void read_extension(struct extensions *x, uint16_t type, struct bytes content)
{
    add(&x->types, type);
    switch (type) {
    case EXT_SERVER_NAME: x->names_server = true; break;
    case EXT_GROUPS: x->groups = list_of_two(content); break;
    case EXT_POINT_FORMATS: x->formats = list_of_one(content); break;
    case EXT_ALGORITHMS: x->algorithms = list_of_two(content); break;
    case EXT_ALPN: x->alpn = first_name(list_of_two(content)); break;
    default: break;
    }
}

static void read_extensions(struct extensions *x, struct bytes all)
{
    struct cursor c = cursor_over(all);

    x->types.count = 0;
    x->types.full = x->names_server = false;
    x->groups = x->formats = x->algorithms = x->alpn = bytes_of(NULL, 0);
    while (c.left.len > 0 && !c.truncated) {
        const uint16_t type = cursor_be16(&c);
        const uint16_t len = cursor_be16(&c);
        read_extension(x, type, cursor_take(&c, len));
    }
}

static void put_hex(char *out, const uint8_t *sum, size_t digits)
{
    digits_put_hexes((uint8_t *)out, sum, digits / 2);
}

/* ---- JA3 and JA3S ---- */

static void put(struct ja3 *out, unsigned value, char before)
{
    if (before != 0)
        out->text[out->len++] = before;
    uint8_t *at = (uint8_t *)out->text + out->len;
    out->len += (size_t)(digits_put(at, value) - at);
}

/* A comma, and the values with '-' between them. False: there are too many. */
static bool put_list(struct ja3 *out, const struct listed *l)
{
    out->text[out->len++] = ',';
    for (size_t i = 0; i < l->count; i++)
        put(out, l->at[i], i > 0 ? '-' : 0);
    return !l->full;
}

static void put_formats(struct ja3 *out, struct bytes formats)
{
    out->text[out->len++] = ',';
    for (size_t i = 0; i < formats.len; i++)
        put(out, formats.at[i], i > 0 ? '-' : 0);
}

static bool put_two_lists(struct ja3 *out, const struct tls_hello *hello, struct extensions *x)
{
    struct listed suites;

    out->len = 0;
    put(out, hello->legacy_version, 0);
    list(&suites, hello->suites);
    read_extensions(x, hello->extensions);
    return put_list(out, &suites) && put_list(out, &x->types);
}

static void sum(struct ja3 *out, struct digest *digest)
{
    uint8_t md5[MD5_LEN];

    out->hash_len = digest_md5(digest, bytes_of(out->text, out->len), md5) ? sizeof(out->hash) : 0;
    if (out->hash_len > 0)
        put_hex(out->hash, md5, sizeof(out->hash));
}

bool tls_ja3(const struct tls_hello *client, struct digest *digest, struct ja3 *out)
{
    struct extensions x;
    struct listed groups;

    if (!put_two_lists(out, client, &x))
        return false;
    list(&groups, x.groups);
    if (!put_list(out, &groups))
        return false;
    put_formats(out, x.formats);
    sum(out, digest);
    return true;
}

bool tls_ja3s(const struct tls_hello *server, struct digest *digest, struct ja3 *out)
{
    struct extensions x;

    if (!put_two_lists(out, server, &x))
        return false;
    sum(out, digest);
    return true;
}

/* ---- JA4 ---- */

#define PART_DIGITS 12

static const char *version_digits(uint16_t version)
{
    static const char *const digits[] = {"s3", "10", "11", "12", "13"};

    if (version < SSL_3_0 || version > TLS_1_3)
        return version == SSL_2_0 ? "s2" : "00";
    return digits[version - SSL_3_0];
}

static bool is_letter_or_digit(uint8_t c)
{
    return (c >= '0' && c <= '9') || byte_is_letter(c);
}

/* The first and the last character; where one is none, digits of the first and the last byte. */
static void put_ends(char out[2], struct bytes name)
{
    if (name.len == 0) {
        memset(out, '0', 2);
        return;
    }
    const uint8_t first = name.at[0], last = name.at[name.len - 1];
    if (is_letter_or_digit(first) && is_letter_or_digit(last)) {
        out[0] = (char)first;
        out[1] = (char)last;
        return;
    }
    out[0] = (char)digits_hex(first >> 4);
    out[1] = (char)digits_hex(last & 15);
}

static void put_count(char out[2], size_t count)
{
    const size_t told = count < 99 ? count : 99;

    digits_put_two((uint8_t *)out, (unsigned)told);
}

/* Lists in hexadecimal, of which the sum is taken. */
struct hexed {
    char text[2 * TLS_LISTED_MAX * sizeof("ffff")];
    size_t len;
};

static void put_hexed(struct hexed *h, const struct listed *l, char before)
{
    for (size_t i = 0; i < l->count; i++) {
        const uint8_t value[] = {(uint8_t)(l->at[i] >> 8), (uint8_t)l->at[i]};
        if (i > 0)
            h->text[h->len++] = ',';
        else if (before != 0)
            h->text[h->len++] = before;
        put_hex(h->text + h->len, value, 4);
        h->len += 4;
    }
}

static void put_sum(char out[PART_DIGITS], const struct hexed *h, struct digest *digest)
{
    uint8_t sha256[SHA256_LEN];

    if (h->len == 0) {
        memset(out, '0', PART_DIGITS);
        return;
    }
    digest_sha256(digest, bytes_of(h->text, h->len), sha256);
    put_hex(out, sha256, PART_DIGITS);
}

static int by_value(const void *a, const void *b)
{
    const uint16_t *one = a, *two = b;
    return (int)*one - (int)*two;
}

static void sort(struct listed *l)
{
    qsort(l->at, l->count, sizeof(l->at[0]), by_value);
}

/* What the first part says already. */
static void drop_names(struct listed *extensions)
{
    size_t kept = 0;

    for (size_t i = 0; i < extensions->count; i++)
        if (extensions->at[i] != EXT_SERVER_NAME && extensions->at[i] != EXT_ALPN)
            extensions->at[kept++] = extensions->at[i];
    extensions->count = kept;
}

/* "t13d1516h2": TLS, its version, whether it names a server, suites, extensions, ALPN. */
static void put_first_part(char out[10], const struct tls_hello *client,
                           const struct listed *suites, const struct extensions *x)
{
    out[0] = 't';
    memcpy(out + 1, version_digits(client->version), 2);
    out[3] = x->names_server ? 'd' : 'i';
    put_count(out + 4, suites->count);
    put_count(out + 6, x->types.count);
    put_ends(out + 8, x->alpn);
}

bool tls_ja4(const struct tls_hello *client, struct digest *digest, char out[JA4_LEN])
{
    struct extensions x;
    struct listed suites, algorithms;
    struct hexed text = {.len = 0};

    list(&suites, client->suites);
    read_extensions(&x, client->extensions);
    list(&algorithms, x.algorithms);
    if (suites.full || x.types.full || algorithms.full)
        return false;
    put_first_part(out, client, &suites, &x);
    sort(&suites);
    put_hexed(&text, &suites, 0);
    out[10] = '_';
    put_sum(out + 11, &text, digest);
    drop_names(&x.types);
    sort(&x.types);
    text.len = 0;
    put_hexed(&text, &x.types, 0);
    if (x.types.count > 0)
        put_hexed(&text, &algorithms, '_');
    out[23] = '_';
    put_sum(out + 24, &text, digest);
    return true;
}
