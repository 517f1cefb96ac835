/* SPDX-License-Identifier: MIT */
/* privileges.h - what a live run gives up before its first packet. */
#ifndef CLI_PRIVILEGES_H
#define CLI_PRIVILEGES_H

#include <stdbool.h>

#include "base/err.h"

/* Root becomes the user who called sudo, or nobody; all capabilities go; what is left of the system
 * is a short list of system calls (seccomp), none of which opens, connects or executes. Everything
 * must be open by now. False: something could not be given up; `err` says what. */
bool privileges_drop(struct err *err);

#endif
