/* SPDX-License-Identifier: MIT */
/* Each event_type to its exact line. */
#include "json_check.h"
#include "model/packet.h"
#include "output/eve_events.h"
#include "output_fixture.h"

#define COMMUNITY "\"community_id\":\"1:nXE36wb0NDwDotSo3HNWyGO3G1U=\""
#define HEAD(type, packet)                                                                         \
    "{\"timestamp\":\"2026-11-22T05:16:02.123456+0000\",\"flow_id\":7,"                            \
    "\"pcap_filename\":\"chat.pcap\",\"event_type\":\"" type "\",\"pcap_cnt\":" #packet ","
#define ENDS                                                                                       \
    "\"src_ip\":\"10.0.0.2\",\"src_port\":51000,\"dest_ip\":\"192.168.100.254\",\"dest_port\":80," \
    "\"proto\":\"TCP\",\"app_proto\":\"websocket\"," COMMUNITY ","
#define ENDS_BACK                                                                                  \
    "\"src_ip\":\"192.168.100.254\",\"src_port\":80,\"dest_ip\":\"10.0.0.2\",\"dest_port\":51000," \
    "\"proto\":\"TCP\",\"app_proto\":\"websocket\"," COMMUNITY ","

static const struct eve_options plain = {.events = EVE_ALL};

/* One event through an EVE of its own, compared to a line without its "\n". */
static void check(const struct eve_options *how, const struct event *e, const char *want,
                  const char *name)
{
    struct fixture x;
    struct eve *eve = eve_create(fixture_begin(&x), how, NULL);
    struct sink *sink = eve_sink(eve);

    sink->event(sink->ctx, e);
    eve_free(eve);
    char *got = strdup(fixture_end(&x));
    CHECK(json_check_lines(got), name);
    got[strcspn(got, "\n")] = '\0';
    CHECK_TEXT(got, want, name);
    free(got);
    fixture_free(&x);
}

static void test_http(void)
{
    const struct flow_info f = fixture_flow();
    struct event e = fixture_event(EVENT_HTTP, &f, 6, 1000);
    struct http_event *h = &e.as.http;

    *h = (struct http_event){.method = bytes_of_text("POST"),
                             .host = bytes_of_text("example.com:8080"),
                             .url = bytes_of_text("/a?\"b\""),
                             .user_agent = bytes_of_text("curl/8"),
                             .referer = bytes_of_text("http://r/"),
                             .protocol = bytes_of_text("HTTP/1.1"),
                             .content_type = bytes_of_text("text/html"),
                             .redirect = bytes_of_text("/b"),
                             .status = 302,
                             .request_length = 3,
                             .response_length = 12};
    check(&plain, &e,
          HEAD("http", 6) ENDS
          "\"http\":{\"hostname\":\"example.com\",\"http_port\":8080,\"url\":\"/a?\\\"b\\\"\","
          "\"http_user_agent\":\"curl/8\",\"http_content_type\":\"text/html\","
          "\"http_refer\":\"http://r/\",\"http_method\":\"POST\",\"protocol\":\"HTTP/1.1\","
          "\"status\":302,\"redirect\":\"/b\",\"length\":12},"
          "\"portwarden\":{\"request_length\":3}}",
          "http, answered");
    *h = (struct http_event){.method = bytes_of_text("GET"),
                             .host = bytes_of_text("[::1]"),
                             .url = bytes_of_text("/chat"),
                             .origin = bytes_of_text("http://o"),
                             .upgrade = true};
    check(&plain, &e,
          HEAD("http", 6) ENDS "\"http\":{\"hostname\":\"[::1]\",\"url\":\"/chat\","
                               "\"http_method\":\"GET\"},"
                               "\"portwarden\":{\"origin\":\"http://o\",\"upgrade\":true}}",
          "http, never answered");
    *h = (struct http_event){.host = bytes_of_text("a:http"), .status = 200, .response_only = true};
    check(&plain, &e,
          HEAD("http", 6) ENDS "\"http\":{\"hostname\":\"a:http\",\"status\":200,\"length\":0},"
                               "\"portwarden\":{\"response_only\":true}}",
          "http, the answer alone");
    h->host = bytes_of_text("[::1]:81");
    h->response_only = false;
    check(&plain, &e,
          HEAD("http", 6) ENDS
          "\"http\":{\"hostname\":\"[::1]\",\"http_port\":81,\"status\":200,\"length\":0}}",
          "http, IPv6 host with a port");
}

