/* SPDX-License-Identifier: MIT */
/* --graph: who exchanged with whom over BitTorrent, in the language of Graphviz. */
#include <stdlib.h>

#include "output/escape.h"
#include "output/output.h"
#include "output/terminal.h"
#include "output/wording.h"

#define NAMES_MAX  65536
#define WIDEST     8  /* of a line, in points */
#define WIDER_EACH 10 /* times the bytes, for one point more */

struct graph {
    struct sink sink;
    struct out *out;
    struct tally names;
    struct swarm swarm;
};

static void on_event(void *ctx, const struct event *e)
{
    struct graph *g = ctx;

    if (e->kind == EVENT_BITTORRENT)
        swarm_event(&g->swarm, e, &g->names);
    else if (e->kind == EVENT_FLOW && e->flow->end != FLOW_GOES_ON)
        swarm_flow(&g->swarm, e->flow);
}

struct graph *graph_create(struct out *out, struct err *err)
{
    struct graph *g = calloc(1, sizeof(*g));

    if (g == NULL) {
        err_set(err, "no memory for the graph");
        return NULL;
    }
    g->sink = (struct sink){.event = on_event, .ctx = g, .interest = INTEREST_BITTORRENT};
    g->out = out;
    tally_init(&g->names, 0, NAMES_MAX);
    swarm_init(&g->swarm);
    return g;
}

struct sink *graph_sink(struct graph *g)
{
    return &g->sink;
}

static void put_address(struct buffer *out, const struct addr *a)
{
    char text[ADDR_TEXT_ROOM];

    buffer_append_byte(out, '"');
    buffer_append(out, bytes_of(text, addr_text(a, text)));
    buffer_append_byte(out, '"');
}

static void put_host(struct buffer *out, const struct swarm_host *h)
{
    const bool tracker = (h->signs & SWARM_IS_TRACKER) != 0;
    char text[ADDR_TEXT_ROOM];

    buffer_append_text(out, "  ");
    put_address(out, &h->addr);
    buffer_append_text(out, " [label=\"");
    buffer_append(out, bytes_of(text, addr_text(&h->addr, text)));
    if (h->client != NULL) {
        buffer_append_text(out, "\\n");
        escape_dot(out, bytes_of_text(h->client));
    }
    buffer_append_text(out, tracker ? "\\ntracker" : "");
    buffer_printf(out, "\"%s];\n", tracker ? ", shape=ellipse" : "");
}

static unsigned width_of(uint64_t bytes)
{
    unsigned width = 1;

    for (uint64_t step = 10000; bytes > step && width < WIDEST; step *= WIDER_EACH)
        width++;
    return width;
}

/* Dashed: nothing of what was exchanged can be read. Dotted: no peers, but who asks a tracker. */
static const char *style_of(uint32_t signs)
{
    if ((signs & (SWARM_TRACKER | SWARM_WEBTORRENT)) != 0)
        return "dotted";
    return (signs & (SWARM_ENCRYPTED | SWARM_NAMED_BY)) != 0 ? "dashed" : "solid";
}

static void put_pair(struct buffer *out, const struct swarm_pair *p)
{
    buffer_append_text(out, "  ");
    put_address(out, &p->client);
    buffer_append_text(out, " -> ");
    put_address(out, &p->server);
    buffer_append_text(out, " [label=\"");
    wording_plural(out, p->totals.flows, "flow");
    buffer_append_text(out, ", ");
    terminal_size(out, totals_bytes(&p->totals));
    if (p->signs != 0) {
        buffer_append_text(out, "\\n");
        wording_signs(out, p->signs);
    }
    buffer_printf(out, "\", style=%s, penwidth=%u", style_of(p->signs),
                  width_of(totals_bytes(&p->totals)));
    if (p->info_hash != NULL) {
        buffer_append_text(out, ", tooltip=\"torrent ");
        wording_info_hash(out, p->info_hash);
        buffer_append_byte(out, '"');
    }
    buffer_append_text(out, "];\n");
}

static void put_graph(struct buffer *out, const struct sorted *hosts, const struct sorted *pairs,
                      uint64_t others)
{
    buffer_append_text(out, "digraph bittorrent {\n"
                            "  graph [overlap=false, splines=true, fontname=\"sans-serif\"];\n"
                            "  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n"
                            "  edge [fontname=\"sans-serif\", fontsize=10];\n");
    for (size_t i = 0; i < hosts->count; i++)
        put_host(out, hosts->at[i]);
    for (size_t i = 0; i < pairs->count; i++)
        put_pair(out, pairs->at[i]);
    if (others > 0)
        buffer_printf(out, "  // %llu more did not fit\n", (unsigned long long)others);
    buffer_append_text(out, "}\n");
}

bool graph_finish(struct graph *g, struct err *err)
{
    struct sorted hosts = tally_sorted(&g->swarm.hosts, swarm_host_compare);
    struct sorted pairs = tally_sorted(&g->swarm.pairs, swarm_pair_compare);
    const bool whole = swarm_whole(&g->swarm) && hosts.count == g->swarm.hosts.count &&
                       pairs.count == g->swarm.pairs.count;

    if (whole)
        put_graph(out_buffer(g->out), &hosts, &pairs, g->swarm.others);
    else
        err_set(err, "out of memory");
    out_record(g->out);
    free(hosts.at);
    free(pairs.at);
    return whole;
}

void graph_free(struct graph *g)
{
    if (g == NULL)
        return;
    tally_free(&g->names);
    swarm_free(&g->swarm);
    free(g);
}
