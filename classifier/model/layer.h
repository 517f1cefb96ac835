/* SPDX-License-Identifier: MIT */
/* layer.h - the layer contract: five verbs for a protocol, and what its host does for it.
 *
 * A layer reads the bytes of a flow, two directions, each byte once and in order, cut anywhere. It
 * knows nothing of packets, rules, threads, outputs. Its answers depend on the bytes, not the cuts.
 */
#ifndef MODEL_LAYER_H
#define MODEL_LAYER_H

#include "base/apart.h"
#include "base/bytes.h"
#include "base/digest.h"
#include "model/event.h"
#include "model/known_peer.h"
#include "model/opening.h"

enum close_reason { CLOSE_FINISHED, CLOSE_RESET, CLOSE_TIMEOUT, CLOSE_INPUT_ENDED };
struct host;

struct layer {
    const char *name;      /* in `layers` and in rules: "http" */
    const char *opened_as; /* in become(), where that is another name; else NULL */
    const char *app;  /* as a flow's `app`, where that is another name: "bittorrent" of "mse" */
    bool application; /* may be a flow's `app` (a tunnel's wrapping is not) */
    bool may_change;  /* can still become, or carry, another protocol: app is not settled by it */
    bool transparent; /* carries every byte as it is: the host does that without calling feed */
    bool carries_stream; /* what it carries is a stream as TCP's, and no messages: identified so */
    size_t state_size;   /* bytes; zero-filled = ready; 0 = stateless. It may move between calls */
    /* Pure. NULL: never recognised, only opened by another layer. */
    struct recognition (*recognise)(const struct opening *o);
    /* On the stack now. `arg`: what the layer below said in become(). Both may be NULL. */
    void (*open)(void *state, struct host *h, const void *arg);
    /* Recognised, and open was called; `o` is what was seen, and is fed next. For a layer that must
     * find its place in it (midstream). By the directions as they are now. May be NULL. */
    void (*join)(void *state, struct host *h, const struct opening *o);
    /* Returns how much it used: in.len, or less after become() or leave(): the next one gets the
     * rest. NULL: ignores everything. Over UDP each call, and each turn before, is one datagram. */
    size_t (*feed)(void *state, struct host *h, enum direction d, struct bytes in);
    /* Reads the front of `in` as far as that needs no word to the host, but for `heeds` and
     * `asked_for`: to the same end as feed, which gets the rest. Returns how much. May be NULL. */
    size_t (*skim)(void *state, struct host *h, enum direction d, struct bytes in);
    /* `n` bytes of this direction were never captured. Unknown, possibly huge. May be NULL. */
    void (*gap)(void *state, struct host *h, enum direction d, uint64_t n);
    /* No more will come: give back what host->alloc gave. Once, or again after replace(), which it
     * may call, as it may emit. The state is freed next. May be NULL. */
    void (*close)(void *state, struct host *h, enum close_reason why);
    /* Adds what only this layer knows (ws totals, shape) to the view. May be NULL. */
    void (*summarise)(const void *state, struct flow_info *out);
    /* Nobody will summarise the state again: gives back what close left. May be NULL. */
    void (*forget)(void *state, struct host *h);
};

