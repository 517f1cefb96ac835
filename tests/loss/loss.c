/* SPDX-License-Identifier: MIT */
/* The loss property: take segments away from a capture; every WebSocket message that they do not
 * touch is still decoded, with the same content, and no message is told as complete that was not
 * there.
 *
 *   loss CAPTURE...                  each segment alone; LOSS_MOST=n: at most so many a
 * conversation loss -r PERCENT -s SEED CAPTURE  each segment with that probability, all at once
 *
 * A line for each run that differs: "capture packet difference". What is touched is known from the
 * run over the whole capture: its frames are found again in the bytes of the segments.
 */
#include <stdio.h>

#include "engine/engine.h"
#include "traffic.h"

#define MOST_LOST  4096
#define SAME_AHEAD 4 /* frames that must follow where one is looked for */

struct message {
    struct ws_message_event told; /* pointers in it are stale */
    unsigned side;
    size_t name;        /* ws_frames.owner */
    struct range place; /* in the stream of its side, from its first frame to its last */
    bool placed;        /* all its frames were found in the bytes */
};

struct sent_frames {
    struct ws_frame_event *at;
    struct range *place;
    size_t *owner; /* the name of its message; 0: of none */
    size_t count, room;
};

/* What one run said of one conversation. */
struct record {
    const struct conversation *c;
    struct message *messages;
    size_t count, room;
    struct sent_frames frames[2]; /* by side */
    struct message open[2][2];    /* by side; data, control */
    size_t names;                 /* given to messages so far */
    size_t pending[2];            /* index + 1 of the last frame, not yet a message's */
    bool shaken, fresh[2];        /* fresh: no context takeover, by side */
    bool found;                   /* there was a WebSocket */
};

struct tally {
    size_t captures, conversations, removed, repeated, compared, unsure, missing, invented, changed;
    size_t shaken; /* of `missing`, where something of the handshake was lost, too */
};

struct test {
    struct policy *policy;
    struct engine *engine;
    struct sink sink;
    struct record *record;
    struct tally sum;
    const char *path;
    size_t most;
};

/* ---- what a run says ---- */

static unsigned side_of(const struct record *r, const struct event *e)
{
    const bool client_is_a = same_endpoint(&e->flow->client, &r->c->a);
    return (e->direction == TO_SERVER) == client_is_a ? 0 : 1;
}

static void take_part(struct record *r, unsigned side, struct message *m)
{
    const size_t n = r->pending[side];

    r->pending[side] = 0;
    if (n == 0)
        return;
    if (m->name == 0)
        m->name = ++r->names;
    r->frames[side].owner[n - 1] = m->name;
}

static bool is_control(unsigned opcode)
{
    return (opcode & 8) != 0;
}

static void on_frame(struct record *r, unsigned side, const struct ws_frame_event *f)
{
    struct sent_frames *all = &r->frames[side];
    size_t room = all->room, third = room;

    if (r->pending[side] != 0 && all->at[r->pending[side] - 1].opcode == WS_CONTINUATION)
        take_part(r, side, &r->open[side][0]);
    all->at = traffic_grow(all->at, all->count, &room, sizeof(*all->at));
    all->owner = traffic_grow(all->owner, all->count, &third, sizeof(*all->owner));
    all->place = traffic_grow(all->place, all->count, &all->room, sizeof(*all->place));
    all->owner[all->count] = 0;
    all->place[all->count] = (struct range){-1, -1};
    all->at[all->count++] = *f;
    r->pending[side] = (f->opcode & 7) > 2 ? 0 : all->count;
}

static void on_message(struct record *r, unsigned side, const struct ws_message_event *m)
{
    struct message *open = &r->open[side][is_control(m->opcode)];
    const size_t n = r->pending[side];

    if (n != 0 && !is_control(m->opcode) && r->frames[side].at[n - 1].opcode == WS_CONTINUATION)
        take_part(r, side, open);
    open->told = *m;
    open->side = side;
    r->messages = traffic_grow(r->messages, r->count, &r->room, sizeof(*r->messages));
    r->messages[r->count++] = *open;
    *open = (struct message){0};
}

