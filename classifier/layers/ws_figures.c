/* SPDX-License-Identifier: MIT */
#include "layers/ws_figures.h"

#include "layers/ws_unmask.h"

/* 64-bit FNV-1a. Not keyed: who can make two pings collide can as well answer them himself. */
#define FNV_BASIS UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

struct ping {
    uint64_t sum; /* of its payload */
    int64_t ns;
    uint64_t packet;
    uint8_t length;
};

struct ws_pings {
    struct ping_side {
        uint64_t sum;    /* of the control frame being read */
        uint8_t waiting; /* the oldest first */
        struct ping ping[WS_PINGS];
    } side[2];
};

_Static_assert(sizeof(struct ws_pings) < 512, "as the header says");

/* ---- times ---- */

/* Not its first. Without a branch, as in note_size(): what comes is as good as random. */
static void note_time(struct ws_watch *w, int64_t now_ns, enum direction d)
{
    struct ws_figures *f = &w->figures;
    const int64_t idle = now_ns - w->last_ns[d], before = f->idle_ns[d];
    const int64_t until = f->idle_until_ns[d];

    f->last_ns = now_ns > f->last_ns ? now_ns : f->last_ns;
    f->idle_ns[d] = idle > before ? idle : before;
    f->idle_until_ns[d] = idle > before ? now_ns : until;
    w->last_ns[d] = now_ns;
}

static void note_frame(struct ws_watch *w, int64_t now_ns, enum direction d)
{
    if (!w->spoke[0] && !w->spoke[1])
        w->figures.first_ns = w->figures.last_ns = now_ns;
    if (!w->spoke[d])
        w->last_ns[d] = now_ns; /* no silence before it */
    w->spoke[d] = true;
    note_time(w, now_ns, d);
}

static void fail(struct websocket *ws, struct ws_watch *w)
{
    w->failed = true;
    ws->fared = false;
}

/* Only pings and pongs need it. */
static void begin_sum(struct websocket *ws, struct host *h, enum direction d, struct ws_watch *w)
{
    const uint8_t opcode = ws_current_opcode(&ws->side[d].decoder);

    if (w->pings == NULL && (opcode == WS_PING || opcode == WS_PONG)) {
        w->pings = h->alloc(h, sizeof(*w->pings));
        if (w->pings == NULL)
            fail(ws, w);
    }
    if (w->pings != NULL)
        w->pings->side[d].sum = FNV_BASIS;
}

void ws_figures_frame(struct websocket *ws, struct host *h, enum direction d)
{
    struct ws_detail *x = ws_detail(ws, h);

    if (x == NULL || !ws->watched || x->watch->failed)
        return;
    ws->fared = true;
    note_frame(x->watch, h->time_ns, d);
    begin_sum(ws, h, d, x->watch);
}

/* ---- messages ---- */

static void note_first(struct ws_watch *w, enum direction d, uint64_t length)
{
    w->figures.smallest[d] = length;
    w->sized[d] = true;
}

static void note_size(struct ws_figures *f, enum direction d, uint64_t length)
{
    const uint64_t largest = f->largest[d], smallest = f->smallest[d];

    f->largest[d] = length > largest ? length : largest;
    f->smallest[d] = length < smallest ? length : smallest;
}

void ws_figures_message(struct websocket *ws, enum direction d)
{
    const struct ws_message *m = &ws->side[d].message;
    struct ws_watch *w = ws_figures_watch(ws);

    if (w == NULL || !m->fin || m->lossy || m->opcode == 0)
        return;
    if (!w->sized[d])
        note_first(w, d, m->wire_length);
    note_size(&w->figures, d, m->wire_length);
}

void ws_figures_plain(struct ws_watch *w, int64_t now_ns, enum direction d, uint64_t length)
{
    if (w->sized[d]) {
        note_time(w, now_ns, d);
    } else {
        note_frame(w, now_ns, d);
        note_first(w, d, length);
    }
    note_size(&w->figures, d, length);
}

