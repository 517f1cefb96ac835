/* SPDX-License-Identifier: MIT */
/* The frames of the drafts before RFC 6455, whole, at every cut and byte by byte. */
#include "layer_harness.h"
#include "layers/layers.h"

#define TURNS_MAX 8

struct vector {
    const char *name;
    struct turn turns[TURNS_MAX];
    const char *log;
};

#define C(text)                                                                                    \
    {                                                                                              \
        .direction = TO_SERVER, .bytes = {(const uint8_t *)(text), sizeof(text) - 1 }              \
    }
#define S(text)                                                                                    \
    {                                                                                              \
        .direction = TO_CLIENT, .bytes = {(const uint8_t *)(text), sizeof(text) - 1 }              \
    }
#define CL(n)                                                                                      \
    {                                                                                              \
        .direction = TO_SERVER, .gap = (n)                                                         \
    }

/* M(direction opcode length complete "payload"), F(direction opcode length) */
static const struct vector VECTORS[] = {
    {"draft-76 s1.3",
     {C("\x00hello\xff"), S("\x00hi there\xff")},
     "claim(certain) climb(framed) F(> 1 5) M(> 1 5 whole \"hello\") F(< 1 8) "
     "M(< 1 8 whole \"hi there\")"},
    {"two frames in one segment, an empty one",
     {S("\x00"
        "a\xff\x00\xff\x00"
        "b\xff")},
     "claim(certain) climb(framed) F(< 1 1) M(< 1 1 whole \"a\") F(< 1 0) M(< 1 0 whole \"\") "
     "F(< 1 1) M(< 1 1 whole \"b\")"},
    {"the closing handshake",
     {C("\xff\x00"), S("\xff\x00")},
     "claim(certain) climb(framed) F(> 8 0) M(> 8 0 whole \"\") F(< 8 0) M(< 8 0 whole \"\")"},
    {"data after the closing",
     {C("\xff\x00\x00x\xff\x00y\xff")},
     "claim(certain) climb(framed) F(> 8 0) M(> 8 0 whole \"\") "
     "anomaly(websocket_data_after_close) F(> 1 1) M(> 1 1 whole \"x\") F(> 1 1) "
     "M(> 1 1 whole \"y\")"},
    {"a frame with a length",
     {C("\x80\x80\x03\xff\x00\xff\x00x\xff\xff\x01z\x00y\xff")},
     "anomaly(websocket_reserved_opcode) claim(certain) climb(framed) F(> 2 3) "
     "M(> 2 3 whole \"\") F(> 1 1) M(> 1 1 whole \"x\") F(> 2 1) M(> 2 1 whole \"\") F(> 1 1) "
     "M(> 1 1 whole \"y\")"},
    {"UTF-8",
     {C("\x00\xc3\xa4\xe2\x82\xac\xff\x00\xc3(\xff\x00\xe2\x82\xff")},
     "claim(certain) climb(framed) F(> 1 5) M(> 1 5 whole \"\xc3\xa4\xe2\x82\xac\") "
     "anomaly(websocket_bad_utf8) F(> 1 2) M(> 1 2 whole \"\xc3(\") "
     "anomaly(websocket_bad_utf8) F(> 1 2) M(> 1 2 whole \"\xe2\x82\")"},
    {"no frames",
     {C("SSH-2.0-x\r\n"), S("SSH-2.0-y\r\n")},
     "climb(unframed) anomaly(websocket_unframed) leave"},
    {"a hole inside a text",
     {C("\x00one\xff\x00tw"), CL(3), C("o\xff\x00three\xff")},
     "claim(certain) climb(framed) F(> 1 3) M(> 1 3 whole \"one\") F(> 1 3) "
     "M(> 1 3 cut \"two\") F(> 1 5) M(> 1 5 whole \"three\")"},
    {"a hole between frames",
     {C("\x00one\xff"), CL(3), C("xyz\xff\x00three\xff")},
     "claim(certain) climb(framed) F(> 1 3) M(> 1 3 whole \"one\") "
     "anomaly(websocket_lost_sync) F(> 1 5) M(> 1 5 whole \"three\")"},
    {"a hole before the first, and whole frames lost",
     {CL(9), C("\x00one\xff"), CL(9), C("\x00two\xff")},
     "claim(certain) climb(framed) F(> 1 3) M(> 1 3 whole \"one\") F(> 1 3) M(> 1 3 whole "
     "\"two\")"},
    {"a hole inside a length",
     {C("\x80\x05"
        "a"),
      CL(2), C("bc\x00x\xff")},
     "anomaly(websocket_reserved_opcode) F(> 2 5) M(> 2 5 cut \"\") claim(certain) climb(framed) "
     "F(> 1 1) M(> 1 1 whole \"x\")"},
    {"cut short", {S("\x00never en")}, "F(< 1 8) M(< 1 8 cut \"never en\")"},
    {"a length that never ends",
     {C("\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00x\xff")},
     "anomaly(websocket_reserved_opcode) anomaly(websocket_lost_sync) claim(certain) "
     "climb(framed) F(> 1 1) M(> 1 1 whole \"x\")"},
    {"a type of nobody",
     {C("\x00x\xff\x01y\xff\x00z\xff")},
     "claim(certain) climb(framed) F(> 1 1) M(> 1 1 whole \"x\") "
     "anomaly(websocket_reserved_opcode) F(> 2 0) M(> 2 0 whole \"\") F(> 1 1) "
     "M(> 1 1 whole \"z\")"},
};

