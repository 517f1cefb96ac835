/* SPDX-License-Identifier: MIT */
/* proxy.c - the layer proxy: one header (proxy_header.h) from the client's side, and then whatever
 * the connection that is passed on carries. Holds what the server says before (held.h). */
#include "layers/held.h"
#include "layers/layers.h"
#include "layers/probe.h"
#include "layers/proxy_header.h"

struct proxy {
    struct held held; /* first: read_header() casts back */
    bool over;
};

static struct recognition probe(const struct opening *o)
{
    struct proxy_header head;

    switch (proxy_header_parse(o->seen[TO_SERVER], &head)) {
    case PROBE_NO: return probe_no();
    case PROBE_MORE: return probe_more(o, TO_SERVER);
    case PROBE_YES: break;
    }
    return probe_yes("PROXY header", bytes_of(NULL, 0), TO_SERVER);
}

static struct recognition proxy_recognise(const struct opening *o)
{
    return o->inner ? probe(o) : probe_either_way(o, probe);
}

/* Each sentence begins as the recogniser's does, and replaces it. */
static void tell_client(struct host *h, const struct proxy_header *head)
{
    char text[ENDPOINT_TEXT_ROOM];

    switch (head->client) {
    case PROXY_ITSELF: h->note(h, "PROXY header: the proxy itself", bytes_of(NULL, 0)); break;
    case PROXY_UNKNOWN: h->note(h, "PROXY header: client not named", bytes_of(NULL, 0)); break;
    case PROXY_SOCKET: h->note(h, "PROXY header: client on the socket", head->path); break;
    case PROXY_ADDRESS:
        h->note(h, "PROXY header: client", bytes_of(text, endpoint_text(&head->address, text)));
        break;
    }
}

static bool read_header(struct held *w, struct host *h)
{
    struct proxy *s = (struct proxy *)w;
    struct proxy_header head;
    const enum probe p = proxy_header_parse(held_bytes(&s->held, TO_SERVER), &head);

    if (p == PROBE_MORE && s->held.lost[TO_SERVER] == 0)
        return false;
    s->over = true;
    if (p != PROBE_YES) { /* a hole in it */
        held_free(&s->held, h);
        return true;
    }
    tell_client(h, &head);
    h->claim(h, CONFIDENCE_STRONG);
    held_drop(&s->held, h, TO_SERVER, head.len);
    h->become(h, NULL, NULL);
    held_hand_over(&s->held, h);
    return true;
}

static size_t proxy_feed(void *state, struct host *h, enum direction d, struct bytes in)
{
    struct proxy *s = state;

    return s->over ? in.len : held_feed(&s->held, h, d, in, read_header);
}

static void proxy_gap(void *state, struct host *h, enum direction d, uint64_t n)
{
    struct proxy *s = state;

    if (s->over)
        return;
    s->held.lost[d] += n;
    (void)read_header(&s->held, h);
}

static void proxy_close(void *state, struct host *h, enum close_reason why)
{
    struct proxy *s = state;

    (void)why;
    held_free(&s->held, h);
}

const struct layer layer_proxy = {
    .name = "proxy",
    .application = false,
    .may_change = true,
    .state_size = sizeof(struct proxy),
    .recognise = proxy_recognise,
    .feed = proxy_feed,
    .gap = proxy_gap,
    .close = proxy_close,
};
