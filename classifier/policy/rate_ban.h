/* SPDX-License-Identifier: MIT */
/* rate_ban.h - who broke a limit, until when it counts, and whether it was told.
 *
 * State: RATE_BANS places at most, in sets of BAN_WAYS; in a set that is full the one that ends
 * first gives way. Fixed at creation, in the budget.
 */
#ifndef POLICY_RATE_BAN_H
#define POLICY_RATE_BAN_H

#include "policy/rate_table.h"

#define RATE_BANS     8192U /* of all rules; a power of two */
#define RATE_BANS_MIN 64U
#define BAN_WAYS      8U

struct ban {
    struct rate_key key;
    bool used, told, adaptive;
    int64_t from_ns, until_ns;
    uint64_t count, over; /* as in struct rate_alert */
};

struct ban_table;

struct ban_table *ban_table_create(size_t places, const struct hash_key *hash,
                                   struct budget *budget);
void ban_table_free(struct ban_table *t, struct budget *budget); /* NULL is fine */
void ban_table_clear(struct ban_table *t);

/* Adds it; where one of its key is in force, that one goes on until the new one's end. */
void ban_add(struct ban_table *t, const struct ban *ban);
/* The ban of this key that is in force at that time; NULL: there is none. */
struct ban *ban_find(struct ban_table *t, const struct rate_key *key, int64_t time_ns);

uint64_t ban_count(const struct ban_table *t);     /* that ever began */
uint64_t ban_displaced(const struct ban_table *t); /* that gave way while in force */

#endif
