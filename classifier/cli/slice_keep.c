/* SPDX-License-Identifier: MIT */
/* --slice: the frames that a finding may need. */
#include <stdlib.h>

#include "base/hash.h"
#include "cli/slice_parts.h"

#define IPV4_AT    12 /* of struct addr, where the four bytes are */
#define BOTH_MAX   32 /* bytes of two addresses side by side */
#define FIRST_ROOM 256
#define FRAME_COST (sizeof(struct slice_frame))
#define MINUTE_NS  INT64_C(60000000000) /* no fragment waits longer: decode/defrag.h */

void slice_forget(struct slice *x)
{
    for (size_t i = 0; i < x->frames; i++)
        free((void *)(uintptr_t)x->frame[i].frame.data.at);
    free(x->frame);
    x->frame = NULL;
    x->frames = x->room = x->bytes = 0;
}

static bool is_end(const struct endpoint *a, const struct endpoint *b)
{
    return a->port == b->port && addr_compare(&a->addr, &b->addr) == 0;
}

bool slice_is_between(const struct packet *p, const struct flow_info *flow)
{
    return p->transport == flow->transport &&
           ((is_end(&p->src, &flow->client) && is_end(&p->dst, &flow->server)) ||
            (is_end(&p->dst, &flow->client) && is_end(&p->src, &flow->server)));
}

uint64_t slice_group(const struct packet *p)
{
    const struct hash_key key = hash_key_from_seed(1);
    const bool turned = memcmp(&p->src, &p->dst, sizeof(p->src)) > 0;
    struct {
        struct endpoint ends[2];
        uint8_t transport, zero;
    } what = {.ends = {turned ? p->dst : p->src, turned ? p->src : p->dst},
              .transport = p->transport};
    const uint64_t hash = hash_bytes(&key, bytes_of(&what, sizeof(what)));

    return hash != 0 ? hash : 1;
}

/* Every IP header has both addresses side by side, and every fragment has an IP header. */
static bool carries_addresses(struct bytes data, const struct addr *a, const struct addr *b)
{
    const size_t skip = addr_is_ipv4(a) ? IPV4_AT : 0, len = sizeof(a->byte) - skip;
    uint8_t both[BOTH_MAX];

    memcpy(both, a->byte + skip, len);
    memcpy(both + len, b->byte + skip, len);
    return bytes_find(data, bytes_of(both, 2 * len)) < data.len;
}

static bool is_fragment_of(const struct frame *f, const struct flow_info *flow)
{
    return f->time_ns >= flow->start_ns - MINUTE_NS && f->time_ns <= flow->end_ns &&
           (carries_addresses(f->data, &flow->client.addr, &flow->server.addr) ||
            carries_addresses(f->data, &flow->server.addr, &flow->client.addr));
}

/* A bare SYN has no flow yet. */
static bool is_own(const struct slice_target *t, const struct engine_trace *e)
{
    if (e->packet == NULL)
        return e->pending && is_fragment_of(e->frame, t->flow);
    if (e->flow != 0)
        return e->flow == t->id;
    return e->frame->time_ns >= t->flow->start_ns && e->frame->time_ns <= t->flow->end_ns &&
           slice_is_between(e->packet, t->flow);
}

static bool has_address(const struct packet *p, const struct addr *a)
{
    return addr_compare(&p->src.addr, a) == 0 || addr_compare(&p->dst.addr, a) == 0;
}

/* What the same client did is likelier needed than what others did at the same server. */
static enum kinship kin_to(const struct packet *p, const struct flow_info *flow)
{
    if (has_address(p, &flow->client.addr))
        return KIN_CLIENT;
    return has_address(p, &flow->server.addr) ? KIN_SERVER : KIN_OTHER;
}

/* Whose is it? KIN_OWN sets `target`. */
static enum kinship kin_of(struct slice *x, const struct engine_trace *t, uint8_t *target)
{
    enum kinship kin = KIN_OTHER;

    for (size_t i = 0; i < x->targets; i++) {
        if (is_own(&x->target[i], t)) {
            x->target[i].seen += t->packet != NULL;
            *target = (uint8_t)i;
            return KIN_OWN;
        }
        const enum kinship to =
            t->packet != NULL ? kin_to(t->packet, x->target[i].flow) : KIN_OTHER;
        kin = to > kin ? to : kin;
    }
    return kin;
}

/* Nothing that comes now can matter. */
static bool is_over(const struct slice *x)
{
    for (size_t i = 0; i < x->targets; i++) {
        const struct flow_info *f = x->target[i].flow;
        if (x->target[i].seen < f->packets[TO_SERVER] + f->packets[TO_CLIENT])
            return false;
    }
    return true;
}

/* No room: the weakest go, and are not kept from now on. */
static void shed_weakest(struct slice *x)
{
    size_t kept = 0;

    for (size_t i = 0; i < x->frames; i++) {
        struct slice_frame *f = &x->frame[i];
        if (f->kin > x->weakest) {
            x->frame[kept++] = *f;
            continue;
        }
        x->bytes -= f->frame.data.len + FRAME_COST;
        /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): who moved up is not freed where it was */
        free((void *)(uintptr_t)f->frame.data.at);
    }
    x->frames = kept;
    x->weakest++;
}

static bool has_room(struct slice *x, const struct frame *f, enum kinship kin)
{
    while (x->bytes + f->data.len + FRAME_COST > SLICE_BYTES && x->weakest < KIN_OWN)
        shed_weakest(x);
    return kin >= x->weakest && x->bytes + f->data.len + FRAME_COST <= SLICE_BYTES;
}

/* A slot at the end, with a copy of the bytes. NULL: no memory. */
static struct slice_frame *add_frame(struct slice *x, const struct frame *f)
{
    if (x->frames == x->room) {
        const size_t room = x->room > 0 ? 2 * x->room : FIRST_ROOM;
        struct slice_frame *larger = realloc(x->frame, room * sizeof(*larger));
        if (larger == NULL)
            return NULL;
        x->frame = larger;
        x->room = room;
    }
    uint8_t *data = malloc(f->data.len + 1);
    if (data == NULL)
        return NULL;
    if (f->data.len > 0)
        memcpy(data, f->data.at, f->data.len);
    struct slice_frame *out = &x->frame[x->frames++];
    *out = (struct slice_frame){.frame = *f};
    out->frame.data.at = data;
    x->bytes += f->data.len + FRAME_COST;
    return out;
}

void slice_keep(void *ctx, const struct engine_trace *t)
{
    struct slice *x = ctx;
    uint8_t target = 0;

    x->read++;
    if ((t->packet == NULL && !t->pending) || is_over(x))
        return;
    const enum kinship kin = kin_of(x, t, &target);
    if (kin < x->weakest || !has_room(x, t->frame, kin))
        return;
    struct slice_frame *f = add_frame(x, t->frame);
    if (f == NULL) {
        x->failed = true;
        return;
    }
    f->source = tally_text(&x->names, t->source);
    f->group = t->packet != NULL ? slice_group(t->packet) : 0;
    f->kin = (uint8_t)kin;
    f->target = target;
}
