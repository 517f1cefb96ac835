/* SPDX-License-Identifier: MIT */
/* inflate.c - what permessage-deflate costs: the whole layer websocket (frames, unmasking,
 * inflation, UTF-8, events, in segments of 1448 bytes) against zlib's inflate() alone, which is
 * given each message unmasked, whole and in one call. CPU time, interleaved rounds of one run,
 * medians.
 */
#include <time.h>

#include "base/pool.h"
#include "base/utf8.h"
#include "layers/ws_inflate.h"
#include "tests/unit/ws_script.h"
#include "../unit/random.h"

#define ROUNDS         7
#define CORPUS         (8U << 20) /* clear bytes */
#define CORPUS_OF_MANY (48U << 20)
#define SEGMENT        1448
#define MOST           (512U << 10) /* clear bytes of a message */
#define MESSAGES       1300000

struct message {
    uint32_t at, len;       /* of its payload, with the tail, in `payloads` */
    uint32_t frame, length; /* of its frame in `frames` */
    uint32_t flow;
};

struct corpus {
    struct buffer payloads, frames;
    struct message *messages;
    size_t count, clear;
    unsigned flows;
    bool takeover;
};

static double cpu_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* ---- what is sent ---- */

static void put_word(struct buffer *b)
{
    static const char *const words[] = {
        "price",  "the",     "order", "filled", "user",   "joined",   "channel", "general",
        "status", "pending", "hello", "again",  "thanks", "see",      "you",     "tomorrow",
        "event",  "update",  "of",    "volume", "market", "position", "error",   "timeout"};
    buffer_append_text(b, words[random_below(sizeof(words) / sizeof(words[0]))]);
}

/* One record, as a chat or a ticker would send it: about 80 bytes. */
static void put_record(struct buffer *b)
{
    buffer_printf(b, "{\"id\":%u,\"type\":\"", random_below(1000000));
    put_word(b);
    buffer_printf(b, "\",\"ts\":17%08u,\"text\":\"", random_below(100000000));
    for (unsigned n = 2 + random_below(3); n > 0; n--) {
        put_word(b);
        buffer_append_byte(b, ' ');
    }
    buffer_printf(b, "\",\"v\":%u.%02u}", random_below(1000), random_below(100));
}

static void make_json(struct buffer *b, size_t size)
{
    buffer_clear(b);
    if (size < 100) {
        put_record(b);
        return;
    }
    buffer_append_byte(b, '[');
    while (b->len < size) {
        put_record(b);
        buffer_append_byte(b, ',');
    }
    buffer_append_byte(b, ']');
}

static void make_corpus(struct corpus *c, size_t size, bool takeover, unsigned flows)
{
    z_stream *z = calloc(flows, sizeof(*z));
    struct buffer clear = {0}, small = {0};

    *c = (struct corpus){.flows = flows, .takeover = takeover};
    c->messages = calloc(MESSAGES, sizeof(*c->messages));
    if (z == NULL || c->messages == NULL)
        abort();
    for (unsigned i = 0; i < flows; i++)
        deflate_open(&z[i], 15);
    while (c->clear < (flows > 1 ? CORPUS_OF_MANY : CORPUS) && c->count < MESSAGES) {
        struct message *m = &c->messages[c->count];
        m->flow = (uint32_t)(c->count++ % flows);
        make_json(&clear, size);
        buffer_clear(&small);
        deflate_message(&z[m->flow], buffer_bytes(&clear), Z_SYNC_FLUSH, &small);
        if (!takeover)
            deflateReset(&z[m->flow]);
        m->frame = (uint32_t)c->frames.len;
        put_frame(&c->frames, TO_SERVER, FIN | RSV1 | WS_TEXT, buffer_bytes(&small));
        m->length = (uint32_t)c->frames.len - m->frame;
        buffer_append(&small, bytes_of(ws_inflate_tail, WS_INFLATE_TAIL));
        m->at = (uint32_t)c->payloads.len;
        m->len = (uint32_t)small.len;
        buffer_append(&c->payloads, buffer_bytes(&small));
        c->clear += clear.len;
    }
    for (unsigned i = 0; i < flows; i++)
        deflateEnd(&z[i]);
    free(z);
    buffer_free(&clear);
    buffer_free(&small);
}

