/* SPDX-License-Identifier: MIT */
/* match_life.c - when a flow began, how much of it there was, and what went wrong in it. */
#include "policy/matches.h"

#define NS_PER_MINUTE   (60 * INT64_C(1000000000))
#define MINUTES_PER_DAY (24 * 60)
#define DAYS_PER_WEEK   7
#define EPOCH_WEEKDAY   3 /* 1970-01-01 was a Thursday; Monday is 0 */

/* While it grows, the final number is anywhere from `now` up. */
enum answer answer_growing(const struct condition *c, uint64_t now, bool ended)
{
    const struct range_set *set = &c->value.as.ranges;
    const struct range from_here = {now, INT64_MAX};
    const struct range_set possible = {(struct range[]){from_here}, 1};

    if (ended)
        return answer_firm(range_set_has(set, now), c->value.negated);
    if (range_set_covers(set, &possible))
        return answer_firm(true, c->value.negated);
    if (set->at[set->count - 1].high < now)
        return answer_firm(false, c->value.negated);
    return ANSWER_NOT_YET;
}

enum answer match_count(const struct question *q, const struct condition *c)
{
    return answer_growing(c, q->facts->count[c->key->field], q->facts->over);
}

/* What it had stays; what it had not may still come. */
enum answer match_anomaly(const struct question *q, const struct condition *c)
{
    const struct kept_facts *kept = q->facts->kept;

    for (size_t i = 0; kept != NULL && i < ANOMALY_WORDS; i++)
        if ((kept->anomalies[i] & c->value.as.anomalies.bits[i]) != 0)
            return answer_firm(true, c->value.negated);
    return q->facts->over ? answer_firm(false, c->value.negated) : ANSWER_NOT_YET;
}

/* Since the epoch, by the clock of `timezone`. Rounded down, also before 1970. */
static int64_t local_minutes(const struct question *q)
{
    const int64_t ns = q->facts->start_ns + q->policy->timezone_ns;
    return ns / NS_PER_MINUTE - (ns % NS_PER_MINUTE < 0);
}

static int64_t positive_modulo(int64_t n, int64_t of)
{
    return (n % of + of) % of;
}

enum answer match_time(const struct question *q, const struct condition *c)
{
    const uint64_t minute = (uint64_t)positive_modulo(local_minutes(q), MINUTES_PER_DAY);
    return answer_firm(range_set_has(&c->value.as.ranges, minute), c->value.negated);
}

enum answer match_days(const struct question *q, const struct condition *c)
{
    const int64_t minutes = local_minutes(q);
    const int64_t days = minutes / MINUTES_PER_DAY - (minutes % MINUTES_PER_DAY < 0);
    const unsigned day = (unsigned)positive_modulo(days + EPOCH_WEEKDAY, DAYS_PER_WEEK);
    return answer_firm((c->value.as.words >> day & 1) != 0, c->value.negated);
}
