/* SPDX-License-Identifier: MIT */
/* calm_packet() takes the next segments of a calm connection a shorter way, and calm_frames() whole
 * frames, as calm_seen() what another has seen of them; tcp_bare() those without data, of others,
 * too: to the same end. Random conversations, honest and not, are told to three engines, of which
 * one is made to think before each packet that nothing is calm, and decodes all frames; what they
 * remember is compared after each, and what they say. */
#include "engine/calm.h"
#include "engine/tcp.h"
#include "shots.h"

#define CONVERSATIONS 500
#define PACKETS       60

/* As the head of a crew deals a frame, and a worker reads it. */
static void pass_on(struct engine *e, const struct frame *f)
{
    struct glance g;
    struct packet p;

    if (!e->quick || !glance_at(f, &g) || !glance_sums_are_right(g.ip, g.tcp)) {
        engine_frame(e, f);
        return;
    }
    const struct sight s = sight_of(&g);
    const struct seen seen = {
        .sight = &s, .number = f->number, .time_ns = f->time_ns, .wire_len = frame_wire_len(f)};
    engine_tick(e, f->time_ns);
    next_moment(e);
    if (calm_seen(e, &seen))
        return;
    seen_packet(&seen, &p);
    engine_packet(e, &p, true, ANOMALY_NONE);
}

static void shoot(struct talk *t, const struct shot *s, bool pass)
{
    const struct frame frame = shot_frame(t, s);

    if (pass)
        pass_on(t->engine, &frame);
    else
        engine_frame(t->engine, &frame);
    free((void *)(uintptr_t)frame.data.at);
}

static struct conn *only_conn(const struct talk *t)
{
    const struct flow_node *n = flow_each(t->engine->flows, NULL);
    return n != NULL ? n->owner : NULL;
}

/* What was counted beside them (the rest) is compared in what they say. */
static bool same(const struct conn *a, const struct conn *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    for (unsigned side = 0; side < 2; side++) {
        const struct stream *s = &a->stream[side], *z = &b->stream[side];
        const struct habit *h = &a->habit[side], *g = &b->habit[side];
        if (s->next != z->next || s->acknowledged != z->acknowledged || s->origin != z->origin ||
            s->started != z->started || s->fin_seen != z->fin_seen || s->ended != z->ended ||
            s->peer_acks != z->peer_acks || s->held_bytes != z->held_bytes ||
            s->hole_packets != z->hole_packets || s->hole_acknowledged != z->hole_acknowledged ||
            s->fin != z->fin || a->fin_ack[side] != b->fin_ack[side] ||
            a->bytes[side] != b->bytes[side] || a->payload[side] != b->payload[side] ||
            h->edge != g->edge || h->recent != g->recent || h->ttl != g->ttl ||
            h->heard != g->heard || h->stamped != g->stamped || h->narrower != g->narrower ||
            a->tcp_flags[side] != b->tcp_flags[side] || a->packets[side] != b->packets[side] ||
            a->retransmissions[side] != b->retransmissions[side] ||
            a->out_of_order[side] != b->out_of_order[side])
            return false;
    }
    return a->tcp_state == b->tcp_state && a->depth == b->depth && a->closed == b->closed &&
           a->reset_doubted == b->reset_doubted && (a->doubted == NULL) == (b->doubted == NULL) &&
           a->reset_exact == b->reset_exact && a->genuine == b->genuine && a->proven == b->proven &&
           a->watched == b->watched && a->held == b->held &&
           a->node->timeout_s == b->node->timeout_s && a->node->last_ns == b->node->last_ns &&
           a->evidence_count == b->evidence_count &&
           (a->known_peer == NULL) == (b->known_peer == NULL) && a->alternates == b->alternates &&
           a->anomalies == b->anomalies;
}

struct trio {
    struct talk quick, wary, told;
    bool over_ethernet;
    uint64_t calm, at_once; /* packets that came to such a connection */
    uint64_t ends;          /* FINs that ended a connection's side there */
};

/* Has it a side that ended, and was read to its end? */
static unsigned ends_of(const struct conn *c)
{
    return c != NULL ? c->stream[0].ended + c->stream[1].ended : 0;
}

static void tell_all(struct trio *p, struct shot *s)
{
    struct talk *all[] = {&p->quick, &p->wary, &p->told};
    struct conn *c = only_conn(&p->wary);

    s->over_ethernet = p->over_ethernet;
    if (c != NULL)
        c->calm = c->quick = false;
    c = only_conn(&p->quick);
    p->calm += c != NULL && c->calm;
    p->at_once += c != NULL && c->quick && p->over_ethernet;
    const unsigned ends = ends_of(c);
    for (unsigned i = 0; i < 3; i++) {
        all[i]->number++;
        all[i]->now_ns += TALK_STEP_NS;
        shoot(all[i], s, all[i] == &p->told);
    }
    p->ends += ends_of(only_conn(&p->quick)) > ends;
    CHECK(same(only_conn(&p->quick), only_conn(&p->wary)), "the same is remembered");
    CHECK(same(only_conn(&p->told), only_conn(&p->wary)), "of what another has seen, too");
}

