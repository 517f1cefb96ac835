/* SPDX-License-Identifier: MIT */
#include "model/layer.h"

void host_anomaly(struct host *h, enum anomaly what, enum direction d, uint64_t offset)
{
    struct event e = {.kind = EVENT_ANOMALY, .direction = d};

    e.as.anomaly.id = what;
    e.as.anomaly.offset = offset;
    h->emit(h, &e);
}
