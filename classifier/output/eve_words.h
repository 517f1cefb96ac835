/* SPDX-License-Identifier: MIT */
/* eve_words.h - the words of EVE's members with a fixed choice, for who writes them and who reads
 * them back. Suricata's words where it has one for the same thing.
 */
#ifndef OUTPUT_EVE_WORDS_H
#define OUTPUT_EVE_WORDS_H

#include <stdint.h>

#define EVE_TLS_FIRST      0x0300 /* SSLv3: RFC 8446 s4.1.2, ProtocolVersion */
#define EVE_TLS_UNKNOWN    "UNDETERMINED"
#define EVE_TLS_NUMBER     "0x"
#define EVE_PEER_ABILITIES 4 /* enum peer_ability: bit i is name i */

/* Each is NULL beyond its last value. The argument is the enum's value: flow_end, flow_state,
 * tcp_state, tri (of a tunnel: no, yes, perhaps). */
const char *eve_reason_word(unsigned end);
const char *eve_state_word(unsigned state);
const char *eve_tcp_state_word(unsigned state);
const char *eve_tunnel_word(unsigned tunnel);
/* Of EVE_TLS_FIRST + n. */
const char *eve_tls_word(unsigned n);
const char *eve_ability_word(unsigned n);
/* `event_type` of an enum event_kind; NULL, too, for one that has no line. */
const char *eve_event_word(unsigned kind);

#endif
