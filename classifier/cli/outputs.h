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

#endif
