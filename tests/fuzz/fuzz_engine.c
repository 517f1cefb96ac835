/* SPDX-License-Identifier: MIT */
/* fuzz_engine.c - the whole engine: the fuzzer says which packets come, in what order, with what
 * flags and bytes.
 *
 * The first byte chooses: 0, frames as they are, of a link type that follows; else TCP and UDP
 * packets made from records of {what, place, length, bytes}, on two connections. Everything that
 * outputs ask for is asked for.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "engine/engine.h"
#include "output/output.h"

#define FRAME_HEADERS 40
#define STEP_NS       100000000LL

struct machine {
    struct policy *policy;
    struct engine *engine;
    struct eve *eve;
    struct summary *summary;
    uint64_t number;
    int64_t now_ns;
};

/* Setting up costs more than an input: one engine serves all, and is flushed after each. */
static struct machine *the_machine(void)
{
    static struct machine m;
    static const struct eve_options how = {.frames = true, .payload = PAYLOAD_PRINTABLE};

    if (m.engine != NULL)
        return &m;
    m.policy = policy_load("rules/default.yaml", NULL, NULL, NULL);
    if (m.policy == NULL) /* another working folder */
        m.policy = policy_load(NULL, NULL, NULL, NULL);
    m.eve = eve_create(out_open("/dev/null", NULL), &how, NULL);
    m.summary = summary_create(false, NULL);
    eve_sink(m.eve)->next = summary_sink(m.summary);
    const struct engine_config config = {
        .policy = m.policy, .sinks = eve_sink(m.eve), .memory = 8U << 20, .seed = 1};
    m.engine = engine_create(&config, NULL);
    assert(m.engine != NULL);
    engine_source(m.engine, "fuzz");
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
    uint8_t packet[FRAME_HEADERS + 255] = {[0] = 0x45, [8] = 64, [9] = udp ? 17 : 6};
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct machine *m = the_machine();
    struct cursor c = cursor_over(bytes_of(data, size));
    uint32_t sent[2][2] = {{0}};

    m->number = 0;
    m->now_ns = 1700000000LL * 1000000000LL;
    if (cursor_u8(&c) == 0)
        raw_frames(m, &c);
    else
        while (c.left.len > 0 && !c.truncated)
            built_packet(m, &c, sent);
    engine_flush(m->engine);
    assert(engine_totals(m->engine).flows_active == 0);
    assert(engine_totals(m->engine).memory_peak <= 8U << 20);
    return 0;
}
