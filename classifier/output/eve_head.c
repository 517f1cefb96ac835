/* SPDX-License-Identifier: MIT */
#include "output/eve_head.h"

#include <stdlib.h>

#include "model/packet.h"
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
    bool live; /* packets have no number */
    struct clock_minute minute;
    struct json_known known;
    struct json_run last_source;
    bool keeps;           /* something is, in `at` */
    struct buffer source; /* the name that was last seen: names come and go, with their memory */
    uint64_t sources;
    struct head at[EVE_HEADS];
};

/* ---- written afresh ---- */

static uint8_t *put_vlans(uint8_t *at, const uint16_t *vlan, uint8_t count)
{
    if (count == 0)
        return at;
    at = json_put_literal(at, JSON_KEY("vlan") "[");
    for (uint8_t i = 0; i < count; i++)
        at = json_put_u64(at, "", vlan[i]);
    return json_put_end(at, ']');
}

/* Digits and colons: nothing to escape. */
JSON_INLINE uint8_t *put_addr(uint8_t *at, const char *key, const struct addr *a)
{
    at = json_put_literal(at, key);
    *at++ = '"';
    at += addr_text(a, (char *)at);
    return json_put_literal(at, "\",");
}

/* `transport` NONE: there are no ports. */
static uint8_t *put_ends(uint8_t *at, const struct endpoint *src, const struct endpoint *dst,
                         uint8_t transport)
{
    const bool ports = transport == TRANSPORT_TCP || transport == TRANSPORT_UDP;

    at = put_addr(at, JSON_KEY("src_ip"), &src->addr);
    if (ports)
        at = json_put_u64(at, JSON_KEY("src_port"), src->port);
    at = put_addr(at, JSON_KEY("dest_ip"), &dst->addr);
    if (!ports)
        return at;
    at = json_put_u64(at, JSON_KEY("dest_port"), dst->port);
    at = json_put_literal(at, JSON_KEY("proto"));
    return json_put_literal(at, transport == TRANSPORT_TCP ? "\"TCP\"," : "\"UDP\",");
}

static uint8_t *put_source(struct buffer *out, uint8_t *at, struct bytes name, bool live)
{
    if (live)
        return json_put_string_if(out, at, JSON_KEY("in_iface"), name);
    return json_put_string_if(out, at, JSON_KEY("pcap_filename"), name);
}

/* The source is mostly that of the flow before. */
static uint8_t *put_flow(struct eve_heads *h, struct buffer *out, uint8_t *at,
                         const struct flow_info *f)
{
    static const char *const kind[] = {"file", "interface"};
    const struct json_made made = {kind[f->live], bytes_of_text(f->source)};

    at = json_put_u64(at, JSON_KEY("flow_id"), f->id);
    if (json_run_is(&h->last_source, &made, out, at))
        return json_run_put(&h->last_source, at);
    const size_t from = (size_t)(at - out->at);
    at = put_source(out, at, made.of, f->live);
    json_run_keep(&h->last_source, &made, out, from, at);
    return at;
}

static uint8_t *put_flow_ends(struct eve_heads *h, struct buffer *out, uint8_t *at,
                              const struct flow_info *f, bool from_server)
{
    const struct endpoint ends[2] = {f->client, f->server};

    at = put_vlans(at, f->vlan, f->vlan_count);
    at = put_ends(at, &ends[from_server], &ends[!from_server], f->transport);
    at = json_put_known_if(&h->known, out, at, JSON_KEY("app_proto"), f->app);
    at = json_put_literal(at, JSON_KEY("community_id") "\"");
    at = community_id(h->digest, ends, f->transport, at);
    return json_put_literal(at, "\",");
}

/* A packet whose decoding failed: as much of it as could be read. */
static uint8_t *put_packet(uint8_t *at, const struct packet *p)
{
    static const struct addr unread = {{0}};

    at = put_vlans(at, p->vlan, p->vlan_count);
    if (addr_compare(&p->src.addr, &unread) == 0 && addr_compare(&p->dst.addr, &unread) == 0)
        return at;
    return put_ends(at, &p->src, &p->dst, p->transport);
}

static uint8_t *put_type(uint8_t *at, const struct event *e, bool live)
{
    if (e->kind == EVENT_FLOW) /* mostly */
        at = json_put_literal(at, JSON_KEY("event_type") "\"flow\",");
    else
        at = json_put_word(at, JSON_KEY("event_type"), eve_event_word(e->kind));
    if (live || (e->flow == NULL && e->of == NULL))
        return at;
    return json_put_u64_if(at, JSON_KEY("pcap_cnt"), e->packet);
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

static uint8_t *put_kept(const struct head *kept, uint8_t *at, const struct event *e, bool live)
{
    memcpy(at, kept->text, kept->flow_len);
    at = put_type(at + kept->flow_len, e, live);
    memcpy(at, kept->text + kept->flow_len, kept->ends_len);
    return at + kept->ends_len;
}

/* A flow's own line is mostly its last: nothing is kept for it. */
static uint8_t *put_head_of_flow(struct eve_heads *h, struct buffer *out, uint8_t *at,
                                 const struct event *e, bool from_server)
{
    const struct flow_info *f = e->flow;
    struct head *kept = &h->at[(f->id + (from_server ? EVE_HEADS / 2 : 0)) % EVE_HEADS];
    const bool alone = e->kind == EVENT_FLOW && (!h->keeps || kept->key.id != f->id);
    const uint64_t source = alone ? 0 : source_number(h, f->source);

    if (!alone && is_kept(kept, f, source, from_server))
        return put_kept(kept, at, e, h->live);
    const size_t flow_at = (size_t)(at - out->at);
    at = put_flow(h, out, at, f);
    const size_t type_at = (size_t)(at - out->at);
    at = put_type(at, e, h->live);
    const size_t ends_at = (size_t)(at - out->at);
    at = put_flow_ends(h, out, at, f, from_server);
    if (e->kind == EVENT_FLOW || out->failed)
        return at;
    h->keeps = true;
    const struct head_key key = key_of(f, source, from_server);
    keep(kept, &key, bytes_of(out->at + flow_at, type_at - flow_at),
         bytes_of(out->at + ends_at, (size_t)(at - out->at) - ends_at));
    return at;
}

void eve_head(struct eve_heads *h, struct json *j, const struct event *e, bool by_sender)
{
    uint8_t *at = json_put_begin(j);

    if (at == NULL)
        return;
    at = json_put_time(at, JSON_KEY("timestamp"), &h->minute, e->time_ns);
    if (e->flow != NULL)
        at = put_head_of_flow(h, j->out, at, e, by_sender && e->direction == TO_CLIENT);
    else
        at = put_type(at, e, h->live);
    if (e->flow == NULL && e->of != NULL)
        at = put_packet(at, e->of);
    json_put_done(j, at);
}

struct eve_heads *eve_heads_create(bool live, struct err *err)
{
    struct eve_heads *h = calloc(1, sizeof(*h));

    if (h == NULL) {
        err_set(err, "EVE: out of memory");
        return NULL;
    }
    h->live = live;
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
