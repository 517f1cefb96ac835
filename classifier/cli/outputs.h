/* SPDX-License-Identifier: MIT */
/* outputs.h - who writes where: no two of them to one place, and none over what is to be read. */
#ifndef CLI_OUTPUTS_H
#define CLI_OUTPUTS_H

#include "base/err.h"
#include "cli/options.h"

/* "-". NULL is not. */
bool outputs_is_stdout(const char *name);
/* Is standard output for people, or does EVE or HAR have it? */
bool outputs_for_people(const struct options *o);
/* Are --frames lines for people? With -q, and beside a conversation, they are EVE's alone. */
bool outputs_show_frames(const struct options *o);
/* False, and the sentence in `err`: two would mix, or one would overwrite the input. */
bool outputs_apart(const struct options *o, struct err *err);

/* The lines of EVE that --events and --frames ask for. False, and the sentence in `err`: no such
 * lines, or an option asks for what --events leaves out. */
bool outputs_eve_events(const struct options *o, uint32_t *events, struct err *err);

#endif
