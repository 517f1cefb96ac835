/* SPDX-License-Identifier: MIT */
#include "identify/identify.h"

#include <stdlib.h>

#include "identify/first_byte.h"
#include "identify/nameless.h"
#include "identify/prefilter.h"
#include "identify/registry.h"
#include "layers/layers.h"

#define DPI_EARLY       64 /* bytes below which nDPI waits for a layer that needs more */
#define DPI_TURNS       4 /* of a stream that nDPI is shown: no protocol waits longer to be known */
#define DPI_PLAIN_TURNS 2 /* where they are plain */
#define FIRST_ROOM      256 /* of kept bytes; grows by GROWTH, and from MUCH_ROOM on by less */
#define GROWTH          4
#define MUCH_ROOM       1024
#define DETAIL_MAX      32 /* bytes shown of what nDPI recognised */

_Static_assert(DPI_TURN_MAX >= OPENING_MAX, "a turn of the opening is one packet to nDPI");

struct identifier {
    struct budget *budget;
    struct dpi *dpi;
    uint64_t asked[2]; /* of streams, of datagrams: registry_asked() */
    struct first_byte first;
};

/* One call's view. */
struct asking {
    size_t used; /* of what is being fed */
    struct identifier *i;
    struct identify *s;
    const struct identify_context *c;
    struct bytes seen[2]; /* all of the opening, whether kept or still in place */
    bool datagrams;
};

static bool is_ours_over_tcp(const char *name)
{
    return registry_speaks(name, false);
}

struct identifier *identifier_create(struct budget *budget, struct err *err)
{
    struct dpi *dpi = dpi_create(budget, is_ours_over_tcp, err);
    struct identifier *i = dpi != NULL ? calloc(1, sizeof(*i)) : NULL;

    if (i == NULL) {
        err_set(err, "no memory to identify with");
        dpi_free(dpi);
        return NULL;
    }
    *i = (struct identifier){
        .budget = budget, .dpi = dpi, .asked = {registry_asked(false), registry_asked(true)}};
    return i;
}

void identifier_free(struct identifier *i)
{
    if (i == NULL)
        return;
    dpi_free(i->dpi);
    free(i);
}

void identifier_start_under(struct identifier *i, pthread_mutex_t *lock)
{
    dpi_start_under(i->dpi, lock);
}

const char *identifier_ndpi_version(void)
{
    return dpi_version();
}

static struct asking asking_of(struct identifier *i, struct identify *s,
                               const struct identify_context *c)
{
    return (struct asking){
        .i = i,
        .s = s,
        .c = c,
        .seen = {bytes_of(s->kept[0], s->kept_len[0]), bytes_of(s->kept[1], s->kept_len[1])},
        .datagrams = c->transport == TRANSPORT_UDP && !c->inner,
    };
}

/* Puts the bytes behind what is kept of their direction. False: the budget refuses. */
static bool keep(struct asking *a, enum direction d, struct bytes in)
{
    struct identify *s = a->s;
    const size_t need = s->kept_len[d] + in.len;
    size_t room = s->kept_room[d] > 0 ? s->kept_room[d] : FIRST_ROOM;

    while (room < need)
        room *= room < MUCH_ROOM ? GROWTH : 2;
    if (room > s->kept_room[d]) {
        uint8_t *at = budget_alloc(a->i->budget, room);
        if (at == NULL)
            return false;
        if (s->kept_len[d] > 0)
            memcpy(at, s->kept[d], s->kept_len[d]);
        budget_free(a->i->budget, s->kept[d], s->kept_room[d]);
        s->kept[d] = at;
        s->kept_room[d] = (uint16_t)room;
    }
    memcpy(s->kept[d] + s->kept_len[d], in.at, in.len);
    s->kept_len[d] = (uint16_t)need;
    a->seen[d] = bytes_of(s->kept[d], s->kept_len[d]);
    return true;
}

/* --- turns: who spoke when, and how much ------------------------------------------------------ */

static enum direction turn_direction(const struct identify *s, size_t n)
{
    return (s->turn_to_client >> n & 1) != 0 ? TO_CLIENT : TO_SERVER;
}

static bool turn_begins(const struct asking *a, enum direction d)
{
    const struct identify *s = a->s;

    return s->turns == 0 || a->datagrams || turn_direction(s, s->turns - 1U) != d;
}

