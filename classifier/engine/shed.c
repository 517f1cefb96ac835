/* SPDX-License-Identifier: MIT */
/* What goes when memory is full, and who goes first.
 *
 * A sixteenth of the budget is kept free between packets, so that whatever the next one asks for is
 * there. When it is not free any more:
 *
 *   1. who asked last and holds much behind a hole in its stream, waits no longer for what is
 *      missing: a gap;
 *   2. who asked last and holds a sixteenth of everything, ends;
 *   3. else, while more than an eighth of all flows are unproven (not known yet, or one side has
 *      not said a byte), a flood is made of such: they end, each time the one, of LOOK_AT, that
 *      holds most for the longest time without a packet;
 *   4. else the idlest that is proven falls asleep (asleep.h). One that holds much beside itself
 *      would not be smaller for it: then one of the proven ends, chosen as in 3;
 *   5. when all but FEW_AWAKE sleep, those end that have slept longest.
 *
 * The connections that are awake take half of the budget at most, themselves. Who wants to be one
 * takes the place of the idlest, which ends or falls asleep by the same rules; a bare SYN is none,
 * and takes nobody's. */
#include "engine/shed.h"
#include "engine/tcp.h"

#include "engine/conns.h"

#define SPARE(bytes)     ((bytes) / 16)
#define CONNS(bytes)     ((bytes) / 2)
#define TOO_MUCH(bytes)  ((bytes) / 16)
#define FEW(flows)       ((flows) / 8)
#define FEW_AWAKE(flows) ((flows) / 64)
#define LITTLE           8192 /* bytes */
#define SHARE            2    /* of what a flow has on average: half */
#define LOOK_AT          32
#define PAUSE_NS         1000000000LL
#define UNANSWERED       4 /* times as wasteful */
#define ROOM_FOR_REFUSED 8 /* flows that end when something was refused */

/* Behind a hole: a flow that was not known before it has less to lose. */
#define MUCH(bytes, proven) ((proven) ? (bytes) / 256 : (bytes) / 4096)

void shed_setup(struct engine *e)
{
    const size_t room = e->budget.limit - e->budget.used;

    e->shed_above = e->budget.limit - SPARE(room);
    e->shed_refused = e->budget.refused;
    flow_set_share(e->flows, CONNS(room));
    e->conns_most = CONNS(room) / (sizeof(struct conn) + FLOW_BYTES);
}

void shed_prove(struct engine *e, struct conn *c)
{
    c->proven = true;
    flow_set_worth(e->flows, c->node, FLOW_PROVEN);
}

/* Among whom is looked for one. */
static enum flow_worth least_worth(const struct engine *e)
{
    const size_t all = flow_count(e->flows), proven = flow_count_worth(e->flows, FLOW_PROVEN),
                 asleep = flow_count_worth(e->flows, FLOW_ASLEEP);

    if (all - proven - asleep > FEW(all))
        return FLOW_UNPROVEN;
    if (asleep > 0 && proven <= FEW_AWAKE(all))
        return FLOW_ASLEEP;
    return proven > 0 ? FLOW_PROVEN : FLOW_UNPROVEN;
}

static void end_for_room(struct engine *e, struct conn *c)
{
    if (c->proven)
        e->counters.evicted_idle++;
    else
        e->counters.evicted_unproven++;
    end_conn(e, c, FLOW_EVICTED);
}

/* The one that has slept longest ends. */
static bool end_sleeper(struct engine *e)
{
    struct flow_node *n = flow_first(e->flows, FLOW_ASLEEP);

    if (n == NULL)
        return false;
    struct conn *c = conn_of_node(e, n);
    if (c != NULL)
        end_for_room(e, c);
    else
        conn_drop_node(e, n);
    return true;
}

static bool was_answered(const struct conn *c)
{
    return c->packets[0] > 0 && c->packets[1] > 0;
}

/* The idlest. Of the unproven who was answered is passed over, once: it may be about to say what
 * it is. */
static struct flow_node *idlest(struct engine *e, enum flow_worth worth)
{
    for (unsigned i = 0; i < LOOK_AT; i++) {
        struct flow_node *n = flow_idlest(e->flows, worth);
        struct conn *c = n != NULL ? n->owner : NULL;
        if (c == NULL || c->proven || c->spared || !was_answered(c))
            return n;
        c->spared = true;
        flow_requeue(e->flows, n);
    }
    return flow_idlest(e->flows, worth);
}

