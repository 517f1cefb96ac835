/* SPDX-License-Identifier: MIT */
#include "tests/mutate/kinds.h"

#define DECOYED       " bad_checksum ip_checksum_wrong "
#define ALL_DECOYS    " bad_checksum ip_checksum_wrong ttl_low reset_ignored "
#define TAKEN_PERCENT 35 /* of the kinds, in "everything" */

static void everything(struct trace *out, const struct trace *in, struct rng *r);

const struct kind kinds[] = {
    {"wrap", wrap, "sequence numbers pass 2^32 within the first bytes of each direction", NULL,
     NULL},
    {"coalesce", coalesce, "segments that follow each other joined, as a card does", NULL, NULL},
    {"split", split, "every segment in up to five, cut anywhere", NULL, NULL},
    {"bytewise", bytewise, "the first bytes of each direction one by one, the rest in halves", NULL,
     NULL},
    {"overlap", overlap, "segments that begin earlier and end later than needed, equal bytes", NULL,
     NULL},
    {"reorder", reorder, "segments overtake each other, up to six", NULL, NULL},
    {"recut", recut, "retransmissions with other cuts", NULL, NULL},
    {"duplicate", duplicate, "a third of the segments again, some packets later", NULL, NULL},
    {"mirror", mirror, "every TCP packet twice, as a mirror port shows it", NULL, NULL},
    {"keepalive", keepalive, "keep-alives, without a byte and with one", NULL, NULL},
    {"acks", acks, "acknowledgements again and again, and window updates", NULL, NULL},
    {"badsum", badsum, "decoys with a bad checksum: data, FIN, RST, SYN", " bad_checksum ", NULL},
    {"badip", badip, "decoys with a bad IPv4 header checksum", DECOYED, NULL},
    {"lowttl", lowttl, "decoys that die on the way", " ttl_low reset_ignored ", NULL},
    {"interleave", interleave, "other connections, scans and datagrams in between", NULL, NULL},
    {"route", route, "TTL, TOS and IPv4 identification change from packet to packet", NULL, NULL},
    {"pad", pad, "bytes after the IP packet, as Ethernet pads", NULL, NULL},
    {"fragment", fragment, "half of the packets in IP fragments, in any order, some twice", NULL,
     NULL},
    {"vlan", vlan, "an 802.1Q tag, or two, around everything", NULL, NULL},
    {"vlan-apart", vlan_apart, "the two directions in different VLANs", NULL, NULL},
    {"tunnel", tunnel, "everything inside IP in IP, or GRE", NULL, NULL},
    {KIND_EVERYTHING, everything, "a third of these, one after the other", ALL_DECOYS, NULL},
    {0},
};

const struct kind *kind_find(const char *name)
{
    const struct kind *k = kinds;

    while (k->name != NULL && strcmp(k->name, name) != 0)
        k++;
    return k->name != NULL ? k : NULL;
}

static void everything(struct trace *out, const struct trace *in, struct rng *r)
{
    struct trace now = {.lanes = in->lanes};

    for (size_t i = 0; i < in->count; i++)
        trace_add(&now, &in->at[i]);
    for (const struct kind *k = kinds; k->run != everything; k++) {
        if (k->waits != NULL || !rng_chance(r, TAKEN_PERCENT))
            continue;
        struct trace next = {.lanes = in->lanes};
        k->run(&next, &now, r);
        trace_adopt(&next, &now);
        now = next;
    }
    *out = now;
}

void kind_run(const struct kind *k, struct trace *out, const struct trace *in, uint64_t seed)
{
    struct rng r = {seed * 0x9e3779b97f4a7c15U | 1}; /* Weyl: near seeds, far states */

    for (unsigned i = 0; i < 8; i++)
        rng_next(&r);
    *out = (struct trace){.lanes = in->lanes};
    k->run(out, in, &r);
}
