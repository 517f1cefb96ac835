/* SPDX-License-Identifier: MIT */
#include "layers/mse_shape.h"

#include "layers/noise.h"
#include "layers/probe.h"
#include "model/packet.h"

#define FLIGHT_MAX    (MSE_KEY + MSE_PAD_MAX)
#define FIRST_WORDS   256 /* what A may say first: its handshake, and what else it knows by then */
#define A_MAX         (FLIGHT_MAX + MSE_PROOF + MSE_PAD_MAX + FIRST_WORDS)
#define B_MAX         (MSE_ANSWER + MSE_PAD_MAX + PEER_GREETING_LEN + FIRST_WORDS)
#define ANSWER        3 /* the turn of B's answer */
#define LOOK_TEXT     12
#define LOOK_ZEROS    16
#define ZEROS_MAX     2  /* among so many: noise has more once in 30,000 times */
#define SAME_MAX      3  /* equal bytes in a row */
#define PRINTABLE_MAX 20 /* in a row */
#define DISTINCT_MIN  65 /* values among 96 bytes: noise has 80, with a deviation of 3.3 */

static bool is_printable(uint8_t c)
{
    return c >= ' ' && c <= '~';
}

static bool is_text(struct bytes b)
{
    for (size_t i = 0; i < b.len; i++)
        if (!is_printable(b.at[i]) && b.at[i] != '\r' && b.at[i] != '\n' && b.at[i] != '\t')
            return false;
    return true;
}

static bool has_zeros(struct bytes b)
{
    unsigned zeros = 0;

    for (size_t i = 0; i < b.len; i++)
        zeros += b.at[i] == 0;
    return zeros > ZEROS_MAX;
}

/* Each byte is looked at, so that the compiler may take many at once. */
static bool has_same(struct bytes b)
{
    uint8_t found = 0;

    for (size_t i = SAME_MAX; i < b.len; i++)
        found |= (uint8_t)((b.at[i] == b.at[i - 1]) & (b.at[i] == b.at[i - 2]) &
                           (b.at[i] == b.at[i - 3]));
    return found != 0;
}
_Static_assert(SAME_MAX == 3, "has_same() compares with three");

/* A run that is too long goes over one of every so many bytes. */
static bool has_printable_run(struct bytes b)
{
    for (size_t at = PRINTABLE_MAX; at < b.len; at += PRINTABLE_MAX + 1) {
        size_t from = at, to = at;
        while (to < b.len && is_printable(b.at[to]))
            to++;
        while (to > at && from > 0 && is_printable(b.at[from - 1]))
            from--;
        if (to - from > PRINTABLE_MAX)
            return true;
    }
    return false;
}

static bool has_runs(struct bytes b)
{
    return has_printable_run(b) || has_same(b);
}

/* But for its runs. */
static bool is_key(struct bytes key)
{
    struct noise noise = {0};
    struct byte_counts counts;

    byte_counts_take(&counts, key);
    noise_add(&noise, &counts, key.len);
    return byte_counts_different(&counts) >= DISTINCT_MIN && noise_holds(&noise, NOISE_KEEN);
}

static bool is_noise(struct bytes b)
{
    struct noise noise = {0};

    noise_feed(&noise, b);
    return noise_holds(&noise, NOISE_KEEN);
}

/* TLS records: hello, alert, data. */
static bool is_record(struct bytes b)
{
    enum { FIRST_TYPE = 20, LAST_TYPE = 24, MAJOR = 3 };

    return b.at[0] >= FIRST_TYPE && b.at[0] <= LAST_TYPE && b.at[1] == MAJOR;
}

/* Can it be a flight's beginning? Looked at after fixed numbers of bytes, whatever the cuts. The
 * rest of that is is_key(). */
static bool begins_unlike_others(struct bytes b)
{
    if (b.len >= 2 && is_record(b))
        return false;
    if (b.len >= LOOK_TEXT && is_text(bytes_first(b, LOOK_TEXT)))
        return false;
    return b.len < LOOK_ZEROS || !has_zeros(bytes_first(b, LOOK_ZEROS));
}

static unsigned be16_at(struct bytes b)
{
    return (unsigned)(b.at[0] << 8 | b.at[1]);
}

/* A way of writing how long a record is, in its head. */
struct record_form {
    size_t at;    /* where the length stands */
    size_t width; /* 2 to 4 bytes */
    bool little;
    bool whole; /* it counts the head, too */
};

static size_t length_at(const uint8_t *at, const struct record_form *f)
{
    size_t value = 0;

    for (size_t i = 0; i < f->width; i++)
        value = value << 8 | at[f->little ? f->width - 1 - i : i];
    return value;
}

