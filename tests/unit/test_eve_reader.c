/* SPDX-License-Identifier: MIT */
/* What was written is read back: a line, read and written again, is the same line; whole, at every
 * cut, byte by byte. And what is wrong with a line is said. */
#include "output/eve_reader.h"

#include "output/eve_events.h"
#include "output_fixture.h"

#define HEAD(type)                                                                                 \
    "{\"timestamp\":\"2026-11-22T05:16:02.123456+0000\",\"flow_id\":7,"                            \
    "\"pcap_filename\":\"chat.pcap\",\"event_type\":\"" type "\",\"pcap_cnt\":9,"
#define ENDS                                                                                       \
    "\"src_ip\":\"10.0.0.2\",\"src_port\":51000,\"dest_ip\":\"192.168.100.254\",\"dest_port\":80," \
    "\"proto\":\"TCP\",\"app_proto\":\"websocket\","                                               \
    "\"community_id\":\"1:nXE36wb0NDwDotSo3HNWyGO3G1U=\","
#define ENDS_BACK                                                                                  \
    "\"src_ip\":\"192.168.100.254\",\"src_port\":80,\"dest_ip\":\"10.0.0.2\",\"dest_port\":51000," \
    "\"proto\":\"TCP\",\"app_proto\":\"websocket\","                                               \
    "\"community_id\":\"1:nXE36wb0NDwDotSo3HNWyGO3G1U=\","
#define COUNTS(reason)                                                                             \
    "\"flow\":{\"pkts_toserver\":5,\"pkts_toclient\":4,\"bytes_toserver\":500,"                    \
    "\"bytes_toclient\":400,\"start\":\"2026-11-22T05:16:01.123456+0000\","                        \
    "\"end\":\"2026-11-22T05:16:03.623456+0000\",\"age\":2,\"state\":\"closed\","                  \
    "\"reason\":\"" reason "\",\"alerted\":true},"
#define TCP                                                                                        \
    "\"tcp\":{\"tcp_flags\":\"1b\",\"tcp_flags_ts\":\"1b\",\"tcp_flags_tc\":\"12\",\"syn\":true,"  \
    "\"fin\":true,\"psh\":true,\"ack\":true,\"state\":\"closed\",\"tc_gap\":true},"
#define LEAKED                                                                                     \
    "\"leaked_bytes_toserver\":10,\"leaked_bytes_toclient\":20,\"leaked_pkts_toserver\":1,"        \
    "\"leaked_pkts_toclient\":2"
#define SMALL_FLOW(more) HEAD("flow") ENDS COUNTS("finished") more

