/* SPDX-License-Identifier: MIT */
/* A line's head from what is kept is the head written afresh, whatever came before it. */
#include "output/eve_head.h"

#include "output_fixture.h"
#include "random.h"

/* Few of each, so that flows meet on one place, and are nearly alike. */
static void make_flow(struct flow_info *f, char source[2])
{
    static const char *const apps[] = {NULL, "http", "websocket"};

    *f = fixture_flow();
    source[0] = (char)('a' + random_below(3)); /* another name in the same memory */
    f->source = source;
    f->id = random_below(2) + (uint64_t)random_below(2) * EVE_HEADS;
    f->app = apps[random_below(3)];
    f->client.port = (uint16_t)(1000 + random_below(2));
    f->server.addr.byte[15] = (uint8_t)random_below(2);
    f->transport = random_below(4) > 0 ? TRANSPORT_TCP : TRANSPORT_UDP;
    f->vlan_count = (uint8_t)random_below(2);
    f->vlan[0] = f->vlan_count == 0 ? 0 : (uint16_t)(5 + random_below(2));
}

static struct bytes head_text(struct eve_heads *h, struct buffer *out, const struct event *e,
                              bool by_sender)
{
    struct json j = json_into(out, false);

    buffer_clear(out);
    json_object(&j, NULL);
    eve_head(h, &j, e, by_sender);
    json_end(&j);
    return buffer_bytes(out);
}

static void test_twins(void)
{
    static const enum event_kind kinds[] = {EVENT_MESSAGE, EVENT_HTTP, EVENT_FLOW};
    struct eve_heads *kept = eve_heads_create(false, NULL);
    struct buffer got = {0}, want = {0};
    size_t same = 0;

    for (unsigned i = 0; i < 3000; i++) {
        struct flow_info f;
        char source[2] = "";
        make_flow(&f, source);
        const struct event e = {.kind = kinds[random_below(3)],
                                .packet = random_below(100),
                                .time_ns = FIXTURE_START + random_below(3) * 400 * FIXTURE_MS,
                                .direction = random_below(2) > 0 ? TO_CLIENT : TO_SERVER,
                                .flow = &f};
        const bool by_sender = random_below(2) > 0;
        struct eve_heads *afresh = eve_heads_create(false, NULL);
        same += bytes_equal(head_text(kept, &got, &e, by_sender),
                            head_text(afresh, &want, &e, by_sender));
        eve_heads_free(afresh);
    }
    CHECK(same == 3000, "kept and afresh");
    buffer_free(&got);
    buffer_free(&want);
    eve_heads_free(kept);
}

/* Longer than what is kept. */
static void test_long_name(void)
{
    struct eve_heads *h = eve_heads_create(false, NULL);
    struct flow_info f = fixture_flow();
    char name[EVE_HEAD_TEXT + 1];
    struct buffer first = {0}, again = {0};
    const struct event e = {.kind = EVENT_MESSAGE, .flow = &f};

    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    f.source = name;
    const struct bytes a = head_text(h, &first, &e, true), b = head_text(h, &again, &e, true);
    CHECK(bytes_equal(a, b) && bytes_find(b, bytes_of_text(name)) < b.len, "a long name");
    buffer_free(&first);
    buffer_free(&again);
    eve_heads_free(h);
}

int main(void)
{
    test_twins();
    test_long_name();
    return test_end();
}
