/* SPDX-License-Identifier: MIT */
#include "output/wording.h"

#include "output/escape.h"
#include "output/terminal.h"

void wording_count(struct buffer *out, uint64_t n)
{
    if (n >= 1000) {
        wording_count(out, n / 1000);
        buffer_printf(out, ",%03u", (unsigned)(n % 1000));
        return;
    }
    buffer_append_u64(out, n);
}

void wording_short_count(struct buffer *out, uint64_t n)
{
    static const char *const unit[] = {"", "k", "M", "G", "T", "P"};
    size_t u = 0;

    for (; n > 99999 && u + 1 < sizeof(unit) / sizeof(unit[0]); u++)
        n /= 1000;
    buffer_append_u64(out, n);
    buffer_append_text(out, unit[u]);
}

void wording_plural(struct buffer *out, uint64_t n, const char *noun)
{
    wording_count(out, n);
    buffer_append_byte(out, ' ');
    buffer_append_text(out, noun);
    if (n != 1)
        buffer_append_byte(out, 's');
}

void wording_app(struct buffer *out, const struct port_app *app)
{
    buffer_append_text(out, app->app);
    if (app->speaks != NULL)
        buffer_printf(out, " (%s)", app->speaks);
}

void wording_port(struct buffer *out, uint16_t port, uint8_t transport)
{
    buffer_printf(out, "%u/%s", port, transport == TRANSPORT_UDP ? "udp" : "tcp");
}

/* What a port's promise is called in a sentence. */
static void append_promise(struct buffer *out, const char *expected)
{
    if (expected == NULL)
        buffer_append_text(out, "what the port promises");
    else if (strncmp(expected, "http", strlen("http")) == 0)
        buffer_append_text(out, "the web");
    else if (strcmp(expected, "tls") == 0)
        buffer_append_text(out, "TLS");
    else
        buffer_append_text(out, expected);
}

static const char *are(uint64_t n)
{
    return n == 1 ? "is" : "are";
}

/* "3 of 41 flows on port 80 are not the web" */
static void append_worst_port(struct buffer *out, const struct port_entry *p)
{
    wording_count(out, p->mismatched);
    buffer_append_text(out, " of ");
    wording_plural(out, p->totals.flows, "flow");
    buffer_printf(out, " on %sport %u %s not ", p->transport == TRANSPORT_UDP ? "UDP " : "",
                  p->port, are(p->mismatched));
    append_promise(out, p->expected);
}

/* "; 9 floods" */
static void append_floods(struct buffer *out, const struct view *v)
{
    if (v->floods.count == 0)
        return;
    buffer_append_text(out, "; ");
    wording_plural(out, v->floods.count, "flood");
}

/* "; 7 flows are BitTorrent" */
static void append_torrents(struct buffer *out, const struct summary_counts *c)
{
    if (c->torrents == 0)
        return;
    buffer_append_text(out, "; ");
    wording_plural(out, c->torrents, "flow");
    buffer_printf(out, " %s BitTorrent", are(c->torrents));
}

/* "; 2 WebSockets are tunnels; 1 WebSocket may be one" */
static void append_tunnels(struct buffer *out, const struct summary_counts *c)
{
    if (c->tunnels > 0) {
        buffer_append_text(out, "; ");
        wording_plural(out, c->tunnels, "WebSocket");
        buffer_append_text(out, c->tunnels == 1 ? " is a tunnel" : " are tunnels");
    }
    if (c->perhaps_tunnels > 0) {
        buffer_append_text(out, "; ");
        wording_plural(out, c->perhaps_tunnels, "WebSocket");
        buffer_append_text(out, " may be a tunnel");
    }
}

static void append_ports(struct buffer *out, const struct view *v)
{
    const struct summary_counts *c = v->counts;

    if (v->port_count == 0 || v->ports[0].mismatched == 0) {
        wording_plural(out, c->all.flows, "flow");
        buffer_append_text(out, ", and nothing seen in them contradicts its port");
        return;
    }
    append_worst_port(out, &v->ports[0]);
    const uint64_t elsewhere = c->mismatched - v->ports[0].mismatched;
    if (elsewhere > 0) {
        buffer_append_text(out, "; on other ports ");
        wording_plural(out, elsewhere, "flow");
        buffer_printf(out, " %s not what the port promises", are(elsewhere));
    }
}

