/* SPDX-License-Identifier: MIT */
/* bittorrent.c - the layer bittorrent: a peer connection in the clear (BEP 3, 6, 10, 11).
 *
 * In:    the handshake of 68 bytes at the start of either direction, then messages, cut anywhere;
 *        or, where the start is missing or encrypted, messages that are sought.
 * Out:   EVENT_BITTORRENT "peer" for each handshake, and for each extension handshake with what it
 *        adds (the program's name, its port); "pex" for the peers that it names; "dht" for its
 *        node's port. Evidence; certain when both handshakes name the same torrent,
 *        MESSAGES_CERTAIN messages in a row were right, or messages were found in both directions.
 * State: struct bittorrent, and one extended message of at most EXTENSION_MAX bytes a direction
 *        from the host's memory. Payload of messages is skipped by arithmetic; a gap inside it
 *        loses nothing else, after a gap over a message's header the next messages are sought.
 */
#include "layers/bittorrent.h"

#include "base/cursor.h"
#include "base/load.h"
#include "layers/bittorrent_extension.h"
#include "layers/bittorrent_message.h"
#include "layers/bittorrent_peer_id.h"
#include "layers/bittorrent_recognise.h"
#include "layers/bittorrent_seek.h"
#include "layers/layers.h"
#include "layers/probe.h"

#define RESERVED_AT      PEER_PROTOCOL_LEN
#define INFO_HASH_AT     28
#define PEER_ID_AT       48
#define INFO_HASH_LEN    20
#define MESSAGES_CERTAIN 2
#define EXTENSION_MAX    4096
#define PEX_PEERS        BITTORRENT_PEERS
#define CLIENT_MAX       48 /* bytes of a name that are kept */

enum peer_state {
    PEER_HANDSHAKE,
    PEER_LENGTH,
    PEER_TYPE,
    PEER_BODY,
    PEER_EXTENDED_TYPE, /* the byte that follows EXTENDED */
    PEER_KEPT_BODY,     /* of a message that is read when it is whole */
    PEER_SEEK,
    PEER_DEAD,
};

struct peer {
    enum peer_state state;
    uint8_t head[PEER_GREETING_LEN]; /* the handshake; after it, a message's length */
    uint8_t head_len;
    uint32_t left; /* bytes of the message still to come */
    uint64_t offset;
    uint8_t good; /* messages that were right, up to MESSAGES_CERTAIN */
    bool greeted;
    bool sought; /* messages were found in the middle */
    uint8_t info_hash[INFO_HASH_LEN];
    uint8_t kind;   /* of the message that is kept: enum kept */
    uint8_t pex_id; /* by which it wants to get peer exchange */
    uint8_t *kept;
    uint32_t kept_len, kept_room;
    struct bittorrent_seek seek;
    uint8_t client[CLIENT_MAX]; /* what it calls itself (BEP 10, "v") */
    uint8_t client_len;
};

enum kept { KEPT_HANDSHAKE, KEPT_PEX, KEPT_PORT };

struct bittorrent {
    struct peer peer[2]; /* by direction */
};

static void seek_messages(struct peer *p)
{
    p->state = PEER_SEEK;
    p->head_len = 0; /* what was read of a handshake or a length is of no use */
    p->seek = (struct bittorrent_seek){.len = 0};
}

static void bittorrent_open(void *state, struct host *h, const void *arg)
{
    struct bittorrent *b = state;
    const struct bittorrent_resumed *resumed = arg;

    if (resumed != NULL)
        h->claim(h, resumed->confidence);
    for (int d = TO_SERVER; resumed != NULL && d <= TO_CLIENT; d++) {
        struct peer *p = &b->peer[d];
        p->left = resumed->skip[d];
        if (resumed->begin[d] == BEGINS_ANYWHERE)
            seek_messages(p);
        else if (resumed->begin[d] == BEGINS_WITH_MESSAGE)
            p->state = p->left > 0 ? PEER_BODY : PEER_LENGTH;
        p->sought = p->state == PEER_BODY || p->state == PEER_LENGTH;
    }
}

