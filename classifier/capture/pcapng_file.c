/* SPDX-License-Identifier: MIT */
/* pcapng_file.c - the pcapng format:
 * https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-02.html
 */
#include <stdlib.h>

#include "capture/linktype.h"
#include "capture/reader.h"

enum block_type {
    BLOCK_INTERFACE = 1,
    BLOCK_PACKET = 2, /* obsolete */
    BLOCK_SIMPLE = 3,
    BLOCK_ENHANCED = 6,
    BLOCK_SECTION = 0x0a0d0d0a
};

enum block_size {
    HEAD = 8, /* type and length */
    TAIL = 4, /* the length again */
    SECTION_SIZE = 28,
    INTERFACE_SIZE = 20,
    PACKET_SIZE = 32, /* of both kinds that have a time */
    SIMPLE_SIZE = 16
};

#define BIG_HERE         (__BYTE_ORDER == __BIG_ENDIAN)
#define BYTE_ORDER_MAGIC 0x1a2b3c4d
#define VERSION_MAJOR    1
#define INTERFACES_MAX   65536
#define OPTION_END       0
#define OPTION_TSRESOL   9
#define OPTION_TSOFFSET  14
#define TSRESOL_TWO_BIT  0x80 /* a power of 2, else of 10 */
#define TSRESOL_DEFAULT  6
#define NS_IN_S          1000000000
#define NS_EXPONENT      9
#define SHIFT_MAX        32 /* bits of a binary fraction that nanoseconds need */

struct pcapng_interface {
    uint32_t linktype, snaplen;
    uint64_t multiply; /* ticks to ns; 0: divide */
    uint64_t most;     /* ticks that can be multiplied */
    uint64_t divide;   /* 0: `shift` */
    uint8_t shift;     /* a tick is 2^-shift seconds */
    int64_t offset_ns;
    const struct bpf_program *filter;
};

/* What became of a block. */
enum block_result { READ_PACKET, READ_OTHER, READ_STOPPED };

bool pcapng_is_magic(const uint8_t magic[4])
{
    return reader_u32(magic, true) == BLOCK_SECTION;
}

static enum block_result stop(struct capture *c, enum capture_result why)
{
    c->pcapng.stop = why;
    return READ_STOPPED;
}

static enum block_result damaged(struct capture *c, const char *what, struct err *err)
{
    return stop(c, reader_broken(c, "damaged", what, err));
}

static uint64_t power_of_ten(unsigned exponent)
{
    uint64_t power = 1;

    for (; exponent > 0 && power <= UINT64_MAX / 10; exponent--)
        power *= 10;
    return exponent == 0 ? power : UINT64_MAX;
}

static void set_resolution(struct pcapng_interface *i, uint8_t tsresol)
{
    const uint8_t exponent = tsresol & (uint8_t)~TSRESOL_TWO_BIT;

    i->multiply = i->divide = i->most = 0;
    i->shift = exponent;
    if ((tsresol & TSRESOL_TWO_BIT) != 0)
        return;
    if (exponent <= NS_EXPONENT) {
        i->multiply = power_of_ten(NS_EXPONENT - (unsigned)exponent);
        i->most = (uint64_t)FRAME_TIME_MAX / i->multiply;
    } else {
        i->divide = power_of_ten((unsigned)exponent - NS_EXPONENT);
    }
}

static uint64_t seconds_to_ns(uint64_t seconds)
{
    return seconds > (uint64_t)FRAME_TIME_MAX / NS_IN_S ? (uint64_t)FRAME_TIME_MAX
                                                        : seconds * NS_IN_S;
}

static uint64_t binary_to_ns(uint64_t ticks, unsigned shift)
{
    const uint64_t seconds = shift < 64 ? ticks >> shift : 0;
    uint64_t fraction = shift < 64 ? ticks & ((UINT64_C(1) << shift) - 1) : ticks;

    if (shift > SHIFT_MAX) {
        const unsigned drop = shift - SHIFT_MAX;
        fraction = drop < 64 ? fraction >> drop : 0;
        shift = SHIFT_MAX;
    }
    return seconds_to_ns(seconds) + (fraction * NS_IN_S >> shift);
}