static void test_tls(void)
{
    const struct flow_info f = fixture_flow();
    const struct bytes offered[] = {bytes_of_text("h2"), bytes_of_text("http/1.1")};
    struct event e = fixture_event(EVENT_TLS, &f, 9, 1000);

    e.as.tls = (struct tls_event){.final = true,
                                  .sni = bytes_of_text("example.com"),
                                  .alpn_offered = offered,
                                  .alpn_offered_count = 2,
                                  .alpn = bytes_of_text("h2"),
                                  .ja3 = bytes_of_text("771,4865,43,,"),
                                  .ja3_hash = bytes_of_text("a1"),
                                  .ja3s = bytes_of_text("771,4865,43"),
                                  .ja3s_hash = bytes_of_text("b2"),
                                  .ja4 = bytes_of_text("t13d0101h2_c3_d4"),
                                  .version = 0x0304};
    check(&plain, &e,
          HEAD("tls", 9) ENDS "\"tls\":{\"sni\":\"example.com\",\"version\":\"TLS 1.3\","
                              "\"ja3\":{\"hash\":\"a1\",\"string\":\"771,4865,43,,\"},"
                              "\"ja3s\":{\"hash\":\"b2\",\"string\":\"771,4865,43\"},"
                              "\"ja4\":\"t13d0101h2_c3_d4\"},"
                              "\"portwarden\":{\"alpn_offered\":[\"h2\",\"http/1.1\"],"
                              "\"alpn\":\"h2\"}}",
          "tls");
    e.as.tls = (struct tls_event){.final = true};
    check(&plain, &e, HEAD("tls", 9) ENDS "\"tls\":{\"version\":\"UNDETERMINED\"}}", "tls, cut");
    e.as.tls.version = 0x7f17;
    check(&plain, &e, HEAD("tls", 9) ENDS "\"tls\":{\"version\":\"0x7f17\"}}", "tls, a draft");
    e.as.tls.final = false;
    check(&plain, &e, "", "tls, not the final one");
}

static void test_bittorrent(void)
{
    const struct flow_info f = fixture_flow();
    struct event e = fixture_event(EVENT_BITTORRENT, &f, 9, 1000);
    struct bittorrent_event *b = &e.as.bittorrent;

    *b = (struct bittorrent_event){.kind = "peer",
                                   .has_info_hash = true,
                                   .has_peer_id = true,
                                   .client = "Transmission 3.00",
                                   .peers = &f.client,
                                   .peer_count = 1,
                                   .confidence = CONFIDENCE_STRONG};
    memset(b->info_hash, 0xab, sizeof(b->info_hash));
    memcpy(b->peer_id, "-TR3000-abcdefghijkl", sizeof(b->peer_id));
    check(&plain, &e,
          HEAD("bittorrent", 9) ENDS
          "\"portwarden\":{\"kind\":\"peer\","
          "\"info_hash\":\"abababababababababababababababababababab\","
          "\"peer_id\":\"2d5452333030302d6162636465666768696a6b6c\","
          "\"client\":\"Transmission 3.00\",\"encrypted\":false,"
          "\"peers\":[{\"ip\":\"10.0.0.2\",\"port\":51000}],\"confidence\":\"strong\"}}",
          "bittorrent");
}

