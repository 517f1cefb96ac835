/* SPDX-License-Identifier: MIT */
/* mismatch.c - do the layers break what the port promised? */
#include "policy/rules.h"

static bool same(const char *a, const char *b)
{
    return a[0] == b[0] && strcmp(a, b) == 0; /* mostly without a call */
}

static bool on_stack(const struct facts *f, const char *name)
{
    for (size_t i = 0; i < f->layer_count; i++)
        if (same(f->layers[i], name))
            return true;
    return false;
}

/* A promise of encryption or of a tunnel is kept by whatever is inside it; one of HTTP by each of
 * its versions. */
static bool keeps(const struct facts *f, const char *promised)
{
    if (same(f->app, promised))
        return true;
    if (same(promised, "tls") || same(promised, "quic") || same(promised, "socks"))
        return on_stack(f, promised);
    return same(promised, "http") && (same(f->app, "http2") || same(f->app, "http3"));
}

/* RFC 6455 s1.3: a WebSocket is HTTP first. */
static bool may_become(const struct facts *f, const char *promised)
{
    return !f->settled && !f->over && same(promised, "websocket") && same(f->app, "http");
}

/* Until it is known who is the server, either port may be its. */
static bool promised_nothing(const struct policy *p, const struct facts *f,
                             const struct promise *of_server)
{
    if (of_server != NULL)
        return false;
    return f->direction_known || f->over ||
           promise_find(&p->promises, f->transport, f->client.port) == NULL;
}

enum tri policy_mismatch(const struct policy *p, const struct facts *f)
{
    if (f->over && f->app != NULL && same(f->app, "none"))
        return TRI_NO; /* whatever was promised: of a flood of SYNs nobody need know */
    const struct promise *promise = promise_find(&p->promises, f->transport, f->server.port);
    enum tri answer = TRI_YES;

    if (promised_nothing(p, f, promise))
        return TRI_NO;
    if (!f->direction_known && !f->over)
        return TRI_NOT_YET;
    if (f->app == NULL || f->presumed) /* a port is judged by what it carries */
        return f->over || f->settled ? TRI_NO : TRI_NOT_YET;
    if (f->confidence == CONFIDENCE_GUESS || same(f->app, "none"))
        return TRI_NO;
    for (size_t i = 0; i < PROMISE_NAMES && promise->name[i] != NULL; i++) {
        if (keeps(f, promise->name[i]))
            return TRI_NO;
        if (may_become(f, promise->name[i]))
            answer = TRI_NOT_YET;
    }
    return answer;
}
