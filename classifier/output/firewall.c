/* SPDX-License-Identifier: MIT */
#include "output/firewall.h"

#include <stdlib.h>

#include "output/escape.h"
#include "output/firewall_list.h"
#include "output/wording.h"

#define FIREWALL_NAMES 65536
#define SECOND_NS      INT64_C(1000000000)
#define FOREVER        UINT32_MAX

/* 0.0.0.0/8 (RFC 791 s3.2), loopback, multicast, and the broadcast address with the reserved block
 * it lies in: RFC 6890. */
static bool is_special_ipv4(const uint8_t *four)
{
    return four[0] == 0 || four[0] == 127 || four[0] >= 224;
}

/* ::, ::1, ff00::/8: RFC 4291 s2.4. */
static bool is_special(const struct addr *a)
{
    static const struct addr loopback = {{[15] = 1}}, none = {{0}};

    if (addr_is_ipv4(a))
        return is_special_ipv4(a->byte + 12);
    return a->byte[0] == 0xff || addr_compare(a, &loopback) == 0 || addr_compare(a, &none) == 0;
}

static bool names_client(const struct block *b)
{
    return b->kind != BLOCK_SERVER;
}

static bool names_server(const struct block *b)
{
    return b->kind != BLOCK_CLIENT;
}

static bool spares(const struct firewall *f, const struct addr *a, unsigned prefix)
{
    return f->how.spares != NULL && f->how.spares(f->how.ctx, a, prefix);
}

/* May it be blocked at all? If not, it is counted why. */
static bool may_block(struct firewall *f, const struct block *b)
{
    if ((names_client(b) && is_special(&b->client)) || (names_server(b) && is_special(&b->server)))
        f->counts.special++;
    else if ((names_client(b) && spares(f, &b->client, b->prefix)) ||
             (names_server(b) && spares(f, &b->server, HOST_PREFIX)))
        f->counts.spared++;
    else
        return true;
    return false;
}

/* NULL: no room. `fresh`: its rule and note are still to be set. */
static struct finding *finding_of(struct firewall *f, const struct block *b, bool *fresh)
{
    struct finding *found = tally_get(&f->findings, bytes_of(b, sizeof(*b)), fresh);

    if (found == NULL) {
        f->counts.no_room++;
        return NULL;
    }
    found->block = *b;
    found->flows++;
    return found;
}

/* "RULE: " stands in raw, with the evidence behind it. */
static void keep_note(struct firewall *f, char note[FIREWALL_NOTE])
{
    buffer_clear(&f->shown);
    escape_firewall(&f->shown, buffer_bytes(&f->raw));
    const struct bytes text = bytes_first(buffer_bytes(&f->shown), FIREWALL_NOTE - 1);
    if (text.len > 0)
        memcpy(note, text.at, text.len);
    note[text.len] = '\0';
}

static void note_flow(struct firewall *f, const struct flow_info *flow)
{
    const struct evidence *seen = wording_reason(flow);

    buffer_clear(&f->raw);
    buffer_append_text(&f->raw, flow->rule != NULL ? flow->rule : "default");
    buffer_append_text(&f->raw, ": ");
    if (seen != NULL)
        wording_evidence(&f->raw, seen, flow->source);
    else
        wording_evidence(
            &f->raw, &(struct evidence){.packet = flow->first_packet, .what = "the flow begins"},
            flow->source);
}

static const char *kept_bytes(struct firewall *f, struct bytes text)
{
    if (text.len == 0)
        return NULL;
    buffer_clear(&f->raw);
    buffer_append(&f->raw, text);
    buffer_append_byte(&f->raw, 0);
    const bool room = f->names.count < FIREWALL_NAMES; /* else two texts may get one pointer */
    return f->raw.failed || !room ? NULL : tally_text(&f->names, (const char *)f->raw.at);
}

static bool is_over(const struct flow_info *flow, const char *layer)
{
    return layer != NULL && flow->layer_count > 1 && strcmp(flow->layers[1], layer) == 0;
}

/* Another engine sees what lies right on TCP or UDP, and the request that asks for a WebSocket; not
 * what is inside of either. */
static struct block_content content_of(struct firewall *f, const struct flow_info *flow)
{
    const bool direct = flow->layer_count == 2 && is_over(flow, flow->app);
    const struct bytes expected = bytes_of_text(flow->expected);
    struct block_content c = {.mismatch = flow->mismatch == TRI_YES,
                              .promised_http = flow->transport == TRANSPORT_TCP &&
                                               bytes_start_with(expected, bytes_of_text("http"))};

