/* SPDX-License-Identifier: MIT */
/* socks.c - the layer socks: a client asks a proxy for a connection to somewhere else (RFC 1928,
 * RFC 1929, SOCKS 4 and 4a), and what follows a granted request is whatever that connection
 * carries.
 *
 * The handshake is a dialogue: messages are read in its order, whatever the order of capture
 * (held.h). Where the server's words were not captured, or the client does not wait for them, the
 * client's next word says what they were.
 */
#include "base/cursor.h"
#include "layers/held.h"
#include "layers/layers.h"
#include "layers/probe.h"
#include "layers/socks_message.h"

enum stage {
    STAGE_GREETING,
    STAGE_CHOICE,
    STAGE_LOGIN,
    STAGE_LOGIN_ANSWER,
    STAGE_REQUEST,
    STAGE_REPLY,
    STAGE_SECOND_REPLY, /* to BIND: somebody has come (RFC 1928 s6) */
    STAGE_INSIDE,       /* what follows is the connection that was asked for */
    STAGE_OPAQUE,       /* what follows is not read */
};

struct socks {
    struct held held;   /* first: read_dialogue() casts back */
    uint64_t offset[2]; /* of the first byte not read; by enum direction */
    uint8_t stage;      /* enum stage */
    uint8_t version;    /* enum socks_version */
    uint8_t command;    /* enum socks_command */
    bool unheard;       /* some of the server's words were not captured */
    bool closing;       /* no more will come */
    bool over;
};

/* --- recognition ------------------------------------------------------------------------------ */

/* A request of the version that was begun with. */
static enum probe request_of(enum socks_version version, struct bytes in, struct socks_request *ask)
{
    const enum probe p = socks_request(in, ask);
    return in.len > 0 && in.at[0] != version ? PROBE_NO : p;
}

/* A request alone is enough when there is nothing to wait for: the server's direction, or the
 * client's, brings no more. */
static struct recognition request_alone(const struct opening *o, enum socks_version version,
                                        struct bytes in)
{
    struct socks_request ask;
    const enum probe asked = request_of(version, in, &ask);

    if (asked == PROBE_NO)
        return probe_no();
    if (asked == PROBE_YES && (version == SOCKS_5 || ask.name.len > 0) &&
        (o->ended[TO_SERVER] || o->ended[TO_CLIENT]))
        return probe_yes("SOCKS request, its answer not seen", ask.name, TO_SERVER);
    return probe_more(o, o->ended[TO_CLIENT] ? TO_SERVER : TO_CLIENT);
}

/* May the client go on like this, when the server chose `method`? */
static bool follows_choice(struct bytes next, uint8_t method)
{
    struct socks_request ask;
    size_t len;

    if (method == SOCKS_NO_LOGIN)
        return request_of(SOCKS_5, next, &ask) != PROBE_NO;
    return method != SOCKS_PASSWORD || socks_login(next, &len) != PROBE_NO;
}

static struct recognition probe_5(const struct opening *o)
{
    uint8_t method = 0;
    struct bytes methods;
    const enum probe greeting = socks_greeting(o->seen[TO_SERVER], &methods);
    const enum probe choice = socks_choice(o->seen[TO_CLIENT], &method);

    if (greeting == PROBE_NO || choice == PROBE_NO)
        return probe_no();
    if (greeting == PROBE_MORE) /* no server answers half a greeting */
        return o->seen[TO_CLIENT].len > 0 ? probe_no() : probe_more(o, TO_SERVER);
    const struct bytes next = bytes_after(o->seen[TO_SERVER], SOCKS_GREETING_LEN + methods.len);
    if (choice == PROBE_MORE)
        return request_alone(o, SOCKS_5, next);
    const bool offered = bytes_find_byte(methods, method) != NULL;
    if (method != SOCKS_NO_METHOD && (!offered || !follows_choice(next, method)))
        return probe_no();
    return probe_yes("SOCKS5 method agreed (RFC 1928 s3)", bytes_of(NULL, 0), TO_CLIENT);
}

static struct recognition probe_4(const struct opening *o)
{
    struct socks_request ask;
    struct socks_reply reply;
    const enum probe asked = request_of(SOCKS_4, o->seen[TO_SERVER], &ask);
    const enum probe answered = socks_reply(o->seen[TO_CLIENT], SOCKS_4, &reply);

