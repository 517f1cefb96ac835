/* SPDX-License-Identifier: MIT */
/* Streams of binary protocols: lengths in front and small types, as the peer wire has them. */
#include "tests/falsepos/talk.h"

#define BLOCK 16384

/* Encrypted or compressed files, bare or behind a line, one way. */
static void make_file(struct talk *t, const struct talk_kind *k)
{
    static const char *const begins[] = {
        "1f 8b 08 00 ?4 00 03",
        "fd 37 7a 58 5a 00 00 04 ?4",
        "50 4b 03 04 14 00 00 00 08 00 ?16",
        "28 b5 2f fd 04 ?3",
        "00 00 00 20 66 74 79 70 69 73 6f 6d 00 00 02 00 ?16",
        "53 61 6c 74 65 64 5f 5f ?8",
        "85 01 0c 03 ?8",
        "89 50 4e 47 0d 0a 1a 0a 00 00 00 0d ?13",
        "ff d8 ff e0 00 10 4a 46 49 46 00 01",
        "42 5a 68 39 31 41 59 26 53 59 ?4",
        "61 67 65 2d 65 6e 63 72 79 70 74 69 6f 6e 2e 6f 72 67 2f 76 31 0a ?60",
        "64 38 3a 61 6e 6e 6f 75 6e 63 65 33 31 3a $31 34 3a 69 6e 66 6f 64",
    };
    const unsigned side = dice(t->dice, 2);

    (void)k;
    if (dice(t->dice, 2) == 0) {
        talk_template(t, "$4-40 0a");
        talk_say(t, 1 - side);
    }
    talk_template(t, begins[dice(t->dice, sizeof(begins) / sizeof(begins[0]))]);
    for (uint32_t n = talk_between(t, 1, 20); n > 0; n--)
        talk_noise(t, side, 1, dice(t->dice, 2) ? 700 : 9000);
}

/* An own protocol with the peer wire's head, a length of four bytes and a small type, whose lengths
 * are not those of its types. */
static void make_near(struct talk *t, const struct talk_kind *k)
{
    (void)k;
    for (uint32_t i = talk_between(t, 3, 60); i > 0; i--) {
        talk_template(t, "=4 [00-15] ?0-60 | =4 [00-0a] $0-30 | =4 [00-09] _4 ?0-900");
        talk_say(t, i & 1);
    }
}

/* The same, some lengths right by chance: what a small type carries is mostly numbers. */
static void make_nearer(struct talk *t, const struct talk_kind *k)
{
    (void)k;
    for (uint32_t i = talk_between(t, 3, 60); i > 0; i--) {
        talk_template(
            t, "=4 [00-0a] 00 00 ?2 | =4 [00-0a] 00 00 00 #1 00 00 ?2 00 00 ?2 | =4 [00-04]");
        talk_say(t, i & 1);
    }
}

/* Records of TLS, from somewhere on and in blocks of a peer's size. */
static void make_records(struct talk *t, const struct talk_kind *k)
{
    (void)k;
    talk_template(t, "16 03 01 00 4f 01 00 00 4b 03 03 ?32 20 ?32 00 02 13 01 01 00 00 00");
    talk_say(t, 0);
    talk_template(t, "16 03 03 00 4a 02 00 00 46 03 03 ?32 20 ?32 13 01 00 "
                     "14 03 03 00 01 01 17 03 03 =2 ?900-2600");
    talk_say(t, 1);
    for (uint32_t i = talk_between(t, 1, 12); i > 0; i--) {
        talk_template(t, "17 03 03 =2 ?34 | 17 03 03 =2 ?20-400");
        talk_say(t, 0);
        talk_template(t, "17 03 03 40 11 ?16401 | 17 03 03 =2 ?30-6000");
        talk_say(t, 1);
    }
}

/* 0x13 in front, as 19 letters have it that are not the BitTorrent protocol's. */
static void make_nineteen(struct talk *t, const struct talk_kind *k)
{
    (void)k;
    for (unsigned side = 0; side < 2; side++) {
        buffer_append_byte(&t->said, 19);
        buffer_append_text(&t->said,
                           dice(t->dice, 2) ? "/multistream/1.0.0\n" : "BitTorrent protokol");
        talk_template(t, "07 2f 6e 6f 69 73 65 0a | _8 ?40");
        talk_say(t, side);
    }
    for (uint32_t i = dice(t->dice, 20); i > 0; i--) {
        talk_template(t, "=2 ?17-900");
        talk_say(t, i & 1);
    }
}

