/* SPDX-License-Identifier: MIT */
#include "http_upgrade_vectors.h"
#include "layers/http_exchange.h"
#include "layers/http_kept.h"

#define RANDOM_ORDERS 60

static struct digest *digest;

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The one token that depends on which direction was captured first, and is to. */
static const char EARLY[] = "anomaly(websocket_data_before_answer) ";

static char *without_early(char *log)
{
    for (char *at = strstr(log, EARLY); at != NULL; at = strstr(at, EARLY))
        memmove(at, at + strlen(EARLY), strlen(at + strlen(EARLY)) + 1);
    return log;
}

/* The tokens of a log in alphabetical order. What is quoted is one token. */
static const char *sorted(const char *log, char *out, size_t room)
{
    static char copy[65536];
    char *token[256] = {NULL};
    size_t count = 0, len = 0;

    snprintf(copy, sizeof(copy), "%s", log);
    for (char *p = copy; *p != '\0' && count < 256;) {
        token[count++] = p;
        bool quoted = false;
        for (; *p != '\0' && (quoted || *p != ' '); p++)
            quoted ^= *p == '"';
        if (*p != '\0')
            *p++ = '\0';
    }
    qsort(token, count, sizeof(token[0]), by_text);
    for (size_t i = 0; i < count; i++)
        len += (size_t)snprintf(out + len, room - len, "%s%s", i > 0 ? " " : "", token[i]);
    return out;
}

static void check_run(struct http_run *r, const struct transcript *t, const char *how,
                      bool in_order)
{
    static char got[65536], want[4096];
    char name[256];

    snprintf(name, sizeof(name), "%s: %s", t->name, how);
    snprintf(want, sizeof(want), "%s", t->log);
    (void)sorted(run_log(r), got, sizeof(got));
    if (in_order)
        CHECK_TEXT(got, want, name);
    else
        CHECK_TEXT(without_early(got), without_early(want), name);
    run_end(r);
}

static void run_as_written(const struct transcript *t, size_t cut)
{
    struct turn turns[TURNS_MAX];
    struct http_run r;
    char how[64];
    const size_t count = turns_of(t, turns);

    run_begin(&r, INTEREST_HTTP, digest);
    harness_run(&r.x, &layer_http, r.state, turns, count, cut);
    snprintf(how, sizeof(how), "cut %zu", cut);
    check_run(&r, t, how, true);
}

static void run_one_side_first(const struct transcript *t, enum direction first, size_t cut)
{
    struct turn turns[TURNS_MAX], other[TURNS_MAX];
    struct http_run r;
    size_t mine = 0, theirs = 0;

    mine = turns_of(t, turns);
    for (size_t i = 0, n = mine; i < n; i++) {
        if (i == 0)
            mine = 0;
        if (turns[i].direction == first)
            turns[mine++] = turns[i];
        else
            other[theirs++] = turns[i];
    }
    run_begin(&r, INTEREST_HTTP, digest);
    harness_run(&r.x, &layer_http, r.state, turns, mine, cut);
    harness_run(&r.x, &layer_http, r.state, other, theirs, cut);
    check_run(&r, t, first == TO_SERVER ? "client first" : "server first", false);
}

static uint32_t random_next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u; /* Numerical Recipes */
    return *seed >> 16;
}

/* The two directions in pieces of any size, mixed in any order. */
static void run_mixed(const struct transcript *t, uint32_t seed)
{
    struct turn turns[TURNS_MAX];
    struct http_run r;
    size_t at[2] = {0}, used[2] = {0};
    const size_t count = turns_of(t, turns);
    char how[64];

    snprintf(how, sizeof(how), "mixed, seed %u", seed);
    run_begin(&r, INTEREST_HTTP, digest);
    while (at[0] < count || at[1] < count) {
        const enum direction d = random_next(&seed) % 2 == 0 ? TO_SERVER : TO_CLIENT;
        while (at[d] < count && turns[at[d]].direction != d)
            at[d]++;
        if (at[d] == count)
            continue;
        const struct turn *now = &turns[at[d]];
        const struct bytes left = bytes_after(now->bytes, used[d]);
        struct turn piece = *now;
        piece.bytes = bytes_first(left, 1 + random_next(&seed) % (left.len + 1));
        harness_run(&r.x, &layer_http, r.state, &piece, 1, 0);
        used[d] += piece.bytes.len;
        if (now->gap > 0 || used[d] >= now->bytes.len) {
            at[d]++;
            used[d] = 0;
        }
    }
    check_run(&r, t, how, false);
}

