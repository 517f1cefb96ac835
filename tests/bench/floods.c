/* SPDX-License-Identifier: MIT */
/* floods.c - what an attacker sends to fill the tables, with genuine WebSocket flows in between.
 *
 *   floods            the whole table: minutes
 *   floods quick      the same kinds, shorter and in less memory: for make check
 *   floods NAME...    only these
 *
 * A line for each: packets and their rate, the most memory that was counted and that the process
 * really had, genuine messages decoded of those sent. Fails when one is missing or differs, or when
 * the memory is more than was allowed. Each runs in a process of its own, so that its peak is its
 * own; the packets are made as they are needed.
 */
#include "floods.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GENUINE_FLOWS 64 /* at once */
#define GENUINE_TURNS 40 /* messages of each */
#define NEW_FLOW      5  /* packets before the first message */
#define MIB           ((size_t)1 << 20)
/* In the long form so many messages may cost one: a genuine flow that waits long before it says its
 * first word looks like the flood's. */
#define MISSED_OF 1000
/* Between pieces that come and go in all sizes. */
#define ALLOCATOR(limit) BUDGET_HOLES(limit)

struct result {
    struct engine_totals totals;
    size_t sent, right, resident;
    double seconds;
};

/* ---- genuine traffic ---- */

static const char ask[] = "GET /chat HTTP/1.1\r\nHost: chat.example.com\r\nUpgrade: websocket\r\n"
                          "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                          "Sec-WebSocket-Version: 13\r\n\r\n";
