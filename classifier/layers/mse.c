/* SPDX-License-Identifier: MIT */
/* mse.c - the layer mse: BitTorrent under message stream encryption (MSE/PE).
 *
 * In:    a stream that begins with MSE's handshake (mse_shape.h), or whose turns fit BitTorrent's
 *        messages (mse_grammar.h), found by raw.c wherever the capture began.
 * Out:   EVENT_BITTORRENT "mse" when it is probable, and again when it is strong; a sign with its
 *        weight for each reason. Where both sides agreed to encrypt the handshake only, BitTorrent
 *        in the clear follows it (mse_clear.h). What follows and cannot be BitTorrent takes it
 *        back: replace("raw"), while it is no more than probable.
 * State: struct mse; and until B's answer is over, what A says then (mse_clear.h).
 *
 * The handshake alone is `probable`: every byte of it is made to look random. `strong` needs
 * another witness: an end that is known to take part in BitTorrent; or turns that fit its
 * messages, whole blocks among them; fewer of these do where the lengths are one program's own, or
 * the same client has two more such connections.
 */
#include "layers/mse.h"

#include "layers/layers.h"
#include "layers/mse_clear.h"
#include "layers/noise.h"
#include "layers/mse_shape.h"
#include "layers/probe.h"
#include "layers/raw.h"

#define NOISE_BYTES   1024  /* of a turn that are judged at a time */
#define NOISE_SPAN    16384 /* of a direction; then it is believed */
#define ALIKE_ENOUGH  2
#define STRONG_MARGIN 4  /* bits of grammar above what is needed */
#define SOME_GRAMMAR  5  /* bits, where another witness speaks */
#define SMALL         35 /* bytes: below, AEAD has no turns, and BitTorrent many */
#define TINY          18

#define SHAPE_BITS                                                                                 \
    6 /* mse_shape() lets pass one random stream of a hundred, of lengths as HTTP's */
#define EXACT_BITS 7 /* of about 500 lengths, the one */
#define PEER_BITS  10
#define ALIKE_BITS 4

#define BARE_PROOF  (MSE_PROOF + PEER_GREETING_LEN)  /* 124: no padding, as Transmission sends it */
#define BARE_ANSWER (MSE_ANSWER + PEER_GREETING_LEN) /* 82 */

struct mse {
    struct mse_grammar grammar;
    struct noise noise[2]; /* by direction: of its turn, since it was last judged */
    uint32_t judged[2];    /* bytes, up to NOISE_SPAN */
    uint32_t again[2];     /* bytes of the opening still to be fed: their turns are weighed */
    struct mse_clear clear;
    enum confidence sure;
    bool by_shape; /* its handshake was seen */
    bool gone;     /* taken back */
    bool exact;    /* with the lengths of a program that does not pad */
};

static struct recognition mse_recognise(const struct opening *o)
{
    return mse_shape(o);
}

static void tell(const struct mse *m, struct host *h)
{
    struct event e = {.kind = EVENT_BITTORRENT, .direction = TO_SERVER};

    e.as.bittorrent =
        (struct bittorrent_event){.kind = "mse", .encrypted = true, .confidence = m->sure};
    h->emit(h, &e);
}

static void become_surer(struct mse *m, struct host *h, enum confidence sure)
{
    m->sure = sure;
    h->claim(h, sure);
    tell(m, h);
}

/* ---- who else says so ---- */

static bool peer_is_known(struct host *h)
{
    const struct known_peer *k = h->known_peer(h);

    if (k == NULL || k->source == PEER_DHT_NODE)
        return false;
    h->weigh(h, PEER_BITS, "an end of it is known to take part in BitTorrent",
             bytes_of_text(peer_source_name(k->source)));
    return true;
}

static bool grammar_is_strong(const struct mse *m)
{
    return m->by_shape && mse_grammar_fits(&m->grammar) && m->grammar.blocks > 0 &&
           m->grammar.requests > 0 && mse_grammar_margin(&m->grammar) >= STRONG_MARGIN;
}

