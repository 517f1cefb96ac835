/* SPDX-License-Identifier: MIT */
/* out.h - where text goes: standard output, or a file. Remembers its first error; writes whole
 * records.
 *
 * out_record() ends one record (an EVE line): what reaches the file is always a whole number of
 * records, also after kill -9, because write(2) is only ever given whole records.
 */
#ifndef OUTPUT_OUT_H
#define OUTPUT_OUT_H

#include "base/buffer.h"
#include "base/err.h"

struct out;

/* "-" is standard output. Appends to nothing: an existing file is replaced. */
struct out *out_open(const char *path, struct err *err);
/* Writes beside `path` and renames in out_close() when all went well: a report is whole or not
 * there. */
struct out *out_open_renamed(const char *path, struct err *err);

/* Append here, then call out_record. */
struct buffer *out_buffer(struct out *o);
/* One record is whole; written when enough has gathered. */
void out_record(struct out *o);
/* What is written is not whole, for a reason that lies elsewhere: out_close() tells it, and nothing
 * is renamed. */
void out_fail(struct out *o, const char *why);
/* Live: write what has gathered now. */
void out_flush(struct out *o);
/* False once anything could not be written; `err` says what ("eve.json: No space left on device").
 * A closed pipe (EPIPE) is no error but out_closed() is true from then on: stop producing. */
bool out_closed(const struct out *o);
bool out_close(struct out *o, struct err *err); /* NULL is fine */

#endif