void wording_headline(struct buffer *out, const struct view *v)
{
    if (v->counts->all.flows == 0) {
        buffer_append_text(out, "No TCP or UDP flow was found.");
        return;
    }
    append_ports(out, v);
    append_floods(out, v);
    append_torrents(out, v->counts);
    append_tunnels(out, v->counts);
    buffer_append_byte(out, '.');
}

static uint64_t both(const uint64_t by_direction[2])
{
    return by_direction[TO_SERVER] + by_direction[TO_CLIENT];
}

void wording_verdicts(struct buffer *out, const struct view *v)
{
    const struct summary_counts *c = v->counts;

    if (c->all.flows == 0)
        return;
    if (c->blocked == 0) {
        buffer_append_text(out, c->allowed > 0 ? "The rules block nothing" : "No rules were asked");
    } else {
        buffer_append_text(out, "The rules block ");
        wording_plural(out, c->blocked, "flow");
        if (both(c->leaked_bytes) > 0) {
            buffer_append_text(out, ", after ");
            terminal_size(out, both(c->leaked_bytes));
            buffer_append_text(out, " had passed");
        }
    }
    if (c->alerts > 0) {
        buffer_append_text(out, "; ");
        wording_plural(out, c->alerts, "alert");
    }
    buffer_append_byte(out, '.');
}

void wording_anomalies(struct buffer *out, uint64_t n)
{
    wording_count(out, n);
    buffer_append_text(out, n == 1 ? " anomaly" : " anomalies");
}

void wording_anomaly(struct buffer *out, const struct view *v, const struct anomaly_entry *a)
{
    buffer_append_text(out, anomaly_info(a->id)->name);
    if (a->count > 1) {
        buffer_append_text(out, " x ");
        wording_count(out, a->count);
    }
    buffer_append_text(out, a->count > 1 ? " (first in packet " : " (packet ");
    buffer_append_u64(out, a->first_packet);
    if (v->counts->several_sources && a->source != NULL)
        buffer_printf(out, " of %s", a->source);
    buffer_append_byte(out, ')');
}

/* One way of not having seen everything: `n` of it, and the sentence after "41 flows". */
struct unseen {
    uint64_t n;
    const char *noun, *sentence;
};

static void append_gaps(struct buffer *out, const struct summary_counts *c)
{
    wording_plural(out, c->gap_flows, "flow");
    buffer_append_text(out, c->gap_flows == 1 ? " has" : " have");
    buffer_append_text(out, " gaps: ");
    terminal_size(out, c->missing_bytes);
    buffer_append_text(out, c->missing_bytes == 1 ? " was never captured" : " were never captured");
}

static void append_unseen(struct buffer *out, const struct unseen *u)
{
    wording_plural(out, u->n, u->noun);
    buffer_append_byte(out, ' ');
    buffer_append_text(out, u->sentence);
}

bool wording_unseen(struct buffer *out, const struct view *v, const struct input_note *in, size_t i)
{
    const struct summary_counts *c = v->counts;
    const struct unseen all[] = {
        {c->gap_flows, "", ""},
        {in->kernel_drops, "packet", "dropped by the kernel before they could be read"},
        {c->late_flows, "flow", "began before the capture"},
        {c->evicted, "flow", "given up because memory was full (--memory)"},
        {c->hasty, "time", "a flow did not wait for missing bytes: memory was full"},
        {c->refused, "packet", "of flows for which there was no memory at all (--memory)"},
        {c->bare_syns, "SYN", "without an answer were too many to be told as flows"},
        {c->unknown, "flow", "showed too little to be identified"},
        {c->other_kinds.flows, "flow", "of more kinds than are told apart here"},
    };

    for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++) {
        if (all[k].n == 0 || i-- > 0)
            continue;
        if (k == 0)
            append_gaps(out, c);
        else
            append_unseen(out, &all[k]);
        return true;
    }
    if (i >= in->problem_count)
        return false;
    buffer_append_text(out, in->problems[i]);
    return true;
}
