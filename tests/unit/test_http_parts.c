/* SPDX-License-Identifier: MIT */
#include "layers/http_body.h"
#include "layers/http_head.h"
#include "layers/http_value.h"
#include "random.h"
#include "test.h"

static void test_tchar(void)
{
    static const char marks[] = "!#$%&'*+-.^_`|~"; /* RFC 9110 s5.6.2 */

    for (int c = 0; c < 256; c++) {
        const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        const bool want = c != 0 && (letter || (c >= '0' && c <= '9') || strchr(marks, c) != NULL);
        CHECK(http_is_tchar((uint8_t)c) == want, "tchar");
    }
}

static void test_lists(void)
{
    struct bytes list = LITERAL(" a ,, \"b,\\\"c\" ;x=1,\td"), item;

    CHECK(http_split_next(&list, ',', &item) && bytes_equal(item, LITERAL("a")), "first");
    CHECK(http_split_next(&list, ',', &item) && bytes_equal(item, LITERAL("\"b,\\\"c\" ;x=1")),
          "quoted comma");
    CHECK(http_split_next(&list, ',', &item) && bytes_equal(item, LITERAL("d")), "last");
    CHECK(!http_split_next(&list, ',', &item), "end");
    CHECK(http_list_has(LITERAL("keep-alive, UPGRADE"), LITERAL("upgrade")), "no case");
    CHECK(!http_list_has(LITERAL("upgrade-insecure"), LITERAL("upgrade")), "whole elements only");
}

static void test_numbers(void)
{
    uint64_t n = 7;

    CHECK(http_number(LITERAL("0"), &n) && n == 0, "zero");
    CHECK(http_number(LITERAL("9223372036854775807"), &n) && n == INT64_MAX, "largest");
    CHECK(!http_number(LITERAL("9223372036854775808"), &n), "too large");
    CHECK(!http_number(LITERAL(""), &n) && !http_number(LITERAL("+1"), &n) &&
              !http_number(LITERAL("-1"), &n) && !http_number(LITERAL("1 "), &n),
          "no number");
}

static const struct {
    const char *line;
    enum direction d;
    bool good, sloppy;
} LINES[] = {
    {"GET / HTTP/1.1", TO_SERVER, true, false},
    {"GET http://a/b?c HTTP/1.0", TO_SERVER, true, false},
    {"OPTIONS * HTTP/1.1", TO_SERVER, true, false},
    {"FROB /x HTTP/1.1", TO_SERVER, true, false},
    {"GET  / HTTP/1.1", TO_SERVER, true, true},
    {"GET /a b HTTP/1.1", TO_SERVER, true, true},
    {"GET / HTTP/1.1 ", TO_SERVER, true, true},
    {"GET\t/\tHTTP/1.1", TO_SERVER, true, false},
    {"FROB /a b HTTP/1.1", TO_SERVER, false, false},
    {"GET /\x01 HTTP/1.1", TO_SERVER, false, false},
    {"GET HTTP/1.1", TO_SERVER, false, false},
    {"GET /HTTP/1.1", TO_SERVER, false, false},
    {"GET / HTTP/2.0", TO_SERVER, false, false},
    {"PRI * HTTP/2.0", TO_SERVER, false, false},
    {"OPTIONS rtsp://a/ RTSP/1.0", TO_SERVER, false, false},
    {"INVITE sip:b@c SIP/2.0", TO_SERVER, false, false},
    {"GET /", TO_SERVER, false, false},
    {" GET / HTTP/1.1", TO_SERVER, false, false},
    {"ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG / HTTP/1.1", TO_SERVER, false, false},
    {"HTTP/1.1 200 OK", TO_CLIENT, true, false},
    {"HTTP/1.0 404", TO_CLIENT, true, false},
    {"HTTP/1.1 200 ", TO_CLIENT, true, false},
    {"HTTP/1.1 2000 OK", TO_CLIENT, false, false},
    {"HTTP/1.1 020 OK", TO_CLIENT, false, false},
    {"HTTP/1.1  200 OK", TO_CLIENT, false, false},
    {"HTTP/2 200", TO_CLIENT, false, false},
    {"ICY 200 OK", TO_CLIENT, false, false},
    {"RTSP/1.0 200 OK", TO_CLIENT, false, false},
};

