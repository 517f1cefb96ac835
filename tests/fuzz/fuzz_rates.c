/* SPDX-License-Identifier: MIT */
/* Counters and bans, with keys and clocks that somebody else chose: each six bytes are a key and
 * how far the clock moves, forth or back. No counter may say more than was counted of its key. */
#include "policy/rate_ban.h"

#include <stdlib.h>

#define STEP_BYTES  6
#define WITHIN_NS   16000000000LL
#define KEYS        65536
#define BAN_EVERY   7
#define CLOCK_UNITS 256 /* ns: the clock moves by up to 500 s in either direction */

static uint32_t counted[KEYS];

static struct rate_key key_of(unsigned n)
{
    struct rate_key key = {.port = (uint16_t)n, .prefix = 32};
    return key;
}

static void step(struct rate_table *t, struct ban_table *bans, unsigned n, int64_t now)
{
    const struct rate_key key = key_of(n);
    const struct rate_entry *e = rate_table_add(t, &key, now);

    counted[n]++;
    if (e != NULL && (e->sum > counted[n] || e->sum == 0))
        abort();
    if (n % BAN_EVERY == 0) {
        const struct ban ban = {.key = key, .from_ns = now, .until_ns = now + WITHIN_NS};
        ban_add(bans, &ban);
        if (ban_find(bans, &key, now) == NULL)
            abort();
        rate_table_forget(t, &key);
        counted[n] = 0;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct rate_table_shape shape = {.hash = hash_key_from_seed(1),
                                           .entries = RATE_ENTRIES_MIN,
                                           .within_ns = WITHIN_NS,
                                           .adaptive = size > 0 && (data[0] & 1) != 0};
    struct budget budget = {0};
    struct rate_table *t = rate_table_create(&shape, &budget);
    struct ban_table *bans = ban_table_create(RATE_BANS_MIN, &shape.hash, &budget);
    int64_t now = 0;

    memset(counted, 0, sizeof(counted));
    for (size_t at = 0; at + STEP_BYTES <= size; at += STEP_BYTES) {
        int32_t moved;
        memcpy(&moved, data + at + 2, sizeof(moved));
        now += (int64_t)moved * CLOCK_UNITS;
        step(t, bans, (unsigned)data[at] << 8 | data[at + 1], now);
    }
    rate_table_free(t, &budget);
    ban_table_free(bans, &budget);
    if (budget.used != 0)
        abort();
    return 0;
}
