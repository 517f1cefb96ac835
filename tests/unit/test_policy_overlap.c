/* SPDX-License-Identifier: MIT */
/* overlap: whose system reads overlapping bytes how. */
#include "policy_harness.h"

#define V          "version: 1\n"
#define NETWORK(n) V "overlap: {networks: [" n "]}\n" /* n begins at 2:22 */

static const struct mistake mistakes[] = {
    {V "overlap: linux\n",
     "t.yaml:2:10: \"overlap\" is a map, as in overlap: {default: linux}, not text"},
    {V "overlap: {defualt: linux}\n",
     "t.yaml:2:11: unknown key of overlap \"defualt\"; did you mean \"default\"?"},
    {V "overlap: {default: linus}\n",
     "t.yaml:2:20: unknown overlap policy \"linus\"; did you mean \"linux\"?"},
    {V "overlap: {default: plan9}\n", "t.yaml:2:20: unknown overlap policy \"plan9\""},
    {V "overlap: {default: [linux]}\n",
     "t.yaml:2:20: an overlap policy is a word, as linux, not a list"},
    {V "overlap: {networks: {a: b}}\n", "t.yaml:2:21: \"networks\" is a list, not a map"},
    {NETWORK("10.0.0.0/8"),
     "t.yaml:2:22: a network is a map, as in {net: 10.0.0.0/8, policy: windows}"},
    {NETWORK("{network: 10.0.0.0/8}"), "t.yaml:2:23: unknown key of a network \"network\""},
    {NETWORK("{net: 10.0.0.0/8, polcy: bsd}"),
     "t.yaml:2:40: unknown key of a network \"polcy\"; did you mean \"policy\"?"},
    {NETWORK("{net: 10.0.0.0/8}"), "t.yaml:2:22: a network without \"policy\""},
    {NETWORK("{policy: bsd}"), "t.yaml:2:22: a network without \"net\""},
    {NETWORK("{net: 10.0.0.1/8, policy: bsd}"),
     "t.yaml:2:28: \"10.0.0.1/8\" has bits behind its prefix; did you mean \"10.0.0.0/8\"?"},
    {NETWORK("{net: offices, policy: bsd}"),
     "t.yaml:2:28: \"offices\" is no address, no CIDR block and no group"},
    {NETWORK("{net: {not: 10.0.0.0/8}, policy: bsd}"),
     "t.yaml:2:28: \"net\" is an address or a list of addresses, not a map"},
    {NETWORK("{net: [], policy: bsd}"),
     "t.yaml:2:28: the list of \"net\" is empty, so nothing could match"},
    {NETWORK("{net: 10.0.0.0/8, policy: Windows}"),
     "t.yaml:2:48: unknown overlap policy \"Windows\"; did you mean \"windows\"?"},
};

static const char *policy_of(const struct policy *p, const char *address)
{
    struct addr a;
    uint8_t four[4];

    if (inet_pton(AF_INET, address, four) == 1)
        a = addr_from_ipv4(four);
    else
        CHECK(inet_pton(AF_INET6, address, a.byte) == 1, address);
    return overlap_name(policy_overlap(p, &a));
}

static void test_networks(void)
{
    static const char yaml[] = V "groups: {desks: [10.0.0.0/8, '2001:db8::/32']}\n"
                                 "overlap:\n"
                                 "  default: first\n"
                                 "  networks:\n"
                                 "  - {net: [10.1.2.3, 10.9.0.0/16], policy: solaris}\n"
                                 "  - {net: desks, policy: windows}\n"
                                 "  - {net: 192.0.2.0/24, policy: bsd}\n"
                                 "  - {net: '::/0', policy: last}\n";
    struct err err = {0};
    struct policy *p = harness_load(yaml, NULL, &err);

    CHECK_TEXT(err.text, "", "networks");
    if (p == NULL)
        return;
    CHECK_TEXT(policy_of(p, "10.1.2.3"), "solaris", "the first that has it");
    CHECK_TEXT(policy_of(p, "10.9.255.1"), "solaris", "of several");
    CHECK_TEXT(policy_of(p, "10.1.2.4"), "windows", "a group");
    CHECK_TEXT(policy_of(p, "2001:db8::1"), "windows", "IPv6");
    CHECK_TEXT(policy_of(p, "192.0.2.9"), "bsd", "a block");
    CHECK_TEXT(policy_of(p, "fe80::1"), "last", "everything");
    policy_free(p);
}

static void test_default(void)
{
    struct err err = {0};
    struct policy *none = policy_load(NULL, NULL, NULL, &err);
    struct policy *first = harness_load(V "overlap: {default: first}\n", NULL, &err);
    struct policy *empty = harness_load(V "overlap: {}\n", NULL, &err);

    CHECK_TEXT(err.text, "", "defaults");
    CHECK_TEXT(policy_of(none, "10.0.0.1"), "linux", "no rules");
    CHECK_TEXT(policy_of(first, "10.0.0.1"), "first", "the default");
    CHECK_TEXT(policy_of(empty, "10.0.0.1"), "linux", "nothing said");
    policy_free(none);
    policy_free(first);
    policy_free(empty);
}

int main(void)
{
    harness_mistakes(mistakes, sizeof(mistakes) / sizeof(mistakes[0]));
    test_networks();
    test_default();
    return test_end();
}
