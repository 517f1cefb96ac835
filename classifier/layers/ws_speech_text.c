/* SPDX-License-Identifier: MIT */
/* Messages that are neither a JSON object nor an array: Engine.IO's packets, and lines of text. */
#include "layers/probe.h"
#include "layers/ws_speech_signs.h"

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static size_t count_digits(struct bytes in)
{
    size_t n = 0;

    while (n < in.len && is_digit(in.at[n]))
        n++;
    return n;
}

static bool contains(struct bytes text, const char *what)
{
    const struct bytes needle = bytes_of_text(what);
    return bytes_find(text, needle) < text.len;
}

static bool begins(struct bytes text, const char *what)
{
    return bytes_start_with(text, bytes_of_text(what));
}

static bool is_one_of(struct bytes text, const char *const *words)
{
    for (; *words != NULL; words++)
        if (bytes_equal(text, bytes_of_text(*words)))
            return true;
    return false;
}

static bool begins_with_one_of(struct bytes text, const char *const *words)
{
    for (; *words != NULL; words++)
        if (begins(text, *words))
            return true;
    return false;
}

/* The first line, without its end. */
static struct bytes first_line(struct bytes text)
{
    struct bytes line = bytes_first(text, bytes_find(text, TEXT("\n")));

    if (line.len > 0 && line.at[line.len - 1] == '\r')
        line.len--;
    return line;
}

/* ---- Engine.IO and Socket.IO: a digit, and what it is about ---- */

/* Namespace and acknowledgement id stand before the data: `2/chat,17["event"]`. */
static struct bytes socket_io_data(struct bytes packet)
{
    struct bytes in = bytes_after(packet, 1);

    if (in.len > 0 && in.at[0] == '/')
        in = bytes_after(in, bytes_find(in, TEXT(",")) + 1);
    return bytes_after(in, count_digits(in));
}

static bool is_event(struct bytes data)
{
    struct json_top top;

    return data.len > 0 && data.at[0] == '[' && json_read(data, &top) && top.count > 0 &&
           top.value[0].kind == JSON_STRING;
}

static bool has_keys(struct bytes data, const char *one, const char *other)
{
    struct json_top top;
    struct json_value v;

    return json_read(data, &top) && top.kind == JSON_OBJECT && json_find(&top, one, &v) &&
           json_find(&top, other, &v);
}

/* socket.io-protocol 3 to 5: what an Engine.IO message carries. */
static struct sign socket_io(struct bytes packet)
{
    const struct bytes data = socket_io_data(packet);

    switch (packet.at[0]) {
    case '0': /* CONNECT */
        if (has_keys(data, "sid", "sid"))
            return sign_of(SPEECH_SOCKET_IO, SIGN_STRONG, "Socket.IO's answer to a CONNECT");
        return sign_of(SPEECH_SOCKET_IO, SIGN_FOLLOW, "Socket.IO's CONNECT");
    case '2': /* EVENT */
        return is_event(data) ? sign_of(SPEECH_SOCKET_IO, SIGN_STRONG, "an event of Socket.IO")
                              : no_sign();
    case '5': /* BINARY_EVENT: "51-[...]" */
        if (begins(data, "-[") && contains(data, "\"_placeholder\":true"))
            return sign_of(SPEECH_SOCKET_IO, SIGN_STRONG, "a binary event of Socket.IO");
        return no_sign();
    case '1': /* DISCONNECT */
    case '3': /* ACK */
    case '4': /* CONNECT_ERROR */
    case '6': /* BINARY_ACK */ return sign_of(SPEECH_SOCKET_IO, SIGN_FOLLOW, "Socket.IO goes on");
    default: return no_sign();
    }
}

/* Socket.IO before 1.0: type, id, endpoint, data, with colons between. */
static struct sign old_socket_io(const struct hearing *m)
{
    if (begins(m->text, "5:") && contains(m->text, ":{\"name\":") && contains(m->text, "\"args\":"))
        return sign_of(SPEECH_SOCKET_IO, SIGN_STRONG, "an event of Socket.IO 0.9");
    if (m->whole && (bytes_equal(m->text, TEXT("1::")) || bytes_equal(m->text, TEXT("2::"))))
        return sign_of(SPEECH_SOCKET_IO, SIGN_HINT, "Socket.IO 0.9");
    return no_sign();
}

/* The instructions of Guacamole: each element says its length: "4.sync,8.31163115;". */
static bool is_guacamole(struct bytes text)
{
    static const char *const opcodes[] = {
        "args", "connect", "size",  "ready", "select", "sync", "nop",      "img",   "blob", "end",
        "name", "cursor",  "cfill", "copy",  "mouse",  "key",  "timezone", "audio", "",     NULL};
    const size_t digits = count_digits(text);
    size_t len = 0;

    for (size_t i = 0; i < digits && i < 3; i++)
        len = len * 10 + (text.at[i] - '0');
    const struct bytes rest = bytes_after(text, digits + 1);
    return digits > 0 && digits < 3 && digits < text.len && text.at[digits] == '.' &&
           len < rest.len && (rest.at[len] == ',' || rest.at[len] == ';') &&
           is_one_of(bytes_first(rest, len), opcodes);
}

