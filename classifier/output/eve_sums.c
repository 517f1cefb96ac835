/* SPDX-License-Identifier: MIT */
#include "output/eve_sums.h"

static uint64_t sum(uint64_t a, uint64_t b)
{
    return a + b;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Memory is no sum: those were different programs, or the same at different times. */
static bool is_level(const char *name)
{
    return strncmp(name, "memuse", strlen("memuse")) == 0;
}

static void add(struct counter *to, size_t *count, const struct counter *more,
                uint64_t (*join)(uint64_t, uint64_t))
{
    for (size_t i = 0; i < *count; i++) {
        if (strcmp(to[i].name, more->name) == 0 && strcmp(to[i].group, more->group) == 0) {
            to[i].value = is_level(more->name) ? larger(to[i].value, more->value)
                                               : join(to[i].value, more->value);
            return;
        }
    }
    if (*count < EVE_COUNTERS)
        to[(*count)++] = *more;
}

static void keep_rules(struct eve_sums *s, const char *rules)
{
    if (s->finals > 1 && s->note.rules != rules) /* kept names: the same text, the same pointer */
        s->other_rules = true;
    s->note.rules = s->other_rules ? NULL : rules;
}

static void keep_problems(struct eve_sums *s, struct eve_line *l, const struct json_value *in)
{
    const struct json_value *list = eve_array(l, in, "problems");

    for (const struct json_value *v = json_tree_first(l->tree, list);
         v != NULL && s->note.problem_count < EVE_PROBLEMS; v = json_tree_next(l->tree, list, v))
        if (v->kind == JSON_STRING)
            s->problems[s->note.problem_count++] = eve_keep(l, v->text);
}

static void take_input(struct eve_sums *s, struct eve_line *l, const struct json_value *in)
{
    const bool live = eve_true(l, in, "live");

    s->file_final = true;
    s->finals++;
    s->live += live;
    s->note.live |= live;
    s->note.name = s->finals == 1 ? eve_name(l, in, "name") : NULL;
    s->note.captures += eve_number(l, in, "captures", UINT32_MAX);
    s->note.packets += eve_number(l, in, "packets", UINT64_MAX);
    s->note.bytes += eve_number(l, in, "bytes", UINT64_MAX);
    s->note.kernel_drops += eve_number(l, in, "kernel_drops", UINT64_MAX);
    keep_rules(s, eve_name(l, in, "rules"));
    keep_problems(s, l, in);
    s->note.problems = s->problems;
}

void eve_sums_stats(struct eve_sums *s, struct eve_line *l, const struct stats_event *stats,
                    const struct json_value *input)
{
    s->file_count = stats->count;
    memcpy(s->file, stats->stats, stats->count * sizeof(s->file[0]));
    if (input != NULL && !s->file_final)
        take_input(s, l, input);
}

void eve_sums_flow(struct eve_sums *s, const struct flow_info *f)
{
    s->file_packets += f->packets[TO_SERVER] + f->packets[TO_CLIENT];
    s->file_bytes += f->bytes[TO_SERVER] + f->bytes[TO_CLIENT];
}

void eve_sums_end_file(struct eve_sums *s)
{
    for (size_t i = 0; i < s->file_count; i++) {
        if (s->file_final)
            add(s->all, &s->all_count, &s->file[i], sum);
        else
            add(s->cut, &s->cut_count, &s->file[i], larger);
    }
    if (!s->file_final) {
        s->note.packets += s->file_packets;
        s->note.bytes += s->file_bytes;
    }
    s->file_final = false;
    s->file_count = 0;
    s->file_packets = s->file_bytes = 0;
}

void eve_sums_keep_engine(struct eve_sums *s, const struct stats_event *stats)
{
    s->engine_count = stats->count < EVE_COUNTERS ? stats->count : EVE_COUNTERS;
    memcpy(s->engine, stats->stats, s->engine_count * sizeof(s->engine[0]));
}

void eve_sums_engine(struct eve_sums *s)
{
    for (size_t i = 0; i < s->engine_count; i++)
        add(s->all, &s->all_count, &s->engine[i], sum);
}

struct stats_event eve_sums_total(const struct eve_sums *s)
{
    if (s->all_count > 0)
        return (struct stats_event){.stats = s->all, .count = s->all_count, .final = true};
    return (struct stats_event){.stats = s->cut, .count = s->cut_count, .final = true};
}
