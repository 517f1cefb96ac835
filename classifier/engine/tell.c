/* SPDX-License-Identifier: MIT */
/* Events to rules and outputs. */
#include "base/apart.h"
#include "engine/asked.h"
#include "engine/rates.h"
#include "engine/shed.h"
#include "policy/explain.h"
#include "policy/heeds.h"

/* For rules alone: no output wants these. */
static bool is_internal(const struct event *ev)
{
    return ev->kind == EVENT_HTTP_REQUEST || ev->kind == EVENT_HTTP_STATUS ||
           ev->kind == EVENT_HTTP_SLOW ||
           (ev->kind == EVENT_TLS && (!ev->as.tls.final || ev->as.tls.unread));
}

static void to_sinks(struct engine *e, const struct conn *c, struct event *ev, bool over)
{
    const uint32_t interest = event_interest(ev->kind);
    struct flow_info info;
    bool viewed = false;

    if (interest != 0 && (e->sinks_interest & interest) == 0)
        return;
    for (struct sink *s = e->config.sinks; s != NULL; s = s->next) {
        if (interest != 0 && (s->interest & interest) == 0)
            continue;
        if (!viewed && c != NULL) {
            view_flow(e, c, ev->kind, over, &info);
            if (ev->kind == EVENT_FLOW)
                info.end = ev->as.flow_end;
            ev->flow = &info;
            viewed = true;
        }
        s->event(s->ctx, ev);
    }
    ev->flow = NULL; /* the view ends here */
}

/* The rules see each message as it passes; its size is known when it has ended. */
static void to_message_rules(struct engine *e, struct conn *c, const struct event *ev)
{
    struct message_facts m = {.direction = ev->direction};
    const struct facts *known = NULL;
    struct facts facts;
    bool changed;

    if (c->policy == NULL)
        return;
    if (e->rates != 0 || c->explanation != NULL) {
        view_facts(c, false, &facts);
        asked_view(e, c, &facts);
        known = &facts;
    }
    if (ev->kind == EVENT_PAYLOAD) {
        m.opcode = ev->as.payload.opcode;
        changed = policy_payload(e->policy, c->policy, known, &m, ev->as.payload.slice);
    } else if (ev->kind == EVENT_MESSAGE_BEGIN) {
        m.opcode = ev->as.begin.opcode;
        m.compressed = ev->as.begin.compressed;
        m.whole = ev->as.begin.fin && !m.compressed ? ev->as.begin.length : 0;
        changed = policy_message(e->policy, c->policy, known, &m);
    } else {
        m.ended = true;
        m.incomplete = !ev->as.message.complete;
        m.opcode = ev->as.message.opcode;
        m.size = ev->as.message.length;
        m.compressed = ev->as.message.compressed;
        m.close_code = ev->as.message.close_code;
        m.fragments = ev->as.message.fragments;
        changed = policy_message(e->policy, c->policy, known, &m);
    }
    if (c->explanation != NULL)
        explanation_message(c->explanation,
                            &(struct explained_moment){e->policy, c->policy, known, e->host.packet},
                            &m);
    if (changed)
        tell_rules(e, c, false);
}

static void to_frame_rules(struct engine *e, struct conn *c, const struct event *ev)
{
    const struct ws_frame_facts frame = {.direction = ev->direction, .header = ev->as.frame};

    if (c->policy == NULL || (e->policy_interest & INTEREST_FRAMES) == 0)
        return;
    if (policy_frame(e->policy, c->policy, &frame))
        tell_rules(e, c, false);
}

static bool is_violation(const struct engine *e, const struct event *ev)
{
    return ev->kind == EVENT_ANOMALY && (e->asks & ASK_VIOLATIONS) != 0 &&
           strcmp(anomaly_info(ev->as.anomaly.id)->layer, "websocket") == 0;
}

void tell(struct engine *e, struct conn *c, struct event *ev)
{
    ev->packet = e->host.packet;
    ev->time_ns = e->host.time_ns;
    if (c == NULL) {
        to_sinks(e, c, ev, false);
        return;
    }
    learn_from(e, c, ev);
    if (ev->kind == EVENT_MESSAGE_BEGIN || ev->kind == EVENT_PAYLOAD || ev->kind == EVENT_MESSAGE)
        to_message_rules(e, c, ev);
    if (e->rates != 0)
        rates_event(e, c, ev);
    if (ev->kind == EVENT_FRAME)
        to_frame_rules(e, c, ev);
    if (is_violation(e, ev))
        policy_violation(e->policy, c->policy, ev->direction, ev->as.anomaly.id);
    if (!is_internal(ev))
        to_sinks(e, c, ev, false);
}

void tell_anomaly(struct engine *e, struct conn *c, enum anomaly what, enum direction d,
                  uint64_t offset)
{
    struct event ev = {.kind = EVENT_ANOMALY, .direction = d};

    ev.as.anomaly.id = what;
    ev.as.anomaly.offset = offset;
    tell(e, c, &ev);
}

/* What had passed before the packet being read, which is counted already. */
static void count_leak(const struct engine *e, struct conn *c)
{
    for (unsigned side = 0; side < 2; side++) {
        const bool now = e->packet_len > 0 && side == e->side;
        c->leaked_bytes[side] = c->bytes[side] - (now ? e->packet_len : 0);
        c->leaked_packets[side] = c->packets[side] - (now ? 1 : 0);
    }
}

