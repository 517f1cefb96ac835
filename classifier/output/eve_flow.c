/* SPDX-License-Identifier: MIT */
/* The line of a flow: a hundred members and more, so it is put (json_put.h). */
#include "output/eve_body.h"

#include "base/utf8.h"
#include "output/eve_words.h"

#define NS_PER_SECOND 1000000000

/* Which run of members it is (json_runs.h); evidence says so itself. */
static const char tcp_run[] = "tcp";

/* One of a fixed choice. */
JSON_INLINE uint8_t *put_word(struct eve_common *c, struct buffer *out, uint8_t *at,
                              const char *key, const char *word)
{
    return json_put_known(&c->known, out, json_put_literal(at, key), word);
}

static uint8_t *put_counts(struct eve_common *c, struct buffer *out, uint8_t *at,
                           const struct flow_info *f)
{
    const int64_t age = (f->end_ns - f->start_ns) / NS_PER_SECOND;

    at = json_put_literal(at, JSON_KEY("flow") "{");
    at = json_put_u64(at, JSON_KEY("pkts_toserver"), f->packets[TO_SERVER]);
    at = json_put_u64(at, JSON_KEY("pkts_toclient"), f->packets[TO_CLIENT]);
    at = json_put_u64(at, JSON_KEY("bytes_toserver"), f->bytes[TO_SERVER]);
    at = json_put_u64(at, JSON_KEY("bytes_toclient"), f->bytes[TO_CLIENT]);
    at = json_put_time(at, JSON_KEY("start"), &c->start, f->start_ns);
    at = json_put_time(at, JSON_KEY("end"), &c->end, f->end_ns);
    at = json_put_u64(at, JSON_KEY("age"), age > 0 ? (uint64_t)age : 0);
    at = put_word(c, out, at, JSON_KEY("state"), eve_state_word(f->state));
    at = put_word(c, out, at, JSON_KEY("reason"), eve_reason_word(f->end));
    at = json_put_bool(at, JSON_KEY("alerted"), f->alerted);
    return json_put_end(at, '}');
}

/* RFC 9293 s3.1 and, for the last two, RFC 3168 s6.1; in Suricata's order. Each is written, and
 * stays when it was seen. */
static uint8_t *put_flag_names(uint8_t *at, uint8_t flags)
{
#define FLAG(name) JSON_KEY(name) "true,"
    static const struct {
        uint8_t bit;
        char text[sizeof(FLAG("syn"))];
    } row[] = {{TCP_SYN, FLAG("syn")}, {TCP_FIN, FLAG("fin")}, {TCP_RST, FLAG("rst")},
               {TCP_PSH, FLAG("psh")}, {TCP_ACK, FLAG("ack")}, {TCP_URG, FLAG("urg")},
               {0x40, FLAG("ecn")},    {0x80, FLAG("cwr")}};

    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        memcpy(at, row[i].text, sizeof(row[i].text));
        at += (flags & row[i].bit) != 0 ? sizeof(row[i].text) - 1 : 0;
    }
    return at;
#undef FLAG
}

JSON_INLINE uint8_t *put_flags(uint8_t *at, const char *key, uint8_t flags)
{
    at = json_put_literal(at, key);
    *at = '"';
    return json_put_literal(digits_put_hex(at + 1, flags), "\",");
}

static uint8_t *put_tcp_afresh(uint8_t *at, const struct tcp_info *t)
{
    const uint8_t all = t->flags[TO_SERVER] | t->flags[TO_CLIENT];

    at = json_put_literal(at, JSON_KEY("tcp") "{");
    at = put_flags(at, JSON_KEY("tcp_flags"), all);
    at = put_flags(at, JSON_KEY("tcp_flags_ts"), t->flags[TO_SERVER]);
    at = put_flags(at, JSON_KEY("tcp_flags_tc"), t->flags[TO_CLIENT]);
    at = put_flag_names(at, all);
    at = json_put_word(at, JSON_KEY("state"), eve_tcp_state_word(t->state));
    if (t->missing[TO_CLIENT] > 0)
        at = json_put_bool(at, JSON_KEY("tc_gap"), true);
    if (t->missing[TO_SERVER] > 0)
        at = json_put_bool(at, JSON_KEY("ts_gap"), true);
    return json_put_end(at, '}');
}

