/* SPDX-License-Identifier: MIT */
/* The text report's lists: when, floods, WebSocket services, peer-to-peer, talkers, anomalies. */
#include "output/report_text.h"

#include "output/clock_text.h"
#include "output/wording.h"

#define SERVICES_SHOWN 40
#define FLOODS_SHOWN   40
#define TALKERS_SHOWN  10
#define HOSTS_SHOWN    40
#define TORRENTS_SHOWN 40

#define TIMELINE_SHOWN   10 /* applications */
#define TIMELINE_COLUMNS 44
#define APP_COLUMNS      11

/* From little to much. */
static const char shades[] = ".:-=+*#%@";

/* What passed in `buckets` from bucket `at` on. */
static struct timeline_cell column_of(const struct view *v, const struct timeline_app *app,
                                      size_t at, size_t buckets)
{
    struct timeline_cell sum = {0};
    const size_t all = timeline_count(v->timeline);

    for (size_t i = at; i < at + buckets && i < all; i++)
        timeline_sum(&sum, timeline_cell(v->timeline, app, i));
    return sum;
}

/* The most that any application moved in one column. */
static uint64_t tallest_column(const struct view *v, size_t buckets)
{
    uint64_t tallest = 1;

    for (size_t i = 0; i < view_timeline_count(v); i++)
        for (size_t at = 0; at < timeline_count(v->timeline); at += buckets) {
            const struct timeline_cell c = column_of(v, view_timeline_app(v, i), at, buckets);
            tallest = c.bytes > tallest ? c.bytes : tallest;
        }
    return tallest;
}

/* Each shade is a factor of four, down from the tallest. */
static char shade_of(uint64_t bytes, uint64_t tallest)
{
    size_t shade = sizeof(shades) - 2;

    if (bytes == 0)
        return ' ';
    for (; shade > 0 && bytes <= tallest / 4; shade--)
        tallest /= 4;
    return shades[shade];
}

static void print_timeline_app(struct sheet *s, const struct view *v,
                               const struct timeline_app *app, size_t buckets)
{
    const uint64_t tallest = tallest_column(v, buckets);

    sheet_cell(s, bytes_of_text(wording_app_name(app->app)), APP_COLUMNS, ALIGN_LEFT, 1);
    buffer_append_byte(&s->raw, '|');
    for (size_t at = 0; at < timeline_count(v->timeline); at += buckets)
        buffer_append_byte(&s->raw,
                           (uint8_t)shade_of(column_of(v, app, at, buckets).bytes, tallest));
    buffer_append_byte(&s->raw, '|');
    const struct bytes row = sheet_take(s);
    sheet_cell(s, row, row.len, ALIGN_LEFT, 1);
    terminal_size(&s->raw, app->sum.bytes);
    if (app->sum.blocked_bytes > 0)
        buffer_append_text(&s->raw,
                           app->sum.blocked_bytes == app->sum.bytes ? " blocked" : " partly");
    sheet_piece_raw(s, "");
    sheet_break(s);
}

void report_text_timeline(struct sheet *s, const struct view *v)
{
    const size_t count = timeline_count(v->timeline), apps = view_timeline_count(v);
    const size_t buckets = (count + TIMELINE_COLUMNS - 1) / TIMELINE_COLUMNS;

    if (count == 0)
        return;
    report_text_section(s, "When: bytes by application");
    for (size_t i = 0; i < apps && i < TIMELINE_SHOWN; i++)
        print_timeline_app(s, v, view_timeline_app(v, i), buckets);
    report_text_rest(s, apps, TIMELINE_SHOWN, "application");
    buffer_append_text(&s->raw, "From ");
    clock_text_append_date(&s->raw, timeline_start(v->timeline));
    buffer_append_text(&s->raw, " UTC, a column is ");
    wording_width(&s->raw, (int64_t)buckets * v->timeline->width_ns);
    buffer_printf(&s->raw, ". From much to little, each a quarter: %c", shades[sizeof(shades) - 2]);
    for (size_t i = sizeof(shades) - 2; i-- > 0;)
        buffer_printf(&s->raw, " %c", shades[i]);
    sheet_words_raw(s);
    report_text_section_end(s);
}

