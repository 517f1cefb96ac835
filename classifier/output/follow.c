/* SPDX-License-Identifier: MIT */
#include "output/output.h"

#include <stdlib.h>

#include "output/flow_name.h"
#include "output/follow_text.h"

struct follow {
    struct sink sink;
    struct out *out;
    struct flow_name wanted;
    bool found;
    uint64_t flow_id; /* of the last flow shown: an address pair may have several */
    struct conversation conversation;
};

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

    if (e->flow == NULL || !flow_name_fits(&f->wanted, e->flow))
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
    if (!flow_name_read(flow, &f->wanted)) {
        err_set(err,
                "--follow: '%s' is neither a flow_id nor two endpoints such as "
                "10.0.0.2:51000-10.0.0.1:80 or [::1]:51000-[::1]:80",
                flow);
        free(f);
        return NULL;
    }
    f->sink = (struct sink){.event = on_event,
                            .ctx = f,
                            .interest = INTEREST_HTTP | INTEREST_HANDSHAKES | INTEREST_MESSAGES |
                                        INTEREST_KEEP | INTEREST_VALIDITY | INTEREST_ANOMALIES |
                                        INTEREST_FIGURES};
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
