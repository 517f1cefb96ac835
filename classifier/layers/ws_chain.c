/* SPDX-License-Identifier: MIT */
#include "layers/ws_chain.h"

#include "base/utf8.h"
#include "layers/ws_unmask.h"

#define LEAST_TEXT 4 /* bytes: shorter text is UTF-8 by chance */

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
    w->headers++;
    w->last_mask = f->mask;
    if (ws_is_control(f->opcode))
        return;
    w->in_message = !f->fin;
    w->data_seen = true;
}
