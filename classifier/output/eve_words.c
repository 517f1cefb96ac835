/* SPDX-License-Identifier: MIT */
#include "output/eve_words.h"

#include <stddef.h>

#include "model/event.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *eve_reason_word(unsigned end)
{
    static const char *const word[] = {
        [FLOW_GOES_ON] = "interim", [FLOW_TIMEOUT] = "timeout", [FLOW_FINISHED] = "finished",
        [FLOW_FORCED] = "shutdown", [FLOW_EVICTED] = "forced",  [FLOW_REUSED] = "tcp_reuse",
    };

    return end < COUNT(word) ? word[end] : NULL;
}

const char *eve_state_word(unsigned state)
{
    static const char *const word[] = {
        [FLOW_NEW] = "new", [FLOW_ESTABLISHED] = "established", [FLOW_CLOSED] = "closed"};

    return state < COUNT(word) ? word[state] : NULL;
}

const char *eve_tcp_state_word(unsigned state)
{
    static const char *const word[] = {
        [TCP_STATE_NONE] = "none",           [TCP_STATE_SYN_SENT] = "syn_sent",
        [TCP_STATE_SYN_RECV] = "syn_recv",   [TCP_STATE_ESTABLISHED] = "established",
        [TCP_STATE_FIN_WAIT1] = "fin_wait1", [TCP_STATE_FIN_WAIT2] = "fin_wait2",
        [TCP_STATE_TIME_WAIT] = "time_wait", [TCP_STATE_CLOSED] = "closed",
    };

    return state < COUNT(word) ? word[state] : NULL;
}

const char *eve_tunnel_word(unsigned tunnel)
{
    static const char *const word[] = {
        [TRI_NO] = "no", [TRI_YES] = "yes", [TRI_NOT_YET] = "perhaps"};

    return tunnel < COUNT(word) ? word[tunnel] : NULL;
}

const char *eve_tls_word(unsigned n)
{
    static const char *const word[] = {"SSLv3", "TLSv1", "TLS 1.1", "TLS 1.2", "TLS 1.3"};

    return n < COUNT(word) ? word[n] : NULL;
}

const char *eve_ability_word(unsigned n)
{
    static const char *const word[EVE_PEER_ABILITIES] = {"dht", "fast", "extended", "v2"};

    return n < COUNT(word) ? word[n] : NULL;
}

const char *eve_event_word(unsigned kind)
{
    static const char *const word[] = {
        [EVENT_FLOW] = "flow",
        [EVENT_ALERT] = "alert",
        [EVENT_HTTP] = "http",
        [EVENT_TLS] = "tls",
        [EVENT_HANDSHAKE] = "websocket_handshake",
        [EVENT_MESSAGE] = "websocket",
        [EVENT_FRAME] = "websocket_frame",
        [EVENT_BITTORRENT] = "bittorrent",
        [EVENT_ANOMALY] = "anomaly",
        [EVENT_STATS] = "stats",
    };

    return kind < COUNT(word) ? word[kind] : NULL;
}
