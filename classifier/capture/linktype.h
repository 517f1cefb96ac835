/* SPDX-License-Identifier: MIT */
/* linktype.h - LINKTYPE_ numbers are for files and the same everywhere; DLT_ numbers are libpcap's
 * own and differ between systems in a few places. Private to capture/.
 */
#ifndef CAPTURE_LINKTYPE_H
#define CAPTURE_LINKTYPE_H

#include <stdint.h>

uint32_t linktype_of_dlt(int dlt);
int linktype_to_dlt(uint32_t linktype);

/* Some files hold a DLT_ where a LINKTYPE_ belongs: raw IP as 12, or 14 from OpenBSD. */
uint32_t linktype_of_file(uint32_t value);

#endif
