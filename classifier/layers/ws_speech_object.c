/* SPDX-License-Identifier: MIT */
/* Messages that are one JSON object: which protocol writes these keys? */
#include "layers/ws_speech_signs.h"
#include "layers/ws_webtorrent.h"

#define NEEDS            4
#define RECORD_SEPARATOR 0x1e /* SignalR's end of a record */

enum sender { FROM_ANY, FROM_CLIENT, FROM_SERVER };

/* A key, "outer.inner" one level down; the kind of its value (NONE: any), and the value: NULL any,
 * alternatives with '|' between, a '*' at the end for any rest. */
struct need {
    const char *key;
    enum json_kind kind;
    const char *value;
};

struct pattern {
    enum speech speech;
    enum sign_grade grade;
    enum sender from;
    const char *why;
    struct need need[NEEDS];
};

#define STRING JSON_STRING
#define NUMBER JSON_NUMBER
#define OBJECT JSON_OBJECT
#define ARRAY  JSON_ARRAY
#define WORD   JSON_WORD
#define ANY    JSON_NONE

#define CDP_DOMAINS                                                                                \
    "Accessibility.*|Animation.*|Audits.*|Browser.*|CSS.*|Console.*|DOM.*|DOMDebugger.*|"          \
    "Debugger.*|Emulation.*|Fetch.*|HeapProfiler.*|Input.*|Inspector.*|IndexedDB.*|Log.*|"         \
    "Network.*|NodeRuntime.*|NodeTracing.*|NodeWorker.*|Overlay.*|Page.*|Performance.*|"           \
    "Profiler.*|Runtime.*|Schema.*|Security.*|ServiceWorker.*|Storage.*|Target.*|Tracing.*"
#define BIDI_MODULES                                                                               \
    "browsingContext.*|browser.createUserContext|session.new|session.subscribe|session.status|"    \
    "script.evaluate|script.callFunction|script.addPreloadScript|log.entryAdded|"                  \
    "network.beforeRequestSent|network.responseCompleted|network.addIntercept"

