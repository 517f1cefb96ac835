/* SPDX-License-Identifier: MIT */
/* named.h - protocols that are known by their opening and not read any further.
 *
 * In:    the opening of a stream or a datagram.
 * Out:   a name, with the line or field that gives it away. Strict grammar: what is a name here was
 *        said in a form that no other program says by accident.
 * State: none; feed ignores everything.
 */
#ifndef LAYERS_NAMED_H
#define LAYERS_NAMED_H

#include "model/layer.h"

extern const struct layer layer_ssh;  /* greeting.c: RFC 4253 s4.2 */
extern const struct layer layer_smtp; /* greeting.c: RFC 5321 s3.1 */
extern const struct layer layer_ftp;  /* greeting.c: RFC 959 s5.4 */
extern const struct layer layer_pop3; /* greeting.c: RFC 1939 s4 */
extern const struct layer layer_imap; /* greeting.c: RFC 9051 s7.1 */
extern const struct layer layer_irc;  /* irc.c: RFC 1459 s4.1, RFC 2812 s3.1 */
extern const struct layer layer_vnc;  /* greeting.c: RFC 6143 s7.1.1 */

extern const struct layer layer_redis;      /* service.c: RESP */
extern const struct layer layer_mqtt;       /* service.c: MQTT 3.1.1 and 5.0 s3.1 */
extern const struct layer layer_mysql;      /* service.c: Protocol::HandshakeV10 */
extern const struct layer layer_postgresql; /* service.c: PostgreSQL "Message Formats" */
extern const struct layer layer_rdp;        /* remote.c: [MS-RDPBCGR] s2.2.1.1 */
extern const struct layer layer_nats;       /* service.c: NATS client protocol */
extern const struct layer layer_amqp;       /* amqp.c: AMQP 0-9-1 and 1.0 */
extern const struct layer layer_memcached;  /* memcached.c: text and binary protocol */
extern const struct layer layer_telnet;     /* remote.c: RFC 854, RFC 855 */
extern const struct layer layer_x11;        /* remote.c: X Window System Protocol s8 */
extern const struct layer layer_ldap;       /* directory.c: RFC 4511 s4.1.1 */
extern const struct layer layer_http2;      /* http2.c: RFC 9113 s3.4 */

extern const struct layer layer_git;       /* transfer.c: gitprotocol-pack(5) */
extern const struct layer layer_rsync;     /* transfer.c */
extern const struct layer layer_smb;       /* transfer.c: [MS-SMB2] s2.1 */
extern const struct layer layer_iperf3;    /* transfer.c */
extern const struct layer layer_openvpn;   /* vpn.c; over UDP and TCP */
extern const struct layer layer_wireguard; /* vpn.c */

extern const struct layer layer_dns;   /* dns.c: RFC 1035 s4; over UDP and TCP */
extern const struct layer layer_mdns;  /* dns.c: RFC 6762 */
extern const struct layer layer_llmnr; /* dns.c: RFC 4795 */
extern const struct layer layer_ntp;   /* datagram.c: RFC 5905 s7.3 */
extern const struct layer layer_tftp;  /* datagram.c: RFC 1350 s5, RFC 2347 */
extern const struct layer layer_stun;  /* stun.c: RFC 8489 s5 */

#endif