static void test_handshake(void)
{
    const struct flow_info f = fixture_flow();
    struct event e = fixture_event(EVENT_HANDSHAKE, &f, 6, 1000);
    struct handshake *h = &e.as.handshake;

    *h = (struct handshake){.ladder = LADDER_ACCEPTED,
                            .status = 101,
                            .host = bytes_of_text("chat.example.com"),
                            .path = bytes_of_text("/chat"),
                            .origin = bytes_of_text("http://evil"),
                            .has_origin = true,
                            .cross_origin = true,
                            .version = 13,
                            .key_valid = true,
                            .accept_valid = true,
                            .client_protocols = bytes_of_text("v1, v2 ,"),
                            .subprotocol = bytes_of_text("v2"),
                            .client_extensions =
                                bytes_of_text("permessage-deflate; x=\"a,\\\"b\", foo"),
                            .extensions = bytes_of_text("permessage-deflate"),
                            .transport = "h1"};
    check(&plain, &e,
          HEAD("websocket_handshake", 6) ENDS
          "\"portwarden\":{\"ladder\":\"accepted\",\"status\":101,\"host\":\"chat.example.com\","
          "\"path\":\"/chat\",\"origin\":\"http://evil\",\"cross_origin\":true,\"version\":13,"
          "\"key_valid\":true,\"accept_valid\":true,\"client_protocols\":[\"v1\",\"v2\"],"
          "\"subprotocol\":\"v2\","
          "\"client_extensions\":[\"permessage-deflate; x=\\\"a,\\\\\\\"b\\\"\",\"foo\"],"
          "\"extensions\":[\"permessage-deflate\"],\"transport\":\"h1\"}}",
          "handshake");
    *h = (struct handshake){.ladder = LADDER_REFUSED, .status = 403, .version = -1};
    check(&plain, &e,
          HEAD("websocket_handshake", 6) ENDS
          "\"portwarden\":{\"ladder\":\"refused\",\"status\":403,\"key_valid\":false,"
          "\"accept_valid\":false}}",
          "handshake, refused");
}

static struct event text_message(const struct flow_info *f)
{
    struct event e = fixture_event(EVENT_MESSAGE, f, 8, 1000);

    e.direction = TO_SERVER;
    e.as.message = (struct ws_message_event){.opcode = WS_TEXT,
                                             .fin = true,
                                             .masked = true,
                                             .complete = true,
                                             .mask = 0x37fa213d,
                                             .fragments = 1,
                                             .length = 5,
                                             .wire_length = 5,
                                             .payload = bytes_of_text("Hello"),
                                             .has_sha256 = true,
                                             .sha256 = {0x18, 0x5f}};
    return e;
}

static void test_message(void)
{
    static const struct eve_options printable = {.events = EVE_ALL, .payload = PAYLOAD_PRINTABLE};
    static const struct eve_options base64 = {.events = EVE_ALL, .payload = PAYLOAD_BASE64};
    const struct flow_info f = fixture_flow();
    struct event e = text_message(&f);

    check(&plain, &e,
          HEAD("websocket", 8) ENDS
          "\"websocket\":{\"fin\":true,\"mask\":939139389,\"opcode\":\"text\"},"
          "\"portwarden\":{\"fragments\":1,\"length\":5,\"wire_length\":5,\"compressed\":false,"
          "\"complete\":true}}",
          "message");
    check(&base64, &e,
          HEAD("websocket", 8) ENDS
          "\"websocket\":{\"fin\":true,\"mask\":939139389,\"opcode\":\"text\","
          "\"payload_base64\":\"SGVsbG8=\"},"
          "\"portwarden\":{\"fragments\":1,\"length\":5,\"wire_length\":5,\"compressed\":false,"
          "\"complete\":true,\"payload_truncated\":false,\"sha256\":"
          "\"185f000000000000000000000000000000000000000000000000000000000000\"}}",
          "message in base64");
    e.direction = TO_CLIENT;
    e.as.message = (struct ws_message_event){.opcode = WS_BINARY,
                                             .fragments = 3,
                                             .compressed = true,
                                             .length = 100,
                                             .wire_length = 20,
                                             .payload = LITERAL("a\0\xff\n")};
    check(&printable, &e,
          HEAD("websocket", 8) ENDS_BACK
          "\"websocket\":{\"fin\":false,\"opcode\":\"binary\",\"payload_printable\":\"a..\\n\"},"
          "\"portwarden\":{\"fragments\":3,\"length\":100,\"wire_length\":20,\"compressed\":true,"
          "\"complete\":false,\"payload_truncated\":true}}",
          "message to the client, printable");
    e.as.message = (struct ws_message_event){.opcode = WS_CLOSE,
                                             .fin = true,
                                             .complete = true,
                                             .fragments = 1,
                                             .length = 5,
                                             .wire_length = 5,
                                             .close_code = 1001,
                                             .close_reason = bytes_of_text("bye")};
    check(&plain, &e,
          HEAD("websocket", 8) ENDS_BACK
          "\"websocket\":{\"fin\":true,\"opcode\":\"close\"},"
          "\"portwarden\":{\"fragments\":1,\"length\":5,\"wire_length\":5,\"compressed\":false,"
          "\"complete\":true,\"close_code\":1001,\"close_reason\":\"bye\"}}",
          "close");
}

