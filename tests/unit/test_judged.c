/* SPDX-License-Identifier: MIT */
/* What is kept of a flow that is over is what the policy says of every other flow like it. */
#include "engine/judged.h"
#include "policy/policy.h"

#include "random.h"
#include "test.h"

static struct facts any_facts(void)
{
    static const char *const apps[] = {NULL, "none", "http", "websocket", "tls", "http2", "ssh"};
    static const char *const layers[] = {"tcp", "udp", "tls", "socks", "quic", "http"};
    static const uint16_t ports[] = {80, 443, 1080, 22, 50000};
    struct facts f = {.over = true,
                      .settled = random_below(2),
                      .direction_known = random_below(2),
                      .presumed = random_below(4) == 0,
                      .transport = random_below(4) > 0 ? TRANSPORT_TCP : TRANSPORT_UDP,
                      .app = apps[random_below(7)],
                      .confidence = (enum confidence)random_below(CONFIDENCE_CERTAIN + 1),
                      .layer_count = (uint8_t)(1 + random_below(3))};

    f.client.port = ports[random_below(5)];
    f.server.port = ports[random_below(5)];
    for (size_t i = 0; i < f.layer_count; i++)
        f.layers[i] = layers[random_below(6)];
    return f;
}

static struct flow_info flow_of(const struct facts *facts)
{
    struct flow_info f = {.client = facts->client,
                          .server = facts->server,
                          .transport = facts->transport,
                          .app = facts->app,
                          .confidence = facts->confidence,
                          .layer_count = facts->layer_count};

    memcpy(f.layers, facts->layers, sizeof(f.layers));
    return f;
}

int main(void)
{
    struct err err = {0};
    struct policy *p = policy_load(NULL, NULL, NULL, &err);
    struct judgements kept = {0};
    size_t known = 0, same = 0;

    CHECK(p != NULL, err.text);
    for (int i = 0; p != NULL && i < 200000; i++) {
        const struct facts facts = any_facts();
        struct flow_info told = flow_of(&facts), f = told;
        told.expected = policy_promise(p, facts.transport, facts.server.port);
        told.mismatch = policy_mismatch(p, &facts);
        if (judged_before(&kept, facts.presumed, &f)) {
            known++;
            same += f.expected == told.expected && f.mismatch == told.mismatch;
        }
        judged_now(&kept, facts.presumed, &told);
    }
    CHECK(known > 100, "some are alike");
    CHECK(same == known, "and are judged alike");
    policy_free(p);
    return test_end();
}
