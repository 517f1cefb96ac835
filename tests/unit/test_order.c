/* SPDX-License-Identifier: MIT */
/* What workers teach each other, and what they tell: the same in whatever order they come to it. */
#include <pthread.h>

#include "engine/journal.h"
#include "engine/order.h"
#include "random.h"
#include "test.h"

#define MS     1000000LL
#define TAUGHT 32

static struct endpoint end_of(unsigned host)
{
    const uint8_t four[4] = {10, 0, 0, (uint8_t)host};
    return (struct endpoint){.addr = addr_from_ipv4(four), .port = 6881};
}

static void teach(struct order *o, unsigned host, uint64_t position, uint64_t key, int64_t ms,
                  enum peer_source source)
{
    order_teach(o, 1,
                &(struct lesson){
                    .when = {.position = position, .key = key, .now_ns = ms * MS},
                    .who = end_of(host),
                    .how = {.source = source, .time_ns = ms * MS},
                });
}

static int known(const struct peers *p, unsigned host, int64_t ms)
{
    const struct endpoint who = end_of(host);
    const struct known_peer *k = peers_find(p, &who, ms * MS);

    return k != NULL ? (int)k->source : -1;
}

struct school {
    struct order *order;
    struct budget budget[2];
    struct peers peers[2];
};

static void begin(struct school *s)
{
    const struct hash_key key = hash_key_from_seed(1);

    s->order = order_create(2, NULL);
    for (unsigned i = 0; i < 2; i++) {
        s->budget[i] = (struct budget){0};
        peers_setup(&s->peers[i], &s->budget[i], 0, &key);
        order_reach(s->order, i, 100000 * MS);
    }
}

static void end(struct school *s)
{
    for (unsigned i = 0; i < 2; i++)
        peers_free(&s->peers[i]);
    order_free(s->order);
}

static void learn_at(struct school *s, unsigned worker, uint64_t position, int64_t ms)
{
    const struct moment now = {.position = position, .now_ns = ms * MS};

    order_learn(s->order, worker, now, &s->peers[worker]);
}

static void test_time(void)
{
    struct school s;

    begin(&s);
    teach(s.order, 1, 10, 0, 100, PEER_TRACKER);
    learn_at(&s, 0, 11, 100);
    CHECK(known(&s.peers[0], 1, 100) == -1, "not at once");
    learn_at(&s, 0, 20, 119);
    CHECK(known(&s.peers[0], 1, 119) == -1, "nor a little later");
    learn_at(&s, 0, 30, 120);
    CHECK(known(&s.peers[0], 1, 120) == PEER_TRACKER, "but then");
    CHECK(known(&s.peers[1], 1, 120) == -1, "each learns when it asks");
    learn_at(&s, 1, 31, 121);
    CHECK(known(&s.peers[1], 1, 121) == PEER_TRACKER, "the same");
    end(&s);
}

/* Both orders of arrival: of two lessons of one strength the later stays. */
static void test_order_of_moments(void)
{
    for (unsigned swapped = 0; swapped < 2; swapped++) {
        struct school s;
        begin(&s);
        for (unsigned i = 0; i < 2; i++) {
            const unsigned which = i ^ swapped;
            order_teach(s.order, which,
                        &(struct lesson){
                            .when = {.position = 10, .key = 5 + which, .now_ns = 100 * MS},
                            .who = end_of(1),
                            .how = {.source = PEER_DHT,
                                    .has_info_hash = true,
                                    .info_hash = {(uint8_t)(1 + which)},
                                    .time_ns = 100 * MS},
                        });
        }
        learn_at(&s, 0, 50, 200);
        const struct endpoint who = end_of(1);
        const struct known_peer *k = peers_find(&s.peers[0], &who, 200 * MS);
        CHECK(k != NULL && k->info_hash[0] == 2, "the one with the later key");
        end(&s);
    }
}

/* Lessons of three about one endpoint, each teacher's in order, but not all: what is known at a
 * position is what the last one before it said. */