static void print_flood(struct sheet *s, const struct flood *f)
{
    wording_flood_who(&s->raw, f);
    report_text_entry(s);
    buffer_printf(&s->raw, "%s, by rule %s", f->action, f->rule);
    sheet_piece_raw(s, ": ");
    sheet_break(s);
    wording_flood_rate(&s->raw, f);
    sheet_words_raw(s);
    sheet_break(s);
    wording_follow(&s->raw, f->flow_id, f->source);
    sheet_words_raw(s);
    report_text_entry_end(s);
}

static void print_floods(struct sheet *s, const struct view *v)
{
    if (v->floods.count == 0)
        return;
    report_text_section(s, "Floods");
    for (size_t i = 0; i < v->floods.count && i < FLOODS_SHOWN; i++)
        print_flood(s, view_flood(v, i));
    report_text_rest(s, v->floods.count, FLOODS_SHOWN, "source");
    report_text_section_end(s);
}

static void print_few_texts(struct sheet *s, const char *name, const struct few_text *few)
{
    if (few->count == 0)
        return;
    sheet_break(s);
    buffer_append_text(&s->raw, name);
    buffer_append_text(&s->raw, few->count > 1 ? "s" : "");
    for (size_t i = 0; i < few->count; i++) {
        buffer_append_text(&s->raw, i > 0 ? ", " : " ");
        buffer_append_text(&s->raw, few->at[i]);
    }
    buffer_append_text(&s->raw, few->more ? " and others" : "");
    sheet_words_raw(s);
}

static void print_close_codes(struct sheet *s, const struct few_u64 *codes)
{
    if (codes->count == 0)
        return;
    sheet_break(s);
    buffer_append_text(&s->raw, "closed with ");
    for (size_t i = 0; i < codes->count; i++) {
        buffer_append_text(&s->raw, i > 0 ? ", " : "");
        wording_close_code(&s->raw, codes->at[i], codes->times[i]);
    }
    sheet_words_raw(s);
}

static void print_service(struct sheet *s, const struct service *v)
{
    buffer_append(&s->raw, v->host);
    buffer_append(&s->raw, v->path);
    report_text_entry(s);
    wording_plural(&s->raw, v->flows, "flow");
    sheet_piece_raw(s, ": ");
    for (int l = LADDER_UNFRAMED; l > LADDER_NONE; l--) {
        if (v->ladder[l] == 0)
            continue;
        buffer_printf(&s->raw, "%s ", ladder_name((enum ladder)l));
        wording_count(&s->raw, v->ladder[l]);
        sheet_piece_raw(s, ", ");
    }
    if (v->cross_origin > 0) {
        buffer_append_text(&s->raw, "cross-origin ");
        wording_count(&s->raw, v->cross_origin);
        sheet_piece_raw(s, ", ");
    }
    wording_plural(&s->raw, v->messages[TO_SERVER] + v->messages[TO_CLIENT], "message");
    sheet_piece_raw(s, ", ");
    print_few_texts(s, "subprotocol", &v->subprotocols);
    print_few_texts(s, "origin", &v->origins);
    print_close_codes(s, &v->close_codes);
    report_text_entry_end(s);
}

static void print_services(struct sheet *s, const struct view *v)
{
    if (v->services.count == 0)
        return;
    report_text_section(s, "WebSocket services");
    for (size_t i = 0; i < v->services.count && i < SERVICES_SHOWN; i++)
        print_service(s, view_service(v, i));
    report_text_rest(s, v->services.count, SERVICES_SHOWN, "service");
    report_text_section_end(s);
}

static void print_swarm_host(struct sheet *s, const struct swarm_host *h)
{
    char address[ADDR_TEXT_ROOM];

    buffer_append(&s->raw, bytes_of(address, addr_text(&h->addr, address)));
    if (h->client != NULL) {
        buffer_append_text(&s->raw, " ");
        buffer_append_text(&s->raw, h->client);
    }
    if (h->listens != 0)
        buffer_printf(&s->raw, ", listens on %u", h->listens);
    report_text_entry(s);
    sheet_break(s);
    wording_plural(&s->raw, h->flows, "flow");
    buffer_append_text(&s->raw, " with ");
    wording_plural(&s->raw, h->others, "host");
    sheet_piece_raw(s, ", ");
    buffer_append_text(&s->raw, "sent ");
    terminal_size(&s->raw, h->sent);
    sheet_piece_raw(s, ", ");
    buffer_append_text(&s->raw, "received ");
    terminal_size(&s->raw, h->received);
    sheet_piece_raw(s, ", ");
    if (h->blocked > 0) {
        wording_count(&s->raw, h->blocked);
        buffer_append_text(&s->raw, " blocked");
        sheet_piece_raw(s, ", ");
    }
    sheet_break(s);
    buffer_append_text(&s->raw, "known by ");
    wording_signs(&s->raw, h->signs);
    if (h->confidence != CONFIDENCE_NONE)
        buffer_printf(&s->raw, "; %s", confidence_name(h->confidence));
    sheet_words_raw(s);
    report_text_entry_end(s);
}