/* Every prefix of a good line may still become one, and the judgement never turns back from NO. */
static void check_prefixes(struct bytes whole, enum direction d, bool good)
{
    bool refused = false;

    for (size_t n = 0; n <= whole.len; n++) {
        const struct bytes copy = test_copy(bytes_first(whole, n));
        const enum probe p = http_line_probe(copy, d, NULL);
        free((void *)(uintptr_t)copy.at);
        CHECK(!refused || p == PROBE_NO, "NO is for ever");
        CHECK(!good || n == whole.len || p == PROBE_MORE, "a good line's prefix");
        refused = p == PROBE_NO;
    }
}

static void test_lines(void)
{
    for (size_t i = 0; i < sizeof(LINES) / sizeof(LINES[0]); i++) {
        struct http_line line;
        char ended[128];
        const struct bytes text = bytes_of_text(LINES[i].line);
        const struct bytes copy = test_copy(text);
        const bool good = http_line_parse(copy, LINES[i].d, &line);
        CHECK(good == LINES[i].good && (!good || line.sloppy == LINES[i].sloppy), LINES[i].line);
        free((void *)(uintptr_t)copy.at);
        snprintf(ended, sizeof(ended), "%s\r\n", LINES[i].line);
        const enum probe p = http_line_probe(bytes_of_text(ended), LINES[i].d, NULL);
        CHECK(p == (LINES[i].good ? PROBE_YES : PROBE_NO), LINES[i].line);
        check_prefixes(bytes_of_text(ended), LINES[i].d, LINES[i].good);
    }
}

/* Each byte at each place of short and long targets, which are looked at eight bytes at once. */
static void test_targets(void)
{
    const size_t most = 20;
    char text[64];

    for (size_t len = 2; len <= most; len++)
        for (size_t at = 0; at < len * 256; at++) {
            const uint8_t c = (uint8_t)(at % 256);
            const bool blank = c == ' ' || c == '\t', control = (c < ' ' && !blank) || c == 0x7f;
            struct http_line line = {0};
            snprintf(text, sizeof(text), "GET %.*s HTTP/1.1", (int)len, "/234567890123456789/");
            text[4 + at / 256] = (char)c;
            const struct bytes copy = test_copy(bytes_of_text(c != 0 ? text : "GET \1 HTTP/1.1"));
            const bool good = http_line_parse(copy, TO_SERVER, &line);
            free((void *)(uintptr_t)copy.at);
            CHECK(good == !control && line.sloppy == (good && blank), "as byte by byte");
        }
}

static void test_lines_within(void)
{
    CHECK(http_line_within(LITERAL("}HTTP/1.1 200 OK\r\n"), TO_CLIENT) == 1, "after a body");
    CHECK(http_line_within(LITERAL("a=bGET / HTTP/1.1\r\n"), TO_SERVER) == 3, "after a form");
    CHECK(http_line_within(LITERAL("GET / HTTP/1.1\n"), TO_SERVER) == 0, "alone");
    CHECK(http_line_within(LITERAL("xMKCOL /a HTTP/1.1\n"), TO_SERVER) == 1, "longest method");
    CHECK(http_line_within(LITERAL("the HTTP/1.1 standard\n"), TO_CLIENT) == SIZE_MAX, "prose");
    CHECK(http_line_within(LITERAL("speak HTTP/1.1\n"), TO_SERVER) == SIZE_MAX, "more prose");
    CHECK(http_line_within(LITERAL("\n"), TO_SERVER) == SIZE_MAX, "empty");
}

static void test_head_end(void)
{
    static const char *const heads[] = {"GET / HTTP/1.1\r\nA: b\r\n\r\n", "A\nB\n\n", "A\n\r\n"};

    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        const struct bytes whole = bytes_of_text(heads[i]);
        CHECK(http_head_end(whole, 0) == whole.len, heads[i]);
        for (size_t n = 0; n < whole.len; n++) {
            CHECK(http_head_end(bytes_first(whole, n), 0) == 0, "not whole");
            CHECK(http_head_end(whole, n) == whole.len, "found from wherever it went on");
        }
    }
}

