/* SPDX-License-Identifier: MIT */
#include "cli/reading.h"

#include "cli/say.h"
#include "cli/session.h"

static struct crew *open_crew(const struct reading *r, bool beside)
{
    const struct engine_config config = {.policy = beside ? r->beside : r->policy,
                                         .sinks = beside ? r->sink_beside : r->sink,
                                         .memory = r->options->memory,
                                         .explain = beside ? r->explain_beside : r->explain};
    struct err err = {0};
    struct crew *c = crew_create(&config, 1, &err);

    if (c == NULL)
        say_error("%s", err.text);
    return c;
}

int reading_run(const struct reading *r, char **inputs, int count)
{
    struct options o = *r->options;
    struct session s = {.options = &o, .silent = r->silent};

    o.inputs = inputs;
    o.input_count = count;
    o.exit_code = false;
    s.crew = open_crew(r, false);
    if (s.crew != NULL && r->beside != NULL)
        s.beside = open_crew(r, true);
    const bool ready = s.crew != NULL && (r->beside == NULL || s.beside != NULL);
    if (ready) {
        inputs_read(&s);
        session_end_input(&s, "", NULL);
    }
    const int code = session_close(&s);
    return ready ? code : EXIT_USAGE;
}
