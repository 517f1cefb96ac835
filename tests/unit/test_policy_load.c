/* SPDX-License-Identifier: MIT */
#include "model/event.h"
#include "policy_harness.h"

#define V        "version: 1\n"
#define MATCH(m) V "rules:\n- {name: a, action: block, match: " m "}\n" /* m begins at 3:35 */
#define RULES(r) V "rules:\n" r

static const struct mistake mistakes[] = {
    /* YAML */
    {"", "t.yaml:1:1: the file is empty; a rules file begins with version: 1"},
    {"# only a comment\n", "t.yaml:1:1: the file is empty; a rules file begins with version: 1"},
    {"version: [1\n", "t.yaml:2:1: not valid YAML: did not find expected ',' or ']' while parsing "
                      "a flow sequence"},
    {"version: 1\n\tdefault: allow\n",
     "t.yaml:2:1: not valid YAML: found a tab character that violates indentation while scanning a "
     "plain scalar"},
    {"version: 1\ndefault: \xff\n", "t.yaml:2:10: not valid YAML: invalid leading UTF-8 octet"},
    {V "---\nversion: 1\n", "t.yaml:2:1: a rules file is one YAML document; here a second begins"},
    {MATCH("{host: *.example.com}"), "t.yaml:3:43: a value that begins with * needs quotes: "
                                     "'*.example'"},
    {MATCH("{host: *example}"), "t.yaml:3:42: \"*example\" is a YAML alias; a value that begins "
                                "with * needs quotes"},
    {MATCH("{app: !http x}"), "t.yaml:3:41: \"!http\" is a YAML tag; to negate write {not: http}"},
    {MATCH("{server-port: !!int 80}"),
     "t.yaml:3:49: the YAML tag \"tag:yaml.org,2002:int\" has no meaning in rules"},
    {V "? [a]\n: b\n", "t.yaml:2:3: a key is a word, not a list"},
    {V "version: 1\n", "t.yaml:2:1: \"version\" is here twice; first in line 1"},
    {V "rules: [[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]\n",
     "t.yaml:2:23: nested more than 16 levels deep"},

    /* sections */
    {"[a, b]\n", "t.yaml:1:1: a rules file is a map that begins with version: 1, not a list"},
    {"just text\n", "t.yaml:1:1: a rules file is a map that begins with version: 1, not text"},
    {"default: allow\n", "t.yaml:1:1: no \"version\": a rules file begins with version: 1"},
    {"version: 2\n", "t.yaml:1:10: version \"2\" is not known; this portwarden reads version 1"},
    {"version: [1]\n", "t.yaml:1:10: \"version\" is the number 1, not a list"},
    {V "defualt: block\n", "t.yaml:2:1: unknown section \"defualt\"; did you mean \"default\"?"},
    {V "frobnicate: 1\n", "t.yaml:2:1: unknown section \"frobnicate\""},
    {V "default: drop\n", "t.yaml:2:10: unknown default \"drop\""},
    {V "default: blok\n", "t.yaml:2:10: unknown default \"blok\"; did you mean \"block\"?"},
    {V "default: {a: b}\n", "t.yaml:2:10: \"default\" is allow or block, not a map"},
    {V "rules: {a: b}\n", "t.yaml:2:8: \"rules\" is a list, not a map"},
    {V "rules:\n", "t.yaml:2:7: \"rules\" is a list, not nothing"},

    /* groups and ports */
    {V "groups: [a]\n", "t.yaml:2:9: \"groups\" is a map, as in groups: {office: [10.0.0.0/8]}"},
    {V "groups: {g: []}\n", "t.yaml:2:13: the list of \"groups\" is empty, so nothing could match"},
    {V "groups: {g: {not: 10.0.0.0/8}}\n",
     "t.yaml:2:13: a group is a list of addresses, not a map"},
    {V "groups: {'a b': 10.0.0.0/8}\n",
     "t.yaml:2:10: \"a b\" is no group name: letters, digits, - and _"},
    {V "groups: {g: [10.0.0.0/33]}\n",
     "t.yaml:2:14: \"10.0.0.0/33\" needs a prefix of 0 to 32 bits"},
    {V "groups: {g: [10.0.0.1/8]}\n",
     "t.yaml:2:14: \"10.0.0.1/8\" has bits behind its prefix; did you mean \"10.0.0.0/8\"?"},
    {V "groups: {g: ['2001:db8::1/32']}\n",
     "t.yaml:2:14: \"2001:db8::1/32\" has bits behind its prefix; did you mean "
     "\"2001:db8::/32\"?"},
    {V "groups: {g: ['::/129']}\n", "t.yaml:2:14: \"::/129\" needs a prefix of 0 to 128 bits"},
    {V "groups: {g: ['::/']}\n", "t.yaml:2:14: \"::/\" needs a prefix of 0 to 128 bits"},
    {V "groups: {g: 10.0.0.256}\n",
     "t.yaml:2:13: \"10.0.0.256\" is no address, no CIDR block and no group"},
    {V "groups: {g: 10.0.0.1, h: [g]}\n",
     "t.yaml:2:27: \"g\" is no address, no CIDR block and no group"},
    {V "ports: [80]\n", "t.yaml:2:8: \"ports\" is a map, as in ports: {80: [http, websocket]}"},
    {V "ports: {udp/: quic}\n",
     "t.yaml:2:9: \"\" is no port (0 to 65535), range (8000-8999) or bound (>1023)"},
    {V "ports: {web: http}\n",
     "t.yaml:2:9: \"web\" is no port (0 to 65535), range (8000-8999) or bound (>1023)"},
    {V "ports: {80: {a: b}}\n",
     "t.yaml:2:13: a port promises a name or a list of names, not a map"},
    {V "ports: {80: [http, [a]]}\n", "t.yaml:2:20: a port promises protocol names, not a list"},
    {V "ports: {80: }\n", "t.yaml:2:13: a port promises protocol names, not nothing"},
    {V "ports: {80: [any, http]}\n",
     "t.yaml:2:14: \"any\" stands alone: the port promises nothing"},
    {V "ports: {80: HTTP}\n",
     "t.yaml:2:13: \"HTTP\" is no protocol name: lower-case letters, digits, - _ ."},
    {V "ports: {80: [a, b, c, d, e, f, g, h, i]}\n",
     "t.yaml:2:38: a port may promise at most 8 protocols"},
    {V "ports: {80-90: http, tcp/85: ssh}\n", "t.yaml:2:8: port 85 is in two entries of \"ports\""},

    /* rules */
    {RULES("- text\n"), "t.yaml:3:3: a rule is a map with name, action and match; not text"},
    {RULES("- {action: block, match: {}}\n"), "t.yaml:3:3: a rule without a \"name\""},
    {RULES("- {name: '', action: block, match: {}}\n"),
     "t.yaml:3:10: the \"name\" of a rule is empty"},
    {RULES("- {name: [a], action: block, match: {}}\n"),
     "t.yaml:3:10: the \"name\" of a rule is text, not a list"},
    {RULES("- {name: \"a\\n\", action: block, match: {}}\n"),
     "t.yaml:3:10: a rule's name with control characters"},
    {RULES("- {name: a, match: {}}\n"),
     "t.yaml:3:3: the rule \"a\" has no \"action\": allow, block or alert"},
    {RULES("- {name: a, action: alret, match: {}}\n"),
     "t.yaml:3:21: unknown action \"alret\"; did you mean \"alert\"?"},
    {RULES("- {name: a, action: [block], match: {}}\n"),
     "t.yaml:3:21: \"action\" is allow, block or alert, not a list"},
    {RULES("- {name: a, action: block}\n"),
     "t.yaml:3:3: the rule \"a\" has no \"match\"; match: {} is every flow"},
    {RULES("- {name: a, action: block, match: }\n"),
     "t.yaml:3:35: \"match\" is a map, as in match: {app: http}; not nothing"},
    {RULES("- {name: a, action: block, mach: {}}\n"),
     "t.yaml:3:28: unknown key of a rule \"mach\"; did you mean \"match\"?"},
    {RULES("- {name: a, action: block, match: {}}\n- {name: b, action: allow, match: {app: x}}\n"
           "- {name: a, action: allow, match: {}}\n"),
     "t.yaml:5:10: the name \"a\" is taken by the rule in line 3"},

    /* conditions */
    {MATCH("{server-prot: 80}"),
     "t.yaml:3:36: unknown key \"server-prot\"; did you mean \"server-port\"?"},
    {MATCH("{sin: x}"), "t.yaml:3:36: unknown key \"sin\"; did you mean \"sni\"?"},
    {MATCH("{xyzzy: x}"), "t.yaml:3:36: unknown key \"xyzzy\""},
    {MATCH("{app: }"), "t.yaml:3:41: \"app\" has no value"},
    {MATCH("{app: ''}"), "t.yaml:3:41: \"app\" has no value"},
    {MATCH("{app: []}"), "t.yaml:3:41: the list of \"app\" is empty, so nothing could match"},
    {MATCH("{app: [a, [b]]}"), "t.yaml:3:45: a list inside the list of \"app\""},
    {MATCH("{app: [a, {not: b}]}"),
     "t.yaml:3:45: \"app\" takes a value, a list of values or {not: ...}, not a map"},
    {MATCH("{app: {nto: b}}"), "t.yaml:3:42: \"app\" takes a value, a list of values or {not: "
                               "...}; \"nto\" is none of them"},
    {MATCH("{app: {not: {not: b}}}"),
     "t.yaml:3:47: \"app\" takes a value, a list of values or {not: ...}, not a map"},
    {MATCH("{app: {}}"), "t.yaml:3:41: \"app\" takes a value, a list of values or {not: ...}; "
                         "\"{}\" is none of them"},
    {MATCH("{proto: icmp}"), "t.yaml:3:43: unknown proto \"icmp\""},
    {MATCH("{mismatch: maybe}"), "t.yaml:3:46: \"mismatch\" is true or false"},
    {MATCH("{mismatch: 'true'}"), "t.yaml:3:46: \"mismatch\" is true or false"},
    {MATCH("{mismatch: {not: true}}"), "t.yaml:3:46: \"mismatch\" takes one value, not a map"},
    {MATCH("{app: a, confidence: sure}"), "t.yaml:3:56: unknown confidence \"sure\""},
    {MATCH("{app: a, confidence: guess}"), "t.yaml:3:56: unknown confidence \"guess\""},
    {MATCH("{app: a, confidence: stong}"),
     "t.yaml:3:56: unknown confidence \"stong\"; did you mean \"strong\"?"},
    {MATCH("{app: a, confidence: [strong]}"), "t.yaml:3:56: \"confidence\" takes one value, not a "
                                              "list"},
    {MATCH("{host: a, confidence: strong}"),
     "t.yaml:3:57: \"confidence\" says how surely \"app\", \"layers\", \"inside\" or "
     "\"mismatch\" must be "
     "known; this rule has none of them"},
    {MATCH("{server-port: 65536}"),
     "t.yaml:3:49: \"65536\" is no port (0 to 65535), range (8000-8999) or bound (>1023)"},
    {MATCH("{server-port: 90-80}"), "t.yaml:3:49: the range \"90-80\" ends before it begins"},
    {MATCH("{server-port: '>65535'}"),
     "t.yaml:3:49: \">65535\" is no port (0 to 65535), range (8000-8999) or bound (>1023)"},
    {MATCH("{server-port: 80k}"),
     "t.yaml:3:49: \"80k\" is no port (0 to 65535), range (8000-8999) or bound (>1023)"},
    {MATCH("{server-port: '-1'}"),
     "t.yaml:3:49: \"-1\" is no port (0 to 65535), range (8000-8999) or bound (>1023)"},
    {V "groups: {offices: 10.0.0.1}\nrules:\n- {name: a, action: block, match: {client: ofices}}\n",
     "t.yaml:4:44: \"ofices\" is no address and no group; did you mean \"offices\"?"},
    {MATCH("{host: '/a(/'}"), "t.yaml:3:42: this pattern cannot be used: Missing close parenthesis "
                              "for group started at index 1"},
    {MATCH("{host: '//'}"), "t.yaml:3:42: an empty pattern matches everything"},
    {MATCH("{host: '/a*/'}"),
     "t.yaml:3:42: this pattern matches the empty text, so it would match everything"},

    /* messages */
    {MATCH("{message: text}"), "t.yaml:3:45: \"message\" is a map, as in message: {opcode: text, "
                               "contains: x}; not text"},
    {MATCH("{message: {opcod: text}}"),
     "t.yaml:3:46: unknown key of \"message\" \"opcod\"; did you mean \"opcode\"?"},
    {MATCH("{message: {opcode: txt}}"),
     "t.yaml:3:54: unknown opcode \"txt\"; did you mean \"text\"?"},
    {MATCH("{message: {direction: to-sever}}"),
     "t.yaml:3:57: unknown direction \"to-sever\"; did you mean \"to-server\"?"},
    {MATCH("{message: {size: 64KB}}"),
     "t.yaml:3:52: \"64KB\" is no size: write 512, 64KiB, 1M, a range (1-100) or a bound (>1MiB)"},
    {MATCH("{message: {size: 9223372036854775808}}"),
     "t.yaml:3:52: \"9223372036854775808\" is no size: write 512, 64KiB, 1M, a range (1-100) or a "
     "bound (>1MiB)"},
    {MATCH("{message: {regex: '(a)\\1'}}"),
     "t.yaml:3:53: this pattern cannot be used: Back-references are unsupported"},
    {MATCH("{message: {regex: '(?=a)b'}}"),
     "t.yaml:3:53: this pattern cannot be used: Zero-width assertions are not supported"},
    {MATCH("{message: {contains: \"\"}}"), "t.yaml:3:56: \"contains\" has no value"},
    {MATCH("{message: {regex: \"a\\0b\"}}"),
     "t.yaml:3:53: a pattern cannot hold a NUL byte; write \\x00"},
};

