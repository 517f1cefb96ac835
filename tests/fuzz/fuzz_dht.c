/* SPDX-License-Identifier: MIT */
/* fuzz_dht.c - BitTorrent's messages over UDP: the input is a conversation (turns.h), each turn a
 * datagram. What is found in one lies inside it, what is cut short is none, and the layer keeps no
 * memory. */
#include "layers/bittorrent_socket.h"
#include "layers/dht.h"
#include "layers/layers.h"
#include "layers/lsd.h"
#include "layers/udp_tracker.h"
#include "turns.h"

#define ROOM 7

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void inside(struct bytes part, struct bytes whole)
{
    assert(part.len == 0 || (part.at >= whole.at && part.at + part.len <= whole.at + whole.len));
}

static void read_dht(struct bytes in)
{
    struct endpoint peers[ROOM], nodes[ROOM];
    struct endpoint_list peer_list = {peers, ROOM, 0}, node_list = {nodes, ROOM, 0};
    struct dht_message m, cut;

    if (!dht_read(in, &m))
        return;
    inside(m.transaction, in);
    inside(m.id, in);
    inside(m.target, in);
    inside(m.nodes, in);
    inside(m.nodes6, in);
    inside(m.values, in);
    inside(m.samples, in);
    inside(m.version, in);
    assert(m.kind == DHT_ERROR || m.id.len == DHT_ID_LEN);
    assert((m.kind == DHT_QUERY) == (m.query != NULL));
    dht_peers(&m, &peer_list);
    dht_nodes(&m, &node_list);
    (void)dht_client(&m);
    assert(peer_list.count <= ROOM && node_list.count <= ROOM);
    for (size_t len = in.len - 1; len > 0 && in.len - len < 64; len--)
        assert(!dht_read(bytes_first(in, len), &cut));
}

static void read_tracker(struct bytes in)
{
    struct endpoint at[ROOM];
    struct endpoint_list list = {at, ROOM, 0};
    struct udp_tracker_request request;
    struct udp_tracker_answer answer;

    if (udp_tracker_request(in, &request)) {
        inside(request.transaction, in);
        inside(request.info_hash, in);
        inside(request.peer_id, in);
        inside(request.url, in);
        assert(request.action != TRACKER_ERROR);
    }
    if (udp_tracker_answer(in, &answer)) {
        inside(answer.peers, in);
        inside(answer.text, in);
        udp_tracker_peers(&answer, &list);
        assert(list.count <= ROOM);
    }
}

static void read_local(struct bytes in)
{
    uint8_t hash[LSD_HASH_LEN];
    struct lsd_announcement a;
    size_t hashes = 0;

    if (!lsd_read(in, &a))
        return;
    inside(a.cookie, in);
    assert(a.port != 0);
    while (lsd_next_hash(&a, hash))
        hashes++;
    assert(hashes > 0 && hashes * 2 * LSD_HASH_LEN < in.len);
}

/* The layer utp would go on with it. */
static void on_replace(struct host *h, const char *protocol, const void *arg, bool reversed)
{
    struct bittorrent_socket given;

    bittorrent_socket_take(&given, arg);
    harness_replace(h, protocol, arg, reversed);
    bittorrent_socket_close(&given, h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cursor c = cursor_over(bytes_of(data, size));
    void *state = calloc(1, layer_bittorrent_udp.state_size);
    struct harness h;
    struct turn t;

    harness_begin(&h, INTEREST_BITTORRENT, NULL);
    h.describe = fuzz_describe;
    h.host.replace = on_replace;
    while (!h.left && fuzz_turn(&c, &t)) {
        const struct bytes datagram = test_copy(t.bytes);
        read_dht(datagram);
        read_tracker(datagram);
        read_local(datagram);
        layer_bittorrent_udp.feed(state, &h.host, t.direction, datagram);
        free((void *)(uintptr_t)datagram.at);
    }
    layer_bittorrent_udp.close(state, &h.host, CLOSE_FINISHED);
    assert(h.budget.used == 0);
    harness_end(&h);
    free(state);
    return 0;
}
