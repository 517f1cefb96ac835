/* SPDX-License-Identifier: MIT */
/* show.c - the policy as text: a rules file again, with all that was left unsaid said. Loading it
 * gives the same policy. */
#include "base/buffer.h"
#include "policy/load.h"
#include "policy/rates.h"
#include "policy/seen.h"

#define MINUTES_PER_HOUR 60
#define NS_PER_MINUTE    (60 * INT64_C(1000000000))

static bool is_plain(struct bytes text)
{
    static const char anywhere[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-";

    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] == '\0' || strchr(anywhere, text.at[i]) == NULL)
            return false;
    return text.len > 0 && text.at[0] != '-' && text.at[0] != '.';
}

/* The character at the start of the text, which is UTF-8 since libyaml read it. */
static uint32_t first_character(struct bytes text, size_t *len)
{
    const uint8_t lead = text.at[0];

    *len = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (*len == 1 || *len > text.len) {
        *len = 1;
        return lead;
    }
    uint32_t c = lead & (0xffu >> (*len + 1));
    for (size_t i = 1; i < *len; i++)
        c = c << 6 | (text.at[i] & 0x3f);
    return c;
}

/* Characters that YAML reads as line breaks, or not at all (YAML 1.1 s4.1.4, s4.1.1). */
static bool needs_escape(uint32_t c)
{
    return c < ' ' || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0xfeff ||
           c == 0xfffe || c == 0xffff;
}

/* Plain where it can be; 'single' where nothing needs an escape; else "double". */
static void show_text(struct buffer *out, struct bytes text)
{
    size_t len = 0;
    bool escapes = false;

    if (is_plain(text)) {
        buffer_append(out, text);
        return;
    }
    for (struct bytes left = text; left.len > 0; left = bytes_after(left, len))
        escapes = escapes || needs_escape(first_character(left, &len));
    buffer_append_byte(out, escapes ? '"' : '\'');
    for (; text.len > 0; text = bytes_after(text, len)) {
        const uint32_t c = first_character(text, &len);
        if (needs_escape(c)) {
            buffer_printf(out, c < 0x100 ? "\\x%02x" : "\\u%04x", c);
            continue;
        }
        if (escapes ? c == '"' || c == '\\' : c == '\'')
            buffer_append_byte(out, escapes ? '\\' : '\'');
        buffer_append(out, bytes_first(text, len));
    }
    buffer_append_byte(out, escapes ? '"' : '\'');
}

/* A number without quotes stays one. */
static bool is_bare_number(const struct node *n)
{
    const struct bytes text = n->text;

    return !n->quoted && text.len > 1 && text.at[0] == '-' && text.at[1] >= '0' &&
           text.at[1] <= '9' && is_plain(bytes_after(text, 1));
}

/* In a map the quotes tell the text 'absent' from the word, and '5' from the number. */
static void show_scalar(struct buffer *out, const struct node *n, bool in_map)
{
    if (in_map && is_bare_number(n)) {
        buffer_append(out, n->text);
        return;
    }
    if (in_map && n->quoted && is_plain(n->text)) {
        buffer_append_byte(out, '\'');
        buffer_append(out, n->text);
        buffer_append_byte(out, '\'');
        return;
    }
    show_text(out, n->text);
}

/* A scalar, or {file: NAME}. */
static void show_item(struct buffer *out, const struct node *n, bool in_map)
{
    if (n->kind != NODE_MAP) {
        show_scalar(out, n, in_map);
        return;
    }
    buffer_append_text(out, "{file: ");
    show_text(out, n->first->value->text);
    buffer_append_byte(out, '}');
}

/* A value as an item, [a, b] or {not: ...}. */
static void show_value(struct buffer *out, const struct node *n, bool in_map)
{
    const bool negated = n->kind == NODE_MAP && node_is(n->first, "not");
    const struct node *inner = negated ? n->first->value : n;

    if (negated)
        buffer_append_text(out, "{not: ");
    if (inner->kind == NODE_LIST) {
        buffer_append_byte(out, '[');
        for (const struct node *item = inner->first; item != NULL; item = item->next) {
            show_item(out, item, in_map);
            buffer_append_text(out, item->next != NULL ? ", " : "");
        }
        buffer_append_byte(out, ']');
    } else {
        show_item(out, inner, in_map);
    }
    buffer_append_text(out, negated ? "}" : "");
}

