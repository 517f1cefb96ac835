/* SPDX-License-Identifier: MIT */
#include "layers/ws_chain.h"

#include "base/utf8.h"
#include "layers/ws_unmask.h"

#define LEAST_TEXT   4   /* bytes: shorter text is UTF-8 by chance */
#define MOST_TEXT    128 /* bytes that are looked at */
#define FITS_CONTENT 2   /* points */

enum content { CONTENT_SILENT, CONTENT_FITS, CONTENT_WRONG };

static bool is_utf8(struct bytes in, bool whole)
{
    struct utf8 text = {0};
    return utf8_feed(&text, in) == in.len && (!whole || utf8_complete(&text));
}

/* `payload` is all of the frame's, as on the wire. */
static enum content look_inside(const struct ws_frame_event *f, struct bytes payload)
{
    uint8_t room[MOST_TEXT];
    const struct bytes start = bytes_first(payload, sizeof(room));

    ws_unmask(room, start, f->mask, 0);
    if (f->opcode == WS_CLOSE && payload.len >= 2)
        return ws_close_code_is_legal((uint16_t)(room[0] << 8 | room[1])) ? CONTENT_FITS
                                                                          : CONTENT_WRONG;
    if (f->opcode == WS_CLOSE)
        return payload.len == 0 ? CONTENT_SILENT : CONTENT_WRONG;
    if (f->opcode != WS_TEXT || (f->rsv & WS_RSV1))
        return CONTENT_SILENT;
    if (!is_utf8(bytes_of(room, start.len), f->fin && start.len == payload.len))
        return CONTENT_WRONG;
    return f->fin && payload.len >= LEAST_TEXT ? CONTENT_FITS : CONTENT_SILENT;
}

struct walk {
    uint32_t last_mask;
    unsigned points, headers;
    bool in_message;
};

static bool is_next(const struct ws_chain_rule *r, const struct walk *w, const struct ws_header *f)
{
    const uint32_t faults =
        ws_header_faults(f, r->direction, r->deflate) | ws_order_faults(f, w->in_message);

    if ((faults & ~(uint32_t)WS_FAULTS_OF_MASKING) != 0 || f->frame.masked != r->masked)
        return false;
    return !r->masked || r->mask_repeats || w->headers == 0 || f->frame.mask != w->last_mask;
}

static void step(struct walk *w, const struct ws_frame_event *f)
{
    const bool control = ws_is_control(f->opcode);

    w->headers++;
    w->last_mask = f->mask;
    if (!control)
        w->in_message = !f->fin;
    if (control || f->length > 0) /* empty data frames: runs of a pattern look like that */
        w->points++;
}

struct ws_chain ws_chain_walk(const struct ws_chain_rule *r, struct bytes in)
{
    struct ws_chain chain = {.end = WS_CHAIN_BROKEN};
    struct walk w = {0};
    struct ws_header f;

    if (in.len > 0 && (in.at[0] & 0x0f) == WS_CONTINUATION) /* never the first */
        return chain;
    while (ws_read_header(in, &f)) {
        if (!is_next(r, &w, &f))
            return chain;
        step(&w, &f.frame);
        in = bytes_after(in, f.size);
        if (w.points >= r->points) {
            chain.end = WS_CHAIN_HOLDS;
            return chain;
        }
        if (in.len < f.frame.length) {
            chain.end = WS_CHAIN_SHORT;
            return chain;
        }
        const enum content inside = look_inside(&f.frame, bytes_first(in, f.frame.length));
        if (inside == CONTENT_WRONG)
            return chain;
        w.points += inside == CONTENT_FITS ? FITS_CONTENT : 0;
        chain.frames++;
        in = bytes_after(in, f.frame.length);
        if (w.points >= r->points) {
            chain.end = WS_CHAIN_HOLDS;
            return chain;
        }
    }
    chain.end = WS_CHAIN_SHORT;
    chain.tiled = in.len == 0 && chain.frames > 0;
    return chain;
}
