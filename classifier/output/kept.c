/* SPDX-License-Identifier: MIT */
#include "output/kept.h"

#include <stdlib.h>

#include "output/totals.h"

#define FIRST_ROOM 64

enum flow_rank flow_rank(const struct flow_info *flow)
{
    if (flow->verdict == VERDICT_BLOCK)
        return RANK_BLOCKED;
    if (flow->mismatch == TRI_YES)
        return RANK_MISMATCH;
    if (flow->tunnel != TRI_NO)
        return RANK_TUNNEL;
    if (flow->ladder == LADDER_UNFRAMED)
        return RANK_UNFRAMED;
    if (flow->ladder == LADDER_GRANTED)
        return RANK_GRANTED;
    if (flow->ladder == LADDER_REFUSED)
        return RANK_REFUSED;
    return flow->anomalies > 0 ? RANK_ANOMALY : RANK_QUIET;
}

static int order(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

int flow_compare(const struct flow_info *a, const struct flow_info *b)
{
    int by = order(flow_rank(b), flow_rank(a));

    if (by == 0)
        by = order(flow_bytes(b), flow_bytes(a));
    if (by == 0)
        by = order(a->first_packet, b->first_packet);
    return by != 0 ? by : order(a->id, b->id);
}

/* Kept names are interned: the same text is the same pointer. */
bool flow_alike(const struct flow_info *a, const struct flow_info *b)
{
    if (a->app != b->app || a->rule != b->rule || a->rule_line != b->rule_line ||
        a->layer_count != b->layer_count || a->server.port != b->server.port ||
        a->transport != b->transport || a->ladder != b->ladder || a->tunnel != b->tunnel ||
        a->shape != b->shape || flow_rank(a) != flow_rank(b) || a->verdict != b->verdict ||
        (a->mismatch == TRI_YES) != (b->mismatch == TRI_YES))
        return false;
    for (size_t i = 0; i < a->layer_count; i++)
        if (a->layers[i] != b->layers[i])
            return false;
    return true;
}

/* What a copy adds to the block behind its flow_info: evidence, WebSocket totals and figures,
 * risks, then bytes. */
struct copy {
    struct flow_info *flow;
    uint8_t *free; /* the next byte of the block */
};

static size_t bytes_needed(const struct flow_info *f)
{
    const struct bytes text[] = {f->host, f->path,      f->origin,     f->subprotocol,
                                 f->sni,  f->info_hash, f->peer_client};
    size_t need = 0;

    for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++)
        need += bytes_first(text[i], KEPT_TEXT).len;
    for (size_t i = 0; i < f->evidence_count; i++)
        need += bytes_first(f->evidence[i].detail, EVIDENCE_DETAIL).len;
    return need;
}

static struct bytes copy_bytes(struct copy *c, struct bytes from, size_t limit)
{
    const struct bytes kept = bytes_of(c->free, bytes_first(from, limit).len);

    if (kept.len > 0)
        memcpy(c->free, from.at, kept.len);
    c->free += kept.len;
    return kept;
}

static void copy_texts(struct copy *c)
{
    struct flow_info *f = c->flow;
    struct bytes *const text[] = {&f->host, &f->path,      &f->origin,     &f->subprotocol,
                                  &f->sni,  &f->info_hash, &f->peer_client};

    for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++)
        *text[i] = copy_bytes(c, *text[i], KEPT_TEXT);
}

static void copy_names(struct flow_info *f, struct tally *names)
{
    f->source = tally_text(names, f->source);
    f->app = tally_text(names, f->app);
    f->expected = tally_text(names, f->expected);
    f->rule = tally_text(names, f->rule);
    f->speaks = tally_text(names, f->speaks);
    f->ndpi.proto = tally_text(names, f->ndpi.proto);
    f->ndpi.category = tally_text(names, f->ndpi.category);
    for (size_t i = 0; i < f->layer_count; i++)
        f->layers[i] = tally_text(names, f->layers[i]);
}

struct flow_info *flow_copy(const struct flow_info *flow, struct tally *names)
{
    const size_t evidence = flow->evidence_count * sizeof(struct evidence);
    const size_t ws = flow->ws != NULL ? sizeof(*flow->ws) : 0;
    const size_t figures = flow->ws_figures != NULL ? sizeof(*flow->ws_figures) : 0;
    const size_t risks = flow->ndpi.risk_count * sizeof(char *);
    struct flow_info *f = malloc(sizeof(*f) + evidence + ws + figures + risks + bytes_needed(flow));

