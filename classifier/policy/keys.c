/* SPDX-License-Identifier: MIT */
/* keys.c - the keys of `match`: one row each, in the order in which people are shown them. To add
 * one, add a row, a function (matches.h) and its facts in tests/unit/test_policy_keys.c. */
#include "policy/matches.h"

static const char *const proto_words[] = {"tcp", "udp", NULL};
/* From CONFIDENCE_PROBABLE up: a guess is never enough for a rule. */
static const char *const confidence_words[] = {"probable", "strong", "certain", NULL};
static const char *const direction_words[] = {"external", "inbound", "outbound", "internal", NULL};
static const char *const ladder_words[] = {"asked",    "refused", "granted", /* from LADDER_ASKED */
                                           "accepted", "framed",  "unframed", NULL};
static const char *const version_words[] = {"ssl2", "ssl3", "1.0", "1.1", "1.2", "1.3", NULL};

/* A text: where it is found, and whether its case counts. */
#define TEXT(of, flag) .kind = VALUE_TEXT, .field = FIELD_##of, .flags = (flag)
/* A number that grows while the flow lives. */
#define COUNT(of) .field = COUNT_##of, .match = match_count, .asks = ASK_COUNTS

const struct key match_keys[] = {
    {"app", "flow",
     "the innermost application: `http`, `websocket`, `tls`, `bittorrent`, `ssh` ...; `raw`: "
     "nobody knows it; `none`: not a byte was sent",
     "[ssh, rdp]", TEXT(APP, KEY_NOCASE | KEY_IDENTITY), .match = match_names},
    {"layers", "flow",
     "any layer of the stack: `layers: connect` is an HTTP CONNECT tunnel, whatever is inside",
     "websocket", TEXT(LAYERS, KEY_NOCASE | KEY_IDENTITY), .match = match_names},
    {"inside", "flow",
     "what a tunnel, a proxy, TLS or a WebSocket carries: a layer above the lowest of these",
     "{not: [socket.io, mqtt]}", TEXT(INSIDE, KEY_NOCASE | KEY_IDENTITY), .match = match_inside},
    {"confidence", "flow",
     "how surely `app`, `layers`, `inside` or `mismatch` is known: at least this", "certain",
     .kind = VALUE_LEVEL, .words = confidence_words},
    {"mismatch", "flow", "does the flow break what its server port promises?", "true",
     .kind = VALUE_FLAG, .match = match_mismatch, .flags = KEY_IDENTITY},
    {"category", "flow", "nDPI's category, where nDPI had to name the flow", "[RemoteAccess, VPN]",
     TEXT(CATEGORY, KEY_NOCASE), .match = match_risk},
    {"risk", "flow", "one of the risks that nDPI sees, by nDPI's name", "'*Obsolete*'",
     TEXT(RISK, KEY_NOCASE), .match = match_risk},
    {"anomaly", "flow", "what no honest stack does, by its name in anomalies.md",
     "[overlap_differs, 'http_length_*']", .kind = VALUE_ANOMALY, .match = match_anomaly,
     .asks = ASK_ANOMALIES},

    {"client", "network", "who opened the connection", "10.0.0.0/8", .kind = VALUE_ADDRESS,
     .match = match_client},
    {"server", "network", "whom to", "{not: 192.0.2.80}", .kind = VALUE_ADDRESS,
     .match = match_server},
    {"network", "network", "either end, whichever is the client", "[192.0.2.0/24, '2001:db8::/32']",
     .kind = VALUE_ADDRESS, .match = match_network},
    {"client-port", "network", "the client's port", "'<1024'", .kind = VALUE_PORT,
     .match = match_client_port},
    {"server-port", "network", "the server's port", "[80, 8000-8999]", .kind = VALUE_PORT,
     .match = match_server_port},
    {"proto", "network", "the transport", "udp", .kind = VALUE_WORDS, .match = match_proto,
     .words = proto_words},
    {"direction", "network", "by the group `home`: who opened the connection to whom",
     "[inbound, external]", .kind = VALUE_WORDS, .match = match_direction, .words = direction_words,
     .flags = KEY_HOME},
    {"vlan", "network", "one of the VLAN tags of the flow's first packet", "[10, 100-199]",
     .kind = VALUE_NUMBER, .match = match_vlan},
    {"interface", "network", "the interface, where the capture is live", "'eth*'",
     TEXT(INTERFACE, 0), .match = match_interface},

    {"time", "time", "the time of day at which the flow began: `timezone`", "'08:00-18:00'",
     .kind = VALUE_TIME, .match = match_time},
    {"days", "time", "the day of the week on which it began", "mon-fri", .kind = VALUE_DAYS,
     .match = match_days},

    {"method", "http", "the method of a request", "[PUT, DELETE]", TEXT(METHOD, 0),
     .match = match_field, .asks = ASK_REQUESTS},
    {"host", "http", "HTTP's Host, with or without its port", "'*.example.com'",
     TEXT(HOST, KEY_NOCASE | KEY_DOMAIN | KEY_TOLD), .match = match_field},
    {"path", "http", "the path of a request, without its query", "[/admin, '/admin/*']",
     TEXT(PATH, KEY_TOLD), .match = match_field},
    {"query", "http", "what follows the `?` of a request's path", "'/(^|&)debug=1/'",
     TEXT(QUERY, 0), .match = match_field, .asks = ASK_REQUESTS},
    {"origin", "http", "the Origin of a request: `https://example.com`",
     "{not: 'https://*.example.com'}", TEXT(ORIGIN, KEY_NOCASE | KEY_TOLD), .match = match_field},
    {"user-agent", "http", "the User-Agent of a request", "['*curl/*', '*python*']",
     TEXT(USER_AGENT, KEY_NOCASE), .match = match_field, .asks = ASK_REQUESTS},
    {"header", "http", "fields of a request or handshake, each by its name",
     "{X-Api-Key: absent, Content-Type: '*json*'}", TEXT(HEADER, KEY_NOCASE | KEY_MAP),
     .match = match_field, .asks = ASK_REQUESTS},
    {"status", "http", "the status of a response", "[401, 500-599]", .kind = VALUE_NUMBER,
     .match = match_status, .asks = ASK_REQUESTS | ASK_RESPONSES},
    {"response-header", "http", "fields of a response, each by its name",
     "{Server: '/^nginx/', Set-Cookie: present}", TEXT(HEADER, KEY_NOCASE | KEY_MAP),
     .match = match_field, .asks = ASK_REQUESTS | ASK_RESPONSES},

    {"ladder", "websocket", "how far the upgrade to WebSocket has come", "[refused, unframed]",
     .kind = VALUE_WORDS, .match = match_ladder, .words = ladder_words, .flags = KEY_TOLD},
    {"subprotocol", "websocket", "the WebSocket subprotocol that was agreed", "{not: chat.v1}",
     TEXT(SUBPROTOCOL, KEY_TOLD), .match = match_field},
    {"cross-origin", "websocket", "did the handshake's Origin name another host than its Host?",
     "true", .kind = VALUE_FLAG, .match = match_cross_origin, .asks = ASK_REQUESTS},

    {"sni", "tls", "the server name of a TLS ClientHello", "'*.example.com'",
     TEXT(SNI, KEY_NOCASE | KEY_DOMAIN | KEY_TOLD), .match = match_hello_field},
    {"alpn", "tls", "the protocol that the server chose; TLS 1.3 hides it", "h2", TEXT(ALPN, 0),
     .match = match_hello_field, .asks = ASK_TLS},
    {"alpn-offered", "tls", "one of the protocols that the client offered", "[h2, http/1.1]",
     TEXT(ALPN_OFFERED, 0), .match = match_hello_field, .asks = ASK_TLS},
    {"tls-version", "tls", "the version that was agreed", "[ssl3, '1.0', '1.1']",
     .kind = VALUE_WORDS, .match = match_tls_version, .words = version_words, .asks = ASK_TLS},
    {"tls-offered", "tls", "the highest version that the client offered", "['1.0', '1.1']",
     .kind = VALUE_WORDS, .match = match_tls_offered, .words = version_words, .asks = ASK_TLS},
    {"ja3", "tls", "the JA3 hash of a ClientHello", "e7d705a3286e19ea42f587b344ee6865",
     TEXT(JA3, KEY_NOCASE), .match = match_hello_field, .asks = ASK_TLS | ASK_FINGERPRINTS},
    {"ja3s", "tls", "the JA3S hash of a ServerHello", "eb1d94daa7e0344597e756a1fb6e7054",
     TEXT(JA3S, KEY_NOCASE), .match = match_hello_field, .asks = ASK_TLS | ASK_FINGERPRINTS},
    {"ja4", "tls", "the JA4 of a ClientHello", "'t13d1516h2_*'", TEXT(JA4, 0),
     .match = match_hello_field, .asks = ASK_TLS | ASK_FINGERPRINTS},

    {"info-hash", "bittorrent", "the torrent, by the 40 hexadecimal digits of its info-hash",
     "0123456789abcdef0123456789abcdef01234567", .kind = VALUE_HASH, .match = match_info_hash,
     .asks = ASK_TORRENTS},
    {"peer-client", "bittorrent", "the program that a peer says it is", "'qBittorrent*'",
     TEXT(PEER_CLIENT, KEY_NOCASE), .match = match_peer_client, .asks = ASK_TORRENTS},

    {"packets", "counts", "packets of both directions so far", "'>10000'", .kind = VALUE_NUMBER,
     COUNT(PACKETS)},
    {"packets-to-server", "counts", "packets of the client", "'<3'", .kind = VALUE_NUMBER,
     COUNT(PACKETS_TO_SERVER)},
    {"packets-to-client", "counts", "packets of the server", "0", .kind = VALUE_NUMBER,
     COUNT(PACKETS_TO_CLIENT)},
    {"bytes", "counts", "bytes of both directions so far, whole frames", "'>1GiB'",
     .kind = VALUE_SIZE, COUNT(BYTES)},
    {"bytes-to-server", "counts", "bytes of the client", "'>100M'", .kind = VALUE_SIZE,
     COUNT(BYTES_TO_SERVER)},
    {"bytes-to-client", "counts", "bytes of the server", "1k-1M", .kind = VALUE_SIZE,
     COUNT(BYTES_TO_CLIENT)},
    {"duration", "counts", "from the first packet to the latest: `ms`, `s`, `m`, `h`, `d`", "'>2h'",
     .kind = VALUE_DURATION, COUNT(DURATION)},
    {"requests", "counts", "HTTP requests so far", "'>1000'", .kind = VALUE_NUMBER,
     .field = COUNT_REQUESTS, .match = match_count, .asks = ASK_COUNTS | ASK_REQUESTS},
    {"messages", "counts", "WebSocket data messages of both directions", "'>1000'",
     .kind = VALUE_NUMBER, COUNT(MESSAGES)},
    {"messages-to-server", "counts", "WebSocket data messages of the client", "'>=500'",
     .kind = VALUE_NUMBER, COUNT(MESSAGES_TO_SERVER)},
    {"messages-to-client", "counts", "WebSocket data messages of the server", "0",
     .kind = VALUE_NUMBER, COUNT(MESSAGES_TO_CLIENT)},
    {"frames", "counts", "WebSocket frames of both directions", "'>1000000'", .kind = VALUE_NUMBER,
     COUNT(FRAMES)},
    {"fragments", "counts", "WebSocket frames that continue a message", "'>100'",
     .kind = VALUE_NUMBER, .field = COUNT_FRAGMENTS, .match = match_count,
     .asks = ASK_COUNTS | ASK_FRAMES},
    {"pings", "counts", "WebSocket pings of both directions", "'>500'", .kind = VALUE_NUMBER,
     COUNT(PINGS)},
    {.name = NULL},
};

/* The kind of its value, as people are told it. */
const char *key_type(const struct key *key)
{
    static const char *const names[] = {
        [VALUE_TEXT] = "text",          [VALUE_PORT] = "numbers",
        [VALUE_SIZE] = "sizes",         [VALUE_ADDRESS] = "addresses",
        [VALUE_FLAG] = "true, false",   [VALUE_LITERAL] = "texts",
        [VALUE_REGEX] = "regexes",      [VALUE_NUMBER] = "numbers",
        [VALUE_DURATION] = "durations", [VALUE_TIME] = "times",
        [VALUE_DAYS] = "days",          [VALUE_ANOMALY] = "names, globs",
        [VALUE_HEX] = "bytes",          [VALUE_HASH] = "info-hashes",
    };

    if ((key->flags & KEY_MAP) != 0)
        return (key->flags & KEY_NOCASE) != 0 ? "map of text, any case" : "map of values";
    if (key->kind == VALUE_TEXT && (key->flags & KEY_NOCASE) != 0)
        return "text, any case";
    return key->words != NULL ? "words" : names[key->kind];
}