static struct sign engine_io(const struct hearing *m)
{
    static const char *const probes[] = {"2probe", "3probe", NULL};
    static const char *const controls[] = {"1", "2", "3", "5", "6", NULL};
    const struct bytes data = bytes_after(m->text, 1);

    if (m->text.at[0] == '0' && has_keys(data, "sid", "pingInterval"))
        return sign_of(SPEECH_ENGINE_IO, SIGN_STRONG, "Engine.IO's open packet");
    if (m->whole && is_one_of(m->text, probes))
        return sign_of(SPEECH_ENGINE_IO, SIGN_STRONG, "Engine.IO's probe of the new transport");
    if (m->whole && is_one_of(m->text, controls))
        return sign_of(SPEECH_ENGINE_IO, SIGN_FOLLOW, "Engine.IO goes on");
    if (is_guacamole(m->text))
        return sign_of(SPEECH_GUACAMOLE, SIGN_STRONG, "an instruction of Guacamole");
    if (m->text.at[0] == '4' && data.len > 0) {
        const struct sign inside = socket_io(data);
        if (inside.grade != SIGN_NONE)
            return inside;
        return sign_of(SPEECH_ENGINE_IO, SIGN_FOLLOW, "Engine.IO goes on");
    }
    return old_socket_io(m);
}

/* ---- SockJS ---- */

static struct sign sockjs(const struct hearing *m)
{
    if (m->inner || m->direction != TO_CLIENT)
        return no_sign();
    if (m->whole && bytes_equal(m->text, TEXT("o")))
        return sign_of(SPEECH_SOCKJS, SIGN_HINT, "SockJS's open frame");
    if (m->text.at[0] == 'a')
        return speech_sockjs_messages(m, bytes_after(m->text, 1));
    if (begins(m->text, "c[3000,\"") || begins(m->text, "c[2010,\""))
        return sign_of(SPEECH_SOCKJS, SIGN_STRONG, "SockJS's close frame");
    return no_sign();
}

/* ---- STOMP 1.0 to 1.2: a command, headers, an empty line ---- */

static struct sign stomp(const struct hearing *m)
{
    static const struct {
        const char *command, *header, *why;
        enum sign_grade grade;
    } frames[] = {
        {"CONNECT", "\naccept-version:", "STOMP's CONNECT", SIGN_STRONG},
        {"STOMP", "\naccept-version:", "STOMP's CONNECT", SIGN_STRONG},
        {"CONNECT", "\nlogin:", "STOMP's CONNECT", SIGN_STRONG},
        {"CONNECTED", "\nversion:", "STOMP's CONNECTED", SIGN_STRONG},
        {"CONNECTED", "\nsession:", "STOMP's CONNECTED", SIGN_STRONG},
        {"SEND", "\ndestination:", "a SEND of STOMP", SIGN_STRONG},
        {"SUBSCRIBE", "\ndestination:", "a SUBSCRIBE of STOMP", SIGN_STRONG},
        {"MESSAGE", "\ndestination:", "a MESSAGE of STOMP", SIGN_STRONG},
        {"RECEIPT", "\nreceipt-id:", "a RECEIPT of STOMP", SIGN_STRONG},
        {"ERROR", "\nmessage:", "an ERROR of STOMP", SIGN_WEAK},
    };
    const struct bytes command = first_line(m->text);

    for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++)
        if (bytes_equal(command, bytes_of_text(frames[i].command)) &&
            contains(m->text, frames[i].header))
            return sign_of(SPEECH_STOMP, frames[i].grade, frames[i].why);
    return no_sign();
}

/* ---- SIP (RFC 7118), MSRP (RFC 7977): a start line with the version in it ---- */

static struct sign sip(struct bytes line)
{
    if (begins(line, "SIP/2.0 ") ||
        (line.len > 8 && bytes_equal(bytes_after(line, line.len - 8), TEXT(" SIP/2.0")) &&
         contains(line, " sip")))
        return sign_of(SPEECH_SIP, SIGN_STRONG, "SIP's start line");
    if (begins(line, "MSRP ") && (contains(line, " SEND") || contains(line, " AUTH") ||
                                  contains(line, " REPORT") || contains(line, " 200")))
        return sign_of(SPEECH_MSRP, SIGN_STRONG, "MSRP's start line");
    return no_sign();
}

