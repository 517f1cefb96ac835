/* SPDX-License-Identifier: MIT */
#include "capture/linktype.h"

#include <pcap/dlt.h>
#include <stddef.h>

#define LINKTYPE_RAW    101
#define DLT_RAW_COMMON  12
#define DLT_RAW_OPENBSD 14

/* Where the two numbers differ: https://www.tcpdump.org/linktypes.html */
static const struct pair {
    uint32_t linktype;
    int dlt;
} pairs[] = {
    {100, DLT_ATM_RFC1483}, {LINKTYPE_RAW, DLT_RAW}, {102, DLT_SLIP_BSDOS},
    {103, DLT_PPP_BSDOS},   {106, DLT_ATM_CLIP},
};

#define PAIRS (sizeof(pairs) / sizeof(pairs[0]))

uint32_t linktype_of_dlt(int dlt)
{
    for (size_t i = 0; i < PAIRS; i++)
        if (pairs[i].dlt == dlt)
            return pairs[i].linktype;
    return (uint32_t)dlt;
}

int linktype_to_dlt(uint32_t linktype)
{
    for (size_t i = 0; i < PAIRS; i++)
        if (pairs[i].linktype == linktype)
            return pairs[i].dlt;
    return (int)linktype;
}

uint32_t linktype_of_file(uint32_t value)
{
    return value == DLT_RAW_COMMON || value == DLT_RAW_OPENBSD ? LINKTYPE_RAW : value;
}
