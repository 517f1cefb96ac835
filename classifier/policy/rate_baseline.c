/* SPDX-License-Identifier: MIT */
#include "policy/rate_baseline.h"

#include <math.h>

#define QUIET_ENOUGH 1024 /* steps: after so many the mean is about 0 */

static double deviation(const struct rate_baseline *b)
{
    const double least = b->mean > 1 ? b->mean : 1; /* of chance arrivals */

    return sqrt(b->variance > least ? b->variance : least);
}

static void learn(struct rate_baseline *b, double events)
{
    if (b->steps < BASELINE_LEARN)
        b->steps++;
    const double weight = b->steps < BASELINE_LEARN ? 1.0 / b->steps : BASELINE_WEIGHT;
    const double off = events - b->mean;

    b->mean += weight * off;
    b->variance = (1 - weight) * (b->variance + weight * off * off);
}

void baseline_step(struct rate_baseline *b, uint32_t events)
{
    const double sigma = deviation(b), most = 2 * BASELINE_ALARM * sigma;

    if (b->steps >= BASELINE_LEARN) {
        b->excess += events - b->mean - BASELINE_SLACK * sigma;
        if (b->excess < 0)
            b->excess = 0;
        if (b->excess > most)
            b->excess = most; /* so that it ends soon after the flood */
        b->alarmed = b->excess > BASELINE_ALARM * sigma;
    }
    if (!b->alarmed)
        learn(b, events);
}

void baseline_quiet(struct rate_baseline *b, uint64_t count)
{
    for (uint64_t i = 0; i < count && i < QUIET_ENOUGH; i++)
        baseline_step(b, 0);
}

uint64_t baseline_limit(const struct rate_baseline *b, uint32_t steps)
{
    return (uint64_t)ceil((b->mean + BASELINE_SLACK * deviation(b)) * steps);
}