/* What the file says is repeated as far as there is room, and safe to print. */
static void check_quotes(void)
{
    for (size_t len = 1; len < 2 * QUOTE_ROOM; len++) {
        char *said = malloc(QUOTE_ROOM), *text = malloc(len);
        if (said == NULL || text == NULL)
            abort();
        memset(text, 'x', len);
        text[0] = '\x1b';
        quote(bytes_of(text, len), said);
        CHECK(strlen(said) == (len < QUOTE_ROOM ? len : QUOTE_ROOM - 1), "length of a quotation");
        CHECK(said[0] == '?', "no control characters");
        CHECK((strstr(said, "...") != NULL) == (len >= QUOTE_ROOM), "says that it was clipped");
        free(said);
        free(text);
    }
}

static const struct shadow {
    const char *name, *rules;
    bool warned; /* of b, because of a */
} shadows[] = {
    {"all flows",
     "- {name: a, action: allow, match: {}}\n- {name: b, action: block, match: {app: "
     "ssh}}\n",
     true},
    {"the same",
     "- {name: a, action: allow, match: {app: ssh}}\n"
     "- {name: b, action: block, match: {app: ssh, confidence: probable}}\n",
     true},
    {"surer",
     "- {name: a, action: block, match: {app: ssh}}\n"
     "- {name: b, action: block, match: {app: ssh, confidence: probable}}\n",
     false},
    {"fewer conditions",
     "- {name: a, action: block, match: {server-port: 1-100}}\n"
     "- {name: b, action: block, match: {server-port: [80, 90-99], host: x}}\n",
     true},
    {"other ports",
     "- {name: a, action: block, match: {server-port: 1-100}}\n"
     "- {name: b, action: block, match: {server-port: [80, 90-101], host: x}}\n",
     false},
    {"a glob",
     "- {name: a, action: block, match: {host: '*.example.com'}}\n"
     "- {name: b, action: block, match: {host: [a.example.com, B.example.com]}}\n",
     true},
    {"a glob does not hold its domain",
     "- {name: a, action: block, match: {host: '*.example.com'}}\n"
     "- {name: b, action: block, match: {host: [a.example.com, example.com]}}\n",
     false},
    {"not",
     "- {name: a, action: block, match: {host: {not: a}}}\n"
     "- {name: b, action: block, match: {host: {not: [a, b]}}}\n",
     true},
    {"not the other way",
     "- {name: a, action: block, match: {host: {not: [a, b]}}}\n"
     "- {name: b, action: block, match: {host: {not: a}}}\n",
     false},
    {"not and is",
     "- {name: a, action: block, match: {host: {not: a}}}\n"
     "- {name: b, action: block, match: {host: a}}\n",
     false},
    {"addresses",
     "- {name: a, action: block, match: {client: 10.0.0.0/8}}\n"
     "- {name: b, action: block, match: {client: [10.1.0.0/16, 10.2.3.4]}}\n",
     true},
    {"an alert takes nothing",
     "- {name: a, action: alert, match: {}}\n"
     "- {name: b, action: block, match: {app: ssh}}\n",
     false},
    {"an alert loses nothing",
     "- {name: a, action: block, match: {}}\n"
     "- {name: b, action: alert, match: {app: ssh}}\n",
     false},
    {"messages",
     "- {name: a, action: block, match: {message: {contains: x}}}\n"
     "- {name: b, action: block, match: {message: {contains: x, opcode: text}}}\n",
     true},
    {"other messages",
     "- {name: a, action: block, match: {message: {contains: x, opcode: text}}}\n"
     "- {name: b, action: block, match: {message: {contains: x}}}\n",
     false},
    {"a message or none",
     "- {name: a, action: block, match: {message: {}}}\n"
     "- {name: b, action: block, match: {app: websocket}}\n",
     false},
    {"regular expressions",
     "- {name: a, action: block, match: {message: {regex: [x, y]}}}\n"
     "- {name: b, action: block, match: {message: {regex: y}}}\n",
     true},
};

