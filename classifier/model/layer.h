/* SPDX-License-Identifier: MIT */
/* layer.h - the layer contract: five verbs for a protocol, and what its host does for it.
 *
 * A layer reads the bytes of a flow, two directions, each byte once and in order, cut anywhere. It
 * knows nothing of packets, rules, threads or outputs. Its answers depend on the bytes alone, not
 * on the cuts.
 */
#ifndef MODEL_LAYER_H
#define MODEL_LAYER_H

#include "base/bytes.h"
#include "base/digest.h"
#include "model/event.h"

#define OPENING_MAX 4096 /* bytes kept of each direction until a stream is known */

/* What has been seen of a stream that nobody reads yet. */
struct opening {
    struct bytes seen[2]; /* by direction: from the stream's first byte (or, midstream, from the
                             first captured) */
    bool ended[2];  /* nothing will be added: the direction ended, met a gap, or OPENING_MAX is full
                     */
    bool midstream; /* the connection's start was not captured: directions may be reversed too */
    bool inner;     /* the payload of messages, as a WebSocket's: not a stream that was wrapped */
    uint8_t transport;    /* enum transport; for UDP `seen` is one datagram */
    uint16_t server_port; /* never a reason on its own */
};

enum probe { PROBE_NO, PROBE_MORE, PROBE_YES };

struct recognition {
    enum probe answer; /* MORE: could be mine, cannot tell yet. NO is for ever */
    enum confidence confidence;
    const char *why;          /* one sentence of static lifetime, for the evidence */
    struct bytes detail;      /* what was seen: borrowed from the opening; may be empty */
    enum direction direction; /* where it was seen */
    bool reversed; /* the signature is a client's, but came from the "server", or the other way:
                      meaningful where opening.midstream */
};

enum close_reason { CLOSE_FINISHED, CLOSE_RESET, CLOSE_TIMEOUT, CLOSE_INPUT_ENDED };

struct host;

struct layer {
    const char *name; /* in `layers` and in rules: "http" */
    bool application; /* may be a flow's `app` (a tunnel's wrapping is not) */
    bool may_change;  /* can still become, or carry, another protocol: the flow's app is not settled
                         by it */
    bool transparent; /* carries every byte as it is: the host does that without calling feed */
    size_t state_size; /* bytes; zero-filled = ready; 0 = stateless */

    /* Pure. NULL: never recognised, only opened by another layer. */
    struct recognition (*recognise)(const struct opening *o);
    /* On the stack now. `arg`: what the layer below said in become(), or NULL. May be NULL itself.
     */
    void (*open)(void *state, struct host *h, const void *arg);
    /* Returns how much it used: in.len, or less after become() or leave(): the rest goes to whoever
     * is next. NULL: ignores everything. */
    size_t (*feed)(void *state, struct host *h, enum direction d, struct bytes in);
    /* `n` bytes of this direction were never captured. Unknown, possibly huge. May be NULL. */
    void (*gap)(void *state, struct host *h, enum direction d, uint64_t n);
    /* No more will come: give back what host->alloc gave. Called once, before the state is freed;
     * events are still welcome. May be NULL. */
    void (*close)(void *state, struct host *h, enum close_reason why);
    /* Adds what only this layer knows (ws totals, shape) to the view. May be NULL. */
    void (*summarise)(const void *state, struct flow_info *out);
};

/* What a layer may ask of its host. Given to each call; valid only during the call. */
struct host {
    /* Emits an event of a kind somebody is interested in (test `interest` first: that is the
     * point). packet, time and flow are filled in by the host; the layer sets kind, direction and
     * the body. */
    void (*emit)(struct host *h, struct event *e);
    /* Bytes (or a hole) for whoever is on top of this layer. With nobody there, they are
     * identified. */
    void (*carry)(struct host *h, enum direction d, struct bytes in);
    void (*carry_gap)(struct host *h, enum direction d, uint64_t n);
    /* From here on this layer only wraps `protocol`, which is opened with `arg` on top of it: bytes
     * of both directions that this layer did not use go there directly, and feed is not called
     * again. NULL protocol: whatever identification finds. */
    void (*become)(struct host *h, const char *protocol, const void *arg);
    /* "I was mistaken": off the stack; what it carries from now on, and all later bytes, are
     * identified afresh. */
    void (*leave)(struct host *h);
    /* Evidence at the packet being read. `what` has static lifetime. */
    void (*note)(struct host *h, const char *what, struct bytes detail);
    /* At least this sure now that the stream is this layer's protocol. Never goes down. */
    void (*claim)(struct host *h, enum confidence c);
    void (*climb)(struct host *h, enum ladder rung);
    /* What this layer's messages turned out to say, which needs no reader of its own: a name of
     * static lifetime ("socket.io"), shown as the top of the stack. The flow's app stays this
     * layer. Evidence is noted with it. The surest wins, among equals the first. */
    void (*speaks)(struct host *h, const char *name, enum confidence c, const char *why,
                   struct bytes detail);
    /* Counted in --memory, zero-filled; NULL when there is none. Free with the same size. */
    void *(*alloc)(struct host *h, size_t bytes);
    void (*free)(struct host *h, void *memory, size_t bytes);

    uint32_t interest; /* enum interest, ored: what anybody asked for */
    bool
        carry_wanted; /* somebody above still reads what is carried; else carrying is wasted work */
    size_t payload_limit;  /* INTEREST_KEEP: bytes of a message to keep */
    uint64_t packet;       /* frame number being read */
    int64_t time_ns;       /* its time */
    struct digest *digest; /* this worker's */
};

/* An anomaly of a layer at a stream offset. Always told: the flow counts them, even when no output
 * shows them. */
void host_anomaly(struct host *h, enum anomaly what, enum direction d, uint64_t offset);

#endif
