/* SPDX-License-Identifier: MIT */
/* nftables: one table, replaced in one transaction (nft(8), "nft -f"). */
#include "output/firewall_list.h"

#define COMMENT_MAX 128 /* bytes of an element's comment: NFTNL_UDATA_COMMENT_MAXLEN */

/* What a kind of block is in nftables. %s: ip or ip6. */
struct nft_kind {
    const char *name; /* of its set, without the family */
    const char *type; /* %s: ipv4_addr or ipv6_addr */
    const char *there, *back;
};

static const struct nft_kind kinds[BLOCK_KINDS] = {
    [BLOCK_CLIENT] = {"clients", "%s", "%s saddr", "%s daddr"},
    [BLOCK_PAIR] = {"pairs", "%s . %s", "%s saddr . %s daddr", "%s daddr . %s saddr"},
    [BLOCK_SERVICE] = {"services", "%s . %s . inet_proto . inet_service",
                       "%s saddr . %s daddr . meta l4proto . th dport",
                       "%s daddr . %s saddr . meta l4proto . th sport"},
    [BLOCK_SERVER] = {"servers", "%s . inet_proto . inet_service",
                      "%s daddr . meta l4proto . th dport", "%s saddr . meta l4proto . th sport"},
};

/* `pattern` with `word` for each %s. */
static void put(struct buffer *out, const char *pattern, const char *word)
{
    for (; *pattern != '\0'; pattern++) {
        if (pattern[0] == '%' && pattern[1] == 's') {
            buffer_append_text(out, word);
            pattern++;
        } else {
            buffer_append_byte(out, (uint8_t)*pattern);
        }
    }
}

/* Networks of one length never overlap, so each length has a set of its own. */
static void put_set_name(struct buffer *out, const struct block *b)
{
    const bool ipv4 = block_is_ipv4(b);

    buffer_printf(out, "%s_v%u", kinds[b->kind].name, ipv4 ? 4U : 6U);
    if (b->kind == BLOCK_CLIENT && b->prefix < HOST_PREFIX)
        buffer_printf(out, "_%u",
                      b->prefix - (ipv4 && b->prefix >= IPV4_PREFIX ? IPV4_PREFIX : 0U));
}

static bool same_set(const struct block *a, const struct block *b)
{
    return a->kind == b->kind && a->prefix == b->prefix && block_is_ipv4(a) == block_is_ipv4(b);
}

static void put_element(struct buffer *out, const struct finding *f)
{
    const struct block *b = &f->block;

    buffer_append_text(out, "            ");
    if (b->kind != BLOCK_SERVER)
        block_client_text(out, b);
    if (b->kind == BLOCK_PAIR || b->kind == BLOCK_SERVICE)
        buffer_append_text(out, " . ");
    if (b->kind != BLOCK_CLIENT)
        block_server_text(out, b);
    if (b->kind == BLOCK_SERVICE || b->kind == BLOCK_SERVER)
        buffer_printf(out, " . %s . %u", block_transport(b), b->port);
    if (f->ban_s > 0)
        buffer_printf(out, " timeout %us", f->ban_s);
    buffer_append_text(out, " comment \"");
    finding_note(out, f, COMMENT_MAX);
    buffer_append_text(out, "\",\n");
}

/* The set that begins with finding `i`. Returns where the next begins. */
static size_t put_set(struct buffer *out, const struct firewall_list *l, size_t i)
{
    const struct block *first = &list_finding(l, i)->block;
    const bool network = first->kind == BLOCK_CLIENT && first->prefix < HOST_PREFIX;

    buffer_append_text(out, "    set ");
    put_set_name(out, first);
    buffer_append_text(out, " {\n        type ");
    put(out, kinds[first->kind].type, block_is_ipv4(first) ? "ipv4_addr" : "ipv6_addr");
    buffer_printf(out, "\n        flags %stimeout\n        elements = {\n",
                  network ? "interval, " : "");
    for (; i < l->findings.count && same_set(first, &list_finding(l, i)->block); i++)
        put_element(out, list_finding(l, i));
    buffer_append_text(out, "        }\n    }\n");
    return i;
}

static void put_rules(struct buffer *out, const struct block *b)
{
    const char *family = block_is_ipv4(b) ? "ip" : "ip6";
    const char *const ways[] = {kinds[b->kind].there, kinds[b->kind].back};

    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        buffer_append_text(out, "        ");
        put(out, ways[i], family);
        buffer_append_text(out, " @");
        put_set_name(out, b);
        buffer_append_text(out, " counter drop\n");
    }
}

static void put_hooks(struct buffer *out)
{
    static const char *const hooks[] = {"input", "forward", "output"};

    for (size_t i = 0; i < sizeof(hooks) / sizeof(hooks[0]); i++)
        buffer_printf(out,
                      "    chain %s {\n"
                      "        type filter hook %s priority -10; policy accept;\n"
                      "        jump findings\n"
                      "    }\n",
                      hooks[i], hooks[i]);
}

void firewall_nft(struct buffer *out, const struct firewall_list *l)
{
    buffer_append_text(out, "# Load it, and load a newer one over it: nft -f FILE\n"
                            "# Take it away: nft delete table inet portwarden\n"
                            "add table inet portwarden\n"
                            "delete table inet portwarden\n"
                            "table inet portwarden {\n");
    for (size_t i = 0; i < l->findings.count;)
        i = put_set(out, l, i);
    buffer_append_text(out, "    chain findings {\n");
    for (size_t i = 0; i < l->findings.count; i++) {
        const struct block *b = &list_finding(l, i)->block;
        if (i == 0 || !same_set(b, &list_finding(l, i - 1)->block))
            put_rules(out, b);
    }
    buffer_append_text(out, "    }\n");
    put_hooks(out);
    buffer_append_text(out, "}\n");
}