/* Lengths of one program, or connections alike: chance, or a habit of the host, but for grammar. */
static bool grammar_is_some(const struct mse *m)
{
    return mse_grammar_bits(&m->grammar) >= SOME_GRAMMAR && m->grammar.blocks > 0 &&
           m->grammar.requests > 0 && !mse_grammar_is_refuted(&m->grammar);
}

static bool others_are_alike(const struct mse *m, struct host *h)
{
    if (!m->by_shape || h->others_alike(h) < ALIKE_ENOUGH || !grammar_is_some(m))
        return false;
    h->weigh(h, ALIKE_BITS, "the same client has two more such connections, to other ports",
             bytes_of(NULL, 0));
    return true;
}

static bool grammar_says(const struct mse *m, struct host *h)
{
    if (!grammar_is_strong(m) && !(m->exact && grammar_is_some(m)))
        return false;
    h->weigh(h, mse_grammar_bits(&m->grammar),
             "turns have the lengths of BitTorrent's messages, whole blocks among them",
             bytes_of(NULL, 0));
    return true;
}

/* A guess is a handshake that came to nothing: one step more is all that anybody can give it. */
static void hear_witnesses(struct mse *m, struct host *h)
{
    if (m->sure > CONFIDENCE_PROBABLE)
        return;
    if (m->sure == CONFIDENCE_GUESS) {
        if (peer_is_known(h))
            become_surer(m, h, CONFIDENCE_PROBABLE);
    } else if (peer_is_known(h) || grammar_says(m, h) || others_are_alike(m, h))
        become_surer(m, h, CONFIDENCE_STRONG);
}

/* ---- opened ---- */

static void mse_open(void *state, struct host *h, const void *arg)
{
    struct mse *m = state;
    const struct mse_joined *joined = arg;

    if (joined == NULL)
        return;
    m->grammar = *joined->grammar;
    h->weigh(h, mse_grammar_bits(&m->grammar),
             "random bytes in turns of BitTorrent's lengths: requests of 17, blocks of 16397",
             bytes_of(NULL, 0));
    become_surer(m, h, CONFIDENCE_PROBABLE);
    hear_witnesses(m, h);
}

static void weigh_lengths(struct mse *m, struct host *h, const struct opening *o)
{
    h->weigh(h, SHAPE_BITS, "its first four turns have the lengths of an MSE handshake",
             bytes_of(NULL, 0));
    if (o->turns < MSE_EXCHANGES)
        return;
    const bool proof = o->turn[2].bytes.len == BARE_PROOF;
    const bool answer = mse_shape_is_answered(o) && o->turn[3].bytes.len == BARE_ANSWER;
    m->exact = proof && answer;
    if (proof)
        h->weigh(h, EXACT_BITS, "the proof has 124 bytes: no padding, and BitTorrent's handshake",
                 bytes_of(NULL, 0));
    if (answer)
        h->weigh(h, EXACT_BITS, "the answer has 82 bytes: no padding, and BitTorrent's handshake",
                 bytes_of(NULL, 0));
    if (mse_shape_greets_late(o) && o->turns > MSE_EXCHANGES &&
        o->turn[MSE_EXCHANGES].bytes.len == PEER_GREETING_LEN)
        h->weigh(h, EXACT_BITS, "then 68 bytes: BitTorrent's handshake", bytes_of(NULL, 0));
}

