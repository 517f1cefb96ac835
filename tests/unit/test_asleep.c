/* SPDX-License-Identifier: MIT */
/* asleep.h: sleep changes nothing. Captures are read twice, and the second time every connection
 * that can sleep does so after each packet. */
#include "base/buffer.h"
#include "capture/capture.h"
#include "engine/conns.h"
#include "policy/load.h"

#include "test.h"

struct said {
    struct sink sink;
    struct buffer log;
};

static void say_flow(struct buffer *log, const struct flow_info *f)
{
    for (unsigned i = 0; i < f->layer_count; i++)
        buffer_printf(log, ">%s", f->layers[i]);
    for (unsigned d = 0; d < 2; d++)
        buffer_printf(log, " %llu/%llu/%llu/%u/%u", (unsigned long long)f->packets[d],
                      (unsigned long long)f->bytes[d], (unsigned long long)f->payload_bytes[d],
                      f->tcp.retransmissions[d], f->tcp.out_of_order[d]);
    const struct bytes text[] = {f->host, f->path, f->origin, f->sni, f->info_hash, f->peer_client};
    for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++)
        buffer_append(log, text[i]);
    for (unsigned i = 0; i < f->evidence_count; i++) {
        buffer_printf(log, " %llu %s ", (unsigned long long)f->evidence[i].packet,
                      f->evidence[i].what);
        buffer_append(log, f->evidence[i].detail);
    }
    if (f->ws != NULL)
        buffer_append(log, bytes_of(f->ws, sizeof(*f->ws)));
    buffer_printf(log, " %d %d %s %d %llu\n", f->ladder, f->confidence,
                  f->app != NULL ? f->app : "-", f->verdict, (unsigned long long)f->id);
}

static void on_event(void *ctx, const struct event *e)
{
    struct said *s = ctx;

    if (e->kind == EVENT_STATS)
        return;
    buffer_printf(&s->log, "%d %d %llu:", e->kind, e->direction, (unsigned long long)e->packet);
    if (e->kind == EVENT_ANOMALY)
        buffer_printf(&s->log, "%d %llu", e->as.anomaly.id,
                      (unsigned long long)e->as.anomaly.offset);
    if (e->kind == EVENT_MESSAGE)
        buffer_append(&s->log, e->as.message.payload);
    if (e->kind == EVENT_FLOW)
        say_flow(&s->log, e->flow);
}

/* Returns how many fell asleep. */
static size_t all_to_sleep(struct engine *e)
{
    size_t count = 0;

    for (struct flow_node *n = NULL; (n = flow_each(e->flows, n)) != NULL;)
        count += !n->asleep && asleep_put(e, n->owner);
    return count;
}

/* All that is told of a capture. */
static struct buffer read_capture(const char *path, const char *rules, size_t *slept)
{
    struct said said = {.sink = {.event = on_event, .interest = UINT32_MAX}};
    struct err err = {0};
    struct policy *policy = policy_load(rules, NULL, NULL, &err);
    struct capture *capture = capture_open_file(path, NULL, &err);
    const struct engine_config config = {.policy = policy, .sinks = &said.sink, .seed = 1};
    struct engine *e = policy != NULL ? engine_create(&config, &err) : NULL;
    struct frame f;

    said.sink.ctx = &said;
    CHECK_TEXT(err.text, "", path);
    if (e == NULL || capture == NULL)
        exit(1);
    engine_source(e, "capture");
    while (capture_next(capture, &f, &err) == CAPTURE_FRAME) {
        engine_frame(e, &f);
        if (slept != NULL)
            *slept += all_to_sleep(e);
    }
    engine_flush(e);
    CHECK(e->conns == 0 && flow_count(e->flows) == 0 && e->texts.count == 0, "nothing is left");
    engine_free(e);
    capture_close(capture);
    policy_free(policy);
    return said.log;
}

static void test_changes_nothing(void)
{
    static const char *const captures[] = {
        "port80.pcap",
        "websocket-browser.pcap",
        "websocket-deflate.pcap",
        "websocket-lossy.pcap",
        "websocket-fragments.pcap",
        "websocket-tunnels.pcap",
        "websocket-languages.pcap",
        "http.pcap",
        "udp.pcap",
        "tunnels.pcap",
        "proxy.pcap",
        "mse.pcap",
        "bittorrent.pcap",
        "bittorrent-udp.pcap",
        "torrent-utp.pcap.zst",
        "webtorrent-browser.pcap.zst",
        "websocket-tls.pcap",
        "upgrade-tricks.pcap",
        "websocket-midstream.pcap",
        "websocket-gap.pcap",
    };
    char path[100];

    for (size_t i = 0; i < sizeof(captures) / sizeof(captures[0]); i++) {
        size_t slept = 0;
        snprintf(path, sizeof(path), "pcaps/%s", captures[i]);
        struct buffer awake = read_capture(path, "rules/default.yaml", NULL);
        struct buffer asleep = read_capture(path, "rules/default.yaml", &slept);
        CHECK(slept > 10, captures[i]);
        CHECK(bytes_equal(buffer_bytes(&awake), buffer_bytes(&asleep)), captures[i]);
        buffer_free(&awake);
        buffer_free(&asleep);
    }
}

int main(void)
{
    test_changes_nothing();
    return test_end();
}
