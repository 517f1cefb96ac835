/* SPDX-License-Identifier: MIT */
#include "model/anomaly.h"

#define ANOMALY_ROW(id, name, type, layer, what) [id] = {name, type, layer, what},
static const struct anomaly_info table[ANOMALY_COUNT] = {ANOMALY_LIST(ANOMALY_ROW)};

const struct anomaly_info *anomaly_info(enum anomaly a)
{
    return &table[a];
}
