/* SPDX-License-Identifier: MIT */
/* Binary protocols: noise, records with tags and lengths, images, runs. */
#include "tests/falsepos/kinds.h"

#include <stdlib.h>

void put_be(struct buffer *b, uint64_t v, unsigned bytes)
{
    while (bytes-- > 0)
        buffer_append_byte(b, (uint8_t)(bytes < 8 ? v >> 8 * bytes : 0));
}

void put_le(struct buffer *b, uint64_t v, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        buffer_append_byte(b, (uint8_t)(v >> 8 * i));
}

void put_noise(struct dice *r, struct buffer *b, size_t n)
{
    if (!buffer_reserve(b, n + 8))
        abort();
    for (size_t i = 0; i < n; i += 8) {
        const uint64_t v = dice_next(r);
        memcpy(b->at + b->len + i, &v, 8);
    }
    b->len += n;
}

static void put_run(struct buffer *b, uint8_t byte, size_t n)
{
    if (!buffer_reserve(b, n))
        abort();
    memset(b->at + b->len, byte, n);
    b->len += n;
}

/* What is inside records of anything: zeros, text, noise, small numbers. */
static void put_content(struct dice *r, struct buffer *b, size_t n)
{
    switch (dice(r, 5)) {
    case 0: put_run(b, 0, n); break;
    case 1: put_words(r, b, n); break;
    case 2:
        for (size_t i = 0; i < n; i++)
            buffer_append_byte(b, (uint8_t)dice(r, 8));
        break;
    case 3:
        for (size_t i = 0; i < n / 4 + 1; i++)
            put_be(b, dice(r, 300) * (i & 1), 4);
        b->len -= 4 - n % 4;
        break;
    default: put_noise(r, b, n); break;
    }
}

static void make_noise(struct dice *r, struct made *m, size_t n)
{
    put_noise(r, &m->side[0], n);
    put_noise(r, &m->side[1], n);
}

static void make_tls(struct dice *r, struct made *m, size_t n)
{
    for (int d = 0; d < 2; d++)
        while (m->side[d].len < n) {
            const uint32_t len = dice(r, 3) == 0 ? 16384 : 24 + dice(r, 1400);
            put_be(&m->side[d], 0x170303, 3);
            put_be(&m->side[d], len, 2);
            put_noise(r, &m->side[d], len);
        }
}

static void make_ssh(struct dice *r, struct made *m, size_t n)
{
    for (int d = 0; d < 2; d++)
        while (m->side[d].len < n) {
            const uint32_t len = 16 * (1 + dice(r, 40));
            if (dice(r, 2) == 0)
                put_be(&m->side[d], len, 4);
            put_noise(r, &m->side[d], len + 16);
        }
}

static void make_bittorrent(struct dice *r, struct made *m, size_t n)
{
    for (int d = 0; d < 2; d++)
        while (m->side[d].len < n) {
            struct buffer *b = &m->side[d];
            const uint32_t what = dice(r, 4);
            if (what == 0) { /* piece */
                put_be(b, 16393, 4);
                put_be(b, 7, 1);
                put_be(b, dice(r, 2000), 4);
                put_be(b, dice(r, 64) * 16384, 4);
                put_content(r, b, 16384);
            } else if (what == 1) { /* have */
                put_be(b, 5, 4);
                put_be(b, 4, 1);
                put_be(b, dice(r, 2000), 4);
            } else { /* request */
                put_be(b, 13, 4);
                put_be(b, 6, 1);
                put_be(b, dice(r, 2000), 4);
                put_be(b, dice(r, 64) * 16384, 4);
                put_be(b, 16384, 4);
            }
        }
}

