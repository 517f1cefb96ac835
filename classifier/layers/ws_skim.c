/* SPDX-License-Identifier: MIT */
#include "layers/ws_skim.h"

#include "base/simd.h"
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

static uint8_t first_byte(struct ws_plain f)
{
    return f.payload[0] ^ (uint8_t)(f.mask >> 24);
}

/* What ws_inside.h would listen to is not skimmed. */
static bool is_unheard(const struct websocket *ws, const struct host *h, enum direction d,
                       struct ws_plain f)
{
    if (f.opcode == WS_TEXT)
        return ws->heard[d] >= WS_HEARD_ALL || !ws_speech_may_begin(first_byte(f));
    return !h->carry_wanted && (ws->noise_over || (h->carried_known && ws->inside == NULL));
}

/* What is known of a message before its bytes are clear. */
struct glimpse {
    bool ascii, without; /* host.part is not in it */
};

/* Is it what it should be, and does no rule take note of it? */
static inline bool is_unheeded_clear(struct host *h, enum direction d, uint8_t opcode,
                                     struct bytes clear, struct glimpse g)
{
    if ((h->interest & INTEREST_VALIDITY) != 0 && opcode == WS_TEXT && !g.ascii &&
        !utf8_is_whole(clear))
        return false;
    if (g.without)
        return !h->heeds_without(h, d, opcode);
    return h->heeds == NULL || !h->heeds(h, d, opcode, clear);
}

static bool is_unheeded_masked(struct host *h, enum direction d, struct ws_plain f,
                               struct glimpse g)
{
    uint8_t room[SKIM_MOST];

    if (f.length > SKIM_MOST)
        return false;
    g.ascii = ws_unmask(room, bytes_of(f.payload, f.length), f.mask, 0);
    return is_unheeded_clear(h, d, f.opcode, bytes_of(room, f.length), g);
}

/* Mostly what is looked for is not there, and all is ASCII: told without a clear copy. */
static inline bool is_unheeded(struct host *h, enum direction d, struct ws_plain f)
{
    const struct bytes payload = bytes_of(f.payload, f.length);
    struct glimpse g = {.ascii = false};

    if (h->part != NULL)
        g.without = !simd()->look(h->part, payload, f.mask, &g.ascii);
    if (g.without && (g.ascii || f.opcode != WS_TEXT || (h->interest & INTEREST_VALIDITY) == 0))
        return !h->heeds_without(h, d, f.opcode);
    return f.mask != 0 ? is_unheeded_masked(h, d, f, g)
                       : is_unheeded_clear(h, d, f.opcode, payload, g);
}

/* What begin_frame() and read_payload() of ws_message.c come to for such a message, but for what
 * they leave in side->message: of one that is over nobody asks more than what is there. */
static void count(struct websocket *ws, enum direction d, struct ws_plain f)
{
    struct ws_side *s = &ws->side[d];

    if (d == TO_SERVER)
        ws_mask_note(s, f.mask);
    s->offset += (uint64_t)f.size + f.length;
    ws->totals.frames[d]++;
    ws->totals.messages[d]++;
    ws->totals.payload[d] += f.length;
    if (f.opcode == WS_BINARY) {
        ws->totals.binary[d]++;
    } else {
        ws->totals.text[d]++;
        if (ws->heard[d] < WS_HEARD_ALL)
            ws->heard[d] = (uint8_t)(ws->heard[d] + WS_HEARD_BLANK);
    }
}

/* All of `in` lies inside a payload that nobody reads. */
static bool is_passed(const struct ws_side *s, const struct host *h, struct bytes in)
{
    const uint8_t opcode = ws_current_opcode(&s->decoder);

    return s->decoder.in_payload && in.len < s->decoder.left && !ws_is_control(opcode) &&
           !ws_is_reserved(opcode) && ws_payload_is_passed(h, &s->message);
}

static size_t pass(struct websocket *ws, const struct host *h, enum direction d, struct bytes in)
{
    struct ws_side *s = &ws->side[d];

    if (ws->joined || !is_passed(s, h, in))
        return 0;
    s->decoder.left -= in.len;
    s->offset += in.len;
    s->message.wire_length += in.len;
    ws->totals.payload[d] += in.len;
    return in.len;
}

static inline size_t skim(struct websocket *ws, struct host *h, enum direction d, struct bytes in)
{
    const struct ws_side *s = &ws->side[d];
    struct ws_watch *watch = NULL;
    struct bytes left = in;
    struct ws_plain f;

    if (!s->calm || ws->offers)
        return pass(ws, h, d, in);
    if (is_told(h) ||
        ((h->interest & INTEREST_FIGURES) != 0 && (watch = ws_figures_watch(ws)) == NULL))
        return 0;
    const bool looks = h->heeds != NULL || (h->interest & INTEREST_VALIDITY) != 0;
    do {
        if ((d == TO_SERVER && ws_mask_is_suspect(s)) || !ws_read_plain(left, d, &f) ||
            !is_unheard(ws, h, d, f))
            break;
        if (looks && !is_unheeded(h, d, f))
            break;
        count(ws, d, f);
        if (watch != NULL)
            ws_figures_plain(watch, h->time_ns, d, f.length);
        left = bytes_after(left, (size_t)f.size + f.length);
    } while (left.len > 0);
    return in.len - left.len;
}

/* Each direction by itself: who knows it when it is compiled asks less. */
static size_t skim_client(void *state, struct host *h, enum direction d, struct bytes in)
{
    (void)d;
    return skim(state, h, TO_SERVER, in);
}

static size_t skim_server(void *state, struct host *h, enum direction d, struct bytes in)
{
    (void)d;
    return skim(state, h, TO_CLIENT, in);
}

size_t ws_skim(void *state, struct host *h, enum direction d, struct bytes in)
{
    static size_t (*const by[])(void *state, struct host *h, enum direction d, struct bytes in) = {
        [TO_SERVER] = skim_client, [TO_CLIENT] = skim_server};

    return by[d](state, h, d, in);
}
