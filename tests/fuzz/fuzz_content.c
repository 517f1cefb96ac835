/* SPDX-License-Identifier: MIT */
/* A message against content patterns, whole and cut as the fuzzer chooses: the same rules match. */
#include <stdlib.h>

#include "model/websocket.h"
#include "policy/load.h"

#define RULE(n, m) "- {name: r" #n ", action: alert, match: {message: " m "}}\n"

static const char rules[] = "version: 1\nrules:\n" RULE(0, "{contains: attack}")
    RULE(1, "{regex: 'a.*b'}") RULE(2, "{regex: '^GET '}") RULE(3, "{regex: 'bye$'}")
        RULE(4, "{regex: '\\b4[0-9]{15}\\b'}") RULE(5, "{contains: {not: token}}")
            RULE(6, "{size: '10-100', contains: [x, yz]}")
                RULE(7, "{regex: '(?i)<script[\\s>]|on[a-z]{3,10}\\s*='}") RULE(8, "{size: '<8'}")
                    RULE(9, "{contains: \"\\0\\0\"}");

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_fired(void *ctx, const struct rule_info *rule)
{
    *(uint32_t *)ctx |= UINT32_C(1) << rule->id;
}

/* `cuts` bytes say how long each slice is; the last goes on for ever. */
static uint32_t fired_by(struct policy_worker *w, struct bytes message, struct bytes cuts)
{
    struct facts facts = {.transport = TRANSPORT_TCP};
    struct message_facts m = {.direction = TO_SERVER, .opcode = WS_TEXT};
    struct policy_flow *f = policy_flow_create(w);
    uint32_t fired = 0;

    policy_message(w, f, &facts, &m);
    while (message.len > 0) {
        const size_t len = cuts.len > 0 ? cuts.at[0] : message.len;
        const struct bytes slice = bytes_first(message, len);
        m.size += slice.len;
        if (policy_payload(w, f, &facts, &m, slice))
            policy_decide(w, f, &facts, on_fired, &fired);
        message = bytes_after(message, slice.len);
        cuts = bytes_after(cuts, 1);
    }
    m.ended = true;
    policy_message(w, f, &facts, &m);
    facts.over = true;
    policy_decide(w, f, &facts, on_fired, &fired);
    policy_flow_free(w, f);
    return fired;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct policy *p; /* once a process: compiling takes longer than matching */
    struct budget budget = {0};

    if (p == NULL)
        p = policy_load_text(bytes_of_text(rules), "rules", NULL, NULL, NULL);
    struct policy_worker *w = policy_worker_create(p, &budget, NULL);
    const struct bytes in = bytes_of(data, size);
    const struct bytes cuts = size > 0 ? bytes_first(bytes_after(in, 1), data[0] % 16u) : in;
    const struct bytes message = bytes_after(in, 1 + cuts.len);

    if (fired_by(w, message, cuts) != fired_by(w, message, bytes_of(NULL, 0)))
        abort();
    policy_worker_free(w);
    if (budget.used != 0)
        abort();
    return 0;
}
