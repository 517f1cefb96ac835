/* SPDX-License-Identifier: MIT */
/* The memory of another flow is no answer: nDPI keeps by the sum of two addresses who mined, and
 * asks for it where it gives up. */
#include "identify/ndpi.h"
#include "identify/registry.h"
#include "model/packet.h"
#include "test.h"

#define MINERS 200   /* conversations; nDPI keeps 1,024 */
#define OTHERS 70000 /* sums of 16 bits have come round */

static struct dpi_answer ask(struct dpi *d, const char *text, uint16_t port)
{
    const struct opening_turn turn = {TO_SERVER, bytes_of_text(text)};
    uint64_t talk = 0;
    const struct dpi_question q = {.turns = &turn,
                                   .count = 1,
                                   .transport = TRANSPORT_TCP,
                                   .client_port = port,
                                   .server_port = port,
                                   .talk = &talk};

    return dpi_ask(d, &q);
}

static bool is_own(const char *name)
{
    return registry_speaks(name, false);
}

int main(void)
{
    struct budget budget = {0};
    struct err err;
    struct dpi *d = dpi_create(&budget, is_own, &err);
    unsigned named = 0;

    CHECK(d != NULL, "nDPI");
    for (unsigned n = 0; n < MINERS; n++)
        named += ask(d, "{\"blob\": 12345678}", 80).name != NULL;
    CHECK(named == MINERS, "who mines is told");
    named = 0;
    for (unsigned n = 0; n < OTHERS; n++)
        named += ask(d, "something else", 0).content;
    CHECK(named == 0, "of another, much later, it is not said");
    dpi_free(d);
    return test_end();
}