static void on_event(void *ctx, const struct event *e)
{
    struct test *t = ctx;
    struct record *r = t->record;

    if (e->flow == NULL || r == NULL)
        return;
    const unsigned side = side_of(r, e);
    if (e->kind == EVENT_FRAME) {
        on_frame(r, side, &e->as.frame);
        r->found = true;
    } else if (e->kind == EVENT_MESSAGE_BEGIN) {
        take_part(r, side, &r->open[side][is_control(e->as.begin.opcode)]);
    } else if (e->kind == EVENT_MESSAGE) {
        on_message(r, side, &e->as.message);
    } else if (e->kind == EVENT_HANDSHAKE && e->as.handshake.ladder != LADDER_REFUSED) {
        const unsigned client = same_endpoint(&e->flow->client, &r->c->a) ? 0 : 1;
        r->shaken = true;
        r->fresh[client] = e->as.handshake.no_context_takeover[TO_SERVER];
        r->fresh[1 - client] = e->as.handshake.no_context_takeover[TO_CLIENT];
    }
}

static void record_run(struct test *t, const struct conversation *c, struct record *r)
{
    *r = (struct record){.c = c};
    t->record = r;
    for (size_t i = 0; i < c->count; i++) {
        const struct segment *s = &c->segments[i];
        if (s->removed)
            continue;
        for (size_t n = 0; n < s->earlier_count; n++)
            engine_frame(t->engine, &s->earlier[n]);
        engine_frame(t->engine, &s->frame);
    }
    engine_flush(t->engine);
    t->record = NULL;
}

static void record_free(struct record *r)
{
    free(r->messages);
    for (int side = 0; side < 2; side++) {
        free(r->frames[side].at);
        free(r->frames[side].place);
        free(r->frames[side].owner);
    }
}

/* ---- where it was ---- */

static uint64_t number_at(const uint8_t *at, unsigned bytes)
{
    uint64_t n = 0;

    while (bytes-- > 0)
        n = n << 8 | *at++;
    return n;
}

/* Is this the frame's header? Returns its size, or 0. */
static int64_t header_at(const struct conversation *c, unsigned side, int64_t at,
                         const struct ws_frame_event *f)
{
    const uint8_t *b = c->bytes[side] + at;
    const int64_t left = c->len[side] - at;
    const uint8_t first = (uint8_t)(f->fin << 7 | f->rsv << 4 | f->opcode);

    if (left < 2 || b[0] != first || b[1] >> 7 != f->masked)
        return 0;
    const unsigned short_length = b[1] & 0x7f;
    const unsigned extra = short_length == 126 ? 2 : short_length == 127 ? 8 : 0;
    const int64_t size = 2 + extra + (f->masked ? 4 : 0);
    if (left < size || (extra > 0 ? number_at(b + 2, extra) : short_length) != f->length)
        return 0;
    if (f->masked && number_at(b + 2 + extra, 4) != f->mask)
        return 0;
    for (int64_t i = 0; i < size; i++)
        if (!c->have[side][at + i])
            return 0;
    return size;
}

static bool frames_follow(const struct conversation *c, unsigned side, int64_t at,
                          const struct sent_frames *all, size_t n)
{
    for (size_t i = n; i < all->count && i < n + SAME_AHEAD; i++) {
        const int64_t size = header_at(c, side, at, &all->at[i]);
        if (size == 0)
            return false;
        at += size + (int64_t)all->at[i].length;
        if (at >= c->len[side])
            break;
    }
    return true;
}

static void place_frames(const struct conversation *c, unsigned side, struct sent_frames *all)
{
    int64_t at = 0;

    for (size_t n = 0; n < all->count; n++) {
        int64_t size = n > 0 ? header_at(c, side, at, &all->at[n]) : 0;
        for (int64_t from = at; size == 0 && from < c->len[side]; from++) {
            if (!frames_follow(c, side, from, all, n))
                continue;
            size = header_at(c, side, from, &all->at[n]);
            at = from;
        }
        if (size == 0)
            return;
        all->place[n] = (struct range){at, at + size + (int64_t)all->at[n].length};
        at = all->place[n].to;
    }
}

