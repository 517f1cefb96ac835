/* SPDX-License-Identifier: MIT */
#include "decode/decode.h"

#include "decode/bare_syn.h"
#include "decode/glance.h"
#include "decode/usual.h"
#include "decode/walk.h"

struct decoder {
    struct budget *budget;
    struct defrag *defrag;
    struct decode_stats stats;
};

struct decoder *decoder_create(struct budget *budget, const struct hash_key *key, struct err *err)
{
    struct decoder *d = budget_alloc(budget, sizeof(*d));

    if (d != NULL) {
        d->budget = budget;
        d->defrag = defrag_create(budget, key, &d->stats);
    }
    if (d == NULL || d->defrag == NULL) {
        err_set(err, "not enough memory to decode packets");
        decoder_free(d);
        return NULL;
    }
    return d;
}

void decoder_free(struct decoder *d)
{
    if (d == NULL)
        return;
    defrag_free(d->defrag);
    budget_free(d->budget, d, sizeof(*d));
}

void decoder_overlap(struct decoder *d, decode_overlap *overlap, const void *ctx)
{
    defrag_overlap(d->defrag, overlap, ctx);
}

void decoder_flush(struct decoder *d)
{
    defrag_flush(d->defrag);
}

const struct decode_stats *decoder_stats(const struct decoder *d)
{
    return &d->stats;
}

void decoder_count(struct decoder *d, uint64_t count, uint64_t bytes)
{
    d->stats.frames += count;
    d->stats.bytes += bytes;
    d->stats.packets_ipv4 += count;
    d->stats.tcp += count;
}

void glance_count(const struct glance *g, const struct frame *f, struct decoder *d)
{
    d->stats.frames++;
    d->stats.bytes += frame_wire_len(f);
    d->stats.tcp++;
    if (g->tag != NULL)
        d->stats.vlan++;
    if (glance_is_ipv4(g))
        d->stats.packets_ipv4++;
    else
        d->stats.packets_ipv6++;
}

void glance_count_offloaded(struct decoder *d)
{
    d->stats.checksum_offloaded++;
}

static enum header step(struct walk *w, enum header header)
{
    switch (header) {
    case HEADER_ETHERNET: return link_ethernet(w);
    case HEADER_IPV4: return ip_v4(w);
    case HEADER_TCP: return transport_tcp(w);
    case HEADER_UDP: return transport_udp(w);
    case HEADER_IPV6: return ip_v6(w);
    case HEADER_VLAN: return link_vlan(w);
    case HEADER_EXTENSION: return ip_extension(w);
    case HEADER_FRAGMENT: return ip_fragment(w);
    case HEADER_LLC: return link_llc(w);
    case HEADER_MPLS: return link_mpls(w);
    case HEADER_PPPOE: return link_pppoe(w);
    case HEADER_PPP: return link_ppp(w);
    case HEADER_NULL: return link_null(w);
    case HEADER_SLL: return link_sll(w);
    case HEADER_SLL2: return link_sll2(w);
    case HEADER_RAW: return link_raw(w);
    case HEADER_GRE: return tunnel_gre(w);
    case HEADER_ERSPAN2: return tunnel_erspan2(w);
    case HEADER_ERSPAN3: return tunnel_erspan3(w);
    case HEADER_VXLAN: return tunnel_vxlan(w);
    case HEADER_GENEVE: return tunnel_geneve(w);
    case HEADER_FOUND:
    case HEADER_PENDING:
    case HEADER_OTHER:
    case HEADER_BAD: break;
    }
    return header;
}

static enum decoded result(struct decode_stats *stats, enum header last, const struct packet *out)
{
    if (last == HEADER_FOUND) {
        stats->tcp += out->transport == TRANSPORT_TCP;
        stats->udp += out->transport == TRANSPORT_UDP;
        return DECODED_PACKET;
    }
    if (last == HEADER_PENDING)
        return DECODED_PENDING;
    stats->bad += last == HEADER_BAD;
    stats->other += last == HEADER_OTHER;
    return last == HEADER_BAD ? DECODED_BAD : DECODED_OTHER;
}

enum decoded decode_step_by_step(struct decoder *d, const struct frame *f, struct packet *out,
                                 enum anomaly *what)
{
    struct walk w = {.stats = &d->stats,
                     .defrag = d->defrag,
                     .frame = f,
                     .out = out,
                     .left = f->data,
                     .wire = frame_wire_len(f)};
    enum header header = link_first(f->linktype);

    d->stats.frames++;
    *out = (struct packet){.number = f->number,
                           .ordinal = d->stats.frames,
                           .time_ns = f->time_ns,
                           .wire_len = (uint32_t)w.wire};
    d->stats.bytes += w.wire;
    d->stats.unknown_linktype += header == HEADER_OTHER;
    while (header > HEADER_BAD)
        header = step(&w, header);
    *what = w.what;
    return result(&d->stats, header, out);
}

enum decoded decode_frame(struct decoder *d, const struct frame *f, struct packet *out,
                          enum anomaly *what)
{
    if (!usual_packet(f, out, &d->stats))
        return decode_step_by_step(d, f, out, what);
    *what = ANOMALY_NONE;
    return DECODED_PACKET;
}
