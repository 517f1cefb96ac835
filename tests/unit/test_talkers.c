/* SPDX-License-Identifier: MIT */
/* Who is listed, and with what, against a list that is searched from end to end. */
#include "output/talkers.h"

#include "random.h"
#include "test.h"

#define FLOWS 12000

struct plain {
    struct addr addr;
    uint64_t bytes, missed;
};

static uint32_t smallest_of(const struct plain *list, uint32_t count)
{
    uint32_t least = 0;

    for (uint32_t i = 1; i < count; i++)
        if (list[i].bytes + list[i].missed < list[least].bytes + list[least].missed)
            least = i;
    return least;
}

static uint32_t count_plain(struct plain *list, uint32_t count, const struct addr *who,
                            uint64_t bytes)
{
    uint32_t i = 0;

    while (i < count && addr_compare(&list[i].addr, who) != 0)
        i++;
    if (i == TALKERS) {
        i = smallest_of(list, count);
        list[i] = (struct plain){*who, 0, list[i].bytes + list[i].missed};
    } else if (i == count) {
        list[count++] = (struct plain){.addr = *who};
    }
    list[i].bytes += bytes;
    return count;
}

int main(void)
{
    static struct talkers t;
    static struct plain list[TALKERS];
    uint32_t count = 0;
    bool same = true;

    talkers_init(&t);
    for (unsigned i = 0; i < FLOWS; i++) {
        struct flow_info f = {.bytes = {random_below(3) * 100 + random_below(50)}};
        const uint32_t n = random_below(4) == 0 ? random_below(20) : random_below(9000);
        const uint8_t four[4] = {10, 0, (uint8_t)(n >> 8), (uint8_t)n};
        const struct addr who = addr_from_ipv4(four);
        talkers_add(&t, &who, &f);
        count = count_plain(list, count, &who, f.bytes[TO_SERVER]);
    }
    CHECK(t.tally.count == TALKERS && count == TALKERS && t.others.flows > 0, "more than fit");
    for (uint32_t i = 0; i < count; i++) {
        const struct talker *a = tally_at(&t.tally, i);
        same = same && addr_compare(&a->addr, &list[i].addr) == 0 &&
               totals_bytes(&a->totals) == list[i].bytes && a->missed_bytes == list[i].missed;
    }
    CHECK(same, "the same ones");
    talkers_free(&t);
    return test_end();
}
