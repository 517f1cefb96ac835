/* SPDX-License-Identifier: MIT */
/* How a WebSocket fared, in words. */
#include "output/terminal.h"
#include "output/websocket_text.h"
#include "output/wording.h"

typedef bool sentence(struct buffer *out, const struct flow_info *f);

static void append_milliseconds(struct buffer *out, int64_t span_ns)
{
    const uint64_t us = span_ns > 0 ? (uint64_t)span_ns / 1000 : 0;

    buffer_printf(out, "%llu.%03u ms", (unsigned long long)(us / 1000), (unsigned)(us % 1000));
}

static const char *const sides[] = {[TO_SERVER] = "client ", [TO_CLIENT] = "server "};

/* What each side sent. */
static bool say_messages(struct buffer *out, const struct flow_info *f)
{
    buffer_append_text(out, "WebSocket messages: ");
    for (enum direction d = TO_SERVER; d <= TO_CLIENT; d++) {
        buffer_append_text(out, d == TO_CLIENT ? "; " : "");
        buffer_append_text(out, sides[d]);
        buffer_append_u64(out, f->ws->messages[d]);
        if (f->ws->messages[d] == 0)
            continue;
        buffer_append_text(out, ", ");
        terminal_size(out, f->ws->payload[d]);
        if (f->ws_figures == NULL || f->ws_figures->largest[d] == 0)
            continue;
        buffer_append_text(out, " (largest ");
        terminal_size(out, f->ws_figures->largest[d]);
        buffer_append_text(out, ")");
    }
    return true;
}

static bool say_compression(struct buffer *out, const struct flow_info *f)
{
    const struct ws_figures *g = f->ws_figures;
    bool any = false;

    for (enum direction d = TO_SERVER; g != NULL && d <= TO_CLIENT; d++) {
        if (g->deflated[d] == 0)
            continue;
        buffer_append_text(out, any ? "; " : "compression: ");
        buffer_append_text(out, sides[d]);
        terminal_size(out, g->inflated[d]);
        buffer_append_text(out, " in ");
        terminal_size(out, g->deflated[d]);
        any = true;
    }
    return any;
}

static bool say_pings(struct buffer *out, const struct flow_info *f)
{
    bool any = false;

    for (int d = 0; d < 2; d++) {
        const struct ws_round_trips *p = f->ws_figures != NULL ? &f->ws_figures->ping[d] : NULL;
        if (f->ws->pings[d] == 0)
            continue;
        buffer_append_text(out, any ? "; " : "");
        wording_plural(out, f->ws->pings[d], d == TO_SERVER ? "client ping" : "server ping");
        any = true;
        if (p == NULL || p->count == 0)
            continue;
        buffer_append_text(out, ", ");
        buffer_append_u64(out, p->count);
        buffer_append_text(out, " answered in ");
        append_milliseconds(out, p->sum_ns / p->count);
        if (p->count == 1)
            continue;
        buffer_append_text(out, " (");
        append_milliseconds(out, p->least_ns);
        buffer_append_text(out, " to ");
        append_milliseconds(out, p->most_ns);
        buffer_append_text(out, ")");
    }
    return any;
}

static bool say_silence(struct buffer *out, const struct flow_info *f)
{
    const struct ws_figures *g = f->ws_figures;

    if (g == NULL || g->last_ns <= g->first_ns)
        return false;
    buffer_append_text(out, "frames over ");
    terminal_span(out, g->last_ns - g->first_ns);
    buffer_append_text(out, "; longest silence: client ");
    terminal_span(out, g->idle_ns[TO_SERVER]);
    buffer_append_text(out, ", server ");
    terminal_span(out, g->idle_ns[TO_CLIENT]);
    return true;
}

static bool say_close(struct buffer *out, const struct flow_info *f)
{
    const char *name = websocket_close_name(f->ws->close_code);

    if (f->ws->close_by < 0)
        return false;
    buffer_append_text(out, "closed by the ");
    buffer_append_text(out, f->ws->close_by == TO_SERVER ? "client" : "server");
    if (f->ws->close_code == 0)
        return true;
    buffer_append_text(out, ": ");
    buffer_append_u64(out, f->ws->close_code);
    buffer_append_text(out, name != NULL ? " " : "");
    buffer_append_text(out, name != NULL ? name : "");
    return true;
}

bool wording_websocket(struct buffer *out, const struct flow_info *f, size_t *next)
{
    static sentence *const sentences[] = {say_messages, say_compression, say_pings, say_silence,
                                          say_close};

    while (f->ws != NULL && *next < sizeof(sentences) / sizeof(sentences[0]))
        if (sentences[(*next)++](out, f))
            return true;
    return false;
}
