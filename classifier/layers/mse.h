/* SPDX-License-Identifier: MIT */
/* mse.h - how the layer raw opens the layer mse in the middle of a stream. */
#ifndef LAYERS_MSE_H
#define LAYERS_MSE_H

#include "layers/mse_grammar.h"

/* The argument of replace(); NULL: recognised by its handshake. */
struct mse_joined {
    const struct mse_grammar *grammar; /* which fits */
};

#endif
