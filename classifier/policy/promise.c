/* SPDX-License-Identifier: MIT */
#include "policy/promise.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "policy/value_read.h"

#define TCP TRANSPORT_TCP
#define UDP TRANSPORT_UDP

/* IANA's Service Name and Transport Protocol Port Number Registry, where practice follows it; names
 * beside the first are nDPI's for the same protocol or for its STARTTLS. Sorted by transport, then
 * port. Nothing above 32767: systems choose their own ports there. */
static const struct promise built_in[] = {
    {TCP, 20, 20, "ftp-data", {"ftp-data", "ftp_data"}},
    {TCP, 21, 21, "ftp", {"ftp", "ftp_control"}},
    {TCP, 22, 22, "ssh", {"ssh"}},
    {TCP, 23, 23, "telnet", {"telnet"}},
    {TCP, 25, 25, "smtp", {"smtp", "smtps"}},
    {TCP, 43, 43, "whois", {"whois", "whois-das"}},
    {TCP, 53, 53, "dns", {"dns"}},
    {TCP, 80, 80, "http, websocket", {"http", "websocket"}},
    {TCP, 88, 88, "kerberos", {"kerberos"}},
    {TCP, 110, 110, "pop3", {"pop3", "pops"}},
    {TCP, 119, 119, "nntp", {"nntp", "usenet"}},
    {TCP, 139, 139, "smb", {"smb", "smbv1", "smbv23", "netbios"}},
    {TCP, 143, 143, "imap", {"imap", "imaps"}},
    {TCP, 179, 179, "bgp", {"bgp"}},
    {TCP, 389, 389, "ldap", {"ldap"}},
    {TCP, 443, 443, "tls", {"tls"}},
    {TCP, 445, 445, "smb", {"smb", "smbv1", "smbv23"}},
    {TCP, 465, 465, "tls", {"tls", "smtps"}},
    {TCP, 502, 502, "modbus", {"modbus"}},
    {TCP, 554, 554, "rtsp", {"rtsp"}},
    {TCP, 587, 587, "smtp", {"smtp", "smtps"}},
    {TCP, 631, 631, "ipp", {"ipp", "http"}},
    {TCP, 636, 636, "tls", {"tls"}},
    {TCP, 853, 853, "tls", {"tls", "doh_dot"}},
    {TCP, 873, 873, "rsync", {"rsync"}},
    {TCP, 990, 990, "tls", {"tls"}},
    {TCP, 993, 993, "tls", {"tls", "imaps"}},
    {TCP, 995, 995, "tls", {"tls", "pops"}},
    {TCP, 1080, 1080, "socks", {"socks"}},
    {TCP, 1194, 1194, "openvpn", {"openvpn"}},
    {TCP, 1433, 1433, "mssql", {"mssql", "mssql-tds"}},
    {TCP, 1521, 1521, "oracle", {"oracle"}},
    {TCP, 1723, 1723, "pptp", {"pptp"}},
    {TCP, 1883, 1883, "mqtt", {"mqtt"}},
    {TCP, 1935, 1935, "rtmp", {"rtmp"}},
    {TCP, 2049, 2049, "nfs", {"nfs"}},
    {TCP, 3306, 3306, "mysql", {"mysql"}},
    {TCP, 3389, 3389, "rdp", {"rdp"}},
    {TCP, 5060, 5060, "sip", {"sip"}},
    {TCP, 5061, 5061, "tls", {"tls"}},
    {TCP, 5222, 5222, "xmpp", {"xmpp", "jabber"}},
    {TCP, 5432, 5432, "postgresql", {"postgresql"}},
    {TCP, 5671, 5671, "tls", {"tls"}},
    {TCP, 5672, 5672, "amqp", {"amqp"}},
    {TCP, 5900, 5903, "vnc", {"vnc"}},
    {TCP, 6379, 6379, "redis", {"redis"}},
    {TCP, 6514, 6514, "tls", {"tls"}},
    {TCP, 6660, 6669, "irc", {"irc"}},
    {TCP, 6697, 6697, "tls", {"tls"}},
    {TCP, 8080, 8080, "http, websocket", {"http", "websocket"}},
    {TCP, 8443, 8443, "tls", {"tls"}},
    {TCP, 8883, 8883, "tls", {"tls"}},
    {TCP, 9418, 9418, "git", {"git"}},
    {TCP, 11211, 11211, "memcached", {"memcached"}},
    {TCP, 27017, 27017, "mongodb", {"mongodb"}},
    {UDP, 53, 53, "dns", {"dns"}},
    {UDP, 67, 68, "dhcp", {"dhcp"}},
    {UDP, 69, 69, "tftp", {"tftp"}},
    {UDP, 88, 88, "kerberos", {"kerberos"}},
    {UDP, 123, 123, "ntp", {"ntp"}},
    {UDP, 137, 138, "netbios", {"netbios"}},
    {UDP, 161, 162, "snmp", {"snmp"}},
    {UDP, 389, 389, "ldap", {"ldap"}},
    {UDP, 443, 443, "quic", {"quic"}},
    {UDP, 500, 500, "ipsec", {"ipsec"}},
    {UDP, 514, 514, "syslog", {"syslog"}},
    {UDP, 546, 547, "dhcpv6", {"dhcpv6"}},
    {UDP, 853, 853, "quic, dtls", {"quic", "dtls"}},
    {UDP, 1194, 1194, "openvpn", {"openvpn"}},
    {UDP, 1812, 1813, "radius", {"radius"}},
    {UDP, 1900, 1900, "ssdp", {"ssdp"}},
    {UDP, 3389, 3389, "rdp", {"rdp"}},
    {UDP, 3478, 3478, "stun", {"stun"}},
    {UDP, 4500, 4500, "ipsec", {"ipsec"}},
    {UDP, 5060, 5060, "sip", {"sip"}},
    {UDP, 5353, 5353, "mdns", {"mdns"}},
    {UDP, 5355, 5355, "llmnr", {"llmnr"}},
    {UDP, 5683, 5683, "coap", {"coap"}},
    {UDP, 11211, 11211, "memcached", {"memcached"}},
};

