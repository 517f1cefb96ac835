/* SPDX-License-Identifier: MIT */
/* firewall_list.h - what is to be blocked, for the writers of the formats. Private to firewall*.c.
 */
#ifndef OUTPUT_FIREWALL_LIST_H
#define OUTPUT_FIREWALL_LIST_H

#include "output/firewall.h"
#include "output/tally.h"

#define FIREWALL_NOTE 256 /* bytes, with the NUL */
#define HOST_PREFIX   128 /* of one address */
#define IPV4_PREFIX   96  /* of ::ffff:0:0/96, where IPv4 lives (model/endpoint.h) */
#define INFO_HASH     20  /* bytes, BEP 3 */

/* In the order in which they are written. */
enum block_kind { BLOCK_CLIENT, BLOCK_PAIR, BLOCK_SERVICE, BLOCK_SERVER, BLOCK_KINDS };

/* Zero where the kind has no use for it. */
struct block {
    struct addr client, server;
    uint32_t kind;     /* enum block_kind */
    uint8_t prefix;    /* of 128: bits of `client` that count */
    uint8_t transport; /* BLOCK_SERVICE, BLOCK_SERVER */
    uint16_t port;     /* of the server */
};
_Static_assert(sizeof(struct block) == 2 * sizeof(struct addr) + 8, "no padding: it is a key");

/* What a content rule can ask for; cleared when two findings of one block do not agree. */
struct block_content {
    const char *app;         /* NULL: nothing, or not always the same */
    bool mismatch;           /* of all of them */
    bool promised_http;      /* by the port of all of them */
    const char *host, *path; /* of WebSockets */
};

struct finding {
    struct block block;
    struct block_content content;
    const char *rule;
    uint64_t packet; /* of the first finding */
    uint32_t ban_s;  /* 0: for good */
    uint32_t flows;
    bool banned;              /* by a rate rule */
    char note[FIREWALL_NOTE]; /* rule and evidence; escaped (escape_firewall) */
};

/* A client took part in a torrent. */
struct torrent_key {
    struct addr client;
    uint8_t info_hash[INFO_HASH];
};
_Static_assert(sizeof(struct torrent_key) == sizeof(struct addr) + INFO_HASH, "no padding");
struct torrent_finding {
    struct torrent_key key;
    char note[FIREWALL_NOTE];
};

struct firewall_counts {
    uint64_t unsure;      /* flows: below the wanted confidence */
    uint64_t spared;      /* findings: an address that is never to be blocked */
    uint64_t special;     /* findings: loopback, multicast, broadcast, unspecified */
    uint64_t attacked;    /* findings: they would block whom was attacked */
    uint64_t no_room;     /* findings beyond FIREWALL_FINDINGS */
    uint64_t content_off; /* torrents beyond FIREWALL_TORRENTS */
};

struct firewall {
    struct sink sink;
    struct firewall_options how;
    struct firewall_counts counts;
    struct tally findings, torrents, names;
    struct tally rated; /* bool, by the name of a rule that counts a rate: it bans */
    struct buffer raw, shown;
};

struct firewall_list {
    struct sorted findings; /* struct finding, by block_compare() */
    struct sorted torrents; /* struct torrent_finding */
    const struct firewall_options *how;
};

static inline bool block_is_ipv4(const struct block *b)
{
    return addr_is_ipv4(b->kind == BLOCK_SERVER ? &b->server : &b->client);
}

static inline const struct finding *list_finding(const struct firewall_list *l, size_t i)
{
    return l->findings.at[i];
}

/* "10.0.0.1", "10.1.0.0/16" */
void block_client_text(struct buffer *out, const struct block *b);
void block_server_text(struct buffer *out, const struct block *b);
const char *block_transport(const struct block *b); /* "tcp" */
/* The note, cut to `room` bytes. */
void finding_note(struct buffer *out, const struct finding *f, size_t room);

void firewall_nft(struct buffer *out, const struct firewall_list *l);
void firewall_iptables(struct buffer *out, const struct firewall_list *l);
void firewall_suricata(struct buffer *out, const struct firewall_list *l);
void firewall_pf(struct buffer *out, const struct firewall_list *l);

#endif
