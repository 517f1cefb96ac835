/* SPDX-License-Identifier: MIT */
#include "base/buffer.h"
#include "layers/dht.h"
#include "test.h"

#define ID    "20:abcdefghij0123456789"
#define HASH  "20:mnopqrstuvwxyz123456"
#define NODE  "01234567890123456789\x0a\x00\x00\x01\x1a\xe1"
#define NODE6 "01234567890123456789\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\x1a\xe1"
#define PEER6 "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02\x1a\xe2"

#define M(literal)                                                                                 \
    {                                                                                              \
        (const uint8_t *)(literal), sizeof(literal) - 1                                            \
    }

/* What was read, as text. */
static void describe(struct bytes in, struct buffer *out)
{
    struct endpoint peers[4], nodes[4];
    struct endpoint_list peer_list = {peers, 4, 0}, node_list = {nodes, 4, 0};
    char text[ENDPOINT_TEXT_ROOM];
    struct dht_message m;

    if (!dht_read(in, &m)) {
        buffer_append_text(out, "no");
        return;
    }
    const char *client = dht_client(&m);
    buffer_printf(out, "%s t%zu",
                  m.kind == DHT_QUERY    ? m.query
                  : m.kind == DHT_ANSWER ? "answer"
                                         : "error",
                  m.transaction.len);
    if (m.target.len > 0)
        buffer_printf(out, " %s=%.3s", m.names_torrent ? "torrent" : "target",
                      (const char *)m.target.at);
    if (m.token)
        buffer_append_text(out, " token");
    if (m.port > 0 || m.implied_port)
        buffer_printf(out, " port=%u%s", m.port, m.implied_port ? "(implied)" : "");
    if (m.read_only)
        buffer_append_text(out, " read-only");
    if (m.samples.len > 0)
        buffer_printf(out, " samples=%zu", m.samples.len / DHT_ID_LEN);
    if (client != NULL)
        buffer_printf(out, " %s", client);
    dht_peers(&m, &peer_list);
    dht_nodes(&m, &node_list);
    for (unsigned i = 0; i < peer_list.count; i++) {
        endpoint_text(&peers[i], text);
        buffer_printf(out, " peer %s", text);
    }
    for (unsigned i = 0; i < node_list.count; i++) {
        endpoint_text(&nodes[i], text);
        buffer_printf(out, " node %s", text);
    }
}

