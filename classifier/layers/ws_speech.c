/* SPDX-License-Identifier: MIT */
#include "layers/ws_speech.h"

#include "layers/ws_speech_signs.h"

_Static_assert(SPEECHES <= 64, "a bit each");

static const char *const names[SPEECHES] = {
    [SPEECH_NONE] = "",
    [SPEECH_ACTION_CABLE] = "action-cable",
    [SPEECH_CDP] = "devtools",
    [SPEECH_CENTRIFUGE] = "centrifuge",
    [SPEECH_CLOUDEVENTS] = "cloudevents",
    [SPEECH_DDP] = "ddp",
    [SPEECH_DISCORD] = "discord-gateway",
    [SPEECH_ENGINE_IO] = "engine.io",
    [SPEECH_GRAPHQL_TRANSPORT_WS] = "graphql-transport-ws",
    [SPEECH_GRAPHQL_WS] = "graphql-ws",
    [SPEECH_GUACAMOLE] = "guacamole",
    [SPEECH_HOME_ASSISTANT] = "home-assistant",
    [SPEECH_IRC] = "irc",
    [SPEECH_JANUS] = "janus",
    [SPEECH_JSON_RPC] = "json-rpc",
    [SPEECH_JUPYTER] = "jupyter",
    [SPEECH_LIVERELOAD] = "livereload",
    [SPEECH_MERCURE] = "mercure",
    [SPEECH_MQTT] = "mqtt",
    [SPEECH_MSRP] = "msrp",
    [SPEECH_NATS] = "nats",
    [SPEECH_NOSTR] = "nostr",
    [SPEECH_OBS] = "obs-websocket",
    [SPEECH_OCPP] = "ocpp",
    [SPEECH_PHOENIX] = "phoenix",
    [SPEECH_PUSHER] = "pusher",
    [SPEECH_SIGNALR] = "signalr",
    [SPEECH_SIP] = "sip",
    [SPEECH_SOCKET_IO] = "socket.io",
    [SPEECH_SOCKJS] = "sockjs",
    [SPEECH_STOMP] = "stomp",
    [SPEECH_WAMP] = "wamp",
    [SPEECH_WEBDRIVER] = "webdriver-bidi",
    [SPEECH_WEBTORRENT] = "webtorrent",
    [SPEECH_XMPP] = "xmpp",
};

const char *ws_speech_name(enum speech s)
{
    return names[s];
}

/* What is only a wrapping: another protocol may show inside, and then that is the name. */
static bool is_envelope(enum speech s)
{
    return s == SPEECH_ENGINE_IO || s == SPEECH_SOCKJS;
}

/* IANA's "WebSocket Subprotocol Name" registry, and what libraries send. A '*' stands for the rest.
 */
static const struct {
    const char *name;
    enum speech speech;
} subprotocols[] = {
    {"actioncable-*", SPEECH_ACTION_CABLE},
    {"cloudevents.json", SPEECH_CLOUDEVENTS},
    {"graphql-transport-ws", SPEECH_GRAPHQL_TRANSPORT_WS},
    {"graphql-ws", SPEECH_GRAPHQL_WS},
    {"guacamole", SPEECH_GUACAMOLE},
    {"janus-protocol", SPEECH_JANUS},
    {"jsonrpc", SPEECH_JSON_RPC},
    {"mqtt*", SPEECH_MQTT},
    {"msrp", SPEECH_MSRP},
    {"obswebsocket.json", SPEECH_OBS},
    {"ocpp*", SPEECH_OCPP},
    {"sip", SPEECH_SIP},
    {"stomp", SPEECH_STOMP},
    {"text.ircv3.net", SPEECH_IRC},
    {"v10.stomp", SPEECH_STOMP},
    {"v11.stomp", SPEECH_STOMP},
    {"v12.stomp", SPEECH_STOMP},
    {"wamp", SPEECH_WAMP},
    {"wamp.2.json*", SPEECH_WAMP},
    {"xmpp", SPEECH_XMPP},
};

enum speech ws_speech_agreed(struct bytes subprotocol)
{
    if (subprotocol.len == 0)
        return SPEECH_NONE;
    for (size_t i = 0; i < sizeof(subprotocols) / sizeof(subprotocols[0]); i++) {
        const struct bytes name = bytes_of_text(subprotocols[i].name);
        const bool open = name.len > 0 && name.at[name.len - 1] == '*';
        if (open ? bytes_start_with(subprotocol, bytes_first(name, name.len - 1))
                 : bytes_equal(subprotocol, name))
            return subprotocols[i].speech;
    }
    return SPEECH_NONE;
}

