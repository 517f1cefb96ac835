/* SPDX-License-Identifier: MIT */
/* talk.h - conversations that are no BitTorrent, packet by packet: what they say, by kind.
 *
 * A kind writes what one side says into `said` and calls talk_say(); the talk makes packets of it,
 * TCP or UDP over IPv4, and hands them to whoever reads them. Seeded: the same packets each run. */
#ifndef TESTS_FALSEPOS_TALK_H
#define TESTS_FALSEPOS_TALK_H

#include "model/packet.h"
#include "tests/falsepos/kinds.h"

struct talk {
    struct dice *dice;
    struct buffer said;
    void (*packet)(void *ctx, struct bytes frame, int64_t time_ns);
    void *ctx;
    uint32_t addr[2], seq[2];
    uint16_t port[2];
    bool datagrams;
    int64_t now_ns, trip_ns;
    uint32_t turn;      /* counted by the templates */
    uint64_t constants; /* what stays the same in this conversation */
};

enum crowd {
    ONE_SERVER,    /* every conversation between two hosts of its own */
    MANY_SERVERS,  /* one client, each server another one: as a peer's would be */
    FROM_MIDDLE,   /* as ONE_SERVER, but the first packets are not captured */
    FALSELY_NAMED, /* as ONE_SERVER, but a tracker has named the server as a peer */
    CROWDS
};

enum seriousness {
    PROGRAM,  /* what a real program says: at most 1 in 1,000 `probable` */
    DISGUISE, /* made to look like nothing: at most `most` in 1,000 */
    IMITATION /* made to look like MSE wherever one can look: only counted */
};

struct talk_kind {
    const char *name;
    enum seriousness seriousness;
    uint32_t most; /* DISGUISE: in 1,000 */
    bool datagrams;
    uint16_t port; /* the server's; 0: any above 1023 */
    void (*make)(struct talk *t, const struct talk_kind *k);
    const char *says[2]; /* templates, for talk_by_template(); see there */
};

extern const struct talk_kind random_talks[], udp_talks[], stream_talks[];
extern const size_t random_talk_count, udp_talk_count, stream_talk_count;

void talk_begin(struct talk *t); /* TCP: SYN, SYN with ACK, ACK */
/* What is in `said`, from this side: segments, or one datagram. Empties it. */
void talk_say(struct talk *t, unsigned side);
void talk_pause(struct talk *t, uint32_t most_ms);
void talk_end(struct talk *t);
/* The client of `t` asks a tracker, which names the server of `t` among the peers (BEP 3, 23). */
void talk_with_tracker(const struct talk *t, uint32_t tracker, uint16_t port);

/* A number between them, both included. */
uint32_t talk_between(struct talk *t, uint32_t least, uint32_t most);
void talk_noise(struct talk *t, unsigned side, uint32_t least, uint32_t most);

/* Requests and answers in turn, as the templates of the kind say. A template is tokens with spaces
 * between them; " | " stands between alternatives, one of which is taken each time:
 *   4f          this byte                    ?8  ?8-90   random bytes
 *   [40-5f]     one byte of these            @4          random bytes, the same in the whole talk
 *   #2 #4 %2 %4 a counter of the turns       =2 =4 ~2 ~4 the length of all that follows
 *   $8-90       words                        _3  _3-9    zeros
 * # and = are big-endian, % and ~ little-endian. */
void talk_by_template(struct talk *t, const struct talk_kind *k);
void talk_template(struct talk *t, const char *template);

#endif
