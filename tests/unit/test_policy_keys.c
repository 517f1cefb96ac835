/* SPDX-License-Identifier: MIT */
/* The example of every key, as `rules show --keys` and docs/rules.md give it, is asked of a flow
 * that it matches and of one that it does not; and the three answers of what those keys ask. */
#include "policy_harness.h"

/* A key of `match`, and the facts of both flows. */
struct trial {
    const char *key, *yes, *no;
};

#define HASH_YES "hash=0123456789abcdef0123456789abcdef01234567"
#define HASH_NO  "hash=1123456789abcdef0123456789abcdef01234567"

static const struct trial trials[] = {
    {"app", "app=rdp conf=strong", "app=http conf=certain settled over"},
    {"layers", "app=ssh conf=strong layers=tcp,http,websocket,ssh",
     "app=ssh conf=strong layers=tcp,ssh over"},
    {"inside", "app=ssh conf=strong layers=tcp,http,websocket,ssh settled",
     "app=websocket conf=certain layers=tcp,http,websocket,mqtt settled over"},
    {"confidence", "app=ssh conf=certain", "app=ssh conf=strong over"},
    {"mismatch", "dir sport=80 app=ssh conf=strong layers=tcp,ssh settled",
     "dir sport=80 app=http conf=strong settled over"},
    {"category", "category=VPN", "category=Web over"},
    {"risk", "risk=Obsolete~TLS~(v1.1~or~older)", "risk=Clear-Text~Credentials over"},
    {"anomaly", "anomaly=overlap_differs", "anomaly=bad_checksum over"},
    {"client", "dir client=10.1.2.3", "dir client=11.1.2.3"},
    {"server", "dir server=192.0.2.81", "dir server=192.0.2.80"},
    {"network", "client=10.1.2.3 server=192.0.2.9", "client=10.1.2.3 server=10.2.0.1"},
    {"client-port", "dir cport=1023", "dir cport=1024"},
    {"server-port", "dir sport=8080", "dir sport=81"},
    {"proto", "udp", "decide"},
    {"direction", "dir client=198.51.100.1 server=10.0.0.1",
     "dir client=10.0.0.1 server=198.51.100.1"},
    {"vlan", "vlan=150", "vlan=11"},
    {"interface", "iface=eth3", "iface=wlan0"},
    {"time", "start=1767635999", "start=1767636000"},
    {"days", "start=1767571200", "start=1767481200"},
    {"method", "method=PUT", "method=GET over"},
    {"host", "host=a.example.com", "host=example.org over"},
    {"path", "path=/admin/users", "path=/administration over"},
    {"query", "query=a=1&debug=1", "query=nodebug=1 over"},
    {"origin", "origin=https://evil.test", "origin=https://www.example.com over"},
    {"user-agent", "agent=Python-urllib/3.11", "agent=Mozilla/5.0 over"},
    {"header", "h0=?absent h1=application/json", "h0=secret h1=application/json over"},
    {"status", "status=503", "status=404 over"},
    {"response-header", "h0=nginx/1.22 h1=a=b", "h0=nginx/1.22 h1=?absent over"},
    {"ladder", "ladder=2", "ladder=5"},
    {"subprotocol", "subprotocol=?absent", "subprotocol=chat.v1 over"},
    {"cross-origin", "cross=1", "cross=0 over"},
    {"sni", "sni=www.example.com", "sni=example.org"},
    {"alpn", "alpn=h2", "alpn=http/1.1"},
    {"alpn-offered", "offered=http/1.1", "offered=?absent"},
    {"tls-version", "version=769", "version=772"},
    {"tls-offered", "client-version=770", "client-version=771"},
    {"ja3", "ja3=e7d705a3286e19ea42f587b344ee6865", "ja3=ada70206e40642a3e4461f35503241d5"},
    {"ja3s", "ja3s=eb1d94daa7e0344597e756a1fb6e7054", "ja3s=?never"},
    {"ja4", "ja4=t13d1516h2_8daaf6152771_e5627efa2ab1", "ja4=t13d1516h1_8daaf6152771_e5627efa2ab1"},
    {"info-hash", HASH_YES, HASH_NO " over"},
    {"peer-client", "peer=qBittorrent~4.6", "peer=Transmission~4.0 over"},
    {"packets", "count0=10001", "count0=10000 over"},
    {"packets-to-server", "count1=2 over", "count1=3"},
    {"packets-to-client", "count2=0 over", "count2=1"},
    {"bytes", "count3=1073741825", "count3=1073741824 over"},
    {"bytes-to-server", "count4=100000001", "count4=5 over"},
    {"bytes-to-client", "count5=1000 over", "count5=1000001"},
    {"duration", "count13=7200000000001", "count13=7200000000000 over"},
    {"requests", "count6=1001", "count6=1000 over"},
    {"messages", "count7=1001", "count7=9 over"},
    {"messages-to-server", "count8=500", "count8=499 over"},
    {"messages-to-client", "count9=0 over", "count9=1"},
    {"frames", "count10=1000001", "count10=1 over"},
    {"fragments", "count11=101", "count11=100 over"},
    {"pings", "count12=501", "count12=500 over"},
};

