/* SPDX-License-Identifier: MIT */
/* http_skim() reads what http_feed() would read, to the same end. Random conversations, honest and
 * not, in segments cut anywhere, are told to two layers, of which one is given nothing to skim:
 * what they say is compared, and after each segment what they remember. */
#include "base/digest.h"
#include "http_transcript.h"
#include "layers/http_state.h"
#include "random.h"

#define CONVERSATIONS 20000
#define MESSAGES      14
#define KINDS         3
#define TEXT_ROOM     2048
#define SAID_ROOM     (MESSAGES * TEXT_ROOM)

/* The first ones are what nothing is told of. */
static const char *const METHODS[] = {"GET", "POST", "GET", "HEAD", "FROB", "CONNECT"};
static const char *const TARGETS[] = {
    "/shop/item/#",
    "/shop/item/#?from=2",
    "/",
    "/a_#",
    "http://other.test/#",
    "http://other.test/",
    "/announce?info_hash=aaaaaaaaaaaaaaaaaaaa&peer_id=-qB4610-aaaaaaaaaaaa&port=6881",
    "/shop/ item/#",
    "/shop/\x80#",
    "/shop/\x7f",
    "/announce?info_hash=aaaaaaaaaaaaaaaaaaaa&peer_id=-qB4610-aaaaaaaaaaaa&port=6881&n=#",
};
static const char *const REQUEST_FIELDS[] = {
    "Host: site.test\r\n",
    "Host: site.test\r\nOrigin: https://page.test\r\n",
    "Host: site.test\r\nCookie: session=#\r\n",
    "Host: site.test\r\nUser-Agent: Browser/#\r\nRange: bytes=1-2\r\n",
    "Host: site.test\r\nOrigin: https://page#.test\r\n",
    "Host: www#.site.test\r\nCookie: session=#\r\n",
    "Host: site.test\r\nUser-Agent: qBittorrent/#\r\nRange: bytes=1-2\r\n",
    "Host: site.test\r\nUser-Agent: qBittorrent/4\r\nRange: bytes=1-2\r\n",
    "Host: site.test\r\nConnection: keep-alive\r\n",
    "Host: site.test\r\nConnection: Upgrade\r\nX: 1\r\n",
    "Host: site.test\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n",
    "Host: site.test\r\nhost: other.test\r\n",
    "Host : site.test\r\n",
    "Host: site.test\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
    ("Host: site.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"),
    ("Host: site.test\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n"
     "Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5\r\nSec-WebSocket-Key2: 12998 5 Y3 1  .P00\r\n"),
    "",
};
static const char *const STATUS[] = {"200 OK", "404 Not Found", "204 None",     "304 ",
                                     "426 Up", "100 Continue",  "101 Switching"};
static const char *const ANSWER_FIELDS[] = {
    "Server: s\r\n",    "Date: #\r\nContent-Type: text/html\r\n",        "Content-Length: 5#\r\n",
    "Upgrade: h2c\r\n", "Upgrade: websocket\r\nConnection: Upgrade\r\n", "",
};
static const char *const BODIES[] = {
    "Content-Length: 5\r\n\r\nhello",
    "Content-Length: 11\r\n\r\nhello world",
    "Content-Length: 0\r\n\r\n",
    "\r\n",
    "Content-Length:\t3 \r\n\r\nabc",
    "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\nfy\r\n\r\n",
    "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
    "Content-Length: 3, 3\r\n\r\nabc",
    "Content-Length: x\r\n\r\n",
    "Content-Length: 31\r\n\r\nd8:intervali60e5:peers6:abcdefe",
};

/* Of each list the same one, each time. */
struct recipe {
    const char *first, *target, *fields, *body;
};

/* One of a list's first `plain`, unless it is to be odd. */
#define PICK(list, plain, odd)                                                                     \
    (list)[random_below((odd) ? (uint32_t)(sizeof(list) / sizeof((list)[0])) : (plain))]

static struct recipe request_recipe(bool odd)
{
    const bool body = odd && random_below(2) == 0;

    return (struct recipe){PICK(METHODS, 2, odd && random_below(3) == 0),
                           PICK(TARGETS, 3, odd && random_below(3) == 0),
                           PICK(REQUEST_FIELDS, 4, odd && random_below(3) == 0),
                           body ? PICK(BODIES, 5, random_below(2) == 0) : "\r\n"};
}

static struct recipe answer_recipe(bool odd)
{
    return (struct recipe){PICK(STATUS, 2, odd && random_below(3) == 0), NULL,
                           PICK(ANSWER_FIELDS, 2, odd && random_below(3) == 0),
                           PICK(BODIES, 3, odd)};
}

