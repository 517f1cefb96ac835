/* SPDX-License-Identifier: MIT */
#include "layers/bittorrent_seek.h"

#include "base/cursor.h"
#include "layers/bittorrent_message.h"
#include "layers/probe.h"

#define BLOCK_MAX    (128U << 10) /* beyond it peers hang up */
#define PIECE_HEADER 9            /* type, index, begin */
#define UNMISTAKABLE 3

enum { WEIGH_MORE = -1, WEIGH_NO = -2 }; /* else points */

static int weigh_block(uint32_t begin, uint32_t size)
{
    if (size == 0 || size > BLOCK_MAX)
        return WEIGH_NO;
    return size == PEER_BLOCK && begin % PEER_BLOCK == 0 ? UNMISTAKABLE : 1;
}

/* BEP 10: the sender's number for the extension, and then, of those that everybody has, always the
 * same first key: peer exchange (BEP 11), metadata (BEP 9). */
static int weigh_extended(struct bytes in, uint32_t length)
{
    static const struct bytes firsts[] = {TABLE_TEXT("d5:added"), TABLE_TEXT("d8:msg_type")};
    const struct bytes body = bytes_after(in, PEER_LENGTH_LEN + 2);

    for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
        const enum probe sign = probe_sign(body, firsts[i]);
        if (sign == PROBE_YES)
            return UNMISTAKABLE;
        if (sign == PROBE_MORE && body.len + 2 < length)
            return WEIGH_MORE;
    }
    return 0;
}

/* How much does the message that begins here say? */
static int weigh(struct bytes in)
{
    struct cursor c = cursor_over(in);
    const uint32_t length = cursor_be32(&c);
    const uint8_t type = length > 0 ? cursor_u8(&c) : 0;
    uint32_t begin, size;

    if (length > PEER_MESSAGE_MAX)
        return WEIGH_NO;
    if (c.truncated)
        return WEIGH_MORE;
    if (length == 0)
        return 0; /* keep-alive */
    if (!peer_message_known(type) || !peer_message_fits(type, length))
        return WEIGH_NO;
    switch ((enum peer_message)type) {
    case PEER_REQUEST:
    case PEER_CANCEL:
    case PEER_REJECT:
        cursor_skip(&c, sizeof(uint32_t)); /* the piece's index */
        begin = cursor_be32(&c);
        size = cursor_be32(&c);
        return c.truncated ? WEIGH_MORE : weigh_block(begin, size);
    case PEER_PIECE:
        cursor_skip(&c, sizeof(uint32_t));
        begin = cursor_be32(&c);
        return c.truncated ? WEIGH_MORE : weigh_block(begin, length - PIECE_HEADER);
    case PEER_EXTENDED: return weigh_extended(in, length);
    case PEER_HAVE:
    case PEER_SUGGEST:
    case PEER_ALLOWED_FAST: return 1;
    case PEER_CHOKE:
    case PEER_UNCHOKE:
    case PEER_INTERESTED:
    case PEER_NOT_INTERESTED:
    case PEER_BITFIELD:
    case PEER_PORT:
    case PEER_HAVE_ALL:
    case PEER_HAVE_NONE:
    case PEER_HASH_REQUEST:
    case PEER_HASHES:
    case PEER_HASH_REJECT: return 0;
    }
    return WEIGH_NO;
}

/* The window's first byte begins nothing: on to the next that may. Lengths begin with 0. */
static void drop_first(struct bittorrent_seek *s)
{
    uint8_t n = 1;

    while (n < s->len && s->window[n] != 0)
        n++;
    memmove(s->window, s->window + n, (size_t)(s->len - n));
    s->len = (uint8_t)(s->len - n);
    s->chained = false;
    s->points = 0;
}

static void accept(struct bittorrent_seek *s, int points)
{
    struct cursor c = cursor_over(bytes_of(s->window, s->len));

    s->points = (uint8_t)(s->points + points);
    s->found = s->points >= SEEK_ENOUGH;
    s->skip = cursor_be32(&c) + PEER_LENGTH_LEN - s->len;
    s->chained = true;
    s->last_len = s->len;
    memcpy(s->last, s->window, s->len);
    s->len = 0;
}

/* May these five bytes begin a chain? Its messages are shorter than 64 KiB, and of few types. */
static bool may_start(const uint8_t *at)
{
    const uint8_t type = at[PEER_LENGTH_LEN];

    return at[0] == 0 && at[1] == 0 &&
           (type == PEER_REQUEST || type == PEER_PIECE || type == PEER_CANCEL ||
            type == PEER_REJECT || type == PEER_EXTENDED);
}

/* True: what the window began with is none of it, and the next that may be stands first. */
static bool look(struct bittorrent_seek *s)
{
    bool dropped = false;

    while (s->len > 0) {
        const int points = weigh(bytes_of(s->window, s->len));
        if (points == WEIGH_MORE)
            break;
        if (s->chained ? points >= 0 : points == UNMISTAKABLE && may_start(s->window)) {
            accept(s, points);
            return false;
        }
        drop_first(s);
        dropped = true;
    }
    return dropped;
}

/* How many bytes surely begin no chain; what is too short to be told is left. */
static size_t pass_over(struct bytes in)
{
    size_t n = 0;

    while (n + PEER_LENGTH_LEN < in.len && !may_start(in.at + n)) {
        const uint8_t *zero = bytes_find_byte(bytes_after(in, n + 1), 0);
        n = zero != NULL ? (size_t)(zero - in.at) : in.len;
    }
    return n;
}

size_t bittorrent_seek(struct bittorrent_seek *s, struct bytes in)
{
    size_t used = 0;

    while (used < in.len && !s->found) {
        const struct bytes left = bytes_after(in, used);
        const size_t n = s->skip > 0                  ? bytes_first(left, s->skip).len
                         : s->len == 0 && !s->chained ? pass_over(left)
                                                      : 0;
        used += n;
        if (s->skip > 0) {
            s->skip -= (uint32_t)n;
        } else if (n == 0) {
            s->window[s->len++] = left.at[0];
            used++;
            if (look(s) && s->len <= used) { /* from there on, at once */
                used -= s->len;
                s->len = 0;
            }
        }
    }
    return used;
}

void bittorrent_seek_gap(struct bittorrent_seek *s, uint64_t n)
{
    if (n <= s->skip)
        s->skip -= (uint32_t)n;
    else
        *s = (struct bittorrent_seek){0};
}
