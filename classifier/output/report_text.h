/* SPDX-License-Identifier: MIT */
/* report_text.h - what the parts of the text report share. */
#ifndef OUTPUT_REPORT_TEXT_H
#define OUTPUT_REPORT_TEXT_H

#include "output/sheet.h"
#include "output/view.h"

void report_text_section(struct sheet *s, const char *title);
void report_text_section_end(struct sheet *s);
/* The first piece of an entry, from `raw`; what follows hangs under it. */
void report_text_entry(struct sheet *s);
void report_text_entry_end(struct sheet *s);
/* "... and 3 rules more", when not all are shown. */
void report_text_rest(struct sheet *s, size_t all, size_t shown, const char *noun);

void report_text_timeline(struct sheet *s, const struct view *v);
/* Floods, WebSocket services, peer-to-peer, talkers, anomalies. */
void report_text_lists(struct sheet *s, const struct view *v);

#endif
