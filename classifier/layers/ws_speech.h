/* SPDX-License-Identifier: MIT */
/* ws_speech.h - which protocol do the text messages of a WebSocket speak?
 *
 * In:    the beginning of each of the first messages of both directions, clear.
 * Out:   a name, how surely, and why. General JSON and chat are no protocol: no name.
 * State: value type, zero-filled = nothing heard. Keeps no bytes.
 *
 * strong    one message that no other program sends by accident
 * certain   such messages from both sides, or one, and the subprotocol that was agreed says it, too
 * probable  one message of a form that others may use as well
 */
#ifndef LAYERS_WS_SPEECH_H
#define LAYERS_WS_SPEECH_H

#include "base/bytes.h"
#include "model/endpoint.h"
#include "model/label.h"

#define SPEECH_BYTES 512 /* of a message's beginning: more is not looked at */

/* At most 64: they are bits of a mask. */
enum speech {
    SPEECH_NONE,
    SPEECH_ACTION_CABLE,
    SPEECH_CDP,
    SPEECH_CENTRIFUGE,
    SPEECH_CLOUDEVENTS,
    SPEECH_DDP,
    SPEECH_DISCORD,
    SPEECH_ENGINE_IO,
    SPEECH_GRAPHQL_TRANSPORT_WS,
    SPEECH_GRAPHQL_WS,
    SPEECH_GUACAMOLE,
    SPEECH_HOME_ASSISTANT,
    SPEECH_IRC,
    SPEECH_JANUS,
    SPEECH_JSON_RPC,
    SPEECH_JUPYTER,
    SPEECH_LIVERELOAD,
    SPEECH_MERCURE,
    SPEECH_MQTT, /* never heard in text: only agreed upon */
    SPEECH_MSRP,
    SPEECH_NATS,
    SPEECH_NOSTR,
    SPEECH_OBS,
    SPEECH_OCPP,
    SPEECH_PHOENIX,
    SPEECH_PUSHER,
    SPEECH_SIGNALR,
    SPEECH_SIP,
    SPEECH_SOCKET_IO,
    SPEECH_SOCKJS,
    SPEECH_STOMP,
    SPEECH_WAMP,
    SPEECH_WEBDRIVER,
    SPEECH_WEBTORRENT,
    SPEECH_XMPP,
    SPEECHES
};

struct ws_speech {
    uint64_t strong[2], weak[2]; /* by direction; bit: enum speech */
    uint64_t hints;              /* what may be, once there is more of it */
    uint8_t agreed;              /* enum speech of the negotiated subprotocol */
    uint8_t name, confidence;    /* what was told last */
    bool contradicted;           /* what is said is not what was agreed: told */
};

struct ws_heard {
    struct bytes text; /* the message, or its first SPEECH_BYTES */
    bool whole;        /* all of it */
    enum direction direction;
};

struct ws_finding {
    const char *name; /* NULL: nothing new */
    enum confidence confidence;
    const char *why;
    bool contradicts; /* first message of another protocol than was agreed */
    bool settled;     /* no more needs to be heard */
};

struct ws_finding ws_speech_hear(struct ws_speech *s, const struct ws_heard *heard);
/* No more will be heard. */
struct ws_finding ws_speech_end(struct ws_speech *s);
/* Does this subprotocol's name (IANA, or what its library sends) say what is spoken? */
enum speech ws_speech_agreed(struct bytes subprotocol);
/* "socket.io"; "" for NONE. */
const char *ws_speech_name(enum speech s);

/* Could a message of any of them begin with this byte? */
bool ws_speech_may_begin(uint8_t first);

#endif
