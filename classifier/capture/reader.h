/* SPDX-License-Identifier: MIT */
/* reader.h - what a capture is made of, and what each kind of source does. Private to capture/. */
#ifndef CAPTURE_READER_H
#define CAPTURE_READER_H

#include <endian.h>
#include <pcap/pcap.h>

#include "capture/capture.h"
#include "capture/filter.h"
#include "capture/input.h"

#define RECORD_MAX (16u << 20) /* bytes: a longer record is damage */

/* One kind of source. `next` (not of an interface) passes over what the filter drops itself. */
struct reader {
    enum capture_result (*next)(struct capture *c, struct frame *out, struct err *err);
    /* The frames that follow, as next() would give them, as far as they lie in the buffer and
     * nothing is odd about them: at most `room`. NULL: it gives them one by one. */
    size_t (*few)(struct capture *c, struct frame *out, size_t room);
    void (*close)(struct capture *c); /* NULL: nothing of its own */
};

/* A pcap file: one link type, one clock. */
struct pcap_file {
    bool big;              /* byte order */
    bool lengths_swapped;  /* written before libpcap agreed with itself: always ... */
    bool lengths_may_swap; /* ... or sometimes */
    bool as_here;          /* the usual header, this machine's byte order, no lengths to swap */
    uint32_t nanoseconds;  /* in a tick of the fraction */
    uint32_t header_len;   /* bytes before each packet */
    uint32_t data_max;     /* more captured bytes than this are damage */
    uint32_t linktype;
    const struct bpf_program *filter;
};

/* A pcapng file: many sections, each with many interfaces. */
struct pcapng_file {
    bool big; /* byte order of this section */
    struct pcapng_interface *interfaces;
    size_t count, room;
    uint64_t skip;            /* bytes of a block still to pass over */
    int64_t last_ns;          /* simple packet blocks carry no time */
    enum capture_result stop; /* why reading stopped; CAPTURE_FRAME: it goes on */
};

/* libpcap itself: a live interface, or a file of a kind that only it knows. */
struct libpcap {
    pcap_t *handle;
    uint32_t linktype, nanoseconds;
    const struct bpf_program *filter;
    int wait_fd, timeout_ms;     /* live */
    struct pcap_stat last;       /* live: 32-bit counters, which wrap ... */
    struct capture_stats totals; /* ... and their sums */
};

struct capture {
    const struct reader *reader;
    char *name;      /* as sentences call it */
    uint64_t number; /* of the last frame read, also of those that the filter dropped */
    bool over;
    struct input input;
    struct filter filter;
    struct pcap_file pcap;
    struct pcapng_file pcapng;
    struct libpcap lib;
};

/* Takes what is open, if there is the memory for a capture; `taken` is then empty. */
struct capture *capture_open_input(struct input *taken, const char *name, const char *filter,
                                   struct err *err);
/* Takes `fd`. `room`: bytes of the first buffer. */
struct capture *capture_open_fd(int fd, const char *name, const char *filter, size_t room,
                                struct err *err);

/* Each looks at the start of the file and gives true when it is of its kind and was opened. */
bool pcap_open_input(struct capture *c, struct err *err);
bool pcapng_open_input(struct capture *c, struct err *err);
bool foreign_open_input(struct capture *c, struct err *err);
bool pcap_is_magic(const uint8_t magic[4]);
bool pcapng_is_magic(const uint8_t magic[4]);

bool live_open(struct capture *c, const struct capture_live *how, struct err *err);
enum capture_result live_take(struct capture *c, int most, capture_taker *take, void *ctx,
                              struct err *err);
bool live_stats(struct capture *c, struct capture_stats *out);
extern const struct reader live_reader;

void libpcap_close(struct capture *c);
void libpcap_frame(struct capture *c, const struct pcap_pkthdr *header, const uint8_t *data,
                   struct frame *out);

/* Not even the start of the file is there: `what`, unless there is a deeper reason. */
void reader_no_start(const struct capture *c, enum input_result why, const char *what,
                     struct err *err);
/* "x.pcap: damaged after packet 17: a block's two lengths differ"; `detail` may be "". */
enum capture_result reader_broken(const struct capture *c, const char *what, const char *detail,
                                  struct err *err);
/* No whole record header is left: the end of the capture, a signal, or a cut. */
enum capture_result reader_no_header(struct capture *c, enum input_result why, struct err *err);
/* The next packet's header is there, but only `have` of its `want` bytes. */
enum capture_result reader_no_data(struct capture *c, enum input_result why, size_t have,
                                   size_t want, struct err *err);

/* Fields in either byte order. */
static inline uint16_t reader_u16(const uint8_t *at, bool big)
{
    uint16_t value;
    memcpy(&value, at, sizeof(value));
    return big ? be16toh(value) : le16toh(value);
}

static inline uint32_t reader_u32(const uint8_t *at, bool big)
{
    uint32_t value;
    memcpy(&value, at, sizeof(value));
    return big ? be32toh(value) : le32toh(value);
}

#endif
