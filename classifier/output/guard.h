/* SPDX-License-Identifier: MIT */
/* guard.h - a file that ends with a whole line, whatever becomes of the program that writes it.
 *
 * A SIGKILL in the middle of write(2) tears the line that crosses a page: Linux looks for fatal
 * signals between pages. No process can help itself there, so a second one waits: it sleeps on a
 * pipe, and when the writer dies without a word it cuts the file after its last line feed. It costs
 * nothing while all is well.
 *
 * State: handle; guard_end(NULL) is fine.
 */
#ifndef OUTPUT_GUARD_H
#define OUTPUT_GUARD_H

/* Over the regular file `path`, which `fd` writes. Call before threads and sandbox. NULL when it
 * may not be read, or the machine allows no process more: the file is then only as good as
 * write(2). */
struct guard *guard_begin(int fd, const char *path);
/* The file is as it should be: the guard goes. */
void guard_end(struct guard *g);

#endif
