/* SPDX-License-Identifier: MIT */
/* rules_diff_show.c - the differences, for people and as JSON. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/rules_diff.h"
#include "output/json.h"
#include "output/sheet.h"
#include "policy/notes.h"

enum { FLOWS = 7, OUTCOME = 27, PASSES = 11, RULE = 24, COUNT = 8 }; /* columns */

static int compare_kinds(const void *a, const void *b)
{
    const struct diff_kind *x = a, *y = b;
    const bool changes_x = x->old.verdict != x->new.verdict;
    const bool changes_y = y->old.verdict != y->new.verdict;

    if (changes_x != changes_y)
        return changes_x ? -1 : 1;
    return x->flows != y->flows ? (x->flows > y->flows ? -1 : 1) : 0;
}

static const char *or_default(const char *rule)
{
    return rule != NULL ? rule : "default";
}

static const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

/* "+1.2 kB", "-3 B", "0 B" */
static void append_change(struct buffer *out, int64_t bytes)
{
    if (bytes != 0)
        buffer_append_byte(out, bytes > 0 ? '+' : '-');
    terminal_size(out, (uint64_t)(bytes < 0 ? -bytes : bytes));
}

static void add_head(struct sheet *s, const struct diff *d)
{
    const uint64_t changed = d->newly_blocked + d->newly_allowed;

    buffer_printf(&s->raw, "%s -> %s: %" PRIu64 " of %" PRIu64 " flow%s change%s verdict",
                  d->file[0], d->file[1], changed, d->flows, plural(d->flows),
                  changed == 1 ? "s its" : " their");
    if (changed > 0)
        buffer_printf(&s->raw, ": %" PRIu64 " newly blocked, %" PRIu64 " newly allowed",
                      d->newly_blocked, d->newly_allowed);
    buffer_append_byte(&s->raw, '.');
    if (d->other_rule > 0)
        buffer_printf(&s->raw, " %" PRIu64 " flow%s the same verdict by another rule.",
                      d->other_rule, d->other_rule == 1 ? " gets" : "s get");
    if (d->other_moment > 0)
        buffer_printf(&s->raw, " %" PRIu64 " %s blocked at another packet.", d->other_moment,
                      d->other_moment == 1 ? "is" : "are");
    if (d->bytes != 0 || d->packets != 0) {
        buffer_append_text(&s->raw, " In all ");
        append_change(&s->raw, d->bytes);
        buffer_printf(&s->raw, " in %s%" PRIu64 " packet%s pass%s with NEW.",
                      d->packets > 0   ? "+"
                      : d->packets < 0 ? "-"
                                       : "",
                      (uint64_t)(d->packets < 0 ? -d->packets : d->packets),
                      d->packets == 1 || d->packets == -1 ? "" : "s",
                      d->packets == 1 || d->packets == -1 ? "es" : "");
    }
    sheet_words_raw(s);
    sheet_break(s);
    if (d->unpaired > 0) {
        buffer_printf(&s->raw,
                      "%" PRIu64 " flow%s not compared: memory was short, and ended them "
                      "at different packets.",
                      d->unpaired, d->unpaired == 1 ? " is" : "s are");
        sheet_words_raw(s);
        sheet_break(s);
    }
}

static void outcome_cell(struct sheet *s, const struct outcome *o)
{
    buffer_printf(&s->raw, "%s %s", verdict_name(o->verdict), or_default(o->rule));
    sheet_cell(s, sheet_take(s), OUTCOME, ALIGN_LEFT, 1);
}

static void add_flow(struct sheet *s, const struct diff_flow *f)
{
    char client[ENDPOINT_TEXT_ROOM], server[ENDPOINT_TEXT_ROOM];

    endpoint_text(&f->client, client);
    endpoint_text(&f->server, server);
    s->indent = FLOWS + 1;
    buffer_printf(&s->raw, "%s > %s %s (flow %" PRIu64 ", packet %" PRIu64 ")%s%s", client, server,
                  f->app, f->id, f->first_packet, f->why[0] != '\0' ? ": " : "", f->why);
    sheet_words_raw(s);
    s->indent = 0;
    sheet_break(s);
}

static bool is_of(const struct diff_flow *f, const struct diff_kind *kind)
{
    return f->old.verdict == kind->old.verdict && f->new.verdict == kind->new.verdict &&
           f->old.rule == kind->old.rule && f->new.rule == kind->new.rule;
}