/* The first that fits is taken: the narrower before the wider. */
static const struct pattern patterns[] = {
    {SPEECH_JSON_RPC,
     SIGN_STRONG,
     FROM_ANY,
     "a JSON-RPC 2.0 call",
     {{"jsonrpc", STRING, "2.0"}, {"method", STRING, NULL}}},
    {SPEECH_JSON_RPC,
     SIGN_STRONG,
     FROM_ANY,
     "a JSON-RPC 2.0 result",
     {{"jsonrpc", STRING, "2.0"}, {"result", ANY, NULL}}},
    {SPEECH_JSON_RPC,
     SIGN_STRONG,
     FROM_ANY,
     "a JSON-RPC 2.0 error",
     {{"jsonrpc", STRING, "2.0"}, {"error", ANY, NULL}}},
    {SPEECH_JSON_RPC,
     SIGN_STRONG,
     FROM_ANY,
     "a JSON-RPC 2.0 message",
     {{"jsonrpc", STRING, "2.0"}, {"id", ANY, NULL}}},

    {SPEECH_GRAPHQL_TRANSPORT_WS,
     SIGN_STRONG,
     FROM_CLIENT,
     "a subscribe with a GraphQL document: graphql-transport-ws",
     {{"type", STRING, "subscribe"}, {"id", STRING, NULL}, {"payload.query", STRING, NULL}}},
    {SPEECH_GRAPHQL_TRANSPORT_WS,
     SIGN_WEAK,
     FROM_SERVER,
     "a next with a GraphQL result: graphql-transport-ws",
     {{"type", STRING, "next"}, {"id", STRING, NULL}, {"payload.data", ANY, NULL}}},
    {SPEECH_GRAPHQL_TRANSPORT_WS,
     SIGN_WEAK,
     FROM_SERVER,
     "a next with GraphQL errors: graphql-transport-ws",
     {{"type", STRING, "next"}, {"id", STRING, NULL}, {"payload.errors", ARRAY, NULL}}},
    {SPEECH_GRAPHQL_WS,
     SIGN_STRONG,
     FROM_CLIENT,
     "a start with a GraphQL document: subscriptions-transport-ws",
     {{"type", STRING, "start"}, {"id", ANY, NULL}, {"payload.query", STRING, NULL}}},
    {SPEECH_GRAPHQL_WS,
     SIGN_WEAK,
     FROM_SERVER,
     "data with a GraphQL result: subscriptions-transport-ws",
     {{"type", STRING, "data"}, {"id", ANY, NULL}, {"payload.data", ANY, NULL}}},
    {SPEECH_GRAPHQL_WS,
     SIGN_FOLLOW,
     FROM_SERVER,
     "a keep-alive of subscriptions-transport-ws",
     {{"type", STRING, "ka"}}},
    {SPEECH_GRAPHQL_WS,
     SIGN_FOLLOW,
     FROM_CLIENT,
     "a connection_init of GraphQL",
     {{"type", STRING, "connection_init"}}},
    {SPEECH_GRAPHQL_TRANSPORT_WS,
     SIGN_WEAK,
     FROM_CLIENT,
     "a connection_init of GraphQL",
     {{"type", STRING, "connection_init"}}},
    {SPEECH_GRAPHQL_TRANSPORT_WS,
     SIGN_FOLLOW,
     FROM_ANY,
     "graphql-transport-ws goes on",
     {{"type", STRING, "connection_ack|next|complete|error|ping|pong"}}},
    {SPEECH_GRAPHQL_WS,
     SIGN_FOLLOW,
     FROM_ANY,
     "subscriptions-transport-ws goes on",
     {{"type", STRING, "connection_ack|data|stop|complete|error|connection_terminate"}}},

    {SPEECH_ACTION_CABLE,
     SIGN_STRONG,
     FROM_CLIENT,
     "a command to an Action Cable channel",
     {{"command", STRING, "subscribe|unsubscribe|message"},
      {"identifier", STRING, "{\\\"channel\\\"*"}}},
    {SPEECH_ACTION_CABLE,
     SIGN_STRONG,
     FROM_SERVER,
     "a message of an Action Cable channel",
     {{"identifier", STRING, "{\\\"channel\\\"*"}}},
    {SPEECH_ACTION_CABLE,
     SIGN_FOLLOW,
     FROM_SERVER,
     "Action Cable's ping",
     {{"type", STRING, "ping"}, {"message", NUMBER, NULL}}},
    {SPEECH_ACTION_CABLE, SIGN_HINT, FROM_SERVER, "a welcome", {{"type", STRING, "welcome"}}},

    {SPEECH_DDP,
     SIGN_STRONG,
     FROM_CLIENT,
     "a connect of DDP (Meteor)",
     {{"msg", STRING, "connect"}, {"version", STRING, NULL}, {"support", ARRAY, NULL}}},
    {SPEECH_DDP,
     SIGN_STRONG,
     FROM_SERVER,
     "a connected of DDP (Meteor)",
     {{"msg", STRING, "connected"}, {"session", STRING, NULL}}},
    {SPEECH_DDP,
     SIGN_STRONG,
     FROM_CLIENT,
     "a method call of DDP (Meteor)",
     {{"msg", STRING, "method"}, {"method", STRING, NULL}, {"id", STRING, NULL}}},
    {SPEECH_DDP,
     SIGN_STRONG,
     FROM_CLIENT,
     "a subscription of DDP (Meteor)",
     {{"msg", STRING, "sub"}, {"name", STRING, NULL}, {"id", STRING, NULL}}},
    {SPEECH_DDP,
     SIGN_STRONG,
     FROM_SERVER,
     "a document of DDP (Meteor)",
     {{"msg", STRING, "added|changed|removed"},
      {"collection", STRING, NULL},
      {"id", STRING, NULL}}},
    {SPEECH_DDP, SIGN_FOLLOW, FROM_ANY, "DDP goes on", {{"msg", STRING, NULL}}},
    {SPEECH_DDP, SIGN_HINT, FROM_SERVER, "a server id", {{"server_id", STRING, NULL}}},

    {SPEECH_PUSHER,
     SIGN_STRONG,
     FROM_ANY,
     "an event of Pusher's own",
     {{"event", STRING, "pusher:*|pusher_internal:*"}}},
    {SPEECH_PHOENIX,
     SIGN_STRONG,
     FROM_ANY,
     "a Phoenix channel's own event",
     {{"topic", STRING, NULL}, {"event", STRING, "phx_*"}, {"payload", OBJECT, NULL}}},
    {SPEECH_PHOENIX,
     SIGN_STRONG,
     FROM_CLIENT,
     "Phoenix's heartbeat",
     {{"topic", STRING, "phoenix"}, {"event", STRING, "heartbeat"}, {"ref", ANY, NULL}}},
    {SPEECH_PHOENIX,
     SIGN_WEAK,
     FROM_ANY,
     "a message of a Phoenix channel",
     {{"topic", STRING, NULL},
      {"event", STRING, NULL},
      {"payload", OBJECT, NULL},
      {"ref", ANY, NULL}}},

    {SPEECH_SIGNALR,
     SIGN_STRONG,
     FROM_SERVER,
     "a message of ASP.NET SignalR's server",
     {{"C", STRING, NULL}, {"M", ARRAY, NULL}}},
    {SPEECH_SIGNALR,
     SIGN_STRONG,
     FROM_CLIENT,
     "a call of an ASP.NET SignalR hub",
     {{"H", STRING, NULL}, {"M", STRING, NULL}, {"A", ARRAY, NULL}, {"I", ANY, NULL}}},
    {SPEECH_SIGNALR,
     SIGN_FOLLOW,
     FROM_SERVER,
     "the result of an ASP.NET SignalR call",
     {{"I", ANY, NULL}}},

    {SPEECH_CENTRIFUGE,
     SIGN_STRONG,
     FROM_SERVER,
     "Centrifuge's answer to a connect",
     {{"connect.client", STRING, NULL}, {"connect.version", STRING, NULL}}},
    {SPEECH_CENTRIFUGE,
     SIGN_STRONG,
     FROM_SERVER,
     "a Centrifuge push",
     {{"push.channel", STRING, NULL}, {"push.pub", OBJECT, NULL}}},
    {SPEECH_CENTRIFUGE,
     SIGN_HINT,
     FROM_CLIENT,
     "a Centrifuge connect",
     {{"id", NUMBER, NULL}, {"connect", OBJECT, NULL}}},
    {SPEECH_CENTRIFUGE,
     SIGN_FOLLOW,
     FROM_CLIENT,
     "Centrifuge goes on",
     {{"id", NUMBER, NULL}, {"subscribe", OBJECT, NULL}}},

    {SPEECH_MERCURE,
     SIGN_STRONG,
     FROM_ANY,
     "a Mercure subscription event",
     {{"@context", STRING, "https://mercure.rocks/*"}}},
    {SPEECH_MERCURE,
     SIGN_WEAK,
     FROM_SERVER,
     "an update as Mercure writes it",
     {{"topics", ARRAY, NULL}, {"id", STRING, NULL}, {"data", ANY, NULL}}},
    {SPEECH_CLOUDEVENTS,
     SIGN_STRONG,
     FROM_ANY,
     "a CloudEvents envelope",
     {{"specversion", STRING, NULL},
      {"source", STRING, NULL},
      {"type", STRING, NULL},
      {"id", STRING, NULL}}},

    {SPEECH_DISCORD,
     SIGN_STRONG,
     FROM_SERVER,
     "the hello of Discord's gateway",
     {{"op", NUMBER, "10"}, {"d.heartbeat_interval", NUMBER, NULL}}},
    {SPEECH_DISCORD,
     SIGN_FOLLOW,
     FROM_ANY,
     "Discord's gateway goes on",
     {{"op", NUMBER, NULL}, {"d", ANY, NULL}}},
    {SPEECH_OBS,
     SIGN_STRONG,
     FROM_SERVER,
     "the hello of obs-websocket",
     {{"op", NUMBER, "0"}, {"d.obsWebSocketVersion", STRING, NULL}}},
    {SPEECH_OBS,
     SIGN_FOLLOW,
     FROM_ANY,
     "obs-websocket goes on",
     {{"op", NUMBER, NULL}, {"d", OBJECT, NULL}}},
    {SPEECH_JUPYTER,
     SIGN_STRONG,
     FROM_ANY,
     "a Jupyter message",
     {{"header", OBJECT, NULL}, {"parent_header", OBJECT, NULL}, {"content", OBJECT, NULL}}},
    {SPEECH_JUPYTER,
     SIGN_STRONG,
     FROM_ANY,
     "a Jupyter message",
     {{"header.msg_type", STRING, NULL}, {"header.session", STRING, NULL}}},
    {SPEECH_JANUS,
     SIGN_STRONG,
     FROM_ANY,
     "a message of the Janus WebRTC server",
     {{"janus", STRING, NULL}, {"transaction", STRING, NULL}}},
    {SPEECH_JANUS,
     SIGN_WEAK,
     FROM_ANY,
     "an event of the Janus WebRTC server",
     {{"janus", STRING, NULL}, {"session_id", NUMBER, NULL}}},
    {SPEECH_HOME_ASSISTANT,
     SIGN_STRONG,
     FROM_SERVER,
     "Home Assistant's greeting",
     {{"type", STRING, "auth_required|auth_ok"}, {"ha_version", STRING, NULL}}},
    {SPEECH_HOME_ASSISTANT,
     SIGN_FOLLOW,
     FROM_CLIENT,
     "Home Assistant goes on",
     {{"type", STRING, NULL}}},
    {SPEECH_LIVERELOAD,
     SIGN_STRONG,
     FROM_ANY,
     "a hello of LiveReload",
     {{"command", STRING, "hello"}, {"protocols", ARRAY, NULL}}},

    {SPEECH_CDP,
     SIGN_STRONG,
     FROM_CLIENT,
     "a command of the Chrome DevTools Protocol",
     {{"id", NUMBER, NULL}, {"method", STRING, CDP_DOMAINS}}},
    {SPEECH_CDP,
     SIGN_STRONG,
     FROM_SERVER,
     "an event of the Chrome DevTools Protocol",
     {{"method", STRING, CDP_DOMAINS}, {"params", OBJECT, NULL}}},
    {SPEECH_CDP,
     SIGN_FOLLOW,
     FROM_SERVER,
     "a result of the Chrome DevTools Protocol",
     {{"id", NUMBER, NULL}, {"result", OBJECT, NULL}}},
    {SPEECH_WEBDRIVER,
     SIGN_STRONG,
     FROM_CLIENT,
     "a command of WebDriver BiDi",
     {{"id", NUMBER, NULL}, {"method", STRING, BIDI_MODULES}, {"params", OBJECT, NULL}}},
    {SPEECH_WEBDRIVER,
     SIGN_FOLLOW,
     FROM_SERVER,
     "a result of WebDriver BiDi",
     {{"type", STRING, "success|error|event"}}},
};

