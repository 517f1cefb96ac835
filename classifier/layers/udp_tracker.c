/* SPDX-License-Identifier: MIT */
#include "layers/udp_tracker.h"

#include "base/cursor.h"

#define CONNECT_MAGIC   0x41727101980U
#define CONNECT_LEN     16 /* both ways */
#define TRANSACTION_LEN 4
#define HASH_LEN        20
#define SCRAPE_HEAD_LEN 16
#define SCRAPE_MAX      74 /* BEP 15: info-hashes in one request */
#define SCRAPED_LEN     12 /* seeders, completed, leechers */

/* BEP 41: an option's type. Those but END and NOTHING have their length in a byte. */
enum option { OPTION_END = 0, OPTION_NOTHING = 1, OPTION_URL = 2 };

/* To the datagram's end, or to END. */
static bool read_options(struct cursor *c, struct bytes *url)
{
    while (c->left.len > 0) {
        const uint8_t type = cursor_u8(c);
        if (type == OPTION_END)
            return true;
        if (type == OPTION_NOTHING)
            continue;
        const struct bytes value = cursor_take(c, cursor_u8(c));
        if (c->truncated)
            return false;
        if (type == OPTION_URL && url->len == 0)
            *url = value;
    }
    return true;
}

static bool read_announce(struct cursor *c, struct udp_tracker_request *out)
{
    static const char *const events[] = {"announce", "completed", "started", "stopped"};
    enum { COUNTERS_LEN = 3 * 8, IP_KEY_WANT_LEN = 3 * 4 };

    out->info_hash = cursor_take(c, HASH_LEN);
    out->peer_id = cursor_take(c, HASH_LEN);
    cursor_skip(c, COUNTERS_LEN);
    const uint32_t event = cursor_be32(c);
    cursor_skip(c, IP_KEY_WANT_LEN);
    out->port = cursor_be16(c);
    if (c->truncated || event >= sizeof(events) / sizeof(events[0]))
        return false;
    out->event = events[event];
    return read_options(c, &out->url);
}

static bool read_scrape(struct cursor *c, struct udp_tracker_request *out)
{
    const size_t hashes = c->left.len / HASH_LEN;

    if (c->left.len % HASH_LEN != 0 || hashes == 0 || hashes > SCRAPE_MAX)
        return false;
    out->info_hash = cursor_take(c, HASH_LEN);
    return true;
}

bool udp_tracker_request(struct bytes datagram, struct udp_tracker_request *out)
{
    struct cursor c = cursor_over(datagram);

    const uint64_t connection = cursor_be64(&c);
    const uint32_t action = cursor_be32(&c);
    *out = (struct udp_tracker_request){.action = TRACKER_CONNECT};
    out->transaction = cursor_take(&c, TRANSACTION_LEN);
    if (c.truncated)
        return false;
    switch (action) {
    case TRACKER_CONNECT: return connection == CONNECT_MAGIC && c.left.len == 0;
    case TRACKER_ANNOUNCE: out->action = TRACKER_ANNOUNCE; return read_announce(&c, out);
    case TRACKER_SCRAPE: out->action = TRACKER_SCRAPE; return read_scrape(&c, out);
    default: return false;
    }
}

bool udp_tracker_answer(struct bytes datagram, struct udp_tracker_answer *out)
{
    enum { ANNOUNCED_LEN = 3 * 4 }; /* interval, leechers, seeders */
    struct cursor c = cursor_over(datagram);

    const uint32_t action = cursor_be32(&c);
    *out = (struct udp_tracker_answer){.action = TRACKER_CONNECT};
    out->transaction = cursor_take(&c, TRANSACTION_LEN);
    if (c.truncated)
        return false;
    switch (action) {
    case TRACKER_CONNECT: return datagram.len == CONNECT_LEN;
    case TRACKER_ANNOUNCE:
        out->action = TRACKER_ANNOUNCE;
        cursor_skip(&c, ANNOUNCED_LEN);
        out->peers = c.left;
        return !c.truncated && out->peers.len % COMPACT_IPV4 == 0;
    case TRACKER_SCRAPE:
        out->action = TRACKER_SCRAPE;
        return c.left.len > 0 && c.left.len % SCRAPED_LEN == 0;
    case TRACKER_ERROR:
        out->action = TRACKER_ERROR;
        out->text = c.left;
        return true;
    default: return false;
    }
}

bool udp_tracker_matches(const struct udp_tracker_answer *a, enum udp_tracker_action asked,
                         struct bytes transaction)
{
    return bytes_equal(a->transaction, transaction) &&
           (a->action == asked || a->action == TRACKER_ERROR);
}

/* IANA's IPv6 global unicast allocations, RFC 4193, RFC 4291 s2.5.5.2, s2.5.6: where a host's
 * address begins. */
static bool is_ipv6_host(const uint8_t address[16])
{
    static const struct {
        uint8_t first, least, most; /* the first byte, and the second's range */
    } begins[] = {{0x20, 0x01, 0x03}, {0x24, 0x00, 0x1f}, {0x26, 0x00, 0x3f},
                  {0x28, 0x00, 0x0f}, {0x2a, 0x00, 0x1f}, {0x2c, 0x00, 0x0f},
                  {0xfc, 0x00, 0xff}, {0xfd, 0x00, 0xff}, {0xfe, 0x80, 0xbf}};
    const struct addr mapped = addr_from_ipv4(address + 12);

    for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
        if (address[0] == begins[i].first && address[1] >= begins[i].least &&
            address[1] <= begins[i].most)
            return true;
    return memcmp(mapped.byte, address, sizeof(mapped.byte)) == 0;
}

/* Is it one in every group of 18 bytes? Of IPv4 endpoints every third would have to begin so. */
static bool are_ipv6(struct bytes peers)
{
    if (peers.len == 0 || peers.len % COMPACT_IPV6 != 0)
        return false;
    for (; peers.len > 0; peers = bytes_after(peers, COMPACT_IPV6))
        if (!is_ipv6_host(peers.at))
            return false;
    return true;
}

void udp_tracker_peers(const struct udp_tracker_answer *a, struct endpoint_list *out)
{
    const size_t size = are_ipv6(a->peers) ? COMPACT_IPV6 : COMPACT_IPV4;

    compact_add_each(out, a->peers, size, size);
}
