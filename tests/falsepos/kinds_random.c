/* SPDX-License-Identifier: MIT */
/* Streams that are made to look like nothing, and ours that are shaped like MSE on purpose. */
#include "tests/falsepos/talk.h"

#include <stdlib.h>

#define KEY        96 /* MSE's public key, and the longest padding behind it */
#define PAD        512
#define BLOCK      16384
#define PIECE_HEAD 13     /* BitTorrent's, before a block */
#define TAG        16     /* of an AEAD cipher */
#define SS_RECORD  0x3fff /* Shadowsocks: most of a payload */
#define OBFS4_MTU  1448

/* What comes after a handshake: requests and answers of any sizes. */
static void talk_on(struct talk *t)
{
    const uint32_t turns = talk_between(t, 0, 30), shape = dice(t->dice, 4);

    for (uint32_t i = 0; i < turns; i++) {
        const uint32_t small = talk_between(t, 1, 200), large = talk_between(t, 1, 20000);
        if (shape != 1)
            talk_noise(t, 0, 1, shape == 2 ? large : small);
        if (shape != 3)
            talk_noise(t, 1, 1, shape == 0 || dice(t->dice, 3) == 0 ? small : large);
        talk_pause(t, 200);
    }
}

/* Each length from 1 byte: one flight each way of exactly that, then whatever. */
static void make_lengths(struct talk *t, const struct talk_kind *k)
{
    const uint32_t n = 1 + t->addr[1] % 2048;

    (void)k;
    talk_noise(t, 0, n, n);
    if (dice(t->dice, 2) == 0)
        talk_noise(t, 1, n, n);
    else
        talk_noise(t, 1, 1, 2048);
    talk_on(t);
}

static void make_long(struct talk *t, const struct talk_kind *k)
{
    (void)k;
    talk_noise(t, dice(t->dice, 2), 2000, 200000);
    if (dice(t->dice, 2) == 0)
        talk_noise(t, dice(t->dice, 2), 1, 100000);
}

/* The lengths of MSE's first two flights, and nothing of it behind them. */
static void make_shaped(struct talk *t, const struct talk_kind *k)
{
    const unsigned first = dice(t->dice, 2);

    (void)k;
    talk_noise(t, first, KEY, KEY + PAD);
    talk_noise(t, 1 - first, KEY, KEY + PAD);
    talk_on(t);
}

/* All that is known of the lengths of encrypted BitTorrent, kept: nobody can tell. */
static void make_imitation(struct talk *t, const struct talk_kind *k)
{
    static const uint32_t begins[][2] = {{0, 124}, {1, 82}, {0, 5}, {1, 105}, {0, 5}, {1, 5}};

    (void)k;
    talk_noise(t, 0, KEY, KEY + PAD);
    talk_noise(t, 1, KEY, KEY + PAD);
    for (unsigned i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
        talk_noise(t, begins[i][0], begins[i][1], begins[i][1]);
    for (uint32_t i = talk_between(t, 3, 12); i > 0; i--) {
        const uint32_t blocks = talk_between(t, 1, 5);
        talk_noise(t, 0, 17 * blocks, 17 * blocks);
        talk_noise(t, 1, (BLOCK + PIECE_HEAD) * blocks, (BLOCK + PIECE_HEAD) * blocks);
        talk_pause(t, 200);
    }
}

/* Keys of one length, as any exchange of Diffie and Hellman has them, and what they encrypt. */
static void make_keys(struct talk *t, const struct talk_kind *k)
{
    static const uint32_t lengths[] = {97, 128, 133, 192, 256, 384, 512};
    const uint32_t n = lengths[t->constants % 7];

    (void)k;
    talk_noise(t, 0, n, n);
    talk_noise(t, 1, n, n);
    talk_on(t);
}

/* Letters of Base64 in flights as long as MSE's: encrypted, but not random. */
static void make_base64(struct talk *t, const struct talk_kind *k)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    (void)k;
    for (uint32_t i = talk_between(t, 2, 30); i > 0; i--) {
        for (uint32_t n = talk_between(t, KEY, KEY + PAD); n > 0; n--)
            buffer_append_byte(&t->said, (uint8_t)letters[dice(t->dice, 64)]);
        talk_say(t, i & 1);
    }
}