static void free_corpus(struct corpus *c)
{
    buffer_free(&c->payloads);
    buffer_free(&c->frames);
    free(c->messages);
}

/* Of many flows the first half is not timed: until the windows are full. */
static size_t first_timed(const struct corpus *c)
{
    return c->flows > 1 ? c->count / 2 : 0;
}

/* ---- zlib ---- */

static double zlib_seconds(const struct corpus *c)
{
    static uint8_t room[MOST];
    z_stream *z = calloc(c->flows, sizeof(*z));
    size_t made = 0;

    if (z == NULL)
        abort();
    for (unsigned i = 0; i < c->flows; i++)
        inflateInit2(&z[i], -15);
    double begin = cpu_seconds();
    for (size_t i = 0; i < c->count; i++) {
        const struct message *m = &c->messages[i];
        begin = i == first_timed(c) ? cpu_seconds() : begin;
        z_stream *s = &z[m->flow];
        s->next_in = c->payloads.at + m->at;
        s->avail_in = m->len;
        s->next_out = room;
        s->avail_out = sizeof(room);
        inflate(s, Z_SYNC_FLUSH);
        made += sizeof(room) - s->avail_out;
        if (!c->takeover)
            inflateReset(s);
    }
    const double seconds = cpu_seconds() - begin;
    if (made != c->clear)
        abort();
    for (unsigned i = 0; i < c->flows; i++)
        inflateEnd(&z[i]);
    free(z);
    return seconds;
}

/* ---- the layer ---- */

static size_t given, whole_messages;

static void count_event(struct harness *x, const struct event *e)
{
    (void)x;
    if (e->kind == EVENT_PAYLOAD)
        given += e->as.payload.slice.len;
    if (e->kind == EVENT_MESSAGE)
        whole_messages += e->as.message.complete;
}

static void feed(const struct layer *l, void *state, struct host *h, struct bytes frame)
{
    while (frame.len > 0) {
        l->feed(state, h, TO_SERVER, bytes_first(frame, SEGMENT));
        frame = bytes_after(frame, SEGMENT);
    }
}

static double layer_seconds(const struct corpus *c)
{
    const struct layer *l = &layer_websocket;
    struct handshake shake = ws_deflate;
    struct harness x;
    uint8_t *states = calloc(c->flows, l->state_size);

    if (states == NULL)
        abort();
    harness_begin(&x, WS_INTEREST_ALL, NULL);
    x.budget.pool = pool_create();
    x.host.carry_wanted = false;
    x.describe = count_event;
    shake.no_context_takeover[TO_SERVER] = !c->takeover;
    for (unsigned i = 0; i < c->flows; i++)
        l->open(states + i * l->state_size, &x.host, &shake);
    given = whole_messages = 0;
    double begin = cpu_seconds();
    for (size_t i = 0; i < c->count; i++) {
        const struct message *m = &c->messages[i];
        begin = i == first_timed(c) ? cpu_seconds() : begin;
        feed(l, states + m->flow * l->state_size, &x.host,
             bytes_of(c->frames.at + m->frame, m->length));
    }
    const double seconds = cpu_seconds() - begin;
    if (given != c->clear || whole_messages != c->count)
        abort();
    for (unsigned i = 0; i < c->flows; i++)
        l->close(states + i * l->state_size, &x.host, CLOSE_FINISHED);
    pool_free(x.budget.pool);
    buffer_free(&x.log);
    free(states);
    return seconds;
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values)
{
    qsort(values, ROUNDS, sizeof(*values), compare_doubles);
    return values[ROUNDS / 2];
}

