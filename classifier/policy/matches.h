/* SPDX-License-Identifier: MIT */
/* matches.h - the functions of the keys of `match`, for the table in keys.c; and what they share.
 */
#ifndef POLICY_MATCHES_H
#define POLICY_MATCHES_H

#include "policy/worker.h"

/* A fact that will not change. */
static inline enum answer answer_firm(bool is, bool negated)
{
    return is != negated ? ANSWER_YES : ANSWER_NO;
}

/* Will app and layers stay what they are? */
static inline bool facts_settled(const struct facts *f)
{
    return f->settled || f->over;
}

/* A number that only grows, is `now`, and is final when `ended`. */
enum answer answer_growing(const struct condition *c, uint64_t now, bool ended);

/* match_network.c */
match_fn match_client, match_server, match_network, match_client_port, match_server_port,
    match_proto, match_vlan, match_interface, match_direction;
/* match_flow.c: what it is */
match_fn match_names, match_inside, match_mismatch, match_ladder, match_risk, match_peer_client,
    match_info_hash;
/* match_life.c: what became of it */
match_fn match_anomaly, match_count, match_time, match_days;
/* match_field.c: fields of requests, responses, handshakes and hellos */
match_fn match_field, match_hello_field, match_status, match_cross_origin, match_tls_version,
    match_tls_offered;

#endif
