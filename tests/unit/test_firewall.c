/* SPDX-License-Identifier: MIT */
/* Which findings reach a packet filter, how wide, and that nothing in them leaves its quotes. */
#include "output/firewall.h"
#include "output_fixture.h"

static struct addr v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
    const uint8_t four[4] = {a, b, c, d};
    return addr_from_ipv4(four);
}

static bool spares_ten_nine(const void *ctx, const struct addr *a, unsigned prefix)
{
    const struct addr held = v4(10, 9, 9, 9);
    const struct addr low = addr_first(a, prefix), high = addr_last(a, prefix);

    (void)ctx;
    return addr_compare(&low, &held) <= 0 && addr_compare(&held, &high) <= 0;
}

static struct flow_info blocked(void)
{
    static const struct evidence seen[] = {{.packet = 12,
                                            .what = "SSH identification string",
                                            .detail = {(const uint8_t *)"SSH-2", 5}}};
    struct flow_info f = fixture_flow();

    f.layers[1] = "ssh";
    f.layer_count = 2;
    f.app = "ssh";
    f.mismatch = TRI_YES;
    f.verdict = VERDICT_BLOCK;
    f.rule = "no-ssh";
    f.verdict_packet = 12;
    f.evidence = seen;
    f.evidence_count = 1;
    return f;
}

static void tell(struct firewall *w, const struct flow_info *f)
{
    struct event e = fixture_event(EVENT_FLOW, f, f->last_packet, 0);
    struct sink *s = firewall_sink(w);

    s->event(s->ctx, &e);
}

static void tell_ban(struct firewall *w, const struct rate_alert *rate, const struct flow_info *f)
{
    struct event e = fixture_event(EVENT_ALERT, f, 99, 0);
    struct sink *s = firewall_sink(w);

    e.as.alert = (struct alert_event){
        .blocked = true, .rule = "flood", .action = "block", .severity = 1, .rate = rate};
    s->event(s->ctx, &e);
}

static struct firewall *begin(enum firewall_width width)
{
    const struct firewall_options how = {
        .least = CONFIDENCE_STRONG, .width = width, .spares = spares_ten_nine};

    return firewall_create(&how, NULL);
}

/* All of it as text; to be freed with fixture_free(). */
static const char *written(struct firewall *w, enum firewall_format format, struct fixture *x)
{
    CHECK(firewall_write(w, format, "r.yaml", fixture_begin(x)), "whole");
    firewall_free(w);
    return fixture_end(x);
}

static bool has(const char *text, const char *part)
{
    if (strstr(text, part) != NULL)
        return true;
    printf("    not there: %s\n", part);
    return false;
}

static size_t times(const char *text, const char *part)
{
    size_t n = 0;

    for (const char *at = text; (at = strstr(at, part)) != NULL; at++)
        n++;
    return n;
}

static void test_widths(void)
{
    static const struct {
        enum firewall_width width;
        enum firewall_format format;
        const char *want;
    } rows[] = {
        {WIDTH_SERVICE, FIREWALL_NFT, " 10.0.0.2 . 192.168.100.254 . tcp . 80 comment \"no-ssh: "},
        {WIDTH_SERVICE, FIREWALL_NFT, "ip saddr . ip daddr . meta l4proto . th dport @services_v4"},
        {WIDTH_PAIR, FIREWALL_NFT, " 10.0.0.2 . 192.168.100.254 comment"},
        {WIDTH_CLIENT, FIREWALL_NFT, "            10.0.0.2 comment"},
        {WIDTH_SERVER, FIREWALL_NFT, "            192.168.100.254 . tcp . 80 comment"},
        {WIDTH_SERVICE, FIREWALL_IPTABLES,
         "-4 -A PORTWARDEN -p tcp -m tcp -s 10.0.0.2 -d 192.168.100.254 --dport 80 -m comment"},
        {WIDTH_SERVICE, FIREWALL_IPTABLES,
         "-4 -A PORTWARDEN -p tcp -m tcp -d 10.0.0.2 -s 192.168.100.254 --sport 80 -m comment"},
        {WIDTH_CLIENT, FIREWALL_IPTABLES, "-4 -A PORTWARDEN -d 10.0.0.2 -m comment"},
        {WIDTH_SERVICE, FIREWALL_SURICATA, "drop ssh 10.0.0.2 any -> 192.168.100.254 80 (msg:\""},
        {WIDTH_PAIR, FIREWALL_SURICATA, "drop ip 10.0.0.2 any <> 192.168.100.254 any (msg:\""},
        {WIDTH_CLIENT, FIREWALL_SURICATA, "drop ip 10.0.0.2 any <> any any (msg:\""},
        {WIDTH_SERVER, FIREWALL_SURICATA, "drop ssh any any -> 192.168.100.254 80 (msg:\""},
        {WIDTH_SERVICE, FIREWALL_PF,
         "block drop quick inet proto tcp from 10.0.0.2 to 192.168.100.254 port = 80\n"},
        {WIDTH_SERVER, FIREWALL_PF,
         "block drop quick inet proto tcp from any to 192.168.100.254 port = 80\n"},
        {WIDTH_PAIR, FIREWALL_PF, "block drop quick inet from 192.168.100.254 to 10.0.0.2\n"},
        {WIDTH_CLIENT, FIREWALL_PF, "table <portwarden_clients> persist { 10.0.0.2 }"},
    };
    const struct flow_info f = blocked();

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fixture x;
        struct firewall *w = begin(rows[i].width);
        tell(w, &f);
        tell(w, &f);
        CHECK(has(written(w, rows[i].format, &x), rows[i].want), rows[i].want);
        CHECK(times(x.text, "packet 12 of chat.pcap: SSH identification string 'SSH-2'") > 0,
              "rule and evidence");
        fixture_free(&x);
    }
}

