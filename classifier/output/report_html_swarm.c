/* SPDX-License-Identifier: MIT */
/* The report's section on BitTorrent: hosts, torrents, and how each is known. */
#include "output/report_html.h"

#include "output/wording.h"

#define HOSTS_SHOWN    40
#define TORRENTS_SHOWN 40

static void print_host(struct html *h, const struct swarm_host *host)
{
    char address[ADDR_TEXT_ROOM];

    addr_text(&host->addr, address);
    html_markup(h, "<tr><th scope=\"row\">");
    html_text(h, address);
    if (host->client != NULL || host->listens != 0) {
        html_markup(h, "<small>");
        html_wire(h, bytes_of_text(host->client));
        if (host->listens != 0)
            buffer_printf(h->out, "%slistens on %u", host->client != NULL ? ", " : "",
                          host->listens);
        html_markup(h, "</small>");
    }
    html_markup(h, "</th>");
    html_count_cell(h, host->flows);
    html_count_cell(h, host->others);
    html_count_cell(h, host->blocked);
    html_size_cell(h, host->sent);
    html_size_cell(h, host->received);
    html_markup(h, "<td>");
    wording_signs(&h->raw, host->signs);
    html_raw(h);
    html_markup(h, "<small>");
    html_text(h, confidence_name(host->confidence));
    html_markup(h, "</small></td></tr>\n");
}

static void print_torrent(struct html *h, const struct swarm_torrent *t)
{
    html_markup(h, "<tr><th scope=\"row\"><code>");
    wording_info_hash(&h->raw, t->info_hash);
    html_raw(h);
    html_markup(h, "</code></th>");
    html_count_cell(h, t->hosts);
    html_count_cell(h, t->flows);
    html_size_cell(h, t->bytes);
    html_markup(h, "<td>");
    wording_signs(&h->raw, t->signs);
    html_raw(h);
    html_markup(h, "</td></tr>\n");
}

void report_html_swarm(struct html *h, const struct view *v)
{
    static const char *const hosts[] = {"Host",  "#Flows",    "#Peers",   "#Blocked",
                                        "#Sent", "#Received", "Known by", NULL};
    static const char *const torrents[] = {"Info-hash", "#Hosts",   "#Flows",
                                           "#Bytes",    "Known by", NULL};

    if (v->swarm_hosts.count == 0)
        return;
    html_markup(h, "<section id=\"p2p\" aria-labelledby=\"p2p-h\">\n<h2 id=\"p2p-h\">Peer-to-peer"
                   "</h2>\n<p>BitTorrent: who took part, in what, and how each is known. ");
    if (v->swarm_named > 0) {
        html_markup(h, "Trackers, the DHT and peers named ");
        wording_plural(h->out, v->swarm_named, "endpoint");
        html_markup(h, ".");
    }
    html_markup(h, "</p>\n");
    html_table(h, "Hosts, by bytes", hosts);
    for (size_t i = 0; i < v->swarm_hosts.count && i < HOSTS_SHOWN; i++)
        print_host(h, view_swarm_host(v, i));
    if (v->swarm_hosts.count > HOSTS_SHOWN)
        report_html_rest(h, v->swarm_hosts.count - HOSTS_SHOWN, "host", 7);
    html_table_end(h);
    if (v->swarm_torrents.count > 0) {
        html_table(h, "Torrents, by bytes", torrents);
        for (size_t i = 0; i < v->swarm_torrents.count && i < TORRENTS_SHOWN; i++)
            print_torrent(h, view_swarm_torrent(v, i));
        if (v->swarm_torrents.count > TORRENTS_SHOWN)
            report_html_rest(h, v->swarm_torrents.count - TORRENTS_SHOWN, "torrent", 5);
        html_table_end(h);
    }
    html_markup(h, "</section>\n");
}