static void make_modbus(struct dice *r, struct made *m, size_t n)
{
    uint32_t transaction = dice(r, 65536), unit = dice(r, 3) == 0 ? dice(r, 256) : 1;
    const bool fails = dice(r, 2) == 0;

    while (m->side[0].len < n) {
        const uint32_t function = 1 + dice(r, 6), count = 1 + dice(r, 60);
        put_be(&m->side[0], transaction, 2);
        put_be(&m->side[0], 6, 4);
        put_be(&m->side[0], unit, 1);
        put_be(&m->side[0], function, 1);
        put_be(&m->side[0], dice(r, 400), 2);
        put_be(&m->side[0], count, 2);
        put_be(&m->side[1], transaction++ & 0xffff, 2);
        if (fails && dice(r, 2) == 0) { /* an exception: 0x81.. */
            put_be(&m->side[1], 3, 4);
            put_be(&m->side[1], unit, 1);
            put_be(&m->side[1], 0x80 | function, 1);
            put_be(&m->side[1], 2, 1);
            continue;
        }
        put_be(&m->side[1], 3 + 2 * count, 4);
        put_be(&m->side[1], unit, 1);
        put_be(&m->side[1], function, 1);
        put_be(&m->side[1], 2 * count, 1);
        for (uint32_t i = 0; i < count; i++)
            put_be(&m->side[1], dice(r, 2) == 0 ? 0 : dice(r, 40000), 2);
    }
}

static void make_dns(struct dice *r, struct made *m, size_t n)
{
    while (m->side[0].len < n)
        for (int d = 0; d < 2; d++) {
            struct buffer *b = &m->side[d];
            const size_t at = b->len;
            const uint32_t answers = d == 1 ? 1 + dice(r, 12) : 0;
            put_be(b, 0, 2);
            put_be(b, dice(r, 65536), 2);
            put_be(b, d == 1 ? 0x8180 : 0x0100, 2);
            put_be(b, 1, 2);
            put_be(b, answers, 2);
            put_be(b, 0, 4);
            for (uint32_t i = 0; i < 2; i++) {
                const uint32_t len = 1 + dice(r, 14);
                put_be(b, len, 1);
                put_words(r, b, len);
            }
            put_be(b, 0, 1);
            put_be(b, 0x00010001, 4);
            for (uint32_t i = 0; i < answers; i++) {
                put_be(b, 0xc00c, 2);
                put_be(b, 0x00010001, 4);
                put_be(b, dice(r, 86400), 4);
                put_be(b, 4, 2);
                put_be(b, dice_next(r), 4);
            }
            b->at[at] = (uint8_t)((b->len - at - 2) >> 8);
            b->at[at + 1] = (uint8_t)(b->len - at - 2);
        }
}

/* Repeated pixels, runs, gradients: 1 to 4 bytes a pixel. */
static void make_image(struct dice *r, struct made *m, size_t n)
{
    const uint32_t width = 1 + dice(r, 4), style = dice(r, 3);
    uint8_t pixel[4] = {0};

    put_words(r, &m->side[0], 200);
    while (m->side[1].len < n) {
        const uint32_t run = style == 0 ? 1 + dice(r, 200) : style == 1 ? 1 + dice(r, 4) : 16;
        for (uint32_t i = 0; i < width; i++)
            pixel[i] = (uint8_t)(style == 2 ? pixel[i] + dice(r, 3) : dice(r, 256));
        for (uint32_t i = 0; i < run; i++)
            buffer_append(&m->side[1], bytes_of(pixel, width));
    }
}

/* A pattern of 1 to 16 bytes again and again, with a counter in it or without. */
static void make_pattern(struct dice *r, struct made *m, size_t n)
{
    static const uint8_t headers[] = {0x81, 0x82, 0x88, 0x89, 0x8a, 0xc1, 0xc2, 0x01, 0x02, 0x80};

    for (int d = 0; d < 2; d++) {
        uint8_t p[16];
        const uint32_t len = 1 + dice(r, sizeof(p)), counter = dice(r, 2 * len);
        for (uint32_t i = 0; i < len; i++)
            p[i] = dice(r, 3) == 0 ? headers[dice(r, sizeof(headers))] : (uint8_t)dice(r, 256);
        if (dice(r, 2) == 0 && len > 1) /* as if it were a frame of its own length */
            p[1] = (uint8_t)((p[1] & 0x80) | (len - 2));
        while (m->side[d].len < n) {
            buffer_append(&m->side[d], bytes_of(p, len));
            if (counter < len)
                p[counter]++;
        }
    }
}

