/* SPDX-License-Identifier: MIT */
#include "layers/ws_detail.h"

#include "layers/ws_figures.h"
#include "layers/ws_keep.h"

#define SIDES_SIZE   (2 * sizeof(struct ws_detail_side))
#define WATCHED_SIZE 256U /* whole cache lines: it begins with one (base/pool.h) */
#define LINE         64
#define HOT          offsetof(struct ws_figures, deflated) /* what every message may change */

_Static_assert(sizeof(struct ws_detail) + sizeof(struct ws_watch) <= WATCHED_SIZE, "it fits");
_Static_assert(sizeof(struct ws_detail) + offsetof(struct ws_watch, figures) + HOT <= 2 * LINE,
               "two lines");

static size_t size_of(const struct websocket *ws)
{
    return ws->watched ? WATCHED_SIZE : sizeof(struct ws_detail);
}

struct ws_detail *ws_detail(struct websocket *ws, struct host *h)
{
    if (ws->detail != NULL)
        return ws->detail;
    ws->watched = (h->interest & INTEREST_FIGURES) != 0;
    ws->detail = h->alloc(h, size_of(ws));
    return ws->detail;
}

struct ws_detail_side *ws_detail_side(struct websocket *ws, struct host *h, enum direction d)
{
    struct ws_detail *x = ws_detail(ws, h);

    if (x == NULL)
        return NULL;
    if (x->side == NULL)
        x->side = h->alloc(h, SIDES_SIZE);
    return x->side != NULL ? &x->side[d] : NULL;
}

void ws_detail_drop_sides(struct websocket *ws, struct host *h)
{
    if (ws->detail == NULL || ws->detail->side == NULL)
        return;
    h->free(h, ws->detail->side, SIDES_SIZE);
    ws->detail->side = NULL;
}

void ws_detail_forget(struct websocket *ws, struct host *h)
{
    if (ws->detail == NULL)
        return;
    ws_detail_drop_sides(ws, h);
    ws_figures_forget(ws, h);
    h->free(h, ws->detail, size_of(ws));
    ws->detail = NULL;
}
