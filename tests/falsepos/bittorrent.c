/* SPDX-License-Identifier: MIT */
/* Conversations that are no BitTorrent, through the whole engine: how many are taken for it, and
 * how surely?
 *
 *   bittorrent [-o FOLDER] [-k KIND] [-v TOLD] FLOWS    of each kind as many; -o: a capture of
 * each, too; -v: of so many that are taken for it, why
 *
 * Nobody may be called BitTorrent `strong` or surer. What real programs say may be called so
 * `probable` once in 1,000; what is made to look random, as often as the table of its kind says. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/engine.h"
#include "tests/falsepos/talk.h"
#include "tests/unit/test.h"

#define SEED          UINT64_C(0x776f6c766573)
#define START_NS      1700000000000000000LL
#define NS_MS         1000000LL
#define FIRST_PACKETS 24
#define TRACKER       0x0a700001 /* 10.112.0.1 */
#define TRACKER_PORT  6969
#define PCAP_MAGIC    0xa1b2c3d4
#define LINK_ETHER    1

struct count {
    unsigned long flows, bittorrent[CONFIDENCE_CERTAIN + 1];
    unsigned long nameless; /* or BitTorrent: no other name */
};

struct run {
    struct policy *policy;
    struct engine *engine;
    struct sink sink;
    FILE *capture;
    uint64_t number;
    uint32_t unseen; /* packets of this flow that are still to come before the capture begins */
    struct count count;
    unsigned told, shown; /* flows of each kind and crowd */
    const char *kind;
};

static void put_u32(FILE *f, uint32_t v)
{
    fwrite(&v, sizeof(v), 1, f);
}

static void see_packet(void *ctx, struct bytes in, int64_t time_ns)
{
    struct run *run = ctx;
    if (run->unseen > 0) {
        run->unseen--;
        return;
    }
    const struct frame f = {.number = ++run->number,
                            .time_ns = time_ns,
                            .linktype = LINK_ETHER,
                            .wire_len = (uint32_t)in.len,
                            .data = in};

    engine_frame(run->engine, &f);
    if (run->capture == NULL)
        return;
    put_u32(run->capture, (uint32_t)(time_ns / 1000000000));
    put_u32(run->capture, (uint32_t)(time_ns % 1000000000 / 1000));
    put_u32(run->capture, (uint32_t)in.len);
    put_u32(run->capture, (uint32_t)in.len);
    fwrite(in.at, 1, in.len, run->capture);
}

static bool says_bittorrent(const struct flow_info *f)
{
    static const char *const names[] = {"bittorrent", "utp", "dht", "mse"};

    for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
        if (f->app != NULL && strcmp(f->app, names[n]) == 0)
            return true;
        for (unsigned i = 0; i < f->layer_count; i++)
            if (strcmp(f->layers[i], names[n]) == 0)
                return true;
    }
    return false;
}

static void tell(const struct run *run, const struct flow_info *f)
{
    printf("    %s: packets %llu to %llu, %s:", run->kind, (unsigned long long)f->first_packet,
           (unsigned long long)f->last_packet, confidence_name(f->confidence));
    for (unsigned i = 0; i < f->evidence_count; i++) {
        printf(" [%llu] %s", (unsigned long long)f->evidence[i].packet, f->evidence[i].what);
        for (size_t b = 0; b < f->evidence[i].detail.len && b < 24; b++)
            printf("%s%02x", b == 0 ? " " : "", f->evidence[i].detail.at[b]);
    }
    printf("\n");
}

static void see_event(void *ctx, const struct event *e)
{
    struct run *run = ctx;

    if (e->kind != EVENT_FLOW || e->as.flow_end == FLOW_GOES_ON)
        return;
    if (e->flow->server.port == TRACKER_PORT)
        return;
    run->count.flows++;
    run->count.nameless +=
        says_bittorrent(e->flow) || e->flow->app == NULL || strcmp(e->flow->app, "raw") == 0;
    if (!says_bittorrent(e->flow))
        return;
    run->count.bittorrent[e->flow->confidence]++;
    if (e->flow->confidence > CONFIDENCE_GUESS && run->told++ < run->shown)
        tell(run, e->flow);
}

static void open_capture(struct run *run, const char *folder, const char *name, unsigned crowd)
{
    static const char *const endings[CROWDS] = {"", ".crowd", ".middle", ".named"};
    struct buffer path = {0};

    run->capture = NULL;
    if (folder == NULL)
        return;
    buffer_printf(&path, "%s/", folder);
    for (; *name != '\0'; name++)
        buffer_append_byte(&path, strchr(" ,/:()", *name) != NULL ? '-' : (uint8_t)*name);
    buffer_printf(&path, "%s.pcap", endings[crowd]);
    buffer_append_byte(&path, 0);
    run->capture = fopen((const char *)path.at, "wb");
    if (run->capture == NULL)
        abort();
    buffer_free(&path);
    put_u32(run->capture, PCAP_MAGIC);
    put_u32(run->capture, 2 | 4 << 16);
    put_u32(run->capture, 0);
    put_u32(run->capture, 0);
    put_u32(run->capture, 262144);
    put_u32(run->capture, LINK_ETHER);
}

