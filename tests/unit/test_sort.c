/* SPDX-License-Identifier: MIT */
#include "base/sort.h"
#include "random.h"
#include "test.h"

#define MOST 3000U

static struct sort_record at[MOST], room[MOST];

/* `kept`: bits of the keys that differ. Values say where a record stood. */
static void check(size_t count, uint64_t kept)
{
    uint64_t sum = 0;
    unsigned wrong = 0;

    for (size_t i = 0; i < count; i++) {
        const uint64_t high = random_below(UINT32_MAX);
        at[i] =
            (struct sort_record){.key = (high << 32 | random_below(UINT32_MAX)) & kept, .value = i};
        sum += at[i].key;
    }
    sort_records(at, room, count);
    for (size_t i = 1; i < count; i++)
        wrong += at[i - 1].key > at[i].key ||
                 (at[i - 1].key == at[i].key && at[i - 1].value > at[i].value);
    for (size_t i = 0; i < count; i++)
        sum -= at[i].key;
    CHECK(wrong == 0 && sum == 0, "in order, what is equal as it stood, and all there");
}

int main(void)
{
    static const uint64_t kept[] = {
        0, 1, 0xff, 0x300, 0xffffff, UINT32_MAX, 0xff00ff0000000000U, UINT64_MAX};

    for (size_t count = 0; count < 80; count++)
        for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
            check(count, kept[i]);
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
        check(MOST, kept[i]);
    return test_end();
}
