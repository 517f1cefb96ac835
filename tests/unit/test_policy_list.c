/* SPDX-License-Identifier: MIT */
/* Plain lists and included files: written into a folder of their own, loaded, asked. */
#include <sys/stat.h>
#include <unistd.h>

#include "policy_harness.h"

static char folder[] = "/tmp/portwarden-lists.XXXXXX";

static void write_file(const char *name, const char *text)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        abort();
    const bool written = fputs(text, file) >= 0;
    CHECK(fclose(file) == 0 && written, path);
}

/* Loads a file of the folder; its sentence or its warnings, without the folder's name, are in
 * `said`. */
static struct policy *load(const char *name, struct buffer *said)
{
    char path[256];
    struct err err = {0};
    struct buffer all = {0};
    const size_t len = strlen(folder) + 1;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    struct policy *p = policy_load(path, harness_warn, &all, &err);
    buffer_append_text(&all, err.text);
    for (struct bytes rest = buffer_bytes(&all); rest.len > 0;) {
        const size_t at = bytes_find(rest, bytes_of_text(folder));
        buffer_append(said, bytes_first(rest, at));
        rest = bytes_after(rest, at == rest.len ? at : at + len);
    }
    buffer_append_byte(said, '\0');
    buffer_free(&all);
    return p;
}

static const struct trial {
    const char *name, *rule, *step;
    bool matches;
} trials[] = {
    {"an address", "{client: {file: nets.txt}}", "dir client=10.1.2.3", true},
    {"another", "{client: {file: nets.txt}}", "dir client=10.2.0.0", false},
    {"IPv6", "{client: {file: nets.txt}}", "dir client=2001:db8::7", true},
    {"not in a list", "{client: {not: {file: nets.txt}}}", "dir client=192.0.2.3", true},
    {"a list among others", "{client: [8.8.8.8, {file: nets.txt}, g]}", "dir client=9.9.9.9", true},
    {"a group of a list", "{server: g}", "dir server=10.1.0.1", true},
    {"a host", "{host: {file: hosts.txt}}", "host=Exact.Example:8080", true},
    {"below a host", "{host: {file: hosts.txt}}", "host=a.exact.example over", false},
    {"a suffix itself", "{host: {file: hosts.txt}}", "host=suffix.example", true},
    {"below a suffix", "{sni: {file: hosts.txt}}", "sni=a.b.suffix.example", true},
    {"like a suffix", "{host: {file: hosts.txt}}", "host=xsuffix.example over", false},
    {"below a star", "{host: {file: hosts.txt}}", "host=a.star.example", true},
    {"a star itself", "{host: {file: hosts.txt}}", "host=star.example over", false},
    {"not a host", "{host: {not: [{file: hosts.txt}, '*.org']}}", "host=example.com", true},
    {"a text", "{path: {file: texts.txt}}", "path=/wp-login.php", true},
    {"a text's case", "{path: {file: texts.txt}}", "path=/WP-login.php over", false},
    {"a text with #", "{path: {file: texts.txt}}", "path=/a#b", true},
    {"no glob", "{path: {file: texts.txt}}", "path=/x/y over", false},
    {"any case", "{user-agent: {file: texts.txt}}", "agent=/WP-LOGIN.php", true},
    {"a hash", "{info-hash: {file: hashes.txt}}", "hash=0123456789abcdef0123456789abcdef01234567",
     true},
    {"another hash", "{info-hash: {file: hashes.txt}}",
     "hash=1123456789abcdef0123456789abcdef01234567 over", false},
    {"an empty list", "{host: {file: empty.txt}}", "host=a over", false},
    {"not in an empty list", "{client: {not: {file: empty.txt}}}", "dir client=1.2.3.4", true},
};

static void write_lists(void)
{
    write_file("nets.txt", "# ours\n10.1.0.0/16   # the office\n\n 192.0.2.2\n2001:db8::/32\r\n"
                           "10.1.7.0/24");
    write_file("hosts.txt", "exact.EXAMPLE.\n.suffix.example\n*.star.example\n");
    write_file("texts.txt", "/wp-login.php\n/a#b\n/x/*\n");
    write_file("hashes.txt", "0123456789ABCDEF0123456789abcdef01234567\n"
                             "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\n");
    write_file("empty.txt", "# nothing\n");
}

