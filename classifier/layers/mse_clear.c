/* SPDX-License-Identifier: MIT */
#include "layers/mse_clear.h"

#include "base/cursor.h"
#include "layers/bittorrent.h"
#include "layers/bittorrent_message.h"
#include "layers/mse_shape.h"
#include "layers/probe.h"

#define A TO_SERVER /* whose connection it is */
#define B TO_CLIENT

void mse_clear_begin(struct mse_clear *c, size_t a_talks, bool greets_late)
{
    c->seeks = true;
    c->a_talks = (uint32_t)a_talks;
    c->greets_late = greets_late;
}

void mse_clear_end(struct mse_clear *c, struct host *h)
{
    if (c->kept != NULL)
        h->free(h, c->kept, MSE_CLEAR_KEPT);
    c->kept = NULL;
    c->seeks = false;
}

/* Too much: then nothing of it is kept, whatever the cuts. */
static void lose(struct mse_clear *c)
{
    c->lost = true;
    c->kept_len = 0;
}

static void keep(struct mse_clear *c, struct host *h, struct bytes in)
{
    if (c->lost || in.len == 0)
        return;
    if (c->kept == NULL)
        c->kept = h->alloc(h, MSE_CLEAR_KEPT);
    if (c->kept == NULL || c->kept_len + in.len > MSE_CLEAR_KEPT) {
        lose(c);
        return;
    }
    memcpy(c->kept + c->kept_len, in.at, in.len);
    c->kept_len = (uint16_t)(c->kept_len + in.len);
}

/* Returns how many bytes end the handshake's beginning; 0: it is not whole. */
static size_t match(struct mse_clear *c, enum direction d, struct bytes in)
{
    static const uint8_t protocol[] = PEER_PROTOCOL;
    uint8_t n = c->matched[d];

    for (size_t i = 0; i < in.len; i++) {
        if (n == 0) { /* mostly: on to where it may begin */
            const uint8_t *first = bytes_find_byte(bytes_after(in, i), protocol[0]);
            if (first == NULL)
                break;
            i = (size_t)(first - in.at);
        }
        n = in.at[i] == protocol[n] ? (uint8_t)(n + 1) : in.at[i] == protocol[0];
        if (n == PEER_PROTOCOL_LEN) {
            c->matched[d] = 0;
            return i + 1;
        }
    }
    c->matched[d] = n;
    return 0;
}

/* Does what A said have messages from there on? One whole head at least. */
static bool has_messages(struct bytes said)
{
    unsigned heads = 0;

    while (said.len > PEER_LENGTH_LEN) {
        struct cursor in = cursor_over(said);
        const uint32_t length = cursor_be32(&in);
        const uint8_t type = cursor_u8(&in);
        if (length > 0 && (!peer_message_known(type) || !peer_message_fits(type, length) ||
                           length > PEER_MESSAGE_MAX))
            return false;
        heads++;
        said = bytes_after(said, (size_t)PEER_LENGTH_LEN + length);
    }
    return heads > 0;
}

/* Where in what is kept A's messages begin. False: nobody can tell. */
static bool find_messages(const struct mse_clear *c, struct bittorrent_resumed *r, size_t *skip)
{
    const struct bytes said = bytes_of(c->kept, c->kept_len);
    const size_t greeting = c->greets_late ? PEER_GREETING_LEN : 0;

    *skip = greeting;
    if (said.len <= greeting) { /* nothing of them was said yet */
        r->skip[A] = (uint32_t)(greeting - said.len);
        return true;
    }
    if (has_messages(bytes_after(said, greeting)))
        return true;
    *skip = PEER_GREETING_LEN - greeting;
    return has_messages(bytes_after(said, *skip));
}

void mse_clear_become(struct mse_clear *c, struct host *h)
{
    struct bittorrent_resumed r = {.begin = {[B] = BEGINS_WITH_HANDSHAKE}};
    size_t skip = 0;

    r.begin[A] = BEGINS_WITH_HANDSHAKE;
    if (!c->greets_clear || c->lost) {
        const bool known = !c->lost && find_messages(c, &r, &skip);
        r.begin[A] = known ? BEGINS_WITH_MESSAGE : BEGINS_ANYWHERE;
        skip = known ? skip : 0;
    }
    h->note(h, "BitTorrent's handshake in the clear, behind an encrypted one (MSE)",
            TEXT(PEER_PROTOCOL));
    h->become(h, "bittorrent", &r);
    const struct bytes said = bytes_after(bytes_of(c->kept, c->kept_len), skip);
    if (said.len > 0)
        h->carry(h, A, said);
    h->carry(h, B, TEXT(PEER_PROTOCOL));
    mse_clear_end(c, h);
}

/* Since B's answer. A may greet in the clear: then it is known where its words begin. */
static void hear_a(struct mse_clear *c, struct host *h, struct bytes in)
{
    const size_t before = c->at[A] < c->a_talks ? c->a_talks - c->at[A] : 0;
    struct bytes said = bytes_after(in, before);

    c->at[A] += (uint32_t)in.len;
    const struct bytes room = bytes_first(said, (size_t)MSE_CLEAR_KEPT - c->kept_len);
    const size_t end = c->greets_clear || c->lost ? 0 : match(c, A, room);
    if (end > 0) {
        c->greets_clear = true;
        c->kept_len = 0;
        keep(c, h, TEXT(PEER_PROTOCOL));
        said = bytes_after(said, end);
    }
    keep(c, h, said);
}

size_t mse_clear_feed(struct mse_clear *c, struct host *h, enum direction d, struct bytes in)
{
    if (!c->seeks)
        return 0;
    if (d == A) {
        hear_a(c, h, in);
        return 0;
    }
    const struct bytes part = bytes_first(in, MSE_CLEAR_MAX - c->at[B]);
    const size_t end = match(c, B, part);
    c->at[B] += (uint32_t)part.len;
    if (end == 0 && c->at[B] == MSE_CLEAR_MAX)
        mse_clear_end(c, h);
    return end;
}

size_t mse_clear_covers(const struct mse_clear *c, enum direction d, size_t len)
{
    const size_t most = d == A ? len : MSE_CLEAR_MAX - c->at[B];

    return !c->seeks ? 0 : len < most ? len : most;
}

void mse_clear_gap(struct mse_clear *c, enum direction d, uint64_t n)
{
    c->matched[d] = 0;
    if (d == A)
        lose(c);
    if (d == B && n > MSE_CLEAR_MAX - c->at[B])
        n = MSE_CLEAR_MAX - c->at[B];
    c->at[d] += (uint32_t)n;
}
