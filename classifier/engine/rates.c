/* SPDX-License-Identifier: MIT */
#include "engine/rates.h"

#include <stdio.h>

#include "engine/asked.h"
#include "policy/rate.h"

#define SECOND_NS   1000000000LL
#define FIRST_ERROR 400 /* RFC 9110 s15.5 */

static bool counts(const struct engine *e, enum rate_event what)
{
    return (e->rates >> what & 1) != 0;
}

void rates_setup(struct engine *e)
{
    e->rates = policy_rate_events(e->config.policy);
    if (counts(e, RATE_UNFINISHED))
        e->host.unfinished_ns = policy_unfinished_ns(e->config.policy);
}

/* Where packets are dropped, nothing more comes of this flow: what came does not count, either. */
static bool is_blocked(const struct conn *c)
{
    return c->result.final && c->result.verdict == VERDICT_BLOCK;
}

static void count(struct engine *e, struct conn *c, enum rate_event what)
{
    struct facts facts;

    if (!counts(e, what) || is_blocked(c))
        return;
    view_facts(c, false, &facts);
    asked_view(e, c, &facts);
    const bool fired = policy_count(e->policy, c->policy, &facts, what);
    if (fired)
        tell_rules(e, c, false);
}

void rates_flow(struct engine *e, struct conn *c, const struct facts *facts)
{
    if (counts(e, RATE_FLOW) && !is_blocked(c))
        policy_count(e->policy, c->policy, facts, RATE_FLOW);
}

bool rates_syn(struct engine *e, const struct flow_key *key, unsigned side, const struct packet *p)
{
    const struct facts facts = {
        .client = {.addr = key->addr[side], .port = key->port[side]},
        .server = {.addr = key->addr[1 - side], .port = key->port[1 - side]},
        .transport = (uint8_t)key->transport,
        .time_ns = p->time_ns,
        .start_ns = p->time_ns,
        .interface = e->config.live ? e->source : NULL,
        .vlan = p->vlan,
        .vlan_count = p->vlan_count,
        .direction_known = true,
    };

    return counts(e, RATE_CONNECTION) && policy_count_syn(e->policy, &facts);
}

