/* SPDX-License-Identifier: MIT */
/* pcapng_write.h - a capture file with comments (draft-ietf-opsawg-pcapng): one section, an
 * interface for each kind of frame, enhanced packet blocks. Times are nanoseconds.
 *
 * State: value type, zero-filled = ready. Bound: PCAPNG_INTERFACES interfaces.
 */
#ifndef OUTPUT_PCAPNG_WRITE_H
#define OUTPUT_PCAPNG_WRITE_H

#include "base/buffer.h"
#include "model/packet.h"

#define PCAPNG_INTERFACES 1024

struct pcapng_writer {
    struct pcapng_origin {
        const char *source; /* compared as text; kept by reference */
        uint32_t interface, linktype;
    } interface[PCAPNG_INTERFACES];
    uint32_t count;
};

/* Begins the file. `comment`: UTF-8, as all comments; it and `program` may be empty. */
void pcapng_begin(struct buffer *out, const char *program, struct bytes comment);
/* `source` is the file that the frame is from; `comments`: texts that each end with a NUL, one
 * behind the other. False: frames of too many interfaces. */
bool pcapng_frame(struct pcapng_writer *w, struct buffer *out, const struct frame *f,
                  const char *source, struct bytes comments);

#endif
