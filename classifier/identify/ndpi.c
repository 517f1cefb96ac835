/* SPDX-License-Identifier: MIT */
#include "identify/ndpi.h"

#include <stdlib.h>
#include <string.h>

#include <ndpi_api.h>

#include "model/packet.h"

/* nDPI tells its version by NDPI_MAJOR and NDPI_MINOR. */
#define NDPI_SINCE(major, minor)                                                                   \
    (NDPI_MAJOR > (major) || (NDPI_MAJOR == (major) && NDPI_MINOR >= (minor)))

#define NAME_ROOM     32
#define RISKS_MAX     8  /* of one flow: told */
#define RISK_SETS_MAX 64 /* different sets of risks a worker remembers */

#define IPV4_HEADER 20
#define TCP_HEADER  20
#define UDP_HEADER  8

/* Ports that no dissector knows. */
#define NEUTRAL_CLIENT_PORT 41641
#define NEUTRAL_SERVER_PORT 41017

/* How much of a flow nDPI must have read to say a name. */
enum trust {
    TRUST_SIGNATURE, /* something no other program says by accident */
    TRUST_WEAK,      /* so little that one random stream in some thousands passes */
    TRUST_NONE,      /* the port, or so little that it comes to the same */
};

/* What is known better of some names, as nDPI 4.2 spells them. The grades are measured: 280,000
 * random, text-like and sparse openings on 175 ports (tests/unit/test_identify.c keeps a sample).
 */
static const struct {
    const char *ndpi;
    const char *ours; /* what its users call it; NULL: the same */
    enum trust trust;
} known_names[] = {
    {"ftp_control", "ftp", TRUST_SIGNATURE},
    {"ftp_data", "ftp-data", TRUST_NONE},
    {"afp", NULL, TRUST_WEAK},
    {"capwap", NULL, TRUST_WEAK},
    {"cassandra", NULL, TRUST_WEAK},
    {"coap", NULL, TRUST_WEAK},
    {"dnp3", NULL, TRUST_WEAK},
    {"drda", NULL, TRUST_WEAK},
    {"edonkey", NULL, TRUST_WEAK},
    {"git", NULL, TRUST_WEAK},
    {"gnutella", NULL, TRUST_WEAK},
    {"gtp", NULL, TRUST_WEAK},
    {"iec60870", NULL, TRUST_WEAK},
    {"imo", NULL, TRUST_NONE},
    {"kerberos", NULL, TRUST_WEAK},
    {"mining", NULL, TRUST_WEAK},
    {"mpeg_ts", NULL, TRUST_WEAK},
    {"noe", NULL, TRUST_NONE},
    {"openvpn", NULL, TRUST_WEAK},
    {"rtmp", NULL, TRUST_WEAK},
    {"rtp", NULL, TRUST_WEAK},
    {"teamspeak", NULL, TRUST_WEAK},
    {"viber", NULL, TRUST_WEAK},
    {"z39.50", NULL, TRUST_WEAK},
    {"h323", NULL, TRUST_NONE},
    {"http_connect", NULL, TRUST_NONE}, /* layers/http.c's to say */
    {"http_proxy", NULL, TRUST_NONE},
    {"skype_teams", NULL, TRUST_NONE},
    {"targusdataspeed", NULL, TRUST_NONE},
    {"teredo", NULL, TRUST_NONE},
    {"whois-das", NULL, TRUST_NONE},
};

/* A protocol of nDPI's, by its id. */
struct dpi_name {
    char text[NAME_ROOM]; /* lower case */
    enum trust trust;
};

struct risk_set {
    ndpi_risk bits;
    uint8_t count;
    const char *name[RISKS_MAX];
};

/* A conversation, as far as it was told. */
struct talk {
    uint64_t number; /* 0: none */
    size_t turns, bytes;
    uint16_t client_port, server_port;
    uint32_t next_seq[2];   /* TCP sequence numbers, by enum direction */
    struct dpi_answer said; /* once there is a name, for good */
    struct ndpi_flow_struct flow;
};

