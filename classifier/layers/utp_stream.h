/* SPDX-License-Identifier: MIT */
/* utp_stream.h - one direction of a uTP connection: packets into their order (BEP 29).
 *
 * In:    DATA and FIN packets as captured, and what the other side acknowledged.
 * Out:   what comes next. A packet counts by its number, its bytes have none: a number that was
 *        seen is a repetition, however long it is now; what of it was first is what counts.
 * State: value type, zero-filled = ready. What came early is copied and waits: at most
 *        UTP_HOLD_PACKETS of them, UTP_HOLD_BYTES, in memory of the host.
 */
#ifndef LAYERS_UTP_STREAM_H
#define LAYERS_UTP_STREAM_H

#include "layers/utp.h"
#include "model/layer.h"

#define UTP_HOLD_PACKETS 1024U
#define UTP_HOLD_BYTES   (1U << 20)
#define UTP_PATIENCE     64U /* packets of the connection, after a hole was acknowledged */

struct utp_held {
    uint32_t arrival; /* among both directions' */
    uint32_t cut;     /* bytes behind `data` that were not captured */
    uint16_t len;
    bool fin;
    uint8_t data[];
};

struct utp_stream {
    struct utp_held **ring; /* by number, modulo UTP_HOLD_PACKETS; NULL: nothing waits */
    uint32_t held_bytes;
    uint16_t held;   /* packets */
    uint16_t next;   /* number of the packet to come */
    uint16_t vainly; /* packets since it was known to be sent, and is unseen */
    bool started;
    bool ended; /* everything up to the FIN was taken */
};

void utp_stream_start(struct utp_stream *s, uint16_t next);

enum utp_place { UTP_SEEN, UTP_NEXT, UTP_EARLY };

enum utp_place utp_stream_place(const struct utp_stream *s, uint16_t seq);

/* Copies a packet that is not to be taken yet, unless it waits already. False: there is no room. */
bool utp_stream_hold(struct utp_stream *s, struct host *h, const struct utp_packet *p,
                     uint32_t arrival);

/* What waits and is next; NULL: nothing. */
const struct utp_held *utp_stream_head(const struct utp_stream *s);
/* It was taken. */
void utp_stream_pop(struct utp_stream *s, struct host *h);
/* A packet was taken that did not wait. Nothing comes behind the last one. */
void utp_stream_advance(struct utp_stream *s, struct host *h, bool fin);

/* Told with each packet of the connection that shows that everything up to `last` was sent: an
 * acknowledgement, or a number far ahead. True: long enough, what is next will not come any more;
 * skip it. */
bool utp_stream_in_vain(struct utp_stream *s, uint16_t last);
/* The numbers up to `last` are lost, or up to the first that waits. */
void utp_stream_skip(struct utp_stream *s, uint16_t last);

/* Gives back what waits. */
void utp_stream_drop(struct utp_stream *s, struct host *h);

#endif