static void test_teachers(void)
{
    enum { LESSONS = 4000, EACH = LESSONS / 3 };
    struct order *o = order_create(3, NULL);
    struct budget budget = {0};
    const struct hash_key key = hash_key_from_seed(1);
    struct peers peers = {0};
    unsigned taught[3] = {0}, wrong = 0;

    peers_setup(&peers, &budget, 0, &key);
    for (unsigned i = 0; i < 3; i++)
        order_reach(o, i, 1000000 * MS);
    for (unsigned left = 3 * EACH; left > 0;) {
        const unsigned who = random_below(3);
        if (taught[who] == EACH)
            continue;
        const uint32_t position = 3 * taught[who]++ + who;
        order_teach(
            o, who,
            &(struct lesson){.when = {.position = position, .now_ns = position / 8 * MS},
                             .who = end_of(1),
                             .how = {.source = PEER_DHT,
                                     .has_info_hash = true,
                                     .info_hash = {(uint8_t)position, (uint8_t)(position >> 8)},
                                     .time_ns = position / 8 * MS}});
        left--;
    }
    for (uint32_t at = 1; at < 3 * EACH; at += 1 + random_below(40)) {
        const struct moment now = {.position = at, .now_ns = 100000 * MS};
        const struct endpoint who = end_of(1);
        order_learn(o, 2, now, &peers);
        const struct known_peer *k = peers_find(&peers, &who, at / 8 * MS);
        wrong += k == NULL || (k->info_hash[0] | k->info_hash[1] << 8) != (int)at - 1;
    }
    CHECK(wrong == 0, "in the order of their moments, whoever taught them");
    peers_free(&peers);
    order_free(o);
}

static void test_end_of_input(void)
{
    struct school s;
    const struct moment over = {.position = 100, .now_ns = 100 * MS};

    begin(&s);
    teach(s.order, 1, 99, 0, 100, PEER_SEEN);
    teach(s.order, 2, 100, 7, 100, PEER_SEEN);
    order_reach(s.order, 1, ORDER_END);
    order_learn_all(s.order, 0, over, &s.peers[0]);
    CHECK(known(&s.peers[0], 1, 100) == PEER_SEEN, "all from before the end is known there");
    CHECK(known(&s.peers[0], 2, 100) == -1, "not what another flow teaches as it ends");
    order_forget(s.order);
    order_reach(s.order, 1, 300 * MS);
    learn_at(&s, 0, 200, 300);
    CHECK(known(&s.peers[0], 2, 300) == -1, "and nothing of it afterwards");
    end(&s);
}

static void *teach_late(void *school)
{
    struct school *s = school;

    for (unsigned i = 1; i <= TAUGHT; i++) {
        teach(s->order, i, i, 0, i, PEER_SEEN);
        order_reach(s->order, 1, (int64_t)i * MS);
        if (i % 7 == 0)
            order_rest(s->order, 1);
    }
    order_reach(s->order, 1, 1000 * MS);
    order_rest(s->order, 1);
    return NULL;
}

/* Who is far ahead sleeps till the other has come. */
static void test_waits(void)
{
    struct school s;
    pthread_t other;

    begin(&s);
    order_forget(s.order);
    order_reach(s.order, 0, 500 * MS);
    CHECK(pthread_create(&other, NULL, teach_late, &s) == 0, "a thread");
    learn_at(&s, 0, 1000, 500);
    for (unsigned i = 1; i <= TAUGHT; i++)
        CHECK(known(&s.peers[0], i, 500) == PEER_SEEN, "everything was awaited");
    pthread_join(other, NULL);
    end(&s);
}

struct helper {
    struct order *order;
    unsigned times;
};

/* The other's work, a millisecond of it. */
static bool help(void *ctx, int64_t ns)
{
    struct helper *h = ctx;

    CHECK(!order_has_reached(h->order, 1, ns), "there is something to help with");
    order_reach(h->order, 1, 470 * MS + ++h->times * MS);
    return true;
}

/* Who is far ahead does the other's work, as far as it must be done. */
static void test_helps(void)
{
    struct school s;

    begin(&s);
    struct helper h = {.order = s.order};
    order_forget(s.order);
    order_help(s.order, help, &h);
    teach(s.order, 1, 1, 0, 100, PEER_SEEN);
    order_reach(s.order, 0, 500 * MS);
    learn_at(&s, 0, 1000, 500);
    CHECK(order_has_reached(s.order, 1, 481 * MS) && h.times <= 20, "as far, and no further");
    CHECK(known(&s.peers[0], 1, 500) == PEER_SEEN, "and learns");
    const unsigned before = h.times;
    learn_at(&s, 0, 1001, 500);
    CHECK(h.times == before, "nobody need be helped twice");
    end(&s);
}