static void test_head(void)
{
    static const char text[] = "GET http://site.test:8080/x HTTP/1.1\r\n"
                               "HOST:\tother.test \r\n"
                               "Upgrade: h2c\r\n"
                               "UPGRADE: foo,\r\n websocket\r\n"
                               "Referer:\r\n"
                               "X-Unknown: 1\r\n\r\n";
    const struct bytes copy = test_copy(LITERAL(text));
    uint8_t scratch[HTTP_LIST_ROOM];
    struct http_head h;

    CHECK(http_head_parse(copy, TO_SERVER, &h), "a head");
    CHECK(bytes_equal(h.value[HTTP_HOST], LITERAL("other.test")), "trimmed, any case");
    CHECK(bytes_equal(http_head_host(&h), LITERAL("site.test:8080")), "the target's host first");
    CHECK(h.count[HTTP_UPGRADE] == 2 && http_head_has(&h, HTTP_UPGRADE, "WebSocket"),
          "repeated and folded");
    CHECK(
        bytes_equal(http_head_list(&h, HTTP_UPGRADE, scratch), LITERAL("h2c, foo,\r\n websocket")),
        "joined");
    CHECK(h.count[HTTP_REFERER] == 1 && h.value[HTTP_REFERER].len == 0, "empty value");
    CHECK(h.faults.count == 1 && h.faults.at[0] == HTTP_OBS_FOLD, "the fold is a fault");
    free((void *)(uintptr_t)copy.at);
}

static const struct {
    const char *fields;
    enum anomaly fault; /* ANOMALY_NONE: good */
} FAULTS[] = {
    {"A: b\r\n", ANOMALY_NONE},         {"A b\r\n", HTTP_BAD_FIELD},
    {"Host : b\r\n", HTTP_BAD_FIELD},   {": b\r\n", HTTP_BAD_FIELD},
    {"A: b\rc\r\n", HTTP_BARE_CR},      {"A: b\r\r\n", HTTP_BARE_CR},
    {"A: b\r\n\tc\r\n", HTTP_OBS_FOLD}, {"A: b\n", ANOMALY_NONE},
};

static void test_faults(void)
{
    for (size_t i = 0; i < sizeof(FAULTS) / sizeof(FAULTS[0]); i++) {
        char text[128];
        struct http_head h;
        snprintf(text, sizeof(text), "GET / HTTP/1.1\r\n%s\r\n", FAULTS[i].fields);
        CHECK(http_head_parse(bytes_of_text(text), TO_SERVER, &h), "parses all the same");
        CHECK(FAULTS[i].fault == ANOMALY_NONE
                  ? h.faults.count == 0
                  : h.faults.count == 1 && h.faults.at[0] == FAULTS[i].fault,
              FAULTS[i].fields);
    }
    struct http_head h;
    CHECK(http_head_parse(LITERAL("GET / HTTP/1.1\r\nA: \0\r\n\r\n"), TO_SERVER, &h) &&
              h.faults.count == 1 && h.faults.at[0] == HTTP_NUL,
          "NUL");
}

static const char *const NAMES[HTTP_FIELDS] = {
    [HTTP_HOST] = "host",
    [HTTP_USER_AGENT] = "USER-AGENT",
    [HTTP_REFERER] = "Referer",
    [HTTP_ORIGIN] = "oRIGIN",
    [HTTP_CONTENT_TYPE] = "content-type",
    [HTTP_LOCATION] = "LOCATION",
    [HTTP_CONTENT_LENGTH] = "Content-length",
    [HTTP_TRANSFER_ENCODING] = "transfer-ENCODING",
    [HTTP_CONNECTION] = "connectioN",
    [HTTP_UPGRADE] = "UPGRADE",
    [HTTP_WS_KEY] = "sec-websocket-key",
    [HTTP_WS_VERSION] = "Sec-WebSocket-Version",
    [HTTP_WS_ACCEPT] = "SEC-WEBSOCKET-ACCEPT",
    [HTTP_WS_PROTOCOL] = "sec-websocket-protocol",
    [HTTP_WS_EXTENSIONS] = "Sec-Websocket-Extensions",
    [HTTP_WS_ORIGIN] = "sec-websocket-origin",
    [HTTP_WS_KEY1] = "Sec-WebSocket-Key1",
    [HTTP_WS_KEY2] = "SEC-WEBSOCKET-KEY2",
    [HTTP_WS_75_PROTOCOL] = "websocket-protocol",
    [HTTP_WS_75_LOCATION] = "WebSocket-Location",
    [HTTP_WS_76_LOCATION] = "sec-websocket-location",
};

