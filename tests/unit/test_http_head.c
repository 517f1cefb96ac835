/* SPDX-License-Identifier: MIT */
/* A head that is read at once says what it says line by line; and one that is not has a reason. */
#include "layers/http_head.h"

#include "base/lines.h"
#include "layers/http_shape.h"
#include "random.h"
#include "test.h"

static bool same_bytes(struct bytes a, struct bytes b)
{
    return a.len == b.len && (a.len == 0 || a.at == b.at);
}

static bool same_line(const struct http_line *a, const struct http_line *b)
{
    return same_bytes(a->text, b->text) && same_bytes(a->method, b->method) &&
           same_bytes(a->target, b->target) && same_bytes(a->protocol, b->protocol) &&
           a->status == b->status && a->minor == b->minor && a->known_method == b->known_method &&
           a->sloppy == b->sloppy;
}

static bool same_head(const struct http_head *a, const struct http_head *b)
{
    for (unsigned f = 0; f < HTTP_FIELDS; f++)
        if (a->count[f] != b->count[f] || !same_bytes(a->value[f], b->value[f]))
            return false;
    return same_line(&a->line, &b->line) && same_bytes(a->fields, b->fields) &&
           a->faults.count == b->faults.count;
}

/* Does a CR or LF stand without the other? */
static bool has_bare(struct bytes in)
{
    for (size_t i = 0; i < in.len; i++)
        if ((in.at[i] == '\n') != (i > 0 && in.at[i - 1] == '\r'))
            return true;
    return false;
}

/* Both ways; true: they agree. `*at_once` counts the heads that were read so. */
static bool agrees(struct bytes text, enum direction d, unsigned *at_once)
{
    const struct bytes copy = test_copy(text);
    struct http_head quick, slow;
    const size_t end = http_head_end(copy, 0);
    const struct bytes head = bytes_first(copy, end);
    const bool good = end > 0 && http_head_parse_by_lines(head, d, &slow);
    const size_t read = http_head_read(copy, d, &quick);
    const bool usual = good && slow.faults.count == 0 && !has_bare(head) && end <= LINES_LONGEST;
    bool same = usual ? read == end && same_head(&quick, &slow) : read == 0;

    *at_once += read > 0;
    if (good) {
        same = same && http_head_parse(head, d, &quick) && same_head(&quick, &slow) &&
               memcmp(quick.faults.at, slow.faults.at, sizeof(slow.faults.at)) == 0;
    }
    free((void *)(uintptr_t)copy.at);
    return same;
}

static void test_every_cut(void)
{
    static const char text[] =
        "GET http://site.test:8080/x HTTP/1.1\r\n"
        "HOST:\tother.test \r\n"
        "Upgrade: h2c\r\n"
        "UPGRADE: foo, websocket\r\n"
        "Referer:\r\n"
        "X-A-Name-That-Is-Longer-Than-A-Word-Of-Sixty-Four-Bytes-And-Then-Some: 1\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "X-Unknown: 1\r\n\r\nand: more\r\n\r\n";
    unsigned at_once = 0;
    bool same = true;

    for (size_t n = 0; n < sizeof(text); n++)
        same = same && agrees(bytes_of(text, n), TO_SERVER, &at_once);
    CHECK(same && at_once == sizeof("and: more\r\n\r\n"), "every cut");
    CHECK(agrees(LITERAL("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"), TO_CLIENT, &at_once),
          "an answer");
}

static const char *const FIRST[] = {
    "GET / HTTP/1.1",
    "POST /a?b=c HTTP/1.0",
    "GET  / HTTP/1.1",
    "FROB /x HTTP/1.1",
    "GET /\x80 HTTP/1.1",
    "GET / HTTP/2.0",
    "GET /a\x01b HTTP/1.1",
    "HTTP/1.1 200 OK",
    "GET /long/enough/for/two/words HTTP/1.1",
    "GET / HTTP/1.1\r",
    "",
};
static const char *const WORDS[] = {
    "Host",   ":",  ": ", "a",  "upgrade",   " ", "\t",      "Content-Length", "Connection",
    "Origin", "\r", "(",  "::", "websocket", "z", "x: y, z", "\x7f",           "\xff",
};
static const char *const ENDS[] = {"\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r\r\n"};

#define ONE_OF(list) (list)[random_below(sizeof(list) / sizeof((list)[0]))]

#define TEXT_ROOM 2048

static char *add(char text[TEXT_ROOM], const char *more)
{
    test_append(text, TEXT_ROOM, more);
    return text;
}

