/* SPDX-License-Identifier: MIT */
/* portwarden: what is really on your ports. Each subcommand is a file of cli/. */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/say.h"

static const char help[] =
    "usage: portwarden COMMAND [options] ...\n"
    "\n"
    "Opens network traffic and says what each port really carries.\n"
    "\n"
    "  analyze PCAP...            flows, what they spoke, what the rules say\n"
    "  monitor -i IFACE           the same, live\n"
    "  report -o FILE PCAP|EVE... firewall report: HTML, text, tables, rules for firewalls\n"
    "  rules check|show|test|diff are the rules good, how understood, met, changed?\n"
    "  version                    of portwarden and its libraries\n"
    "\n"
    "portwarden COMMAND --help says more, with examples.\n";

struct command_row {
    const char *name;
    int (*run)(int argc, char **argv);
};

static const struct command_row commands[] = {
    {"analyze", command_analyze}, {"monitor", command_monitor}, {"report", command_report},
    {"rules", command_rules},     {"version", command_version}, {"--version", command_version},
};

static int run(int argc, char **argv)
{
    if (argc < 2) {
        fputs(help, stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        fputs(help, stdout);
        return EXIT_GOOD;
    }
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    say_error("unknown command '%s': analyze, monitor, report, rules or version; see --help",
              argv[1]);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    const int code = run(argc, argv);

    /* Results that did not reach standard output are no results. */
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    say_error("standard output cannot be written");
    return EXIT_INPUT;
}
