/* SPDX-License-Identifier: MIT */
/* options.h - what the command line asked for. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "output/firewall.h"
#include "output/test_report.h"

enum exit_code { EXIT_GOOD = 0, EXIT_INPUT = 1, EXIT_USAGE = 2, EXIT_BLOCKED = 3 };

enum command {
    COMMAND_ANALYZE = 1 << 0,
    COMMAND_MONITOR = 1 << 1,
    COMMAND_REPORT = 1 << 2,
    COMMAND_RULES = 1 << 3,
    COMMAND_VERSION = 1 << 4,
    COMMAND_RULES_CHECK = 1 << 5,
    COMMAND_RULES_SHOW = 1 << 6,
    COMMAND_RULES_TEST = 1 << 7,
    COMMAND_RULES_DIFF = 1 << 8,
};

enum report_format {
    FORMAT_BY_NAME,
    FORMAT_HTML,
    FORMAT_TEXT,
    FORMAT_JSON,
    FORMAT_CSV,
    FORMAT_MARKDOWN,
    FORMAT_NFT, /* from here on for packet filters: export.h */
    FORMAT_IPTABLES,
    FORMAT_SURICATA,
    FORMAT_PF,
};

#define INTERFACES_MAX 16

struct options {
    const char *rules, *filter, *eve, *events, *follow, *output, *har, *graph, *extract, *slice;
    const char *slice_what; /* the second word behind --slice: a flow or a rule */
    const char *flow;       /* analyze --explain */
    const char *captures;   /* rules test: a folder */
    const char *ifaces[INTERFACES_MAX];
    size_t iface_count;
    enum report_format format;
    enum confidence min_confidence; /* NONE: strong */
    enum firewall_width block;
    uint32_t ban_s;               /* 0 = for good */
    const char *export_option;    /* one of these three was given: its name */
    enum test_format test_format; /* rules test */
    bool json;                    /* rules check, rules diff: for programs */
    bool strict, update;          /* rules check; rules test --captures */
    enum payload_mode payload;
    size_t payload_limit;   /* 0 = default */
    size_t memory;          /* 0 = default */
    unsigned workers;       /* 0, 1: one */
    size_t buffer;          /* monitor: bytes of each kernel ring; 0 = default */
    size_t extract_limit;   /* bytes; 0 = default */
    long duration_s, count; /* monitor: stop after; 0 = never */
    bool frames, explain, all, exit_code, quiet, verbose, help;
    bool keys, markdown; /* rules show */
    bool color_always, color_never;
    char **inputs; /* what is no option */
    int input_count;
};

/* Reads argv after the command's name. False: one sentence was printed, exit with EXIT_USAGE. */
bool options_read(enum command command, int argc, char **argv, struct options *out);
/* The command's help, with examples, on standard output. */
void options_help(enum command command);

/* The rows of that help, and the option nearest to a mistyped one (or NULL). */
void options_list(enum command command);
const char *options_near(enum command command, const char *word);

/* Colour for this stream? By --color, then NO_COLOR and whether it is a terminal. */
bool options_color(const struct options *o, int fd);
/* Columns of the terminal on standard output; when it is none, $COLUMNS or 100. 80 to 160. */
int options_columns(void);

#endif
