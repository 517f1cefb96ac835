/* SPDX-License-Identifier: MIT */
/* Who took part in BitTorrent: hosts, torrents, pairs, and the graph of them. */
#include "output/swarm.h"

#include <stdlib.h>
#include <unistd.h>

#include "output/output.h"
#include "output/wording.h"
#include "test.h"

#define HASH  "aaaaaaaaaaaaaaaaaaaa"
#define OTHER "bbbbbbbbbbbbbbbbbbbb"

struct scene {
    struct swarm swarm;
    struct tally names;
};

static void begin(struct scene *s)
{
    swarm_init(&s->swarm);
    tally_init(&s->names, 0, 100);
}

static void end(struct scene *s)
{
    CHECK(swarm_whole(&s->swarm), "nothing is missing");
    swarm_free(&s->swarm);
    tally_free(&s->names);
}

static struct endpoint host(uint8_t last, uint16_t port)
{
    const uint8_t four[4] = {10, 0, 0, last};
    return (struct endpoint){.addr = addr_from_ipv4(four), .port = port};
}

static struct flow_info flow_of(uint8_t client, uint8_t server, const char *top, const char *hash)
{
    return (struct flow_info){.client = host(client, 40000),
                              .server = host(server, 6881),
                              .transport = TRANSPORT_TCP,
                              .layers = {"tcp", top},
                              .layer_count = 2,
                              .app = "bittorrent",
                              .confidence = CONFIDENCE_STRONG,
                              .bytes = {100, 2000},
                              .packets = {2, 3},
                              .end = FLOW_FINISHED,
                              .info_hash = bytes_of_text(hash)};
}

static struct event event_of(const struct flow_info *flow, const char *kind, const char *hash)
{
    struct event e = {.kind = EVENT_BITTORRENT, .direction = TO_SERVER, .flow = flow};

    e.as.bittorrent = (struct bittorrent_event){.kind = kind, .has_info_hash = hash != NULL};
    if (hash != NULL)
        memcpy(e.as.bittorrent.info_hash, hash, 20);
    return e;
}

static const struct swarm_host *find(const struct swarm *s, uint8_t last)
{
    const struct endpoint e = host(last, 0);

    for (size_t i = 0; i < s->hosts.count; i++) {
        const struct swarm_host *h = tally_at(&s->hosts, i);
        if (addr_compare(&h->addr, &e.addr) == 0)
            return h;
    }
    return NULL;
}

static void test_hosts(void)
{
    struct scene s;
    const struct flow_info wire = flow_of(1, 2, "bittorrent", HASH);
    const struct flow_info again = flow_of(2, 1, "bittorrent", HASH);
    struct flow_info hidden = flow_of(1, 3, "mse", "");
    struct flow_info other = flow_of(1, 9, "http", "");
    struct event e = event_of(&wire, "peer", HASH);

    begin(&s);
    e.as.bittorrent.client = "quay 1.2";
    e.as.bittorrent.listen_port = 51413;
    swarm_event(&s.swarm, &e, &s.names);
    e.direction = TO_CLIENT;
    e.as.bittorrent.client = NULL;
    e.as.bittorrent.listen_port = 0;
    swarm_event(&s.swarm, &e, &s.names);
    swarm_flow(&s.swarm, &wire);
    swarm_flow(&s.swarm, &again);
    hidden.verdict = VERDICT_BLOCK;
    hidden.confidence = CONFIDENCE_PROBABLE;
    swarm_flow(&s.swarm, &hidden);
    other.app = "http";
    swarm_flow(&s.swarm, &other);

    const struct swarm_host *one = find(&s.swarm, 1), *two = find(&s.swarm, 2),
                            *three = find(&s.swarm, 3);
    CHECK(s.swarm.hosts.count == 3 && find(&s.swarm, 9) == NULL, "only who took part");
    CHECK(one->flows == 3 && one->others == 2, "three flows with two others");
    CHECK(one->sent == 100 + 2000 + 100 && one->received == 2000 + 100 + 2000,
          "sent and received, whoever began");
    CHECK(one->client != NULL && strcmp(one->client, "quay 1.2") == 0 && one->listens == 51413,
          "what it says of itself");
    CHECK(two->client == NULL && two->listens == 0, "is not the other's");
    CHECK(one->signs == (SWARM_WIRE | SWARM_ENCRYPTED), "how it is known");
    CHECK(three->signs == SWARM_ENCRYPTED && three->blocked == 1 && three->probable == 1,
          "encrypted, and blocked");
    CHECK(one->confidence == CONFIDENCE_STRONG && three->confidence == CONFIDENCE_PROBABLE,
          "its best flow");
    CHECK(s.swarm.pairs.count == 2, "a pair is one, whoever began");
    end(&s);
}