void ws_figures_inflated(struct websocket *ws, enum direction d)
{
    const struct ws_message *m = &ws->side[d].message;
    struct ws_watch *w = ws_figures_watch(ws);

    if (w == NULL || !m->compressed || !m->fin || m->lossy || m->unread || m->uncertain)
        return;
    w->figures.deflated[d] += m->wire_length;
    w->figures.inflated[d] += ws_detail_side_of(ws, d)->inflated;
}

/* ---- pings ---- */

static struct ws_pings *pings_of(const struct websocket *ws)
{
    const struct ws_watch *w = ws_figures_watch(ws);

    return w != NULL ? w->pings : NULL;
}

void ws_figures_control(struct websocket *ws, enum direction d, struct bytes wire)
{
    struct ws_pings *p = pings_of(ws);
    uint8_t clear[WS_CONTROL_MAX];
    struct ws_header f;

    ws_current(&ws->side[d].decoder, &f);
    if (p == NULL || f.frame.opcode == WS_CLOSE || f.frame.length > WS_CONTROL_MAX)
        return;
    const uint64_t at = f.frame.length - ws->side[d].decoder.left - wire.len;
    ws_unmask(clear, wire, f.frame.mask, at);
    uint64_t sum = p->side[d].sum;
    for (size_t i = 0; i < wire.len; i++)
        sum = (sum ^ clear[i]) * FNV_PRIME;
    p->side[d].sum = sum;
}

static void forget_oldest(struct ping_side *s, unsigned count)
{
    s->waiting = (uint8_t)(s->waiting - count);
    memmove(s->ping, s->ping + count, s->waiting * sizeof(s->ping[0]));
}

static void wait_for_pong(struct ping_side *s, struct ping ping)
{
    if (s->waiting == WS_PINGS)
        forget_oldest(s, 1);
    s->ping[s->waiting++] = ping;
}

static void count_round_trip(struct ws_round_trips *r, int64_t ns)
{
    if (ns < 0) /* the capture's clock was set back */
        ns = 0;
    if (r->count == 0 || ns < r->least_ns)
        r->least_ns = ns;
    if (ns > r->most_ns)
        r->most_ns = ns;
    r->sum_ns += ns;
    r->count++;
}

static void answer(struct ping_side *pinger, struct ws_round_trips *r, struct ping pong)
{
    for (unsigned i = pinger->waiting; i-- > 0;) {
        const struct ping *ping = &pinger->ping[i];
        if (ping->sum != pong.sum || ping->length != pong.length)
            continue;
        if (pong.packet !=
            ping->packet) /* else both are read again, and their times are not theirs */
            count_round_trip(r, pong.ns - ping->ns);
        forget_oldest(pinger, i + 1);
        return;
    }
}

void ws_figures_control_end(struct websocket *ws, struct host *h, enum direction d)
{
    const struct ws_side *s = &ws->side[d];
    const enum direction other = direction_other(d);
    struct ws_pings *p = pings_of(ws);
    struct ws_header f;

    ws_current(&s->decoder, &f);
    if (p == NULL || s->control_lossy || s->decoder.left > 0 || f.frame.length > WS_CONTROL_MAX)
        return;
    const struct ping said = {p->side[d].sum, h->time_ns, h->packet, (uint8_t)f.frame.length};
    if (f.frame.opcode == WS_PING)
        wait_for_pong(&p->side[d], said);
    else if (f.frame.opcode == WS_PONG)
        answer(&p->side[other], &ws->detail->watch->figures.ping[other], said);
}

/* ---- giving ---- */

const struct ws_figures *ws_figures_of(const struct websocket *ws)
{
    const struct ws_watch *w = ws_figures_watch(ws);
    return w != NULL ? &w->figures : NULL;
}

void ws_figures_forget(struct websocket *ws, struct host *h)
{
    struct ws_watch *w = ws->watched ? ws->detail->watch : NULL;

    ws->fared = false;
    if (w == NULL || w->pings == NULL)
        return;
    h->free(h, w->pings, sizeof(*w->pings));
    w->pings = NULL;
}