    if (direct)
        c.app = tally_text(&f->names, flow->app);
    if (is_over(flow, "http") && flow->app != NULL && strcmp(flow->app, "websocket") == 0) {
        c.host = kept_bytes(f, flow->host);
        c.path = kept_bytes(f, path_without_query(flow->path));
    }
    return c;
}

/* Texts of one tally: the same text is the same pointer. */
static void agree(struct block_content *with, const struct block_content *c)
{
    with->app = with->app == c->app ? c->app : NULL;
    with->host = with->host == c->host ? c->host : NULL;
    with->path = with->path == c->path ? c->path : NULL;
    with->mismatch = with->mismatch && c->mismatch;
    with->promised_http = with->promised_http && c->promised_http;
}

static struct block block_of(const struct firewall *f, const struct flow_info *flow)
{
    static const enum block_kind kinds[] = {[WIDTH_SERVICE] = BLOCK_SERVICE,
                                            [WIDTH_PAIR] = BLOCK_PAIR,
                                            [WIDTH_CLIENT] = BLOCK_CLIENT,
                                            [WIDTH_SERVER] = BLOCK_SERVER};
    struct block b = {.kind = kinds[f->how.width]};

    if (names_client(&b)) {
        b.client = flow->client.addr;
        b.prefix = HOST_PREFIX;
    }
    if (names_server(&b))
        b.server = flow->server.addr;
    if (b.kind == BLOCK_SERVICE || b.kind == BLOCK_SERVER) {
        b.transport = flow->transport;
        b.port = flow->server.port;
    }
    return b;
}

static void keep_torrent(struct firewall *f, const struct flow_info *flow)
{
    struct torrent_key key = {.client = flow->client.addr};
    bool fresh;

    if (flow->info_hash.len != INFO_HASH || is_special(&key.client) ||
        spares(f, &key.client, HOST_PREFIX))
        return;
    memcpy(key.info_hash, flow->info_hash.at, INFO_HASH);
    struct torrent_finding *t = tally_get(&f->torrents, bytes_of(&key, sizeof(key)), &fresh);
    if (t == NULL)
        f->counts.content_off++;
    if (t == NULL || !fresh)
        return;
    t->key = key;
    note_flow(f, flow);
    keep_note(f, t->note);
}

/* What is known of the flow's rule as one that counts a rate; NULL: it counts none. */
static const bool *rate_of(const struct firewall *f, const char *rule)
{
    for (size_t i = 0; rule != NULL && i < f->rated.count; i++)
        if (strcmp((const char *)tally_key(&f->rated, i).at, rule) == 0)
            return tally_at(&f->rated, i);
    return NULL;
}

static void on_flow(struct firewall *f, const struct flow_info *flow)
{
    const struct block b = block_of(f, flow);
    bool fresh;

    const bool *bans = rate_of(f, flow->rule);
    if (flow->verdict != VERDICT_BLOCK || flow->end == FLOW_GOES_ON)
        return;
    if (bans != NULL && *bans)
        return; /* the ban says it for all flows of that client */
    if (flow->confidence < f->how.least) {
        f->counts.unsure++;
        return;
    }
    if (b.kind == BLOCK_SERVER && bans != NULL) {
        f->counts.attacked++;
        return;
    }
    if (!may_block(f, &b))
        return;
    struct finding *found = finding_of(f, &b, &fresh);
    if (found == NULL)
        return;
    const struct block_content content = content_of(f, flow);
    if (fresh) {
        found->rule = tally_text(&f->names, flow->rule != NULL ? flow->rule : "default");
        found->packet = flow->verdict_packet != 0 ? flow->verdict_packet : flow->first_packet;
        found->content = content;
        note_flow(f, flow);
        keep_note(f, found->note);
    } else {
        agree(&found->content, &content);
    }
    if (!found->banned)
        found->ban_s = f->how.ban_s;
    keep_torrent(f, flow);
}

/* False: it cannot be blocked without blocking the one whom the flood was meant for. */
static bool block_of_rate(const struct rate_alert *rate, const struct flow_info *flow,
                          struct block *out)
{
    const bool pair = strcmp(rate->by, "pair") == 0;

