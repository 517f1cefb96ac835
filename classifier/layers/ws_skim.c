/* SPDX-License-Identifier: MIT */
#include "layers/ws_skim.h"

#include "base/apart.h"
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
        return ws->pace[d].heard >= WS_HEARD_ALL || !ws_speech_may_begin(first_byte(f));
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

APART static bool is_unheeded_masked(struct host *h, enum direction d, struct ws_plain f,
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
    struct ws_pace *p = &ws->pace[d];

    if (d == TO_SERVER)
        ws_mask_note(p, f.mask);
    p->offset += (uint64_t)f.size + f.length;
    ws->totals.frames[d]++;
    ws->totals.messages[d]++;
    ws->totals.payload[d] += f.length;
    if (f.opcode == WS_BINARY) {
        ws->totals.binary[d]++;
    } else {
        ws->totals.text[d]++;
        if (p->heard < WS_HEARD_ALL)
            p->heard = (uint8_t)(p->heard + WS_HEARD_BLANK);
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
    ws->pace[d].offset += in.len;
    s->message.wire_length += in.len;
    ws->totals.payload[d] += in.len;
    return in.len;
}

/* Whose figures; NULL: there are none, or *asked none. */
static inline struct ws_watch *watch_of(const struct websocket *ws, const struct host *h,
                                        bool *asked)
{
    *asked = (h->interest & INTEREST_FIGURES) != 0;
    return *asked ? ws_figures_watch(ws) : NULL;
}

/* What is all there is to do where nothing is asked of a message but what it counts. */
static inline void take(struct websocket *ws, const struct host *h, struct ws_watch *watch,
                        enum direction d, struct ws_plain f)
{
    count(ws, d, f);
    if (watch != NULL)
        ws_figures_plain(watch, h->time_ns, d, f.length);
}

static inline bool is_next(const struct websocket *ws, enum direction d, struct bytes in,
                           struct ws_plain *f)
{
    return !(d == TO_SERVER && ws_mask_is_suspect(&ws->pace[d])) && ws_read_plain(in, d, f);
}

static inline size_t skim(struct websocket *ws, struct host *h, enum direction d, struct bytes in)
{
    struct bytes left = in;
    struct ws_plain f;
    bool asked;

    if (!ws->pace[d].calm || ws->offers)
        return pass(ws, h, d, in);
    struct ws_watch *watch = watch_of(ws, h, &asked);
    if (is_told(h) || (asked && watch == NULL))
        return 0;
    const bool looks = h->heeds != NULL || (h->interest & INTEREST_VALIDITY) != 0;
    for (; left.len > 0; left = bytes_after(left, (size_t)f.size + f.length)) {
        if (!is_next(ws, d, left, &f) || !is_unheard(ws, h, d, f) ||
            (looks && !is_unheeded(h, d, f)))
            break;
        take(ws, h, watch, d, f);
    }
    return in.len - left.len;
}

/* Nobody asks for more of messages than their figures. */
static inline bool is_quiet(const struct host *h)
{
    const uint32_t more =
        INTEREST_FRAMES | INTEREST_KEEP | INTEREST_MESSAGES | INTEREST_PAYLOAD | INTEREST_VALIDITY;

    return (h->interest & more) == 0 && h->heeds == NULL;
}

/* is_unheard(), of what is no longer heard whatever it is. */
static inline bool is_over(const struct websocket *ws, const struct host *h, enum direction d,
                           struct ws_plain f)
{
    return f.opcode == WS_TEXT ? ws->pace[d].heard >= WS_HEARD_ALL
                               : !h->carry_wanted && ws->noise_over;
}

/* What skim_one() does with a message: skim() may know it; it is to be told; it is read. */
enum one { ONE_OTHER, ONE_TOLD, ONE_READ };

/* One message by itself: most segments hold no more, and without a loop there is little to be kept
 * at hand. `looks`: else nobody is asked about what is in it. */
static inline enum one skim_one(struct websocket *ws, struct host *h, enum direction d,
                                struct bytes *in, bool looks)
{
    struct ws_plain f;
    bool asked;

    if (!ws->pace[d].calm || ws->offers)
        return ONE_OTHER;
    struct ws_watch *watch = watch_of(ws, h, &asked);
    if ((asked && watch == NULL) || !is_next(ws, d, *in, &f) || !is_over(ws, h, d, f))
        return ONE_OTHER;
    if (looks && !is_unheeded(h, d, f))
        return ONE_TOLD;
    take(ws, h, watch, d, f);
    *in = bytes_after(*in, (size_t)f.size + f.length);
    return ONE_READ;
}

/* Each direction by itself: who knows it when it is compiled asks less. `done`: bytes before. */
APART static size_t skim_client(struct websocket *ws, struct host *h, struct bytes in, size_t done)
{
    return done + skim(ws, h, TO_SERVER, in);
}

APART static size_t skim_server(struct websocket *ws, struct host *h, struct bytes in, size_t done)
{
    return done + skim(ws, h, TO_CLIENT, in);
}

static inline size_t begin(struct websocket *ws, struct host *h, enum direction d, struct bytes in,
                           bool looks)
{
    struct bytes left = in;
    const enum one one = skim_one(ws, h, d, &left, looks);

    if (one == ONE_TOLD || left.len == 0)
        return in.len - left.len;
    return d == TO_SERVER ? skim_client(ws, h, left, in.len - left.len)
                          : skim_server(ws, h, left, in.len - left.len);
}

APART static size_t begin_client(struct websocket *ws, struct host *h, struct bytes in)
{
    return begin(ws, h, TO_SERVER, in, false);
}

APART static size_t begin_server(struct websocket *ws, struct host *h, struct bytes in)
{
    return begin(ws, h, TO_CLIENT, in, false);
}

APART static size_t look_at_client(struct websocket *ws, struct host *h, struct bytes in)
{
    return begin(ws, h, TO_SERVER, in, true);
}

APART static size_t look_at_server(struct websocket *ws, struct host *h, struct bytes in)
{
    return begin(ws, h, TO_CLIENT, in, true);
}

size_t ws_skim(void *state, struct host *h, enum direction d, struct bytes in)
{
    if (is_quiet(h))
        return d == TO_SERVER ? begin_client(state, h, in) : begin_server(state, h, in);
    if (is_told(h))
        return d == TO_SERVER ? skim_client(state, h, in, 0) : skim_server(state, h, in, 0);
    return d == TO_SERVER ? look_at_client(state, h, in) : look_at_server(state, h, in);
}