static void describe(struct harness *x, const struct event *e)
{
    const char way = e->direction == TO_SERVER ? '>' : '<';

    if (e->kind == EVENT_FRAME)
        buffer_printf(&x->log, "F(%c %u %llu) ", way, e->as.frame.opcode,
                      (unsigned long long)e->as.frame.length);
    if (e->kind != EVENT_MESSAGE)
        return;
    const struct ws_message_event *m = &e->as.message;
    buffer_printf(&x->log, "M(%c %u %llu %s \"", way, m->opcode, (unsigned long long)m->length,
                  m->complete ? "whole" : "cut");
    buffer_append(&x->log, m->payload);
    buffer_append_text(&x->log, "\") ");
    CHECK(m->has_sha256 == (m->complete && m->opcode != WS_BINARY), "a sum of what is whole");
}

static struct digest *digest;

static void run(const struct vector *v, size_t cut, uint32_t interest, const char *want)
{
    struct harness x;
    size_t count = 0;
    void *state = calloc(1, layer_hixie.state_size);

    while (count < TURNS_MAX && (v->turns[count].bytes.len > 0 || v->turns[count].gap > 0))
        count++;
    harness_begin(&x, interest, digest);
    x.describe = describe;
    x.host.ladder = LADDER_GRANTED;
    layer_hixie.open(state, &x.host, NULL);
    harness_run(&x, &layer_hixie, state, v->turns, count, cut);
    layer_hixie.close(state, &x.host, CLOSE_FINISHED);
    if (want != NULL)
        CHECK_TEXT(harness_log(&x), want, v->name);
    struct flow_info info = {0};
    layer_hixie.summarise(state, &info);
    CHECK(info.ws != NULL, "counted");
    harness_end(&x);
    free(state);
}

int main(void)
{
    const uint32_t all =
        INTEREST_MESSAGES | INTEREST_FRAMES | INTEREST_KEEP | INTEREST_PAYLOAD | INTEREST_VALIDITY;

    digest = digest_create(NULL);
    for (size_t i = 0; i < sizeof(VECTORS) / sizeof(VECTORS[0]); i++) {
        for (size_t cut = 0; cut < 80; cut++)
            run(&VECTORS[i], cut, all, VECTORS[i].log);
        run(&VECTORS[i], 1, 0, NULL);
    }
    digest_free(digest);
    return test_end();
}
