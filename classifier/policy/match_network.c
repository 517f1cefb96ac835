/* SPDX-License-Identifier: MIT */
/* match_network.c - who speaks to whom, and over which wire. */
#include "policy/matches.h"

static const uint8_t proto_numbers[] = {TRANSPORT_TCP, TRANSPORT_UDP};

/* Who is the client may not be known before the flow ends; then the guess has to do. */
static bool directed(const struct question *q)
{
    return q->facts->direction_known || q->facts->over;
}

static enum answer ask_address(const struct question *q, const struct condition *c,
                               const struct endpoint *e)
{
    if (!directed(q))
        return ANSWER_NOT_YET;
    return answer_firm(addr_set_has(&c->value.as.addresses, &e->addr), c->value.negated);
}

enum answer match_client(const struct question *q, const struct condition *c)
{
    return ask_address(q, c, &q->facts->client);
}

enum answer match_server(const struct question *q, const struct condition *c)
{
    return ask_address(q, c, &q->facts->server);
}

/* Either end: it does not matter which is the client. */
enum answer match_network(const struct question *q, const struct condition *c)
{
    const struct addr_set *set = &c->value.as.addresses;

    return answer_firm(addr_set_has(set, &q->facts->client.addr) ||
                           addr_set_has(set, &q->facts->server.addr),
                       c->value.negated);
}

static enum answer ask_port(const struct question *q, const struct condition *c,
                            const struct endpoint *e)
{
    if (!directed(q))
        return ANSWER_NOT_YET;
    return answer_firm(range_set_has(&c->value.as.ranges, e->port), c->value.negated);
}

enum answer match_client_port(const struct question *q, const struct condition *c)
{
    return ask_port(q, c, &q->facts->client);
}

enum answer match_server_port(const struct question *q, const struct condition *c)
{
    return ask_port(q, c, &q->facts->server);
}

enum answer match_proto(const struct question *q, const struct condition *c)
{
    bool is = false;

    for (size_t i = 0; i < sizeof(proto_numbers); i++)
        is = is || ((c->value.as.words >> i & 1) != 0 && q->facts->transport == proto_numbers[i]);
    return answer_firm(is, c->value.negated);
}

/* One of its tags. */
enum answer match_vlan(const struct question *q, const struct condition *c)
{
    bool is = false;

    for (size_t i = 0; i < q->facts->vlan_count; i++)
        is = is || range_set_has(&c->value.as.ranges, q->facts->vlan[i]);
    return answer_firm(is, c->value.negated);
}

/* A file has none. */
enum answer match_interface(const struct question *q, const struct condition *c)
{
    if (q->facts->interface == NULL)
        return ANSWER_NO;
    return answer_firm(texts_match(q, c), c->value.negated);
}

/* In the order of the words: the client's end in bit 1, the server's in bit 0. */
enum answer match_direction(const struct question *q, const struct condition *c)
{
    enum { EXTERNAL, INBOUND, OUTBOUND, INTERNAL };
    const struct addr_set *home = &q->policy->home->addresses;

    if (!directed(q))
        return ANSWER_NOT_YET;
    const bool client = addr_set_has(home, &q->facts->client.addr);
    const bool server = addr_set_has(home, &q->facts->server.addr);
    const unsigned is = client ? (server ? INTERNAL : OUTBOUND) : (server ? INBOUND : EXTERNAL);
    return answer_firm((c->value.as.words >> is & 1) != 0, c->value.negated);
}
