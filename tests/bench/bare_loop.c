/* SPDX-License-Identifier: MIT */
/* bare_loop.c - what every reader of captures pays at least: pcap_next_ex over the file, and
 * nothing else. */
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    char why[PCAP_ERRBUF_SIZE];
    pcap_t *p = argc == 2 ? pcap_open_offline(argv[1], why) : NULL;
    struct pcap_pkthdr *header;
    const u_char *data;
    uint64_t packets = 0, bytes = 0, touched = 0;

    if (p == NULL)
        return 2;
    while (pcap_next_ex(p, &header, &data) == 1) {
        packets++;
        bytes += header->caplen;
        touched += data[0];
    }
    pcap_close(p);
    printf("%" PRIu64 " packets %" PRIu64 "\n", packets, bytes);
    return touched == 1 ? 1 : 0; /* or the compiler leaves it out */
}
