/* SPDX-License-Identifier: MIT */
/* What one flow is called. */
#include "output/terminal.h"
#include "output/wording.h"

#define TORRENT_SHOWN 4 /* bytes of an info-hash */

static bool is(const char *name, const char *what)
{
    return name != NULL && strcmp(name, what) == 0;
}

void wording_stack(struct buffer *out, const struct flow_info *flow, const char *between)
{
    const char *last = "";

    for (size_t i = 0; i < flow->layer_count; i++) {
        if (i > 0)
            buffer_append_text(out, between);
        last = flow->layers[i];
        buffer_append_text(out, last);
    }
    if (flow->app == NULL) {
        buffer_append_text(out, " (unknown)");
    } else if (is(flow->app, "none")) {
        buffer_append_text(out, flow->state == FLOW_NEW ? " (half-open)" : " (silent)");
    } else if (is(flow->app, "raw")) {
        if (!is(last, "raw"))
            buffer_printf(out, "%sraw", between);
        if (flow->shape != SHAPE_NONE)
            buffer_printf(out, " (%s)", shape_name(flow->shape));
    }
}

void wording_flow_ends(struct buffer *out, const struct flow_info *flow)
{
    char text[ENDPOINT_TEXT_ROOM];

    endpoint_text(&flow->client, text);
    buffer_append_text(out, text);
    buffer_append_text(out, " -> ");
    endpoint_text(&flow->server, text);
    buffer_append_text(out, text);
}

static void append_few(struct buffer *out, const struct few_addr *few, const char *noun)
{
    char text[ADDR_TEXT_ROOM];

    if (few->count == 1) {
        addr_text(&few->at[0], text);
        buffer_append_text(out, text);
        return;
    }
    if (few->more)
        buffer_append_text(out, "over ");
    wording_plural(out, few->count, noun);
}

void wording_clients(struct buffer *out, const struct flow_info *flow, const struct flow_kind *kind)
{
    char text[ENDPOINT_TEXT_ROOM];

    if (kind != NULL) {
        append_few(out, &kind->clients, "client");
        return;
    }
    endpoint_text(&flow->client, text);
    buffer_append_text(out, text);
}

void wording_kind_ends(struct buffer *out, const struct flow_kind *kind)
{
    append_few(out, &kind->clients, "client");
    buffer_append_text(out, " -> ");
    append_few(out, &kind->servers, "server");
}

void wording_signs(struct buffer *out, uint32_t signs)
{
    bool first = true;

    for (unsigned n = 0; n < SWARM_SIGNS; n++) {
        if ((signs >> n & 1) == 0)
            continue;
        buffer_append_text(out, first ? "" : ", ");
        buffer_append_text(out, swarm_sign_name(n));
        first = false;
    }
}

void wording_info_hash(struct buffer *out, const uint8_t hash[20])
{
    for (size_t i = 0; i < 20; i++)
        buffer_printf(out, "%02x", hash[i]);
}

/* "3c01eacb qBittorrent 4.5.2": enough of the info-hash to tell torrents apart. */
static void append_torrent(struct buffer *out, const struct flow_info *flow)
{
    const struct bytes start = bytes_first(flow->info_hash, TORRENT_SHOWN);

    for (size_t i = 0; i < start.len; i++)
        buffer_printf(out, "%02x", start.at[i]);
    if (start.len > 0 && flow->peer_client.len > 0)
        buffer_append_byte(out, ' ');
    buffer_append(out, flow->peer_client);
}

void wording_name(struct buffer *out, const struct flow_info *flow)
{
    if (flow->host.len > 0) {
        buffer_append(out, flow->host);
        buffer_append(out, path_without_query(flow->path));
    } else if (flow->sni.len > 0) {
        buffer_append_text(out, "sni ");
        buffer_append(out, flow->sni);
    } else {
        append_torrent(out, flow);
    }
}

void wording_oddity(struct buffer *out, const struct flow_info *flow)
{
    if (flow->ladder == LADDER_UNFRAMED)
        buffer_append_text(out, " (unframed)");
    else if (flow->ladder == LADDER_GRANTED)
        buffer_append_text(out, " (wrong accept)");
    else if (flow->ladder == LADDER_REFUSED)
        buffer_append_text(out, " (refused)");
    else if (flow->tunnel == TRI_YES)
        buffer_append_text(out, " (tunnel)");
    else if (flow->tunnel == TRI_NOT_YET)
        buffer_append_text(out, " (tunnel?)");
    else if (flow_rank(flow) == RANK_ANOMALY)
        buffer_append_text(out, " (anomalies)");
}

static bool names_app(const struct evidence *seen, const char *app)
{
    const size_t len = app != NULL ? strlen(app) : 0;

    for (struct bytes left = bytes_of_text(seen->what); len > 0 && left.len >= len;
         left = bytes_after(left, 1))
        if (bytes_start_with_nocase(left, bytes_of(app, len)))
            return true;
    return false;
}

/* Not later than the verdict: what names the app, else, or where an upgrade went wrong, the last.
 */
const struct evidence *wording_reason(const struct flow_info *flow)
{
    const bool odd = flow->ladder == LADDER_REFUSED || flow->ladder == LADDER_GRANTED;
    const struct evidence *reason = NULL;
    bool named = false;

    for (size_t i = 0; i < flow->evidence_count; i++) {
        const struct evidence *seen = &flow->evidence[i];
        if (reason != NULL && flow->verdict_packet > 0 && seen->packet > flow->verdict_packet)
            break;
        const bool names = !odd && names_app(seen, flow->app);
        if (names || !named)
            reason = seen;
        named |= names;
    }
    return reason;
}

const char *wording_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

void wording_evidence(struct buffer *out, const struct evidence *seen, const char *source)
{
    buffer_append_text(out, "packet ");
    buffer_append_u64(out, seen->packet); /* as a person types it into another tool */
    if (source != NULL)
        buffer_printf(out, " of %s", wording_base_name(source));
    buffer_append_text(out, ": ");
    buffer_append_text(out, seen->what);
    if (seen->detail.len > 0) {
        buffer_append_text(out, " \"");
        buffer_append(out, seen->detail);
        buffer_append_byte(out, '"');
    }
    if (seen->bits > 0)
        buffer_printf(out, " (%u %s)", seen->bits, seen->bits == 1 ? "bit" : "bits");
}

/* As a POSIX shell reads it back: plain where that is safe, else in single quotes. */
static void append_shell_word(struct buffer *out, const char *word)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               "_./+:,@%-";

    if (word[0] != '\0' && word[0] != '-' && strspn(word, safe) == strlen(word)) {
        buffer_append_text(out, word);
        return;
    }
    buffer_append_text(out, word[0] == '-' && word[1] != '\0' ? "./'" : "'");
    for (; *word != '\0'; word++) {
        if (*word == '\'')
            buffer_append_text(out, "'\\''");
        else
            buffer_append_byte(out, (uint8_t)*word);
    }
    buffer_append_byte(out, '\'');
}

void wording_follow(struct buffer *out, uint64_t flow_id, const char *source)
{
    if (flow_id == 0 || source == NULL)
        return;
    buffer_append_text(out, "portwarden analyze --follow ");
    buffer_append_u64(out, flow_id);
    buffer_append_byte(out, ' ');
    append_shell_word(out, source);
}

void wording_command(struct buffer *out, const struct flow_info *flow)
{
    if (!flow->live)
        wording_follow(out, flow->id, flow->source);
}
