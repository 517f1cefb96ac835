/* SPDX-License-Identifier: MIT */
/* Suricata's rules (docs.suricata.io, "Suricata Rules"; keywords of 6 and later). `drop` needs
 * Suricata inline; beside the traffic it alerts. */
#include "output/firewall_list.h"

#define MSG_MAX 200 /* bytes */

/* Applications that stand where `tcp` does in a rule; NULL: Suricata has no such word. */
static const char *suricata_app(const char *app)
{
    static const char *const names[][2] = {
        {"http", "http"},     {"http2", "http2"}, {"tls", "tls"},         {"ssh", "ssh"},
        {"smtp", "smtp"},     {"ftp", "ftp"},     {"ftp_control", "ftp"}, {"imap", "imap"},
        {"smb", "smb"},       {"dns", "dns"},     {"rdp", "rdp"},         {"mqtt", "mqtt"},
        {"telnet", "telnet"}, {"snmp", "snmp"},   {"kerberos", "krb5"},   {"tftp", "tftp"},
        {"rfb", "rfb"},       {"vnc", "rfb"},     {"sip", "sip"},         {"nfs", "nfs"},
        {"quic", "quic"},
    };

    for (size_t i = 0; app != NULL && i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i][0], app) == 0)
            return names[i][1];
    return NULL;
}

/* Inside content:"..." : letters and digits as they are, all else as |hex|. */
static void put_content(struct buffer *out, struct bytes text)
{
    bool hex = false;

    for (size_t i = 0; i < text.len; i++) {
        const uint8_t byte = text.at[i];
        const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
                           (byte >= 'A' && byte <= 'Z') || byte == '/' || byte == '.' ||
                           byte == '-';
        if (plain == hex)
            buffer_append_byte(out, '|');
        else if (!plain)
            buffer_append_byte(out, ' ');
        hex = !plain;
        if (plain)
            buffer_append_byte(out, byte);
        else
            buffer_printf(out, "%02x", byte);
    }
    if (hex)
        buffer_append_byte(out, '|');
}

/* What all rules begin with; `note` is escaped. */
static void put_msg(struct buffer *out, const char *note)
{
    const struct bytes text = bytes_first(bytes_of_text(note), MSG_MAX);

    buffer_append_text(out, " (msg:\"portwarden ");
    buffer_append(out, text);
    buffer_append_text(out, text.len < strlen(note) ? "...\"; " : "\"; ");
}

static void put_end(struct buffer *out, unsigned *sid)
{
    buffer_printf(out, "sid:%u; rev:1;)\n", (*sid)++);
}

static void put_metadata(struct buffer *out, const struct finding *f)
{
    buffer_append_text(out, "metadata: portwarden_rule ");
    for (const char *at = f->rule; *at != '\0'; at++) {
        const bool plain = (*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'z') ||
                           (*at >= 'A' && *at <= 'Z') || *at == '-' || *at == '.';
        buffer_append_byte(out, plain ? (uint8_t)*at : '_');
    }
    buffer_printf(out, ", portwarden_packet %llu; ", (unsigned long long)f->packet);
}

/* Suricata lowers the host, and leaves the port out (http.host). */
static struct bytes host_name(struct bytes host)
{
    for (size_t i = host.len; i > 0; i--)
        if (host.at[i - 1] == ':')
            return bytes_first(host, i - 1);
    return host;
}

static void put_lower(struct buffer *out, struct bytes text)
{
    struct buffer lower = {0};

    for (size_t i = 0; i < text.len; i++) {
        const uint8_t byte = text.at[i];
        buffer_append_byte(&lower, byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte);
    }
    put_content(out, buffer_bytes(&lower));
    buffer_inherit(out, &lower);
    buffer_free(&lower);
}

/* The request that asks for this WebSocket. */
static void put_upgrade(struct buffer *out, const struct block_content *c)
{
    const struct bytes host = host_name(bytes_of_text(c->host));

    buffer_append_text(out, "flow:established,to_server; http.host; content:\"");
    put_lower(out, host);
    buffer_append_text(out, "\"; http.uri; content:\"");
    put_content(out, bytes_of_text(c->path));
    buffer_append_text(out, "\"; startswith; http.header; content:\"upgrade|3a 20|websocket\"; "
                            "nocase; ");
}

