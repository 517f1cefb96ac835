/* SPDX-License-Identifier: MIT */
#include "output/flow_name.h"

#include <stdlib.h>

static bool same(const struct endpoint *a, const struct endpoint *b)
{
    return a->port == b->port && addr_compare(&a->addr, &b->addr) == 0;
}

bool flow_name_fits(const struct flow_name *n, const struct flow_info *flow)
{
    if (n->by_id)
        return flow->id == n->id;
    return (same(&n->ends[0], &flow->client) && same(&n->ends[1], &flow->server)) ||
           (same(&n->ends[1], &flow->client) && same(&n->ends[0], &flow->server));
}

/* The whole text is digits. */
static bool parse_id(const char *text, uint64_t *id)
{
    char *end;

    if (text[0] == '\0' || strspn(text, "0123456789") != strlen(text))
        return false;
    *id = strtoull(text, &end, 10);
    return *end == '\0';
}

static bool parse_ends(const char *text, struct endpoint ends[2])
{
    const char *between = " ->";
    const size_t first_len = strcspn(text, between);
    char first[ENDPOINT_TEXT_ROOM];

    if (first_len >= sizeof(first))
        return false;
    memcpy(first, text, first_len);
    first[first_len] = '\0';
    const char *second = text + first_len + strspn(text + first_len, between);
    return endpoint_from_text(first, &ends[0]) && endpoint_from_text(second, &ends[1]);
}

bool flow_name_read(const char *text, struct flow_name *out)
{
    *out = (struct flow_name){.by_id = true};
    if (parse_id(text, &out->id))
        return true;
    out->by_id = false;
    return parse_ends(text, out->ends);
}
