/* SPDX-License-Identifier: MIT */
/* report_json.h - the parts of the JSON report that stand in report_json_lists.c. */
#ifndef OUTPUT_REPORT_JSON_H
#define OUTPUT_REPORT_JSON_H

#include "output/json.h"
#include "output/view.h"

void report_json_pair(struct json *j, const char *key, const uint64_t by_direction[2]);
/* flows, packets, bytes */
void report_json_totals(struct json *j, const struct totals *t);

void report_json_timeline(struct json *j, const struct view *v);
void report_json_floods(struct json *j, const struct view *v);
void report_json_services(struct json *j, const struct view *v);
void report_json_swarm(struct json *j, const struct view *v);
void report_json_talkers(struct json *j, const struct view *v);

#endif
