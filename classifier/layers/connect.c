/* SPDX-License-Identifier: MIT */
/* The inside of an HTTP CONNECT tunnel (RFC 9110 s9.3.6): every byte as it is, so the host carries
 * it without asking. It is here to be named in a flow's layers. */
#include "layers/layers.h"

const struct layer layer_connect = {
    .name = "connect",
    .application = false,
    .transparent = true,
};