/* Bytes of turns after the last that is counted are in the opening, but not for nDPI. */
static void add_turn(const struct asking *a, enum direction d, size_t len)
{
    struct identify *s = a->s;

    s->last = d == TO_CLIENT;
    if (s->turns_over)
        return;
    if (turn_begins(a, d)) {
        if (s->turns == IDENTIFY_TURNS) {
            s->turns_over = true;
            return;
        }
        s->turn_to_client = (uint8_t)(s->turn_to_client | (d == TO_CLIENT ? 1U << s->turns : 0));
        s->turns++;
    }
    s->turn_len[s->turns - 1] = (uint16_t)(s->turn_len[s->turns - 1] + len);
}

uint8_t identify_turns(const struct identify *s, const struct bytes opening[2],
                       struct opening_turn out[IDENTIFY_TURNS])
{
    size_t at[2] = {0, 0};

    for (size_t n = 0; n < s->turns; n++) {
        const enum direction d = turn_direction(s, n);
        out[n].direction = d;
        out[n].bytes = bytes_first(bytes_after(opening[d], at[d]), s->turn_len[n]);
        at[d] += s->turn_len[n];
    }
    return s->turns;
}

/* --- answers ---------------------------------------------------------------------------------- */

static struct identity not_yet(void)
{
    return (struct identity){.result = IDENTIFIED_NOT_YET};
}

static bool decided(const struct identity *id)
{
    return id->result != IDENTIFIED_NOT_YET;
}

static struct identity answer(const struct asking *a, struct identity id)
{
    id.opening[TO_SERVER] = a->seen[TO_SERVER];
    id.opening[TO_CLIENT] = a->seen[TO_CLIENT];
    return id;
}

/* Nobody knows it. Midstream, or without its start, it could still be anything. */
static struct identity raw(const struct asking *a, enum confidence sure, const char *why)
{
    return answer(a, (struct identity){.result = IDENTIFIED_RAW,
                                       .layer = &layer_raw,
                                       .name = layer_raw.name,
                                       .confidence = a->c->midstream ? CONFIDENCE_PROBABLE : sure,
                                       .why = why});
}

/* Asks the layers, in the registry's order, until one is sure; else the surest wins. Streams:
 * whoever said NO is not asked again. Datagrams: each is asked about alone. */
static struct identity ask_layers(const struct asking *a, const struct opening *o)
{
    struct recognition best = {.answer = PROBE_NO};
    const struct layer *who = NULL;
    const uint64_t asked =
        a->i->asked[a->datagrams] & (a->datagrams ? ~UINT64_C(0) : ~a->s->refused);
    bool more = false;

    for (uint64_t left = asked; left != 0; left &= left - 1) {
        const struct layer *l = registry_layer((size_t)__builtin_ctzll(left));
        const struct recognition r = l->recognise(o);
        if (r.answer == PROBE_NO)
            a->s->refused |= left & -left;
        more = more || r.answer == PROBE_MORE;
        if (r.answer == PROBE_YES && (who == NULL || r.confidence > best.confidence)) {
            best = r;
            who = l;
            if (r.confidence >= CONFIDENCE_STRONG)
                break;
        }
    }
    a->s->more = more;
    a->s->heard = a->s->turns > 0 ? (uint8_t)(a->s->turns - 1) : 0;
    if (who == NULL)
        return not_yet();
    return answer(a, (struct identity){.result = IDENTIFIED_LAYER,
                                       .layer = who,
                                       .name = who->name,
                                       .confidence = best.confidence,
                                       .why = best.why,
                                       .detail = best.detail,
                                       .direction = best.direction,
                                       .reversed = best.reversed && a->c->midstream});
}

static struct opening opening_of(const struct asking *a, struct opening_turn turns[IDENTIFY_TURNS])
{
    return (struct opening){
        .seen = {a->seen[0], a->seen[1]},
        .ended = {a->s->ended[0] || a->seen[0].len == OPENING_MAX,
                  a->s->ended[1] || a->seen[1].len == OPENING_MAX},
        .midstream = a->c->midstream,
        .direction_known = a->c->direction_known,
        .inner = a->c->inner,
        .transport = a->c->transport,
        .turn = turns,
        .turns = identify_turns(a->s, a->seen, turns),
        .heard = a->datagrams ? 0 : a->s->heard,
        .last = (enum direction)a->s->last,
        .server_port = a->c->server.port,
    };
}

/* Neither a layer nor nDPI will say another word of the stream: it only waits to be raw. */
static bool is_settled(const struct asking *a)
{
    const struct identify *s = a->s;

    return (a->i->asked[false] & ~s->refused) == 0 && !a->datagrams && !a->c->inner &&
           s->unsaid[true] == (s->plain ? DPI_PLAIN_TURNS : DPI_TURNS);
}

static struct identity ask_about_stream(const struct asking *a, bool over)
{
    struct opening_turn turns[IDENTIFY_TURNS];

