/* SPDX-License-Identifier: MIT */
/* conversation.h - TCP connections made packet by packet for the whole engine, and a sink that
 * writes down what it says. Raw IPv4 frames; checksums are left to the card that is not there. */
#ifndef TESTS_UNIT_CONVERSATION_H
#define TESTS_UNIT_CONVERSATION_H

#include "base/buffer.h"
#include "engine/engine.h"
#include "policy/load.h"
#include "test.h"

#define LINKTYPE_RAW 101
#define TALK_HEADERS 40
#define TALK_ROOM    70000
#define TALK_STEP_NS 1000000LL

struct talk {
    struct policy *policy;
    struct engine *engine;
    struct sink sink;
    struct buffer log;
    uint64_t number;
    int64_t now_ns;
    uint16_t client_port, server_port;
    uint32_t isn[2]; /* by enum direction of what is sent */
    uint32_t sent[2];
    bool packets_matter; /* write packet numbers down, too */
    enum flow_end ended; /* how the last flow did */
};

static inline void talk_flow_text(struct talk *t, const struct flow_info *f)
{
    for (unsigned i = 0; i < f->layer_count; i++)
        buffer_printf(&t->log, "%s%s", i > 0 ? ">" : "", f->layers[i]);
    buffer_printf(&t->log, " app=%s/%s", f->app != NULL ? f->app : "?",
                  confidence_name(f->confidence));
    if (f->ladder != LADDER_NONE)
        buffer_printf(&t->log, " %s", ladder_name(f->ladder));
    if (f->shape != SHAPE_NONE)
        buffer_printf(&t->log, " shape=%s", shape_name(f->shape));
    if (f->mismatch == TRI_YES)
        buffer_append_text(&t->log, " mismatch");
    if (f->tcp.missing[0] + f->tcp.missing[1] > 0)
        buffer_printf(&t->log, " missing=%u/%u", (unsigned)f->tcp.missing[0],
                      (unsigned)f->tcp.missing[1]);
    buffer_printf(&t->log, " %s:%s\n", verdict_name(f->verdict), f->rule != NULL ? f->rule : "-");
}

static inline void talk_event(void *ctx, const struct event *e)
{
    struct talk *t = ctx;
    const char *arrow = e->direction == TO_SERVER ? ">" : "<";

    if (e->kind == EVENT_MESSAGE)
        buffer_printf(&t->log, "%s%u/%u%s ", arrow, e->as.message.opcode,
                      (unsigned)e->as.message.length, e->as.message.complete ? "" : "!");
    else if (e->kind == EVENT_HTTP)
        buffer_printf(&t->log, "http/%u ", e->as.http.status);
    else if (e->kind == EVENT_ANOMALY)
        buffer_printf(&t->log, "(%s) ", anomaly_info(e->as.anomaly.id)->name);
    else if (e->kind == EVENT_ALERT)
        buffer_printf(&t->log, "%s:%s ", e->as.alert.action, e->as.alert.rule);
    else if (e->kind == EVENT_FLOW && e->flow->end != FLOW_GOES_ON)
        talk_flow_text(t, e->flow);
    if (e->kind == EVENT_FLOW)
        t->ended = e->flow->end;
    if (e->kind == EVENT_ALERT && t->packets_matter)
        buffer_printf(&t->log, "at packet %u leaked=%u/%u ", (unsigned)e->packet,
                      (unsigned)e->as.alert.leaked_bytes[0], (unsigned)e->as.alert.leaked_bytes[1]);
}

/* `rules`: the text of a rules file, or NULL. `memory`: 0 = the default. */
static inline void talk_begin(struct talk *t, const char *rules, size_t memory)
{
    struct err err = {0};

    *t = (struct talk){.client_port = 40000, .server_port = 80, .isn = {0xffffff00U, 77}};
    t->sink = (struct sink){.event = talk_event,
                            .ctx = t,
                            .interest = INTEREST_MESSAGES | INTEREST_HTTP | INTEREST_ANOMALIES |
                                        INTEREST_VALIDITY | INTEREST_HANDSHAKES};
    t->policy = rules != NULL ? policy_load_text(bytes_of_text(rules), "t.yaml", NULL, NULL, &err)
                              : policy_load(NULL, NULL, NULL, &err);
    const struct engine_config config = {
        .policy = t->policy, .sinks = &t->sink, .memory = memory, .seed = 1};
    t->engine = t->policy != NULL ? engine_create(&config, &err) : NULL;
    CHECK_TEXT(err.text, "", "rules and engine");
    if (t->engine == NULL)
        exit(1);
    engine_source(t->engine, "test.pcap");
}