static void tell_alert(struct engine *e, struct conn *c, const struct rule_info *rule)
{
    static const char *const action[] = {"allow", "block", "alert"};
    static const uint32_t severity[] = {3, 1, 2};
    struct event ev = {.kind = EVENT_ALERT};
    struct rate_alert rate;
    const struct rate_alert *why;

    c->alerted = true;
    if (!rates_tell(e, c, rule, &rate, &why))
        return;
    ev.as.alert = (struct alert_event){
        .blocked = rule->action == RULE_BLOCK,
        .rule = rule->name,
        .rule_id = rule->id,
        .line = rule->line,
        .severity = severity[rule->action],
        .action = action[rule->action],
        .rate = why,
    };
    for (unsigned side = 0; rule->action == RULE_BLOCK && side < 2; side++) {
        ev.as.alert.leaked_bytes[conn_direction(c, side)] = c->leaked_bytes[side];
        ev.as.alert.leaked_packets[conn_direction(c, side)] = c->leaked_packets[side];
    }
    tell(e, c, &ev);
}

/* The verdict is final. */
static void tell_block(struct engine *e, struct conn *c)
{
    if (c->result.verdict != VERDICT_BLOCK)
        return;
    count_leak(e, c);
    if (c->result.rule != NULL)
        tell_alert(e, c, c->result.rule);
}

static void on_fired(void *ctx, const struct rule_info *rule)
{
    struct engine *e = ctx;

    if (rule->action == RULE_ALERT)
        tell_alert(e, e->conn, rule);
}

/* Live, people want to see a flow when it is known, not when it ends. */
static void tell_progress(struct engine *e, struct conn *c, const struct facts *facts)
{
    struct event ev = {.kind = EVENT_FLOW};

    if (!e->config.live || c->told || facts->app == NULL || facts->over)
        return;
    c->told = true;
    ev.as.flow_end = FLOW_GOES_ON;
    tell(e, c, &ev);
}

/* Before the end, does anybody ask? */
static bool is_asked(const struct engine *e, const struct conn *c)
{
    if (e->config.live && !c->told)
        return true;
    return e->rules && (c->policy == NULL || !policy_is_settled(c->policy) || e->rates != 0 ||
                        c->explanation != NULL);
}

static void take_result(struct engine *e, struct conn *c, struct policy_result result, bool over)
{
    const bool was_final = c->result.final;

    if (c->excepted)
        return;
    c->result = result;
    if (was_final || !c->result.final)
        return;
    if (e->packet_len > 0 || !over) /* known from others, it is decided before its first packet */
        c->verdict_packet = e->host.packet;
    tell_block(e, c);
}

static bool asks_for_names(const struct engine *e, const struct conn *c)
{
    return (e->asks & (ASK_NAMES | ASK_TORRENTS)) != 0 || tells_all(e, c);
}

/* Is there a fact that what is decided at the end depends on? Not where there is but the default,
 * nor where all rules wait in vain. */
static bool asks_at_end(const struct engine *e, const struct conn *c)
{
    if (c->explanation != NULL || e->rates != 0)
        return true;
    return e->rules && (c->policy == NULL || !policy_waits(c->policy));
}

APART static void ask_rules(struct engine *e, struct conn *c, bool over)
{
    static const struct facts nothing = {.over = true};
    struct facts facts;

    if (over && !asks_at_end(e, c)) {
        take_result(e, c, policy_decide(e->policy, c->policy, &nothing, on_fired, e), over);
        return;
    }
    if (asks_for_names(e, c))
        view_facts(c, over, &facts);
    else
        view_what(c, over, &facts);
    asked_view(e, c, &facts);
    tell_progress(e, c, &facts);
    if (e->rates != 0)
        rates_flow(e, c, &facts);
    const struct policy_result result = policy_decide(e->policy, c->policy, &facts, on_fired, e);
    if (c->explanation != NULL)
        explanation_decided(c->explanation, &(struct explained_moment){e->policy, c->policy, &facts,
                                                                       over ? 0 : e->host.packet});
    take_result(e, c, result, over);
}

void tell_rules(struct engine *e, struct conn *c, bool over)
{
    if (over || is_asked(e, c))
        ask_rules(e, c, over);
}

void tell_exception(struct engine *e, struct conn *c, enum policy_exception which)
{
    const struct rule_info *rule = policy_exception(e->config.policy, which);
    const uint8_t bit = (uint8_t)(1U << which);

    if ((c->exceptions & bit) != 0)
        return;
    c->exceptions |= bit;
    e->counters.exceptions[which]++;
    if (rule != NULL && rule->action == RULE_ALERT)
        tell_alert(e, c, rule);
    if (rule == NULL || rule->action == RULE_ALERT || c->result.final)
        return;
    c->excepted = true;
    c->verdict_packet = e->host.packet;
    c->result = (struct policy_result){.verdict = rule->action == RULE_BLOCK ? VERDICT_BLOCK
                                                                             : VERDICT_ALLOW,
                                       .final = true,
                                       .rule = rule};
    tell_block(e, c);
}

void tell_flow(struct engine *e, struct conn *c, enum flow_end end)
{
    struct event ev = {.kind = EVENT_FLOW, .packet = c->last_packet, .time_ns = c->node->last_ns};

    ev.as.flow_end = end;
    e->counters.verdicts[c->result.verdict]++;
    to_sinks(e, c, &ev, true);
}
