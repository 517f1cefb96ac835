/* SPDX-License-Identifier: MIT */
/* output_fixture.h - a flow to tell of, an output to tell it to, and what it then said. */
#ifndef TESTS_UNIT_OUTPUT_FIXTURE_H
#define TESTS_UNIT_OUTPUT_FIXTURE_H

#include <stdlib.h>
#include <unistd.h>

#include "output/output.h"
#include "test.h"

#define FIXTURE_START 1795324561123456789 /* 2026-11-22T05:16:01.123456 */
#define FIXTURE_MS    INT64_C(1000000)

struct fixture {
    char path[64];
    struct out *out;
    char *text; /* of fixture_end */
};

static inline struct out *fixture_begin(struct fixture *x)
{
    *x = (struct fixture){.path = "/tmp/test_output.XXXXXX"};
    const int fd = mkstemp(x->path);
    CHECK(fd >= 0, "a temporary file");
    close(fd);
    x->out = out_open(x->path, NULL);
    return x->out;
}

/* All that was written; valid until fixture_free(). */
static inline const char *fixture_end(struct fixture *x)
{
    CHECK(out_close(x->out, NULL), "written");
    FILE *f = fopen(x->path, "r");
    const size_t len = fseek(f, 0, SEEK_END) == 0 ? (size_t)ftell(f) : 0;
    rewind(f);
    x->text = calloc(1, len + 1);
    CHECK(fread(x->text, 1, len, f) == len, "read back");
    fclose(f);
    unlink(x->path);
    return x->text;
}

static inline void fixture_free(struct fixture *x)
{
    free(x->text);
}

static inline struct flow_info fixture_flow(void)
{
    static const uint8_t client[] = {10, 0, 0, 2}, server[] = {192, 168, 100, 254};
    struct flow_info f = {
        .id = 7,
        .source = "chat.pcap",
        .client = {.port = 51000},
        .server = {.port = 80},
        .transport = TRANSPORT_TCP,
        .direction_known = true,
        .start_ns = FIXTURE_START,
        .end_ns = FIXTURE_START + 2500 * FIXTURE_MS,
        .packets = {5, 4},
        .bytes = {500, 400},
        .payload_bytes = {1234, 4321},
        .state = FLOW_CLOSED,
        .end = FLOW_FINISHED,
        .layers = {"tcp", "http", "websocket"},
        .layer_count = 3,
        .app = "websocket",
        .confidence = CONFIDENCE_CERTAIN,
        .expected = "http, websocket",
        .mismatch = TRI_NO,
        .ladder = LADDER_FRAMED,
        .host = bytes_of_text("chat.example.com"),
        .path = bytes_of_text("/chat"),
    };

    f.client.addr = addr_from_ipv4(client);
    f.server.addr = addr_from_ipv4(server);
    return f;
}

/* `ms` after the flow's start. */
static inline struct event fixture_event(enum event_kind kind, const struct flow_info *f,
                                         uint64_t packet, int64_t ms)
{
    return (struct event){
        .kind = kind, .packet = packet, .time_ns = FIXTURE_START + ms * FIXTURE_MS, .flow = f};
}

#endif
