/* SPDX-License-Identifier: MIT */
/* export.h - report for packet filters: nft, iptables, suricata, pf. */
#ifndef CLI_EXPORT_H
#define CLI_EXPORT_H

#include "cli/session.h"

bool export_is_wanted(enum report_format format);
/* What is to be blocked is gathered by this. NULL: a sentence was printed. It asks `s`, which is
 * opened later, for the group never-block. */
struct firewall *export_create(const struct options *o, const struct session *s);
/* After the last flow; says what was left out. False: it is not whole. */
bool export_write(const struct session *s, const struct firewall *f, enum report_format format,
                  struct out *out);

#endif