static const struct vector {
    const char *name;
    struct bytes message;
    const char *want;
} vectors[] = {
    {"BEP 5 ping", M("d1:ad2:id" ID "e1:q4:ping1:t2:aa1:y1:qe"), "ping t2"},
    {"BEP 5 ping's answer", M("d1:rd2:id" ID "e1:t2:aa1:y1:re"), "answer t2"},
    {"BEP 5 error", M("d1:eli201e23:A Generic Error Ocurrede1:t2:aa1:y1:ee"), "error t2"},
    {"BEP 5 find_node", M("d1:ad2:id" ID "6:target" HASH "e1:q9:find_node1:t2:aa1:y1:qe"),
     "find_node t2 target=mno"},
    {"BEP 5 find_node's answer", M("d1:rd2:id" ID "5:nodes26:" NODE "e1:t2:aa1:y1:re"),
     "answer t2 node 10.0.0.1:6881"},
    {"BEP 5 get_peers", M("d1:ad2:id" ID "9:info_hash" HASH "e1:q9:get_peers1:t2:aa1:y1:qe"),
     "get_peers t2 torrent=mno"},
    {"BEP 5 get_peers' answer, peers",
     M("d1:rd2:id" ID "5:token8:aoeusnth6:valuesl6:axje.u6:idhtnmee1:t2:aa1:y1:re"),
     "answer t2 token peer 97.120.106.101:11893 peer 105.100.104.116:28269"},
    {"BEP 5 announce_peer, where it sends from",
     M("d1:ad2:id" ID "12:implied_porti1e9:info_hash" HASH
       "4:porti6881e5:token8:aoeusnthe1:q13:announce_peer1:t2:aa1:y1:qe"),
     "announce_peer t2 torrent=mno token port=6881(implied)"},
    {"BEP 5 announce_peer, elsewhere",
     M("d1:ad2:id" ID "12:implied_porti0e9:info_hash" HASH
       "4:porti6882e5:token8:aoeusnthe1:q13:announce_peer1:t2:aa1:y1:qe"),
     "announce_peer t2 torrent=mno token port=6882"},
    {"BEP 32 nodes6 and want",
     M("d1:ad2:id" ID "9:info_hash" HASH "4:wantl2:n42:n6ee1:q9:get_peers1:t1:x1:y1:qe"),
     "get_peers t1 torrent=mno"},
    {"BEP 32 answer",
     M("d1:rd2:id" ID "6:nodes638:" NODE6 "5:token1:x6:valuesl18:" PEER6 "ee1:t1:x1:y1:re"),
     "answer t1 token peer [2001:db8::2]:6882 node [2001:db8::1]:6881"},
    {"BEP 33 scrape",
     M("d1:ad2:id" ID "9:info_hash" HASH "6:noseedi1e6:scrapei1ee1:q9:get_peers1:t2:aa1:y1:qe"),
     "get_peers t2 torrent=mno"},
    {"BEP 33 filters", M("d1:rd4:BFpe4:abcd4:BFsd4:efgh2:id" ID "e1:t2:aa1:y1:re"), "answer t2"},
    {"BEP 42 ip",
     M("d2:ip6:\x0a\x00\x00\x02\x1a\xe1"
       "1:rd2:id" ID "e1:t2:aa1:y1:re"),
     "answer t2"},
    {"BEP 43 read-only", M("d1:ad2:id" ID "e1:q4:ping2:roi1e1:t2:aa1:y1:qe"), "ping t2 read-only"},
    {"BEP 44 get", M("d1:ad2:id" ID "3:seqi4e6:target" HASH "e1:q3:get1:t2:aa1:y1:qe"),
     "get t2 target=mno"},
    {"BEP 44 get's answer",
     M("d1:rd2:id" ID "1:k4:kkkk3:seqi4e3:sig4:ssss5:token3:abc1:v12:Hello World!e1:t2:aa1:y1:re"),
     "answer t2 token"},
    {"BEP 44 put",
     M("d1:ad3:casi3e2:id" ID "1:k4:kkkk4:salt3:foo3:seqi4e3:sig4:ssss5:token3:abc"
       "1:vd1:ali1ei2eeee1:q3:put1:t2:aa1:y1:qe"),
     "put t2 token"},
    {"BEP 51 sample_infohashes",
     M("d1:ad2:id" ID "6:target" HASH "e1:q17:sample_infohashes1:t2:aa1:y1:qe"),
     "sample_infohashes t2 target=mno"},
    {"BEP 51 samples",
     M("d1:rd2:id" ID "8:intervali60e5:nodes26:" NODE
       "3:numi2e7:samples40:0123456789012345678901234567890123456789e1:t2:aa1:y1:re"),
     "answer t2 samples=2 node 10.0.0.1:6881"},
    {"a client's sign",
     M("d1:ad2:id" ID "e1:q4:ping1:t2:aa1:v4:LT\x01\x2a"
       "1:y1:qe"),
     "ping t2 libtorrent"},
    {"nobody's sign",
     M("d1:ad2:id" ID "e1:q4:ping1:t2:aa1:v4:\0\0\0\0"
       "1:y1:qe"),
     "ping t2"},
    {"keys in any order", M("d1:y1:q1:t2:aa1:q4:ping1:ad1:x0:2:id" ID "ee"), "ping t2"},
    {"a query of nobody's", M("d1:ad2:id" ID "4:vote" HASH "e1:q4:vote1:t4:aaaa1:y1:qe"),
     "other t4"},
    {"of a key that comes twice the first", M("d1:ad2:id" ID "e1:q4:ping1:q3:get1:t2:aa1:y1:qe"),
     "ping t2"},
    {"nobody can be reached at port 0", M("d1:rd2:id" ID "6:valuesl6:abcd\0\0ee1:t2:aa1:y1:re"),
     "answer t2"},
    {"values of another size are stepped over",
     M("d1:rd2:id" ID "6:valuesl7:abcdefg6:axje.uee1:t2:aa1:y1:re"),
     "answer t2 peer 97.120.106.101:11893"},

    {"no id", M("d1:ade1:q4:ping1:t2:aa1:y1:qe"), "no"},
    {"an id of 19", M("d1:ad2:id19:abcdefghij012345678e1:q4:ping1:t2:aa1:y1:qe"), "no"},
    {"no transaction", M("d1:ad2:id" ID "e1:q4:ping1:y1:qe"), "no"},
    {"an empty transaction", M("d1:ad2:id" ID "e1:q4:ping1:t0:1:y1:qe"), "no"},
    {"no type", M("d1:ad2:id" ID "e1:q4:ping1:t2:aae"), "no"},
    {"a type of nobody's", M("d1:ad2:id" ID "e1:q4:ping1:t2:aa1:y1:xe"), "no"},
    {"a query without a name", M("d1:ad2:id" ID "e1:t2:aa1:y1:qe"), "no"},
    {"get_peers for nothing", M("d1:ad2:id" ID "e1:q9:get_peers1:t2:aa1:y1:qe"), "no"},
    {"an answer that is a list", M("d1:rli1ee1:t2:aa1:y1:re"), "no"},
    {"an error that is a string",
     M("d1:e3:201"
       "1:t2:aa1:y1:ee"),
     "no"},
    {"an error of one member", M("d1:eli201ee1:t2:aa1:y1:ee"), "no"},
    {"a torrent file", M("d8:announce18:http://tracker.exa4:infod6:lengthi1e4:name1:xee"), "no"},
    {"a tracker's answer", M("d8:intervali1800e5:peers6:axje.ue"), "no"},
    {"an extension handshake", M("d1:md6:ut_pexi1ee1:v5:x/1.0e"), "no"},
    {"a list", M("l1:t2:aae"), "no"},
    {"lengths beyond the end", M("d1:ad2:id99999999:abcdefghij0123456789e1:t2:aa1:y1:qe"), "no"},
    {"a length that overflows", M("d1:ad2:id99999999999999999999:abce1:q4:ping1:t2:aa1:y1:qe"),
     "no"},
    {"a negative length", M("d1:ad2:id-1:e1:q4:ping1:t2:aa1:y1:qe"), "no"},
    {"a key that is a number", M("di1e1:ae"), "no"},
    {"nothing", M(""), "no"},
};

