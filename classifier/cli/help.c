/* SPDX-License-Identifier: MIT */
#include "cli/options.h"

#include <stdio.h>

struct command_help {
    enum command command;
    const char *before, *after;
};

static const struct command_help texts[] = {
    {COMMAND_ANALYZE,
     "usage: portwarden analyze [options] PCAP...\n\n"
     "What is really on each port of a capture, and what the rules say about it.\n"
     "PCAP is a pcap or pcapng file, also gzip- or zstd-compressed; - is standard input;\n"
     "a folder is all captures in it.\n\noptions:\n",
     "\nexamples:\n"
     "  portwarden analyze traffic.pcap\n"
     "  portwarden analyze -r rules/default.yaml --explain traffic.pcap\n"
     "  portwarden analyze --eve - --payload printable traffic.pcap | jq .\n"
     "  portwarden analyze --follow 10.0.0.7:50122-10.0.0.1:80 traffic.pcap\n"
     "  tcpdump -w - port 80 | portwarden analyze -\n"
     "\nexit: 0 good, 1 some input could not be read, 2 usage or rules, 3 blocked (--exit-code)\n"},
    {COMMAND_MONITOR,
     "usage: portwarden monitor [options] -i IFACE\n\n"
     "The same, live: a line as each flow is known, blocked or over; Ctrl-C for the "
     "summary.\n"
     "A line's mark: + known, ! not what the port promises, ? an alert, X blocked, - over.\n"
     "\noptions:\n",
     "\nexamples:\n"
     "  portwarden monitor -i eth0\n"
     "  portwarden monitor -i eth0 -r rules/default.yaml --eve /var/log/portwarden.json\n"
     "  portwarden monitor -i eth0 -f 'tcp port 80' --duration 60\n"
     "\nOpening an interface needs root or CAP_NET_RAW; both are dropped before the first "
     "packet.\n"},
    {COMMAND_REPORT,
     "usage: portwarden report [options] -o FILE PCAP|EVE...\n\n"
     "A firewall report: what each port promised and carried, verdicts, evidence. From EVE files, "
     "of\n"
     "several sensors, too: they are merged, and their verdicts stand.\n\noptions:\n",
     "\nexamples:\n"
     "  portwarden report -r rules/default.yaml -o report.html traffic.pcap\n"
     "  portwarden report --format text -o - traffic.pcap\n"
     "  portwarden report -o week.html /var/log/portwarden/*.eve.gz\n"},
    {COMMAND_RULES,
     "usage: portwarden rules check FILE...           are they good? mistakes with line and "
     "column\n"
     "       portwarden rules show FILE               as they are understood; --keys: what may be "
     "asked\n"
     "       portwarden rules test FILE...            are the expectations in `tests:` met?\n"
     "       portwarden rules diff OLD NEW PCAP...    which flows change their verdict, and why?\n"
     "\noptions:\n",
     "\nportwarden rules check --help, and so on, say more.\n"},
    {COMMAND_RULES_CHECK,
     "usage: portwarden rules check [options] FILE...\n\n"
     "Every mistake, with line and column. Then warnings: rules that can never match, or "
     "contradict\n"
     "each other, or could only block when the flow is over. Then hints about what rules cost.\n"
     "\noptions:\n",
     "\nexamples:\n"
     "  portwarden rules check rules/*.yaml\n"
     "  portwarden rules check --strict --format json rules.yaml\n"
     "\nexit: 0 good, 2 a mistake; with --strict also a warning\n"},
    {COMMAND_RULES_SHOW,
     "usage: portwarden rules show FILE...\n"
     "       portwarden rules show --keys\n\n"
     "The rules as they are understood: a rules file again, with all said that was left unsaid. "
     "Or\n"
     "everything that rules can ask.\n"
     "\noptions:\n",
     "\nexample:\n  portwarden rules show rules/default.yaml\n"},
    {COMMAND_RULES_TEST,
     "usage: portwarden rules test [options] FILE...\n"
     "       portwarden rules test [options] FILE --captures FOLDER\n\n"
     "Are the expectations that stand in the section `tests` of a rules file met? Or, of each\n"
     "capture in a folder: do the rules say what CAPTURE.expect beside it says?\n"
     "\noptions:\n",
     "\nexamples:\n"
     "  portwarden rules test rules/*.yaml\n"
     "  portwarden rules test --format junit rules.yaml > tests.xml\n"
     "  portwarden rules test rules.yaml --captures traffic --update\n"
     "\nexit: 0 all passed, 1 a test failed or a capture could not be read, 2 usage or rules\n"},
    {COMMAND_RULES_DIFF,
     "usage: portwarden rules diff [options] OLD NEW PCAP...\n\n"
     "Both rules files over the same captures: which flows change their verdict, by which rules,\n"
     "which condition makes the difference, and how much more or less passes.\n"
     "\noptions:\n",
     "\nexamples:\n"
     "  portwarden rules diff old.yaml new.yaml traffic.pcap\n"
     "  portwarden rules diff --format json --exit-code old.yaml new.yaml traffic/ | jq .\n"
     "\nexit: 0 good, 1 some input could not be read, 2 usage or rules, 3 changes (--exit-code)\n"},
    {COMMAND_VERSION,
     "usage: portwarden version\n\nThis version, and those of the libraries it runs "
     "on.\n\noptions:\n",
     ""},
};

void options_help(enum command command)
{
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (texts[i].command != command)
            continue;
        fputs(texts[i].before, stdout);
        options_list(command);
        fputs(texts[i].after, stdout);
    }
}