static void check_trial(const struct trial *trial)
{
    char rules[512], step[128];
    struct err err = {0};
    struct timeline t = {.facts = {.transport = TRANSPORT_TCP}};
    struct buffer said = {0};

    snprintf(rules, sizeof(rules),
             "version: 1\ngroups: {g: [{file: nets.txt}, 9.9.9.9]}\nrules:\n"
             "- {name: a, action: block, match: %s}\n",
             trial->rule);
    write_file("rules.yaml", rules);
    t.policy = load("rules.yaml", &said);
    CHECK(t.policy != NULL, (const char *)said.at);
    buffer_free(&said);
    if (t.policy == NULL)
        return;
    t.asked.header = t.header;
    t.facts.kept = &t.asked;
    t.worker = policy_worker_create(t.policy, &t.budget, &err);
    t.flow = policy_flow_create(t.worker);
    snprintf(step, sizeof(step), "%s", trial->step);
    for (char *rest = NULL, *word = strtok_r(step, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest))
        harness_word(&t, word);
    const struct policy_result r = policy_decide(t.worker, t.flow, &t.facts, NULL, NULL);
    CHECK((r.verdict == VERDICT_BLOCK) == trial->matches, trial->name);
    harness_close(&t);
}

/* Files, the first of which is loaded, and the sentence or warning that comes of it. */
static const struct story {
    const char *name, *file[3], *said;
    size_t rules; /* SIZE_MAX: it is not loaded */
} stories[] = {
    {"includes",
     {"version: 1\ninclude: [b.yaml, c.yaml]\nrules:\n- {name: last, action: alert, match: {}}\n",
      "version: 1\ninclude: c.yaml\ngroups: {g: 10.0.0.0/8}\nrules:\n"
      "- {name: b, action: alert, match: {client: h}}\n",
      "version: 1\ngroups: {h: 10.0.0.0/8}\nrules:\n- {name: c, action: alert, match: {server: "
      "g}}\n"},
     "",
     3},
    {"a mistake in an included file",
     {"version: 1\ninclude: b.yaml\n", "version: 1\nrules:\n- {name: b, action: blok, match: {}}\n",
      ""},
     "b.yaml:3:21: unknown action \"blok\"; did you mean \"block\"?",
     SIZE_MAX},
    {"a pattern in an included file",
     {"version: 1\ninclude: b.yaml\n",
      "version: 1\nrules:\n- {name: b, action: block, match: {message: {regex: '(?=x)y'}}}\n", ""},
     "b.yaml:3:53: this pattern cannot be used: Zero-width assertions are not supported",
     SIZE_MAX},
    {"a circle",
     {"version: 1\ninclude: b.yaml\n", "version: 1\ninclude: c.yaml\n",
      "version: 1\ninclude: a.yaml\n"},
     "c.yaml:2:10: \"a.yaml\" includes itself",
     SIZE_MAX},
    {"a file that is not there",
     {"version: 1\ninclude: none.yaml\n", "", ""},
     "a.yaml:2:10: \"none.yaml\" cannot be read: No such file or directory",
     SIZE_MAX},
    {"a folder",
     {"version: 1\ninclude: '.'\n", "", ""},
     "a.yaml:2:10: \".\" cannot be read: it is no plain file",
     SIZE_MAX},
    {"the same name twice",
     {"version: 1\ninclude: b.yaml\nrules:\n- {name: b, action: block, match: {}}\n",
      "version: 1\nrules:\n- {name: b, action: alert, match: {}}\n", ""},
     "a.yaml:4:10: the name \"b\" is taken by the rule in line 3 of \"b.yaml\"",
     SIZE_MAX},
    {"the same group twice",
     {"version: 1\ninclude: b.yaml\ngroups: {g: 10.0.0.1}\n", "version: 1\ngroups: {g: 10.0.0.2}\n",
      ""},
     "a.yaml:3:13: the group \"g\" is in \"b.yaml\", too",
     SIZE_MAX},
    {"sections in vain",
     {"version: 1\ninclude: b.yaml\n", "version: 1\ntimezone: '+01:00'\n", ""},
     "b.yaml:2:1: \"timezone\" counts only in the file that is loaded, not in one that is "
     "included\n",
     0},
    {"a shadow over files",
     {"version: 1\ninclude: b.yaml\nrules:\n- {name: a, action: block, match: {proto: udp}}\n",
      "version: 1\nrules:\n- {name: b, action: block, match: {}}\n", ""},
     "a.yaml:4:10: the rule \"a\" can never match: \"b\" in line 3 of \"b.yaml\" takes all its "
     "flows\n",
     2},
    {"a bad line of addresses",
     {"version: 1\ngroups: {g: {file: c.yaml}}\n", "", "10.0.0.1\n# x\n10.0.0.300\n"},
     "c.yaml:3: \"10.0.0.300\" is no address, no CIDR block and no group",
     SIZE_MAX},
    {"a bad prefix",
     {"version: 1\ngroups: {g: {file: c.yaml}}\n", "", "10.0.0.1/8\n"},
     "c.yaml:1: \"10.0.0.1/8\" has bits behind its prefix; did you mean \"10.0.0.0/8\"?",
     SIZE_MAX},
    {"a bad hash",
     {"version: 1\nrules:\n- {name: a, action: alert, match: {info-hash: {file: c.yaml}}}\n", "",
      "\nabc\n"},
     "c.yaml:2: \"abc\" is no info-hash: 40 hexadecimal digits, or the 64 of version 2",
     SIZE_MAX},
    {"a list that is not there",
     {"version: 1\ngroups: {g: {file: none}}\n", "", ""},
     "a.yaml:2:20: the list \"none\" cannot be read: No such file or directory",
     SIZE_MAX},
    {"a list of numbers",
     {"version: 1\nrules:\n- {name: a, action: alert, match: {server-port: {file: c.yaml}}}\n", "",
      ""},
     "a.yaml:3:49: \"server-port\" takes no list from a file",
     SIZE_MAX},
};

