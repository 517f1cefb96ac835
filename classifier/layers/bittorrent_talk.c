/* SPDX-License-Identifier: MIT */
#include "layers/bittorrent_talk.h"

#include "layers/bittorrent_peer_id.h"
#include "layers/dht.h"
#include "layers/lsd.h"
#include "layers/probe.h"
#include "layers/udp_tracker.h"

_Static_assert(DHT_ID_LEN == 20 && LSD_HASH_LEN == 20, "an info-hash is an info-hash");

enum noted { NOTED_DHT = 1, NOTED_TRACKER = 2, NOTED_LSD = 4, NOTED_ANSWER = 8, NOTED_URL = 16 };

static const char dht_kind[] = "dht";
static const char tracker_kind[] = "udp-tracker";

/* --- questions and answers -------------------------------------------------------------------- */

static void set_hash(struct bittorrent_event *out, struct bytes hash)
{
    if (hash.len < sizeof(out->info_hash))
        return;
    out->has_info_hash = true;
    memcpy(out->info_hash, hash.at, sizeof(out->info_hash));
}

static struct bittorrent_question *remember(struct bittorrent_talk *t, enum direction d,
                                            const struct bittorrent_event *said,
                                            struct bytes transaction)
{
    struct bittorrent_question *q = &t->asked[t->next];

    t->next = (uint8_t)((t->next + 1) % BITTORRENT_ASKED);
    *q = (struct bittorrent_question){.kind = said->kind,
                                      .action = said->action,
                                      .transaction_len = (uint8_t)transaction.len,
                                      .sender = (uint8_t)d,
                                      .has_info_hash = said->has_info_hash};
    memcpy(q->info_hash, said->info_hash, sizeof(q->info_hash));
    if (transaction.len > 0)
        memcpy(q->transaction, transaction.at,
               bytes_first(transaction, sizeof(q->transaction)).len);
    return q;
}

/* The latest question that this transaction answers; NULL: none that is remembered. */
static const struct bittorrent_question *asked_by(const struct bittorrent_talk *t, enum direction d,
                                                  const char *kind, struct bytes transaction)
{
    const struct bytes part = bytes_first(transaction, sizeof(t->asked[0].transaction));

    for (unsigned i = 1; i <= BITTORRENT_ASKED; i++) {
        const struct bittorrent_question *q =
            &t->asked[(t->next + BITTORRENT_ASKED - i) % BITTORRENT_ASKED];
        if (q->kind == kind && q->sender != d && q->transaction_len == transaction.len &&
            bytes_equal(bytes_of(q->transaction, part.len), part))
            return q;
    }
    return NULL;
}

/* Whose answer names nobody is no news. */
static void take_question(struct bittorrent_event *out, const struct bittorrent_question *q)
{
    if (out->peer_count > 0 || out->node_count > 0)
        out->action = q->action;
    out->has_info_hash = q->has_info_hash;
    memcpy(out->info_hash, q->info_hash, sizeof(out->info_hash));
}

/* --- saying it -------------------------------------------------------------------------------- */

static void note_once(struct bittorrent_talk *t, struct host *h, enum noted what,
                      const char *sentence, struct bytes detail)
{
    if ((t->noted & what) != 0)
        return;
    t->noted = (uint8_t)(t->noted | what);
    h->note(h, sentence, detail);
}

static void say(struct bittorrent_talk *t, struct host *h, struct event *e, enum confidence sure)
{
    const struct bittorrent_event *b = &e->as.bittorrent;

    if (sure > t->sure)
        t->sure = (uint8_t)sure;
    h->claim(h, sure);
    e->as.bittorrent.confidence = sure;
    if (b->action != NULL || b->peer_count > 0 || b->node_count > 0)
        h->emit(h, e);
}

/* An answer whose question was seen: nothing else has that grammar both ways. */
static enum confidence answered(struct bittorrent_talk *t, struct host *h)
{
    note_once(t, h, NOTED_ANSWER, "an answer has its question's transaction", bytes_of(NULL, 0));
    return CONFIDENCE_CERTAIN;
}