bool shed_flow(struct engine *e)
{
    const enum flow_worth worth = least_worth(e);

    if (worth == FLOW_ASLEEP)
        return end_sleeper(e);
    struct flow_node *n = idlest(e, worth);
    if (n == NULL)
        return false;
    struct conn *c = n->owner;
    if (!c->proven || !asleep_put(e, c))
        end_for_room(e, c);
    return true;
}

/* What it costs to keep it for nothing: bytes by time without a packet. Less than PAUSE says
 * nothing: who holds little is not given up before who holds much and has only just spoken. Who was
 * never answered is less likely to be missed. */
static double waste_of(const struct engine *e, const struct conn *c)
{
    return (double)(c->held + (int64_t)sizeof(*c)) *
           (double)(e->time.now_ns - c->node->last_ns + PAUSE_NS) *
           (was_answered(c) ? 1 : UNANSWERED);
}

/* For its bytes: of the next LOOK_AT the one that wastes most. The others have their turn again
 * when all have had it. */
static bool shed_bytes(struct engine *e, enum flow_worth worth)
{
    struct conn *worst = NULL;
    double most = 0;

    for (unsigned i = 0; i < LOOK_AT; i++) {
        struct flow_node *n = flow_first(e->flows, worth);
        if (n == NULL)
            return false;
        struct conn *c = n->owner;
        const double waste = waste_of(e, c);
        if (worst == NULL || waste > most) {
            worst = c;
            most = waste;
        }
        flow_requeue(e->flows, c->node);
    }
    end_for_room(e, worst);
    return true;
}

/* The idlest, if sleep is enough. */
static bool put_to_sleep(struct engine *e)
{
    struct flow_node *n = flow_idlest(e->flows, FLOW_PROVEN);
    struct conn *c = n != NULL ? n->owner : NULL;

    return c != NULL && c->held <= LITTLE && asleep_put(e, c);
}

static bool shed_one(struct engine *e)
{
    const enum flow_worth worth = least_worth(e);

    if (worth == FLOW_ASLEEP)
        return end_sleeper(e);
    return (worth == FLOW_PROVEN && put_to_sleep(e)) || shed_bytes(e, worth);
}

static bool has_hole(const struct conn *c)
{
    return stream_has_hole(&c->stream[0]) || stream_has_hole(&c->stream[1]);
}

/* Who asked last may have taken more than its share. */
static void shed_own(struct engine *e, struct conn *c)
{
    const size_t before = e->budget.live, limit = e->budget.limit;

    if (c->held > (int64_t)MUCH(limit, c->proven) && has_hole(c)) {
        e->counters.holes_given_up++;
        tell_exception(e, c, EXCEPTION_MEMORY);
        tcp_give_up_holes(e, c);
        c->held += (int64_t)e->budget.live - (int64_t)before;
    }
    if (c->held <= (int64_t)TOO_MUCH(limit))
        return;
    e->counters.evicted_heavy++;
    end_conn(e, c, FLOW_EVICTED);
}

/* Is it no smaller than most? */
static bool holds_its_share(const struct engine *e, const struct conn *c)
{
    const size_t mean = e->budget.live / flow_count(e->flows);
    return ((size_t)(c->held > 0 ? c->held : 0) + sizeof(*c)) * SHARE > mean;
}

/* What is left over are pieces of slabs, free for their own size only: one flow a packet may give a
 * slab back. Of flows that are all alike it is the idlest, whose neighbours there go next; else
 * whoever holds most. */
static void shed_slab(struct engine *e)
{
    const enum flow_worth worth = least_worth(e);

    if (worth == FLOW_UNPROVEN) {
        struct flow_node *n = flow_idlest(e->flows, worth);
        if (n != NULL && holds_its_share(e, n->owner))
            end_for_room(e, n->owner);
        else
            shed_bytes(e, worth);
    } else if (worth == FLOW_PROVEN) {
        put_to_sleep(e);
    } else if (e->budget.used > e->budget.limit) {
        end_sleeper(e); /* who woke took more than there is */
    }
}

void shed(struct engine *e, struct conn *c)
{
    const bool refused = e->budget.refused != e->shed_refused;
    unsigned more = refused ? ROOM_FOR_REFUSED : 0;

    if (c != NULL && refused)
        tell_exception(e, c, EXCEPTION_MEMORY);
    if (c != NULL)
        shed_own(e, c);
    while ((e->budget.live > e->shed_above || more > 0) && shed_one(e))
        more -= more > 0;
    if (e->conns > e->conns_most) /* who was woken may be one too many */
        shed_flow(e);
    if (e->budget.used > e->shed_above)
        shed_slab(e);
    e->shed_refused = e->budget.refused;
}
