/* SPDX-License-Identifier: MIT */
/* calm_frames() takes runs of frames of many connections, and counts them at the end of each: to
 * the same end as one by one. Random conversations at the same time, some tagged, some with
 * timestamps, are told to two engines: to one many frames at once, to the other one by one, and it
 * thinks that nothing is calm; what they count is compared each time, and what they say. */
#include "engine/ahead.h"
#include "engine/calm.h"
#include "shots.h"

#define SPEAKERS 7U
#define FRAMES   40000U
#define AT_ONCE  150U /* more than are looked at together */
#define TURNS    80U
#define QUIET    9000U /* frames after which half an hour passes */

struct speaker {
    struct talk talk; /* its ends, and what was sent: it has no engine */
    unsigned turn;
    uint32_t oddness;
    bool stamped, tagged;
};

static void speak_anew(struct speaker *s)
{
    const uint16_t port = (uint16_t)(s->talk.client_port + SPEAKERS);

    *s = (struct speaker){.talk = {.client_port = port, .server_port = 80, .isn = {1000, 77}},
                          .oddness = random_below(3) * 6,
                          .stamped = random_below(2) == 0,
                          .tagged = random_below(4) == 0};
}

static struct shot next_shot(struct speaker *s, uint8_t room[64])
{
    struct shot shot = {.flags = TCP_SYN, .ttl = 64, .window = 64000, .seq = 1000};

    if (s->turn > 1) {
        shot = shot_next(&s->talk, s->oddness, s->stamped, room);
        s->talk.sent[shot.from] += (uint32_t)shot.data.len;
    } else if (s->turn == 1) {
        shot = (struct shot){.from = TO_CLIENT,
                             .flags = TCP_SYN | TCP_ACK,
                             .ttl = 64,
                             .window = 64000,
                             .seq = 77,
                             .ack = 1001};
    }
    shot.over_ethernet = random_below(200) > 0;
    shot.tagged = s->tagged;
    return shot;
}

/* Time goes on, mostly; and now and then for longer than a tick. */
static int64_t time_after(const struct talk *t)
{
    const unsigned kind = random_below(600);

    if (t->number % QUIET == 0)
        return t->now_ns + INT64_C(1800000000000);
    return t->now_ns + (kind == 0  ? INT64_C(300000000)
                        : kind < 9 ? -TALK_STEP_NS
                                   : (int64_t)(kind % 3) * TALK_STEP_NS / 100);
}

static struct frame next_frame(struct speaker all[SPEAKERS], struct talk *clock)
{
    struct speaker *s = &all[random_below(SPEAKERS)];
    uint8_t room[64];

    if (s->turn == TURNS)
        speak_anew(s);
    s->talk.number = ++clock->number;
    s->talk.now_ns = clock->now_ns = time_after(clock);
    const struct shot shot = next_shot(s, room);
    s->turn++;
    return shot_frame(&s->talk, &shot);
}

struct pair {
    struct talk quick, wary;
    struct speaker speaker[SPEAKERS];
};

static bool same(const struct engine *a, const struct engine *z)
{
    return memcmp(decoder_stats(a->decoder), decoder_stats(z->decoder),
                  sizeof(struct decode_stats)) == 0 &&
           memcmp(&a->counters, &z->counters, sizeof(a->counters)) == 0 &&
           memcmp(&a->time, &z->time, sizeof(a->time)) == 0 &&
           flow_count(a->flows) == flow_count(z->flows) && a->host.packet == z->host.packet &&
           a->host.time_ns == z->host.time_ns && a->now.position == z->now.position &&
           a->now.now_ns == z->now.now_ns && a->now.key == z->now.key;
}

static void tell_both(struct pair *p)
{
    const size_t count = 1 + random_below(AT_ONCE);
    struct frame frame[AT_ONCE];

    for (size_t i = 0; i < count; i++)
        frame[i] = next_frame(p->speaker, &p->quick);
    engine_frames(p->quick.engine, frame, count);
    for (size_t i = 0; i < count; i++) {
        engine_frame(p->wary.engine, &frame[i]);
        free((void *)(uintptr_t)frame[i].data.at);
    }
    CHECK(same(p->quick.engine, p->wary.engine), "the same is counted");
}

/* How many of what comes next are taken the short way? The first flows are of the middle. */
static size_t count_calm(struct pair *p)
{
    size_t calm = 0;

    for (unsigned i = 0; i < FRAMES / 8; i++) {
        struct ahead ahead;
        const struct frame f = next_frame(p->speaker, &p->quick);
        ahead_begin(&ahead, p->quick.engine->flows, &f, 1);
        if (calm_frames(p->quick.engine, &f, ahead.at, 1) > 0)
            calm++;
        else
            engine_frame(p->quick.engine, &f);
        free((void *)(uintptr_t)f.data.at);
    }
    return calm;
}

static void check(const char *rules, const char *name)
{
    struct pair p = {0};

    talk_begin(&p.quick, rules, 0);
    talk_begin(&p.wary, rules, 0);
    p.quick.packets_matter = p.wary.packets_matter = true;
    p.wary.engine->quick = false;
    for (unsigned i = 0; i < SPEAKERS; i++) {
        p.speaker[i].talk.client_port = (uint16_t)(20000 + i);
        speak_anew(&p.speaker[i]);
    }
    while (p.quick.number < FRAMES)
        tell_both(&p);
    CHECK_TEXT(talk_log(&p.quick), talk_log(&p.wary), name);
    CHECK(count_calm(&p) > FRAMES / 80, "many are calm");
    engine_flush(p.quick.engine);
    talk_free(&p.quick);
    talk_free(&p.wary);
}

int main(void)
{
    static const char content[] =
        "version: 1\nrules:\n- {name: c, action: alert, match: {message: {contains: klmno}}}\n";

    check(NULL, "the same is said");
    check(content, "the same is said where a rule looks into messages");
    return test_end();
}