    if (strcmp(rate->by, "server") == 0 || (pair && flow == NULL))
        return false;
    const unsigned prefix =
        rate->prefix + (addr_is_ipv4(&rate->addr) && rate->prefix <= 32 ? IPV4_PREFIX : 0U);
    *out = (struct block){.kind = pair ? BLOCK_PAIR : BLOCK_CLIENT};
    out->prefix = (uint8_t)(prefix < HOST_PREFIX ? prefix : HOST_PREFIX);
    out->client = addr_first(&rate->addr, out->prefix);
    if (pair)
        out->server = flow->server.addr;
    return true;
}

static void note_rate(struct firewall *f, const struct event *e)
{
    const struct rate_alert *rate = e->as.alert.rate;
    const struct evidence seen = {.packet = e->packet, .what = "at least"};

    buffer_clear(&f->raw);
    buffer_printf(&f->raw, "%s: ", e->as.alert.rule);
    wording_evidence(&f->raw, &seen, e->flow != NULL ? e->flow->source : NULL);
    buffer_append_byte(&f->raw, ' ');
    buffer_append_u64(&f->raw, rate->count);
    buffer_printf(&f->raw, " %s within %g s by %s, over ", rate->what,
                  (double)rate->within_ns / (double)SECOND_NS, rate->by);
    buffer_append_u64(&f->raw, rate->over);
}

static uint32_t seconds_of(int64_t ns)
{
    const int64_t s = ns / SECOND_NS + (ns % SECOND_NS > 0);
    return s < (int64_t)FOREVER ? (uint32_t)s : FOREVER - 1;
}

static void on_ban(struct firewall *f, const struct event *e)
{
    const struct rate_alert *rate = e->as.alert.rate;
    struct block b;
    bool fresh;

    if (!block_of_rate(rate, e->flow, &b)) {
        f->counts.attacked++;
        return;
    }
    if (!may_block(f, &b))
        return;
    struct finding *found = finding_of(f, &b, &fresh);
    if (found == NULL)
        return;
    const uint32_t ban_s = seconds_of(rate->for_ns);
    if (!found->banned) { /* a ban says more than a flow of that client did */
        found->rule = tally_text(&f->names, e->as.alert.rule);
        found->packet = e->packet;
        note_rate(f, e);
        keep_note(f, found->note);
        found->content = (struct block_content){0};
    }
    if (!found->banned || ban_s > found->ban_s)
        found->ban_s = ban_s;
    found->banned = true;
}

/* It stands for the server whom the flood was meant for, and perhaps for a ban. */
static void keep_rate(struct firewall *f, const struct event *e)
{
    const char *rule = e->as.alert.rule;
    bool fresh;
    bool *bans = tally_get(&f->rated, bytes_of(rule, strlen(rule) + 1), &fresh);

    if (bans != NULL)
        *bans = e->as.alert.rate->for_ns > 0;
    if (e->as.alert.rate->for_ns > 0)
        on_ban(f, e);
}

static void on_event(void *ctx, const struct event *e)
{
    struct firewall *f = ctx;

    if (e->kind == EVENT_FLOW) {
        on_flow(f, e->flow);
    } else if (e->kind == EVENT_ALERT && e->as.alert.blocked && e->as.alert.rate != NULL) {
        keep_rate(f, e);
    }
}

struct firewall *firewall_create(const struct firewall_options *how, struct err *err)
{
    struct firewall *f = calloc(1, sizeof(*f));

    if (f == NULL) {
        err_set(err, "out of memory");
        return NULL;
    }
    f->sink = (struct sink){.event = on_event, .ctx = f};
    f->how = *how;
    tally_init(&f->findings, sizeof(struct finding), FIREWALL_FINDINGS);
    tally_init(&f->torrents, sizeof(struct torrent_finding), FIREWALL_TORRENTS);
    tally_init(&f->names, 0, FIREWALL_NAMES);
    tally_init(&f->rated, sizeof(bool), FIREWALL_NAMES);
    return f;
}

struct sink *firewall_sink(struct firewall *f)
{
    return &f->sink;
}

void firewall_free(struct firewall *f)
{
    if (f == NULL)
        return;
    tally_free(&f->findings);
    tally_free(&f->torrents);
    tally_free(&f->names);
    tally_free(&f->rated);
    buffer_free(&f->raw);
    buffer_free(&f->shown);
    free(f);
}