static void test_torrents(void)
{
    struct scene s;
    const struct flow_info wire = flow_of(1, 2, "bittorrent", HASH);
    const struct flow_info tracker = flow_of(1, 7, "http", "");
    const struct endpoint named[] = {host(50, 1), host(51, 1), host(50, 1), host(50, 2)};
    struct event e = event_of(&wire, "peer", HASH);

    begin(&s);
    swarm_event(&s.swarm, &e, &s.names);
    swarm_event(&s.swarm, &e, &s.names);
    e = event_of(&tracker, "http-tracker", OTHER);
    swarm_event(&s.swarm, &e, &s.names);
    e.direction = TO_CLIENT;
    e.as.bittorrent.peers = named;
    e.as.bittorrent.peer_count = 4;
    swarm_event(&s.swarm, &e, &s.names);
    swarm_flow(&s.swarm, &wire);
    swarm_flow(&s.swarm, &tracker);
    CHECK(s.swarm.torrents.count == 2, "two torrents");
    const struct swarm_torrent *first = tally_at(&s.swarm.torrents, 0);
    const struct swarm_torrent *second = tally_at(&s.swarm.torrents, 1);
    CHECK(first->hosts == 1 && first->flows == 1 && first->bytes == 2100, "the first");
    CHECK(second->hosts == 1 && second->signs == SWARM_TRACKER, "a tracker is no peer of it");
    CHECK(s.swarm.named.count == 3, "each endpoint once");
    CHECK((find(&s.swarm, 7)->signs & SWARM_IS_TRACKER) != 0, "the server is a tracker");
    CHECK((find(&s.swarm, 1)->signs & SWARM_TRACKER) != 0, "and the client asks it");
    end(&s);
}

static void test_bound(void)
{
    struct scene s;

    begin(&s);
    for (unsigned n = 0; n < SWARM_HOSTS + 100; n++) {
        struct flow_info f = flow_of(1, 2, "bittorrent", "");
        f.client.addr.byte[13] = (uint8_t)(n >> 8);
        f.client.addr.byte[14] = (uint8_t)n;
        swarm_flow(&s.swarm, &f);
    }
    CHECK(s.swarm.hosts.count == SWARM_HOSTS, "no more than that");
    CHECK(s.swarm.others >= 100, "what found no room is counted");
    end(&s);
}

static char *graph_text(struct sink *(*fill)(struct graph *g))
{
    char path[] = "/tmp/portwarden-graph-XXXXXX";
    struct err err = {0};
    const int fd = mkstemp(path);
    struct out *out = fd >= 0 ? out_open(path, &err) : NULL;
    struct graph *g = out != NULL ? graph_create(out, &err) : NULL;
    static char text[8192];

    CHECK(g != NULL, err.text);
    if (g == NULL)
        exit(1);
    fill(g);
    CHECK(graph_finish(g, &err), "the graph is whole");
    graph_free(g);
    CHECK(out_close(out, &err), "and written");
    const ssize_t n = read(fd, text, sizeof(text) - 1);
    text[n > 0 ? n : 0] = '\0';
    close(fd);
    unlink(path);
    return text;
}

static struct sink *two_hosts(struct graph *g)
{
    struct sink *sink = graph_sink(g);
    const struct flow_info flow = flow_of(1, 2, "mse", HASH);
    struct event e = event_of(&flow, "peer", HASH);

    e.as.bittorrent.client = "a\"b\\n]; x -> y\033[31m";
    sink->event(sink->ctx, &e);
    const struct event ended = {.kind = EVENT_FLOW, .flow = &flow};
    sink->event(sink->ctx, &ended);
    return sink;
}

static struct sink *nobody(struct graph *g)
{
    return graph_sink(g);
}

static void test_graph(void)
{
    const char *text = graph_text(two_hosts);

    CHECK(strstr(text, "\"10.0.0.1\" [label=\"10.0.0.1\\na\\\"b\\\\n]; x -> y\\\\x1b[31m\"];\n") !=
              NULL,
          "hostile names stay inside their quotes");
    CHECK(strstr(text,
                 "\"10.0.0.1\" -> \"10.0.0.2\" [label=\"1 flow, 2.1 kB\\nMSE\", style=dashed, "
                 "penwidth=1, tooltip=\"torrent 6161616161616161616161616161616161616161\"];\n") !=
              NULL,
          "who exchanged with whom");
    text = graph_text(nobody);
    CHECK(strncmp(text, "digraph bittorrent {\n", 21) == 0 && strstr(text, "->") == NULL &&
              strcmp(text + strlen(text) - 2, "}\n") == 0,
          "nobody: an empty graph, and a whole one");
}

int main(void)
{
    test_hosts();
    test_torrents();
    test_bound();
    test_graph();
    return test_end();
}
