/* SPDX-License-Identifier: MIT */
#include "layers/tls_hello.h"

#include "base/cursor.h"

#define RANDOM_LEN     32
#define SESSION_ID_MAX 32

enum extension { EXT_SERVER_NAME = 0, EXT_ALPN = 16, EXT_SUPPORTED_VERSIONS = 43 };

/* A vector: its length in one or two bytes, then its content, as a cursor of its own. */
static struct cursor vector8(struct cursor *c)
{
    const uint8_t len = cursor_u8(c);
    return cursor_over(cursor_take(c, len));
}

static struct cursor vector16(struct cursor *c)
{
    const uint16_t len = cursor_be16(c);
    return cursor_over(cursor_take(c, len));
}

/* RFC 6066 s3. Servers answer with an empty one. */
static bool read_server_name(struct cursor c, struct tls_hello *out)
{
    enum { HOST_NAME = 0 };

    if (c.left.len == 0)
        return true;
    struct cursor list = vector16(&c);
    while (list.left.len > 0 && !list.truncated) {
        const uint8_t type = cursor_u8(&list);
        const struct cursor name = vector16(&list);
        if (type == HOST_NAME && out->sni.len == 0)
            out->sni = name.left;
    }
    return !c.truncated && c.left.len == 0 && !list.truncated;
}

/* RFC 7301 s3.1. */
static bool read_alpn(struct cursor c, struct tls_hello *out)
{
    struct cursor list = vector16(&c);

    while (list.left.len > 0 && !list.truncated) {
        const struct bytes name = vector8(&list).left;
        const bool grease =
            name.len == 2 && tls_is_grease((uint16_t)(name.at[0] << 8 | name.at[1]));
        if (name.len > 0 && !grease && out->alpn_count < TLS_ALPN_MAX)
            out->alpn[out->alpn_count++] = name;
    }
    return !c.truncated && c.left.len == 0 && !list.truncated;
}

/* RFC 8446 s4.2.1: a list from the client, one value from the server. */
static bool read_offered_versions(struct cursor c, struct tls_hello *out)
{
    struct cursor list = vector8(&c);
    uint16_t highest = 0;

    while (list.left.len > 0 && !list.truncated) {
        const uint16_t v = cursor_be16(&list);
        if (!tls_is_grease(v) && v > highest)
            highest = v;
    }
    if (highest != 0)
        out->version = highest;
    return !c.truncated && c.left.len == 0 && !list.truncated;
}

static bool read_chosen_version(struct cursor c, struct tls_hello *out)
{
    out->version = cursor_be16(&c);
    return !c.truncated && c.left.len == 0;
}

/* Extensions may be absent altogether (RFC 5246 s7.4.1.2). */
static bool read_extensions(struct cursor *c, bool client, struct tls_hello *out)
{
    if (c->truncated)
        return false;
    if (c->left.len == 0)
        return true;
    struct cursor all = vector16(c);
    out->extensions = all.left;
    bool good = !c->truncated && c->left.len == 0;
    while (good && all.left.len > 0) {
        const uint16_t type = cursor_be16(&all);
        const struct cursor content = vector16(&all);
        good = !all.truncated;
        if (good && type == EXT_SERVER_NAME)
            good = read_server_name(content, out);
        else if (good && type == EXT_ALPN)
            good = read_alpn(content, out);
        else if (good && type == EXT_SUPPORTED_VERSIONS)
            good = client ? read_offered_versions(content, out) : read_chosen_version(content, out);
    }
    return good;
}

bool tls_client_hello(struct bytes body, struct tls_hello *out)
{
    struct cursor c = cursor_over(body);

    *out = (struct tls_hello){.version = cursor_be16(&c)};
    out->legacy_version = out->version;
    cursor_skip(&c, RANDOM_LEN);
    const size_t session = vector8(&c).left.len;
    out->suites = vector16(&c).left;
    const size_t compressions = vector8(&c).left.len;
    if (c.truncated || session > SESSION_ID_MAX || out->suites.len == 0 ||
        out->suites.len % 2 != 0 || compressions == 0)
        return false;
    return read_extensions(&c, true, out);
}

bool tls_server_hello(struct bytes body, struct tls_hello *out)
{
    struct cursor c = cursor_over(body);

    *out = (struct tls_hello){.version = cursor_be16(&c)};
    out->legacy_version = out->version;
    cursor_skip(&c, RANDOM_LEN);
    const size_t session = vector8(&c).left.len;
    out->suites = cursor_take(&c, 2);
    cursor_skip(&c, 1); /* compression */
    if (c.truncated || session > SESSION_ID_MAX)
        return false;
    return read_extensions(&c, false, out);
}

const char *tls_version_name(uint16_t version)
{
    static const char *const name[] = {"SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"};

    return version >= SSL_3_0 && version <= TLS_1_3 ? name[version - SSL_3_0] : "TLS";
}
