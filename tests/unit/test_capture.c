/* SPDX-License-Identifier: MIT */
/* pcap and pcapng in all their forms, whole and cut. */
#include "capture_build.h"

#define US       0xa1b2c3d4
#define NS       0xa1b23c4d
#define MODIFIED 0xa1b2cd34

struct vector {
    const char *name;
    void (*build)(struct file *f);
    const char *want;
};

#define TWO(t1, t2, linktype)                                                                      \
    "1 @1700000000." t1 " L" linktype " 5/5 hello; 2 @1700000001." t2 " L" linktype " 0/0 ; end"

static void two_records(struct file *f, uint32_t magic, uint32_t linktype)
{
    put_pcap_header(f, magic, linktype);
    put_pcap_record(f, 1700000000, 123456, "hello");
    put_pcap_record(f, 1700000001, 7, "");
}

static void pcap_little(struct file *f)
{
    two_records(f, US, 1);
}

static void pcap_big(struct file *f)
{
    f->big = true;
    two_records(f, US, 113);
}

static void pcap_ns(struct file *f)
{
    two_records(f, NS, 1);
}

static void pcap_ns_big(struct file *f)
{
    f->big = true;
    two_records(f, NS, 1);
}

static void pcap_openbsd(struct file *f)
{
    two_records(f, US, 14);
}

static void pcap_dlt_raw(struct file *f)
{
    two_records(f, US, 12);
}

static void pcap_fcs(struct file *f)
{
    two_records(f, US, 0x44000001);
}

static void pcap_modified(struct file *f)
{
    put_pcap_header(f, MODIFIED, 1);
    put(f, 4, 1700000000);
    put(f, 4, 5);
    put(f, 4, 5);
    put(f, 4, 60);
    put_text(f, "12345678hello"); /* interface, protocol, packet type, padding */
}

static void pcap_wire_less(struct file *f)
{
    put_pcap_header(f, US, 1);
    put(f, 8, 1);
    put(f, 4, 5);
    put(f, 4, 2);
    put_text(f, "hello");
}

static void pcap_version(struct file *f, uint16_t major, uint16_t minor, uint32_t first)
{
    put_pcap_header(f, US, 1);
    put(f, 8, 1);
    put(f, 4, first);
    put(f, 4, 65 - first);
    put_text(f, "hello");
    f->bytes.at[4] = (uint8_t)major;
    f->bytes.at[5] = (uint8_t)(major >> 8);
    f->bytes.at[6] = (uint8_t)minor;
}

static void pcap_2_2(struct file *f)
{
    pcap_version(f, 2, 2, 60);
}

static void pcap_2_3(struct file *f)
{
    pcap_version(f, 2, 3, 60);
}

static void pcap_2_3_agreed(struct file *f)
{
    pcap_version(f, 2, 3, 5);
}

static void pcap_aix(struct file *f)
{
    pcap_version(f, 543, 0, 60);
}

static void pcap_version_3(struct file *f)
{
    pcap_version(f, 3, 0, 5);
}

static void pcap_hostile(struct file *f)
{
    two_records(f, US, 1);
    put(f, 8, 1);
    put(f, 4, UINT32_MAX);
    put(f, 4, UINT32_MAX);
}

static void ng_simple(struct file *f)
{
    put_section(f, false);
    put_interface(f, 1, 0, 0);
    put_enhanced(f, 0, 1700000000123456, "hello");
    put(f, 4, 3); /* a simple packet block: no time, cut by the snaplen of 6 */
    put(f, 4, 24);
    put(f, 4, 8);
    put_text(f, "abcdef\1\2");
    put(f, 4, 24);
}

/* Two sections of other byte orders, interfaces of other clocks and link types. */
static void ng_sections(struct file *f)
{
    put_section(f, true);
    put_interface(f, 1, 9, 0);
    put_interface(f, 101, 0x80 | 20, -1000);
    put_enhanced(f, 0, 1700000000123456789, "ns");
    put_enhanced(f, 1, (UINT64_C(1700001000) << 20) + (1 << 19), "half");
    put_section(f, false);
    put_interface(f, 276, 12, 5);
    put_enhanced(f, 0, 1000000000000000, "picoseconds");
}

