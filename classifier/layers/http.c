/* SPDX-License-Identifier: MIT */
#include "base/apart.h"
#include "layers/http_recognise.h"
#include "layers/http_shape.h"
#include "layers/http_skim.h"
#include "layers/http_ways.h"
#include "layers/layers.h"

#define SWITCHING_PROTOCOLS 101

void http_set_phase(struct http_side *side, enum http_phase phase)
{
    side->phase = (uint8_t)phase;
    side->scanned = 0;
    side->line_good = false;
}

/* An answer is read when its request is known: a HEAD, an upgrade, a CONNECT are followed by other
 * bytes. An answer that may switch protocols waits for the end of its request, too. */
static bool may_answer(const struct http *s)
{
    const struct http_exchange *x = http_queue_awaited(&s->queue);

    if (s->queue.forgotten > 0)
        return true;
    if (x != NULL)
        return x->request_over || s->closing || !(x->upgrade || x->method == METHOD_CONNECT);
    return s->alone || s->side[TO_SERVER].phase == PHASE_STRAY;
}

static void on_head(struct http *s, struct host *h, enum direction d, struct http_head *head)
{
    if (d == TO_SERVER)
        http_on_request(s, h, head);
    else
        http_on_response(s, h, head, s->side[d].phase == PHASE_HEAD);
}

/* HTTP_KEPT_MAX bytes and no blank line: what is there is read, up to its last whole line. */
RARE static size_t begin_long_head(struct http *s, struct host *h, enum direction d,
                                   struct bytes in)
{
    struct http_side *side = &s->side[d];
    struct http_head head;
    size_t lines = in.len;

    while (lines > 0 && in.at[lines - 1] != '\n')
        lines--;
    http_set_phase(side, PHASE_LONG_HEAD);
    side->line_empty = in.len == lines || (in.len == lines + 1 && in.at[lines] == '\r');
    if (http_head_parse(bytes_first(in, lines), d, &head)) {
        http_fault(&head.faults, HTTP_HEAD_TOO_LONG);
        on_head(s, h, d, &head);
        return in.len;
    }
    host_anomaly(h, HTTP_HEAD_TOO_LONG, d, side->offset); /* not even its first line ended */
    http_set_phase(side, PHASE_SEEK);
    return in.len;
}

/* Is this head good so far? Each byte is looked at once, and the first ones a few times. */
static bool good_so_far(struct http_side *side, enum direction d, struct bytes in)
{
    const struct bytes fresh = bytes_after(in, side->scanned);

    if (side->line_good)
        return true;
    if (side->scanned >= HTTP_PREFIX && bytes_find_byte(fresh, '\n') == NULL)
        return true;
    const enum probe p = http_line_probe(in, d, NULL);
    side->line_good = p == PROBE_YES;
    return p != PROBE_NO;
}

size_t http_empty_lines(struct bytes in)
{
    size_t n = 0;

    while (n < in.len && (in.at[n] == '\r' || in.at[n] == '\n'))
        n++;
    return n;
}

/* Draft-76 s1.3: the answer goes on after its head. */
static size_t tail_length(const struct http *s, enum direction d, const struct http_head *head)
{
    if (d == TO_SERVER || head->line.status != SWITCHING_PROTOCOLS)
        return 0;
    const struct http_exchange *x = s->queue.forgotten == 0 ? http_queue_awaited(&s->queue) : NULL;
    const enum ws_draft draft = x != NULL ? (enum ws_draft)x->ws.draft : ws_draft_of_answer(head);
    return draft == WS_HIXIE_76 ? WS_RESPONSE_LEN : 0;
}

/* The length of the head that `in` begins with and that cannot be read at once; 0: it is not whole.
 * `good`: it was read. */
static size_t find_head(const struct http_side *side, enum direction d, struct bytes in,
                        struct http_head *head, bool *good)
{
    const size_t end = http_head_end(in, side->scanned);
    const struct bytes text = bytes_first(in, end);
    *good = end > 0 && (side->scanned == 0 ? http_head_parse_by_lines(text, d, head)
                                           : http_head_parse(text, d, head));
    return end;
}

static void revisit_other(struct http *s, struct host *h, enum direction d);

/* HTTP goes on after a refusal: what the client said by then is read first. */
static bool answers_after_refusal(struct http *s, struct host *h, struct bytes in)
{
    const bool goes_on = http_refused_answer(s, h, in);

    if (goes_on && !s->refused)
        revisit_other(s, h, TO_CLIENT);
    return goes_on && !s->gone;
}

