/* SPDX-License-Identifier: MIT */
/* wording.h - the sentences and figures that table and reports share, in plain text.
 *
 * Out:   raw text, captured bytes as they are: the caller escapes it for its format, as a whole.
 * Not here: sizes and spans (terminal.h), times (clock_text.h).
 */
#ifndef OUTPUT_WORDING_H
#define OUTPUT_WORDING_H

#include "output/view.h"

/* 1204 as "1,204". */
void wording_count(struct buffer *out, uint64_t n);
/* At most five characters: 99999, 123k, 45M. */
void wording_short_count(struct buffer *out, uint64_t n);
/* "1 flow", "1,204 flows". */
void wording_plural(struct buffer *out, uint64_t n, const char *noun);
/* "http", "websocket (socket.io)" */
void wording_app(struct buffer *out, const struct port_app *app);
/* "80/tcp" */
void wording_port(struct buffer *out, uint16_t port, uint8_t transport);
/* The answer in one sentence: "3 of 41 flows on port 80 are not the web." */
void wording_headline(struct buffer *out, const struct view *v);
/* What the rules said, in one sentence: "Blocked 3 flows, after 1.2 kB had passed." */
void wording_verdicts(struct buffer *out, const struct view *v);
/* Sentence `i` of what could not be seen or read; false when there are no more. */
bool wording_unseen(struct buffer *out, const struct view *v, const struct input_note *in,
                    size_t i);

/* "1 anomaly", "12 anomalies" */
void wording_anomalies(struct buffer *out, uint64_t n);
/* "1.2 kB in 12 packets had passed"; false and nothing: nothing had. */
bool wording_leak(struct buffer *out, const uint64_t bytes[2], const uint64_t packets[2]);
/* An app in words: "silent" for "none", "unknown" for "?". */
const char *wording_app_name(const char *app);
/* "1000 (normal closure) x 3" */
void wording_close_code(struct buffer *out, uint64_t code, uint64_t times);
/* A round span in words: "200 ms", "10 s", "5 min", "2 h", "1 d". */
void wording_width(struct buffer *out, int64_t span_ns);
/* "10.0.0.7", "10.0.0.0/24" */
void wording_flood_source(struct buffer *out, const struct flood *f);
/* "client 10.0.0.7", "network 10.0.0.0/24", "client 10.0.0.7 to 10.0.0.2" */
void wording_flood_who(struct buffer *out, const struct flood *f);
/* "websocket-handshake: at least 120 within 10 s; the limit is 100; first at ...; banned for ..."
 */
void wording_flood_rate(struct buffer *out, const struct flood *f);
/* "bad_checksum x 2 (first in packet 12)" */
void wording_anomaly(struct buffer *out, const struct view *v, const struct anomaly_entry *a);

/* "tcp > http > websocket", with `between` for " > "; "raw (text)"; "tcp (half-open)". */
void wording_stack(struct buffer *out, const struct flow_info *flow, const char *between);
/* "10.0.0.1:5123 -> 10.0.0.2:80" */
void wording_flow_ends(struct buffer *out, const struct flow_info *flow);
/* "10.0.0.1 -> 10.0.0.2", "3 clients -> 10.0.0.2" */
void wording_kind_ends(struct buffer *out, const struct flow_kind *kind);
/* Of a kind the clients alone, of a flow (`kind` is NULL) its client. */
void wording_clients(struct buffer *out, const struct flow_info *flow,
                     const struct flow_kind *kind);
/* Host and path, or SNI, or the BitTorrent client; nothing when none was seen. */
void wording_name(struct buffer *out, const struct flow_info *flow);
/* How an upgrade to WebSocket went wrong, or that there were anomalies: " (refused)", or nothing.
 */
void wording_oddity(struct buffer *out, const struct flow_info *flow);
/* The evidence that says most: NULL when there is none. */
const struct evidence *wording_reason(const struct flow_info *flow);
/* A path's last part: what a person calls a capture file. */
const char *wording_base_name(const char *path);
/* `packet 12: SSH identification string "SSH-2.0-OpenSSH_9.2"`; `source` (a file) may be NULL. */
void wording_evidence(struct buffer *out, const struct evidence *seen, const char *source);
/* How its WebSocket fared, sentence by sentence: begins with *next = 0; false when there are no
 * more. */
bool wording_websocket(struct buffer *out, const struct flow_info *flow, size_t *next);
/* What portwarden was asked with to show this flow again; nothing for a live one. */
void wording_command(struct buffer *out, const struct flow_info *flow);
/* The same of a flow that was not kept; nothing for flow 0 or no file. */
void wording_follow(struct buffer *out, uint64_t flow_id, const char *source);

/* "peer wire, MSE": how a host or torrent is known; swarm.h. */
void wording_signs(struct buffer *out, uint32_t signs);
/* "4b1bb193...": an info-hash, whole. */
void wording_info_hash(struct buffer *out, const uint8_t hash[20]);

#endif
