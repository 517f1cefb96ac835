/* SPDX-License-Identifier: MIT */
/* All counters of a worker, as one event. */
#include "engine/worker.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

void engine_stats(struct engine *e, const struct engine_capture *capture, bool final)
{
    const struct decode_stats *d = decoder_stats(e->decoder);
    const struct counters *n = &e->counters;
    const struct counter all[] = {
        {"capture", "kernel_packets", capture != NULL ? capture->kernel_packets : 0},
        {"capture", "kernel_drops", capture != NULL ? capture->kernel_drops : 0},
        {"decoder", "pkts", d->frames},
        {"decoder", "bytes", d->bytes},
        {"decoder", "ipv4", d->packets_ipv4},
        {"decoder", "ipv6", d->packets_ipv6},
        {"decoder", "tcp", d->tcp},
        {"decoder", "udp", d->udp},
        {"decoder", "other", d->other},
        {"decoder", "invalid", d->bad},
        {"decoder", "vlan", d->vlan},
        {"decoder", "tunnelled", d->tunnelled},
        {"decoder", "unknown_linktype", d->unknown_linktype},
        {"defrag", "fragments", d->fragments},
        {"defrag", "reassembled", d->reassembled},
        {"defrag", "expired", d->fragments_expired},
        {"defrag", "refused", d->fragments_refused},
        {"flow", "total", n->flows},
        {"flow", "active", flow_count(e->flows)},
        {"flow", "evicted", n->evicted},
        {"flow", "refused", n->refused},
        {"flow", "syn_overwritten", syn_overwritten(e->syns)},
        {"flow", "memuse", e->budget.used},
        {"flow", "memuse_peak", e->budget.peak},
        {"tcp", "gap", n->tcp_gaps},
        {"tcp", "overlap_differs", n->tcp_overlaps},
        {"tcp", "bad_checksum", n->tcp_bad_checksum},
        {"tcp", "offloaded_checksum", d->checksum_offloaded},
        {"tcp", "retransmissions", n->tcp_retransmissions},
        {"tcp", "out_of_order", n->tcp_out_of_order},
        {"tcp", "midstream", n->tcp_midstream},
        {"tcp", "stragglers", n->stragglers},
        {"verdicts", "allow", n->verdicts[VERDICT_ALLOW]},
        {"verdicts", "block", n->verdicts[VERDICT_BLOCK]},
    };
    const size_t skip =
        capture != NULL && capture->known ? 0 : 2; /* a file has no kernel counters */
    struct event ev = {.kind = EVENT_STATS};

    e->host.time_ns = e->latest_ns;
    ev.as.stats =
        (struct stats_event){.stats = all + skip, .count = COUNT(all) - skip, .final = final};
    tell(e, NULL, &ev);
}
