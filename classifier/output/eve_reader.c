/* SPDX-License-Identifier: MIT */
#include "output/eve_reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json_text.h"
#include "output/eve_merge.h"
#include "output/eve_sums.h"
#include "output/eve_waiting.h"
#include "output/eve_words.h"

#define READER_NAMES    65536
#define SENTENCE        512
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* Of the file that is being read. */
struct eve_file {
    const char *name;
    uint32_t number; /* from 1 */
    uint64_t line;   /* of the last one that ended */
    uint64_t faults, flows, flows_told, foreign, useless;
    const char *useless_type; /* of the first */
    bool too_long;            /* the rest of this line is passed over */
    bool torn;                /* its last line does not end */
};

struct eve_reader {
    struct sink sink;
    struct eve_reader_config how;
    struct tally names;
    struct buffer line,
        scratch; /* line: its start, of earlier bytes. scratch: where it is parsed */
    struct json_tree tree;
    struct eve_store store;
    struct eve_merge merge;
    struct eve_waiting waiting;
    struct eve_sums sums;
    struct eve_file file;
    uint32_t files;   /* begun */
    uint64_t blocked; /* flows */
    /* Bit 1 << enum event_kind: the lines that came, and those that its flows speak of. */
    uint32_t came, spoken_of;
};

/* What is read of each type; no body: nothing. */
static const struct kind {
    enum event_kind kind;
    bool by_sender; /* as eve.c wrote it */
    eve_read_body *body;
} kinds[] = {
    {EVENT_FLOW, false, eve_read_flow},
    {EVENT_HTTP, false, eve_read_http},
    {EVENT_TLS, false, eve_read_tls},
    {EVENT_HANDSHAKE, false, eve_read_handshake},
    {EVENT_BITTORRENT, false, eve_read_bittorrent},
    {EVENT_ANOMALY, true, eve_read_anomaly},
    {EVENT_ALERT, false, eve_read_alert},
    {EVENT_STATS, false, eve_read_stats},
    {EVENT_MESSAGE, true, NULL},
    {EVENT_FRAME, true, NULL},
};

/* ---- sentences ---- */

static void say(const struct eve_reader *r, const char *sentence, bool wrong)
{
    if (r->how.say != NULL)
        r->how.say(r->how.ctx, sentence, wrong);
}

/* "x.eve:17: ..." */
static void fault(struct eve_reader *r, const char *what, const char *detail)
{
    char sentence[SENTENCE];

    if (++r->file.faults > EVE_SENTENCES)
        return;
    snprintf(sentence, sizeof(sentence), "%s:%" PRIu64 ": %s%s", r->file.name, r->file.line, what,
             detail);
    say(r, sentence, true);
}

static void say_count(const struct eve_reader *r, uint64_t n, const char *what, bool wrong)
{
    char sentence[SENTENCE];

    if (n == 0)
        return;
    snprintf(sentence, sizeof(sentence), "%s: %" PRIu64 " %s", r->file.name, n, what);
    say(r, sentence, wrong);
}

/* ---- events ---- */

static void tell(struct eve_reader *r, const struct event *e)
{
    for (struct sink *s = r->how.sinks; s != NULL; s = s->next)
        s->event(s->ctx, e);
}

static uint64_t waiting_id(const struct eve_reader *r, const struct flow_info *f)
{
    struct {
        uint64_t id, source;
    } what = {f->id, hash_bytes(&r->merge.key, bytes_of_text(f->source))};

    return hash_bytes(&r->merge.key, bytes_of(&what, sizeof(what)));
}

static void tell_flow(struct eve_reader *r, const struct event *e)
{
    const struct flow_info *f = e->flow;
    const uint64_t ends = r->how.several ? eve_merge_ends(&r->merge, f) : 0;

    r->file.flows++;
    if (r->how.several && eve_merge_flow_told(&r->merge, ends, f, r->file.number)) {
        r->file.flows_told++;
        return;
    }
    if (r->how.several)
        eve_merge_tell(&r->merge, ends, f->start_ns, f->end_ns, r->file.number);
    eve_sums_flow(&r->sums, f);
    r->blocked += f->verdict == VERDICT_BLOCK;
    tell(r, e);
}