static void place_messages(struct record *r)
{
    for (unsigned side = 0; side < 2; side++)
        place_frames(r->c, side, &r->frames[side]);
    for (size_t i = 0; i < r->count; i++) {
        struct message *m = &r->messages[i];
        const struct sent_frames *all = &r->frames[m->side];
        m->place = (struct range){INT64_MAX, -1};
        m->placed = m->name != 0;
        for (size_t n = 0; m->name != 0 && n < all->count; n++) {
            if (all->owner[n] != m->name)
                continue;
            m->placed &= all->place[n].to >= 0;
            m->place.from = all->place[n].from < m->place.from ? all->place[n].from : m->place.from;
            m->place.to = all->place[n].to;
        }
    }
}

/* ---- the property ---- */

struct loss {
    struct range at[MOST_LOST];
    size_t count;
};

enum touch {
    UNTOUCHED,
    /* A hole between its fragments that is not inside the payload of another frame: whether control
     * frames were there, or more fragments, nobody can know. */
    TOUCHED_BETWEEN,
    TOUCHED,
};

static enum touch touch_by(const struct sent_frames *all, const struct message *m,
                           const struct range *r)
{
    enum touch touch = TOUCHED_BETWEEN;

    if (r->from >= m->place.to || r->to <= m->place.from)
        return UNTOUCHED;
    for (size_t n = 0; n < all->count; n++) {
        const struct range *f = &all->place[n];
        if (r->from >= f->to || r->to <= f->from)
            continue;
        if (all->owner[n] == m->name)
            return TOUCHED;
        if (r->from >= f->to - (int64_t)all->at[n].length && r->to <= f->to)
            touch = UNTOUCHED;
    }
    return touch;
}

static enum touch touch_of(const struct record *whole, const struct message *m,
                           const struct loss *lost)
{
    enum touch most = UNTOUCHED;

    for (size_t i = 0; i < lost->count; i++) {
        const enum touch touch = touch_by(&whole->frames[m->side], m, &lost->at[i]);
        most = touch > most ? touch : most;
    }
    return most;
}

static bool same_outside(const struct ws_message_event *x, const struct ws_message_event *y)
{
    return x->opcode == y->opcode && x->fragments == y->fragments &&
           x->wire_length == y->wire_length && x->compressed == y->compressed;
}

static bool same_content(const struct ws_message_event *x, const struct ws_message_event *y)
{
    return same_outside(x, y) && x->complete && x->complete == y->complete &&
           x->length == y->length && x->close_code == y->close_code &&
           x->has_sha256 == y->has_sha256 && memcmp(x->sha256, y->sha256, SHA256_LEN) == 0;
}

/* May it be told as incomplete, because it refers to what was lost? */
static bool needs_history(const struct record *whole, const struct message *m,
                          const struct loss *lost, bool shake_lost)
{
    if (!m->told.compressed || lost->count == 0)
        return false;
    if (shake_lost)
        return true;
    return !whole->fresh[m->side] && lost->at[0].from < m->place.from;
}

struct outcome {
    size_t compared, unsure, missing, invented;
    char what[200]; /* the first difference */
};

static void differ(struct outcome *v, const char *what, unsigned side, const struct message *m)
{
    if (v->what[0] != 0)
        return;
    snprintf(v->what, sizeof(v->what), "%s: side %u opcode %u wire %llu at %lld", what, side,
             m->told.opcode, (unsigned long long)m->told.wire_length,
             m->placed ? (long long)m->place.from : -1LL);
}

static int64_t first_place(const struct record *r, unsigned side)
{
    return r->frames[side].count > 0 ? r->frames[side].place[0].from : INT64_MAX;
}

/* A complete message of which the run over the whole capture said less: it waited for less long for
 * the bytes of a hole that came late, or it recognised the WebSocket later, when the capture begins
 * in its midst. Or it is no frame of RFC 6455, so that its place is not known. */
static bool is_better(const struct record *whole, const struct message *g)
{
    if (!whole->shaken && g->placed && g->place.to <= first_place(whole, g->side))
        return true;
    for (size_t i = 0; i < whole->count; i++) {
        const struct message *m = &whole->messages[i];
        if (m->side != g->side)
            continue;
        if (!m->told.complete ? same_outside(&m->told, &g->told)
                              : !m->placed && same_content(&m->told, &g->told))
            return true;
    }
    return false;
}

