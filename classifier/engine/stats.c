/* SPDX-License-Identifier: MIT */
/* All counters, of one worker or of several, as one event. */
#include "engine/shed.h"
#include "policy/rate.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

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

static void add_frames(struct list *to, const struct sums *s, const struct engine_capture *capture)
{
    const struct decode_stats *d = &s->decoded;
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

static void add_flows(struct list *to, const struct sums *s)
{
    const struct decode_stats *d = &s->decoded;
    const struct counters *n = &s->counters;
    const struct counter all[] = {
        {"flow", "total", n->flows},
        {"flow", "active", s->active},
        {"flow", "evicted", n->evicted_unproven + n->evicted_idle + n->evicted_heavy},
        {"flow", "evicted_unproven", n->evicted_unproven},
        {"flow", "evicted_idle", n->evicted_idle},
        {"flow", "evicted_heavy", n->evicted_heavy},
        {"flow", "refused", n->refused},
        {"flow", "syn_overwritten", s->syns_overwritten},
        {"flow", "memuse_limit", s->memory_limit},
        {"flow", "memory_refused", s->memory_refused},
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

/* Of a capture file the same bytes are told whatever the number of workers, and what they hold
 * depends on it. */
static void add_memory(struct list *to, const struct sums *s)
{
    const struct counter all[] = {
        {"flow", "memuse", s->memory_used},
        {"flow", "memuse_peak", s->memory_peak},
    };

    add(to, all, COUNT(all));
}

/* Where rules count. */
static void add_rates(struct list *to, const struct rate_totals *rates)
{
    const struct counter all[] = {
        {"rates", "counted", rates->counted},
        {"rates", "crowded_out", rates->crowded_out},
        {"rates", "bans", rates->bans},
        {"rates", "bans_displaced", rates->bans_displaced},
    };

    add(to, all, COUNT(all));
}

void sums_add_decoder(struct sums *s, const struct decoder *d)
{
    s->decoded = *decoder_stats(d);
}

_Static_assert(sizeof(struct counters) % sizeof(uint64_t) == 0, "nothing but counters");

void sums_add(struct sums *s, const struct engine *e)
{
    const uint64_t *from = (const uint64_t *)&e->counters;
    uint64_t *to = (uint64_t *)&s->counters;

    for (size_t i = 0; i < sizeof(e->counters) / sizeof(*from); i++)
        to[i] += from[i];
    s->active += flow_count(e->flows);
    s->syns_overwritten += syn_overwritten(e->syns);
    s->memory_used += e->budget.used;
    s->memory_peak += e->budget.peak;
    s->memory_refused += e->budget.refused;
    s->memory_lacked += e->budget.lacked + digest_lacked(e->host.digest);
    s->rules_count = e->rates != 0;
    if (s->rules_count)
        s->rates = policy_rate_totals(e->policy);
    if (ticks_latest(&e->time) > s->latest_ns)
        s->latest_ns = ticks_latest(&e->time);
}

void sums_tell(const struct sums *s, const struct engine_capture *capture, bool final,
               const struct sink *sinks)
{
    struct list all = {.count = 0};

    add_frames(&all, s, capture);
    add_flows(&all, s);
    if (s->live)
        add_memory(&all, s);
    if (s->rules_count)
        add_rates(&all, &s->rates);
    const struct event ev = {
        .kind = EVENT_STATS,
        .time_ns = s->latest_ns,
        .as.stats = {.stats = all.at, .count = all.count, .final = final},
    };
    for (; sinks != NULL; sinks = sinks->next)
        sinks->event(sinks->ctx, &ev);
}

struct engine_totals sums_totals(const struct sums *s)
{
    const struct counters *n = &s->counters;

    return (struct engine_totals){
        .frames = s->decoded.frames,
        .bytes = s->decoded.bytes,
        .flows = n->flows,
        .flows_active = s->active,
        .flows_evicted = n->evicted_unproven + n->evicted_idle + n->evicted_heavy,
        .flows_blocked = n->verdicts[VERDICT_BLOCK],
        .memory_peak = s->memory_peak,
        .unknown_linktype = s->decoded.unknown_linktype,
        .memory_lacked = s->memory_lacked,
    };
}

static struct sums sums_of(const struct engine *e)
{
    struct sums s = {.memory_limit = e->budget.limit, .live = e->config.live};

    sums_add_decoder(&s, e->decoder);
    sums_add(&s, e);
    return s;
}

void engine_stats(struct engine *e, const struct engine_capture *capture, bool final)
{
    const struct sums s = sums_of(e);

    sums_tell(&s, capture, final, e->config.sinks);
}

struct engine_totals engine_totals(const struct engine *e)
{
    const struct sums s = sums_of(e);

    return sums_totals(&s);
}