/* Has another file told of this moment of the flow, or of this very line? */
static bool is_told(struct eve_reader *r, const struct event *e, struct bytes raw)
{
    if (!r->how.several)
        return false;
    if (e->flow != NULL)
        return eve_merge_moment_told(&r->merge, eve_merge_ends(&r->merge, e->flow), e->time_ns,
                                     r->file.number);
    const uint64_t line = eve_merge_line(&r->merge, raw);
    const bool told = eve_merge_moment_told(&r->merge, line, e->time_ns, r->file.number);
    if (!told)
        eve_merge_tell(&r->merge, line, e->time_ns, e->time_ns, r->file.number);
    return told;
}

/* What lines must there be beside the record of such a flow? Another program's says nothing of it.
 */
static uint32_t spoken_of(const struct flow_info *f)
{
    const struct {
        enum event_kind kind;
        bool is;
    } rows[] = {{EVENT_STATS, true},
                {EVENT_ALERT, f->alerted},
                {EVENT_ANOMALY, f->anomalies > 0},
                {EVENT_HANDSHAKE, f->ladder == LADDER_REFUSED || f->ladder >= LADDER_ACCEPTED}};
    uint32_t events = 0;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        events |= rows[i].is ? UINT32_C(1) << rows[i].kind : 0;
    return events;
}

static void on_line(struct eve_reader *r, struct eve_line *l, struct event *e, struct bytes raw)
{
    if (e->kind == EVENT_FLOW) {
        r->file.foreign += l->more == NULL;
        r->spoken_of |= l->more != NULL ? spoken_of(e->flow) : 0;
        if (e->flow->end == FLOW_GOES_ON) {
            eve_waiting_keep(&r->waiting, waiting_id(r, e->flow), raw, r->file.number);
            return;
        }
        if (r->waiting.first != NULL)
            eve_waiting_drop(&r->waiting, waiting_id(r, e->flow));
        tell_flow(r, e);
    } else if (is_told(r, e, raw)) {
        return;
    } else if (e->kind == EVENT_STATS) {
        eve_sums_stats(&r->sums, l, &e->as.stats, eve_object(l, l->more, "input"));
    } else if (e->kind != EVENT_ANOMALY || e->as.anomaly.id != ANOMALY_NONE) {
        tell(r, e);
    } else {
        r->file.useless_type = r->file.useless++ == 0 ? "anomaly" : r->file.useless_type;
    }
}

/* ---- lines ---- */

static const struct kind *kind_of(struct bytes event_type)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (bytes_equal(event_type, bytes_of_text(eve_event_word(kinds[i].kind))))
            return &kinds[i];
    return NULL;
}

/* A flow, or what may do without one; else the line is of no use here (a flow of ICMP). */
static bool read_event(struct eve_reader *r, struct eve_line *l, const struct kind *kind,
                       struct event *e)
{
    const bool alone = kind->kind == EVENT_STATS || kind->kind == EVENT_ANOMALY;

    *e = (struct event){.kind = kind->kind};
    if (eve_read_common(l, e, &r->store, kind->by_sender))
        e->flow = &r->store.flow;
    if (e->flow != NULL || alone)
        kind->body(l, e, &r->store);
    return e->flow != NULL || alone;
}

static bool parse(struct eve_reader *r, struct bytes raw, struct eve_line *l)
{
    char detail[SENTENCE / 2];

    buffer_clear(&r->scratch);
    buffer_append(&r->scratch, raw);
    if (r->scratch.failed) {
        r->scratch.failed = false;
        fault(r, "out of memory", "");
        return false;
    }
    if (!json_tree_read(&r->tree, r->scratch.at, r->scratch.len)) {
        snprintf(detail, sizeof(detail), "%s (byte %zu)", r->tree.fault, r->tree.fault_at + 1);
        fault(r, r->file.torn ? "the last line is cut short: " : "no JSON: ", detail);
        return false;
    }
    *l = (struct eve_line){.tree = &r->tree, .top = &r->tree.at[0], .names = &r->names};
    if (l->top->kind != JSON_OBJECT) {
        fault(r, "no JSON object", "");
        return false;
    }
    l->more = eve_object(l, l->top, "portwarden");
    return true;
}