static const struct trial *trial_of(const struct key *k)
{
    for (size_t i = 0; i < sizeof(trials) / sizeof(trials[0]); i++)
        if (strcmp(trials[i].key, k->name) == 0)
            return &trials[i];
    return NULL;
}

/* Does a rule with the key's example match a flow of which this is known? */
static bool example_matches(const struct key *k, const char *steps)
{
    char rules[512], copy[256];
    struct timeline t;

    snprintf(rules, sizeof(rules),
             "version: 1\ngroups: {home: 10.0.0.0/8}\nrules:\n"
             "- {name: a, action: block, match: {%s%s: %s}}\n",
             strcmp(k->name, "confidence") == 0 ? "app: ssh, " : "", k->name, k->example);
    snprintf(copy, sizeof(copy), "%s", steps);
    harness_open(&t, rules);
    for (char *rest = NULL, *word = strtok_r(copy, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest))
        harness_word(&t, word);
    const struct policy_result r = policy_decide(t.worker, t.flow, &t.facts, NULL, NULL);
    const bool blocked = r.verdict == VERDICT_BLOCK;
    harness_close(&t);
    return blocked;
}

static void check_examples(void)
{
    size_t rows = 0;

    for (const struct key *k = match_keys; k->name != NULL; k++, rows++) {
        const struct trial *trial = trial_of(k);
        CHECK(trial != NULL, k->name);
        if (trial == NULL)
            continue;
        if (strcmp(k->layer, "time") != 0) /* which is known of every flow */
            CHECK(!example_matches(k, "decide"), k->name);
        CHECK(example_matches(k, trial->yes), k->name);
        CHECK(!example_matches(k, trial->no), k->name);
        CHECK(k->layer[0] != '\0' && k->what[0] != '\0' && key_type(k)[0] != '\0', k->name);
    }
    CHECK(rows == sizeof(trials) / sizeof(trials[0]), "a trial for each");
}

_Static_assert(sizeof(trials) / sizeof(trials[0]) <= KEYS_MAX, "rows of a table");

struct vector {
    const char *name, *rules, *steps, *answers;
};

#define RULE(action, match) "- {name: a, action: " action ", match: " match "}\n"
#define HOME(match)         "version: 1\ngroups: {home: 10.0.0.0/8}\nrules:\n" RULE("block", match)

