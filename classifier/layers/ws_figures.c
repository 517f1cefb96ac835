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

struct ws_watch {
    struct ws_figures figures;
    struct watch_side {
        int64_t last_ns;   /* of its last frame */
        uint64_t sum;      /* of the control frame being read */
        bool spoke, sized; /* there was a frame; a whole message */
        uint8_t waiting;   /* pings, the oldest first */
        struct ping ping[WS_PINGS];
    } side[2];
};

_Static_assert(sizeof(struct ws_watch) < 512, "as the header says");

static struct ws_watch *watch_begin(struct websocket *ws, struct host *h, enum direction d)
{
    if (ws_detail(ws, h, d) == NULL)
        return NULL;
    if (ws->detail->watch == NULL)
        ws->detail->watch = h->alloc(h, sizeof(*ws->detail->watch));
    return ws->detail->watch;
}

/* ---- times ---- */

/* Not its first. */
static void note_time(struct ws_watch *w, struct watch_side *s, int64_t now_ns, enum direction d)
{
    struct ws_figures *f = &w->figures;

    if (now_ns > f->last_ns)
        f->last_ns = now_ns;
    if (now_ns - s->last_ns > f->idle_ns[d]) {
        f->idle_ns[d] = now_ns - s->last_ns;
        f->idle_until_ns[d] = now_ns;
    }
    s->last_ns = now_ns;
}

static void note_frame(struct ws_watch *w, int64_t now_ns, enum direction d)
{
    struct watch_side *s = &w->side[d];

    if (!w->side[0].spoke && !w->side[1].spoke)
        w->figures.first_ns = w->figures.last_ns = now_ns;
    if (!s->spoke)
        s->last_ns = now_ns; /* no silence before it */
    s->spoke = true;
    note_time(w, s, now_ns, d);
}

void ws_figures_frame(struct websocket *ws, struct host *h, enum direction d)
{
    struct ws_watch *w = watch_begin(ws, h, d);

    if (w == NULL)
        return;
    note_frame(w, h->time_ns, d);
    w->side[d].sum = FNV_BASIS;
}

/* ---- messages ---- */

static void note_first(struct ws_watch *w, enum direction d, uint64_t length)
{
    w->figures.smallest[d] = length;
    w->side[d].sized = true;
}

static void note_size(struct ws_figures *f, enum direction d, uint64_t length)
{
    if (length > f->largest[d])
        f->largest[d] = length;
    if (length < f->smallest[d])
        f->smallest[d] = length;
}

void ws_figures_message(struct websocket *ws, enum direction d)
{
    const struct ws_message *m = &ws->side[d].message;

    struct ws_watch *w = ws_figures_watch(ws);

    if (w == NULL || !m->fin || m->lossy || m->opcode == 0)
        return;
    if (!w->side[d].sized)
        note_first(w, d, m->wire_length);
    note_size(&w->figures, d, m->wire_length);
}

void ws_figures_plain(struct ws_watch *w, int64_t now_ns, enum direction d, uint64_t length)
{
    struct watch_side *s = &w->side[d];

    if (s->sized) {
        note_time(w, s, now_ns, d);
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
    w->figures.inflated[d] += ws->detail->side[d].inflated;
}

/* ---- pings ---- */

void ws_figures_control(struct websocket *ws, enum direction d, struct bytes wire)
{
    struct ws_watch *w = ws_figures_watch(ws);
    uint8_t clear[WS_CONTROL_MAX];
    struct ws_header f;

    ws_current(&ws->side[d].decoder, &f);
    if (w == NULL || f.frame.opcode == WS_CLOSE || f.frame.length > WS_CONTROL_MAX)
        return;
    const uint64_t at = f.frame.length - ws->side[d].decoder.left - wire.len;
    ws_unmask(clear, wire, f.frame.mask, at);
    uint64_t sum = w->side[d].sum;
    for (size_t i = 0; i < wire.len; i++)
        sum = (sum ^ clear[i]) * FNV_PRIME;
    w->side[d].sum = sum;
}

static void forget_oldest(struct watch_side *s, unsigned count)
{
    s->waiting = (uint8_t)(s->waiting - count);
    memmove(s->ping, s->ping + count, s->waiting * sizeof(s->ping[0]));
}

static void wait_for_pong(struct watch_side *s, struct ping ping)
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

static void answer(struct watch_side *pinger, struct ws_round_trips *r, struct ping pong)
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
    struct ws_watch *w = ws_figures_watch(ws);
    struct ws_header f;

    ws_current(&s->decoder, &f);
    if (w == NULL || s->control_lossy || s->decoder.left > 0 || f.frame.length > WS_CONTROL_MAX)
        return;
    const struct ping said = {w->side[d].sum, h->time_ns, h->packet, (uint8_t)f.frame.length};
    if (f.frame.opcode == WS_PING)
        wait_for_pong(&w->side[d], said);
    else if (f.frame.opcode == WS_PONG)
        answer(&w->side[other], &w->figures.ping[other], said);
}

/* ---- giving ---- */

const struct ws_figures *ws_figures_of(const struct websocket *ws)
{
    const struct ws_watch *w = ws_figures_watch(ws);
    return w != NULL ? &w->figures : NULL;
}

void ws_figures_free(struct host *h, struct ws_watch *w)
{
    if (w != NULL)
        h->free(h, w, sizeof(*w));
}
