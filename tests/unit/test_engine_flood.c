/* SPDX-License-Identifier: MIT */
/* flood_frames() takes bare SYNs a shorter way: to the same end. Random frames, floods and a few
 * hosts that connect, are told to two engines: to one a few at once, to the other one by one, with
 * somebody looking on, so that it takes the long way; what they count is compared each time, and
 * what they say of all flows. */
#include "conversation.h"
#include "engine/flood.h"
#include "packet_build.h"
#include "random.h"

#define FLAGS_AT 47 /* in an untagged frame */
#define FRAMES   70000U
#define QUIET    30000U /* frames after which half a minute passes, and again */
#define AT_ONCE  12U

static struct build b;

struct pair {
    struct talk quick, wary;
    uint64_t taken; /* the short way */
};

/* All that is told of a flow. */
static void write_down(void *ctx, const struct event *e)
{
    struct talk *t = ctx;
    const struct flow_info *f = e->flow;
    char client[ENDPOINT_TEXT_ROOM], server[ENDPOINT_TEXT_ROOM];

    if (e->kind != EVENT_FLOW) {
        talk_event(ctx, e);
        return;
    }
    endpoint_text(&f->client, client);
    endpoint_text(&f->server, server);
    buffer_printf(&t->log, "%s>%s %llu %u %u/%u %u/%u %lld-%lld %s state %d end %d ", client,
                  server, (unsigned long long)f->id, (unsigned)e->packet, (unsigned)f->packets[0],
                  (unsigned)f->packets[1], (unsigned)f->bytes[0], (unsigned)f->bytes[1],
                  (long long)f->start_ns, (long long)f->end_ns, f->source, (int)f->tcp.state,
                  (int)f->end);
    talk_flow_text(t, f);
}

static void look_on(void *ctx, const struct engine_trace *trace)
{
    (void)ctx;
    (void)trace;
}

static void begin(struct pair *p, const char *rules)
{
    struct talk *both[] = {&p->quick, &p->wary};

    *p = (struct pair){0};
    for (unsigned i = 0; i < 2; i++) {
        talk_begin(both[i], rules, 0);
        both[i]->sink.event = write_down;
    }
    p->wary.engine->config.trace = look_on;
    flood_setup(p->wary.engine);
}

/* Between two of a few hosts, or from anywhere; mostly a SYN. */
static void build_segment(bool known)
{
    static const uint8_t others[] = {TCP_SYN | TCP_ACK, TCP_ACK,        TCP_RST,
                                     TCP_FIN | TCP_ACK, TCP_SYN | 0x40, 0};
    const unsigned kind = random_below(16);
    uint8_t addresses[8] = {10, 0, 0, 1, 10, 0, 0, 2};

    b.len = 0;
    if (kind == 0)
        BUILD_FRONT(&b, "hello");
    const bool options = random_below(4) == 0;
    if (options)
        BUILD_FRONT(&b, "\2\4\5\xb4\1\3\3\7");
    build_tcp(&b);
    uint8_t *tcp = build_at(&b);
    build_put16(tcp, known ? 1000 + random_below(6) : random_below(65536));
    build_put16(tcp + 2, known ? 1000 + random_below(6) : 80);
    build_put16(tcp + 6, random_below(3));
    tcp[12] = options ? 0x70 : 0x50;
    tcp[13] = kind < 12 ? TCP_SYN : others[random_below(sizeof(others))];
    for (size_t i = 0; i < sizeof(addresses) && known; i += 4)
        addresses[i + 3] = (uint8_t)(1 + random_below(3));
    for (size_t i = 0; i < 4 && !known; i++)
        addresses[i] = (uint8_t)random_below(256);
    build_checksum(&b, bytes_of(addresses, sizeof(addresses)), TRANSPORT_TCP);
    if (kind == 1)
        build_at(&b)[16] ^= 1;
    build_ipv4_fragment(&b, TRANSPORT_TCP, kind == 2 ? 0x2000 : 0);
    uint8_t *ip = build_at(&b);
    memcpy(ip + 12, addresses, sizeof(addresses));
    ip[8] = (uint8_t)(60 + random_below(3));
    build_put16(ip + 10, 0);
    build_put16(ip + 10, ~build_sum(0, bytes_of(ip, 20)) & (kind == 3 ? 0xfeff : 0xffff));
    if (kind == 4)
        build_tag(&b, 7, 0x0800);
    build_ethernet(&b, kind == 4 ? 0x8100 : 0x0800);
}

