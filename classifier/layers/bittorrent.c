/* SPDX-License-Identifier: MIT */
/* bittorrent.c - the layer bittorrent: a peer connection in the clear (BEP 3, BEP 6, BEP 10).
 *
 * In:    the handshake of 68 bytes at the start of either direction, then messages, cut anywhere.
 * Out:   EVENT_BITTORRENT "peer" for each handshake, always; evidence; certain when both handshakes
 *        name the same torrent or MESSAGES_CERTAIN messages in a row were right.
 * State: struct bittorrent, and one extension handshake of at most EXTENSION_MAX bytes from the
 *        host's memory. Payload of messages is skipped by arithmetic; a gap inside it loses nothing
 *        else, a gap over a message's header ends the reading of that direction.
 */
#include "layers/bencode.h"
#include "layers/bittorrent_peer_id.h"
#include "layers/layers.h"
#include "layers/probe.h"

#define HANDSHAKE_LEN    68
#define RESERVED_AT      20
#define INFO_HASH_AT     28
#define PEER_ID_AT       48
#define INFO_HASH_LEN    20
#define LENGTH_LEN       4
#define MESSAGE_MAX      (16U << 20) /* a bitfield of 128 million pieces; pieces are 16 KiB */
#define MESSAGES_CERTAIN 2
#define EXTENSION_MAX    2048
#define CLIENT_MAX       48 /* bytes of a name that are kept */

#define PROTOCOL                                                                                   \
    "\x13"                                                                                         \
    "BitTorrent protocol"

enum message { /* BEP 3, BEP 6, BEP 10, BEP 52 */
               CHOKE = 0,
               UNCHOKE = 1,
               INTERESTED = 2,
               NOT_INTERESTED = 3,
               HAVE = 4,
               BITFIELD = 5,
               REQUEST = 6,
               PIECE = 7,
               CANCEL = 8,
               PORT = 9,
               SUGGEST_PIECE = 13,
               HAVE_ALL = 14,
               HAVE_NONE = 15,
               REJECT_REQUEST = 16,
               ALLOWED_FAST = 17,
               EXTENDED = 20,
               HASH_REQUEST = 21,
               HASHES = 22,
               HASH_REJECT = 23,
};

/* The length of each message, type included: exactly, or at least. 0: not a known type. */
static const struct {
    uint8_t length;
    bool more;
} form[] = {
    [CHOKE] = {1, false},         [UNCHOKE] = {1, false},
    [INTERESTED] = {1, false},    [NOT_INTERESTED] = {1, false},
    [HAVE] = {5, false},          [BITFIELD] = {2, true},
    [REQUEST] = {13, false},      [PIECE] = {9, true},
    [CANCEL] = {13, false},       [PORT] = {3, false},
    [SUGGEST_PIECE] = {5, false}, [HAVE_ALL] = {1, false},
    [HAVE_NONE] = {1, false},     [REJECT_REQUEST] = {13, false},
    [ALLOWED_FAST] = {5, false},  [EXTENDED] = {2, true},
    [HASH_REQUEST] = {49, false}, [HASHES] = {49, true},
    [HASH_REJECT] = {49, false},
};

enum peer_state {
    PEER_HANDSHAKE,
    PEER_LENGTH,
    PEER_TYPE,
    PEER_BODY,
    PEER_EXTENDED_TYPE, /* the byte that follows EXTENDED */
    PEER_EXTENSION,     /* an extension handshake, kept */
    PEER_DEAD,
};

struct peer {
    enum peer_state state;
    uint8_t head[HANDSHAKE_LEN]; /* the handshake; after it, a message's length */
    uint8_t head_len;
    uint32_t left; /* bytes of the message still to come */
    uint64_t offset;
    uint8_t good; /* messages that were right, up to MESSAGES_CERTAIN */
    bool greeted;
    uint8_t info_hash[INFO_HASH_LEN];
    uint8_t *extension;
    uint32_t extension_len, extension_room;
    uint8_t client[CLIENT_MAX]; /* what it calls itself (BEP 10, "v") */
    uint8_t client_len;
};

struct bittorrent {
    struct peer peer[2]; /* by direction */
};

static struct recognition bittorrent_recognise(const struct opening *o)
{
    enum probe sign[2];

    for (int d = TO_SERVER; d <= TO_CLIENT; d++) {
        sign[d] = probe_sign(o->seen[d], TEXT(PROTOCOL));
        if (sign[d] == PROBE_YES)
            return probe_yes("BitTorrent handshake (BEP 3)", bytes_first(o->seen[d], RESERVED_AT),
                             (enum direction)d);
    }
    if (sign[TO_SERVER] == PROBE_NO || sign[TO_CLIENT] == PROBE_NO)
        return probe_no();
    return probe_more(o, o->ended[TO_SERVER] ? TO_CLIENT : TO_SERVER);
}

