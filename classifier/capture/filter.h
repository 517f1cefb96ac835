/* SPDX-License-Identifier: MIT */
/* filter.h - one BPF expression, compiled once for each link type that is met. Private to capture/.
 */
#ifndef CAPTURE_FILTER_H
#define CAPTURE_FILTER_H

#include <pcap/pcap.h>

#include "base/err.h"
#include "model/packet.h"

#define FILTER_LINKTYPES 64 /* different ones in one capture */

struct filter_program;

struct filter {
    char *expression; /* NULL: everything passes */
    struct filter_program *programs;
    size_t count;
};

/* Keeps a copy of `expression`, which may be NULL. False when memory ran out. */
bool filter_open(struct filter *f, const char *expression);
void filter_close(struct filter *f);

/* NULL in `*out`: everything passes. False: the expression is wrong, or has no meaning there. */
bool filter_compile(struct filter *f, uint32_t linktype, const struct bpf_program **out,
                    struct err *err);

static inline bool filter_passes(const struct bpf_program *program, const struct frame *f)
{
    return program == NULL ||
           bpf_filter(program->bf_insns, f->data.at, f->wire_len, (unsigned)f->data.len) != 0;
}

#endif