static void bench(const char *name, size_t size, bool takeover, unsigned flows)
{
    double ours[ROUNDS], theirs[ROUNDS], ratios[ROUNDS];
    struct corpus c;

    make_corpus(&c, size, takeover, flows);
    for (int i = 0; i < ROUNDS; i++) {
        theirs[i] = zlib_seconds(&c);
        ours[i] = layer_seconds(&c);
        ratios[i] = ours[i] / theirs[i];
    }
    const double timed = (double)(c.count - first_timed(&c)),
                 clear = (double)c.clear * timed / (double)c.count;
    const double mine = median(ours), their = median(theirs);
    printf("inflate  %-7s %-11s %5u flow%s %7.2f x zlib   %6.0f MB/s, zlib %6.0f MB/s   %8.0f "
           "ns/message (goal 1.3)\n",
           name, takeover ? "takeover" : "no takeover", flows, flows > 1 ? "s" : " ",
           median(ratios), clear / mine * 1e-6, clear / their * 1e-6, mine / timed * 1e9);
    free_corpus(&c);
}

/* ---- memory ---- */

/* What one direction holds between two messages: after the first, and when its window is full. */
static void memory(int bits)
{
    const struct layer *l = &layer_websocket;
    struct handshake shake = ws_deflate;
    struct buffer wire = {0}, clear = {0}, small = {0};
    void *state = calloc(1, l->state_size);
    size_t first = 0;
    struct harness x;
    z_stream z;

    if (state == NULL)
        abort();
    shake.window_bits[TO_SERVER] = (uint8_t)bits;
    deflate_open(&z, bits < 9 ? 9 : bits);
    harness_begin(&x, INTEREST_VALIDITY, NULL);
    x.host.carry_wanted = false;
    l->open(state, &x.host, &shake);
    for (int i = 0; i < 700; i++) {
        make_json(&clear, 80);
        buffer_clear(&small);
        buffer_clear(&wire);
        deflate_message(&z, buffer_bytes(&clear), Z_SYNC_FLUSH, &small);
        put_frame(&wire, TO_SERVER, FIN | RSV1 | WS_TEXT, buffer_bytes(&small));
        l->feed(state, &x.host, TO_SERVER, buffer_bytes(&wire));
        first = i == 0 ? x.budget.used : first;
    }
    printf("memory   window of 2^%-2d   %6zu bytes after one message, %6zu when it is full\n", bits,
           first, x.budget.used);
    l->close(state, &x.host, CLOSE_FINISHED);
    buffer_free(&x.log);
    free(state);
    deflateEnd(&z);
    buffer_free(&wire);
    buffer_free(&clear);
    buffer_free(&small);
}

/* ---- UTF-8 ---- */

static void utf8_speed(const char *name, const char *sample)
{
    struct buffer text = {0};
    double seconds[ROUNDS];

    while (text.len < 1U << 20)
        buffer_append_text(&text, sample);
    for (int i = 0; i < ROUNDS; i++) {
        const double begin = cpu_seconds();
        for (int k = 0; k < 8; k++) {
            struct utf8 u = {0};
            if (utf8_feed(&u, buffer_bytes(&text)) != text.len)
                abort();
        }
        seconds[i] = cpu_seconds() - begin;
    }
    printf("utf8     %-22s %6.0f MB/s\n", name, 8.0 * (double)text.len / median(seconds) * 1e-6);
    buffer_free(&text);
}

int main(void)
{
    static const struct {
        const char *name;
        size_t size;
    } sizes[] = {{"80 B", 80}, {"1 KiB", 1024}, {"16 KiB", 16384}, {"256 KiB", 262144}};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        bench(sizes[i].name, sizes[i].size, true, 1);
        bench(sizes[i].name, sizes[i].size, false, 1);
    }
    bench("80 B", 80, true, 1000);
    bench("80 B", 80, false, 1000);
    bench("1 KiB", 1024, true, 1000);
    for (int bits = 8; bits <= 15; bits++)
        memory(bits);
    utf8_speed("ASCII", "The quick brown fox jumps over the lazy dog. ");
    utf8_speed("2 bytes", "\xd1\x81\xd1\x8a\xd0\xb5\xd1\x88\xd1\x8c ");
    utf8_speed("3 bytes", "\xe4\xbd\xa0\xe5\xa5\xbd\xe4\xb8\x96\xe7\x95\x8c");
    utf8_speed("4 bytes", "\xf0\x9f\x98\x80\xf0\x9f\x8d\xb5");
    return 0;
}