    if (asked == PROBE_NO || answered == PROBE_NO)
        return probe_no();
    if (asked == PROBE_MORE)
        return probe_more(o, TO_SERVER);
    if (answered == PROBE_MORE)
        return request_alone(o, SOCKS_4, o->seen[TO_SERVER]);
    return probe_yes("SOCKS4 request and reply", bytes_of(NULL, 0), TO_CLIENT);
}

static struct recognition probe(const struct opening *o)
{
    const struct bytes client = o->seen[TO_SERVER];

    if (client.len == 0)
        return o->seen[TO_CLIENT].len > 0 ? probe_no() : probe_more(o, TO_SERVER);
    return client.at[0] == SOCKS_5 ? probe_5(o) : probe_4(o);
}

static struct recognition socks_recognise(const struct opening *o)
{
    return o->inner ? probe(o) : probe_either_way(o, probe);
}

/* --- the stages: each reads one message ------------------------------------------------------ */

struct step {
    enum probe answer;
    size_t len; /* bytes of the message */
    enum stage next;
};

/* `answer`, and where it is YES the rest. */
static struct step step_of(enum probe answer, size_t len, enum stage next)
{
    return (struct step){answer, len, next};
}

static void tell(struct host *h, const char *what)
{
    h->note(h, what, bytes_of(NULL, 0));
}

static struct step read_greeting(struct socks *s, struct host *h, struct bytes in)
{
    struct bytes methods = {0};

    (void)h;
    s->version = in.len > 0 && in.at[0] == SOCKS_4 ? SOCKS_4 : SOCKS_5;
    if (s->version == SOCKS_4) /* has no greeting */
        return step_of(PROBE_YES, 0, STAGE_REQUEST);
    const enum probe p = socks_greeting(in, &methods);
    return step_of(p, SOCKS_GREETING_LEN + methods.len, STAGE_CHOICE);
}

static struct step read_choice(struct socks *s, struct host *h, struct bytes in)
{
    uint8_t method = 0;
    const enum probe p = socks_choice(in, &method);

    (void)s;
    if (p == PROBE_YES && method == SOCKS_NO_METHOD)
        tell(h, "the SOCKS server accepts no method of the client's");
    else if (p == PROBE_YES && method != SOCKS_NO_LOGIN && method != SOCKS_PASSWORD)
        tell(h, "a SOCKS method that is not read any further");
    return step_of(p, SOCKS_CHOICE_LEN,
                   method == SOCKS_NO_LOGIN   ? STAGE_REQUEST
                   : method == SOCKS_PASSWORD ? STAGE_LOGIN
                                              : STAGE_OPAQUE);
}

static struct step read_login(struct socks *s, struct host *h, struct bytes in)
{
    size_t len;
    const enum probe p = socks_login(in, &len);

    (void)s;
    (void)h;
    return step_of(p, len, STAGE_LOGIN_ANSWER);
}

static struct step read_login_answer(struct socks *s, struct host *h, struct bytes in)
{
    bool granted = false;
    const enum probe p = socks_login_answer(in, &granted);

    (void)s;
    if (p == PROBE_YES && !granted)
        tell(h, "the SOCKS server refuses the user name or password");
    return step_of(p, SOCKS_LOGIN_ANSWER_LEN, granted ? STAGE_REQUEST : STAGE_OPAQUE);
}

static struct step read_request(struct socks *s, struct host *h, struct bytes in)
{
    struct socks_request ask;
    char target[SOCKS_TARGET_ROOM];

    if (s->unheard && in.len > 0 && in.at[0] == SOCKS_LOGIN_VERSION)
        return step_of(PROBE_YES, 0, STAGE_LOGIN);
    const enum probe p = request_of((enum socks_version)s->version, in, &ask);
    if (p == PROBE_YES) {
        s->command = ask.command;
        h->note(h, socks_command_text(&ask), bytes_of(target, socks_target_text(&ask, target)));
    }
    return step_of(p, ask.len, STAGE_REPLY);
}

/* What comes after all replies to the request. */
static enum stage after_replies(const struct socks *s)
{
    return s->command == SOCKS_CONNECT || s->command == SOCKS_BIND ? STAGE_INSIDE : STAGE_OPAQUE;
}

static struct step read_reply(struct socks *s, struct host *h, struct bytes in)
{
    struct socks_reply reply = {0};
    const enum probe p = socks_reply(in, (enum socks_version)s->version, &reply);