static void test_frame(void)
{
    static const struct eve_options without = {.events = EVE_USUAL};
    const struct flow_info f = fixture_flow();
    struct event e = fixture_event(EVENT_FRAME, &f, 8, 1000);

    e.direction = TO_CLIENT;
    e.as.frame = (struct ws_frame_event){.opcode = 3, .rsv = 4, .length = UINT64_MAX};
    check(&plain, &e,
          HEAD("websocket_frame", 8) ENDS_BACK
          "\"websocket\":{\"fin\":false,\"opcode\":\"unknown-3\"},"
          "\"portwarden\":{\"rsv\":4,\"length\":18446744073709551615,\"masked\":false}}",
          "frame");
    check(&without, &e, "", "frames only when asked for, whoever else asked");
}

static void test_anomaly(void)
{
    const struct flow_info f = fixture_flow();
    struct packet p = {.transport = TRANSPORT_NONE, .vlan_count = 1, .vlan = {12}};
    struct event e = fixture_event(EVENT_ANOMALY, &f, 8, 1000);

    e.direction = TO_CLIENT;
    e.as.anomaly.id = WS_ACCEPT_WRONG;
    e.as.anomaly.offset = 129;
    check(&plain, &e,
          HEAD("anomaly", 8) ENDS_BACK
          "\"anomaly\":{\"type\":\"applayer\",\"event\":\"websocket_accept_wrong\","
          "\"layer\":\"websocket\"},\"portwarden\":{\"offset\":129,\"sender\":\"server\"}}",
          "anomaly");
    e.as.anomaly.id = WS_BAD_UTF8;
    check(&plain, &e,
          HEAD("anomaly", 8) ENDS_BACK
          "\"anomaly\":{\"type\":\"applayer\",\"event\":\"websocket_bad_utf8\","
          "\"layer\":\"websocket\"},\"portwarden\":{\"offset\":129,\"sender\":\"server\",\"close_"
          "code\":1007}}",
          "anomaly with a close code");
    e.flow = NULL;
    e.of = &p;
    e.as.anomaly.id = DECODE_TRUNCATED;
    check(&plain, &e,
          "{\"timestamp\":\"2026-11-22T05:16:02.123456+0000\",\"event_type\":\"anomaly\","
          "\"pcap_cnt\":8,\"vlan\":[12],"
          "\"anomaly\":{\"type\":\"decode\",\"event\":\"packet_truncated\",\"layer\":\"ip\"}}",
          "anomaly of a packet without addresses");
    p.src = f.client;
    p.dst = f.server;
    check(&plain, &e,
          "{\"timestamp\":\"2026-11-22T05:16:02.123456+0000\",\"event_type\":\"anomaly\","
          "\"pcap_cnt\":8,\"vlan\":[12],\"src_ip\":\"10.0.0.2\",\"dest_ip\":\"192.168.100.254\","
          "\"anomaly\":{\"type\":\"decode\",\"event\":\"packet_truncated\",\"layer\":\"ip\"}}",
          "anomaly of a packet without ports");
}

