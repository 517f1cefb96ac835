/* SPDX-License-Identifier: MIT */
/* squeeze.h - memory that is mostly zero bytes, without them.
 *
 * Records are full of small numbers in wide fields, and of fields that nobody used. For each
 * SQUEEZE_GROUP bytes: a byte that says which of its eight words are not zero, and for each such
 * word a byte that says which of its bytes are not zero, and these. State: none.
 */
#ifndef BASE_SQUEEZE_H
#define BASE_SQUEEZE_H

#include <stddef.h>
#include <stdint.h>

#define SQUEEZE_GROUP 64U /* bytes: eight words */

/* What `n` bytes need at most. */
#define SQUEEZE_MOST(n) (((n) + SQUEEZE_GROUP - 1) / SQUEEZE_GROUP * (SQUEEZE_GROUP + 9))

/* Squeezes `n` bytes into `out`, which has room for SQUEEZE_MOST(n). Returns how many they are. */
size_t squeeze(uint8_t *out, const void *from, size_t n);
/* The `n` bytes again. Returns how many of `in` were theirs. */
size_t squeeze_back(void *to, size_t n, const uint8_t *in);

#endif
