/* SPDX-License-Identifier: MIT */
/* Members that are put are those that a struct json writes, whatever stands around them and however
 * little room there is. */
#include "output/json_known.h"

#include "random.h"
#include "test.h"

static const char *const words[] = {"a", "established", "x y"};
static const uint64_t numbers[] = {0, 9, 10, 99, 100, 9999, 10000, 123456789, UINT64_MAX};

struct member {
    unsigned kind, pick;
    int64_t time_ns;
    uint8_t text[300];
    size_t len;
};

static struct member any_member(void)
{
    struct member m = {.kind = random_below(9), .pick = random_below(8)};

    m.time_ns = (int64_t)random_below(200) * 1000000007 * 31;
    m.len = random_below(m.pick > 0 ? 40 : sizeof(m.text));
    for (size_t i = 0; i < m.len; i++)
        m.text[i] = (uint8_t)(m.pick > 4 ? random_below(256) : 'a' + random_below(26));
    return m;
}

static uint8_t *put(struct buffer *out, uint8_t *at, struct clock_minute *near,
                    const struct member *m)
{
    const struct bytes text = bytes_of(m->text, m->len);

    switch (m->kind) {
    case 0: return json_put_u64(at, JSON_KEY("number"), numbers[m->pick]);
    case 1: return json_put_u64_if(at, JSON_KEY("seldom"), m->pick & 1);
    case 2: return json_put_bool(at, JSON_KEY("is"), m->pick > 3);
    case 3: return json_put_word(at, JSON_KEY("word"), words[m->pick % 3]);
    case 4: return json_put_time(at, JSON_KEY("when"), near, m->time_ns);
    case 5: return json_put_string(out, at, JSON_KEY("text"), text);
    case 6: return json_put_string_if(out, at, JSON_KEY("if"), text);
    case 7: return json_put_base64(out, json_put_literal(at, JSON_KEY("base64")), text);
    default: return json_put_hex(out, json_put_literal(at, JSON_KEY("hex")), text);
    }
}

static void write(struct json *j, const struct member *m)
{
    const struct bytes text = bytes_of(m->text, m->len);

    if ((m->kind == 1 && (m->pick & 1) == 0) || (m->kind == 6 && m->len == 0))
        return;
    switch (m->kind) {
    case 0: json_u64(j, "number", numbers[m->pick]); break;
    case 1: json_u64(j, "seldom", 1); break;
    case 2: json_bool(j, "is", m->pick > 3); break;
    case 3: json_text(j, "word", words[m->pick % 3]); break;
    case 4: json_time(j, "when", m->time_ns); break;
    case 5: json_string(j, "text", text); break;
    case 6: json_string(j, "if", text); break;
    case 7: json_base64(j, "base64", text); break;
    default: json_hex(j, "hex", text); break;
    }
}

/* A record: members of both kinds, and an object of members that are put. */
static bool is_same(struct clock_minute *near)
{
    struct buffer got = {0}, want = {0};
    struct json j = json_into(&got, false), k = json_into(&want, false);

    json_object(&j, NULL);
    json_object(&k, NULL);
    for (unsigned i = random_below(3); i > 0; i--) {
        const struct member m = any_member();
        write(&j, &m);
        write(&k, &m);
    }
    uint8_t *at = json_put_begin(&j);
    const bool inside = random_below(2) > 0;
    if (inside) {
        at = json_put_literal(at, JSON_KEY("inside") "{");
        json_object(&k, "inside");
    }
    for (unsigned i = random_below(6); i > 0; i--) {
        const struct member m = any_member();
        at = put(&got, at, near, &m);
        write(&k, &m);
    }
    if (inside) {
        at = json_put_end(at, '}');
        json_end(&k);
    }
    json_put_done(&j, at);
    json_bool(&j, "last", true);
    json_bool(&k, "last", true);
    json_end(&j);
    json_end(&k);
    const bool same = bytes_equal(buffer_bytes(&got), buffer_bytes(&want));
    buffer_free(&got);
    buffer_free(&want);
    return same;
}

static void test_twins(void)
{
    struct clock_minute near = {0};
    unsigned same = 0;

    for (unsigned i = 0; i < 50000; i++)
        same += is_same(&near);
    CHECK(same == 50000, "put and written");
}

/* Long strings of what grows most, one behind the other. */
static void test_room(void)
{
    static const uint8_t control[5000] = {0};
    struct buffer got = {0}, want = {0};
    struct json j = json_into(&got, false), k = json_into(&want, false);

    json_array(&j, NULL);
    json_array(&k, NULL);
    uint8_t *at = json_put_begin(&j);
    for (size_t len = 0; len < sizeof(control); len += 100) {
        at = json_put_bytes(&got, at, bytes_of(control, len));
        at = json_put_hex(&got, at, bytes_of(control, len));
        json_string(&k, NULL, bytes_of(control, len));
        json_hex(&k, NULL, bytes_of(control, len));
    }
    json_put_done(&j, at);
    json_end(&j);
    json_end(&k);
    CHECK(bytes_equal(buffer_bytes(&got), buffer_bytes(&want)), "as long as it takes");
    buffer_free(&got);
    buffer_free(&want);
}

/* More texts than there are places, each many times: as they are written. */
static void test_known(void)
{
    static struct json_known known;
    static char texts[700][80];
    struct buffer got = {0}, want = {0};
    struct json j = json_into(&got, false), k = json_into(&want, false);

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        for (size_t at = 0; at + 1 < i % sizeof(texts[0]); at++)
            texts[i][at] = (char)(i % 7 == 0 ? 1 + random_below(255) : 'a' + random_below(26));
    json_array(&j, NULL);
    json_array(&k, NULL);
    uint8_t *at = json_put_begin(&j);
    for (size_t i = 0; i < 20000; i++) {
        const char *text = texts[random_below(i % 2 > 0 ? 700 : 20)];
        at = json_put_known(&known, &got, at, text);
        json_text(&k, NULL, text);
    }
    json_put_done(&j, at);
    json_end(&j);
    json_end(&k);
    CHECK(bytes_equal(buffer_bytes(&got), buffer_bytes(&want)), "known and not");
    buffer_free(&got);
    buffer_free(&want);
}

int main(void)
{
    test_twins();
    test_room();
    test_known();
    return test_end();
}
