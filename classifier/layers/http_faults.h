/* SPDX-License-Identifier: MIT */
/* http_faults.h - what is wrong with one head, as anomalies, each once.
 *
 * State: value type, zero-filled = nothing wrong. More than HTTP_FAULTS_MAX are not remembered.
 */
#ifndef LAYERS_HTTP_FAULTS_H
#define LAYERS_HTTP_FAULTS_H

#include "base/apart.h"
#include "model/anomaly.h"

#include <stdint.h>

#define HTTP_FAULTS_MAX 23

struct http_faults {
    uint8_t count;
    uint16_t at[HTTP_FAULTS_MAX]; /* enum anomaly */
};

RARE static inline void http_fault(struct http_faults *f, enum anomaly what)
{
    for (unsigned i = 0; i < f->count; i++)
        if (f->at[i] == (uint16_t)what)
            return;
    if (f->count < HTTP_FAULTS_MAX)
        f->at[f->count++] = (uint16_t)what;
}

#endif
