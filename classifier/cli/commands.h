/* SPDX-License-Identifier: MIT */
/* commands.h - one function a subcommand: argv[0] is its name. The result is the exit code. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

int command_analyze(int argc, char **argv);
int command_monitor(int argc, char **argv);
int command_report(int argc, char **argv);
int command_rules(int argc, char **argv);
int command_version(int argc, char **argv);

#endif
