/* SPDX-License-Identifier: MIT */
/* Packets into the file. */
#include "tests/bench/traffic.h"

#include <stdlib.h>

#define ETHERNET        14
#define IPV4            20
#define TCP             20
#define UDP             8
#define PCAP_MAGIC      0xa1b2c3d4U
#define PCAP_VERSION    (4U << 16 | 2U)
#define LINK_ETHERNET   1
#define SNAP_LENGTH     262144
#define PACKET_US       3
#define WINDOW          64000
#define PROTOCOL_TCP    6
#define PROTOCOL_UDP    17
#define DO_NOT_FRAGMENT 0x40

/* xorshift64 (Marsaglia 2003) */
static uint32_t shift(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (uint32_t)(*seed >> 32);
}

uint32_t traffic_random(struct traffic *t)
{
    return shift(&t->random);
}

uint32_t traffic_below(struct traffic *t, uint32_t n)
{
    return shift(&t->random) % n;
}

void traffic_noise(struct traffic *t, struct buffer *b, size_t n)
{
    while (n-- > 0)
        buffer_append_byte(b, (uint8_t)shift(&t->random));
}

static void put(uint8_t *at, uint64_t v, unsigned bytes)
{
    while (bytes-- > 0)
        *at++ = (uint8_t)(v >> 8 * bytes);
}

void put_number(struct buffer *b, uint64_t v, unsigned bytes)
{
    while (bytes-- > 0)
        buffer_append_byte(b, (uint8_t)(v >> 8 * bytes));
}

void traffic_begin(struct traffic *t, FILE *out, bool messages_only)
{
    const uint32_t header[6] = {PCAP_MAGIC, PCAP_VERSION, 0, 0, SNAP_LENGTH, LINK_ETHERNET};

    *t = (struct traffic){.out = out,
                          .messages_only = messages_only,
                          .random = 0x9e3779b97f4a7c15U,
                          .clock_us = 1700000000000000U,
                          .harm = {.random = 88172645463325252U}};
    if (!messages_only)
        fwrite(header, sizeof(header), 1, out);
}

static void write_waiting(struct traffic *t)
{
    fwrite(t->harm.waiting, t->harm.waiting_len, 1, t->out);
    t->harm.waiting_len = 0;
}

void traffic_end(struct traffic *t)
{
    write_waiting(t);
    buffer_free(&t->said);
    fflush(t->out);
}

