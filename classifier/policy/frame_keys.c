/* SPDX-License-Identifier: MIT */
/* frame_keys.c - the keys of `frame`: one row and one function each. All of them are asked of the
 * header of one frame, and answered at once. */
#include "policy/matches.h"

static const char *const direction_words[] = {"to-server", "to-client", NULL}; /* enum direction */
static const char *const opcode_words[] = {"continuation", "text", "binary",   "close",
                                           "ping",         "pong", "reserved", NULL};
static const uint8_t opcode_numbers[] = {WS_CONTINUATION, WS_TEXT, WS_BINARY,
                                         WS_CLOSE,        WS_PING, WS_PONG};
static const char *const rsv_words[] = {"rsv3", "rsv2", "rsv1", NULL}; /* from the lowest bit */

static enum answer ask_direction(const struct question *q, const struct condition *c)
{
    return answer_firm((c->value.as.words >> q->frame->direction & 1) != 0, c->value.negated);
}

static enum answer ask_opcode(const struct question *q, const struct condition *c)
{
    unsigned place = 0;

    while (place < sizeof(opcode_numbers) && opcode_numbers[place] != q->frame->header.opcode)
        place++; /* the last word is for all that have no name */
    return answer_firm((c->value.as.words >> place & 1) != 0, c->value.negated);
}

static enum answer ask_size(const struct question *q, const struct condition *c)
{
    return answer_firm(range_set_has(&c->value.as.ranges, q->frame->header.length),
                       c->value.negated);
}

static enum answer ask_flag(bool is, const struct condition *c)
{
    return answer_firm(is == (c->value.as.words != 0), c->value.negated);
}

static enum answer ask_fin(const struct question *q, const struct condition *c)
{
    return ask_flag(q->frame->header.fin, c);
}

static enum answer ask_masked(const struct question *q, const struct condition *c)
{
    return ask_flag(q->frame->header.masked, c);
}

static enum answer ask_compressed(const struct question *q, const struct condition *c)
{
    return ask_flag(q->frame->header.compressed, c);
}

static enum answer ask_rsv(const struct question *q, const struct condition *c)
{
    return answer_firm((c->value.as.words & q->frame->header.rsv) != 0, c->value.negated);
}

const struct key frame_keys[] = {
    {"direction", "frame", "who sent it", "to-client", .kind = VALUE_WORDS, .match = ask_direction,
     .words = direction_words},
    {"opcode", "frame", "what it is", "[continuation, reserved]", .kind = VALUE_WORDS,
     .match = ask_opcode, .words = opcode_words},
    {"size", "frame", "of its payload, in bytes, as on the wire", "'>=64KiB'", .kind = VALUE_SIZE,
     .match = ask_size},
    {"fin", "frame", "does it end its message?", "false", .kind = VALUE_FLAG, .match = ask_fin},
    {"masked", "frame", "does it have a masking key?", "false", .kind = VALUE_FLAG,
     .match = ask_masked},
    {"rsv", "frame", "one of these reserved bits is set", "[rsv2, rsv3]", .kind = VALUE_WORDS,
     .match = ask_rsv, .words = rsv_words},
    {"compressed", "frame", "is it of a compressed message (RFC 7692)?", "true", .kind = VALUE_FLAG,
     .match = ask_compressed},
    {.name = NULL},
};
