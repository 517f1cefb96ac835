/* SPDX-License-Identifier: MIT */
/* answers.h - what two readings of a connection say: layers, host, SNI, verdict. Private to
 * engine/. */
#ifndef ENGINE_ANSWERS_H
#define ENGINE_ANSWERS_H

#include "engine/worker.h"

/* Open: one of them has not said yet what the other has. */
enum answers { ANSWERS_SAME, ANSWERS_OPEN, ANSWERS_DIFFER };

/* `over`: neither will say more. */
enum answers answers_compare(const struct conn *c, const struct conn *other, bool over);

/* The answer of one of the readings of `c`, as evidence of `how` it was read: "tcp>http
 * www.example.org block". */
void answers_note(struct engine *e, struct conn *c, const struct conn *reading, const char *how);

#endif