void show_condition(struct buffer *out, const struct condition *c)
{
    const bool in_map = (c->key->flags & KEY_MAP) != 0;

    buffer_printf(out, "%s: ", c->key->name);
    if (in_map) {
        buffer_append_byte(out, '{');
        show_text(out, c->name);
        buffer_append_text(out, ": ");
    }
    show_value(out, c->source, in_map);
    buffer_append_text(out, in_map ? "}" : "");
}

/* The entries of a map are conditions of their own, one behind the other. */
static void show_conditions(struct buffer *out, const struct condition_list *list, int indent)
{
    const struct key *open = NULL;

    for (size_t i = 0; i < list->count; i++) {
        const struct condition *c = &list->at[i];
        const bool in_map = (c->key->flags & KEY_MAP) != 0;
        if (c->key != open)
            buffer_printf(out, "%*s%s:%s", indent, "", c->key->name, in_map ? "\n" : " ");
        open = in_map ? c->key : NULL;
        if (in_map) {
            buffer_printf(out, "%*s", indent + 2, "");
            show_text(out, c->name);
            buffer_append_text(out, ": ");
        }
        show_value(out, c->source, in_map);
        buffer_append_byte(out, '\n');
    }
}

/* In the largest unit that it is a whole number of. */
static void show_duration(struct buffer *out, int64_t ns)
{
    static const struct {
        char letter;
        int64_t seconds;
    } unit[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};
    const int64_t seconds = ns / 1000000000;
    size_t i = 0;

    while (seconds % unit[i].seconds != 0)
        i++;
    buffer_printf(out, "%lld%c", (long long)(seconds / unit[i].seconds), unit[i].letter);
}

void rate_append(struct buffer *out, const struct rate *rate)
{
    buffer_printf(out, "more than %llu x %s within ", (unsigned long long)rate->over,
                  rate_event_names[rate->event]);
    show_duration(out, rate->within_ns);
    buffer_printf(out, ", by %s%s", rate->by_text, rate->adaptive ? ", and than is usual" : "");
}

static void show_rate(struct buffer *out, const struct rate *rate)
{
    const bool list = strchr(rate->by_text, ',') != NULL;

    buffer_printf(out,
                  "    rate:\n      by: %s%s%s\n      over: %llu\n      within: ", list ? "[" : "",
                  rate->by_text, list ? "]" : "", (unsigned long long)rate->over);
    show_duration(out, rate->within_ns);
    if ((rate->by & BY_NETWORK) != 0)
        buffer_printf(out, "\n      ipv4-prefix: %u\n      ipv6-prefix: %u", rate->prefix_ipv4,
                      rate->prefix_ipv6);
    buffer_append_text(out, rate->adaptive ? "\n      adaptive: true" : "");
    if (rate->unfinished_ns > 0) {
        buffer_append_text(out, "\n      unfinished-after: ");
        show_duration(out, rate->unfinished_ns);
    }
    if (rate->for_ns > 0) {
        buffer_append_text(out, "\n    for: ");
        show_duration(out, rate->for_ns);
    }
    buffer_append_byte(out, '\n');
}

static void show_rule(struct buffer *out, const struct rule *r)
{
    static const char *const action[] = {"allow", "block", "alert"};
    const bool counts = r->rate != NULL && !(r->has_message && r->rate->any_message);
    const bool empty = r->conditions.count == 0 && !r->has_message && !r->has_frame && !counts;

    buffer_append_text(out, "  - name: ");
    show_text(out, bytes_of_text(r->info.name));
    buffer_printf(out, " # rule %u, line %u\n    action: %s\n    match:%s\n", r->info.id,
                  r->info.line, action[r->info.action], empty ? " {}" : "");
    if (counts)
        buffer_printf(out, "      event: %s\n", rate_event_names[r->rate->event]);
    show_conditions(out, &r->conditions, 6);
    if (r->confidence != CONFIDENCE_NONE)
        buffer_printf(out, "      confidence: %s # at least\n", confidence_name(r->confidence));
    if (r->has_message && r->message.count == 0)
        buffer_append_text(out, "      message: {}\n");
    else if (r->has_message)
        buffer_append_text(out, "      message:\n");
    show_conditions(out, &r->message, 8);
    if (r->has_frame)
        buffer_printf(out, "      frame:%s\n", r->frame.count == 0 ? " {}" : "");
    show_conditions(out, &r->frame, 8);
    if (r->rate != NULL)
        show_rate(out, r->rate);
}