static void test_alert(void)
{
    const struct evidence evidence[] = {
        {8, "the first line is an SSH banner", LITERAL("SSH-2.0"), 0}};
    struct flow_info f = fixture_flow();
    struct event e = fixture_event(EVENT_ALERT, &f, 8, 1000);

    f.evidence = evidence;
    f.evidence_count = 1;
    e.as.alert = (struct alert_event){.blocked = true,
                                      .rule = "port-80-is-for-the-web",
                                      .rule_id = 2,
                                      .line = 14,
                                      .severity = 1,
                                      .action = "block",
                                      .leaked_bytes = {10, 20},
                                      .leaked_packets = {1, 2}};
    check(&plain, &e,
          HEAD("alert", 8) ENDS
          "\"alert\":{\"action\":\"blocked\",\"gid\":1,\"signature_id\":2,\"rev\":1,"
          "\"signature\":\"port-80-is-for-the-web\",\"category\":\"\",\"severity\":1},"
          "\"portwarden\":{\"verdict\":\"block\",\"rule\":\"port-80-is-for-the-web\",\"line\":14,"
          "\"packet\":8,\"leaked_bytes_toserver\":10,\"leaked_bytes_toclient\":20,"
          "\"leaked_pkts_toserver\":1,\"leaked_pkts_toclient\":2,"
          "\"evidence\":[{\"packet\":8,\"what\":\"the first line is an SSH banner\","
          "\"detail\":\"SSH-2.0\"}]}}",
          "alert");
}

static struct addr network_of_docs(void)
{
    const uint8_t four[4] = {192, 0, 2, 0};
    return addr_from_ipv4(four);
}

static void test_rate_alert(void)
{
    const struct rate_alert rate = {.what = "request",
                                    .by = "network",
                                    .addr = network_of_docs(),
                                    .prefix = 24,
                                    .count = 101,
                                    .over = 100,
                                    .within_ns = 10000000000,
                                    .for_ns = 600000000000};
    struct flow_info f = fixture_flow();
    struct event e = fixture_event(EVENT_ALERT, &f, 8, 1000);

    e.as.alert = (struct alert_event){.blocked = true,
                                      .rule = "request-flood",
                                      .rule_id = 2,
                                      .line = 14,
                                      .severity = 1,
                                      .action = "block",
                                      .rate = &rate};
    check(&plain, &e,
          HEAD("alert", 8) ENDS
          "\"alert\":{\"action\":\"blocked\",\"gid\":1,\"signature_id\":2,\"rev\":1,"
          "\"signature\":\"request-flood\",\"category\":\"\",\"severity\":1},"
          "\"portwarden\":{\"verdict\":\"block\",\"rule\":\"request-flood\",\"line\":14,"
          "\"packet\":8,\"leaked_bytes_toserver\":0,\"leaked_bytes_toclient\":0,"
          "\"leaked_pkts_toserver\":0,\"leaked_pkts_toclient\":0,"
          "\"rate\":{\"what\":\"request\",\"by\":\"network\",\"address\":\"192.0.2.0\","
          "\"prefix\":24,\"count\":101,\"over\":100,\"within\":10,\"for\":600,"
          "\"adaptive\":false}}}",
          "alert of a rate");
}

