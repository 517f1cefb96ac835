/* SPDX-License-Identifier: MIT */
/* What is around a capture file: compression, filters, paths, libpcap as a witness; and a live
 * interface that is not there. */
#include "capture_build.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <zlib.h>
#include <zstd.h>

#define PACKETS 500

static uint8_t packed[1 << 20];

/* IPv4 TCP packets to port 80 and 81 in turn. */
static void put_packets(struct file *f, uint32_t magic)
{
    uint8_t frame[60] = "\2\0\0\0\0\1\2\0\0\0\0\2\x08\0\x45\0\0\x2e\0\7\0\0\x40\6\0\0\x0a\0\0\1"
                        "\x0a\0\0\2\x04\xd2\0\x50";

    put_pcap_header(f, magic, 1);
    for (uint32_t i = 0; i < PACKETS; i++) {
        frame[37] = i % 2 == 0 ? 80 : 81;
        frame[50] = (uint8_t)(i * 7);
        put(f, 4, 1700000000 + i);
        put(f, 4, i);
        put(f, 4, sizeof(frame));
        put(f, 4, sizeof(frame) + i);
        buffer_append(&f->bytes, bytes_of(frame, sizeof(frame)));
    }
}

static size_t gzip(struct bytes in, uint8_t *out)
{
    z_stream z = {0};

    if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        abort();
    z.next_in = (Bytef *)(uintptr_t)in.at;
    z.avail_in = (uInt)in.len;
    z.next_out = out;
    z.avail_out = sizeof(packed) / 2;
    if (deflate(&z, Z_FINISH) != Z_STREAM_END)
        abort();
    deflateEnd(&z);
    return z.total_out;
}

static size_t zstd(struct bytes in, uint8_t *out)
{
    return ZSTD_compress(out, sizeof(packed) / 2, in.at, in.len, 3);
}

static const char *read_log(struct bytes b, const char *filter, struct buffer *log)
{
    file_write(b);
    file_read(open(file_name(), O_RDONLY), filter, INPUT_ROOM, log);
    unlink(file_name());
    return (const char *)log->at;
}

/* In one piece, in two members cut anywhere, and cut short anywhere. */
static void test_compressed(size_t (*pack)(struct bytes in, uint8_t *out), const char *name)
{
    struct file f = {0};
    struct buffer plain = {0}, log = {0};

    put_packets(&f, 0xa1b2c3d4);
    const struct bytes whole = buffer_bytes(&f.bytes);
    read_log(whole, NULL, &plain);
    const size_t len = pack(whole, packed);
    CHECK_TEXT(read_log(bytes_of(packed, len), NULL, &log), (const char *)plain.at, name);
    for (size_t cut = 1; cut < len; cut += 101) {
        const char *text = read_log(bytes_first(bytes_of(packed, len), cut), NULL, &log);
        CHECK(cut < 4 || strstr(text, "data cut short") != NULL, "cut short, and said");
    }
    for (size_t cut = 3; cut < whole.len; cut += 5003) {
        const size_t first = pack(bytes_first(whole, cut), packed);
        const size_t both = first + pack(bytes_after(whole, cut), packed + first);
        CHECK_TEXT(read_log(bytes_of(packed, both), NULL, &log), (const char *)plain.at, name);
    }
    packed[len / 2] ^= 0x55;
    packed[len / 2 + 1] ^= 0x55;
    CHECK(strstr(read_log(bytes_of(packed, len), NULL, &log), "x: damaged ") != NULL ||
              strstr((const char *)log.at, "data cut short") != NULL,
          "damaged, and said");
    buffer_free(&f.bytes);
    buffer_free(&plain);
    buffer_free(&log);
}

static void test_padding(void)
{
    struct file f = {0};
    struct buffer plain = {0}, log = {0};

    put_packets(&f, 0xa1b2c3d4);
    read_log(buffer_bytes(&f.bytes), NULL, &plain);
    const size_t len = gzip(buffer_bytes(&f.bytes), packed);
    memset(packed + len, 0, 512);
    CHECK_TEXT(read_log(bytes_of(packed, len + 512), NULL, &log), (const char *)plain.at,
               "zeros after gzip, as on a tape");
    buffer_free(&f.bytes);
    buffer_free(&plain);
    buffer_free(&log);
}