static inline int64_t time_of(const struct pcapng_interface *i, const uint8_t *at, bool big)
{
    const uint64_t ticks = (uint64_t)reader_u32(at, big) << 32 | reader_u32(at + 4, big);
    uint64_t ns;

    if (i->multiply != 0)
        ns = ticks > i->most ? (uint64_t)FRAME_TIME_MAX : ticks * i->multiply;
    else
        ns = i->divide != 0 ? ticks / i->divide : binary_to_ns(ticks, i->shift);
    if (ns >= (uint64_t)FRAME_TIME_MAX)
        ns = (uint64_t)FRAME_TIME_MAX - 1;
    const int64_t sum = (int64_t)ns + i->offset_ns;
    return sum > FRAME_TIME_MAX ? FRAME_TIME_MAX : sum < FRAME_TIME_MIN ? FRAME_TIME_MIN : sum;
}

static int64_t offset_of(const uint8_t *at, bool big)
{
    const uint64_t first = reader_u32(at, big), last = reader_u32(at + 4, big);
    const uint64_t value = big ? first << 32 | last : last << 32 | first;
    const bool negative = value >> 63 != 0;
    const int64_t ns = (int64_t)seconds_to_ns(negative ? ~value + 1 : value);

    return negative ? -ns : ns;
}

static void read_options(struct pcapng_interface *i, struct bytes options, bool big)
{
    while (options.len >= 4) {
        const uint16_t code = reader_u16(options.at, big);
        const size_t len = reader_u16(options.at + 2, big);
        const struct bytes value = bytes_first(bytes_after(options, 4), len);
        if (code == OPTION_END)
            return;
        if (code == OPTION_TSRESOL && value.len >= 1)
            set_resolution(i, value.at[0]);
        if (code == OPTION_TSOFFSET && value.len >= 8)
            i->offset_ns = offset_of(value.at, big);
        options = bytes_after(options, 4 + ((len + 3) & ~(size_t)3));
    }
}

static struct pcapng_interface *add_interface(struct pcapng_file *p)
{
    if (p->count == p->room) {
        const size_t room = p->room > 0 ? p->room * 2 : 4;
        struct pcapng_interface *larger = realloc(p->interfaces, room * sizeof(*larger));
        if (larger == NULL)
            return NULL;
        p->interfaces = larger;
        p->room = room;
    }
    return &p->interfaces[p->count++];
}

static enum block_result read_interface(struct capture *c, struct bytes block, struct err *err)
{
    struct pcapng_file *p = &c->pcapng;

    if (block.len < INTERFACE_SIZE)
        return damaged(c, "an interface block is too short", err);
    if (p->count == INTERFACES_MAX)
        return damaged(c, "more than 65536 interfaces", err);
    struct pcapng_interface *i = add_interface(p);
    if (i == NULL)
        return damaged(c, "not enough memory for its interfaces", err);
    *i =
        (struct pcapng_interface){.linktype = linktype_of_file(reader_u16(block.at + HEAD, p->big)),
                                  .snaplen = reader_u32(block.at + HEAD + 4, p->big)};
    set_resolution(i, TSRESOL_DEFAULT);
    const struct bytes body = bytes_first(block, block.len - TAIL);
    read_options(i, bytes_after(body, INTERFACE_SIZE - TAIL), p->big);
    if (!filter_compile(&c->filter, i->linktype, &i->filter, err))
        return stop(c, CAPTURE_BROKEN);
    return READ_OTHER;
}

/* `data` is what the block has room for; the captured length may be less, never more. */
static enum block_result give(struct capture *c, const struct pcapng_interface *i,
                              struct bytes data, struct frame *out)
{
    out->linktype = i->linktype;
    out->interface = (uint32_t)(i - c->pcapng.interfaces);
    out->data = data;
    if (out->wire_len < data.len)
        out->wire_len = (uint32_t)data.len;
    out->number = ++c->number;
    c->pcapng.last_ns = out->time_ns;
    return filter_passes(i->filter, out) ? READ_PACKET : READ_OTHER;
}

static enum block_result read_simple(struct capture *c, struct bytes block, struct frame *out,
                                     struct err *err)
{
    const struct pcapng_file *p = &c->pcapng;

    if (block.len < SIMPLE_SIZE)
        return damaged(c, "a packet block is too short", err);
    if (p->count == 0)
        return damaged(c, "a packet without an interface", err);
    const struct pcapng_interface *i = &p->interfaces[0];
    const struct bytes room = bytes_of(block.at + HEAD + 4, block.len - SIMPLE_SIZE);
    out->wire_len = reader_u32(block.at + HEAD, p->big);
    out->time_ns = p->last_ns;
    const uint32_t captured =
        i->snaplen != 0 && i->snaplen < out->wire_len ? i->snaplen : out->wire_len;
    return give(c, i, bytes_first(room, captured), out);
}

