/* SPDX-License-Identifier: MIT */
/* promise.h - what a port promises: IANA's list where practice follows it, and `ports:` over it. */
#ifndef POLICY_PROMISE_H
#define POLICY_PROMISE_H

#include <stddef.h>
#include <stdint.h>

#define PROMISE_NAMES 8 /* names a port may promise */

struct promise {
    uint8_t transport;               /* enum transport */
    uint16_t low, high;              /* ports, both included */
    const char *text;                /* "http, websocket"; NULL: promises nothing */
    const char *name[PROMISE_NAMES]; /* ends with NULL where there is room */
};

struct promises {
    struct promise *own; /* of the rules file; sorted, apart from each other */
    size_t count;
};

/* NULL: nothing is promised. */
const struct promise *promise_find(const struct promises *p, uint8_t transport, uint16_t port);

#endif