static void forget_extension(struct peer *p, struct host *h)
{
    if (p->extension != NULL)
        h->free(h, p->extension, p->extension_room);
    p->extension = NULL;
}

static void die(struct peer *p, struct host *h)
{
    forget_extension(p, h);
    p->state = PEER_DEAD;
}

static void malformed(struct peer *p, struct host *h, enum direction d)
{
    host_anomaly(h, BITTORRENT_MALFORMED, d, p->offset);
    die(p, h);
}

static void handshake_is_whole(struct bittorrent *b, struct host *h, enum direction d)
{
    struct peer *p = &b->peer[d];
    const struct peer *other = &b->peer[direction_other(d)];
    struct event e = {.kind = EVENT_BITTORRENT, .direction = d};
    struct bittorrent_event *out = &e.as.bittorrent;
    char client[PEER_CLIENT_ROOM];

    p->state = PEER_LENGTH;
    p->head_len = 0;
    if (!bytes_start_with(bytes_of(p->head, HANDSHAKE_LEN), TEXT(PROTOCOL))) {
        malformed(p, h, d);
        return;
    }
    p->greeted = true;
    memcpy(p->info_hash, p->head + INFO_HASH_AT, INFO_HASH_LEN);
    *out = (struct bittorrent_event){.kind = "peer", .has_info_hash = true, .has_peer_id = true};
    memcpy(out->info_hash, p->info_hash, INFO_HASH_LEN);
    memcpy(out->peer_id, p->head + PEER_ID_AT, PEER_ID_LEN);
    out->client = peer_id_client(out->peer_id, client) ? client : NULL;
    const bool same = other->greeted && memcmp(other->info_hash, p->info_hash, INFO_HASH_LEN) == 0;
    out->confidence = same ? CONFIDENCE_CERTAIN : CONFIDENCE_STRONG;
    h->note(h,
            out->client != NULL ? "BitTorrent handshake (BEP 3) from"
                                : "BitTorrent handshake (BEP 3) from an unknown program",
            bytes_of_text(out->client));
    if (same)
        h->note(h, "both handshakes name the same torrent", bytes_of(NULL, 0));
    h->claim(h, out->confidence);
    h->emit(h, &e);
}

static size_t read_handshake(struct bittorrent *b, struct host *h, enum direction d,
                             struct bytes in)
{
    struct peer *p = &b->peer[d];
    const struct bytes take = bytes_first(in, (size_t)HANDSHAKE_LEN - p->head_len);

    memcpy(p->head + p->head_len, take.at, take.len);
    p->head_len = (uint8_t)(p->head_len + take.len);
    if (p->head_len == HANDSHAKE_LEN)
        handshake_is_whole(b, h, d);
    return take.len;
}

static size_t read_length(struct peer *p, struct host *h, enum direction d, struct bytes in)
{
    const struct bytes take = bytes_first(in, (size_t)LENGTH_LEN - p->head_len);

    memcpy(p->head + p->head_len, take.at, take.len);
    p->head_len = (uint8_t)(p->head_len + take.len);
    if (p->head_len < LENGTH_LEN)
        return take.len;
    struct cursor c = cursor_over(bytes_of(p->head, LENGTH_LEN));
    p->left = cursor_be32(&c);
    p->head_len = 0;
    if (p->left > MESSAGE_MAX)
        malformed(p, h, d);
    else if (p->left > 0) /* 0: keep-alive */
        p->state = PEER_TYPE;
    return take.len;
}

static void message_is_right(struct peer *p, struct host *h)
{
    if (p->good == MESSAGES_CERTAIN)
        return;
    p->good++;
    if (p->good == MESSAGES_CERTAIN && p->greeted)
        h->claim(h, CONFIDENCE_CERTAIN);
}

/* Unknown types are other people's extensions: stepped over, and worth nothing. */
static size_t read_type(struct peer *p, struct host *h, enum direction d, struct bytes in)
{
    const uint8_t type = in.at[0];
    const bool known = type < sizeof(form) / sizeof(form[0]) && form[type].length > 0;

    if (known &&
        (p->left < form[type].length || (p->left > form[type].length && !form[type].more))) {
        malformed(p, h, d);
        return 1;
    }
    if (known)
        message_is_right(p, h);
    p->left--;
    p->state = type == EXTENDED ? PEER_EXTENDED_TYPE : p->left > 0 ? PEER_BODY : PEER_LENGTH;
    return 1;
}

