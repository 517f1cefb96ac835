/* SPDX-License-Identifier: MIT */
/* file_kind.h - what a file looks like by its first bytes, as the ending of its name. */
#ifndef OUTPUT_FILE_KIND_H
#define OUTPUT_FILE_KIND_H

#include "base/bytes.h"

/* "json", "png" ... of static lifetime; "txt" or "bin" when nothing fits. */
const char *file_kind(struct bytes start, bool is_text);

#endif