bool ws_speech_may_begin(uint8_t first)
{
    if (first >= 'A' && first <= 'Z')
        return true; /* STOMP, IRC, SIP, MSRP, NATS */
    if (first >= '0' && first <= '9')
        return true;
    switch (first) {
    case '{':
    case '[':
    case '<':
    case ':':
    case '@':
    case 'a':
    case 'c':
    case 'o': return true;
    default: return false;
    }
}

/* ---- what the signs of both directions come to ---- */

/* Socket.IO's packets travel in Engine.IO's. */
static bool is_heard_of(uint64_t known, enum speech s)
{
    const uint64_t also = s == SPEECH_SOCKET_IO ? speech_bit(SPEECH_ENGINE_IO) : 0;
    return (known & (speech_bit(s) | also)) != 0;
}

/* Is it a strong one, all things considered? */
static bool is_strong(const struct ws_speech *s, const struct sign *sign)
{
    const uint64_t strong = s->strong[0] | s->strong[1];

    switch (sign->grade) {
    case SIGN_STRONG: return true;
    case SIGN_WEAK: return s->agreed == sign->speech || is_heard_of(strong, sign->speech);
    case SIGN_FOLLOW:
        return s->agreed == sign->speech || is_heard_of(strong | s->hints, sign->speech);
    case SIGN_NONE:
    case SIGN_HINT: return false;
    }
    return false;
}

static enum confidence confidence_of(const struct ws_speech *s, enum speech name)
{
    const uint64_t bit = speech_bit(name);
    const bool one = ((s->strong[0] | s->strong[1]) & bit) != 0;
    const bool both = (s->strong[0] & s->strong[1] & bit) != 0;

    if (both || (one && s->agreed == name))
        return CONFIDENCE_CERTAIN;
    if (one)
        return CONFIDENCE_STRONG;
    return ((s->weak[0] | s->weak[1]) & bit) != 0 ? CONFIDENCE_PROBABLE : CONFIDENCE_NONE;
}

static struct ws_finding tell(struct ws_speech *s, enum speech name, enum confidence sure,
                              const char *why)
{
    const bool unwraps =
        sure == s->confidence && is_envelope((enum speech)s->name) && !is_envelope(name);

    if (sure < s->confidence || (sure == s->confidence && !unwraps))
        return (struct ws_finding){.name = NULL};
    s->name = (uint8_t)name;
    s->confidence = (uint8_t)sure;
    return (struct ws_finding){.name = names[name], .confidence = sure, .why = why};
}

/* Whoever agreed on Engine.IO's or SockJS's content has agreed on no envelope. */
static bool contradicts(struct ws_speech *s, enum speech name)
{
    if (s->agreed == SPEECH_NONE || s->agreed == name || is_envelope(name) || s->contradicted)
        return false;
    s->contradicted = true;
    return true;
}

struct ws_finding ws_speech_hear(struct ws_speech *s, const struct ws_heard *heard)
{
    const struct hearing m = {.text = heard->text,
                              .whole = heard->whole,
                              .direction = heard->direction,
                              .known = s->strong[0] | s->strong[1] | s->hints |
                                       speech_bit((enum speech)s->agreed)};
    const struct sign sign = speech_read(&m);
    const uint64_t bit = speech_bit(sign.speech);
    struct ws_finding found = {.name = NULL};

    if (sign.grade == SIGN_NONE)
        return found;
    if (sign.grade == SIGN_HINT)
        s->hints |= bit;
    else if (is_strong(s, &sign))
        s->strong[heard->direction] |= bit;
    else if (sign.grade == SIGN_WEAK)
        s->weak[heard->direction] |= bit;
    enum confidence sure = confidence_of(s, sign.speech);
    if (is_envelope(sign.speech) && sure > CONFIDENCE_STRONG)
        sure = CONFIDENCE_STRONG; /* until the end */
    found = tell(s, sign.speech, sure, sign.why);
    found.contradicts = sure >= CONFIDENCE_STRONG && contradicts(s, sign.speech);
    found.settled = s->confidence == CONFIDENCE_CERTAIN && s->name != SPEECH_WEBTORRENT;
    return found;
}

struct ws_finding ws_speech_end(struct ws_speech *s)
{
    struct ws_finding found = {.name = NULL};

    if (is_envelope((enum speech)s->name))
        found = tell(s, (enum speech)s->name, confidence_of(s, (enum speech)s->name),
                     "both sides keep to its form");
    found.settled = true;
    return found;
}
