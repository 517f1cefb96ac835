/* SPDX-License-Identifier: MIT */
#include "output/output.h"

#include <stdlib.h>

#include "output/follow_text.h"

struct follow {
    struct sink sink;
    struct out *out;
    bool by_id;
    uint64_t wanted_id;
    struct endpoint wanted[2];
    bool found;
    uint64_t flow_id; /* of the last flow shown: an address pair may have several */
    struct conversation conversation;
};

static bool same(const struct endpoint *a, const struct endpoint *b)
{
    return a->port == b->port && addr_compare(&a->addr, &b->addr) == 0;
}

static bool is_wanted(const struct follow *f, const struct flow_info *flow)
{
    if (f->by_id)
        return flow->id == f->wanted_id;
    return (same(&f->wanted[0], &flow->client) && same(&f->wanted[1], &flow->server)) ||
           (same(&f->wanted[1], &flow->client) && same(&f->wanted[0], &flow->server));
}

/* The whole text is digits. */
static bool parse_id(const char *text, uint64_t *id)
{
    char *end;

    if (text[0] == '\0' || strspn(text, "0123456789") != strlen(text))
        return false;
    *id = strtoull(text, &end, 10);
    return *end == '\0';
}

/* "10.0.0.2:51000-10.0.0.1:80"; " > " and " -> " between them, as the table has it, is as good. */
static bool parse_ends(const char *text, struct endpoint ends[2])
{
    const char *between = " ->";
    const size_t first_len = strcspn(text, between);
    char first[ENDPOINT_TEXT_ROOM];

    if (first_len >= sizeof(first))
        return false;
    memcpy(first, text, first_len);
    first[first_len] = '\0';
    const char *second = text + first_len + strspn(text + first_len, between);
    return endpoint_from_text(first, &ends[0]) && endpoint_from_text(second, &ends[1]);
}

static void write_event(struct conversation *c, const struct event *e)
{
    switch (e->kind) {
    case EVENT_HTTP: follow_text_http(c, e); break;
    case EVENT_HANDSHAKE: follow_text_handshake(c, e); break;
    case EVENT_MESSAGE: follow_text_message(c, e); break;
    case EVENT_ANOMALY: follow_text_anomaly(c, e); break;
    case EVENT_ALERT: follow_text_alert(c, e); break;
    case EVENT_FLOW:
        if (e->flow->end != FLOW_GOES_ON)
            follow_text_end(c, e);
        break;
    case EVENT_HTTP_REQUEST:
    case EVENT_HTTP_STATUS:
    case EVENT_HTTP_SLOW:
    case EVENT_TLS:
    case EVENT_MESSAGE_BEGIN:
    case EVENT_PAYLOAD:
    case EVENT_FRAME:
    case EVENT_BITTORRENT:
    case EVENT_STATS: break;
    }
}

static void on_event(void *ctx, const struct event *e)
{
    struct follow *f = ctx;

    if (e->flow == NULL || !is_wanted(f, e->flow))
        return;
    f->conversation.out = out_buffer(f->out);
    if (!f->found || f->flow_id != e->flow->id)
        follow_text_flow(&f->conversation, e->flow);
    f->found = true;
    f->flow_id = e->flow->id;
    write_event(&f->conversation, e);
    out_record(f->out);
    if (e->flow->live)
        out_flush(f->out);
}

struct follow *follow_create(struct out *out, const char *flow, const struct follow_options *how,
                             struct err *err)
{
    struct follow *f = calloc(1, sizeof(*f));

    if (f == NULL) {
        err_set(err, "--follow: out of memory");
        return NULL;
    }
    f->by_id = parse_id(flow, &f->wanted_id);
    if (!f->by_id && !parse_ends(flow, f->wanted)) {
        err_set(err,
                "--follow: '%s' is neither a flow_id nor two endpoints such as "
                "10.0.0.2:51000-10.0.0.1:80 or [::1]:51000-[::1]:80",
                flow);
        free(f);
        return NULL;
    }
    f->sink = (struct sink){.event = on_event,
                            .ctx = f,
                            .interest = INTEREST_HTTP | INTEREST_MESSAGES | INTEREST_KEEP |
                                        INTEREST_VALIDITY | INTEREST_ANOMALIES | INTEREST_FIGURES};
    f->out = out;
    f->conversation.color = how->color;
    f->conversation.columns = (size_t)how->columns;
    return f;
}

struct sink *follow_sink(struct follow *f)
{
    return &f->sink;
}

bool follow_found(const struct follow *f)
{
    return f->found;
}

void follow_free(struct follow *f)
{
    free(f);
}
