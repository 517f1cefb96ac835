/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "cli/commands.h"
#include "cli/export.h"
#include "cli/say.h"
#include "cli/session.h"

#define NAME_ROOM 256

struct ending {
    const char *text;
    enum report_format format;
};

static enum report_format format_of(const struct options *o)
{
    static const struct ending endings[] = {
        {".html", FORMAT_HTML},         {".htm", FORMAT_HTML}, {".txt", FORMAT_TEXT},
        {".json", FORMAT_JSON},         {".csv", FORMAT_CSV},  {".md", FORMAT_MARKDOWN},
        {".markdown", FORMAT_MARKDOWN}, {".nft", FORMAT_NFT},  {".iptables", FORMAT_IPTABLES},
        {".rules", FORMAT_SURICATA},    {".pf", FORMAT_PF}};
    const size_t len = strlen(o->output);

    if (o->format != FORMAT_BY_NAME)
        return o->format;
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        const size_t n = strlen(endings[i].text);
        if (len > n && strcmp(o->output + len - n, endings[i].text) == 0)
            return endings[i].format;
    }
    return FORMAT_BY_NAME;
}

typedef void report_fn(struct out *out, const struct summary *s, const struct input_note *in);

static void write_report(struct session *s, const char *name, struct out *out,
                         enum report_format format)
{
    static report_fn *const writers[] = {[FORMAT_HTML] = report_html,
                                         [FORMAT_TEXT] = report_text,
                                         [FORMAT_JSON] = report_json,
                                         [FORMAT_CSV] = report_csv,
                                         [FORMAT_MARKDOWN] = report_markdown};
    const struct input_note note = session_note(s, name);

    writers[format](out, s->summary, &note);
}

/* The report is opened before the captures are read: a path that cannot be written is known at
 * once. */
static void run(struct session *s, struct out *out, enum report_format format,
                const struct firewall *firewall)
{
    struct err err = {0};
    char name[NAME_ROOM];

    inputs_read(s);
    if (s->refused) { /* what was there before stays */
        out_fail(out, "not made");
        out_close(out, NULL);
        return;
    }
    inputs_name(s, name, sizeof(name));
    session_end_input(s, name, NULL);
    if (firewall == NULL)
        write_report(s, name, out, format);
    else if (!export_write(s, firewall, format, out))
        out_fail(out, "out of memory");
    if (!out_close(out, &err))
        session_problem(s, err.text);
}

static bool usage_is_good(const struct options *o)
{
    if (o->output == NULL)
        say_error("report: where to? Name a file with -o, or - for standard output");
    else if (o->input_count == 0)
        say_error(
            "report: which capture or EVE file? Name a file, a folder, or - for standard input");
    else if (format_of(o) == FORMAT_BY_NAME)
        say_error(
            "report: what does '%s' want to be? Give --format html, text, json, csv, markdown, "
            "nft, iptables, suricata or pf",
            o->output);
    else if (o->export_option != NULL && !export_is_wanted(format_of(o)))
        say_error("report: %s is for the formats nft, iptables, suricata and pf", o->export_option);
    else
        return true;
    return false;
}

static int write_to(const struct options *o, struct session *s, const struct session_wants *wants,
                    const struct firewall *firewall)
{
    struct err err = {0};
    int code;

    if (!session_open(s, o, wants, &code)) {
        session_close(s);
        return code;
    }
    session_catch_signals();
    struct out *out = out_open_renamed(o->output, &err);
    if (out != NULL)
        run(s, out, format_of(o), firewall);
    else
        session_problem(s, err.text);
    return session_close(s);
}

static int write_export(const struct options *o, struct session *s)
{
    struct firewall *firewall = export_create(o, s);

    if (firewall == NULL)
        return EXIT_USAGE;
    const struct session_wants wants = {.sink = firewall_sink(firewall), .eve = true};
    const int code = write_to(o, s, &wants, firewall);
    firewall_free(firewall);
    return code;
}

int command_report(int argc, char **argv)
{
    const struct session_wants wants = {.summary = true, .eve = true};
    struct options o;
    struct session s;

    if (!options_read(COMMAND_REPORT, argc, argv, &o))
        return EXIT_USAGE;
    if (o.help) {
        options_help(COMMAND_REPORT);
        return EXIT_GOOD;
    }
    if (!usage_is_good(&o))
        return EXIT_USAGE;
    if (export_is_wanted(format_of(&o)))
        return write_export(&o, &s);
    return write_to(&o, &s, &wants, NULL);
}
