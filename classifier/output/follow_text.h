/* SPDX-License-Identifier: MIT */
/* follow_text.h - the words of --follow: each event of the conversation as lines for people. For
 * follow.c. */
#ifndef OUTPUT_FOLLOW_TEXT_H
#define OUTPUT_FOLLOW_TEXT_H

#include "model/event.h"

/* Where a conversation is written, and its clock. */
struct conversation {
    struct buffer *out;
    bool color;
    size_t columns;    /* width to fill */
    int64_t last_ns;   /* of the line before; the flow's start at first */
    bool upgrade_told; /* the HTTP exchange that comes next was told as a handshake */
};

void follow_text_flow(struct conversation *c, const struct flow_info *f); /* its first line */
void follow_text_http(struct conversation *c, const struct event *e);
void follow_text_handshake(struct conversation *c, const struct event *e);
void follow_text_message(struct conversation *c, const struct event *e);
void follow_text_anomaly(struct conversation *c, const struct event *e);
void follow_text_alert(struct conversation *c, const struct event *e);
void follow_text_end(struct conversation *c, const struct event *e);

#endif