static void say_dht(struct bittorrent_talk *t, struct host *h, enum direction d,
                    const struct dht_message *m)
{
    struct endpoint peers[BITTORRENT_PEERS], nodes[BITTORRENT_PEERS];
    struct endpoint_list peer_list = {peers, BITTORRENT_PEERS, 0};
    struct endpoint_list node_list = {nodes, BITTORRENT_PEERS, 0};
    struct event e = {.kind = EVENT_BITTORRENT, .direction = d};
    struct bittorrent_event *out = &e.as.bittorrent;
    enum confidence sure = CONFIDENCE_STRONG;

    dht_peers(m, &peer_list);
    dht_nodes(m, &node_list);
    *out = (struct bittorrent_event){.kind = dht_kind,
                                     .action = m->kind == DHT_QUERY ? m->query : NULL,
                                     .client = dht_client(m),
                                     .peers = peers,
                                     .nodes = nodes,
                                     .peer_count = peer_list.count,
                                     .node_count = node_list.count};
    if (m->names_torrent)
        set_hash(out, m->target);
    if (m->kind == DHT_QUERY) {
        if (strcmp(m->query, "announce_peer") == 0 && !m->implied_port)
            out->listen_port = m->port;
        remember(t, d, out, m->transaction);
    } else {
        const struct bittorrent_question *q = asked_by(t, d, dht_kind, m->transaction);
        if (q != NULL) {
            take_question(out, q);
            sure = answered(t, h);
        }
    }
    note_once(t, h, NOTED_DHT, "BitTorrent DHT message (BEP 5)", bytes_of_text(m->query));
    say(t, h, &e, sure);
}

static void say_request(struct bittorrent_talk *t, struct host *h, enum direction d,
                        const struct udp_tracker_request *r)
{
    static const char *const actions[] = {"connect", "announce", "scrape", "error"};
    struct event e = {.kind = EVENT_BITTORRENT, .direction = d};
    struct bittorrent_event *out = &e.as.bittorrent;
    char client[PEER_CLIENT_ROOM];

    *out = (struct bittorrent_event){.kind = tracker_kind,
                                     .action = r->event != NULL ? r->event : actions[r->action],
                                     .listen_port = r->port};
    set_hash(out, r->info_hash);
    if (r->peer_id.len == PEER_ID_LEN) {
        out->has_peer_id = true;
        memcpy(out->peer_id, r->peer_id.at, PEER_ID_LEN);
        out->client = peer_id_client(out->peer_id, client) ? client : NULL;
    }
    remember(t, d, out, r->transaction)->tracker_action = (uint8_t)r->action;
    note_once(t, h, NOTED_TRACKER, "request to a BitTorrent tracker (BEP 15)",
              bytes_of_text(out->action));
    if (r->url.len > 0)
        note_once(t, h, NOTED_URL, "names the tracker's path (BEP 41)", r->url);
    /* To connect is unmistakable; of the others a word of the peer id is. */
    say(t, h, &e,
        r->action == TRACKER_CONNECT || out->client != NULL ? CONFIDENCE_STRONG
                                                            : CONFIDENCE_PROBABLE);
}

static void say_answer(struct bittorrent_talk *t, struct host *h, enum direction d,
                       const struct udp_tracker_answer *a, const struct bittorrent_question *q)
{
    struct endpoint peers[BITTORRENT_PEERS];
    struct endpoint_list list = {peers, BITTORRENT_PEERS, 0};
    struct event e = {.kind = EVENT_BITTORRENT, .direction = d};
    struct bittorrent_event *out = &e.as.bittorrent;

    udp_tracker_peers(a, &list);
    *out =
        (struct bittorrent_event){.kind = tracker_kind, .peers = peers, .peer_count = list.count};
    take_question(out, q);
    if (a->action == TRACKER_ERROR)
        out->action = "error";
    say(t, h, &e, answered(t, h));
}

