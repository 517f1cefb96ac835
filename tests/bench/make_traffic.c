/* SPDX-License-Identifier: MIT */
/* make_traffic.c - captures for the benchmarks: make_traffic WORKLOAD [PERCENT [ROUNDS]] > FILE
 *
 *   small    20,000 WebSocket flows, 64 small masked and unmasked text frames each, 500 at a time
 *   brief    40,000 of them, 32 frames each
 *   large    40 WebSocket flows of 64 KiB binary frames, 5 MB each
 *   mixed    100,000 flows on port 80: WebSocket, HTTP, a chat in lines, SSH, TLS, BitTorrent,
 *            noise; 1 % of the segments with data are lost, some come late or twice
 *   syn      3,000,000 SYNs from random sources around 1,000 WebSocket flows
 *   deflate  2,000 WebSocket flows with permessage-deflate and context takeover, JSON messages
 *   torrent  BitTorrent: peers over TCP and uTP, the DHT, UDP trackers
 *   million  1,000,000 WebSocket flows at once: all opened, one message each way, all closed;
 *            ROUNDS times (1)
 *
 * PERCENT (100) scales the number of flows. deflate-messages: what zlib_time reads.
 */
#include <stdlib.h>

#include "tests/bench/traffic.h"

static void make_million(struct traffic *t, uint32_t percent, uint32_t rounds)
{
    websocket_million(t, 10000 * percent, rounds);
}

static void make_large(struct traffic *t, uint32_t percent, uint32_t rounds)
{
    const uint32_t messages = 3200 * percent / 100, flows = messages < 80 ? 1 : messages / 80;

    (void)rounds;
    websocket_large(t, flows, messages / flows);
}

static const struct workload {
    const char *name;
    struct crowd crowd;
    uint32_t lost, late, twice; /* of 1,000 segments with data */
    void (*make)(struct traffic *t, uint32_t percent, uint32_t rounds);
    bool messages_only;
} workloads[] = {
    {.name = "small",
     .crowd = {20000, 500, 0, 32, websocket_open, websocket_small_turn, flow_finish}},
    {.name = "brief",
     .crowd = {40000, 500, 0, 16, websocket_open, websocket_small_turn, flow_finish}},
    {.name = "large", .make = make_large},
    {.name = "mixed",
     .crowd = {100000, 2000, 0, 8, mixed_open, mixed_turn, flow_finish},
     .lost = 10,
     .late = 5,
     .twice = 5},
    {.name = "syn",
     .crowd = {1000, 100, 115, 16, websocket_open, websocket_small_turn, flow_finish}},
    {.name = "deflate",
     .crowd = {2000, 200, 0, 300, deflate_open_flow, deflate_turn, deflate_close_flow}},
    {.name = "deflate-messages",
     .crowd = {2000, 200, 0, 300, deflate_open_flow, deflate_turn, deflate_close_flow},
     .messages_only = true},
    {.name = "torrent", .crowd = {4000, 200, 0, 12, torrent_open, torrent_turn, torrent_close}},
    {.name = "million", .make = make_million},
};

static void make(const struct workload *w, uint32_t percent, uint32_t rounds)
{
    static struct traffic t;
    struct crowd crowd = w->crowd;

    traffic_begin(&t, stdout, w->messages_only);
    t.harm.lost = w->lost;
    t.harm.late = w->late;
    t.harm.twice = w->twice;
    if (w->make != NULL) {
        w->make(&t, percent, rounds);
    } else {
        crowd.count = (uint32_t)((uint64_t)crowd.count * percent / 100);
        if (crowd.at_once > crowd.count)
            crowd.at_once = crowd.count;
        traffic_crowd(&t, &crowd);
    }
    traffic_end(&t);
}

int main(int argc, char **argv)
{
    const long percent = argc > 2 ? strtol(argv[2], NULL, 10) : 100,
               rounds = argc > 3 ? strtol(argv[3], NULL, 10) : 1;

    for (size_t i = 0; argc > 1 && i < sizeof(workloads) / sizeof(workloads[0]); i++) {
        if (strcmp(workloads[i].name, argv[1]) == 0 && percent > 0 && rounds > 0) {
            make(&workloads[i], (uint32_t)percent, (uint32_t)rounds);
            return ferror(stdout) ? 1 : 0;
        }
    }
    fprintf(stderr, "usage: make_traffic small|brief|large|mixed|syn|deflate|torrent|million "
                    "[PERCENT [ROUNDS]] > FILE\n");
    return 2;
}
