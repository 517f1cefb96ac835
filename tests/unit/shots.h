/* SPDX-License-Identifier: MIT */
/* shots.h - segments of a conversation (conversation.h) of which anything may be odd, as frames. */
#ifndef TESTS_UNIT_SHOTS_H
#define TESTS_UNIT_SHOTS_H

#include "conversation.h"
#include "random.h"

#define SHOT_STAMPS   12 /* bytes of the timestamps option, padded */
#define SHOT_ETHERNET 14 /* bytes before IP: what calm_frames() knows */
#define SHOT_TAG      4

/* A segment of which anything may be odd. */
struct shot {
    enum direction from;
    uint8_t flags, ttl;
    uint16_t window;
    bool stamped, broken, cut;
    bool over_ethernet; /* and with checksums */
    bool tagged;        /* there */
    bool offloaded;     /* but TCP's */
    uint32_t seq, ack, stamp;
    struct bytes data;
};

static inline void shot_put_sums(uint8_t *ip, size_t size)
{
    const uint32_t pseudo = talk_sum(ip + 12, 8, TRANSPORT_TCP + (uint32_t)size - 20);

    talk_put(ip + 10, ~talk_sum(ip, 20, 0) & 0xffff, 2);
    talk_put(ip + 36, ~talk_sum(ip + 20, size - 20, pseudo) & 0xffff, 2);
}

static inline void shot_put_headers(const struct talk *t, const struct shot *s, uint8_t *p,
                                    size_t size)
{
    const bool up = s->from == TO_SERVER;

    p[0] = 0x45;
    p[8] = s->ttl;
    p[9] = TRANSPORT_TCP;
    talk_put(p + 2, (uint32_t)size, 2);
    talk_put(p + 12, up ? 0x0a000001 : 0x0a000002, 4);
    talk_put(p + 16, up ? 0x0a000002 : 0x0a000001, 4);
    talk_put(p + 20, up ? t->client_port : t->server_port, 2);
    talk_put(p + 22, up ? t->server_port : t->client_port, 2);
    talk_put(p + 24, s->seq, 4);
    talk_put(p + 28, s->ack, 4);
    p[32] = (uint8_t)((20 + (s->stamped ? SHOT_STAMPS : 0)) / 4 << 4);
    p[33] = s->flags;
    talk_put(p + 34, s->window, 2);
    if (s->stamped) {
        memcpy(p + TALK_HEADERS, "\1\1\10\12", 4);
        talk_put(p + TALK_HEADERS + 4, s->stamp, 4);
    }
}

/* Its bytes are the caller's to free. */
static inline struct frame shot_frame(const struct talk *t, const struct shot *s)
{
    const size_t link = s->over_ethernet ? SHOT_ETHERNET + (s->tagged ? (size_t)SHOT_TAG : 0) : 0;
    const size_t headers = TALK_HEADERS + (s->stamped ? SHOT_STAMPS : 0);
    const size_t size = headers + s->data.len;
    uint8_t *p = calloc(1, link + size);

    if (p == NULL)
        abort();
    shot_put_headers(t, s, p + link, size);
    if (s->data.len > 0)
        memcpy(p + link + headers, s->data.at, s->data.len);
    if (s->over_ethernet) {
        talk_put(p + link - 2, 0x0800, 2);
        if (s->tagged)
            talk_put(p + 12, 0x81000007, 4);
        shot_put_sums(p + link, size);
    }
    if (s->broken)
        talk_put(p + link + 36, 0xbad1, 2);
    else if (s->offloaded)
        talk_put(p + link + 36, 0, 2);
    return (struct frame){.number = t->number,
                          .time_ns = t->now_ns,
                          .linktype = s->over_ethernet ? 1 : LINKTYPE_RAW,
                          .wire_len = (uint32_t)(link + size),
                          .data = bytes_of(p, link + size - (s->cut ? s->data.len / 2 : 0))};
}

/* What a side says next: an upgrade, then frames, mostly of one segment each. */
static inline struct bytes shot_words(const struct talk *t, enum direction d, uint8_t room[64])
{
    static const char ask[] =
        "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    static const char grant[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                "Connection: Upgrade\r\n"
                                "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    const size_t len = 1 + random_below(40);

    if (t->sent[d] == 0)
        return bytes_of_text(d == TO_SERVER ? ask : grant);
    room[0] = random_below(12) > 0 ? 0x81 : (uint8_t)random_below(256);
    room[1] = (uint8_t)(len | (d == TO_SERVER ? 0x80 : 0));
    for (size_t i = 2; i < 6 + len; i++)
        room[i] = (uint8_t)(i < 6 && d == TO_SERVER ? random_below(256) : 'a' + i);
    return bytes_of(room, 2 + len + (d == TO_SERVER ? 4 : 0));
}

static inline void shot_make_odd(struct shot *s)
{
    switch (random_below(11)) {
    case 0: s->ttl = 3; break;
    case 1: s->seq += random_below(60); break;
    case 2: s->seq -= random_below(60); break;
    case 3: s->ack += random_below(3000) - 1500; break;
    case 4: s->flags |= TCP_URG; break;
    case 5: s->flags ^= TCP_ACK; break;
    case 6: s->broken = true; break;
    case 7: s->stamp -= 5; break;
    case 8: s->window = (uint16_t)random_below(30); break;
    case 9: s->cut = true; break;
    default: s->flags |= random_below(2) == 0 ? TCP_RST : random_below(3) == 0 ? TCP_FIN : TCP_SYN;
    }
}

/* The next of a conversation, or what is odd instead: in `oddness` of 100. `room`: for its data. */
static inline struct shot shot_next(const struct talk *t, uint32_t oddness, bool stamped,
                                    uint8_t room[64])
{
    const enum direction d = t->sent[0] == 0   ? TO_SERVER
                             : t->sent[1] == 0 ? TO_CLIENT
                                               : (enum direction)random_below(2);
    const enum direction other = direction_other(d);
    struct shot s = {.from = d,
                     .flags = TCP_ACK | (random_below(2) == 0 ? TCP_PSH : 0),
                     .ttl = (uint8_t)(64 - random_below(3)),
                     .window = 64000,
                     .stamped = stamped,
                     .stamp = (uint32_t)t->number,
                     .seq = t->isn[d] + 1 + t->sent[d],
                     .ack = t->isn[other] + 1 + t->sent[other]};

    s.offloaded = random_below(8) == 0;
    if (random_below(3) > 0)
        s.data = shot_words(t, d, room);
    if (random_below(100) < oddness)
        shot_make_odd(&s);
    return s;
}

#endif
