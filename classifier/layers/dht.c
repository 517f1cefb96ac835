/* SPDX-License-Identifier: MIT */
#include "layers/dht.h"

#include "layers/bencode.h"
#include "layers/bittorrent_peer_id.h"
#include "layers/probe.h"

#define TRANSACTION_MAX 64 /* two bytes are usual; nobody needs more than a few */
#define NODE_IPV4       (DHT_ID_LEN + COMPACT_IPV4)
#define NODE_IPV6       (DHT_ID_LEN + COMPACT_IPV6)

/* The members of the outer dictionary, as they are written. */
struct envelope {
    struct bytes transaction, type, query, arguments, answer, error, version, read_only;
};

/* What a query's arguments or an answer must and can say. */
struct member {
    const char *key;
    size_t at; /* a struct bytes in struct body */
};

struct body {
    struct bytes id, info_hash, target, token, port, implied_port, nodes, nodes6, values, samples;
};

#define BODY(member)                                                                               \
    {                                                                                              \
#member, offsetof(struct body, member)                                                     \
    }
#define ENVELOPE(key, member)                                                                      \
    {                                                                                              \
        key, offsetof(struct envelope, member)                                                     \
    }

static const struct member body_members[] = {
    BODY(id),           BODY(info_hash), BODY(target), BODY(token),  BODY(port),
    BODY(implied_port), BODY(nodes),     BODY(nodes6), BODY(values), BODY(samples),
};

static const struct member envelope_members[] = {
    ENVELOPE("t", transaction), ENVELOPE("y", type),       ENVELOPE("q", query),
    ENVELOPE("a", arguments),   ENVELOPE("r", answer),     ENVELOPE("e", error),
    ENVELOPE("v", version),     ENVELOPE("ro", read_only),
};

/* BEP 5, 33, 44, 51. */
static const struct {
    const char *name;
    const char *wanted; /* "info_hash", "target", or NULL: it asks for nothing by name */
} queries[] = {
    {"ping", NULL},
    {"find_node", "target"},
    {"get_peers", "info_hash"},
    {"announce_peer", "info_hash"},
    {"get", "target"},
    {"put", NULL},
    {"sample_infohashes", "target"},
};

/* The next pair of a dictionary that was entered; false at its end, or where it is broken. */
static bool next_pair(struct cursor *c, struct bytes *key, struct bytes *value)
{
    if (!bencode_string(c, key))
        return false;
    *value = c->left;
    if (!bencode_skip(c))
        return false;
    value->len -= c->left.len;
    return true;
}

/* Reads a dictionary that is the whole of `in`. Of a key that comes twice, the first counts. */
static bool read_members(struct bytes in, const struct member *members, size_t count, void *out)
{
    struct cursor c = cursor_over(in);
    struct bytes key, value;

    if (cursor_u8(&c) != 'd')
        return false;
    while (c.left.len > 0 && c.left.at[0] != 'e') {
        if (!next_pair(&c, &key, &value))
            return false;
        for (size_t i = 0; i < count; i++) {
            struct bytes *slot = (struct bytes *)(void *)((char *)out + members[i].at);
            if (slot->len == 0 && bytes_equal(key, bytes_of_text(members[i].key)))
                *slot = value;
        }
    }
    return cursor_u8(&c) == 'e' && c.left.len == 0;
}

/* What a value is, where it is a string; else nothing. */
static struct bytes text_of(struct bytes value)
{
    struct cursor c = cursor_over(value);
    struct bytes text;

    return bencode_string(&c, &text) ? text : bytes_of(NULL, 0);
}

static struct bytes twenty_of(struct bytes value)
{
    const struct bytes text = text_of(value);

    return text.len == DHT_ID_LEN ? text : bytes_of(NULL, 0);
}

/* "i6881e"; 0 for what is no number between 1 and 65535. */
static uint16_t number_of(struct bytes value)
{
    enum { PORT_MAX = 65535 };
    unsigned n = 0;

    if (value.len < 3 || value.at[0] != 'i')
        return 0;
    for (size_t i = 1; i + 1 < value.len; i++) {
        if (value.at[i] < '0' || value.at[i] > '9')
            return 0;
        n = n * 10 + (unsigned)(value.at[i] - '0');
        if (n > PORT_MAX)
            return 0;
    }
    return (uint16_t)n;
}

