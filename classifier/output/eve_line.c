/* SPDX-License-Identifier: MIT */
#include "output/eve_line.h"

#include "output/clock_text.h"

void eve_fault(struct eve_line *l, const char *member, const char *fault)
{
    if (l->fault != NULL)
        return;
    l->member = member;
    l->fault = fault;
}

/* The member when it is there, of that kind; null is as good as absent. */
static const struct json_value *member_of(struct eve_line *l, const struct json_value *in,
                                          const char *member, enum json_kind kind)
{
    static const char *const fault[] = {[JSON_NULL] = "no null",
                                        [JSON_FALSE] = "neither true nor false",
                                        [JSON_TRUE] = "neither true nor false",
                                        [JSON_NUMBER] = "no number",
                                        [JSON_STRING] = "no string",
                                        [JSON_ARRAY] = "no array",
                                        [JSON_OBJECT] = "no object"};
    const struct json_value *v = json_tree_member(l->tree, in, member);

    if (v == NULL || v->kind == JSON_NULL)
        return NULL;
    if (v->kind == kind)
        return v;
    eve_fault(l, member, fault[kind]);
    return NULL;
}

const struct json_value *eve_object(struct eve_line *l, const struct json_value *in,
                                    const char *member)
{
    return member_of(l, in, member, JSON_OBJECT);
}

const struct json_value *eve_array(struct eve_line *l, const struct json_value *in,
                                   const char *member)
{
    return member_of(l, in, member, JSON_ARRAY);
}

bool eve_has(const struct eve_line *l, const struct json_value *in, const char *member)
{
    const struct json_value *v = json_tree_member(l->tree, in, member);

    return v != NULL && v->kind != JSON_NULL;
}

bool eve_true(struct eve_line *l, const struct json_value *in, const char *member)
{
    const struct json_value *v = json_tree_member(l->tree, in, member);

    if (v == NULL || v->kind == JSON_FALSE || v->kind == JSON_NULL)
        return false;
    return member_of(l, in, member, JSON_TRUE) != NULL;
}

/* Digits only: no sign, no fraction, no exponent. */
static bool read_u64(struct bytes digits, uint64_t *out)
{
    uint64_t value = 0;

    for (size_t i = 0; i < digits.len; i++) {
        const unsigned digit = (unsigned)(digits.at[i] - '0');
        if (digit > 9 || value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *out = value;
    return true;
}

uint64_t eve_number(struct eve_line *l, const struct json_value *in, const char *member,
                    uint64_t most)
{
    const struct json_value *v = member_of(l, in, member, JSON_NUMBER);
    uint64_t value = 0;

    if (v == NULL)
        return 0;
    if (read_u64(v->text, &value) && value <= most)
        return value;
    eve_fault(l, member, "no whole number of that size");
    return 0;
}

struct bytes eve_bytes(struct eve_line *l, const struct json_value *in, const char *member)
{
    const struct json_value *v = member_of(l, in, member, JSON_STRING);

    return v != NULL ? v->text : bytes_of(NULL, 0);
}

static bool read_hex(struct bytes digits, uint8_t *out)
{
    for (size_t i = 0; i + 1 < digits.len; i += 2) {
        const int high = hex_digit_value(digits.at[i]), low = hex_digit_value(digits.at[i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i / 2] = (uint8_t)(high << 4 | low);
    }
    return true;
}

bool eve_hex(struct eve_line *l, const struct json_value *in, const char *member, uint8_t *out,
             size_t len)
{
    const struct bytes digits = eve_bytes(l, in, member);

    if (digits.len == 0)
        return false;
    if (digits.len == 2 * len && read_hex(digits, out))
        return true;
    eve_fault(l, member, "not hex digits of that length");
    return false;
}

struct bytes eve_bytes_or_hex(struct eve_line *l, const struct json_value *in,
                              const char *const member[2], uint8_t *room, size_t most)
{
    const struct bytes digits = eve_bytes(l, in, member[1]);

    if (digits.len == 0)
        return bytes_first(eve_bytes(l, in, member[0]), most);
    if (digits.len % 2 == 0 && digits.len <= 2 * most && read_hex(digits, room))
        return bytes_of(room, digits.len / 2);
    eve_fault(l, member[1], "not hex digits of that length");
    return bytes_of(NULL, 0);
}

const char *eve_keep(struct eve_line *l, struct bytes text)
{
    const struct bytes kept = bytes_first(text, EVE_KEPT_MAX);
    char copy[EVE_KEPT_MAX + 1];

    if (kept.len > 0)
        memcpy(copy, kept.at, kept.len);
    copy[kept.len] = '\0';
    return tally_text(l->names, copy);
}

const char *eve_name(struct eve_line *l, const struct json_value *in, const char *member)
{
    const struct bytes text = eve_bytes(l, in, member);

    return text.len > 0 && text.at[0] != '\0' ? eve_keep(l, text) : NULL;
}

unsigned eve_word(struct eve_line *l, const struct json_value *in, const char *member,
                  const char *(*of)(unsigned), unsigned otherwise)
{
    const struct bytes text = eve_bytes(l, in, member);

    if (text.len == 0)
        return otherwise;
    for (unsigned i = 0; of(i) != NULL; i++)
        if (bytes_equal(text, bytes_of_text(of(i))))
            return i;
    return otherwise;
}

bool eve_time(struct eve_line *l, const struct json_value *in, const char *member, int64_t *ns)
{
    const struct bytes text = eve_bytes(l, in, member);

    if (text.len == 0)
        return false;
    if (clock_text_read(text, ns) && *ns >= FRAME_TIME_MIN && *ns <= FRAME_TIME_MAX)
        return true;
    eve_fault(l, member, "no time");
    return false;
}

bool eve_addr(struct eve_line *l, const struct json_value *in, const char *member, struct addr *out)
{
    const struct bytes text = eve_bytes(l, in, member);

    if (text.len == 0)
        return false;
    if (addr_from_text((const char *)text.at, out))
        return true;
    eve_fault(l, member, "no address");
    return false;
}

void eve_both(struct eve_line *l, const struct json_value *in, const char *const member[2],
              uint64_t out[2])
{
    for (int d = TO_SERVER; d <= TO_CLIENT; d++)
        out[d] = eve_number(l, in, member[d], UINT64_MAX);
}

void eve_both_u32(struct eve_line *l, const struct json_value *in, const char *const member[2],
                  uint32_t out[2])
{
    for (int d = TO_SERVER; d <= TO_CLIENT; d++)
        out[d] = (uint32_t)eve_number(l, in, member[d], UINT32_MAX);
}
