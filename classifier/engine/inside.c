/* SPDX-License-Identifier: MIT */
/* What the messages of a WebSocket carry: a protocol that begins behind a proxy's header is found,
 * and one that is an application of its own is told as a tunnel. */
#include "engine/inside.h"
#include "layers/layers.h"
#include "layers/tunnel_header.h"

#define HEADER_MAX 512 /* bytes: a longer first message is no header */
#define SHOWN      32  /* bytes of what was found */

void inside_message(struct conn *c, unsigned level, enum direction d)
{
    struct unknown *u =
        level < c->depth && c->stack[level].kind == SLOT_UNKNOWN ? c->stack[level].state : NULL;

    if (u != NULL && u->second[d] == 0 && u->id.kept_len[d] <= HEADER_MAX)
        u->second[d] = u->id.kept_len[d];
}

/* Both directions from these offsets on. */
struct offsets {
    size_t at[2];
    const char *why; /* for the evidence */
};

/* Is there surely a protocol of ours? */
static bool identify_from(struct engine *e, const struct identify_context *context,
                          const struct offsets *from, const struct identity *raw,
                          struct identity *out)
{
    struct identify again = {0};
    struct bytes seen[2];
    struct identity found = {.result = IDENTIFIED_NOT_YET};

    for (unsigned d = 0; d < 2; d++) {
        seen[d] = bytes_after(raw->opening[d], from->at[d]);
        if (found.result == IDENTIFIED_NOT_YET && seen[d].len > 0)
            found = identify_feed(e->identifier, &again, context, (enum direction)d, seen[d]);
    }
    for (unsigned d = 0; d < 2 && found.result == IDENTIFIED_NOT_YET; d++)
        found = identify_ended(e->identifier, &again, context, (enum direction)d);
    identify_end(e->identifier, &again);
    if (found.result != IDENTIFIED_LAYER || found.confidence < CONFIDENCE_STRONG)
        return false;
    *out = found;
    out->detail = bytes_first(seen[found.direction], SHOWN);
    out->used = raw->used;
    out->reversed = false;
    memcpy(out->opening, seen, sizeof(seen));
    return true;
}

bool inside_behind_header(struct engine *e, struct conn *c, const struct identify_context *context,
                          const struct unknown *u, struct identity *known)
{
    const struct tunnel_header vless = tunnel_header_vless(known->opening),
                               trojan = tunnel_header_trojan(known->opening);
    const size_t second[2] = {u->second[0], u->second[1]};
    const struct offsets tries[] = {
        {{vless.what != NULL ? vless.len[0] : 0, vless.len[1]},
         "a header as VLESS (V2Ray, Xray) sends it, and then"},
        {{trojan.len[0], 0}, "a header as Trojan sends it, and then"},
        {{second[0], 0}, "a first message that is a header, and then"},
        {{0, second[1]}, "a first message that is a header, and then"},
        {{second[0], second[1]}, "first messages that are headers, and then"},
    };

    for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
        struct identity found;
        if (tries[i].at[0] + tries[i].at[1] == 0 ||
            !identify_from(e, context, &tries[i], known, &found))
            continue;
        learn_evidence(e, c, tries[i].why, bytes_of_text(found.name));
        *known = found;
        return true;
    }
    return false;
}

/* What is at home in the messages of a WebSocket, and not smuggled through it. */
static const char *ordinary_use(const char *name)
{
    static const struct {
        const char *name, *why;
    } uses[] = {
        {"vnc", "VNC in a WebSocket: what noVNC and websockify do"},
        {"mqtt", "MQTT in a WebSocket: its own transport (MQTT 5.0 s6)"},
        {"irc", "IRC in a WebSocket: its own transport (IRCv3)"},
        {"nats", "NATS in a WebSocket: its own transport"},
        {"jabber", "XMPP in a WebSocket: its own transport (RFC 7395)"},
        {"sip", "SIP in a WebSocket: its own transport (RFC 7118)"},
        {"amqp", "AMQP in a WebSocket: its own transport"},
        {"stun", "STUN in a WebSocket"},
    };

    for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++)
        if (strcmp(uses[i].name, name) == 0)
            return uses[i].why;
    return NULL;
}

void inside_known(struct engine *e, struct conn *c, unsigned level, const char *name)
{
    const struct slot *below = level > 0 ? &c->stack[level - 1] : NULL;

    if (below == NULL || below->kind != SLOT_LAYER || below->layer != &layer_websocket)
        return;
    const char *use = ordinary_use(name);
    learn_evidence(e, c, use != NULL ? use : "a tunnel: the messages carry another connection",
                   bytes_of_text(use != NULL ? "" : name));
    if (use == NULL && c->tunnel != TRI_YES)
        tell_anomaly(e, c, WS_TUNNEL, TO_SERVER, 0);
}
