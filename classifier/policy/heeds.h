/* SPDX-License-Identifier: MIT */
/* heeds.h - most messages are what no rule looks for: known of a whole one with a single look. */
#ifndef POLICY_HEEDS_H
#define POLICY_HEEDS_H

#include "policy/policy.h"

/* Does any rule take note of this data message, clear, whole and not compressed? No: it counts as
 * one that was told (policy_message(), policy_payload()) and changed nothing. Yes: nothing was done
 * with it, and it is to be told; the answer is yes, too, where that cannot be known so quickly. Not
 * where rules count (policy_rate_events()). */
bool policy_heeds(struct policy_worker *w, struct policy_flow *f, const struct message_facts *m,
                  struct bytes clear);

#endif
