/* SPDX-License-Identifier: MIT */
#include "model/overlap.h"

const char *overlap_name(enum overlap_policy p)
{
    switch (p) {
    case OVERLAP_LINUX: return "linux";
    case OVERLAP_LINUX_OLD: return "linux-old";
    case OVERLAP_FIRST: return "first";
    case OVERLAP_LAST: return "last";
    case OVERLAP_WINDOWS: return "windows";
    case OVERLAP_BSD: return "bsd";
    case OVERLAP_SOLARIS: return "solaris";
    case OVERLAP_POLICIES: break;
    }
    return "";
}
