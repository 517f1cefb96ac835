/* SPDX-License-Identifier: MIT */
/* label.h - the words a flow is described with (docs/architecture.md, "Words"). */
#ifndef MODEL_LABEL_H
#define MODEL_LABEL_H

/* In rising order: a rule asks for "at least". */
enum confidence {
    CONFIDENCE_NONE,
    CONFIDENCE_GUESS,    /* the port or address alone: shown, never enough for a rule */
    CONFIDENCE_PROBABLE, /* statistics or correlation */
    CONFIDENCE_STRONG,   /* an unmistakable signature in one direction */
    CONFIDENCE_CERTAIN,  /* the protocol's own check passed */
};

/* How far an upgrade to WebSocket came. REFUSED and UNFRAMED are ends; the others climb in this
 * order. */
enum ladder {
    LADDER_NONE,
    LADDER_ASKED,
    LADDER_REFUSED,
    LADDER_GRANTED,  /* 101, but Sec-WebSocket-Accept is missing or wrong */
    LADDER_ACCEPTED, /* and Sec-WebSocket-Accept is right */
    LADDER_FRAMED,   /* and legal frames follow */
    LADDER_UNFRAMED, /* 101 and then bytes that are no frames */
};

/* What a raw stream looks like. */
enum shape {
    SHAPE_NONE,
    SHAPE_TEXT,            /* lines of text */
    SHAPE_LENGTH_PREFIXED, /* binary messages that each say their length first */
    SHAPE_BINARY,          /* binary with structure */
    SHAPE_RANDOM,          /* looks like random bytes: encrypted or compressed */
};

enum verdict { VERDICT_NONE, VERDICT_ALLOW, VERDICT_BLOCK };

/* Three-valued logic: `not` of NOT_YET is NOT_YET. */
enum tri { TRI_NO, TRI_YES, TRI_NOT_YET };

/* The lower-case words used in every output and in rules; "" for NONE. */
const char *confidence_name(enum confidence c);
const char *ladder_name(enum ladder l);
const char *shape_name(enum shape s);
const char *verdict_name(enum verdict v);

#endif
