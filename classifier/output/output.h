/* SPDX-License-Identifier: MIT */
/* output.h - the outputs, as cli/ wires them. Each is a struct sink fed by the engine, then
 * finished.
 *
 * Ownership: x_create gives a handle that borrows `out` and its options; x_sink borrows from the
 * handle; x_finish writes what remains; x_free(NULL) is fine.
 */
#ifndef OUTPUT_OUTPUT_H
#define OUTPUT_OUTPUT_H

#include "model/sink.h"
#include "output/out.h"

enum payload_mode { PAYLOAD_NONE, PAYLOAD_PRINTABLE, PAYLOAD_BASE64 };

/* What was read, for the head of table and report, and for EVE. */
struct input_note {
    const char *name;  /* "port80.pcap", "3 captures", "eth0" */
    const char *rules; /* file, or NULL */
    uint64_t captures; /* files; 0: live */
    uint64_t packets, bytes;
    uint64_t kernel_drops;
    bool live;
    const char *const *problems; /* sentences about what could not be read */
    size_t problem_count;
};

/* EVE JSON lines (docs/eve.md). */
struct eve_options {
    uint32_t events; /* which lines: eve_events.h */
    enum payload_mode payload;
    bool live; /* flush each record, in_iface instead of pcap_filename */
};
struct eve;
struct eve *eve_create(struct out *out, const struct eve_options *how, struct err *err);
struct sink *eve_sink(struct eve *e);
/* Told with the last EVENT_STATS; borrowed until then. */
void eve_note_input(struct eve *e, const struct input_note *in);
void eve_free(struct eve *e);

/* What the table says, added up as flows end; also what a report says, or every flow, by itself.
 * Bounded: see summary.h. Whoever shows how WebSockets fared adds INTEREST_FIGURES to its sink. */
enum summary_part { SUMMARY_REPORT = 1 << 0, SUMMARY_ALL_FLOWS = 1 << 1 };
struct summary;
struct summary *summary_create(uint32_t parts, struct err *err);
struct sink *summary_sink(struct summary *s);
/* False: memory ran out, and something is not in it. */
bool summary_whole(const struct summary *s);
void summary_free(struct summary *s);

struct table_options {
    bool all;     /* every flow, not only the worst */
    bool explain; /* evidence under each flow shown */
    bool color;
    int columns; /* width to fill; at least 80 */
};
void table_print(struct out *out, const struct summary *s, const struct input_note *in,
                 const struct table_options *how);

/* The firewall report. */
void report_html(struct out *out, const struct summary *s, const struct input_note *in);
void report_text(struct out *out, const struct summary *s, const struct input_note *in);
void report_json(struct out *out, const struct summary *s, const struct input_note *in);
void report_csv(struct out *out, const struct summary *s, const struct input_note *in);
void report_markdown(struct out *out, const struct summary *s, const struct input_note *in);

/* One line a WebSocket frame (--frames), to people, with the start of its clear payload, in
 * `columns`, at least 80. */
struct frames;
struct frames *frames_create(struct out *out, bool color, int columns, struct err *err);
struct sink *frames_sink(struct frames *f);
void frames_free(struct frames *f);

/* --follow FLOW: one flow's conversation. `flow` is a flow_id, or "client:port-server:port". */
struct follow_options {
    bool color;
    int columns; /* JSON that is wider is shown in lines */
};
struct follow;
struct follow *follow_create(struct out *out, const char *flow, const struct follow_options *how,
                             struct err *err);
struct sink *follow_sink(struct follow *f);
bool follow_found(const struct follow *f);
void follow_free(struct follow *f);

/* --har OUT: HTTP Archive 1.2, with the messages of each WebSocket. har_finish ends it, after the
 * last flow; false: something is missing. */
struct har;
struct har *har_create(struct out *out, const char *version, struct err *err);
struct sink *har_sink(struct har *h);
bool har_finish(struct har *h, struct err *err);
void har_free(struct har *h);

/* --graph OUT: who exchanged with whom over BitTorrent, for Graphviz. graph_finish writes it, after
 * the last flow; false: something is missing. */
struct graph;
struct graph *graph_create(struct out *out, struct err *err);
struct sink *graph_sink(struct graph *g);
bool graph_finish(struct graph *g, struct err *err);
void graph_free(struct graph *g);

/* --extract FOLDER: each data message as a file, and a list of them, index.jsonl. The folder is
 * made here, or empty. extract_finish ends the list; false: something is missing. */
struct extract_options {
    uint64_t message_limit, total_limit; /* bytes */
};
struct extract;
struct extract *extract_create(const char *folder, const struct extract_options *how,
                               struct err *err);
struct sink *extract_sink(struct extract *x);
bool extract_finish(struct extract *x, struct err *err);
void extract_free(struct extract *x);

/* monitor: one line as each flow is decided or ends. */
struct live;
struct live *live_create(struct out *out, bool color, int columns, struct err *err);
struct sink *live_sink(struct live *l);
void live_free(struct live *l);

#endif
