/* SPDX-License-Identifier: MIT */
/* bank.h - many patterns as one Hyperscan database. The only door to Hyperscan.
 *
 * Patterns are searched for anywhere in the text; ^ and $ are its ends; `.` is any byte. One bank
 * is either of whole texts (bank_scan) or of streams, cut anywhere (bank_stream_*). A hit sets the
 * pattern's bit in `hits`, which the caller clears.
 * State: value type, zero-filled = no patterns. Read-only once compiled, shared by workers.
 */
#ifndef POLICY_BANK_H
#define POLICY_BANK_H

#include "base/budget.h"
#include "policy/node.h"
#include "policy/parts.h"

#define PATTERN_MAX 4096 /* bytes of one pattern */
/* Of a bank of streams: with more patterns than these whole texts are searched as streams, too. To
 * compile them a second time would take longer than it saves. */
#define BANK_WHOLE_MAX 1024

struct hs_database;
struct hs_scratch;
struct hs_stream;

struct bank_pattern {
    char *regex; /* owned */
    unsigned flags;
    const struct node *where; /* for the sentence when it does not compile */
};

struct bank {
    bool streaming;
    uint32_t count, room;
    struct bank_pattern *pattern;
    struct hs_database *database; /* NULL: no patterns, or not compiled yet */
    struct hs_database *whole;    /* streaming: of whole texts; or NULL */
    struct parts parts;           /* what is asked before that */
    size_t stream_bytes;          /* what one stream takes */
};

/* Adds a regular expression (Hyperscan's syntax: PCRE without backreferences and lookaround), or a
 * text to be found as it is. False, with the sentence, when the pattern cannot be used. */
bool bank_add_regex(struct bank *b, struct bytes regex, bool nocase, const struct node *where,
                    const struct source *s);
bool bank_add_literal(struct bank *b, struct bytes text, const struct node *where,
                      const struct source *s);
/* What one pattern takes by itself: compiled, and as state of a stream. */
struct pattern_cost {
    size_t bytes, state;
};
bool bank_cost(const struct bank *b, uint32_t id, struct pattern_cost *out);
/* Bytes as hexadecimal digits, two each, with spaces between them as one likes; ?? is any byte. */
bool bank_add_hex(struct bank *b, struct bytes digits, const struct node *where,
                  const struct source *s);
bool bank_compile(struct bank *b, const struct source *s);
void bank_free(struct bank *b);

/* Words of a bitset with a bit for each pattern. */
size_t bank_words(const struct bank *b);

/* Scratch that fits each bank it was given for; NULL `*scratch` at first. */
bool bank_scratch(const struct bank *b, struct hs_scratch **scratch);
size_t bank_scratch_bytes(const struct hs_scratch *scratch);
void bank_scratch_free(struct hs_scratch *scratch); /* NULL is fine */

void bank_scan(const struct bank *b, struct hs_scratch *scratch, struct bytes text, uint64_t *hits);

/* Would a stream of this text hit? True, too, where that cannot be told without one. */
bool bank_meets(const struct bank *b, struct hs_scratch *scratch, struct bytes text);

/* What is in each text of less than a GiB that bank_meets() says yes of. NULL: no one thing. */
const struct simd_text *bank_part(const struct bank *b);

/* NULL when the budget or the machine has no memory left. */
struct hs_stream *bank_stream_open(const struct bank *b, struct budget *budget);
/* True when a pattern hit that had not. */
bool bank_stream_feed(struct hs_stream *stream, struct hs_scratch *scratch, struct bytes text,
                      uint64_t *hits);
/* The text is over: patterns with $ may hit. The stream is ready for the next text. */
bool bank_stream_end(struct hs_stream *stream, struct hs_scratch *scratch, uint64_t *hits);
/* Forgets what was fed. */
void bank_stream_restart(struct hs_stream *stream);
void bank_stream_close(const struct bank *b, struct budget *budget, struct hs_stream *stream);

#endif
