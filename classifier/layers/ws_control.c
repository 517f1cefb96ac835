/* SPDX-License-Identifier: MIT */
/* The payload of control frames (RFC 6455 s5.5), each of which is a message of its own. */
#include "layers/ws_payload.h"

#include "base/cursor.h"
#include "layers/ws_anomaly.h"
#include "layers/ws_clear.h"
#include "layers/ws_keep.h"

void ws_payload_control_begin(struct websocket *ws, struct host *h, enum direction d)
{
    struct ws_detail_side *x;

    ws->side[d].control_lossy = false;
    if (h->interest & INTEREST_KEEP && (x = ws_detail_side(ws, h, d)) != NULL)
        ws_keep_begin(h, &x->control);
}

void ws_payload_control(struct websocket *ws, struct host *h, enum direction d, struct bytes wire)
{
    const uint8_t opcode = ws_current_opcode(&ws->side[d].decoder);
    const bool keeps = opcode == WS_CLOSE || (h->interest & INTEREST_KEEP);
    uint8_t room[CLEAR_CHUNK];

    if (opcode != WS_CLOSE && !(h->interest & READS_ALL))
        return;
    struct masked piece = masked_piece(&ws->side[d].decoder, wire);
    struct ws_detail_side *x = keeps ? ws_detail_side(ws, h, d) : NULL;
    while (piece.left.len > 0) {
        const struct bytes clear = next_clear(&piece, room);
        emit_slice(h, d, opcode, clear);
        if (x != NULL)
            ws_keep_add(h, &x->control, clear, ws_keep_limit(h, opcode));
    }
}

/* RFC 6455 s5.5.1, s7.4: a code of two bytes, then a reason in UTF-8. */
static void read_close(struct ws_side *s, struct host *h, enum direction d, struct bytes body,
                       struct ws_message_event *out)
{
    struct cursor c = cursor_over(bytes_first(body, WS_CONTROL_MAX));
    struct utf8 text = {0};

    if (body.len == 0)
        return;
    out->close_code = cursor_be16(&c);
    if (c.truncated) {
        ws_anomaly(s, h, WS_CLOSE_LENGTH, d, 0);
        return;
    }
    if (!ws_close_code_is_legal(out->close_code))
        ws_anomaly(s, h, WS_CLOSE_CODE, d, 0);
    out->close_reason = c.left;
    const size_t good = utf8_feed(&text, c.left);
    if (good < c.left.len || (!utf8_complete(&text) && out->wire_length <= WS_CONTROL_MAX))
        ws_anomaly(s, h, WS_BAD_UTF8, d, 2 + good);
}

void ws_payload_control_end(struct websocket *ws, struct host *h, enum direction d,
                            struct ws_message_event *out)
{
    struct ws_side *s = &ws->side[d];
    struct ws_detail_side *x = ws_detail_side_of(ws, d);
    struct ws_keep *k = x != NULL ? &x->control : NULL;

    out->complete = out->fin && !s->control_lossy && s->decoder.left == 0;
    if (out->opcode == WS_CLOSE && k != NULL && out->complete)
        read_close(s, h, d, bytes_of(k->at, k->len), out);
    if (out->opcode == WS_CLOSE && ws->totals.close_by < 0) {
        ws->totals.close_by = (int8_t)d;
        ws->totals.close_code = out->close_code;
    }
    if (k != NULL)
        ws_keep_report(h, k, out);
}