    if (f == NULL)
        return NULL;
    *f = *flow;
    struct evidence *seen = (void *)(f + 1);
    struct ws_totals *totals = (void *)((uint8_t *)seen + evidence);
    struct ws_figures *fared = (void *)((uint8_t *)totals + ws);
    const char **risk = (void *)((uint8_t *)fared + figures);
    struct copy c = {.flow = f, .free = (uint8_t *)risk + risks};

    copy_texts(&c);
    copy_names(f, names);
    for (size_t i = 0; i < f->evidence_count; i++) {
        seen[i] = flow->evidence[i];
        seen[i].detail = copy_bytes(&c, seen[i].detail, EVIDENCE_DETAIL);
    }
    f->evidence = seen;
    if (flow->ws != NULL) {
        *totals = *flow->ws;
        f->ws = totals;
    }
    if (flow->ws_figures != NULL) {
        *fared = *flow->ws_figures;
        f->ws_figures = fared;
    }
    for (size_t i = 0; i < f->ndpi.risk_count; i++)
        risk[i] = tally_text(names, flow->ndpi.risks[i]);
    f->ndpi.risks = risk;
    return f;
}

void kept_init(struct kept *k, size_t limit)
{
    *k = (struct kept){.limit = limit};
}

void kept_free(struct kept *k)
{
    for (size_t i = 0; i < k->count; i++)
        free(k->at[i].flow);
    free(k->at);
    *k = (struct kept){0};
}

static bool room_for_one(struct kept *k)
{
    if (k->count < k->room)
        return true;
    const size_t room = k->room > 0 ? k->room * 2 : FIRST_ROOM;
    struct kept_flow *at = realloc(k->at, room * sizeof(*at));
    if (at == NULL) {
        k->failed = true;
        return false;
    }
    k->at = at;
    k->room = room;
    return true;
}

/* flow_compare(), of what stands beside the flows where that is enough. */
static int compare(const struct kept_flow *a, const struct kept_flow *b)
{
    if (a->rank != b->rank)
        return a->rank > b->rank ? -1 : 1;
    if (a->bytes != b->bytes)
        return a->bytes > b->bytes ? -1 : 1;
    return flow_compare(a->flow, b->flow);
}

static void sift_up(struct kept *k, size_t place)
{
    const struct kept_flow f = k->at[place];

    for (; place > 0 && compare(&f, &k->at[(place - 1) / 2]) > 0; place = (place - 1) / 2)
        k->at[place] = k->at[(place - 1) / 2];
    k->at[place] = f;
}

static void sift_down(struct kept *k)
{
    const struct kept_flow f = k->at[0];
    size_t place = 0;

    for (;;) {
        size_t child = 2 * place + 1;
        if (child + 1 < k->count && compare(&k->at[child + 1], &k->at[child]) > 0)
            child++;
        if (child >= k->count || compare(&k->at[child], &f) <= 0)
            break;
        k->at[place] = k->at[child];
        place = child;
    }
    k->at[place] = f;
}

/* Is it less bad than the least bad? As compare(), of a flow that is not kept. */
static bool is_too_good(const struct kept_flow *least, const struct flow_info *flow)
{
    const enum flow_rank rank = flow_rank(flow);
    const uint64_t bytes = flow_bytes(flow);

    if (rank != least->rank)
        return rank < least->rank;
    return bytes != least->bytes ? bytes < least->bytes : flow_compare(flow, least->flow) >= 0;
}

void kept_add(struct kept *k, const struct flow_info *flow, struct tally *names)
{
    const bool full = k->count == k->limit || !room_for_one(k);

    if (full && (k->count == 0 || is_too_good(&k->at[0], flow)))
        return;
    const struct kept_flow one = {flow_copy(flow, names), flow_bytes(flow), flow_rank(flow)};
    if (one.flow == NULL) {
        k->failed = true;
        return;
    }
    if (full) {
        free(k->at[0].flow);
        k->at[0] = one;
        sift_down(k);
        return;
    }
    k->at[k->count] = one;
    sift_up(k, k->count++);
}