static void test_filter(void)
{
    struct file f = {0};
    struct buffer log = {0};

    put_pcap_header(&f, 0xa1b2c3d4, 101);
    put_pcap_record(&f, 1, 0, "abc");
    CHECK_TEXT(read_log(buffer_bytes(&f.bytes), "tcp prot 80", &log),
               "bad filter 'tcp prot 80': can't parse filter expression: syntax error",
               "an expression that is none");
    CHECK_TEXT(read_log(buffer_bytes(&f.bytes), "tcp port 80", &log), "end", "nothing passes");
    CHECK_TEXT(read_log(buffer_bytes(&f.bytes), "len == 3", &log),
               "1 @1.000000000 L101 3/3 abc; end", "all passes");
    buffer_clear(&f.bytes);
    put_section(&f, false);
    put_interface(&f, 101, 0, 0);
    CHECK(strstr(read_log(buffer_bytes(&f.bytes), "tcp prot 80", &log), "bad filter") != NULL,
          "in pcapng too, before any packet");
    put_interface(&f, 1, 0, 0);
    put_interface(&f, 113, 0, 0);
    put_enhanced(&f, 1, 1000000, "123456789012\x08\6");
    put_enhanced(&f, 2, 2000000, "12345678901234\x08\6");
    CHECK_TEXT(read_log(buffer_bytes(&f.bytes), "arp or less 1", &log),
               "1 @1.000000000 L1 14/114 123456789012\x08\6; "
               "2 @2.000000000 L113 16/116 12345678901234\x08\6; end",
               "for each link type its own program");
    CHECK_TEXT(read_log(buffer_bytes(&f.bytes), "len == 116", &log),
               "2 @2.000000000 L113 16/116 12345678901234\x08\6; end",
               "the length is that on the wire, and the number that in the file");
    buffer_free(&f.bytes);
    buffer_free(&log);
}

/* libpcap reads the same file: every frame must be the same. */
static void test_against_libpcap(uint32_t magic, const char *filter)
{
    struct file f = {0};
    struct frame frame;
    struct pcap_pkthdr *header;
    const uint8_t *data;
    struct bpf_program program;
    char why[PCAP_ERRBUF_SIZE];
    size_t frames = 0;

    put_packets(&f, magic);
    file_write(buffer_bytes(&f.bytes));
    struct capture *c = capture_open_file(file_name(), filter, NULL);
    pcap_t *p =
        pcap_open_offline_with_tstamp_precision(file_name(), PCAP_TSTAMP_PRECISION_NANO, why);
    if (c == NULL || p == NULL)
        abort();
    if (filter != NULL &&
        (pcap_compile(p, &program, filter, 1, 0) != 0 || pcap_setfilter(p, &program) != 0))
        abort();
    while (pcap_next_ex(p, &header, &data) == 1 && capture_next(c, &frame, NULL) == CAPTURE_FRAME)
        frames += frame.time_ns == header->ts.tv_sec * 1000000000 + header->ts.tv_usec &&
                  frame.wire_len == header->len &&
                  bytes_equal(frame.data, bytes_of(data, header->caplen));
    CHECK(frames == (filter == NULL ? PACKETS : PACKETS / 2), "libpcap saw the same");
    CHECK(capture_next(c, &frame, NULL) == CAPTURE_END, "and no more");
    if (filter != NULL)
        pcap_freecode(&program);
    pcap_close(p);
    capture_close(c);
    unlink(file_name());
    buffer_free(&f.bytes);
}

/* The way round by libpcap's own reader, for kinds of file that we do not know. */
static void test_foreign(void)
{
    struct file f = {0};
    struct capture c = {.name = (char[]){"x"}};
    struct frame frame;
    uint64_t frames = 0;

    put_packets(&f, 0xa1b23c4d);
    file_write(buffer_bytes(&f.bytes));
    CHECK(input_open(&c.input, open(file_name(), O_RDONLY), INPUT_ROOM) &&
              filter_open(&c.filter, "port 81") && foreign_open_input(&c, NULL),
          "libpcap opens it");
    while (c.reader->next(&c, &frame, NULL) == CAPTURE_FRAME)
        frames += frame.number == 2 * frames + 2 && frame.linktype == 1 &&
                  frame.time_ns ==
                      INT64_C(1700000000000000000) + ((int64_t)frame.number - 1) * 1000000001;
    CHECK(frames == PACKETS / 2, "every second frame, numbered as in the file");
    c.reader->close(&c);
    input_close(&c.input);
    filter_close(&c.filter);
    unlink(file_name());
    buffer_free(&f.bytes);
}

/* Interfaces with clocks of their own, a block that is no packet now and then, and one without a
 * time. */