static void test_content(void)
{
    struct flow_info f = blocked();
    struct fixture x;
    struct firewall *w = begin(WIDTH_SERVICE);

    f.app = f.layers[1] = "raw";
    tell(w, &f);
    CHECK(has(written(w, FIREWALL_SURICATA, &x), "flow:established,to_server; "
                                                 "app-layer-protocol:!http; "),
          "not HTTP where HTTP was promised");
    fixture_free(&x);
    w = begin(WIDTH_SERVICE);
    f = blocked();
    f.layers[1] = "http";
    f.layers[2] = f.app = "websocket";
    f.layer_count = 3;
    f.mismatch = TRI_NO;
    f.host = bytes_of_text("Chat.example.com:8080");
    f.path = bytes_of_text("/a b?secret");
    tell(w, &f);
    CHECK(
        has(written(w, FIREWALL_SURICATA, &x),
            "http.host; content:\"chat.example.com\"; http.uri; content:\"/a|20|b\"; startswith; "),
        "a WebSocket by its host and path");
    CHECK(strstr(x.text, "secret") == NULL, "and never its query");
    fixture_free(&x);
    w = begin(WIDTH_SERVICE);
    f.layers[2] = f.app = "ssh"; /* inside a WebSocket: Suricata sees http */
    f.mismatch = TRI_YES;
    f.info_hash = bytes_of_text("aaaaabbbbbcccccddddd");
    tell(w, &f);
    CHECK(
        has(written(w, FIREWALL_SURICATA, &x), "drop tcp 10.0.0.2 any -> 192.168.100.254 80 (msg"),
        "what is inside another layer is blocked by its addresses");
    CHECK(strstr(x.text, "!http") == NULL, "and not for want of HTTP");
    CHECK(has(x.text, "content:\"|61 61 61 61 61 62 62 62 62 62 63 63 63 63 63 64 64 64 64 64|\"; "
                      "offset:28; depth:20; "),
          "a torrent by its info-hash");
    CHECK(times(x.text, "sid:1700000;") == 1 && times(x.text, "sid:1700002;") == 1 &&
              times(x.text, "sid:1700003;") == 0,
          "sids in a row");
    fixture_free(&x);
}

static void test_left_out(void)
{
    struct flow_info f = blocked();
    struct firewall *w = begin(WIDTH_SERVICE);
    struct fixture x;

    f.confidence = CONFIDENCE_PROBABLE;
    tell(w, &f);
    f = blocked();
    f.verdict = VERDICT_ALLOW;
    tell(w, &f);
    f = blocked();
    f.end = FLOW_GOES_ON;
    tell(w, &f);
    f = blocked();
    f.client.addr = v4(10, 9, 9, 9);
    tell(w, &f);
    f = blocked();
    f.server.addr = v4(10, 9, 9, 9);
    tell(w, &f);
    f = blocked();
    f.server.addr = v4(239, 192, 152, 143);
    tell(w, &f);
    f.server.addr = v4(127, 0, 0, 1);
    tell(w, &f);
    f.server.addr = v4(255, 255, 255, 255);
    tell(w, &f);
    f.server.addr = v4(0, 0, 0, 0);
    tell(w, &f);
    f.server.addr = (struct addr){{0xff, 2, [15] = 1}};
    tell(w, &f);
    f.server.addr = (struct addr){{[15] = 1}};
    tell(w, &f);
    const char *text = written(w, FIREWALL_NFT, &x);
    CHECK(has(text, "# portwarden: 0 findings to block"), "nothing is left");
    CHECK(has(text, "# left out: 1 blocked flow less sure"), "of little confidence");
    CHECK(has(text, "# left out: 2 findings with an address of the group never-block"), "spared");
    CHECK(has(text, "# left out: 6 findings with a loopback"), "special");
    CHECK(strstr(text, "elements") == NULL, "and no set");
    fixture_free(&x);
}

