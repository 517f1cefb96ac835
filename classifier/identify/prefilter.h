/* SPDX-License-Identifier: MIT */
/* prefilter.h - could any dissector of nDPI's say anything of these turns? Private to identify/.
 *
 * nDPI walks over some 90 dissectors with every packet over TCP, and nearly all of them look at the
 * first bytes, at a port or at a length alone. What none of them would heed is not shown to it.
 *
 * In:    what dpi_ask() takes.
 * Out:   what dpi_ask() says.
 * State: none.
 * Not here: datagrams, and versions of nDPI whose dissectors were not read: they are always asked.
 *
 * A sign asks for less than its dissector does, never for more: who passes is only asked about.
 */
#ifndef IDENTIFY_PREFILTER_H
#define IDENTIFY_PREFILTER_H

#include "identify/ndpi.h"

/* False: dpi_ask() says nothing, `content` included. Of more turns it may be true. */
bool prefilter_passes(const struct dpi_question *q);
/* dpi_ask(), where anything can come of it. */
struct dpi_answer prefilter_ask(struct dpi *d, const struct dpi_question *q);

#endif
