/* SPDX-License-Identifier: MIT */
/* fuzz_engine.c - the whole engine: the fuzzer says which packets come, in what order, with what
 * flags and bytes.
 *
 * The first byte chooses: 0, frames as they are, of a link type that follows; 2, a crowd: records
 * of {what, who, how many, how often, length, bytes}, so that memory does not suffice for all, at
 * any times; else TCP and UDP packets made from records of {what, place, length, bytes}, on two
 * connections. Everything that outputs ask for is asked for.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "engine/engine.h"
#include "output/eve_events.h"
#include "output/output.h"

#define FRAME_HEADERS 40
#define DATA_MOST     255U
#define STEP_NS       100000000LL
#define MEMORY        (8U << 20)
#define MEMORY_CROWD  (3U << 20)
#define CROWD         4096U /* connections */
#define CROWD_REPEATS 5U
#define CROWD_PACKETS 4096U /* an input's */

enum { MODE_FRAMES = 0, MODE_CROWD = 2 };

struct machine {
    struct policy *policy;
    struct engine *engine, *roomy, *scarce; /* the one that is used, of the two */
    struct eve *eve;
    struct summary *summary;
    uint64_t number;
    int64_t now_ns;
};

static struct engine *an_engine(const struct machine *m, size_t memory)
{
    const struct engine_config config = {
        .policy = m->policy, .sinks = eve_sink(m->eve), .memory = memory, .seed = 1};
    struct engine *e = engine_create(&config, NULL);

    assert(e != NULL);
    engine_source(e, "fuzz");
    return e;
}

/* Setting up costs more than an input: two engines serve all, and are flushed after each. */
static struct machine *the_machine(void)
{
    static struct machine m;
    static const struct eve_options how = {.events = EVE_ALL, .payload = PAYLOAD_PRINTABLE};

    if (m.policy != NULL)
        return &m;
    m.policy = policy_load("rules/default.yaml", NULL, NULL, NULL);
    if (m.policy == NULL) /* another working folder */
        m.policy = policy_load(NULL, NULL, NULL, NULL);
    m.eve = eve_create(out_open("/dev/null", NULL), &how, NULL);
    m.summary = summary_create(SUMMARY_REPORT, NULL);
    eve_sink(m.eve)->next = summary_sink(m.summary);
    m.roomy = an_engine(&m, MEMORY);
    m.scarce = an_engine(&m, MEMORY_CROWD);
    return &m;
}

static void give(struct machine *m, uint32_t linktype, struct bytes data)
{
    uint8_t *copy = malloc(data.len > 0 ? data.len : 1);
    const struct frame f = {.number = ++m->number,
                            .time_ns = m->now_ns,
                            .linktype = linktype,
                            .wire_len = (uint32_t)data.len,
                            .data = bytes_of(copy, data.len)};

    if (copy == NULL)
        abort();
    if (data.len > 0)
        memcpy(copy, data.at, data.len);
    engine_frame(m->engine, &f);
    free(copy);
}

static void raw_frames(struct machine *m, struct cursor *c)
{
    static const uint32_t linktypes[] = {1, 101, 0, 113, 276, 9, 50, 51, 108, 228, 229};
    const uint32_t linktype = linktypes[cursor_u8(c) % (sizeof(linktypes) / sizeof(linktypes[0]))];

    while (c->left.len > 0 && !c->truncated) {
        const size_t n = cursor_u8(c);
        const struct bytes data = bytes_first(c->left, n);
        cursor_skip(c, data.len);
        m->now_ns += STEP_NS;
        give(m, linktype, data);
    }
}

static void put(uint8_t *at, uint32_t v, unsigned bytes)
{
    while (bytes-- > 0)
        *at++ = (uint8_t)(v >> 8 * bytes);
}

/* what: bit 0 the sender, bit 1 the connection, bit 2 UDP, bit 3 the acknowledgement follows the
 * data, bits 4-6 the flags FIN, SYN, RST; bit 7 time passes. `place`: where in the sender's stream,
 * from its start. */
static void built_packet(struct machine *m, struct cursor *c, uint32_t sent[2][2])
{
    const uint8_t what = cursor_u8(c);
    const uint16_t place = cursor_be16(c);
    const size_t n = cursor_u8(c);
    const struct bytes data = bytes_first(c->left, n);
    const unsigned side = what & 1, which = what >> 1 & 1;
    const bool udp = (what & 4) != 0;
    uint8_t packet[FRAME_HEADERS + DATA_MOST] = {[0] = 0x45, [8] = 64, [9] = udp ? 17 : 6};
    const uint32_t flags =
        (what & 0x10 ? 1U : 0U) | (what & 0x20 ? 2U : 0U) | (what & 0x40 ? 4U : 0U) | 0x10U;
    const size_t headers = udp ? 28 : FRAME_HEADERS;

    cursor_skip(c, data.len);
    put(packet + 2, (uint32_t)(headers + data.len), 2);
    put(packet + 12, 0x0a000001 + side, 4);
    put(packet + 16, 0x0a000002 - side, 4);
    put(packet + 20, side == 0 ? 40000 + which : 80, 2);
    put(packet + 22, side == 0 ? 80 : 40000 + which, 2);
    if (udp) {
        put(packet + 24, (uint32_t)(8 + data.len), 2);
    } else {
        put(packet + 24, 0xffffff80 + place, 4);
        put(packet + 28, what & 8 ? 0xffffff80 + sent[which][1 - side] : 0, 4);
        packet[32] = 0x50;
        packet[33] = (uint8_t)flags;
    }
    if (data.len > 0)
        memcpy(packet + headers, data.at, data.len);
    sent[which][side] = place + (uint32_t)data.len;
    m->now_ns += what & 0x80 ? 20 * STEP_NS : STEP_NS / 1000;
    give(m, 101, bytes_of(packet, headers + data.len));
}

