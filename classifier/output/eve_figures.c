/* SPDX-License-Identifier: MIT */
/* The numbers of a flow, and of its WebSocket, that a report needs. */
#include "output/eve_body.h"
#include "output/eve_words.h"

#define NS_PER_US 1000

/* Two keys, of what the client and the server sent. */
#define BOTH(name) JSON_KEY(name "_toserver"), JSON_KEY(name "_toclient")

JSON_INLINE uint8_t *put_both(uint8_t *at, const char *to_server, const char *to_client,
                              const uint64_t value[2])
{
    at = json_put_u64(at, to_server, value[TO_SERVER]);
    return json_put_u64(at, to_client, value[TO_CLIENT]);
}

/* When either is not 0. */
JSON_INLINE uint8_t *put_both_if(uint8_t *at, const char *to_server, const char *to_client,
                                 const uint64_t value[2])
{
    if ((value[TO_SERVER] | value[TO_CLIENT]) == 0)
        return at;
    return put_both(at, to_server, to_client, value);
}

JSON_INLINE uint8_t *put_both_u32_if(uint8_t *at, const char *to_server, const char *to_client,
                                     const uint32_t value[2])
{
    return put_both_if(at, to_server, to_client,
                       (const uint64_t[2]){value[TO_SERVER], value[TO_CLIENT]});
}

static uint64_t microseconds(int64_t span_ns)
{
    return span_ns > 0 ? (uint64_t)span_ns / NS_PER_US : 0;
}

/* Of a time that is not whole microseconds, as `timestamp` is. */
static uint64_t nanoseconds(int64_t time_ns)
{
    const int64_t left = time_ns % NS_PER_US;

    return (uint64_t)(left < 0 ? left + NS_PER_US : left);
}

JSON_INLINE uint8_t *put_round_trips(uint8_t *at, const char *key, const struct ws_round_trips *p)
{
    if (p->count == 0)
        return at;
    at = json_put_literal(at, key);
    at = json_put_u64(at, "{" JSON_KEY("count"), p->count);
    at = json_put_u64(at, JSON_KEY("least_us"), microseconds(p->least_ns));
    at = json_put_u64(at, JSON_KEY("mean_us"), microseconds(p->sum_ns / p->count));
    at = json_put_u64(at, JSON_KEY("most_us"), microseconds(p->most_ns));
    return json_put_end(at, '}');
}

static uint8_t *put_ws_figures(uint8_t *at, const struct ws_figures *g)
{
    const uint64_t idle[2] = {microseconds(g->idle_ns[0]), microseconds(g->idle_ns[1])};

    at = json_put_u64(at, JSON_KEY("span_us"), microseconds(g->last_ns - g->first_ns));
    at = put_both(at, BOTH("idle_us"), idle);
    at = put_both(at, BOTH("smallest"), g->smallest);
    at = put_both(at, BOTH("largest"), g->largest);
    if (g->deflated[0] + g->deflated[1] > 0) {
        at = put_both(at, BOTH("deflated"), g->deflated);
        at = put_both(at, BOTH("inflated"), g->inflated);
    }
    at = put_round_trips(at, JSON_KEY("ping_toserver"), &g->ping[TO_SERVER]);
    return put_round_trips(at, JSON_KEY("ping_toclient"), &g->ping[TO_CLIENT]);
}

static uint8_t *put_ws(uint8_t *at, const struct ws_totals *w, const struct ws_figures *g)
{
    at = json_put_literal(at, JSON_KEY("websocket") "{");
    at = put_both(at, BOTH("messages"), w->messages);
    at = put_both(at, BOTH("frames"), w->frames);
    at = put_both(at, BOTH("payload"), w->payload);
    if (g != NULL)
        at = put_ws_figures(at, g);
    at = json_put_u64_if(at, JSON_KEY("close_code"), w->close_code);
    if (w->close_by >= 0)
        at =
            json_put_word(at, JSON_KEY("close_by"), w->close_by == TO_SERVER ? "client" : "server");
    at = put_both_u32_if(at, BOTH("text"), w->text);
    at = put_both_u32_if(at, BOTH("binary"), w->binary);
    at = put_both_u32_if(at, BOTH("pings"), w->pings);
    at = put_both_u32_if(at, BOTH("pongs"), w->pongs);
    if (w->compressed)
        at = json_put_bool(at, JSON_KEY("compressed"), true);
    return json_put_end(at, '}');
}

static uint8_t *put_tcp_more(uint8_t *at, const struct tcp_info *t)
{
    if (t->missing[TO_SERVER] > 0 && t->missing[TO_CLIENT] > 0)
        at = put_both(at, BOTH("missing_bytes"), t->missing);
    at = put_both_u32_if(at, BOTH("retransmissions"), t->retransmissions);
    return put_both_u32_if(at, BOTH("out_of_order"), t->out_of_order);
}

uint8_t *eve_put_figures(uint8_t *at, const struct flow_info *f)
{
    const uint64_t missing = f->tcp.missing[TO_SERVER] + f->tcp.missing[TO_CLIENT];

    at = json_put_u64_if(at, JSON_KEY("missing_bytes"), missing);
    at = json_put_u64_if(at, JSON_KEY("anomalies"), f->anomalies);
    if (f->ws != NULL)
        at = put_ws(at, f->ws, f->ws_figures);
    at = json_put_u64_if(at, JSON_KEY("first_packet"), f->first_packet);
    at = json_put_u64_if(at, JSON_KEY("start_ns"), nanoseconds(f->start_ns));
    at = json_put_u64_if(at, JSON_KEY("end_ns"), nanoseconds(f->end_ns));
    at = put_both_if(at, BOTH("payload_bytes"), f->payload_bytes);
    if (f->transport == TRANSPORT_TCP)
        at = put_tcp_more(at, &f->tcp);
    if (f->tunnel != TRI_NO)
        at = json_put_word(at, JSON_KEY("tunnel"), eve_tunnel_word(f->tunnel));
    return at;
}
