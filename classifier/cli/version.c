/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "capture/capture.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/say.h"
#include "identify/identify.h"
#include "policy/policy.h"

int command_version(int argc, char **argv)
{
    struct options o;

    if (!options_read(COMMAND_VERSION, argc, argv, &o))
        return EXIT_USAGE;
    if (o.help) {
        options_help(COMMAND_VERSION);
        return EXIT_GOOD;
    }
    printf("portwarden %s\n", PORTWARDEN_VERSION);
    printf("%s\n", capture_library_version());
    printf("nDPI %s\n", identifier_ndpi_version());
    printf("Hyperscan %s\n", policy_matcher_version());
    printf("libyaml %s\n", policy_yaml_version());
    printf("%s\n", digest_library_version());
    return EXIT_GOOD;
}
