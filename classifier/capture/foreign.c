/* SPDX-License-Identifier: MIT */
/* foreign.c - a file of a kind that we do not read ourselves, but this machine's libpcap may. */
#include <stdio.h>
#include <unistd.h>

#include "capture/linktype.h"
#include "capture/reader.h"

static enum capture_result foreign_next(struct capture *c, struct frame *out, struct err *err)
{
    struct pcap_pkthdr *header;
    const uint8_t *data;

    for (;;) {
        const int result = pcap_next_ex(c->lib.handle, &header, &data);
        if (result == PCAP_ERROR_BREAK)
            return CAPTURE_END;
        if (result != 1)
            return reader_broken(c, "damaged", pcap_geterr(c->lib.handle), err);
        libpcap_frame(c, header, data, out);
        if (filter_passes(c->lib.filter, out))
            return CAPTURE_FRAME;
    }
}

static const struct reader foreign_reader = {.next = foreign_next, .close = libpcap_close};

void libpcap_close(struct capture *c)
{
    if (c->lib.handle != NULL)
        pcap_close(c->lib.handle);
}

void libpcap_frame(struct capture *c, const struct pcap_pkthdr *header, const uint8_t *data,
                   struct frame *out)
{
    out->number = ++c->number;
    out->time_ns = (int64_t)header->ts.tv_sec * INT64_C(1000000000) +
                   (int64_t)header->ts.tv_usec * c->lib.nanoseconds;
    out->linktype = c->lib.linktype;
    out->interface = 0;
    out->wire_len = header->len > header->caplen ? header->len : header->caplen;
    out->data = bytes_of(data, header->caplen);
}

/* libpcap reads from the file's start: a pipe cannot go back there. */
bool foreign_open_input(struct capture *c, struct err *err)
{
    char why[PCAP_ERRBUF_SIZE];
    const int fd = lseek(c->input.fd, 0, SEEK_SET) == 0 ? dup(c->input.fd) : -1;
    FILE *file = fd >= 0 ? fdopen(fd, "rb") : NULL;

    if (file != NULL) {
        c->lib.handle =
            pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, why);
        if (c->lib.handle == NULL)
            fclose(file);
    } else if (fd >= 0) {
        close(fd);
    }
    if (c->lib.handle == NULL) {
        err_set(err, "%s: not a capture file", c->name);
        return false;
    }
    c->reader = &foreign_reader;
    c->lib.nanoseconds = 1;
    c->lib.linktype = linktype_of_dlt(pcap_datalink(c->lib.handle));
    return filter_compile(&c->filter, c->lib.linktype, &c->lib.filter, err);
}
