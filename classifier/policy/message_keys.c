/* SPDX-License-Identifier: MIT */
/* message_keys.c - the keys of `message`: one row and one function each. All of them are asked of
 * one message. */
#include "model/websocket.h"
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

const struct key message_keys[] = {
    {"direction", "message", "who sent it", "to-server", .kind = VALUE_WORDS,
     .match = ask_direction, .words = direction_words},
    {"opcode", "message", "what it is", "[text, binary]", .kind = VALUE_WORDS, .match = ask_opcode,
     .words = opcode_words},
    {"size", "message", "of the whole message, in bytes, after inflation", "'>1MiB'",
     .kind = VALUE_SIZE, .match = ask_size},
    {"contains", "content", "is one of them in the payload, byte for byte?",
     "['<script', 'javascript:']", .kind = VALUE_LITERAL, .match = ask_content},
    {"regex", "content",
     "is one of them in the payload? No slashes around it; `(?i)` at its start ignores case",
     "'[0-9]{4}-[0-9]{4}'", .kind = VALUE_REGEX, .match = ask_content},
    {.name = NULL},
};