/* Each is written again as it stands here. */
static const struct {
    const char *name, *line;
} whole[] = {
    {"a flow, all of it", HEAD("flow") "\"vlan\":[100,200]," ENDS COUNTS("finished") TCP
     "\"portwarden\":{\"layers\":[\"tcp\",\"http\",\"websocket\",\"stomp\"],\"app\":\"websocket\","
     "\"speaks\":\"stomp\",\"confidence\":\"certain\",\"expected\":\"http, websocket\","
     "\"mismatch\":true,\"ladder\":\"framed\",\"shape\":\"length-prefixed\","
     "\"direction_known\":false,"
     "\"ndpi\":{\"proto\":\"SSH\",\"category\":\"RemoteAccess\",\"risks\":[\"Clear-Text\"]},"
     "\"evidence\":[{\"packet\":3,\"what\":\"HTTP request line\","
     "\"detail\":\"GET /\\u001b\xef\xbf\xbd\",\"detail_hex\":\"474554202f1bff\",\"bits\":12}],"
     "\"verdict\":\"block\",\"rule\":\"r\",\"verdict_packet\":4," LEAKED ",\"missing_bytes\":12,"
     "\"anomalies\":2,"
     "\"websocket\":{\"messages_toserver\":1,\"messages_toclient\":2,\"frames_toserver\":3,"
     "\"frames_toclient\":4,\"payload_toserver\":5,\"payload_toclient\":6,\"span_us\":920484,"
     "\"idle_us_toserver\":306054,\"idle_us_toclient\":305955,\"smallest_toserver\":7,"
     "\"smallest_toclient\":8,\"largest_toserver\":35,\"largest_toclient\":179,"
     "\"deflated_toserver\":109,\"deflated_toclient\":359,\"inflated_toserver\":291,"
     "\"inflated_toclient\":2989,"
     "\"ping_toserver\":{\"count\":3,\"least_us\":1,\"mean_us\":2,\"most_us\":4},"
     "\"close_code\":1000,\"close_by\":\"server\",\"text_toserver\":1,\"text_toclient\":0,"
     "\"binary_toserver\":0,\"binary_toclient\":2,\"pings_toserver\":3,\"pings_toclient\":0,"
     "\"pongs_toserver\":0,\"pongs_toclient\":3,\"compressed\":true},"
     "\"first_packet\":2,\"start_ns\":789,\"end_ns\":1,\"payload_bytes_toserver\":1234,"
     "\"payload_bytes_toclient\":4321,\"retransmissions_toserver\":0,\"retransmissions_toclient\":"
     "1,"
     "\"out_of_order_toserver\":2,\"out_of_order_toclient\":0,\"tunnel\":\"perhaps\","
     "\"host\":\"chat.example.com\",\"path\":\"/\xef\xbf\xbd\",\"path_hex\":\"2fff\","
     "\"origin\":\"http://o\",\"subprotocol\":\"v1\",\"sni\":\"s\","
     "\"info_hash\":\"3031323334353637383930313233343536373839\",\"client\":\"qB\",\"line\":12}}"},
    {"a flow that misses bytes both ways",
     HEAD("flow") ENDS COUNTS("timeout") "\"tcp\":{\"tcp_flags\":\"02\",\"tcp_flags_ts\":\"02\","
                                         "\"tcp_flags_tc\":\"00\",\"syn\":true,"
                                         "\"state\":\"syn_sent\",\"tc_gap\":true,\"ts_gap\":true},"
                                         "\"portwarden\":{\"app\":\"websocket\",\"missing_bytes\":"
                                         "9,\"missing_bytes_toserver\":4,"
                                         "\"missing_bytes_toclient\":5}}"},
    {"a request",
     HEAD("http") ENDS "\"http\":{\"hostname\":\"[::1]\",\"http_port\":8080,\"url\":\"/a?\\\"b\","
                       "\"http_user_agent\":\"curl/8\",\"http_content_type\":\"text/html\","
                       "\"http_refer\":\"r\",\"http_method\":\"POST\",\"protocol\":\"HTTP/1.1\","
                       "\"status\":302,\"redirect\":\"/b\",\"length\":12},"
                       "\"portwarden\":{\"request_length\":3,\"origin\":\"o\",\"upgrade\":true,"
                       "\"response_only\":true}}"},
    {"tls", HEAD("tls") ENDS "\"tls\":{\"sni\":\"example.com\",\"version\":\"TLS 1.3\","
                             "\"ja3\":{\"hash\":\"a1\",\"string\":\"771,4865,43,,\"},"
                             "\"ja3s\":{\"hash\":\"b2\",\"string\":\"771,4865,43\"},"
                             "\"ja4\":\"t13d0101h2_c3_d4\"},"
                             "\"portwarden\":{\"alpn_offered\":[\"h2\",\"http/1.1\"],"
                             "\"alpn\":\"h2\"}}"},
    {"tls, a draft", HEAD("tls") ENDS "\"tls\":{\"version\":\"0x7f17\"}}"},
    {"tls, no answer", HEAD("tls") ENDS "\"tls\":{\"version\":\"UNDETERMINED\"}}"},
    {"a handshake", HEAD("websocket_handshake") ENDS
     "\"portwarden\":{\"ladder\":\"granted\",\"status\":101,\"host\":\"h\",\"path\":\"/p\","
     "\"origin\":\"\",\"cross_origin\":true,\"version\":8,\"draft\":\"hybi-08\",\"key_valid\":true,"
     "\"accept_valid\":false,\"client_protocols\":[\"a\",\"b\"],\"subprotocol\":\"a\","
     "\"client_extensions\":[\"x; y=\\\"1,2\\\"\",\"z\"],\"extensions\":[\"z\"],"
     "\"transport\":\"h1\"}}"},
    {"a handshake of which little is known",
     HEAD("websocket_handshake") ENDS "\"portwarden\":{\"ladder\":\"refused\",\"key_valid\":false,"
                                      "\"accept_valid\":false}}"},
    {"bittorrent, from the server", HEAD("bittorrent") ENDS
     "\"portwarden\":{\"kind\":\"dht\",\"action\":\"get_peers\","
     "\"info_hash\":\"780d9b5c9fb793344a059315f603cc6c43bf3828\","
     "\"peer_id\":\"2d4c54323038302d467e436e2e286f756c477133\",\"client\":\"c\","
     "\"sender\":\"server\",\"encrypted\":true,\"abilities\":[\"dht\",\"v2\"],\"listen_port\":6881,"
     "\"peers\":[{\"ip\":\"2001:db8::1\",\"port\":1}],\"nodes\":[{\"ip\":\"10.0.0.1\",\"port\":2},"
     "{\"ip\":\"10.0.0.2\",\"port\":3}],\"confidence\":\"strong\"}}"},
    {"an anomaly of the server's",
     HEAD("anomaly") ENDS_BACK "\"anomaly\":{\"type\":\"stream\",\"event\":\"overlap_differs\","
                               "\"layer\":\"tcp\"},\"portwarden\":{\"offset\":5,"
                               "\"sender\":\"server\"}}"},
    {"an anomaly of no flow",
     "{\"timestamp\":\"2026-11-22T05:16:02.123456+0000\",\"event_type\":\"anomaly\","
     "\"anomaly\":{\"type\":\"decode\",\"event\":\"tunnels_too_deep\",\"layer\":\"ip\"}}"},
    {"an alert with its rate", HEAD("alert") ENDS
     "\"alert\":{\"action\":\"blocked\",\"gid\":1,\"signature_id\":2,\"rev\":1,"
     "\"signature\":\"r\",\"category\":\"\",\"severity\":1},"
     "\"portwarden\":{\"verdict\":\"block\",\"rule\":\"r\",\"line\":20,\"packet\":9," LEAKED
     ",\"rate\":{\"what\":\"request\",\"by\":\"client\",\"address\":\"10.0.0.2\",\"prefix\":128,"
     "\"count\":101,\"over\":100,\"within\":10,\"within_ms\":10500,\"for\":600,\"adaptive\":true},"
     "\"evidence\":[{\"packet\":9,\"what\":\"w\"}]}}"},
    {"live",
     "{\"timestamp\":\"2026-11-22T05:16:02.123456+0000\",\"flow_id\":9007199254740991,"
     "\"in_iface\":\"eth0\",\"event_type\":\"flow\",\"pcap_cnt\":9,\"src_ip\":\"2001:db8::1\","
     "\"src_port\":5353,"
     "\"dest_ip\":\"::\",\"dest_port\":0,\"proto\":\"UDP\","
     "\"community_id\":\"1:WC87IrAA60wMxndqq9sVooarywg=\"," COUNTS(
         "tcp_reuse") "\"portwarden\":{}}"},
};