static const struct vector vectors[] = {
    /* what only grows: more is known at once, less at the end */
    {"count up", RULE("block", "{packets: '>2'}"), "count0=1 | count0=2 | count0=3",
     "none | none | block(a)! +a"},
    {"count below", RULE("block", "{packets: '<3'}"), "count0=1 | count0=2 over",
     "none | block(a)! +a"},
    {"count out of reach", RULE("block", "{packets: '<3'}"), "count0=1 | count0=3",
     "none | allow!"},
    {"not a bound is the other bound", RULE("block", "{packets: {not: '>2'}}"),
     "count0=2 | count0=3", "none | allow!"},
    {"not below", RULE("block", "{packets: {not: '<=2'}}"), "count0=2 | count0=3",
     "none | block(a)! +a"},
    {"a range is left", RULE("block", "{packets: {not: 2-3}}"), "count0=3 | count0=4",
     "none | block(a)! +a"},
    {"anomaly stays", RULE("block", "{anomaly: bad_checksum}"), "decide | anomaly=bad_checksum",
     "none | block(a)! +a"},
    {"no anomaly is known at the end", RULE("block", "{anomaly: {not: bad_checksum}}"),
     "decide | settled | over", "none | none | block(a)! +a"},
    /* requests and their responses */
    {"no header is no", RULE("block", "{header: {X-A: {not: x}}}"), "decide | h0=?absent",
     "none | block(a)! +a"},
    {"neither is a header of no request", RULE("block", "{header: {X-A: {not: x}}}"),
     "app=ssh settled", "allow!"},
    {"headers, each of its own", RULE("block", "{header: {X-A: a, X-B: absent}}"),
     "h0=a h1=b | h0=a h1=?absent", "allow | block(a)! +a"},
    {"names of headers have no case", RULE("block", "{header: {X-A: a, x-a: 'A*'}}"), "h0=A",
     "block(a)! +a"},
    {"present may be empty", RULE("block", "{header: {X-A: present}}"), "h0=", "block(a)! +a"},
    {"the text absent", RULE("block", "{header: {X-A: 'absent'}}"), "h0=?absent | h0=absent",
     "allow | block(a)! +a"},
    {"a regex of a header", RULE("block", "{header: {X-A: '/^a+$/', X-B: '/^b+$/'}}"),
     "h0=bb h1=bb | h0=aa h1=bb", "allow | block(a)! +a"},
    {"a status may follow", RULE("block", "{path: /x, status: 404}"),
     "path=/x | status=200 | status=404", "none | allow | block(a)! +a"},
    {"not a status", RULE("block", "{status: {not: 200-299}}"), "decide | status=302",
     "none | block(a)! +a"},
    /* the ladder */
    {"a rung that may be climbed", RULE("block", "{ladder: framed}"),
     "app=http | ladder=1 | ladder=4 | ladder=5", "allow | none | none | block(a)! +a"},
    {"no upgrade at all", RULE("block", "{ladder: {not: framed}}"), "app=ssh settled", "allow!"},
    {"not framed is known at the end", RULE("block", "{ladder: {not: framed}}"), "ladder=4 | over",
     "none | block(a)! +a"},
    {"not framed, unframed", RULE("block", "{ladder: {not: framed}}"), "ladder=6", "block(a)! +a"},
    /* inside */
    {"nothing is inside yet", RULE("block", "{inside: {not: ssh}}"),
     "app=websocket conf=certain layers=tcp,http,websocket | settled", "none | block(a)! +a"},
    {"inside nothing", RULE("block", "{inside: {not: ssh}}"),
     "app=ssh conf=certain layers=tcp,ssh settled", "allow!"},
    /* hellos */
    {"a hello goes on", RULE("block", "{alpn: {not: h2}}"),
     "app=tls layers=tcp,tls settled | alpn=?absent", "none | block(a)! +a"},
    {"who it is cannot be told", RULE("block", "{ja4: {not: 't13*'}}"),
     "app=tls layers=tcp,tls settled | ja4=?never", "none | allow!"},
    {"a hidden choice", RULE("block", "{alpn: {not: h2}}"),
     "app=tls layers=tcp,tls settled | alpn=?never", "none | allow!"},
    /* the network */
    {"internal", HOME("{direction: internal}"), "dir client=10.0.0.1 server=10.9.9.9",
     "block(a)! +a"},
    {"who opened it is not known", HOME("{direction: outbound}"),
     "client=10.0.0.1 server=192.0.2.1 | dir", "none | block(a)! +a"},
    {"a file has no interface", RULE("block", "{interface: {not: eth0}}"), "decide", "allow!"},
    {"no tag", RULE("block", "{vlan: {not: 7}}"), "decide", "block(a)! +a"},
    {"not a risk", RULE("block", "{risk: {not: '*SQL*'}}"), "risk=Malware | settled",
     "none | block(a)! +a"},
    {"nDPI was not asked", RULE("block", "{risk: {not: '*SQL*'}}"), "app=http settled", "allow!"},
    /* the clock */
    {"over midnight", RULE("block", "{time: '22:00-06:00'}"), "start=82800", "block(a)! +a"},
    {"over midnight, later", RULE("block", "{time: '22:00-06:00'}"), "start=21599", "block(a)! +a"},
    {"the end is not in it", RULE("block", "{time: '22:00-06:00'}"), "start=21600", "allow!"},
    {"east of UTC", "version: 1\ntimezone: '+02:00'\nrules:\n" RULE("block", "{days: fri}"),
     "start=79200", "block(a)! +a"},
    {"west of UTC", "version: 1\ntimezone: '-01:30'\nrules:\n" RULE("block", "{days: wed}"),
     "start=5399", "block(a)! +a"},
    {"days over the weekend", RULE("block", "{days: [fri-mon]}"), "start=345600", "block(a)! +a"},
    {"before 1970", RULE("block", "{days: wed, time: '23:59-24:00'}"), "start=-1", "block(a)! +a"},
};

