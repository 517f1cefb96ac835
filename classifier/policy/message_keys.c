/* SPDX-License-Identifier: MIT */
/* message_keys.c - the keys of `message`: one row and one function each. All of them are asked of
 * one message. */
#include "model/websocket.h"
#include "policy/worker.h"

static const char *const direction_words[] = {"to-server", "to-client", NULL}; /* enum direction */
static const char *const opcode_words[] = {"text", "binary", "close", "ping", "pong", NULL};
static const uint8_t opcode_numbers[] = {WS_TEXT, WS_BINARY, WS_CLOSE, WS_PING, WS_PONG};

static enum answer firm(bool is, bool negated)
{
    return is != negated ? ANSWER_YES : ANSWER_NO;
}

static enum answer match_direction(const struct question *q, const struct condition *c)
{
    return firm((c->value.as.words >> q->message->direction & 1) != 0, c->value.negated);
}

/* An opcode that has no name (reserved, or a message whose start was lost) is neither one nor not.
 */
static enum answer match_opcode(const struct question *q, const struct condition *c)
{
    for (size_t i = 0; i < sizeof(opcode_numbers); i++)
        if (opcode_numbers[i] == q->message->opcode)
            return firm((c->value.as.words >> i & 1) != 0, c->value.negated);
    return ANSWER_NO;
}

/* Is this message as long as it will ever be known to be? */
static bool size_is_final(const struct message_facts *m)
{
    return m->ended && !m->incomplete;
}

/* While it grows, the final size is anywhere from `size` up. */
static enum answer match_size(const struct question *q, const struct condition *c)
{
    const struct message_facts *m = q->message;
    const struct range_set *sizes = &c->value.as.ranges;
    const struct range from_here = {m->size, INT64_MAX};
    const struct range_set possible = {(struct range[]){from_here}, 1};

    if (size_is_final(m))
        return firm(range_set_has(sizes, m->size), c->value.negated);
    if (range_set_covers(sizes, &possible))
        return firm(true, c->value.negated);
    if (sizes->at[sizes->count - 1].high < m->size)
        return firm(false, c->value.negated);
    return m->ended ? ANSWER_NO : ANSWER_NOT_YET;
}

/* Found is found; not found is certain when the whole message was searched. */
static enum answer match_content(const struct question *q, const struct condition *c)
{
    if (pattern_set_hit(&c->value.as.patterns, q->hits))
        return firm(true, c->value.negated);
    if (!q->message->ended)
        return ANSWER_NOT_YET;
    return q->blind || q->message->incomplete ? ANSWER_NO : firm(false, c->value.negated);
}

const struct key message_keys[] = {
    {"direction", VALUE_WORDS, match_direction, direction_words, 0, false, false},
    {"opcode", VALUE_WORDS, match_opcode, opcode_words, 0, false, false},
    {"size", VALUE_SIZE, match_size, NULL, 0, false, false},
    {"contains", VALUE_LITERAL, match_content, NULL, 0, false, false},
    {"regex", VALUE_REGEX, match_content, NULL, 0, false, false},
    {NULL, VALUE_TEXT, NULL, NULL, 0, false, false},
};