#define LACKING "EVE: what these lines would tell is missing, for there are none:"

/* What was said, and what was written again. That lines are lacking, which most of these files do,
 * stands apart: see test_lacking(). */
struct run {
    struct fixture x;
    struct buffer said, lacking;
};

static void keep(void *ctx, const char *sentence, bool wrong)
{
    struct run *run = ctx;

    if (strncmp(sentence, LACKING, strlen(LACKING)) == 0)
        buffer_append_text(&run->lacking, sentence + strlen(LACKING));
    else
        buffer_printf(&run->said, "%s%s\n", wrong ? "! " : "", sentence);
}

/* Files, NULL at the end, in pieces of `step` bytes, the first of `first`. */
static const char *read_again(struct run *run, const char *const *files, size_t first, size_t step)
{
    static const struct eve_options plain = {.events = EVE_ALL};
    static const char *const names[] = {"a.eve", "b.eve", "c.eve"};

    *run = (struct run){.said = {0}};
    struct eve *eve = eve_create(fixture_begin(&run->x), &plain, NULL);
    const struct eve_reader_config how = {
        .sinks = eve_sink(eve), .several = files[1] != NULL, .say = keep, .ctx = run};
    struct eve_reader *r = eve_reader_create(&how, NULL);

    for (size_t i = 0; files[i] != NULL; i++) {
        eve_reader_begin(r, names[i]);
        size_t now = first;
        for (struct bytes left = bytes_of_text(files[i]); left.len > 0; now = step) {
            const struct bytes piece = test_copy(bytes_first(left, now));
            eve_reader_feed(r, piece);
            free((void *)(uintptr_t)piece.at);
            left = bytes_after(left, piece.len);
        }
        eve_reader_end(r);
    }
    eve_reader_finish(r, false);
    eve_reader_free(r);
    eve_free(eve);
    buffer_append_byte(&run->said, 0);
    return fixture_end(&run->x);
}

