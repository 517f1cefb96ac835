/* SPDX-License-Identifier: MIT */
/* What the prefilter keeps from nDPI, nDPI has nothing to say of. Conversations of noise, of small
 * numbers, of words, and of what nDPI's dissectors look for, whole and spoilt: each is asked about
 * in full, too. An argument makes it as many thousands as it says, and tells the names. */
#include "identify/ndpi.h"
#include "identify/prefilter.h"
#include "identify/registry.h"
#include "random.h"
#include "test.h"

#define TURNS     4
#define TURN_ROOM 700
#define THOUSANDS 20
#define NAMES     100

struct vector {
    const char *what;
    uint16_t port; /* the server's */
    struct {
        uint16_t len; /* in all, filled up with zeros, or with letters after text; 0: as it is */
        uint8_t said;
        const char *bytes;
    } turn[TURNS];
};

#define SAYS(len, bytes)                                                                           \
    {                                                                                              \
        (len), sizeof(bytes) - 1, (bytes)                                                          \
    }

/* One of each dissector that can be spoken to. */
static const struct vector vectors[] = {
    {"rtsp, a request", 80, {SAYS(0, "PLAY rtsp://example.org/a RTSP/1.0\r\nCSeq: 1\r\n\r\n")}},
    {"rtsp, an answer", 80, {SAYS(0, "hello"), SAYS(0, "RTSP/1.0 200 OK and so on")}},
    {"rtsp, a scheme", 80, {SAYS(0, "hello"), SAYS(0, "it is at rtsp://example.org/a/b/c")}},
    {"sip", 80, {SAYS(0, "INVITE sip:bob@example.org SIP/2.0\r\n\r\n")}},
    {"sip", 80, {SAYS(0, "SIP/2.0 200 OK\r\n\r\n")}},
    {"sip, with a length", 80, {SAYS(0, "\0\0\0\x16REGISTER sip:e.org SIP")}},
    {"edonkey", 80, {SAYS(30, "\xe3\x9a"), SAYS(30, "\xe3\x9b")}},
    {"fasttrack", 80, {SAYS(0, "GIVE 123456\r\n")}},
    {"fasttrack",
     80,
     {SAYS(0, "GET /x HTTP/1.1\r\nX-Kazaa-Username: somebody who is there\r\n\r\n")}},
    {"gnutella", 80, {SAYS(0, "GNUTELLA CONNECT/0.6\r\n")}},
    {"gnutella", 80, {SAYS(46, "PUSH guid:")}},
    {"gnutella", 80, {SAYS(46, "\x80\x2c\x01\x03\x01\x00\x03\x00\x00\x00\x20\x00\x00\x34")}},
    {"gnutella", 5000, {SAYS(11, "0123456789a"), SAYS(10, "4.6.8")}},
    {"directconnect", 80, {SAYS(0, "$Lock abc|"), SAYS(0, "$MyNick a|")}},
    {"directconnect", 80, {SAYS(0, "$MyNick a|"), SAYS(0, "$Lock abc|")}},
    {"directconnect", 80, {SAYS(0, "HSUP ADBAS0 ADBASE")}},
    {"applejuice", 80, {SAYS(0, "ajprot\r\nmore")}},
    {"jabber",
     80,
     {SAYS(0, "<stream:stream to='a' xmlns:stream='http://etherx.jabber.org/streams'>")}},
    {"usenet", 80, {SAYS(0, "200 news.example.org"), SAYS(0, "MODE READER\r\n")}},
    {"tvuplayer",
     80,
     {SAYS(36, "\0\0"
               "12345687"
               "\x01")}},
    {"tvuplayer", 80, {SAYS(0, "hello, and a good day\r\nUser-Agent: MacTVUP and so on\r\n\r\n")}},
    {"zattoo", 80, {SAYS(60, "\x03\x04\x00\x04\x0a\x00"), SAYS(60, "\x03\x04")}},
    {"thunder",
     80,
     {SAYS(20, "0\0\0\0"), SAYS(20, "0\0\0\0"), SAYS(20, "0\0\0\0"), SAYS(20, "0\0\0\0")}},
    {"teamviewer", 5938, {SAYS(20, "\x17\x24")}},
    {"steam", 80, {SAYS(0, "\x01"), SAYS(0, "\0")}},
    {"steam", 80, {SAYS(0, "\x01\0\0\0"), SAYS(0, "\0\0\0\0")}},
    {"steam", 80, {SAYS(0, "hello\r\nuser-agent: Valve/Steam HTTP Client 1.0\r\n\r\n")}},
    {"smbv23", 445, {SAYS(60, "\0\0\0\x38\xfeSMB")}},
    {"mining", 80, {SAYS(0, "some text {\"id\": 1, \"method\": \"mining.subscribe\"}")}},
    {"mining", 80, {SAYS(0, "{\"id\": 1, \"worker\": \"eth1.0\"}")}},
    {"mining", 80, {SAYS(0, "{\"blob\": 12345678}")}},
    {"mining", 8333, {SAYS(20, "\xf9\xbe\xb4\xd9")}},
    {"mining", 30303, {SAYS(400, "ab\x04")}},
    {"nfs",
     80,
     {SAYS(60, "\x80\0\0\x38"
               "1234"
               "\0\0\0\0\0\0\0\x02\0\x01\x86\xa3\0\0\0\x03")}},
    {"world_of_warcraft", 80, {SAYS(50, "abWORLD OF WARCRAFT CONNECTION")}},
    {"world_of_warcraft", 3724, {SAYS(50, "abcdWoW")}},
    {"bgp",
     179,
     {SAYS(29, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\x1d\x01")}},
    {"icecast", 80, {SAYS(0, "SOURCE /a ICE/1.0\r\nice-name: a\r\n\r\n")}},
    {"icecast", 80, {SAYS(0, "hello"), SAYS(0, "hello\r\nServer: Icecast 2.4\r\n\r\n")}},
    {"shoutcast", 80, {SAYS(0, "ICY 200 OK\r\nicy-name: a\r\n")}},
    {"shoutcast", 80, {SAYS(0, "123456"), SAYS(0, "OK2\r\n"), SAYS(0, "icy-name:a")}},
    {"kerberos",
     88,
     {SAYS(200, "\0\0\0\xc4\x6a\x81\xc0\x30\x81\xbd\xa1\x03\x02\x01\x05\xa2\x03\x02\x01\x0a")}},
    {"syslog", 80, {SAYS(0, "<13>Oct 11 22:14:15 host su: hello there")}},
    {"syslog", 80, {SAYS(0, "<> Oct 11 22:14:15 host su: hello there")}},
    {"netbios", 139, {SAYS(72, "\x81\0\0\x44")}},
    {"ipp", 80, {SAYS(0, "1a2 3 ipp://example.org/printer")}},
    {"warcraft3", 80, {SAYS(8, "\xf7\0\x08"), SAYS(8, "\xf7\0\x08"), SAYS(8, "\xf7\0\x08")}},
    {"xdmcp", 6000, {SAYS(48, "\x6c\0\0\0\0\0\x12\0\x10\0")}},
    {"mssql-tds", 80, {SAYS(40, "\x12\x01\0\x28")}},
    {"pptp", 80, {SAYS(156, "\0\x9c\0\x01\x1a\x2b\x3c\x4d\0\x01")}},
    {"stealthnet", 80, {SAYS(0, "LARS REGENSBURGER'S FILE SHARING PROTOCOL 0.2")}},
    {"afp", 80, {SAYS(16, "\0\x04\0\x01")}},
    {"checkmk", 80, {SAYS(0, "<<<check_mk>>>\nVersion: 1")}},
    {"florensia", 80, {SAYS(5, "\x05\0\x65\0\xff"), SAYS(12, "\x0c\0\x03\x01")}},
    {"maplestory", 80, {SAYS(16, "\x0e\0\x3a\0\x01\0\x32")}},
    {"dofus", 80, {SAYS(13, "\0\x05\x08\0\0\x04\xa0\0\0\0\0\x01\x94")}},
    {"dofus", 80, {SAYS(0, "HG\0"), SAYS(11, "AT")}},
    {"dofus", 80, {SAYS(0, "any that ends in\0"), SAYS(5, "Ak")}},
    {"world_of_kung_fu", 80, {SAYS(16, "\x0c\0\0\0\xd2\0\x0c\0\0\x16")}},
    {"fiesta",
     80,
     {SAYS(5, "\x04\x07\x08"),
      SAYS(0, "\x01"
              "a"),
      SAYS(4, "\x03\x05\x0c\x01")}},
    {"guildwars",
     80,
     {SAYS(16, "a\x04\x0c"
               "b\xa6\x72"
               "cd\x01"
               "efg\x04")}},
    {"guildwars",
     80,
     {SAYS(21, "\x01\0"
               "abc\xf1\0\x10\0\x01")}},
    {"spotify", 80, {SAYS(20, "\0\x04\0\0ab\x52\x0e\x50")}},
    {"dcerpc", 80, {SAYS(72, "\x05\0\x0b\x03\x10\0\0\0\x48")}},
    {"h323", 80, {SAYS(20, "\x03\0\0\x14"), SAYS(20, "\x03\0\0\x14")}},
    {"ciscovpn", 443, {SAYS(20, "\x17\x01")}},
    {"teamspeak", 80, {SAYS(20, "\xf4\xbe\x03\0")}},
    {"skinny", 2000, {SAYS(24, "\x10")}},
    {"rtcp", 554, {SAYS(20, "\0\0\x01\x01\x08\x0a\0\x01")}},
    {"whois-das", 43, {SAYS(0, "example.org\r\n")}},
    {"oracle", 80, {SAYS(213, "\0\xd5")}},
    {"corba", 80, {SAYS(30, "GIOP\x01")}},
    {"rtmp", 80, {SAYS(20, "\x03"), SAYS(20, "\x08")}},
    {"zeromq", 80, {SAYS(0, "\x01\x02"), SAYS(0, "\x01\x01")}},
    {"zeromq",
     80,
     {SAYS(12, "a\x28"
               "flow"),
      SAYS(12, "b\x28"
               "flow")}},
    {"zeromq", 80, {SAYS(0, "\xff\0\0\0\0\0\0\0\x01\x7f"), SAYS(0, "\x01\x02")}},
    {"telegram", 80, {SAYS(100, "\xef\x10")}},
    {"diameter", 80, {SAYS(40, "\x01\0\0\x28\x80\0\x01\x01")}},
    {"someip", 30501, {SAYS(24, "\x12\x34\x56\x78\0\0\0\x10\0\0\0\x01\x01\x01\0\0")}},
    {"drda", 80, {SAYS(26, "\0\x1a\xd0\x01\0\x01\0\x14\x10\x41")}},
    {"smpp", 80, {SAYS(33, "\0\0\0\x21\0\0\0\x02\0\0\0\0\0\0\0\x01")}},
    {"fix",
     80,
     {SAYS(0, "8=FIX.4.2\x01"
              "9=65")}},
    {"modbus", 502, {SAYS(12, "\0\x01\0\0\0\x06")}},
    {"zabbix", 80, {SAYS(20, "ZBXD\x01")}},
    {"whatsapp", 80, {SAYS(20, "WA\x01\x05")}},
    {"whatsapp", 80, {SAYS(0, "ED\0\x01\0\0\x02\x08\0WA\x02\0\0\0")}},
    {"whatsapp", 80, {SAYS(0, "E"), SAYS(0, "D\0\x01\0\0\x02\x08\0WA\x02\0\0\0")}},
    {"ajp", 80, {SAYS(20, "\x12\x34\0\x10\x02")}},
    {"ajp", 80, {SAYS(20, "AB\0\x10\x04")}},
    {"nestlogsink",
     11095,
     {SAYS(20, "a\x01\0\x13"), SAYS(20, "a\x01\0\x13"), SAYS(20, "a\x01\0\x13")}},
    {"amazonvideo", 80, {SAYS(20, "\xfe\xed\xfa\xce")}},
    {"targusdataspeed", 5201, {SAYS(0, "anything")}},
    {"s7comm", 102, {SAYS(20, "\x03\0")}},
    {"iec60870", 80, {SAYS(0, "h\x04\x07\0\0\0")}},
    {"iec60870", 80, {SAYS(0, "h\x04\x07\0\0\0h\x04\x07\0\0\0")}},
    {"dnp3", 80, {SAYS(20, "\x05\x64")}},
    {"soap", 80, {SAYS(0, "<?xml version=\"1.0\"?>"), SAYS(0, "a"), SAYS(0, "b"), SAYS(0, "c")}},
    {"dnscrypt", 80, {SAYS(70, "r6fnvWj8")}},
    {"dnscrypt", 80, {SAYS(0, "0123456789abc2\rdnscrypt-cert")}},
    {"mongodb", 80, {SAYS(40, "\x28\0\0\0\x01\0\0\0\0\0\0\0\xd4\x07")}},
    {"hp_virtgrp", 80, {SAYS(20, "\x16\0\x14")}},
    {"cassandra", 80, {SAYS(20, "\x04\0\0\0\x07\x0b")}},
};

struct made {
    struct opening_turn turn[TURNS];
    uint8_t at[TURNS][TURN_ROOM];
    size_t count;
    uint16_t port;
};

static void add_turn(struct made *m, size_t len)
{
    const enum direction d = m->count % 2 == 0 ? TO_SERVER : TO_CLIENT;

    m->turn[m->count] = (struct opening_turn){d, bytes_of(m->at[m->count], len)};
    m->count++;
}

static void add_vector_turn(struct made *m, const struct vector *v, size_t n)
{
    const size_t said = v->turn[n].said, len = v->turn[n].len > 0 ? v->turn[n].len : said;

    memset(m->at[m->count], 0, len);
    memcpy(m->at[m->count], v->turn[n].bytes, said);
    add_turn(m, len);
}

static void make_vector(struct made *m, const struct vector *v)
{
    m->count = 0;
    m->port = v->port;
    while (m->count < TURNS && v->turn[m->count].bytes != NULL)
        add_vector_turn(m, v, m->count);
}

/* --- what nDPI says, and whether it would have been asked ------------------------------------- */

static const char *seen[NAMES];
static unsigned passed, held;

static void note(const char *name)
{
    size_t i = 0;

    while (i < NAMES && seen[i] != NULL && seen[i] != name)
        i++;
    if (name != NULL && i < NAMES)
        seen[i] = name;
}

/* Of turns that end where their memory does. */
static bool passes_copies(const struct dpi_question *asked)
{
    struct opening_turn turn[TURNS];
    struct dpi_question q = *asked;

    for (size_t i = 0; i < q.count; i++)
        turn[i] = (struct opening_turn){q.turns[i].direction, test_copy(q.turns[i].bytes)};
    q.turns = turn;
    const bool passes = prefilter_passes(&q);
    for (size_t i = 0; i < q.count; i++)
        free((void *)(uintptr_t)turn[i].bytes.at);
    return passes;
}

/* As the server speaks first, all is turned around. */
static struct dpi_answer ask(struct dpi *d, struct made *m, bool with_port, bool turned)
{
    uint64_t talk = 0;
    const struct dpi_question q = {.turns = m->turn,
                                   .count = m->count,
                                   .transport = TRANSPORT_TCP,
                                   .client_port = with_port ? 20000 : 0,
                                   .server_port = with_port ? m->port : 0,
                                   .talk = &talk};

    for (size_t i = 0; i < m->count; i++)
        m->turn[i].direction = (i % 2 == 0) == turned ? TO_CLIENT : TO_SERVER;
    const bool passes = passes_copies(&q);
    const struct dpi_answer said = dpi_ask(d, &q);
    passed += passes;
    held += !passes;
    note(said.name);
    if (!passes && (said.content || said.name != NULL)) {
        printf("    %s, port %u:", said.name != NULL ? said.name : "?", q.server_port);
        for (size_t i = 0; i < m->count; i++)
            for (size_t n = 0; n < m->turn[i].bytes.len && n < 24; n++)
                printf("%s%02x", n == 0 ? "  " : " ", m->turn[i].bytes.at[n]);
        printf("\n");
        CHECK(false, "nDPI would have said something");
    }
    return said;
}

static bool is_named(struct dpi *d, struct made *m)
{
    bool named = false;

    for (unsigned way = 0; way < 4; way++)
        named |= ask(d, m, (way & 1) != 0, (way & 2) != 0).content;
    return named;
}

static void check_vectors(struct dpi *d)
{
    struct made m;

    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        make_vector(&m, &vectors[i]);
        CHECK(is_named(d, &m) || !dpi_suits_prefilter(), vectors[i].what);
    }
}

/* --- what may come of anything ---------------------------------------------------------------- */

static size_t any_length(void)
{
    static const uint16_t lengths[] = {1,  2,  3,  4,  5,  6,  8,  10, 11,  12,  13,  16,  17,
                                       20, 21, 22, 24, 28, 33, 36, 37, 41,  44,  46,  48,  49,
                                       50, 54, 60, 64, 72, 75, 82, 89, 100, 213, 325, 406, 513};

    if (random_below(2) == 0)
        return lengths[random_below(sizeof(lengths) / sizeof(lengths[0]))];
    return 1 + random_below(TURN_ROOM - 1);
}

static void add_noise(struct made *m)
{
    const size_t len = any_length();

    for (size_t i = 0; i < len; i++)
        m->at[m->count][i] = (uint8_t)random_below(256);
    add_turn(m, len);
}

/* Numbers as headers have them, and the length of all. */
static void add_numbers(struct made *m)
{
    static const uint8_t marks[] = {0x00, 0x80, 0xff, 0xd0, 0x68, 0x16, 0x17, 0x65, 0x90};
    uint8_t *at = m->at[m->count];
    const size_t len = any_length();
    const size_t told = random_below(9), size = len - random_below(3) * 4;

    for (size_t i = 0; i < len; i++) {
        const unsigned kind = random_below(i < 20 ? 4 : 40);
        at[i] = (uint8_t)(kind == 0   ? random_below(256)
                          : kind == 1 ? random_below(17)
                          : kind == 2 ? marks[random_below(sizeof(marks))]
                                      : 0);
    }
    if (told + 1 < len && random_below(2) == 0) {
        const unsigned low = random_below(2);
        at[told + low] = (uint8_t)size;
        at[told + 1 - low] = (uint8_t)(size >> 8);
    }
    add_turn(m, len);
}

static void add_words(struct made *m)
{
    static const char *const words[] = {
        "hello ",       "{",       "\"method\":", "\r\n",  "Server: ",    "Icecast",
        "User-Agent: ", "MacTVUP", "sip:",        "USER ", "pass ",       "RTSP/1.0",
        "rtsp://",      "<13>",    "Citrix",      "\0",    "12 ",         "ipp://",
        "ICY 200 OK",   "\n",      "GET /",       "200 ",  "-rw-r--r-- ", "A",
    };
    char *at = (char *)m->at[m->count];
    size_t len = 0;

    for (unsigned n = 1 + random_below(12); n > 0; n--) {
        const char *word = words[random_below(sizeof(words) / sizeof(words[0]))];
        const size_t more = word[0] == '\0' ? 1 : strlen(word);
        memcpy(at + len, word, more);
        len += more;
    }
    add_turn(m, len);
}

static void spoil(struct made *m)
{
    struct opening_turn *t = &m->turn[random_below((uint32_t)m->count)];
    uint8_t *at = m->at[t - m->turn];

    if (random_below(3) > 0)
        at[random_below((uint32_t)t->bytes.len)] = (uint8_t)random_below(256);
    if (random_below(3) == 0)
        t->bytes.len = 1 + random_below((uint32_t)t->bytes.len);
}

static void make_any(struct made *m)
{
    static const uint16_t ports[] = {80, 443, 25, 88, 102, 445, 502, 1521, 2000, 5938, 8080, 30303};
    const struct vector *v = &vectors[random_below(sizeof(vectors) / sizeof(vectors[0]))];

    m->count = 0;
    if (random_below(3) == 0) {
        make_vector(m, v);
        if (random_below(4) > 0)
            spoil(m);
    }
    const size_t count = m->count + random_below((uint32_t)(TURNS - m->count + 1));
    while (m->count < count || m->count == 0) {
        switch (random_below(3)) {
        case 0: add_noise(m); break;
        case 1: add_numbers(m); break;
        default: add_words(m); break;
        }
    }
    if (random_below(2) == 0)
        m->port = random_below(3) > 0 ? ports[random_below(sizeof(ports) / sizeof(ports[0]))]
                                      : (uint16_t)(1 + random_below(65535));
}

static bool is_own(const char *name)
{
    return registry_speaks(name, false);
}

int main(int argc, char **argv)
{
    struct budget budget = {0};
    struct err err;
    struct dpi *d;
    struct made m = {.port = 80};
    const long thousands = argc > 1 ? strtol(argv[1], NULL, 10) : THOUSANDS;

    d = dpi_create(&budget, is_own, &err);
    CHECK(d != NULL, "nDPI");
    check_vectors(d);
    for (long n = 0; n < thousands * 1000 && tests_failed < 20; n++) {
        make_any(&m);
        (void)ask(d, &m, random_below(3) > 0, random_below(2) > 0);
    }
    CHECK(held > passed / 8, "much is not shown to nDPI");
    for (size_t i = 0; argc > 1 && i < NAMES && seen[i] != NULL; i++)
        printf("%s ", seen[i]);
    if (argc > 1)
        printf("\n%u passed, %u held\n", passed, held);
    dpi_free(d);
    return test_end();
}
