/* SPDX-License-Identifier: MIT */
/* The answer to a request for WebSocket was never captured, or not wholly. What is left of a head
 * is text up to a blank line; frames are not text, nor is what a client says with a mask. */
#include "layers/http_ways.h"

#include "layers/http_value.h"

#define SWITCHING_PROTOCOLS 101
#define FINAL               200

static const struct bytes DEFLATE = {(const uint8_t *)"permessage-deflate", 18};

static bool awaits_upgrade(const struct http *s)
{
    const struct http_exchange *x = http_queue_last(&s->queue);

    return s->side[TO_SERVER].phase == PHASE_AWAIT && x != NULL && x->websocket;
}

bool http_resume_begin(struct http *s, struct host *h, struct bytes seen)
{
    struct http_line line;

    if (!awaits_upgrade(s))
        return false;
    s->early_packet = UINT64_MAX; /* what was early will not be known */
    if (http_line_probe(seen, TO_CLIENT, &line) != PROBE_YES)
        return true;
    if (line.status >= FINAL) {
        h->climb(h, LADDER_REFUSED);
        h->note(h, "the upgrade to WebSocket was refused", line.text);
        http_set_phase(&s->side[TO_SERVER], PHASE_HEAD);
        return false;
    }
    if (line.status == SWITCHING_PROTOCOLS) {
        h->climb(h, LADDER_GRANTED);
        h->note(h, "101, the rest of which was not captured", line.text);
    }
    return true;
}

static bool is_hixie(const struct http *s)
{
    const struct http_exchange *x = http_queue_last(&s->queue);

    return x != NULL && x->ws.draft != WS_RFC_6455;
}

static void become_unseen(struct http *s, struct host *h)
{
    h->note(h, "the answer to the upgrade was not captured", bytes_of(NULL, 0));
    http_become(s, h, is_hixie(s) ? "hixie" : "websocket", NULL);
}

void http_resume_await(struct http *s, struct host *h, struct bytes in)
{
    if (s->side[TO_CLIENT].phase != PHASE_RESUME || in.len == 0 || http_empty_lines(in) > 0)
        return;
    switch (http_line_probe(bytes_first(in, HTTP_PREFIX), TO_SERVER, NULL)) {
    case PROBE_NO: become_unseen(s, h); break;
    case PROBE_YES: /* it was refused */
        http_set_phase(&s->side[TO_SERVER], PHASE_HEAD);
        http_set_phase(&s->side[TO_CLIENT], PHASE_SEEK);
        break;
    case PROBE_MORE: break;
    }
}

static size_t text_length(struct bytes in, size_t from)
{
    while (from < in.len && ((in.at[from] >= ' ' && in.at[from] < 0x7f) || in.at[from] == '\t' ||
                             in.at[from] == '\r' || in.at[from] == '\n'))
        from++;
    return from;
}

/* Where in these lines does another answer begin? SIZE_MAX: nowhere. */
static size_t find_status_line(struct bytes lines)
{
    size_t from = 0;

    while (from < lines.len) {
        const struct bytes rest = bytes_after(lines, from);
        const uint8_t *end = bytes_find_byte(rest, '\n');
        const size_t len = end != NULL ? (size_t)(end - rest.at) + 1 : rest.len;
        const size_t at = http_line_within(bytes_first(rest, len), TO_CLIENT);
        if (at != SIZE_MAX)
            return from + at;
        from += len;
    }
    return SIZE_MAX;
}

/* The end of a head, with Sec-WebSocket-Accept in it: nothing but a 101 has that. */
static void become_by_accept(struct http *s, struct host *h, struct http_head *head)
{
    uint8_t room[HTTP_LIST_ROOM];
    struct http_exchange *x = http_queue_last(&s->queue);
    const struct bytes offers = http_text_part(x->asked, TEXT_WS_EXTENSIONS);

    head->line.status = SWITCHING_PROTOCOLS;
    x->status = SWITCHING_PROTOCOLS;
    struct handshake w = http_tell_handshake(h, x, head, room);
    if (head->count[HTTP_WS_EXTENSIONS] == 0) /* it may have been in what was lost */
        w.deflate = bytes_find(offers, DEFLATE) < offers.len;
    http_become(s, h, "websocket", &w);
}

/* `lines`: text up to a blank line. Returns how much of it was used. */
static size_t read_rest_of_head(struct http *s, struct host *h, struct bytes lines)
{
    struct http_head head = {.line.status = 0};
    const size_t status = find_status_line(lines);

    if (status != SIZE_MAX) {
        http_found_again(s, h, TO_CLIENT);
        return status;
    }
    http_head_parse_fields(lines, &head);
    http_set_phase(&s->side[TO_CLIENT], PHASE_RESUME);
    /* The next byte is the first after a head; in hixie-76 it is none of a frame yet. */
    s->side[TO_CLIENT].hole = is_hixie(s) ? 1 : 0;
    if (head.count[HTTP_WS_ACCEPT] > 0)
        become_by_accept(s, h, &head);
    return lines.len;
}

size_t http_resume_read(struct http *s, struct host *h, struct bytes in)
{
    struct http_side *side = &s->side[TO_CLIENT];

    if (side->scanned == 0 && http_empty_lines(in) > 0)
        return http_empty_lines(in);
    in = bytes_first(in, HTTP_KEPT_MAX);
    const size_t text = text_length(in, side->scanned);
    const size_t end = http_head_end(bytes_first(in, text), side->scanned);
    if (end > 0)
        return read_rest_of_head(s, h, bytes_first(in, end));
    if (text < in.len) {
        become_unseen(s, h);
        return 0;
    }
    side->scanned = (uint32_t)in.len;
    if (in.len < HTTP_KEPT_MAX)
        return 0;
    http_set_phase(side, PHASE_SEEK); /* so much text: the upgrade was refused */
    http_set_phase(&s->side[TO_SERVER], PHASE_HEAD);
    return 0;
}