static void add_kind(struct sheet *s, const struct diff *d, const struct diff_kind *kind, bool all)
{
    buffer_append_u64(&s->raw, kind->flows);
    sheet_cell(s, sheet_take(s), FLOWS, ALIGN_RIGHT, 1);
    outcome_cell(s, &kind->old);
    outcome_cell(s, &kind->new);
    append_change(&s->raw, (int64_t)kind->new.bytes - (int64_t)kind->old.bytes);
    sheet_cell(s, sheet_take(s), PASSES, ALIGN_RIGHT, 0);
    sheet_break(s);
    for (size_t i = 0; all && i < d->kept_count; i++)
        if (is_of(&d->kept[i], kind))
            add_flow(s, &d->kept[i]);
    if (!all && kind->first > 0)
        add_flow(s, &d->kept[kind->first - 1]);
}

static void add_kinds(struct sheet *s, const struct diff *d, bool all)
{
    const struct sorted kinds = tally_sorted(&d->kinds, compare_kinds);

    if (kinds.count > 0) {
        sheet_blank(s);
        sheet_cell(s, bytes_of_text("FLOWS"), FLOWS, ALIGN_RIGHT, 1);
        sheet_cell(s, bytes_of_text("OLD"), OUTCOME, ALIGN_LEFT, 1);
        sheet_cell(s, bytes_of_text("NEW"), OUTCOME, ALIGN_LEFT, 1);
        sheet_cell(s, bytes_of_text("PASSES"), PASSES, ALIGN_RIGHT, 0);
        sheet_break(s);
    }
    for (size_t i = 0; i < kinds.count; i++)
        add_kind(s, d, kinds.at[i], all);
    free(kinds.at);
    if (d->not_kept > 0) {
        buffer_printf(&s->raw, "%" PRIu64 " more flow%s, counted and not named.", d->not_kept,
                      plural(d->not_kept));
        sheet_words_raw(s);
        sheet_break(s);
    }
}

/* Its place in the other file's rules; the default and exceptions have theirs. */
static const struct diff_rule *counterpart(const struct diff *d, unsigned side, size_t place)
{
    const size_t here = policy_listed(d->policy[side]);
    const size_t there = policy_listed(d->policy[1 - side]);

    if (place >= here)
        return &d->rule[1 - side][there + (place - here)];
    for (size_t i = 0; i < there; i++)
        if (strcmp(policy_rule(d->policy[1 - side], i)->name,
                   policy_rule(d->policy[side], place)->name) == 0)
            return &d->rule[1 - side][i];
    return NULL;
}

static const char *name_of(const struct diff *d, unsigned side, size_t place)
{
    const size_t count = policy_listed(d->policy[side]);

    return place < count    ? policy_rule(d->policy[side], place)->name
           : place == count ? "default"
                            : "exceptions";
}

static bool is_empty(const struct diff_rule *r)
{
    return r == NULL || (r->flows == 0 && r->alerts == 0);
}

static bool differ(const struct diff_rule *a, const struct diff_rule *b)
{
    static const struct diff_rule none;

    a = a != NULL ? a : &none;
    b = b != NULL ? b : &none;
    return a->flows != b->flows || a->bytes != b->bytes || a->alerts != b->alerts;
}

static void rule_cells(struct sheet *s, const struct diff_rule *r)
{
    if (r == NULL) {
        sheet_cell(s, bytes_of_text("-"), COUNT, ALIGN_RIGHT, 1);
        sheet_cell(s, bytes_of_text("-"), PASSES, ALIGN_RIGHT, 1);
        return;
    }
    buffer_append_u64(&s->raw, r->flows + r->alerts);
    sheet_cell(s, sheet_take(s), COUNT, ALIGN_RIGHT, 1);
    if (r->alerts == 0)
        terminal_size(&s->raw, r->bytes);
    else
        buffer_append_text(&s->raw, "alerts");
    sheet_cell(s, sheet_take(s), PASSES, ALIGN_RIGHT, 1);
}

static void add_rule(struct sheet *s, const char *name, const struct diff_rule *old,
                     const struct diff_rule *new)
{
    sheet_cell(s, bytes_of_text(name), RULE, ALIGN_LEFT, 1);
    rule_cells(s, old);
    rule_cells(s, new);
    sheet_break(s);
}

static void add_rules(struct sheet *s, const struct diff *d, bool all)
{
    sheet_blank(s);
    sheet_cell(s, bytes_of_text("RULE"), RULE, ALIGN_LEFT, 1);
    sheet_cell(s, bytes_of_text("OLD"), COUNT, ALIGN_RIGHT, 1);
    sheet_cell(s, bytes_of_text("PASSES"), PASSES, ALIGN_RIGHT, 1);
    sheet_cell(s, bytes_of_text("NEW"), COUNT, ALIGN_RIGHT, 1);
    sheet_cell(s, bytes_of_text("PASSES"), PASSES, ALIGN_RIGHT, 1);
    sheet_break(s);
    for (unsigned side = 0; side < 2; side++) {
        for (size_t i = 0; i < policy_listed(d->policy[side]) + 2; i++) {
            const struct diff_rule *here = &d->rule[side][i];
            const struct diff_rule *other = counterpart(d, side, i);
            if ((side == 1 && other != NULL) || (is_empty(here) && is_empty(other)) ||
                (!all && !differ(here, other)))
                continue;
            add_rule(s, name_of(d, side, i), side == 0 ? here : other, side == 0 ? other : here);
        }
    }
}

