/* SPDX-License-Identifier: MIT */
/* eve_line.h - the members of one line of EVE while it is read back. For eve_read*.c.
 *
 * Errors: the first member that is not what it should be is kept in `member` and `fault`; every
 *         later question still gives something harmless. An absent member is 0, empty, NULL, false.
 */
#ifndef OUTPUT_EVE_LINE_H
#define OUTPUT_EVE_LINE_H

#include "base/json_tree.h"
#include "model/flow_info.h"
#include "output/tally.h"

#define EVE_KEPT_MAX 1024

struct eve_line {
    const struct json_tree *tree;
    const struct json_value *top, *more; /* more: the member `portwarden`, or NULL */
    struct tally *names;                 /* texts that outlive the line */
    const char *member, *fault;          /* NULL: all was well so far */
};

void eve_fault(struct eve_line *l, const char *member, const char *fault);

/* `in` may be NULL: then all is absent. */
const struct json_value *eve_object(struct eve_line *l, const struct json_value *in,
                                    const char *member);
const struct json_value *eve_array(struct eve_line *l, const struct json_value *in,
                                   const char *member);
bool eve_has(const struct eve_line *l, const struct json_value *in, const char *member);
bool eve_true(struct eve_line *l, const struct json_value *in, const char *member);
uint64_t eve_number(struct eve_line *l, const struct json_value *in, const char *member,
                    uint64_t most);
/* With a NUL behind it. */
struct bytes eve_bytes(struct eve_line *l, const struct json_value *in, const char *member);
/* The bytes of `hex_member` when it is there, put into `room`; else those of `member`. */
struct bytes eve_bytes_or_hex(struct eve_line *l, const struct json_value *in,
                              const char *const member[2], uint8_t *room, size_t most);
/* Exactly `len` bytes; false: absent. */
bool eve_hex(struct eve_line *l, const struct json_value *in, const char *member, uint8_t *out,
             size_t len);
/* The text, at most EVE_KEPT_MAX bytes of it, which outlives the line: the same pointer for the
 * same text. */
const char *eve_keep(struct eve_line *l, struct bytes text);
/* Kept in that way. NULL: absent. */
const char *eve_name(struct eve_line *l, const struct json_value *in, const char *member);
/* Its place among the words of `of` (eve_words.h, label.h); `otherwise`: absent, or another word.
 */
unsigned eve_word(struct eve_line *l, const struct json_value *in, const char *member,
                  const char *(*of)(unsigned), unsigned otherwise);
/* False: absent. */
bool eve_time(struct eve_line *l, const struct json_value *in, const char *member, int64_t *ns);
bool eve_addr(struct eve_line *l, const struct json_value *in, const char *member,
              struct addr *out);
/* Members A_toserver and A_toclient. */
void eve_both(struct eve_line *l, const struct json_value *in, const char *const member[2],
              uint64_t out[2]);
void eve_both_u32(struct eve_line *l, const struct json_value *in, const char *const member[2],
                  uint32_t out[2]);

#endif