static size_t read_head(struct http *s, struct host *h, enum direction d, struct bytes in)
{
    struct http_side *side = &s->side[d];

    if (d == TO_CLIENT && s->refused && s->queue.count == 0 && !answers_after_refusal(s, h, in))
        return 0;
    if (d == TO_CLIENT && !may_answer(s))
        return 0;
    if (side->scanned == 0 && http_empty_lines(in) > 0)
        return http_empty_lines(in); /* RFC 9112 s2.2 */
    in = bytes_first(in, HTTP_KEPT_MAX);
    if (side->scanned >= in.len)
        return 0;
    struct http_head head;
    size_t end = side->scanned == 0 ? http_shapes_read(h->shapes, in, d, &head) : 0;
    bool good = end > 0;
    if (!good)
        end = find_head(side, d, in, &head, &good);
    if (good) {
        const size_t tail = tail_length(s, d, &head);
        if (tail > in.len - end && in.len < HTTP_KEPT_MAX)
            return 0;
        head.after = bytes_first(bytes_after(in, end), tail);
        on_head(s, h, d, &head);
        if (!s->gone)
            http_begin_body(s, h, d);
        return end + head.after.len;
    }
    if (end > 0 || !good_so_far(side, d, in)) {
        http_on_stray(s, h, d);
        return 0;
    }
    if (in.len == HTTP_KEPT_MAX)
        return begin_long_head(s, h, d, in);
    side->scanned = (uint32_t)in.len;
    return 0;
}

RARE static size_t read_long_head(struct http *s, struct host *h, enum direction d, struct bytes in)
{
    struct http_side *side = &s->side[d];

    for (size_t i = 0; i < in.len; i++) {
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): there are in.len bytes */
        if (in.at[i] == '\n' && side->line_empty) {
            http_begin_body(s, h, d);
            return i + 1;
        }
        side->line_empty = in.at[i] == '\n' || (in.at[i] == '\r' && side->line_empty);
    }
    return in.len;
}

/* Draft-76 s1.3: the 8 bytes after the request's head are part of the challenge. */
static void keep_challenge(struct http *s, struct bytes in)
{
    struct http_exchange *x = s->reading_request ? http_queue_last(&s->queue) : NULL;

    if (x == NULL || x->ws.draft != WS_HIXIE_76)
        return;
    in = bytes_first(in, (size_t)(WS_KEY3_LEN - x->key3_len));
    if (in.len > 0)
        memcpy(x->ws.challenge + WS_CHALLENGE_LEN - WS_KEY3_LEN + x->key3_len, in.at, in.len);
    x->key3_len = (uint8_t)(x->key3_len + in.len);
}

static size_t read_body(struct http *s, struct host *h, enum direction d, struct bytes in)
{
    struct http_side *side = &s->side[d];

    if (d == TO_CLIENT && s->tracker_answers)
        http_tracker_body(s, h, in);
    const size_t n = http_body_feed(&side->body, in);

    if (d == TO_SERVER)
        keep_challenge(s, bytes_first(in, n));
    if (side->body.state == BODY_LOST)
        host_anomaly(h, HTTP_BAD_CHUNK, d, side->offset + n);
    if (side->body.state == BODY_LOST || side->body.state == BODY_DONE)
        http_end_message(s, h, d);
    return n;
}

/* Of several requests the last was answered, most likely. */
void http_found_again(struct http *s, struct host *h, enum direction d)
{
    struct http_side *side = &s->side[d];

    http_set_phase(side, PHASE_HEAD);
    if (d == TO_CLIENT && side->missed) {
        s->queue.forgotten = 0;
        while (s->queue.count > 1)
            http_queue_forget(&s->queue, h);
    }
    side->missed = false;
    side->hole = 0;
}

static size_t seek(struct http *s, struct host *h, enum direction d, struct bytes in)
{
    struct http_side *side = &s->side[d];

    in = bytes_first(in, HTTP_KEPT_MAX);
    const struct bytes fresh = bytes_after(in, side->scanned);
    const uint8_t *end = bytes_find_byte(fresh, '\n');
    if (end == NULL && in.len < HTTP_KEPT_MAX) {
        side->scanned = (uint32_t)in.len;
        return 0;
    }
    side->scanned = 0;
    const size_t line = end != NULL ? (size_t)(end - in.at) + 1 : in.len;
    const size_t at = end != NULL ? http_line_within(bytes_first(in, line), d) : SIZE_MAX;
    if (at == SIZE_MAX) {
        side->hole += line;
        return line;
    }
    http_found_again(s, h, d);
    return at;
}

