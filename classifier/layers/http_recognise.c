/* SPDX-License-Identifier: MIT */
#include "layers/http_recognise.h"

#include "layers/http_line.h"
#include "model/flow_info.h"
#include "model/packet.h"

/* Empty lines before a request line are to be ignored (RFC 9112 s2.2). */
static struct bytes after_empty_lines(struct bytes in)
{
    while (in.len > 0 && (in.at[0] == '\r' || in.at[0] == '\n'))
        in = bytes_after(in, 1);
    return in;
}

static bool plausible_target(struct bytes in)
{
    static const char *const starts[] = {"GET /", "POST /", "HEAD /", "PUT /", "GET http"};

    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
        if (bytes_start_with(in, bytes_of_text(starts[i])))
            return true;
    return false;
}

/* What stands in seen[at], taken for what direction `d` of HTTP would say. */
static struct recognition look(const struct opening *o, enum direction at, enum direction d)
{
    struct http_line line = {0};
    const size_t most = d == TO_CLIENT ? EVIDENCE_DETAIL : OPENING_MAX;
    const struct bytes in = bytes_first(after_empty_lines(o->seen[at]), most);
    struct recognition r = {.direction = at, .reversed = at != d};

    r.answer = http_line_probe(in, d, &line);
    if (r.answer == PROBE_MORE && d == TO_CLIENT && in.len > HTTP_STATUS_LEN &&
        (in.len == most || o->ended[at]))
        r.answer = PROBE_YES; /* "HTTP/1.1 200 " is enough: the rest is for people */
    if (r.answer == PROBE_MORE && o->ended[at]) {
        const bool long_line = d == TO_SERVER && in.len + 2 >= OPENING_MAX && plausible_target(in);
        r.answer = long_line ? PROBE_YES : PROBE_NO;
        r.confidence = CONFIDENCE_PROBABLE;
        r.why = "a request line that is longer than what was kept";
        r.detail = in;
    } else if (r.answer == PROBE_YES) {
        r.confidence =
            d == TO_CLIENT || line.known_method ? CONFIDENCE_STRONG : CONFIDENCE_PROBABLE;
        r.why = d == TO_CLIENT ? "HTTP status line" : "HTTP request line";
        r.detail = line.text.len > 0 ? line.text : in;
    }
    return r;
}

/* Of what one direction may be, the surest. */
static struct recognition look_both(const struct opening *o, enum direction at)
{
    const struct recognition as_is = look(o, at, at);

    if (!o->midstream || as_is.answer == PROBE_YES)
        return as_is;
    const struct recognition turned = look(o, at, direction_other(at));
    return turned.answer == PROBE_NO ? as_is : turned;
}

struct recognition http_recognise(const struct opening *o)
{
    const struct recognition no = {.answer = PROBE_NO};

    if (o->transport == TRANSPORT_UDP && !o->inner)
        return no; /* SSDP and its like borrow the form, one datagram at a time */
    const struct recognition client = look_both(o, TO_SERVER);
    if (client.answer == PROBE_YES)
        return client;
    const struct recognition server = look_both(o, TO_CLIENT);
    if (o->midstream)
        return server.answer == PROBE_YES || client.answer == PROBE_NO ? server : client;
    /* From the start, one wrong word is enough; a server's good one counts only while the client's
     * may still be good, too. A direction that ended without a word decides nothing. */
    if ((client.answer == PROBE_NO && o->seen[TO_SERVER].len > 0) ||
        (server.answer == PROBE_NO && o->seen[TO_CLIENT].len > 0))
        return no;
    return client.answer == PROBE_MORE && server.answer != PROBE_YES ? client : server;
}
