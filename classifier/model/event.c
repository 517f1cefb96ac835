/* SPDX-License-Identifier: MIT */
#include "model/event.h"

uint32_t event_interest(enum event_kind kind)
{
    switch (kind) {
    case EVENT_HTTP: return INTEREST_HTTP;
    case EVENT_TLS: return INTEREST_TLS;
    case EVENT_MESSAGE_BEGIN: return INTEREST_BEGINS;
    case EVENT_MESSAGE: return INTEREST_MESSAGES;
    case EVENT_PAYLOAD: return INTEREST_PAYLOAD;
    case EVENT_FRAME: return INTEREST_FRAMES;
    case EVENT_BITTORRENT: return INTEREST_BITTORRENT;
    case EVENT_ANOMALY: return INTEREST_ANOMALIES;
    case EVENT_HTTP_STATUS: return INTEREST_STATUS;
    case EVENT_HANDSHAKE: return INTEREST_HANDSHAKES;
    case EVENT_HTTP_REQUEST:
    case EVENT_HTTP_SLOW:
    case EVENT_ALERT:
    case EVENT_FLOW:
    case EVENT_STATS: return 0;
    }
    return 0;
}
