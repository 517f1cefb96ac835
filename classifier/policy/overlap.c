/* SPDX-License-Identifier: MIT */
/* overlap.c - the section `overlap`: which system receives, as far as overlapping bytes go. */
#include "policy/load.h"

static const char *const entry_keys[] = {"net", "policy", NULL};
static const char *const section_keys[] = {"default", "networks", NULL};

static bool read_policy(const struct loader *l, const struct node *n, enum overlap_policy *out)
{
    const char *words[OVERLAP_POLICIES + 1] = {NULL};

    if (n->kind != NODE_SCALAR)
        return fault(&l->source, n, "an overlap policy is a word, as linux, not %s",
                     node_kind_name(n));
    for (int i = 0; i < OVERLAP_POLICIES; i++) {
        words[i] = overlap_name((enum overlap_policy)i);
        if (!node_is(n, words[i]))
            continue;
        *out = (enum overlap_policy)i;
        return true;
    }
    return fault_unknown(&l->source, n, "overlap policy", words);
}

static bool read_network(struct loader *l, const struct node *n, struct overlap_network *out)
{
    static const struct key key = {.name = "net", .kind = VALUE_ADDRESS};
    struct value value = {0};

    if (n->kind != NODE_MAP)
        return fault(&l->source, n, "a network is a map, as in {net: 10.0.0.0/8, policy: windows}");
    if (!check_keys(l, n, "key of a network", entry_keys))
        return false;
    const struct node *net = node_get(n, "net"), *policy = node_get(n, "policy");
    if (net == NULL || policy == NULL)
        return fault(&l->source, n, "a network without \"%s\"", net == NULL ? "net" : "policy");
    if (net->kind == NODE_MAP)
        return fault(&l->source, net, "\"net\" is an address or a list of addresses, not a map");
    if (!value_read(l, &key, net, &value) || !read_policy(l, policy, &out->policy))
        return false;
    out->source = net;
    out->addresses = value.as.addresses;
    return true;
}

static bool read_networks(struct loader *l, const struct node *n)
{
    struct overlap *o = &l->policy->overlap;

    if (n->kind != NODE_LIST)
        return fault(&l->source, n, "\"networks\" is a list, not %s", node_kind_name(n));
    o->network = loader_alloc(l, n->count, sizeof(*o->network));
    if (o->network == NULL)
        return false;
    for (const struct node *item = n->first; item != NULL; item = item->next)
        if (!read_network(l, item, &o->network[o->count++]))
            return false;
    return true;
}

bool load_overlap(struct loader *l, const struct node *n)
{
    if (n->kind != NODE_MAP)
        return fault(&l->source, n, "\"overlap\" is a map, as in overlap: {default: linux}, not %s",
                     node_kind_name(n));
    if (!check_keys(l, n, "key of overlap", section_keys))
        return false;
    const struct node *fallback = node_get(n, "default"), *networks = node_get(n, "networks");
    if (fallback != NULL && !read_policy(l, fallback, &l->policy->overlap.fallback))
        return false;
    return networks == NULL || read_networks(l, networks);
}

enum overlap_policy policy_overlap(const struct policy *p, const struct addr *receiver)
{
    for (size_t i = 0; i < p->overlap.count; i++)
        if (addr_set_has(&p->overlap.network[i].addresses, receiver))
            return p->overlap.network[i].policy;
    return p->overlap.fallback;
}