static void end_run(struct run *run)
{
    buffer_free(&run->said);
    buffer_free(&run->lacking);
    fixture_free(&run->x);
}

static const char *said(const struct run *run)
{
    return (const char *)run->said.at;
}

static void test_whole(void)
{
    for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
        const char *const files[] = {whole[i].line, NULL};
        struct run run;
        char *got = strdup(read_again(&run, files, SIZE_MAX, SIZE_MAX));
        const size_t len = strlen(got);
        CHECK(len > 0 && got[len - 1] == '\n', whole[i].name);
        if (len > 0)
            got[len - 1] = '\0';
        CHECK_TEXT(got, whole[i].line, whole[i].name);
        CHECK_TEXT(said(&run), "", whole[i].name);
        free(got);
        end_run(&run);
    }
}

/* Flows speak of alerts, anomalies and handshakes that nobody wrote (--events), in whichever file
 * they would stand; another program's do not. */
#define OVERLAP                                                                                    \
    HEAD("anomaly")                                                                                \
    ENDS "\"anomaly\":{\"type\":\"stream\",\"event\":\"overlap_differs\","                         \
         "\"layer\":\"tcp\"}}"
#define COUNTERS                                                                                   \
    "{\"timestamp\":\"2026-11-22T05:16:02.5+0000\",\"event_type\":\"stats\",\"stats\":{}}"

static void test_lacking(void)
{
    static const struct {
        const char *first, *second, *want, *name;
    } row[] = {
        {SMALL_FLOW("\"portwarden\":{}}") "\n", "", " alert stats", "nothing but a flow"},
        {SMALL_FLOW("\"portwarden\":{\"anomalies\":2,\"ladder\":\"framed\"}}") "\n", "",
         " websocket_handshake anomaly alert stats", "a flow that speaks of others"},
        {SMALL_FLOW("\"portwarden\":{\"ladder\":\"asked\"}}") "\n", "", " alert stats",
         "a handshake that was never answered"},
        {SMALL_FLOW("\"portwarden\":{\"anomalies\":2}}") "\n", OVERLAP "\n" COUNTERS, " alert",
         "they stand in the next file"},
        {SMALL_FLOW("\"x\":{}}") "\n", "", "", "another program's flow"},
    };

    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        const char *const files[] = {row[i].first, row[i].second, NULL};
        struct run run;
        read_again(&run, files, SIZE_MAX, SIZE_MAX);
        buffer_append_byte(&run.lacking, '\0');
        CHECK_TEXT((const char *)run.lacking.at, row[i].want, row[i].name);
        end_run(&run);
    }
}

/* Three lines, one of them wrong, at every cut and byte by byte. */
static void test_cuts(void)
{
    const char *const files[] = {
        "\n" SMALL_FLOW("\"portwarden\":{\"host\":\"\\u00e9\\ud83d\\ude00\"}}") "\r\n{\"x\n{}\n",
        NULL};
    struct run run, cut;
    const char *want = read_again(&run, files, SIZE_MAX, SIZE_MAX);
    const size_t len = strlen(files[0]);

    CHECK_TEXT(said(&run),
               "! a.eve:3: no JSON: a string that does not end (byte 4)\n"
               "! a.eve:4: no event_type: this is no line of EVE\n",
               "two lines are wrong");
    CHECK(strstr(want, "\"host\":\"\xc3\xa9\xf0\x9f\x98\x80\"") != NULL, "one is right");
    for (size_t first = 1; first <= len; first++) {
        const size_t step = first == len ? 1 : SIZE_MAX; /* the last: byte by byte */
        const char *got = read_again(&cut, files, first == len ? 1 : first, step);
        CHECK_TEXT(got, want, "the same events at this cut");
        CHECK_TEXT(said(&cut), said(&run), "the same sentences at this cut");
        end_run(&cut);
    }
    end_run(&run);
}