static void make_flow(struct run *run, struct dice *r, const struct talk_kind *k, uint32_t i,
                      enum crowd crowd)
{
    const uint32_t away = crowd == MANY_SERVERS ? 0 : i;
    struct talk t = {.dice = r,
                     .packet = see_packet,
                     .ctx = run,
                     .addr = {0x0a010000 + away, 0x0a800001 + i},
                     .datagrams = k->datagrams,
                     .now_ns = START_NS + i * 1500 * NS_MS,
                     .trip_ns = NS_MS * (1 + dice(r, 80)),
                     .constants = dice_next(r)};

    t.port[0] = (uint16_t)(1024 + dice(r, 64000));
    t.port[1] = k->port != 0 ? k->port : (uint16_t)(1024 + dice(r, 64000));
    run->unseen = crowd == FROM_MIDDLE ? 1 + dice(r, FIRST_PACKETS) : 0;
    if (crowd == FALSELY_NAMED)
        talk_with_tracker(&t, TRACKER, TRACKER_PORT);
    talk_begin(&t);
    k->make(&t, k);
    talk_end(&t);
    buffer_free(&t.said);
}

/* One kind in one crowd: what is counted. */
static struct count run_kind(struct run *run, const struct talk_kind *k, uint32_t flows,
                             enum crowd crowd)
{
    const struct engine_config config = {.policy = run->policy, .sinks = &run->sink, .seed = 1};
    struct dice r = {{SEED + (crowd == FALSELY_NAMED ? ONE_SERVER : crowd), SEED}};
    struct err err;

    for (const char *p = k->name; *p != '\0'; p++)
        r.state[0] = r.state[0] * 31 + (uint8_t)*p;
    run->count = (struct count){0};
    run->kind = k->name;
    run->number = run->told = 0;
    run->engine = engine_create(&config, &err);
    if (run->engine == NULL)
        abort();
    engine_source(run->engine, k->name);
    for (uint32_t i = 0; i < flows; i++)
        make_flow(run, &r, k, i, crowd);
    engine_flush(run->engine);
    engine_free(run->engine);
    return run->count;
}

static void judge(const struct talk_kind *k, const struct count c[CROWDS])
{
    static const char *const words[] = {"", "disguise", "imitated"};
    unsigned long flows = 0, probable = 0, sure = 0;
    const struct count *named = &c[FALSELY_NAMED];
    const unsigned long believed =
        named->bittorrent[CONFIDENCE_GUESS] + named->bittorrent[CONFIDENCE_PROBABLE] +
        named->bittorrent[CONFIDENCE_STRONG] + named->bittorrent[CONFIDENCE_CERTAIN];

    for (unsigned i = 0; i < FALSELY_NAMED; i++) {
        flows += c[i].flows;
        probable += c[i].bittorrent[CONFIDENCE_PROBABLE];
        sure += c[i].bittorrent[CONFIDENCE_STRONG] + c[i].bittorrent[CONFIDENCE_CERTAIN];
    }
    const unsigned long most = flows * (k->seriousness == PROGRAM ? 1 : k->most) / 1000;
    printf(
        "  %-36s %-8s %7lu flows   probable %lu (%.2f %%), strong %lu   named %lu (%lu nameless)\n",
        k->name, words[k->seriousness], flows, probable,
        flows > 0 ? 100.0 * (double)probable / (double)flows : 0.0, sure, believed,
        c[ONE_SERVER].nameless);
    fflush(stdout);
    CHECK(flows > 0, "the flows were made");
    if (k->seriousness == IMITATION)
        return;
    CHECK(sure == 0, "none is BitTorrent for sure");
    CHECK(probable <= most, "hardly any is taken for BitTorrent");
    CHECK(believed <= c[ONE_SERVER].nameless + named->flows / 20,
          "what has a name keeps it, whoever is said to be a peer");
}

static void run_kinds(struct run *run, const struct talk_kind *kinds, size_t n, const char *only,
                      const char *folder, uint32_t flows)
{
    for (size_t i = 0; i < n; i++) {
        struct count c[CROWDS];
        if (only != NULL && strstr(kinds[i].name, only) == NULL)
            continue;
        for (unsigned crowd = 0; crowd < CROWDS; crowd++) {
            open_capture(run, folder, kinds[i].name, crowd);
            c[crowd] = run_kind(run, &kinds[i], flows, (enum crowd)crowd);
            if (run->capture != NULL)
                fclose(run->capture);
        }
        judge(&kinds[i], c);
    }
}

int main(int argc, char **argv)
{
    const char *folder = NULL, *only = NULL;
    struct run run = {.sink = {.event = see_event}};
    int option;

    while ((option = getopt(argc, argv, "o:k:v:")) != -1)
        if (option == 'v')
            run.shown = (unsigned)strtoul(optarg, NULL, 10);
        else
            *(option == 'o' ? &folder : &only) = optarg;
    const uint32_t flows = optind < argc ? (uint32_t)strtoul(argv[optind], NULL, 10) : 100;
    run.sink.ctx = &run;
    run.policy = policy_load(NULL, NULL, NULL, NULL);
    if (run.policy == NULL)
        abort();
    run_kinds(&run, random_talks, random_talk_count, only, folder, flows);
    run_kinds(&run, udp_talks, udp_talk_count, only, folder, flows);
    run_kinds(&run, stream_talks, stream_talk_count, only, folder, flows);
    policy_free(run.policy);
    return test_end();
}
