/* SPDX-License-Identifier: MIT */
/* raw.h - how another layer gives a stream back to the layer raw. */
#ifndef LAYERS_RAW_H
#define LAYERS_RAW_H

#include "layers/mse_grammar.h"

/* The argument of replace(); NULL: nobody knew it from the start. */
struct raw_given_back {
    const struct mse_grammar *grammar; /* to go on with; NULL: it is no encrypted BitTorrent */
};

#endif
