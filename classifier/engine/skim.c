/* SPDX-License-Identifier: MIT */
#include "engine/skim.h"

#include "policy/heeds.h"

/* The rules alone are told of messages, and most of these interest none of them. */
static bool on_heeds(struct host *h, enum direction d, uint8_t opcode, struct bytes clear)
{
    struct engine *e = (struct engine *)h;

    return policy_heeds(e->policy, e->conn->policy, d, opcode, clear);
}

static bool on_heeds_without(struct host *h, enum direction d, uint8_t opcode)
{
    struct engine *e = (struct engine *)h;

    return policy_heeds_without(e->conn->policy, d, opcode);
}

static void on_asked_for(struct host *h, struct bytes host, struct bytes url, struct bytes origin)
{
    struct engine *e = (struct engine *)h;

    learn_asked_for(e, e->conn, host, url, origin);
}

/* Does a request tell the rules nothing, and nobody who watches them? */
static bool are_requests_unheeded(const struct engine *e)
{
    return (e->asks & (ASK_NAMES | ASK_REQUESTS | ASK_RESPONSES)) == 0 && e->rates == 0 &&
           e->config.explain == NULL && !(e->config.live && e->rules);
}

void skim_setup(struct engine *e)
{
    const uint32_t of_messages = INTEREST_MESSAGES | INTEREST_PAYLOAD;

    for (const struct sink *s = e->config.sinks; s != NULL; s = s->next)
        e->sinks_interest |= s->interest;
    if ((e->policy_interest & of_messages) != 0 && (e->sinks_interest & of_messages) == 0 &&
        e->rates == 0 && e->config.explain == NULL) {
        e->host.heeds = on_heeds;
        e->host.heeds_without = on_heeds_without;
        e->host.part = policy_part(e->config.policy);
    }
    if (are_requests_unheeded(e))
        e->host.asked_for = on_asked_for;
}