struct heard {
    uint64_t packet[16];
    size_t count;
};

static void on_event(void *ctx, const struct event *e)
{
    struct heard *h = ctx;

    h->packet[h->count++] = e->packet;
}

static void note(struct journal *j, uint64_t position, uint64_t key, uint64_t packet)
{
    const struct event e = {.kind = EVENT_ANOMALY, .packet = packet};

    journal_note(j, (struct moment){.position = position, .key = key}, &e);
}

static void test_journals(void)
{
    struct journal a = {0}, b = {0};
    struct journal *const both[] = {&a, &b};
    struct heard all = {.count = 0}, none = {.count = 0};
    struct sink deaf = {.event = on_event, .ctx = &none, .interest = INTEREST_HTTP};
    struct sink sink = {
        .event = on_event, .ctx = &all, .interest = INTEREST_ANOMALIES, .next = &deaf};
    static const uint64_t want[] = {1, 2, 3, 4, 5, 6, 7, 8};

    note(&a, 10, 0, 1);
    note(&a, 10, 0, 2);
    note(&a, 30, 2, 5); /* a tick */
    note(&a, 30, 9, 7);
    note(&b, 20, 0, 3);
    note(&b, 21, 0, 4);
    note(&b, 30, 4, 6);
    note(&b, 40, 0, 8);
    journals_tell(both, 2, &sink);
    CHECK(all.count == 8 && memcmp(all.packet, want, sizeof(want)) == 0, "moment by moment");
    CHECK(none.count == 0, "to those who asked");
    journal_clear(&a);
    journal_clear(&b);
    journals_tell(both, 2, &sink);
    CHECK(all.count == 8, "once");
    journal_free(&a);
    journal_free(&b);
}

/* A scribe that writes the packet's number and its own mark, and of every third nothing. */
struct book {
    struct buffer text;
    size_t puts;
};

static void write_number(void *own, const struct event *e, struct buffer *text)
{
    if (e->packet % 3 != 0)
        buffer_printf(text, "%c%u\n", *(const char *)own, (unsigned)e->packet);
}

static void put_text(void *ctx, struct bytes text)
{
    struct book *b = ctx;

    buffer_append(&b->text, text);
    b->puts++;
}

static const struct scribe numbers = {.write = write_number, .put = put_text};

static void write_in(struct journal *j, uint64_t packet, const struct sink *to, char *mark)
{
    const struct event e = {.kind = EVENT_ANOMALY, .packet = packet};

    journal_write(j, (struct moment){.position = packet}, &e, to, mark);
}

/* Texts of two workers for two outputs, and the events that a third one hears. */
static void test_scribes(void)
{
    struct journal a = {0}, b = {0};
    struct journal *const both[] = {&a, &b};
    struct heard all = {.count = 0};
    struct book books[2] = {0};
    struct sink sink = {.event = on_event, .ctx = &all, .interest = INTEREST_ANOMALIES};
    struct sink second = {.event = on_event, .ctx = &books[1], .scribe = &numbers, .next = &sink};
    struct sink first = {.event = on_event, .ctx = &books[0], .scribe = &numbers, .next = &second};
    char mark[] = "ab";

    for (uint64_t packet = 1; packet <= 8; packet++) {
        struct journal *j = packet % 2 == 0 ? &b : &a;
        write_in(j, packet, &first, &mark[packet % 2 == 0]);
        note(j, packet, 0, packet);
        write_in(j, packet, &second, &mark[packet % 2 == 0]);
    }
    journals_tell(both, 2, &first);
    CHECK(all.count == 8 && all.packet[7] == 8, "who has no scribe hears events");
    for (size_t i = 0; i < 2; i++) {
        CHECK(bytes_equal(buffer_bytes(&books[i].text), bytes_of_text("a1\nb2\nb4\na5\na7\nb8\n")),
              "texts, moment by moment");
        CHECK(books[i].puts == 6, "nothing is no text");
    }
    CHECK(a.lacked == 0 && b.lacked == 0, "nothing is lost");
    journal_clear(&a);
    journal_clear(&b);
    journals_tell(both, 2, &first);
    CHECK(books[0].puts == 6, "once");
    journal_free(&a);
    journal_free(&b);
    buffer_free(&books[0].text);
    buffer_free(&books[1].text);
}