static bool text_is_one_of(struct bytes got, const char *wanted)
{
    while (*wanted != '\0') {
        size_t n = 0;
        while (n < got.len && (char)got.at[n] == wanted[n] && wanted[n] != '\0' && wanted[n] != '|')
            n++;
        if (wanted[n] == '*' || (n == got.len && (wanted[n] == '\0' || wanted[n] == '|')))
            return true;
        wanted += n;
        while (*wanted != '\0' && *wanted++ != '|')
            ;
    }
    return false;
}

/* A cheap no: bit n is set when a key begins with two characters that come to n. */
static unsigned key_class(uint8_t first, uint8_t second)
{
    return (first * 7U + second) & 63;
}

static uint64_t classes_of(const struct json_top *top)
{
    uint64_t classes = 0;

    for (unsigned i = 0; i < top->count; i++) {
        const struct bytes key = top->value[i].key;
        if (key.len > 0)
            classes |= UINT64_C(1) << key_class(key.at[0], key.len > 1 ? key.at[1] : 0);
    }
    return classes;
}

/* Of the first key it needs. */
static unsigned class_of(const struct pattern *p)
{
    return key_class((uint8_t)p->need[0].key[0], (uint8_t)p->need[0].key[1]);
}

static bool has(const struct json_top *top, const struct need *n)
{
    struct json_value v;

    if (!json_find(top, n->key, &v) || (n->kind != ANY && v.kind != n->kind))
        return false;
    return n->value == NULL || text_is_one_of(v.text, n->value);
}

