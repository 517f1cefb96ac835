/* SPDX-License-Identifier: MIT */
/* http_skim.h - what most of HTTP is, read without a word to anybody but what a request was for:
 * requests and answers like others before, in which nothing can be wrong, and the inside of bodies.
 *
 * In:    bytes that go on where the last ones ended.
 * Out:   the state, as http.c would leave it.
 * State: http_state.h. A head is looked at where one like it is remembered (http_shape.h).
 */
#ifndef LAYERS_HTTP_SKIM_H
#define LAYERS_HTTP_SKIM_H

#include "layers/http_state.h"

/* `state`: a struct http. Returns how much of `in` it has read: feed would have said nothing of it
 * but host.asked_for, and reads the rest. */
size_t http_skim(void *state, struct host *h, enum direction d, struct bytes in);
/* After feed and gap: may whole messages be skimmed? */
void http_look_plain(struct http *s, const struct host *h);

#endif