static const struct {
    const char *name, *text, *said;
} wrong[] = {
    {"cut short", "{\"event_type\":\"flow\",\"x",
     "! a.eve:1: the last line is cut short: a string that does not end (byte 24)\n"},
    {"no object", "[1]\n", "! a.eve:1: no JSON object\n"},
    {"no JSON", "hello\n", "! a.eve:1: no JSON: no value where one should be (byte 1)\n"},
    {"no time", HEAD("flow") "\"x\":1}\n" /* all is there but the ends */,
     "a.eve: 1 record has no place in a report (the first: flow)\n"},
    {"a wrong type", "{\"timestamp\":5,\"event_type\":\"stats\",\"stats\":{}}",
     "! a.eve:1: timestamp: no string\n"},
    {"no such time", "{\"timestamp\":\"yesterday\",\"event_type\":\"stats\",\"stats\":{}}",
     "! a.eve:1: timestamp: no time\n"},
    {"too large", SMALL_FLOW("\"portwarden\":{\"first_packet\":18446744073709551616}}"),
     "! a.eve:1: first_packet: no whole number of that size\n"},
    {"a fraction", SMALL_FLOW("\"portwarden\":{\"first_packet\":1.5}}"),
     "! a.eve:1: first_packet: no whole number of that size\n"},
    {"negative", SMALL_FLOW("\"portwarden\":{\"anomalies\":-1}}"),
     "! a.eve:1: anomalies: no whole number of that size\n"},
    {"no address",
     "{\"timestamp\":\"2026-11-22T05:16:02Z\",\"flow_id\":7,\"event_type\":\"flow\","
     "\"src_ip\":\"10.0.0\",\"dest_ip\":\"10.0.0.1\",\"proto\":\"TCP\",\"flow\":{}}",
     "! a.eve:1: src_ip: no address\n"},
    {"no hex", SMALL_FLOW("\"portwarden\":{\"info_hash\":\"zz\"}}"),
     "! a.eve:1: info_hash: not hex digits of that length\n"},
    {"many wrong lines", "1\n2\n3\n4\n5\n6\n7\n",
     "! a.eve:1: no JSON object\n! a.eve:2: no JSON object\n! a.eve:3: no JSON object\n"
     "! a.eve:4: no JSON object\n! a.eve:5: no JSON object\n"
     "! a.eve: 2 more lines could not be read\n"},
    {"what a report has no place for",
     "{\"timestamp\":\"2026-11-22T05:16:02Z\",\"event_type\":\"dns\",\"dns\":{}}\n"
     "{\"timestamp\":\"2026-11-22T05:16:02Z\",\"event_type\":\"ssh\",\"ssh\":{}}\n",
     "a.eve: 2 records have no place in a report (the first: dns)\n"},
    {"another program's flow",
     "{\"timestamp\":\"2026-11-22T06:16:02.5+01:00\",\"flow_id\":1,\"event_type\":\"flow\","
     "\"src_ip\":\"10.0.0.1\",\"src_port\":1,\"dest_ip\":\"10.0.0.2\",\"dest_port\":2,"
     "\"proto\":\"TCP\",\"flow\":{\"pkts_toserver\":1,\"start\":\"2026-11-22T05:16:02Z\"}}\n",
     "a.eve: 1 flows by another program: no evidence and no promises of ports are known of them\n"},
};

/* A counter has a plain name: whatever else stands there is no counter. */
static void test_counter_names(void)
{
    const char *const files[] = {
        "{\"timestamp\":\"2026-11-22T05:16:02.5+0000\",\"event_type\":\"stats\","
        "\"stats\":{\"flow\":{\"total\":1,\"a\\u0001b\":2,\"\":3},\"<b>\":{\"x\":4}}}\n",
        NULL};
    struct run run;
    const char *got = read_again(&run, files, SIZE_MAX, SIZE_MAX);

    CHECK(strstr(got, "\"stats\":{\"flow\":{\"total\":1}}") != NULL, "counters by their names");
    end_run(&run);
}

