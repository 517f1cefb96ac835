/* SPDX-License-Identifier: MIT */
/* The examples of the methods' own descriptions: JA4 (FoxIO, technical_details/JA4.md), JA3 and
 * JA3S (Salesforce, README); and hellos without form, or with more than anybody reads. */
#include "base/buffer.h"
#include "layers/tls_fingerprint.h"
#include "test.h"
#include "tls_vectors.h"

#define GREASE 0x3a3a

static const uint16_t no_list[1];

/* A hello of which only this is known: lists of values, the ALPN names with their lengths. */
struct made {
    const char *name;
    uint16_t legacy, version; /* version: in supported_versions; 0: not there */
    const uint16_t *suites, *extensions, *groups, *algorithms;
    size_t suite_count, extension_count, group_count, algorithm_count;
    struct bytes formats, alpn;
    const char *ja3, *ja3_hash, *ja4;
};

static void put16(struct buffer *b, size_t value)
{
    buffer_append_byte(b, (uint8_t)(value >> 8));
    buffer_append_byte(b, (uint8_t)value);
}

static void put_list(struct buffer *b, const uint16_t *list, size_t count)
{
    put16(b, 2 * count);
    for (size_t i = 0; i < count; i++)
        put16(b, list[i]);
}

/* What stands in an extension of that type. */
static void put_content(struct buffer *b, const struct made *m, uint16_t type)
{
    switch (type) {
    case 0:
        if (m->ja4 != NULL)
            buffer_append(b, LITERAL("\0\x0e\0\0\x0b"
                                     "example.com"));
        break;
    case 10: put_list(b, m->groups, m->group_count); break;
    case 11:
        buffer_append_byte(b, (uint8_t)m->formats.len);
        buffer_append(b, m->formats);
        break;
    case 13: put_list(b, m->algorithms, m->algorithm_count); break;
    case 16:
        put16(b, m->alpn.len);
        buffer_append(b, m->alpn);
        break;
    case 43:
        buffer_append_byte(b, 4);
        put16(b, GREASE);
        put16(b, m->version);
        break;
    default: break;
    }
}

static void make(struct buffer *b, const struct made *m)
{
    struct buffer extensions = {0}, content = {0};

    put16(b, m->legacy);
    for (unsigned i = 0; i < 32; i++)
        buffer_append_byte(b, (uint8_t)i);
    buffer_append_byte(b, 0); /* session */
    put_list(b, m->suites, m->suite_count);
    buffer_append(b, LITERAL("\1\0"));
    for (size_t i = 0; i < m->extension_count; i++) {
        buffer_clear(&content);
        put_content(&content, m, m->extensions[i]);
        put16(&extensions, m->extensions[i]);
        put16(&extensions, content.len);
        buffer_append(&extensions, buffer_bytes(&content));
    }
    if (m->extension_count > 0) {
        put16(b, extensions.len);
        buffer_append(b, buffer_bytes(&extensions));
    }
    buffer_free(&extensions);
    buffer_free(&content);
}

static void is_text(const char *got, size_t len, const char *want, const char *name)
{
    CHECK(bytes_equal(bytes_of(got, len), bytes_of_text(want)), name);
}

static const uint16_t chrome_suites[] = {GREASE, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f,
                                         0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014,
                                         0x009c, 0x009d, 0x002f, 0x0035};
static const uint16_t chrome_extensions[] = {GREASE, 0x001b, 0x0000, 0x0033, 0x0010, 0x4469,
                                             0x0017, 0x002d, 0x000d, 0x0005, 0x0023, 0x0012,
                                             0x002b, 0xff01, 0x000b, 0x000a, 0x0015, 0xfafa};
static const uint16_t chrome_algorithms[] = {0x0403, 0x0804, GREASE, 0x0401, 0x0503,
                                             0x0805, 0x0501, 0x0806, 0x0601};
static const uint16_t old_suites[] = {47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4};
static const uint16_t old_extensions[] = {0, 10, 11};
static const uint16_t old_groups[] = {23, 24, 25};
static const uint16_t bare_suites[] = {4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99};

#define CHROME                                                                                     \
    .legacy = 0x0303, .version = 0x0304, .suites = chrome_suites,                                  \
    .suite_count = sizeof(chrome_suites) / 2, .extensions = chrome_extensions,                     \
    .extension_count = sizeof(chrome_extensions) / 2, .groups = no_list

static const struct made vectors[] = {
    {.name = "JA4.md, example",
     CHROME,
     .algorithms = chrome_algorithms,
     .algorithm_count = sizeof(chrome_algorithms) / 2,
     .alpn = {(const uint8_t *)"\2h2\10http/1.1", 12},
     .ja4 = "t13d1516h2_8daaf6152771_e5627efa2ab1"},
    {.name = "JA4.md, no signature algorithms; the first ALPN name is GREASE",
     CHROME,
     .algorithms = no_list,
     .alpn = {(const uint8_t *)"\2\x1a\x1a\10http/1.1", 12},
     .ja4 = "t13d1516h1_8daaf6152771_6d807ffa2a79"},
    {.name = "JA3, example",
     .legacy = 0x0301,
     .suites = old_suites,
     .suite_count = sizeof(old_suites) / 2,
     .extensions = old_extensions,
     .extension_count = 3,
     .groups = old_groups,
     .group_count = 3,
     .formats = {(const uint8_t *)"\0", 1},
     .ja3 = "769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0",
     .ja3_hash = "ada70206e40642a3e4461f35503241d5"},
    {.name = "JA3, example without extensions",
     .legacy = 0x0301,
     .suites = bare_suites,
     .suite_count = sizeof(bare_suites) / 2,
     .ja3 = "769,4-5-10-9-100-98-3-6-19-18-99,,,",
     .ja3_hash = "de350869b8c85de67a350c8d186f11e6"},
};

