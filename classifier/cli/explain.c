/* SPDX-License-Identifier: MIT */
#include "cli/explain.h"

#include <inttypes.h>
#include <stdlib.h>

#include "output/flow_map.h"
#include "output/flow_name.h"
#include "output/sheet.h"
#include "policy/explain.h"

enum { NUMBER = 3, ACTION = 5, NAME = 24, STATE = 7 }; /* columns */

struct explain {
    struct sink sink;
    struct explainer explainer;
    struct out *out;
    const struct policy *policy;
    struct explain_options how;
    struct flow_name wanted;
    struct flow_map open; /* struct explanation, by flow id */
    bool found;
};

static struct explanation *begin(void *ctx, const struct flow_info *flow)
{
    struct explain *x = ctx;

    if (!flow_name_fits(&x->wanted, flow))
        return NULL;
    struct explanation *story = explanation_create(x->policy);
    if (story == NULL || flow_map_add(&x->open, flow->id, story))
        return story;
    explanation_free(story);
    return NULL;
}

static void add_ends(struct sheet *s, const struct flow_info *f)
{
    char client[ENDPOINT_TEXT_ROOM], server[ENDPOINT_TEXT_ROOM];

    endpoint_text(&f->client, client);
    endpoint_text(&f->server, server);
    buffer_printf(&s->raw, "flow %" PRIu64 ": %s > %s, packets %" PRIu64 " to %" PRIu64, f->id,
                  client, server, f->first_packet, f->last_packet);
    sheet_words_raw(s);
    sheet_break(s);
}

static void add_identity(struct sheet *s, const struct flow_info *f)
{
    for (size_t i = 0; i < f->layer_count; i++)
        buffer_printf(&s->raw, "%s%s", i > 0 ? " > " : "", f->layers[i]);
    if (f->confidence != CONFIDENCE_NONE)
        buffer_printf(&s->raw, ", %s", confidence_name(f->confidence));
    if (f->expected != NULL)
        buffer_printf(&s->raw, "; port %u promises %s%s", f->server.port, f->expected,
                      f->mismatch == TRI_YES ? ", which is broken" : "");
    sheet_words_raw(s);
    sheet_break(s);
}

static void add_verdict(struct sheet *s, const struct flow_info *f)
{
    const uint64_t bytes = f->leaked_bytes[0] + f->leaked_bytes[1];
    const uint64_t packets = f->leaked_packets[0] + f->leaked_packets[1];

    buffer_printf(&s->raw, "%s by %s", verdict_name(f->verdict),
                  f->rule != NULL ? f->rule : "default");
    if (f->verdict_packet != 0)
        buffer_printf(&s->raw, " at packet %" PRIu64, f->verdict_packet);
    else
        buffer_append_text(&s->raw, " at the flow's end");
    if (f->verdict == VERDICT_BLOCK)
        buffer_printf(&s->raw,
                      ": %" PRIu64 " packet%s with %" PRIu64 " bytes had passed (%" PRIu64
                      " from the client, %" PRIu64 " from the server)",
                      packets, packets == 1 ? "" : "s", bytes, f->leaked_bytes[TO_SERVER],
                      f->leaked_bytes[TO_CLIENT]);
    sheet_words_raw(s);
    sheet_break(s);
}

static const char *state_word(const struct explained_rule *r)
{
    switch (r->state) {
    case RULE_MATCHED: return "MATCHED";
    case RULE_FAILED: return "no";
    case RULE_PASSED:
    case RULE_SETTLED: return "-";
    case RULE_WAITS: return "not yet";
    }
    return "";
}

static void append_packet(struct buffer *out, uint64_t packet)
{
    if (packet != 0)
        buffer_printf(out, " (packet %" PRIu64 ")", packet);
}

/* What stands beside the rule's name. */
static void add_reason(struct sheet *s, const struct explained_rule *r)
{
    struct buffer *out = &s->raw;

    if (r->state == RULE_PASSED) {
        buffer_printf(out, "not asked further: %s matched first", r->by->name);
        append_packet(out, r->packet);
    } else {
        buffer_append(out, buffer_bytes(&r->text));
        if (r->state != RULE_MATCHED && r->seen.len > 0) {
            buffer_append_text(out, ", but here: ");
            buffer_append(out, buffer_bytes(&r->seen));
        } else if (r->state != RULE_MATCHED) {
            buffer_append_text(out, ": never seen");
        }
        buffer_append_text(out, r->state == RULE_SETTLED ? "; then the verdict was final" : "");
        append_packet(out, r->packet);
    }
    sheet_words_raw(s);
}