/* Something of what came before the first frame is lost. */
static bool is_shake_lost(const struct record *whole, const struct loss lost[2])
{
    for (unsigned s = 0; s < 2; s++)
        if (lost[s].count > 0 && lost[s].at[0].from < first_place(whole, s))
            return whole->shaken;
    return false;
}

/* What must be told of one side, and what was. */
struct match {
    const struct record *whole;
    const struct message **want, **got; /* got[] of this side only */
    const struct message **may;         /* may be told, and then rightly */
    bool *relaxed;                      /* want[] may be told as incomplete */
    size_t wants, gots, mays;
    unsigned side;
};

static bool fits(const struct match *m, size_t w, size_t g)
{
    const struct ws_message_event *want = &m->want[w]->told, *got = &m->got[g]->told;

    return same_content(got, want) || (m->relaxed[w] && !got->complete && same_outside(got, want));
}

static void take_matched(struct outcome *v, const struct match *m, size_t g)
{
    v->compared++;
    v->unsure += !m->got[g]->told.complete;
}

static void take_missing(struct outcome *v, const struct match *m, size_t w)
{
    v->compared++;
    v->missing++;
    differ(v, "missing", m->side, m->want[w]);
}

static void take_extra(struct outcome *v, const struct match *m, size_t g)
{
    if (!m->got[g]->told.complete || is_better(m->whole, m->got[g]))
        return;
    for (size_t i = 0; i < m->mays; i++)
        if (same_content(&m->may[i]->told, &m->got[g]->told))
            return;
    v->invented++;
    differ(v, "invented", m->side, m->got[g]);
}

/* The longest common sequence of want[from..] and got[from..], up to `wants` and `gots`. */
static void match_middle(const struct match *m, size_t from, size_t wants, size_t gots,
                         struct outcome *v)
{
    const size_t rows = wants - from + 1, columns = gots - from + 1;
    uint32_t *longest = calloc(rows * columns, sizeof(*longest));
    size_t w = from, g = from;

    if (longest == NULL)
        abort();
    for (size_t r = rows - 1; r-- > 0;)
        for (size_t c = columns - 1; c-- > 0;) {
            const uint32_t both = longest[(r + 1) * columns + c + 1] + 1;
            const uint32_t down = longest[(r + 1) * columns + c];
            const uint32_t right = longest[r * columns + c + 1];
            const uint32_t one = down > right ? down : right;
            longest[r * columns + c] = fits(m, from + r, from + c) && both > one ? both : one;
        }
    while (w < wants || g < gots) {
        const uint32_t *here = &longest[(w - from) * columns + (g - from)];
        if (w < wants && g < gots && fits(m, w, g) && *here == here[columns + 1] + 1) {
            take_matched(v, m, g++);
            w++;
        } else if (g == gots || (w < wants && *here == here[columns])) {
            take_missing(v, m, w++);
        } else {
            take_extra(v, m, g++);
        }
    }
    free(longest);
}

static void match_all(const struct match *m, struct outcome *v)
{
    size_t from = 0, wants = m->wants, gots = m->gots;

    for (; from < wants && from < gots && fits(m, from, from); from++)
        take_matched(v, m, from);
    while (wants > from && gots > from && fits(m, wants - 1, gots - 1)) {
        wants--;
        take_matched(v, m, --gots);
    }
    match_middle(m, from, wants, gots, v);
}