static void bittorrent_join(void *state, struct host *h, const struct opening *o)
{
    struct bittorrent *b = state;

    (void)h;
    for (int d = TO_SERVER; o->midstream && d <= TO_CLIENT; d++)
        if (probe_sign(o->seen[d], TEXT(PEER_PROTOCOL)) != PROBE_YES)
            seek_messages(&b->peer[d]);
}

static void forget_kept(struct peer *p, struct host *h)
{
    if (p->kept != NULL)
        h->free(h, p->kept, p->kept_room);
    p->kept = NULL;
}

static void die(struct peer *p, struct host *h)
{
    forget_kept(p, h);
    p->state = PEER_DEAD;
}

static void malformed(struct peer *p, struct host *h, enum direction d)
{
    host_anomaly(h, BITTORRENT_MALFORMED, d, p->offset);
    die(p, h);
}

static uint8_t abilities_of(const uint8_t *reserved)
{
    unsigned out = 0;

    out |= (reserved[7] & 0x01) != 0 ? PEER_CAN_DHT : 0;
    out |= (reserved[7] & 0x04) != 0 ? PEER_CAN_FAST : 0;
    out |= (reserved[5] & 0x10) != 0 ? PEER_CAN_EXTENDED : 0;
    out |= (reserved[7] & 0x10) != 0 ? PEER_CAN_V2 : 0;
    return (uint8_t)out;
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
    if (!bytes_start_with(bytes_of(p->head, PEER_GREETING_LEN), TEXT(PEER_PROTOCOL))) {
        malformed(p, h, d);
        return;
    }
    p->greeted = true;
    memcpy(p->info_hash, p->head + INFO_HASH_AT, INFO_HASH_LEN);
    *out = (struct bittorrent_event){.kind = "peer", .has_info_hash = true, .has_peer_id = true};
    memcpy(out->info_hash, p->info_hash, INFO_HASH_LEN);
    memcpy(out->peer_id, p->head + PEER_ID_AT, PEER_ID_LEN);
    out->abilities = abilities_of(p->head + RESERVED_AT);
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
    const struct bytes take = bytes_first(in, (size_t)PEER_GREETING_LEN - p->head_len);

    memcpy(p->head + p->head_len, take.at, take.len);
    p->head_len = (uint8_t)(p->head_len + take.len);
    if (p->head_len == PEER_GREETING_LEN)
        handshake_is_whole(b, h, d);
    return take.len;
}

/* MSE whose initiator greets late, in the clear: nobody could know that it did not yet. */
static bool is_greeting(const struct peer *p)
{
    return memcmp(p->head, PEER_PROTOCOL, PEER_LENGTH_LEN) == 0;
}