/* The lengths of the third and fourth, too, as Transmission's or libtorrent's. */
static void make_shaped_further(struct talk *t, const struct talk_kind *k)
{
    const bool exact = dice(t->dice, 2) == 0;

    (void)k;
    talk_noise(t, 0, KEY, KEY + PAD);
    talk_noise(t, 1, KEY, KEY + PAD);
    talk_noise(t, 0, 124, exact ? 124 : 635);
    talk_noise(t, 1, 82, exact ? 82 : 600);
    talk_on(t);
}

/* And then one side sends a file. */
static void make_shaped_file(struct talk *t, const struct talk_kind *k)
{
    (void)k;
    talk_noise(t, 0, KEY, KEY + PAD);
    talk_noise(t, 1, KEY, KEY + PAD);
    talk_noise(t, 0, 56, 600);
    for (uint32_t i = talk_between(t, 1, 12); i > 0; i--) {
        talk_noise(t, 1, BLOCK, BLOCK);
        if (dice(t->dice, 3) == 0)
            talk_noise(t, 0, 4, 40);
    }
}

static void make_shadowsocks_stream(struct talk *t, const struct talk_kind *k)
{
    static const uint32_t ivs[] = {8, 12, 16, 24};
    const uint32_t iv = ivs[dice(t->dice, 4)],
                   address = dice(t->dice, 2) ? 7 : 8 + dice(t->dice, 30);
    const bool apart = dice(t->dice, 4) == 0; /* the address alone, the request after it */

    (void)k;
    if (apart)
        talk_noise(t, 0, iv + address, iv + address);
    talk_noise(t, 0, iv + address + 70, iv + address + 700);
    talk_noise(t, 1, iv + 60, iv + (dice(t->dice, 2) ? 600 : 4000));
    talk_on(t);
}

static void put_ss_records(struct talk *t, uint32_t n)
{
    while (n > 0) {
        const uint32_t piece = n < SS_RECORD ? n : SS_RECORD;
        put_noise(t->dice, &t->said, 2 + TAG + piece + TAG);
        n -= piece;
    }
}

static void make_shadowsocks_aead(struct talk *t, const struct talk_kind *k)
{
    const uint32_t salt = 16 + 8 * dice(t->dice, 3);

    (void)k;
    put_noise(t->dice, &t->said, salt);
    put_ss_records(t, 7 + dice(t->dice, 30));
    put_ss_records(t, 70 + dice(t->dice, 600));
    talk_say(t, 0);
    put_noise(t->dice, &t->said, salt);
    put_ss_records(t, 60 + dice(t->dice, dice(t->dice, 2) ? 600 : 6000));
    talk_say(t, 1);
    for (uint32_t i = dice(t->dice, 12); i > 0; i--) {
        put_ss_records(t, 1 + dice(t->dice, 900));
        talk_say(t, 0);
        put_ss_records(t, 1 + dice(t->dice, 30000));
        talk_say(t, 1);
        talk_pause(t, 300);
    }
}

/* Shadowsocks 2022 (SIP022): a fixed header, then the variable one with up to 900 bytes of padding.
 */
static void make_shadowsocks_2022(struct talk *t, const struct talk_kind *k)
{
    const uint32_t salt = 16 + 16 * dice(t->dice, 2);

    (void)k;
    put_noise(t->dice, &t->said, salt + 11 + TAG + 7 + 2 + dice(t->dice, 900) + TAG);
    talk_say(t, 0);
    put_noise(t->dice, &t->said, salt + 1 + 8 + salt + 2 + TAG + 60 + dice(t->dice, 900) + TAG);
    talk_say(t, 1);
    talk_on(t);
}

