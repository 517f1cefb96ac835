/* SPDX-License-Identifier: MIT */
/* seen.h - a condition as it was written, and the fact that it asks about, as text. */
#ifndef POLICY_SEEN_H
#define POLICY_SEEN_H

#include "base/buffer.h"
#include "policy/rules.h"

/* "server-port: [80, 443]" */
void show_condition(struct buffer *out, const struct condition *c);
/* "22"; nothing where nothing is known, or the key has no words for it. From the wire: hostile. */
void seen_append(struct buffer *out, const struct question *q, const struct condition *c);

#endif
