/* SPDX-License-Identifier: MIT */
/* err.h - one sentence for a person about a file, memory or configuration. Never about wire data.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

struct err {
    char text[512]; /* NUL-terminated; "" = no error. No newline at the end */
};

/* Keeps the first sentence: a second call on the same `err` changes nothing. `err` may be NULL. */
void err_set(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
