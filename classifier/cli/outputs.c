/* SPDX-License-Identifier: MIT */
#include "cli/outputs.h"

#include <string.h>
#include <sys/stat.h>

#include "output/eve_events.h"

bool outputs_is_stdout(const char *name)
{
    return name != NULL && strcmp(name, "-") == 0;
}

bool outputs_for_people(const struct options *o)
{
    return !o->quiet && !outputs_is_stdout(o->eve) && !outputs_is_stdout(o->har) &&
           !outputs_is_stdout(o->graph);
}

bool outputs_show_frames(const struct options *o)
{
    const bool for_eve =
        o->eve != NULL &&
        (o->quiet || o->follow != NULL || outputs_is_stdout(o->har) || outputs_is_stdout(o->graph));

    return o->frames && !outputs_is_stdout(o->eve) && !for_eve;
}

/* The same regular file, under whatever names. */
static bool is_same_file(const char *a, const char *b)
{
    struct stat x, y;

    if (a == NULL || b == NULL || outputs_is_stdout(a) || outputs_is_stdout(b))
        return false;
    if (strcmp(a, b) == 0)
        return true;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && S_ISREG(x.st_mode) && x.st_dev == y.st_dev &&
           x.st_ino == y.st_ino;
}

static bool stdout_is_one_mans(const struct options *o, struct err *err)
{
    const struct {
        const char *name;
        bool wanted;
    } users[] = {{"--eve", outputs_is_stdout(o->eve)},
                 {"--har", outputs_is_stdout(o->har)},
                 {"--graph", outputs_is_stdout(o->graph)},
                 {"--follow", o->follow != NULL},
                 {"--frames", outputs_show_frames(o)}};
    const char *first = NULL;

    for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
        if (users[i].wanted && first != NULL) {
            err_set(err, "%s and %s cannot both have standard output", first, users[i].name);
            return false;
        }
        first = users[i].wanted ? users[i].name : first;
    }
    return true;
}

static bool spares_inputs(const struct options *o, const char *option, const char *file,
                          struct err *err)
{
    for (int i = 0; i < o->input_count; i++) {
        if (is_same_file(file, o->inputs[i])) {
            err_set(err, "%s would overwrite the capture %s", option, o->inputs[i]);
            return false;
        }
    }
    return true;
}

/* No two files are one. */
static bool files_apart(const struct options *o, struct err *err)
{
    const struct {
        const char *option, *file;
    } files[] = {
        {"--eve", o->eve}, {"--har", o->har}, {"--graph", o->graph}, {"--slice", o->slice}};

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        if (files[i].file != NULL && *files[i].file == '\0') {
            err_set(err, "%s: a file's name is missing", files[i].option);
            return false;
        }
        for (size_t k = 0; k < i; k++) {
            if (is_same_file(files[k].file, files[i].file)) {
                err_set(err, "%s and %s cannot both have %s", files[k].option, files[i].option,
                        files[i].file);
                return false;
            }
        }
    }
    return true;
}

bool outputs_apart(const struct options *o, struct err *err)
{
    return files_apart(o, err) && stdout_is_one_mans(o, err) &&
           spares_inputs(o, "--eve", o->eve, err) && spares_inputs(o, "--har", o->har, err) &&
           spares_inputs(o, "--graph", o->graph, err) &&
           spares_inputs(o, "--slice", o->slice, err) &&
           spares_inputs(o, "--output", o->output, err);
}

bool outputs_eve_events(const struct options *o, uint32_t *events, struct err *err)
{
    const bool frames_for_eve = o->frames && !outputs_show_frames(o);

    *events = o->frames ? EVE_ALL : EVE_USUAL;
    if (o->events == NULL)
        return true;
    if (o->eve == NULL)
        err_set(err, "--events goes with --eve");
    else if (!eve_events_read(o->events, events, err))
        return false;
    else if (frames_for_eve && !eve_events_have(*events, EVENT_FRAME))
        err_set(err, "--frames asks for websocket_frame, and --events leaves it out");
    else if (o->payload != PAYLOAD_NONE && !eve_events_have(*events, EVENT_MESSAGE))
        err_set(err, "--payload is in websocket, and --events leaves it out");
    else
        return true;
    return false;
}
