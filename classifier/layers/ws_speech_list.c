/* SPDX-License-Identifier: MIT */
/* Messages that are one JSON array: WAMP, OCPP, Phoenix, Nostr, JSON-RPC batches, SockJS. */
#include "layers/ws_speech_signs.h"

static bool is_word(const struct json_value *v, const char *const *words)
{
    for (; *words != NULL; words++)
        if (bytes_equal(v->text, bytes_of_text(*words)))
            return true;
    return false;
}

static bool is_text(const struct json_value *v, const char *text)
{
    return v->kind == JSON_STRING && bytes_equal(v->text, bytes_of_text(text));
}

static bool is_number(const struct json_value *v, const char *digits)
{
    return v->kind == JSON_NUMBER && bytes_equal(v->text, bytes_of_text(digits));
}

/* Do the first values have these kinds? `kinds`: one letter each: s string, n number, o object,
 * a array, * anything. */
static bool has_kinds(const struct json_top *top, const char *kinds)
{
    static const char letters[] = {
        [JSON_OBJECT] = 'o', [JSON_ARRAY] = 'a', [JSON_STRING] = 's',
        [JSON_NUMBER] = 'n', [JSON_WORD] = 'w',
    };

    for (unsigned i = 0; kinds[i] != '\0'; i++) {
        if (i >= top->count)
            return false;
        const char got = letters[top->value[i].kind];
        if (kinds[i] != '*' && got != kinds[i])
            return false;
    }
    return true;
}

/* Has the object inside the list this key? */
static bool has_key(const struct json_value *v, const char *key)
{
    struct json_top inside;
    struct json_value found;

    return v->kind == JSON_OBJECT && json_read(v->text, &inside) && json_find(&inside, key, &found);
}

/* ---- WAMP, wamp-proto.org: [type, ...] ---- */

static struct sign wamp(const struct json_top *top)
{
    const struct json_value *v = top->value;

    if (has_kinds(top, "nso") && is_number(&v[0], "1") && has_key(&v[2], "roles"))
        return sign_of(SPEECH_WAMP, SIGN_STRONG, "WAMP's HELLO");
    if (has_kinds(top, "nno") && is_number(&v[0], "2") && has_key(&v[2], "roles"))
        return sign_of(SPEECH_WAMP, SIGN_STRONG, "WAMP's WELCOME");
    if (has_kinds(top, "nos") && bytes_start_with(v[2].text, bytes_of_text("wamp.")))
        return sign_of(SPEECH_WAMP, SIGN_STRONG, "WAMP's ABORT or GOODBYE");
    if (has_kinds(top, "nsns") && is_number(&v[0], "0") && is_number(&v[2], "1"))
        return sign_of(SPEECH_WAMP, SIGN_WEAK, "WELCOME of WAMP 1");
    if (has_kinds(top, "nnos") || has_kinds(top, "nnno") || has_kinds(top, "nnn"))
        return sign_of(SPEECH_WAMP, SIGN_FOLLOW, "WAMP goes on");
    return no_sign();
}

/* ---- OCPP-J 1.6 s4.2: [2, "id", "Action", {}], [3, "id", {}], [4, "id", "code", "text", {}] ----
 */

static struct sign ocpp(const struct json_top *top)
{
    static const char *const actions[] = {"Authorize",
                                          "BootNotification",
                                          "CancelReservation",
                                          "ChangeAvailability",
                                          "ChangeConfiguration",
                                          "ClearCache",
                                          "DataTransfer",
                                          "DiagnosticsStatusNotification",
                                          "FirmwareStatusNotification",
                                          "GetBaseReport",
                                          "GetConfiguration",
                                          "GetDiagnostics",
                                          "GetVariables",
                                          "Heartbeat",
                                          "MeterValues",
                                          "NotifyEvent",
                                          "NotifyReport",
                                          "RemoteStartTransaction",
                                          "RemoteStopTransaction",
                                          "RequestStartTransaction",
                                          "RequestStopTransaction",
                                          "ReserveNow",
                                          "Reset",
                                          "SecurityEventNotification",
                                          "SendLocalList",
                                          "SetChargingProfile",
                                          "SetVariables",
                                          "SignCertificate",
                                          "StartTransaction",
                                          "StatusNotification",
                                          "StopTransaction",
                                          "TransactionEvent",
                                          "TriggerMessage",
                                          "UnlockConnector",
                                          "UpdateFirmware",
                                          NULL};
    const struct json_value *v = top->value;

    if (has_kinds(top, "nsso") && is_number(&v[0], "2"))
        return is_word(&v[2], actions) ? sign_of(SPEECH_OCPP, SIGN_STRONG, "a call of OCPP")
                                       : sign_of(SPEECH_OCPP, SIGN_FOLLOW, "OCPP goes on");
    if (has_kinds(top, "nso") && top->count == 3 && is_number(&v[0], "3"))
        return sign_of(SPEECH_OCPP, SIGN_FOLLOW, "a result of OCPP");
    if (has_kinds(top, "nssso") && is_number(&v[0], "4"))
        return sign_of(SPEECH_OCPP, SIGN_FOLLOW, "an error of OCPP");
    return no_sign();
}

/* ---- Phoenix channels, serializer 2: [join_ref, ref, topic, event, payload] ---- */

/* A number in quotes, or null. */
static bool is_reference(const struct json_value *v)
{
    if (v->kind == JSON_WORD)
        return v->text.at[0] == 'n';
    for (size_t i = 0; i < v->text.len; i++)
        if (v->text.at[i] < '0' || v->text.at[i] > '9')
            return false;
    return v->kind == JSON_STRING && v->text.len > 0;
}

