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
     "usage: portwarden report [options] -o FILE PCAP...\n\n"
     "A firewall report: what each port promised and carried, verdicts, evidence.\n\noptions:\n",
     "\nexamples:\n"
     "  portwarden report -r rules/default.yaml -o report.html traffic.pcap\n"
     "  portwarden report --format text -o - traffic.pcap\n"},
    {COMMAND_RULES,
     "usage: portwarden rules check FILE...     are the rules good? errors with line and column\n"
     "       portwarden rules show FILE         the rules as they are understood\n"
     "       portwarden rules show --keys       what rules can ask, with examples\n\noptions:\n",
     "\nexample:\n  portwarden rules check rules/*.yaml\n"},
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
