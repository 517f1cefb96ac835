/* SPDX-License-Identifier: MIT */
/* http_recognise.h - do the first bytes of the two directions look like HTTP/1? */
#ifndef LAYERS_HTTP_RECOGNISE_H
#define LAYERS_HTTP_RECOGNISE_H

#include "model/layer.h"

/* Pure. A request line is strong (with a method that nobody knows: probable), so is a status line;
 * HTTP/0.9, RTSP, SIP, ICY and HTTP/2 are not HTTP here. */
struct recognition http_recognise(const struct opening *o);

#endif
