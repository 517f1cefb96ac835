/* SPDX-License-Identifier: MIT */
/* All counters of a worker, as one event. */
#include "engine/shed.h"
#include "policy/rate.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void tell_stats(struct engine *e, struct stats_event stats)
{
    struct event ev = {.kind = EVENT_STATS, .as.stats = stats};

    e->host.time_ns = e->latest_ns;
    tell(e, NULL, &ev);
}

#define COUNTERS_MOST 80

struct list {
    struct counter at[COUNTERS_MOST];
    size_t count;
};

static void add(struct list *to, const struct counter *from, size_t count)
{
    for (size_t i = 0; i < count && to->count < COUNTERS_MOST; i++)
        to->at[to->count++] = from[i];
}

static void add_frames(struct list *to, const struct engine *e,
                       const struct engine_capture *capture)
{
    const struct decode_stats *d = decoder_stats(e->decoder);
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
        {"defrag", "repeated", d->fragments_repeated},
        {"defrag", "overlapping", d->fragments_overlapping},
        {"defrag", "refused", d->fragments_refused},
        {"defrag", "reassembled", d->reassembled},
        {"defrag", "expired", d->datagrams_expired},
        {"defrag", "evicted", d->datagrams_evicted},
        {"defrag", "dropped", d->datagrams_dropped},
    };
    const size_t skip =
        capture != NULL && capture->known ? 0 : 2; /* a file has no kernel counters */

    add(to, all + skip, COUNT(all) - skip);
}

static void add_flows(struct list *to, const struct engine *e)
{
    const struct decode_stats *d = decoder_stats(e->decoder);
    const struct counters *n = &e->counters;
    const struct counter all[] = {
        {"flow", "total", n->flows},
        {"flow", "active", flow_count(e->flows)},
        {"flow", "evicted", shed_flows(e)},
        {"flow", "evicted_unproven", n->evicted_unproven},
        {"flow", "evicted_idle", n->evicted_idle},
        {"flow", "evicted_heavy", n->evicted_heavy},
        {"flow", "refused", n->refused},
        {"flow", "syn_overwritten", syn_overwritten(e->syns) + n->syns_untold},
        {"flow", "memuse", e->budget.used},
        {"flow", "memuse_peak", e->budget.peak},
        {"flow", "memuse_limit", e->budget.limit},
        {"flow", "memory_refused", e->budget.refused},
        {"tcp", "gap", n->tcp_gaps},
        {"tcp", "holes_given_up", n->holes_given_up},
        {"tcp", "overlap_differs", n->tcp_overlaps},
        {"tcp", "bad_checksum", n->tcp_bad_checksum},
        {"tcp", "offloaded_checksum", d->checksum_offloaded},
        {"tcp", "retransmissions", n->tcp_retransmissions},
        {"tcp", "out_of_order", n->tcp_out_of_order},
        {"tcp", "midstream", n->tcp_midstream},
        {"tcp", "stragglers", n->stragglers},
        {"exceptions", "memory", n->exceptions[EXCEPTION_MEMORY]},
        {"exceptions", "depth", n->exceptions[EXCEPTION_DEPTH]},
        {"exceptions", "midstream", n->exceptions[EXCEPTION_MIDSTREAM]},
        {"exceptions", "error", n->exceptions[EXCEPTION_ERROR]},
        {"verdicts", "allow", n->verdicts[VERDICT_ALLOW]},
        {"verdicts", "block", n->verdicts[VERDICT_BLOCK]},
    };

    add(to, all, COUNT(all));
}

/* Where rules count. */
static void add_rates(struct list *to, const struct engine *e)
{
    const struct rate_totals rates = policy_rate_totals(e->policy);
    const struct counter all[] = {
        {"rates", "counted", rates.counted},
        {"rates", "crowded_out", rates.crowded_out},
        {"rates", "bans", rates.bans},
        {"rates", "bans_displaced", rates.bans_displaced},
    };

    if (e->rates != 0)
        add(to, all, COUNT(all));
}

void engine_stats(struct engine *e, const struct engine_capture *capture, bool final)
{
    struct list all = {.count = 0};

    add_frames(&all, e, capture);
    add_flows(&all, e);
    add_rates(&all, e);
    tell_stats(e, (struct stats_event){.stats = all.at, .count = all.count, .final = final});
}