/* With a number in place of each '#'. */
static void add(char out[TEXT_ROOM], const char *text)
{
    size_t len = strlen(out);

    for (; *text != '\0'; text++)
        len += (size_t)(*text == '#' ? snprintf(out + len, TEXT_ROOM - len, "%u",
                                                (unsigned)random_below(1000))
                                     : snprintf(out + len, TEXT_ROOM - len, "%c", *text));
}

static void cook(char out[TEXT_ROOM], const struct recipe *r, enum direction d)
{
    static const char odd[] = "\r\n :\t_x\x01\x80\x7f";
    const char *version = random_below(60) > 0 ? "HTTP/1.1" : "HTTP/1.0";

    out[0] = '\0';
    add(out, d == TO_SERVER ? r->first : version);
    add(out, " ");
    add(out, d == TO_SERVER ? r->target : r->first);
    if (d == TO_SERVER) {
        add(out, " ");
        add(out, version);
    }
    add(out, "\r\n");
    add(out, r->fields);
    add(out, r->body);
    if (random_below(200) == 0)
        out[random_below((uint32_t)strlen(out))] = odd[random_below(sizeof(odd) - 1)];
}

static void describe(struct harness *x, const struct event *e)
{
    if (e->kind == EVENT_BITTORRENT)
        buffer_printf(&x->log, "B(%s,%u) ", e->as.bittorrent.kind,
                      (unsigned)e->as.bittorrent.peer_count);
    else
        http_describe(x, e);
}

static bool same_body(const struct http_body *a, const struct http_body *b)
{
    return a->left == b->left && a->seen == b->seen && a->state == b->state &&
           a->digits == b->digits && a->had_cr == b->had_cr;
}

static bool same_state(const struct http *a, const struct http *b)
{
    for (unsigned d = 0; d < 2; d++) {
        const struct http_side *s = &a->side[d], *z = &b->side[d];
        if (s->offset != z->offset || s->kept.len != z->kept.len || s->lost != z->lost ||
            s->hole != z->hole || s->scanned != z->scanned || s->phase != z->phase ||
            s->line_good != z->line_good ||
            (s->phase == PHASE_BODY && !same_body(&s->body, &z->body)))
            return false;
    }
    for (unsigned n = 0; n < a->queue.count && n < b->queue.count; n++) {
        const struct http_exchange *x = http_queue_at(&a->queue, n);
        const struct http_exchange *y = http_queue_at(&b->queue, n);
        if (x->method != y->method || x->request_over != y->request_over ||
            x->request_packet != y->request_packet || x->request_length != y->request_length ||
            x->response_over != y->response_over || x->upgrade != y->upgrade ||
            x->key3_len != y->key3_len || x->tracker != y->tracker ||
            memcmp(x->ws.challenge, y->ws.challenge, sizeof(x->ws.challenge)) != 0)
            return false;
    }
    return a->queue.count == b->queue.count && a->queue.forgotten == b->queue.forgotten &&
           a->answering == b->answering && a->alone == b->alone && a->refused == b->refused &&
           a->reading_request == b->reading_request && a->gone == b->gone && a->sure == b->sure;
}

struct talk {
    char said[2][SAID_ROOM]; /* by direction */
    size_t len[2], at[2];
    size_t end[2][MESSAGES]; /* of each message */
};

/* Of three requests and three answers, over and over. */
static void make_talk(struct talk *t, uint32_t oddness)
{
    struct recipe menu[2][KINDS];
    char text[TEXT_ROOM];

    for (unsigned i = 0; i < KINDS; i++) {
        menu[TO_SERVER][i] = request_recipe(random_below(100) < oddness);
        menu[TO_CLIENT][i] = answer_recipe(random_below(100) < oddness);
    }
    t->len[0] = t->len[1] = t->at[0] = t->at[1] = 0;
    for (unsigned n = 0; n < 2 * MESSAGES; n++) {
        const enum direction d = n % 2 == 0 ? TO_SERVER : TO_CLIENT;
        cook(text, &menu[d][random_below(KINDS)], d);
        memcpy(t->said[d] + t->len[d], text, strlen(text));
        t->len[d] += strlen(text);
        t->end[d][n / 2] = t->len[d];
    }
}

/* Mostly a message at a time, and the two sides by turns. */
static struct bytes next_segment(struct talk *t, enum direction d, unsigned n)
{
    const size_t left = t->len[d] - t->at[d];
    const size_t whole = t->end[d][n] > t->at[d] ? t->end[d][n] - t->at[d] : left;
    const size_t most = left < 2 * whole ? left : 2 * whole;
    const size_t len = random_below(8) > 0 ? whole : 1 + random_below((uint32_t)most);
    const struct bytes in = bytes_of(t->said[d] + t->at[d], len);

