/* SPDX-License-Identifier: MIT */
/* eve_events.h - which lines of EVE are asked for: a set of event types, bit 1 << enum event_kind.
 */
#ifndef OUTPUT_EVE_EVENTS_H
#define OUTPUT_EVE_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "model/event.h"

#define EVE_ALL   UINT32_MAX
#define EVE_USUAL (EVE_ALL & ~(UINT32_C(1) << EVENT_FRAME)) /* unless somebody asks for more */

static inline bool eve_events_have(uint32_t events, enum event_kind kind)
{
    return (events >> kind & 1) != 0;
}

/* "flow,alert", or "all". False, and the sentence in `err`: an empty list, or a word that is none
 * of eve_event_word()'s. */
bool eve_events_read(const char *list, uint32_t *events, struct err *err);

#endif