static void put_blocks(struct file *f, bool big)
{
    static const char *const data[] = {"", "a", "abcdef",
                                       "0123456789012345678901234567890123456789"};

    put_section(f, big);
    put_interface(f, 1, 6, 0);
    put_interface(f, 101, 9, -3);
    put_interface(f, 113, 0x80 | 30, 12);
    for (uint32_t i = 0; i < PACKETS; i++) {
        put_enhanced(f, i % 3, (uint64_t)i << i % 32, data[i % 4]);
        if (i % 50 == 49) {
            put(f, 4, 5);
            put(f, 4, 16);
            put(f, 4, 0);
            put(f, 4, 16);
        }
        if (i % 70 == 69) {
            put(f, 4, 3);
            put(f, 4, 20);
            put(f, 4, 2);
            put_text(f, "ab\1\2");
            put(f, 4, 20);
        }
    }
}

static void check_few(struct bytes b, const char *filter, const char *name)
{
    static const size_t rooms[] = {64, 1000, 5000, INPUT_ROOM};

    file_write(b);
    for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++)
        file_check_few(open(file_name(), O_RDONLY), open(file_name(), O_RDONLY), rooms[i], filter,
                       name);
    unlink(file_name());
}

/* Frames by the few are the same frames, wherever the buffer ends. */
static void test_few(void)
{
    struct file f = {0};

    put_packets(&f, 0xa1b2c3d4);
    check_few(buffer_bytes(&f.bytes), NULL, "pcap");
    check_few(buffer_bytes(&f.bytes), "port 81", "pcap, through a filter");
    buffer_clear(&f.bytes);
    for (unsigned big = 0; big < 2; big++) {
        put_blocks(&f, big != 0);
        check_few(buffer_bytes(&f.bytes), NULL, "pcapng");
        check_few(buffer_bytes(&f.bytes), "greater 103", "pcapng, through a filter");
        check_few(bytes_first(buffer_bytes(&f.bytes), f.bytes.len - 3), NULL, "pcapng, cut short");
    }
    f.bytes.at[f.bytes.len / 3 & ~(size_t)3] ^= 1;
    check_few(buffer_bytes(&f.bytes), NULL, "pcapng, damaged");
    buffer_free(&f.bytes);
}

#define LENT_MOST 1000

struct lender {
    uint8_t *lent[LENT_MOST];
    size_t count, asked, room;
};

/* Every third time it has none. */
static uint8_t *lend(void *ctx, size_t *room)
{
    struct lender *l = ctx;

    if (l->asked++ % 3 == 2 || l->count == LENT_MOST || *room > l->room)
        return NULL;
    *room = l->room;
    return l->lent[l->count++] = malloc(l->room);
}

static bool is_lent(const struct lender *l, struct bytes data)
{
    for (size_t i = 0; i < l->count; i++)
        if ((uintptr_t)data.at - (uintptr_t)l->lent[i] < l->room)
            return true;
    return false;
}

static void check_lent(int fd, size_t room, const char *name)
{
    struct capture *c = capture_open_fd(fd, "x", NULL, 128, NULL);
    struct lender l = {.room = room};
    struct bytes kept[PACKETS];
    size_t count = 0, lent = 0;
    struct frame f;

    capture_lend(c, lend, &l);
    for (size_t i = 0; i < PACKETS && capture_next(c, &f, NULL) == CAPTURE_FRAME; i++) {
        CHECK(f.data.len == 60 && f.data.at[50] == (uint8_t)(i * 7), name);
        kept[i] = is_lent(&l, f.data) ? f.data : bytes_of(NULL, 0);
        count++;
    }
    CHECK(count == PACKETS && capture_next(c, &f, NULL) == CAPTURE_END, name);
    capture_close(c);
    for (size_t i = 0; i < count; i++) {
        CHECK(kept[i].len == 0 || kept[i].at[50] == (uint8_t)(i * 7), "it stays where it was");
        lent += kept[i].len > 0;
    }
    CHECK((room > 100) == (lent > 0) && (l.count < LENT_MOST), "frames lie in what was lent");
    for (size_t i = 0; i < l.count; i++)
        free(l.lent[i]);
}

/* Frames in lent buffers outlive what is read after them, and the capture. */
static void test_lent(void)
{
    static const size_t rooms[] = {50, 200, 5000, 30000, INPUT_ROOM};
    struct file f = {0};

    put_packets(&f, 0xa1b2c3d4);
    file_write(buffer_bytes(&f.bytes));
    const size_t len = gzip(buffer_bytes(&f.bytes), packed);
    for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
        check_lent(open(file_name(), O_RDONLY), rooms[i], "a file");
        check_lent(file_pipe(buffer_bytes(&f.bytes)), rooms[i], "a pipe");
        check_lent(file_pipe(bytes_of(packed, len)), rooms[i], "gzip");
    }
    unlink(file_name());
    buffer_free(&f.bytes);
}

static void check_path(const char *path, const char *ending)
{
    struct err err = {0};
    char want[512];

    struct capture *c = capture_open_file(path, NULL, &err);
    snprintf(want, sizeof(want), "%s: %s", path, ending);
    CHECK(c == NULL, path);
    CHECK_TEXT(err.text, want, "one sentence");
    capture_close(c);
}

