/* SPDX-License-Identifier: MIT */
/* session.h - one run: rules, engine and outputs wired together, and what went wrong on the way. */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "cli/options.h"
#include "engine/crew.h"
#include "output/eve_reader.h"

#define PROBLEMS_MAX 100 /* kept for the report; all are printed */

struct session {
    const struct options *options;
    struct policy *policy;
    struct crew *crew;
    struct crew *beside; /* reads the same frames with other rules; mostly NULL */
    struct sink *sinks;
    struct out *results; /* standard output */
    struct out *eve_out; /* --eve; may be `results` */
    struct eve *eve;
    struct summary *summary;
    struct frames *frames;
    struct follow *follow;
    struct live *live;
    struct out *har_out; /* --har; may be `results` */
    struct har *har;
    struct out *graph_out; /* --graph; may be `results` */
    struct graph *graph;
    struct extract *extract;
    struct eve_reader *eve_reader; /* report: EVE among the inputs */
    struct eve_input *eve_inputs, **eve_inputs_end;
    size_t eve_read;         /* EVE files */
    bool refused;            /* an input cannot be read as the options ask: EXIT_USAGE */
    struct explain *explain; /* --explain --flow */
    char *problems[PROBLEMS_MAX];
    size_t problem_count;
    size_t inputs_read;
    bool silent; /* it is read a second time: what is wrong was said */
    bool failed; /* some input or output was not whole: EXIT_INPUT */
};

/* What a command needs besides rules and engine. */
struct session_wants {
    bool summary, live, results; /* live: the command starts the crew, when it gave up root */
    struct sink *sink;           /* the command's own, or NULL */
    bool eve;                    /* EVE may be among the inputs */
};

/* False: a sentence was printed; exit with `code`. Call session_close in either case. */
bool session_open(struct session *s, const struct options *o, const struct session_wants *wants,
                  int *code);
/* Finishes the outputs and frees everything. The exit code of the run. */
int session_close(struct session *s);

/* A sentence on standard error, remembered for table and report; the run goes on, but ends with
 * EXIT_INPUT. */
void session_problem(struct session *s, const char *sentence);
/* A sentence that is no failure: on standard error, unless `quiet`, and remembered. */
void session_remember(struct session *s, const char *sentence, bool quiet);
void session_forget_problems(struct session *s);
/* Has somebody asked to stop, or closed the pipe? */
bool session_stopped(const struct session *s);
/* By a signal? */
bool session_interrupted(void);

/* Ctrl-C and SIGTERM: the first asks to stop, the second ends the program. A closed pipe is no
 * signal. */
void session_catch_signals(void);
/* The engines: the next frames; where those after them come from; every flow ends here. */
void session_frames(struct session *s, const struct frame *f, size_t count);
void session_source(struct session *s, const char *name);
void session_flush(struct session *s);
/* The input waits for its writer: what is known by now is written. */
void session_show(struct session *s);

/* Every input, one after the other: files, folders, standard input. */
void inputs_read(struct session *s);
/* In a folder: is it meant, by its name? */
bool inputs_is_capture(const char *name);
/* May there be more than one file? */
bool inputs_are_several(const struct options *o);
/* The name for heads: "port80.pcap", "3 captures". Writes at most `room` bytes with the NUL. */
void inputs_name(const struct session *s, char *out, size_t room);

/* After the last frame: the engine's counters, and whether memory ever was short. `name`: of the
 * input, for EVE. `counts`: NULL without an interface. */
void session_end_input(struct session *s, const char *name, const struct engine_capture *counts);
/* What was read, for the head of table and report; `name` must outlive it. */
struct input_note session_note(const struct session *s, const char *name);

#endif