/* RFC 1071 */
static uint16_t checksum(const uint8_t *at, size_t len, uint64_t sum)
{
    for (; len > 1; at += 2, len -= 2)
        sum += (uint32_t)(at[0] << 8 | at[1]);
    if (len > 0)
        sum += (uint32_t)at[0] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

/* Whether `of_1000` in 1,000 say so. */
static bool befalls(struct harm *h, uint32_t of_1000)
{
    return of_1000 > 0 && shift(&h->random) % 1000 < of_1000;
}

static void write_record(struct traffic *t, const uint8_t *record, size_t len, bool data)
{
    struct harm *h = &t->harm;

    if (t->messages_only || (data && befalls(h, h->lost)))
        return;
    if (data && h->waiting_len == 0 && befalls(h, h->late)) {
        memcpy(h->waiting, record, len);
        h->waiting_len = len;
        return;
    }
    fwrite(record, len, 1, t->out);
    if (h->waiting_len > 0)
        write_waiting(t);
    if (data && befalls(h, h->twice))
        fwrite(record, len, 1, t->out);
}

/* The header of IPv4 and the checksum over what is behind it, whose field is at `sum_at`. */
static void seal(const struct flow *f, enum side side, uint8_t *ip, size_t len, uint8_t *sum_at)
{
    const uint8_t protocol = ip[9];
    uint64_t pseudo = protocol + len;

    put(ip + 2, IPV4 + len, 2);
    put(ip + 12, f->addr[side], 4);
    put(ip + 16, f->addr[1 - side], 4);
    put(ip + 10, checksum(ip, IPV4, 0), 2);
    put(ip + IPV4, f->port[side], 2);
    put(ip + IPV4 + 2, f->port[1 - side], 2);
    for (unsigned i = 12; i < IPV4; i += 2)
        pseudo += (uint32_t)(ip[i] << 8 | ip[i + 1]);
    put(sum_at, checksum(ip + IPV4, len, pseudo), 2);
}

static void send(struct traffic *t, uint8_t *record, size_t len, bool data)
{
    t->clock_us += PACKET_US;
    const uint32_t header[4] = {(uint32_t)(t->clock_us / 1000000),
                                (uint32_t)(t->clock_us % 1000000), (uint32_t)len, (uint32_t)len};

    memcpy(record, header, sizeof(header));
    write_record(t, record, sizeof(header) + len, data);
}

void flow_segment(struct traffic *t, struct flow *f, enum side side, int flags, struct bytes data)
{
    uint8_t record[TRAFFIC_RECORD] = {0}, *frame = record + 16;
    uint8_t *ip = frame + ETHERNET, *tcp = ip + IPV4;

    frame[12] = 8; /* IPv4 */
    ip[0] = 0x45;
    ip[6] = DO_NOT_FRAGMENT;
    ip[8] = 64;
    ip[9] = PROTOCOL_TCP;
    put(tcp + 4, f->seq[side], 4);
    put(tcp + 8, (flags & ACK) != 0 ? f->seq[1 - side] : 0, 4);
    tcp[12] = TCP / 4 << 4;
    tcp[13] = (uint8_t)flags;
    put(tcp + 14, WINDOW, 2);
    if (data.len > 0)
        memcpy(tcp + TCP, data.at, data.len);
    seal(f, side, ip, TCP + data.len, tcp + 16);
    send(t, record, ETHERNET + IPV4 + TCP + data.len, data.len > 0);
    f->seq[side] += (uint32_t)data.len + ((flags & (SYN | FIN)) != 0 ? 1 : 0);
}

void flow_say(struct traffic *t, struct flow *f, enum side side, struct bytes data)
{
    for (; data.len > 0; data = bytes_after(data, TRAFFIC_SEGMENT))
        flow_segment(t, f, side, ACK | PSH, bytes_first(data, TRAFFIC_SEGMENT));
}

void flow_datagram(struct traffic *t, const struct flow *f, enum side side, struct bytes data)
{
    uint8_t record[TRAFFIC_RECORD] = {0}, *frame = record + 16;
    uint8_t *ip = frame + ETHERNET, *udp = ip + IPV4;

    frame[12] = 8; /* IPv4 */
    ip[0] = 0x45;
    ip[8] = 64;
    ip[9] = PROTOCOL_UDP;
    put(udp + 4, UDP + data.len, 2);
    memcpy(udp + UDP, data.at, data.len);
    seal(f, side, ip, UDP + data.len, udp + 6);
    send(t, record, ETHERNET + IPV4 + UDP + data.len, false);
}

void flow_number(struct traffic *t, struct flow *f, uint32_t number)
{
    *f = (struct flow){.addr = {0x0a010000 + (number >> 2), 0x0a000001},
                       .port = {(uint16_t)(20000 + number % 40000), 80},
                       .number = number};
    f->seq[0] = traffic_random(t);
    f->seq[1] = traffic_random(t);
}

void flow_acknowledge(struct traffic *t, struct flow *f, enum side side)
{
    flow_segment(t, f, side, ACK, bytes_of(NULL, 0));
}

void flow_connect(struct traffic *t, struct flow *f)
{
    flow_segment(t, f, CLIENT, SYN, bytes_of(NULL, 0));
    flow_segment(t, f, SERVER, SYN | ACK, bytes_of(NULL, 0));
    flow_acknowledge(t, f, CLIENT);
}

void flow_finish(struct traffic *t, struct flow *f)
{
    flow_segment(t, f, CLIENT, FIN | ACK, bytes_of(NULL, 0));
    flow_segment(t, f, SERVER, FIN | ACK, bytes_of(NULL, 0));
    flow_acknowledge(t, f, CLIENT);
}

static void stray_syn(struct traffic *t)
{
    struct flow stray = {.addr = {traffic_random(t), 0x0a000001}, .port = {0, 80}};

    stray.port[0] = (uint16_t)traffic_random(t);
    flow_segment(t, &stray, CLIENT, SYN, bytes_of(NULL, 0));
}

void traffic_crowd(struct traffic *t, const struct crowd *c)
{
    struct flow *flows = calloc(c->at_once, sizeof(*flows));
    uint32_t begun = 0, over = 0;

    while (flows != NULL && over < c->count) {
        struct flow *f = &flows[traffic_below(t, c->at_once)];
        for (uint32_t i = 0; i < c->strays; i++)
            stray_syn(t);
        if (f->turns_left == 0 && begun < c->count) {
            c->open(t, f, begun++);
            f->turns_left = c->turns;
        } else if (f->turns_left > 1) {
            f->turns_left--;
            c->turn(t, f);
        } else if (f->turns_left == 1) {
            f->turns_left = 0;
            c->close(t, f);
            over++;
        }
    }
    free(flows);
}
