/* SPDX-License-Identifier: MIT */
/* overlap.h - who wins where segments of a stream, or fragments of a datagram, overlap with other
 * bytes: the receiver's operating system decides (Ptacek, Newsham 1998; Novak 2005). */
#ifndef MODEL_OVERLAP_H
#define MODEL_OVERLAP_H

enum overlap_policy {
    OVERLAP_LINUX,     /* the default */
    OVERLAP_LINUX_OLD, /* before 4.19, which drops datagrams whose fragments overlap */
    OVERLAP_FIRST,     /* the bytes that came first, always */
    OVERLAP_LAST,      /* the bytes that came last, always */
    OVERLAP_WINDOWS,
    OVERLAP_BSD,
    OVERLAP_SOLARIS,
    OVERLAP_POLICIES /* how many there are */
};

/* "linux": as in rules files. */
const char *overlap_name(enum overlap_policy p);

#endif
