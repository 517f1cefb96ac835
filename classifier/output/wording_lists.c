/* SPDX-License-Identifier: MIT */
/* The words of the reports' lists: leaks, close codes, floods. */
#include "output/wording.h"

#include "output/clock_text.h"
#include "output/terminal.h"

bool wording_leak(struct buffer *out, const uint64_t bytes[2], const uint64_t packets[2])
{
    const uint64_t all = bytes[TO_SERVER] + bytes[TO_CLIENT];

    if (all == 0)
        return false;
    terminal_size(out, all);
    buffer_append_text(out, " in ");
    wording_plural(out, packets[TO_SERVER] + packets[TO_CLIENT], "packet");
    buffer_append_text(out, " had passed");
    return true;
}

const char *wording_app_name(const char *app)
{
    if (strcmp(app, "none") == 0)
        return "silent";
    return strcmp(app, "?") == 0 ? "unknown" : app;
}

/* IANA's registry of WebSocket close codes (RFC 6455 s11.7). */
static const char *close_code_name(uint64_t code)
{
    static const char *const names[] = {"normal closure",
                                        "going away",
                                        "protocol error",
                                        "unsupported data",
                                        NULL,
                                        "no status received",
                                        "abnormal closure",
                                        "invalid data",
                                        "policy violation",
                                        "message too big",
                                        "extension missing",
                                        "internal error",
                                        "service restart",
                                        "try again later",
                                        "bad gateway",
                                        "TLS handshake failed"};
    const uint64_t first = 1000;

    if (code < first || code - first >= sizeof(names) / sizeof(names[0]))
        return NULL;
    return names[code - first];
}

void wording_close_code(struct buffer *out, uint64_t code, uint64_t times)
{
    const char *name = close_code_name(code);

    buffer_append_u64(out, code);
    if (name != NULL)
        buffer_printf(out, " (%s)", name);
    if (times > 1) {
        buffer_append_text(out, " x ");
        wording_count(out, times);
    }
}

void wording_width(struct buffer *out, int64_t span_ns)
{
    static const struct {
        int64_t ns;
        const char *name;
    } unit[] = {{INT64_C(86400000000000), "d"},
                {INT64_C(3600000000000), "h"},
                {INT64_C(60000000000), "min"},
                {INT64_C(1000000000), "s"},
                {1000000, "ms"}};
    size_t u = 0;

    while (u + 1 < sizeof(unit) / sizeof(unit[0]) &&
           (span_ns < unit[u].ns || span_ns % unit[u].ns != 0))
        u++;
    wording_count(out, span_ns > 0 ? (uint64_t)(span_ns / unit[u].ns) : 0);
    buffer_printf(out, " %s", unit[u].name);
}

void wording_flood_source(struct buffer *out, const struct flood *f)
{
    const unsigned whole = addr_is_ipv4(&f->addr) ? 32 : 128;
    char address[ADDR_TEXT_ROOM];

    addr_text(&f->addr, address);
    buffer_append_text(out, address);
    if (f->prefix < whole)
        buffer_printf(out, "/%u", f->prefix);
}

void wording_flood_who(struct buffer *out, const struct flood *f)
{
    char address[ADDR_TEXT_ROOM];

    buffer_printf(out, "%s ", f->by);
    wording_flood_source(out, f);
    if (f->targets.count == 1 && !f->targets.more && strcmp(f->by, "server") != 0) {
        addr_text(&f->targets.at[0], address);
        buffer_printf(out, " to %s", address);
    }
}

void wording_flood_rate(struct buffer *out, const struct flood *f)
{
    buffer_printf(out, "%s: at least ", f->what);
    wording_count(out, f->count);
    buffer_append_text(out, " within ");
    wording_width(out, f->within_ns);
    buffer_append_text(out, f->adaptive ? "; usual is up to " : "; the limit is ");
    wording_count(out, f->over);
    buffer_append_text(out, "; first at ");
    clock_text_append_date(out, f->first_ns);
    buffer_append_text(out, ", packet ");
    buffer_append_u64(out, f->first_packet);
    if (f->times > 1) {
        buffer_append_text(out, "; told ");
        wording_plural(out, f->times, "time");
    }
    if (f->for_ns > 0 && strcmp(f->action, "block") == 0) {
        buffer_append_text(out, "; banned for ");
        wording_width(out, f->for_ns);
    }
}