static bool wants_even(void *own, const struct event *e)
{
    (void)own;
    return e->packet % 2 == 0;
}

static void hear_number(void *ctx, const struct event *e)
{
    struct book *b = ctx;

    buffer_printf(&b->text, "event %u\n", (unsigned)e->packet);
}

/* A scribe may want some events themselves: in their turn between the texts, and for its output
 * alone. */
static void test_wanted_events(void)
{
    static const struct scribe some = {
        .write = write_number, .put = put_text, .wants_event = wants_even};
    struct journal a = {0}, b = {0};
    struct journal *const both[] = {&a, &b};
    struct heard all = {.count = 0};
    struct book book = {0};
    struct sink other = {.event = on_event, .ctx = &all, .interest = INTEREST_ANOMALIES};
    struct sink sink = {.event = hear_number, .ctx = &book, .scribe = &some, .next = &other};
    char mark[] = "a";

    write_in(&a, 1, &sink, mark);
    write_in(&a, 2, &sink, mark);
    write_in(&b, 3, &sink, mark);
    write_in(&b, 4, &sink, mark);
    write_in(&a, 5, &sink, mark);
    journals_tell(both, 2, &sink);
    CHECK(bytes_equal(buffer_bytes(&book.text), bytes_of_text("a1\nevent 2\nevent 4\na5\n")),
          "texts and events, moment by moment");
    CHECK(all.count == 0, "nobody else hears them");
    journal_free(&a);
    journal_free(&b);
    buffer_free(&book.text);
}

/* What is borrowed from the event's maker is gone when the copy is told. */
static void test_copies(void)
{
    struct scratch s = {0};
    char host[] = "a.example", detail[] = "why", label[] = "h2";
    struct bytes offered[] = {bytes_of_text(label)};
    struct evidence seen[] = {{.packet = 3, .what = "seen", .detail = bytes_of_text(detail)}};
    const struct flow_info flow = {
        .id = 7, .host = bytes_of_text(host), .evidence = seen, .evidence_count = 1};
    struct event e = {.kind = EVENT_TLS, .packet = 5, .flow = &flow};

    e.as.tls.sni = bytes_of_text(host);
    e.as.tls.ja4 = e.as.tls.ja3s = bytes_of_text(host);
    e.as.tls.alpn_offered = offered;
    e.as.tls.alpn_offered_count = 1;
    for (unsigned i = 0; i < 2000; i++) { /* more than a chunk of them */
        const struct event *copy = event_copy(&s, &e);
        memset(host, 'x', sizeof(host) - 1);
        memset(detail, 'x', sizeof(detail) - 1);
        memset(label, 'x', sizeof(label) - 1);
        CHECK(copy != NULL && copy->packet == 5 && copy->flow->id == 7 &&
                  bytes_equal(copy->flow->host, bytes_of_text("a.example")) &&
                  bytes_equal(copy->flow->evidence[0].detail, bytes_of_text("why")) &&
                  bytes_equal(copy->as.tls.sni, bytes_of_text("a.example")) &&
                  bytes_equal(copy->as.tls.ja4, copy->as.tls.sni) &&
                  bytes_equal(copy->as.tls.ja3s, copy->as.tls.sni) &&
                  bytes_equal(copy->as.tls.alpn_offered[0], bytes_of_text("h2")),
              "all that it points to is its own");
        memcpy(host, "a.example", sizeof(host));
        memcpy(detail, "why", sizeof(detail));
        memcpy(label, "h2", sizeof(label));
    }
    scratch_reset(&s);
    uint8_t *again = scratch_take(&s, 1000000);
    CHECK(again != NULL, "a piece longer than a chunk");
    memset(again, 1, 1000000);
    scratch_free(&s);
}

int main(void)
{
    test_time();
    test_order_of_moments();
    test_teachers();
    test_end_of_input();
    test_waits();
    test_helps();
    test_journals();
    test_scribes();
    test_wanted_events();
    test_copies();
    return test_end();
}
