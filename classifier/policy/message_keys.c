/* SPDX-License-Identifier: MIT */
/* message_keys.c - the keys of `message`: one row and one function each. All of them are asked of
 * one message. */
#include "model/websocket.h"
#include "policy/json_search.h"
#include "policy/matches.h"

static const char *const direction_words[] = {"to-server", "to-client", NULL}; /* enum direction */
static const char *const opcode_words[] = {"text", "binary", "close", "ping", "pong", NULL};
static const uint8_t opcode_numbers[] = {WS_TEXT, WS_BINARY, WS_CLOSE, WS_PING, WS_PONG};

static enum answer ask_direction(const struct question *q, const struct condition *c)
{
    return answer_firm((c->value.as.words >> q->message->direction & 1) != 0, c->value.negated);
}

/* An opcode that has no name (reserved, or a message whose start was lost) is neither one nor not.
 */
static enum answer ask_opcode(const struct question *q, const struct condition *c)
{
    for (size_t i = 0; i < sizeof(opcode_numbers); i++)
        if (opcode_numbers[i] == q->message->opcode)
            return answer_firm((c->value.as.words >> i & 1) != 0, c->value.negated);
    return ANSWER_NO;
}

/* Of a message with a hole, what it grew to so far is the least that it was. */
static enum answer ask_size(const struct question *q, const struct condition *c)
{
    const struct message_facts *m = q->message;
    const enum answer answer = answer_growing(c, m->size, m->ended && !m->incomplete);

    return answer == ANSWER_NOT_YET && m->ended ? ANSWER_NO : answer;
}

/* Found is found; not found is certain when the whole message was searched. */
static enum answer ask_content(const struct question *q, const struct condition *c)
{
    if (pattern_set_hit(&c->value.as.patterns, q->hits))
        return answer_firm(true, c->value.negated);
    if (!q->message->ended)
        return ANSWER_NOT_YET;
    return q->blind || q->message->incomplete ? ANSWER_NO : answer_firm(false, c->value.negated);
}

/* Whether it is one is known when it begins. */
static enum answer ask_compressed(const struct question *q, const struct condition *c)
{
    return answer_firm(q->message->compressed == (c->value.as.words != 0), c->value.negated);
}

/* Its place among those of its direction. */
static enum answer ask_count(const struct question *q, const struct condition *c)
{
    return answer_firm(range_set_has(&c->value.as.ranges, q->message->number), c->value.negated);
}

/* A frame at least; how many is known when it ends. */
static enum answer ask_fragments(const struct question *q, const struct condition *c)
{
    const struct message_facts *m = q->message;
    const uint64_t now = m->ended && m->fragments > 0 ? m->fragments : 1;
    const enum answer answer = answer_growing(c, now, m->ended && !m->incomplete);

    return answer == ANSWER_NOT_YET && m->ended ? ANSWER_NO : answer;
}

/* Of a close frame, which may come without one (RFC 6455 s5.5.1). */
static enum answer ask_close_code(const struct question *q, const struct condition *c)
{
    const struct message_facts *m = q->message;

    if (m->opcode != WS_CLOSE || (m->ended && m->incomplete))
        return ANSWER_NO;
    if (!m->ended)
        return ANSWER_NOT_YET;
    return answer_firm(m->close_code != 0 && range_set_has(&c->value.as.ranges, m->close_code),
                       c->value.negated);
}

static enum answer ask_violation(const struct question *q, const struct condition *c)
{
    for (size_t i = 0; q->violations != NULL && i < ANOMALY_WORDS; i++)
        if ((q->violations[i] & c->value.as.anomalies.bits[i]) != 0)
            return answer_firm(true, c->value.negated);
    if (!q->message->ended)
        return ANSWER_NOT_YET;
    return q->message->incomplete ? ANSWER_NO : answer_firm(false, c->value.negated);
}

/* What is no JSON has no values, and lacks none. */
static enum answer ask_json(const struct question *q, const struct condition *c)
{
    if (bit_is_set(q->hits, q->policy->content.count + c->value.as.json->id))
        return answer_firm(true, c->value.negated);
    if (q->message->opcode >= WS_CLOSE)
        return ANSWER_NO;
    if (!q->message->ended)
        return ANSWER_NOT_YET;
    if (q->json == NULL || q->blind || q->message->incomplete || !q->json->whole || q->json->unsure)
        return ANSWER_NO;
    return answer_firm(false, c->value.negated);
}

const struct key message_keys[] = {
    {"direction", "message", "who sent it", "to-server", .kind = VALUE_WORDS,
     .match = ask_direction, .words = direction_words},
    {"opcode", "message", "what it is", "[text, binary]", .kind = VALUE_WORDS, .match = ask_opcode,
     .words = opcode_words},
    {"size", "message", "of the whole message, in bytes, after inflation", "'>1MiB'",
     .kind = VALUE_SIZE, .match = ask_size},
    {"count", "message", "it is the Nth data message of its direction (or the Nth control frame)",
     "'>100'", .kind = VALUE_NUMBER, .match = ask_count},
    {"compressed", "message", "was it compressed (RFC 7692)?", "true", .kind = VALUE_FLAG,
     .match = ask_compressed},
    {"fragments", "message", "frames that it came in", "'>1'", .kind = VALUE_NUMBER,
     .match = ask_fragments},
    {"close-code", "message", "the code of a close frame", "[1002, 1007, 4000-4999]",
     .kind = VALUE_NUMBER, .match = ask_close_code},
    {"violation", "message",
     "an anomaly of this message or its frames, by its name in anomalies.md", "'websocket_*'",
     .kind = VALUE_ANOMALY, .match = ask_violation, .asks = ASK_VIOLATIONS},
    {"contains", "content", "is one of them in the payload, byte for byte?",
     "['<script', 'javascript:']", .kind = VALUE_LITERAL, .match = ask_content},
    {"regex", "content",
     "is one of them in the payload? No slashes around it; `(?i)` at its start ignores case",
     "'[0-9]{4}-[0-9]{4}'", .kind = VALUE_REGEX, .match = ask_content},
    {"hex", "content", "are these bytes in the payload? `??` is any byte", "'7f 45 4c 46 ?? 01'",
     .kind = VALUE_HEX, .match = ask_content},
    {"json", "content",
     "values of a JSON text, each by its path: texts, numbers and bounds, `true`, `false`, `null`, "
     "`present`, `absent`",
     "{$.type: login, 'user.roles[*]': admin, user.id: '>1000'}", .kind = VALUE_JSON,
     .match = ask_json, .flags = KEY_MAP},
    {.name = NULL},
};
