/* SPDX-License-Identifier: MIT */
#include "output/eve_head.h"

#include <stdlib.h>

#include "model/packet.h"
#include "output/clock_text.h"
#include "output/community_id.h"
#include "output/eve_body.h"
#include "output/eve_words.h"

/* What the text of a flow's members depends on. */
struct head_key {
    uint64_t id;
    uint64_t source; /* which of the names that came after each other */
    const char *app; /* outlives the flow, as all names of layers */
    struct endpoint client, server;
    uint16_t vlan[PACKET_VLANS];
    uint8_t vlan_count, transport;
    bool from_server; /* the server is src */
};

struct head {
    struct head_key key;
    uint16_t flow_len, ends_len; /* of the two parts of `text`; 0: nothing is kept here */
    uint8_t text[EVE_HEAD_TEXT]; /* ,"flow_id"... before the type, ,"src_ip"... behind it */
};

struct eve_heads {
    struct digest *digest;
    struct clock_second second;
    struct buffer source; /* the name that was last seen: names come and go, with their memory */
    uint64_t sources;
    struct head at[EVE_HEADS];
};

/* ---- written afresh ---- */

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
    json_word(j, "proto", proto);
}

static void write_flow(struct json *j, const struct flow_info *f)
{
    json_u64(j, "flow_id", f->id);
    eve_text_if(j, f->live ? "in_iface" : "pcap_filename", f->source);
}

static void write_flow_ends(struct eve_heads *h, struct json *j, const struct flow_info *f,
                            bool from_server)
{
    const struct endpoint ends[2] = {f->client, f->server};
    char id[COMMUNITY_ID_ROOM];

    write_vlans(j, f->vlan, f->vlan_count);
    write_ends(j, &ends[from_server], &ends[!from_server], f->transport);
    eve_text_if(j, "app_proto", f->app);
    community_id(h->digest, ends, f->transport, id);
    json_word(j, "community_id", id);
}

/* A packet whose decoding failed: as much of it as could be read. */
static void write_packet(struct json *j, const struct packet *p)
{
    static const struct addr unread = {{0}};

    write_vlans(j, p->vlan, p->vlan_count);
    if (addr_compare(&p->src.addr, &unread) != 0 || addr_compare(&p->dst.addr, &unread) != 0)
        write_ends(j, &p->src, &p->dst, p->transport);
}

static void write_time(struct eve_heads *h, struct json *j, int64_t time_ns)
{
    uint8_t *at = json_begin(j, "timestamp", CLOCK_TEXT_LEN + 2);

    if (at == NULL)
        return;
    *at = '"';
    at = clock_text_put_near(&h->second, at + 1, time_ns);
    *at = '"';
    json_done(j, at + 1);
}

static void write_type(struct json *j, const struct event *e, bool live)
{
    json_word(j, "event_type", eve_event_word(e->kind));
    if (!live && (e->flow != NULL || e->of != NULL))
        eve_u64_if(j, "pcap_cnt", e->packet);
}

/* ---- kept ---- */

static uint64_t source_number(struct eve_heads *h, const char *name)
{
    const struct bytes now = bytes_of_text(name);

    if (bytes_equal(now, buffer_bytes(&h->source)))
        return h->sources;
    buffer_clear(&h->source);
    buffer_append(&h->source, now);
    return ++h->sources;
}

static bool same_end(const struct endpoint *a, const struct endpoint *b)
{
    return a->port == b->port && memcmp(&a->addr, &b->addr, sizeof(a->addr)) == 0;
}

static bool is_kept(const struct head *kept, const struct flow_info *f, uint64_t source,
                    bool from_server)
{
    const struct head_key *k = &kept->key;

    return kept->ends_len > 0 && k->id == f->id && k->source == source && k->app == f->app &&
           k->from_server == from_server && k->transport == f->transport &&
           k->vlan_count == f->vlan_count && same_end(&k->client, &f->client) &&
           same_end(&k->server, &f->server) && memcmp(k->vlan, f->vlan, sizeof(k->vlan)) == 0;
}

static struct head_key key_of(const struct flow_info *f, uint64_t source, bool from_server)
{
    struct head_key key = {.id = f->id,
                           .source = source,
                           .app = f->app,
                           .client = f->client,
                           .server = f->server,
                           .vlan_count = f->vlan_count,
                           .transport = f->transport,
                           .from_server = from_server};

    memcpy(key.vlan, f->vlan, sizeof(key.vlan));
    return key;
}

static void copy(struct json *j, const uint8_t *text, size_t len)
{
    buffer_append(j->out, bytes_of(text, len));
    j->comma = true;
}

/* The texts of the line that was just written, as far as they fit. */
static void keep(struct head *kept, const struct head_key *key, struct bytes flow,
                 struct bytes ends)
{
    kept->ends_len = 0;
    if (flow.len + ends.len > EVE_HEAD_TEXT)
        return;
    kept->key = *key;
    kept->flow_len = (uint16_t)flow.len;
    kept->ends_len = (uint16_t)ends.len;
    memcpy(kept->text, flow.at, flow.len);
    memcpy(kept->text + flow.len, ends.at, ends.len);
}

static void head_of_flow(struct eve_heads *h, struct json *j, const struct event *e,
                         bool from_server, bool live)
{
    const struct flow_info *f = e->flow;
    struct head *kept = &h->at[(f->id + (from_server ? EVE_HEADS / 2 : 0)) % EVE_HEADS];
    const uint64_t source = source_number(h, f->source);
    const struct buffer *out = j->out;

    if (is_kept(kept, f, source, from_server)) {
        copy(j, kept->text, kept->flow_len);
        write_type(j, e, live);
        copy(j, kept->text + kept->flow_len, kept->ends_len);
        return;
    }
    const size_t flow_at = out->len;
    write_flow(j, f);
    const size_t flow_len = out->len - flow_at;
    write_type(j, e, live);
    const size_t ends_at = out->len;
    write_flow_ends(h, j, f, from_server);
    const struct head_key key = key_of(f, source, from_server);
    if (e->kind != EVENT_FLOW && !out->failed) /* mostly a flow's last line */
        keep(kept, &key, bytes_of(out->at + flow_at, flow_len),
             bytes_of(out->at + ends_at, out->len - ends_at));
}

void eve_head(struct eve_heads *h, struct json *j, const struct event *e, bool by_sender, bool live)
{
    write_time(h, j, e->time_ns);
    if (e->flow != NULL) {
        head_of_flow(h, j, e, by_sender && e->direction == TO_CLIENT, live);
        return;
    }
    write_type(j, e, live);
    if (e->of != NULL)
        write_packet(j, e->of);
}

struct eve_heads *eve_heads_create(struct err *err)
{
    struct eve_heads *h = calloc(1, sizeof(*h));

    if (h == NULL) {
        err_set(err, "EVE: out of memory");
        return NULL;
    }
    h->digest = digest_create(err);
    if (h->digest != NULL)
        return h;
    eve_heads_free(h);
    return NULL;
}

void eve_heads_free(struct eve_heads *h)
{
    if (h == NULL)
        return;
    digest_free(h->digest);
    buffer_free(&h->source);
    free(h);
}
