/* SPDX-License-Identifier: MIT */
#include "policy_harness.h"

static const char everything[] =
    "# comment\n"
    "version: 1\n"
    "default: block\n"
    "groups: {z: 10.0.0.0/8, office: [192.168.0.0/16, '2001:db8::/32']}\n"
    "ports: {udp/443: any, 8000-8099: [http, websocket], 80: http}\n"
    "overlap: {networks: [{net: [office, 10.1.2.3], policy: windows}, {policy: bsd, net: z}]}\n"
    "rules:\n"
    "- name: it's a \"name\"\n"
    "  action: block\n"
    "  match: {app: [ssh, 's*'], client: {not: [office, 1.2.3.4]}, mismatch: true}\n"
    "- {name: b, action: allow, match: {}}\n"
    "- {name: c, action: alert, match: {host: '/a: #b/', message: {size: '>64KiB', contains: "
    "\"a\\0\\n\\u2028\\\"\", opcode: {not: text}}}}\n"
    "- {name: d, action: alert, match: {layers: tls, confidence: certain, message: {}}}\n";

static const char shown[] = "version: 1\n"
                            "default: block\n"
                            "groups:\n"
                            "  office: [192.168.0.0/16, '2001:db8::/32']\n"
                            "  z: 10.0.0.0/8\n"
                            "ports: # beside those that are built in\n"
                            "  tcp/80: [http]\n"
                            "  tcp/8000-8099: [http, websocket]\n"
                            "  udp/443: []\n"
                            "overlap:\n"
                            "  default: linux\n"
                            "  networks: # the first that has the receiver's address\n"
                            "  - {net: [office, 10.1.2.3], policy: windows}\n"
                            "  - {net: z, policy: bsd}\n"
                            "rules:\n"
                            "  - name: 'it''s a \"name\"' # rule 1, line 8\n"
                            "    action: block\n"
                            "    match:\n"
                            "      app: [ssh, 's*']\n"
                            "      client: {not: [office, 1.2.3.4]}\n"
                            "      mismatch: true\n"
                            "      confidence: strong # at least\n"
                            "  - name: b # rule 2, line 11\n"
                            "    action: allow\n"
                            "    match: {}\n"
                            "  - name: c # rule 3, line 12\n"
                            "    action: alert\n"
                            "    match:\n"
                            "      host: '/a: #b/'\n"
                            "      message:\n"
                            "        size: '>64KiB'\n"
                            "        contains: \"a\\x00\\x0a\\u2028\\\"\"\n"
                            "        opcode: {not: text}\n"
                            "  - name: d # rule 4, line 13\n"
                            "    action: alert\n"
                            "    match:\n"
                            "      layers: tls\n"
                            "      confidence: certain # at least\n"
                            "      message: {}\n";

static struct bytes without_comments(struct buffer *b)
{
    const struct bytes all = buffer_bytes(b);
    return bytes_first(all, bytes_find(all, LITERAL("# 1 content pattern")));
}

/* Place names and line numbers aside, what is shown is what it was loaded from. */
static void check_round_trip(const struct policy *p)
{
    struct buffer first = {0}, second = {0};
    struct err err = {0};

    policy_show(p, &first);
    struct policy *again = policy_load_text(buffer_bytes(&first), "again", NULL, NULL, &err);
    CHECK_TEXT(err.text, "", "what is shown can be loaded");
    CHECK(again != NULL && policy_rule_count(again) == policy_rule_count(p), "the same rules");
    if (again != NULL)
        policy_show(again, &second);
    policy_free(again);
    again = policy_load_text(buffer_bytes(&second), "again", NULL, NULL, &err);
    buffer_clear(&first);
    if (again != NULL)
        policy_show(again, &first);
    CHECK(bytes_equal(buffer_bytes(&first), buffer_bytes(&second)), "and shows the same again");
    policy_free(again);
    buffer_free(&first);
    buffer_free(&second);
}

int main(void)
{
    struct err err = {0};
    struct buffer text = {0};
    struct policy *p = harness_load(everything, NULL, &err);

    CHECK_TEXT(err.text, "", "loads");
    policy_show(p, &text);
    CHECK(bytes_equal(without_comments(&text), bytes_of_text(shown)), "as written down here");
    CHECK(text.len > sizeof(shown), "says what the content patterns cost");
    check_round_trip(p);
    policy_free(p);
    buffer_clear(&text);
    p = policy_load(NULL, NULL, NULL, &err);
    policy_show(p, &text);
    CHECK(
        bytes_equal(buffer_bytes(&text),
                    LITERAL("version: 1\ndefault: allow\noverlap:\n  default: linux\nrules: []\n")),
        "no rules");
    check_round_trip(p);
    policy_free(p);
    buffer_free(&text);
    return test_end();
}
