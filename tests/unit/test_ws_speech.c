/* SPDX-License-Identifier: MIT */
/* ws_speech.h: what real programs say, and what only looks like it. */
#include "layers/ws_speech.h"

#include "base/buffer.h"
#include "said.h"
#include "test.h"

#define LINES 6

struct talk {
    const char *want; /* name/confidence; "-": none */
    const char *agreed;
    struct said said[LINES];
};

static void cut_for_hearing(struct ws_speech *s, const struct said *said, char *last)
{
    const struct bytes all = bytes_of(said->bytes, said->len);
    const struct bytes text = test_copy(bytes_first(all, SPEECH_BYTES));
    const struct ws_heard heard = {text, text.len == all.len, said->direction};
    const struct ws_finding found = ws_speech_hear(s, &heard);

    if (found.name != NULL)
        snprintf(last, 64, "%s/%s%s", found.name, confidence_name(found.confidence),
                 found.contradicts ? "!" : "");
    free((void *)(uintptr_t)text.at);
}

static void check_talk(const struct talk *t)
{
    struct ws_speech s = {.agreed = (uint8_t)ws_speech_agreed(bytes_of_text(t->agreed))};
    char last[64] = "-";

    for (size_t i = 0; i < LINES && t->said[i].bytes != NULL; i++)
        cut_for_hearing(&s, &t->said[i], last);
    const struct ws_finding end = ws_speech_end(&s);
    if (end.name != NULL)
        snprintf(last, sizeof(last), "%s/%s", end.name, confidence_name(end.confidence));
    CHECK_TEXT(last, t->want, t->said[0].bytes);
}

#define HASH "\\u0001\\u00ffabcdefghijklmnopq\\n"
#define PEER "-WW0013-abcdefghijkl"