static bool finds(const char *name, enum http_field f)
{
    struct http_head h = {.fields = {0}};
    char line[64];

    snprintf(line, sizeof(line), "%s: x\r\n", name);
    http_head_parse_fields(bytes_of_text(line), &h);
    return h.count[f] == 1 && bytes_equal(h.value[f], LITERAL("x"));
}

/* Each name in any case, and nothing that is one letter off. */
static void test_names(void)
{
    for (unsigned f = 0; f < HTTP_FIELDS; f++) {
        char name[32];
        snprintf(name, sizeof(name), "%s", NAMES[f]);
        CHECK(finds(name, (enum http_field)f), NAMES[f]);
        for (size_t i = 0; name[i] != '\0'; i++) {
            const char was = name[i];
            name[i] = was == 'q' ? 'z' : 'q';
            CHECK(!finds(name, (enum http_field)f), name);
            name[i] = was;
        }
        name[strlen(name) - 1] = '\0';
        CHECK(!finds(name, (enum http_field)f), name);
    }
}

static uint8_t lower(int c)
{
    return (uint8_t)(c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c);
}

/* Every pair of bytes, at every place of texts that are compared by words and by bytes. */
static void test_case(void)
{
    for (size_t len = 1; len <= 19; len++)
        for (int pair = 0; pair < 256 * 256; pair++) {
            uint8_t a[19], b[19];
            memset(a, 'x', sizeof(a));
            memset(b, 'X', sizeof(b));
            const size_t at = (size_t)pair % len;
            a[at] = (uint8_t)pair;
            b[at] = (uint8_t)(pair >> 8);
            if (bytes_equal_nocase(bytes_of(a, len), bytes_of(b, len)) !=
                (lower(a[at]) == lower(b[at]))) {
                CHECK(false, "letters without case, other bytes as they are");
                return;
            }
        }
    CHECK(!bytes_equal_nocase(LITERAL("a"), LITERAL("ab")), "lengths differ");
}

static bool same_fields(const struct http_head *a, const struct http_head *b)
{
    for (unsigned f = 0; f < HTTP_FIELDS; f++)
        if (a->count[f] != b->count[f] || !bytes_equal(a->value[f], b->value[f]))
            return false;
    return a->faults.count == b->faults.count &&
           memcmp(a->faults.at, b->faults.at, a->faults.count * sizeof(a->faults.at[0])) == 0;
}

/* Lines that end with CR LF say what those say that end with LF alone. */
static void test_line_ends(void)
{
    static const char *const words[] = {"Host", ":",          " ",  "\t",   "a",
                                        "\r",   "connection", ": ", "\x01", "Upgrade",
                                        "::",   "UPGRADE: x", "(",  "\x7f"};

    for (int round = 0; round < 20000; round++) {
        char with_cr[512] = "", without[512] = "";
        for (uint32_t lines = random_below(4) + 1; lines > 0; lines--) {
            char line[96] = "";
            for (uint32_t n = random_below(6); n > 0; n--)
                test_append(line, sizeof(line),
                            words[random_below(sizeof(words) / sizeof(words[0]))]);
            test_append(line, sizeof(line), "z");  /* no CR of its own before the end */
            if (line[0] == ' ' || line[0] == '\t') /* a fold keeps the line end it goes over */
                line[0] = 'z';
            test_append(line, sizeof(line), "\n");
            test_append(without, sizeof(without), line);
            line[strlen(line) - 1] = '\r';
            test_append(line, sizeof(line), "\n");
            test_append(with_cr, sizeof(with_cr), line);
        }
        struct http_head a = {.fields = {0}}, b = {.fields = {0}};
        http_head_parse_fields(bytes_of_text(with_cr), &a);
        http_head_parse_fields(bytes_of_text(without), &b);
        if (!same_fields(&a, &b)) {
            CHECK(false, with_cr);
            return;
        }
    }
    CHECK(true, "line ends");
}