/* A name that begins with a NUL is none, the first time as when it is read again. */
static void test_empty_names(void)
{
    const char *const files[] = {
        SMALL_FLOW("\"portwarden\":{\"evidence\":[{\"packet\":1,\"what\":\"\\u0000x\"}]}}"), NULL};
    struct run run;

    CHECK(strstr(read_again(&run, files, SIZE_MAX, SIZE_MAX), "evidence") == NULL, "no evidence");
    end_run(&run);
}

static void test_wrong(void)
{
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        const char *const files[] = {wrong[i].text, NULL};
        struct run run;
        (void)read_again(&run, files, SIZE_MAX, SIZE_MAX);
        CHECK_TEXT(said(&run), wrong[i].said, wrong[i].name);
        end_run(&run);
    }
}

static size_t lines_in(const char *text)
{
    size_t n = 0;

    for (; *text != '\0'; text++)
        n += *text == '\n';
    return n;
}

#define INTERIM HEAD("flow") ENDS COUNTS("interim") "\"portwarden\":{}}\n"
#define FINAL   SMALL_FLOW("\"portwarden\":{}}\n")
#define ALERT                                                                                      \
    HEAD("alert")                                                                                  \
    ENDS "\"alert\":{\"signature\":\"r\",\"action\":\"allowed\"},\"portwarden\":{\"verdict\":"     \
         "\"alert\"}}\n"
#define STATS(n)                                                                                   \
    "{\"timestamp\":\"2026-11-22T05:16:0" #n                                                       \
    ".5+0000\",\"event_type\":\"stats\",\"stats\":{\"flow\":{\"total\":" #n ",\"memuse\":" #n      \
    "}},\"portwarden\":{\"input\":{\"name\":\"x\",\"captures\":1}}}\n"

static void test_merge(void)
{
    static const struct {
        const char *name, *files[4];
        size_t lines;
        const char *said, *has;
    } row[] = {
        {"an interim record, then its end", {INTERIM INTERIM FINAL}, 1, "", "finished"},
        {"a flow that goes on", {INTERIM}, 1, "", "shutdown"},
        {"its end in the next file", {INTERIM, FINAL}, 1, "", "finished"},
        {"the same file twice",
         {FINAL ALERT STATS(1), FINAL ALERT STATS(1)},
         3,
         "b.eve: 1 flows, all of them in files read before: they are counted once\n",
         "\"total\":1,"},
        {"two of one file stay two", {FINAL FINAL}, 2, "", ""},
        {"counters are added, memory is not",
         {STATS(1), STATS(2)},
         1,
         "",
         "\"total\":3,\"memuse\":2"},
        {"the later of one file", {STATS(1) STATS(2)}, 1, "", "\"total\":2,\"memuse\":2"},
    };

    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        struct run run;
        const char *got = read_again(&run, row[i].files, SIZE_MAX, SIZE_MAX);
        CHECK(lines_in(got) == row[i].lines, row[i].name);
        CHECK(strstr(got, row[i].has) != NULL, row[i].name);
        CHECK_TEXT(said(&run), row[i].said, row[i].name);
        end_run(&run);
    }
}

/* A name is kept as far as 1,024 bytes. */
static void test_long_name(void)
{
    struct buffer line = {0};
    struct run run;

    buffer_append_text(&line, SMALL_FLOW("\"portwarden\":{\"app\":\""));
    for (size_t i = 0; i < 5000; i++)
        buffer_append_byte(&line, 'x');
    buffer_append_text(&line, "\"}}");
    buffer_append_byte(&line, 0);
    const char *const files[] = {(const char *)line.at, NULL};
    const char *app = strstr(read_again(&run, files, SIZE_MAX, SIZE_MAX), "\"app\":\"");
    CHECK(app != NULL && strspn(app + strlen("\"app\":\""), "x") == 1024, "a long name is cut");
    end_run(&run);
    buffer_free(&line);
}

int main(void)
{
    test_long_name();
    test_whole();
    test_lacking();
    test_cuts();
    test_wrong();
    test_counter_names();
    test_empty_names();
    test_merge();
    return test_end();
}
