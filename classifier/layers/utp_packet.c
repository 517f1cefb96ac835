/* SPDX-License-Identifier: MIT */
#include "base/cursor.h"
#include "layers/utp.h"

#define WINDOW_MAX (1U << 27) /* bytes; programs offer one to a few million */

enum extension { EXTENSION_NONE, SELECTIVE_ACK, EXTENSION_BITS, CLOSE_REASON };

/* BEP 29: a bitmask in words of 32 bits, of 8 words at most; uTorrent's eight bytes of bits in its
 * SYN; libtorrent's reason in its RESET and FIN. */
static bool extension_fits(uint8_t kind, size_t len, bool *known)
{
    enum { WORD_LEN = 4, MASK_MAX = 128, BITS_LEN = 8, REASON_LEN = 4 };

    switch (kind) {
    case SELECTIVE_ACK: return len >= WORD_LEN && len <= MASK_MAX && len % WORD_LEN == 0;
    case EXTENSION_BITS: return len == BITS_LEN;
    case CLOSE_REASON: return len == REASON_LEN;
    default: *known = false; return true;
    }
}

static bool skip_extensions(struct cursor *c, uint8_t kind, bool *known)
{
    while (kind != EXTENSION_NONE) {
        const uint8_t next = cursor_u8(c);
        const uint8_t len = cursor_u8(c);
        cursor_skip(c, len);
        if (c->truncated || !extension_fits(kind, len, known))
            return false;
        kind = next;
    }
    return true;
}

/* A SYN acknowledges nothing and knows of no delay; only DATA and FIN carry bytes. */
static bool type_fits(const struct utp_packet *p)
{
    const bool bare = p->payload.len == 0 && p->cut == 0;

    switch (p->type) {
    case UTP_DATA: return !bare;
    case UTP_FIN: return true;
    case UTP_STATE:
    case UTP_RESET: return bare;
    case UTP_SYN: return bare && p->ack == 0 && p->delay == 0;
    }
    return false;
}

bool utp_read(struct bytes datagram, uint32_t cut, struct utp_packet *out)
{
    enum { HEADER_LEN = 20, VERSION = 1, VERSION_BITS = 0x0f, TYPE_SHIFT = 4 };
    struct cursor c = cursor_over(datagram);

    const uint8_t first = cursor_u8(&c);
    if ((first & VERSION_BITS) != VERSION || first >> TYPE_SHIFT > UTP_SYN ||
        datagram.len < HEADER_LEN)
        return false;
    const uint8_t extension = cursor_u8(&c);
    out->type = (enum utp_type)(first >> TYPE_SHIFT);
    out->id = cursor_be16(&c);
    out->sent = cursor_be32(&c);
    out->delay = cursor_be32(&c);
    out->window = cursor_be32(&c);
    out->seq = cursor_be16(&c);
    out->ack = cursor_be16(&c);
    out->known = true;
    if (!skip_extensions(&c, extension, &out->known))
        return false;
    out->payload = c.left;
    out->cut = cut;
    return type_fits(out) && (out->window <= WINDOW_MAX || out->type == UTP_RESET);
}

/* --- do two go together? ---------------------------------------------------------------------- */

/* In flight between two packets of a conversation that is just being met. */
#define STEP_MAX  64
#define ACKED_MAX 512

static bool within(int n, int least, int most)
{
    return n >= least && n <= most;
}

/* The same sender's clock: it moves on, by more than a count of packets would, and nobody is silent
 * for longer (libutp keeps a connection alive every 29 s). */
static bool clock_goes_on(const struct utp_packet *a, const struct utp_packet *b)
{
    enum { STEP_LEAST_US = 2, SILENCE_MAX_US = 60000000 };
    const uint32_t passed = b->sent - a->sent;

    return passed >= STEP_LEAST_US && passed <= SILENCE_MAX_US;
}

/* The number of the packet that follows. */
static uint16_t next_seq(const struct utp_packet *p)
{
    const bool counts = p->type == UTP_DATA || p->type == UTP_FIN || p->type == UTP_SYN;

    return (uint16_t)(p->seq + (counts ? 1 : 0));
}

/* Nobody answers: the same SYN once more, or another connection, whose id and number are random
 * again (and so hardly near the last ones, as counters are). */
static bool calls_again(const struct utp_packet *a, const struct utp_packet *b)
{
    enum { NEAR = 255 };

    if (a->id == b->id)
        return a->seq == b->seq;
    return !within(utp_distance(a->id, b->id), -NEAR, NEAR) &&
           !within(utp_distance(a->seq, b->seq), -NEAR, NEAR);
}

static enum utp_agreement same_sender_agrees(const struct utp_packet *a, const struct utp_packet *b)
{
    const int step = utp_distance(next_seq(a), b->seq), acked = utp_distance(a->ack, b->ack);

    if (!clock_goes_on(a, b))
        return UTP_UNRELATED;
    if (b->type == UTP_SYN)
        return a->type == UTP_SYN && calls_again(a, b) ? UTP_GOES_ON : UTP_UNRELATED;
    if (a->type == UTP_SYN)
        return (uint16_t)(a->id + 1) == b->id && within(step, 0, STEP_MAX) ? UTP_GOES_ON
                                                                           : UTP_UNRELATED;
    /* Numbers that stand still are no conversation. */
    const bool moved = acked > 0 || b->seq != a->seq;
    return a->id == b->id && moved && within(step, 0, STEP_MAX) && within(acked, 0, ACKED_MAX)
               ? UTP_GOES_ON
               : UTP_UNRELATED;
}

static enum utp_agreement other_side_agrees(const struct utp_packet *a, const struct utp_packet *b)
{
    const int apart = utp_distance(a->id, b->id);

    if (b->type == UTP_SYN)
        return UTP_UNRELATED;
    if (b->type == UTP_RESET) /* by its own id, or by the one it was sent */
        return within(apart, -1, 1) && b->ack == a->seq ? UTP_ANSWERS : UTP_UNRELATED;
    if (a->type == UTP_SYN)
        return apart == 0 && b->ack == a->seq ? UTP_ANSWERS : UTP_UNRELATED;
    if (apart != 1 && apart != -1)
        return UTP_UNRELATED;
    /* Each acknowledges what the other has sent, or may have on its way. */
    return within(utp_distance(b->ack, next_seq(a)), -STEP_MAX, ACKED_MAX) &&
                   within(utp_distance(a->ack, next_seq(b)), 0, ACKED_MAX)
               ? UTP_ANSWERS
               : UTP_UNRELATED;
}

enum utp_agreement utp_agree(const struct utp_packet *a, const struct utp_packet *b,
                             bool same_sender)
{
    if (!a->known || !b->known || a->type == UTP_RESET || (same_sender && b->type == UTP_RESET))
        return UTP_UNRELATED;
    return same_sender ? same_sender_agrees(a, b) : other_side_agrees(a, b);
}