static bool same(const struct engine *a, const struct engine *z)
{
    return memcmp(decoder_stats(a->decoder), decoder_stats(z->decoder),
                  sizeof(struct decode_stats)) == 0 &&
           memcmp(&a->counters, &z->counters, sizeof(a->counters)) == 0 &&
           flow_count(a->flows) == flow_count(z->flows) &&
           syn_overwritten(a->syns) == syn_overwritten(z->syns) &&
           a->host.packet == z->host.packet && a->host.time_ns == z->host.time_ns &&
           a->now.position == z->now.position && a->now.now_ns == z->now.now_ns;
}

/* Time goes on between them, and sometimes back. */
static unsigned build_some(struct pair *p, bool flood, struct frame out[AT_ONCE])
{
    static struct build room[AT_ONCE];
    const unsigned count = 1 + random_below(AT_ONCE);

    for (unsigned i = 0; i < count; i++) {
        build_segment(flood ? random_below(20) == 0 : random_below(20) > 0);
        room[i] = b;
        p->quick.now_ns += TALK_STEP_NS;
        if (++p->quick.number % QUIET == QUIET - 1)
            p->quick.now_ns += INT64_C(30000000000);
        out[i] = (struct frame){.number = p->quick.number,
                                .time_ns = p->quick.now_ns - random_below(3) * 2 * TALK_STEP_NS,
                                .linktype = 1,
                                .wire_len = (uint32_t)b.len + random_below(2),
                                .data = build_bytes(&room[i])};
    }
    return count;
}

static void tell_both(struct pair *p, bool flood)
{
    const uint64_t before = syn_overwritten(p->quick.engine->syns);
    struct frame frame[AT_ONCE];
    const unsigned count = build_some(p, flood, frame);

    engine_frames(p->quick.engine, frame, count);
    for (unsigned i = 0; i < count; i++)
        engine_frame(p->wary.engine, &frame[i]);
    p->taken += syn_overwritten(p->quick.engine->syns) - before;
    CHECK(same(p->quick.engine, p->wary.engine), "the same is counted");
}

/* The flows of a few hosts, then a flood with them in it, which overwrites its own beginning. */
static void check(const char *rules, const char *name)
{
    struct pair p;

    begin(&p, rules);
    while (p.quick.number < FRAMES)
        tell_both(&p, p.quick.number >= FRAMES / 8);
    const char *want = talk_log(&p.wary);
    CHECK(strcmp(talk_log(&p.quick), want) == 0, name);
    CHECK(p.taken > FRAMES / 100 && strlen(want) > FRAMES, "there was a flood, and it was told");
    talk_free(&p.quick);
    talk_free(&p.wary);
}

/* The short way is taken where it can be. */
static void test_taken(void)
{
    struct talk t;
    unsigned taken = 0, syns = 0;

    talk_begin(&t, NULL, 0);
    engine_tick(t.engine, 0);
    for (uint64_t n = 1; n <= 1000; n++) {
        build_segment(false);
        const struct frame frame = {
            .number = n, .linktype = 1, .wire_len = (uint32_t)b.len, .data = build_bytes(&b)};
        struct packet p;
        enum anomaly odd;
        syns += decode_frame(t.engine->decoder, &frame, &p, &odd) == DECODED_PACKET &&
                frame.data.at[FLAGS_AT] == TCP_SYN && p.payload_len == 0 &&
                p.checksum == CHECKSUM_GOOD && p.vlan_count == 0;
        taken += (unsigned)flood_frames(t.engine, &frame, 1);
    }
    CHECK(taken > 400 && taken == syns, "every SYN of a flood");
    talk_free(&t);
}

int main(void)
{
    static const char counted[] =
        "version: 1\nrules:\n"
        "- {name: r, action: alert, match: {event: connection}, rate: {by: server, over: 100, "
        "within: 10s}}\n";

    check(NULL, "without rules the same is said");
    check(counted, "where connections are counted, too");
    test_taken();
    return test_end();
}