/* All that was not touched must be in `got`, in order; what else is there may not be complete. */
static void compare(const struct record *whole, const struct record *got, unsigned side,
                    const struct loss lost[2], struct outcome *v)
{
    const bool shake_lost = is_shake_lost(whole, lost);
    struct match m = {.whole = whole, .side = side};

    m.want = calloc(whole->count + 1, sizeof(*m.want));
    m.may = calloc(whole->count + 1, sizeof(*m.may));
    m.relaxed = calloc(whole->count + 1, sizeof(*m.relaxed));
    m.got = calloc(got->count + 1, sizeof(*m.got));
    if (m.want == NULL || m.may == NULL || m.relaxed == NULL || m.got == NULL)
        abort();
    for (size_t i = 0; i < whole->count; i++) {
        const struct message *w = &whole->messages[i];
        if (w->side != side || !w->told.complete || !w->placed)
            continue;
        const enum touch touch = touch_of(whole, w, &lost[side]);
        if (touch == TOUCHED_BETWEEN)
            m.may[m.mays++] = w;
        if (touch != UNTOUCHED)
            continue;
        m.relaxed[m.wants] = needs_history(whole, w, &lost[side], shake_lost);
        m.want[m.wants++] = w;
    }
    for (size_t i = 0; i < got->count; i++)
        if (got->messages[i].side == side)
            m.got[m.gots++] = &got->messages[i];
    match_all(&m, v);
    free(m.want);
    free(m.may);
    free(m.relaxed);
    free(m.got);
}

static const struct message *next_of(const struct record *r, unsigned side, size_t *at)
{
    while (*at < r->count && r->messages[*at].side != side)
        ++*at;
    return *at < r->count ? &r->messages[(*at)++] : NULL;
}

/* The same messages of each side, whichever spoke first. */
static bool is_unchanged(const struct record *whole, const struct record *got)
{
    for (unsigned side = 0; side < 2; side++) {
        size_t m = 0, n = 0;
        for (;;) {
            const struct message *x = next_of(whole, side, &m), *y = next_of(got, side, &n);
            if (x == NULL && y == NULL)
                break;
            if (x == NULL || y == NULL || x->told.complete != y->told.complete ||
                (x->told.complete && !same_content(&x->told, &y->told)))
                return false;
        }
    }
    return true;
}

static void count(struct tally *sum, const struct outcome *v)
{
    sum->compared += v->compared;
    sum->unsure += v->unsure;
    sum->missing += v->missing;
    sum->invented += v->invented;
}

/* For LOSS_SHOW=packet: what was lost, what follows it, what was there and what was told. */
static void show(const struct record *whole, const struct record *got, const struct loss lost[2])
{
    const struct conversation *c = whole->c;
    const struct record *both[] = {whole, got};

    for (unsigned side = 0; side < 2; side++)
        for (size_t i = 0; i < lost[side].count; i++) {
            const struct range *r = &lost[side].at[i];
            printf("  side %u lost %lld..%lld of %lld, then", side, (long long)r->from,
                   (long long)r->to, (long long)c->len[side]);
            for (int64_t at = r->to; at < c->len[side] && at < r->to + 160; at++)
                printf(" %02x", c->bytes[side][at]);
            printf("\n");
        }
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < both[k]->count; i++) {
            const struct message *m = &both[k]->messages[i];
            printf("  %s side %u %u/%u/%llu%s%s at %lld..%lld\n", k == 0 ? "was" : "got", m->side,
                   m->told.opcode, m->told.fragments, (unsigned long long)m->told.wire_length,
                   m->told.complete ? "" : "!", m->told.compressed ? "z" : "",
                   k == 0 ? (long long)m->place.from : -1LL,
                   k == 0 ? (long long)m->place.to : -1LL);
        }
}

/* Runs what is left, and says how it differs; `number` names the run. */
static void check(struct test *t, const struct record *whole, uint64_t number)
{
    struct loss *lost = calloc(2, sizeof(*lost));
    struct outcome v = {0};
    struct record got;

    if (lost == NULL)
        abort();
    for (unsigned side = 0; side < 2; side++)
        lost[side].count = traffic_lost(whole->c, side, lost[side].at, MOST_LOST);
    record_run(t, whole->c, &got);
    if (!whole->shaken)
        place_messages(&got);
    if (lost[0].count + lost[1].count == 0) {
        t->sum.repeated++;
        if (!is_unchanged(whole, &got)) {
            t->sum.changed++;
            snprintf(v.what, sizeof(v.what), "changed, though it was captured again");
        }
    }
    for (unsigned side = 0; side < 2; side++)
        compare(whole, &got, side, lost, &v);
    count(&t->sum, &v);
    if (is_shake_lost(whole, lost))
        t->sum.shaken += v.missing;
    const char *shown = getenv("LOSS_SHOW");
    if (shown != NULL && strtoull(shown, NULL, 10) == number)
        show(whole, &got, lost);
    if (v.what[0] != 0)
        printf("%s %llu %s%s\n", t->path, (unsigned long long)number,
               is_shake_lost(whole, lost) ? "handshake: " : "", v.what);
    record_free(&got);
    free(lost);
}

