/* SPDX-License-Identifier: MIT */
/* secret.h - the keyed hash of flow keys. Private to flow/. */
#ifndef FLOW_SECRET_H
#define FLOW_SECRET_H

#include "flow/flow.h"

struct flow_secret {
    uint64_t word[6];
};

struct flow_secret flow_secret_from(const struct hash_key *key);
uint64_t flow_secret_hash(const struct flow_secret *secret, const struct flow_key *key);

#endif
