/* SPDX-License-Identifier: MIT */
#include "policy_harness.h"

struct vector {
    const char *name, *rules, *steps, *answers;
};

#define RULE(name, action, match) "- {name: " name ", action: " action ", match: " match "}\n"
#define BLOCK_ALL                 "version: 1\ndefault: block\nrules:\n"

static const struct vector vectors[] = {
    /* the default, and nothing else */
    {"no rules", "version: 1\n", "decide", "allow!"},
    {"no rules, default block", "version: 1\ndefault: block\nrules: []\n", "decide", "block!"},
    {"match everything", RULE("a", "block", "{}"), "decide | over", "block(a)! +a | block(a)!"},
    {"the default stands when nothing may match", RULE("a", "block", "{proto: udp}"), "decide",
     "allow!"},
    {"the default is final at the end", RULE("a", "block", "{app: ssh}"),
     "decide | app=http conf=certain | settled", "none | none | allow!"},
    {"only alerts: the default is final at once", RULE("a", "alert", "{app: ssh}"),
     "decide | app=ssh conf=strong", "allow! | allow! +a"},

    /* app, layers, confidence */
    {"app", RULE("a", "block", "{app: ssh}"), "decide | app=ssh conf=strong | over",
     "none | block(a)! +a | block(a)!"},
    {"app ignores case", RULE("a", "block", "{app: SSH}"), "app=ssh conf=strong", "block(a)! +a"},
    {"app list", RULE("a", "block", "{app: [ssh, smtp]}"), "app=smtp conf=strong", "block(a)! +a"},
    {"app glob", RULE("a", "block", "{app: 's*'}"), "app=smtp conf=strong", "block(a)! +a"},
    {"app regex", RULE("a", "block", "{app: '/^s(sh|mtp)$/'}"), "app=smtp conf=strong",
     "block(a)! +a"},
    {"an app that may still change", RULE("a", "block", "{app: websocket}"),
     "app=http conf=certain | app=websocket", "none | block(a)! +a"},
    {"not app: unknown is not yet", RULE("a", "block", "{app: {not: [http, websocket]}}"),
     "decide | over", "none | allow!"},
    {"not app: may still become it", RULE("a", "block", "{app: {not: websocket}}"),
     "app=http conf=certain | app=websocket | settled", "none | allow | allow!"},
    {"not app: settled", RULE("a", "block", "{app: {not: websocket}}"),
     "app=http conf=certain | settled", "none | block(a)! +a"},
    {"not app: settled by the end", RULE("a", "block", "{app: {not: websocket}}"),
     "app=http conf=certain | over", "none | block(a)! +a"},
    {"block asks for strong", RULE("a", "block", "{app: ssh}"),
     "app=ssh conf=probable settled | conf=strong", "allow | block(a)! +a"},
    {"block below strong to the end", RULE("a", "block", "{app: ssh}"),
     "app=ssh conf=probable settled | over", "allow | allow!"},
    {"alert takes probable", RULE("a", "alert", "{app: ssh}"), "app=ssh conf=probable",
     "allow! +a"},
    {"a guess is never enough", RULE("a", "alert", "{app: ssh}"), "app=ssh conf=guess | over",
     "allow! | allow!"},
    {"certain asked", RULE("a", "block", "{app: ssh, confidence: certain}"),
     "app=ssh conf=strong | conf=certain", "none | block(a)! +a"},
    {"probable asked", RULE("a", "block", "{app: ssh, confidence: probable}"),
     "app=ssh conf=probable", "block(a)! +a"},
    {"no identity, no confidence", RULE("a", "block", "{server-port: 80}"), "dir sport=80",
     "block(a)! +a"},
    {"none needs no confidence", RULE("a", "block", "{app: none}"), "app=none over",
     "block(a)! +a"},
    {"layers", RULE("a", "block", "{layers: websocket}"),
     "layers=tcp,http app=http conf=certain | layers=tcp,http,websocket,ssh app=ssh",
     "none | block(a)! +a"},
    {"not layers", RULE("a", "alert", "{layers: {not: tls}}"),
     "layers=tcp,http app=http conf=certain | settled", "allow! | allow! +a"},
    {"tunnel", RULE("a", "alert", "{layers: websocket, app: {not: websocket}}"),
     "layers=tcp,http,websocket app=websocket conf=certain | layers=tcp,http,websocket,ssh app=ssh "
     "settled",
     "allow! | allow! +a"},

    /* addresses, ports, proto */
    {"client CIDR", RULE("a", "block", "{client: 10.0.0.0/8}"), "client=10.9.9.9 | dir",
     "none | block(a)! +a"},
    {"client outside", RULE("a", "block", "{client: 10.0.0.0/8}"), "dir client=11.0.0.0", "allow!"},
    {"IPv4 is not in ::/8", RULE("a", "block", "{client: '2000::/3'}"), "dir client=10.0.0.1",
     "allow!"},
    {"IPv6", RULE("a", "block", "{server: ['2001:db8::/32', 10.0.0.1]}"),
     "dir server=2001:db8:ffff::1", "block(a)! +a"},
    {"single address", RULE("a", "block", "{server: ['2001:db8::/32', 10.0.0.1]}"),
     "dir server=10.0.0.1", "block(a)! +a"},
    {"group",
     "version: 1\ngroups: {g: [10.0.0.0/8, 192.168.0.0/16]}\nrules:\n" RULE("a", "block",
                                                                            "{client: {not: g}}"),
     "dir client=192.168.3.4", "allow!"},
    {"group among addresses",
     "version: 1\ngroups: {g: [10.0.0.0/8, 192.168.0.0/16]}\nrules:\n" RULE(
         "a", "block", "{client: [1.2.3.4, g]}"),
     "dir client=192.168.3.4", "block(a)! +a"},
    {"direction never known: guessed at the end", RULE("a", "block", "{server-port: 80}"),
     "sport=80 | over", "none | block(a)! +a"},
    {"port range", RULE("a", "block", "{server-port: [1-79, '>8000']}"), "dir sport=8001",
     "block(a)! +a"},
    {"port bound excludes", RULE("a", "block", "{server-port: [1-79, '>8000']}"), "dir sport=8000",
     "allow!"},
    {"client port", RULE("a", "block", "{client-port: '<=1023'}"), "dir cport=1023",
     "block(a)! +a"},
    {"proto", RULE("a", "block", "{proto: udp}"), "udp", "block(a)! +a"},
    {"proto list", RULE("a", "block", "{proto: [tcp, udp]}"), "udp", "block(a)! +a"},
    {"not proto", RULE("a", "block", "{proto: {not: udp}}"), "decide", "block(a)! +a"},

    /* fields */
    {"host", RULE("a", "block", "{host: Chat.Example.com}"), "decide | host=chat.example.COM",
     "none | block(a)! +a"},
    {"host with port", RULE("a", "block", "{host: chat.example.com}"), "host=chat.example.com:8080",
     "block(a)! +a"},
    {"host with port asked", RULE("a", "block", "{host: 'chat.example.com:8080'}"),
     "host=chat.example.com:8080", "block(a)! +a"},
    {"host with a final dot", RULE("a", "block", "{host: chat.example.com}"),
     "host=chat.example.com.", "block(a)! +a"},
    {"host glob", RULE("a", "block", "{host: '*.example.com'}"), "host=a.b.example.com",
     "block(a)! +a"},
    {"host glob needs the dot", RULE("a", "block", "{host: '*.example.com'}"),
     "host=example.com over", "allow!"},
    {"host regex ignores case", RULE("a", "block", "{host: '/^chat[0-9]+\\./'}"),
     "host=CHAT12.example.com", "block(a)! +a"},
    {"the next request may match", RULE("a", "block", "{host: bad.example}"),
     "host=good.example | host=bad.example", "allow | block(a)! +a"},
    {"no request after the upgrade", RULE("a", "block", "{host: bad.example}"),
     "host=good.example layers=tcp,http,websocket", "allow!"},
    {"a host that never comes", RULE("a", "block", "{host: {not: x}}"), "host=?never", "allow!"},
    {"an absent origin", RULE("a", "block", "{origin: {not: 'https://*'}}"),
     "decide | origin=?absent", "none | block(a)! +a"},
    {"an absent origin is none", RULE("a", "block", "{origin: '*'}"), "origin=?absent over",
     "allow!"},
    {"path without its query", RULE("a", "block", "{path: /chat}"), "path=/chat?room=1",
     "block(a)! +a"},
    {"path is exact", RULE("a", "block", "{path: /chat}"), "path=/chatter over", "allow!"},
    {"path in slashes is a path", RULE("a", "block", "{path: /chat/}"), "path=/a/chat/b over",
     "allow!"},
    {"path in slashes", RULE("a", "block", "{path: /chat/}"), "path=/chat/", "block(a)! +a"},
    {"path regex", RULE("a", "block", "{path: '/\\.php$/'}"), "path=/x/index.php?a=b",
     "block(a)! +a"},
    {"path keeps case", RULE("a", "block", "{path: /Chat}"), "path=/chat over", "allow!"},
    {"sni", RULE("a", "block", "{sni: '*.example'}"), "sni=a.example", "block(a)! +a"},
    {"another sni is final", RULE("a", "block", "{sni: '*.example'}"), "sni=a.test", "allow!"},
    {"subprotocol", RULE("a", "block", "{subprotocol: [mqtt, 'v?.chat']}"), "subprotocol=v2.chat",
     "block(a)! +a"},
    {"all conditions", RULE("a", "block", "{host: h, path: /p}"), "host=h | path=/q | path=/p",
     "none | allow | block(a)! +a"},

    /* order */
    {"an earlier rule that is unknown holds up",
     RULE("a", "allow", "{app: ssh}") RULE("b", "block", "{server-port: 22}"),
     "dir sport=22 | app=ssh conf=strong", "none | allow(a)! +a"},
    {"and lets go when it cannot match",
     RULE("a", "allow", "{app: ssh}") RULE("b", "block", "{server-port: 22}"),
     "dir sport=22 | app=http conf=strong settled", "none | block(b)! +b"},
    {"an earlier rule of the same action does not",
     RULE("a", "block", "{app: ssh}") RULE("b", "block", "{server-port: 22}"),
     "dir sport=22 | app=ssh conf=strong", "block(b)! +b | block(b)!"},
    {"a later rule does not",
     RULE("a", "allow", "{server-port: 22}") RULE("b", "block", "{app: ssh}"), "dir sport=22",
     "allow(a)! +a"},
    {"an allow waits for a request that may be blocked",
     RULE("a", "block", "{host: bad}") RULE("b", "allow", "{host: good}"), "host=good | host=bad",
     "allow(b) | block(a)! +a"},
    {"an allow stands at the end",
     RULE("a", "block", "{host: bad}") RULE("b", "allow", "{host: good}"), "host=good | over",
     "allow(b) | allow(b)! +b"},
    {"a block does not wait for a later request",
     RULE("a", "allow", "{host: good}") RULE("b", "block", "{origin: evil}"),
     "host=other origin=evil | host=good", "block(b)! +b | block(b)!"},
    {"alerts never end the search",
     RULE("a", "alert", "{proto: tcp}") RULE("b", "block", "{app: ssh}")
         RULE("c", "alert", "{app: ssh}"),
     "decide | app=ssh conf=strong | over", "none +a | block(b)! +c +b | block(b)!"},
    {"an alert after the verdict",
     RULE("a", "block", "{proto: tcp}") RULE("b", "alert", "{host: x}"),
     "decide | host=x | host=y | host=x", "block(a)! +a | block(a)! +b | block(a)! | block(a)!"},
    {"default block, pending allow", BLOCK_ALL RULE("a", "allow", "{app: http}"),
     "decide | app=http conf=strong", "none | allow(a)! +a"},
    {"default allow, pending allow only", RULE("a", "allow", "{app: http}"), "decide | over",
     "allow | allow!"},

    /* mismatch */
    {"mismatch", RULE("a", "block", "{server-port: 80, mismatch: true}"),
     "dir sport=80 | app=ssh conf=strong", "none | block(a)! +a"},
    {"mismatch: the promise is kept", RULE("a", "block", "{mismatch: true}"),
     "dir sport=80 | app=http conf=certain | settled", "none | allow | allow!"},
    {"mismatch: kept, then broken", RULE("a", "block", "{mismatch: true}"),
     "dir sport=80 app=http conf=certain | app=ssh", "allow | block(a)! +a"},
    {"mismatch: nothing promised", RULE("a", "block", "{mismatch: true}"), "dir sport=33333",
     "allow!"},
    {"mismatch: a guess", RULE("a", "alert", "{mismatch: true}"),
     "dir sport=80 app=ssh conf=guess settled", "allow!"},
    {"mismatch false", RULE("a", "allow", "{mismatch: false}"),
     "dir sport=80 | app=http conf=certain | settled", "allow | allow | allow(a)! +a"},
    {"mismatch false where nothing is promised", BLOCK_ALL RULE("a", "allow", "{mismatch: false}"),
     "dir sport=33333 app=ssh conf=strong", "allow(a)! +a"},
    {"mismatch before the direction is known", RULE("a", "block", "{mismatch: true}"),
     "sport=40000 cport=80 app=ssh conf=strong | dir", "none | allow!"},
};

