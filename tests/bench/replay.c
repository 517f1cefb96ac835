/* SPDX-License-Identifier: MIT */
/* replay.c - sends frames of a capture to an interface, so many a second, from memory. How many
 * they were, and the seconds that they took, are one line on standard output. */
#define _GNU_SOURCE /* sendmmsg(2) */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64 /* frames given to the kernel at once */

struct frames {
    struct iovec *at;
    size_t count, room;
};

static bool keep(struct frames *f, const uint8_t *data, size_t len)
{
    if (f->count == f->room) {
        f->room = f->room > 0 ? f->room * 2 : 1024;
        struct iovec *more = realloc(f->at, f->room * sizeof(*more));
        if (more == NULL)
            return false;
        f->at = more;
    }
    void *copy = malloc(len);
    if (copy == NULL)
        return false;
    memcpy(copy, data, len);
    f->at[f->count++] = (struct iovec){.iov_base = copy, .iov_len = len};
    return true;
}

static bool load(struct frames *f, const char *path)
{
    char why[PCAP_ERRBUF_SIZE];
    pcap_t *p = pcap_open_offline(path, why);
    struct pcap_pkthdr *header;
    const u_char *data;
    bool good = p != NULL;

    while (good && pcap_next_ex(p, &header, &data) == 1)
        good = keep(f, data, header->caplen);
    if (p != NULL)
        pcap_close(p);
    return good && f->count > 0;
}

static int open_socket(const char *iface)
{
    const int fd = socket(AF_PACKET, SOCK_RAW, 0);
    const int on = 1;
    const struct sockaddr_ll to = {.sll_family = AF_PACKET,
                                   .sll_protocol = htons(ETH_P_ALL),
                                   .sll_ifindex = (int)if_nametoindex(iface)};

    if (fd < 0 || bind(fd, (const struct sockaddr *)&to, sizeof(to)) != 0)
        return -1;
    (void)setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on));
    return fd;
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Not before its time; a late sender does not make up for what it missed in one burst. */
static void wait_till(double when)
{
    const double left = when - now();

    if (left <= 0)
        return;
    const struct timespec pause = {.tv_nsec = (long)(left * 1e9)};
    if (left < 1)
        nanosleep(&pause, NULL);
}

static size_t send_some(int fd, struct iovec *at, size_t count)
{
    struct mmsghdr messages[BATCH];

    for (size_t i = 0; i < count; i++)
        messages[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = &at[i], .msg_iovlen = 1}};
    const int sent = sendmmsg(fd, messages, (unsigned)count, 0);
    if (sent > 0)
        return (size_t)sent;
    return errno == ENOBUFS || errno == EAGAIN ? 0 : count; /* what it will never take is passed */
}

static void send_all(int fd, struct iovec *at, size_t count, double rate)
{
    const double began = now();

    for (size_t sent = 0; sent < count;) {
        const size_t left = count - sent;
        if (rate > 0)
            wait_till(began + (double)sent / rate);
        sent += send_some(fd, at + sent, left < BATCH ? left : BATCH);
    }
    printf("%zu %.6f\n", count, now() - began);
}

static void forget(struct frames *f)
{
    for (size_t i = 0; i < f->count; i++)
        free(f->at[i].iov_base);
    free(f->at);
}

int main(int argc, char **argv)
{
    struct frames f = {0};
    const int fd = argc == 6 ? open_socket(argv[1]) : -1;
    const bool ready = fd >= 0 && load(&f, argv[2]);

    if (ready) {
        const size_t from = strtoul(argv[4], NULL, 10), to = strtoul(argv[5], NULL, 10);
        const size_t end = to < f.count ? to : f.count;
        send_all(fd, f.at + from, end > from ? end - from : 0, strtod(argv[3], NULL));
    } else {
        fprintf(stderr, "usage: replay INTERFACE CAPTURE FRAMES-A-SECOND FROM TO (a rate of 0: as "
                        "fast as it goes)\n");
    }
    if (fd >= 0)
        close(fd);
    forget(&f);
    return ready ? 0 : 2;
}