static const struct talk talks[] = {
    /* Engine.IO 4 and Socket.IO 4 */
    {"socket.io/certain",
     NULL,
     {S("0{\"sid\":\"lv_VI97HAXpY6yYWAAAC\",\"upgrades\":[],\"pingInterval\":25000,"
        "\"pingTimeout\":20000,\"maxPayload\":1000000}"),
      C("40"), S("40{\"sid\":\"wZX3oN0bSVIhsaknAAAI\"}"), C("42[\"hello\",\"world\"]")}},
    {"engine.io/certain",
     NULL,
     {S("0{\"sid\":\"x\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":5000}"), S("2"),
      C("3")}},
    {"engine.io/strong",
     NULL,
     {S("0{\"sid\":\"x\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":5000}")}},
    {"engine.io/certain", NULL, {C("2probe"), S("3probe"), C("5")}},
    {"socket.io/certain",
     NULL,
     {C("2probe"), S("3probe"), C("5"), S("42[\"news\",{\"a\":1}]"), C("42/chat,17[\"ack me\"]")}},
    {"socket.io/strong", NULL, {C("451-[\"file\",{\"_placeholder\":true,\"num\":0}]")}},
    {"socket.io/strong", NULL, {C("5:::{\"name\":\"news\",\"args\":[1]}")}},
    /* STOMP */
    {"stomp/certain", "v12.stomp", {C("CONNECT\naccept-version:1.2\nhost:example.com\n\n\0")}},
    {"stomp/certain",
     NULL,
     {C("CONNECT\naccept-version:1.0,1.1,1.2\nheart-beat:10000,10000\n\n\0"),
      S("CONNECTED\nversion:1.2\nheart-beat:0,0\n\n\0")}},
    {"stomp/strong", NULL, {C("SEND\r\ndestination:/queue/a\r\n\r\nhello\0")}},
    {"stomp/certain",
     NULL,
     {S("o"), C("[\"CONNECT\\naccept-version:1.1,1.0\\nheart-beat:10000,10000\\n\\n\\u0000\"]"),
      S("a[\"CONNECTED\\nversion:1.1\\n\\n\\u0000\"]")}},
    /* GraphQL, both */
    {"graphql-transport-ws/certain",
     NULL,
     {C("{\"type\":\"connection_init\"}"), S("{\"type\":\"connection_ack\"}"),
      C("{\"id\":\"1\",\"type\":\"subscribe\",\"payload\":{\"query\":\"{ hello }\"}}"),
      S("{\"id\":\"1\",\"type\":\"next\",\"payload\":{\"data\":{\"hello\":\"w\"}}}"),
      S("{\"id\":\"1\",\"type\":\"complete\"}")}},
    {"graphql-ws/certain",
     NULL,
     {C("{\"type\":\"connection_init\",\"payload\":{}}"), S("{\"type\":\"connection_ack\"}"),
      C("{\"id\":\"1\",\"type\":\"start\",\"payload\":{\"query\":\"{ a }\",\"variables\":{}}}"),
      S("{\"type\":\"data\",\"id\":\"1\",\"payload\":{\"data\":{\"a\":1}}}")}},
    {"graphql-ws/certain", "graphql-ws", {C("{\"type\":\"connection_init\",\"payload\":{}}")}},
    {"graphql-transport-ws/probable",
     NULL,
     {C("{\"type\":\"connection_init\"}"), S("{\"type\":\"connection_ack\"}")}},
    {"json-rpc/strong!",
     "graphql-ws",
     {C("{\"jsonrpc\":\"2.0\",\"method\":\"eth_subscribe\",\"params\":[],\"id\":1}")}},
    /* JSON-RPC */
    {"json-rpc/certain",
     NULL,
     {C("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\"}"),
      S("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":null}")}},
    {"json-rpc/strong",
     NULL,
     {C("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\"},{\"jsonrpc\":\"2.0\",\"method\":\"b\"}"
        "]")}},
    /* WAMP, OCPP */
    {"wamp/certain",
     NULL,
     {C("[1,\"realm1\",{\"roles\":{\"publisher\":{}}}]"),
      S("[2,9129137332,{\"roles\":{\"broker\":{}}}]")}},
    {"wamp/certain", "wamp.2.json", {C("[1,\"realm1\",{\"roles\":{\"caller\":{}}}]")}},
    {"ocpp/certain",
     NULL,
     {C("[2,\"19223201\",\"BootNotification\",{\"chargePointVendor\":\"V\"}]"),
      S("[3,\"19223201\",{\"status\":\"Accepted\",\"interval\":300}]")}},
    {"ocpp/certain", "ocpp1.6", {C("[2,\"1\",\"Heartbeat\",{}]")}},
    /* SignalR, both */
    {"signalr/certain",
     NULL,
     {C("{\"protocol\":\"json\",\"version\":1}\x1e"), S("{}\x1e"), S("{\"type\":6}\x1e")}},
    {"signalr/certain",
     NULL,
     {S("{\"C\":\"d-1\",\"S\":1,\"M\":[]}"),
      C("{\"H\":\"chat\",\"M\":\"Send\",\"A\":[\"hi\"],\"I\":0}")}},
    /* others */
    {"webtorrent/certain",
     NULL,
     {C("{\"numwant\":5,\"action\":\"announce\",\"info_hash\":\"" HASH "\",\"peer_id\":\"" PEER
        "\",\"offers\":[]}"),
      S("{\"action\":\"announce\",\"interval\":120,\"info_hash\":\"" HASH
        "\",\"complete\":0,\"incomplete\":1}")}},
    {"action-cable/certain",
     NULL,
     {S("{\"type\":\"welcome\"}"),
      C("{\"command\":\"subscribe\",\"identifier\":\"{\\\"channel\\\":\\\"ChatChannel\\\"}\"}"),
      S("{\"type\":\"ping\",\"message\":1500000000}")}},
    {"phoenix/certain",
     NULL,
     {C("[\"1\",\"1\",\"room:lobby\",\"phx_join\",{}]"),
      S("[\"1\",\"1\",\"room:lobby\",\"phx_reply\",{\"status\":\"ok\",\"response\":{}}]")}},
    {"phoenix/strong",
     NULL,
     {C("{\"topic\":\"phoenix\",\"event\":\"heartbeat\",\"payload\":{},\"ref\":\"2\"}")}},
    {"sockjs/certain", NULL, {S("o"), C("[\"hello\"]"), S("a[\"welcome\"]")}},
    {"ddp/certain",
     NULL,
     {S("o"),
      C("[\"{\\\"msg\\\":\\\"connect\\\",\\\"version\\\":\\\"1\\\",\\\"support\\\":"
        "[\\\"1\\\"]}\"]"),
      S("a[\"{\\\"server_id\\\":\\\"0\\\"}\"]"),
      S("a[\"{\\\"msg\\\":\\\"connected\\\",\\\"session\\\":\\\"x\\\"}\"]")}},
    {"devtools/certain",
     NULL,
     {C("{\"id\":1,\"method\":\"Page.enable\"}"), S("{\"id\":1,\"result\":{}}")}},
    {"webdriver-bidi/certain",
     NULL,
     {C("{\"id\":1,\"method\":\"session.new\",\"params\":{}}"),
      S("{\"type\":\"success\",\"id\":1,\"result\":{}}")}},
    {"centrifuge/certain",
     NULL,
     {C("{\"id\":1,\"connect\":{\"token\":\"t\"}}"),
      S("{\"id\":1,\"connect\":{\"client\":\"c\",\"version\":\"5\",\"ping\":25}}"),
      C("{\"id\":2,\"subscribe\":{\"channel\":\"a\"}}")}},
    {"pusher/certain",
     NULL,
     {S("{\"event\":\"pusher:connection_established\",\"data\":\"{}\"}"),
      C("{\"event\":\"pusher:subscribe\",\"data\":{\"channel\":\"c\"}}")}},
    {"xmpp/certain",
     NULL,
     {C("<open xmlns=\"urn:ietf:params:xml:ns:xmpp-framing\" to=\"example.com\"/>"),
      S("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' id='x'/>")}},
    {"irc/certain",
     NULL,
     {C("CAP REQ :twitch.tv/tags"), C("NICK justinfan1"),
      S(":tmi.twitch.tv 001 justinfan1 :Welcome, GLHF!\r\n")}},
    {"irc/certain",
     NULL,
     {C("NICK bob"), C("USER bob 0 * :Bob"), S(":irc.example.net 001 bob :Welcome\r\n")}},
    {"sip/certain", "sip", {C("REGISTER sip:proxy.example.com SIP/2.0\r\nVia: SIP/2.0/WS x\r\n")}},
    {"msrp/strong", NULL, {C("MSRP 2fd1 SEND\r\nTo-Path: msrps://a\r\n")}},
    {"nats/certain",
     NULL,
     {S("INFO {\"server_id\":\"N\",\"version\":\"2.10\"} \r\n"),
      C("CONNECT {\"verbose\":false,\"pedantic\":false}\r\n")}},
    {"guacamole/certain",
     NULL,
     {S("5.ready,37.$260d01da-779b-4ee9-afc1-c16bae885cc7;"), C("4.sync,8.31163115;")}},
    {"nostr/certain", NULL, {C("[\"REQ\",\"sub\",{\"kinds\":[1]}]"), S("[\"EOSE\",\"sub\"]")}},
    {"discord-gateway/certain",
     NULL,
     {S("{\"t\":null,\"s\":null,\"op\":10,\"d\":{\"heartbeat_interval\":41250}}"),
      C("{\"op\":1,\"d\":null}")}},
    {"obs-websocket/strong",
     NULL,
     {S("{\"op\":0,\"d\":{\"obsWebSocketVersion\":\"5.1.0\",\"rpcVersion\":1}}")}},
    {"jupyter/strong",
     NULL,
     {C("{\"header\":{\"msg_id\":\"a\",\"session\":\"s\",\"msg_type\":\"x\"},"
        "\"parent_header\":{},\"metadata\":{},\"content\":{}}")}},
    {"janus/certain",
     NULL,
     {C("{\"janus\":\"create\",\"transaction\":\"a\"}"),
      S("{\"janus\":\"success\",\"transaction\":\"a\",\"data\":{}}")}},
    {"home-assistant/certain",
     NULL,
     {S("{\"type\":\"auth_required\",\"ha_version\":\"2024.1\"}"),
      C("{\"type\":\"auth\",\"access_token\":\"x\"}")}},
    {"cloudevents/strong",
     NULL,
     {S("{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/a\",\"type\":\"b\",\"data\":{}}")}},
    {"mercure/probable",
     NULL,
     {S("{\"id\":\"urn:uuid:1\",\"topics\":[\"https://example.com/a\"],\"data\":\"x\"}")}},
    {"livereload/certain",
     NULL,
     {C("{\"command\":\"hello\",\"protocols\":[\"http://livereload.com/protocols/official-7\"]}"),
      S("{\"command\":\"hello\",\"protocols\":[\"http://livereload.com/protocols/official-7\"]}")}},
};

/* Chat, feeds and games that look a little like a protocol. */
static const struct talk lookalikes[] = {
    {"-", NULL, {C("42"), S("42"), C("2"), S("3"), C("5")}},
    {"-", NULL, {C("40"), S("40"), C("41"), S("41")}},
    {"-", NULL, {C("42 is the answer"), S("42[not json"), C("42[1,2,3]"), S("4")}},
    {"-", NULL, {S("o"), S("o"), S("ok"), S("hello"), C("h")}},
    {"-", NULL, {C("[\"a\",\"b\"]"), S("[\"a\",\"b\"]")}},
    {"-", NULL, {C("[1,2,3]"), S("[1.5,2.5]"), C("[2,\"a\",\"b\",{}]"), S("[3,\"a\",{}]")}},
    {"-", NULL, {C("[1,\"realm\",{}]"), S("[2,5,{\"x\":1}]")}},
    {"-",
     NULL,
     {C("{\"type\":\"subscribe\",\"channel\":\"a\"}"), S("{\"type\":\"data\",\"id\":1}")}},
    {"-", NULL, {C("{\"type\":\"ping\"}"), S("{\"type\":\"pong\"}"), S("{\"type\":\"welcome\"}")}},
    {"-", NULL, {C("{\"id\":1,\"method\":\"ping\"}"), S("{\"id\":1,\"result\":{}}")}},
    {"-", NULL, {C("{\"id\":1,\"method\":\"user.login\",\"params\":{}}"), S("{\"result\":{}}")}},
    {"-", NULL, {C("{\"msg\":\"hello\"}"), S("{\"msg\":\"connect\"}"), C("{\"msg\":\"ping\"}")}},
    {"-", NULL, {C("{\"op\":1,\"d\":{}}"), S("{\"op\":10,\"d\":{}}")}},
    {"-",
     NULL,
     {C("{\"event\":\"message\",\"data\":\"x\"}"), S("{\"topic\":\"a\",\"event\":\"b\"}")}},
    {"-",
     NULL,
     {C("{\"action\":\"announce\",\"text\":\"x\"}"),
      C("{\"action\":\"announce\",\"info_hash\":\"short\",\"peer_id\":\"short\"}")}},
    {"-", NULL, {C("CONNECT to me"), S("SEND more money"), C("MESSAGE for you"), S("CONNECTED")}},
    {"-", NULL, {C("NICK said so"), C("NICK Cave"), S("JOIN us"), S("PING"), C("PONG")}},
    {"-", NULL, {C(":-)"), S(":) 123"), C("USER input is here"), S(":smile 100 times")}},
    {"-", NULL, {C("INFO something happened"), S("INFO {\"a\":1}"), C("CONNECT {}")}},
    {"-", NULL, {C("<p>open</p>"), S("<open>"), C("<message>hi</message>")}},
    {"-", NULL, {C("4.5,3;"), S("4.sync"), C("2.0"), S("10.5;")}},
    {"-", NULL, {C("a[0]"), S("a[0] is out of range"), S("a[\"x\"] == 1"), S("c[3000]")}},
    {"-", NULL, {C("{\"C\":\"x\"}"), S("{\"C\":\"x\",\"M\":\"text\"}"), S("{\"I\":1}")}},
    {"-", NULL, {C("{}"), S("{}"), C("[]"), S("null"), C("\"text\"")}},
    {"-", NULL, {C("{\"jsonrpc\":2,\"method\":\"x\"}"), S("{\"jsonrpc\":\"2.0\"}")}},
    {"-",
     NULL,
     {C("{\"type\":\"connection_ack\"}"), S("{\"type\":\"ka\"}"), S("{\"type\":\"error\"}")}},
    {"-", NULL, {C("{\"protocol\":\"json\",\"version\":1}"), S("{\"type\":6}")}},
    {"-", NULL, {C("{\"id\":\"1\",\"type\":\"a\",\"data\":\"b\"}"), S("{\"topics\":[]}")}},
};

static uint64_t seed = 88172645463325252U;

static uint32_t below(uint32_t n)
{
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return (uint32_t)(seed >> 33) % n;
}

/* Words that general JSON is made of: also those that protocols use. */
static const char *word(void)
{
    static const char *const words[] = {
        "id",      "type",   "data",    "event",   "message", "user",    "name",    "value",
        "text",    "ts",     "seq",     "channel", "topic",   "payload", "action",  "method",
        "params",  "result", "error",   "status",  "price",   "symbol",  "x",       "y",
        "room",    "token",  "op",      "d",       "t",       "msg",     "command", "subscribe",
        "ping",    "pong",   "update",  "query",   "items",   "content", "header",  "version",
        "session", "source", "connect", "args",    "ref",     "code",    "time",    "body"};
    return words[below(sizeof(words) / sizeof(words[0]))];
}

static void put_value(struct buffer *b, int depth);

static void put_object(struct buffer *b, int depth)
{
    const uint32_t keys = below(6);

    buffer_append_byte(b, '{');
    for (uint32_t i = 0; i < keys; i++) {
        buffer_printf(b, "%s\"%s\":", i > 0 ? "," : "", word());
        put_value(b, depth + 1);
    }
    buffer_append_byte(b, '}');
}

static void put_list(struct buffer *b, int depth)
{
    const uint32_t count = below(6);

    buffer_append_byte(b, '[');
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0)
            buffer_append_byte(b, ',');
        put_value(b, depth + 1);
    }
    buffer_append_byte(b, ']');
}

static void put_value(struct buffer *b, int depth)
{
    switch (below(depth < 3 ? 7 : 5)) {
    case 0: buffer_printf(b, "%u", below(100)); break;
    case 1: buffer_printf(b, "\"%s\"", word()); break;
    case 2: buffer_append_text(b, below(2) ? "true" : "null"); break;
    case 3: buffer_printf(b, "%u.%u", below(1000), below(100)); break;
    case 4: buffer_printf(b, "\"%s %s\"", word(), word()); break;
    case 5: put_object(b, depth); break;
    default: put_list(b, depth); break;
    }
}

static void put_chat(struct buffer *b)
{
    static const char *const starts[] = {
        "",  "",  "o", "h", "a",     "42",  "40",    "2",     "3",     "5", "0", "1",
        ":", "/", "<", "@", "PING ", "OK ", "SEND ", "NICK ", "JOIN ", "4", "!", "c"};
    buffer_append_text(b, starts[below(sizeof(starts) / sizeof(starts[0]))]);
    for (uint32_t n = below(8); n > 0; n--)
        buffer_printf(b, "%s%s", word(), n > 1 ? " " : below(2) ? "." : "");
}

/* 100,000 conversations of eight messages: none is a protocol's. */
static void test_general(void)
{
    size_t named = 0;
    struct buffer b = {0};

    for (int round = 0; round < 100000; round++) {
        struct ws_speech s = {0};
        const uint32_t kind = below(4);
        for (int i = 0; i < 8; i++) {
            buffer_clear(&b);
            if (kind == 0)
                put_chat(&b);
            else if (kind == 1)
                put_list(&b, 0);
            else
                put_object(&b, 0);
            const struct ws_heard heard = {bytes_first(buffer_bytes(&b), SPEECH_BYTES),
                                           b.len <= SPEECH_BYTES, (enum direction)(i & 1)};
            const struct ws_finding f = ws_speech_hear(&s, &heard);
            if (f.name == NULL)
                continue;
            named++;
            if (named < 20)
                printf("    %s/%s: %.*s\n", f.name, confidence_name(f.confidence), (int)b.len,
                       (const char *)b.at);
        }
    }
    CHECK(named == 0, "general JSON and chat have no name");
    buffer_free(&b);
}

/* The first byte is looked at before the message is unmasked. */
static void test_first_bytes(void)
{
    for (size_t i = 0; i < sizeof(talks) / sizeof(talks[0]); i++)
        for (size_t j = 0; j < LINES && talks[i].said[j].bytes != NULL; j++)
            CHECK(ws_speech_may_begin((uint8_t)talks[i].said[j].bytes[0]), talks[i].said[j].bytes);
    CHECK(!ws_speech_may_begin('t'), "the quick brown fox");
}

/* Cut anywhere, random tails: nothing but reading inside the bytes. */
static void test_cuts(void)
{
    for (size_t i = 0; i < sizeof(talks) / sizeof(talks[0]); i++)
        for (size_t j = 0; j < LINES && talks[i].said[j].bytes != NULL; j++)
            for (size_t cut = 0; cut < talks[i].said[j].len; cut++) {
                struct ws_speech s = {0};
                const struct bytes text = test_copy(bytes_of(talks[i].said[j].bytes, cut));
                const struct ws_heard whole = {text, true, talks[i].said[j].direction},
                                      part = {text, false, talks[i].said[j].direction};
                ws_speech_hear(&s, &whole);
                ws_speech_hear(&s, &part);
                free((void *)(uintptr_t)text.at);
            }
}

static void test_agreed(void)
{
    CHECK(ws_speech_agreed(LITERAL("v12.stomp")) == SPEECH_STOMP, "a name");
    CHECK(ws_speech_agreed(LITERAL("ocpp2.0.1")) == SPEECH_OCPP, "a name with any version");
    CHECK(ws_speech_agreed(LITERAL("chat")) == SPEECH_NONE, "nobody's");
    CHECK(ws_speech_agreed(LITERAL("")) == SPEECH_NONE, "none");
    for (int s = SPEECH_NONE + 1; s < SPEECHES; s++)
        CHECK(ws_speech_name((enum speech)s) != NULL && ws_speech_name((enum speech)s)[0] != '\0',
              "each has a name");
}

int main(void)
{
    for (size_t i = 0; i < sizeof(talks) / sizeof(talks[0]); i++)
        check_talk(&talks[i]);
    for (size_t i = 0; i < sizeof(lookalikes) / sizeof(lookalikes[0]); i++)
        check_talk(&lookalikes[i]);
    test_first_bytes();
    test_cuts();
    test_agreed();
    test_general();
    return test_end();
}