/* Of a crowd: who sends what of its stream. */
struct member {
    uint32_t sent[2];
};

struct order {
    uint8_t what; /* bit 0 the sender, 1 something is lost before, 2 UDP, 3 acknowledged, 4-6 FIN,
                     SYN, RST, 7 time passes: "how often" says how much */
    uint16_t who;
    struct bytes data;
    unsigned repeats;
};

static void crowd_packet(struct machine *m, struct member *x, const struct order *o)
{
    const bool udp = (o->what & 4) != 0;
    const unsigned side = o->what & 1, from = udp ? 28 : FRAME_HEADERS;
    const uint32_t flags = o->what >> 4 & 7;
    const uint32_t len = (uint32_t)o->data.len * o->repeats;
    uint8_t packet[FRAME_HEADERS + DATA_MOST * CROWD_REPEATS] = {
        [0] = 0x45, [8] = 64, [9] = udp ? 17 : 6};

    put(packet + 2, from + len, 2);
    put(packet + 12, side == 0 ? 0x0a010000 + o->who : 0x0a000002, 4);
    put(packet + 16, side == 0 ? 0x0a000002 : 0x0a010000 + o->who, 4);
    put(packet + 20, side == 0 ? 40000 : 80, 2);
    put(packet + 22, side == 0 ? 80 : 40000, 2);
    if (udp)
        put(packet + 24, 8 + len, 2);
    if ((o->what & 2) != 0)
        x->sent[side] += DATA_MOST;
    if (!udp) {
        put(packet + 24, 0xffffff80 + x->sent[side], 4);
        put(packet + 28, (o->what & 8) != 0 ? 0xffffff80 + x->sent[1 - side] : 0, 4);
        packet[32] = 0x50;
        packet[33] = (uint8_t)(flags | ((o->what & 8) != 0 ? 0x10 : 0));
    }
    for (unsigned i = 0; i < o->repeats && o->data.len > 0; i++)
        memcpy(packet + from + i * o->data.len, o->data.at, o->data.len);
    x->sent[side] += len + ((flags & 3) != 0 ? 1 : 0);
    m->now_ns += m->now_ns < FRAME_TIME_MAX - STEP_NS ? STEP_NS / 1000 : 0;
    give(m, 101, bytes_of(packet, from + len));
}

/* Files have all times that there are, in any order. */
static int64_t leap(int64_t now_ns, unsigned how)
{
    static const int64_t steps[] = {30,  61,  301,   3601,       4001,        9000,
                                    -30, -61, -9000, 1000000000, -1000000000, 86400};
    const int64_t second = 1000000000;

    how %= sizeof(steps) / sizeof(steps[0]) + 3;
    if (how == 0)
        return FRAME_TIME_MIN;
    if (how <= 2)
        return how == 1 ? FRAME_TIME_MAX : 0;
    const int64_t seconds = now_ns / second + steps[how - 3];
    return seconds <= FRAME_TIME_MIN / second || seconds >= FRAME_TIME_MAX / second
               ? now_ns
               : seconds * second;
}

static void a_crowd(struct machine *m, struct cursor *c)
{
    static struct member crowd[CROWD];
    unsigned packets = 0;

    memset(crowd, 0, sizeof(crowd));
    while (c->left.len > 0 && packets < CROWD_PACKETS) {
        struct order o = {.what = cursor_u8(c), .who = cursor_be16(c)};
        const unsigned many = 1U << cursor_u8(c) % 10;
        const unsigned often = cursor_u8(c);
        const size_t len = cursor_u8(c);
        o.data = bytes_first(c->left, len);
        o.repeats = 1 + often % CROWD_REPEATS;
        cursor_skip(c, o.data.len);
        if ((o.what & 0x80) != 0)
            m->now_ns = leap(m->now_ns, often);
        for (unsigned i = 0; i < many && packets < CROWD_PACKETS; i++, packets++) {
            o.who %= CROWD;
            crowd_packet(m, &crowd[o.who], &o);
            o.who++;
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct machine *m = the_machine();
    struct cursor c = cursor_over(bytes_of(data, size));
    uint32_t sent[2][2] = {{0}};
    const uint8_t mode = cursor_u8(&c);

    m->engine = mode == MODE_CROWD ? m->scarce : m->roomy;
    m->number = 0;
    m->now_ns = 1700000000LL * 1000000000LL;
    if (mode == MODE_FRAMES)
        raw_frames(m, &c);
    else if (mode == MODE_CROWD)
        a_crowd(m, &c);
    else
        while (c.left.len > 0 && !c.truncated)
            built_packet(m, &c, sent);
    engine_flush(m->engine);
    assert(engine_totals(m->engine).flows_active == 0);
    assert(engine_totals(m->engine).memory_peak <= (mode == MODE_CROWD ? MEMORY_CROWD : MEMORY));
    return 0;
}