static void test_vectors(struct digest *digest)
{
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        const struct made *m = &vectors[i];
        struct buffer b = {0};
        struct tls_hello hello = {0};
        char ja4[JA4_LEN] = "";
        struct ja3 ja3 = {0};
        make(&b, m);
        CHECK(tls_client_hello(buffer_bytes(&b), &hello), m->name);
        CHECK(tls_ja4(&hello, digest, ja4) && tls_ja3(&hello, digest, &ja3), m->name);
        if (m->ja4 != NULL)
            is_text(ja4, sizeof(ja4), m->ja4, m->name);
        if (m->ja3 != NULL) {
            is_text(ja3.text, ja3.len, m->ja3, m->name);
            is_text(ja3.hash, ja3.hash_len, m->ja3_hash, m->name);
        }
        buffer_free(&b);
    }
}

/* Of the first part: "t", version, "d" or "i", counts, ALPN. */
static const struct first_part {
    uint16_t legacy, version;
    struct bytes alpn;
    const char *want;
} first_parts[] = {
#define NAME(text)                                                                                 \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }
    {0x0303, 0x0304, NAME("\1\xab"), "t13i0103ab"},
    {0x0303, 0x0304, NAME("\2\xab\xcd"), "t13i0103ad"},
    {0x0303, 0x0304, NAME("\2\x30\xab"), "t13i01033b"},
    {0x0303, 0x0304, NAME("\4\x30\x31\xab\xcd"), "t13i01033d"},
    {0x0303, 0x0304, NAME("\4\x30\xab\xcd\x31"), "t13i010301"},
    {0x0303, 0x0304, NAME("\1h"), "t13i0103hh"},
    {0x0303, 0x0304, NAME("\3h2c"), "t13i0103hc"},
    {0x0303, 0x0304, NAME(""), "t13i010300"},
    {0x0303, 0x0303, NAME("\2h2"), "t12i0103h2"},
    {0x0303, 0x0302, NAME("\2h2"), "t11i0103h2"},
    {0x0303, 0x0301, NAME("\2h2"), "t10i0103h2"},
    {0x0303, 0x0300, NAME("\2h2"), "ts3i0103h2"},
    {0x0303, 0x0002, NAME("\2h2"), "ts2i0103h2"},
    {0x0303, 0x7f1c, NAME("\2h2"), "t00i0103h2"},
};

static void test_first_part(struct digest *digest)
{
    static const uint16_t suites[] = {0x1301}, extensions[] = {16, 43, 51};

    for (size_t i = 0; i < sizeof(first_parts) / sizeof(first_parts[0]); i++) {
        const struct first_part *f = &first_parts[i];
        const struct made m = {.legacy = f->legacy,
                               .version = f->version,
                               .suites = suites,
                               .suite_count = 1,
                               .extensions = extensions,
                               .extension_count = 3,
                               .alpn = f->alpn};
        struct buffer b = {0};
        struct tls_hello hello;
        char ja4[JA4_LEN];
        make(&b, &m);
        CHECK(tls_client_hello(buffer_bytes(&b), &hello) && tls_ja4(&hello, digest, ja4), f->want);
        is_text(ja4, 10, f->want, f->want);
        buffer_free(&b);
    }
}

/* 99 is the most that is told; beyond what is listed there is no fingerprint. */
static void test_many(struct digest *digest)
{
    static uint16_t many[TLS_LISTED_MAX + 1];
    static const uint16_t names[] = {0, 16};
    struct made m = {.legacy = 0x0303, .suites = many, .extensions = names, .extension_count = 2};
    static const size_t counts[] = {99, 100, TLS_LISTED_MAX, TLS_LISTED_MAX + 1};

    m.ja4 = ""; /* with a server's name */
    for (size_t i = 0; i < TLS_LISTED_MAX + 1; i++)
        many[i] = 0xffff;
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        const bool few = counts[i] <= TLS_LISTED_MAX;
        struct buffer b = {0};
        struct tls_hello hello;
        struct ja3 ja3;
        char ja4[JA4_LEN];
        m.suite_count = counts[i];
        make(&b, &m);
        CHECK(tls_client_hello(buffer_bytes(&b), &hello), "a long hello");
        CHECK(tls_ja4(&hello, digest, ja4) == few, "as many as are listed");
        CHECK(tls_ja3(&hello, digest, &ja3) == few, "the same");
        if (few)
            is_text(ja4, 11, "t12d990200_", "99");
        if (few)
            is_text(ja4 + 23, 13, "_000000000000", "no others");
        buffer_free(&b);
    }
}

static void test_server(struct digest *digest)
{
    static const uint8_t hello[] = TLS12_SERVER;
    struct tls_hello server;
    struct ja3 ja3s;

    CHECK(tls_server_hello(bytes_of(hello + 9, sizeof(hello) - 10), &server), "a ServerHello");
    CHECK(tls_ja3s(&server, digest, &ja3s), "JA3S");
    is_text(ja3s.text, ja3s.len, "771,49196,65281-11-35-16-23", "its text");
    is_text(ja3s.hash, ja3s.hash_len, "e195432758194ce2d482396b82e0d48e", "its hash");
}

int main(void)
{
    struct err err = {0};
    struct digest *digest = digest_create(&err);

    test_vectors(digest);
    test_first_part(digest);
    test_many(digest);
    test_server(digest);
    digest_free(digest);
    return test_end();
}
