/* SPDX-License-Identifier: MIT */
#include "output/json_runs.h"

_Static_assert(JSON_RUNS == 1 << (64 - 58), "a place is the highest bits of a product");

void json_run_keep(struct json_run *r, const struct json_made *m, const struct buffer *out,
                   size_t from, const uint8_t *at)
{
    if (out->failed || m->of.len > sizeof(r->of))
        return;
    const struct bytes text = bytes_of(out->at + from, (size_t)(at - out->at) - from);
    if (text.len > sizeof(r->text))
        return;
    r->what = m->what;
    r->of_len = (uint16_t)m->of.len;
    r->len = (uint16_t)text.len;
    if (m->of.len > 0)
        memcpy(r->of, m->of.at, m->of.len);
    memcpy(r->text, text.at, text.len);
}
