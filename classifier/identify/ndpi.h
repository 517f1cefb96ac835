/* SPDX-License-Identifier: MIT */
/* ndpi.h - the only door to nDPI: what does it make of an opening? Private to identify/.
 *
 * In:    the turns of a conversation, or the datagrams of a UDP flow, from the first byte.
 * Out:   a name, only where nDPI read the bytes: never a guess by port or address, never the memory
 *        of another flow.
 * State: one per worker. The turns are wrapped in IPv4 packets that were never on a wire, between
 *        two addresses that nobody has and no other conversation had, so that the answer is a
 *        function of the turns alone (and of the ports, where they are given). The last DPI_TALKS
 *        conversations are remembered, so that a question about more turns tells only those; of
 *        one that is forgotten all is told again, and the answer is the same.
 * Not asked: over TCP, for what portwarden speaks itself.
 *
 * Works with nDPI 4.2 and later; what differs between them is in ndpi.c.
 */
#ifndef IDENTIFY_NDPI_H
#define IDENTIFY_NDPI_H

#include <pthread.h>

#include "base/budget.h"
#include "base/bytes.h"
#include "base/err.h"
#include "model/opening.h"

struct dpi;

#define DPI_TURN_MAX 4096 /* bytes of a turn that are looked at */
#define DPI_TALKS    512  /* conversations remembered; each takes below 1 KiB */

struct dpi_question {
    const struct opening_turn *turns;
    size_t count;
    uint8_t transport;                 /* enum transport */
    uint16_t client_port, server_port; /* 0, 0: neutral ones, which mean nothing to nDPI */
    /* Of the conversation, 0 at first: set by dpi_ask() for the next question about it, which has
     * the same turns and perhaps more. */
    uint64_t *talk;
};

struct dpi_answer {
    const char *name; /* lower case; NULL: nDPI does not know. Lives as long as the dpi */
    size_t turn;      /* index of the turn that told */
    bool weak;        /* nDPI looks at so little that noise passes: see ndpi.c */
    bool content;     /* nDPI has found something, if only by the port, and looks no further */
    /* The fields of struct ndpi_info, whose header cannot meet nDPI's (both name a tcp_info). */
    const char *proto, *category;
    const char *const *risks;
    uint8_t risk_count;
};

/* `budget` counts where memory ran out; nDPI allocates for itself. `own`: is it a name of what
 * portwarden speaks over TCP itself? */
struct dpi *dpi_create(struct budget *budget, bool (*own)(const char *name), struct err *err);
void dpi_free(struct dpi *d); /* NULL is fine */
/* The first question starts nDPI, which sets up tables that all threads share: those of several
 * threads start and end under one lock, which must outlive them. */
void dpi_start_under(struct dpi *d, pthread_mutex_t *lock);
struct dpi_answer dpi_ask(struct dpi *d, const struct dpi_question *q);
const char *dpi_version(void);
/* Are its dissectors those that prefilter.h speaks of? */
bool dpi_suits_prefilter(void);

#endif