void rules_diff_text(const struct diff *d, const struct options *o)
{
    struct sheet s = {.columns = (size_t)options_columns(),
                      .color = options_color(o, STDOUT_FILENO)};
    struct buffer text = {0};

    add_head(&s, d);
    add_kinds(&s, d, o->all);
    if (d->newly_allowed + d->newly_blocked + d->other_rule + d->other_moment > 0 || o->all)
        add_rules(&s, d, o->all);
    sheet_print(&s, &text);
    if (text.len > 0)
        fwrite(text.at, 1, text.len, stdout);
    buffer_free(&text);
    sheet_free(&s);
}

static void put_outcome(struct json *j, const char *key, const struct outcome *o)
{
    json_object(j, key);
    json_text(j, "verdict", verdict_name(o->verdict));
    json_text(j, "rule", o->rule);
    json_u64(j, "bytes", o->bytes);
    json_u64(j, "packets", o->packets);
    json_end(j);
}

static void put_flow(struct json *j, const struct diff_flow *f)
{
    char client[ENDPOINT_TEXT_ROOM], server[ENDPOINT_TEXT_ROOM];

    endpoint_text(&f->client, client);
    endpoint_text(&f->server, server);
    json_object(j, NULL);
    json_u64(j, "flow_id", f->id);
    json_u64(j, "first_packet", f->first_packet);
    json_text(j, "client", client);
    json_text(j, "server", server);
    json_text(j, "app", f->app);
    put_outcome(j, "old", &f->old);
    put_outcome(j, "new", &f->new);
    json_text(j, "why", f->why[0] != '\0' ? f->why : NULL);
    json_end(j);
}

static void put_rule(struct json *j, const char *key, const struct diff_rule *r)
{
    if (r == NULL)
        return;
    json_object(j, key);
    json_u64(j, "flows", r->flows);
    json_u64(j, "bytes", r->bytes);
    json_u64(j, "packets", r->packets);
    json_u64(j, "alerts", r->alerts);
    json_end(j);
}

static void put_rules(struct json *j, const struct diff *d)
{
    json_array(j, "rules");
    for (unsigned side = 0; side < 2; side++) {
        for (size_t i = 0; i < policy_listed(d->policy[side]) + 2; i++) {
            const struct diff_rule *here = &d->rule[side][i];
            const struct diff_rule *other = counterpart(d, side, i);
            if (side == 1 && other != NULL)
                continue;
            json_object(j, NULL);
            json_text(j, "rule", name_of(d, side, i));
            put_rule(j, "old", side == 0 ? here : other);
            put_rule(j, "new", side == 0 ? other : here);
            json_end(j);
        }
    }
    json_end(j);
}

void rules_diff_json(const struct diff *d)
{
    struct buffer text = {0};
    struct json j = json_into(&text, true);

    json_object(&j, NULL);
    json_text(&j, "old", d->file[0]);
    json_text(&j, "new", d->file[1]);
    json_u64(&j, "flows", d->flows);
    json_u64(&j, "newly_blocked", d->newly_blocked);
    json_u64(&j, "newly_allowed", d->newly_allowed);
    json_u64(&j, "same_verdict_other_rule", d->other_rule);
    json_u64(&j, "other_packet", d->other_moment);
    json_u64(&j, "not_compared", d->unpaired);
    json_i64(&j, "bytes", d->bytes);
    json_i64(&j, "packets", d->packets);
    const struct sorted kinds = tally_sorted(&d->kinds, compare_kinds);
    json_array(&j, "changes");
    for (size_t i = 0; i < kinds.count; i++) {
        const struct diff_kind *kind = kinds.at[i];
        json_object(&j, NULL);
        json_u64(&j, "flows", kind->flows);
        put_outcome(&j, "old", &kind->old);
        put_outcome(&j, "new", &kind->new);
        json_end(&j);
    }
    json_end(&j);
    free(kinds.at);
    json_array(&j, "changed");
    for (size_t i = 0; i < d->kept_count; i++)
        put_flow(&j, &d->kept[i]);
    json_end(&j);
    json_u64(&j, "changed_not_named", d->not_kept);
    put_rules(&j, d);
    json_end(&j);
    buffer_append_byte(&text, '\n');
    if (text.len > 0)
        fwrite(text.at, 1, text.len, stdout);
    buffer_free(&text);
}
