/* SPDX-License-Identifier: MIT */
#include "layers/http_skim.h"

#include "base/load.h"
#include "layers/bittorrent_tracker.h"
#include "layers/http_shape.h"
#include "layers/http_value.h"

#define FIRST_FINAL      200
#define NO_CONTENT       204
#define NOT_MODIFIED     304
#define UPGRADE_REQUIRED 426 /* its faults are http_message.c's */

/* --- which heads ------------------------------------------------------------------------------ */

/* Is every field there once at most, and none from `odd` on? */
static bool has_only(const struct http_head *head, enum http_field odd)
{
    for (unsigned f = 0; f < HTTP_FIELDS; f++)
        if (head->count[f] > (f < odd ? 1 : 0))
            return false;
    return head->faults.count == 0;
}

/* As http_tracker.c has it, but for those that the program tells. */
static bool is_trackers(struct bytes target)
{
    struct bittorrent_event said;

    return bytes_find_byte(target, '_') != NULL && bittorrent_tracker_request(target, &said);
}

/* Where another method, an upgrade, a tracker or a program for BitTorrent is named, more is to be
 * done. */
static bool is_plain_request(struct http_shape *s)
{
    struct http_head head = s->head;

    if (!has_only(&head, HTTP_UPGRADE) || http_method_of(head.line.method) != METHOD_OTHER ||
        head.line.target.at[0] != '/' || (head.line.minor > 0 && head.count[HTTP_HOST] == 0) ||
        is_trackers(head.line.target) || bittorrent_user_agent(head.value[HTTP_USER_AGENT]))
        return false;
    s->body = http_body_of(&head, BODY_OF_REQUEST);
    return head.faults.count == 0;
}

/* Content-Length says how long the body is, wherever it stands. */
static bool is_plain_answer(struct http_shape *s)
{
    struct http_head head = s->head;
    const uint16_t status = head.line.status;
    const bool bodiless = status == NO_CONTENT || status == NOT_MODIFIED;

    if (!has_only(&head, HTTP_FIELDS) || status < FIRST_FINAL || status == UPGRADE_REQUIRED ||
        (bodiless && head.count[HTTP_CONTENT_LENGTH] > 0))
        return false;
    s->body = http_body_of(&head, BODY_OF_RESPONSE);
    return head.faults.count == 0 && s->body.state != BODY_UNTIL_CLOSE;
}

static bool is_plain_shape(struct http_shape *s, enum direction d)
{
    if (s->use == SHAPE_NEW) {
        const bool plain = d == TO_SERVER ? is_plain_request(s) : is_plain_answer(s);
        s->use = (uint8_t)(plain ? SHAPE_PLAIN : SHAPE_ODD);
    }
    return s->use == SHAPE_PLAIN;
}

/* What such a head says. */
struct plain_head {
    struct bytes host, target, origin; /* of a request */
    struct http_body body;
};

/* The same method, another target of origin form, the same version, and a blank between them. */
static bool take_target(const struct http_shape *s, const struct http_change *c, struct bytes in,
                        struct plain_head *out)
{
    const struct bytes version = s->head.line.protocol;
    const size_t begin = s->head.line.method.len + 1;

    if (c->from < begin || c->stop < begin + sizeof("/") + version.len || in.at[begin] != '/')
        return false;
    const size_t end = c->stop - version.len - 1;
    if (in.at[end] != ' ' || load_u64(in.at + end + 1) != load_u64(version.at))
        return false;
    out->target = bytes_of(in.at + begin, end - begin);
    return http_target_is_plain(out->target) && !is_trackers(out->target);
}

static bool take_length(struct bytes value, struct http_body *body)
{
    if (!http_number(value, &body->left))
        return false;
    body->state = body->left > 0 ? BODY_LENGTH : BODY_DONE;
    return true;
}

static bool take_value(enum http_field field, struct bytes value, struct plain_head *out)
{
    if (field == HTTP_CONTENT_LENGTH)
        return take_length(value, &out->body);
    if (field == HTTP_USER_AGENT)
        return !bittorrent_user_agent(value);
    if (field == HTTP_HOST)
        out->host = value;
    else if (field == HTTP_ORIGIN)
        out->origin = value;
    return field < HTTP_CONTENT_LENGTH || field == HTTP_CONNECTION || field == HTTP_FIELDS;
}