static struct sign nats(const struct hearing *m)
{
    if (begins(m->text, "INFO {") && has_keys(bytes_after(m->text, 5), "server_id", "version"))
        return sign_of(SPEECH_NATS, SIGN_STRONG, "the INFO of NATS");
    if (begins(m->text, "CONNECT {") && has_keys(bytes_after(m->text, 8), "verbose", "pedantic"))
        return sign_of(SPEECH_NATS, SIGN_STRONG, "the CONNECT of NATS");
    return no_sign();
}

/* ---- IRC: RFC 1459 s2.3.1 ---- */

/* What follows the first space. */
static struct bytes next_word(struct bytes line)
{
    return bytes_after(line, bytes_find(line, TEXT(" ")) + 1);
}

/* ":server 001 nick :Welcome", ":nick!user@host PRIVMSG #channel :text", tags before it or not. */
static bool is_irc_of_server(struct bytes line)
{
    static const char *const commands[] = {"PRIVMSG ", "NOTICE ", "JOIN ",  "PART ", "QUIT ",
                                           "MODE ",    "NICK ",   "TOPIC ", NULL};

    if (begins(line, "@"))
        line = next_word(line);
    if (!begins(line, ":"))
        return false;
    const struct bytes prefix = bytes_first(line, bytes_find(line, TEXT(" ")));
    const struct bytes rest = next_word(line);
    if (contains(prefix, "!") && contains(prefix, "@"))
        return begins_with_one_of(rest, commands);
    return (count_digits(rest) == 3 && rest.len > 3 && rest.at[3] == ' ' &&
            contains(prefix, ".")) ||
           (begins(rest, "CAP ") && contains(rest, " LS :")) || begins(rest, "CAP * ACK :") ||
           begins(rest, "NOTICE * :");
}

/* "USER name 0 * :real name", "PRIVMSG target :text" */
static bool is_irc_of_client(struct bytes line)
{
    static const char *const negotiations[] = {"CAP LS 302", "CAP REQ :", "PASS oauth:", NULL};

    if (begins_with_one_of(line, negotiations))
        return true;
    if (begins(line, "USER "))
        return begins(next_word(next_word(next_word(next_word(line)))), ":");
    return (begins(line, "PRIVMSG ") || begins(line, "NOTICE ")) &&
           begins(next_word(next_word(line)), ":");
}

static struct sign irc(const struct hearing *m, struct bytes line)
{
    static const char *const more[] = {"JOIN #", "PING :",  "PONG :", "PING ",
                                       "PONG ",  "CAP END", "MODE ",  NULL};

    if (m->direction == TO_CLIENT && is_irc_of_server(line))
        return sign_of(SPEECH_IRC, SIGN_STRONG, "a line of an IRC server");
    if (m->direction == TO_SERVER && is_irc_of_client(line))
        return sign_of(SPEECH_IRC, SIGN_STRONG, "a line of an IRC client");
    if (begins_with_one_of(line, more))
        return sign_of(SPEECH_IRC, SIGN_FOLLOW, "IRC goes on");
    return no_sign();
}

/* ---- XMPP: RFC 7395 s3.3.2, and the draft before it ---- */

static struct sign xmpp(struct bytes text)
{
    if (begins(text, "<open") && contains(text, "urn:ietf:params:xml:ns:xmpp-framing"))
        return sign_of(SPEECH_XMPP, SIGN_STRONG, "XMPP's opening of a stream");
    if (contains(text, "<stream:stream"))
        return sign_of(SPEECH_XMPP, SIGN_STRONG, "XMPP's opening of a stream");
    if (contains(text, "urn:ietf:params:xml:ns:xmpp-") || contains(text, "'jabber:client'") ||
        contains(text, "\"jabber:client\""))
        return sign_of(SPEECH_XMPP, SIGN_STRONG, "a stanza of XMPP");
    return begins(text, "<stream:") ? sign_of(SPEECH_XMPP, SIGN_FOLLOW, "XMPP goes on") : no_sign();
}

/* ---- all of them ---- */

static struct sign speech_line(const struct hearing *m)
{
    const struct bytes line = first_line(m->text);
    struct sign sign = stomp(m);

    if (sign.grade == SIGN_NONE)
        sign = sip(line);
    if (sign.grade == SIGN_NONE)
        sign = nats(m);
    return sign.grade == SIGN_NONE ? irc(m, line) : sign;
}

struct sign speech_read(const struct hearing *m)
{
    if (m->text.len == 0 || !ws_speech_may_begin(m->text.at[0]))
        return no_sign();
    switch (m->text.at[0]) {
    case '{': return speech_object(m);
    case '[': return speech_list(m);
    case '<': return xmpp(m->text);
    case 'o':
    case 'a':
    case 'c': return sockjs(m);
    default: return is_digit(m->text.at[0]) ? engine_io(m) : speech_line(m);
    }
}