static uint8_t *put_tcp(struct eve_common *c, struct buffer *out, uint8_t *at,
                        const struct tcp_info *t)
{
    const uint64_t of = t->flags[TO_SERVER] | (uint64_t)t->flags[TO_CLIENT] << 8 |
                        (uint64_t)t->state << 16 | (uint64_t)(t->missing[TO_SERVER] > 0) << 24 |
                        (uint64_t)(t->missing[TO_CLIENT] > 0) << 25;
    const struct json_made made = {tcp_run, bytes_of(&of, sizeof(of))};
    struct json_run *run = json_run_at(&c->runs, &made);

    if (json_run_is(run, &made, out, at))
        return json_run_put(run, at);
    const size_t from = (size_t)(at - out->at);
    at = put_tcp_afresh(at, t);
    json_run_keep(run, &made, out, from, at);
    return at;
}

JSON_INLINE uint8_t *put_texts(struct json_known *known, struct buffer *out, uint8_t *at,
                               const char *const *texts, uint8_t count)
{
    *at++ = '[';
    for (uint8_t i = 0; i < count; i++)
        at = json_put_known(known, out, at, texts[i]);
    return json_put_end(at, ']');
}

static uint8_t *put_ndpi(struct json_known *known, struct buffer *out, uint8_t *at,
                         const struct ndpi_info *n)
{
    if (n->proto == NULL)
        return at;
    at = json_put_literal(at, JSON_KEY("ndpi") "{" JSON_KEY("proto"));
    at = json_put_known(known, out, at, n->proto);
    at = json_put_known_if(known, out, at, JSON_KEY("category"), n->category);
    if (n->risk_count > 0)
        at =
            put_texts(known, out, json_put_literal(at, JSON_KEY("risks")), n->risks, n->risk_count);
    return json_put_end(at, '}');
}

/* Where it is no UTF-8, its bytes stand beside it: then something had to be written otherwise, and
 * every other way of writing a character is longer. */
JSON_INLINE uint8_t *put_name(struct buffer *out, uint8_t *at, const char *key, const char *hex_key,
                              struct bytes value)
{
    if (value.len == 0)
        return at;
    at = json_put_literal(at, key);
    const size_t from = (size_t)(at - out->at);
    at = json_put_bytes(out, at, value);
    const size_t len = (size_t)(at - out->at) - from;
    if (len == value.len + JSON_PUT_QUOTES || utf8_is_whole(value))
        return at;
    return json_put_hex(out, json_put_literal(at, hex_key), value);
}

/* All but where it was seen. */
static uint8_t *put_sign(struct eve_common *c, struct buffer *out, uint8_t *at,
                         const struct evidence *v)
{
    at = put_word(c, out, at, JSON_KEY("what"), v->what);
    at = put_name(out, at, JSON_KEY("detail"), JSON_KEY("detail_hex"), v->detail);
    at = json_put_u64_if(at, JSON_KEY("bits"), v->bits);
    return json_put_end(at, '}');
}

/* Signs that stand alone are mostly those of other flows. */
static uint8_t *put_sign_again(struct eve_common *c, struct buffer *out, uint8_t *at,
                               const struct evidence *v)
{
    const struct json_made made = {v->what, v->detail};
    struct json_run *run = json_run_at(&c->runs, &made);

    if (json_run_is(run, &made, out, at))
        return json_run_put(run, at);
    const size_t from = (size_t)(at - out->at);
    at = put_sign(c, out, at, v);
    json_run_keep(run, &made, out, from, at);
    return at;
}