    if (p != PROBE_YES)
        return step_of(p, 0, STAGE_OPAQUE);
    h->claim(h, CONFIDENCE_CERTAIN);
    if (!reply.granted) {
        h->note(h, "the SOCKS server refuses:", bytes_of_text(reply.reason));
        return step_of(p, reply.len, STAGE_OPAQUE);
    }
    if (s->command == SOCKS_BIND && s->stage == STAGE_REPLY)
        return step_of(p, reply.len, STAGE_SECOND_REPLY);
    tell(h, "the SOCKS server grants it");
    return step_of(p, reply.len, after_replies(s));
}

static const struct {
    enum direction from;
    struct step (*read)(struct socks *s, struct host *h, struct bytes in);
} readers[] = {
    [STAGE_GREETING] = {TO_SERVER, read_greeting},
    [STAGE_CHOICE] = {TO_CLIENT, read_choice},
    [STAGE_LOGIN] = {TO_SERVER, read_login},
    [STAGE_LOGIN_ANSWER] = {TO_CLIENT, read_login_answer},
    [STAGE_REQUEST] = {TO_SERVER, read_request},
    [STAGE_REPLY] = {TO_CLIENT, read_reply},
    [STAGE_SECOND_REPLY] = {TO_CLIENT, read_reply},
};

/* --- the dialogue ----------------------------------------------------------------------------- */

/* The message that is awaited from `d` will not be seen whole: a hole, or a client that says all it
 * has without waiting. */
static bool will_not_come(const struct socks *s, enum direction d)
{
    return s->held.lost[d] > 0 ||
           (d == TO_CLIENT && (s->closing || held_full(&s->held, TO_SERVER)));
}

static enum stage stage_without(const struct socks *s)
{
    switch ((enum stage)s->stage) {
    case STAGE_CHOICE:
    case STAGE_LOGIN_ANSWER: return STAGE_REQUEST;
    case STAGE_REPLY:
    case STAGE_SECOND_REPLY: return after_replies(s);
    case STAGE_GREETING:
    case STAGE_LOGIN:
    case STAGE_REQUEST:
    case STAGE_INSIDE:
    case STAGE_OPAQUE: break;
    }
    return STAGE_OPAQUE;
}

/* False: the awaited message may still come. */
static bool go_on_without(struct socks *s, struct host *h, enum direction d)
{
    if (!will_not_come(s, d))
        return false;
    s->stage = (uint8_t)stage_without(s);
    if (d == TO_CLIENT) { /* half a message is of no use */
        held_drop(&s->held, h, d, held_bytes(&s->held, d).len);
        s->unheard = true;
    }
    if (s->stage == STAGE_INSIDE)
        tell(h, "the SOCKS server's answer was not seen");
    return true;
}

/* One message. False: more is to come before it can be read. */
static bool read_message(struct socks *s, struct host *h)
{
    const enum direction d = readers[s->stage].from;
    const struct step step = readers[s->stage].read(s, h, held_bytes(&s->held, d));

    switch (step.answer) {
    case PROBE_MORE: return go_on_without(s, h, d);
    case PROBE_NO:
        host_anomaly(h, SOCKS_MALFORMED, d, s->offset[d]);
        s->stage = STAGE_OPAQUE;
        return true;
    case PROBE_YES: break;
    }
    s->stage = (uint8_t)step.next;
    s->offset[d] += step.len;
    held_drop(&s->held, h, d, step.len);
    return true;
}

static bool read_dialogue(struct held *w, struct host *h)
{
    struct socks *s = (struct socks *)w;

    while (s->stage < STAGE_INSIDE)
        if (!read_message(s, h))
            return false;
    s->over = true;
    if (s->stage == STAGE_INSIDE && !s->closing) {
        h->become(h, NULL, NULL);
        held_hand_over(&s->held, h);
    }
    held_free(&s->held, h);
    return true;
}

static size_t socks_feed(void *state, struct host *h, enum direction d, struct bytes in)
{
    struct socks *s = state;

    return s->over ? in.len : held_feed(&s->held, h, d, in, read_dialogue);
}

static void socks_gap(void *state, struct host *h, enum direction d, uint64_t n)
{
    struct socks *s = state;

    if (s->over)
        return;
    s->held.lost[d] += n;
    (void)read_dialogue(&s->held, h);
}

static void socks_close(void *state, struct host *h, enum close_reason why)
{
    struct socks *s = state;

    (void)why;
    s->closing = true;
    if (!s->over)
        (void)read_dialogue(&s->held, h);
    held_free(&s->held, h);
}

const struct layer layer_socks = {
    .name = "socks",
    .application = true,
    .may_change = true,
    .state_size = sizeof(struct socks),
    .recognise = socks_recognise,
    .feed = socks_feed,
    .gap = socks_gap,
    .close = socks_close,
};
