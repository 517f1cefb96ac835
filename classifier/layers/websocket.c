/* SPDX-License-Identifier: MIT */
/* websocket.c - the layer on top of http after a 101: RFC 6455 s5, RFC 7692.
 *
 * Bytes go through ws_opening (are these frames at all?), ws_search (where do they begin?),
 * ws_message (frames and messages, on ws_frame) and ws_payload (unmask, inflate, hand over).
 *
 * Memory: struct websocket, below 256 bytes. Beside it, when needed: the two inflaters of
 * permessage-deflate; up to 4 KiB a direction while a first frame is cut; 4 KiB to 512 KiB while
 * it is lost; what INTEREST_KEEP asks to keep; the figures of INTEREST_FIGURES.
 */
#include "layers/layers.h"

#include "layers/ws_detail.h"
#include "layers/ws_figures.h"
#include "layers/ws_inside.h"
#include "layers/ws_join.h"
#include "layers/ws_message.h"
#include "layers/ws_midstream.h"
#include "layers/ws_opening.h"
#include "layers/ws_payload.h"
#include "layers/ws_search.h"
#include "layers/ws_skim.h"

#define MOST_WINDOW_BITS 15 /* RFC 7692 s7.1.2 */

_Static_assert(sizeof(struct websocket) <= 256, "a million of them must fit");

/* No handshake was seen: RSV1 can only mean what everybody means by it. */
static const struct handshake unseen = {.deflate = true,
                                        .window_bits = {MOST_WINDOW_BITS, MOST_WINDOW_BITS}};

static void ws_open(void *state, struct host *h, const void *arg)
{
    struct websocket *ws = state;
    const struct handshake *shake = arg != NULL ? arg : &unseen;

    ws->opening = true;
    ws->shaken = arg != NULL && shake->joined == NULL;
    ws->totals.close_by = -1;
    ws->totals.compressed = ws->shaken && shake->deflate;
    for (int d = 0; d < 2; d++) {
        const unsigned bits = shake->window_bits[d];
        ws->side[d].hole = ws->side[d].history_lost = !ws->shaken;
        ws->side[d].deflate = shake->deflate;
        ws->side[d].no_context_takeover = shake->no_context_takeover[d];
        ws->side[d].window_bits = bits == 0 ? MOST_WINDOW_BITS : bits & MOST_WINDOW_BITS;
    }
    ws_inside_open(ws, h, arg);
    if (shake->joined != NULL)
        ws_join_at(ws, h, shake->joined);
}

static void ws_join(void *state, struct host *h, const struct opening *o)
{
    ws_join_seen(state, h, o);
}

static size_t ws_feed(void *state, struct host *h, enum direction d, struct bytes in)
{
    struct websocket *ws = state;

    if (ws->left)
        return 0;
    if (ws->opening)
        return ws_opening_feed(ws, h, d, in);
    const size_t passed = ws->joined ? ws_join_feed(ws, h, d, in) : 0;
    ws_read(ws, h, d, bytes_after(in, passed), false);
    return in.len;
}

static void ws_lose(void *state, struct host *h, enum direction d, uint64_t n)
{
    struct websocket *ws = state;

    if (ws->left || n == 0)
        return;
    if (ws->opening)
        ws_opening_end(ws, h);
    const uint64_t passed = ws->joined ? ws_join_gap(ws, h, d, n) : 0;
    if (n > passed)
        ws_gap(ws, h, d, n - passed);
}

/* After the close only figures are left, which the summary still shows. */
static void ws_forget(void *state, struct host *h)
{
    ws_detail_forget(state, h);
}

static void ws_close(void *state, struct host *h, enum close_reason why)
{
    struct websocket *ws = state;

    if (ws->opening)
        ws_opening_end(ws, h);
    if (ws->joined)
        ws_join_close(ws, h);
    for (int d = 0; d < 2 && why == CLOSE_FINISHED && !ws->left; d++)
        ws_check_closing(ws, h, (enum direction)d);
    for (int i = 0; i < 2; i++) {
        const enum direction d = (enum direction)i;
        if (!ws->left) {
            ws_read(ws, h, d, bytes_of(NULL, 0), true);
            ws_cut_short(ws, h, d);
        }
        ws_payload_close(ws, h, d);
        struct ws_detail_side *x = ws_detail_side_of(ws, d);
        if (x != NULL)
            ws_release(h, &x->held);
    }
    ws_inside_close(ws, h);
    if (ws_figures_watch(ws) != NULL)
        ws_detail_drop_sides(ws, h);
    else
        ws_detail_forget(ws, h);
}

static void ws_summarise(const void *state, struct flow_info *out)
{
    const struct websocket *ws = state;
    out->ws = &ws->totals;
    out->ws_figures = ws_figures_of(ws);
}

const struct layer layer_websocket = {
    .name = "websocket",
    .application = true,
    .may_change = true,
    .state_size = sizeof(struct websocket),
    .recognise = ws_midstream_recognise,
    .open = ws_open,
    .join = ws_join,
    .skim = ws_skim,
    .feed = ws_feed,
    .gap = ws_lose,
    .close = ws_close,
    .forget = ws_forget,
    .summarise = ws_summarise,
};