void rates_begin(struct engine *e, struct conn *c, const struct packet *p)
{
    if (p->transport == TRANSPORT_UDP || (p->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN)
        count(e, c, RATE_CONNECTION);
}

void rates_look(struct engine *e, struct conn *c)
{
    struct facts facts;

    if (!c->direction_known)
        return; /* whose flow it is, is not known */
    c->rate_epoch = policy_rate_epoch(e->policy);
    view_facts(c, false, &facts);
    asked_view(e, c, &facts);
    if (policy_look(e->policy, c->policy, &facts))
        tell_rules(e, c, false);
}

/* ---- proof ---- */

/* Does it acknowledge, by this stream's own numbers, what is there to be acknowledged? Who sends
 * with another's address does not know them (RFC 6528 s1); he hits with one packet of 2^32 by
 * chance. */
static bool acknowledges(const struct stream *s, const struct packet *p, uint64_t least)
{
    const uint32_t offset = p->ack - s->origin;

    return s->started && (p->flags & TCP_ACK) != 0 && (p->flags & (TCP_RST | TCP_SYN)) == 0 &&
           offset >= least && offset <= s->next + 1;
}

/* UDP has nothing of the kind: that there was an answer, and then more, is all there is. */
static bool is_proof(const struct conn *c, unsigned side, const struct packet *p)
{
    const struct stream *other = &c->stream[1 - side];

    if (p->transport == TRANSPORT_UDP)
        return side == c->client_side && c->packets[1 - side] > 0;
    if (side == c->client_side)
        return other->syn_seen && acknowledges(other, p, 0);
    return acknowledges(other, p, 1); /* it had the client's bytes, in a connection */
}

void rates_prove(struct engine *e, struct conn *c, unsigned side, const struct packet *p)
{
    const bool begun = !c->midstream && side == c->client_side;

    if (!c->direction_known || !is_proof(c, side, p))
        return;
    c->genuine = true;
    if (begun && p->transport == TRANSPORT_TCP)
        count(e, c, RATE_ESTABLISHED);
    if (counts(e, RATE_FLOW))
        tell_rules(e, c, false);
}

/* ---- events ---- */

static enum rate_event message_event(uint8_t opcode)
{
    switch (opcode) {
    case WS_PING: return RATE_PING;
    case WS_PONG: return RATE_PONG;
    case WS_CLOSE: return RATE_CLOSE;
    default: return RATE_MESSAGE;
    }
}

static void count_request(struct engine *e, struct conn *c, const struct http_event *http)
{
    count(e, c, RATE_REQUEST);
    if (http->upgrade)
        count(e, c, RATE_HANDSHAKE);
}

/* What the server sends says nothing of its client. */
static void count_of_client(struct engine *e, struct conn *c, const struct event *ev)
{
    if (ev->direction != TO_SERVER)
        return;
    if (ev->kind == EVENT_MESSAGE)
        count(e, c, message_event(ev->as.message.opcode));
    else if (!ev->as.frame.fin || ev->as.frame.opcode == WS_CONTINUATION)
        count(e, c, RATE_FRAGMENT);
}

void rates_event(struct engine *e, struct conn *c, const struct event *ev)
{
    switch (ev->kind) {
    case EVENT_HTTP_REQUEST: count_request(e, c, &ev->as.http); break;
    case EVENT_HTTP_STATUS:
        if (ev->as.http.status >= FIRST_ERROR)
            count(e, c, RATE_ERROR);
        break;
    case EVENT_HTTP_SLOW: count(e, c, RATE_UNFINISHED); break;
    case EVENT_HANDSHAKE:
        if (ev->as.handshake.ladder == LADDER_REFUSED)
            count(e, c, RATE_REFUSED);
        break;
    case EVENT_MESSAGE:
    case EVENT_FRAME: count_of_client(e, c, ev); break;
    case EVENT_ANOMALY: count(e, c, RATE_ANOMALY); break;
    case EVENT_HTTP:
    case EVENT_TLS:
    case EVENT_MESSAGE_BEGIN:
    case EVENT_PAYLOAD:
    case EVENT_BITTORRENT:
    case EVENT_ALERT:
    case EVENT_FLOW:
    case EVENT_STATS: break;
    }
}

/* ---- telling ---- */

static int by_text(char *out, size_t room, const struct rate_alert *r)
{
    char addr[ADDR_TEXT_ROOM];
    const bool whole = r->prefix == (addr_is_ipv4(&r->addr) ? 32 : 128);

    addr_text(&r->addr, addr);
    return whole ? snprintf(out, room, "%s", addr) : snprintf(out, room, "%s/%u", addr, r->prefix);
}

/* "101 within 10s (limit 100) by 10.0.0.1" */
static void note_limit(struct engine *e, struct conn *c, const struct rate_alert *r)
{
    char text[EVIDENCE_DETAIL + 1];
    int len = snprintf(text, sizeof(text),
                       "%llu x %s in %llds, limit %llu: ", (unsigned long long)r->count, r->what,
                       (long long)(r->within_ns / SECOND_NS), (unsigned long long)r->over);

    if (len < EVIDENCE_DETAIL)
        by_text(text + len, sizeof(text) - (size_t)len, r);
    learn_evidence(e, c,
                   r->adaptive ? "more often than is usual here" : "more often than a rule allows",
                   bytes_of_text(text));
}

static void note_ban(struct engine *e, struct conn *c, const struct rate_alert *r)
{
    char text[EVIDENCE_DETAIL + 1];
    const int len = by_text(text, sizeof(text), r);

    if (len < EVIDENCE_DETAIL)
        snprintf(text + len, sizeof(text) - (size_t)len, " (%s)", r->what);
    learn_evidence(e, c, "its sender is banned for a while", bytes_of_text(text));
}

bool rates_tell(struct engine *e, struct conn *c, const struct rule_info *rule,
                struct rate_alert *out, const struct rate_alert **rate)
{
    struct facts facts;

    *rate = NULL;
    if (e->rates == 0 || c->second_reading)
        return true;
    view_facts(c, false, &facts);
    switch (policy_rate_alert(e->policy, &facts, rule, out)) {
    case RATE_NOT_RATED: return true;
    case RATE_TOLD_FIRST: break;
    case RATE_TOLD_AGAIN:
        if (rule->action != RULE_ALERT)
            note_ban(e, c, out);
        return false;
    }
    note_limit(e, c, out);
    *rate = out;
    return true;
}
