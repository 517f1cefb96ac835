/* SPDX-License-Identifier: MIT */
#include "layers/ws_skim.h"

#include "layers/ws_figures.h"
#include "layers/ws_inside.h"
#include "layers/ws_mask.h"
#include "layers/ws_payload.h"
#include "layers/ws_unmask.h"

#define SKIM_MOST 4096 /* bytes of a masked message that is looked at in one go */

/* Somebody is told of every message, or sees its bytes, whatever is in it. */
static bool is_told(const struct host *h)
{
    return (h->interest & (INTEREST_FRAMES | INTEREST_KEEP)) != 0 ||
           ((h->interest & (INTEREST_MESSAGES | INTEREST_PAYLOAD)) != 0 && h->heeds == NULL);
}

/* Could a whole message begin and end here with nothing to say of it, by what came before? */
static bool is_calm(const struct websocket *ws, const struct host *h, const struct ws_side *s)
{
    return s->calm && !ws->offers && !ws_mask_is_suspect(s) &&
           (!(h->interest & INTEREST_FIGURES) || ws_figures_of(ws) != NULL);
}

static uint8_t first_byte(const struct ws_plain *f)
{
    return f->payload[0] ^ (uint8_t)(f->mask >> 24);
}

/* What ws_inside.h would listen to is not skimmed. */
static bool is_unheard(const struct websocket *ws, const struct host *h, enum direction d,
                       const struct ws_plain *f)
{
    if (f->opcode == WS_TEXT)
        return ws->heard[d] >= WS_HEARD_ALL || !ws_speech_may_begin(first_byte(f));
    return !h->carry_wanted && (ws->noise_over || (h->carried_known && ws->inside == NULL));
}

static bool is_validated(const struct host *h, const struct ws_plain *f)
{
    return (h->interest & INTEREST_VALIDITY) != 0 && f->opcode == WS_TEXT;
}

/* Is it what it should be, and does no rule take note of it? */
static bool is_unheeded(struct host *h, enum direction d, const struct ws_plain *f)
{
    struct bytes clear = bytes_of(f->payload, f->length);
    uint8_t room[SKIM_MOST];
    bool ascii = false;

    if (f->mask != 0) {
        if (f->length > SKIM_MOST)
            return false;
        ascii = ws_unmask(room, clear, f->mask, 0);
        clear.at = room;
    }
    if (is_validated(h, f) && !ascii && !utf8_is_whole(clear))
        return false;
    return h->heeds == NULL || !h->heeds(h, d, f->opcode, clear);
}

/* What begin_frame() and read_payload() of ws_message.c come to for such a message. */
static void count(struct websocket *ws, const struct host *h, enum direction d,
                  const struct ws_plain *f)
{
    struct ws_side *s = &ws->side[d];

    if (d == TO_SERVER)
        ws_mask_note(s, f->mask);
    s->offset += (uint64_t)f->size + f->length;
    s->message = (struct ws_message){.opcode = f->opcode,
                                     .wire_length = f->length,
                                     .mask = f->mask,
                                     .fragments = 1,
                                     .masked = d == TO_SERVER,
                                     .fin = true};
    ws->totals.frames[d]++;
    ws->totals.messages[d]++;
    ws->totals.payload[d] += f->length;
    if (f->opcode == WS_BINARY)
        ws->totals.binary[d]++;
    else
        ws->totals.text[d]++;
    if (f->opcode == WS_TEXT && ws->heard[d] < WS_HEARD_ALL)
        ws->heard[d] = (uint8_t)(ws->heard[d] + WS_HEARD_BLANK);
    if (h->interest & INTEREST_FIGURES)
        ws_figures_plain(ws, h, d);
}

/* All of `in` lies inside a payload that nobody reads. */
static bool is_passed(const struct ws_side *s, const struct host *h, struct bytes in)
{
    const uint8_t opcode = ws_current_opcode(&s->decoder);

    return in.len < s->decoder.left && !ws_is_control(opcode) && !ws_is_reserved(opcode) &&
           ws_payload_is_passed(h, &s->message);
}

static size_t pass(struct websocket *ws, const struct host *h, enum direction d, struct bytes in)
{
    struct ws_side *s = &ws->side[d];

    if (!is_passed(s, h, in))
        return 0;
    s->decoder.left -= in.len;
    s->offset += in.len;
    s->message.wire_length += in.len;
    ws->totals.payload[d] += in.len;
    return in.len;
}

size_t ws_skim(void *state, struct host *h, enum direction d, struct bytes in)
{
    struct websocket *ws = state;
    const struct ws_side *s = &ws->side[d];
    struct bytes left = in;
    struct ws_plain f;

    if (ws->joined)
        return 0;
    if (s->decoder.in_payload)
        return pass(ws, h, d, in);
    if (is_told(h))
        return 0;
    while (left.len > 0 && is_calm(ws, h, s) && ws_read_plain(left, d, &f) &&
           is_unheard(ws, h, d, &f) &&
           ((h->heeds == NULL && !is_validated(h, &f)) || is_unheeded(h, d, &f))) {
        count(ws, h, d, &f);
        left = bytes_after(left, (size_t)f.size + f.length);
    }
    return in.len - left.len;
}
