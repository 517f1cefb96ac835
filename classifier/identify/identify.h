/* SPDX-License-Identifier: MIT */
/* identify.h - whose bytes are these? Sits on top of any byte stream until it is known.
 *
 * Keeps the opening (OPENING_MAX a direction), asks the registry's layers in order, then nDPI for
 * all that portwarden does not speak itself. The same for a TCP stream, the inside of a tunnel, and
 * WebSocket payload. State: struct identify, one per unknown stream, and what it keeps, allocated
 * only when the first bytes did not decide; struct identifier, one per worker (nDPI's tables).
 *
 * The answer depends on the bytes, not on the cuts. The layers' recognisers do by contract. nDPI,
 * which looks at packets, is shown turns instead (all that one side said until the other spoke),
 * the first DPI_TURNS of a stream, and only where the bytes say so: when a turn ends, after ENOUGH
 * bytes of one direction, and at the end. It is raw when nobody knows it after IDENTIFY_TURNS
 * turns, or ENOUGH bytes of one direction (a full opening, while a layer needs more), or at the
 * end. UDP: each datagram is a turn.
 */
#ifndef IDENTIFY_IDENTIFY_H
#define IDENTIFY_IDENTIFY_H

#include <pthread.h>

#include "base/budget.h"
#include "base/err.h"
#include "model/layer.h"

struct identifier;

/* What identification needs to know besides the bytes. */
struct identify_context {
    struct endpoint client, server;
    uint8_t transport;
    bool midstream;
    bool direction_known;
    bool
        inner; /* the payload of messages: any bytes may begin one, so that more is asked of them */
    int64_t time_ns;
};

#define IDENTIFY_TURNS  OPENING_TURNS
#define IDENTIFY_ENOUGH 2048 /* bytes of a direction: then silence about them is an answer */

/* Private to identify.c; zero-filled = ready. */
struct identify {
    uint8_t *kept[2]; /* up to OPENING_MAX each, allocated when bytes must outlive a call */
    uint16_t kept_len[2], kept_room[2];
    uint64_t refused; /* bit n: registry entry n said NO for ever */
    uint16_t turn_len[IDENTIFY_TURNS];
    uint8_t turns;          /* how many there are, the current one included */
    uint8_t heard;          /* of them were whole when those that are not refused were last asked */
    uint8_t turn_to_client; /* bit n: turn n goes to the client */
    uint8_t last : 1;       /* enum direction: whose byte came last */
    bool turns_over : 1;    /* there were more turns than are counted */
    bool more : 1;          /* when last asked, a layer needed more */
    bool looked : 1;        /* are the first two turns plain? */
    bool plain : 1;
    bool ended[2];
    uint8_t unsaid[2]; /* turns of which nDPI had nothing to say: without ports, with them */
    uint64_t talk[2];  /* with nDPI, the same */
};

enum identified {
    IDENTIFIED_NOT_YET, /* the bytes were kept */
    IDENTIFIED_LAYER,   /* portwarden speaks it */
    IDENTIFIED_NDPI,    /* nDPI knows it by its bytes: a name, and no reader */
    IDENTIFIED_RAW,     /* nobody claims it; `layer` is raw's */
};

struct identity {
    enum identified result;
    const struct layer *layer; /* LAYER and RAW */
    const char *name;          /* lower case: layer->name, or nDPI's, which lives as long as the
                                  identifier */
    enum confidence confidence;
    const char *why; /* for the evidence */
    struct bytes detail;
    enum direction direction;
    size_t used;             /* of the bytes fed */
    bool reversed;           /* the client is really the server (midstream only) */
    struct bytes opening[2]; /* when decided: everything seen so far, to be read again by the layer;
                                borrowed from `in` and, until identify_end(), from the stream */
    struct ndpi_info ndpi;   /* when nDPI told the name; lives as long as the identifier */
};

/* What streams keep is counted in `budget`, which must outlive the identifier. */
struct identifier *identifier_create(struct budget *budget, struct err *err);
/* For identifiers of several threads: the lock under which nDPI starts (ndpi.h). */
void identifier_start_under(struct identifier *i, pthread_mutex_t *lock);
void identifier_free(struct identifier *i); /* NULL is fine */
const char *identifier_ndpi_version(void);

/* The next bytes of one direction. Takes at most what fits the opening: `used` says how much; the
 * caller feeds the rest to whoever was found. */
struct identity identify_feed(struct identifier *i, struct identify *s,
                              const struct identify_context *c, enum direction d, struct bytes in);
/* For a stream of which nothing was said or seen before these bytes: who is seen most is sure that
 * they are its own. Then identify_feed() says the same of the first *used bytes. NULL: it may know
 * more; where *said is NO, registry_layer(0) need not be asked again. */
const struct layer *identify_usual(const struct identify_context *c, enum direction d,
                                   struct bytes in, struct recognition *said, size_t *used);
/* One direction (or, with both, the stream) will bring no more that follows on what was seen: its
 * end, or a gap. A stream without a byte stays IDENTIFIED_NOT_YET. */
struct identity identify_ended(struct identifier *i, struct identify *s,
                               const struct identify_context *c, enum direction d);
/* The turns of an opening as a decided identity has it. Returns how many. */
uint8_t identify_turns(const struct identify *s, const struct bytes opening[2],
                       struct opening_turn out[IDENTIFY_TURNS]);
/* Gives back what it kept. */
void identify_end(struct identifier *i, struct identify *s);

/* A layer that was found and proved wrong must not be found again: bits for identify.refused, to be
 * set before the first byte. 0: it is never recognised anyway. */
uint64_t registry_bit(const struct layer *l);
/* The layer of that name in the registry, or NULL. */
const struct layer *registry_find(const char *name);
/* The n-th layer in the registry's order, or NULL past its end. */
const struct layer *registry_layer(size_t n);

#endif
