/* SPDX-License-Identifier: MIT */
/* apart.h - a function that is not merged into its caller, or always is.
 *
 * Apart: what a short function that runs for every packet leaves to a longer one; merged, the short
 * one would save the long one's registers each time. Merged: what runs for every packet, and is
 * called in a second place where it seldom does; apart, it would find its arguments in memory.
 *
 * Rare: what most flows never need. It lies elsewhere in the program, and so does what its callers
 * do to call it: what they do otherwise fills fewer lines of the instruction cache.
 */
#ifndef BASE_APART_H
#define BASE_APART_H

#define APART  __attribute__((noinline))
#define RARE   __attribute__((cold))
#define MERGED inline __attribute__((always_inline))

#endif
