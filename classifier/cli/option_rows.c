/* SPDX-License-Identifier: MIT */
#include "cli/option_rows.h"

#include "cli/option_values.h"
#include "engine/crew.h"

#define MEMORY_MIN CREW_MEMORY_MIN /* bytes: the fixed tables, and room for some flows */
#define BUFFER_MIN ((size_t)1 << 20)
#define BUFFER_MAX ((size_t)2047 << 20) /* bytes: libpcap takes an int */
#define BAN_MAX_S  (365U * 86400)
#define READING    (COMMAND_ANALYZE | COMMAND_MONITOR | COMMAND_REPORT)
#define SHOWING    (COMMAND_ANALYZE | COMMAND_MONITOR)
#define TESTING    (COMMAND_RULES_TEST | COMMAND_RULES_DIFF)
#define RULES      (COMMAND_RULES | COMMAND_RULES_CHECK | COMMAND_RULES_SHOW | TESTING)

static bool set_rules(struct options *o, const char *v)
{
    o->rules = v;
    return true;
}

static bool set_filter(struct options *o, const char *v)
{
    o->filter = v;
    return true;
}

static bool set_eve(struct options *o, const char *v)
{
    o->eve = v;
    return true;
}

static bool set_events(struct options *o, const char *v)
{
    o->events = v;
    return true;
}

static bool set_follow(struct options *o, const char *v)
{
    o->follow = v;
    return true;
}

static bool set_flow(struct options *o, const char *v)
{
    o->flow = v;
    return true;
}

static bool set_har(struct options *o, const char *v)
{
    o->har = v;
    return true;
}

static bool set_graph(struct options *o, const char *v)
{
    o->graph = v;
    return true;
}

static bool set_extract(struct options *o, const char *v)
{
    o->extract = v;
    return true;
}

static bool set_slice(struct options *o, const char *v)
{
    o->slice = v;
    o->slice_what = NULL;
    return true;
}

static bool set_output(struct options *o, const char *v)
{
    o->output = v;
    return true;
}

static bool set_iface(struct options *o, const char *v)
{
    if (o->iface_count == INTERFACES_MAX)
        return false;
    o->ifaces[o->iface_count++] = v;
    return true;
}

static bool set_format(struct options *o, const char *v)
{
    static const char *const words[] = {"html", "text",     "json",     "csv", "markdown",
                                        "nft",  "iptables", "suricata", "pf",  NULL};
    const int at = option_word(v, words);

    o->format = (enum report_format)(FORMAT_HTML + at);
    return at >= 0;
}

static bool set_min_confidence(struct options *o, const char *v)
{
    static const char *const words[] = {"probable", "strong", "certain", NULL};
    const int at = option_word(v, words);

    o->export_option = "--min-confidence";
    o->min_confidence = (enum confidence)(CONFIDENCE_PROBABLE + at);
    return at >= 0;
}

static bool set_block(struct options *o, const char *v)
{
    static const char *const words[] = {"service", "pair", "client", "server", NULL};
    const int at = option_word(v, words);

    o->export_option = "--block";
    o->block = (enum firewall_width)(WIDTH_SERVICE + at);
    return at >= 0;
}

static bool set_ban_time(struct options *o, const char *v)
{
    o->export_option = "--ban-time";
    return option_seconds(v, BAN_MAX_S, &o->ban_s);
}

static bool set_test_format(struct options *o, const char *v)
{
    static const char *const words[] = {"text", "tap", "junit", NULL};
    const int at = option_word(v, words);

    o->test_format = (enum test_format)(TESTS_TEXT + at);
    return at >= 0;
}

static bool set_json_format(struct options *o, const char *v)
{
    static const char *const words[] = {"text", "json", NULL};
    const int at = option_word(v, words);

    o->json = at == 1;
    return at >= 0;
}

static bool set_captures(struct options *o, const char *v)
{
    o->captures = v;
    return true;
}

static bool set_strict(struct options *o, const char *v)
{
    (void)v;
    return o->strict = true;
}

