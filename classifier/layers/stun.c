/* SPDX-License-Identifier: MIT */
/* stun.c - STUN over UDP (RFC 8489), and what a check of WebRTC's (ICE, RFC 8445) says.
 *
 * In:    datagrams, whole.
 * Out:   EVENT_BITTORRENT "webrtc" where the names in a check's USERNAME, or the ends of the flow,
 *        were in WebTorrent's offers (ws_offers.h): `strong` by both names, or by one and an end;
 *        else `probable`.
 * State: struct stun. Looks at the first CHECKS requests, until it is strong.
 */
#include "base/cursor.h"
#include "layers/named.h"
#include "layers/probe.h"

#define HEADER_LEN   20
#define MAGIC_COOKIE 0x2112A442U
#define BINDING      0x0001 /* request: RFC 8489 s5 */
#define USERNAME     0x0006 /* RFC 8489 s14.3 */
#define CHECKS       32

struct stun {
    uint8_t checks;
    uint8_t told; /* enum confidence */
};

/* Two zero bits, a type, a length in words, the magic cookie (RFC 8489 s5). Leaves the cursor at
 * the attributes. */
static bool read_header(struct cursor *c, uint16_t *type)
{
    const size_t len = c->left.len;

    *type = cursor_be16(c);
    const uint16_t length = cursor_be16(c);
    const uint32_t cookie = cursor_be32(c);
    cursor_skip(c, HEADER_LEN - 2 * sizeof(uint16_t) - sizeof(uint32_t)); /* the transaction */
    return !c->truncated && *type >> 14 == 0 && length % 4 == 0 &&
           len == (size_t)length + HEADER_LEN && cookie == MAGIC_COOKIE;
}

static struct recognition stun_recognise(const struct opening *o)
{
    const enum direction d = o->seen[TO_SERVER].len > 0 ? TO_SERVER : TO_CLIENT;
    struct cursor c = cursor_over(o->seen[d]);
    uint16_t type;

    if (!read_header(&c, &type))
        return probe_no();
    return probe_yes("STUN message with its magic cookie (RFC 8489 s5)", bytes_of(NULL, 0), d);
}

/* "theirs:ours" (RFC 8445 s7.2.2). Empty: no such attribute. */
static struct bytes username_of(struct cursor c)
{
    while (c.left.len > 0) {
        const uint16_t type = cursor_be16(&c);
        const uint16_t length = cursor_be16(&c);
        const struct bytes value = cursor_take(&c, length);
        if (c.truncated)
            break;
        if (type == USERNAME)
            return value;
        cursor_skip(&c, (4U - length % 4U) % 4U); /* RFC 8489 s14 */
    }
    return bytes_of(NULL, 0);
}

static void tell(struct stun *s, struct host *h, enum direction d, struct bytes username,
                 const struct known_peer *k)
{
    struct event e = {.kind = EVENT_BITTORRENT, .direction = d};
    struct bittorrent_event *b = &e.as.bittorrent;

    *b = (struct bittorrent_event){.kind = "webrtc",
                                   .encrypted = true,
                                   .confidence = (enum confidence)s->told,
                                   .has_info_hash = k->has_info_hash};
    memcpy(b->info_hash, k->info_hash, sizeof(b->info_hash));
    h->note(h,
            s->told == CONFIDENCE_STRONG
                ? "a check of WebRTC's with the names of a WebTorrent offer (RFC 8445)"
                : "a check of WebRTC's (RFC 8445), with a name or an end of a WebTorrent offer",
            username);
    h->emit(h, &e);
}

static void hear_check(struct stun *s, struct host *h, enum direction d, struct bytes username)
{
    const size_t theirs = bytes_find(username, bytes_of_text(":"));
    struct endpoint names[2];
    enum confidence sure;

    s->checks++;
    if (!ice_name(bytes_first(username, theirs), &names[0]) ||
        !ice_name(bytes_after(username, theirs + 1), &names[1]))
        return;
    const struct known_peer *k = h->known_ice(h, names, &sure);
    if (k == NULL || sure <= s->told)
        return;
    s->told = (uint8_t)sure;
    tell(s, h, d, username, k);
}

static size_t stun_feed(void *state, struct host *h, enum direction d, struct bytes in)
{
    struct stun *s = state;
    struct cursor c = cursor_over(in);
    uint16_t type;

    if (s->checks < CHECKS && s->told < CONFIDENCE_STRONG && read_header(&c, &type) &&
        type == BINDING) {
        const struct bytes username = username_of(c);
        if (username.len > 0)
            hear_check(s, h, d, username);
    }
    return in.len;
}

const struct layer layer_stun = {
    .name = "stun",
    .application = true,
    .state_size = sizeof(struct stun),
    .recognise = stun_recognise,
    .feed = stun_feed,
};