static void check_vector(const struct vector *v)
{
    struct timeline t;

    harness_open(&t, v->rules);
    harness_run(&t, v->steps);
    CHECK_TEXT(harness_said(&t), v->answers, v->name);
    harness_close(&t);
}

/* A flow that got no memory gives the same verdict at its end, and tells the same rules once. */
static void check_without_memory(void)
{
    struct timeline t;

    harness_open(&t, RULE("a", "alert", "{proto: tcp}") RULE("b", "block", "{app: ssh}"));
    policy_flow_free(t.worker, t.flow);
    t.flow = NULL;
    harness_run(&t, "decide | app=ssh conf=strong | over");
    CHECK_TEXT(harness_said(&t), "none | block(b) | block(b)! +a +b", "without memory");
    harness_close(&t);
}

/* More rules than one word of a bitset has. */
static void check_many_rules(void)
{
    struct buffer rules = {0};
    struct timeline t;

    for (int i = 0; i < 200; i++)
        buffer_printf(&rules, "- {name: r%d, action: %s, match: {server-port: %d}}\n", i,
                      i % 2 ? "block" : "allow", 1000 + i);
    buffer_append_byte(&rules, '\0');
    for (int i = 0; i < 200; i++) {
        char step[64], answer[64];
        harness_open(&t, (const char *)rules.at);
        snprintf(step, sizeof(step), "sport=%d | dir", 1000 + i);
        snprintf(answer, sizeof(answer), "none | %s(r%d)! +r%d", i % 2 ? "block" : "allow", i, i);
        harness_run(&t, step);
        CHECK_TEXT(harness_said(&t), answer, "one of 200 rules");
        harness_close(&t);
    }
    buffer_free(&rules);
}

int main(void)
{
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
        check_vector(&vectors[i]);
    check_without_memory();
    check_many_rules();
    return test_end();
}