/* Is it records of that form, to its last byte? */
static bool is_records(struct bytes b, const struct record_form *f)
{
    const size_t head = f->at + f->width;

    while (b.len >= head) {
        const size_t length = length_at(b.at + f->at, f) + (f->whole ? 0 : head);
        if (length < head || length > b.len)
            return false;
        b = bytes_after(b, length);
    }
    return b.len == 0;
}

/* Is its first length no longer than all there is, whether it counts the head or not? */
static bool may_be_records(struct bytes b, const struct record_form *f)
{
    return b.len >= f->at + f->width && length_at(b.at + f->at, f) <= b.len;
}

static bool are_of_form(struct bytes a, struct bytes b, struct record_form f)
{
    for (unsigned whole = 0; whole < 2; whole++) {
        f.whole = whole != 0;
        if (is_records(a, &f) && is_records(b, &f))
            return true;
    }
    return false;
}

/* Keys are no records: RLPx (EIP-8), and whatever says how long its messages are. */
static bool are_records(struct bytes a, struct bytes b)
{
    enum { PLACES = 4, NARROWEST = 2, WIDTHS = 3, ORDERS = 2 };

    for (unsigned n = 0; n < PLACES * WIDTHS * ORDERS; n++) {
        const struct record_form f = {.at = n % PLACES,
                                      .width = NARROWEST + n / PLACES % WIDTHS,
                                      .little = n >= PLACES * WIDTHS};
        if (may_be_records(a, &f) && are_of_form(a, b, f))
            return true;
    }
    return false;
}

/* RLPx: its length first (EIP-8); before that it had these lengths, frames of 16 bytes behind. */
static bool is_rlpx(struct bytes a, struct bytes b)
{
    enum { AUTH = 307, ACK = 210, FRAME = 16 };

    return be16_at(a) + 2 == a.len || (a.len == AUTH && b.len >= ACK && (b.len - ACK) % FRAME == 0);
}

/* Flights of one protocol that begin with the same bytes; not two keys that are one: some programs
 * draw them from the same seed. */
static bool has_magic(const struct opening_turn *t, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (be16_at(t[i].bytes) == be16_at(t[n].bytes) &&
            !bytes_equal(bytes_first(t[i].bytes, MSE_KEY), bytes_first(t[n].bytes, MSE_KEY)))
            return true;
    return false;
}

/* Has turn `n`, which is over, the form of a flight? Whether all of it is noise comes last. */
static bool has_form(const struct opening_turn *t, size_t n)
{
    static const size_t least[MSE_EXCHANGES] = {MSE_KEY, MSE_KEY, MSE_PROOF, MSE_ANSWER};
    const struct bytes b = t[n].bytes;

    if (b.len < least[n] || has_magic(t, n))
        return false;
    return n != 1 || !(are_records(t[0].bytes, b) || is_rlpx(t[0].bytes, b));
}

static bool flight_is_too_long(const struct opening_turn *t, size_t n)
{
    switch (n) {
    case 0:
    case 1: return t[n].bytes.len > FLIGHT_MAX;
    case 2: return t[0].bytes.len + t[n].bytes.len > A_MAX;
    default: return false;
    }
}

/* Whose turn it is will say no more: `turns` is all there will be. */
static bool is_over(const struct opening *o)
{
    const enum direction last = o->turn[o->turns - 1].direction;

    return o->ended[direction_other(last)] && (o->ended[last] || o->turns > MSE_EXCHANGES);
}

/* What B says in the clear behind its answer; nothing, if it does not. */
static struct bytes clear_greeting(const struct opening *o)
{
    const struct bytes said = bytes_first(o->seen[TO_CLIENT], MSE_CLEAR_MAX);

    if (o->turns <= ANSWER)
        return bytes_of(NULL, 0);
    const size_t at = bytes_find(said, TEXT(PEER_PROTOCOL));
    return at < o->turn[1].bytes.len + MSE_ANSWER
               ? bytes_of(NULL, 0)
               : bytes_first(bytes_after(said, at), PEER_PROTOCOL_LEN);
}

/* Turn `n`, as far as it goes: what is quickly seen of it. */
static bool may_be_flight(const struct opening *o, size_t n, bool whole)
{
    return !flight_is_too_long(o->turn, n) &&
           (n == ANSWER || begins_unlike_others(o->turn[n].bytes)) &&
           (!whole || has_form(o->turn, n));
}