static struct sign phoenix(const struct json_top *top)
{
    if (!has_kinds(top, "**sso") || top->count != 5 || !is_reference(&top->value[0]) ||
        !is_reference(&top->value[1]))
        return no_sign();
    const struct json_value *topic = &top->value[2], *event = &top->value[3];

    if (bytes_start_with(event->text, bytes_of_text("phx_")))
        return sign_of(SPEECH_PHOENIX, SIGN_STRONG, "a Phoenix channel's own event");
    if (is_text(topic, "phoenix") && is_text(event, "heartbeat"))
        return sign_of(SPEECH_PHOENIX, SIGN_STRONG, "Phoenix's heartbeat");
    return sign_of(SPEECH_PHOENIX, SIGN_WEAK, "a message of a Phoenix channel");
}

/* ---- Nostr, NIP-01 ---- */

static struct sign nostr(const struct json_top *top, enum direction d)
{
    const struct json_value *v = top->value;

    if (d == TO_SERVER && has_kinds(top, "sso") && is_text(&v[0], "REQ"))
        return sign_of(SPEECH_NOSTR, SIGN_STRONG, "a request of Nostr");
    if (has_kinds(top, "so") && is_text(&v[0], "EVENT") && has_key(&v[1], "pubkey"))
        return sign_of(SPEECH_NOSTR, SIGN_STRONG, "an event of Nostr");
    if (has_kinds(top, "sso") && is_text(&v[0], "EVENT") && has_key(&v[2], "pubkey"))
        return sign_of(SPEECH_NOSTR, SIGN_STRONG, "an event of Nostr");
    if (has_kinds(top, "ss") &&
        is_word(&v[0], (const char *const[]){"EOSE", "CLOSE", "CLOSED", "NOTICE", "AUTH", NULL}))
        return sign_of(SPEECH_NOSTR, SIGN_FOLLOW, "Nostr goes on");
    if (has_kinds(top, "ssw") && is_text(&v[0], "OK"))
        return sign_of(SPEECH_NOSTR, SIGN_FOLLOW, "Nostr goes on");
    return no_sign();
}

/* ---- SockJS: lists of strings, each a message ---- */

static bool is_all_strings(const struct json_top *top)
{
    for (unsigned i = 0; i < top->count; i++)
        if (top->value[i].kind != JSON_STRING)
            return false;
    return top->count > 0;
}

/* The first string, escapes resolved. What is beyond ASCII becomes a '?'. */
static struct sign inside_sockjs(const struct hearing *m, const struct json_value *v)
{
    uint8_t room[SPEECH_BYTES];
    struct bytes left = v->text;
    size_t n = 0;
    uint32_t point;

    while (n < sizeof(room) && json_next_character(&left, &point))
        room[n++] = point < 0x80 ? (uint8_t)point : '?';
    const struct hearing inner = {.text = bytes_of(room, n),
                                  .whole = v->whole && left.len == 0,
                                  .direction = m->direction,
                                  .known = m->known,
                                  .inner = true};
    return n > 0 ? speech_read(&inner) : no_sign();
}

struct sign speech_sockjs_messages(const struct hearing *m, struct bytes list)
{
    struct json_top top;

    if (m->inner || !json_read(list, &top) || top.kind != JSON_ARRAY || !is_all_strings(&top) ||
        !speech_is_alone(m, &top, '\n'))
        return no_sign();
    const struct sign inside = inside_sockjs(m, &top.value[0]);
    if (inside.grade >= SIGN_FOLLOW)
        return inside;
    if (m->direction == TO_CLIENT)
        return sign_of(SPEECH_SOCKJS, SIGN_STRONG, "an array frame of SockJS");
    return sign_of(SPEECH_SOCKJS, SIGN_FOLLOW, "a message in SockJS's form");
}

/* ---- all of them ---- */

/* A batch, JSON-RPC 2.0 s6; or newer Phoenix and Engine.IO like lists of objects: the first tells.
 */
static struct sign first_object(const struct hearing *m, const struct json_top *top)
{
    const struct hearing inner = {.text = top->value[0].text,
                                  .whole = top->value[0].whole,
                                  .direction = m->direction,
                                  .known = m->known,
                                  .inner = true};
    const struct sign sign = speech_object(&inner);

    return sign.speech == SPEECH_JSON_RPC || sign.speech == SPEECH_CLOUDEVENTS ? sign : no_sign();
}

struct sign speech_list(const struct hearing *m)
{
    struct json_top top;
    struct sign sign;

    if (!json_read(m->text, &top) || top.count == 0 || !speech_is_alone(m, &top, '\n'))
        return no_sign();
    if (top.value[0].kind == JSON_OBJECT)
        return first_object(m, &top);
    sign = phoenix(&top);
    if (sign.grade == SIGN_NONE && top.value[0].kind == JSON_NUMBER)
        sign = ocpp(&top);
    if (sign.grade == SIGN_NONE || (sign.grade == SIGN_FOLLOW && !speech_known(m, sign.speech)))
        sign = top.value[0].kind == JSON_NUMBER ? wamp(&top) : nostr(&top, m->direction);
    if (sign.grade == SIGN_NONE && m->direction == TO_SERVER && speech_known(m, SPEECH_SOCKJS))
        sign = speech_sockjs_messages(m, m->text);
    return sign;
}