/* By transport, then port. */
static uint32_t place_of(uint8_t transport, uint16_t port)
{
    return (uint32_t)transport << 16 | port;
}

/* The first whose ports do not all come before that one; its half of what is left, each time. */
static const struct promise *find_in(const struct promise *at, size_t count, uint8_t transport,
                                     uint16_t port)
{
    const uint32_t wanted = place_of(transport, port);

    if (count == 0)
        return NULL;
    for (; count > 1; count -= count / 2) {
        const struct promise *before = &at[count / 2 - 1];
        at = place_of(before->transport, before->high) < wanted ? at + count / 2 : at;
    }
    const bool there =
        place_of(at->transport, at->low) <= wanted && wanted <= place_of(at->transport, at->high);
    return there ? at : NULL;
}

const struct promise *promise_find(const struct promises *p, uint8_t transport, uint16_t port)
{
    const struct promise *found = find_in(p->own, p->count, transport, port);

    if (found == NULL)
        found = find_in(built_in, sizeof(built_in) / sizeof(built_in[0]), transport, port);
    return found != NULL && found->text != NULL ? found : NULL;
}

const char *policy_promise(const struct policy *p, uint8_t transport, uint16_t port)
{
    const struct promise *found = promise_find(&p->promises, transport, port);
    return found != NULL ? found->text : NULL;
}