static void make_vmess(struct talk *t, const struct talk_kind *k)
{
    const bool aead = dice(t->dice, 2) == 0;
    const uint32_t command = 45 + dice(t->dice, 40); /* with the address and 0 to 15 of padding */

    (void)k;
    put_noise(t->dice, &t->said, 16 + (aead ? 2U + TAG + 8 + TAG : 0U) + command);
    put_noise(t->dice, &t->said, 2 + 70 + dice(t->dice, 600) + TAG + dice(t->dice, 64));
    talk_say(t, 0);
    put_noise(t->dice, &t->said,
              (aead ? 2U + TAG + 4 + TAG : 4U) + 2 + TAG + 60 + dice(t->dice, 2000));
    talk_say(t, 1);
    talk_on(t);
}

/* MTProto's obfuscated transport: 64 bytes, then messages of 4-byte words, in a handshake of known
 * lengths, padded (up to 15) in the kind that proxies use. */
static void make_mtproto(struct talk *t, const struct talk_kind *k)
{
    static const uint32_t handshake[] = {40, 84, 340, 652, 396, 72};
    const uint32_t head = 1 + 3 * dice(t->dice, 2), pad = dice(t->dice, 2) ? 15 : 0;

    (void)k;
    put_noise(t->dice, &t->said, 64);
    if (dice(t->dice, 4) == 0) /* a session that exists: no handshake */
        talk_noise(t, 0, 100, 400);
    else
        for (unsigned i = 0; i < 6; i++)
            talk_noise(t, i & 1, handshake[i] + head, handshake[i] + head + pad);
    for (uint32_t i = dice(t->dice, 30); i > 0; i--) {
        put_noise(t->dice, &t->said, head + 4 * talk_between(t, 14, 300));
        talk_say(t, dice(t->dice, 2));
        talk_pause(t, 1500);
    }
}

static void make_obfs3(struct talk *t, const struct talk_kind *k)
{
    (void)k;
    talk_noise(t, 0, 192, 192 + (dice(t->dice, 2) ? 4097 : 416));
    talk_noise(t, 1, 192, 192 + (dice(t->dice, 2) ? 4097 : 416));
    talk_noise(t, 0, 32, 32 + 4097);
    talk_noise(t, 1, 32, 32 + 4097);
    talk_on(t);
}

static void make_scramblesuit(struct talk *t, const struct talk_kind *k)
{
    (void)k;
    talk_noise(t, 0, 192 + 32, 192 + 32 + 1308);
    talk_noise(t, 1, 192 + 32, 192 + 32 + 1308);
    talk_on(t);
}

static void make_obfs4(struct talk *t, const struct talk_kind *k)
{
    (void)k;
    talk_noise(t, 0, 32 + 77 + 32, 8192);
    talk_noise(t, 1, 32 + 32 + 32 + 45, 8192);
    for (uint32_t i = dice(t->dice, 20); i > 0; i--) {
        put_noise(t->dice, &t->said,
                  OBFS4_MTU * dice(t->dice, 8) + 21 + dice(t->dice, OBFS4_MTU - 21));
        talk_say(t, dice(t->dice, 2));
    }
}

/* Bitcoin's v2 transport (BIP 324): a key of 64 and 0 to 4095 of garbage, a terminator, packets. */
static void make_bip324(struct talk *t, const struct talk_kind *k)
{
    const uint32_t most = k->port == 0 ? 512 : 4095;

    talk_noise(t, 0, 64, 64 + most);
    talk_noise(t, 1, 64, 64 + most);
    talk_noise(t, 0, TAG + 20, TAG + 20 + 150);
    talk_noise(t, 1, TAG + 20, TAG + 20 + 150);
    for (uint32_t i = dice(t->dice, 40); i > 0; i--) {
        put_noise(t->dice, &t->said, 20 + dice(t->dice, dice(t->dice, 6) == 0 ? 30000 : 60));
        talk_say(t, dice(t->dice, 2));
        talk_pause(t, 400);
    }
}