/* Pages that name the thing: their text is about BitTorrent, their requests are no announces. */
static void make_pages(struct talk *t, const struct talk_kind *k)
{
    static const char *const paths[] = {"/announce",
                                        "/announce?page=2",
                                        "/scrape?site=example",
                                        "/torrent?info_hash=abcdef",
                                        "/search?q=info_hash",
                                        "/api/announce?id=5&port=80",
                                        "/file.torrent",
                                        "/announce?message=hello&peer_id=7",
                                        "/metrics?left=0&event=started"};

    (void)k;
    for (uint32_t i = talk_between(t, 1, 6); i > 0; i--) {
        buffer_append_text(&t->said, "GET ");
        buffer_append_text(&t->said, paths[dice(t->dice, sizeof(paths) / sizeof(paths[0]))]);
        buffer_append_text(&t->said,
                           " HTTP/1.1\r\nHost: news.example\r\nUser-Agent: curl/7.88.1\r\n\r\n");
        talk_say(t, 0);
        buffer_append_text(&t->said, "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
                                     "Content-Length: 400\r\n\r\n\x13"
                                     "BitTorrent protocol");
        talk_template(t, "$380");
        talk_say(t, 1);
    }
}

#define SAYS(to_server, to_client)                                                                 \
    talk_by_template,                                                                              \
    {                                                                                              \
        to_server, to_client                                                                       \
    }