static inline void talk_put(uint8_t *at, uint32_t v, unsigned bytes)
{
    while (bytes-- > 0)
        *at++ = (uint8_t)(v >> 8 * bytes);
}

/* RFC 1071: of these bytes and what is summed already. */
static inline uint32_t talk_sum(const uint8_t *at, size_t len, uint32_t sum)
{
    for (size_t i = 0; i < len; i++)
        sum += i % 2 == 0 ? (uint32_t)at[i] << 8 : at[i];
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

/* One segment of direction `d` whose data begins `offset` bytes after the SYN. */
static inline void talk_segment(struct talk *t, enum direction d, uint8_t flags, uint32_t offset,
                                struct bytes data)
{
    uint8_t *packet = malloc(TALK_HEADERS + data.len);
    const struct frame frame = {.number = ++t->number,
                                .time_ns = t->now_ns += TALK_STEP_NS,
                                .linktype = LINKTYPE_RAW,
                                .wire_len = (uint32_t)(TALK_HEADERS + data.len),
                                .data = bytes_of(packet, TALK_HEADERS + data.len)};
    const bool up = d == TO_SERVER;

    if (packet == NULL)
        abort();
    memset(packet, 0, TALK_HEADERS);
    packet[0] = 0x45;
    packet[8] = 64;
    packet[9] = TRANSPORT_TCP;
    talk_put(packet + 2, (uint32_t)(TALK_HEADERS + data.len), 2);
    talk_put(packet + 12, up ? 0x0a000001 : 0x0a000002, 4);
    talk_put(packet + 16, up ? 0x0a000002 : 0x0a000001, 4);
    talk_put(packet + 20, up ? t->client_port : t->server_port, 2);
    talk_put(packet + 22, up ? t->server_port : t->client_port, 2);
    talk_put(packet + 24, t->isn[d] + offset + ((flags & TCP_SYN) != 0 ? 0 : 1), 4);
    if ((flags & TCP_ACK) != 0)
        talk_put(packet + 28, t->isn[direction_other(d)] + 1 + t->sent[direction_other(d)], 4);
    packet[32] = 0x50;
    packet[33] = flags;
    talk_put(packet + 34, 64000, 2);
    if (data.len > 0)
        memcpy(packet + TALK_HEADERS, data.at, data.len);
    engine_frame(t->engine, &frame);
    free(packet);
}

static inline void talk_open(struct talk *t)
{
    talk_segment(t, TO_SERVER, TCP_SYN, 0, LITERAL(""));
    talk_segment(t, TO_CLIENT, TCP_SYN | TCP_ACK, 0, LITERAL(""));
    talk_segment(t, TO_SERVER, TCP_ACK, 0, LITERAL(""));
}

static inline void talk_say(struct talk *t, enum direction d, struct bytes data)
{
    talk_segment(t, d, TCP_ACK | TCP_PSH, t->sent[d], data);
    t->sent[d] += (uint32_t)data.len;
}

static inline void talk_close(struct talk *t)
{
    talk_segment(t, TO_SERVER, TCP_FIN | TCP_ACK, t->sent[0], LITERAL(""));
    t->sent[0]++;
    talk_segment(t, TO_CLIENT, TCP_FIN | TCP_ACK, t->sent[1], LITERAL(""));
    t->sent[1]++;
    talk_segment(t, TO_SERVER, TCP_ACK, t->sent[0], LITERAL(""));
}

/* Ends the input; the log is NUL-terminated. */
static inline const char *talk_log(struct talk *t)
{
    engine_flush(t->engine);
    buffer_append_byte(&t->log, 0);
    return (const char *)t->log.at;
}

static inline void talk_free(struct talk *t)
{
    engine_free(t->engine);
    policy_free(t->policy);
    buffer_free(&t->log);
}

/* The log must be `want`. */
static inline void talk_end(struct talk *t, const char *want, const char *name)
{
    CHECK_TEXT(talk_log(t), want, name);
    talk_free(t);
}

#endif