/* The inside of a list; nothing where it is none. */
static struct bytes list_of(struct bytes value)
{
    if (value.len < 2 || value.at[0] != 'l')
        return bytes_of(NULL, 0);
    return bytes_of(value.at + 1, value.len - 2);
}

static void take_body(const struct body *b, struct dht_message *out)
{
    const struct bytes info_hash = twenty_of(b->info_hash);

    out->id = twenty_of(b->id);
    out->names_torrent = info_hash.len > 0;
    out->target = out->names_torrent ? info_hash : twenty_of(b->target);
    out->token = text_of(b->token).len > 0;
    out->port = number_of(b->port);
    out->implied_port = number_of(b->implied_port) != 0;
    out->nodes = text_of(b->nodes);
    out->nodes6 = text_of(b->nodes6);
    out->values = list_of(b->values);
    out->samples = text_of(b->samples);
}

static bool read_body(struct bytes dictionary, struct dht_message *out)
{
    struct body b = {0};

    if (!read_members(dictionary, body_members, sizeof(body_members) / sizeof(body_members[0]), &b))
        return false;
    take_body(&b, out);
    return out->id.len == DHT_ID_LEN;
}

static bool read_query(const struct envelope *v, struct dht_message *out)
{
    const struct bytes name = text_of(v->query);

    if (name.len == 0 || !read_body(v->arguments, out))
        return false;
    out->kind = DHT_QUERY;
    out->query = "other";
    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++)
        if (bytes_equal(name, bytes_of_text(queries[i].name))) {
            out->query = queries[i].name;
            return queries[i].wanted == NULL || out->target.len > 0;
        }
    return true;
}

/* BEP 5: a number and a sentence. */
static bool is_error(struct bytes value)
{
    struct cursor c = cursor_over(list_of(value));
    struct bytes sentence;

    return c.left.len > 0 && c.left.at[0] == 'i' && bencode_skip(&c) &&
           bencode_string(&c, &sentence) && c.left.len == 0;
}

bool dht_read(struct bytes datagram, struct dht_message *out)
{
    struct envelope v = {0};

    *out = (struct dht_message){.kind = DHT_ERROR};
    if (datagram.len < 2 || datagram.at[0] != 'd' || datagram.at[datagram.len - 1] != 'e' ||
        !read_members(datagram, envelope_members,
                      sizeof(envelope_members) / sizeof(envelope_members[0]), &v))
        return false;
    out->transaction = text_of(v.transaction);
    out->version = text_of(v.version);
    out->read_only = number_of(v.read_only) != 0;
    if (out->transaction.len == 0 || out->transaction.len > TRANSACTION_MAX)
        return false;
    if (bytes_equal(v.type, TEXT("1:q")))
        return read_query(&v, out);
    if (bytes_equal(v.type, TEXT("1:r"))) {
        out->kind = DHT_ANSWER;
        return read_body(v.answer, out);
    }
    return bytes_equal(v.type, TEXT("1:e")) && is_error(v.error);
}

void dht_peers(const struct dht_message *m, struct endpoint_list *out)
{
    struct cursor c = cursor_over(m->values);
    struct bytes peer;

    while (out->count < out->room && bencode_string(&c, &peer))
        compact_add(out, peer, peer.len);
}

void dht_nodes(const struct dht_message *m, struct endpoint_list *out)
{
    compact_add_each(out, m->nodes, NODE_IPV4, COMPACT_IPV4);
    compact_add_each(out, m->nodes6, NODE_IPV6, COMPACT_IPV6);
}

/* BEP 5: two characters as in a peer id, and two bytes of version in each program's own way. */
const char *dht_client(const struct dht_message *m)
{
    uint8_t id[PEER_ID_LEN] = "-??0000-------------";

    if (m->version.len < 2)
        return NULL;
    memcpy(id + 1, m->version.at, 2);
    return peer_id_product(id);
}