static void test_flow(void)
{
    static const char *const risks[] = {"Clear-Text Credentials"};
    const struct ws_totals ws = {.messages = {1, 2},
                                 .frames = {3, 4},
                                 .payload = {5, 6},
                                 .close_code = 1000,
                                 .close_by = TO_CLIENT};
    struct flow_info f = fixture_flow();
    struct event e = fixture_event(EVENT_FLOW, &f, 9, 1000);

    f.tcp = (struct tcp_info){.flags = {TCP_SYN | TCP_ACK | TCP_PSH | TCP_FIN, TCP_SYN | TCP_ACK},
                              .missing = {0, 12},
                              .state = TCP_STATE_CLOSED};
    f.vlan_count = 2;
    f.vlan[0] = 100;
    f.vlan[1] = 200;
    f.shape = SHAPE_LENGTH_PREFIXED;
    f.mismatch = TRI_YES;
    f.ndpi = (struct ndpi_info){"SSH", "RemoteAccess", risks, 1};
    f.verdict = VERDICT_BLOCK;
    f.rule = "r";
    f.alerted = true;
    f.verdict_packet = 4;
    f.leaked_bytes[TO_SERVER] = 300;
    f.leaked_packets[TO_SERVER] = 3;
    f.anomalies = 2;
    f.ws = &ws;
    check(
        &plain, &e,
        HEAD("flow",
             9) "\"vlan\":[100,200]," ENDS
                "\"flow\":{\"pkts_toserver\":5,\"pkts_toclient\":4,\"bytes_toserver\":500,"
                "\"bytes_toclient\":400,\"start\":\"2026-11-22T05:16:01.123456+0000\","
                "\"end\":\"2026-11-22T05:16:03.623456+0000\",\"age\":2,\"state\":\"closed\","
                "\"reason\":\"finished\",\"alerted\":true},"
                "\"tcp\":{\"tcp_flags\":\"1b\",\"tcp_flags_ts\":\"1b\",\"tcp_flags_tc\":\"12\","
                "\"syn\":true,\"fin\":true,\"psh\":true,\"ack\":true,\"state\":\"closed\","
                "\"tc_gap\":true},"
                "\"portwarden\":{\"layers\":[\"tcp\",\"http\",\"websocket\"],\"app\":\"websocket\","
                "\"confidence\":\"certain\",\"expected\":\"http, websocket\",\"mismatch\":true,"
                "\"ladder\":\"framed\",\"shape\":\"length-prefixed\","
                "\"ndpi\":{\"proto\":\"SSH\",\"category\":\"RemoteAccess\","
                "\"risks\":[\"Clear-Text Credentials\"]},"
                "\"verdict\":\"block\",\"rule\":\"r\",\"verdict_packet\":4,"
                "\"leaked_bytes_toserver\":300,\"leaked_bytes_toclient\":0,"
                "\"leaked_pkts_toserver\":3,\"leaked_pkts_toclient\":0,\"missing_bytes\":12,"
                "\"anomalies\":2,"
                "\"websocket\":{\"messages_toserver\":1,\"messages_toclient\":2,\"frames_"
                "toserver\":3,"
                "\"frames_toclient\":4,\"payload_toserver\":5,\"payload_toclient\":6,"
                "\"close_code\":1000,\"close_by\":\"server\"},\"start_ns\":789,\"end_ns\":789,"
                "\"payload_bytes_toserver\":1234,\"payload_bytes_toclient\":4321,"
                "\"host\":\"chat.example.com\",\"path\":\"/chat\"}}",
        "flow");
}

/* A UDP flow of which nothing is known, live, over IPv6. */
static void test_bare_flow(void)
{
    static const struct eve_options live = {.events = EVE_ALL, .live = true};
    struct flow_info f = {.id = (UINT64_C(1) << 53) - 1,
                          .source = "eth0",
                          .live = true,
                          .transport = TRANSPORT_UDP,
                          .start_ns = FIXTURE_START,
                          .end_ns = FIXTURE_START - 1,
                          .mismatch = TRI_NOT_YET};
    struct event e = fixture_event(EVENT_FLOW, &f, 9, 0);

    CHECK(endpoint_from_text("[2001:db8::1]:5353", &f.client), "an endpoint");
    CHECK(endpoint_from_text("[::]:0", &f.server), "an endpoint");
    check(&live, &e,
          "{\"timestamp\":\"2026-11-22T05:16:01.123456+0000\",\"flow_id\":9007199254740991,"
          "\"in_iface\":\"eth0\",\"event_type\":\"flow\",\"src_ip\":\"2001:db8::1\","
          "\"src_port\":5353,\"dest_ip\":\"::\",\"dest_port\":0,\"proto\":\"UDP\","
          "\"community_id\":\"1:WC87IrAA60wMxndqq9sVooarywg=\","
          "\"flow\":{\"pkts_toserver\":0,\"pkts_toclient\":0,\"bytes_toserver\":0,"
          "\"bytes_toclient\":0,\"start\":\"2026-11-22T05:16:01.123456+0000\","
          "\"end\":\"2026-11-22T05:16:01.123456+0000\",\"age\":0,\"state\":\"new\","
          "\"reason\":\"interim\",\"alerted\":false},\"portwarden\":{\"direction_known\":false,"
          "\"start_ns\":789,\"end_ns\":788}}",
          "a flow of which nothing is known");
}

