/* SPDX-License-Identifier: MIT */
/* pf (OpenBSD, FreeBSD): pf.conf(5), for an anchor. */
#include "output/firewall_list.h"

static void put_note(struct buffer *out, const struct finding *f)
{
    buffer_append_text(out, "# ");
    finding_note(out, f, FIREWALL_NOTE);
    buffer_append_byte(out, '\n');
}

static void put_clients(struct buffer *out, const struct firewall_list *l)
{
    bool any = false;

    for (size_t i = 0; i < l->findings.count; i++) {
        const struct finding *f = list_finding(l, i);
        if (f->block.kind != BLOCK_CLIENT)
            continue;
        put_note(out, f);
        any = true;
    }
    if (!any)
        return;
    buffer_append_text(out, "table <portwarden_clients> persist {");
    for (size_t i = 0; i < l->findings.count; i++) {
        const struct finding *f = list_finding(l, i);
        if (f->block.kind != BLOCK_CLIENT)
            continue;
        buffer_append_byte(out, ' ');
        block_client_text(out, &f->block);
    }
    buffer_append_text(out, " }\n"
                            "block drop quick from <portwarden_clients> to any\n"
                            "block drop quick from any to <portwarden_clients>\n");
}

static void put_end(struct buffer *out, const struct block *b, bool server)
{
    if (server)
        block_server_text(out, b);
    else if (b->kind == BLOCK_SERVER)
        buffer_append_text(out, "any");
    else
        block_client_text(out, b);
    if (server && b->kind != BLOCK_PAIR)
        buffer_printf(out, " port = %u", b->port);
}

static void put_rule(struct buffer *out, const struct block *b, bool back)
{
    buffer_printf(out, "block drop quick %s", block_is_ipv4(b) ? "inet" : "inet6");
    if (b->kind != BLOCK_PAIR)
        buffer_printf(out, " proto %s", block_transport(b));
    buffer_append_text(out, " from ");
    put_end(out, b, back);
    buffer_append_text(out, " to ");
    put_end(out, b, !back);
    buffer_append_byte(out, '\n');
}

void firewall_pf(struct buffer *out, const struct firewall_list *l)
{
    buffer_append_text(out, "# Load it, and load a newer one over it: pfctl -a portwarden -f FILE\n"
                            "# Once, in pf.conf: anchor \"portwarden\"\n"
                            "# pf gives rules no time: what is blocked stays so until then.\n");
    put_clients(out, l);
    for (size_t i = 0; i < l->findings.count; i++) {
        const struct finding *f = list_finding(l, i);
        if (f->block.kind == BLOCK_CLIENT)
            continue;
        put_note(out, f);
        put_rule(out, &f->block, false);
        put_rule(out, &f->block, true);
    }
}
