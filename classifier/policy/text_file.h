/* SPDX-License-Identifier: MIT */
/* text_file.h - files that rules name: other rules files, and lists. */
#ifndef POLICY_TEXT_FILE_H
#define POLICY_TEXT_FILE_H

#include "base/buffer.h"

struct loader;
struct node;

/* The whole of a plain file of at most `max` bytes. NULL: good; else why not, in words. */
const char *text_file_read(const char *path, size_t max, struct buffer *out);

/* The name as it is, or beside the file that it was written in; lives as long as the policy. NULL,
 * with the sentence. */
const char *path_beside(struct loader *l, const struct node *name);

#endif
