/* SPDX-License-Identifier: MIT */
/* --slice: what is said at the packets, for the reader of a packet list. */
#include "cli/slice_parts.h"
#include "output/escape.h"
#include "output/wording.h"

/* What stands in `raw` is one comment: captured bytes in it become \xNN. */
static void put(struct buffer *out, struct buffer *raw)
{
    escape_terminal(out, buffer_bytes(raw));
    buffer_append_byte(out, 0);
    buffer_inherit(out, raw);
    buffer_clear(raw);
}

static void put_place(struct buffer *raw, const struct slice_frame *f, const char *what)
{
    wording_evidence(raw, &(struct evidence){.packet = f->frame.number, .what = what}, f->source);
}

static void put_answer(struct buffer *raw, const struct flow_info *flow)
{
    wording_flow_ends(raw, flow);
    buffer_append_text(raw, ": ");
    wording_stack(raw, flow, " > ");
    if (flow->confidence != CONFIDENCE_NONE)
        buffer_printf(raw, ", %s", confidence_name(flow->confidence));
    if (flow->verdict != VERDICT_NONE)
        buffer_printf(raw, "; %s by ", verdict_name(flow->verdict));
    if (flow->verdict != VERDICT_NONE && flow->rule != NULL)
        buffer_printf(raw, "rule \"%s\" (line %u)", flow->rule, flow->rule_line);
    else if (flow->verdict != VERDICT_NONE)
        buffer_append_text(raw, "default");
}

static void put_leaked(struct buffer *raw, const uint64_t leaked[2])
{
    buffer_append_text(raw, "; ");
    buffer_append_u64(raw, leaked[TO_SERVER]);
    buffer_append_text(raw, " bytes to the server and ");
    buffer_append_u64(raw, leaked[TO_CLIENT]);
    buffer_append_text(raw, " to the client had passed");
}

static void put_alert(struct buffer *raw, const struct slice_frame *f, const struct slice_alert *a)
{
    put_place(raw, f, "rule ");
    buffer_printf(raw, "\"%s\" (line %u, %s) fired here", a->rule, a->line, a->action);
    if (a->blocked)
        put_leaked(raw, a->leaked_bytes);
}

static bool was_alerted(const struct slice_target *t)
{
    for (size_t i = 0; i < t->alerts; i++)
        if (t->alert[i].packet == t->flow->verdict_packet && t->alert[i].blocked)
            return true;
    return false;
}

/* A verdict that no alert told: allow, or the default. */
static void put_verdict(struct buffer *raw, const struct slice_frame *f,
                        const struct flow_info *flow)
{
    put_place(raw, f, "here the verdict became final: ");
    buffer_append_text(raw, verdict_name(flow->verdict));
    if (flow->verdict == VERDICT_BLOCK)
        put_leaked(raw, flow->leaked_bytes);
}

static void own_comments(const struct slice_target *t, const struct slice_frame *f,
                         struct buffer *raw, struct buffer *out)
{
    const uint64_t number = f->frame.number;

    for (size_t i = 0; i < t->flow->evidence_count; i++) {
        if (t->flow->evidence[i].packet != number)
            continue;
        wording_evidence(raw, &t->flow->evidence[i], f->source);
        put(out, raw);
    }
    for (size_t i = 0; i < t->alerts; i++) {
        if (t->alert[i].packet != number)
            continue;
        put_alert(raw, f, &t->alert[i]);
        put(out, raw);
    }
    if (t->flow->verdict_packet == number && !was_alerted(t)) {
        put_verdict(raw, f, t->flow);
        put(out, raw);
    }
}

/* The first chosen one of its group, or of its flow. */
static bool is_first(const struct slice *x, const struct slice_frame *f)
{
    for (const struct slice_frame *at = x->frame; at < f; at++)
        if (at->chosen && at->kin == f->kin &&
            (f->kin == KIN_OWN ? at->target == f->target : at->group == f->group))
            return false;
    return true;
}

void slice_comments(const struct slice *x, const struct slice_frame *f, struct buffer *out)
{
    struct buffer raw = {0};

    if (is_first(x, f)) {
        put_place(&raw, f, f->kin == KIN_OWN ? "" : "of another flow, which the finding needs");
        if (f->kin == KIN_OWN)
            put_answer(&raw, x->target[f->target].flow);
        put(out, &raw);
    }
    if (f->kin == KIN_OWN)
        own_comments(&x->target[f->target], f, &raw, out);
    buffer_free(&raw);
}

void slice_title(const struct slice *x, bool proved, struct buffer *out)
{
    const char *rules = x->options->rules;
    struct buffer raw = {0};

    buffer_append_text(&raw, "portwarden --slice ");
    buffer_append_text(&raw, x->options->slice_what);
    buffer_printf(&raw, "; rules: %s; ", rules != NULL ? rules : "none");
    for (size_t i = 0; i < x->targets; i++) {
        buffer_append_text(&raw, i > 0 ? ", " : "");
        put_answer(&raw, x->target[i].flow);
    }
    buffer_append_text(&raw, proved ? ". Analysed alone, these packets say the same."
                                    : ". Analysed alone, these packets do not say the same.");
    escape_terminal(out, buffer_bytes(&raw));
    buffer_inherit(out, &raw);
    buffer_free(&raw);
}
