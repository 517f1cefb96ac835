/* SPDX-License-Identifier: MIT */
#include "tests/mutate/trace.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "capture/capture.h"

#define CHUNK       (1U << 20)
#define NANO_MAGIC  0xa1b23c4dU
#define SNAPLEN     (1U << 18)
#define SECOND_NS   1000000000LL
#define LANE_ROOM   (1U << 16) /* pairs of endpoints of one capture: many more than any has */
#define HOST_BYTES  16
#define TCP_MIN_LEN 20U
#define UDP_LEN     8U

struct chunk {
    struct chunk *next;
    size_t used, room;
    uint8_t at[];
};

struct ends {
    uint8_t src[HOST_BYTES], dst[HOST_BYTES], sport[2], dport[2];
};

struct lane_table {
    struct ends at[LANE_ROOM]; /* of the even lanes */
    uint32_t lane[LANE_ROOM];  /* + 1; 0: free */
};

static void *grown(void *at, size_t bytes)
{
    at = realloc(at, bytes);
    if (at == NULL)
        abort();
    return at;
}

uint8_t *trace_bytes(struct trace *t, size_t len)
{
    if (t->chunks == NULL || t->chunks->room - t->chunks->used < len) {
        const size_t room = len > CHUNK ? len : CHUNK;
        struct chunk *c = grown(NULL, sizeof(*c) + room);
        *c = (struct chunk){.next = t->chunks, .room = room};
        t->chunks = c;
    }
    t->chunks->used += len;
    return t->chunks->at + t->chunks->used - len;
}

void trace_add(struct trace *t, const struct parcel *p)
{
    if (t->count == t->room) {
        t->room = t->room > 0 ? t->room * 2 : 256;
        t->at = grown(t->at, t->room * sizeof(*t->at));
    }
    t->at[t->count++] = *p;
}

void trace_free(struct trace *t)
{
    while (t->chunks != NULL) {
        struct chunk *c = t->chunks;
        t->chunks = c->next;
        free(c);
    }
    free(t->at);
    *t = (struct trace){0};
}

void trace_adopt(struct trace *t, struct trace *from)
{
    struct chunk **end = &t->chunks;

    while (*end != NULL)
        end = &(*end)->next;
    *end = from->chunks;
    from->chunks = NULL;
    trace_free(from);
}

/* --- checksums: RFC 1071, in network order --- */

static uint32_t word_sum(const uint8_t *at, size_t len)
{
    uint32_t sum = 0;

    for (size_t i = 0; i + 1 < len; i += 2)
        sum += get_be(at + i, 2);
    return len % 2 != 0 ? sum + ((uint32_t)at[len - 1] << 8) : sum;
}

static uint16_t fold(uint32_t sum)
{
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)(sum + (sum >> 16));
}

static uint32_t pseudo_sum(const uint8_t *ip, uint8_t protocol, uint32_t len)
{
    return (ip[0] >> 4 == 4 ? word_sum(ip + 12, 8) : word_sum(ip + 8, 32)) + protocol + len;
}

void ipv4_checksum(uint8_t *ip)
{
    put_be(ip + 10, 0, 2);
    put_be(ip + 10, (uint16_t)~fold(word_sum(ip, (ip[0] & 15U) * 4)), 2);
}

/* --- what is in a frame --- */

static uint32_t ethernet_ip(const struct frame *f, struct parcel *p)
{
    uint32_t at = 12;

    while (at + 10 < f->data.len) {
        const uint32_t type = get_be(f->data.at + at, 2);
        if (type == 0x8864) { /* PPPoE, RFC 2516 */
            p->pppoe = at + 6;
            return at + 10;
        }
        if (type != 0x8100 && type != 0x88a8 && type != 0x9100)
            return type == 0x0800 || type == 0x86dd ? at + 2 : 0;
        at += 4;
    }
    return 0;
}

/* Where the IP header begins; false: none that we know. */
static bool find_ip(const struct frame *f, struct parcel *p)
{
    const struct bytes data = f->data;

    switch (f->linktype) {
    case 0: /* BSD loopback */
    case 108: p->ip = 4; break;
    case 1:
        p->ip = ethernet_ip(f, p);
        if (p->ip == 0)
            return false;
        break;
    case 9: /* PPP */ p->ip = data.len > 2 && data.at[0] == 0xff ? 4 : 2; break;
    case 101: p->ip = 0; break;
    case 113: /* Linux cooked */ p->ip = 16; break;
    case 276: p->ip = 20; break;
    default: return false;
    }
    return p->ip + IPV6_LEN <= data.len;
}