static void remove_each(struct test *t, const struct conversation *c, const struct record *whole)
{
    const size_t every = t->most > 0 && c->count > t->most ? c->count / t->most + 1 : 1;

    for (size_t i = 0; i < c->count; i++) {
        if (c->segments[i].len == 0 || i % every != 0)
            continue;
        c->segments[i].removed = true;
        t->sum.removed++;
        check(t, whole, c->segments[i].frame.number);
        c->segments[i].removed = false;
    }
}

static uint32_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (uint32_t)(*state >> 32);
}

static void remove_some(struct test *t, const struct conversation *c, const struct record *whole,
                        unsigned percent, uint64_t *state)
{
    for (size_t i = 0; i < c->count; i++) {
        c->segments[i].removed = c->segments[i].len > 0 && next_random(state) % 100 < percent;
        t->sum.removed += c->segments[i].removed;
    }
    check(t, whole, 0);
    for (size_t i = 0; i < c->count; i++)
        c->segments[i].removed = false;
}

static void test_capture(struct test *t, const char *path, unsigned percent, uint64_t seed)
{
    struct traffic traffic;
    const char *slash = strrchr(path, '/');
    bool any = false;

    t->path = slash != NULL ? slash + 1 : path;
    traffic_read(&traffic, path);
    for (size_t i = 0; i < traffic.count; i++) {
        struct record whole;
        uint64_t state = 88172645463325252U + seed * 2654435761U + i;
        record_run(t, &traffic.at[i], &whole);
        if (whole.found && whole.count > 0) {
            any = true;
            t->sum.conversations++;
            place_messages(&whole);
            if (percent > 0)
                remove_some(t, &traffic.at[i], &whole, percent, &state);
            else
                remove_each(t, &traffic.at[i], &whole);
        }
        record_free(&whole);
    }
    t->sum.captures += any;
    traffic_free(&traffic);
}

static void test_open(struct test *t)
{
    struct err err = {0};
    const char *most = getenv("LOSS_MOST");

    *t = (struct test){.most = most != NULL ? strtoul(most, NULL, 10) : 0};
    t->sink = (struct sink){.event = on_event,
                            .ctx = t,
                            .interest = INTEREST_MESSAGES | INTEREST_BEGINS | INTEREST_FRAMES |
                                        INTEREST_KEEP | INTEREST_VALIDITY | INTEREST_HANDSHAKES};
    t->policy = policy_load(NULL, NULL, NULL, &err);
    const struct engine_config config = {.policy = t->policy, .sinks = &t->sink, .seed = 1};
    t->engine = t->policy != NULL ? engine_create(&config, &err) : NULL;
    if (t->engine == NULL) {
        fprintf(stderr, "%s\n", err.text);
        exit(2);
    }
    engine_source(t->engine, "loss");
}

int main(int argc, char **argv)
{
    unsigned percent = 0;
    uint64_t seed = 1;
    struct test t;

    test_open(&t);
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-r") == 0 && i + 1 < argc)
            percent = (unsigned)strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "-s") == 0 && i + 1 < argc)
            seed = strtoull(argv[++i], NULL, 10);
        else
            test_capture(&t, argv[i], percent, seed);
    }
    const struct tally *s = &t.sum;
    printf("captures %zu, conversations %zu, segments removed %zu, of them captured again %zu, "
           "messages compared %zu, unsure %zu, missing %zu, after a lost handshake %zu, invented "
           "%zu, changed %zu\n",
           s->captures, s->conversations, s->removed, s->repeated, s->compared, s->unsure,
           s->missing, s->shaken, s->invented, s->changed);
    engine_free(t.engine);
    policy_free(t.policy);
    return 0;
}
