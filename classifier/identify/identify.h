/* SPDX-License-Identifier: MIT */
/* identify.h - whose bytes are these? Sits on top of any byte stream until it is known.
 *
 * Keeps the opening (OPENING_MAX a direction), asks the registry's layers in order, then nDPI for
 * all that portwarden does not speak itself. The same for a TCP stream, the inside of a tunnel, and
 * WebSocket payload. State: struct identify, one per unknown stream; struct identifier, one per
 * worker (nDPI's tables).
 */
#ifndef IDENTIFY_IDENTIFY_H
#define IDENTIFY_IDENTIFY_H

#include "base/budget.h"
#include "base/err.h"
#include "model/layer.h"

struct identifier;

/* What identification needs to know besides the bytes. */
struct identify_context {
    struct endpoint client, server;
    uint8_t transport;
    bool midstream, inner;
    int64_t time_ns;
};

/* Private to identify.c and ndpi.c; zero-filled = ready. */
struct identify {
    uint8_t *kept[2]; /* OPENING_MAX each, allocated when bytes must outlive a call */
    uint16_t kept_len[2];
    bool ended[2];
    uint32_t refused;   /* bit n: registry entry n said NO for ever */
    uint8_t ndpi_asked; /* payloads given to nDPI */
    struct ndpi_flow *ndpi;
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
    const char *name;          /* static lifetime, lower case: layer->name, or nDPI's */
    enum confidence confidence;
    const char *why; /* for the evidence */
    struct bytes detail;
    enum direction direction;
    bool reversed;           /* the client is really the server (midstream only) */
    struct bytes opening[2]; /* when decided: everything seen so far, to be read again by the layer;
                                borrowed until identify_end() */
    struct ndpi_info ndpi;   /* when nDPI was asked; static lifetime */
};

/* What streams keep is counted in `budget`, which must outlive the identifier. */
struct identifier *identifier_create(struct budget *budget, struct err *err);
void identifier_free(struct identifier *i); /* NULL is fine */
const char *identifier_ndpi_version(void);

/* The next bytes of one direction. Takes at most what fits the opening: *used says how much; the
 * caller feeds the rest to whoever was found. */
struct identity identify_feed(struct identifier *i, struct identify *s,
                              const struct identify_context *c, enum direction d, struct bytes in,
                              size_t *used);
/* One direction (or, with both, the stream) will bring no more that follows on what was seen: its
 * end, or a gap. */
struct identity identify_ended(struct identifier *i, struct identify *s,
                               const struct identify_context *c, enum direction d);
/* Gives back what it kept. */
void identify_end(struct identifier *i, struct identify *s);

/* The layer of that name in the registry, or NULL. */
const struct layer *registry_find(const char *name);
/* The n-th layer in the registry's order, or NULL past its end. */
const struct layer *registry_layer(size_t n);

#endif