/* Fixed records with a tag, fields that change slowly, and some that are noise. */
static void make_records(struct dice *r, struct made *m, size_t n)
{
    for (int d = 0; d < 2; d++) {
        uint8_t record[40], noisy[40];
        const uint32_t len = 6 + dice(r, 34);
        for (uint32_t i = 0; i < len; i++) {
            record[i] = (uint8_t)(dice(r, 8) == 0 ? 0x81 + dice(r, 2) : dice(r, 256));
            noisy[i] = (uint8_t)dice(r, 4);
        }
        while (m->side[d].len < n) {
            for (uint32_t i = 0; i < len; i++)
                if (noisy[i] == 0)
                    record[i] = (uint8_t)dice(r, 256);
                else if (noisy[i] == 1)
                    record[i]++;
            buffer_append(&m->side[d], bytes_of(record, len));
        }
    }
}

/* Tag, length, value in BER: certificates with many names, LDAP, SNMP, MMS. */
static void make_ber(struct dice *r, struct made *m, size_t n)
{
    static const uint8_t tags[] = {0x81, 0x82, 0x82, 0x82, 0x80, 0x88, 0x89, 0x8a,
                                   0x04, 0x02, 0x30, 0x0c, 0x06, 0x87, 0x86, 0xa0};
    const uint32_t known = 1 + dice(r, sizeof(tags));

    for (int d = 0; d < 2; d++)
        while (m->side[d].len < n) {
            struct buffer *b = &m->side[d];
            const uint32_t len = dice(r, 20) == 0 ? 128 + dice(r, 100) : 1 + dice(r, 60);
            put_be(b, tags[dice(r, known)], 1);
            if (len > 127)
                put_be(b, 0x81, 1);
            put_be(b, len, 1);
            if (dice(r, 6) > 0)
                put_words(r, b, len);
            else
                put_content(r, b, len);
        }
}

/* A length of some width before each message, with small fields behind it. */
static void make_prefixed(struct dice *r, struct made *m, size_t n)
{
    const unsigned width = 1 + dice(r, 4);
    const bool little = dice(r, 2) == 0;
    const uint32_t tag = dice(r, 2) == 0 ? dice(r, 256) : 0x81;

    for (int d = 0; d < 2; d++)
        while (m->side[d].len < n) {
            struct buffer *b = &m->side[d];
            const uint32_t len = 2 + dice(r, width == 1 ? 120 : 900);
            if (dice(r, 2) == 0)
                put_be(b, tag, 1);
            (little ? put_le : put_be)(b, len, width);
            put_be(b, dice(r, 30), 1);
            put_content(r, b, len - 1);
        }
}

/* protobuf in gRPC in HTTP/2 frames. */
static void make_http2(struct dice *r, struct made *m, size_t n)
{
    for (int d = 0; d < 2; d++)
        while (m->side[d].len < n) {
            struct buffer *b = &m->side[d];
            const uint32_t type = dice(r, 3) == 0 ? 1 : dice(r, 9), len = 1 + dice(r, 700);
            put_be(b, len, 3);
            put_be(b, type, 1);
            put_be(b, dice(r, 2) * 4 + dice(r, 2), 1);
            put_be(b, 1 + 2 * dice(r, 40), 4);
            if (type == 1)
                for (uint32_t i = 0; i < len; i++) /* HPACK: indexed fields 0x82, 0x88 ... */
                    put_be(b, dice(r, 2) == 0 ? 0x80 + dice(r, 62) : dice(r, 256), 1);
            else
                put_content(r, b, len);
        }
}

static void make_mpeg(struct dice *r, struct made *m, size_t n)
{
    uint32_t counter = 0;

    while (m->side[1].len < n) {
        put_be(&m->side[1], 0x47, 1);
        put_be(&m->side[1], 0x0100 + dice(r, 3), 2);
        put_be(&m->side[1], 0x10 + (counter++ & 15), 1);
        if (dice(r, 10) == 0)
            put_run(&m->side[1], 0xff, 184);
        else
            put_noise(r, &m->side[1], 184);
    }
}