static void mse_join(void *state, struct host *h, const struct opening *o)
{
    struct mse *m = state;
    size_t a_talks = 0;

    for (uint8_t n = 0; n < o->turns; n++) {
        m->again[o->turn[n].direction] += (uint32_t)o->turn[n].bytes.len;
        if (n < MSE_EXCHANGES && o->turn[n].direction == TO_SERVER)
            a_talks += o->turn[n].bytes.len;
        m->grammar.side[o->turn[n].direction].residues |=
            (uint8_t)(n < MSE_EXCHANGES ? 1U << o->turn[n].bytes.len % 4 : 0);
        if (n < MSE_EXCHANGES)
            continue;
        mse_grammar_turn(&m->grammar, o->turn[n].direction);
        mse_grammar_feed(&m->grammar, o->turn[n].bytes);
    }
    mse_clear_begin(&m->clear, a_talks, mse_shape_greets_late(o));
    m->by_shape = true;
    m->sure = CONFIDENCE_GUESS;
    weigh_lengths(m, h, o);
    if (mse_shape_is_whole(o))
        become_surer(m, h, CONFIDENCE_PROBABLE);
    hear_witnesses(m, h);
}

/* ---- what follows ---- */

/* Returns false: it is gone. `for_good`: nothing that it says can make it BitTorrent again. */
static bool take_back(struct mse *m, struct host *h, bool for_good, const char *why)
{
    const struct raw_given_back given = {.grammar = for_good ? NULL : &m->grammar};

    m->gone = true;
    h->note(h, why, bytes_of(NULL, 0));
    h->replace(h, "raw", &given, false);
    return false;
}

/* Returns whether it still is MSE. */
static bool judge_noise(struct mse *m, struct host *h, enum direction d)
{
    const struct noise noise = m->noise[d];

    m->noise[d] = (struct noise){0};
    if (noise.bytes < NOISE_LEAST || m->sure > CONFIDENCE_PROBABLE ||
        noise_holds(&noise, NOISE_LENIENT))
        return true;
    return take_back(m, h, true, "taken back: what follows is not encrypted");
}

/* Cut where the bytes say so, not the segments. Returns how much was used before it was taken back,
 * or all. */
static size_t hear_noise(struct mse *m, struct host *h, enum direction d, struct bytes in)
{
    struct bytes left = bytes_first(in, NOISE_SPAN - m->judged[d]);

    if (m->sure > CONFIDENCE_PROBABLE)
        return in.len; /* nothing takes it back any more */
    m->judged[d] += (uint32_t)left.len;
    while (left.len > 0) {
        const struct bytes part = bytes_first(left, NOISE_BYTES - m->noise[d].bytes);
        noise_feed(&m->noise[d], part);
        left = bytes_after(left, part.len);
        if (m->noise[d].bytes == NOISE_BYTES && !judge_noise(m, h, d))
            return (size_t)(part.at + part.len - in.at);
    }
    return in.len;
}

/* Turns after the handshake, and what peers have said by then in 99 of 100 connections. */
enum { ALIKE_TURNS = 2, COUNTED_TURNS = 4, SMALL_TURNS = 8, UNLIKE_TURNS = 8, SILENT_TURNS = 16 };

static bool is_counted(const struct mse_side *s)
{
    return (s->residues & (s->residues - 1)) == 0;
}

/* NULL: nothing. Of what can turn round again nothing is said for good. */
static const char *contradiction(const struct mse *m, bool *for_good)
{
    const struct mse_grammar *g = &m->grammar;
    const bool blocks = g->blocks + g->nearly > 0;

    *for_good = true;
    if (mse_grammar_is_refuted(g))
        return "taken back: its turns begin alike, or with their lengths";
    if (g->turns >= COUNTED_TURNS && is_counted(&g->side[0]) && is_counted(&g->side[1]))
        return "taken back: its turns are multiples of four bytes, or one more always";
    if (g->turns >= COUNTED_TURNS && g->low_bits == 0)
        return "taken back: its turns are multiples of 16 bytes";
    *for_good = false;
    if (g->side[0].alike >= ALIKE_TURNS || g->side[1].alike >= ALIKE_TURNS)
        return "taken back: turns of one length follow one another, and no messages have it";
    if (g->turns >= SMALL_TURNS && g->shortest > SMALL && g->requests == 0 && !blocks)
        return "taken back: no turn is short, a request or a block";
    if (g->turns >= UNLIKE_TURNS && g->quarters <= -4 && g->shortest > TINY)
        return "taken back: its turns have other lengths than BitTorrent's messages";
    if (g->turns >= SILENT_TURNS && mse_grammar_bits(g) == 0)
        return "taken back: hardly a turn has the length of BitTorrent's messages";
    return NULL;
}