static size_t read_body(struct peer *p, struct bytes in)
{
    const size_t used = bytes_first(in, p->left).len;

    p->left -= (uint32_t)used;
    if (p->left == 0)
        p->state = PEER_LENGTH;
    return used;
}

/* BEP 10: extended message 0 is the handshake. Kept if it can be and the name is not known yet. */
static size_t read_extended_type(struct peer *p, struct host *h, struct bytes in)
{
    const bool wanted = in.at[0] == 0 && p->client_len == 0;

    p->left--;
    p->state = p->left > 0 ? PEER_BODY : PEER_LENGTH;
    if (!wanted || p->left == 0)
        return 1;
    p->extension_room = p->left < EXTENSION_MAX ? p->left : EXTENSION_MAX;
    p->extension_len = 0;
    p->extension = h->alloc(h, p->extension_room);
    if (p->extension != NULL)
        p->state = PEER_EXTENSION;
    return 1;
}

static void extension_is_read(struct peer *p, struct host *h)
{
    const struct bytes dictionary = bytes_of(p->extension, p->extension_len);
    struct bytes name;

    if (bencode_find_string(dictionary, TEXT("v"), &name)) {
        name = bytes_first(name, CLIENT_MAX);
        if (name.len > 0)
            memcpy(p->client, name.at, name.len);
        p->client_len = (uint8_t)name.len;
        h->note(h, "BitTorrent client calls itself (BEP 10)", name);
    }
    forget_extension(p, h);
}

static size_t read_extension(struct peer *p, struct host *h, struct bytes in)
{
    const size_t room = p->extension_room - p->extension_len;
    const struct bytes take = bytes_first(bytes_first(in, p->left), room);

    memcpy(p->extension + p->extension_len, take.at, take.len);
    p->extension_len += (uint32_t)take.len;
    p->left -= (uint32_t)take.len;
    if (p->extension_len == p->extension_room) {
        extension_is_read(p, h);
        p->state = p->left > 0 ? PEER_BODY : PEER_LENGTH;
    }
    return take.len;
}

static size_t bittorrent_feed(void *state, struct host *h, enum direction d, struct bytes in)
{
    struct bittorrent *b = state;
    struct peer *p = &b->peer[d];
    struct bytes left = in;

    while (left.len > 0 && p->state != PEER_DEAD) {
        size_t used = 0;
        switch (p->state) {
        case PEER_HANDSHAKE: used = read_handshake(b, h, d, left); break;
        case PEER_LENGTH: used = read_length(p, h, d, left); break;
        case PEER_TYPE: used = read_type(p, h, d, left); break;
        case PEER_BODY: used = read_body(p, left); break;
        case PEER_EXTENDED_TYPE: used = read_extended_type(p, h, left); break;
        case PEER_EXTENSION: used = read_extension(p, h, left); break;
        case PEER_DEAD: break;
        }
        p->offset += used;
        left = bytes_after(left, used);
    }
    return in.len;
}

static void bittorrent_gap(void *state, struct host *h, enum direction d, uint64_t n)
{
    struct peer *p = &((struct bittorrent *)state)->peer[d];
    const bool inside = p->state == PEER_BODY || p->state == PEER_EXTENSION;

    p->offset += n;
    forget_extension(p, h);
    if (!inside || n > p->left) {
        die(p, h);
        return;
    }
    p->left -= (uint32_t)n;
    p->state = p->left > 0 ? PEER_BODY : PEER_LENGTH;
}

static void bittorrent_close(void *state, struct host *h, enum close_reason why)
{
    struct bittorrent *b = state;

    (void)why;
    forget_extension(&b->peer[TO_SERVER], h);
    forget_extension(&b->peer[TO_CLIENT], h);
}

static void bittorrent_summarise(const void *state, struct flow_info *out)
{
    const struct bittorrent *b = state;

    for (int d = TO_CLIENT; d >= TO_SERVER; d--)
        if (b->peer[d].client_len > 0)
            out->peer_client = bytes_of(b->peer[d].client, b->peer[d].client_len);
}

const struct layer layer_bittorrent = {
    .name = "bittorrent",
    .application = true,
    .state_size = sizeof(struct bittorrent),
    .recognise = bittorrent_recognise,
    .feed = bittorrent_feed,
    .gap = bittorrent_gap,
    .close = bittorrent_close,
    .summarise = bittorrent_summarise,
};