/* nDPI walks over all the dissectors of a module with every packet: over TCP one without those of
 * what portwarden speaks itself has half of them. Later versions have other means against that. */
enum module {
    FOR_STREAMS,
#if NDPI_SINCE(5, 0)
    FOR_DATAGRAMS = FOR_STREAMS,
#else
    FOR_DATAGRAMS,
#endif
    MODULES,
};

struct dpi {
    struct budget *budget; /* only to count in: nDPI allocates for itself */
    bool (*own)(const char *name);
    pthread_mutex_t *lock; /* of those that start or end; NULL: nobody else does */
    bool started[MODULES]; /* once; module stays NULL when there was no memory for it */
    struct ndpi_detection_module_struct *module[MODULES];
    struct talk *talk; /* DPI_TALKS */
    uint64_t talks;    /* so far: each has its own addresses */
    uint8_t packet[IPV4_HEADER + TCP_HEADER + DPI_TURN_MAX];
    struct risk_set sets[RISK_SETS_MAX];
    size_t set_count;
    const char *risk_name[NDPI_MAX_RISK];
    size_t name_count;
    struct dpi_name *name; /* by nDPI's protocol id */
};

static void copy_lower(char out[NAME_ROOM], const char *in)
{
    size_t n = 0;

    for (; n < NAME_ROOM - 1 && in[n] != '\0'; n++)
        out[n] = (char)(in[n] >= 'A' && in[n] <= 'Z' ? in[n] | 0x20 : in[n]);
    out[n] = '\0';
}

static void read_name(struct dpi_name *name, const char *ndpi)
{
    copy_lower(name->text, ndpi);
    for (size_t i = 0; i < sizeof(known_names) / sizeof(known_names[0]); i++)
        if (strcmp(known_names[i].ndpi, name->text) == 0) {
            name->trust = known_names[i].trust;
            if (known_names[i].ours != NULL)
                copy_lower(name->text, known_names[i].ours);
            return;
        }
}

static bool read_names(struct dpi *d, struct ndpi_detection_module_struct *module)
{
    if (d->name != NULL)
        return true;
    d->name_count = ndpi_get_num_supported_protocols(module);
    d->name = calloc(d->name_count, sizeof(*d->name));
    if (d->name == NULL)
        return false;
    for (size_t id = 0; id < d->name_count; id++)
        read_name(&d->name[id], ndpi_get_proto_name(module, (uint16_t)id));
    for (int risk = 0; risk < NDPI_MAX_RISK; risk++)
        d->risk_name[risk] = ndpi_risk2str((ndpi_risk_enum)risk);
    return true;
}

static void choose_dissectors(const struct dpi *d, struct ndpi_detection_module_struct *module,
                              enum module which)
{
#if !NDPI_SINCE(5, 0)
    NDPI_PROTOCOL_BITMASK asked;

    NDPI_BITMASK_SET_ALL(asked);
    for (size_t id = 0; id < d->name_count && which == FOR_STREAMS; id++)
        if (d->own(d->name[id].text))
            asked.fds_bits[id / NDPI_BITS] &= ~((ndpi_ndpi_mask)1 << id % NDPI_BITS);
    ndpi_set_protocol_detection_bitmask2(module, &asked);
#else
    (void)d, (void)module, (void)which;
#endif
}

static struct ndpi_detection_module_struct *init_module(void)
{
    /* 4.2 takes preferences here, later versions a context or other preferences: 0 is "none" to
     * all. Addresses are made up here: a table of Tor's hosts is of no use. */
#if NDPI_SINCE(4, 4)
    return ndpi_init_detection_module(0);
#else
    return ndpi_init_detection_module(ndpi_dont_load_tor_hosts);
#endif
}

static struct ndpi_detection_module_struct *start_module(struct dpi *d, enum module which)
{
    struct ndpi_detection_module_struct *module = init_module();

    if (module == NULL || !read_names(d, module)) {
        if (module != NULL)
            ndpi_exit_detection_module(module);
        return NULL;
    }
    choose_dissectors(d, module, which);
    ndpi_finalize_initialization(module);
    return module;
}