static bool set_update(struct options *o, const char *v)
{
    (void)v;
    return o->update = true;
}

static bool set_payload(struct options *o, const char *v)
{
    static const char *const words[] = {"none", "printable", "base64", NULL};
    const int at = option_word(v, words);

    o->payload = (enum payload_mode)(PAYLOAD_NONE + at);
    return at >= 0;
}

static bool set_color(struct options *o, const char *v)
{
    static const char *const words[] = {"auto", "always", "never", NULL};
    const int at = option_word(v, words);

    o->color_always = at == 1;
    o->color_never = at == 2;
    return at >= 0;
}

static bool set_payload_limit(struct options *o, const char *v)
{
    return option_size(v, &o->payload_limit);
}

static bool set_memory(struct options *o, const char *v)
{
    return option_size(v, &o->memory) && o->memory >= MEMORY_MIN;
}

static bool set_buffer(struct options *o, const char *v)
{
    return option_size(v, &o->buffer) && o->buffer >= BUFFER_MIN && o->buffer <= BUFFER_MAX;
}

static bool set_workers(struct options *o, const char *v)
{
    long n;

    if (!option_count(v, &n) || n < 1 || n > (long)CREW_WORKERS_MOST)
        return false;
    o->workers = (unsigned)n;
    return true;
}

static bool set_extract_limit(struct options *o, const char *v)
{
    return option_size(v, &o->extract_limit);
}

static bool set_duration(struct options *o, const char *v)
{
    return option_count(v, &o->duration_s);
}

static bool set_count(struct options *o, const char *v)
{
    return option_count(v, &o->count);
}

static bool set_frames(struct options *o, const char *v)
{
    (void)v;
    return o->frames = true;
}

static bool set_explain(struct options *o, const char *v)
{
    (void)v;
    return o->explain = true;
}

static bool set_all(struct options *o, const char *v)
{
    (void)v;
    return o->all = true;
}

static bool set_keys(struct options *o, const char *v)
{
    (void)v;
    return o->keys = true;
}

static bool set_markdown(struct options *o, const char *v)
{
    (void)v;
    return o->markdown = true;
}

static bool set_exit_code(struct options *o, const char *v)
{
    (void)v;
    return o->exit_code = true;
}

static bool set_quiet(struct options *o, const char *v)
{
    (void)v;
    return o->quiet = true;
}

static bool set_verbose(struct options *o, const char *v)
{
    (void)v;
    return o->verbose = true;
}

static bool set_help(struct options *o, const char *v)
{
    (void)v;
    return o->help = true;
}

