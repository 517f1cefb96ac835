/* SPDX-License-Identifier: MIT */
/* stream.h - one direction of a TCP connection: segments in, ordered bytes and gaps out (RFC 9293
 * s3.4).
 *
 * In:    each segment of the direction as captured, and what the other side acknowledged.
 * Out:   bytes in order, each once; gaps that will not be filled. See struct stream_events.
 * State: value type, zero-filled = ready. An in-order segment is handed on without a copy; one that
 * came early is copied and held, at most STREAM_HOLD_BYTES and STREAM_HOLD_SEGMENTS, counted in the
 * budget. Not here: connections and their states (engine/); sequence numbers stay here, above are
 * 64-bit offsets.
 *
 * Overlap: what was handed on never changes. Where a segment has bytes that are held already, the
 * receiver's system decides (model/overlap.h), by where the new segment begins and ends:
 *
 *              begins earlier        begins with it           begins later
 *              ends      ends as it  ends     ends    ends    ends within  ends
 *              earlier   or later    earlier  as it   later   or as it     later
 *   first      old       old         old      old     old     old          old
 *   last       new       new         new      new     new     new          new
 *   linux      new       new         old      old     new     old          old
 *   windows    new       new         old      old     old     old          old
 *   bsd        new       new         old      old     old     old          old
 *   solaris    old       new         old      new     new     old          new
 */
#ifndef STREAM_STREAM_H
#define STREAM_STREAM_H

#include "base/budget.h"
#include "model/overlap.h"
#include "model/packet.h"

#define STREAM_HOLD_BYTES       (4U << 20)
#define STREAM_HOLD_SEGMENTS    4096U
#define STREAM_PATIENCE_PACKETS 64U           /* of the connection, after a hole was acknowledged */
#define STREAM_PATIENCE_NS      1000000000LL  /* the same, in packet time */
#define STREAM_ONE_SIDED_NS     10000000000LL /* the same, where nobody was seen to acknowledge */
#define STREAM_WINDOW           (1LL << 30)   /* RFC 7323 s2.3: what is further off is no data */

struct held_segment;

struct stream {
    uint64_t next; /* offset of the next byte to hand on; 0 is the first byte after the SYN */
    uint64_t acknowledged;     /* highest offset the other side acknowledged */
    uint64_t fin;              /* offset of the FIN, where fin_seen */
    struct held_segment *head; /* came early: sorted by offset, not overlapping */
    struct held_segment *tail;
    int64_t hole_ns; /* since when there is a hole, or since when it is acknowledged */
    uint32_t origin; /* sequence number of offset 0 */
    uint32_t held_bytes;
    uint16_t held_segments;
    uint16_t hole_packets; /* of the connection since the hole was acknowledged */
    bool started : 1, syn_seen : 1, fin_seen : 1, hole_acknowledged : 1, peer_acks : 1;
    bool ended : 1;  /* everything up to the FIN was handed on */
    uint8_t overlap; /* enum overlap_policy of who receives it */
};

/* Arguments are borrowed. Never NULL. */
struct stream_events {
    void (*bytes)(void *ctx, struct bytes in);
    void (*gap)(void *ctx, uint64_t n); /* n bytes were never captured */
    /* A segment's bytes differ from held ones, first at `offset`; `replaced`: and win there. Told
     * before any of the segment is taken. */
    void (*overlap_differs)(void *ctx, uint64_t offset, bool replaced);
    void *ctx;
    struct budget *budget;
};

enum stream_said {
    STREAM_NOTHING_NEW, /* no data, or all of it seen before, or outside any window */
    STREAM_IN_ORDER,
    STREAM_EARLY, /* held behind a hole */
    /* From here on: it had bytes that were handed on already. */
    STREAM_REPEATED, /* data, all of it seen before */
    STREAM_GROWN,    /* some of it seen before, the rest in order */
};

/* The SYN was not captured, but the other side's answer to it says that data begins at `seq`. */
void stream_start_at(struct stream *s, uint32_t seq);
/* One segment of this direction: its SYN, payload and FIN. */
enum stream_said stream_segment(struct stream *s, const struct packet *p,
                                const struct stream_events *ev);
/* The same of a FIN without data, the first, that comes where the stream is. */
void stream_fin(struct stream *s);

/* The other side acknowledged `ack`. Notes it, nothing more: call stream_patience afterwards. */
void stream_acknowledge(struct stream *s, uint32_t ack, int64_t now_ns);

/* Once per packet of the connection while there is a hole: gives it up when waiting is in vain. */
void stream_patience(struct stream *s, int64_t now_ns, const struct stream_events *ev);
/* Gives up every hole: there is no room to wait. */
void stream_give_up(struct stream *s, const struct stream_events *ev);

/* No more will come: hands on what is held, with its gaps, and the gap of what was acknowledged and
 * never seen. */
void stream_finish(struct stream *s, const struct stream_events *ev);

/* Do bytes that wait differ from this segment's, or lie behind its FIN? */
bool stream_contradicts(const struct stream *s, const struct packet *p);

/* As it is, with a copy of what is held. False: no memory; `to` holds nothing. */
bool stream_copy(struct stream *to, const struct stream *from, struct budget *budget);

/* Gives back what is held, untold. */
void stream_drop(struct stream *s, struct budget *budget);

/* Could a RST with this sequence number be genuine? (RFC 5961 s3.2, with tolerance for what was not
 * captured.) */
bool stream_reset_plausible(const struct stream *s, uint32_t seq);

bool stream_is_received(const struct stream *s); /* all up to the FIN, by the other side's word */
bool stream_is_over(const struct stream *s);     /* and it was all handed on */
/* The sequence number after the FIN. Only where stream_is_over(). */
uint32_t stream_end_seq(const struct stream *s);

static inline bool stream_has_hole(const struct stream *s)
{
    return s->head != NULL;
}

#endif
