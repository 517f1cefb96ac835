/* SPDX-License-Identifier: MIT */
/* apart.h - a function that is not merged into its caller.
 *
 * For what a short function that runs for every packet leaves to a longer one: merged, the short
 * one would save the long one's registers each time.
 */
#ifndef BASE_APART_H
#define BASE_APART_H

#define APART __attribute__((noinline))

#endif