/* RLPx (Ethereum): EIP-8's handshakes say their length in front, the older ones are 307 and 210. */
static void make_rlpx(struct talk *t, const struct talk_kind *k)
{
    (void)k;
    if (dice(t->dice, 4) == 0) {
        talk_noise(t, 0, 307, 307);
        talk_noise(t, 1, 210, 210);
    } else {
        talk_template(t, "=2 ?300-560");
        talk_say(t, 0);
        talk_template(t, "=2 ?250-520");
        talk_say(t, 1);
    }
    for (uint32_t i = 1 + dice(t->dice, 30); i > 0; i--) {
        put_noise(t->dice, &t->said, 32 + 16 * (1 + dice(t->dice, 20)) + 16);
        talk_say(t, dice(t->dice, 2));
        talk_pause(t, 300);
    }
}

/* Lightning (BOLT 8): acts of 50, 50 and 66 bytes; then 18 of length before each message. */
static void make_lightning(struct talk *t, const struct talk_kind *k)
{
    (void)k;
    talk_template(t, "00 ?49");
    talk_say(t, 0);
    talk_template(t, "00 ?49");
    talk_say(t, 1);
    talk_template(t, "00 ?65 ?18 ?40-200");
    talk_say(t, 0);
    for (uint32_t i = dice(t->dice, 40); i > 0; i--) {
        put_noise(t->dice, &t->said, 18 + 16 + 2 + dice(t->dice, 400));
        talk_say(t, dice(t->dice, 2));
        talk_pause(t, 500);
    }
}

/* I2P's NTCP2: a key of 32, options of 32, padding; then blocks whose length is masked. */
static void make_ntcp2(struct talk *t, const struct talk_kind *k)
{
    (void)k;
    talk_noise(t, 0, 64, 64 + (dice(t->dice, 2) ? 31 : 223));
    talk_noise(t, 1, 64, 64 + (dice(t->dice, 2) ? 31 : 223));
    talk_noise(t, 0, 48 + 400, 48 + 1100);
    talk_on(t);
}

/* eDonkey's obfuscation: a marker, a key part of 4, 4 of magic, up to 256 of padding. */
static void make_ed2k(struct talk *t, const struct talk_kind *k)
{
    (void)k;
    talk_noise(t, 0, 12, 12 + 255);
    talk_noise(t, 1, 6, 6 + 255);
    talk_on(t);
}

/* Keys of a Noise handshake, bare; then one byte typed is 17 on the wire, as one request of a peer
 * is. Answers come in blocks. */
static void make_typed(struct talk *t, const struct talk_kind *k)
{
    (void)k;
    talk_noise(t, 0, 32, 96 + dice(t->dice, 200));
    talk_noise(t, 1, 48, 96 + dice(t->dice, 200));
    talk_noise(t, 0, 64, 64);
    for (uint32_t i = talk_between(t, 4, 60); i > 0; i--) {
        const uint32_t keys = dice(t->dice, 4) == 0 ? 2 : 1;
        talk_noise(t, 0, 17 * keys, 17 * keys);
        if (dice(t->dice, 3) != 0)
            talk_noise(t, 1, 17, 17 + dice(t->dice, 3) * 60);
        talk_pause(t, 300);
    }
}

/* An encrypted store: requests of one length, answers of a block with its head. */
static void make_blocks(struct talk *t, const struct talk_kind *k)
{
    const uint32_t request = 17 + dice(t->dice, 60), other = dice(t->dice, 40);
    const uint32_t head = other == PIECE_HEAD ? 0 : other; /* else it would be an imitation */

    (void)k;
    talk_noise(t, 0, 96, 300);
    talk_noise(t, 1, 96, 300);
    for (uint32_t i = talk_between(t, 2, 20); i > 0; i--) {
        const uint32_t ahead = 1 + dice(t->dice, 4);
        for (uint32_t j = 0; j < ahead; j++)
            put_noise(t->dice, &t->said, request);
        talk_say(t, 0);
        for (uint32_t j = 0; j < ahead; j++)
            put_noise(t->dice, &t->said, head + BLOCK);
        talk_say(t, 1);
    }
}

static void make_datagrams(struct talk *t, const struct talk_kind *k)
{
    const uint32_t n = t->addr[1] % 1400;

    (void)k;
    for (uint32_t i = talk_between(t, 1, 40); i > 0; i--) {
        if (dice(t->dice, 2) == 0)
            talk_noise(t, dice(t->dice, 2), n, n);
        else
            talk_noise(t, dice(t->dice, 2), 0, 1400);
        talk_pause(t, 100);
    }
}

