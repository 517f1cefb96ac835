/* SPDX-License-Identifier: MIT */
/* pcap_file.c - the pcap format: https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html */
#include <stdio.h>

#include "base/apart.h"
#include "capture/linktype.h"
#include "capture/reader.h"

#define MAGIC_US       0xa1b2c3d4u
#define MAGIC_NS       0xa1b23c4du
#define MAGIC_MODIFIED 0xa1b2cd34u

enum pcap_size {
    FILE_HEADER = 24,
    RECORD_HEADER = 16,
    RECORD_HEADER_MODIFIED = 24, /* A. Kuznetsov's libpcap: interface, protocol, packet type */
    DATA_MAX = 262144            /* libpcap's MAXIMUM_SNAPLEN; a larger snaplen raises it */
};

/* The upper bits of the link type tell of a frame check sequence (draft s4). */
#define LINKTYPE_BITS 0x03ffffff

#define VERSION_MAJOR 2
#define MINOR_AGREED  3   /* below it the two lengths are the other way round; at it, who knows */
#define MAJOR_AIX     543 /* the other way round too */
#define NS_IN_S       INT64_C(1000000000)

static bool is_magic(uint32_t value)
{
    return value == MAGIC_US || value == MAGIC_NS || value == MAGIC_MODIFIED;
}

bool pcap_is_magic(const uint8_t magic[4])
{
    return is_magic(reader_u32(magic, false)) || is_magic(reader_u32(magic, true));
}

struct record {
    uint32_t seconds, fraction, captured, wire;
};

/* In the other byte order, or with the lengths the other way round. */
APART static void put_right(const struct pcap_file *p, struct record *r)
{
    if (p->big)
        *r = (struct record){be32toh(r->seconds), be32toh(r->fraction), be32toh(r->captured),
                             be32toh(r->wire)};
    else
        *r = (struct record){le32toh(r->seconds), le32toh(r->fraction), le32toh(r->captured),
                             le32toh(r->wire)};
    if (p->lengths_swapped || (p->lengths_may_swap && r->captured > r->wire)) {
        const uint32_t other = r->captured;
        r->captured = r->wire;
        r->wire = other;
    }
}

static inline struct record read_record(const struct pcap_file *p, const uint8_t *at)
{
    struct record r;

    memcpy(&r, at, sizeof(r));
    if (!p->as_here)
        put_right(p, &r);
    return r;
}

/* Times and lengths of the record at the front; the length on the wire is never less than what was
 * captured. */
static inline uint32_t read_header(const struct pcap_file *p, const uint8_t *at, struct frame *out)
{
    const struct record r = read_record(p, at);

    out->time_ns = r.seconds * NS_IN_S + (int64_t)r.fraction * p->nanoseconds;
    out->linktype = p->linktype;
    out->interface = 0;
    out->wire_len = r.wire > r.captured ? r.wire : r.captured;
    return r.captured;
}

static enum capture_result damaged(struct capture *c, uint32_t captured, struct err *err)
{
    char detail[64];

    snprintf(detail, sizeof(detail), "the next would have %lu bytes", (unsigned long)captured);
    return reader_broken(c, "damaged", detail, err);
}

/* The record at the front of what was read. False: it is not all there, or damaged. */
static inline bool take_record(const struct pcap_file *p, struct bytes *read, struct frame *out)
{
    if (read->len < p->header_len)
        return false;
    const uint32_t captured = read_header(p, read->at, out);
    if (captured > p->data_max || read->len - p->header_len < captured)
        return false;
    out->data = bytes_of(read->at + p->header_len, captured);
    *read = bytes_of(read->at + p->header_len + captured, read->len - p->header_len - captured);
    return true;
}

/* Those at the front that are all there and pass the filter, at most `room`. `number`: of the one
 * before. */
static inline size_t take_records(struct pcap_file p, struct bytes *read, struct frame *out,
                                  size_t room, uint64_t *number)
{
    size_t count = 0;

    while (count < room && take_record(&p, read, &out[count])) {
        out[count].number = ++*number;
        count += filter_passes(p.filter, &out[count]);
    }
    return count;
}

/* What most files need is said here, so that the compiler makes a loop of its own for it. */
static size_t pcap_file_few(struct capture *c, struct frame *out, size_t room)
{
    struct bytes read = input_read(&c->input);
    struct pcap_file p = c->pcap;
    uint64_t number = c->number;
    size_t count;

    if (p.as_here && p.filter == NULL) {
        p.as_here = true;
        p.filter = NULL;
        p.header_len = RECORD_HEADER;
        count = take_records(p, &read, out, room, &number);
    } else {
        count = take_records(p, &read, out, room, &number);
    }
    c->number = number;
    input_take_to(&c->input, read);
    return count;
}

/* CAPTURE_FRAME: now it can be taken. */
static enum capture_result read_more(struct capture *c, struct err *err)
{
    const struct pcap_file *p = &c->pcap;
    struct input *in = &c->input;
    enum input_result result = input_need(in, p->header_len);

    if (result != INPUT_READY)
        return reader_no_header(c, result, err);
    const uint32_t captured = read_record(p, input_at(in)).captured;
    if (captured > p->data_max)
        return damaged(c, captured, err);
    result = input_need(in, p->header_len + captured);
    if (result != INPUT_READY)
        return reader_no_data(c, result, input_left(in) - p->header_len, captured, err);
    return CAPTURE_FRAME;
}

static enum capture_result pcap_file_next(struct capture *c, struct frame *out, struct err *err)
{
    enum capture_result result = CAPTURE_FRAME;

    while (result == CAPTURE_FRAME && pcap_file_few(c, out, 1) == 0)
        result = read_more(c, err);
    return result;
}

static const struct reader pcap_reader = {.next = pcap_file_next, .few = pcap_file_few};

bool pcap_open_input(struct capture *c, struct err *err)
{
    struct pcap_file *p = &c->pcap;
    const enum input_result result = input_need(&c->input, FILE_HEADER);

    if (result != INPUT_READY) {
        reader_no_start(c, result, "cut short in the file header", err);
        return false;
    }
    const uint8_t *at = input_at(&c->input);
    p->big = is_magic(reader_u32(at, true));
    const uint32_t magic = reader_u32(at, p->big);
    const uint16_t major = reader_u16(at + 4, p->big);
    const uint16_t minor = reader_u16(at + 6, p->big);
    const uint32_t snaplen = reader_u32(at + 16, p->big);
    if (major != VERSION_MAJOR && major != MAJOR_AIX) {
        err_set(err, "%s: pcap version %u.%u is not known", c->name, major, minor);
        return false;
    }
    p->nanoseconds = magic == MAGIC_NS ? 1 : 1000;
    p->header_len = magic == MAGIC_MODIFIED ? RECORD_HEADER_MODIFIED : RECORD_HEADER;
    p->lengths_swapped = major == MAJOR_AIX || minor < MINOR_AGREED;
    p->lengths_may_swap = minor == MINOR_AGREED;
    p->as_here = p->big == (__BYTE_ORDER == __BIG_ENDIAN) && p->header_len == RECORD_HEADER &&
                 !p->lengths_swapped && !p->lengths_may_swap;
    p->data_max = snaplen > DATA_MAX ? snaplen : DATA_MAX;
    if (p->data_max > RECORD_MAX)
        p->data_max = RECORD_MAX;
    p->linktype = linktype_of_file(reader_u32(at + 20, p->big) & LINKTYPE_BITS);
    input_take(&c->input, FILE_HEADER);
    c->reader = &pcap_reader;
    return filter_compile(&c->filter, p->linktype, &p->filter, err);
}
