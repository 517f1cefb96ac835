/* SPDX-License-Identifier: MIT */
#include "output/output.h"

#include <stdlib.h>

#include "model/packet.h"
#include "output/community_id.h"
#include "output/eve_body.h"
#include "output/eve_events.h"
#include "output/eve_words.h"

struct eve {
    struct sink sink;
    struct out *out;
    struct eve_options how;
    struct digest *digest;
    struct community_cache community;
    const struct input_note *input; /* what was read; NULL: not known yet */
};

/* How each kind is written; no body: it is not. */
static const struct line {
    eve_body *body;
    bool by_sender;    /* src is who sent it; else src is the client */
    uint32_t interest; /* what must be asked for, that the line can say all it has to */
} lines[] = {
    [EVENT_HTTP_REQUEST] = {0},
    [EVENT_HTTP_STATUS] = {0},
    [EVENT_HTTP_SLOW] = {0},
    [EVENT_HTTP] = {eve_http, false, INTEREST_HTTP},
    [EVENT_TLS] = {eve_tls, false, INTEREST_TLS},
    [EVENT_HANDSHAKE] = {eve_handshake, false, 0},
    [EVENT_MESSAGE_BEGIN] = {0},
    [EVENT_PAYLOAD] = {0},
    [EVENT_MESSAGE] = {eve_message, true, INTEREST_MESSAGES | INTEREST_VALIDITY},
    [EVENT_FRAME] = {eve_frame, true, INTEREST_FRAMES},
    [EVENT_BITTORRENT] = {eve_bittorrent, false, INTEREST_BITTORRENT},
    [EVENT_ANOMALY] = {eve_anomaly, true, INTEREST_ANOMALIES | INTEREST_VALIDITY},
    [EVENT_ALERT] = {eve_alert, false, 0},
    [EVENT_FLOW] = {eve_flow, false, INTEREST_FIGURES},
    [EVENT_STATS] = {eve_stats, false, 0},
};
#define LINES (sizeof(lines) / sizeof(lines[0]))

static const char *transport_name(uint8_t transport)
{
    return transport == TRANSPORT_TCP ? "TCP" : transport == TRANSPORT_UDP ? "UDP" : NULL;
}

static void write_vlans(struct json *j, const uint16_t *vlan, uint8_t count)
{
    if (count == 0)
        return;
    json_array(j, "vlan");
    for (uint8_t i = 0; i < count; i++)
        json_u64(j, NULL, vlan[i]);
    json_end(j);
}

static void write_addr(struct json *j, const char *key, const struct addr *a)
{
    char text[ADDR_TEXT_ROOM];

    json_string(j, key, bytes_of(text, addr_text(a, text)));
}

/* `transport` NONE: there are no ports. */
static void write_ends(struct json *j, const struct endpoint *src, const struct endpoint *dst,
                       uint8_t transport)
{
    const char *proto = transport_name(transport);

    write_addr(j, "src_ip", &src->addr);
    if (proto != NULL)
        json_u64(j, "src_port", src->port);
    write_addr(j, "dest_ip", &dst->addr);
    if (proto == NULL)
        return;
    json_u64(j, "dest_port", dst->port);
    json_text(j, "proto", proto);
}

static void write_flow(struct eve *eve, struct json *j, const struct event *e, bool by_sender)
{
    const struct flow_info *f = e->flow;
    const bool from_server = by_sender && e->direction == TO_CLIENT;

    write_vlans(j, f->vlan, f->vlan_count);
    write_ends(j, from_server ? &f->server : &f->client, from_server ? &f->client : &f->server,
               f->transport);
    eve_text_if(j, "app_proto", f->app);
    json_text(j, "community_id", community_id_of(&eve->community, eve->digest, f));
}

/* A packet whose decoding failed: as much of it as could be read. */
static void write_packet(struct json *j, const struct packet *p)
{
    static const struct addr unread = {{0}};

    write_vlans(j, p->vlan, p->vlan_count);
    if (addr_compare(&p->src.addr, &unread) != 0 || addr_compare(&p->dst.addr, &unread) != 0)
        write_ends(j, &p->src, &p->dst, p->transport);
}

/* The order of the common fields is Suricata's. */
static void write_line(struct eve *eve, const struct event *e, const struct line *line)
{
    struct buffer *out = out_buffer(eve->out);
    struct json j = json_into(out, false);
    const struct flow_info *f = e->flow;

    json_object(&j, NULL);
    json_time(&j, "timestamp", e->time_ns);
    if (f != NULL) {
        json_u64(&j, "flow_id", f->id);
        eve_text_if(&j, f->live ? "in_iface" : "pcap_filename", f->source);
    }
    json_text(&j, "event_type", eve_event_word(e->kind));
    if (!eve->how.live && (f != NULL || e->of != NULL))
        eve_u64_if(&j, "pcap_cnt", e->packet);
    if (f != NULL)
        write_flow(eve, &j, e, line->by_sender);
    else if (e->of != NULL)
        write_packet(&j, e->of);
    line->body(&j, e, &eve->how);
    if (e->kind == EVENT_STATS && e->as.stats.final && eve->input != NULL)
        eve_input(&j, eve->input);
    json_end(&j);
    buffer_append_byte(out, '\n');
}

static void on_event(void *ctx, const struct event *e)
{
    struct eve *eve = ctx;
    const struct line *line = &lines[e->kind];

    if (line->body == NULL || !eve_events_have(eve->how.events, e->kind) ||
        (e->kind == EVENT_TLS && !e->as.tls.final))
        return;
    write_line(eve, e, line);
    out_record(eve->out);
    if (eve->how.live)
        out_flush(eve->out);
}

static uint32_t interest_of(const struct eve_options *how)
{
    uint32_t interest = 0;

    for (size_t kind = 0; kind < LINES; kind++)
        if (eve_events_have(how->events, (enum event_kind)kind))
            interest |= lines[kind].interest;
    if (how->payload != PAYLOAD_NONE && eve_events_have(how->events, EVENT_MESSAGE))
        interest |= INTEREST_KEEP;
    return interest;
}

struct eve *eve_create(struct out *out, const struct eve_options *how, struct err *err)
{
    struct eve *eve = calloc(1, sizeof(*eve));

    if (eve == NULL) {
        err_set(err, "EVE: out of memory");
        return NULL;
    }
    eve->sink = (struct sink){.event = on_event, .ctx = eve, .interest = interest_of(how)};
    eve->out = out;
    eve->how = *how;
    eve->digest = digest_create(err);
    if (eve->digest != NULL)
        return eve;
    eve_free(eve);
    return NULL;
}

struct sink *eve_sink(struct eve *e)
{
    return &e->sink;
}

void eve_note_input(struct eve *e, const struct input_note *in)
{
    e->input = in;
}

void eve_free(struct eve *e)
{
    if (e == NULL)
        return;
    digest_free(e->digest);
    free(e);
}
