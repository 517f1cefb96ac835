/* SPDX-License-Identifier: MIT */
/* A request in IP fragments through the whole engine: with a decoy, by the rules file's `overlap`,
 * in VLANs, among tiny fragments that never end. */
#include <stdio.h>
#include <unistd.h>

#include "conversation.h"

#define BLOCKED                                                                                    \
    "GET / HTTP/1.1\r\nHost: blocked.example\r\nAccept: text/html, application/xml\r\n\r\n"
#define HARMLES                                                                                    \
    "GET / HTTP/1.1\r\nHost: harmles.example\r\nAccept: text/html, application/xml\r\n\r\n"
#define ANSWER  "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define IP_LEN  20
#define TCP_LEN 20
#define CUT     24 /* bytes of the request in the first fragment: the host's name is behind */
#define MORE    0x2000

static void begin(struct talk *t, const char *overlap, size_t memory)
{
    char rules[200];

    snprintf(rules, sizeof(rules),
             "version: 1\noverlap: {%s}\n"
             "rules:\n- {name: no, action: block, match: {host: blocked.example}}\n",
             overlap);
    talk_begin(t, rules, memory);
    talk_open(t);
}

/* Part of the datagram that carries `request`, in so many VLANs; checksums are left to the card. */
static void fragment(struct talk *t, const char *request, size_t from, size_t to, size_t vlans)
{
    uint8_t frame[400] = {0}, whole[300] = {0};
    uint8_t *at = frame + 12, *end;
    const size_t len = TCP_LEN + strlen(request);

    talk_put(whole, t->client_port, 2);
    talk_put(whole + 2, t->server_port, 2);
    talk_put(whole + 4, t->isn[TO_SERVER] + 1, 4);
    talk_put(whole + 8, t->isn[TO_CLIENT] + 1, 4);
    talk_put(whole + 12, 0x5018fa00, 4);
    memcpy(whole + TCP_LEN, request, strlen(request));
    for (size_t i = 0; i < vlans; i++, at += 4)
        talk_put(at, 0x81000005, 4);
    talk_put(at, 0x0800, 2);
    at += 2;
    talk_put(at, 0x45000000 | (uint32_t)(IP_LEN + to - from), 4);
    talk_put(at + 4, 99U << 16 | (uint32_t)(from / 8) | (to < len ? MORE : 0), 4);
    talk_put(at + 8, 64U << 24 | TRANSPORT_TCP << 16, 4);
    talk_put(at + 12, 0x0a000001, 4);
    talk_put(at + 16, 0x0a000002, 4);
    memcpy(at + IP_LEN, whole + from, to - from);
    end = at + IP_LEN + to - from;
    const struct frame f = {.number = ++t->number,
                            .time_ns = t->now_ns += TALK_STEP_NS,
                            .linktype = 1,
                            .wire_len = (uint32_t)(end - frame),
                            .data = bytes_of(frame, (size_t)(end - frame))};
    engine_frame(t->engine, &f);
}

static void finish(struct talk *t, const char *want, const char *name)
{
    t->sent[TO_SERVER] = sizeof(BLOCKED) - 1;
    talk_say(t, TO_CLIENT, LITERAL(ANSWER));
    talk_close(t);
    talk_end(t, want, name);
}

#define LEN   (TCP_LEN + sizeof(BLOCKED) - 1)
#define FIRST (TCP_LEN + CUT - 4) /* a multiple of 8 */

/* The decoy's second half comes first; then the real one, which begins earlier: on Linux it wins,
 * where the first wins it does not. */
static void test_decoy(void)
{
    static const struct {
        const char *overlap;
        bool real;
    } rows[] = {{"default: linux-old", true},
                {"default: bsd", true},
                {"default: solaris", true},
                {"default: last", true},
                {"default: first", false},
                {"default: windows", false},
                {"default: first, networks: [{net: 10.0.0.2, policy: linux-old}]", true},
                {"default: linux-old, networks: [{net: 10.0.0.2, policy: first}]", false}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct talk t;
        begin(&t, rows[i].overlap, 0);
        fragment(&t, HARMLES, FIRST, LEN, 0);
        fragment(&t, BLOCKED, FIRST - 8, LEN, 0);
        fragment(&t, BLOCKED, 0, FIRST - 8, 0);
        finish(&t,
               rows[i].real ? "(fragment_overlap) (fragment_small) block:no http/200 "
                              "tcp>http app=http/certain block:no\n"
                            : "(fragment_overlap) (fragment_small) http/200 "
                              "tcp>http app=http/certain allow:-\n",
               rows[i].overlap);
    }
}

/* Linux since 4.19 drops the datagram, whole; its sender says it again. */
static void test_dropped(void)
{
    struct talk t;

    begin(&t, "default: linux", 0);
    fragment(&t, HARMLES, FIRST, LEN, 0);
    fragment(&t, BLOCKED, FIRST - 8, LEN, 0);
    fragment(&t, HARMLES, 0, FIRST - 8, 0); /* which would have been whole */
    talk_segment(&t, TO_SERVER, TCP_ACK, 0, LITERAL(BLOCKED));
    finish(&t,
           "(fragment_overlap) (fragment_small) block:no http/200 "
           "tcp>http app=http/certain block:no\n",
           "dropped");
}

/* In two VLANs, in any order, and each twice, as mirror ports do. */
static void test_vlans(void)
{
    static const size_t edge[] = {0, 64, 88, LEN};

    for (size_t first = 0; first < 3; first++)
        for (int step = 1; step <= 2; step++) {
            struct talk t;
            begin(&t, "default: linux", 0);
            for (size_t i = 0; i < 3; i++) {
                const size_t part = (first + i * (size_t)step) % 3;
                fragment(&t, BLOCKED, edge[part], edge[part + 1], 2);
                fragment(&t, BLOCKED, edge[part], edge[part + 1], 2);
            }
            finish(&t, "block:no http/200 tcp>http app=http/certain block:no\n", "no anomaly");
        }
}

/* Fragments that never end, before, between and after: the request is read. */
static void test_flood(void)
{
    struct talk t;

    begin(&t, "default: linux", 8 << 20);
    for (uint32_t i = 0; i < 20000; i++) {
        uint8_t tiny[IP_LEN + 8] = {0x45, 0, 0, IP_LEN + 8};
        talk_put(tiny + 4, i << 16 | MORE | 1 | i % 512, 4);
        talk_put(tiny + 8, 64U << 24 | TRANSPORT_UDP << 16, 4);
        talk_put(tiny + 12, 0x0b000000 | i, 4);
        talk_put(tiny + 16, 0x0a000002, 4);
        const struct frame f = {.number = ++t.number,
                                .time_ns = t.now_ns += 1000,
                                .linktype = LINKTYPE_RAW,
                                .wire_len = sizeof(tiny),
                                .data = bytes_of(tiny, sizeof(tiny))};
        engine_frame(t.engine, &f);
        if (i == 10000)
            fragment(&t, BLOCKED, 0, 64, 0);
        if (i == 10020)
            fragment(&t, BLOCKED, 64, LEN, 0);
    }
    CHECK(engine_totals(t.engine).memory_peak <= 8 << 20, "within --memory");
    finish(&t, "block:no http/200 tcp>http app=http/certain block:no\n",
           "in the middle of a flood");
}

int main(void)
{
    test_decoy();
    test_dropped();
    test_vlans();
    test_flood();
    return test_end();
}