static const char grant[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                            "Connection: Upgrade\r\n"
                            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

static void send_genuine_message(struct world *w, struct talk *t, unsigned side)
{
    uint8_t frame[64];
    char text[48];
    const int len = snprintf(text, sizeof(text), "genuine %08zu of a person", w->sent++);
    const size_t at = side == 0 ? 6 : 2;

    frame[0] = 0x81; /* RFC 6455 s5.2: FIN, text */
    frame[1] = (uint8_t)(side == 0 ? 0x80 | len : len);
    for (size_t i = 2; i < at; i++)
        frame[i] = (uint8_t)(random_below(256));
    for (size_t i = 0; i < (size_t)len; i++)
        frame[at + i] = (uint8_t)(text[i] ^ (side == 0 ? frame[2 + i % 4] : 0));
    flood_segment(w, t, side, TCP_ACK | TCP_PSH, (struct bytes){frame, at + (size_t)len});
}

/* The next packet of one of the genuine flows. */
static void send_genuine(struct world *w)
{
    struct talk *t = &w->genuine[random_below(GENUINE_FLOWS)];
    const unsigned step = t->step++;
    const struct bytes none = {NULL, 0};

    switch (step) {
    case 0:
        flood_begin(w, t, 0x0a020000 + w->opened / 50000, (uint16_t)(10000 + w->opened % 50000));
        w->opened++;
        t->step = 1;
        flood_segment(w, t, 0, TCP_SYN, none);
        break;
    case 1: flood_segment(w, t, 1, TCP_SYN | TCP_ACK, none); break;
    case 2: flood_segment(w, t, 0, TCP_ACK, none); break;
    case 3: flood_segment(w, t, 0, TCP_ACK, bytes_of(ask, sizeof(ask) - 1)); break;
    case 4: flood_segment(w, t, 1, TCP_ACK, bytes_of(grant, sizeof(grant) - 1)); break;
    default: send_genuine_message(w, t, step % 2); break;
    case NEW_FLOW + GENUINE_TURNS: flood_segment(w, t, 0, TCP_FIN | TCP_ACK, none); break;
    case NEW_FLOW + GENUINE_TURNS + 1: flood_segment(w, t, 1, TCP_FIN | TCP_ACK, none); break;
    case NEW_FLOW + GENUINE_TURNS + 2:
        flood_segment(w, t, 0, TCP_ACK, none);
        t->step = 0;
        break;
    }
}

/* Each number once, and whole. */
static void on_event(void *ctx, const struct event *e)
{
    struct world *w = ctx;
    char text[48];

    if (e->kind != EVENT_MESSAGE || !e->as.message.complete ||
        e->as.message.payload.len >= sizeof(text) ||
        !bytes_start_with(e->as.message.payload, bytes_of_text("genuine ")))
        return;
    memcpy(text, e->as.message.payload.at, e->as.message.payload.len);
    text[e->as.message.payload.len] = '\0';
    if (strtoull(text + strlen("genuine "), NULL, 10) == w->sent - 1)
        w->right++;
}

/* ---- one run ---- */

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void run(struct world *w, const struct flood *f, uint64_t packets, struct result *out)
{
    const double start = now();

    for (uint64_t n = 0; w->packets < packets; n++) {
        w->time_ns += f->ns_each;
        f->send(w, n);
        if (n % f->every == 0)
            send_genuine(w);
    }
    out->seconds = now() - start;
    out->totals = engine_totals(w->engine);
    out->sent = w->sent;
    out->right = w->right;
}

/* In a process of its own. */
static int child(const struct flood *f, bool quick, struct result *out)
{
    struct err err = {0};
    struct policy *policy = policy_load(NULL, NULL, NULL, &err);
    struct world *w = calloc(1, sizeof(*w));
    struct sink sink = {.event = on_event,
                        .ctx = w,
                        .interest = INTEREST_MESSAGES | INTEREST_KEEP | INTEREST_ANOMALIES};
    struct rusage usage;

    if (policy == NULL || w == NULL)
        return 1;
    const struct engine_config config = {
        .policy = policy, .sinks = &sink, .memory = (quick ? f->quick_mib : f->full_mib) * MIB};
    w->engine = engine_create(&config, &err);
    w->time_ns = 1700000000LL * 1000000000;
    if (w->engine == NULL)
        return 1;
    engine_source(w->engine, "flood");
    run(w, f, quick ? f->quick : f->full, out);
    getrusage(RUSAGE_SELF, &usage);
    out->resident = (size_t)usage.ru_maxrss * 1024 - w->bad_bytes;
    engine_free(w->engine);
    policy_free(policy);
    free(w);
    return 0;
}

static bool in_a_child(const struct flood *f, bool quick, struct result *out)
{
    int ends[2], status = 0;

    *out = (struct result){0};
    if (pipe(ends) != 0)
        return false;
    fflush(stdout);
    const pid_t pid = fork();
    if (pid == 0) {
        status = child(f, quick, out);
        status |= write(ends[1], out, sizeof(*out)) != (ssize_t)sizeof(*out);
        _exit(status);
    }
    close(ends[1]);
    const bool good = read(ends[0], out, sizeof(*out)) == (ssize_t)sizeof(*out);
    close(ends[0]);
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0 && good;
}

/* What the process has that is not counted: the tables of nDPI, the program itself. */
static size_t fixed_bytes(void)
{
    static const struct flood nothing = {.name = "nothing",
                                         .send = flood_nothing,
                                         .quick = 20000,
                                         .quick_mib = 16,
                                         .every = 1,
                                         .ns_each = 1000};
    struct result r;

    return in_a_child(&nothing, true, &r) ? r.resident : 0;
}

static bool try_flood(const struct flood *f, bool quick, size_t fixed)
{
    const size_t limit = (quick ? f->quick_mib : f->full_mib) * MIB;
    struct result r;
    const bool ran = in_a_child(f, quick, &r);
    const bool bounded =
        r.totals.memory_peak <= limit && r.resident <= fixed + limit + ALLOCATOR(limit);
    const size_t may_miss = quick ? 0 : r.sent / MISSED_OF;
    const bool good = ran && bounded && r.sent > 0 && r.sent - r.right <= may_miss;

    printf("%s %-22s %9llu packets %8.0f k/s  counted %6.1f of %4zu MiB  resident %6.1f MiB  "
           "messages %zu of %zu  flows %llu, shed %llu\n",
           good ? "ok" : "FAILED", f->name, (unsigned long long)r.totals.frames,
           (double)r.totals.frames / (r.seconds > 0 ? r.seconds : 1) / 1000,
           (double)r.totals.memory_peak / (double)MIB, limit / MIB,
           (double)r.resident / (double)MIB, r.right, r.sent, (unsigned long long)r.totals.flows,
           (unsigned long long)r.totals.flows_evicted);
    return good;
}

static bool is_named(const struct flood *f, int argc, char **argv)
{
    bool any = false;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "quick") == 0)
            continue;
        any = true;
        if (strcmp(argv[i], f->name) == 0)
            return true;
    }
    return !any;
}

int main(int argc, char **argv)
{
    const bool quick = argc > 1 && strcmp(argv[1], "quick") == 0;
    const size_t fixed = fixed_bytes();
    bool good = fixed > 0;

    printf("without a flood the process has %.1f MiB\n", (double)fixed / (double)MIB);
    for (const struct flood *f = floods; f->name != NULL; f++)
        if (is_named(f, argc, argv))
            good = try_flood(f, quick, fixed) && good;
    return good ? 0 : 1;
}
