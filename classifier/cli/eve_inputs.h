/* SPDX-License-Identifier: MIT */
/* eve_inputs.h - EVE files among the inputs of report: set aside while captures are read, then read
 * one after the other.
 */
#ifndef CLI_EVE_INPUTS_H
#define CLI_EVE_INPUTS_H

#include "capture/opened.h"
#include "cli/session.h"

/* Does the file begin as JSON lines do? Waits for its first byte that is no space. */
bool eve_inputs_is_eve(struct opened *o);
/* By its name, whatever is packed around it; in a folder also its content must say so. */
bool eve_inputs_is_named(const char *name);
bool eve_inputs_has_event(struct opened *o);

/* Takes `o`. False: it cannot be an input of this run; a sentence was said. */
bool eve_inputs_add(struct session *s, const char *path, struct opened *o);
/* After the last capture. */
void eve_inputs_read(struct session *s);
void eve_inputs_free(struct session *s);
/* What the files say was read is added to what the engine read. */
void eve_inputs_note(const struct session *s, struct input_note *note);

#endif