/* One event for each torrent. */
static void say_local(struct bittorrent_talk *t, struct host *h, enum direction d,
                      struct lsd_announcement *a)
{
    struct event e = {.kind = EVENT_BITTORRENT, .direction = d};
    struct bittorrent_event *out = &e.as.bittorrent;

    *out = (struct bittorrent_event){
        .kind = "lsd", .action = "announce", .has_info_hash = true, .listen_port = a->port};
    note_once(t, h, NOTED_LSD, "BitTorrent announcement to the local network (BEP 14)", a->cookie);
    while (lsd_next_hash(a, out->info_hash))
        say(t, h, &e, CONFIDENCE_STRONG);
}

/* --- reading it ------------------------------------------------------------------------------- */

/* Where nothing but the flow says that it is a tracker's, the answer must have its question. */
static bool feed_tracker(struct bittorrent_talk *t, struct host *h, enum direction d,
                         struct bytes in)
{
    struct udp_tracker_request request;
    struct udp_tracker_answer answer;

    if (udp_tracker_answer(in, &answer)) {
        const struct bittorrent_question *q = asked_by(t, d, tracker_kind, answer.transaction);
        if (q != NULL && udp_tracker_matches(&answer, (enum udp_tracker_action)q->tracker_action,
                                             answer.transaction)) {
            say_answer(t, h, d, &answer, q);
            return true;
        }
    }
    if (!udp_tracker_request(in, &request))
        return false;
    say_request(t, h, d, &request);
    return true;
}

bool bittorrent_talk_feed(struct bittorrent_talk *t, struct host *h, enum direction d,
                          struct bytes datagram)
{
    struct lsd_announcement local;
    struct dht_message message;

    if (dht_read(datagram, &message)) {
        say_dht(t, h, d, &message);
        return true;
    }
    if (lsd_read(datagram, &local)) {
        say_local(t, h, d, &local);
        return true;
    }
    return feed_tracker(t, h, d, datagram);
}

/* --- recognising it --------------------------------------------------------------------------- */

/* An announce alone has little that is fixed; a peer id in a known program's style is. */
static bool is_request(const struct udp_tracker_request *r)
{
    return r->action == TRACKER_CONNECT ||
           (r->action == TRACKER_ANNOUNCE && peer_id_product(r->peer_id.at) != NULL);
}

/* Is it the answer to an earlier datagram of the other side? */
static bool answers_one(const struct opening *o, enum direction d, struct bytes in)
{
    struct udp_tracker_request request;
    struct udp_tracker_answer answer;

    if (!udp_tracker_answer(in, &answer))
        return false;
    for (unsigned i = 0; i + 1 < o->turns; i++)
        if (o->turn[i].direction != d && udp_tracker_request(o->turn[i].bytes, &request) &&
            udp_tracker_matches(&answer, request.action, request.transaction))
            return true;
    return false;
}

struct recognition bittorrent_talk_recognise(const struct opening *o)
{
    const enum direction d = o->seen[TO_SERVER].len > 0 ? TO_SERVER : TO_CLIENT;
    const struct bytes in = o->seen[d];
    struct udp_tracker_request request;
    struct lsd_announcement local;
    struct dht_message message;

    if (dht_read(in, &message))
        return probe_yes("BitTorrent DHT message (BEP 5)", bytes_of_text(message.query), d);
    if (lsd_read(in, &local))
        return probe_yes("BitTorrent announcement to the local network (BEP 14)", local.cookie, d);
    if (udp_tracker_request(in, &request) && is_request(&request))
        return probe_yes("request to a BitTorrent tracker (BEP 15)", request.info_hash, d);
    if (answers_one(o, d, in))
        return probe_yes("answer of a BitTorrent tracker (BEP 15), with its request's transaction",
                         bytes_of(NULL, 0), d);
    return probe_no();
}