    t->at[d] += len;
    return in;
}

static void begin(struct http_run *r, uint32_t interest, struct digest *digest, bool feeds_all)
{
    run_begin(r, interest, digest);
    r->x.host.asked_for = http_asked_for;
    r->x.describe = describe;
    r->x.feeds_all = feeds_all;
}

/* Returns how many bytes were skimmed. */
static uint64_t run(const struct turn *turns, size_t count, uint32_t interest,
                    struct digest *digest)
{
    struct http_run quick, wary;
    bool same = true;

    begin(&quick, interest, digest, false);
    begin(&wary, interest, digest, true);
    for (size_t n = 0; n < count; n++) {
        harness_run(&quick.x, &layer_http, quick.state, &turns[n], 1, 0);
        harness_run(&wary.x, &layer_http, wary.state, &turns[n], 1, 0);
        same = same && (quick.x.became || quick.x.left || same_state(quick.state, wary.state));
    }
    CHECK(same, "the same is remembered");
    const uint64_t skimmed = quick.x.skimmed;
    CHECK_TEXT(run_log(&quick), run_log(&wary), "the same is said");
    run_end(&quick);
    run_end(&wary);
    return skimmed;
}

static size_t cut_talk(struct talk *t, uint32_t oddness, struct turn turns[2 * MESSAGES])
{
    size_t count = 0;

    for (unsigned n = 0; n < 2 * MESSAGES; n++) {
        const enum direction d = n % 2 == 0 ? TO_SERVER : TO_CLIENT;
        if (t->at[d] == t->len[d] || random_below(30) == 0)
            continue;
        const struct bytes in = next_segment(t, d, n / 2);
        const bool lost = random_below(4000) < oddness;
        turns[count++] = (struct turn){.direction = d, .bytes = in, .gap = lost ? in.len : 0};
    }
    return count;
}

static void test_random(struct digest *digest)
{
    static struct talk talk;
    uint64_t quiet = 0, told = 0, all = 0;

    for (unsigned n = 0; n < CONVERSATIONS; n++) {
        static const uint32_t percent[] = {0, 10, 30, 60};
        const uint32_t oddness = percent[n / 8 % 4];
        struct turn turns[2 * MESSAGES];
        make_talk(&talk, oddness);
        all += talk.len[0] + talk.len[1];
        const size_t count = cut_talk(&talk, oddness, turns);
        if (n % 8 == 0)
            told += run(turns, count, INTEREST_STATUS, digest);
        else
            quiet += run(turns, count, INTEREST_ANOMALIES, digest);
    }
    CHECK(quiet > all / 8, "much was skimmed");
    CHECK(told == 0, "nothing of what somebody is told");
}

/* What comes of a body by itself: a tracker's is read, a broken one is told, any other is passed
 * over, before HTTP is certain, too. */
static void test_bodies(struct digest *digest)
{
    static const struct {
        const char *name, *request, *head, *body, *rest;
        bool skimmed;
    } cases[] = {
        {"a tracker's",
         "GET /announce?info_hash=aaaaaaaaaaaaaaaaaaaa&peer_id=-qB4610-aaaaaaaaaaaa&port=6881 "
         "HTTP/1.1\r\nHost: t\r\n\r\n",
         "HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n", "d8:intervali60e5:", "peers6:abcdefe",
         false},
        {"a broken one", "GET / HTTP/1.1\r\nHost: t\r\n\r\n",
         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r", "\nabcx\r\n0", "\r\n\r\n",
         false},
        {"one in chunks", "GET / HTTP/1.1\r\nHost: t\r\n\r\n",
         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r", "\nabc\r\n0", "\r\n\r\n",
         true},
        {"one to the end", "GET / HTTP/1.1\r\nHost: t\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", "abc",
         "def", true},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct turn turns[] = {{TO_SERVER, bytes_of_text(cases[i].request), 0},
                                     {TO_CLIENT, bytes_of_text(cases[i].head), 0},
                                     {TO_CLIENT, bytes_of_text(cases[i].body), 0},
                                     {TO_CLIENT, bytes_of_text(cases[i].rest), 0}};
        const uint64_t rest = strlen(cases[i].body) + strlen(cases[i].rest);
        const uint64_t got = run(turns, 4, INTEREST_ANOMALIES, digest);
        CHECK(got == (cases[i].skimmed ? rest : 0), cases[i].name);
    }
}

int main(void)
{
    struct err err;
    struct digest *digest = digest_create(&err);

    test_random(digest);
    test_bodies(digest);
    digest_free(digest);
    return test_end();
}
