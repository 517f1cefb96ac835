/* SPDX-License-Identifier: MIT */
/* Packets of a conversation, and what its templates say. */
#include "tests/falsepos/talk.h"

#include <stdlib.h>

#define ETHERNET  14
#define IPV4      20
#define TCP       20
#define UDP       8
#define SEGMENT   1448
#define TURNS_MAX 40
#define FIN       1
#define SYN       2
#define PSH       8
#define ACK       16

static void put(uint8_t *at, uint64_t v, unsigned bytes)
{
    while (bytes-- > 0)
        *at++ = (uint8_t)(v >> 8 * bytes);
}

/* RFC 1071. That of TCP and UDP stays zero, as a network card leaves it. */
static void put_checksum(uint8_t *ip)
{
    uint32_t sum = 0;

    for (unsigned i = 0; i < IPV4; i += 2)
        sum += (uint32_t)(ip[i] << 8 | ip[i + 1]);
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    put(ip + 10, ~sum & 0xffff, 2);
}

static void send_packet(struct talk *t, unsigned side, uint8_t flags, struct bytes payload)
{
    static uint8_t frame[65536];
    const size_t head = ETHERNET + IPV4 + (t->datagrams ? UDP : TCP);
    uint8_t *ip = frame + ETHERNET, *l4 = ip + IPV4;

    memset(frame, 0, head);
    frame[12] = 8; /* IPv4 */
    ip[0] = 0x45;
    ip[6] = 0x40; /* do not fragment */
    ip[8] = 64;
    ip[9] = t->datagrams ? TRANSPORT_UDP : TRANSPORT_TCP;
    put(ip + 2, head - ETHERNET + payload.len, 2);
    put(ip + 12, t->addr[side], 4);
    put(ip + 16, t->addr[1 - side], 4);
    put_checksum(ip);
    put(l4, t->port[side], 2);
    put(l4 + 2, t->port[1 - side], 2);
    if (t->datagrams) {
        put(l4 + 4, UDP + payload.len, 2);
    } else {
        put(l4 + 4, t->seq[side], 4);
        put(l4 + 8, (flags & ACK) != 0 ? t->seq[1 - side] : 0, 4);
        l4[12] = TCP / 4 << 4;
        l4[13] = flags;
        put(l4 + 14, 64000, 2);
        t->seq[side] += (uint32_t)payload.len + ((flags & (SYN | FIN)) != 0 ? 1 : 0);
    }
    if (payload.len > 0)
        memcpy(frame + head, payload.at, payload.len);
    t->now_ns += 20000;
    t->packet(t->ctx, bytes_of(frame, head + payload.len), t->now_ns);
}

void talk_begin(struct talk *t)
{
    const struct bytes none = {NULL, 0};

    if (t->datagrams)
        return;
    t->seq[0] = (uint32_t)dice_next(t->dice);
    t->seq[1] = (uint32_t)dice_next(t->dice);
    send_packet(t, 0, SYN, none);
    t->now_ns += t->trip_ns;
    send_packet(t, 1, SYN | ACK, none);
    send_packet(t, 0, ACK, none);
}

void talk_say(struct talk *t, unsigned side)
{
    struct bytes rest = buffer_bytes(&t->said);

    t->now_ns += t->trip_ns / 2;
    if (t->datagrams) {
        send_packet(t, side, 0, rest);
        rest.len = 0;
    }
    for (; rest.len > 0; rest = bytes_after(rest, SEGMENT))
        send_packet(t, side, rest.len > SEGMENT ? ACK : ACK | PSH, bytes_first(rest, SEGMENT));
    if (!t->datagrams) {
        t->now_ns += t->trip_ns / 2;
        send_packet(t, 1 - side, ACK, rest);
    }
    buffer_clear(&t->said);
}

void talk_pause(struct talk *t, uint32_t most_ms)
{
    t->now_ns += 1000000LL * dice(t->dice, most_ms + 1);
}

void talk_end(struct talk *t)
{
    const struct bytes none = {NULL, 0};
    const unsigned side = dice(t->dice, 2);

    if (t->datagrams)
        return;
    send_packet(t, side, FIN | ACK, none);
    t->now_ns += t->trip_ns;
    send_packet(t, 1 - side, FIN | ACK, none);
    send_packet(t, side, ACK, none);
}