static size_t step(struct http *s, struct host *h, enum direction d, struct bytes in)
{
    switch ((enum http_phase)s->side[d].phase) {
    case PHASE_HEAD: return read_head(s, h, d, in);
    case PHASE_LONG_HEAD: return read_long_head(s, h, d, in);
    case PHASE_BODY: return read_body(s, h, d, in);
    case PHASE_SEEK: return seek(s, h, d, in);
    case PHASE_RESUME: return http_resume_read(s, h, in);
    case PHASE_AWAIT: http_resume_await(s, h, in); break;
    case PHASE_STRAY: break;
    }
    return 0;
}

/* Reads as much as can be read now; returns how much. After each message the other direction may
 * have what it waited for: looking there at once keeps the order of events free of the cuts. */
static size_t read_all(struct http *s, struct host *h, enum direction d, struct bytes in)
{
    struct http_side *side = &s->side[d];
    size_t used = 0;

    while (used < in.len && !s->gone) {
        const uint8_t phase = s->side[d].phase;
        const size_t n = step(s, h, d, bytes_after(in, used));
        if (n == 0 && s->side[d].phase == phase)
            break;
        used += n;
        side->offset += n;
        if (!s->gone)
            revisit_other(s, h, d);
    }
    return used;
}

static void read_kept(struct http *s, struct host *h, enum direction d)
{
    struct http_kept *kept = &s->side[d].kept;

    if (kept->len > 0)
        http_kept_drop(kept, h, read_all(s, h, d, http_kept_bytes(kept)));
}

static void drop_kept(struct http_side *side, struct host *h)
{
    side->offset += side->kept.len;
    http_kept_free(&side->kept, h);
}

/* `n` bytes are lost after what is kept, and where the next message begins is unknown. */
RARE static void lose_sync(struct http *s, struct host *h, enum direction d, uint64_t n)
{
    struct http_side *side = &s->side[d];
    const bool resumes = d == TO_CLIENT && http_resume_begin(s, h, http_kept_bytes(&side->kept));

    side->hole += side->kept.len + n;
    drop_kept(side, h);
    side->offset += n;
    if (side->phase == PHASE_LONG_HEAD)
        http_end_message(s, h, d);
    http_set_phase(side, resumes ? PHASE_RESUME : PHASE_SEEK);
    side->missed = true;
    if (d == TO_SERVER)
        s->alone = true;
    else if (resumes)
        http_resume_await(s, h, http_kept_bytes(&s->side[TO_SERVER].kept));
}

static void lose_in_body(struct http *s, struct host *h, enum direction d, uint64_t n)
{
    struct http_side *side = &s->side[d];
    const uint64_t mine = http_body_gap(&side->body, n);

    if (d == TO_CLIENT) { /* what is left of a tracker's answer says nothing */
        http_kept_free(&s->answer, h);
        s->tracker_answers = false;
    }
    side->offset += mine;
    if (side->body.state == BODY_DONE || side->body.state == BODY_LOST)
        http_end_message(s, h, d);
    if (mine == n)
        return;
    if (side->phase == PHASE_AWAIT)
        side->lost += n - mine;
    else
        lose_sync(s, h, d, n - mine);
}

/* `n` bytes that follow on what is kept are lost. */
RARE static void lose(struct http *s, struct host *h, enum direction d, uint64_t n)
{
    struct http_side *side = &s->side[d];

    if (d == TO_CLIENT && side->phase == PHASE_HEAD && side->kept.len > 0) {
        s->alone = true; /* the answers that are waiting for a request wait no longer */
        read_kept(s, h, d);
    }
    if (side->phase == PHASE_STRAY && !http_is_certain(s))
        http_part(s, h);
    if (s->gone || side->phase == PHASE_AWAIT) {
        side->lost += n;
    } else if (side->phase == PHASE_BODY) {
        lose_in_body(s, h, d, n);
    } else {
        lose_sync(s, h, d, n);
    }
}

/* Reads what was kept, if it can be read by now, and then what was lost after it. */
static void revisit(struct http *s, struct host *h, enum direction d)
{
    struct http_side *side = &s->side[d];
    const uint64_t n = side->lost;

    read_kept(s, h, d);
    if (n == 0 || side->phase == PHASE_AWAIT || s->gone)
        return;
    side->lost = 0;
    lose(s, h, d, n);
}

/* Not from within. */
static void revisit_other(struct http *s, struct host *h, enum direction d)
{
    const struct http_side *other = &s->side[direction_other(d)];

    if ((other->kept.len == 0 && other->lost == 0) || s->revisiting)
        return;
    s->revisiting = true;
    revisit(s, h, direction_other(d));
    s->revisiting = false;
}