static void add_rule(struct sheet *s, const struct explained_rule *r)
{
    static const char *const action[] = {"allow", "block", "alert"};
    const bool matched = r->state == RULE_MATCHED;

    buffer_append_u64(&s->raw, r->rule->id);
    sheet_cell(s, sheet_take(s), NUMBER, ALIGN_RIGHT, 1);
    sheet_cell(s, bytes_of_text(action[r->rule->action]), ACTION, ALIGN_LEFT, 1);
    sheet_cell(s, bytes_of_text(r->rule->name), NAME, ALIGN_LEFT, 1);
    terminal_color(&s->out, s->color, matched ? COLOR_BOLD : COLOR_DIM);
    sheet_cell(s, bytes_of_text(state_word(r)), STATE, ALIGN_LEFT, 0);
    terminal_color(&s->out, s->color, COLOR_PLAIN);
    s->indent = NUMBER + ACTION + NAME + STATE + 4;
    buffer_append_byte(&s->out, ' ');
    s->column++;
    add_reason(s, r);
    s->indent = 0;
    sheet_break(s);
}

static void add_default(struct sheet *s, enum rule_action action, const struct flow_info *flow)
{
    const bool decides = flow->rule == NULL;

    sheet_cell(s, bytes_of_text(""), NUMBER, ALIGN_RIGHT, 1);
    sheet_cell(s, bytes_of_text(action == RULE_BLOCK ? "block" : "allow"), ACTION, ALIGN_LEFT, 1);
    sheet_cell(s, bytes_of_text("default"), NAME, ALIGN_LEFT, 1);
    sheet_cell(s, bytes_of_text(decides ? "DECIDES" : "-"), STATE, ALIGN_LEFT, 0);
    sheet_words(s, bytes_of_text(decides ? "no allow or block rule matched" : "a rule decided"));
    sheet_break(s);
}

static void tell(struct explain *x, const struct flow_info *flow, const struct explanation *story)
{
    struct sheet s = {.columns = (size_t)x->how.columns, .color = x->how.color};

    if (x->found)
        sheet_blank(&s);
    add_ends(&s, flow);
    add_identity(&s, flow);
    add_verdict(&s, flow);
    if (explanation_count(story) > 0)
        sheet_blank(&s);
    for (size_t i = 0; i < explanation_count(story); i++)
        add_rule(&s, explanation_rule(story, i));
    add_default(&s, explanation_default(story), flow);
    sheet_print(&s, out_buffer(x->out));
    out_record(x->out);
    sheet_free(&s);
}

static void on_event(void *ctx, const struct event *e)
{
    struct explain *x = ctx;

    if (e->kind != EVENT_FLOW || e->flow->end == FLOW_GOES_ON)
        return;
    struct explanation *story = flow_map_remove(&x->open, e->flow->id);
    if (story == NULL)
        return;
    tell(x, e->flow, story);
    x->found = true;
    explanation_free(story);
}

struct explain *explain_create(struct out *out, const char *flow, const struct policy *policy,
                               const struct explain_options *how, struct err *err)
{
    struct explain *x = calloc(1, sizeof(*x));

    if (x == NULL) {
        err_set(err, "--flow: out of memory");
        return NULL;
    }
    if (!flow_name_read(flow, &x->wanted)) {
        err_set(err,
                "--flow: '%s' is neither a flow_id nor two endpoints such as "
                "10.0.0.2:51000-10.0.0.1:80 or [::1]:51000-[::1]:80",
                flow);
        free(x);
        return NULL;
    }
    x->sink = (struct sink){.event = on_event, .ctx = x};
    x->explainer = (struct explainer){.begin = begin, .ctx = x};
    x->out = out;
    x->policy = policy;
    x->how = *how;
    return x;
}

const struct explainer *explain_explainer(const struct explain *x)
{
    return &x->explainer;
}

struct sink *explain_sink(struct explain *x)
{
    return &x->sink;
}

bool explain_found(const struct explain *x)
{
    return x->found;
}

void explain_free(struct explain *x)
{
    if (x == NULL)
        return;
    for (size_t i = 0; i < x->open.room; i++)
        explanation_free(x->open.slot[i].what);
    flow_map_free(&x->open);
    free(x);
}