uint8_t *eve_put_evidence(struct eve_common *c, struct buffer *out, uint8_t *at,
                          const struct flow_info *f)
{
    if (f->evidence_count == 0)
        return at;
    at = json_put_literal(at, JSON_KEY("evidence") "[");
    for (uint8_t i = 0; i < f->evidence_count; i++) {
        const struct evidence *v = &f->evidence[i];
        at = json_put_u64(at, "{" JSON_KEY("packet"), v->packet);
        at = v->bits == 0 ? put_sign_again(c, out, at, v) : put_sign(c, out, at, v);
    }
    return json_put_end(at, ']');
}

uint8_t *eve_put_leak(uint8_t *at, const uint64_t bytes[2], const uint64_t packets[2])
{
    at = json_put_u64(at, JSON_KEY("leaked_bytes_toserver"), bytes[TO_SERVER]);
    at = json_put_u64(at, JSON_KEY("leaked_bytes_toclient"), bytes[TO_CLIENT]);
    at = json_put_u64(at, JSON_KEY("leaked_pkts_toserver"), packets[TO_SERVER]);
    return json_put_u64(at, JSON_KEY("leaked_pkts_toclient"), packets[TO_CLIENT]);
}

static uint8_t *put_verdict(struct eve_common *c, struct buffer *out, uint8_t *at,
                            const struct flow_info *f)
{
    if (f->verdict == VERDICT_NONE)
        return at;
    at = put_word(c, out, at, JSON_KEY("verdict"), verdict_name(f->verdict));
    at = json_put_known_if(&c->known, out, at, JSON_KEY("rule"), f->rule);
    at = json_put_u64_if(at, JSON_KEY("verdict_packet"), f->verdict_packet);
    if (f->verdict == VERDICT_BLOCK)
        at = eve_put_leak(at, f->leaked_bytes, f->leaked_packets);
    return at;
}

/* What Suricata's reader has no use for, and a report made from EVE does (eve_reader.h). */
static uint8_t *put_names(struct buffer *out, uint8_t *at, const struct flow_info *f)
{
    at = put_name(out, at, JSON_KEY("host"), JSON_KEY("host_hex"), f->host);
    at = put_name(out, at, JSON_KEY("path"), JSON_KEY("path_hex"), f->path);
    at = put_name(out, at, JSON_KEY("origin"), JSON_KEY("origin_hex"), f->origin);
    at = put_name(out, at, JSON_KEY("subprotocol"), JSON_KEY("subprotocol_hex"), f->subprotocol);
    at = put_name(out, at, JSON_KEY("sni"), JSON_KEY("sni_hex"), f->sni);
    if (f->info_hash.len > 0)
        at = json_put_hex(out, json_put_literal(at, JSON_KEY("info_hash")), f->info_hash);
    return put_name(out, at, JSON_KEY("client"), JSON_KEY("client_hex"), f->peer_client);
}

void eve_flow(struct json *j, const struct event *e, struct eve_common *c)
{
    const struct flow_info *f = e->flow;
    struct buffer *out = j->out;
    uint8_t *at = json_put_begin(j);

    if (at == NULL)
        return;
    at = put_counts(c, out, at, f);
    if (f->transport == TRANSPORT_TCP)
        at = put_tcp(c, out, at, &f->tcp);
    at = json_put_literal(at, JSON_KEY("portwarden") "{");
    at = eve_put_label(&c->labels, &c->known, out, at, f);
    at = put_ndpi(&c->known, out, at, &f->ndpi);
    at = eve_put_evidence(c, out, at, f);
    at = put_verdict(c, out, at, f);
    at = eve_put_figures(at, f);
    at = put_names(out, at, f);
    at = json_put_u64_if(at, JSON_KEY("line"), f->rule_line);
    json_put_done(j, json_put_end(at, '}'));
}