/* Until neither direction can go on; `d` was given last. */
static void settle(struct http *s, struct host *h, enum direction d)
{
    const uint64_t *client = &s->side[TO_SERVER].offset, *server = &s->side[TO_CLIENT].offset;
    uint64_t before;

    do {
        before = *client + *server;
        revisit(s, h, TO_SERVER);
        revisit(s, h, TO_CLIENT);
    } while (before != *client + *server && !s->gone);
    if (s->gone)
        http_hand_over(s, h, d);
}

/* No more can be kept of what is waiting. */
RARE static void overflow(struct http *s, struct host *h, enum direction d)
{
    struct http_side *side = &s->side[d];

    if (side->phase == PHASE_AWAIT)
        http_overdue(s, h);
    else if (side->phase == PHASE_STRAY && s->refused)
        http_refused_over(s, h, d);
    else if (side->phase == PHASE_STRAY)
        http_part(s, h);
    else
        s->alone = true;
    if (!s->gone)
        read_kept(s, h, d);
    if (!s->gone && side->kept.len == HTTP_KEPT_MAX)
        lose_sync(s, h, d, 0);
}

static size_t keep(struct http *s, struct host *h, enum direction d, struct bytes in)
{
    struct http_side *side = &s->side[d];
    const size_t n = side->lost == 0 ? http_kept_add(&side->kept, h, in) : SIZE_MAX;

    if (n == SIZE_MAX) { /* no memory, or a hole before it */
        lose(s, h, d, in.len);
        return in.len;
    }
    read_kept(s, h, d);
    if (side->phase == PHASE_AWAIT && side->kept.len > 0 && s->early_packet == 0)
        s->early_packet = h->packet;
    if (!s->gone && side->kept.len == HTTP_KEPT_MAX)
        overflow(s, h, d);
    return n;
}

static size_t http_feed(void *state, struct host *h, enum direction d, struct bytes in)
{
    struct http *s = state;
    const struct http_side *side = &s->side[d];
    size_t used = 0;

    while (used < in.len && !s->gone) {
        if (side->kept.len == 0 && side->lost == 0)
            used += read_all(s, h, d, bytes_after(in, used));
        if (used < in.len && !s->gone)
            used += keep(s, h, d, bytes_after(in, used));
    }
    if (!http_is_settled(s))
        settle(s, h, d);
    if (h->unfinished_ns > 0 && d == TO_SERVER)
        http_look_slow(s, h);
    http_look_plain(s, h);
    return used;
}

static void http_gap(void *state, struct host *h, enum direction d, uint64_t n)
{
    struct http *s = state;

    lose(s, h, d, n);
    settle(s, h, d);
    http_look_plain(s, h);
}

static void end_what_goes_on(struct http *s, struct host *h)
{
    struct http_exchange *last = http_queue_last(&s->queue);

    for (enum direction d = TO_SERVER; d <= TO_CLIENT; d++)
        if (s->refused && s->side[d].phase == PHASE_STRAY)
            http_refused_over(s, h, d);
    if (s->side[TO_SERVER].phase == PHASE_STRAY)
        host_anomaly(h, HTTP_NOT_A_REQUEST, TO_SERVER, s->side[TO_SERVER].offset);
    if (s->reading_request && last != NULL)
        last->request_length = s->side[TO_SERVER].body.seen;
    if (s->answering != ANSWERING_NOBODY)
        http_end_message(s, h, TO_CLIENT);
    while (s->queue.count > 0)
        http_queue_forget(&s->queue, h);
}

static void http_close(void *state, struct host *h, enum close_reason why)
{
    struct http *s = state;

    (void)why;
    if (h->unfinished_ns > 0)
        http_look_slow(s, h);
    s->closing = true;
    if (!s->gone) {
        s->alone = true;
        read_kept(s, h, TO_CLIENT);
        end_what_goes_on(s, h);
    }
    http_kept_free(&s->side[TO_SERVER].kept, h);
    http_kept_free(&s->side[TO_CLIENT].kept, h);
    http_kept_free(&s->answer, h);
    http_queue_free(&s->queue, h);
    http_exchange_free(&s->orphan, h);
}

const struct layer layer_http = {
    .name = "http",
    .application = true,
    .may_change = true,
    .state_size = sizeof(struct http),
    .recognise = http_recognise,
    .feed = http_feed,
    .skim = http_skim,
    .gap = http_gap,
    .close = http_close,
};