static const struct body_vector {
    const char *fields;
    const char *wire; /* '|' marks where the body ends; none: it does not end here */
    enum http_body_rule rule;
    enum http_body_state end;
    uint64_t seen;
    enum anomaly fault;
} BODIES[] = {
    {"", "|x", BODY_OF_REQUEST, BODY_DONE, 0, ANOMALY_NONE},
    {"Content-Length: 3\r\n", "abc|d", BODY_OF_REQUEST, BODY_DONE, 3, ANOMALY_NONE},
    {"Content-Length: 3\r\n", "ab", BODY_OF_RESPONSE, BODY_LENGTH, 2, ANOMALY_NONE},
    {"Content-Length: 0\r\n", "|a", BODY_OF_RESPONSE, BODY_DONE, 0, ANOMALY_NONE},
    {"Content-Length: 3\r\n", "|abc", BODY_NEVER, BODY_DONE, 0, ANOMALY_NONE},
    {"Content-Length: 3, 3\r\n", "abc|d", BODY_OF_REQUEST, BODY_DONE, 3, ANOMALY_NONE},
    {"Content-Length: 3\r\nContent-Length: 4\r\n", "abc|d", BODY_OF_REQUEST, BODY_DONE, 3,
     HTTP_LENGTH_CONFLICT},
    {"Content-Length: -3\r\n", "|abc", BODY_OF_REQUEST, BODY_DONE, 0, HTTP_LENGTH_INVALID},
    {"Content-Length: 3x\r\n", "abcd", BODY_OF_RESPONSE, BODY_UNTIL_CLOSE, 4, HTTP_LENGTH_INVALID},
    {"Content-Length:\r\n", "abc", BODY_OF_RESPONSE, BODY_UNTIL_CLOSE, 3, HTTP_LENGTH_INVALID},
    {"", "abc", BODY_OF_RESPONSE, BODY_UNTIL_CLOSE, 3, ANOMALY_NONE},
    {"Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n|d", BODY_OF_REQUEST, BODY_DONE, 3,
     ANOMALY_NONE},
    {"Transfer-Encoding: gzip, Chunked\r\n", "3\nabc\n0\n\n|d", BODY_OF_RESPONSE, BODY_DONE, 3,
     ANOMALY_NONE},
    {"Transfer-Encoding: chunked\r\n",
     "0003;a=\"b\"\r\nabc\r\n00000000000000000001 \r\nd\r\n0;x\r\nT: 1\r\nU: 2\r\n\r\n|e",
     BODY_OF_RESPONSE, BODY_DONE, 4, ANOMALY_NONE},
    {"Transfer-Encoding: chunked\r\n", "A\r\n0123456789\r\n0\r\n\r\n|", BODY_OF_RESPONSE, BODY_DONE,
     10, ANOMALY_NONE},
    {"Transfer-Encoding: chunked\r\n", "fg|", BODY_OF_RESPONSE, BODY_LOST, 0, ANOMALY_NONE},
    {"Transfer-Encoding: chunked\r\n", "\r|", BODY_OF_RESPONSE, BODY_LOST, 0, ANOMALY_NONE},
    {"Transfer-Encoding: chunked\r\n", "1\r\nab|", BODY_OF_RESPONSE, BODY_LOST, 1, ANOMALY_NONE},
    {"Transfer-Encoding: chunked\r\n", "1000000000000000|", BODY_OF_RESPONSE, BODY_LOST, 0,
     ANOMALY_NONE},
    {"Transfer-Encoding: chunked\r\nContent-Length: 1\r\n", "2\r\nab\r\n0\r\n\r\n|",
     BODY_OF_REQUEST, BODY_DONE, 2, HTTP_LENGTH_AND_CHUNKED},
    {"Transfer-Encoding: xchunked\r\n", "|ab", BODY_OF_REQUEST, BODY_LOST, 0, HTTP_TRANSFER_CODING},
    {"Transfer-Encoding: chunked, gzip\r\n", "ab", BODY_OF_RESPONSE, BODY_UNTIL_CLOSE, 2,
     HTTP_TRANSFER_CODING},
    {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n|", BODY_OF_REQUEST,
     BODY_DONE, 0, HTTP_TRANSFER_CODING},
};

