/* SPDX-License-Identifier: MIT */
/* value_read.h - the readers of the kinds of values: value_read() picks one. */
#ifndef POLICY_VALUE_READ_H
#define POLICY_VALUE_READ_H

#include "policy/load.h"
#include "policy/value.h"

#define HASH_DIGITS    (2 * INFO_HASH_LEN)
#define HASH_DIGITS_V2 64 /* SHA-256, cut */

/* * is any run of bytes, ? any one byte; the glob is in lower case already when `nocase`. */
bool glob_matches(struct bytes glob, struct bytes text, bool nocase);

/* `first` heads a chain of scalars, each with something in it; for addresses, texts and info-hashes
 * some may be {file: NAME}. */
bool value_read_text(struct loader *l, const struct key *key, const struct node *first,
                     struct value *out);
bool value_read_ranges(struct loader *l, const struct key *key, const struct node *first,
                       struct value *out);
bool value_read_addresses(struct loader *l, const struct key *key, const struct node *first,
                          struct value *out);
/* "80", "8000-8999", ">1023" of one of the kinds of numbers. */
bool range_read(struct loader *l, const struct node *n, enum value_kind kind, struct range *out);
/* Any text, even an empty one; or, negated, none. */
bool value_read_presence(struct loader *l, bool absent, struct value *out);
/* An address or a CIDR block. */
bool address_block_read(const struct loader *l, const struct node *n, struct addr_range *out);
/* Sorts; ranges that overlap become one. */
void addr_set_merge(struct addr_set *s);
void hash_set_sort(struct hash_set *s);
/* Sorts; ranges that touch become one. */
void range_set_merge(struct range_set *s);
bool value_read_times(struct loader *l, const struct key *key, const struct node *first,
                      struct value *out);
bool value_read_days(struct loader *l, const struct key *key, const struct node *first,
                     struct value *out);
/* "UTC", "+02:00", "-05:30": nanoseconds east of it. */
bool value_read_timezone(struct loader *l, const struct node *n, int64_t *out);
bool value_read_anomalies(struct loader *l, const struct key *key, const struct node *first,
                          struct value *out);
/* 40 or 64 hexadecimal digits; the first INFO_HASH_LEN bytes, as peers say them (BEP 52). */
bool hash_from_text(struct bytes text, uint8_t out[INFO_HASH_LEN]);
/* Does it have one that is only seen by reading what WebSocket messages hold? */
bool anomaly_set_of_payload(const struct anomaly_set *s);
bool value_read_hashes(struct loader *l, const struct key *key, const struct node *first,
                       struct value *out);

#endif