/* Enhanced, or obsolete: they differ in how they number the interface. */
static enum block_result read_packet(struct capture *c, struct bytes block, bool obsolete,
                                     struct frame *out, struct err *err)
{
    const struct pcapng_file *p = &c->pcapng;
    const uint8_t *at = block.at + HEAD;

    if (block.len < PACKET_SIZE)
        return damaged(c, "a packet block is too short", err);
    const uint32_t number = obsolete ? reader_u16(at, p->big) : reader_u32(at, p->big);
    const uint32_t captured = reader_u32(at + 12, p->big);
    if (number >= p->count)
        return damaged(c, "a packet of an interface that was not described", err);
    if (captured > block.len - PACKET_SIZE)
        return damaged(c, "a packet longer than its block", err);
    const struct pcapng_interface *i = &p->interfaces[number];
    out->time_ns = time_of(i, at + 4, p->big);
    out->wire_len = reader_u32(at + 16, p->big);
    return give(c, i, bytes_of(at + 20, captured), out);
}

static enum block_result skip(struct capture *c, struct err *err)
{
    const enum input_result result = input_skip(&c->input, &c->pcapng.skip);

    if (result == INPUT_READY)
        return READ_OTHER;
    return stop(c, reader_no_data(c, result, 0, 0, err));
}

/* A section begins: it brings its own byte order and forgets all interfaces. */
static enum block_result read_section(struct capture *c, struct err *err)
{
    struct pcapng_file *p = &c->pcapng;
    const enum input_result result = input_need(&c->input, SECTION_SIZE);

    if (result != INPUT_READY)
        return stop(c, reader_no_data(c, result, 0, 0, err));
    const uint8_t *at = input_at(&c->input);
    p->big = reader_u32(at + HEAD, true) == BYTE_ORDER_MAGIC;
    if (reader_u32(at + HEAD, p->big) != BYTE_ORDER_MAGIC)
        return damaged(c, "a section without its byte order", err);
    const uint32_t length = reader_u32(at + 4, p->big);
    if (length < SECTION_SIZE)
        return damaged(c, "a section header is too short", err);
    if (reader_u16(at + HEAD + 4, p->big) != VERSION_MAJOR)
        return damaged(c, "a pcapng version that is not known", err);
    p->count = 0;
    p->skip = ((uint64_t)length + 3) & ~UINT64_C(3);
    return READ_OTHER;
}

static enum block_result short_block(struct capture *c, enum input_result why, uint32_t type,
                                     struct err *err)
{
    const struct input *in = &c->input;
    const bool sized = type == BLOCK_ENHANCED || type == BLOCK_PACKET;

    if (!sized || input_left(in) < PACKET_SIZE - TAIL)
        return stop(c, reader_no_data(c, why, 0, 0, err));
    const uint32_t captured = reader_u32(input_at(in) + HEAD + 12, c->pcapng.big);
    const size_t have = input_left(in) - (PACKET_SIZE - TAIL);
    return stop(c, reader_no_data(c, why, have < captured ? have : captured, captured, err));
}

/* A block that has to be read whole. */
static enum block_result read_whole(struct capture *c, uint32_t type, uint32_t length,
                                    struct frame *out, struct err *err)
{
    const bool big = c->pcapng.big;
    const size_t padded = ((size_t)length + 3) & ~(size_t)3;

    if (length < HEAD + TAIL || length > RECORD_MAX)
        return damaged(c, "a block of an impossible length", err);
    const enum input_result result = input_need(&c->input, padded);
    if (result != INPUT_READY)
        return short_block(c, result, type, err);
    const struct bytes block = bytes_of(input_at(&c->input), padded);
    if (reader_u32(block.at + padded - TAIL, big) != length)
        return damaged(c, "a block's two lengths differ", err);
    input_take(&c->input, padded);
    if (type == BLOCK_INTERFACE)
        return read_interface(c, block, err);
    if (type == BLOCK_SIMPLE)
        return read_simple(c, block, out, err);
    return read_packet(c, block, type == BLOCK_PACKET, out, err);
}

static enum block_result read_block(struct capture *c, struct frame *out, struct err *err)
{
    struct pcapng_file *p = &c->pcapng;

