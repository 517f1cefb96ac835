/* SPDX-License-Identifier: MIT */
/* near.h - "did you mean ...?" */
#ifndef BASE_NEAR_H
#define BASE_NEAR_H

#include "base/bytes.h"

/* The word of the list (which NULL ends) that `got` is a likely misspelling of, or NULL. */
const char *near_word(struct bytes got, const char *const *words);

#endif