struct dpi *dpi_create(struct budget *budget, bool (*own)(const char *name), struct err *err)
{
    struct dpi *d = calloc(1, sizeof(*d));

    if (d == NULL) {
        err_set(err, "no memory for nDPI");
        return NULL;
    }
    d->budget = budget;
    d->own = own;
    return d;
}

static struct ndpi_detection_module_struct *start_in_turn(struct dpi *d, enum module which)
{
    if (d->lock != NULL)
        pthread_mutex_lock(d->lock);
    struct ndpi_detection_module_struct *module = start_module(d, which);
    if (d->lock != NULL)
        pthread_mutex_unlock(d->lock);
    return module;
}

/* nDPI sets up its tables for the first question: they cost more time than a small capture does. */
static bool is_started(struct dpi *d, enum module which)
{
    if (d->started[which])
        return d->module[which] != NULL;
    d->started[which] = true;
    if (d->talk == NULL)
        d->talk = calloc(DPI_TALKS, sizeof(*d->talk));
    if (d->talk != NULL)
        d->module[which] = start_in_turn(d, which);
    if (d->module[which] == NULL)
        d->budget->lacked++; /* no memory: nothing will be known to nDPI */
    return d->module[which] != NULL;
}

void dpi_start_under(struct dpi *d, pthread_mutex_t *lock)
{
    d->lock = lock;
}

static void end_talk(struct talk *t)
{
    if (t->number != 0)
        ndpi_free_flow_data(&t->flow);
    memset(t, 0, sizeof(*t));
}

void dpi_free(struct dpi *d)
{
    if (d == NULL)
        return;
    for (size_t i = 0; d->talk != NULL && i < DPI_TALKS; i++)
        end_talk(&d->talk[i]);
    if (d->lock != NULL)
        pthread_mutex_lock(d->lock);
    for (size_t which = 0; which < MODULES; which++)
        if (d->module[which] != NULL)
            ndpi_exit_detection_module(d->module[which]);
    if (d->lock != NULL)
        pthread_mutex_unlock(d->lock);
    free(d->talk);
    free(d->name);
    free(d);
}

const char *dpi_version(void)
{
    return ndpi_revision();
}

bool dpi_suits_prefilter(void)
{
    return NDPI_MAJOR == 4 && NDPI_MINOR == 2;
}

static void put_be16(uint8_t *at, uint32_t v)
{
    at[0] = (uint8_t)(v >> 8);
    at[1] = (uint8_t)v;
}

static void put_be32(uint8_t *at, uint32_t v)
{
    put_be16(at, v >> 16);
    put_be16(at + 2, v);
}

/* 10/8 is the client and 172.16/12 the server: both are private (RFC 1918), so no table of networks
 * knows them; both change with every conversation, and so does their sum, by which nDPI remembers
 * who mined: no cache of its knows them either. */
static void put_ipv4(struct dpi *d, const struct talk *t, const struct dpi_question *q,
                     enum direction dir, size_t len)
{
    const uint8_t slow = (uint8_t)(t->number >> 16);
    const uint16_t fast = (uint16_t)t->number, twice = (uint16_t)(2 * fast);
    const uint8_t client[] = {10, slow, (uint8_t)fast, (uint8_t)(fast >> 8)};
    const uint8_t server[] = {172, 16, (uint8_t)twice, (uint8_t)(twice >> 8)};
    uint8_t *ip = d->packet;

    memset(ip, 0, IPV4_HEADER);
    ip[0] = 0x45; /* version 4, five words */
    put_be16(ip + 2, (uint32_t)len);
    ip[6] = 0x40; /* do not fragment */
    ip[8] = 64;   /* time to live */
    ip[9] = q->transport;
    memcpy(ip + 12, dir == TO_SERVER ? client : server, sizeof(client));
    memcpy(ip + 16, dir == TO_SERVER ? server : client, sizeof(client));
}