static void ng_blocks(struct file *f)
{
    put_section(f, false);
    put(f, 4, 5); /* statistics of no interface: skipped */
    put(f, 4, 16);
    put(f, 4, 0);
    put(f, 4, 16);
    put_interface(f, 14, 6, 0);
    put(f, 4, 2); /* an obsolete packet block; its drops are no part of the number */
    put(f, 4, 36);
    put(f, 2, 0);
    put(f, 2, 9);
    put(f, 4, 0);
    put(f, 4, 1000001);
    put(f, 4, 1);
    put(f, 4, 1);
    put_text(f, "a\1\2\3");
    put(f, 4, 36);
    put(f, 4, 0x40000bad); /* somebody's own */
    put(f, 4, 20);
    put(f, 8, 0);
    put(f, 4, 20);
    put_enhanced(f, 0, 2000000, "b");
}

static void ng_extreme_times(struct file *f)
{
    put_section(f, false);
    put_interface(f, 1, 1, INT64_MIN);
    put_interface(f, 1, 0xff, 0);
    put_interface(f, 1, 127, INT64_MAX);
    put_interface(f, 1, 6, INT64_MAX);
    put_enhanced(f, 0, UINT64_MAX, "a");
    put_enhanced(f, 1, UINT64_MAX, "b");
    put_enhanced(f, 2, UINT64_MAX, "c");
    put_enhanced(f, 3, UINT64_MAX, "d");
    put_enhanced(f, 0, 0, "e"); /* from c to here is a time that a number of 64 bits can say */
}

static void ng_no_interface(struct file *f)
{
    put_section(f, false);
    put_interface(f, 1, 0, 0);
    put_enhanced(f, 0, 1000000, "a");
    put_enhanced(f, 1, 1000000, "b");
}

static void ng_longer_than_block(struct file *f)
{
    put_section(f, false);
    put_interface(f, 1, 0, 0);
    put_enhanced(f, 0, 1000000, "abcd");
    f->bytes.at[f->bytes.len - 16] = 5; /* the captured length */
}

static void ng_lengths_differ(struct file *f)
{
    ng_simple(f);
    f->bytes.at[f->bytes.len - 4]++;
}

static void ng_short_block(struct file *f)
{
    ng_simple(f);
    put(f, 4, 6);
    put(f, 4, 8);
}

static void ng_only_section(struct file *f)
{
    put_section(f, false);
}

static const struct vector vectors[] = {
    {"pcap, little endian", pcap_little, TWO("123456000", "000007000", "1")},
    {"pcap, big endian", pcap_big, TWO("123456000", "000007000", "113")},
    {"pcap, nanoseconds", pcap_ns, TWO("000123456", "000000007", "1")},
    {"pcap, nanoseconds, big endian", pcap_ns_big, TWO("000123456", "000000007", "1")},
    {"pcap, raw IP of OpenBSD", pcap_openbsd, TWO("123456000", "000007000", "101")},
    {"pcap, raw IP as a DLT", pcap_dlt_raw, TWO("123456000", "000007000", "101")},
    {"pcap, with a frame check sequence", pcap_fcs, TWO("123456000", "000007000", "1")},
    {"pcap, modified", pcap_modified, "1 @1700000000.000005000 L1 5/60 hello; end"},
    {"pcap, less on the wire than captured", pcap_wire_less, "1 @1.000000000 L1 5/5 hello; end"},
    {"pcap 2.2: lengths swapped", pcap_2_2, "1 @1.000000000 L1 5/60 hello; end"},
    {"pcap 2.3: perhaps", pcap_2_3, "1 @1.000000000 L1 5/60 hello; end"},
    {"pcap 2.3: not", pcap_2_3_agreed, "1 @1.000000000 L1 5/60 hello; end"},
    {"pcap of AIX", pcap_aix, "1 @1.000000000 L1 5/60 hello; end"},
    {"pcap 3.0", pcap_version_3, "x: pcap version 3.0 is not known"},
    {"pcap, a hostile length", pcap_hostile,
     "1 @1700000000.123456000 L1 5/5 hello; 2 @1700000001.000007000 L1 0/0 ; "
     "x: damaged after packet 2: the next would have 4294967295 bytes"},
    {"pcapng", ng_simple,
     "1 @1700000000.123456000 L1 5/105 hello; 2 @1700000000.123456000 L1 6/8 abcdef; end"},
    {"pcapng, sections", ng_sections,
     "1 @1700000000.123456789 L1 2/102 ns; 2 @1700000000.500000000 L101 4/104 half; "
     "3 @1005.000000000 L276 11/111 picoseconds; end"},
    {"pcapng, blocks of all kinds", ng_blocks,
     "1 @1.000001000 L101 1/1 a; 2 @2.000000000 L101 1/101 b; end"},
    {"pcapng, times beyond reason", ng_extreme_times,
     "1 @0.-00000001 L1 1/101 a; 2 @0.000000000 L1 1/101 b; 3 @4611686018.427387904 L1 1/101 c; "
     "4 @4611686018.427387904 L1 1/101 d; 5 @-2305843009.-213693952 L1 1/101 e; end"},
    {"pcapng, no such interface", ng_no_interface,
     "1 @1.000000000 L1 1/101 a; "
     "x: damaged after packet 1: a packet of an interface that was not described"},
    {"pcapng, a packet too long for its block", ng_longer_than_block,
     "x: damaged before the first packet: a packet longer than its block"},
    {"pcapng, two lengths", ng_lengths_differ,
     "1 @1700000000.123456000 L1 5/105 hello; "
     "x: damaged after packet 1: a block's two lengths differ"},
    {"pcapng, a block of 8 bytes", ng_short_block,
     "1 @1700000000.123456000 L1 5/105 hello; 2 @1700000000.123456000 L1 6/8 abcdef; "
     "x: damaged after packet 2: a block of an impossible length"},
    {"pcapng, nothing in it", ng_only_section, "end"},
};