static bool comes_from(const struct pattern *p, enum direction d)
{
    return p->from == FROM_ANY || p->from == (d == TO_SERVER ? FROM_CLIENT : FROM_SERVER);
}

static bool fits(const struct pattern *p, const struct json_top *top)
{
    for (size_t i = 0; i < NEEDS && p->need[i].key != NULL; i++)
        if (!has(top, &p->need[i]))
            return false;
    return true;
}

/* ---- what no pattern can say ---- */

static struct sign webtorrent(const struct json_top *top)
{
    struct bittorrent_event said;

    if (!ws_webtorrent_read(top, &said))
        return no_sign();
    return said.has_peer_id
               ? sign_of(SPEECH_WEBTORRENT, SIGN_STRONG, "announces to a WebTorrent tracker")
               : sign_of(SPEECH_WEBTORRENT, SIGN_STRONG, "the answer of a WebTorrent tracker");
}

/* Records end with a byte that JSON cannot hold. */
static struct sign signalr(const struct json_top *top, bool whole)
{
    static const struct need version = {"version", JSON_NUMBER, NULL},
                             protocol = {"protocol", JSON_STRING, "json|messagepack"},
                             type = {"type", JSON_NUMBER, NULL},
                             target = {"target", JSON_STRING, NULL},
                             arguments = {"arguments", JSON_ARRAY, NULL};