static void read_line(struct eve_reader *r, struct bytes raw)
{
    struct eve_line l;
    struct event e;
    char detail[SENTENCE / 2];

    if (!parse(r, raw, &l))
        return;
    const struct bytes type = eve_bytes(&l, l.top, "event_type");
    const struct kind *kind = kind_of(type);
    if (type.len == 0) {
        fault(r, "no event_type: this is no line of EVE", "");
        return;
    }
    bool useful = kind != NULL;
    if (kind != NULL && kind->body != NULL)
        useful = read_event(r, &l, kind, &e);
    if (l.fault != NULL) {
        snprintf(detail, sizeof(detail), "%s: %s", l.member, l.fault);
        fault(r, detail, "");
    } else if (!useful) {
        if (r->file.useless++ == 0)
            r->file.useless_type = eve_keep(&l, type);
    } else if (kind->body != NULL) {
        r->came |= UINT32_C(1) << kind->kind;
        on_line(r, &l, &e, raw);
    }
}

static bool is_blank(struct bytes raw)
{
    return json_skip_space(raw).len == 0;
}

static void end_line(struct eve_reader *r, struct bytes raw)
{
    r->file.line++;
    if (r->file.line == 1 && bytes_start_with(raw, bytes_of_text(BYTE_ORDER_MARK)))
        raw = bytes_after(raw, strlen(BYTE_ORDER_MARK));
    if (!r->file.too_long && !is_blank(raw))
        read_line(r, raw);
    r->file.too_long = false;
}

/* The start of a line whose end has not come. */
static void keep_start(struct eve_reader *r, struct bytes part)
{
    if (r->file.too_long)
        return;
    if (part.len <= EVE_LINE_MAX - r->line.len) {
        buffer_append(&r->line, part);
        if (!r->line.failed)
            return;
    }
    r->file.too_long = true;
    r->file.line++;
    fault(r, r->line.failed ? "out of memory" : "a line longer than 16 MiB", "");
    r->file.line--;
    r->line.failed = false;
    buffer_clear(&r->line);
}

void eve_reader_feed(struct eve_reader *r, struct bytes in)
{
    while (in.len > 0) {
        const uint8_t *end = bytes_find_byte(in, '\n');
        const struct bytes part = bytes_first(in, end != NULL ? (size_t)(end - in.at) : in.len);
        in = bytes_after(in, part.len + 1);
        if (end == NULL) {
            keep_start(r, part);
        } else if (r->line.len > 0 || r->file.too_long || part.len > EVE_LINE_MAX) {
            keep_start(r, part);
            end_line(r, buffer_bytes(&r->line));
            buffer_clear(&r->line);
        } else {
            end_line(r, part);
        }
    }
}

/* ---- files ---- */

void eve_reader_begin(struct eve_reader *r, const char *name)
{
    r->file = (struct eve_file){.name = tally_text(&r->names, name), .number = ++r->files};
}

static void say_useless(const struct eve_reader *r)
{
    char what[SENTENCE / 2];

    snprintf(what, sizeof(what), "%s no place in a report (the first: %s)",
             r->file.useless == 1 ? "record has" : "records have", r->file.useless_type);
    say_count(r, r->file.useless, what, false);
}

