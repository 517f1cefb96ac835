/* SPDX-License-Identifier: MIT */
/* unpack.h - gzip (RFC 1952, many members) and zstd (RFC 8878, many frames), piece by piece.
 * Private to capture/; the only door to zlib and libzstd here.
 */
#ifndef CAPTURE_UNPACK_H
#define CAPTURE_UNPACK_H

#include "base/bytes.h"

#define UNPACK_MAGIC_LEN 4 /* bytes that tell the coding */

enum coding { CODING_PLAIN, CODING_GZIP, CODING_ZSTD };

enum unpack_result { UNPACK_MORE, UNPACK_END, UNPACK_DAMAGED };

struct unpack;

enum coding unpack_coding(struct bytes opening);
const char *unpack_name(const struct unpack *u);  /* "gzip" */
const char *unpack_fault(const struct unpack *u); /* after UNPACK_DAMAGED, in the library's words */

struct unpack *unpack_create(enum coding coding); /* NULL when memory ran out */
void unpack_free(struct unpack *u);               /* NULL is fine */

/* Needs some input unless unpack_is_whole() is false (output may be waiting). Reads the start of
 * `in`, writes up to `room` bytes; both are moved past what was used. UNPACK_END:
 * what follows is not compressed data (padding). */
enum unpack_result unpack_some(struct unpack *u, struct bytes *in, uint8_t **out, size_t *room);
/* May the input end here? */
bool unpack_is_whole(const struct unpack *u);

#endif