static void put_ports(uint8_t *at, const struct dpi_question *q, enum direction dir)
{
    const bool neutral = q->client_port == 0 && q->server_port == 0;
    const uint16_t client = neutral ? NEUTRAL_CLIENT_PORT : q->client_port;
    const uint16_t server = neutral ? NEUTRAL_SERVER_PORT : q->server_port;

    put_be16(at, dir == TO_SERVER ? client : server);
    put_be16(at + 2, dir == TO_SERVER ? server : client);
}

static void put_tcp(struct dpi *d, struct talk *t, enum direction dir, size_t len, uint8_t flags)
{
    uint8_t *tcp = d->packet + IPV4_HEADER;

    put_be32(tcp + 4, t->next_seq[dir]);
    put_be32(tcp + 8, (flags & TCP_ACK) != 0 ? t->next_seq[direction_other(dir)] : 0);
    tcp[12] = 0x50; /* five words */
    tcp[13] = flags;
    put_be16(tcp + 14, 65535);
    put_be32(tcp + 16, 0); /* checksum and urgent pointer: not looked at */
    t->next_seq[dir] += (uint32_t)len + ((flags & TCP_SYN) != 0 ? 1 : 0);
}

static enum module module_for(const struct dpi_question *q)
{
    return q->transport == TRANSPORT_TCP ? FOR_STREAMS : FOR_DATAGRAMS;
}

static ndpi_protocol give_packet(struct dpi *d, struct talk *t, const struct dpi_question *q,
                                 struct opening_turn turn, uint8_t tcp_flags)
{
    const struct bytes in = bytes_first(turn.bytes, DPI_TURN_MAX);
    const bool tcp = q->transport == TRANSPORT_TCP;
    const size_t headers = IPV4_HEADER + (tcp ? TCP_HEADER : UDP_HEADER);
    const size_t len = headers + in.len;

    put_ipv4(d, t, q, turn.direction, len);
    put_ports(d->packet + IPV4_HEADER, q, turn.direction);
    if (tcp) {
        put_tcp(d, t, turn.direction, in.len, tcp_flags);
    } else {
        put_be16(d->packet + IPV4_HEADER + 4, (uint32_t)(UDP_HEADER + in.len));
        put_be16(d->packet + IPV4_HEADER + 6, 0);
    }
    if (in.len > 0)
        memcpy(d->packet + headers, in.at, in.len);
    return ndpi_detection_process_packet(d->module[module_for(q)], &t->flow, d->packet,
                                         (unsigned short)len, 1
#if NDPI_SINCE(4, 6)
                                         ,
                                         NULL
#endif
    );
}

/* Its third segment is left out: the first with data says as much. So are, to versions that do not
 * ask whether a flow's beginning was seen, all three where the client speaks first: they would
 * cost a walk over the dissectors each, only to say who that is. */
static void shake_hands(struct dpi *d, struct talk *t, const struct dpi_question *q)
{
    t->next_seq[TO_SERVER] = 1;
    t->next_seq[TO_CLIENT] = 1;
    if (!NDPI_SINCE(4, 4) && q->count > 0 && q->turns[0].direction == TO_SERVER)
        return;
    (void)give_packet(d, t, q, (struct opening_turn){.direction = TO_SERVER}, TCP_SYN);
    (void)give_packet(d, t, q, (struct opening_turn){.direction = TO_CLIENT}, TCP_SYN | TCP_ACK);
}

/* In place of the oldest that is remembered. */
static struct talk *begin_talk(struct dpi *d, const struct dpi_question *q)
{
    const uint64_t number = ++d->talks;
    struct talk *t = &d->talk[number % DPI_TALKS];

    end_talk(t);
    *q->talk = number;
    t->number = number;
    t->client_port = q->client_port;
    t->server_port = q->server_port;
    if (q->transport == TRANSPORT_TCP)
        shake_hands(d, t, q);
    return t;
}

/* The conversation of an earlier question, of which this one tells more; NULL: it is forgotten. */
static struct talk *resume_talk(struct dpi *d, const struct dpi_question *q)
{
    struct talk *t = &d->talk[*q->talk % DPI_TALKS];
    size_t bytes = 0;

