/* SPDX-License-Identifier: MIT */
/* amqp.c - AMQP, by the header that begins it or, joined later, by a frame (AMQP 0-9-1 s4.2;
 * AMQP 1.0 part 2 s2.2, s2.3). */
#include "base/cursor.h"
#include "layers/named.h"
#include "layers/probe.h"

#define FRAME_END 0xce /* AMQP 0-9-1 s4.2.3 */

/* AMQP 0-9-1 s4.2.3, s4.2.7 */
enum frame_type { FRAME_METHOD = 1, FRAME_HEADER = 2, FRAME_BODY = 3, FRAME_HEARTBEAT = 8 };

static enum probe yes_if(bool good)
{
    return good ? PROBE_YES : PROBE_NO;
}

static enum probe protocol_header(struct bytes seen)
{
    static const struct bytes headers[] = {
        TABLE_TEXT("AMQP\0\0\x09\x01"), TABLE_TEXT("AMQP\1\1\x08\0"), TABLE_TEXT("AMQP\1\1\0\x09"),
        TABLE_TEXT("AMQP\1\1\0\x0a"),   TABLE_TEXT("AMQP\0\1\0\0"), /* 1.0 */
        TABLE_TEXT("AMQP\2\1\0\0"),                                 /* 1.0 over TLS */
        TABLE_TEXT("AMQP\3\1\0\0"),                                 /* 1.0 after SASL */
    };
    enum probe best = PROBE_NO;

    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        const enum probe p = probe_sign(seen, headers[i]);
        if (p > best)
            best = p;
    }
    return best;
}

/* AMQP 0-9-1 s1.2: connection, channel, access, exchange, queue, basic, confirm, tx. */
static bool is_class(uint16_t id)
{
    return (id >= 10 && id <= 60 && id % 10 == 0) || id == 85 || id == 90;
}

static bool is_method(struct bytes body)
{
    enum { FIRST = 10, LAST = 120 };
    struct cursor c = cursor_over(body);
    const uint16_t class = cursor_be16(&c), method = cursor_be16(&c);

    return !c.truncated && is_class(class) && method >= FIRST && method <= LAST;
}

static bool is_content_header(struct bytes body)
{
    enum { SIZE_LEN = 8, FLAGS_LEN = 2 };
    struct cursor c = cursor_over(body);
    const uint16_t class = cursor_be16(&c), weight = cursor_be16(&c);

    cursor_skip(&c, SIZE_LEN + FLAGS_LEN);
    return !c.truncated && is_class(class) && weight == 0;
}

/* The next frame of 0-9-1. MORE: it is not whole; or says nothing by itself, and was taken. */
static enum probe frame_0_9(struct cursor *c, bool *taken)
{
    enum { OVERHEAD = 8 };
    const uint8_t type = cursor_u8(c);
    const uint16_t channel = cursor_be16(c);
    const uint32_t size = cursor_be32(c);

    *taken = false;
    if (c->truncated)
        return PROBE_MORE;
    if (size > OPENING_MAX - OVERHEAD)
        return PROBE_NO;
    const struct bytes body = cursor_take(c, size);
    const uint8_t end = cursor_u8(c);
    if (c->truncated)
        return PROBE_MORE;
    if (end != FRAME_END)
        return PROBE_NO;
    *taken = true;
    switch ((enum frame_type)type) {
    case FRAME_METHOD: return yes_if(is_method(body));
    case FRAME_HEADER: return yes_if(is_content_header(body));
    case FRAME_HEARTBEAT: return yes_if(size == 0 && channel == 0);
    case FRAME_BODY: return PROBE_MORE;
    }
    return PROBE_NO;
}

static enum probe frames_0_9(struct bytes seen)
{
    struct cursor c = cursor_over(seen);
    bool taken = true;
    enum probe p = PROBE_MORE;

    while (p == PROBE_MORE && taken && c.left.len > 0)
        p = frame_0_9(&c, &taken);
    return p;
}

/* A frame of 1.0: its first performative, open to close, or SASL's (part 2 s2.7, part 5 s5.3). */
static enum probe frame_1_0(struct bytes seen)
{
    enum { OFFSET = 2, AMQP = 0, SASL = 1, DESCRIBED = 0x00, SMALL_ULONG = 0x53, LEN_MIN = 11 };
    struct cursor c = cursor_over(seen);
    const uint32_t size = cursor_be32(&c);

    if (!c.truncated && size < LEN_MIN)
        return PROBE_NO;
    const uint8_t offset = cursor_u8(&c), type = cursor_u8(&c);
    cursor_skip(&c, sizeof(uint16_t)); /* channel */
    const uint8_t described = cursor_u8(&c), format = cursor_u8(&c), code = cursor_u8(&c);
    if (c.truncated)
        return PROBE_MORE;
    const bool known = (type == AMQP && code >= 0x10 && code <= 0x18) ||
                       (type == SASL && code >= 0x40 && code <= 0x44);
    return yes_if(offset == OFFSET && described == DESCRIBED && format == SMALL_ULONG && known);
}

static enum probe one_side(struct bytes seen, const char **why)
{
    switch (seen.at[0]) {
    case 'A': *why = "AMQP protocol header"; return protocol_header(seen);
    case FRAME_METHOD:
    case FRAME_HEADER:
    case FRAME_BODY:
    case FRAME_HEARTBEAT: *why = "AMQP 0-9-1 frame"; return frames_0_9(seen);
    case 0: *why = "AMQP 1.0 frame"; return frame_1_0(seen);
    default: return PROBE_NO;
    }
}

static struct recognition amqp_recognise(const struct opening *o)
{
    enum direction waits = TO_SERVER;

    for (enum direction d = TO_SERVER; d <= TO_CLIENT; d++) {
        const char *why = NULL;
        if (o->seen[d].len == 0)
            continue;
        const enum probe p = one_side(o->seen[d], &why);
        if (p == PROBE_YES)
            return probe_yes(why, bytes_of(NULL, 0), d);
        if (p == PROBE_NO)
            return probe_no();
        waits = d;
    }
    return probe_more(o, waits);
}

const struct layer layer_amqp = {.name = "amqp", .application = true, .recognise = amqp_recognise};
