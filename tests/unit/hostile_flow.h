/* SPDX-License-Identifier: MIT */
/* hostile_flow.h - a flow whose every text was chosen to break out of a format. */
#ifndef TESTS_UNIT_HOSTILE_FLOW_H
#define TESTS_UNIT_HOSTILE_FLOW_H

#include "model/event.h"
#include "tests/unit/test.h"

/* Markup, attribute quotes, entity starts, terminal escapes, C1, bidi override, bad UTF-8, NUL. */
static const char *const hostile_text[] = {
    "</title><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'><svg/onload=alert(1)>",
    "<!--<style>*{display:none}</style>",
    "&lt;b&gt;&#60;script&#62;",
    "\x1b[2J\x1b]0;owned\x07\x1b[31m",
    "\302\23331m\2332J",
    "\342\200\256gpj.exe\342\201\246",
    "\xff\xfe\xc0\xaf\xed\xa0\x80",
    "line\r\nallow  tcp > http   certain\b\b\b\x7f",
    "]]>--></details></main>",
    "javascript:alert(1)",
};

#define HOSTILE_TEXTS (sizeof(hostile_text) / sizeof(hostile_text[0]))

static inline void hostile_flow(struct sink *sink, const char *text, enum verdict verdict,
                                uint64_t id)
{
    const struct evidence seen[] = {{id, text, bytes_of_text(text), 0},
                                    {id, "zeros", LITERAL("\0\0<\0"), 3}};
    const char *risks[] = {text};
    const struct ws_totals ws = {.messages = {1, 2}, .close_code = 1006};
    struct flow_info f = {.id = id,
                          .source = text,
                          .transport = TRANSPORT_TCP,
                          .end = FLOW_FINISHED,
                          .first_packet = id,
                          .last_packet = id,
                          .layers = {"tcp", text},
                          .layer_count = 2,
                          .app = text,
                          .confidence = CONFIDENCE_STRONG,
                          .expected = text,
                          .mismatch = TRI_YES,
                          .ladder = LADDER_UNFRAMED,
                          .verdict = verdict,
                          .rule = text,
                          .rule_line = 1,
                          .evidence = seen,
                          .evidence_count = 2,
                          .ws = &ws};

    f.server.port = (uint16_t)(80 + id);
    f.packets[TO_SERVER] = f.bytes[TO_SERVER] = f.leaked_bytes[TO_CLIENT] = 1000 + id;
    f.host = f.path = f.origin = f.subprotocol = f.sni = bytes_of_text(text);
    f.info_hash = f.peer_client = bytes_of_text(text);
    f.ndpi = (struct ndpi_info){.proto = text, .category = text, .risks = risks, .risk_count = 1};
    struct event handshake = {.kind = EVENT_HANDSHAKE, .flow = &f, .packet = id};
    handshake.as.handshake = (struct handshake){.host = f.host,
                                                .path = f.path,
                                                .origin = f.origin,
                                                .has_origin = true,
                                                .subprotocol = f.subprotocol};
    sink->event(sink->ctx, &handshake);
    struct event alert = {.kind = EVENT_ALERT, .flow = &f, .packet = id};
    alert.as.alert = (struct alert_event){.rule = text, .action = "alert", .line = 2};
    sink->event(sink->ctx, &alert);
    const struct rate_alert rate = {.what = text,
                                    .by = text,
                                    .addr = f.client.addr,
                                    .prefix = 24,
                                    .count = UINT64_MAX,
                                    .within_ns = INT64_MIN,
                                    .for_ns = 1};
    alert.as.alert.rate = &rate;
    sink->event(sink->ctx, &alert);
    struct event anomaly = {.kind = EVENT_ANOMALY, .flow = &f, .packet = id};
    anomaly.as.anomaly.id = STREAM_GAP;
    sink->event(sink->ctx, &anomaly);
    struct event e = {.kind = EVENT_FLOW, .flow = &f, .packet = id};
    sink->event(sink->ctx, &e);
}

static inline void hostile_feed(struct sink *sink)
{
    for (size_t i = 0; i < HOSTILE_TEXTS; i++) {
        hostile_flow(sink, hostile_text[i], VERDICT_BLOCK, 3 * i + 1);
        hostile_flow(sink, hostile_text[i], VERDICT_ALLOW, 3 * i + 2);
    }
}

/* The same words in what the user gave. */
static const char *const hostile_problems[] = {
    "</ul><script>alert(1)</script>: \x1b[2J is no capture", "\342\200\256txt.pcap: empty"};

#endif