const struct option_row option_rows[] = {
    {"interface", 'i', COMMAND_MONITOR, "IFACE", "listen here; may be given several times",
     set_iface},
    {"output", 'o', COMMAND_REPORT, "FILE", "write the report here; - is standard output",
     set_output},
    {"format", 'F', COMMAND_REPORT, "FORMAT",
     "html, text, json, csv, markdown, nft, iptables, suricata or pf; else by the name of FILE",
     set_format},
    {"min-confidence", 0, COMMAND_REPORT, "HOW",
     "nft and so on: of blocked flows, those at least probable, strong (default) or certain",
     set_min_confidence},
    {"block", 0, COMMAND_REPORT, "WHAT",
     "nft and so on: a finding's service (default), pair, client or server", set_block},
    {"ban-time", 0, COMMAND_REPORT, "TIME",
     "nft: for how long, as 90s, 10m, 1h, 7d; else for good (a rule's `for` goes first)",
     set_ban_time},
    {"format", 'F', COMMAND_RULES_TEST, "FORMAT", "text, tap or junit", set_test_format},
    {"format", 'F', COMMAND_RULES_CHECK | COMMAND_RULES_DIFF, "FORMAT", "text or json",
     set_json_format},
    {"strict", 0, COMMAND_RULES_CHECK, NULL, "a warning is as bad as an error", set_strict},
    {"captures", 0, COMMAND_RULES_TEST, "FOLDER",
     "instead: every capture there, against NAME.expect beside it", set_captures},
    {"update", 0, COMMAND_RULES_TEST, NULL, "with --captures: write NAME.expect", set_update},
    {"rules", 'r', READING, "FILE", "block and allow by these rules", set_rules},
    {"filter", 'f', READING | TESTING, "BPF", "only packets that match, as tcpdump has it",
     set_filter},
    {"eve", 0, SHOWING, "FILE", "EVE JSON lines; - is standard output, and then no table", set_eve},
    {"events", 0, SHOWING, "LIST",
     "which lines EVE has, as flow,alert (default: all but websocket_frame)", set_events},
    {"frames", 0, SHOWING, NULL, "one line a WebSocket frame; in EVE: websocket_frame events",
     set_frames},
    {"follow", 0, COMMAND_ANALYZE, "FLOW",
     "one flow's conversation: flow_id or CLIENT:PORT-SERVER:PORT", set_follow},
    {"flow", 0, COMMAND_ANALYZE, "FLOW",
     "with --explain: of this flow, what each rule says and why; named as for --follow", set_flow},
    {"payload", 0, SHOWING, "KIND", "message payload in EVE: none, printable or base64",
     set_payload},
    {"payload-limit", 0, SHOWING, "BYTES", "of a message to keep (4k; --har: 1M; --extract: 64M)",
     set_payload_limit},
    {"har", 0, COMMAND_ANALYZE, "FILE", "HTTP Archive with the messages, for a browser's DevTools",
     set_har},
    {"graph", 0, COMMAND_ANALYZE, "FILE", "who exchanged with whom over BitTorrent, for Graphviz",
     set_graph},
    {"slice", 0, COMMAND_ANALYZE, "FILE FLOW|RULE",
     "a minimal capture that proves what was found of a flow, or by a rule", set_slice},
    {"extract", 0, COMMAND_ANALYZE, "FOLDER", "each WebSocket message as a file in a new folder",
     set_extract},
    {"extract-limit", 0, COMMAND_ANALYZE, "SIZE", "of all extracted files together (1g)",
     set_extract_limit},
    {"explain", 0, SHOWING, NULL, "why: the evidence under each flow", set_explain},
    {"all", 0, SHOWING | COMMAND_RULES_DIFF, NULL, "every flow, not only the worst", set_all},
    {"memory", 0, READING | TESTING, "SIZE",
     "for flows, reassembly, inflation together (256MiB; at least 8MiB)", set_memory},
    {"workers", 0, READING, "N", "threads that read flows side by side (1); the output is the same",
     set_workers},
    {"buffer", 'B', COMMAND_MONITOR, "SIZE",
     "for packets that wait in the kernel, by interface (64MiB; 1MiB to 2047MiB)", set_buffer},
    {"duration", 0, COMMAND_MONITOR, "SECONDS", "stop after that time", set_duration},
    {"count", 'c', COMMAND_MONITOR, "PACKETS", "stop after that many packets", set_count},
    {"exit-code", 0, READING, NULL, "exit with 3 if anything was blocked", set_exit_code},
    {"exit-code", 0, COMMAND_RULES_DIFF, NULL, "exit with 3 if a flow's verdict changes",
     set_exit_code},
    {"color", 0, SHOWING | COMMAND_RULES_DIFF, "WHEN", "auto, always or never", set_color},
    {"quiet", 'q', READING | TESTING, NULL, "no table, no progress", set_quiet},
    {"verbose", 'v', READING | TESTING, NULL, "what is read, and what it took, on standard error",
     set_verbose},
    {"keys", 0, COMMAND_RULES_SHOW, NULL, "every key of rules, with an example", set_keys},
    {"markdown", 0, COMMAND_RULES_SHOW, NULL, "--keys: as the tables of docs/rules.md",
     set_markdown},
    {"help", 'h', READING | RULES | COMMAND_VERSION, NULL, "this text", set_help},
    {0},
};
_Static_assert(sizeof(option_rows) / sizeof(option_rows[0]) <= OPTION_ROWS_MAX + 1, "room for all");
