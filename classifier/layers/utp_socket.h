/* SPDX-License-Identifier: MIT */
/* utp_socket.h - the uTP connections between two endpoints (BEP 29), and what they carry.
 *
 * In:    every uTP packet of a flow, in the order of the capture.
 * Out:   the bytes of one connection at a time, in order, to the host (carry); how sure it is that
 *        this is uTP.
 * State: UTP_CONNECTIONS at once, value types; packets that wait, in memory of the host. Nothing is
 *        carried before two packets of a connection went together (utp_agree()); until then, and
 *        while another connection is carried, at most UTP_BESIDE_BYTES of it wait.
 */
#ifndef LAYERS_UTP_SOCKET_H
#define LAYERS_UTP_SOCKET_H

#include "layers/utp_stream.h"

#define UTP_CONNECTIONS     4
#define UTP_BESIDE_BYTES    (64U << 10) /* of each direction */
#define UTP_UNANSWERED_MOST 8 /* packets since both sides spoke: who hears the other answers it */
/* In host.carry_gap(): a number that was never captured says nothing of how long it was. */
#define UTP_GAP_UNKNOWN (1U << 30)

struct utp_connection {
    struct utp_stream stream[2]; /* by direction */
    struct utp_packet last[2];   /* the same; their payload is gone */
    bool seen[2];
    uint16_t id[2]; /* as the packets of that direction have it, a SYN excepted */
    bool has_id[2];
    bool used;
    bool called; /* its SYN was seen, from `caller` */
    bool over;   /* a RESET, or everything up to a FIN */
    bool passed; /* its bytes are of no interest (any more) */
    uint8_t caller;
    uint16_t call_seq;
    uint8_t went_on;     /* packets that agreed with one of the same sender before, counted to 8 */
    uint8_t answered[2]; /* by direction: that agreed with the other side's, the same */
    uint32_t touched;    /* when its last packet came: struct utp_socket.arrivals */
};

struct utp_socket {
    struct utp_connection connection[UTP_CONNECTIONS];
    uint32_t arrivals;
    bool spoke[2];      /* by direction */
    uint8_t unanswered; /* packets since both spoke, and no connection was answered; where both
                           have the same id, at once more than UTP_UNANSWERED_MOST */
    uint8_t carried;    /* 1 + index; 0: none yet */
    bool may_carry;     /* else everything waits */
    bool begun;         /* something of it was carried */
    uint8_t wants;      /* 1 + index: the carried one is over, and this has bytes; 0: none */
};

/* What is believed of a connection, and how it came. */
enum utp_sureness { UTP_NOTHING, UTP_PROBABLE, UTP_STRONG };

/* One packet. Where it is of a connection that is carried, the host gets what is in order now. */
enum utp_sureness utp_socket_feed(struct utp_socket *s, struct host *h, enum direction d,
                                  const struct utp_packet *p);

/* From now on a connection may be carried to this host, to which nothing was carried before: what
 * waits is, now. The one that was carried before is not taken up again. */
void utp_socket_carry(struct utp_socket *s, struct host *h);

/* wants > 0: what waits first, by direction, of the one whose turn it would be. */
void utp_socket_waiting(const struct utp_socket *s, struct bytes first[2]);
/* And it is not to be carried. */
void utp_socket_pass(struct utp_socket *s, struct host *h);

/* No more will come: what waits of the connection that is carried goes to the host, with its gaps,
 * and all is given back. */
void utp_socket_close(struct utp_socket *s, struct host *h);

#endif
