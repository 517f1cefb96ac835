/* SPDX-License-Identifier: MIT */
/* clock_text.h - packet time as text, always UTC. Any int64_t is a time. */
#ifndef OUTPUT_CLOCK_TEXT_H
#define OUTPUT_CLOCK_TEXT_H

#include "base/buffer.h"

/* "2026-11-22T05:16:01.123456+0000", as in Suricata's EVE. Cut, not rounded, to microseconds. */
#define CLOCK_TEXT_LEN 31
void clock_text_append(struct buffer *out, int64_t time_ns);
/* The same into memory for CLOCK_TEXT_LEN bytes; returns what is behind them. */
uint8_t *clock_text_put(uint8_t *at, int64_t time_ns);
/* The same, quicker where many times are of one minute. Zero-filled = none was written. */
struct clock_minute {
    uint64_t begins_ns; /* of the minute in `text` */
    uint8_t text[CLOCK_TEXT_LEN];
};
uint8_t *clock_text_put_near(struct clock_minute *c, uint8_t *at, int64_t time_ns);
/* "2026-11-22 05:16:01" */
void clock_text_append_date(struct buffer *out, int64_t time_ns);
/* "05:16:01.123" */
void clock_text_append_time(struct buffer *out, int64_t time_ns);
/* The inverse of clock_text_append(), and any other time of RFC 3339 with a zone ("Z", "+01:00",
 * "+0100"), to the nanosecond, of the years 1700 to 2200. */
bool clock_text_read(struct bytes in, int64_t *time_ns);

#endif