static void test_bans(void)
{
    struct rate_alert rate = {.what = "request",
                              .by = "client",
                              .addr = v4(10, 0, 0, 2),
                              .prefix = 32,
                              .count = 120,
                              .over = 100,
                              .within_ns = 10000000000,
                              .for_ns = 600000000000};
    const struct flow_info f = blocked();
    struct firewall *w = begin(WIDTH_SERVICE);
    struct fixture x;

    tell(w, &f); /* of a client that is banned: needs no entry of its own */
    tell_ban(w, &rate, &f);
    rate.for_ns = 900000000000;
    tell_ban(w, &rate, &f);
    rate.by = "network";
    rate.addr = v4(10, 4, 4, 0);
    rate.prefix = 24;
    tell_ban(w, &rate, &f);
    rate.addr = v4(10, 9, 0, 0); /* one of its addresses is spared */
    rate.prefix = 16;
    tell_ban(w, &rate, &f);
    rate.by = "server";
    rate.addr = f.server.addr;
    rate.prefix = 32;
    tell_ban(w, &rate, &f);
    rate.by = "pair";
    rate.addr = v4(10, 5, 5, 5);
    tell_ban(w, &rate, &f);
    rate.by = "client";
    rate.for_ns = 0; /* no ban */
    rate.addr = v4(10, 6, 6, 6);
    tell_ban(w, &rate, &f);
    const char *text = written(w, FIREWALL_NFT, &x);
    CHECK(has(text, "10.0.0.2 timeout 900s comment \"flood: packet 99 of chat.pcap: at least 120 "
                    "request within 10 s by client, over 100\""),
          "the client, for the longer time");
    CHECK(has(text, "set clients_v4_24 {\n        type ipv4_addr\n        flags interval, timeout"),
          "a network's set");
    CHECK(has(text, "10.4.4.0/24 timeout 900s"), "the network");
    CHECK(strstr(text, "10.9.") == NULL, "not a network with a spared address");
    CHECK(has(text, "10.5.5.5 . 192.168.100.254 timeout"), "the pair");
    CHECK(strstr(text, "10.6.6.6") == NULL, "no ban, no entry");
    CHECK(strstr(text, "services_v4") == NULL, "covered by the ban");
    CHECK(has(text, "1 finding that would block the server that was attacked"), "not the victim");
    CHECK(has(text, "# portwarden: 3 findings to block"), "counted");
    fixture_free(&x);
    w = begin(WIDTH_SERVER);
    struct flow_info flooding = f;
    rate.by = "client";
    rate.addr = v4(10, 6, 6, 6);
    tell_ban(w, &rate, &f);
    flooding.rule = "flood";
    tell(w, &flooding);
    text = written(w, FIREWALL_NFT, &x);
    CHECK(strstr(text, "elements") == NULL, "--block server: not the victim of a flood");
    CHECK(has(text, "1 finding that would block the server"), "and that is said");
    fixture_free(&x);
    w = begin(WIDTH_SERVICE);
    rate.for_ns = 60000000000;
    tell_ban(w, &rate, &f);
    flooding.confidence = CONFIDENCE_NONE;
    tell(w, &flooding);
    text = written(w, FIREWALL_NFT, &x);
    CHECK(has(text, "10.6.6.6 timeout 60s") && strstr(text, "left out") == NULL,
          "the flows of who is banned are no findings of their own");
    fixture_free(&x);
}

static void test_hostile(void)
{
    static const char bad[] = "\"; } flush ruleset\n\\\xff`$(x)# -j ACCEPT";
    struct evidence seen = {.packet = 3, .what = "x", .detail = LITERAL(bad)};
    char rule[400];

    memset(rule, 'r', sizeof(rule));
    memcpy(rule, bad, sizeof(bad) - 1);
    rule[sizeof(rule) - 1] = '\0';
    for (int format = FIREWALL_NFT; format <= FIREWALL_PF; format++) {
        struct firewall *w = begin(WIDTH_CLIENT);
        struct flow_info f = blocked();
        struct fixture x;

        f.rule = rule;
        f.source = bad;
        f.evidence = &seen;
        tell(w, &f);
        f.client.addr = v4(10, 1, 1, 1);
        f.rule = "short";
        tell(w, &f);
        const char *text = written(w, (enum firewall_format)format, &x);
        CHECK(strstr(text, "\n\\") == NULL && strchr(text, '`') == NULL &&
                  strstr(text, "\xff") == NULL && strstr(text, "$(") == NULL,
              "hostile text is made harmless");
        for (const char *line = text; line != NULL && *line != '\0';) {
            const char *end = strchr(line, '\n');
            const size_t len = end != NULL ? (size_t)(end - line) : strlen(line);
            size_t quotes = 0;
            for (size_t i = 0; i < len; i++)
                quotes += line[i] == '"';
            CHECK(quotes % 2 == 0, "each quote has its other");
            line = end != NULL ? end + 1 : NULL;
        }
        fixture_free(&x);
    }
}

static void test_bound(void)
{
    struct firewall *w = begin(WIDTH_CLIENT);
    struct flow_info f = blocked();
    struct fixture x;

    for (unsigned i = 0; i < FIREWALL_FINDINGS + 3; i++) {
        f.client.addr = v4(20, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i);
        tell(w, &f);
    }
    const char *text = written(w, FIREWALL_PF, &x);
    CHECK(has(text, "# portwarden: 65,536 findings"), "as many as fit");
    CHECK(has(text, "# left out: 3 findings more than an export holds"), "and the rest counted");
    fixture_free(&x);
}

int main(void)
{
    test_widths();
    test_content();
    test_left_out();
    test_bans();
    test_hostile();
    test_bound();
    return test_end();
}