static void check_shadows(void)
{
    for (size_t i = 0; i < sizeof(shadows) / sizeof(shadows[0]); i++) {
        struct buffer warnings = {0};
        struct policy *p = harness_load(shadows[i].rules, &warnings, NULL);
        buffer_append_byte(&warnings, '\0');
        CHECK(p != NULL, shadows[i].name);
        CHECK_TEXT((const char *)warnings.at,
                   shadows[i].warned ? "t.yaml:4:10: the rule \"b\" can never match: \"a\" in line "
                                       "3 takes all its flows\n"
                                     : "",
                   shadows[i].name);
        buffer_free(&warnings);
        policy_free(p);
    }
}

static void check_interest(void)
{
    static const struct {
        const char *rules;
        uint32_t interest;
    } wanted[] = {
        {V, 0},
        {MATCH("{app: http}"), 0},
        {MATCH("{message: {opcode: text}}"), INTEREST_MESSAGES},
        {MATCH("{message: {size: '>1k'}}"), INTEREST_MESSAGES | INTEREST_PAYLOAD},
        {MATCH("{message: {contains: x}}"), INTEREST_MESSAGES | INTEREST_PAYLOAD},
        {MATCH("{message: {regex: {not: x}}}"), INTEREST_MESSAGES | INTEREST_PAYLOAD},
    };

    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        struct policy *p = harness_load(wanted[i].rules, NULL, NULL);
        CHECK(p != NULL && policy_interest(p) == wanted[i].interest, wanted[i].rules);
        policy_free(p);
    }
}

