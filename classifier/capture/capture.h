/* SPDX-License-Identifier: MIT */
/* capture.h - frames from files and live interfaces. The only door to libpcap.
 *
 * In:    pcap (all magics and byte orders), pcapng, either one gzip- or zstd-compressed, standard
 *        input ("-"), whatever else libpcap reads; a live interface.
 * Out:   struct frame, one at a time, borrowed until the next call. A file's are asked for, an
 *        interface's are taken as they come.
 * State: one read buffer (128 KiB, at most 16 MiB for a record), the decompressor's window (at most
 *        128 MiB, for zstd --ultra --long), the kernel's ring (64 MiB) when live.
 * Not here: what is in a frame (decode/); which files a folder holds (cli/).
 */
#ifndef CAPTURE_CAPTURE_H
#define CAPTURE_CAPTURE_H

#include "base/buffer.h"
#include "base/err.h"
#include "model/packet.h"

struct capture;

enum capture_result {
    CAPTURE_FRAME,
    CAPTURE_NOTHING, /* none yet (live, or a pipe), or a signal came: ask again */
    CAPTURE_END,
    CAPTURE_BROKEN, /* err says why, with the packet number; all frames before it were given */
};

#define CAPTURE_FEW 64 /* frames */

/* All borrowed until the next call. */
struct frames {
    size_t count;
    struct frame at[CAPTURE_FEW];
};

struct capture_live {
    const char *iface;
    const char *filter; /* BPF expression, or NULL */
    int buffer_mib;     /* kernel ring; 0 = a good default */
    int timeout_ms;     /* how long capture_take may wait; 0 = a good default */
};

struct capture_stats {
    uint64_t kernel_packets, kernel_drops, interface_drops; /* since the start */
};

/* `filter` is a BPF expression or NULL. NULL on error: "x.pcap: not a capture file" and the like.
 */
struct capture *capture_open_file(const char *path, const char *filter, struct err *err);
struct capture *capture_open_live(const struct capture_live *how, struct err *err);
/* "libpcap version 1.10.3 ..." */
const char *capture_library_version(void);
/* NULL is fine. */
void capture_close(struct capture *c);

/* A file's frames stay where they are until the lender takes their buffer back: it is asked for
 * room for at least `*room` bytes, gives more, or NULL: then frames are borrowed as ever. Before
 * the first frame. */
typedef uint8_t *capture_lender(void *ctx, size_t *room);
void capture_lend(struct capture *c, capture_lender *lender, void *ctx);

/* Of a file. */
enum capture_result capture_next(struct capture *c, struct frame *out, struct err *err);
/* The same, and the frames after it for which nothing need be read; none unless CAPTURE_FRAME. */
enum capture_result capture_next_few(struct capture *c, struct frames *out, struct err *err);
/* Of an interface: each frame that waits, at most `most`, where it lies in the kernel's ring.
 * Waits for the first. `take` says whether it wants more. CAPTURE_FRAME: it had at least one. */
typedef bool capture_taker(void *ctx, const struct frame *f);
enum capture_result capture_take(struct capture *c, int most, capture_taker *take, void *ctx,
                                 struct err *err);
bool capture_stats(struct capture *c, struct capture_stats *out); /* false for files */

/* How far a file has been read, 0..1000, for a progress bar; -1: not known (a pipe). */
int capture_progress(const struct capture *c);

/* The time of the first frame of a file, to put a folder's captures in order. False: it has none.
 */
bool capture_first_time(const char *path, int64_t *time_ns);

#endif
