/* SPDX-License-Identifier: MIT */
#include "output/eve_waiting.h"

#include <stdlib.h>

static void unlink_line(struct eve_waiting *w, struct eve_waiting_line *l)
{
    if (l->before != NULL)
        l->before->after = l->after;
    else
        w->first = l->after;
    if (l->after != NULL)
        l->after->before = l->before;
    else
        w->last = l->before;
    w->bytes -= l->len;
}

void eve_waiting_drop(struct eve_waiting *w, uint64_t flow)
{
    struct eve_waiting_line *l = w->flows.count > 0 ? flow_map_remove(&w->flows, flow) : NULL;

    if (l == NULL)
        return;
    unlink_line(w, l);
    free(l);
}

void eve_waiting_keep(struct eve_waiting *w, uint64_t flow, struct bytes line, uint32_t file)
{
    struct eve_waiting_line *l = NULL;

    eve_waiting_drop(w, flow);
    if (line.len <= EVE_WAITING_BYTES - w->bytes)
        l = malloc(sizeof(*l) + line.len);
    if (l == NULL || !flow_map_add(&w->flows, flow, l)) {
        free(l);
        w->lost++;
        return;
    }
    *l = (struct eve_waiting_line){.before = w->last, .flow = flow, .file = file, .len = line.len};
    if (line.len > 0)
        memcpy(l->text, line.at, line.len);
    if (w->last != NULL)
        w->last->after = l;
    else
        w->first = l;
    w->last = l;
    w->bytes += line.len;
}

struct eve_waiting_line *eve_waiting_take(struct eve_waiting *w)
{
    struct eve_waiting_line *l = w->first;

    if (l == NULL)
        return NULL;
    (void)flow_map_remove(&w->flows, l->flow);
    unlink_line(w, l);
    return l;
}

void eve_waiting_free(struct eve_waiting *w)
{
    for (struct eve_waiting_line *l; (l = eve_waiting_take(w)) != NULL;)
        free(l);
    flow_map_free(&w->flows);
}
