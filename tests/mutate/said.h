/* SPDX-License-Identifier: MIT */
/* said.h - all that portwarden says of a trace, as far as it may not depend on the packets. */
#ifndef TESTS_MUTATE_SAID_H
#define TESTS_MUTATE_SAID_H

#include "base/buffer.h"
#include "base/err.h"
#include "tests/mutate/trace.h"

struct listener;

/* One line of EVE, less what may differ. Offsets into `text`. */
struct line {
    size_t key, at, end; /* key: its kind and its two ends, up to `at` */
    size_t order;
    const uint8_t *text; /* once all are there */
};

struct said {
    struct buffer text;
    struct line *lines; /* sorted by key; in order within one */
    size_t count, room;
};

struct listener *listener_create(const char *rules, bool flows_alone, struct err *err);
void listener_free(struct listener *l); /* NULL is fine */
/* It forgets all that it has heard. */
void listener_renew(struct listener *l);

/* Runs the trace. Events of strangers, and anomalies named in `adds`, are left out. */
void said_of(struct listener *l, const struct trace *t, const char *adds, struct said *out);
void said_free(struct said *s);
/* How they differ, in words; false: they do not. */
bool said_differ(const struct said *before, const struct said *after, char *what, size_t room);

#endif