#define VECTORS (sizeof(vectors) / sizeof(vectors[0]))

/* At every cut: what was whole before it is given, and then one sentence, never a crash. */
static void check_cuts(const struct vector *v, struct bytes whole)
{
    struct buffer log = {0}, all = {0};

    file_read(file_pipe(whole), NULL, INPUT_ROOM, &all);
    for (size_t cut = 0; cut < whole.len; cut++) {
        file_read(file_pipe(bytes_first(whole, cut)), NULL, 5, &log);
        const char *text = (const char *)log.at;
        const char *last = strrchr(text, ';');
        const size_t given = last != NULL ? (size_t)(last - text) : 0;
        CHECK(given <= all.len && memcmp(text, all.at, given) == 0, v->name);
        CHECK(strstr(text, "end") != NULL || strstr(text, "x: ") != NULL, v->name);
        file_check_few(file_pipe(bytes_first(whole, cut)), file_pipe(bytes_first(whole, cut)),
                       INPUT_ROOM, NULL, v->name);
    }
    buffer_free(&log);
    buffer_free(&all);
}

static void test_vectors(void)
{
    for (size_t i = 0; i < VECTORS; i++) {
        struct file f = {0};
        vectors[i].build(&f);
        file_check(buffer_bytes(&f.bytes), NULL, vectors[i].want, vectors[i].name);
        check_cuts(&vectors[i], buffer_bytes(&f.bytes));
        buffer_free(&f.bytes);
    }
}

static void test_cut_sentences(void)
{
    struct file f = {0};

    pcap_little(&f);
    const struct bytes pcap = buffer_bytes(&f.bytes);
    file_check(bytes_first(pcap, 0), NULL, "x: empty file", "nothing");
    file_check(bytes_first(pcap, 3), NULL, "x: not a capture file", "three bytes");
    file_check(bytes_first(pcap, 23), NULL, "x: cut short in the file header", "header");
    file_check(bytes_first(pcap, 24), NULL, "end", "a header is enough");
    file_check(bytes_first(pcap, 39), NULL, "x: cut short before the first packet", "first record");
    file_check(bytes_first(pcap, 43), NULL, "x: cut short in packet 1: 3 of 5 bytes", "data");
    file_check(bytes_first(pcap, 46), NULL,
               "1 @1700000000.123456000 L1 5/5 hello; x: cut short after packet 1",
               "second record");
    buffer_clear(&f.bytes);
    ng_simple(&f);
    file_check(bytes_first(buffer_bytes(&f.bytes), 48 + 28 + 4), NULL,
               "x: cut short in packet 1: 4 of 5 bytes", "pcapng data");
    file_check(bytes_first(buffer_bytes(&f.bytes), 40), NULL,
               "x: cut short before the first packet", "pcapng interface");
    buffer_free(&f.bytes);
    file_check(LITERAL("#!/bin/sh\necho hello, this is no capture\n"), NULL,
               "x: not a capture file", "a script");
}

int main(void)
{
    test_vectors();
    test_cut_sentences();
    return test_end();
}
