/* SPDX-License-Identifier: MIT */
#include "layers/ws_midstream.h"

#include "model/packet.h"

static struct ws_trail_verdict look(const struct opening *o)
{
    struct ws_trail t = {.turned_too = !o->direction_known};

    for (int i = TO_SERVER; i <= TO_CLIENT; i++) {
        const enum direction d = (enum direction)i;
        ws_trail_feed(&t, d, o->seen[d], CONFIDENCE_NONE);
        if (o->ended[d] && o->seen[d].len < OPENING_MAX)
            ws_trail_end(&t, d);
        else
            ws_trail_gap(&t, d, 0);
    }
    return ws_trail_verdict(&t);
}

/* With no more than `len` bytes of whoever spoke last. */
static struct ws_trail_verdict look_at(const struct opening *all, size_t len)
{
    struct opening o = *all;

    o.seen[o.last] = bytes_first(o.seen[o.last], len);
    o.ended[o.last] = false;
    return look(&o);
}

/* What the byte that decided said, and not those behind it: how much was seen at once depends on
 * the cuts. A frame is judged once, when enough of it is there, so what was found stays found. */
struct ws_trail_verdict ws_midstream_look(const struct opening *o)
{
    const struct ws_trail_verdict all = look(o);
    size_t enough = o->seen[o->last].len, too_few = 0;

    if (all.confidence == CONFIDENCE_NONE ||
        look_at(o, enough).confidence == CONFIDENCE_NONE) /* that it ended decided */
        return all;
    while (enough - too_few > 1) {
        const size_t half = too_few + (enough - too_few) / 2;
        if (look_at(o, half).confidence == CONFIDENCE_NONE)
            too_few = half;
        else
            enough = half;
    }
    return look_at(o, enough);
}

/* The header of the first frame: of the client's, if there is one. */
static void show(const struct opening *o, const struct ws_trail_verdict *v, struct recognition *r)
{
    struct ws_header f;
    const enum direction client = v->reversed ? TO_CLIENT : TO_SERVER;

    r->direction = v->by[client].score > 0 ? client : direction_other(client);
    r->detail = bytes_after(o->seen[r->direction], v->by[r->direction].start);
    if (ws_read_header(r->detail, &f))
        r->detail = bytes_first(r->detail, f.size);
}

struct recognition ws_midstream_recognise(const struct opening *o)
{
    struct recognition r = {.answer = PROBE_NO};

    if (!o->midstream || o->inner || o->transport == TRANSPORT_UDP)
        return r;
    const struct ws_trail_verdict v = ws_midstream_look(o);
    if (v.confidence == CONFIDENCE_NONE) {
        const bool full = o->seen[TO_SERVER].len >= OPENING_MAX ||
                          o->seen[TO_CLIENT].len >= OPENING_MAX; /* then raw goes on looking */
        r.answer = full || (o->ended[TO_SERVER] && o->ended[TO_CLIENT]) ? PROBE_NO : PROBE_MORE;
        return r;
    }
    r.answer = PROBE_YES;
    r.confidence = CONFIDENCE_PROBABLE; /* the layer gets surer by itself */
    r.why = "WebSocket frames follow one another; the handshake was not captured";
    r.reversed = v.reversed;
    show(o, &v, &r);
    return r;
}