static void run_every_cut(const struct transcript *t)
{
    struct turn turns[TURNS_MAX] = {0};
    const size_t longest = longest_turn(turns, turns_of(t, turns));

    for (size_t cut = 0; cut <= longest + 1; cut++)
        run_as_written(t, cut);
}

static void run_every_order(const struct transcript *t)
{
    run_every_cut(t);
    for (size_t cut = 0; cut < 2; cut++) {
        run_one_side_first(t, TO_SERVER, cut);
        run_one_side_first(t, TO_CLIENT, cut);
    }
    for (uint32_t seed = 1; seed <= RANDOM_ORDERS; seed++)
        run_mixed(t, seed * 7919u);
}

static void test_transcripts(void)
{
    for (size_t i = 0; i < sizeof(IN_ORDER) / sizeof(IN_ORDER[0]); i++)
        run_every_cut(&IN_ORDER[i]);
    for (size_t i = 0; i < sizeof(UPGRADES_IN_ORDER) / sizeof(UPGRADES_IN_ORDER[0]); i++)
        run_every_cut(&UPGRADES_IN_ORDER[i]);
    for (size_t i = 0; i < sizeof(TRANSCRIPTS) / sizeof(TRANSCRIPTS[0]); i++)
        run_every_order(&TRANSCRIPTS[i]);
    for (size_t i = 0; i < sizeof(UPGRADES) / sizeof(UPGRADES[0]); i++)
        run_every_order(&UPGRADES[i]);
}

/* Without interest no event is made, and nothing is allocated on the plain path. */
static void test_no_interest(void)
{
    struct http_run r;

    run_begin(&r, 0, digest);
    harness_feed(&r.x, &layer_http, r.state, TO_SERVER, LITERAL(GET));
    harness_feed(&r.x, &layer_http, r.state, TO_CLIENT, LITERAL(OK("2") "ok"));
    const size_t once = r.x.budget.peak;
    for (int i = 0; i < 50; i++) {
        harness_feed(&r.x, &layer_http, r.state, TO_SERVER, LITERAL(GET));
        harness_feed(&r.x, &layer_http, r.state, TO_CLIENT, LITERAL(OK("2") "ok"));
    }
    CHECK(r.x.budget.peak == once && once <= 512, "one small block a flow");
    CHECK(strstr(run_log(&r), "H(") == NULL, "nobody asked for EVENT_HTTP");
    run_end(&r);
}

static struct bytes filled(struct buffer *b, const char *start, size_t len, const char *end)
{
    buffer_append_text(b, start);
    while (b->len + strlen(end) < len)
        buffer_append_byte(b, 'a');
    buffer_append_text(b, end);
    return buffer_bytes(b);
}

/* One long head, whole and cut into pieces of `piece` bytes. */
static void check_long_head(size_t piece, size_t length, const char *want)
{
    struct buffer b = {0};
    struct http_run r;
    char got[512];
    const struct bytes head =
        filled(&b, "GET /x HTTP/1.1\r\nHost: h\r\nCookie: ", length, "\r\nOther: 1\r\n\r\n" GET);

    run_begin(&r, INTEREST_HTTP, digest);
    for (size_t at = 0; at < head.len; at += piece)
        harness_feed(&r.x, &layer_http, r.state, TO_SERVER,
                     bytes_first(bytes_after(head, at), piece));
    harness_feed(&r.x, &layer_http, r.state, TO_CLIENT, LITERAL(OK("0") OK("0")));
    CHECK(r.x.budget.peak <= 40000, "bounded");
    CHECK_TEXT(sorted(run_log(&r), got, sizeof(got)), want, "a long head");
    run_end(&r);
    buffer_free(&b);
}

static void test_long_heads(void)
{
    static const size_t pieces[] = {1, 100, 1448, 16383, 16384, 16385, 100000};

    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        check_long_head(pieces[i], 16000,
                        "H(GET,/,200,0,0) H(GET,/x,200,0,0) Q(GET,/,h) Q(GET,/x,h) "
                        "claim(certain) claim(strong)");
        check_long_head(pieces[i], 20000,
                        "H(GET,/,200,0,0) H(GET,/x,200,0,0) Q(GET,/,h) Q(GET,/x,h) "
                        "anomaly(http_head_too_long) claim(certain) claim(strong)");
    }
}

