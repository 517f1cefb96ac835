/* SPDX-License-Identifier: MIT */
#include "identify/registry.h"

#include "identify/identify.h"
#include "layers/layers.h"
#include "layers/named.h"

enum carrier { STREAM = 1, DATAGRAM = 2 };

/* The only list of all layers. Recognisers are asked in this order, the strictest signatures first,
 * and before them what is seen most; the first of two equally sure ones wins. */
static const struct {
    const struct layer *layer;
    unsigned carriers; /* enum carrier, ored */
} registry[] = {
    {&layer_http, STREAM},
    {&layer_proxy, STREAM},
    {&layer_tls, STREAM},
    {&layer_bittorrent, STREAM},
    {&layer_ssh, STREAM},
    {&layer_vnc, STREAM},
    {&layer_mqtt, STREAM},
    {&layer_redis, STREAM},
    {&layer_postgresql, STREAM},
    {&layer_mysql, STREAM},
    {&layer_rdp, STREAM},
    {&layer_smtp, STREAM},
    {&layer_ftp, STREAM},
    {&layer_pop3, STREAM},
    {&layer_imap, STREAM},
    {&layer_irc, STREAM},
    {&layer_stun, DATAGRAM},
    {&layer_ntp, DATAGRAM},
    {&layer_tftp, DATAGRAM},
    {&layer_dns, STREAM | DATAGRAM},
    {&layer_mdns, DATAGRAM},
    {&layer_llmnr, DATAGRAM},
    {&layer_bittorrent_udp, DATAGRAM},
    {&layer_utp, DATAGRAM},
    {&layer_http2, STREAM},
    {&layer_ldap, STREAM},
    {&layer_git, STREAM},
    {&layer_rsync, STREAM},
    {&layer_smb, STREAM},
    {&layer_nats, STREAM},
    {&layer_amqp, STREAM},
    {&layer_memcached, STREAM},
    {&layer_x11, STREAM},
    {&layer_iperf3, STREAM},
    {&layer_openvpn, STREAM | DATAGRAM},
    {&layer_wireguard, DATAGRAM},
    {&layer_telnet, STREAM},
    {&layer_socks, STREAM},
    {&layer_mse, STREAM},
    {&layer_websocket, STREAM}, /* begun before the capture; else http opens it */
    /* Never recognised, only opened by name. */
    {&layer_hixie, STREAM},
    {&layer_connect, STREAM},
    {&layer_raw, STREAM | DATAGRAM},
};

#define REGISTRY_LEN (sizeof(registry) / sizeof(registry[0]))
_Static_assert(REGISTRY_LEN <= REGISTRY_MAX, "struct identify has one bit a layer");

const struct layer *registry_layer(size_t n)
{
    return n < REGISTRY_LEN ? registry[n].layer : NULL;
}

static const char *opening_name(const struct layer *l)
{
    return l->opened_as != NULL ? l->opened_as : l->name;
}

/* From the end: those that are only opened by name stand there. */
const struct layer *registry_find(const char *name)
{
    for (size_t n = REGISTRY_LEN; n-- > 0;) {
        const char *own = opening_name(registry[n].layer);
        if (own[0] == name[0] && strcmp(own, name) == 0)
            return registry[n].layer;
    }
    return NULL;
}

bool registry_asks(size_t n, bool datagrams)
{
    return n < REGISTRY_LEN && registry[n].layer->recognise != NULL &&
           (registry[n].carriers & (datagrams ? DATAGRAM : STREAM)) != 0;
}

bool registry_speaks(const char *name, bool datagrams)
{
    for (size_t n = 0; n < REGISTRY_LEN; n++)
        if (strcmp(registry[n].layer->name, name) == 0 && (!datagrams || registry_asks(n, true)))
            return true;
    return false;
}

uint64_t registry_asked(bool datagrams)
{
    uint64_t asked = 0;

    for (size_t n = 0; n < REGISTRY_LEN; n++)
        if (registry_asks(n, datagrams))
            asked |= UINT64_C(1) << n;
    return asked;
}

uint64_t registry_bit(const struct layer *l)
{
    for (size_t n = 0; n < REGISTRY_LEN; n++)
        if (registry[n].layer == l)
            return UINT64_C(1) << n;
    return 0;
}