/* What only a report asks for (eve_more.c). */
static void test_more(void)
{
    static const struct ws_totals ws = {
        .text = {1, 0}, .pings = {0, 2}, .close_by = -1, .compressed = true};
    struct flow_info f = fixture_flow();
    struct event e = fixture_event(EVENT_FLOW, &f, 9, 1000);
    struct fixture x;
    struct eve *eve = eve_create(fixture_begin(&x), &plain, NULL);

    f.ws = &ws;
    f.tunnel = TRI_NOT_YET;
    f.first_packet = 3;
    f.tcp.missing[0] = 7;
    f.tcp.missing[1] = 8;
    f.tcp.retransmissions[1] = 9;
    f.sni = LITERAL("a\xff");
    f.info_hash = LITERAL("01234567890123456789");
    f.rule_line = 12;
    eve_sink(eve)->event(eve_sink(eve)->ctx, &e);
    eve_free(eve);
    const char *got = fixture_end(&x);
    CHECK(strstr(got, "\"text_toserver\":1,\"text_toclient\":0,\"pings_toserver\":0,"
                      "\"pings_toclient\":2,\"compressed\":true},\"first_packet\":3,") != NULL,
          "messages by kind");
    CHECK(strstr(got, "\"missing_bytes_toserver\":7,\"missing_bytes_toclient\":8,"
                      "\"retransmissions_toserver\":0,\"retransmissions_toclient\":9,"
                      "\"tunnel\":\"perhaps\",") != NULL,
          "what was missing, each way");
    CHECK(strstr(got, "\"sni\":\"a\xef\xbf\xbd\",\"sni_hex\":\"61ff\","
                      "\"info_hash\":\"3031323334353637383930313233343536373839\",") != NULL,
          "no UTF-8: its bytes");
    CHECK(strstr(got, "\"line\":12}") != NULL, "the rule's line");
    fixture_free(&x);
}

/* The last stats line says what was read. */
static void test_input(void)
{
    static const char *const problems[] = {"x.pcap: cut short"};
    const struct input_note note = {.name = "x.pcap",
                                    .captures = 1,
                                    .rules = "r.yaml",
                                    .packets = 3,
                                    .bytes = 4,
                                    .problems = problems,
                                    .problem_count = 1};
    struct event e = fixture_event(EVENT_STATS, NULL, 0, 1000);
    struct fixture x;
    struct eve *eve = eve_create(fixture_begin(&x), &plain, NULL);

    e.as.stats.final = true;
    eve_note_input(eve, &note);
    eve_sink(eve)->event(eve_sink(eve)->ctx, &e);
    eve_free(eve);
    CHECK_TEXT(fixture_end(&x),
               "{\"timestamp\":\"2026-11-22T05:16:02.123456+0000\",\"event_type\":\"stats\","
               "\"stats\":{},\"portwarden\":{\"input\":{\"name\":\"x.pcap\",\"captures\":1,"
               "\"rules\":\"r.yaml\",\"packets\":3,\"bytes\":4,\"live\":false,"
               "\"problems\":[\"x.pcap: cut short\"]}}}\n",
               "what was read");
    fixture_free(&x);
}

static void test_stats(void)
{
    static const struct counter rows[] = {
        {"flow", "active", 1}, {"decoder", "pkts", 2}, {"flow", "memuse", 3}};
    struct event e = fixture_event(EVENT_STATS, NULL, 9, 1000);

    e.as.stats = (struct stats_event){.stats = rows, .count = 3};
    check(&plain, &e,
          "{\"timestamp\":\"2026-11-22T05:16:02.123456+0000\",\"event_type\":\"stats\","
          "\"stats\":{\"flow\":{\"active\":1,\"memuse\":3},\"decoder\":{\"pkts\":2}}}",
          "stats");
}

static void test_not_written(void)
{
    const struct flow_info f = fixture_flow();
    static const enum event_kind kinds[] = {EVENT_HTTP_REQUEST, EVENT_MESSAGE_BEGIN, EVENT_PAYLOAD};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        const struct event e = fixture_event(kinds[i], &f, 1, 0);
        check(&plain, &e, "", "for rules, not for people");
    }
}

int main(void)
{
    test_http();
    test_tls();
    test_bittorrent();
    test_handshake();
    test_message();
    test_frame();
    test_anomaly();
    test_alert();
    test_rate_alert();
    test_flow();
    test_bare_flow();
    test_stats();
    test_more();
    test_input();
    test_not_written();
    return test_end();
}