/* What is read of a head that is too long: its first 16 KiB, up to the last whole line. */
static void test_long_head_edges(void)
{
    for (size_t length = HTTP_KEPT_MAX - 8; length < HTTP_KEPT_MAX + 8; length++) {
        for (size_t cut = 1; cut < 3; cut++) {
            struct buffer b = {0};
            struct http_run r;
            char got[512], want[512];
            const struct bytes head =
                filled(&b, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: ", length, "\r\n\r\n");
            run_begin(&r, INTEREST_HTTP, digest);
            harness_feed(&r.x, &layer_http, r.state, TO_SERVER, LITERAL(GET GET));
            for (size_t at = 0; at < head.len; at += cut * 1000)
                harness_feed(&r.x, &layer_http, r.state, TO_CLIENT,
                             bytes_first(bytes_after(head, at), cut * 1000));
            harness_feed(&r.x, &layer_http, r.state, TO_CLIENT, LITERAL("hello" OK("1") "x"));
            snprintf(want, sizeof(want),
                     "H(GET,/,200,0,1) H(GET,/,200,0,5) Q(GET,/,h) Q(GET,/,h) %sclaim(certain) "
                     "claim(strong)",
                     length > HTTP_KEPT_MAX ? "anomaly(http_head_too_long) " : "");
            CHECK_TEXT(sorted(run_log(&r), got, sizeof(got)), want, "around the limit");
            run_end(&r);
            buffer_free(&b);
        }
    }
}

/* 1 MiB of data sent in hope of an answer that never comes: no more than the bound is kept. */
static void check_overdue(const char *ask, const char *want)
{
    static const char data[1024] = {'\x82'};
    struct http_run r;
    char got[512];

    run_begin(&r, INTEREST_HTTP, digest);
    harness_feed(&r.x, &layer_http, r.state, TO_SERVER, bytes_of_text(ask));
    for (int i = 0; i < 1024; i++)
        harness_feed(&r.x, &layer_http, r.state, TO_SERVER, bytes_of(data, sizeof(data)));
    CHECK(r.x.became && r.x.carried[TO_SERVER].len == 1024 * sizeof(data), "nothing is lost");
    CHECK(r.x.budget.peak <= 80000, "bounded");
    buffer_clear(&r.x.carried[TO_SERVER]);
    CHECK_TEXT(sorted(run_log(&r), got, sizeof(got)), want, "told");
    run_end(&r);
}

static void test_overdue(void)
{
    check_overdue(GET WS_ASK_TEXT,
                  "H(GET,/,0,0,0) H(GET,/chat,0,0,0) Q(GET,/,h) Q(GET,/chat,h,!ws) "
                  "anomaly(http_data_before_upgrade_answer) become(websocket) claim(strong) "
                  "climb(asked)");
    check_overdue("CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n",
                  "H(CONNECT,h:1,0,0,0) Q(CONNECT,h:1,h:1) "
                  "anomaly(http_data_before_upgrade_answer) become(connect) claim(strong)");
}

/* Requests behind an upgrade request whose answer is not seen are read, late. */
static void test_overdue_requests(void)
{
    struct http_run r;

    run_begin(&r, 0, digest);
    harness_feed(&r.x, &layer_http, r.state, TO_SERVER, LITERAL(WS_ASK_TEXT));
    for (int i = 0; i < 1000; i++)
        harness_feed(&r.x, &layer_http, r.state, TO_SERVER, LITERAL(GET));
    CHECK(!r.x.became && !r.x.left, "still HTTP");
    const char *log = run_log(&r);
    size_t count = 0;
    for (const char *p = strstr(log, "Q(GET,/,h)"); p != NULL; p = strstr(p + 1, "Q("))
        count++;
    CHECK(count == 1000, "every request is told");
    run_end(&r);
}

/* Only the server's side was captured: read all the same, after the bound. */
static void test_answers_alone(void)
{
    struct http_run r;

    run_begin(&r, INTEREST_HTTP, digest);
    for (int i = 0; i < 1000; i++)
        harness_feed(&r.x, &layer_http, r.state, TO_CLIENT, LITERAL(OK("2") "ok"));
    CHECK(r.x.budget.peak <= 80000, "bounded");
    const char *log = run_log(&r);
    size_t count = 0;
    for (const char *p = strstr(log, "H(,,200,0,2,only)"); p != NULL; p = strstr(p + 1, "H("))
        count++;
    CHECK(count == 1000, "every answer is told");
    run_end(&r);
}

/* Only the client's side: requests are told as unanswered, and few are kept. */
static void test_requests_alone(void)
{
    struct http_run r;

    run_begin(&r, INTEREST_HTTP, digest);
    for (int i = 0; i < 1000; i++)
        harness_feed(&r.x, &layer_http, r.state, TO_SERVER, LITERAL(GET));
    CHECK(r.x.budget.peak <= 200000, "bounded");
    const char *log = run_log(&r);
    size_t count = 0;
    for (const char *p = strstr(log, "H(GET,/,0,0,0)"); p != NULL; p = strstr(p + 1, "H("))
        count++;
    CHECK(count == 1000, "every request is told");
    run_end(&r);
}

/* Answers go to their own requests, also when more were asked than are remembered. */
static void test_deep_pipeline(void)
{
    struct http_run r;
    char text[128];

    run_begin(&r, INTEREST_HTTP, digest);
    for (int i = 0; i < 200; i++) {
        snprintf(text, sizeof(text), "GET /%d HTTP/1.1\r\nHost: h\r\n\r\n", i);
        harness_feed(&r.x, &layer_http, r.state, TO_SERVER, bytes_of_text(text));
    }
    for (int i = 0; i < 200; i++) {
        snprintf(text, sizeof(text), "HTTP/1.1 %d OK\r\nContent-Length: 0\r\n\r\n", 200 + i);
        harness_feed(&r.x, &layer_http, r.state, TO_CLIENT, bytes_of_text(text));
    }
    const char *log = run_log(&r);
    for (int i = 0; i < 200; i++) {
        const bool forgotten = i < 200 - HTTP_QUEUE_MAX;
        snprintf(text, sizeof(text), "H(GET,/%d,%d,0,0)", i, forgotten ? 0 : 200 + i);
        CHECK(strstr(log, text) != NULL, text);
    }
    CHECK(strstr(log, "anomaly(http_pipeline_too_deep)") != NULL, "told");
    run_end(&r);
}

static void describe_lengths(struct harness *x, const struct event *e)
{
    const struct http_event *q = &e->as.http;

    if (e->kind == EVENT_HTTP)
        buffer_printf(&x->log, "%zu/%zu/%zu/%zu ", q->url.len, q->user_agent.len, q->host.len,
                      q->redirect.len);
}

/* Strings that are kept until the answer are cut, and only those. */
static void test_long_strings(void)
{
    struct buffer b = {0};
    struct http_run r;

    run_begin(&r, INTEREST_HTTP, digest);
    r.x.describe = describe_lengths;
    (void)filled(&b, "GET /", 5000, " HTTP/1.1\r\nHost: h\r\nUser-Agent: ");
    (void)filled(&b, "", 8000, "\r\n\r\n");
    harness_feed(&r.x, &layer_http, r.state, TO_SERVER, buffer_bytes(&b));
    buffer_clear(&b);
    (void)filled(&b, "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /", 9000, "\r\n\r\n");
    harness_feed(&r.x, &layer_http, r.state, TO_CLIENT, buffer_bytes(&b));
    CHECK_TEXT(run_log(&r), "claim(strong) claim(certain) 2048/512/1/2048", "cut at the limits");
    run_end(&r);
    buffer_free(&b);
}

/* Without memory nothing is kept, nothing is leaked and nothing is read that was not there. */
static void test_no_memory(void)
{
    for (size_t limit = 1; limit < 3000; limit += 37) {
        for (size_t i = 0; i < sizeof(TRANSCRIPTS) / sizeof(TRANSCRIPTS[0]); i++) {
            struct turn turns[TURNS_MAX];
            struct http_run r;
            const size_t count = turns_of(&TRANSCRIPTS[i], turns);
            run_begin(&r, INTEREST_HTTP, digest);
            r.x.budget.limit = limit;
            harness_run(&r.x, &layer_http, r.state, turns, count, 9);
            (void)run_log(&r);
            run_end(&r);
        }
    }
}

int main(void)
{
    digest = digest_create(NULL);
    test_transcripts();
    test_no_interest();
    test_long_heads();
    test_long_head_edges();
    test_overdue();
    test_overdue_requests();
    test_answers_alone();
    test_requests_alone();
    test_deep_pipeline();
    test_long_strings();
    test_no_memory();
    digest_free(digest);
    return test_end();
}