static bool turn_is_over(struct mse *m, struct host *h, enum direction d)
{
    bool for_good = false;

    if (!judge_noise(m, h, d))
        return false;
    if (m->sure == CONFIDENCE_GUESS)
        become_surer(m, h, CONFIDENCE_PROBABLE);
    hear_witnesses(m, h);
    if (!m->by_shape || m->sure > CONFIDENCE_PROBABLE)
        return true;
    const char *why = contradiction(m, &for_good);
    return why == NULL || take_back(m, h, for_good, why);
}

/* The bytes of the opening come again; their turns were weighed in join(). */
static struct bytes after_opening(struct mse *m, enum direction d, struct bytes in)
{
    const size_t n = bytes_first(in, m->again[d]).len;

    m->again[d] -= (uint32_t)n;
    return bytes_after(in, n);
}

static size_t mse_feed(void *state, struct host *h, enum direction d, struct bytes in)
{
    struct mse *m = state;
    const size_t covered = mse_clear_covers(&m->clear, d, in.len);
    const size_t clear = mse_clear_feed(&m->clear, h, d, in);
    const struct bytes here = clear > 0 ? bytes_first(in, clear) : in;
    const struct bytes fresh = after_opening(m, d, here);
    const size_t before = here.len - fresh.len;

    if (fresh.len > 0 && mse_grammar_turn(&m->grammar, d) &&
        !turn_is_over(m, h, direction_other(d)))
        return before;
    mse_grammar_feed(&m->grammar, fresh);
    const size_t unjudged = bytes_first(here, covered > before ? covered : before).len;
    const size_t used = unjudged + hear_noise(m, h, d, bytes_after(here, unjudged));
    if (clear > 0 && !m->gone) {
        become_surer(m, h, CONFIDENCE_CERTAIN);
        mse_clear_become(&m->clear, h);
    }
    return used;
}

/* Nothing takes it back any more, or a turn only goes on. */
static size_t mse_skim(void *state, struct host *h, enum direction d, struct bytes in)
{
    struct mse *m = state;
    const size_t judged = bytes_first(in, NOISE_SPAN - m->judged[d]).len;

    if (m->clear.seeks)
        return 0;
    if (m->sure > CONFIDENCE_PROBABLE)
        return in.len;
    if (m->again[d] > 0 || !m->grammar.begun || m->grammar.speaks != d ||
        m->noise[d].bytes + judged >= NOISE_BYTES)
        return 0;
    (void)mse_grammar_turn(&m->grammar, d);
    mse_grammar_feed(&m->grammar, in);
    return hear_noise(m, h, d, in);
}

static void mse_gap(void *state, struct host *h, enum direction d, uint64_t n)
{
    struct mse *m = state;

    (void)h;
    m->again[d] = 0;
    m->noise[d] = (struct noise){0};
    mse_clear_gap(&m->clear, d, n);
    mse_grammar_gap(&m->grammar, d, n);
}

static void mse_close(void *state, struct host *h, enum close_reason why)
{
    (void)why;
    mse_clear_end(&((struct mse *)state)->clear, h);
}

const struct layer layer_mse = {
    .name = "mse",
    .app = "bittorrent",
    .application = true,
    .state_size = sizeof(struct mse),
    .recognise = mse_recognise,
    .open = mse_open,
    .join = mse_join,
    .feed = mse_feed,
    .skim = mse_skim,
    .gap = mse_gap,
    .close = mse_close,
};
