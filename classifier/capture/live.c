/* SPDX-License-Identifier: MIT */
/* live.c - a live interface, by libpcap: TPACKET_V3 on Linux, which is what a ring of whole blocks
 * with a timeout (not "immediate mode") gets.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "capture/linktype.h"
#include "capture/reader.h"

#define SNAPLEN       262144
#define RING_MIB      64
#define RING_MIB_MAX  2047 /* libpcap takes an int of bytes */
#define TIMEOUT_MS    100
#define MIB           (1 << 20)
#define WORTH_LISTING (PCAP_IF_UP | PCAP_IF_LOOPBACK)

static bool list_interfaces(struct buffer *out)
{
    char why[PCAP_ERRBUF_SIZE];
    pcap_if_t *list = NULL;

    if (pcap_findalldevs(&list, why) != 0)
        return false;
    for (const pcap_if_t *i = list; i != NULL; i = i->next)
        if ((i->flags & WORTH_LISTING) != 0)
            buffer_printf(out, "%s%s", out->len > 0 ? ", " : "", i->name);
    pcap_freealldevs(list);
    return out->len > 0;
}

static void no_such(const char *iface, struct err *err)
{
    struct buffer names = {0};

    if (list_interfaces(&names))
        err_set(err, "no interface '%s'; there are: %.*s", iface, (int)names.len,
                (const char *)names.at);
    else
        err_set(err, "no interface '%s'", iface);
    buffer_free(&names);
}

static bool refuse(const struct capture *c, int status, struct err *err)
{
    switch (status) {
    case PCAP_ERROR_NO_SUCH_DEVICE: no_such(c->name, err); break;
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
        err_set(err, "%s: no permission to capture: run as root, or give the program CAP_NET_RAW",
                c->name);
        break;
    case PCAP_ERROR_IFACE_NOT_UP: err_set(err, "%s: the interface is down", c->name); break;
    case PCAP_ERROR: err_set(err, "%s: %s", c->name, pcap_geterr(c->lib.handle)); break;
    default: err_set(err, "%s: %s", c->name, pcap_statustostr(status)); break;
    }
    return false;
}

static int activate(struct capture *c, const struct capture_live *how)
{
    pcap_t *handle = c->lib.handle;
    const int wanted = how->buffer_mib > 0 ? how->buffer_mib : RING_MIB;
    const int mib = wanted < RING_MIB_MAX ? wanted : RING_MIB_MAX;

    c->lib.timeout_ms = how->timeout_ms > 0 ? how->timeout_ms : TIMEOUT_MS;
    pcap_set_snaplen(handle, SNAPLEN);
    pcap_set_promisc(handle, 1);
    pcap_set_timeout(handle, c->lib.timeout_ms);
    pcap_set_buffer_size(handle, mib * MIB);
    pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO); /* if it can */
    return pcap_activate(handle);
}

static bool set_filter(struct capture *c, struct err *err)
{
    struct bpf_program program;

    if (c->filter.expression == NULL)
        return true;
    if (pcap_compile(c->lib.handle, &program, c->filter.expression, 1, PCAP_NETMASK_UNKNOWN) != 0) {
        err_set(err, "bad filter '%s': %s", c->filter.expression, pcap_geterr(c->lib.handle));
        return false;
    }
    const bool good = pcap_setfilter(c->lib.handle, &program) == 0;
    if (!good)
        err_set(err, "%s: %s", c->name, pcap_geterr(c->lib.handle));
    pcap_freecode(&program);
    return good;
}

bool live_open(struct capture *c, const struct capture_live *how, struct err *err)
{
    char why[PCAP_ERRBUF_SIZE] = "";

    c->reader = &live_reader;
    c->lib.handle = pcap_create(how->iface, why);
    if (c->lib.handle == NULL) {
        err_set(err, "%s: %s", how->iface, why);
        return false;
    }
    const int status = activate(c, how);
    if (status < 0)
        return refuse(c, status, err);
    if (!set_filter(c, err))
        return false;
    /* We wait ourselves: libpcap may sleep for ever in poll(2), deaf to signals, on TPACKET_V3. */
    if (pcap_setnonblock(c->lib.handle, 1, why) != 0) {
        err_set(err, "%s: %s", c->name, why);
        return false;
    }
    c->lib.wait_fd = pcap_get_selectable_fd(c->lib.handle);
    c->lib.linktype = linktype_of_dlt(pcap_datalink(c->lib.handle));
    const bool nano = pcap_get_tstamp_precision(c->lib.handle) == PCAP_TSTAMP_PRECISION_NANO;
    c->lib.nanoseconds = nano ? 1 : 1000;
    return true;
}

struct taking {
    struct capture *capture;
    capture_taker *take;
    void *ctx;
    bool any;
};

static void on_packet(u_char *user, const struct pcap_pkthdr *header, const u_char *data)
{
    struct taking *t = (struct taking *)(void *)user;
    struct frame f;

    libpcap_frame(t->capture, header, data, &f);
    t->any = true;
    if (!t->take(t->ctx, &f))
        pcap_breakloop(t->capture->lib.handle);
}

/* Whatever is there: libpcap shows it where it lies in the ring (pcap_next_ex() would copy it). */
static enum capture_result take_waiting(struct taking *t, int most, struct err *err)
{
    pcap_t *handle = t->capture->lib.handle;
    const int result = pcap_dispatch(handle, most, on_packet, (u_char *)t);

    if (result < 0 && result != PCAP_ERROR_BREAK)
        return reader_broken(t->capture, "capture ended", pcap_geterr(handle), err);
    return t->any ? CAPTURE_FRAME : CAPTURE_NOTHING;
}

enum capture_result live_take(struct capture *c, int most, capture_taker *take, void *ctx,
                              struct err *err)
{
    struct taking t = {.capture = c, .take = take, .ctx = ctx};
    const enum capture_result result = take_waiting(&t, most, err);

    if (result != CAPTURE_NOTHING)
        return result;
    struct pollfd wait = {.fd = c->lib.wait_fd, .events = POLLIN};
    if (poll(&wait, 1, c->lib.timeout_ms) <= 0)
        return CAPTURE_NOTHING;
    return take_waiting(&t, most, err);
}

const struct reader live_reader = {.close = libpcap_close};

bool live_stats(struct capture *c, struct capture_stats *out)
{
    struct pcap_stat now;
    struct capture_stats *sum = &c->lib.totals;

    if (pcap_stats(c->lib.handle, &now) != 0)
        return false;
    sum->kernel_packets += (uint32_t)(now.ps_recv - c->lib.last.ps_recv);
    sum->kernel_drops += (uint32_t)(now.ps_drop - c->lib.last.ps_drop);
    sum->interface_drops += (uint32_t)(now.ps_ifdrop - c->lib.last.ps_ifdrop);
    c->lib.last = now;
    *out = *sum;
    return true;
}
