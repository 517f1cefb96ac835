/* SPDX-License-Identifier: MIT */
/* rate_baseline.h - what is usual for a key, and is this still it?
 *
 * In:    how many events came in each step of time, one after another, quiet steps too.
 * Out:   alarmed, while they come faster than usual for longer than chance explains.
 * State: value type, zero-filled = ready.
 *
 * The usual is an exponentially weighted mean and variance (weight BASELINE_WEIGHT a step); the
 * test is Page's CUSUM (1954): what each step has above the mean by more than BASELINE_SLACK
 * standard deviations is added up, and BASELINE_ALARM of them are an alarm. A standard deviation is
 * at least that of chance arrivals (the root of the mean), and 1. While alarmed, nothing is
 * learned, or a long flood would become the usual. Nothing is said in the first BASELINE_LEARN
 * steps.
 */
#ifndef POLICY_RATE_BASELINE_H
#define POLICY_RATE_BASELINE_H

#include <stdbool.h>
#include <stdint.h>

#define BASELINE_LEARN  64   /* steps: 4 times `within` */
#define BASELINE_WEIGHT 0.01 /* a step's, after that: half of it is of the last 69 steps */
#define BASELINE_SLACK  1.0  /* standard deviations */
#define BASELINE_ALARM  10.0 /* the same, added up */

struct rate_baseline {
    double mean, variance; /* events a step */
    double excess;         /* CUSUM */
    uint32_t steps;        /* learned; stops at BASELINE_LEARN */
    bool alarmed;
};

void baseline_step(struct rate_baseline *b, uint32_t events);
/* `count` steps without any. */
void baseline_quiet(struct rate_baseline *b, uint64_t count);
/* The most events in `steps` steps that are still usual. */
uint64_t baseline_limit(const struct rate_baseline *b, uint32_t steps);

#endif
