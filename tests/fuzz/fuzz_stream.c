/* SPDX-License-Identifier: MIT */
/* fuzz_stream.c - stream.h against a model that remembers every copy of every byte: what is handed
 * on was captured there, and under "first", "last" and "linux" is the copy that the table of
 * stream.h says; a gap is only where nothing was captured; and where all copies agree, nobody says
 * that they differ.
 *
 * Input: a byte that chooses the policy and the sequence number that the stream begins with, then
 * segments: a byte (bit 0: other bytes than elsewhere, bit 1: FIN, bit 2: acknowledged, bit 3: the
 * snaplen cut half of it off, bits 4-7: time), where it begins, in two bytes, and its length.
 */
#include <assert.h>
#include <string.h>

#include "base/cursor.h"
#include "stream/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OFFSETS  4096U
#define LONGEST  255U
#define SECOND   1000000000LL
#define SEQUENCE 0xfffffc00U /* wraps within the offsets */

enum { OTHER_BYTES = 1, WITH_FIN = 2, ACKNOWLEDGED = 4, CUT_OFF = 8 };

struct model {
    struct stream stream;
    struct budget budget;
    struct stream_events ev;
    uint64_t next; /* offset of what comes out next */
    int64_t now_ns;
    uint32_t origin;
    bool mixed;                        /* not all copies agree */
    bool copied[OFFSETS + LONGEST][2]; /* with the usual byte, with another */
    struct winner {
        uint32_t from, to; /* of its segment, as sent; 0: nobody yet */
        uint8_t byte;
    } winner[OFFSETS + LONGEST];
};

static uint8_t byte_at(uint64_t offset, bool other)
{
    return (uint8_t)(offset * 7 + (offset >> 8) + (other ? 128 : 0));
}

static void on_bytes(void *ctx, struct bytes in)
{
    struct model *m = ctx;

    for (size_t i = 0; i < in.len; i++, m->next++) {
        const bool other = in.at[i] != byte_at(m->next, false);
        assert(m->next < OFFSETS + LONGEST && m->copied[m->next][other]);
        assert(!other || in.at[i] == byte_at(m->next, true));
        assert(m->stream.overlap > OVERLAP_LAST || in.at[i] == m->winner[m->next].byte);
    }
    assert(m->next == m->stream.next);
}

static void on_gap(void *ctx, uint64_t n)
{
    struct model *m = ctx;

    for (uint64_t i = 0; i < n && m->next + i < OFFSETS + LONGEST; i++)
        assert(!m->copied[m->next + i][0] && !m->copied[m->next + i][1]);
    m->next += n;
}

static void on_overlap(void *ctx, uint64_t offset, bool replaced)
{
    const struct model *m = ctx;

    (void)replaced;
    assert(m->mixed && offset >= m->next && offset < OFFSETS + LONGEST);
}

/* RFC 9293 lets the receiver choose. The other policies compare with what earlier ones left of a
 * segment: of them the model says only that the byte was there. */
static bool new_wins(const struct model *m, const struct winner *old, const struct winner *new)
{
    if (old->to == 0 || m->stream.overlap == OVERLAP_LAST)
        return true;
    return m->stream.overlap <= OVERLAP_LINUX_OLD &&
           (new->from < old->from || (new->from == old->from &&new->to > old->to));
}

/* RFC 9293 s3.8.4: the byte of a keep-alive may be anything, and is there already. */
static bool is_keep_alive(const struct model *m, uint32_t offset, const struct packet *p)
{
    return p->payload_len == 1 && offset + 1 == m->stream.acknowledged && offset >= m->next &&
           m->winner[offset].to != 0;
}

/* What was handed on does not change any more. */
static void note_copies(struct model *m, uint32_t offset, const struct packet *p)
{
    struct winner new = {.from = offset, .to = offset + p->payload_len};

    if (is_keep_alive(m, offset, p))
        return;
    for (uint32_t at = offset; at < offset + p->payload.len; at++) {
        new.byte = p->payload.at[at - offset];
        const bool other = new.byte != byte_at(at, false);
        if (at < m->next)
            continue;
        m->mixed |= m->copied[at][!other];
        m->copied[at][other] = true;
        if (new_wins(m, &m->winner[at], &new))
            m->winner[at] = new;
    }
}

static void one_segment(struct model *m, struct cursor *c)
{
    const uint8_t kind = cursor_u8(c);
    const uint32_t offset = cursor_be16(c) % OFFSETS, len = cursor_u8(c);
    const uint32_t captured = (kind & CUT_OFF) != 0 ? len / 2 : len;
    uint8_t bytes[LONGEST];

    if (c->truncated)
        return;
    for (uint32_t i = 0; i < captured; i++)
        bytes[i] = byte_at(offset + i, (kind & OTHER_BYTES) != 0);
    m->now_ns += (kind >> 4) * SECOND / 8;
    const struct packet p = {.seq = m->origin + 1 + offset,
                             .flags = (uint8_t)(TCP_ACK | (kind & WITH_FIN ? TCP_FIN : 0)),
                             .time_ns = m->now_ns,
                             .payload = bytes_of(bytes, captured),
                             .payload_len = len};
    note_copies(m, offset, &p);
    stream_segment(&m->stream, &p, &m->ev);
    if ((kind & ACKNOWLEDGED) != 0)
        stream_acknowledge(&m->stream, m->origin + 1 + offset + len, m->now_ns);
    stream_patience(&m->stream, m->now_ns, &m->ev);
    assert(m->next == m->stream.next);
    assert(stream_has_hole(&m->stream) || m->budget.used == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cursor c = cursor_over(bytes_of(data, size));
    struct model m = {.ev = {.bytes = on_bytes, .gap = on_gap, .overlap_differs = on_overlap}};
    const uint8_t how = cursor_u8(&c);

    m.ev.ctx = &m;
    m.ev.budget = &m.budget;
    m.origin = SEQUENCE + how;
    m.stream.overlap = how % OVERLAP_POLICIES;
    stream_start_at(&m.stream, m.origin + 1);
    while (c.left.len > 0 && !c.truncated)
        one_segment(&m, &c);
    stream_finish(&m.stream, &m.ev);
    assert(m.next == m.stream.next && m.budget.used == 0 && m.budget.live == 0);
    return 0;
}
