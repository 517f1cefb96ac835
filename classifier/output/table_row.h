/* SPDX-License-Identifier: MIT */
/* table_row.h - one line of the table and what stands under it. */
#ifndef OUTPUT_TABLE_ROW_H
#define OUTPUT_TABLE_ROW_H

#include "output/output.h"
#include "output/sheet.h"
#include "output/view.h"

struct table {
    struct sheet sheet;
    const struct view *view;
    const struct table_options *how;
    bool wide;           /* room for longer stacks */
    size_t detail_lines; /* that may still be spent under rows; not asked with --all */
};

/* Flows alike, or with --all a single one. */
struct table_row {
    const struct flow_info *flow; /* the one to show */
    const struct flow_kind *kind; /* NULL: a single flow */
};

void table_heads_print(struct table *t);
void table_row_print(struct table *t, const struct table_row *row);

#endif
