/* SPDX-License-Identifier: MIT */
/* utp_build.h - uTP conversations for tests: steps as a table, as datagrams, through a layer. */
#ifndef TESTS_UNIT_UTP_BUILD_H
#define TESTS_UNIT_UTP_BUILD_H

#include "layer_harness.h"
#include "layers/utp.h"

enum { UTP_OTHER = 9 }; /* as a step's type: the text is the whole datagram */

struct step {
    enum direction direction;
    uint8_t type; /* enum utp_type, or UTP_OTHER */
    uint16_t id, seq, ack;
    const char *text;       /* the payload */
    const char *extensions; /* as they are on the wire, the first one's kind in front of them */
    size_t extensions_len;
};

static inline void put_be16(struct buffer *b, unsigned n)
{
    buffer_append_byte(b, (uint8_t)(n >> 8));
    buffer_append_byte(b, (uint8_t)n);
}

static inline void put_be32(struct buffer *b, uint32_t n)
{
    put_be16(b, n >> 16);
    put_be16(b, n & 0xffff);
}

/* The datagram of one step, whose sender's clock shows `clock`. */
static inline void utp_build(struct buffer *b, const struct step *s, uint32_t clock)
{
    const bool bare = s->extensions_len == 0;

    buffer_clear(b);
    if (s->type == UTP_OTHER) {
        buffer_append_text(b, s->text);
        return;
    }
    buffer_append_byte(b, (uint8_t)(s->type << 4 | 1));
    buffer_append_byte(b, bare ? 0 : (uint8_t)s->extensions[0]);
    put_be16(b, s->id);
    put_be32(b, clock + (s->direction == TO_CLIENT ? 0x7fffff00U : 0));
    put_be32(b, s->type == UTP_SYN ? 0 : 77);
    put_be32(b, 1048576);
    put_be16(b, s->seq);
    put_be16(b, s->ack);
    if (!bare)
        buffer_append(b, bytes_of(s->extensions + 1, s->extensions_len - 1));
    if (s->text != NULL)
        buffer_append_text(b, s->text);
}

static inline void utp_describe(struct harness *h, const struct event *e)
{
    const struct bittorrent_event *b = &e->as.bittorrent;

    if (e->kind != EVENT_BITTORRENT)
        return;
    buffer_printf(&h->log, "%s%c", b->kind, e->direction == TO_SERVER ? '>' : '<');
    if (b->action != NULL)
        buffer_printf(&h->log, " %s", b->action);
    if (b->has_info_hash)
        buffer_printf(&h->log, " %.3s", (const char *)b->info_hash);
    if (b->client != NULL)
        buffer_printf(&h->log, " (%s)", b->client);
    if (b->listen_port > 0)
        buffer_printf(&h->log, " port %u", b->listen_port);
    if (b->peer_count + b->node_count > 0)
        buffer_printf(&h->log, " %u+%u", b->peer_count, b->node_count);
    buffer_printf(&h->log, " %s; ", confidence_name(b->confidence));
}

#endif