static void print_torrent(struct sheet *s, const struct swarm_torrent *torrent)
{
    wording_info_hash(&s->raw, torrent->info_hash);
    report_text_entry(s);
    sheet_break(s);
    wording_plural(&s->raw, torrent->hosts, "host");
    sheet_piece_raw(s, "");
    wording_plural(&s->raw, torrent->flows, "flow");
    sheet_piece_raw(s, ", ");
    terminal_size(&s->raw, torrent->bytes);
    sheet_piece_raw(s, ", ");
    sheet_break(s);
    buffer_append_text(&s->raw, "known by ");
    wording_signs(&s->raw, torrent->signs);
    sheet_words_raw(s);
    report_text_entry_end(s);
}

static void print_swarm(struct sheet *s, const struct view *v)
{
    if (v->swarm_hosts.count == 0)
        return;
    report_text_section(s, "Peer-to-peer (BitTorrent): hosts");
    for (size_t i = 0; i < v->swarm_hosts.count && i < HOSTS_SHOWN; i++)
        print_swarm_host(s, view_swarm_host(v, i));
    report_text_rest(s, v->swarm_hosts.count, HOSTS_SHOWN, "host");
    if (v->swarm_named > 0) {
        buffer_append_text(&s->raw, "Trackers, the DHT and peers named ");
        wording_plural(&s->raw, v->swarm_named, "endpoint");
        buffer_append_text(&s->raw, ".");
        sheet_words_raw(s);
        sheet_break(s);
    }
    report_text_section_end(s);
    if (v->swarm_torrents.count == 0)
        return;
    report_text_section(s, "Peer-to-peer (BitTorrent): torrents");
    for (size_t i = 0; i < v->swarm_torrents.count && i < TORRENTS_SHOWN; i++)
        print_torrent(s, view_swarm_torrent(v, i));
    report_text_rest(s, v->swarm_torrents.count, TORRENTS_SHOWN, "torrent");
    report_text_section_end(s);
}

static void print_talkers(struct sheet *s, const char *title, const struct sorted *all)
{
    char address[ADDR_TEXT_ROOM];

    if (all->count == 0)
        return;
    report_text_section(s, title);
    for (size_t i = 0; i < all->count && i < TALKERS_SHOWN; i++) {
        const struct talker *a = all->at[i];
        addr_text(&a->addr, address);
        sheet_cell(s, bytes_of_text(address), ADDR_TEXT_ROOM - 1, ALIGN_LEFT, 1);
        buffer_append_text(&s->raw, a->missed_bytes > 0 ? ">= " : "");
        terminal_size(&s->raw, totals_bytes(&a->totals));
        const struct bytes size = sheet_take(s);
        sheet_cell(s, size, 11, ALIGN_RIGHT, 2);
        wording_plural(&s->raw, a->totals.flows, "flow");
        sheet_piece_raw(s, "");
        sheet_break(s);
    }
    report_text_rest(s, all->count, TALKERS_SHOWN, "address");
    report_text_section_end(s);
}

static void print_anomalies(struct sheet *s, const struct view *v)
{
    if (v->anomaly_count == 0)
        return;
    report_text_section(s, "Anomalies");
    for (size_t i = 0; i < v->anomaly_count; i++) {
        wording_anomaly(&s->raw, v, &v->anomalies[i]);
        report_text_entry(s);
        sheet_break(s);
        sheet_words(s, bytes_of_text(anomaly_info(v->anomalies[i].id)->what));
        report_text_entry_end(s);
    }
    report_text_section_end(s);
}

void report_text_lists(struct sheet *s, const struct view *v)
{
    print_floods(s, v);
    print_services(s, v);
    print_swarm(s, v);
    print_talkers(s, "Top clients", &v->clients);
    print_talkers(s, "Top servers", &v->servers);
    print_anomalies(s, v);
}