static void run_body(const struct body_vector *v, struct http_body b, struct bytes wire, size_t cut)
{
    const char *bar = strchr(v->wire, '|');
    const size_t want = bar != NULL ? (size_t)(bar - v->wire) : wire.len;
    size_t used = 0;

    while (used < wire.len) {
        const size_t room = cut == 1 ? 1 : used < cut ? cut - used : wire.len;
        const struct bytes piece = test_copy(bytes_first(bytes_after(wire, used), room));
        const size_t n = http_body_feed(&b, piece);
        const size_t given = piece.len;
        free((void *)(uintptr_t)piece.at);
        used += n;
        if (n < given)
            break;
    }
    CHECK(used == want, v->wire);
    CHECK(b.state == v->end && b.seen == v->seen, v->wire);
}

static void test_bodies(void)
{
    for (size_t i = 0; i < sizeof(BODIES) / sizeof(BODIES[0]); i++) {
        const struct body_vector *v = &BODIES[i];
        char head[256], wire[256];
        size_t len = 0;
        struct http_head h;
        const bool request = v->rule == BODY_OF_REQUEST;
        snprintf(head, sizeof(head), "%s\r\n%s\r\n",
                 request ? "POST / HTTP/1.1" : "HTTP/1.1 200 OK", v->fields);
        CHECK(http_head_parse(bytes_of_text(head), request ? TO_SERVER : TO_CLIENT, &h), "head");
        const struct http_body b = http_body_of(&h, v->rule);
        CHECK(v->fault == ANOMALY_NONE ? h.faults.count == 0 : h.faults.at[0] == v->fault,
              v->fields);
        for (const char *p = v->wire; *p != '\0'; p++)
            if (*p != '|')
                wire[len++] = *p;
        for (size_t cut = 0; cut <= len; cut++)
            run_body(v, b, bytes_of(wire, len), cut);
    }
}

static void test_body_status(void)
{
    static const char *const bodiless[] = {"100 Continue", "204 No Content", "304 Not Modified"};

    for (size_t i = 0; i < 3; i++) {
        char head[128];
        struct http_head h;
        snprintf(head, sizeof(head), "HTTP/1.1 %s\r\nContent-Length: 9\r\n\r\n", bodiless[i]);
        CHECK(http_head_parse(bytes_of_text(head), TO_CLIENT, &h), "head");
        CHECK(http_body_of(&h, BODY_OF_RESPONSE).state == BODY_DONE, bodiless[i]);
    }
}

static void test_body_gaps(void)
{
    struct http_body b = {.state = BODY_LENGTH, .left = 10};

    CHECK(http_body_gap(&b, 4) == 4 && b.left == 6 && b.state == BODY_LENGTH, "inside");
    CHECK(http_body_gap(&b, 6) == 6 && b.state == BODY_DONE && b.seen == 10, "to the end");
    b = (struct http_body){.state = BODY_LENGTH, .left = 10};
    CHECK(http_body_gap(&b, 11) == 10 && b.state == BODY_DONE, "past the end");
    b = (struct http_body){.state = BODY_CHUNK_DATA, .left = 10};
    CHECK(http_body_gap(&b, 10) == 10 && b.state == BODY_CHUNK_END, "a whole chunk");
    CHECK(http_body_gap(&b, 1) == 0 && b.state == BODY_LOST, "over framing");
    b = (struct http_body){.state = BODY_CHUNK_DATA, .left = 10};
    CHECK(http_body_gap(&b, 11) == 10 && b.state == BODY_LOST, "past a chunk");
    b = (struct http_body){.state = BODY_UNTIL_CLOSE};
    CHECK(http_body_gap(&b, 1000) == 1000 && b.state == BODY_UNTIL_CLOSE, "no end known");
}

int main(void)
{
    test_tchar();
    test_lists();
    test_numbers();
    test_lines();
    test_targets();
    test_lines_within();
    test_head_end();
    test_head();
    test_faults();
    test_names();
    test_case();
    test_line_ends();
    test_bodies();
    test_body_status();
    test_body_gaps();
    return test_end();
}