    if (!top->closed || top->after.len == 0)
        return !whole && has(top, &type) && has(top, &target) && has(top, &arguments)
                   ? sign_of(SPEECH_SIGNALR, SIGN_WEAK, "a call as SignalR writes it")
                   : no_sign();
    if (top->after.at[0] != RECORD_SEPARATOR)
        return no_sign();
    if (has(top, &protocol) && has(top, &version))
        return sign_of(SPEECH_SIGNALR, SIGN_STRONG, "SignalR's handshake");
    if (top->count == 0)
        return sign_of(SPEECH_SIGNALR, SIGN_STRONG, "SignalR's answer to a handshake");
    return has(top, &type) ? sign_of(SPEECH_SIGNALR, SIGN_STRONG, "a SignalR record") : no_sign();
}

/* A FOLLOW of a protocol of which nothing was heard is none: another pattern may fit. */
static bool is_believable(const struct pattern *p, const struct hearing *m)
{
    return p->grade != SIGN_FOLLOW || speech_known(m, p->speech);
}

struct sign speech_object(const struct hearing *m)
{
    struct json_top top;

    if (!json_read(m->text, &top) || !speech_is_alone(m, &top, RECORD_SEPARATOR))
        return no_sign();
    const uint64_t classes = classes_of(&top);
    const char *key = NULL; /* the last one that was looked for */
    bool there = false;
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        const struct pattern *p = &patterns[i];
        if (p->need[0].key != key)
            there = (classes >> class_of(p) & 1) != 0;
        key = p->need[0].key;
        if (there && comes_from(p, m->direction) && is_believable(p, m) && fits(p, &top))
            return sign_of(p->speech, p->grade, p->why);
    }
    const struct sign sign = signalr(&top, m->whole);
    return sign.grade != SIGN_NONE ? sign : webtorrent(&top);
}