static void make_rtmp(struct dice *r, struct made *m, size_t n)
{
    for (int d = 0; d < 2; d++)
        while (m->side[d].len < n) {
            struct buffer *b = &m->side[d];
            put_be(b, 0x04, 1);
            put_be(b, dice(r, 100000), 3);
            put_be(b, 128 + dice(r, 900), 3);
            put_be(b, 8 + dice(r, 2), 1);
            put_le(b, 1, 4);
            for (int i = 0; i < 4; i++) {
                put_noise(r, b, 128);
                put_be(b, 0xc4, 1);
            }
        }
}

static void make_mqtt(struct dice *r, struct made *m, size_t n)
{
    for (int d = 0; d < 2; d++)
        while (m->side[d].len < n) {
            struct buffer *b = &m->side[d];
            static const uint8_t types[] = {0x30, 0x32, 0x40, 0xc0, 0xd0, 0x82, 0x90};
            const uint32_t topic = 3 + dice(r, 20), body = dice(r, 90);
            put_be(b, types[dice(r, sizeof(types))], 1);
            put_be(b, 2 + topic + body, 1);
            put_be(b, topic, 2);
            put_words(r, b, topic);
            put_content(r, b, body);
        }
}

static void make_vnc(struct dice *r, struct made *m, size_t n)
{
    for (size_t i = 0; i < n; i += 10) {
        put_be(&m->side[0], 0x0301, 2);
        put_be(&m->side[0], dice_next(r) & 0x00ff00ff00ff00ffU, 8);
    }
    while (m->side[1].len < n) {
        struct buffer *b = &m->side[1];
        const uint32_t w = 1 + dice(r, 64), h = 1 + dice(r, 16);
        put_be(b, 0, 2);
        put_be(b, 1, 2);
        put_be(b, (uint64_t)dice(r, 800) << 48 | (uint64_t)dice(r, 600) << 32 | w << 16 | h, 8);
        put_be(b, 0, 4);
        const uint64_t colour = dice_next(r);
        for (uint32_t i = 0; i < w * h; i++)
            put_le(b, dice(r, 9) == 0 ? dice_next(r) : colour, 4);
    }
}

static void make_smb(struct dice *r, struct made *m, size_t n)
{
    for (int d = 0; d < 2; d++)
        while (m->side[d].len < n) {
            struct buffer *b = &m->side[d];
            const uint32_t body = 16 + dice(r, 3000);
            put_be(b, 64 + body, 4);
            put_be(b, 0xfe534d42, 4);
            put_le(b, 64, 2);
            put_be(b, 0, 10);
            put_le(b, dice(r, 19), 2);
            put_be(b, 0, 10);
            put_le(b, dice(r, 5000), 8);
            put_noise(r, b, 24);
            put_content(r, b, body);
        }
}

/* Words of samples that move slowly: sound, sensors. */
static void make_samples(struct dice *r, struct made *m, size_t n)
{
    for (int d = 0; d < 2; d++) {
        const unsigned width = 1 + dice(r, 4);
        int32_t level = (int32_t)dice(r, 65536), step = 1 + (int32_t)dice(r, 600);
        const bool little = dice(r, 2) == 0;
        while (m->side[d].len < n) {
            level += (int32_t)dice(r, 2 * (uint32_t)step) - step;
            (little ? put_le : put_be)(&m->side[d], (uint32_t)level, width);
        }
    }
}

const struct kind binary_kinds[] = {
    {"noise", make_noise},
    {"TLS", make_tls},
    {"SSH", make_ssh},
    {"BitTorrent", make_bittorrent},
    {"Modbus", make_modbus},
    {"DNS over TCP", make_dns},
    {"images", make_image},
    {"patterns", make_pattern},
    {"fixed records", make_records},
    {"BER, certificates", make_ber},
    {"lengths before", make_prefixed},
    {"HTTP/2, gRPC", make_http2},
    {"MPEG-TS", make_mpeg},
    {"RTMP", make_rtmp},
    {"MQTT", make_mqtt},
    {"VNC", make_vnc},
    {"SMB2", make_smb},
    {"samples", make_samples},
};
const size_t binary_kind_count = sizeof(binary_kinds) / sizeof(binary_kinds[0]);