static void put_addresses(struct buffer *out, const struct block *b)
{
    buffer_append_byte(out, ' ');
    if (b->kind == BLOCK_SERVER)
        buffer_append_text(out, "any");
    else
        block_client_text(out, b);
    buffer_append_text(out, b->kind <= BLOCK_PAIR ? " any <> " : " any -> ");
    if (b->kind == BLOCK_CLIENT)
        buffer_append_text(out, "any");
    else
        block_server_text(out, b);
    if (b->kind <= BLOCK_PAIR)
        buffer_append_text(out, " any");
    else
        buffer_printf(out, " %u", b->port);
}

/* As narrow as Suricata can say it: that application, that WebSocket, all but HTTP on HTTP's port;
 * else the addresses and the port. */
static void put_finding(struct buffer *out, const struct finding *f, unsigned *sid)
{
    const struct block_content *c = &f->content;
    const bool service = f->block.kind == BLOCK_SERVICE || f->block.kind == BLOCK_SERVER;
    const char *app = service && c->mismatch ? suricata_app(c->app) : NULL;
    const bool upgrade = service && c->host != NULL && c->path != NULL;
    const bool no_http =
        service && c->mismatch && app == NULL && !upgrade && c->app != NULL && c->promised_http;

    buffer_append_text(out, "drop ");
    if (app != NULL || upgrade)
        buffer_append_text(out, app != NULL ? app : "http");
    else
        buffer_append_text(out, service ? block_transport(&f->block) : "ip");
    put_addresses(out, &f->block);
    put_msg(out, f->note);
    if (upgrade && app == NULL)
        put_upgrade(out, c);
    else if (no_http)
        buffer_append_text(out, "flow:established,to_server; app-layer-protocol:!http; ");
    put_metadata(out, f);
    put_end(out, sid);
}

static void put_hash(struct buffer *out, const uint8_t *hash)
{
    buffer_append_text(out, "content:\"|");
    for (size_t i = 0; i < INFO_HASH; i++)
        buffer_printf(out, i > 0 ? " %02x" : "%02x", hash[i]);
    buffer_append_text(out, "|\"; ");
}

/* By what is said, whoever the other peer is: the handshake (BEP 3), and the DHT (BEP 5). */
static void put_torrent(struct buffer *out, const struct torrent_finding *t, unsigned *sid)
{
    char client[ADDR_TEXT_ROOM];

    addr_text(&t->key.client, client);
    buffer_printf(out, "drop tcp %s any <> any any", client);
    put_msg(out, t->note);
    buffer_append_text(out, "content:\"|13|BitTorrent protocol\"; depth:20; ");
    put_hash(out, t->key.info_hash);
    buffer_append_text(out, "offset:28; depth:20; ");
    put_end(out, sid);
    buffer_printf(out, "drop udp %s any <> any any", client);
    put_msg(out, t->note);
    buffer_append_text(out, "content:\"9|3a|info_hash20|3a|\"; ");
    put_hash(out, t->key.info_hash);
    buffer_append_text(out, "distance:0; within:20; ");
    put_end(out, sid);
}

void firewall_suricata(struct buffer *out, const struct firewall_list *l)
{
    unsigned sid = FIREWALL_SID_FIRST;

    buffer_append_text(out, "# In suricata.yaml: rule-files: [FILE]. Read it again: suricatasc -c "
                            "ruleset-reload-nonblocking\n");
    buffer_printf(out, "# Their sids begin at %u.\n", FIREWALL_SID_FIRST);
    for (size_t i = 0; i < l->findings.count; i++)
        put_finding(out, list_finding(l, i), &sid);
    for (size_t i = 0; i < l->torrents.count; i++)
        put_torrent(out, l->torrents.at[i], &sid);
}
