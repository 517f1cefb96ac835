/* SPDX-License-Identifier: MIT */
/* http2.c - HTTP/2 in the clear, by its preface: with prior knowledge, or after an upgrade. */
#include "layers/named.h"
#include "layers/probe.h"

/* RFC 9113 s3.4: the client sends it first, whatever the server said by then. */
static struct recognition http2_probe(const struct opening *o)
{
    static const struct bytes preface = TABLE_TEXT("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    switch (probe_sign(o->seen[TO_SERVER], preface)) {
    case PROBE_YES:
        return probe_yes("HTTP/2 connection preface (RFC 9113 s3.4)",
                         bytes_first(preface, strlen("PRI * HTTP/2.0")), TO_SERVER);
    case PROBE_MORE: return probe_more(o, TO_SERVER);
    case PROBE_NO: break;
    }
    return probe_no();
}

static struct recognition http2_recognise(const struct opening *o)
{
    return probe_either_way(o, http2_probe);
}

const struct layer layer_http2 = {
    .name = "http2", .application = true, .recognise = http2_recognise};
