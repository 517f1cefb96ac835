/* SPDX-License-Identifier: MIT */
/* iptables-restore(8): one file for both families. A line that begins with -4 is passed over by
 * ip6tables-restore, one with -6 by iptables-restore (iptables(8)). */
#include "output/firewall_list.h"

#define COMMENT_MAX 255 /* bytes: XT_MAX_COMMENT_LEN, without the NUL */

/* One direction: to the server, or back. */
static void put_way(struct buffer *out, const struct finding *f, bool back)
{
    const struct block *b = &f->block;

    buffer_printf(out, "-%u -A PORTWARDEN", block_is_ipv4(b) ? 4U : 6U);
    if (b->kind == BLOCK_SERVICE || b->kind == BLOCK_SERVER)
        buffer_printf(out, " -p %s -m %s", block_transport(b), block_transport(b));
    if (b->kind != BLOCK_SERVER) {
        buffer_append_text(out, back ? " -d " : " -s ");
        block_client_text(out, b);
    }
    if (b->kind != BLOCK_CLIENT) {
        buffer_append_text(out, back ? " -s " : " -d ");
        block_server_text(out, b);
    }
    if (b->kind == BLOCK_SERVICE || b->kind == BLOCK_SERVER)
        buffer_printf(out, " %s %u", back ? "--sport" : "--dport", b->port);
    buffer_append_text(out, " -m comment --comment \"");
    finding_note(out, f, COMMENT_MAX);
    buffer_append_text(out, "\" -j DROP\n");
}

void firewall_iptables(struct buffer *out, const struct firewall_list *l)
{
    bool timed = false;

    for (size_t i = 0; i < l->findings.count; i++)
        timed |= list_finding(l, i)->ban_s > 0;
    buffer_append_text(
        out, "# Load it, and load a newer one over it (both read this file, each its own lines):\n"
             "#   iptables-restore --noflush FILE; ip6tables-restore --noflush FILE\n"
             "# Once, so that packets come by:\n"
             "#   for t in iptables ip6tables; do for c in INPUT FORWARD OUTPUT; do\n"
             "#     $t -C $c -j PORTWARDEN 2>/dev/null || $t -I $c -j PORTWARDEN; done; done\n");
    if (timed)
        buffer_append_text(out, "# iptables has no clock: what is blocked stays so until the chain "
                                "is loaded again or flushed.\n");
    buffer_append_text(out, "*filter\n:PORTWARDEN - [0:0]\n");
    for (size_t i = 0; i < l->findings.count; i++) {
        put_way(out, list_finding(l, i), false);
        put_way(out, list_finding(l, i), true);
    }
    buffer_append_text(out, "COMMIT\n");
}