static size_t read_length(struct peer *p, struct host *h, enum direction d, struct bytes in)
{
    const struct bytes take = bytes_first(in, (size_t)PEER_LENGTH_LEN - p->head_len);

    memcpy(p->head + p->head_len, take.at, take.len);
    p->head_len = (uint8_t)(p->head_len + take.len);
    if (p->head_len < PEER_LENGTH_LEN)
        return take.len;
    struct cursor c = cursor_over(bytes_of(p->head, PEER_LENGTH_LEN));
    p->left = cursor_be32(&c);
    if (p->sought && !p->greeted && is_greeting(p)) {
        p->state = PEER_HANDSHAKE;
        return take.len;
    }
    p->head_len = 0;
    if (p->left > PEER_MESSAGE_MAX)
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

/* Keeps the message that begins, to read it when it is whole; or skips it. */
static void keep_body(struct peer *p, struct host *h, enum kept kind)
{
    p->state = p->left > 0 ? PEER_BODY : PEER_LENGTH;
    p->kept_room = p->left < EXTENSION_MAX ? p->left : EXTENSION_MAX;
    p->kept_len = 0;
    p->kind = (uint8_t)kind;
    p->kept = p->left > 0 ? h->alloc(h, p->kept_room) : NULL;
    if (p->kept != NULL)
        p->state = PEER_KEPT_BODY;
}

/* Unknown types are other people's extensions: stepped over, and worth nothing. */
static size_t read_type(struct peer *p, struct host *h, enum direction d, struct bytes in)
{
    const uint8_t type = in.at[0];
    const bool known = peer_message_known(type);

    if (known && !peer_message_fits(type, p->left)) {
        malformed(p, h, d);
        return 1;
    }
    if (known)
        message_is_right(p, h);
    p->left--;
    p->state = type == PEER_EXTENDED ? PEER_EXTENDED_TYPE : p->left > 0 ? PEER_BODY : PEER_LENGTH;
    if (type == PEER_PORT)
        keep_body(p, h, KEPT_PORT);
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

/* BEP 10: extended message 0 is the handshake; the other types are what the other side's says. */
static size_t read_extended_type(struct bittorrent *b, struct host *h, enum direction d,
                                 struct bytes in)
{
    struct peer *p = &b->peer[d];
    const uint8_t pex = b->peer[direction_other(d)].pex_id;

    p->left--;
    p->state = p->left > 0 ? PEER_BODY : PEER_LENGTH;
    if (in.at[0] == 0 && p->client_len == 0)
        keep_body(p, h, KEPT_HANDSHAKE);
    else if (pex != 0 && in.at[0] == pex)
        keep_body(p, h, KEPT_PEX);
    return 1;
}

/* An event about the torrent that either handshake named. */
static struct event event_of(const struct bittorrent *b, enum direction d, const char *kind,
                             const char *action)
{
    const struct peer *p = &b->peer[d];
    const struct peer *known = p->greeted ? p : &b->peer[direction_other(d)];
    struct event e = {.kind = EVENT_BITTORRENT, .direction = d};

    e.as.bittorrent = (struct bittorrent_event){.kind = kind,
                                                .action = action,
                                                .has_info_hash = known->greeted,
                                                .confidence = CONFIDENCE_STRONG};
    memcpy(e.as.bittorrent.info_hash, known->info_hash, INFO_HASH_LEN);
    return e;
}

static void extension_is_read(struct bittorrent *b, struct host *h, enum direction d,
                              struct bytes dictionary)
{
    struct peer *p = &b->peer[d];
    const struct extension_handshake x = extension_handshake_read(dictionary);
    struct event e = event_of(b, d, "peer", "extended");
    char client[CLIENT_MAX + 1];

    p->client_len = (uint8_t)bytes_first(x.client, CLIENT_MAX).len;
    if (p->client_len > 0) {
        memcpy(p->client, x.client.at, p->client_len);
        h->note(h, "BitTorrent client calls itself (BEP 10)", bytes_of(p->client, p->client_len));
    }
    if (x.pex_id != 0)
        p->pex_id = x.pex_id;
    if (x.listen_port == 0)
        return; /* nothing that anybody does not know */
    memcpy(client, p->client, p->client_len);
    client[p->client_len] = '\0';
    e.as.bittorrent.client = p->client_len > 0 ? client : NULL;
    e.as.bittorrent.listen_port = x.listen_port;
    h->emit(h, &e);
}

static void pex_is_read(const struct bittorrent *b, struct host *h, enum direction d,
                        struct bytes dictionary)
{
    struct event e = event_of(b, d, "pex", NULL);
    struct endpoint peers[PEX_PEERS];
    struct endpoint_list list = {.at = peers, .room = PEX_PEERS};

    extension_pex_read(dictionary, &list);
    e.as.bittorrent.peers = peers;
    e.as.bittorrent.peer_count = list.count;
    if (list.count > 0)
        h->emit(h, &e);
}

/* BEP 5: the port of the sender's DHT node. */
static void port_is_read(const struct bittorrent *b, struct host *h, enum direction d,
                         struct bytes port)
{
    struct event e = event_of(b, d, "dht", "port");
    struct cursor c = cursor_over(port);

    e.as.bittorrent.listen_port = cursor_be16(&c);
    h->emit(h, &e);
}

static void kept_is_whole(struct bittorrent *b, struct host *h, enum direction d)
{
    struct peer *p = &b->peer[d];
    const struct bytes body = bytes_of(p->kept, p->kept_len);

    switch ((enum kept)p->kind) {
    case KEPT_HANDSHAKE: extension_is_read(b, h, d, body); break;
    case KEPT_PEX: pex_is_read(b, h, d, body); break;
    case KEPT_PORT: port_is_read(b, h, d, body); break;
    }
    forget_kept(p, h);
}

static size_t read_kept_body(struct bittorrent *b, struct host *h, enum direction d,
                             struct bytes in)
{
    struct peer *p = &b->peer[d];
    const struct bytes take = bytes_first(in, p->kept_room - p->kept_len);

    memcpy(p->kept + p->kept_len, take.at, take.len);
    p->kept_len += (uint32_t)take.len;
    p->left -= (uint32_t)take.len;
    if (p->kept_len == p->kept_room) {
        kept_is_whole(b, h, d);
        p->state = p->left > 0 ? PEER_BODY : PEER_LENGTH;
    }
    return take.len;
}

/* Messages found in both directions are a check that nothing else passes. */
static size_t seek(struct bittorrent *b, struct host *h, enum direction d, struct bytes in)
{
    struct peer *p = &b->peer[d];
    const size_t used = bittorrent_seek(&p->seek, in);

    if (!p->seek.found)
        return used;
    p->left = p->seek.skip;
    p->state = p->left > 0 ? PEER_BODY : PEER_LENGTH;
    p->sought = true;
    h->claim(h, b->peer[direction_other(d)].sought ? CONFIDENCE_CERTAIN : CONFIDENCE_STRONG);
    return used;
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
        case PEER_EXTENDED_TYPE: used = read_extended_type(b, h, d, left); break;
        case PEER_KEPT_BODY: used = read_kept_body(b, h, d, left); break;
        case PEER_SEEK: used = seek(b, h, d, left); break;
        case PEER_DEAD: break;
        }
        p->offset += used;
        left = bytes_after(left, used);
    }
    return in.len;
}