    if (is_settled(a))
        return not_yet();
    struct opening o = opening_of(a, turns);
    for (unsigned d = TO_SERVER; over && d <= TO_CLIENT; d++)
        o.ended[d] = true;
    return ask_layers(a, &o);
}

/* How many turns of a stream is nDPI shown? Where each side's first is plain, no more. */
static size_t dpi_turns(struct identify *s, const struct opening_turn *turns, size_t count)
{
    if (count <= DPI_PLAIN_TURNS)
        return count;
    if (!s->looked)
        s->plain = nameless_is_plain(turns[0].bytes) && nameless_is_plain(turns[1].bytes);
    s->looked = true;
    return s->plain ? DPI_PLAIN_TURNS : count < DPI_TURNS ? count : DPI_TURNS;
}

/* What does nDPI make of the turns so far? They are put into `turns`. Of streams, what it said
 * nothing of it is not asked about again. */
static struct dpi_answer show_dpi(const struct asking *a, bool with_ports,
                                  struct opening_turn turns[IDENTIFY_TURNS])
{
    const size_t count = identify_turns(a->s, a->seen, turns);
    const struct dpi_question q = {
        .turns = turns,
        .count = a->datagrams ? count : dpi_turns(a->s, turns, count),
        .transport = a->datagrams ? TRANSPORT_UDP : TRANSPORT_TCP,
        .client_port = with_ports ? a->c->client.port : 0,
        .server_port = with_ports ? a->c->server.port : 0,
        .talk = &a->s->talk[with_ports],
    };

    if (!a->datagrams && a->s->unsaid[with_ports] == q.count)
        return (struct dpi_answer){0};
    const struct dpi_answer said = prefilter_ask(a->i->dpi, &q);
    if (said.name == NULL && !said.content)
        a->s->unsaid[with_ports] = (uint8_t)q.count;
    return said;
}

static struct identity ask_dpi(const struct asking *a, bool with_ports)
{
    struct opening_turn turns[IDENTIFY_TURNS];
    const struct dpi_answer said = show_dpi(a, with_ports, turns);

    if (said.name == NULL || registry_speaks(said.name, a->datagrams) || (said.weak && a->c->inner))
        return not_yet();
    const bool sure =
        !said.weak && !a->c->midstream && !a->c->inner && (!with_ports || a->datagrams);
    return answer(a, (struct identity){
                         .result = IDENTIFIED_NDPI,
                         .name = said.name,
                         .confidence = sure ? CONFIDENCE_STRONG : CONFIDENCE_PROBABLE,
                         .why = with_ports && !a->datagrams
                                    ? "nDPI recognised the bytes, on a port where it looks for them"
                                    : "nDPI recognised the bytes",
                         .detail = bytes_first(turns[said.turn].bytes, DETAIL_MAX),
                         .direction = turns[said.turn].direction,
                         .ndpi = {.proto = said.proto,
                                  .category = said.category,
                                  .risks = said.risks,
                                  .risk_count = said.risk_count},
                     });
}

/* Streams: what do the bytes say alone? Asked where nDPI finds something in them on their own
 * ports, which mostly it does not. */
static struct identity ask_dpi_without_ports(const struct asking *a)
{
    struct opening_turn turns[IDENTIFY_TURNS];

    if (is_settled(a) || (a->c->inner ? nameless_are(a->seen) : !show_dpi(a, true, turns).content))
        return not_yet();
    return ask_dpi(a, false);
}

/* No more will be waited for. */
static struct identity conclude(const struct asking *a, const char *why, enum confidence sure)
{
    struct identity id = not_yet();

    if (!a->datagrams)
        id = ask_about_stream(a, true);
    if (!decided(&id) && !a->datagrams)
        id = ask_dpi_without_ports(a);
    if (!decided(&id) && !a->c->inner)
        id = ask_dpi(a, true);
    return decided(&id) ? id : raw(a, sure, why);
}

static struct identity conclude_seen(const struct asking *a)
{
    return conclude(a, "no known protocol begins like this", CONFIDENCE_STRONG);
}

static struct identity conclude_without_memory(const struct asking *a)
{
    return conclude(a, "no memory to look further (--memory)", CONFIDENCE_PROBABLE);
}

/* --- streams ---------------------------------------------------------------------------------- */

/* While a layer still asks for more, what passes by accident may wait. */
static struct identity ask_dpi_early(const struct asking *a)
{
    const struct identity id = ask_dpi_without_ports(a);
    const bool weak = !a->c->midstream && id.confidence < CONFIDENCE_STRONG;

    return decided(&id) && weak && a->s->more ? not_yet() : id;
}

