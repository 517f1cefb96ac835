/* SPDX-License-Identifier: MIT */
/* heeds.h - what need not be told to the rules: most messages are what none of them looks for, and
 * most facts are none that an open one asks for. */
#ifndef POLICY_HEEDS_H
#define POLICY_HEEDS_H

#include "base/simd.h"
#include "policy/policy.h"

/* Does any rule take note of this data message, clear, whole and not compressed? No: it counts as
 * one that was told (policy_message(), policy_payload()) and changed nothing. Yes: nothing was done
 * with it, and it is to be told; the answer is yes, too, where that cannot be known so quickly. Not
 * where rules count (policy_rate_events()). */
bool policy_heeds(struct policy_worker *w, struct policy_flow *f, enum direction d, uint8_t opcode,
                  struct bytes clear);
/* What is in each message that any rule takes note of, if it heeds no others:
 * policy_heeds_without() tells. NULL: there is no such thing. It lives as long as the policy. */
const struct simd_text *policy_part(const struct policy *p);
/* policy_heeds() of a message in which policy_part() is not. */
bool policy_heeds_without(struct policy_flow *f, enum direction d, uint8_t opcode);
/* Does all that is open wait for a message or a frame, whatever else the flow is? Then until one of
 * these changes something policy_decide() says what it said, but for facts->over. */
bool policy_is_settled(const struct policy_flow *f);
/* Does all that is open wait for a message? Then at the end policy_decide() looks at no fact but
 * facts->over. Not where rules count. */
bool policy_waits(const struct policy_flow *f);

#endif