/* The first two bytes are those of a uTP packet; the rest is not. */
static void make_utp_like(struct talk *t, const struct talk_kind *k)
{
    (void)k;
    for (uint32_t i = talk_between(t, 1, 60); i > 0; i--) {
        buffer_append_byte(&t->said, (uint8_t)(dice(t->dice, 5) << 4 | 1));
        buffer_append_byte(&t->said, (uint8_t)(dice(t->dice, 8) == 0 ? 1 + dice(t->dice, 2) : 0));
        talk_noise(t, dice(t->dice, 2), 18, dice(t->dice, 2) ? 18 : 1300);
        talk_pause(t, 100);
    }
}

const struct talk_kind random_talks[] = {
    {"random, every length", DISGUISE, 10, false, 0, make_lengths, {NULL}},
    {"random, long", DISGUISE, 2, false, 0, make_long, {NULL}},
    {"random, shaped as MSE", DISGUISE, 10, false, 0, make_shaped, {NULL}},
    {"random, shaped as MSE on port 80", DISGUISE, 20, false, 80, make_shaped, {NULL}},
    {"random, shaped as MSE, four flights", DISGUISE, 350, false, 0, make_shaped_further, {NULL}},
    {"random, shaped as MSE, then a file", DISGUISE, 600, false, 0, make_shaped_file, {NULL}},
    {"random, MSE's lengths imitated", IMITATION, 0, false, 0, make_imitation, {NULL}},
    {"keys of one length", DISGUISE, 15, false, 0, make_keys, {NULL}},
    {"Base64, shaped as MSE", PROGRAM, 0, false, 0, make_base64, {NULL}},
    {"Shadowsocks, stream", DISGUISE, 10, false, 8388, make_shadowsocks_stream, {NULL}},
    {"Shadowsocks, AEAD", DISGUISE, 90, false, 8388, make_shadowsocks_aead, {NULL}},
    {"Shadowsocks, AEAD, any port", DISGUISE, 90, false, 0, make_shadowsocks_aead, {NULL}},
    {"Shadowsocks 2022", DISGUISE, 10, false, 0, make_shadowsocks_2022, {NULL}},
    {"VMess", DISGUISE, 10, false, 0, make_vmess, {NULL}},
    {"MTProto on 443", DISGUISE, 90, false, 443, make_mtproto, {NULL}},
    {"MTProto", DISGUISE, 90, false, 0, make_mtproto, {NULL}},
    {"obfs3", DISGUISE, 30, false, 0, make_obfs3, {NULL}},
    {"ScrambleSuit", DISGUISE, 10, false, 0, make_scramblesuit, {NULL}},
    {"obfs4", DISGUISE, 5, false, 0, make_obfs4, {NULL}},
    {"Bitcoin v2", DISGUISE, 10, false, 8333, make_bip324, {NULL}},
    {"Bitcoin v2, little garbage", DISGUISE, 180, false, 0, make_bip324, {NULL}},
    {"RLPx", PROGRAM, 0, false, 30303, make_rlpx, {NULL}},
    {"RLPx, any port", PROGRAM, 0, false, 0, make_rlpx, {NULL}},
    {"Lightning", PROGRAM, 0, false, 9735, make_lightning, {NULL}},
    {"NTCP2", DISGUISE, 15, false, 0, make_ntcp2, {NULL}},
    {"eDonkey, obfuscated", DISGUISE, 15, false, 0, make_ed2k, {NULL}},
    {"keys typed under AEAD", DISGUISE, 30, false, 0, make_typed, {NULL}},
    {"encrypted store", DISGUISE, 520, false, 0, make_blocks, {NULL}},
    {"random datagrams", DISGUISE, 1, true, 0, make_datagrams, {NULL}},
    {"random datagrams, uTP's first bytes", DISGUISE, 1, true, 0, make_utp_like, {NULL}},
};
const size_t random_talk_count = sizeof(random_talks) / sizeof(random_talks[0]);