static void test_vectors(void)
{
    for (size_t n = 0; n < sizeof(vectors) / sizeof(vectors[0]); n++) {
        const struct vector *v = &vectors[n];
        const struct bytes exact = test_copy(v->message);
        struct buffer out = {0};
        describe(exact, &out);
        buffer_append_byte(&out, 0);
        CHECK_TEXT((const char *)out.at, v->want, v->name);
        buffer_free(&out);
        free((void *)(uintptr_t)exact.at);
    }
}

/* A message is a whole datagram: none that was cut is one, nor one with a byte behind it. */
static void test_cuts(void)
{
    struct dht_message m;

    for (size_t n = 0; n < sizeof(vectors) / sizeof(vectors[0]); n++) {
        const struct bytes whole = vectors[n].message;
        for (size_t len = 0; len < whole.len; len++) {
            const struct bytes cut = test_copy(bytes_first(whole, len));
            CHECK(!dht_read(cut, &m), vectors[n].name);
            free((void *)(uintptr_t)cut.at);
        }
        uint8_t *longer = malloc(whole.len + 1);
        if (longer == NULL || whole.len == 0) {
            free(longer);
            continue;
        }
        memcpy(longer, whole.at, whole.len);
        longer[whole.len] = 'e';
        CHECK(!dht_read(bytes_of(longer, whole.len + 1), &m), vectors[n].name);
        free(longer);
    }
}

/* Each byte of a right message replaced by each other. In a value most are as good; in the grammar
 * none. */
static void test_mutations(void)
{
    for (size_t n = 0; n < 12; n++) {
        const struct bytes copy = test_copy(vectors[n].message);
        uint8_t *at = (uint8_t *)(uintptr_t)copy.at;
        size_t read = 0;
        for (size_t i = 0; i < copy.len; i++) {
            const uint8_t was = at[i];
            for (unsigned value = 0; value < 256; value++) {
                struct dht_message m;
                at[i] = (uint8_t)value;
                read += dht_read(copy, &m) && value != was ? 1 : 0;
            }
            at[i] = was;
        }
        CHECK(read > 0 && read < copy.len * 255 * 3 / 4, vectors[n].name);
        free(at);
    }
}

static void test_nesting(void)
{
    enum { DEEP = 60000 };
    uint8_t *at = malloc(DEEP);
    struct dht_message m;

    if (at == NULL)
        abort();
    memset(at, 'd', DEEP);
    at[DEEP - 1] = 'e';
    CHECK(!dht_read(bytes_of(at, DEEP), &m), "dictionaries without end");
    memset(at, 'l', DEEP);
    memcpy(at, "d1:a", 4);
    at[DEEP - 1] = 'e';
    CHECK(!dht_read(bytes_of(at, DEEP), &m), "lists without end");
    free(at);
}

/* More endpoints than there is room for. */
static void test_room(void)
{
    struct endpoint at[2];
    struct endpoint_list list = {at, 2, 0};

    compact_add_each(&list,
                     LITERAL("abcd\x01\x01"
                             "efgh\x01\x01"
                             "ijkl\x01\x01"),
                     COMPACT_IPV4, COMPACT_IPV4);
    CHECK(list.count == 2, "the list is full");
    list.count = 0;
    compact_add_each(&list, LITERAL("abcd\x01"), COMPACT_IPV4, COMPACT_IPV4);
    CHECK(list.count == 0, "a part of an endpoint is none");
    compact_add(&list, LITERAL("abcdefg"), 7);
    CHECK(list.count == 0, "no endpoint has 7 bytes");
}

int main(void)
{
    test_vectors();
    test_cuts();
    test_mutations();
    test_nesting();
    test_room();
    return test_end();
}