/* The length of the plain head that `in` begins with; 0: there is none. */
static size_t read_plain(const struct host *h, struct bytes in, enum direction d,
                         struct plain_head *out)
{
    struct http_alike a;
    struct http_shape *s = http_shapes_find(h->shapes, in, d, &a);
    unsigned n = 0;

    if (s == NULL || in.at == NULL || !is_plain_shape(s, d))
        return 0;
    out->host = s->head.value[HTTP_HOST];
    out->target = s->head.line.target;
    out->origin = s->head.value[HTTP_ORIGIN];
    out->body = s->body;
    if (http_first_changed(&a) && (d == TO_CLIENT || !take_target(s, &a.change[n++], in, out)))
        return 0;
    for (; n < a.changes; n++) {
        const enum http_field field = (enum http_field)s->field[a.change[n].line];
        if (field != HTTP_FIELDS && !take_value(field, http_changed_value(&a.change[n], in), out))
            return 0;
    }
    return a.len;
}

/* --- messages --------------------------------------------------------------------------------- */

static size_t skim_request(struct http *s, struct host *h, struct bytes in)
{
    struct plain_head head;
    const size_t len = http_queue_full(&s->queue) ? 0 : read_plain(h, in, TO_SERVER, &head);

    if (len == 0)
        return 0;
    s->side[TO_SERVER].body = head.body;
    s->alone = false;
    h->asked_for(h, head.host, head.target, head.origin);
    s->reading_request = http_queue_push_plain(&s->queue, h);
    return len;
}

static size_t skim_answer(struct http *s, struct host *h, struct bytes in)
{
    struct http_exchange *x = s->queue.forgotten == 0 ? http_queue_awaited(&s->queue) : NULL;
    struct plain_head head;

    const size_t len = x != NULL ? read_plain(h, in, TO_CLIENT, &head) : 0;

    if (len > 0) {
        s->answering = ANSWERING_FIRST;
        s->side[TO_CLIENT].body = head.body;
    }
    return len;
}

static size_t skim_head(struct http *s, struct host *h, enum direction d, struct bytes in)
{
    if (!s->plain)
        return 0;
    const size_t len = d == TO_SERVER ? skim_request(s, h, in) : skim_answer(s, h, in);
    if (len > 0)
        http_begin_body(s, h, d);
    return len;
}

/* Of hixie-76, some of it is kept. */
static bool is_challenge(const struct http *s, enum direction d)
{
    return d == TO_SERVER && s->reading_request &&
           http_queue_last(&s->queue)->ws.draft == WS_HIXIE_76;
}

/* Where it cannot be followed, that is told. */
static size_t skim_body(struct http *s, struct host *h, enum direction d, struct bytes in)
{
    struct http_body *body = &s->side[d].body, after = *body;
    const size_t n = http_body_feed(&after, in);

    if (after.state == BODY_LOST || is_challenge(s, d))
        return 0;
    *body = after;
    if (after.state == BODY_DONE)
        http_end_message(s, h, d);
    return n;
}

/* Nobody is told of what is skimmed, and nothing waits. */
static bool may_skim(const struct http *s, const struct host *h)
{
    const uint32_t told = INTEREST_HTTP | INTEREST_STATUS | INTEREST_EXCHANGE;

    return h->asked_for != NULL && (h->interest & told) == 0 && h->unfinished_ns == 0 &&
           !s->tracker_answers && http_is_settled(s);
}

size_t http_skim(void *state, struct host *h, enum direction d, struct bytes in)
{
    struct http *s = state;
    struct http_side *side = &s->side[d];
    size_t used = 0, n;

    if (!may_skim(s, h))
        return 0;
    do {
        const struct bytes rest = bytes_after(in, used);
        n = 0;
        if (side->phase == PHASE_HEAD)
            n = skim_head(s, h, d, rest);
        else if (side->phase == PHASE_BODY)
            n = skim_body(s, h, d, rest);
        side->offset += n;
        used += n;
    } while (n > 0 && used < in.len);
    return used;
}

/* Requests of which nothing waits but the answer, and both sides are HTTP for certain. */
void http_look_plain(struct http *s, const struct host *h)
{
    s->plain = s->sure && !s->gone && !s->refused && !s->strange && h->ladder != LADDER_UNFRAMED;
    for (unsigned n = 0; n < s->queue.count && s->plain; n++)
        s->plain = http_exchange_is_plain(http_queue_at(&s->queue, n));
}
