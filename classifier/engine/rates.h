/* SPDX-License-Identifier: MIT */
/* rates.h - what happens is counted for the rules that have a rate, and who is banned is found.
 * Nothing here is called where no rule has one (engine.rates is 0).
 */
#ifndef ENGINE_RATES_H
#define ENGINE_RATES_H

#include "engine/worker.h"

/* Before the first packet. */
void rates_setup(struct engine *e);
/* A bare SYN of no flow. True: it breaks a limit; it is to become a flow, so that it is told. */
bool rates_syn(struct engine *e, const struct flow_key *key, unsigned side, const struct packet *p);
/* A connection that did not begin with a bare SYN. */
void rates_begin(struct engine *e, struct conn *c, const struct packet *p);
/* Is it of somebody who is banned? Before its packet is read. */
void rates_look(struct engine *e, struct conn *c);
/* A packet's flags and numbers were taken: does it show that the client hears the server? */
void rates_prove(struct engine *e, struct conn *c, unsigned side, const struct packet *p);
/* A layer emitted it. */
void rates_event(struct engine *e, struct conn *c, const struct event *ev);
/* The flow's facts changed. */
void rates_flow(struct engine *e, struct conn *c, const struct facts *facts);
/* The rule matched. False: of this key that was told before. `out` is the alert's, where the rule
 * has a rate. */
bool rates_tell(struct engine *e, struct conn *c, const struct rule_info *rule,
                struct rate_alert *out, const struct rate_alert **rate);

#endif