    if (t->number == 0 || t->number != *q->talk || t->turns > q->count ||
        t->client_port != q->client_port || t->server_port != q->server_port)
        return NULL;
    for (size_t i = 0; i < t->turns; i++)
        bytes += q->turns[i].bytes.len;
    return bytes == t->bytes ? t : NULL;
}

/* The same set of risks is the same list: told lists live as long as the dpi. When too many
 * different ones came, only the first risk is told. */
static void tell_risks(struct dpi *d, ndpi_risk bits, struct dpi_answer *out)
{
    struct risk_set *set = NULL;

    for (size_t i = 0; i < d->set_count; i++)
        if (d->sets[i].bits == bits)
            set = &d->sets[i];
    if (set == NULL && d->set_count < RISK_SETS_MAX) {
        set = &d->sets[d->set_count++];
        set->bits = bits;
        for (int risk = 1; risk < NDPI_MAX_RISK && set->count < RISKS_MAX; risk++)
            if ((bits >> risk & 1) != 0)
                set->name[set->count++] = d->risk_name[risk];
    }
    if (set != NULL) {
        out->risks = set->name;
        out->risk_count = set->count;
        return;
    }
    for (int risk = 1; risk < NDPI_MAX_RISK && out->risk_count == 0; risk++)
        if ((bits >> risk & 1) != 0) {
            out->risks = &d->risk_name[risk];
            out->risk_count = 1;
        }
}

/* The protocol spoken is the master of the two (DNS of "DNS.Google"). */
static uint16_t spoken(const struct ndpi_flow_struct *flow)
{
    const uint16_t app = flow->detected_protocol_stack[0];
    const uint16_t master = flow->detected_protocol_stack[1];
    return master != NDPI_PROTOCOL_UNKNOWN ? master : app;
}

static bool is_evidence(const struct dpi *d, const struct talk *t, uint16_t id)
{
    if (id == NDPI_PROTOCOL_UNKNOWN || id >= d->name_count)
        return false;
    if (t->flow.confidence != NDPI_CONFIDENCE_DPI &&
        t->flow.confidence != NDPI_CONFIDENCE_DPI_CACHE)
        return false;
    return d->name[id].trust != TRUST_NONE;
}

static void tell(struct dpi *d, const struct talk *t, enum module which, const ndpi_protocol *said,
                 struct dpi_answer *out)
{
    struct ndpi_detection_module_struct *module = d->module[which];
    const uint16_t id = spoken(&t->flow);
    ndpi_risk risk = t->flow.risk;

    /* Our ports are invented: what nDPI thinks of them is no finding. */
    if (t->client_port == 0 && t->server_port == 0)
        risk &= ~(1ULL << NDPI_KNOWN_PROTOCOL_ON_NON_STANDARD_PORT);
    out->name = d->name[id].text;
    /* From a cache that can know nothing but these turns: some dissectors go that way. */
    const bool cached = t->flow.confidence == NDPI_CONFIDENCE_DPI_CACHE;
    out->weak = cached || d->name[id].trust == TRUST_WEAK;
    out->proto = ndpi_get_proto_name(module, id);
    out->category = ndpi_category_get_name(module, said->category);
    tell_risks(d, risk, out);
}

struct dpi_answer dpi_ask(struct dpi *d, const struct dpi_question *q)
{
    if (!is_started(d, module_for(q)))
        return (struct dpi_answer){0};
    struct talk *t = resume_talk(d, q);
    if (t == NULL)
        t = begin_talk(d, q);
    while (t->turns < q->count && t->said.name == NULL) {
        const size_t turn = t->turns++;
        const ndpi_protocol said = give_packet(d, t, q, q->turns[turn], TCP_ACK | TCP_PSH);
        t->bytes += q->turns[turn].bytes.len;
        t->said.content = spoken(&t->flow) != NDPI_PROTOCOL_UNKNOWN;
        if (is_evidence(d, t, spoken(&t->flow))) {
            t->said.turn = turn;
            tell(d, t, module_for(q), &said, &t->said);
        }
    }
    return t->said;
}