/* A message, or what of it is there, that says nothing new; 0: it needs more than a look. */
static size_t skim_message(struct peer *p, struct bytes in)
{
    if (p->state == PEER_BODY)
        return read_body(p, in);
    if (p->state != PEER_LENGTH || p->head_len > 0 || in.len < PEER_LENGTH_LEN)
        return 0;
    const uint32_t length = load_be32(in.at);
    if (length == 0)
        return PEER_LENGTH_LEN;
    if (in.len == PEER_LENGTH_LEN || length > PEER_MESSAGE_MAX || p->good < MESSAGES_CERTAIN)
        return 0;
    const uint8_t type = in.at[PEER_LENGTH_LEN];
    if (type == PEER_PORT || type == PEER_EXTENDED ||
        (peer_message_known(type) && !peer_message_fits(type, length)))
        return 0;
    p->left = length;
    p->state = PEER_BODY;
    return PEER_LENGTH_LEN + read_body(p, bytes_after(in, PEER_LENGTH_LEN));
}

static size_t bittorrent_skim(void *state, struct host *h, enum direction d, struct bytes in)
{
    struct peer *p = &((struct bittorrent *)state)->peer[d];
    struct bytes left = in;

    (void)h;
    if (p->state == PEER_DEAD)
        return in.len;
    for (size_t used = 1; used > 0 && left.len > 0; left = bytes_after(left, used))
        used = skim_message(p, left);
    p->offset += in.len - left.len;
    return in.len - left.len;
}

static void bittorrent_gap(void *state, struct host *h, enum direction d, uint64_t n)
{
    struct peer *p = &((struct bittorrent *)state)->peer[d];
    const bool inside = p->state == PEER_BODY || p->state == PEER_KEPT_BODY;

    p->offset += n;
    forget_kept(p, h);
    if (p->state == PEER_DEAD)
        return;
    if (p->state == PEER_SEEK) {
        bittorrent_seek_gap(&p->seek, n);
        return;
    }
    if (!inside || n > p->left) {
        seek_messages(p);
        return;
    }
    p->left -= (uint32_t)n;
    p->state = p->left > 0 ? PEER_BODY : PEER_LENGTH;
}

static void bittorrent_close(void *state, struct host *h, enum close_reason why)
{
    struct bittorrent *b = state;

    (void)why;
    forget_kept(&b->peer[TO_SERVER], h);
    forget_kept(&b->peer[TO_CLIENT], h);
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
    .open = bittorrent_open,
    .join = bittorrent_join,
    .feed = bittorrent_feed,
    .skim = bittorrent_skim,
    .gap = bittorrent_gap,
    .close = bittorrent_close,
    .summarise = bittorrent_summarise,
};