static void random_segment(struct trio *p, uint32_t oddness, bool stamped)
{
    struct talk *t = &p->quick;
    uint8_t room[64];
    struct shot s = shot_next(t, oddness, stamped, room);

    if (random_below(100) >= oddness / 4) /* else it is lost */
        tell_all(p, &s);
    if (random_below(100) >= oddness) /* else it is sent again, or something else instead */
        t->sent[s.from] += (uint32_t)s.data.len;
}

/* From now on, less LEARN_NS, the server is known to take part in BitTorrent. */
static void teach(struct engine *e)
{
    static const struct lesson server = {
        .who = {.addr = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 2}}, .port = 80},
        .how = {.source = PEER_TRACKER}};
    struct lesson l = server;

    l.when = e->now;
    l.how.time_ns = e->now.now_ns;
    order_teach(e->order, e->place, &l);
}

static void teach_all(struct trio *p)
{
    teach(p->quick.engine);
    teach(p->wary.engine);
    teach(p->told.engine);
}

/* Each side ends what it says, and hears that of the other. */
static void take_leave(struct trio *p, uint32_t oddness, bool stamped)
{
    struct talk *t = &p->quick;
    enum direction d = (enum direction)random_below(2);

    for (unsigned i = 0; i < 4; i++, d = direction_other(d)) {
        const enum direction other = direction_other(d);
        struct shot s = {.from = d,
                         .flags = TCP_ACK | (i < 2 ? TCP_FIN : 0),
                         .ttl = 64,
                         .window = 64000,
                         .stamped = stamped,
                         .stamp = (uint32_t)t->number,
                         .seq = t->isn[d] + 1 + t->sent[d],
                         .ack = t->isn[other] + 1 + t->sent[other]};
        if (i < 2 && random_below(8) == 0)
            s.data = LITERAL("bye");
        for (unsigned odd = 0; odd < 2 && random_below(100) < oddness; odd++)
            shot_make_odd(&s);
        s.ttl = random_below(200) < oddness ? 3 : s.ttl;
        if (random_below(100) >= oddness / 4)
            tell_all(p, &s);
        if (i < 2)
            t->sent[d] += (uint32_t)s.data.len + 1;
    }
}

static void restart(struct talk *t)
{
    buffer_clear(&t->log);
    t->client_port++;
    t->sent[0] = t->sent[1] = 0;
}

static void converse(struct trio *p, uint32_t oddness)
{
    const bool stamped = random_below(2) == 0;
    const unsigned packets = random_below(2) == 0 ? PACKETS : random_below(PACKETS);
    struct shot syn = {.flags = TCP_SYN, .ttl = 64, .window = 64000, .seq = 0xffffff00U};

    restart(&p->quick);
    restart(&p->wary);
    restart(&p->told);
    p->wary.engine->quick = false; /* each frame is decoded */
    if (random_below(8) > 0) {     /* else it began before the capture */
        tell_all(p, &syn);
        syn = (struct shot){TO_CLIENT,       TCP_SYN | TCP_ACK, .ttl = 64,
                            .window = 64000, .seq = 77,         .ack = 0xffffff01U};
        tell_all(p, &syn);
    }
    for (unsigned i = 0; i < packets; i++) {
        if (random_below(4 * PACKETS) == 0)
            teach_all(p);
        random_segment(p, oddness, stamped);
    }
    if (packets < PACKETS)
        take_leave(p, oddness, stamped);
    const char *want = talk_log(&p->wary);
    CHECK_TEXT(talk_log(&p->quick), want, "the same is said");
    CHECK_TEXT(talk_log(&p->told), want, "the same is said of what another has seen");
}

static void check(const char *rules)
{
    struct trio p = {0};

    talk_begin(&p.quick, rules, 0);
    talk_begin(&p.wary, rules, 0);
    talk_begin(&p.told, rules, 0);
    for (unsigned i = 0; i < CONVERSATIONS; i++) {
        p.over_ethernet = i % 8 >= 4;
        converse(&p, i % 4 * 12);
    }
    CHECK(p.calm > CONVERSATIONS * (PACKETS / 4), "most packets come to a calm connection");
    CHECK(p.at_once > CONVERSATIONS * (PACKETS / 8), "and many to one that is quick");
    CHECK(p.ends > CONVERSATIONS / 4, "and sides end");
    talk_free(&p.quick);
    talk_free(&p.wary);
    talk_free(&p.told);
}

int main(void)
{
    static const char rated[] =
        "version: 1\nrules:\n"
        "- {name: r, action: alert, match: {event: anomaly}, rate: {by: client, over: 1, "
        "within: 10s}}\n";
    static const char content[] =
        "version: 1\nrules:\n- {name: c, action: alert, match: {message: {contains: klmno}}}\n";

    check(NULL);
    check(content);
    check(rated);
    return test_end();
}
