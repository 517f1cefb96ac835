/* SPDX-License-Identifier: MIT */
/* key.h - the keys of rules: a row of a table each, with all that people are told of them
 * (`rules show --keys`, docs/rules.md), and the conditions that rules make of them.
 *
 * Tables: keys.c for `match`, message_keys.c for `message`, frame_keys.c for `frame`. A key's
 * example is a value that tests ask of facts which it matches, and of others (test_policy_keys.c).
 */
#ifndef POLICY_KEY_H
#define POLICY_KEY_H

#include "model/facts.h"
#include "model/message_facts.h"
#include "policy/value.h"

/* Facts that are texts. Each has a bank for its regular expressions. */
enum text_field {
    FIELD_APP,
    FIELD_LAYERS,
    FIELD_INSIDE,
    FIELD_CATEGORY,
    FIELD_RISK,
    FIELD_INTERFACE,
    FIELD_HOST,
    FIELD_PATH,
    FIELD_QUERY,
    FIELD_METHOD,
    FIELD_USER_AGENT,
    FIELD_ORIGIN,
    FIELD_SUBPROTOCOL,
    FIELD_SNI,
    FIELD_ALPN,
    FIELD_ALPN_OFFERED,
    FIELD_JA3,
    FIELD_JA3S,
    FIELD_JA4,
    FIELD_PEER_CLIENT,
    FIELD_HEADER, /* the patterns of all headers; each header is a field beyond FIELD_COUNT */
    FIELD_JSON,   /* the patterns of values in JSON: no fact of a flow */
    FIELD_COUNT
};

/* What a condition says of the facts as they are. Rising, so that "all of them" is the least. */
enum answer {
    ANSWER_NO,      /* and never will */
    ANSWER_NO_NOW,  /* no; but a later request, say, may still match */
    ANSWER_NOT_YET, /* not known */
    ANSWER_YES,
};

struct condition;
struct json_search;
struct policy;
struct policy_worker;

struct question {
    const struct policy *policy;
    struct policy_worker *worker;
    const struct facts *facts;
    const struct message_facts *message; /* NULL: the flow is asked about, not a message */
    const struct ws_frame_facts *frame;  /* NULL: no frame is asked about */
    const uint64_t *hits;                /* of content patterns, then JSON tests, in this message */
    const uint64_t *violations;          /* enum anomaly, a bit each: in this message so far */
    const struct json_search *json;      /* NULL: its payload was not read as JSON */
    bool blind;                          /* its payload could not be searched */
};

typedef enum answer match_fn(const struct question *q, const struct condition *c);

enum key_flag {
    KEY_NOCASE = 1 << 0,   /* VALUE_TEXT */
    KEY_IDENTITY = 1 << 1, /* asks what the flow is: confidence counts */
    KEY_MAP = 1 << 2,      /* a map of names, each with a value: a condition for each */
    KEY_DOMAIN = 1 << 3,   /* VALUE_TEXT that is a host name: lists may hold .example.com */
    KEY_HOME = 1 << 4,     /* asks by the group `home` */
    KEY_TOLD = 1 << 5,     /* a request, a handshake or a hello says it */
};

struct key {
    const char *name;
    const char *layer;   /* whose field it is: "network", "flow", "http" ... */
    const char *what;    /* it asks; one line */
    const char *example; /* a value, in YAML */
    enum value_kind kind;
    match_fn *match;          /* NULL: `confidence`, which is the rule's */
    const char *const *words; /* VALUE_WORDS, VALUE_LEVEL: NULL-terminated */
    uint8_t field;            /* VALUE_TEXT: enum text_field; counts: enum flow_count */
    uint8_t flags;            /* enum key_flag, ored */
    uint16_t asks;            /* enum asks, ored: what has to be kept for it */
};

#define KEYS_MAX 64 /* rows of a table */

/* They end with a row without a name. */
extern const struct key match_keys[];
extern const struct key message_keys[];
extern const struct key frame_keys[];
/* "text, any case", "numbers" ...: what its value is. */
const char *key_type(const struct key *key);

struct condition {
    const struct key *key;
    struct bytes name;         /* KEY_MAP: of this entry, as it was written */
    uint32_t field;            /* key->field, or FIELD_COUNT + the number of a header */
    const struct node *source; /* the value as it was written */
    struct value value;
};

struct condition_list {
    struct condition *at;
    size_t count;
    uint64_t keys; /* bit n: row n of its table of keys is here */
};

/* A header that some rule asks for. */
struct asked_header {
    struct bytes name;
    bool of_response;
};

#endif
