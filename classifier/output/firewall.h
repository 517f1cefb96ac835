/* SPDX-License-Identifier: MIT */
/* firewall.h - findings as a packet filter wants them: nftables, iptables, Suricata, pf.
 *
 * In:    EVENT_FLOW of flows with the verdict block, EVENT_ALERT of block rules with a rate that
 *        bans (both captures and EVE files give them).
 * Out:   a text that loads as it is; sentences about what was left out, and why.
 * Bound: FIREWALL_FINDINGS things to block and FIREWALL_TORRENTS info-hashes, some 32 MiB; what
 *        does not fit is counted.
 */
#ifndef OUTPUT_FIREWALL_H
#define OUTPUT_FIREWALL_H

#include "output/output.h"

#define FIREWALL_FINDINGS  65536
#define FIREWALL_TORRENTS  4096
#define FIREWALL_SID_FIRST 1700000 /* Suricata's range for local rules is 1000000 to 1999999 */

/* What a finding's client may not do any more. */
enum firewall_width {
    WIDTH_SERVICE, /* reach that port of that server */
    WIDTH_PAIR,    /* exchange anything with that server */
    WIDTH_CLIENT,  /* anything */
    WIDTH_SERVER,  /* nobody may reach that port of that server */
};

enum firewall_format { FIREWALL_NFT, FIREWALL_IPTABLES, FIREWALL_SURICATA, FIREWALL_PF };

struct firewall_options {
    enum confidence least; /* of a flow's identification; a rate is counted, not guessed */
    enum firewall_width width;
    uint32_t ban_s; /* how long what has no time of its own stays blocked; 0: for good */
    /* May one of the addresses that share the first `prefix` (of 128) bits never be blocked? NULL:
     * all may be. */
    bool (*spares)(const void *ctx, const struct addr *a, unsigned prefix);
    const void *ctx;
};

struct firewall;

struct firewall *firewall_create(const struct firewall_options *how, struct err *err);
struct sink *firewall_sink(struct firewall *f);
void firewall_free(struct firewall *f);
/* Writes it all. False when memory ran out: what is written is not whole. */
bool firewall_write(const struct firewall *f, enum firewall_format format, const char *rules,
                    struct out *out);
/* Sentence `i` of what was left out; false when there are no more. */
bool firewall_left_out(const struct firewall *f, size_t i, struct buffer *out);

#endif
