/* SPDX-License-Identifier: MIT */
/* A flow's members from what is kept are those written afresh, whatever came before them. */
#include "output/eve_body.h"
#include "output_fixture.h"
#include "random.h"

#define TWINS 5000U

static const char *one_of(const char *const texts[3])
{
    return texts[random_below(3)];
}

/* Few of each, so that flows meet on one place, and are nearly alike. */
static void make_label(struct flow_info *f)
{
    static const char *const names[] = {"http", "websocket", "ssh"};
    static const char *const speech[] = {NULL, "socket.io", "mqtt"};
    static const char *const promises[] = {NULL, "http, websocket", "ssh"};

    for (uint8_t i = 1; i < FLOW_LAYERS; i++) /* what stands behind the last is nothing */
        f->layers[i] = one_of(names);
    f->layer_count = (uint8_t)random_below(4);
    f->app = random_below(4) > 0 ? one_of(names) : NULL;
    f->speaks = one_of(speech);
    f->expected = one_of(promises);
    f->confidence = CONFIDENCE_STRONG + random_below(2);
    f->mismatch = (enum tri)random_below(3);
    f->ladder = random_below(2) > 0 ? LADDER_FRAMED : LADDER_NONE;
    f->shape = random_below(4) > 0 ? SHAPE_NONE : SHAPE_LENGTH_PREFIXED;
    f->direction_known = random_below(4) > 0;
}

static void make_tcp(struct tcp_info *t)
{
    for (unsigned d = 0; d < 2; d++) {
        t->flags[d] = (uint8_t)(random_below(2) > 0 ? TCP_SYN | TCP_ACK : TCP_RST);
        t->missing[d] = random_below(3) > 0 ? 0 : (uint64_t)random_below(2) + 1;
    }
    t->state = (uint8_t)random_below(TCP_STATE_CLOSED + 1);
}

static void make_evidence(struct evidence v[EVIDENCE_MAX], struct flow_info *f)
{
    static const char *const what[] = {"HTTP request line", "SSH banner", "a sign of many"};
    static const char *const detail[] = {"", "GET / HTTP/1.1", "GET / HTTP/1.0\xff"};

    f->evidence = v;
    f->evidence_count = (uint8_t)random_below(4);
    for (uint8_t i = 0; i < f->evidence_count; i++)
        v[i] = (struct evidence){.packet = random_below(100000),
                                 .what = one_of(what),
                                 .detail = bytes_of_text(one_of(detail)),
                                 .bits = random_below(3) > 0 ? 0 : (uint8_t)random_below(9)};
}

static struct bytes members(struct eve_common *c, struct buffer *out, const struct flow_info *f)
{
    const struct event e = {.kind = EVENT_FLOW, .flow = f};
    struct json j = json_into(out, false);

    buffer_clear(out);
    json_object(&j, NULL);
    eve_flow(&j, &e, c);
    json_end(&j);
    return buffer_bytes(out);
}

static void test_twins(void)
{
    static struct eve_common kept, afresh;
    struct evidence evidence[EVIDENCE_MAX];
    struct buffer got = {0}, want = {0};
    unsigned same = 0;

    for (unsigned i = 0; i < TWINS; i++) {
        struct flow_info f = fixture_flow();
        make_label(&f);
        make_tcp(&f.tcp);
        make_evidence(evidence, &f);
        f.transport = random_below(8) > 0 ? TRANSPORT_TCP : TRANSPORT_UDP;
        f.verdict = random_below(2) > 0 ? VERDICT_ALLOW : VERDICT_NONE;
        f.packets[TO_SERVER] = (uint64_t)random_below(UINT32_MAX) << random_below(32);
        f.end_ns = f.start_ns + (int64_t)random_below(100) * FIXTURE_MS * 1000;
        memset(&afresh, 0, sizeof(afresh));
        same += bytes_equal(members(&kept, &got, &f), members(&afresh, &want, &f));
    }
    CHECK(same == TWINS, "kept and afresh");
    buffer_free(&got);
    buffer_free(&want);
}

/* Longer than what is kept. */
static void test_long_label(void)
{
    static struct eve_common c;
    static char name[EVE_LABEL_TEXT];
    struct flow_info f = fixture_flow();
    struct buffer first = {0}, again = {0};

    memset(name, 'x', sizeof(name) - 1);
    f.app = name;
    const struct bytes a = members(&c, &first, &f), b = members(&c, &again, &f);
    CHECK(bytes_equal(a, b) && bytes_find(b, bytes_of_text(name)) < b.len, "a long name");
    buffer_free(&first);
    buffer_free(&again);
}

int main(void)
{
    test_twins();
    test_long_label();
    return test_end();
}
