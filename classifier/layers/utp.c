/* SPDX-License-Identifier: MIT */
/* utp.c - the layer utp: connections over UDP (BEP 29), and the messages that share their socket.
 *
 * In:    datagrams. Recognised by two that go together (utp.h), with none beside them that is not
 *        BitTorrent's: `probable`.
 * Out:   the bytes of one connection at a time, in order, carried as a stream; EVENT_BITTORRENT
 *        "utp" once; what bittorrent_talk.h says. `strong` when both sides' ids and numbers fit,
 *        or something else says that this is BitTorrent's. A second connection, after the first, is
 *        carried by a layer anew, unless it would only be less known.
 * State: struct bittorrent_socket and its struct utp_socket. While it is only probable,
 *        STRANGE_MOST datagrams of another kind take the flow back to raw, and so do
 *        UTP_UNANSWERED_MOST packets since both sides spoke and neither went with the other's.
 */
#include "layers/bittorrent_socket.h"
#include "layers/layers.h"
#include "layers/probe.h"
#include "model/packet.h"

#define STRANGE_MOST 2

#define BITS_PAIR   32 /* a SYN and its answer: an id and a number; the same of any two ids */
#define BITS_SOCKET 24 /* a DHT message or a tracker's on the same two ports */
#define BITS_KNOWN  12

/* --- recognising ------------------------------------------------------------------------------ */

/* Where others speak what one packet cannot be told from, on their own port: DNS, mDNS, Teredo,
 * CAPWAP. There it takes both sides. */
static bool is_others_port(uint16_t port)
{
    static const uint16_t ports[] = {53, 3544, 5246, 5247, 5353};

    for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
        if (ports[i] == port)
            return true;
    return false;
}

static bool is_message(const struct opening *o, const struct opening_turn *t)
{
    struct opening alone = *o;

    alone.seen[t->direction] = t->bytes;
    alone.seen[direction_other(t->direction)] = bytes_of(NULL, 0);
    alone.turns = 0;
    return bittorrent_talk_recognise(&alone).answer == PROBE_YES;
}

/* The datagrams before the last one: how well does any go with it? False: one is not uTP. */
static bool agrees_with_one(const struct opening *o, enum direction d,
                            const struct utp_packet *last, enum utp_agreement *best)
{
    enum utp_agreement least = is_others_port(o->server_port) ? UTP_ANSWERS : UTP_GOES_ON;
    struct utp_packet before;

    *best = UTP_UNRELATED;
    for (unsigned i = 0; i + 1 < o->turns; i++) {
        const struct opening_turn *t = &o->turn[i];
        if (!utp_read(t->bytes, 0, &before)) {
            if (!is_message(o, t))
                return false;
            continue;
        }
        const enum utp_agreement found = utp_agree(&before, last, t->direction == d);
        if (found > *best)
            *best = found;
        if (t->direction != d)
            least = UTP_ANSWERS; /* whoever is heard both ways must be answered */
    }
    if (*best < least)
        *best = UTP_UNRELATED;
    return true;
}

/* A pure function of the datagrams so far: the last one is `seen`. */
static struct recognition utp_recognise(const struct opening *o)
{
    const enum direction d = o->seen[TO_SERVER].len > 0 ? TO_SERVER : TO_CLIENT;
    enum utp_agreement found;
    struct utp_packet last;

    if (!utp_read(o->seen[d], 0, &last) || !agrees_with_one(o, d, &last, &found))
        return probe_no();
    if (found == UTP_UNRELATED)
        return (struct recognition){.answer = PROBE_MORE};
    struct recognition r = probe_yes("two packets that go together as uTP (BEP 29): connection "
                                     "ids, numbers and clock",
                                     bytes_of(NULL, 0), d);
    r.confidence = CONFIDENCE_PROBABLE;
    return r;
}

/* --- saying how sure it is -------------------------------------------------------------------- */

static enum confidence confidence_of(const struct bittorrent_socket *s)
{
    const enum confidence own =
        s->sure == UTP_STRONG || s->known ? CONFIDENCE_STRONG : CONFIDENCE_PROBABLE;

    return s->talk.sure > own ? (enum confidence)s->talk.sure : own;
}

