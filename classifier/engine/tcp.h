/* SPDX-License-Identifier: MIT */
/* tcp.h - segments that may not be what they seem. Private to engine/tcp*.c.
 *
 * A decoy is a segment that the monitor sees and the receiver does not: it dies on the way, or the
 * receiver's stack drops it. The same segment may be genuine: routes change, and captures begin in
 * the middle and lose packets. So one that departs from its sender's habit is neither read nor
 * thrown away at once. It is set aside until one of these settles it:
 *
 *   - other segments of that sender, with nothing odd about them, carry its bytes: thrown away, and
 *     told where the bytes differ;
 *   - the receiver acknowledges its bytes, and no other segment had them: it was genuine. Read;
 *   - the other direction was not captured, and nothing more comes for a while: read, and told;
 *   - the connection ends, and its receiver never acknowledged it: not read, and told.
 *
 * Bounds: DOUBT_SEGMENTS and DOUBT_BYTES a connection, counted in the budget. What finds no room is
 * not read.
 */
#ifndef ENGINE_TCP_H
#define ENGINE_TCP_H

#include "engine/worker.h"

#define DOUBT_SEGMENTS 128U
#define DOUBT_BYTES    (256U << 10)

/* A packet that was routed another way is a few hops off. One that is to die before the receiver,
 * at most some 30 hops away, has less left than that; those which arrive began with 64 or more. */
#define DOUBT_TTL_LOW  32
#define DOUBT_TTL_FALL 16

enum doubt {
    DOUBT_NONE,
    DOUBT_TTL,       /* far below its sender's, and too low for a long way */
    DOUBT_TIMESTAMP, /* older than TS.Recent: its receiver drops it (RFC 7323 s5.3 R1) */
    DOUBT_NO_ACK,    /* no ACK flag: its receiver drops it (RFC 9293 s3.10.7.4) */
    DOUBT_SIGNATURE, /* the first of its sender that is signed (RFC 2385, RFC 5925) */
    DOUBT_WINDOW,   /* beyond its receiver's window: dropped, or a window probe (RFC 9293 s3.8.6) */
    DOUBT_SYN_DATA, /* on a SYN: a server may refuse it (RFC 7413 s4.1) */
    DOUBT_FIN,      /* behind its sender's FIN (RFC 9293 s3.10.7.4, eighth) */
    DOUBT_RESET,    /* after a RST that ended the connection, if nobody forged it */
    DOUBTS
};

/* How far `seq` lies ahead of what the stream expects next. */
static inline int64_t tcp_ahead(const struct stream *s, uint32_t seq)
{
    return (int32_t)(seq - (s->origin + (uint32_t)s->next));
}

static inline bool tcp_ttl_fell(const struct habit *h, const struct packet *p)
{
    return p->ttl < DOUBT_TTL_LOW && p->ttl + DOUBT_TTL_FALL <= h->ttl;
}

/* tcp.c: the stream's next bytes. */
void tcp_feed(struct engine *e, struct conn *c, unsigned side, struct bytes in);
/* Reads a segment that was doubted, and is no more. */
void tcp_read_late(struct engine *e, struct conn *c, unsigned side, const struct packet *p);

/* tcp_doubt.c */
enum doubt doubt_of(const struct conn *c, unsigned side, const struct packet *p);
/* Would it be doubted, had it anything new to say? */
bool doubt_is_odd(const struct conn *c, unsigned side, const struct packet *p);
/* False: it has to be read now. */
bool doubt_set_aside(struct engine *e, struct conn *c, unsigned side, const struct packet *p,
                     enum doubt why);
/* A segment is about to be read: does it differ from what was set aside? */
void doubt_compare(struct conn *c, unsigned side, const struct packet *p);
/* Once per packet while something is set aside. */
void doubt_settle(struct engine *e, struct conn *c);
/* After the end of the connection. */
void doubt_after_end(struct engine *e, struct conn *c, unsigned side, const struct packet *p);
/* No more will come. */
void doubt_end(struct engine *e, struct conn *c);
/* Forgets what was set aside. */
void doubt_free(struct engine *e, struct conn *c);

/* tcp_reset.c */
/* A RST, while the connection is not closed, nor reset_exact. */
void reset_take(struct engine *e, struct conn *c, unsigned side, const struct packet *p);
/* Once per packet while a RST is doubted: did the connection go on? */
void reset_settle(struct engine *e, struct conn *c, const struct packet *p);
/* Nothing came that speaks against the RST: is it why the connection ended? */
bool reset_is_confirmed(const struct conn *c, enum close_reason why);

/* tcp.c: the short way of a segment (segment.h) without data, with ACK, perhaps with FIN, and no
 * other flag but PSH, whose sum is right. Asked first whether it may be read so: nothing of its
 * connection waits to be settled, and a FIN comes where its stream is. Not where e->rates. */
struct segment;
bool tcp_is_bare(const struct conn *c, unsigned side, const struct segment *s);
void tcp_bare(struct engine *e, struct conn *c, unsigned side, const struct segment *s);
/* tcp.c and udp.c: one packet of a connection. */
void tcp_packet(struct engine *e, struct conn *c, unsigned side, const struct packet *p);
/* No more bytes will be read: what is held, the layers' last words, the final verdict. */
void conn_finish(struct engine *e, struct conn *c, enum close_reason why);
/* There is no room to wait for what is missing. */
void tcp_give_up_holes(struct engine *e, struct conn *c);
/* Does a SYN on a known pair of ports begin another connection? */
bool tcp_is_new_connection(struct conn *c, unsigned side, const struct packet *p);
/* The SYN with which the connection began was kept in the ring. */
void tcp_take_syn(struct conn *c, const struct syn *s);
/* Both sides have ended, and each knows it of the other: nothing more can come but stragglers. */
bool tcp_is_over(const struct conn *c);
uint32_t tcp_first_timeout(void);
uint32_t udp_first_timeout(void);
void udp_packet(struct engine *e, struct conn *c, unsigned side, const struct packet *p);

#endif