const struct talk_kind stream_talks[] = {
    {"files, compressed or encrypted", PROGRAM, 0, false, 0, make_file, {NULL}},
    {"lengths and small types", PROGRAM, 0, false, 0, make_near, {NULL}},
    {"lengths and small types, nearer", PROGRAM, 0, false, 0, make_nearer, {NULL}},
    {"TLS", PROGRAM, 0, false, 443, make_records, {NULL}},
    {"TLS, any port", PROGRAM, 0, false, 0, make_records, {NULL}},
    {"nineteen letters", PROGRAM, 0, false, 0, make_nineteen, {NULL}},
    {"pages about it", PROGRAM, 0, false, 80, make_pages, {NULL}},
    {"Kafka", PROGRAM, 0, false, 9092,
     SAYS("=4 00 [00-14] 00 [00-09] #4 00 06 $6 ?10-200", "=4 #4 00 00 ?10-900")},
    {"Cassandra", PROGRAM, 0, false, 9042,
     SAYS("04 00 #2 07 =4 00 00 00 30 $48 00 01 00",
          "84 00 #2 08 =4 00 00 00 02 00 00 00 01 ?10-300")},
    {"MongoDB", PROGRAM, 0, false, 27017,
     SAYS("~4 #4 00 00 00 00 dd 07 00 00 00 00 00 00 00 ?30-200",
          "~4 #4 #4 dd 07 00 00 00 00 00 00 00 ?30-900")},
    {"Thrift, framed", PROGRAM, 0, false, 9090,
     SAYS("=4 80 01 00 01 00 00 00 04 $4 #4 0b 00 01 00 00 00 05 $5 00",
          "=4 80 01 00 02 00 00 00 04 $4 #4 0b 00 00 00 00 00 09 $9 00")},
    {"Hadoop", PROGRAM, 0, false, 8020,
     SAYS("=4 1a 08 02 10 00 18 #1 22 10 @8 @8 ?30-90", "=4 0e 08 #1 10 00 18 09 3a 10 @8 ?8-300")},
    {"Erlang", PROGRAM, 0, false, 0,
     SAYS("=4 70 83 68 04 61 06 67 64 00 0d $13 ?12-90 | 00 00 00 00",
          "=4 70 83 68 03 61 02 64 00 00 ?10-200 | 00 00 00 00")},
    {"ZooKeeper", PROGRAM, 0, false, 2181,
     SAYS("=4 #4 00 00 00 [01-0b] 00 00 00 06 $6 00 | 00 00 00 08 ff ff ff fe 00 00 00 0b",
          "=4 #4 00 00 00 00 _4 ?2 00 00 00 00 ?4-90")},
    {"Bitcoin", PROGRAM, 0, false, 8333,
     SAYS("f9 be b4 d9 69 6e 76 _9 25 00 00 00 ?4 01 01 00 00 00 ?32",
          "f9 be b4 d9 74 78 _10 fa 00 00 00 ?4 ?250")},
    {"PostgreSQL, from the middle", PROGRAM, 0, false, 0,
     SAYS("51 00 00 00 29 $36 00", "54 00 00 00 1c 00 01 $4 00 _16 44 00 00 00 0b 00 01 00 00 00 "
                                   "01 31 43 00 00 00 0d $8 00 5a 00 00 00 05 49")},
    {"RTMP", PROGRAM, 0, false, 1935,
     SAYS("03 00 00 00 00 00 [40-90] 14 00 00 00 00 02 00 07 $7 ?40-120 | c4 ?128",
          "02 00 00 00 00 00 04 05 00 00 00 00 00 26 25 a0 | 04 ?3 00 00 80 09 01 00 00 00 ?128 c4 "
          "?128")},
    {"AMQP", PROGRAM, 0, false, 5672,
     SAYS("01 00 01 00 00 00 0d 00 3c 00 28 00 00 ?8 ce | 02 00 01 00 00 00 0e 00 3c 00 00 00 00 "
          "00 00 00 00 00 05 00 00 ce 03 00 01 00 00 00 05 $5 ce",
          "08 00 00 00 00 00 00 ce | 01 00 01 00 00 00 05 00 3c 00 50 00 ce")},
    {"OpenVPN over TCP", PROGRAM, 0, false, 1194,
     SAYS("=2 38 @8 00 #4 | =2 20 @8 01 #4 @8 #4 ?100-1100 | =2 48 00 00 00 #4 ?50-1300",
          "=2 40 @8 01 #4 @8 #4 | =2 48 00 00 00 #4 ?50-1300")},
    {"SSH, from the middle", PROGRAM, 0, false, 0,
     SAYS("?36 | ?44 | ?52 | ?68", "?36 | ?44 | ?84 | ?100-2000")},
    {"X11", PROGRAM, 0, false, 6000, SAYS("[01-48] 00 ~2 ?8-60", "[00-22] ?1 #2 ?28")},
    {"NBD, iSCSI", PROGRAM, 0, false, 10809,
     SAYS("25 60 95 13 00 00 00 00 _6 #2 ?8 00 00 40 00", "67 44 66 98 00 00 00 00 _6 #2 ?16384")},
    {"RPC records", PROGRAM, 0, false, 2049,
     SAYS("80 00 =2 @2 #2 00 00 00 00 00 00 00 02 00 01 86 a3 00 00 00 03 00 00 00 06 ?60",
          "80 00 =2 @2 #2 00 00 00 01 _16 ?20-9000")},
    {"Modbus", PROGRAM, 0, false, 502,
     SAYS("#2 00 00 00 06 01 03 00 ?1 00 [01-20]", "#2 00 00 00 [05-20] 01 03 ?8")},
    {"protobuf records", PROGRAM, 0, false, 0,
     SAYS("=4 08 [00-14] 12 05 $5 | =4 0a 05 $5 10 #1", "=4 08 [00-14] 10 00 1a 09 $9")},
    {"requests of 17 bytes", PROGRAM, 0, false, 0,
     SAYS("00 00 00 0d 06 ?12 | 00 00 00 0d 07 ?12", "00 00 00 0d 86 ?12")},
    {"encrypted, lengths of 2 before", PROGRAM, 0, false, 0, SAYS("=2 ?94-606", "=2 ?94-606")},
    {"encrypted, lengths of 2, little", PROGRAM, 0, false, 0, SAYS("~2 ?94-606", "~2 ?94-606")},
    {"encrypted, lengths of 3 before", PROGRAM, 0, false, 0, SAYS("=3 ?93-605", "=3 ?93-605")},
    {"encrypted, lengths of 4 before", PROGRAM, 0, false, 0, SAYS("=4 ?92-604", "=4 ?92-604")},
    {"encrypted, lengths of 4, little", PROGRAM, 0, false, 0, SAYS("~4 ?92-604", "~4 ?92-604")},
    {"encrypted, type and length before", PROGRAM, 0, false, 0,
     SAYS("[01-20] =2 ?93-605", "[01-20] =2 ?93-605")},
    {"encrypted, version, type, length", PROGRAM, 0, false, 0,
     SAYS("01 [01-20] =4 ?90-600", "01 [01-20] =4 ?90-600")},
    {"encrypted, a magic of 4 before", PROGRAM, 0, false, 0,
     SAYS("4d 41 47 31 ?92-604", "4d 41 47 31 ?92-604")},
    {"encrypted, zeros before", PROGRAM, 0, false, 0, SAYS("_4 ?92-604", "_4 ?92-604")},
    {"encrypted, one's own counter before", PROGRAM, 0, false, 0, SAYS("#4 ?92-604", "#4 ?92-604")},
    {"encrypted, an identifier of 8 before", PROGRAM, 0, false, 0,
     SAYS("@8 #4 ?84-596", "@8 #4 ?84-596")},
    {"WhatsApp", PROGRAM, 0, false, 5222,
     SAYS("57 41 06 03 =3 ?290-330 | =3 ?20-600", "=3 ?300-340 | =3 ?20-600")},
    {"Zabbix", PROGRAM, 0, false, 10051,
     SAYS("5a 42 58 44 03 ~4 00 00 00 00 78 9c ?100-500",
          "5a 42 58 44 03 ~4 00 00 00 00 78 9c ?60-300")},
    {"text", PROGRAM, 0, false, 0, SAYS("$3-300 0a", "$3-2000 0a")},
};
const size_t stream_talk_count = sizeof(stream_talks) / sizeof(stream_talks[0]);
