/* SPDX-License-Identifier: MIT */
#include "policy_harness.h"

static const struct promise_vector {
    const char *rules;
    uint8_t transport;
    uint16_t port;
    const char *promise; /* "" = none */
} promises[] = {
    {"version: 1\n", TRANSPORT_TCP, 80, "http, websocket"},
    {"version: 1\n", TRANSPORT_TCP, 443, "tls"},
    {"version: 1\n", TRANSPORT_UDP, 443, "quic"},
    {"version: 1\n", TRANSPORT_TCP, 22, "ssh"},
    {"version: 1\n", TRANSPORT_UDP, 22, ""},
    {"version: 1\n", TRANSPORT_TCP, 20, "ftp-data"},
    {"version: 1\n", TRANSPORT_TCP, 27017, "mongodb"},
    {"version: 1\n", TRANSPORT_UDP, 11211, "memcached"},
    {"version: 1\n", TRANSPORT_TCP, 5902, "vnc"},
    {"version: 1\n", TRANSPORT_TCP, 5904, ""},
    {"version: 1\n", TRANSPORT_TCP, 0, ""},
    {"version: 1\n", TRANSPORT_TCP, 65535, ""},
    {"version: 1\nports: {80: http}\n", TRANSPORT_TCP, 80, "http"},
    {"version: 1\nports: {80: [websocket, http, ssh]}\n", TRANSPORT_TCP, 80,
     "websocket, http, ssh"},
    {"version: 1\nports: {80: any}\n", TRANSPORT_TCP, 80, ""},
    {"version: 1\nports: {80: []}\n", TRANSPORT_TCP, 80, ""},
    {"version: 1\nports: {80: [any]}\n", TRANSPORT_TCP, 80, ""},
    {"version: 1\nports: {443: http}\n", TRANSPORT_UDP, 443, "quic"},
    {"version: 1\nports: {udp/443: dtls}\n", TRANSPORT_UDP, 443, "dtls"},
    {"version: 1\nports: {udp/443: dtls}\n", TRANSPORT_TCP, 443, "tls"},
    {"version: 1\nports: {tcp/70-90: http, 8000: websocket}\n", TRANSPORT_TCP, 90, "http"},
    {"version: 1\nports: {8000: websocket, tcp/70-90: http}\n", TRANSPORT_TCP, 8000, "websocket"},
    {"version: 1\nports: {8000: websocket, tcp/70-90: http}\n", TRANSPORT_TCP, 22, "ssh"},
};

static void check_promises(void)
{
    for (size_t i = 0; i < sizeof(promises) / sizeof(promises[0]); i++) {
        const struct promise_vector *v = &promises[i];
        struct policy *p = harness_load(v->rules, NULL, NULL);
        const char *got = policy_promise(p, v->transport, v->port);
        CHECK_TEXT(got != NULL ? got : "", v->promise, v->rules);
        policy_free(p);
    }
}

/* Is the built-in table sorted? Then whatever can be found is found. */
static void check_built_in(void)
{
    struct policy *p = policy_load(NULL, NULL, NULL, NULL);
    size_t count = 0;

    for (uint32_t port = 0; port <= UINT16_MAX; port++) {
        count += policy_promise(p, TRANSPORT_TCP, (uint16_t)port) != NULL;
        count += policy_promise(p, TRANSPORT_UDP, (uint16_t)port) != NULL;
    }
    CHECK(count == 96, "every port of the table is found");
    policy_free(p);
}

static const struct mismatch_vector {
    const char *name, *facts;
    const char *answer;
} mismatches[] = {
    {"nothing known", "dir sport=80", "not yet"},
    {"direction unknown", "sport=80 app=ssh conf=strong", "not yet"},
    {"direction unknown, and either port promises nothing", "sport=40000 cport=40001 app=ssh",
     "no"},
    {"direction guessed at the end", "sport=80 app=ssh conf=strong over", "yes"},
    {"never known", "dir sport=80 over", "no"},
    {"http on 80", "dir sport=80 app=http layers=tcp,http conf=certain", "no"},
    {"http2 on 80", "dir sport=80 app=http2 layers=tcp,http2 conf=certain", "no"},
    {"websocket on 80", "dir sport=80 app=websocket layers=tcp,http,websocket conf=certain", "no"},
    {"ssh on 80", "dir sport=80 app=ssh layers=tcp,ssh conf=strong", "yes"},
    {"raw on 80", "dir sport=80 app=raw layers=tcp conf=probable settled", "yes"},
    {"a tracker on 80", "dir sport=80 app=bittorrent layers=tcp,http,bittorrent conf=strong",
     "yes"},
    {"a tunnel on 80", "dir sport=80 app=ssh layers=tcp,http,websocket,ssh conf=strong", "yes"},
    {"tls on 80", "dir sport=80 app=tls layers=tcp,tls conf=certain", "yes"},
    {"silent on 80", "dir sport=80 app=none layers=tcp over", "no"},
    {"a guess", "dir sport=80 app=ssh conf=guess", "no"},
    {"anything inside TLS on 443",
     "dir sport=443 app=websocket layers=tcp,tls,http,websocket "
     "conf=certain",
     "no"},
    {"http on 443", "dir sport=443 app=http layers=tcp,http conf=certain", "yes"},
    {"no promise", "dir sport=50000 app=ssh conf=strong", "no"},
    {"a websocket port, still http", "dir sport=9999 app=http conf=certain", "not yet"},
    {"a websocket port, only http", "dir sport=9999 app=http conf=certain settled", "yes"},
    {"ftp by nDPI's name", "dir sport=21 app=ftp_control conf=strong settled", "no"},
};

static void check_mismatches(void)
{
    static const char *const answer[] = {"no", "yes", "not yet"};

    for (size_t i = 0; i < sizeof(mismatches) / sizeof(mismatches[0]); i++) {
        struct timeline t;
        harness_open(&t, "version: 1\nports: {9999: websocket}\n");
        harness_run(&t, mismatches[i].facts);
        CHECK_TEXT(answer[policy_mismatch(t.policy, &t.facts)], mismatches[i].answer,
                   mismatches[i].name);
        harness_close(&t);
    }
}

int main(void)
{
    check_promises();
    check_built_in();
    check_mismatches();
    return test_end();
}