static void check_files(void)
{
    struct err err = {0};
    struct policy *p = policy_load("no/such/rules.yaml", NULL, NULL, &err);

    CHECK(p == NULL, "a file that is not there");
    CHECK_TEXT(err.text, "no/such/rules.yaml: cannot be opened: No such file or directory",
               "a file that is not there");
    err = (struct err){0};
    p = policy_load(".", NULL, NULL, &err);
    CHECK(p == NULL, "a folder");
    CHECK_TEXT(err.text, ".: cannot be read: Is a directory", "a folder");
    err = (struct err){0};
    p = policy_load(NULL, NULL, NULL, &err);
    CHECK(p != NULL && policy_rule_count(p) == 0, "no file, no rules");
    policy_free(p);
}

static void check_rule_info(void)
{
    struct policy *p = harness_load("- {name: a, action: alert, match: {}}\n- name: b\n  action: "
                                    "block\n  match: {}\n",
                                    NULL, NULL);

    CHECK(p != NULL && policy_rule_count(p) == 2, "two rules");
    const struct rule_info *b = &p->rule[1].info; /* in file order */
    CHECK_TEXT(b->name, "b", "the second rule");
    CHECK(b->id == 2 && b->line == 4 && b->action == RULE_BLOCK, "the second rule");
    policy_free(p);
}

int main(void)
{
    harness_mistakes(mistakes, sizeof(mistakes) / sizeof(mistakes[0]));
    check_quotes();
    check_shadows();
    check_interest();
    check_files();
    check_rule_info();
    return test_end();
}
