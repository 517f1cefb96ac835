/* SPDX-License-Identifier: MIT */
#include "output/flow_map.h"

#include "test.h"

enum { MANY = 2000 };

/* Ids that all want the same few slots, and those round the table's end. */
static uint64_t id_of(unsigned i, unsigned kind)
{
    return kind == 0 ? i : kind == 1 ? (uint64_t)i << 32 : (uint64_t)i << 32 | 0xffffff;
}

static void check_kind(unsigned kind)
{
    struct flow_map m = {0};
    static char what[MANY];
    bool good = true;

    CHECK(flow_map_find(&m, 1) == NULL && flow_map_remove(&m, 1) == NULL, "an empty map");
    for (unsigned i = 0; i < MANY; i++)
        good = good && flow_map_add(&m, id_of(i, kind), &what[i]);
    for (unsigned i = 0; i < MANY; i += 3)
        good = good && flow_map_remove(&m, id_of(i, kind)) == &what[i];
    for (unsigned i = 0; i < MANY; i++)
        good = good && flow_map_find(&m, id_of(i, kind)) == (i % 3 == 0 ? NULL : &what[i]);
    CHECK(good, "what was added is there until it is removed");
    CHECK(m.count == MANY - (MANY + 2) / 3, "counted");
    flow_map_free(&m);
}

int main(void)
{
    for (unsigned kind = 0; kind < 3; kind++)
        check_kind(kind);
    return test_end();
}