    if (p->skip > 0)
        return skip(c, err);
    const enum input_result result = input_need(&c->input, HEAD);
    if (result != INPUT_READY)
        return stop(c, reader_no_header(c, result, err));
    const uint32_t type = reader_u32(input_at(&c->input), p->big);
    const uint32_t length = reader_u32(input_at(&c->input) + 4, p->big);
    switch (type) {
    case BLOCK_ENHANCED:
    case BLOCK_SIMPLE:
    case BLOCK_PACKET:
    case BLOCK_INTERFACE: return read_whole(c, type, length, out, err);
    case BLOCK_SECTION: return read_section(c, err);
    default: break;
    }
    if (length < HEAD + TAIL)
        return damaged(c, "a block of an impossible length", err);
    p->skip = ((uint64_t)length + 3) & ~UINT64_C(3);
    return READ_OTHER;
}

static enum capture_result pcapng_next(struct capture *c, struct frame *out, struct err *err)
{
    for (;;) {
        switch (read_block(c, out, err)) {
        case READ_PACKET: return CAPTURE_FRAME;
        case READ_OTHER: break;
        case READ_STOPPED: return c->pcapng.stop;
        }
    }
}

/* What nearly all blocks are: an enhanced packet of this machine's byte order, whole and in the
 * buffer, of an interface without a filter. False: perhaps not. As read_packet() reads it. */
static inline bool take_enhanced(const struct pcapng_file *p, struct bytes *read, struct frame *out)
{
    const uint8_t *at = read->at;

    if (read->len < PACKET_SIZE || reader_u32(at, BIG_HERE) != BLOCK_ENHANCED)
        return false;
    const uint32_t length = reader_u32(at + 4, BIG_HERE), number = reader_u32(at + HEAD, BIG_HERE);
    const uint32_t captured = reader_u32(at + HEAD + 12, BIG_HERE);
    if (length % 4 != 0 || length < PACKET_SIZE || length > read->len || length > RECORD_MAX ||
        captured > length - PACKET_SIZE || number >= p->count ||
        p->interfaces[number].filter != NULL || reader_u32(at + length - TAIL, BIG_HERE) != length)
        return false;
    const uint32_t wire = reader_u32(at + HEAD + 16, BIG_HERE);
    out->time_ns = time_of(&p->interfaces[number], at + HEAD + 4, BIG_HERE);
    out->linktype = p->interfaces[number].linktype;
    out->interface = number;
    out->wire_len = wire > captured ? wire : captured;
    out->data = bytes_of(at + HEAD + 20, captured);
    *read = bytes_of(at + length, read->len - length);
    return true;
}

static size_t pcapng_few(struct capture *c, struct frame *out, size_t room)
{
    const struct pcapng_file p = c->pcapng;
    struct bytes read = input_read(&c->input);
    size_t count = 0;

    if (p.big != BIG_HERE || p.skip > 0)
        return 0;
    for (; count < room && take_enhanced(&p, &read, &out[count]); count++)
        out[count].number = c->number + count + 1;
    if (count == 0)
        return 0;
    c->number += count;
    c->pcapng.last_ns = out[count - 1].time_ns;
    input_take_to(&c->input, read);
    return count;
}

static void pcapng_close(struct capture *c)
{
    free(c->pcapng.interfaces);
}

static const struct reader pcapng_reader = {
    .next = pcapng_next, .few = pcapng_few, .close = pcapng_close};

static bool packet_is_next(struct capture *c)
{
    if (c->pcapng.skip > 0 || input_need(&c->input, HEAD) != INPUT_READY)
        return false;
    const uint32_t type = reader_u32(input_at(&c->input), c->pcapng.big);
    return type == BLOCK_ENHANCED || type == BLOCK_SIMPLE || type == BLOCK_PACKET;
}

/* Reads to the first interface, so that a bad filter is known before the first packet. */
bool pcapng_open_input(struct capture *c, struct err *err)
{
    struct frame none;

    c->reader = &pcapng_reader;
    while (c->pcapng.count == 0 && !packet_is_next(c))
        if (read_block(c, &none, err) == READ_STOPPED)
            break;
    if (c->pcapng.stop == CAPTURE_NOTHING)
        reader_no_start(c, INPUT_INTERRUPTED, "", err);
    return c->pcapng.stop == CAPTURE_FRAME || c->pcapng.stop == CAPTURE_END;
}