static void check_story(const struct story *s)
{
    static const char *const names[] = {"a.yaml", "b.yaml", "c.yaml"};
    struct buffer said = {0};

    for (size_t i = 0; i < 3; i++)
        write_file(names[i], s->file[i]);
    struct policy *p = load(names[0], &said);
    CHECK_TEXT((const char *)said.at, s->said, s->name);
    CHECK(p != NULL ? policy_rule_count(p) == s->rules : s->rules == SIZE_MAX, s->name);
    policy_free(p);
    buffer_free(&said);
}

/* Many entries: each is found, and nothing beside them. */
static void check_many(void)
{
    struct buffer list = {0}, said = {0};

    for (unsigned i = 0; i < 20000; i++)
        buffer_printf(&list, "h%u.example\n.d%u.example\n", i, i);
    buffer_append_byte(&list, '\0');
    write_file("many.txt", (const char *)list.at);
    write_file("rules.yaml", "version: 1\nrules:\n- {name: a, action: block, match: {host: {file: "
                             "many.txt}}}\n");
    struct policy *p = load("rules.yaml", &said);
    CHECK(p != NULL, (const char *)said.at);
    for (unsigned i = 0; p != NULL && i < 20000; i += 37) {
        char text[64];
        const struct text_set *set = &p->rule[0].conditions.at[0].value.as.text;
        snprintf(text, sizeof(text), "H%u.example", i);
        CHECK(text_set_has(set, bytes_of_text(text)), text);
        snprintf(text, sizeof(text), "x.d%u.example", i);
        CHECK(text_set_has(set, bytes_of_text(text)), text);
        snprintf(text, sizeof(text), "x.h%u.example", i);
        CHECK(!text_set_has(set, bytes_of_text(text)), text);
    }
    policy_free(p);
    buffer_free(&list);
    buffer_free(&said);
}

static void clean_up(void)
{
    static const char *const names[] = {"nets.txt",  "hosts.txt", "texts.txt", "hashes.txt",
                                        "empty.txt", "many.txt",  "a.yaml",    "b.yaml",
                                        "c.yaml",    "rules.yaml"};
    char path[256];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

int main(void)
{
    CHECK(mkdtemp(folder) != NULL, "a folder");
    write_lists();
    for (size_t i = 0; i < sizeof(trials) / sizeof(trials[0]); i++)
        check_trial(&trials[i]);
    for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++)
        check_story(&stories[i]);
    check_many();
    clean_up();
    return test_end();
}
