/* SPDX-License-Identifier: MIT */
#include "output/summary_scribe.h"

#include <stddef.h>
#include <stdlib.h>

#include "output/kind_key.h"
#include "output/totals.h"

/* Lengths tell them apart. */
_Static_assert(sizeof(struct anomaly_note) < offsetof(struct flow_info, host), "notes differ");

/* The worst flow of a kind. */
struct worst {
    struct kind_key kind;
    uint64_t bytes, first_packet, id;
    bool known;
};

struct summary_scribe {
    struct worst of[SCRIBE_KINDS];
};

void *summary_scribe_create(void *ctx, struct err *err)
{
    struct summary_scribe *s = calloc(1, sizeof(*s));

    (void)ctx;
    if (s == NULL)
        err_set(err, "no memory for the summary");
    return s;
}

/* As flow_compare(): of the same kind, so of the same rank. */
static bool is_worse(const struct flow_info *flow, const struct worst *than)
{
    const uint64_t bytes = flow_bytes(flow);

    if (bytes != than->bytes)
        return bytes > than->bytes;
    if (flow->first_packet != than->first_packet)
        return flow->first_packet < than->first_packet;
    return flow->id < than->id;
}

static bool may_be_worst(struct summary_scribe *s, const struct flow_info *flow)
{
    const struct kind_key kind = kind_key_of(flow);
    struct worst *w = &s->of[kind_key_place(&kind, SCRIBE_KINDS)];

    if (w->known && memcmp(&w->kind, &kind, sizeof(kind)) == 0 && !is_worse(flow, w))
        return false;
    *w = (struct worst){.kind = kind,
                        .bytes = flow_bytes(flow),
                        .first_packet = flow->first_packet,
                        .id = flow->id,
                        .known = true};
    return true;
}

bool summary_scribe_wants(void *own, const struct event *e)
{
    if (e->kind != EVENT_FLOW)
        return e->kind != EVENT_ANOMALY;
    return e->flow->end != FLOW_GOES_ON && may_be_worst(own, e->flow);
}

struct anomaly_note anomaly_note_of(const struct event *e)
{
    struct anomaly_note n = {.packet = e->packet, .id = e->as.anomaly.id};

    if (e->flow != NULL) {
        n.flow_id = e->flow->id;
        n.source = e->flow->source;
    }
    return n;
}

void summary_scribe_write(void *own, const struct event *e, struct buffer *text)
{
    (void)own;
    if (e->kind == EVENT_ANOMALY) {
        const struct anomaly_note n = anomaly_note_of(e);
        buffer_append(text, bytes_of(&n, sizeof(n)));
    } else if (e->flow->end != FLOW_GOES_ON) { /* else it will be told again */
        buffer_append(text, bytes_of(e->flow, offsetof(struct flow_info, host)));
    }
}
