/* SPDX-License-Identifier: MIT */
/* Datagrams of protocols whose first bytes a careless eye takes for uTP's or DHT's.
 *
 * uTP's header (BEP 29) begins with a nibble 0 to 4, a nibble 1, a byte 0 to 2: so do a CoAP
 * request with a token of one byte, WireGuard's first message, DHCP, RADIUS, CAPWAP, a STUN answer.
 */
#include "tests/falsepos/talk.h"

/* A question for a name of any length, its identifier as chance has it: 0x4100 and a root question
 * of 17 bytes pass for a SYN, if one looks at no more than that. */
static void make_dns(struct talk *t, const struct talk_kind *k)
{
    static const uint8_t first[] = {0x01, 0x11, 0x21, 0x31, 0x41};
    uint8_t id[2] = {0};

    (void)k;
    for (uint32_t i = talk_between(t, 1, 12); i > 0; i--) {
        const uint32_t labels = dice(t->dice, 4);
        id[0] = dice(t->dice, 2) ? first[dice(t->dice, 5)] : (uint8_t)dice(t->dice, 256);
        id[1] = (uint8_t)dice(t->dice, 3);
        for (unsigned side = 0; side < 2; side++) {
            buffer_append(&t->said, bytes_of(id, 2));
            talk_template(t, side == 0 ? "01 00 00 01 00 00 00 00 00 00"
                                       : "81 80 00 01 00 01 00 00 00 00");
            for (uint32_t l = 0; l < labels; l++) {
                buffer_append_byte(&t->said, 6);
                put_be(&t->said, UINT64_C(0x6e616d653030) + i % 9 + (uint64_t)256 * l, 6);
            }
            talk_template(t, "00 00 01 00 01");
            if (side == 1)
                talk_template(t, "c0 0c 00 01 00 01 00 00 0e 10 00 04 0a 00 ?2");
            talk_say(t, side);
        }
    }
}

/* A counter of four bytes, little-endian, from wherever the talk is: for a while it begins as uTP
 * does, and acknowledgements of the other side's follow it. */
static void make_game(struct talk *t, const struct talk_kind *k)
{
    uint32_t seq[2] = {dice(t->dice, 300), dice(t->dice, 300)};

    (void)k;
    for (uint32_t i = talk_between(t, 20, 120); i > 0; i--) {
        const unsigned side = i & 1;
        put_le(&t->said, seq[side]++, 4);
        put_le(&t->said, seq[1 - side], 4);
        if (side == 0)
            put_le(&t->said, t->constants & 0xffff, 2);
        talk_noise(t, side, 6, 60 + 400 * side);
        t->now_ns += 15000000;
    }
}

/* The header of a game's own: 16-bit counters of both sides and 32 bits that say which came. */
static void make_ack_bits(struct talk *t, const struct talk_kind *k)
{
    uint16_t seq[2] = {(uint16_t)dice(t->dice, 65536), (uint16_t)dice(t->dice, 65536)};

    (void)k;
    for (uint32_t i = talk_between(t, 20, 120); i > 0; i--) {
        const unsigned side = i & 1;
        put_be(&t->said, (uint64_t)(0x4100 >> 8 * dice(t->dice, 2)), 2); /* its magic */
        put_be(&t->said, seq[side]++, 2);
        put_be(&t->said, seq[1 - side], 2);
        put_be(&t->said, 0xffffffff, 4);
        talk_noise(t, side, 8, 300);
        t->now_ns += 16000000;
    }
}

/* A protocol that has uTP's virtues without being it: fixed header of 20, version 1, a connection
 * identifier, clocks, counters that fit. Its types do not. */
static void make_rudp(struct talk *t, const struct talk_kind *k)
{
    uint32_t seq[2] = {dice(t->dice, 65536), dice(t->dice, 65536)};

    (void)k;
    for (uint32_t i = talk_between(t, 4, 80); i > 0; i--) {
        const unsigned side = i & 1;
        put_be(&t->said, 0x01 + 0x10 * dice(t->dice, 8), 1);
        put_be(&t->said, 0, 1);
        put_be(&t->said, t->constants & 0xffff, 2);
        put_be(&t->said, (uint64_t)t->now_ns / 1000, 4);
        put_be(&t->said, seq[side]++, 4);
        put_be(&t->said, seq[1 - side], 4);
        put_be(&t->said, 1 << dice(t->dice, 3), 4);
        talk_noise(t, side, 0, 1200);
    }
}