static uint32_t lane_of(struct trace *t, struct lane_table *table, const struct parcel *p)
{
    const uint8_t *ip = p->frame.data.at + p->ip, *ports = p->frame.data.at + p->l4;
    const size_t n = is_ipv4(p) ? 4 : HOST_BYTES;
    struct ends forth = {0}, back = {0};
    const struct hash_key key = {0};

    memcpy(forth.src, ip + (n == 4 ? 12 : 8), n);
    memcpy(forth.dst, ip + (n == 4 ? 16 : 24), n);
    memcpy(forth.sport, ports, 2);
    memcpy(forth.dport, ports + 2, 2);
    memcpy(back.src, forth.dst, HOST_BYTES);
    memcpy(back.dst, forth.src, HOST_BYTES);
    memcpy(back.sport, forth.dport, 2);
    memcpy(back.dport, forth.sport, 2);
    const bool swap = memcmp(&forth, &back, sizeof(forth)) > 0;
    const struct ends *even = swap ? &back : &forth;
    uint32_t i = (uint32_t)hash_bytes(&key, bytes_of(even, sizeof(*even))) % LANE_ROOM;
    while (table->lane[i] != 0 && memcmp(&table->at[i], even, sizeof(*even)) != 0)
        i = (i + 1) % LANE_ROOM;
    if (table->lane[i] == 0) {
        table->at[i] = *even;
        table->lane[i] = t->lanes + 1;
        t->lanes += 2;
    }
    return table->lane[i] - 1 + (swap ? 1 : 0);
}

static void see_checksum(struct parcel *p)
{
    const uint8_t *ip = p->frame.data.at + p->ip, *l4 = p->frame.data.at + p->l4;
    const uint32_t len = p->end - p->l4;
    const uint32_t pseudo = pseudo_sum(ip, p->protocol, len);
    const bool good = fold(pseudo + word_sum(l4, len)) == 0xffff;

    p->datagram = good && (is_ipv4(p) ? p->l4 == p->ip + 20 : p->l4 == p->ip + IPV6_LEN);
    if (p->protocol != TRANSPORT_TCP)
        return;
    p->offloaded = !good && get_be(l4 + 16, 2) == fold(pseudo);
    p->payload = p->l4 + (l4[12] >> 4) * 4U;
    p->tcp = (good || p->offloaded) && p->payload >= p->l4 + TCP_MIN_LEN && p->payload <= p->end;
}

bool is_checksum_bad(const struct parcel *p)
{
    const uint8_t *ip = p->frame.data.at + p->ip, *l4 = p->frame.data.at + p->l4;
    const uint32_t len = p->end - p->l4, given = get_be(l4 + 16, 2);
    const uint32_t pseudo = pseudo_sum(ip, p->protocol, len);

    return fold(pseudo + word_sum(l4, len)) != 0xffff && given != 0 && given != fold(pseudo) &&
           given != fold(pseudo - len);
}

/* False: it is no TCP or UDP with ports in it. */
static bool see_ip(struct parcel *p)
{
    const struct bytes data = p->frame.data;
    const uint8_t *ip = data.at + p->ip;
    const bool v4 = ip[0] >> 4 == 4;

    if (!v4 && ip[0] >> 4 != 6)
        return false;
    p->protocol = v4 ? ip[9] : ip[6];
    p->l4 = p->ip + (v4 ? (ip[0] & 15U) * 4 : IPV6_LEN);
    p->end = p->ip + (v4 ? get_be(ip + 2, 2) : IPV6_LEN + get_be(ip + 4, 2));
    if (p->protocol != TRANSPORT_TCP && p->protocol != TRANSPORT_UDP) {
        p->broken = p->protocol == 44; /* an IPv6 fragment: perhaps of TCP */
        return false;
    }
    p->broken = p->protocol == TRANSPORT_TCP;
    const bool fragment = v4 && (get_be(ip + 6, 2) & 0x3fff) != 0;
    return !fragment && data.len == p->frame.wire_len && p->end <= data.len &&
           p->end >= p->l4 + (p->protocol == TRANSPORT_TCP ? TCP_MIN_LEN : UDP_LEN);
}

static void see(struct trace *t, struct lane_table *table, struct parcel *p)
{
    p->lane = NO_LANE;
    if (!find_ip(&p->frame, p) || !see_ip(p))
        return;
    see_checksum(p);
    p->broken = p->protocol == TRANSPORT_TCP && !p->tcp;
    p->lane = lane_of(t, table, p);
}

