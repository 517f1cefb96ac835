/* SPDX-License-Identifier: MIT */
/* slice_parts.h - what the files of --slice share. Private to slice*.c. */
#ifndef CLI_SLICE_PARTS_H
#define CLI_SLICE_PARTS_H

#include "cli/slice.h"
#include "output/flow_name.h"
#include "output/kept.h"

#define SLICE_ALERTS 8    /* of one flow, that get comments */
#define SLICE_NAMES  4096 /* texts: layers, rules, files */

/* A rule that matched. */
struct slice_alert {
    const char *rule, *action;
    uint32_t line;
    uint64_t packet;
    uint64_t leaked_bytes[2];
    bool blocked;
};

/* A flow that is asked for. */
struct slice_target {
    uint64_t id;
    struct flow_info *flow; /* as it was at its end; NULL: not over yet. Owned */
    struct slice_alert alert[SLICE_ALERTS];
    size_t alerts;
    uint64_t seen; /* its packets in the second pass */
    bool proved;   /* by the last try */
    bool fired;    /* the asked-for rule did, in the last try */
};

/* Why a frame is kept, weakest first: who goes when there is no room. */
enum kinship { KIN_OTHER, KIN_SERVER, KIN_CLIENT, KIN_OWN };

struct slice_frame {
    struct frame frame; /* its data is owned */
    const char *source; /* in slice.names */
    uint64_t group;     /* the packet's pair of endpoints, hashed; 0: a fragment */
    uint8_t kin;        /* enum kinship */
    uint8_t target;     /* KIN_OWN: whose */
    bool chosen;
};

struct slice {
    struct sink sink;
    const struct options *options;
    struct flow_name name;
    const char *rule; /* NULL: a flow was asked for */
    struct tally names;
    struct slice_target target[SLICE_FLOWS];
    size_t targets;
    uint64_t more_targets;
    struct slice_frame *frame; /* in the order of the input */
    size_t frames, room, bytes;
    uint64_t read;        /* frames of the input */
    enum kinship weakest; /* what is weaker is not kept any more */
    bool failed;          /* no memory */
};

/* slice_keep.c: the second pass; for engine_config. */
void slice_keep(void *ctx, const struct engine_trace *t);
void slice_forget(struct slice *x);
uint64_t slice_group(const struct packet *p);

/* slice_try.c: chooses the frames. False: not even all that is kept gives the same answer; then the
 * flows' own frames are chosen. */
bool slice_choose(struct slice *x, const struct session *s);

/* slice_comment.c: texts for one frame, each with a NUL behind it, and one for the whole file. */
void slice_comments(const struct slice *x, const struct slice_frame *f, struct buffer *out);
void slice_title(const struct slice *x, bool proved, struct buffer *out);

/* Is this packet one of the target's? Its own endpoints, in either direction. */
bool slice_is_between(const struct packet *p, const struct flow_info *flow);

#endif