static const struct mistake mistakes[] = {
    {RULE("block", "{direction: inbound}"),
     "t.yaml:3:47: \"direction\" asks by the group \"home\", which is not there; as in groups: "
     "{home: [10.0.0.0/8]}"},
    {RULE("block", "{anomaly: bad_cheksum}"),
     "t.yaml:3:45: no anomaly is named \"bad_cheksum\"; did you mean \"bad_checksum\"?"},
    {RULE("block", "{header: X-A}"),
     "t.yaml:3:44: \"header\" is a map of names, as in header: {X-Api-Key: absent, Content-Type: "
     "'*json*'}; not text"},
    {RULE("block", "{header: {'X A': x}}"), "t.yaml:3:45: \"X A\" is no name of a header"},
    {RULE("block", "{time: 8-18}"),
     "t.yaml:3:42: \"8-18\" is no time of day: write '08:00-18:00', or '22:00-06:00' over "
     "midnight"},
    {RULE("block", "{days: munday}"), "t.yaml:3:42: unknown days \"munday\""},
    {RULE("block", "{duration: 5}"),
     "t.yaml:3:46: \"5\" is no duration: write 500ms, 90s, 10m, 2h, 1d, a range (1m-5m) or a bound "
     "(>10m)"},
    {RULE("block", "{packets: many}"),
     "t.yaml:3:45: \"many\" is no number, range (10-99) or bound (>100)"},
    {RULE("block", "{info-hash: abc}"),
     "t.yaml:3:47: \"abc\" is no info-hash: 40 hexadecimal digits, or the 64 of version 2"},
    {RULE("block", "{status: {}}"), "t.yaml:3:44: \"status\" takes a value, a list of values or "
                                    "{not: ...}; \"{}\" is none of them"},
    {"version: 1\ntimezone: Europe/Paris\n",
     "t.yaml:2:11: \"timezone\" is UTC or how far east of it, as in '+02:00'; not "
     "\"Europe/Paris\""},
};

static void check_vector(const struct vector *v)
{
    struct timeline t;

    harness_open(&t, v->rules);
    harness_run(&t, v->steps);
    CHECK_TEXT(harness_said(&t), v->answers, v->name);
    harness_close(&t);
}

int main(void)
{
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
        check_vector(&vectors[i]);
    harness_mistakes(mistakes, sizeof(mistakes) / sizeof(mistakes[0]));
    check_examples();
    return test_end();
}