void talk_with_tracker(const struct talk *t, uint32_t tracker, uint16_t port)
{
    struct dice own = {{t->constants, tracker}}; /* what follows is said as if this was not */
    struct talk asked = *t;

    asked.dice = &own;
    asked.said = (struct buffer){0};
    asked.datagrams = false;
    asked.addr[1] = tracker;
    asked.port[1] = port;
    asked.now_ns -= 1000000000;
    talk_begin(&asked);
    buffer_append_text(
        &asked.said, "GET /announce?info_hash=%9a%01bcdefghijklmnopqrs&peer_id=-TR3000-abcdefghijkl"
                     "&port=51413&uploaded=0&downloaded=0&left=0&compact=1&event=started "
                     "HTTP/1.1\r\nHost: tracker.example\r\n\r\n");
    talk_say(&asked, 0);
    buffer_append_text(&asked.said, "HTTP/1.1 200 OK\r\nContent-Length: 33\r\n\r\n"
                                    "d8:intervali1800e5:peers6:");
    put_be(&asked.said, t->addr[1], 4);
    put_be(&asked.said, t->port[1], 2);
    buffer_append_byte(&asked.said, 'e');
    talk_say(&asked, 1);
    talk_end(&asked);
    buffer_free(&asked.said);
}

uint32_t talk_between(struct talk *t, uint32_t least, uint32_t most)
{
    return least + dice(t->dice, most - least + 1);
}

void talk_noise(struct talk *t, unsigned side, uint32_t least, uint32_t most)
{
    put_noise(t->dice, &t->said, talk_between(t, least, most));
    talk_say(t, side);
}

/* "8" or "8-90" after a token's first letter. */
static uint32_t token_number(struct talk *t, const char *at, int base)
{
    char *end;
    const uint32_t least = (uint32_t)strtoul(at, &end, base);

    return *end == '-' ? talk_between(t, least, (uint32_t)strtoul(end + 1, NULL, base)) : least;
}

static void put_constants(struct talk *t, uint32_t n)
{
    struct dice fixed = {{t->constants, 1}};

    put_noise(&fixed, &t->said, n);
}

struct length_place {
    size_t at; /* 0 when there is none: a length is never looked for at the start of nothing */
    unsigned bytes;
    bool little, set;
};

static void fill_length(struct talk *t, const struct length_place *p)
{
    const size_t len = t->said.len - p->at - p->bytes;

    for (unsigned i = 0; p->set && i < p->bytes; i++)
        t->said.at[p->at + i] = (uint8_t)(len >> 8 * (p->little ? i : p->bytes - 1 - i));
}

static void take_token(struct talk *t, const char *token, struct length_place *length)
{
    const uint32_t n = strchr("?@_$", token[0]) != NULL ? token_number(t, token + 1, 10) : 0;
    const unsigned width = (unsigned)token[1] - '0';

    switch (token[0]) {
    case '?': put_noise(t->dice, &t->said, n); break;
    case '@': put_constants(t, n); break;
    case '$': put_words(t->dice, &t->said, n); break;
    case '_':
        for (uint32_t i = 0; i < n; i++)
            buffer_append_byte(&t->said, 0);
        break;
    case '[': buffer_append_byte(&t->said, (uint8_t)token_number(t, token + 1, 16)); break;
    case '#': put_be(&t->said, t->turn, width); break;
    case '%': put_le(&t->said, t->turn, width); break;
    case '=':
    case '~':
        *length = (struct length_place){t->said.len, width, token[0] == '~', true};
        put_be(&t->said, 0, width);
        break;
    default: buffer_append_byte(&t->said, (uint8_t)strtoul(token, NULL, 16)); break;
    }
}

static const char *one_alternative(struct talk *t, const char *template)
{
    uint32_t n = 1;

    for (const char *p = template; *p != '\0'; p++)
        n += *p == '|';
    for (n = dice(t->dice, n); n > 0; n--)
        template = strchr(template, '|') + 1;
    return template;
}

void talk_template(struct talk *t, const char *template)
{
    struct length_place length = {0};

    template = one_alternative(t, template);
    while (template[0] != '\0' && template[0] != '|') {
        if (template[0] != ' ')
            take_token(t, template, &length);
        template += template[0] == ' ' ? 1 : strcspn(template, " ");
    }
    fill_length(t, &length);
}

void talk_by_template(struct talk *t, const struct talk_kind *k)
{
    const uint32_t turns = talk_between(t, 1, TURNS_MAX);

    t->turn = dice(t->dice, 4) == 0 ? dice(t->dice, 70000) : dice(t->dice, 3);
    for (uint32_t i = 0; i < turns; i++, t->turn++)
        for (unsigned side = 0; side < 2; side++)
            if (k->says[side] != NULL && dice(t->dice, 8) != 0) {
                talk_template(t, k->says[side]);
                talk_say(t, side);
                talk_pause(t, dice(t->dice, 10) == 0 ? 2000 : 50);
            }
}