static void test_random(void)
{
    unsigned at_once = 0;
    bool same = true;
    char text[TEXT_ROOM] = "";

    for (int round = 0; round < 200000 && same; round++) {
        text[0] = '\0';
        add(text, ONE_OF(FIRST));
        add(text, ONE_OF(ENDS));
        for (uint32_t lines = random_below(6); lines > 0; lines--) {
            if (random_below(4) > 0) /* mostly a good one */
                add(add(add(text, ONE_OF(WORDS)), ": "), ONE_OF(WORDS));
            for (uint32_t n = random_below(5); n > 2; n--)
                add(text, ONE_OF(WORDS));
            add(text, ONE_OF(ENDS));
        }
        add(text, "\r\nrest");
        same = agrees(bytes_of_text(text), TO_SERVER, &at_once) &&
               agrees(bytes_of_text(text), TO_CLIENT, &at_once);
    }
    CHECK_TEXT(same ? "" : text, "", "random heads");
    CHECK(at_once > 10000, "many were read at once");
}

/* Up to what is read at once, and beyond. */
static void test_length(void)
{
    unsigned at_once = 0;
    bool same = true;

    for (size_t len = 3950; len < 4100; len++) {
        char text[4300], value[4101];
        memset(value, 'v', len);
        value[len] = '\0';
        snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nCookie: %s\r\nHost: a\r\n\r\n", value);
        same = same && agrees(bytes_of_text(text), TO_SERVER, &at_once);
    }
    CHECK(same && at_once > 0 && at_once < 150, "long heads");
}

/* Of a head that was read, and of one that is not much else. */
static bool recalls(struct http_shapes *s, struct bytes text, enum direction d)
{
    const struct bytes copy = test_copy(text);
    struct http_head recalled, anew;
    const size_t len = http_head_read(copy, d, &anew);
    const bool same =
        http_shapes_read(s, copy, d, &recalled) == len && (len == 0 || same_head(&recalled, &anew));

    free((void *)(uintptr_t)copy.at);
    return same;
}

/* One byte is another one, or some go, or some come. */
static void change(char *text, size_t room)
{
    static const char *const more[] = {"x",        "\r\n",        "\r",   "\n",   ":",
                                       " ",        "\t",          "long", "\xc3", "\x01",
                                       "\r\n\r\n", "Host: b\r\n", "\r\n "};
    const size_t len = strlen(text), at = random_below((uint32_t)len);
    const size_t most = random_below(3) == 0 ? random_below(8) : random_below(2);
    const size_t gone = most < len - at ? most : len - at;
    const char *put = random_below(2) == 0 ? "y" : ONE_OF(more);
    const size_t come = strlen(put);

    if (len - gone + come >= room)
        return;
    memmove(text + at + come, text + at + gone, len - at - gone + 1);
    memcpy(text + at, put, come);
}

static void test_recalled(void)
{
    static const char *const heads[] = {
        "GET /chat HTTP/1.1\r\nHost: chat.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\nmore",
        "HTTP/1.1 200 OK\r\nDate: today\r\nContent-Length: 11\r\nconnection: close\r\n\r\nbody",
        "GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\nReferer:\r\nUser-Agent:  me \r\nX: 1\r\n\r\n",
        "POST /a HTTP/1.0\r\n\r\n",
    };
    struct err err;
    bool same = true;
    char text[TEXT_ROOM] = "";

    for (int round = 0; round < 50000 && same; round++) {
        struct http_shapes *s = http_shapes_create(&err);
        const char *head = ONE_OF(heads);
        const enum direction d = head[0] == 'H' ? TO_CLIENT : TO_SERVER;
        recalls(s, bytes_of_text(ONE_OF(heads)), d);
        same = recalls(s, bytes_of_text(head), d);
        same = same && recalls(s, bytes_of_text(head), d); /* now it is remembered */
        text[0] = '\0';
        add(text, head);
        for (uint32_t n = 1 + random_below(4); n > 0 && same; n--) {
            change(text, sizeof(text));
            same = recalls(s, bytes_of_text(text), d) &&
                   recalls(s, bytes_first(bytes_of_text(text), random_below(200)), d);
        }
        http_shapes_free(s);
    }
    CHECK_TEXT(same ? "" : text, "", "heads like the one before");
}

int main(void)
{
    test_every_cut();
    test_random();
    test_length();
    test_recalled();
    return test_end();
}