/* "80", "8000-8099", "tcp/80", "udp/443"; TCP where nothing is said. */
static bool read_ports(struct loader *l, const struct node *key, struct promise *out)
{
    struct node ports = *key;
    struct range r;

    out->transport = TCP;
    if (bytes_start_with(key->text, bytes_of_text("tcp/")))
        ports.text = bytes_after(key->text, strlen("tcp/"));
    if (bytes_start_with(key->text, bytes_of_text("udp/"))) {
        ports.text = bytes_after(key->text, strlen("udp/"));
        out->transport = UDP;
    }
    if (!range_read(l, &ports, VALUE_PORT, &r))
        return false;
    out->low = (uint16_t)r.low;
    out->high = (uint16_t)r.high;
    return true;
}

static bool promises_nothing(const struct node *value)
{
    if (value->kind == NODE_LIST)
        return value->count == 0 || (value->count == 1 && node_is(value->first, "any"));
    return node_is(value, "any");
}

static bool check_name(const struct loader *l, const struct node *n)
{
    char said[QUOTE_ROOM];

    if (n->kind != NODE_SCALAR || n->text.len == 0)
        return fault(&l->source, n, "a port promises protocol names, not %s", node_kind_name(n));
    if (node_is(n, "any"))
        return fault(&l->source, n, "\"any\" stands alone: the port promises nothing");
    for (size_t i = 0; i < n->text.len; i++)
        if (strchr("abcdefghijklmnopqrstuvwxyz0123456789-_.", n->text.at[i]) == NULL ||
            n->text.at[i] == '\0')
            return fault(&l->source, n,
                         "\"%s\" is no protocol name: lower-case letters, digits, - _ .",
                         quote(n->text, said));
    return true;
}

/* "http, websocket" */
static const char *join_names(struct loader *l, const struct promise *p)
{
    struct buffer text = {0};

    for (size_t i = 0; i < PROMISE_NAMES && p->name[i] != NULL; i++) {
        buffer_append_text(&text, i > 0 ? ", " : "");
        buffer_append_text(&text, p->name[i]);
    }
    const char *joined = text.failed ? NULL : arena_text(&l->policy->arena, buffer_bytes(&text));
    if (joined == NULL)
        fault_memory(&l->source);
    buffer_free(&text);
    return joined;
}

static bool read_promise(struct loader *l, const struct node *key, struct promise *out)
{
    const struct node *value = key->value;
    size_t count = 0;

    if (!read_ports(l, key, out))
        return false;
    if (promises_nothing(value))
        return true;
    if (value->kind == NODE_MAP)
        return fault(&l->source, value, "a port promises a name or a list of names, not a map");
    for (const struct node *n = value->kind == NODE_LIST ? value->first : value; n != NULL;
         n = n->next) {
        if (count == PROMISE_NAMES)
            return fault(&l->source, n, "a port may promise at most %d protocols", PROMISE_NAMES);
        if (!check_name(l, n))
            return false;
        out->name[count++] = (const char *)n->text.at;
    }
    out->text = join_names(l, out);
    return out->text != NULL;
}

static int compare_promises(const void *a, const void *b)
{
    const struct promise *x = a, *y = b;

    if (x->transport != y->transport)
        return x->transport < y->transport ? -1 : 1;
    return x->low < y->low ? -1 : x->low > y->low;
}

bool load_promises(struct loader *l, const struct node *n)
{
    struct promises *p = &l->policy->promises;

    if (n->kind != NODE_MAP)
        return fault(&l->source, n, "\"ports\" is a map, as in ports: {80: [http, websocket]}");
    p->own = loader_alloc(l, n->count, sizeof(*p->own));
    if (p->own == NULL)
        return false;
    for (const struct node *key = n->first; key != NULL; key = key->next)
        if (!read_promise(l, key, &p->own[p->count++]))
            return false;
    qsort(p->own, p->count, sizeof(*p->own), compare_promises);
    for (size_t i = 1; i < p->count; i++)
        if (p->own[i].transport == p->own[i - 1].transport && p->own[i].low <= p->own[i - 1].high)
            return fault(&l->source, n, "port %u is in two entries of \"ports\"", p->own[i].low);
    return true;
}
