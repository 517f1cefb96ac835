/* SPDX-License-Identifier: MIT */
/* The findings in order, without what a ban covers; and the frame around each format. */
#include "output/firewall_list.h"

#include <stdlib.h>

#include "output/escape.h"
#include "output/wording.h"

void block_client_text(struct buffer *out, const struct block *b)
{
    const unsigned unused = addr_is_ipv4(&b->client) ? IPV4_PREFIX : 0;
    char text[ADDR_TEXT_ROOM];

    buffer_append(out, bytes_of(text, addr_text(&b->client, text)));
    if (b->prefix < HOST_PREFIX)
        buffer_printf(out, "/%u", b->prefix > unused ? b->prefix - unused : 0U);
}

void block_server_text(struct buffer *out, const struct block *b)
{
    char text[ADDR_TEXT_ROOM];

    buffer_append(out, bytes_of(text, addr_text(&b->server, text)));
}

const char *block_transport(const struct block *b)
{
    return b->transport == TRANSPORT_TCP ? "tcp" : "udp";
}

void finding_note(struct buffer *out, const struct finding *f, size_t room)
{
    static const char cut[] = "...";
    const struct bytes note = bytes_of_text(f->note);

    if (note.len <= room) {
        buffer_append(out, note);
        return;
    }
    buffer_append(out, bytes_first(note, room - (sizeof(cut) - 1)));
    buffer_append_text(out, cut);
}

static int compare_numbers(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

/* IPv4 before IPv6, and what goes into one set of nftables side by side. */
static int block_compare(const struct block *a, const struct block *b)
{
    int order = compare_numbers(a->kind, b->kind);

    if (order == 0)
        order = compare_numbers(!block_is_ipv4(a), !block_is_ipv4(b));
    if (order == 0)
        order = compare_numbers(HOST_PREFIX - a->prefix, HOST_PREFIX - b->prefix);
    if (order == 0)
        order = addr_compare(&a->client, &b->client);
    if (order == 0)
        order = addr_compare(&a->server, &b->server);
    if (order == 0)
        order = compare_numbers(a->port, b->port);
    return order != 0 ? order : compare_numbers(a->transport, b->transport);
}

static int finding_compare(const void *a, const void *b)
{
    return block_compare(&((const struct finding *)a)->block, &((const struct finding *)b)->block);
}

static int torrent_compare(const void *a, const void *b)
{
    const struct torrent_finding *x = a, *y = b;
    const int order = addr_compare(&x->key.client, &y->key.client);

    return order != 0 ? order : memcmp(x->key.info_hash, y->key.info_hash, INFO_HASH);
}

/* A client that is blocked whole, here or as one of a network, needs no other entry. */
struct covers {
    const struct sorted *clients;
    bool prefixes[HOST_PREFIX + 1]; /* that some entry has */
};

static bool has_client(const struct sorted *s, const struct block *wanted)
{
    size_t low = 0, high = s->count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = block_compare(&((const struct finding *)s->at[middle])->block, wanted);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* A network covers for as long as it is blocked itself: so it does only for what is no ban. */
static bool is_covered(const struct covers *c, const struct finding *f)
{
    struct block wanted = {.kind = BLOCK_CLIENT};

    if (f->banned || f->block.kind == BLOCK_SERVER)
        return false;
    for (unsigned prefix = 0; prefix <= HOST_PREFIX; prefix++) {
        wanted.prefix = (uint8_t)prefix;
        wanted.client = addr_first(&f->block.client, prefix);
        const bool itself = f->block.kind == BLOCK_CLIENT && prefix == HOST_PREFIX;
        if (c->prefixes[prefix] && !itself && has_client(c->clients, &wanted))
            return true;
    }
    return false;
}

static bool list_findings(const struct firewall *f, struct firewall_list *l)
{
    struct sorted all = tally_sorted(&f->findings, finding_compare);
    struct covers covers = {.clients = &all};

    if (all.count != f->findings.count)
        return false;
    for (size_t i = 0; i < all.count; i++) {
        const struct finding *x = all.at[i];
        covers.prefixes[x->block.prefix] |= x->block.kind == BLOCK_CLIENT;
    }
    l->findings.at = all.count > 0 ? malloc(all.count * sizeof(*all.at)) : NULL;
    for (size_t i = 0; i < all.count && l->findings.at != NULL; i++)
        if (!is_covered(&covers, all.at[i]))
            l->findings.at[l->findings.count++] = all.at[i];
    const bool good = all.count == 0 || l->findings.at != NULL;
    free(all.at);
    return good;
}

bool firewall_left_out(const struct firewall *f, size_t i, struct buffer *out)
{
    const struct {
        uint64_t n;
        const char *noun, *why;
    } all[] = {
        {f->counts.unsure, "blocked flow", "less sure than --min-confidence asks for"},
        {f->counts.spared, "finding", "with an address of the group never-block"},
        {f->counts.special, "finding",
         "with a loopback, multicast, broadcast or unspecified address"},
        {f->counts.attacked, "finding", "that would block the server that was attacked"},
        {f->counts.no_room, "finding", "more than an export holds"},
        {f->counts.content_off, "torrent", "more than an export holds"},
    };

    for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++) {
        if (all[k].n == 0 || i-- > 0)
            continue;
        buffer_append_text(out, "left out: ");
        wording_plural(out, all[k].n, all[k].noun);
        buffer_printf(out, " %s", all[k].why);
        return true;
    }
    return false;
}

static void write_head(struct buffer *out, const struct firewall *f, const struct firewall_list *l,
                       const char *rules)
{
    buffer_append_text(out, "# portwarden: ");
    wording_plural(out, l->findings.count, "finding");
    buffer_printf(out, " to block, %s or surer; rules: ", confidence_name(f->how.least));
    escape_firewall(out, bytes_of_text(rules != NULL ? rules : "none"));
    buffer_append_byte(out, '\n');
    for (size_t i = 0;; i++) {
        struct buffer sentence = {0};
        const bool more = firewall_left_out(f, i, &sentence);
        if (more)
            buffer_printf(out, "# %.*s\n", (int)sentence.len, (const char *)sentence.at);
        buffer_free(&sentence);
        if (!more)
            return;
    }
}

bool firewall_write(const struct firewall *f, enum firewall_format format, const char *rules,
                    struct out *out)
{
    static void (*const writers[])(struct buffer *, const struct firewall_list *) = {
        [FIREWALL_NFT] = firewall_nft,
        [FIREWALL_IPTABLES] = firewall_iptables,
        [FIREWALL_SURICATA] = firewall_suricata,
        [FIREWALL_PF] = firewall_pf};
    struct firewall_list l = {.how = &f->how};
    struct buffer *text = out_buffer(out);
    const bool good =
        list_findings(f, &l) && !f->findings.failed && !f->names.failed && !f->torrents.failed;

    l.torrents = tally_sorted(&f->torrents, torrent_compare);
    if (good) {
        if (format == FIREWALL_NFT)
            buffer_append_text(text, "#!/usr/sbin/nft -f\n");
        write_head(text, f, &l, rules);
        writers[format](text, &l);
    }
    out_record(out);
    free(l.findings.at);
    free(l.torrents.at);
    return good && l.torrents.count == f->torrents.count;
}