void eve_reader_end(struct eve_reader *r)
{
    struct eve_file *f = &r->file;

    if (r->line.len > 0 || f->too_long) {
        f->torn = true; /* that its end is missing is said; `stats` would have stood there */
        r->came |= UINT32_C(1) << EVENT_STATS;
        end_line(r, buffer_bytes(&r->line));
        buffer_clear(&r->line);
    }
    if (f->faults > EVE_SENTENCES)
        say_count(r, f->faults - EVE_SENTENCES, "more lines could not be read", true);
    say_count(r, f->flows_told,
              f->flows_told == f->flows
                  ? "flows, all of them in files read before: they are counted once"
                  : "flows were in files read before: they are counted once",
              false);
    say_count(r, f->foreign,
              "flows by another program: no evidence and no promises of ports are known of them",
              false);
    say_useless(r);
    eve_sums_end_file(&r->sums);
}

/* Flows of which no end was told: as they stood last. */
static void tell_waiting(struct eve_reader *r)
{
    const struct kind *kind = kind_of(bytes_of_text("flow"));
    struct eve_waiting_line *waiting;

    while ((waiting = eve_waiting_take(&r->waiting)) != NULL) {
        struct eve_line l;
        struct event e;
        r->file.number = waiting->file;
        if (parse(r, bytes_of(waiting->text, waiting->len), &l) && read_event(r, &l, kind, &e)) {
            r->store.flow.end = e.as.flow_end = FLOW_FORCED;
            tell_flow(r, &e);
        }
        free(waiting);
    }
}

/* Left out by --events, or lost with the file's end. */
static void say_lacking(const struct eve_reader *r)
{
    const uint32_t lacking = r->spoken_of & ~r->came;
    char sentence[SENTENCE] = "EVE: what these lines would tell is missing, for there are none:";

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        const size_t len = strlen(sentence);
        if ((lacking >> kinds[i].kind & 1) != 0)
            snprintf(sentence + len, sizeof(sentence) - len, " %s", eve_event_word(kinds[i].kind));
    }
    if (lacking != 0)
        say(r, sentence, false);
}

void eve_reader_finish(struct eve_reader *r, bool engine)
{
    struct event e = {.kind = EVENT_STATS};

    tell_waiting(r);
    if (r->waiting.lost > 0)
        say(r, "EVE: flows that go on were too many, and some are not told", true);
    if (r->merge.untold > 0)
        say(r, "EVE: flows were too many to look for all that several files tell", false);
    if (r->sums.other_rules)
        say(r, "EVE: the files were judged by different rules", false);
    say_lacking(r);
    if (r->names.failed || r->scratch.failed)
        say(r, "EVE: out of memory: not all could be told", true);
    if (engine)
        eve_sums_engine(&r->sums);
    e.as.stats = eve_sums_total(&r->sums);
    if (e.as.stats.count > 0)
        tell(r, &e);
}

struct input_note eve_reader_input(const struct eve_reader *r)
{
    return r->sums.note;
}

bool eve_reader_captures_only(const struct eve_reader *r)
{
    return r->sums.finals == r->files && r->sums.live == 0;
}

uint64_t eve_reader_blocked(const struct eve_reader *r)
{
    return r->blocked;
}

static void on_engine(void *ctx, const struct event *e)
{
    struct eve_reader *r = ctx;

    if (e->kind == EVENT_STATS)
        eve_sums_keep_engine(&r->sums, &e->as.stats);
}

struct sink *eve_reader_sink(struct eve_reader *r)
{
    return &r->sink;
}

struct eve_reader *eve_reader_create(const struct eve_reader_config *how, struct err *err)
{
    struct eve_reader *r = calloc(1, sizeof(*r));

    if (r == NULL) {
        err_set(err, "EVE: out of memory");
        return NULL;
    }
    r->sink = (struct sink){.event = on_engine, .ctx = r};
    r->how = *how;
    tally_init(&r->names, 0, READER_NAMES);
    eve_merge_init(&r->merge);
    return r;
}

void eve_reader_free(struct eve_reader *r)
{
    if (r == NULL)
        return;
    eve_waiting_free(&r->waiting);
    eve_merge_free(&r->merge);
    tally_free(&r->names);
    json_tree_free(&r->tree);
    buffer_free(&r->line);
    buffer_free(&r->scratch);
    free(r);
}