/* Bencoded, and no DHT: another program's calls, or a .torrent sent by datagrams. */
static void make_bencode(struct talk *t, const struct talk_kind *k)
{
    static const char *const says[] = {
        "d4:call7:version2:idi7ee",
        "d6:result2:ok5:itemsli1ei2ei3eee",
        "d8:announce31:http://tracker.example/announce4:infod6:lengthi1e4:name1:aee",
        "d3:cow3:moo4:spam4:eggse",
        "d1:a1:b1:y1:ze",
        "d1:q4:ping1:t1:ae",
        "d1:y1:qe",
        "d7:msg_idi1e6:notifyi1e7:user-id5:abcdee",
    };

    (void)k;
    for (uint32_t i = talk_between(t, 1, 10); i > 0; i--) {
        buffer_append_text(&t->said, says[dice(t->dice, sizeof(says) / sizeof(says[0]))]);
        talk_say(t, i & 1);
    }
}

/* CAT: one row a protocol; see talk_by_template(). */
#define SAYS(to_server, to_client)                                                                 \
    talk_by_template,                                                                              \
    {                                                                                              \
        to_server, to_client                                                                       \
    }

const struct talk_kind udp_talks[] = {
    {"DNS", PROGRAM, 0, true, 53, make_dns, {NULL}},
    {"DNS, any port", PROGRAM, 0, true, 0, make_dns, {NULL}},
    {"mDNS", PROGRAM, 0, true, 5353, make_dns, {NULL}},
    {"game: two counters", PROGRAM, 0, true, 27960, make_game, {NULL}},
    {"game: acknowledged by bits", PROGRAM, 0, true, 0, make_ack_bits, {NULL}},
    {"reliable datagrams like uTP's", PROGRAM, 0, true, 0, make_rudp, {NULL}},
    {"bencode that is no DHT", PROGRAM, 0, true, 0, make_bencode, {NULL}},
    {"CoAP, token of one byte", PROGRAM, 0, true, 5683,
     SAYS("41 01 #2 @1 b5 $5 ff ?0-40 | 41 02 #2 @1 b4 $4 ff $3-60",
          "61 45 #2 @1 ff $3-200 | 61 44 #2 @1 c0 ff ?0-90")},
    {"CoAP, any port", PROGRAM, 0, true, 0,
     SAYS("[40-48] [01-04] #2 ?0-8 bb $11 ff ?0-60", "[60-68] 45 #2 ?0-8 ff $10-500")},
    {"STUN", PROGRAM, 0, true, 3478,
     SAYS("00 01 00 00 21 12 a4 42 ?12", "01 01 00 0c 21 12 a4 42 ?12 00 20 00 08 00 01 ?6")},
    {"STUN and media", PROGRAM, 0, true, 0,
     SAYS("00 01 =2 21 12 a4 42 ?12 ?24-80 | 80 60 #2 ?4 @4 ?160 | 90 6f #2 ?4 @4 be de 00 01 "
          "?20-1100",
          "01 01 00 0c 21 12 a4 42 ?12 00 20 00 08 00 01 ?6 | 80 60 #2 ?4 @4 ?160 | 81 c9 00 07 @4 "
          "?28")},
    {"TURN channels", PROGRAM, 0, true, 3478,
     SAYS("40 [00-05] =2 80 60 #2 ?4 @4 ?20-900 | 00 16 00 20 21 12 a4 42 ?32",
          "40 [00-05] =2 80 60 #2 ?4 @4 ?20-900 | 00 17 00 20 21 12 a4 42 ?32")},
    {"RTP", PROGRAM, 0, true, 0, SAYS("80 00 #2 ?4 @4 ?160", "80 00 #2 ?4 @4 ?160")},
    {"SRTP", PROGRAM, 0, true, 0, SAYS("80 60 #2 ?4 @4 ?30-1100", "80 c8 00 06 @4 ?40-60")},
    {"DTLS", PROGRAM, 0, true, 0,
     SAYS("16 fe fd 00 00 _5 #1 =2 01 ?60-300 | 17 fe fd 00 01 _5 #1 =2 ?30-1200",
          "16 fe fd 00 00 _5 #1 =2 02 ?60-900 | 17 fe fd 00 01 _5 #1 =2 ?30-1200")},
    {"WireGuard", PROGRAM, 0, true, 51820,
     SAYS(
         "01 00 00 00 ?144 | 04 00 00 00 @4 %4 00 00 00 00 ?16 | 04 00 00 00 @4 %4 00 00 00 00 ?96",
         "02 00 00 00 ?88 | 04 00 00 00 @4 %4 00 00 00 00 ?1024 | 03 00 00 00 ?60")},
    {"WireGuard, any port", PROGRAM, 0, true, 0,
     SAYS("01 00 00 00 ?144", "02 00 00 00 ?88 | 04 00 00 00 @4 %4 00 00 00 00 ?112")},
    {"OpenVPN", PROGRAM, 0, true, 1194,
     SAYS("38 @8 00 #4 | 20 @8 01 #4 @8 #4 ?100-1100 | 28 @8 01 #4 @8",
          "40 @8 01 #4 @8 #4 | 20 @8 00 #4 ?100-1100 | 30 #4 ?50-1300")},
    {"OpenVPN, second key", PROGRAM, 0, true, 0,
     SAYS("21 @8 01 #4 @8 #4 ?100-1100 | 29 @8 01 #4 @8 | 31 ?50-1300",
          "41 @8 01 #4 @8 #4 | 21 @8 00 #4 ?100-1100 | 31 ?50-1300")},
    {"OpenVPN, peer identifiers", PROGRAM, 0, true, 1194,
     SAYS("[48-4f] 00 00 [00-04] #4 ?50-1300", "[48-4f] 00 00 [00-04] #4 ?50-1300")},
    {"QUIC", PROGRAM, 0, true, 443,
     SAYS("[c0-c3] 00 00 00 01 08 @8 00 00 44 9e ?1180 | [40-7f] @8 ?25-1200",
          "[c0-e3] 00 00 00 01 00 08 @8 00 44 9e ?1180 | [40-7f] ?25-1200")},
    {"QUIC, short headers of 0x41", PROGRAM, 0, true, 0,
     SAYS("41 [00-02] ?25-1200 | [40-5f] ?25-1200", "41 [00-02] ?25-1200 | [40-5f] ?25-1200")},
    {"Teredo", PROGRAM, 0, true, 3544,
     SAYS("00 01 00 00 ?8 00 60 00 00 00 00 08 3a ff ?48 | 60 00 00 00 =2 3a 15 ?32 80 00 ?50",
          "00 01 00 00 ?8 00 00 00 ?6 60 00 00 00 00 38 3a ff ?88 | 60 00 00 00 00 28 06 40 ?72")},
    {"CAPWAP", PROGRAM, 0, true, 5246,
     SAYS("01 00 00 00 16 fe ff 00 00 _5 #1 =2 ?60-200 | 00 10 02 00 ?4 00 00 00 01 ?30-200",
          "01 00 00 00 17 fe ff 00 01 _5 #1 =2 ?60-200 | 00 10 02 00 ?4 00 00 00 02 ?30-200")},
    {"DHCP", PROGRAM, 0, true, 67,
     SAYS("01 01 06 00 @4 _8 _8 _8 ?6 _202 63 82 53 63 35 01 [01-03] _60 ff",
          "02 01 06 00 @4 _8 0a 00 00 09 _8 ?6 _202 63 82 53 63 35 01 [02-05] _60 ff")},
    {"RADIUS", PROGRAM, 0, true, 1812,
     SAYS("01 #1 00 [40-90] ?16 01 07 $5 02 12 ?16 04 06 0a 00 00 01",
          "02 #1 00 20 ?16 | 0b #1 00 40 ?16 4f 06 ?4 18 12 ?16")},
    {"RADIUS accounting, any port", PROGRAM, 0, true, 0,
     SAYS("04 #1 00 [40-90] ?16 28 06 00 00 00 01 2c 0a $8", "05 #1 00 14 ?16")},
    {"SNMP", PROGRAM, 0, true, 161,
     SAYS("30 =1 02 01 01 04 06 $6 a0 1c 02 04 @4 02 01 00 02 01 00 30 0e 30 0c 06 08 2b 06 01 02 "
          "01 01 05 00 05 00",
          "30 =1 02 01 01 04 06 $6 a2 25 02 04 @4 02 01 00 02 01 00 30 17 30 15 06 08 2b 06 01 02 "
          "01 01 05 00 04 09 $9")},
    {"NTP", PROGRAM, 0, true, 123, SAYS("23 00 [03-0a] ec _36 ?8", "24 02 03 ec ?44")},
    {"RIP", PROGRAM, 0, true, 520,
     SAYS("01 [01-02] 00 00 00 00 00 00 _12 00 00 00 10",
          "02 02 00 00 00 02 00 00 0a 00 ?2 ff ff 00 00 00 00 00 00 00 00 00 01")},
    {"BFD", PROGRAM, 0, true, 3784,
     SAYS("20 c8 03 18 @4 ?4 00 0f 42 40 00 0f 42 40 00 00 00 00",
          "20 c8 03 18 ?4 @4 00 0f 42 40 00 0f 42 40 00 00 00 00")},
    {"GTP", PROGRAM, 0, true, 2152,
     SAYS("30 ff =2 @4 45 00 ?80-1200 | 32 01 00 04 00 00 00 00 #2 00 00",
          "30 ff =2 @4 45 00 ?80-1200 | 32 02 00 06 00 00 00 00 #2 00 00 0e 00")},
    {"L2TP", PROGRAM, 0, true, 1701,
     SAYS("c8 02 =2 00 00 00 00 #2 #2 ?20-90 | 40 02 =2 @2 @2 ?20-900",
          "c8 02 =2 00 00 00 00 #2 #2 ?20-90 | 40 02 =2 @2 @2 ?20-900")},
    {"ESP in UDP", DISGUISE, 1, true, 4500, SAYS("@4 #4 ?60-1300", "@4 #4 ?60-1300")},
    {"IKE", PROGRAM, 0, true, 500,
     SAYS("@8 _8 21 20 22 08 00 00 00 00 00 00 01 58 ?316",
          "@8 ?8 21 20 22 20 00 00 00 00 00 00 01 58 ?316")},
    {"NetFlow, sFlow", PROGRAM, 0, true, 2055,
     SAYS("00 05 00 [01-1e] ?20 ?48-1400 | 00 09 00 [01-1e] ?16 ?48-900 | 00 00 00 05 00 00 00 01 "
          "?100-1000",
          NULL)},
    {"syslog, statsd", PROGRAM, 0, true, 514,
     SAYS("3c 31 33 3e $30-200 | $10-30 3a 31 7c 63", NULL)},
    {"SIP", PROGRAM, 0, true, 5060,
     SAYS("4f 50 54 49 4f 4e 53 20 $200-600", "53 49 50 2f 32 2e 30 20 $200-600")},
    {"SSDP", PROGRAM, 0, true, 1900,
     SAYS("4d 2d 53 45 41 52 43 48 20 2a 20 48 54 54 50 2f 31 2e 31 0d 0a $60-200",
          "48 54 54 50 2f 31 2e 31 20 32 30 30 20 4f 4b 0d 0a $60-300")},
    {"memcached over UDP", PROGRAM, 0, true, 11211,
     SAYS("#2 00 00 00 01 00 00 67 65 74 20 $5-30 0d 0a | 41 00 00 00 00 01 00 00 67 65 74 20 6b "
          "0d 0a 00 00",
          "#2 00 00 00 01 00 00 56 41 4c 55 45 20 $20-900 | 41 00 00 00 00 01 00 00 45 4e 44 0d "
          "0a")},
    {"RPC over UDP", PROGRAM, 0, true, 2049,
     SAYS("@2 #2 00 00 00 00 00 00 00 02 00 01 86 a3 00 00 00 03 ?40-200",
          "@2 #2 00 00 00 01 _16 ?20-1000")},
    {"ENet", PROGRAM, 0, true, 0,
     SAYS("80 00 #2 ff 82 00 00 00 00 00 01 ?36 | 80 01 #2 06 00 #2 =2 ?8-400 | 00 [00-02] 07 00 "
          "#2 =2 ?4-60",
          "80 00 #2 01 ff #2 #2 #2 | 00 01 06 00 #2 =2 ?8-900")},
    {"RakNet", PROGRAM, 0, true, 19132,
     SAYS("01 _7 #1 00 ff ff 00 fe fe fe fe fd fd fd fd 12 34 56 78 @8 | 84 %2 00 60 ?3-900 | c0 "
          "00 01 01 %2 00",
          "1c _7 #1 ?8 00 ff ff 00 fe fe fe fe fd fd fd fd 12 34 56 78 =2 $60 | 84 %2 00 40 "
          "?3-900")},
    {"KCP", PROGRAM, 0, true, 0,
     SAYS("@4 51 00 80 00 ?4 %4 %4 ~4 ?0-1300", "@4 52 00 80 00 ?4 %4 %4 00 00 00 00")},
    {"Quake 3", PROGRAM, 0, true, 27960,
     SAYS("ff ff ff ff 67 65 74 73 74 61 74 75 73 0a | %4 @2 ?8-80",
          "ff ff ff ff 73 74 61 74 75 73 52 65 73 70 6f 6e 73 65 0a $100-800 | %4 ?20-900")},
    {"Source engine", PROGRAM, 0, true, 27015,
     SAYS("ff ff ff ff 54 53 6f 75 72 63 65 20 45 6e 67 69 6e 65 20 51 75 65 72 79 00 | %4 %4 00 "
          "?2 ?10-120",
          "ff ff ff ff 49 11 $20-90 | %4 %4 00 ?2 ?10-1100")},
    {"Minetest", PROGRAM, 0, true, 30000,
     SAYS("4f 45 74 03 00 [01-05] 00 [00-02] ?2-60 | 4f 45 74 03 00 01 00 03 #2 01 ?4-400",
          "4f 45 74 03 00 01 00 00 00 #2 | 4f 45 74 03 00 01 01 03 #2 01 ?20-500")},
    {"Teeworlds", PROGRAM, 0, true, 8303,
     SAYS("[00-10] #1 [00-04] @4 ?4-120", "[00-10] #1 [00-04] @4 ?20-900")},
    {"UDT", PROGRAM, 0, true, 0,
     SAYS("80 00 00 00 _8 ?4 ?48 | #4 ?4 ?4 @4 ?100-1400", "80 02 00 00 #4 ?4 @4 ?16")},
    {"Kad", PROGRAM, 0, true, 4672,
     SAYS("e4 [20-21] ?16 ?2-18 | e4 33 ?16 ?16 | e4 [60-61]",
          "e4 [28-29] ?16 [01-14] ?25-500 | e4 3b ?30-300")},
    {"Kad, obfuscated", DISGUISE, 1, true, 0, SAYS("?17-60", "?17-600")},
    {"Tox", PROGRAM, 0, true, 33445,
     SAYS("00 @8 @8 @8 @8 ?24 ?25 | 02 @8 @8 @8 @8 ?24 ?56 | 1b ?2 ?30-600",
          "01 @8 @8 @8 @8 ?24 ?25 | 04 @8 @8 @8 @8 ?24 ?60-280 | 1b ?2 ?30-600")},
    {"Mosh", PROGRAM, 0, true, 60001, SAYS("80 _3 #4 ?30-90", "_4 #4 ?30-600")},
    {"BACnet, KNX", PROGRAM, 0, true, 47808,
     SAYS("81 0a =2 01 04 00 05 #1 0c ?10 | 06 10 04 20 00 15 04 @1 #1 00 ?11",
          "81 0a =2 01 00 30 #1 0c ?15")},
    {"CIP, FINS, DNP3", PROGRAM, 0, true, 9600,
     SAYS("80 00 02 00 ?3 00 ?1 00 01 01 ?6 | 05 64 =1 c4 ?4 ?10-40",
          "c0 00 02 00 ?3 00 ?1 00 01 01 00 00 ?2-200")},
    {"RTPS", PROGRAM, 0, true, 7400,
     SAYS("52 54 50 53 02 [01-03] 01 [01-10] @8 ?4 09 01 08 00 ?8 15 05 ~2 ?40-300", NULL)},
    {"PTP", PROGRAM, 0, true, 320,
     SAYS("[00-0b] 02 00 2c 00 00 _12 @8 00 01 #2 ?14",
          "[10-1b] 02 00 36 00 00 _12 @8 00 01 #2 ?24")},
    {"TFTP", PROGRAM, 0, true, 69,
     SAYS("00 01 $8 00 6f 63 74 65 74 00 | 00 04 #2", "00 03 #2 ?512 | 00 03 #2 $1-511")},
    {"random identifiers of two bytes", PROGRAM, 0, true, 0,
     SAYS("[01-41] [00-02] ?18", "[01-41] [00-02] ?18")},
    {"a counter in front of 18 bytes", PROGRAM, 0, true, 0, SAYS("%2 @8 ?10", "%2 @8 ?10-400")},
    {"type 01, version 00, records", PROGRAM, 0, true, 0,
     SAYS("01 00 @2 #4 00 00 00 00 =4 #2 #2 ?0-1000", "21 00 @2 #4 00 00 00 00 00 00 10 00 #2 #2")},
    {"KCP behind uTP's first bytes", DISGUISE, 1, true, 0,
     SAYS("@2 01 00 ?30-1200", "@2 01 00 ?30-1200")},
    {"a tunnel behind uTP's first bytes", DISGUISE, 1, true, 0,
     SAYS("01 00 @2 ?16 ?0-1200", "01 00 @2 ?16 ?0-1200")},
    {"text", PROGRAM, 0, true, 0, SAYS("$5-300", "$5-900")},
    {"16 bytes, as a tracker's", PROGRAM, 0, true, 2710,
     SAYS("?8 00 00 00 00 ?4", "00 00 00 00 ?12")},
};
const size_t udp_talk_count = sizeof(udp_talks) / sizeof(udp_talks[0]);
