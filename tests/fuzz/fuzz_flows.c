/* SPDX-License-Identifier: MIT */
/* fuzz_flows.c - what is said of a flow depends on its bytes alone: several connections (flows.h)
 * side by side, cut, reordered, repeated and overlapping, against the same in whole turns; and
 * against each of them alone, unless one is BitTorrent, which names the ends of others. Everything
 * that is told is compared, but for packet numbers and times. Rules are asked after each segment:
 * where among the events an alert stands is not compared. */
#include "flows.h"
#include "rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MEMORY   (32U << 20)
#define DAY_NS   (86400LL * 1000000000LL)
#define START_NS (1700000000LL * 1000000000LL)
#define FIGURE   "%016llx "

struct world {
    struct policy *policy;
    struct engine *engine;
    struct sink sink;
    struct flows *now;
    struct buffer alerts[FLOWS];
    uint64_t payload[FLOWS][2]; /* of the message that is being told */
    int64_t start_ns;
};

static uint64_t mix(uint64_t sum, struct bytes in)
{
    for (size_t i = 0; i < in.len; i++)
        sum = (sum ^ in.at[i]) * 0x100000001b3U; /* FNV-1a */
    return sum;
}

static void log_text(struct buffer *log, const char *name, struct bytes text)
{
    if (text.len > 0)
        buffer_printf(log, "%s=%zu/" FIGURE, name, text.len, (unsigned long long)mix(0, text));
}

/* "12 s before, torrent ...": the rest. */
static struct bytes without_time(struct bytes detail)
{
    size_t n = 0;

    while (n < detail.len && detail.at[n] >= '0' && detail.at[n] <= '9')
        n++;
    const struct bytes rest = bytes_after(detail, n);
    return n > 0 && bytes_start_with(rest, bytes_of_text(" s ")) ? rest : detail;
}

static void log_message(struct buffer *log, const struct ws_message_event *m)
{
    buffer_printf(log, "M(%d%d%d %u %u %llu) ", m->fin, m->masked, m->compressed, m->fragments,
                  m->close_code, (unsigned long long)m->wire_length);
    log_text(log, "kept", m->payload);
    log_text(log, "sha", bytes_of(m->sha256, m->has_sha256 ? sizeof(m->sha256) : 0));
}

static void log_flow(struct buffer *log, const struct flow_info *f)
{
    log_text(log, "host", f->host);
    log_text(log, "path", f->path);
    log_text(log, "origin", f->origin);
    log_text(log, "subprotocol", f->subprotocol);
    log_text(log, "sni", f->sni);
    log_text(log, "peer", f->peer_client);
    buffer_printf(log, "speaks=%s tunnel=%d anomalies=%u bytes=%llu/%llu end=%d ",
                  f->speaks != NULL ? f->speaks : "-", f->tunnel, f->anomalies,
                  (unsigned long long)f->tcp.missing[0], (unsigned long long)f->tcp.missing[1],
                  f->end);
    for (unsigned i = 0; i < f->evidence_count; i++) {
        buffer_printf(log, "[%s] ", f->evidence[i].what);
        log_text(log, "detail", without_time(f->evidence[i].detail));
    }
}

static void on_event(void *ctx, const struct event *e)
{
    struct world *w = ctx;
    const unsigned flow = flows_which(e);

    if (flow >= FLOWS)
        return;
    struct buffer *log = &w->now->talk[flow].log;
    uint64_t *payload = &w->payload[flow][e->direction];
    if (e->kind == EVENT_ALERT) {
        buffer_printf(&w->alerts[flow], "%s:%s ", e->as.alert.action, e->as.alert.rule);
        return;
    }
    if (e->kind == EVENT_PAYLOAD) {
        *payload = mix(*payload, e->as.payload.slice);
    } else if (e->kind == EVENT_MESSAGE) {
        log_message(log, &e->as.message);
        buffer_printf(log, FIGURE, (unsigned long long)*payload);
        *payload = 0;
    } else if (e->kind == EVENT_FRAME) {
        buffer_printf(log, "F(%u %u %llu) ", e->as.frame.opcode, e->as.frame.rsv,
                      (unsigned long long)e->as.frame.length);
    } else if (e->kind == EVENT_FLOW && e->flow->end != FLOW_GOES_ON) {
        log_flow(log, e->flow);
        if (e->flow->end == FLOW_TIMEOUT) /* what comes next begins in the middle */
            w->now->begun[flow][0] = w->now->begun[flow][1] = false;
    }
    talk_event(&w->now->talk[flow], e);
}

/* Setting up costs more than an input: one engine serves all, and is flushed after each run. */
static struct world *the_world(void)
{
    static struct world w;

    if (w.engine != NULL)
        return &w;
    w.sink = (struct sink){.event = on_event, .ctx = &w, .interest = UINT32_MAX};
    w.engine = engine_with_rules(&w.sink, MEMORY, &w.policy);
    w.start_ns = START_NS;
    return &w;
}

static void play(struct world *w, struct flows *f, struct bytes script, unsigned only)
{
    w->now = f;
    w->start_ns += DAY_NS;
    if (w->start_ns > 2 * START_NS)
        w->start_ns = START_NS;
    memset(w->payload, 0, sizeof(w->payload));
    f->engine = w->engine;
    f->clock_ns = w->start_ns;
    flows_play(f, script, only);
    for (unsigned i = 0; i < FLOWS; i++) {
        buffer_append(&f->talk[i].log, buffer_bytes(&w->alerts[i]));
        buffer_clear(&w->alerts[i]);
    }
    assert(engine_totals(w->engine).flows_active == 0);
}

static void compare(const struct flows *a, const struct flows *b, const char *what)
{
    for (unsigned i = 0; i < FLOWS; i++) {
        const struct buffer *x = &a->talk[i].log, *y = &b->talk[i].log;
        if (bytes_equal(buffer_bytes(x), buffer_bytes(y)))
            continue;
        fprintf(stderr, "flow %u\nwhole: %.*s\n%s: %.*s\n", i, (int)x->len, (const char *)x->at,
                what, (int)y->len, (const char *)y->at);
        abort();
    }
}

static bool name_others(const struct flows *f)
{
    const struct bytes name = bytes_of_text("bittorrent");
    bool yes = false;

    for (unsigned i = 0; i < FLOWS; i++)
        yes = yes || bytes_find(buffer_bytes(&f->talk[i].log), name) < f->talk[i].log.len;
    return yes;
}

static void forget(struct flows *f)
{
    for (unsigned i = 0; i < FLOWS; i++)
        buffer_free(&f->talk[i].log);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world *w = the_world();
    struct flows whole = {0}, cut = {.cut = true}, alone = {0};
    const struct bytes script = bytes_of(data, size);

    play(w, &whole, script, FLOWS);
    play(w, &cut, script, FLOWS);
    compare(&whole, &cut, "cut");
    for (unsigned i = 0; i < FLOWS; i++)
        play(w, &alone, script, i);
    if (!name_others(&whole) && !name_others(&alone))
        compare(&whole, &alone, "alone");
    forget(&whole);
    forget(&cut);
    forget(&alone);
    assert(engine_totals(w->engine).memory_peak <= MEMORY);
    return 0;
}