static void test_paths(void)
{
    int64_t first = 0;
    struct file f = {0};

    check_path("/", "a folder, not a capture file");
    check_path("/no/such.pcap", "no such file");
    check_path("/dev/null", "empty file");
    put_packets(&f, 0xa1b2c3d4);
    file_write(buffer_bytes(&f.bytes));
    CHECK(capture_first_time(file_name(), &first) && first == INT64_C(1700000000000000000),
          "the first frame's time");
    if (geteuid() != 0) { /* root may read everything */
        chmod(file_name(), 0);
        check_path(file_name(), "no permission to read it");
    }
    unlink(file_name());
    CHECK(!capture_first_time(file_name(), &first), "no file, no time");
    CHECK(!capture_first_time("-", &first), "standard input is not to be read twice");
    buffer_free(&f.bytes);
}

static void test_progress(void)
{
    struct file f = {0};
    struct frame frame;
    int last = 0;
    bool rising = true;

    put_packets(&f, 0xa1b2c3d4);
    file_write(buffer_bytes(&f.bytes));
    struct capture *c = capture_open_fd(open(file_name(), O_RDONLY), "x", NULL, 64, NULL);
    while (c != NULL && capture_next(c, &frame, NULL) == CAPTURE_FRAME) {
        rising = rising && capture_progress(c) >= last;
        last = capture_progress(c);
    }
    CHECK(rising && last == 1000, "from nothing to all");
    capture_close(c);
    c = capture_open_fd(file_pipe(buffer_bytes(&f.bytes)), "x", NULL, 64, NULL);
    CHECK(c != NULL && capture_progress(c) == -1, "nobody knows how much a pipe holds");
    capture_close(c);
    unlink(file_name());
    buffer_free(&f.bytes);
}

static void on_alarm(int signal)
{
    (void)signal;
}

/* A pipe that is silent says so once, before it waits; then a signal must get the caller out of it,
 * and lose nothing. */
static void test_interrupted(void)
{
    struct file f = {0};
    struct frame frame;
    struct sigaction act = {.sa_handler = on_alarm}, old; /* without SA_RESTART */
    const struct itimerval soon = {.it_value = {.tv_usec = 20000}};
    int ends[2];

    put_pcap_header(&f, 0xa1b2c3d4, 1);
    put_pcap_record(&f, 1, 0, "hello");
    if (pipe(ends) != 0 || write(ends[1], f.bytes.at, 42) != 42)
        abort();
    struct capture *c = capture_open_fd(ends[0], "x", NULL, INPUT_ROOM, NULL);
    CHECK(c != NULL && capture_next(c, &frame, NULL) == CAPTURE_NOTHING, "nothing there yet");
    sigaction(SIGALRM, &act, &old);
    setitimer(ITIMER_REAL, &soon, NULL);
    CHECK(c != NULL && capture_next(c, &frame, NULL) == CAPTURE_NOTHING, "interrupted");
    sigaction(SIGALRM, &old, NULL);
    if (write(ends[1], f.bytes.at + 42, f.bytes.len - 42) != (ssize_t)f.bytes.len - 42)
        abort();
    close(ends[1]);
    CHECK(c != NULL && capture_next(c, &frame, NULL) == CAPTURE_FRAME &&
              bytes_equal(frame.data, LITERAL("hello")),
          "and it goes on where it was");
    capture_close(c);
    buffer_free(&f.bytes);
}

static void test_live(void)
{
    const struct capture_live how = {.iface = "eht0"};
    struct err err = {0};
    struct capture_stats stats;
    struct file f = {0};

    CHECK(capture_open_live(&how, &err) == NULL, "no such interface");
    CHECK(strstr(err.text, "eht0") != NULL, "and it is named");
    put_packets(&f, 0xa1b2c3d4);
    struct capture *c = capture_open_fd(file_pipe(buffer_bytes(&f.bytes)), "x", NULL, 64, NULL);
    CHECK(c != NULL && !capture_stats(c, &stats), "a file has no kernel to drop anything");
    capture_close(c);
    capture_close(NULL);
    buffer_free(&f.bytes);
}

int main(void)
{
    test_compressed(gzip, "gzip");
    test_compressed(zstd, "zstd");
    test_padding();
    test_filter();
    test_against_libpcap(0xa1b2c3d4, NULL);
    test_against_libpcap(0xa1b23c4d, "tcp port 80");
    test_foreign();
    test_few();
    test_lent();
    test_paths();
    test_progress();
    test_interrupted();
    test_live();
    return test_end();
}
