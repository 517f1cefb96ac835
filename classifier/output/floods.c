/* SPDX-License-Identifier: MIT */
#include "output/floods.h"

/* Texts are interned, so that pointers compare. */
struct flood_key {
    const char *rule, *what, *by;
    struct addr addr, target; /* target: of a pair */
    uint32_t line;
    uint8_t prefix, pad[3];
};

void floods_init(struct floods *f)
{
    *f = (struct floods){.others = 0};
    tally_init(&f->tally, sizeof(struct flood), FLOODS);
}

void floods_free(struct floods *f)
{
    tally_free(&f->tally);
}

static struct flood *flood_of(struct floods *f, const struct event *e, struct tally *names)
{
    const struct alert_event *a = &e->as.alert;
    struct flood_key key;
    bool fresh;

    memset(&key, 0, sizeof(key)); /* padding too: the key is hashed as bytes */
    key.rule = tally_text(names, a->rule);
    key.what = tally_text(names, a->rate->what);
    key.by = tally_text(names, a->rate->by);
    key.addr = a->rate->addr;
    if (e->flow != NULL && a->rate->by != NULL && strcmp(a->rate->by, "pair") == 0)
        key.target = e->flow->server.addr;
    key.line = a->line;
    key.prefix = a->rate->prefix;
    struct flood *one = tally_get(&f->tally, bytes_of(&key, sizeof(key)), &fresh);
    if (one == NULL || !fresh)
        return one;
    one->rule = key.rule;
    one->what = key.what;
    one->by = key.by;
    one->addr = key.addr;
    one->line = key.line;
    one->prefix = key.prefix;
    one->action = tally_text(names, a->action);
    one->first_ns = one->last_ns = e->time_ns;
    one->first_packet = e->packet;
    if (e->flow != NULL) {
        one->flow_id = e->flow->id;
        one->source = tally_text(names, e->flow->source);
    }
    return one;
}

void floods_add(struct floods *f, const struct event *alert, struct tally *names)
{
    const struct rate_alert *r = alert->as.alert.rate;
    struct flood *one = flood_of(f, alert, names);

    if (one == NULL) {
        f->others++;
        return;
    }
    if (one->times++ == 0 || r->count > one->count) {
        one->count = r->count;
        one->over = r->over;
        one->within_ns = r->within_ns;
        one->adaptive = r->adaptive;
    }
    if (r->for_ns > one->for_ns)
        one->for_ns = r->for_ns;
    if (alert->time_ns < one->first_ns)
        one->first_ns = alert->time_ns;
    if (alert->time_ns > one->last_ns)
        one->last_ns = alert->time_ns;
    if (alert->flow != NULL)
        few_addr_add(&one->targets, &alert->flow->server.addr);
    for (int d = TO_SERVER; d <= TO_CLIENT; d++)
        one->leaked_packets[d] += alert->as.alert.leaked_packets[d];
}

static int order(uint64_t a, uint64_t b)
{
    return a > b ? -1 : a < b;
}

int flood_compare(const void *a, const void *b)
{
    const struct flood *x = a, *y = b;
    int by = order(strcmp(x->action, "block") == 0, strcmp(y->action, "block") == 0);

    if (by == 0)
        by = order(x->count, y->count);
    if (by == 0)
        by = order(x->times, y->times);
    if (by == 0)
        by = addr_compare(&x->addr, &y->addr);
    if (by == 0)
        by = order(y->line, x->line);
    return by != 0 ? by : order(y->first_packet, x->first_packet);
}