static void show_promise(struct buffer *out, const struct promise *p)
{
    buffer_append_text(out, p->transport == TRANSPORT_UDP ? "  udp/" : "  tcp/");
    buffer_append_u64(out, p->low);
    if (p->high != p->low)
        buffer_printf(out, "-%u", p->high);
    buffer_printf(out, ": [%s]\n", p->text != NULL ? p->text : "");
}

static void show_groups(struct buffer *out, const struct policy *p)
{
    if (p->group_count > 0)
        buffer_append_text(out, "groups:\n");
    for (size_t i = 0; i < p->group_count; i++) {
        buffer_append_text(out, "  ");
        show_text(out, bytes_of_text(p->group[i].name));
        buffer_append_text(out, ": ");
        show_value(out, p->group[i].source, false);
        buffer_append_byte(out, '\n');
    }
}

static void show_overlap(struct buffer *out, const struct overlap *o)
{
    buffer_printf(out, "overlap:\n  default: %s\n", overlap_name(o->fallback));
    if (o->count > 0)
        buffer_append_text(out, "  networks: # the first that has the receiver's address\n");
    for (size_t i = 0; i < o->count; i++) {
        buffer_append_text(out, "  - {net: ");
        show_value(out, o->network[i].source, false);
        buffer_printf(out, ", policy: %s}\n", overlap_name(o->network[i].policy));
    }
}

static void show_exceptions(struct buffer *out, const struct policy *p)
{
    static const char *const action[] = {"allow", "block", "alert"};
    bool any = false;

    for (unsigned which = 0; which < EXCEPTIONS; which++) {
        const struct rule_info *rule = policy_exception(p, (enum policy_exception)which);
        if (rule == NULL)
            continue;
        buffer_append_text(out, any ? "" : "exceptions:\n");
        buffer_printf(out, "  %s: %s\n", policy_exception_name((enum policy_exception)which),
                      action[rule->action]);
        any = true;
    }
}

static void show_timezone(struct buffer *out, int64_t ns)
{
    const int64_t minutes = (ns < 0 ? -ns : ns) / NS_PER_MINUTE;

    if (ns != 0)
        buffer_printf(out, "timezone: '%c%02d:%02d'\n", ns < 0 ? '-' : '+',
                      (int)(minutes / MINUTES_PER_HOUR), (int)(minutes % MINUTES_PER_HOUR));
}

void policy_show(const struct policy *p, struct buffer *out)
{
    buffer_printf(out, "version: 1\ndefault: %s\n", p->fallback == RULE_ALLOW ? "allow" : "block");
    show_groups(out, p);
    if (p->promises.count > 0)
        buffer_append_text(out, "ports: # beside those that are built in\n");
    for (size_t i = 0; i < p->promises.count; i++)
        show_promise(out, &p->promises.own[i]);
    show_overlap(out, &p->overlap);
    show_exceptions(out, p);
    show_timezone(out, p->timezone_ns);
    buffer_append_text(out, p->listed > 0 ? "rules:\n" : "rules: []\n");
    for (size_t i = 0; i < p->listed; i++)
        show_rule(out, &p->rule[i]);
    if (p->content.count > 0)
        buffer_printf(out,
                      "# %u content pattern%s, searched together; %zu bytes of state for each "
                      "direction of a flow that has messages\n",
                      p->content.count, p->content.count > 1 ? "s" : "", p->content.stream_bytes);
}