bool trace_read(struct trace *t, const char *path)
{
    struct err err = {0};
    struct capture *capture = capture_open_file(path, NULL, &err);
    struct lane_table *table = calloc(1, sizeof(*table));
    struct frame f;

    *t = (struct trace){0};
    if (table == NULL)
        abort();
    while (capture != NULL && capture_next(capture, &f, &err) == CAPTURE_FRAME) {
        struct parcel p = {.frame = f};
        uint8_t *copy = trace_bytes(t, f.data.len);
        if (f.data.len > 0)
            memcpy(copy, f.data.at, f.data.len);
        p.frame.data.at = copy;
        see(t, table, &p);
        trace_add(t, &p);
    }
    if (t->count == 0)
        fprintf(stderr, "%s: %s\n", path, err.text);
    free(table);
    capture_close(capture);
    return t->count > 0;
}

bool trace_write(const struct trace *t, const char *path)
{
    const uint32_t linktype = t->count > 0 ? t->at[0].frame.linktype : 1;
    const uint32_t header[6] = {NANO_MAGIC, 2 | 4 << 16, 0, 0, SNAPLEN, linktype};
    FILE *out = fopen(path, "wb");

    if (out == NULL) {
        perror(path);
        return false;
    }
    fwrite(header, sizeof(header), 1, out);
    for (size_t i = 0; i < t->count; i++) {
        const struct frame *f = &t->at[i].frame;
        const uint32_t record[4] = {(uint32_t)(f->time_ns / SECOND_NS),
                                    (uint32_t)(f->time_ns % SECOND_NS), (uint32_t)f->data.len,
                                    f->wire_len};
        if (f->linktype != linktype)
            continue;
        fwrite(record, sizeof(record), 1, out);
        fwrite(f->data.at, 1, f->data.len, out);
    }
    const bool good = ferror(out) == 0;
    return fclose(out) == 0 && good;
}

/* --- writing --- */

struct parcel trace_copy(struct trace *t, const struct parcel *p, uint8_t **bytes)
{
    struct parcel copy = *p;

    *bytes = trace_bytes(t, p->frame.data.len);
    memcpy(*bytes, p->frame.data.at, p->frame.data.len);
    copy.frame.data.at = *bytes;
    return copy;
}

static void write_lengths(const struct parcel *p, uint8_t *data)
{
    uint8_t *ip = data + p->ip;

    if (ip[0] >> 4 == 4) {
        put_be(ip + 2, p->end - p->ip, 2);
        ipv4_checksum(ip);
    } else {
        put_be(ip + 4, p->end - p->ip - IPV6_LEN, 2);
    }
    if (p->pppoe != 0)
        put_be(data + p->pppoe, p->end - p->pppoe - 2, 2); /* with the PPP protocol field */
}

struct parcel trace_segment(struct trace *t, const struct parcel *like, const struct segment *s)
{
    struct parcel p = *like;

    p.end = p.payload + (uint32_t)s->payload.len;
    uint8_t *data = trace_bytes(t, p.end);
    uint8_t *tcp = data + p.l4;
    memcpy(data, like->frame.data.at, p.payload);
    if (s->payload.len > 0)
        memcpy(data + p.payload, s->payload.at, s->payload.len);
    p.frame.data = bytes_of(data, p.end);
    p.frame.wire_len = p.end;
    write_lengths(&p, data);
    put_be(tcp + 4, s->seq, 4);
    put_be(tcp + 8, s->ack, 4);
    tcp[13] = s->flags;
    put_be(tcp + 16, 0, 2);
    const uint32_t pseudo = pseudo_sum(data + p.ip, p.protocol, p.end - p.l4);
    const uint16_t whole = (uint16_t)~fold(pseudo + word_sum(tcp, p.end - p.l4));
    put_be(tcp + 16, p.offloaded ? fold(pseudo) : whole, 2);
    return p;
}

struct parcel trace_wrapped(struct trace *t, const struct parcel *like, uint32_t where,
                            struct bytes more)
{
    struct parcel p = *like;
    const size_t len = like->frame.data.len + more.len;
    uint8_t *data = trace_bytes(t, len);

    memcpy(data, like->frame.data.at, where);
    memcpy(data + where, more.at, more.len);
    memcpy(data + where + more.len, like->frame.data.at + where, like->frame.data.len - where);
    p.frame.data = bytes_of(data, len);
    p.frame.wire_len += (uint32_t)more.len;
    p.tcp = p.datagram = false;
    return p;
}