/* The other side begins to speak: what was said so far is whole. */
static struct identity turn_ended(const struct asking *a)
{
    const bool early = a->seen[TO_SERVER].len < DPI_EARLY && a->seen[TO_CLIENT].len < DPI_EARLY;

    if (a->s->turns_over || (a->s->more && early))
        return not_yet();
    if (a->s->turns == IDENTIFY_TURNS && !a->s->more)
        return conclude_seen(a);
    return ask_dpi_early(a);
}

/* Adds bytes up to the next length at which something is decided. */
static struct identity add_bytes(struct asking *a, enum direction d, struct bytes in)
{
    const bool in_place = a->s->kept_len[d] == 0;

    if (in_place)
        a->seen[d] = in;
    else if (!keep(a, d, in))
        return conclude_without_memory(a);
    a->used += in.len;
    if (a->s->turns == 0)
        a->s->refused |= first_byte_refused(&a->i->first, a->c, d, in.at[0], a->i->asked[false]);
    add_turn(a, d, in.len);
    const struct identity id = ask_about_stream(a, false);
    if (decided(&id))
        return id;
    if (a->seen[d].len == OPENING_MAX || (a->seen[d].len == IDENTIFY_ENOUGH && !a->s->more))
        return conclude_seen(a);
    return in_place && !keep(a, d, in) ? conclude_without_memory(a) : not_yet();
}

static struct identity feed_stream(struct asking *a, enum direction d, struct bytes in)
{
    struct identity id = not_yet();

    if (a->s->ended[d])
        return conclude_seen(a);
    if (in.len > 0 && a->s->turns > 0 && turn_begins(a, d))
        id = turn_ended(a);
    while (!decided(&id) && in.len > 0) {
        const size_t have = a->s->kept_len[d];
        const struct bytes piece =
            bytes_first(in, (have < IDENTIFY_ENOUGH ? IDENTIFY_ENOUGH : OPENING_MAX) - have);
        id = add_bytes(a, d, piece);
        in = bytes_after(in, piece.len);
    }
    return id;
}

/* --- datagrams -------------------------------------------------------------------------------- */

/* The layers see the datagram; nDPI sees all of them again after 1, 2, 4 and 8, unless a layer
 * needs more. */
static struct identity ask_about_datagram(struct asking *a, enum direction d, struct bytes datagram)
{
    struct opening_turn said[IDENTIFY_TURNS];
    struct opening o = opening_of(a, said);
    const unsigned turns = a->s->turns;

    o.seen[d] = datagram;
    o.seen[direction_other(d)] = bytes_of(NULL, 0);
    const struct identity id = ask_layers(a, &o);
    if (decided(&id))
        return id;
    if (turns == IDENTIFY_TURNS || a->seen[d].len == OPENING_MAX)
        return conclude_seen(a);
    return (turns & (turns - 1)) == 0 && !a->s->more ? ask_dpi(a, true) : not_yet();
}

static struct identity feed_datagram(struct asking *a, enum direction d, struct bytes in)
{
    const bool in_place = a->s->kept_len[d] == 0;
    const struct bytes part = bytes_first(in, (size_t)OPENING_MAX - a->s->kept_len[d]);

    if (in.len == 0)
        return not_yet();
    if (in_place)
        a->seen[d] = part;
    else if (!keep(a, d, part))
        return conclude_without_memory(a);
    a->used = part.len;
    add_turn(a, d, part.len);
    const struct identity id = ask_about_datagram(a, d, in);
    if (decided(&id) || !in_place || keep(a, d, part))
        return id;
    return conclude_without_memory(a);
}

struct identity identify_feed(struct identifier *i, struct identify *s,
                              const struct identify_context *c, enum direction d, struct bytes in)
{
    struct asking a = asking_of(i, s, c);
    struct identity id = a.datagrams ? feed_datagram(&a, d, in) : feed_stream(&a, d, in);

    id.used = a.used;
    return id;
}

struct identity identify_ended(struct identifier *i, struct identify *s,
                               const struct identify_context *c, enum direction d)
{
    const struct asking a = asking_of(i, s, c);

    s->ended[d] = true;
    if (s->turns == 0)
        return not_yet(); /* it never carried a byte */
    if (s->ended[direction_other(d)])
        return conclude_seen(&a);
    if (a.datagrams)
        return not_yet();
    const struct identity id = ask_about_stream(&a, false);
    if (decided(&id) || s->turns_over || turn_begins(&a, d))
        return id;
    return s->more ? not_yet() : ask_dpi_without_ports(&a);
}

void identify_end(struct identifier *i, struct identify *s)
{
    for (int d = TO_SERVER; d <= TO_CLIENT; d++)
        budget_free(i->budget, s->kept[d], s->kept_room[d]);
    *s = (struct identify){0};
}
