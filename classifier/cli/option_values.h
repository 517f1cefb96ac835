/* SPDX-License-Identifier: MIT */
/* option_values.h - what stands behind an option, read: words, sizes, counts, times. */
#ifndef CLI_OPTION_VALUES_H
#define CLI_OPTION_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One of the words of a list (which NULL ends): its place, or -1. */
int option_word(const char *v, const char *const *words);
/* "4096", "64k", "256MiB": bytes, in powers of 1024, at least 1. False: it is no size. */
bool option_size(const char *v, size_t *out);
/* A decimal number, at least 1. */
bool option_count(const char *v, long *out);
/* "90s", "10m", "1h", "7d": at least a second, at most `most` seconds. */
bool option_seconds(const char *v, uint32_t most, uint32_t *out);

#endif
