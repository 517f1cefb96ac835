/* SPDX-License-Identifier: MIT */
/* explain.h - analyze --explain --flow: what each rule said of one flow, and why.
 *
 * State: a handle; wire its explainer into the engine and its sink behind it. What has the same
 * addresses and ports, one after the other, is all told.
 */
#ifndef CLI_EXPLAIN_H
#define CLI_EXPLAIN_H

#include "engine/engine.h"
#include "output/out.h"

struct explain;

struct explain_options {
    const char *rules; /* the file, or NULL */
    bool color;
    int columns;
};

/* NULL: `flow` names none, or no memory; `err` says which. Borrows all but `how`. */
struct explain *explain_create(struct out *out, const char *flow, const struct policy *policy,
                               const struct explain_options *how, struct err *err);
const struct explainer *explain_explainer(const struct explain *x);
struct sink *explain_sink(struct explain *x);
/* Was there such a flow? */
bool explain_found(const struct explain *x);
void explain_free(struct explain *x); /* NULL is fine */

#endif
