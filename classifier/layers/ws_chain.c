/* SPDX-License-Identifier: MIT */
#include "layers/ws_chain.h"

#include "base/utf8.h"
#include "layers/ws_unmask.h"

#define LEAST_TEXT   4  /* bytes: shorter text is UTF-8 by chance */
#define FITS_CONTENT 2  /* points */
#define MOST_HEADERS 16 /* of a chain: if they do not prove it, more of the same will not */

static bool is_utf8(struct bytes in, bool whole)
{
    struct utf8 text = {0};
    return utf8_feed(&text, in) == in.len && (!whole || utf8_complete(&text));
}

/* RFC 6455 s5.5.1 */
static enum ws_content judge_close(struct bytes body)
{
    if (body.len == 0)
        return CONTENT_SILENT;
    if (body.len < 2 || !ws_close_code_is_legal((uint16_t)(body.at[0] << 8 | body.at[1])))
        return CONTENT_WRONG;
    return is_utf8(bytes_after(body, 2), true) ? CONTENT_FITS : CONTENT_WRONG;
}

enum ws_content ws_look_inside(const struct ws_frame_event *f, struct bytes payload)
{
    uint8_t room[WS_LOOKED_AT];
    const struct bytes clear = bytes_of(room, bytes_first(payload, sizeof(room)).len);

    if (f->opcode != WS_CLOSE && (f->opcode != WS_TEXT || (f->rsv & WS_RSV1)))
        return CONTENT_SILENT;
    ws_unmask(room, bytes_first(payload, sizeof(room)), f->mask, 0);
    if (f->opcode == WS_CLOSE)
        return judge_close(clear);
    if (!is_utf8(clear, f->fin && clear.len == f->length))
        return CONTENT_WRONG;
    return f->fin && f->length >= LEAST_TEXT ? CONTENT_FITS : CONTENT_SILENT;
}

bool ws_walk_accepts(const struct ws_chain_rule *r, const struct ws_walk *w,
                     const struct ws_header *f)
{
    uint32_t faults = ws_header_faults(f, r->direction, r->deflate);
    if (w->data_seen || !r->in_midst)
        faults |= ws_order_faults(f, w->in_message);

    if ((faults & ~(uint32_t)WS_FAULTS_OF_MASKING) != 0 || f->frame.masked != r->masked)
        return false;
    if (w->headers == 0)
        return r->in_midst || f->frame.opcode != WS_CONTINUATION;
    return !r->masked || r->mask_repeats || f->frame.mask != w->last_mask;
}

void ws_walk_take(struct ws_walk *w, const struct ws_frame_event *f)
{
    const bool control = ws_is_control(f->opcode);

    w->headers++;
    w->last_mask = f->mask;
    if (!control) {
        w->in_message = !f->fin;
        w->data_seen = true;
    }
    if (control || f->length > 0) /* empty data frames: runs of a pattern look like that */
        w->points++;
}

static enum ws_chain_end walk_frame(const struct ws_chain_rule *r, struct ws_walk *w,
                                    const struct ws_header *f, struct bytes after)
{
    if (w->headers == MOST_HEADERS || !ws_walk_accepts(r, w, f))
        return WS_CHAIN_BROKEN;
    ws_walk_take(w, &f->frame);
    if (w->points >= r->points)
        return WS_CHAIN_HOLDS;
    if (after.len < f->frame.length)
        return WS_CHAIN_SHORT;
    const enum ws_content inside = ws_look_inside(&f->frame, bytes_first(after, f->frame.length));
    if (inside == CONTENT_WRONG)
        return WS_CHAIN_BROKEN;
    if (inside == CONTENT_FITS)
        w->points += FITS_CONTENT;
    return w->points >= r->points ? WS_CHAIN_HOLDS : WS_CHAIN_SHORT;
}

struct ws_chain ws_chain_walk(const struct ws_chain_rule *r, struct bytes in)
{
    struct ws_chain chain = {.end = WS_CHAIN_SHORT};
    struct ws_walk w = {0};
    struct ws_header f;
    bool whole = true;

    while (whole && ws_read_header(in, &f)) {
        const struct bytes after = bytes_after(in, f.size);
        chain.end = walk_frame(r, &w, &f, after);
        chain.points = w.points;
        if (chain.end != WS_CHAIN_SHORT)
            return chain;
        whole = after.len >= f.frame.length;
        in = bytes_after(after, f.frame.length);
    }
    chain.tiled = whole && in.len == 0;
    return chain;
}
