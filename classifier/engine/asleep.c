/* SPDX-License-Identifier: MIT */
#include "engine/asleep.h"

#include "base/fetch.h"
#include "base/squeeze.h"

#define ROOM 4096U /* bytes: who may need more when squeezed stays awake */

/* In the node of a connection that sleeps. */
struct sleeper {
    uint16_t bytes; /* of all this */
    uint8_t squeezed[];
};

struct conn *conn_alloc(struct engine *e)
{
    struct conn *c = budget_alloc(&e->budget, sizeof(*c));

    e->conns += c != NULL;
    return c;
}

void conn_free(struct engine *e, struct conn *c)
{
    budget_free(&e->budget, c, sizeof(*c));
    e->conns--;
}

/* What is squeezed with the connection: the states of its layers by level, and after these: */
enum part { PART_NAMES = STACK_DEPTH, PART_EVIDENCE, PARTS };

static void *part_of(const struct conn *c, unsigned n)
{
    if (n == PART_NAMES)
        return c->names;
    if (n == PART_EVIDENCE)
        return c->evidence;
    return n < c->depth && c->stack[n].kind == SLOT_LAYER ? c->stack[n].state : NULL;
}

static size_t part_size(const struct conn *c, unsigned n)
{
    if (n == PART_NAMES)
        return sizeof(*c->names);
    if (n == PART_EVIDENCE)
        return c->evidence_room * sizeof(*c->evidence);
    return c->stack[n].layer->state_size;
}

static void set_part(struct conn *c, unsigned n, void *memory)
{
    if (n == PART_NAMES)
        c->names = memory;
    else if (n == PART_EVIDENCE)
        c->evidence = memory;
    else
        c->stack[n].state = memory;
}

/* Not while something goes on that must not wait, or holds what has no place in a sleeper. */
static bool may_sleep(const struct conn *c)
{
    size_t most = SQUEEZE_MOST(sizeof(*c));

    if (c->closed || c->doubted != NULL || c->alternate != NULL || stream_has_hole(&c->stream[0]) ||
        stream_has_hole(&c->stream[1]))
        return false;
    for (unsigned level = 0; level < c->depth; level++)
        if (c->stack[level].kind == SLOT_UNKNOWN && c->stack[level].state != NULL)
            return false; /* it is being identified */
    for (unsigned n = 0; n < PARTS; n++)
        most += part_of(c, n) != NULL ? SQUEEZE_MOST(part_size(c, n)) : 0;
    return most <= ROOM;
}

/* Returns how many bytes it became. */
static size_t squeeze_all(const struct conn *c, uint8_t room[ROOM])
{
    struct conn copy = *c;

    copy.node = NULL;
    copy.id = 0; /* known from the rest, as is: */
    copy.quick = copy.carry_wanted = copy.carried_known = false;
    copy.skims = 0;
    copy.skimmer = NULL;
    copy.skimmed = NULL;
    for (unsigned level = 0; level < c->depth; level++)
        if (copy.stack[level].layer != NULL)
            copy.stack[level].name = NULL; /* the layer's */
    for (unsigned n = 0; n < PARTS; n++)
        if (part_of(c, n) != NULL)
            set_part(&copy, n, (void *)(uintptr_t)1); /* there is one: a byte, and not an address */
    for (unsigned n = 0; n < PARTS; n++)
        if (part_of(c, n) != NULL)
            fetch_all(part_of(c, n), part_size(c, n));
    size_t len = squeeze(room, &copy, sizeof(copy));
    for (unsigned n = 0; n < PARTS; n++)
        if (part_of(c, n) != NULL)
            len += squeeze(room + len, part_of(c, n), part_size(c, n));
    return len;
}

/* The first `parts` of them, and itself; not what they point to. */
static void give_back(struct engine *e, struct conn *c, unsigned parts)
{
    for (unsigned n = 0; n < parts; n++)
        if (part_of(c, n) != NULL)
            budget_free(&e->budget, part_of(c, n), part_size(c, n));
    conn_free(e, c);
}

/* Whatever the limit: whoever falls asleep gives back more right afterwards, and who wakes is
 * followed by shed(). */
static void *alloc_anyway(struct engine *e, size_t bytes)
{
    const size_t limit = e->budget.limit;

    e->budget.limit = 0;
    void *memory = budget_alloc(&e->budget, bytes);
    e->budget.limit = limit;
    return memory;
}

/* No whole cache lines, as those ask for that are awake: so the slabs of sleepers (base/pool.h)
 * hold hardly anything else, and as they come and go in turn, one after the other is free again. */
static size_t sleeper_bytes(size_t squeezed)
{
    const size_t bytes = (sizeof(struct sleeper) + squeezed + 15) / 16 * 16;
    return bytes % CONN_LINE == 0 ? bytes + 16 : bytes;
}

bool asleep_put(struct engine *e, struct conn *c)
{
    struct flow_node *n = c->node;
    uint8_t room[ROOM];

    fetch_all(c, sizeof(*c)); /* nobody looked at it for a while */
    if (!may_sleep(c))
        return false;
    const size_t len = squeeze_all(c, room), bytes = sleeper_bytes(len);
    struct sleeper *s = alloc_anyway(e, bytes);
    if (s == NULL)
        return false;
    s->bytes = (uint16_t)bytes;
    memcpy(s->squeezed, room, len);
    give_back(e, c, PARTS);
    n->owner = s;
    n->asleep = true;
    flow_set_worth(e->flows, n, FLOW_ASLEEP);
    return true;
}

/* NULL: no memory. */
static struct conn *squeeze_back_all(struct engine *e, const struct sleeper *s)
{
    struct conn *c = alloc_anyway(e, sizeof(*c));

    if (c == NULL)
        return NULL;
    e->conns++;
    const uint8_t *at = s->squeezed + squeeze_back(c, sizeof(*c), s->squeezed);
    for (unsigned n = 0; n < PARTS; n++) {
        if (part_of(c, n) == NULL)
            continue;
        void *memory = alloc_anyway(e, part_size(c, n));
        if (memory == NULL) {
            give_back(e, c, n);
            return NULL;
        }
        at += squeeze_back(memory, part_size(c, n), at);
        set_part(c, n, memory);
    }
    return c;
}

void asleep_forget(struct engine *e, struct flow_node *n)
{
    struct sleeper *s = n->owner;
    budget_free(&e->budget, s, s->bytes);
}

struct conn *asleep_wake(struct engine *e, struct flow_node *n)
{
    struct conn *c = squeeze_back_all(e, n->owner);

    if (c == NULL)
        return NULL;
    asleep_forget(e, n);
    c->node = n;
    c->id = view_flow_id(e, c);
    for (unsigned level = 0; level < c->depth; level++)
        if (c->stack[level].layer != NULL)
            c->stack[level].name = c->stack[level].layer->name;
    n->owner = c;
    n->asleep = false;
    flow_set_worth(e->flows, n, c->proven ? FLOW_PROVEN : FLOW_UNPROVEN);
    return c;
}
