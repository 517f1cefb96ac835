/* SPDX-License-Identifier: MIT */
/* A crew of any number says what one says; and given back in the middle of its work, without a
 * flush, it waits for whoever still reads: a use of freed memory would end this test (it runs with
 * AddressSanitizer, too). Conversations side by side, so that every worker has some. */
#include "conversation.h"
#include "engine/crew.h"

#define CONVERSATIONS 300U
#define SENTENCES     12U
#define ROUNDS        40U /* of giving back */
#define FRAME_ROOM    128U

#define FRAMES (CONVERSATIONS * (SENTENCES + 3))

static struct {
    struct frame at[FRAMES];
    uint8_t bytes[FRAMES][FRAME_ROOM];
    size_t count;
} all;

/* Of IPv4, or, of every third conversation, of IPv6. Returns its size. */
static size_t put_ip(uint8_t *p, unsigned talk, bool up, size_t tcp_size)
{
    const bool six = talk % 3 == 2;
    const size_t size = six ? 40 : 20, last = six ? 12 : 0;
    uint8_t *src = p + (six ? 8 : 12), *dst = src + 4 + last;

    p[0] = six ? 0x60 : 0x45;
    p[six ? 7 : 8] = 64;
    p[six ? 6 : 9] = TRANSPORT_TCP;
    talk_put(p + (six ? 4 : 2), (uint32_t)(tcp_size + (six ? 0 : size)), 2);
    talk_put(src + last, up ? 0x0a000001 + talk : 0x0b000002, 4);
    talk_put(dst + last, up ? 0x0b000002 : 0x0a000001 + talk, 4);
    if (six)
        src[0] = dst[0] = 0xfd;
    else
        talk_put(p + 10, ~talk_sum(p, size, 0) & 0xffff, 2);
    return size;
}

/* `offset`: of the first byte in its direction, SYN and FIN counted. */
static void add(unsigned talk, enum direction d, uint8_t flags, const uint32_t *offset,
                const char *text)
{
    const size_t len = strlen(text), tcp_size = 20 + len;
    const bool up = d == TO_SERVER;
    uint8_t *ip = all.bytes[all.count];
    const size_t ip_size = put_ip(ip, talk, up, tcp_size), size = ip_size + tcp_size;
    const size_t addresses = ip_size == 20 ? 8 : 32;
    uint8_t *p = ip + ip_size;

    talk_put(p, up ? 40000 : 80, 2);
    talk_put(p + 2, up ? 80 : 40000, 2);
    talk_put(p + 4, 1000 * talk + offset[d], 4);
    if ((flags & TCP_ACK) != 0)
        talk_put(p + 8, 1000 * talk + offset[direction_other(d)], 4);
    p[12] = 0x50;
    p[13] = flags;
    talk_put(p + 14, 64000, 2);
    memcpy(p + 20, text, len);
    const uint32_t pseudo = talk_sum(p - addresses, addresses, TRANSPORT_TCP + (uint32_t)tcp_size);
    talk_put(p + 16, ~talk_sum(p, tcp_size, pseudo) & 0xffff, 2);
    all.at[all.count] = (struct frame){.number = all.count + 1,
                                       .time_ns = TALK_STEP_NS * (int64_t)(all.count + 1),
                                       .linktype = LINKTYPE_RAW,
                                       .wire_len = (uint32_t)size,
                                       .data = bytes_of(ip, size)};
    all.count++;
}

/* What one conversation says in turn `turn`; the odd are web, the even chat. */
static void say(unsigned talk, unsigned turn, uint32_t *offset)
{
    static const char *const web[] = {"GET /a HTTP/1.1\r\nHost: a.example\r\n\r\n",
                                      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"};
    static const char *const chat[] = {"NICK someone and hello there\n",
                                       "so do I, said the other\n"};
    const enum direction d = turn % 2 == 0 ? TO_SERVER : TO_CLIENT;
    const char *text = (talk % 2 == 1 ? web : chat)[turn % 2];

    add(talk, d, TCP_ACK | TCP_PSH, offset, text);
    offset[d] += (uint32_t)strlen(text);
}

static void make_frames(void)
{
    static uint32_t offset[CONVERSATIONS][2];

    for (unsigned i = 0; i < CONVERSATIONS; i++) {
        add(i, TO_SERVER, TCP_SYN, offset[i], "");
        offset[i][TO_SERVER]++;
        add(i, TO_CLIENT, TCP_SYN | TCP_ACK, offset[i], "");
        offset[i][TO_CLIENT]++;
    }
    for (unsigned turn = 0; turn < SENTENCES; turn++)
        for (unsigned i = 0; i < CONVERSATIONS; i++)
            say(i, turn, offset[i]);
    for (unsigned i = 0; i < CONVERSATIONS; i++)
        add(i, TO_SERVER, TCP_RST | TCP_ACK, offset[i], "");
}

static struct crew *begin(struct talk *t, struct policy *policy, unsigned workers)
{
    struct err err = {0};

    *t = (struct talk){.sink = {.event = talk_event, .ctx = t, .interest = INTEREST_HTTP}};
    const struct engine_config config = {.policy = policy, .sinks = &t->sink, .seed = 1};
    struct crew *c = crew_create(&config, workers, &err);
    CHECK_TEXT(err.text, "", "a crew");
    if (c == NULL || !crew_start(c, &err))
        exit(1);
    crew_source(c, "test.pcap");
    return c;
}

/* What one worker says of all. */
static struct buffer whole;

static bool begins_whole(const struct buffer *log)
{
    return log->len <= whole.len && (log->len == 0 || memcmp(log->at, whole.at, log->len) == 0);
}

static void check_same_words(struct policy *policy, unsigned workers)
{
    struct talk t;
    struct crew *c = begin(&t, policy, workers);

    crew_frames(c, all.at, all.count);
    crew_flush(c);
    CHECK(crew_totals(c).frames == all.count, "every frame is counted");
    CHECK(crew_totals(c).flows == CONVERSATIONS, "every flow is counted");
    crew_free(c);
    if (workers == 1) {
        whole = t.log;
        return;
    }
    CHECK(t.log.len == whole.len && begins_whole(&t.log), "what one worker says");
    buffer_free(&t.log);
}

/* Stopped after more frames each time. */
static void check_given_back(struct policy *policy)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct talk t;
        struct crew *c = begin(&t, policy, 2 + i % 3);
        crew_frames(c, all.at, all.count * (i + 1) / ROUNDS);
        crew_free(c);
        CHECK(begins_whole(&t.log), "what was told by then");
        buffer_free(&t.log);
    }
}

int main(void)
{
    struct err err = {0};
    struct policy *policy = policy_load(NULL, NULL, NULL, &err);

    CHECK_TEXT(err.text, "", "rules");
    make_frames();
    for (unsigned workers = 1; workers <= 4; workers++)
        check_same_words(policy, workers);
    check_given_back(policy);
    policy_free(policy);
    buffer_free(&whole);
    return test_end();
}
