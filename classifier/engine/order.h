/* SPDX-License-Identifier: MIT */
/* order.h - what flows teach each other, the same however they are dealt to workers. Private to
 * engine/.
 *
 * What one flow teaches (peer.h) others know LEARN_NS of packet time later: no worker need wait for
 * another that is not further behind than that. Who teaches leaves a lesson with its moment for
 * each worker; who asks first learns those whose time has come, in the order of their moments. So
 * each has the same table at the same packet.
 *
 * State: how far each worker is; lessons not yet learnt, at most LESSONS_MOST for each. Threads:
 * all calls may come from any worker, of its own place; order_forget() when all rest.
 */
#ifndef ENGINE_ORDER_H
#define ENGINE_ORDER_H

#include "base/err.h"
#include "flow/peers.h"

#define LEARN_NS     20000000LL      /* less than most networks take to answer a SYN */
#define LESSONS_MOST 65536U          /* for one worker; of more the last are lost */
#define ORDER_END    (INT64_MAX - 1) /* a packet time behind all others */

/* Where something happens. Every frame, tick and end of input has a position of its own; at a tick
 * or an end, where many flows end, a key puts them in order. */
struct moment {
    uint64_t position, key;
    int64_t now_ns; /* packet time, which goes up with the position */
};

/* An endpoint takes part in BitTorrent; or a client made a connection of that shape to it. */
struct lesson {
    struct moment when;
    struct endpoint who;
    struct known_peer how;
    struct addr client; /* alike */
    bool alike;
};

struct order;

struct order *order_create(unsigned workers, struct err *err);
void order_free(struct order *o); /* NULL is fine */

/* Before a worker sleeps, `help` may do others' work, to be done before that packet time; false: it
 * has done nothing. NULL: nobody does. */
void order_help(struct order *o, bool (*help)(void *ctx, int64_t ns), void *ctx);

/* The worker will do nothing any more whose packet time is before `now_ns`; goes up only. Others
 * hear of it at the latest when it reaches more, waits or rests. */
void order_reach(struct order *o, unsigned worker, int64_t now_ns);
bool order_has_reached(const struct order *o, unsigned worker, int64_t ns);
/* It may be long till it reaches more. */
void order_rest(struct order *o, unsigned worker);

/* Of one worker's lessons each has a later moment than the one before, or the same. */
void order_teach(struct order *o, unsigned worker, const struct lesson *l);
/* What is known at that moment, which the worker has reached; waits for those that are far behind.
 */
void order_learn(struct order *o, unsigned worker, struct moment now, struct peers *into);
/* The input ends at this position: waits till all have reached it, and learns all from before. */
void order_learn_all(struct order *o, unsigned worker, struct moment end, struct peers *into);
/* Nobody waits any more: what is learnt from here on is of no use. For a crew that stops halfway.
 * NULL is fine. */
void order_give_up(struct order *o);
/* Nothing was taught yet, and packet time begins anew. */
void order_forget(struct order *o);

#endif