static void emit_once(struct bittorrent_socket *s, struct host *h)
{
    struct event e = {.kind = EVENT_BITTORRENT, .direction = TO_SERVER};

    if (s->told)
        return;
    s->told = true;
    e.as.bittorrent = (struct bittorrent_event){.kind = "utp", .confidence = confidence_of(s)};
    h->emit(h, &e);
}

/* Once each, as soon as it is so. */
static void weigh_signs(struct bittorrent_socket *s, struct host *h)
{
    const struct known_peer *peer;

    if (s->sure == UTP_STRONG && !s->paired) {
        s->paired = true;
        h->weigh(h, BITS_PAIR,
                 "uTP both ways: connection ids one apart, and each side "
                 "acknowledges what the other sent",
                 bytes_of(NULL, 0));
    }
    if (s->told)
        return;
    if (s->talk.sure > CONFIDENCE_NONE)
        h->weigh(h, BITS_SOCKET, "BitTorrent's messages between the same ports", bytes_of(NULL, 0));
    else if (s->sure < UTP_STRONG && !s->known && (peer = h->known_peer(h)) != NULL) {
        s->known = true;
        h->weigh(h, BITS_KNOWN, "uTP with one who is known by",
                 bytes_of_text(peer_source_name(peer->source)));
    }
    h->claim(h, confidence_of(s));
    if (confidence_of(s) >= CONFIDENCE_STRONG)
        emit_once(s, h);
}

/* --- reading ---------------------------------------------------------------------------------- */

static void utp_open(void *state, struct host *h, const void *arg)
{
    struct bittorrent_socket *s = state;

    if (arg != NULL) {
        bittorrent_socket_take(s, arg);
        h->claim(h, confidence_of(s));
        weigh_signs(s, h);
    }
    if (s->utp == NULL)
        s->utp = h->alloc(h, sizeof(*s->utp));
    if (s->utp != NULL)
        utp_socket_carry(s->utp, h);
}

/* A datagram that is neither uTP nor a message, or uTP both ways of which nothing answers. True: it
 * is not the first, and this was no uTP. */
static bool takes_back(struct bittorrent_socket *s, struct host *h, struct bytes in)
{
    if (confidence_of(s) >= CONFIDENCE_STRONG || ++s->strange < STRANGE_MOST)
        return false;
    bittorrent_socket_close(s, h);
    s->told = true;
    h->note(h, "no uTP after all: what follows does not go with it", bytes_first(in, 16));
    h->replace(h, "raw", NULL, false);
    return true;
}

/* The connection that is carried is over, another has bytes. What is on top goes with the former,
 * so that where it had a name, only the latter's own handshake is reason enough. */
static bool changes(struct bittorrent_socket *s, struct host *h)
{
    struct opening o = {.transport = TRANSPORT_TCP};

    utp_socket_waiting(s->utp, o.seen);
    const enum probe known = layer_bittorrent.recognise(&o).answer;
    if (h->carried_known && known == PROBE_NO)
        utp_socket_pass(s->utp, h);
    if (h->carried_known && known != PROBE_YES)
        return false;
    bittorrent_socket_give(s, h);
    return true;
}

static size_t utp_feed(void *state, struct host *h, enum direction d, struct bytes in)
{
    struct bittorrent_socket *s = state;
    struct utp_packet p;

    if (!utp_read(in, h->cut, &p)) {
        if (!bittorrent_talk_feed(&s->talk, h, d, in) && h->cut == 0 && takes_back(s, h, in))
            return 0;
    } else if (bittorrent_socket_utp(s, h, d, &p) && s->utp->wants > 0 && changes(s, h)) {
        return in.len;
    }
    weigh_signs(s, h);
    if (s->utp != NULL && s->utp->unanswered > UTP_UNANSWERED_MOST && takes_back(s, h, in))
        return 0;
    return in.len;
}

static void utp_close(void *state, struct host *h, enum close_reason why)
{
    struct bittorrent_socket *s = state;

    (void)why;
    if (s->sure > UTP_NOTHING)
        emit_once(s, h);
    bittorrent_socket_close(s, h);
}

const struct layer layer_utp = {
    .name = "utp",
    .app = "bittorrent",
    .application = true,
    .may_change = true,
    .carries_stream = true,
    .state_size = sizeof(struct bittorrent_socket),
    .recognise = utp_recognise,
    .open = utp_open,
    .feed = utp_feed,
    .close = utp_close,
};
