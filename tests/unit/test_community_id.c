/* SPDX-License-Identifier: MIT */
/* The baseline of the specification (baseline/baseline_deflt.json, seed 0): all rows with ports. */
#include "output/community_id.h"

#include "test.h"

static const struct row {
    uint8_t proto;
    const char *source, *dest;
    const char *id;
} baseline[] = {
    {6, "[2001:470:e5bf:dead:4957:2174:e82c:4887]:63943", "[2607:f8b0:400c:c03::1a]:25",
     "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4="},
    {6, "[2607:f8b0:400c:c03::1a]:25", "[2001:470:e5bf:dead:4957:2174:e82c:4887]:63943",
     "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4="},
    {132, "192.168.170.8:7", "192.168.170.56:7", "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs="},
    {132, "192.168.170.56:7", "192.168.170.8:7", "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs="},
    {6, "128.232.110.120:34855", "66.35.250.204:80", "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
    {6, "66.35.250.204:80", "128.232.110.120:34855", "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
    {17, "192.168.1.52:54585", "8.8.8.8:53", "1:d/FP5EW3wiY1vCndhwleRRKHowQ="},
    {17, "8.8.8.8:53", "192.168.1.52:54585", "1:d/FP5EW3wiY1vCndhwleRRKHowQ="},
};

/* The address order and the port order are not the same thing. */
static const struct row same_address = {6, "10.0.0.1:2", "10.0.0.1:1", NULL};

static void ends_of(const struct row *r, struct endpoint ends[2])
{
    CHECK(endpoint_from_text(r->source, &ends[0]), r->source);
    CHECK(endpoint_from_text(r->dest, &ends[1]), r->dest);
}

static void test_baseline(struct digest *d)
{
    for (size_t i = 0; i < sizeof(baseline) / sizeof(baseline[0]); i++) {
        struct endpoint ends[2];
        uint8_t text[COMMUNITY_ID_ROOM];
        ends_of(&baseline[i], ends);
        community_id(d, ends, baseline[i].proto, text);
        CHECK_TEXT((char *)text, baseline[i].id, baseline[i].source);
    }
}

static void test_order(struct digest *d)
{
    struct endpoint ends[2];
    uint8_t one[COMMUNITY_ID_ROOM], other[COMMUNITY_ID_ROOM];

    ends_of(&same_address, ends);
    community_id(d, ends, same_address.proto, one);
    const struct endpoint swapped[2] = {ends[1], ends[0]};
    community_id(d, swapped, same_address.proto, other);
    CHECK_TEXT((char *)other, (char *)one, "both directions, one address");
}

int main(void)
{
    struct digest *d = digest_create(NULL);

    test_baseline(d);
    test_order(d);
    digest_free(d);
    return test_end();
}