/* What a layer may ask of its host. Given to each call; valid only during the call. */
struct host {
    /* Emits an event of a kind that somebody asked for: test `interest` first. The layer sets kind,
     * direction and the body; the host fills in the rest. */
    void (*emit)(struct host *h, struct event *e);
    /* Bytes (or a hole) for whoever is on top of this layer; with nobody there, identified. */
    void (*carry)(struct host *h, enum direction d, struct bytes in);
    void (*carry_gap)(struct host *h, enum direction d, uint64_t n);
    /* From here on this layer only wraps `protocol` (NULL: whatever identification finds), opened
     * with `arg` on top of it: bytes that it did not use go there, and feed is not called again. */
    void (*become)(struct host *h, const char *protocol, const void *arg);
    /* "I was mistaken": off the stack. What it carries now and all later bytes: identified anew. */
    void (*leave)(struct host *h);
    /* Off the stack, too, but it is known what takes the place: `protocol`, opened with `arg`.
     * `reversed`: who was taken for the server is the client (only where opening.direction_known
     * was false): the directions are turned around from here on. */
    void (*replace)(struct host *h, const char *protocol, const void *arg, bool reversed);
    /* Evidence at the packet being read. `what` has static lifetime. */
    void (*note)(struct host *h, const char *what, struct bytes detail);
    /* At least this sure now that the stream is this layer's protocol. Never goes down. */
    void (*claim)(struct host *h, enum confidence c);
    /* note() for one of several signs that count together: `bits`, the logarithm to base 2 of how
     * much likelier it is if the stream is this layer's protocol than if it is anything else. */
    void (*weigh)(struct host *h, uint8_t bits, const char *what, struct bytes detail);
    /* Is one end of this flow known to take part in BitTorrent? NULL: not that anybody knows.
     * Borrowed for the call. known_ice: or, of WebRTC, one or both sides' names; how surely so. */
    const struct known_peer *(*known_peer)(struct host *h);
    const struct known_peer *(*known_ice)(struct host *h, const struct endpoint names[2],
                                          enum confidence *sure);
    /* This flow has the shape of encrypted BitTorrent: remembers it. To how many other addresses,
     * each on a port of its own above 1023, had the client such flows in the last five minutes? */
    unsigned (*others_alike)(struct host *h);
    void (*climb)(struct host *h, enum ladder rung);
    /* What this layer's messages turned out to say, which needs no reader: a name of static life
     * ("socket.io"), shown as the top of the stack. The app stays this layer. Evidence is noted
     * with it. The surest wins, among equals the last. */
    void (*speaks)(struct host *h, const char *name, enum confidence c, const char *why,
                   struct bytes detail);
    /* Would anybody take note of this whole data message? Else it is as good as told. NULL: yes. */
    bool (*heeds)(struct host *h, enum direction d, uint8_t opcode, struct bytes clear);
    /* The same of one in which `part` is not. NULL, both: heeds() must see it. */
    bool (*heeds_without)(struct host *h, enum direction d, uint8_t opcode);
    const struct simd_text *part; /* of a text that is looked for */
    /* An HTTP request was for this. NULL: somebody wants to know more: EVENT_HTTP_REQUEST. */
    void (*asked_for)(struct host *h, struct bytes host, struct bytes url, struct bytes origin);
    /* Counted in --memory, zero-filled (bare: not); NULL: none is left. Free with the same size. */
    void *(*alloc)(struct host *h, size_t bytes);
    void *(*alloc_bare)(struct host *h, size_t bytes);
    void (*free)(struct host *h, void *memory, size_t bytes);
    uint32_t interest;     /* enum interest, ored: what anybody asked for */
    bool carry_wanted;     /* somebody above still reads what is carried; else it is wasted work */
    bool carried_known;    /* what is carried has a name already */
    bool message_begins;   /* set by the layer before carry(): these bytes begin a message */
    size_t payload_limit;  /* INTEREST_KEEP: bytes of a message to keep */
    enum ladder ladder;    /* how far the flow's upgrade came so far */
    int64_t unfinished_ns; /* a request that takes longer is EVENT_HTTP_SLOW; 0: nobody asks */
    uint32_t cut;          /* UDP: bytes of the datagram's end that were not captured */
    uint64_t packet;       /* frame number being read */
    int64_t time_ns;       /* its time */
    struct digest *digest; /* this worker's; so is: */
    struct http_shapes *shapes; /* heads that were read: http_shape.h; NULL: none are remembered */
    /* In close(CLOSE_FINISHED), by direction: its sender's FIN acknowledged all of the other's. */
    bool heard_all[2];
};

/* At a stream offset. Always told: the flow counts them. */
RARE void host_anomaly(struct host *h, enum anomaly what, enum direction d, uint64_t offset);
#endif
