/* SPDX-License-Identifier: MIT */
/* registry.h - which layers are asked over which transport. Private to identify/. */
#ifndef IDENTIFY_REGISTRY_H
#define IDENTIFY_REGISTRY_H

#include "model/layer.h"
#include "model/packet.h"

#define REGISTRY_MAX 64 /* struct identify has a bit for each */

/* Is the n-th layer asked about streams (TCP, or whatever is inside one) or datagrams (UDP)? */
bool registry_asks(size_t n, bool datagrams);
/* The same of all: bit n. */
uint64_t registry_asked(bool datagrams);
/* What a layer of ours speaks, it recognises itself, and strictly: nDPI does not overrule its NO.
 * Is there one of that name? */
bool registry_speaks(const char *name, bool datagrams);

#endif