/* And what takes a look at every byte. */
static bool is_flight(const struct opening *o, size_t n, bool whole)
{
    const struct bytes b = o->turn[n].bytes, key = bytes_first(b, MSE_KEY);
    const bool keyed = n != ANSWER && b.len >= MSE_KEY;

    if (keyed && !is_key(key))
        return false;
    return whole ? is_noise(b) && !has_runs(b) : !keyed || !has_runs(key);
}

static bool exchange_is_possible(const struct opening *o, bool clear)
{
    const size_t judged = clear ? ANSWER : MSE_EXCHANGES;
    const bool over = is_over(o);

    for (size_t n = o->heard; n < o->turns && n < judged; n++)
        if (!may_be_flight(o, n, over || n + 1U < o->turns))
            return false;
    for (size_t n = o->heard; n < o->turns && n < judged; n++)
        if (!is_flight(o, n, over || n + 1U < o->turns))
            return false;
    return true;
}

bool mse_shape_is_answered(const struct opening *o)
{
    return o->turns > MSE_EXCHANGES || (o->turns == MSE_EXCHANGES && o->ended[TO_CLIENT]);
}

/* An answer that is recognised before it is over has B's greeting in it. */
bool mse_shape_greets_late(const struct opening *o)
{
    if (o->turns < MSE_EXCHANGES)
        return false;
    return o->turn[ANSWER - 1].bytes.len < MSE_PROOF + PEER_GREETING_LEN ||
           (mse_shape_is_answered(o) && o->turn[ANSWER].bytes.len < MSE_ANSWER + PEER_GREETING_LEN);
}

/* A's handshake comes behind B's answer, and B waits for it: 68 bytes, and then B's. Or B did not
 * wait, and what has no padding has these lengths. */
static enum probe late_greeting(const struct opening *o)
{
    const size_t said = o->turn[ANSWER + 1].bytes.len;
    const bool whole = o->turns > ANSWER + 2;

    if (said < PEER_GREETING_LEN)
        return whole ? PROBE_NO : PROBE_MORE;
    if (o->turn[ANSWER].bytes.len == MSE_ANSWER + PEER_GREETING_LEN)
        return PROBE_YES;
    if (said > PEER_GREETING_LEN)
        return PROBE_NO;
    if (!whole || o->turn[ANSWER + 2].bytes.len >= PEER_GREETING_LEN)
        return whole ? PROBE_YES : PROBE_MORE;
    return o->turns > ANSWER + 3 ? PROBE_NO : PROBE_MORE;
}

/* What is behind B's answer: A speaks. */
static enum probe talk_goes_on(const struct opening *o)
{
    if (o->turns <= MSE_EXCHANGES)
        return PROBE_MORE;
    return mse_shape_greets_late(o) ? late_greeting(o) : PROBE_YES;
}

/* It ended with B's answer, or with A's greeting behind it. Whoever has heard no greeting has said
 * none: such an answer is padding at most. */
static bool ends_agreed(const struct opening *o)
{
    if (!is_over(o) || o->turns < MSE_EXCHANGES)
        return false;
    const size_t answer = o->turn[ANSWER].bytes.len;
    const bool greeted = o->turn[ANSWER - 1].bytes.len >= MSE_PROOF + PEER_GREETING_LEN;
    return answer <= (greeted ? (size_t)B_MAX : (size_t)(MSE_ANSWER + MSE_PAD_MAX));
}

bool mse_shape_is_whole(const struct opening *o)
{
    return clear_greeting(o).len == 0 && (talk_goes_on(o) == PROBE_YES || ends_agreed(o));
}

struct recognition mse_shape(const struct opening *o)
{
    struct recognition r = {.answer = PROBE_YES,
                            .confidence = CONFIDENCE_PROBABLE,
                            .why = "begins as encrypted BitTorrent does (MSE): two keys with "
                                   "padding, then a proof and its answer, all noise"};

    if (o->midstream || o->inner || o->transport == TRANSPORT_UDP)
        return probe_no();
    if (o->turns == 0)
        return probe_more(o, TO_SERVER);
    const struct bytes greeting = clear_greeting(o);
    if (o->turn[0].direction != TO_SERVER || !exchange_is_possible(o, greeting.len > 0))
        return probe_no();
    if (greeting.len > 0)
        return probe_yes("BitTorrent handshake (BEP 3) in the clear, behind an encrypted one (MSE)",
                         greeting, TO_CLIENT);
    const enum probe talk = talk_goes_on(o);
    if (talk == PROBE_YES)
        return r;
    if (talk == PROBE_NO || !is_over(o))
        return (struct recognition){.answer = talk};
    if (!ends_agreed(o))
        r.confidence = CONFIDENCE_GUESS;
    return o->turns >= MSE_EXCHANGES - 1 ? r : probe_no();
}
